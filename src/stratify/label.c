/* label.c - a model meets a sample's calls.
 *
 * What is true of a sample is a cell: CCND1 very high, intermediate or low, RAS mutated or not. A model gives each
 * cell k its share among plasmacytomas (a_k) and among intramedullary samples (b_k). The data give each cell a
 * likelihood L_k, the product of the calls' own likelihoods (soft calls; a certain one leaves a single cell). Then
 *
 *   ln LR(data) = ln (sum a_k L_k / sum b_k L_k),   probability = logistic(ln prior odds + ln LR).
 *
 * A marker that is not assessable is left out: its cells are merged.
 *
 * Weights (ln LR w_s of a marker's states): a_s = b_s e^w_s, and b are the shares of the ordinary disease
 * (population.tsv), tilted by no more than both adding up to 1 asks for: b_s ~ share_s exp(t (e^w_s - 1)). Weights of
 * one sign fit no shares; the tilt then stops at a bound, and the answer stays continuous in the weights. Certain
 * calls give exactly w_s. Cells of two markers are products, as if the markers were independent (RAS is enriched in
 * cyclin D1 expressing myeloma, Rasmussen 2005: a joint table is better where one exists).
 *
 * Joint table (counts n_k of labelled samples, d = dirichlet): shares are Dirichlet(n_k + d); a_k and b_k are their
 * means.
 *
 * A model of two levels was made without an intermediate one: to it intermediate CCND1 has ln LR 0.
 *
 * The 95 % interval is that of the probability that would be given if the cell and the weights were known: cell k has
 * the posterior share p_k ~ (odds a_k + b_k) L_k, and within it ln LR is normal, with the weights' sd, or for a joint
 * table with the mean and variance of the log ratio of two Beta shares (digamma, trigamma). The interval's ends are
 * quantiles of this mixture, by bisection. So both the spread of the weights and the doubt in the calls are in it.
 */
#include "plasmastrat/label.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

const char *const ps_label_names[PS_N_LABELS] = {"not-assessable", "indeterminate", "plasmacytoma-like",
                                                 "intramedullary", "not-applicable"};

enum { N_CELLS = PS_N_LEVELS * 2 };

typedef struct soft_call {
    ps_marker_state state;
    double log_data[PS_N_MARKER_STATES]; /* ln P(data | state), but for a constant; -infinity where there is no such
                                            state */
} soft_call;

static soft_call soft_call_of(const ps_calls *calls, ps_marker marker) {
    static const ps_marker_state of_ras[] = {PS_MARKER_NOT_ASSESSABLE, PS_MARKER_NEGATIVE, PS_MARKER_POSITIVE};
    static const ps_marker_state of_ccnd1[PS_N_CCND1_STATES] = {
        [PS_CCND1_NOT_DYSREGULATED] = PS_MARKER_NEGATIVE,
        [PS_CCND1_INTERMEDIATE] = PS_MARKER_INTERMEDIATE,
        [PS_CCND1_DYSREGULATED] = PS_MARKER_POSITIVE,
    };
    soft_call call = {.log_data = {-INFINITY, 0, -INFINITY, 0}};
    if (marker == PS_MARKER_RAS) {
        call.state = of_ras[calls->ras.state];
        call.log_data[PS_MARKER_POSITIVE] = calls->ras.log_odds;
        return call;
    }
    call.state = of_ccnd1[calls->ccnd1.state];
    for (int l = 0; l < PS_N_LEVELS; l++)
        call.log_data[PS_MARKER_NEGATIVE + l] = calls->ccnd1.log_level[l];
    return call;
}

/* One true state of a sample: shares among both classes (plasmacytoma's as ln a/b), spread, and the data's word. */
typedef struct cell {
    double a, b;     /* shares; only their ratios matter */
    double mean, sd; /* of ln a/b */
    double log_data; /* ln L */
} cell;

typedef struct cells {
    cell at[N_CELLS];
    int n;
} cells;

static void weight_of(const ps_model *model, ps_marker marker, ps_marker_state state, double *value, double *sd) {
    const ps_weight *w = &model->weight[marker];
    int two = state == PS_MARKER_INTERMEDIATE && model->two_levels;
    *value = two                           ? 0
             : state == PS_MARKER_POSITIVE ? w->positive
             : state == PS_MARKER_NEGATIVE ? w->negative
                                           : w->intermediate;
    *sd = two                           ? fmax(w->positive_sd, w->negative_sd)
          : state == PS_MARKER_POSITIVE ? w->positive_sd
          : state == PS_MARKER_NEGATIVE ? w->negative_sd
                                        : w->intermediate_sd;
}

