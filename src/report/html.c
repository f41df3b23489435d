/* html.c - ID.html: report.html with its {{placeholders}} filled. Every piece of user text goes through ps_put_html.
 */
#include "plasmastrat/report.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "format.h"

#define DASH "\xE2\x80\x93" /* en dash: no value */
#define NUM(x, decimals) ps_number(PS_NUMBER_BUFFER, x, decimals, DASH)
#define COUNT(n) ps_count(PS_NUMBER_BUFFER, n, DASH)
#define PERCENT(x) ps_percent(PS_NUMBER_BUFFER, x, DASH)

typedef void section(const ps_result *, FILE *);

/* ---- pieces -------------------------------------------------------------------------------------------------------
 */

/* Formats text and escapes the whole of it. */
static void say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(FILE *out, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ps_put_html(out, text);
}

static void element(FILE *out, const char *tag, const char *class, const char *text) {
    fprintf(out, *class ? "<%s class=\"%s\">" : "<%s%s>", tag, class);
    ps_put_html(out, text);
    fprintf(out, "</%s>", tag);
}

static void fact(FILE *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void fact(FILE *out, const char *name, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("<div>", out);
    element(out, "dt", "", name);
    element(out, "dd", "", text);
    fputs("</div>\n", out);
}

static void reasons_list(FILE *out, const ps_reasons *reasons) {
    if (!reasons->n)
        return;
    fputs("<ul class=\"reasons\">\n", out);
    for (size_t i = 0; i < reasons->n; i++) {
        char sentence[640];
        ps_reason_text(&reasons->at[i], sentence, sizeof sentence);
        element(out, "li", "", sentence);
        fputc('\n', out);
    }
    fputs("</ul>\n", out);
}

/* thead from a list of "name" or "#name" (a column of numbers). */
static void table_head(FILE *out, const char *caption, const char *const *columns) {
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"", out);
    ps_put_html(out, caption);
    fputs("\"><table>\n", out);
    fputs("<caption><span>", out);
    ps_put_html(out, caption);
    fputs("</span></caption>\n<thead><tr>", out);
    for (; *columns; columns++)
        fprintf(out, "<th scope=\"col\"%s>%s</th>", **columns == '#' ? " class=\"n\"" : "",
                *columns + (**columns == '#'));
    fputs("</tr></thead>\n<tbody>\n", out);
}

static void table_end(FILE *out) {
    fputs("</tbody></table></div>\n", out);
}

static void chip(FILE *out, const char *kind, const char *text) {
    fprintf(out, "<span class=\"chip %s\">", kind);
    ps_put_html(out, text);
    fputs("</span>", out);
}

static void cell(FILE *out, const char *class, const char *text) {
    element(out, "td", class, text);
}

static const char *kind_of_label(ps_label_state state) {
    static const char *const kinds[PS_N_LABELS] = {
        [PS_LABEL_NOT_ASSESSABLE] = "none", [PS_LABEL_INDETERMINATE] = "amber", [PS_LABEL_PLASMACYTOMA] = "warm",
        [PS_LABEL_INTRAMEDULLARY] = "cool", [PS_LABEL_NOT_APPLICABLE] = "none",
    };
    return kinds[state];
}

/* ---- header
 * --------------------------------------------------------------------------------------------------------- */

