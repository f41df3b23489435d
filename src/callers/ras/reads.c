/* reads.c - KRAS, NRAS, HRAS and BRAF variants from codon haplotypes.
 *
 * A haplotype is called when its fragments score more than errors would with probability alpha (score.h). An error's
 * probability comes from the quality of the changed base and, on top of it, from this sample's own background of the
 * same substitution in the same orientation at codons that are not hotspots: oxidation and deamination raise it for
 * their type and orientation only. The same rule, turned around, gives the smallest VAF that it would have found with
 * 95 % power: that is lod95, and a wild type is only as good as its lod95.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"
#include "ras.h"
#include "score.h"

enum { QUALITIES = 64 }; /* phred, as a slice stores them */

/* Errors per fragment beyond what base qualities say, by orientation and plus-strand change; 0 when there is no
 * excess. */
typedef struct background {
    double rate[2][4][4];
    double indels, depth; /* fragments with an indel, and fragments, over all codons */
} background;

typedef struct place { /* one codon's fragments */
    const ps_codon *codon;
    const ps_codon_count *row;
    size_t n_rows;
    uint64_t depth, carriers[PS_N_HAPS];
    uint32_t by_quality[3][2][QUALITIES]; /* [base][side] */
} place;

typedef struct caller { /* one read input */
    const ps_panel *panel;
    const ps_read_evidence *reads, *normal;
    background bg;
    ras_list *list;
    uint32_t *claimed; /* [codon][hap] fragments whose change is part of a larger one that is called */
} caller;

double ras_error(int quality) {
    return pow(10, -quality / 10.0);
}

/* ---- places -----------------------------------------------------------------------------------------------------
 */

/* Rows of codons and bases are sorted by codon: both cursors move on to the next codon. 0 at the end. */
static int next_place(const ps_panel *panel, const ps_read_evidence *e, size_t *codon_row, size_t *base_row,
                      place *p) {
    memset(p, 0, sizeof *p);
    if (*codon_row == e->codons.n_codon)
        return 0;
    int id = e->codons.codon[*codon_row].codon;
    p->codon = &panel->codons[id];
    p->row = &e->codons.codon[*codon_row];
    for (; *codon_row < e->codons.n_codon && e->codons.codon[*codon_row].codon == id; ++*codon_row) {
        const ps_codon_count *c = &e->codons.codon[*codon_row];
        p->n_rows++;
        p->depth += c->n;
        p->carriers[c->hap] += c->n;
    }
    for (; *base_row < e->codons.n_base && e->codons.base[*base_row].codon <= id; ++*base_row) {
        const ps_base_count *b = &e->codons.base[*base_row];
        if (b->codon == id)
            p->by_quality[b->base][b->side][b->quality] += b->n;
    }
    return 1;
}

typedef struct change { /* what a haplotype changes */
    int n;              /* bases */
    int base;           /* first changed one, transcript order */
    int ref, alt;       /* of that base, plus strand */
} change;

static change change_of(const ps_panel *panel, const ps_codon *codon, int hap) {
    change c = {0};
    int minus = panel->genes[codon->gene].strand == '-';
    for (int base = 2; base >= 0; base--) {
        int r = codon->ref >> (4 - 2 * base) & 3, a = hap >> (4 - 2 * base) & 3;
        if (r == a)
            continue;
        c = (change){c.n + 1, base, minus ? 3 - r : r, minus ? 3 - a : a};
    }
    return c;
}

/* Probability that a fragment with this quality carries the change by error. */
static double error_of(const caller *c, const change *what, int side, int quality) {
    double e = ras_error(quality) / 3 + c->panel->limits.ras_background_floor;
    if (what->n > 1) /* errors come in runs, so not the product of the rates */
        return e * c->panel->limits.ras_neighbour_errors;
    return e + c->bg.rate[side][what->ref][what->alt];
}

