#include "depth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* coefficient of variation: CV that neighbouring bins share, expected before it is measured (assumption) */
static const double cn_usual_wave = 0.03;
/* bases: on each side of CCND1 that count as its own bins (assumption: a few bins on each side of CCND1) */
static const double cn_gene_reach = 40000;
/* sds: by which a bin leaves its arm to be left out (assumption: a small deletion, or a repeat that the mappability
 * misses) */
static const double cn_outlier_sds = 5;
/* bins: with baits on the arms that tell a capture's efficiency (assumption: fewer with baits on the arms do not tell
 * a capture's efficiency) */
static const double cn_min_baits = 8;
/* fraction of the bins' CV: of the noise expected as wave, before it is measured (assumption: noisy libraries wave
 * more) */
static const double cn_wave_share = 0.25;
/* standard errors: of its variance from which a wave is seen clearly (assumption: a wave seen so clearly needs no
 * prior) */
static const double cn_wave_clear = 1.5;
/* bases: between neighbouring bins that share a wave (assumption: bins of the panel stand half a megabase apart;
 * beyond twice that they are no neighbours) */
static const double cn_wave_bases = 1200000;

enum { ROUNDS = 25, T = PS_DEPTH_TERMS }; /* of Newton's steps, which mostly end long before */
static const double gc_centre = 0.45;     /* about the mean bin's: keeps the terms apart */
/* Weak priors keep shallow samples finite. One sd: a GC slope of 10 per unit (2.7-fold per 0.1), a curvature of 100,
 * a capture that is 2.7 times more or less efficient. */
static const double prior_sd[T] = {10, 100, 1};

static int is_gene_bin(const ps_panel *p, int bin) {
    const ps_gene *gene = &p->genes[p->ccnd1];
    const ps_span *s = &p->bins[bin].span;
    int64_t reach = (int64_t)cn_gene_reach;
    return s->contig == gene->contig && s->end0 > gene->exons[0].beg0 - reach &&
           s->beg0 < gene->exons[gene->n_exons - 1].end0 + reach;
}

static void covariates(const ps_depth *f, int bin, double z[T]) {
    z[0] = f->panel->bins[bin].gc - gc_centre;
    z[1] = z[0] * z[0];
    z[2] = f->normals ? f->normals->bin[bin].captured : 0;
}

double ps_depth_weight(const ps_depth *f, int bin) {
    double z[T], sum = 0;
    covariates(f, bin, z);
    for (int k = 0; k < T; k++)
        sum += f->b[k] * z[k];
    return (f->normals ? f->normals->bin[bin].level : f->panel->bins[bin].mappability) * exp(sum);
}

/* Baits catch most of its fragments. */
static int is_bait(const ps_depth *f, int bin) {
    return f->normals && f->normals->bin[bin].captured > 0.5;
}

static double known_variance(const ps_depth *f, int bin) {
    if (!f->normals)
        return 0;
    const ps_normal_bin *b = &f->normals->bin[bin];
    return b->spread * b->spread + b->level_se * b->level_se;
}

static double rate_of(const ps_depth_group *g) {
    return g->expected > 0 ? g->count / g->expected : 0;
}

/* Weight of a bin's count in sums: 1 where counting is all its noise. */
static double trust(const ps_depth *f, int bin, double mean) {
    return 1 / (1 + mean * (known_variance(f, bin) + f->tau2[is_bait(f, bin)]));
}

static void add_bin(const ps_depth *f, ps_depth_group *g, double rate, int bin) {
    double w = ps_depth_weight(f, bin), v = trust(f, bin, rate * w), z[T];
    covariates(f, bin, z);
    g->count += v * (double)f->count[bin];
    g->expected += v * w;
    g->info += v * rate * w;
    for (int k = 0; k < T; k++)
        g->z[k] += v * w * z[k];
    g->bins++;
}