static void put_sample(const ps_result *r, FILE *out) {
    ps_put_html(out, r->sample_id);
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

static void put_verdict(const ps_result *r, FILE *out) {
    if (r->failure) {
        put_failure(r, out);
        return;
    }
    const ps_verdict *v = &r->label.chosen;
    ps_label_state label = ps_chosen_label(r);
    fprintf(out, "<div class=\"verdict %s\"><p class=\"label\">", kind_of_label(label));
    ps_put_html(out, ps_label_names[label]);
    fputs("</p>\n<p>", out);
    if (label == PS_LABEL_INDETERMINATE)
        say(out, "Leaning: %s. ", ps_leaning_name(v->leaning));
    if (isfinite(v->probability))
        say(out, "Probability of plasmacytoma-like %s, 95 %% interval %s to %s.", NUM(v->probability, 2),
            NUM(v->low, 2), NUM(v->high, 2));
    fputs("</p>\n", out);
    if (v->model && isfinite(v->probability)) {
        fputs("<figure>", out);
        ps_figure_probability(out, v);
        fputs("</figure>\n", out);
    }
    if (v->model) {
        fputs("<p class=\"note\">", out);
        say(out, "Model %s (basis %s: %s). Specimen: %s. Question: %s", v->model->name,
            ps_basis_names[v->model->basis], ps_basis_sentence(v->model->basis), ps_specimen_names[r->specimen],
            v->model->question);
        fputs("</p>\n", out);
    }
    reasons_list(out, &v->reasons);
    fputs("</div>\n", out);
}

/* ---- markers and models
 * ----------------------------------------------------------------------------------------------- */

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
    table_head(out, "What each marker adds to the chosen model's answer", columns);
    for (int m = 0; m < PS_N_MARKERS; m++) {
        const ps_marker_verdict *mark = &v->marker[m];
        int known = mark->state != PS_MARKER_NOT_ASSESSABLE;
        fprintf(out, "<tr><th scope=\"row\">%s</th><td>", m == PS_MARKER_CCND1 ? "CCND1" : "RAS");
        chip(out, kind_of_marker(mark->state), finding[m]);
        if (m == PS_MARKER_CCND1)
            say(out, " cause: %s", ps_cause_names[r->calls.ccnd1.cause]);
        fputs("</td>", out);
        cell(out, "n", known ? NUM(mark->llr, 2) : DASH);
        fputs("<td class=\"n\">", out);
        if (known)
            say(out, "%s to %s", NUM(mark->low, 2), NUM(mark->high, 2));
        else
            fputs("no weight", out);
        fputs("</td><td class=\"wide\">", out);
        ps_figure_weight(out, m == PS_MARKER_CCND1 ? "CCND1" : "RAS", mark, ps_figure_weight_reach(v));
        fputs("</td></tr>\n", out);
    }
    table_end(out);
    reasons_list(out, &r->calls.ccnd1.reasons);
}

static void put_models(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Model",
                                          "Question",
                                          "Basis",
                                          "For",
                                          "Answer",
                                          "#Probability",
                                          "0 \xE2\x86\x90 plasmacytoma-like \xE2\x86\x92 1",
                                          NULL};
    const ps_model *chosen = r->label.chosen.model;
    table_head(out, "The sign of a marker depends on the question, so every model answers its own", columns);
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        int is_chosen = chosen && !strcmp(v->model->name, chosen->name);
        fprintf(out, "<tr%s><th scope=\"row\">", is_chosen ? " class=\"chosen\"" : "");
        ps_put_html(out, v->model->name);
        fputs(is_chosen ? " (chosen)</th>" : "</th>", out);
        cell(out, "text", v->model->question);
        cell(out, "", ps_basis_names[v->model->basis]);
        cell(out, "", ps_model_specimen(v->model));
        fputs("<td>", out);
        chip(out, kind_of_label(v->label), ps_label_names[v->label]);
        fputs("</td><td class=\"n\">", out);
        if (isfinite(v->probability))
            say(out, "%s (%s to %s)", NUM(v->probability, 2), NUM(v->low, 2), NUM(v->high, 2));
        else
            fputs(DASH, out);
        fputs("</td><td class=\"wide\">", out);
        ps_figure_probability_small(out, v);
        fputs("</td></tr>\n", out);
    }
    table_end(out);
}

/* ---- RAS
 * --------------------------------------------------------------------------------------------------------------- */

static void put_ras_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_RAS_STATES] = {"none", "cool", "warm"};
    chip(out, kinds[r->calls.ras.state], ps_ras_state_names[r->calls.ras.state]);
}

