/* codons.c - codon haplotypes, indels and changes across codons of one RAS or RAF gene, a fragment at a time.
 *
 * A fragment counts once for each codon whose three bases it shows; what it is a copy of is kept beside that
 * (molecules.h).
 */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "parcel.h"
#include "pictures.h"
#include "reach.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* phred: from which a base enters, with its own error (assumption: of poorer bases more than one in ten is wrong) */
const double ps_ras_min_quality = 10;

enum { QUALITIES = 64, MAX_CHAIN = 3 }; /* codons of one change, at most */
enum { MOST_NAMESAKES = 8 }; /* fragments of one name that wait at a time: lanes of a file without read groups */
enum { NEAR_MATE = 100 };    /* bases: realigned reads move so far from where their mates know them */

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
    uint32_t *reference; /* [codon][flags][side] fragments with the reference haplotype */
    uint32_t *base;      /* [codon][base][side][quality] fragments */
    uint32_t *reach;     /* [codon][left][right] fragments without an indel there (reach_at) */
    ps_map other;        /* key_of() -> fragments with another haplotype */
    ps_map allele_at;    /* hash of an allele -> row of part.allele + 1 */
    size_t allele_capacity;
    ps_map far_end_at; /* key of a row -> row of part.far_end + 1 */
    size_t far_end_capacity;
    seen_codon *seen; /* of the fragment at hand, in target order */
    size_t n_seen, seen_capacity;
    ps_waitlist waiting; /* of parcels */
    ps_parcels parcels;
    int namesakes; /* fragments of one name that waited at a time, so far */
    ps_pictures pictures;
    ps_sketch *sketch;
    ps_molecule_key key;   /* of the fragment at hand */
    ps_molecule *molecule; /* in the window of its last codon; NULL: not kept */
    int32_t window;        /* of that codon, first codon's id; -1: none yet */
} codon_state;

static uint64_t key_of(int32_t codon, int hap, int flags, int side, int quality) {
    return (uint64_t)codon << 32 | (uint64_t)hap << 16 | (uint64_t)flags << 12 | (uint64_t)side << 8 |
           (uint64_t)quality;
}

static size_t reference_at(const codon_state *st, int32_t codon, int flags, int side) {
    return ((size_t)(codon - st->locus->codon_beg) * PS_N_FLAGS + (size_t)flags) * 2 + (size_t)side;
}

static size_t base_at(const codon_state *st, int32_t codon, int base, int side, int quality) {
    return (((size_t)(codon - st->locus->codon_beg) * 3 + (size_t)base) * 2 + (size_t)side) * QUALITIES +
           (size_t)quality;
}

/* ---- what a fragment shows ------------------------------------------------------------------------------------- */

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
        if (!indel && seen.quality[k] < ps_ras_min_quality) {
            st->unit->part.codons.poor++;
            return;
        }
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

/* Changed by bases that are no likely errors: poor ones enter with their own error, and join or discredit nothing
 * else. */
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

/* ---- counting -------------------------------------------------------------------------------------------------- */

/* The codon that an allele begins in: an insertion in that of the base before it. */
static int32_t first_codon(const codon_state *st, const ps_allele_count *allele) {
    int32_t t = ps_target_at(st->locus, allele->beg0 == allele->end0 ? allele->beg0 - 1 : allele->beg0);
    return st->codon_of[t < st->locus->n_targets ? t : st->locus->n_targets - 1];
}

