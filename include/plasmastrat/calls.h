/* calls.h - decisions: each caller turns evidence into a state, an interval, a limit and reasons.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a JSON file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_CALLS_H
#define PLASMASTRAT_CALLS_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/evidence.h"
#include "plasmastrat/expression_reference.h"
#include "plasmastrat/identity.h"
#include "plasmastrat/normals.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/reasons.h"
#include "plasmastrat/variants.h"

/* ---- RAS -------------------------------------------------------------------------------------------------------- */

typedef enum { PS_RAS_NOT_ASSESSABLE, PS_RAS_WILD_TYPE, PS_RAS_MUTATED, PS_N_RAS_STATES } ps_ras_state;
extern const char *const ps_ras_state_names[PS_N_RAS_STATES];

typedef enum { PS_FILTER_PASS, PS_FILTER_LOW_EVIDENCE, PS_FILTER_ORIENTATION, PS_FILTER_READ_END, PS_FILTER_CLUTTER,
               PS_FILTER_NEAR_INDEL, PS_FILTER_GERMLINE, PS_FILTER_VCF, PS_FILTER_REFUTED, PS_N_FILTERS } ps_filter;
/* "PASS", "low_evidence", "orientation_bias", "read_end", "clutter", "near_indel", "germline", "vcf_filter", "refuted"; with
 * a description for the VCF header */
extern const char *const ps_filter_names[PS_N_FILTERS];
extern const char *const ps_filter_descriptions[PS_N_FILTERS];

typedef struct ps_ras_said { /* what one input alone says of a variant (its filter: source_filter) */
    int given;                     /* 0: this input's caller does not list it */
    double vaf, vaf_low, vaf_high, lod;
    int64_t depth, alt_depth, ref_side[2], alt_side[2];
} ps_ras_said;

typedef struct ps_ras_variant {
    ps_effect effect;
    int contig;
    int32_t beg0, end0; /* replaced reference, trimmed, left-aligned */
    char *ref, *alt;    /* VCF alleles (anchored when an indel), plus strand */
    int32_t pos1;       /* VCF POS */
    ps_filter filter;
    char *vcf_filter;   /* FILTER of the input VCF where that is a source, else NULL */
    double vaf, vaf_low, vaf_high; /* 95 % interval; NaN when no depth is known */
    int64_t depth, alt_depth;      /* fragments (or the VCF's own counts); -1 unknown */
    int64_t ref_side[2], alt_side[2]; /* by PS_F1R2 / PS_F2R1; -1 unknown */
    double lod;         /* log10 likelihood odds of the variant at its VAF against sequencing error; NaN from a VCF */
    unsigned sources;   /* bit per ps_input_role */
    int64_t source_depth[PS_N_INPUTS], source_alt[PS_N_INPUTS]; /* -1: this input does not tell */
    ps_filter source_filter[PS_N_INPUTS]; /* what each input alone says, where its bit of `sources` is set */
    ps_ras_said said[PS_N_INPUTS];
    int context;        /* 1: HRAS or BRAF, outside the RAS state */
    int forced;         /* 1: --force-sites asked for it: reported whatever the evidence */
} ps_ras_variant;

typedef struct ps_ras_note { /* what a reader of the answer should know of how it came about */
    int warns;               /* 1: something is left open; 0: said for the record */
    char *text;
} ps_ras_note;

#define PS_LOD95_MISSED 0.05 /* what the 95 % power that lod95 stands for leaves */

typedef struct ps_ras_codon {
    ps_ras_state state; /* of this codon */
    int64_t depth;      /* fragments over all three bases, best input; -1: none could tell */
    double lod95;       /* smallest VAF that would have been called with 95 % power; NaN when nothing was seen */
    uint8_t source;     /* ps_input_role that gave depth and lod95 */
} ps_ras_codon;

