/* codons.c - codon haplotypes and indels of one RAS or RAF gene, a fragment at a time.
 *
 * A read is reduced to a slice: one byte per coding base ("target") it spans, and its indels. When mates overlap,
 * their slices are merged base by base: agreeing bases add their qualities, disagreeing ones count for nothing. A
 * fragment then counts once for each codon whose three bases it shows. Targets are numbered along the coding sequence
 * in genomic order, so a spliced read's slice is contiguous and a codon that straddles an intron is one codon.
 */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "unit.h"

/* A slice byte: base in bits 7-6 (A C G T), quality in bits 5-0; quality 63 marks the special states. */
enum { ABSENT = 0x3f, UNUSABLE = 0x7f, CONFLICT = 0xbf, DELETED = 0xff, SPECIAL = 0x3f };

typedef struct slice_indel {
    int32_t beg0, end0;             /* replaced reference, left-aligned */
    int32_t target_beg, target_end; /* targets it touches */
    uint8_t quality;
    char *alt;
} slice_indel;

typedef struct slice {
    int32_t beg, end;   /* targets [beg, end) */
    uint8_t side, read; /* read: bit 0 = first, bit 1 = second */
    uint8_t *code;
    slice_indel *indel;
    size_t n_indel, indel_capacity;
} slice;

typedef struct codon_state {
    const ps_locus *locus;
    int32_t *codon_of;   /* target -> panel codon id */
    uint32_t *reference; /* [codon][side][64 qualities] fragments with the reference haplotype */
    ps_map other;        /* key_of() -> fragments */
    int32_t end0;        /* of the last coding base */
    size_t indel_capacity;
    ps_waitlist waiting;
    ps_unit *unit;
} codon_state;

static uint64_t key_of(int32_t codon, int hap, int side, int quality) {
    return (uint64_t)codon << 32 | (uint64_t)hap << 16 | (uint64_t)side << 8 | (uint64_t)quality;
}

/* ---- a read becomes a slice -------------------------------------------------------------------------------------
 */

