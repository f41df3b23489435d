#include "realign.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* A clip is resolved when at least ANCHOR of its bases lie beyond the gap and fit with at most one mismatch in ten:
 * by chance that happens to one clip in ten thousand, and a call takes several that agree. No limits of a panel:
 * ps_anchor_of and the table of an indel's depth (codons.c) are made for them. */
enum { ANCHOR = 10, MISMATCH_EVERY = 10 };

/* A clip is template from the alignment on as far as its bases fit best (scores of bwa mem). What is left is a tag
 * when two of its good bases differ from the reference and one in DIFFERENT_EVERY of those that can be compared.
 * Assumption: of a tag three in four differ by chance, and the first does, else it were aligned, so that of four
 * bases one tag in sixty passes for template; template with two errors among its very first bases is as rare. */
enum { FITS = 1, DIFFERS = -4, FEWEST_DIFFERENT = 2, DIFFERENT_EVERY = 3 };

static char reference_at(const ps_locus *locus, int32_t pos0) {
    for (int w = 0; w < locus->n_windows; w++)
        if (pos0 >= locus->windows[w].beg0 && pos0 < locus->windows[w].end0)
            return locus->window_base[w][pos0 - locus->windows[w].beg0];
    return 'N';
}

/* Do read bases [query, query + n) fit the reference from pos0 on?  Bases the panel does not know end the comparison
 * in the direction of `step` (+1: from the left, -1: from the right); what is left must still be an anchor. */
static int fits(const ps_locus *locus, const bam1_t *b, int32_t query, int32_t pos0, int32_t n, int step) {
    int32_t compared = 0, mismatches = 0;
    for (; compared < n; compared++) {
        int32_t offset = step > 0 ? compared : n - 1 - compared;
        char reference = reference_at(locus, pos0 + offset);
        if (reference == 'N')
            break;
        mismatches += seq_nt16_str[bam_seqi(bam_get_seq(b), query + offset)] != reference;
        if (mismatches > n / MISMATCH_EVERY)
            return 0;
    }
    return compared >= ANCHOR && mismatches <= compared / MISMATCH_EVERY;
}

/* Gap that explains a clip of `m` bases starting at read base `query`; `edge` is the reference place behind the
 * aligned part (right clip) or its first (left clip). Positive: insertion, negative: deletion, 0: none. Short gaps
 * first. */
static int32_t find_gap(const ps_limits *l, const ps_locus *locus, const bam1_t *b, int32_t query, int32_t m,
                        int32_t edge, int right) {
    for (int32_t gap = 1; gap <= l->ras_longest_gap; gap++) {
        int32_t beyond = m - gap; /* bases beyond an insertion */
        if (beyond >= ANCHOR &&
            (right ? fits(locus, b, query + gap, edge, beyond, 1) : fits(locus, b, query, edge - beyond, beyond, -1)))
            return gap;
        if (right ? fits(locus, b, query, edge + gap, m, 1) : fits(locus, b, query, edge - gap - m, m, -1))
            return -gap;
    }
    return 0;
}

static int in_windows(const ps_locus *locus, int32_t pos0) {
    for (int w = 0; w < locus->n_windows; w++)
        if (pos0 >= locus->windows[w].beg0 && pos0 <= locus->windows[w].end0)
            return 1;
    return 0;
}

static int is_long_clip(uint32_t op) {
    return bam_cigar_op(op) == BAM_CSOFT_CLIP && bam_cigar_oplen(op) > ANCHOR;
}

static void resolve_right(const ps_limits *l, const ps_locus *locus, const bam1_t *b, ps_alignment *a) {
    if (a->n < 2 || !is_long_clip(a->op[a->n - 1]) || bam_cigar_type(bam_cigar_op(a->op[a->n - 2])) != 3 ||
        !in_windows(locus, a->end0))
        return;
    int32_t m = (int32_t)bam_cigar_oplen(a->op[a->n - 1]);
    int32_t gap = find_gap(l, locus, b, b->core.l_qseq - m, m, a->end0, 1);
    if (!gap)
        return;
    int32_t rest = gap > 0 ? m - gap : m;
    a->op[a->n - 1] = bam_cigar_gen((uint32_t)abs(gap), gap > 0 ? BAM_CINS : BAM_CDEL);
    a->op[a->n++] = bam_cigar_gen((uint32_t)rest, BAM_CMATCH);
    a->end0 += rest + (gap < 0 ? -gap : 0);
}

