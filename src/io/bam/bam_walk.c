#include "bam_walk.h"

#include <htslib/hts_endian.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* ---- spans ----------------------------------------------------------------------------------------------------- */

void ps_walk_add_span(ps_walk_rules *rules, int tid, int32_t beg0, int32_t end0) {
    ps_walk_contig *c = &rules->contig[tid];
    PS_GROW(c->span, c->n, c->capacity);
    c->span[c->n++] = (ps_walk_span){beg0, end0};
}

void ps_walk_rules_free(ps_walk_rules *rules) {
    for (int tid = 0; tid < rules->n_contigs; tid++)
        free(rules->contig[tid].span);
    free(rules->contig);
    *rules = (ps_walk_rules){0};
}

/* ---- one record ------------------------------------------------------------------------------------------------ */

/* Places of the fixed fields (SAM specification 4.2), counted from block_size. */
enum {
    REF_ID = 4,
    POS = 8,
    L_NAME = 12,
    MAPQ = 13,
    BIN = 14,
    N_CIGAR = 16,
    FLAG = 18,
    L_SEQ = 20,
    MATE_ID = 24,
    MATE_POS = 28,
    TLEN = 32
};

size_t ps_record_bytes(const uint8_t *data) {
    uint32_t size = le_to_u32(data);
    return size < PS_RECORD_FIXED - 4 || size > PS_RECORD_MAX ? 0 : (size_t)size + 4;
}

static int is_contig(const ps_walk_rules *rules, int32_t id) {
    return id >= -1 && id < rules->n_contigs;
}

int ps_record_is_sane(const ps_walk_rules *rules, const uint8_t *data) {
    size_t bytes = ps_record_bytes(data);
    int64_t bases = le_to_i32(data + L_SEQ);
    return bytes && bases >= 0 && data[L_NAME] >= 1 && is_contig(rules, le_to_i32(data + REF_ID)) &&
           is_contig(rules, le_to_i32(data + MATE_ID)) &&
           PS_RECORD_FIXED + data[L_NAME] + 4 * (int64_t)le_to_u16(data + N_CIGAR) + (bases + 1) / 2 + bases <=
               (int64_t)bytes;
}

static uint64_t ps_record_place(const uint8_t *data) {
    return (uint64_t)le_to_u32(data + REF_ID) << 32 | (le_to_u32(data + POS) + 1);
}

const char *ps_record_name(const uint8_t *data, size_t *length) {
    const char *name = (const char *)data + PS_RECORD_FIXED;
    const char *end = memchr(name, 0, data[L_NAME]);
    *length = end ? (size_t)(end - name) : data[L_NAME];
    return name;
}

/* Reference bases under the alignment, at least 1 (bam_endpos). */
static int64_t reference_length(const uint8_t *data) {
    const uint8_t *cigar = data + PS_RECORD_FIXED + data[L_NAME];
    int64_t length = 0;
    if (le_to_u16(data + FLAG) & BAM_FUNMAP)
        return 1;
    for (uint32_t i = 0, n = le_to_u16(data + N_CIGAR); i < n; i++) {
        uint32_t op = le_to_u32(cigar + 4 * (size_t)i);
        length += bam_cigar_type(bam_cigar_op(op)) & 2 ? bam_cigar_oplen(op) : 0;
    }
    return length > 0 ? length : 1;
}

/* First span that ends after pos0, beginning where the last search ended: records mostly come in order. */
static size_t span_after(const ps_walk_contig *c, int32_t pos0, ps_walk_found *found) {
    size_t low = 0, high = c->n;
    if (found->contig == c && (found->span == 0 || c->span[found->span - 1].end0 <= pos0)) {
        low = found->span;
        if (low == c->n || c->span[low].end0 > pos0)
            return low;
    }
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->span[middle].end0 <= pos0)
            low = middle + 1;
        else
            high = middle;
    }
    found->contig = c;
    found->span = low;
    return low;
}

static int overlaps(const ps_walk_rules *rules, const uint8_t *data, ps_walk_found *found) {
    int32_t tid = le_to_i32(data + REF_ID), pos0 = le_to_i32(data + POS);
    if (tid < 0 || pos0 < 0)
        return 0;
    const ps_walk_contig *c = &rules->contig[tid];
    size_t i = span_after(c, pos0, found);
    if (i == c->n)
        return 0;
    int64_t gap = (int64_t)c->span[i].beg0 - pos0;
    /* one operation over all bases: no longer on the reference than they are */
    if (gap <= 0 || (le_to_u16(data + N_CIGAR) == 1 && le_to_i32(data + L_SEQ) > 0 && gap >= le_to_i32(data + L_SEQ)))
        return gap <= 0;
    return gap < reference_length(data);
}

/* ---- many records ---------------------------------------------------------------------------------------------- */

void ps_walk_restart(ps_walk_found *found, size_t at) {
    found->state = PS_WALK_OK;
    found->at = at;
    found->n_records = 0;
    found->n_hits = 0;
    found->first_place = found->last_place = 0;
}

void ps_walk_found_free(ps_walk_found *found) {
    free(found->hit);
    *found = (ps_walk_found){0};
}

