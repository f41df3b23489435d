/* html.c - validation.html: its {{placeholders}} filled. The style is the sample page's. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../html/pieces.h"

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "private.h"

typedef void section(const ps_validation *v, FILE *out);

static const char *share(char out[PS_NUMBER_SIZE], double x) {
    snprintf(out, PS_NUMBER_SIZE, isfinite(x) ? "%.1f\xC2\xA0%%" : DASH, 100 * x);
    return out;
}
#define SHARE(x) share(PS_NUMBER_BUFFER, x)

static size_t count_outcome(const ps_validation *v, ps_outcome outcome) {
    return (size_t)ps_validation_count(v, outcome);
}

static size_t count_failed(const ps_validation *v) {
    size_t n = 0;
    for (size_t r = 0; r < v->n; r++)
        n += v->row[r].failure != NULL;
    return n;
}

static void row_head(FILE *out, const char *text) {
    fputs("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", out);
    ps_put_html(out, text);
    fputs("</th>", out);
}

/* ---- top ------------------------------------------------------------------------------------------------------- */

static void put_version(const ps_validation *v, FILE *out) {
    (void)v;
    fputs(PS_VERSION, out);
}

static const char *title_of(const ps_validation *v) {
    const char *slash = strrchr(v->sheet_path, '/');
    return v->title ? v->title : slash ? slash + 1 : v->sheet_path;
}

static void put_title(const ps_validation *v, FILE *out) {
    ps_put_html(out, title_of(v));
}

static void put_title_css(const ps_validation *v, FILE *out) {
    ps_put_css_string(out, title_of(v));
}

static void put_verdict(const ps_validation *v, FILE *out) {
    const ps_protocol *p = &v->protocol;
    size_t differ = count_outcome(v, PS_OUTCOME_DIFFERS), failed = count_failed(v);
    const char *kind = !p->path ? "" : p->failed ? "red" : "cool";
    fprintf(out, "<div class=\"verdict %s\"><p class=\"label\">", kind);
    if (!p->path)
        ps_say(out, "No protocol was given");
    else if (p->failed)
        ps_say(out, "%zu of %zu acceptance criteria failed", p->failed, p->n);
    else
        ps_say(out, "All %zu acceptance criteria passed", p->n);
    fputs("</p>\n<p>", out);
    ps_say(out, "%zu sample%s, %zu comparison%s: %zu agree, %zu differ, %zu not assessable.", v->n, ps_s(v->n),
           v->n_comparisons, ps_s(v->n_comparisons), count_outcome(v, PS_OUTCOME_AGREES), differ,
           count_outcome(v, PS_OUTCOME_NOT_ASSESSABLE));
    if (failed)
        ps_say(out, " %zu sample%s could not be read.", failed, ps_s(failed));
    fputs("</p></div>\n", out);
}

static const ps_agreement *agreement_of(const ps_validation *v, const char *name) {
    for (size_t i = 0; i < v->n_agreements; i++)
        if (!strcmp(v->agreement[i].name, name))
            return &v->agreement[i];
    return NULL;
}

static void glance_agreement(const ps_validation *v, const char *title, const char *name, FILE *out) {
    const ps_agreement *a = agreement_of(v, name);
    fprintf(out, "<li><a href=\"#agreement\"><span>%s</span> ", title);
    if (!a || !(a->n[0] + a->n[1])) {
        ps_chip(out, "none", "not compared");
    } else {
        char text[80];
        uint64_t agrees = a->agrees[0] + a->agrees[1], n = a->n[0] + a->n[1];
        snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " agree", agrees, n);
        ps_chip(out, agrees == n ? "green" : "amber", text);
    }
    fputs("</a></li>\n", out);
}

