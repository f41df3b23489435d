#include "slices.h"

#include <stdlib.h>

#include "plasmastrat/alloc.h"

void ps_slices_add(ps_slices *s, int tid, int64_t beg0, int64_t end0) {
    PS_GROW(s->slice, s->n, s->capacity);
    s->slice[s->n++] = (ps_slice_place){tid, beg0, end0};
}

static int by_place(const void *a, const void *b) {
    const ps_slice_place *x = a, *y = b;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    return x->beg0 < y->beg0 ? -1 : x->beg0 > y->beg0;
}

void ps_slices_sort(ps_slices *s) {
    if (s->n)
        qsort(s->slice, s->n, sizeof *s->slice, by_place);
    for (size_t i = 1; i < s->n; i++) {
        ps_slice_place *one = &s->slice[i];
        const ps_slice_place *before = one - 1;
        if (before->tid == one->tid && before->reach > one->reach)
            one->reach = before->reach;
    }
}

/* The first that begins at or after a place. */
static size_t at_or_after(const ps_slices *s, int tid, int64_t beg0) {
    const ps_slice_place place = {.tid = tid, .beg0 = beg0};
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_place(&s->slice[middle], &place) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t ps_slices_between(const ps_slices *s, int tid, int64_t beg0, int64_t end0) {
    size_t first = at_or_after(s, tid, beg0), end = at_or_after(s, tid, end0);
    return end > first ? end - first : 0;
}

int ps_slices_are_shared(const ps_slices *s, int tid, int64_t end0, int64_t beg0) {
    size_t i = at_or_after(s, tid, end0);
    return i > 0 && s->slice[i - 1].tid == tid && s->slice[i - 1].reach > beg0;
}

void ps_slices_free(ps_slices *s) {
    free(s->slice);
    *s = (ps_slices){0};
}
