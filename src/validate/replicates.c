/* replicates.c - the same sample again: do its answers and its VAFs repeat? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "private.h"

static size_t first_of(const ps_validation *v, size_t row) {
    while (v->row[row].replicate_of != PS_NO_ROW)
        row = v->row[row].replicate_of;
    return row;
}

static void add_member(ps_replicates *g, size_t row) {
    g->row = ps_resize(g->row, g->n + 1, sizeof *g->row);
    g->row[g->n++] = row;
}

static void collect_groups(ps_validation *v) {
    size_t *group_after = ps_alloc(v->n, sizeof *group_after); /* of each first row: its group and 1; 0: none yet */
    for (size_t r = 0; r < v->n; r++) {
        size_t first = first_of(v, r);
        if (first == r)
            continue;
        if (!group_after[first]) {
            PS_GROW(v->group, v->n_groups, v->groups_capacity);
            v->group[v->n_groups++] = (ps_replicates){.first = first};
            group_after[first] = v->n_groups;
            add_member(&v->group[v->n_groups - 1], first);
        }
        add_member(&v->group[group_after[first] - 1], r);
    }
    free(group_after);
}

/* Different runs are reproducibility; one run, or runs that are not stated, repeatability. */
static int is_same_run(const ps_validation *v, const ps_replicates *g) {
    const char *run = NULL;
    for (size_t i = 0; i < g->n; i++) {
        const char *other = v->row[g->row[i]].run;
        if (run && other && strcmp(run, other) != 0)
            return 0;
        run = run ? run : other;
    }
    return 1;
}

static int is_of_run(const ps_validation *v, size_t row, const char *run) {
    return v->row[row].run && !strcmp(v->row[row].run, run);
}

/* Members of one run, beginning with the i-th, are a group of their own beside the whole one: two or more repeat each
 * other. */
static void add_part(ps_validation *v, size_t whole, size_t i) {
    const char *run = v->row[v->group[whole].row[i]].run;
    ps_replicates part = {.first = v->group[whole].first, .part = run, .same_run = 1};
    for (size_t k = 0; k < i; k++)
        if (is_of_run(v, v->group[whole].row[k], run))
            return;
    for (size_t k = i; k < v->group[whole].n; k++)
        if (is_of_run(v, v->group[whole].row[k], run))
            add_member(&part, v->group[whole].row[k]);
    if (part.n < 2) {
        free(part.row);
        return;
    }
    PS_GROW(v->group, v->n_groups, v->groups_capacity);
    v->group[v->n_groups++] = part;
}

static void split_runs(ps_validation *v) {
    size_t n = v->n_groups;
    for (size_t g = 0; g < n; g++) {
        v->group[g].same_run = is_same_run(v, &v->group[g]);
        for (size_t i = 0; i < v->group[g].n && !v->group[g].same_run; i++)
            if (v->row[v->group[g].row[i]].run)
                add_part(v, g, i);
    }
}

/* A state of which 0 is not assessable; of variants that is the state of RAS. */
static int state_of(const ps_found *f, ps_compared what) {
    switch (what) {
    case PS_COMPARED_JUNCTION:
        return (int)f->junction;
    case PS_COMPARED_CCND1:
        return (int)f->ccnd1;
    case PS_COMPARED_COPIES:
        return (int)f->copy_number;
    case PS_COMPARED_LABEL:
        return (int)f->label;
    default:
        return (int)f->ras;
    }
}

static void count_flips(const ps_validation *v, ps_replicates *g, ps_compared what) {
    enum { MOST_STATES = 16 };
    int n[MOST_STATES] = {0}, most = 0;
    for (size_t i = 0; i < g->n; i++) {
        const ps_validation_row *row = &v->row[g->row[i]];
        int state = row->failure ? 0 : state_of(&row->found, what);
        g->assessed[what] += state != 0;
        if (state && ++n[state] > most)
            most = n[state];
    }
    g->flips[what] = g->assessed[what] - most;
}

