/* slices.h - where a CRAM's slices lie, from its index: a slice is decoded whole, or not at all. Private to src/io.
 */
#ifndef PLASMASTRAT_IO_SLICES_H
#define PLASMASTRAT_IO_SLICES_H

#include <stddef.h>
#include <stdint.h>

typedef struct ps_slice_place {
    int tid;
    int64_t beg0, reach; /* reach: its end, once sorted the farthest of those of its contig up to it */
} ps_slice_place;

typedef struct ps_slices {
    ps_slice_place *slice; /* by place, once sorted */
    size_t n, capacity;
} ps_slices;

void ps_slices_add(ps_slices *slices, int tid, int64_t beg0, int64_t end0);
void ps_slices_sort(ps_slices *slices);
/* How many begin at or after beg0, and before end0. */
size_t ps_slices_between(const ps_slices *slices, int tid, int64_t beg0, int64_t end0);
/* Does a slice that begins before end0 reach beyond beg0?  What ends at end0 and what begins at beg0 share it then.
 */
int ps_slices_are_shared(const ps_slices *slices, int tid, int64_t end0, int64_t beg0);
void ps_slices_free(ps_slices *slices);

#endif
