#include "ranges.h"

#include <errno.h>
#include <htslib/hfile.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/remote.h"

enum {
    JOIN = 65536,  /* bytes between two chunks that are rather read than asked for again */
    BLOCK = 24576, /* what a block mostly takes at most: asked for with the last one, whose size is not known yet */
    MORE = 65536,  /* asked for when that was too little */
};

typedef struct part {        /* blocks from the one at `beg` to the one at `last` */
    uint64_t beg, last, end; /* end: of the bytes to ask for at first */
    size_t skip;             /* bytes of the first block before the first record */
} part;

struct ps_ranges {
    const ps_source *source;
    const ps_walk_rules *rules;
    part *part;
    size_t n_parts, next;
    ps_walk *walk; /* of part[next - 1] */
    hFILE *file;   /* the request at hand, NULL when it is used up */
    uint64_t at, end;
};

int ps_ranges_can(const char *url) {
    return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

static hFILE *ask_for(const char *url, uint64_t beg, uint64_t end) {
    char header[80];
    snprintf(header, sizeof header, "Range: bytes=%" PRIu64 "-%" PRIu64, beg, end - 1);
    return hopen(url, "r:", "httphdr", header, NULL);
}

int ps_ranges_find(const char *url) {
    int ranges = ps_ranges_can(url);
    hFILE *file = ps_remote_open(url, ranges ? "Range: bytes=0-63" : NULL);
    if (file)
        hclose_abruptly(file);
    /* a store that may not be listed tells 403 of what is not there */
    return file ? 1 : errno == ENOENT || errno == EACCES || errno == EPERM || errno == EINVAL ? 0 : -1;
}

static void end_request(ps_ranges *r) {
    if (r->file)
        hclose_abruptly(r->file);
    r->file = NULL;
}

/* Reads to the end of the request, and asks for more only when more is wanted: of a block that turns out longer. A
 * reply that is shorter than what was asked for, or that breaks off, is asked for again from where it ended. Only a
 * refused range (416, which htslib tells as EINVAL) is the end of the file: nothing lies there. */
static ssize_t read_range(void *source, void *buffer, size_t n) {
    enum { MOST_ATTEMPTS = 6 };
    ps_ranges *r = source;
    int before = ps_remote_timeouts();
    for (int attempt = 0; attempt < MOST_ATTEMPTS && !ps_interrupted() && ps_remote_timeouts() == before; attempt++) {
        if (attempt > 1) /* the first short reply may be a server's limit */
            ps_remote_wait(attempt - 2);
        if (!r->file) {
            r->end = r->end > r->at ? r->end : r->at + MORE;
            r->file = ask_for(r->source->path, r->at, r->end);
            if (!r->file && errno == EINVAL)
                return 0;
            if (!r->file)
                continue;
        }
        size_t left = (size_t)(r->end - r->at);
        ssize_t got = hread(r->file, buffer, n < left ? n : left);
        r->at += got > 0 ? (uint64_t)got : 0;
        if (got <= 0 || r->at == r->end)
            end_request(r);
        if (got > 0)
            return got;
    }
    errno = errno ? errno : EIO;
    return -1;
}

static int by_begin(const void *a, const void *b) {
    const hts_pair64_max_t *x = a, *y = b;
    return (x->u > y->u) - (x->u < y->u);
}

/* Chunks are pairs of virtual offsets: the block's place << 16 | the place in it. Parts share no block. */
static void make_parts(ps_ranges *r, const hts_itr_t *region) {
    size_t n = region->n_off > 0 ? (size_t)region->n_off : 0;
    hts_pair64_max_t *chunk = ps_alloc(n, sizeof *chunk);
    r->part = ps_alloc(n, sizeof *r->part);
    for (size_t i = 0; i < n; i++)
        chunk[i] = region->off[i];
    if (n)
        qsort(chunk, n, sizeof *chunk, by_begin);
    part *p = NULL; /* the one before */
    for (size_t i = 0; i < n; i++) {
        uint64_t beg = chunk[i].u >> 16, last = chunk[i].v >> 16, end = last + BLOCK;
        if (last > beg && !(chunk[i].v & 0xffff)) /* nothing of that block is wanted */
            end = last--;
        if (p && beg <= p->last + JOIN) {
            p->end = end > p->end ? end : p->end;
            p->last = last > p->last ? last : p->last;
            continue;
        }
        p = &r->part[r->n_parts++];
        *p = (part){beg, last, end, (size_t)(chunk[i].u & 0xffff)};
    }
    free(chunk);
}

ps_ranges *ps_ranges_open(const ps_source *source, const hts_itr_t *region, const ps_walk_rules *rules) {
    ps_ranges *r = ps_alloc(1, sizeof *r);
    r->source = source;
    r->rules = rules;
    make_parts(r, region);
    return r;
}

static void end_part(ps_ranges *r) {
    ps_walk_close(r->walk);
    r->walk = NULL;
    end_request(r);
}

static void begin_part(ps_ranges *r) {
    const part *p = &r->part[r->next++];
    r->at = p->beg;
    r->end = p->end;
    ps_walk_input input = {.name = r->source->name,
                           .read = read_range,
                           .source = r,
                           .offset = p->beg,
                           .is_part = 1,
                           .last_block = p->last,
                           .skip = p->skip};
    r->walk = ps_walk_open(&input, r->rules, 1);
}

int ps_ranges_next(ps_ranges *r, bam1_t *record, ps_error *err) {
    for (;;) {
        if (!r->walk) {
            if (r->next == r->n_parts)
                return 0;
            begin_part(r);
        }
        int got = ps_walk_next(r->walk, record, err);
        if (got != 0)
            return got;
        end_part(r);
    }
}

void ps_ranges_close(ps_ranges *r) {
    if (!r)
        return;
    end_part(r);
    free(r->part);
    free(r);
}
