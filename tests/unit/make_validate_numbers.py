#!/usr/bin/env python3
"""Writes tests/unit/validate_numbers.h: numbers of reference implementations that the units of `validate` compare with.

    pip install scipy statsmodels; python3 tests/unit/make_validate_numbers.py > tests/unit/validate_numbers.h

Exact intervals: scipy.stats.binomtest(...).proportion_ci("exact"), which is R's binom.test. Probit: statsmodels' GLM with a
binomial family and a probit link. Regression: scipy.stats.linregress with statsmodels' intervals. Student: scipy.stats.t.
"""
import math
import random

import numpy as np
import statsmodels.api as sm
from scipy import stats

SEED = 19
rng = random.Random(SEED)
print("/* Made by make_validate_numbers.py from scipy %s; not edited by hand. */" % __import__("scipy").__version__)


def real(x):
    return repr(float(x))


print("static const struct { uint64_t k, n; double low, high; } exact_rows[] = {")
pairs = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 2), (19, 20), (59, 60), (95, 100), (1, 2000), (1999, 2000)]
while len(pairs) < 200:
    n = rng.choice([3, 7, 12, 20, 35, 60, 100, 250, 1000, 2000])
    pair = (rng.randint(0, n), n)
    if pair not in pairs:
        pairs.append(pair)
for k, n in pairs:
    low, high = stats.binomtest(k, n).proportion_ci(0.95, "exact")
    print(f"    {{{k}, {n}, {real(low)}, {real(high)}}},")
print("};")

print("static const struct { double freedom, t; } student_rows[] = {")
for freedom in (1, 2, 3, 5, 10, 30, 100, 1000):
    print(f"    {{{freedom}, {real(stats.t.ppf(0.975, freedom))}}},")
print("};")

print("enum { PROBIT_LEVELS = 8 };")
print("static const struct { size_t n; ps_trials at[PROBIT_LEVELS]; double intercept, slope, lod95, low, high; } probit_rows[] = {")
made = 0
while made < 20:
    levels = sorted(rng.sample([0.002, 0.004, 0.006, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08, 0.12], rng.randint(4, 8)))
    middle, steep, n = rng.uniform(math.log10(0.005), math.log10(0.03)), rng.uniform(2.5, 7), rng.choice([10, 20, 60, 200])
    found = [sum(rng.random() < stats.norm.cdf(steep * (math.log10(v) - middle)) for _ in range(n)) for v in levels]
    if len({0 < f < n for f in found}) == 1 or sum(0 < f < n for f in found) < 2:
        continue  # no step, no separation
    x = sm.add_constant(np.log10(levels))
    y = np.column_stack([found, [n - f for f in found]])
    fit = sm.GLM(y, x, family=sm.families.Binomial(link=sm.families.links.Probit())).fit(tol=1e-12, maxiter=200)
    a, b = fit.params
    cov = fit.cov_params()
    at = (stats.norm.ppf(0.95) - a) / b
    se = math.sqrt(cov[0][0] + 2 * at * cov[0][1] + at * at * cov[1][1]) / b
    rows = ", ".join(f"{{{v}, {f}, {n}}}" for v, f in zip(levels, found))
    print(f"    {{{len(levels)}, {{{rows}}}, {real(a)}, {real(b)}, {real(10**at)}, {real(10**(at - 1.959963984540054 * se))}, "
          f"{real(10**(at + 1.959963984540054 * se))}}},")
    made += 1
print("};")

x = [rng.uniform(0.01, 0.6) for _ in range(25)]
y = [0.97 * v + 0.004 + rng.gauss(0, 0.01) for v in x]
x, y = [round(v, 4) for v in x], [round(v, 4) for v in y]
fit = sm.OLS(y, sm.add_constant(x)).fit()
(il, ih), (sl, sh) = fit.conf_int(0.05)
print("static const double line_x[] = {%s};" % ", ".join(map(str, x)))
print("static const double line_y[] = {%s};" % ", ".join(map(str, y)))
print("static const ps_line line_row = {%d, %s, %s, %s, %s, %s, %s, %s};" % (
    len(x), *map(real, (fit.params[1], sl, sh, fit.params[0], il, ih, fit.rsquared))))
d = np.array(y) - np.array(x)
half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / math.sqrt(len(d))
print("static const ps_bland_altman bland_row = {%d, %s, %s, %s, %s, %s, %s};" % (
    len(x), *map(real, (d.mean(), d.mean() - half, d.mean() + half, d.std(ddof=1), d.mean() - 1.959963984540054 * d.std(ddof=1),
                        d.mean() + 1.959963984540054 * d.std(ddof=1)))))
