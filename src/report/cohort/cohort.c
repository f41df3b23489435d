/* cohort.c - what the cohort's writers share. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    enum { MOST = 50 }; /* of a cell: readers of tables refuse longer ones (131,072 bytes in Python's csv) */
    const char *join = "";
    size_t n = 0;
    for (size_t i = 0; i < row->n_variants; i++) {
        const ps_row_variant *v = &row->variant[i];
        if (v->mutates != mutates || n++ >= MOST)
            continue;
        char *gene = ps_plain(v->gene), *change = ps_plain(v->hgvs_p);
        fprintf(out, "%s%s:%s:", join, gene ? gene : "", change ? change : "");
        ps_cohort_put_real(out, v->vaf, missing);
        free(gene);
        free(change);
        join = ",";
    }
    if (n > MOST)
        fprintf(out, ",and %zu more", n - MOST);
    if (!*join)
        fputs(missing, out);
}

/* ---- what a sample counts as ------------------------------------------------------------------------------------
 */

const int ps_cohort_groups[5] = {PS_LABEL_PLASMACYTOMA, PS_LABEL_INTRAMEDULLARY, PS_LABEL_INDETERMINATE,
                                 PS_LABEL_NOT_ASSESSABLE, PS_GROUP_FAILED};

int ps_cohort_group_of(const ps_row *row) {
    if (row->failure)
        return PS_GROUP_FAILED;
    return row->label == PS_LABEL_NOT_APPLICABLE ? (int)PS_LABEL_NOT_ASSESSABLE : (int)row->label;
}

const char *ps_cohort_group_name(int group) {
    return group == PS_GROUP_FAILED ? "failed" : ps_label_names[group];
}

const char *ps_cohort_group_kind(int group) {
    static const char *const kinds[PS_N_GROUPS] = {
        [PS_LABEL_NOT_ASSESSABLE] = "none", [PS_LABEL_INDETERMINATE] = "amber", [PS_LABEL_PLASMACYTOMA] = "warm",
        [PS_LABEL_INTRAMEDULLARY] = "cool", [PS_LABEL_NOT_APPLICABLE] = "none", [PS_GROUP_FAILED] = "red",
    };
    return kinds[group];
}

void ps_cohort_put_link(FILE *out, const ps_row *row) {
    if (!row->page)
        return;
    fputs("./", out);
    for (const unsigned char *s = (const unsigned char *)row->page; *s; s++) {
        int plain = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') ||
                    strchr("-._~/", *s) != NULL;
        fprintf(out, plain ? "%c" : "%%%02X", *s);
    }
}
