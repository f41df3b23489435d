/* copynumber.c - copies of CCND1 from fragments per bin, with a baseline that survives hyperdiploidy.
 *
 * 1. Counts follow arm level x exp(b1 x + b2 x^2) with x the bin's GC (Poisson maximum likelihood, arm levels
 * profiled out), so GC is corrected between bins of one arm and never takes an arm's copies for GC. 11q13 is richer
 * in GC than any arm bin: a smooth curve reaches it, and what the curve does not know there widens the interval.
 * 2. The two-copy level is not the median arm: eight trisomies would move it. Every arm's level is explained by whole
 *    copies, with how often myeloma gains and loses that arm as prior; the baseline is what explains all arms
 * together. Two baselines that explain them about as well are an ambiguity, and it is said.
 * 3. 11q13 is compared with that baseline (copies) and with the rest of chromosome 11 (scope). A small amplicon may
 * cover CCND1 and little else: where the bins at the gene differ from the rest of 11q13, the gene's own bins decide.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

enum { ROUNDS = 25, MAX_COPIES = 6 };
static const double gc_centre = 0.45;
static const int32_t gene_reach = 40000; /* bases on each side of CCND1 that count as the gene's own bins */

typedef struct group {      /* an arm, 11q13, or the gene's own bins */
    double count, expected; /* fragments; sum of the bins' weights */
    double x[2];            /* expectation-weighted mean of x and x^2 */
    double level;           /* log2 of count / expected against the median arm */
    double se;              /* of the level: counting and GC curve */
    int bins;
} group;

typedef struct depth_fit {
    const ps_panel *panel;
    const uint64_t *count;
    int *group_of;    /* bin -> arm id, or n_arms for 11q13 */
    uint8_t *dropped; /* bin is an outlier of its arm */
    double b[2];      /* GC curve */
    double cov[3];    /* of b: 11, 12, 22 */
    group *group;     /* n_arms arms, 11q13, the gene */
    int q13, gene, n_groups;
    double mean;       /* fragments per arm bin */
    double dispersion; /* variance / mean of bins around the model */
    double extra_cv;   /* robust CV beyond Poisson */
} depth_fit;

static int is_gene_bin(const ps_panel *p, int bin) {
    const ps_gene *gene = &p->genes[p->ccnd1];
    const ps_span *s = &p->bins[bin].span;
    return s->contig == gene->contig && s->end0 > gene->exons[0].beg0 - gene_reach &&
           s->beg0 < gene->exons[gene->n_exons - 1].end0 + gene_reach;
}

static double weight_of(const depth_fit *f, int bin) {
    double x = f->panel->bins[bin].gc - gc_centre;
    return f->panel->bins[bin].mappability * exp(f->b[0] * x + f->b[1] * x * x);
}

static double rate_of(const group *g) {
    return g->expected > 0 ? g->count / g->expected : 0;
}

static void add_bin(const depth_fit *f, group *g, int bin) {
    double w = weight_of(f, bin), x = f->panel->bins[bin].gc - gc_centre;
    g->count += (double)f->count[bin];
    g->expected += w;
    g->x[0] += w * x;
    g->x[1] += w * x * x;
    g->bins++;
}

static void sum_groups(depth_fit *f) {
    for (int g = 0; g < f->n_groups; g++)
        f->group[g] = (group){0};
    for (int i = 0; i < f->panel->n_bins; i++) {
        if (!f->dropped[i])
            add_bin(f, &f->group[f->group_of[i]], i);
        if (f->group_of[i] == f->q13 && is_gene_bin(f->panel, i))
            add_bin(f, &f->group[f->gene], i);
    }
    for (int g = 0; g < f->n_groups; g++)
        for (int k = 0; k < 2 && f->group[g].expected > 0; k++)
            f->group[g].x[k] /= f->group[g].expected;
}

