/* page.c - ID.html: report.html with its {{placeholders}} filled. Every piece of user text goes through ps_put_html.
 */
#include "plasmastrat/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "figures.h"
#include "pieces.h"
#include "plasmastrat/explain.h"
#include "plasmastrat/spelling.h"

typedef void section(const ps_result *, FILE *);

static const char *kind_of_label(ps_label_state state) {
    static const char *const kinds[PS_N_LABELS] = {
        [PS_LABEL_NOT_ASSESSABLE] = "none", [PS_LABEL_INDETERMINATE] = "amber", [PS_LABEL_PLASMACYTOMA] = "warm",
        [PS_LABEL_INTRAMEDULLARY] = "cool", [PS_LABEL_NOT_APPLICABLE] = "none",
    };
    return kinds[state];
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

static void put_sample(const ps_result *r, FILE *out) {
    ps_put_html(out, r->sample_id);
}

static void put_sample_css(const ps_result *r, FILE *out) {
    ps_put_css_string(out, r->sample_id);
}

static void put_version(const ps_result *r, FILE *out) {
    (void)r;
    fputs(PS_VERSION, out);
}

static void put_failure(const ps_result *r, FILE *out) {
    fputs("<div class=\"verdict red\"><p class=\"label\">failed</p>\n<p>", out);
    ps_put_html(out, r->failure);
    fputs("</p>\n<p class=\"note\">This sample has no answer: no marker was assessed.</p></div>\n", out);
}

static void put_probability(const ps_verdict *v, FILE *out) {
    fputs("<p class=\"probability\">Probability of plasmacytoma-like <b>", out);
    ps_say(out, "%s", NUM(v->probability, 2));
    fputs("</b>, 95 % interval <b>", out);
    ps_say(out, "%s to %s", NUM(v->low, 2), NUM(v->high, 2));
    fputs("</b></p>\n<figure>", out);
    ps_figure_probability(out, v);
    fputs("</figure>\n", out);
}

/* Failed checks and warnings, with value and limit. */
static void limiting_checks(const ps_result *r, FILE *out) {
    static const ps_qc_state order[] = {PS_QC_FAIL, PS_QC_WARN};
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < r->n_qc; i++) {
            const ps_qc *q = &r->qc[i];
            if (q->state != order[o])
                continue;
            fputs("<li><b>", out);
            ps_say(out, "%s", q->check);
            fputs("</b>: ", out);
            ps_say(out, "%s (%s)", q->state == PS_QC_FAIL ? "failed check" : "warning", q->input);
            if (isfinite(q->value))
                ps_say(out, ", value %s", ps_rounded(PS_NUMBER_BUFFER, q->value, DASH));
            if (isfinite(q->limit))
                ps_say(out, ", limit %s", ps_rounded(PS_NUMBER_BUFFER, q->limit, DASH));
            ps_say(out, ": %s", q->message);
            fputs("</li>\n", out);
        }
}

static void put_limits(const ps_result *r, FILE *out) {
    const ps_reasons *reasons = &r->label.chosen.reasons;
    int worst = ps_worst_codon(r), seen = r->calls.ras.state == PS_RAS_WILD_TYPE && worst >= 0;
    fputs("<div><h2>What limits it</h2>\n<ul class=\"reasons\">\n", out);
    fputs("<li>", out);
    ps_say(out, "Model %s: %s.", r->label.chosen.model->name, ps_basis_sentence(r->label.chosen.model->basis));
    fputs("</li>\n", out);
    ps_reason_items(out, reasons);
    if (r->calls.ras.state == PS_RAS_NOT_ASSESSABLE)
        ps_reason_items(out, &r->calls.ras.reasons);
    if (r->calls.ccnd1.state == PS_CCND1_NOT_ASSESSABLE)
        ps_reason_items(out, &r->calls.ccnd1.reasons);
    if (seen) {
        fputs("<li>", out);
        ps_say(out, "A RAS mutation of less than %s VAF could have been missed.",
               PERCENT(ps_codon_seen(r, worst).lod95));
        fputs("</li>\n", out);
    }
    limiting_checks(r, out);
    fputs("</ul></div>\n", out);
}

