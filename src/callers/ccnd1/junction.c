/* junction.c - IGH::CCND1 from fragments that join the 11q13 window to IGH.
 *
 * A cluster is the fragments of one direction on both sides within a box around one of them. The chance of as many by
 * accident comes from this sample's own pairs: how many join the window to IGH elsewhere, and how dense pairs to any
 * other contig are around the box, on either side. So a capture panel, whose chance pairs crowd on its targets, needs
 * more fragments there than a genome does. "Not detected" needs enough physical coverage, over nearly all of the
 * window, to have found a clonal event with that power (junction_power) at that background.
 */
#include "../absent.h"
#include "junction.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* bases: breakpoint cluster width (assumption: wider than the insert of usual libraries) */
static const double junction_cluster_bases = 800;
/* fold: how many more chance pairs IGH takes than its length says (assumption: IGH draws more mismapped pairs than
 * its length says) */
static const double junction_igh_excess = 5;
/* fraction of pairs: share of the chance pairs that one direction is allowed (assumption: each of four directions
 * takes a quarter of the chance pairs; twice that is allowed for) */
static const double junction_direction_share = 0.5;
/* pairs: pairs that an even spread counts for in the local background (assumption: where few pairs were seen an even
 * spread counts for as many) */
static const double junction_even_pairs = 20;
/* bases: mean fragment, from which split reads come with pairs (assumption: from here up the mate of a read across a
 * junction lies beyond it as often as not) */
static const double junction_pairs_insert = 300;
/* fragments: so many split ones without a pair are no junction (derived: at even odds none of so many has its mate
 * beyond in 1 of 256) */
static const double junction_unpaired_splits = 8;
/* fraction of the window: share of the 11q13 window with that power for not-detected (assumption: next to all of the
 * places where breakpoints lie) */
static const double junction_window_share = 0.9;
/* bases: that an aligner may carry a read past the break (assumption: aligners go on past a break where the bases
 * match by chance) */
static const double junction_overreach = 10;
/* bases: between the two products of one exchange on chromosome 11 (assumption: the products of one exchange lie
 * close on chromosome 11; IGH may lose far more) */
static const double junction_reciprocal_bases = 10000;
/* bases: between the two products in IGH, where neither alone would count (assumption: IGH loses some kilobases at
 * the break) */
static const double junction_reciprocal_igh = 10000;

static const double igh_bases = 1.35e6, genome_bases = 3.1e9; /* of the human genome, rounded */

/* HALF_BOX: bins each side of a row, of which the box's width is made: finer ones tell little more. MAX_BREAKPOINTS:
 * a file with more is no biology. LEAST_VOTES: two fragments; a box with fewer is not looked at. */
enum { HALF_BOX = 8, MAX_BREAKPOINTS = 64, LEAST_VOTES = 4 };

typedef struct histogram { /* counts by cell, summed from the left */
    double *before;
    size_t n;
    double cell, total;
} histogram;

typedef struct search {
    const ps_case *c;
    const ps_read_evidence *dna;
    ps_junction_read *row; /* by pos_a0 */
    size_t n;
    int32_t width, bin; /* half the box's width, and a HALF_BOX-th of it */
    size_t n_bins;
    uint64_t *in_b; /* rows by bin of IGH, summed from the left; n_bins + 1 */
    histogram chimeric[2], covered;
    double shown; /* share of the fragments over a place that can show a junction there */
} search;

typedef struct box { /* what a row's box holds */
    size_t row;
    uint32_t
        votes; /* half fragments of the row's direction: one that IGH holds with low mapping quality counts half */
    double expected;
} box;

static const ps_limits *limits_of(const search *s) {
    return &s->c->panel->limits;
}

/* ---- the background -------------------------------------------------------------------------------------------- */

static histogram sum_up(const uint64_t *count, size_t n, double cell) {
    histogram h = {.before = ps_alloc(n + 1, sizeof *h.before), .n = n, .cell = cell};
    for (size_t i = 0; i < n; i++)
        h.before[i + 1] = h.before[i] + (double)count[i];
    h.total = h.before[n];
    return h;
}

/* Counts left of a place; within a cell they lie evenly. */
static double up_to(const histogram *h, double place) {
    double at = place / h->cell;
    if (at <= 0)
        return 0;
    if (at >= (double)h->n)
        return h->total;
    size_t i = (size_t)at;
    return h->before[i] + (at - (double)i) * (h->before[i + 1] - h->before[i]);
}

static double counts_between(const histogram *h, double beg, double end) {
    return up_to(h, end) - up_to(h, beg);
}

