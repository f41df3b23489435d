/* measures.c - what a protocol may ask for, one number a row; agreement, and found against expected numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "private.h"

/* ---- expected VAFs --------------------------------------------------------------------------------------------- */

static double found_vaf(const ps_validation *v, size_t row, size_t variant) {
    for (size_t i = 0; i < v->n_comparisons; i++) {
        const ps_comparison *c = &v->comparison[i];
        if (c->row == row && c->what == PS_COMPARED_VARIANT && c->positive && c->variant == variant &&
            c->outcome == PS_OUTCOME_AGREES)
            return c->value;
    }
    return NAN;
}

static double parent_vaf(const ps_validation *v, size_t parent, const ps_expected_variant *e) {
    const ps_expectation *p = &v->row[parent].expect;
    for (size_t i = 0; i < p->n_variants; i++)
        if (!strcmp(p->variant[i].gene, e->gene) && !strcmp(p->variant[i].change, e->change))
            return isfinite(p->variant[i].vaf) ? p->variant[i].vaf : found_vaf(v, parent, i);
    return NAN;
}

void ps_validation_expect_vafs(ps_validation *v) {
    for (size_t r = 0; r < v->n; r++) {
        ps_validation_row *row = &v->row[r];
        for (size_t i = 0; i < row->expect.n_variants && row->dilution_of != PS_NO_ROW; i++)
            if (!isfinite(row->expect.variant[i].vaf))
                row->expect.variant[i].vaf = row->fraction * parent_vaf(v, row->dilution_of, &row->expect.variant[i]);
    }
    for (size_t i = 0; i < v->n_comparisons; i++) {
        ps_comparison *c = &v->comparison[i];
        if (c->what == PS_COMPARED_VARIANT && c->positive)
            c->expected_value = v->row[c->row].expect.variant[c->variant].vaf;
    }
}

/* ---- agreement ------------------------------------------------------------------------------------------------- */

/* VAF bands: under the usual limit of Sanger and of a panel (20-25 %, 10 %, 5 %), and at two per cent, near the limit
 * of a panel with molecules of its own (AMP/CAP, J Mol Diagn 2017;19:341, asks for VAF bands and leaves the edges to
 * the laboratory). */
static const double band_edges[] = {0, 0.02, 0.05, 0.1, 0.25, INFINITY};
enum { N_BANDS = sizeof band_edges / sizeof *band_edges - 1, NO_BAND = -1, NO_VAF = N_BANDS, ANY_KIND = -1 };

/* Dilutions are made to be missed, and replicates tell nothing new of a method: agreement is of each sample once. */
static int counts_as_sample(const ps_validation *v, const ps_comparison *c) {
    const ps_validation_row *row = &v->row[c->row];
    return row->dilution_of == PS_NO_ROW && row->replicate_of == PS_NO_ROW;
}

static int band_of(double vaf) {
    int band = 0;
    if (!isfinite(vaf))
        return NO_VAF;
    while (vaf >= band_edges[band + 1])
        band++;
    return band;
}

static ps_agreement *agreement(ps_validation *v, ps_compared what, int kind, int band) {
    ps_agreement a = {0};
    for (size_t i = 0; i < v->n_comparisons; i++) {
        const ps_comparison *c = &v->comparison[i];
        if (c->what != what || (kind != ANY_KIND && (int)c->kind != kind))
            continue;
        if (band == NO_BAND
                ? !counts_as_sample(v, c)
                : !c->positive || v->row[c->row].replicate_of != PS_NO_ROW || band_of(c->expected_value) != band)
            continue;
        a.agrees[c->positive] += c->outcome == PS_OUTCOME_AGREES;
        a.n[c->positive] += c->outcome != PS_OUTCOME_NOT_ASSESSABLE;
        a.open[c->positive] += c->outcome == PS_OUTCOME_NOT_ASSESSABLE;
    }
    PS_GROW(v->agreement, v->n_agreements, v->agreements_capacity);
    v->agreement[v->n_agreements] = a;
    return &v->agreement[v->n_agreements++];
}

static void name_band(ps_agreement *a, int band) {
    const char *base = ps_compared_names[PS_COMPARED_VARIANT];
    if (band == NO_VAF) {
        snprintf(a->name, sizeof a->name, "%s.vaf_not_stated", base);
        snprintf(a->title, sizeof a->title, "VAF not stated");
    } else if (band == N_BANDS - 1) {
        snprintf(a->name, sizeof a->name, "%s.vaf_from_%g", base, band_edges[band]);
        snprintf(a->title, sizeof a->title, "VAF from %g %%", 100 * band_edges[band]);
    } else {
        snprintf(a->name, sizeof a->name, "%s.vaf_%g_%g", base, band_edges[band], band_edges[band + 1]);
        snprintf(a->title, sizeof a->title, "VAF %g to %g %%", 100 * band_edges[band], 100 * band_edges[band + 1]);
    }
}

