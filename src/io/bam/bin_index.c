#include "bin_index.h"

#include <htslib/bgzf.h>
#include <htslib/hts_endian.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

enum {
    BAI_MIN_SHIFT = 14, /* of BAI and TBI: windows of 16 kb, five levels of bins above them */
    BAI_DEPTH = 5,
    MOST_SHIFT = 30,
    MOST_DEPTH = 9, /* one more, and bins do not fit 32 bits */
    TABIX_FIXED = 28,
    MOST_BYTES = 1 << 28 /* inflated; a human BAI has some megabytes */
};

typedef struct bin {
    uint64_t loff;                /* of CSI: where the first record over its first window begins */
    uint64_t first, last;         /* begins of its first and last chunk; UINT64_MAX: it has none */
    uint32_t number, bottom, top; /* windows it covers */
} bin;

typedef struct chunk {
    uint64_t beg, end; /* virtual offsets: of the first record, and after the last */
    uint32_t bin;
} chunk;

typedef struct reader {
    const uint8_t *at, *end;
    uint64_t n_file;
    int is_csi, depth;
    uint32_t leaf_first; /* first bin of the lowest level; that many are above it */
    uint32_t counts_bin; /* the number of the bin that holds counts */
    /* of the contig at hand */
    bin *bins;
    chunk *chunks;
    size_t n_bins, bins_capacity, n_chunks, chunks_capacity;
    ps_stretch counted; /* its records, as the counts' bin has it */
} reader;

static int take_u32(reader *r, uint32_t *value) {
    if (r->end - r->at < 4)
        return 0;
    *value = le_to_u32(r->at);
    r->at += 4;
    return 1;
}

static int take_u64(reader *r, uint64_t *value) {
    uint32_t low, high;
    if (!take_u32(r, &low) || !take_u32(r, &high))
        return 0;
    *value = (uint64_t)high << 32 | low;
    return 1;
}

static uint32_t bins_above(int level) { /* 1 + 8 + 64 + ... */
    return ((1u << 3 * level) - 1) / 7;
}

static int level_of(uint32_t number) {
    int level = 0;
    while (number >= bins_above(level + 1))
        level++;
    return level;
}

static void set_windows(const reader *r, bin *b) {
    uint32_t low = b->number, high = low;
    while (high < r->leaf_first) {
        low = 8 * low + 1;
        high = 8 * high + 8;
    }
    b->bottom = low - r->leaf_first;
    b->top = high - r->leaf_first;
}

/* ---- bins and chunks ------------------------------------------------------------------------------------------- */

static int by_begin(const void *a, const void *b) {
    const chunk *x = a, *y = b;
    return x->beg < y->beg ? -1 : x->beg > y->beg;
}

