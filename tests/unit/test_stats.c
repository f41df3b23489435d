/* Guards against: test_stats.c - distributions against values from mpmath (40 digits) and scipy, intervals by
 * enumeration. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plasmastrat/stats.h"

#include "unit_random.h"

static void near(double have, double want, double relative, const char *what, double a, double b, double c) {
    if (!(fabs(have - want) <= relative * fabs(want)))
        fail_msg("%s(%g, %g, %g) = %.17g, expected %.17g", what, a, b, c, have, want);
}

static void poisson(void **state) {
    (void)state;
    static const struct {
        uint64_t k;
        double mean, p;
    } rows[] = {
        {1, 0.001, 0.00099950016662500833},  {3, 0.01, 1.6542165280748768e-7},
        {3, 2.5, 0.45618688411667048},       {10, 3, 0.0011024881301154797},
        {50, 10, 1.8547268838697993e-19},    {100, 100, 0.51329879827914866},
        {120, 100, 0.028230393964865693},    {80, 100, 0.98254867748372457},
        {1000, 900, 0.00054990226571178292}, {1000, 1000, 0.50420524418021551},
        {1000, 1200, 0.99999999871183939},   {3, 1e-8, 1.6666666541666667e-25},
        {200, 20, 4.6635017890786538e-124},  {1, 700, 1.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        near(ps_poisson_upper(rows[i].k, rows[i].mean), rows[i].p, 1e-11, "poisson", (double)rows[i].k, rows[i].mean,
             0);
    /* at a million counts the logarithm of the density has lost six digits: 1e-8 is what a double can give */
    near(ps_poisson_upper(100000, 99000), 0.00075741992117476797, 1e-8, "poisson", 1e5, 99000, 0);
    near(ps_poisson_upper(1000000, 1003000), 0.99863825935378241, 1e-8, "poisson", 1e6, 1003000, 0);
    near(ps_poisson_upper(1000000, 995000), 2.7495803592700708e-7, 1e-7, "poisson", 1e6, 995000, 0);
    assert_true(ps_poisson_upper(0, 5) == 1 && ps_poisson_upper(0, 0) == 1);
    assert_true(ps_poisson_upper(4, 0) == 0);
    near(ps_poisson_mean(10, 0.025), 4.795389, 1e-6, "mean", 10, 0.025, 0); /* Garwood's interval of 10 counts */
    near(ps_poisson_mean(11, 0.975), 18.390356, 1e-6, "mean", 11, 0.975, 0);
    near(ps_poisson_mean(1, 0.95), -log(0.05), 1e-9, "mean", 1, 0.95, 0);
}

static void binomial(void **state) {
    (void)state;
    static const struct {
        uint64_t k, n;
        double p, q;
    } rows[] = {
        {1, 1, 0.3, 0.3},
        {1, 10, 0.01, 0.09561792499119551},
        {3, 10, 0.5, 0.9453125},
        {10, 10, 0.5, 0.0009765625},
        {3, 200, 0.05, 0.99766370580993608},
        {3, 500, 0.02, 0.99740885948717365},
        {3, 1000, 1e-5, 1.6492942277960865e-7},
        {8, 1000, 0.001, 1.0031870614756392e-5},
        {50, 100, 0.5, 0.53979461869358938},
        {90, 100, 0.5, 1.5316450877189926e-17},
        {500, 1000, 0.5, 0.5126125090891804},
        {20, 1000, 0.5, 1.0},
        {600, 1000, 0.5, 1.3642320780330092e-10},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        near(ps_binomial_upper(rows[i].k, rows[i].n, rows[i].p), rows[i].q, 2e-11, "binomial", (double)rows[i].k,
             (double)rows[i].n, rows[i].p);
    near(ps_binomial_upper(30, 100000, 1e-4), 2.5050771672969056e-7, 1e-9, "binomial", 30, 1e5, 1e-4);
    near(ps_binomial_upper(1000, 1000000, 9e-4), 0.00054697360076492646, 1e-8, "binomial", 1000, 1e6, 9e-4);
    assert_true(ps_binomial_upper(0, 0, 0.5) == 1 && ps_binomial_upper(0, 7, 0) == 1);
    assert_true(ps_binomial_upper(8, 7, 0.5) == 0);
    assert_true(ps_binomial_upper(7, 7, 1) == 1 && ps_binomial_upper(1, 7, 0) == 0);
}

/* Every tail of small n against a plain sum. */
static void binomial_by_summing(void **state) {
    (void)state;
    static const double ps[] = {1e-6, 0.003, 0.05, 0.3, 0.5, 0.77, 0.999};
    for (int n = 1; n <= 40; n++)
        for (size_t i = 0; i < sizeof ps / sizeof *ps; i++) {
            double tail = 0;
            for (int k = n; k >= 0; k--) {
                tail +=
                    exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(ps[i]) + (n - k) * log1p(-ps[i]));
                near(ps_binomial_upper((uint64_t)k, (uint64_t)n, ps[i]), tail, 1e-11, "binomial", k, n, ps[i]);
            }
        }
}

