#include "score.h"

#include <math.h>
#include <string.h>

#include "plasmastrat/stats.h"

score_bins score_start(const ps_limits *l, uint64_t depth) {
    /* The VAF a caller can hope for at this depth. */
    double hoped = depth > 0 ? l->ras_design_fragments / (double)depth : l->ras_design_max_vaf;
    return (score_bins){.design = fmin(l->ras_design_max_vaf, fmax(l->ras_design_min_vaf, hoped))};
}

int score_weight(const score_bins *bins, double error) {
    double w = SCORE_CELLS_PER_NAT * log1p(bins->design / fmax(error, 1e-12));
    return w < 1 ? 1 : w > SCORE_MAX_WEIGHT ? SCORE_MAX_WEIGHT : (int)(w + 0.5);
}

void score_add(score_bins *bins, double error, double n) {
    int w = score_weight(bins, error);
    bins->n[w] += n;
    bins->errors[w] += n * error;
}

/* p[j] for j < cells becomes the distribution of the old sum plus w times a count with the given first probability
 * and ratio(m) = P(m + 1) / P(m) = (a + b m) / (m + 1). Negative binomial: a = r q, b = q; binomial: a = n o, b = -o.
 */
static void convolve(double *p, int cells, int w, double first, double a, double b) {
    double pmf[SCORE_MAX_CELLS + 1] = {0};
    int most = (cells - 1) / w;
    pmf[0] = first;
    for (int m = 0; m < most; m++)
        pmf[m + 1] = fmax(0, pmf[m] * (a + b * m) / (m + 1));
    for (int j = cells - 1; j >= 0; j--) {
        double sum = 0;
        for (int m = 0; m * w <= j; m++)
            sum += p[j - m * w] * pmf[m];
        p[j] = sum;
    }
}

static double total_errors(const score_bins *bins) {
    double sum = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        sum += bins->errors[w];
    return sum;
}

static void null_distribution(const score_bins *bins, double shape, double *p, int cells) {
    double total = total_errors(bins);
    memset(p, 0, (size_t)cells * sizeof *p);
    p[0] = 1;
    double q = total / (total + shape);
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        if (!(bins->errors[w] > 0))
            continue;
        double r = shape * bins->errors[w] / total;
        convolve(p, cells, w, exp(r * log1p(-q)), r * q, q);
    }
}

/* The sum in units of its typical step, for totals beyond the grid. */
static double typical_step(const score_bins *bins, double *count) {
    double first = 0, second = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        first += bins->errors[w] * w;
        second += bins->errors[w] * w * w;
    }
    *count = second > 0 ? first * first / second : 0;
    return first > 0 ? second / first : 1;
}

static int is_beyond_grid(const score_bins *bins) {
    double first = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        first += bins->errors[w] * w;
    return first > SCORE_MAX_CELLS / 6.0;
}

static int largest_weight(const score_bins *bins) {
    int largest = 1;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->n[w] > 0)
            largest = w;
    return largest;
}

static int far_threshold(const score_bins *bins, double alpha, double shape) {
    double count = 0, step = typical_step(bins, &count);
    uint64_t low = (uint64_t)count, high = low + 16;
    while (ps_negative_binomial_upper(high, count, shape) >= alpha)
        high *= 2;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (ps_negative_binomial_upper(middle, count, shape) >= alpha)
            low = middle;
        else
            high = middle;
    }
    return (int)fmin(ceil((double)high * step), 2e9);
}

int score_threshold(const score_bins *bins, double alpha, double shape, int min_fragments) {
    int least = (min_fragments - 1) * largest_weight(bins) + 1;
    if (is_beyond_grid(bins)) {
        int far = far_threshold(bins, alpha, shape);
        return far > least ? far : least;
    }
    double p[SCORE_MAX_CELLS], below = 0;
    int cells = 160, s = 0;
    do { /* most thresholds lie within a few fragments: the grid grows only where it has to */
        null_distribution(bins, shape, p, cells);
        for (s = 0, below = 0; s < cells && 1 - below >= alpha; s++)
            below += p[s];
        if (1 - below < alpha)
            break;
        cells *= 2;
    } while (cells <= SCORE_MAX_CELLS);
    if (1 - below >= alpha)
        s = far_threshold(bins, alpha, shape);
    return s > least ? s : least;
}

double score_tail(const score_bins *bins, double shape, int score) {
    if (score <= 0)
        return 1;
    if (is_beyond_grid(bins) || score > SCORE_MAX_CELLS) {
        double count = 0, step = typical_step(bins, &count);
        return ps_negative_binomial_upper((uint64_t)(score / step), count, shape);
    }
    double p[SCORE_MAX_CELLS], below = 0;
    null_distribution(bins, shape, p, score);
    for (int s = 0; s < score; s++)
        below += p[s];
    return fmax(0, 1 - below);
}

/* Beyond the grid the sum has many terms: normal, with the continuity of one typical step. */
static double far_power(const score_bins *bins, double f, int threshold) {
    double mean = 0, variance = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        if (!(bins->n[w] > 0))
            continue;
        double p = fmin(1, f + (1 - f) * bins->errors[w] / bins->n[w]);
        mean += w * bins->n[w] * p;
        variance += w * w * bins->n[w] * p * (1 - p);
    }
    return variance > 0 ? ps_normal_cdf((mean - threshold) / sqrt(variance)) : mean >= threshold;
}

double score_power(const score_bins *bins, double f, int threshold) {
    if (threshold > SCORE_MAX_CELLS)
        return far_power(bins, f, threshold);
    double p[SCORE_MAX_CELLS], below = 0;
    memset(p, 0, (size_t)threshold * sizeof *p);
    p[0] = 1;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        double n = bins->n[w];
        if (!(n > 0))
            continue;
        double carried = fmin(1, f + (1 - f) * bins->errors[w] / n);
        if (carried >= 1) { /* every fragment of the bin carries it */
            double shift = n * w;
            for (int j = threshold - 1; j >= 0; j--)
                p[j] = j >= shift ? p[j - (int)shift] : 0;
            continue;
        }
        double odds = carried / (1 - carried);
        convolve(p, threshold, w, exp(n * log1p(-carried)), n * odds, -odds);
    }
    for (int s = 0; s < threshold; s++)
        below += p[s];
    return fmin(1, fmax(0, 1 - below));
}

double score_lod95(const score_bins *bins, int threshold) {
    double most = 0, low = 0, high = 1;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        most += w * bins->n[w];
    if (most < threshold)
        return NAN;
    for (int i = 0; i < 40 && high - low > 1e-4 * high; i++) {
        double middle = (low + high) / 2;
        if (score_power(bins, middle, threshold) < 0.95)
            low = middle;
        else
            high = middle;
    }
    return high;
}
