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

/* Several VAFs are looked at side by side, which costs little more than one. */
enum { VAFS = 4 };

/* Counts with the given first probabilities and ratio(m) = P(m + 1) / P(m) = (a + b m) / (m + 1). Binomial: a = n o,
 * b = -o. */
typedef struct count_laws {
    double first[VAFS], a[VAFS], b[VAFS];
} count_laws;

/* P(m), m <= most, and 0 for counts that do not matter, under the precision of the sum; [*least, *last] hold those
 * that do. */
static void count_probabilities(const count_laws *law, int most, double (*pmf)[VAFS], int *least, int *last) {
    memcpy(pmf[0], law->first, sizeof law->first);
    for (int m = 0; m < most; m++)
        for (int v = 0; v < VAFS; v++) {
            double next = pmf[m][v] * (law->a[v] + law->b[v] * m) / (m + 1);
            pmf[m + 1][v] = next > 0 ? next : 0;
        }
    *least = most;
    *last = 0;
    for (int v = 0; v < VAFS; v++) {
        int low = 0, high = most;
        while (high > 0 && pmf[high][v] < negligible)
            pmf[high--][v] = 0;
        while (low < high && pmf[low][v] < negligible)
            pmf[low++][v] = 0;
        *least = low < *least ? low : *least;
        *last = high > *last ? high : *last;
    }
}

/* p[j] for j < cells becomes the distribution of the old sum plus w times the count. The old sum is under `top`;
 * returns that of the new one. */
static int convolve(double (*p)[VAFS], int cells, int top, int w, const count_laws *law) {
    double pmf[SCORE_MAX_CELLS + 1][VAFS];
    int least, last;
    count_probabilities(law, (cells - 1) / w, pmf, &least, &last);
    int end = top + last * w < cells ? top + last * w : cells;
    for (int j = end - 1; j >= 0; j--) {
        double sum[VAFS] = {0};
        int m = j - top < 0 ? 0 : (j - top) / w + 1; /* the first that leaves less than `top` */
        for (m = m < least ? least : m; m <= last && m * w <= j; m++)
            for (int v = 0; v < VAFS; v++)
                sum[v] += p[j - m * w][v] * pmf[m][v];
        memcpy(p[j], sum, sizeof sum);
    }
    return end;
}

static double total_errors(const score_bins *bins) {
    double sum = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        sum += bins->errors[w];
    return sum;
}

/* Scores are added up cell by cell: at most `cells` of them, and no more than leave under `alpha` above. Returns how
 * many. */
typedef struct summing {
    int cells;
    double alpha, below; /* below: P(sum < cells that were summed) */
} summing;

static int goes_on(const summing *s, int cell) {
    return cell < s->cells && 1 - s->below >= s->alpha;
}

/* The total count is NB(total, shape), each count of weight w with probability errors_w / total: Panjer's recursion.
 */
static int sum_gamma(const score_bins *bins, double shape, summing *sum) {
    double total = total_errors(bins), q = total / (total + shape), share[SCORE_MAX_WEIGHT] = {0}, p[SCORE_MAX_CELLS];
    int used[SCORE_MAX_WEIGHT] = {0}, n = 0, s = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->errors[w] > 0) {
            used[n] = w;
            share[n++] = bins->errors[w] / total;
        }
    for (; goes_on(sum, s); s++) {
        p[s] = s ? 0 : exp(shape * log1p(-q));
        for (int i = 0; i < n && used[i] <= s; i++)
            p[s] += (q + (shape - 1) * q * used[i] / s) * share[i] * p[s - used[i]];
        sum->below += p[s];
    }
    return s;
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
    summing sum = {.cells = score};
    sum_gamma(bins, shape, &sum);
    return fmax(0, 1 - sum.below);
}

/* ---- the measured law: a mixture of compound Poisson sums ------------------------------------------------------ */

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

/* All nodes are summed side by side, in groups that a processor takes about as fast as one. */
enum { LANES = 8, MOST_LANES = (SCORE_MAX_NODES + LANES - 1) / LANES * LANES };

typedef struct nodes { /* by node: its share and, for each weight used, weight times expected fragments */
    int n, n_used, used[SCORE_MAX_WEIGHT];
    double share[MOST_LANES], total[MOST_LANES], mean[SCORE_MAX_WEIGHT][MOST_LANES];
} nodes;