/* Of real dilutions, where there are any. */
static void glance_limit(const ps_validation *v, const char *title, const char *name, FILE *out) {
    const ps_measure *m = ps_validation_find(v, "lod95.dilution");
    int real = m && isfinite(m->value);
    m = real ? m : ps_validation_find(v, name);
    fprintf(out, "<li><a href=\"#limits\"><span>%s</span> ", title);
    if (m && isfinite(m->value)) {
        ps_chip(out, "none", ps_percent(PS_NUMBER_BUFFER, m->value, ""));
        ps_element(out, "i", "", real ? "dilutions" : "in silico");
    } else {
        ps_chip(out, "none", "not measured");
    }
    fputs("</a></li>\n", out);
}

static void put_glance(const ps_validation *v, FILE *out) {
    static const struct {
        const char *title, *name;
        void (*write)(const ps_validation *, const char *, const char *, FILE *);
    } rows[] = {
        {"RAS state", "ras", glance_agreement},        {"RAS variants", "ras_variant", glance_agreement},
        {"IGH::CCND1", "igh_ccnd1", glance_agreement}, {"CCND1 state", "ccnd1", glance_agreement},
        {"Label", "label", glance_agreement},          {"Limit of detection", "lod95.in_silico", glance_limit}};
    fputs("<nav aria-label=\"Findings\"><ul class=\"glance\">\n", out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i].write(v, rows[i].title, rows[i].name, out);
    fputs("</ul></nav>\n", out);
}

/* ---- criteria -------------------------------------------------------------------------------------------------- */

static void put_criteria_chip(const ps_validation *v, FILE *out) {
    const ps_protocol *p = &v->protocol;
    if (p->path)
        ps_chip(out, p->failed ? "red" : "green", p->failed ? "failed" : "passed");
}

static void put_criterion(const ps_criterion *c, FILE *out) {
    static const char *const at[PS_N_AT] = {"", ", low end", ", high end"};
    char number[PS_NUMBER_SIZE];
    row_head(out, c->measure);
    fputs("<td role=\"cell\" class=\"nw\">", out);
    ps_say(out, "%s %g%s", c->relation, c->limit, at[c->at]);
    fputs("</td><td role=\"cell\" class=\"n\">", out);
    snprintf(number, sizeof number, "%.4g", c->found ? c->found->value : NAN);
    ps_put_html(out, c->found && isfinite(c->found->value) ? number : DASH);
    fputs("</td><td role=\"cell\" class=\"n\">", out);
    if (c->found && isfinite(c->found->low) && isfinite(c->found->high))
        ps_say(out, "%.4g to %.4g", c->found->low, c->found->high);
    else
        fputs(DASH, out);
    fputs("</td>", out);
    ps_cell(out, "n", COUNT(c->found ? (long long)c->found->n : 0));
    fputs("<td role=\"cell\">", out);
    ps_chip(out, c->passed ? "green" : "red", c->passed ? "passed" : "failed");
    if (!c->passed && (!c->found || c->found->n < c->min_n || !isfinite(c->found->value)))
        ps_say(out, " too little was measured");
    fputs("</td>", out);
    ps_cell(out, "text", c->note);
    fputs("</tr>\n", out);
}

static void put_criteria(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"Measure", "Criterion", "#Found", "#95 % interval", "#n", "", "Note", NULL};
    const ps_protocol *p = &v->protocol;
    if (!p->path) {
        fputs(
            "<p class=\"note\">No protocol was given (<code>--protocol FILE</code>): nothing here says whether these "
            "figures are good enough.</p>\n",
            out);
        return;
    }
    ps_stack_head(out, "What the protocol asks for", columns);
    for (size_t i = 0; i < p->n; i++)
        put_criterion(&p->criterion[i], out);
    ps_table_end(out);
}

/* ---- agreement ------------------------------------------------------------------------------------------------- */

