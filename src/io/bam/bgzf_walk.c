#include "bgzf_walk.h"

#include <errno.h>
#include <htslib/hts_endian.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"

enum {
    BLOCK_MAX = 65536,     /* of a BGZF block, packed or inflated (SAM specification 4.1) */
    RUN_BLOCKS = 8,        /* half a megabyte inflated: stays in a core's own cache while it is walked */
    INPUT_BYTES = 1 << 18, /* asked of the file at once; holds several blocks */
    GZIP_HEADER = 12,      /* up to and with XLEN */
    GZIP_FOOTER = 8,       /* CRC32, ISIZE */
};

typedef enum { RUN_FREE, RUN_BUSY, RUN_DONE } run_state;

typedef struct run { /* consecutive blocks */
    run_state state;
    uint8_t *packed, *data;
    size_t n_packed, packed_capacity, n;
    uint64_t offset; /* of the first block in the file */
    int is_last;     /* no block follows */
    int ends_empty;  /* its last block is empty: the end-of-file marker, if no block follows */
    int n_blocks;
    size_t begin;        /* where records were assumed to begin */
    ps_walk_found found; /* walked from there */
    ps_error err;        /* what ended the run early */
} run;

struct ps_walk {
    char *name;
    ps_walk_input from;
    const ps_walk_rules *rules;

    pthread_mutex_t lock; /* guards what follows up to `quit`, and run.state */
    pthread_cond_t may_read, changed;
    run *ring;
    size_t n_ring;
    uint64_t next_read, next_used; /* runs by number; the place in the ring is the number modulo n_ring */
    int reading;                   /* a thread is at the file: it alone touches the input buffer */
    int all_read;
    int quit;

    uint8_t *input; /* INPUT_BYTES */
    size_t input_at, input_end;
    uint64_t input_offset; /* of input[input_at] in the file */
    int input_ended;

    pthread_t *thread;
    int n_threads;                            /* started */
    struct libdeflate_decompressor *inflater; /* of the calling thread */

    /* the ordered hand-over: the calling thread's alone */
    run *current;
    size_t next_hit;
    uint8_t *tail; /* a record of which some bytes are still to come */
    size_t n_tail, tail_capacity;
    ps_walk_found tail_found;
    int tail_is_whole;
    uint64_t n_records, last_place;
    int ends_empty, ended;
    size_t skip; /* bytes to drop before the first record */
};

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

/* Bytes of the block that begins here, from the BC subfield; 0: not a BGZF block. `n` holds the whole extra field. */
static size_t block_bytes(const uint8_t *p, size_t n) {
    size_t end = GZIP_HEADER + le_to_u16(p + 10);
    for (size_t at = GZIP_HEADER; at + 4 <= end && end <= n; at += 4 + le_to_u16(p + at + 2))
        if (p[at] == 'B' && p[at + 1] == 'C' && le_to_u16(p + at + 2) == 2 && at + 6 <= end) {
            size_t bytes = (size_t)le_to_u16(p + at + 4) + 1;
            return bytes > end + GZIP_FOOTER ? bytes : 0;
        }
    return 0;
}

static int is_gzip(const uint8_t *p) { /* deflate, with an extra field and nothing else */
    return p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && p[3] == 4;
}

/* Makes sure of `n` bytes in the input buffer: 1, or 0 at the end of the file, -1 when it cannot be read. */
static int fill_input(ps_walk *w, size_t n) {
    while (w->input_end - w->input_at < n && !w->input_ended) {
        memmove(w->input, w->input + w->input_at, w->input_end - w->input_at);
        w->input_end -= w->input_at;
        w->input_at = 0;
        ssize_t got = w->from.read(w->from.source, w->input + w->input_end, INPUT_BYTES - w->input_end);
        if (got < 0)
            return -1;
        w->input_end += (size_t)got;
        w->input_ended = got == 0;
    }
    return w->input_end - w->input_at >= n;
}

static int cannot_read(const ps_walk *w, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, w->name, 0, "cannot be read: %s", strerror(errno ? errno : EIO));
}

static int cut_block(const ps_walk *w, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, w->name, 0, "file is truncated: it ends inside the block at byte %" PRIu64,
                   w->input_offset);
}

static int not_a_block(const ps_walk *w, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, w->name, 0, "file is damaged: at byte %" PRIu64 " a BGZF block was expected",
                   w->input_offset);
}

