/* codons.c - codon haplotypes, indels and changes across codons of one RAS or RAF gene, a fragment at a time.
 *
 * A fragment counts once for each codon whose three bases it shows. Reads with a family tag (MI, of UMI-aware
 * deduplication) count once per molecule: all reads of a family are merged into one slice.
 */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "parcel.h"
#include "pictures.h"
#include "reach.h"

enum { QUALITIES = 64, MAX_CHAIN = 3 }; /* codons of one change, at most */

typedef struct seen_codon { /* one codon of the fragment at hand */
    int32_t id;
    int hap; /* or PS_HAP_INDEL */
    int quality[3], changed_quality;
} seen_codon;

typedef struct codon_state {
    ps_unit *unit;
    const ps_locus *locus;
    int32_t end0;        /* of the last coding base */
    int32_t *codon_of;   /* target -> panel codon id */
    uint32_t *reference; /* [codon][doubt][side] fragments with the reference haplotype */
    uint32_t *base;      /* [codon][base][side][quality] fragments */
    uint32_t *reach;     /* [codon][left][right] fragments without an indel there (reach_at) */
    ps_map other;        /* key_of() -> fragments with another haplotype */
    ps_map allele_at;    /* hash of an allele -> row of part.allele + 1 */
    size_t allele_capacity;
    seen_codon *seen; /* of the fragment at hand, in target order */
    size_t n_seen, seen_capacity;
    ps_waitlist waiting; /* of parcels */
    ps_parcels parcels;
    ps_pictures pictures;
} codon_state;

static uint64_t key_of(int32_t codon, int hap, int doubt, int side, int quality) {
    return (uint64_t)codon << 32 | (uint64_t)hap << 16 | (uint64_t)doubt << 12 | (uint64_t)side << 8 |
           (uint64_t)quality;
}

static size_t reference_at(const codon_state *st, int32_t codon, int doubt, int side) {
    return ((size_t)(codon - st->locus->codon_beg) * PS_N_DOUBTS + (size_t)doubt) * 2 + (size_t)side;
}

static size_t base_at(const codon_state *st, int32_t codon, int base, int side, int quality) {
    return (((size_t)(codon - st->locus->codon_beg) * 3 + (size_t)base) * 2 + (size_t)side) * QUALITIES +
           (size_t)quality;
}

/* ---- what a fragment shows --------------------------------------------------------------------------------------
 */

static const ps_slice_indel *indel_in(const ps_slice *s, const ps_codon *codon) {
    for (size_t i = 0; i < s->n_indel; i++)
        for (int k = 0; k < 3; k++)
            if (codon->target[k] >= s->indel[i].target_beg && codon->target[k] < s->indel[i].target_end)
                return &s->indel[i];
    return NULL;
}

/* Adds the codon to st->seen when the fragment shows it whole. */
static void see_codon(codon_state *st, const ps_slice *s, int32_t id) {
    const ps_panel *panel = st->unit->panel;
    const ps_codon *codon = &panel->codons[id];
    int minus = panel->genes[codon->gene].strand == '-', bases[3] = {0};
    const ps_slice_indel *indel = s->n_indel ? indel_in(s, codon) : NULL;
    seen_codon seen = {.id = id, .changed_quality = QUALITIES};
    if (indel && indel->quality < panel->limits.min_base_quality) /* neither an indel nor the reference */
        return;
    for (int k = 0; k < 3; k++) {
        uint8_t code = ps_slice_at(s, codon->target[k]);
        if (code == PS_CONFLICT)
            st->unit->part.codons.mate_conflicts++;
        if (code == PS_CONFLICT || code == PS_ABSENT || (!ps_is_base(code) && !indel))
            return;
        bases[k] = minus ? 3 - (code >> 6) : code >> 6; /* A C G T are 0 1 2 3: 3 - x is the complement */
        seen.quality[k] = code & PS_SPECIAL;
        if (!indel && seen.quality[k] < panel->limits.ras_min_quality)
            return;
    }
    seen.hap = indel ? PS_HAP_INDEL : 16 * bases[0] + 4 * bases[1] + bases[2];
    for (int k = 0; k < 3 && !indel; k++)
        if ((seen.hap ^ codon->ref) >> (4 - 2 * k) & 3 && seen.quality[k] < seen.changed_quality)
            seen.changed_quality = seen.quality[k];
    if (indel)
        seen.changed_quality = indel->quality;
    PS_GROW(st->seen, st->n_seen, st->seen_capacity);
    st->seen[st->n_seen++] = seen;
}

