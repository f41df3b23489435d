/* calls.c - the calls of one ID.json. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "counts.h"
#include "read.h"
#include "plasmastrat/alloc.h"

static const double ANY = 1e300;

/* ---- reasons ----------------------------------------------------------------------------------------------------
 */

static ps_reason reason_of(ps_result *result, const char *text) {
    ps_reason reason = {0};
    size_t n = strcspn(text, ":");
    for (int code = 1; code < PS_N_REASONS; code++)
        if (strlen(ps_reason_name((ps_reason_code)code)) == n &&
            !strncmp(text, ps_reason_name((ps_reason_code)code), n))
            reason.code = (ps_reason_code)code;
    char same[640];
    ps_reason_text(&reason, same, sizeof same);
    size_t sentence = strlen(same), length = strlen(text);
    if (length > sentence + 3 && !strncmp(text, same, sentence) && !strncmp(text + sentence, " (", 2) &&
        text[length - 1] == ')' && length - sentence - 3 < sizeof reason.detail) {
        memcpy(reason.detail, text + sentence + 2, length - sentence - 3);
        ps_reason_text(&reason, same, sizeof same);
    }
    if (strcmp(same, text) != 0) { /* cut where the writers' room would cut it, at a whole character */
        ps_append(same, sizeof same - 8, 0, text);
        reason.written = ps_result_keep(result, same);
    }
    return reason;
}

void json_reasons(json_reader *r, const json_t *object, ps_result *result, ps_reasons *reasons) {
    const json_t *array = node_array(r, object, "reasons", PS_MAX_REASONS);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *text = json_array_get(array, i);
        if (!json_is_string(text))
            node_fail(r, "reasons", "element %zu is no text", i);
        else
            reasons->at[reasons->n++] = reason_of(result, json_string_value(text));
    }
}

static unsigned sources_of(json_reader *r, const json_t *object) {
    unsigned sources = 0;
    const json_t *array = node_array(r, object, "sources", PS_N_INPUTS);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *name = json_string_value(json_array_get(array, i));
        int at = name ? node_find(name, ps_input_names, PS_N_INPUTS) : -1;
        if (at < 0)
            node_fail(r, "sources", "element %zu: expected rna, dna, normal or vcf", i);
        else
            sources |= 1u << at;
    }
    return sources;
}

/* ---- RAS --------------------------------------------------------------------------------------------------------
 */

static void copy_text(json_reader *r, const json_t *object, const char *key, char *out, size_t size) {
    const char *text = node_text(r, object, key, 0);
    if (strlen(text) >= size)
        node_fail(r, key, "%zu bytes, expected fewer than %zu", strlen(text), size);
    else
        memcpy(out, text, strlen(text) + 1);
}

static int gene_id(json_reader *r, const json_t *object, const ps_panel *panel) {
    const char *name = node_text(r, object, "gene", 0);
    int gene = ps_panel_gene(panel, name);
    if (gene < 0)
        node_fail(r, "gene", "'%.40s' is no gene of panel %s", name, panel->name);
    return gene < 0 ? 0 : gene;
}

static int contig_id(json_reader *r, const json_t *object, const char *key, const ps_panel *panel) {
    const char *name = node_text(r, object, key, 0);
    int contig = ps_panel_contig(panel, name);
    if (contig < 0)
        node_fail(r, key, "'%.40s' is no contig of panel %s", name, panel->name);
    return contig < 0 ? 0 : contig;
}

static int transcript_id(const ps_panel *panel, int gene, const char *refseq) {
    for (int i = 0; refseq && i < panel->n_transcripts; i++)
        if (panel->transcripts[i].gene == gene && !strcmp(panel->transcripts[i].refseq, refseq))
            return i;
    return -1;
}

/* Codon id by gene, transcript and number. The rows of a file come in the panel's order: `from` is where to look
 * first. */
static int codon_id(const ps_panel *panel, int gene, int transcript, int number, int from) {
    for (int i = 0; i < panel->n_codons; i++) {
        int id = (from + i) % panel->n_codons;
        const ps_codon *c = &panel->codons[id];
        if (c->gene == gene && c->number == number && (transcript < 0 || c->transcript == transcript))
            return id;
    }
    return -1;
}

