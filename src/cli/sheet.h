/* sheet.h - the sample sheet of `batch`: a table to jobs. */
#ifndef PLASMASTRAT_SHEET_H
#define PLASMASTRAT_SHEET_H

#include "plasmastrat/result.h"
#include "plasmastrat/table.h"

typedef struct sheet {
    ps_job *job; /* strings are owned by `text` */
    long *line;  /* of each job, 1-based */
    size_t n;
    char **text;
    size_t n_text, text_capacity;
    const char *notice; /* columns that were ignored; "" if none */
} sheet;

/* Relative paths are relative to the sheet. `common` gives every job its shared options; columns of the sheet win. Of
 * several errors each is shown on stderr (MOST_ERRORS_SHOWN of them), and `err` tells their number. "-" is standard
 * input. */
int sheet_read(const char *path, const ps_job *common, sheet *s, ps_error *err);
/* The same where a row may have a normal and nothing else: of a reference's cohort. */
int sheet_read_normals(const char *path, const ps_job *common, sheet *s, ps_error *err);

/* Columns of another command besides a batch's. */
typedef struct sheet_extra {
    const char *const *name;
    size_t n;
    size_t input; /* the one that is an input too: a row may have it instead of the others; relative to the sheet */
    /* One row's cells (NULL: none); `column` is where each stands in the table. Called for every row. */
    int (*read)(void *context, const ps_table *t, size_t row, const int *column, const char *const *cell,
                ps_error *err);
    /* The same row when all are read, and none was wrong. */
    int (*check)(void *context, const sheet *s, size_t row, const ps_table *t, const int *column, ps_error *err);
    void *context;
} sheet_extra;
int sheet_read_with(const char *path, const ps_job *common, const sheet_extra *extra, sheet *s, ps_error *err);
/* "0.8", "0,8" where commas do not end cells, "80%"; above 0, at most 1. `given` NULL: *value stays. */
int sheet_share(const ps_table *t, size_t row, int column, const char *given, double *value, ps_error *err);
/* The notice, on stderr; nothing with `quiet`. */
void sheet_say_ignored(const sheet *s, const char *path, int quiet);
/* Looks whether every input file can be read, before the work, which may take days; files only, no URLs. Returns how
 * many cannot. `why` (one of each job) says what is wrong with a sample's first such file, NULL: nothing; `list`
 * names the first few as "FILE:LINE: sample: column: path: why". Both are the caller's to free. */
size_t sheet_check_inputs(const sheet *s, const char *path, char **why, char **list);
void sheet_free(sheet *s);

#endif
