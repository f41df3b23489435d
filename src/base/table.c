#include "plasmastrat/table.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/spelling.h"

enum { MAX_TABLE_BYTES = 256 << 20, MAX_COLUMNS = 4096 };

static int has_quotes(const ps_table *t) {
    return t->separator == ',' || t->key;
}

/* Cuts one field that starts at *cursor, quoted (RFC 4180) or not, in place; *cursor moves behind its separator.
 * Returns 1 when it was the line's last field, 0 when more follow, -1 for a quote that never closes. */
static int cut_field(const ps_table *t, char **cursor, char **field) {
    char *in = *cursor, *out = *cursor;
    *field = out;
    if (has_quotes(t) && *in == '"') {
        for (in++; *in != '"' || in[1] == '"'; *out++ = *in++) {
            if (!*in)
                return -1;
            if (*in == '"')
                in++;
        }
        in++;
    }
    while (*in && *in != t->separator)
        *out++ = *in++;
    int last = !*in;
    *cursor = last ? in : in + 1;
    *out = '\0';
    return last;
}

static size_t count_fields(const char *line, char separator, int quotes) {
    size_t n = 1;
    int quoted = 0, starts = 1; /* a quote opens a field only at its start, as in cut_field */
    for (; *line; line++) {
        if (quotes && *line == '"' && quoted && line[1] == '"')
            line++; /* a doubled quote stands for one */
        else if (quotes && *line == '"' && (quoted || starts))
            quoted = !quoted;
        starts = !quoted && *line == separator;
        n += (size_t)starts;
    }
    return n;
}

