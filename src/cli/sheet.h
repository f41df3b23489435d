/* sheet.h - the sample sheet of `batch`: a table to jobs. */
#ifndef PLASMASTRAT_SHEET_H
#define PLASMASTRAT_SHEET_H

#include "plasmastrat/result.h"

typedef struct sheet {
    ps_job *job; /* strings are owned by `text` */
    long *line;  /* of each job, 1-based */
    size_t n;
    char **text;
    size_t n_text, text_capacity;
    const char *notice; /* columns that were ignored; "" if none */
} sheet;

/* Relative paths are relative to the sheet. `common` gives every job its shared options; columns of the sheet win. Of several
 * errors each is shown on stderr (MOST_ERRORS_SHOWN of them), and `err` tells their number. "-" is standard input. */
int sheet_read(const char *path, const ps_job *common, sheet *s, ps_error *err);
/* The notice, on stderr; nothing with `quiet`. */
void sheet_say_ignored(const sheet *s, const char *path, int quiet);
/* Looks whether every input file can be read, before the work, which may take days; files only, no URLs. Returns how many
 * cannot. `why` (one of each job) says what is wrong with a sample's first such file, NULL: nothing; `list` names the first
 * few as "FILE:LINE: sample: column: path: why". Both are the caller's to free. */
size_t sheet_check_inputs(const sheet *s, const char *path, char **why, char **list);
void sheet_free(sheet *s);

#endif
