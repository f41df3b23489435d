/* tsv.c - cohort.tsv: one row per sample, the contract's columns first. */
#include "columns.h"

#include "../format.h"
#include "private.h"

static void put_header(FILE *out) {
    for (size_t c = 0; c < ps_n_cohort_columns; c++)
        if (ps_cohort_columns[c].name)
            fprintf(out, "%s%s", c ? "\t" : "", ps_cohort_columns[c].name);
    fputc('\n', out);
}

/* A failed sample has nothing but its failure, whatever else the row holds. */
static void put_row(const ps_row *row, FILE *out) {
    for (size_t i = 0; i < ps_n_cohort_columns; i++) {
        const ps_cohort_column *c = &ps_cohort_columns[i];
        if (!c->name)
            continue;
        fputs(i ? "\t" : "", out);
        if (!row->failure || c->also_failed)
            c->write(c, row, out);
        else
            fputs(PS_COHORT_EMPTY, out);
    }
    fputc('\n', out);
}

int ps_write_cohort_tsv(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    put_header(out);
    for (size_t i = 0; i < n; i++)
        put_row(&rows[i], out);
    return ps_finish(out, "the cohort table", err);
}