/* Levels of the groups given b; the weights follow from the levels of the round before. */
static void sum_groups(ps_depth *f) {
    double *rate = ps_alloc((size_t)f->n_groups, sizeof *rate);
    for (int g = 0; g < f->n_groups; g++) {
        rate[g] = rate_of(&f->group[g]);
        f->group[g] = (ps_depth_group){0};
    }
    for (int i = 0; i < f->panel->n_bins; i++) {
        int g = f->group_of[i];
        if (!f->left_out[i])
            add_bin(f, &f->group[g], rate[g], i);
        if (f->left_out[i] || g != f->q13)
            continue;
        int own = f->panel->bins[i].role == PS_BIN_CCND1, near = is_gene_bin(f->panel, i);
        const int also[] = {near ? f->gene : -1, own ? f->own : f->around, near && !own ? f->beside : -1};
        for (size_t k = 0; k < sizeof also / sizeof *also; k++)
            if (also[k] >= 0)
                add_bin(f, &f->group[also[k]], rate[also[k]], i);
    }
    for (int g = 0; g < f->n_groups; g++)
        for (int k = 0; k < T && f->group[g].expected > 0; k++)
            f->group[g].z[k] /= f->group[g].expected;
    free(rate);
}

/* Inverse of a small positive definite matrix (Gauss and Jordan; the prior keeps the pivots above 0). */
static void invert(double a[T][T], double inverse[T][T]) {
    for (int i = 0; i < T; i++)
        for (int j = 0; j < T; j++)
            inverse[i][j] = i == j;
    for (int i = 0; i < T; i++) {
        double pivot = a[i][i];
        for (int j = 0; j < T; j++) {
            a[i][j] /= pivot;
            inverse[i][j] /= pivot;
        }
        for (int k = 0; k < T; k++) {
            double factor = a[k][i];
            for (int j = 0; j < T && k != i; j++) {
                a[k][j] -= factor * a[i][j];
                inverse[k][j] -= factor * inverse[i][j];
            }
        }
    }
}

/* One Newton step on the profile likelihood; returns its length. */
static double newton_step(ps_depth *f) {
    double score[T] = {0}, info[T][T] = {{0}};
    sum_groups(f);
    for (int i = 0; i < f->panel->n_bins; i++) {
        const ps_depth_group *g = &f->group[f->group_of[i]];
        if (f->left_out[i] || (f->group_of[i] == f->q13 && !f->q13_is_one))
            continue;
        double z[T], mean = rate_of(g) * ps_depth_weight(f, i), v = trust(f, i, mean);
        covariates(f, i, z);
        for (int k = 0; k < T; k++) {
            z[k] -= g->z[k];
            score[k] += v * ((double)f->count[i] - mean) * z[k];
            for (int l = 0; l <= k; l++)
                info[k][l] += v * mean * z[k] * z[l];
        }
    }
    double step[T] = {0}, scale = 1, length = 0;
    for (int k = 0; k < T; k++) {
        score[k] -= f->b[k] / (prior_sd[k] * prior_sd[k]);
        info[k][k] += 1 / (prior_sd[k] * prior_sd[k]);
        for (int l = 0; l < k; l++)
            info[l][k] = info[k][l];
    }
    invert(info, f->cov);
    for (int k = 0; k < T; k++) {
        for (int l = 0; l < T; l++)
            step[k] += f->cov[k][l] * score[l];
        scale = fmax(scale, 2 * fabs(step[k]) / prior_sd[k]); /* far from the top: short steps */
        length += fabs(step[k]) / prior_sd[k];
    }
    for (int k = 0; k < T; k++)
        f->b[k] += step[k] / scale;
    return length;
}

static void fit_curve(ps_depth *f) {
    for (int round = 0; round < ROUNDS && newton_step(f) > 1e-7; round++)
        ;
    sum_groups(f);
}

static double mean_of(const ps_depth *f, int bin) {
    return rate_of(&f->group[f->group_of[bin]]) * ps_depth_weight(f, bin);
}

static double sd_of(const ps_depth *f, int bin, double mean, double tau2) {
    return sqrt(mean + mean * mean * (known_variance(f, bin) + tau2));
}

