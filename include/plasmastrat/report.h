/* report.h - writers. Each formats a ps_result (see result.h) and computes nothing.
 *
 * Contig names in outputs follow `result->style`, falling back to the UCSC name.
 */
#ifndef PLASMASTRAT_REPORT_H
#define PLASMASTRAT_REPORT_H

#include <stdio.h>

#include "plasmastrat/result.h"
#include "plasmastrat/utf8.h"

int ps_write_json(const ps_result *result, FILE *out, ps_error *err); /* ID.json, schema plasmastrat/sample/2 */
int ps_write_html(const ps_result *result, FILE *out, ps_error *err); /* ID.html, self-contained */
/* The one-screen summary: as much of the result as 24 lines hold, the least important left out first. */
typedef struct ps_text_look {
    int colour;          /* 1: the terminal shows some */
    size_t columns;      /* of the terminal */
    const char *details; /* where all of it stands, for the last line but one; NULL: not said */
} ps_text_look;
int ps_write_text(const ps_result *result, const ps_text_look *look, FILE *out, ps_error *err);
/* ID.ras.vcf.gz at `path` (a temporary made by ps_outfile_reserve) and its tabix index at `index_path`. */
int ps_write_vcf(const ps_result *result, const char *path, const char *index_path, ps_error *err);

/* The evidence file beside an ID.json (the caller's to free), and the digest that it must have. */
int ps_json_evidence(const char *path, char **file, char digest[17], ps_error *err);

/* Contig name for output. */
const char *ps_output_contig(const ps_result *result, int contig);

/* Version of the htslib that runs, such as "1.16" (src/report/vcf.c, the only writer that knows htslib). */
const char *ps_htslib_version(void);

extern const char ps_json_schema[]; /* the JSON Schema that ships with the program */

#endif
