/* label.c - a model's weights meet a sample's calls.
 *
 * A marker's call is soft: L = P(data | positive) / P(data | negative). A model gives, per state, the ln likelihood
 * ratio of plasmacytoma (P) against intramedullary (I): w+ = ln a/b and w- = ln (1-a)/(1-b), where a = P(positive |
 * P) and b = P(positive | I). These two equations fix a and b, so b = (1 - e^w-) / (e^w+ - e^w-),   a = b e^w+,
 * LLR(data) = ln ((a L + 1 - a) / (b L + 1 - b)). With L -> infinity this is w+, with L -> 0 it is w-, and a call
 * that tells nothing (L = 1) gives 0. The weights' sd is carried to first order: d LLR / d w+- is the share of the
 * LLR that rests on each state. Markers are added as if independent (RAS is enriched in cyclin D1 expressing myeloma,
 * Rasmussen 2005: a joint table is better where one exists).
 */
#include "plasmastrat/label.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

const char *const ps_label_names[PS_N_LABELS] = {"not-assessable", "indeterminate", "plasmacytoma-like",
                                                 "intramedullary", "not-applicable"};
const char *const ps_marker_state_names[PS_N_MARKER_STATES] = {"not-assessable", "negative", "positive"};

typedef struct soft_call {
    ps_marker_state state;
    double log_odds;
} soft_call;

static soft_call soft_call_of(const ps_calls *calls, ps_marker marker) {
    static const ps_marker_state of_ras[] = {PS_MARKER_NOT_ASSESSABLE, PS_MARKER_NEGATIVE, PS_MARKER_POSITIVE};
    static const ps_marker_state of_ccnd1[] = {PS_MARKER_NOT_ASSESSABLE, PS_MARKER_NEGATIVE, PS_MARKER_POSITIVE};
    if (marker == PS_MARKER_RAS)
        return (soft_call){of_ras[calls->ras.state], calls->ras.log_odds};
    return (soft_call){of_ccnd1[calls->ccnd1.state], calls->ccnd1.log_odds};
}

/* LLR of soft data under one pair of weights. Weights of one sign (or both zero) leave a and b open: then the states
 * are mixed by the data's own odds. */
static double soft_llr(double positive, double negative, double log_odds) {
    double up = exp(positive), down = exp(negative);
    double share = ps_logistic(log_odds);
    if (up == down)
        return positive;
    double b = (1 - down) / (up - down), a = b * up;
    if (!(b > 0 && b < 1 && a > 0 && a < 1))
        return share * positive + (1 - share) * negative;
    /* scaled by share = L / (1 + L), so that a large L does not overflow */
    return log((a * share + (1 - a) * (1 - share)) / (b * share + (1 - b) * (1 - share)));
}

static void judge_marker(const ps_weight *w, soft_call call, ps_marker_verdict *verdict) {
    *verdict = (ps_marker_verdict){.state = call.state};
    if (call.state == PS_MARKER_NOT_ASSESSABLE)
        return;
    double step = 1e-4, here = soft_llr(w->positive, w->negative, call.log_odds);
    double d_positive = (soft_llr(w->positive + step, w->negative, call.log_odds) - here) / step;
    double d_negative = (soft_llr(w->positive, w->negative + step, call.log_odds) - here) / step;
    double sd = hypot(d_positive * w->positive_sd, d_negative * w->negative_sd);
    verdict->llr = ps_round6(here);
    verdict->sd = ps_round6(sd);
    verdict->low = ps_round6(here - 1.96 * sd);
    verdict->high = ps_round6(here + 1.96 * sd);
}

static void name_missing(const ps_model *model, const ps_verdict *v, char *text, size_t size) {
    text[0] = '\0';
    for (int m = 0; m < PS_N_MARKERS; m++)
        if (model->required[m] && v->marker[m].state == PS_MARKER_NOT_ASSESSABLE) {
            strncat(text, text[0] ? ", " : "", size - strlen(text) - 1);
            strncat(text, ps_marker_names[m], size - strlen(text) - 1);
        }
}