static void resolve_left(const ps_limits *l, const ps_locus *locus, const bam1_t *b, ps_alignment *a) {
    if (a->n < 2 || !is_long_clip(a->op[0]) || bam_cigar_type(bam_cigar_op(a->op[1])) != 3 ||
        !in_windows(locus, a->pos0))
        return;
    int32_t m = (int32_t)bam_cigar_oplen(a->op[0]);
    int32_t gap = find_gap(l, locus, b, 0, m, a->pos0, 0);
    if (!gap)
        return;
    int32_t rest = gap > 0 ? m - gap : m;
    memmove(a->op + 2, a->op + 1, (a->n - 1) * sizeof *a->op);
    a->op[0] = bam_cigar_gen((uint32_t)rest, BAM_CMATCH);
    a->op[1] = bam_cigar_gen((uint32_t)abs(gap), gap > 0 ? BAM_CINS : BAM_CDEL);
    a->n++;
    a->pos0 -= rest + (gap < 0 ? -gap : 0);
}

void ps_alignment_of(const ps_limits *l, const ps_locus *locus, const bam1_t *b, int32_t end0, ps_alignment *a) {
    *a = (ps_alignment){.n = b->core.n_cigar, .pos0 = (int32_t)b->core.pos, .end0 = end0};
    a->op = ps_alloc((size_t)a->n + 2, sizeof *a->op);
    memcpy(a->op, bam_get_cigar(b), a->n * sizeof *a->op);
    if (b->core.l_qseq <= 0)
        return;
    resolve_right(l, locus, b, a);
    resolve_left(l, locus, b, a);
}

/* FITS or DIFFERS; 0 where the read's base or the panel's is not known. */
static int compare(const ps_locus *locus, const bam1_t *b, int32_t query, int32_t pos0) {
    char base = seq_nt16_str[bam_seqi(bam_get_seq(b), query)], reference = reference_at(locus, pos0);
    return base == 'N' || base == '=' || reference == 'N' ? 0 : base == reference ? FITS : DIFFERS;
}

/* The same of base i of the clip, counted from the alignment outwards; 0 for a poor base too, which is wrong often.
 */
static int compare_clip(const ps_limits *l, const ps_locus *locus, const bam1_t *b, const ps_alignment *a, int32_t m,
                        int32_t i) {
    int32_t query = bam_is_rev(b) ? b->core.l_qseq - m + i : m - 1 - i;
    if (bam_get_qual(b)[query] < l->min_base_quality)
        return 0;
    return compare(locus, b, query, bam_is_rev(b) ? a->end0 + i : a->pos0 - 1 - i);
}

int32_t ps_tag_bases(const ps_limits *l, const ps_locus *locus, const bam1_t *b, const ps_alignment *a) {
    int32_t right = (int32_t)a->n - 1, at = bam_is_rev(b) ? right : 0, step = bam_is_rev(b) ? -1 : 1;
    int32_t hard = a->n > 1 && bam_cigar_op(a->op[at]) == BAM_CHARD_CLIP ? (int32_t)bam_cigar_oplen(a->op[at]) : 0;
    at += hard ? step : 0;
    int32_t m = a->n && bam_cigar_op(a->op[at]) == BAM_CSOFT_CLIP ? (int32_t)bam_cigar_oplen(a->op[at]) : 0;
    int32_t template = 0, score = 0, best = 0, compared = 0, different = 0;
    for (int32_t i = 0; i < m; i++) {
        score += compare_clip(l, locus, b, a, m, i);
        template = score > best ? i + 1 : template;
        best = score > best ? score : best;
    }
    for (int32_t i = template; i < m; i++) {
        int found = compare_clip(l, locus, b, a, m, i);
        compared += found != 0;
        different += found == DIFFERS;
    }
    return different >= FEWEST_DIFFERENT && different * DIFFERENT_EVERY >= compared ? hard + m - template : 0;
}

void ps_alignment_free(ps_alignment *a) {
    free(a->op);
    *a = (ps_alignment){0};
}
