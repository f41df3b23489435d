/* write.c - ID.json: the names and the nesting of schema plasmastrat/sample/2 (sample.schema.json).
 *
 * Keys stand in the contract's order; keys beyond the contract follow the contract's in each object.
 */
#include "plasmastrat/report.h"

#include <inttypes.h>
#include <string.h>

#include "../origin.h"
#include "digest.h"
#include "plasmastrat/alloc.h"
#include "print.h"
#include "value.h"

static json_t *tristate(int value) /* -1: unknown */
{
    return value < 0 ? json_null() : json_boolean(value);
}

static json_t *reasons_array(document *d, const ps_reasons *reasons) {
    json_t *array = json_array();
    for (size_t i = 0; i < reasons->n; i++) {
        char sentence[640];
        ps_reason_text(&reasons->at[i], sentence, sizeof sentence);
        push(d, array, text(sentence));
    }
    return array;
}

static json_t *source_names(document *d, unsigned sources) {
    json_t *array = json_array();
    for (int s = 0; s < PS_N_INPUTS; s++)
        if (sources >> s & 1)
            push(d, array, text(ps_input_names[s]));
    return array;
}

/* Where a marker's answer came from. */
static json_t *origins_array(document *d, ps_marked marker) {
    ps_origin origin[PS_N_INPUTS];
    int n = ps_origins(d->result, marker, origin);
    json_t *array = json_array();
    for (int i = 0; i < n; i++) {
        json_t *o = json_object();
        put(d, o, "source", text(ps_input_names[origin[i].source]));
        put(d, o, "what", text(origin[i].what));
        put(d, o, "cannot_show", text(origin[i].cannot));
        push(d, array, o);
    }
    return array;
}

/* ---- the verdicts ---------------------------------------------------------------------------------------------- */

static json_t *probability_object(document *d, const ps_verdict *v) {
    json_t *o = json_object();
    put(d, o, "plasmacytoma_like", real(v->probability));
    put(d, o, "low", real(v->low));
    put(d, o, "high", real(v->high));
    return o;
}

static json_t *required_array(document *d, const ps_model *m) {
    json_t *array = json_array();
    for (int k = 0; k < PS_N_MARKERS; k++)
        if (m->required[k])
            push(d, array, text(ps_marker_names[k]));
    return array;
}

static void push_weight(document *d, json_t *array, int marker, ps_marker_state state, double llr, double sd) {
    json_t *o = json_object();
    put(d, o, "marker", text(ps_marker_names[marker]));
    put(d, o, "state", text(ps_marker_state_names[state]));
    put(d, o, "log_likelihood_ratio", real(llr));
    put(d, o, "sd", real(sd));
    push(d, array, o);
}

static json_t *weights_array(document *d, const ps_model *m) {
    json_t *array = json_array();
    for (int k = 0; k < PS_N_MARKERS && !(m->joint.dirichlet > 0); k++) {
        const ps_weight *w = &m->weight[k];
        push_weight(d, array, k, PS_MARKER_POSITIVE, w->positive, w->positive_sd);
        if (k == PS_MARKER_CCND1 && !m->two_levels)
            push_weight(d, array, k, PS_MARKER_INTERMEDIATE, w->intermediate, w->intermediate_sd);
        push_weight(d, array, k, PS_MARKER_NEGATIVE, w->negative, w->negative_sd);
    }
    return array;
}

static json_t *joint_object(document *d, const ps_model *m) {
    const ps_joint *joint = &m->joint;
    if (!(joint->dirichlet > 0))
        return json_null();
    json_t *o = json_object(), *cells = json_array();
    put(d, o, "dirichlet", real(joint->dirichlet));
    for (int c = 0; c < PS_N_LEVELS; c++)
        for (int r = 0; r < 2 && !(c == PS_LEVEL_INTERMEDIATE && m->two_levels); r++) {
            json_t *cell = json_object();
            put(d, cell, "ccnd1", text(ps_marker_state_names[PS_MARKER_NEGATIVE + c]));
            put(d, cell, "ras", text(ps_marker_state_names[r ? PS_MARKER_POSITIVE : PS_MARKER_NEGATIVE]));
            for (int k = 0; k < PS_N_CLASSES; k++)
                put(d, cell, ps_class_names[k], real(joint->count[k][c][r]));
            push(d, cells, cell);
        }
    put(d, o, "cells", cells);
    return o;
}

static void put_model(document *d, json_t *o, const ps_model *m) {
    put(d, o, "prior_odds", real(m->prior_odds));
    put(d, o, "plasmacytoma_at", real(m->plasmacytoma_at));
    put(d, o, "intramedullary_at", real(m->intramedullary_at));
    char note[160];
    snprintf(note, sizeof note, "basis %s: %s", ps_basis_names[m->basis], ps_basis_sentence(m->basis));
    put(d, o, "note", text(note));
    put(d, o, "required", required_array(d, m));
    put(d, o, "weights", weights_array(d, m));
    put(d, o, "joint", joint_object(d, m));
}

static json_t *model_object(document *d, const ps_model *m) {
    if (!m)
        return json_null();
    json_t *o = json_object();
    put(d, o, "name", text(m->name));
    put(d, o, "basis", text(ps_basis_names[m->basis]));
    put(d, o, "question", text(m->question));
    put(d, o, "specimen", text(ps_model_specimen(m)));
    put_model(d, o, m);
    return o;
}

