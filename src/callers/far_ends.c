#include "far_ends.h"

/* Constants of the algorithm. FRONT: so few of an amplicon's reads go on to another one's end (an assumption:
 * products of two neighbouring amplicons). MANY_STARTS: reads that end at one place and have so often different
 * lengths begin at many places, so that a primer made them end there. LENGTH_SHARE: of a window's reads, as long as
 * the longest where the sequencer ends them. LENGTH_WINDOWS: windows with such reads; of merged amplicons the longest
 * is hardly ever as long as two others. */
static const double FRONT = 0.05, MANY_STARTS = 3, LENGTH_SHARE = 0.2;
enum { LENGTH_WINDOWS = 3 };

typedef struct far_ends { /* of one window and orientation, the outermost last */
    const ps_far_end *row;
    size_t n;
    int right;
    double all;
} far_ends;

static far_ends ends_of(const ps_codon_evidence *e, int32_t window, int right) {
    far_ends f = {.right = right};
    for (size_t i = 0; i < e->n_far_end; i++)
        if (e->far_end[i].window == window && e->far_end[i].reverse == !right) {
            f.row = f.n++ ? f.row : &e->far_end[i];
            f.all += e->far_end[i].n;
        }
    return f;
}

/* The k-th from outside. */
static const ps_far_end *from_outside(const far_ends *f, size_t k) {
    return &f->row[f->right ? f->n - 1 - k : k];
}

/* Reads that end less than a primer's length before the place, at it, or beyond. */
static double reads_to(const far_ends *f, const ps_far_end *end, int32_t bases) {
    double n = 0;
    for (size_t i = 0; i < f->n; i++) {
        int32_t before = f->right ? end->end0 - f->row[i].end0 : f->row[i].end0 - end->end0;
        n += before < bases ? f->row[i].n : 0;
    }
    return n;
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

static int is_stack(const far_ends *f, const ps_far_end *end, const ps_far_rule *rule) {
    int has_many_starts = MANY_STARTS * end->n_longest <= end->n;
    return (rule->has_primers || has_many_starts) && end->n >= rule->share * reads_to(f, end, rule->bases);
}

size_t ps_far_primers(const ps_panel *panel, const ps_codon_evidence *e, int32_t window, int right,
                      const ps_far_rule *rule, int32_t end0[PS_MOST_FAR_ENDS]) {
    far_ends f = ends_of(e, window, right);
    double beyond = 0;
    size_t n = 0;
    for (size_t k = 0; k < f.n && n < PS_MOST_FAR_ENDS; k++) {
        const ps_far_end *end = from_outside(&f, k);
        int is_front = rule->is_amplicon && beyond <= FRONT * f.all && beyond + end->n > FRONT * f.all;
        beyond += end->n;
        if (is_over_window(panel, end, right, rule->bases) && reads_to(&f, end, rule->bases) >= rule->fewest &&
            (is_front || is_stack(&f, end, rule)) && !is_by_sequencer(e, end, rule->fewest))
            end0[n++] = end->end0;
    }
    return n;
}
