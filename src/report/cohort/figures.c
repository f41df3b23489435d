/* figures.c - the cohort page's pictures: x in percent, y in pixels, colours from the page's style.
 *
 * A cohort may have thousands of samples: one small element per point, and one path per check and state in the strip.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"

#define DASH "\xE2\x80\x93"
#define NUM(x, decimals) ps_number(PS_NUMBER_BUFFER, x, decimals, "unknown")

enum { N_SHOWN = sizeof ps_cohort_groups / sizeof *ps_cohort_groups };

/* ---- counts by label ------------------------------------------------------------------------------------------- */

void ps_cohort_tallies(FILE *out, const ps_cohort_view *view) {
    size_t count[PS_N_GROUPS] = {0};
    for (size_t i = 0; i < view->n; i++)
        count[ps_cohort_group_of(&view->rows[i])]++;
    fputs("<div class=\"bar\" aria-hidden=\"true\">", out);
    for (int g = 0; g < N_SHOWN; g++)
        if (count[ps_cohort_groups[g]])
            fprintf(out, "<span class=\"f-%s\" style=\"flex-grow:%zu\"></span>",
                    ps_cohort_group_kind(ps_cohort_groups[g]), count[ps_cohort_groups[g]]);
    fputs("</div>\n<dl class=\"tallies\">\n", out);
    for (int g = 0; g < N_SHOWN; g++) {
        size_t n = count[ps_cohort_groups[g]];
        fprintf(out, "<div class=\"%s\"><dt>%s</dt><dd>%zu", ps_cohort_group_kind(ps_cohort_groups[g]),
                ps_cohort_group_name(ps_cohort_groups[g]), n);
        if (view->n)
            fprintf(out, " <i>%.3g %%</i>", 100.0 * (double)n / (double)view->n);
        fputs("</dd></div>\n", out);
    }
    fputs("</dl>\n", out);
}

/* ---- CCND1 x RAS ----------------------------------------------------------------------------------------------- */

/* The plot from top to bottom: the VAF scale, then bands for samples without one. */
enum { TOP = 22, VAF_HEIGHT = 230, BAND_HEIGHT = 58, BAND_GAP = 8 };
enum { BAND_VAF, BAND_NO_VAF, BAND_WILD_TYPE, BAND_UNKNOWN, N_BANDS };
static const char *const band_names[N_BANDS] = {"", "mutated, no VAF", "wild type", "not assessable"};
/* Samples whose expression is not known stand in a column of their own, right of the scale. */
static const double scale_left = 1, scale_right = 84, unknown_left = 87, unknown_right = 100;

typedef struct quadrants {
    int low, high;          /* log2 at the ends of the x scale */
    double not_at, over_at; /* cut-offs that all samples share; NaN when they do not */
    int top[N_BANDS], shown[N_BANDS];
    int height;
} quadrants;

typedef struct point {
    double x, y; /* percent, pixels */
    size_t row;
} point;

static int band_of(const ps_row *r) {
    if (r->ras == PS_RAS_MUTATED)
        return isfinite(ps_cohort_ras_vaf(r)) ? BAND_VAF : BAND_NO_VAF;
    return r->ras == PS_RAS_WILD_TYPE ? BAND_WILD_TYPE : BAND_UNKNOWN;
}

static int differs(double a, double b) {
    return isnan(a) != isnan(b) || (!isnan(a) && a != b);
}

/* Per plasma cell; results of schema 1 tell the ratio alone. */
static double level_of(const ps_row *r) {
    return isfinite(r->per_cell) ? r->per_cell : r->log2_ratio;
}

static quadrants lay_out(const ps_cohort_view *view) {
    quadrants q = {.low = -5, .high = 0, .not_at = NAN, .over_at = NAN};
    int agree = 1, first = 1;
    q.shown[BAND_VAF] = q.shown[BAND_WILD_TYPE] = q.shown[BAND_UNKNOWN] = 1;
    for (size_t i = 0; i < view->n; i++) {
        const ps_row *r = &view->rows[i];
        if (r->failure)
            continue;
        q.shown[band_of(r)] = 1;
        if (!isfinite(level_of(r)))
            continue;
        agree &= first || !(differs(q.not_at, r->not_at) || differs(q.over_at, r->over_at));
        q.not_at = r->not_at;
        q.over_at = r->over_at;
        first = 0;
        double x = fmax(-40, fmin(40, level_of(r))); /* counts are below 2^40: beyond it nothing is measured */
        q.low = x < q.low ? (int)floor(x) : q.low;
        q.high = x > q.high ? (int)ceil(x) : q.high;
    }
    if (!agree)
        q.not_at = q.over_at = NAN;
    int y = TOP;
    for (int b = 0; b < N_BANDS; b++) {
        q.top[b] = y;
        if (q.shown[b])
            y += (b == BAND_VAF ? VAF_HEIGHT : BAND_HEIGHT) + BAND_GAP;
    }
    q.height = y + 40;
    return q;
}