static int by_number(const void *a, const void *b) {
    const bin *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int by_bottom(const void *a, const void *b) {
    const bin *x = a, *y = b;
    return x->bottom < y->bottom ? -1 : x->bottom > y->bottom ? 1 : by_number(a, b);
}

/* Bins of one level cover places that follow each other, and records are sorted by where they start. */
static int bins_in_order(const reader *r) {
    const bin *before = NULL;
    for (size_t i = 0; i < r->n_bins; i++) {
        const bin *b = &r->bins[i];
        if (b->number == r->counts_bin || b->first == UINT64_MAX)
            continue;
        if (before && b->first < before->last && level_of(b->number) == level_of(before->number))
            return 0;
        before = b;
    }
    return 1;
}

/* Do the chunks, in the order of their begins, cover a stretch? */
static int cover_stretch(const chunk *c, size_t n, ps_stretch *stretch) {
    *stretch = n ? (ps_stretch){c[0].beg, c[0].end} : (ps_stretch){0};
    for (size_t i = 1; i < n; i++) {
        if (c[i].beg > stretch->end)
            return 0;
        if (c[i].end > stretch->end)
            stretch->end = c[i].end;
    }
    return 1;
}

static int take_chunks(reader *r, bin *b, uint32_t n) {
    chunk one = {.bin = b->number};
    uint64_t before = 0;
    for (uint32_t i = 0; i < n; i++, before = one.beg) {
        if (!take_u64(r, &one.beg) || !take_u64(r, &one.end) || one.beg >= one.end || one.beg < before ||
            one.end >> 16 > r->n_file)
            return 0;
        PS_GROW(r->chunks, r->n_chunks, r->chunks_capacity);
        r->chunks[r->n_chunks++] = one;
    }
    if (n) {
        b->first = r->chunks[r->n_chunks - n].beg;
        b->last = one.beg;
    }
    return 1;
}

static int take_counts(reader *r, uint32_t n) {
    uint64_t count;
    return n == 2 && take_u64(r, &r->counted.beg) && take_u64(r, &r->counted.end) && take_u64(r, &count) &&
           take_u64(r, &count);
}

static int take_bin(reader *r) {
    bin b = {.first = UINT64_MAX, .last = UINT64_MAX};
    uint32_t n;
    if (!take_u32(r, &b.number) || (r->is_csi && !take_u64(r, &b.loff)) || !take_u32(r, &n) ||
        n > (size_t)(r->end - r->at) / 16)
        return 0;
    int holds_counts = b.number == r->counts_bin;
    if (!holds_counts && b.number >= bins_above(r->depth + 1))
        return 0;
    if (!holds_counts)
        set_windows(r, &b);
    if (!(holds_counts ? take_counts(r, n) : take_chunks(r, &b, n)))
        return 0;
    PS_GROW(r->bins, r->n_bins, r->bins_capacity);
    r->bins[r->n_bins++] = b;
    return 1;
}

/* The bins of one contig: sound by themselves. The chunks are left in the order of their begins. */
static int take_bins(reader *r, ps_stretch *stretch) {
    uint32_t n;
    r->n_bins = r->n_chunks = 0;
    r->counted = (ps_stretch){0};
    if (!take_u32(r, &n))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        if (!take_bin(r))
            return 0;
    if (r->n_bins)
        qsort(r->bins, r->n_bins, sizeof *r->bins, by_number);
    for (size_t i = 1; i < r->n_bins; i++)
        if (r->bins[i].number == r->bins[i - 1].number)
            return 0;
    if (!bins_in_order(r))
        return 0;
    if (r->n_chunks)
        qsort(r->chunks, r->n_chunks, sizeof *r->chunks, by_begin);
    return cover_stretch(r->chunks, r->n_chunks, stretch) &&
           (r->counted.end == 0 || r->n_chunks == 0 ||
            (r->counted.beg == stretch->beg && r->counted.end == stretch->end));
}

/* ---- where the first record over a window begins --------------------------------------------------------------- */

/* Is the record at this offset in a bin over these windows? A chunk of a wide bin may have begun long before: chunks
 * are asked backwards, and after so many an index has the benefit of the doubt. */
static int is_reached(const reader *r, uint64_t offset, uint32_t first, uint32_t last) {
    enum { MOST_ASKED = 4096 };
    size_t low = 0, high = r->n_chunks;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->chunks[middle].beg <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i > 0; i--) {
        bin b = {.number = r->chunks[i - 1].bin};
        set_windows(r, &b);
        if (low - i == MOST_ASKED || (r->chunks[i - 1].end > offset && b.bottom <= last && b.top >= first))
            return 1;
    }
    return 0;
}

/* Of windows with one offset, the record starts in one: the others it overlaps, or they are empty (filled from the
 * next by htslib, from the last by others). */
static int take_linear(reader *r) {
    uint32_t n, first = 0;
    uint64_t offset, run = 0;
    int sound = take_u32(r, &n) && n <= 1u << 3 * r->depth;
    for (uint32_t window = 0; sound && window < n; window++) {
        sound = take_u64(r, &offset) && (offset == 0 || offset >= run);
        if (!sound || offset == 0 || offset == run)
            continue;
        sound = run == 0 || is_reached(r, run, first, window - 1);
        run = offset;
        first = window;
    }
    return sound && (run == 0 || is_reached(r, run, first, n - 1));
}