static void read_effect(json_reader *r, const json_t *o, const ps_panel *panel, ps_effect *e) {
    e->gene = gene_id(r, o, panel);
    e->transcript = transcript_id(panel, e->gene, node_text(r, o, "transcript", 1));
    e->codon = node_has(o, "codon") ? (int)node_integer(r, o, "codon", 1, 1000000) : 0;
    e->codon_id = -1;
    if (e->codon) {
        e->codon_id = codon_id(panel, e->gene, e->transcript, e->codon, 0);
        if (e->codon_id < 0)
            e->codon_id = codon_id(panel, e->gene, -1, e->codon, 0);
    }
    copy_text(r, o, "hgvs_c", e->hgvs_c, sizeof e->hgvs_c);
    copy_text(r, o, "hgvs_p", e->hgvs_p, sizeof e->hgvs_p);
    copy_text(r, o, "protein", e->protein, sizeof e->protein);
    e->tier = (ps_tier)node_enum(r, o, "tier", ps_tier_names, PS_N_TIERS);
}

/* VCF alleles share their first base when one of them is nothing but it (an indel). */
static void read_place(json_reader *r, const json_t *o, const ps_panel *panel, ps_ras_variant *v) {
    const char *ref = node_text(r, o, "ref", 0), *alt = node_text(r, o, "alt", 0);
    v->contig = contig_id(r, o, "chrom", panel);
    v->pos1 = (int32_t)node_integer(r, o, "pos", 1, INT32_MAX - 100000);
    if (!*ref || ref[strspn(ref, "ACGTN")] || strlen(ref) > 10000)
        node_fail(r, "ref", "'%.40s', expected bases", ref);
    if (!*alt || alt[strspn(alt, "ACGTN")] || strlen(alt) > 10000)
        node_fail(r, "alt", "'%.40s', expected bases", alt);
    if (r->failed)
        return;
    int anchored = ref[0] == alt[0] && (!ref[1] || !alt[1]) && strcmp(ref, alt) != 0;
    v->ref = ps_strdup(ref);
    v->alt = ps_strdup(alt);
    v->beg0 = anchored ? v->pos1 : v->pos1 - 1;
    v->end0 = v->pos1 - 1 + (int32_t)strlen(ref);
}

static void read_said(json_reader *r, const json_t *o, ps_ras_said *said, ps_filter *filter) {
    size_t outside = node_enter(r, "alone", -1);
    *filter = (ps_filter)node_enum(r, o, "filter", ps_filter_names, PS_N_FILTERS);
    *said = (ps_ras_said){.given = 1,
                          .vaf = node_real(r, o, "vaf", 0, 1),
                          .vaf_low = node_real(r, o, "vaf_low", 0, 1),
                          .vaf_high = node_real(r, o, "vaf_high", 0, 1),
                          .depth = node_count(r, o, "depth"),
                          .alt_depth = node_count(r, o, "alt_depth"),
                          .lod = node_real(r, o, "lod", -ANY, ANY)};
    said->ref_side[PS_F1R2] = node_count(r, o, "ref_f1r2");
    said->ref_side[PS_F2R1] = node_count(r, o, "ref_f2r1");
    said->alt_side[PS_F1R2] = node_count(r, o, "alt_f1r2");
    said->alt_side[PS_F2R1] = node_count(r, o, "alt_f2r1");
    node_leave(r, outside);
}

static void read_evidence(json_reader *r, const json_t *o, ps_ras_variant *v) {
    const json_t *array = node_array(r, o, "evidence", PS_N_INPUTS);
    for (int s = 0; s < PS_N_INPUTS; s++)
        v->source_depth[s] = v->source_alt[s] = -1;
    for (size_t i = 0; i < json_array_size(array); i++) {
        size_t outside = node_enter(r, "evidence", (long)i);
        const json_t *row = node_row(r, array, i);
        int s = node_enum(r, row, "source", ps_input_names, PS_N_INPUTS);
        v->source_depth[s] = node_count(r, row, "depth");
        v->source_alt[s] = node_count(r, row, "alt_depth");
        if (node_has(row, "alone"))
            read_said(r, node_object(r, row, "alone"), &v->said[s], &v->source_filter[s]);
        node_leave(r, outside);
    }
}