static void put_sources(FILE *out, const ps_ras_variant *v) {
    const char *join = "";
    for (int s = 0; s < PS_N_INPUTS; s++) {
        if (v->source_depth[s] < 0 && v->source_alt[s] < 0 && !(v->sources >> s & 1))
            continue;
        say(out, "%s%s", join, ps_input_names[s]);
        if (v->source_depth[s] >= 0 || v->source_alt[s] >= 0)
            say(out, " %s/%s", COUNT(v->source_alt[s]), COUNT(v->source_depth[s]));
        if (!(v->sources >> s & 1))
            fputs(" (not called there)", out);
        join = ", ";
    }
}

static void variant_row(const ps_result *r, FILE *out, const ps_ras_variant *v) {
    fputs("<tr><th scope=\"row\">", out);
    say(out, "%s %s", r->panel->genes[v->effect.gene].name, v->effect.hgvs_p);
    fputs("<br><span class=\"soft\">", out);
    say(out, "%s%s", ps_tier_names[v->effect.tier], v->context ? ", context only" : "");
    fputs("</span></th><td>", out);
    say(out, "%s", v->effect.hgvs_c);
    fputs("<br><code>", out);
    say(out, "%s:%d %s>%s", ps_output_contig(r, v->contig), (int)v->pos1, v->ref, v->alt);
    fputs("</code>", out);
    fputs("</td><td>", out);
    chip(out, v->filter == PS_FILTER_PASS ? "green" : "amber", ps_filter_name_of(v));
    if (v->vcf_filter)
        say(out, " VCF: %s", v->vcf_filter);
    fputs("</td><td class=\"wide\">", out);
    if (isfinite(v->vaf) && isfinite(v->vaf_low) && isfinite(v->vaf_high))
        say(out, "%s (%.3g to %.3g)", PERCENT(v->vaf), 100 * v->vaf_low, 100 * v->vaf_high);
    else if (isfinite(v->vaf))
        say(out, "%s", PERCENT(v->vaf));
    else
        fputs("not given", out);
    ps_figure_vaf(out, v);
    fputs("</td><td class=\"n\">", out);
    say(out, v->depth < 0 && v->alt_depth < 0 ? DASH : "%s / %s", COUNT(v->alt_depth), COUNT(v->depth));
    fputs("</td><td class=\"n\">", out);
    int sided = v->alt_side[PS_F1R2] >= 0 && v->alt_side[PS_F2R1] >= 0;
    say(out, sided ? "%s + %s" : DASH, COUNT(v->alt_side[PS_F1R2]), COUNT(v->alt_side[PS_F2R1]));
    fputs("</td>", out);
    cell(out, "n", NUM(v->lod, 1));
    fputs("<td class=\"sources\">", out);
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
    table_head(out, "Variants called and candidates refused by a filter", columns);
    for (size_t i = 0; i < r->calls.ras.n_variants; i++)
        variant_row(r, out, &r->calls.ras.variant[i]);
    table_end(out);
}

static void hotspot_item(const ps_result *r, FILE *out, int codon) {
    static const char *const kinds[PS_N_RAS_STATES] = {"amber", "cool", "warm"};
    const ps_codon *c = &r->panel->codons[codon];
    ps_ras_codon seen = ps_codon_seen(r, codon);
    fprintf(out, "<li class=\"%s\"><b>", kinds[seen.state]);
    say(out, "%s %d ", r->panel->genes[c->gene].name, c->number);
    fputs("</b>", out);
    if (isnan(seen.lod95))
        fputs("not assessable: nothing seen", out);
    else if (seen.state == PS_RAS_WILD_TYPE)
        say(out, "wild type to %s", PERCENT(seen.lod95));
    else if (seen.state == PS_RAS_MUTATED)
        say(out, "mutated (seen down to %s)", PERCENT(seen.lod95));
    else
        say(out, "not assessable: seen only to %s", PERCENT(seen.lod95));
    if (seen.depth >= 0) {
        fputs("<br><span>", out);
        say(out, "%lld fragments, %s", (long long)seen.depth, ps_input_names[seen.source]);
        fputs("</span>", out);
    }
    fputs("</li>\n", out);
}