static double x_at(const quadrants *q, double log2) {
    double t = (log2 - q->low) / (q->high - q->low);
    return scale_left + (scale_right - scale_left) * fmax(0, fmin(1, t));
}

/* Even spread without randomness: multiples of the golden ratio, modulo 1 (Weyl). */
static double spread(size_t i, double step) {
    double t = (double)(i + 1) * step;
    return t - floor(t);
}

static point place(const quadrants *q, const ps_row *r, size_t number) {
    point p = {.row = number};
    int band = band_of(r);
    double vaf = fmax(0, fmin(1, ps_cohort_ras_vaf(r)));
    p.x = isfinite(level_of(r))
              ? x_at(q, level_of(r))
              : unknown_left + 1.5 + (unknown_right - unknown_left - 3) * spread(number, 0.7548776662466927);
    p.y = band == BAND_VAF ? q->top[BAND_VAF] + VAF_HEIGHT * (1 - vaf)
                           : q->top[band] + 7 + (BAND_HEIGHT - 14) * spread(number, 0.6180339887498949);
    return p;
}

static int left_to_right(const void *a, const void *b) {
    const point *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static void put_zone(FILE *out, const quadrants *q, const char *class, double from, double to) {
    double left = x_at(q, from), right = x_at(q, to);
    fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\"/>\n", class, left,
            right > left ? right - left : 0, TOP, q->height - 40 - BAND_GAP - TOP);
}

static void put_vertical(FILE *out, const quadrants *q, const char *class, double x) {
    fprintf(out, "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>\n", class, x, x, TOP,
            q->height - 40 - BAND_GAP);
}

static void put_frame(FILE *out, const quadrants *q) {
    int known = isfinite(q->not_at) && isfinite(q->over_at), floor_y = q->height - 40 - BAND_GAP;
    if (known) {
        put_zone(out, q, "z-cool", q->low, q->not_at);
        put_zone(out, q, "z-mid", q->not_at, q->over_at);
        put_zone(out, q, "z-warm", q->over_at, q->high);
    }
    fprintf(out, "<rect class=\"track\" x=\"%g%%\" width=\"%g%%\" y=\"%d\" height=\"%d\"/>\n", unknown_left,
            unknown_right - unknown_left, TOP, floor_y - TOP);
    for (int t = 0; t <= 4; t++) {
        double y = TOP + VAF_HEIGHT * (1 - t / 4.0);
        fprintf(out, "<line class=\"axis\" x1=\"%g%%\" x2=\"100%%\" y1=\"%g\" y2=\"%g\"/>", scale_left, y, y);
        fprintf(out, "<text class=\"e\" x=\"-6\" y=\"%g\">%d %%</text>\n", y + 4, 25 * t);
    }
    for (int b = BAND_NO_VAF; b < N_BANDS; b++)
        if (q->shown[b])
            fprintf(out,
                    "<line class=\"axis\" x1=\"%g%%\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>"
                    "<text class=\"e\" x=\"-6\" y=\"%d\">%s</text>\n",
                    scale_left, q->top[b] - BAND_GAP / 2, q->top[b] - BAND_GAP / 2, q->top[b] + BAND_HEIGHT / 2 + 4,
                    band_names[b]);
    int step = (q->high - q->low + 7) / 8;
    for (int x = q->low; x <= q->high; x += step)
        fprintf(out, "<text class=\"m\" x=\"%.2f%%\" y=\"%d\">%d</text>", x_at(q, x), floor_y + 16, x);
    fprintf(out, "<text class=\"m\" x=\"%.2f%%\" y=\"%d\">no RNA</text>\n", (unknown_left + unknown_right) / 2,
            floor_y + 16);
    fprintf(out,
            "<text class=\"m\" x=\"%.2f%%\" y=\"%d\">CCND1 per plasma cell, log2<tspan class=\"long\"> over the "
            "median reference gene</tspan></text>",
            (scale_left + scale_right) / 2, floor_y + 36);
    fprintf(out, "<text class=\"e\" x=\"-6\" y=\"12\">RAS VAF</text>\n");
    if (known) {
        put_vertical(out, q, "limit", x_at(q, q->not_at));
        put_vertical(out, q, "limit", x_at(q, q->over_at));
        fprintf(out, "<text class=\"e\" x=\"%.2f%%\" y=\"14\">low</text>", x_at(q, q->not_at));
        fprintf(out, "<text x=\"%.2f%%\" y=\"14\">very high</text>\n", x_at(q, q->over_at));
    }
}