typedef struct ps_ras_call {
    ps_ras_state state;
    ps_reasons reasons;
    ps_ras_variant *variant; /* KRAS/NRAS first then context, each by gene, position, alleles */
    size_t n_variants;
    ps_ras_codon *codon;     /* n_codons, by panel codon id */
    double log_odds;         /* ln P(data | mutated) / P(data | wild type): soft evidence; 0 when not assessable */
    ps_ras_note *note;
    size_t n_notes;
} ps_ras_call;

/* ---- CCND1 ------------------------------------------------------------------------------------------------------ */

typedef enum { PS_EXPRESSION_NOT_ASSESSABLE, PS_EXPRESSION_NOT_OVER, PS_EXPRESSION_OVER, PS_N_EXPRESSION_STATES } ps_expression_state;
extern const char *const ps_expression_state_names[PS_N_EXPRESSION_STATES];
typedef enum { PS_STRAND_NONE, PS_STRAND_SENSE, PS_STRAND_ANTISENSE, PS_N_STRANDS } ps_strandedness;
extern const char *const ps_strandedness_names[PS_N_STRANDS]; /* "unstranded", "forward", "reverse" */

typedef struct ps_gene_expression {
    int gene;           /* panel gene id */
    uint64_t fragments; /* in the recognised strandedness */
    double log2_ratio;  /* log2 of fragments per kb (+ half a fragment) over the median reference gene's */
} ps_gene_expression;

typedef struct ps_cell_level {
    const char *cell; /* kind of cell, the panel's text */
    double log2;      /* plasma-cell markers over this kind's, log2 of median fragments per kb */
} ps_cell_level;

typedef struct ps_expression_call {
    ps_expression_state state;
    ps_reasons reasons;
    int64_t fragments;      /* of CCND1; -1 without RNA */
    double log2_ratio, low, high; /* CCND1, with its 95 % counting interval */
    double z, percentile;   /* NaN without a cohort reference */
    const char *reference;  /* "built-in assumption", or the name of the --expression-reference */
    double over_at, not_at; /* the cut-offs used, log2 */
    int cohort_cut_offs;    /* 1: they come from the cohort's mixture; 0: they are the panel's assumption */
    ps_strandedness strand;
    double sense_share;         /* of the reference genes' fragments; NaN without any */
    double reference_median;    /* fragments per kb of the median reference gene (cohort: by the genes' centres) */
    uint64_t reference_fragments;
    int reference_genes;        /* with at least one fragment */
    double spliced_fraction, plasma_log2; /* plasma-cell markers over other-cell markers, log2; NaN unknown */
    double unspliced_share;     /* of the reads at inner exon edges, those that run on into the intron; NaN unknown */
    double late_share;          /* of the reads on long reference genes, those in the last third; NaN unknown */
    ps_cell_level *cell;        /* every other kind of cell, in the panel's order */
    size_t n_cells;
    const char *high_cell;      /* the strongest other kind; NULL unknown */
    /* The reference's distribution, for a picture: components by mean, and its samples' log2 CCND1, ascending. */
    ps_component component[PS_MAX_COMPONENTS];
    int n_components;
    double cohort_median, cohort_mad; /* NaN without a cohort */
    double *cohort;
    size_t n_cohort;
    ps_gene_expression *gene;   /* every panel gene, by gene id */
    size_t n_genes;
    double log_odds;            /* ln P(data | over) / P(data | not over) */
} ps_expression_call;

typedef enum { PS_CN_NOT_ASSESSABLE, PS_CN_LOSS, PS_CN_NEUTRAL, PS_CN_GAIN, PS_CN_AMPLIFIED, PS_N_CN_STATES } ps_cn_state;
extern const char *const ps_cn_state_names[PS_N_CN_STATES];
typedef enum { PS_SCOPE_NONE, PS_SCOPE_FOCAL, PS_SCOPE_ARM, PS_SCOPE_CHROMOSOME, PS_N_SCOPES } ps_scope;
extern const char *const ps_scope_names[PS_N_SCOPES];