static score_bins bins_of(const caller *c, const place *p, const change *what) {
    score_bins bins = score_start(&c->panel->limits, p->depth);
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < QUALITIES; q++)
            if (p->by_quality[what->base][side][q])
                score_add(&bins, error_of(c, what, side, q), p->by_quality[what->base][side][q]);
    return bins;
}

/* ---- background -------------------------------------------------------------------------------------------------
 */

/* A haplotype in more is likely a variant, not background. */
static int is_background(const ps_limits *l, uint64_t n, uint64_t depth) {
    return (double)n < l->ras_background_fragments || (double)n <= l->ras_background_vaf * (double)depth;
}

typedef struct tally {
    double seen[2][4][4], expected[2][4], places[2][4];
} tally;

static void tally_place(const ps_panel *panel, const place *p, tally *t) {
    int minus = panel->genes[p->codon->gene].strand == '-';
    if (p->codon->hotspot)
        return;
    for (int base = 0; base < 3; base++) {
        int r = p->codon->ref >> (4 - 2 * base) & 3, ref = minus ? 3 - r : r;
        for (int side = 0; side < 2; side++)
            for (int q = 0; q < QUALITIES; q++) {
                t->places[side][ref] += p->by_quality[base][side][q];
                t->expected[side][ref] += p->by_quality[base][side][q] * ras_error(q) / 3;
            }
    }
    for (size_t i = 0; i < p->n_rows; i++) {
        const ps_codon_count *row = &p->row[i];
        if (row->hap == PS_HAP_INDEL || row->hap == p->codon->ref ||
            !is_background(&panel->limits, p->carriers[row->hap], p->depth))
            continue;
        change what = change_of(panel, p->codon, row->hap);
        if (what.n == 1)
            t->seen[row->side][what.ref][what.alt] += row->n;
    }
}

/* An excess over what qualities explain counts when chance rarely makes it; one fragment is none. */
static void measure_background(caller *c) {
    tally t = {0};
    place p;
    size_t codon_row = 0, base_row = 0;
    while (next_place(c->panel, c->reads, &codon_row, &base_row, &p)) {
        tally_place(c->panel, &p, &t);
        c->bg.depth += (double)p.depth;
    }
    for (size_t i = 0; i < c->reads->codons.n_allele; i++)
        c->bg.indels += ras_is_chain(&c->reads->codons.allele[i])
                            ? 0
                            : c->reads->codons.allele[i].n[0] + c->reads->codons.allele[i].n[1];
    for (int side = 0; side < 2; side++)
        for (int ref = 0; ref < 4; ref++)
            for (int alt = 0; alt < 4; alt++) {
                double seen = t.seen[side][ref][alt], expected = t.expected[side][ref];
                int is_excess = seen >= 2 && seen > expected &&
                                ps_poisson_upper((uint64_t)seen, expected) < c->panel->limits.ras_background_p;
                c->bg.rate[side][ref][alt] = is_excess ? (seen - expected) / t.places[side][ref] : 0;
            }
}

/* ---- what a codon could have shown ------------------------------------------------------------------------------
 */

static double alpha_of(const ps_limits *l, const ps_codon *codon) {
    return codon->hotspot ? l->ras_alpha_hotspot : l->ras_alpha_other;
}

/* The alternative of one base whose errors are most frequent: what it could not hide, the others could not. */
static change worst_change(const caller *c, const place *p, int base) {
    int minus = c->panel->genes[p->codon->gene].strand == '-';
    int r = p->codon->ref >> (4 - 2 * base) & 3, ref = minus ? 3 - r : r, worst = ref == 0;
    for (int alt = 0; alt < 4; alt++)
        if (alt != ref &&
            c->bg.rate[0][ref][alt] + c->bg.rate[1][ref][alt] > c->bg.rate[0][ref][worst] + c->bg.rate[1][ref][worst])
            worst = alt;
    return (change){1, base, ref, worst};
}