/* Share of chance pairs that a strip of one side takes: of the pairs seen, and of the even spread where few were
 * seen. One pair more than were seen is allowed for. */
static double strip_share(double seen, double seen_all, double even) {
    double even_pairs = junction_even_pairs;
    return fmin(1, (seen + 1 + even_pairs * even) / (seen_all + even_pairs));
}

static double window_length(const search *s) {
    return s->c->panel->ccnd1_window.end0 - s->c->panel->ccnd1_window.beg0;
}

static double igh_length(const search *s) {
    return s->c->panel->igh.end0 - s->c->panel->igh.beg0;
}

/* Share of the window that a strip is, by length or by what a capture covers, whichever is more. */
static double even_share(const search *s, double beg, double end) {
    double by_length = (end - beg) / window_length(s);
    return s->covered.total > 0 ? fmax(by_length, counts_between(&s->covered, beg, end) / s->covered.total)
                                : by_length;
}

/* Chance pairs between the window and IGH: those seen outside the box, or what all chance pairs let expect, of which
 * IGH draws more than its length says. */
static double chance_pairs(const search *s, double outside) {
    double igh_share = junction_igh_excess * igh_bases / genome_bases;
    return 1 + fmax(outside, igh_share * s->chimeric[0].total);
}

static double share_of_window(const search *s, double pos_a, double joined, double joined_all) {
    double beg = pos_a - s->c->panel->ccnd1_window.beg0 - s->width, end = beg + 2.0 * s->width;
    return strip_share(joined + counts_between(&s->chimeric[0], beg, end), joined_all + s->chimeric[0].total,
                       even_share(s, beg, end));
}

static double share_of_igh(const search *s, double pos_b, double width, double joined, double joined_all) {
    double beg = pos_b - s->c->panel->igh.beg0 - width, end = beg + 2.0 * width;
    return strip_share(joined + counts_between(&s->chimeric[1], beg, end), joined_all + s->chimeric[1].total,
                       (end - beg) / igh_length(s));
}

/* Fragments expected by chance in the box around a row, `width` bases of IGH each side, in one direction. `in_a`,
 * `in_b`, `in_box`: rows of any direction in its strip of the window, its strip of IGH, and both. The box's own rows
 * are no background of theirs. */
static double expected_at(const search *s, const ps_junction_read *r, double width, double in_a, double in_b,
                          double in_box) {
    double outside = (double)s->n - in_box;
    return chance_pairs(s, outside) * share_of_window(s, r->pos_a0, in_a - in_box, outside) *
           share_of_igh(s, r->pos_b0, width, in_b - in_box, outside) * junction_direction_share;
}

/* Pairs of the densest strip of IGH, when they are no more than IGH joined to one other place shows: then they are
 * that translocation (or its other product), and no chance. `beg`, `end`: its cells. */
static double other_translocation(const search *s, size_t *beg, size_t *end) {
    const ps_junction_evidence *j = &s->dna->junctions;
    size_t cells = (size_t)(2 * s->width / PS_CHIMERIC_CELL) + 2, n = j->n_chimeric[1];
    double most = 0, clonal = s->covered.total / window_length(s); /* fragments over a base */
    for (size_t i = 0; i < n; i++) {
        double here =
            counts_between(&s->chimeric[1], (double)i * PS_CHIMERIC_CELL, (double)(i + cells) * PS_CHIMERIC_CELL);
        if (here > most) {
            most = here;
            *beg = i;
        }
    }
    *end = *beg + cells < n ? *beg + cells : n;
    double even = s->chimeric[1].total * (double)cells / (double)(n ? n : 1);
    int peak = most >= 1 && (double)n * ps_poisson_upper((uint64_t)most - 1, even) <= limits_of(s)->junction_alpha;
    return peak && most <= clonal ? most : 0;
}

/* The share of the strip of IGH that an average chance pair lies in: where a capture's targets are, junctions are
 * sought. */
static double usual_share_of_igh(const search *s) {
    size_t beg = 0, end = 0;
    double other = other_translocation(s, &beg, &end);
    double even = 2.0 * s->width / igh_length(s), joined = (double)s->n, total = s->chimeric[1].total - other;
    double squares = 0;
    for (size_t i = 0; i < s->dna->junctions.n_chimeric[1]; i++)
        if (other <= 0 || i < beg || i >= end)
            squares += (double)s->dna->junctions.chimeric[1][i] * (double)s->dna->junctions.chimeric[1][i];
    double around = total > 0 ? squares / total * 2 * s->width / PS_CHIMERIC_CELL : 0;
    return strip_share(joined * even + around, joined + total, even);
}

