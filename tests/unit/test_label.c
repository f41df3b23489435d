/* Guards against: test_label.c - weights of EVIDENCE.md against closed-form posteriors.
 *
 * A certain call (ln odds +-40) gives exactly the table's weights; a soft one LLR = ln((aL + 1 - a) / (bL + 1 - b))
 * with b = (1 - e^w-) / (e^w+ - e^w-) and a = b e^w+.
 */
#include "plasmastrat/label.h"

#include "unit_case.h"

enum { POS = 1, NEG = -1, NONE = 0 };

static ps_calls calls_of(int ccnd1, int ras, double odds) {
    ps_calls calls = {0};
    calls.ccnd1.state = ccnd1 == POS   ? PS_CCND1_DYSREGULATED
                        : ccnd1 == NEG ? PS_CCND1_NOT_DYSREGULATED
                                       : PS_CCND1_NOT_ASSESSABLE;
    calls.ccnd1.log_odds = ccnd1 * odds;
    calls.ras.state = ras == POS ? PS_RAS_MUTATED : ras == NEG ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE;
    calls.ras.log_odds = ras * odds;
    return calls;
}

static const ps_model *model_named(const char *name) {
    int i = ps_panel_model(&panel, name);
    assert_true(i >= 0);
    return &panel.models[i];
}

static ps_verdict judge(const char *model, int ccnd1, int ras, double odds, ps_specimen specimen, double prior) {
    ps_calls calls = calls_of(ccnd1, ras, odds);
    ps_verdict v;
    ps_judge(model_named(model), &calls, specimen, prior, &v);
    return v;
}

static double posterior(double sum) {
    return 1 / (1 + exp(-sum));
}

static const struct {
    const char *model;
    double ccnd1[2], ccnd1_sd[2], ras[2], ras_sd[2]; /* positive, negative */
    ps_specimen specimen;
} table[] = {
    {"rationale", {1.2, -0.8}, {0.4, 0.3}, {1.2, -0.8}, {0.4, 0.3}, PS_SPECIMEN_UNKNOWN},
    {"emd-lesion", {0, 0}, {0.5, 0.2}, {0.53, -0.36}, {0.35, 0.25}, PS_SPECIMEN_LESION},
    {"marrow-compartment", {0, 0}, {0.5, 0.2}, {-1.8, 0.34}, {0.9, 0.2}, PS_SPECIMEN_MARROW},
    {"primary-solitary", {-2.3, 0.35}, {0.8, 0.2}, {-1, 0.15}, {0.8, 0.2}, PS_SPECIMEN_LESION},
};

static void weights_of_the_evidence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int c = -1; c <= 1; c += 2)
            for (int r = -1; r <= 1; r += 2) {
                ps_verdict v = judge(table[i].model, c, r, 40, table[i].specimen, NAN);
                double llr_c = table[i].ccnd1[c < 0], llr_r = table[i].ras[r < 0];
                double sd = hypot(table[i].ccnd1_sd[c < 0], table[i].ras_sd[r < 0]), sum = llr_c + llr_r;
                assert_near(v.marker[PS_MARKER_CCND1].llr, llr_c, 1e-5);
                assert_near(v.marker[PS_MARKER_RAS].llr, llr_r, 1e-5);
                assert_near(v.probability, posterior(sum), 2e-6);
                assert_near(v.low, posterior(sum - 1.96 * sd), 1e-4);
                assert_near(v.high, posterior(sum + 1.96 * sd), 1e-4);
                assert_near(v.marker[PS_MARKER_RAS].low, llr_r - 1.96 * table[i].ras_sd[r < 0], 2e-4);
                assert_int_equal(v.label, v.probability >= 0.75   ? PS_LABEL_PLASMACYTOMA
                                          : v.probability <= 0.25 ? PS_LABEL_INTRAMEDULLARY
                                                                  : PS_LABEL_INDETERMINATE);
            }
}

