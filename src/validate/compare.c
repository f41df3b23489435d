/* compare.c - one sample's calls against what is expected of it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/validate.h"

const char *const ps_compared_names[PS_N_COMPARED] = {"ras", "ras_variant", "igh_ccnd1", "ccnd1", "copies", "label"};
const char *const ps_compared_titles[PS_N_COMPARED] = {"RAS state",   "RAS variant",  "IGH::CCND1",
                                                       "CCND1 state", "CCND1 copies", "Label"};
const char *const ps_outcome_names[PS_N_OUTCOMES] = {"not-assessable", "agrees", "differs"};

/* What is compared, while its rows are made. */
typedef struct view {
    const ps_validation_row *row;
    size_t number;
    const ps_panel *panel;
    const ps_calls *calls;
    const ps_label *label;
    ps_comparison **comparison;
    size_t *n;
} view;

/* ---- texts ----------------------------------------------------------------------------------------------------- */

/* Appends to *text, with "; " between. */
static void add_text(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_text(char **text, const char *format, ...) {
    char piece[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    char *longer = ps_format("%s%s%s", *text ? *text : "", *text ? "; " : "", piece);
    free(*text);
    *text = longer;
}

static void add_reasons(char **text, const ps_reasons *reasons) {
    for (size_t i = 0; i < reasons->n; i++) {
        char sentence[640];
        ps_reason_text(&reasons->at[i], sentence, sizeof sentence);
        add_text(text, "%s", sentence);
    }
}

static const char *gene_of(const ps_panel *panel, const ps_ras_variant *v) {
    return panel->genes[v->effect.gene].name;
}

static void add_variant(char **text, const ps_panel *panel, const ps_ras_variant *v) {
    char vaf[64] = "VAF not known";
    if (isfinite(v->best.vaf))
        snprintf(vaf, sizeof vaf, "VAF %.3g %%", 100 * v->best.vaf);
    add_text(text, "%s %s: %s, %s", gene_of(panel, v), ps_ras_change(v),
             v->best.filter == PS_FILTER_PASS ? "passes" : ps_filters[v->best.filter].name, vaf);
    if (v->best.depth >= 0)
        add_text(text, "%lld of %lld fragment%s", (long long)v->best.alt_depth, (long long)v->best.depth,
                 ps_s(v->best.depth));
    if (v->best.filter != PS_FILTER_PASS)
        add_text(text, "%s", ps_filters[v->best.filter].description);
    if (v->best.filter == PS_FILTER_PASS && v->minor)
        add_text(text, "under the VAF that decides alone");
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static ps_comparison *add(const view *v, ps_compared what, int positive, ps_outcome outcome) {
    *v->comparison = ps_resize(*v->comparison, *v->n + 1, sizeof **v->comparison);
    ps_comparison *c = &(*v->comparison)[(*v->n)++];
    *c = (ps_comparison){.row = v->number,
                         .what = what,
                         .positive = positive,
                         .outcome = outcome,
                         .expected_value = NAN,
                         .value = NAN,
                         .low = NAN,
                         .high = NAN,
                         .lod95 = NAN,
                         .depth = -1};
    return c;
}

/* States of which 0 is not assessable, by their names. */
static ps_comparison *add_state(const view *v, ps_compared what, int positive, int expected, int found,
                                const char *const *names) {
    ps_outcome outcome = !found              ? PS_OUTCOME_NOT_ASSESSABLE
                         : found == expected ? PS_OUTCOME_AGREES
                                             : PS_OUTCOME_DIFFERS;
    ps_comparison *c = add(v, what, positive, outcome);
    c->expected = ps_strdup(names[expected]);
    c->found = ps_strdup(names[found]);
    return c;
}

static void compare_ras(const view *v) {
    const ps_ras_call *ras = &v->calls->ras;
    ps_ras_state expected = v->row->expect.ras;
    if (!expected)
        return;
    ps_comparison *c =
        add_state(v, PS_COMPARED_RAS, expected == PS_RAS_MUTATED, expected, ras->state, ps_ras_state_names);
    if (c->outcome == PS_OUTCOME_AGREES)
        return;
    for (size_t i = 0; i < ras->n_variants; i++)
        if (ps_makes_mutated(&ras->variant[i]))
            add_variant(&c->why, v->panel, &ras->variant[i]);
    add_reasons(&c->why, &ras->reasons);
}

/* ---- variants -------------------------------------------------------------------------------------------------- */

static int is_same(const ps_panel *panel, const ps_expected_variant *e, const ps_ras_variant *v) {
    return !strcmp(e->gene, gene_of(panel, v)) &&
           (!strcmp(e->change, v->effect.protein) || !strcmp(e->change, v->effect.hgvs_c));
}

/* The one that passes, if any does. */
const ps_ras_variant *ps_expected_in(const ps_panel *panel, const ps_expected_variant *expected,
                                     const ps_ras_call *call) {
    const ps_ras_variant *found = NULL;
    for (size_t i = 0; i < call->n_variants; i++)
        if (is_same(panel, expected, &call->variant[i]) && (!found || call->variant[i].best.filter == PS_FILTER_PASS))
            found = &call->variant[i];
    return found;
}

static const ps_ras_codon *codon_of(const ps_panel *panel, const ps_expected_variant *e, const ps_ras_call *call) {
    int id = ps_panel_codon(panel, ps_panel_gene(panel, e->gene), e->codon);
    return id < 0 || !call->codon ? NULL : &call->codon[id];
}

double ps_printed_lod95(const ps_panel *panel, const ps_expected_variant *expected, const ps_ras_call *call,
                        int *wild_type) {
    const ps_ras_codon *codon = codon_of(panel, expected, call);
    *wild_type = codon && codon->state == PS_RAS_WILD_TYPE;
    if (!codon || codon->depth < 0)
        return NAN;
    double of_kind = codon->lod95_of[expected->kind];
    return isfinite(of_kind) ? of_kind : codon->lod95;
}

static void say_why_missed(const view *v, const ps_expected_variant *e, const ps_ras_variant *found,
                           const ps_ras_codon *codon, ps_comparison *c) {
    if (found)
        add_variant(&c->why, v->panel, found);
    if (!codon || codon->depth < 0)
        add_text(&c->why, "%s codon %d was seen by no input", e->gene, e->codon);
    else if (isfinite(c->lod95))
        add_text(&c->why, "%s codon %d %s, depth %lld, lod95 %.3g %%", e->gene, e->codon,
                 ps_ras_state_names[codon->state], (long long)codon->depth, 100 * c->lod95);
    else
        add_text(&c->why, "%s codon %d %s, depth %lld", e->gene, e->codon, ps_ras_state_names[codon->state],
                 (long long)codon->depth);
    if (c->outcome == PS_OUTCOME_NOT_ASSESSABLE)
        add_reasons(&c->why, &v->calls->ras.reasons);
}

static void compare_expected(const view *v, size_t number) {
    const ps_expected_variant *e = &v->row->expect.variant[number];
    const ps_ras_call *ras = &v->calls->ras;
    const ps_ras_variant *found = ps_expected_in(v->panel, e, ras);
    const ps_ras_codon *codon = codon_of(v->panel, e, ras);
    int passes = found && found->best.filter == PS_FILTER_PASS;
    int open = !codon || codon->state == PS_RAS_NOT_ASSESSABLE;
    ps_comparison *c = add(v, PS_COMPARED_VARIANT, 1,
                           passes ? PS_OUTCOME_AGREES
                           : open ? PS_OUTCOME_NOT_ASSESSABLE
                                  : PS_OUTCOME_DIFFERS);
    c->variant = number;
    c->kind = e->kind;
    c->expected_value = e->vaf;
    c->expected = ps_format("%s %s", e->gene, e->change);
    c->found = ps_strdup(passes  ? c->expected
                         : open  ? "not-assessable"
                         : found ? ps_filters[found->best.filter].name
                                 : "not found");
    c->lod95 = ps_printed_lod95(v->panel, e, ras, &c->wild_type);
    c->depth = codon ? codon->depth : -1;
    if (found) {
        c->value = found->best.vaf;
        c->low = found->best.vaf_low;
        c->high = found->best.vaf_high;
    }
    if (!passes)
        say_why_missed(v, e, found, codon, c);
}

static int is_open(const ps_expectation *e, const char *gene) {
    int open = e->all_open || !e->ras;
    for (size_t i = 0; i < e->n_open && !open; i++)
        open = !strcmp(e->open[i], gene);
    return open;
}

static int is_expected(const view *v, const ps_ras_variant *found) {
    for (size_t i = 0; i < v->row->expect.n_variants; i++)
        if (is_same(v->panel, &v->row->expect.variant[i], found))
            return 1;
    return 0;
}

static ps_change_kind kind_of(const ps_ras_variant *v) {
    size_t gone = strlen(v->ref), come = strlen(v->alt);
    return gone != come ? PS_CHANGE_INDEL : gone == 1 ? PS_CHANGE_SUBSTITUTION : PS_CHANGE_MULTI_BASE;
}

static void compare_unexpected(const view *v, const ps_ras_variant *found) {
    ps_comparison *c = add(v, PS_COMPARED_VARIANT, 0, PS_OUTCOME_DIFFERS);
    c->kind = kind_of(found);
    c->expected = ps_format("no %s %s", gene_of(v->panel, found), ps_ras_change(found));
    c->found = ps_format("%s %s", gene_of(v->panel, found), ps_ras_change(found));
    c->value = found->best.vaf;
    c->low = found->best.vaf_low;
    c->high = found->best.vaf_high;
    c->depth = found->best.depth;
    add_variant(&c->why, v->panel, found);
}

/* Could every codon that a wild type needs be assessed? A mutated sample may leave others open. */
static int all_codons_assessed(const view *v) {
    const ps_ras_call *ras = &v->calls->ras;
    for (int id = 0; id < v->panel->n_codons; id++)
        if (v->panel->codons[id].required && (!ras->codon || ras->codon[id].state == PS_RAS_NOT_ASSESSABLE))
            return 0;
    return 1;
}

/* A kind of change that is expected nowhere and found nowhere is a true negative, where it could have been seen. */
static void compare_absent(const view *v, ps_change_kind kind) {
    ps_outcome outcome = all_codons_assessed(v) ? PS_OUTCOME_AGREES : PS_OUTCOME_NOT_ASSESSABLE;
    ps_comparison *c = add(v, PS_COMPARED_VARIANT, 0, outcome);
    c->kind = kind;
    c->expected = ps_format("no %s", ps_change_names[kind]);
    c->found = ps_strdup(outcome == PS_OUTCOME_AGREES ? "none" : "not-assessable");
    if (outcome != PS_OUTCOME_AGREES)
        add_text(&c->why, v->calls->ras.state ? "not every codon that a wild type needs could be assessed"
                                              : "the state of RAS is not assessable: see there");
}

static void compare_variants(const view *v) {
    const ps_expectation *e = &v->row->expect;
    const ps_ras_call *ras = &v->calls->ras;
    int there[PS_N_CHANGES] = {0};
    for (size_t i = 0; i < e->n_variants; i++) {
        compare_expected(v, i);
        there[e->variant[i].kind] = 1;
    }
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *found = &ras->variant[i];
        if (!ps_makes_mutated(found) || is_open(e, gene_of(v->panel, found)) || is_expected(v, found))
            continue;
        compare_unexpected(v, found);
        there[kind_of(found)] = 1;
    }
    for (int kind = 0; kind < PS_N_CHANGES && e->ras && !e->all_open && !e->n_open; kind++)
        if (!there[kind])
            compare_absent(v, (ps_change_kind)kind);
}

/* ---- CCND1 and the label --------------------------------------------------------------------------------------- */

static void compare_junction(const view *v) {
    const ps_junction_call *j = &v->calls->junction;
    ps_junction_state expected = v->row->expect.junction;
    if (!expected)
        return;
    ps_comparison *c = add_state(v, PS_COMPARED_JUNCTION, expected == PS_JUNCTION_DETECTED, expected, j->state,
                                 ps_junction_state_names);
    if (c->outcome == PS_OUTCOME_AGREES)
        return;
    if (j->split >= 0)
        add_text(&c->why, "%lld split and %lld discordant fragment%s", (long long)j->split, (long long)j->discordant,
                 ps_s(j->discordant));
    if (isfinite(j->limit_cells))
        add_text(&c->why, "seen from %.3g %% of the cells", 100 * j->limit_cells);
    add_reasons(&c->why, &j->reasons);
}

static void compare_ccnd1(const view *v) {
    const ps_ccnd1_call *ccnd1 = &v->calls->ccnd1;
    ps_ccnd1_state expected = v->row->expect.ccnd1;
    if (!expected)
        return;
    ps_comparison *c = add_state(v, PS_COMPARED_CCND1, expected == PS_CCND1_DYSREGULATED, expected, ccnd1->state,
                                 ps_ccnd1_state_names);
    if (c->outcome == PS_OUTCOME_AGREES)
        return;
    add_text(&c->why, "expression %s, copies %s, junction %s", ps_expression_state_names[v->calls->expression.state],
             ps_cn_state_names[v->calls->copynumber.state], ps_junction_state_names[v->calls->junction.state]);
    add_reasons(&c->why, &ccnd1->reasons);
    add_reasons(&c->why, &v->calls->expression.reasons);
}

/* Loss, neutral or gained: an amplification is a gain too. */
static ps_cn_state direction(ps_cn_state state) {
    return state == PS_CN_AMPLIFIED ? PS_CN_GAIN : state;
}

static ps_cn_state expected_copies(const ps_panel *panel, double copies) {
    const ps_limits *l = &panel->limits;
    return copies >= l->cn_gain_copies ? PS_CN_GAIN : copies <= l->cn_loss_copies ? PS_CN_LOSS : PS_CN_NEUTRAL;
}

static void compare_copies(const view *v) {
    const ps_copynumber_call *cn = &v->calls->copynumber;
    double copies = v->row->expect.copies;
    if (!isfinite(copies))
        return;
    ps_cn_state expected = expected_copies(v->panel, copies);
    ps_outcome outcome = !cn->state                         ? PS_OUTCOME_NOT_ASSESSABLE
                         : direction(cn->state) == expected ? PS_OUTCOME_AGREES
                                                            : PS_OUTCOME_DIFFERS;
    ps_comparison *c = add(v, PS_COMPARED_COPIES, expected == PS_CN_GAIN, outcome);
    c->expected = ps_format("%.3g (%s)", copies, ps_cn_state_names[expected]);
    c->expected_value = copies;
    c->found = cn->state ? ps_format("%.3g (%s)", cn->copies, ps_cn_state_names[cn->state])
                         : ps_strdup(ps_cn_state_names[0]);
    if (cn->state) {
        c->value = cn->copies;
        c->low = cn->copies_low;
        c->high = cn->copies_high;
    }
    if (outcome != PS_OUTCOME_AGREES)
        add_reasons(&c->why, &cn->reasons);
}

/* A model for another specimen says nothing about this sample. */
static ps_label_state label_of(const ps_label *label) {
    ps_label_state state = label->chosen.label;
    return state == PS_LABEL_NOT_APPLICABLE ? PS_LABEL_NOT_ASSESSABLE : state;
}

static void compare_label(const view *v) {
    ps_label_state expected = v->row->expect.label;
    if (!expected)
        return;
    ps_comparison *c = add_state(v, PS_COMPARED_LABEL, expected == PS_LABEL_PLASMACYTOMA, expected,
                                 label_of(v->label), ps_label_names);
    if (c->outcome == PS_OUTCOME_AGREES)
        return;
    if (isfinite(v->label->chosen.probability))
        add_text(&c->why, "probability of plasmacytoma-like %.3g (%.3g to %.3g)", v->label->chosen.probability,
                 v->label->chosen.low, v->label->chosen.high);
    add_reasons(&c->why, &v->label->chosen.reasons);
}

void ps_compare(const ps_validation_row *row, size_t number, const ps_panel *panel, const ps_calls *calls,
                const ps_label *label, ps_comparison **comparison, size_t *n) {
    static void (*const parts[])(const view *) = {compare_ras,   compare_variants, compare_junction,
                                                  compare_ccnd1, compare_copies,   compare_label};
    const view v = {row, number, panel, calls, label, comparison, n};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        parts[i](&v);
}

/* ---- what was found -------------------------------------------------------------------------------------------- */

void ps_found_of(const ps_panel *panel, const ps_calls *calls, const ps_label *label, ps_found *found) {
    const ps_ras_call *ras = &calls->ras;
    *found = (ps_found){.ras = ras->state,
                        .junction = calls->junction.state,
                        .ccnd1 = calls->ccnd1.state,
                        .copy_number = calls->copynumber.state,
                        .label = label_of(label)};
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *v = &ras->variant[i];
        if (v->best.filter != PS_FILTER_PASS || v->effect.tier == PS_TIER_SYNONYMOUS)
            continue;
        found->variant = ps_resize(found->variant, found->n_variants + 1, sizeof *found->variant);
        found->variant[found->n_variants++] =
            (ps_found_variant){ps_format("%s %s", gene_of(panel, v), ps_ras_change(v)), v->best.vaf};
    }
}

void ps_found_free(ps_found *found) {
    for (size_t i = 0; i < found->n_variants; i++)
        free(found->variant[i].name);
    free(found->variant);
    *found = (ps_found){0};
}