static void negative_binomial(void **state) {
    (void)state;
    static const struct {
        uint64_t k;
        double mean, shape, p;
    } rows[] = {
        {3, 0.01, 10, 2.1786696212109085e-7}, {3, 0.1, 10, 0.0001997028162778439},  {5, 1, 10, 0.0061615131234234221},
        {20, 5, 10, 9.4140002416858551e-5},   {40, 10, 10, 4.6317732049772076e-6},  {10, 10, 1, 0.38554328942953175},
        {1, 5, 10, 0.98265847008416739},      {60, 20, 10, 0.00010899439283386971},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        near(ps_negative_binomial_upper(rows[i].k, rows[i].mean, rows[i].shape), rows[i].p, 1e-11, "nb",
             (double)rows[i].k, rows[i].mean, rows[i].shape);
    near(ps_negative_binomial_upper(3, 2, 1000000), 0.32332358381684632, 1e-8, "nb", 3, 2, 1e6);
    near(ps_negative_binomial_upper(3, 2, 1e9), ps_poisson_upper(3, 2), 1e-5, "nb", 3, 2, 1e9);
    assert_true(ps_negative_binomial_upper(0, 5, 10) == 1 && ps_negative_binomial_upper(2, 0, 10) == 0);
    for (uint64_t k = 1; k < 400; k++) /* falls with k, rises with the mean */
        assert_true(ps_negative_binomial_upper(k, 100, 10) <= ps_negative_binomial_upper(k - 1, 100, 10) &&
                    ps_negative_binomial_upper(k, 99, 10) <= ps_negative_binomial_upper(k, 100, 10));
}

static void beta(void **state) {
    (void)state;
    static const struct {
        double q, a, b, x;
    } rows[] = {
        {0.025, 0.5, 0.5, 0.0015413331334360119},
        {0.975, 10.5, 90.5, 0.17012392965218691},
        {0.025, 10.5, 90.5, 0.052584675290668841},
        {0.95, 3, 998, 0.006282284546723427},
        {0.95, 3, 198, 0.031142599414083732},
        {0.5, 2, 3, 0.38572756813238955},
        {0.95, 3, 1, 0.9830475724915585},
        {0.025, 1.5, 99999.5, 1.0789785284753773e-06},
        {0.975, 1000.5, 999000.5, 0.00106340264158502},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!(fabs(ps_beta_quantile(rows[i].q, rows[i].a, rows[i].b) - rows[i].x) < 2e-12))
            fail_msg("row %zu: %.15g", i, ps_beta_quantile(rows[i].q, rows[i].a, rows[i].b));
    static const double qs[] = {0.001, 0.025, 0.3, 0.5, 0.95, 0.999}, as[] = {0.5, 1, 3, 40.5, 1000};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 5; j++)
            for (size_t k = 0; k < 5; k++) {
                double x = ps_beta_quantile(qs[i], as[j], as[k]);
                /* where the density is steep (a = 0.5 at 0) 1e-13 in x is more in q */
                assert_true(fabs(ps_beta_cdf(x, as[j], as[k]) - qs[i]) < 1e-6);
            }
    assert_true(ps_beta_cdf(-1, 2, 3) == 0 && ps_beta_cdf(0, 2, 3) == 0 && ps_beta_cdf(1, 2, 3) == 1);
}

/* Exact coverage of the Jeffreys interval, averaged over neighbouring p as published (it oscillates around 95 %). */
static void jeffreys_covers(void **state) {
    (void)state;
    static const struct {
        int n;
        double p;
    } rows[] = {{50, 0.1}, {50, 0.3}, {50, 0.5}, {100, 0.05}, {200, 0.05}, {200, 0.5}, {1000, 0.01}, {1000, 0.2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double mean = 0;
        for (int j = 0; j < 21; j++) {
            double p = rows[i].p * (0.9 + 0.01 * j);
            for (int k = 0; k <= rows[i].n; k++) {
                double low = 0, high = 0, n = rows[i].n;
                double mass =
                    exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p));
                if (mass < 1e-9)
                    continue;
                ps_proportion_interval((uint64_t)k, (uint64_t)rows[i].n, &low, &high);
                mean += p >= low && p <= high ? mass / 21 : 0;
            }
        }
        if (!(mean > 0.93 && mean < 0.97))
            fail_msg("n %d p %g: %g", rows[i].n, rows[i].p, mean);
    }
    double low = 5, high = 5;
    ps_proportion_interval(0, 0, &low, &high);
    assert_true(low == 0 && high == 1);
    ps_proportion_interval(0, 10, &low, &high); /* R binom.bayes-style: qbeta(.975, .5, 10.5) = 0.2171960 */
    assert_true(low == 0 && fabs(high - 0.217196) < 2e-6);
    ps_proportion_interval(10, 10, &low, &high);
    assert_true(high == 1 && fabs(low - (1 - 0.217196)) < 2e-6);
}

