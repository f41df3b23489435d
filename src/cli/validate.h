/* validate.h - the parts of `plasmastrat validate`. Private to src/cli. */
#ifndef PLASMASTRAT_CLI_VALIDATE_H
#define PLASMASTRAT_CLI_VALIDATE_H

#include <pthread.h>

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

/* Samples that in-silico dilution may mix. */
typedef struct validate_kept {
    pthread_mutex_t lock;
    struct kept_class *of_class;
    struct kept_sample *sample;
    size_t n_classes, classes_capacity, n, capacity;
} validate_kept;

void validate_kept_init(validate_kept *kept);
void validate_kept_free(validate_kept *kept);
/* Takes the result of row `at` over where it may be mixed (then *result is empty). From any thread, in any order. */
void validate_keep(validate_kept *kept, const ps_validation_row *row, size_t at, const ps_comparison *comparison,
                   size_t n, ps_result *result);
const ps_result *validate_kept_of(const validate_kept *kept, size_t row); /* NULL: is not kept */

/* May this comparison's variant be mixed into others; may others be mixed into this sample? */
int validate_is_mutated(const ps_validation_row *row, const ps_comparison *comparison, ps_change_kind kind);
int validate_is_wild(const ps_validation_row *row);

/* Adds in-silico dilutions: the first found variant of each kind, mixed into the first wild-type sample that it can
 * be mixed into. */
int validate_dilute(const cli_settings *s, const cli_knowledge *k, const validate_kept *kept, ps_validation *v,
                    ps_error *err);

#endif