static void read_variant(json_reader *r, const json_t *o, ps_result *result, ps_ras_variant *v) {
    read_effect(r, o, result->panel, &v->effect);
    read_place(r, o, result->panel, v);
    v->filter = (ps_filter)node_enum(r, o, "filter", ps_filter_names, PS_N_FILTERS);
    v->vcf_filter = ps_strdup(node_text(r, o, "vcf_filter", 1));
    v->vaf = node_real(r, o, "vaf", 0, 1);
    v->vaf_low = node_real(r, o, "vaf_low", 0, 1);
    v->vaf_high = node_real(r, o, "vaf_high", 0, 1);
    v->depth = node_count(r, o, "depth");
    v->alt_depth = node_count(r, o, "alt_depth");
    v->ref_side[PS_F1R2] = node_count(r, o, "ref_f1r2");
    v->ref_side[PS_F2R1] = node_count(r, o, "ref_f2r1");
    v->alt_side[PS_F1R2] = node_count(r, o, "alt_f1r2");
    v->alt_side[PS_F2R1] = node_count(r, o, "alt_f2r1");
    v->lod = node_real(r, o, "lod", -ANY, ANY);
    v->p_errors = NAN;
    v->minor = v->vaf < result->panel->limits.ras_floor_vaf;
    v->sources = sources_of(r, o);
    v->forced = node_flag(r, o, "forced", 0);
    read_evidence(r, o, v);
}

static void read_variants(json_reader *r, const json_t *ras, const char *key, int context, ps_result *result) {
    ps_ras_call *call = &result->calls.ras;
    const json_t *array = node_array(r, ras, key, JSON_MOST_ROWS);
    call->variant = ps_resize(call->variant, call->n_variants + json_array_size(array), sizeof *call->variant);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, key, (long)i);
        ps_ras_variant *v = &call->variant[call->n_variants++];
        *v = (ps_ras_variant){.context = context};
        read_variant(r, node_row(r, array, i), result, v);
        node_leave(r, outside);
    }
}

static void read_codons(json_reader *r, const json_t *ras, const char *key, ps_result *result) {
    const ps_panel *panel = result->panel;
    const json_t *array = node_array(r, ras, key, JSON_MOST_ROWS);
    int from = 0;
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, key, (long)i);
        const json_t *o = node_row(r, array, i);
        int gene = gene_id(r, o, panel), number = (int)node_integer(r, o, "codon", 1, 1000000);
        const char *refseq = node_text(r, o, "transcript", 1);
        int id = codon_id(panel, gene, transcript_id(panel, gene, refseq ? refseq : ""), number, from);
        if (id < 0) {
            node_fail(r, "codon", "%d is no codon of panel %s", number, panel->name);
        } else {
            ps_ras_codon *c = &result->calls.ras.codon[id];
            c->state = (ps_ras_state)node_enum(r, o, "state", ps_ras_state_names, PS_N_RAS_STATES);
            c->depth = node_count(r, o, "depth");
            c->lod95 = node_real(r, o, "lod95", 0, 1);
            const json_t *by_class = node_has(o, "lod95_by_class") ? node_object(r, o, "lod95_by_class") : NULL;
            for (int k = 0; k < PS_N_CHANGES && by_class; k++)
                c->lod95_of[k] = node_real(r, by_class, ps_change_names[k], 0, 1);
            if (node_has(o, "source"))
                c->source = (uint8_t)node_enum(r, o, "source", ps_input_names, PS_N_INPUTS);
            from = id + 1;
        }
        node_leave(r, outside);
    }
}

static void read_notes(json_reader *r, const json_t *o, ps_ras_call *call) {
    const json_t *array = node_has(o, "notes") ? node_array(r, o, "notes", 1000) : NULL;
    call->note = ps_alloc(json_array_size(array), sizeof *call->note);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "notes", (long)i);
        const json_t *row = node_row(r, array, i);
        int warns = node_flag(r, row, "warns", 0);
        call->note[call->n_notes++] = (ps_ras_note){warns, ps_strdup(node_text(r, row, "text", 0))};
        node_leave(r, outside);
    }
}

/* The alleles that were asked for: the variants tell them. */
static void read_sites(json_reader *r, const json_t *o, ps_result *result) {
    const ps_ras_call *call = &result->calls.ras;
    ps_variants *sites = &result->evidence.sites;
    if (!node_has(o, "force_sites"))
        return;
    result->evidence.has_sites = 1;
    ps_append(sites->notice, sizeof sites->notice, 0, node_text(r, o, "force_sites", 0));
    sites->variant = ps_alloc(call->n_variants, sizeof *sites->variant);
    for (size_t i = 0; i < call->n_variants && !r->failed; i++) {
        const ps_ras_variant *v = &call->variant[i];
        if (v->forced)
            sites->variant[sites->n_variants++] = (ps_variant){.contig = v->contig,
                                                               .beg0 = v->beg0,
                                                               .end0 = v->end0,
                                                               .alt = ps_strdup(v->alt + (v->pos1 == v->beg0)),
                                                               .depth = -1,
                                                               .alt_depth = -1,
                                                               .genotype = -1,
                                                               .vaf = NAN};
    }
}

