/* variant_rows.c - a VCF's rows as evidence. */
#include <string.h>

#include "private.h"

enum { MOST_POS = INT32_MAX - 1 };

static const ps_column variant_columns[] = {
    PS_COLUMN(ps_variant, contig, INT, 0, PS_ID_CONTIG),
    PS_COLUMN(ps_variant, beg0, I32, 0, MOST_POS),
    PS_COLUMN(ps_variant, end0, I32, 0, MOST_POS),
    PS_COLUMN(ps_variant, alt, TEXT, 0, 0),
    PS_COLUMN(ps_variant, depth, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_variant, alt_depth, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_variant, vaf, REAL, 0, 0),
    PS_COLUMN(ps_variant, genotype, INT, -1, 1),
    PS_COLUMN(ps_variant, filter, TEXT, 0, 0),
    PS_COLUMN(ps_variant, filter_pass, INT, 0, 1),
    PS_COLUMN(ps_variant, in_normal, INT, 0, 1),
    PS_COLUMN(ps_variant, depth_field, TEXT, 0, 0),
    PS_COLUMN(ps_variant, phase_set, TEXT, 0, 0),
    {"phase_side", PS_COLUMN_INT, offsetof(ps_variant, phase_side), 0, INT32_MAX, 0},
};
static const ps_column block_columns[] = {
    PS_COLUMN(ps_block, contig, INT, 0, PS_ID_CONTIG),
    PS_COLUMN_STEPS(ps_block, beg0, I32, 0, MOST_POS),
    PS_COLUMN_STEPS(ps_block, end0, I32, 0, MOST_POS),
    PS_COLUMN(ps_block, depth, I64, -1, PS_MOST_COUNT),
};
static const ps_column unclear_columns[] = {
    PS_COLUMN(ps_vcf_unclear, contig, INT, 0, PS_ID_CONTIG),
    PS_COLUMN(ps_vcf_unclear, beg0, I32, 0, MOST_POS),
    PS_COLUMN(ps_vcf_unclear, end0, I32, 0, MOST_POS),
    PS_COLUMN(ps_vcf_unclear, depth, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_vcf_unclear, alt_depth, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_vcf_unclear, text, TEXT, 0, 0),
};
static const ps_columns_of variant_kind = PS_ROWS_OF("variants", ps_variant, variant_columns),
                           block_kind = PS_ROWS_OF("blocks", ps_block, block_columns),
                           unclear_kind = PS_ROWS_OF("doubts", ps_vcf_unclear, unclear_columns);

static const ps_column members[] = {
    PS_COLUMN(ps_variants, sample_name, TEXT, 0, 0),
    PS_COLUMN(ps_variants, caller, TEXT, 0, 0),
    {"blocks_trust", PS_COLUMN_INT, offsetof(ps_variants, blocks), 0, PS_BLOCKS_SOMATIC, 0},
    PS_COLUMN(ps_variants, blocks_min_vaf, REAL, 0, 0),
    PS_COLUMN(ps_variants, outside, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_variants, notice, NAME, 0, sizeof((ps_variants){0}.notice)),
};
static const ps_rows_in rows[] = {
    PS_ROWS_IN(ps_variants, variant_kind, variant, n_variants),
    PS_ROWS_IN(ps_variants, block_kind, block, n_blocks),
    PS_ROWS_IN(ps_variants, unclear_kind, unclear, n_unclear),
};
static const ps_object_of variants_kind = PS_OBJECT_OF(members, rows);

void ps_variants_put(const ps_variants *v, const char *name, ps_pen *pen) {
    ps_put_object(pen, &variants_kind, name, v);
}

/* Callers take these as given. */
static void check_variants(ps_scan *scan, const ps_variants *v) {
    for (size_t i = 0; i < v->n_variants && !scan->failed; i++) {
        const ps_variant *row = &v->variant[i];
        if (!row->alt || !row->filter || !row->depth_field || row->beg0 > row->end0 ||
            row->alt[strspn(row->alt, "ACGTN")])
            ps_scan_fail(scan, "row %zu: expected bases, a filter and a position", i + 1);
    }
    for (size_t i = 0; i < v->n_blocks && !scan->failed; i++)
        if (v->block[i].beg0 > v->block[i].end0)
            ps_scan_fail(scan, "block %zu: ends before it begins", i + 1);
    for (size_t i = 0; i < v->n_unclear && !scan->failed; i++)
        if (!v->unclear[i].text || v->unclear[i].beg0 > v->unclear[i].end0)
            ps_scan_fail(scan, "note %zu: expected a text and a position", i + 1);
}

void ps_variants_scan(ps_scan *scan, const char *name, ps_variants *v) {
    ps_scan_object(scan, &variants_kind, name, v);
    check_variants(scan, v);
}
