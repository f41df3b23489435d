/* variants.h - variants already called: VCF or BCF, bgzipped, gzipped or plain, indexed or not.
 *
 * Reads every record that touches a coding exon of the panel's RAS and RAF genes, one row per ALT allele, in the
 * tumour's column. Which field gave depth and counts is remembered, so a report can say it.
 */
#ifndef PLASMASTRAT_VARIANTS_H
#define PLASMASTRAT_VARIANTS_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

typedef struct ps_variant {
    int contig;
    int32_t beg0, end0;  /* replaced reference, trimmed of bases shared with ALT */
    char *alt;           /* what replaces it, plus strand; "" for a deletion */
    int64_t depth;       /* -1 when the file does not say */
    int64_t alt_depth;   /* -1 when the file does not say */
    double vaf;          /* NaN when the file does not say */
    int genotype;        /* 1 carries this allele, 0 does not, -1 no genotype */
    char *filter;        /* FILTER as written, ';'-separated; "PASS" also for '.' */
    int filter_pass;     /* PASS, '.', or a token the panel's vcf_filters.tsv accepts (MuSE Tier1..4) */
    int in_normal;       /* 1: germline by the file's own normal column or its caller's word */
    char *depth_field;   /* "AD", "AU", "FAO", "DP4", ... or "" */
    char *phase_set;     /* "PID ...", "PS ...", "LPS ...", "|"; NULL: the file does not phase it */
    unsigned phase_side; /* bit per haplotype that carries it; alleles of one set with the same side are in cis */
} ps_variant;

typedef struct ps_block { /* a hom-ref stretch of a gVCF, of a sure genotype (ras_block_min_gq), with its smallest
                             depth */
    int contig;
    int32_t beg0, end0;
    int64_t depth;
} ps_block;

/* What hom-ref stretches are worth, by the panel's vcf_callers.tsv: nothing unless their caller looks for mutations
 * of low VAF. */
typedef enum { PS_BLOCKS_UNKNOWN, PS_BLOCKS_GERMLINE, PS_BLOCKS_SOMATIC } ps_blocks_trust;

typedef struct ps_vcf_unclear { /* a record that spells no change and is no clean hom-ref statement either */
    int contig;
    int32_t beg0, end0;
    int64_t depth, alt_depth; /* reads that are not REF's; alt_depth -1: not counted */
    char *text;               /* "chr12:25245350 C>*, genotype not 0/0" */
} ps_vcf_unclear;

typedef struct ps_variants {
    char *path;
    const char *format;  /* "VCF" or "BCF" */
    char *build;         /* recognised from ##contig, or from REF bases; NULL when neither could tell */
    char *sample_name;   /* the column used, "" when there is none */
    int style;           /* contig naming style */
    uint64_t records;    /* records read */
    ps_variant *variant; /* ordered by contig, beg0, end0, alt */
    size_t n_variants;
    ps_block *block;
    size_t n_blocks;
    ps_vcf_unclear *unclear; /* in the file's order */
    size_t n_unclear;
    char *caller;           /* who wrote it, NULL: no caller that is known */
    ps_blocks_trust blocks; /* UNKNOWN: its hom-ref stretches earn nothing */
    double blocks_min_vaf;  /* SOMATIC: they vouch for no smaller VAF */
    int has_structural;     /* 1: some record joins two places (a breakend): ps_sv_read may find more */
    int has_copy_number;    /* 1: some record is of copy number: ps_cnv_read may find more */
    uint64_t outside;       /* a list of sites: alleles that are spelled but touch no coding exon of the panel */
    char notice[512]; /* what a user should know ("contig lines are missing; build taken from REF bases"), "" if none
                       */
} ps_variants;

/* Which build is this file on?  Header contigs first, then REF bases at RAS coding places of each built-in panel.
 * `build` is set to a constant string, or NULL if undecided; -1 only when the file cannot be read. */
int ps_variants_build(const char *path, const char **build, char *why, size_t why_size, ps_error *err);

/* sample_name NULL: the tumour column is found from header conventions (##tumor_sample, SAMPLE=, names TUMOR /
 * NORMAL, the only column); when that cannot tell, an error names the columns and asks for --vcf-sample. A REF that
 * contradicts the panel is an error that names the line. "-" is standard input. */
int ps_variants_read(const char *path, const ps_panel *panel, const char *sample_name, ps_variants *variants,
                     ps_error *err);
/* A list of alleles to look at: every spelled ALT allele that touches a coding exon, whatever FILTER, genotypes and
 * counts say (genotype -1, nothing else known). Alleles elsewhere are counted in `outside` and the first are named in
 * `notice`. A build or REF that contradicts the panel is an error. */
int ps_variants_read_sites(const char *path, const ps_panel *panel, ps_variants *sites, ps_error *err);
void ps_variants_free(ps_variants *variants);

#endif
