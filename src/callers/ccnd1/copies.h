/* copies.h - from levels and a baseline to copies of CCND1. Private to src/callers. */
#ifndef PLASMASTRAT_CALLERS_COPIES_H
#define PLASMASTRAT_CALLERS_COPIES_H

#include "baseline.h"
#include "depth.h"
#include "plasmastrat/calls.h"

/* A call of which nothing is known. */
ps_copynumber_call ps_copies_unknown(double purity);
/* State, copies, scope, arms and hyperdiploidy. `sources` of the call names the input in reasons. */
void ps_copies_decide(const ps_case *c, const ps_depth *f, const ps_baseline *fitted, ps_copynumber_call *call);
/* Id of the arm, or -1. */
int ps_copies_arm(const ps_panel *panel, const char *name);

#endif
