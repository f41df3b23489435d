/* private.h - the parts of the variant reader: lines -> records -> the tumour's column -> counts.
 *
 * Records are parsed from text by this program, not by htslib's record parser: real files leave contigs, FILTERs and
 * FORMATs undeclared or declare them wrongly, repeat sample names, or put ##fileformat second, and only eight
 * columns and a handful of keys matter here. htslib inflates, finds regions by index and turns BCF into text.
 */
#ifndef PLASMASTRAT_IO_VCF_PRIVATE_H
#define PLASMASTRAT_IO_VCF_PRIVATE_H

#include <htslib/bgzf.h>
#include <htslib/kstring.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>

#include "plasmastrat/variants.h"
#include "../source.h"

/* ---- lines ----------------------------------------------------------------------------------------------------- */

typedef struct vcf_place { /* a stretch to read by index */
    char *contig;          /* the file's name of it */
    int64_t beg0, end0;
} vcf_place;

typedef struct vcf_lines {
    ps_source source;
    const char *format; /* "VCF" or "BCF" */
    BGZF *text;         /* VCF */
    htsFile *binary;    /* BCF */
    bcf_hdr_t *binary_header;
    bcf1_t *binary_record;
    char *buffer; /* inflated bytes not yet handed out */
    size_t n_buffer, at_buffer;
    kstring_t line;
    long number;        /* of the line handed out last, 1-based; 0 when reading by index */
    int no_newline_end; /* the last line had no newline: the file may be cut */
    /* header */
    char **meta; /* "##..." lines */
    size_t n_meta;
    char **sample; /* column names, made unique: the second S is "S#2" */
    int n_samples;
    int n_columns;
    /* reading by index */
    tbx_t *tabix;
    hts_idx_t *csi;
    vcf_place *place; /* by contig, ascending and disjoint; NULL: the whole file is read */
    size_t n_places, at_place;
    int in_place;        /* the file stands in the place, not before it */
    struct vcf_maf *maf; /* the file is a MAF (maf.c) */
} vcf_lines;

/* Opens and reads the header. */
int vcf_lines_open(const char *path, vcf_lines *lines, ps_error *err);
/* 1: lines->line is the next record (modifiable), 0: the end (a real one), -1. */
int vcf_lines_next(vcf_lines *lines, ps_error *err);
/* Reads only the panel's RAS and RAF windows, when the file is big and has an index that can be trusted; else does
 * nothing. */
int vcf_lines_restrict(vcf_lines *lines, const ps_panel *panel, ps_error *err);
void vcf_lines_close(vcf_lines *lines);

/* A MAF is read whole, and handed out as the lines of a VCF. */
int vcf_maf_read(vcf_lines *lines, ps_error *err);
int vcf_maf_next(vcf_lines *lines); /* 1, or 0 at the end */
void vcf_maf_free(struct vcf_maf *maf);

/* ---- records --------------------------------------------------------------------------------------------------- */

typedef struct vcf_split { /* the record was split, one ALT each, and its lists may still be the whole record's */
    int is_part;           /* it was */
    int allele, n;         /* its ALT was number `allele` (0-based) of `n`; n 0: not known */
} vcf_split;

typedef struct vcf_habits { /* how this file writes, over all its records */
    int percent;            /* fractions are percentages */
    int decimal_comma;
    int both_sides; /* 0|1 and 1|0: a file that writes 0|1 always phases nothing */
    unsigned sides; /* bit 0: 0|1 was seen, bit 1: 1|0 */
} vcf_habits;

typedef struct vcf_record { /* points into the line it was cut from */
    const char *path;
    long line;
    char *chrom, *ref, *filter, *info, *keys; /* keys: FORMAT, "" when there is none */
    int64_t pos1;
    char **alt; /* n_alt alleles; "." is one allele */
    int n_alt;
    char **sample;
    int n_samples;
    char **field; /* storage of the above */
    const vcf_habits *habits;
    vcf_split split;
} vcf_record;