/* Robust sd of the standardised residuals of the arms' bins of one kind; n of them. */
static double scatter(const ps_depth *f, int bait, double tau2, double *values, size_t *n) {
    *n = 0;
    for (int i = 0; i < f->panel->n_bins; i++) {
        double mean = is_bait(f, i) == bait ? mean_of(f, i) : 0;
        if (!f->left_out[i] && f->group_of[i] != f->q13 && mean > 0)
            values[(*n)++] = ((double)f->count[i] - mean) / sd_of(f, i, mean, tau2);
    }
    return *n ? ps_mad(values, *n, 0) : 0;
}

/* tau is what makes the residuals as wide as they should be. */
static double fit_tau2(const ps_depth *f, int bait, double *values, size_t *n) {
    double low = 0, high = 4;
    if (scatter(f, bait, 0, values, n) <= 1)
        return 0;
    for (int round = 0; round < 30; round++) {
        double middle = (low + high) / 2;
        *(scatter(f, bait, middle, values, n) > 1 ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

static void fit_noise(ps_depth *f) {
    enum { ENOUGH = 30 }; /* bins: the robust sd of fewer is off by a fifth and more */
    double *values = ps_alloc((size_t)f->panel->n_bins, sizeof *values), tau2[2];
    size_t n[2];
    for (int bait = 0; bait < 2; bait++)
        tau2[bait] = fit_tau2(f, bait, values, &n[bait]);
    f->tau2[0] = n[0] >= ENOUGH ? tau2[0] : tau2[1];
    f->tau2[1] = n[1] >= ENOUGH ? tau2[1] : f->tau2[0];
    free(values);
}

/* An arm bin far from its arm (a small deletion, a repeat the track missed) would pull a sum; it is left out once.
 * Bins with and without baits are counted apart: RNA that is measured against a capture fits beside the baits, as it
 * is empty there. */
static void leave_out_outliers(ps_depth *f) {
    double bins[2] = {0}, out[2] = {0};
    for (int i = 0; i < f->panel->n_bins; i++) {
        if (f->group_of[i] == f->q13 || f->left_out[i])
            continue;
        double mean = mean_of(f, i);
        int bait = is_bait(f, i);
        bins[bait]++;
        if (fabs((double)f->count[i] - mean) > cn_outlier_sds * sd_of(f, i, mean, f->tau2[bait])) {
            f->left_out[i] = PS_BIN_OUTLIER;
            out[bait]++;
        }
    }
    for (int bait = 0; bait < 2; bait++)
        if (bins[bait] >= cn_min_baits)
            f->outliers = fmax(f->outliers, out[bait] / bins[bait]);
}

/* Arms are compared where their covariates are; what the curve may be wrong by between there and a group adds to its
 * se. */
static void set_levels(ps_depth *f) {
    double *levels = ps_alloc((size_t)f->n_groups, sizeof *levels), z[T] = {0}, weight = 0;
    size_t n = 0;
    for (int g = 0; g < f->n_groups; g++) {
        ps_depth_group *one = &f->group[g];
        /* half a fragment keeps an empty group finite */
        double half = one->expected > 0 && one->info > 0 ? 0.5 * one->count / one->info : 0.5;
        one->level = one->bins && one->expected > 0 ? log2((one->count + fmin(half, 0.5)) / one->expected) : NAN;
        if (g >= f->q13 || isnan(one->level))
            continue;
        levels[n++] = one->level;
        for (int k = 0; k < T; k++)
            z[k] += one->info * one->z[k];
        weight += one->info;
    }
    f->middle = n ? ps_median(levels, n) : 0;
    for (int g = 0; g < f->n_groups; g++) {
        ps_depth_group *one = &f->group[g];
        double curve = 0, d[T];
        one->level -= f->middle;
        for (int k = 0; k < T; k++)
            d[k] = one->z[k] - (weight > 0 ? z[k] / weight : 0);
        for (int k = 0; k < T; k++)
            for (int l = 0; l < T; l++)
                curve += d[k] * d[l] * f->cov[k][l];
        one->se = sqrt(1 / (one->info + 0.5) + fmax(0, curve)) / log(2);
    }
    free(levels);
}

/* A bin's residual against its arm, and its weight. */
typedef struct residual {
    double r, weight;
    int32_t beg0;
} residual;

static int arm_residuals(const ps_depth *f, int arm, residual *out) {
    int n = 0;
    for (int i = 0; i < f->panel->n_bins; i++) {
        double mean = f->group_of[i] == arm && !f->left_out[i] ? mean_of(f, i) : 0;
        if (mean > 0)
            out[n++] = (residual){((double)f->count[i] - mean) / mean, sqrt(mean * trust(f, i, mean)),
                                  f->panel->bins[i].span.beg0};
    }
    return n;
}

/* Median of the residuals around one: a part of an arm that is gained or lost is no wave. */
static double surroundings(const residual *all, int n, int at, double *values) {
    enum { REACH = 20 }; /* bins each way: some ten megabases, more than a wave and less than most arms */
    size_t used = 0;
    for (int i = at - REACH < 0 ? 0 : at - REACH; i < n && i <= at + REACH; i++)
        values[used++] = all[i].r;
    return ps_median(values, used);
}

/* The waves' variance, measured with error `se`. Seen clearly: its upper end, as an arm shows few waves. Else what is
 * usual, or twice that, corrected by what is measured (posterior mean). */
static double expected_wave(const ps_depth *f, double measured, double se) {
    double cv = fmax(cn_usual_wave, sqrt(f->tau2[0]) * cn_wave_share); /* noisy libraries wave more */
    double usual = cv * cv;
    double prior = 1 / (4 * usual * usual), data = 1 / fmax(se * se, 1e-12);
    double posterior = fmax(0, (usual * prior + measured * data) / (prior + data));
    return measured > cn_wave_clear * se ? fmax(posterior, measured + se) : posterior;
}

/* Waves (replication timing, GC at a larger scale) move neighbouring bins together, so they do not average out over
 * the megabase of 11q13. Their variance is the covariance of bins about half a megabase apart, which chromosome 11
 * has many of; where counting noise hides it, the waves that whole genomes usually have are assumed. */
static void fit_wave(ps_depth *f) {
    const ps_panel *p = f->panel;
    residual *all = ps_alloc((size_t)p->n_bins, sizeof *all);
    double *values = ps_alloc((size_t)p->n_bins, sizeof *values), *level = ps_alloc((size_t)p->n_bins, sizeof *level);
    double sum = 0, weight = 0, square = 0, weight2 = 0;
    for (int a = 0; a < p->n_arms; a++) {
        int n = arm_residuals(f, a, all);
        for (int i = 0; i < n; i++)
            level[i] = surroundings(all, n, i, values);
        for (int i = 1; i < n; i++) {
            if (all[i].beg0 - all[i - 1].beg0 > cn_wave_bases)
                continue;
            double w = all[i].weight * all[i - 1].weight;
            double product = (all[i].r - level[i]) * (all[i - 1].r - level[i - 1]);
            sum += w * product;
            weight += w;
            square += w * w * product * product;
            weight2 += w * w;
        }
    }
    if (weight > 0) {
        double mean = sum / weight, se = sqrt(fmax(0, square - weight2 * mean * mean)) / weight;
        f->wave = sqrt(expected_wave(f, mean, se)) / log(2);
        f->sure_wave = sqrt(fmax(0, mean - 2 * se));
    }
    free(all);
    free(values);
    free(level);
}

/* Baits at CCND1 but next to none on the arms: nothing tells what this capture's efficiency is, so what lies beside
 * the baits speaks alone. */
static void leave_out_lone_baits(ps_depth *f) {
    int baits = 0;
    for (int i = 0; f->normals && i < f->panel->n_bins; i++)
        baits += f->group_of[i] != f->q13 && is_bait(f, i) && !f->left_out[i];
    for (int i = 0; f->normals && baits < cn_min_baits && i < f->panel->n_bins; i++)
        if (f->normals->bin[i].captured > 0)
            f->left_out[i] = PS_BIN_UNUSABLE;
}

void ps_depth_init(ps_depth *f, const ps_panel *panel, const uint64_t *count, const ps_normals *normals) {
    size_t n = (size_t)panel->n_bins;
    *f = (ps_depth){.panel = panel,
                    .count = count,
                    .normals = normals,
                    .q13 = panel->n_arms,
                    .gene = panel->n_arms + 1,
                    .own = panel->n_arms + 2,
                    .beside = panel->n_arms + 3,
                    .around = panel->n_arms + 4,
                    .n_groups = panel->n_arms + 5};
    f->group_of = ps_alloc(n, sizeof *f->group_of);
    f->left_out = ps_alloc(n, sizeof *f->left_out);
    f->group = ps_alloc((size_t)f->n_groups, sizeof *f->group);
    double total = 0, bins = 0;
    for (int i = 0; i < panel->n_bins; i++) {
        f->group_of[i] = panel->bins[i].role == PS_BIN_ARM ? panel->bins[i].arm : f->q13;
        f->left_out[i] = normals && !normals->bin[i].usable ? PS_BIN_UNUSABLE : 0;
        if (panel->bins[i].role == PS_BIN_ARM) {
            total += (double)count[i];
            bins++;
        }
    }
    f->mean = bins > 0 ? total / bins : 0;
    leave_out_lone_baits(f);
}

/* Do all parts of 11q13 stand at one level?  Then its bins, half of which are richer in GC than any arm bin, say what
 * the curve does there. An amplicon that covers a part of it must not be taken for GC. */
static int is_one_level(const ps_depth *f) {
    enum { PART = 10 }; /* bins: shorter parts count too little to show a step */
    const ps_depth_group *all = &f->group[f->q13];
    double rate = rate_of(all), sds = cn_part_sds;
    ps_depth_group part = {0};
    for (int i = 0; i <= f->panel->n_bins; i++) {
        int here = i < f->panel->n_bins && f->group_of[i] == f->q13 && !f->left_out[i];
        if (here)
            add_bin(f, &part, rate, i);
        if (part.bins < PART && !(i == f->panel->n_bins && part.bins))
            continue;
        double curve = 0, d[T];
        for (int k = 0; k < T; k++)
            d[k] = (part.expected > 0 ? part.z[k] / part.expected : 0) - all->z[k];
        for (int k = 0; k < T; k++)
            for (int l = 0; l < T; l++)
                curve += d[k] * d[l] * f->cov[k][l];
        double expected = part.expected * rate, off = part.count - expected;
        if (off * off > sds * sds * (expected + 1 + expected * expected * curve))
            return 0;
        part = (ps_depth_group){0};
    }
    return 1;
}

/* Normals that vary at 11q13 more than elsewhere vary there together (one has it gained): bins do not average that
 * out. Of the baits where there are enough, else of what lies beside them. */
static void fit_q13_spread(ps_depth *f) {
    enum { AT_Q13 = 1, OF_BAITS = 2 };
    static const double margin[2] = {1.5, 1.2}; /* over the arms' variance; background bins there are shallower */
    double sum[4] = {0}, n[4] = {0};
    for (int i = 0; f->normals && i < f->panel->n_bins; i++) {
        int kind = (f->group_of[i] == f->q13) + OF_BAITS * is_bait(f, i);
        if (f->left_out[i] == PS_BIN_UNUSABLE)
            continue;
        sum[kind] += f->normals->bin[i].spread * f->normals->bin[i].spread;
        n[kind]++;
    }
    int baits = n[AT_Q13 + OF_BAITS] >= cn_min_baits, at = AT_Q13 + OF_BAITS * baits;
    if (n[at] > 0 && n[at - AT_Q13] > 0)
        f->q13_spread = sqrt(fmax(0, sum[at] / n[at] - margin[baits] * sum[at - AT_Q13] / n[at - AT_Q13])) / log(2);
}

void ps_depth_fit(ps_depth *f) {
    fit_curve(f);
    fit_noise(f);
    leave_out_outliers(f);
    for (int round = 0; round < 3; round++) {
        fit_curve(f);
        fit_noise(f);
        f->q13_is_one = is_one_level(f);
    }
    sum_groups(f);
    set_levels(f);
    fit_wave(f);
    fit_q13_spread(f);
}

void ps_depth_settle(ps_depth *f) {
    sum_groups(f);
    set_levels(f);
}

void ps_depth_free(ps_depth *f) {
    free(f->group_of);
    free(f->left_out);
    free(f->group);
    *f = (ps_depth){0};
}