/* One Newton step on the profile likelihood; returns its length. */
static double newton_step(depth_fit *f) {
    double score[2] = {0}, info[3] = {1e-9, 0, 1e-9};
    sum_groups(f);
    for (int i = 0; i < f->panel->n_bins; i++) {
        const group *g = &f->group[f->group_of[i]];
        if (f->dropped[i] || f->group_of[i] == f->q13)
            continue;
        double x = f->panel->bins[i].gc - gc_centre, mean = rate_of(g) * weight_of(f, i);
        double u = x - g->x[0], v = x * x - g->x[1];
        score[0] += ((double)f->count[i] - mean) * x;
        score[1] += ((double)f->count[i] - mean) * x * x;
        info[0] += mean * u * u;
        info[1] += mean * u * v;
        info[2] += mean * v * v;
    }
    /* A weak prior (a slope of 10 per unit GC, i.e. 2.7-fold per 0.1, is one sd) keeps shallow samples finite. */
    score[0] -= f->b[0] / 100;
    score[1] -= f->b[1] / 10000;
    info[0] += 1.0 / 100;
    info[2] += 1.0 / 10000;
    double det = info[0] * info[2] - info[1] * info[1];
    if (!(det > 0))
        return 0;
    f->cov[0] = info[2] / det;
    f->cov[1] = -info[1] / det;
    f->cov[2] = info[0] / det;
    double step[2] = {f->cov[0] * score[0] + f->cov[1] * score[1], f->cov[1] * score[0] + f->cov[2] * score[1]};
    double scale = fmax(1, fmax(fabs(step[0]) / 5, fabs(step[1]) / 50)); /* far from the top: short steps */
    f->b[0] += step[0] / scale;
    f->b[1] += step[1] / scale;
    return fabs(step[0]) + fabs(step[1]);
}

static void fit_gc(depth_fit *f) {
    for (int round = 0; round < ROUNDS && newton_step(f) > 1e-6; round++)
        ;
    sum_groups(f);
}

/* Pearson residual of a bin against its group; 0 when nothing is expected. */
static double residual(const depth_fit *f, int bin) {
    double expected = rate_of(&f->group[f->group_of[bin]]) * weight_of(f, bin);
    return expected > 0 ? ((double)f->count[bin] - expected) / sqrt(expected) : 0;
}

static void measure_noise(depth_fit *f) {
    const ps_panel *p = f->panel;
    double *values = ps_alloc((size_t)p->n_bins, sizeof *values);
    size_t n = 0;
    for (int i = 0; i < p->n_bins; i++)
        if (!f->dropped[i] && f->group_of[i] != f->q13)
            values[n++] = residual(f, i);
    double sd = ps_mad(values, n, 0);
    f->dispersion = fmax(1, sd * sd);
    f->extra_cv = f->mean > 0 ? sqrt(fmax(0, (sd * sd - 1) / f->mean)) : 0;
    free(values);
}

/* An arm bin far from its arm (a small deletion, a repeat the track missed) would pull a sum; it is left out once.
 * Bins of 11q13 never are: an amplicon there is what is looked for. */
static void drop_outliers(depth_fit *f) {
    double limit = 5 * sqrt(f->dispersion);
    for (int i = 0; i < f->panel->n_bins; i++)
        f->dropped[i] = f->group_of[i] != f->q13 && fabs(residual(f, i)) > limit;
}

/* Arms are compared where their GC is; what the curve may be wrong by between there and the group's GC adds to its
 * se. */
static void set_levels(depth_fit *f) {
    double *levels = ps_alloc((size_t)f->n_groups, sizeof *levels), x[2] = {0}, weight = 0;
    size_t n = 0;
    for (int g = 0; g < f->n_groups; g++) {
        group *one = &f->group[g];
        one->level = one->bins && one->expected > 0 ? log2((one->count + 0.5) / one->expected) : NAN;
        if (g >= f->q13 || isnan(one->level))
            continue;
        levels[n++] = one->level;
        for (int k = 0; k < 2; k++)
            x[k] += one->expected * one->x[k];
        weight += one->expected;
    }
    double middle = ps_median(levels, n);
    for (int g = 0; g < f->n_groups; g++) {
        group *one = &f->group[g];
        one->level -= middle;
        double d0 = one->x[0] - x[0] / weight, d1 = one->x[1] - x[1] / weight;
        double curve = f->dispersion * (d0 * d0 * f->cov[0] + 2 * d0 * d1 * f->cov[1] + d1 * d1 * f->cov[2]);
        one->se = sqrt(f->dispersion / (one->count + 0.5) + fmax(0, curve)) / log(2);
    }
    free(levels);
}

static void fit_depth(depth_fit *f) {
    for (int i = 0; i < f->panel->n_bins; i++)
        f->group_of[i] = f->panel->bins[i].role == PS_BIN_ARM ? f->panel->bins[i].arm : f->q13;
    fit_gc(f);
    measure_noise(f);
    drop_outliers(f);
    fit_gc(f);
    measure_noise(f);
    set_levels(f);
}