void ps_walk_records(const ps_walk_rules *rules, const uint8_t *data, size_t n, ps_walk_found *found) {
    while (found->state == PS_WALK_OK && n - found->at >= PS_RECORD_FIXED) {
        const uint8_t *record = data + found->at;
        if (!ps_record_is_sane(rules, record)) {
            found->state = PS_WALK_BAD_RECORD;
            return;
        }
        size_t bytes = ps_record_bytes(record);
        if (bytes > n - found->at)
            return;
        uint64_t place = ps_record_place(record);
        if (rules->sorted && place < found->last_place) {
            found->state = PS_WALK_OUT_OF_ORDER;
            return;
        }
        if (found->n_records++ == 0)
            found->first_place = place;
        found->last_place = place;
        if (overlaps(rules, record, found)) {
            PS_GROW(found->hit, found->n_hits, found->hits_capacity);
            found->hit[found->n_hits++] = found->at;
        }
        found->at += bytes;
    }
}

/* Does a sane record with a printable, terminated name begin here?  *bytes: how long it is. */
static int looks_like_record(const ps_walk_rules *rules, const uint8_t *data, size_t n, size_t *bytes) {
    if (n < PS_RECORD_FIXED || !ps_record_is_sane(rules, data))
        return 0;
    size_t length = data[L_NAME];
    *bytes = ps_record_bytes(data);
    if (n - PS_RECORD_FIXED < length)
        return 0;
    const uint8_t *name = data + PS_RECORD_FIXED;
    for (size_t i = 0; i + 1 < length; i++)
        if (name[i] < '!' || name[i] > '~')
            return 0;
    return name[length - 1] == '\0';
}

size_t ps_guess_record(const ps_walk_rules *rules, const uint8_t *data, size_t n) {
    enum { ENOUGH = 3 };
    for (size_t begin = 0; begin < n; begin++) {
        size_t at = begin, bytes = 0;
        int chain = 0;
        while (chain < ENOUGH && at < n && looks_like_record(rules, data + at, n - at, &bytes)) {
            chain++;
            at = bytes > n - at ? n : at + bytes;
        }
        if (chain == ENOUGH || (chain > 0 && at >= n))
            return begin;
    }
    return n;
}

/* ---- a record as htslib has it --------------------------------------------------------------------------------- */

/* The real CIGAR in tag CG replaces the placeholder "<bases>S<length>N". */
static void use_long_cigar(bam1_t *b) {
    const uint32_t *placeholder = bam_get_cigar(b);
    bam1_core_t *c = &b->core;
    if (c->n_cigar == 0 || c->tid < 0 || c->pos < 0 || bam_cigar_op(placeholder[0]) != BAM_CSOFT_CLIP ||
        (int32_t)bam_cigar_oplen(placeholder[0]) != c->l_qseq)
        return;
    uint8_t *tag = bam_aux_get(b, "CG");
    if (!tag || tag[0] != 'B' || (tag[1] != 'I' && tag[1] != 'i'))
        return;
    uint32_t n = le_to_u32(tag + 2);
    if (n < c->n_cigar || n >= 1u << 29)
        return;
    uint32_t *real = ps_alloc(n, sizeof *real);
    memcpy(real, tag + 6, (size_t)n * 4); /* bam_aux_get has checked that the array lies inside the record */
    size_t old = (size_t)c->n_cigar * 4, new = (size_t)n * 4;
    bam_aux_del(b, tag);
    size_t before = (size_t)c->l_qname, after = (size_t)b->l_data - before - old, total = before + new + after;
    if (total > b->m_data) {
        b->data = ps_resize(b->data, total, 1);
        b->m_data = (uint32_t)total;
    }
    memmove(b->data + before + new, b->data + before + old, after);
    memcpy(b->data + before, real, new);
    b->l_data = (int)total;
    c->n_cigar = n;
    free(real);
}

int ps_record_copy(const uint8_t *data, bam1_t *b) {
    bam1_core_t *c = &b->core;
    uint32_t name = data[L_NAME];
    int terminated = data[PS_RECORD_FIXED + name - 1] == '\0';
    uint32_t padding = terminated ? (4 - name % 4) % 4 : 4 - name % 4;
    size_t rest = ps_record_bytes(data) - PS_RECORD_FIXED - name, total = name + padding + rest;
    if (total > b->m_data) {
        b->data = ps_resize(b->data, total + total / 4, 1);
        b->m_data = (uint32_t)(total + total / 4);
    }
    c->tid = le_to_i32(data + REF_ID);
    c->pos = le_to_i32(data + POS);
    c->bin = le_to_u16(data + BIN);
    c->qual = data[MAPQ];
    c->l_extranul = (uint8_t)(padding - !terminated);
    c->flag = le_to_u16(data + FLAG);
    c->l_qname = (uint16_t)(name + padding);
    c->n_cigar = le_to_u16(data + N_CIGAR);
    c->l_qseq = le_to_i32(data + L_SEQ);
    c->mtid = le_to_i32(data + MATE_ID);
    c->mpos = le_to_i32(data + MATE_POS);
    c->isize = le_to_i32(data + TLEN);
    memcpy(b->data, data + PS_RECORD_FIXED, name);
    memset(b->data + name, 0, padding);
    memcpy(b->data + name + padding, data + PS_RECORD_FIXED + name, rest);
    b->l_data = (int)total;
    use_long_cigar(b);
    if (c->n_cigar > 0 && c->l_qseq > 0 && !(c->flag & BAM_FUNMAP) &&
        bam_cigar2qlen((int)c->n_cigar, bam_get_cigar(b)) != c->l_qseq)
        return -1;
    return 0;
}