/* First target at or after a genomic place. */
static int32_t target_at(const ps_locus *locus, int64_t pos0) {
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

static uint8_t base_code(const ps_limits *limits, const bam1_t *b, int32_t query) {
    /* 4-bit base of htslib -> A C G T; everything else is unusable */
    static const int two_bits[16] = {-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1};
    int base = two_bits[bam_seqi(bam_get_seq(b), query)];
    if (base < 0)
        return UNUSABLE;
    int quality = bam_get_qual(b)[query], cap = (int)limits->max_base_quality;
    if (quality == 0xff) /* no qualities in the file: just good enough to count */
        quality = (int)limits->min_base_quality;
    if (quality > cap)
        quality = cap;
    return (uint8_t)(base << 6 | quality);
}

static int quality_near(const ps_limits *limits, const bam1_t *b, int32_t query_beg, int32_t query_end) {
    int lowest = (int)limits->max_base_quality;
    for (int32_t q = query_beg < 0 ? 0 : query_beg; q < query_end && q < b->core.l_qseq; q++) {
        int quality = bam_get_qual(b)[q];
        if (quality == 0xff)
            quality = (int)limits->min_base_quality;
        lowest = quality < lowest ? quality : lowest;
    }
    return lowest;
}

/* Keeps an indel when it touches coding bases: a deletion by the bases it removes, an insertion by both neighbours.
 */
static void note_indel(codon_state *st, slice *s, const bam1_t *b, int64_t at, int32_t query, int32_t length,
                       int is_insertion) {
    const ps_panel *panel = st->unit->panel;
    const ps_locus *locus = st->locus;
    slice_indel indel = {.beg0 = (int32_t)at, .end0 = (int32_t)(is_insertion ? at : at + length)};
    if (at <= 0 || at > INT32_MAX - length)
        return;
    indel.alt = ps_alloc(is_insertion ? (size_t)length + 1 : 1, 1);
    for (int32_t i = 0; is_insertion && i < length; i++)
        indel.alt[i] = seq_nt16_str[bam_seqi(bam_get_seq(b), query + i)];
    indel.quality = (uint8_t)quality_near(&panel->limits, b, query - 1, query + (is_insertion ? length : 0) + 1);
    ps_left_align(panel, locus->contig, &indel.beg0, &indel.end0, indel.alt);
    indel.target_beg = target_at(locus, is_insertion ? indel.beg0 - 1 : indel.beg0);
    indel.target_end = target_at(locus, is_insertion ? indel.beg0 + 1 : indel.end0);
    int touched = indel.target_end - indel.target_beg;
    if (touched < (is_insertion ? 2 : 1) || indel.quality < panel->limits.min_base_quality) {
        free(indel.alt);
        return;
    }
    PS_GROW(s->indel, s->n_indel, s->indel_capacity);
    s->indel[s->n_indel++] = indel;
}

static void note_bases(codon_state *st, slice *s, const bam1_t *b, int64_t at, int32_t query, int32_t length,
                       int deleted) {
    const ps_locus *locus = st->locus;
    for (int32_t t = target_at(locus, at); t < s->end && locus->pos0[t] < at + length; t++) {
        int32_t q = query + (int32_t)(locus->pos0[t] - at);
        s->code[t - s->beg] = deleted ? DELETED : base_code(&st->unit->panel->limits, b, q);
    }
}

static void walk_cigar(codon_state *st, slice *s, const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t at = b->core.pos;
    int32_t query = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int op = bam_cigar_op(cigar[i]), type = bam_cigar_type(op);
        int32_t length = (int32_t)bam_cigar_oplen(cigar[i]);
        if (type == 3 || op == BAM_CDEL)
            note_bases(st, s, b, at, query, length, op == BAM_CDEL);
        /* An indel at the very end of a read has no anchor on one side: an aligner's guess, not evidence. */
        int inside = query > 0 && i > 0 && i + 1 < b->core.n_cigar &&
                     bam_cigar_type(bam_cigar_op(cigar[i - 1])) == 3 &&
                     bam_cigar_type(bam_cigar_op(cigar[i + 1])) == 3;
        if (inside && (op == BAM_CDEL || op == BAM_CINS))
            note_indel(st, s, b, at, query, length, op == BAM_CINS);
        at += type & 2 ? length : 0;
        query += type & 1 ? length : 0;
    }
}

static void free_slice(slice *s) {
    for (size_t i = 0; i < s->n_indel; i++)
        free(s->indel[i].alt);
    free(s->indel);
    free(s->code);
    free(s);
}

/* NULL when the read spans no coding base. */
static slice *make_slice(codon_state *st, const ps_record *r) {
    const bam1_t *b = r->bam;
    int32_t beg = target_at(st->locus, r->pos0), end = target_at(st->locus, r->end0);
    if (beg >= end || b->core.l_qseq <= 0)
        return NULL;
    slice *s = ps_alloc(1, sizeof *s);
    *s = (slice){.beg = beg, .end = end};
    int paired = (b->core.flag & BAM_FPAIRED) != 0;
    s->read = paired ? (uint8_t)((b->core.flag & BAM_FREAD1 ? 1 : 0) | (b->core.flag & BAM_FREAD2 ? 2 : 0)) : 0;
    int reverse_first = bam_is_rev(b) != (s->read == 2);
    s->side = reverse_first ? PS_F2R1 : PS_F1R2;
    s->code = ps_alloc((size_t)(end - beg), 1);
    memset(s->code, ABSENT, (size_t)(end - beg));
    walk_cigar(st, s, b);
    return s;
}

/* ---- two slices become one fragment -----------------------------------------------------------------------------
 */