static double lod95_of(const caller *c, const place *p) {
    const ps_limits *l = &c->panel->limits;
    double highest = 0;
    for (int base = 0; base < 3; base++) {
        change what = worst_change(c, p, base);
        score_bins bins = bins_of(c, p, &what);
        int threshold = score_threshold(&bins, alpha_of(l, p->codon), l->ras_background_shape, (int)l->ras_min_alt);
        double lod = score_lod95(&bins, threshold);
        if (isnan(lod))
            return NAN;
        highest = fmax(highest, lod);
    }
    return highest;
}

/* ---- filters ----------------------------------------------------------------------------------------------------
 */

/* Do the variant's fragments avoid what the reference's do not (one orientation, the inside of reads)?  `alt_good` of
 * n_alt against ref_good of n_ref: binomial, with an effect size so that depth alone filters nothing. */
static int avoids(const ps_limits *l, double alt_good, double n_alt, double ref_good, double n_ref) {
    if (n_alt <= 0 || n_ref <= 0)
        return 0;
    double share = (ref_good + 0.5) / (n_ref + 1);
    if (alt_good >= l->ras_avoid_share * share * n_alt)
        return 0;
    return 1 - ps_binomial_upper((uint64_t)alt_good + 1, (uint64_t)n_alt, share) < l->ras_strand_p;
}

static int is_one_sided(const ps_limits *l, const int64_t alt[2], const int64_t ref[2]) {
    double n_alt = (double)(alt[0] + alt[1]), n_ref = (double)(ref[0] + ref[1]);
    return avoids(l, (double)alt[0], n_alt, (double)ref[0], n_ref) ||
           avoids(l, (double)alt[1], n_alt, (double)ref[1], n_ref);
}

/* A few mismatches within an indel's length of it, where more fragments show the indel itself. */
static int is_near_indel(const caller *c, const ps_ras_variant *v) {
    for (size_t i = 0; i < c->reads->codons.n_allele; i++) {
        const ps_allele_count *a = &c->reads->codons.allele[i];
        int32_t inserted = (int32_t)strlen(a->alt), deleted = a->end0 - a->beg0;
        int32_t reach = (int32_t)c->panel->limits.ras_end_bases + (inserted > deleted ? inserted : deleted);
        if (inserted != deleted && c->panel->loci[a->locus].contig == v->contig && v->beg0 < a->end0 + reach &&
            v->end0 > a->beg0 - reach &&
            c->panel->limits.ras_near_indel_ratio * (double)v->alt_depth < (double)a->n[0] + a->n[1])
            return 1;
    }
    return 0;
}

typedef struct support { /* fragments with and without the variant, by what makes them doubtful */
    double alt, alt_end, alt_clutter, other, other_end, other_clutter;
} support;

int ras_number(const ps_panel *panel, const ps_read_evidence *reads, ps_ras_variant *v) {
    int known = ras_count(panel, reads, v, &v->depth, &v->alt_depth, v->alt_side, v->ref_side);
    v->vaf = v->depth > 0 ? (double)v->alt_depth / (double)v->depth : NAN;
    ps_proportion_interval((uint64_t)v->alt_depth, (uint64_t)v->depth, &v->vaf_low, &v->vaf_high);
    if (v->end0 - v->beg0 != 1 ||
        strlen(ras_change_text(v)) != 1) { /* aligners clip or misplace some of these near read ends */
        v->vaf_low *= 1 - panel->limits.ras_misplaced;
        v->vaf_high = fmin(1, v->vaf_high * (1 + panel->limits.ras_misplaced));
    }
    return known;
}

static void fill_variant(const caller *c, ps_ras_variant *v, const support *s, int is_enough) {
    const ps_limits *l = &c->panel->limits;
    ras_number(c->panel, c->reads, v);
    v->filter = !is_enough                                                                  ? PS_FILTER_LOW_EVIDENCE
                : is_one_sided(l, v->alt_side, v->ref_side)                                 ? PS_FILTER_ORIENTATION
                : avoids(l, s->alt - s->alt_end, s->alt, s->other - s->other_end, s->other) ? PS_FILTER_READ_END
                : avoids(l, s->alt - s->alt_clutter, s->alt, s->other - s->other_clutter, s->other)
                    ? PS_FILTER_CLUTTER
                : is_near_indel(c, v)                   ? PS_FILTER_NEAR_INDEL
                : ras_in_normal(c->panel, c->normal, v) ? PS_FILTER_GERMLINE
                                                        : PS_FILTER_PASS;
}

