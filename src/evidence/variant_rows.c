/* variant_rows.c - a VCF's rows as evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
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
static const ps_column doubt_columns[] = {
    PS_COLUMN(ps_vcf_doubt, contig, INT, 0, PS_ID_CONTIG),
    PS_COLUMN(ps_vcf_doubt, beg0, I32, 0, MOST_POS),
    PS_COLUMN(ps_vcf_doubt, end0, I32, 0, MOST_POS),
    PS_COLUMN(ps_vcf_doubt, depth, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_vcf_doubt, alt_depth, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_vcf_doubt, text, TEXT, 0, 0),
};
static const ps_columns_of variant_kind = PS_ROWS_OF("variants", ps_variant, variant_columns),
                           block_kind = PS_ROWS_OF("blocks", ps_block, block_columns),
                           doubt_kind = PS_ROWS_OF("doubts", ps_vcf_doubt, doubt_columns);

void ps_variants_put(const ps_variants *v, const char *name, ps_pen *pen) {
    ps_put_name(pen, name);
    ps_put(pen, "{");
    ps_put_string_of(pen, "sample_name", v->sample_name);
    ps_put_string_of(pen, "caller", v->caller);
    ps_put_integer_of(pen, "blocks_trust", v->blocks);
    ps_put_name(pen, "blocks_min_vaf");
    ps_put_real(pen, v->blocks_min_vaf);
    ps_put_integer_of(pen, "outside", v->outside);
    ps_put_string_of(pen, "notice", v->notice);
    ps_put_rows(pen, &variant_kind, v->variant, v->n_variants);
    ps_put_rows(pen, &block_kind, v->block, v->n_blocks);
    ps_put_rows(pen, &doubt_kind, v->doubt, v->n_doubts);
    ps_put(pen, "}");
}

/* Callers take these as given. */
static void check_variants(ps_scan *scan, const ps_variants *v) {
    for (size_t i = 0; i < v->n_variants && !scan->failed; i++) {
        const ps_variant *row = &v->variant[i];
        if (!row->alt || !row->filter || !row->depth_field || row->beg0 > row->end0 ||
            row->alt[strspn(row->alt, "ACGTN")])
            ps_scan_fail(scan, "row %zu: expected bases, a filter and a place", i + 1);
    }
    for (size_t i = 0; i < v->n_blocks && !scan->failed; i++)
        if (v->block[i].beg0 > v->block[i].end0)
            ps_scan_fail(scan, "block %zu: ends before it begins", i + 1);
    for (size_t i = 0; i < v->n_doubts && !scan->failed; i++)
        if (!v->doubt[i].text || v->doubt[i].beg0 > v->doubt[i].end0)
            ps_scan_fail(scan, "doubt %zu: expected a text and a place", i + 1);
}

void ps_variants_scan(ps_scan *scan, const char *name, ps_variants *v) {
    ps_scan_name(scan, name);
    ps_scan_text(scan, "{");
    v->sample_name = ps_scan_string_of(scan, "sample_name");
    v->caller = ps_scan_string_of(scan, "caller");
    v->blocks = (ps_blocks_trust)ps_scan_integer_of(scan, "blocks_trust", PS_BLOCKS_SOMATIC);
    ps_scan_name(scan, "blocks_min_vaf");
    v->blocks_min_vaf = ps_scan_real(scan);
    v->outside = ps_scan_integer_of(scan, "outside", PS_MOST_RECORDS);
    char *notice = ps_scan_string_of(scan, "notice");
    snprintf(v->notice, sizeof v->notice, "%s", notice ? notice : "");
    free(notice);
    v->variant = ps_scan_rows(scan, &variant_kind, &v->n_variants);
    v->block = ps_scan_rows(scan, &block_kind, &v->n_blocks);
    v->doubt = ps_scan_rows(scan, &doubt_kind, &v->n_doubts);
    check_variants(scan, v);
    ps_scan_text(scan, "}");
}
