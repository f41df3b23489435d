#include "checked_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"

enum { LONGEST_LINE = 1024 };

checked_writer checked_begin(const checked_kind *kind, const char *program, FILE *out) {
    checked_writer w = {out, PS_FNV_START};
    checked_put(&w, "##format=%s\n##program=%s\n", kind->format, program);
    return w;
}

void checked_put(checked_writer *w, const char *format, ...) {
    char line[LONGEST_LINE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    w->hash = ps_fnv1a(w->hash, line, strlen(line));
    fputs(line, w->out);
}

void checked_columns(checked_writer *w, const checked_kind *kind) {
    for (int c = 0; c < kind->n_columns; c++)
        checked_put(w, "%s%s", c ? "\t" : "#", kind->columns[c]);
    checked_put(w, "\n");
}

void checked_end_row(checked_writer *w, char checksum[17]) {
    snprintf(checksum, 17, "%016" PRIx64, w->hash);
    fprintf(w->out, "\t%s\n", checksum);
}

int checked_fail(const checked_reader *r, ps_error *err, const char *what) {
    return ps_fail(err, PS_ERR_USAGE, r->path, r->line, "%s", what);
}

int checked_keep(const checked_reader *r, char **slot, const char *value, ps_error *err) {
    if (*slot)
        return checked_fail(r, err, "is listed a second time");
    if (!*value)
        return checked_fail(r, err, "no value after '=', expected one");
    *slot = ps_strdup(value);
    return 0;
}

int checked_count(const checked_reader *r, const char *value, int64_t *n, ps_error *err) {
    return ps_parse_int(value, 0, 1000000, n) < 0 ? checked_fail(r, err, "expected a whole number after '='") : 0;
}

static int read_key(checked_reader *r, char *line, int *has_format, ps_error *err) {
    char *value = strchr(line, '=');
    int found = 0;
    if (!value)
        return checked_fail(r, err, "expected ##key=value");
    *value++ = '\0';
    if (!strcmp(line, "format")) {
        *has_format = !strcmp(value, r->kind->format);
        return *has_format ? 0
                           : ps_fail(err, PS_ERR_USAGE, r->path, r->line, "format '%.80s', expected %s", value,
                                     r->kind->format);
    }
    if (!strcmp(line, "program"))
        return 0;
    if (r->key(r, line, value, &found, err) < 0)
        return -1;
    return found ? 0 : ps_fail(err, PS_ERR_USAGE, r->path, r->line, "unknown key '%.40s' of %s", line, r->kind->noun);
}

int checked_read_head(checked_reader *r, ps_error *err) {
    FILE *in = fopen(r->path, "r");
    char line[LONGEST_LINE];
    int status = 0, has_format = 0;
    if (!in)
        return ps_fail(err, PS_ERR_USAGE, r->path, 0, "the file of %s cannot be read: %s", r->kind->noun,
                       strerror(errno));
    r->hash = PS_FNV_START;
    while (status == 0 && fgets(line, sizeof line, in)) {
        r->line++;
        r->hash = ps_fnv1a(r->hash, line, strlen(line));
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, "##", 2) != 0)
            break; /* the header line */
        status = read_key(r, line + 2, &has_format, err);
    }
    fclose(in);
    if (status == 0 && !has_format)
        return ps_fail(err, PS_ERR_USAGE, r->path, 1, "is no %s: expected ##format=%s (made by plasmastrat %s)",
                       r->kind->noun + strcspn(r->kind->noun, " ") + 1, r->kind->format, r->kind->command);
    return status;
}

int checked_row(checked_reader *r, const ps_table *t, size_t row, const int *column, char checksum[17],
                ps_error *err) {
    int check = r->kind->n_columns - 1;
    char hex[17];
    for (int c = 0; c < check; c++) {
        const char *cell = ps_table_cell(t, row, column[c]);
        r->hash = c ? ps_fnv1a(r->hash, "\t", 1) : r->hash;
        r->hash = ps_fnv1a(r->hash, cell, strlen(cell));
    }
    snprintf(hex, sizeof hex, "%016" PRIx64, r->hash);
    if (strcmp(hex, ps_table_cell(t, row, column[check])) != 0)
        return ps_fail(err, PS_ERR_USAGE, r->path, t->line[row],
                       "checksum does not fit: this line or one above it was changed, removed or moved; make the "
                       "file again with plasmastrat %s",
                       r->kind->command);
    memcpy(checksum, hex, sizeof hex);
    return 0;
}