static void put_share(const ps_validation *v, const ps_agreement *a, int positive, FILE *out) {
    char name[80];
    snprintf(name, sizeof name, "%s.%s", positive ? "ppa" : "npa", a->name);
    const ps_measure *m = ps_validation_find(v, name);
    fputs("<td role=\"cell\" class=\"nw\">", out);
    if (!a->n[positive]) {
        fputs(DASH "</td><td role=\"cell\" class=\"bars\"></td>", out);
        return;
    }
    ps_say(out, "%s (%" PRIu64 " of %" PRIu64 ")", SHARE(m->value), a->agrees[positive], a->n[positive]);
    fputs("</td><td role=\"cell\" class=\"bars\"><span class=\"soft\">", out);
    ps_say(out, "%s to %s", SHARE(m->low), SHARE(m->high));
    fputs("</span>", out);
    validation_figure_interval(out, m->value, m->low, m->high);
    fputs("</td>", out);
}

static int is_empty(const ps_agreement *a) {
    return !(a->n[0] + a->n[1] + a->open[0] + a->open[1]);
}

enum { MARKERS, KINDS, BANDS };

static int part_of(const ps_agreement *a) {
    return strstr(a->name, ".vaf_") ? BANDS : strchr(a->name, '.') ? KINDS : MARKERS;
}

/* A band of VAFs has no negatives. */
static void put_agreement_part(const ps_validation *v, int part, const char *caption, FILE *out) {
    static const char *const both[] = {"", "PPA", "95 % interval", "NPA", "95 % interval", "#Not assessable", NULL};
    static const char *const positive[] = {"", "PPA", "95 % interval", "#Not assessable", NULL};
    int any = 0, bands = part == BANDS;
    for (size_t i = 0; i < v->n_agreements; i++) {
        const ps_agreement *a = &v->agreement[i];
        if (part_of(a) != part || is_empty(a))
            continue;
        if (!any++)
            ps_stack_head(out, caption, bands ? positive : both);
        row_head(out, a->title);
        put_share(v, a, 1, out);
        if (!bands)
            put_share(v, a, 0, out);
        ps_cell(out, "n", COUNT((long long)(a->open[0] + a->open[1])));
        fputs("</tr>\n", out);
    }
    if (any)
        ps_table_end(out);
}

static void put_agreement(const ps_validation *v, FILE *out) {
    fputs("<div class=\"agreement\">", out);
    put_agreement_part(v, MARKERS, "By marker: each sample once, without replicates and dilutions", out);
    put_agreement_part(v, KINDS, "RAS variants by kind of change", out);
    put_agreement_part(v, BANDS, "RAS variants by expected VAF, dilutions included", out);
    fputs("</div>\n", out);
}

/* ---- discordances ---------------------------------------------------------------------------------------------- */

static void put_discordances_chip(const ps_validation *v, FILE *out) {
    char text[40];
    size_t n = count_outcome(v, PS_OUTCOME_DIFFERS);
    snprintf(text, sizeof text, n ? "%zu" : "none", n);
    ps_chip(out, n ? "amber" : "green", text);
}

static void put_open_chip(const ps_validation *v, FILE *out) {
    char text[40];
    size_t n = count_outcome(v, PS_OUTCOME_NOT_ASSESSABLE);
    snprintf(text, sizeof text, n ? "%zu" : "none", n);
    ps_chip(out, "none", text);
}

static void put_difference(const ps_validation *v, const ps_comparison *c, FILE *out) {
    const ps_validation_row *row = &v->row[c->row];
    row_head(out, row->sample_id);
    fputs("<td role=\"cell\">", out);
    ps_say(out, "%s", ps_compared_titles[c->what]);
    if (row->dilution_of != PS_NO_ROW)
        ps_say(out, ", dilution to %s", PERCENT(row->fraction));
    else if (row->replicate_of != PS_NO_ROW)
        ps_say(out, ", replicate");
    fputs("</td><td role=\"cell\">", out);
    ps_put_html(out, c->expected);
    if (c->what == PS_COMPARED_VARIANT && isfinite(c->expected_value))
        ps_say(out, " at %s", PERCENT(c->expected_value));
    fputs("</td>", out);
    ps_cell(out, "", c->found);
    fputs("<td role=\"cell\" class=\"text\">", out);
    if (c->what == PS_COMPARED_VARIANT && c->positive && isfinite(c->expected_value) && c->expected_value < c->lod95)
        ps_say(out, "under the printed lod95 of %s; ", PERCENT(c->lod95));
    ps_put_html(out, c->why);
    fputs("</td></tr>\n", out);
}