static int is_changed(const codon_state *st, size_t i) {
    return st->seen[i].hap != st->unit->panel->codons[st->seen[i].id].ref;
}

/* Changed by bases that are no likely errors: poor ones enter with their own error, and join or discredit nothing else. */
static int is_well_changed(const codon_state *st, size_t i) {
    return is_changed(st, i) && st->seen[i].changed_quality >= st->unit->panel->limits.min_base_quality;
}

/* An indel with mismatches right beside it is one complex change: its touched targets grow to hold them, so that
 * their codons count as changed by it and not as haplotypes of their own. */
static void widen_indels(const codon_state *st, ps_slice *s) {
    static const char letters[] = "ACGT";
    int32_t reach = (int32_t)st->unit->panel->limits.ras_complex_reach;
    for (size_t i = 0; i < s->n_indel; i++) {
        ps_slice_indel *indel = &s->indel[i];
        int32_t low = indel->target_beg, high = indel->target_end;
        for (int32_t t = low - reach; indel->in_place && t < high + reach; t++) {
            uint8_t code = ps_slice_at(s, t);
            if (t < 0 || t >= st->locus->n_targets || !ps_is_base(code) ||
                (code & PS_SPECIAL) < st->unit->panel->limits.min_base_quality ||
                letters[code >> 6] == st->locus->base[t])
                continue;
            indel->target_beg = t < indel->target_beg ? t : indel->target_beg;
            indel->target_end = t >= indel->target_end ? t + 1 : indel->target_end;
        }
    }
}

/* ---- counting ---------------------------------------------------------------------------------------------------
 */

/* Counted under its normal form (trimmed, left-aligned), which is how callers name it. */
static void count_allele(codon_state *st, const ps_slice *s, int32_t beg0, int32_t end0, const char *alt, int doubt) {
    ps_read_evidence *part = &st->unit->part;
    char *text = ps_strdup(alt);
    ps_left_align(st->unit->panel, st->locus->contig, &beg0, &end0, text);
    char *name = ps_format("%d %d %s", beg0, end0, text);
    uint64_t *row = ps_map_at(&st->allele_at, ps_hash(name, strlen(name)));
    free(name);
    if (!*row) {
        PS_GROW(part->codons.allele, part->codons.n_allele, st->allele_capacity);
        part->codons.allele[part->codons.n_allele] =
            (ps_allele_count){.locus = st->unit->id, .beg0 = beg0, .end0 = end0, .alt = ps_strdup(text)};
        *row = ++part->codons.n_allele;
    }
    free(text);
    ps_allele_count *allele = &part->codons.allele[*row - 1];
    allele->n[s->side]++;
    allele->doubtful[0] += doubt & PS_DOUBT_END ? 1 : 0;
    allele->doubtful[1] += doubt & PS_DOUBT_CLUTTER ? 1 : 0;
}

/* The fragment's own sequence over targets [beg, end) of one exon, with an indel applied; NULL when it is not whole.
 */
