/* How much depth is asked for, against binomial tails; and that a what-if is the model's own answer. */
#include "plasmastrat/explain.h"

#include "unit_case.h"

static void depth_that_would_show(void **state) {
    (void)state;
    assert_int_equal(ps_depth_for(0.05, 0, NAN, 3), 124); /* P(X >= 3 | 124, 0.05) = 0.9502, at 123 0.9491 */
    assert_int_equal(ps_depth_for(0.01, 0, NAN, 3), 628);
    assert_int_equal(ps_depth_for(0.05, 38, 0.157, 3), 124); /* three of 38 at 95 % */
    int64_t before = 0;
    for (double lod = 0.06; lod < 0.6;
         lod += 0.02) { /* a higher lod95 at one depth: more fragments are needed to call */
        int64_t n = ps_depth_for(0.05, 100, lod, 3);
        assert_true(n >= before && n > 100);
        assert_true(ps_binomial_upper(3, (uint64_t)n, 0.05) >= 0.95);
        before = n;
    }
    assert_true(ps_depth_for(0.05, 0, 1, 3) == 124 && ps_depth_for(0.5, 0, NAN, 1) == 5);
}

static ps_result result_of(ps_ras_state ras, double odds) {
    ps_result r = {.sample_id = ps_strdup("S"), .panel = &panel, .purity = NAN, .prior_odds = NAN};
    ps_case c = {.panel = &panel, .purity = NAN};
    ps_call(&c, &r.calls);
    r.calls.ras.state = ras;
    r.calls.ras.log_odds = odds;
    r.calls.ccnd1.state = PS_CCND1_DYSREGULATED;
    r.calls.ccnd1.log_odds = 12;
    ps_stratify(&panel, &panel.models[ps_panel_model(&panel, "rationale")], &r.calls, r.specimen, r.prior_odds,
                &r.label);
    return r;
}

static int says(const ps_explanation *e, ps_topic topic, const char *text) {
    for (size_t i = 0; i < e->n; i++)
        if (e->sentence[i].topic == topic && strstr(e->sentence[i].text, text))
            return 1;
    return 0;
}

static void what_if(void **state) {
    (void)state;
    ps_result r = result_of(PS_RAS_MUTATED, 12);
    ps_explanation e;
    ps_verdict v;
    char text[100];
    ps_explain(&r, &e);
    for (size_t i = 1; i < e.n; i++)
        assert_true(e.sentence[i - 1].topic <= e.sentence[i].topic);
    ps_calls calls = {.ccnd1 = {.state = PS_CCND1_DYSREGULATED, .log_odds = 12},
                      .ras = {.state = PS_RAS_WILD_TYPE, .log_odds = -3}};
    ps_judge(r.label.chosen.model, &calls, PS_SPECIMEN_UNKNOWN, NAN, &v);
    snprintf(text, sizeof text, "with RAS wild type the label would be indeterminate (probability %.2g)",
             v.probability);
    assert_true(says(&e, PS_TOPIC_CHANGE, text));
    assert_true(says(&e, PS_TOPIC_CHANGE, "holds for every prior odds from 0.27 up")); /* 3 / e^2.4 */
    assert_true(says(&e, PS_TOPIC_MISSING, "CCND1 copy number: DNA alignments"));
    assert_true(says(&e, PS_TOPIC_MODELS, "emd-lesion (published) is not applicable"));
    ps_explanation_free(&e);
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = result_of(PS_RAS_MUTATED, 12);
    r.calls.identity.state = PS_IDENTITY_DIFFERENT;
    ps_label_free(&r.label);
    ps_stratify(&panel, &panel.models[ps_panel_model(&panel, "rationale")], &r.calls, r.specimen, r.prior_odds,
                &r.label);
    ps_explain(&r, &e);
    assert_true(says(&e, PS_TOPIC_LABEL, "different persons, so no label"));
    assert_true(says(&e, PS_TOPIC_CHANGE, "swapped") && !says(&e, PS_TOPIC_CHANGE, "marker"));
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = result_of(PS_RAS_NOT_ASSESSABLE, 0);
    ps_explain(&r, &e);
    assert_true(says(&e, PS_TOPIC_LABEL, "no definite label without ras"));
    assert_true(says(&e, PS_TOPIC_CHANGE, "with RAS mutated the label would be plasmacytoma-like"));
    ps_explanation_free(&e);
    ps_result_free(&r);
    r = result_of(PS_RAS_MUTATED, -2); /* a doubtful call: certainty of the same is a change too */
    ps_explain(&r, &e);
    assert_true(says(&e, PS_TOPIC_CHANGE, "with RAS mutated beyond doubt the label would be plasmacytoma-like"));
    ps_explanation_free(&e);
    ps_result_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(depth_that_would_show), cmocka_unit_test(what_if)};
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
