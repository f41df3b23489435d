/* validate_sheet.c - the sheet of a validation: a batch's columns, and what is known of each sample. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "validate.h"

enum { EVIDENCE, CELL_LINE, REPLICATE_OF, DILUTION_OF, FRACTION, RUN, EXPECTED, N_EXTRA = EXPECTED + PS_N_EXPECTED };
static const char *const own_columns[EXPECTED] = {"evidence",    "cell_line", "replicate_of",
                                                  "dilution_of", "fraction",  "run"};

typedef struct relation {
    const char *replicate_of, *dilution_of; /* sample ids; NULL: none */
    int done;                               /* 1: it has what it inherits */
} relation;

typedef struct named { /* a row by its id */
    const char *id;
    size_t row;
} named;

typedef struct reading {
    const cli_settings *settings;
    const cli_knowledge *knowledge;
    validate_sheet *rows;
    ps_validation *v;
    relation *relation;
    named *by_id; /* sorted */
} reading;

/* ---- one row --------------------------------------------------------------------------------------------------- */

static int refuse_line(const ps_panel *panel, const char *name, const ps_table *t, size_t row, int column,
                       ps_error *err) {
    const char **known = ps_alloc((size_t)panel->n_cell_lines, sizeof *known);
    for (int i = 0; i < panel->n_cell_lines; i++)
        known[i] = panel->cell_lines[i].name;
    const char *meant = ps_meant(name, known, (size_t)panel->n_cell_lines);
    free(known);
    if (column >= 0)
        return ps_table_fail(t, row, column, err, "no cell line of panel %s (cell_lines.tsv)%s%s%s", panel->name,
                             meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--cell-line: '%s' is no cell line of panel %s (cell_lines.tsv)%s%s%s",
                   name, panel->name, meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

/* What the panel knows of a line stands where the sheet says nothing. */
static int use_line(const reading *r, const char **cell, ps_validation_row *out, const ps_table *t, size_t row,
                    int column, ps_error *err) {
    const ps_panel *panel = &r->knowledge->panel[0];
    const char *name = cell[CELL_LINE] ? cell[CELL_LINE] : r->settings->cell_line;
    if (!name)
        return 0;
    int line = ps_panel_cell_line(panel, name);
    if (line < 0)
        return refuse_line(panel, name, t, row, cell[CELL_LINE] ? column : -1, err);
    out->cell_line = panel->cell_lines[line].name;
    if (!cell[EXPECTED + PS_EXPECT_RAS])
        cell[EXPECTED + PS_EXPECT_RAS] = panel->cell_lines[line].ras;
    if (!cell[EXPECTED + PS_EXPECT_IGH_CCND1])
        cell[EXPECTED + PS_EXPECT_IGH_CCND1] = panel->cell_lines[line].igh_ccnd1;
    return 0;
}

static int read_expected(const reading *r, const char *const *cell, ps_validation_row *out, const ps_table *t,
                         size_t row, const int *column, ps_error *err) {
    char why[400];
    for (int k = 0; k < PS_N_EXPECTED; k++)
        if (ps_expect(&r->knowledge->panel[0], (ps_expect_column)k, cell[EXPECTED + k], t->separator != ',',
                      &out->expect, why, sizeof why) < 0) {
            if (column[EXPECTED + k] >= 0)
                return ps_table_fail(t, row, column[EXPECTED + k], err, "%s", why);
            return ps_fail(err, PS_ERR_USAGE, t->path, t->line[row], "%s '%s' of cell line %s: %s",
                           ps_expect_columns[k], cell[EXPECTED + k], out->cell_line, why);
        }
    return 0;
}

static int read_row(void *context, const ps_table *t, size_t row, const int *column, const char *const *given,
                    ps_error *err) {
    reading *r = context;
    ps_validation *v = r->v;
    if (row == 0) {
        v->row = ps_alloc(t->n_rows, sizeof *v->row);
        r->relation = ps_alloc(t->n_rows, sizeof *r->relation);
        r->rows->evidence = ps_alloc(t->n_rows, sizeof *r->rows->evidence);
    }
    const char *cell[N_EXTRA];
    memcpy(cell, given, sizeof cell);
    ps_validation_row *out = &v->row[v->n++];
    *out = (ps_validation_row){
        .line = t->line[row], .run = cell[RUN], .replicate_of = PS_NO_ROW, .dilution_of = PS_NO_ROW, .fraction = NAN};
    ps_expectation_init(&out->expect);
    r->rows->evidence[row] = cell[EVIDENCE];
    r->relation[row] = (relation){cell[REPLICATE_OF], cell[DILUTION_OF], 0};
    if (use_line(r, cell, out, t, row, column[CELL_LINE], err) < 0 ||
        read_expected(r, cell, out, t, row, column, err) < 0)
        return -1;
    return sheet_share(t, row, column[FRACTION], cell[FRACTION], &out->fraction, err);
}

/* ---- rows of rows ---------------------------------------------------------------------------------------------- */

/* A column of expectations that is not read would be missed by nobody. */
static int refuse_unknown(const ps_table *t, ps_error *err) {
    for (size_t i = 0; i < t->n_columns; i++) {
        int known = strncasecmp(t->name[i], "expect", 6) != 0;
        for (int k = 0; k < PS_N_EXPECTED && !known; k++)
            known = !strcasecmp(t->name[i], ps_expect_columns[k]);
        if (!known)
            return ps_fail(err, PS_ERR_USAGE, t->path, 0,
                           "column '%s' is no expectation that is read: expect_ras, expect_vaf, expect_ccnd1, "
                           "expect_igh_ccnd1, expect_copies or expect_label; rename or remove it",
                           t->name[i]);
    }
    return 0;
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const named *)a)->id, ((const named *)b)->id);
}