static char *sequence_over(const codon_state *st, const ps_slice *s, int32_t beg, int32_t end,
                           const ps_slice_indel *indel) {
    const ps_locus *locus = st->locus;
    if (beg < 0 || end > locus->n_targets || locus->pos0[end - 1] - locus->pos0[beg] != end - 1 - beg)
        return NULL; /* an intron lies between: no one genomic change */
    char *text = ps_alloc((size_t)(end - beg) + (indel ? strlen(indel->alt) : 0) + 1, 1);
    size_t n = 0;
    for (int32_t t = beg; t < end; t++) {
        uint8_t code = ps_slice_at(s, t);
        if (indel && locus->pos0[t] == indel->beg0) {
            memcpy(text + n, indel->alt, strlen(indel->alt));
            n += strlen(indel->alt);
        }
        if (indel && locus->pos0[t] >= indel->beg0 && locus->pos0[t] < indel->end0)
            continue;
        if (!ps_is_base(code)) {
            free(text);
            return NULL;
        }
        text[n++] = "ACGT"[code >> 6];
    }
    return text;
}

static void count_indel(codon_state *st, const ps_slice *s, const ps_slice_indel *indel, int doubt) {
    const ps_locus *locus = st->locus;
    int insertion = indel->beg0 == indel->end0;
    int32_t beg = ps_target_at(locus, insertion ? indel->beg0 - 1 : indel->beg0);
    int32_t end = ps_target_at(locus, insertion ? indel->beg0 + 1 : indel->end0);
    int widened = indel->target_beg < beg || indel->target_end > end;
    char *text = widened ? sequence_over(st, s, indel->target_beg, indel->target_end, indel) : NULL;
    if (text)
        count_allele(st, s, locus->pos0[indel->target_beg], locus->pos0[indel->target_end - 1] + 1, text, doubt);
    else
        count_allele(st, s, indel->beg0, indel->end0, indel->alt, doubt);
    free(text);
}

/* First and last changed target of a seen codon (a haplotype). */
static void changed_targets(const codon_state *st, const seen_codon *seen, int32_t *first, int32_t *last) {
    const ps_codon *codon = &st->unit->panel->codons[seen->id];
    *first = INT32_MAX;
    *last = -1;
    for (int k = 0; k < 3; k++) {
        if (!((seen->hap ^ codon->ref) >> (4 - 2 * k) & 3))
            continue;
        *first = codon->target[k] < *first ? codon->target[k] : *first;
        *last = codon->target[k] > *last ? codon->target[k] : *last;
    }
}

/* Neighbouring codons changed in one fragment: besides each codon's haplotype, the change as a whole. */
static void count_chain(codon_state *st, const ps_slice *s, size_t from, size_t to, int doubt) {
    int32_t first, last, unused;
    changed_targets(st, &st->seen[from], &first, &unused);
    changed_targets(st, &st->seen[to - 1], &unused, &last);
    char *text = sequence_over(st, s, first, last + 1, NULL);
    if (text)
        count_allele(st, s, st->locus->pos0[first], st->locus->pos0[last] + 1, text, doubt);
    free(text);
}

static int ends_doubt(const codon_state *st, const ps_slice *s, int32_t id) {
    const ps_codon *codon = &st->unit->panel->codons[id];
    for (int mate = 0; mate < 2; mate++) {
        int inside = 1;
        for (int k = 0; k < 3; k++)
            inside &= codon->target[k] >= s->inner[mate][0] && codon->target[k] < s->inner[mate][1];
        if (inside)
            return 0;
    }
    return PS_DOUBT_END;
}

static size_t reach_at(const codon_state *st, int32_t codon, int left, int right) {
    return ((size_t)(codon - st->locus->codon_beg) * REACH_LEFTS + (size_t)left) * REACH_RIGHTS + (size_t)right;
}

