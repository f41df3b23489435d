/* columns.h - what cohort.tsv and MultiQC tell of a sample: one table for both. Private to src/report/cohort. */
#ifndef PLASMASTRAT_REPORT_COHORT_COLUMNS_H
#define PLASMASTRAT_REPORT_COHORT_COLUMNS_H

#include "plasmastrat/cohort.h"

/* How MultiQC shows a column. */
typedef struct ps_multiqc_column {
    int place; /* 1 for the first; 0: not shown there */
    const char
        *name; /* becomes a class of MultiQC's cells; "label" is one that its style sheet draws white on white */
    const char *title, *description;
    const char *format, *suffix, *scale; /* of numbers; format NULL: a word; scale NULL: no bar */
    double max;                          /* NaN or 0: none */
    double factor;                       /* from the table's unit to this one; 0: the same */
    int hidden;
} ps_multiqc_column;

typedef struct ps_cohort_column {
    const char *name; /* in cohort.tsv; NULL: not there */
    void (*write)(const struct ps_cohort_column *column, const ps_row *row, FILE *out); /* nothing at all: "." */
    size_t offset;            /* of the row's member, for the writers that take one */
    const char *const *words; /* of an enum's values */
    int also_failed;          /* 1: a failed sample has it too */
    ps_multiqc_column multiqc;
} ps_cohort_column;

extern const ps_cohort_column ps_cohort_columns[];
extern const size_t ps_n_cohort_columns;

void ps_cohort_mutations(const ps_cohort_column *column, const ps_row *row, FILE *out);

#define PS_COHORT_EMPTY "."

#endif
