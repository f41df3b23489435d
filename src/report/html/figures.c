/* figures.c - inline SVG: x in percent, y in pixels, colours from the page's style. */
#include "figures.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "../format.h"
#include "svg.h"
#include "plasmastrat/report.h"
#include "plasmastrat/spelling.h"

#define NUM(x, decimals) ps_number(PS_NUMBER_BUFFER, x, decimals, "unknown")
#define PERCENT(x) ps_percent(PS_NUMBER_BUFFER, x, "unknown")

/* ---- probability and weights ----------------------------------------------------------------------------------- */

void ps_figure_probability(FILE *out, const ps_verdict *v) {
    scale s = {0, 1, 1, 99};
    double low_at = v->model->intramedullary_at, high_at = v->model->plasmacytoma_at;
    if (isfinite(v->probability))
        open_svg(out, 66, "Probability of plasmacytoma-like",
                 "%.2f, 95 %% interval %.2f to %.2f; plasmacytoma-like from %.2f up, "
                 "intramedullary from %.2f down",
                 v->probability, v->low, v->high, high_at, low_at);
    else
        open_svg(out, 66, "Probability of plasmacytoma-like", "not assessable");
    rect(out, "z-cool", at(s, 0), at(s, low_at), 20, 22);
    rect(out, "z-mid", at(s, low_at), at(s, high_at), 20, 22);
    rect(out, "z-warm", at(s, high_at), at(s, 1), 20, 22);
    label(out, "", at(s, 0), 13, "intramedullary");
    label(out, "e", at(s, 1), 13, "plasmacytoma-like");
    const double ticks[] = {0, low_at, high_at, 1};
    const char *const anchors[] = {"", "m", "m", "e"};
    for (int t = 0; t < 4; t++)
        label(out, anchors[t], at(s, ticks[t]), 58, "%g", ticks[t]);
    if (isfinite(v->probability)) {
        line(out, "s-ink", at(s, v->low), 31, at(s, v->high), 31);
        dot(out, "f-ink", at(s, v->probability), 31, 7);
    }
    fputs("</svg>\n", out);
}

void ps_figure_probability_small(FILE *out, const ps_verdict *v) {
    scale s = {0, 1, 1, 99};
    if (!isfinite(v->probability))
        return;
    open_svg(out, 16, v->model->name, "%.2f, 95 %% interval %.2f to %.2f", v->probability, v->low, v->high);
    rect(out, "z-cool", at(s, 0), at(s, v->model->intramedullary_at), 3, 10);
    rect(out, "z-mid", at(s, v->model->intramedullary_at), at(s, v->model->plasmacytoma_at), 3, 10);
    rect(out, "z-warm", at(s, v->model->plasmacytoma_at), at(s, 1), 3, 10);
    line(out, "s-thin", at(s, v->low), 8, at(s, v->high), 8);
    dot(out, "f-ink", at(s, v->probability), 8, 4);
    fputs("</svg>", out);
}

double ps_figure_weight_reach(const ps_verdict *v) {
    double reach = 2;
    for (int m = 0; m < PS_N_MARKERS; m++) {
        reach = fabs(v->marker[m].low) > reach ? fabs(v->marker[m].low) : reach;
        reach = fabs(v->marker[m].high) > reach ? fabs(v->marker[m].high) : reach;
    }
    return reach;
}

void ps_figure_weight(FILE *out, const char *name, const ps_marker_verdict *m, double reach) {
    scale s = {-reach, reach, 1, 99};
    int known = m->state != PS_MARKER_NOT_ASSESSABLE;
    if (known)
        open_svg(out, 24, name, "ln likelihood ratio %+.2f, 95 %% interval %+.2f to %+.2f", m->llr, m->low, m->high);
    else
        open_svg(out, 24, name, "no weight");
    rect(out, "track", 1, 99, 6, 12);
    if (known) {
        rect(out, m->llr < 0 ? "f-cool" : "f-warm", at(s, 0), at(s, m->llr), 6, 12);
        line(out, "s-thin", at(s, m->low), 12, at(s, m->high), 12);
        line(out, "s-thin", at(s, m->low), 8, at(s, m->low), 16);
        line(out, "s-thin", at(s, m->high), 8, at(s, m->high), 16);
    }
    line(out, "s-thin", at(s, 0), 1, at(s, 0), 23);
    fputs("</svg>", out);
}

