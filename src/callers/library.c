/* library.c - from sketches of molecules to what counts (library.h). */
#include "plasmastrat/library.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "barcode.h"
#include "families.h"
#include "far_ends.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/case.h"
#include "plasmastrat/map.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fragments: fewer do not tell an amplicon (assumption: fewer in three places may be chance) */
static const double library_amplicon_fragments = 50;
/* fraction of molecules: that end at one place from which it is a primer's (assumption: random ends of an exon are
 * spread over hundreds of bases; transcripts have some places of their own) */
static const double library_stack_share = 0.2, library_stack_share_rna = 0.5;
/* bases: between a primer's end and a read's (assumption: as far as clips and indels move an end) */
enum { PRIMER_SLACK = 3 };

const char *const ps_library_names[PS_N_LIBRARY_KINDS] = {"unknown", "unique", "unmarked-copies", "umi", "amplicon"};

/* AMPLICON_ENDS: two amplicons over a codon and the start of a third. NEAR_STARTS, NEAR_LENGTHS: bases over which
 * starts and lengths are taken for evenly spread. Beyond MERGED molecules per pair of ends, different molecules are
 * often taken for copies, so that their number scales the fragments instead. MOST_PRIMERS: of a window. HEAVY: when
 * so much more or less of the fragments is kept than of the molecules, few molecules have most of the fragments.
 * WIDE_PLACES: ends that lie closer than NEAR_STARTS can look like twice as many. */
enum { AMPLICON_ENDS = 3, LEADERS = 2 * AMPLICON_ENDS, NEAR_STARTS = 10, NEAR_LENGTHS = 5, MOST_PRIMERS = 256 };
static const double USUAL_PAIRS = 20, USUAL_STARTS = 150,
                    USUAL_LENGTHS = 60; /* bases; of sheared DNA, an assumption */
static const double MERGED = 1.1, HEAVY = 1.5, STACKED_SHARE = 0.5, CHANCE_FOLD = 1.5, WIDE_PLACES = 100;

/* Of a design, places with the usual number of amplicons, with one more or less, with two, and others. ln odds of
 * twenty to one for a design; fewer places than FEWEST_PLACES tell nothing, and no wild type rests on so few.
 * Simulated: of libraries of two molecules a place, one in forty passes for a design at eight places. */
enum { FEWEST_PLACES = 4, N_SHARES = 4, HOTSPOTS_APART = 20 /* codons */ };
static const double designed_share[N_SHARES] = {0.8, 0.17, 0.029, 0.001}, DESIGNED_ODDS = 3;

typedef struct window { /* rows of one exon window */
    const ps_molecule *row;
    size_t n;
    size_t n_kept;    /* rows of the sketch, also those that are no molecules (families.h) */
    uint64_t highest; /* hash of these */
    double fragments; /* of the rows */
    double molecules; /* estimated, where not all are kept */
    int is_full;      /* not all are kept */
    int is_heavy;
    int n_amplicon;   /* codons */
    uint8_t *between; /* by row: from one listed primer to another; NULL: none are listed */
    double places;    /* pairs of ends and orientation that chance has to choose from */
    double share;     /* molecules per fragment, where different ones are often taken for copies; else 1 */
    ps_primer primer[MOST_PRIMERS]; /* those of the user's file first */
    size_t n_primers, n_listed;
    uint8_t passed[2][MOST_PRIMERS]; /* by side: reads without a mate that end there go on beyond the primer */
} window;

typedef struct scan { /* of one read input */
    const ps_case *c;
    const ps_read_evidence *reads;
    ps_molecules plain; /* where UMIs are the sample's barcode: without it; its rows alone are owned */
    ps_families families;
    int is_few;        /* few molecules, in many copies, that are no amplicons */
    window *window;    /* of the panel */
    uint8_t *amplicon; /* by codon */
    int32_t n;
    double length[3]; /* bases between outer ends: 5, 50 and 95 % */
} scan;

/* ---- windows --------------------------------------------------------------------------------------------------- */

static int ends_known(const ps_molecule *m) {
    return m->key.end0[0] != PS_END_UNKNOWN || m->key.end0[1] != PS_END_UNKNOWN;
}

/* Fragments over the codon that shows most of them. */
static double deepest_codon(const scan *s, int32_t w) {
    const ps_codon_evidence *e = &s->reads->codons;
    double deepest = 0, here = 0;
    for (size_t i = 0; i < e->n_codon; i++) {
        here = i && e->codon[i].codon == e->codon[i - 1].codon ? here + e->codon[i].n : e->codon[i].n;
        if (here > deepest && ps_window_of(s->c->panel, e->codon[i].codon) == w)
            deepest = here;
    }
    return deepest;
}

static void add_primer(window *w, int32_t beg0, int32_t end0, char strand) {
    for (size_t i = 0; i < w->n_primers; i++)
        if (w->primer[i].beg0 == beg0 && w->primer[i].end0 == end0)
            return;
    if (w->n_primers < MOST_PRIMERS)
        w->primer[w->n_primers++] = (ps_primer){0, beg0, end0, strand};
}

/* Are stacked ends primers? Not where those were digested before sequencing. */
static int may_stack(const scan *s) {
    return !s->reads->digested_primers;
}

static int is_at(int32_t base, int32_t end, double slack) {
    return end != PS_END_UNKNOWN && fabs((double)base - (double)end) <= slack;
}

/* Does the user's file explain the stacked end: a primer begins there, or was cut off there before the alignment? */
static int is_listed(const window *w, int right, int32_t end0) {
    for (size_t i = 0; i < w->n_listed; i++) {
        const ps_primer *p = &w->primer[i];
        int32_t outer = right ? p->end0 - 1 : p->beg0, inner = right ? p->beg0 - 1 : p->end0;
        if (p->strand != (right ? '+' : '-') &&
            (is_at(outer, end0, PRIMER_SLACK) || is_at(inner, end0, PRIMER_SLACK)))
            return 1;
    }
    return 0;
}

/* A stacked end: a forward primer begins, or a reverse one ends there. */
static void add_stack(const scan *s, window *w, int right, int32_t end0) {
    int32_t bases = (int32_t)s->c->panel->limits.library_primer_bases;
    if (end0 == PS_END_UNKNOWN || is_listed(w, right, end0))
        return;
    if (right)
        add_primer(w, end0 - bases + 1, end0 + 1, '-');
    else
        add_primer(w, end0, end0 + bases, '+');
}

/* Fragments of the molecule that show the codon. */
static double shown_of(const ps_molecule *m, int32_t codon) {
    double n = codon >= m->codon_beg && codon < m->codon_end ? m->reference[codon - m->codon_beg] : 0;
    for (size_t i = 0; i < m->n_word; i++)
        n += m->word[i].codon == codon && !m->word[i].allele ? m->word[i].n : 0;
    return n;
}

