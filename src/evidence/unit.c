#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

enum { MANY_ROWS = 1 << 14 }; /* of a waitlist: fewer are kept when it empties */

/* A haplotype that GATK assembled and wrote among the reads (--bam-output): no molecule was sequenced. Reads have the
 * HC tag there too, so the read group tells. */
static int is_assembled(const bam1_t *b) {
    static const char group[] = "ArtificialHaplotype";
    const uint8_t *tag = bam_aux_get(b, "RG");
    return tag && *tag == 'Z' && !strncmp((const char *)tag + 1, group, sizeof group - 1);
}

static int left_out_cause(const ps_unit *unit, const bam1_t *b) {
    static const struct {
        ps_left_out cause;
        uint16_t flag;
    } rows[] = {
        {PS_LEFT_UNMAPPED, BAM_FUNMAP},
        {PS_LEFT_SECONDARY, BAM_FSECONDARY},
        {PS_LEFT_SUPPLEMENTARY, BAM_FSUPPLEMENTARY},
        {PS_LEFT_QC_FAIL, BAM_FQCFAIL},
        {PS_LEFT_DUPLICATE, BAM_FDUP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((b->core.flag & rows[i].flag) && (unit->kind->left_out >> rows[i].cause & 1))
            return (int)rows[i].cause;
    if (!(b->core.flag & BAM_FPAIRED) && is_assembled(b))
        return PS_LEFT_ASSEMBLED;
    /* 255 means "mapping quality not available" (SAM specification 1.4) */
    if ((unit->kind->left_out >> PS_LEFT_LOW_MAPQ & 1) && b->core.qual < unit->panel->limits.min_mapq)
        return PS_LEFT_LOW_MAPQ;
    if (unit->kind->left_out >> PS_LEFT_MULTIMAPPED & 1) {
        const uint8_t *hits = bam_aux_get(b, "NH");
        if (hits && bam_aux2i(hits) > 1)
            return PS_LEFT_MULTIMAPPED;
    }
    return -1;
}

static int belongs(const ps_unit *unit, const ps_record *r) {
    int32_t end0 = unit->kind->starts_inside ? r->pos0 + 1 : r->end0;
    for (size_t i = 0; i < unit->n_spans; i++) {
        const ps_span *s = &unit->spans[i];
        if (s->beg0 >= end0)
            break;
        if (s->end0 > r->pos0)
            return s->contig == r->contig;
    }
    return 0;
}

int ps_is_spliced(const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    for (uint32_t i = 0; i < b->core.n_cigar; i++)
        if (bam_cigar_op(cigar[i]) == BAM_CREF_SKIP)
            return 1;
    return 0;
}

void ps_unit_add(ps_unit *unit, const ps_record *record) {
    if (!belongs(unit, record))
        return;
    ps_read_evidence *part = &unit->part;
    part->records++;
    part->seen[unit->kind->collector]++;
    int cause = left_out_cause(unit, record->bam);
    if (cause >= 0) {
        part->left_out[unit->kind->collector][cause]++;
        return;
    }
    part->spliced[unit->kind->collector] += (uint64_t)ps_is_spliced(record->bam);
    unit->kind->add(unit, record);
}

/* ---- mates ----------------------------------------------------------------------------------------------------- */

/* Place of a read number at the end of a name, or -1: "x/1", "x.1", "x_1", and Illumina's comment joined to the name,
 * "x_1:N:0". */
static int number_in_name(const char *name, size_t n) {
    size_t at = n;
    if (n > 2 && (name[n - 1] == '1' || name[n - 1] == '2'))
        at = n - 1;
    for (size_t i = 2; at == n && i + 3 < n; i++)
        if ((name[i] == '1' || name[i] == '2') && name[i + 1] == ':' && (name[i + 2] == 'N' || name[i + 2] == 'Y') &&
            name[i + 3] == ':')
            at = i;
    return at < n && strchr("/._ ", name[at - 1]) ? (int)at : -1;
}

/* A name may end in ".1" by itself: the number of a run's first pair, of which both mates have it. */
static int is_plain_number(const char *name, int at) {
    return at >= 0 && (name[at - 1] == '.' || (name[at - 1] == '_' && !name[at + 1]));
}

int ps_read_number(const bam1_t *b, int *known) {
    int first = (b->core.flag & BAM_FREAD1) != 0, second = (b->core.flag & BAM_FREAD2) != 0;
    *known = 1;
    if (!(b->core.flag & BAM_FPAIRED))
        return 0;
    if (first != second)
        return first ? 1 : 2;
    const char *name = bam_get_qname(b);
    int at = number_in_name(name, strlen(name));
    if (at >= 0 && !is_plain_number(name, at))
        return name[at] - '0';
    *known = 0;
    return bam_is_rev(b) ? 2 : 1;
}

static uint64_t hash_of_name(const char *name, size_t n, int at, char number) {
    if (at < 0)
        return ps_hash(name, n);
    char *other = ps_strndup(name, n);
    other[at] = number;
    uint64_t hash = ps_hash(other, n);
    free(other);
    return hash;
}

ps_fragment ps_fragment_of(const ps_record *r) {
    const char *name = bam_get_qname(r->bam);
    size_t n = strlen(name);
    const uint8_t *group = bam_aux_get(r->bam, "RG");
    uint64_t lane = group && *group == 'Z' ? ps_hash(group + 1, strlen((const char *)group + 1)) : 0;
    int at = r->bam->core.flag & BAM_FPAIRED ? number_in_name(name, n) : -1;
    if (at >= 0 && is_plain_number(name, at))
        return (ps_fragment){r->name ^ lane, hash_of_name(name, n, at, name[at] == '1' ? '2' : '1') ^ lane};
    return (ps_fragment){(at < 0 ? r->name : hash_of_name(name, n, at, '0')) ^ lane, 0};
}

int32_t ps_mate_pos0(const bam1_t *b) {
    return b->core.mtid < 0 || b->core.mpos < 0 ? -1 : (int32_t)b->core.mpos;
}

int ps_mate_is_lost(const bam1_t *b) {
    return b->core.mtid < 0 && b->core.mpos < 0;
}

int ps_mate_is_past(const bam1_t *b) {
    int32_t mate = ps_mate_pos0(b);
    return mate >= 0 && mate < b->core.pos;
}

int ps_mate_expected(const bam1_t *b) {
    return (b->core.flag & BAM_FPAIRED) && !(b->core.flag & BAM_FMUNMAP) &&
           (b->core.mtid == b->core.tid || ps_mate_is_lost(b));
}

/* Names are hashes already, families with one bit set: a multiplication spreads what is there. */
static size_t home_of(const ps_waitlist *list, uint64_t name) {
    return (size_t)(name * 0x9e3779b97f4a7c15u >> 32) & (list->n_slots - 1);
}

/* Slot that holds the name, or the empty slot where it belongs. */
static size_t slot_of(const ps_waitlist *list, uint64_t name) {
    size_t at = home_of(list, name);
    while (list->slot[at] && list->row[list->slot[at] - 1].name != name)
        at = (at + 1) & (list->n_slots - 1);
    return at;
}

static void make_slots(ps_waitlist *list, size_t n_slots) {
    free(list->slot);
    list->n_slots = n_slots;
    list->slot = ps_alloc(list->n_slots, sizeof *list->slot);
    for (size_t i = 0; i < list->n; i++)
        list->slot[slot_of(list, list->row[i].name)] = (uint32_t)(i + 1);
}

/* Backward shift keeps every probe chain whole without tombstones. */
static void empty_slot(ps_waitlist *list, size_t hole) {
    size_t mask = list->n_slots - 1;
    for (size_t next = (hole + 1) & mask; list->slot[next]; next = (next + 1) & mask) {
        size_t home = home_of(list, list->row[list->slot[next] - 1].name);
        if (((next - home) & mask) < ((next - hole) & mask))
            continue;
        list->slot[hole] = list->slot[next];
        hole = next;
    }
    list->slot[hole] = 0;
}

static void drop_row(ps_waitlist *list, size_t i) {
    empty_slot(list, slot_of(list, list->row[i].name));
    if (i + 1 < list->n) {
        size_t moved = slot_of(list, list->row[list->n - 1].name);
        list->row[i] = list->row[list->n - 1];
        list->slot[moved] = (uint32_t)(i + 1);
    }
    list->n--;
    if (list->capacity > MANY_ROWS && list->n < list->capacity / 8) {
        list->capacity /= 4;
        list->row = ps_resize(list->row, list->capacity, sizeof *list->row);
        make_slots(list, 2 * list->capacity);
    }
}

int ps_waitlist_has(const ps_waitlist *list, uint64_t name) {
    return list->n && list->slot[slot_of(list, name)] != 0;
}

uint32_t ps_waitlist_take(ps_waitlist *list, uint64_t name) {
    size_t at = list->n ? slot_of(list, name) : 0;
    if (!list->n || !list->slot[at])
        return 0;
    size_t i = list->slot[at] - 1;
    uint32_t what = list->row[i].what;
    drop_row(list, i);
    return what;
}

void ps_waitlist_put(ps_waitlist *list, uint64_t name, int32_t mate_pos0, uint32_t what) {
    if (4 * (list->n + 1) > 3 * list->n_slots)
        make_slots(list, list->n_slots ? 2 * list->n_slots : 64);
    PS_GROW(list->row, list->n, list->capacity);
    list->slot[slot_of(list, name)] = (uint32_t)(list->n + 1);
    list->row[list->n++] = (ps_waiting){name, mate_pos0, what};
}

void ps_waitlist_sweep(ps_waitlist *list, int32_t pos0, ps_give_up *give_up, void *context) {
    if (list->n < list->sweep_at || list->n < 1024)
        return;
    for (size_t i = list->n; i-- > 0;) {
        if (list->row[i].mate_pos0 >= pos0)
            continue;
        ps_waiting row = list->row[i];
        drop_row(list, i);
        give_up(context, row.name, row.what);
    }
    list->sweep_at = 2 * list->n;
}

void ps_waitlist_drain(ps_waitlist *list, ps_give_up *give_up, void *context) {
    for (size_t i = 0; i < list->n; i++)
        give_up(context, list->row[i].name, list->row[i].what);
    free(list->slot);
    free(list->row);
    *list = (ps_waitlist){0};
}
