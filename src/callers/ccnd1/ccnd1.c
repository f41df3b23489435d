/* ccnd1.c - one state and one cause for CCND1 from expression, junction and copy number.
 *
 * The rules are rows, tried from the top; the first that fits decides. Where RNA is assessable the effect decides;
 * with DNA alone a junction settles "dysregulated", but biallelic expression leaves no mark in DNA, so "not
 * dysregulated" is weak and says so.
 */
#include <math.h>

#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

/* bits of the rows below */
enum {
    EXPRESSION_NA = 1 << PS_EXPRESSION_NOT_ASSESSABLE,
    EXPRESSION_NOT = 1 << PS_EXPRESSION_NOT_OVER,
    EXPRESSION_OVER = 1 << PS_EXPRESSION_OVER,
    JUNCTION_NO = 1 << PS_JUNCTION_NOT_DETECTED,
    JUNCTION_YES = 1 << PS_JUNCTION_DETECTED,
    JUNCTION_ANY = (1 << PS_N_JUNCTION_STATES) - 1,
    COPIES_NONE = 1 << PS_COPIES_NO_GAIN,
    COPIES_FOCAL = 1 << PS_COPIES_FOCAL,
    COPIES_BROAD = 1 << PS_COPIES_BROAD,
    COPIES_ANY = (1 << PS_N_COPIES_KINDS) - 1,
};

const char *const ps_copies_kind_names[PS_N_COPIES_KINDS] = {
    [PS_COPIES_NOT_ASSESSABLE] = "not-assessable",
    [PS_COPIES_NO_GAIN] = "no gain",
    [PS_COPIES_FOCAL] = "focal gain",
    [PS_COPIES_BROAD] = "arm or chromosome gain",
};

static const ps_ccnd1_rule rules[] = {
    {EXPRESSION_OVER, JUNCTION_YES, COPIES_ANY, PS_CCND1_DYSREGULATED, PS_CAUSE_T1114, PS_REASON_NONE},
    {EXPRESSION_OVER, JUNCTION_ANY, COPIES_FOCAL, PS_CCND1_DYSREGULATED, PS_CAUSE_FOCAL, PS_REASON_JUNCTION_OPEN},
    {EXPRESSION_OVER, JUNCTION_ANY, COPIES_BROAD, PS_CCND1_DYSREGULATED, PS_CAUSE_CHROMOSOME,
     PS_REASON_JUNCTION_OPEN},
    {EXPRESSION_OVER, JUNCTION_NO, COPIES_NONE, PS_CCND1_DYSREGULATED, PS_CAUSE_UNEXPLAINED, PS_REASON_NONE},
    {EXPRESSION_OVER, JUNCTION_ANY, COPIES_ANY, PS_CCND1_DYSREGULATED, PS_CAUSE_NOT_ASSESSABLE, PS_REASON_NONE},
    {EXPRESSION_NOT, JUNCTION_YES, COPIES_ANY, PS_CCND1_NOT_DYSREGULATED, PS_CAUSE_CONFLICT, PS_REASON_NONE},
    {EXPRESSION_NOT, JUNCTION_ANY, COPIES_ANY, PS_CCND1_NOT_DYSREGULATED, PS_CAUSE_NONE, PS_REASON_NONE},
    {EXPRESSION_NA, JUNCTION_YES, COPIES_ANY, PS_CCND1_DYSREGULATED, PS_CAUSE_T1114, PS_REASON_NONE},
    {EXPRESSION_NA, JUNCTION_NO, COPIES_NONE, PS_CCND1_NOT_DYSREGULATED, PS_CAUSE_NONE, PS_REASON_DNA_ONLY},
    {EXPRESSION_NA, JUNCTION_ANY, COPIES_FOCAL | COPIES_BROAD, PS_CCND1_NOT_ASSESSABLE, PS_CAUSE_NOT_ASSESSABLE,
     PS_REASON_GAIN_ONLY},
    {EXPRESSION_NA, JUNCTION_ANY, COPIES_ANY, PS_CCND1_NOT_ASSESSABLE, PS_CAUSE_NOT_ASSESSABLE, PS_REASON_CCND1_OPEN},
};

const ps_ccnd1_rule *ps_ccnd1_rules(size_t *n) {
    *n = sizeof rules / sizeof *rules;
    return rules;
}

static ps_copies_kind copies_of(const ps_copynumber_call *cn) {
    if (cn->state == PS_CN_NOT_ASSESSABLE)
        return PS_COPIES_NOT_ASSESSABLE;
    if (cn->state != PS_CN_GAIN && cn->state != PS_CN_AMPLIFIED)
        return PS_COPIES_NO_GAIN;
    return cn->scope == PS_SCOPE_FOCAL ? PS_COPIES_FOCAL : PS_COPIES_BROAD;
}

static double log_odds_of(const ps_limits *l, const ps_ccnd1_call *call, const ps_expression_call *expression,
                          const ps_junction_call *junction) {
    if (call->state == PS_CCND1_NOT_ASSESSABLE)
        return 0;
    if (call->cause == PS_CAUSE_CONFLICT)
        return -l->ccnd1_conflict_log_odds;
    if (expression->state != PS_EXPRESSION_NOT_ASSESSABLE && call->cause != PS_CAUSE_T1114)
        return expression->log_odds;
    /* A junction above its background is as good as certain; none, and no gain, is what DNA mostly shows even where
     * CCND1 is dysregulated. */
    return junction->state == PS_JUNCTION_DETECTED ? l->ccnd1_junction_log_odds : ps_round6(log(l->ccnd1_dna_blind));
}

void ps_call_ccnd1(const ps_case *c, const ps_expression_call *expression, const ps_copynumber_call *copynumber,
                   const ps_junction_call *junction, ps_ccnd1_call *call) {
    unsigned e = 1u << expression->state, j = 1u << junction->state, n = 1u << copies_of(copynumber);
    *call = (ps_ccnd1_call){0};
    const ps_ccnd1_rule *r = rules;
    while (!(r->expression & e) || !(r->junction & j) || !(r->copies & n))
        r++;
    call->rule = (int)(r - rules) + 1;
    call->state = r->state;
    call->cause = r->cause;
    int settled = r->reason == PS_REASON_JUNCTION_OPEN && junction->state != PS_JUNCTION_NOT_ASSESSABLE;
    if (r->reason != PS_REASON_NONE && !settled)
        ps_reason_add(&call->reasons, r->reason, "expression %s, junction %s, copy number %s",
                      ps_expression_state_names[expression->state], ps_junction_state_names[junction->state],
                      ps_cn_state_names[copynumber->state]);
    call->log_odds = log_odds_of(&c->panel->limits, call, expression, junction);
}