static void put_next(const ps_result *r, FILE *out) {
    ps_explanation e;
    ps_next_steps(r, &e);
    fputs("<div><h2>What to do next</h2>\n<ul class=\"reasons next\">\n", out);
    for (size_t i = 0; i < e.n; i++)
        ps_element(out, "li", "", e.sentence[i].text);
    fputs("</ul></div>\n", out);
    ps_explanation_free(&e);
}

/* What must stand where the label stands: how often it is given, that nobody validated it, and who says the opposite.
 */
static void put_words(const ps_result *r, FILE *out) {
    char words[400];
    if (ps_rate_words(r, words, sizeof words)) {
        fputs("<p class=\"note\">", out);
        ps_put_html(out, words);
        fputs("</p>\n", out);
    }
    if (ps_contradiction_words(r, words, sizeof words)) {
        fputs("<p><b>Contradicted:</b> ", out);
        ps_put_html(out, words);
        fputs("</p>\n", out);
    }
}

static void put_verdict(const ps_result *r, FILE *out) {
    if (r->failure) {
        put_failure(r, out);
        return;
    }
    const ps_verdict *v = &r->label.chosen;
    ps_label_state label = ps_chosen_label(r);
    fprintf(out, "<div class=\"verdict %s\"><p class=\"label\">", kind_of_label(label));
    ps_put_html(out, ps_label_names[label]);
    if (label == PS_LABEL_INDETERMINATE) {
        fputs(" <span class=\"leaning\">", out);
        ps_say(out, "leaning: %s", ps_leaning_name(v->leaning));
        fputs("</span>", out);
    }
    fputs("</p>\n", out);
    put_words(r, out);
    if (v->model && isfinite(v->probability))
        put_probability(v, out);
    if (v->model) {
        fputs("<div class=\"answer\">\n", out);
        put_limits(r, out);
        put_next(r, out);
        fputs("</div>\n<p class=\"note\">", out);
        ps_say(out, "Model %s (basis %s). Specimen: %s. Purity: %s. Question: %s", v->model->name,
               ps_basis_names[v->model->basis], ps_specimen_names[r->specimen],
               isfinite(r->purity) ? PERCENT(r->purity) : "unknown", v->model->question);
        fputs("</p>\n", out);
    }
    fputs("</div>\n", out);
}

/* ---- markers and models ---------------------------------------------------------------------------------------- */

static const char *kind_of_marker(ps_marker_state state) {
    return state == PS_MARKER_POSITIVE ? "warm" : state == PS_MARKER_NEGATIVE ? "cool" : "none";
}

static void put_markers(const ps_result *r, FILE *out) {
    const ps_verdict *v = &r->label.chosen;
    const char *const finding[PS_N_MARKERS] = {ps_ccnd1_state_names[r->calls.ccnd1.state],
                                               ps_ras_state_names[r->calls.ras.state]};
    static const char *const columns[] = {"Marker",
                                          "Finding",
                                          "#Weight (ln LR)",
                                          "#95 % interval",
                                          "intramedullary \xE2\x86\x90 weight \xE2\x86\x92 plasmacytoma-like",
                                          NULL};
    ps_stack_head(out, "What each marker adds to the chosen model's answer", columns);
    for (int m = 0; m < PS_N_MARKERS; m++) {
        const ps_marker_verdict *mark = &v->marker[m];
        int known = mark->state != PS_MARKER_NOT_ASSESSABLE;
        fprintf(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">%s</th><td role=\"cell\">",
                m == PS_MARKER_CCND1 ? "CCND1" : "RAS");
        ps_chip(out, kind_of_marker(mark->state), finding[m]);
        if (m == PS_MARKER_CCND1)
            ps_say(out, " cause: %s", ps_cause_names[r->calls.ccnd1.cause]);
        fputs("</td>", out);
        ps_cell(out, "n", known ? NUM(mark->llr, 2) : DASH);
        fputs("<td role=\"cell\" class=\"n\">", out);
        if (known)
            ps_say(out, "%s to %s", NUM(mark->low, 2), NUM(mark->high, 2));
        else
            fputs("no weight", out);
        fputs("</td><td role=\"cell\" class=\"bars\">", out);
        ps_figure_weight(out, m == PS_MARKER_CCND1 ? "CCND1" : "RAS", mark, ps_figure_weight_reach(v));
        fputs("</td></tr>\n", out);
    }
    ps_table_end(out);
    fputs("<p class=\"note\">A weight is the natural logarithm of the likelihood ratio (LR): 0 changes nothing, +1 "
          "makes the odds of plasmacytoma-like 2.7 times higher, -1 makes them 2.7 times lower. The line over each "
          "bar is its 95 % interval.</p>\n",
          out);
}

