/* pieces.h - what the sections of ID.html are made of. All text is escaped here. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_HTML_PIECES_H
#define PLASMASTRAT_REPORT_HTML_PIECES_H

#include <stdio.h>

#include "../format.h"
#include "../origin.h"

#define DASH "\xE2\x80\x93" /* en dash: no value */
#define NUM(x, decimals) ps_number(PS_NUMBER_BUFFER, x, decimals, DASH)
#define COUNT(n) ps_count(PS_NUMBER_BUFFER, n, DASH)
#define PERCENT(x) ps_percent_whole(PS_NUMBER_BUFFER, x, DASH)

/* ps_percent with a space that no line breaks at. */
const char *ps_percent_whole(char out[PS_NUMBER_SIZE], double x, const char *missing);
/* Three significant digits without an exponent; every digit of a whole number. */
const char *ps_rounded(char out[PS_NUMBER_SIZE], double x, const char *missing);
/* Formats text of any length and escapes the whole of it. */
void ps_say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* <tag class="class">text</tag>; an empty class is left out */
void ps_element(FILE *out, const char *tag, const char *class, const char *text);
/* As a CSS string inside <style>: every byte but letters and digits by its number. */
void ps_put_css_string(FILE *out, const char *text);
void ps_cell(FILE *out, const char *class, const char *text);
/* One name and value of a <dl class="facts">; nothing where the value is a DASH. */
void ps_fact(FILE *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A state in words on a ground of colour: "warm", "cool", "amber", "red", "green", "none". */
void ps_chip(FILE *out, const char *kind, const char *text);
void ps_reasons_list(FILE *out, const ps_reasons *reasons);
void ps_reason_items(FILE *out, const ps_reasons *reasons); /* without the list around */
/* Where the marker's answer came from, and what it cannot show therefore; nothing where it is not assessable. */
void ps_origin_note(FILE *out, const ps_result *result, ps_marked marker);
/* A table up to <tbody>, in a box that scrolls sideways; `columns` ends with NULL, "#name" is a column of numbers. */
void ps_table_head(FILE *out, const char *caption, const char *const *columns);
/* The same for a table whose rows become blocks on a narrow screen; names hold no double quotes. Rows, cells and
 * heads name their roles, as elements that are laid out as blocks lose them in some browsers. */
void ps_stack_head(FILE *out, const char *caption, const char *const *columns);
void ps_table_end(FILE *out);
/* Which of n rows, each of `size` bytes that begin with its name, fills the {{name}} at `open`; `after`: what follows
 * it. n: none has that name. */
size_t ps_placeholder(const void *rows, size_t n, size_t size, const char *open, const char **after);

/* html_ccnd1.c: a placeholder each */
void ps_html_rules(const ps_result *result, FILE *out);
void ps_html_expression(const ps_result *result, FILE *out);
void ps_html_copies(const ps_result *result, FILE *out);
void ps_html_junction(const ps_result *result, FILE *out);

/* html_reads.c */
void ps_html_fragments(const ps_result *result, FILE *out);

/* library.c */
void ps_html_library(const ps_result *result, FILE *out);

/* html_identity.c */
void ps_html_identity_chip(const ps_result *result, FILE *out);
void ps_html_identity(const ps_result *result, FILE *out);

#endif
