/* carry_over.c - calls of few molecules that may be another sample's of the same sequencing run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"
#include "plasmastrat/alloc.h"

typedef struct call { /* one variant of one row */
    const ps_row *row;
    ps_row_variant *variant;
} call;

static int by_change_and_vaf(const void *a, const void *b) {
    const call *x = a, *y = b;
    int order = strcmp(x->variant->gene, y->variant->gene);
    order = order ? order : strcmp(x->variant->hgvs_c, y->variant->hgvs_c);
    if (order)
        return order;
    if (x->variant->vaf != y->variant->vaf)
        return x->variant->vaf > y->variant->vaf ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int is_same_change(const call *a, const call *b) {
    return !strcmp(a->variant->gene, b->variant->gene) && !strcmp(a->variant->hgvs_c, b->variant->hgvs_c);
}

static call *list_calls(ps_row *rows, size_t n, size_t *n_calls) {
    call *list = NULL;
    size_t capacity = 0;
    *n_calls = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rows[i].n_variants && !rows[i].failure; k++) {
            if (!isfinite(rows[i].variant[k].vaf))
                continue;
            PS_GROW(list, *n_calls, capacity);
            list[(*n_calls)++] = (call){&rows[i], &rows[i].variant[k]};
        }
    if (*n_calls)
        qsort(list, *n_calls, sizeof *list, by_change_and_vaf);
    return list;
}

/* By the names of their reads; where those of either tell nothing, one batch is one run. */
static int may_share_run(const ps_row *a, const ps_row *b) {
    return !a->lanes.n || !b->lanes.n || ps_lanes_shared(&a->lanes, &b->lanes);
}

/* `group`: all calls of one change, the highest VAF first. */
static void mark_group(const ps_limits *l, const call *group, size_t n) {
    for (size_t i = 0; i < n; i++) {
        ps_row_variant *v = group[i].variant;
        for (size_t k = 0; v->vaf < l->ras_carry_over_vaf && k < i; k++) {
            const call *from = &group[k];
            if (from->variant->vaf < l->ras_carry_over_fold * v->vaf)
                break;
            if (from->row == group[i].row || !may_share_run(from->row, group[i].row))
                continue;
            v->carrier = (struct ps_row_carrier){from->row->sample_id, from->variant->vaf,
                                                 from->row->lanes.n && group[i].row->lanes.n};
            break;
        }
    }
}

/* ---- what is left of the row's answer -------------------------------------------------------------------------- */

static char *words_of(const ps_row_variant *v) {
    return ps_format("%s %s at VAF %.3g may be carry-over from %s (VAF %.3g, %s)", v->gene, v->hgvs_p, v->vaf,
                     v->carrier.sample_id, v->carrier.vaf,
                     v->carrier.by_lane ? "on the same lane of a run" : "in the same batch");
}

static void add_message(ps_row *row, const char *words) {
    char *text =
        ps_format("%s: %s (%s)%s%s", ps_reason_name(PS_REASON_CARRY_OVER), ps_reason_sentence(PS_REASON_CARRY_OVER),
                  words, row->message ? "; " : "", row->message ? row->message : "");
    free(row->message);
    row->message = text;
}

static ps_label_state without_ras(const ps_row *row, ps_label_state label) {
    if (label == PS_LABEL_NOT_APPLICABLE)
        return label;
    return row->ccnd1 == PS_CCND1_NOT_ASSESSABLE ? PS_LABEL_NOT_ASSESSABLE : PS_LABEL_INDETERMINATE;
}

/* The label rested on the mutation; what it would be without is not in a row. */
static void take_back_ras(ps_row *row) {
    row->ras = PS_RAS_NOT_ASSESSABLE;
    row->label = without_ras(row, row->label);
    row->leaning = PS_LABEL_NOT_ASSESSABLE;
    row->probability = row->low = row->high = NAN;
    row->borderline = 0;
    for (size_t i = 0; i < row->n_answers; i++) {
        row->answer[i].label = without_ras(row, row->answer[i].label);
        row->answer[i].contradicts = 0;
    }
}

static void apply(ps_row *row) {
    int taken = 0, left = 0;
    for (size_t i = 0; i < row->n_variants; i++) {
        ps_row_variant *v = &row->variant[i];
        if (v->carrier.sample_id) {
            char *words = words_of(v);
            ps_row_add_check(row, ps_reason_name(PS_REASON_CARRY_OVER), "sample", PS_QC_WARN, words);
            if (v->mutates && row->ras == PS_RAS_MUTATED)
                add_message(row, words);
            free(words);
            taken += v->mutates;
            v->mutates = 0;
        }
        left += v->mutates;
    }
    if (taken && !left && row->ras == PS_RAS_MUTATED)
        take_back_ras(row);
}

void ps_cohort_carry_over(const ps_limits *limits, ps_row *rows, size_t n) {
    size_t n_calls;
    call *list = list_calls(rows, n, &n_calls);
    for (size_t i = 0, to; i < n_calls; i = to) {
        for (to = i + 1; to < n_calls && is_same_change(&list[i], &list[to]); to++)
            ;
        mark_group(limits, &list[i], to - i);
    }
    free(list);
    for (size_t i = 0; i < n; i++)
        apply(&rows[i]);
}

/* ---- what is written ------------------------------------------------------------------------------------------- */

void ps_cohort_put_carry_over(FILE *out, const ps_row *row, const char *missing) {
    const char *join = "";
    for (size_t i = 0; i < row->n_variants; i++) {
        const ps_row_variant *v = &row->variant[i];
        if (!v->carrier.sample_id)
            continue;
        char *gene = ps_plain(v->gene), *change = ps_plain(v->hgvs_p), *id = ps_plain(v->carrier.sample_id);
        fprintf(out, "%s%s:%s:", join, gene, change);
        ps_cohort_put_real(out, v->vaf, missing);
        fprintf(out, " from %s:", id);
        ps_cohort_put_real(out, v->carrier.vaf, missing);
        free(gene);
        free(change);
        free(id);
        join = ",";
    }
    if (!*join)
        fputs(missing, out);
}

char *ps_cohort_carry_over_words(const ps_row *row, size_t variant) {
    return row->variant[variant].carrier.sample_id ? words_of(&row->variant[variant]) : NULL;
}

void ps_cohort_carried(FILE *out, const ps_cohort_view *view) {
    enum { SHOWN = 5 };
    size_t found = 0;
    for (size_t i = 0; i < view->n; i++)
        for (size_t k = 0; k < view->rows[i].n_variants; k++) {
            char *words = ps_cohort_carry_over_words(&view->rows[i], k);
            if (words && found++ < SHOWN) {
                fputs(found == 1 ? "<p class=\"note\"><b>Possible carry-over</b>, which does not decide alone: "
                                 : "; ",
                      out);
                ps_put_html(out, view->rows[i].sample_id);
                fputs(": ", out);
                ps_put_html(out, words);
            }
            free(words);
        }
    if (found)
        fputs(found > SHOWN ? "; and more (column possible_carry_over of cohort.tsv)</p>\n" : "</p>\n", out);
}