typedef struct stack { /* what shows one codon */
    const ps_molecule *leader[LEADERS];
    double lead[LEADERS];     /* fragments of its pair of ends */
    double all, few, between; /* fragments of the codon; of its AMPLICON_ENDS most frequent pairs of ends; of those
                                 that lie between listed primers */
    int pairs;                /* of ends that hold more than what is left to chance of an amplicon */
    int is_deep;              /* an amplicon's, of enough fragments to tell */
} stack;

static double least_of_pair(void) {
    return (1 - library_amplicon_share) / AMPLICON_ENDS;
}

/* Of single reads either end of an amplicon is there, or both, apart: the more frequent kind counts. */
static void count_pairs(stack *t) {
    double pair[LEADERS];
    int n[3] = {0}, kept = AMPLICON_ENDS;
    for (int k = 0; k < LEADERS; k++) {
        pair[k] = t->lead[k];
        if (pair[k] > least_of_pair() * t->all) {
            const int32_t *end0 = t->leader[k]->key.end0;
            n[end0[0] == PS_END_UNKNOWN ? 1 : end0[1] == PS_END_UNKNOWN ? 2 : 0]++;
        }
    }
    t->pairs = n[0] + (n[1] > n[2] ? n[1] : n[2]);
    if (n[1] && n[2] && abs(n[1] - n[2]) > 1) /* amplicons have two ends each, or are read from one side */
        t->pairs = LEADERS;
    kept += !n[0] && n[1] && n[2] ? AMPLICON_ENDS : 0;
    ps_sort(pair, LEADERS);
    for (int k = LEADERS - kept; k < LEADERS; k++)
        t->few += pair[k];
}

/* Primers are made with none to three spacers before them, or lose a base: both ends are as near. */
static int near_ends(const ps_molecule *a, const ps_molecule *b) {
    const int32_t *x = a->key.end0, *y = b->key.end0;
    if (x[0] == y[0] && x[1] == y[1])
        return 1;
    return x[0] != PS_END_UNKNOWN && x[1] != PS_END_UNKNOWN && is_at(x[0], y[0], PRIMER_SLACK) &&
           is_at(x[1], y[1], PRIMER_SLACK);
}

/* The pair of ends that most of the fragments left have takes them. */
static void take_pair(const window *w, double *left, stack *t, int k) {
    size_t most = 0;
    for (size_t i = 1; i < w->n; i++)
        most = left[i] > left[most] ? i : most;
    if (!w->n || !(left[most] > 0))
        return;
    t->leader[k] = &w->row[most];
    for (size_t i = 0; i < w->n; i++)
        if (left[i] > 0 && near_ends(&w->row[most], &w->row[i])) {
            t->lead[k] += left[i];
            left[i] = 0;
        }
}

/* The pairs of ends that show the codon most often; an amplicon's fragments may have either orientation. */
static stack stack_at(const window *w, int32_t codon) {
    stack t = {.all = 0};
    double *left = ps_alloc(w->n + 1, sizeof *left);
    for (size_t i = 0; i < w->n; i++) {
        const ps_molecule *m = &w->row[i];
        double n = shown_of(m, codon);
        t.all += n;
        left[i] = ends_known(m) && m->key.umi == PS_UMI_NONE ? n : 0;
        t.between += w->between && w->between[i] ? left[i] : 0;
    }
    for (int k = 0; k < LEADERS; k++)
        take_pair(w, left, &t, k);
    free(left);
    count_pairs(&t);
    return t;
}

/* Nearly all fragments of the codon lie between listed primers. */
static int is_between(const stack *t) {
    return t->all > 0 && t->between >= library_amplicon_share * t->all;
}

/* Few pairs of ends with nearly all of `fewest` fragments and more over a codon, or such as the user's primers name.
 */
static int is_stacked(const window *w, const stack *t, double fewest) {
    return t->all >= fewest && (w->is_heavy || is_between(t) || t->few >= library_amplicon_share * t->all);
}

/* Does the molecule begin at one listed primer and end at another, both with their bases or both cut off? */
static int lies_between(const ps_primers *near, const int32_t end0[2]) {
    int at[2][2] = {{0}}; /* by end; with the primer's bases, without */
    for (size_t i = 0; i < near->n; i++) {
        const ps_primer *p = &near->row[i];
        for (int right = 0; right < 2; right++) {
            if (p->strand == (right ? '+' : '-'))
                continue;
            at[right][0] |= is_at(right ? p->end0 - 1 : p->beg0, end0[right], PRIMER_SLACK);
            at[right][1] |= is_at(right ? p->beg0 - 1 : p->end0, end0[right], PRIMER_SLACK);
        }
    }
    return (at[0][0] && at[1][0]) || (at[0][1] && at[1][1]);
}

/* The outermost ends of the window's molecules that are between two known ends. */
static ps_span span_of_ends(const window *w) {
    ps_span span = {.beg0 = INT32_MAX, .end0 = -1};
    for (size_t i = 0; i < w->n; i++) {
        const int32_t *end0 = w->row[i].key.end0;
        if (end0[0] == PS_END_UNKNOWN || end0[1] == PS_END_UNKNOWN)
            continue;
        for (int right = 0; right < 2; right++) {
            span.beg0 = end0[right] < span.beg0 ? end0[right] : span.beg0;
            span.end0 = end0[right] >= span.end0 ? end0[right] + 1 : span.end0;
        }
    }
    return span;
}

/* The listed primers at which a molecule of the window may begin or end: of a whole design, few. */
static ps_primers primers_near(const scan *s, int32_t id) {
    const ps_primers *listed = s->c->primers;
    int contig = ps_window_span(s->c->panel, id)->contig;
    ps_span span = span_of_ends(&s->window[id]);
    ps_primers near = {.row = ps_alloc(listed->n, sizeof *near.row)};
    for (size_t i = 0; i < listed->n; i++) {
        const ps_primer *p = &listed->row[i];
        if (p->contig == contig && p->beg0 - PRIMER_SLACK <= span.end0 && p->end0 + PRIMER_SLACK >= span.beg0)
            near.row[near.n++] = *p;
    }
    return near;
}

static void find_listed(const scan *s, int32_t id) {
    window *w = &s->window[id];
    if (!s->c->primers || !s->c->primers->n)
        return;
    ps_primers near = primers_near(s, id);
    w->between = ps_alloc(w->n + 1, 1);
    for (size_t i = 0; i < w->n; i++)
        w->between[i] = (uint8_t)lies_between(&near, w->row[i].key.end0);
    free(near.row);
}

/* ln P(so many pairs of ends); LEADERS stands for so many or more. */
static double ln_by_chance(int pairs, double mean) {
    double below = 0, term = exp(-mean);
    for (int k = 0; k < pairs; term *= mean / ++k)
        below += term;
    return log(pairs < LEADERS ? term : fmax(1 - below, 1e-9));
}

