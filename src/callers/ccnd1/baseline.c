/* baseline.c - the level of two copies, from all arms together.
 *
 * Every arm's level is explained by whole copies. How often an arm has how many depends on the kind of genome: in most,
 * on how often myeloma gains and loses that arm; quiet ones have hardly an event; in hyperdiploid ones the odd chromosomes
 * mostly have three copies, in hypodiploid ones many of the others one; in near-triploid ones all mostly have three; in
 * hyperhaploid ones the odd chromosomes have two and the others one, or, doubled, four and two. Depth shows ratios of
 * levels only, so one file may be two of these: what is compared between baselines is the sum over kinds and over shares
 * of cells.
 */
#include "baseline.h"

#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"

enum { MAX_COPIES = 6 }; /* of an arm; one with more is as a subclone: at no copies that are listed */

typedef enum { DIPLOID, QUIET, HYPERDIPLOID, HYPODIPLOID, NEAR_TRIPLOID, HYPERHAPLOID, DOUBLED, N_KINDS } kind;

/* A gained arm mostly has three copies; more, and none at all, are rare. */
static double copy_prior(const ps_limits *l, const ps_arm *arm, int copies) {
    double gain = fmax(arm->gain_prior, l->cn_prior_least), loss = fmax(arm->loss_prior, l->cn_prior_least);
    switch (copies) {
    case 0:
        return l->cn_prior_none;
    case 1:
        return loss;
    case 2:
        return 1 - gain - loss;
    case 3:
        return l->cn_prior_three * gain;
    case 4:
        return l->cn_prior_four * gain;
    default:
        return l->cn_prior_more * gain;
    }
}

/* An arm that has `usual` copies with probability `share`; else any others, as in most genomes. */
static double prior_with_usual(const ps_limits *l, const ps_arm *arm, int usual, double share, int copies) {
    double p = copy_prior(l, arm, copies), rest = 1 - copy_prior(l, arm, usual);
    return copies == usual ? share : (1 - share) * p / rest;
}

static double prior_of(const ps_limits *l, const ps_arm *arm, kind k, int copies) {
    double pattern = l->cn_prior_pattern;
    switch (k) {
    case HYPERDIPLOID:
        return arm->odd_trisomy ? prior_with_usual(l, arm, 3, pattern, copies) : copy_prior(l, arm, copies);
    case QUIET:
        return prior_with_usual(l, arm, 2, l->cn_prior_disomy, copies);
    case HYPODIPLOID:
        return arm->odd_trisomy ? copy_prior(l, arm, copies)
                                : prior_with_usual(l, arm, 1, l->cn_prior_monosomy, copies);
    case NEAR_TRIPLOID:
        return prior_with_usual(l, arm, 3, pattern, copies);
    case HYPERHAPLOID:
        return prior_with_usual(l, arm, arm->odd_trisomy ? 2 : 1, pattern, copies);
    case DOUBLED:
        return copies % 2 ? 0 : prior_of(l, arm, HYPERHAPLOID, copies / 2);
    default:
        return copy_prior(l, arm, copies);
    }
}

static double kind_prior(const ps_limits *l, kind k) {
    switch (k) {
    case QUIET:
        return l->cn_prior_quiet;
    case HYPERDIPLOID:
        return l->cn_prior_hyperdiploid;
    case HYPODIPLOID:
        return l->cn_prior_hypodiploid;
    case NEAR_TRIPLOID:
        return l->cn_prior_near_triploid;
    case HYPERHAPLOID:
    case DOUBLED:
        return l->cn_prior_hyperhaploid;
    default:
        return 1 - l->cn_prior_quiet - l->cn_prior_hyperdiploid - l->cn_prior_hypodiploid -
               l->cn_prior_near_triploid - 2 * l->cn_prior_hyperhaploid;
    }
}

typedef struct arm_fit {
    double level, sd;
    double prior[N_KINDS][MAX_COPIES + 1];
} arm_fit;

/* Neighbours move together, and with few bins an arm moves as one. */
static double sd_of_arm(const ps_depth *f, const ps_depth_group *g) {
    double shared = fmin(f->wave * sqrt(3.0 / g->bins), f->wave);
    return hypot(hypot(g->se, f->panel->limits.cn_remaining_error), shared);
}

static int set_arms(const ps_depth *f, arm_fit *arm) {
    const ps_limits *l = &f->panel->limits;
    int n = 0;
    for (int a = 0; a < f->panel->n_arms; a++) {
        const ps_depth_group *g = &f->group[a];
        if (!g->bins)
            continue;
        arm[n].level = g->level;
        arm[n].sd = sd_of_arm(f, g);
        for (kind k = 0; k < N_KINDS; k++)
            for (int copies = 0; copies <= MAX_COPIES; copies++)
                arm[n].prior[k][copies] = prior_of(l, &f->panel->arms[a], k, copies);
        n++;
    }
    return n;
}