/* Of two mates the one that shows more of the shorter side speaks for the fragment. */
static void count_reach(codon_state *st, const ps_slice *s, int32_t id) {
    const ps_codon *codon = &st->unit->panel->codons[id];
    int32_t low = codon->pos0[0] < codon->pos0[2] ? codon->pos0[0] : codon->pos0[2], best_left = -1, best_right = -1;
    int32_t high = codon->pos0[0] + codon->pos0[2] - low;
    for (int mate = 0; mate < 2; mate++) {
        int32_t left = low - s->span[mate][0], right = s->span[mate][1] - 1 - high;
        if (left < 0 || right < 0)
            continue;
        int32_t shorter = left < right ? left : right, best = best_left < best_right ? best_left : best_right;
        if (shorter > best) {
            best_left = left;
            best_right = right;
        }
    }
    if (best_left >= 0)
        st->reach[reach_at(st, id, reach_left(best_left), reach_right(best_right))]++;
}

static void count_codon(codon_state *st, const ps_slice *s, const seen_codon *seen, int doubt) {
    if (seen->hap != PS_HAP_INDEL)
        count_reach(st, s, seen->id);
    if (seen->hap == st->unit->panel->codons[seen->id].ref)
        st->reference[reference_at(st, seen->id, doubt, s->side)]++;
    else
        ++*ps_map_at(&st->other, key_of(seen->id, seen->hap, doubt, s->side, seen->changed_quality));
    for (int k = 0; k < 3 && seen->hap != PS_HAP_INDEL; k++)
        st->base[base_at(st, seen->id, k, s->side, seen->quality[k])]++;
}

static int are_neighbours(const codon_state *st, size_t i) {
    const seen_codon *a = &st->seen[i], *b = &st->seen[i + 1];
    return a->hap != PS_HAP_INDEL && b->hap != PS_HAP_INDEL && is_well_changed(st, i + 1) && abs(a->id - b->id) == 1;
}

/* `name`: hash of the fragment's name. */
static void count_fragment(codon_state *st, uint64_t name, ps_slice *s) {
    st->n_seen = 0;
    widen_indels(st, s);
    for (int32_t t = s->beg; t < s->end;) {
        int32_t id = st->codon_of[t];
        see_codon(st, s, id);
        while (t < s->end && st->codon_of[t] == id)
            t++;
    }
    size_t changed = 0;
    for (size_t i = 0; i < st->n_seen; i++)
        changed += (size_t)is_well_changed(st, i);
    for (size_t i = 0; i < st->n_seen;) {
        size_t to = i + 1;
        while (is_well_changed(st, i) && to < st->n_seen && are_neighbours(st, to - 1))
            to++;
        int clutter = s->clipped || (double)(changed - (is_well_changed(st, i) ? to - i : 0)) >=
                                        st->unit->panel->limits.ras_clutter_codons
                          ? PS_DOUBT_CLUTTER
                          : 0;
        int doubt = clutter | ends_doubt(st, s, st->seen[i].id);
        if (to - i > 1 && to - i <= MAX_CHAIN)
            count_chain(st, s, i, to, doubt);
        for (; i < to; i++) {
            count_codon(st, s, &st->seen[i], clutter | ends_doubt(st, s, st->seen[i].id));
            ps_pictures_add(&st->pictures, st->seen[i].id, st->seen[i].hap, name, s);
        }
    }
    for (size_t i = 0; i < s->n_indel; i++) {
        int32_t id = st->codon_of[s->indel[i].target_beg];
        if (s->indel[i].quality < st->unit->panel->limits.min_base_quality)
            continue;
        count_indel(st, s, &s->indel[i], ends_doubt(st, s, id) | (s->clipped ? PS_DOUBT_CLUTTER : 0));
    }
    ps_slice_free(s);
}

static void count_alone(void *context, uint64_t name, uint32_t what) {
    codon_state *st = context;
    ps_slice *s = ps_parcel_open(&st->parcels, what);
    if (s)
        count_fragment(st, name, s);
}

static ps_slice *take_waiting(codon_state *st, uint64_t name) {
    uint32_t parcel = ps_waitlist_take(&st->waiting, name);
    return parcel ? ps_parcel_open(&st->parcels, parcel) : NULL;
}

static void put_waiting(codon_state *st, uint64_t name, int32_t mate_pos0, ps_slice *s) {
    ps_waitlist_put(&st->waiting, name, mate_pos0, ps_parcel_pack(&st->parcels, s));
}

