/* atlas.h - which units does a record overlap?  Private to src/evidence.
 *
 * The units' contigs are cut at the ends of all their spans; each segment between two cuts lists the units that cover
 * it. Threads may share an atlas, each with units of its own.
 */
#ifndef PLASMASTRAT_ATLAS_H
#define PLASMASTRAT_ATLAS_H

#include "unit.h"

typedef struct ps_segment ps_segment;

typedef struct ps_atlas {
    ps_segment **segment; /* by contig; owned, as the next two */
    size_t *n;
    uint32_t *covered_by; /* numbers of units, segment after segment */
    int n_contigs;
    ps_unit *unit; /* the caller's */
    size_t n_units;
} ps_atlas;

typedef struct ps_piece { /* units that are read in one go */
    size_t first, n;
} ps_piece;

void ps_atlas_make(ps_atlas *atlas, ps_unit *unit, size_t n_units, int n_contigs);
void ps_atlas_free(ps_atlas *atlas); /* a zeroed one is fine */
/* Hands the record to each unit of the piece that it overlaps, once. `number` tells the records of one reading apart.
 */
void ps_atlas_give(const ps_atlas *atlas, const ps_piece *piece, const ps_reads *reads, const bam1_t *bam, int contig,
                   uint64_t number);

#endif