/* ---- RAS ------------------------------------------------------------------------------------------------------- */

void ps_figure_vaf(FILE *out, const ps_ras_variant *v) {
    scale s = {0, 1, 1, 99};
    if (!isfinite(v->best.vaf))
        return;
    open_svg(out, 14, "Variant allele fraction", "%s, 95 %% interval %s to %s", PERCENT(v->best.vaf),
             PERCENT(v->best.vaf_low), PERCENT(v->best.vaf_high));
    rect(out, "track", 1, 99, 4, 6);
    if (isfinite(v->best.vaf_low) && isfinite(v->best.vaf_high))
        rect(out, "f-pale", at(s, v->best.vaf_low), at(s, v->best.vaf_high), 4, 6);
    line(out, "s-ink", at(s, v->best.vaf), 3, at(s, v->best.vaf), 11);
    fputs("</svg>", out);
}

enum { DEPTH_TOP = 6, DEPTH_HEIGHT = 44, LOD_TOP = 72, LOD_HEIGHT = 84, UNSEEN = LOD_TOP + LOD_HEIGHT + 14 };
enum { NUMBERS = UNSEEN + 26, STRIP_HEIGHT = NUMBERS + 6 };

/* Shapes tell the states apart without colour. */
static const struct {
    const char *class, *path, *words;
} codon_marks[PS_N_RAS_STATES] = {
    [PS_RAS_WILD_TYPE] = {"f-cool", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", "wild type"},
    [PS_RAS_MUTATED] = {"f-warm", "M0 -7L7 0L0 7L-7 0z", "mutated"},
    [PS_RAS_NOT_ASSESSABLE] = {"hollow", "M-4.5 -4.5h9v9h-9z", "not assessable"},
};

void ps_figure_codon_legend(FILE *out) {
    static const ps_ras_state order[] = {PS_RAS_MUTATED, PS_RAS_WILD_TYPE, PS_RAS_NOT_ASSESSABLE};
    fputs("<p class=\"legend\">", out);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        fprintf(
            out,
            "<span><svg aria-hidden=\"true\" width=\"16\" height=\"16\" viewBox=\"-8 -8 16 16\"><path class=\"%s\" "
            "d=\"%s\"/></svg> hotspot, %s</span> ",
            codon_marks[order[i]].class, codon_marks[order[i]].path, codon_marks[order[i]].words);
    fputs(
        "<span><svg aria-hidden=\"true\" width=\"16\" height=\"16\" viewBox=\"-8 -8 16 16\"><circle class=\"f-dot\" "
        "r=\"2\"/></svg> other codon</span></p>\n",
        out);
}

/* lod95 on a log scale from 0.1 % (bottom) to 100 % (top). */
static double lod_y(double lod) {
    double t = (log10(lod) + 3) / 3;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return LOD_TOP + (1 - t) * LOD_HEIGHT;
}

static int drawn(const ps_panel *panel, int codon, int gene, int transcript) {
    const ps_codon *c = &panel->codons[codon];
    return c->gene == gene && c->transcript == transcript && !ps_is_stop(panel, codon);
}

/* "12, 13" under neighbours, so that labels do not collide. */
static void required_labels(FILE *out, const ps_panel *panel, int gene, int transcript, scale s) {
    enum { NEAR = 6 };
    char text[96] = "";
    size_t used = 0;
    int first = 0, last = 0;
    for (int c = 0; c <= panel->n_codons; c++) {
        int is_one = c < panel->n_codons && drawn(panel, c, gene, transcript) && panel->codons[c].required;
        int number = is_one ? panel->codons[c].number : 0;
        if (used && (c == panel->n_codons || (is_one && number - last > NEAR))) {
            label(out, "strong m", at(s, (first + last) / 2.0), NUMBERS, "%s", text);
            used = 0;
        }
        if (!is_one)
            continue;
        if (!used)
            first = number;
        char one[16];
        snprintf(one, sizeof one, "%s%d", used ? ", " : "", number);
        used = ps_append(text, sizeof text, used, one);
        last = number;
    }
}

/* Depth is drawn on a log scale: 1, 10, 100 ... up to the deepest codon. */
static double depth_y(double depth, double deepest) {
    return DEPTH_TOP + DEPTH_HEIGHT * (1 - log10(1 + depth) / log10(1 + deepest));
}

static void strip_axes(FILE *out, double limit, double deepest) {
    side_label(out, DEPTH_TOP + 6, "%.0f", deepest);
    side_label(out, DEPTH_TOP + DEPTH_HEIGHT + 4, "0");
    line(out, "axis", 0, DEPTH_TOP + DEPTH_HEIGHT, 100, DEPTH_TOP + DEPTH_HEIGHT);
    const double guides[] = {1, 0.1, 0.01, 0.001};
    for (int g = 0; g < 4; g++) {
        line(out, "guide", 0, lod_y(guides[g]), 100, lod_y(guides[g]));
        side_label(out, lod_y(guides[g]) + 4, "%g %%", 100 * guides[g]);
    }
    if (limit > 0)
        line(out, "limit", 0, lod_y(limit), 100, lod_y(limit));
    side_label(out, UNSEEN + 4, "unseen");
}

static void strip_codon(FILE *out, const ps_result *r, int codon, scale s) {
    const ps_codon *c = &r->panel->codons[codon];
    ps_ras_codon seen = ps_codon_seen(r, codon);
    double x = at(s, c->number);
    int known = isfinite(seen.lod95);
    char title[160];
    snprintf(title, sizeof title, "codon %d: %s%s%lld fragment%s, %s%s", c->number,
             c->required ? ps_ras_state_names[seen.state] : "", c->required ? ", " : "",
             (long long)(seen.depth < 0 ? 0 : seen.depth), ps_s(seen.depth < 0 ? 0 : seen.depth),
             known ? "lod95 " : "no VAF would be seen", known ? PERCENT(seen.lod95) : "");
    if (c->required)
        mark(out, codon_marks[seen.state].class, x, known ? lod_y(seen.lod95) : UNSEEN, codon_marks[seen.state].path,
             title);
    else
        fprintf(out, "<circle cx=\"%.2f%%\" cy=\"%.0f\"><title>%s</title></circle>\n", x,
                known ? lod_y(seen.lod95) : UNSEEN, title);
}

/* Bars of depth, one path of the hotspots and one of the others; the drawing is as wide as its codons are many. */
static void depth_bars(FILE *out, const ps_result *r, int gene, int transcript, scale s, double deepest) {
    const ps_panel *panel = r->panel;
    fprintf(out,
            "<svg aria-hidden=\"true\" width=\"100%%\" height=\"%d\" y=\"%d\" viewBox=\"0 0 %.0f %d\" "
            "preserveAspectRatio=\"none\">",
            DEPTH_HEIGHT, DEPTH_TOP, s.high, DEPTH_HEIGHT);
    for (int required = 0; required < 2; required++) {
        fprintf(out, "<path class=\"%s\" d=\"", required ? "f-bar" : "f-pale");
        for (int c = 0; c < panel->n_codons; c++) {
            double depth = (double)ps_codon_seen(r, c).depth;
            if (drawn(panel, c, gene, transcript) && !panel->codons[c].required == !required && depth > 0)
                fprintf(out, "M%.1f %dV%.1fh.8V%d", panel->codons[c].number - 0.4, DEPTH_HEIGHT,
                        depth_y(depth, deepest) - DEPTH_TOP, DEPTH_HEIGHT);
        }
        fputs("\"/>", out);
    }
    fputs("</svg>\n", out);
}

static int layer_of(const ps_result *r, int codon) {
    return !r->panel->codons[codon].required ? 0 : ps_codon_seen(r, codon).state != PS_RAS_MUTATED ? 1 : 2;
}

void ps_figure_codons(FILE *out, const ps_result *r, int gene) {
    const ps_panel *panel = r->panel;
    int transcript = -1, last = 1;
    double deepest = 1;
    for (int c = 0; c < panel->n_codons; c++) {
        if (panel->codons[c].gene != gene || ps_is_stop(panel, c))
            continue;
        if (transcript < 0)
            transcript = panel->codons[c].transcript;
        if (panel->codons[c].transcript == transcript && panel->codons[c].number > last)
            last = panel->codons[c].number;
        double depth = (double)ps_codon_seen(r, c).depth;
        deepest = depth > deepest ? depth : deepest;
    }
    if (transcript < 0)
        return;
    scale s = {0, last + 1, 0, 100};
    open_svg(out, STRIP_HEIGHT, panel->genes[gene].name,
             "depth and smallest visible variant allele fraction of codons 1 to %d on %s; the hotspot codons are "
             "also listed as text",
             last, panel->transcripts[transcript].refseq);
    strip_axes(out, panel->limits.ras_lod95_limit, deepest);
    depth_bars(out, r, gene, transcript, s, deepest);
    for (int layer = 0; layer < 3; layer++) { /* hotspots over the others, mutated ones over their neighbours */
        fputs(layer ? "<g>" : "<g class=\"dots f-dot\">\n", out);
        for (int c = 0; c < panel->n_codons; c++)
            if (drawn(panel, c, gene, transcript) && layer_of(r, c) == layer)
                strip_codon(out, r, c, s);
        fputs("</g>\n", out);
    }
    required_labels(out, panel, gene, transcript, s);
    if (panel->limits.ras_lod95_limit > 0) /* over the codons, which would hide it */
        label(out, "e halo", 100, lod_y(panel->limits.ras_lod95_limit) - 4, "limit for wild type %g %%",
              100 * panel->limits.ras_lod95_limit);
    fputs("</svg>\n", out);
}

/* ---- expression ------------------------------------------------------------------------------------------------ */

/* The zones of the three levels and of what lies between. */
static void level_zones(FILE *out, const ps_cut_offs *c, scale s) {
    rect(out, "z-cool", at(s, s.low), at(s, c->low_to), 38, 24);
    rect(out, "z-mid", at(s, c->low_to), at(s, c->high_from), 38, 24);
    rect(out, "z-warm", at(s, c->high_from), at(s, s.high), 38, 24);
    label(out, "e", at(s, c->low_to) - 0.6, 30, "low");
    if (isfinite(c->middle_from)) {
        label(out, "m", at(s, (c->middle_from + c->middle_to) / 2), 30, "intermediate");
        line(out, "limit", at(s, c->middle_from), 33, at(s, c->middle_from), 67);
        line(out, "limit", at(s, c->middle_to), 33, at(s, c->middle_to), 67);
    }
    label(out, "", at(s, c->high_from) + 0.6, 30, "very high");
    line(out, "limit", at(s, c->low_to), 20, at(s, c->low_to), 67);
    line(out, "limit", at(s, c->high_from), 20, at(s, c->high_from), 67);
}

void ps_figure_expression(FILE *out, const ps_expression_call *e) {
    const ps_cut_offs *c = &e->cut_offs;
    double shift = e->per_cell - e->log2_ratio, x = e->per_cell;
    double low = isfinite(e->low) ? e->low + shift : x, high = isfinite(e->high) ? e->high + shift : x;
    double lowest = fmin(c->low_to, low), highest = fmax(c->high_from, high);
    if (e->n_cohort) { /* sorted */
        lowest = fmin(lowest, e->cohort[0]);
        highest = fmax(highest, e->cohort[e->n_cohort - 1]);
    }
    scale s = {floor(fmin(lowest - 1.5, c->low_to - 2.5)), 0, 1, 99};
    /* room for the words "very high" on a small screen */
    s.high = ceil(fmax(highest + 1.5, c->high_from + 0.25 * (c->high_from - s.low)));
    open_svg(
        out, 92, "CCND1 per plasma cell against the median reference gene",
        "log2 %.2f, 95 %% interval %.2f to %.2f; very high from %.2f up, intermediate from %.2f to %.2f, low from "
        "%.2f down",
        x, low, high, c->high_from, c->middle_from, c->middle_to, c->low_to);
    level_zones(out, c, s);
    double step = s.high - s.low > 16 ? 4 : s.high - s.low > 8 ? 2 : 1;
    for (int i = (int)ceil(s.low / step); i * step <= s.high; i++) {
        double t = i * step;
        line(out, "axis", at(s, t), 62, at(s, t), 67);
        label(out, t == s.low ? "" : t == s.high ? "e" : "m", at(s, t), 81, "%g", t);
    }
    for (size_t i = 0; i < e->n_cohort; i++)
        line(out, "rug", at(s, e->cohort[i]), 38, at(s, e->cohort[i]), 62);
    line(out, "s-ink", at(s, low), 50, at(s, high), 50);
    dot(out, "f-ink", at(s, x), 50, 7);
    label(out, anchor(at(s, x)), at(s, x), 13, "CCND1 %.2f", x);
    fputs("</svg>\n", out);
}

/* ---- copy number ----------------------------------------------------------------------------------------------- */

enum { LEVEL_TOP = 18, LEVEL_HEIGHT = 128, LEVEL_FIGURE = 182 };

static double level_y(double log2_ratio, double reach) {
    double t = log2_ratio / reach;
    t = t < -1 ? -1 : t > 1 ? 1 : t;
    return LEVEL_TOP + (1 - t) / 2 * LEVEL_HEIGHT;
}

/* Bins that one drawing shows, and its reach: two doublings, or four where a bin lies beyond. */
static int shown(const ps_panel *panel, const ps_bin_level *b, int whole) {
    return isfinite(b->log2_ratio) && (whole || panel->bins[b->bin].role != PS_BIN_ARM);
}

static void level_axes(FILE *out, scale s, double reach) {
    for (int g = -1; g <= 1; g++) {
        double y = level_y(g * reach / 2, reach);
        line(out, g ? "guide" : "axis", s.from, y, s.to, y);
        side_label(out, y + 4, g ? "%+g" : "%g", g * reach / 2);
    }
    side_label(out, 12, "log2");
    double span = (s.high - s.low) / 1e6, step = span > 50 ? 20 : span > 5 ? 2 : span > 1 ? 0.2 : 0.1;
    int n = 0;
    for (double t = ceil(s.low / 1e6 / step) * step; t * 1e6 <= s.high; t += step, n++)
        label(out, n % 2 ? "m odd" : "m", at(s, t * 1e6), LEVEL_TOP + LEVEL_HEIGHT + 16,
              span > 1 && step >= 1 ? "%.0f" : "%.1f", t);
    label(out, "e", s.to, LEVEL_TOP + LEVEL_HEIGHT + 32, "position on chromosome 11, Mb");
}

static void mark_ccnd1(FILE *out, const ps_panel *panel, scale s) {
    if (panel->ccnd1 < 0 || panel->ccnd1 >= panel->n_genes || !panel->genes[panel->ccnd1].n_exons)
        return;
    const ps_gene *gene = &panel->genes[panel->ccnd1];
    double x = at(s, (gene->exons[0].beg0 + gene->exons[gene->n_exons - 1].end0) / 2.0);
    line(out, "s-warm", x, LEVEL_TOP, x, LEVEL_TOP + LEVEL_HEIGHT);
    label(out, anchor(x), x, 12, "CCND1");
}

/* The bins of 11q13, or the others, which the drawing of the whole chromosome has smaller. */
static void bin_dots(FILE *out, const ps_result *r, scale s, double reach, int whole, int near) {
    const ps_copynumber_call *c = &r->calls.copynumber;
    fprintf(out, "<g class=\"dots %s%s\">", near ? "f-cool" : "f-dot", near || !whole ? " near" : "");
    for (size_t i = 0; i < c->n_bins; i++) {
        const ps_bin *bin = &r->panel->bins[c->bin[i].bin];
        if (shown(r->panel, &c->bin[i], whole) && (bin->role != PS_BIN_ARM) == near)
            fprintf(out, "<circle cx=\"%.1f%%\" cy=\"%.0f\"/>", at(s, (bin->span.beg0 + (double)bin->span.end0) / 2),
                    level_y(c->bin[i].log2_ratio, reach));
    }
    fputs("</g>\n", out);
}

void ps_figure_chromosome11(FILE *out, const ps_result *r, int whole) {
    const ps_copynumber_call *c = &r->calls.copynumber;
    double beg = INFINITY, end = 0, reach = 2;
    size_t n = 0;
    for (size_t i = 0; i < c->n_bins; i++) {
        if (!shown(r->panel, &c->bin[i], whole))
            continue;
        const ps_span *span = &r->panel->bins[c->bin[i].bin].span;
        beg = fmin(beg, span->beg0);
        end = fmax(end, span->end0);
        if (fabs(c->bin[i].log2_ratio) > 2)
            reach = 4;
        n++;
    }
    if (!n || end <= beg)
        return;
    scale s = {whole ? 0 : beg, end, 0, 100};
    open_svg(out, LEVEL_FIGURE, whole ? "Depth along chromosome 11" : "Depth around CCND1 (11q13)",
             "corrected depth of %zu bin%s as log2 ratio to the baseline", n, ps_s(n));
    level_axes(out, s, reach);
    mark_ccnd1(out, r->panel, s);
    if (!whole && isfinite(c->log2_ratio))
        line(out, "s-level", s.from, level_y(c->log2_ratio, reach), s.to, level_y(c->log2_ratio, reach));
    for (int near = 0; near < 2; near++)
        bin_dots(out, r, s, reach, whole, near);
    fputs("</svg>\n", out);
}

void ps_figure_arm(FILE *out, const ps_arm_copies *arm) {
    scale s = {-1, 1, 0, 100};
    fputs("<svg aria-hidden=\"true\" height=\"14\">", out);
    rect(out, "track", 0, 100, 3, 8);
    if (isfinite(arm->log2_ratio))
        rect(out, arm->log2_ratio < 0 ? "f-cool" : "f-warm", at(s, 0), at(s, arm->log2_ratio), 3, 8);
    line(out, "s-thin", 50, 1, 50, 13);
    fputs("</svg>", out);
}

/* ---- junction -------------------------------------------------------------------------------------------------- */

static void region_bar(FILE *out, const ps_result *r, const char *what, ps_span span, scale s, double y,
                       int text_above) {
    rect(out, "track", s.from, s.to, y, 12);
    double text_y = text_above ? y - 8 : y + 28;
    label(out, "", s.from, text_y, "%s %s, %.2f to %.2f Mb", ps_output_contig(r, span.contig), what, span.beg0 / 1e6,
          span.end0 / 1e6);
}

static int inside(ps_span span, int contig, int32_t pos1) {
    return contig == span.contig && pos1 > span.beg0 && pos1 <= span.end0;
}

void ps_figure_junction(FILE *out, const ps_result *r) {
    const ps_junction_call *j = &r->calls.junction;
    const ps_panel *panel = r->panel;
    ps_span window = panel->ccnd1_window, igh = panel->igh;
    const ps_gene *gene = panel->ccnd1 >= 0 && panel->ccnd1 < panel->n_genes ? &panel->genes[panel->ccnd1] : NULL;
    int has_gene = gene && gene->n_exons && gene->contig == window.contig;
    if (has_gene && gene->exons[gene->n_exons - 1].end0 > window.end0)
        window.end0 = gene->exons[gene->n_exons - 1].end0;
    if (window.end0 <= window.beg0 || igh.end0 <= igh.beg0)
        return;
    scale a = {window.beg0, window.end0, 1, 99}, b = {igh.beg0, igh.end0, 1, 99};
    open_svg(out, 168, "IGH::CCND1 junction",
             "%zu breakpoint%s between the 11q13 window and the IGH locus; places are in the table", j->n_breakpoints,
             ps_s(j->n_breakpoints));
    region_bar(out, r, "11q13 window", window, a, 26, 1);
    region_bar(out, r, "IGH locus", igh, b, 124, 0);
    if (has_gene) {
        double x0 = at(a, gene->exons[0].beg0), x1 = at(a, gene->exons[gene->n_exons - 1].end0);
        rect(out, "f-cool", x0, x1 > x0 + 0.4 ? x1 : x0 + 0.4, 23, 18);
        label(out, "strong e", x1 > 99 ? 99 : x1, 18, "CCND1");
    }
    for (size_t i = 0; i < j->n_breakpoints; i++) {
        const ps_breakpoint *p = &j->breakpoint[i];
        if (!inside(window, p->contig_a, p->pos_a1) || !inside(igh, p->contig_b, p->pos_b1))
            continue;
        line(out, "s-warm", at(a, p->pos_a1), 32, at(b, p->pos_b1), 130);
        dot(out, "f-warm", at(a, p->pos_a1), 32, 4);
        dot(out, "f-warm", at(b, p->pos_b1), 130, 4);
        double middle = (at(a, p->pos_a1) + at(b, p->pos_b1)) / 2;
        label(out, "strong", middle + 1.2, 84 + 14.0 * (double)(i % 3), "%zu", i + 1);
    }
    fputs("</svg>\n", out);
}
