/* junction.h - from junction evidence to one row per molecule. Private to src/callers. */
#ifndef PLASMASTRAT_CALLERS_JUNCTION_H
#define PLASMASTRAT_CALLERS_JUNCTION_H

#include "plasmastrat/evidence.h"

static inline int ps_junction_same_direction(const ps_junction_read *x, const ps_junction_read *y) {
    return x->right_a == y->right_a && x->right_b == y->right_b;
}

/* One row per molecule, by pos_a0, pos_b0, then all else; the caller frees it. A fragment counts when a record on
 * chromosome 11 shows it, or when its clipped bases match reads that do. Copies of a molecule (marked as duplicates
 * or not) count once. */
ps_junction_read *ps_junction_rows(const ps_limits *limits, const ps_read_evidence *evidence, size_t *n);

/* Rows of soft-clipped reads whose clipped bases are the other side's aligned bases, both ways, or are those of a
 * split read that stops at the same base; the caller frees them. */
ps_junction_read *ps_junction_link_clips(const ps_limits *limits, const ps_read_evidence *evidence, size_t *n);

/* Does this row of evidence join the window to IGH?  Not those that lead to other contigs, which are looked at apart;
 * nor a split read whose bases beyond the window are a repeat, of themselves or of what is aligned there, placed in
 * IGH with low mapping quality: an aligner finds such bases anywhere. */
int ps_junction_joins(const ps_read_evidence *evidence, const ps_junction_read *row);

/* The place in [lo0, hi0] where most reads of that side and direction stop, when two molecules or more do and show
 * the same bases beyond it; NULL when there is none. */
const ps_junction_clip *ps_junction_clip_at(const ps_read_evidence *evidence, int in_b, int right, int64_t lo0,
                                            int64_t hi0);

#endif