static json_t *markers_array(document *d, const ps_verdict *v) {
    json_t *array = json_array();
    for (int m = 0; m < PS_N_MARKERS; m++) {
        json_t *o = json_object();
        put(d, o, "name", text(ps_marker_names[m]));
        put(d, o, "state", text(ps_marker_state_names[v->marker[m].state]));
        put(d, o, "log_likelihood_ratio", real(v->marker[m].llr));
        put(d, o, "low", real(v->marker[m].low));
        put(d, o, "high", real(v->marker[m].high));
        push(d, array, o);
    }
    return array;
}

static json_t *rates_object(document *d, const ps_rates *rates) {
    json_t *o = json_object();
    put(d, o, "plasmacytoma_like", real(rates->of[PS_LABEL_PLASMACYTOMA]));
    put(d, o, "intramedullary", real(rates->of[PS_LABEL_INTRAMEDULLARY]));
    put(d, o, "indeterminate", real(rates->of[PS_LABEL_INDETERMINATE]));
    return o;
}

static json_t *population_object(document *d) {
    const ps_panel *panel = d->result->panel;
    json_t *o = json_object();
    put(d, o, "name", text(panel ? panel->population.name : NULL));
    put(d, o, "source", text(panel ? panel->population.source : NULL));
    return o;
}

static json_t *models_array(document *d) {
    json_t *array = json_array();
    const ps_label *label = &d->result->label;
    for (size_t i = 0; i < label->n_verdicts; i++) {
        const ps_verdict *v = &label->verdict[i];
        json_t *o = json_object();
        put(d, o, "name", text(v->model->name));
        put(d, o, "basis", text(ps_basis_names[v->model->basis]));
        put(d, o, "specimen", text(ps_model_specimen(v->model)));
        put(d, o, "label", text(ps_label_names[v->label]));
        put(d, o, "probability", real(v->probability));
        put(d, o, "low", real(v->low));
        put(d, o, "high", real(v->high));
        put(d, o, "applies", json_boolean(v->applies));
        put(d, o, "contradicts", json_boolean(v->contradicts));
        put(d, o, "borderline", json_boolean(v->borderline));
        put(d, o, "rates", rates_object(d, &v->rates));
        put(d, o, "leaning", text(ps_leaning_name(v->leaning)));
        put(d, o, "reasons", reasons_array(d, &v->reasons));
        put(d, o, "question", text(v->model->question));
        put(d, o, "specimen", text(ps_model_specimen(v->model)));
        put(d, o, "markers", markers_array(d, v));
        push(d, array, o);
    }
    return array;
}

/* ---- CCND1 as a whole, and RAS --------------------------------------------------------------------------------- */

/* By level, the highest first. */
static json_t *levels_object(document *d, const double value[PS_N_LEVELS]) {
    json_t *o = json_object();
    for (int l = PS_N_LEVELS - 1; l >= 0; l--)
        put(d, o, ps_level_names[l], real(value[l]));
    return o;
}

static json_t *ccnd1_object(document *d) {
    const ps_ccnd1_call *c = &d->result->calls.ccnd1;
    json_t *o = json_object();
    put(d, o, "state", text(ps_ccnd1_state_names[c->state]));
    put(d, o, "cause", text(ps_cause_names[c->cause]));
    put(d, o, "reasons", reasons_array(d, &c->reasons));
    put(d, o, "log_likelihood", levels_object(d, c->log_level));
    return o;
}

static void put_numbers(document *d, json_t *o, const ps_ras_seen *seen) {
    put(d, o, "vaf", real(seen->vaf));
    put(d, o, "vaf_low", real(seen->vaf_low));
    put(d, o, "vaf_high", real(seen->vaf_high));
    put(d, o, "depth", count(seen->depth));
    put(d, o, "alt_depth", count(seen->alt_depth));
    put(d, o, "lod", real(seen->lod));
}

static void put_sides(document *d, json_t *o, const ps_ras_seen *seen) {
    put(d, o, "ref_f1r2", count(seen->ref_side[PS_F1R2]));
    put(d, o, "ref_f2r1", count(seen->ref_side[PS_F2R1]));
    put(d, o, "alt_f1r2", count(seen->alt_side[PS_F1R2]));
    put(d, o, "alt_f2r1", count(seen->alt_side[PS_F2R1]));
}

/* What this input alone would answer; null where its caller does not list the variant. */
static json_t *alone_object(document *d, const ps_ras_seen *seen) {
    if (!seen->given)
        return json_null();
    json_t *o = json_object();
    put(d, o, "filter", text(ps_filters[seen->filter].name));
    put_numbers(d, o, seen);
    put_sides(d, o, seen);
    return o;
}

static int n_given(const ps_ras_variant *v) {
    int n = 0;
    for (int s = 0; s < PS_N_INPUTS; s++)
        n += v->by_input[s].given != 0;
    return n;
}

static void put_variant_counts(document *d, json_t *o, const ps_ras_variant *v) {
    put_sides(d, o, &v->best);
    json_t *evidence = json_array();
    for (int s = 0; s < PS_N_INPUTS; s++) {
        if (v->source_depth[s] < 0 && v->source_alt[s] < 0 && !v->by_input[s].given)
            continue;
        json_t *row = json_object();
        put(d, row, "source", text(ps_input_names[s]));
        put(d, row, "depth", count(v->source_depth[s]));
        put(d, row, "alt_depth", count(v->source_alt[s]));
        /* where one input alone lists the variant, the variant's own numbers are that input's */
        put(d, row, "alone", n_given(v) > 1 ? alone_object(d, &v->by_input[s]) : json_null());
        push(d, evidence, row);
    }
    put(d, o, "evidence", evidence);
}