static support support_of(const place *p, int hap) {
    support s = {0};
    for (size_t i = 0; i < p->n_rows; i++) {
        const ps_codon_count *row = &p->row[i];
        *(row->hap == hap ? &s.alt : &s.other) += row->n;
        if (row->doubt & PS_DOUBT_END)
            *(row->hap == hap ? &s.alt_end : &s.other_end) += row->n;
        if (row->doubt & PS_DOUBT_CLUTTER)
            *(row->hap == hap ? &s.alt_clutter : &s.other_clutter) += row->n;
    }
    return s;
}

/* ---- haplotypes -------------------------------------------------------------------------------------------------
 */

/* Of no quality a base is one of four by chance: no error is more likely. */
static double likely_error(double error) {
    return fmin(error, 0.25);
}

/* log10 odds of "this haplotype at its VAF" against "errors only", fragment by fragment. */
static double log_odds(const caller *c, const place *p, int hap, const change *what) {
    double f = (double)p->carriers[hap] / (double)p->depth, sum = 0, others[2][QUALITIES];
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < QUALITIES; q++)
            others[side][q] = p->by_quality[what->base][side][q];
    for (size_t i = 0; i < p->n_rows; i++) {
        const ps_codon_count *row = &p->row[i];
        if (row->hap != hap)
            continue;
        double e = likely_error(error_of(c, what, row->side, row->quality));
        sum += row->n * log10(((1 - f) * e + f * (1 - 3 * e)) / e);
        others[row->side][row->quality] = fmax(0, others[row->side][row->quality] - row->n);
    }
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < QUALITIES; q++) {
            double e = likely_error(error_of(c, what, side, q));
            if (others[side][q] > 0)
                sum += others[side][q] * log10(((1 - f) * (1 - 3 * e) + f * e) / (1 - 3 * e));
        }
    return sum;
}

/* Genomic change of a haplotype: [beg0, end0) and its bases on the plus strand. -1 when it straddles an intron: one
 * genomic record cannot say it. */
static int genomic_change(const ps_panel *panel, const ps_codon *codon, int hap, int32_t *beg0, int32_t *end0,
                          char text[4]) {
    char ref[4], alt[4];
    ps_codon_bases(codon->ref, ref);
    ps_codon_bases(hap, alt);
    int minus = panel->genes[codon->gene].strand == '-', first = 3, last = -1;
    for (int k = 0; k < 3; k++) { /* in genomic order */
        int t = minus ? 2 - k : k;
        if (ref[t] == alt[t])
            continue;
        first = k < first ? k : first;
        last = k;
    }
    for (int k = first; k <= last; k++)
        text[k - first] = minus ? ps_complement(alt[2 - k]) : alt[k];
    text[last - first + 1] = '\0';
    *beg0 = codon->pos0[minus ? 2 - first : first];
    *end0 = codon->pos0[minus ? 2 - last : last] + 1;
    return *end0 - *beg0 == last - first + 1 ? 0 : -1;
}

/* Returns 1 when the haplotype is called but cannot be written as one change: the codon is then not wild type either.
 */
