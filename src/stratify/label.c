/* label.c - a model meets a sample's calls.
 *
 * What is true of a sample is a cell: CCND1 dysregulated or not, RAS mutated or not. A model gives each cell k its share
 * among plasmacytomas (a_k) and among intramedullary samples (b_k). The data give each cell a likelihood L_k, the product
 * of the calls' own odds (soft calls; a certain one leaves a single cell). Then
 *
 *   ln LR(data) = ln (sum a_k L_k / sum b_k L_k),   probability = logistic(ln prior odds + ln LR).
 *
 * A marker that is not assessable is left out: its cells are merged.
 *
 * Weights (ln LR w+ and w- of a marker's two states): w+ = ln a/b, w- = ln (1-a)/(1-b) fix b = (1 - e^w-) / (e^w+ - e^w-).
 * Weights of one sign fit no share, and b is then the nearest of 0.05 and 0.95: the answer stays continuous in the weights,
 * and certain calls still give exactly w+ and w-. Cells of two markers are products, as if the markers were independent
 * (RAS is enriched in cyclin D1 expressing myeloma, Rasmussen 2005: a joint table is better where one exists).
 *
 * Joint table (counts n_k of labelled samples, d = dirichlet): shares are Dirichlet(n_k + d); a_k and b_k are their means.
 *
 * The 95 % interval is that of the probability that would be given if the cell and the weights were known: cell k has the
 * posterior share p_k ~ (odds a_k + b_k) L_k, and within it ln LR is normal, with the weights' sd, or for a joint table with
 * the mean and variance of the log ratio of two Beta shares (digamma, trigamma). The interval's ends are quantiles of this
 * mixture, by bisection. So both the spread of the weights and the doubt in the calls are in it.
 */
#include "plasmastrat/label.h"

#include <math.h>
#include <stdio.h>
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

/* One true state of a sample: shares among both classes (plasmacytoma's as ln a/b), spread, and the data's word. */
typedef struct cell {
    double a, b;     /* shares; only their ratios matter */
    double mean, sd; /* of ln a/b */
    double log_data; /* ln L */
} cell;

typedef struct cells {
    cell at[4];
    int n;
} cells;

static const double least_share = 0.05, z95 = 1.959964;

static double share_of(const ps_weight *w) {
    double up = exp(w->positive), down = exp(w->negative);
    double b = up == down ? 0.5 : (1 - down) / (up - down);
    return fmin(fmax(b, least_share), 1 - least_share);
}

/* The two states of one marker. */
static cells marker_cells(const ps_weight *w, double log_odds) {
    double b = share_of(w);
    return (cells){.n = 2,
                   .at = {{(1 - b) * exp(w->negative), 1 - b, w->negative, w->negative_sd, 0},
                          {b * exp(w->positive), b, w->positive, w->positive_sd, log_odds}}};
}

static cells product(const cells *x, const cells *y) {
    cells out = {0};
    for (int i = 0; i < x->n; i++)
        for (int j = 0; j < y->n; j++) {
            const cell *p = &x->at[i], *q = &y->at[j];
            out.at[out.n++] =
                (cell){p->a * q->a, p->b * q->b, p->mean + q->mean, hypot(p->sd, q->sd), p->log_data + q->log_data};
        }
    return out;
}

/* A share of a Dirichlet is Beta(x, all - x): mean and variance of its logarithm. */
static void add_log_share(double x, double all, double sign, cell *c) {
    c->mean += sign * (ps_digamma(x) - ps_digamma(all));
    c->sd = sqrt(c->sd * c->sd + ps_trigamma(x) - ps_trigamma(all));
}