static const char *transcript_name(const ps_panel *panel, int transcript) {
    return transcript >= 0 && transcript < panel->n_transcripts ? panel->transcripts[transcript].refseq : NULL;
}

static json_t *variant_object(document *d, const ps_ras_variant *v) {
    const ps_panel *panel = d->result->panel;
    json_t *o = json_object();
    put(d, o, "gene", text(panel->genes[v->effect.gene].name));
    put(d, o, "chrom", text(ps_output_contig(d->result, v->contig)));
    put(d, o, "pos", json_integer(v->pos1));
    put(d, o, "ref", text(v->ref));
    put(d, o, "alt", text(v->alt));
    put(d, o, "hgvs_c", text(v->effect.hgvs_c));
    put(d, o, "hgvs_p", text(v->effect.hgvs_p));
    put(d, o, "protein", text(v->effect.protein));
    put(d, o, "codon", v->effect.codon > 0 ? json_integer(v->effect.codon) : json_null());
    put(d, o, "tier", text(ps_tier_names[v->effect.tier]));
    put(d, o, "filter", text(ps_filter_name_of(v)));
    put_numbers(d, o, &v->best);
    put(d, o, "sources", source_names(d, v->sources));
    put(d, o, "transcript", text(transcript_name(panel, v->effect.transcript)));
    put(d, o, "vcf_filter", text(v->vcf_filter));
    put(d, o, "forced", json_boolean(v->forced));
    put(d, o, "minor", json_boolean(v->minor));
    put_variant_counts(d, o, v);
    return o;
}

static json_t *variants_array(document *d, int context) {
    json_t *array = json_array();
    const ps_ras_call *ras = &d->result->calls.ras;
    for (size_t i = 0; i < ras->n_variants; i++)
        if (!ras->variant[i].context == !context)
            push(d, array, variant_object(d, &ras->variant[i]));
    return array;
}

static json_t *lod95_object(document *d, const ps_ras_codon *seen) {
    json_t *o = json_object();
    for (int k = 0; k < PS_N_CHANGES; k++)
        put(d, o, ps_change_names[k], real(seen->lod95_of[k]));
    return o;
}

static json_t *codon_object(document *d, int codon, int context) {
    const ps_panel *panel = d->result->panel;
    const ps_codon *c = &panel->codons[codon];
    ps_ras_codon seen = ps_codon_seen(d->result, codon);
    json_t *o = json_object();
    put(d, o, "gene", text(panel->genes[c->gene].name));
    put(d, o, "codon", json_integer(c->number));
    put(d, o, "state", text(ps_ras_state_names[seen.state]));
    put(d, o, "depth", count(seen.depth));
    put(d, o, "lod95", real(seen.lod95));
    put(d, o, "source", seen.depth >= 0 ? text(ps_input_names[seen.source]) : json_null());
    if (context)
        return o;
    if (c->required)
        put(d, o, "lod95_by_class", lod95_object(d, &seen));
    put(d, o, "hotspot", json_boolean(c->hotspot));
    put(d, o, "required", json_boolean(c->required));
    return o;
}

static int has_variant(const ps_ras_call *ras, int codon) {
    for (size_t i = 0; i < ras->n_variants; i++)
        if (ras->variant[i].effect.codon_id == codon)
            return 1;
    return 0;
}

/* Of the state genes hotspots, deciding codons and those with a variant; of the context genes (HRAS, BRAF) the
 * hotspots. */
static json_t *codons_array(document *d, int context) {
    const ps_panel *panel = d->result->panel;
    json_t *array = json_array();
    for (int g = 0; g < panel->n_genes; g++) {
        int wanted = ps_gene_in_state(panel, g) != context;
        for (int c = 0; wanted && c < panel->n_codons; c++) {
            const ps_codon *codon = &panel->codons[c];
            if (codon->gene == g && !ps_is_stop(panel, c) &&
                (codon->hotspot || (!context && (codon->required || has_variant(&d->result->calls.ras, c)))))
                push(d, array, codon_object(d, c, context));
        }
    }
    return array;
}

/* "1-12,14": ascending numbers as ranges; `next` behind the last. */
static char *add_number(char *ranges, int number, int *last) {
    char *dash = strrchr(ranges, '-'), *longer;
    int follows = *last && number == *last + 1, open = dash && atoi(dash + 1) == *last && !strchr(dash, ',');
    if (follows && open)
        *dash = '\0';
    longer = follows ? ps_format("%s-%d", ranges, number) : ps_format("%s%s%d", ranges, *ranges ? "," : "", number);
    free(ranges);
    *last = number;
    return longer;
}

/* Every codon of a transcript, in columns; a letter a codon for its state. A stop codon has no protein change that
 * could activate, so it is left out. */
static json_t *coverage_object(document *d, int transcript) {
    static const char letters[PS_N_RAS_STATES] = {
        [PS_RAS_NOT_ASSESSABLE] = 'n', [PS_RAS_WILD_TYPE] = 'w', [PS_RAS_MUTATED] = 'm'};
    const ps_panel *panel = d->result->panel;
    json_t *o = json_object(), *depth = json_array(), *lod95 = json_array();
    char *states = ps_alloc((size_t)panel->n_codons + 1, 1), *numbers = ps_strdup("");
    size_t n = 0;
    int last = 0;
    for (int c = 0; c < panel->n_codons; c++) {
        if (panel->codons[c].transcript != transcript || ps_is_stop(panel, c))
            continue;
        ps_ras_codon seen = ps_codon_seen(d->result, c);
        numbers = add_number(numbers, panel->codons[c].number, &last);
        push(d, depth, count(seen.depth));
        push(d, lod95, real(seen.lod95));
        states[n++] = letters[seen.state];
    }
    put(d, o, "gene", text(panel->genes[panel->transcripts[transcript].gene].name));
    put(d, o, "transcript", text(transcript_name(panel, transcript)));
    put(d, o, "codons", text(numbers));
    put(d, o, "depth", depth);
    put(d, o, "lod95", lod95);
    put(d, o, "state", text(states));
    free(numbers);
    free(states);
    return o;
}

