/* validate_keep.c - the samples that in-silico dilution mixes, kept from when they were called: no file is read
 * twice.
 *
 * Which samples these are is known when all are called: the first found variant of a kind, and the first wild type
 * with the same build and a common kind of reads. So of every build and set of reads the first wild type is kept, and
 * the first sample with a found variant of each kind: a handful, whatever the sheet's size and the order in which its
 * rows are done.
 */
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "validate.h"

enum { WILD = PS_N_CHANGES }; /* beside the kinds of change */

struct kept_class {
    const char *build;
    unsigned reads;
    int kind;
    size_t row; /* the first so far */
};

struct kept_sample {
    size_t row;
    ps_result result;
};

int validate_is_mutated(const ps_validation_row *row, const ps_comparison *c, ps_change_kind kind) {
    return c->what == PS_COMPARED_VARIANT && c->positive && c->outcome == PS_OUTCOME_AGREES && c->kind == kind &&
           row->dilution_of == PS_NO_ROW && row->replicate_of == PS_NO_ROW;
}

int validate_is_wild(const ps_validation_row *row) {
    return !row->failure && row->expect.ras == PS_RAS_WILD_TYPE && row->found.ras == PS_RAS_WILD_TYPE &&
           row->dilution_of == PS_NO_ROW;
}

/* Is the row the first of its class? Then the class is its. */
static int take_class(validate_kept *k, const ps_validation_row *row, size_t at, int kind) {
    for (size_t i = 0; i < k->n_classes; i++) {
        struct kept_class *c = &k->of_class[i];
        if (c->build != row->build || c->reads != row->reads || c->kind != kind)
            continue;
        if (c->row < at)
            return 0;
        c->row = at;
        return 1;
    }
    PS_GROW(k->of_class, k->n_classes, k->classes_capacity);
    k->of_class[k->n_classes++] = (struct kept_class){row->build, row->reads, kind, at};
    return 1;
}

static int is_wanted(const validate_kept *k, size_t row) {
    for (size_t i = 0; i < k->n_classes; i++)
        if (k->of_class[i].row == row)
            return 1;
    return 0;
}

static void drop_unwanted(validate_kept *k) {
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++)
        if (is_wanted(k, k->sample[i].row))
            k->sample[n++] = k->sample[i];
        else
            ps_result_free(&k->sample[i].result);
    k->n = n;
}

void validate_keep(validate_kept *k, const ps_validation_row *row, size_t at, const ps_comparison *comparison,
                   size_t n, ps_result *result) {
    if (!row->reads)
        return;
    pthread_mutex_lock(&k->lock);
    int wanted = validate_is_wild(row) && take_class(k, row, at, WILD);
    for (int kind = 0; kind < PS_N_CHANGES; kind++) {
        int has = 0;
        for (size_t i = 0; i < n && !has; i++)
            has = validate_is_mutated(row, &comparison[i], (ps_change_kind)kind);
        wanted |= has && take_class(k, row, at, kind);
    }
    if (wanted) {
        PS_GROW(k->sample, k->n, k->capacity);
        k->sample[k->n++] = (struct kept_sample){at, *result};
        *result = (ps_result){0};
        drop_unwanted(k);
    }
    pthread_mutex_unlock(&k->lock);
}

const ps_result *validate_kept_of(const validate_kept *k, size_t row) {
    for (size_t i = 0; i < k->n; i++)
        if (k->sample[i].row == row)
            return &k->sample[i].result;
    return NULL;
}

void validate_kept_init(validate_kept *k) {
    *k = (validate_kept){0};
    pthread_mutex_init(&k->lock, NULL);
}

void validate_kept_free(validate_kept *k) {
    for (size_t i = 0; i < k->n; i++)
        ps_result_free(&k->sample[i].result);
    free(k->sample);
    free(k->of_class);
    pthread_mutex_destroy(&k->lock);
}
