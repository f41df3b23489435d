#include "plasmastrat/regression.h"

#include <math.h>

#include "plasmastrat/stats.h"

const char *const ps_probit_names[PS_N_PROBIT_STATES] = {"nothing", "fitted", "flat", "step", "above", "below"};

static double mean_of(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n ? sum / (double)n : NAN;
}

ps_bland_altman ps_bland_altman_of(const double *x, const double *y, size_t n) {
    ps_bland_altman a = {n, NAN, NAN, NAN, NAN, NAN, NAN};
    double squares = 0;
    a.bias = mean_of(y, n) - mean_of(x, n);
    if (n < 2)
        return a;
    for (size_t i = 0; i < n; i++)
        squares += pow(y[i] - x[i] - a.bias, 2);
    a.sd = sqrt(squares / (double)(n - 1));
    double half = ps_student_95((double)n - 1) * a.sd / sqrt((double)n);
    a.bias_low = a.bias - half;
    a.bias_high = a.bias + half;
    a.low = a.bias - ps_normal_95 * a.sd;
    a.high = a.bias + ps_normal_95 * a.sd;
    return a;
}

ps_line ps_line_of(const double *x, const double *y, size_t n) {
    ps_line l = {n, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    double mx = mean_of(x, n), my = mean_of(y, n), xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        xy += (x[i] - mx) * (y[i] - my);
        yy += (y[i] - my) * (y[i] - my);
    }
    if (n < 2 || !(xx > 1e-20 * (double)n * mx * mx)) /* one x is no line, however it is rounded */
        return l;
    l.slope = xy / xx;
    l.intercept = my - l.slope * mx;
    l.r2 = yy > 0 ? xy * xy / (xx * yy) : NAN;
    if (n < 3)
        return l;
    double freedom = (double)n - 2, left = fmax(yy - l.slope * xy, 0) / freedom, t = ps_student_95(freedom);
    double slope_se = sqrt(left / xx), intercept_se = sqrt(left * (1 / (double)n + mx * mx / xx));
    l.slope_low = l.slope - t * slope_se;
    l.slope_high = l.slope + t * slope_se;
    l.intercept_low = l.intercept - t * intercept_se;
    l.intercept_high = l.intercept + t * intercept_se;
    return l;
}

/* ---- probit ---------------------------------------------------------------------------------------------------- */

static int counts(const ps_trials *t) {
    return t->n > 0 && t->level > 0;
}

/* Where nothing is found below one level and all above it, no slope is steep enough: the likelihood has no maximum.
 * `missed` is the highest level with a miss, `all` the lowest above it, or infinity. */
static ps_probit_state find_step(const ps_trials *t, size_t n, double *missed, double *all) {
    double lowest_hit = INFINITY;
    int any = 0;
    *missed = 0;
    *all = INFINITY;
    for (size_t i = 0; i < n; i++) {
        any |= counts(&t[i]);
        if (counts(&t[i]) && t[i].found)
            lowest_hit = fmin(lowest_hit, t[i].level);
        if (counts(&t[i]) && t[i].found < t[i].n)
            *missed = fmax(*missed, t[i].level);
    }
    for (size_t i = 0; i < n; i++)
        if (counts(&t[i]) && t[i].level > *missed)
            *all = fmin(*all, t[i].level);
    if (!any)
        return PS_PROBIT_NOTHING;
    if (*missed <= 0)
        return PS_PROBIT_BELOW;
    if (*missed > lowest_hit)
        return PS_PROBIT_FITTED;
    return isinf(*all) ? PS_PROBIT_ABOVE : PS_PROBIT_STEP;
}

static size_t count_levels(const ps_trials *t, size_t n, uint64_t *trials) {
    size_t levels = 0;
    *trials = 0;
    for (size_t i = 0; i < n; i++) {
        int known = 0;
        for (size_t j = 0; j < i && !known; j++)
            known = counts(&t[j]) && t[j].level == t[i].level;
        levels += counts(&t[i]) && !known;
        *trials += counts(&t[i]) ? t[i].n : 0;
    }
    return levels;
}

