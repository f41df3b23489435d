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
#include "errors.h"
#include "indels.h"
#include "ras.h"
#include "constants.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* two-sided p of orientation bias below which a candidate is filtered (assumption) */
static const double ras_strand_p = 1e-5;
/* errors per fragment: of a change across codons (assumption: cautious; changes across codons are rarer still) */
static const double ras_chain_error = 1e-6;
/* fraction of the VAF: the interval of a change of more than one base allows for (assumption: bias of aligners to the
 * reference, about what simulated reads show) */
static const double ras_misplaced = 0.03;
/* fraction of the reference's share below which a variant avoids a side (assumption: effect size, so that depth alone
 * filters nothing) */
static const double ras_avoid_share = 0.2;
/* fold: as many fragments with an indel beside a variant: refused (assumption: a few reads end in the indel and are
 * aligned straight through) */
static const double ras_near_indel_ratio = 5;
/* fraction of fragments: of a called larger change that may show a part of it alone (assumption: reads that end
 * between the codons of a larger change show a part of it) */
static const double ras_part_share = 0.15;

typedef struct caller { /* one read input */
    const ps_panel *panel;
    const ps_read_evidence *reads, *normal;
    ras_errors errors;
    ras_indels indels;
    ras_list *list;
    uint32_t *claimed; /* [codon][hap] fragments whose change is part of a larger one that is called */
} caller;

/* ---- what a codon could have shown ----------------------------------------------------------------------------- */

static double alpha_of(const ps_limits *l, const ps_codon *codon) {
    return codon->hotspot ? l->ras_alpha_hotspot : l->ras_alpha_other;
}

static double lod95_of_hap(const caller *c, const ras_counts *p, int hap) {
    ras_expected expected = ras_expect(c->panel, &c->errors, p, hap);
    score_bins bins = ras_bins(&c->errors, p, &expected);
    score_law law = ras_law(&c->errors, c->panel, p->codon, hap);
    int threshold =
        score_threshold(&bins, alpha_of(&c->panel->limits, p->codon), &law, (int)c->panel->limits.ras_min_alt);
    return score_lod95(&bins, threshold);
}

/* The alternatives of one base whose errors are most frequent, that damage makes or that normals know: what these
 * could not hide, the others could not. NaN when one of them could never be shown. */
static double lod95_of_base(const caller *c, const ras_counts *p, int base) {
    double worst_rate = -1, highest = 0;
    int shift = 4 - 2 * base, worst = -1;
    for (int to = 0; to < 4; to++) {
        int hap = (p->codon->ref & ~(3 << shift)) | to << shift;
        if (hap == p->codon->ref)
            continue;
        ras_expected x = ras_expect(c->panel, &c->errors, p, hap);
        double rate = c->errors.excess[0][x.what.from][x.what.to] + c->errors.excess[1][x.what.from][x.what.to] +
                      x.from_others[0] + x.from_others[1];
        if (rate > worst_rate) {
            worst_rate = rate;
            worst = hap;
        }
        if (c->errors.reference || c->errors.damage[ras_pair_of(x.what.from, x.what.to)].n) {
            double lod = lod95_of_hap(c, p, hap);
            highest = isnan(lod) || isnan(highest) ? NAN : fmax(highest, lod);
        }
    }
    double lod = lod95_of_hap(c, p, worst);
    return isnan(lod) || isnan(highest) ? NAN : fmax(highest, lod);
}

static double lod95_of_substitutions(const caller *c, const ras_counts *p) {
    double highest = 0;
    for (int base = 0; base < 3; base++) {
        double lod = lod95_of_base(c, p, base);
        if (isnan(lod))
            return NAN;
        highest = fmax(highest, lod);
    }
    return fmin(1, highest / ras_substitution_recognised(&c->indels));
}

/* An insertion of one codon needs the longest reach of the usual in-frame indels. NaN: too few fragments reach so
 * far. */
static double lod95_of_indels(const caller *c, const ras_counts *p) {
    const ps_limits *l = &c->panel->limits;
    int32_t id = (int32_t)(p->codon - c->panel->codons);
    double depth = ps_codons_indel_depth(&c->reads->codons, id, 0, 3), error = ras_inframe_error(&c->indels);
    score_bins bins = score_start((uint64_t)depth);
    score_law law = {.shape = ras_background_shape};
    score_add(&bins, error, 0, depth);
    double lod = score_lod95(&bins, score_threshold(&bins, alpha_of(l, p->codon), &law, (int)l->ras_min_alt));

    return isnan(lod) ? NAN : fmin(1, lod * (1 + ras_misplaced) / ras_indel_recognised(&c->indels));
}

