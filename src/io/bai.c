#include "bai.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

enum {
    LEAF_FIRST = 4681,   /* first bin of the lowest level, of 16 kb; ((1 << 15) - 1) / 7 */
    ALL_BINS = 37450,    /* bins of all levels; this number is that of the bin that holds counts */
    MOST_BYTES = 1 << 30 /* a human BAI has some megabytes */
};

typedef struct chunk {
    uint64_t beg, end; /* virtual offsets: of the first record, and after the last */
    uint32_t bin;
} chunk;

typedef struct cursor {
    const uint8_t *at, *end;
} cursor;

static int take_u32(cursor *c, uint32_t *value) {
    if (c->end - c->at < 4)
        return 0;
    *value = (uint32_t)c->at[0] | (uint32_t)c->at[1] << 8 | (uint32_t)c->at[2] << 16 | (uint32_t)c->at[3] << 24;
    c->at += 4;
    return 1;
}

static int take_u64(cursor *c, uint64_t *value) {
    uint32_t low, high;
    if (!take_u32(c, &low) || !take_u32(c, &high))
        return 0;
    *value = (uint64_t)high << 32 | low;
    return 1;
}

static int by_begin(const void *a, const void *b) {
    const chunk *x = a, *y = b;
    return x->beg < y->beg ? -1 : x->beg > y->beg;
}

static int by_bin(const void *a, const void *b) {
    const chunk *x = a, *y = b;
    return x->bin < y->bin ? -1 : x->bin > y->bin ? 1 : by_begin(a, b);
}

static int level_of(uint32_t bin) {
    int level = 0;
    for (uint32_t first = 0; bin >= first + (1u << 3 * level); level++)
        first += 1u << 3 * level;
    return level;
}

/* Bins of one level cover places that follow each other, and records are sorted by where they start. */
static int bins_in_order(const chunk *c, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (c[i].bin != c[i - 1].bin && level_of(c[i].bin) == level_of(c[i - 1].bin) && c[i].beg < c[i - 1].beg)
            return 0;
    return 1;
}

static int no_gaps(const chunk *c, size_t n) {
    uint64_t reached = n ? c[0].end : 0;
    for (size_t i = 1; i < n; i++) {
        if (c[i].beg > reached)
            return 0;
        if (c[i].end > reached)
            reached = c[i].end;
    }
    return 1;
}

/* The bins of one contig: sound by themselves. `chunk` is left in the order of their begins. */
static int take_bins(cursor *c, chunk **chunks, size_t *n_chunks) {
    uint32_t n_bins, bin, n;
    size_t capacity = 0;
    uint8_t *seen = ps_alloc(ALL_BINS + 1, 1);
    int sound = take_u32(c, &n_bins) && n_bins <= ALL_BINS + 1;
    for (uint32_t b = 0; sound && b < n_bins; b++) {
        sound = take_u32(c, &bin) && take_u32(c, &n) && bin <= ALL_BINS && !seen[bin]++ &&
                n <= (size_t)(c->end - c->at) / 16 && (bin != ALL_BINS || n == 2);
        for (uint32_t k = 0; sound && k < n; k++) {
            chunk one = {.bin = bin};
            sound = take_u64(c, &one.beg) && take_u64(c, &one.end) && (bin == ALL_BINS || one.beg < one.end);
            if (!sound || bin == ALL_BINS)
                continue;
            PS_GROW(*chunks, *n_chunks, capacity);
            (*chunks)[(*n_chunks)++] = one;
        }
    }
    free(seen);
    if (*n_chunks)
        qsort(*chunks, *n_chunks, sizeof **chunks, by_bin);
    sound = sound && bins_in_order(*chunks, *n_chunks);
    if (*n_chunks)
        qsort(*chunks, *n_chunks, sizeof **chunks, by_begin);
    return sound && no_gaps(*chunks, *n_chunks);
}

/* Does the bin cover one of these windows? */
static int covers(uint32_t bin, uint32_t first, uint32_t last) {
    uint32_t low = bin, high = bin;
    while (high < LEAF_FIRST) {
        low = 8 * low + 1;
        high = 8 * high + 8;
    }
    return low - LEAF_FIRST <= last && high - LEAF_FIRST >= first;
}

/* Is the record at this offset in a bin over these windows? A chunk of a wide bin may have begun long before: chunks are
 * asked backwards, and after so many an index has the benefit of the doubt. */
static int is_reached(const chunk *c, size_t n, uint64_t offset, uint32_t first, uint32_t last) {
    enum { MOST_ASKED = 4096 };
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c[middle].beg <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i > 0; i--)
        if (low - i == MOST_ASKED || (c[i - 1].end > offset && covers(c[i - 1].bin, first, last)))
            return 1;
    return 0;
}

/* Of windows with one offset, the record starts in one: the others it overlaps, or they are empty (filled from the next
 * by htslib, from the last by others). */
static int take_linear(cursor *c, const chunk *chunks, size_t n_chunks) {
    uint32_t n, first = 0;
    uint64_t offset, run = 0;
    int sound = take_u32(c, &n) && n <= ALL_BINS - LEAF_FIRST;
    for (uint32_t window = 0; sound && window < n; window++) {
        sound = take_u64(c, &offset) && (offset == 0 || offset >= run);
        if (!sound || offset == 0 || offset == run)
            continue;
        sound = run == 0 || is_reached(chunks, n_chunks, run, first, window - 1);
        run = offset;
        first = window;
    }
    return sound && (run == 0 || is_reached(chunks, n_chunks, run, first, n - 1));
}

static int is_sound(const uint8_t *bytes, size_t n) {
    cursor c = {bytes + 4, bytes + n};
    uint32_t n_contigs;
    int sound = take_u32(&c, &n_contigs) && n_contigs <= n / 8;
    for (uint32_t i = 0; sound && i < n_contigs; i++) {
        chunk *chunks = NULL;
        size_t n_chunks = 0;
        sound = take_bins(&c, &chunks, &n_chunks) && take_linear(&c, chunks, n_chunks);
        free(chunks);
    }
    return sound && (c.end == c.at || c.end - c.at == 8); /* the number of reads without a place is optional */
}

int ps_bai_is_sound(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return 1;
    uint8_t *bytes = NULL;
    size_t n = 0, capacity = 0, got;
    do {
        capacity = capacity ? 2 * capacity : 1 << 20;
        bytes = ps_resize(bytes, capacity, 1);
        got = fread(bytes + n, 1, capacity - n, f);
        n += got;
    } while (got > 0 && n == capacity && n < MOST_BYTES);
    int sound = !ferror(f);
    fclose(f);
    if (sound && n >= 4 && !memcmp(bytes, "BAI\1", 4))
        sound = is_sound(bytes, n);
    free(bytes);
    return sound;
}
