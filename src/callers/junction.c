/* junction.c - IGH::CCND1 from fragments that join the 11q13 window to IGH.
 *
 * Fragments are clustered on the chromosome 11 side (same direction, within a library's insert); the chance of as
 * many by accident comes from this sample's own pairs that join the window to other contigs. "Not detected" needs
 * enough physical coverage, over nearly all of the window, to have found a clonal event with 95 % power.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

/* IGH is 1.35 Mb of 3.1 Gb, and draws mismapped pairs more than its length says: five times as many are allowed for.
 */
static const double igh_share = 5 * 1.35e6 / 3.1e9;
static const double window_share_needed = 0.9;
/* Bases on the IGH side within which pairs of one junction land: a library's inserts, with room. */
static const int igh_reach = 2000;

typedef struct cluster {
    size_t first, n;
    uint64_t split, discordant;
} cluster;

static int by_fragment(const void *a, const void *b) {
    const ps_junction_read *x = a, *y = b;
    if (x->fragment != y->fragment)
        return x->fragment < y->fragment ? -1 : 1;
    if (x->split != y->split)
        return x->split > y->split ? -1 : 1; /* split reads first: they know the breakpoint */
    return (x->pos_a0 > y->pos_a0) - (x->pos_a0 < y->pos_a0);
}

static int by_direction(const void *a, const void *b) {
    const ps_junction_read *x = a, *y = b;
    if (x->right_a != y->right_a)
        return x->right_a - y->right_a;
    if (x->pos_a0 != y->pos_a0)
        return x->pos_a0 < y->pos_a0 ? -1 : 1;
    if (x->pos_b0 != y->pos_b0)
        return x->pos_b0 < y->pos_b0 ? -1 : 1;
    return x->split != y->split ? y->split - x->split : (x->fragment > y->fragment) - (x->fragment < y->fragment);
}

/* Pairs with both ends at the same places are copies of one molecule, marked as duplicates or not. */
static size_t drop_copies(ps_junction_read *rows, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const ps_junction_read *last = kept ? &rows[kept - 1] : NULL;
        if (last && !rows[i].split && !last->split && rows[i].pos_a0 == last->pos_a0 &&
            rows[i].pos_b0 == last->pos_b0 && rows[i].right_a == last->right_a && rows[i].right_b == last->right_b)
            continue;
        rows[kept++] = rows[i];
    }
    return kept;
}

/* One row per fragment, ordered for clustering. */
static ps_junction_read *unique_fragments(const ps_evidence *e, size_t *n) {
    size_t used = e->n_junction;
    ps_junction_read *rows = ps_alloc(used, sizeof *rows);
    if (used)
        memcpy(rows, e->junction, used * sizeof *rows);
    qsort(rows, used, sizeof *rows, by_fragment);
    *n = 0;
    for (size_t i = 0; i < used; i++)
        if (i == 0 || rows[i].fragment != rows[i - 1].fragment)
            rows[(*n)++] = rows[i];
    qsort(rows, *n, sizeof *rows, by_direction);
    *n = drop_copies(rows, *n);
    return rows;
}

static size_t find_clusters(const ps_junction_read *rows, size_t n, double width, cluster *clusters) {
    size_t n_clusters = 0;
    for (size_t i = 0; i < n; i++) {
        cluster *last = n_clusters ? &clusters[n_clusters - 1] : NULL;
        int joins =
            last && rows[i].right_a == rows[last->first].right_a && rows[i].pos_a0 - rows[i - 1].pos_a0 <= width;
        if (!joins) {
            last = &clusters[n_clusters++];
            *last = (cluster){.first = i};
        }
        last->n++;
        last->split += rows[i].split;
        last->discordant += !rows[i].split;
    }
    return n_clusters;
}

/* Fragments of the cluster whose IGH side agrees with most others': one direction, within a switch region's length.
 */
static uint64_t agreeing(const ps_junction_read *rows, const cluster *k) {
    uint64_t most = 0;
    for (size_t i = k->first; i < k->first + k->n; i++) {
        uint64_t votes = 0;
        for (size_t j = k->first; j < k->first + k->n; j++)
            votes += rows[j].right_b == rows[i].right_b && abs(rows[j].pos_b0 - rows[i].pos_b0) <= igh_reach;
        most = votes > most ? votes : most;
    }
    return most;
}

/* Where the cluster's breakpoint is: the place most split reads agree on; without one, the furthest kept base. */
static ps_breakpoint breakpoint_of(const ps_panel *panel, const ps_junction_read *rows, const cluster *k) {
    const ps_junction_read *best = NULL;
    size_t best_votes = 0;
    for (size_t i = k->first; i < k->first + k->n; i++) {
        if (!rows[i].split)
            continue;
        size_t votes = 0;
        for (size_t j = k->first; j < k->first + k->n; j++)
            votes += rows[j].split && rows[j].pos_a0 == rows[i].pos_a0 && rows[j].pos_b0 == rows[i].pos_b0;
        if (votes > best_votes) {
            best = &rows[i];
            best_votes = votes;
        }
    }
    if (!best) /* rows ascend: for a left-hand partner the last read comes closest to the break, else the first */
        best = &rows[rows[k->first].right_a ? k->first + k->n - 1 : k->first];
    return (ps_breakpoint){.contig_a = panel->ccnd1_window.contig,
                           .contig_b = panel->igh.contig,
                           .pos_a1 = best->pos_a0 + 1,
                           .pos_b1 = best->pos_b0 + 1,
                           .right_a = best->right_a,
                           .right_b = best->right_b,
                           .split = k->split,
                           .discordant = k->discordant,
                           .exact = best->split};
}