/* Those of one outcome; the page shows as many as a reader may read, the table has all. */
static void put_differences(const ps_validation *v, ps_outcome outcome, const char *caption, FILE *out) {
    enum { MOST_SHOWN = 300 };
    static const char *const columns[] = {"Sample", "Marker", "Expected", "Found", "What the program says about it",
                                          NULL};
    size_t shown = 0, n = count_outcome(v, outcome);
    if (!n) {
        fputs("<p class=\"note\">None.</p>\n", out);
        return;
    }
    ps_stack_head(out, caption, columns);
    for (size_t i = 0; i < v->n_comparisons && shown < MOST_SHOWN; i++)
        if (v->comparison[i].outcome == outcome) {
            put_difference(v, &v->comparison[i], out);
            shown++;
        }
    ps_table_end(out);
    if (n > shown)
        ps_say(out, "The first %zu of %zu; validation.tsv has all.", shown, n);
}

static void put_discordances(const ps_validation *v, FILE *out) {
    put_differences(v, PS_OUTCOME_DIFFERS, "Every answer that is not the expected one", out);
}

static void put_open(const ps_validation *v, FILE *out) {
    put_differences(v, PS_OUTCOME_NOT_ASSESSABLE, "Where the program made no statement", out);
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

static void put_pair_facts(const ps_pairs *p, int is_vaf, FILE *out) {
    double unit = is_vaf ? 100 : 1;
    const char *sign = is_vaf ? " %" : "";
    const ps_bland_altman *b = &p->bland_altman;
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, is_vaf ? "Variants" : "Samples", "%zu", p->n);
    ps_fact(out, "Bias (found less expected)", "%s%s", NUM(unit * b->bias, 2), sign);
    ps_fact(out, "95 % interval of the bias", "%s to %s%s", NUM(unit * b->bias_low, 2), NUM(unit * b->bias_high, 2),
            sign);
    ps_fact(out, "Limits of agreement", "%s to %s%s", NUM(unit * b->low, 2), NUM(unit * b->high, 2), sign);
    ps_fact(out, "Slope", "%s (%s to %s)", NUM(p->line.slope, 3), NUM(p->line.slope_low, 3),
            NUM(p->line.slope_high, 3));
    ps_fact(out, "Intercept", "%s%s", NUM(unit * p->line.intercept, 2), sign);
    ps_fact(out, "r2", "%s", NUM(p->line.r2, 3));
    ps_fact(out, "Expected value in the printed interval", "%zu of %zu", p->inside, p->n);
    fputs("</dl>\n", out);
}

static void put_pairs(const ps_validation *v, FILE *out) {
    if (v->vaf.n) {
        fputs("<h3>VAF of RAS variants</h3>\n", out);
        put_pair_facts(&v->vaf, 1, out);
        fputs(
            "<div class=\"pair\"><figure class=\"plot\"><figcaption><b>Found against expected</b>, with the line of "
            "least squares</figcaption>",
            out);
        validation_figure_scatter(out, v);
        fputs("</figure><figure class=\"plot\"><figcaption><b>Difference against mean</b> (Bland and Altman), with "
              "bias and limits of agreement</figcaption>",
              out);
        validation_figure_differences(out, v);
        fputs("</figure></div>\n", out);
    }
    if (v->copies.n) {
        fputs("<h3>Copies of CCND1</h3>\n", out);
        put_pair_facts(&v->copies, 0, out);
    }
    if (!v->vaf.n && !v->copies.n)
        fputs("<p class=\"note\">No VAF or copies were expected, or none was found (columns <code>expect_vaf</code>, "
              "<code>expect_copies</code>).</p>\n",
              out);
}