/* Each row might have been the centre of a cluster: the chance that any of them has so many more around it. */
static int is_significant(const search *s, uint64_t fragments, double expected) {
    const ps_limits *l = &s->c->panel->limits;
    return (double)fragments >= l->junction_min_fragments &&
           (double)(s->n + 1) * ps_poisson_upper(fragments - 1, expected) <= l->junction_alpha;
}

static uint64_t needed_at(const search *s, double expected) {
    uint64_t n = (uint64_t)ceil(s->c->panel->limits.junction_min_fragments);
    while (!is_significant(s, n, expected))
        n++;
    return n;
}

/* Enough of a fragment must lie on both sides. */
static double shown_share(const ps_read_evidence *dna) {
    double bases = 0;
    for (size_t i = 0; i < dna->junctions.n_cells; i++)
        bases += (double)dna->junctions.cell_bases[i];
    double length = dna->junctions.window_fragments ? bases / (double)dna->junctions.window_fragments : INFINITY;
    double thinned = ldexp(1, -(dna->junctions.thinned <= PS_MAX_THINNING ? dna->junctions.thinned : 1000));
    return fmax(0, 1 - 2 * junction_anchor / length) * thinned;
}

/* Fragments that a junction there would show on average: one of two copies carries it, in the tumour's share of the
 * cells.
 */
static double carried_at(const search *s, int32_t pos_a0) {
    int64_t cell = ((int64_t)pos_a0 - s->c->panel->ccnd1_window.beg0) / PS_WINDOW_CELL;
    if (cell < 0 || (size_t)cell >= s->dna->junctions.n_cells)
        return 0;
    double purity = isnan(s->c->purity) ? 1 : s->c->purity;
    return 0.5 * purity * s->shown * (double)s->dna->junctions.cell_bases[cell] / PS_WINDOW_CELL;
}

/* ---- clusters -------------------------------------------------------------------------------------------------- */

static size_t bin_of(const search *s, const ps_junction_read *r) {
    int64_t at = ((int64_t)r->pos_b0 - s->c->panel->igh.beg0) / s->bin;
    if (at < 0)
        return 0;
    return (size_t)at < s->n_bins ? (size_t)at : s->n_bins - 1;
}

static uint32_t weight(const ps_junction_read *r) {
    return r->low_b ? 1 : 2;
}

static uint64_t sum_bins(const uint32_t *bin, size_t n, size_t at, size_t half) {
    uint64_t sum = 0;
    for (size_t i = at > half ? at - half : 0; i <= at + half && i < n; i++)
        sum += bin[i];
    return sum;
}

static double strip_b(const search *s, size_t at, size_t half) {
    size_t end = at + half + 1 < s->n_bins ? at + half + 1 : s->n_bins;
    return (double)(s->in_b[end] - s->in_b[at > half ? at - half : 0]);
}

static void change_bins(const search *s, uint32_t *bins, const ps_junction_read *r, int sign) {
    size_t at = bin_of(s, r);
    bins[at] += (uint32_t)sign; /* any direction, then each */
    bins[(size_t)(1 + 2 * r->right_a + r->right_b) * s->n_bins + at] += (uint32_t)sign * weight(r);
}

/* The other product of an exchange has both directions turned round, and IGH may have lost bases between the two. Two
 * fragments or more of each count together, over what chance gives in both boxes. `votes`, `expected`: of the first
 * product. */
static int is_exchange(const search *s, const uint32_t *bins, const ps_junction_read *r, double in_a, uint64_t votes,
                       double expected) {
    const uint32_t *turned = bins + (size_t)(4 - 2 * r->right_a - r->right_b) * s->n_bins;
    size_t at = bin_of(s, r), half = (size_t)junction_reciprocal_igh / (size_t)s->bin;
    uint64_t others = sum_bins(turned, s->n_bins, at, half);
    if (others < LEAST_VOTES)
        return 0;
    double in_box = (double)sum_bins(bins, s->n_bins, at, half);
    double there = expected_at(s, r, junction_reciprocal_igh, in_a, strip_b(s, at, half), in_box);
    return is_significant(s, (votes + others) / 2, expected + there);
}

