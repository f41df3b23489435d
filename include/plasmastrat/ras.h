/* ras.h - KRAS and NRAS: variants, the state of every hotspot codon, and the state of the sample.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_RAS_H
#define PLASMASTRAT_RAS_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/case.h"
#include "plasmastrat/reasons.h"

/* ln odds: most that reads say for a mutation (assumption: the model of errors is no surer) */
static const double ras_max_log_odds = 12;

typedef enum { PS_RAS_NOT_ASSESSABLE, PS_RAS_WILD_TYPE, PS_RAS_MUTATED, PS_N_RAS_STATES } ps_ras_state;
extern const char *const ps_ras_state_names[PS_N_RAS_STATES];

typedef enum {
    PS_FILTER_PASS,
    PS_FILTER_LOW_EVIDENCE,
    PS_FILTER_ORIENTATION,
    PS_FILTER_READ_END,
    PS_FILTER_CLUTTER,
    PS_FILTER_NEAR_INDEL,
    PS_FILTER_GERMLINE,
    PS_FILTER_VCF,
    PS_FILTER_REFUTED,
    PS_FILTER_DAMAGE,
    PS_N_FILTERS
} ps_filter;
/* A filter as results, the VCF's header and the negative rule know it; the table has one row for each. */
typedef struct ps_filter_row {
    const char *name; /* "PASS", "low_evidence" ... */
    const char *description;
    int denies_wild_type; /* 1: an activating change refused by it is more than errors, so its codon is not wild type
                           */
} ps_filter_row;
extern const ps_filter_row ps_filters[PS_N_FILTERS];

typedef struct ps_ras_seen { /* a variant as one input shows it */
    int given;               /* 0: this input's caller does not list it */
    ps_filter filter;
    double vaf, vaf_low, vaf_high; /* 95 % interval; NaN when no depth is known */
    double lod;      /* log10 likelihood odds of the variant at its VAF against sequencing error; NaN from a VCF */
    double p_errors; /* of a refused candidate: probability that errors alone score as much; NaN or 0 otherwise */
    int64_t depth, alt_depth;         /* fragments (or the VCF's own counts); -1 unknown */
    int64_t ref_side[2], alt_side[2]; /* by PS_F1R2 / PS_F2R1; -1 unknown */
} ps_ras_seen;

typedef struct ps_ras_variant {
    ps_effect effect;
    int contig;
    int32_t beg0, end0; /* replaced reference, trimmed, left-aligned */
    char *ref, *alt;    /* VCF alleles (anchored when an indel), plus strand */
    int32_t pos1;       /* VCF POS */
    char *vcf_filter;   /* FILTER of the input VCF where that is a source, else NULL */
    ps_ras_seen best;   /* of the first input that passes it; else of the first that lists it */
    ps_ras_seen by_input[PS_N_INPUTS];
    unsigned sources; /* bit per ps_input_role: which inputs list it */
    int64_t source_depth[PS_N_INPUTS],
        source_alt[PS_N_INPUTS]; /* counted in each input, whatever found it; -1: it does not tell */
    int minor;                   /* 1: its VAF is under ras_floor_vaf: it does not decide alone */
    int context;                 /* 1: HRAS or BRAF, outside the RAS state */
    int forced;                  /* 1: --force-sites asked for it: reported whatever the evidence */
} ps_ras_variant;

typedef struct ps_ras_note { /* what a reader of the answer should know of how it came about */
    int warns;               /* 1: something is left open; 0: said for the record */
    char *text;
} ps_ras_note;

#define PS_LOD95_MISSED 0.05 /* what the 95 % power that lod95 stands for leaves */

/* Kinds of change that a hotspot's mutations need; each has errors and a depth of its own. */
typedef enum { PS_CHANGE_SUBSTITUTION, PS_CHANGE_MULTI_BASE, PS_CHANGE_INDEL, PS_N_CHANGES } ps_change_kind;
extern const char *const ps_change_names[PS_N_CHANGES]; /* "substitution", "multi_base", "indel" (in frame) */

typedef struct ps_ras_codon {
    ps_ras_state state; /* of this codon */
    int64_t depth;      /* fragments over all three bases, best input; -1: none could tell */
    double lod95;       /* smallest VAF that would have been called with 95 % power; NaN when nothing was seen */
    double
        lod95_of[PS_N_CHANGES]; /* the same by kind: lod95 is the worst of them; NaN: not known (a VCF, no hotspot) */
    uint8_t source;             /* ps_input_role that gave depth and lod95 */
} ps_ras_codon;

typedef struct ps_ras_library { /* what one read input's errors look like; zeroed: not measured */
    int given;
    double quality_ratio;            /* mismatches seen in those that base qualities state; NaN: too few are stated */
    double error_stated, error_seen; /* errors per base outside hotspots: by base qualities, and by mismatches; NaN */
    double spread;                   /* sd of ln(error rate) from place to place */
    int damaged;                     /* haplotypes of one substitution that are damage; 0: none */
    double damaged_vaf;              /* the highest of them */
    const char *damaged_pair;        /* "C>T/G>A"; a constant */
} ps_ras_library;

typedef struct ps_ras_call {
    ps_ras_state state;
    ps_reasons reasons;
    ps_ras_variant *variant; /* KRAS/NRAS first then context, each by gene, position, alleles */
    size_t n_variants;
    ps_ras_codon *codon; /* n_codons, by panel codon id */
    double log_odds;     /* ln P(data | mutated) / P(data | wild type): soft evidence; 0 when not assessable */
    ps_ras_library library[PS_N_READ_INPUTS];
    char errors_checksum[17]; /* of the --error-reference that was used; "": none */
    int64_t errors_samples;   /* behind it */
    ps_ras_note *note;
    size_t n_notes;
} ps_ras_call;

/* From the codons of `n` samples on one panel (src/callers/ras/learn.c). Fewer than PS_MIN_ERROR_SAMPLES are an
 * error. */
int ps_errors_learn(const ps_panel *panel, const ps_read_evidence *const *samples, size_t n,
                    ps_error_reference *reference, ps_error *err);
void ps_call_ras(const ps_case *c, ps_ras_call *call);
/* Share of the codons that fragments show which base quality takes, from which that is named. */
extern const double ps_ras_poor_share;
/* 1: PASS, of a state gene, of a tier that makes RAS mutated, and not minor. */
int ps_makes_mutated(const ps_ras_variant *variant);
/* "G12D", or "c.35G>A" where the protein's change has no name. */
const char *ps_ras_change(const ps_ras_variant *variant);

#endif