static void put_ras(const ps_result *r, FILE *out) {
    const ps_panel *panel = r->panel;
    reasons_list(out, &r->calls.ras.reasons);
    put_variants(r, out);
    fputs("<h3>Hotspot codons</h3>\n<ul class=\"codons\">\n", out);
    for (int c = 0; c < panel->n_codons; c++)
        if (panel->codons[c].required)
            hotspot_item(r, out, c);
    fputs("</ul>\n", out);
    int any_seen = 0;
    for (int c = 0; c < panel->n_codons; c++)
        any_seen |= ps_codon_seen(r, c).depth > 0;
    for (int g = 0; g < panel->n_genes && any_seen; g++) {
        if (!ps_gene_in_state(panel, g))
            continue;
        element(out, "h3", "", panel->genes[g].name);
        fputs("<figure>\n", out);
        ps_figure_codons(out, r, g);
        fputs("<figcaption>Codon by codon; hotspots in colour with their numbers. Lower is better in the lower "
              "strip.</figcaption></figure>\n",
              out);
    }
}

/* ---- CCND1
 * --------------------------------------------------------------------------------------------------------------- */

static void put_expression_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_EXPRESSION_STATES] = {"none", "cool", "warm"};
    chip(out, kinds[r->calls.expression.state], ps_expression_state_names[r->calls.expression.state]);
}

static void expression_facts(const ps_expression_call *e, FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
    fact(out, "log2 over the median reference gene", "%s (%s to %s)", NUM(e->log2_ratio, 2), NUM(e->low, 2),
         NUM(e->high, 2));
    fact(out, "Overexpressed from, not from", "%s up, %s down", NUM(e->over_at, 2), NUM(e->not_at, 2));
    fact(out, "Reference", "%s", e->reference ? e->reference : DASH);
    if (isfinite(e->z))
        fact(out, "z, percentile", "%s, %s", NUM(e->z, 2), NUM(e->percentile, 1));
    fact(out, "Reference genes, fragments", "%d, %llu", e->reference_genes,
         (unsigned long long)e->reference_fragments);
    fact(out, "Library", "%s", ps_strandedness_names[e->strand]);
    fact(out, "Spliced reads", "%s", PERCENT(e->spliced_fraction));
    fact(out, "Plasma-cell content (log2)", "%s", NUM(e->plasma_log2, 2));
    fputs("</dl>\n", out);
}

static void cyclin_table(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Gene", "#Fragments", "#log2 ratio", NULL};
    const ps_expression_call *e = &r->calls.expression;
    table_head(out, "D-type cyclins", columns);
    for (size_t i = 0; i < e->n_genes; i++) {
        const ps_gene *gene = &r->panel->genes[e->gene[i].gene];
        if (gene->role != PS_ROLE_CYCLIN)
            continue;
        fputs("<tr><th scope=\"row\">", out);
        ps_put_html(out, gene->name);
        fputs("</th>", out);
        cell(out, "n", COUNT((long long)e->gene[i].fragments));
        cell(out, "n", NUM(e->gene[i].log2_ratio, 2));
        fputs("</tr>\n", out);
    }
    table_end(out);
}

static void put_expression(const ps_result *r, FILE *out) {
    const ps_expression_call *e = &r->calls.expression;
    reasons_list(out, &e->reasons);
    if (!ps_expression_counted(e)) {
        fputs("<p class=\"note\">Without RNA nothing is said about expression.</p>\n", out);
        return;
    }
    if (isfinite(e->log2_ratio) && isfinite(e->over_at) && isfinite(e->not_at)) {
        fputs("<figure>\n", out);
        ps_figure_expression(out, e);
        fputs("<figcaption>log2 of CCND1's fragments per kb over the median reference gene's, with its 95 % counting "
              "interval",
              out);
        fputs(isfinite(e->z)
                  ? ".</figcaption></figure>\n"
                  : ". The two cut-offs are an assumption: no published cut-off exists.</figcaption></figure>\n",
              out);
    }
    expression_facts(e, out);
    cyclin_table(r, out);
}

