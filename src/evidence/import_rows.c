/* import_rows.c - other programs' results as evidence: joins of 11q13 to IGH, and gene counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "private.h"

enum { MOST_POS = INT32_MAX - 1 };

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

typedef struct gene_value { /* an element of ps_count_evidence.value */
    double value;
} gene_value;
static const ps_column value_columns[] = {PS_COLUMN(gene_value, value, REAL, 0, 0)};
static const ps_columns_of value_kind = PS_ROWS_OF("genes", gene_value, value_columns);

static void scan_notice(ps_scan *scan, char *out, size_t size) {
    char *notice = ps_scan_string_of(scan, "notice");
    snprintf(out, size, "%s", notice ? notice : "");
    free(notice);
}

void ps_sv_put(const ps_sv_evidence *sv, const char *name, ps_pen *pen) {
    ps_put_name(pen, name);
    ps_put(pen, "{");
    ps_put_string_of(pen, "caller", sv->caller);
    ps_put_string_of(pen, "sample_name", sv->sample_name);
    ps_put_integer_of(pen, "records", sv->records);
    ps_put_integer_of(pen, "joined", sv->joins);
    ps_put_string_of(pen, "notice", sv->notice);
    ps_put_rows(pen, &join_kind, sv->row, sv->n);
    ps_put(pen, "}");
}

void ps_sv_scan(ps_scan *scan, const char *name, ps_sv_evidence *sv) {
    ps_scan_name(scan, name);
    ps_scan_text(scan, "{");
    sv->caller = ps_scan_string_of(scan, "caller");
    sv->sample_name = ps_scan_string_of(scan, "sample_name");
    sv->records = ps_scan_integer_of(scan, "records", PS_MOST_RECORDS);
    sv->joins = ps_scan_integer_of(scan, "joined", PS_MOST_RECORDS);
    scan_notice(scan, sv->notice, sizeof sv->notice);
    sv->row = ps_scan_rows(scan, &join_kind, &sv->n);
    for (size_t i = 0; i < sv->n && !scan->failed; i++)
        if (!sv->row[i].contig_b || !sv->row[i].filter)
            ps_scan_fail(scan, "join %zu: expected a contig and a filter", i + 1);
    if (!scan->failed && (!sv->caller || !sv->sample_name))
        ps_scan_fail(scan, "expected a caller and a sample's name");
    ps_scan_text(scan, "}");
}

void ps_counts_put(const ps_count_evidence *counts, const char *name, ps_pen *pen) {
    ps_put_name(pen, name);
    ps_put(pen, "{");
    ps_put_string_of(pen, "program", counts->program);
    ps_put_string_of(pen, "sample_name", counts->sample_name);
    ps_put_integer_of(pen, "unit", counts->unit);
    ps_put_integer_of(pen, "rows", counts->rows);
    ps_put_string_of(pen, "notice", counts->notice);
    ps_put_rows(pen, &value_kind, counts->value, counts->n);
    ps_put(pen, "}");
}

void ps_counts_scan(ps_scan *scan, const char *name, ps_count_evidence *counts) {
    ps_scan_name(scan, name);
    ps_scan_text(scan, "{");
    counts->program = ps_scan_string_of(scan, "program");
    counts->sample_name = ps_scan_string_of(scan, "sample_name");
    counts->unit = (ps_counts_unit)ps_scan_integer_of(scan, "unit", PS_COUNTS_PER_KB);
    counts->rows = ps_scan_integer_of(scan, "rows", PS_MOST_RECORDS);
    scan_notice(scan, counts->notice, sizeof counts->notice);
    counts->value = ps_scan_rows(scan, &value_kind, &counts->n);
    if (!scan->failed && (counts->n != (size_t)scan->panel->n_genes || !counts->program || !counts->sample_name))
        ps_scan_fail(scan, "expected a program, a sample's name and a value for each gene of the panel");
    for (size_t i = 0; i < counts->n && !scan->failed; i++)
        if (counts->value[i] < 0)
            ps_scan_fail(scan, "gene %zu: a count below 0", i + 1);
    ps_scan_text(scan, "}");
}
