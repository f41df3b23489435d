/* Joint tables from labelled samples: whole counts from certain calls, shares from soft ones, and held-out figures
 * against a count by hand. */
#include "plasmastrat/fit.h"

#include "unit_case.h"

enum { N = 40 };
static ps_labelled sample[2 * N];

static void set(int i, ps_class label, int ccnd1, int ras, double odds) {
    sample[i] = (ps_labelled){.label = label, .person = (size_t)i};
    ps_calls *c = &sample[i].calls;
    c->ccnd1.state = ccnd1 ? PS_CCND1_DYSREGULATED : PS_CCND1_NOT_DYSREGULATED;
    c->ccnd1.log_level[PS_LEVEL_VERY_HIGH] = ccnd1 ? odds : -odds;
    c->ccnd1.log_level[PS_LEVEL_INTERMEDIATE] = -60; /* certainly not */
    c->ras.state = ras ? PS_RAS_MUTATED : PS_RAS_WILD_TYPE;
    c->ras.log_odds = ras ? odds : -odds;
}

static const int counts[PS_N_CLASSES][2][2] = {{{3, 2}, {4, 11}}, {{13, 3}, {3, 1}}};

static void fill(double odds) {
    int i = 0;
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int cell = 0; cell < 4; cell++)
            for (int n = 0; n < counts[k][cell / 2][cell % 2]; n++)
                set(i++, (ps_class)k, cell / 2, cell % 2, odds);
    assert_int_equal(i, N);
}

static void certain_calls_are_counted(void **state) {
    (void)state;
    ps_joint joint;
    fill(60);
    ps_fit_joint(sample, N, 0.5, 0, 0, &joint);
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int cell = 0; cell < 4; cell++)
            assert_near(joint.count[k][cell / 2 * 2][cell % 2], counts[k][cell / 2][cell % 2], 1e-9);
    sample[0].calls.ras.state = PS_RAS_NOT_ASSESSABLE; /* left out */
    ps_fit_joint(sample, N, 0.5, 0, 0, &joint);
    assert_near(joint.count[0][0][0], 2, 1e-9);
}

static void soft_calls_are_shared(void **state) {
    (void)state;
    ps_joint joint;
    fill(0); /* nothing is known: every cell alike */
    ps_fit_joint(sample, N, 0.5, 0, 0, &joint);
    for (int cell = 0; cell < 4; cell++)
        assert_near(joint.count[0][cell / 2 * 2][cell % 2], 5, 1e-6);
    fill(3);
    ps_fit_joint(sample, N, 0.5, 0, 0, &joint);
    double all = joint.count[0][0][0] + joint.count[0][0][1] + joint.count[0][2][0] + joint.count[0][2][1];
    assert_near(all, 20, 1e-6);
    assert_true(fabs(joint.count[0][2][1] - 11) < 1);
}

/* Each person has so many samples alike: all of them are held out at once, and weigh one together. */
static void check_held_out(int times) {
    ps_model model = {
        .prior_odds = 1, .plasmacytoma_at = 0.75, .intramedullary_at = 0.25, .joint = {.dirichlet = 0.5}};
    ps_cross_validation v;
    double brier = 0, log_score = 0;
    double right = 0, definite = 0;
    fill(60);
    for (int i = 0; i < (times - 1) * N; i++)
        sample[N + i] = sample[i];
    ps_fit_validate(&model, sample, (size_t)times * N, &v);
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int cell = 0; cell < 4; cell++) { /* each of these persons sees the table without itself */
            double x[2], all[2];
            for (int c = 0; c < 2; c++) {
                x[c] = counts[c][cell / 2][cell % 2] - (c == k) + 0.5;
                all[c] = 20 - (c == k) + 3; /* six cells */
            }
            double a = x[0] / all[0], b = x[1] / all[1], p = a / (a + b);
            int m = counts[k][cell / 2][cell % 2], y = k == PS_CLASS_PLASMACYTOMA;
            brier += m * (p - y) * (p - y);
            log_score -= m * log(y ? p : 1 - p);
            right += (p > 0.5) == y ? m : 0;
            definite += p >= 0.75 || p <= 0.25 ? m : 0;
        }
    assert_true(v.odds == 1 && v.folds == N && v.n[0] == 20 && v.n[1] == 20);
    assert_near(v.brier, brier / N, 1e-5);
    assert_near(v.log_score, log_score / N, 1e-5);
    assert_near(v.right, right, 1e-9);
    assert_near(v.definite, definite, 1e-9);
    double binned = 0, plasmacytoma = 0;
    for (int b = 0; b < PS_FIT_BINS; b++) {
        binned += v.bin[b].n;
        plasmacytoma += v.bin[b].plasmacytoma;
        assert_int_equal(isnan(v.bin[b].mean), v.bin[b].n == 0);
    }
    assert_near(binned, N, 1e-9);
    assert_near(plasmacytoma, N / 2, 1e-9);
}

static void held_out_figures(void **state) {
    (void)state;
    check_held_out(1);
    check_held_out(2);
}

/* Guards against: counting samples: ten more of one person move no count, and intermediate CCND1 has cells of its
 * own. */
static void a_person_weighs_one(void **state) {
    (void)state;
    ps_joint joint, again;
    fill(60);
    sample[0].calls.ccnd1.state = PS_CCND1_INTERMEDIATE;
    sample[0].calls.ccnd1.log_level[PS_LEVEL_INTERMEDIATE] = 60;
    ps_fit_joint(sample, N, 0.5, 0, 0, &joint);
    assert_near(joint.count[0][PS_LEVEL_INTERMEDIATE][0], 1, 1e-9);
    assert_near(joint.count[0][PS_LEVEL_LOW][0], 2, 1e-9);
    for (int i = 0; i < 10; i++)
        sample[N + i] = sample[5];
    ps_fit_joint(sample, N + 10, 0.5, 0, 0, &again);
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int i = 0; i < 2 * PS_N_LEVELS; i++)
            assert_near(joint.count[k][i / 2][i % 2], again.count[k][i / 2][i % 2], 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certain_calls_are_counted),
        cmocka_unit_test(soft_calls_are_shared),
        cmocka_unit_test(held_out_figures),
        cmocka_unit_test(a_person_weighs_one),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