static void measure_agreement(ps_validation *v, const ps_agreement *a) {
    validate_add_share(v, a->agrees[1], a->n[1], "ppa.%s", a->name);
    validate_add_share(v, a->agrees[0], a->n[0], "npa.%s", a->name);
    validate_add_share(v, a->open[0] + a->open[1], a->n[0] + a->n[1] + a->open[0] + a->open[1], "not_assessable.%s",
                       a->name);
}

void validate_agreements(ps_validation *v) {
    static const char *const kind_titles[PS_N_CHANGES] = {"Single-base changes", "Multi-base changes", "Indels"};
    for (int what = 0; what < PS_N_COMPARED; what++) {
        ps_agreement *a = agreement(v, (ps_compared)what, ANY_KIND, NO_BAND);
        snprintf(a->name, sizeof a->name, "%s", ps_compared_names[what]);
        snprintf(a->title, sizeof a->title, "%s", ps_compared_titles[what]);
    }
    for (int kind = 0; kind < PS_N_CHANGES; kind++) {
        ps_agreement *a = agreement(v, PS_COMPARED_VARIANT, kind, NO_BAND);
        snprintf(a->name, sizeof a->name, "%s.%s", ps_compared_names[PS_COMPARED_VARIANT], ps_change_names[kind]);
        snprintf(a->title, sizeof a->title, "%s", kind_titles[kind]);
    }
    for (int band = 0; band <= NO_VAF; band++)
        name_band(agreement(v, PS_COMPARED_VARIANT, ANY_KIND, band), band);
    for (size_t i = 0; i < v->n_agreements; i++)
        measure_agreement(v, &v->agreement[i]);
}

/* ---- expected and found numbers -------------------------------------------------------------------------------- */

static void collect_pairs(const ps_validation *v, ps_compared what, ps_pairs *p) {
    p->comparison = ps_alloc(v->n_comparisons, sizeof *p->comparison);
    p->expected = ps_alloc(v->n_comparisons, sizeof *p->expected);
    p->found = ps_alloc(v->n_comparisons, sizeof *p->found);
    for (size_t i = 0; i < v->n_comparisons; i++) {
        const ps_comparison *c = &v->comparison[i];
        int missed = what == PS_COMPARED_VARIANT && c->outcome != PS_OUTCOME_AGREES;
        if (c->what != what || missed || !isfinite(c->expected_value) || !isfinite(c->value))
            continue;
        p->comparison[p->n] = i;
        p->expected[p->n] = c->expected_value;
        p->found[p->n++] = c->value;
        p->inside += c->low <= c->expected_value && c->expected_value <= c->high;
    }
    p->bland_altman = ps_bland_altman_of(p->expected, p->found, p->n);
    p->line = ps_line_of(p->expected, p->found, p->n);
}

static void measure_pairs(ps_validation *v, const ps_pairs *p, const char *name, const char *unit) {
    const ps_bland_altman *b = &p->bland_altman;
    const ps_line *l = &p->line;
    validate_add(v, unit, b->bias, b->bias_low, b->bias_high, p->n, "%s.bias", name);
    validate_add(v, unit, b->sd, b->low, b->high, p->n, "%s.difference_sd", name);
    validate_add(v, "ratio", l->slope, l->slope_low, l->slope_high, p->n, "%s.slope", name);
    validate_add(v, unit, l->intercept, l->intercept_low, l->intercept_high, p->n, "%s.intercept", name);
    validate_add(v, "fraction", l->r2, NAN, NAN, p->n, "%s.r2", name);
    validate_add_share(v, p->inside, p->n, "%s.in_interval", name);
}

void validate_pairs(ps_validation *v) {
    collect_pairs(v, PS_COMPARED_VARIANT, &v->vaf);
    collect_pairs(v, PS_COMPARED_COPIES, &v->copies);
    measure_pairs(v, &v->vaf, "vaf", "vaf");
    measure_pairs(v, &v->copies, "copies", "copies");
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

void ps_validation_measure(ps_validation *v) {
    uint64_t failed = 0, differs = ps_validation_count(v, PS_OUTCOME_DIFFERS),
             open = ps_validation_count(v, PS_OUTCOME_NOT_ASSESSABLE);
    for (size_t r = 0; r < v->n; r++)
        failed += v->row[r].failure != NULL;
    validate_add(v, "count", (double)v->n, NAN, NAN, v->n, "samples");
    validate_add(v, "count", (double)failed, NAN, NAN, v->n, "samples_failed");
    validate_add(v, "count", (double)v->n_comparisons, NAN, NAN, v->n_comparisons, "comparisons");
    validate_add(v, "count", (double)differs, NAN, NAN, v->n_comparisons, "discordances");
    validate_add(v, "count", (double)open, NAN, NAN, v->n_comparisons, "not_assessable");
    validate_agreements(v);
    validate_replicates(v);
    validate_pairs(v);
    validate_limits(v);
}
