/* baseline.h - the level of two copies among the arms' levels. Private to src/callers. */
#ifndef PLASMASTRAT_CALLERS_BASELINE_H
#define PLASMASTRAT_CALLERS_BASELINE_H

#include "depth.h"

typedef struct ps_baseline {
    double level, se; /* posterior mean and sd, log2 */
    double odds;      /* over every baseline that is cn_baseline_apart away */
    double rival;     /* level of the best of those */
} ps_baseline;

/* `purity`: NaN when it is not known. */
ps_baseline ps_baseline_of(const ps_depth *f, double purity);

#endif