/* A fiftieth of a copy keeps the level of none finite. */
static double level_of_copies(double copies, double share) {
    return log2(fmax(share * copies + 2 * (1 - share), 0.02) / 2);
}

/* ln of a sum of exp(x) * weight. */
static double log_sum(const double *x, const double *weight, int n) {
    double top = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++)
        sum += weight[i] * exp(x[i] - top);
    return sum > 0 ? top + log(sum) : -INFINITY;
}

/* ln P(all arms | baseline, share of cells); an arm that is no whole copy number (a subclone) costs a fixed price.
 * `weight`: of the kinds. */
static double explain_arms(const ps_limits *l, const arm_fit *arm, int n, double baseline, double share,
                           const double *weight) {
    enum { FAR = 10 }; /* sds: no density to speak of */
    double sum[N_KINDS] = {0}, level[MAX_COPIES + 1];
    for (int copies = 0; copies <= MAX_COPIES; copies++)
        level[copies] = baseline + level_of_copies(copies, share);
    for (int a = 0; a < n; a++) {
        double p[N_KINDS];
        for (kind k = 0; k < N_KINDS; k++)
            p[k] = l->cn_subclone_density;
        for (int copies = 0; copies <= MAX_COPIES; copies++) {
            double z = (arm[a].level - level[copies]) / arm[a].sd;
            if (fabs(z) > FAR)
                continue;
            double density = exp(-z * z / 2) / arm[a].sd;
            for (kind k = 0; k < N_KINDS; k++)
                p[k] += arm[a].prior[k][copies] * density;
        }
        for (kind k = 0; k < N_KINDS; k++)
            sum[k] += log(p[k]);
    }
    return log_sum(sum, weight, N_KINDS);
}

/* Shares of cells that may hold the events. An unknown purity is any from 1 down, each as likely; of a purity that is
 * given, a part of the tumour's cells may hold them. Under 0.3 a copy is too little to tell arms apart. */
enum { MAX_SHARES = 16 };
static const double least_share = 0.3, share_step = 0.05;

static int list_shares(const ps_limits *l, double purity, double *share, double *weight) {
    int n = 0;
    share[n++] = isnan(purity) ? 1 : purity;
    while (n < MAX_SHARES && share[n - 1] - share_step > least_share - share_step / 2) {
        share[n] = share[n - 1] - share_step;
        n++;
    }
    double all = isnan(purity) || n == 1 ? 0 : 1 - l->cn_prior_partial; /* of the first */
    for (int i = 0; i < n; i++)
        weight[i] = all > 0 ? (i ? l->cn_prior_partial / (n - 1) : all) : 1.0 / n;
    return n;
}

/* The grid runs from a median arm of under one to one of over four copies. */
enum { STEPS = 241 }; /* of a hundredth of log2 */

static double step_level(int i) {
    return -1.2 + 0.01 * i;
}

static void fill_grid(const ps_limits *l, const arm_fit *arm, int n, double purity, double *value) {
    double of_kind[N_KINDS], share[MAX_SHARES], of_share[MAX_SHARES], each[MAX_SHARES];
    for (kind k = 0; k < N_KINDS; k++)
        of_kind[k] = kind_prior(l, k);
    int shares = list_shares(l, purity, share, of_share);
    for (int i = 0; i < STEPS; i++) {
        for (int k = 0; k < shares; k++)
            each[k] = explain_arms(l, arm, n, step_level(i), share[k], of_kind);
        value[i] = log_sum(each, of_share, shares);
    }
}

static int is_apart(int i, int from, double apart) {
    return fabs(step_level(i) - step_level(from)) >= apart;
}

/* The most likely step, or that of those far from `from`. */
static int highest(const double *value, int from, double apart) {
    int best = -1;
    for (int i = 0; i < STEPS; i++)
        if ((from < 0 || is_apart(i, from, apart)) && (best < 0 || value[i] > value[best]))
            best = i;
    return best;
}

ps_baseline ps_baseline_of(const ps_depth *f, double purity) {
    const ps_limits *l = &f->panel->limits;
    arm_fit *arm = ps_alloc((size_t)f->panel->n_arms, sizeof *arm);
    double value[STEPS], near = 0, far = 0, first = 0, second = 0;
    fill_grid(l, arm, set_arms(f, arm), purity, value);
    free(arm);
    int best = highest(value, -1, 0), rival = highest(value, best, l->cn_baseline_apart);
    for (int i = 0; i < STEPS; i++) {
        double b = step_level(i), p = exp(value[i] - value[best]);
        if (is_apart(i, best, l->cn_baseline_apart)) {
            far += p;
            continue;
        }
        near += p;
        first += p * b;
        second += p * b * b;
    }
    double mean = first / near, variance = second / near - mean * mean;
    return (ps_baseline){mean, sqrt(fmax(0, variance)), far > 0 ? near / far : INFINITY, step_level(rival)};
}
