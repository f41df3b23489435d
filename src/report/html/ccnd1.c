/* ccnd1.c - the sections of ID.html about CCND1: the rules that gave its state and cause, expression, copies, and
 * the junction. */
#include <math.h>

#include "figures.h"
#include "pieces.h"
#include "plasmastrat/report.h"
#include "plasmastrat/spelling.h"

/* ---- state and cause ------------------------------------------------------------------------------------------- */

/* The states that a rule fits, as words. */
static void put_condition(FILE *out, unsigned fits, const char *const *names, int n_names) {
    const char *join = "";
    if (fits == (1u << n_names) - 1) {
        fputs("<td role=\"cell\" class=\"soft\">any</td>", out);
        return;
    }
    fputs("<td role=\"cell\">", out);
    for (int i = 0; i < n_names; i++)
        if (fits >> i & 1) {
            ps_say(out, "%s%s", join, names[i]);
            join = " or ";
        }
    fputs("</td>", out);
}

static void rule_row(FILE *out, const ps_ccnd1_rule *rule, size_t number, int decided) {
    fprintf(out, "<tr role=\"row\"%s><th role=\"rowheader\" scope=\"row\" class=\"n\">%zu%s</th>",
            decided ? " class=\"chosen\" aria-current=\"true\"" : "", number, decided ? " \xE2\x97\x80 decided" : "");
    put_condition(out, rule->rna, ps_rna_kind_names, PS_N_RNA_KINDS);
    put_condition(out, rule->junction, ps_junction_state_names, PS_N_JUNCTION_STATES);
    put_condition(out, rule->copies, ps_copies_kind_names, PS_N_COPIES_KINDS);
    ps_cell(out, "", ps_ccnd1_state_names[rule->state]);
    ps_cell(out, "", ps_cause_names[rule->cause]);
    fputs("</tr>\n", out);
}

void ps_html_rules(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"#Rule", "Expression", "Junction", "Copies", "CCND1 is", "Cause", NULL};
    size_t n = 0;
    const ps_ccnd1_rule *rules = ps_ccnd1_rules(&n);
    const ps_ccnd1_call *call = &r->calls.ccnd1;
    ps_reasons_list(out, &call->reasons);
    fputs("<p>", out);
    ps_say(out, "CCND1 is %s, cause: %s.", ps_ccnd1_state_names[call->state], ps_cause_names[call->cause]);
    fprintf(out, "</p>\n<details class=\"more\"><summary>All %zu rules; number %d decided</summary>\n", n,
            call->rule);
    fputs("<div class=\"rules\">", out);
    ps_table_head(out, "The rules, tried from the top: the first that fits decides", columns);
    for (size_t i = 0; i < n; i++)
        rule_row(out, &rules[i], i + 1, call->rule == (int)i + 1);
    ps_table_end(out);
    fputs("</div></details>\n", out);
}

/* ---- expression ------------------------------------------------------------------------------------------------ */

static void expression_facts(const ps_expression_call *e, FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, "log2 ratio, 95 % interval", "%s (%s to %s)", NUM(e->log2_ratio, 2), NUM(e->low, 2),
            NUM(e->high, 2));
    const ps_cut_offs *c = &e->cut_offs;
    ps_fact(out, "log2 per plasma cell", "%s", NUM(e->per_cell, 2));
    ps_fact(out, "Plasma share of the RNA, 95 % interval", "%s (%s to %s)", PERCENT(e->plasma_share.value),
            PERCENT(e->plasma_share.low), PERCENT(e->plasma_share.high));
    ps_fact(out, "Probability of very high, intermediate, low", "%s, %s, %s",
            NUM(e->posterior[PS_LEVEL_VERY_HIGH], 3), NUM(e->posterior[PS_LEVEL_INTERMEDIATE], 3),
            NUM(e->posterior[PS_LEVEL_LOW], 3));
    ps_fact(out, "Very high per plasma cell", "from %s up", NUM(c->high_from, 2));
    ps_fact(out, "Intermediate", "%s to %s", NUM(c->middle_from, 2), NUM(c->middle_to, 2));
    ps_fact(out, "Low", "from %s down", NUM(c->low_to, 2));
    ps_fact(out, "From other cells, at most (log2)", "up to %s", NUM(e->other_log2, 2));
    ps_fact(out, "Reference", "%s", e->reference ? e->reference : DASH);
    if (isfinite(e->percentile))
        ps_fact(out, "z, percentile", "%s, %s", NUM(e->z, 2), NUM(e->percentile, 1));
    ps_fact(out, "Reference genes", "%d, %llu fragment%s", e->reference_genes,
            (unsigned long long)e->reference_fragments, ps_s(e->reference_fragments));
    ps_fact(out, "Library", "%s", ps_strandedness_names[e->strand]);
    ps_fact(out, "Spliced reads", "%s", PERCENT(e->spliced_fraction));
    if (isfinite(e->unspliced_share))
        ps_fact(out, "Unspliced at exon edges", "%s", PERCENT(e->unspliced_share));
    if (isfinite(e->late_share))
        ps_fact(out, "Reads in the last third", "%s", PERCENT(e->late_share));
    ps_fact(out, "Plasma-cell content (log2)", "%s", NUM(e->plasma_log2, 2));
    if (e->high_cell)
        ps_fact(out, "Strongest other cells", "%s", e->high_cell);
    fputs("</dl>\n", out);
}

