/* reach.h - how far reads reach beyond a codon, in steps: what an indel's depth is worked out from. Private to
 * src/evidence.
 *
 * Fragments without an indel at a codon are counted by how far their read reaches beyond it: to the left by base up
 * to REACH_LEFTS - 1, to the right by base up to FINE, then in steps of COARSE.
 */
#ifndef PLASMASTRAT_REACH_H
#define PLASMASTRAT_REACH_H

#include <stdint.h>

enum { REACH_LEFTS = 12, REACH_FINE = 16, REACH_COARSE = 4, REACH_RIGHTS = 30 };

static inline int reach_left(int32_t bases) {
    return bases < REACH_LEFTS ? bases : REACH_LEFTS - 1;
}

static inline int reach_right(int32_t bases) {
    int step = bases < REACH_FINE ? bases : REACH_FINE + (bases - REACH_FINE) / REACH_COARSE;
    return step < REACH_RIGHTS ? step : REACH_RIGHTS - 1;
}

#endif
