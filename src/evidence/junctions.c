/* junctions.c - records whose fragments join the t(11;14) window on chromosome 11 ("a") to IGH on chromosome 14
 * ("b").
 *
 * A pair is seen by its reads, a split read by its primary and supplementary alignments (the SA tag names the other
 * part), a read whose aligner places no second part by its soft clip. RNA is read on the chromosome 11 side only, DNA
 * on both: the record in IGH knows its own end, base and mapping quality. The same reads give the window's physical
 * coverage and the local background of pairs whose mate lies on another contig.
 */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "ends.h"
#include "unit.h"

enum { PACKED = 32 }; /* bases: as many as 64 bits hold */

typedef struct part_alignment { /* one aligned part of a read */
    int32_t pos0, end0;
    int reverse;
    int64_t clip_left, clip_right, aligned; /* query bases in reference order */
} part_alignment;

typedef struct state {
    size_t reads, clips; /* capacities */
    ps_pile covering;    /* fragments that stay in the window */
} state;

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static void halve(ps_read_evidence *part) {
    while (part->junctions.n_junction > PS_MAX_JUNCTION_ROWS || part->junctions.n_clip > PS_MAX_JUNCTION_ROWS) {
        part->junctions.thinned++;
        ps_junctions_thin(&part->junctions);
    }
}

static void emit(ps_unit *unit, const ps_junction_read *read) {
    ps_read_evidence *part = &unit->part;
    state *st = unit->state;
    if (!ps_junction_kept(read->fragment, part->junctions.thinned))
        return;
    PS_GROW(part->junctions.junction, part->junctions.n_junction, st->reads);
    part->junctions.junction[part->junctions.n_junction++] = *read;
    halve(part);
}

static void emit_clip(ps_unit *unit, const ps_junction_clip *clip) {
    ps_read_evidence *part = &unit->part;
    state *st = unit->state;
    if (!ps_junction_kept(clip->fragment, part->junctions.thinned))
        return;
    PS_GROW(part->junctions.clip, part->junctions.n_clip, st->clips);
    part->junctions.clip[part->junctions.n_clip++] = *clip;
    halve(part);
}

/* ---- what a record shows --------------------------------------------------------------------------------------- */

static int within(ps_span span, int contig, int64_t pos0) {
    return contig == span.contig && pos0 >= span.beg0 && pos0 < span.end0;
}

static int is_igh(const ps_unit *unit) {
    return unit->kind == &ps_junction_igh_unit;
}

static ps_span other_side(const ps_unit *unit) {
    return is_igh(unit) ? unit->panel->ccnd1_window : unit->panel->igh;
}

static int is_low(const ps_unit *unit, int64_t mapq) {
    return mapq < unit->panel->limits.min_mapq;
}

/* One number for both mates, also where their names differ. */
static uint64_t fragment_of(const ps_record *r) {
    ps_fragment f = ps_fragment_of(r);
    return f.sibling && f.sibling < f.id ? f.sibling : f.id;
}

static part_alignment aligned_part(const bam1_t *b) {
    part_alignment p = {.pos0 = (int32_t)b->core.pos, .end0 = (int32_t)bam_endpos(b), .reverse = bam_is_rev(b)};
    const uint32_t *cigar = bam_get_cigar(b);
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int op = bam_cigar_op(cigar[i]);
        if (op == BAM_CSOFT_CLIP || op == BAM_CHARD_CLIP)
            *(p.aligned ? &p.clip_right : &p.clip_left) += bam_cigar_oplen(cigar[i]);
        else if (bam_cigar_type(op) & 1)
            p.aligned += bam_cigar_oplen(cigar[i]);
    }
    return p;
}

/* Base at a query place counted from the read's first stored base, plus strand of `p`'s alignment or of the other
 * strand; 0 when it is not stored, not ACGT or of poor quality. */
static char base_at(const ps_unit *unit, const bam1_t *b, int64_t query, int complement) {
    if (query < 0 || query >= b->core.l_qseq)
        return 0;
    int quality = bam_get_qual(b)[query]; /* 255: not in the file */
    char base = seq_nt16_str[bam_seqi(bam_get_seq(b), query)];
    if (quality < unit->panel->limits.min_base_quality || !strchr("ACGT", base))
        return 0;
    return complement ? ps_complement(base) : base;
}