/* Tilts the shares b of the cells until sum b (a/b - 1) is 0, by no more than e^BOUND: a state that a model hardly
 * lets happen would make the answer leap where a weight crosses zero. */
static void tilt(cells *c) {
    enum { BOUND = 3, STEPS = 60 };
    double low = -BOUND, high = BOUND, gain[N_CELLS], b[N_CELLS], greatest = 0, all = 0;
    for (int k = 0; k < c->n; k++) {
        b[k] = c->at[k].b;
        gain[k] = exp(c->at[k].mean) - 1;
        greatest = fmax(greatest, fabs(gain[k]));
    }
    for (int step = 0; step < STEPS && greatest > 0; step++) {
        double middle = (low + high) / 2, sum = 0;
        for (int k = 0; k < c->n; k++)
            sum += b[k] * exp(middle * gain[k] / greatest) * gain[k] / greatest;
        *(sum < 0 ? &low : &high) = middle;
    }
    for (int k = 0; k < c->n && greatest > 0; k++)
        b[k] *= exp(low * gain[k] / greatest);
    for (int k = 0; k < c->n; k++)
        all += b[k];
    for (int k = 0; k < c->n; k++) {
        c->at[k].b = b[k] / all;
        c->at[k].a = b[k] / all * (1 + gain[k]);
    }
}

