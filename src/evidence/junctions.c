/* junctions.c - fragments that join the t(11;14) window on chromosome 11 to IGH on chromosome 14.
 *
 * Only the chromosome 11 side is read: a pair is seen by its read there, a split read by its primary or supplementary
 * alignment there (the SA tag names the other part). The same reads give the window's physical coverage and its
 * background of pairs whose mate lies on any other contig.
 */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "unit.h"

typedef struct part_alignment { /* one aligned part of a split read */
    int32_t pos0, end0;
    int64_t clip_left, clip_right;
} part_alignment;

static int in_igh(const ps_panel *panel, int contig, int64_t pos0) {
    return contig == panel->igh.contig && pos0 >= panel->igh.beg0 && pos0 < panel->igh.end0;
}

static void emit(ps_unit *unit, const ps_junction_read *read) {
    ps_evidence *part = &unit->part;
    size_t *capacity = unit->state;
    PS_GROW(part->junction, part->n_junction, *capacity);
    part->junction[part->n_junction++] = *read;
}

static part_alignment aligned_part(const bam1_t *b) {
    part_alignment p = {.pos0 = (int32_t)b->core.pos, .end0 = (int32_t)bam_endpos(b)};
    const uint32_t *cigar = bam_get_cigar(b);
    int seen_match = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int op = bam_cigar_op(cigar[i]);
        if (op == BAM_CSOFT_CLIP || op == BAM_CHARD_CLIP)
            *(seen_match ? &p.clip_right : &p.clip_left) += bam_cigar_oplen(cigar[i]);
        else
            seen_match = 1;
    }
    return p;
}

/* "pos1" and "cigar" of an SA entry; -1 when they do not parse. */
static int parse_part(const char *pos1, const char *cigar, part_alignment *p) {
    char *end = NULL;
    long long pos = strtoll(pos1, &end, 10);
    if (end == pos1 || *end != ',' || pos < 1 || pos > INT32_MAX)
        return -1;
    *p = (part_alignment){.pos0 = (int32_t)(pos - 1)};
    int64_t reference = 0;
    int seen_match = 0;
    while (*cigar && *cigar != ',') {
        long long n = strtoll(cigar, &end, 10);
        if (end == cigar || n < 0 || n > INT32_MAX)
            return -1;
        if (*end == 'S' || *end == 'H')
            *(seen_match ? &p->clip_right : &p->clip_left) += n;
        else
            seen_match = 1;
        reference += strchr("MDN=X", *end) && *end ? n : 0;
        cigar = *end ? end + 1 : end;
    }
    if (reference <= 0 || pos - 1 + reference > INT32_MAX)
        return -1;
    p->end0 = (int32_t)(pos - 1 + reference);
    return 0;
}

/* The junction is at the end with the longer clip. */
static int32_t break_of(const part_alignment *p, uint8_t *right) {
    *right = p->clip_right > p->clip_left;
    return *right ? p->end0 - 1 : p->pos0;
}

/* SA:Z:rname,pos,strand,CIGAR,mapQ,NM; ... */
static void add_split(ps_unit *unit, const ps_record *r) {
    const uint8_t *tag = bam_aux_get(r->bam, "SA");
    const char *entry = tag ? bam_aux2Z(tag) : NULL;
    while (entry && *entry) {
        const char *next = strchr(entry, ';');
        const char *pos1 = strchr(entry, ',');
        const char *strand = pos1 ? strchr(pos1 + 1, ',') : NULL;
        const char *cigar = strand ? strchr(strand + 1, ',') : NULL;
        part_alignment mine = aligned_part(r->bam), other;
        if (cigar && parse_part(pos1 + 1, cigar + 1, &other) == 0) {
            char *name = ps_strndup(entry, (size_t)(pos1 - entry));
            int contig = ps_reads_contig_by_name(r->reads, name);
            free(name);
            if (in_igh(unit->panel, contig, other.pos0)) {
                ps_junction_read read = {.fragment = r->name, .split = 1};
                read.pos_a0 = break_of(&mine, &read.right_a);
                read.pos_b0 = break_of(&other, &read.right_b);
                emit(unit, &read);
            }
        }
        entry = next ? next + 1 : NULL;
    }
}

static void add_pair(ps_unit *unit, const ps_record *r) {
    const bam1_core_t *c = &r->bam->core;
    int mate = ps_reads_contig(r->reads, c->mtid);
    if (!in_igh(unit->panel, mate, c->mpos)) {
        unit->part.window_chimeric++;
        return;
    }
    int reverse = bam_is_rev(r->bam), mate_reverse = bam_is_mrev(r->bam);
    /* A forward read's fragment goes on to the right of it, a reverse read's to the left. */
    emit(unit, &(ps_junction_read){.fragment = r->name,
                                   .pos_a0 = reverse ? r->pos0 : r->end0 - 1,
                                   .pos_b0 = (int32_t)c->mpos,
                                   .right_a = !reverse,
                                   .right_b = !mate_reverse});
}

/* A fragment that stays in the window adds to its physical coverage. */
static void cover(ps_unit *unit, int32_t pos0, int64_t bases) {
    unit->part.window_fragments++;
    unit->part.cell_bases[(pos0 - unit->panel->ccnd1_window.beg0) / PS_WINDOW_CELL] += (uint64_t)bases;
}

static void begin(ps_unit *unit) {
    unit->state = ps_alloc(1, sizeof(size_t)); /* capacity of part.junction */
}

static void add(ps_unit *unit, const ps_record *r) {
    const bam1_core_t *c = &r->bam->core;
    add_split(unit, r);
    if (c->flag & BAM_FSUPPLEMENTARY)
        return;
    int paired = (c->flag & BAM_FPAIRED) && !(c->flag & BAM_FMUNMAP);
    if (paired && c->mtid != c->tid) {
        add_pair(unit, r);
    } else if (paired && (c->flag & BAM_FPROPER_PAIR) && c->isize > 0 &&
               c->isize <= unit->panel->limits.junction_max_insert) {
        cover(unit, r->pos0, c->isize);
    } else if (!(c->flag & BAM_FPAIRED)) {
        cover(unit, r->pos0, r->end0 - r->pos0);
    }
}

static void finish(ps_unit *unit) {
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