/* ---- limits ---------------------------------------------------------------------------------------------------- */

void validation_limit_name(const ps_validation *v, const ps_limit *l, char *out, size_t size) {
    if (l->row == PS_NO_ROW) {
        snprintf(out, size, "%s", l->kind < 0 ? "all" : ps_change_names[l->kind]);
        return;
    }
    const ps_expected_variant *e = &v->row[l->row].expect.variant[l->variant];
    snprintf(out, size, "%s %s of %.150s", e->gene, e->change, v->row[l->row].sample_id);
}

static void put_limit_value(const ps_probit *p, FILE *out) {
    switch (p->state) {
    case PS_PROBIT_FITTED:
        ps_say(out, "%s (%s to %s)", PERCENT(p->lod95), PERCENT(p->low), PERCENT(p->high));
        break;
    case PS_PROBIT_STEP:
        ps_say(out, "%s: always from there on, not always at %s", PERCENT(p->lod95), PERCENT(p->low));
        break;
    case PS_PROBIT_ABOVE:
        ps_say(out, "above %s", PERCENT(p->low));
        break;
    case PS_PROBIT_BELOW:
        ps_say(out, "at most %s, the lowest tried", PERCENT(p->high));
        break;
    default:
        ps_say(out, "cannot be estimated: the share found does not rise with the VAF");
    }
}

static void put_limit(const ps_validation *v, const ps_limit *l, FILE *out) {
    static const char *const sources[PS_N_LIMIT_SOURCES] = {"dilutions", "in silico"};
    char name[300];
    double limit = l->probit.state == PS_PROBIT_BELOW ? l->probit.high : l->probit.lod95;
    validation_limit_name(v, l, name, sizeof name);
    row_head(out, name);
    ps_cell(out, "", sources[l->source]);
    ps_cell(out, "n", COUNT((long long)l->probit.levels));
    ps_cell(out, "n", COUNT((long long)l->probit.n));
    fputs("<td role=\"cell\">", out);
    put_limit_value(&l->probit, out);
    fputs("</td>", out);
    ps_cell(out, "n", 2 * limit > 1 ? "more than 100 %" : PERCENT(2 * limit));
    fputs("</tr>\n", out);
}

static void put_limits(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"Of", "From", "#VAFs", "#Trials", "Found in 95 % from", "#Purity needed",
                                          NULL};
    static const char *const captions[PS_N_LIMIT_SOURCES] = {
        "<b>Dilutions of the sheet</b>", "<b>In silico</b>: variants mixed into a wild-type sample"};
    int any = 0, drawn[PS_N_LIMIT_SOURCES] = {0};
    for (size_t i = 0; i < v->n_limits; i++) {
        if (v->limit[i].probit.state == PS_PROBIT_NOTHING)
            continue;
        if (!any++)
            ps_stack_head(out, "VAF that is found in 95 of 100 (probit), and the purity that shows it: twice the VAF",
                          columns);
        put_limit(v, &v->limit[i], out);
        drawn[v->limit[i].source] = 1;
    }
    if (!any) {
        fputs("<p class=\"note\">Nothing was diluted (columns <code>dilution_of</code> and <code>fraction</code>), "
              "and no found variant could be mixed into a wild-type sample in silico.</p>\n",
              out);
        return;
    }
    ps_table_end(out);
    fputs(
        "<p class=\"note\">A mutation of one allele of two in every tumour cell has half the purity as its VAF: "
        "below the purity in the last column a wild type is not safe, whatever the depth.</p>\n<div class=\"pair\">",
        out);
    for (int source = 0; source < PS_N_LIMIT_SOURCES; source++)
        if (drawn[source]) {
            fprintf(out, "<figure class=\"plot\"><figcaption>%s</figcaption>", captions[source]);
            validation_figure_probit(out, v, (ps_limit_source)source);
            fputs("</figure>", out);
        }
    fputs("</div>\n", out);
}