/* Sums so large that none of their mass lies in the grid add nothing. */
static void set_nodes(const score_bins *bins, const score_law *law, nodes *out) {
    enum { MOST_TOTAL = 600 };
    memset(out, 0, sizeof *out);
    out->n = (law->n + LANES - 1) / LANES * LANES;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->n[w] > 0 || bins->errors[w] > 0)
            out->used[out->n_used++] = w;
    for (int k = 0; k < law->n; k++) {
        for (int i = 0; i < out->n_used; i++) {
            double errors = errors_at_node(bins, out->used[i], law, k);
            out->total[k] += errors;
            out->mean[i][k] = out->used[i] * errors;
        }
        out->share[k] = out->total[k] > MOST_TOTAL ? 0 : law->node[k].weight;
    }
}

/* P(sum = s) of some nodes by Panjer's recursion (ASTIN Bull 1981;12:22). */
static void next_cell(const nodes *of, int first, int s, double (*p)[MOST_LANES]) {
    double next[LANES] = {0};
    for (int i = 0; i < of->n_used && of->used[i] <= s; i++) {
        const double *mean = &of->mean[i][first], *before = &p[s - of->used[i]][first];
        for (int l = 0; l < LANES; l++)
            next[l] += mean[l] * before[l];
    }
    for (int l = 0; l < LANES; l++)
        p[s][first + l] = s ? next[l] / s : exp(-of->total[first + l]);
}

