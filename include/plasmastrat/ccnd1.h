/* ccnd1.h - one state and one cause for CCND1, from expression, copy number and junction.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_CCND1_H
#define PLASMASTRAT_CCND1_H

#include <stddef.h>

#include "plasmastrat/case.h"
#include "plasmastrat/copynumber.h"
#include "plasmastrat/expression.h"
#include "plasmastrat/junction.h"
#include "plasmastrat/model.h"
#include "plasmastrat/reasons.h"

/* ln odds: for dysregulated: a junction (assumption: a junction above its background is as good as certain) */
static const double ccnd1_junction_log_odds = 6;

typedef enum {
    PS_CCND1_NOT_ASSESSABLE,
    PS_CCND1_NOT_DYSREGULATED,
    PS_CCND1_INTERMEDIATE,
    PS_CCND1_DYSREGULATED,
    PS_N_CCND1_STATES
} ps_ccnd1_state;
extern const char *const ps_ccnd1_state_names[PS_N_CCND1_STATES];
typedef enum {
    PS_CAUSE_NOT_ASSESSABLE,
    PS_CAUSE_NONE,
    PS_CAUSE_T1114,
    PS_CAUSE_FOCAL,
    PS_CAUSE_CHROMOSOME,
    PS_CAUSE_BIALLELIC,
    PS_CAUSE_UNEXPLAINED,
    PS_CAUSE_CONFLICT,
    PS_N_CAUSES
} ps_cause;
extern const char *const ps_cause_names[PS_N_CAUSES];

typedef struct ps_ccnd1_call {
    ps_ccnd1_state state;
    ps_cause cause;
    ps_reasons reasons;
    double log_level[PS_N_LEVELS]; /* ln P(data | level) / P(data | low); 0 throughout: the data tell nothing */
    int rule;                      /* the row of ps_ccnd1_rules() that decided, counted from 1; 0: none was tried */
} ps_ccnd1_call;

/* What RNA says about CCND1. "Raised" lies between levels, but hardly at low; "clear" is RNA pure and deep enough to
 * have shown t(11;14)-like expression. */
typedef enum {
    PS_RNA_NOT_ASSESSABLE,
    PS_RNA_RAISED,
    PS_RNA_LOW,
    PS_RNA_LOW_CLEAR,
    PS_RNA_INTERMEDIATE,
    PS_RNA_VERY_HIGH,
    PS_N_RNA_KINDS
} ps_rna_kind;
extern const char *const ps_rna_kind_names[PS_N_RNA_KINDS];

/* What a copy number says about CCND1: 11q13 alone, 11q without 11p, all of chromosome 11 (or more than 11q). */
typedef enum {
    PS_COPIES_NOT_ASSESSABLE,
    PS_COPIES_NO_GAIN,
    PS_COPIES_FOCAL,
    PS_COPIES_11Q,
    PS_COPIES_BROAD,
    PS_N_COPIES_KINDS
} ps_copies_kind;
extern const char *const ps_copies_kind_names[PS_N_COPIES_KINDS]; /* "not-assessable", "no gain", ... */

/* One rule: the states it fits, a bit each (1u << ps_rna_kind, 1u << ps_junction_state, 1u << ps_copies_kind), and
 * what it answers. */
typedef struct ps_ccnd1_rule {
    unsigned rna, junction, copies;
    ps_ccnd1_state state;
    ps_cause cause;
    ps_reason_code
        reason; /* PS_REASON_NONE: nothing to add; PS_REASON_JUNCTION_OPEN: only where the junction is open */
} ps_ccnd1_rule;

/* The rules of ps_call_ccnd1, tried from the top; the last fits whatever is left. Constant. */
const ps_ccnd1_rule *ps_ccnd1_rules(size_t *n);

/* One state and one cause from the other three, by the first of ps_ccnd1_rules() that fits. */
void ps_call_ccnd1(const ps_case *c, const ps_expression_call *expression, const ps_copynumber_call *copynumber,
                   const ps_junction_call *junction, ps_ccnd1_call *call);

#endif
