/* levels.c - three levels of CCND1 per plasma cell, and what a count of fragments says of them.
 *
 * Each level is a density of log2 CCND1 per plasma cell. A count is Poisson around expected x (share x 2^level +
 * lent): the share of plasma cells is known with an interval, and what other cells lend is between nothing and a
 * bound, every value alike; so both doubts are integrated over, and a count that a diluted or lent level could have
 * given decides nothing.
 */
#include <math.h>
#include <string.h>

#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* log2 ratio: between libraries, beside the spread of a level (assumption: between libraries, beside the spread of a
 * level) */
static const double expression_library_sd = 0.5;
/* probability: of the panel's level beside a cohort's components of it (assumption: of a level of a cohort, what is
 * as spread as the panel's) */
static const double expression_panel_weight = 0.05;

/* Grid of log2: fine against the counting error that is left (COUNTS), wide against the levels and any share. */
enum {
    COUNTS = 400,
    PER_LOG2 = 20,
    L_LOW = -16,
    L_HIGH = 14,
    SHARE_LOW = -10,
    N_L = (L_HIGH - L_LOW) * PER_LOG2 + 1,
    N_SHARE = -SHARE_LOW * PER_LOG2 + 1,
    N_V = N_L + N_SHARE - 1
};

static double normal_density(double x, double mean, double sd) {
    double z = (x - mean) / sd;
    return exp(-z * z / 2) / (sd * sqrt(2 * acos(-1)));
}

/* ---- the mixture ----------------------------------------------------------------------------------------------- */

static void add_panel_level(const ps_panel *panel, ps_level level, double weight, ps_mixture *m) {
    const ps_level_of_ccnd1 *l = &panel->level[level];
    m->component[m->n++] = (ps_component){weight, l->log2, ps_round6(hypot(l->sd, expression_library_sd)), level};
}

/* The cohort's components of one level, and a little of the panel's: far from narrow ones a hair would decide. */
static void add_cohort_level(const ps_panel *panel, const ps_expression_reference *cohort, const ps_mixture *plain,
                             ps_level level, double weight, ps_mixture *m) {
    double little = weight > 0 ? expression_panel_weight : 1;
    for (int j = 0; j < cohort->n_components; j++) {
        const ps_component *c = &cohort->component[j];
        if (ps_mixture_level(plain, c->mean) == level)
            m->component[m->n++] =
                (ps_component){ps_round6((1 - little) * c->weight / weight), c->mean, c->sd, level};
    }
    add_panel_level(panel, level, little, m);
}

static double ps_mixture_density(const ps_mixture *m, ps_level level, double x) {
    double sum = 0;
    for (int j = 0; j < m->n; j++)
        if (m->component[j].level == level)
            sum += m->component[j].weight * normal_density(x, m->component[j].mean, m->component[j].sd);
    return sum;
}

/* Beyond the outermost components a wide one of another level would win: what lies there is as its end. */
static double held(const ps_mixture *m, double x) {
    double low = INFINITY, high = -INFINITY;
    for (int j = 0; j < m->n; j++) {
        low = fmin(low, m->component[j].mean);
        high = fmax(high, m->component[j].mean);
    }
    return fmax(low, fmin(high, x));
}

void ps_mixture_posterior(const ps_mixture *m, double x, double posterior[PS_N_LEVELS]) {
    double all = 0;
    for (int l = 0; l < PS_N_LEVELS; l++)
        all += posterior[l] = m->share[l] * ps_mixture_density(m, (ps_level)l, held(m, x));
    for (int l = 0; l < PS_N_LEVELS; l++)
        posterior[l] /= all;
}

static ps_level likeliest(const double posterior[PS_N_LEVELS]) {
    int best = 0;
    for (int l = 1; l < PS_N_LEVELS; l++)
        best = posterior[l] > posterior[best] ? l : best;
    return (ps_level)best;
}

ps_level ps_mixture_level(const ps_mixture *m, double x) {
    double posterior[PS_N_LEVELS];
    ps_mixture_posterior(m, x, posterior);
    return likeliest(posterior);
}

