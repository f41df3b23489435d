/* ras_reads.c - KRAS, NRAS, HRAS and BRAF variants from codon haplotypes.
 *
 * The rule is a count: a haplotype is called when more fragments carry it than errors reach with probability alpha.
 * How many errors to expect comes from the base qualities and, where that is more, from this sample's own background
 * of the same substitution at codons that are not hotspots (oxidation and deamination raise it for their type only).
 * Error rates vary between places, so the count is gamma-Poisson. Because the rule is a count, the smallest VAF that
 * it would have found with 95 % power follows exactly: that is lod95, and a wild type is only as good as its lod95.
 * Fragments below a quality cut may be left out of the count; the cut is chosen per codon before any alternative is
 * looked at, as the one that makes lod95 smallest.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"
#include "ras.h"

/* Two or three neighbouring bases wrong in one fragment: errors come in runs, so not the product of the rates. Share
 * of errors with a wrong neighbour; an assumption on the cautious side. */
static const double neighbour_share = 0.02;
static const int quality_cuts[] = {20, 25, 30, 35};
enum { N_CUTS = sizeof quality_cuts / sizeof *quality_cuts };

/* Expected errors per fragment by plus-strand base and alternative; 0 when the sample does not tell. */
typedef struct background {
    double rate[4][4];
    double indel;
} background;

typedef struct codon_sum { /* one codon's fragments */
    const ps_codon_count *row;
    size_t n_rows;
    uint64_t depth, carriers[PS_N_HAPS];
    uint64_t depth_at[N_CUTS];
    double errors_at[N_CUTS]; /* expected errors towards one given alternative base, from qualities */
    int cut;                  /* index of the chosen cut */
} codon_sum;

static double error_of(int quality) {
    return pow(10, -quality / 10.0);
}

static void sum_codon(const ps_evidence *e, size_t first, codon_sum *s) {
    *s = (codon_sum){.row = &e->codon[first]};
    for (size_t i = first; i < e->n_codon && e->codon[i].codon == e->codon[first].codon; i++) {
        const ps_codon_count *c = &e->codon[i];
        s->n_rows++;
        s->depth += c->n;
        s->carriers[c->hap] += c->n;
        for (int k = 0; k < N_CUTS; k++) {
            if (c->quality < quality_cuts[k])
                continue;
            s->depth_at[k] += c->n;
            s->errors_at[k] += c->n * error_of(c->quality) / 3;
        }
    }
}

/* Plus-strand reference and alternative base if exactly one base differs; returns how many differ. */
static int changed_bases(const ps_panel *panel, const ps_codon *codon, int hap, int *ref, int *alt) {
    int n = 0, minus = panel->genes[codon->gene].strand == '-';
    for (int shift = 4; shift >= 0; shift -= 2) {
        int r = codon->ref >> shift & 3, a = hap >> shift & 3;
        if (r == a)
            continue;
        n++;
        *ref = minus ? 3 - r : r;
        *alt = minus ? 3 - a : a;
    }
    return n;
}

/* A haplotype in more than 2 % of at least 3 fragments is likely a variant, not background. */
static int is_background(uint64_t n, uint64_t depth) {
    return n < 3 || (double)n <= 0.02 * (double)depth;
}

static void measure_background(const ps_panel *panel, const ps_evidence *e, background *bg) {
    double errors[4][4] = {{0}}, places[4] = {0}, total = 0, indels = 0;
    *bg = (background){0};
    for (size_t i = 0; i < e->n_codon;) {
        codon_sum s;
        sum_codon(e, i, &s);
        const ps_codon *codon = &panel->codons[e->codon[i].codon];
        i += s.n_rows;
        total += (double)s.depth;
        if (is_background(s.carriers[PS_HAP_INDEL], s.depth))
            indels += (double)s.carriers[PS_HAP_INDEL];
        if (codon->hotspot)
            continue;
        for (int hap = 0; hap < PS_HAP_INDEL; hap++) {
            int ref = 0, alt = 0;
            if (changed_bases(panel, codon, hap, &ref, &alt) == 1 && is_background(s.carriers[hap], s.depth)) {
                errors[ref][alt] += (double)s.carriers[hap];
                places[ref] += (double)s.depth / 3; /* three alternatives per base visit it */
            }
        }
    }
    for (int ref = 0; ref < 4; ref++)
        for (int alt = 0; alt < 4; alt++)
            bg->rate[ref][alt] = errors[ref][alt] >= 3 && places[ref] > 0 ? errors[ref][alt] / places[ref] : 0;
    /* An indel touches about two codons; places differ in how easily they slip: five times the mean is allowed for.
     */
    bg->indel = fmax(panel->limits.ras_indel_background, total > 0 ? 2.5 * indels / total : 0);
}

