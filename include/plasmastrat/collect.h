/* collect.h - from alignment files to evidence, in one pass per file.
 *
 * The panel is cut into units: one per RAS/RAF locus, one per gene, runs of depth bins, pieces of the t(11;14)
 * window, runs of SNPs. A unit owns its counts and looks only at its own places, so units never share state. Indexed
 * is streamed with gaps: a file is read in pieces, without an index as one, with it a contig's units or fewer (for
 * several threads) at a time, by one query on all their places; each record goes to the units that it overlaps. Any
 * pieces show a unit the same records, hence the same evidence.
 */
#ifndef PLASMASTRAT_COLLECT_H
#define PLASMASTRAT_COLLECT_H

#include "plasmastrat/evidence.h"
#include "plasmastrat/reads.h"

typedef struct ps_read_source { /* one alignment input */
    ps_input_role role;
    const char *path, *reference;
    const ps_watch *watch; /* of all sources the same, or NULL */
    ps_reads *reads;       /* open and bound to the panel; streamed or indexed as ps_reads_about() says */
    /* Bytes that the waiting reads of one RAS or RAF gene may take; what is more waits in a temporary file, with the
     * same counts. 0: what suits the threads. */
    size_t waiting_memory;
} ps_read_source;

/* Fills evidence[i] with what source i of the n tells; two may be of one role (names and families are of their file).
 * Uses up to n_threads threads. On error the evidence is empty. */
int ps_collect(const ps_panel *panel, const ps_read_source *sources, size_t n, int n_threads,
               ps_read_evidence *evidence, ps_error *err);

#endif