static void set_background(const ps_case *c, const ps_evidence *dna, ps_junction_call *call) {
    const ps_limits *l = &c->panel->limits;
    double chimeric = (double)dna->window_chimeric,
           window = c->panel->ccnd1_window.end0 - c->panel->ccnd1_window.beg0;
    double places = fmax(1, window / l->junction_cluster_bases);
    double expected = chimeric * igh_share / places;
    uint64_t needed = (uint64_t)l->junction_min_fragments;
    while (places * ps_poisson_upper(needed, expected) > l->junction_alpha)
        needed++;
    call->background = ps_round6(expected);
    call->needed = needed;
}

static void measure_power(const ps_case *c, const ps_evidence *dna, ps_junction_call *call) {
    double *depth = ps_alloc(dna->n_cells, sizeof *depth);
    /* One of two copies carries the junction, in the tumour's share of the cells. */
    double carried = 0.5 * (isnan(c->purity) ? 1 : c->purity);
    size_t powered = 0;
    for (size_t i = 0; i < dna->n_cells; i++) {
        depth[i] = (double)dna->cell_bases[i] / PS_WINDOW_CELL;
        powered += depth[i] >= c->panel->limits.junction_min_coverage &&
                   ps_poisson_upper(call->needed, carried * depth[i]) >= 0.95;
    }
    call->powered = ps_round6((double)powered / (double)dna->n_cells);
    call->physical_coverage = ps_round6(ps_median(depth, dna->n_cells));
    free(depth);
}

static void decide_negative(const ps_case *c, ps_junction_call *call) {
    if (call->powered < window_share_needed) {
        ps_reason_add(
            &call->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE,
            "dna: %g fragments over a base in the median 10 kb of the 11q13 window; %.3g of it has 95 %% power, "
            "%g needed",
            call->physical_coverage, call->powered, window_share_needed);
        return;
    }
    call->state = PS_JUNCTION_NOT_DETECTED;
    ps_reason_add(&call->reasons, PS_REASON_WINDOW_ONLY, "dna: %.0f-fold physical coverage, %llu fragments needed",
                  call->physical_coverage, (unsigned long long)call->needed);
    if (isnan(c->purity))
        ps_reason_add(&call->reasons, PS_REASON_PURITY_ASSUMED,
                      "a clonal junction in a pure sample would have shown");
}

static void call_from_dna(const ps_case *c, const ps_evidence *dna, ps_junction_call *call) {
    size_t n = 0, capacity = 0;
    ps_junction_read *rows = unique_fragments(dna, &n);
    cluster *clusters = ps_alloc(n, sizeof *clusters);
    size_t n_clusters = find_clusters(rows, n, c->panel->limits.junction_cluster_bases, clusters);
    set_background(c, dna, call);
    measure_power(c, dna, call);
    call->split = call->discordant = 0;
    for (size_t i = 0; i < n_clusters; i++) {
        call->split += (int64_t)clusters[i].split;
        call->discordant += (int64_t)clusters[i].discordant;
        if (agreeing(rows, &clusters[i]) < call->needed)
            continue;
        call->state = PS_JUNCTION_DETECTED;
        call->sources |= 1u << PS_INPUT_DNA;
        PS_GROW(call->breakpoint, call->n_breakpoints, capacity);
        call->breakpoint[call->n_breakpoints++] = breakpoint_of(c->panel, rows, &clusters[i]);
    }
    free(clusters);
    free(rows);
}

/* In RNA, IGH is so abundant that chance joins it to any transcript: RNA supports a junction seen in DNA, never more.
 */
static void add_rna(const ps_evidence *rna, ps_junction_call *call) {
    size_t n = 0;
    ps_junction_read *rows = unique_fragments(rna, &n);
    call->rna_fragments = (int64_t)n;
    if (n && call->state == PS_JUNCTION_DETECTED)
        call->sources |= 1u << PS_INPUT_RNA;
    free(rows);
}

void ps_call_junction(const ps_case *c, ps_junction_call *call) {
    *call = (ps_junction_call){.split = -1,
                               .discordant = -1,
                               .rna_fragments = -1,
                               .physical_coverage = NAN,
                               .powered = NAN,
                               .background = NAN};
    const ps_evidence *dna = c->reads[PS_INPUT_DNA], *rna = c->reads[PS_INPUT_RNA];
    int has_dna = dna && dna->given, has_rna = rna && rna->given;
    if (has_dna)
        call_from_dna(c, dna, call);
    if (has_rna)
        add_rna(rna, call);
    if (has_dna && call->state != PS_JUNCTION_DETECTED)
        decide_negative(c, call);
    if (!has_dna && has_rna)
        ps_reason_add(&call->reasons, PS_REASON_RNA_CANNOT_EXCLUDE,
                      "rna: %lld fragments join the 11q13 window to IGH; only DNA tells chance from a junction",
                      (long long)call->rna_fragments);
    if (!has_dna)
        ps_reason_add(&call->reasons, PS_REASON_NO_DNA, "IGH::CCND1 needs --dna");
}