static json_t *coverage_array(document *d) {
    const ps_panel *panel = d->result->panel;
    json_t *array = json_array();
    for (int t = 0; t < panel->n_transcripts; t++)
        if (ps_gene_in_state(panel, panel->transcripts[t].gene))
            push(d, array, coverage_object(d, t));
    return array;
}

static json_t *notes_array(document *d) {
    const ps_ras_call *ras = &d->result->calls.ras;
    json_t *array = json_array();
    for (size_t i = 0; i < ras->n_notes; i++) {
        json_t *o = json_object();
        put(d, o, "warns", json_boolean(ras->note[i].warns));
        put(d, o, "text", text(ras->note[i].text));
        push(d, array, o);
    }
    return array;
}

static json_t *ras_object(document *d) {
    const ps_ras_call *ras = &d->result->calls.ras;
    json_t *o = json_object();
    put(d, o, "state", text(ps_ras_state_names[ras->state]));
    put(d, o, "reasons", reasons_array(d, &ras->reasons));
    put(d, o, "variants", variants_array(d, 0));
    put(d, o, "codons", codons_array(d, 0));
    put(d, o, "lod95_limit", real(d->result->panel->limits.ras_lod95_limit));
    put(d, o, "log_odds", real(ras->log_odds));
    put(d, o, "context_variants", variants_array(d, 1));
    put(d, o, "context_codons", codons_array(d, 1));
    put(d, o, "coverage", coverage_array(d));
    put(d, o, "notes", notes_array(d));
    put(d, o, "force_sites", d->result->evidence.has_sites ? text(d->result->evidence.sites.notice) : json_null());
    put(d, o, "origins", origins_array(d, PS_MARKED_RAS));
    return o;
}

/* ---- CCND1 by method ------------------------------------------------------------------------------------------- */

static json_t *cyclins_array(document *d) {
    const ps_panel *panel = d->result->panel;
    const ps_expression_call *e = &d->result->calls.expression;
    json_t *array = json_array();
    for (size_t i = 0; i < e->n_genes; i++) {
        const ps_gene *gene = &panel->genes[e->gene[i].gene];
        if (gene->role != PS_ROLE_CYCLIN)
            continue;
        json_t *o = json_object();
        put(d, o, "gene", text(gene->name));
        put(d, o, "fragments", json_integer((json_int_t)e->gene[i].fragments));
        put(d, o, "log2_ratio", real(e->gene[i].log2_ratio));
        push(d, array, o);
    }
    return array;
}

/* Every gene of the panel, in columns. */
static json_t *all_genes_object(document *d) {
    const ps_expression_call *e = &d->result->calls.expression;
    json_t *o = json_object(), *gene = json_array(), *fragments = json_array(), *log2_ratio = json_array();
    for (size_t i = 0; i < e->n_genes; i++) {
        push(d, gene, text(d->result->panel->genes[e->gene[i].gene].name));
        push(d, fragments, json_integer((json_int_t)e->gene[i].fragments));
        push(d, log2_ratio, real(e->gene[i].log2_ratio));
    }
    put(d, o, "gene", gene);
    put(d, o, "fragments", fragments);
    put(d, o, "log2_ratio", log2_ratio);
    return o;
}

/* The plasma-cell markers over those of every other kind of cell. */
static json_t *cells_array(document *d) {
    const ps_expression_call *e = &d->result->calls.expression;
    json_t *array = json_array();
    for (size_t i = 0; i < e->n_cells; i++) {
        json_t *o = json_object();
        put(d, o, "cell", text(e->cell[i].cell));
        put(d, o, "log2", real(e->cell[i].log2));
        push(d, array, o);
    }
    return array;
}

/* The reference's distribution; null with the built-in assumption. */
static json_t *cohort_object(document *d) {
    const ps_expression_call *e = &d->result->calls.expression;
    if (!e->n_cohort)
        return json_null();
    json_t *o = json_object(), *components = json_array();
    put(d, o, "samples", json_integer((json_int_t)e->n_cohort));
    put(d, o, "median", real(e->cohort_median));
    put(d, o, "mad", real(e->cohort_mad));
    for (int i = 0; i < e->mixture.n; i++) {
        const ps_component *part = &e->mixture.component[i];
        json_t *c = json_object();
        put(d, c, "weight", real(part->weight));
        put(d, c, "mean", real(part->mean));
        put(d, c, "sd", real(part->sd));
        put(d, c, "level", text(ps_level_names[part->level]));
        push(d, components, c);
    }
    put(d, o, "components", components);
    return o;
}

static json_t *share_object(document *d, int counted) {
    const ps_plasma_share *s = &d->result->calls.expression.plasma_share;
    json_t *o = json_object();
    put(d, o, "value", counted ? real(s->value) : json_null());
    put(d, o, "low", counted ? real(s->low) : json_null());
    put(d, o, "high", counted ? real(s->high) : json_null());
    put(d, o, "markers", counted ? json_integer(s->markers) : json_null());
    return o;
}

