/* copynumber.c - copies of CCND1 from fragments per bin, with a baseline that survives hyperdiploidy.
 *
 * 1. Counts are split into arm level x GC factor by alternating maximum likelihood (the Poisson two-way model), so GC
 * is corrected between bins of one arm and never takes an arm's copies for GC.
 * 2. The two-copy level is not the median arm: eight trisomies would move it. Every arm's level is explained by whole
 *    copies, with how often myeloma gains and loses that arm as prior; the baseline is what explains all arms
 * together. Two baselines that explain them about as well are an ambiguity, and it is said.
 * 3. 11q13 is compared with that baseline (copies) and with the rest of chromosome 11 (scope).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

enum { STRATA = 8, ROUNDS = 12, MAX_COPIES = 6 };

typedef struct group {      /* an arm, or 11q13 */
    double count, expected; /* fragments; sum of GC factors (and mappability) of the bins used */
    double level;           /* log2 of count / expected against the median arm */
    double se;              /* of the level */
    int bins;
} group;

typedef struct depth_fit {
    const ps_panel *panel;
    const uint64_t *count;
    int *group_of;    /* bin -> arm id, or n_arms for 11q13 */
    int *stratum;     /* bin -> GC stratum */
    uint8_t *dropped; /* bin is an outlier of its arm */
    double gc[STRATA];
    group *group; /* n_arms + 1 */
    int n_groups, ccnd1;
    double mean;       /* fragments per arm bin */
    double dispersion; /* variance / mean of bins around the model */
    double extra_cv;   /* robust CV beyond Poisson */
} depth_fit;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void assign_bins(depth_fit *f) {
    const ps_panel *p = f->panel;
    double *gc = ps_alloc((size_t)p->n_bins, sizeof *gc);
    for (int i = 0; i < p->n_bins; i++)
        gc[i] = p->bins[i].gc;
    qsort(gc, (size_t)p->n_bins, sizeof *gc, ascending);
    for (int i = 0; i < p->n_bins; i++) {
        int s = 0;
        while (s + 1 < STRATA && p->bins[i].gc > gc[(size_t)p->n_bins * (size_t)(s + 1) / STRATA])
            s++;
        f->stratum[i] = s;
        f->group_of[i] = p->bins[i].role == PS_BIN_ARM ? p->bins[i].arm : f->ccnd1;
    }
    free(gc);
}

static double weight_of(const depth_fit *f, int bin) {
    return f->gc[f->stratum[bin]] * f->panel->bins[bin].mappability;
}

static double rate_of(const group *g) {
    return g->expected > 0 ? g->count / g->expected : 0;
}

static void sum_groups(depth_fit *f) {
    for (int g = 0; g < f->n_groups; g++)
        f->group[g] = (group){0};
    for (int i = 0; i < f->panel->n_bins; i++) {
        if (f->dropped[i])
            continue;
        group *g = &f->group[f->group_of[i]];
        g->count += (double)f->count[i];
        g->expected += weight_of(f, i);
        g->bins++;
    }
}

static void fit_gc(depth_fit *f) {
    for (int round = 0; round < ROUNDS; round++) {
        double seen[STRATA] = {0}, expected[STRATA] = {0}, total = 0, weight = 0;
        sum_groups(f);
        for (int i = 0; i < f->panel->n_bins; i++) {
            if (f->dropped[i] || f->group_of[i] == f->ccnd1)
                continue;
            seen[f->stratum[i]] += (double)f->count[i];
            expected[f->stratum[i]] += rate_of(&f->group[f->group_of[i]]) * f->panel->bins[i].mappability;
        }
        for (int s = 0; s < STRATA; s++) {
            f->gc[s] = seen[s] > 0 && expected[s] > 0 ? seen[s] / expected[s] : 1;
            total += f->gc[s] * expected[s];
            weight += expected[s];
        }
        for (int s = 0; s < STRATA && total > 0; s++)
            f->gc[s] *= weight / total;
    }
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
        if (!f->dropped[i] && f->group_of[i] != f->ccnd1)
            values[n++] = residual(f, i);
    double sd = ps_mad(values, n, 0);
    f->dispersion = fmax(1, sd * sd);
    f->extra_cv = f->mean > 0 ? sqrt(fmax(0, (sd * sd - 1) / f->mean)) : 0;
    free(values);
}

