/* slice.h - what one fragment shows of one gene's coding bases. Private to src/evidence.
 *
 * A read is reduced to a slice: one byte per coding base ("target") it spans, and its indels. Slices of one fragment
 * are merged base by base: agreeing bases add their qualities,
 * disagreeing ones count for nothing from then on. Merging is commutative and associative, so the order of records
 * does not matter. Targets are numbered along the coding sequence in genomic order, so a spliced read's slice is
 * contiguous and a codon that straddles an intron is one codon.
 */
#ifndef PLASMASTRAT_SLICE_H
#define PLASMASTRAT_SLICE_H

#include "ends.h"
#include "unit.h"

/* A slice byte: base in bits 7-6 (A C G T), quality in bits 5-0; quality 63 marks the special states. */
enum { PS_ABSENT = 0x3f, PS_UNUSABLE = 0x7f, PS_CONFLICT = 0xbf, PS_DELETED = 0xff, PS_SPECIAL = 0x3f };

typedef struct ps_slice_indel {
    int32_t beg0, end0;             /* replaced reference, left-aligned */
    int32_t target_beg, target_end; /* targets it touches */
    uint8_t quality;
    uint8_t in_place; /* left-aligning did not move it: the bases around it are where the slice says */
    char *alt;
} ps_slice_indel;

typedef struct ps_slice {
    int32_t beg, end;    /* targets [beg, end) */
    int32_t inner[2][2]; /* by mate: targets at least ras_end_bases from the ends of its alignment; empty: {0, 0} */
    int32_t span[2][2];  /* by mate: genomic extent of its alignment; empty: {0, 0} */
    uint8_t side, read;  /* read: bit 0 = first, bit 1 = second */
    uint8_t side_rank;   /* 2: the side is a first read's, 1: derived from a second or unpaired one */
    uint8_t numbered;    /* 1: which read is the first is known, so the side is */
    int32_t pos0;        /* of a read's alignment, as in the file */
    int32_t mate_pos0;   /* where it says its mate's is; -1: it does not */
    ps_ends ends;
    uint64_t name;      /* hash */
    int32_t far_length; /* of a read without a mate: its bases up to the last aligned one; else 0 */
    uint8_t clipped;    /* so much of a read is clipped away: clutter */
    uint8_t *code;      /* end - beg bytes */
    ps_slice_indel *indel;
    size_t n_indel, indel_capacity;
} ps_slice;

/* First target at or after a genomic place. */
int32_t ps_target_at(const ps_locus *locus, int64_t pos0);
/* NULL when the read spans no coding base. */
ps_slice *ps_slice_of(const ps_panel *panel, const ps_locus *locus, const bam1_t *bam, int32_t end0);
/* Takes both over. */
ps_slice *ps_slice_merge(const ps_limits *limits, const ps_locus *locus, ps_slice *a, ps_slice *b);
void ps_slice_free(ps_slice *slice);

/* Bases of reference that an aligner must find on each side of an indel to open the gap there, rather than leave
 * mismatches or a clip: with the usual scores (match 1, gap 6 + 1 a base, end bonus 5; bwa mem) length + 2; clips
 * beyond that are resolved by realign.c from 11 bases on. */
static inline int32_t ps_anchor_of(int32_t indel_length) {
    return indel_length < 8 ? indel_length + 3 : 11;
}

static inline uint8_t ps_slice_at(const ps_slice *s, int32_t target) {
    return target >= s->beg && target < s->end ? s->code[target - s->beg] : PS_ABSENT;
}
static inline int ps_is_base(uint8_t code) {
    return (code & PS_SPECIAL) != PS_SPECIAL;
}

#endif
