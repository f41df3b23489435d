/* again.c - what this version's rules make of one ID.json's own evidence: it must say the same.
 *
 * Only for files that this version wrote. The label follows from the calls, CCND1 from its three methods; with the panel at
 * hand also RAS from the fragments by codon, persons from their SNPs, and the checks from all of it: where no digest says that
 * the file is as it was written.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "read.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/result_read.h"
#include "plasmastrat/stats.h"

static const char why[] = "edited by hand, or written by a version with other rules";

/* Within one of the last digit written: weights may have had more digits than the file. */
static int same(double a, double b) {
    double most = fmax(fabs(a), fabs(b)), digit = most >= 1 ? pow(10, floor(log10(most)) - 5) : 1e-6;
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 2 * digit;
}

static void want_text(json_reader *r, const char *key, const char *is, const char *follows) {
    if (strcmp(is ? is : "none", follows ? follows : "none") != 0)
        node_fail(r, key, "'%.160s', but '%.160s' follows: %s", is ? is : "none", follows ? follows : "none", why);
}

static void want_real(json_reader *r, const char *key, double is, double follows) {
    if (!same(is, follows))
        node_fail(r, key, "%g, but %g follows: %s", is, follows, why);
}

static void want_count(json_reader *r, const char *key, int64_t is, int64_t follows) {
    if (is != follows)
        node_fail(r, key, "%lld, but %lld follows: %s", (long long)is, (long long)follows, why);
}

static void want_reasons(json_reader *r, const ps_reasons *is, const ps_reasons *follow) {
    want_count(r, "reasons", (int64_t)is->n, (int64_t)follow->n);
    for (size_t i = 0; i < is->n && i < follow->n; i++) {
        char a[640], b[640];
        ps_reason_text(&is->at[i], a, sizeof a);
        ps_reason_text(&follow->at[i], b, sizeof b);
        want_text(r, "reasons", a, b);
    }
}

/* ---- labels -----------------------------------------------------------------------------------------------------
 */

static void judge_markers(json_reader *r, const ps_verdict *v, const ps_verdict *again) {
    for (int k = 0; k < PS_N_MARKERS; k++) {
        size_t outside = node_enter(r, "markers", k);
        const ps_marker_verdict *is = &v->marker[k], *follows = &again->marker[k];
        want_text(r, "state", ps_marker_state_names[is->state], ps_marker_state_names[follows->state]);
        want_real(r, "log_likelihood_ratio", is->llr, follows->llr);
        want_real(r, "low", is->low, follows->low);
        want_real(r, "high", is->high, follows->high);
        node_leave(r, outside);
    }
}

static void judge_again(json_reader *r, const ps_result *result, const ps_verdict *v) {
    ps_verdict again;
    if (!json_has_weights(v->model) || result->own_panel)
        return;
    ps_judge(v->model, &result->panel->population, &result->calls, result->specimen, result->prior_odds, &again);
    want_real(r, "probability", v->probability, again.probability);
    want_real(r, "probability.low", v->low, again.low);
    want_real(r, "probability.high", v->high, again.high);
    want_text(r, "leaning", ps_leaning_name(v->leaning), ps_leaning_name(again.leaning));
    want_text(r, "label", ps_label_names[v->label], ps_label_names[again.label]);
    want_reasons(r, &v->reasons, &again.reasons);
    judge_markers(r, v, &again);
}

/* A model file may not take the name of one of the panel's (cli_load_knowledge). */
static void check_model(json_reader *r, const ps_result *result) {
    const ps_model *model = result->label.chosen.model;
    int at = ps_panel_model(result->panel, model->name);
    if (at >= 0 && json_has_weights(model) && !ps_model_equal(model, &result->panel->models[at]))
        node_fail(r, "model", "is not '%s' of panel %s, whose basis, thresholds or weights are others: %s",
                  model->name, result->panel->name, why);
}

/* ---- CCND1 ------------------------------------------------------------------------------------------------------
 */