/* A CSI has the linear index at the first window of each bin. That of a wide bin may be empty, and filled. */
static int bins_have_offsets(reader *r) {
    const bin *before = NULL;
    if (r->n_bins)
        qsort(r->bins, r->n_bins, sizeof *r->bins, by_bottom);
    for (size_t i = 0; i < r->n_bins; i++) {
        const bin *b = &r->bins[i];
        if (b->number == r->counts_bin || b->first == UINT64_MAX || b->loff == 0)
            continue;
        if (b->loff > b->first || (before && b->loff < before->loff) ||
            (before && b->bottom == before->bottom && b->loff != before->loff) ||
            !is_reached(r, b->loff, b->bottom == b->top ? b->bottom : 0, b->top))
            return 0;
        before = b;
    }
    return 1;
}

/* ---- probes ---------------------------------------------------------------------------------------------------- */

/* Keeps each k-th bin: when there is no room left, every other one goes and k doubles. */
static void add_probes(const reader *r, int contig, size_t *n_seen, size_t *every, ps_bin_index *index) {
    for (size_t i = 0; i < r->n_bins; i++) {
        const bin *b = &r->bins[i];
        if (b->number == r->counts_bin || b->first == UINT64_MAX || (*n_seen)++ % *every != 0)
            continue;
        if (index->n_probes == PS_MOST_PROBES) {
            for (size_t k = 0; k < PS_MOST_PROBES / 2; k++)
                index->probe[k] = index->probe[2 * k];
            index->n_probes = PS_MOST_PROBES / 2;
            *every *= 2;
        }
        index->probe[index->n_probes++] = (ps_index_probe){b->first, (int64_t)b->bottom << index->min_shift,
                                                           ((int64_t)b->top + 1) << index->min_shift, contig};
    }
}

/* Of a big file few are enough: an index of another file disagrees nearly everywhere. */
static void thin_probes(ps_bin_index *index) {
    enum { ENOUGH = 64 };
    size_t step = (index->n_probes + ENOUGH - 1) / ENOUGH, n = 0;
    for (size_t i = 0; i < index->n_probes; i += step)
        index->probe[n++] = index->probe[i];
    index->n_probes = n;
}

static int by_offset(const void *a, const void *b) {
    const ps_index_probe *x = a, *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
    const ps_stretch *x = a, *y = b;
    return x->beg < y->beg ? -1 : x->beg > y->beg;
}

/* Contigs follow each other in the file, not always in the order of their numbers (BCF). */
static int contigs_without_gaps(ps_bin_index *index) {
    ps_stretch *sorted = ps_alloc((size_t)index->n_contigs, sizeof *sorted);
    size_t n = 0;
    for (int i = 0; i < index->n_contigs; i++)
        if (index->contig[i].end)
            sorted[n++] = index->contig[i];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_place);
    int sound = 1;
    for (size_t i = 1; sound && i < n; i++)
        sound = sorted[i].beg == sorted[i - 1].end;
    if (n)
        index->all = (ps_stretch){sorted[0].beg, sorted[n - 1].end};
    free(sorted);
    return sound;
}

static int take_csi_head(reader *r, ps_bin_index *index) {
    uint32_t min_shift, depth, n_aux;
    if (!take_u32(r, &min_shift) || !take_u32(r, &depth) || !take_u32(r, &n_aux) || min_shift < 1 ||
        min_shift > MOST_SHIFT || depth > MOST_DEPTH || n_aux > (size_t)(r->end - r->at))
        return 0;
    index->min_shift = (int)min_shift;
    index->depth = (int)depth;
    index->aux = (size_t)(r->at - index->bytes);
    index->n_aux = n_aux;
    r->at += n_aux;
    return 1;
}

