/* expression.c - CCND1 against many reference genes of the same sample, per plasma cell.
 *
 * The unit is log2 of a gene's fragments per kb over the median reference gene's, after each gene's own centre
 * (median of ratios; Anders and Huber, Genome Biol 2010;11:R106): a median of 23 genes does not move when a fifth of
 * them are off, and immunoglobulin transcripts (a third or more of a plasma cell's reads) are in no denominator.
 * Centres are the panel's or a cohort's.
 *
 * The share of plasma cells is the median distance of their markers from the centres that they have in plasma cells;
 * a median again, so that no single marker decides (XBP1 is near zero in some public counts). It is a share of the
 * reference genes' RNA, not of cells.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../absent.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* log2 ratio: between the marker levels of pure plasma cells of two patients (assumption: by which plasma cells'
 * markers as a whole differ between patients) */
static const double expression_share_sd = 0.3;
/* log2 ratio: CCND1 of marrow without plasma cells, at most (assumption: marrow without plasma cells expresses CCND1
 * at a thirty-second of a reference gene, at most) */
static const double expression_rest_log2 = -5;
/* fragments: of CCND1 that an intermediate level would show; fewer are too shallow (assumption: fewer of an
 * intermediate level are too shallow to tell it from low) */
static const double expression_min_expected = 10;
/* genes: reference genes from which a share is their median (assumption: the median of fewer says little) */
static const double expression_few_genes = 5;
/* reads: at the exon edges of a gene from which its unspliced share counts (assumption: fewer give no share) */
static const double expression_edge_reads = 10;
/* reads: of a gene from which its share in the last third counts (assumption: fewer give no share in thirds) */
static const double expression_late_reads = 20;
/* bases: exons of a gene from which its last third is looked at (assumption: a bias to the 3' end shows in genes
 * longer than a fragment or two) */
static const double expression_long_gene = 2000;
/* log2 ratio: CCND1 over what unspliced reads lend it: less is no expression (assumption: twice what unspliced reads
 * lend every gene) */
static const double expression_background_log2 = 1;
/* log2 ratio: the panel's other genes of CCND1's chromosome together have at least this (assumption: HRAS, CD3E,
 * MS4A1 and HBB together are a thirty-second of a reference gene in any RNA of marrow or biopsy) */
static const double expression_neighbour_log2 = -5;

static double sense_share(const ps_panel *panel, const ps_read_evidence *e) {
    uint64_t sense = 0, antisense = 0;
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].role == PS_ROLE_REFERENCE) {
            sense += e->genes.gene[i].sense;
            antisense += e->genes.gene[i].antisense;
        }
    return sense + antisense ? (double)sense / (double)(sense + antisense) : NAN;
}

static ps_strandedness strand_of(double sense, double limit) {
    return sense >= limit ? PS_STRAND_SENSE : 1 - sense >= limit ? PS_STRAND_ANTISENSE : PS_STRAND_NONE;
}

static uint64_t fragments_of(const ps_gene_count *count, ps_strandedness strand) {
    return strand == PS_STRAND_SENSE       ? count->sense
           : strand == PS_STRAND_ANTISENSE ? count->antisense
                                           : count->fragments;
}

static double per_kb(double fragments, const ps_gene *gene) {
    return 1000 * fragments / gene->length;
}

/* Fragments per kb of the median reference gene, by each gene's distance from its centre. */
static double unit_of(const ps_panel *panel, const ps_expression_reference *cohort, const ps_expression_call *call) {
    double *rate = ps_alloc((size_t)panel->n_genes, sizeof *rate);
    size_t n = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        const ps_gene *gene = &panel->genes[i];
        double centre = cohort ? cohort->centre[i] : gene->role == PS_ROLE_REFERENCE ? gene->centre : NAN;
        if (isfinite(centre))
            rate[n++] = log2(per_kb((double)call->gene[i].fragments + 0.5, gene)) - centre;
    }
    double median = call->reference_fragments ? exp2(ps_median(rate, n)) : 0;
    free(rate);
    return median;
}

/* A median over genes, so that one gene that keeps an intron does not decide; all reads together when genes are few.
 */