/* Shapes tell the labels apart without colour: disc, square, ring, hollow square. */
static void put_mark(FILE *out, int group, double x, double y) {
    static const struct {
        const char *class;
        int square;
    } marks[PS_N_GROUPS] = {
        [PS_LABEL_PLASMACYTOMA] = {"w", 0},
        [PS_LABEL_INTRAMEDULLARY] = {"k", 1},
        [PS_LABEL_INDETERMINATE] = {"a", 0},
        [PS_LABEL_NOT_ASSESSABLE] = {"u", 1},
    };
    if (marks[group].square)
        fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"8\" height=\"8\"/>", marks[group].class, x,
                y);
    else
        fprintf(out, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"4.5\"/>", marks[group].class, x, y);
}

static void put_point(FILE *out, const ps_cohort_view *view, const point *p) {
    const ps_row *r = &view->rows[p->row];
    double vaf = ps_cohort_ras_vaf(r);
    fputs("<a tabindex=\"-1\" href=\"", out);
    if (r->page)
        ps_cohort_put_link(out, r);
    else
        fprintf(out, "#s%zu", p->row + 1);
    fprintf(out, "\" data-row=\"s%zu\"><title>", p->row + 1);
    ps_put_html(out, r->sample_id);
    fprintf(out, ": %s; CCND1 %s", ps_label_names[r->label], ps_ccnd1_state_names[r->ccnd1]);
    if (isfinite(level_of(r)))
        fprintf(out, ", log2 %s", NUM(level_of(r), 2));
    fprintf(out, "; RAS %s", ps_ras_state_names[r->ras]);
    if (isfinite(vaf))
        fprintf(out, ", VAF %s", ps_percent(PS_NUMBER_BUFFER, vaf, ""));
    fputs("</title>", out);
    put_mark(out, ps_cohort_group_of(r), p->x, p->y);
    fputs("</a>\n", out);
}

static void put_legend(FILE *out) {
    fputs("<ul class=\"legend\">", out);
    for (int g = 0; g < N_SHOWN; g++) {
        if (ps_cohort_groups[g] == PS_GROUP_FAILED)
            continue;
        fputs("<li><svg class=\"points\" width=\"14\" height=\"14\" aria-hidden=\"true\">", out);
        put_mark(out, ps_cohort_groups[g], 50, 7);
        fprintf(out, "</svg> %s</li>", ps_cohort_group_name(ps_cohort_groups[g]));
    }
    fputs("</ul>\n", out);
}

void ps_cohort_quadrants(FILE *out, const ps_cohort_view *view) {
    quadrants q = lay_out(view);
    point *points = ps_alloc(view->n, sizeof *points);
    size_t n = 0;
    for (size_t i = 0; i < view->n; i++)
        if (!view->rows[i].failure)
            points[n++] = place(&q, &view->rows[i], i);
    qsort(points, n, sizeof *points, left_to_right);
    put_legend(out);
    fprintf(out,
            "<div class=\"plot\"><svg class=\"points\" id=\"plot\" height=\"%d\" role=\"group\" aria-label=\"CCND1 "
            "expression against the highest RAS VAF, one point for each of %zu sample%s; the table below holds the "
            "same numbers\">\n",
            q.height, n, ps_s(n));
    put_frame(out, &q);
    for (size_t i = 0; i < n; i++)
        put_point(out, view, &points[i]);
    fputs("</svg></div>\n", out);
    free(points);
}