typedef struct information { /* Fisher's, and the score, of intercept and slope */
    double aa, ab, bb, sa, sb;
} information;

static information score(const ps_trials *t, size_t n, double a, double b) {
    static const double least = 1e-12; /* of a probability: keeps the weights finite where the fit is sure */
    information sum = {0};
    for (size_t i = 0; i < n; i++) {
        if (!counts(&t[i]))
            continue;
        double x = log10(t[i].level), eta = a + b * x, density = exp(-eta * eta / 2) / sqrt(2 * acos(-1.0));
        double p = fmin(fmax(ps_normal_cdf(eta), least), 1 - least), variance = p * (1 - p);
        double w = (double)t[i].n * density * density / variance;
        double s = ((double)t[i].found - (double)t[i].n * p) * density / variance;
        sum.aa += w;
        sum.ab += w * x;
        sum.bb += w * x * x;
        sum.sa += s;
        sum.sb += s * x;
    }
    return sum;
}

static double log_likelihood(const ps_trials *t, size_t n, double a, double b) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (counts(&t[i])) {
            double eta = a + b * log10(t[i].level);
            sum += (double)t[i].found * log(fmax(ps_normal_cdf(eta), 1e-300)) +
                   (double)(t[i].n - t[i].found) * log(fmax(ps_normal_cdf(-eta), 1e-300));
        }
    return sum;
}

/* Fisher scoring; a step that lowers the likelihood is halved. */
static information climb(const ps_trials *t, size_t n, double *a, double *b) {
    enum { MOST_STEPS = 200, MOST_HALVES = 30 };
    double best = log_likelihood(t, n, *a, *b);
    for (int step = 0; step < MOST_STEPS; step++) {
        information s = score(t, n, *a, *b);
        double d = s.aa * s.bb - s.ab * s.ab, da = (s.bb * s.sa - s.ab * s.sb) / d,
               db = (s.aa * s.sb - s.ab * s.sa) / d, next = -INFINITY;
        if (!(d > 0))
            break;
        for (int half = 0; half < MOST_HALVES; half++, da /= 2, db /= 2) {
            next = log_likelihood(t, n, *a + da, *b + db);
            if (next >= best - 1e-12)
                break;
        }
        *a += da;
        *b += db;
        if (fabs(next - best) < 1e-12 && fabs(da) < 1e-9 && fabs(db) < 1e-9)
            break;
        best = next;
    }
    return score(t, n, *a, *b);
}

static void fit(const ps_trials *t, size_t n, ps_probit *p) {
    p->intercept = p->slope = 0;
    information s = climb(t, n, &p->intercept, &p->slope);
    double d = s.aa * s.bb - s.ab * s.ab;
    if (p->levels < 2 || !(p->slope > 0) || !(d > 0)) {
        p->state = PS_PROBIT_FLAT;
        return;
    }
    double x = (ps_normal_below_95 - p->intercept) / p->slope;
    double se = sqrt((s.bb - 2 * x * s.ab + x * x * s.aa) / d) / p->slope;
    p->lod95 = pow(10, x);
    p->low = pow(10, x - ps_normal_95 * se);
    p->high = pow(10, x + ps_normal_95 * se);
}

ps_probit ps_probit_of(const ps_trials *trials, size_t n) {
    ps_probit p = {.intercept = NAN, .slope = NAN, .lod95 = NAN, .low = NAN, .high = NAN};
    double missed = 0, all = 0;
    p.levels = count_levels(trials, n, &p.n);
    p.state = find_step(trials, n, &missed, &all);
    if (p.state == PS_PROBIT_FITTED)
        fit(trials, n, &p);
    if (p.state == PS_PROBIT_STEP || p.state == PS_PROBIT_ABOVE)
        p.low = missed;
    if (p.state == PS_PROBIT_STEP)
        p.lod95 = p.high = all;
    if (p.state == PS_PROBIT_BELOW)
        p.high = all;
    return p;
}