static double vaf_in(const ps_found *f, const char *name) {
    for (size_t i = 0; i < f->n_variants; i++)
        if (!strcmp(f->variant[i].name, name))
            return isfinite(f->variant[i].vaf) ? f->variant[i].vaf : 0;
    return NAN;
}

static int is_known(const ps_validation *v, size_t group, const char *name) {
    for (size_t i = 0; i < v->n_group_vafs; i++)
        if (v->group_vaf[i].group == group && !strcmp(v->group_vaf[i].name, name))
            return 1;
    return 0;
}

static void add_vaf(ps_validation *v, size_t group, const char *name) {
    ps_replicates *g = &v->group[group];
    ps_replicate_vaf out = {.group = group, .name = ps_strdup(name), .mean = NAN, .sd = NAN, .cv = NAN};
    double sum = 0, squares = 0;
    int assessed = 0;
    for (size_t i = 0; i < g->n; i++) {
        const ps_validation_row *row = &v->row[g->row[i]];
        double vaf = vaf_in(&row->found, name);
        assessed += !row->failure && row->found.ras != PS_RAS_NOT_ASSESSABLE;
        if (isnan(vaf))
            continue;
        out.n++;
        sum += vaf;
        squares += vaf * vaf;
    }
    out.mean = sum / (double)out.n;
    if (out.n > 1) {
        out.sd = sqrt(fmax(squares - sum * sum / (double)out.n, 0) / (double)(out.n - 1));
        out.cv = out.mean > 0 ? out.sd / out.mean : NAN;
    }
    int missing = assessed - (int)out.n;
    g->assessed[PS_COMPARED_VARIANT] += assessed;
    g->flips[PS_COMPARED_VARIANT] += missing < 0 ? 0 : missing < (int)out.n ? missing : (int)out.n;
    PS_GROW(v->group_vaf, v->n_group_vafs, v->group_vafs_capacity);
    v->group_vaf[v->n_group_vafs++] = out;
}

static void collect_vafs(ps_validation *v, size_t group) {
    for (size_t i = 0; i < v->group[group].n; i++) {
        const ps_found *f = &v->row[v->group[group].row[i]].found;
        for (size_t k = 0; k < f->n_variants; k++)
            if (!is_known(v, group, f->variant[k].name))
                add_vaf(v, group, f->variant[k].name);
    }
}

/* One CV of all variants: each variance weighs by its degrees of freedom. */
static void measure_cv(ps_validation *v, int same_run, const char *name) {
    double squares = 0, freedom = 0;
    uint64_t n = 0;
    for (size_t i = 0; i < v->n_group_vafs; i++) {
        const ps_replicate_vaf *g = &v->group_vaf[i];
        if (v->group[g->group].same_run != same_run || isnan(g->cv))
            continue;
        squares += g->cv * g->cv * (double)(g->n - 1);
        freedom += (double)(g->n - 1);
        n++;
    }
    validate_add(v, "fraction", freedom > 0 ? sqrt(squares / freedom) : NAN, NAN, NAN, n, "vaf_cv.%s", name);
}

void validate_replicates(ps_validation *v) {
    collect_groups(v);
    split_runs(v);
    for (size_t g = 0; g < v->n_groups; g++) {
        for (int what = 0; what < PS_N_COMPARED; what++)
            if (what != PS_COMPARED_VARIANT)
                count_flips(v, &v->group[g], (ps_compared)what);
        collect_vafs(v, g);
    }
    for (int what = 0; what < PS_N_COMPARED; what++) {
        uint64_t flips = 0, assessed = 0;
        for (size_t g = 0; g < v->n_groups; g++) { /* each member once */
            flips += v->group[g].part ? 0 : (uint64_t)v->group[g].flips[what];
            assessed += v->group[g].part ? 0 : (uint64_t)v->group[g].assessed[what];
        }
        validate_add_share(v, flips, assessed, "flips.%s", ps_compared_names[what]);
    }
    measure_cv(v, 1, "repeatability");
    measure_cv(v, 0, "reproducibility");
}
