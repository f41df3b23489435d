/* vcf.c - RAS variants that another caller has called.
 *
 * What the file says is taken from the field it says it in, never improved. A row with genotype 0/0, no supporting
 * read or VAF 0 (hotspot lists of Ion Torrent) is a negative row. A position that is absent says nothing; a hom-ref
 * block says how deep the caller looked.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"
#include "cis.h"
#include "score.h"
#include "constants.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* VAF: below which a caller of germline genotypes writes a hom-ref block over it (derived: at 400 fragments bcftools
 * calls 20 % and passes over 15 %; an allele of a diploid is half) */
static const double ras_germline_blocks_vaf = 0.2;
/* errors per base: of a hom-ref block of a VCF (assumption: a hom-ref block gives no qualities: as of Q30 bases) */
static const double ras_block_error = 1e-3;
/* VAF: from which a 0/0 row of a VCF with reads is remarked (assumption: a caller's 0/0 below it needs no remark) */
static const double ras_quiet_vaf = 0.01;

static int is_carried(const ps_variant *v) {
    if (v->genotype == 0 || v->alt_depth == 0 || v->vaf == 0)
        return 0;
    return 1;
}

/* A caller that reports a place as 0/0 although reads carry the change has its reasons; the reader should know. */
static void note_quiet(const ps_case *c, const ps_variant *v, ps_ras_call *call) {
    ps_effect e;
    if (v->genotype != 0 || (double)v->alt_depth < c->panel->limits.ras_min_alt || v->vaf < ras_quiet_vaf ||
        ps_effect_of(c->panel, v->contig, v->beg0, v->end0, v->alt, &e) != 0)
        return;
    ras_note(call, 1,
             "%s %.60s has genotype 0/0 in the VCF, but %lld of its %lld read%s with the change: taken as absent",
             c->panel->genes[e.gene].name, e.hgvs_c, (long long)v->alt_depth, (long long)v->depth, ps_s(v->depth));
}

/* Of two rows of one change the passing one counts, then the one with more reads. */
static int is_better(const ps_variant *in, const ps_ras_variant *known) {
    int passes = known->best.filter == PS_FILTER_PASS;
    return in->filter_pass != passes ? in->filter_pass : in->alt_depth > known->best.alt_depth;
}

/* The same of the depths, and the VAF if any, that a VCF gave. */
static void number_listed(ps_ras_variant *v) {
    v->best.vaf_low = v->best.vaf_high = NAN;
    if (v->best.depth <= 0 || v->best.alt_depth < 0 || v->best.alt_depth > v->best.depth)
        return;
    if (isnan(v->best.vaf))
        v->best.vaf = (double)v->best.alt_depth / (double)v->best.depth;
    ps_proportion_interval((uint64_t)v->best.alt_depth, (uint64_t)v->best.depth, &v->best.vaf_low, &v->best.vaf_high);
    /* A caller's own VAF may count other reads than its AD: the interval still has to hold it. */
    v->best.vaf_low = fmin(v->best.vaf_low, v->best.vaf);
    v->best.vaf_high = fmax(v->best.vaf_high, v->best.vaf);
}

static void add_variant(const ps_panel *panel, const ps_variant *in, ras_list *list) {
    size_t before = list->n;
    ps_ras_variant *v = ras_variant_at(panel, list, in->contig, in->beg0, in->end0, in->alt);
    if (!v || (list->n == before && !is_better(in, v)))
        return;
    free(v->vcf_filter);
    v->best.filter = !in->filter_pass ? PS_FILTER_VCF : in->in_normal ? PS_FILTER_GERMLINE : PS_FILTER_PASS;
    v->vcf_filter = ps_strdup(in->filter);
    v->best.depth = in->depth;
    v->best.alt_depth = in->alt_depth;
    v->best.vaf = in->vaf;
    number_listed(v);
}

/* The caller may not have seen the normal that was given here: the rule is that of calls from reads. */
static void filter_germline(const ps_case *c, ras_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        ps_ras_variant *v = &list->row[i];
        if (v->best.filter == PS_FILTER_PASS && ras_in_normal(c->panel, c->reads[PS_INPUT_NORMAL], v))
            v->best.filter = PS_FILTER_GERMLINE;
    }
}

static void add_variants(const ps_case *c, ras_list *list, ps_ras_call *call) {
    const ps_variants *vcf = c->vcf;
    const ps_variant **carried = ps_alloc(vcf->n_variants + 1, sizeof *carried);
    cis_rows rows;
    size_t n = 0;
    for (size_t i = 0; i < vcf->n_variants; i++)
        if (is_carried(&vcf->variant[i]))
            carried[n++] = &vcf->variant[i];
        else
            note_quiet(c, &vcf->variant[i], call);
    ras_join_cis(c, carried, n, &rows, call);
    for (size_t i = 0; i < rows.n; i++)
        add_variant(c->panel, &rows.row[i], list);
    filter_germline(c, list);
    ras_free_cis(&rows);
    free(carried);
}

static int64_t block_depth(const ps_variants *vcf, int contig, int32_t pos0) {
    int64_t depth = -1;
    for (size_t i = 0; i < vcf->n_blocks; i++)
        if (vcf->block[i].contig == contig && vcf->block[i].beg0 <= pos0 && pos0 < vcf->block[i].end0 &&
            vcf->block[i].depth > depth)
            depth = vcf->block[i].depth;
    return depth;
}

