/* ccnd1.h - one state and one cause for CCND1, from expression, copy number and junction.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed ps_round6(), so
 * what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_CCND1_H
#define PLASMASTRAT_CCND1_H

#include <stddef.h>

#include "plasmastrat/case.h"
#include "plasmastrat/copynumber.h"
#include "plasmastrat/expression.h"
#include "plasmastrat/junction.h"
#include "plasmastrat/reasons.h"

typedef enum { PS_CCND1_NOT_ASSESSABLE, PS_CCND1_NOT_DYSREGULATED, PS_CCND1_DYSREGULATED, PS_N_CCND1_STATES } ps_ccnd1_state;
extern const char *const ps_ccnd1_state_names[PS_N_CCND1_STATES];
typedef enum { PS_CAUSE_NOT_ASSESSABLE, PS_CAUSE_NONE, PS_CAUSE_T1114, PS_CAUSE_FOCAL, PS_CAUSE_CHROMOSOME,
               PS_CAUSE_UNEXPLAINED, PS_CAUSE_CONFLICT, PS_N_CAUSES } ps_cause;
extern const char *const ps_cause_names[PS_N_CAUSES];

typedef struct ps_ccnd1_call {
    ps_ccnd1_state state;
    ps_cause cause;
    ps_reasons reasons;
    double log_odds; /* ln P(data | dysregulated) / P(data | not) */
    int rule;        /* the row of ps_ccnd1_rules() that decided, counted from 1; 0: none was tried */
} ps_ccnd1_call;

/* What a copy number says about CCND1. */
typedef enum { PS_COPIES_NOT_ASSESSABLE, PS_COPIES_NO_GAIN, PS_COPIES_FOCAL, PS_COPIES_BROAD, PS_N_COPIES_KINDS } ps_copies_kind;
extern const char *const ps_copies_kind_names[PS_N_COPIES_KINDS]; /* "not-assessable", "no gain", ... */

/* One rule: the states it fits, a bit each (1u << ps_expression_state, ...), and what it answers. */
typedef struct ps_ccnd1_rule {
    unsigned expression, junction, copies;
    ps_ccnd1_state state;
    ps_cause cause;
    ps_reason_code reason; /* PS_REASON_NONE: nothing to add; PS_REASON_JUNCTION_OPEN: only where the junction is open */
} ps_ccnd1_rule;

/* The rules of ps_call_ccnd1, tried from the top; the last fits whatever is left. Constant. */
const ps_ccnd1_rule *ps_ccnd1_rules(size_t *n);

/* One state and one cause from the other three, by the first of ps_ccnd1_rules() that fits. */
void ps_call_ccnd1(const ps_case *c, const ps_expression_call *expression, const ps_copynumber_call *copynumber,
                   const ps_junction_call *junction, ps_ccnd1_call *call);

#endif
