/* protocol.c - acceptance criteria of a laboratory, and whether they are met. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/map.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "plasmastrat/validate.h"

enum { MEASURE, RELATION, LIMIT, AT, MIN_N, NOTE, N_COLUMNS, N_REQUIRED = AT };
static const char *const columns[N_COLUMNS] = {"measure", "relation", "limit", "at", "min_n", "note"};
static const char *const at_names[PS_N_AT] = {"value", "low", "high"};
static const char *const relations[] = {">=", "<=", ">", "<", "="};
enum { N_RELATIONS = sizeof relations / sizeof *relations };

static int has(const ps_table *t, size_t row, int column) {
    const char *text = column < 0 ? "" : ps_table_cell(t, row, column);
    return *text && strcmp(text, ".") != 0;
}

/* "0.95" or "95%" */
static int read_limit(const ps_table *t, size_t row, int column, double *limit, ps_error *err) {
    char number[32] = "";
    const char *text = ps_table_cell(t, row, column);
    size_t n = strcspn(text, " %");
    int percent = strchr(text, '%') != NULL;
    if (n < sizeof number)
        memcpy(number, text, n);
    if (n >= sizeof number || strspn(text + n, " %") != strlen(text + n) ||
        ps_parse_double(number, -1e9, 1e9, limit) < 0)
        return ps_table_fail(t, row, column, err, "expected a number, as 0.95 or 95%%");
    *limit /= percent ? 100 : 1;
    return 0;
}

/* A validation of nothing has every measure there is. */
static int check_measure(const ps_validation *nothing, const ps_table *t, size_t row, int column, ps_error *err) {
    const char *name = ps_table_cell(t, row, column);
    if (ps_validation_find(nothing, name))
        return 0;
    const char **known = ps_alloc(nothing->n_measures, sizeof *known);
    for (size_t i = 0; i < nothing->n_measures; i++)
        known[i] = nothing->measure[i].name;
    const char *meant = ps_meant(name, known, nothing->n_measures);
    free(known);
    return ps_table_fail(t, row, column, err,
                         "no measure has this name%s%s%s; validation_measures.tsv of any validation lists them",
                         meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

static int read_criterion(const ps_table *t, size_t row, const int *column, const ps_validation *nothing,
                          ps_criterion *c, ps_error *err) {
    int at = PS_AT_VALUE, relation = 0;
    int64_t min_n = 1;
    if (check_measure(nothing, t, row, column[MEASURE], err) < 0 ||
        ps_table_enum(t, row, column[RELATION], relations, N_RELATIONS, &relation, err) < 0 ||
        read_limit(t, row, column[LIMIT], &c->limit, err) < 0)
        return -1;
    if (has(t, row, column[AT]) && ps_table_enum(t, row, column[AT], at_names, PS_N_AT, &at, err) < 0)
        return -1;
    if (has(t, row, column[MIN_N]) && ps_table_int(t, row, column[MIN_N], 0, 1000000, &min_n, err) < 0)
        return -1;
    c->measure = ps_strdup(ps_table_cell(t, row, column[MEASURE]));
    c->relation = ps_strdup(relations[relation]);
    c->note = has(t, row, column[NOTE]) ? ps_strdup(ps_table_cell(t, row, column[NOTE])) : NULL;
    c->at = (ps_criterion_at)at;
    c->min_n = (uint64_t)min_n;
    c->line = t->line[row];
    return 0;
}

static int refuse_other_columns(const ps_table *t, ps_error *err) {
    for (size_t i = 0; i < t->n_columns; i++) {
        int known = 0;
        for (int c = 0; c < N_COLUMNS; c++)
            known |= !strcmp(t->name[i], columns[c]);
        if (!known)
            return ps_fail(err, PS_ERR_USAGE, t->path, 0,
                           "column '%s' is none of a protocol: measure, relation, limit, at, min_n, note",
                           t->name[i]);
    }
    return 0;
}

static int read_rows(const ps_table *t, ps_protocol *p, ps_error *err) {
    int column[N_COLUMNS];
    if (ps_table_require(t, columns, N_REQUIRED, column, err) < 0 || refuse_other_columns(t, err) < 0)
        return -1;
    for (int c = N_REQUIRED; c < N_COLUMNS; c++)
        column[c] = ps_table_find(t, columns[c]);
    if (!t->n_rows)
        return ps_fail(err, PS_ERR_USAGE, t->path, 0, "has no criteria, expected at least one row");
    ps_validation nothing = {0};
    ps_validation_measure(&nothing);
    p->criterion = ps_alloc(t->n_rows, sizeof *p->criterion);
    int status = 0;
    while (p->n < t->n_rows && status == 0) {
        status = read_criterion(t, p->n, column, &nothing, &p->criterion[p->n], err);
        p->n += status == 0;
    }
    ps_validation_free(&nothing);
    return status;
}

int ps_protocol_read(const char *path, ps_protocol *p, ps_error *err) {
    enum { MOST_BYTES = 1 << 20 };
    ps_table t;
    char *bytes = NULL;
    size_t n = 0;
    *p = (ps_protocol){0};
    if (ps_file_read(path, MOST_BYTES, PS_ERR_USAGE, &bytes, &n, err) < 0)
        return -1;
    uint64_t hash = ps_hash(bytes, n);
    int status = ps_table_read_sheet(path, columns[MEASURE], &t, err);
    free(bytes);
    if (status < 0)
        return -1;
    p->path = ps_strdup(path);
    snprintf(p->checksum, sizeof p->checksum, "%016" PRIx64, hash);
    status = read_rows(&t, p, err);
    ps_table_free(&t);
    if (status < 0)
        ps_protocol_free(p);
    return status;
}

static int holds(double x, const char *relation, double limit) {
    return !strcmp(relation, ">=")   ? x >= limit
           : !strcmp(relation, "<=") ? x <= limit
           : !strcmp(relation, ">")  ? x > limit
           : !strcmp(relation, "<")  ? x < limit
                                     : x == limit;
}

void ps_protocol_judge(ps_validation *v) {
    ps_protocol *p = &v->protocol;
    p->failed = 0;
    for (size_t i = 0; i < p->n; i++) {
        ps_criterion *c = &p->criterion[i];
        c->found = ps_validation_find(v, c->measure);
        double x = !c->found             ? NAN
                   : c->at == PS_AT_LOW  ? c->found->low
                   : c->at == PS_AT_HIGH ? c->found->high
                                         : c->found->value;
        c->passed = c->found && isfinite(x) && c->found->n >= c->min_n && holds(x, c->relation, c->limit);
        p->failed += !c->passed;
    }
}
