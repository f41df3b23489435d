/* sheet.h - the sample sheet of `batch`: a table to jobs. */
#ifndef PLASMASTRAT_SHEET_H
#define PLASMASTRAT_SHEET_H

#include "plasmastrat/result.h"

typedef struct sheet {
    ps_job *job; /* strings are owned by `text` */
    size_t n;
    char **text;
    size_t n_text, text_capacity;
    const char *notice; /* columns that were ignored, with what they may have been meant to be; "" if none */
    int misspelt;       /* how many of them look like typing errors */
} sheet;

/* Relative paths are relative to the sheet. `common` gives every job its shared options; columns of the sheet win. */
int sheet_read(const char *path, const ps_job *common, sheet *s, ps_error *err);
/* The notice, on stderr. With `quiet` only when a column looks misspelt: a matched normal that is lost so changes the answers
 * and stands in no result. */
void sheet_say_ignored(const sheet *s, const char *path, int quiet);
void sheet_free(sheet *s);

#endif