static void call_ccnd1_again(json_reader *r, const ps_result *result) {
    const ps_calls *c = &result->calls;
    ps_case none = {.panel = result->panel, .purity = NAN};
    ps_ccnd1_call again;
    ps_call_ccnd1(&none, &c->expression, &c->copynumber, &c->junction, &again);
    size_t outside = node_enter(r, "ccnd1", -1);
    want_text(r, "state", ps_ccnd1_state_names[c->ccnd1.state], ps_ccnd1_state_names[again.state]);
    want_text(r, "cause", ps_cause_names[c->ccnd1.cause], ps_cause_names[again.cause]);
    want_reasons(r, &c->ccnd1.reasons, &again.reasons);
    node_leave(r, outside);
}

/* Six digits of the unit leave log2 five decimals. */
static void want_log2(json_reader *r, const char *key, double is, double follows) {
    if (!(fabs(is - follows) <= 2e-5))
        want_real(r, key, is, follows);
}

/* The numbers of a file that tells every gene. */
static void measure_again(json_reader *r, const ps_panel *panel, const ps_expression_call *e) {
    if (!ps_expression_counted(e) || e->n_genes != (size_t)panel->n_genes)
        return;
    ps_expression_call again = *e;
    again.gene = ps_alloc(e->n_genes, sizeof *again.gene);
    memcpy(again.gene, e->gene, e->n_genes * sizeof *again.gene);
    ps_expression_measure(panel, &again);
    want_count(r, "fragments", e->fragments, again.fragments);
    want_log2(r, "log2_ratio", e->log2_ratio, again.log2_ratio);
    want_log2(r, "low", e->low, again.low);
    want_log2(r, "high", e->high, again.high);
    for (size_t i = 0; i < e->n_genes; i++) {
        size_t outside = node_enter(r, "all_genes", (long)i);
        want_text(r, "gene", panel->genes[e->gene[i].gene].name, panel->genes[i].name);
        want_log2(r, "log2_ratio", e->gene[i].log2_ratio, again.gene[i].log2_ratio);
        node_leave(r, outside);
    }
    free(again.gene);
}

/* Without the panel CCND1 is still a row of the genes, and no state has no odds. */
static void check_expression(json_reader *r, const ps_result *result) {
    const ps_expression_call *e = &result->calls.expression;
    const ps_limits *limits = &result->panel->limits;
    size_t outside = node_enter(r, "ccnd1_expression", -1);
    if (!result->own_panel && !r->vouched)
        measure_again(r, result->panel, e);
    for (size_t i = 0; i < e->n_genes; i++)
        if (e->gene[i].gene == result->panel->ccnd1) {
            want_count(r, "fragments", e->fragments, (int64_t)e->gene[i].fragments);
            want_real(r, "log2_ratio", e->log2_ratio, e->gene[i].log2_ratio);
        }
    (void)limits;
    node_leave(r, outside);
}

/* ---- RAS --------------------------------------------------------------------------------------------------------
 */

static const char *transcript_of(const ps_panel *panel, const ps_effect *effect) {
    return effect->transcript < 0 ? NULL : panel->transcripts[effect->transcript].refseq;
}

static void same_effect(json_reader *r, const ps_panel *panel, const ps_effect *is, const ps_effect *follows) {
    want_text(r, "gene", panel->genes[is->gene].name, panel->genes[follows->gene].name);
    want_text(r, "hgvs_c", is->hgvs_c, follows->hgvs_c);
    want_text(r, "hgvs_p", is->hgvs_p, follows->hgvs_p);
    want_text(r, "protein", is->protein, follows->protein);
    want_count(r, "codon", is->codon, follows->codon);
    want_text(r, "tier", ps_tier_names[is->tier], ps_tier_names[follows->tier]);
    want_text(r, "transcript", transcript_of(panel, is), transcript_of(panel, follows));
}