ps_cut_offs ps_mixture_cut_offs(const ps_mixture *m, double needed) {
    enum { STEPS = 100 }; /* per log2: cut-offs are printed with two digits */
    ps_cut_offs out = {NAN, NAN, NAN, NAN};
    for (int i = L_LOW * STEPS; i <= L_HIGH * STEPS; i++) {
        double x = (double)i / STEPS, posterior[PS_N_LEVELS];
        ps_mixture_posterior(m, x, posterior);
        if (posterior[PS_LEVEL_LOW] >= needed)
            out.low_to = x;
        if (posterior[PS_LEVEL_INTERMEDIATE] >= needed) {
            out.middle_from = isnan(out.middle_from) ? x : out.middle_from;
            out.middle_to = x;
        }
        if (posterior[PS_LEVEL_VERY_HIGH] >= needed && isnan(out.high_from))
            out.high_from = x;
    }
    return out;
}

int ps_mixture_of(const ps_panel *panel, const ps_expression_reference *cohort, ps_mixture *m) {
    ps_mixture plain = {0};
    double weight[PS_N_LEVELS] = {0};
    int shown = 0;
    for (int l = 0; l < PS_N_LEVELS; l++) {
        plain.share[l] = panel->population.share[PS_MARKER_CCND1][PS_MARKER_NEGATIVE + l];
        add_panel_level(panel, (ps_level)l, 1, &plain);
    }
    *m = plain;
    for (int j = 0; cohort && j < cohort->n_components; j++)
        weight[ps_mixture_level(&plain, cohort->component[j].mean)] += cohort->component[j].weight;
    for (int l = 0; l < PS_N_LEVELS; l++)
        shown += weight[l] > 0;
    if (!cohort || shown < 2)
        return 0;
    m->n = 0;
    for (int l = 0; l < PS_N_LEVELS; l++)
        add_cohort_level(panel, cohort, &plain, (ps_level)l, weight[l], m);
    ps_cut_offs c = ps_mixture_cut_offs(m, panel->limits.expression_posterior);
    if (isfinite(c.low_to) && isfinite(c.middle_from) && isfinite(c.high_from))
        return 1;
    *m = plain; /* a component so wide that it hides a level */
    return 0;
}

/* ---- a count --------------------------------------------------------------------------------------------------- */

static double poisson_density(double n, double mean) {
    double log_p = -mean;
    for (int i = 1; i <= n; i++) /* at most COUNTS; lgamma() writes a global */
        log_p += log(mean / i);
    return exp(log_p);
}

/* P(count | plasma cells alone give `mean`), the mean of what others lend being even from 0 to `lent`: that is the
 * difference of two gamma distribution functions. */
static double count_likelihood(double n, double mean, double lent) {
    uint64_t above = (uint64_t)n + 1;
    if (mean > n + 100 * sqrt(n + 1) + 700) /* less than a double can say */
        return 0;
    if (lent < 1e-3 * (mean + 1)) /* no matter, and the difference would lose its digits */
        return poisson_density(n, mean);
    return fmax(0, ps_poisson_upper(above, mean + lent) - ps_poisson_upper(above, mean)) / lent;
}

void ps_level_likelihood(const ps_mixture *m, const ps_level_data *d, double likelihood[PS_N_LEVELS],
                         double posterior[PS_N_LEVELS]) {
    double seen[N_V], share[N_SHARE], sum = 0, all = 0;
    double scale = d->fragments > COUNTS ? COUNTS / d->fragments : 1, n = floor(d->fragments * scale + 0.5);
    for (int v = 0; v < N_V; v++)
        seen[v] = count_likelihood(n, scale * d->expected * exp2(L_LOW + SHARE_LOW + (double)v / PER_LOG2),
                                   scale * d->expected * d->lent);
    for (int s = 0; s < N_SHARE; s++)
        sum += share[s] =
            normal_density(SHARE_LOW + (double)s / PER_LOG2, fmin(d->share_log2, 3 * d->share_sd), d->share_sd);
    for (int l = 0; l < PS_N_LEVELS; l++) {
        likelihood[l] = 0;
        for (int i = 0; i < N_L; i++) {
            double here = 0, density = ps_mixture_density(m, (ps_level)l, L_LOW + (double)i / PER_LOG2);
            for (int s = 0; s < N_SHARE && density > 1e-12; s++)
                here += share[s] * seen[i + s];
            likelihood[l] += density * here / (sum > 0 ? sum : 1) / PER_LOG2;
        }
        all += posterior[l] = m->share[l] * likelihood[l];
    }
    for (int l = 0; l < PS_N_LEVELS; l++)
        posterior[l] = all > 0 ? posterior[l] / all : m->share[l];
}