static void put_model_answer(const ps_verdict *v, FILE *out) {
    fputs("<td role=\"cell\">", out);
    ps_chip(out, kind_of_label(v->label), ps_label_names[v->label]);
    if (!v->applies)
        ps_say(out, " %s", ps_if_it_were(v->model));
    if (v->contradicts)
        fputs(" <b>contradicts the label</b>", out);
    fputs("</td>", out);
    ps_cell(out, "n", NUM(v->probability, 2));
    fputs("<td role=\"cell\" class=\"n\">", out);
    if (isfinite(v->probability))
        ps_say(out, "%s to %s", NUM(v->low, 2), NUM(v->high, 2));
    else
        fputs(DASH, out);
    fputs("</td><td role=\"cell\" class=\"bars\">", out);
    ps_figure_probability_small(out, v);
    fputs("</td>", out);
}

static void put_model_row(const ps_verdict *v, int is_chosen, FILE *out) {
    fprintf(out, "<tr role=\"row\"%s><th role=\"rowheader\" scope=\"row\" class=\"model\">",
            is_chosen ? " class=\"chosen\"" : "");
    ps_put_html(out, v->model->name);
    fputs(is_chosen ? " (chosen) <span class=\"soft\">" : " <span class=\"soft\">", out);
    ps_put_html(out, v->model->question);
    fputs("</span></th>", out);
    put_model_answer(v, out);
    ps_cell(out, "", ps_basis_names[v->model->basis]);
    ps_cell(out, "", ps_model_specimen(v->model));
    fputs("<td role=\"cell\" class=\"n\">", out);
    ps_say(out, "%.0f, %.0f, %.0f", 100 * v->rates.of[PS_LABEL_PLASMACYTOMA],
           100 * v->rates.of[PS_LABEL_INTRAMEDULLARY], 100 * v->rates.of[PS_LABEL_INDETERMINATE]);
    fputs("</td></tr>\n", out);
}

static void put_models(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Model and its question",
                                          "Answer",
                                          "#Probability",
                                          "#95 % interval",
                                          "0 \xE2\x86\x90 plasmacytoma-like \xE2\x86\x92 1",
                                          "Basis",
                                          "For",
                                          "#Rates in ordinary myeloma",
                                          NULL};
    const ps_model *chosen = r->label.chosen.model;
    ps_stack_head(out, "Each model answers its own question, so the same marker can count for or against", columns);
    for (size_t i = 0; i < r->label.n_verdicts; i++)
        put_model_row(&r->label.verdict[i], chosen && !strcmp(r->label.verdict[i].model->name, chosen->name), out);
    ps_table_end(out);
    fputs("<p class=\"note\">Rates: of 100 ordinary myelomas the model labels so many plasmacytoma-like, "
          "intramedullary, indeterminate.</p>\n",
          out);
}

/* ---- RAS ------------------------------------------------------------------------------------------------------- */

static void put_ras_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_RAS_STATES] = {"none", "cool", "warm"};
    ps_chip(out, kinds[r->calls.ras.state], ps_ras_state_names[r->calls.ras.state]);
}

static void put_sources(FILE *out, const ps_ras_variant *v) {
    const char *join = "";
    for (int s = 0; s < PS_N_INPUTS; s++) {
        if (v->source_depth[s] < 0 && v->source_alt[s] < 0 && !(v->sources >> s & 1))
            continue;
        ps_say(out, "%s%s", join, ps_input_names[s]);
        if (v->source_depth[s] >= 0 || v->source_alt[s] >= 0)
            ps_say(out, " %s/%s", COUNT(v->source_alt[s]), COUNT(v->source_depth[s]));
        if (!(v->sources >> s & 1))
            fputs(" (not called there)", out);
        join = ", ";
    }
}