static double ln_by_design(int pairs, int usual) {
    int apart = abs(pairs - usual);
    return log(designed_share[apart < N_SHARES ? apart : N_SHARES - 1]);
}

/* Few molecules of sheared DNA, copied often, look like amplicons too: but their number varies from place to place by
 * chance, where a design has as many amplicons everywhere, or one more or less. `pairs` (n): pairs of ends at each
 * place. */
static int is_designed(const int *pairs, int n) {
    double mean = 0, designed = -INFINITY, chance = 0;
    for (int i = 0; i < n; i++)
        mean += (double)pairs[i] / n;
    for (int i = 0; i < n; i++)
        chance += ln_by_chance(pairs[i], mean);
    for (int usual = 1; usual <= AMPLICON_ENDS; usual++) {
        double ln = 0;
        for (int i = 0; i < n; i++)
            ln += ln_by_design(pairs[i], usual);
        designed = fmax(designed, ln);
    }
    return n < FEWEST_PLACES || designed - chance >= DESIGNED_ODDS;
}

/* Where pairs of ends are counted: at the first of each group of hotspots, and in other windows where most fragments
 * are. */
typedef struct place {
    int pairs, is_hotspot, is_between;
    int32_t codon;
    double fragments;
} place;

typedef struct place_list {
    int *pairs, n, between; /* between: places of amplicons whose primers are listed */
} place_list;

static void add_place(place_list *all, const place *p) {
    all->pairs[all->n++] = p->pairs;
    all->between += p->is_between;
}

/* Where many pairs of ends share the fragments, few of them hold much of them: always about three, as if designed. */
static void note_place(const scan *s, const stack *t, int32_t codon, place *of_window, place_list *all) {
    int is_hotspot = s->c->panel->codons[codon].hotspot,
        is_heavy = s->window[ps_window_of(s->c->panel, codon)].is_heavy;
    place here = {is_heavy                 ? 1
                  : t->is_deep && t->pairs ? t->pairs
                                           : LEADERS,
                  is_hotspot, is_between(t), codon, t->all};
    if (t->all < library_amplicon_fragments)
        return;
    if (is_hotspot && (!of_window->is_hotspot || codon - of_window->codon >= HOTSPOTS_APART))
        add_place(all, &here);
    else if (is_hotspot || of_window->is_hotspot || t->all <= of_window->fragments)
        return;
    *of_window = here;
}

/* Sheared molecules hardly ever begin and end at primers in several places: such a design may have any number of
 * amplicons, of which many overlapping ones look like few molecules in many copies. */
static int is_listed_design(const place_list *all) {
    return all->n >= FEWEST_PLACES && all->between >= library_amplicon_share * all->n;
}

/* Nobody shears DNA so that few pairs of ends have nearly all fragments over a codon, unless few molecules were left.
 */
static void find_amplicons(scan *s) {
    const ps_panel *panel = s->c->panel;
    place *of_window = ps_alloc((size_t)s->n, sizeof *of_window);
    place_list all = {.pairs = ps_alloc((size_t)panel->n_codons + (size_t)s->n, sizeof *all.pairs)};
    int found = 0;
    for (int32_t id = 0; id < s->n; id++)
        find_listed(s, id);
    for (int32_t codon = 0; codon < panel->n_codons; codon++) {
        int32_t id = ps_window_of(panel, codon);
        stack t = stack_at(&s->window[id], codon);
        t.is_deep = is_stacked(&s->window[id], &t, library_amplicon_fragments);
        s->amplicon[codon] = (uint8_t)(t.is_deep || is_stacked(&s->window[id], &t, AMPLICON_ENDS + 1));
        found |= t.is_deep;
        note_place(s, &t, codon, &of_window[id], &all);
    }
    for (int32_t id = 0; id < s->n; id++)
        if (of_window[id].pairs && !of_window[id].is_hotspot)
            add_place(&all, &of_window[id]);
    s->is_few = found && !is_designed(all.pairs, all.n) && !is_listed_design(&all);
    if (!found || s->is_few) /* shallow ones are amplicons beside deep ones */
        memset(s->amplicon, 0, (size_t)panel->n_codons);
    free(of_window);
    free(all.pairs);
}

static void stack_ends(const scan *s, window *w, int32_t codon) {
    w->n_amplicon++;
    stack t = stack_at(w, codon);
    for (int k = 0; k < LEADERS && may_stack(s) && s->reads->role != PS_INPUT_RNA; k++)
        for (int right = 0; right < 2; right++)
            if (t.lead[k] > least_of_pair() / 2 * t.all)
                add_stack(s, w, right, t.leader[k]->key.end0[right]);
}

static int ascending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Ends of one side, in order. */
static int32_t *sorted_ends(const window *w, int right, size_t *n) {
    int32_t *end = ps_alloc(w->n, sizeof *end);
    *n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->row[i].key.end0[right] != PS_END_UNKNOWN)
            end[(*n)++] = w->row[i].key.end0[right];
    if (*n)
        qsort(end, *n, sizeof *end, ascending);
    return end;
}

/* Where reads without a mate end in the primer of the other side, and which primers they pass. */
static void find_far_primers(const scan *s, window *w, double share) {
    const ps_far_rule rule = {.fewest = library_amplicon_fragments,
                              .slack = PRIMER_SLACK,
                              .share = share,
                              .bases = (int32_t)s->c->panel->limits.library_primer_bases,
                              .has_primers = w->n_primers > 0,
                              .is_amplicon = w->n_amplicon > 0};
    const ps_codon_evidence *e = &s->reads->codons;
    int32_t id = (int32_t)(w - s->window), end0[PS_MOST_FAR_ENDS];
    for (int right = 0; right < 2 && may_stack(s); right++) {
        size_t n = ps_far_primers(s->c->panel, e, id, right, &rule, end0);
        for (size_t i = 0; i < n; i++)
            add_stack(s, w, right, end0[i]);
    }
    for (int right = 0; right < 2; right++)
        ps_far_passed(s->c->panel, e, id, right, &rule, w->primer, w->n_primers, w->passed[right]);
}

/* Places where many molecules begin or end, whatever their other end: primers of one side. */
static void find_stacks(const scan *s, window *w) {
    double share = s->reads->role == PS_INPUT_RNA ? library_stack_share_rna : library_stack_share;
    for (int right = 0; right < 2 && may_stack(s); right++) {
        size_t n, to;
        int32_t *end = sorted_ends(w, right, &n);
        for (size_t i = 0; i < n; i = to) {
            for (to = i; to < n && end[to] == end[i]; to++)
                ;
            if ((double)n >= library_amplicon_fragments && (double)(to - i) >= share * (double)n)
                add_stack(s, w, right, end[i]);
        }
        free(end);
    }
    find_far_primers(s, w, share);
}