static uint8_t merge_codes(uint8_t a, uint8_t b, int cap) {
    if (a == ABSENT || b == ABSENT)
        return a == ABSENT ? b : a;
    int a_special = (a & SPECIAL) == SPECIAL, b_special = (b & SPECIAL) == SPECIAL;
    if (a_special || b_special) {
        if (a == b)
            return a;
        /* An unreadable base (N) leaves the other mate's word standing; a deletion against a base is a conflict. */
        if (a == UNUSABLE || b == UNUSABLE)
            return a == UNUSABLE ? b : a;
        return CONFLICT;
    }
    if (a >> 6 != b >> 6)
        return CONFLICT;
    int quality = (a & SPECIAL) + (b & SPECIAL);
    return (uint8_t)((a & 0xc0) | (quality > cap ? cap : quality));
}

static int same_indel(const slice_indel *a, const slice_indel *b) {
    return a->beg0 == b->beg0 && a->end0 == b->end0 && !strcmp(a->alt, b->alt);
}

static int shows(const slice *s, const slice_indel *indel) {
    for (int32_t t = indel->target_beg; t < indel->target_end; t++)
        if (t < s->beg || t >= s->end || s->code[t - s->beg] == ABSENT)
            return 0;
    return 1;
}

/* Moves b's indels into a. An indel that one mate has and the other, covering the place, has not is a conflict. */
static void merge_indels(slice *a, slice *b, slice *merged) {
    for (int from_b = 0; from_b < 2; from_b++) {
        slice *mine = from_b ? b : a, *other = from_b ? a : b;
        for (size_t i = 0; i < mine->n_indel; i++) {
            slice_indel *indel = &mine->indel[i];
            int in_other = 0;
            for (size_t j = 0; j < other->n_indel; j++)
                in_other |= same_indel(indel, &other->indel[j]);
            if (!in_other && shows(other, indel)) {
                for (int32_t t = indel->target_beg; t < indel->target_end; t++)
                    merged->code[t - merged->beg] = CONFLICT;
                continue;
            }
            if (in_other && from_b)
                continue;
            PS_GROW(merged->indel, merged->n_indel, merged->indel_capacity);
            merged->indel[merged->n_indel] = *indel;
            merged->indel[merged->n_indel++].alt = ps_strdup(indel->alt);
        }
    }
}

static slice *merge_slices(const ps_limits *limits, slice *a, slice *b) {
    slice *m = ps_alloc(1, sizeof *m);
    m->beg = a->beg < b->beg ? a->beg : b->beg;
    m->end = a->end > b->end ? a->end : b->end;
    /* An improper pair may show both orientations: the first read decides, whichever came first in the file. */
    m->side = a->read == 1 ? a->side : b->read == 1 ? b->side : a->side < b->side ? a->side : b->side;
    m->code = ps_alloc((size_t)(m->end - m->beg), 1);
    memset(m->code, ABSENT, (size_t)(m->end - m->beg));
    for (int32_t t = a->beg; t < a->end; t++)
        m->code[t - m->beg] = a->code[t - a->beg];
    for (int32_t t = b->beg; t < b->end; t++)
        m->code[t - m->beg] =
            merge_codes(m->code[t - m->beg], b->code[t - b->beg], (int)limits->max_consensus_quality);
    merge_indels(a, b, m);
    return m;
}

/* ---- a fragment is counted --------------------------------------------------------------------------------------
 */

static const slice_indel *indel_in(const slice *s, const ps_codon *codon) {
    for (size_t i = 0; i < s->n_indel; i++)
        for (int k = 0; k < 3; k++)
            if (codon->target[k] >= s->indel[i].target_beg && codon->target[k] < s->indel[i].target_end)
                return &s->indel[i];
    return NULL;
}