static int64_t soft_left(const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t n = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        if (bam_cigar_op(cigar[i]) == BAM_CSOFT_CLIP)
            n += bam_cigar_oplen(cigar[i]);
        else if (bam_cigar_op(cigar[i]) != BAM_CHARD_CLIP)
            break;
    }
    return n;
}

/* Base of the first or last aligned place. */
static char end_base(const ps_unit *unit, const bam1_t *b, const part_alignment *p, int right) {
    int64_t first = soft_left(b);
    return base_at(unit, b, right ? first + p->aligned - 1 : first, 0);
}

/* Outer ends of the record and of its mate; of a read without a mate, both of its ends. */
static uint64_t molecule_of(const bam1_t *b, const part_alignment *p) {
    int has_mate = (b->core.flag & BAM_FPAIRED) && !(b->core.flag & BAM_FMUNMAP);
    int64_t left = p->pos0 - p->clip_left, right = p->end0 + p->clip_right;
    int64_t key[6] = {b->core.tid, p->reverse, p->reverse ? right : left, -1, 0, 0};
    if (has_mate) {
        key[3] = b->core.mtid;
        key[4] = b->core.mpos;
        key[5] = bam_is_mrev(b);
    } else {
        key[4] = p->reverse ? left : right;
    }
    uint64_t hash = ps_hash(key, sizeof key);
    return hash + (hash == 0);
}

/* ---- split reads ----------------------------------------------------------------------------------------------- */

/* A CIGAR as text, up to a comma; -1 when it does not parse. */
static int parse_cigar(const char *cigar, int32_t pos0, part_alignment *p) {
    *p = (part_alignment){.pos0 = pos0};
    int64_t reference = 0;
    while (*cigar && *cigar != ',') {
        char *end = NULL;
        long long n = strtoll(cigar, &end, 10);
        if (end == cigar || n < 0 || n > INT32_MAX)
            return -1;
        char op = *end;
        if (op == 'S' || op == 'H')
            *(p->aligned ? &p->clip_right : &p->clip_left) += n;
        else if (op && strchr("MI=X", op))
            p->aligned += n;
        reference += op && strchr("MDN=X", op) ? n : 0;
        cigar = op ? end + 1 : end;
    }
    if (reference <= 0 || pos0 + reference > INT32_MAX)
        return -1;
    p->end0 = (int32_t)(pos0 + reference);
    return 0;
}

/* "pos1", strand and CIGAR of an SA entry; -1 when they do not parse. */
static int parse_part(const char *pos1, const char *cigar, part_alignment *p) {
    char *end = NULL;
    long long pos = strtoll(pos1, &end, 10);
    if (end == pos1 || *end != ',' || pos < 1 || pos > INT32_MAX)
        return -1;
    int reverse = end[1] == '-';
    if (parse_cigar(cigar, (int32_t)(pos - 1), p) < 0)
        return -1;
    p->reverse = reverse;
    return 0;
}

/* Query bases before the part, in the order the sequencer read them. */
static int64_t query_beg(const part_alignment *p) {
    return p->reverse ? p->clip_right : p->clip_left;
}

/* Where two parts of one read meet, on the reference and in the read (`query`, in the order it was read). Parts that
 * mostly cover the same bases are two tries at one place, no junction. */
static int join_parts(const part_alignment *a, const part_alignment *b, ps_junction_read *read, int64_t query[2]) {
    int64_t beg_a = query_beg(a), beg_b = query_beg(b), end_a = beg_a + a->aligned, end_b = beg_b + b->aligned;
    int a_first = beg_a < beg_b || (beg_a == beg_b && end_a < end_b);
    int64_t shared = a_first ? end_a - beg_b : end_b - beg_a,
            shorter = a->aligned < b->aligned ? a->aligned : b->aligned;
    if (2 * shared > shorter)
        return -1;
    shared = shared > 0 ? shared : 0;
    /* The part read first meets the junction with its last base: on the reference that is its right end when forward.
     */
    read->right_a = a_first ? !a->reverse : a->reverse;
    read->right_b = a_first ? b->reverse : !b->reverse;
    read->pos_a0 = read->right_a ? a->end0 - 1 : a->pos0;
    read->pos_b0 = (int32_t)(read->right_b ? b->end0 - 1 - shared : b->pos0 + shared);
    query[0] = a_first ? end_a - 1 : beg_a;
    query[1] = a_first ? beg_b + shared : end_b - 1 - shared;
    return 0;
}

