/* cohort.c - what the cohort's writers share. */
#include <math.h>
#include <stdlib.h>

#include "private.h"
#include "../format.h"

const char *ps_cohort_status(const ps_row *row) {
    return row->failure ? "failed" : "ok";
}

int ps_cohort_n_checks(const ps_row *row, ps_qc_state state) {
    int n = 0;
    for (size_t i = 0; i < row->n_checks; i++)
        n += row->check[i].state == state;
    return n;
}

double ps_cohort_ras_vaf(const ps_row *row) {
    double highest = NAN;
    for (size_t i = 0; i < row->n_variants; i++)
        if (row->variant[i].mutates && isfinite(row->variant[i].vaf) && !(row->variant[i].vaf <= highest))
            highest = row->variant[i].vaf;
    return highest;
}

void ps_cohort_put_real(FILE *out, double x, const char *missing) {
    if (isfinite(x))
        fprintf(out, "%.6g", x == 0 ? 0.0 : x);
    else
        fputs(missing, out);
}

void ps_cohort_put_variants(FILE *out, const ps_row *row, int mutates, const char *missing) {
    const char *join = "";
    for (size_t i = 0; i < row->n_variants; i++) {
        const ps_row_variant *v = &row->variant[i];
        if (v->mutates != mutates)
            continue;
        char *gene = ps_plain(v->gene), *change = ps_plain(v->hgvs_p);
        fprintf(out, "%s%s:%s:", join, gene ? gene : "", change ? change : "");
        ps_cohort_put_real(out, v->vaf, missing);
        free(gene);
        free(change);
        join = ",";
    }
    if (!*join)
        fputs(missing, out);
}
