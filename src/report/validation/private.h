/* private.h - what the writers of a validation share. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_VALIDATION_PRIVATE_H
#define PLASMASTRAT_REPORT_VALIDATION_PRIVATE_H

#include "plasmastrat/validation.h"

extern const char ps_validation_html[]; /* validation.html with {{placeholders}} */

/* "KRAS G12D of NCI-H929", "all", "substitution": what a limit is of. */
void validation_limit_name(const ps_validation *v, const ps_limit *limit, char *out, size_t size);

/* Drawings. */
void validation_figure_interval(FILE *out, double value, double low, double high); /* a table cell's, 0 to 1 */
void validation_figure_scatter(FILE *out, const ps_validation *v);                 /* expected and found VAF */
void validation_figure_differences(FILE *out, const ps_validation *v);             /* Bland and Altman's */
void validation_figure_probit(FILE *out, const ps_validation *v, ps_limit_source source);
void validation_figure_calibration(FILE *out, const ps_validation *v);

#endif