/* ---- the unit ---------------------------------------------------------------------------------------------------
 */

static void begin(ps_unit *unit) {
    codon_state *st = ps_alloc(1, sizeof *st);
    const ps_locus *locus = &unit->panel->loci[unit->id];
    size_t n_codons = (size_t)(locus->codon_end - locus->codon_beg);
    st->locus = st->parcels.locus = locus;
    st->parcels.budget = unit->memory;
    st->unit = unit;
    ps_pictures_init(unit->panel, locus, &st->pictures);
    st->end0 = locus->pos0[locus->n_targets - 1] + 1;
    st->codon_of = ps_alloc((size_t)locus->n_targets, sizeof *st->codon_of);
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            st->codon_of[unit->panel->codons[id].target[k]] = id;
    st->reference = ps_alloc(n_codons * PS_N_DOUBTS * 2, sizeof *st->reference);
    st->reach = ps_alloc(n_codons * REACH_LEFTS * REACH_RIGHTS, sizeof *st->reach);
    st->base = ps_alloc(n_codons * 3 * 2 * QUALITIES, sizeof *st->base);
    unit->state = st;
}

/* Hash of the molecule: the MI tag without its strand ("12/A" and "12/B" are the two strands of one molecule); 0 when
 * the read has none. */
static uint64_t family_of(const bam1_t *b) {
    const uint8_t *tag = bam_aux_get(b, "MI");
    if (!tag)
        return 0;
    if (*tag == 'Z') { /* other slashes belong to the name: Picard writes contig:position/UMI */
        const char *text = bam_aux2Z(tag);
        size_t n = strlen(text);
        if (n > 2 && text[n - 2] == '/' && (text[n - 1] == 'A' || text[n - 1] == 'B'))
            n -= 2;
        return n ? ps_hash(text, n) | 1 : 0;
    }
    if (!strchr("cCsSiI", *tag))
        return 0;
    int64_t number = bam_aux2i(tag);
    return ps_hash(&number, sizeof number) | 1;
}

static void add_to_family(codon_state *st, const ps_record *r, uint64_t family, ps_slice *s) {
    const bam1_core_t *c = &r->bam->core;
    ps_slice *others = take_waiting(st, family);
    int32_t last = (int32_t)(ps_mate_expected(r->bam) && c->mpos > c->pos ? c->mpos : c->pos);
    s->last_pos0 = last;
    if (others)
        s = ps_slice_merge(&st->unit->panel->limits, s, others);
    put_waiting(st, family, s->last_pos0, s);
}

static void add_to_pair(codon_state *st, const ps_record *r, ps_slice *s) {
    const bam1_core_t *c = &r->bam->core;
    int expected = ps_mate_expected(r->bam) && (s->read == 1 || s->read == 2);
    ps_slice *mate = expected ? take_waiting(st, r->name) : NULL;
    if (mate && (mate->read ^ s->read) == 3) {
        count_fragment(st, r->name, ps_slice_merge(&st->unit->panel->limits, s, mate));
        return;
    }
    if (mate) /* two first reads of one name: different fragments that share a name */
        count_fragment(st, r->name, mate);
    /* A mate that starts behind the gene has nothing to add. In a sorted file a mate that would have come before this
     * read is not coming: it was left out or lies elsewhere. */
    int worth_waiting = expected && c->mpos < st->end0 && !(st->unit->sorted && c->mpos < c->pos);
    if (worth_waiting)
        put_waiting(st, r->name, (int32_t)c->mpos, s);
    else
        count_fragment(st, r->name, s);
}

static void add(ps_unit *unit, const ps_record *r) {
    codon_state *st = unit->state;
    ps_slice *s = ps_slice_of(unit->panel, st->locus, r->bam, r->end0);
    if (!s)
        return;
    unit->part.codons.no_quality += bam_get_qual(r->bam)[0] == 0xff;
    if (unit->sorted)
        ps_waitlist_sweep(&st->waiting, r->pos0, count_alone, st);
    uint64_t family = family_of(r->bam);
    if (family)
        add_to_family(st, r, family, s);
    else
        add_to_pair(st, r, s);
}

