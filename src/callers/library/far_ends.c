#include "far_ends.h"

#include <math.h>
#include <stdlib.h>

#include "families.h"
#include "plasmastrat/alloc.h"

/* Constants of the algorithm. FRONT: so few of an amplicon's reads go on to another one's end, or end in a primer
 * that the others pass (an assumption: products of two neighbouring amplicons). MANY_STARTS: reads that end at one
 * place and have so often different lengths begin at many places, so that a primer made them end there. LENGTH_SHARE:
 * of a window's reads, as long as the longest where the sequencer ends them. LENGTH_WINDOWS: windows with such reads;
 * of merged amplicons the longest is hardly ever as long as two others. */
static const double FRONT = 0.05, MANY_STARTS = 3, LENGTH_SHARE = 0.2;
enum { LENGTH_WINDOWS = 3 };

typedef struct far_ends { /* of one window and orientation, the outermost last */
    const ps_far_end *row;
    size_t n;
    int right;
    int32_t innermost; /* base that may be an end */
    double all, as_molecules;
    double *begun; /* by bases outwards from there: reads that begin at the place or beyond; owned */
    int32_t bases;
} far_ends;

static int32_t outwards(const far_ends *f, int32_t base0) {
    return f->right ? base0 - f->innermost : f->innermost - base0;
}

/* The sketch keeps a part of the molecules: all reads begin as theirs do. */
static void count_starts(far_ends *f, const ps_molecules *all, int32_t window) {
    for (size_t i = 0; i < all->n; i++) {
        const ps_molecule *m = &all->row[i];
        int32_t start0 = m->key.end0[!f->right];
        if (m->window != window || m->key.end0[f->right] != PS_END_UNKNOWN || start0 == PS_END_UNKNOWN)
            continue;
        int32_t at = outwards(f, start0);
        f->begun[at < 0 ? 0 : at < f->bases ? at : f->bases - 1] += ps_copies_of(m);
        f->as_molecules += ps_copies_of(m);
    }
    for (int32_t at = f->bases - 1; at > 0; at--)
        f->begun[at - 1] += f->begun[at];
}

static far_ends ends_of(const ps_panel *panel, const ps_codon_evidence *e, int32_t window, int right) {
    const ps_span *span = ps_window_span(panel, window);
    far_ends f = {.right = right,
                  .innermost = right ? span->beg0 - PS_FAR_FLANK : span->end0 + PS_FAR_FLANK,
                  .bases = span->end0 - span->beg0 + 2 * PS_FAR_FLANK + 1};
    for (size_t i = 0; i < e->n_far_end; i++)
        if (e->far_end[i].window == window && e->far_end[i].reverse == !right) {
            f.row = f.n++ ? f.row : &e->far_end[i];
            f.all += e->far_end[i].n;
        }
    f.begun = ps_alloc((size_t)f.bases, sizeof *f.begun);
    if (f.n)
        count_starts(&f, &e->molecules, window);
    return f;
}

/* The k-th from outside. */
static const ps_far_end *from_outside(const far_ends *f, size_t k) {
    return &f->row[f->right ? f->n - 1 - k : k];
}

/* Reads that begin beyond the place. */
static double begun_beyond(const far_ends *f, int32_t at) {
    return at >= 0 && at + 1 < f->bases && f->as_molecules > 0 ? f->all * f->begun[at + 1] / f->as_molecules : 0;
}

/* Reads that end from one place to another. */
static double ends_between(const far_ends *f, int32_t from, int32_t to) {
    double n = 0;
    for (size_t i = 0; i < f->n; i++) {
        int32_t at = outwards(f, f->row[i].end0);
        n += at >= from && at <= to ? f->row[i].n : 0;
    }
    return n;
}

/* Reads that end beyond one place, of those that begin no further than another: such as begin beyond it, of the next
 * amplicon, pass neither. */
static double going_on(const far_ends *f, int32_t beyond, int32_t from) {
    double all = 0, by_length = 0;
    for (size_t i = 0; i < f->n; i++) {
        int32_t at = outwards(f, f->row[i].end0);
        all += at > beyond ? f->row[i].n : 0;
        by_length += at > beyond && at - f->row[i].length < from ? f->row[i].n : 0;
    }
    return fmin(by_length, fmax(0, all - begun_beyond(f, from)));
}

