/* expression.h - CCND1 expression from RNA, per plasma cell.
 *
 * Real myeloma has three levels of CCND1, sixteen-fold apart: very high (t(11;14)-like, "overexpressed"),
 * intermediate (biallelic, mostly hyperdiploid) and low ("not-overexpressed"). A sample's level is told from a
 * mixture of the three (the panel's, or a cohort's where the cohort shows a level), after CCND1 was divided by the
 * share of plasma cells that the marker genes show, and after what other cells may lend was allowed for.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_EXPRESSION_H
#define PLASMASTRAT_EXPRESSION_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/case.h"
#include "plasmastrat/reasons.h"

/* the same share may differ by this from the cohort's (assumption) */
static const double expression_late_shift = 0.2;
/* ln odds: most that expression says (assumption: odds of 400: no single measurement is surer) */
static const double expression_max_log_odds = 6;

typedef enum {
    PS_EXPRESSION_NOT_ASSESSABLE,
    PS_EXPRESSION_NOT_OVER,
    PS_EXPRESSION_INTERMEDIATE,
    PS_EXPRESSION_OVER,
    PS_N_EXPRESSION_STATES
} ps_expression_state; /* level + PS_EXPRESSION_NOT_OVER */
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

/* Densities of log2 CCND1 per plasma cell by level, and each level's share in the population. */
enum { PS_MIXTURE_COMPONENTS = PS_MAX_COMPONENTS + PS_N_LEVELS };
typedef struct ps_mixture {
    ps_component component[PS_MIXTURE_COMPONENTS]; /* weights: within their level */
    int n;
    double share[PS_N_LEVELS];
} ps_mixture;

/* log2 CCND1 per plasma cell, deep and pure: low up to .., intermediate from .. to .., very high from .. up; NaN:
 * never */
typedef struct ps_cut_offs {
    double low_to, middle_from, middle_to, high_from;
} ps_cut_offs;

typedef struct ps_plasma_share { /* of the RNA of the sample's cells; NaN: no marker with a centre */
    double value, low, high;     /* 95 % interval */
    double log2, sd;             /* its logarithm before it is held to 1, and its spread */
    int markers;                 /* that it rests on */
} ps_plasma_share;

typedef struct ps_expression_call {
    ps_expression_state state;
    ps_reasons reasons;
    int64_t fragments;            /* of CCND1; -1 without RNA */
    double log2_ratio, low, high; /* CCND1, with its 95 % counting interval */
    double z, percentile;         /* NaN without a cohort reference */
    const char *reference;        /* "built-in assumption", or the name of the --expression-reference */
    ps_mixture
        mixture; /* what the levels are told by; of a cohort, completed by the panel's levels it does not show */
    ps_cut_offs cut_offs;          /* of that mixture */
    int cohort_cut_offs;           /* 1: the cohort shows two levels or three; 0: the mixture is the panel's */
    double posterior[PS_N_LEVELS]; /* NaN: not measured */
    double log_level[PS_N_LEVELS]; /* ln P(data | level) / P(data | low); 0 where the state is not assessable */
    int low_if_lent; /* 1: low only if other cells lend what they may; the posteriors are without that */
    ps_plasma_share plasma_share;
    double per_cell;        /* log2_ratio less log2 of the plasma share */
    double other_log2;      /* CCND1 that other cells may lend at most, in the unit of log2_ratio; NaN unknown */
    const char *other_cell; /* the kind of cell that may lend most; NULL: none in particular */
    ps_strandedness strand;
    double sense_share;      /* of the reference genes' fragments; NaN without any */
    double reference_median; /* fragments per kb of the median reference gene (cohort: by the genes' centres) */
    double molecules;        /* per fragment, by which counts are as sure as their molecules are many; 0: as 1 */
    uint64_t reference_fragments;
    int reference_genes;                  /* with at least one fragment */
    double spliced_fraction, plasma_log2; /* plasma-cell markers over other-cell markers, log2; NaN unknown */
    double unspliced_share; /* of the reads at inner exon edges, those that run on into the intron; NaN unknown */
    double late_share;      /* of the reads on long reference genes, those in the last third; NaN unknown */
    ps_cell_level *cell;    /* every other kind of cell, in the panel's order */
    size_t n_cells;
    const char *high_cell; /* the strongest other kind; NULL unknown */
    /* The reference's distribution, for a picture: its samples' log2 CCND1 per plasma cell, ascending. */
    double cohort_median, cohort_mad; /* NaN without a cohort */
    double *cohort;
    size_t n_cohort;
    ps_gene_expression *gene; /* every panel gene, by gene id */
    size_t n_genes;
} ps_expression_call;

void ps_call_expression(const ps_case *c, ps_expression_call *call);
/* Another program's counts as evidence of RNA that shows nothing else. `rna` holds nothing: it is initialised here.
 */
void ps_counts_as_rna(const ps_panel *panel, const ps_count_evidence *counts, ps_read_evidence *rna);
/* Where there is no RNA, the call from another program's counts. Beside RNA they only add a reason when they
 * disagree. */
void ps_expression_add_counts(const ps_case *c, ps_expression_call *call);
/* The state of a call that passed the gates, had it so many fragments of CCND1 and `depth` times those of all other
 * genes. */
ps_expression_state ps_expression_as_if(const ps_panel *panel, const ps_expression_call *call, uint64_t fragments,
                                        double depth);
/* The panel's mixture, or a cohort's: each level that it shows is the cohort's, the others the panel's. Returns 1 for
 * a cohort's; one that shows a single level cannot tell levels apart and gives the panel's. */
int ps_mixture_of(const ps_panel *panel, const ps_expression_reference *cohort, ps_mixture *mixture);
/* Posterior of each level were log2 CCND1 per plasma cell known. */
void ps_mixture_posterior(const ps_mixture *mixture, double log2_per_cell, double posterior[PS_N_LEVELS]);
ps_level ps_mixture_level(const ps_mixture *mixture, double log2_per_cell); /* the likeliest */
ps_cut_offs ps_mixture_cut_offs(const ps_mixture *mixture, double posterior);
/* What a count says of the level. `fragments` were seen where `expected` would be at log2 0 in pure plasma cells;
 * log2 of the plasma share is normal (mean, sd), at most 0; other cells lend between nothing and `lent` (in the unit
 * of 2^log2), every value alike. Fills P(data | level) and the posterior. */
typedef struct ps_level_data {
    double fragments, expected, share_log2, share_sd, lent;
} ps_level_data;
void ps_level_likelihood(const ps_mixture *mixture, const ps_level_data *data, double likelihood[PS_N_LEVELS],
                         double posterior[PS_N_LEVELS]);
/* Learns a reference from the RNA of a cohort: gates each sample as the caller does (but for the share of reads in
 * the last third of the transcripts, which must be like the cohort's), centres the reference genes, fits the mixture
 * unless `mixture` is 0. Owns copies of everything; name and checksum are left to the reader of the written file.
 * Fewer than PS_REFERENCE_MIN_SAMPLES usable samples are an error of `path`, the sheet, that says why. */
int ps_fit_expression(const ps_panel *panel, const ps_read_evidence *const *rna, const char *const *sample_id,
                      size_t n, int mixture, const char *path, ps_expression_reference *reference, ps_error *err);
#endif