/* A line may break between the two ends of a change. */
static void put_protein(FILE *out, const char *hgvs_p) {
    const char *end = strchr(hgvs_p, '_');
    int first = end ? (int)(end - hgvs_p) + 1 : 0;
    ps_say(out, "%.*s", first, hgvs_p);
    if (end)
        fputs("<wbr>", out);
    ps_say(out, "%s", hgvs_p + first);
}

static void variant_row(const ps_result *r, FILE *out, const ps_ras_variant *v) {
    fprintf(out, "<tr role=\"row\"%s><th role=\"rowheader\" scope=\"row\" class=\"change\">",
            v->best.filter == PS_FILTER_PASS ? "" : " class=\"refused\"");
    ps_say(out, "%s ", r->panel->genes[v->effect.gene].name);
    put_protein(out, v->effect.hgvs_p);
    fputs("<br><span class=\"soft\">", out);
    ps_say(out, "%s%s", ps_tier_names[v->effect.tier], v->context ? ", context only" : "");
    fputs("</span></th><td role=\"cell\" class=\"place\">", out);
    ps_say(out, "%s", v->effect.hgvs_c);
    fputs("<br><code>", out);
    ps_say(out, "%s:%d %s>%s", ps_output_contig(r, v->contig), (int)v->pos1, v->ref, v->alt);
    fputs("</code>", out);
    fputs("</td><td role=\"cell\">", out);
    ps_chip(out, v->best.filter == PS_FILTER_PASS ? "green" : "amber", ps_filter_name_of(v));
    if (v->vcf_filter)
        ps_say(out, " VCF: %s", v->vcf_filter);
    fputs("</td><td role=\"cell\" class=\"wide\">", out);
    if (isfinite(v->best.vaf) && isfinite(v->best.vaf_low) && isfinite(v->best.vaf_high))
        ps_say(out, "%s (%s to %s)", PERCENT(v->best.vaf), PERCENT(v->best.vaf_low), PERCENT(v->best.vaf_high));
    else if (isfinite(v->best.vaf))
        ps_say(out, "%s", PERCENT(v->best.vaf));
    else
        fputs("not given", out);
    ps_figure_vaf(out, v);
    fputs("</td><td role=\"cell\" class=\"n\">", out);
    ps_say(out, v->best.depth < 0 && v->best.alt_depth < 0 ? DASH : "%s / %s", COUNT(v->best.alt_depth),
           COUNT(v->best.depth));
    fputs("</td><td role=\"cell\" class=\"n\">", out);
    int sided = v->best.alt_side[PS_F1R2] >= 0 && v->best.alt_side[PS_F2R1] >= 0;
    ps_say(out, sided ? "%s + %s" : DASH, COUNT(v->best.alt_side[PS_F1R2]), COUNT(v->best.alt_side[PS_F2R1]));
    fputs("</td>", out);
    ps_cell(out, "n", NUM(v->best.lod, 1));
    fputs("<td role=\"cell\" class=\"sources\">", out);
    put_sources(out, v);
    fputs("</td></tr>\n", out);
}

static void put_variants(const ps_result *r, FILE *out) {
    static const char *const columns[] = {
        "Change", "Place", "Filter", "VAF, 95 % interval", "#Fragments", "#By strand", "#LOD", "Seen in", NULL};
    if (!r->calls.ras.n_variants) {
        fputs("<p>No variant was called or refused.</p>\n", out);
        return;
    }
    ps_stack_head(out, "Variants called and candidates refused by a filter", columns);
    for (size_t i = 0; i < r->calls.ras.n_variants; i++)
        variant_row(r, out, &r->calls.ras.variant[i]);
    ps_table_end(out);
    fputs("<p class=\"note\">VAF: share of the fragments that show the change; its bar runs from 0 to 100 %. "
          "Fragments: with the change / all. By strand: those with the change whose read 1 is forward + reverse. "
          "LOD: log10 of how much likelier the fragments are with the change than with errors alone. Only a change "
          "with the filter PASS can make RAS mutated.</p>\n",
          out);
}

