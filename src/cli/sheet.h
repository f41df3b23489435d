/* sheet.h - the sample sheet of `batch`: a table to jobs. */
#ifndef PLASMASTRAT_SHEET_H
#define PLASMASTRAT_SHEET_H

#include "plasmastrat/result.h"

typedef struct sheet {
    ps_job *job; /* strings are owned by `text` */
    size_t n;
    char **text;
    size_t n_text, text_capacity;
    char notice[400]; /* columns that were ignored; "" if none */
} sheet;

/* Relative paths are relative to the sheet. `common` gives every job its shared options; columns of the sheet win. */
int sheet_read(const char *path, const ps_job *common, sheet *s, ps_error *err);
void sheet_free(sheet *s);

#endif