static int call_haplotype(const caller *c, const place *p, int hap) {
    const ps_limits *l = &c->panel->limits;
    uint64_t claimed = c->claimed[(size_t)(p->codon - c->panel->codons) * PS_N_HAPS + (size_t)hap];
    /* Fragments that end between the codons of a larger change show one part of it only. No variant is one fragment. */
    if (p->carriers[hap] < 2 + claimed || (double)(p->carriers[hap] - claimed) < l->ras_part_share * (double)claimed)
        return 0;
    change what = change_of(c->panel, p->codon, hap);
    score_bins bins = bins_of(c, p, &what);
    double score = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        if (p->row[i].hap == hap)
            score += (double)p->row[i].n * score_weight(&bins, error_of(c, &what, p->row[i].side, p->row[i].quality));
    score *= (double)(p->carriers[hap] - claimed) / (double)p->carriers[hap];
    int threshold = score_threshold(&bins, alpha_of(l, p->codon), l->ras_background_shape, (int)l->ras_min_alt);
    /* A refused candidate is worth a line when errors alone would rarely have made it. */
    if (score < threshold && score_tail(&bins, l->ras_background_shape, (int)score) >= l->ras_refused_p)
        return 0;
    int32_t beg0, end0;
    char text[4];
    if (genomic_change(c->panel, p->codon, hap, &beg0, &end0, text) < 0)
        return score >= threshold;
    ps_ras_variant *v = ras_variant_at(c->panel, c->list, c->panel->loci[p->codon->locus].contig, beg0, end0, text);
    if (!v)
        return 0;
    support s = support_of(p, hap);
    fill_variant(c, v, &s, score >= threshold);
    v->lod = log_odds(c, p, hap, &what);
    return 0;
}

/* ---- alleles: indels, and changes across codons -----------------------------------------------------------------
 */

/* Bases of a repeat of one letter at a place: where aligners and polymerases slip. */
static int run_length(const ps_panel *panel, int contig, int32_t pos0) {
    int n = 1;
    while (n < 30 && /* as far as the panel knows the flanks of an exon */
           ps_panel_base(panel, contig, pos0 + n) == ps_panel_base(panel, contig, pos0))
        n++;
    return n;
}

/* An indel's errors: what the other indels of this sample amount to per fragment and codon, several times that since
 * places differ in how easily they slip (the allele itself is left out of its own background). */
static double allele_error(const caller *c, const ps_allele_count *allele) {
    const ps_limits *l = &c->panel->limits;
    if (ras_is_chain(allele))
        return l->ras_chain_error;
    double others = c->bg.indels - allele->n[0] - allele->n[1];
    double rate = c->bg.depth > 0 ? l->ras_indel_fold * others / c->bg.depth : 0;
    /* Slippage grows with each base of a longer run. */
    double run = run_length(c->panel, c->panel->loci[allele->locus].contig, allele->beg0);
    return fmin(l->ras_max_indel_error,
                fmax(l->ras_indel_background, rate) * pow(l->ras_run_fold, fmax(0, run - l->ras_run_bases)));
}

/* The parts of a called change across codons belong to it: they are no variants of their own. */
static void claim_parts(caller *c, const ps_allele_count *allele) {
    const ps_locus *locus = &c->panel->loci[allele->locus];
    for (int id = locus->codon_beg; id < locus->codon_end; id++) {
        const ps_codon *codon = &c->panel->codons[id];
        char bases[4];
        int touched = 0, minus = c->panel->genes[codon->gene].strand == '-';
        ps_codon_bases(codon->ref, bases);
        for (int k = 0; k < 3; k++)
            if (codon->pos0[k] >= allele->beg0 && codon->pos0[k] < allele->end0) {
                char base = allele->alt[codon->pos0[k] - allele->beg0];
                bases[k] = minus ? ps_complement(base) : base;
                touched = 1;
            }
        int hap = touched ? ps_codon_code(bases) : -1;
        if (hap >= 0 && hap != codon->ref)
            c->claimed[(size_t)id * PS_N_HAPS + (size_t)hap] += allele->n[0] + allele->n[1];
    }
}

