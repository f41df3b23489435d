/* expression.c - CCND1 against many reference genes of the same sample.
 *
 * The unit is log2 of a gene's fragments per kb over the median reference gene's. A median of 27 genes does not move
 * when several of them are off, and immunoglobulin transcripts (a third or more of a plasma cell's reads) are in no
 * denominator. Without a cohort reference the two cut-offs of limits.tsv apply: they are an assumption (no published
 * cut-off exists) and the result says so.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

static ps_strandedness recognise_strand(const ps_panel *panel, const ps_evidence *e) {
    uint64_t sense = 0, antisense = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        if (panel->genes[i].role != PS_ROLE_REFERENCE)
            continue;
        sense += e->gene[i].sense;
        antisense += e->gene[i].antisense;
    }
    double n = (double)(sense + antisense), share = panel->limits.expression_stranded_fraction;
    if (n > 0 && (double)sense >= share * n)
        return PS_STRAND_SENSE;
    return n > 0 && (double)antisense >= share * n ? PS_STRAND_ANTISENSE : PS_STRAND_NONE;
}

static uint64_t fragments_of(const ps_gene_count *count, ps_strandedness strand) {
    return strand == PS_STRAND_SENSE       ? count->sense
           : strand == PS_STRAND_ANTISENSE ? count->antisense
                                           : count->fragments;
}

static double per_kb(double fragments, const ps_gene *gene) {
    return 1000 * fragments / gene->length;
}

static void measure_reference(const ps_panel *panel, const ps_evidence *e, ps_expression_call *call) {
    double *rate = ps_alloc((size_t)panel->n_genes, sizeof *rate);
    uint64_t reads = 0, spliced = 0;
    size_t n = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        const ps_gene *gene = &panel->genes[i];
        if (gene->role != PS_ROLE_REFERENCE)
            continue;
        uint64_t fragments = call->gene[i].fragments;
        call->reference_fragments += fragments;
        call->reference_genes += fragments > 0;
        rate[n++] = per_kb((double)fragments, gene);
        if (gene->n_exons > 1) {
            reads += e->gene[i].reads;
            spliced += e->gene[i].spliced;
        }
    }
    call->reference_median = ps_median(rate, n);
    call->spliced_fraction = reads ? (double)spliced / (double)reads : NAN;
    free(rate);
}

/* Median rate of the genes of one kind of cell. */
static double cell_level(const ps_panel *panel, const ps_expression_call *call, ps_role role, const char *cell) {
    double *rate = ps_alloc((size_t)panel->n_genes, sizeof *rate);
    size_t n = 0;
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].role == role && !strcmp(panel->genes[i].cell, cell))
            rate[n++] = per_kb((double)call->gene[i].fragments + 0.5, &panel->genes[i]);
    double level = n ? ps_median(rate, n) : 0;
    free(rate);
    return level;
}

/* log2 of the plasma-cell markers' median over the most abundant other kind of cell's. */
static double plasma_score(const ps_panel *panel, const ps_expression_call *call) {
    double other = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        if (panel->genes[i].role != PS_ROLE_OTHER_CELL)
            continue;
        double level = cell_level(panel, call, PS_ROLE_OTHER_CELL, panel->genes[i].cell);
        other = level > other ? level : other;
    }
    double plasma = cell_level(panel, call, PS_ROLE_PLASMA_CELL, "");
    return other > 0 && plasma > 0 ? log2(plasma / other) : NAN;
}