/* The boxes of all rows that hold enough, in one pass along the window: linear in rows. */
static box *find_boxes(const search *s, size_t *n_boxes, box *open_cluster) {
    uint32_t *bins = ps_alloc(5 * s->n_bins, sizeof *bins);
    box *boxes = NULL;
    size_t beg = 0, end = 0, capacity = 0;
    *n_boxes = 0;
    for (size_t i = 0; i < s->n; i++) {
        const ps_junction_read *r = &s->row[i];
        for (; end < s->n && s->row[end].pos_a0 - r->pos_a0 <= s->width; end++)
            change_bins(s, bins, &s->row[end], 1);
        for (; r->pos_a0 - s->row[beg].pos_a0 > s->width; beg++)
            change_bins(s, bins, &s->row[beg], -1);
        size_t at = bin_of(s, r);
        const uint32_t *own = bins + (size_t)(1 + 2 * r->right_a + r->right_b) * s->n_bins;
        uint64_t votes = sum_bins(own, s->n_bins, at, HALF_BOX);
        if (votes < LEAST_VOTES)
            continue;
        double in_a = (double)(end - beg), in_box = (double)sum_bins(bins, s->n_bins, at, HALF_BOX);
        double expected = expected_at(s, r, s->width, in_a, strip_b(s, at, HALF_BOX), in_box);
        if (!is_significant(s, votes / 2, expected) && !is_exchange(s, bins, r, in_a, votes, expected)) {
            /* chance could give as many, but a clonal junction may give as few, too */
            if ((double)votes >= 2 * s->c->panel->limits.junction_min_fragments && votes > open_cluster->votes &&
                1 - ps_poisson_upper(votes / 2 + 1, carried_at(s, r->pos_a0)) >= 1 - limits_of(s)->junction_power)
                *open_cluster = (box){i, (uint32_t)votes, expected};
            continue;
        }
        PS_GROW(boxes, *n_boxes, capacity);
        boxes[(*n_boxes)++] = (box){i, (uint32_t)votes, expected};
    }
    free(bins);
    return boxes;
}