static void init_fit(depth_fit *f, const ps_panel *panel, const ps_evidence *dna) {
    size_t n = (size_t)panel->n_bins;
    *f = (depth_fit){.panel = panel,
                     .count = dna->bin,
                     .q13 = panel->n_arms,
                     .gene = panel->n_arms + 1,
                     .n_groups = panel->n_arms + 2};
    f->group_of = ps_alloc(n, sizeof *f->group_of);
    f->dropped = ps_alloc(n, sizeof *f->dropped);
    f->group = ps_alloc((size_t)f->n_groups, sizeof *f->group);
    double total = 0, arm_bins = 0;
    for (int i = 0; i < panel->n_bins; i++)
        if (panel->bins[i].role == PS_BIN_ARM) {
            total += (double)dna->bin[i];
            arm_bins++;
        }
    f->mean = arm_bins > 0 ? total / arm_bins : 0;
}

static void free_fit(depth_fit *f) {
    free(f->group_of);
    free(f->dropped);
    free(f->group);
}

/* The group that speaks for CCND1. */
static const group *ccnd1_group(const depth_fit *f) {
    const group *all = &f->group[f->q13], *gene = &f->group[f->gene];
    double step = fabs(gene->level - all->level);
    return gene->bins && step > f->panel->limits.cn_focal_log2 && step > 3 * gene->se ? gene : all;
}

/* Share of arm bins that are empty beyond what Poisson expects of evenly spread fragments. */
static double excess_empty(const depth_fit *f) {
    double empty = 0, bins = 0;
    for (int i = 0; i < f->panel->n_bins; i++) {
        if (f->panel->bins[i].role != PS_BIN_ARM)
            continue;
        bins++;
        empty += f->count[i] == 0;
    }
    return bins > 0 ? empty / bins - exp(-f->mean) : 1;
}

/* ---- baseline ---------------------------------------------------------------------------------------------------
 */

static double copy_prior(const ps_arm *arm, int copies) {
    double gain = fmax(arm->gain_prior, 0.005), loss = fmax(arm->loss_prior, 0.005);
    /* A gained arm mostly has three copies; more, and none at all, are rare. Rounded from what karyotypes show. */
    switch (copies) {
    case 0:
        return 1e-4;
    case 1:
        return loss;
    case 2:
        return 1 - gain - loss;
    case 3:
        return 0.85 * gain;
    case 4:
        return 0.13 * gain;
    default:
        return 0.01 * gain;
    }
}

static double level_of_copies(double copies, double purity) {
    return log2(fmax(purity * copies + 2 * (1 - purity), 0.02) / 2);
}

/* ln P(all arms | baseline, purity); an arm that is no whole copy number (a subclone) costs a fixed price. */
static double explain_arms(const depth_fit *f, double baseline, double purity) {
    double sum = 0;
    for (int a = 0; a < f->panel->n_arms; a++) {
        const group *g = &f->group[a];
        if (!g->bins)
            continue;
        double sd = hypot(g->se, 0.02), p = 1e-4; /* 0.02: what remains of waves after GC correction */
        for (int copies = 0; copies <= MAX_COPIES; copies++) {
            double z = (g->level - baseline - level_of_copies(copies, purity)) / sd;
            p += copy_prior(&f->panel->arms[a], copies) * exp(-z * z / 2) / sd;
        }
        sum += log(p);
    }
    return sum;
}

/* Baseline (posterior mean and sd), and its odds over every other that is at least a quarter of a copy away. */
static double fit_baseline(const depth_fit *f, double purity, double *odds, double *se) {
    enum { STEPS = 241 };
    static const double purities[] = {1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3};
    double value[STEPS], highest = -INFINITY, best = 0, near = 0, far = 0;
    int n_purities = isnan(purity) ? (int)(sizeof purities / sizeof *purities) : 1;
    for (int i = 0; i < STEPS; i++) {
        double b = -1.2 + 0.01 * i, sum = 0, top = -INFINITY, each[8];
        for (int k = 0; k < n_purities; k++) {
            each[k] = explain_arms(f, b, isnan(purity) ? purities[k] : purity);
            top = fmax(top, each[k]);
        }
        for (int k = 0; k < n_purities; k++)
            sum += exp(each[k] - top);
        value[i] = top + log(sum / n_purities);
        if (value[i] > highest) {
            highest = value[i];
            best = b;
        }
    }
    double first = 0, second = 0;
    for (int i = 0; i < STEPS; i++) {
        double b = -1.2 + 0.01 * i, p = exp(value[i] - highest);
        if (fabs(b - best) >= 0.15) {
            far += p;
            continue;
        }
        near += p;
        first += p * b;
        second += p * b * b;
    }
    *odds = far > 0 ? near / far : INFINITY;
    *se = sqrt(fmax(0, second / near - first / near * (first / near)));
    return first / near;
}