static int64_t codon_depth(const ps_case *c, const ps_codon *codon) {
    int64_t depth = INT64_MAX;
    for (int k = 0; k < 3; k++) {
        int64_t here = block_depth(c->vcf, c->panel->loci[codon->locus].contig, codon->pos0[k]);
        depth = here < depth ? here : depth;
    }
    return depth;
}

static int lies_over(const ps_case *c, const ps_codon *codon, int contig, int32_t beg0, int32_t end0) {
    int over = 0;
    for (int k = 0; k < 3; k++)
        over |= codon->pos0[k] >= beg0 && codon->pos0[k] < end0;
    return over && c->panel->loci[codon->locus].contig == contig;
}

/* Reads beyond errors: as many as a call takes, and of a VAF that may lie above the limit. Unknown counts may be
 * real. */
static int may_be_real(const ps_case *c, int64_t depth, int64_t alt) {
    double low, high;
    if (alt < 0 || depth < alt)
        return 1;
    ps_proportion_interval((uint64_t)alt, (uint64_t)depth, &low, &high);
    return (double)alt >= c->panel->limits.ras_min_alt && high > ras_limit(c);
}

/* An activating change that the VCF lists and does not call. */
static int is_open_change(const ps_case *c, const ps_variant *v) {
    ps_effect e;
    int refused = v->genotype == 0 ? v->alt_depth > 0 : !v->filter_pass;
    return refused && may_be_real(c, v->depth, v->alt_depth) &&
           ps_effect_of(c->panel, v->contig, v->beg0, v->end0, v->alt, &e) == 0 && ras_activates(&e);
}

int ras_unclear(const ps_case *c, int codon_id, char *text, size_t size) {
    const ps_codon *codon = &c->panel->codons[codon_id];
    if (codon_depth(c, codon) <= 0)
        return 0;
    for (size_t i = 0; i < c->vcf->n_unclear; i++) {
        const ps_vcf_unclear *d = &c->vcf->unclear[i];
        if (!lies_over(c, codon, d->contig, d->beg0, d->end0) || !may_be_real(c, d->depth, d->alt_depth))
            continue;
        snprintf(text, size, "%s", d->text);
        return 1;
    }
    for (size_t i = 0; i < c->vcf->n_variants; i++) {
        const ps_variant *v = &c->vcf->variant[i];
        if (!lies_over(c, codon, v->contig, v->beg0, v->end0 + (v->beg0 == v->end0)) || !is_open_change(c, v))
            continue;
        snprintf(text, size, "%s:%d >%.20s, filter %.40s, %lld of %lld read%s",
                 c->panel->contigs[v->contig].name[PS_STYLE_UCSC], (int)v->beg0 + 1, v->alt, v->filter,
                 (long long)v->alt_depth, (long long)v->depth, ps_s(v->depth));
        return 1;
    }
    return 0;
}

/* What the file's hom-ref stretches cannot show whatever their depth; NaN: they show nothing. */
static double blocks_floor(const ps_case *c) {
    if (c->vcf->blocks == PS_BLOCKS_GERMLINE)
        return ras_germline_blocks_vaf;
    return c->vcf->blocks == PS_BLOCKS_SOMATIC ? c->vcf->blocks_min_vaf : NAN;
}

/* lod95 of `depth` reads of unknown qualities: of three alternatives one. NaN: too shallow for any. */
static double depth_lod95(const ps_limits *l, int64_t depth) {
    score_bins bins = score_start((uint64_t)depth);
    score_add(&bins, ras_block_error / 3, 0, (double)depth);
    score_law law = {.shape = ras_background_shape};
    int threshold = score_threshold(&bins, l->ras_alpha_hotspot, &law, (int)l->ras_min_alt);
    return score_lod95(&bins, threshold);
}

static void note_blocks(const ps_case *c, ps_ras_call *call) {
    const ps_variants *vcf = c->vcf;
    if (vcf->blocks == PS_BLOCKS_GERMLINE)
        ras_note(call, 1, "hom-ref blocks are of %.60s, which calls germline genotypes: they exclude no VAF under %g",
                 vcf->caller, ras_germline_blocks_vaf);
    else if (vcf->blocks == PS_BLOCKS_SOMATIC)
        ras_note(call, 0, "hom-ref blocks are of %.60s: they exclude no VAF under %g", vcf->caller,
                 vcf->blocks_min_vaf);
    else if (vcf->caller)
        ras_note(call, 1, "hom-ref blocks of %.60s prove no wild type: its manual states no VAF that they exclude",
                 vcf->caller);
    else
        ras_note(
            call, 1,
            "hom-ref blocks prove no wild type: the header names no caller that is known to look for mutations of "
            "low VAF");
}

void ras_from_vcf(const ps_case *c, ras_list *list, ps_ras_codon *codons, ps_ras_call *call) {
    const ps_panel *panel = c->panel;
    int rests = 0;
    double floor = blocks_floor(c);
    add_variants(c, list, call);
    for (int i = 0; i < panel->n_codons; i++) {
        int64_t depth = codon_depth(c, &panel->codons[i]);
        char text[200];
        codons[i] = ras_unseen(depth, PS_INPUT_VCF);
        if (depth <= 0 || ras_unclear(c, i, text, sizeof text))
            continue;
        double lod95 = isnan(floor) ? NAN : depth_lod95(&panel->limits, depth);
        codons[i].lod95 = isnan(lod95) ? NAN : ps_round6(fmax(lod95, floor));
        rests += panel->codons[i].required;
    }
    if (rests)
        note_blocks(c, call);
}