static void put_copies_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_CN_STATES] = {"none", "amber", "cool", "warm", "warm"};
    chip(out, kinds[r->calls.copynumber.state], ps_cn_state_names[r->calls.copynumber.state]);
}

static void copies_facts(const ps_copynumber_call *c, FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
    fact(out, "CCND1 copies, 95 % interval", "%s (%s to %s)", NUM(c->copies, 2), NUM(c->copies_low, 2),
         NUM(c->copies_high, 2));
    if (isfinite(c->purity))
        fact(out, "Purity used", "%s", PERCENT(c->purity));
    else
        fact(out, "Purity used", "none: copies are as if pure");
    fact(out, "Scope", "%s", ps_scope_names[c->scope]);
    fact(out, "Hyperdiploid", "%s", c->hyperdiploid < 0 ? "unknown" : c->hyperdiploid ? "yes" : "no");
    fact(out, "Fragments per bin", "%s", NUM(c->fragments_per_bin, 1));
    fact(out, "Noise beyond counting", "%s", PERCENT(c->noise));
    fputs("</dl>\n", out);
}

static void arms_list(const ps_result *r, FILE *out) {
    const ps_copynumber_call *c = &r->calls.copynumber;
    if (!c->n_arms)
        return;
    fputs("<h3>Copies by chromosome arm</h3>\n<ul class=\"arms\">\n", out);
    for (size_t i = 0; i < c->n_arms; i++) {
        fputs("<li><b>", out);
        ps_put_html(out, r->panel->arms[c->arm[i].arm].name);
        fputs("</b>", out);
        ps_figure_arm(out, &c->arm[i]);
        element(out, "span", "", NUM(c->arm[i].copies, 2));
        fputs("</li>\n", out);
    }
    fputs("</ul>\n<p class=\"note\">Bars run from half to double the baseline (log2 from -1 to +1); numbers are "
          "copies.</p>\n",
          out);
}

static void put_copies(const ps_result *r, FILE *out) {
    const ps_copynumber_call *c = &r->calls.copynumber;
    reasons_list(out, &c->reasons);
    if (!ps_copies_counted(c)) {
        fputs("<p class=\"note\">No DNA depth could be used, so nothing is said about copies.</p>\n", out);
        return;
    }
    copies_facts(c, out);
    if (c->n_bins) {
        fputs("<figure>\n", out);
        ps_figure_chromosome11(out, r, 1);
        fputs("<figcaption>Chromosome 11, one dot per bin; 11q13 in colour.</figcaption></figure>\n<figure>\n", out);
        ps_figure_chromosome11(out, r, 0);
        fputs("<figcaption>11q13 around CCND1, enlarged.</figcaption></figure>\n", out);
    }
    arms_list(r, out);
}

static void put_junction_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_JUNCTION_STATES] = {"none", "cool", "warm"};
    chip(out, kinds[r->calls.junction.state], ps_junction_state_names[r->calls.junction.state]);
}

static void breakpoint_table(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"#", "11q13", "IGH", "#Split", "#Discordant", "Place", NULL};
    const ps_junction_call *j = &r->calls.junction;
    table_head(out, "Breakpoints: last kept base on each side, and the side that is kept", columns);
    for (size_t i = 0; i < j->n_breakpoints; i++) {
        const ps_breakpoint *b = &j->breakpoint[i];
        fprintf(out, "<tr><th scope=\"row\" class=\"n\">%zu</th><td class=\"nw\">", i + 1);
        say(out, "%s:%d, %s kept", ps_output_contig(r, b->contig_a), (int)b->pos_a1, b->right_a ? "left" : "right");
        fputs("</td><td class=\"nw\">", out);
        say(out, "%s:%d, %s kept", ps_output_contig(r, b->contig_b), (int)b->pos_b1, b->right_b ? "left" : "right");
        fputs("</td>", out);
        cell(out, "n", COUNT((long long)b->split));
        cell(out, "n", COUNT((long long)b->discordant));
        cell(out, "", b->exact ? "exact, from a split read" : "imprecise");
        fputs("</tr>\n", out);
    }
    table_end(out);
}