/* Of log2 per plasma cell. */
static json_t *cut_offs_object(document *d) {
    const ps_cut_offs *c = &d->result->calls.expression.cut_offs;
    json_t *o = json_object();
    put(d, o, "very_high_from", real(c->high_from));
    put(d, o, "intermediate_to", real(c->middle_to));
    put(d, o, "intermediate_from", real(c->middle_from));
    put(d, o, "low_to", real(c->low_to));
    return o;
}

static json_t *expression_object(document *d) {
    static const double unknown[PS_N_LEVELS] = {NAN, NAN, NAN};
    const ps_expression_call *e = &d->result->calls.expression;
    int counted = ps_expression_counted(e);
    json_t *o = json_object();
    put(d, o, "state", text(ps_expression_state_names[e->state]));
    put(d, o, "reasons", reasons_array(d, &e->reasons));
    put(d, o, "levels", levels_object(d, counted ? e->posterior : unknown));
    put(d, o, "plasma_share", share_object(d, counted));
    put(d, o, "fragments", counted ? count(e->fragments) : json_null());
    put(d, o, "log2_ratio", counted ? real(e->log2_ratio) : json_null());
    put(d, o, "z", counted ? real(e->z) : json_null());
    put(d, o, "percentile", counted ? real(e->percentile) : json_null());
    put(d, o, "reference", text(e->reference));
    put(d, o, "genes", cyclins_array(d));
    put(d, o, "low", counted ? real(e->low) : json_null());
    put(d, o, "high", counted ? real(e->high) : json_null());
    put(d, o, "over_at", real(e->cut_offs.high_from));
    put(d, o, "not_at", real(e->cut_offs.low_to));
    put(d, o, "cut_offs", cut_offs_object(d));
    put(d, o, "log2_per_plasma_cell", counted ? real(e->per_cell) : json_null());
    put(d, o, "other_cells_log2", counted ? real(e->other_log2) : json_null());
    put(d, o, "other_cells", counted ? text(e->other_cell) : json_null());
    put(d, o, "log_likelihood", levels_object(d, e->log_level));
    /* Without a cohort, or where its levels cannot be told apart, the levels are the panel's. */
    put(d, o, "reference_basis", text(e->cohort_cut_offs ? "cohort" : "assumption"));
    put(d, o, "strandedness", counted ? text(ps_strandedness_names[e->strand]) : json_null());
    put(d, o, "reference_median", counted ? real(e->reference_median) : json_null());
    put(d, o, "reference_genes", counted ? json_integer(e->reference_genes) : json_null());
    put(d, o, "reference_fragments", counted ? json_integer((json_int_t)e->reference_fragments) : json_null());
    put(d, o, "spliced_fraction", counted ? real(e->spliced_fraction) : json_null());
    put(d, o, "plasma_log2", counted ? real(e->plasma_log2) : json_null());
    put(d, o, "sense_share", counted ? real(e->sense_share) : json_null());
    put(d, o, "unspliced_share", counted ? real(e->unspliced_share) : json_null());
    put(d, o, "late_share", counted ? real(e->late_share) : json_null());
    put(d, o, "cells", cells_array(d));
    put(d, o, "cohort", cohort_object(d));
    put(d, o, "all_genes", all_genes_object(d));
    put(d, o, "origins", origins_array(d, PS_MARKED_EXPRESSION));
    return o;
}

static json_t *arms_array(document *d) {
    const ps_copynumber_call *c = &d->result->calls.copynumber;
    json_t *array = json_array();
    for (size_t i = 0; i < c->n_arms; i++) {
        json_t *o = json_object();
        put(d, o, "arm", text(d->result->panel->arms[c->arm[i].arm].name));
        put(d, o, "log2_ratio", real(c->arm[i].log2_ratio));
        put(d, o, "copies", real(c->arm[i].copies));
        push(d, array, o);
    }
    return array;
}

/* In columns; `beg` is 0-based, as in the panel's BED of bins. */
static json_t *bins_object(document *d) {
    const ps_copynumber_call *c = &d->result->calls.copynumber;
    json_t *o = json_object(), *beg = json_array(), *log2_ratio = json_array();
    for (size_t i = 0; i < c->n_bins; i++) {
        push(d, beg, json_integer(d->result->panel->bins[c->bin[i].bin].span.beg0));
        push(d, log2_ratio, rough(c->bin[i].log2_ratio));
    }
    put(d, o, "beg", beg);
    put(d, o, "log2_ratio", log2_ratio);
    return o;
}

static json_t *depth_reference_object(document *d) {
    const ps_copynumber_call *c = &d->result->calls.copynumber;
    json_t *o = json_object();
    put(d, o, "kind", text(ps_cn_reference_names[c->reference]));
    put(d, o, "normals", json_integer((json_int_t)c->reference_normals));
    return o;
}