static void read_ras(json_reader *r, const json_t *o, ps_result *result) {
    ps_ras_call *call = &result->calls.ras;
    int n = result->panel->n_codons;
    call->state = (ps_ras_state)node_enum(r, o, "state", ps_ras_state_names, PS_N_RAS_STATES);
    json_reasons(r, o, result, &call->reasons);
    call->log_odds = node_real(r, o, "log_odds", -ANY, ANY);
    call->codon = ps_alloc((size_t)n, sizeof *call->codon);
    for (int i = 0; i < n; i++)
        call->codon[i] = (ps_ras_codon){.depth = -1, .lod95 = NAN, .lod95_of = {NAN, NAN, NAN}};
    read_variants(r, o, "variants", 0, result);
    read_variants(r, o, "context_variants", 1, result);
    if (n > 0) {
        read_codons(r, o, "codons", result);
        read_codons(r, o, "context_codons", result);
    }
    read_notes(r, o, call);
    read_sites(r, o, result);
    if (node_has(o, "vcf_listed"))
        json_read_listed(r, o, result);
}

/* ---- CCND1 ------------------------------------------------------------------------------------------------------
 */

static void read_genes(json_reader *r, const json_t *o, ps_result *result) {
    ps_expression_call *e = &result->calls.expression;
    const json_t *array = node_array(r, o, "all_genes", JSON_MOST_ROWS);
    e->gene = ps_alloc(json_array_size(array), sizeof *e->gene);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "all_genes", (long)i);
        const json_t *row = node_row(r, array, i);
        e->gene[e->n_genes++] =
            (ps_gene_expression){.gene = gene_id(r, row, result->panel),
                                 .fragments = (uint64_t)node_integer(r, row, "fragments", 0, INT64_C(1) << 53),
                                 .log2_ratio = node_real(r, row, "log2_ratio", -ANY, ANY)};
        node_leave(r, outside);
    }
}

/* Keys that earlier versions did not write may be missing. */
static double real_or_nan(json_reader *r, const json_t *o, const char *key, double low, double high) {
    return node_has(o, key) ? node_real(r, o, key, low, high) : NAN;
}

static void read_cells(json_reader *r, const json_t *o, ps_result *result) {
    ps_expression_call *e = &result->calls.expression;
    const json_t *array = node_has(o, "cells") ? node_array(r, o, "cells", JSON_MOST_ROWS) : NULL;
    e->cell = ps_alloc(json_array_size(array), sizeof *e->cell);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "cells", (long)i);
        const json_t *row = node_row(r, array, i);
        ps_cell_level *cell = &e->cell[e->n_cells++];
        *cell = (ps_cell_level){ps_result_keep(result, node_text(r, row, "cell", 0)),
                                node_real(r, row, "log2", -ANY, ANY)};
        if (!e->high_cell || cell->log2 <= e->plasma_log2)
            e->high_cell = cell->cell;
        node_leave(r, outside);
    }
}

static void read_components(json_reader *r, const json_t *o, ps_expression_call *e) {
    const json_t *array = node_array(r, o, "components", PS_MIXTURE_COMPONENTS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "components", (long)i);
        const json_t *row = node_row(r, array, i);
        ps_component *c = &e->mixture.component[e->mixture.n++];
        c->weight = node_real(r, row, "weight", 0, 1);
        c->mean = node_real(r, row, "mean", -ANY, ANY);
        c->sd = node_real(r, row, "sd", 0, ANY);
        c->level = (ps_level)node_enum(r, row, "level", ps_level_names, PS_N_LEVELS);
        node_leave(r, outside);
    }
}