static void put_junction(const ps_result *r, FILE *out) {
    const ps_junction_call *j = &r->calls.junction;
    reasons_list(out, &j->reasons);
    if (!ps_junction_counted(j)) {
        fputs("<p class=\"note\">No reads could be searched for a junction.</p>\n", out);
        return;
    }
    fputs("<dl class=\"facts\">\n", out);
    fact(out, "Split fragments", "%s", COUNT(j->split));
    fact(out, "Discordant fragments", "%s", COUNT(j->discordant));
    fact(out, "Needed for a detection", "%llu", (unsigned long long)j->needed);
    fact(out, "Physical coverage (DNA)", "%s", NUM(j->physical_coverage, 1));
    fact(out, "Expected by chance", "%s", NUM(j->background, 3));
    fputs("</dl>\n", out);
    if (!j->n_breakpoints)
        return;
    fputs("<figure>\n", out);
    ps_figure_junction(out, r);
    fputs("</figure>\n", out);
    breakpoint_table(r, out);
}

/* ---- quality, inputs, provenance
 * ------------------------------------------------------------------------------------------- */

static void put_qc_chip(const ps_result *r, FILE *out) {
    int fails = ps_n_qc(r, PS_QC_FAIL), warns = ps_n_qc(r, PS_QC_WARN);
    char text[80];
    snprintf(text, sizeof text, "%d failed, %d warning%s", fails, warns, warns == 1 ? "" : "s");
    if (r->n_qc)
        chip(out, fails ? "red" : warns ? "amber" : "green", text);
}

static void left_out_table(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Input", "Looked at for", "#Seen", "Left out, by cause", NULL};
    table_head(out, "Reads over the panel, and those left out", columns);
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        for (int c = 0; r->evidence[i].given && c < PS_N_COLLECTORS; c++) {
            const ps_evidence *e = &r->evidence[i];
            fprintf(out, "<tr><th scope=\"row\">%s</th>", ps_input_names[i]);
            cell(out, "", ps_collector_names[c]);
            cell(out, "n", COUNT((long long)e->seen[c]));
            fputs("<td>", out);
            const char *join = "";
            for (int k = 0; k < PS_N_LEFT; k++)
                if (e->left_out[c][k]) {
                    say(out, "%s%s %llu", join, ps_left_out_names[k], (unsigned long long)e->left_out[c][k]);
                    join = ", ";
                }
            fputs(*join ? "</td></tr>\n" : "none</td></tr>\n", out);
        }
    table_end(out);
}

static void put_plain_number(FILE *out, double x) {
    if (isfinite(x))
        fprintf(out, "%.6g", x);
    else
        fputs(DASH, out);
}

static void put_qc(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Check", "Input", "State", "#Value", "#Limit", "Message", NULL};
    static const char *const kinds[PS_N_QC_STATES] = {"green", "amber", "red"};
    if (!r->n_qc)
        fputs("<p class=\"note\">No check was made.</p>\n", out);
    if (r->n_qc) {
        table_head(out, "Checks", columns);
        for (size_t i = 0; i < r->n_qc; i++) {
            const ps_qc *q = &r->qc[i];
            fputs("<tr><th scope=\"row\">", out);
            ps_put_html(out, q->check);
            fputs("</th>", out);
            cell(out, "", q->input);
            fputs("<td>", out);
            chip(out, kinds[q->state], ps_qc_state_names[q->state]);
            fputs("</td><td class=\"n\">", out);
            put_plain_number(out, q->value);
            fputs("</td><td class=\"n\">", out);
            put_plain_number(out, q->limit);
            fputs("</td>", out);
            cell(out, "text", q->message);
            fputs("</tr>\n", out);
        }
        table_end(out);
    }
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        if (r->evidence[i].given) {
            left_out_table(r, out);
            break;
        }
}

