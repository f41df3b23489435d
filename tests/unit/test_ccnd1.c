/* test_ccnd1.c - every combination of expression, junction and copy number against the rules as the contract tells
 * them. */
#include "unit_case.h"

/* `clear`: plasma cells and depth that would have shown very high expression. */
static ps_ccnd1_call call_of(ps_expression_state e, int clear, ps_junction_state j, ps_cn_state n, ps_scope scope,
                             double copies_11p) {
    ps_case c = case_of(NULL, NULL, NULL);
    ps_expression_call expression = {.state = e, .log_level = {0, e == PS_EXPRESSION_OVER ? -1 : 2, 1.5}};
    expression.plasma_share = (ps_plasma_share){.value = 0.5, .low = clear ? 0.4 : 0.1, .high = 0.7};
    expression.posterior[PS_LEVEL_VERY_HIGH] = clear ? 0.001 : 0.05;
    for (int l = 0; l < PS_N_LEVELS && e == PS_EXPRESSION_NOT_ASSESSABLE; l++)
        expression.posterior[l] = NAN;
    ps_arm_copies arms[2] = {{.arm = 0, .copies = copies_11p}, {.arm = 0, .copies = 3}};
    for (int a = 0; a < panel.n_arms; a++) {
        arms[0].arm = strcmp(panel.arms[a].name, "11p") ? arms[0].arm : a;
        arms[1].arm = strcmp(panel.arms[a].name, "11q") ? arms[1].arm : a;
    }
    ps_junction_call junction = {.state = j};
    ps_copynumber_call copies = {.state = n, .scope = scope, .arm = arms, .n_arms = 2};
    ps_ccnd1_call call;
    ps_call_ccnd1(&c, &expression, &copies, &junction, &call);
    return call;
}

static void every_combination(void **state) {
    (void)state;
    for (int e = 0; e < PS_N_EXPRESSION_STATES; e++)
        for (int j = 0; j < PS_N_JUNCTION_STATES; j++)
            for (int n = 0; n < PS_N_CN_STATES; n++)
                for (int s = 0; s < 2 * PS_N_SCOPES; s++) {
                    int clear = s >= PS_N_SCOPES, scope = s % PS_N_SCOPES;
                    ps_ccnd1_call call = call_of((ps_expression_state)e, clear, (ps_junction_state)j, (ps_cn_state)n,
                                                 (ps_scope)scope, 3);
                    int over = e == PS_EXPRESSION_OVER, none = e == PS_EXPRESSION_NOT_ASSESSABLE;
                    int low = e == PS_EXPRESSION_NOT_OVER, middle = e == PS_EXPRESSION_INTERMEDIATE;
                    int seen = j == PS_JUNCTION_DETECTED, excluded = j == PS_JUNCTION_NOT_DETECTED;
                    int gained = n == PS_CN_GAIN || n == PS_CN_AMPLIFIED,
                        flat = n == PS_CN_NEUTRAL || n == PS_CN_LOSS, focal = gained && scope == PS_SCOPE_FOCAL;
                    int conflict = low && clear && seen;
                    ps_ccnd1_state want = conflict                            ? PS_CCND1_NOT_DYSREGULATED
                                          : over || seen                      ? PS_CCND1_DYSREGULATED
                                          : middle                            ? PS_CCND1_INTERMEDIATE
                                          : low || (none && excluded && flat) ? PS_CCND1_NOT_DYSREGULATED
                                                                              : PS_CCND1_NOT_ASSESSABLE;
                    ps_cause cause = PS_CAUSE_NOT_ASSESSABLE;
                    if (want == PS_CCND1_NOT_DYSREGULATED)
                        cause = conflict ? PS_CAUSE_CONFLICT : PS_CAUSE_NONE;
                    else if (want == PS_CCND1_DYSREGULATED)
                        cause = seen                           ? PS_CAUSE_T1114
                                : focal                        ? PS_CAUSE_FOCAL
                                : excluded && (gained || flat) ? PS_CAUSE_UNEXPLAINED
                                                               : PS_CAUSE_NOT_ASSESSABLE;
                    else if (want == PS_CCND1_INTERMEDIATE)
                        cause = focal    ? PS_CAUSE_FOCAL
                                : gained ? PS_CAUSE_CHROMOSOME
                                : flat   ? PS_CAUSE_BIALLELIC
                                         : PS_CAUSE_NOT_ASSESSABLE;
                    if (call.state != want || call.cause != cause)
                        fail_msg("%s, %s, %s, %s: %s %s", ps_expression_state_names[e], ps_junction_state_names[j],
                                 ps_cn_state_names[n], ps_scope_names[scope], ps_ccnd1_state_names[call.state],
                                 ps_cause_names[call.cause]);
                    double high = want == PS_CCND1_NOT_ASSESSABLE ? 0
                                  : cause == PS_CAUSE_CONFLICT    ? -0.5
                                  : cause == PS_CAUSE_T1114       ? 6
                                  : !none                         ? 1.5
                                                                  : log(0.1);
                    assert_near(call.log_level[PS_LEVEL_VERY_HIGH], high, 1e-5);
                    assert_true(call.log_level[PS_LEVEL_LOW] == 0);
                    if (none && want == PS_CCND1_NOT_DYSREGULATED)
                        assert_near(call.log_level[PS_LEVEL_INTERMEDIATE], log(0.71), 1e-5);
                    /* what is weak or not assessable says why */
                    int open = j == PS_JUNCTION_NOT_ASSESSABLE && ((over && focal) || (middle && (gained || flat)));
                    int stands = seen && (middle || (low && !clear));
                    assert_int_equal(call.reasons.n, (none && !seen) || open || stands);
                    assert_int_equal(has_reason(&call.reasons, PS_REASON_JUNCTION_OPEN), open);
                    assert_int_equal(has_reason(&call.reasons, PS_REASON_JUNCTION_STANDS), stands);
                    if (none && !seen && want == PS_CCND1_NOT_DYSREGULATED)
                        assert_int_equal(call.reasons.at[0].code, PS_REASON_DNA_ONLY);
                    if (none && !seen && gained)
                        assert_int_equal(call.reasons.at[0].code, PS_REASON_GAIN_ONLY);
                }
}