static void read_cohort(json_reader *r, const json_t *o, ps_expression_call *e) {
    e->cohort_median = e->cohort_mad = NAN;
    if (!node_has(o, "cohort"))
        return;
    const json_t *cohort = node_object(r, o, "cohort");
    size_t outside = node_enter(r, "cohort", -1);
    if (cohort) {
        e->cohort_median = node_real(r, cohort, "median", -ANY, ANY);
        e->cohort_mad = node_real(r, cohort, "mad", 0, ANY);
        read_components(r, cohort, e);
        const json_t *values = node_array(r, cohort, "log2", JSON_MOST_ROWS);
        e->cohort = ps_alloc(json_array_size(values), sizeof *e->cohort);
        for (size_t i = 0; i < json_array_size(values) && !r->failed; i++) {
            const json_t *x = json_array_get(values, i);
            if (!json_is_number(x))
                node_fail(r, "log2", "value %d is no number, expected the cohort's log2 values", (int)i);
            e->cohort[e->n_cohort++] = json_number_value(x);
        }
    }
    node_leave(r, outside);
}

static void by_level(json_reader *r, const json_t *o, const char *key, double out[PS_N_LEVELS]) {
    const json_t *part = node_object(r, o, key);
    for (int l = 0; l < PS_N_LEVELS && part; l++)
        out[l] = node_real(r, part, ps_level_names[l], -ANY, ANY);
}

static void read_levels(json_reader *r, const json_t *o, ps_expression_call *e) {
    const json_t *share = node_object(r, o, "plasma_share"), *cut = node_object(r, o, "cut_offs");
    by_level(r, o, "levels", e->posterior);
    by_level(r, o, "log_likelihood", e->log_level);
    e->per_cell = node_real(r, o, "log2_per_plasma_cell", -ANY, ANY);
    e->other_log2 = node_real(r, o, "other_cells_log2", -ANY, ANY);
    if (!share || !cut)
        return;
    e->plasma_share = (ps_plasma_share){node_real(r, share, "value", 0, 1),
                                        node_real(r, share, "low", 0, 1),
                                        node_real(r, share, "high", 0, 1),
                                        NAN,
                                        NAN,
                                        0};
    e->plasma_share.markers = node_has(share, "markers") ? (int)node_integer(r, share, "markers", 0, 1000) : 0;
    e->cut_offs = (ps_cut_offs){
        node_real(r, cut, "low_to", -ANY, ANY), node_real(r, cut, "intermediate_from", -ANY, ANY),
        node_real(r, cut, "intermediate_to", -ANY, ANY), node_real(r, cut, "very_high_from", -ANY, ANY)};
}

static void read_expression(json_reader *r, const json_t *o, ps_result *result) {
    ps_expression_call *e = &result->calls.expression;
    e->state = (ps_expression_state)node_enum(r, o, "state", ps_expression_state_names, PS_N_EXPRESSION_STATES);
    json_reasons(r, o, result, &e->reasons);
    e->fragments = node_count(r, o, "fragments");
    e->log2_ratio = node_real(r, o, "log2_ratio", -ANY, ANY);
    e->low = node_real(r, o, "low", -ANY, ANY);
    e->high = node_real(r, o, "high", -ANY, ANY);
    e->z = node_real(r, o, "z", -ANY, ANY);
    e->percentile = node_real(r, o, "percentile", 0, 100);
    e->reference = ps_result_keep(result, node_text(r, o, "reference", 1));
    if (node_has(o, "strandedness"))
        e->strand = (ps_strandedness)node_enum(r, o, "strandedness", ps_strandedness_names, PS_N_STRANDS);
    e->reference_median = node_real(r, o, "reference_median", 0, ANY);
    int64_t genes = node_count(r, o, "reference_genes"), fragments = node_count(r, o, "reference_fragments");
    e->reference_genes = genes > 0 && genes < JSON_MOST_ROWS ? (int)genes : 0;
    e->reference_fragments = fragments > 0 ? (uint64_t)fragments : 0;
    e->spliced_fraction = node_real(r, o, "spliced_fraction", 0, 1);
    e->plasma_log2 = node_real(r, o, "plasma_log2", -ANY, ANY);
    e->cohort_cut_offs = node_has(o, "reference_basis") && !strcmp(node_text(r, o, "reference_basis", 0), "cohort");
    e->sense_share = real_or_nan(r, o, "sense_share", 0, 1);
    e->unspliced_share = real_or_nan(r, o, "unspliced_share", 0, 1);
    e->late_share = real_or_nan(r, o, "late_share", 0, 1);
    read_cells(r, o, result);
    read_cohort(r, o, e);
    read_levels(r, o, e);
    read_genes(r, o, result);
}