static void put_inputs(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Role", "File", "Format", "Build", "Sample in the file", "#Records", NULL};
    if (!r->n_inputs) {
        fputs("<p class=\"note\">Nothing was read.</p>\n", out);
        return;
    }
    table_head(out, "What was read", columns);
    for (size_t i = 0; i < r->n_inputs; i++) {
        const ps_input_info *in = &r->input[i];
        fprintf(out, "<tr><th scope=\"row\">%s</th><td class=\"text\">", ps_input_names[in->role]);
        element(out, "code", "", in->path);
        if (in->role == PS_INPUT_VCF && r->vcf.notice[0])
            say(out, " %s", r->vcf.notice);
        fputs("</td>", out);
        cell(out, "", in->format ? in->format : DASH);
        cell(out, "", in->build ? in->build : DASH);
        cell(out, "", in->sample_name ? in->sample_name : DASH);
        cell(out, "n", COUNT((long long)in->records));
        fputs("</tr>\n", out);
    }
    table_end(out);
}

static void put_provenance(const ps_result *r, FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
    fact(out, "Program", "plasmastrat %s", PS_VERSION);
    fact(out, "htslib", "%s", ps_htslib_version());
    if (r->panel) {
        fact(out, "Panel", "%s, version %s (%s)", r->panel->name, r->panel->version, r->panel->build);
        fact(out, "Panel checksum", "%s", r->panel->checksum);
    }
    if (r->label.chosen.model && !r->failure)
        fact(out, "Model", "%s", r->label.chosen.model->name);
    fputs("</dl>\n", out);
}

/* ---- the page
 * -----------------------------------------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    section *write;
} placeholders[] = {
    {"sample", put_sample},
    {"version", put_version},
    {"verdict", put_verdict},
    {"markers", put_markers},
    {"models", put_models},
    {"ras_chip", put_ras_chip},
    {"ras", put_ras},
    {"expression_chip", put_expression_chip},
    {"expression", put_expression},
    {"copies_chip", put_copies_chip},
    {"copies", put_copies},
    {"junction_chip", put_junction_chip},
    {"junction", put_junction},
    {"qc_chip", put_qc_chip},
    {"qc", put_qc},
    {"inputs", put_inputs},
    {"provenance", put_provenance},
};

static section *find_placeholder(const char *name, size_t length) {
    for (size_t p = 0; p < sizeof placeholders / sizeof *placeholders; p++)
        if (strlen(placeholders[p].name) == length && !memcmp(placeholders[p].name, name, length))
            return placeholders[p].write;
    return NULL;
}

/* {{#done}} ... {{/done}} holds what only a sample that was done has. */
int ps_write_html(const ps_result *result, FILE *out, ps_error *err) {
    int skipping = 0;
    const char *rest = ps_report_html;
    for (const char *open; (open = strstr(rest, "{{"));) {
        const char *close = strstr(open, "}}");
        if (!close)
            break;
        if (!skipping)
            fwrite(rest, 1, (size_t)(open - rest), out);
        const char *name = open + 2;
        size_t length = (size_t)(close - name);
        section *write = find_placeholder(name, length);
        if (!strncmp(name, "#done}}", 7))
            skipping = result->failure != NULL;
        else if (!strncmp(name, "/done}}", 7))
            skipping = 0;
        else if (!write)
            return ps_fail(err, PS_ERR_RUN, "report.html", 0, "unknown placeholder {{%.*s}}", (int)length, name);
        else if (!skipping)
            write(result, out);
        rest = close + 2;
    }
    fputs(rest, out);
    return ps_finish(out, "the report page", err);
}
