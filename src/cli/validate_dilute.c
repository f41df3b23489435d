/* validate_dilute.c - limits of detection in silico: found variants mixed into wild-type samples, on their evidence.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/dilute.h"
#include "plasmastrat/dilution.h"
#include "plasmastrat/parallel.h"
#include "progress.h"
#include "validate.h"

/* VAFs to try, in the limit that the wild-type sample prints: most of them where the chance of detection changes. */
static const double tried[] = {0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2.2};
enum { N_TRIED = sizeof tried / sizeof *tried };

typedef struct series {
    const ps_validation *v;
    size_t row, into, variant;
    const ps_result *mutated, *wild;
    ps_molecule_view view[2]; /* wild, mutated */
    ps_dilution dilution;
    ps_ras_call both;
    const ps_ras_variant *counted; /* of `both` */
    double fraction[N_TRIED];
    size_t n_fractions;
    ps_detection *draw; /* [fraction][repeat] */
} series;

/* ---- what is mixed into what ----------------------------------------------------------------------------------- */

/* A role of reads that both have; DNA where both have it. */
static int common_role(const ps_validation_row *a, const ps_validation_row *b, ps_input_role *role) {
    static const ps_input_role roles[] = {PS_INPUT_DNA, PS_INPUT_RNA};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (a->reads & b->reads & 1u << roles[i]) {
            *role = roles[i];
            return 1;
        }
    return 0;
}

static size_t choose_wild(const ps_validation *v, const ps_validation_row *mutated, ps_input_role *role) {
    for (size_t r = 0; r < v->n; r++) {
        const ps_validation_row *row = &v->row[r];
        if (validate_is_wild(row) && row->build == mutated->build && common_role(row, mutated, role))
            return r;
    }
    return PS_NO_ROW;
}

static int choose(const ps_validation *v, ps_change_kind kind, series *s, ps_input_role *role) {
    for (size_t i = 0; i < v->n_comparisons; i++) {
        const ps_comparison *c = &v->comparison[i];
        if (!validate_is_mutated(&v->row[c->row], c, kind))
            continue;
        s->into = choose_wild(v, &v->row[c->row], role);
        s->row = c->row;
        s->variant = c->variant;
        if (s->into != PS_NO_ROW)
            return 1;
    }
    return 0;
}

static const ps_expected_variant *variant_of(const series *s) {
    return &s->v->row[s->row].expect.variant[s->variant];
}

/* Fractions that make the VAFs to try; those that the mutated file is too poor for are left out. */
static void choose_fractions(series *s) {
    int wild_type;
    double limit = ps_printed_lod95(s->wild->panel, variant_of(s), &s->wild->calls.ras, &wild_type);
    double none = ps_dilution_vaf(s->counted, 0),
           all = (double)s->counted->best.alt_depth / (double)s->counted->best.depth;
    for (int i = 0; i < N_TRIED; i++) {
        double fraction = (tried[i] * limit - none) / (all - none);
        double needed = fraction * (double)s->counted->source_depth[PS_INPUT_NORMAL];
        if (fraction > 0 && fraction <= 1 && needed <= (double)s->counted->best.depth)
            s->fraction[s->n_fractions++] = fraction;
    }
}

static int prepare(const cli_knowledge *k, ps_input_role role, series *s) {
    ps_case of[2] = {cli_case_of(s->wild, k), cli_case_of(s->mutated, k)};
    s->view[0] = ps_molecule_view_of(&of[0], role);
    s->view[1] = ps_molecule_view_of(&of[1], role);
    s->dilution = (ps_dilution){s->wild->panel, of[0].errors, role, &s->view[0].reads, &s->view[1].reads};
    ps_call_both(&s->dilution, &s->both);
    s->counted = ps_expected_in(s->wild->panel, variant_of(s), &s->both);
    if (!s->counted || s->counted->best.filter != PS_FILTER_PASS || s->counted->best.depth <= 0 ||
        s->counted->source_depth[PS_INPUT_NORMAL] <= 0)
        return 0;
    choose_fractions(s);
    return s->n_fractions > 1;
}

/* ---- draws ----------------------------------------------------------------------------------------------------- */

static int draw(void *context, size_t item, int worker, ps_error *err) {
    series *s = context;
    size_t repeats = (size_t)s->v->repeats;
    double fraction = s->fraction[item / repeats];
    ps_ras_call call;
    int wild_type;
    (void)worker;
    (void)err;
    ps_call_diluted(&s->dilution, fraction, ps_dilution_seed((uint64_t)s->v->seed, fraction, item % repeats), &call);
    const ps_ras_variant *found = ps_expected_in(s->wild->panel, variant_of(s), &call);
    int passes = found && found->best.filter == PS_FILTER_PASS;
    double lod95 = ps_printed_lod95(s->wild->panel, variant_of(s), &call, &wild_type);
    s->draw[item] = (ps_detection){.source = PS_LIMIT_IN_SILICO,
                                   .row = s->row,
                                   .into = s->into,
                                   .variant = s->variant,
                                   .vaf = ps_dilution_vaf(s->counted, fraction),
                                   .lod95 = lod95,
                                   .found = (uint64_t)passes,
                                   .wild_type = (uint64_t)(!passes && wild_type),
                                   .n = 1};
    ps_ras_call_free(&call);
    return 0;
}

static void keep_draws(const series *s, ps_validation *v) {
    for (size_t i = 0; i < s->n_fractions * (size_t)v->repeats; i++) {
        PS_GROW(v->detection, v->n_detections, v->detections_capacity);
        v->detection[v->n_detections++] = s->draw[i];
    }
}

static void free_series(series *s) {
    ps_ras_call_free(&s->both);
    for (int i = 0; i < 2; i++)
        ps_molecule_view_free(&s->view[i]);
    free(s->draw);
}

static int dilute_one(const cli_settings *settings, const cli_knowledge *k, const validate_kept *kept,
                      ps_input_role role, series *s, ps_validation *v, ps_error *err) {
    s->mutated = validate_kept_of(kept, s->row);
    s->wild = validate_kept_of(kept, s->into);
    if (!s->mutated || !s->wild)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "%s and %s were not kept to be mixed", v->row[s->row].sample_id,
                       v->row[s->into].sample_id);
    if (!prepare(k, role, s)) {
        if (!settings->quiet)
            progress_message("notice: %s cannot be mixed into %s in silico: its variant is in both, or its depth is "
                             "too low",
                             v->row[s->row].sample_id, v->row[s->into].sample_id);
        return 0;
    }
    size_t items = s->n_fractions * (size_t)v->repeats;
    s->draw = ps_alloc(items, sizeof *s->draw);
    if (ps_parallel(settings->job.n_threads, items, draw, s, err) < 0)
        return -1;
    keep_draws(s, v);
    return 0;
}

int validate_dilute(const cli_settings *s, const cli_knowledge *k, const validate_kept *kept, ps_validation *v,
                    ps_error *err) {
    int status = 0;
    for (int kind = 0; kind < PS_N_CHANGES && v->repeats && status == 0; kind++) {
        series one = {.v = v};
        ps_input_role role;
        if (choose(v, (ps_change_kind)kind, &one, &role))
            status = dilute_one(s, k, kept, role, &one, v, err);
        free_series(&one);
    }
    return status;
}