static void count_codon(codon_state *st, const slice *s, int32_t id) {
    const ps_panel *panel = st->unit->panel;
    const ps_codon *codon = &panel->codons[id];
    int minus = panel->genes[codon->gene].strand == '-';
    int bases[3], quality[3];
    const slice_indel *indel = s->n_indel ? indel_in(s, codon) : NULL;
    for (int k = 0; k < 3; k++) {
        int32_t t = codon->target[k];
        uint8_t code = t >= s->beg && t < s->end ? s->code[t - s->beg] : ABSENT;
        if (code == CONFLICT)
            st->unit->part.mate_conflicts++;
        if (code == CONFLICT || code == ABSENT || (code == UNUSABLE && !indel) || (code == DELETED && !indel))
            return;
        bases[k] = minus ? 3 - (code >> 6) : code >> 6; /* A C G T are 0 1 2 3: 3 - x is the complement */
        quality[k] = code & SPECIAL;
    }
    if (indel) {
        ++*ps_map_at(&st->other, key_of(id, PS_HAP_INDEL, s->side, indel->quality));
        return;
    }
    int hap = 16 * bases[0] + 4 * bases[1] + bases[2], lowest = quality[0];
    for (int k = 1; k < 3; k++)
        lowest = quality[k] < lowest ? quality[k] : lowest;
    if (lowest < panel->limits.min_base_quality)
        return;
    if (hap == codon->ref)
        st->reference[((size_t)(id - st->locus->codon_beg) * 2 + s->side) * 64 + (size_t)lowest]++;
    else
        ++*ps_map_at(&st->other, key_of(id, hap, s->side, lowest));
}

static void count_indel(codon_state *st, const slice *s, const slice_indel *indel) {
    ps_evidence *part = &st->unit->part;
    for (size_t i = 0; i < part->n_indel; i++) {
        ps_indel_count *known = &part->indel[i];
        if (known->beg0 == indel->beg0 && known->end0 == indel->end0 && !strcmp(known->alt, indel->alt)) {
            known->n[s->side]++;
            return;
        }
    }
    PS_GROW(part->indel, part->n_indel, st->indel_capacity);
    part->indel[part->n_indel] = (ps_indel_count){
        .locus = st->unit->id, .beg0 = indel->beg0, .end0 = indel->end0, .alt = ps_strdup(indel->alt)};
    part->indel[part->n_indel++].n[s->side]++;
}

static void count_fragment(codon_state *st, slice *s) {
    for (int32_t t = s->beg; t < s->end;) {
        int32_t id = st->codon_of[t];
        count_codon(st, s, id);
        while (t < s->end && st->codon_of[t] == id)
            t++;
    }
    for (size_t i = 0; i < s->n_indel; i++)
        count_indel(st, s, &s->indel[i]);
    free_slice(s);
}

static void count_alone(void *context, void *what) {
    count_fragment(context, what);
}

/* ---- the unit ---------------------------------------------------------------------------------------------------
 */

static void begin(ps_unit *unit) {
    codon_state *st = ps_alloc(1, sizeof *st);
    const ps_locus *locus = &unit->panel->loci[unit->id];
    st->locus = locus;
    st->unit = unit;
    st->end0 = locus->pos0[locus->n_targets - 1] + 1;
    st->codon_of = ps_alloc((size_t)locus->n_targets, sizeof *st->codon_of);
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            st->codon_of[unit->panel->codons[id].target[k]] = id;
    st->reference = ps_alloc((size_t)(locus->codon_end - locus->codon_beg) * 2 * 64, sizeof *st->reference);
    unit->state = st;
}

static void add(ps_unit *unit, const ps_record *r) {
    codon_state *st = unit->state;
    const bam1_core_t *c = &r->bam->core;
    slice *s = make_slice(st, r);
    if (!s)
        return;
    if (unit->sorted)
        ps_waitlist_sweep(&st->waiting, r->pos0, count_alone, st);
    int expected = ps_mate_expected(r->bam) && (s->read == 1 || s->read == 2);
    slice *mate = expected ? ps_waitlist_take(&st->waiting, r->name) : NULL;
    if (mate && (mate->read ^ s->read) == 3) {
        slice *both = merge_slices(&unit->panel->limits, s, mate);
        free_slice(s);
        free_slice(mate);
        count_fragment(st, both);
        return;
    }
    if (mate) /* two first reads of one name: different fragments that share a name */
        count_fragment(st, mate);
    /* A mate that starts behind the gene has nothing to add. In a sorted file a mate that would have come before this
     * read is not coming: it was left out or lies elsewhere. */
    int worth_waiting = expected && c->mpos < st->end0 && !(unit->sorted && c->mpos < c->pos);
    if (worth_waiting)
        ps_waitlist_put(&st->waiting, r->name, (int32_t)c->mpos, s);
    else
        count_fragment(st, s);
}