/* Counted under its normal form (trimmed, left-aligned), which is how callers name it. */
static void count_allele(codon_state *st, const ps_slice *s, int32_t beg0, int32_t end0, const char *alt, int quality,
                         int flags) {
    ps_read_evidence *part = &st->unit->part;
    char *text = ps_strdup(alt);
    ps_left_align(st->unit->panel, st->locus->contig, &beg0, &end0, text);
    uint64_t hash = ps_allele_hash(beg0, end0, text), *row = ps_map_at(&st->allele_at, hash);
    if (!*row) {
        PS_GROW(part->codons.allele, part->codons.n_allele, st->allele_capacity);
        part->codons.allele[part->codons.n_allele] =
            (ps_allele_count){.locus = st->unit->id, .beg0 = beg0, .end0 = end0, .alt = ps_strdup(text)};
        *row = ++part->codons.n_allele;
    }
    free(text);
    ps_allele_count *allele = &part->codons.allele[*row - 1];
    allele->n[s->side]++;
    allele->flagged[0] += flags & PS_FLAG_READ_END ? 1 : 0;
    allele->flagged[1] += flags & PS_FLAG_CLUTTER ? 1 : 0;
    int32_t codon = first_codon(st, allele);
    ps_molecule *m = ps_sketch_find(st->sketch, codon, &st->key);
    if (m)
        ps_molecule_change(m, codon, PS_HAP_INDEL, hash, quality, flags);
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

static void count_indel(codon_state *st, const ps_slice *s, const ps_slice_indel *indel, int flags) {
    const ps_locus *locus = st->locus;
    int insertion = indel->beg0 == indel->end0;
    int32_t beg = ps_target_at(locus, insertion ? indel->beg0 - 1 : indel->beg0);
    int32_t end = ps_target_at(locus, insertion ? indel->beg0 + 1 : indel->end0);
    int widened = indel->target_beg < beg || indel->target_end > end;
    char *text = widened ? sequence_over(st, s, indel->target_beg, indel->target_end, indel) : NULL;
    if (text)
        count_allele(st, s, locus->pos0[indel->target_beg], locus->pos0[indel->target_end - 1] + 1, text,
                     indel->quality, flags);
    else
        count_allele(st, s, indel->beg0, indel->end0, indel->alt, indel->quality, flags);
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
static void count_chain(codon_state *st, const ps_slice *s, size_t from, size_t to, int flags) {
    int32_t first, last, unused;
    changed_targets(st, &st->seen[from], &first, &unused);
    changed_targets(st, &st->seen[to - 1], &unused, &last);
    char *text = sequence_over(st, s, first, last + 1, NULL);
    if (text)
        count_allele(st, s, st->locus->pos0[first], st->locus->pos0[last] + 1, text, st->seen[from].changed_quality,
                     flags);
    free(text);
}

static int read_end_flag(const codon_state *st, const ps_slice *s, int32_t id) {
    const ps_codon *codon = &st->unit->panel->codons[id];
    for (int mate = 0; mate < 2; mate++) {
        int inside = 1;
        for (int k = 0; k < 3; k++)
            inside &= codon->target[k] >= s->inner[mate][0] && codon->target[k] < s->inner[mate][1];
        if (inside)
            return 0;
    }
    return PS_FLAG_READ_END;
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

/* Where a read without a mate ends, in a window that it shows. */
static void count_far_end(codon_state *st, const ps_slice *s, int32_t window) {
    int me = s->read == 2, reverse = s->ends.reverse[me];
    const ps_span *span = ps_window_span(st->unit->panel, window);
    int32_t low = span->beg0 - PS_FAR_FLANK, high = span->end0 + PS_FAR_FLANK;
    int32_t end0 = reverse ? s->span[me][0] : s->span[me][1] - 1;
    end0 = end0 < low ? low : end0 > high ? high : end0;
    ps_far_end one = {window, (uint8_t)reverse, end0, 1, s->far_length, 1};
    uint64_t *row = ps_map_at(&st->far_end_at, (uint64_t)(2 * window + reverse + 1) << 32 | (uint32_t)end0);
    ps_codon_evidence *part = &st->unit->part.codons;
    if (*row) {
        ps_far_end_add(&part->far_end[*row - 1], &one);
        return;
    }
    PS_GROW(part->far_end, part->n_far_end, st->far_end_capacity);
    part->far_end[part->n_far_end] = one;
    *row = ++part->n_far_end;
}

/* The same for the molecule that the fragment is a copy of. */
static void count_copy(codon_state *st, const ps_slice *s, const seen_codon *seen, int flags) {
    int32_t window = ps_sketch_window(st->sketch, seen->id);
    if (window != st->window)
        st->molecule = ps_sketch_add(st->sketch, seen->id, &st->key);
    if (window != st->window && s->far_length)
        count_far_end(st, s, window);
    st->window = window;
    if (!st->molecule)
        return;
    if (seen->hap == st->unit->panel->codons[seen->id].ref)
        ps_molecule_reference(st->molecule, seen->id);
    else
        ps_molecule_change(st->molecule, seen->id, seen->hap, 0, seen->changed_quality, flags);
}

static void count_codon(codon_state *st, const ps_slice *s, const seen_codon *seen, int flags) {
    if (seen->hap != PS_HAP_INDEL)
        count_reach(st, s, seen->id);
    if (seen->hap == st->unit->panel->codons[seen->id].ref)
        st->reference[reference_at(st, seen->id, flags, s->side)]++;
    else
        ++*ps_map_at(&st->other, key_of(seen->id, seen->hap, flags, s->side, seen->changed_quality));
    for (int k = 0; k < 3 && seen->hap != PS_HAP_INDEL; k++)
        st->base[base_at(st, seen->id, k, s->side, seen->quality[k])]++;
    count_copy(st, s, seen, flags);
}

static int are_neighbours(const codon_state *st, size_t i) {
    const seen_codon *a = &st->seen[i], *b = &st->seen[i + 1];
    return a->hap != PS_HAP_INDEL && b->hap != PS_HAP_INDEL && is_well_changed(st, i + 1) && abs(a->id - b->id) == 1;
}

static void count_fragment(codon_state *st, ps_slice *s) {
    st->n_seen = 0;
    st->key = ps_ends_key(&s->ends, s->side);
    st->window = -1;
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
                          ? PS_FLAG_CLUTTER
                          : 0;
        int flags = clutter | read_end_flag(st, s, st->seen[i].id);
        size_t from = i;
        for (; i < to; i++) {
            count_codon(st, s, &st->seen[i], clutter | read_end_flag(st, s, st->seen[i].id));
            ps_pictures_add(&st->pictures, st->seen[i].id, st->seen[i].hap, s->name, s);
        }
        if (to - from > 1 && to - from <= MAX_CHAIN)
            count_chain(st, s, from, to, flags);
    }
    for (size_t i = 0; i < s->n_indel; i++) {
        int32_t id = st->codon_of[s->indel[i].target_beg];
        if (s->indel[i].quality < st->unit->panel->limits.min_base_quality)
            continue;
        count_indel(st, s, &s->indel[i], read_end_flag(st, s, id) | (s->clipped ? PS_FLAG_CLUTTER : 0));
    }
    ps_slice_free(s);
}

static void count_alone(void *context, uint64_t name, uint32_t what) {
    codon_state *st = context;
    ps_slice *s = ps_parcel_open(&st->parcels, what);
    (void)name;
    if (s)
        count_fragment(st, s);
}

/* Until where in a sorted file the mate may still come. */
static int32_t mate_wanted(const codon_state *st, const ps_slice *s) {
    return s->mate_pos0 < 0 ? st->end0 : s->mate_pos0;
}

static ps_slice *take_waiting(codon_state *st, uint64_t name) {
    uint32_t parcel = ps_waitlist_take(&st->waiting, name);
    return parcel ? ps_parcel_open(&st->parcels, parcel) : NULL;
}

static void put_waiting(codon_state *st, uint64_t name, int32_t mate_pos0, ps_slice *s) {
    ps_waitlist_put(&st->waiting, name, mate_pos0, ps_parcel_pack(&st->parcels, s));
}

/* ---- the unit -------------------------------------------------------------------------------------------------- */

static void begin(ps_unit *unit) {
    codon_state *st = ps_alloc(1, sizeof *st);
    const ps_locus *locus = &unit->panel->loci[unit->id];
    size_t n_codons = (size_t)(locus->codon_end - locus->codon_beg);
    st->locus = st->parcels.locus = locus;
    st->parcels.budget = unit->memory;
    st->unit = unit;
    ps_pictures_init(unit->panel, locus, &st->pictures);
    st->sketch = ps_sketch_new(unit->panel, unit->id);
    st->namesakes = 1;
    st->end0 = locus->pos0[locus->n_targets - 1] + 1;
    st->codon_of = ps_alloc((size_t)locus->n_targets, sizeof *st->codon_of);
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            st->codon_of[unit->panel->codons[id].target[k]] = id;
    st->reference = ps_alloc(n_codons * PS_N_FLAGS * 2, sizeof *st->reference);
    st->reach = ps_alloc(n_codons * REACH_LEFTS * REACH_RIGHTS, sizeof *st->reach);
    st->base = ps_alloc(n_codons * 3 * 2 * QUALITIES, sizeof *st->base);
    unit->state = st;
}

/* ---- mates ----------------------------------------------------------------------------------------------------- */

static int32_t apart(int32_t a, int32_t b) {
    return a < b ? b - a : a - b;
}

/* Two reads of one name are mates when one is first and the other second, and each lies where the other says. */
static int are_mates(const ps_slice *a, const ps_slice *b) {
    return (a->read ^ b->read) == 3 && (a->mate_pos0 < 0 || apart(a->mate_pos0, b->pos0) <= NEAR_MATE) &&
           (b->mate_pos0 < 0 || apart(b->mate_pos0, a->pos0) <= NEAR_MATE);
}

static uint64_t namesake(uint64_t fragment, int k) {
    return fragment + (uint64_t)k * 0x9e3779b97f4a7c15u;
}

static ps_slice *take_mate_of(codon_state *st, uint64_t fragment, const ps_slice *s) {
    for (int k = 0; fragment && k < st->namesakes; k++) {
        ps_slice *mate = take_waiting(st, namesake(fragment, k));
        if (mate && are_mates(mate, s))
            return mate;
        if (mate)
            put_waiting(st, namesake(fragment, k), mate_wanted(st, mate), mate);
    }
    return NULL;
}

/* Waits for its mate, beside others of its name. */
static void wait_for_mate(codon_state *st, uint64_t fragment, ps_slice *s) {
    int k = 0;
    while (k < MOST_NAMESAKES && ps_waitlist_has(&st->waiting, namesake(fragment, k)))
        k++;
    if (k == MOST_NAMESAKES) {
        count_fragment(st, s);
        return;
    }
    st->namesakes = k >= st->namesakes ? k + 1 : st->namesakes;
    put_waiting(st, namesake(fragment, k), mate_wanted(st, s), s);
}

/* A mate that starts behind the gene has nothing to add. In a sorted file a mate that would have come before this
 * read is not coming: it was left out or lies elsewhere. */
static int is_worth_waiting(const codon_state *st, const ps_record *r) {
    return ps_mate_expected(r->bam) && ps_mate_pos0(r->bam) < st->end0 &&
           !(st->unit->sorted && ps_mate_is_past(r->bam));
}

/* Does the mate start in an exon window, so that it was read? */
static int is_mate_shown(const codon_state *st, const ps_slice *s) {
    for (int w = 0; w < st->locus->n_windows; w++)
        if (s->mate_pos0 >= st->locus->windows[w].beg0 && s->mate_pos0 < st->locus->windows[w].end0)
            return 1;
    return 0;
}

static void add(ps_unit *unit, const ps_record *r) {
    codon_state *st = unit->state;
    ps_slice *s = ps_slice_of(unit->panel, st->locus, r->bam, r->end0);
    if (!s)
        return;
    s->name = r->name;
    ps_lanes_note(&unit->part.codons.lanes, bam_get_qname(r->bam));
    unit->part.codons.no_quality += bam_get_qual(r->bam)[0] == 0xff;
    if (unit->sorted)
        ps_waitlist_sweep(&st->waiting, r->pos0, count_alone, st);
    if (!ps_mate_expected(r->bam)) {
        count_fragment(st, s);
        return;
    }
    unit->part.codons.mates_expected += (uint64_t)is_mate_shown(st, s);
    ps_fragment fragment = ps_fragment_of(r);
    ps_slice *mate = take_mate_of(st, fragment.id, s);
    if (!mate)
        mate = take_mate_of(st, fragment.sibling, s);
    if (mate) {
        unit->part.codons.mates_met += (uint64_t)(is_mate_shown(st, s) + is_mate_shown(st, mate));
        count_fragment(st, ps_slice_merge(&unit->panel->limits, st->locus, s, mate));
    } else if (is_worth_waiting(st, r)) {
        wait_for_mate(st, fragment.id, s);
    } else {
        count_fragment(st, s);
    }
}

static int by_key(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    uint64_t kx = key_of(x->codon, x->hap, x->flags, x->side, x->quality);
    uint64_t ky = key_of(y->codon, y->hap, y->flags, y->side, y->quality);
    return (kx > ky) - (kx < ky);
}

static void list_codons(codon_state *st, ps_read_evidence *part) {
    const ps_panel *panel = st->unit->panel;
    size_t capacity = 0;
    for (int32_t id = st->locus->codon_beg; id < st->locus->codon_end; id++)
        for (int flags = 0; flags < PS_N_FLAGS; flags++)
            for (int side = 0; side < 2; side++) {
                uint32_t n = st->reference[reference_at(st, id, flags, side)];
                if (!n)
                    continue;
                PS_GROW(part->codons.codon, part->codons.n_codon, capacity);
                part->codons.codon[part->codons.n_codon++] =
                    (ps_codon_count){id, panel->codons[id].ref, (uint8_t)flags, (uint8_t)side, 0, n};
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
    ps_sketch_finish(st->sketch, &unit->part.codons.molecules);
    ps_map_free(&st->other);
    ps_map_free(&st->allele_at);
    ps_map_free(&st->far_end_at);
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