/* The sum over nodes of share * P(sum = s). */
static int sum_mixture(const score_bins *bins, const score_law *law, summing *sum) {
    nodes of;
    double p[SCORE_MAX_CELLS][MOST_LANES];
    int s = 0;
    set_nodes(bins, law, &of);
    for (; goes_on(sum, s); s++) {
        double all = 0;
        for (int first = 0; first < of.n; first += LANES)
            next_cell(&of, first, s, p);
        for (int k = 0; k < of.n; k++)
            all += of.share[k] * p[s][k];
        sum->below += all;
    }
    return s;
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

static double mixture_tail(const score_bins *bins, const score_law *law, int score) {
    if (law->n == 0)
        return 0;
    if (is_beyond_grid(bins) || score > SCORE_MAX_CELLS)
        return far_mixture_tail(bins, law, score);
    summing sum = {.cells = score};
    sum_mixture(bins, law, &sum);
    return fmax(0, 1 - sum.below);
}

/* ---- both ------------------------------------------------------------------------------------------------------ */

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

/* First score at which the rest of the distribution is under alpha; -1: not within the cells. */
static int first_under(const summing *sum, int summed) {
    return 1 - sum->below < sum->alpha ? summed : -1;
}

static int gamma_threshold(const score_bins *bins, double alpha, double shape) {
    summing sum = {.cells = SCORE_MAX_CELLS, .alpha = alpha};
    int summed = sum_gamma(bins, shape, &sum);
    return first_under(&sum, summed);
}

/* From a threshold that it must reach at least: mostly it goes no further, and never much further than some times
 * that. */
static int mixture_threshold(const score_bins *bins, double alpha, const score_law *law, int least) {
    summing sum = {.cells = least < 24 ? 24 : least, .alpha = alpha};
    if (sum.cells > SCORE_MAX_CELLS)
        return -1;
    while (sum.cells + sum.cells / 2 <= SCORE_MAX_CELLS)
        sum.cells += sum.cells / 2;
    int summed = sum_mixture(bins, law, &sum);
    return first_under(&sum, summed);
}

int score_threshold(const score_bins *bins, double alpha, const score_law *law, int min_fragments) {
    int least = (min_fragments - 1) * largest_weight(bins) + 1, found = -1;
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

/* Every fragment of a bin carries it. */
static void shift_all(double (*p)[VAFS], int v, int cells, double by) {
    for (int j = cells - 1; j >= 0; j--)
        p[j][v] = j >= by ? p[j - (int)by][v] : 0;
}

/* One bin: carriers are binomial, or all of them. Returns the new sum's end. */
static int add_bin(const score_bins *bins, int w, const double *f, double (*p)[VAFS], int cells, int top) {
    double n = bins->n[w];
    count_laws law;
    int all[VAFS], any = 0;
    for (int v = 0; v < VAFS; v++) {
        double carried = fmin(1, f[v] + (1 - f[v]) * bins->errors[w] / n), odds = carried / (1 - carried);
        any |= all[v] = carried >= 1;
        law.first[v] = all[v] ? 1 : exp(n * log1p(-carried));
        law.a[v] = all[v] ? 0 : n * odds;
        law.b[v] = all[v] ? 0 : -odds;
    }
    top = convolve(p, cells, top, w, &law);
    for (int v = 0; v < VAFS; v++)
        if (all[v])
            shift_all(p, v, cells, n * w);
    return any ? cells : top;
}

/* P(sum >= threshold) at each VAF. */
static void power_on_grid(const score_bins *bins, const double f[VAFS], int threshold, double power[VAFS]) {
    double p[SCORE_MAX_CELLS][VAFS], below[VAFS] = {0};
    int top = 1;
    memset(p, 0, (size_t)threshold * sizeof *p);
    for (int v = 0; v < VAFS; v++)
        p[0][v] = 1;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++)
        if (bins->n[w] > 0)
            top = add_bin(bins, w, f, p, threshold, top);
    for (int s = 0; s < threshold; s++)
        for (int v = 0; v < VAFS; v++)
            below[v] += p[s][v];
    for (int v = 0; v < VAFS; v++)
        power[v] = fmin(1, fmax(0, 1 - below[v]));
}

static void powers(const score_bins *bins, const double f[VAFS], int threshold, double power[VAFS]) {
    if (threshold <= SCORE_MAX_CELLS)
        power_on_grid(bins, f, threshold, power);
    else
        for (int v = 0; v < VAFS; v++)
            power[v] = far_power(bins, f[v], threshold);
}

double score_power(const score_bins *bins, double f, int threshold) {
    double at[VAFS] = {f, f, f, f}, power[VAFS];
    powers(bins, at, threshold, power);
    return power[0];
}

/* ---- the smallest VAF with enough power ---------------------------------------------------------------------------
 *
 * By bisection, which gives the same VAF whatever came before it. What the power is at most of its points is known
 * from a few others: power grows with the VAF, so that a VAF below one without enough power has not enough either.
 */

typedef struct bracket {
    double low, high; /* VAF: not enough power at and below, enough at and above */
} bracket;

/* Nearer to enough power than this, a sum's last digits could decide: its point tells nothing of others. */
static const double close_power = 1e-9;

static void note_power(double f, double power, bracket *known) {
    if (power < ps_detection_power - close_power)
        known->low = fmax(known->low, f);
    else if (power > ps_detection_power + close_power)
        known->high = fmin(known->high, f);
}

/* Where a normal sum of the same mean and variance has enough power, errors aside: a point to begin with. */
static double first_guess(const score_bins *bins, int threshold) {
    const double z = ps_normal_below_95;
    double mean = 0, square = 0;
    for (int w = 1; w <= SCORE_MAX_WEIGHT; w++) {
        mean += w * bins->n[w];
        square += w * w * bins->n[w];
    }
    /* mean f - z sqrt(square f) = threshold */
    double root = (z * sqrt(square) + sqrt(z * z * square + 4 * mean * threshold)) / (2 * mean);
    return root * root;
}

/* ln(VAF) where the cubic through the points (Lagrange's), taken as a function of the logit of the power, has enough
 * of it. */
static double interpolate(const double *x, const double *power) {
    double y[VAFS], sum = 0, aim = log(ps_detection_power / (1 - ps_detection_power));
    for (int v = 0; v < VAFS; v++)
        y[v] = log(power[v] / (1 - power[v]));
    for (int v = 0; v < VAFS; v++) {
        double term = x[v];
        for (int u = 0; u < VAFS; u++)
            term *= u == v ? 1 : (aim - y[u]) / (y[v] - y[u]);
        sum += term;
    }
    return sum;
}

/* Points around a first guess, and then around what they come to. The bisection ends at 1e-4 of the VAF. */
static bracket bracket_power(const score_bins *bins, int threshold) {
    static const double steps[][VAFS] = {{-0.15, -0.05, 0.05, 0.15}, {-2e-3, -2e-5, 2e-5, 2e-3}};
    bracket known = {0, INFINITY};
    double centre = log(first_guess(bins, threshold));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        double x[VAFS], f[VAFS], power[VAFS];
        for (int v = 0; v < VAFS; v++) {
            x[v] = centre + steps[i][v];
            f[v] = exp(x[v]);
            if (!(f[v] < 1))
                return known;
        }
        powers(bins, f, threshold, power);
        for (int v = 0; v < VAFS; v++)
            note_power(f[v], power[v], &known);
        centre = interpolate(x, power);
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
                                               : score_power(bins, middle, threshold) >= ps_detection_power;
        *(is_enough ? &high : &low) = middle;
    }
    return high;
}