void ps_cohort_crosstab(FILE *out, const ps_cohort_view *view) {
    static const int ccnd1_order[] = {PS_CCND1_DYSREGULATED, PS_CCND1_INTERMEDIATE, PS_CCND1_NOT_DYSREGULATED,
                                      PS_CCND1_NOT_ASSESSABLE};
    static const int ras_order[] = {PS_RAS_MUTATED, PS_RAS_WILD_TYPE, PS_RAS_NOT_ASSESSABLE};
    size_t count[PS_N_RAS_STATES][PS_N_CCND1_STATES] = {{0}};
    for (size_t i = 0; i < view->n; i++)
        if (!view->rows[i].failure)
            count[view->rows[i].ras][view->rows[i].ccnd1]++;
    fputs("<table class=\"small\"><caption>Samples by the state of both markers</caption>\n<thead><tr><td></td>",
          out);
    for (int r = 0; r < PS_N_RAS_STATES; r++)
        fprintf(out, "<th scope=\"col\" class=\"n\">RAS %s</th>", ps_ras_state_names[ras_order[r]]);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (int c = 0; c < PS_N_CCND1_STATES; c++) {
        fprintf(out, "<tr><th scope=\"row\">CCND1 %s</th>", ps_ccnd1_state_names[ccnd1_order[c]]);
        for (int r = 0; r < PS_N_RAS_STATES; r++)
            fprintf(out, "<td class=\"n\">%zu</td>", count[ras_order[r]][ccnd1_order[c]]);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table>\n", out);
}

/* ---- QC heat strip --------------------------------------------------------------------------------------------- */

enum { NOT_DONE = PS_N_QC_STATES, N_STRIP_STATES };

typedef struct strip { /* one check of one input, over all samples */
    const char *check, *input;
    unsigned char *state; /* by place in view->order */
    size_t count[N_STRIP_STATES];
} strip;

typedef struct strips {
    strip *at;
    size_t n, capacity;
} strips;

static strip *find_strip(strips *all, const ps_row_check *c, size_t n_samples) {
    const char *check = c->check ? c->check : "", *input = c->input ? c->input : "";
    for (size_t i = 0; i < all->n; i++)
        if (!strcmp(all->at[i].check, check) && !strcmp(all->at[i].input, input))
            return &all->at[i];
    PS_GROW(all->at, all->n, all->capacity);
    strip *s = &all->at[all->n++];
    *s = (strip){.check = check, .input = input, .state = ps_alloc(n_samples, 1)};
    memset(s->state, NOT_DONE, n_samples);
    return s;
}

/* By input, then by name: the order does not depend on which sample came first. */
static int by_input(const void *a, const void *b) {
    const strip *s = a, *t = b;
    int order = strcmp(s->input, t->input);
    return order ? order : strcmp(s->check, t->check);
}

static strips gather(const ps_cohort_view *view) {
    strips all = {0};
    for (size_t i = 0; i < view->n; i++) {
        const ps_row *r = &view->rows[view->order[i]];
        for (size_t k = 0; k < r->n_checks && !r->failure; k++) {
            strip *s = find_strip(&all, &r->check[k], view->n);
            unsigned char state = (unsigned char)r->check[k].state;
            if (s->state[i] == NOT_DONE || s->state[i] < state) /* the worst of several of one name */
                s->state[i] = state;
        }
    }
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, by_input);
    for (size_t c = 0; c < all.n; c++)
        for (size_t i = 0; i < view->n; i++)
            all.at[c].count[all.at[c].state[i]]++;
    return all;
}

/* One path for all samples of one state; neighbours are one box. The worse the state, the taller. */
static void put_state(FILE *out, const strip *s, size_t n_samples, int state) {
    static const char *const kinds[PS_N_QC_STATES] = {"green", "amber", "red"};
    static const char *const tops[PS_N_QC_STATES] = {"8", "4", "0"};
    if (!s->count[state])
        return;
    fprintf(out, "<path class=\"q-%s\" d=\"", kinds[state]);
    for (size_t i = 0; i < n_samples; i++) {
        if (s->state[i] != state)
            continue;
        size_t from = i;
        while (i + 1 < n_samples && s->state[i + 1] == state)
            i++;
        fprintf(out, "M%zu 16V%sH%zuV16z", from, tops[state], i + 1);
    }
    fputs("\"/>", out);
}

static void put_strip(FILE *out, const ps_cohort_view *view, const strip *s) {
    fputs("<tr><th scope=\"row\">", out);
    ps_put_html(out, s->check);
    fputs(" <i>", out);
    ps_put_html(out, s->input);
    fprintf(out,
            "</i></th><td class=\"strip\"><svg aria-hidden=\"true\" viewBox=\"0 0 %zu 16\" "
            "preserveAspectRatio=\"none\" height=\"16\" style=\"max-width:%zupx\">",
            view->n, 28 * view->n);
    for (int state = 0; state < PS_N_QC_STATES; state++)
        put_state(out, s, view->n, state);
    fputs("</svg></td>", out);
    static const int order[N_STRIP_STATES] = {PS_QC_FAIL, PS_QC_WARN, PS_QC_PASS, NOT_DONE};
    for (int state = 0; state < N_STRIP_STATES; state++)
        fprintf(out, "<td class=\"n\">%zu</td>", s->count[order[state]]);
    fputs("</tr>\n", out);
}

void ps_cohort_strip(FILE *out, const ps_cohort_view *view) {
    strips all = gather(view);
    if (!all.n)
        fputs("<p>No check was made.</p>\n", out);
    else
        fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Quality checks\"><table "
              "class=\"small qc\" id=\"strips\"><caption>Samples from left to right as in the table before it is "
              "sorted: failed ones, which have no checks, first</caption>\n<thead><tr><th scope=\"col\">Check, "
              "input</th><th scope=\"col\">Samples</th><th scope=\"col\" class=\"n\">fail</th><th scope=\"col\" "
              "class=\"n\">warn</th><th scope=\"col\" class=\"n\">pass</th><th scope=\"col\" class=\"n\">not "
              "made</th></tr></thead>\n<tbody>\n",
              out);
    for (size_t c = 0; c < all.n; c++) {
        put_strip(out, view, &all.at[c]);
        free(all.at[c].state);
    }
    if (all.n)
        fputs("</tbody></table></div>\n", out);
    free(all.at);
}
