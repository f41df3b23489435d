/* parcel.h - slices that wait for their mate, packed. Private to src/evidence.
 *
 * An amplicon at great depth keeps a slice for every fragment whose mate is still to come. A parcel holds one without
 * loss in a few dozen bytes: bases are written where they differ from the reference, qualities as indices into the few
 * values that a read has, numbers by their size. Parcels live in blocks that are freed as a whole; the room of an opened
 * parcel is used again. One pool belongs to one unit: not for threads.
 */
#ifndef PLASMASTRAT_PARCEL_H
#define PLASMASTRAT_PARCEL_H

#include "slice.h"

enum { PS_PARCEL_STEP = 8, PS_PARCEL_SIZES = 64 }; /* larger ones than STEP * SIZES bytes are allocated each */

typedef struct ps_parcels {          /* zeroed: empty */
    const ps_locus *locus;           /* of all slices */
    void *block;                     /* newest; each begins with a pointer to the one before */
    size_t used;                     /* bytes of the newest */
    void *room[PS_PARCEL_SIZES + 1]; /* opened parcels by size, each pointing to the next */
    uint8_t *scratch;
    size_t capacity;
} ps_parcels;

/* Takes the slice over. */
void *ps_parcel_pack(ps_parcels *pool, ps_slice *slice);
/* The slice again, owned by the caller; the parcel is gone. */
ps_slice *ps_parcel_open(ps_parcels *pool, void *parcel);
/* Every parcel must have been opened before. */
void ps_parcels_free(ps_parcels *pool);

#endif