static void put_calibration(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"VAF over lod95", "#Found", "#Of", "#Share", "#Called wild type", NULL};
    uint64_t all = 0;
    for (int bin = 0; bin < PS_CALIBRATION_BINS; bin++)
        all += v->calibration[bin].n;
    if (!all) {
        fputs("<p class=\"note\">No variant had an expected VAF and a printed lod95.</p>\n", out);
        return;
    }
    fputs("<p class=\"note\">Every trial (samples, dilutions, in silico) by its expected VAF over the lod95 that "
          "was printed for that codon: at 1 the share found should be 95 %, and a variant above it must not be "
          "called wild type.</p>\n<div class=\"pair\">",
          out);
    fputs("<div>", out);
    ps_table_head(out, "Found, by VAF over the printed lod95", columns);
    for (int bin = 0; bin < PS_CALIBRATION_BINS; bin++) {
        const ps_calibration *c = &v->calibration[bin];
        char name[60];
        if (bin + 1 < PS_CALIBRATION_BINS)
            snprintf(name, sizeof name, "%g to %g", ps_calibration_edges[bin], ps_calibration_edges[bin + 1]);
        else
            snprintf(name, sizeof name, "from %g", ps_calibration_edges[bin]);
        row_head(out, name);
        ps_cell(out, "n", COUNT((long long)c->found));
        ps_cell(out, "n", COUNT((long long)c->n));
        ps_cell(out, "n", SHARE(c->n ? (double)c->found / (double)c->n : NAN));
        ps_cell(out, "n", COUNT((long long)c->wild_type));
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
    fputs("</div><figure class=\"plot\"><figcaption><b>Share found</b>, with exact 95 % intervals</figcaption>", out);
    validation_figure_calibration(out, v);
    fputs("</figure></div>\n", out);
}

/* ---- replicates ------------------------------------------------------------------------------------------------ */

static void put_flips(const ps_replicates *g, FILE *out) {
    static const ps_compared shown[] = {PS_COMPARED_LABEL, PS_COMPARED_RAS,      PS_COMPARED_VARIANT,
                                        PS_COMPARED_CCND1, PS_COMPARED_JUNCTION, PS_COMPARED_COPIES};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        fputs("<td role=\"cell\" class=\"n\">", out);
        if (g->assessed[shown[i]])
            ps_say(out, "%d of %d", g->flips[shown[i]], g->assessed[shown[i]]);
        else
            fputs(DASH, out);
        fputs("</td>", out);
    }
}

/* "S1", or "S1, run A" where only those of one of its runs are meant */
static void put_group_name(const ps_validation *v, const ps_replicates *g, FILE *out) {
    char *name = g->part ? ps_format("%s, run %s", v->row[g->first].sample_id, g->part) : NULL;
    row_head(out, name ? name : v->row[g->first].sample_id);
    free(name);
}

static void put_group_vafs(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"Replicates of", "Variant", "#Seen in", "#Mean VAF", "#SD", "#CV", NULL};
    if (!v->n_group_vafs)
        return;
    ps_stack_head(out, "VAF over replicates", columns);
    for (size_t i = 0; i < v->n_group_vafs; i++) {
        const ps_replicate_vaf *vaf = &v->group_vaf[i];
        const ps_replicates *g = &v->group[vaf->group];
        put_group_name(v, g, out);
        ps_cell(out, "", vaf->name);
        fputs("<td role=\"cell\" class=\"n\">", out);
        ps_say(out, "%zu of %zu", vaf->n, g->n);
        fputs("</td>", out);
        ps_cell(out, "n", PERCENT(vaf->mean));
        ps_cell(out, "n", PERCENT(vaf->sd));
        ps_cell(out, "n", SHARE(vaf->cv));
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
}