/* By kind where mutations of that kind are known to activate: at hotspots; lod95 is the worst. */
static void fill_lod95(const caller *c, const ras_counts *p, ps_ras_codon *codon) {
    double *of = codon->lod95_of;
    of[PS_CHANGE_SUBSTITUTION] = lod95_of_substitutions(c, p);
    int first_two = p->codon->ref ^ 5 << 2; /* each of two bases replaced by another */
    of[PS_CHANGE_MULTI_BASE] = p->codon->hotspot ? lod95_of_hap(c, p, first_two) : NAN;
    int has_reach = p->codon->hotspot && c->reads->codons.n_reach;
    of[PS_CHANGE_INDEL] = has_reach ? lod95_of_indels(c, p) : NAN;
    double worst = of[PS_CHANGE_SUBSTITUTION];
    for (int k = PS_CHANGE_MULTI_BASE; k < PS_N_CHANGES; k++) {
        int wanted = k == PS_CHANGE_INDEL ? has_reach : p->codon->hotspot;
        worst = !wanted ? worst : isnan(worst) || isnan(of[k]) ? NAN : fmax(worst, of[k]);
    }
    codon->lod95 = ps_round6(worst);
    for (int k = 0; k < PS_N_CHANGES; k++)
        of[k] = ps_round6(of[k]);
}

static void fill_library(const ras_errors *errors, ps_ras_library *library) {
    enum { FEWEST = 10 }; /* stated mismatches that give a ratio */
    *library = (ps_ras_library){.given = 1, .spread = ps_round6(errors->spread)};
    library->quality_ratio = errors->stated >= FEWEST ? ps_round6(errors->seen / errors->stated) : NAN;
    library->error_stated = ps_round6(errors->stated_rate);
    library->error_seen = ps_round6(errors->seen_rate);
    for (int pair = 0; pair < RAS_PAIRS; pair++)
        if (errors->damage[pair].n > library->damaged) {
            library->damaged = errors->damage[pair].n;
            library->damaged_vaf = ps_round6(errors->damage[pair].highest);
            library->damaged_pair = ras_pair_name(pair);
        }
}

/* ---- filters --------------------------------------------------------------------------------------------------- */

/* Do the variant's fragments avoid what the reference's do not (one orientation, the inside of reads)?  `alt_good` of
 * n_alt against ref_good of n_ref: binomial, with an effect size so that depth alone filters nothing. */
static int avoids(double alt_good, double n_alt, double ref_good, double n_ref) {
    if (n_alt <= 0 || n_ref <= 0)
        return 0;
    double share = (ref_good + 0.5) / (n_ref + 1);
    if (alt_good >= ras_avoid_share * share * n_alt)
        return 0;
    return 1 - ps_binomial_upper((uint64_t)alt_good + 1, (uint64_t)n_alt, share) < ras_strand_p;
}

static int is_one_sided(const int64_t alt[2], const int64_t ref[2]) {
    double n_alt = (double)(alt[0] + alt[1]), n_ref = (double)(ref[0] + ref[1]);
    return avoids((double)alt[0], n_alt, (double)ref[0], n_ref) ||
           avoids((double)alt[1], n_alt, (double)ref[1], n_ref);
}

/* A few mismatches within an indel's length of it, where more fragments show the indel itself. */
static int is_near_indel(const caller *c, const ps_ras_variant *v) {
    for (size_t i = 0; i < c->reads->codons.n_allele; i++) {
        const ps_allele_count *a = &c->reads->codons.allele[i];
        int32_t inserted = (int32_t)strlen(a->alt), deleted = a->end0 - a->beg0;
        int32_t reach = (int32_t)c->panel->limits.ras_end_bases + (inserted > deleted ? inserted : deleted);
        if (inserted != deleted && c->panel->loci[a->locus].contig == v->contig && v->beg0 < a->end0 + reach &&
            v->end0 > a->beg0 - reach && ras_near_indel_ratio * (double)v->best.alt_depth < (double)a->n[0] + a->n[1])
            return 1;
    }
    return 0;
}

typedef struct support { /* fragments with and without the variant, by their flags */
    double alt, alt_end, alt_clutter, other, other_end, other_clutter;
} support;

