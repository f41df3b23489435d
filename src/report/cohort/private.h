/* private.h - what the cohort's three writers share. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_COHORT_PRIVATE_H
#define PLASMASTRAT_REPORT_COHORT_PRIVATE_H

#include "plasmastrat/cohort.h"

extern const char ps_cohort_html[]; /* cohort.html with {{placeholders}} */

const char *ps_cohort_status(const ps_row *row); /* "ok" or "failed" */
int ps_cohort_n_checks(const ps_row *row, ps_qc_state state);
/* Highest VAF of the variants that make RAS mutated; NaN when there is none or none has a VAF. */
double ps_cohort_ras_vaf(const ps_row *row);
/* Six significant digits, never "-0". */
void ps_cohort_put_real(FILE *out, double x, const char *missing);
/* GENE:p.Change:VAF joined by ','; plain text, not escaped for HTML. */
void ps_cohort_put_variants(FILE *out, const ps_row *row, int mutates, const char *missing);

/* A row of each model that answered, with its rates where any has them; room for n. Returns how many. */
size_t ps_cohort_models(const ps_row *rows, size_t n, const ps_row **model);
/* How often this row's model gives each label in the ordinary disease, and here; "" without rates. Plain text, to
 * free. */
char *ps_cohort_rates(const ps_row *rows, size_t n, const ps_row *model);

/* The cohort as the page shows it: failed samples first, otherwise in the order given. */
typedef struct ps_cohort_view {
    const ps_row *rows;
    size_t n, n_failed;
    size_t *order; /* n row numbers */
} ps_cohort_view;

/* What a sample counts as on the page: its label, or failed. */
typedef enum { PS_GROUP_FAILED = PS_N_LABELS, PS_N_GROUPS } ps_cohort_group;
int ps_cohort_group_of(const ps_row *row); /* a ps_label_state or PS_GROUP_FAILED */
const char *ps_cohort_group_name(int group);
const char *ps_cohort_group_kind(int group); /* its colour class */
extern const int ps_cohort_groups[5];        /* in the order shown */

/* cohort_identity.c */
void ps_cohort_persons(FILE *out, const ps_cohort_view *view); /* a sentence, where samples share a person */
/* Samples that are this one's person, joined by ','; plain text. */
void ps_cohort_put_matches(FILE *out, const ps_row *row, const char *missing);

/* carry_over.c */
void ps_cohort_carried(FILE *out, const ps_cohort_view *view); /* a sentence, where there is any */
void ps_cohort_put_carry_over(FILE *out, const ps_row *row, const char *missing);

/* cohort_figures.c */
void ps_cohort_tallies(FILE *out, const ps_cohort_view *view);
void ps_cohort_quadrants(FILE *out, const ps_cohort_view *view);
void ps_cohort_crosstab(FILE *out, const ps_cohort_view *view);
void ps_cohort_strip(FILE *out, const ps_cohort_view *view);

/* "./" and the row's page as a URL path, every byte that is not plain percent-encoded: it stays a relative link
 * whatever the name ("javascript:x", "//host/x", "../x"). Nothing for a row without a page. */
void ps_cohort_put_link(FILE *out, const ps_row *row);

#endif
