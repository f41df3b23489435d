#include "ends.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/map.h"

enum { FEWEST_LETTERS = 4 }; /* of a UMI, where other things may be written (assumption: the shortest in use) */
#define UMI_IS_LETTERS (UINT64_C(1) << 63)
enum { LANE_BITS = PS_OWN_BITS }; /* of 63: the rest is the family's name */

/* ---- 5' ends --------------------------------------------------------------------------------------------------- */

static int32_t own_five0(const bam1_t *b, int32_t tag) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t clipped = -(int64_t)tag;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        uint32_t op = cigar[bam_is_rev(b) ? b->core.n_cigar - 1 - i : i];
        if (bam_cigar_op(op) != BAM_CSOFT_CLIP && bam_cigar_op(op) != BAM_CHARD_CLIP)
            break;
        clipped += bam_cigar_oplen(op);
    }
    return (int32_t)(bam_is_rev(b) ? bam_endpos(b) - 1 + clipped : b->core.pos - clipped);
}

/* By the mate's CIGAR as text (MC tag); -1 when it does not parse. */
static int five0_by_cigar(const char *cigar, int64_t pos0, int reverse, int32_t *five0) {
    int64_t left = 0, right = 0, length = 0;
    while (*cigar) {
        char *end = NULL;
        long long n = strtoll(cigar, &end, 10);
        if (end == cigar || n < 0 || n > INT32_MAX || !*end)
            return -1;
        if (*end == 'S' || *end == 'H')
            *(length ? &right : &left) += n;
        length += strchr("MDN=X", *end) ? n : 0;
        cigar = end + 1;
    }
    if (!length || pos0 + length + right > INT32_MAX)
        return -1;
    *five0 = (int32_t)(reverse ? pos0 + length - 1 + right : pos0 - left);
    return 0;
}

/* What the record says of its mate's 5' end. */
static int mate_five0(const bam1_t *b, int32_t *five0) {
    const bam1_core_t *c = &b->core;
    if (!(c->flag & BAM_FPAIRED) || c->flag & BAM_FMUNMAP || c->mtid < 0 || c->mpos < 0)
        return PS_END_NONE;
    if (c->mtid != c->tid) {
        int64_t place[2] = {c->mtid, c->mpos};
        *five0 = -2 - (int32_t)(ps_hash(place, sizeof place) & 0x3fffffff);
        return PS_END_ROUGH;
    }
    const uint8_t *mc = bam_aux_get(b, "MC");
    if (mc && *mc == 'Z' && five0_by_cigar(bam_aux2Z(mc), c->mpos, bam_is_mrev(b), five0) == 0)
        return PS_END_BY_MATE;
    int tlen_tells = bam_is_mrev(b) && !bam_is_rev(b) && c->isize > 0 && c->pos + c->isize - 1 <= INT32_MAX;
    *five0 = (int32_t)(tlen_tells ? c->pos + c->isize - 1 : c->mpos);
    return PS_END_ROUGH;
}

/* ---- UMIs ------------------------------------------------------------------------------------------------------ */

static const char *text_of(const bam1_t *b, const char *tag) {
    const uint8_t *value = bam_aux_get(b, tag);
    return value && *value == 'Z' && value[1] ? (const char *)value + 1 : NULL;
}

static uint64_t hash_text(const char *text, size_t n) {
    return text ? ps_hash(text, n) >> 1 : 0;
}

static uint64_t umi_of_text(const char *text, size_t n) {
    uint64_t letters = ps_umi_letters(text, n);
    return letters ? letters | UMI_IS_LETTERS : hash_text(text, n);
}

/* No base of it was read. Instruments of two colours write G where there was no light. */
static int is_void(const char *text) {
    return !text[strspn(text, "Nn-+_.*")] || (strlen(text) >= FEWEST_LETTERS && !text[strspn(text, "G-+_")]);
}

static int is_umi(const char *text, size_t n) {
    return n >= FEWEST_LETTERS && ps_umi_letters(text, n);
}

static const char *before_letters(const char *name, const char *at) {
    while (at > name && strchr("ACGTN", at[-1]))
        at--;
    return at;
}

