/* The streaming reader on any bytes. They are taken twice: as a BGZF stream as it is, and as inflated records that
 * are cut into blocks here, so that the record walk is reached without the fuzzer having to guess checksums. Both
 * with one thread and with three, which must agree. */
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/io/bam/bgzf_walk.h"
#include "fuzz.h"
#include "plasmastrat/alloc.h"

typedef struct memory {
    const uint8_t *at;
    size_t n;
} memory;

static ssize_t read_memory(void *source, void *buffer, size_t n) {
    memory *m = source;
    n = n < m->n ? n : m->n;
    if (n)
        memcpy(buffer, m->at, n);
    m->at += n;
    m->n -= n;
    return (ssize_t)n;
}

typedef struct outcome {
    int status;
    uint64_t records, bytes; /* handed on */
    char text[256];
} outcome;

static outcome walk(const uint8_t *data, size_t n, int threads) {
    static const ps_walk_span spans[] = {{0, 100}, {5000, 6000}, {100000, 2000000000}};
    ps_walk_rules rules = {.n_contigs = 3, .sorted = n % 2 == 1};
    rules.contig = ps_alloc(3, sizeof *rules.contig);
    for (int i = 0; i < 6; i++)
        ps_walk_add_span(&rules, i / 3, spans[i % 3].beg0, spans[i % 3].end0);
    memory from = {data, n};
    ps_walk_input input = {.name = "x.bam", .read = read_memory, .source = &from};
    ps_walk *w = ps_walk_open(&input, &rules, threads);
    bam1_t *b = bam_init1();
    ps_error err = {0};
    outcome out = {0};
    while ((out.status = ps_walk_next(w, b, &err)) == 1) {
        out.records++;
        out.bytes += (uint64_t)b->l_data;
        out.bytes += bam_get_qname(b)[0] + (uint64_t)bam_endpos(b);
    }
    memcpy(out.text, err.text, sizeof out.text - 1);
    bam_destroy1(b);
    ps_walk_close(w);
    ps_walk_rules_free(&rules);
    return out;
}

static void compare(const uint8_t *data, size_t n) {
    outcome one = walk(data, n, 1), three = walk(data, n, 3);
    if (memcmp(&one, &three, sizeof one) != 0)
        abort();
}

/* Blocks of a size that the first byte chooses: records lie over them in every way. */
static uint8_t *pack(const uint8_t *data, size_t n, size_t *packed) {
    size_t size = n ? 1 + 23 * (size_t)data[0] : 1, at = 0, blocks = n / size + 2;
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
    uint8_t *out = ps_alloc(blocks, size + 200);
    for (size_t i = 0; i < n + size; i += size) { /* the last one is empty: the end-of-file marker */
        size_t part = i >= n ? 0 : n - i < size ? n - i : size;
        static const uint8_t head[16] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0};
        uint8_t *p = out + at;
        memcpy(p, head, 16);
        size_t length = libdeflate_deflate_compress(c, part ? data + i : head, part, p + 18, size + 150);
        uint32_t tail[2] = {libdeflate_crc32(0, part ? data + i : head, part), (uint32_t)part};
        p[16] = (uint8_t)(length + 25);
        p[17] = (uint8_t)((length + 25) >> 8);
        for (int k = 0; k < 8; k++)
            p[18 + length + (size_t)k] = (uint8_t)(tail[k / 4] >> 8 * (k % 4));
        at += length + 26;
    }
    libdeflate_free_compressor(c);
    *packed = at;
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    compare(data, size);
    size_t n = 0;
    uint8_t *blocks = pack(data, size, &n);
    compare(blocks, n);
    free(blocks);
    return 0;
}