static double unspliced_share(const ps_panel *panel, const ps_read_evidence *e) {
    double *share = ps_alloc((size_t)panel->n_genes, sizeof *share), unspliced = 0, all = 0;
    size_t n = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        const ps_gene_count *g = &e->genes.gene[i];
        if (panel->genes[i].role != PS_ROLE_REFERENCE || panel->genes[i].n_exons < 2)
            continue;
        unspliced += (double)g->unspliced;
        all += (double)(g->unspliced + g->spliced);
        if ((double)(g->unspliced + g->spliced) >= expression_edge_reads)
            share[n++] = (double)g->unspliced / (double)(g->unspliced + g->spliced);
    }
    double median = (double)n >= expression_few_genes ? ps_median(share, n) : all > 0 ? unspliced / all : NAN;
    free(share);
    return median;
}

/* Only genes long enough for a bias to show. */
static double late_share(const ps_panel *panel, const ps_read_evidence *e) {
    double *share = ps_alloc((size_t)panel->n_genes, sizeof *share);
    size_t n = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        const uint64_t *third = e->genes.gene[i].third, all = third[0] + third[1] + third[2];
        if (panel->genes[i].role == PS_ROLE_REFERENCE && panel->genes[i].length >= expression_long_gene &&
            (double)all >= expression_late_reads)
            share[n++] = (double)third[2] / (double)all;
    }
    double median = (double)n >= expression_few_genes ? ps_median(share, n) : NAN;
    free(share);
    return median;
}

static void measure_reference(const ps_panel *panel, const ps_read_evidence *e, const ps_expression_reference *cohort,
                              ps_expression_call *call) {
    uint64_t reads = 0, spliced = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        const ps_gene *gene = &panel->genes[i];
        if (gene->role != PS_ROLE_REFERENCE)
            continue;
        uint64_t fragments = call->gene[i].fragments;
        call->reference_fragments += fragments;
        call->reference_genes += fragments > 0;
        if (gene->n_exons > 1) {
            reads += e->genes.gene[i].reads;
            spliced += e->genes.gene[i].spliced;
        }
    }
    call->reference_median = unit_of(panel, cohort, call);
    call->spliced_fraction = ps_round6(reads ? (double)spliced / (double)reads : NAN);
    call->unspliced_share = ps_round6(unspliced_share(panel, e));
    call->late_share = ps_round6(late_share(panel, e));
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

static int is_listed(const ps_expression_call *call, const char *cell) {
    for (size_t i = 0; i < call->n_cells; i++)
        if (!strcmp(call->cell[i].cell, cell))
            return 1;
    return 0;
}

/* The plasma-cell markers' median over that of every other kind of cell; the strongest other kind decides. */
static void measure_cells(const ps_panel *panel, ps_expression_call *call) {
    uint64_t fragments = 0; /* without any, the half fragments added would compare lengths of genes */
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].role == PS_ROLE_OTHER_CELL || panel->genes[i].role == PS_ROLE_PLASMA_CELL)
            fragments += call->gene[i].fragments;
    double plasma = cell_level(panel, call, PS_ROLE_PLASMA_CELL, "");
    call->cell = ps_alloc((size_t)panel->n_genes, sizeof *call->cell);
    for (int i = 0; i < panel->n_genes && plasma > 0 && fragments > 0; i++) {
        const char *cell = panel->genes[i].cell;
        if (panel->genes[i].role != PS_ROLE_OTHER_CELL || is_listed(call, cell))
            continue;
        double x = ps_round6(log2(plasma / cell_level(panel, call, PS_ROLE_OTHER_CELL, cell)));
        call->cell[call->n_cells++] = (ps_cell_level){cell, x};
        if (!call->high_cell || x < call->plasma_log2) {
            call->plasma_log2 = x;
            call->high_cell = cell;
        }
    }
}

/* log2 of the plasma share and its sd: the markers' median distance from their centres, the spread between them (as
 * wide as they differ here, and no less than they do between plasma cells), and how plasma cells differ as a whole.
 */