static json_t *copynumber_object(document *d) {
    const ps_copynumber_call *c = &d->result->calls.copynumber;
    int given = ps_copies_counted(c);
    json_t *o = json_object();
    put(d, o, "state", text(ps_cn_state_names[c->state]));
    put(d, o, "reasons", reasons_array(d, &c->reasons));
    put(d, o, "log2_ratio", given ? real(c->log2_ratio) : json_null());
    put(d, o, "copies", given ? real(c->copies) : json_null());
    put(d, o, "copies_low", given ? real(c->copies_low) : json_null());
    put(d, o, "copies_high", given ? real(c->copies_high) : json_null());
    put(d, o, "scope", text(ps_scope_names[c->scope]));
    put(d, o, "hyperdiploid", given ? tristate(c->hyperdiploid) : json_null());
    put(d, o, "arms", arms_array(d));
    put(d, o, "purity", given ? real(c->purity) : json_null());
    put(d, o, "noise", given ? real(c->noise) : json_null());
    put(d, o, "fragments_per_bin", given ? real(c->fragments_per_bin) : json_null());
    put(d, o, "assay", c->assay ? text(ps_assay_names[c->assay]) : json_null());
    put(d, o, "wave", given ? real(c->wave) : json_null());
    put(d, o, "reference", depth_reference_object(d));
    put(d, o, "chromosome11", bins_object(d));
    put(d, o, "sources", source_names(d, c->sources));
    put(d, o, "origins", origins_array(d, PS_MARKED_COPIES));
    return o;
}

static json_t *base(char letter) {
    char one[2] = {letter, '\0'};
    return letter ? json_string(one) : json_null();
}

static json_t *breakpoints_array(document *d) {
    const ps_junction_call *j = &d->result->calls.junction;
    json_t *array = json_array();
    for (size_t i = 0; i < j->n_breakpoints; i++) {
        const ps_breakpoint *b = &j->breakpoint[i];
        json_t *o = json_object();
        put(d, o, "chrom_a", text(ps_output_contig(d->result, b->contig_a)));
        put(d, o, "pos_a", json_integer(b->pos_a1));
        put(d, o, "chrom_b", text(ps_output_contig(d->result, b->contig_b)));
        put(d, o, "pos_b", json_integer(b->pos_b1));
        put(d, o, "kept_a", text(b->right_a ? "left" : "right")); /* side of pos that the junction keeps */
        put(d, o, "kept_b", text(b->right_b ? "left" : "right"));
        put(d, o, "split_fragments", json_integer((json_int_t)b->split));
        put(d, o, "discordant_fragments", json_integer((json_int_t)b->discordant));
        put(d, o, "exact", json_boolean(b->exact));
        put(d, o, "base_a", base(b->base_a)); /* the VCF's REF */
        put(d, o, "base_b", base(b->base_b));
        put(d, o, "range_a", json_pack("[ii]", (int)b->range_a[0], (int)b->range_a[1]));
        put(d, o, "range_b", json_pack("[ii]", (int)b->range_b[0], (int)b->range_b[1]));
        put(d, o, "event", json_integer(b->event));
        push(d, array, o);
    }
    return array;
}

static json_t *junction_object(document *d) {
    const ps_junction_call *j = &d->result->calls.junction;
    int given = ps_junction_counted(j);
    json_t *o = json_object();
    put(d, o, "state", text(ps_junction_state_names[j->state]));
    put(d, o, "reasons", reasons_array(d, &j->reasons));
    put(d, o, "split_fragments", given ? count(j->split) : json_null());
    put(d, o, "discordant_fragments", given ? count(j->discordant) : json_null());
    put(d, o, "breakpoints", breakpoints_array(d));
    put(d, o, "physical_coverage", given ? real(j->physical_coverage) : json_null());
    put(d, o, "powered", given ? real(j->powered) : json_null());
    put(d, o, "limit_cells", given ? real(j->limit_cells) : json_null());
    put(d, o, "background", given ? real(j->background) : json_null());
    put(d, o, "needed", given ? json_integer((json_int_t)j->needed) : json_null());
    put(d, o, "rna_fragments", count(j->rna_fragments));
    put(d, o, "sources", source_names(d, j->sources));
    put(d, o, "shown_share", given ? real(j->shown) : json_null());
    put(d, o, "origins", origins_array(d, PS_MARKED_JUNCTION));
    return o;
}

/* ---- persons --------------------------------------------------------------------------------------------------- */

static json_t *contamination_object(document *d, const ps_contamination *c) {
    int known = c->state != PS_CONTAMINATION_NOT_ASSESSABLE;
    json_t *o = json_object();
    put(d, o, "state", text(ps_contamination_state_names[c->state]));
    put(d, o, "reasons", reasons_array(d, &c->reasons));
    put(d, o, "fraction", known ? real(c->fraction) : json_null());
    put(d, o, "low", known ? real(c->low) : json_null());
    put(d, o, "high", known ? real(c->high) : json_null());
    put(d, o, "error_rate", known ? real(c->error_rate) : json_null());
    put(d, o, "sites", json_integer(c->sites));
    put(d, o, "fragments", json_integer((json_int_t)c->fragments));
    return o;
}

static json_t *persons_array(document *d) {
    const ps_identity_call *call = &d->result->calls.identity;
    json_t *array = json_array();
    for (size_t i = 0; i < call->n_inputs; i++) {
        const ps_identity_input *in = &call->input[i];
        json_t *o = json_object();
        put(d, o, "input", text(ps_input_names[in->role]));
        put(d, o, "sites", json_integer(in->sites));
        put(d, o, "fragments", json_integer((json_int_t)in->fragments));
        put(d, o, "contamination", contamination_object(d, &in->contamination));
        put(d, o, "genotypes", text(in->genotypes));
        put(d, o, "counts", text(in->counts));
        push(d, array, o);
    }
    return array;
}

