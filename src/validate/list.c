/* list.c - the measures of a validation by name, and the end of one. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"
#include "private.h"

static ps_measure *add(ps_validation *v, const char *unit, double value, double low, double high, uint64_t n) {
    PS_GROW(v->measure, v->n_measures, v->measures_capacity);
    ps_measure *m = &v->measure[v->n_measures++];
    *m =
        (ps_measure){.value = ps_round6(value), .low = ps_round6(low), .high = ps_round6(high), .n = n, .unit = unit};
    return m;
}

ps_measure *validate_add(ps_validation *v, const char *unit, double value, double low, double high, uint64_t n,
                         const char *format, ...) {
    ps_measure *m = add(v, unit, value, low, high, n);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(m->name, sizeof m->name, format, arguments);
    va_end(arguments);
    return m;
}

void validate_add_share(ps_validation *v, uint64_t k, uint64_t n, const char *format, ...) {
    double low = NAN, high = NAN;
    if (n)
        ps_exact_interval(k, n, &low, &high);
    ps_measure *m = add(v, "fraction", n ? (double)k / (double)n : NAN, low, high, n);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(m->name, sizeof m->name, format, arguments);
    va_end(arguments);
}

const ps_measure *ps_validation_find(const ps_validation *v, const char *name) {
    for (size_t i = 0; i < v->n_measures; i++)
        if (!strcmp(v->measure[i].name, name))
            return &v->measure[i];
    return NULL;
}

uint64_t ps_validation_count(const ps_validation *v, ps_outcome outcome) {
    uint64_t n = 0;
    for (size_t i = 0; i < v->n_comparisons; i++)
        n += v->comparison[i].outcome == outcome;
    return n;
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

void ps_protocol_free(ps_protocol *p) {
    for (size_t i = 0; i < p->n; i++) {
        free(p->criterion[i].measure);
        free(p->criterion[i].relation);
        free(p->criterion[i].note);
    }
    free(p->criterion);
    free(p->path);
    *p = (ps_protocol){0};
}

static void free_pairs(ps_pairs *p) {
    free(p->comparison);
    free(p->expected);
    free(p->found);
}

static void free_rows(ps_validation *v) {
    for (size_t r = 0; r < v->n; r++) {
        ps_expectation_free(&v->row[r].expect);
        ps_found_free(&v->row[r].found);
        free(v->row[r].failure);
        free(v->row[r].written_by);
    }
    free(v->row);
    for (size_t i = 0; i < v->n_comparisons; i++) {
        free(v->comparison[i].expected);
        free(v->comparison[i].found);
        free(v->comparison[i].why);
    }
    free(v->comparison);
}

void ps_validation_free(ps_validation *v) {
    free_rows(v);
    free(v->detection);
    free(v->agreement);
    for (size_t i = 0; i < v->n_groups; i++)
        free(v->group[i].row);
    free(v->group);
    for (size_t i = 0; i < v->n_group_vafs; i++)
        free(v->group_vaf[i].name);
    free(v->group_vaf);
    free(v->limit);
    free_pairs(&v->vaf);
    free_pairs(&v->copies);
    free(v->measure);
    ps_protocol_free(&v->protocol);
    *v = (ps_validation){0};
}