int ras_number(const ps_panel *panel, const ps_read_evidence *reads, ps_ras_variant *v) {
    int known = ras_count(panel, reads, v, &v->best.depth, &v->best.alt_depth, v->best.alt_side, v->best.ref_side);
    v->best.vaf = v->best.depth > 0 ? (double)v->best.alt_depth / (double)v->best.depth : NAN;
    ps_proportion_interval((uint64_t)v->best.alt_depth, (uint64_t)v->best.depth, &v->best.vaf_low, &v->best.vaf_high);
    if (v->end0 - v->beg0 != 1 ||
        strlen(ras_change_text(v)) != 1) { /* aligners clip or misplace some of these near read ends */
        v->best.vaf_low *= 1 - ras_misplaced;
        v->best.vaf_high = fmin(1, v->best.vaf_high * (1 + ras_misplaced));
    }
    return known;
}

static void fill_variant(const caller *c, ps_ras_variant *v, const support *s, int is_enough, int is_damage) {
    ras_number(c->panel, c->reads, v);
    v->best.filter = is_damage                                                                ? PS_FILTER_DAMAGE
                     : !is_enough                                                             ? PS_FILTER_LOW_EVIDENCE
                     : is_one_sided(v->best.alt_side, v->best.ref_side)                       ? PS_FILTER_ORIENTATION
                     : avoids(s->alt - s->alt_end, s->alt, s->other - s->other_end, s->other) ? PS_FILTER_READ_END
                     : avoids(s->alt - s->alt_clutter, s->alt, s->other - s->other_clutter, s->other)
                         ? PS_FILTER_CLUTTER
                     : is_near_indel(c, v)                   ? PS_FILTER_NEAR_INDEL
                     : ras_in_normal(c->panel, c->normal, v) ? PS_FILTER_GERMLINE
                                                             : PS_FILTER_PASS;
}

static support support_of(const ras_counts *p, int hap) {
    support s = {0};
    for (size_t i = 0; i < p->n_rows; i++) {
        const ps_codon_count *row = &p->row[i];
        *(row->hap == hap ? &s.alt : &s.other) += row->n;
        if (row->flags & PS_FLAG_READ_END)
            *(row->hap == hap ? &s.alt_end : &s.other_end) += row->n;
        if (row->flags & PS_FLAG_CLUTTER)
            *(row->hap == hap ? &s.alt_clutter : &s.other_clutter) += row->n;
    }
    return s;
}

/* ---- haplotypes ------------------------------------------------------------------------------------------------ */

/* Of no quality a base is one of four by chance: no error is more likely. */
static double likely_error(double error) {
    return fmin(error, 0.25);
}

