/* cohort.h - many samples at once: who is whom, and the writers of the cohort's files.
 *
 * Writers format rows (row.h) and compute nothing but tallies; the same rows give the same bytes.
 */
#ifndef PLASMASTRAT_COHORT_H
#define PLASMASTRAT_COHORT_H

#include <stddef.h>
#include <stdio.h>

#include "plasmastrat/row.h"

/* Compares the persons of all rows, pair by pair, and notes those that are the same. Rows whose snp_set is that of
 * none of the panels are left out. Call once, before the writers, and leave the rows where they are. Fails when
 * interrupted. */
int ps_cohort_compare(const ps_panel *panels, int n_panels, ps_row *rows, size_t n, int n_threads, ps_error *err);

/* The samples of the person of row `own`: it and those that ps_cohort_compare found to be the same go to `member` (n
 * places), in the order of the rows. `listed` (n, zero at first) marks rows that were named. Returns how many; 0: a
 * person of one sample, or listed before. (A swapped sample is two persons': it stands with both.) */
size_t ps_cohort_person(const ps_row *rows, size_t n, size_t own, char *listed, size_t *member);

/* Marks each call under ras_carry_over_vaf whose change another row of the same run (by lanes; where names do not
 * tell, of the same rows) has at ras_carry_over_fold its VAF. Such a call does not decide alone: a row whose RAS
 * rests on it is not assessable any more, and no label is left that rests on that. Call once, before the writers, and
 * leave the rows where they are. */
void ps_cohort_carry_over(const ps_limits *limits, ps_row *rows, size_t n);
/* "KRAS p.Gly12Asp at VAF 0.008 may be carry-over from S2 (VAF 0.45, ...)", owned by the caller; NULL: it is not
 * marked. */
char *ps_cohort_carry_over_words(const ps_row *row, size_t variant);

/* cohort.tsv: a header, then the rows in the order given. */
int ps_write_cohort_tsv(const ps_row *rows, size_t n, FILE *out, ps_error *err);
/* cohort.html: self-contained; the table shows failed samples first, otherwise in the order given. */
int ps_write_cohort_html(const ps_row *rows, size_t n, FILE *out, ps_error *err);
/* plasmastrat_mqc.json: MultiQC custom content, a table with every sample's name inside. */
int ps_write_multiqc(const ps_row *rows, size_t n, FILE *out, ps_error *err);
/* cohort.maf: every called variant in the columns of GDC's MAF (the first 34, HGVS, transcript and counts). */
int ps_write_maf(const ps_row *rows, size_t n, FILE *out, ps_error *err);
/* cbioportal_samples.txt: cBioPortal's clinical sample file; the patient is the sample. */
int ps_write_cbioportal(const ps_row *rows, size_t n, FILE *out, ps_error *err);

#endif
