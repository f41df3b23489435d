#include "columns.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/utf8.h"

enum { MOST_ROWS = 1 << 21, MOST_STRING = 1 << 20, LONGEST_ESCAPE = 6 /* "\\u0022" */, HEX_DIGITS = 16 };
static const char hex_digits[] = "0123456789abcdef";

/* ---- writing --------------------------------------------------------------------------------------------------- */

static char *room(ps_pen *pen, size_t n) {
    while (pen->n + n > pen->capacity) {
        pen->capacity = pen->capacity ? 2 * pen->capacity : 1 << 16;
        pen->text = ps_resize(pen->text, pen->capacity, 1);
    }
    return pen->text + pen->n;
}

void ps_put_bytes(ps_pen *pen, const char *bytes, size_t n) {
    memcpy(room(pen, n), bytes, n);
    pen->n += n;
}

static void put_char(ps_pen *pen, char c) {
    *room(pen, 1) = c;
    pen->n++;
}

void ps_put(ps_pen *pen, const char *text) {
    ps_put_bytes(pen, text, strlen(text));
}

void ps_put_integer(ps_pen *pen, int64_t value) {
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--at = '-';
    ps_put_bytes(pen, at, (size_t)(digits + sizeof digits - at));
}

void ps_put_real(ps_pen *pen, double value) {
    char text[40];
    snprintf(text, sizeof text, "%.17g", value);
    ps_put(pen, isfinite(value) ? text : "null");
}

/* What the reader would not take is not written: the first such value is kept for the writer's error. */
static void refuse(ps_pen *pen, const char *format, ...) {
    va_list arguments;
    if (pen->refused[0])
        return;
    snprintf(pen->refused, sizeof pen->refused, "%s: ", pen->member ? pen->member : "start");
    size_t used = strlen(pen->refused);
    va_start(arguments, format);
    vsnprintf(pen->refused + used, sizeof pen->refused - used, format, arguments);
    va_end(arguments);
}

/* NULL: null; bytes that are no UTF-8 become U+FFFD */
static void ps_put_string(ps_pen *pen, const char *text) {
    char *clean = ps_utf8_clean(text), escape[12];
    if (!clean) {
        ps_put(pen, "null");
        return;
    }
    if (strlen(clean) > MOST_STRING)
        refuse(pen, "%zu bytes of text, at most %d can be kept", strlen(clean), MOST_STRING);
    put_char(pen, '"');
    for (const char *s = clean; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == '"' || *s == '\\') {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(unsigned char)*s);
            ps_put(pen, escape);
        } else {
            put_char(pen, *s);
        }
    }
    put_char(pen, '"');
    free(clean);
}

void ps_put_name(ps_pen *pen, const char *name) {
    if (pen->n && pen->text[pen->n - 1] != '{')
        put_char(pen, ',');
    put_char(pen, '"');
    ps_put(pen, name);
    ps_put(pen, "\":");
    pen->member = name;
}

static void put_count(ps_pen *pen, uint64_t value) {
    if (value > PS_MOST_RECORDS)
        refuse(pen, "%llu, at most %lld can be kept", (unsigned long long)value, (long long)PS_MOST_RECORDS);
    ps_put_integer(pen, (int64_t)value);
}

void ps_put_integer_of(ps_pen *pen, const char *name, uint64_t value) {
    ps_put_name(pen, name);
    put_count(pen, value);
}

void ps_put_string_of(ps_pen *pen, const char *name, const char *text) {
    ps_put_name(pen, name);
    ps_put_string(pen, text);
}

void ps_put_array_of(ps_pen *pen, const char *name, const uint64_t *values, size_t n) {
    ps_put_name(pen, name);
    put_char(pen, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            put_char(pen, ',');
        put_count(pen, values[i]);
    }
    put_char(pen, ']');
}

