/* junction_clips.c - soft clips that re-align: what reads on one side clip, reads on the other side align.
 *
 * No reference of 11q13 or IGH is needed: at a true junction the bases beyond the end on chromosome 11 are the bases
 * within the end on IGH, and the reverse. Both are compared, at one shift: positive where both aligners went on
 * through bases that the two sides share (microhomology), negative where bases were inserted between them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "junction.h"
#include "plasmastrat/alloc.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* bases: compared each way before two clipped ends are joined (assumption: as many as the shortest clip that counts)
 * */
static const double junction_clip_overlap = 8;
/* bases: compared both ways together (derived: 4^28 is far above every pair of ends in a file) */
static const double junction_clip_bases = 28;
/* bases: of both clips together that no repeat explains (derived: 4^16 is far above the pairs of ends that lie in
 * repeats) */
static const double junction_clip_complex = 16;
/* bases: one mismatch is allowed in so many (assumption: poor bases near the ends of reads) */
static const double junction_clip_mismatch_every = 8;
/* bases: shared by both sides, or inserted between them, at most (assumption: shared or inserted bases at a
 * breakpoint are mostly fewer) */
static const double junction_clip_shift = 16;

enum {
    SEED = 12,        /* bases that must agree before two ends are compared: a bit for each word of them is 2 MB */
    MAX_PER_SEED = 8, /* ends that share a seed: more are a repeat, and would be compared each with each */
};

typedef struct site { /* reads that stop at one base in one direction */
    size_t first, n;  /* rows of evidence->clip */
    size_t best;      /* the row with most bases beyond */
    size_t link;      /* the other side's site + 1 */
    int shift, score;
} site;

typedef struct seed {
    uint32_t bases, site, at;
} seed;

typedef struct work {
    const ps_limits *limits;
    const ps_junction_clip *clip;
    site *site;
    size_t n, n_a; /* sites of the window come first */
    seed *seeds;
    size_t n_seeds;
    uint64_t *present; /* bit per seed */
} work;

static uint32_t seed_at(uint64_t bases, int at) {
    return (uint32_t)(bases >> (2 * at)) & ((1u << (2 * SEED)) - 1);
}

static int mismatches(uint64_t x, uint64_t y, int n) {
    uint64_t differ = x ^ y;
    differ = (differ | differ >> 1) & 0x5555555555555555ULL;
    if (n < 32)
        differ &= ((uint64_t)1 << (2 * n)) - 1;
    int count = 0;
    for (; differ; differ &= differ - 1)
        count++;
    return count;
}

/* Bases of `beyond` compared with `within` shifted; -1 when too many differ, else the bases that agree. */
static int agreement(const ps_junction_clip *beyond, const ps_junction_clip *within, int shift, int *compared) {
    uint64_t x = beyond->beyond, y = within->within;
    int n_x = beyond->n_beyond, n_y = within->n_within;
    if (shift >= 0) {
        y = shift < 32 ? y >> (2 * shift) : 0;
        n_y -= shift;
    } else {
        x = x >> (-2 * shift);
        n_x += shift;
    }
    *compared = n_x < n_y ? n_x : n_y;
    if (*compared < junction_clip_overlap)
        return -1;
    int differ = mismatches(x, y, *compared);
    return differ * junction_clip_mismatch_every > *compared ? -1 : *compared - differ;
}

static int same_beyond(const ps_junction_clip *x, const ps_junction_clip *y) {
    int n = x->n_beyond < y->n_beyond ? x->n_beyond : y->n_beyond;
    return mismatches(x->beyond, y->beyond, n) * junction_clip_mismatch_every <= n;
}

static int same_place(const ps_junction_clip *x, const ps_junction_clip *y) {
    return x->in_b == y->in_b && x->pos0 == y->pos0 && x->right == y->right;
}

static void find_sites(work *w, const ps_read_evidence *e) {
    w->clip = e->junctions.clip;
    w->site = ps_alloc(e->junctions.n_clip, sizeof *w->site);
    for (size_t i = 0; i < e->junctions.n_clip; i++) {
        const ps_junction_clip *c = &e->junctions.clip[i];
        if (i == 0 || !same_place(c, c - 1)) {
            w->site[w->n++] = (site){.first = i, .best = i};
            w->n_a += !c->in_b;
        }
        site *s = &w->site[w->n - 1];
        s->n++;
        if (c->n_beyond > e->junctions.clip[s->best].n_beyond)
            s->best = i;
    }
}

static int by_bases(const void *a, const void *b) {
    const seed *x = a, *y = b;
    if (x->bases != y->bases)
        return x->bases < y->bases ? -1 : 1;
    if (x->site != y->site)
        return x->site < y->site ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Seeds of the bases beyond every end in the window, at places that a mismatch does not hit all and that 32 bases
 * hold. */
static void index_window(work *w) {
    static const int places[] = {0, 4, 12, 20};
    size_t capacity = 0;
    w->present = ps_alloc(((size_t)1 << (2 * SEED)) / 64, sizeof *w->present);
    for (size_t i = 0; i < w->n_a; i++)
        for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
            const ps_junction_clip *c = &w->clip[w->site[i].best];
            if (places[k] + SEED > c->n_beyond)
                break;
            uint32_t bases = seed_at(c->beyond, places[k]);
            PS_GROW(w->seeds, w->n_seeds, capacity);
            w->seeds[w->n_seeds++] = (seed){bases, (uint32_t)i, (uint32_t)places[k]};
            w->present[bases / 64] |= (uint64_t)1 << (bases % 64);
        }
    if (w->n_seeds)
        qsort(w->seeds, w->n_seeds, sizeof *w->seeds, by_bases);
}

