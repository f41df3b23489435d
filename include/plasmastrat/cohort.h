/* cohort.h - many samples at once: one plain row per sample, and the writers of the cohort's three files.
 *
 * A row holds what cohort.tsv, cohort.html and plasmastrat_mqc.json show, and nothing else: it owns its strings and
 * refers to no panel and no open file, so it is made from a result in memory or from an ID.json that was written
 * long ago. A row that was zeroed reads as "nothing assessed"; ps_cohort_row_init also makes its numbers absent.
 * Doubles that do not exist are NaN, counts -1, strings NULL. Strings may hold any byte; the writers make them safe.
 * Writers format and compute nothing but tallies; the same rows give the same bytes.
 */
#ifndef PLASMASTRAT_COHORT_H
#define PLASMASTRAT_COHORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plasmastrat/result.h"

typedef enum { PS_ANSWER_UNKNOWN, PS_ANSWER_NO, PS_ANSWER_YES, PS_N_ANSWERS } ps_answer;

typedef struct ps_cohort_variant {
    char *gene, *hgvs_p;
    double vaf;
    int mutates; /* 1: makes RAS mutated; 0: passed the filters and is shown beside it (BRAF, uncertain changes) */
} ps_cohort_variant;

typedef struct ps_cohort_check { /* one QC check */
    char *check, *input, *message;
    ps_qc_state state;
    double value, limit;
} ps_cohort_check;

typedef struct ps_cohort_match { /* another sample that is the same person's */
    char *sample_id;
    int first;            /* 1: this row comes before the other (each pair stands in both) */
    unsigned own, theirs; /* bit per ps_input_role: which inputs say so */
} ps_cohort_match;

typedef struct ps_cohort_row {
    char *sample_id;
    char *failure; /* NULL: done; else why the sample failed, and only sample_id is meaningful besides */
    char *page;    /* the sample's own page as a path relative to the cohort's folder; NULL: none */
    /* label */
    ps_label_state label, leaning; /* never PS_LABEL_NOT_APPLICABLE: such a sample is not-assessable */
    double probability, low, high; /* of plasmacytoma-like, with its 95 % interval */
    char *message;                 /* why there is no definite label */
    char *model, *question;
    ps_basis basis; /* of the model; meaningless without one */
    ps_specimen specimen;
    double purity;
    /* RAS */
    ps_ras_state ras;
    ps_cohort_variant *variant; /* in the result's order */
    size_t n_variants;
    double lod95;      /* of the worst required codon; NaN when that one was not seen at all */
    char *lod95_codon; /* "KRAS:146" */
    /* CCND1 */
    ps_ccnd1_state ccnd1;
    ps_cause cause;
    ps_expression_state expression;
    double log2_ratio, over_at, not_at; /* CCND1 expression and the cut-offs it was held against */
    ps_cn_state copy_number;
    double copies, copies_low, copies_high;
    ps_scope scope;
    ps_answer hyperdiploid;
    ps_junction_state junction;
    int64_t split, discordant; /* fragments */
    /* persons */
    ps_identity_state identity;
    double contamination;     /* highest of the inputs'; NaN when none was assessed */
    char *snp_set;            /* what `person` can be compared with; NULL: nothing */
    ps_identity_input *person; /* role, sites, counts and genotypes of each input */
    size_t n_persons;
    ps_cohort_match *match;   /* by ps_cohort_compare, in the order of the rows */
    size_t n_matches;
    /* QC */
    ps_cohort_check *check;
    size_t n_checks;
} ps_cohort_row;

void ps_cohort_row_init(ps_cohort_row *row); /* nothing known: NaN, -1, NULL */
void ps_cohort_row_of(const ps_result *result, ps_cohort_row *row); /* copies; a failed result gives a failed row */
void ps_cohort_row_free(ps_cohort_row *row);
/* Append; strings are copied. */
void ps_cohort_add_variant(ps_cohort_row *row, const char *gene, const char *hgvs_p, double vaf, int mutates);
void ps_cohort_add_check(ps_cohort_row *row, const char *check, const char *input, ps_qc_state state, double value,
                         double limit, const char *message);

/* Compares the persons of all rows, pair by pair, and notes those that are the same. Rows whose snp_set is that of none of
 * the panels are left out. Call once, before the writers. */
void ps_cohort_compare(const ps_panel *panels, int n_panels, ps_cohort_row *rows, size_t n);

/* The samples of the person of row `own`: it and those that ps_cohort_compare found to be the same go to `member` (n places), in
 * the order of the rows. `told` (n, zero at first) marks rows that were named. Returns how many; 0: a person of one sample, or
 * told before. (A swapped sample is two persons': it stands with both.) */
size_t ps_cohort_person(const ps_cohort_row *rows, size_t n, size_t own, char *told, size_t *member);

/* cohort.tsv: a header, then the rows in the order given. */
int ps_write_cohort_tsv(const ps_cohort_row *rows, size_t n, FILE *out, ps_error *err);
/* cohort.html: self-contained; the table shows failed samples first, otherwise in the order given. */
int ps_write_cohort_html(const ps_cohort_row *rows, size_t n, FILE *out, ps_error *err);
/* plasmastrat_mqc.json: MultiQC custom content, a table with every sample's name inside. */
int ps_write_multiqc(const ps_cohort_row *rows, size_t n, FILE *out, ps_error *err);

#endif
