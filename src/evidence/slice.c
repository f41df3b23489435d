#include "slice.h"
#include "realign.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* First target at or after a genomic place. */
int32_t ps_target_at(const ps_locus *locus, int64_t pos0) {
    int32_t low = 0, high = locus->n_targets;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (locus->pos0[middle] < pos0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct reader { /* the read being reduced */
    const ps_panel *panel;
    const ps_locus *locus;
    const bam1_t *bam;
    const ps_alignment *alignment;
    ps_slice *slice;
} reader;

/* A C G T; everything else is unusable. "=" (4 bits: 0) is the reference's base. */
static uint8_t base_code(const ps_limits *limits, const bam1_t *b, int32_t query, char reference) {
    static const int two_bits[16] = {-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1};
    int read = bam_seqi(bam_get_seq(b), query), base = two_bits[read ? read : seq_nt16_table[(uint8_t)reference]];
    if (base < 0)
        return PS_UNUSABLE;
    int quality = bam_get_qual(b)[query], cap = (int)limits->max_base_quality;
    if (quality == 0xff) /* no qualities in the file: just good enough to count */
        quality = (int)limits->min_base_quality;
    if (quality > cap)
        quality = cap;
    return (uint8_t)(base << 6 | quality);
}

enum {
    BESIDE = 3
}; /* bases on each side of an indel of which the best counts: one poor call does not rule out the indel */

static int quality_of(const ps_limits *limits, const bam1_t *b, int32_t query) {
    int quality = bam_get_qual(b)[query];
    return quality == 0xff ? (int)limits->min_base_quality : quality;
}

/* Best quality of the bases [query, query + BESIDE), or those up to `query`; the cap where the read ends. */
static int best_beside(const ps_limits *limits, const bam1_t *b, int32_t query, int step) {
    int best = -1;
    for (int i = 0; i < BESIDE; i++, query += step)
        if (query >= 0 && query < b->core.l_qseq) {
            int quality = quality_of(limits, b, query);
            best = quality > best ? quality : best;
        }
    return best < 0 || best > limits->max_base_quality ? (int)limits->max_base_quality : best;
}

/* An indel is as good as the bases on both sides of it. */
static int quality_beside(const ps_limits *limits, const bam1_t *b, int32_t before, int32_t after) {
    int left = best_beside(limits, b, before, -1), right = best_beside(limits, b, after, 1);
    return left < right ? left : right;
}

static char inserted_base(const bam1_t *b, int32_t query) {
    char base = seq_nt16_str[bam_seqi(bam_get_seq(b), query)];
    return strchr("ACGT", base) ? base : 'N';
}

/* Poor inserted bases (and N) that differ from the reference from pos0 on; n when a good one differs, or more than
 * one in three. */
static int32_t poor_against(const reader *r, int32_t query, int32_t n, int64_t pos0) {
    int32_t poor = 0;
    for (int32_t i = 0; i < n; i++) {
        char base = inserted_base(r->bam, query + i);
        if (base == ps_panel_base(r->panel, r->locus->contig, (int32_t)pos0 + i))
            continue;
        if (base != 'N' && quality_of(&r->panel->limits, r->bam, query + i) >= r->panel->limits.min_base_quality)
            return n;
        poor++;
    }
    return 3 * poor <= n ? poor : n;
}

/* The inserted bases; where a poor one alone keeps them from repeating what stands before or after them (whichever is
 * nearer), the repeat: an insertion is mostly a duplication, and its fragments should agree. */
static void inserted_text(const reader *r, int64_t at, int32_t query, int32_t n, char *text) {
    int32_t before = poor_against(r, query, n, at - n), after = poor_against(r, query, n, at);
    int64_t repeated = after < before ? at : at - n;
    for (int32_t i = 0; i < n; i++)
        text[i] = before < n || after < n ? ps_panel_base(r->panel, r->locus->contig, (int32_t)repeated + i)
                                          : inserted_base(r->bam, query + i);
}

/* Keeps an indel when it touches coding bases: a deletion (or replacement) by the bases it removes, an insertion by
 * both neighbours. */
static void note_indel(const reader *r, int64_t at, int32_t query, int32_t inserted, int32_t deleted) {
    const ps_panel *panel = r->panel;
    const ps_locus *locus = r->locus;
    ps_slice *s = r->slice;
    if (at <= 0 || at > INT32_MAX - deleted)
        return;
    ps_slice_indel indel = {.beg0 = (int32_t)at, .end0 = (int32_t)(at + deleted)};
    indel.alt = ps_alloc((size_t)inserted + 1, 1);
    inserted_text(r, at, query, inserted, indel.alt);
    indel.quality = (uint8_t)quality_beside(&panel->limits, r->bam, query - 1, query + inserted);
    ps_left_align(panel, locus->contig, &indel.beg0, &indel.end0, indel.alt);
    indel.in_place = indel.beg0 == at;
    int pure = indel.beg0 == indel.end0;
    indel.target_beg = ps_target_at(locus, pure ? indel.beg0 - 1 : indel.beg0);
    indel.target_end = ps_target_at(locus, pure ? indel.beg0 + 1 : indel.end0);
    int touched = indel.target_end - indel.target_beg;
    if (touched < (pure ? 2 : 1)) {
        free(indel.alt);
        return;
    }
    PS_GROW(s->indel, s->n_indel, s->indel_capacity);
    s->indel[s->n_indel++] = indel;
}

static void note_bases(const reader *r, int64_t at, int32_t query, int32_t length, int deleted) {
    const ps_locus *locus = r->locus;
    ps_slice *s = r->slice;
    for (int32_t t = ps_target_at(locus, at); t < s->end && locus->pos0[t] < at + length; t++) {
        int32_t q = query + (int32_t)(locus->pos0[t] - at);
        s->code[t - s->beg] = deleted ? PS_DELETED : base_code(&r->panel->limits, r->bam, q, locus->base[t]);
    }
}

static int is_gap(uint32_t op) {
    return bam_cigar_op(op) == BAM_CINS || bam_cigar_op(op) == BAM_CDEL || bam_cigar_op(op) == BAM_CPAD;
}

/* A run of insertions and deletions side by side ("6I3D") is one replacement; its first operation notes it. A gap at
 * the very end of a read has no anchor on one side: an aligner's guess, not evidence. */
static void note_gap(const reader *r, uint32_t i, int64_t at, int32_t query) {
    const uint32_t *cigar = r->alignment->op, n = r->alignment->n;
    int32_t inserted = 0, deleted = 0;
    uint32_t end = i;
    if (i == 0 || is_gap(cigar[i - 1]) || bam_cigar_type(bam_cigar_op(cigar[i - 1])) != 3)
        return;
    for (; end < n && is_gap(cigar[end]); end++) {
        inserted += bam_cigar_op(cigar[end]) == BAM_CINS ? (int32_t)bam_cigar_oplen(cigar[end]) : 0;
        deleted += bam_cigar_op(cigar[end]) == BAM_CDEL ? (int32_t)bam_cigar_oplen(cigar[end]) : 0;
    }
    if (end < n && bam_cigar_type(bam_cigar_op(cigar[end])) == 3)
        note_indel(r, at, query, inserted, deleted);
}

/* Returns the bases that are clipped away. */
static int64_t walk_cigar(const reader *r) {
    const uint32_t *cigar = r->alignment->op, n = r->alignment->n;
    int64_t at = r->alignment->pos0, clipped = 0;
    int32_t query = 0;
    for (uint32_t i = 0; i < n; i++) {
        int op = bam_cigar_op(cigar[i]), type = bam_cigar_type(op);
        int32_t length = (int32_t)bam_cigar_oplen(cigar[i]);
        if (type == 3 || op == BAM_CDEL)
            note_bases(r, at, query, length, op == BAM_CDEL);
        if (op == BAM_CDEL || op == BAM_CINS)
            note_gap(r, i, at, query);
        clipped += op == BAM_CSOFT_CLIP || op == BAM_CHARD_CLIP ? length : 0;
        at += type & 2 ? length : 0;
        query += type & 1 ? length : 0;
    }
    return clipped;
}

void ps_slice_free(ps_slice *s) {
    for (size_t i = 0; i < s->n_indel; i++)
        free(s->indel[i].alt);
    free(s->indel);
    free(s->code);
    free(s);
}

/* Where the fragment of a pair ends (here: [from, to)), by the 5' end of the mate that TLEN gives (bwa, samtools
 * fixmate, Picard; aligners that count to the outermost base give no less than the read). What a read has beyond is
 * the adapter of a fragment shorter than the read, which an end-to-end aligner leaves in place. Any other record ends
 * where its alignment ends. */
static void end_of_fragment(const bam1_t *b, const ps_alignment *a, int32_t *from, int32_t *to) {
    const bam1_core_t *core = &b->core;
    *from = a->pos0;
    *to = a->end0;
    if (!(core->flag & BAM_FPAIRED) || core->flag & BAM_FMUNMAP || core->tid != core->mtid ||
        bam_is_rev(b) == bam_is_mrev(b) || core->isize == 0 || bam_is_rev(b) != (core->isize < 0))
        return;
    hts_pos_t beg0 = bam_is_rev(b) ? bam_endpos(b) + core->isize : core->pos;
    hts_pos_t end0 = bam_is_rev(b) ? bam_endpos(b) : core->pos + core->isize;
    if (bam_is_rev(b) && beg0 > *from && beg0 < *to)
        *from = (int32_t)beg0;
    if (!bam_is_rev(b) && end0 > *from && end0 < *to)
        *to = (int32_t)end0;
}

/* Takes away what lies beyond the fragment. */
static void cut_to_fragment(const ps_locus *locus, int32_t from, int32_t to, ps_slice *s) {
    size_t kept = 0;
    for (int32_t t = s->beg; t < s->end; t++)
        if (locus->pos0[t] < from || locus->pos0[t] >= to)
            s->code[t - s->beg] = PS_ABSENT;
    for (size_t i = 0; i < s->n_indel; i++)
        if (s->indel[i].beg0 < from || s->indel[i].end0 > to)
            free(s->indel[i].alt);
        else
            s->indel[kept++] = s->indel[i];
    s->n_indel = kept;
}

/* Bases of the read up to its last aligned one, in the order of sequencing. */
static int32_t length_to_far_end(const bam1_t *b, const ps_alignment *a) {
    int64_t length = 0, last = 0;
    for (uint32_t i = 0; i < a->n; i++) {
        uint32_t op = a->op[bam_is_rev(b) ? a->n - 1 - i : i];
        int type = bam_cigar_type(bam_cigar_op(op));
        length += type & 1 || bam_cigar_op(op) == BAM_CHARD_CLIP ? bam_cigar_oplen(op) : 0;
        last = type == 3 ? length : last;
    }
    return last > INT32_MAX ? INT32_MAX : (int32_t)last;
}

static void set_extent(const ps_limits *limits, const ps_locus *locus, int32_t from, int32_t to, ps_slice *s) {
    int64_t near_end = (int64_t)limits->ras_end_bases;
    int mate = s->read == 2;
    s->inner[mate][0] = ps_target_at(locus, (int64_t)from + near_end);
    s->inner[mate][1] = ps_target_at(locus, (int64_t)to - near_end);
    s->span[mate][0] = from;
    s->span[mate][1] = to;
}

static ps_slice *new_slice(const ps_limits *limits, const ps_locus *locus, const bam1_t *b, int32_t tag, int32_t from,
                           int32_t to, int32_t beg, int32_t end) {
    ps_slice *s = ps_alloc(1, sizeof *s);
    *s = (ps_slice){.beg = beg, .end = end};
    int numbered;
    s->read = (uint8_t)ps_read_number(b, &numbered);
    s->numbered = (uint8_t)numbered;
    int reverse_first = numbered && bam_is_rev(b) != (s->read == 2); /* without numbers no orientation is known */
    s->side = reverse_first ? PS_F2R1 : PS_F1R2;
    s->side_rank = s->read == 1 ? 2 : 1;
    s->pos0 = (int32_t)b->core.pos;
    s->mate_pos0 = ps_mate_expected(b) ? ps_mate_pos0(b) : -1;
    s->ends = ps_ends_of(b, s->read, tag);
    set_extent(limits, locus, from, to, s);
    s->code = ps_alloc((size_t)(end - beg), 1);
    memset(s->code, PS_ABSENT, (size_t)(end - beg));
    return s;
}

ps_slice *ps_slice_of(const ps_panel *panel, const ps_locus *locus, const bam1_t *b, int32_t end0) {
    ps_alignment a;
    ps_alignment_of(&panel->limits, locus, b, end0, &a);
    int32_t beg = ps_target_at(locus, a.pos0), end = ps_target_at(locus, a.end0);
    ps_slice *s = NULL;
    if (beg < end && b->core.l_qseq > 0) {
        int32_t from, to;
        end_of_fragment(b, &a, &from, &to);
        s = new_slice(&panel->limits, locus, b, ps_tag_bases(&panel->limits, locus, b, &a), from, to, beg, end);
        int64_t clipped = walk_cigar(&(reader){panel, locus, b, &a, s});
        if (from > a.pos0 || to < a.end0)
            cut_to_fragment(locus, from, to, s);
        s->far_length = ps_mate_expected(b) ? 0 : length_to_far_end(b, &a);
        s->clipped = (double)clipped >= panel->limits.ras_clutter_clip * b->core.l_qseq;
    }
    ps_alignment_free(&a);
    return s;
}

/* ---- two slices become one fragment ---------------------------------------------------------------------------- */

static uint8_t merge_codes(uint8_t a, uint8_t b, int cap) {
    if (a == PS_ABSENT || b == PS_ABSENT)
        return a == PS_ABSENT ? b : a;
    if (!ps_is_base(a) || !ps_is_base(b)) {
        if (a == b)
            return a;
        /* An unreadable base (N) leaves the other mate's word standing; a deletion against a base is a conflict. */
        if (a == PS_UNUSABLE || b == PS_UNUSABLE)
            return a == PS_UNUSABLE ? b : a;
        return PS_CONFLICT;
    }
    if (a >> 6 != b >> 6)
        return PS_CONFLICT;
    int quality = (a & PS_SPECIAL) + (b & PS_SPECIAL);
    return (uint8_t)((a & 0xc0) | (quality > cap ? cap : quality));
}

static int same_indel(const ps_slice_indel *a, const ps_slice_indel *b) {
    return a->beg0 == b->beg0 && a->end0 == b->end0 && !strcmp(a->alt, b->alt);
}

/* Does the other mate speak about this place?  Only when its alignment reaches far enough on both sides to have shown
 * the indel: closer to its end aligners leave mismatches instead of a gap. */
static int speaks_about(const ps_slice *s, const ps_slice_indel *indel) {
    int32_t inserted = (int32_t)strlen(indel->alt), deleted = indel->end0 - indel->beg0;
    int32_t anchor = ps_anchor_of(inserted > deleted ? inserted : deleted);
    int reaches = 0;
    for (int mate = 0; mate < 2; mate++)
        reaches |= indel->beg0 - s->span[mate][0] >= anchor && s->span[mate][1] - indel->end0 >= anchor + inserted;
    for (int32_t t = indel->target_beg; reaches && t < indel->target_end; t++)
        reaches = ps_slice_at(s, t) != PS_ABSENT;
    return reaches;
}

static void keep_indel(ps_slice *merged, const ps_slice_indel *indel, const ps_slice_indel *twin) {
    PS_GROW(merged->indel, merged->n_indel, merged->indel_capacity);
    ps_slice_indel *kept = &merged->indel[merged->n_indel++];
    *kept = *indel;
    kept->alt = ps_strdup(indel->alt);
    if (twin) { /* both mates show it: the better one vouches */
        kept->quality = twin->quality > kept->quality ? twin->quality : kept->quality;
        kept->in_place |= twin->in_place;
    }
}

static int touches(const ps_slice *s, int32_t target) {
    for (size_t i = 0; i < s->n_indel; i++)
        if (target >= s->indel[i].target_beg && target < s->indel[i].target_end)
            return 1;
    return 0;
}

static const ps_slice_indel *find_indel(const ps_slice *s, const ps_slice_indel *indel) {
    for (size_t i = 0; i < s->n_indel; i++)
        if (same_indel(indel, &s->indel[i]))
            return &s->indel[i];
    return NULL;
}

static void mark(ps_slice *merged, const ps_slice_indel *indel, const ps_slice *mine, const ps_slice *other) {
    for (int32_t t = indel->target_beg; t < indel->target_end; t++)
        if (t >= merged->beg && t < merged->end)
            merged->code[t - merged->beg] = mine && !touches(other, t) ? ps_slice_at(mine, t) : PS_CONFLICT;
}

static int by_change(const void *a, const void *b) {
    const ps_slice_indel *x = a, *y = b;
    if (x->beg0 != y->beg0)
        return x->beg0 < y->beg0 ? -1 : 1;
    if (x->end0 != y->end0)
        return x->end0 < y->end0 ? -1 : 1;
    return strcmp(x->alt, y->alt);
}

/* An indel that one mate has and the other, showing the place, has not is a conflict; one that the other says nothing
 * about stands, with the bases around it. Conflicts are marked last and indels sorted, so a and b may be swapped. */
static void merge_indels(const ps_slice *a, const ps_slice *b, ps_slice *merged) {
    for (int conflicts = 0; conflicts < 2; conflicts++)
        for (int from_b = 0; from_b < 2; from_b++) {
            const ps_slice *mine = from_b ? b : a, *other = from_b ? a : b;
            for (size_t i = 0; i < mine->n_indel; i++) {
                const ps_slice_indel *indel = &mine->indel[i];
                const ps_slice_indel *twin = find_indel(other, indel);
                int contradicted = !twin && speaks_about(other, indel);
                if (contradicted != conflicts || (twin && from_b))
                    continue;
                if (!twin)
                    mark(merged, indel, contradicted ? NULL : mine, other);
                if (!contradicted)
                    keep_indel(merged, indel, twin);
            }
        }
    if (merged->n_indel > 1)
        qsort(merged->indel, merged->n_indel, sizeof *merged->indel, by_change);
}

/* Hull of two stretches, either of which may be empty. */
static void merge_hull(const int32_t a[2], const int32_t b[2], int32_t out[2]) {
    int a_empty = a[0] >= a[1], b_empty = b[0] >= b[1];
    out[0] = a_empty ? b[0] : b_empty || a[0] < b[0] ? a[0] : b[0];
    out[1] = a_empty ? b[1] : b_empty || a[1] > b[1] ? a[1] : b[1];
}

/* The fragment ends where its other read begins, whatever TLEN says: where the alignment does, or before it by what
 * is clipped of the template. */
static void cut_to_mate(const ps_limits *limits, const ps_locus *locus, const ps_slice *mate, ps_slice *s) {
    int me = s->read == 2, other = mate->read == 2;
    int32_t five0 = mate->ends.five0[other], from = s->span[me][0], to = s->span[me][1];
    const int32_t *span = mate->span[other];
    if (me == other || s->ends.reverse[me] == mate->ends.reverse[other])
        return;
    if (s->ends.reverse[me])
        from = five0 < span[0] ? five0 : span[0];
    else
        to = five0 + 1 > span[1] ? five0 + 1 : span[1];
    from = from > s->span[me][0] ? from : s->span[me][0];
    to = to < s->span[me][1] ? to : s->span[me][1];
    if (from >= to || (from == s->span[me][0] && to == s->span[me][1]))
        return;
    cut_to_fragment(locus, from, to, s);
    set_extent(limits, locus, from, to, s);
}

ps_slice *ps_slice_merge(const ps_limits *limits, const ps_locus *locus, ps_slice *a, ps_slice *b) {
    cut_to_mate(limits, locus, b, a);
    cut_to_mate(limits, locus, a, b);
    ps_slice *m = ps_alloc(1, sizeof *m);
    m->beg = a->beg < b->beg ? a->beg : b->beg;
    m->end = a->end > b->end ? a->end : b->end;
    /* An improper pair may show both orientations: first reads decide, whichever came first in the file. */
    m->side = a->side_rank != b->side_rank ? (a->side_rank > b->side_rank ? a->side : b->side)
              : a->side < b->side          ? a->side
                                           : b->side;
    m->side_rank = a->side_rank > b->side_rank ? a->side_rank : b->side_rank;
    m->numbered = a->numbered & b->numbered;
    m->pos0 = a->pos0 < b->pos0 ? a->pos0 : b->pos0;
    m->mate_pos0 = -1;
    m->name = a->name < b->name ? a->name : b->name;
    m->ends = ps_ends_join(&a->ends, &b->ends);
    m->read = a->read | b->read;
    m->clipped = a->clipped | b->clipped;
    for (int mate = 0; mate < 2; mate++) {
        merge_hull(a->inner[mate], b->inner[mate], m->inner[mate]);
        merge_hull(a->span[mate], b->span[mate], m->span[mate]);
    }
    m->code = ps_alloc((size_t)(m->end - m->beg), 1);
    for (int32_t t = m->beg; t < m->end; t++)
        m->code[t - m->beg] = merge_codes(ps_slice_at(a, t), ps_slice_at(b, t), (int)limits->max_consensus_quality);
    merge_indels(a, b, m);
    ps_slice_free(a);
    ps_slice_free(b);
    return m;
}
