/* expression.h - CCND1 expression from RNA.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed ps_round6(), so
 * what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_EXPRESSION_H
#define PLASMASTRAT_EXPRESSION_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/case.h"
#include "plasmastrat/reasons.h"

typedef enum {
    PS_EXPRESSION_NOT_ASSESSABLE,
    PS_EXPRESSION_NOT_OVER,
    PS_EXPRESSION_OVER,
    PS_N_EXPRESSION_STATES
} ps_expression_state;
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
    int64_t fragments;            /* of CCND1; -1 without RNA */
    double log2_ratio, low, high; /* CCND1, with its 95 % counting interval */
    double z, percentile;         /* NaN without a cohort reference */
    const char *reference;        /* "built-in assumption", or the name of the --expression-reference */
    double over_at, not_at;       /* the cut-offs used, log2 */
    int cohort_cut_offs;          /* 1: they come from the cohort's mixture; 0: they are the panel's assumption */
    ps_strandedness strand;
    double sense_share;      /* of the reference genes' fragments; NaN without any */
    double reference_median; /* fragments per kb of the median reference gene (cohort: by the genes' centres) */
    uint64_t reference_fragments;
    int reference_genes;                  /* with at least one fragment */
    double spliced_fraction, plasma_log2; /* plasma-cell markers over other-cell markers, log2; NaN unknown */
    double unspliced_share; /* of the reads at inner exon edges, those that run on into the intron; NaN unknown */
    double late_share;      /* of the reads on long reference genes, those in the last third; NaN unknown */
    ps_cell_level *cell;    /* every other kind of cell, in the panel's order */
    size_t n_cells;
    const char *high_cell; /* the strongest other kind; NULL unknown */
    /* The reference's distribution, for a picture: components by mean, and its samples' log2 CCND1, ascending. */
    ps_component component[PS_MAX_COMPONENTS];
    int n_components;
    double cohort_median, cohort_mad; /* NaN without a cohort */
    double *cohort;
    size_t n_cohort;
    ps_gene_expression *gene; /* every panel gene, by gene id */
    size_t n_genes;
    double log_odds; /* ln P(data | over) / P(data | not over) */
} ps_expression_call;

void ps_call_expression(const ps_case *c, ps_expression_call *call);
/* Where there is no RNA, the call from another program's counts. Beside RNA they only add a reason when they disagree. */
void ps_expression_add_counts(const ps_case *c, ps_expression_call *call);
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
int ps_fit_expression(const ps_panel *panel, const ps_read_evidence *const *rna, const char *const *sample_id,
                      size_t n, int mixture, const char *path, ps_expression_reference *reference, ps_error *err);
/* ln P(log2 | over) / P(log2 | not), each side's components weighted among themselves: how many of which kind the
 * cohort had is no prior of a patient. Held at its value at the nearest component means outside them; at most
 * expression_max_log_odds either way.
 * 0 without cut-offs. */
double ps_expression_reference_odds(const ps_limits *limits, const ps_expression_reference *reference, double log2);
/* The same for a count: log odds of the mean of P(over | log2) over what log2 may be when `fragments` were seen and
 * `expected` would be at log2 0 (Poisson; prior: both sides of the mixture alike). A shallow count stays near 0. */
double ps_expression_count_odds(const ps_limits *limits, const ps_expression_reference *reference, double fragments,
                                double expected);

#endif
