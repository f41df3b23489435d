/* rows.h - rows of evidence that move from a part into a whole. Private to src/evidence. */
#ifndef PLASMASTRAT_ROWS_H
#define PLASMASTRAT_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* Appends part->row to whole->row; the part keeps its array and no rows. */
#define PS_MOVE_ROWS(whole, part, row, count)                                                                        \
    do {                                                                                                             \
        if ((part)->count) {                                                                                         \
            (whole)->row = ps_resize((whole)->row, (whole)->count + (part)->count, sizeof *(whole)->row);            \
            memcpy((whole)->row + (whole)->count, (part)->row, (part)->count * sizeof *(whole)->row);                \
            (whole)->count += (part)->count;                                                                         \
            (part)->count = 0;                                                                                       \
        }                                                                                                            \
    } while (0)

/* For comparisons of rows x and y, a key at a time. */
#define PS_COMPARE(field)                                                                                            \
    if (x->field != y->field)                                                                                        \
        return x->field < y->field ? -1 : 1;

/* Rows of a file are in order as they were written: they are looked at, and sorted only if need be. */
static inline void ps_sort_rows(void *rows, size_t n, size_t size, int (*by)(const void *, const void *)) {
    const char *row = rows;
    for (size_t i = 1; i < n; i++)
        if (by(row + (i - 1) * size, row + i * size) > 0) {
            qsort(rows, n, size, by);
            return;
        }
}
#define PS_SORT_ROWS(rows, count, by) ps_sort_rows(rows, count, sizeof *(rows), by)

#endif
