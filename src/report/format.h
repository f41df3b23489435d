/* format.h - what the writers share: safe text, numbers for people, and the few picks that several of them show.
 *
 * User text (sample ids, paths, messages) may hold any byte. Each output has one function that makes it safe for that
 * output; no writer prints user text in another way.
 */
#ifndef PLASMASTRAT_REPORT_FORMAT_H
#define PLASMASTRAT_REPORT_FORMAT_H

#include <stddef.h>
#include <stdio.h>

#include "plasmastrat/report.h"
#include "plasmastrat/result.h"

/* Writes text as HTML character data, also safe inside a quoted attribute. NULL prints nothing. */
void ps_put_html(FILE *out, const char *text);

#define PS_NUMBER_SIZE 40
/* Fixed decimals, `missing` for NaN; returns `out`. Never prints "-0.00". */
const char *ps_number(char out[PS_NUMBER_SIZE], double x, int decimals, const char *missing);
/* A fraction as a percentage for people: 0.132 -> "13 %", 0.0168 -> "1.7 %". */
const char *ps_percent(char out[PS_NUMBER_SIZE], double x, const char *missing);
/* A count with -1 for unknown. */
const char *ps_count(char out[PS_NUMBER_SIZE], long long n, const char *missing);
/* A buffer that lives as long as the enclosing block, for the functions above. */
#define PS_NUMBER_BUFFER ((char[PS_NUMBER_SIZE]){0})

/* Cuts, never past `size`, at a whole character. Returns bytes written. */
size_t ps_append(char *out, size_t size, size_t used, const char *text);

/* The sample's label. A chosen model that is for another specimen says nothing about this sample: not-assessable. */
ps_label_state ps_chosen_label(const ps_result *result);
int ps_is_definite(ps_label_state label);
const char *ps_leaning_name(ps_label_state leaning);  /* "none" unless it leans */
const char *ps_model_specimen(const ps_model *model); /* what the model is for: "any", "lesion", "marrow" */
const char *ps_if_it_were(const ps_model *model);     /* "if this were a lesion", "if this were marrow" */
const char *ps_basis_sentence(ps_basis basis);
/* "8 of 100 ordinary marrow myelomas get this label; not validated on patients". Returns 0 where there is no verdict.
 */
int ps_rate_words(const ps_result *result, char *out, size_t size);
/* "8 plasmacytoma-like, 48 intramedullary, 44 indeterminate of 100". */
void ps_rates_text(const ps_rates *rates, char *out, size_t size);
/* "primary-solitary (published): intramedullary, if this were a lesion". Returns 0 where no model contradicts. */
int ps_contradiction_words(const ps_result *result, char *out, size_t size);
const char *ps_filter_name_of(const ps_ras_variant *variant);

/* Which genes make the RAS state: those with a codon that must be shown wild type (KRAS, NRAS). */
int ps_gene_in_state(const ps_panel *panel, int gene);
int ps_is_stop(const ps_panel *panel, int codon);
/* What was seen at a panel codon; "nothing" when the call has no row for it. */
ps_ras_codon ps_codon_seen(const ps_result *result, int codon);
/* The required codon with the highest lod95 (one nobody saw counts as highest), or -1. */
int ps_worst_codon(const ps_result *result);
int ps_n_qc(const ps_result *result, ps_qc_state state);

/* Are there numbers at all? A zeroed call holds zeros that nobody measured; those are printed as absent. */
int ps_expression_counted(const ps_expression_call *call);
int ps_copies_counted(const ps_copynumber_call *call);
int ps_junction_counted(const ps_junction_call *call);

/* 0, or -1 with an error when anything written to `out` so far failed. */
int ps_finish(FILE *out, const char *what, ps_error *err);

extern const char ps_report_html[]; /* report.html with {{placeholders}} */

#endif