enum { ILLUMINA_FIELDS = 7 }; /* of a read's name; bcl-convert and fgbio write the UMI as the eighth */

/* UMI at the end of the name: letters, and one that joins two. Before it a ":" that ends the name's usual fields, or
 * "_" (UMI-tools, fastp). NULL: none; another program's barcode or comment is no UMI. */
static const char *umi_in_name(const char *name) {
    const char *end = name + strlen(name), *umi = before_letters(name, end);
    if (umi > name && umi < end && strchr("+-_", umi[-1])) {
        const char *first = before_letters(name, umi - 1);
        if (first > name && first < umi - 1 && strchr(":_", first[-1]))
            umi = first;
    }
    if (umi == name || !is_umi(umi, (size_t)(end - umi)) || is_void(umi))
        return NULL;
    int fields = 0;
    for (const char *at = name; at < umi; at++)
        fields += *at == ':';
    return umi[-1] == '_' || (umi[-1] == ':' && fields == ILLUMINA_FIELDS) ? umi : NULL;
}

/* MI is a family's number or name: unique at its ends and within what was grouped together, which may be one read
 * group. "12/A" and "12/B" are the two strands of one molecule. Other slashes belong to the name: Picard writes
 * contig:position/UMI. Letters alone are a UMI, which other molecules may have too. */
static int take_family(const bam1_t *b, const char name[2], ps_ends *e) {
    const uint8_t *tag = bam_aux_get(b, name);
    const char *text = tag && *tag == 'Z' ? (const char *)tag + 1 : NULL, *lane = text_of(b, "RG");
    size_t n = text ? strlen(text) : 0;
    int is_strand = n > 2 && text[n - 2] == '/' && (text[n - 1] == 'A' || text[n - 1] == 'B');
    n -= is_strand ? 2 : 0;
    if (!tag || (text ? n == 0 : !strchr("cCsSiI", *tag)))
        return 0;
    if (text && !is_strand && is_umi(text, n)) {
        e->umi_kind = PS_UMI_WITHIN_ENDS;
        e->umi = umi_of_text(text, n);
        return 1;
    }
    int64_t number = text ? 0 : bam_aux2i(tag);
    uint64_t family = text ? hash_text(text, n) : ps_hash(&number, sizeof number) >> 1;
    e->umi_kind = PS_UMI_FAMILY;
    e->umi = family >> LANE_BITS << LANE_BITS | hash_text(lane, lane ? strlen(lane) : 0) >> (63 - LANE_BITS);
    return 1;
}

/* The UMI that a family was grouped by. */
static uint64_t umi_of_family(const bam1_t *b) {
    const char *umi = text_of(b, "RX");
    umi = umi ? umi : text_of(b, "OX");
    return umi && !is_void(umi) ? ps_umi_of_both(ps_umi_letters(umi, strlen(umi))) : 0;
}

/* Corrected UMIs before raw ones; UB is of the cell that CB names: those libraries are cut after they were copied, so
 * that a molecule's copies differ in their ends. Any other UMI tells molecules of the same ends apart, however long
 * it is: two of a fixed list, joined, have 16 letters and come again in every tenth molecule. UG is UMI-tools' number
 * of a family, which BX names too. Without any tag the name may hold a UMI. */
static void take_umi(const bam1_t *b, ps_ends *e) {
    static const char *const tags[] = {"UB", "BX", "RX", "OX"};
    if (take_family(b, "MI", e)) {
        e->family_umi = e->umi_kind == PS_UMI_FAMILY ? umi_of_family(b) : 0;
        return;
    }
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const char *umi = text_of(b, tags[i]), *cell = i == 0 ? text_of(b, "CB") : NULL;
        if (!umi || is_void(umi))
            continue;
        uint64_t both[2] = {hash_text(umi, strlen(umi)), hash_text(cell, cell ? strlen(cell) : 0)};
        e->umi_kind = cell ? PS_UMI_ALONE : PS_UMI_WITHIN_ENDS;
        e->umi = cell ? ps_hash(both, sizeof both) >> 1 : umi_of_text(umi, strlen(umi));
        return;
    }
    const char *umi = take_family(b, "UG", e) ? NULL : umi_in_name(bam_get_qname(b));
    if (umi) {
        e->umi_kind = PS_UMI_WITHIN_ENDS;
        e->umi = umi_of_text(umi, strlen(umi));
    }
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