static void measure_share(const ps_panel *panel, ps_expression_call *call) {
    double *off = ps_alloc((size_t)panel->n_genes, sizeof *off), spread = 0, sd = NAN, centre = NAN;
    ps_plasma_share *share = &call->plasma_share;
    size_t n = 0;
    for (size_t i = 0; i < call->n_genes; i++) {
        const ps_gene *gene = &panel->genes[call->gene[i].gene];
        if (gene->role != PS_ROLE_PLASMA_CELL || !isfinite(gene->centre) || !isfinite(call->gene[i].log2_ratio))
            continue;
        off[n++] = call->gene[i].log2_ratio - gene->centre;
        spread += gene->spread;
    }
    if (n) {
        centre = ps_median(off, n);
        sd = sqrt(acos(-1) / 2 / (double)n) * fmax(ps_mad(off, n, centre), spread / (double)n); /* of a median */
        sd = hypot(sd, expression_share_sd);
    }
    free(off);
    *share = (ps_plasma_share){.log2 = ps_round6(centre), .sd = ps_round6(sd), .markers = (int)n};
    share->value = ps_round6(fmin(1, exp2(centre)));
    share->low = ps_round6(fmin(1, exp2(centre - ps_normal_95 * sd)));
    share->high = ps_round6(fmin(1, exp2(centre + ps_normal_95 * sd)));
    call->per_cell = ps_round6(call->log2_ratio - log2(share->value));
}

/* What other cells may lend at most: those of the panel's table by their markers, the rest by their share. */
static void measure_lent(const ps_panel *panel, ps_expression_call *call) {
    double rest = fmax(0, 1 - call->plasma_share.value) * exp2(expression_rest_log2), most = rest;
    double all = rest;
    call->other_cell = NULL;
    for (int i = 0; i < panel->n_cells; i++) {
        const ps_cell_ccnd1 *c = &panel->cells[i];
        double marker = cell_level(panel, call, PS_ROLE_OTHER_CELL, c->cell) / call->reference_median;
        double lent = marker * exp2(c->ccnd1_log2 - c->marker_log2);
        all += lent;
        if (lent > most) {
            most = lent;
            call->other_cell = c->cell;
        }
    }
    call->other_log2 = ps_round6(log2(all));
}

static double molecules_of(const ps_expression_call *call) {
    return call->molecules > 0 ? call->molecules : 1;
}

/* Exact (Garwood 1936) 95 % interval of the count, carried to log2. */
static void measure_ccnd1(const ps_panel *panel, uint64_t n, ps_expression_call *call) {
    const ps_gene *gene = &panel->genes[panel->ccnd1];
    double share = molecules_of(call);
    uint64_t counted = (uint64_t)((double)n * share + 0.5); /* copies of a molecule count once */
    double low = counted ? ps_poisson_mean(counted, 0.025) / share : 0;
    double high = ps_poisson_mean(counted + 1, 0.975) / share;
    double unit = call->reference_median;
    call->fragments = (int64_t)n;
    call->log2_ratio = unit > 0 ? ps_round6(log2(per_kb((double)n + 0.5, gene) / unit)) : NAN;
    call->low = unit > 0 && low > 0 ? ps_round6(log2(per_kb(low, gene) / unit)) : NAN;
    call->high = unit > 0 ? ps_round6(log2(per_kb(high, gene) / unit)) : NAN;
}

/* Every gene's log2_ratio and CCND1's numbers, from the genes' fragments and reference_median. */
static void ps_expression_measure(const ps_panel *panel, ps_expression_call *call) {
    double unit = call->reference_median;
    for (int i = 0; i < panel->n_genes; i++) {
        double rate = per_kb((double)call->gene[i].fragments + 0.5, &panel->genes[i]);
        call->gene[i].log2_ratio = unit > 0 ? ps_round6(log2(rate / unit)) : NAN;
    }
    measure_ccnd1(panel, call->gene[panel->ccnd1].fragments, call);
    measure_share(panel, call);
    measure_lent(panel, call);
}

static int few_reference_fragments(const ps_limits *l, ps_expression_call *call) {
    if ((double)call->reference_fragments * molecules_of(call) >= l->expression_min_reference_fragments &&
        call->reference_genes >= l->expression_min_reference_genes && call->reference_median > 0)
        return 0;
    ps_reason_add(&call->reasons, PS_REASON_FEW_REFERENCE_FRAGMENTS,
                  "rna: %.0f fragment%s on %d reference gene%s; at least %g on %g needed",
                  (double)call->reference_fragments * molecules_of(call),
                  ps_s(call->reference_fragments * molecules_of(call)), call->reference_genes,
                  ps_s(call->reference_genes), l->expression_min_reference_fragments,
                  l->expression_min_reference_genes);
    return 1;
}

