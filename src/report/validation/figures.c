/* figures.c - the validation page's drawings: x in percent, y in pixels. */
#include <math.h>
#include <stdlib.h>

#include "../html/svg.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"
#include "private.h"

/* A drawing's frame: y from `bottom` (low) to `top` (high), in pixels. */
enum { TOP = 10, BOTTOM = 230, HEIGHT = 262 };
static const double left = 0, right = 100;

static double y_at(scale s, double y) {
    scale pixels = {s.low, s.high, BOTTOM, TOP};
    return at(pixels, y);
}

static void axes(FILE *out, const char *name) {
    line(out, "axis", left, BOTTOM, right, BOTTOM);
    line(out, "axis", left, TOP, left, BOTTOM);
    label(out, "e", right, BOTTOM + 30, "%s", name);
}

/* A round step that gives about four ticks. */
static double step_of(double range) {
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double ten = pow(10, floor(log10(range / 4))), step = 10 * ten;
    for (size_t i = sizeof steps / sizeof *steps; i-- > 0;)
        if (steps[i] * ten >= range / 5)
            step = steps[i] * ten;
    return step;
}

static void x_tick(FILE *out, double x, double value) {
    label(out, x < 5 ? "" : x > 95 ? "e" : "m", x, BOTTOM + 16, "%.3g %%", value);
}

static void ticks(FILE *out, scale s, int vertical) {
    double step = step_of(s.high - s.low), first = ceil(s.low / step - 1e-9);
    int n = (int)floor(s.high / step + 1e-6 - first);
    for (int i = 0; i <= n; i++) {
        double v = (first + i) * step;
        double value = fabs(v) < step * 1e-6 ? 0 : 100 * v;
        if (vertical) {
            side_label(out, y_at(s, v) + 4, "%.3g %%", value);
            line(out, "guide", left, y_at(s, v), right, y_at(s, v));
        } else {
            x_tick(out, at(s, v), value);
        }
    }
}

void validation_figure_interval(FILE *out, double value, double low, double high) {
    scale s = {0, 1, 1, 99};
    if (!isfinite(value))
        return;
    open_svg(out, 16, "Interval", "%.1f %%, 95 %% interval %.1f to %.1f %%", 100 * value, 100 * low, 100 * high);
    rect(out, "track", 0, 100, 5, 6);
    line(out, "s-ink", at(s, low), 8, at(s, high), 8);
    dot(out, "f-ink", at(s, value), 8, 4.5);
    fputs("</svg>", out);
}

/* ---- expected and found VAF ------------------------------------------------------------------------------------ */

static double highest(const ps_pairs *p) {
    double high = 0.01;
    for (size_t i = 0; i < p->n; i++)
        high = fmax(high, fmax(p->expected[i], p->found[i]));
    return fmin(1, high * 1.05);
}

void validation_figure_scatter(FILE *out, const ps_validation *v) {
    const ps_pairs *p = &v->vaf;
    double high = highest(p);
    scale x = {0, high, left, right}, y = {0, high, 0, 0};
    open_svg(out, HEIGHT, "Found against expected VAF", "%zu variant%s; slope %.3g, intercept %.3g %%, r2 %.3g", p->n,
             ps_s(p->n), p->line.slope, 100 * p->line.intercept, p->line.r2);
    ticks(out, y, 1);
    ticks(out, x, 0);
    axes(out, "expected VAF");
    line(out, "s-same", at(x, 0), y_at(y, 0), at(x, high), y_at(y, high));
    if (isfinite(p->line.slope))
        line(out, "s-fit", at(x, 0), y_at(y, p->line.intercept), at(x, high),
             y_at(y, p->line.intercept + p->line.slope * high));
    for (size_t i = 0; i < p->n; i++)
        dot(out, "f-found", at(x, p->expected[i]), y_at(y, p->found[i]), 4);
    fputs("</svg>\n", out);
}

void validation_figure_differences(FILE *out, const ps_validation *v) {
    const ps_pairs *p = &v->vaf;
    const ps_bland_altman *b = &p->bland_altman;
    double high = highest(p), reach = 0.005;
    for (size_t i = 0; i < p->n; i++)
        reach = fmax(reach, fabs(p->found[i] - p->expected[i]));
    if (isfinite(b->sd))
        reach = fmax(reach, fmax(fabs(b->low), fabs(b->high)));
    scale x = {0, high, left, right}, y = {-1.1 * reach, 1.1 * reach, 0, 0};
    open_svg(out, HEIGHT, "Difference against mean VAF", "bias %.3g %%, limits of agreement %.3g to %.3g %%",
             100 * b->bias, 100 * b->low, 100 * b->high);
    ticks(out, y, 1);
    ticks(out, x, 0);
    axes(out, "mean of expected and found VAF");
    if (isfinite(b->bias))
        line(out, "s-fit", left, y_at(y, b->bias), right, y_at(y, b->bias));
    if (isfinite(b->sd)) {
        line(out, "limit", left, y_at(y, b->low), right, y_at(y, b->low));
        line(out, "limit", left, y_at(y, b->high), right, y_at(y, b->high));
    }
    for (size_t i = 0; i < p->n; i++)
        dot(out, "f-found", at(x, (p->expected[i] + p->found[i]) / 2), y_at(y, p->found[i] - p->expected[i]), 4);
    fputs("</svg>\n", out);
}

