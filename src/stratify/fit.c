#include "plasmastrat/fit.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 200 };

int ps_labelled_assessable(const ps_labelled *sample) {
    return sample->calls.identity.state != PS_IDENTITY_DIFFERENT &&
           sample->calls.ccnd1.state != PS_CCND1_NOT_ASSESSABLE && sample->calls.ras.state != PS_RAS_NOT_ASSESSABLE;
}

static int is_used(const ps_labelled *samples, size_t i, size_t folds, size_t leave_out) {
    return ps_labelled_assessable(&samples[i]) && !(folds && samples[i].person % folds == leave_out);
}

/* The sample's shares of the four cells of its class. */
static void share_out(const ps_labelled *sample, const ps_joint *joint, double share[2][2]) {
    double ccnd1 = sample->calls.ccnd1.log_odds, ras = sample->calls.ras.log_odds, all = 0;
    double most = fmax(ccnd1, 0) + fmax(ras, 0); /* a large L does not overflow */
    for (int c = 0; c < 2; c++)
        for (int r = 0; r < 2; r++) {
            double data = (c ? ccnd1 : 0) + (r ? ras : 0);
            share[c][r] = (joint->count[sample->label][c][r] + joint->dirichlet) * exp(data - most);
            all += share[c][r];
        }
    for (int cell = 0; cell < 4; cell++)
        share[cell / 2][cell % 2] /= all;
}

void ps_fit_joint(const ps_labelled *samples, size_t n, double dirichlet, size_t folds, size_t leave_out,
                  ps_joint *joint) {
    *joint = (ps_joint){.dirichlet = dirichlet};
    for (int round = 0; round < ROUNDS; round++) {
        ps_joint next = {.dirichlet = dirichlet};
        double moved = 0;
        for (size_t i = 0; i < n; i++) {
            double share[2][2];
            if (!is_used(samples, i, folds, leave_out))
                continue;
            share_out(&samples[i], joint, share);
            for (int cell = 0; cell < 4; cell++)
                next.count[samples[i].label][cell / 2][cell % 2] += share[cell / 2][cell % 2];
        }
        for (int k = 0; k < PS_N_CLASSES; k++)
            for (int cell = 0; cell < 4; cell++)
                moved = fmax(moved, fabs(next.count[k][cell / 2][cell % 2] - joint->count[k][cell / 2][cell % 2]));
        *joint = next;
        if (moved < 1e-9)
            return;
    }
}

static void score(const ps_labelled *sample, double p, ps_validation *out) {
    int y = sample->label == PS_CLASS_PLASMACYTOMA, bin = (int)fmin(PS_FIT_BINS - 1, p * PS_FIT_BINS);
    out->brier += (p - y) * (p - y);
    out->log_score -= log(fmax(1e-12, y ? p : 1 - p));
    out->right += (p > 0.5) == y;
    out->bin[bin].n++;
    out->bin[bin].plasmacytoma += (size_t)y;
    out->bin[bin].mean += p;
}

static void held_out(const ps_model *fitted, const ps_labelled *sample, ps_validation *out) {
    ps_verdict v;
    ps_judge(fitted, &sample->calls, fitted->specimen, out->odds, &v);
    score(sample, v.probability, out);
    ps_judge(fitted, &sample->calls, fitted->specimen, 1, &v);
    ps_label_state truth = sample->label == PS_CLASS_PLASMACYTOMA ? PS_LABEL_PLASMACYTOMA : PS_LABEL_INTRAMEDULLARY;
    out->definite += v.label == PS_LABEL_PLASMACYTOMA || v.label == PS_LABEL_INTRAMEDULLARY;
    out->definite_right += v.label == truth;
}

void ps_fit_validate(const ps_model *model, const ps_labelled *samples, size_t n, ps_validation *out) {
    ps_model fitted = *model;
    size_t persons = 0;
    *out = (ps_validation){0};
    for (size_t i = 0; i < n; i++) {
        if (ps_labelled_assessable(&samples[i]))
            out->n[samples[i].label]++;
        persons = samples[i].person < persons ? persons : samples[i].person + 1;
    }
    out->folds = persons <= PS_FIT_LEAVE_ONE_OUT ? persons : PS_FIT_FOLDS;
    size_t all = out->n[0] + out->n[1];
    out->odds = (double)out->n[PS_CLASS_PLASMACYTOMA] / (double)out->n[PS_CLASS_INTRAMEDULLARY];
    for (size_t fold = 0; fold < out->folds; fold++) {
        ps_fit_joint(samples, n, model->joint.dirichlet, out->folds, fold, &fitted.joint);
        for (size_t i = 0; i < n; i++)
            if (samples[i].person % out->folds == fold && ps_labelled_assessable(&samples[i]))
                held_out(&fitted, &samples[i], out);
    }
    out->brier /= (double)all;
    out->log_score /= (double)all;
    for (int b = 0; b < PS_FIT_BINS; b++)
        out->bin[b].mean /= (double)out->bin[b].n; /* 0 / 0: NaN */
}
