/* variants.c - rows of the RAS call: a change in VCF form, and the fragments at its place. */
#include "ras.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

static char *reference_text(const ps_panel *panel, int contig, int32_t beg0, int32_t end0) {
    char *text = ps_alloc((size_t)(end0 - beg0) + 1, 1);
    for (int32_t p = beg0; p < end0; p++)
        text[p - beg0] = ps_panel_base(panel, contig, p);
    return text;
}

static ps_ras_variant *find_variant(const ras_list *list, int contig, int32_t pos1, const char *ref,
                                    const char *alt) {
    for (size_t i = 0; i < list->n; i++)
        if (list->row[i].contig == contig && list->row[i].pos1 == pos1 && !strcmp(list->row[i].ref, ref) &&
            !strcmp(list->row[i].alt, alt))
            return &list->row[i];
    return NULL;
}

static void set_unknown(ps_ras_variant *v) {
    v->best.vaf = v->best.vaf_low = v->best.vaf_high = v->best.lod = v->best.p_errors = NAN;
    v->best.depth = v->best.alt_depth = -1;
    v->best.ref_side[0] = v->best.ref_side[1] = v->best.alt_side[0] = v->best.alt_side[1] = -1;
    for (int i = 0; i < PS_N_INPUTS; i++)
        v->source_depth[i] = v->source_alt[i] = -1;
}

ps_ras_variant *ras_variant_at(const ps_panel *panel, ras_list *list, int contig, int32_t beg0, int32_t end0,
                               const char *alt) {
    ps_ras_variant v = {.contig = contig};
    char *text = ps_strdup(alt);
    ps_left_align(panel, contig, &beg0, &end0, text);
    if (ps_effect_of(panel, contig, beg0, end0, text, &v.effect) != 0) {
        free(text);
        return NULL;
    }
    int anchored = beg0 == end0 || !*text; /* VCF writes an indel with the base before it */
    v.beg0 = beg0;
    v.end0 = end0;
    v.pos1 = anchored ? beg0 : beg0 + 1;
    v.ref = reference_text(panel, contig, anchored ? beg0 - 1 : beg0, end0);
    v.alt = anchored ? ps_format("%c%s", v.ref[0], text) : ps_strdup(text);
    free(text);
    ps_ras_variant *known = find_variant(list, contig, v.pos1, v.ref, v.alt);
    if (known) {
        free(v.ref);
        free(v.alt);
        return known;
    }
    v.context = panel->genes[v.effect.gene].role != PS_ROLE_RAS || !strcmp(panel->genes[v.effect.gene].name, "HRAS");
    set_unknown(&v);
    PS_GROW(list->row, list->n, list->capacity);
    list->row[list->n] = v;
    return &list->row[list->n++];
}

void ras_free_list(ras_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        free(list->row[i].ref);
        free(list->row[i].alt);
        free(list->row[i].vcf_filter);
    }
    free(list->row);
}

/* ---- counting a given change ----------------------------------------------------------------------------------- */

int ras_codon_over(const ps_panel *panel, int contig, int32_t beg0, int32_t end0) {
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *c = &panel->codons[i];
        int inside = 0;
        for (int k = 0; k < 3; k++)
            inside += c->pos0[k] >= beg0 && c->pos0[k] < end0;
        if (inside && inside == end0 - beg0 && panel->loci[c->locus].contig == contig)
            return i;
    }
    return -1;
}

/* The haplotype of a codon with the bases from beg0 on replaced by `alt`, or -1. */
static int haplotype_with(const ps_panel *panel, int codon_id, int32_t beg0, const char *alt) {
    const ps_codon *c = &panel->codons[codon_id];
    int minus = panel->genes[c->gene].strand == '-';
    char bases[4];
    ps_codon_bases(c->ref, bases);
    for (int k = 0; k < 3; k++) {
        int32_t offset = c->pos0[k] - beg0;
        if (offset >= 0 && offset < (int32_t)strlen(alt))
            bases[k] = minus ? ps_complement(alt[offset]) : alt[offset];
    }
    return ps_codon_code(bases);
}

static void sum_sides(const ps_read_evidence *reads, int codon, int hap, int ref, int64_t *depth, int64_t alt_side[2],
                      int64_t ref_side[2]) {
    for (size_t i = 0; i < reads->codons.n_codon; i++) {
        const ps_codon_count *c = &reads->codons.codon[i];
        if (c->codon != codon)
            continue;
        *depth += c->n;
        if (c->hap == hap)
            alt_side[c->side] += c->n;
        else if (c->hap == ref)
            ref_side[c->side] += c->n;
    }
}

const char *ras_change_text(const ps_ras_variant *v) {
    return v->alt + (v->pos1 == v->beg0);
}

