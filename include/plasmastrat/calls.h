/* calls.h - decisions: each caller turns evidence into a state, an interval, a limit and reasons.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_CALLS_H
#define PLASMASTRAT_CALLS_H

#include "plasmastrat/ccnd1.h"
#include "plasmastrat/identity.h"
#include "plasmastrat/ras.h"

typedef struct ps_calls {
    ps_ras_call ras;
    ps_expression_call expression;
    ps_copynumber_call copynumber;
    ps_junction_call junction;
    ps_ccnd1_call ccnd1;
    ps_identity_call identity;
    ps_library library[PS_N_READ_INPUTS];
} ps_calls;

/* The inputs' persons, compared pair by pair, and contamination of each input. */
void ps_call_identity(const ps_case *c, ps_identity_call *call);
void ps_call(const ps_case *c, ps_calls *calls); /* all of them, in order */
void ps_calls_free(ps_calls *calls);

#endif