/* Base at a place of the read, on the plus strand of the part that holds it. */
static char part_base(const ps_unit *unit, const bam1_t *b, const part_alignment *mine, const part_alignment *part,
                      int64_t query) {
    int64_t length = mine->clip_left + mine->aligned + mine->clip_right, hard_left = mine->clip_left - soft_left(b);
    int64_t stored = (mine->reverse ? length - 1 - query : query) - hard_left;
    return base_at(unit, b, stored, mine->reverse != part->reverse);
}

static int add_part(ps_unit *unit, const ps_record *r, const part_alignment *other, int64_t other_mapq) {
    part_alignment mine = aligned_part(r->bam);
    const part_alignment *a = is_igh(unit) ? other : &mine, *b = is_igh(unit) ? &mine : other;
    ps_junction_read read = {.fragment = fragment_of(r), .split = 1, .from_b = (uint8_t)is_igh(unit)};
    int64_t query[2];
    /* Chromosome 11 must be sure, whichever record tells of it. */
    if (join_parts(a, b, &read, query) < 0 || (is_igh(unit) && is_low(unit, other_mapq)))
        return 0;
    read.low_b = (uint8_t)is_low(unit, is_igh(unit) ? r->bam->core.qual : other_mapq);
    read.molecule = molecule_of(r->bam, &mine);
    read.base_a = part_base(unit, r->bam, &mine, a, query[0]);
    read.base_b = part_base(unit, r->bam, &mine, b, query[1]);
    emit(unit, &read);
    return 1;
}

/* SA:Z:rname,pos,strand,CIGAR,mapQ,NM; ... Returns how many entries join the two sides. */
static int add_split(ps_unit *unit, const ps_record *r, const char *entry) {
    int joined = 0;
    while (entry && *entry) {
        const char *next = strchr(entry, ';');
        const char *pos1 = strchr(entry, ',');
        const char *strand = pos1 ? strchr(pos1 + 1, ',') : NULL;
        const char *cigar = strand ? strchr(strand + 1, ',') : NULL;
        const char *mapq = cigar ? strchr(cigar + 1, ',') : NULL;
        part_alignment other;
        if (cigar && parse_part(pos1 + 1, cigar + 1, &other) == 0) {
            char *name = ps_strndup(entry, (size_t)(pos1 - entry));
            int contig = ps_reads_contig_by_name(r->reads, name);
            free(name);
            if (within(other_side(unit), contig, other.pos0))
                joined += add_part(unit, r, &other, mapq ? strtol(mapq + 1, NULL, 10) : 0);
        }
        entry = next ? next + 1 : NULL;
    }
    return joined;
}

/* ---- soft clips ------------------------------------------------------------------------------------------------ */

/* Packs up to 32 bases from `query` on, in steps of +-1; stops at the first that is not ACGT. */
static uint64_t pack(const bam1_t *b, int64_t query, int step, int64_t n, int complement, uint8_t *packed) {
    static const int two_bits[16] = {-1, 0, 1, -1, 2, -1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1};
    uint64_t bases = 0;
    int used = 0;
    for (; used < PACKED && used < n; used++, query += step) {
        int base = two_bits[bam_seqi(bam_get_seq(b), query)];
        if (base < 0)
            break;
        bases |= (uint64_t)(complement ? 3 - base : base) << (2 * used);
    }
    *packed = (uint8_t)used;
    return bases;
}

static void add_clip(ps_unit *unit, const ps_record *r, const part_alignment *p, int right) {
    const bam1_t *b = r->bam;
    int64_t first = soft_left(b), last = first + p->aligned - 1, clipped = right ? b->core.l_qseq - 1 - last : first;
    const ps_limits *l = &unit->panel->limits;
    if ((double)clipped < l->junction_min_clip || (double)p->aligned < l->junction_min_aligned)
        return;
    ps_junction_clip c = {.fragment = fragment_of(r),
                          .molecule = molecule_of(b, p),
                          .pos0 = right ? p->end0 - 1 : p->pos0,
                          .in_b = (uint8_t)is_igh(unit),
                          .right = (uint8_t)right,
                          .low = (uint8_t)is_low(unit, b->core.qual),
                          .base = end_base(unit, b, p, right)};
    c.beyond =
        right ? pack(b, last + 1, 1, clipped, 0, &c.n_beyond) : pack(b, first - 1, -1, clipped, 1, &c.n_beyond);
    c.within = right ? pack(b, last, -1, p->aligned, 1, &c.n_within) : pack(b, first, 1, p->aligned, 0, &c.n_within);
    if (c.n_beyond >= l->junction_min_clip)
        emit_clip(unit, &c);
}