static int64_t whole_number(const void *at, ps_column_kind kind) {
    switch (kind) {
    case PS_COLUMN_U8:
        return *(const uint8_t *)at;
    case PS_COLUMN_INT:
        return *(const int *)at;
    case PS_COLUMN_I32:
        return *(const int32_t *)at;
    case PS_COLUMN_U32:
        return *(const uint32_t *)at;
    case PS_COLUMN_I64:
        return *(const int64_t *)at;
    default:
        return (int64_t) * (const uint64_t *)at;
    }
}

static void put_hex(ps_pen *pen, uint64_t value) {
    char *to = room(pen, HEX_DIGITS);
    for (int i = 0; i < HEX_DIGITS; i++)
        to[i] = hex_digits[value >> (60 - 4 * i) & 15];
    pen->n += HEX_DIGITS;
}

static void put_cell(ps_pen *pen, const ps_column *c, const void *at, int64_t *before) {
    if (c->kind == PS_COLUMN_REAL) {
        ps_put_real(pen, *(const double *)at);
    } else if (c->kind == PS_COLUMN_TEXT) {
        ps_put_string(pen, *(char *const *)at);
    } else if (c->kind == PS_COLUMN_NAME) {
        const char *name = at;
        ps_put_string(pen, *name ? name : NULL);
    } else {
        int64_t value = whole_number(at, c->kind);
        if (value < c->low || (c->high >= 0 && value > c->high)) /* an id of the panel has no other bound here */
            refuse(pen, "%lld, expected %lld to %lld", (long long)value, (long long)c->low, (long long)c->high);
        ps_put_integer(pen, value - *before);
        *before = c->steps ? value : 0;
    }
}

/* A base, a strand; '.': 0 */
static int is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c && strchr(".+-", c));
}

static void put_letter(ps_pen *pen, char c) {
    if (c && !is_letter(c))
        refuse(pen, "byte %d, expected a letter, + or -", (int)(unsigned char)c);
    put_char(pen, c ? c : '.');
}

/* Columns of one character or one fixed width a row are one string. */
static int is_string(const ps_column *c) {
    return c->kind == PS_COLUMN_HEX || c->kind == PS_COLUMN_LETTER;
}

static void put_column(ps_pen *pen, const ps_column *c, const char *rows, size_t size, size_t n) {
    int64_t before = 0;
    put_char(pen, is_string(c) ? '"' : '[');
    for (size_t i = 0; i < n; i++) {
        const char *at = rows + i * size + c->offset;
        if (c->kind == PS_COLUMN_HEX)
            put_hex(pen, *(const uint64_t *)(const void *)at);
        else if (c->kind == PS_COLUMN_LETTER)
            put_letter(pen, *at);
        else {
            if (i)
                put_char(pen, ',');
            put_cell(pen, c, at, &before);
        }
    }
    put_char(pen, is_string(c) ? '"' : ']');
}

void ps_put_rows(ps_pen *pen, const ps_columns_of *kind, const void *rows, size_t n) {
    ps_put_name(pen, kind->name);
    if (n > MOST_ROWS)
        refuse(pen, "%zu rows, at most %d can be kept", n, MOST_ROWS);
    put_char(pen, '{');
    for (int i = 0; i < kind->n; i++) {
        ps_put_name(pen, kind->column[i].name);
        put_column(pen, &kind->column[i], rows, kind->size, n);
    }
    put_char(pen, '}');
}