static void read_arms(json_reader *r, const json_t *o, ps_result *result) {
    ps_copynumber_call *c = &result->calls.copynumber;
    const ps_panel *panel = result->panel;
    const json_t *array = node_array(r, o, "arms", JSON_MOST_ROWS);
    c->arm = ps_alloc(json_array_size(array), sizeof *c->arm);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "arms", (long)i);
        const json_t *row = node_row(r, array, i);
        const char *name = node_text(r, row, "arm", 0);
        int arm = 0;
        while (arm < panel->n_arms && strcmp(panel->arms[arm].name, name) != 0)
            arm++;
        if (arm == panel->n_arms)
            node_fail(r, "arm", "'%.40s' is no arm of panel %s", name, panel->name);
        c->arm[c->n_arms++] = (ps_arm_copies){.arm = arm,
                                              .log2_ratio = node_real(r, row, "log2_ratio", -ANY, ANY),
                                              .copies = node_real(r, row, "copies", -ANY, ANY)};
        node_leave(r, outside);
    }
}

static void read_bins(json_reader *r, const json_t *o, ps_result *result) {
    ps_copynumber_call *c = &result->calls.copynumber;
    const ps_panel *panel = result->panel;
    const json_t *array = node_array(r, o, "chromosome11", JSON_MOST_ROWS);
    int chromosome = panel->n_genes ? panel->genes[panel->ccnd1].contig : 0, bin = 0;
    c->bin = ps_alloc(json_array_size(array), sizeof *c->bin);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "chromosome11", (long)i);
        const json_t *row = node_row(r, array, i);
        int32_t beg0 = (int32_t)node_integer(r, row, "beg", 0, INT32_MAX);
        while (bin < panel->n_bins &&
               (panel->bins[bin].span.contig != chromosome || panel->bins[bin].span.beg0 != beg0))
            bin++;
        if (bin == panel->n_bins)
            node_fail(r, "beg", "%ld is no bin of panel %s, or out of order", (long)beg0, panel->name);
        c->bin[c->n_bins++] = (ps_bin_level){.bin = bin, .log2_ratio = node_real(r, row, "log2_ratio", -ANY, ANY)};
        node_leave(r, outside);
    }
}

/* Members that files of earlier versions lack. */
static void read_depth_reference(json_reader *r, const json_t *o, ps_copynumber_call *c) {
    c->assay =
        node_has(o, "assay") ? (ps_assay)node_enum(r, o, "assay", ps_assay_names, PS_N_ASSAYS) : PS_ASSAY_UNKNOWN;
    c->wave = node_has(o, "wave") ? node_real(r, o, "wave", 0, ANY) : NAN;
    if (!node_has(o, "reference"))
        return;
    const json_t *reference = node_object(r, o, "reference");
    size_t outside = node_enter(r, "reference", -1);
    c->reference = (ps_cn_reference)node_enum(r, reference, "kind", ps_cn_reference_names, PS_N_CN_REFERENCES);
    c->reference_normals = (size_t)node_integer(r, reference, "normals", 0, INT32_MAX);
    node_leave(r, outside);
}

static void read_copynumber(json_reader *r, const json_t *o, ps_result *result) {
    ps_copynumber_call *c = &result->calls.copynumber;
    c->state = (ps_cn_state)node_enum(r, o, "state", ps_cn_state_names, PS_N_CN_STATES);
    json_reasons(r, o, result, &c->reasons);
    c->log2_ratio = node_real(r, o, "log2_ratio", -ANY, ANY);
    c->copies = node_real(r, o, "copies", -ANY, ANY);
    c->copies_low = node_real(r, o, "copies_low", -ANY, ANY);
    c->copies_high = node_real(r, o, "copies_high", -ANY, ANY);
    c->scope = (ps_scope)node_enum(r, o, "scope", ps_scope_names, PS_N_SCOPES);
    c->hyperdiploid = node_flag(r, o, "hyperdiploid", 1);
    c->purity = node_real(r, o, "purity", 0, 1);
    c->noise = node_real(r, o, "noise", -ANY, ANY);
    c->fragments_per_bin = node_real(r, o, "fragments_per_bin", 0, ANY);
    read_depth_reference(r, o, c);
    read_arms(r, o, result);
    read_bins(r, o, result);
}

static char read_base(json_reader *r, const json_t *row, const char *key) {
    const char *base = node_text(r, row, key, 1);
    if (base && (strlen(base) != 1 || !strchr("ACGTN", base[0])))
        node_fail(r, key, "'%.20s', expected one of A, C, G, T, N", base);
    return base ? base[0] : '\0';
}

