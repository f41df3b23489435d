/* validate.h - the parts of `plasmastrat validate`. Private to src/cli. */
#ifndef PLASMASTRAT_CLI_VALIDATE_H
#define PLASMASTRAT_CLI_VALIDATE_H

#include "cli.h"
#include "plasmastrat/validate.h"
#include "sheet.h"

typedef struct validate_sheet {
    sheet sheet;
    const char **evidence; /* of each row: an evidence file or an ID.json, or NULL */
} validate_sheet;

/* The rows of a sheet with what is expected of them. Their texts belong to the sheet. */
int validate_sheet_read(const cli_settings *s, const cli_knowledge *k, validate_sheet *rows, ps_validation *v,
                        ps_error *err);
void validate_sheet_free(validate_sheet *rows);

/* One row from its files to its calls. */
int validate_call(const cli_settings *s, const cli_knowledge *k, const validate_sheet *rows, size_t row,
                  ps_result *result, ps_error *err);

/* Adds in-silico dilutions: the first found variant of each kind, mixed into the first wild-type sample that it can be mixed into. */
int validate_dilute(const cli_settings *s, const cli_knowledge *k, const validate_sheet *rows, ps_validation *v,
                    ps_error *err);

#endif
