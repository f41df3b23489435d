/* row.c - a sample's row: made from a result, and its life. */
#include "plasmastrat/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "plasmastrat/alloc.h"

void ps_row_init(ps_row *row) {
    *row = (ps_row){.probability = NAN,
                    .low = NAN,
                    .high = NAN,
                    .purity = NAN,
                    .lod95 = NAN,
                    .log2_ratio = NAN,
                    .per_cell = NAN,
                    .over_at = NAN,
                    .not_at = NAN,
                    .copies = NAN,
                    .copies_low = NAN,
                    .copies_high = NAN,
                    .contamination = NAN,
                    .split = -1,
                    .discordant = -1};
}

void ps_row_free(ps_row *row) {
    for (size_t i = 0; i < row->n_variants; i++) {
        free(row->variant[i].gene);
        free(row->variant[i].hgvs_c);
        free(row->variant[i].hgvs_p);
        free(row->variant[i].chrom);
        free(row->variant[i].ref);
        free(row->variant[i].alt);
        free(row->variant[i].protein);
        free(row->variant[i].transcript);
    }
    for (size_t i = 0; i < row->n_checks; i++) {
        free(row->check[i].check);
        free(row->check[i].input);
        free(row->check[i].message);
    }
    for (size_t i = 0; i < row->n_persons; i++) {
        free(row->person[i].counts);
        free(row->person[i].genotypes);
    }
    for (size_t i = 0; i < row->n_answers; i++)
        free(row->answer[i].name);
    free(row->answer);
    free(row->population);
    free(row->build);
    free(row->person);
    free(row->match);
    free(row->snp_set);
    free(row->variant);
    free(row->check);
    free(row->sample_id);
    free(row->failure);
    free(row->page);
    free(row->message);
    free(row->model);
    free(row->question);
    free(row->lod95_codon);
    memset(row, 0, sizeof *row);
}

ps_row_variant *ps_row_add_variant(ps_row *row, const char *gene, const char *hgvs_c, const char *hgvs_p, double vaf,
                                   int mutates) {
    row->variant = ps_resize(row->variant, row->n_variants + 1, sizeof *row->variant);
    row->variant[row->n_variants++] = (ps_row_variant){.gene = ps_strdup(gene),
                                                       .hgvs_c = ps_strdup(hgvs_c),
                                                       .hgvs_p = ps_strdup(hgvs_p),
                                                       .depth = -1,
                                                       .alt_depth = -1,
                                                       .ref_depth = -1,
                                                       .vaf = vaf,
                                                       .mutates = mutates};
    return &row->variant[row->n_variants - 1];
}

void ps_row_add_check(ps_row *row, const char *check, const char *input, ps_qc_state state, const char *message) {
    row->check = ps_resize(row->check, row->n_checks + 1, sizeof *row->check);
    row->check[row->n_checks++] = (ps_row_check){.check = ps_strdup(check),
                                                 .input = ps_strdup(input),
                                                 .message = state == PS_QC_PASS ? NULL : ps_strdup(message),
                                                 .state = state};
}

void ps_row_add_answer(ps_row *row, const char *name, ps_label_state label, int contradicts) {
    row->answer = ps_resize(row->answer, row->n_answers + 1, sizeof *row->answer);
    row->answer[row->n_answers++] = (ps_row_model){ps_strdup(name), label, contradicts};
}

void ps_row_put_contradicting(FILE *out, const ps_row *row, const char *missing) {
    const char *join = "";
    for (size_t i = 0; i < row->n_answers; i++)
        if (row->answer[i].contradicts) {
            char *plain = ps_plain(row->answer[i].name);
            fprintf(out, "%s%s", join, plain);
            free(plain);
            join = ",";
        }
    if (!*join)
        fputs(missing, out);
}

/* Why there is no definite label; NULL when there is one. */
static char *message_of(const ps_verdict *chosen) {
    char *all = NULL;
    if (ps_is_definite(chosen->label))
        return NULL;
    for (size_t i = 0; i < chosen->reasons.n; i++) {
        char sentence[640];
        ps_reason_text(&chosen->reasons.at[i], sentence, sizeof sentence);
        char *longer = ps_format("%s%s%s", all ? all : "", all ? "; " : "", sentence);
        free(all);
        all = longer;
    }
    return all;
}

static void take_label(const ps_result *r, ps_row *row) {
    const ps_verdict *chosen = &r->label.chosen;
    row->label = ps_chosen_label(r);
    row->leaning = chosen->leaning;
    row->probability = chosen->probability;
    row->low = chosen->low;
    row->high = chosen->high;
    row->message = message_of(chosen);
    if (chosen->model) {
        row->model = ps_strdup(chosen->model->name);
        row->question = ps_strdup(chosen->model->question);
        row->basis = chosen->model->basis;
    }
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        ps_row_add_answer(row, v->model->name, v->label, v->contradicts);
    }
    row->borderline = chosen->borderline;
    row->rates = chosen->rates;
    row->population = r->panel ? ps_strdup(r->panel->population.name) : NULL;
    row->specimen = r->specimen;
    row->purity = r->purity;
}

