/* imports.h - results of other programs: structural variants, segments of copy number and gene counts, as far as the
 * panel's places go.
 *
 * What such a file does not list it does not deny: no import proves the absence of a junction.
 */
#ifndef PLASMASTRAT_IMPORTS_H
#define PLASMASTRAT_IMPORTS_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

typedef struct ps_sv_row {     /* an adjacency between the 11q13 window ("a") and IGH ("b") */
    int32_t pos_a0, pos_b0;    /* last kept base on each side */
    uint8_t right_a, right_b;  /* 1: sequence left of the base is kept, as in ps_junction_read */
    char *contig_b;            /* as the file names it: an alternative contig has no panel id */
    int on_alt;                /* 1: side b lies on an alternative or unplaced contig of chromosome 14 */
    int64_t split, discordant; /* fragments or reads, as the caller counts; -1 not said */
    char *filter;              /* as written; "PASS" also for '.' */
    int passes;                /* PASS, the tumour's own filter too, and not without support in the tumour */
} ps_sv_row;

typedef struct ps_sv_evidence {
    char *path;
    const char *format;      /* "VCF" or "BCF" */
    char *caller;            /* "Manta", as the header says; "an unnamed caller" */
    char *sample_name;       /* the column used, "" none */
    uint64_t records, joins; /* all, and those that join two places */
    ps_sv_row *row;          /* passing ones first, then by support */
    size_t n;
    char notice[512];
} ps_sv_evidence;

/* `sample_name` NULL: the tumour's column is found as in ps_variants_read. A file without any structural variant is
 * an error that names the right option. */
int ps_sv_read(const char *path, const ps_panel *panel, const char *sample_name, ps_sv_evidence *sv, ps_error *err);
void ps_sv_free(ps_sv_evidence *sv);

typedef enum { PS_COUNTS_FRAGMENTS, PS_COUNTS_PER_KB } ps_counts_unit;

typedef struct ps_count_evidence {
    char *path;
    char *program;       /* "featureCounts" */
    char *sample_name;   /* the column used, "" none */
    ps_counts_unit unit; /* PER_KB: TPM or FPKM, of which no counting interval can be had */
    double *value;       /* by panel gene; NaN: the file does not have the gene */
    size_t n;            /* the panel's n_genes, or 0 */
    uint64_t rows;
    char notice[512];
} ps_count_evidence;

/* sample_name NULL: the only sample, or of several the one that is called `id`; several and none of them is an error.
 */
int ps_counts_read(const char *path, const ps_panel *panel, const char *sample_name, const char *id,
                   ps_count_evidence *counts, ps_error *err);
void ps_counts_free(ps_count_evidence *counts);

/* ---- copy number ----------------------------------------------------------------------------------------------- */

typedef enum {
    PS_CNV_LOG2,    /* log2 of depth over the usual: the level of two copies and the tumour share are not known */
    PS_CNV_COPIES,  /* copies in the tumour's cells, after the program's own fit of purity and ploidy */
    PS_CNV_ROUNDED, /* whole copies of the whole sample, two where the program sees two: no fit of purity */
    PS_N_CNV_UNITS
} ps_cnv_unit;

typedef struct ps_cnv_row { /* a segment that lies over a bin of the panel */
    int contig;
    int32_t beg0, end0;
    double value;   /* by the unit; NaN: the file says no more than `change` */
    int change;     /* of a VCF's DEL and DUP without a number: -1, 1; else 0 */
    int64_t points; /* bins, probes or SNPs behind it; -1 not said */
} ps_cnv_row;

typedef struct ps_cnv_evidence {
    char *path;
    const char *format; /* "table", "VCF" or "BCF" */
    char *program;      /* "CNVkit" */
    char *sample_name;  /* the sample used, "" none */
    ps_cnv_unit unit;
    int changes_only; /* 1: what is not listed is not told */
    uint64_t rows;    /* segments in the file, of this sample */
    ps_cnv_row *row;  /* by place; of a table disjoint */
    size_t n;
    char notice[512];
} ps_cnv_evidence;

/* sample_name as in ps_counts_read. Segments of another build, overlapping ones of a table, and a file without
 * chromosome 11 are errors. */
int ps_cnv_read(const char *path, const ps_panel *panel, const char *sample_name, const char *id,
                ps_cnv_evidence *cnv, ps_error *err);
/* The one of n panels whose chromosomes are long enough for every segment (a VCF: as ps_variants_build); its build,
 * or NULL and why. */
int ps_cnv_build(const char *path, const ps_panel *panels, int n, const char **build, char *why, size_t why_size,
                 ps_error *err);
void ps_cnv_free(ps_cnv_evidence *cnv);

/* What a file is by its content: "a VCF of small variants", "gene counts of featureCounts" ..., and the option that
 * takes it
 * ("--vcf"). 0, or -1: not known. */
int ps_recognise_result(const char *path, const char **what, const char **option);

#endif
