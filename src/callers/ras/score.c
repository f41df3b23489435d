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

/* A count with the given first probability and ratio(m) = P(m + 1) / P(m) = (a + b m) / (m + 1). Binomial: a = n o, b = -o.
 */
typedef struct count_law {
    double first, a, b;
} count_law;

/* P(m), m <= `most`; [*least, returned]: counts that matter, the rest is under the precision of the sum. */
static int count_probabilities(const count_law *law, int most, double *pmf, int *least) {
    pmf[0] = law->first;
    for (int m = 0; m < most; m++)
        pmf[m + 1] = fmax(0, pmf[m] * (law->a + law->b * m) / (m + 1));
    while (most > 0 && pmf[most] < negligible)
        most--;
    *least = 0;
    while (*least < most && pmf[*least] < negligible)
        (*least)++;
    return most;
}

/* p[j] for j < cells becomes the distribution of the old sum plus w times the count. The old sum is under `top`; returns that
 * of the new one. */
static int convolve(double *p, int cells, int top, int w, const count_law *law) {
    double pmf[SCORE_MAX_CELLS + 1];
    int least, most = count_probabilities(law, (cells - 1) / w, pmf, &least), end = top + most * w;
    for (int j = (end < cells ? end : cells) - 1; j >= 0; j--) {
        double sum = 0;
        int m = j - top < 0 ? 0 : (j - top) / w + 1; /* the first that leaves less than `top` */
        for (m = m < least ? least : m; m <= most && m * w <= j; m++)
            sum += p[j - m * w] * pmf[m];
        p[j] = sum;
    }
    return end < cells ? end : cells;
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

static double errors_at_node(const score_bins *bins, int w, const score_law *law, int k) {
    return fmax(0, bins->errors[w] - bins->varies[w]) + bins->varies[w] * law->node[k].times +
           bins->n[w] * law->node[k].extra;
}

static score_bins bins_at_node(const score_bins *bins, const score_law *law, int k) {
    score_bins at = *bins;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        at.errors[w] = errors_at_node(bins, w, law, k);
    return at;
}

/* Nodes that are summed side by side, which a processor does about as fast as one. */
enum { LANES = 8 };

typedef struct lanes { /* some nodes of a law: shares and, for each weight used, weight times expected fragments */
    double share[LANES], total[LANES], mean[SCORE_MAX_WEIGHT][LANES];
} lanes;

/* Sums so large that none of their mass lies in the grid add nothing. */
static lanes lanes_of(const score_bins *bins, const score_law *law, int first, const int *used, int n) {
    enum { MOST_TOTAL = 600 };
    lanes out = {0};
    for (int l = 0; l < LANES && first + l < law->n; l++) {
        for (int i = 0; i < n; i++) {
            double errors = errors_at_node(bins, used[i], law, first + l);
            out.total[l] += errors;
            out.mean[i][l] = used[i] * errors;
        }
        out.share[l] = out.total[l] > MOST_TOTAL ? 0 : law->node[first + l].weight;
    }
    return out;
}

/* Adds share * P(sum = s), s < cells, of each node by Panjer's recursion (ASTIN Bull 1981;12:22). */
static void add_compound_poisson(const lanes *of, const int *used, int n, double *sum, int cells) {
    double p[SCORE_MAX_CELLS][LANES];
    for (int l = 0; l < LANES; l++) {
        p[0][l] = exp(-of->total[l]);
        sum[0] += of->share[l] * p[0][l];
    }
    for (int s = 1; s < cells; s++) {
        double next[LANES] = {0};
        for (int i = 0; i < n && used[i] <= s; i++)
            for (int l = 0; l < LANES; l++)
                next[l] += of->mean[i][l] * p[s - used[i]][l];
        for (int l = 0; l < LANES; l++)
            p[s][l] = next[l] / s;
        double all = sum[s];
        for (int l = 0; l < LANES; l++)
            all += of->share[l] * p[s][l];
        sum[s] = all;
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
    int used[SCORE_MAX_WEIGHT], n = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->n[w] > 0 || bins->errors[w] > 0)
            used[n++] = w;
    memset(p, 0, (size_t)cells * sizeof *p);
    for (int k = 0; k < law->n; k += LANES) {
        lanes some = lanes_of(bins, law, k, used, n);
        add_compound_poisson(&some, used, n, p, cells);
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

int score_is_usual(const score_bins *bins, const score_law *law, int score, double p) {
    return score <= 0 || gamma_tail(bins, law->shape, score) >= p;
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

/* P(sum < threshold), whose cells are p. */
static double power_on_grid(const score_bins *bins, double f, int threshold) {
    double p[SCORE_MAX_CELLS], below = 0;
    int top = 1;
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
            top = threshold;
            continue;
        }
        double odds = carried / (1 - carried);
        top = convolve(p, threshold, top, w, &(count_law){exp(n * log1p(-carried)), n * odds, -odds});
    }
    for (int s = 0; s < threshold; s++)
        below += p[s];
    return fmin(1, fmax(0, 1 - below));
}

double score_power(const score_bins *bins, double f, int threshold) {
    return threshold > SCORE_MAX_CELLS ? far_power(bins, f, threshold) : power_on_grid(bins, f, threshold);
}

/* ---- the smallest VAF with enough power ---------------------------------------------------------------------------
 *
 * By bisection, which gives the same VAF whatever came before it. What the power is at most of its points is known from a few
 * others: power grows with the VAF, so that a VAF below one without enough power has not enough either.
 */

static const double enough_power = 0.95;

typedef struct bracket {
    double low, high; /* VAF: not enough power at and below, enough at and above */
} bracket;

/* Nearer to enough power than this, a sum's last digits could decide: its point tells nothing of others. */
static const double close_power = 1e-9;

static double power_at(const score_bins *bins, double f, int threshold, bracket *known) {
    double power = score_power(bins, f, threshold);
    if (power < enough_power - close_power)
        known->low = fmax(known->low, f);
    else if (power > enough_power + close_power)
        known->high = fmin(known->high, f);
    return power;
}

/* Where a normal sum of the same mean and variance has enough power, errors aside: a point to begin with. */
static double first_guess(const score_bins *bins, int threshold) {
    static const double z = 1.645; /* of 95 % */
    double mean = 0, square = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        mean += w * bins->n[w];
        square += w * w * bins->n[w];
    }
    /* mean f - z sqrt(square f) = threshold */
    double root = (z * sqrt(square) + sqrt(z * z * square + 4 * mean * threshold)) / (2 * mean);
    return root * root;
}

static double logit(double power) {
    return log(power / (1 - power));
}

/* Secants of the logit of the power over ln(VAF), which is nearly a line, and two points beside where they end. */
static bracket bracket_power(const score_bins *bins, int threshold) {
    enum { MOST_SECANTS = 8 };
    static const double beside = 1e-5, near_enough = 2e-6; /* of the VAF: the bisection ends at 1e-4 */
    bracket known = {0, INFINITY};
    double x = log(first_guess(bins, threshold)), aim = logit(enough_power);
    double y = logit(power_at(bins, exp(x), threshold, &known)), next = x + 0.05;
    for (int i = 0; i < MOST_SECANTS && isfinite(y) && next < 0 && fabs(next - x) > near_enough; i++) {
        double at = logit(power_at(bins, exp(next), threshold, &known)), slope = (at - y) / (next - x);
        x = next;
        y = at;
        next = slope > 0 ? x + (aim - y) / slope : INFINITY;
    }
    if (next < 0) {
        power_at(bins, exp(next) * (1 - beside), threshold, &known);
        power_at(bins, exp(next) * (1 + beside), threshold, &known);
    }
    return known;
}

double score_lod95(const score_bins *bins, int threshold) {
    double most = 0, low = 0, high = 1;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        most += w * bins->n[w];
    if (most < threshold)
        return NAN;
    bracket known = bracket_power(bins, threshold);
    for (int i = 0; i < 40 && high - low > 1e-4 * high; i++) {
        double middle = (low + high) / 2;
        int is_enough = middle <= known.low    ? 0
                        : middle >= known.high ? 1
                                               : power_at(bins, middle, threshold, &known) >= enough_power;
        *(is_enough ? &high : &low) = middle;
    }
    return high;
}