static void hotspot_item(const ps_result *r, FILE *out, int codon) {
    static const char *const kinds[PS_N_RAS_STATES] = {"amber", "cool", "warm"};
    const ps_codon *c = &r->panel->codons[codon];
    ps_ras_codon seen = ps_codon_seen(r, codon);
    fprintf(out, "<li class=\"%s\"><b>", kinds[seen.state]);
    ps_say(out, "%s %d ", r->panel->genes[c->gene].name, c->number);
    fputs("</b>", out);
    if (seen.state == PS_RAS_MUTATED)
        ps_say(out, isnan(seen.lod95) ? "mutated" : "mutated (%s VAF would be seen)", PERCENT(seen.lod95));
    else if (isnan(seen.lod95))
        fputs("not assessable (no VAF would be seen)", out);
    else if (seen.state == PS_RAS_WILD_TYPE)
        ps_say(out, "wild type (%s VAF would be seen)", PERCENT(seen.lod95));
    else
        ps_say(out, "not assessable (only %s VAF would be seen)", PERCENT(seen.lod95));
    if (seen.depth >= 0) {
        fputs("<br><span>", out);
        ps_say(out, "%lld fragment%s, %s", (long long)seen.depth, ps_s(seen.depth), ps_input_names[seen.source]);
        if (isfinite(seen.lod95_of[PS_CHANGE_INDEL]))
            ps_say(out, "; substitutions %s, multi-base %s, in-frame indels %s",
                   PERCENT(seen.lod95_of[PS_CHANGE_SUBSTITUTION]), PERCENT(seen.lod95_of[PS_CHANGE_MULTI_BASE]),
                   PERCENT(seen.lod95_of[PS_CHANGE_INDEL]));
        fputs("</span>", out);
    }
    fputs("</li>\n", out);
}

/* What the page shows below the table of variants has placeholders of its own: see report.html. */
static void put_ras(const ps_result *r, FILE *out) {
    ps_reasons_list(out, &r->calls.ras.reasons);
    ps_origin_note(out, r, PS_MARKED_RAS);
    put_variants(r, out);
}

static void put_codons(const ps_result *r, FILE *out) {
    const ps_panel *panel = r->panel;
    int any_seen = 0;
    fputs("<h3>Hotspot codons</h3>\n<ul class=\"codons\">\n", out);
    for (int c = 0; c < panel->n_codons; c++)
        if (panel->codons[c].required)
            hotspot_item(r, out, c);
    fputs("</ul>\n", out);
    for (int c = 0; c < panel->n_codons; c++)
        any_seen |= ps_codon_seen(r, c).depth > 0;
    if (!any_seen)
        return;
    fputs("<h3>Codon by codon</h3>\n", out);
    ps_figure_codon_legend(out);
    for (int g = 0; g < panel->n_genes; g++) {
        if (!ps_gene_in_state(panel, g))
            continue;
        fputs("<figure class=\"plot\">\n<figcaption><b>", out);
        ps_put_html(out, panel->genes[g].name);
        fputs("</b>: above, fragments over each codon (log scale); below, the smallest VAF that would have been seen "
              "there (lower is better)</figcaption>\n",
              out);
        ps_figure_codons(out, r, g);
        fputs("</figure>\n", out);
    }
}

/* ---- CCND1 ----------------------------------------------------------------------------------------------------- */

static void put_ccnd1_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_CCND1_STATES] = {"none", "cool", "amber", "warm"};
    ps_chip(out, kinds[r->calls.ccnd1.state], ps_ccnd1_state_names[r->calls.ccnd1.state]);
}

static void put_cause(const ps_result *r, FILE *out) {
    ps_say(out, "cause: %s", ps_cause_names[r->calls.ccnd1.cause]);
}

static void put_expression_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_EXPRESSION_STATES] = {"none", "cool", "amber", "warm"};
    ps_chip(out, kinds[r->calls.expression.state], ps_expression_state_names[r->calls.expression.state]);
}

static void put_copies_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_CN_STATES] = {"none", "amber", "cool", "warm", "warm"};
    ps_chip(out, kinds[r->calls.copynumber.state], ps_cn_state_names[r->calls.copynumber.state]);
}

static void put_junction_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_JUNCTION_STATES] = {"none", "cool", "warm"};
    ps_chip(out, kinds[r->calls.junction.state], ps_junction_state_names[r->calls.junction.state]);
}

/* ---- quality, inputs, provenance ------------------------------------------------------------------------------- */

