/* ccnd1.c - one state and one cause for CCND1 from expression, junction and copy number.
 *
 * The rules are rows, tried from the top; the first that fits decides. Where RNA is assessable the effect decides,
 * but for a junction in DNA: that stands unless the RNA is pure and deep enough to have shown t(11;14)-like
 * expression, and shows low CCND1. A gained chromosome 11 explains intermediate expression, never very high. With DNA
 * alone a junction settles "dysregulated", but biallelic expression leaves no mark in DNA, so "not dysregulated" is
 * weak and says so.
 */
#include <math.h>
#include <string.h>

#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* probability: of no IGH::CCND1 in DNA where CCND1 is very high (derived: very high in 22 % of patients, IGH::CCND1
 * in 174 of 875) */
static const double ccnd1_no_junction = 0.1;
/* probability: of no gain in DNA where CCND1 is intermediate (assumption: Bergsagel, Blood 2005;106:296: biallelic
 * CCND1 mostly, but not always, with chromosome 11 gained) */
static const double ccnd1_no_gain = 0.71;
/* odds: of 11q gained without 11p with an IGH::CCND1 against without (derived: 35 of 165 genomes with IGH::CCND1, 26
 * of 678 without) */
static const double ccnd1_q_gain_odds = 5.53;
/* fraction of RNA: of plasma cells that would have shown t(11;14)-like expression (assumption: plasma cells from
 * which RNA would have shown t(11;14)-like expression) */
static const double ccnd1_clear_share = 0.3;
/* probability: of very high expression, below which RNA has excluded it (assumption: of very high expression, below
 * which RNA has excluded it) */
static const double ccnd1_clear_posterior = 0.01;
/* ln odds: against dysregulated: a junction without expression (assumption: shifts the balance by less than 2 to 1)
 * */
static const double ccnd1_conflict_log_odds = 0.5;

/* odds: of intermediate or of very high expression against low, from which RNA between levels denies a low that DNA
 * alone would give (assumption: twice as likely) */
static const double ccnd1_raised_odds = 2;

/* bits of the rows below */
enum {
    RNA_SILENT = 1 << PS_RNA_NOT_ASSESSABLE,
    RNA_NA = RNA_SILENT | 1 << PS_RNA_RAISED,
    RNA_CLEAR = 1 << PS_RNA_LOW_CLEAR,
    RNA_LOW = 1 << PS_RNA_LOW | RNA_CLEAR,
    RNA_MIDDLE = 1 << PS_RNA_INTERMEDIATE,
    RNA_HIGH = 1 << PS_RNA_VERY_HIGH,
    JUNCTION_NO = 1 << PS_JUNCTION_NOT_DETECTED,
    JUNCTION_YES = 1 << PS_JUNCTION_DETECTED,
    JUNCTION_ANY = (1 << PS_N_JUNCTION_STATES) - 1,
    COPIES_NONE = 1 << PS_COPIES_NO_GAIN,
    COPIES_FOCAL = 1 << PS_COPIES_FOCAL,
    COPIES_BROAD = 1 << PS_COPIES_BROAD | 1 << PS_COPIES_11Q,
    COPIES_ANY = (1 << PS_N_COPIES_KINDS) - 1,
};

const char *const ps_rna_kind_names[PS_N_RNA_KINDS] = {
    [PS_RNA_NOT_ASSESSABLE] = "not-assessable",
    [PS_RNA_RAISED] = "undecided, low unlikely",
    [PS_RNA_LOW] = "low",
    [PS_RNA_LOW_CLEAR] = "low, and very high excluded",
    [PS_RNA_INTERMEDIATE] = "intermediate",
    [PS_RNA_VERY_HIGH] = "very high",
};
const char *const ps_copies_kind_names[PS_N_COPIES_KINDS] = {
    [PS_COPIES_NOT_ASSESSABLE] = "not-assessable",
    [PS_COPIES_NO_GAIN] = "no gain",
    [PS_COPIES_FOCAL] = "focal gain",
    [PS_COPIES_11Q] = "11q gained without 11p",
    [PS_COPIES_BROAD] = "chromosome gain",
};