static void decide(const ps_model *model, ps_verdict *v) {
    char missing[64];
    name_missing(model, v, missing, sizeof missing);
    int positive = 0, negative = 0;
    for (int m = 0; m < PS_N_MARKERS; m++) {
        positive += v->marker[m].llr > 0;
        negative += v->marker[m].llr < 0;
    }
    v->label = PS_LABEL_INDETERMINATE;
    if (missing[0])
        ps_reason_add(&v->reasons, PS_REASON_MARKER_MISSING, "%s", missing);
    else if (v->probability >= model->plasmacytoma_at)
        v->label = PS_LABEL_PLASMACYTOMA;
    else if (v->probability <= model->intramedullary_at)
        v->label = PS_LABEL_INTRAMEDULLARY;
    if (v->label != PS_LABEL_INDETERMINATE)
        return;
    if (positive && negative)
        ps_reason_add(&v->reasons, PS_REASON_MARKERS_DISAGREE, "ccnd1 %s, ras %s",
                      ps_marker_state_names[v->marker[PS_MARKER_CCND1].state],
                      ps_marker_state_names[v->marker[PS_MARKER_RAS].state]);
    if (v->probability > model->intramedullary_at && v->probability < model->plasmacytoma_at)
        ps_reason_add(&v->reasons, PS_REASON_PROBABILITY_BETWEEN, "%.3g lies between %g and %g", v->probability,
                      model->intramedullary_at, model->plasmacytoma_at);
}

static int specimen_fits(const ps_model *model, ps_specimen specimen) {
    return model->specimen == PS_SPECIMEN_UNKNOWN || model->specimen == specimen;
}

void ps_judge(const ps_model *model, const ps_calls *calls, ps_specimen specimen, double prior_odds,
              ps_verdict *verdict) {
    *verdict = (ps_verdict){.model = model, .probability = NAN, .low = NAN, .high = NAN};
    double sum = log(isnan(prior_odds) ? model->prior_odds : prior_odds), variance = 0;
    int assessable = 0;
    for (int m = 0; m < PS_N_MARKERS; m++) {
        judge_marker(&model->weight[m], soft_call_of(calls, (ps_marker)m), &verdict->marker[m]);
        assessable += verdict->marker[m].state != PS_MARKER_NOT_ASSESSABLE;
        sum += verdict->marker[m].llr;
        variance += verdict->marker[m].sd * verdict->marker[m].sd;
    }
    if (!specimen_fits(model, specimen)) {
        verdict->label = PS_LABEL_NOT_APPLICABLE;
        ps_reason_add(&verdict->reasons, PS_REASON_SPECIMEN, "model is for %s, this sample's specimen is %s",
                      ps_specimen_names[model->specimen], ps_specimen_names[specimen]);
        return;
    }
    if (!assessable) {
        ps_reason_add(&verdict->reasons, PS_REASON_NO_ASSESSABLE_MARKER, "ccnd1 and ras are both not assessable");
        return;
    }
    double sd = sqrt(variance);
    verdict->probability = ps_round6(ps_logistic(sum));
    verdict->low = ps_round6(ps_logistic(sum - 1.96 * sd));
    verdict->high = ps_round6(ps_logistic(sum + 1.96 * sd));
    verdict->leaning = verdict->probability > 0.5   ? PS_LABEL_PLASMACYTOMA
                       : verdict->probability < 0.5 ? PS_LABEL_INTRAMEDULLARY
                                                    : PS_LABEL_NOT_ASSESSABLE;
    decide(model, verdict);
}

void ps_stratify(const ps_panel *panel, const ps_model *chosen, const ps_calls *calls, ps_specimen specimen,
                 double prior_odds, ps_label *label) {
    *label = (ps_label){.specimen = specimen, .n_verdicts = (size_t)panel->n_models};
    ps_judge(chosen, calls, specimen, prior_odds, &label->chosen);
    label->verdict = ps_alloc(label->n_verdicts, sizeof *label->verdict);
    for (int i = 0; i < panel->n_models; i++)
        ps_judge(&panel->models[i], calls, specimen, prior_odds, &label->verdict[i]);
}

void ps_label_free(ps_label *label) {
    free(label->verdict);
    *label = (ps_label){0};
}