/* Its fragments, and those without it at the first codon it touches. */
static support allele_support(const caller *c, const ps_allele_count *allele) {
    support s = {
        .alt = allele->n[0] + allele->n[1], .alt_end = allele->doubtful[0], .alt_clutter = allele->doubtful[1]};
    int contig = c->panel->loci[allele->locus].contig, id = -1;
    for (int32_t p = allele->beg0 == allele->end0 ? allele->beg0 - 1 : allele->beg0; id < 0 && p <= allele->end0; p++)
        id = ras_codon_over(c->panel, contig, p, p + 1);
    for (size_t i = 0; i < c->reads->codons.n_codon; i++) {
        const ps_codon_count *row = &c->reads->codons.codon[i];
        if (row->codon != id || row->hap == PS_HAP_INDEL)
            continue;
        s.other += row->n;
        s.other_end += row->doubt & PS_DOUBT_END ? row->n : 0;
        s.other_clutter += row->doubt & PS_DOUBT_CLUTTER ? row->n : 0;
    }
    return s;
}

static void call_allele(caller *c, const ps_allele_count *allele) {
    const ps_limits *l = &c->panel->limits;
    double n = allele->n[0] + allele->n[1], e = allele_error(c, allele);
    int contig = c->panel->loci[allele->locus].contig;
    if (n < 2)
        return;
    score_bins bins = score_start(l, allele->depth);
    score_add(&bins, e, allele->depth);
    ps_effect effect;
    if (ps_effect_of(c->panel, contig, allele->beg0, allele->end0, allele->alt, &effect) != 0)
        return;
    int hotspot = effect.tier == PS_TIER_HOTSPOT || effect.tier == PS_TIER_LIKELY;
    int threshold = score_threshold(&bins, hotspot ? l->ras_alpha_hotspot : l->ras_alpha_other,
                                    l->ras_background_shape, (int)l->ras_min_alt);
    double score = n * score_weight(&bins, e);
    if (score < threshold && score_tail(&bins, l->ras_background_shape, (int)score) >= l->ras_refused_p)
        return;
    ps_ras_variant *v = ras_variant_at(c->panel, c->list, contig, allele->beg0, allele->end0, allele->alt);
    if (!v)
        return;
    support s = allele_support(c, allele);
    fill_variant(c, v, &s, score >= threshold);
    double f = fmin(n / fmax(n, allele->depth), 0.999);
    v->lod = n * log10(fmax(f, e) / e) + (allele->depth - n) * log10((1 - f) / (1 - e));
    if (v->filter == PS_FILTER_PASS && ras_is_chain(allele))
        claim_parts(c, allele);
}

/* ---- all of it --------------------------------------------------------------------------------------------------
 */

/* lod95 is worth its computation where it is reported: the genes that decide, and hotspots of the others. */
static int is_reported(const ps_panel *panel, const ps_codon *codon) {
    const ps_locus *locus = &panel->loci[codon->locus];
    for (int id = locus->codon_beg; id < locus->codon_end; id++)
        if (panel->codons[id].required)
            return 1;
    return codon->hotspot;
}

void ras_from_reads(const ps_panel *panel, const ps_read_evidence *reads, const ps_read_evidence *normal,
                    ras_list *list, ps_ras_codon *codons) {
    caller c = {.panel = panel, .reads = reads, .normal = normal, .list = list};
    c.claimed = ps_alloc((size_t)panel->n_codons * PS_N_HAPS, sizeof *c.claimed);
    measure_background(&c);
    for (int i = 0; i < panel->n_codons; i++)
        codons[i] = (ps_ras_codon){.depth = 0, .lod95 = NAN, .source = (uint8_t)reads->role};
    for (size_t i = 0; i < reads->codons.n_allele; i++)
        call_allele(&c, &reads->codons.allele[i]);
    place p;
    size_t codon_row = 0, base_row = 0;
    while (next_place(panel, reads, &codon_row, &base_row, &p)) {
        ps_ras_codon *codon = &codons[p.codon - panel->codons];
        codon->depth = (int64_t)p.depth;
        if (is_reported(panel, p.codon))
            codon->lod95 = ps_round6(lod95_of(&c, &p));
        for (int hap = 0; hap < PS_HAP_INDEL; hap++)
            if (p.carriers[hap] && hap != p.codon->ref && call_haplotype(&c, &p, hap))
                codon->lod95 = NAN;
    }
    free(c.claimed);
}