static json_t *identity_object(document *d) {
    const ps_identity_call *call = &d->result->calls.identity;
    json_t *o = json_object(), *pairs = json_array();
    put(d, o, "state", text(ps_identity_state_names[call->state]));
    put(d, o, "snps", json_integer(d->result->panel->n_snps));
    put(d, o, "snp_set", text(d->result->panel->snp_set));
    put(d, o, "inputs", persons_array(d));
    for (size_t i = 0; i < call->n_pairs; i++) {
        const ps_identity_comparison *p = &call->pair[i];
        json_t *row = json_object();
        put(d, row, "a", text(ps_input_names[p->a]));
        put(d, row, "b", text(ps_input_names[p->b]));
        put(d, row, "state", text(ps_identity_state_names[p->state]));
        put(d, row, "reasons", reasons_array(d, &p->reasons));
        put(d, row, "sites", json_integer(p->sites));
        put(d, row, "concordance", real(p->concordance));
        put(d, row, "log_odds", real(p->log_odds));
        put(d, row, "log_odds_relative", real(p->log_odds_relative));
        push(d, pairs, row);
    }
    put(d, o, "pairs", pairs);
    return o;
}

/* ---- where it came from ---------------------------------------------------------------------------------------- */

static json_t *qc_array(document *d) {
    json_t *array = json_array();
    for (size_t i = 0; i < d->result->n_qc; i++) {
        const ps_qc *q = &d->result->qc[i];
        json_t *o = json_object();
        put(d, o, "check", text(q->check));
        put(d, o, "input", text(q->input));
        put(d, o, "state", text(ps_qc_state_names[q->state]));
        put(d, o, "value", real(q->value));
        put(d, o, "limit", real(q->limit));
        put(d, o, "message", text(q->message));
        push(d, array, o);
    }
    return array;
}

static json_t *inputs_array(document *d) {
    json_t *array = json_array();
    for (size_t i = 0; i < d->result->evidence.n_inputs; i++) {
        const ps_input_info *in = &d->result->evidence.input[i];
        json_t *o = json_object();
        put(d, o, "role", text(ps_input_names[in->role]));
        put(d, o, "path", text(in->path));
        put(d, o, "format", text(in->format));
        put(d, o, "build", text(in->build));
        put(d, o, "sample_name", text(in->sample_name));
        put(d, o, "records", json_integer((json_int_t)in->records));
        if (in->role == PS_INPUT_VCF && d->result->evidence.vcf.notice[0])
            put(d, o, "notice", text(d->result->evidence.vcf.notice));
        push(d, array, o);
    }
    return array;
}

static json_t *whole(double x) {
    return isfinite(x) ? json_integer((json_int_t)llround(x)) : json_null();
}

static json_t *insert_object(document *d, const ps_library *b) {
    json_t *o = json_object();
    put(d, o, "median", whole(b->insert_median));
    put(d, o, "low", whole(b->insert_low));
    put(d, o, "high", whole(b->insert_high));
    return o;
}

static json_t *damage_object(document *d, const ps_ras_library *e) {
    if (!e->damaged)
        return json_null();
    json_t *o = json_object();
    put(d, o, "substitution", text(e->damaged_pair));
    put(d, o, "haplotypes", json_integer(e->damaged));
    put(d, o, "highest_vaf", real(e->damaged_vaf));
    return o;
}

static json_t *error_rate_object(document *d, const ps_ras_library *e) {
    if (!e->given)
        return json_null();
    json_t *o = json_object();
    put(d, o, "stated", real(e->error_stated));
    put(d, o, "seen", real(e->error_seen));
    put(d, o, "spread", real(e->spread));
    return o;
}

static json_t *lanes_array(document *d, const ps_lanes *lanes) {
    json_t *array = json_array();
    for (size_t i = 0; i < lanes->n; i++) {
        char hex[17];
        snprintf(hex, sizeof hex, "%016" PRIx64, lanes->lane[i]);
        push(d, array, text(hex));
    }
    return array;
}

/* What each read input's library is, over the RAS and RAF exons. */
static json_t *library_array(document *d) {
    json_t *array = json_array();
    for (int i = 0; i < PS_N_READ_INPUTS; i++) {
        const ps_library *b = &d->result->calls.library[i];
        const ps_ras_library *e = &d->result->calls.ras.library[i];
        if (!d->result->evidence.reads[i].given)
            continue;
        json_t *o = json_object();
        put(d, o, "input", text(ps_input_names[i]));
        put(d, o, "kind", text(ps_library_names[b->kind]));
        put(d, o, "fragments", whole(b->fragments));
        put(d, o, "molecules", whole(b->molecules));
        put(d, o, "copies", real(b->copies));
        put(d, o, "copies_by_chance", real(b->chance));
        put(d, o, "molecules_per_fragment", real(b->kind == PS_LIBRARY_UNKNOWN ? NAN : b->share));
        put(d, o, "umi", real(b->umi));
        put(d, o, "amplicon", real(b->stacked));
        put(d, o, "most_molecules", whole(b->assumed));
        put(d, o, "molecules_stated", json_boolean(b->stated));
        put(d, o, "insert_size", insert_object(d, b));
        put(d, o, "first_read_forward", real(b->first_forward));
        put(d, o, "primers", whole(b->primers));
        put(d, o, "damage", damage_object(d, e));
        put(d, o, "error_rate", error_rate_object(d, e));
        put(d, o, "lanes", lanes_array(d, &d->result->evidence.reads[i].codons.lanes));
        push(d, array, o);
    }
    return array;
}

