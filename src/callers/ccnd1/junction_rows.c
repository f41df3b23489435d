/* junction_rows.c - the rows of junction evidence, one per molecule (see junction.h). */
#include <stdlib.h>
#include <string.h>

#include "junction.h"
#include "plasmastrat/alloc.h"

#define COMPARE(field)                                                                                               \
    if (x->field != y->field)                                                                                        \
        return x->field < y->field ? -1 : 1;

static int by_rest(const ps_junction_read *x, const ps_junction_read *y) {
    COMPARE(pos_a0)
    COMPARE(pos_b0)
    COMPARE(right_a)
    COMPARE(right_b)
    COMPARE(low_b)
    COMPARE(molecule)
    COMPARE(base_a)
    COMPARE(base_b)
    COMPARE(fragment)
    return 0;
}

/* Split reads first: they know the breakpoint. Then what chromosome 11 says. */
static int by_fragment(const void *a, const void *b) {
    const ps_junction_read *x = a, *y = b;
    COMPARE(fragment)
    COMPARE(from_b)
    if (x->split != y->split)
        return y->split - x->split;
    return by_rest(x, y);
}

static int by_molecule(const void *a, const void *b) {
    const ps_junction_read *x = a, *y = b;
    COMPARE(molecule)
    if (x->split != y->split)
        return y->split - x->split;
    return by_rest(x, y);
}

static int by_place(const void *a, const void *b) {
    const ps_junction_read *x = a, *y = b;
    COMPARE(pos_a0)
    COMPARE(pos_b0)
    if (x->split != y->split)
        return y->split - x->split;
    return by_rest(x, y);
}
#undef COMPARE

/* One fragment's rows, sorted by_fragment. Returns 0 when only a pair's record in IGH knows of it: its mate was left
 * out. (A split read's record there names a sure part in the window, even if that part's record is secondary, as with
 * bwa -M.) */
static int join_rows(const ps_junction_read *rows, size_t n, ps_junction_read *one) {
    if (rows[0].from_b && !rows[0].split)
        return 0;
    const ps_junction_read *pair = NULL, *mate = NULL;
    *one = rows[0];
    for (size_t i = 0; i < n; i++) {
        const ps_junction_read *r = &rows[i];
        if (r->split) { /* hard-clipped records do not store the other side's base */
            int same = r->pos_a0 == one->pos_a0 && r->pos_b0 == one->pos_b0 && ps_junction_same_direction(r, one);
            one->base_a = one->base_a || !same ? one->base_a : r->base_a;
            one->base_b = one->base_b || !same ? one->base_b : r->base_b;
            one->low_b &= r->low_b;
        } else if (!r->from_b && !pair) {
            pair = r;
        } else if (r->from_b && pair && !mate && ps_junction_same_direction(r, pair)) {
            mate = r;
        }
    }
    const ps_junction_read *told = mate ? mate : pair;
    one->paired = told != NULL;
    if (told && one->split) { /* a mate that is placed surely vouches for a short second part */
        one->low_b &= told->low_b;
        one->molecule = pair->molecule ? pair->molecule : one->molecule;
    } else if (mate) {
        one->pos_b0 = mate->pos_b0;
        one->base_b = mate->base_b;
        one->low_b = mate->low_b;
    }
    return 1;
}

static size_t join_fragments(ps_junction_read *rows, size_t n) {
    size_t kept = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && rows[end].fragment == rows[i].fragment; end++)
            ;
        ps_junction_read one;
        if (join_rows(rows + i, end - i, &one))
            rows[kept++] = one;
    }
    return kept;
}

static size_t drop_copies(ps_junction_read *rows, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!rows[i].molecule || !kept || rows[i].molecule != rows[kept - 1].molecule)
            rows[kept++] = rows[i];
    return kept;
}

ps_junction_read *ps_junction_rows(const ps_limits *limits, const ps_read_evidence *evidence, size_t *n) {
    size_t n_clipped = 0, used = evidence->junctions.n_junction;
    ps_junction_read *clipped = ps_junction_link_clips(limits, evidence, &n_clipped);
    ps_junction_read *rows = ps_alloc(used + n_clipped, sizeof *rows);
    used = 0;
    for (size_t i = 0; i < evidence->junctions.n_junction; i++)
        if (ps_junction_joins(evidence, &evidence->junctions.junction[i]))
            rows[used++] = evidence->junctions.junction[i];
    if (n_clipped)
        memcpy(rows + used, clipped, n_clipped * sizeof *rows);
    free(clipped);
    used += n_clipped;
    qsort(rows, used, sizeof *rows, by_fragment);
    used = join_fragments(rows, used);
    qsort(rows, used, sizeof *rows, by_molecule);
    *n = drop_copies(rows, used);
    qsort(rows, *n, sizeof *rows, by_place);
    return rows;
}
