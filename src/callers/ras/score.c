#include "score.h"

#include <math.h>
#include <string.h>

#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fragments: that the VAF the score is made for would show (assumption: the VAF that a test is made for shows about
 * as many) */
static const double ras_design_fragments = 10;
/* VAF: the score is made for, at least (assumption: no test is made for less) */
static const double ras_design_min_vaf = 0.001;
static const double ras_design_max_vaf = 0.05; /* VAF: and at most (assumption: no test is made for more) */

score_bins score_start(uint64_t depth) {
    /* The VAF a caller can hope for at this depth. */
    double hoped = depth > 0 ? ras_design_fragments / (double)depth : ras_design_max_vaf;
    return (score_bins){.design = fmin(ras_design_max_vaf, fmax(ras_design_min_vaf, hoped))};
}

double score_law_extra(const score_law *law) {
    double sum = 0;
    for (int k = 0; k < law->n; k++)
        sum += law->node[k].extra > 0 ? law->node[k].weight : 0;
    return sum;
}

int score_law_thin(score_law *law, double times) {
    double before = score_law_extra(law), all = 0;
    for (int k = 0; k < law->n; k++)
        all += law->node[k].weight;
    for (int k = 0; k < law->n; k++)
        law->node[k].weight *= law->node[k].extra > 0 ? times : (1 - times * before) / (all - before);
    return before > 0;
}

int score_weight(const score_bins *bins, double error) {
    double w = SCORE_CELLS_PER_NAT * log1p(bins->design / fmax(error, 1e-12));
    return w < 1 ? 1 : w > SCORE_MAX_WEIGHT ? SCORE_MAX_WEIGHT : (int)(w + 0.5);
}

void score_add(score_bins *bins, double error, double varies, double n) {
    int w = score_weight(bins, error);
    bins->n[w] += n;
    bins->errors[w] += n * error;
    bins->varies[w] += n * varies;
}

double score_mean_error(const score_bins *bins) {
    double n = 0, errors = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        n += bins->n[w];
        errors += bins->errors[w];
    }
    return n > 0 ? errors / n : 0;
}

static const double negligible = 1e-17;

/* p[j] for j < cells becomes the distribution of the old sum plus w times a count with the given first probability
 * and ratio(m) = P(m + 1) / P(m) = (a + b m) / (m + 1). Binomial: a = n o, b = -o.
 */