static char *trimmed(char *text) {
    text += strspn(text, " ");
    size_t n = strlen(text);
    while (n && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

static int cut_line(ps_table *t, char *text, long line, char **cells, size_t n, ps_error *err) {
    size_t have = count_fields(text, t->separator, has_quotes(t));
    if (have != n)
        return ps_fail(err, t->kind, t->path, line, "%zu fields, expected %zu as in the header line", have, n);
    for (size_t i = 0; i < n; i++) {
        if (cut_field(t, &text, &cells[i]) < 0)
            return ps_fail(err, t->kind, t->path, line, "a quoted field is not closed");
        if (t->key)
            cells[i] = trimmed(cells[i]);
    }
    return 0;
}

/* Tabs win; in a sheet semicolons win over commas where there are more of them: with them commas stand in numbers. */
static char separator_of(const ps_table *t, const char *header) {
    if (strchr(header, '\t'))
        return '\t';
    if (t->key && count_fields(header, ';', 1) > count_fields(header, ',', 1))
        return ';';
    return strchr(header, ',') ? ',' : '\t';
}

static int read_header(ps_table *t, char *text, long line, ps_error *err) {
    if (*text == '#')
        text++;
    if (!t->separator)
        t->separator = separator_of(t, text);
    t->n_columns = count_fields(text, t->separator, has_quotes(t));
    if (t->n_columns > MAX_COLUMNS)
        return ps_fail(err, t->kind, t->path, line, "%zu columns, expected at most %d", t->n_columns, MAX_COLUMNS);
    t->name = ps_alloc(t->n_columns, sizeof *t->name);
    if (cut_line(t, text, line, t->name, t->n_columns, err) < 0)
        return -1;
    for (size_t i = 0; i < t->n_columns; i++)
        for (size_t j = 0; j < i; j++)
            if (t->name[i][0] && !strcmp(t->name[i], t->name[j]))
                return ps_fail(err, t->kind, t->path, line, "column '%s' stands twice in the header line",
                               t->name[i]);
    return 0;
}

/* "sep=;" as spreadsheet programs write it into a first line: sets the separator. */
static int is_separator_line(ps_table *t, const char *row, long line) {
    size_t quote = *row == '"';
    if (!t->key || line != 1 || strncasecmp(row + quote, "sep=", 4) != 0 || !row[quote + 4] ||
        row[quote + 5 + quote] != '\0')
        return 0;
    t->separator = row[quote + 4];
    return 1;
}

/* Does this line name the column `key`, alone between other characters than letters? */
static int names_key(const char *row, const char *key) {
    size_t n = strlen(key);
    for (const char *at = row; *at; at++)
        if (!strncasecmp(at, key, n) && !isalnum((unsigned char)at[n]) &&
            (at == row || !isalnum((unsigned char)at[-1])))
            return 1;
    return 0;
}

static int is_comment(const ps_table *t, const char *row, int has_header) {
    if (!t->key)
        return !strncmp(row, "##", 2);
    return row[0] == '#' && (has_header || row[1] == '#' || !names_key(row, t->key));
}

static int add_row(ps_table *t, char *row, long line, size_t *capacity, ps_error *err) {
    if (t->n_rows >= *capacity) {
        *capacity = *capacity ? 2 * *capacity : 64;
        t->line = ps_resize(t->line, *capacity, sizeof *t->line);
        t->cell = ps_resize(t->cell, *capacity * t->n_columns, sizeof *t->cell);
    }
    t->line[t->n_rows] = line;
    if (cut_line(t, row, line, t->cell + t->n_rows * t->n_columns, t->n_columns, err) < 0)
        return -1;
    t->n_rows++;
    return 0;
}

static int cut_table(ps_table *t, ps_error *err) {
    char *text = t->text;
    size_t capacity = 0;
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        text += 3;
    for (long line = 1; *text; line++) {
        char *end = text + strcspn(text, "\n"), *next = *end ? end + 1 : end;
        if (end > text && end[-1] == '\r')
            end--;
        *end = '\0';
        char *row = text;
        text = next;
        if (row[strspn(row, t->key ? " \t,;" : " \t,")] == '\0' || is_comment(t, row, t->name != NULL) ||
            is_separator_line(t, row, line))
            continue;
        if ((t->name ? add_row(t, row, line, &capacity, err) : read_header(t, row, line, err)) < 0)
            return -1;
    }
    if (!t->name)
        return ps_fail(err, t->kind, t->path, 0, "is empty, expected a header line with column names");
    return 0;
}

static long line_of(const char *bytes, const char *at) {
    long line = 1;
    for (; bytes < at; bytes++)
        line += *bytes == '\n';
    return line;
}

/* Why it is no text, by its first bytes; NULL: it may be one. */
static const char *refused_bytes(const char *bytes, size_t n) {
    int is_gzip = n >= 2 && !memcmp(bytes, "\x1F\x8B", 2);
    return is_gzip ? "compressed: unpack it with gunzip" : ps_foreign_container(bytes, n);
}

/* Takes over `bytes`, which has room for one more byte. */
static int build(const char *path, char *bytes, size_t n, ps_error_kind kind, const char *key, ps_table *table,
                 ps_error *err) {
    *table = (ps_table){.path = ps_strdup(path), .text = bytes, .key = key, .kind = kind};
    const char *nul = memchr(bytes, '\0', n), *refused = refused_bytes(bytes, n);
    bytes[n] = '\0';
    if (refused) {
        ps_fail(err, kind, path, 0, "is %s", refused);
    } else if (nul) {
        ps_fail(err, kind, path, line_of(bytes, nul), "holds a NUL byte: it is not a text file");
    } else if (cut_table(table, err) == 0) {
        return 0;
    }
    ps_table_free(table);
    return -1;
}

int ps_table_parse(const char *path, const char *bytes, size_t n_bytes, ps_error_kind kind, ps_table *table,
                   ps_error *err) {
    *table = (ps_table){0};
    if (n_bytes > MAX_TABLE_BYTES)
        return ps_fail(err, kind, path, 0, "is larger than %d MiB", MAX_TABLE_BYTES >> 20);
    char *copy = ps_alloc(n_bytes + 1, 1);
    if (n_bytes)
        memcpy(copy, bytes, n_bytes);
    return build(path, copy, n_bytes, kind, NULL, table, err);
}

int ps_table_read(const char *path, ps_error_kind kind, ps_table *table, ps_error *err) {
    *table = (ps_table){0};
    char *bytes = NULL;
    size_t n = 0;
    if (ps_file_read(path, MAX_TABLE_BYTES, kind, &bytes, &n, err) < 0)
        return -1;
    return build(path, bytes, n, kind, NULL, table, err);
}

int ps_table_read_sheet(const char *path, const char *key, ps_table *table, ps_error *err) {
    *table = (ps_table){0};
    char *bytes = NULL;
    size_t n = 0;
    int is_stdin = !strcmp(path, "-");
    const char *name = is_stdin ? "standard input" : path;
    if ((is_stdin ? ps_stream_read(stdin, name, MAX_TABLE_BYTES, PS_ERR_USAGE, &bytes, &n, err)
                  : ps_file_read(path, MAX_TABLE_BYTES, PS_ERR_USAGE, &bytes, &n, err)) < 0)
        return -1;
    ps_spreadsheet_text(&bytes, &n);
    return build(name, ps_resize(bytes, n + 1, 1), n, PS_ERR_USAGE, key, table, err);
}

void ps_table_free(ps_table *table) {
    free(table->path);
    free(table->text);
    free(table->name);
    free(table->cell);
    free(table->line);
    *table = (ps_table){0};
}

int ps_table_find(const ps_table *table, const char *name) {
    for (size_t i = 0; i < table->n_columns; i++)
        if (!strcmp(table->name[i], name))
            return (int)i;
    return -1;
}

int ps_table_require(const ps_table *table, const char *const *names, int n, int *columns, ps_error *err) {
    for (int i = 0; i < n; i++) {
        columns[i] = ps_table_find(table, names[i]);
        if (columns[i] >= 0)
            continue;
        char have[512] = "", hint[200] = "";
        for (size_t j = 0; j < table->n_columns; j++) {
            size_t used = strlen(have);
            snprintf(have + used, sizeof have - used, "%s%s", j ? ", " : "", table->name[j]);
            if (!hint[0] && ps_meant(table->name[j], &names[i], 1))
                snprintf(hint, sizeof hint, "; for %.60s, did you mean %s?", table->name[j], names[i]);
        }
        return ps_fail(err, table->kind, table->path, 0, "column '%s' is missing (columns are: %s)%s", names[i], have,
                       hint);
    }
    return 0;
}

const char *ps_table_cell(const ps_table *table, size_t row, int column) {
    return table->cell[row * table->n_columns + (size_t)column];
}

int ps_table_fail(const ps_table *table, size_t row, int column, ps_error *err, const char *format, ...) {
    char what[400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return ps_fail(err, table->kind, table->path, table->line[row], "column %s: '%.200s': %s", table->name[column],
                   ps_table_cell(table, row, column), what);
}

int ps_parse_int(const char *text, int64_t low, int64_t high, int64_t *value) {
    char *end = NULL;
    if (!strchr("+-0123456789", *text)) /* no leading blanks */
        return -1;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno || end == text || *end || v < low || v > high)
        return -1;
    *value = v;
    return 0;
}

int ps_parse_double(const char *text, double low, double high, double *value) {
    char *end = NULL;
    if (strspn(text, "+-.0123456789eE") != strlen(text)) /* no hex, no "nan", no "inf", no leading blanks */
        return -1;
    double v = strtod(text, &end);
    if (end == text || *end || !isfinite(v) || v < low || v > high)
        return -1;
    *value = v;
    return 0;
}

int ps_table_int(const ps_table *table, size_t row, int column, int64_t low, int64_t high, int64_t *value,
                 ps_error *err) {
    if (ps_parse_int(ps_table_cell(table, row, column), low, high, value) == 0)
        return 0;
    return ps_table_fail(table, row, column, err, "expected a whole number from %lld to %lld", (long long)low,
                         (long long)high);
}

int ps_table_double(const ps_table *table, size_t row, int column, double low, double high, double *value,
                    ps_error *err) {
    if (ps_parse_double(ps_table_cell(table, row, column), low, high, value) == 0)
        return 0;
    return ps_table_fail(table, row, column, err, "expected a number from %g to %g", low, high);
}

int ps_table_enum(const ps_table *table, size_t row, int column, const char *const *names, int n, int *value,
                  ps_error *err) {
    char list[300] = "";
    for (int i = 0; i < n; i++) {
        if (!strcmp(ps_table_cell(table, row, column), names[i])) {
            *value = i;
            return 0;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    return ps_table_fail(table, row, column, err, "expected one of: %s", list);
}