ps_ends ps_ends_of(const bam1_t *b, int read, int32_t tag) {
    ps_ends e = {0};
    int me = read == 2;
    e.five0[me] = own_five0(b, tag);
    e.rank[me] = PS_END_OWN;
    e.reverse[me] = bam_is_rev(b);
    e.rank[!me] = read ? (uint8_t)mate_five0(b, &e.five0[!me]) : PS_END_NONE;
    e.reverse[!me] = bam_is_mrev(b);
    take_umi(b, &e);
    return e;
}

ps_ends ps_ends_join(const ps_ends *a, const ps_ends *b) {
    ps_ends e = *a;
    for (int k = 0; k < 2; k++) {
        int from_b = b->rank[k] > a->rank[k] || (b->rank[k] == a->rank[k] && b->five0[k] < a->five0[k]);
        e.five0[k] = from_b ? b->five0[k] : a->five0[k];
        e.rank[k] = from_b ? b->rank[k] : a->rank[k];
        e.reverse[k] = from_b ? b->reverse[k] : a->reverse[k];
    }
    if (b->umi_kind > a->umi_kind || (b->umi_kind == a->umi_kind && b->umi > a->umi)) {
        e.umi_kind = b->umi_kind;
        e.umi = b->umi;
    }
    e.family_umi = ps_umi_lower(a->family_umi, b->family_umi);
    return e;
}

/* Of what is known where the key is not enough: an end on another contig, a UMI without letters, a family. */
static uint64_t hash_of_known(int64_t known[4], uint64_t letters, int umi_kind) {
    uint64_t all = ps_hash(known, 4 * sizeof *known), common = all;
    if (umi_kind == PS_UMI_WITHIN_ENDS && ps_umi_length(letters) >= PS_UMI_LONG)
        return ps_hash_beside(ps_hash_umi(letters), all);
    if (umi_kind == PS_UMI_FAMILY) {
        known[3] >>= LANE_BITS;
        common = ps_hash(known, 4 * sizeof *known);
    }
    return ps_hash_beside(common, all);
}

/* The 3' end of a read without a mate is where sequencing or trimming stopped: it is no end of the molecule. */
ps_molecule_key ps_ends_key(const ps_ends *e, int side) {
    ps_molecule_key key = {.end0 = {PS_END_UNKNOWN, PS_END_UNKNOWN},
                           .side = (uint8_t)side,
                           .umi = e->umi_kind,
                           .family_umi = e->family_umi};
    int64_t known[4] = {PS_END_UNKNOWN, PS_END_UNKNOWN, 0, 0};
    for (int k = 0; k < 2 && e->umi_kind != PS_UMI_ALONE; k++) {
        if (!e->rank[k])
            continue;
        if (e->five0[k] >= 0)
            key.end0[e->reverse[k]] = e->five0[k];
        known[k] = e->five0[k];
        known[2] += (int64_t)(e->reverse[k] + 1) << (2 * k);
    }
    /* a duplex family has both strands: first and second read change places */
    if (e->umi_kind == PS_UMI_FAMILY && known[0] > known[1]) {
        int64_t swap = known[0];
        known[0] = known[1];
        known[1] = swap;
    }
    if (e->umi_kind == PS_UMI_FAMILY || e->umi_kind == PS_UMI_ALONE)
        known[2] = 0;
    known[3] = e->umi_kind == PS_UMI_NONE ? 0 : (int64_t)e->umi;
    if (e->umi_kind == PS_UMI_FAMILY)
        key.letters = (e->umi >> LANE_BITS) + 1;
    else
        key.letters = e->umi & UMI_IS_LETTERS ? e->umi & ~UMI_IS_LETTERS : 0;
    key.hash = ps_key_is_whole(&key) ? ps_key_hash(&key) : hash_of_known(known, key.letters, e->umi_kind);
    return key;
}