static void add_clips(ps_unit *unit, const ps_record *r) {
    if (unit->part.role == PS_INPUT_RNA || r->bam->core.l_qseq == 0 || r->bam->core.n_cigar < 2)
        return;
    part_alignment p = aligned_part(r->bam);
    add_clip(unit, r, &p, 0);
    add_clip(unit, r, &p, 1);
}

/* ---- pairs ----------------------------------------------------------------------------------------------------- */

/* MQ:i: (the mate's mapping quality), where the aligner or fixmate wrote it. */
static int mate_is_low(const ps_unit *unit, const bam1_t *b) {
    const uint8_t *tag = bam_aux_get(b, "MQ");
    return tag && is_low(unit, bam_aux2i(tag));
}

static void add_chimeric(ps_unit *unit, const ps_record *r) {
    int side = is_igh(unit);
    ps_span span = side ? unit->panel->igh : unit->panel->ccnd1_window;
    unit->part.junctions.window_chimeric += !side;
    unit->part.junctions.chimeric[side][(r->pos0 - span.beg0) / PS_CHIMERIC_CELL]++;
}

/* Alternative and unplaced contigs may hold IGH; those of other chromosomes, decoys, HLA and viruses do not. */
static int may_hold_igh(const char *name) {
    static const char *const beginnings[] = {"chr14_", "14_", "HSCHR14", "HG", "chrUn_", "GL0", "KI27", "NT_", "NW_"};
    size_t length = strlen(name);
    if (length >= 6 && !strcmp(name + length - 6, "_decoy"))
        return 0;
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (!strncmp(name, beginnings[i], strlen(beginnings[i])))
            return 1;
    return 0;
}

/* A pair of the window whose mate lies on such a contig. */
static void add_far_pair(ps_unit *unit, const ps_record *r) {
    const char *name = ps_reads_contig_name(r->reads, r->bam->core.mtid);
    if (unit->part.role == PS_INPUT_RNA || !name || !may_hold_igh(name))
        return;
    part_alignment p = aligned_part(r->bam);
    int right = !bam_is_rev(r->bam);
    ps_junction_read read = {.fragment = r->name,
                             .molecule = molecule_of(r->bam, &p),
                             .pos_a0 = right ? r->end0 - 1 : r->pos0,
                             .pos_b0 = (int32_t)r->bam->core.mpos,
                             .right_a = (uint8_t)right,
                             .right_b = (uint8_t)!bam_is_mrev(r->bam)};
    strncpy(read.contig_b, name, sizeof read.contig_b - 1);
    emit(unit, &read);
}

static void add_pair(ps_unit *unit, const ps_record *r) {
    const bam1_core_t *c = &r->bam->core;
    int igh = is_igh(unit);
    if (!within(other_side(unit), ps_reads_contig(r->reads, c->mtid), c->mpos)) {
        add_chimeric(unit, r);
        if (!igh && ps_reads_contig(r->reads, c->mtid) < 0)
            add_far_pair(unit, r);
        return;
    }
    part_alignment p = aligned_part(r->bam);
    /* A forward read's fragment goes on to the right of it, a reverse read's to the left. */
    int right = !bam_is_rev(r->bam), mate_right = !bam_is_mrev(r->bam);
    int32_t pos0 = right ? r->end0 - 1 : r->pos0, mate_pos0 = (int32_t)c->mpos;
    char base = end_base(unit, r->bam, &p, right);
    ps_junction_read read = {.fragment = fragment_of(r), .molecule = molecule_of(r->bam, &p), .from_b = (uint8_t)igh};
    read.pos_a0 = igh ? mate_pos0 : pos0;
    read.pos_b0 = igh ? pos0 : mate_pos0;
    read.right_a = (uint8_t)(igh ? mate_right : right);
    read.right_b = (uint8_t)(igh ? right : mate_right);
    read.low_b = (uint8_t)(igh ? is_low(unit, c->qual) : mate_is_low(unit, r->bam));
    *(igh ? &read.base_b : &read.base_a) = base;
    emit(unit, &read);
}