static void take_primers(const scan *s, int32_t id) {
    window *w = &s->window[id];
    const ps_span *span = ps_window_span(s->c->panel, id);
    for (size_t k = 0; s->c->primers && k < s->c->primers->n; k++) {
        const ps_primer *p = &s->c->primers->row[k];
        if (p->contig == span->contig && p->beg0 < span->end0 && p->end0 > span->beg0)
            add_primer(w, p->beg0, p->end0, p->strand);
    }
    w->n_listed = w->n_primers;
}

/* ---- chance ---------------------------------------------------------------------------------------------------- */

/* Probability that two of n values agree, were they smooth: pairs within `near`. Few values tell little: beside them
 * count USUAL_PAIRS of values that are even over `usual` bases. */
static double agreement(const int32_t *value, size_t n, int near, double usual) {
    double pairs = 0;
    for (size_t i = 0, low = 0; i < n; i++) {
        while (value[i] - value[low] > near)
            low++;
        pairs += (double)(i - low);
    }
    /* `near` places on one side and half of the own one */
    double all = n > 1 ? (double)n * (double)(n - 1) : 0;
    return (pairs / (near + 0.5) + USUAL_PAIRS / usual) / (all + USUAL_PAIRS);
}

static double agreement_of_lengths(const ps_families *molecules, double length_at[3]) {
    size_t n = 0, all = molecules->n;
    int32_t *length = ps_alloc(all ? all : 1, sizeof *length);
    for (size_t i = 0; i < all; i++) {
        const int32_t *end0 = molecules->row[i].key.end0;
        if (end0[0] != PS_END_UNKNOWN && end0[1] != PS_END_UNKNOWN)
            length[n++] = end0[1] - end0[0] + 1;
    }
    if (n)
        qsort(length, n, sizeof *length, ascending);
    const size_t at[3] = {n / 20, n / 2, n ? n - 1 - n / 20 : 0};
    for (int k = 0; k < 3; k++)
        length_at[k] = n ? length[at[k]] : NAN;
    double p = 2 * n > all ? agreement(length, n, NEAR_LENGTHS, USUAL_LENGTHS) : 1;
    free(length);
    return fmin(1, p);
}

/* Pairs of ends, and orientation where strands were not joined, that random fragments of a window spread over, as if
 * all were as likely. */
static double places_of(const window *w, double same_length, int is_of_both) {
    double best = 1;
    for (int right = 0; right < 2; right++) {
        size_t n;
        int32_t *end = sorted_ends(w, right, &n);
        double same = agreement(end, n, NEAR_STARTS, USUAL_STARTS) * same_length / (is_of_both ? 1 : 2);
        if (3 * n >= w->n && same > 0)
            best = fmax(best, 1 / same);
        free(end);
    }
    return best;
}

/* Fragments that would share their ends with another, were all n different molecules. */
static double chance_copies(double n, double places) {
    return fmax(0, n + places * expm1(-n / places));
}

/* Molecules of a window whose chance copies are counted in: n of them leave places * (1 - exp(-n / places)) pairs of
 * ends. */
static double share_of(const window *w) {
    double left = 1 - w->molecules / w->places, n = left > 0 ? -w->places * log(left) : INFINITY;
    double fragments = w->fragments * w->molecules / (double)w->n;
    return n > MERGED * w->molecules ? fmin(1, n / fragments) : 1;
}

static void add_row(window *w, const ps_molecule *m) {
    w->row = w->n++ ? w->row : m;
    w->fragments += ps_copies_of(m);
}

static void add_kept(window *w, const ps_molecule *m) {
    w->n_kept++;
    w->highest = m->key.hash;
}

static void estimate(window *w) {
    w->is_full = w->n_kept == PS_MOLECULES_KEPT;
    double all = w->is_full ? ldexp((double)(w->n_kept - 1), 63) / (double)w->highest : (double)w->n_kept;
    w->molecules = w->n_kept ? all * (double)w->n / (double)w->n_kept : 0;
}

static void fill_windows(scan *s) {
    for (int32_t id = 0; id < s->n; id++) {
        s->window[id].n = 0;
        s->window[id].fragments = 0;
    }
    for (size_t i = 0; i < s->families.n; i++)
        add_row(&s->window[s->families.row[i].window], &s->families.row[i]);
    for (int32_t id = 0; id < s->n; id++)
        estimate(&s->window[id]);
}

/* Of an amplicon both strands are counted as they are: its molecules cannot be told. */
static void join_strands(scan *s) {
    uint8_t *apart = ps_alloc((size_t)s->n, 1);
    for (int32_t id = 0; id < s->n; id++)
        apart[id] = s->window[id].n_amplicon > 0;
    if (ps_families_join_strands(&s->families, apart))
        fill_windows(s);
    free(apart);
}

static scan look(const ps_case *c, ps_input_role role) {
    scan s = {.c = c, .reads = c->reads[role], .n = ps_n_windows(c->panel)};
    const ps_molecules *all = &s.reads->codons.molecules;
    s.plain = ps_without_barcode(c->panel, all);
    all = s.plain.n ? &s.plain : all;
    s.window = ps_alloc((size_t)s.n, sizeof *s.window);
    s.amplicon = ps_alloc((size_t)c->panel->n_codons, 1);
    s.families = ps_families_of(all);
    for (size_t i = 0; i < all->n; i++)
        add_kept(&s.window[all->row[i].window], &all->row[i]);
    fill_windows(&s);
    for (int32_t id = 0; id < s.n; id++) {
        window *w = &s.window[id];
        double all_fragments = w->is_full ? deepest_codon(&s, id) : 0;
        double kept = w->molecules > 0 ? w->fragments * w->molecules / fmax(1, (double)w->n) : 0;
        w->is_heavy = w->is_full && (all_fragments > HEAVY * kept || kept > HEAVY * HEAVY * all_fragments);
    }
    find_amplicons(&s);
    for (int32_t id = 0; id < s.n; id++)
        take_primers(&s, id);
    for (int32_t codon = 0; codon < c->panel->n_codons; codon++)
        if (s.amplicon[codon])
            stack_ends(&s, &s.window[ps_window_of(c->panel, codon)], codon);
    for (int32_t id = 0; id < s.n; id++)
        find_stacks(&s, &s.window[id]);
    join_strands(&s);
    double same_length = agreement_of_lengths(&s.families, s.length);
    for (int32_t id = 0; id < s.n; id++)
        if (s.window[id].n) {
            s.window[id].places = places_of(&s.window[id], same_length, s.families.strands.is_of_both);
            s.window[id].share = s.families.uses_umis ? 1 : share_of(&s.window[id]);
        }
    return s;
}

static void free_scan(scan *s) {
    ps_families_free(&s->families);
    free(s->plain.row);
    for (int32_t id = 0; id < s->n; id++)
        free(s->window[id].between);
    free(s->window);
    free(s->amplicon);
}

/* ---- the library ----------------------------------------------------------------------------------------------- */