static void same_numbers(json_reader *r, const ps_ras_said *is, const ps_ras_said *follows) {
    static const char *const ref_keys[] = {"ref_f1r2", "ref_f2r1"}, *const alt_keys[] = {"alt_f1r2", "alt_f2r1"};
    want_count(r, "depth", is->depth, follows->depth);
    want_count(r, "alt_depth", is->alt_depth, follows->alt_depth);
    want_real(r, "vaf", is->vaf, follows->vaf);
    want_real(r, "vaf_low", is->vaf_low, follows->vaf_low);
    want_real(r, "vaf_high", is->vaf_high, follows->vaf_high);
    want_real(r, "lod", is->lod, follows->lod);
    for (int side = 0; side < 2; side++) {
        want_count(r, ref_keys[side], is->ref_side[side], follows->ref_side[side]);
        want_count(r, alt_keys[side], is->alt_side[side], follows->alt_side[side]);
    }
}

static void same_variant(json_reader *r, const ps_panel *panel, const ps_ras_variant *is,
                         const ps_ras_variant *follows) {
    ps_ras_said was = ps_ras_numbers(is), now = ps_ras_numbers(follows);
    want_count(r, "pos", is->pos1, follows->pos1);
    want_text(r, "ref", is->ref, follows->ref);
    want_text(r, "alt", is->alt, follows->alt);
    same_effect(r, panel, &is->effect, &follows->effect);
    want_text(r, "filter", ps_filter_name_of(is), ps_filter_name_of(follows));
    want_count(r, "sources", is->sources, follows->sources);
    same_numbers(r, &was, &now);
    for (int role = 0; role < PS_N_INPUTS; role++) {
        size_t outside = node_enter(r, ps_input_names[role], -1);
        want_count(r, "depth", is->source_depth[role], follows->source_depth[role]);
        want_count(r, "alt_depth", is->source_alt[role], follows->source_alt[role]);
        node_leave(r, outside);
    }
}

/* What each input alone says of a variant follows from its fragments with and without it. */
static void check_said(json_reader *r, const ps_case *c, const ps_ras_variant *v) {
    for (int role = 0; role < PS_N_INPUTS; role++) {
        ps_ras_said again;
        if (!v->said[role].given || !ps_ras_say_again(c, v, (ps_input_role)role, &again))
            continue;
        size_t outside = node_enter(r, ps_input_names[role], -1);
        same_numbers(r, &v->said[role], &again);
        node_leave(r, outside);
    }
}

/* Codons that the file does not list are as nobody saw them. */
static void same_codons(json_reader *r, const ps_panel *panel, const ps_ras_call *is, const ps_ras_call *follows) {
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *codon = &panel->codons[i];
        const ps_ras_codon *a = &is->codon[i], *b = &follows->codon[i];
        if (a->depth >= 0 && (a->state != b->state || !same(a->lod95, b->lod95)))
            node_fail(r, "codons", "%s %d is '%s', but '%s' follows: %s", panel->genes[codon->gene].name,
                      codon->number, ps_ras_state_names[a->state], ps_ras_state_names[b->state], why);
    }
}

static void call_ras_again(json_reader *r, const ps_result *result, const ps_case *c) {
    const ps_ras_call *is = &result->calls.ras;
    ps_ras_call again = {0};
    ps_join_ras(c, &is, 1, &again);
    size_t outside = node_enter(r, "ras", -1), before = 0;
    want_count(r, "variants", (int64_t)is->n_variants, (int64_t)again.n_variants);
    for (size_t i = 0; i < is->n_variants && !r->failed; i++) {
        const ps_ras_variant *v = &is->variant[i];
        before += !v->context;
        size_t here =
            node_enter(r, v->context ? "context_variants" : "variants", (long)(v->context ? i - before : i));
        check_said(r, c, v);
        same_variant(r, result->panel, v, &again.variant[i]);
        node_leave(r, here);
    }
    same_codons(r, result->panel, is, &again);
    want_text(r, "state", ps_ras_state_names[is->state], ps_ras_state_names[again.state]);
    want_reasons(r, &is->reasons, &again.reasons);
    want_real(r, "log_odds", is->log_odds, again.log_odds);
    node_leave(r, outside);
    ps_calls joint = {.ras = again};
    ps_calls_free(&joint);
}