/* 11q without 11p: odds of 5.53 for a junction, only where none could be assessed, and said. */
static void q_gain_without_p(void **state) {
    (void)state;
    for (int j = 0; j < PS_N_JUNCTION_STATES; j++)
        for (int p_gained = 0; p_gained < 2; p_gained++)
            for (int e = PS_EXPRESSION_NOT_ASSESSABLE; e <= PS_EXPRESSION_INTERMEDIATE;
                 e += PS_EXPRESSION_INTERMEDIATE) {
                ps_ccnd1_call call = call_of((ps_expression_state)e, 0, (ps_junction_state)j, PS_CN_GAIN,
                                             PS_SCOPE_ARM, p_gained ? 3 : 2);
                int heard = j == PS_JUNCTION_NOT_ASSESSABLE && !p_gained;
                assert_int_equal(has_reason(&call.reasons, PS_REASON_Q_GAIN), heard);
                if (heard)
                    assert_near(call.log_level[PS_LEVEL_VERY_HIGH], e ? 1.5 + log(5.53) : 0, 1e-5);
            }
}

/* RNA between levels is no silence: where low is unlikely, DNA without junction and gain is not low either. */
static void undecided_rna_denies_low(void **state) {
    (void)state;
    static const struct {
        double low, middle, high;
        ps_ccnd1_state want;
    } rows[] = {{NAN, NAN, NAN, PS_CCND1_NOT_DYSREGULATED},  {0, 0, 0, PS_CCND1_NOT_DYSREGULATED},
                {0.72, 0.28, 0, PS_CCND1_NOT_DYSREGULATED},  {0.38, 0.4, 0.22, PS_CCND1_NOT_DYSREGULATED},
                {1e-6, 0.13, 0.87, PS_CCND1_NOT_ASSESSABLE}, {0.17, 0.83, 3e-8, PS_CCND1_NOT_ASSESSABLE},
                {1e-6, 0.5, 0.5, PS_CCND1_NOT_ASSESSABLE}};
    ps_case c = case_of(NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int j = 0; j < PS_N_JUNCTION_STATES; j++) {
            ps_expression_call expression = {.posterior = {rows[i].low, rows[i].middle, rows[i].high}};
            ps_junction_call junction = {.state = (ps_junction_state)j};
            ps_copynumber_call copies = {.state = PS_CN_NEUTRAL};
            ps_ccnd1_call call;
            ps_call_ccnd1(&c, &expression, &copies, &junction, &call);
            ps_ccnd1_state want = j == PS_JUNCTION_DETECTED       ? PS_CCND1_DYSREGULATED
                                  : j == PS_JUNCTION_NOT_DETECTED ? rows[i].want
                                                                  : PS_CCND1_NOT_ASSESSABLE;
            assert_int_equal(call.state, want);
            for (int l = 0; l < PS_N_LEVELS && want == PS_CCND1_NOT_ASSESSABLE; l++)
                assert_true(call.log_level[l] == 0);
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
                for (int s = 0; s < 2 * PS_N_SCOPES; s++) {
                    ps_ccnd1_call call = call_of((ps_expression_state)e, s >= PS_N_SCOPES, (ps_junction_state)j,
                                                 (ps_cn_state)n, (ps_scope)(s % PS_N_SCOPES), 3);
                    assert_in_range(call.rule, 1, n_rules);
                    const ps_ccnd1_rule *r = &rules[call.rule - 1];
                    assert_true(r->junction >> j & 1);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_combination), cmocka_unit_test(q_gain_without_p),
                                       cmocka_unit_test(undecided_rna_denies_low),
                                       cmocka_unit_test(the_rule_is_named)};
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
