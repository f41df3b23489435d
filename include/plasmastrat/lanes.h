/* lanes.h - which lanes of which sequencing runs the reads come from, by their names.
 *
 * Reads of one sample of a run turn up among another's (index hopping, carry-over) where both were on one lane. The
 * first fields of an Illumina or MGI read name tell instrument, run, flow cell and lane; a hash of them is kept, so
 * that no name is. Other names tell nothing. The lowest hashes are kept, so lanes add up in any order.
 *
 * Zero-initialised means that the names tell nothing.
 */
#ifndef PLASMASTRAT_LANES_H
#define PLASMASTRAT_LANES_H

#include <stddef.h>
#include <stdint.h>

enum { PS_LANES = 32 }; /* kept: four whole flow cells */

typedef struct ps_lanes {
    uint64_t lane[PS_LANES]; /* ascending, each once */
    size_t n;
    char last[64]; /* of the name that was noted last: what names its lane; while collecting only */
    size_t n_last;
} ps_lanes;

/* Bytes of a read name that name run and lane; 0: it tells nothing. */
size_t ps_lane_length(const char *name);
void ps_lanes_note(ps_lanes *lanes, const char *name);
void ps_lanes_add(ps_lanes *whole, const ps_lanes *part);
int ps_lanes_shared(const ps_lanes *a, const ps_lanes *b);

#endif