/* Libraries of transcript ends do not grow with length, so their rates per kb are comparable among themselves only.
 */
static void check_late_share(const ps_limits *l, const ps_expression_reference *cohort, ps_expression_call *call) {
    double share = call->late_share, usual = cohort ? cohort->late_share : NAN;
    if (isfinite(usual) && isfinite(share) && fabs(share - usual) > expression_late_shift)
        ps_reason_add(
            &call->reasons, PS_REASON_LATE_READS,
            "rna: %.2f of the reads lie in the last third of transcripts, against %.2f in %s; a difference of %g is "
            "allowed",
            share, usual, cohort->name ? cohort->name : "the cohort", expression_late_shift);
    else if (!isfinite(usual) && share > l->expression_max_late_share)
        ps_reason_add(
            &call->reasons, PS_REASON_LATE_READS,
            "rna: %.2f of the reads lie in the last third of transcripts, at most %g for the built-in cut-offs: "
            "build a reference from libraries of this kind",
            share, l->expression_max_late_share);
}

/* No fragment over any of the panel's places on CCND1's chromosome, of which genes that most cells express are some:
 * RNA of which this chromosome was cut away looks so, and none that has it. */
static int nothing_on_chromosome(const ps_panel *panel, const ps_read_evidence *e, ps_expression_call *call) {
    int contig = panel->genes[panel->ccnd1].contig, genes = 0;
    double expected = 0; /* fragments of the others */
    char names[120] = "";
    for (int i = 0; i < panel->n_genes; i++) {
        if (panel->genes[i].contig != contig)
            continue;
        if (e->genes.gene[i].fragments || e->genes.gene[i].left_out)
            return 0;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", genes++ ? ", " : "", panel->genes[i].name);
        if (i != panel->ccnd1)
            expected += exp2(expression_neighbour_log2) * call->reference_median * panel->genes[i].length / 1000;
    }
    for (int i = 0; i < panel->n_snps; i++)
        if (panel->snps[i].contig == contig && e->snps.snp[i].ref + e->snps.snp[i].alt + e->snps.snp[i].other > 0)
            return 0;
    for (size_t i = 0; i < e->codons.n_codon; i++)
        if (panel->genes[panel->codons[e->codons.codon[i].codon].gene].contig == contig)
            return 0;
    if (exp(-expected) > absent_p)
        return 0;
    ps_reason_add(&call->reasons, PS_REASON_CONTIG_ABSENT, "rna: no reads on %s: no fragment of %s",
                  panel->contigs[contig].name[PS_STYLE_UCSC], names);
    return 1;
}

/* Adds a reason for each gate that stays shut; returns whether all are open. */
static int gates_open(const ps_panel *panel, const ps_read_evidence *e, const ps_expression_reference *cohort,
                      ps_expression_call *call) {
    const ps_limits *l = &panel->limits;
    ps_reasons *why = &call->reasons;
    if (few_reference_fragments(l, call) ||
        contig_is_absent(panel, e, panel->genes[panel->ccnd1].contig, "CCND1", &call->reasons) ||
        nothing_on_chromosome(panel, e, call))
        return 0;
    if (!e->genes.imported && !(call->spliced_fraction >= l->expression_min_spliced))
        ps_reason_add(why, PS_REASON_NOT_RNA,
                      "rna: %.2g of reads on the reference genes are spliced, at least %g needed",
                      call->spliced_fraction, l->expression_min_spliced);
    if (call->unspliced_share > l->expression_max_unspliced)
        ps_reason_add(why, PS_REASON_NOT_RNA,
                      "rna: %.2g of reads at exon edges run on into the intron, at most %g allowed",
                      call->unspliced_share, l->expression_max_unspliced);
    check_late_share(l, cohort, call);
    if (!(call->plasma_share.value >= l->expression_min_share))
        ps_reason_add(
            why, PS_REASON_LOW_PLASMA_CELLS,
            "rna: %.2g of it is from plasma cells (95 %% interval %.2g to %.2g, by %d marker gene%s), at least %g "
            "needed; strongest other cells: %s",
            call->plasma_share.value, call->plasma_share.low, call->plasma_share.high, call->plasma_share.markers,
            ps_s(call->plasma_share.markers), l->expression_min_share, call->high_cell ? call->high_cell : "unknown");
    return why->n == 0;
}

