/* cohort.c - what the cohort's writers share. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"

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

/* ---- the models ------------------------------------------------------------------------------------------------ */

static int same_model(const ps_row *a, const ps_row *b) {
    return a->basis == b->basis && !strcmp(a->model, b->model);
}

size_t ps_cohort_models(const ps_row *rows, size_t n, const ps_row **model) {
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        if (rows[i].failure || !rows[i].model)
            continue;
        while (k < found && !same_model(model[k], &rows[i]))
            k++;
        if (k == found)
            model[found++] = &rows[i];
        else if (!model[k]->population) /* of schema 1, which has no rates */
            model[k] = &rows[i];
    }
    return found;
}

char *ps_cohort_rates(const ps_row *rows, size_t n, const ps_row *model) {
    size_t here[PS_N_GROUPS] = {0};
    const double *rate = model->rates.of;
    if (!model->population)
        return ps_strdup("");
    for (size_t i = 0; i < n; i++)
        if (!rows[i].failure && rows[i].model && same_model(&rows[i], model))
            here[ps_cohort_group_of(&rows[i])]++;
    return ps_format(
        "Of 100 %s it labels %.0f plasmacytoma-like, %.0f intramedullary and %.0f indeterminate; of the %zu "
        "sample%s here that it could assess %zu, %zu and %zu.",
        model->population, 100 * rate[PS_LABEL_PLASMACYTOMA], 100 * rate[PS_LABEL_INTRAMEDULLARY],
        100 * rate[PS_LABEL_INDETERMINATE],
        here[PS_LABEL_PLASMACYTOMA] + here[PS_LABEL_INTRAMEDULLARY] + here[PS_LABEL_INDETERMINATE],
        ps_s(here[PS_LABEL_PLASMACYTOMA] + here[PS_LABEL_INTRAMEDULLARY] + here[PS_LABEL_INDETERMINATE]),
        here[PS_LABEL_PLASMACYTOMA], here[PS_LABEL_INTRAMEDULLARY], here[PS_LABEL_INDETERMINATE]);
}

/* ---- what a sample counts as ----------------------------------------------------------------------------------- */

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