/* 1: the next block's size, 0: the end of the file, -1: error. */
static int next_block(ps_walk *w, size_t *bytes, ps_error *err) {
    if (w->from.is_part && w->input_offset > w->from.last_block)
        return 0;
    int got = fill_input(w, GZIP_HEADER);
    if (got < 0)
        return cannot_read(w, err);
    if (got == 0)
        return w->input_at == w->input_end ? 0 : cut_block(w, err);
    if (!is_gzip(w->input + w->input_at))
        return not_a_block(w, err);
    size_t header = GZIP_HEADER + le_to_u16(w->input + w->input_at + 10);
    got = fill_input(w, header);
    if (got > 0)
        *bytes = block_bytes(w->input + w->input_at, header);
    if (got > 0 && *bytes == 0)
        return not_a_block(w, err);
    if (got > 0)
        got = fill_input(w, *bytes);
    return got < 0 ? cannot_read(w, err) : got == 0 ? cut_block(w, err) : 1;
}

/* Moves up to RUN_BLOCKS blocks from the file to the run; what goes wrong is kept with the run, for its turn. */
static void read_run(ps_walk *w, run *r) {
    size_t bytes = 0;
    r->offset = w->input_offset;
    while (r->n_blocks < RUN_BLOCKS && !r->is_last) {
        if (next_block(w, &bytes, &r->err) <= 0) {
            r->is_last = 1;
            return;
        }
        if (r->n_packed + bytes > r->packed_capacity) {
            r->packed_capacity = r->n_packed + bytes + BLOCK_MAX;
            r->packed = ps_resize(r->packed, r->packed_capacity, 1);
        }
        memcpy(r->packed + r->n_packed, w->input + w->input_at, bytes);
        r->n_packed += bytes;
        r->n_blocks++;
        w->input_at += bytes;
        w->input_offset += bytes;
    }
}

static int bad_block(const ps_walk *w, const run *r, size_t at, const char *what, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, w->name, 0, "file is damaged: the block at byte %" PRIu64 " %s", r->offset + at,
                   what);
}

/* Inflates the block at `at` behind the run's data and moves on to the next. */
static int inflate_block(const ps_walk *w, run *r, size_t *at, struct libdeflate_decompressor *inflater,
                         ps_error *err) {
    const uint8_t *block = r->packed + *at;
    size_t header = GZIP_HEADER + le_to_u16(block + 10), bytes = block_bytes(block, header);
    uint32_t crc = le_to_u32(block + bytes - 8), size = le_to_u32(block + bytes - 4);
    if (size > BLOCK_MAX)
        return bad_block(w, r, *at, "states a size of more than 65536 bytes", err);
    uint8_t *out = r->data + r->n;
    if (!inflater)
        return ps_fail(err, PS_ERR_MEMORY, w->name, 0, "cannot be inflated: out of memory");
    if (libdeflate_deflate_decompress(inflater, block + header, bytes - header - GZIP_FOOTER, out, size, NULL) !=
        LIBDEFLATE_SUCCESS)
        return bad_block(w, r, *at, "cannot be inflated", err);
    if (libdeflate_crc32(0, out, size) != crc)
        return bad_block(w, r, *at, "does not fit its CRC32", err);
    r->n += size;
    r->ends_empty = size == 0;
    *at += bytes;
    return 0;
}

/* Walks each block while it is warm. When records cannot begin with the run, they begin where a chain of them fits.
 */
static void work_run(const ps_walk *w, run *r, struct libdeflate_decompressor *inflater) {
    if (!r->data)
        r->data = ps_alloc((size_t)RUN_BLOCKS * BLOCK_MAX, 1);
    for (size_t at = 0; at < r->n_packed && inflate_block(w, r, &at, inflater, &r->err) == 0;)
        ps_walk_records(w->rules, r->data, r->n, &r->found);
    if (r->found.state == PS_WALK_OK)
        return;
    r->begin = ps_guess_record(w->rules, r->data, r->n);
    ps_walk_restart(&r->found, r->begin);
    ps_walk_records(w->rules, r->data, r->n, &r->found);
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

static void clear_run(run *r) {
    r->n_packed = r->n = 0;
    r->is_last = r->ends_empty = r->n_blocks = 0;
    r->begin = 0;
    r->err = (ps_error){0};
    ps_walk_restart(&r->found, 0);
}

/* With the lock held: reads the next run, and works on it without the lock; 0 when there is nothing to take now. */
static int take_run(ps_walk *w, struct libdeflate_decompressor *inflater) {
    run *r = &w->ring[w->next_read % w->n_ring];
    if (w->reading || w->all_read || w->quit || r->state != RUN_FREE)
        return 0;
    w->reading = 1;
    r->state = RUN_BUSY;
    pthread_mutex_unlock(&w->lock);
    clear_run(r);
    read_run(w, r);
    pthread_mutex_lock(&w->lock);
    w->reading = 0;
    w->next_read++;
    w->all_read = r->is_last;
    pthread_cond_signal(&w->may_read);
    pthread_mutex_unlock(&w->lock);
    work_run(w, r, inflater);
    pthread_mutex_lock(&w->lock);
    r->state = RUN_DONE;
    pthread_cond_signal(&w->changed);
    return 1;
}

static void *labour(void *argument) {
    ps_walk *w = argument;
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    pthread_mutex_lock(&w->lock);
    while (inflater && !w->quit && !w->all_read)
        if (!take_run(w, inflater))
            pthread_cond_wait(&w->may_read, &w->lock);
    pthread_cond_broadcast(&w->may_read); /* the others end too */
    pthread_mutex_unlock(&w->lock);
    if (inflater)
        libdeflate_free_decompressor(inflater);
    return NULL;
}

/* The run whose turn it is, worked out; here when no other thread has it in hand. */
static run *wait_for_run(ps_walk *w) {
    run *r = &w->ring[w->next_used % w->n_ring];
    pthread_mutex_lock(&w->lock);
    while (r->state != RUN_DONE)
        if (!take_run(w, w->inflater))
            pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return r;
}

static void release_run(ps_walk *w) {
    pthread_mutex_lock(&w->lock);
    w->current->state = RUN_FREE;
    w->current = NULL;
    w->next_used++;
    pthread_cond_signal(&w->may_read);
    pthread_mutex_unlock(&w->lock);
}

/* ---- the ordered hand-over ------------------------------------------------------------------------------------- */

static int bad_record(const ps_walk *w, uint64_t good, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, w->name, 0,
                   "file is damaged: the record after %" PRIu64 " good ones has impossible lengths or contigs", good);
}