/* DNA lends every gene the same fragments per kb: the unspliced share of the median reference gene's. CCND1 must
 * stand out from that to be RNA. */
static int is_background(const ps_expression_call *call) {
    return call->unspliced_share > 0 && call->log2_ratio < log2(call->unspliced_share) + expression_background_log2;
}

static void weigh_levels_with(const ps_panel *panel, double lent, ps_expression_call *call) {
    double likelihood[PS_N_LEVELS], posterior[PS_N_LEVELS], top = -INFINITY, kb;
    ps_level_data data = {.fragments = (double)call->fragments * molecules_of(call), .lent = lent};
    kb = panel->genes[panel->ccnd1].length / 1000.0;
    data.expected = call->reference_median * kb * molecules_of(call);
    data.share_log2 = call->plasma_share.log2;
    data.share_sd = call->plasma_share.sd;
    ps_level_likelihood(&call->mixture, &data, likelihood, posterior);
    for (int l = 0; l < PS_N_LEVELS; l++)
        top = fmax(top, log(likelihood[l]));
    for (int l = PS_N_LEVELS - 1; l >= 0; l--) {
        double most = expression_max_log_odds, low = fmax(log(likelihood[PS_LEVEL_LOW]) - top, -most);
        call->posterior[l] = ps_round6(posterior[l]);
        call->log_level[l] = isfinite(top) ? ps_round6(fmax(log(likelihood[l]) - top, -most) - low) : 0;
    }
}

/* Fills the posteriors and ln likelihoods of the levels. What other cells may lend bounds a positive and earns no
 * negative: for that all of CCND1 is taken as the plasma cells' own. */
static void weigh_levels(const ps_panel *panel, ps_expression_call *call) {
    double needed = panel->limits.expression_posterior;
    weigh_levels_with(panel, exp2(call->other_log2), call);
    call->low_if_lent = call->posterior[PS_LEVEL_LOW] >= needed;
    if (!call->low_if_lent)
        return;
    weigh_levels_with(panel, 0, call);
    call->low_if_lent = call->posterior[PS_LEVEL_LOW] < needed;
}

/* Molecules that the middle of the intermediate level would show, were the plasma cells as few as they may be. */
static double would_show(const ps_panel *panel, const ps_expression_call *call) {
    return call->reference_median * panel->genes[panel->ccnd1].length / 1000 * call->plasma_share.low *
           exp2(panel->level[PS_LEVEL_INTERMEDIATE].log2) * molecules_of(call);
}

static ps_expression_state state_of(const ps_panel *panel, const ps_expression_call *call) {
    const ps_limits *l = &panel->limits;
    if (call->low_if_lent)
        return PS_EXPRESSION_NOT_ASSESSABLE;
    if (call->posterior[PS_LEVEL_LOW] >= l->expression_posterior)
        return would_show(panel, call) >= expression_min_expected ? PS_EXPRESSION_NOT_OVER
                                                                  : PS_EXPRESSION_NOT_ASSESSABLE;
    for (int level = PS_LEVEL_INTERMEDIATE; level < PS_N_LEVELS; level++)
        if (call->posterior[level] >= l->expression_posterior)
            return (ps_expression_state)(PS_EXPRESSION_NOT_OVER + level);
    return PS_EXPRESSION_NOT_ASSESSABLE;
}