static int32_t longest_of(const ps_codon_evidence *e) {
    int32_t longest = 0;
    for (size_t i = 0; i < e->n_far_end; i++)
        longest = e->far_end[i].length > longest ? e->far_end[i].length : longest;
    return longest;
}

/* Do the reads have the length at which the sequencer ends them? */
static int is_by_sequencer(const ps_codon_evidence *e, const ps_far_end *end, double fewest) {
    int windows = 0, as_long = 0;
    for (size_t i = 0, to; i < e->n_far_end; i = to) {
        double n = 0, all = 0;
        for (to = i; to < e->n_far_end && e->far_end[to].window == e->far_end[i].window; to++) {
            all += e->far_end[to].n;
            n += e->far_end[to].length == end->length ? e->far_end[to].n_longest : 0;
        }
        windows += all >= fewest;
        as_long += all >= fewest && n >= LENGTH_SHARE * all;
    }
    return end->length == longest_of(e) && 2 * (double)end->n_longest >= end->n && as_long >= LENGTH_WINDOWS &&
           2 * as_long >= windows;
}

static int is_over_window(const ps_panel *panel, const ps_far_end *end, int right, int32_t bases) {
    const ps_span *span = ps_window_span(panel, end->window);
    int32_t beg0 = right ? end->end0 - bases + 1 : end->end0, end0 = beg0 + bases;
    int goes_on = end->end0 <= span->beg0 - PS_FAR_FLANK || end->end0 >= span->end0 + PS_FAR_FLANK;
    return !goes_on && beg0 < span->end0 && end0 > span->beg0;
}

typedef struct far_reads { /* of a place: of the reads that begin at least a primer's length before it */
    double all, beyond;    /* that end beyond it */
    double here;           /* that end at it or beyond, or less than a primer's length before */
} far_reads;

static far_reads reads_at(const far_ends *f, const ps_far_end *end, int32_t bases) {
    int32_t at = outwards(f, end->end0), from = at - bases;
    far_reads r = {.all = f->all - begun_beyond(f, from), .beyond = going_on(f, at, from)};
    r.here = r.beyond + ends_between(f, from + 1, at);
    return r;
}

static int is_stack(const ps_far_end *end, const far_reads *r, const ps_far_rule *rule) {
    int has_many_starts = MANY_STARTS * end->n_longest <= end->n;
    return (rule->has_primers || has_many_starts) && end->n >= rule->share * r->here;
}

static int is_front(const ps_far_end *end, double beyond, double all) {
    return beyond <= FRONT * all && beyond + end->n > FRONT * all;
}

static int is_primer(const ps_far_end *end, const far_reads *r, const ps_far_rule *rule) {
    int at_front = rule->is_amplicon && (is_front(end, r->beyond, r->all) || is_front(end, r->beyond, r->here));
    return r->here >= rule->fewest && (at_front || is_stack(end, r, rule));
}

size_t ps_far_primers(const ps_panel *panel, const ps_codon_evidence *e, int32_t window, int right,
                      const ps_far_rule *rule, int32_t end0[PS_MOST_FAR_ENDS]) {
    far_ends f = ends_of(panel, e, window, right);
    size_t n = 0;
    for (size_t k = 0; k < f.n && n < PS_MOST_FAR_ENDS; k++) {
        const ps_far_end *end = from_outside(&f, k);
        far_reads r = reads_at(&f, end, rule->bases);
        if (is_over_window(panel, end, right, rule->bases) && is_primer(end, &r, rule) &&
            !is_by_sequencer(e, end, rule->fewest))
            end0[n++] = end->end0;
    }
    free(f.begun);
    return n;
}

static int is_passed(const far_ends *f, const ps_primer *primer, const ps_far_rule *rule) {
    int32_t inner = outwards(f, f->right ? primer->beg0 : primer->end0 - 1),
            outer = outwards(f, f->right ? primer->end0 - 1 : primer->beg0) + rule->slack;
    double beyond = going_on(f, outer, inner - 1), within = ends_between(f, inner, outer);
    return beyond >= rule->fewest && within <= FRONT * (beyond + within);
}

void ps_far_passed(const ps_panel *panel, const ps_codon_evidence *e, int32_t window, int right,
                   const ps_far_rule *rule, const ps_primer *primer, size_t n, uint8_t *passed) {
    far_ends f = ends_of(panel, e, window, right);
    for (size_t i = 0; i < n; i++)
        passed[i] = (uint8_t)is_passed(&f, &primer[i], rule);
    free(f.begun);
}