static void put_replicates(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"Replicates of", "Runs",   "#Samples",    "#Label",  "#RAS state",
                                          "#RAS variants", "#CCND1", "#IGH::CCND1", "#Copies", NULL};
    if (!v->n_groups) {
        fputs("<p class=\"note\">No replicates (column <code>replicate_of</code>; <code>run</code> tells runs "
              "apart).</p>\n",
              out);
        return;
    }
    const ps_measure *same = ps_validation_find(v, "vaf_cv.repeatability"),
                     *other = ps_validation_find(v, "vaf_cv.reproducibility");
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, "VAF CV within a run", "%s", SHARE(same ? same->value : NAN));
    ps_fact(out, "VAF CV between runs", "%s", SHARE(other ? other->value : NAN));
    fputs("</dl>\n", out);
    ps_stack_head(out, "Answers that differ from the most frequent one, of those that were assessable", columns);
    for (size_t g = 0; g < v->n_groups; g++) {
        put_group_name(v, &v->group[g], out);
        ps_cell(out, "", v->group[g].part ? "one" : v->group[g].same_run ? "one, or not stated" : "several");
        ps_cell(out, "n", COUNT((long long)v->group[g].n));
        put_flips(&v->group[g], out);
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
    put_group_vafs(v, out);
}

/* ---- samples and provenance ------------------------------------------------------------------------------------ */

static void put_sample(const ps_validation *v, const ps_validation_row *row, FILE *out) {
    row_head(out, row->sample_id);
    fputs("<td role=\"cell\" class=\"text\">", out);
    ps_element(out, "code", "", row->source);
    if (row->failure) {
        fputs(" ", out);
        ps_chip(out, "red", "failed");
        ps_say(out, " %s", row->failure);
    }
    fputs("</td>", out);
    ps_cell(out, "", row->build ? row->build : DASH);
    fputs("<td role=\"cell\">", out);
    if (row->cell_line)
        ps_say(out, "cell line %s; ", row->cell_line);
    if (row->replicate_of != PS_NO_ROW)
        ps_say(out, "replicate of %s; ", v->row[row->replicate_of].sample_id);
    if (row->dilution_of != PS_NO_ROW)
        ps_say(out, "%s of %s; ", PERCENT(row->fraction), v->row[row->dilution_of].sample_id);
    if (row->run)
        ps_say(out, "run %s", row->run);
    fputs("</td>", out);
    fputs("<td role=\"cell\">", out);
    ps_element(out, "code", "", row->digest[0] ? row->digest : DASH);
    fputs("</td></tr>\n", out);
}

static void put_samples(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"Sample", "File", "Build", "About", "Digest of its evidence", NULL};
    ps_stack_head(out, "What was validated", columns);
    for (size_t r = 0; r < v->n; r++)
        put_sample(v, &v->row[r], out);
    ps_table_end(out);
}

static size_t written_by(const ps_validation *v, size_t end, const char *version) {
    size_t n = 0;
    for (size_t r = 0; r < end; r++)
        n += v->row[r].written_by && !strcmp(v->row[r].written_by, version);
    return n;
}

static void put_versions(const ps_validation *v, FILE *out) {
    char *text = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&text, &size);
    for (size_t r = 0; r < v->n; r++) {
        const char *version = v->row[r].written_by;
        if (version && !written_by(v, r, version)) {
            size_t n = written_by(v, v->n, version);
            fprintf(list, "%s%s (%zu sample%s)", ftell(list) > 0 ? ", " : "", version, n, ps_s(n));
        }
    }
    fclose(list);
    if (size)
        ps_fact(out, "Evidence of other versions", "%s", text);
    free(text);
}

