/* rows.h - rows of evidence that move from a part into a whole. Private to src/evidence. */
#ifndef PLASMASTRAT_ROWS_H
#define PLASMASTRAT_ROWS_H

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

#define PS_SORT_ROWS(rows, count, by)                                                                                \
    do {                                                                                                             \
        if (count)                                                                                                   \
            qsort(rows, count, sizeof *(rows), by);                                                                  \
    } while (0)

#endif
