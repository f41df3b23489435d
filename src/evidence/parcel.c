#include "parcel.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

enum { BLOCK = 1 << 16, FEW_VALUES = 8, MOST_NUMBER = 5, FIXED_NUMBERS = 16 };

/* ---- numbers ----------------------------------------------------------------------------------------------------
 */

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

/* ---- bases and qualities ----------------------------------------------------------------------------------------
 */

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

/* ---- indels -----------------------------------------------------------------------------------------------------
 */

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

/* ---- room -------------------------------------------------------------------------------------------------------
 */

static size_t size_class(size_t bytes) {
    return (bytes + PS_PARCEL_STEP - 1) / PS_PARCEL_STEP;
}

static void *take_room(ps_parcels *pool, size_t bytes) {
    size_t size = size_class(bytes);
    if (size > PS_PARCEL_SIZES)
        return ps_alloc(bytes, 1);
    void *at = pool->room[size];
    if (at) {
        memcpy(&pool->room[size], at, sizeof(void *));
        return at;
    }
    if (!pool->block || pool->used + size * PS_PARCEL_STEP > BLOCK) {
        void *block = ps_alloc(BLOCK, 1);
        memcpy(block, &pool->block, sizeof(void *));
        pool->block = block;
        pool->used = sizeof(void *);
    }
    at = (char *)pool->block + pool->used;
    pool->used += size * PS_PARCEL_STEP;
    return at;
}

static void give_room(ps_parcels *pool, void *at, size_t bytes) {
    size_t size = size_class(bytes);
    if (size > PS_PARCEL_SIZES) {
        free(at);
        return;
    }
    memcpy(at, &pool->room[size], sizeof(void *));
    pool->room[size] = at;
}

/* ---- parcels ----------------------------------------------------------------------------------------------------
 */

static size_t most_bytes(const ps_slice *s) {
    size_t most = FIXED_NUMBERS * MOST_NUMBER + 16 + (size_t)(s->end - s->beg) * (MOST_NUMBER + 2);
    for (size_t i = 0; i < s->n_indel; i++)
        most += 4 * MOST_NUMBER + 3 + strlen(s->indel[i].alt);
    return most;
}

void *ps_parcel_pack(ps_parcels *pool, ps_slice *s) {
    size_t most = most_bytes(s);
    if (most > pool->capacity) {
        pool->scratch = ps_resize(pool->scratch, most, 1);
        pool->capacity = most;
    }
    uint8_t *to = put_stretch(pool->scratch, (int32_t[2]){s->beg, s->end});
    /* side, read and side_rank have 1, 2 and 2 bits */
    *to++ = (uint8_t)(s->side | s->read << 1 | s->side_rank << 3 | (s->clipped ? 1 : 0) << 5);
    to = put(to, (uint32_t)s->last_pos0);
    for (int mate = 0; mate < 2; mate++) {
        to = put_stretch(to, s->inner[mate]);
        to = put_stretch(to, s->span[mate]);
    }
    to = put_codes(pool, s, to);
    to = put_indels(s, to);
    size_t bytes = (size_t)(to - pool->scratch);
    void *parcel = take_room(pool, bytes);
    memcpy(parcel, pool->scratch, bytes);
    ps_slice_free(s);
    return parcel;
}

ps_slice *ps_parcel_open(ps_parcels *pool, void *parcel) {
    ps_slice *s = ps_alloc(1, sizeof *s);
    const uint8_t *from = parcel;
    int32_t targets[2];
    get_stretch(&from, targets);
    s->beg = targets[0];
    s->end = targets[1];
    uint8_t flags = *from++;
    s->side = flags & 1;
    s->read = flags >> 1 & 3;
    s->side_rank = flags >> 3 & 3;
    s->clipped = flags >> 5 & 1;
    s->last_pos0 = (int32_t)get(&from);
    for (int mate = 0; mate < 2; mate++) {
        get_stretch(&from, s->inner[mate]);
        get_stretch(&from, s->span[mate]);
    }
    get_codes(pool, s, &from);
    get_indels(s, &from);
    give_room(pool, parcel, (size_t)(from - (const uint8_t *)parcel));
    return s;
}

void ps_parcels_free(ps_parcels *pool) {
    for (void *block = pool->block; block;) {
        void *before;
        memcpy(&before, block, sizeof before);
        free(block);
        block = before;
    }
    free(pool->scratch);
    *pool = (ps_parcels){0};
}
