/* limits.c - the limit of detection by probit, and whether the printed lod95 holds. */
#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "private.h"

const char *const ps_limit_source_names[PS_N_LIMIT_SOURCES] = {"dilution", "in_silico"};
const double ps_calibration_edges[PS_CALIBRATION_BINS + 1] = {0, 0.5, 0.8, 1, 1.25, 2, INFINITY};

enum { ANY_KIND = -1, ONE_OR_MORE = 3 /* the first bin at or above the printed limit */ };

/* ---- trials ---------------------------------------------------------------------------------------------------- */

/* Of each row: is it one that was diluted? */
static uint8_t *list_parents(const ps_validation *v) {
    uint8_t *is_parent = ps_alloc(v->n, sizeof *is_parent);
    for (size_t r = 0; r < v->n; r++)
        if (v->row[r].dilution_of != PS_NO_ROW)
            is_parent[v->row[r].dilution_of] = 1;
    return is_parent;
}

/* Dilutions of the sheet and the samples that were diluted. A variant that is not assessable is one that was not
 * found. */
static void collect_dilutions(ps_validation *v) {
    uint8_t *is_parent = list_parents(v);
    for (size_t i = 0; i < v->n_comparisons; i++) {
        const ps_comparison *c = &v->comparison[i];
        if (c->what != PS_COMPARED_VARIANT || !c->positive || !isfinite(c->expected_value))
            continue;
        size_t parent = v->row[c->row].dilution_of;
        if (parent == PS_NO_ROW && !is_parent[c->row])
            continue;
        int found = c->outcome == PS_OUTCOME_AGREES;
        PS_GROW(v->detection, v->n_detections, v->detections_capacity);
        v->detection[v->n_detections++] = (ps_detection){.source = PS_LIMIT_DILUTION,
                                                         .row = parent == PS_NO_ROW ? c->row : parent,
                                                         .into = PS_NO_ROW,
                                                         .variant = c->variant,
                                                         .vaf = c->expected_value,
                                                         .lod95 = c->lod95,
                                                         .found = (uint64_t)found,
                                                         .wild_type = (uint64_t)(!found && c->wild_type),
                                                         .n = 1};
    }
    free(is_parent);
}

static ps_change_kind kind_of(const ps_validation *v, const ps_detection *d) {
    return v->row[d->row].expect.variant[d->variant].kind;
}

static void add_limit(ps_validation *v, ps_limit_source source, int kind, size_t row, size_t variant) {
    ps_trials *trials = ps_alloc(v->n_detections, sizeof *trials);
    size_t n = 0;
    for (size_t i = 0; i < v->n_detections; i++) {
        const ps_detection *d = &v->detection[i];
        if (d->source != source || (kind != ANY_KIND && (int)kind_of(v, d) != kind) ||
            (row != PS_NO_ROW && (d->row != row || d->variant != variant)))
            continue;
        trials[n++] = (ps_trials){d->vaf, d->found, d->n};
    }
    PS_GROW(v->limit, v->n_limits, v->limits_capacity);
    v->limit[v->n_limits++] = (ps_limit){source, kind, row, variant, ps_probit_of(trials, n)};
    free(trials);
}

static void add_series(ps_validation *v, ps_limit_source source) {
    for (size_t i = 0; i < v->n_detections; i++) {
        const ps_detection *d = &v->detection[i];
        int known = d->source != source;
        for (size_t j = 0; j < v->n_limits && !known; j++)
            known = v->limit[j].source == source && v->limit[j].row == d->row && v->limit[j].variant == d->variant;
        if (!known)
            add_limit(v, source, (int)kind_of(v, d), d->row, d->variant);
    }
}

/* A clonal change of one allele of two has half the purity as its VAF. Where every dilution was found the limit is at
 * most the lowest one, and that is what a protocol may rest on. */
static void measure_limit(ps_validation *v, const ps_limit *l) {
    const ps_probit *p = &l->probit;
    const char *source = ps_limit_source_names[l->source], *dot = l->kind == ANY_KIND ? "" : ".",
               *kind = l->kind == ANY_KIND ? "" : ps_change_names[l->kind];
    double value = p->state == PS_PROBIT_BELOW ? p->high : p->lod95;
    validate_add(v, "vaf", value, p->low, p->high, p->n, "lod95.%s%s%s", source, dot, kind);
    validate_add(v, "fraction", 2 * value, 2 * p->low, 2 * p->high, p->n, "purity.%s%s%s", source, dot, kind);
}

/* ---- calibration ----------------------------------------------------------------------------------------------- */

static void calibrate(ps_validation *v, double vaf, double lod95, uint64_t found, uint64_t wild_type, uint64_t n) {
    int bin = 0;
    if (!isfinite(vaf) || !isfinite(lod95) || !(lod95 > 0))
        return;
    while (vaf / lod95 >= ps_calibration_edges[bin + 1])
        bin++;
    v->calibration[bin].found += found;
    v->calibration[bin].wild_type += wild_type;
    v->calibration[bin].n += n;
}

static void measure_calibration(ps_validation *v) {
    ps_calibration above = {0};
    for (size_t i = 0; i < v->n_comparisons; i++) {
        const ps_comparison *c = &v->comparison[i];
        int found = c->outcome == PS_OUTCOME_AGREES;
        if (c->what == PS_COMPARED_VARIANT && c->positive)
            calibrate(v, c->expected_value, c->lod95, (uint64_t)found, (uint64_t)(!found && c->wild_type), 1);
    }
    for (size_t i = 0; i < v->n_detections; i++)
        if (v->detection[i].source == PS_LIMIT_IN_SILICO)
            calibrate(v, v->detection[i].vaf, v->detection[i].lod95, v->detection[i].found, v->detection[i].wild_type,
                      v->detection[i].n);
    for (int bin = ONE_OR_MORE; bin < PS_CALIBRATION_BINS; bin++) {
        above.found += v->calibration[bin].found;
        above.wild_type += v->calibration[bin].wild_type;
        above.n += v->calibration[bin].n;
    }
    validate_add_share(v, above.found, above.n, "calibration.found");
    validate_add_share(v, above.wild_type, above.n, "calibration.false_wild_type");
}

void validate_limits(ps_validation *v) {
    collect_dilutions(v);
    for (int source = 0; source < PS_N_LIMIT_SOURCES; source++) {
        size_t first = v->n_limits;
        for (int kind = ANY_KIND; kind < PS_N_CHANGES; kind++)
            add_limit(v, (ps_limit_source)source, kind, PS_NO_ROW, 0);
        for (size_t i = first; i < v->n_limits; i++)
            measure_limit(v, &v->limit[i]);
        add_series(v, (ps_limit_source)source);
    }
    measure_calibration(v);
}