/* ---- persons and checks -----------------------------------------------------------------------------------------
 */

static void compare_persons_again(json_reader *r, const ps_result *result) {
    const ps_identity_call *is = &result->calls.identity;
    ps_identity_call again = *is;
    ps_identity_pairs(result->panel, &again);
    size_t outside = node_enter(r, "identity", -1);
    want_count(r, "pairs", (int64_t)is->n_pairs, (int64_t)again.n_pairs);
    for (size_t i = 0; i < is->n_pairs && i < again.n_pairs; i++) {
        const ps_identity_comparison *a = &is->pair[i], *b = &again.pair[i];
        size_t here = node_enter(r, "pairs", (long)i);
        want_text(r, "state", ps_identity_state_names[a->state], ps_identity_state_names[b->state]);
        want_count(r, "sites", a->sites, b->sites);
        want_real(r, "concordance", a->concordance, b->concordance);
        want_real(r, "log_odds", a->log_odds, b->log_odds);
        want_real(r, "log_odds_relative", a->log_odds_relative, b->log_odds_relative);
        node_leave(r, here);
    }
    node_leave(r, outside);
}

static int same_check(const ps_qc *a, const ps_qc *b) {
    return !strcmp(a->check, b->check) && !strcmp(a->input, b->input);
}

/* A row of this check and input that says the same; *any: there is a row of them at all. */
static int has_row(const ps_qc *rows, size_t n, const ps_qc *row, int *any) {
    for (size_t i = 0; i < n; i++) {
        if (!same_check(&rows[i], row))
            continue;
        *any = 1;
        if (rows[i].state == row->state && same(rows[i].value, row->value) && same(rows[i].limit, row->limit) &&
            !strcmp(rows[i].message, row->message))
            return 1;
    }
    return 0;
}

/* Rows that only the run on the files could make are taken as they are; so is the sample's name, which a cohort may give
 * anew. */
static void check_again(json_reader *r, const ps_result *result) {
    ps_result again = *result;
    again.qc = NULL;
    again.n_qc = 0;
    ps_result_checks(&again);
    for (size_t i = 0; i < result->n_qc + again.n_qc; i++) {
        int in_file = i < result->n_qc, any = 0;
        const ps_qc *row = in_file ? &result->qc[i] : &again.qc[i - result->n_qc];
        const ps_qc *others = in_file ? again.qc : result->qc;
        int found = has_row(others, in_file ? again.n_qc : result->n_qc, row, &any);
        if (!found && (any || !in_file) && strcmp(row->check, "sample-name") != 0)
            node_fail(r, "qc", "check '%.40s' of %s, '%s', %s: %s", row->check, row->input,
                      ps_qc_state_names[row->state], in_file ? "does not follow" : "follows and is not there", why);
    }
    free(again.qc);
}

/* ---- all of it --------------------------------------------------------------------------------------------------
 */

/* Is all at hand that RAS rests on? */
static int has_counts(const ps_result *result) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if (result->evidence.reads[role].given && !result->evidence.reads[role].genes.gene)
            return 0;
    return ps_result_has_panel(result);
}

void json_check_again(json_reader *r, const ps_result *result) {
    ps_case c = {.panel = result->panel,
                 .purity = result->purity,
                 .vcf = result->evidence.has_vcf ? &result->evidence.vcf : NULL};
    c.sites = result->evidence.has_sites ? &result->evidence.sites : NULL;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &result->evidence.reads[role];
    check_expression(r, result);
    call_ccnd1_again(r, result);
    judge_again(r, result, &result->label.chosen);
    for (size_t i = 0; i < result->label.n_verdicts; i++) {
        size_t outside = node_enter(r, "models", (long)i);
        judge_again(r, result, &result->label.verdict[i]);
        node_leave(r, outside);
    }
    check_model(r, result);
    if (r->vouched || !has_counts(result) || r->failed)
        return;
    call_ras_again(r, result, &c);
    compare_persons_again(r, result);
    check_again(r, result);
}