uint64_t ras_needed(const ps_limits *limits, double expected_errors, double alpha) {
    uint64_t low = (uint64_t)limits->ras_min_alt, step = 1;
    if (ps_negative_binomial_upper(low, expected_errors, limits->ras_background_shape) < alpha)
        return low;
    uint64_t high = low + step; /* gallop, then halve: depth may be a million */
    while (ps_negative_binomial_upper(high, expected_errors, limits->ras_background_shape) >= alpha) {
        low = high;
        high += step *= 2;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (ps_negative_binomial_upper(middle, expected_errors, limits->ras_background_shape) >= alpha)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double ras_lod95(uint64_t needed, uint64_t depth) {
    if (depth < needed)
        return NAN;
    /* P(Binomial(depth, f) >= needed) = I_f(needed, depth - needed + 1) = 0.95 */
    return ps_beta_quantile(0.95, (double)needed, (double)(depth - needed) + 1);
}

static double alpha_of(const ps_limits *l, const ps_codon *codon) {
    return codon->hotspot ? l->ras_alpha_hotspot : l->ras_alpha_other;
}

static double errors_of(const ps_panel *panel, const background *bg, const codon_sum *s, int cut, int hap) {
    const ps_codon *codon = &panel->codons[s->row->codon];
    double depth = (double)s->depth_at[cut];
    if (hap == PS_HAP_INDEL)
        return depth * bg->indel;
    int ref = 0, alt = 0, n = changed_bases(panel, codon, hap, &ref, &alt);
    double errors = fmax(s->errors_at[cut], depth * panel->limits.ras_background_floor);
    if (n > 1)
        return errors * neighbour_share;
    return fmax(errors, depth * bg->rate[ref][alt]);
}

/* Worst lod95 over the codon's nine single-base changes at one cut; +infinity when a change could not be shown. */
static double lod95_at(const ps_panel *panel, const background *bg, const codon_sum *s, int cut) {
    const ps_codon *codon = &panel->codons[s->row->codon];
    double worst = 0;
    for (int shift = 0; shift <= 4; shift += 2)
        for (int change = 1; change < 4; change++) {
            int hap = codon->ref ^ change << shift;
            uint64_t needed =
                ras_needed(&panel->limits, errors_of(panel, bg, s, cut, hap), alpha_of(&panel->limits, codon));
            double lod = ras_lod95(needed, s->depth_at[cut]);
            worst = isnan(lod) ? INFINITY : fmax(worst, lod);
        }
    return worst;
}

static double choose_cut(const ps_panel *panel, const background *bg, codon_sum *s) {
    double best = INFINITY;
    for (int k = 0; k < N_CUTS; k++) {
        double lod = lod95_at(panel, bg, s, k);
        if (lod < best) {
            best = lod;
            s->cut = k;
        }
    }
    return isinf(best) ? NAN : best;
}

/* log10 odds of "this haplotype at its VAF" against "errors only", fragment by fragment. */
static double log_odds(const codon_sum *s, int hap, double error_floor) {
    double f = (double)s->carriers[hap] / (double)s->depth, sum = 0;
    for (size_t i = 0; i < s->n_rows; i++) {
        const ps_codon_count *c = &s->row[i];
        double e = fmax(error_of(c->quality) / 3, error_floor);
        if (c->hap == hap)
            sum += c->n * log10(((1 - f) * e + f * (1 - 3 * e)) / e);
        else
            sum += c->n * log10(((1 - f) * (1 - 3 * e) + f * e) / (1 - 3 * e));
    }
    return sum;
}

/* Do the variant's fragments avoid one orientation that the others use?  Binomial, two-sided, with an effect size so
 * that depth alone filters nothing. */
static int is_one_sided(const ps_limits *l, const int64_t alt[2], const int64_t ref[2]) {
    int64_t n_ref = ref[0] + ref[1], n_alt = alt[0] + alt[1];
    if (n_ref == 0 || n_alt == 0)
        return 0;
    int few = alt[0] * n_ref < ref[0] * n_alt ? 0 : 1; /* the side that alt has too little of */
    double share = ((double)ref[few] + 0.5) / ((double)n_ref + 1), have = (double)alt[few] / (double)n_alt;
    double p = 1 - ps_binomial_upper((uint64_t)alt[few] + 1, (uint64_t)n_alt, share);
    return 2 * p < l->ras_strand_p && have < 0.2 * share;
}

static int in_normal(const ps_panel *panel, const ps_evidence *normal, const ps_ras_variant *v) {
    int64_t depth = 0, alt = 0, alt_side[2], ref_side[2];
    if (!normal || !normal->given || !ras_count(panel, normal, v, &depth, &alt, alt_side, ref_side))
        return 0;
    /* A few tumour cells in the normal leave a low VAF: not germline. */
    return alt >= 3 && (double)alt >= panel->limits.ras_germline_normal_vaf * (double)depth;
}

static void fill_variant(const ps_panel *panel, const ps_evidence *e, const ps_evidence *normal, ps_ras_variant *v,
                         uint64_t counted, uint64_t needed) {
    ras_count(panel, e, v, &v->depth, &v->alt_depth, v->alt_side, v->ref_side);
    v->vaf = (double)v->alt_depth / (double)v->depth;
    ps_proportion_interval((uint64_t)v->alt_depth, (uint64_t)v->depth, &v->vaf_low, &v->vaf_high);
    v->filter = counted < needed                                         ? PS_FILTER_LOW_EVIDENCE
                : is_one_sided(&panel->limits, v->alt_side, v->ref_side) ? PS_FILTER_ORIENTATION
                : in_normal(panel, normal, v)                            ? PS_FILTER_GERMLINE
                                                                         : PS_FILTER_PASS;
}

/* A refused candidate is worth a line when errors alone would rarely have made it. */
static int worth_reporting(const ps_limits *l, uint64_t counted, uint64_t needed, double errors) {
    return counted >= needed ||
           (counted >= 2 && ps_negative_binomial_upper(counted, errors, l->ras_background_shape) < 0.001);
}

static void call_haplotype(const ps_panel *panel, const ps_evidence *e, const ps_evidence *normal,
                           const background *bg, const codon_sum *s, int hap, ras_list *list) {
    const ps_codon *codon = &panel->codons[s->row->codon];
    uint64_t counted = 0;
    for (size_t i = 0; i < s->n_rows; i++)
        counted += s->row[i].hap == hap && s->row[i].quality >= quality_cuts[s->cut] ? s->row[i].n : 0;
    double errors = errors_of(panel, bg, s, s->cut, hap);
    uint64_t needed = ras_needed(&panel->limits, errors, alpha_of(&panel->limits, codon));
    if (!worth_reporting(&panel->limits, counted, needed, errors))
        return;
    char ref[4], alt[4], change[4];
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
        change[k - first] = minus ? ps_complement(alt[2 - k]) : alt[k];
    change[last - first + 1] = '\0';
    int32_t beg0 = codon->pos0[minus ? 2 - first : first], end0 = codon->pos0[minus ? 2 - last : last] + 1;
    if (end0 - beg0 != last - first + 1) /* the change straddles an intron: one genomic record cannot say it */
        return;
    ps_ras_variant *v = ras_variant_at(panel, list, panel->loci[codon->locus].contig, beg0, end0, change);
    if (!v)
        return;
    fill_variant(panel, e, normal, v, counted, needed);
    double floor = fmax(panel->limits.ras_background_floor, errors / fmax(1, (double)s->depth_at[s->cut]) / 10);
    v->lod = log_odds(s, hap, fmin(0.3, floor));
}

static void call_indels(const ps_panel *panel, const ps_evidence *e, const ps_evidence *normal, const background *bg,
                        ras_list *list) {
    for (size_t i = 0; i < e->n_indel; i++) {
        const ps_indel_count *indel = &e->indel[i];
        uint64_t n = indel->n[0] + indel->n[1];
        double errors = indel->depth * bg->indel;
        uint64_t needed = ras_needed(&panel->limits, errors, panel->limits.ras_alpha_other);
        if (!worth_reporting(&panel->limits, n, needed, errors))
            continue;
        ps_ras_variant *v =
            ras_variant_at(panel, list, panel->loci[indel->locus].contig, indel->beg0, indel->end0, indel->alt);
        if (!v)
            continue;
        fill_variant(panel, e, normal, v, n, needed);
        double f = fmin(v->vaf, 0.999);
        v->lod = (double)n * log10(fmax(f, bg->indel) / bg->indel) +
                 (double)(indel->depth - n) * log10((1 - f) / (1 - bg->indel));
    }
}

void ras_from_reads(const ps_panel *panel, const ps_evidence *reads, const ps_evidence *normal, ras_list *list,
                    ps_ras_codon *codons) {
    background bg;
    measure_background(panel, reads, &bg);
    for (int i = 0; i < panel->n_codons; i++)
        codons[i] = (ps_ras_codon){.depth = 0, .lod95 = NAN, .source = (uint8_t)reads->role};
    for (size_t i = 0; i < reads->n_codon;) {
        codon_sum s;
        sum_codon(reads, i, &s);
        int id = reads->codon[i].codon;
        i += s.n_rows;
        codons[id].depth = (int64_t)s.depth;
        codons[id].lod95 = ps_round6(choose_cut(panel, &bg, &s));
        for (int hap = 0; hap < PS_HAP_INDEL; hap++)
            if (s.carriers[hap] && hap != panel->codons[id].ref)
                call_haplotype(panel, reads, normal, &bg, &s, hap, list);
    }
    call_indels(panel, reads, normal, &bg, list);
}