int ras_is_chain(const ps_allele_count *allele) {
    return (int32_t)strlen(allele->alt) == allele->end0 - allele->beg0;
}

ps_normal_answer ras_ask_normal(const ps_panel *panel, const ps_read_evidence *normal, const ps_ras_variant *v) {
    int64_t depth = 0, alt = 0, alt_side[2], ref_side[2];
    if (!normal || !normal->given || !ras_count(panel, normal, v, &depth, &alt, alt_side, ref_side))
        return PS_NORMAL_TOO_SHALLOW;
    return ps_ask_normal(&panel->limits, (ps_allele_depth){depth, alt},
                         (ps_allele_depth){v->best.depth, v->best.alt_depth});
}

int ras_in_normal(const ps_panel *panel, const ps_read_evidence *normal, const ps_ras_variant *v) {
    return ras_ask_normal(panel, normal, v) == PS_NORMAL_GERMLINE;
}

static int count_haplotype(const ps_panel *panel, const ps_read_evidence *reads, const ps_ras_variant *v,
                           int64_t *depth, int64_t alt_side[2], int64_t ref_side[2]) {
    const char *change = ras_change_text(v);
    int same_length = (int32_t)strlen(change) == v->end0 - v->beg0;
    int codon = same_length ? ras_codon_over(panel, v->contig, v->beg0, v->end0) : -1;
    int hap = codon < 0 ? -1 : haplotype_with(panel, codon, v->beg0, change);
    if (hap < 0)
        return 0;
    sum_sides(reads, codon, hap, panel->codons[codon].ref, depth, alt_side, ref_side);
    return 1;
}

/* A change that is no codon haplotype: counted as an allele; where no fragment carries it, the depth is its first
 * codon's. */
static int count_allele(const ps_panel *panel, const ps_read_evidence *reads, const ps_ras_variant *v, int64_t *depth,
                        int64_t alt_side[2], int64_t ref_side[2]) {
    int codon = -1;
    for (int32_t p = v->beg0 == v->end0 ? v->beg0 - 1 : v->beg0; codon < 0 && p <= v->end0; p++)
        codon = ras_codon_over(panel, v->contig, p, p + 1);
    if (codon < 0)
        return 0;
    const char *change = ras_change_text(v);
    sum_sides(reads, codon, -1, panel->codons[codon].ref, depth, alt_side, ref_side);
    for (size_t i = 0; i < reads->codons.n_allele; i++) {
        const ps_allele_count *n = &reads->codons.allele[i];
        if (n->beg0 != v->beg0 || n->end0 != v->end0 || strcmp(n->alt, change) != 0 ||
            panel->loci[n->locus].contig != v->contig)
            continue;
        alt_side[0] = n->n[0];
        alt_side[1] = n->n[1];
        *depth = n->depth;
    }
    return 1;
}

int ras_count(const ps_panel *panel, const ps_read_evidence *reads, const ps_ras_variant *v, int64_t *depth,
              int64_t *alt, int64_t alt_side[2], int64_t ref_side[2]) {
    *depth = alt_side[0] = alt_side[1] = ref_side[0] = ref_side[1] = 0;
    int known = count_haplotype(panel, reads, v, depth, alt_side, ref_side) ||
                count_allele(panel, reads, v, depth, alt_side, ref_side);
    *alt = alt_side[0] + alt_side[1];
    return known;
}

/* ---- small things that the files of this folder share ---------------------------------------------------------- */

int ras_activates(const ps_effect *effect) {
    return effect->tier == PS_TIER_HOTSPOT || effect->tier == PS_TIER_LIKELY;
}

/* The lod95 that a wild type needs: the panel's limit, and with a known purity no more than a clonal heterozygous
 * mutation would show (half of the tumour's share). */
double ras_limit(const ps_case *c) {
    double limit = c->panel->limits.ras_lod95_limit;
    return isnan(c->purity) ? limit : fmin(limit, c->purity / 2);
}

void ras_note(ps_ras_call *call, int warns, const char *format, ...) {
    enum { MOST = 50 };
    char text[300];
    va_list args;
    if (call->n_notes > MOST)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (call->n_notes == MOST) /* a damaged or hostile file */
        snprintf(text, sizeof text, "there are more such notes: only the first %d are shown", MOST);
    call->note = ps_resize(call->note, call->n_notes + 1, sizeof *call->note);
    call->note[call->n_notes++] = (ps_ras_note){warns, ps_strdup(text)};
}

ps_ras_codon ras_unseen(int64_t depth, ps_input_role source) {
    return (ps_ras_codon){.depth = depth, .lod95 = NAN, .lod95_of = {NAN, NAN, NAN}, .source = (uint8_t)source};
}
