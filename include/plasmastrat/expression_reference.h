/* expression_reference.h - what CCND1 expression looks like over a laboratory's own samples, as a file.
 *
 * The file is one plain table. Lines of "##key<TAB>values" come first: format, program, panel, build, a checksum of
 * the panel's genes, the fit (centre of each reference gene, median, MAD, mixture, cut-offs). Then a header line and
 * a row for every sample of the sheet with its fragments per gene, so that the fit can be made again and audited. The
 * last line, "##end<TAB>checksum", covers every byte before it: a file that was cut short or changed by hand is
 * refused.
 *
 * All log2 values are of fragments per kb over those of the median reference gene (the unit of ps_expression_call);
 * those of CCND1 are per plasma cell (less log2 of the sample's plasma share).
 * The fit itself is made in src/callers/ccnd1/expression_fit.c.
 */
#ifndef PLASMASTRAT_EXPRESSION_REFERENCE_H
#define PLASMASTRAT_EXPRESSION_REFERENCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

enum { PS_MAX_COMPONENTS = 3, PS_N_CYCLINS = 3 };
/* What a fit needs: the method's own minima. Ten samples make the 95 % interval of a median end inside the sample
 * with one to spare; a mixture needs some samples of each component, and twice as many in all before BIC can be
 * trusted. No limits of a panel: a sheet is counted before its panel is known. */
enum { PS_REFERENCE_MIN_SAMPLES = 10, PS_MIXTURE_MIN_SAMPLES = 20 };
extern const char *const ps_cyclin_names[PS_N_CYCLINS]; /* "CCND1", "CCND2", "CCND3" */

typedef struct ps_component { /* a normal distribution of log2 CCND1 */
    double weight, mean, sd;
    ps_level level;
} ps_component;

typedef struct ps_reference_sample {
    char *id;
    int used;                  /* 1: the fit rests on it */
    char *reason;              /* why it is not used; "" if it is */
    double log2[PS_N_CYCLINS]; /* NaN where it could not be measured */
    double late_share;         /* reads in the last third of the transcripts; NaN unknown */
    uint64_t *fragments;       /* of each gene, in the library's strandedness */
} ps_reference_sample;

typedef struct ps_expression_reference {
    char *name;                                    /* the file's name without its folder */
    char checksum[17];                             /* of the file */
    char *program, *panel, *build, *panel_version; /* what made it */
    char genes_checksum[17];                       /* ps_genes_checksum of that panel */
    int n_genes;                                   /* the panel's, in its order */
    char **gene;
    double *centre; /* of each gene, log2; NaN: not used for normalisation */
    ps_reference_sample *sample;
    size_t n_samples, n_used;
    double median, mad;                        /* of log2 CCND1 over the used samples; MAD scaled to a normal sd */
    double late_share;                         /* median over the used samples; NaN unknown */
    ps_component component[PS_MAX_COMPONENTS]; /* by mean, ascending */
    int n_components;                          /* 0: no mixture was fitted, or too few samples for one */
    int has_cut_offs;                          /* 1: components of two levels or three: not_at and over_at are set */
    double not_at, over_at;                    /* low up to, very high from (expression_posterior) */
    double *sorted;                            /* n_used log2 values of CCND1, ascending */
} ps_expression_reference;

/* 64-bit hash, hex, over the genes' names, roles, cells, strands and exons. */
void ps_genes_checksum(const ps_panel *panel, char out[17]);

/* Writes the file; what is written reads back as the same numbers (they have passed ps_round6). */
int ps_expression_reference_write(const ps_expression_reference *reference, FILE *out, ps_error *err);
/* PS_ERR_USAGE errors name the file, the line, the value and what was expected. */
int ps_expression_reference_read(const char *path, ps_expression_reference *reference, ps_error *err);
/* The same from memory; `path` is only the name used in messages. */
int ps_expression_reference_parse(const char *path, const char *bytes, size_t n_bytes,
                                  ps_expression_reference *reference, ps_error *err);
/* Was it made with these genes? Names build and panel when not. */
int ps_expression_reference_fits(const char *path, const ps_expression_reference *reference, const ps_panel *panel,
                                 ps_error *err);
void ps_expression_reference_free(ps_expression_reference *reference); /* safe on a zeroed one */

#endif
