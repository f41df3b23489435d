#include "lines.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"

int table_fail(const table_lines *lines, ps_error *err, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return ps_fail(err, PS_ERR_RUN, lines->source.name, lines->number, "%s", text);
}

int table_lines_open(const char *path, table_lines *lines, ps_error *err) {
    memset(lines, 0, sizeof *lines);
    ps_source_init(path, &lines->source);
    hFILE *file;
    htsFormat format;
    if (ps_source_open(&lines->source, &file, &format, err) != 0)
        return -1;
    if (format.format == bam || format.format == cram || format.format == fastq_format) {
        ps_source_refuse(&lines->source, &format, "a table of results", err);
        hclose_abruptly(file);
        return -1;
    }
    lines->file = bgzf_hopen(file, "r");
    if (lines->file)
        return 0;
    hclose_abruptly(file);
    return ps_fail(err, PS_ERR_RUN, lines->source.name, 0, "cannot be opened: the file is damaged");
}

static void unquote(char *text) {
    size_t n = strlen(text);
    if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
        memmove(text, text + 1, n - 2);
        text[n - 2] = '\0';
    }
}

/* A comma inside quotes is text. */
static char *field_end(char *p, char separator) {
    int quoted = 0;
    for (; *p && (quoted || *p != separator); p++)
        quoted ^= *p == '"' && separator == ',';
    return p;
}

static void cut(table_lines *lines) {
    char *p = lines->line.s;
    lines->n = 0;
    for (;;) {
        char *end = field_end(p, lines->separator);
        int last = !*end;
        *end = '\0';
        if (lines->n == lines->capacity) {
            lines->capacity = lines->capacity ? 2 * lines->capacity : 16;
            lines->field = ps_resize(lines->field, (size_t)lines->capacity, sizeof *lines->field);
        }
        unquote(p);
        lines->field[lines->n++] = p;
        if (last)
            return;
        p = end + 1;
    }
}

/* GATK puts a header of SAM before its tables; behind it may be alignments: eleven columns and more, the flag second.
 */
static int is_alignment(const table_lines *lines) {
    const char *flag = lines->n >= 11 ? lines->field[1] : "";
    return lines->sam_header && *flag && strspn(flag, "0123456789") == strlen(flag);
}

int table_lines_next(table_lines *lines, ps_error *err) {
    for (;;) {
        lines->line.l = 0;
        int got = bgzf_getline(lines->file, '\n', &lines->line);
        if (got < -1)
            return ps_fail(err, PS_ERR_RUN, lines->source.name, lines->number + 1,
                           "cannot be read further: the file is damaged");
        if (got == -1)
            return 0;
        lines->number++;
        char *text = lines->line.s;
        if (memchr(text, '\0', lines->line.l))
            return ps_fail(err, PS_ERR_RUN, lines->source.name, lines->number, "has a NUL byte: not a text file");
        while (lines->line.l > 0 && (text[lines->line.l - 1] == '\r' || text[lines->line.l - 1] == '\n'))
            text[--lines->line.l] = '\0';
        if (lines->number == 1 && !strncmp(text, "\xef\xbb\xbf", 3))
            memmove(text, text + 3, (lines->line.l -= 3) + 1);
        int comment = text[0] == '#' && (text[1] == '#' || text[1] == ' ' || !strchr(text, '\t'));
        int sam = text[0] == '@' && isupper((unsigned char)text[1]) && strchr(text, '\t') == text + 3;
        lines->sam_header |= sam;
        comment |= sam;
        if (text[0] == '\0' || comment)
            continue;
        if (!lines->separator)
            lines->separator = strchr(text, '\t') ? '\t' : ',';
        cut(lines);
        if (is_alignment(lines))
            return table_fail(lines, err, "is SAM text, not a table of results");
        if (lines->field[0][0] == '#')
            lines->field[0]++;
        return 1;
    }
}

int table_same_sample(const char *column, const char *wanted) {
    const char *slash = strrchr(column, '/');
    const char *base = slash ? slash + 1 : column;
    size_t n = strlen(wanted);
    return !strcmp(column, wanted) || (!strncmp(base, wanted, n) && (base[n] == '\0' || base[n] == '.'));
}

int table_is_number(const char *text) {
    double value;
    return ps_parse_double(text, -1e15, 1e15, &value) == 0;
}

void table_lines_close(table_lines *lines) {
    if (lines->file)
        bgzf_close(lines->file);
    free(lines->field);
    ks_free(&lines->line);
    ps_source_free(&lines->source);
    memset(lines, 0, sizeof *lines);
}

/* ---- transcript to gene ---------------------------------------------------------------------------------------- */

typedef struct map_row {
    char *from, *to;
} map_row;

static int by_from(const void *a, const void *b) {
    return strcmp(((const map_row *)a)->from, ((const map_row *)b)->from);
}

void table_map_read(const char *path, table_map *map) {
    table_lines lines;
    ps_error err = {0};
    map_row *row = NULL;
    size_t n = 0, capacity = 0;
    table_map_free(map);
    int got = table_lines_open(path, &lines, &err);
    while (got >= 0 && (got = table_lines_next(&lines, &err)) == 1)
        if (lines.n >= 2) {
            PS_GROW(row, n, capacity);
            row[n++] = (map_row){ps_strdup(lines.field[0]), ps_strdup(lines.field[1])};
        }
    table_lines_close(&lines);
    if (n)
        qsort(row, n, sizeof *row, by_from);
    map->from = ps_alloc(n + 1, sizeof *map->from);
    map->to = ps_alloc(n + 1, sizeof *map->to);
    for (map->n = 0; map->n < n; map->n++) {
        map->from[map->n] = row[map->n].from;
        map->to[map->n] = row[map->n].to;
    }
    free(row);
}

const char *table_map_find(const table_map *map, const char *from) {
    size_t low = 0, high = map->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(map->from[middle], from);
        if (order == 0)
            return map->to[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return "";
}

void table_map_free(table_map *map) {
    for (size_t i = 0; i < map->n; i++) {
        free(map->from[i]);
        free(map->to[i]);
    }
    free(map->from);
    free(map->to);
    memset(map, 0, sizeof *map);
}
