/* amplicons.c - which codons lie in amplicons, and where primers are.
 *
 * An amplicon's fragments all have few pairs of ends, as many at every place. Few molecules of sheared DNA in many
 * copies look like that too, but their number varies from place to place by chance.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "far_ends.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"
#include "private.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fragments: fewer do not tell an amplicon (assumption: fewer in three places may be chance) */
static const double library_amplicon_fragments = 50;
/* fraction of molecules: that end at one place from which it is a primer's (assumption: random ends of an exon are
 * spread over hundreds of bases; transcripts have some places of their own) */
static const double library_stack_share = 0.2, library_stack_share_rna = 0.5;

/* AMPLICON_ENDS: two amplicons over a codon and the start of a third. */
enum { AMPLICON_ENDS = 3, LEADERS = 2 * AMPLICON_ENDS };

/* Of a design, places with the usual number of amplicons, with one more or less, with two, and others. ln odds of
 * twenty to one for a design; fewer places than FEWEST_PLACES tell nothing, and no wild type rests on so few.
 * Simulated: of libraries of two molecules a place, one in forty passes for a design at eight places. */
enum { FEWEST_PLACES = 4, N_SHARES = 4, HOTSPOTS_APART = 20 /* codons */ };
static const double designed_share[N_SHARES] = {0.8, 0.17, 0.029, 0.001}, DESIGNED_ODDS = 3;

double ps_shown_of(const ps_molecule *m, int32_t codon) {
    double n = codon >= m->codon_beg && codon < m->codon_end ? m->reference[codon - m->codon_beg] : 0;
    for (size_t i = 0; i < m->n_word; i++)
        n += m->word[i].codon == codon && !m->word[i].allele ? m->word[i].n : 0;
    return n;
}

static int ends_known(const ps_molecule *m) {
    return m->key.end0[0] != PS_END_UNKNOWN || m->key.end0[1] != PS_END_UNKNOWN;
}

static void add_primer(ps_library_window *w, int32_t beg0, int32_t end0, char strand) {
    for (size_t i = 0; i < w->n_primers; i++)
        if (w->primer[i].beg0 == beg0 && w->primer[i].end0 == end0)
            return;
    if (w->n_primers < MOST_PRIMERS)
        w->primer[w->n_primers++] = (ps_primer){0, beg0, end0, strand};
}

/* Are stacked ends primers? Not where those were digested before sequencing. */
static int may_stack(const ps_scan *s) {
    return !s->reads->digested_primers;
}

static int is_at(int32_t base, int32_t end, double slack) {
    return end != PS_END_UNKNOWN && fabs((double)base - (double)end) <= slack;
}

/* Does the user's file explain the stacked end: a primer begins there, or was cut off there before the alignment? */
static int is_listed(const ps_library_window *w, int right, int32_t end0) {
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
static void add_stack(const ps_scan *s, ps_library_window *w, int right, int32_t end0) {
    int32_t bases = (int32_t)s->c->panel->limits.library_primer_bases;
    if (end0 == PS_END_UNKNOWN || is_listed(w, right, end0))
        return;
    if (right)
        add_primer(w, end0 - bases + 1, end0 + 1, '-');
    else
        add_primer(w, end0, end0 + bases, '+');
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
static void take_pair(const ps_library_window *w, double *left, stack *t, int k) {
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
static stack stack_at(const ps_library_window *w, int32_t codon) {
    stack t = {.all = 0};
    double *left = ps_alloc(w->n + 1, sizeof *left);
    for (size_t i = 0; i < w->n; i++) {
        const ps_molecule *m = &w->row[i];
        double n = ps_shown_of(m, codon);
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
static int is_stacked(const ps_library_window *w, const stack *t, double fewest) {
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
static ps_span span_of_ends(const ps_library_window *w) {
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
static ps_primers primers_near(const ps_scan *s, int32_t id) {
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

static void find_listed(const ps_scan *s, int32_t id) {
    ps_library_window *w = &s->window[id];
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
static void note_place(const ps_scan *s, const stack *t, int32_t codon, place *of_window, place_list *all) {
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
void ps_find_amplicons(ps_scan *s) {
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

static void stack_ends(const ps_scan *s, ps_library_window *w, int32_t codon) {
    w->n_amplicon++;
    stack t = stack_at(w, codon);
    for (int k = 0; k < LEADERS && may_stack(s) && s->reads->role != PS_INPUT_RNA; k++)
        for (int right = 0; right < 2; right++)
            if (t.lead[k] > least_of_pair() / 2 * t.all)
                add_stack(s, w, right, t.leader[k]->key.end0[right]);
}

/* Where reads without a mate end in the primer of the other side, and which primers they pass. */
static void find_far_primers(const ps_scan *s, ps_library_window *w, double share) {
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
static void find_stacks(const ps_scan *s, ps_library_window *w) {
    double share = s->reads->role == PS_INPUT_RNA ? library_stack_share_rna : library_stack_share;
    for (int right = 0; right < 2 && may_stack(s); right++) {
        size_t n, to;
        int32_t *end = ps_sorted_ends(w, right, &n);
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

static void take_primers(const ps_scan *s, int32_t id) {
    ps_library_window *w = &s->window[id];
    const ps_span *span = ps_window_span(s->c->panel, id);
    for (size_t k = 0; s->c->primers && k < s->c->primers->n; k++) {
        const ps_primer *p = &s->c->primers->row[k];
        if (p->contig == span->contig && p->beg0 < span->end0 && p->end0 > span->beg0)
            add_primer(w, p->beg0, p->end0, p->strand);
    }
    w->n_listed = w->n_primers;
}

void ps_find_primers(ps_scan *s) {
    for (int32_t id = 0; id < s->n; id++)
        take_primers(s, id);
    for (int32_t codon = 0; codon < s->c->panel->n_codons; codon++)
        if (s->amplicon[codon])
            stack_ends(s, &s->window[ps_window_of(s->c->panel, codon)], codon);
    for (int32_t id = 0; id < s->n; id++)
        find_stacks(s, &s->window[id]);
}
