/* check.c - do the answers of one ID.json follow from each other? A file that was edited by hand, or whose states
 * were given by other rules, is refused rather than believed. */
#include <math.h>
#include <string.h>

#include "../format.h"
#include "read.h"
#include "plasmastrat/stats.h"

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

/* Files of the first versions tell no weights. */
int json_has_weights(const ps_model *m) {
    double all = m->joint.dirichlet;
    for (int k = 0; k < PS_N_MARKERS; k++)
        all += m->weight[k].positive_sd + m->weight[k].negative_sd;
    return all > 0;
}

/* A marker lies between its two weights, and its ratios add up with the prior odds; those of a joint table do neither. Their
 * six digits leave the probability four. */
static void check_sum(json_reader *r, const ps_result *result, const ps_verdict *v) {
    static const double most = 1e-4;
    const ps_model *m = v->model;
    double sum = log(isnan(result->prior_odds) ? m->prior_odds : result->prior_odds);
    if (m->joint.dirichlet > 0 || !json_has_weights(m))
        return;
    for (int k = 0; k < PS_N_MARKERS; k++) {
        const ps_weight *w = &m->weight[k];
        const ps_marker_verdict *marker = &v->marker[k];
        int open = marker->state == PS_MARKER_NOT_ASSESSABLE;
        double least = open ? 0 : fmin(w->positive, w->negative),
               greatest = open ? 0 : fmax(w->positive, w->negative);
        if (!(marker->llr >= least - most && marker->llr <= greatest + most))
            node_fail(r, "markers", "%s has a log_likelihood_ratio of %g, but its weights allow %g to %g: %s",
                      ps_marker_names[k], marker->llr, least, greatest, why);
        sum += marker->llr;
    }
    if (!isnan(v->probability) && !(fabs(ps_logistic(sum) - v->probability) <= most))
        node_fail(r, "probability", "%g, but the prior odds and the markers' log-likelihood ratios give %g: %s",
                  v->probability, ps_logistic(sum), why);
}

static ps_label_state leaning_of(double probability) {
    return probability > 0.5   ? PS_LABEL_PLASMACYTOMA
           : probability < 0.5 ? PS_LABEL_INTRAMEDULLARY
                               : PS_LABEL_NOT_ASSESSABLE;
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
    else if (v->leaning != leaning_of(v->probability))
        node_fail(r, "leaning", "'%s' with a probability of %g: %s", ps_leaning_name(v->leaning), v->probability,
                  why);
    check_sum(r, result, v);
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
        int by_reads = !(v->sources >> PS_INPUT_VCF & 1) && v->depth > 0;
        if (by_reads && !(fabs(v->vaf - (double)v->alt_depth / (double)v->depth) <= 2e-6))
            node_fail(r, "ras", "variant %s: its VAF is %g, but %lld of %lld fragments have it: %s",
                      v->effect.protein, v->vaf, (long long)v->alt_depth, (long long)v->depth, why);
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

/* ---- CCND1 expression -------------------------------------------------------------------------------------------
 */

static void check_expression(json_reader *r, const ps_result *result) {
    const ps_expression_call *e = &result->calls.expression;
    double most = 2e-6 * fmax(1, fabs(e->log2_ratio)); /* six digits are written */
    int over = e->state == PS_EXPRESSION_OVER && !(e->log2_ratio >= e->over_at - most);
    int not_over = e->state == PS_EXPRESSION_NOT_OVER && !(e->log2_ratio <= e->not_at + most);
    if (over || not_over)
        node_fail(r, "ccnd1_expression", "'%s' with a log2_ratio of %g, where the cut-offs are %g and %g: %s",
                  ps_expression_state_names[e->state], e->log2_ratio, e->not_at, e->over_at, why);
}

/* ---- inputs -----------------------------------------------------------------------------------------------------
 */

/* What was read of an input stands in `reads`: an input of another role would have been called otherwise. */
static void check_inputs(json_reader *r, const ps_result *result) {
    unsigned listed = 0;
    for (size_t i = 0; i < result->evidence.n_inputs; i++)
        listed |= 1u << result->evidence.input[i].role;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if ((int)(listed >> role & 1) != result->evidence.reads[role].given)
            node_fail(r, "inputs", "%s is %s, but its reads are %s: %s", ps_input_names[role],
                      listed >> role & 1 ? "there" : "missing",
                      result->evidence.reads[role].given ? "there" : "not there", why);
}

void json_check(json_reader *r, const ps_result *result) {
    const ps_label *label = &result->label;
    check_verdict(r, result, &label->chosen);
    check_markers(r, result, &label->chosen);
    check_ras(r, result);
    check_expression(r, result);
    check_inputs(r, result);
    for (size_t i = 0; i < label->n_verdicts; i++) {
        size_t outside = node_enter(r, "models", (long)i);
        check_verdict(r, result, &label->verdict[i]);
        check_markers(r, result, &label->verdict[i]);
        node_leave(r, outside);
    }
}