/* A fragment that stays in the window adds to its physical coverage. */
static void cover(ps_unit *unit, const ps_record *r, int64_t bases) {
    int known, read = ps_read_number(r->bam, &known);
    if (is_igh(unit))
        return;
    ps_ends ends = ps_ends_of(r->bam, read, 0);
    ps_molecule_key key = ps_ends_key(&ends, known && bam_is_rev(r->bam) != (read == 2) ? PS_F2R1 : PS_F1R2);
    ps_pile_add(&((state *)unit->state)->covering, 0, &key);
    unit->part.junctions.window_fragments++;
    unit->part.junctions.cell_bases[(r->pos0 - unit->panel->ccnd1_window.beg0) / PS_WINDOW_CELL] += (uint64_t)bases;
}

/* Length of the pair, at its first read; 0 at the other one. TLEN, or where the file has none the places of both: the
 * mate as long as the MC tag says, else as this read. */
static int64_t insert_of(const ps_record *r) {
    const bam1_core_t *c = &r->bam->core;
    if (c->isize != 0 || c->mtid != c->tid || c->mpos < c->pos || bam_is_rev(r->bam) || !bam_is_mrev(r->bam))
        return c->isize;
    const uint8_t *mc = bam_aux_get(r->bam, "MC");
    part_alignment mate;
    if (mc && *mc == 'Z' && parse_cigar(bam_aux2Z(mc), (int32_t)c->mpos, &mate) == 0)
        return mate.end0 - c->pos;
    return c->mpos + (r->end0 - r->pos0) - c->pos;
}

/* ---- the units ------------------------------------------------------------------------------------------------- */

static void begin(ps_unit *unit) {
    unit->state = ps_alloc(1, sizeof(state));
}

static void add(ps_unit *unit, const ps_record *r) {
    const bam1_core_t *c = &r->bam->core;
    const uint8_t *tag = bam_aux_get(r->bam, "SA");
    int joined = tag ? add_split(unit, r, bam_aux2Z(tag)) : 0;
    if (c->flag & BAM_FSUPPLEMENTARY)
        return;
    if (!tag || joined)
        add_clips(unit, r);
    int paired = (c->flag & BAM_FPAIRED) && !(c->flag & BAM_FMUNMAP);
    int64_t insert = paired && (c->flag & BAM_FPROPER_PAIR) ? insert_of(r) : 0;
    if (paired && !ps_mate_is_lost(r->bam) && c->mtid != c->tid) {
        add_pair(unit, r);
    } else if (insert > 0 && insert <= unit->panel->limits.junction_max_insert) {
        cover(unit, r, insert);
    } else if (!(c->flag & BAM_FPAIRED)) {
        cover(unit, r, r->end0 - r->pos0);
    }
}

static void finish(ps_unit *unit) {
    ps_pile_finish(&((state *)unit->state)->covering, &unit->part.junctions.molecules);
    free(unit->state);
    unit->state = NULL;
}

const ps_unit_kind ps_junction_unit = {
    .collector = PS_COLLECT_JUNCTIONS,
    .left_out = 1u << PS_LEFT_UNMAPPED | 1u << PS_LEFT_SECONDARY | 1u << PS_LEFT_QC_FAIL | 1u << PS_LEFT_DUPLICATE |
                1u << PS_LEFT_LOW_MAPQ,
    .starts_inside = 1,
    .begin = begin,
    .add = add,
    .finish = finish,
};

/* Switch regions are full of repeats: a mate placed there with low quality is noted, not lost. */
const ps_unit_kind ps_junction_igh_unit = {
    .collector = PS_COLLECT_JUNCTIONS,
    .left_out = 1u << PS_LEFT_UNMAPPED | 1u << PS_LEFT_SECONDARY | 1u << PS_LEFT_QC_FAIL | 1u << PS_LEFT_DUPLICATE,
    .starts_inside = 1,
    .begin = begin,
    .add = add,
    .finish = finish,
};
