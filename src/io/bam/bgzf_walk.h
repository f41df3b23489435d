/* bgzf_walk.h - the streaming reader: a whole BAM at the speed of inflating its blocks. Private to src/io.
 *
 * A BAM is a chain of BGZF blocks that inflate independently. Threads take runs of consecutive blocks, inflate and
 * CRC-check them with libdeflate, and walk the records in place (bam_walk.h); only records that overlap a span are
 * handed on, in file order, to the one thread that calls ps_walk_next. That thread inflates runs too while the next
 * one in order is not ready, so n_threads threads do all the work.
 *
 * Blocks of most writers begin at a record, so a thread assumes it, or guesses when that cannot be. The ordered
 * hand-over knows where the record before really ended: a run that was walked from elsewhere is walked again from
 * there, and a record that lies over the end of a run is put together first. So any cut of the same data gives the
 * same records.
 *
 * Memory is bounded: 2 n_threads + 2 runs of 8 blocks; no thread reads ahead further than that. The largest record is
 * held once more when it lies over the end of a run.
 *
 * Errors: of the first damage in file order, whatever the timing. They name the file and the byte of the block, or
 * how many good records came before.
 */
#ifndef PLASMASTRAT_IO_BGZF_WALK_H
#define PLASMASTRAT_IO_BGZF_WALK_H

#include <sys/types.h>

#include "bam_walk.h"
#include "plasmastrat/error.h"

typedef struct ps_walk ps_walk;

/* As read(2): bytes read, 0 at the end, -1 with errno. Called by one thread at a time. */
typedef ssize_t ps_walk_read(void *source, void *buffer, size_t n);

typedef struct ps_walk_input {
    const char *name; /* for messages; copied */
    ps_walk_read *read;
    void *source;       /* stays the caller's, who must not touch it before ps_walk_close */
    uint64_t offset;    /* of its first byte in the file, where a block begins */
    const void *before; /* inflated bytes that come before that block (the rest of the header's last block); copied */
    size_t n_before;
    /* Only a part of the file: its records that begin in the blocks from `offset` to the one at `last_block`, without
     * the first `skip` bytes of the first block. Then neither an unfinished record nor a missing end marker is an
     * error. */
    int is_part;
    uint64_t last_block;
    size_t skip;
} ps_walk_input;

/* Starts n_threads - 1 threads (fewer when they cannot be had). `rules` must stay as they are until ps_walk_close. */
ps_walk *ps_walk_open(const ps_walk_input *input, const ps_walk_rules *rules, int n_threads);
/* 1: the next record that overlaps a span, 0: the end of a whole file (or of the part), -1: error (also an
 * interrupt). */
int ps_walk_next(ps_walk *walk, bam1_t *record, ps_error *err);
uint64_t ps_walk_count(const ps_walk *walk); /* records passed, handed on or not */
void ps_walk_close(ps_walk *walk);           /* joins the threads; NULL is fine */

#endif
