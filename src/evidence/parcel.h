/* parcel.h - slices that wait for their mate, packed. Private to src/evidence.
 *
 * An amplicon at great depth keeps a slice for every fragment whose mate is still to come. A parcel holds one without
 * loss in some dozen bytes: bases are written where they differ from the reference, qualities as indices into the few
 * values that a read has, numbers by their size. One pool belongs to one unit: not for threads.
 *
 * A pool keeps parcels in blocks of memory up to its budget, where the room of an opened parcel is used again. What
 * is more is appended to a scratch file, and read back a window at a time: mates mostly come in the order of the
 * reads that wait for them. When that file cannot be made or written, memory is used after all. A parcel is known by
 * a number, never 0: where it lies, and at which multiple of PS_PARCEL_STEP bytes (or, alone, in which place of a
 * list).
 */
#ifndef PLASMASTRAT_PARCEL_H
#define PLASMASTRAT_PARCEL_H

#include <stdio.h>

#include "slice.h"

/* In memory, parcels of more than STEP * SIZES bytes are allocated each. */
enum { PS_PARCEL_STEP = 8, PS_PARCEL_SIZES = 64 };

typedef union ps_parcel_alone { /* a place for a parcel too large for blocks */
    void *at;
    size_t next; /* unused place: the next such one + 1 */
} ps_parcel_alone;

typedef struct ps_parcels { /* zeroed: empty, and without a budget */
    const ps_locus *locus;  /* of all slices */
    size_t budget;          /* bytes of memory for parcels */
    int unread;             /* errno of the first parcel that could not be read back */
    void **block;           /* the last one is being filled */
    size_t n_blocks, block_capacity;
    size_t used;                        /* bytes of the last block */
    size_t n_in_blocks;                 /* parcels */
    uint32_t room[PS_PARCEL_SIZES + 1]; /* opened parcels by size, each holding the number of the next; 0: none */
    ps_parcel_alone *alone;
    size_t n_alone, alone_capacity, gap; /* gap: first unused place + 1 */
    size_t alone_bytes;
    FILE *file;
    int file_failed;    /* nothing more is written */
    size_t n_in_file;   /* parcels */
    uint64_t written;   /* bytes of the file that hold parcels; the tail follows them */
    uint8_t *tail;      /* not yet written */
    size_t n_tail;      /* bytes */
    uint8_t *window;    /* what was read last */
    uint64_t window_at; /* its place in the file */
    size_t n_window, window_capacity;
    uint8_t *scratch;
    size_t capacity;
} ps_parcels;

/* Takes the slice over. */
uint32_t ps_parcel_pack(ps_parcels *pool, ps_slice *slice);
/* The slice again, owned by the caller; the parcel is gone. NULL when it cannot be read back from the scratch file:
 * pool->unread says why. */
ps_slice *ps_parcel_open(ps_parcels *pool, uint32_t parcel);
/* Parcels that were never opened go too. */
void ps_parcels_free(ps_parcels *pool);

#endif
