/* svg.h - the primitives of the pages' drawings: x in percent, y in pixels, colours from the page's style. Private to
 * src/report. */
#ifndef PLASMASTRAT_REPORT_HTML_SVG_H
#define PLASMASTRAT_REPORT_HTML_SVG_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "../format.h"

/* Values on [low, high] to percent on [from, to]; beyond the ends they stay at the ends. */
typedef struct scale {
    double low, high, from, to;
} scale;

static inline double at(scale s, double x) {
    double t = (x - s.low) / (s.high - s.low);
    t = !(t > 0) ? 0 : t > 1 ? 1 : t; /* an unknown end (NaN) goes to the low end: never "nan%" in a page */
    return s.from + t * (s.to - s.from);
}

static inline void open_svg(FILE *out, int height, const char *title, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static inline void open_svg(FILE *out, int height, const char *title, const char *format, ...) {
    char description[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(description, sizeof description, format, arguments);
    va_end(arguments);
    fprintf(out, "<svg role=\"img\" height=\"%d\" aria-label=\"", height);
    ps_put_html(out, title);
    fputs(": ", out);
    ps_put_html(out, description);
    fputs("\"><title>", out);
    ps_put_html(out, title);
    fputs("</title><desc>", out);
    ps_put_html(out, description);
    fputs("</desc>\n", out);
}

static inline void rect(FILE *out, const char *class, double x0, double x1, double y, double height) {
    fprintf(out, "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%g\" height=\"%g\"/>\n", class,
            x0 < x1 ? x0 : x1, fabs(x1 - x0), y, height);
}

static inline void line(FILE *out, const char *class, double x0, double y0, double x1, double y1) {
    fprintf(out, "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%g\" x2=\"%.2f%%\" y2=\"%g\"/>\n", class, x0, y0, x1, y1);
}

static inline void dot(FILE *out, const char *class, double x, double y, double r) {
    fprintf(out, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%g\"/>\n", class, x, y, r);
}

static inline void label(FILE *out, const char *class, double x, double y, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
static inline void label(FILE *out, const char *class, double x, double y, const char *format, ...) {
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(out, "<text class=\"%s\" x=\"%.2f%%\" y=\"%g\">", class, x, y);
    ps_put_html(out, text);
    fputs("</text>\n", out);
}

/* A scale's label, left of the drawing, in the space that figure.plot keeps for it. */
static inline void side_label(FILE *out, double y, const char *format, ...) __attribute__((format(printf, 3, 4)));
static inline void side_label(FILE *out, double y, const char *format, ...) {
    char text[80];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(out, "<text class=\"e\" x=\"-8\" y=\"%g\">", y);
    ps_put_html(out, text);
    fputs("</text>\n", out);
}

/* A path drawn around a place that is given in percent. */
static inline void mark(FILE *out, const char *class, double x, double y, const char *path, const char *title) {
    fprintf(out, "<svg class=\"mark\" x=\"%.2f%%\" y=\"%.1f\"><path class=\"%s\" d=\"%s\">", x, y, class, path);
    if (title) {
        fputs("<title>", out);
        ps_put_html(out, title);
        fputs("</title>", out);
    }
    fputs("</path></svg>\n", out);
}

/* Text that stands over x but never leaves the drawing. */
static inline const char *anchor(double x) {
    return x < 12 ? "strong" : x > 88 ? "strong e" : "strong m";
}

#endif