static void cyclin_table(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"Gene", "#Fragments", "#log2 ratio", NULL};
    const ps_expression_call *e = &r->calls.expression;
    fputs("<div class=\"narrow\">", out);
    ps_table_head(out, "D-type cyclins", columns);
    for (size_t i = 0; i < e->n_genes; i++) {
        const ps_gene *gene = &r->panel->genes[e->gene[i].gene];
        if (gene->role != PS_ROLE_CYCLIN)
            continue;
        fputs("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", out);
        ps_put_html(out, gene->name);
        fputs("</th>", out);
        ps_cell(out, "n", COUNT((long long)e->gene[i].fragments));
        ps_cell(out, "n", NUM(e->gene[i].log2_ratio, 2));
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
    fputs("</div>\n", out);
}

void ps_html_expression(const ps_result *r, FILE *out) {
    const ps_expression_call *e = &r->calls.expression;
    ps_reasons_list(out, &e->reasons);
    ps_origin_note(out, r, PS_MARKED_EXPRESSION);
    if (!ps_expression_counted(e)) {
        fputs("<p class=\"note\">Expression could not be assessed.</p>\n", out);
        return;
    }
    if (isfinite(e->per_cell) && isfinite(e->cut_offs.high_from) && isfinite(e->cut_offs.low_to)) {
        fputs("<figure>\n", out);
        ps_figure_expression(out, e);
        fputs("<figcaption>log2 of CCND1's fragments per kb over the median reference gene's, per plasma cell, with "
              "its 95 % counting interval",
              out);
        if (e->n_cohort)
            ps_say(out, ". Each thin line is one of the %zu sample%s of %s", e->n_cohort, ps_s(e->n_cohort),
                   e->reference);
        fputs(e->cohort_cut_offs ? ".</figcaption></figure>\n"
                                 : ". The levels are those of published cohorts, not of this laboratory's "
                                   "samples.</figcaption></figure>\n",
              out);
    }
    expression_facts(e, out);
    cyclin_table(r, out);
}

/* What the bins of the reads alone have. */
static void depth_facts(const ps_copynumber_call *c, FILE *out) {
    ps_fact(out, "Fragments per bin", "%s", NUM(c->fragments_per_bin, 1));
    ps_fact(out, "Noise beyond counting", "%s", PERCENT(c->noise));
    ps_fact(out, "Wave along bins (log2)", "%s", NUM(c->wave, 3));
    if (c->reference == PS_CN_REFERENCE_NONE)
        ps_fact(out, "Measured against", "the sample's own arms");
    else
        ps_fact(out, "Measured against", "%s (%zu)", ps_cn_reference_names[c->reference], c->reference_normals);
}

static void copies_facts(const ps_result *r, FILE *out) {
    const ps_copynumber_call *c = &r->calls.copynumber;
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, "Copies, 95 % interval", "%s (%s to %s)", NUM(c->copies, 2), NUM(c->copies_low, 2),
            NUM(c->copies_high, 2));
    int of_segments = c->sources == 1u << PS_INPUT_CNV, fitted = r->evidence.cnv.unit == PS_CNV_COPIES;
    if (isfinite(c->purity))
        ps_fact(out, "Purity used", "%s", PERCENT(c->purity));
    else if (of_segments && fitted)
        ps_fact(out, "Purity used", "that of the program's own fit");
    else
        ps_fact(out, "Purity used", "none, as if pure");
    ps_fact(out, "Scope", "%s", ps_scope_names[c->scope]);
    ps_fact(out, "Hyperdiploid", "%s", c->hyperdiploid < 0 ? "unknown" : c->hyperdiploid ? "yes" : "no");
    if (!of_segments)
        depth_facts(c, out);
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
        ps_element(out, "span", "", NUM(c->arm[i].copies, 2));
        fputs("</li>\n", out);
    }
    fputs("</ul>\n<p class=\"note\">Bars run from half to double the baseline (log2 from -1 to +1); numbers are "
          "copies.</p>\n",
          out);
}