/* Columns and names come after the number of contigs. */
static int take_tbi_aux(reader *r, ps_bin_index *index) {
    uint32_t word = 0;
    index->aux = (size_t)(r->at - index->bytes);
    for (int i = 0; i < TABIX_FIXED / 4; i++)
        if (!take_u32(r, &word))
            return 0;
    if (word > (size_t)(r->end - r->at))
        return 0;
    index->n_aux = TABIX_FIXED + (size_t)word;
    r->at += word;
    return 1;
}

static int is_sound(ps_bin_index *index, uint64_t n_file) {
    reader r = {.at = index->bytes + 4, .end = index->bytes + index->n_bytes, .n_file = n_file};
    uint32_t n;
    int is_tbi = index->bytes[0] == 'T';
    r.is_csi = index->bytes[0] == 'C';
    index->min_shift = BAI_MIN_SHIFT;
    index->depth = BAI_DEPTH;
    if ((r.is_csi && !take_csi_head(&r, index)) || !take_u32(&r, &n) || n > (size_t)(r.end - r.at) / 4 ||
        (is_tbi && !take_tbi_aux(&r, index)))
        return 0;
    r.depth = index->depth;
    r.leaf_first = bins_above(r.depth);
    r.counts_bin = bins_above(r.depth + 1) + 1;
    index->n_contigs = (int)n;
    index->contig = ps_alloc(n, sizeof *index->contig);
    int sound = 1;
    size_t n_seen = 0, every = 1;
    for (uint32_t i = 0; sound && i < n; i++) {
        sound = take_bins(&r, &index->contig[i]) && (r.is_csi ? bins_have_offsets(&r) : take_linear(&r));
        add_probes(&r, (int)i, &n_seen, &every, index);
    }
    if (every > 1)
        thin_probes(index);
    qsort(index->probe, index->n_probes, sizeof *index->probe, by_offset);
    free(r.bins);
    free(r.chunks);
    return sound && (r.end == r.at || r.end - r.at == 8) && /* the number of reads without a place is optional */
           contigs_without_gaps(index);
}

static int read_all(BGZF *file, ps_bin_index *index) {
    size_t capacity = 0;
    ssize_t got;
    do {
        capacity = capacity ? 2 * capacity : 1 << 16;
        index->bytes = ps_resize(index->bytes, capacity, 1);
        got = bgzf_read(file, index->bytes + index->n_bytes, capacity - index->n_bytes);
        index->n_bytes += got > 0 ? (size_t)got : 0;
    } while (got > 0 && index->n_bytes < MOST_BYTES);
    return got == 0;
}

int ps_bin_index_read(const char *path, uint64_t n_file, ps_bin_index *index) {
    memset(index, 0, sizeof *index);
    BGZF *file = bgzf_open(path, "r"); /* also what is not compressed */
    if (!file)
        return -1;
    int whole = read_all(file, index);
    bgzf_close(file);
    if (!whole)
        return 0;
    if (index->n_bytes < 4 || (memcmp(index->bytes, "BAI\1", 4) != 0 && memcmp(index->bytes, "CSI\1", 4) != 0 &&
                               memcmp(index->bytes, "TBI\1", 4) != 0))
        return -1;
    return is_sound(index, n_file);
}

char *ps_bin_index_url(const ps_bin_index *index) {
    static const char head[] = "data:;base64,",
                      digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *url = ps_alloc(sizeof head + (index->n_bytes + 2) / 3 * 4, 1), *to = url;
    memcpy(url, head, sizeof head);
    to += sizeof head - 1;
    for (size_t i = 0; i < index->n_bytes; i += 3) {
        size_t n = index->n_bytes - i < 3 ? index->n_bytes - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? index->bytes[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            *to++ = k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return url;
}

void ps_bin_index_free(ps_bin_index *index) {
    free(index->bytes);
    free(index->contig);
    memset(index, 0, sizeof *index);
}