static void put_qc_chip(const ps_result *r, FILE *out) {
    int fails = ps_n_qc(r, PS_QC_FAIL), warns = ps_n_qc(r, PS_QC_WARN);
    char text[80];
    if (!r->n_qc)
        return;
    if (fails && warns)
        snprintf(text, sizeof text, "%d failed, %d warning%s", fails, warns, ps_s(warns));
    else if (fails || warns)
        snprintf(text, sizeof text, "%d %s%s", fails + warns, fails ? "failed" : "warning", warns > 1 ? "s" : "");
    else
        snprintf(text, sizeof text, "all passed");
    ps_chip(out, fails ? "red" : warns ? "amber" : "green", text);
}

static void left_out_table(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Input", "Read for", "#Seen", "Left out, by cause", NULL};
    ps_table_head(out, "Reads over the panel, and those left out", columns);
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        for (int c = 0; r->evidence.reads[i].given && c < PS_N_COLLECTORS; c++) {
            const ps_read_evidence *e = &r->evidence.reads[i];
            fprintf(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">%s</th>", ps_input_names[i]);
            ps_cell(out, "", ps_collector_names[c]);
            ps_cell(out, "n", COUNT((long long)e->seen[c]));
            fputs("<td role=\"cell\">", out);
            const char *join = "";
            for (int k = 0; k < PS_N_LEFT; k++)
                if (e->left_out[c][k]) {
                    ps_say(out, "%s%s %llu", join, ps_left_out_names[k], (unsigned long long)e->left_out[c][k]);
                    join = ", ";
                }
            fputs(*join ? "</td></tr>\n" : "none</td></tr>\n", out);
        }
    ps_table_end(out);
}

static void qc_row(FILE *out, const ps_qc *q) {
    static const char *const kinds[PS_N_QC_STATES] = {"green", "amber", "red"};
    fputs("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", out);
    ps_put_html(out, q->check);
    fputs("</th>", out);
    ps_cell(out, "", q->input);
    fputs("<td role=\"cell\">", out);
    ps_chip(out, kinds[q->state], ps_qc_state_names[q->state]);
    fputs("</td>", out);
    ps_cell(out, "n", ps_rounded(PS_NUMBER_BUFFER, q->value, DASH));
    ps_cell(out, "n", ps_rounded(PS_NUMBER_BUFFER, q->limit, DASH));
    ps_cell(out, "text", q->message);
    fputs("</tr>\n", out);
}

/* The checks that passed, or those that did not. */
static void qc_table(const ps_result *r, FILE *out, const char *caption, int passed) {
    static const char *const columns[] = {"Check", "Input", "State", "#Value", "#Limit", "Message", NULL};
    ps_stack_head(out, caption, columns);
    for (size_t i = 0; i < r->n_qc; i++)
        if ((r->qc[i].state == PS_QC_PASS) == passed)
            qc_row(out, &r->qc[i]);
    ps_table_end(out);
}

static void put_qc(const ps_result *r, FILE *out) {
    int passed = ps_n_qc(r, PS_QC_PASS), any_reads = 0;
    if (!r->n_qc)
        fputs("<p class=\"note\">No check was made.</p>\n", out);
    if (r->n_qc > (size_t)passed)
        qc_table(r, out, "Checks to look at", 0);
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        any_reads |= r->evidence.reads[i].given;
    if (!passed && !any_reads)
        return;
    fputs("<details class=\"more\"><summary>", out);
    ps_say(out, "%d check%s passed; the reads left out, by cause", passed, ps_s(passed));
    fputs("</summary>\n", out);
    if (passed)
        qc_table(r, out, "Checks that passed", 1);
    if (any_reads)
        left_out_table(r, out);
    fputs("</details>\n", out);
}