void ps_html_copies(const ps_result *r, FILE *out) {
    const ps_copynumber_call *c = &r->calls.copynumber;
    ps_reasons_list(out, &c->reasons);
    ps_origin_note(out, r, PS_MARKED_COPIES);
    if (!ps_copies_counted(c)) {
        fputs("<p class=\"note\">Copies could not be assessed.</p>\n", out);
        return;
    }
    copies_facts(r, out);
    if (c->sources != 1u << PS_INPUT_CNV)
        fputs("<p class=\"note\">Noise: scatter of the bins beyond what counting explains. Wave: shifts that "
              "neighbouring bins share, from GC content or DNA quality.</p>\n",
              out);
    if (c->n_bins) {
        fputs("<figure class=\"plot\"><figcaption><b>Chromosome 11</b>: one dot per bin; those of 11q13 are larger "
              "and blue</figcaption>\n",
              out);
        ps_figure_chromosome11(out, r, 1);
        fputs("</figure>\n<figure class=\"plot\"><figcaption><b>11q13</b> around CCND1, enlarged</figcaption>\n",
              out);
        ps_figure_chromosome11(out, r, 0);
        fputs("</figure>\n", out);
    }
    arms_list(r, out);
}

static void breakpoint_table(const ps_result *r, FILE *out) {
    static const char *const columns[] = {"#No.", "11q13", "IGH", "#Split", "#Discordant", "Place", NULL};
    const ps_junction_call *j = &r->calls.junction;
    ps_stack_head(out, "Breakpoints: last kept base on each side, and the side that is kept", columns);
    for (size_t i = 0; i < j->n_breakpoints; i++) {
        const ps_breakpoint *b = &j->breakpoint[i];
        fprintf(out,
                "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\" class=\"n\">%zu</th><td role=\"cell\" "
                "class=\"nw\">",
                i + 1);
        ps_say(out, "%s:%d, %s kept", ps_output_contig(r, b->contig_a), (int)b->pos_a1,
               b->right_a ? "left" : "right");
        fputs("</td><td role=\"cell\" class=\"nw\">", out);
        ps_say(out, "%s:%d, %s kept", ps_output_contig(r, b->contig_b), (int)b->pos_b1,
               b->right_b ? "left" : "right");
        fputs("</td>", out);
        ps_cell(out, "n", COUNT((long long)b->split));
        ps_cell(out, "n", COUNT((long long)b->discordant));
        if (b->exact)
            ps_cell(out, "", "exact");
        else {
            fputs("<td role=\"cell\">", out);
            ps_say(out, "imprecise: %+d to %+d, %+d to %+d", (int)b->range_a[0], (int)b->range_a[1],
                   (int)b->range_b[0], (int)b->range_b[1]);
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
}

void ps_html_junction(const ps_result *r, FILE *out) {
    const ps_junction_call *j = &r->calls.junction;
    ps_reasons_list(out, &j->reasons);
    ps_origin_note(out, r, PS_MARKED_JUNCTION);
    if (!ps_junction_counted(j)) {
        fputs("<p class=\"note\">The junction could not be assessed.</p>\n", out);
        return;
    }
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, "Split fragments", "%s", COUNT(j->split));
    ps_fact(out, "Discordant fragments", "%s", COUNT(j->discordant));
    ps_fact(out, "Needed for a detection", "%llu", (unsigned long long)j->needed);
    ps_fact(out, "Physical coverage (DNA), fold", "%s", NUM(j->physical_coverage, 1));
    ps_fact(out, "Fragments that can show a junction", "%s", PERCENT(j->shown));
    ps_fact(out, "Fragments expected by chance", "%s", NUM(j->background, 3));
    if (j->limit_cells <= 1)
        ps_fact(out, "Would have shown from", "%s of the cells", PERCENT(j->limit_cells));
    else
        ps_fact(out, "Would have shown from",
                isfinite(j->limit_cells) ? "none: even a junction in every cell could be missed" : DASH);
    ps_fact(out, "Window with 95 % power", "%s", PERCENT(j->powered));
    ps_fact(out, "RNA fragments that join", "%s", COUNT(j->rna_fragments));
    fputs("</dl>\n", out);
    if (!j->n_breakpoints)
        return;
    fputs("<figure>\n", out);
    ps_figure_junction(out, r);
    fputs("</figure>\n", out);
    breakpoint_table(r, out);
}
