/* validation.h - writers of a validation (validate.h). Each formats and computes nothing. */
#ifndef PLASMASTRAT_VALIDATION_H
#define PLASMASTRAT_VALIDATION_H

#include <stdio.h>

#include "plasmastrat/validate.h"

#define PS_VALIDATION_SCHEMA "plasmastrat/validation/1"

int ps_write_validation_html(const ps_validation *v, FILE *out, ps_error *err);     /* self-contained; prints on A4 */
int ps_write_validation_tsv(const ps_validation *v, FILE *out, ps_error *err);      /* a row for every comparison */
int ps_write_validation_measures(const ps_validation *v, FILE *out, ps_error *err); /* a row for every measure */
int ps_write_validation_json(const ps_validation *v, FILE *out, ps_error *err);

extern const char ps_validation_schema[]; /* the JSON Schema of validation.json */

#endif