static size_t first_seed(const work *w, uint32_t bases) {
    size_t low = 0, high = w->n_seeds;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (w->seeds[middle].bases < bases)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int base_of(uint64_t bases, int at) {
    return (int)(bases >> (2 * at)) & 3;
}

/* Are `n` bases beyond the end, from `from` on, the aligned ones over again?  Aligners clip the longer allele of a
 * repeat: what is clipped continues what is aligned, and agrees with the same repeat anywhere. */
static int is_repeat(const ps_junction_clip *c, int from, int n, int unit) {
    int differ = 0, seen = 0;
    for (int i = from; i < from + n; i++) {
        int before =
            i - unit; /* the aligned bases read the other way: the break lies before beyond[0] and within[0] */
        if (before < 0 && -1 - before >= c->n_within)
            continue;
        int base = before >= 0 ? base_of(c->beyond, before) : 3 - base_of(c->within, -1 - before);
        differ += base != base_of(c->beyond, i);
        seen++;
    }
    enum { SHORT = 12 }; /* bases: in fewer, chance repeats too, so next to no errors are allowed for */
    return seen > 0 && differ <= seen / (seen < SHORT ? 8 : 4);
}

/* The bases that were compared, none when they are a repeat. */
static int complex_bases(const ps_junction_clip *c, int shift, int n) {
    enum { LONGEST_UNIT = 24 };
    for (int unit = 1; unit <= LONGEST_UNIT; unit++)
        if (is_repeat(c, shift < 0 ? -shift : 0, n, unit))
            return 0;
    return n;
}

/* Keeps the link when it is the best of either end; ties go to the lower place (sites ascend). */
static void try_link(work *w, size_t a, size_t b, int shift) {
    const ps_junction_clip *x = &w->clip[w->site[a].best], *y = &w->clip[w->site[b].best];
    int n_x, n_y, there = agreement(x, y, shift, &n_x), back = agreement(y, x, shift, &n_y);
    if (there < 0 || back < 0 || n_x + n_y < junction_clip_bases)
        return;
    if (complex_bases(x, shift, n_x) + complex_bases(y, shift, n_y) < junction_clip_complex)
        return;
    if (there + back > w->site[a].score)
        w->site[a].score = there + back, w->site[a].link = b + 1, w->site[a].shift = shift;
    if (there + back > w->site[b].score)
        w->site[b].score = there + back, w->site[b].link = a + 1, w->site[b].shift = shift;
}

static void look_up(work *w, size_t b) {
    const ps_junction_clip *y = &w->clip[w->site[b].best];
    for (int at = 0; at + SEED <= y->n_within; at++) {
        uint32_t bases = seed_at(y->within, at);
        if (!(w->present[bases / 64] >> (bases % 64) & 1))
            continue;
        size_t first = first_seed(w, bases), end = first;
        while (end < w->n_seeds && w->seeds[end].bases == bases && end - first <= MAX_PER_SEED)
            end++;
        for (size_t i = first; i < end && end - first <= MAX_PER_SEED; i++) {
            int shift = at - (int)w->seeds[i].at;
            if (abs(shift) <= junction_clip_shift)
                try_link(w, w->seeds[i].site, b, shift);
        }
    }
}

/* Base `at` places within the end, plus strand. */
static char base_within(const ps_junction_clip *c, int at) {
    int base = (int)(c->within >> (2 * at)) & 3;
    return at < c->n_within ? "ACGT"[c->right ? 3 - base : base] : 0;
}

typedef struct list {
    ps_junction_read *row;
    size_t n, capacity;
} list;

/* Rows of a site's reads that show the same bases as `like`. */
static void emit_site(const work *w, const site *s, const ps_junction_clip *like, const ps_junction_read *model,
                      list *rows) {
    for (size_t i = s->first; i < s->first + s->n; i++) {
        const ps_junction_clip *c = &w->clip[i];
        if (!same_beyond(c, like))
            continue;
        PS_GROW(rows->row, rows->n, rows->capacity);
        ps_junction_read *row = &rows->row[rows->n++];
        *row = *model;
        row->fragment = c->fragment;
        row->molecule = c->molecule;
        row->base_a = c->in_b ? model->base_a : c->base;
    }
}

static void link_sides(work *w, list *rows) {
    index_window(w);
    for (size_t b = w->n_a; w->n_seeds && b < w->n; b++)
        look_up(w, b);
    for (size_t a = 0; a < w->n_a; a++) {
        const site *s = &w->site[a], *t = s->link ? &w->site[s->link - 1] : NULL;
        if (!t || t->link != a + 1)
            continue;
        const ps_junction_clip *x = &w->clip[s->best], *y = &w->clip[t->best];
        int shared = s->shift > 0 ? s->shift : 0; /* side a keeps what both sides claim */
        ps_junction_read model = {.pos_a0 = x->pos0,
                                  .pos_b0 = y->right ? y->pos0 - shared : y->pos0 + shared,
                                  .split = 1,
                                  .right_a = x->right,
                                  .right_b = y->right,
                                  .low_b = y->low,
                                  .base_b = base_within(y, shared)};
        emit_site(w, s, x, &model, rows);
        emit_site(w, t, y, &model, rows);
    }
}

static size_t first_clip(const ps_read_evidence *e, int in_b, int64_t pos0) {
    size_t low = 0, high = e->junctions.n_clip;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const ps_junction_clip *c = &e->junctions.clip[middle];
        if (c->in_b < in_b || (c->in_b == in_b && c->pos0 < pos0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Are the bases of a split read beyond its end in the window a repeat? */
static int in_repeat(const ps_read_evidence *e, const ps_junction_read *split) {
    int64_t shift = (int64_t)junction_clip_shift;
    for (size_t i = first_clip(e, 0, split->pos_a0 - shift); i < e->junctions.n_clip; i++) {
        const ps_junction_clip *c = &e->junctions.clip[i];
        if (c->in_b || c->pos0 > split->pos_a0 + shift)
            return 0;
        if (c->fragment == split->fragment && c->right == split->right_a)
            return !complex_bases(c, 0, c->n_beyond);
    }
    return 0;
}

int ps_junction_joins(const ps_read_evidence *evidence, const ps_junction_read *row) {
    return !row->contig_b[0] && !(row->split && row->low_b && in_repeat(evidence, row));
}

static int by_fragment(const void *a, const void *b) {
    const ps_junction_read *x = *(const ps_junction_read *const *)a, *y = *(const ps_junction_read *const *)b;
    if (x->fragment != y->fragment)
        return x->fragment < y->fragment ? -1 : 1;
    return (x > y) - (x < y); /* the evidence's order */
}

static const ps_junction_read *split_of(const ps_junction_read *const *split, size_t n, const ps_junction_clip *c) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (split[middle]->fragment < c->fragment)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n && split[low]->fragment == c->fragment; low++) {
        const ps_junction_read *r = split[low];
        double apart = (double)((c->in_b ? r->pos_b0 : r->pos_a0) - (int64_t)c->pos0);
        if ((c->in_b ? r->right_b : r->right_a) == c->right && fabs(apart) <= junction_clip_shift)
            return r;
    }
    return NULL;
}

/* Reads that stop where a split read does, and show the same bases beyond. */
static void link_splits(const work *w, const ps_read_evidence *e, list *rows) {
    const ps_junction_read **split = ps_alloc(e->junctions.n_junction, sizeof *split);
    size_t n = 0;
    for (size_t i = 0; i < e->junctions.n_junction; i++)
        if (e->junctions.junction[i].split && ps_junction_joins(e, &e->junctions.junction[i]))
            split[n++] = &e->junctions.junction[i];
    if (n)
        qsort(split, n, sizeof *split, by_fragment);
    for (size_t i = 0; n && i < w->n; i++) {
        const site *s = &w->site[i];
        const ps_junction_read *found = NULL;
        size_t k = s->first;
        for (; s->n > 1 && !found && k < s->first + s->n; k++)
            found = split_of(split, n, &w->clip[k]);
        if (!found)
            continue;
        ps_junction_read model = *found;
        model.from_b = 0;
        emit_site(w, s, &w->clip[k - 1], &model, rows);
    }
    free(split);
}

ps_junction_read *ps_junction_link_clips(const ps_limits *limits, const ps_read_evidence *evidence, size_t *n) {
    work w = {.limits = limits};
    list rows = {0};
    find_sites(&w, evidence);
    link_sides(&w, &rows);
    link_splits(&w, evidence, &rows);
    free(w.site);
    free(w.seeds);
    free(w.present);
    *n = rows.n;
    return rows.row;
}

const ps_junction_clip *ps_junction_clip_at(const ps_read_evidence *evidence, int in_b, int right, int64_t lo0,
                                            int64_t hi0) {
    const ps_junction_clip *best = NULL;
    size_t most = 0;
    for (size_t i = first_clip(evidence, in_b, lo0); i < evidence->junctions.n_clip;) {
        const ps_junction_clip *first = &evidence->junctions.clip[i];
        if (first->in_b != in_b || first->pos0 > hi0)
            break;
        size_t agree = 0;
        int molecules = 1;
        for (; i < evidence->junctions.n_clip && same_place(&evidence->junctions.clip[i], first); i++) {
            agree += same_beyond(&evidence->junctions.clip[i], first);
            molecules |= (evidence->junctions.clip[i].molecule != first->molecule &&
                          same_beyond(&evidence->junctions.clip[i], first))
                         << 1;
        }
        if (first->right == right && molecules > 1 && agree > most) {
            best = first;
            most = agree;
        }
    }
    return best;
}