static void convolve(double *p, int cells, int w, double first, double a, double b) {
    double pmf[SCORE_MAX_CELLS + 1] = {0};
    int most = (cells - 1) / w;
    pmf[0] = first;
    for (int m = 0; m < most; m++)
        pmf[m + 1] = fmax(0, pmf[m] * (a + b * m) / (m + 1));
    int least = 0; /* counts that matter: the rest is under the precision of the sum */
    while (most > 0 && pmf[most] < negligible)
        most--;
    while (least < most && pmf[least] < negligible)
        least++;
    for (int j = cells - 1; j >= 0; j--) {
        double sum = 0;
        for (int m = least; m <= most && m * w <= j; m++)
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

/* The total count is NB(total, shape), each count of weight w with probability errors_w / total: Panjer's recursion. */
static void null_distribution(const score_bins *bins, double shape, double *p, int cells) {
    double total = total_errors(bins), q = total / (total + shape), share[SCORE_MAX_WEIGHT] = {0};
    int used[SCORE_MAX_WEIGHT] = {0}, n = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->errors[w] > 0) {
            used[n] = w;
            share[n++] = bins->errors[w] / total;
        }
    p[0] = exp(shape * log1p(-q));
    for (int s = 1; s < cells; s++) {
        double next = 0;
        for (int i = 0; i < n && used[i] <= s; i++)
            next += (q + (shape - 1) * q * used[i] / s) * share[i] * p[s - used[i]];
        p[s] = next;
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

static double far_tail(const score_bins *bins, double shape, double score) {
    double count = 0, step = typical_step(bins, &count);
    return ps_negative_binomial_upper((uint64_t)ceil(score / step), count, shape);
}

static double gamma_tail(const score_bins *bins, double shape, int score) {
    if (is_beyond_grid(bins) || score > SCORE_MAX_CELLS)
        return far_tail(bins, shape, score);
    double p[SCORE_MAX_CELLS], below = 0;
    null_distribution(bins, shape, p, score);
    for (int s = 0; s < score; s++)
        below += p[s];
    return fmax(0, 1 - below);
}

/* ---- the measured law: a mixture of compound Poisson sums --------------------------------------------------------
 */

static score_bins bins_at_node(const score_bins *bins, const score_law *law, int k) {
    score_bins at = *bins;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        at.errors[w] = fmax(0, bins->errors[w] - bins->varies[w]) + bins->varies[w] * law->node[k].times +
                       bins->n[w] * law->node[k].extra;
    return at;
}

/* Adds weight * P(sum = s), s < cells, by Panjer's recursion (ASTIN Bull 1981;12:22). Sums so large that none of their mass
 * lies in the grid add nothing. */
static void add_compound_poisson(const score_bins *bins, double weight, double *sum, int cells) {
    double total = total_errors(bins), p[SCORE_MAX_CELLS], mean[SCORE_MAX_WEIGHT];
    int used[SCORE_MAX_WEIGHT], n = 0;
    if (total > 600)
        return;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->errors[w] > 0) {
            used[n] = w;
            mean[n++] = w * bins->errors[w];
        }
    p[0] = exp(-total);
    sum[0] += weight * p[0];
    for (int s = 1; s < cells; s++) {
        double next = 0;
        for (int i = 0; i < n && used[i] <= s; i++)
            next += mean[i] * p[s - used[i]];
        p[s] = next / s;
        sum[s] += weight * p[s];
    }
}

static double far_mixture_tail(const score_bins *bins, const score_law *law, double score) {
    double tail = 0;
    for (int k = 0; k < law->n; k++) {
        score_bins at = bins_at_node(bins, law, k);
        double count = 0, step = typical_step(&at, &count);
        tail += law->node[k].weight * ps_poisson_upper((uint64_t)ceil(score / step), count);
    }
    return tail;
}

static void mixture_distribution(const score_bins *bins, const score_law *law, double *p, int cells) {
    memset(p, 0, (size_t)cells * sizeof *p);
    for (int k = 0; k < law->n; k++) {
        score_bins at = bins_at_node(bins, law, k);
        add_compound_poisson(&at, law->node[k].weight, p, cells);
    }
}

static double mixture_tail(const score_bins *bins, const score_law *law, int score) {
    if (law->n == 0)
        return 0;
    if (is_beyond_grid(bins) || score > SCORE_MAX_CELLS)
        return far_mixture_tail(bins, law, score);
    double p[SCORE_MAX_CELLS], below = 0;
    mixture_distribution(bins, law, p, score);
    for (int s = 0; s < score; s++)
        below += p[s];
    return fmax(0, 1 - below);
}

/* ---- both ---------------------------------------------------------------------------------------------------------
 */

/* Smallest score above `low` whose tail is under alpha, by doubling and bisection. */
static int far_threshold(const score_bins *bins, double alpha, const score_law *law, double low) {
    double high = low + 16;
    while (fmax(far_tail(bins, law->shape, high), far_mixture_tail(bins, law, high)) >= alpha && high < 1e9)
        high *= 2;
    while (high - low > 1) {
        double middle = floor((low + high) / 2);
        if (fmax(far_tail(bins, law->shape, middle), far_mixture_tail(bins, law, middle)) >= alpha)
            low = middle;
        else
            high = middle;
    }
    return (int)fmin(ceil(high), 2e9);
}

/* First s at which the rest of the distribution is under alpha; -1: not within the cells. */
static int first_under(const double *p, int cells, double alpha) {
    double below = 0;
    int s = 0;
    for (; s < cells && 1 - below >= alpha; s++)
        below += p[s];
    return 1 - below < alpha ? s : -1;
}

static int gamma_threshold(const score_bins *bins, double alpha, double shape) {
    double p[SCORE_MAX_CELLS];
    int s = -1;
    for (int cells = 150; s < 0 && cells <= SCORE_MAX_CELLS; cells *= 2) {
        null_distribution(bins, shape, p, cells);
        s = first_under(p, cells, alpha);
    }
    return s;
}

/* From a threshold that it must reach at least: mostly it goes no further. */
static int mixture_threshold(const score_bins *bins, double alpha, const score_law *law, int least) {
    double p[SCORE_MAX_CELLS];
    int s = -1, cells = least < 24 ? 24 : least;
    for (; s < 0 && cells <= SCORE_MAX_CELLS; cells += cells / 2) {
        mixture_distribution(bins, law, p, cells);
        s = first_under(p, cells, alpha);
    }
    return s;
}

int score_threshold(const score_bins *bins, double alpha, const score_law *law, int min_fragments) {
    int least = (min_fragments - 1) * largest_weight(bins) + 1, found = -1;
    /* most thresholds lie within a few fragments: the grid grows only where it has to */
    if (!is_beyond_grid(bins))
        found = gamma_threshold(bins, alpha, law->shape);
    if (found >= 0 && law->n) {
        int measured = mixture_threshold(bins, alpha, law, found > least ? found : least);
        found = measured < 0 || measured > found ? measured : found;
    }
    if (found < 0)
        found = far_threshold(bins, alpha, law, 0);
    return found > least ? found : least;
}

double score_tail(const score_bins *bins, const score_law *law, int score) {
    return score <= 0 ? 1 : fmax(gamma_tail(bins, law->shape, score), mixture_tail(bins, law, score));
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