typedef struct ps_arm_copies {
    int arm; /* panel arm id */
    double log2_ratio, copies;
} ps_arm_copies;

typedef struct ps_bin_level { /* for the picture: one corrected bin of chromosome 11 */
    int bin;
    double log2_ratio;
} ps_bin_level;

/* What the bins were measured against. */
typedef enum { PS_CN_REFERENCE_NONE, PS_CN_REFERENCE_PANEL, PS_CN_REFERENCE_MATCHED, PS_N_CN_REFERENCES } ps_cn_reference;
extern const char *const ps_cn_reference_names[PS_N_CN_REFERENCES]; /* "none", "panel-of-normals", "matched-normal" */

typedef struct ps_copynumber_call {
    ps_cn_state state;
    ps_reasons reasons;
    double log2_ratio, copies, copies_low, copies_high;
    ps_scope scope;
    int hyperdiploid; /* -1 unknown, 0, 1 */
    double purity;    /* used; NaN when assumed 1 */
    double fragments_per_bin, noise; /* mean per arm bin; robust CV beyond Poisson and the reference's spread */
    double wave;      /* log2: what moves neighbouring bins together */
    ps_assay assay;   /* as recognised; that of the panel of normals where one was used */
    ps_cn_reference reference;
    size_t reference_normals; /* samples behind it */
    char normals_name[80], normals_checksum[17]; /* of the panel of normals given, used or not; "": none */
    ps_arm_copies *arm;
    size_t n_arms;
    ps_bin_level *bin; /* chromosome 11 bins */
    size_t n_bins;
} ps_copynumber_call;

typedef enum { PS_JUNCTION_NOT_ASSESSABLE, PS_JUNCTION_NOT_DETECTED, PS_JUNCTION_DETECTED, PS_N_JUNCTION_STATES } ps_junction_state;
extern const char *const ps_junction_state_names[PS_N_JUNCTION_STATES];

typedef struct ps_breakpoint {
    int contig_a, contig_b;   /* 11, 14 */
    int32_t pos_a1, pos_b1;   /* 1-based, last kept base on each side */
    int right_a, right_b;     /* as in ps_junction_read */
    uint64_t split, discordant;
    int exact;                /* 1: both ends seen in a split read, or in clipped reads that match across the junction */
    char base_a, base_b;      /* bases at pos_a1 and pos_b1 (VCF REF), most reads'; 0 where none told */
    int32_t range_a[2], range_b[2]; /* where the end may lie, relative to pos_a1 and pos_b1; 0, 0 when seen */
    int event;                /* 1..: reciprocal products of one exchange share it */
} ps_breakpoint;

typedef struct ps_junction_call {
    ps_junction_state state;
    ps_reasons reasons;
    int64_t split, discordant;     /* DNA fragments; -1 without DNA */
    int64_t rna_fragments;         /* RNA fragments that join the two: support only; -1 without RNA */
    double physical_coverage;      /* DNA fragments over a base of the window's median cell; NaN without DNA */
    double powered;                /* share of the window's cells where a clonal junction would have been found at 95 % power */
    double limit_cells;            /* smallest share of cells with the junction (one allele of two) that would have been found
                                    * with 95 % power over 90 % of the window; above 1: not even in a pure sample; NaN without DNA */
    double background;             /* fragments expected by chance in one cluster: at the first breakpoint, or else where
                                    * chance pairs are densest in the window */
    uint64_t needed;               /* supporting fragments that a detection needs there; 0: nothing was measured */
    double shown;                  /* share of the fragments over a place of which enough lies on both sides of it to show a
                                    * junction there; NaN without any */
    ps_breakpoint *breakpoint;
    size_t n_breakpoints;
    unsigned sources;
} ps_junction_call;