static void rationale(void **state) {
    (void)state;
    static const struct {
        int ccnd1, ras;
        ps_label_state label, leaning;
        double p;
        ps_reason_code reason;
    } rows[] = {
        {POS, POS, PS_LABEL_PLASMACYTOMA, PS_LABEL_PLASMACYTOMA, 0.916827, PS_REASON_NONE},
        {NEG, NEG, PS_LABEL_INTRAMEDULLARY, PS_LABEL_INTRAMEDULLARY, 0.167982, PS_REASON_NONE},
        {POS, NEG, PS_LABEL_INDETERMINATE, PS_LABEL_PLASMACYTOMA, 0.598688, PS_REASON_MARKERS_DISAGREE},
        {NEG, POS, PS_LABEL_INDETERMINATE, PS_LABEL_PLASMACYTOMA, 0.598688, PS_REASON_MARKERS_DISAGREE},
        {POS, NONE, PS_LABEL_INDETERMINATE, PS_LABEL_PLASMACYTOMA, 0.768525, PS_REASON_MARKER_MISSING},
        {NONE, NEG, PS_LABEL_INDETERMINATE, PS_LABEL_INTRAMEDULLARY, 0.310026, PS_REASON_MARKER_MISSING},
        {NONE, NONE, PS_LABEL_NOT_ASSESSABLE, PS_LABEL_NOT_ASSESSABLE, NAN, PS_REASON_NO_ASSESSABLE_MARKER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int s = 0; s < PS_N_SPECIMENS; s++) { /* fits every specimen */
            ps_verdict v = judge("rationale", rows[i].ccnd1, rows[i].ras, 40, (ps_specimen)s, NAN);
            assert_int_equal(v.label, rows[i].label);
            assert_int_equal(v.leaning, rows[i].leaning);
            if (isnan(rows[i].p))
                assert_true(isnan(v.probability) && isnan(v.low) && isnan(v.high));
            else
                assert_near(v.probability, rows[i].p, 1e-6);
            if (rows[i].reason)
                assert_true(has_reason(&v.reasons, rows[i].reason));
            else
                assert_int_equal(v.reasons.n, 0);
        }
    ps_verdict v = judge("rationale", POS, NONE, 40, PS_SPECIMEN_UNKNOWN, NAN);
    assert_string_equal(detail_of(&v.reasons, PS_REASON_MARKER_MISSING), "ras");
    v = judge("rationale", NONE, NEG, 40, PS_SPECIMEN_UNKNOWN, NAN);
    assert_string_equal(detail_of(&v.reasons, PS_REASON_MARKER_MISSING), "ccnd1");
}

static void soft_calls(void **state) {
    (void)state;
    for (double odds = -8; odds <= 8; odds += 0.5) {
        ps_calls calls = calls_of(odds >= 0 ? POS : NEG, NONE, fabs(odds));
        ps_verdict v;
        ps_judge(model_named("rationale"), &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
        double b = (1 - exp(-0.8)) / (exp(1.2) - exp(-0.8)), a = b * exp(1.2), l = exp(odds);
        assert_near(v.marker[PS_MARKER_CCND1].llr, log((a * l + 1 - a) / (b * l + 1 - b)), 1e-5);
        assert_true(v.marker[PS_MARKER_CCND1].llr >= -0.8 && v.marker[PS_MARKER_CCND1].llr <= 1.2);
        if (odds == 0) /* tells nothing */
            assert_near(v.marker[PS_MARKER_CCND1].llr, 0, 1e-9);
    }
    static const double huge[] = {700, 1e6};
    for (int i = 0; i < 2; i++) {
        ps_verdict v = judge("rationale", POS, NEG, huge[i], PS_SPECIMEN_UNKNOWN, NAN);
        assert_near(v.probability, posterior(0.4), 1e-6);
    }
}

static void specimen(void **state) {
    (void)state;
    for (size_t i = 1; i < sizeof table / sizeof *table; i++)
        for (int s = 0; s < PS_N_SPECIMENS; s++) {
            ps_verdict v = judge(table[i].model, POS, NEG, 40, (ps_specimen)s, NAN);
            int fits = s == (int)table[i].specimen;
            assert_int_equal(v.label == PS_LABEL_NOT_APPLICABLE, !fits);
            assert_int_equal(has_reason(&v.reasons, PS_REASON_SPECIMEN), !fits);
            assert_int_equal(isnan(v.probability), !fits);
            if (!fits)
                assert_int_equal(v.leaning, PS_LABEL_NOT_ASSESSABLE);
        }
}

static void prior(void **state) {
    (void)state;
    static const double odds[] = {1e-6, 0.1, 1, 3, 1e6};
    for (size_t i = 0; i < 5; i++) {
        ps_verdict v = judge("rationale", POS, NEG, 40, PS_SPECIMEN_UNKNOWN, odds[i]);
        assert_near(v.probability, posterior(0.4 + log(odds[i])), 3e-6);
    }
}

/* A model of one's own with weights and prior that put the probability on the thresholds. */
static void thresholds_are_inclusive(void **state) {
    (void)state;
    ps_model model = *model_named("rationale");
    ps_calls calls = calls_of(POS, NEG, 40);
    ps_verdict v;
    memset(model.weight, 0, sizeof model.weight);
    model.plasmacytoma_at = 0.75;
    model.intramedullary_at = 0.25;
    static const struct {
        double odds;
        ps_label_state label;
    } rows[] = {{3, PS_LABEL_PLASMACYTOMA},
                {2.999, PS_LABEL_INDETERMINATE},
                {1 / 3.0, PS_LABEL_INTRAMEDULLARY},
                {0.3335, PS_LABEL_INDETERMINATE},
                {1, PS_LABEL_INDETERMINATE}};
    for (size_t i = 0; i < 5; i++) {
        ps_judge(&model, &calls, PS_SPECIMEN_MARROW, rows[i].odds, &v);
        assert_int_equal(v.label, rows[i].label);
        assert_int_equal(has_reason(&v.reasons, PS_REASON_PROBABILITY_BETWEEN),
                         rows[i].label == PS_LABEL_INDETERMINATE);
        if (i == 4)
            assert_int_equal(v.leaning, PS_LABEL_NOT_ASSESSABLE); /* none */
    }
    model.required[PS_MARKER_RAS] = 0; /* not required: a definite label without it */
    calls = calls_of(POS, NONE, 40);
    ps_judge(&model, &calls, PS_SPECIMEN_MARROW, 9, &v);
    assert_int_equal(v.label, PS_LABEL_PLASMACYTOMA);
}

static void every_model_answers(void **state) {
    (void)state;
    ps_calls calls = calls_of(POS, POS, 40);
    ps_label label;
    ps_stratify(&panel, model_named("rationale"), &calls, PS_SPECIMEN_LESION, NAN, &label);
    assert_int_equal(label.n_verdicts, panel.n_models);
    assert_int_equal(label.n_verdicts, 4);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(label.verdict[i].model, &panel.models[i]);
    assert_int_equal(label.chosen.label, PS_LABEL_PLASMACYTOMA);
    assert_near(label.verdict[ps_panel_model(&panel, "primary-solitary")].probability, posterior(-3.3), 1e-6);
    assert_int_equal(label.verdict[ps_panel_model(&panel, "marrow-compartment")].label, PS_LABEL_NOT_APPLICABLE);
    ps_label_free(&label);
    ps_label_free(&label);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_of_the_evidence),
        cmocka_unit_test(rationale),
        cmocka_unit_test(soft_calls),
        cmocka_unit_test(specimen),
        cmocka_unit_test(prior),
        cmocka_unit_test(thresholds_are_inclusive),
        cmocka_unit_test(every_model_answers),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