static void add_up(const scan *s, ps_library *out) {
    double stacked = 0, forward = 0, chance = 0;
    for (int32_t id = 0; id < s->n; id++) {
        const window *w = &s->window[id];
        if (!w->n)
            continue;
        double kept = (double)w->n / w->molecules;
        out->fragments += w->fragments;
        out->primers += (double)w->n_primers;
        out->primers_listed += (double)w->n_listed;
        stacked += w->n_amplicon ? w->fragments : 0;
        if (!w->n_amplicon) {
            out->molecules += (double)w->n;
            chance += chance_copies(w->fragments / kept, w->places) * kept;
            out->copies += w->fragments - (double)w->n;
        }
        for (size_t i = 0; i < w->n; i++) {
            forward += w->row[i].copies[PS_F1R2];
        }
    }
    double counted = out->fragments - stacked;
    out->copies = counted > 0 ? out->copies / counted : NAN;
    out->chance = counted > 0 ? chance / counted : NAN;
    out->umi = s->families.umi;
    out->stacked = out->fragments > 0 ? stacked / out->fragments : NAN;
    out->first_forward = out->fragments > 0 ? forward / out->fragments : NAN;
}

/* More fragments share their ends than by chance; or, where so many must that it tells nothing, fewer places hold
 * any: if `places` are so many that their number is known well. */
static int has_copies(const ps_limits *l, double copies, double chance, double places) {
    return (copies - chance > l->library_copies_excess && copies > CHANCE_FOLD * chance) ||
           (places >= WIDE_PLACES && 1 - chance > CHANCE_FOLD * (1 - copies));
}

/* Places of a window, averaged over the fragments. */
static double mean_places(const scan *s) {
    double sum = 0, n = 0;
    for (int32_t id = 0; id < s->n; id++)
        if (s->window[id].n && !s->window[id].n_amplicon) {
            sum += s->window[id].fragments * s->window[id].places;
            n += s->window[id].fragments;
        }
    return n > 0 ? sum / n : 0;
}

/* Molecules per row where all are kept: of both strands that are not next to each other in the order of hashes, the
 * other one is kept as seldom as any row. */
static double once_of_all(double once, double kept) {
    return fmax(0.5, 1 - (1 - once) / kept);
}

/* Where copies, or UMIs, tell how many molecules there are: those of the windows without amplicons. */
static void count_molecules(const scan *s, ps_library *b) {
    double fragments = 0, merged = 0;
    b->molecules = 0;
    for (int32_t id = 0; id < s->n; id++) {
        const window *w = &s->window[id];
        if (!w->n || w->n_amplicon)
            continue;
        double once = ps_families_once(&s->families, id), kept = (double)w->n / w->molecules;
        fragments += w->fragments;
        b->molecules += once * (double)w->n;
        merged += once_of_all(once, kept) * (w->share < 1 ? w->share * w->fragments : (double)w->n);
    }
    b->share = fragments > 0 ? merged / fragments : 1;
}

static void judge(const scan *s, ps_library *b) {
    const ps_limits *l = &s->c->panel->limits;
    int is_stated = s->c->molecules > 0 && s->reads->role == PS_INPUT_DNA;
    b->has_copies = s->is_few || has_copies(l, b->copies, b->chance, mean_places(s));
    b->kind = !(b->fragments > 0)           ? PS_LIBRARY_UNKNOWN
              : s->families.uses_umis       ? PS_LIBRARY_UMI
              : b->stacked >= STACKED_SHARE ? PS_LIBRARY_AMPLICON
              : b->has_copies               ? PS_LIBRARY_COPIES
                                            : PS_LIBRARY_UNIQUE;
    b->share = 1;
    if (b->kind == PS_LIBRARY_UMI || b->has_copies)
        count_molecules(s, b);
    b->stated = is_stated;
    b->assumed = is_stated ? s->c->molecules : b->stacked > 0 ? l->library_amplicon_ng * library_ng_molecules : NAN;
    b->mates_expected = (double)s->reads->codons.mates_expected;
    b->mates_met = (double)s->reads->codons.mates_met;
}

static void round_library(ps_library *b) {
    double *const published[] = {&b->molecules,     &b->share,       &b->copies,       &b->chance,
                                 &b->umi,           &b->stacked,     &b->assumed,      &b->insert_low,
                                 &b->insert_median, &b->insert_high, &b->first_forward};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        *published[i] = ps_round6(*published[i]);
}

void ps_call_library(const ps_case *c, ps_input_role role, ps_library *library) {
    *library = (ps_library){0};
    if (!c->reads[role] || !c->reads[role]->given)
        return;
    scan s = look(c, role);
    library->insert_median = s.length[1];
    library->insert_low = s.length[0];
    library->insert_high = s.length[2];
    add_up(&s, library);
    judge(&s, library);
    round_library(library);
    free_scan(&s);
}

double ps_library_share(const ps_library *b, double depth) {
    if (!b || b->kind == PS_LIBRARY_UNKNOWN || depth <= 0)
        return 1;
    int is_capped = b->stated || b->kind == PS_LIBRARY_AMPLICON;
    return is_capped ? fmin(b->share, b->assumed / depth) : b->share;
}

static double molecules_per_fragment(const ps_panel *panel, window *w, const ps_families *families) {
    double length[3];
    estimate(w);
    w->places = places_of(w, agreement_of_lengths(families, length), families->strands.is_of_both);
    double kept = (double)w->n / w->molecules, copies = 1 - (double)w->n / w->fragments;
    double chance = chance_copies(w->fragments / kept, w->places) * kept / w->fragments;
    if (!families->uses_umis && !has_copies(&panel->limits, copies, chance, w->places))
        return 1;
    double merged = families->uses_umis ? 1 : share_of(w);
    return once_of_all(ps_families_once(families, w->row->window), kept) *
           (merged < 1 ? merged : (double)w->n / w->fragments);
}

double ps_molecules_per_fragment(const ps_panel *panel, const ps_molecules *molecules) {
    window w = {0};
    ps_families families = ps_families_of(molecules);
    ps_families_join_strands(&families, NULL);
    for (size_t i = 0; i < molecules->n; i++)
        add_kept(&w, &molecules->row[i]);
    for (size_t i = 0; i < families.n; i++)
        add_row(&w, &families.row[i]);
    double share = w.n ? molecules_per_fragment(panel, &w, &families) : 1;
    ps_families_free(&families);
    return share;
}

/* ---- what counts ----------------------------------------------------------------------------------------------- */

typedef enum { COUNT_AS_THEY_ARE, COUNT_FRAGMENTS, COUNT_MOLECULES } counting;

typedef struct tally {        /* of one codon */
    double fragments, hidden; /* kept in the sketch; of them under a primer */
    double reference[2];      /* by side */
    double side[2];           /* without indels */
} tally;