typedef enum { PS_CCND1_NOT_ASSESSABLE, PS_CCND1_NOT_DYSREGULATED, PS_CCND1_DYSREGULATED, PS_N_CCND1_STATES } ps_ccnd1_state;
extern const char *const ps_ccnd1_state_names[PS_N_CCND1_STATES];
typedef enum { PS_CAUSE_NOT_ASSESSABLE, PS_CAUSE_NONE, PS_CAUSE_T1114, PS_CAUSE_FOCAL, PS_CAUSE_CHROMOSOME,
               PS_CAUSE_UNEXPLAINED, PS_CAUSE_CONFLICT, PS_N_CAUSES } ps_cause;
extern const char *const ps_cause_names[PS_N_CAUSES];

typedef struct ps_ccnd1_call {
    ps_ccnd1_state state;
    ps_cause cause;
    ps_reasons reasons;
    double log_odds; /* ln P(data | dysregulated) / P(data | not) */
    int rule;        /* the row of ps_ccnd1_rules() that decided, counted from 1; 0: none was tried */
} ps_ccnd1_call;

/* What a copy number says about CCND1. */
typedef enum { PS_COPIES_NOT_ASSESSABLE, PS_COPIES_NO_GAIN, PS_COPIES_FOCAL, PS_COPIES_BROAD, PS_N_COPIES_KINDS } ps_copies_kind;
extern const char *const ps_copies_kind_names[PS_N_COPIES_KINDS]; /* "not-assessable", "no gain", ... */

/* One rule: the states it fits, a bit each (1u << ps_expression_state, ...), and what it answers. */
typedef struct ps_ccnd1_rule {
    unsigned expression, junction, copies;
    ps_ccnd1_state state;
    ps_cause cause;
    ps_reason_code reason; /* PS_REASON_NONE: nothing to add; PS_REASON_JUNCTION_OPEN: only where the junction is open */
} ps_ccnd1_rule;

/* The rules of ps_call_ccnd1, tried from the top; the last fits whatever is left. Constant. */
const ps_ccnd1_rule *ps_ccnd1_rules(size_t *n);

typedef struct ps_calls {
    ps_ras_call ras;
    ps_expression_call expression;
    ps_copynumber_call copynumber;
    ps_junction_call junction;
    ps_ccnd1_call ccnd1;
    ps_identity_call identity;
} ps_calls;

/* Everything the callers may look at. Evidence of an input that was not given is NULL or has given = 0. */
typedef struct ps_case {
    const ps_panel *panel;
    const ps_evidence *reads[PS_N_READ_INPUTS];
    const ps_variants *vcf; /* NULL: none */
    const ps_variants *sites; /* alleles to report whatever the evidence (ps_variants_read_sites); NULL: none */
    double purity;          /* NaN: unknown */
    const ps_normals *normals; /* panel of normals for depth (--copynumber-reference); NULL: none */
    const ps_expression_reference *expression_reference; /* made with this panel's genes; NULL: built-in assumption */
} ps_case;

void ps_call_ras(const ps_case *c, ps_ras_call *call);
/* The same from calls that were made apart, each on some of the inputs (no input in two of them): what each input alone says
 * is joined by the same rules. `c` needs the counts of fragments by codon and allele, not their qualities. */
void ps_join_ras(const ps_case *c, const ps_ras_call *const *parts, size_t n_parts, ps_ras_call *call);
ps_ras_said ps_ras_numbers(const ps_ras_variant *variant); /* as if one input said them */
/* What one input says of a variant of such a call, its numbers computed anew from the counts (VCF: from its depths). 0: no
 * fragments of this input can be counted for a change of this kind. */
int ps_ras_say_again(const ps_case *c, const ps_ras_variant *variant, ps_input_role role, ps_ras_said *said);
/* 1: PASS, of a state gene, and of a tier that makes RAS mutated. */
int ps_makes_mutated(const ps_ras_variant *variant);
void ps_call_expression(const ps_case *c, ps_expression_call *call);
/* Every gene's log2_ratio and CCND1's numbers, from the genes' fragments and reference_median. */
void ps_expression_measure(const ps_panel *panel, ps_expression_call *call);
/* ln odds of "overexpressed" by the built-in assumption, from log2_ratio and the cut-offs. */
double ps_expression_assumed_odds(const ps_limits *limits, const ps_expression_call *call);
/* The state of a call that passed the gates, had it so many fragments of CCND1 and `depth` times those of all other genes. */
ps_expression_state ps_expression_as_if(const ps_panel *panel, const ps_expression_call *call, uint64_t fragments,
                                        double depth);