/* ---- probit ---------------------------------------------------------------------------------------------------- */

/* All trials of one source at one VAF. */
typedef struct level {
    double vaf;
    uint64_t found, n;
} level;

static size_t collect_levels(const ps_validation *v, ps_limit_source source, level *out) {
    size_t n = 0;
    for (size_t i = 0; i < v->n_detections; i++) {
        const ps_detection *d = &v->detection[i];
        size_t k = 0;
        if (d->source != source || !(d->vaf > 0))
            continue;
        while (k < n && fabs(out[k].vaf - d->vaf) > 1e-9)
            k++;
        if (k == n)
            out[n++] = (level){d->vaf, 0, 0};
        out[k].found += d->found;
        out[k].n += d->n;
    }
    return n;
}

static void log_ticks(FILE *out, scale x) {
    static const double places[] = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};
    static const double apart = 22; /* percent of the width, so that labels fit on a telephone */
    double last = -apart;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        double here = at(x, log10(places[i]));
        if (log10(places[i]) < x.low || log10(places[i]) > x.high || here - last < apart)
            continue;
        x_tick(out, here, 100 * places[i]);
        last = here;
    }
}

static void curve(FILE *out, const ps_probit *p, scale x, scale y) {
    enum { PIECES = 60 };
    for (int i = 0; i < PIECES; i++) {
        double a = x.low + (x.high - x.low) * i / PIECES, b = x.low + (x.high - x.low) * (i + 1) / PIECES;
        line(out, "s-fit", at(x, a), y_at(y, ps_normal_cdf(p->intercept + p->slope * a)), at(x, b),
             y_at(y, ps_normal_cdf(p->intercept + p->slope * b)));
    }
}

static const ps_probit *probit_of(const ps_validation *v, ps_limit_source source) {
    const ps_probit *all = NULL;
    for (size_t i = 0; i < v->n_limits && !all; i++)
        if (v->limit[i].source == source && v->limit[i].kind < 0)
            all = &v->limit[i].probit;
    return all;
}

void validation_figure_probit(FILE *out, const ps_validation *v, ps_limit_source source) {
    level *levels = ps_alloc(v->n_detections, sizeof *levels);
    size_t n = collect_levels(v, source, levels);
    const ps_probit *p = probit_of(v, source);
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, levels[i].vaf);
        high = fmax(high, levels[i].vaf);
    }
    if (!n || low <= 0) {
        free(levels);
        return;
    }
    scale x = {log10(low) - 0.1, log10(high) + 0.1, left, right}, y = {0, 1, 0, 0};
    open_svg(out, HEIGHT, "Share found by VAF", "%zu level%s; found in 95 %% from a VAF of %.3g %%", n, ps_s(n),
             100 * p->lod95);
    ticks(out, y, 1);
    log_ticks(out, x);
    axes(out, "VAF, on a scale of ratios");
    line(out, "limit", left, y_at(y, ps_detection_power), right, y_at(y, ps_detection_power));
    if (p->state == PS_PROBIT_FITTED) {
        curve(out, p, x, y);
        line(out, "limit", at(x, log10(p->lod95)), TOP, at(x, log10(p->lod95)), BOTTOM);
    }
    for (size_t i = 0; i < n; i++)
        dot(out, levels[i].found ? "f-found" : "f-missed", at(x, log10(levels[i].vaf)),
            y_at(y, (double)levels[i].found / (double)levels[i].n), 4);
    fputs("</svg>\n", out);
    free(levels);
}

/* ---- calibration ----------------------------------------------------------------------------------------------- */

void validation_figure_calibration(FILE *out, const ps_validation *v) {
    scale y = {0, 1, 0, 0};
    open_svg(out, HEIGHT, "Share found by VAF over the printed lod95", "%d ranges", PS_CALIBRATION_BINS);
    ticks(out, y, 1);
    axes(out, "VAF over the lod95 that was printed");
    line(out, "limit", left, y_at(y, ps_detection_power), right, y_at(y, ps_detection_power));
    for (int bin = 0; bin < PS_CALIBRATION_BINS; bin++) {
        const ps_calibration *c = &v->calibration[bin];
        double x = 100 * (bin + 0.5) / PS_CALIBRATION_BINS, low, high, share = (double)c->found / (double)c->n;
        if (bin) /* the edges between ranges */
            label(out, "m", 100.0 * bin / PS_CALIBRATION_BINS, BOTTOM + 16, "%g", ps_calibration_edges[bin]);
        if (!c->n)
            continue;
        ps_exact_interval(c->found, c->n, &low, &high);
        line(out, "s-ink", x, y_at(y, low), x, y_at(y, high));
        dot(out, "f-found", x, y_at(y, share), 5);
    }
    fputs("</svg>\n", out);
}
