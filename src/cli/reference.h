/* reference.h - what the kinds of `plasmastrat reference` share: a sheet's samples as evidence on one panel. */
#ifndef PLASMASTRAT_CLI_REFERENCE_H
#define PLASMASTRAT_CLI_REFERENCE_H

#include <stdio.h>

#include "cli.h"
#include "sheet.h"

typedef struct reference_cohort {
    sheet sheet;
    cli_knowledge knowledge;
    const ps_panel *panel; /* shared by every sample */
    ps_result *sample;     /* of each row of the sheet, in its order: evidence, no calls */
} reference_cohort;

/* Reads one input of every sample of the sheet `s->rest[1]` (for RNA also gene counts, in all rows or in none); other
 * inputs are ignored. All or nothing: samples that cannot be read are errors, each told with its sample, and so is
 * one on another build than the first. Fewer than `minimum` samples with this input are refused before anything is
 * read. */
int reference_collect(const cli_settings *s, ps_input_role role, size_t minimum, reference_cohort *cohort,
                      ps_error *err);
/* The same reads twice would pass for two samples that agree: equal counts in every gene (RNA) or bin are an error.
 */
int reference_refuse_twice(const reference_cohort *cohort, ps_input_role role, ps_error *err);
/* Where a sheet has a column for normals, the normals are there and column dna holds tumours. */
int reference_normal_role(const cli_settings *s, ps_input_role *role, ps_error *err);
void reference_free(reference_cohort *cohort); /* safe on a zeroed one */

/* The kinds: sheet in, one file out. */
int reference_expression(const cli_settings *s, FILE *out, ps_error *err);
int reference_copynumber(const cli_settings *s, FILE *out, ps_error *err);
int reference_errors(const cli_settings *s, FILE *out, ps_error *err);
int reference_model(const cli_settings *s, FILE *out, ps_error *err);

#endif