static int by_votes(const void *a, const void *b) {
    const box *x = a, *y = b;
    if (x->votes != y->votes)
        return x->votes > y->votes ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static size_t first_from(const search *s, int64_t pos_a0) {
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->row[middle].pos_a0 < pos_a0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Lists the rows of a box that no stronger one has, and keeps their neighbours from founding clusters of leftovers.
 */
static size_t gather(const search *s, size_t centre, uint8_t *taken, size_t *member) {
    const ps_junction_read *c = &s->row[centre];
    size_t at = bin_of(s, c), n = 0;
    for (size_t i = first_from(s, (int64_t)c->pos_a0 - 2 * (int64_t)s->width);
         i < s->n && s->row[i].pos_a0 - (int64_t)c->pos_a0 <= 2 * (int64_t)s->width; i++) {
        const ps_junction_read *r = &s->row[i];
        size_t bin = bin_of(s, r), apart = bin > at ? bin - at : at - bin;
        if (!ps_junction_same_direction(r, c) || apart > 2 * HALF_BOX)
            continue;
        if (taken[i] < 2 && apart <= HALF_BOX && labs((long)r->pos_a0 - c->pos_a0) <= s->width) {
            member[n++] = i;
            taken[i] = 2;
        } else if (!taken[i]) {
            taken[i] = 1;
        }
    }
    return n;
}

/* ---- breakpoints ----------------------------------------------------------------------------------------------- */

/* The place most split reads agree on; the lowest of several. Members ascend by pos_a0, pos_b0. */
static const ps_junction_read *agreed_split(const search *s, const size_t *member, size_t n) {
    const ps_junction_read *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        const ps_junction_read *r = &s->row[member[i]];
        if (!r->split)
            continue;
        size_t votes = 0, k = i;
        for (; k < n && s->row[member[k]].pos_a0 == r->pos_a0 && s->row[member[k]].pos_b0 == r->pos_b0; k++)
            votes += s->row[member[k]].split;
        if (votes > most) {
            best = r;
            most = votes;
        }
        i = k - 1;
    }
    return best;
}

/* The base most rows show there; 0 when none does, or two do alike. */
static char agreed_base(const search *s, const size_t *member, size_t n, int side, int32_t pos0) {
    static const char bases[] = "ACGT";
    size_t votes[4] = {0}, best = 0;
    for (size_t i = 0; i < n; i++) {
        const ps_junction_read *r = &s->row[member[i]];
        char base = side ? r->base_b : r->base_a;
        if (base && (side ? r->pos_b0 : r->pos_a0) == pos0)
            votes[strchr(bases, base) - bases]++;
    }
    for (size_t i = 1; i < 4; i++)
        best = votes[i] > votes[best] ? i : best;
    for (size_t i = 0; i < 4; i++)
        if (i != best && votes[i] == votes[best])
            return 0;
    return bases[best];
}

typedef struct end { /* one side of a breakpoint */
    int32_t pos0, range[2];
    int seen;
    char base;
} end;

/* Without a split read: the kept base that comes closest to the break, which lies up to a box's width on; or where
 * clipped reads stop there. */
static end inferred_end(const search *s, const size_t *member, size_t n, int side) {
    const ps_junction_read *first = &s->row[member[0]];
    int right = side ? first->right_b : first->right_a;
    end e = {.pos0 = side ? first->pos_b0 : first->pos_a0};
    for (size_t i = 1; i < n; i++) {
        int32_t pos0 = side ? s->row[member[i]].pos_b0 : s->row[member[i]].pos_a0;
        if (right ? pos0 > e.pos0 : pos0 < e.pos0)
            e.pos0 = pos0;
    }
    int32_t overreach = (int32_t)junction_overreach;
    int32_t range[2] = {right ? -overreach : -s->width, right ? s->width : overreach};
    const ps_junction_clip *clip =
        ps_junction_clip_at(s->dna, side, right, (int64_t)e.pos0 + range[0], (int64_t)e.pos0 + range[1]);
    if (clip) {
        e.pos0 = clip->pos0;
        e.base = clip->base;
        e.seen = 1;
    } else {
        e.range[0] = range[0];
        e.range[1] = range[1];
        e.base = agreed_base(s, member, n, side, e.pos0);
    }
    return e;
}

static ps_breakpoint breakpoint_of(const search *s, const size_t *member, size_t n) {
    const ps_junction_read *split = agreed_split(s, member, n), *first = &s->row[member[0]];
    end a, b;
    if (split) {
        a = (end){split->pos_a0, {0, 0}, 1, agreed_base(s, member, n, 0, split->pos_a0)};
        b = (end){split->pos_b0, {0, 0}, 1, agreed_base(s, member, n, 1, split->pos_b0)};
    } else {
        a = inferred_end(s, member, n, 0);
        b = inferred_end(s, member, n, 1);
    }
    ps_breakpoint k = {.contig_a = s->c->panel->ccnd1_window.contig,
                       .contig_b = s->c->panel->igh.contig,
                       .pos_a1 = a.pos0 + 1,
                       .pos_b1 = b.pos0 + 1,
                       .right_a = first->right_a,
                       .right_b = first->right_b,
                       .exact = a.seen && b.seen,
                       .base_a = a.base,
                       .base_b = b.base,
                       .range_a = {a.range[0], a.range[1]},
                       .range_b = {b.range[0], b.range[1]}};
    for (size_t i = 0; i < n; i++)
        *(s->row[member[i]].split ? &k.split : &k.discordant) += 1;
    return k;
}

/* The other product of an earlier breakpoint's exchange belongs to its event. */
static int event_of(const ps_junction_call *call, const ps_breakpoint *k) {
    int events = 0;
    for (size_t i = 0; i < call->n_breakpoints; i++) {
        const ps_breakpoint *other = &call->breakpoint[i];
        events = other->event > events ? other->event : events;
        if (other->right_a != k->right_a && other->right_b != k->right_b &&
            (double)labs((long)other->pos_a1 - k->pos_a1) <= junction_reciprocal_bases)
            return other->event;
    }
    return events + 1;
}

/* Many split reads and no pair, where fragments are long enough that the mates of half of them lie beyond the
 * junction: reads of one place that look like another's. Files without pairs have no pairs to other contigs either.
 */
static int lacks_pairs(const search *s, const size_t *member, size_t n) {
    const ps_limits *l = limits_of(s);
    double fragments = (double)s->dna->junctions.window_fragments, length = 0;
    for (size_t i = 0; i < n; i++)
        if (!s->row[member[i]].split || s->row[member[i]].paired)
            return 0;
    if (fragments > 0)
        length = s->covered.total / fragments;
    return (double)n >= junction_unpaired_splits && s->chimeric[0].total + s->chimeric[1].total > 0 &&
           length >= junction_pairs_insert && length <= l->junction_max_insert;
}

/* The IGH side of most fragments is placed with low quality: said, as repeats of IGH lie on other chromosomes too. */
static void check_mapping(const search *s, const size_t *member, size_t n, const ps_breakpoint *k,
                          ps_junction_call *call) {
    size_t low = 0;
    for (size_t i = 0; i < n; i++)
        low += s->row[member[i]].low_b;
    if (2 * low > n)
        ps_reason_add(&call->reasons, PS_REASON_IGH_LOW_MAPQ,
                      "dna: %zu of %zu fragment%s at chromosome 11 position %d with mapping quality under %g in IGH",
                      low, n, ps_s(n), (int)k->pos_a1, limits_of(s)->min_mapq);
}

/* `open_cluster`: the largest cluster that is neither told from chance nor from a junction; no votes when there is
 * none. */
static void detect(const search *s, ps_junction_call *call, box *open_cluster) {
    size_t n_boxes = 0, capacity = 0;
    box *boxes = find_boxes(s, &n_boxes, open_cluster);
    uint8_t *taken = ps_alloc(s->n, sizeof *taken);
    size_t *member = ps_alloc(s->n, sizeof *member);
    if (n_boxes)
        qsort(boxes, n_boxes, sizeof *boxes, by_votes);
    for (size_t i = 0; i < n_boxes && call->n_breakpoints < MAX_BREAKPOINTS; i++) {
        if (taken[boxes[i].row])
            continue;
        size_t n = gather(s, boxes[i].row, taken, member);
        ps_breakpoint k = breakpoint_of(s, member, n);
        if (lacks_pairs(s, member, n)) {
            ps_reason_add(&call->reasons, PS_REASON_JUNCTION_UNRESOLVED,
                          "dna: %zu split read%s at 11q13 position %d, but no read pair that joins the two sides", n,
                          ps_s(n), (int)k.pos_a1);
            continue;
        }
        check_mapping(s, member, n, &k, call);
        k.event = event_of(call, &k);
        if (call->n_breakpoints == 0) {
            call->background = ps_round6(boxes[i].expected);
            call->needed = needed_at(s, boxes[i].expected);
        }
        PS_GROW(call->breakpoint, call->n_breakpoints, capacity);
        call->breakpoint[call->n_breakpoints++] = k;
        call->state = PS_JUNCTION_DETECTED;
        call->sources |= 1u << PS_INPUT_DNA;
    }
    free(boxes);
    free(taken);
    free(member);
}

/* ---- power ----------------------------------------------------------------------------------------------------- */

static void measure_power(const search *s, ps_junction_call *call) {
    const ps_read_evidence *dna = s->dna;
    const ps_panel *panel = s->c->panel;
    size_t n = dna->junctions.n_cells, powered = 0, row = 0;
    double *depth = ps_alloc(n, sizeof *depth), *least = ps_alloc(n, sizeof *least);
    double purity = isnan(s->c->purity) ? 1 : s->c->purity, shown = s->shown;
    uint64_t last = 0;
    double mean = 0, most = 0, share_b = usual_share_of_igh(s);
    double molecules = ps_molecules_per_fragment(panel, &dna->junctions.molecules); /* copies show nothing more */
    call->needed = 0;
    for (size_t i = 0; i < n; i++) {
        double beg = panel->ccnd1_window.beg0 + (double)i * PS_WINDOW_CELL, end0 = beg + PS_WINDOW_CELL;
        size_t rows = row;
        while (row < s->n && s->row[row].pos_a0 < end0)
            row++;
        double in_a = (double)(row - rows) * fmin(1, 2.0 * s->width / PS_WINDOW_CELL);
        double expected = chance_pairs(s, (double)s->n) * share_of_window(s, (beg + end0) / 2, in_a, (double)s->n) *
                          share_b * junction_direction_share;
        uint64_t needed = needed_at(s, expected);
        if (needed != last)
            mean = ps_poisson_mean(last = needed, panel->limits.junction_power);
        depth[i] = molecules * (double)dna->junctions.cell_bases[i] / PS_WINDOW_CELL;
        /* one of two copies carries the junction, in the tumour's share of the cells */
        least[i] = depth[i] * shown > 0 ? mean / (0.5 * depth[i] * shown) : INFINITY;
        powered += depth[i] >= panel->limits.junction_min_coverage && least[i] <= purity;
        if (expected > most || i == 0)
            most = expected;
        call->needed = needed > call->needed ? needed : call->needed;
    }
    call->background = ps_round6(most);
    call->powered = ps_round6((double)powered / (double)n);
    call->physical_coverage = ps_round6(ps_median(depth, n));
    call->shown = dna->junctions.window_fragments ? ps_round6(s->shown) : NAN;
    ps_median(least, n); /* sorts */
    call->limit_cells = ps_round6(least[(size_t)ceil(junction_window_share * (double)n) - 1]);
    free(depth);
    free(least);
}

static void report_open_cluster(const search *s, const box *open_cluster, ps_junction_call *call) {
    const ps_junction_read *r = &s->row[open_cluster->row];
    uint64_t needed = needed_at(s, open_cluster->expected);
    uint32_t fragments = open_cluster->votes / 2;
    ps_reason_add(&call->reasons, PS_REASON_JUNCTION_UNRESOLVED,
                  "dna: %u fragment%s near 11q13 position %d, %llu needed over a background of %.3g there", fragments,
                  ps_s(fragments), (int)r->pos_a0 + 1, (unsigned long long)needed, open_cluster->expected);
}

static void decide_negative(const ps_case *c, ps_junction_call *call) {
    char limit[100];
    if (call->limit_cells <= 1)
        snprintf(limit, sizeof limit, "a junction in %.2g of the cells or more would have shown", call->limit_cells);
    else
        snprintf(limit, sizeof limit, "elsewhere even a junction in every cell could have been missed");
    if (call->powered < junction_window_share) {
        ps_reason_add(
            &call->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE,
            "dna: %g fragment%s over each base in the median 10 kb of the 11q13 window; a junction of all tumour "
            "cells would have shown in %.3g %% of the window, %g %% needed; %s",
            call->physical_coverage, ps_s(call->physical_coverage), 100 * call->powered, 100 * junction_window_share,
            limit);
        return;
    }
    call->state = PS_JUNCTION_NOT_DETECTED;
    ps_reason_add(&call->reasons, PS_REASON_WINDOW_ONLY,
                  "dna: %.0f-fold physical coverage, %llu fragment%s needed; %s", call->physical_coverage,
                  (unsigned long long)call->needed, ps_s(call->needed), limit);
    if (isnan(c->purity))
        ps_reason_add(&call->reasons, PS_REASON_PURITY_ASSUMED,
                      "a clonal junction in a pure sample would have shown");
}

/* Share of the tumour's cells that hold the first event, of which most fragments are seen. */
static double share_of_cells(const search *s, const ps_junction_call *call) {
    double fragments = 0, carried = carried_at(s, call->breakpoint[0].pos_a1 - 1);
    for (size_t i = 0; i < call->n_breakpoints; i++)
        if (call->breakpoint[i].event == call->breakpoint[0].event)
            fragments = fmax(fragments, (double)(call->breakpoint[i].split + call->breakpoint[i].discordant));
    return carried > 0 ? fragments / carried : INFINITY;
}

static void decide_positive(const search *s, ps_junction_call *call) {
    double share = share_of_cells(s, call), needed = limits_of(s)->junction_min_share;
    if (share >= needed)
        return;
    call->state = PS_JUNCTION_NOT_ASSESSABLE;
    ps_reason_add(
        &call->reasons, PS_REASON_JUNCTION_FEW_CELLS,
        "dna: %llu fragment%s at %.0f-fold physical coverage: a junction in %.2g %% of the tumour cells, %g %% needed",
        (unsigned long long)call->breakpoint[0].split + call->breakpoint[0].discordant,
        ps_s(call->breakpoint[0].split + call->breakpoint[0].discordant),
        carried_at(s, call->breakpoint[0].pos_a1 - 1) * 2 / (s->shown * (isnan(s->c->purity) ? 1 : s->c->purity)),
        100 * share, 100 * needed);
}

static int is_near(const ps_junction_read *x, const ps_junction_read *y, int32_t width) {
    return labs((long)x->pos_b0 - y->pos_b0) <= width && x->right_a == y->right_a && x->right_b == y->right_b &&
           !strcmp(x->contig_b, y->contig_b) && (!x->molecule || x->molecule != y->molecule);
}

/* The largest cluster of pairs from one place of the window to one place of a contig that may hold IGH. Rows ascend
 * by place in the window. */
static const ps_junction_read *far_cluster(const search *s, size_t *most, size_t *all) {
    enum { LOOKED_AT = 1000 }; /* rows after one: more in a box are a repeat, and enough already */
    const ps_junction_evidence *j = &s->dna->junctions;
    const ps_junction_read *best = NULL;
    *most = *all = 0;
    for (size_t i = 0; i < j->n_junction; i++) {
        const ps_junction_read *r = &j->junction[i];
        size_t n = 1;
        if (!r->contig_b[0])
            continue;
        ++*all;
        for (size_t k = i + 1; k < j->n_junction && k < i + LOOKED_AT; k++) {
            if (j->junction[k].pos_a0 - r->pos_a0 > s->width)
                break;
            n += (size_t)is_near(r, &j->junction[k], s->width);
        }
        if (n > *most) {
            *most = n;
            best = r;
        }
    }
    return best;
}

/* 1: fragments join the window to a contig that may hold IGH: no negative. Fewer are named beside one. */
static int leads_elsewhere(const search *s, ps_junction_call *call) {
    size_t n = 0, all = 0;
    const ps_junction_read *r = far_cluster(s, &n, &all);
    if (!r)
        return 0;
    int cluster = (double)n >= limits_of(s)->junction_min_fragments;
    ps_reason_add(
        &call->reasons, PS_REASON_IGH_ELSEWHERE,
        "dna: %zu fragment%s from 11q13 to contigs that may hold IGH, %zu of them from position %d to %s position "
        "%d%s",
        all, ps_s(all), n, (int)r->pos_a0 + 1, r->contig_b, (int)r->pos_b0 + 1,
        cluster ? ": align without alternative contigs, or with an aligner that knows them" : "");
    return cluster;
}

/* ---- the call -------------------------------------------------------------------------------------------------- */

static void set_search(search *s, const ps_case *c, const ps_read_evidence *dna) {
    *s = (search){.c = c, .dna = dna};
    s->row = ps_junction_rows(&c->panel->limits, dna, &s->n);
    s->width = (int32_t)junction_cluster_bases;
    s->bin = (s->width + HALF_BOX - 1) / HALF_BOX;
    s->n_bins = (size_t)(igh_length(s) / s->bin) + 1;
    s->in_b = ps_alloc(s->n_bins + 1, sizeof *s->in_b);
    for (size_t i = 0; i < s->n; i++)
        s->in_b[bin_of(s, &s->row[i]) + 1]++;
    for (size_t i = 0; i < s->n_bins; i++)
        s->in_b[i + 1] += s->in_b[i];
    for (int side = 0; side < 2; side++)
        s->chimeric[side] = sum_up(dna->junctions.chimeric[side], dna->junctions.n_chimeric[side], PS_CHIMERIC_CELL);
    s->shown = shown_share(dna);
    s->covered = sum_up(dna->junctions.cell_bases, dna->junctions.n_cells, PS_WINDOW_CELL);
}

static void free_search(search *s) {
    free(s->row);
    free(s->in_b);
    free(s->chimeric[0].before);
    free(s->chimeric[1].before);
    free(s->covered.before);
}

static void call_from_dna(const ps_case *c, const ps_read_evidence *dna, ps_junction_call *call) {
    search s;
    box open_cluster = {0};
    const ps_panel *panel = c->panel;
    if (contig_is_absent(panel, dna, panel->ccnd1_window.contig, "CCND1", &call->reasons) ||
        contig_is_absent(panel, dna, panel->igh.contig, "IGH", &call->reasons))
        return;
    set_search(&s, c, dna);
    measure_power(&s, call);
    call->split = call->discordant = 0;
    for (size_t i = 0; i < s.n; i++)
        *(s.row[i].split ? &call->split : &call->discordant) += 1;
    detect(&s, call, &open_cluster);
    int unresolved = call->reasons.n > 0; /* a cluster that is no junction, nor chance */
    if (call->state == PS_JUNCTION_DETECTED)
        decide_positive(&s, call);
    else if (open_cluster.votes)
        report_open_cluster(&s, &open_cluster, call);
    else if (!leads_elsewhere(&s, call) && !unresolved)
        decide_negative(c, call);
    free_search(&s);
}

/* In RNA, IGH is so abundant that chance joins it to any transcript: RNA supports a junction seen in DNA, never more.
 */
static void add_rna(int64_t n, ps_junction_call *call) {
    call->rna_fragments = n;
    if (n > 0 && call->state == PS_JUNCTION_DETECTED)
        call->sources |= 1u << PS_INPUT_RNA;
}

void ps_call_junction(const ps_case *c, ps_junction_call *call) {
    *call = (ps_junction_call){.split = -1,
                               .discordant = -1,
                               .rna_fragments = -1,
                               .physical_coverage = NAN,
                               .powered = NAN,
                               .limit_cells = NAN,
                               .background = NAN,
                               .shown = NAN};
    const ps_read_evidence *dna = c->reads[PS_INPUT_DNA], *rna = c->reads[PS_INPUT_RNA];
    int has_dna = dna && dna->given, has_rna = rna && rna->given;
    if (has_dna)
        call_from_dna(c, dna, call);
    if (has_rna) {
        size_t n = 0;
        free(ps_junction_rows(&c->panel->limits, rna, &n));
        add_rna((int64_t)n, call);
    }
    if (!has_dna && has_rna)
        ps_reason_add(&call->reasons, PS_REASON_RNA_CANNOT_EXCLUDE,
                      "rna: %lld fragment%s from the 11q13 window to IGH; only DNA tells a junction from chance",
                      (long long)call->rna_fragments, ps_s(call->rna_fragments));
    if (!has_dna)
        ps_reason_add(&call->reasons, PS_REASON_NO_DNA, "IGH::CCND1 needs --dna");
}