static void place_variant(const ps_result *r, const ps_ras_variant *v, ps_row_variant *to) {
    to->chrom = ps_strdup(ps_output_contig(r, v->contig));
    to->pos1 = v->pos1;
    to->ref = ps_strdup(v->ref);
    to->alt = ps_strdup(v->alt);
    to->protein = ps_strdup(v->effect.protein);
    if (v->effect.transcript >= 0 && v->effect.transcript < r->panel->n_transcripts)
        to->transcript = ps_strdup(r->panel->transcripts[v->effect.transcript].refseq);
    to->depth = v->best.depth;
    to->alt_depth = v->best.alt_depth;
    if (v->best.ref_side[PS_F1R2] >= 0 && v->best.ref_side[PS_F2R1] >= 0)
        to->ref_depth = v->best.ref_side[PS_F1R2] + v->best.ref_side[PS_F2R1];
}

/* Those of the genes that make the state come first, as in the JSON. */
static void take_variants(const ps_result *r, int context, ps_row *row) {
    const ps_ras_call *ras = &r->calls.ras;
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *v = &ras->variant[i];
        if (!v->context == !context && v->best.filter == PS_FILTER_PASS && v->effect.tier != PS_TIER_SYNONYMOUS)
            place_variant(r, v,
                          ps_row_add_variant(row, r->panel->genes[v->effect.gene].name, v->effect.hgvs_c,
                                             v->effect.hgvs_p, v->best.vaf, ps_makes_mutated(v)));
    }
}

static void take_ras(const ps_result *r, ps_row *row) {
    row->ras = r->calls.ras.state;
    take_variants(r, 0, row);
    take_variants(r, 1, row);
    int worst = ps_worst_codon(r);
    if (worst < 0)
        return;
    const ps_codon *codon = &r->panel->codons[worst];
    row->lod95 = ps_codon_seen(r, worst).lod95;
    row->lod95_codon = ps_format("%s:%d", r->panel->genes[codon->gene].name, codon->number);
}

static void take_ccnd1(const ps_calls *c, ps_row *row) {
    row->ccnd1 = c->ccnd1.state;
    row->cause = c->ccnd1.cause;
    row->expression = c->expression.state;
    if (ps_expression_counted(&c->expression)) {
        row->log2_ratio = c->expression.log2_ratio;
        row->per_cell = c->expression.per_cell;
        row->over_at = c->expression.cut_offs.high_from;
        row->not_at = c->expression.cut_offs.low_to;
    }
    row->copy_number = c->copynumber.state;
    row->scope = c->copynumber.scope;
    if (ps_copies_counted(&c->copynumber)) {
        row->copies = c->copynumber.copies;
        row->copies_low = c->copynumber.copies_low;
        row->copies_high = c->copynumber.copies_high;
        if (c->copynumber.hyperdiploid >= 0)
            row->hyperdiploid = c->copynumber.hyperdiploid ? PS_ANSWER_YES : PS_ANSWER_NO;
    }
    row->junction = c->junction.state;
    if (ps_junction_counted(&c->junction)) {
        row->split = c->junction.split;
        row->discordant = c->junction.discordant;
    }
}

static void take_persons(const ps_result *r, ps_row *row) {
    const ps_identity_call *call = &r->calls.identity;
    row->identity = call->state;
    row->snp_set = call->n_inputs ? ps_strdup(r->panel->snp_set) : NULL;
    row->person = ps_alloc(call->n_inputs, sizeof *row->person);
    for (size_t i = 0; i < call->n_inputs; i++) {
        const ps_identity_input *in = &call->input[i];
        row->person[row->n_persons++] = (ps_row_person){.role = in->role,
                                                        .sites = in->sites,
                                                        .counts = ps_strdup(in->counts),
                                                        .genotypes = ps_strdup(in->genotypes)};
        if (in->contamination.state != PS_CONTAMINATION_NOT_ASSESSABLE &&
            !(in->contamination.fraction <= row->contamination))
            row->contamination = in->contamination.fraction;
    }
}

void ps_row_of(const ps_result *result, ps_row *row) {
    ps_row_init(row);
    row->sample_id = ps_strdup(result->sample_id);
    row->failure = ps_strdup(result->failure);
    if (result->failure)
        return;
    row->page = ps_format("%s.html", result->sample_id);
    for (size_t i = 0; i < result->evidence.n_inputs && !row->build; i++)
        row->build = ps_strdup(result->evidence.input[i].build);
    take_label(result, row);
    take_ras(result, row);
    take_ccnd1(&result->calls, row);
    take_persons(result, row);
    for (int role = 0; role <= PS_INPUT_DNA; role++)
        ps_lanes_add(&row->lanes, &result->evidence.reads[role].codons.lanes);
    for (size_t i = 0; i < result->n_qc; i++) {
        const ps_qc *q = &result->qc[i];
        ps_row_add_check(row, q->check, q->input, q->state, q->message);
    }
}