static int by_key(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    uint64_t kx = key_of(x->codon, x->hap, x->side, x->quality), ky = key_of(y->codon, y->hap, y->side, y->quality);
    return (kx > ky) - (kx < ky);
}

static int by_place(const void *a, const void *b) {
    const ps_indel_count *x = a, *y = b;
    if (x->beg0 != y->beg0)
        return x->beg0 < y->beg0 ? -1 : 1;
    if (x->end0 != y->end0)
        return x->end0 < y->end0 ? -1 : 1;
    return strcmp(x->alt, y->alt);
}

static void append(ps_evidence *part, size_t *capacity, int32_t codon, int hap, int side, int quality, uint64_t n) {
    PS_GROW(part->codon, part->n_codon, *capacity);
    part->codon[part->n_codon++] =
        (ps_codon_count){codon, (uint8_t)hap, (uint8_t)side, (uint8_t)quality, (uint32_t)n};
}

static void list_counts(codon_state *st, ps_evidence *part) {
    const ps_panel *panel = st->unit->panel;
    size_t capacity = 0;
    for (int32_t id = st->locus->codon_beg; id < st->locus->codon_end; id++)
        for (int side = 0; side < 2; side++)
            for (int q = 0; q < 64; q++) {
                uint32_t n = st->reference[((size_t)(id - st->locus->codon_beg) * 2 + (size_t)side) * 64 + (size_t)q];
                if (n)
                    append(part, &capacity, id, panel->codons[id].ref, side, q, n);
            }
    for (size_t i = 0; i < st->other.capacity; i++) {
        uint64_t k = st->other.key[i];
        if (k)
            append(part, &capacity, (int32_t)(k >> 32), (int)(k >> 16 & 0xff), (int)(k >> 8 & 0xff), (int)(k & 0xff),
                   st->other.value[i]);
    }
    if (part->n_codon)
        qsort(part->codon, part->n_codon, sizeof *part->codon, by_key);
}

/* An indel's depth is that of the first codon it touches: fragments that show the codon whole or carry an indel
 * there. */
static void measure_indels(codon_state *st, ps_evidence *part) {
    for (size_t i = 0; i < part->n_indel; i++) {
        ps_indel_count *indel = &part->indel[i];
        int32_t t = target_at(st->locus, indel->beg0 == indel->end0 ? indel->beg0 - 1 : indel->beg0);
        int32_t id = st->codon_of[t];
        for (size_t j = 0; j < part->n_codon; j++)
            indel->depth += part->codon[j].codon == id ? part->codon[j].n : 0;
        uint32_t carriers = indel->n[0] + indel->n[1];
        if (indel->depth < carriers) /* fragments that end inside the codon */
            indel->depth = carriers;
    }
    if (part->n_indel)
        qsort(part->indel, part->n_indel, sizeof *part->indel, by_place);
}

static void finish(ps_unit *unit) {
    codon_state *st = unit->state;
    ps_waitlist_drain(&st->waiting, count_alone, st);
    list_counts(st, &unit->part);
    measure_indels(st, &unit->part);
    ps_map_free(&st->other);
    free(st->reference);
    free(st->codon_of);
    free(st);
    unit->state = NULL;
}

const ps_unit_kind ps_codon_unit = {
    .collector = PS_COLLECT_CODONS,
    .left_out = 1u << PS_LEFT_UNMAPPED | 1u << PS_LEFT_SECONDARY | 1u << PS_LEFT_SUPPLEMENTARY |
                1u << PS_LEFT_QC_FAIL | 1u << PS_LEFT_DUPLICATE | 1u << PS_LEFT_LOW_MAPQ,
    .begin = begin,
    .add = add,
    .finish = finish,
};
