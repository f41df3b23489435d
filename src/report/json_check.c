/* json_check.c - do the answers of one ID.json follow from each other? A file that was edited by hand, or whose states
 * were given by other rules, is refused rather than believed. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "json_read.h"

static const char why[] = "edited by hand, or written by a version with other rules";

/* ---- the label, from its own probability, thresholds and markers ------------------------------------------------
 */

static ps_label_state label_of(const ps_result *result, const ps_verdict *v) {
    const ps_model *m = v->model;
    if (result->calls.identity.state == PS_IDENTITY_DIFFERENT)
        return PS_LABEL_NOT_ASSESSABLE;
    if (m->specimen != PS_SPECIMEN_UNKNOWN && m->specimen != result->specimen)
        return PS_LABEL_NOT_APPLICABLE;
    int assessable = 0, missing = 0;
    for (int k = 0; k < PS_N_MARKERS; k++) {
        assessable += v->marker[k].state != PS_MARKER_NOT_ASSESSABLE;
        missing += m->required[k] && v->marker[k].state == PS_MARKER_NOT_ASSESSABLE;
    }
    if (!assessable)
        return PS_LABEL_NOT_ASSESSABLE;
    if (missing || isnan(v->probability))
        return PS_LABEL_INDETERMINATE;
    return v->probability >= m->plasmacytoma_at     ? PS_LABEL_PLASMACYTOMA
           : v->probability <= m->intramedullary_at ? PS_LABEL_INTRAMEDULLARY
                                                    : PS_LABEL_INDETERMINATE;
}

static void check_verdict(json_reader *r, const ps_result *result, const ps_verdict *v) {
    ps_label_state follows = label_of(result, v);
    int silent = follows == PS_LABEL_NOT_ASSESSABLE || follows == PS_LABEL_NOT_APPLICABLE;
    if (v->label != follows)
        node_fail(r, "label", "'%s', but '%s' follows from its probability, thresholds and markers: %s",
                  ps_label_names[v->label], ps_label_names[follows], why);
    else if (silent != isnan(v->probability))
        node_fail(r, "probability", "%s with label '%s': %s", silent ? "a number" : "null", ps_label_names[v->label],
                  why);
    else if (!silent && !(v->low <= v->probability && v->probability <= v->high))
        node_fail(r, "probability", "%g lies outside its interval %g to %g: %s", v->probability, v->low, v->high,
                  why);
}

/* What the marker must be for the calls, in the order of the calls' states. */
static void check_markers(json_reader *r, const ps_result *result, const ps_verdict *v) {
    static const ps_marker_state of_state[] = {PS_MARKER_NOT_ASSESSABLE, PS_MARKER_NEGATIVE, PS_MARKER_POSITIVE};
    const ps_calls *c = &result->calls;
    ps_marker_state want[PS_N_MARKERS] = {of_state[c->ccnd1.state], of_state[c->ras.state]};
    const char *state[PS_N_MARKERS] = {ps_ccnd1_state_names[c->ccnd1.state], ps_ras_state_names[c->ras.state]};
    for (int k = 0; k < PS_N_MARKERS; k++)
        if (v->marker[k].state != want[k])
            node_fail(r, "markers", "%s is %s, but its state is '%s': %s", ps_marker_names[k],
                      ps_marker_state_names[v->marker[k].state], state[k], why);
}

/* ---- RAS --------------------------------------------------------------------------------------------------------
 */

static void check_ras(json_reader *r, const ps_result *result) {
    const ps_ras_call *ras = &result->calls.ras;
    size_t activating = 0;
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *v = &ras->variant[i];
        activating += (size_t)ps_makes_mutated(v);
        if (v->vaf < v->vaf_low || v->vaf > v->vaf_high)
            node_fail(r, "ras", "variant %s: its VAF %g lies outside its interval %g to %g: %s", v->effect.protein,
                      v->vaf, v->vaf_low, v->vaf_high, why);
    }
    if ((ras->state == PS_RAS_MUTATED) != (activating > 0))
        node_fail(r, "ras", "state '%s' with %zu activating variants that pass: %s", ps_ras_state_names[ras->state],
                  activating, why);
    for (int i = 0; ras->state == PS_RAS_WILD_TYPE && i < result->panel->n_codons; i++) {
        const ps_codon *codon = &result->panel->codons[i];
        if (codon->required && ras->codon[i].state == PS_RAS_NOT_ASSESSABLE) /* "mutated": by none that activates */
            node_fail(r, "ras", "state 'wild-type', but %s codon %d is '%s': %s",
                      result->panel->genes[codon->gene].name, codon->number, ps_ras_state_names[ras->codon[i].state],
                      why);
    }
    for (int i = 0; i < result->panel->n_codons; i++)
        if (ras->codon[i].state == PS_RAS_WILD_TYPE &&
            !(ras->codon[i].lod95 <= result->panel->limits.ras_lod95_limit))
            node_fail(r, "ras", "%s codon %d is 'wild-type' with a lod95 of %g: %s",
                      result->panel->genes[result->panel->codons[i].gene].name, result->panel->codons[i].number,
                      ras->codon[i].lod95, why);
}

/* ---- exactly, by this program's rules ---------------------------------------------------------------------------
 */

static int same(double a, double b) {
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 2e-6 * fmax(1, fabs(a));
}

static int has_weights(const ps_model *m) {
    double all = m->joint.dirichlet;
    for (int k = 0; k < PS_N_MARKERS; k++)
        all += m->weight[k].positive_sd + m->weight[k].negative_sd;
    return all > 0;
}

static void judge_again(json_reader *r, const ps_result *result, const ps_verdict *v) {
    ps_verdict again;
    if (!has_weights(v->model))
        return;
    ps_judge(v->model, &result->calls, result->specimen, result->prior_odds, &again);
    if (!same(again.probability, v->probability))
        node_fail(r, "probability", "%g, but the calls and the model's weights give %g: %s", v->probability,
                  again.probability, why);
}

static void call_ccnd1_again(json_reader *r, const ps_result *result) {
    const ps_calls *c = &result->calls;
    ps_case none = {.panel = result->panel, .purity = NAN};
    ps_ccnd1_call again;
    ps_call_ccnd1(&none, &c->expression, &c->copynumber, &c->junction, &again);
    if (again.state != c->ccnd1.state || again.cause != c->ccnd1.cause)
        node_fail(r, "ccnd1",
                  "'%s', cause '%s', but '%s', cause '%s' follows from expression, copy number and junction: %s",
                  ps_ccnd1_state_names[c->ccnd1.state], ps_cause_names[c->ccnd1.cause],
                  ps_ccnd1_state_names[again.state], ps_cause_names[again.cause], why);
    else if (!result->own_panel && !same(again.log_odds, c->ccnd1.log_odds)) /* its limits are at hand */
        node_fail(r, "ccnd1", "log_odds %g, expected %g: %s", c->ccnd1.log_odds, again.log_odds, why);
}

void json_check(json_reader *r, const ps_result *result, int same_version) {
    const ps_label *label = &result->label;
    check_verdict(r, result, &label->chosen);
    check_markers(r, result, &label->chosen);
    check_ras(r, result);
    if (same_version) {
        call_ccnd1_again(r, result);
        judge_again(r, result, &label->chosen);
    }
    for (size_t i = 0; i < label->n_verdicts; i++) {
        size_t outside = node_enter(r, "models", (long)i);
        check_verdict(r, result, &label->verdict[i]);
        check_markers(r, result, &label->verdict[i]);
        if (same_version)
            judge_again(r, result, &label->verdict[i]);
        node_leave(r, outside);
    }
}