/* Why no level has the posterior that is needed: too few fragments, other cells, or a place between two levels. */
static void say_undecided(const ps_panel *panel, ps_expression_call *call) {
    const ps_limits *l = &panel->limits;
    char levels[160];
    snprintf(levels, sizeof levels,
             "probabilities: very high %.2g, intermediate %.2g, low %.2g; one of at least %g needed",
             call->posterior[PS_LEVEL_VERY_HIGH], call->posterior[PS_LEVEL_INTERMEDIATE],
             call->posterior[PS_LEVEL_LOW], l->expression_posterior);
    double would = would_show(panel, call);
    if (would < expression_min_expected && (double)call->fragments * molecules_of(call) < expression_min_expected)
        ps_reason_add(
            &call->reasons, PS_REASON_DEPTH_BELOW_THRESHOLD,
            "rna: %.0f CCND1 fragment%s; an intermediate level would show %.2g at this share of plasma cells "
            "(%.2g); %s",
            (double)call->fragments * molecules_of(call), ps_s(call->fragments * molecules_of(call)), would,
            call->plasma_share.low, levels);
    else if (call->low_if_lent || call->other_log2 > call->log2_ratio - 1)
        ps_reason_add(&call->reasons, PS_REASON_OTHER_CELLS,
                      "rna: log2 %.2f, of which %s may contribute up to %.2f; %s%s", call->log2_ratio,
                      call->other_cell ? call->other_cell : "cells other than plasma cells", call->other_log2,
                      call->low_if_lent ? "if they contribute nothing, " : "", levels);
    else
        ps_reason_add(&call->reasons, PS_REASON_BORDERLINE_EXPRESSION, "rna: log2 %.2f per plasma cell; %s",
                      call->per_cell, levels);
}

static double percentile_of(const ps_expression_reference *cohort, double x) {
    double below = 0;
    for (size_t i = 0; i < cohort->n_used; i++)
        below += cohort->sorted[i] < x ? 1 : cohort->sorted[i] <= x ? 0.5 : 0;
    return 100 * below / (double)cohort->n_used;
}

ps_expression_state ps_expression_as_if(const ps_panel *panel, const ps_expression_call *call, uint64_t fragments,
                                        double depth) {
    ps_expression_call then = *call;
    then.reference_median *= depth;
    measure_ccnd1(panel, fragments, &then);
    weigh_levels(panel, &then);
    ps_expression_state state = state_of(panel, &then);
    return state > PS_EXPRESSION_NOT_OVER && is_background(&then) ? PS_EXPRESSION_NOT_ASSESSABLE : state;
}

/* Reads that lie over CCND1 and were left out (multi-mapped, secondary, failed...) might have been its expression. */
static void check_left_out(const ps_panel *panel, const ps_read_evidence *e, ps_expression_call *call) {
    const ps_gene_count *count = &e->genes.gene[panel->ccnd1];
    double left = (double)count->left_out, reads = (double)count->reads, fragments = (double)call->fragments;
    if (left <= reads || call->state == PS_EXPRESSION_NOT_ASSESSABLE || call->state == PS_EXPRESSION_OVER)
        return;
    double with = reads > 0 ? fragments * (1 + left / reads) : left / 2; /* of a pair both are left out */
    if (ps_expression_as_if(panel, call, (uint64_t)(with + 0.5), 1) == call->state)
        return;
    ps_reason_add(&call->reasons, PS_REASON_READS_LEFT_OUT,
                  "rna: %.0f read%s over CCND1 left out, %.0f counted: %.0f fragment%s, with those left out %.0f",
                  left, ps_s(left), reads, fragments, ps_s(fragments), with);
    call->state = PS_EXPRESSION_NOT_ASSESSABLE;
}

static void decide(const ps_panel *panel, const ps_read_evidence *e, const ps_expression_reference *cohort,
                   ps_expression_call *call) {
    weigh_levels(panel, call);
    call->state = state_of(panel, call);
    if (call->state == PS_EXPRESSION_NOT_ASSESSABLE)
        say_undecided(panel, call);
    else if (call->state > PS_EXPRESSION_NOT_OVER && is_background(call)) {
        ps_reason_add(
            &call->reasons, PS_REASON_NOT_RNA,
            "rna: log2 %.2f is within a factor of %.3g of what DNA or precursor RNA would add (%.2g of the reads at "
            "exon edges are unspliced)",
            call->log2_ratio, exp2(expression_background_log2), call->unspliced_share);
        call->state = PS_EXPRESSION_NOT_ASSESSABLE;
    }
    check_left_out(panel, e, call);
    for (int i = 0; i < PS_N_LEVELS && call->state == PS_EXPRESSION_NOT_ASSESSABLE; i++)
        call->log_level[i] = 0;
    for (size_t i = 0; i < call->reasons.n; i++)
        if (call->reasons.at[i].code == PS_REASON_DEPTH_BELOW_THRESHOLD)
            return; /* a place in the cohort would be that of the depth */
    if (cohort) {
        call->z = cohort->mad > 0 ? ps_round6((call->per_cell - cohort->median) / cohort->mad) : NAN;
        call->percentile = ps_round6(percentile_of(cohort, call->per_cell));
    }
}