static void read_range(json_reader *r, const json_t *row, const char *key, int32_t range[2]) {
    const json_t *array = node_array(r, row, key, 2);
    for (size_t i = 0; i < 2; i++) {
        int64_t n = 0;
        if (!node_whole(json_array_get(array, i), INT32_MIN, INT32_MAX, &n))
            node_fail(r, key, "expected two whole numbers");
        else
            range[i] = (int32_t)n;
    }
}

static void read_breakpoints(json_reader *r, const json_t *o, ps_result *result) {
    static const char *const kept[] = {"right", "left"};
    ps_junction_call *j = &result->calls.junction;
    const json_t *array = node_array(r, o, "breakpoints", JSON_MOST_ROWS);
    j->breakpoint = ps_alloc(json_array_size(array), sizeof *j->breakpoint);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "breakpoints", (long)i);
        const json_t *row = node_row(r, array, i);
        ps_breakpoint *b = &j->breakpoint[j->n_breakpoints++];
        b->contig_a = contig_id(r, row, "chrom_a", result->panel);
        b->contig_b = contig_id(r, row, "chrom_b", result->panel);
        b->pos_a1 = (int32_t)node_integer(r, row, "pos_a", 1, INT32_MAX);
        b->pos_b1 = (int32_t)node_integer(r, row, "pos_b", 1, INT32_MAX);
        b->right_a = node_enum(r, row, "kept_a", kept, 2);
        b->right_b = node_enum(r, row, "kept_b", kept, 2);
        b->split = (uint64_t)node_integer(r, row, "split_fragments", 0, INT64_C(1) << 53);
        b->discordant = (uint64_t)node_integer(r, row, "discordant_fragments", 0, INT64_C(1) << 53);
        b->exact = node_flag(r, row, "exact", 0);
        b->base_a = read_base(r, row, "base_a");
        b->base_b = read_base(r, row, "base_b");
        read_range(r, row, "range_a", b->range_a);
        read_range(r, row, "range_b", b->range_b);
        b->event = (int)node_integer(r, row, "event", 0, INT32_MAX);
        node_leave(r, outside);
    }
}

static void read_junction(json_reader *r, const json_t *o, ps_result *result) {
    ps_junction_call *j = &result->calls.junction;
    j->state = (ps_junction_state)node_enum(r, o, "state", ps_junction_state_names, PS_N_JUNCTION_STATES);
    json_reasons(r, o, result, &j->reasons);
    j->split = node_count(r, o, "split_fragments");
    j->discordant = node_count(r, o, "discordant_fragments");
    j->rna_fragments = node_count(r, o, "rna_fragments");
    j->powered = node_real(r, o, "powered", 0, 1);
    j->limit_cells = node_real(r, o, "limit_cells", 0, ANY);
    j->physical_coverage = node_real(r, o, "physical_coverage", 0, ANY);
    j->background = node_real(r, o, "background", 0, ANY);
    int64_t needed = node_count(r, o, "needed");
    j->needed = needed > 0 ? (uint64_t)needed : 0;
    j->sources = sources_of(r, o);
    j->shown = real_or_nan(r, o, "shown_share", 0, 1);
    read_breakpoints(r, o, result);
}

static void read_ccnd1(json_reader *r, const json_t *o, ps_result *result) {
    ps_ccnd1_call *c = &result->calls.ccnd1;
    c->state = (ps_ccnd1_state)node_enum(r, o, "state", ps_ccnd1_state_names, PS_N_CCND1_STATES);
    c->cause = (ps_cause)node_enum(r, o, "cause", ps_cause_names, PS_N_CAUSES);
    json_reasons(r, o, result, &c->reasons);
    by_level(r, o, "log_likelihood", c->log_level);
}

void json_calls(json_reader *r, const json_t *root, ps_result *result) {
    static const struct {
        const char *key;
        void (*read)(json_reader *r, const json_t *object, ps_result *result);
    } parts[] = {{"ccnd1", read_ccnd1},
                 {"ras", read_ras},
                 {"ccnd1_expression", read_expression},
                 {"ccnd1_copy_number", read_copynumber},
                 {"igh_ccnd1", read_junction}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const json_t *object = node_object(r, root, parts[i].key);
        size_t outside = node_enter(r, parts[i].key, -1);
        if (object)
            parts[i].read(r, object, result);
        node_leave(r, outside);
    }
}
