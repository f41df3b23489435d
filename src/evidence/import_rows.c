/* import_rows.c - other programs' results as evidence: joins of 11q13 to IGH, segments of copy number, gene counts.
 */
#include <math.h>

#include "private.h"

enum { MOST_POS = INT32_MAX - 1 };

/* ---- structural variants --------------------------------------------------------------------------------------- */

static const ps_column join_columns[] = {
    PS_COLUMN(ps_sv_row, pos_a0, I32, 0, MOST_POS),
    PS_COLUMN(ps_sv_row, pos_b0, I32, 0, MOST_POS),
    PS_COLUMN(ps_sv_row, right_a, U8, 0, 1),
    PS_COLUMN(ps_sv_row, right_b, U8, 0, 1),
    PS_COLUMN(ps_sv_row, contig_b, TEXT, 0, 0),
    PS_COLUMN(ps_sv_row, on_alt, INT, 0, 1),
    PS_COLUMN(ps_sv_row, split, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_sv_row, discordant, I64, -1, PS_MOST_COUNT),
    PS_COLUMN(ps_sv_row, filter, TEXT, 0, 0),
    PS_COLUMN(ps_sv_row, passes, INT, 0, 1),
};
static const ps_columns_of join_kind = PS_ROWS_OF("joins", ps_sv_row, join_columns);
static const ps_column sv_members[] = {
    PS_COLUMN(ps_sv_evidence, caller, TEXT, 1, 0),
    PS_COLUMN(ps_sv_evidence, sample_name, TEXT, 1, 0),
    PS_COLUMN(ps_sv_evidence, records, U64, 0, PS_MOST_RECORDS),
    {"joined", PS_COLUMN_U64, offsetof(ps_sv_evidence, joins), 0, PS_MOST_RECORDS, 0},
    PS_COLUMN(ps_sv_evidence, notice, NAME, 0, sizeof((ps_sv_evidence){0}.notice)),
};
static const ps_rows_in sv_rows[] = {PS_ROWS_IN(ps_sv_evidence, join_kind, row, n)};
static const ps_object_of sv_kind = PS_OBJECT_OF(sv_members, sv_rows);

void ps_sv_put(const ps_sv_evidence *sv, const char *name, ps_pen *pen) {
    ps_put_object(pen, &sv_kind, name, sv);
}

void ps_sv_scan(ps_scan *scan, const char *name, ps_sv_evidence *sv) {
    ps_scan_object(scan, &sv_kind, name, sv);
    for (size_t i = 0; i < sv->n && !scan->failed; i++)
        if (!sv->row[i].contig_b || !sv->row[i].filter)
            ps_scan_fail(scan, "join %zu: expected a contig and a filter", i + 1);
}

/* ---- copy number ----------------------------------------------------------------------------------------------- */

static const ps_column segment_columns[] = {
    PS_COLUMN(ps_cnv_row, contig, INT, 0, PS_ID_CONTIG), PS_COLUMN(ps_cnv_row, beg0, I32, 0, MOST_POS),
    PS_COLUMN(ps_cnv_row, end0, I32, 0, MOST_POS),       PS_COLUMN(ps_cnv_row, value, REAL, 0, 0),
    PS_COLUMN(ps_cnv_row, change, INT, -1, 1),           PS_COLUMN(ps_cnv_row, points, I64, -1, PS_MOST_COUNT),
};
static const ps_columns_of segment_kind = PS_ROWS_OF("segments", ps_cnv_row, segment_columns);
static const ps_column cnv_members[] = {
    PS_COLUMN(ps_cnv_evidence, program, TEXT, 1, 0),
    PS_COLUMN(ps_cnv_evidence, sample_name, TEXT, 1, 0),
    PS_COLUMN(ps_cnv_evidence, unit, INT, 0, PS_N_CNV_UNITS - 1),
    PS_COLUMN(ps_cnv_evidence, changes_only, INT, 0, 1),
    PS_COLUMN(ps_cnv_evidence, rows, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_cnv_evidence, notice, NAME, 0, sizeof((ps_cnv_evidence){0}.notice)),
};
static const ps_rows_in cnv_rows[] = {PS_ROWS_IN(ps_cnv_evidence, segment_kind, row, n)};
static const ps_object_of cnv_kind = PS_OBJECT_OF(cnv_members, cnv_rows);

void ps_cnv_put(const ps_cnv_evidence *cnv, const char *name, ps_pen *pen) {
    ps_put_object(pen, &cnv_kind, name, cnv);
}

void ps_cnv_scan(ps_scan *scan, const char *name, ps_cnv_evidence *cnv) {
    ps_scan_object(scan, &cnv_kind, name, cnv);
    for (size_t i = 0; i < cnv->n && !scan->failed; i++) {
        const ps_cnv_row *row = &cnv->row[i];
        int fits = row->beg0 <= row->end0 && (isnan(row->value) ? row->change != 0 : fabs(row->value) <= 1e12);
        if (!fits || (cnv->unit != PS_CNV_LOG2 && row->value < 0))
            ps_scan_fail(scan, "segment %zu: expected a position, and copies, a log2 ratio or a change", i + 1);
    }
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

typedef struct gene_value { /* an element of ps_count_evidence.value */
    double value;
} gene_value;
static const ps_column value_columns[] = {PS_COLUMN(gene_value, value, REAL, 0, 0)};
static const ps_columns_of value_kind = PS_ROWS_OF("genes", gene_value, value_columns);
static const ps_column count_members[] = {
    PS_COLUMN(ps_count_evidence, program, TEXT, 1, 0),
    PS_COLUMN(ps_count_evidence, sample_name, TEXT, 1, 0),
    PS_COLUMN(ps_count_evidence, unit, INT, 0, PS_COUNTS_PER_KB),
    PS_COLUMN(ps_count_evidence, rows, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_count_evidence, notice, NAME, 0, sizeof((ps_count_evidence){0}.notice)),
};
static const ps_rows_in count_rows[] = {PS_ROWS_IN(ps_count_evidence, value_kind, value, n)};
static const ps_object_of count_kind = PS_OBJECT_OF(count_members, count_rows);

void ps_counts_put(const ps_count_evidence *counts, const char *name, ps_pen *pen) {
    ps_put_object(pen, &count_kind, name, counts);
}

void ps_counts_scan(ps_scan *scan, const char *name, ps_count_evidence *counts) {
    ps_scan_object(scan, &count_kind, name, counts);
    if (!scan->failed && counts->n != (size_t)scan->panel->n_genes)
        ps_scan_fail(scan, "expected a value for each gene of the panel");
    for (size_t i = 0; i < counts->n && !scan->failed; i++)
        if (counts->value[i] < 0)
            ps_scan_fail(scan, "gene %zu: a count below 0", i + 1);
}
