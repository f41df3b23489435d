/* assay.c - how a DNA library was made, from its coverage.
 *
 * Whole genomes of any depth cover the bins evenly. A capture does not: bins with baits stand several times above the
 * rest, or the rest is empty. A small kit may have no bait in any arm bin, and what it catches beside its baits
 * covers them evenly; then the RAS hotspots, which such a kit has, are far deeper than the bins predict. RNA is as
 * uneven as a capture, and is answered like one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "depth.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* share of empty arm bins beyond Poisson: above it not whole-genome (assumption: empty bins beyond the Poisson share;
 * even coverage leaves none) */
static const double cn_max_empty_bins = 0.1;
/* bins this many times above the median bin count as captured (assumption: a bin this far above the median bin has a
 * bait (or eight copies)) */
static const double cn_captured_ratio = 4;
/* share of captured arm bins above which it is not whole-genome (assumption: more bins far above the median than
 * whole genomes have) */
static const double cn_max_captured_bins = 0.005;
/* share of captured arm bins from which a capture is an exome (assumption: exons lie in more bins than the baits of
 * gene panels) */
static const double cn_exome_bins = 0.06;
/* fold: RAS hotspot depth over what the bins predict: above it not whole-genome (assumption: amplified RAS stays
 * below, captured RAS is far above) */
static const double cn_max_enrichment = 8;
/* copies: more at 11q13 is a capture, not an amplification (assumption: several times the highest amplification in
 * myeloma) */
static const double cn_max_copies = 40;
/* fragments: at RAS hotspots from which their enrichment counts (assumption: fewer say nothing of enrichment) */
static const double cn_min_hotspot_depth = 20;
/* sds: of counting by which a captured bin stands above (assumption: counting explains no such bin among thousands)
 * */
static const double cn_captured_sds = 6;
/* fold: over the usual bin at 11q13: part of a spike or amplicon (assumption: a spike or an amplicon ends where bins
 * are less than twice the usual) */
static const double cn_spike_ratio = 2;
/* bins: fewer in a row are baits, not an amplicon (assumption: an amplicon around CCND1 is wider than a gene's baits)
 * */
static const double cn_shortest_amplicon = 4;

static const double bin_bases = 10000; /* of a bin of the panel */

/* Chromosome 11 is left out: its wide amplification is a finding, not a capture. */
static int speaks(const ps_panel *p, int bin) {
    return p->bins[bin].role == PS_BIN_ARM && p->bins[bin].span.contig != p->ccnd1_window.contig;
}

static double median_bin(const ps_panel *p, const uint64_t *count) {
    double *values = ps_alloc((size_t)p->n_bins, sizeof *values);
    size_t n = 0;
    for (int i = 0; i < p->n_bins; i++)
        if (speaks(p, i))
            values[n++] = (double)count[i];
    double median = n ? ps_median(values, n) : 0;
    free(values);
    return median;
}

/* Median depth of the hotspot codons that RAS wild type needs. */
static double hotspot_depth(const ps_panel *p, const ps_read_evidence *e) {
    double *depth = ps_alloc((size_t)p->n_codons, sizeof *depth);
    size_t n = 0;
    for (size_t i = 0; i < e->codons.n_codon; i++)
        depth[e->codons.codon[i].codon] += e->codons.codon[i].n;
    for (int c = 0; c < p->n_codons; c++)
        if (p->codons[c].required)
            depth[n++] = depth[c];
    double median = n ? ps_median(depth, n) : 0;
    free(depth);
    return median;
}

/* Above `mean` by more than counting explains. */
static int stands_above(uint64_t count, double mean) {
    return (double)count > mean + cn_captured_sds * sqrt(mean + 1);
}

static double usual_at_11q13(const ps_panel *p, const uint64_t *count) {
    double *values = ps_alloc((size_t)p->n_bins, sizeof *values);
    size_t n = 0;
    for (int i = 0; i < p->n_bins; i++)
        if (p->bins[i].role != PS_BIN_ARM)
            values[n++] = (double)count[i];
    double median = n ? ps_median(values, n) : 0;
    free(values);
    return median;
}

/* What no genome shows at 11q13: spikes of one to three bins (an amplicon around CCND1 is wider than a gene's baits),
 * or more copies than anybody has seen. */
static int has_baits_at_11q13(const ps_panel *p, const uint64_t *count, double arm_median) {
    double usual = fmax(usual_at_11q13(p, count), arm_median);
    int run = 0, tall = 0, spikes = 0, amplicons = 0;
    for (int i = 0; i <= p->n_bins; i++) {
        int here = i < p->n_bins && p->bins[i].role != PS_BIN_ARM;
        if (here && stands_above(count[i], cn_max_copies / 2 * arm_median))
            return 1;
        if (here && (double)count[i] > cn_spike_ratio * usual) {
            run++;
            tall |= stands_above(count[i], cn_captured_ratio * usual);
            continue;
        }
        spikes += tall && run < cn_shortest_amplicon;
        amplicons += tall && run >= cn_shortest_amplicon;
        run = tall = 0;
    }
    return spikes && !amplicons;
}

/* Bases of the genome that a fragment shows: those of usual libraries, or of long reads, which are measured in the
 * 11q13 window. Pairs with long inserts show no more than their reads. */
static double fragment_reach(const ps_limits *l, const ps_read_evidence *dna) {
    double bases = 0, fragments = (double)dna->junctions.window_fragments;
    for (size_t i = 0; i < dna->junctions.n_cells; i++)
        bases += (double)dna->junctions.cell_bases[i];
    return fragments > 0 && bases / fragments > l->junction_max_insert ? bases / fragments : cn_fragment_reach;
}

ps_coverage ps_coverage_of(const ps_panel *p, const ps_read_evidence *dna) {
    const ps_limits *l = &p->limits;
    ps_coverage c = {0};
    double median = median_bin(p, dna->bins.bin), bins = 0, empty = 0, tall = 0, arm_bins = 0;
    for (int i = 0; i < p->n_bins; i++) {
        if (p->bins[i].role == PS_BIN_ARM) {
            arm_bins++;
            c.mean += (double)dna->bins.bin[i];
            empty += dna->bins.bin[i] == 0;
        }
        if (speaks(p, i)) {
            bins++;
            tall += stands_above(dna->bins.bin[i], cn_captured_ratio * median);
        }
    }
    if (arm_bins > 0) {
        c.mean /= arm_bins;
        c.empty = empty / arm_bins - exp(-c.mean);
        c.tall = bins > 0 ? tall / bins : 0;
    }
    double hotspots = hotspot_depth(p, dna);
    if (hotspots >= cn_min_hotspot_depth) /* a tenth of a fragment keeps empty bins finite */
        c.enrichment = hotspots / ((c.mean + 0.1) * fragment_reach(l, dna) / bin_bases);
    if (c.tall > cn_exome_bins)
        c.assay = PS_ASSAY_EXOME;
    else if (c.tall > cn_max_captured_bins || c.empty > cn_max_empty_bins || c.enrichment > cn_max_enrichment ||
             has_baits_at_11q13(p, dna->bins.bin, median))
        c.assay = PS_ASSAY_TARGETED;
    else
        c.assay = c.mean > 0 ? PS_ASSAY_GENOME : PS_ASSAY_UNKNOWN;
    return c;
}
