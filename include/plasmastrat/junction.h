/* junction.h - the IGH::CCND1 junction of t(11;14).
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_JUNCTION_H
#define PLASMASTRAT_JUNCTION_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/case.h"
#include "plasmastrat/reasons.h"

/* bases: of a fragment that must lie beyond a junction (assumption: aligners place no fewer beyond a junction) */
static const double junction_anchor = 30;

typedef enum {
    PS_JUNCTION_NOT_ASSESSABLE,
    PS_JUNCTION_NOT_DETECTED,
    PS_JUNCTION_DETECTED,
    PS_N_JUNCTION_STATES
} ps_junction_state;
extern const char *const ps_junction_state_names[PS_N_JUNCTION_STATES];

typedef struct ps_breakpoint {
    int contig_a, contig_b; /* 11, 14 */
    int32_t pos_a1, pos_b1; /* 1-based, last kept base on each side */
    int right_a, right_b;   /* as in ps_junction_read */
    uint64_t split, discordant;
    int exact;           /* 1: both ends seen in a split read, or in clipped reads that match across the junction */
    char base_a, base_b; /* bases at pos_a1 and pos_b1 (VCF REF), most reads'; 0 where none told */
    int32_t range_a[2], range_b[2]; /* where the end may lie, relative to pos_a1 and pos_b1; 0, 0 when seen */
    int event;                      /* 1..: reciprocal products of one exchange share it */
} ps_breakpoint;

typedef struct ps_junction_call {
    ps_junction_state state;
    ps_reasons reasons;
    int64_t split, discordant; /* DNA fragments; -1 without DNA */
    int64_t rna_fragments;     /* RNA fragments that join the two: support only; -1 without RNA */
    double physical_coverage;  /* DNA fragments over a base of the window's median cell; NaN without DNA */
    double powered;     /* share of the window's cells where a clonal junction would have been found at 95 % power */
    double limit_cells; /* smallest share of cells with the junction (one allele of two) that would have been found
                         * with 95 % power over 90 % of the window; above 1: not even in a pure sample; NaN without
                         * DNA */
    double background;  /* fragments expected by chance in one cluster: at the first breakpoint, or else where
                         * chance pairs are densest in the window */
    uint64_t needed;    /* supporting fragments that a detection needs there; 0: nothing was measured */
    double shown;       /* share of the fragments over a place of which enough lies on both sides of it to show a
                         * junction there; NaN without any */
    ps_breakpoint *breakpoint;
    size_t n_breakpoints;
    unsigned sources;
} ps_junction_call;

void ps_call_junction(const ps_case *c, ps_junction_call *call);
/* Adds what another program's list says: a passing join is a junction, unless the reads would have shown it; none
 * proves nothing. */
void ps_junction_add_sv(const ps_case *c, ps_junction_call *call);

#endif