/* The table's cells; a marker that is not asked for (wanted 0) is summed over. */
static cells joint_cells(const ps_joint *joint, const int wanted[PS_N_MARKERS], const double log_odds[PS_N_MARKERS]) {
    cells out = {0};
    double sum[PS_N_CLASSES][2][2] = {{{0}}}, all[PS_N_CLASSES] = {0};
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int i = 0; i < 4; i++) {
            double n = joint->count[k][i / 2][i % 2] + joint->dirichlet;
            sum[k][wanted[PS_MARKER_CCND1] ? i / 2 : 0][wanted[PS_MARKER_RAS] ? i % 2 : 0] += n;
            all[k] += n;
        }
    for (int c = 0; c <= wanted[PS_MARKER_CCND1]; c++)
        for (int r = 0; r <= wanted[PS_MARKER_RAS]; r++) {
            double p = sum[PS_CLASS_PLASMACYTOMA][c][r], i = sum[PS_CLASS_INTRAMEDULLARY][c][r];
            cell *at = &out.at[out.n++];
            *at = (cell){.a = p / all[PS_CLASS_PLASMACYTOMA], .b = i / all[PS_CLASS_INTRAMEDULLARY]};
            at->log_data = c * log_odds[PS_MARKER_CCND1] + r * log_odds[PS_MARKER_RAS];
            add_log_share(p, all[PS_CLASS_PLASMACYTOMA], 1, at);
            add_log_share(i, all[PS_CLASS_INTRAMEDULLARY], -1, at);
        }
    return out;
}

static cells cells_of(const ps_model *model, const int wanted[PS_N_MARKERS], const double log_odds[PS_N_MARKERS]) {
    if (model->joint.dirichlet > 0)
        return joint_cells(&model->joint, wanted, log_odds);
    cells all = {.n = 1, .at = {{1, 1, 0, 0, 0}}};
    for (int m = 0; m < PS_N_MARKERS; m++)
        if (wanted[m]) {
            cells one = marker_cells(&model->weight[m], log_odds[m]);
            all = product(&all, &one);
        }
    return all;
}

/* ln LR of the data, and each cell's posterior share at these prior odds. */
static double weigh(const cells *c, double odds, double share[4]) {
    double most = c->at[0].log_data, a = 0, b = 0, all = 0;
    for (int k = 1; k < c->n; k++)
        most = fmax(most, c->at[k].log_data);
    for (int k = 0; k < c->n; k++) {
        double l = exp(c->at[k].log_data - most); /* a large L does not overflow */
        a += c->at[k].a * l;
        b += c->at[k].b * l;
        share[k] = (odds * c->at[k].a + c->at[k].b) * l;
        all += share[k];
    }
    for (int k = 0; k < c->n; k++)
        share[k] /= all;
    return log(a / b);
}

/* The q-quantile of a mixture of normals. */
static double mixture_quantile(const cells *c, const double share[4], double q) {
    double low = INFINITY, high = -INFINITY;
    for (int k = 0; k < c->n; k++) {
        low = fmin(low, c->at[k].mean - 10 * c->at[k].sd - 1e-6);
        high = fmax(high, c->at[k].mean + 10 * c->at[k].sd + 1e-6);
    }
    for (int step = 0; step < 100 && high - low > 1e-12; step++) {
        double middle = low + (high - low) / 2, below = 0;
        for (int k = 0; k < c->n; k++)
            below += share[k] * (c->at[k].sd > 0 ? ps_normal_cdf((middle - c->at[k].mean) / c->at[k].sd)
                                                 : (double)(middle >= c->at[k].mean));
        *(below < q ? &low : &high) = middle;
    }
    return low + (high - low) / 2;
}

static void judge_marker(const ps_model *model, ps_marker marker, soft_call call, ps_marker_verdict *verdict) {
    int wanted[PS_N_MARKERS] = {0};
    double log_odds[PS_N_MARKERS] = {0}, share[4];
    *verdict = (ps_marker_verdict){.state = call.state};
    if (call.state == PS_MARKER_NOT_ASSESSABLE)
        return;
    wanted[marker] = 1;
    log_odds[marker] = call.log_odds;
    cells c = cells_of(model, wanted, log_odds);
    double here = weigh(&c, 1, share), low = mixture_quantile(&c, share, 0.025),
           high = mixture_quantile(&c, share, 0.975);
    verdict->llr = ps_round6(here);
    verdict->low = ps_round6(fmin(low, here));
    verdict->high = ps_round6(fmax(high, here));
    verdict->sd = ps_round6((high - low) / (2 * z95));
}