static void name_reference(const ps_panel *panel, const ps_expression_reference *cohort, ps_expression_call *call) {
    call->reference = cohort ? cohort->name : "built-in assumption";
    call->cohort_cut_offs = ps_mixture_of(panel, cohort, &call->mixture);
    call->cut_offs = ps_mixture_cut_offs(&call->mixture, panel->limits.expression_posterior);
    call->cohort_median = call->cohort_mad = NAN;
    if (!cohort)
        return;
    call->cohort_median = cohort->median;
    call->cohort_mad = cohort->mad;
    call->n_cohort = cohort->n_used;
    call->cohort = ps_alloc(cohort->n_used, sizeof *call->cohort);
    memcpy(call->cohort, cohort->sorted, cohort->n_used * sizeof *call->cohort);
}

static void say_assumed(const ps_expression_reference *cohort, ps_expression_call *call) {
    const ps_cut_offs *c = &call->cut_offs;
    if (call->cohort_cut_offs)
        return;
    if (cohort)
        ps_reason_add(
            &call->reasons, PS_REASON_REFERENCE_ASSUMED,
            "per plasma cell low to log2 %.2f, intermediate %.2f to %.2f, very high from %.2f; the %zu sample%s of "
            "%s do not separate into levels",
            c->low_to, c->middle_from, c->middle_to, c->high_from, cohort->n_used, ps_s(cohort->n_used),
            call->reference);
    else
        ps_reason_add(&call->reasons, PS_REASON_REFERENCE_ASSUMED,
                      "per plasma cell low to log2 %.2f, intermediate %.2f to %.2f, very high from %.2f", c->low_to,
                      c->middle_from, c->middle_to, c->high_from);
}

void ps_call_expression(const ps_case *c, ps_expression_call *call) {
    const ps_panel *panel = c->panel;
    const ps_read_evidence *e = c->reads[PS_INPUT_RNA];
    const ps_expression_reference *cohort = c->expression_reference;
    *call = (ps_expression_call){.fragments = -1,
                                 .log2_ratio = NAN,
                                 .low = NAN,
                                 .high = NAN,
                                 .z = NAN,
                                 .percentile = NAN,
                                 .sense_share = NAN,
                                 .reference_median = NAN,
                                 .spliced_fraction = NAN,
                                 .unspliced_share = NAN,
                                 .late_share = NAN,
                                 .plasma_log2 = NAN,
                                 .per_cell = NAN,
                                 .other_log2 = NAN,
                                 .posterior = {NAN, NAN, NAN},
                                 .plasma_share = {NAN, NAN, NAN, NAN, NAN, 0}};
    name_reference(panel, cohort, call);
    if (!e || !e->given) {
        ps_reason_add(&call->reasons, PS_REASON_NO_RNA, "CCND1 expression needs --rna");
        return;
    }
    ps_library own;
    const ps_library *library = ps_library_of(c, PS_INPUT_RNA, &own);
    call->molecules = library->kind == PS_LIBRARY_UNKNOWN ? 1 : library->share;
    call->sense_share = ps_round6(sense_share(panel, e));
    call->strand = strand_of(call->sense_share, panel->limits.expression_stranded_fraction);
    call->n_genes = (size_t)panel->n_genes;
    call->gene = ps_alloc(call->n_genes, sizeof *call->gene);
    for (int i = 0; i < panel->n_genes; i++)
        call->gene[i] = (ps_gene_expression){.gene = i, .fragments = fragments_of(&e->genes.gene[i], call->strand)};
    measure_reference(panel, e, cohort, call);
    measure_cells(panel, call);
    ps_expression_measure(panel, call);
    call->reference_median = ps_round6(call->reference_median);
    if (gates_open(panel, e, cohort, call))
        decide(panel, e, cohort, call);
    if (e->cut_at_introns)
        ps_reason_add(&call->reasons, PS_REASON_CUT_READS, "rna: a @PG line of its header names it");
    say_assumed(cohort, call);
}