/* A bin far from its group (a small deletion, a repeat the track missed) would pull a sum; it is left out once. */
static void drop_outliers(depth_fit *f) {
    double limit = 5 * sqrt(f->dispersion);
    for (int i = 0; i < f->panel->n_bins; i++)
        f->dropped[i] = fabs(residual(f, i)) > limit;
}

static void set_levels(depth_fit *f) {
    double *levels = ps_alloc((size_t)f->n_groups, sizeof *levels);
    size_t n = 0;
    for (int g = 0; g < f->n_groups; g++) {
        group *x = &f->group[g];
        x->level = x->bins && x->expected > 0 ? log2((x->count + 0.5) / x->expected) : NAN;
        x->se = sqrt(f->dispersion / (x->count + 0.5)) / log(2);
        if (g != f->ccnd1 && !isnan(x->level))
            levels[n++] = x->level;
    }
    double middle = ps_median(levels, n);
    for (int g = 0; g < f->n_groups; g++)
        f->group[g].level -= middle;
    free(levels);
}

static void fit_depth(depth_fit *f) {
    assign_bins(f);
    fit_gc(f);
    measure_noise(f);
    drop_outliers(f);
    fit_gc(f);
    measure_noise(f);
    set_levels(f);
}

static void init_fit(depth_fit *f, const ps_panel *panel, const ps_evidence *dna) {
    size_t n = (size_t)panel->n_bins;
    *f = (depth_fit){.panel = panel, .count = dna->bin, .n_groups = panel->n_arms + 1, .ccnd1 = panel->n_arms};
    f->group_of = ps_alloc(n, sizeof *f->group_of);
    f->stratum = ps_alloc(n, sizeof *f->stratum);
    f->dropped = ps_alloc(n, sizeof *f->dropped);
    f->group = ps_alloc((size_t)f->n_groups, sizeof *f->group);
    for (int s = 0; s < STRATA; s++)
        f->gc[s] = 1;
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
    free(f->stratum);
    free(f->dropped);
    free(f->group);
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

/* Best baseline, and its posterior odds over every other that is at least a quarter of a copy away. */
static double fit_baseline(const depth_fit *f, double purity, double *odds) {
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
    for (int i = 0; i < STEPS; i++) {
        double b = -1.2 + 0.01 * i;
        *(fabs(b - best) < 0.15 ? &near : &far) += exp(value[i] - highest);
    }
    *odds = far > 0 ? near / far : INFINITY;
    return best;
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

static void decide_state(const ps_panel *panel, ps_copynumber_call *call) {
    const ps_limits *l = &panel->limits;
    if (call->copies_high - call->copies_low > l->cn_max_interval * fmax(1, call->copies / 4))
        goto wide;
    if (call->copies >= l->cn_amplified_copies) {
        call->state = PS_CN_AMPLIFIED;
    } else if (is_gained(l, call->copies)) {
        if (call->copies_low <= 2)
            goto wide;
        call->state = PS_CN_GAIN;
    } else if (call->copies <= l->cn_loss_copies) {
        if (call->copies_high >= 2)
            goto wide;
        call->state = PS_CN_LOSS;
    } else if (call->copies_low > 1 && call->copies_high < 3) { /* one copy more or less would have shown */
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
    const group *here = &f->group[f->ccnd1], *rest = &f->group[q], *other = &f->group[s];
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
    double odds = 0, baseline = fit_baseline(f, c->purity, &odds);
    const group *here = &f->group[f->ccnd1];
    double level = here->level - baseline, se = hypot(here->se, 0.02);
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