/* ---- decisions --------------------------------------------------------------------------------------------------
 */

static double copies_of_level(double level, double purity) {
    double p = isnan(purity) ? 1 : purity;
    return fmax(0, (2 * exp2(level) - 2 * (1 - p)) / p);
}

static int arm_by_name(const ps_panel *panel, const char *name) {
    for (int a = 0; a < panel->n_arms; a++)
        if (!strcmp(panel->arms[a].name, name))
            return a;
    return -1;
}

static int is_gained(const ps_limits *l, double copies) {
    return copies >= l->cn_gain_copies;
}

/* At least two of the eight odd chromosomes gained whole (3 5 7 9 11 15 19 21). */
static int hyperdiploid(const ps_panel *panel, const ps_copynumber_call *call) {
    int chromosomes = 0;
    for (size_t i = 0; i < call->n_arms; i++) {
        const ps_arm *arm = &panel->arms[call->arm[i].arm];
        size_t length = strlen(arm->name);
        if (!arm->odd_trisomy || arm->name[length - 1] != 'q' || !is_gained(&panel->limits, call->arm[i].copies))
            continue;
        int whole = 1;
        for (size_t j = 0; j < call->n_arms; j++) {
            const char *other = panel->arms[call->arm[j].arm].name;
            if (j != i && strlen(other) == length && !strncmp(other, arm->name, length - 1))
                whole = is_gained(&panel->limits, call->arm[j].copies);
        }
        chromosomes += whole;
    }
    return chromosomes >= 2;
}

/* How far the interval must stay away from the copies that the state denies. */
static const double margin = 0.2;

static void decide_state(const ps_panel *panel, ps_copynumber_call *call) {
    const ps_limits *l = &panel->limits;
    if (call->copies_high - call->copies_low > l->cn_max_interval * fmax(1, call->copies / 4))
        goto wide;
    if (call->copies >= l->cn_amplified_copies) {
        call->state = PS_CN_AMPLIFIED;
    } else if (is_gained(l, call->copies)) {
        if (call->copies_low <= 2 + margin)
            goto wide;
        call->state = PS_CN_GAIN;
    } else if (call->copies <= l->cn_loss_copies) {
        if (call->copies_high >= 2 - margin)
            goto wide;
        call->state = PS_CN_LOSS;
    } else if (call->copies_low > 1 + margin && call->copies_high < 3 - margin) {
        /* one copy more or less would have shown */
        call->state = PS_CN_NEUTRAL;
    } else {
        goto wide;
    }
    return;
wide:
    ps_reason_add(&call->reasons, PS_REASON_WIDE_INTERVAL, "dna: %.2f copies, 95 %% interval %.2f to %.2f",
                  call->copies, call->copies_low, call->copies_high);
}

static void decide_scope(const depth_fit *f, double baseline, ps_copynumber_call *call) {
    const ps_panel *p = f->panel;
    int q = arm_by_name(p, "11q"), s = arm_by_name(p, "11p");
    call->scope = PS_SCOPE_NONE;
    if (call->state == PS_CN_NOT_ASSESSABLE || call->state == PS_CN_NEUTRAL || q < 0 || s < 0)
        return;
    const group *here = ccnd1_group(f), *rest = &f->group[q], *other = &f->group[s];
    double step = fabs(here->level - rest->level), se = hypot(here->se, rest->se);
    if (step > p->limits.cn_focal_log2 && step > 3 * se) {
        call->scope = PS_SCOPE_FOCAL;
        return;
    }
    double q_level = rest->level - baseline, p_level = other->level - baseline;
    int together = q_level * p_level > 0 && fabs(p_level) > 0.5 * fabs(q_level);
    call->scope = together ? PS_SCOPE_CHROMOSOME : PS_SCOPE_ARM;
}