/* The states of one marker. */
static cells marker_cells(const ps_model *model, const ps_population *population, ps_marker marker,
                          const soft_call *call) {
    cells out = {0};
    for (int s = PS_MARKER_NEGATIVE; s < PS_N_MARKER_STATES; s++) {
        cell *at = &out.at[out.n];
        if (isinf(call->log_data[s]))
            continue;
        weight_of(model, marker, (ps_marker_state)s, &at->mean, &at->sd);
        at->b = population->share[marker][s];
        at->log_data = call->log_data[s];
        out.n++;
    }
    tilt(&out);
    return out;
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

/* Pseudo-counts of one cell in a class; PS_N_LEVELS and 2: summed over. */
static double joint_count(const ps_model *model, int class, int level, int ras) {
    double n = 0;
    for (int l = 0; l < PS_N_LEVELS; l++)
        for (int r = 0; r < 2; r++)
            if ((l == level || level == PS_N_LEVELS) && (r == ras || ras == 2) &&
                !(l == PS_LEVEL_INTERMEDIATE && model->two_levels))
                n += model->joint.count[class][l][r] + model->joint.dirichlet;
    return n;
}

/* The table's cell, or several summed up. Intermediate CCND1 in a table of two levels tells nothing beyond RAS. */
static cell joint_cell(const ps_model *model, const ps_population *population, int level, int ras) {
    cell c = {0};
    double part = 1, count[PS_N_CLASSES], all[PS_N_CLASSES];
    if (model->two_levels && level < PS_N_LEVELS) {
        double middle = population->share[PS_MARKER_CCND1][PS_MARKER_INTERMEDIATE];
        part = level == PS_LEVEL_INTERMEDIATE ? middle : 1 - middle;
        level = level == PS_LEVEL_INTERMEDIATE ? PS_N_LEVELS : level;
    }
    for (int k = 0; k < PS_N_CLASSES; k++) {
        count[k] = joint_count(model, k, level, ras);
        all[k] = joint_count(model, k, PS_N_LEVELS, 2);
    }
    c.a = part * count[PS_CLASS_PLASMACYTOMA] / all[PS_CLASS_PLASMACYTOMA];
    c.b = part * count[PS_CLASS_INTRAMEDULLARY] / all[PS_CLASS_INTRAMEDULLARY];
    if (level < PS_N_LEVELS || ras < 2) { /* else it is everything: no ratio to be in doubt of */
        add_log_share(count[PS_CLASS_PLASMACYTOMA], all[PS_CLASS_PLASMACYTOMA], 1, &c);
        add_log_share(count[PS_CLASS_INTRAMEDULLARY], all[PS_CLASS_INTRAMEDULLARY], -1, &c);
    }
    return c;
}

/* A marker that is not asked for (wanted 0) is summed over. */
static cells joint_cells(const ps_model *model, const ps_population *population, const int wanted[PS_N_MARKERS],
                         const soft_call call[PS_N_MARKERS]) {
    cells out = {0};
    int low = wanted[PS_MARKER_CCND1] ? PS_LEVEL_LOW : PS_N_LEVELS,
        top = wanted[PS_MARKER_CCND1] ? PS_N_LEVELS - 1 : low;
    int wild = wanted[PS_MARKER_RAS] ? 0 : 2, mutated = wanted[PS_MARKER_RAS] ? 1 : 2;
    for (int l = low; l <= top; l++)
        for (int r = wild; r <= mutated; r++) {
            cell *at = &out.at[out.n++];
            *at = joint_cell(model, population, l, r);
            at->log_data = (wanted[PS_MARKER_CCND1] ? call[PS_MARKER_CCND1].log_data[PS_MARKER_NEGATIVE + l] : 0) +
                           (r == 1 ? call[PS_MARKER_RAS].log_data[PS_MARKER_POSITIVE] : 0);
        }
    return out;
}

static cells cells_of(const ps_model *model, const ps_population *population, const int wanted[PS_N_MARKERS],
                      const soft_call call[PS_N_MARKERS]) {
    if (model->joint.dirichlet > 0)
        return joint_cells(model, population, wanted, call);
    cells all = {.n = 1, .at = {{1, 1, 0, 0, 0}}};
    for (int m = 0; m < PS_N_MARKERS; m++)
        if (wanted[m]) {
            cells one = marker_cells(model, population, (ps_marker)m, &call[m]);
            all = product(&all, &one);
        }
    return all;
}

/* ln LR of the data, and each cell's posterior share at these prior odds. */
static double weigh(const cells *c, double odds, double share[N_CELLS]) {
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
static double mixture_quantile(const cells *c, const double share[N_CELLS], double q) {
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

/* What a sum of shares leaves over is no weight: it would be a sign for or against. */
static double rounded(double weight) {
    static const double least = 1e-9;
    return fabs(weight) < least ? 0 : ps_round6(weight);
}

static void judge_marker(const ps_model *model, const ps_population *population, ps_marker marker,
                         const soft_call call[PS_N_MARKERS], ps_marker_verdict *verdict) {
    int wanted[PS_N_MARKERS] = {0};
    double share[N_CELLS];
    *verdict = (ps_marker_verdict){.state = call[marker].state};
    if (call[marker].state == PS_MARKER_NOT_ASSESSABLE)
        return;
    wanted[marker] = 1;
    cells c = cells_of(model, population, wanted, call);
    double here = weigh(&c, 1, share), low = mixture_quantile(&c, share, 0.025),
           high = mixture_quantile(&c, share, 0.975);
    verdict->llr = rounded(here);
    verdict->low = rounded(fmin(low, here));
    verdict->high = rounded(fmax(high, here));
    verdict->sd = ps_round6((high - low) / (2 * ps_normal_95));
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
    v->borderline = (v->label == PS_LABEL_PLASMACYTOMA && v->low < model->plasmacytoma_at) ||
                    (v->label == PS_LABEL_INTRAMEDULLARY && v->high > model->intramedullary_at);
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
            ps_reason_add(reasons, PS_REASON_MIXED_PERSONS,
                          "%s and %s differ, by %d common SNP%s: ln odds for one person %.1f",
                          ps_input_names[pair->a], ps_input_names[pair->b], pair->sites, ps_s(pair->sites),
                          pair->log_odds < pair->log_odds_relative ? pair->log_odds : pair->log_odds_relative);
    }
}

static int specimen_fits(const ps_model *model, ps_specimen specimen) {
    return model->specimen == PS_SPECIMEN_UNKNOWN || model->specimen == specimen;
}

static void weigh_calls(const ps_model *model, const ps_population *population, const int wanted[PS_N_MARKERS],
                        const soft_call call[PS_N_MARKERS], double odds, ps_verdict *verdict) {
    double share[N_CELLS];
    cells c = cells_of(model, population, wanted, call);
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

void ps_judge(const ps_model *model, const ps_population *population, const ps_calls *calls, ps_specimen specimen,
              double prior_odds, ps_verdict *verdict) {
    *verdict = (ps_verdict){.model = model, .probability = NAN, .low = NAN, .high = NAN};
    soft_call call[PS_N_MARKERS];
    int wanted[PS_N_MARKERS] = {0}, assessable = 0;
    verdict->applies = specimen_fits(model, specimen);
    for (int m = 0; m < PS_N_MARKERS; m++)
        call[m] = soft_call_of(calls, (ps_marker)m);
    for (int m = 0; m < PS_N_MARKERS; m++) {
        judge_marker(model, population, (ps_marker)m, call, &verdict->marker[m]);
        wanted[m] = call[m].state != PS_MARKER_NOT_ASSESSABLE;
        assessable += wanted[m];
    }
    if (calls->identity.state == PS_IDENTITY_DIFFERENT) {
        name_mixed(&calls->identity, &verdict->reasons);
        return;
    }
    if (!verdict->applies)
        ps_reason_add(&verdict->reasons, PS_REASON_SPECIMEN, "model is for %s, this sample's specimen is %s",
                      ps_specimen_names[model->specimen], ps_specimen_names[specimen]);
    if (!assessable) {
        ps_reason_add(&verdict->reasons, PS_REASON_NO_ASSESSABLE_MARKER, "ccnd1 and ras are both not assessable");
        return;
    }
    if (model->two_levels && call[PS_MARKER_CCND1].state == PS_MARKER_INTERMEDIATE)
        ps_reason_add(&verdict->reasons, PS_REASON_TWO_LEVELS, "model %s", model->name);
    weigh_calls(model, population, wanted, call, isnan(prior_odds) ? model->prior_odds : prior_odds, verdict);
}

static ps_calls ps_certain_calls(ps_level level, int ras_mutated) {
    enum { CERTAIN = 600 }; /* ln odds; e to this is still a number */
    static const ps_ccnd1_state of_level[PS_N_LEVELS] = {PS_CCND1_NOT_DYSREGULATED, PS_CCND1_INTERMEDIATE,
                                                         PS_CCND1_DYSREGULATED};
    ps_calls calls = {.ccnd1 = {.state = of_level[level]},
                      .ras = {.state = ras_mutated ? PS_RAS_MUTATED : PS_RAS_WILD_TYPE,
                              .log_odds = ras_mutated ? CERTAIN : -CERTAIN}};
    calls.ccnd1.log_level[level] = CERTAIN;
    return calls;
}

void ps_model_rates(const ps_model *model, const ps_population *population, double prior_odds, ps_rates *rates) {
    *rates = (ps_rates){0};
    for (int l = 0; l < PS_N_LEVELS; l++)
        for (int r = 0; r < 2; r++) {
            ps_verdict v;
            ps_calls calls = ps_certain_calls((ps_level)l, r);
            ps_judge(model, population, &calls, model->specimen, prior_odds, &v);
            rates->of[v.label] += population->share[PS_MARKER_CCND1][PS_MARKER_NEGATIVE + l] *
                                  population->share[PS_MARKER_RAS][r ? PS_MARKER_POSITIVE : PS_MARKER_NEGATIVE];
        }
    for (int k = 0; k < PS_N_LABELS; k++)
        rates->of[k] = ps_round6(rates->of[k]);
}

static int is_opposite(ps_label_state a, ps_label_state b) {
    return (a == PS_LABEL_PLASMACYTOMA && b == PS_LABEL_INTRAMEDULLARY) ||
           (a == PS_LABEL_INTRAMEDULLARY && b == PS_LABEL_PLASMACYTOMA);
}

/* The label itself is given for a sample that the model is made for, or not at all. */
static void withhold(ps_verdict *v) {
    if (v->applies || v->label == PS_LABEL_NOT_ASSESSABLE)
        return;
    v->label = PS_LABEL_NOT_APPLICABLE;
    v->leaning = PS_LABEL_NOT_ASSESSABLE;
    v->probability = v->low = v->high = NAN;
    v->borderline = 0;
}

void ps_stratify(const ps_panel *panel, const ps_model *chosen, const ps_calls *calls, ps_specimen specimen,
                 double prior_odds, ps_label *label) {
    const ps_population *population = &panel->population;
    *label = (ps_label){.specimen = specimen, .n_verdicts = (size_t)panel->n_models};
    ps_judge(chosen, population, calls, specimen, prior_odds, &label->chosen);
    ps_model_rates(chosen, population, prior_odds, &label->chosen.rates);
    withhold(&label->chosen);
    label->verdict = ps_alloc(label->n_verdicts, sizeof *label->verdict);
    for (int i = 0; i < panel->n_models; i++) {
        ps_verdict *v = &label->verdict[i];
        ps_judge(&panel->models[i], population, calls, specimen, prior_odds, v);
        ps_model_rates(&panel->models[i], population, prior_odds, &v->rates);
        v->contradicts = v->model->basis != PS_BASIS_PREMISE && is_opposite(label->chosen.label, v->label);
        label->n_contradicting += (size_t)v->contradicts;
    }
}

void ps_label_free(ps_label *label) {
    free(label->verdict);
    *label = (ps_label){0};
}