typedef struct viewer {
    const scan *s;
    const ps_library *library;
    const ps_codon_evidence *from;
    tally *tally;         /* by codon */
    double *quality;      /* by codon: mean of its bases' */
    double (*plain)[2];   /* by codon and side: fragments without an indel */
    ps_map allele_at;     /* hash -> row of from->allele + 1 */
    double *carriers;     /* [allele][side] */
    double (*flagged)[2]; /* by allele */
    uint8_t *as_it_is;    /* by codon */
    ps_codon_evidence *out;
    size_t capacity, base_capacity;
} viewer;

/* Fragments are counted from the sketch only where some are under a primer, and all were kept. */
static counting counting_of(const ps_library *library, const window *w, int is_amplicon) {
    if (library->kind == PS_LIBRARY_UMI || (library->has_copies && !is_amplicon && w->share >= 1))
        return COUNT_MOLECULES;
    return w->n_primers && !w->is_full ? COUNT_FRAGMENTS : COUNT_AS_THEY_ARE;
}

/* Does the molecule end in the primer? A read that was trimmed begins inside it. */
static int ends_in(const ps_primer *p, int right, int32_t end0) {
    return end0 >= p->beg0 - (right ? 0 : PRIMER_SLACK) && end0 < p->end0 + (right ? PRIMER_SLACK : 0);
}

/* Of an end that is not known (the far one of a single or merged read): do most of the fragments that show the codon
 * show one beyond the primer? Then they only pass it. A few may, of a product of two amplicons. */
static int shows_beyond(const ps_panel *panel, const ps_molecule *m, const ps_primer *p, int right, double shown) {
    for (int32_t codon = m->codon_beg; codon < m->codon_end; codon++)
        for (int k = 0; k < 3; k++) {
            int32_t pos0 = panel->codons[codon].pos0[k];
            if ((right ? pos0 >= p->end0 : pos0 < p->beg0) && 2 * shown_of(m, codon) > shown)
                return 1;
        }
    return 0;
}

static int covers(const ps_primer *p, const ps_codon *codon) {
    for (int k = 0; k < 3; k++)
        if (codon->pos0[k] >= p->beg0 && codon->pos0[k] < p->end0)
            return 1;
    return 0;
}

/* Does the molecule end in the window's i-th primer, or may it? */
static int may_end_in(const ps_panel *panel, const window *w, size_t i, const ps_molecule *m, int right, int32_t id) {
    const int32_t *end0 = m->key.end0;
    if (end0[right] != PS_END_UNKNOWN)
        return ends_in(&w->primer[i], right, end0[right]);
    int is_passed = w->passed[right][i] && end0[!right] != PS_END_UNKNOWN;
    return !is_passed && !shows_beyond(panel, m, &w->primer[i], right, shown_of(m, id));
}

/* Is a base of the codon the primer's in this molecule? */
static int is_hidden(const ps_panel *panel, const window *w, const ps_molecule *m, int32_t id) {
    for (size_t i = 0; i < w->n_primers; i++) {
        if (!covers(&w->primer[i], &panel->codons[id]))
            continue;
        for (int right = 0; right < 2; right++)
            if (w->primer[i].strand != (right ? '+' : '-') && may_end_in(panel, w, i, m, right, id))
                return 1;
    }
    return 0;
}

static const ps_molecule_word *first_word(const ps_molecule *m, int32_t codon) {
    for (size_t i = 0; i < m->n_word; i++)
        if (m->word[i].codon == codon)
            return &m->word[i];
    return NULL;
}

static void put_row(viewer *v, int32_t codon, const ps_molecule_word *word, int side, uint32_t n) {
    int flags =
        (word->flagged[0] == word->n ? PS_FLAG_READ_END : 0) | (word->flagged[1] == word->n ? PS_FLAG_CLUTTER : 0);
    PS_GROW(v->out->codon, v->out->n_codon, v->capacity);
    v->out->codon[v->out->n_codon++] =
        (ps_codon_count){codon, word->hap, (uint8_t)flags, (uint8_t)side, (uint8_t)(word->quality / word->n), n};
    v->tally[codon].side[side] += word->hap == PS_HAP_INDEL ? 0 : n;
}

static void put_reference(viewer *v, int32_t codon, int side, double n) {
    v->tally[codon].reference[side] += n;
    v->tally[codon].side[side] += n;
}

static void put_allele(viewer *v, const ps_molecule_word *word, int side, double n) {
    const uint64_t *row = ps_map_find(&v->allele_at, word->allele);
    if (!row)
        return;
    size_t at = (size_t)*row - 1;
    v->carriers[2 * at + (size_t)side] += n;
    for (int k = 0; k < 2; k++)
        v->flagged[at][k] += n * word->flagged[k] / word->n;
}

/* Copies vote with their qualities; where they differ, what has no clear majority is left out. */
static void vote(viewer *v, const ps_molecule *m, int32_t codon, double reference) {
    double enough = v->s->c->panel->limits.min_base_quality, best = reference * v->quality[codon], second = 0;
    const ps_molecule_word *winner = NULL, *w = first_word(m, codon);
    for (const ps_molecule_word *i = w; i && i < m->word + m->n_word && i->codon == codon; i++) {
        if (i->allele)
            continue;
        double votes = (double)i->quality;
        if (votes > best) {
            second = best;
            best = votes;
            winner = i;
        } else {
            second = fmax(second, votes);
        }
    }
    if (second > 0 && best - second < enough)
        return;
    if (!winner) {
        put_reference(v, codon, m->key.side, 1);
        return;
    }
    put_row(v, codon, winner, m->key.side, 1);
    for (const ps_molecule_word *i = w; i < m->word + m->n_word && i->codon == codon; i++)
        if (i->allele && 2 * i->quality > best)
            put_allele(v, i, m->key.side, 1);
}

/* Every fragment counts. Where a family has both sides, its changes are shared out as its fragments are. */
static void count_all(viewer *v, const ps_molecule *m, int32_t codon, double reference) {
    double all = ps_copies_of(m), given = 0;
    for (int side = 0; side < 2; side++)
        put_reference(v, codon, side, reference * m->copies[side] / all);
    for (const ps_molecule_word *i = first_word(m, codon); i && i < m->word + m->n_word && i->codon == codon; i++) {
        given = round(i->n * (double)m->copies[PS_F2R1] / all);
        for (int side = 0; side < 2; side++) {
            double n = side == PS_F2R1 ? given : i->n - given;
            if (n > 0 && i->allele)
                put_allele(v, i, side, n);
            else if (n > 0)
                put_row(v, codon, i, side, (uint32_t)n);
        }
    }
}

