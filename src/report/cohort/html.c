/* html.c - cohort.html: its {{placeholders}} filled, and the table. User text goes through ps_put_html only.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"
#include "../html/pieces.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"

#define DASH "\xE2\x80\x93" /* en dash: no value, and "to" between two */
#define NUM(x, decimals) ps_number(PS_NUMBER_BUFFER, x, decimals, DASH)

/* ---- cells ----------------------------------------------------------------------------------------------------- */

static void put_chip(FILE *out, const char *kind, const char *text) {
    fprintf(out, "<b class=\"c %s\">", kind);
    ps_put_html(out, text);
    fputs("</b>", out);
}

/* A second, quieter line of a cell, escaped as a whole. */
static void put_soft(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_soft(FILE *out, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("<i>", out);
    ps_put_html(out, text);
    fputs("</i>", out);
}

static void cell_label(const ps_row *r, FILE *out) {
    int group = ps_cohort_group_of(r);
    put_chip(out, ps_cohort_group_kind(group), ps_cohort_group_name(group));
    if (!r->failure && r->label == PS_LABEL_INDETERMINATE)
        put_soft(out, "leaning %s", ps_leaning_name(r->leaning));
    if (r->failure)
        return;
    if (r->borderline)
        put_soft(out, "borderline");
    for (size_t i = 0; i < r->n_answers; i++)
        if (r->answer[i].contradicts)
            put_soft(out, "%s: %s", r->answer[i].name, ps_label_names[r->answer[i].label]);
}

static void cell_probability(const ps_row *r, FILE *out) {
    fputs(NUM(r->probability, 2), out);
    if (isfinite(r->low) && isfinite(r->high))
        put_soft(out, "%s" DASH "%s", NUM(r->low, 2), NUM(r->high, 2));
}

/* Variants that do not decide the state (BRAF, uncertain changes) stand beside it. */
static void put_variant(FILE *out, const ps_row_variant *v) {
    fputs(v->mutates ? "<br>" : "<i>other: ", out);
    ps_put_html(out, v->gene);
    fputc(' ', out);
    ps_put_html(out, !strncmp(v->hgvs_p ? v->hgvs_p : "", "p.", 2) ? v->hgvs_p + 2 : v->hgvs_p);
    if (isfinite(v->vaf))
        fprintf(out, " <span class=\"nw\">%s</span>", ps_percent(PS_NUMBER_BUFFER, v->vaf, ""));
    if (!v->mutates)
        fputs("</i>", out);
}

static void cell_ras(const ps_row *r, FILE *out) {
    static const char *const kinds[PS_N_RAS_STATES] = {"none", "cool", "warm"};
    put_chip(out, kinds[r->ras], ps_ras_state_names[r->ras]);
    for (size_t i = 0; i < r->n_variants; i++)
        put_variant(out, &r->variant[i]);
}

static void cell_lod(const ps_row *r, FILE *out) {
    fputs(isfinite(r->lod95) ? ps_percent(PS_NUMBER_BUFFER, r->lod95, DASH) : DASH, out);
    if (r->lod95_codon)
        put_soft(out, isfinite(r->lod95) ? "%.40s" : "no VAF at %.40s", r->lod95_codon);
}

static void cell_ccnd1(const ps_row *r, FILE *out) {
    static const char *const kinds[PS_N_CCND1_STATES] = {"none", "cool", "amber", "warm"};
    put_chip(out, kinds[r->ccnd1], ps_ccnd1_state_names[r->ccnd1]);
    if (r->ccnd1 >= PS_CCND1_INTERMEDIATE || r->cause == PS_CAUSE_CONFLICT)
        put_soft(out, "cause: %s", ps_cause_names[r->cause]);
}

static void cell_expression(const ps_row *r, FILE *out) {
    fputs(NUM(r->log2_ratio, 2), out);
    put_soft(out, "%s", ps_expression_state_names[r->expression]);
}

static void cell_copies(const ps_row *r, FILE *out) {
    fputs(NUM(r->copies, 2), out);
    if (isfinite(r->copies_low) && isfinite(r->copies_high))
        fprintf(out, " (%s" DASH "%s)", NUM(r->copies_low, 2), NUM(r->copies_high, 2));
    put_soft(out, r->scope == PS_SCOPE_NONE ? "%s" : "%s, %s", ps_cn_state_names[r->copy_number],
             ps_scope_names[r->scope]);
}

static void cell_junction(const ps_row *r, FILE *out) {
    static const char *const kinds[PS_N_JUNCTION_STATES] = {"none", "cool", "warm"};
    put_chip(out, kinds[r->junction], ps_junction_state_names[r->junction]);
    if (r->split > 0 || r->discordant > 0)
        put_soft(out, "%s split, %s pairs", ps_count(PS_NUMBER_BUFFER, r->split, DASH),
                 ps_count(PS_NUMBER_BUFFER, r->discordant, DASH));
}

static void cell_hyperdiploid(const ps_row *r, FILE *out) {
    static const char *const words[PS_N_ANSWERS] = {DASH, "no", "yes"};
    fputs(words[r->hyperdiploid], out);
}

static void cell_specimen(const ps_row *r, FILE *out) {
    fputs(ps_specimen_names[r->specimen], out);
    if (isfinite(r->purity))
        put_soft(out, "purity %s", NUM(r->purity, 2));
}

static void cell_qc(const ps_row *r, FILE *out) {
    int fails = ps_cohort_n_checks(r, PS_QC_FAIL), warns = ps_cohort_n_checks(r, PS_QC_WARN);
    char text[32];
    if (!r->n_checks)
        fputs(DASH, out);
    else if (fails || warns) {
        snprintf(text, sizeof text, "%d %s", fails ? fails : warns, fails ? "fail" : "warn");
        put_chip(out, fails ? "red" : "amber", text);
        if (fails && warns)
            put_soft(out, "%d warn", warns);
    } else
        put_chip(out, "green", "pass");
}

/* Why there is no label, and every check that did not pass: the heat strip shows nothing that is not also said in
 * words. */
static void cell_message(const ps_row *r, FILE *out) {
    ps_put_html(out, r->failure ? r->failure : r->message);
    for (int state = PS_QC_FAIL; state > PS_QC_PASS && !r->failure; state--) {
        const char *join = state == PS_QC_FAIL ? "<i>QC fail: " : "<i>QC warn: ";
        for (size_t i = 0; i < r->n_checks; i++) {
            const ps_row_check *c = &r->check[i];
            if ((int)c->state != state)
                continue;
            fputs(join, out);
            fputs("<span title=\"", out);
            ps_put_html(out, c->message);
            fputs("\">", out);
            ps_put_html(out, c->check);
            fputs(" (", out);
            ps_put_html(out, c->input);
            fputs(")</span>", out);
            join = ", ";
        }
        if (ps_cohort_n_checks(r, (ps_qc_state)state))
            fputs("</i>", out);
    }
}

/* ---- numbers that a column is sorted by (NaN: stands last either way) ------------------------------------------ */

static double by_label(const ps_row *r) {
    return ps_cohort_group_of(r);
}

static double by_probability(const ps_row *r) {
    return r->probability;
}

/* not assessable, wild type, mutated by VAF (percent) */
static double by_ras(const ps_row *r) {
    double vaf = ps_cohort_ras_vaf(r);
    return r->ras == PS_RAS_MUTATED ? 2 + (isfinite(vaf) ? vaf : 0) : (double)r->ras;
}

static double by_lod(const ps_row *r) {
    return r->lod95;
}

static double by_ccnd1(const ps_row *r) {
    return r->ccnd1 * 100 + (int)r->cause;
}

static double by_expression(const ps_row *r) {
    return r->log2_ratio;
}

static double by_copies(const ps_row *r) {
    return r->copies;
}

static double by_junction(const ps_row *r) {
    double fragments = (double)(r->split > 0 ? r->split : 0) + (double)(r->discordant > 0 ? r->discordant : 0);
    return (double)r->junction * 1e5 + fmin(fragments, 99999);
}

static double by_hyperdiploid(const ps_row *r) {
    return r->hyperdiploid == PS_ANSWER_UNKNOWN ? NAN : (double)r->hyperdiploid;
}

static double by_qc(const ps_row *r) {
    return r->n_checks ? 1e4 * ps_cohort_n_checks(r, PS_QC_FAIL) + ps_cohort_n_checks(r, PS_QC_WARN) : NAN;
}

/* The sample's name stands before these. `by` NULL: sorted by what is written. */
static const struct {
    const char *title, *class;
    void (*write)(const ps_row *, FILE *);
    double (*by)(const ps_row *);
} columns[] = {
    {"Label", "", cell_label, by_label},
    {"Proba&shy;bility", "n", cell_probability, by_probability},
    {"RAS", "", cell_ras, by_ras},
    {"RAS lod95", "n", cell_lod, by_lod},
    {"CCND1", "", cell_ccnd1, by_ccnd1},
    {"CCND1 log2", "n", cell_expression, by_expression},
    {"CCND1 copies", "n", cell_copies, by_copies},
    {"t(11;14)", "", cell_junction, by_junction},
    {"Hyper&shy;diploid", "", cell_hyperdiploid, by_hyperdiploid},
    {"Speci&shy;men", "", cell_specimen, NULL},
    {"QC", "", cell_qc, by_qc},
    {"Message", "m", cell_message, NULL},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

/* The message stands below the row's other cells, so its heading is for screen readers and for paper only. */
static void put_heading(FILE *out, const char *title, const char *class, int number) {
    fputs("<th role=\"columnheader\" scope=\"col\"", out);
    if (*class)
        fprintf(out, " class=\"%s\"", class);
    if (!strcmp(class, "m"))
        fprintf(out, ">%s</th>", title);
    else
        fprintf(out,
                " aria-sort=\"none\"%s><button type=\"button\">%s<span aria-hidden=\"true\"></span></button></th>",
                number ? " data-number" : "", title);
}

static void put_cell(FILE *out, const ps_row *r, int column) {
    double by = columns[column].by ? columns[column].by(r) : NAN;
    fprintf(out, *columns[column].class ? "<td role=\"cell\" class=\"%s\"" : "<td role=\"cell\"%s",
            columns[column].class);
    if (isfinite(by)) {
        fputs(" data-v=\"", out);
        ps_cohort_put_real(out, by, "");
        fputc('"', out);
    }
    fputc('>', out);
    columns[column].write(r, out);
    fputs("</td>", out);
}

/* A failed sample has its label and then nothing but why, which takes the place of all other cells. */
static void put_row(FILE *out, const ps_cohort_view *view, size_t number) {
    const ps_row *r = &view->rows[number];
    fprintf(out, "<tr role=\"row\" id=\"s%zu\" data-label=\"%s\"><th role=\"rowheader\" scope=\"row\">", number + 1,
            ps_cohort_group_name(ps_cohort_group_of(r)));
    if (r->page) {
        fputs("<a href=\"", out);
        ps_cohort_put_link(out, r);
        fputs("\">", out);
    }
    ps_put_html(out, r->sample_id);
    fputs(r->page ? "</a></th>" : "</th>", out);
    for (int c = 0; c < (r->failure ? 1 : (int)N_COLUMNS); c++)
        put_cell(out, r, c);
    if (r->failure) {
        fprintf(out, "<td role=\"cell\" class=\"m\" colspan=\"%d\">", N_COLUMNS - 1);
        cell_message(r, out);
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

static void put_table(FILE *out, const ps_cohort_view *view) {
    fputs("<thead role=\"rowgroup\"><tr role=\"row\">", out);
    put_heading(out, "Sample", "", 0);
    for (int c = 0; c < N_COLUMNS; c++)
        put_heading(out, columns[c].title, columns[c].class, columns[c].by != NULL);
    fputs("</tr></thead>\n<tbody role=\"rowgroup\">\n", out);
    for (size_t i = 0; i < view->n; i++)
        put_row(out, view, view->order[i]);
    fputs("</tbody>", out);
}

/* ---- the rest of the page -------------------------------------------------------------------------------------- */

static void put_version(FILE *out, const ps_cohort_view *view) {
    (void)view;
    fputs(PS_VERSION, out);
}

static void put_title(FILE *out, const ps_cohort_view *view) {
    fprintf(out, "%zu sample%s", view->n, ps_s(view->n));
    if (view->n_failed)
        fprintf(out, ", %zu failed", view->n_failed);
}

/* Every model that answered here, once, with what its answer is worth. */
static void put_models(FILE *out, const ps_cohort_view *view) {
    const ps_row **model = ps_alloc(view->n, sizeof *model);
    size_t n = ps_cohort_models(view->rows, view->n, model);
    for (size_t i = 0; i < n; i++) {
        char *rates = ps_cohort_rates(view->rows, view->n, model[i]);
        fputs("<p class=\"note\">Model <b>", out);
        ps_put_html(out, model[i]->model);
        fprintf(out, "</b> (basis %s: %s). ", ps_basis_names[model[i]->basis], ps_basis_sentence(model[i]->basis));
        ps_put_html(out, model[i]->question);
        fputs(*rates ? " " : "", out);
        ps_put_html(out, rates);
        fputs(" Not validated on patients.</p>\n", out);
        free(rates);
    }
    free(model);
}

/* From here on, rows out of sight are not laid out until they are scrolled to. */
static void put_many(FILE *out, const ps_cohort_view *view) {
    if (view->n > 200)
        fputs(" class=\"many\"", out);
}

static void put_options(FILE *out, const ps_cohort_view *view) {
    (void)view;
    for (size_t g = 0; g < sizeof ps_cohort_groups / sizeof *ps_cohort_groups; g++) {
        const char *name = ps_cohort_group_name(ps_cohort_groups[g]);
        fprintf(out, "<option value=\"%s\">%s</option>", name, name);
    }
}

static const struct {
    const char *name;
    void (*write)(FILE *, const ps_cohort_view *);
} placeholders[] = {
    {"version", put_version},
    {"title", put_title},
    {"models", put_models},
    {"persons", ps_cohort_persons},
    {"carry_over", ps_cohort_carried},
    {"tallies", ps_cohort_tallies},
    {"quadrants", ps_cohort_quadrants},
    {"crosstab", ps_cohort_crosstab},
    {"strip", ps_cohort_strip},
    {"options", put_options},
    {"table", put_table},
    {"many", put_many},
};

static int fill(const ps_cohort_view *view, FILE *out, ps_error *err) {
    const char *rest = ps_cohort_html;
    for (const char *open; (open = strstr(rest, "{{"));) {
        const char *after;
        size_t n = sizeof placeholders / sizeof *placeholders;
        size_t p = ps_placeholder(placeholders, n, sizeof *placeholders, open, &after);
        if (p == n)
            return ps_fail(err, PS_ERR_RUN, "cohort.html", 0, "unknown placeholder %.22s", open);
        fwrite(rest, 1, (size_t)(open - rest), out);
        placeholders[p].write(out, view);
        rest = after;
    }
    fputs(rest, out);
    return ps_finish(out, "the cohort page", err);
}

int ps_write_cohort_html(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    ps_cohort_view view = {.rows = rows, .n = n, .order = ps_alloc(n, sizeof *view.order)};
    size_t used = 0;
    for (int failed = 1; failed >= 0; failed--)
        for (size_t i = 0; i < n; i++)
            if ((rows[i].failure != NULL) == failed)
                view.order[used++] = i;
    for (size_t i = 0; i < n; i++)
        view.n_failed += rows[i].failure != NULL;
    int status = fill(&view, out, err);
    free(view.order);
    return status;
}