#define HIGH PS_CCND1_DYSREGULATED
#define MIDDLE PS_CCND1_INTERMEDIATE
#define LOW PS_CCND1_NOT_DYSREGULATED
#define OPEN PS_CCND1_NOT_ASSESSABLE
static const ps_ccnd1_rule rules[] = {
    {RNA_HIGH, JUNCTION_YES, COPIES_ANY, HIGH, PS_CAUSE_T1114, PS_REASON_NONE},
    {RNA_HIGH, JUNCTION_ANY, COPIES_FOCAL, HIGH, PS_CAUSE_FOCAL, PS_REASON_JUNCTION_OPEN},
    {RNA_HIGH, JUNCTION_NO, COPIES_BROAD | COPIES_NONE, HIGH, PS_CAUSE_UNEXPLAINED, PS_REASON_NONE},
    {RNA_HIGH, JUNCTION_ANY, COPIES_ANY, HIGH, PS_CAUSE_NOT_ASSESSABLE, PS_REASON_NONE},
    {RNA_MIDDLE, JUNCTION_YES, COPIES_ANY, HIGH, PS_CAUSE_T1114, PS_REASON_JUNCTION_STANDS},
    {RNA_MIDDLE, JUNCTION_ANY, COPIES_FOCAL, MIDDLE, PS_CAUSE_FOCAL, PS_REASON_JUNCTION_OPEN},
    {RNA_MIDDLE, JUNCTION_ANY, COPIES_BROAD, MIDDLE, PS_CAUSE_CHROMOSOME, PS_REASON_JUNCTION_OPEN},
    {RNA_MIDDLE, JUNCTION_ANY, COPIES_NONE, MIDDLE, PS_CAUSE_BIALLELIC, PS_REASON_JUNCTION_OPEN},
    {RNA_MIDDLE, JUNCTION_ANY, COPIES_ANY, MIDDLE, PS_CAUSE_NOT_ASSESSABLE, PS_REASON_NONE},
    {RNA_CLEAR, JUNCTION_YES, COPIES_ANY, LOW, PS_CAUSE_CONFLICT, PS_REASON_NONE},
    {RNA_LOW, JUNCTION_YES, COPIES_ANY, HIGH, PS_CAUSE_T1114, PS_REASON_JUNCTION_STANDS},
    {RNA_LOW, JUNCTION_ANY, COPIES_ANY, LOW, PS_CAUSE_NONE, PS_REASON_NONE},
    {RNA_NA, JUNCTION_YES, COPIES_ANY, HIGH, PS_CAUSE_T1114, PS_REASON_NONE},
    {RNA_SILENT, JUNCTION_NO, COPIES_NONE, LOW, PS_CAUSE_NONE, PS_REASON_DNA_ONLY},
    {RNA_NA, JUNCTION_ANY, COPIES_FOCAL | COPIES_BROAD, OPEN, PS_CAUSE_NOT_ASSESSABLE, PS_REASON_GAIN_ONLY},
    {RNA_NA, JUNCTION_ANY, COPIES_ANY, OPEN, PS_CAUSE_NOT_ASSESSABLE, PS_REASON_CCND1_OPEN},
};
#undef HIGH
#undef MIDDLE
#undef LOW
#undef OPEN

const ps_ccnd1_rule *ps_ccnd1_rules(size_t *n) {
    *n = sizeof rules / sizeof *rules;
    return rules;
}

static double copies_of_arm(const ps_panel *panel, const ps_copynumber_call *cn, const char *name) {
    for (size_t i = 0; i < cn->n_arms; i++)
        if (!strcmp(panel->arms[cn->arm[i].arm].name, name))
            return cn->arm[i].copies;
    return NAN;
}

static ps_copies_kind copies_of(const ps_panel *panel, const ps_copynumber_call *cn) {
    if (cn->state == PS_CN_NOT_ASSESSABLE)
        return PS_COPIES_NOT_ASSESSABLE;
    if (cn->state != PS_CN_GAIN && cn->state != PS_CN_AMPLIFIED)
        return PS_COPIES_NO_GAIN;
    if (cn->scope == PS_SCOPE_FOCAL)
        return PS_COPIES_FOCAL;
    return cn->scope == PS_SCOPE_ARM && copies_of_arm(panel, cn, "11p") < panel->limits.cn_gain_copies
               ? PS_COPIES_11Q
               : PS_COPIES_BROAD;
}

