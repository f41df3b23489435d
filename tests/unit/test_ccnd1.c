/* test_ccnd1.c - every combination of expression, junction and copy number against the rules as the contract tells
 * them. */
#include "unit_case.h"

static ps_ccnd1_call call_of(ps_expression_state e, double log_odds, ps_junction_state j, ps_cn_state n,
                             ps_scope scope) {
    ps_case c = case_of(NULL, NULL, NULL);
    ps_expression_call expression = {.state = e, .log_odds = log_odds};
    ps_junction_call junction = {.state = j};
    ps_copynumber_call copies = {.state = n, .scope = scope};
    ps_ccnd1_call call;
    ps_call_ccnd1(&c, &expression, &copies, &junction, &call);
    return call;
}

static void every_combination(void **state) {
    (void)state;
    for (int e = 0; e < PS_N_EXPRESSION_STATES; e++)
        for (int j = 0; j < PS_N_JUNCTION_STATES; j++)
            for (int n = 0; n < PS_N_CN_STATES; n++)
                for (int s = 0; s < PS_N_SCOPES; s++) {
                    double odds = e == PS_EXPRESSION_OVER ? 4.5 : e == PS_EXPRESSION_NOT_OVER ? -3.5 : 0;
                    ps_ccnd1_call call =
                        call_of((ps_expression_state)e, odds, (ps_junction_state)j, (ps_cn_state)n, (ps_scope)s);
                    int over = e == PS_EXPRESSION_OVER, none = e == PS_EXPRESSION_NOT_ASSESSABLE;
                    int seen = j == PS_JUNCTION_DETECTED, excluded = j == PS_JUNCTION_NOT_DETECTED;
                    int gained = n == PS_CN_GAIN || n == PS_CN_AMPLIFIED,
                        flat = n == PS_CN_NEUTRAL || n == PS_CN_LOSS;
                    ps_ccnd1_state want = over || (none && seen)        ? PS_CCND1_DYSREGULATED
                                          : !none || (excluded && flat) ? PS_CCND1_NOT_DYSREGULATED
                                                                        : PS_CCND1_NOT_ASSESSABLE;
                    ps_cause cause = PS_CAUSE_NOT_ASSESSABLE;
                    if (want == PS_CCND1_NOT_DYSREGULATED)
                        cause = seen ? PS_CAUSE_CONFLICT : PS_CAUSE_NONE;
                    else if (want == PS_CCND1_DYSREGULATED)
                        cause = seen                            ? PS_CAUSE_T1114
                                : gained && s == PS_SCOPE_FOCAL ? PS_CAUSE_FOCAL
                                : gained                        ? PS_CAUSE_CHROMOSOME
                                : excluded && flat              ? PS_CAUSE_UNEXPLAINED
                                                                : PS_CAUSE_NOT_ASSESSABLE;
                    if (call.state != want || call.cause != cause)
                        fail_msg("%s, %s, %s, %s: %s %s", ps_expression_state_names[e], ps_junction_state_names[j],
                                 ps_cn_state_names[n], ps_scope_names[s], ps_ccnd1_state_names[call.state],
                                 ps_cause_names[call.cause]);
                    double llr = want == PS_CCND1_NOT_ASSESSABLE ? 0
                                 : cause == PS_CAUSE_CONFLICT    ? -0.5
                                 : cause == PS_CAUSE_T1114       ? 6
                                 : !none                         ? odds
                                                                 : log(0.71);
                    assert_near(call.log_odds, llr, 1e-5);
                    /* what is weak or not assessable says why */
                    int open =
                        over && gained && j == PS_JUNCTION_NOT_ASSESSABLE; /* t(11;14) may lie beside the gain */
                    assert_int_equal(call.reasons.n, (none && !seen) || open);
                    if (open) {
                        assert_int_equal(call.reasons.at[0].code, PS_REASON_JUNCTION_OPEN);
                        assert_non_null(strstr(call.reasons.at[0].detail, "junction not-assessable"));
                    }
                    if (none && !seen && want == PS_CCND1_NOT_DYSREGULATED)
                        assert_int_equal(call.reasons.at[0].code, PS_REASON_DNA_ONLY);
                    if (none && !seen && gained)
                        assert_int_equal(call.reasons.at[0].code, PS_REASON_GAIN_ONLY);
                }
}

/* The rows that a report prints are the rows that decided, and each of them can. */
static void the_rule_is_named(void **state) {
    (void)state;
    size_t n_rules = 0, n_used = 0;
    const ps_ccnd1_rule *rules = ps_ccnd1_rules(&n_rules);
    int used[64] = {0};
    assert_true(n_rules > 0 && n_rules < 64);
    for (int e = 0; e < PS_N_EXPRESSION_STATES; e++)
        for (int j = 0; j < PS_N_JUNCTION_STATES; j++)
            for (int n = 0; n < PS_N_CN_STATES; n++)
                for (int s = 0; s < PS_N_SCOPES; s++) {
                    ps_ccnd1_call call =
                        call_of((ps_expression_state)e, 0, (ps_junction_state)j, (ps_cn_state)n, (ps_scope)s);
                    assert_in_range(call.rule, 1, n_rules);
                    const ps_ccnd1_rule *r = &rules[call.rule - 1];
                    assert_true(r->expression >> e & 1 && r->junction >> j & 1);
                    assert_int_equal(r->state, call.state);
                    assert_int_equal(r->cause, call.cause);
                    used[call.rule - 1] = 1;
                }
    for (size_t i = 0; i < n_rules; i++)
        n_used += (size_t)used[i];
    assert_int_equal(n_used, n_rules);
    ps_ccnd1_call zeroed = {0};
    assert_int_equal(zeroed.rule, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_combination), cmocka_unit_test(the_rule_is_named)};
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
