/* stats.h - the few distributions the callers need. Pure functions, no state, no allocation unless said. */
#ifndef PLASMASTRAT_STATS_H
#define PLASMASTRAT_STATS_H

#include <stddef.h>
#include <stdint.h>

/* P(X >= k) for X ~ Poisson(mean) and X ~ Binomial(n, p). Exact to about 1e-12 relative (incomplete gamma and beta
 * functions by continued fraction and series, Numerical Recipes 3rd ed. sections 6.2 and 6.4). */
double ps_poisson_upper(uint64_t k, double mean);
double ps_poisson_mean(uint64_t k,
                       double p); /* the mean for which P(X >= k) is p, k > 0; by bisection, not below it */
double ps_negative_binomial_upper(uint64_t k, double mean,
                                  double shape); /* gamma-Poisson; shape -> infinity: Poisson */
double ps_binomial_upper(uint64_t k, uint64_t n, double p);

/* Regularised incomplete beta function I_x(a, b), and its inverse in x (bisection to 1e-12). */
double ps_beta_cdf(double x, double a, double b);
double ps_beta_quantile(double q, double a, double b);

/* Jeffreys 95 % interval of a proportion k/n; [0, 1] for n = 0; low is 0 at k = 0, high is 1 at k = n
 * (Brown, Cai, DasGupta, Stat Sci 2001;16:101). */
void ps_proportion_interval(double k, double n, double *low,
                            double *high); /* whole numbers, or weights that add up */

/* Exact 95 % interval of k of n by Clopper and Pearson (Biometrika 1934;26:404), as R's binom.test; [0, 1] for n = 0.
 */
void ps_exact_interval(uint64_t k, uint64_t n, double *low, double *high);

static const double ps_normal_95 = 1.959963984540054;       /* P(|Z| <= z) = 0.95 of a standard normal */
static const double ps_normal_below_95 = 1.644853626951473; /* P(Z <= z) = 0.95 */
static const double ps_detection_power = 0.95; /* of lod95: the chance that a change at this VAF is found */

double ps_normal_cdf(double z);
double ps_log_gamma(double x); /* ln Gamma(x), x > 0; unlike lgamma() it writes no global and so may run in threads */
/* Two-sided 95 % point of Student's t: P(|T| <= t) = 0.95; `freedom` above 0. */
double ps_student_95(double freedom);
double ps_log_beta(double a, double b); /* ln B(a, b) */
/* ln of the sum of weight * exp(x), no overflow; weight NULL: 1 each. -infinity for n = 0. */
double ps_log_sum(const double *x, const double *weight, int n);

/* First and second derivative of ln Gamma, for x > 0: recurrence to x >= 10, then the asymptotic series (Abramowitz
 * and Stegun 6.3.18, 6.4.12); to about 1e-10. For X ~ Gamma(x, 1) they are the mean and the variance of ln X. */
double ps_digamma(double x);
double ps_trigamma(double x);
double ps_logistic(double x); /* 1 / (1 + exp(-x)), no overflow */
double ps_logit(double p);

void ps_sort(double *values, size_t n); /* ascending */
/* Median and 1.4826 * median absolute deviation (a robust sd). `values` is sorted in place. NaN for n = 0. */
double ps_median(double *values, size_t n);
double ps_mad(double *values, size_t n, double centre); /* replaces values by absolute deviations */

/* The double that "%.6g" prints and strtod reads back: what is published is what is computed with. NaN and infinity
 * pass through. */
double ps_round6(double x);

#endif