static void put_inputs(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Role", "File", "Format", "Build", "Sample in the file", "#Records", NULL};
    if (!r->evidence.n_inputs) {
        fputs("<p class=\"note\">Nothing was read.</p>\n", out);
        return;
    }
    ps_stack_head(out, "What was read", columns);
    for (size_t i = 0; i < r->evidence.n_inputs; i++) {
        const ps_input_info *in = &r->evidence.input[i];
        fprintf(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">%s</th><td role=\"cell\" class=\"text\">",
                ps_input_names[in->role]);
        ps_element(out, "code", "", in->path);
        if (in->role == PS_INPUT_VCF && r->evidence.vcf.notice[0])
            ps_say(out, " %s", r->evidence.vcf.notice);
        fputs("</td>", out);
        ps_cell(out, "", in->format ? in->format : DASH);
        ps_cell(out, "", in->build ? in->build : DASH);
        ps_cell(out, "", in->sample_name ? in->sample_name : DASH);
        ps_cell(out, "n", COUNT((long long)in->records));
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
}

static void put_provenance(const ps_result *r, FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, "Program", "plasmastrat %s", PS_VERSION);
    ps_fact(out, "htslib", "%s", ps_htslib_version());
    if (r->panel) {
        ps_fact(out, "Panel", "%s, version %s (%s)", r->panel->name, r->panel->version, r->panel->build);
        ps_fact(out, "Panel checksum", "%s", r->panel->checksum);
    }
    if (r->label.chosen.model && !r->failure)
        ps_fact(out, "Model", "%s", r->label.chosen.model->name);
    fputs("</dl>\n", out);
}

/* ---- at a glance: each section's answer, as links to the sections ---------------------------------------------- */

static void glance_ras(const ps_result *r, FILE *out) {
    const ps_ras_call *ras = &r->calls.ras;
    const char *join = "";
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *v = &ras->variant[i];
        if (!ps_makes_mutated(v))
            continue;
        ps_say(out, "%s%s %s", join, r->panel->genes[v->effect.gene].name, v->effect.protein);
        join = ", ";
    }
    int worst = ps_worst_codon(r);
    if (!*join && worst >= 0 && isfinite(ps_codon_seen(r, worst).lod95))
        ps_say(out, "%s VAF would be seen", PERCENT(ps_codon_seen(r, worst).lod95));
}

static void glance_expression(const ps_result *r, FILE *out) {
    if (ps_expression_counted(&r->calls.expression) && isfinite(r->calls.expression.log2_ratio))
        ps_say(out, "log2 %s", NUM(r->calls.expression.log2_ratio, 2));
}

static void glance_copies(const ps_result *r, FILE *out) {
    if (ps_copies_counted(&r->calls.copynumber) && isfinite(r->calls.copynumber.copies))
        ps_say(out, "%s copies", NUM(r->calls.copynumber.copies, 2));
}

static void glance_junction(const ps_result *r, FILE *out) {
    const ps_junction_call *j = &r->calls.junction;
    if (ps_junction_counted(j))
        ps_say(out, "%s split, %s discordant", COUNT(j->split), COUNT(j->discordant));
}

static void glance_qc(const ps_result *r, FILE *out) {
    ps_say(out, "%zu check%s", r->n_qc, ps_s(r->n_qc));
}

static void put_glance(const ps_result *r, FILE *out) {
    static const struct {
        const char *anchor, *title;
        section *chip, *detail;
    } rows[] = {
        {"ras", "KRAS and NRAS", put_ras_chip, glance_ras},
        {"ccnd1", "CCND1", put_ccnd1_chip, put_cause},
        {"expression", "CCND1 expression", put_expression_chip, glance_expression},
        {"copies", "CCND1 copies", put_copies_chip, glance_copies},
        {"junction", "t(11;14)", put_junction_chip, glance_junction},
        {"qc", "Quality", put_qc_chip, glance_qc},
    };
    if (r->failure)
        return;
    fputs("<nav aria-label=\"Findings\"><ul class=\"glance\">\n", out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fprintf(out, "<li><a href=\"#%s-all\"><span>%s</span> ", rows[i].anchor, rows[i].title);
        rows[i].chip(r, out);
        fputs(" <i>", out);
        rows[i].detail(r, out);
        fputs("</i></a></li>\n", out);
    }
    fputs("</ul></nav>\n", out);
}

/* ---- the sections ---------------------------------------------------------------------------------------------- */

static int always(const ps_result *r) {
    (void)r;
    return 1;
}

static int never(const ps_result *r) {
    (void)r;
    return 0;
}

static int ccnd1_is_open(const ps_result *r) {
    return r->calls.ccnd1.cause == PS_CAUSE_CONFLICT;
}

static int expression_is_open(const ps_result *r) {
    return ps_expression_counted(&r->calls.expression);
}

static int copies_are_open(const ps_result *r) {
    return ps_copies_counted(&r->calls.copynumber);
}

