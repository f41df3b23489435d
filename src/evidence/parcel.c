/* parcel.c - why slices are packed, and put into a file beyond the budget. One amplicon of a million fragments, pairs
 * of 100 bases whose first reads all come before the second ones (tests/bench/bench.py --make amplicon, amplicon39),
 * peak memory of `sample -@1`, with 3 and with 39 quality values:
 *
 *     packed, 8 MB in memory, the rest in a scratch file    37 MB   37 MB
 *     packed, all in memory                                 75 MB  111 MB
 *     a fixed record of 36 bytes and a byte a base         138 MB  139 MB
 *
 * The processor time is the same (4.8 to 5.4 s). Reads of 150 bases, more fragments and more threads take more in
 * proportion, but for the first. */
#include "parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/scratch.h"

enum { BLOCK = 1 << 16, FEW_VALUES = 8, MOST_NUMBER = 5, FIXED_NUMBERS = 24 };

/* A parcel's number: two bits say where it lies, the others which STEP of the blocks or of the file, or which place
 * of `alone`: 8 GB each of blocks and file. */
enum { IN_BLOCK = 1, IN_FILE, ALONE, PLACE_BITS = 30, STEPS_OF_BLOCK = BLOCK / PS_PARCEL_STEP };
static const uint64_t PLACES = (uint64_t)1 << PLACE_BITS;

/* Bytes of the file that are read at a time: some parcels, for mates that come in the order of the reads that wait
 * for them. More would cost mates in random order, which use one parcel of each window, and save the others little.
 */
enum { WINDOW = 1024 };

/* ---- numbers --------------------------------------------------------------------------------------------------- */

