/* reader.h - one VCF while it is read: its records near coding exons, and what is made of them. Private to variants.c
 * and rows.c. */
#ifndef PLASMASTRAT_IO_VCF_READER_H
#define PLASMASTRAT_IO_VCF_READER_H

#include "private.h"

typedef struct kept_record { /* a record near a coding exon, kept until the tumour's column is known */
    vcf_record record;
    char *text; /* what the record points into */
    int contig;
} kept_record;

enum { MAX_NAMES = 64, MAX_OUTSIDE_NAMED = 5 };

/* What happens to many records alike is told once. */
enum {
    NOTE_NO_READS,
    NOTE_NO_CALL,
    NOTE_SYMBOL,
    NOTE_GERMLINE,
    NOTE_BAD_NUMBER,
    NOTE_DECIMAL_COMMA,
    NOTE_PERCENT,
    NOTE_LIST_LENGTH,
    N_NOTES
};
typedef struct record_note {
    uint64_t n;
    char first[80]; /* "chr12:25245350" */
} record_note;

typedef struct reader {
    const ps_panel *panel;
    vcf_lines lines;
    vcf_tally own;
    vcf_builds others;
    const char *header_build; /* from contig lengths, NULL: not said */
    kept_record *kept;
    size_t n_kept, kept_capacity;
    vcf_sample_hint hint;
    vcf_habits habits;
    uint64_t records, known; /* of `known` the contig is one of the panel's */
    char *names[MAX_NAMES];  /* contig names in the order the records come */
    int n_names;
    int sites_only; /* a list of alleles: columns, filters and counts are not looked at */
    char outside[200];
    int column, normal; /* the tumour's and its normal's; -1 none */
    record_note note[N_NOTES];
    ps_variants *out;
    size_t variant_capacity, block_capacity, unclear_capacity;
} reader;

void vcf_note(reader *r, int kind, const vcf_record *record);
void vcf_note_outside(reader *r, const vcf_record *record, int allele);

/* rows.c: the kept records as variants, hom-ref stretches and unclear records. */
int vcf_convert(reader *r, ps_error *err);
void vcf_free_variant(ps_variant *v);

#endif
