/* bam_walk.h - BAM records in memory: which of them overlap given spans? Private to src/io.
 *
 * Only the 36 fixed bytes of a record are looked at, and its CIGAR when it begins before a span that it may reach
 * into. Every length in a record is checked against the others before it is used. Nothing here knows files or
 * threads.
 */
#ifndef PLASMASTRAT_IO_BAM_WALK_H
#define PLASMASTRAT_IO_BAM_WALK_H

#include <htslib/sam.h>
#include <stddef.h>
#include <stdint.h>

/* Larger records are refused: nothing sequences a fragment that takes this many bytes, damaged lengths do. */
enum { PS_RECORD_FIXED = 36, PS_RECORD_MAX = 128 << 20 };

typedef struct ps_walk_span {
    int32_t beg0, end0;
} ps_walk_span;

typedef struct ps_walk_contig { /* spans of one contig of the file: ascending, disjoint */
    ps_walk_span *span;
    size_t n, capacity;
} ps_walk_contig;

typedef struct ps_walk_rules { /* shared by threads, not changed while walking */
    ps_walk_contig *contig;    /* n_contigs */
    int n_contigs;
    int sorted; /* the header says SO:coordinate: a record out of order is an error */
} ps_walk_rules;

typedef enum { PS_WALK_OK, PS_WALK_BAD_RECORD, PS_WALK_OUT_OF_ORDER } ps_walk_state;

typedef struct ps_walk_found { /* what walking has seen so far; zero it (or ps_walk_restart) before the first piece */
    ps_walk_state state;
    size_t at;                          /* where the next record begins, or the one that is wrong */
    uint64_t n_records;                 /* whole and good */
    uint64_t first_place, last_place;   /* ps_record_place() of the first and the last of them */
    size_t *hit, n_hits, hits_capacity; /* where the records that overlap a span begin; owned */
    const ps_walk_contig *contig;       /* where the last lookup ended: neighbours are looked up from there */
    size_t span;
} ps_walk_found;

/* Spans of a contig are added in ascending order and do not touch. */
void ps_walk_add_span(ps_walk_rules *rules, int tid, int32_t beg0, int32_t end0);
void ps_walk_rules_free(ps_walk_rules *rules);

/* Walks on from found->at over the whole records of data[0..n); stops at the first incomplete or wrong one. */
void ps_walk_records(const ps_walk_rules *rules, const uint8_t *data, size_t n, ps_walk_found *found);
void ps_walk_restart(ps_walk_found *found, size_t at);
void ps_walk_found_free(ps_walk_found *found);

/* Bytes of the record that begins at data (at least 4 bytes there), its length field included; 0: not a length. */
size_t ps_record_bytes(const uint8_t *data);
/* Are the lengths of a record consistent, and its contigs in the header?  `data` has PS_RECORD_FIXED bytes. */
int ps_record_is_sane(const ps_walk_rules *rules, const uint8_t *data);
/* Where records seem to begin in data that starts anywhere: a chain of sane records begins there. n when nowhere. A
 * guess: the caller must verify it. */
size_t ps_guess_record(const ps_walk_rules *rules, const uint8_t *data, size_t n);
/* Order of places in a sorted file; unmapped records without a place come last. */
const char *ps_record_name(const uint8_t *data, size_t *length);

/* A whole, sane record as htslib has it (bam_read1): padded name, real CIGAR of a record with more than 65535
 * operations (tag CG, SAM specification 4.2.2). -1: the CIGAR does not fit the bases, or out of memory. */
int ps_record_copy(const uint8_t *data, bam1_t *record);

#endif