/* Seven bits a byte, lowest first; a set high bit says that more follow. */
static uint8_t *put(uint8_t *to, uint32_t value) {
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static uint32_t get(const uint8_t **from) {
    uint32_t value = 0;
    for (int shift = 0;; shift += 7) {
        uint8_t byte = *(*from)++;
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
}

static uint8_t *put_stretch(uint8_t *to, const int32_t stretch[2]) {
    to = put(to, (uint32_t)stretch[0]);
    return put(to, (uint32_t)stretch[1] - (uint32_t)stretch[0]);
}

static void get_stretch(const uint8_t **from, int32_t stretch[2]) {
    uint32_t beg = get(from);
    stretch[0] = (int32_t)beg;
    stretch[1] = (int32_t)(beg + get(from));
}

/* A number close to `base`, of either sign. */
static uint8_t *put_near(uint8_t *to, int32_t value, int32_t base) {
    uint32_t step = (uint32_t)value - (uint32_t)base;
    return put(to, step << 1 ^ (step >> 31 ? UINT32_MAX : 0));
}

static int32_t get_near(const uint8_t **from, int32_t base) {
    uint32_t step = get(from);
    return (int32_t)((uint32_t)base + (step >> 1 ^ (step & 1 ? UINT32_MAX : 0)));
}

/* ---- ends ------------------------------------------------------------------------------------------------------ */

static uint8_t *put_ends(const ps_slice *s, uint8_t *to) {
    const ps_ends *e = &s->ends;
    *to++ = (uint8_t)(e->rank[0] | e->rank[1] << 2 | e->reverse[0] << 4 | e->reverse[1] << 5 | e->umi_kind << 6);
    memcpy(to, &s->name, sizeof s->name);
    to = put(to + sizeof s->name, (uint32_t)s->pos0);
    to = put_near(to, s->mate_pos0, s->pos0);
    for (int k = 0; k < 2; k++)
        if (e->rank[k])
            to = put_near(to, e->five0[k], s->pos0);
    if (e->umi_kind) {
        memcpy(to, &e->umi, sizeof e->umi);
        to += sizeof e->umi;
    }
    if (e->umi_kind == PS_UMI_FAMILY) {
        memcpy(to, &e->family_umi, sizeof e->family_umi);
        to += sizeof e->family_umi;
    }
    return to;
}

static void get_ends(ps_slice *s, const uint8_t **from) {
    ps_ends *e = &s->ends;
    uint8_t bits = *(*from)++;
    *e = (ps_ends){
        .rank = {bits & 3, bits >> 2 & 3}, .reverse = {bits >> 4 & 1, bits >> 5 & 1}, .umi_kind = bits >> 6};
    memcpy(&s->name, *from, sizeof s->name);
    *from += sizeof s->name;
    s->pos0 = (int32_t)get(from);
    s->mate_pos0 = get_near(from, s->pos0);
    for (int k = 0; k < 2; k++)
        if (e->rank[k])
            e->five0[k] = get_near(from, s->pos0);
    if (e->umi_kind) {
        memcpy(&e->umi, *from, sizeof e->umi);
        *from += sizeof e->umi;
    }
    if (e->umi_kind == PS_UMI_FAMILY) {
        memcpy(&e->family_umi, *from, sizeof e->family_umi);
        *from += sizeof e->family_umi;
    }
}

/* ---- bases and qualities --------------------------------------------------------------------------------------- */

static int bits_for(int values) {
    int bits = 0;
    while (1 << bits < values)
        bits++;
    return bits;
}

static uint8_t reference_code(char base) { /* of an unknown base: none that a slice has */
    return base == 'A' ? 0x00 : base == 'C' ? 0x40 : base == 'G' ? 0x80 : base == 'T' ? 0xc0 : 0x01;
}

static int is_plain(const ps_parcels *pool, const ps_slice *s, int32_t i) {
    uint8_t code = s->code[i];
    return ps_is_base(code) && (code & 0xc0) == reference_code(pool->locus->base[s->beg + i]);
}

/* What is not the reference's base with a quality is written as it is: steps from one to the next, and the byte. */
static uint8_t *put_exceptions(const ps_parcels *pool, const ps_slice *s, uint8_t *to, uint64_t *qualities) {
    int32_t length = s->end - s->beg, last = -1, n = 0;
    for (int32_t i = 0; i < length; i++) {
        if (is_plain(pool, s, i))
            *qualities |= (uint64_t)1 << (s->code[i] & PS_SPECIAL);
        else
            n++;
    }
    to = put(to, (uint32_t)n);
    for (int32_t i = 0; n && i < length; i++) {
        if (is_plain(pool, s, i))
            continue;
        to = put(to, (uint32_t)(i - last));
        *to++ = s->code[i];
        last = i;
    }
    return to;
}

static uint8_t *put_codes(const ps_parcels *pool, const ps_slice *s, uint8_t *to) {
    uint64_t qualities = 0;
    uint8_t index[64] = {0};
    int values = 0;
    to = put_exceptions(pool, s, to, &qualities);
    uint8_t *count = to++;
    for (int q = 0; q < 64; q++)
        if (qualities >> q & 1) {
            if (values < FEW_VALUES)
                to[values] = (uint8_t)q;
            index[q] = (uint8_t)values++;
        }
    *count = (uint8_t)values;
    if (values > FEW_VALUES)
        memcpy(to, &qualities, sizeof qualities);
    to += values > FEW_VALUES ? (int)sizeof qualities : values;
    int bits = bits_for(values), held = 0;
    uint32_t word = 0;
    for (int32_t i = 0; bits && i < s->end - s->beg; i++) {
        if (!is_plain(pool, s, i))
            continue;
        word |= (uint32_t)index[s->code[i] & PS_SPECIAL] << held;
        held += bits;
        for (; held >= 8; held -= 8, word >>= 8)
            *to++ = (uint8_t)word;
    }
    if (held)
        *to++ = (uint8_t)word;
    return to;
}

static void get_codes(const ps_parcels *pool, ps_slice *s, const uint8_t **from) {
    int32_t length = s->end - s->beg;
    s->code = ps_alloc((size_t)length, 1);
    memset(s->code, PS_ABSENT, (size_t)length);
    uint32_t n = get(from);
    const uint8_t *exceptions = *from;
    for (uint32_t k = 0; k < n; k++) {
        get(from);
        ++*from;
    }
    int values = *(*from)++, bits = bits_for(values), held = 0;
    uint8_t quality[64] = {0};
    if (values > FEW_VALUES) {
        uint64_t qualities;
        memcpy(&qualities, *from, sizeof qualities);
        for (int q = 0, k = 0; q < 64; q++)
            if (qualities >> q & 1)
                quality[k++] = (uint8_t)q;
    } else {
        memcpy(quality, *from, (size_t)values);
    }
    *from += values > FEW_VALUES ? (int)sizeof(uint64_t) : values;
    int32_t next = n ? (int32_t)get(&exceptions) - 1 : length;
    uint32_t word = 0;
    for (int32_t i = 0; i < length; i++) {
        if (i == next) {
            s->code[i] = *exceptions++;
            next = --n ? i + (int32_t)get(&exceptions) : length;
            continue;
        }
        for (; held < bits; held += 8)
            word |= (uint32_t) * (*from)++ << held;
        s->code[i] = (uint8_t)(reference_code(pool->locus->base[s->beg + i]) | quality[word & ((1u << bits) - 1)]);
        word >>= bits;
        held -= bits;
    }
}

/* ---- indels ---------------------------------------------------------------------------------------------------- */

static uint8_t *put_indels(const ps_slice *s, uint8_t *to) {
    to = put(to, (uint32_t)s->n_indel);
    for (size_t i = 0; i < s->n_indel; i++) {
        const ps_slice_indel *indel = &s->indel[i];
        size_t bytes = strlen(indel->alt) + 1;
        to = put_stretch(to, (int32_t[2]){indel->beg0, indel->end0});
        to = put_stretch(to, (int32_t[2]){indel->target_beg, indel->target_end});
        *to++ = indel->quality;
        *to++ = indel->in_place;
        memcpy(to, indel->alt, bytes);
        to += bytes;
    }
    return to;
}

static void get_indels(ps_slice *s, const uint8_t **from) {
    s->n_indel = s->indel_capacity = get(from);
    if (s->n_indel)
        s->indel = ps_alloc(s->n_indel, sizeof *s->indel);
    for (size_t i = 0; i < s->n_indel; i++) {
        ps_slice_indel *indel = &s->indel[i];
        int32_t replaced[2], targets[2];
        get_stretch(from, replaced);
        get_stretch(from, targets);
        *indel = (ps_slice_indel){replaced[0], replaced[1], targets[0], targets[1], (*from)[0], (*from)[1], NULL};
        indel->alt = ps_strdup((const char *)*from + 2);
        *from += 2 + strlen(indel->alt) + 1;
    }
}

/* ---- in memory ------------------------------------------------------------------------------------------------- */

static uint32_t number_of(uint32_t where, uint64_t place) {
    return where << PLACE_BITS | (uint32_t)place;
}

static uint64_t place_of(uint32_t parcel) {
    return parcel & (PLACES - 1);
}

static size_t size_class(size_t bytes) {
    return (bytes + PS_PARCEL_STEP - 1) / PS_PARCEL_STEP;
}

static uint8_t *in_block(const ps_parcels *pool, uint32_t parcel) {
    uint64_t place = place_of(parcel);
    return (uint8_t *)pool->block[place / STEPS_OF_BLOCK] + place % STEPS_OF_BLOCK * PS_PARCEL_STEP;
}

static int fits_budget(const ps_parcels *pool, size_t more) {
    return pool->n_blocks * BLOCK + pool->alone_bytes + more <= pool->budget;
}

/* 0 when there is none. */
static uint32_t room_in_blocks(ps_parcels *pool, size_t bytes) {
    size_t size = size_class(bytes);
    if (size > PS_PARCEL_SIZES)
        return 0;
    uint32_t parcel = pool->room[size];
    if (parcel) {
        memcpy(&pool->room[size], in_block(pool, parcel), sizeof parcel);
        return parcel;
    }
    if (!pool->n_blocks || pool->used + size * PS_PARCEL_STEP > BLOCK)
        return 0;
    parcel = number_of(IN_BLOCK, (pool->n_blocks - 1) * STEPS_OF_BLOCK + pool->used / PS_PARCEL_STEP);
    pool->used += size * PS_PARCEL_STEP;
    return parcel;
}

static uint32_t put_alone(ps_parcels *pool, size_t bytes) {
    size_t i = pool->gap ? pool->gap - 1 : pool->n_alone;
    if (pool->gap) {
        pool->gap = pool->alone[i].next;
    } else {
        PS_GROW(pool->alone, pool->n_alone, pool->alone_capacity);
        pool->n_alone++;
    }
    pool->alone[i].at = ps_alloc(bytes, 1);
    memcpy(pool->alone[i].at, pool->scratch, bytes);
    pool->alone_bytes += bytes;
    return number_of(ALONE, i);
}

/* Gives the room to the next parcel of its size; all blocks but one are freed when none is left in them. */
static void leave_block(ps_parcels *pool, uint32_t parcel, size_t bytes) {
    size_t size = size_class(bytes);
    memcpy(in_block(pool, parcel), &pool->room[size], sizeof parcel);
    pool->room[size] = parcel;
    if (--pool->n_in_blocks || pool->n_blocks == 1)
        return;
    while (pool->n_blocks > 1)
        free(pool->block[--pool->n_blocks]);
    memset(pool->room, 0, sizeof pool->room);
    pool->used = 0;
}

static void leave_alone(ps_parcels *pool, uint32_t parcel, size_t bytes) {
    size_t i = (size_t)place_of(parcel);
    free(pool->alone[i].at);
    pool->alone[i].next = pool->gap;
    pool->gap = i + 1;
    pool->alone_bytes -= bytes;
}

/* ---- in the scratch file --------------------------------------------------------------------------------------- */

/* Before a parcel in the file stands its size; both together take whole STEPs. */
static size_t size_in_file(size_t bytes) {
    return size_class(sizeof(uint32_t) + bytes) * PS_PARCEL_STEP;
}

/* -1: with less than n bytes, errno set. */
static int write_at(int fd, const uint8_t *from, size_t n, uint64_t at) {
    while (n) {
        ssize_t done = pwrite(fd, from, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return -1;
        from += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
    return 0;
}

/* Fewer than n bytes at the file's end; -1 with errno. */
static ssize_t read_at(int fd, uint8_t *to, size_t n, uint64_t at) {
    size_t have = 0;
    while (have < n) {
        ssize_t done = pread(fd, to + have, n - have, (off_t)(at + have));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        if (done == 0)
            break;
        have += (size_t)done;
    }
    return (ssize_t)have;
}

/* -1 when it cannot be written: what is in the tail stays there. */
static int write_tail(ps_parcels *pool) {
    if (!pool->file)
        pool->file = ps_scratch_open();
    if (!pool->file || write_at(fileno(pool->file), pool->tail, pool->n_tail, pool->written) < 0) {
        pool->file_failed = 1;
        return -1;
    }
    pool->written += pool->n_tail;
    pool->n_tail = 0;
    return 0;
}

/* 0 when there is no place. */
static uint32_t put_in_file(ps_parcels *pool, size_t bytes) {
    size_t size = size_in_file(bytes);
    uint32_t stored = (uint32_t)bytes;
    if (pool->file_failed || size > BLOCK)
        return 0;
    if (!pool->tail)
        pool->tail = ps_alloc(BLOCK, 1);
    if (pool->n_tail + size > BLOCK && write_tail(pool) < 0)
        return 0;
    uint64_t place = (pool->written + pool->n_tail) / PS_PARCEL_STEP;
    if (place >= PLACES)
        return 0;
    uint8_t *to = pool->tail + pool->n_tail;
    memcpy(to, &stored, sizeof stored);
    memcpy(to + sizeof stored, pool->scratch, bytes);
    pool->n_tail += size;
    pool->n_in_file++;
    return number_of(IN_FILE, place);
}

/* Bytes [at, at + n) of the file, n at most a block; NULL with errno. */
static const uint8_t *look_at(ps_parcels *pool, uint64_t at, size_t n) {
    if (at >= pool->window_at && at + n <= pool->window_at + pool->n_window)
        return pool->window + (at - pool->window_at);
    size_t want = n > WINDOW ? n : WINDOW;
    want = want < pool->written - at ? want : (size_t)(pool->written - at);
    if (want > pool->window_capacity) {
        pool->window = ps_resize(pool->window, want, 1);
        pool->window_capacity = want;
    }
    pool->n_window = 0;
    ssize_t have = read_at(fileno(pool->file), pool->window, want, at);
    if (have < 0)
        return NULL;
    if ((size_t)have < want) { /* nobody else knows the file: its disk has lost what was written */
        errno = EIO;
        return NULL;
    }
    pool->window_at = at;
    pool->n_window = want;
    return pool->window;
}

/* NULL with errno. */
static const uint8_t *find_in_file(ps_parcels *pool, uint32_t parcel) {
    uint64_t at = place_of(parcel) * PS_PARCEL_STEP;
    uint32_t bytes = 0;
    if (at >= pool->written)
        return pool->tail + (at - pool->written) + sizeof bytes;
    const uint8_t *from = look_at(pool, at, sizeof bytes);
    if (!from)
        return NULL;
    memcpy(&bytes, from, sizeof bytes);
    if (size_in_file(bytes) > BLOCK || at + size_in_file(bytes) > pool->written) {
        errno = EIO;
        return NULL;
    }
    from = look_at(pool, at, size_in_file(bytes));
    return from ? from + sizeof bytes : NULL;
}

/* The file begins anew when none is left in it: the exons of a gene are deep one after another. */
static void leave_file(ps_parcels *pool) {
    if (--pool->n_in_file)
        return;
    if (pool->written && ftruncate(fileno(pool->file), 0) < 0)
        pool->file_failed = 1;
    pool->written = 0;
    pool->n_tail = pool->n_window = 0;
}

/* ---- parcels --------------------------------------------------------------------------------------------------- */

static size_t most_bytes(const ps_slice *s) {
    size_t most = FIXED_NUMBERS * MOST_NUMBER + 16 + (size_t)(s->end - s->beg) * (MOST_NUMBER + 2);
    for (size_t i = 0; i < s->n_indel; i++)
        most += 4 * MOST_NUMBER + 3 + strlen(s->indel[i].alt);
    return most;
}

/* Keeps the first bytes of pool->scratch. */
static uint32_t keep(ps_parcels *pool, size_t bytes) {
    int small = size_class(bytes) <= PS_PARCEL_SIZES;
    uint32_t parcel = room_in_blocks(pool, bytes);
    if (!parcel && !fits_budget(pool, small ? BLOCK : bytes)) {
        parcel = put_in_file(pool, bytes);
        if (parcel)
            return parcel;
    }
    if (!parcel && small && (pool->n_blocks + 1) * STEPS_OF_BLOCK <= PLACES) {
        PS_GROW(pool->block, pool->n_blocks, pool->block_capacity);
        pool->block[pool->n_blocks++] = ps_alloc(BLOCK, 1);
        pool->used = 0;
        parcel = room_in_blocks(pool, bytes);
    }
    if (!parcel)
        return put_alone(pool, bytes);
    memcpy(in_block(pool, parcel), pool->scratch, bytes);
    pool->n_in_blocks++;
    return parcel;
}

/* NULL with errno. */
static const uint8_t *find(ps_parcels *pool, uint32_t parcel) {
    switch (parcel >> PLACE_BITS) {
    case IN_BLOCK:
        return in_block(pool, parcel);
    case IN_FILE:
        return find_in_file(pool, parcel);
    default:
        return pool->alone[place_of(parcel)].at;
    }
}

static void leave(ps_parcels *pool, uint32_t parcel, size_t bytes) {
    switch (parcel >> PLACE_BITS) {
    case IN_BLOCK:
        leave_block(pool, parcel, bytes);
        break;
    case IN_FILE:
        leave_file(pool);
        break;
    default:
        leave_alone(pool, parcel, bytes);
        break;
    }
}

uint32_t ps_parcel_pack(ps_parcels *pool, ps_slice *s) {
    size_t most = most_bytes(s);
    if (most > pool->capacity) {
        pool->scratch = ps_resize(pool->scratch, most, 1);
        pool->capacity = most;
    }
    uint8_t *to = put_stretch(pool->scratch, (int32_t[2]){s->beg, s->end});
    /* side, read, side_rank, clipped and numbered have 1, 2, 2, 1 and 1 bits */
    *to++ = (uint8_t)(s->side | s->read << 1 | s->side_rank << 3 | (s->clipped ? 1 : 0) << 5 | s->numbered << 6);
    to = put_ends(s, to);
    for (int mate = 0; mate < 2; mate++) {
        to = put_stretch(to, s->inner[mate]);
        to = put_stretch(to, s->span[mate]);
    }
    to = put_codes(pool, s, to);
    to = put_indels(s, to);
    size_t bytes = (size_t)(to - pool->scratch);
    uint32_t parcel = keep(pool, bytes);
    ps_slice_free(s);
    return parcel;
}

ps_slice *ps_parcel_open(ps_parcels *pool, uint32_t parcel) {
    const uint8_t *from = find(pool, parcel), *beg = from;
    if (!from) {
        pool->unread = pool->unread ? pool->unread : errno;
        return NULL;
    }
    ps_slice *s = ps_alloc(1, sizeof *s);
    int32_t targets[2];
    get_stretch(&from, targets);
    s->beg = targets[0];
    s->end = targets[1];
    uint8_t flags = *from++;
    s->side = flags & 1;
    s->read = flags >> 1 & 3;
    s->side_rank = flags >> 3 & 3;
    s->clipped = flags >> 5 & 1;
    s->numbered = flags >> 6 & 1;
    get_ends(s, &from);
    for (int mate = 0; mate < 2; mate++) {
        get_stretch(&from, s->inner[mate]);
        get_stretch(&from, s->span[mate]);
    }
    get_codes(pool, s, &from);
    get_indels(s, &from);
    leave(pool, parcel, (size_t)(from - beg));
    return s;
}

void ps_parcels_free(ps_parcels *pool) {
    while (pool->n_blocks)
        free(pool->block[--pool->n_blocks]);
    free(pool->block);
    while (pool->gap) { /* unused places hold no pointer */
        size_t i = pool->gap - 1;
        pool->gap = pool->alone[i].next;
        pool->alone[i].at = NULL;
    }
    while (pool->n_alone)
        free(pool->alone[--pool->n_alone].at);
    free(pool->alone);
    if (pool->file)
        fclose(pool->file);
    free(pool->tail);
    free(pool->window);
    free(pool->scratch);
    *pool = (ps_parcels){0};
}