static void put_provenance(const ps_validation *v, FILE *out) {
    fputs("<dl class=\"facts\">\n", out);
    ps_fact(out, "Program", "plasmastrat %s", PS_VERSION);
    put_versions(v, out);
    ps_fact(out, "htslib", "%s", ps_htslib_version());
    for (int p = 0; p < v->n_panels; p++)
        ps_fact(out, "Panel", "%s, version %s, checksum %s", v->panels[p].name, v->panels[p].version,
                v->panels[p].checksum);
    ps_fact(out, "Sheet", "%s", v->sheet_path);
    ps_fact(out, "Sheet's checksum", "%s", v->sheet_checksum);
    if (v->protocol.path) {
        ps_fact(out, "Protocol", "%s", v->protocol.path);
        ps_fact(out, "Protocol's checksum", "%s", v->protocol.checksum);
    }
    if (v->repeats)
        ps_fact(out, "Mixtures in silico", "%lld for each VAF, seed %lld", (long long)v->repeats, (long long)v->seed);
    fputs("</dl>\n", out);
}

static void put_measures(const ps_validation *v, FILE *out) {
    static const char *const columns[] = {"Measure", "#Value", "#Low", "#High", "#n", "Unit", NULL};
    fputs("<details class=\"measures\"><summary>All measures, by the names that a protocol uses</summary>\n", out);
    ps_stack_head(out, "Also in validation_measures.tsv", columns);
    for (size_t i = 0; i < v->n_measures; i++) {
        const ps_measure *m = &v->measure[i];
        const double values[] = {m->value, m->low, m->high};
        row_head(out, m->name);
        for (int k = 0; k < 3; k++) {
            char number[PS_NUMBER_SIZE];
            snprintf(number, sizeof number, "%.4g", values[k]);
            ps_cell(out, "n", isfinite(values[k]) ? number : DASH);
        }
        ps_cell(out, "n", COUNT((long long)m->n));
        ps_cell(out, "", m->unit);
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
    fputs("</details>\n", out);
}

/* ---- the page -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    section *write;
} placeholders[] = {
    {"version", put_version},
    {"title", put_title},
    {"sample_css", put_title_css},
    {"verdict", put_verdict},
    {"glance", put_glance},
    {"criteria_chip", put_criteria_chip},
    {"criteria", put_criteria},
    {"agreement", put_agreement},
    {"discordances_chip", put_discordances_chip},
    {"discordances", put_discordances},
    {"open_chip", put_open_chip},
    {"open", put_open},
    {"pairs", put_pairs},
    {"limits", put_limits},
    {"calibration", put_calibration},
    {"replicates", put_replicates},
    {"samples", put_samples},
    {"provenance", put_provenance},
    {"measures", put_measures},
};

/* Copies a piece of a template; the first name that is unknown, or NULL. */
static const char *fill(const ps_validation *v, const char *from, const char *to, FILE *out) {
    for (const char *open; (open = strstr(from, "{{")) && open < to;) {
        const char *after;
        size_t n = sizeof placeholders / sizeof *placeholders;
        size_t p = ps_placeholder(placeholders, n, sizeof *placeholders, open, &after);
        if (p == n)
            return open;
        fwrite(from, 1, (size_t)(open - from), out);
        placeholders[p].write(v, out);
        from = after;
    }
    fwrite(from, 1, (size_t)(to - from), out);
    return NULL;
}

int ps_write_validation_html(const ps_validation *v, FILE *out, ps_error *err) {
    static const char head[] = "{{style}}";
    const char *page = ps_validation_html, *at = strstr(page, head);
    const char *style = strstr(ps_report_html, "<style>"), *end = style ? strstr(style, "</style>") : NULL;
    if (!at || !end)
        return ps_fail(err, PS_ERR_RUN, "validation.html", 0, "has no place for its style");
    const char *unknown = fill(v, page, at, out);
    unknown = unknown ? unknown : fill(v, style, end + strlen("</style>"), out);
    unknown = unknown ? unknown : fill(v, at + strlen(head), page + strlen(page), out);
    if (unknown)
        return ps_fail(err, PS_ERR_RUN, "validation.html", 0, "unknown placeholder %.20s", unknown);
    return ps_finish(out, "the validation page", err);
}