static void centre_and_spread(void **state) {
    (void)state;
    double odd[] = {9, 1, 5}, even[] = {4, 1, 3, 2}, one[] = {-2};
    assert_true(ps_median(odd, 3) == 5 && ps_median(even, 4) == 2.5 && ps_median(one, 1) == -2);
    assert_true(isnan(ps_median(one, 0)));
    double values[] = {1, 1, 2, 2, 4, 6, 9}; /* the textbook example: MAD 1 around 2 */
    assert_true(fabs(ps_mad(values, 7, 2) - 1.4826) < 1e-12);
    uint64_t seed = 3;
    static double many[20001];
    for (int i = 0; i < 20001; i++)
        many[i] = i < 6000 ? 1e6 : 5 + 2 * unit_normal(&seed); /* 30 % far outliers leave the median on the data */
    double middle = ps_median(many, 20001);
    assert_true(middle > 5 && middle < 8);
    for (int i = 0; i < 20001; i++)
        many[i] = 5 + 2 * unit_normal(&seed);
    assert_true(fabs(ps_mad(many, 20001, 5) - 2) < 0.05);
}

static void rounding(void **state) {
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        double x = (unit_uniform(&seed) - 0.5) * pow(10, (double)unit_below(&seed, 600) - 300), y = ps_round6(x);
        char text[40], again[40];
        snprintf(text, sizeof text, "%.6g", x);
        snprintf(again, sizeof again, "%.6g", y);
        assert_string_equal(text, again);
        assert_true(ps_round6(y) == y && fabs(y - x) <= 5.0001e-6 * fabs(x));
    }
    assert_true(ps_round6(0.1 + 0.2) == 0.3 && ps_round6(1234567) == 1234570 && ps_round6(0) == 0);
    assert_true(!signbit(ps_round6(-0.0)) && isinf(ps_round6(INFINITY)) && isnan(ps_round6(NAN)));
}

static void logistic(void **state) {
    (void)state;
    assert_true(ps_logistic(0) == 0.5 && ps_logistic(1000) == 1 && ps_logistic(-1000) == 0);
    assert_true(fabs(ps_logistic(2.4) - 0.916827303506071) < 1e-14);
    for (double x = -30; x < 30; x += 0.37)
        assert_true(fabs(ps_logit(ps_logistic(x)) - x) < 1e-2 * exp(fabs(x) - 30) + 1e-12);
    near(ps_normal_cdf(-1.959963984540054), 0.025, 1e-12, "normal", -1.96, 0, 0);
    near(ps_normal_cdf(-10), 7.619853024160527e-24, 1e-11, "normal", -10, 0, 0);
}

static void derivatives_of_log_gamma(void **state) {
    (void)state;
    near(ps_digamma(1), -0.5772156649015329, 1e-10, "digamma", 1, 0, 0); /* minus Euler's constant */
    near(ps_digamma(0.5), -1.9635100260214235, 1e-10, "digamma", 0.5, 0, 0);
    near(ps_trigamma(1), 1.6449340668482264, 1e-9, "trigamma", 1, 0, 0); /* pi^2 / 6 */
    near(ps_trigamma(0.5), 4.934802200544679, 1e-9, "trigamma", 0.5, 0, 0);
    for (double x = 0.3; x < 60; x *= 1.7) {
        near(ps_digamma(x + 1), ps_digamma(x) + 1 / x, 1e-9, "digamma", x, 0, 0);
        near(ps_trigamma(x + 1), ps_trigamma(x) - 1 / (x * x), 1e-8, "trigamma", x, 0, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisson),
        cmocka_unit_test(binomial),
        cmocka_unit_test(binomial_by_summing),
        cmocka_unit_test(negative_binomial),
        cmocka_unit_test(beta),
        cmocka_unit_test(jeffreys_covers),
        cmocka_unit_test(centre_and_spread),
        cmocka_unit_test(rounding),
        cmocka_unit_test(logistic),
        cmocka_unit_test(derivatives_of_log_gamma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