/* Cuts `text` in place. Every structural fault is an error that names file and line. */
int vcf_record_parse(const vcf_lines *lines, char *text, long line, vcf_record *record, ps_error *err);
void vcf_record_free(vcf_record *record);
int vcf_fail(const vcf_record *record, ps_error *err, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Value of a key in INFO ("" for a flag), or of a FORMAT key in a sample's column; length 0 and NULL when absent. */
const char *vcf_info(const vcf_record *record, const char *key, size_t *length);
const char *vcf_format_value(const vcf_record *record, int sample, const char *key, size_t *length);

int vcf_is_sequence(const char *allele);    /* bases only: a change that can be spelled */
int vcf_is_reference(const char *allele);   /* '.', <NON_REF>, <*>, <X>: nothing but the reference was seen */
int64_t vcf_end0(const vcf_record *record); /* END, or POS + the length of REF; 0-based, exclusive; -1 malformed */

/* ---- the tumour's column --------------------------------------------------------------------------------------- */

/* INFO SAMPLE= over the records (VarDict writes the tumour's name there). */
typedef struct vcf_sample_hint {
    char *name; /* NULL: not seen */
    int several;
} vcf_sample_hint;
void vcf_sample_hint_add(vcf_sample_hint *hint, const vcf_record *record);

/* Column of the tumour, -1 when the file has no columns; -2: error. `wanted` may be NULL. */
int vcf_tumour_column(const vcf_lines *lines, const vcf_sample_hint *hint, const char *wanted, ps_error *err);

/* The one column of a normal beside the tumour's; -1 when there is none, or several. */
int vcf_normal_column(const vcf_lines *lines, int tumour);

/* ---- counts ---------------------------------------------------------------------------------------------------- */

enum { /* what a reader should know of numbers that were read all the same, or not */
       VCF_NOTE_BAD_NUMBER = 1,
       VCF_NOTE_DECIMAL_COMMA = 2,
       VCF_NOTE_PERCENT = 4,
       VCF_NOTE_LIST_LENGTH = 8,
};

typedef struct vcf_counts {
    int64_t depth, alt_depth; /* -1 unknown */
    double vaf;               /* NaN unknown */
    const char *field;        /* constant, "" unknown */
    unsigned notes;           /* VCF_NOTE_... */
} vcf_counts;

/* Depth and count of ALT `allele` (0-based) in a sample's column (-1: the file has none, INFO tells). */
void vcf_read_counts(const vcf_record *record, int sample, int allele, vcf_counts *counts);
/* Smallest depth of a hom-ref stretch; -1 when the file does not say. */
int64_t vcf_read_block_depth(const vcf_record *record, int sample);
/* Reads in all, and those that are not the reference's, of a row that names no other allele; -1 when it does not say.
 */
void vcf_read_other_reads(const vcf_record *record, int sample, int64_t *depth, int64_t *other);
/* The genotype's quality (GQ, or RGQ); -1 when the file does not say. */
int64_t vcf_read_genotype_quality(const vcf_record *record, int sample);
/* Mutect2's log odds of a mutation in a hom-ref stretch; NaN when there is none. */
double vcf_read_tumour_lod(const vcf_record *record, int sample);
/* 1: "0,05" is a fraction with a decimal comma, -1: it may be, 0: it is a list or one number. */
int vcf_is_decimal_comma(const char *text, size_t length, int n_alt);
extern const double vcf_above_one; /* a fraction above it is a percentage */
/* Phase of ALT `allele` (1-based): *set (owned, NULL: not phased) and a bit for each haplotype that carries it. */
void vcf_read_phase(const vcf_record *record, int sample, int allele, char **set, unsigned *side);
/* 1 carries the allele (1-based; 0: asks for hom-ref), 0 does not, -1 not said. -2: error. */
int vcf_read_genotype(const vcf_record *record, int sample, int allele, ps_error *err);

/* Sees each record once, in order. */
void vcf_habits_add(vcf_habits *habits, const vcf_record *record);
/* Finds what was split, in records that follow each other. */
void vcf_find_splits(vcf_record *const *record, size_t n);

/* ---- the caller ------------------------------------------------------------------------------------------------ */

/* The first row of the panel's vcf_callers.tsv that the header fits, one of germline genotypes before others (a
 * header may name several programs, of which any may have written the stretches). NULL: none. *min_vaf: what its
 * stretches vouch for, by the header's own word where it has one; NaN nothing. */
const ps_vcf_caller *vcf_find_caller(const vcf_lines *lines, const ps_panel *panel, double *min_vaf);
/* The text behind an option's name in a header line from `from` on, with or without dashes before it, or NULL. */
const char *vcf_find_option(const char *from, const char *line, const char *option);
/* A header line begins so. */
int vcf_has_meta(const vcf_lines *lines, const char *beginning);

/* ---- structural variants and copy number ----------------------------------------------------------------------- */

/* The program by the header ("Manta"), "an unnamed caller"; owned by the caller. */
char *vcf_structural_caller(const vcf_lines *lines);
/* Is the header's build the panel's?  Where it says nothing that is put into `notice`. */
int vcf_check_build(const vcf_lines *lines, const ps_panel *panel, char *notice, size_t size, ps_error *err);
/* A record of copy number: a symbol for more or fewer copies, or a stretch with a number of them. */
int vcf_is_copy_number(const vcf_record *record);

/* ---- build ----------------------------------------------------------------------------------------------------- */

typedef struct vcf_tally { /* REF bases of the records against one panel's coding bases */
    const ps_panel *panel;
    char chrom[64]; /* last contig looked up */
    int contig;
    int matches, mismatches, hotspots; /* hotspots: matches at a hotspot codon */
    int beyond;                        /* records past the end of their contig */
} vcf_tally;

/* 1 agrees, -1 contradicts (*wrong0 is the place), 0 says nothing. */
int vcf_compare_ref(const ps_panel *panel, int contig, int64_t pos0, const char *ref, int32_t *wrong0, int *hotspot);
void vcf_tally_add(vcf_tally *tally, const vcf_record *record);
int vcf_tally_contig(vcf_tally *tally, const char *chrom);

enum { VCF_MAX_BUILDS = 4 };
typedef struct vcf_builds { /* the built-in panels, each with its tally */
    vcf_tally tally[VCF_MAX_BUILDS];
    int n;
} vcf_builds;
/* `except` (may be NULL): a build that is not wanted. */
int vcf_builds_begin(vcf_builds *all, const char *except, ps_error *err);

/* Build from ##contig lengths, or NULL. */
const char *vcf_header_build(const vcf_lines *lines, char *why, size_t why_size);
/* Build from ##reference and assembly= words, or NULL. */
const char *vcf_hinted_build(const vcf_lines *lines);
/* Naming style of the contigs that records name, or, without records, of the header's. */
int vcf_header_style(const vcf_lines *lines, const char *const *seen, int n_seen);

#endif