static int junction_is_open(const ps_result *r) {
    return r->calls.junction.state == PS_JUNCTION_DETECTED;
}

static int identity_is_open(const ps_result *r) {
    return r->calls.identity.state == PS_IDENTITY_DIFFERENT;
}

static int qc_is_open(const ps_result *r) {
    return ps_n_qc(r, PS_QC_FAIL) + ps_n_qc(r, PS_QC_WARN) > 0;
}

static void put_ras_section(const ps_result *r, FILE *out) {
    put_ras(r, out);
    ps_html_fragments(r, out);
    put_codons(r, out);
}

/* In the order of the page; the contents list is made of the same rows. `open`: not folded at first. */
static const struct {
    const char *id, *title;
    section *chip, *body;
    int (*open)(const ps_result *);
} sections[] = {
    {"markers", "What the label rests on", NULL, put_markers, always},
    {"ras", "KRAS and NRAS", put_ras_chip, put_ras_section, always},
    {"ccnd1", "CCND1: state and cause", put_ccnd1_chip, ps_html_rules, ccnd1_is_open},
    {"expression", "CCND1 expression", put_expression_chip, ps_html_expression, expression_is_open},
    {"copies", "CCND1 copies and chromosome 11", put_copies_chip, ps_html_copies, copies_are_open},
    {"junction", "IGH::CCND1 junction, t(11;14)", put_junction_chip, ps_html_junction, junction_is_open},
    {"models", "Every model's answer", NULL, put_models, always},
    {"qc", "Quality", put_qc_chip, put_qc, qc_is_open},
    {"identity", "Identity and contamination", ps_html_identity_chip, ps_html_identity, identity_is_open},
    {"library", "Library", NULL, ps_html_library, never},
    {"inputs", "Inputs", NULL, put_inputs, never},
    {"provenance", "Provenance", NULL, put_provenance, never},
};
enum { N_SECTIONS = sizeof sections / sizeof *sections };

/* A sample that failed has no findings. */
static int is_shown_section(const ps_result *r, size_t i) {
    return !r->failure || sections[i].body == put_provenance;
}

static void put_contents(const ps_result *r, FILE *out) {
    if (r->failure)
        return;
    fputs("<nav class=\"contents\" aria-label=\"Contents\"><ul>\n", out);
    for (size_t i = 0; i < N_SECTIONS; i++)
        fprintf(out, "<li><a href=\"#%s-all\">%s</a></li>\n", sections[i].id, sections[i].title);
    fputs("</ul></nav>\n", out);
}

static void put_sections(const ps_result *r, FILE *out) {
    for (size_t i = 0; i < N_SECTIONS; i++) {
        if (!is_shown_section(r, i))
            continue;
        fprintf(
            out,
            "<section aria-labelledby=\"%s\"><details class=\"card\"%s><summary class=\"head\"><h2 id=\"%s\">%s</h2>",
            sections[i].id, r->failure || sections[i].open(r) ? " open" : "", sections[i].id, sections[i].title);
        if (sections[i].chip)
            sections[i].chip(r, out);
        fprintf(out, "</summary>\n<div class=\"body\" id=\"%s-all\">\n", sections[i].id);
        sections[i].body(r, out);
        fputs("</div></details></section>\n", out);
    }
}

/* ---- the page -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    section *write;
} placeholders[] = {
    {"sample", put_sample}, {"sample_css", put_sample_css}, {"version", put_version},   {"verdict", put_verdict},
    {"glance", put_glance}, {"contents", put_contents},     {"sections", put_sections},
};

int ps_write_html(const ps_result *result, FILE *out, ps_error *err) {
    const char *rest = ps_report_html;
    for (const char *open; (open = strstr(rest, "{{"));) {
        const char *after;
        size_t n = sizeof placeholders / sizeof *placeholders;
        size_t p = ps_placeholder(placeholders, n, sizeof *placeholders, open, &after);
        if (p == n)
            return ps_fail(err, PS_ERR_RUN, "report.html", 0, "unknown placeholder %.22s", open);
        fwrite(rest, 1, (size_t)(open - rest), out);
        placeholders[p].write(result, out);
        rest = after;
    }
    fputs(rest, out);
    return ps_finish(out, "the report page", err);
}