static void sort_ids(reading *r, const sheet *s) {
    r->by_id = ps_alloc(s->n, sizeof *r->by_id);
    for (size_t i = 0; i < s->n; i++)
        r->by_id[i] = (named){s->job[i].sample_id, i};
    qsort(r->by_id, s->n, sizeof *r->by_id, by_id);
}

static size_t find_sample(const reading *r, const sheet *s, const char *id) {
    const named *found = bsearch(&(named){id, 0}, r->by_id, s->n, sizeof *r->by_id, by_id);
    return found ? found->row : PS_NO_ROW;
}

static int relate(const reading *r, const sheet *s, size_t row, const ps_table *t, int column, const char *id,
                  const char *what, size_t *other, ps_error *err) {
    if (!id)
        return 0;
    *other = find_sample(r, s, id);
    if (*other == PS_NO_ROW)
        return ps_table_fail(t, row, column, err, "no sample of the sheet has this id, expected the %s", what);
    return *other == row ? ps_table_fail(t, row, column, err, "is the sample itself, expected the %s", what) : 0;
}

static int check_row(void *context, const sheet *s, size_t row, const ps_table *t, const int *column, ps_error *err) {
    reading *r = context;
    ps_validation_row *out = &r->v->row[row];
    out->sample_id = s->job[row].sample_id;
    out->source = r->rows->evidence[row];
    for (int role = 0; role < PS_N_INPUTS && !out->source; role++)
        out->source = s->job[row].path[role];
    if (row == 0) {
        sort_ids(r, s);
        if (refuse_unknown(t, err) < 0)
            return -1;
    }
    for (int role = 0; role < PS_N_INPUTS && r->rows->evidence[row]; role++)
        if (s->job[row].path[role])
            return ps_table_fail(t, row, column[EVIDENCE], err, "is given beside %s, expected one or the other",
                                 ps_input_names[role]);
    if (relate(r, s, row, t, column[REPLICATE_OF], r->relation[row].replicate_of, "first of the replicates",
               &out->replicate_of, err) < 0 ||
        relate(r, s, row, t, column[DILUTION_OF], r->relation[row].dilution_of, "undiluted sample", &out->dilution_of,
               err) < 0)
        return -1;
    if (out->dilution_of != PS_NO_ROW && isnan(out->fraction))
        return ps_fail(err, PS_ERR_USAGE, t->path, t->line[row],
                       "sample %s is a dilution of %s, expected its share in column fraction (as 0.05 or 5%%)",
                       out->sample_id, r->relation[row].dilution_of);
    if (out->dilution_of == PS_NO_ROW && isfinite(out->fraction))
        return ps_fail(err, PS_ERR_USAGE, t->path, t->line[row],
                       "sample %s has a fraction, expected the undiluted sample in column dilution_of",
                       out->sample_id);
    return 0;
}