/* Mean of a Poisson variable for which P(X >= k) = p, by bisection. */
static double poisson_mean_at(uint64_t k, double p) {
    double low = 0, high = 2 * (double)k + 40;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        if (ps_poisson_upper(k, middle) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* Exact (Garwood 1936) 95 % interval of the count, carried to log2. */
static void measure_ccnd1(const ps_panel *panel, ps_expression_call *call) {
    const ps_gene *gene = &panel->genes[panel->ccnd1];
    uint64_t n = call->gene[panel->ccnd1].fragments;
    double low = n ? poisson_mean_at(n, 0.025) : 0, high = poisson_mean_at(n + 1, 0.975);
    call->fragments = (int64_t)n;
    call->log2_ratio = ps_round6(call->gene[panel->ccnd1].log2_ratio);
    double unit = call->reference_median;
    call->low = unit > 0 && low > 0 ? ps_round6(log2(per_kb(low, gene) / unit)) : NAN;
    call->high = unit > 0 ? ps_round6(log2(per_kb(high, gene) / unit)) : NAN;
}

/* Adds a reason for each gate that stays shut; returns whether all are open. */
static int gates_open(const ps_panel *panel, ps_expression_call *call) {
    const ps_limits *l = &panel->limits;
    ps_reasons *why = &call->reasons;
    if ((double)call->reference_fragments < l->expression_min_reference_fragments ||
        call->reference_genes < l->expression_min_reference_genes || !(call->reference_median > 0)) {
        ps_reason_add(why, PS_REASON_FEW_REFERENCE_FRAGMENTS,
                      "rna: %llu fragments on %d reference genes, %g on %g needed",
                      (unsigned long long)call->reference_fragments, call->reference_genes,
                      l->expression_min_reference_fragments, l->expression_min_reference_genes);
        return 0;
    }
    if (!(call->spliced_fraction >= l->expression_min_spliced))
        ps_reason_add(why, PS_REASON_NOT_RNA, "rna: %.2g of reads on the reference genes are spliced, %g needed",
                      call->spliced_fraction, l->expression_min_spliced);
    if (!(call->plasma_log2 >= l->expression_min_plasma_log2))
        ps_reason_add(why, PS_REASON_LOW_PLASMA_CELLS,
                      "rna: plasma-cell markers over other cells' log2 %.2f, %g needed", call->plasma_log2,
                      l->expression_min_plasma_log2);
    return why->n == 0;
}

static void decide(const ps_panel *panel, ps_expression_call *call) {
    const ps_limits *l = &panel->limits;
    double x = call->log2_ratio;
    if (x >= l->expression_over_log2 && call->low > l->expression_not_log2) {
        call->state = PS_EXPRESSION_OVER;
    } else if (x <= l->expression_not_log2 && call->high < l->expression_over_log2) {
        call->state = PS_EXPRESSION_NOT_OVER;
    } else if (call->high >= l->expression_over_log2 && !(call->low > l->expression_not_log2)) {
        ps_reason_add(&call->reasons, PS_REASON_DEPTH_BELOW_THRESHOLD,
                      "rna: %lld CCND1 fragments leave log2 between %.2f and %.2f; cut-offs are %g and %g",
                      (long long)call->fragments, call->low, call->high, l->expression_not_log2,
                      l->expression_over_log2);
        return;
    } else {
        ps_reason_add(&call->reasons, PS_REASON_BORDERLINE_EXPRESSION, "rna: log2 %.2f lies between %g and %g", x,
                      l->expression_not_log2, l->expression_over_log2);
        return;
    }
    /* Soft evidence: +-3 (odds of 20) at the cut-offs, linear between and beyond, at most +-6. An assumption like the
     * cut-offs themselves. */
    double middle = (l->expression_over_log2 + l->expression_not_log2) / 2;
    double half = (l->expression_over_log2 - l->expression_not_log2) / 2;
    call->log_odds = ps_round6(fmax(-6, fmin(6, 3 * (x - middle) / half)));
}

void ps_call_expression(const ps_case *c, ps_expression_call *call) {
    const ps_panel *panel = c->panel;
    const ps_evidence *e = c->reads[PS_INPUT_RNA];
    *call = (ps_expression_call){.fragments = -1,
                                 .log2_ratio = NAN,
                                 .low = NAN,
                                 .high = NAN,
                                 .z = NAN,
                                 .percentile = NAN,
                                 .reference = "built-in assumption",
                                 .over_at = panel->limits.expression_over_log2,
                                 .not_at = panel->limits.expression_not_log2,
                                 .reference_median = NAN,
                                 .spliced_fraction = NAN,
                                 .plasma_log2 = NAN};
    if (!e || !e->given) {
        ps_reason_add(&call->reasons, PS_REASON_NO_RNA, "CCND1 expression needs --rna");
        return;
    }
    call->strand = recognise_strand(panel, e);
    call->n_genes = (size_t)panel->n_genes;
    call->gene = ps_alloc(call->n_genes, sizeof *call->gene);
    for (int i = 0; i < panel->n_genes; i++)
        call->gene[i] = (ps_gene_expression){.gene = i, .fragments = fragments_of(&e->gene[i], call->strand)};
    measure_reference(panel, e, call);
    for (int i = 0; i < panel->n_genes; i++) {
        double rate = per_kb((double)call->gene[i].fragments + 0.5, &panel->genes[i]);
        call->gene[i].log2_ratio = call->reference_median > 0 ? ps_round6(log2(rate / call->reference_median)) : NAN;
    }
    call->plasma_log2 = ps_round6(plasma_score(panel, call));
    call->spliced_fraction = ps_round6(call->spliced_fraction);
    call->reference_median = ps_round6(call->reference_median);
    measure_ccnd1(panel, call);
    if (gates_open(panel, call))
        decide(panel, call);
    ps_reason_add(&call->reasons, PS_REASON_REFERENCE_ASSUMED, "overexpressed from log2 %g up, not from %g down",
                  call->over_at, call->not_at);
}