static void count_molecule(viewer *v, const window *w, const ps_molecule *m) {
    for (int32_t codon = m->codon_beg; codon < m->codon_end; codon++) {
        counting how = counting_of(v->library, w, v->s->amplicon[codon]);
        if (how == COUNT_AS_THEY_ARE && !w->n_primers)
            continue;
        double reference = m->reference[codon - m->codon_beg], shown = reference;
        for (const ps_molecule_word *i = first_word(m, codon); i && i < m->word + m->n_word && i->codon == codon; i++)
            shown += i->allele ? 0 : i->n;
        if (shown <= 0)
            continue;
        v->tally[codon].fragments += shown;
        if (is_hidden(v->s->c->panel, w, m, codon))
            v->tally[codon].hidden += shown;
        else if (how == COUNT_MOLECULES)
            vote(v, m, codon, reference);
        else if (how == COUNT_FRAGMENTS)
            count_all(v, m, codon, reference);
    }
}

/* The codon that an allele begins in. */
static int32_t codon_of(const ps_panel *panel, const ps_allele_count *allele) {
    const ps_locus *locus = &panel->loci[allele->locus];
    int32_t at = allele->beg0 == allele->end0 ? allele->beg0 - 1 : allele->beg0, next = locus->codon_beg;
    int64_t least = INT64_MAX;
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++) {
            int64_t beyond = (int64_t)panel->codons[id].pos0[k] - at;
            if (beyond >= 0 && beyond < least) {
                least = beyond;
                next = id;
            }
        }
    return next;
}

/* n of `all` so far, as whole numbers whose sum is the share's. */
static uint32_t whole_share(double *passed, double n, double share) {
    double before = round(*passed * share);
    *passed += n;
    return (uint32_t)(round(*passed * share) - before);
}

static double hidden_share(const tally *t) {
    return t->fragments > 0 ? t->hidden / t->fragments : 0;
}

static void copy_codons(viewer *v) {
    size_t capacity = 0;
    for (size_t i = 0; i < v->from->n_codon; i++) {
        const ps_codon_count *row = &v->from->codon[i];
        if (!v->as_it_is[row->codon])
            continue;
        PS_GROW(v->out->codon, v->out->n_codon, v->capacity);
        v->out->codon[v->out->n_codon++] = *row;
    }
    for (size_t i = 0; i < v->from->n_base; i++) {
        if (!v->as_it_is[v->from->base[i].codon])
            continue;
        PS_GROW(v->out->base, v->out->n_base, capacity);
        v->out->base[v->out->n_base++] = v->from->base[i];
    }
    v->base_capacity = capacity;
}

/* The reference's rows and the bases by quality keep the proportions that the fragments have. */
static void share_out(viewer *v) {
    const ps_panel *panel = v->s->c->panel;
    int32_t last = -1;
    double total[2] = {0}, passed[2] = {0}, base_passed[3][2] = {{0}};
    for (size_t i = 0; i < v->from->n_codon; i++) {
        const ps_codon_count *row = &v->from->codon[i];
        if (row->hap != panel->codons[row->codon].ref || v->as_it_is[row->codon])
            continue;
        if (row->codon != last) {
            memset(passed, 0, sizeof passed);
            memset(total, 0, sizeof total);
            for (size_t k = i; k < v->from->n_codon && v->from->codon[k].codon == row->codon; k++)
                total[v->from->codon[k].side] += v->from->codon[k].hap == row->hap ? v->from->codon[k].n : 0;
        }
        last = row->codon;
        uint32_t n =
            whole_share(&passed[row->side], row->n, v->tally[row->codon].reference[row->side] / total[row->side]);
        if (!n)
            continue;
        PS_GROW(v->out->codon, v->out->n_codon, v->capacity);
        v->out->codon[v->out->n_codon] = *row;
        v->out->codon[v->out->n_codon++].n = n;
    }
    last = -1;
    for (size_t i = 0; i < v->from->n_base; i++) {
        const ps_base_count *row = &v->from->base[i];
        if (v->as_it_is[row->codon])
            continue;
        if (row->codon != last)
            memset(base_passed, 0, sizeof base_passed);
        last = row->codon;
        double share = v->tally[row->codon].side[row->side] / fmax(1, v->plain[row->codon][row->side]);
        uint32_t n = whole_share(&base_passed[row->base][row->side], row->n, share);
        if (!n)
            continue;
        PS_GROW(v->out->base, v->out->n_base, v->base_capacity);
        v->out->base[v->out->n_base] = *row;
        v->out->base[v->out->n_base++].n = n;
    }
}

/* How far reads reach beyond a codon: in the proportions of the fragments. */
static void share_reach(viewer *v) {
    const ps_codon_evidence *from = v->from;
    double passed = 0;
    v->out->reach = ps_alloc(from->n_reach + 1, sizeof *v->out->reach);
    for (size_t i = 0; i < from->n_reach; i++) {
        ps_reach_count row = from->reach[i];
        double plain = v->plain[row.codon][0] + v->plain[row.codon][1];
        double share = (v->tally[row.codon].side[0] + v->tally[row.codon].side[1]) / fmax(1, plain);
        if (!i || row.codon != from->reach[i - 1].codon)
            passed = 0;
        if (!v->as_it_is[row.codon])
            row.n = whole_share(&passed, row.n, share);
        if (row.n)
            v->out->reach[v->out->n_reach++] = row;
    }
}

/* Their depths follow from the reach. */
static void put_alleles(viewer *v) {
    size_t capacity = 0;
    for (size_t i = 0; i < v->from->n_allele; i++) {
        const ps_allele_count *row = &v->from->allele[i];
        int as_it_is = v->as_it_is[codon_of(v->s->c->panel, row)];
        if (v->carriers[2 * i] + v->carriers[2 * i + 1] < 0.5 && !as_it_is)
            continue;
        PS_GROW(v->out->allele, v->out->n_allele, capacity);
        ps_allele_count *out = &v->out->allele[v->out->n_allele++];
        *out = *row;
        out->alt = ps_strdup(row->alt);
        for (int k = 0; k < 2 && !as_it_is; k++) {
            out->n[k] = (uint32_t)(v->carriers[2 * i + (size_t)k] + 0.5);
            out->flagged[k] = (uint32_t)(v->flagged[i][k] + 0.5);
        }
    }
}

static void start_view(viewer *v) {
    size_t n = (size_t)v->s->c->panel->n_codons;
    double *bases = ps_alloc(n, sizeof *bases);
    v->tally = ps_alloc(n, sizeof *v->tally);
    v->as_it_is = ps_alloc(n, 1);
    for (int32_t id = 0; id < v->s->c->panel->n_codons; id++) {
        const window *w = &v->s->window[ps_window_of(v->s->c->panel, id)];
        v->as_it_is[id] = counting_of(v->library, w, v->s->amplicon[id]) == COUNT_AS_THEY_ARE;
    }
    v->quality = ps_alloc(n, sizeof *v->quality);
    v->plain = ps_alloc(n, sizeof *v->plain);
    v->carriers = ps_alloc(2 * v->from->n_allele + 1, sizeof *v->carriers);
    v->flagged = ps_alloc(v->from->n_allele + 1, sizeof *v->flagged);
    for (size_t i = 0; i < v->from->n_codon; i++) {
        if (v->from->codon[i].hap != PS_HAP_INDEL)
            v->plain[v->from->codon[i].codon][v->from->codon[i].side] += v->from->codon[i].n;
    }
    for (size_t i = 0; i < v->from->n_base; i++) {
        v->quality[v->from->base[i].codon] += (double)v->from->base[i].n * v->from->base[i].quality;
        bases[v->from->base[i].codon] += v->from->base[i].n;
    }
    for (size_t i = 0; i < n; i++)
        v->quality[i] /= fmax(1, bases[i]);
    free(bases);
    for (size_t i = 0; i < v->from->n_allele; i++) {
        const ps_allele_count *a = &v->from->allele[i];
        *ps_map_at(&v->allele_at, ps_allele_hash(a->beg0, a->end0, a->alt)) = i + 1;
    }
}