static int refuse_circles(const reading *r, size_t row, ps_error *err) {
    const ps_validation *v = r->v;
    size_t at = row, parent = v->row[row].dilution_of;
    for (size_t steps = 0; v->row[at].replicate_of != PS_NO_ROW; steps++) {
        at = v->row[at].replicate_of;
        if (steps > v->n)
            return ps_fail(err, PS_ERR_USAGE, r->settings->rest[0], v->row[row].line,
                           "sample %s is a replicate of itself, by way of %s", v->row[row].sample_id,
                           v->row[at].sample_id);
    }
    if (parent != PS_NO_ROW && v->row[parent].dilution_of != PS_NO_ROW)
        return ps_fail(err, PS_ERR_USAGE, r->settings->rest[0], v->row[row].line,
                       "sample %s is a dilution of %s, which is one itself: expected the undiluted sample",
                       v->row[row].sample_id, v->row[parent].sample_id);
    return 0;
}

static void copy_ras(const ps_expectation *from, int vafs, ps_expectation *to) {
    if (to->ras || to->n_variants || to->n_open)
        return;
    to->ras = from->ras;
    to->all_open = from->all_open;
    to->n_open = from->n_open;
    memcpy(to->open, from->open, sizeof to->open);
    to->n_variants = from->n_variants;
    to->variant = ps_alloc(from->n_variants, sizeof *to->variant);
    for (size_t i = 0; i < from->n_variants; i++) {
        to->variant[i] = from->variant[i];
        to->variant[i].vaf = vafs ? from->variant[i].vaf : NAN;
    }
}

/* A replicate is expected to be what its first is; a dilution to have its parent's mutations and junction. */
static void inherit(reading *r, size_t row) {
    ps_validation_row *to = &r->v->row[row];
    if (r->relation[row].done++)
        return;
    if (to->replicate_of != PS_NO_ROW) {
        inherit(r, to->replicate_of);
        const ps_validation_row *from = &r->v->row[to->replicate_of];
        copy_ras(&from->expect, 1, &to->expect);
        to->expect.junction = to->expect.junction ? to->expect.junction : from->expect.junction;
        to->expect.ccnd1 = to->expect.ccnd1 ? to->expect.ccnd1 : from->expect.ccnd1;
        to->expect.label = to->expect.label ? to->expect.label : from->expect.label;
        to->expect.copies = isfinite(to->expect.copies) ? to->expect.copies : from->expect.copies;
        if (to->dilution_of == PS_NO_ROW) {
            to->dilution_of = from->dilution_of;
            to->fraction = from->fraction;
        }
    }
    if (to->dilution_of != PS_NO_ROW) {
        inherit(r, to->dilution_of);
        const ps_validation_row *from = &r->v->row[to->dilution_of];
        copy_ras(&from->expect, 0, &to->expect);
        to->expect.junction = to->expect.junction ? to->expect.junction : from->expect.junction;
    }
}

int validate_sheet_read(const cli_settings *s, const cli_knowledge *k, validate_sheet *rows, ps_validation *v,
                        ps_error *err) {
    const char *name[N_EXTRA];
    for (int i = 0; i < N_EXTRA; i++)
        name[i] = i < EXPECTED ? own_columns[i] : ps_expect_columns[i - EXPECTED];
    reading r = {.settings = s, .knowledge = k, .rows = rows, .v = v};
    const sheet_extra extra = {name, N_EXTRA, EVIDENCE, read_row, check_row, &r};
    const char *path = s->rest[0];
    int status = sheet_read_with(path, &s->job, &extra, &rows->sheet, err);
    for (size_t row = 0; row < v->n && status == 0; row++)
        status = refuse_circles(&r, row, err);
    int any = 0;
    for (size_t row = 0; row < v->n && status == 0; row++) {
        inherit(&r, row);
        any |= ps_expects_anything(&v->row[row].expect) || v->row[row].replicate_of != PS_NO_ROW;
    }
    if (status == 0 && !any)
        status = ps_fail(err, PS_ERR_USAGE, path, 0,
                         "nothing is expected of any sample: fill expect_ras, expect_igh_ccnd1, expect_ccnd1, "
                         "expect_copies, expect_label, cell_line or replicate_of");
    free(r.relation);
    free(r.by_id);
    return status;
}

void validate_sheet_free(validate_sheet *rows) {
    sheet_free(&rows->sheet);
    free(rows->evidence);
    *rows = (validate_sheet){0};
}
