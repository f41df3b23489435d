/* Guards against: regression.c and the exact interval - numbers of scipy and statsmodels (make_validate_numbers.py),
 * and the data that no fit can answer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plasmastrat/regression.h"
#include "plasmastrat/stats.h"

#include "validate_numbers.h"

enum { N_EXACT = sizeof exact_rows / sizeof *exact_rows, N_PROBIT = sizeof probit_rows / sizeof *probit_rows };

static void near(double have, double want, double relative, const char *what, size_t row) {
    if (!(fabs(have - want) <= relative * fmax(fabs(want), 1e-6)))
        fail_msg("%s, row %zu: %.17g, expected %.17g", what, row, have, want);
}

static void exact_intervals(void **state) {
    (void)state;
    assert_int_equal(N_EXACT, 200);
    for (size_t i = 0; i < N_EXACT; i++) {
        double low, high;
        ps_exact_interval(exact_rows[i].k, exact_rows[i].n, &low, &high);
        near(low, exact_rows[i].low, 1e-7, "low", i);
        near(high, exact_rows[i].high, 1e-7, "high", i);
    }
    double low, high;
    ps_exact_interval(0, 0, &low, &high);
    assert_true(low == 0 && high == 1);
}

static void student(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof student_rows / sizeof *student_rows; i++)
        near(ps_student_95(student_rows[i].freedom), student_rows[i].t, 1e-6, "t", i);
}

static void probit_like_statsmodels(void **state) {
    (void)state;
    assert_int_equal(N_PROBIT, 20);
    for (size_t i = 0; i < N_PROBIT; i++) {
        ps_probit p = ps_probit_of(probit_rows[i].at, probit_rows[i].n);
        assert_int_equal(p.state, PS_PROBIT_FITTED);
        assert_int_equal(p.levels, probit_rows[i].n);
        near(p.intercept, probit_rows[i].intercept, 1e-4, "intercept", i);
        near(p.slope, probit_rows[i].slope, 1e-4, "slope", i);
        near(p.lod95, probit_rows[i].lod95, 1e-4, "lod95", i);
        near(p.low, probit_rows[i].low, 1e-3, "low", i);
        near(p.high, probit_rows[i].high, 1e-3, "high", i);
    }
}

/* The same trials, one by one and in another order, are the same fit. */
static void probit_adds_up(void **state) {
    (void)state;
    const ps_trials together[] = {{0.01, 3, 10}, {0.02, 7, 10}, {0.05, 10, 10}};
    ps_trials apart[30];
    size_t n = 0;
    for (size_t level = 0; level < 3; level++)
        for (uint64_t k = 0; k < together[level].n; k++)
            apart[n++] = (ps_trials){together[level].level, k < together[level].found, 1};
    ps_probit a = ps_probit_of(together, 3), b = ps_probit_of(apart, n);
    assert_int_equal(b.levels, 3);
    assert_int_equal(b.n, 30);
    near(b.lod95, a.lod95, 1e-9, "lod95", 0);
    near(b.high, a.high, 1e-9, "high", 0);
}

static void probit_without_an_answer(void **state) {
    (void)state;
    const struct {
        ps_trials at[3];
        ps_probit_state state;
        double lod95, low, high;
    } rows[] = {
        {{{0.01, 0, 10}, {0.02, 0, 10}, {0.04, 10, 10}}, PS_PROBIT_STEP, 0.04, 0.02, 0.04},
        {{{0.01, 0, 10}, {0.02, 5, 10}, {0.04, 10, 10}}, PS_PROBIT_STEP, 0.04, 0.02, 0.04},
        {{{0.01, 0, 10}, {0.02, 0, 10}, {0.04, 0, 10}}, PS_PROBIT_ABOVE, NAN, 0.04, NAN},
        {{{0.01, 0, 10}, {0.02, 0, 10}, {0.04, 7, 10}}, PS_PROBIT_ABOVE, NAN, 0.04, NAN},
        {{{0.01, 10, 10}, {0.02, 10, 10}, {0.04, 10, 10}}, PS_PROBIT_BELOW, NAN, NAN, 0.01},
        {{{0.01, 9, 10}, {0.02, 5, 10}, {0.04, 1, 10}}, PS_PROBIT_FLAT, NAN, NAN, NAN},
        {{{0.01, 5, 10}, {0.01, 6, 10}, {0.01, 4, 10}}, PS_PROBIT_ABOVE, NAN, 0.01, NAN},
        {{{0, 5, 10}, {0, 0, 10}, {0.01, 0, 0}}, PS_PROBIT_NOTHING, NAN, NAN, NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_probit p = ps_probit_of(rows[i].at, 3);
        if (p.state != rows[i].state)
            fail_msg("row %zu: %s, expected %s", i, ps_probit_names[p.state], ps_probit_names[rows[i].state]);
        const double have[] = {p.lod95, p.low, p.high}, want[] = {rows[i].lod95, rows[i].low, rows[i].high};
        for (int k = 0; k < 3; k++)
            assert_true(isnan(want[k]) ? isnan(have[k]) : have[k] == want[k]);
    }
}

static void two_measurements(void **state) {
    (void)state;
    size_t n = sizeof line_x / sizeof *line_x;
    ps_line l = ps_line_of(line_x, line_y, n);
    const double have[] = {l.slope, l.slope_low, l.slope_high, l.intercept, l.intercept_low, l.intercept_high, l.r2};
    const double want[] = {line_row.slope,         line_row.slope_low,      line_row.slope_high, line_row.intercept,
                           line_row.intercept_low, line_row.intercept_high, line_row.r2};
    for (size_t i = 0; i < 7; i++)
        near(have[i], want[i], 1e-6, "line", i);
    ps_bland_altman a = ps_bland_altman_of(line_x, line_y, n);
    near(a.bias, bland_row.bias, 1e-9, "bias", 0);
    near(a.bias_low, bland_row.bias_low, 1e-6, "bias low", 0);
    near(a.bias_high, bland_row.bias_high, 1e-6, "bias high", 0);
    near(a.sd, bland_row.sd, 1e-9, "sd", 0);
    near(a.low, bland_row.low, 1e-9, "low", 0);
    near(a.high, bland_row.high, 1e-9, "high", 0);
    const double same[] = {0.1, 0.1, 0.1};
    assert_true(isnan(ps_line_of(same, line_y, 3).slope) && isnan(ps_line_of(line_x, line_y, 1).slope));
    assert_true(isnan(ps_line_of(line_x, line_y, 2).slope_low) && isfinite(ps_line_of(line_x, line_y, 2).slope));
    assert_true(isnan(ps_bland_altman_of(line_x, line_y, 1).sd) && isnan(ps_bland_altman_of(line_x, line_y, 0).bias));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_intervals),          cmocka_unit_test(student),
        cmocka_unit_test(probit_like_statsmodels),  cmocka_unit_test(probit_adds_up),
        cmocka_unit_test(probit_without_an_answer), cmocka_unit_test(two_measurements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