/* Reads that were looked at and left out, by input, by who looked, by cause. */
static json_t *reads_array(document *d) {
    json_t *array = json_array();
    for (int i = 0; i < PS_N_READ_INPUTS; i++) {
        const ps_read_evidence *e = &d->result->evidence.reads[i];
        for (int c = 0; e->given && c < PS_N_COLLECTORS; c++) {
            json_t *o = json_object();
            put(d, o, "input", text(ps_input_names[i]));
            put(d, o, "for", text(ps_collector_names[c]));
            put(d, o, "seen", json_integer((json_int_t)e->seen[c]));
            json_t *left = json_object();
            for (int k = 0; k < PS_N_LEFT; k++)
                put(d, left, ps_left_out_names[k], json_integer((json_int_t)e->left_out[c][k]));
            put(d, o, "left_out", left);
            push(d, array, o);
        }
    }
    return array;
}

/* What --copynumber-reference gave; whether it was used says the copy number's own `reference`. */
static json_t *given_normals_object(document *d) {
    const ps_copynumber_call *c = &d->result->calls.copynumber;
    if (!c->normals_checksum[0])
        return json_null();
    json_t *o = json_object();
    put(d, o, "name", text(c->normals_name));
    put(d, o, "checksum", text(c->normals_checksum));
    return o;
}

static json_t *provenance_object(document *d) {
    const ps_panel *panel = d->result->panel;
    const ps_model *model = d->result->label.chosen.model;
    int style = d->result->evidence.style;
    json_t *o = json_object();
    put(d, o, "program", text("plasmastrat"));
    put(d, o, "version", text(PS_VERSION));
    put(d, o, "htslib", text(ps_htslib_version()));
    put(d, o, "panel", text(panel ? panel->name : NULL));
    put(d, o, "panel_checksum", text(panel ? panel->checksum : NULL));
    put(d, o, "model", text(model ? model->name : NULL));
    put(d, o, "panel_version", text(panel ? panel->version : NULL));
    put(d, o, "build", text(panel ? panel->build : NULL));
    put(d, o, "contig_names", text(ps_style_names[style >= 0 && style < PS_N_STYLES ? style : PS_STYLE_UCSC]));
    put(d, o, "copynumber_reference", given_normals_object(d));
    const char *reference = d->result->expression_reference;
    put(d, o, "expression_reference", text(reference));
    put(d, o, "expression_reference_checksum", text(reference ? d->result->expression_reference_checksum : NULL));
    return o;
}

/* What all this was called from. */
static json_t *evidence_object(document *d) {
    json_t *o = json_object();
    char *file = d->result->no_evidence ? NULL : ps_format("%s.evidence.gz", d->result->sample_id);
    put(d, o, "file", text(file));
    put(d, o, "digest", text(d->result->evidence.digest));
    free(file);
    return o;
}

static void put_answer(document *d, json_t *o) {
    const ps_verdict *chosen = &d->result->label.chosen;
    put(d, o, "label", text(ps_label_names[ps_chosen_label(d->result)]));
    put(d, o, "probability", probability_object(d, chosen));
    put(d, o, "leaning", text(ps_leaning_name(chosen->leaning)));
    put(d, o, "reasons", reasons_array(d, &chosen->reasons));
    put(d, o, "model", model_object(d, chosen->model));
    put(d, o, "models", models_array(d));
    put(d, o, "population", population_object(d));
    put(d, o, "markers", markers_array(d, chosen));
    put(d, o, "ccnd1", ccnd1_object(d));
    put(d, o, "ras", ras_object(d));
    put(d, o, "ccnd1_expression", expression_object(d));
    put(d, o, "ccnd1_copy_number", copynumber_object(d));
    put(d, o, "igh_ccnd1", junction_object(d));
    put(d, o, "qc", qc_array(d));
    put(d, o, "inputs", inputs_array(d));
    put(d, o, "evidence", evidence_object(d));
    put(d, o, "provenance", provenance_object(d));
    put(d, o, "specimen", text(ps_specimen_names[d->result->specimen]));
    put(d, o, "borderline", json_boolean(chosen->borderline));
    put(d, o, "rates", rates_object(d, &chosen->rates));
    put(d, o, "reads", reads_array(d));
    put(d, o, "library", library_array(d));
    put(d, o, "purity", real(d->result->purity));
    put(d, o, "prior_odds", real(d->result->prior_odds));
    put(d, o, "identity", identity_object(d));
}

/* A failed sample has no answer: saying any state would be inventing one. */
static void put_failure(document *d, json_t *o) {
    put(d, o, "message", text(d->result->failure));
    put(d, o, "label", text(ps_label_names[PS_LABEL_NOT_ASSESSABLE]));
    json_t *reasons = json_array();
    push(d, reasons, text(d->result->failure));
    put(d, o, "reasons", reasons);
    put(d, o, "provenance", provenance_object(d));
}

int ps_write_json(const ps_result *result, FILE *out, ps_error *err) {
    document d = {.result = result};
    json_t *o = json_object();
    put(&d, o, "schema", text("plasmastrat/sample/2"));
    put(&d, o, "digest", json_null()); /* its place; what it is follows from the rest */
    put(&d, o, "sample_id", text(result->sample_id));
    put(&d, o, "status", text(result->failure ? "failed" : "ok"));
    if (result->failure)
        put_failure(&d, o);
    else
        put_answer(&d, o);
    char digest[JSON_DIGEST_SIZE];
    if (json_digest(o, digest) < 0)
        d.failed = 1;
    else
        put(&d, o, "digest", text(digest));
    int bad = d.failed || json_print(o, out);
    json_decref(o);
    fputc('\n', out);
    if (ps_finish(out, "the JSON result", err) < 0)
        return -1;
    return bad ? ps_fail(err, PS_ERR_RUN, NULL, 0, "the JSON result could not be built") : 0;
}