static void name_missing(const ps_model *model, const ps_verdict *v, char *text, size_t size) {
    text[0] = '\0';
    for (int m = 0; m < PS_N_MARKERS; m++)
        if (model->required[m] && v->marker[m].state == PS_MARKER_NOT_ASSESSABLE) {
            strncat(text, text[0] ? ", " : "", size - strlen(text) - 1);
            strncat(text, ps_marker_names[m], size - strlen(text) - 1);
        }
}

static int same_side(const ps_model *m, double a, double b) {
    return (a >= m->plasmacytoma_at) == (b >= m->plasmacytoma_at) &&
           (a <= m->intramedullary_at) == (b <= m->intramedullary_at);
}

const char *ps_probability_text(char out[PS_PROBABILITY_SIZE], const ps_model *model, double probability,
                                int digits) {
    enum { EXACT = 17 }; /* digits from which a double reads back as itself */
    do
        snprintf(out, PS_PROBABILITY_SIZE, "%.*g", digits, probability);
    while (digits++ < EXACT && !same_side(model, probability, strtod(out, NULL)));
    return out;
}

static void decide(const ps_model *model, ps_verdict *v) {
    char missing[64], probability[PS_PROBABILITY_SIZE];
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
        ps_reason_add(&v->reasons, PS_REASON_PROBABILITY_BETWEEN, "%s lies between %g and %g",
                      ps_probability_text(probability, model, v->probability, 3), model->intramedullary_at,
                      model->plasmacytoma_at);
}

/* What two persons' inputs show together holds for neither. */
static void name_mixed(const ps_identity_call *identity, ps_reasons *reasons) {
    for (size_t i = 0; i < identity->n_pairs; i++) {
        const ps_identity_comparison *pair = &identity->pair[i];
        if (pair->state == PS_IDENTITY_DIFFERENT)
            ps_reason_add(reasons, PS_REASON_MIXED_PERSONS, "%s and %s differ at %d common SNPs: ln odds %.1f",
                          ps_input_names[pair->a], ps_input_names[pair->b], pair->sites,
                          pair->log_odds < pair->log_odds_relative ? pair->log_odds : pair->log_odds_relative);
    }
}

static int specimen_fits(const ps_model *model, ps_specimen specimen) {
    return model->specimen == PS_SPECIMEN_UNKNOWN || model->specimen == specimen;
}

void ps_judge(const ps_model *model, const ps_calls *calls, ps_specimen specimen, double prior_odds,
              ps_verdict *verdict) {
    *verdict = (ps_verdict){.model = model, .probability = NAN, .low = NAN, .high = NAN};
    double odds = isnan(prior_odds) ? model->prior_odds : prior_odds, log_odds[PS_N_MARKERS] = {0}, share[4];
    int wanted[PS_N_MARKERS] = {0}, assessable = 0;
    for (int m = 0; m < PS_N_MARKERS; m++) {
        soft_call call = soft_call_of(calls, (ps_marker)m);
        judge_marker(model, (ps_marker)m, call, &verdict->marker[m]);
        wanted[m] = call.state != PS_MARKER_NOT_ASSESSABLE;
        log_odds[m] = wanted[m] ? call.log_odds : 0;
        assessable += wanted[m];
    }
    if (calls->identity.state == PS_IDENTITY_DIFFERENT) {
        name_mixed(&calls->identity, &verdict->reasons);
        return;
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
    cells c = cells_of(model, wanted, log_odds);
    double sum = log(odds) + weigh(&c, odds, share);
    double low = log(odds) + mixture_quantile(&c, share, 0.025),
           high = log(odds) + mixture_quantile(&c, share, 0.975);
    verdict->probability = ps_round6(ps_logistic(sum));
    verdict->low = ps_round6(ps_logistic(fmin(low, sum)));
    verdict->high = ps_round6(ps_logistic(fmax(high, sum)));
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
