/* chance.c - how often different molecules have the same ends, by how starts and lengths spread in this sample. */
#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "private.h"

/* Constants of the algorithm. NEAR_STARTS, NEAR_LENGTHS: bases over which starts and lengths are taken for evenly
 * spread. Beyond MERGED molecules per pair of ends, different molecules are often taken for copies, so that their
 * number scales the fragments instead. */
enum { NEAR_STARTS = 10, NEAR_LENGTHS = 5 };
static const double USUAL_PAIRS = 20, USUAL_STARTS = 150,
                    USUAL_LENGTHS = 60; /* bases; of sheared DNA, an assumption */
static const double MERGED = 1.1;

static int ascending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

int32_t *ps_sorted_ends(const ps_library_window *w, int right, size_t *n) {
    int32_t *end = ps_alloc(w->n, sizeof *end);
    *n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->row[i].key.end0[right] != PS_END_UNKNOWN)
            end[(*n)++] = w->row[i].key.end0[right];
    if (*n)
        qsort(end, *n, sizeof *end, ascending);
    return end;
}

/* Probability that two of n values agree, were they smooth: pairs within `near`. Few values tell little: beside them
 * count USUAL_PAIRS of values that are even over `usual` bases. */
static double agreement(const int32_t *value, size_t n, int near, double usual) {
    double pairs = 0;
    for (size_t i = 0, low = 0; i < n; i++) {
        while (value[i] - value[low] > near)
            low++;
        pairs += (double)(i - low);
    }
    /* `near` places on one side and half of the own one */
    double all = n > 1 ? (double)n * (double)(n - 1) : 0;
    return (pairs / (near + 0.5) + USUAL_PAIRS / usual) / (all + USUAL_PAIRS);
}

double ps_same_length(const ps_families *molecules, double length_at[3]) {
    size_t n = 0, all = molecules->n;
    int32_t *length = ps_alloc(all ? all : 1, sizeof *length);
    for (size_t i = 0; i < all; i++) {
        const int32_t *end0 = molecules->row[i].key.end0;
        if (end0[0] != PS_END_UNKNOWN && end0[1] != PS_END_UNKNOWN)
            length[n++] = end0[1] - end0[0] + 1;
    }
    if (n)
        qsort(length, n, sizeof *length, ascending);
    const size_t at[3] = {n / 20, n / 2, n ? n - 1 - n / 20 : 0};
    for (int k = 0; k < 3; k++)
        length_at[k] = n ? length[at[k]] : NAN;
    double p = 2 * n > all ? agreement(length, n, NEAR_LENGTHS, USUAL_LENGTHS) : 1;
    free(length);
    return fmin(1, p);
}

double ps_places_of(const ps_library_window *w, double same_length, int is_of_both) {
    double best = 1;
    for (int right = 0; right < 2; right++) {
        size_t n;
        int32_t *end = ps_sorted_ends(w, right, &n);
        double same = agreement(end, n, NEAR_STARTS, USUAL_STARTS) * same_length / (is_of_both ? 1 : 2);
        if (3 * n >= w->n && same > 0)
            best = fmax(best, 1 / same);
        free(end);
    }
    return best;
}

double ps_chance_copies(double n, double places) {
    return fmax(0, n + places * expm1(-n / places));
}

/* n molecules leave places * (1 - exp(-n / places)) pairs of ends. */
double ps_share_of_places(const ps_library_window *w) {
    double left = 1 - w->molecules / w->places, n = left > 0 ? -w->places * log(left) : INFINITY;
    double fragments = w->fragments * w->molecules / (double)w->n;
    return n > MERGED * w->molecules ? fmin(1, n / fragments) : 1;
}