void ps_put_object(ps_pen *pen, const ps_object_of *kind, const char *name, const void *object) {
    const char *from = object;
    ps_put_name(pen, name);
    put_char(pen, '{');
    for (int i = 0; i < kind->n; i++) {
        const ps_column *c = &kind->member[i];
        int64_t before = 0;
        ps_put_name(pen, c->name);
        if (c->kind == PS_COLUMN_NAME)
            ps_put_string(pen, from + c->offset);
        else
            put_cell(pen, c, from + c->offset, &before);
    }
    for (int i = 0; i < kind->n_rows; i++) {
        const ps_rows_in *in = &kind->rows[i];
        ps_put_rows(pen, in->kind, *(void *const *)(const void *)(from + in->rows),
                    *(const size_t *)(const void *)(from + in->n));
    }
    put_char(pen, '}');
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

void ps_scan_fail(ps_scan *scan, const char *format, ...) {
    char what[400];
    va_list arguments;
    if (scan->failed)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    scan->failed = 1;
    ps_fail(scan->err, PS_ERR_RUN, scan->path, 0, "%s: %s", scan->member ? scan->member : "start", what);
}

static void unexpected(ps_scan *scan, const char *expected) {
    char found[24] = "the end";
    size_t left = (size_t)(scan->end - scan->at);
    if (left)
        snprintf(found, sizeof found, "'%.*s'", left < 16 ? (int)left : 16, scan->at);
    ps_scan_fail(scan, "%s, expected %s", found, expected);
}

int ps_scan_is(ps_scan *scan, const char *text) {
    size_t n = strlen(text);
    if (scan->failed || (size_t)(scan->end - scan->at) < n || memcmp(scan->at, text, n) != 0)
        return 0;
    scan->at += n;
    return 1;
}

void ps_scan_text(ps_scan *scan, const char *text) {
    if (!ps_scan_is(scan, text))
        unexpected(scan, text);
}

/* Between the elements of an array, where most of the time goes. */
static void scan_comma(ps_scan *scan) {
    if (!scan->failed && *scan->at == ',')
        scan->at++;
    else
        ps_scan_text(scan, ",");
}

void ps_scan_name(ps_scan *scan, const char *name) {
    if (scan->failed)
        return;
    scan->member = name;
    if (scan->at[-1] != '{')
        ps_scan_text(scan, ",");
    ps_scan_text(scan, "\"");
    ps_scan_text(scan, name);
    ps_scan_text(scan, "\":");
}

int ps_scan_has(ps_scan *scan, const char *name) {
    size_t n = strlen(name);
    const char *at = scan->at + (*scan->at == ',');
    return !scan->failed && at[0] == '"' && !strncmp(at + 1, name, n) && at[n + 1] == '"';
}

/* Up to 18 digits, which any int64_t holds. */
static int64_t ps_scan_integer(ps_scan *scan, int64_t low, int64_t high) {
    if (scan->failed)
        return 0;
    const char *at = scan->at;
    int negative = *at == '-', digits = 0;
    int64_t value = 0;
    for (at += negative; *at >= '0' && *at <= '9' && digits < 18; at++, digits++)
        value = 10 * value + (*at - '0');
    if (!digits || (*at >= '0' && *at <= '9')) {
        unexpected(scan, "a whole number");
        return 0;
    }
    value = negative ? -value : value;
    if (value < low || value > high) {
        ps_scan_fail(scan, "%lld, expected %lld to %lld", (long long)value, (long long)low, (long long)high);
        return 0;
    }
    scan->at = at;
    return value;
}

double ps_scan_real(ps_scan *scan) {
    char *end = NULL;
    if (scan->failed || ps_scan_is(scan, "null"))
        return NAN;
    double value = strchr("-0123456789", *scan->at) && *scan->at ? strtod(scan->at, &end) : NAN;
    if (!end || end == scan->at || end > scan->end || !isfinite(value)) {
        unexpected(scan, "a number or null");
        return NAN;
    }
    scan->at = end;
    return value;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "u0022" */
static int scan_escape(ps_scan *scan) {
    int high = scan->end - scan->at < 5 ? -1 : hex_digit(scan->at[3]), low = high < 0 ? -1 : hex_digit(scan->at[4]);
    if (low < 0 || memcmp(scan->at, "u00", 3) != 0 || !(high || low) || high > 7)
        return -1;
    scan->at += 5;
    return 16 * high + low;
}

/* owned by the caller */
static char *ps_scan_string(ps_scan *scan) {
    if (scan->failed || ps_scan_is(scan, "null"))
        return NULL;
    ps_scan_text(scan, "\"");
    const char *close = scan->failed ? NULL : memchr(scan->at, '"', (size_t)(scan->end - scan->at));
    if (!close || close - scan->at > LONGEST_ESCAPE * MOST_STRING) {
        unexpected(scan, "a string");
        return NULL;
    }
    char *text = ps_alloc((size_t)(close - scan->at) + 1, 1);
    size_t n = 0;
    while (scan->at < close) {
        int c = (unsigned char)*scan->at++;
        c = c == '\\' ? scan_escape(scan) : c < 0x20 ? -1 : c;
        if (c < 0) {
            unexpected(scan, "the rest of a string");
            free(text);
            return NULL;
        }
        text[n++] = (char)c;
    }
    scan->at = close + 1;
    return text;
}

uint64_t ps_scan_integer_of(ps_scan *scan, const char *name, int64_t high) {
    ps_scan_name(scan, name);
    return (uint64_t)ps_scan_integer(scan, 0, high);
}

char *ps_scan_string_of(ps_scan *scan, const char *name) {
    ps_scan_name(scan, name);
    return ps_scan_string(scan);
}

void ps_scan_array_of(ps_scan *scan, const char *name, uint64_t *values, size_t n) {
    ps_scan_name(scan, name);
    ps_scan_text(scan, "[");
    for (size_t i = 0; i < n && !scan->failed; i++) {
        if (i)
            scan_comma(scan);
        values[i] = (uint64_t)ps_scan_integer(scan, 0, PS_MOST_RECORDS);
    }
    ps_scan_text(scan, "]");
}

static int64_t highest(const ps_scan *scan, const ps_column *c) {
    switch (c->high) {
    case PS_ID_CODON:
        return scan->panel->n_codons - 1;
    case PS_ID_LOCUS:
        return scan->panel->n_loci - 1;
    case PS_ID_CONTIG:
        return scan->panel->n_contigs - 1;
    default:
        return c->high;
    }
}

static void set_whole_number(void *at, ps_column_kind kind, int64_t value) {
    switch (kind) {
    case PS_COLUMN_U8:
        *(uint8_t *)at = (uint8_t)value;
        break;
    case PS_COLUMN_INT:
        *(int *)at = (int)value;
        break;
    case PS_COLUMN_I32:
        *(int32_t *)at = (int32_t)value;
        break;
    case PS_COLUMN_U32:
        *(uint32_t *)at = (uint32_t)value;
        break;
    case PS_COLUMN_I64:
        *(int64_t *)at = value;
        break;
    default:
        *(uint64_t *)at = (uint64_t)value;
    }
}

static uint64_t scan_hex(ps_scan *scan) {
    uint64_t value = 0;
    for (int i = 0; i < HEX_DIGITS && !scan->failed; i++) {
        int digit = hex_digit(*scan->at);
        if (digit < 0)
            unexpected(scan, "16 hexadecimal digits");
        else
            scan->at++;
        value = value << 4 | (uint64_t)(digit & 15);
    }
    return value;
}

static char scan_letter(ps_scan *scan) {
    char c = *scan->at;
    if (!is_letter(c)) {
        unexpected(scan, "a letter, + or -");
        return 0;
    }
    scan->at++;
    return c == '.' ? 0 : c;
}

/* One row of a column; `before` is the value of the row before it, for steps. */
static void scan_cell(ps_scan *scan, const ps_column *c, int64_t high, void *at, int64_t *before) {
    if (c->kind == PS_COLUMN_HEX) {
        *(uint64_t *)at = scan_hex(scan);
    } else if (c->kind == PS_COLUMN_LETTER) {
        *(char *)at = scan_letter(scan);
    } else if (c->kind == PS_COLUMN_REAL) {
        *(double *)at = ps_scan_real(scan);
    } else if (c->kind == PS_COLUMN_TEXT) {
        *(char **)at = ps_scan_string(scan);
    } else if (c->kind == PS_COLUMN_NAME) {
        char *name = ps_scan_string(scan);
        memset(at, 0, (size_t)c->high);
        memcpy(at, name ? name : "", name ? strnlen(name, (size_t)c->high - 1) : 0);
        free(name);
    } else {
        *before = ps_scan_integer(scan, c->low - *before, high - *before) + *before;
        set_whole_number(at, c->kind, *before);
        *before = c->steps ? *before : 0;
    }
}

static char close_of(const ps_column *c) {
    return is_string(c) ? '"' : ']';
}

/* The first column says how many rows there are. */
static char *scan_first(ps_scan *scan, const ps_columns_of *kind, size_t *n) {
    const ps_column *c = &kind->column[0];
    size_t capacity = 0;
    char *rows = NULL;
    int64_t before = 0, high = highest(scan, c);
    *n = 0;
    ps_scan_text(scan, is_string(c) ? "\"" : "[");
    while (!scan->failed && *scan->at != close_of(c)) {
        if (*n && !is_string(c))
            scan_comma(scan);
        if (*n == MOST_ROWS)
            ps_scan_fail(scan, "more than %d rows", MOST_ROWS);
        if (*n >= capacity) {
            capacity = capacity ? 2 * capacity : 64;
            rows = ps_resize(rows, capacity, kind->size);
        }
        memset(rows + *n * kind->size, 0, kind->size);
        scan_cell(scan, c, high, rows + (*n)++ * kind->size + c->offset, &before);
    }
    scan->at += !scan->failed;
    return rows;
}

static void scan_column(ps_scan *scan, const ps_column *c, char *rows, size_t size, size_t n) {
    int64_t before = 0, high = highest(scan, c);
    ps_scan_text(scan, is_string(c) ? "\"" : "[");
    for (size_t i = 0; i < n && !scan->failed; i++) {
        if (i && !is_string(c))
            scan_comma(scan);
        if (!scan->failed)
            scan_cell(scan, c, high, rows + i * size + c->offset, &before);
    }
    ps_scan_text(scan, is_string(c) ? "\"" : "]");
}

void *ps_scan_rows(ps_scan *scan, const ps_columns_of *kind, size_t *n) {
    ps_scan_name(scan, kind->name);
    ps_scan_text(scan, "{");
    ps_scan_name(scan, kind->column[0].name);
    char *rows = scan_first(scan, kind, n);
    for (int i = 1; i < kind->n && !scan->failed; i++) {
        ps_scan_name(scan, kind->column[i].name);
        scan_column(scan, &kind->column[i], rows, kind->size, *n);
    }
    ps_scan_text(scan, "}");
    return rows;
}

void ps_scan_rows_of(ps_scan *scan, const ps_columns_of *kind, void *rows, size_t n) {
    ps_scan_name(scan, kind->name);
    ps_scan_text(scan, "{");
    for (int i = 0; i < kind->n && !scan->failed; i++) {
        ps_scan_name(scan, kind->column[i].name);
        scan_column(scan, &kind->column[i], rows, kind->size, n);
    }
    ps_scan_text(scan, "}");
}

void ps_scan_object(ps_scan *scan, const ps_object_of *kind, const char *name, void *object) {
    char *to = object;
    ps_scan_name(scan, name);
    ps_scan_text(scan, "{");
    for (int i = 0; i < kind->n && !scan->failed; i++) {
        const ps_column *c = &kind->member[i];
        int64_t before = 0;
        ps_scan_name(scan, c->name);
        if (!scan->failed)
            scan_cell(scan, c, highest(scan, c), to + c->offset, &before);
        if (!scan->failed && c->kind == PS_COLUMN_TEXT && c->low && !*(char **)(void *)(to + c->offset))
            unexpected(scan, "a text");
    }
    for (int i = 0; i < kind->n_rows; i++) {
        const ps_rows_in *in = &kind->rows[i];
        *(void **)(void *)(to + in->rows) = ps_scan_rows(scan, in->kind, (size_t *)(void *)(to + in->n));
    }
    ps_scan_text(scan, "}");
}