/* log10 odds of "this haplotype at its VAF" against "errors only", fragment by fragment. */
static double log_odds(const caller *c, const ras_counts *p, int hap, const ras_expected *x) {
    double f = (double)p->carriers[hap] / (double)p->depth, sum = 0, others[2][RAS_QUALITIES];
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < RAS_QUALITIES; q++)
            others[side][q] = p->by_quality[x->what.base][side][q];
    for (size_t i = 0; i < p->n_rows; i++) {
        const ps_codon_count *row = &p->row[i];
        if (row->hap != hap)
            continue;
        double e = likely_error(ras_expected_rate(&c->errors, x, row->side, row->quality));
        sum += row->n * log10(((1 - f) * e + f * (1 - 3 * e)) / e);
        others[row->side][row->quality] = fmax(0, others[row->side][row->quality] - row->n);
    }
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < RAS_QUALITIES; q++) {
            double e = likely_error(ras_expected_rate(&c->errors, x, side, q));
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

/* Would it be called if no site of its substitution were damaged? */
static int beats_errors(const ps_limits *l, double alpha, const score_bins *bins, const score_law *law,
                        double score) {
    score_law undamaged = *law;
    return score_law_thin(&undamaged, 0) && score >= score_threshold(bins, alpha, &undamaged, (int)l->ras_min_alt);
}

/* Returns 1 when the haplotype is called but cannot be written as one change: the codon is then not wild type either.
 */
static int call_haplotype(const caller *c, const ras_counts *p, int hap) {
    const ps_limits *l = &c->panel->limits;
    uint64_t claimed = c->claimed[(size_t)(p->codon - c->panel->codons) * PS_N_HAPS + (size_t)hap];
    /* Fragments that end between the codons of a larger change show one part of it only. No variant is one fragment.
     */
    if (p->carriers[hap] < 2 + claimed || (double)(p->carriers[hap] - claimed) < ras_part_share * (double)claimed)
        return 0;
    ras_expected x = ras_expect(c->panel, &c->errors, p, hap);
    score_bins bins = ras_bins(&c->errors, p, &x);
    score_law law = ras_law(&c->errors, c->panel, p->codon, hap);
    double score = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        if (p->row[i].hap == hap)
            score += (double)p->row[i].n *
                     score_weight(&bins, ras_expected_rate(&c->errors, &x, p->row[i].side, p->row[i].quality));
    score *= (double)(p->carriers[hap] - claimed) / (double)p->carriers[hap];
    if (score_is_usual(&bins, &law, (int)score, ras_refused_p)) /* spares the measured law */
        return 0;
    int threshold = score_threshold(&bins, alpha_of(l, p->codon), &law, (int)l->ras_min_alt);
    /* A refused candidate is worth a line when errors alone would rarely have made it. */
    int is_damage = score < threshold && beats_errors(l, alpha_of(l, p->codon), &bins, &law, score);
    double p_errors = score < threshold ? score_tail(&bins, &law, (int)score) : 0;
    if (p_errors >= ras_refused_p && !is_damage)
        return 0;
    int32_t beg0, end0;
    char text[4];
    if (genomic_change(c->panel, p->codon, hap, &beg0, &end0, text) < 0)
        return score >= threshold;
    ps_ras_variant *v = ras_variant_at(c->panel, c->list, c->panel->loci[p->codon->locus].contig, beg0, end0, text);
    if (!v)
        return 0;
    support s = support_of(p, hap);
    fill_variant(c, v, &s, score >= threshold, is_damage);
    v->best.p_errors = p_errors;
    v->best.lod = log_odds(c, p, hap, &x);
    return 0;
}

/* ---- alleles: indels, and changes across codons ---------------------------------------------------------------- */

/* What one codon of a change across codons shows. */
static int codon_part(const caller *c, int id, const ps_allele_count *allele) {
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
    return hap == codon->ref ? -1 : hap;
}

/* Of a change across codons: by errors in one fragment, and for each of its codons, fragments that carry the rest of
 * it (a passenger SNP, a clonal mutation) times the errors that make this part. */
static double chain_error(const caller *c, const ps_allele_count *allele) {
    enum { MOST = 8 };
    const ps_locus *locus = &c->panel->loci[allele->locus];
    double share[MOST], rate[MOST], sum = ras_chain_error;
    int n = 0;
    for (int id = locus->codon_beg; id < locus->codon_end && n < MOST; id++) {
        int hap = codon_part(c, id, allele);
        ras_counts p;
        if (hap < 0 || !ras_counts_of(c->panel, c->reads, id, &p))
            continue;
        ras_expected x = ras_expect(c->panel, &c->errors, &p, hap);
        score_bins bins = ras_bins(&c->errors, &p, &x);
        double carriers = (double)p.carriers[hap] - allele->n[0] - allele->n[1];
        share[n] = fmax(0, carriers) / (double)p.depth;
        rate[n++] = score_mean_error(&bins);
    }
    for (int i = 0; i < n && n > 1; i++) {
        double rest = 1;
        for (int j = 0; j < n; j++)
            rest = j == i ? rest : fmin(rest, share[j]);
        sum += rest * rate[i];
    }
    return sum;
}

static double allele_error(const caller *c, const ps_allele_count *allele) {
    return ras_is_chain(allele) ? chain_error(c, allele) : ras_indel_error(&c->indels, c->reads, allele);
}

/* Changes across codons differ from site to site as single errors do, as far as they are made by one, and are damage
 * as often as all their parts are; indels' rates are cautious already. */
static score_law allele_law(const caller *c, const ps_allele_count *allele) {
    const ps_locus *locus = &c->panel->loci[allele->locus];
    score_law law = {.shape = ras_background_shape};
    double others = 1;
    for (int id = locus->codon_beg; ras_is_chain(allele) && id < locus->codon_end; id++) {
        int hap = codon_part(c, id, allele);
        if (hap < 0)
            continue;
        others *= law.n ? score_law_extra(&law) : 1;
        law = ras_law(&c->errors, c->panel, &c->panel->codons[id], hap);
    }
    score_law_thin(&law, others);
    return law;
}

/* The parts of a called change across codons belong to it: they are no variants of their own. */
static void claim_parts(caller *c, const ps_allele_count *allele) {
    const ps_locus *locus = &c->panel->loci[allele->locus];
    for (int id = locus->codon_beg; id < locus->codon_end; id++) {
        int hap = codon_part(c, id, allele);
        if (hap >= 0)
            c->claimed[(size_t)id * PS_N_HAPS + (size_t)hap] += allele->n[0] + allele->n[1];
    }
}

/* Its fragments, and those without it at the first codon it touches. */
static support allele_support(const caller *c, const ps_allele_count *allele) {
    support s = {
        .alt = allele->n[0] + allele->n[1], .alt_end = allele->flagged[0], .alt_clutter = allele->flagged[1]};
    int contig = c->panel->loci[allele->locus].contig, id = -1;
    for (int32_t p = allele->beg0 == allele->end0 ? allele->beg0 - 1 : allele->beg0; id < 0 && p <= allele->end0; p++)
        id = ras_codon_over(c->panel, contig, p, p + 1);
    for (size_t i = 0; i < c->reads->codons.n_codon; i++) {
        const ps_codon_count *row = &c->reads->codons.codon[i];
        if (row->codon != id || row->hap == PS_HAP_INDEL)
            continue;
        s.other += row->n;
        s.other_end += row->flags & PS_FLAG_READ_END ? row->n : 0;
        s.other_clutter += row->flags & PS_FLAG_CLUTTER ? row->n : 0;
    }
    return s;
}

static void call_allele(caller *c, const ps_allele_count *allele) {
    const ps_limits *l = &c->panel->limits;
    double n = allele->n[0] + allele->n[1], e = allele_error(c, allele);
    int contig = c->panel->loci[allele->locus].contig;
    if (n < 2)
        return;
    score_bins bins = score_start(allele->depth);
    score_add(&bins, e, e, allele->depth);
    ps_effect effect;
    if (ps_effect_of(c->panel, contig, allele->beg0, allele->end0, allele->alt, &effect) != 0)
        return;
    int hotspot = effect.tier == PS_TIER_HOTSPOT || effect.tier == PS_TIER_LIKELY;
    score_law law = allele_law(c, allele);
    double alpha = hotspot ? l->ras_alpha_hotspot : l->ras_alpha_other, score = n * score_weight(&bins, e);
    int threshold = score_threshold(&bins, alpha, &law, (int)l->ras_min_alt);
    int is_damage = score < threshold && beats_errors(l, alpha, &bins, &law, score);
    double p_errors = score < threshold ? score_tail(&bins, &law, (int)score) : 0;
    if (p_errors >= ras_refused_p && !is_damage)
        return;
    ps_ras_variant *v = ras_variant_at(c->panel, c->list, contig, allele->beg0, allele->end0, allele->alt);
    if (!v)
        return;
    support s = allele_support(c, allele);
    fill_variant(c, v, &s, score >= threshold, is_damage);
    v->best.p_errors = p_errors;
    double f = fmin(n / fmax(n, allele->depth), 0.999);
    v->best.lod = n * log10(fmax(f, e) / e) + (allele->depth - n) * log10((1 - f) / (1 - e));
    if (v->best.filter == PS_FILTER_PASS && ras_is_chain(allele))
        claim_parts(c, allele);
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

/* lod95 is worth its computation where it is reported: the genes that decide, and hotspots of the others. */
static int is_reported(const ps_panel *panel, const ps_codon *codon) {
    const ps_locus *locus = &panel->loci[codon->locus];
    for (int id = locus->codon_beg; id < locus->codon_end; id++)
        if (panel->codons[id].required)
            return 1;
    return codon->hotspot;
}

void ras_from_reads(const ps_panel *panel, const ps_read_evidence *reads, const ps_read_evidence *normal,
                    const ps_error_reference *normal_errors, ras_list *list, ps_ras_codon *codons,
                    ps_ras_library *library) {
    caller c = {.panel = panel, .reads = reads, .normal = normal, .list = list};
    c.claimed = ps_alloc((size_t)panel->n_codons * PS_N_HAPS, sizeof *c.claimed);
    ras_measure_errors(panel, reads, normal_errors, &c.errors);
    ras_measure_indels(panel, reads, ras_error((int)panel->limits.min_base_quality) / 3, &c.indels);
    for (int i = 0; i < panel->n_codons; i++)
        codons[i] = ras_unseen(0, reads->role);
    for (size_t i = 0; i < reads->codons.n_allele; i++)
        call_allele(&c, &reads->codons.allele[i]);
    ras_counts p;
    for (ras_cursor at = {0}; ras_next_counts(panel, reads, &at, &p);) {
        ps_ras_codon *codon = &codons[p.codon - panel->codons];
        codon->depth = (int64_t)p.depth;
        if (is_reported(panel, p.codon))
            fill_lod95(&c, &p, codon);
        for (int hap = 0; hap < PS_HAP_INDEL; hap++)
            if (p.carriers[hap] && hap != p.codon->ref && call_haplotype(&c, &p, hap))
                codon->lod95 = NAN;
    }
    fill_library(&c.errors, library);
    free(c.claimed);
}