/* RNA that decides nothing, but hardly lies at the low level. */
static int is_raised(const ps_expression_call *e) {
    double top = fmax(e->posterior[PS_LEVEL_INTERMEDIATE], e->posterior[PS_LEVEL_VERY_HIGH]);
    return e->state == PS_EXPRESSION_NOT_ASSESSABLE && top > 0 &&
           top >= ccnd1_raised_odds * e->posterior[PS_LEVEL_LOW];
}

/* RNA that has excluded t(11;14)-like expression: enough plasma cells at the interval's lower end, and a depth at
 * which the posterior of very high expression is next to nothing. */
static ps_rna_kind rna_of(const ps_expression_call *e) {
    static const ps_rna_kind kinds[PS_N_EXPRESSION_STATES] = {PS_RNA_NOT_ASSESSABLE, PS_RNA_LOW, PS_RNA_INTERMEDIATE,
                                                              PS_RNA_VERY_HIGH};
    int clear = e->plasma_share.low >= ccnd1_clear_share && e->posterior[PS_LEVEL_VERY_HIGH] <= ccnd1_clear_posterior;
    if (is_raised(e))
        return PS_RNA_RAISED;
    return e->state == PS_EXPRESSION_NOT_OVER && clear ? PS_RNA_LOW_CLEAR : kinds[e->state];
}

/* ln likelihoods of the levels. A junction above its background is as good as certain; none, and no gain, is what DNA
 * mostly shows even where CCND1 is intermediate. */
static void weigh(ps_ccnd1_call *call, const ps_expression_call *expression, const ps_junction_call *junction) {
    double *level = call->log_level;
    if (call->state == PS_CCND1_NOT_ASSESSABLE)
        return;
    if (call->cause == PS_CAUSE_CONFLICT)
        level[PS_LEVEL_VERY_HIGH] = -ccnd1_conflict_log_odds;
    else if (call->cause == PS_CAUSE_T1114)
        level[PS_LEVEL_VERY_HIGH] = ccnd1_junction_log_odds;
    else if (expression->state != PS_EXPRESSION_NOT_ASSESSABLE)
        memcpy(level, expression->log_level, sizeof call->log_level);
    else if (junction->state == PS_JUNCTION_NOT_DETECTED) {
        level[PS_LEVEL_INTERMEDIATE] = ps_round6(log(ccnd1_no_gain));
        level[PS_LEVEL_VERY_HIGH] = ps_round6(log(ccnd1_no_junction));
    }
}

/* 11q gained without 11p goes with IGH::CCND1: heard where no junction could be assessed. */
static void hear_q_gain(ps_ccnd1_call *call) {
    ps_reason_add(&call->reasons, PS_REASON_Q_GAIN,
                  "odds of %g for an IGH::CCND1 junction, which could not be assessed", ccnd1_q_gain_odds);
    if (call->state != PS_CCND1_NOT_ASSESSABLE)
        call->log_level[PS_LEVEL_VERY_HIGH] = ps_round6(call->log_level[PS_LEVEL_VERY_HIGH] + log(ccnd1_q_gain_odds));
}

void ps_call_ccnd1(const ps_case *c, const ps_expression_call *expression, const ps_copynumber_call *copynumber,
                   const ps_junction_call *junction, ps_ccnd1_call *call) {
    ps_copies_kind copies = copies_of(c->panel, copynumber);
    unsigned e = 1u << rna_of(expression), j = 1u << junction->state, n = 1u << copies;
    *call = (ps_ccnd1_call){0};
    const ps_ccnd1_rule *r = rules;
    while (!(r->rna & e) || !(r->junction & j) || !(r->copies & n))
        r++;
    call->rule = (int)(r - rules) + 1;
    call->state = r->state;
    call->cause = r->cause;
    int settled = r->reason == PS_REASON_JUNCTION_OPEN && junction->state != PS_JUNCTION_NOT_ASSESSABLE;
    if (r->reason != PS_REASON_NONE && !settled)
        ps_reason_add(&call->reasons, r->reason, "expression %s, junction %s, copy number %s",
                      ps_expression_state_names[expression->state], ps_junction_state_names[junction->state],
                      ps_cn_state_names[copynumber->state]);
    weigh(call, expression, junction);
    if (copies == PS_COPIES_11Q && junction->state == PS_JUNCTION_NOT_ASSESSABLE)
        hear_q_gain(call);
}