static void list_arms(const depth_fit *f, double baseline, ps_copynumber_call *call) {
    const ps_panel *p = f->panel;
    call->arm = ps_alloc((size_t)p->n_arms, sizeof *call->arm);
    for (int a = 0; a < p->n_arms; a++) {
        if (!f->group[a].bins)
            continue;
        double level = f->group[a].level - baseline;
        call->arm[call->n_arms++] =
            (ps_arm_copies){a, ps_round6(level), ps_round6(copies_of_level(level, call->purity))};
    }
}

static void list_bins(const depth_fit *f, double baseline, double middle, ps_copynumber_call *call) {
    const ps_panel *p = f->panel;
    size_t capacity = 0;
    for (int i = 0; i < p->n_bins; i++) {
        if (p->bins[i].span.contig != p->ccnd1_window.contig)
            continue;
        double level = log2(((double)f->count[i] + 0.5) / weight_of(f, i)) - middle - baseline;
        PS_GROW(call->bin, call->n_bins, capacity);
        call->bin[call->n_bins++] = (ps_bin_level){i, ps_round6(level)};
    }
}

static int gates_open(const depth_fit *f, ps_copynumber_call *call) {
    const ps_limits *l = &f->panel->limits;
    if (f->mean < l->cn_min_fragments_per_bin) {
        ps_reason_add(&call->reasons, PS_REASON_LOW_COVERAGE, "dna: %.3g fragments per 10 kb bin, %g needed", f->mean,
                      l->cn_min_fragments_per_bin);
        return 0;
    }
    double empty = excess_empty(f);
    if (empty > l->cn_max_empty_bins) {
        ps_reason_add(&call->reasons, PS_REASON_TARGETED,
                      "dna: %.0f %% more bins are empty than even coverage leaves", 100 * empty);
        return 0;
    }
    return 1;
}

static void measure(depth_fit *f, const ps_case *c, ps_copynumber_call *call) {
    const ps_limits *l = &c->panel->limits;
    fit_depth(f);
    call->noise = ps_round6(f->extra_cv);
    if (f->extra_cv > l->cn_max_bin_cv) {
        ps_reason_add(&call->reasons, PS_REASON_NOISY, "dna: bins vary by %.2g beyond counting, %g allowed",
                      f->extra_cv, l->cn_max_bin_cv);
        return;
    }
    double odds = 0, baseline_se = 0, baseline = fit_baseline(f, c->purity, &odds, &baseline_se);
    const group *here = ccnd1_group(f);
    double level = here->level - baseline, se = hypot(hypot(here->se, baseline_se), 0.02);
    if (!here->bins) {
        ps_reason_add(&call->reasons, PS_REASON_LOW_COVERAGE, "dna: no usable bin at 11q13");
        return;
    }
    double middle = log2((here->count + 0.5) / here->expected) - here->level; /* the median arm's rate */
    list_arms(f, baseline, call);
    list_bins(f, baseline, middle, call);
    if (odds < l->cn_baseline_odds) {
        ps_reason_add(&call->reasons, PS_REASON_AMBIGUOUS_BASELINE, "dna: odds %.2g for the best, %g needed", odds,
                      l->cn_baseline_odds);
        return;
    }
    call->log2_ratio = ps_round6(level);
    call->copies = ps_round6(copies_of_level(level, c->purity));
    call->copies_low = ps_round6(copies_of_level(level - 1.96 * se, c->purity));
    call->copies_high = ps_round6(copies_of_level(level + 1.96 * se, c->purity));
    decide_state(c->panel, call);
    decide_scope(f, baseline, call);
    call->hyperdiploid = hyperdiploid(c->panel, call);
    if (isnan(c->purity))
        ps_reason_add(&call->reasons, PS_REASON_PURITY_ASSUMED, "give --purity for absolute copies");
}

void ps_call_copynumber(const ps_case *c, ps_copynumber_call *call) {
    *call = (ps_copynumber_call){.log2_ratio = NAN,
                                 .copies = NAN,
                                 .copies_low = NAN,
                                 .copies_high = NAN,
                                 .hyperdiploid = -1,
                                 .purity = c->purity,
                                 .fragments_per_bin = NAN,
                                 .noise = NAN};
    const ps_evidence *dna = c->reads[PS_INPUT_DNA];
    if (!dna || !dna->given) {
        ps_reason_add(&call->reasons, PS_REASON_NO_DNA, "copy number needs --dna");
        return;
    }
    depth_fit f;
    init_fit(&f, c->panel, dna);
    call->fragments_per_bin = ps_round6(f.mean);
    if (gates_open(&f, call))
        measure(&f, c, call);
    free_fit(&f);
}
