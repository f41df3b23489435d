/* row.h - what the cohort's files, `report` and `batch --resume` need of one sample: flat, small, on its own.
 *
 * A row owns its strings and refers to no panel and no open file. It is made from a result in memory, or read from an
 * ID.json that was written long ago: names, states and numbers as they stand there, of a document whose digest fits.
 * Nothing is called anew from it. A row that was zeroed reads as "nothing assessed"; ps_row_init also makes its
 * numbers absent. Doubles that do not exist are NaN, counts -1, strings NULL. Strings may hold any byte; the writers
 * make them safe.
 */
#ifndef PLASMASTRAT_ROW_H
#define PLASMASTRAT_ROW_H

#include <stddef.h>
#include <stdio.h>
#include <stdint.h>

#include "plasmastrat/result.h"

typedef enum { PS_ANSWER_UNKNOWN, PS_ANSWER_NO, PS_ANSWER_YES, PS_N_ANSWERS } ps_answer;

typedef struct ps_row_variant {
    char *gene, *hgvs_c, *hgvs_p;
    char *chrom, *ref, *alt, *protein, *transcript; /* as in the JSON; NULL: not known */
    int32_t pos1;                                   /* 0: not known */
    int64_t depth, alt_depth, ref_depth; /* fragments, -1: not known; those with neither allele are in depth only */
    double vaf;
    int mutates; /* 1: makes RAS mutated; 0: passed the filters and is shown beside it (BRAF, uncertain changes) */
    struct ps_row_carrier {    /* by ps_cohort_carry_over: a sample of the run that this may come from */
        const char *sample_id; /* the other row's, with most of the variant; NULL: none */
        double vaf;            /* there */
        int by_lane;           /* 1: the names of their reads tell of one lane; 0: they do not tell */
    } carrier;
} ps_row_variant;

typedef struct ps_row_check {      /* one QC check */
    char *check, *input, *message; /* message NULL: passed */
    ps_qc_state state;
} ps_row_check;

typedef struct ps_row_person { /* what one input tells of its person, as it is published (identity.h) */
    ps_input_role role;
    int sites;
    char *counts, *genotypes;
} ps_row_person;

typedef struct ps_row_match {  /* another sample that is the same person's */
    const char *sample_id;     /* the other row's */
    unsigned char first;       /* 1: this row comes before the other (each pair stands in both) */
    unsigned char own, theirs; /* bit per ps_input_role: which inputs say so */
} ps_row_match;

typedef struct ps_row_model { /* what one built-in model answers */
    char *name;
    ps_label_state label;
    int contradicts; /* it says the opposite of the label */
} ps_row_model;

typedef struct ps_row {
    char *sample_id;
    char *failure; /* NULL: done; else why the sample failed, and only sample_id is meaningful besides */
    char *page;    /* the sample's own page as a path relative to the cohort's folder; NULL: none */
    /* label */
    ps_label_state label, leaning; /* never PS_LABEL_NOT_APPLICABLE: such a sample is not-assessable */
    double probability, low, high; /* of plasmacytoma-like, with its 95 % interval */
    char *message;                 /* why there is no definite label */
    int borderline;                /* the label's interval crosses its threshold */
    char *model, *question;
    char *population; /* where the chosen model's rates hold; NULL: none were worked out (schema 1) */
    ps_rates rates;   /* of the chosen model there, by label */
    ps_row_model *answer;
    size_t n_answers;
    ps_basis basis; /* of the model; meaningless without one */
    ps_specimen specimen;
    double purity;
    char *build; /* of the first input that tells it; NULL: none does */
    /* RAS */
    ps_ras_state ras;
    ps_row_variant *variant; /* in the result's order */
    size_t n_variants;
    double lod95;      /* of the worst required codon; NaN when that one was not seen at all */
    char *lod95_codon; /* "KRAS:146" */
    /* CCND1 */
    ps_ccnd1_state ccnd1;
    ps_cause cause;
    ps_expression_state expression;
    double log2_ratio, per_cell, over_at, not_at; /* CCND1 expression; per plasma cell, and the cut-offs of that */
    ps_cn_state copy_number;
    double copies, copies_low, copies_high;
    ps_scope scope;
    ps_answer hyperdiploid;
    ps_junction_state junction;
    int64_t split, discordant; /* fragments */
    /* persons */
    ps_identity_state identity;
    double contamination; /* highest of the inputs'; NaN when none was assessed */
    char *snp_set;        /* what `person` can be compared with; NULL: nothing */
    ps_row_person *person;
    size_t n_persons;
    ps_row_match *match; /* by ps_cohort_compare, in the order of the rows; the first PS_ROW_MATCHES of them */
    size_t n_matches, n_more;
    ps_lanes lanes; /* that its RNA and DNA come from */
    /* QC */
    ps_row_check *check;
    size_t n_checks;
} ps_row;

enum { PS_ROW_MATCHES = 50 };     /* more samples of one person are counted, not listed */
enum { PS_ROW_BYTES = 64 << 20 }; /* a larger ID.json is refused */

void ps_row_init(ps_row *row);                        /* nothing known: NaN, -1, NULL */
void ps_row_of(const ps_result *result, ps_row *row); /* copies; a failed result gives a failed row */
void ps_row_free(ps_row *row);
/* Append; strings are copied. */
/* Returns the variant, whose place and counts are not known yet; valid until the next one is added. */
ps_row_variant *ps_row_add_variant(ps_row *row, const char *gene, const char *hgvs_c, const char *hgvs_p, double vaf,
                                   int mutates);
void ps_row_add_answer(ps_row *row, const char *name, ps_label_state label, int contradicts);
/* The names of the models that contradict, joined by ','; plain text. */
void ps_row_put_contradicting(FILE *out, const ps_row *row, const char *missing);
void ps_row_add_check(ps_row *row, const char *check, const char *input, ps_qc_state state, const char *message);

/* The row of an ID.json, the same that ps_row_of made of its result. Refused, with the file's name and the place in
 * it: no JSON, another or a newer schema, a digest that is missing or does not fit, a member that is missing or out
 * of range. The row is empty (ps_row_init) then. */
int ps_row_read(const char *path, ps_row *row, ps_error *err);
/* The same of a file whose bytes are known to be those that were written (the ledger's): its digest is not worked
 * out. */
int ps_row_read_known(const char *path, ps_row *row, ps_error *err);
/* The same from memory; `path` is only the name used in messages. */
int ps_row_parse(const char *path, const char *bytes, size_t n_bytes, ps_row *row, ps_error *err);

#endif