static int by_key(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    uint64_t kx = key_of(x->codon, x->hap, x->doubt, x->side, x->quality);
    uint64_t ky = key_of(y->codon, y->hap, y->doubt, y->side, y->quality);
    return (kx > ky) - (kx < ky);
}

static void list_codons(codon_state *st, ps_read_evidence *part) {
    const ps_panel *panel = st->unit->panel;
    size_t capacity = 0;
    for (int32_t id = st->locus->codon_beg; id < st->locus->codon_end; id++)
        for (int doubt = 0; doubt < PS_N_DOUBTS; doubt++)
            for (int side = 0; side < 2; side++) {
                uint32_t n = st->reference[reference_at(st, id, doubt, side)];
                if (!n)
                    continue;
                PS_GROW(part->codons.codon, part->codons.n_codon, capacity);
                part->codons.codon[part->codons.n_codon++] =
                    (ps_codon_count){id, panel->codons[id].ref, (uint8_t)doubt, (uint8_t)side, 0, n};
            }
    for (size_t i = 0; i < st->other.capacity; i++) {
        uint64_t k = st->other.key[i];
        if (!k)
            continue;
        PS_GROW(part->codons.codon, part->codons.n_codon, capacity);
        part->codons.codon[part->codons.n_codon++] =
            (ps_codon_count){(int32_t)(k >> 32),      (uint8_t)(k >> 16 & 0xff), (uint8_t)(k >> 12 & 0xf),
                             (uint8_t)(k >> 8 & 0xf), (uint8_t)(k & 0xff),       (uint32_t)st->other.value[i]};
    }
    if (part->codons.n_codon)
        qsort(part->codons.codon, part->codons.n_codon, sizeof *part->codons.codon, by_key);
}

static void list_bases(codon_state *st, ps_read_evidence *part) {
    size_t capacity = 0;
    for (int32_t id = st->locus->codon_beg; id < st->locus->codon_end; id++)
        for (int base = 0; base < 3; base++)
            for (int side = 0; side < 2; side++)
                for (int q = 0; q < QUALITIES; q++) {
                    uint32_t n = st->base[base_at(st, id, base, side, q)];
                    if (!n)
                        continue;
                    PS_GROW(part->codons.base, part->codons.n_base, capacity);
                    part->codons.base[part->codons.n_base++] =
                        (ps_base_count){id, (uint8_t)base, (uint8_t)side, (uint8_t)q, n};
                }
}

static void list_reach(codon_state *st, ps_codon_evidence *part) {
    size_t capacity = 0;
    for (int32_t id = st->locus->codon_beg; id < st->locus->codon_end; id++)
        for (int left = 0; left < REACH_LEFTS; left++)
            for (int right = 0; right < REACH_RIGHTS; right++) {
                uint32_t n = st->reach[reach_at(st, id, left, right)];
                if (!n)
                    continue;
                PS_GROW(part->reach, part->n_reach, capacity);
                part->reach[part->n_reach++] = (ps_reach_count){id, (uint8_t)left, (uint8_t)right, n};
            }
}

static void finish(ps_unit *unit) {
    codon_state *st = unit->state;
    ps_waitlist_drain(&st->waiting, count_alone, st);
    unit->unread = st->parcels.unread;
    ps_parcels_free(&st->parcels);
    list_codons(st, &unit->part);
    list_bases(st, &unit->part);
    list_reach(st, &unit->part.codons);
    ps_pictures_finish(&st->pictures, &unit->part);
    ps_map_free(&st->other);
    ps_map_free(&st->allele_at);
    free(st->seen);
    free(st->reference);
    free(st->base);
    free(st->reach);
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