static void end_view(viewer *v) {
    free(v->tally);
    free(v->as_it_is);
    free(v->quality);
    free(v->plain);
    free(v->carriers);
    free(v->flagged);
    ps_map_free(&v->allele_at);
}

/* ---- no more than there were ----------------------------------------------------------------------------------- */

/* Molecules that a codon can have at most; infinite where they are counted, which they are not in a window that has
 * an amplicon. */
static double most_of(const scan *s, const ps_library *library, int32_t codon) {
    int is_beside = s->window[ps_window_of(s->c->panel, codon)].n_amplicon > 0;
    return library->stated || is_beside || library->kind == PS_LIBRARY_AMPLICON ? library->assumed : INFINITY;
}

/* What was counted and is then scaled: fragments of a library with copies, whose molecules chance merges; and
 * families of one strand. */
static double share_at(const scan *s, const ps_library *library, int32_t codon) {
    const window *w = &s->window[ps_window_of(s->c->panel, codon)];
    int is_counted = library->kind == PS_LIBRARY_UMI || (library->has_copies && !s->amplicon[codon] && w->n);
    return is_counted ? ps_families_once(&s->families, ps_window_of(s->c->panel, codon)) * w->share : 1;
}

/* Every haplotype keeps its share of the depth. */
static void cap_codons(const scan *s, const ps_library *library, const ps_codon_evidence *from,
                       ps_codon_evidence *out, double *share) {
    double *depth = ps_alloc((size_t)s->c->panel->n_codons, sizeof *depth), passed = 0, base_passed[3] = {0};
    for (size_t i = 0; i < from->n_codon; i++)
        depth[from->codon[i].codon] += from->codon[i].n;
    for (int32_t id = 0; id < s->c->panel->n_codons; id++)
        share[id] = depth[id] > 0 ? fmin(share_at(s, library, id), most_of(s, library, id) / depth[id]) : 1;
    free(depth);
    out->codon = ps_alloc(from->n_codon + 1, sizeof *out->codon);
    out->base = ps_alloc(from->n_base + 1, sizeof *out->base);
    for (size_t i = 0; i < from->n_codon; i++) {
        ps_codon_count row = from->codon[i];
        if (!i || row.codon != from->codon[i - 1].codon || row.hap != from->codon[i - 1].hap)
            passed = 0;
        row.n = whole_share(&passed, row.n, share[row.codon]);
        if (row.n)
            out->codon[out->n_codon++] = row;
    }
    for (size_t i = 0; i < from->n_base; i++) {
        ps_base_count row = from->base[i];
        if (!i || row.codon != from->base[i - 1].codon)
            memset(base_passed, 0, sizeof base_passed);
        row.n = whole_share(&base_passed[row.base], row.n, share[row.codon]);
        if (row.n)
            out->base[out->n_base++] = row;
    }
}

static void cap_alleles(const scan *s, const ps_codon_evidence *from, const double *share, ps_codon_evidence *out) {
    const ps_panel *panel = s->c->panel;
    out->allele = ps_alloc(from->n_allele + 1, sizeof *out->allele);
    for (size_t i = 0; i < from->n_allele; i++) {
        ps_allele_count row = from->allele[i];
        double part = share[codon_of(panel, &row)], passed = 0;
        for (int side = 0; side < 2; side++) {
            row.n[side] = whole_share(&passed, row.n[side], part);
            row.flagged[side] = (uint32_t)round(row.flagged[side] * part);
        }
        row.depth = (uint32_t)round(row.depth * part);
        if (!(row.n[0] + row.n[1]))
            continue;
        row.alt = ps_strdup(row.alt);
        out->allele[out->n_allele++] = row;
    }
}

static void cap_reach(const ps_codon_evidence *from, const double *share, ps_codon_evidence *out) {
    double passed = 0;
    out->reach = ps_alloc(from->n_reach + 1, sizeof *out->reach);
    for (size_t i = 0; i < from->n_reach; i++) {
        ps_reach_count row = from->reach[i];
        if (!i || row.codon != from->reach[i - 1].codon)
            passed = 0;
        row.n = whole_share(&passed, row.n, share[row.codon]);
        if (row.n)
            out->reach[out->n_reach++] = row;
    }
}

static int view_is_needed(const ps_library *library) {
    return library->kind == PS_LIBRARY_UMI || library->has_copies || library->stacked > 0 || library->primers > 0 ||
           library->stated;
}

const ps_library *ps_library_of(const ps_case *c, ps_input_role role, ps_library *own) {
    if (c->library)
        return &c->library[role];
    ps_call_library(c, role, own);
    return own;
}

int ps_library_view(const ps_case *c, ps_input_role role, const ps_library *library, ps_codon_evidence *shown,
                    ps_codon_evidence *counted, double *hidden) {
    *shown = *counted = (ps_codon_evidence){0};
    if (library->kind == PS_LIBRARY_UNKNOWN || !view_is_needed(library))
        return 0;
    scan s = look(c, role);
    viewer v = {.s = &s, .library = library, .from = &c->reads[role]->codons, .out = shown};
    start_view(&v);
    for (int32_t id = 0; id < s.n; id++)
        for (size_t i = 0; i < s.window[id].n; i++)
            count_molecule(&v, &s.window[id], &s.window[id].row[i]);
    for (int32_t id = 0; id < c->panel->n_codons; id++) {
        hidden[id] = hidden_share(&v.tally[id]);
        v.as_it_is[id] &= hidden[id] < PS_MOSTLY_HIDDEN; /* the molecules that are kept stand for all */
    }
    copy_codons(&v);
    share_out(&v);
    share_reach(&v);
    put_alleles(&v);
    end_view(&v);
    ps_codons_tidy(c->panel, shown);
    double *share = ps_alloc((size_t)c->panel->n_codons, sizeof *share);
    cap_codons(&s, library, shown, counted, share);
    cap_alleles(&s, shown, share, counted);
    cap_reach(shown, share, counted);
    free(share);
    free_scan(&s);
    return 1;
}
