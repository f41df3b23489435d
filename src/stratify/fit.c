#include "plasmastrat/fit.h"

#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"

enum { ROUNDS = 200 };

int ps_labelled_assessable(const ps_labelled *sample) {
    return sample->calls.identity.state != PS_IDENTITY_DIFFERENT &&
           sample->calls.ccnd1.state != PS_CCND1_NOT_ASSESSABLE && sample->calls.ras.state != PS_RAS_NOT_ASSESSABLE;
}

static int is_used(const ps_labelled *samples, size_t i, size_t folds, size_t leave_out) {
    return ps_labelled_assessable(&samples[i]) && !(folds && samples[i].person % folds == leave_out);
}

/* Each person weighs one in a class, however many samples there are of him or her. */
static double *weights(const ps_labelled *samples, size_t n) {
    double *weight = ps_alloc(n, sizeof *weight);
    for (size_t i = 0; i < n; i++) {
        size_t of_person = 0;
        for (size_t j = 0; j < n; j++)
            of_person += samples[j].person == samples[i].person && samples[j].label == samples[i].label &&
                         ps_labelled_assessable(&samples[j]);
        weight[i] = of_person ? 1 / (double)of_person : 0;
    }
    return weight;
}

/* The sample's shares of the cells of its class. */
static void share_out(const ps_labelled *sample, const ps_joint *joint, double share[PS_N_LEVELS][2]) {
    const double *level = sample->calls.ccnd1.log_level;
    double ras = sample->calls.ras.log_odds, all = 0, most = -INFINITY;
    for (int l = 0; l < PS_N_LEVELS; l++)
        most = fmax(most, level[l] + fmax(ras, 0)); /* a large L does not overflow */
    for (int l = 0; l < PS_N_LEVELS; l++)
        for (int r = 0; r < 2; r++) {
            double data = level[l] + (r ? ras : 0);
            share[l][r] = (joint->count[sample->label][l][r] + joint->dirichlet) * exp(data - most);
            all += share[l][r];
        }
    for (int cell = 0; cell < 2 * PS_N_LEVELS; cell++)
        share[cell / 2][cell % 2] /= all;
}

enum { CELLS = 2 * PS_N_LEVELS };

/* One round of expectation-maximisation; returns how far the counts moved. */
static double fit_round(const ps_labelled *samples, size_t n, const double *weight, size_t folds, size_t leave_out,
                        ps_joint *joint) {
    ps_joint next = {.dirichlet = joint->dirichlet};
    double moved = 0;
    for (size_t i = 0; i < n; i++) {
        double share[PS_N_LEVELS][2];
        if (!is_used(samples, i, folds, leave_out))
            continue;
        share_out(&samples[i], joint, share);
        for (int cell = 0; cell < CELLS; cell++)
            next.count[samples[i].label][cell / 2][cell % 2] += weight[i] * share[cell / 2][cell % 2];
    }
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int cell = 0; cell < CELLS; cell++)
            moved = fmax(moved, fabs(next.count[k][cell / 2][cell % 2] - joint->count[k][cell / 2][cell % 2]));
    *joint = next;
    return moved;
}

void ps_fit_joint(const ps_labelled *samples, size_t n, double dirichlet, size_t folds, size_t leave_out,
                  ps_joint *joint) {
    double *weight = weights(samples, n), moved = INFINITY;
    *joint = (ps_joint){.dirichlet = dirichlet};
    for (int round = 0; round < ROUNDS && moved >= 1e-9; round++)
        moved = fit_round(samples, n, weight, folds, leave_out, joint);
    free(weight);
}

static void score(const ps_labelled *sample, double p, double weight, ps_cross_validation *out) {
    int y = sample->label == PS_CLASS_PLASMACYTOMA, bin = (int)fmin(PS_FIT_BINS - 1, p * PS_FIT_BINS);
    out->brier += weight * (p - y) * (p - y);
    out->log_score -= weight * log(fmax(1e-12, y ? p : 1 - p));
    out->right += weight * ((p > 0.5) == y);
    out->bin[bin].n += weight;
    out->bin[bin].plasmacytoma += weight * y;
    out->bin[bin].mean += weight * p;
}

static void held_out(const ps_model *fitted, const ps_labelled *sample, double weight, ps_cross_validation *out) {
    static const ps_population none = {0}; /* a joint table of three levels asks for none */
    ps_verdict v;
    ps_judge(fitted, &none, &sample->calls, fitted->specimen, out->odds, &v);
    score(sample, v.probability, weight, out);
    ps_judge(fitted, &none, &sample->calls, fitted->specimen, 1, &v);
    ps_label_state truth = sample->label == PS_CLASS_PLASMACYTOMA ? PS_LABEL_PLASMACYTOMA : PS_LABEL_INTRAMEDULLARY;
    out->definite += weight * (v.label == PS_LABEL_PLASMACYTOMA || v.label == PS_LABEL_INTRAMEDULLARY);
    out->definite_right += weight * (v.label == truth);
}

void ps_fit_validate(const ps_model *model, const ps_labelled *samples, size_t n, ps_cross_validation *out) {
    ps_model fitted = *model;
    size_t persons = 0;
    double *weight = weights(samples, n);
    *out = (ps_cross_validation){0};
    for (size_t i = 0; i < n; i++) {
        if (ps_labelled_assessable(&samples[i]))
            out->n[samples[i].label] += weight[i];
        persons = samples[i].person < persons ? persons : samples[i].person + 1;
    }
    out->folds = persons <= PS_FIT_LEAVE_ONE_OUT ? persons : PS_FIT_FOLDS;
    double all = out->n[0] + out->n[1];
    out->odds = out->n[PS_CLASS_PLASMACYTOMA] / out->n[PS_CLASS_INTRAMEDULLARY];
    for (size_t fold = 0; fold < out->folds; fold++) {
        ps_fit_joint(samples, n, model->joint.dirichlet, out->folds, fold, &fitted.joint);
        for (size_t i = 0; i < n; i++)
            if (samples[i].person % out->folds == fold && ps_labelled_assessable(&samples[i]))
                held_out(&fitted, &samples[i], weight[i], out);
    }
    out->brier /= all;
    out->log_score /= all;
    for (int b = 0; b < PS_FIT_BINS; b++)
        out->bin[b].mean /= out->bin[b].n; /* 0 / 0: NaN */
    free(weight);
}