static int check_walked(const ps_walk *w, const uint8_t *data, const ps_walk_found *found, ps_error *err) {
    uint64_t good = w->n_records + found->n_records;
    size_t length = 0;
    switch (found->state) {
    case PS_WALK_BAD_RECORD:
        return bad_record(w, good, err);
    case PS_WALK_OUT_OF_ORDER: {
        const char *name = ps_record_name(data + found->at, &length);
        return ps_fail(err, PS_ERR_RUN, w->name, 0,
                       "record %" PRIu64 " (%.*s) is out of order, but the header says SO:coordinate; sort the file",
                       good + 1, (int)length, name);
    }
    default:
        return 0;
    }
}

static void add_to_tail(ps_walk *w, const uint8_t *data, size_t n) {
    if (n == 0)
        return;
    if (w->n_tail + n > w->tail_capacity) {
        w->tail_capacity = 2 * (w->n_tail + n);
        w->tail = ps_resize(w->tail, w->tail_capacity, 1);
    }
    memcpy(w->tail + w->n_tail, data, n);
    w->n_tail += n;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Completes the record that began in earlier runs, as far as this one goes. *used: bytes of the run that belong to
 * it. */
static int complete_tail(ps_walk *w, const run *r, size_t *used, ps_error *err) {
    *used = 0;
    if (w->n_tail < PS_RECORD_FIXED) {
        *used = least(PS_RECORD_FIXED - w->n_tail, r->n);
        add_to_tail(w, r->data, *used);
        if (w->n_tail < PS_RECORD_FIXED)
            return 0;
    }
    if (!ps_record_is_sane(w->rules, w->tail))
        return bad_record(w, w->n_records, err);
    size_t bytes = ps_record_bytes(w->tail), more = least(bytes - w->n_tail, r->n - *used);
    add_to_tail(w, r->data + *used, more);
    *used += more;
    if (w->n_tail < bytes)
        return 0;
    w->tail_is_whole = 1;
    ps_walk_restart(&w->tail_found, 0);
    w->tail_found.last_place = w->last_place;
    ps_walk_records(w->rules, w->tail, w->n_tail, &w->tail_found);
    if (check_walked(w, w->tail, &w->tail_found, err) != 0)
        return -1;
    w->n_records++;
    w->last_place = w->tail_found.last_place;
    return 0;
}

/* Walks the run again when it was walked from another place than where the record before it ended, or when its first
 * record is out of order. */
static int verify_run(ps_walk *w, run *r, size_t begin, ps_error *err) {
    int follows = r->found.n_records == 0 || !w->rules->sorted || r->found.first_place >= w->last_place;
    if (r->begin != begin || !follows) {
        ps_walk_restart(&r->found, begin);
        r->found.last_place = w->last_place;
        ps_walk_records(w->rules, r->data, r->n, &r->found);
    }
    if (check_walked(w, r->data, &r->found, err) != 0)
        return -1;
    w->n_records += r->found.n_records;
    if (r->found.n_records)
        w->last_place = r->found.last_place;
    return 0;
}

static int accept_run(ps_walk *w, run *r, ps_error *err) {
    size_t begin = least(w->skip, r->n);
    w->skip -= begin;
    w->tail_is_whole = 0;
    if (w->n_tail && complete_tail(w, r, &begin, err) != 0)
        return -1;
    if (verify_run(w, r, begin, err) != 0)
        return -1;
    if (r->err.kind != PS_ERR_NONE)
        return ps_fail(err, r->err.kind, NULL, 0, "%s", r->err.text);
    if (r->n_blocks)
        w->ends_empty = r->ends_empty;
    return 0;
}

/* After the last record of the run: 1 to go on with the next, 0 at the end of a whole file, -1 when it is cut. */
static int finish_run(ps_walk *w, ps_error *err) {
    const run *r = w->current;
    int is_last = r->is_last;
    if (w->tail_is_whole)
        w->n_tail = 0;
    w->tail_is_whole = 0;
    add_to_tail(w, r->data + r->found.at, r->n - r->found.at);
    release_run(w);
    if (!is_last)
        return 1;
    w->ended = 1;
    if (w->from.is_part)
        return 0;
    if (w->n_tail)
        return ps_fail(err, PS_ERR_RUN, w->name, 0,
                       "file is truncated: it ends inside the record after %" PRIu64 " good ones", w->n_records);
    if (!w->ends_empty)
        return ps_fail(err, PS_ERR_RUN, w->name, 0, "file is truncated: no end-of-file marker");
    return 0;
}

static int hand_on(const ps_walk *w, const uint8_t *data, bam1_t *record, ps_error *err) {
    if (ps_record_copy(data, record) == 0)
        return 1;
    size_t length = 0;
    const char *name = ps_record_name(data, &length);
    return ps_fail(err, PS_ERR_RUN, w->name, 0,
                   "file is damaged: record %.*s has a CIGAR that does not fit its bases", (int)length, name);
}

int ps_walk_next(ps_walk *w, bam1_t *record, ps_error *err) {
    while (!w->ended) {
        if (!w->current) {
            if (ps_check_interrupt(err) != 0)
                return -1;
            run *r = wait_for_run(w);
            if (accept_run(w, r, err) != 0)
                return -1;
            w->current = r;
            w->next_hit = 0;
            if (w->tail_is_whole && w->tail_found.n_hits)
                return hand_on(w, w->tail, record, err);
        }
        const ps_walk_found *found = &w->current->found;
        if (w->next_hit < found->n_hits)
            return hand_on(w, w->current->data + found->hit[w->next_hit++], record, err);
        int more = finish_run(w, err);
        if (more < 0)
            return -1;
    }
    return 0;
}

uint64_t ps_walk_count(const ps_walk *w) {
    return w->n_records;
}

/* ---- opening and closing --------------------------------------------------------------------------------------- */

static void begin_with(ps_walk *w, const void *before, size_t n) {
    run *r = &w->ring[0];
    r->data = ps_alloc((size_t)RUN_BLOCKS * BLOCK_MAX, 1);
    r->n = least(n, (size_t)RUN_BLOCKS * BLOCK_MAX);
    if (r->n)
        memcpy(r->data, before, r->n);
    r->state = RUN_DONE;
    ps_walk_records(w->rules, r->data, r->n, &r->found);
    w->next_read = 1;
}

ps_walk *ps_walk_open(const ps_walk_input *input, const ps_walk_rules *rules, int n_threads) {
    ps_walk *w = ps_alloc(1, sizeof *w);
    n_threads = n_threads > 1 ? n_threads : 1;
    w->name = ps_strdup(input->name);
    w->from = *input;
    w->rules = rules;
    w->n_ring = 2 * (size_t)n_threads + 2;
    w->ring = ps_alloc(w->n_ring, sizeof *w->ring);
    w->input = ps_alloc(INPUT_BYTES, 1);
    w->input_offset = input->offset;
    w->skip = input->skip;
    w->inflater = libdeflate_alloc_decompressor();
    w->thread = ps_alloc((size_t)n_threads, sizeof *w->thread);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->may_read, NULL);
    pthread_cond_init(&w->changed, NULL);
    begin_with(w, input->before, input->n_before);
    while (w->n_threads < n_threads - 1 && pthread_create(&w->thread[w->n_threads], NULL, labour, w) == 0)
        w->n_threads++;
    return w;
}

void ps_walk_close(ps_walk *w) {
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->quit = 1;
    pthread_cond_broadcast(&w->may_read);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->n_threads; i++)
        pthread_join(w->thread[i], NULL);
    for (size_t i = 0; i < w->n_ring; i++) {
        free(w->ring[i].packed);
        free(w->ring[i].data);
        ps_walk_found_free(&w->ring[i].found);
    }
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->may_read);
    pthread_cond_destroy(&w->changed);
    if (w->inflater)
        libdeflate_free_decompressor(w->inflater);
    ps_walk_found_free(&w->tail_found);
    free(w->thread);
    free(w->tail);
    free(w->input);
    free(w->ring);
    free(w->name);
    free(w);
}
