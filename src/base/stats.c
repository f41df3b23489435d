#define _DEFAULT_SOURCE /* lgamma_r */
#include "plasmastrat/stats.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double ps_log_gamma(double x) {
    int sign = 0;
    return lgamma_r(x, &sign); /* lgamma() writes a global */
}

/* Regularised lower incomplete gamma P(a, x): series for x < a + 1, continued fraction (Lentz) for the upper part. */
static double gamma_lower(double a, double x, double *upper) {
    if (x <= 0) {
        *upper = 1;
        return 0;
    }
    double front = exp(a * log(x) - x - ps_log_gamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (double n = a + 1; fabs(term) > fabs(sum) * DBL_EPSILON; n++)
            sum += term *= x / n;
        *upper = 1 - sum * front;
        return sum * front;
    }
    double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, h = d, step = 0;
    for (int i = 1; fabs(step - 1) > DBL_EPSILON && i < 100000; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = fabs(d) < DBL_MIN ? DBL_MIN : d;
        c = b + an / c;
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        d = 1 / d;
        step = d * c;
        h *= step;
    }
    *upper = front * h;
    return 1 - *upper;
}

double ps_poisson_upper(uint64_t k, double mean) {
    double upper = 0;
    if (k == 0)
        return 1;
    return mean <= 0 ? 0 : gamma_lower((double)k, mean, &upper);
}

static double beta_fraction(double x, double a, double b) {
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
    double h = d;
    for (int m = 1; m < 100000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        h *= d * c;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        h *= d * c;
        if (fabs(d * c - 1) <= DBL_EPSILON)
            break;
    }
    return h;
}

double ps_beta_cdf(double x, double a, double b) {
    if (x <= 0 || x >= 1)
        return x >= 1;
    double front = exp(ps_log_gamma(a + b) - ps_log_gamma(a) - ps_log_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(x, a, b) / a;
    return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double ps_beta_quantile(double q, double a, double b) {
    double low = 0, high = 1;
    for (int i = 0; i < 60 && high - low > 1e-13; i++) {
        double middle = (low + high) / 2;
        if (ps_beta_cdf(middle, a, b) < q)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double ps_binomial_upper(uint64_t k, uint64_t n, double p) {
    if (k == 0)
        return 1;
    if (k > n)
        return 0;
    return ps_beta_cdf(p, (double)k, (double)(n - k) + 1);
}

double ps_poisson_mean(uint64_t k, double p) {
    double low = 0, high = 2 * (double)k + 40;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        *(ps_poisson_upper(k, middle) < p ? &low : &high) = middle;
    }
    return high;
}

double ps_negative_binomial_upper(uint64_t k, double mean, double shape) {
    if (k == 0)
        return 1;
    return mean <= 0 ? 0 : ps_beta_cdf(mean / (mean + shape), (double)k, shape);
}

void ps_proportion_interval(double k, double n, double *low, double *high) {
    *low = k > 0 ? ps_beta_quantile(0.025, k + 0.5, n - k + 0.5) : 0;
    *high = k < n - 1e-9 ? ps_beta_quantile(0.975, k + 0.5, n - k + 0.5) : 1;
}

void ps_exact_interval(uint64_t k, uint64_t n, double *low, double *high) {
    double a = (double)k, b = (double)(n - k);
    *low = k ? ps_beta_quantile(0.025, a, b + 1) : 0;
    *high = k < n ? ps_beta_quantile(0.975, a + 1, b) : 1;
}

/* t^2 / (t^2 + freedom) of a t variate is Beta(1/2, freedom/2). */
double ps_student_95(double freedom) {
    double x = ps_beta_quantile(0.95, 0.5, freedom / 2);
    return sqrt(freedom * x / (1 - x));
}

double ps_log_beta(double a, double b) {
    return ps_log_gamma(a) + ps_log_gamma(b) - ps_log_gamma(a + b);
}

double ps_log_sum(const double *x, const double *weight, int n) {
    double top = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++)
        top = fmax(top, x[i]);
    if (!isfinite(top))
        return top;
    for (int i = 0; i < n; i++)
        sum += (weight ? weight[i] : 1) * exp(x[i] - top);
    return sum > 0 ? top + log(sum) : -INFINITY;
}

double ps_normal_cdf(double z) {
    return 0.5 * erfc(-z / sqrt(2));
}

double ps_logistic(double x) {
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

double ps_logit(double p) {
    return log(p) - log1p(-p);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void ps_sort(double *values, size_t n) {
    if (n)
        qsort(values, n, sizeof *values, ascending);
}

double ps_median(double *values, size_t n) {
    if (n == 0)
        return NAN;
    ps_sort(values, n);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double ps_mad(double *values, size_t n, double centre) {
    /* 1.4826 = 1 / Phi^-1(3/4): the MAD of a normal sample times this estimates its sd. */
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - centre);
    return 1.4826 * ps_median(values, n);
}

double ps_round6(double x) {
    if (!isfinite(x))
        return x;
    char text[32];
    snprintf(text, sizeof text, "%.6g", x);
    double y = strtod(text, NULL);
    return y == 0 ? 0 : y; /* no negative zero */
}

double ps_digamma(double x) {
    double sum = 0;
    while (x < 10) {
        sum -= 1 / x;
        x += 1;
    }
    double y = 1 / (x * x);
    return sum + log(x) - 0.5 / x - y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y / 240)));
}

double ps_trigamma(double x) {
    double sum = 0;
    while (x < 10) {
        sum += 1 / (x * x);
        x += 1;
    }
    double y = 1 / (x * x);
    return sum + 1 / x + 0.5 * y + y / x * (1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y / 30)));
}