/* Median of the plasma-cell markers, log2 over the median reference gene; NaN without. */
double ps_plasma_level(const ps_panel *panel, const ps_expression_call *call);
/* Learns a reference from the RNA of a cohort: gates each sample as the caller does (but for the share of reads in the
 * last third of the transcripts, which must be like the cohort's), centres the reference genes, fits the mixture unless
 * `mixture` is 0. Owns copies of everything; name and checksum are left to the reader of the written file.
 * Fewer than PS_REFERENCE_MIN_SAMPLES usable samples are an error of `path`, the sheet, that says why. */
int ps_fit_expression(const ps_panel *panel, const ps_evidence *const *rna, const char *const *sample_id, size_t n,
                      int mixture, const char *path, ps_expression_reference *reference, ps_error *err);
/* ln P(log2 | over) / P(log2 | not), each side's components weighted among themselves: how many of which kind the
 * cohort had is no prior of a patient. Held at its value at the nearest component means outside them; at most
 * expression_max_log_odds either way.
 * 0 without cut-offs. */
double ps_expression_reference_odds(const ps_limits *limits, const ps_expression_reference *reference, double log2);
/* The same for a count: log odds of the mean of P(over | log2) over what log2 may be when `fragments` were seen and
 * `expected` would be at log2 0 (Poisson; prior: both sides of the mixture alike). A shallow count stays near 0. */
double ps_expression_count_odds(const ps_limits *limits, const ps_expression_reference *reference, double fragments,
                                double expected);
/* Are these reads of the other kind than they were given as? Writes a sentence with numbers and a hint into `why` and
 * returns 1; 0 when they are not, or too few to tell. RNA is known by spliced reads, DNA by reads that run across exon
 * edges; a file with neither (one amplicon, RNA aligned without splicing) is not refused. */
int ps_wrong_assay(const ps_panel *panel, const ps_evidence *evidence, char *why, size_t why_size);
/* 1: two inputs are the same reads, in whatever order or format: the fragments that are kept for pictures, those with the
 * lowest name hashes at every codon, agree in name and bases. 0 also where too few cover the codons to tell. */
int ps_same_reads(const ps_evidence *a, const ps_evidence *b);
void ps_call_copynumber(const ps_case *c, ps_copynumber_call *call);
/* A panel of normals from the depth bins of `n` normals on one panel (see normals.h). `names` are for messages and audit:
 * a normal that is too shallow, of another assay than the first, or not at two copies is an error naming it. The caller
 * asks for at least PS_MIN_NORMALS; one is a matched normal. The caller frees `normals`. */
int ps_normals_learn(const ps_panel *panel, const ps_evidence *const *samples, const char *const *names, size_t n,
                     ps_normals *normals, ps_error *err);
void ps_call_junction(const ps_case *c, ps_junction_call *call);
/* Adds what RNA says (fragments that join the two) to a call from DNA. */
void ps_junction_add_rna(int64_t rna_fragments, ps_junction_call *call);
/* One state and one cause from the other three, by the first of ps_ccnd1_rules() that fits. */
void ps_call_ccnd1(const ps_case *c, const ps_expression_call *expression, const ps_copynumber_call *copynumber,
                   const ps_junction_call *junction, ps_ccnd1_call *call);
/* The inputs' persons, compared pair by pair, and contamination of each input. */
void ps_call_identity(const ps_case *c, ps_identity_call *call);
void ps_call(const ps_case *c, ps_calls *calls); /* all of them, in order */
void ps_calls_free(ps_calls *calls);

#endif
