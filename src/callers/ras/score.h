/* score.h - is it a variant or are these errors?  An exact test on weighted fragments, and what it could have shown.
 *
 * Each fragment over a place falls into a bin: in bin b an error towards the alternative in question has probability
 * e_b. A fragment that carries the alternative scores w_b = ln(1 + f0 / e_b), the log likelihood ratio of a variant
 * at a small design VAF f0 against error, on an integer grid. The sum S over carrying fragments is the statistic:
 *
 *   errors only:    bin b adds w_b times a Poisson count of mean n_b e_b g, with one gamma factor g of mean 1 and
 *                   shape r for the site: the total count is NB(sum of means, r);
 *   variant at f:   bin b adds w_b times Binomial(n_b, f + e_b (1 - f)).
 *
 * Besides that law, which stands for what qualities claim, a law may hold what was measured: rates that are
 * multiplied by `times` (or have `extra` added) at a share `weight` of the sites, each a compound Poisson sum. Both
 * laws must be beaten. Both distributions are summed exactly on the grid, so the threshold for a false-call
 * probability alpha, the power at f and the smallest f with 95 % power (lod95) belong to the same rule. The threshold
 * is always above what two fragments can score: one fragment and its optical twin never make a call. With one bin
 * this is a plain count.
 */
#ifndef PLASMASTRAT_SCORE_H
#define PLASMASTRAT_SCORE_H

#include <stdint.h>

#include "plasmastrat/panel.h"

/* The grid: quarters of a nat, up to six nats, which errors 400 times rarer than the design VAF reach: rarer ones
 * weigh no more. Thresholds beyond 600 cells are those of sums with so many terms that two moments describe them. */
enum { SCORE_CELLS_PER_NAT = 4, SCORE_MAX_WEIGHT = 24, SCORE_MAX_CELLS = 600 };

typedef struct score_bins {              /* by weight: index is the integer weight, 0 unused */
    double n[SCORE_MAX_WEIGHT + 1];      /* fragments */
    double errors[SCORE_MAX_WEIGHT + 1]; /* expected fragments that carry the alternative by error */
    double
        varies[SCORE_MAX_WEIGHT + 1]; /* of these, what differs from site to site; the rest is the same everywhere */
    double design;                    /* f0 */
} score_bins;

enum { SCORE_MAX_NODES = 44 };

typedef struct score_law { /* how error rates differ from site to site */
    double shape;          /* of the gamma law */
    int n;                 /* measured nodes; 0: the gamma law alone */
    struct {
        double weight, times, extra;
    } node[SCORE_MAX_NODES];
} score_law;

/* Makes nodes with `extra` as frequent as `times` their share; the others take up the rest, so that weights stay a
 * distribution. Returns 1 when there were any. */
int score_law_thin(score_law *law, double times);
double score_law_extra(const score_law *law); /* their share */

/* Empty bins for a place with `depth` fragments: f0 follows depth. */
score_bins score_start(uint64_t depth);
/* Integer weight of a fragment with this error probability. */
int score_weight(const score_bins *bins, double error);
void score_add(score_bins *bins, double error, double varies, double n); /* varies: part of `error` */

double score_mean_error(const score_bins *bins); /* of a fragment; 0 without any */

/* Smallest score that errors reach with probability < alpha. Beyond SCORE_MAX_CELLS (about a million fragments of
 * poor quality) a scaled negative binomial stands in for the exact sum. */
int score_threshold(const score_bins *bins, double alpha, const score_law *law, int min_fragments);
/* P(errors alone score >= `score`). */
double score_tail(const score_bins *bins, const score_law *law, int score);
/* Do errors as qualities state them score so with probability p or more? Then score_tail is p or more too. */
int score_is_usual(const score_bins *bins, const score_law *law, int score, double p);
/* P(a variant at VAF f scores >= threshold), and the smallest f for which it is 0.95 (NaN: not even f = 1). */
double score_power(const score_bins *bins, double f, int threshold);
double score_lod95(const score_bins *bins, int threshold);

#endif
