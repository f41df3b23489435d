/* segment_list.c - segments in order: of one build, disjoint, and those over the panel's bins kept. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "segments.h"

void segment_add(segment_list *list, const char *contig, ps_cnv_row row, long line, int wanted) {
    row.contig = ps_panel_contig(list->panel, contig);
    if (row.contig < 0) {
        if (!list->first_unknown[0])
            snprintf(list->first_unknown, sizeof list->first_unknown, "%s", contig);
        return;
    }
    if (row.end0 > list->panel->contigs[row.contig].length + 1 && list->beyond++ == 0)
        snprintf(list->first_beyond, sizeof list->first_beyond, "%.60s:%d", contig, (int)row.end0);
    if (list->only_place)
        return;
    PS_GROW(list->at, list->n, list->capacity);
    list->at[list->n++] = (segment){row, line, wanted};
}

static int by_place(const void *a, const void *b) {
    const segment *x = a, *y = b;
    if (x->row.contig != y->row.contig)
        return x->row.contig < y->row.contig ? -1 : 1;
    if (x->row.beg0 != y->row.beg0)
        return x->row.beg0 < y->row.beg0 ? -1 : 1;
    if (x->row.end0 != y->row.end0)
        return x->row.end0 < y->row.end0 ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static void sort(segment_list *list) {
    if (list->n)
        qsort(list->at, list->n, sizeof *list->at, by_place);
}

static int same_value(const ps_cnv_row *a, const ps_cnv_row *b) {
    return a->change == b->change && (a->value == b->value || (isnan(a->value) && isnan(b->value)));
}

void segment_join_bins(segment_list *list) {
    size_t n = 0;
    sort(list);
    for (size_t i = 0; i < list->n; i++) {
        ps_cnv_row *row = &list->at[i].row, *last = n ? &list->at[n - 1].row : NULL;
        if (!last || last->contig != row->contig || !same_value(last, row)) {
            list->at[n] = list->at[i];
            list->at[n++].row.points = 1;
            continue;
        }
        last->end0 = row->end0 > last->end0 ? row->end0 : last->end0;
        last->points++;
    }
    list->n = n;
}

/* ---- checks ---------------------------------------------------------------------------------------------------- */

static const char *contig_name(const segment_list *list, const ps_cnv_row *row) {
    return list->panel->contigs[row->contig].name[PS_STYLE_UCSC];
}

/* Ends that are shared or rounded overlap a little; a tenth of the shorter one is another segment. */
static const double most_overlap = 0.1;

static int check_disjoint(segment_list *list, ps_error *err) {
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const segment *a = n ? &list->at[n - 1] : NULL, *b = &list->at[i];
        int apart = !a || a->row.contig != b->row.contig;
        double over = apart ? 0 : (double)a->row.end0 - b->row.beg0;
        double shorter = apart ? 1 : fmin(a->row.end0 - a->row.beg0, b->row.end0 - b->row.beg0);
        int overlaps = a && over > most_overlap * shorter;
        if (overlaps && same_value(&a->row, &b->row)) { /* told twice */
            ps_cnv_row *row = &list->at[n - 1].row;
            row->end0 = b->row.end0 > row->end0 ? b->row.end0 : row->end0;
            continue;
        }
        if (overlaps)
            return ps_fail(
                err, PS_ERR_RUN, list->name, b->line,
                "the segment %s:%d-%d overlaps that of line %ld (%d-%d), which has another value: expected one "
                "sample, and one segment for each position",
                contig_name(list, &b->row), (int)b->row.beg0 + 1, (int)b->row.end0, a->line, (int)a->row.beg0 + 1,
                (int)a->row.end0);
        list->at[n++] = *b;
    }
    list->n = n;
    return 0;
}

static int check_contigs(const segment_list *list, ps_error *err) {
    const ps_panel *p = list->panel;
    int on_11 = 0;
    for (size_t i = 0; i < list->n && !on_11; i++)
        on_11 = list->at[i].row.contig == p->ccnd1_window.contig;
    if (list->beyond)
        return ps_fail(err, PS_ERR_RUN, list->name, 0,
                       "has segments beyond the end of their chromosome in %s (%s): is this file on another build?",
                       p->build, list->first_beyond);
    if (list->n == 0 && list->first_unknown[0])
        return ps_fail(
            err, PS_ERR_RUN, list->name, 0,
            "its chromosomes are named like '%s', expected names like chr11, 11, NC_000011.10 or CM000673.2",
            list->first_unknown);
    if (list->n == 0 && !list->out->changes_only)
        return ps_fail(err, PS_ERR_RUN, list->name, 0, "holds no segment with a value");
    if (!on_11 && !list->out->changes_only)
        return ps_fail(err, PS_ERR_RUN, list->name, 0, "has no segment on chromosome 11, where CCND1 lies");
    return 0;
}

/* ---- what lies over the panel ---------------------------------------------------------------------------------- */

static int is_over_a_bin(const ps_panel *panel, const ps_cnv_row *row) {
    for (int i = 0; i < panel->n_bins; i++) {
        const ps_span *s = &panel->bins[i].span;
        int32_t middle = s->beg0 + (s->end0 - s->beg0) / 2;
        if (s->contig == row->contig && middle >= row->beg0 && middle < row->end0)
            return 1;
    }
    return 0;
}

int segment_finish(segment_list *list, int may_overlap, ps_error *err) {
    ps_cnv_evidence *out = list->out;
    sort(list);
    if (check_contigs(list, err) < 0 || (!may_overlap && check_disjoint(list, err) < 0))
        return -1;
    out->row = ps_alloc(list->n + 1, sizeof *out->row);
    for (size_t i = 0; i < list->n; i++)
        if (is_over_a_bin(list->panel, &list->at[i].row))
            out->row[out->n++] = list->at[i].row;
    return 0;
}
