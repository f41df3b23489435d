/* The streaming reader, on BGZF streams made here by hand: the same records cut into blocks in every way, and every
 * kind of damage. The truth is the list of records that were made, and their overlap worked out the slow way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/io/bam/bgzf_walk.h"
#include "plasmastrat/alloc.h"

enum { N_CONTIGS = 3, MOST_RECORDS = 4000 };

static const ps_walk_span spans[] = {{1000, 1100}, {1500, 1501}, {30000, 40000}}; /* of contig 0; contig 2 has one: */
static const ps_walk_span other_span = {0, 50};

static uint64_t seed = 7;
static uint32_t next_random(void) { /* Knuth's MMIX generator */
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33);
}

typedef struct bytes {
    uint8_t *p;
    size_t n, capacity;
} bytes;

static void put(bytes *b, const void *p, size_t n) {
    while (b->n + n > b->capacity)
        b->p = ps_resize(b->p, b->capacity = b->capacity ? 2 * b->capacity : 4096, 1);
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void put32(bytes *b, uint32_t x) {
    uint8_t p[4] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16), (uint8_t)(x >> 24)};
    put(b, p, 4);
}

/* ---- records --------------------------------------------------------------------------------------------------- */

typedef struct spec { /* of one record */
    int32_t tid, pos0;
    uint32_t flag;
    uint32_t cigar[3];
    int n_cigar;
    int32_t bases;
    size_t extra; /* bytes of a tag */
} spec;

static bytes stream; /* records, as they are inflated */
static char *expected[MOST_RECORDS];
static size_t n_expected, n_records;

static void put_record(bytes *b, const spec *s, const char *name) {
    size_t l_name = strlen(name) + 1, tag = s->extra ? s->extra + 8 : 0;
    size_t size = 32 + l_name + 4 * (size_t)s->n_cigar + ((size_t)s->bases + 1) / 2 + (size_t)s->bases + tag;
    put32(b, (uint32_t)size);
    put32(b, (uint32_t)s->tid);
    put32(b, (uint32_t)s->pos0);
    put32(b, (uint32_t)l_name | 60u << 8);
    put32(b, (uint32_t)s->n_cigar | s->flag << 16);
    put32(b, (uint32_t)s->bases);
    put32(b, (uint32_t)-1);
    put32(b, (uint32_t)-1);
    put32(b, 0);
    put(b, name, l_name);
    for (int i = 0; i < s->n_cigar; i++)
        put32(b, s->cigar[i]);
    uint8_t *rest = ps_alloc((size_t)s->bases * 2 + tag + 8, 1);
    size_t n = ((size_t)s->bases + 1) / 2 + (size_t)s->bases;
    for (size_t i = 0; i < n; i++)
        rest[i] = (uint8_t)next_random(); /* also what looks like lengths */
    put(b, rest, n);
    memset(rest, 0, tag);
    if (tag) {
        put(b, "XXBC", 4);
        put32(b, (uint32_t)s->extra);
        uint8_t *array = ps_alloc(s->extra, 1);
        put(b, array, s->extra);
        free(array);
    }
    free(rest);
}

static int is_over(int64_t beg0, int64_t end0, const ps_walk_span *s) {
    return beg0 < s->end0 && end0 > s->beg0;
}

static int is_wanted(const spec *s) { /* the slow way */
    int64_t length = 0;
    for (int i = 0; i < s->n_cigar; i++)
        if (strchr("MDN=X", BAM_CIGAR_STR[bam_cigar_op(s->cigar[i])]))
            length += bam_cigar_oplen(s->cigar[i]);
    if (length == 0 || (s->flag & BAM_FUNMAP))
        length = 1;
    if (s->pos0 < 0)
        return 0;
    int over = s->tid == 2 && is_over(s->pos0, s->pos0 + length, &other_span);
    for (int i = 0; i < 3 && s->tid == 0; i++)
        over |= is_over(s->pos0, s->pos0 + length, &spans[i]);
    return over;
}

static void add_record(const spec *s) {
    char name[40];
    snprintf(name, sizeof name, "r%zu%.*s", n_records++, (int)(next_random() % 5), "abcd");
    put_record(&stream, s, name);
    if (is_wanted(s))
        expected[n_expected++] = ps_strdup(name);
}

static void add_random_record(int32_t tid, int32_t pos0) {
    spec s = {.tid = tid, .pos0 = pos0, .bases = (int32_t)(next_random() % 120)};
    uint32_t kind = next_random() % 6, half = (uint32_t)s.bases / 2;
    s.n_cigar = kind < 3 ? 1 : kind < 5 ? 3 : 0;
    s.cigar[0] = bam_cigar_gen((uint32_t)s.bases, BAM_CMATCH);
    if (s.n_cigar == 3) {
        s.cigar[0] = bam_cigar_gen(half, kind == 3 ? BAM_CSOFT_CLIP : BAM_CMATCH);
        s.cigar[1] = bam_cigar_gen(next_random() % 600, kind == 3 ? BAM_CDEL : BAM_CREF_SKIP);
        s.cigar[2] = bam_cigar_gen((uint32_t)s.bases - half, BAM_CMATCH);
    }
    s.flag = next_random() % 9 == 0 ? BAM_FUNMAP : 0;
    add_record(&s);
}

static void make_records(void) {
    for (int i = 0; i < 1500; i++)
        add_random_record(0, 600 + i * 2);
    /* beyond a block, and beyond a run of blocks; one over a span, one not */
    add_record(&(spec){0, 30500, 0, {bam_cigar_gen(90000, BAM_CMATCH)}, 1, 90000, 0});
    add_record(&(spec){0, 50000, 0, {bam_cigar_gen(90000, BAM_CMATCH)}, 1, 90000, 0});
    add_record(&(spec){0, 50001, 0, {0}, 0, 0, 1500000});
    for (int i = 0; i < 100; i++)
        add_random_record(1, 990 + i);
    add_record(&(spec){2, 10, 0, {bam_cigar_gen(5, BAM_CMATCH)}, 1, 5, 1400000});
    for (int i = 0; i < 100; i++)
        add_random_record(2, 10 + i);
    for (int i = 0; i < 30; i++)
        add_random_record(-1, -1);
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static void put_block(bytes *out, const uint8_t *p, size_t n, int level) {
    static const uint8_t head[16] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0};
    static uint8_t packed[70000];
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
    size_t size = libdeflate_deflate_compress(c, p, n, packed, 65536 - 26);
    libdeflate_free_compressor(c);
    assert_true(size > 0);
    uint8_t bsize[2] = {(uint8_t)(size + 25), (uint8_t)((size + 25) >> 8)};
    put(out, head, 16);
    put(out, bsize, 2);
    put(out, packed, size);
    put32(out, libdeflate_crc32(0, p, n));
    put32(out, (uint32_t)n);
}

static void put_end(bytes *out) {
    static const uint8_t none[1];
    put_block(out, none, 0, 6);
}

typedef struct cut { /* how data become blocks */
    size_t least, most;
    int empty; /* one in so many blocks is followed by an empty one; 0: none */
    int ends;  /* end-of-file blocks */
    int level;
} cut;

static void put_blocks(bytes *out, const uint8_t *p, size_t n, const cut *how) {
    for (size_t at = 0, size; at < n; at += size) {
        size = how->least + next_random() % (how->most - how->least + 1);
        size = size > n - at ? n - at : size;
        put_block(out, p + at, size, how->level);
        if (how->empty && next_random() % (uint32_t)how->empty == 0)
            put_end(out);
    }
    for (int i = 0; i < how->ends; i++)
        put_end(out);
}

/* ---- walking --------------------------------------------------------------------------------------------------- */

static ps_walk_rules make_rules(int sorted) {
    ps_walk_rules rules = {.n_contigs = N_CONTIGS, .sorted = sorted};
    rules.contig = ps_alloc(N_CONTIGS, sizeof *rules.contig);
    for (int i = 0; i < 3; i++)
        ps_walk_add_span(&rules, 0, spans[i].beg0, spans[i].end0);
    ps_walk_add_span(&rules, 2, other_span.beg0, other_span.end0);
    return rules;
}

static ssize_t read_file(void *source, void *buffer, size_t n) {
    return hread(source, buffer, n);
}

typedef struct answer {
    int status;
    size_t n, n_right; /* records handed on, and how many of them from the first on are those expected */
    uint64_t passed;
    ps_error err;
} answer;

static answer walk(const bytes *file, const uint8_t *before, size_t n_before, int sorted, int threads) {
    uint8_t *copy = malloc(file->n ? file->n : 1); /* hclose frees it */
    memcpy(copy, file->p, file->n);
    hFILE *f = hopen("mem:", "r:", copy, file->n);
    assert_non_null(f);
    ps_walk_rules rules = make_rules(sorted);
    ps_walk_input input = {.name = "x.bam", .read = read_file, .source = f, .before = before, .n_before = n_before};
    ps_walk *w = ps_walk_open(&input, &rules, threads);
    bam1_t *b = bam_init1();
    answer a = {0};
    while ((a.status = ps_walk_next(w, b, &a.err)) == 1) {
        a.n_right += a.n_right == a.n && a.n < n_expected && !strcmp(bam_get_qname(b), expected[a.n]);
        a.n++;
    }
    if (a.status == 0)
        assert_int_equal(ps_walk_next(w, b, &a.err), 0);
    a.passed = ps_walk_count(w);
    bam_destroy1(b);
    ps_walk_close(w);
    ps_walk_rules_free(&rules);
    assert_int_equal(hclose(f), 0);
    return a;
}

static int is_right(const answer *a) {
    return a->status == 0 && a->n == n_expected && a->n_right == n_expected && a->passed == n_records;
}

static void test_any_cut(void **state) {
    (void)state;
    static const cut cuts[] = {
        {65280, 65280, 0, 1, 6}, {1, 65280, 0, 1, 6},   {1, 3000, 0, 1, 1},      {20000, 65000, 2, 1, 6},
        {300, 40000, 3, 5, 1},   {5000, 9000, 1, 1, 0}, {65000, 65280, 0, 3, 0}, {100, 700, 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        for (int threads = 1; threads <= 4; threads += threads) {
            bytes file = {0};
            size_t before = i % 2 ? 0 : 1234; /* bytes that htslib has inflated with the header */
            put_blocks(&file, stream.p + before, stream.n - before, &cuts[i]);
            answer a = walk(&file, stream.p, before, 1, threads);
            if (!is_right(&a))
                fail_msg("cut %zu, %d threads: status %d, %zu of %zu right, %zu expected: %s", i, threads, a.status,
                         a.n_right, a.n, n_expected, a.err.text);
            free(file.p);
        }
    assert_true(n_expected > 100 && n_expected < n_records / 2);
}

static void test_tiny_blocks(void **state) {
    (void)state;
    bytes file = {0}; /* a record lies over hundreds of blocks, and over many runs of them */
    cut how = {1, 5, 7, 1, 1};
    size_t beyond = stream.n / 100; /* the first records suffice */
    put_blocks(&file, stream.p, beyond, &how);
    answer a = walk(&file, NULL, 0, 1, 2);
    assert_int_equal(a.status, -1);
    assert_non_null(strstr(a.err.text, "x.bam: file is truncated: it ends inside the record after"));
    assert_true(a.n == a.n_right && a.n > 10);
    free(file.p);
}

static void test_no_records(void **state) {
    (void)state;
    bytes file = {0};
    put_end(&file);
    answer a = walk(&file, NULL, 0, 1, 2);
    assert_int_equal(a.status, 0);
    assert_int_equal(a.passed, 0);
    file.n = 0;
    a = walk(&file, NULL, 0, 1, 2);
    assert_int_equal(a.status, -1);
    assert_non_null(strstr(a.err.text, "no end-of-file marker"));
    free(file.p);
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

static void small_file(bytes *file) {
    put_blocks(file, stream.p, stream.n, &(cut){20000, 60000, 9, 1, 6});
}

static void test_cut_anywhere(void **state) {
    (void)state;
    bytes file = {0};
    small_file(&file);
    size_t whole = file.n;
    for (size_t i = 1; i < 200; i++) {
        file.n = i < 60 ? whole - i : next_random() % whole;
        answer a = walk(&file, NULL, 0, 1, 1 + (int)(i % 3));
        assert_int_equal(a.status, -1);
        if (!strstr(a.err.text, "x.bam: file is truncated"))
            fail_msg("%s", a.err.text);
        assert_true(a.n == a.n_right);
    }
    free(file.p);
}

static void test_bit_flips(void **state) {
    (void)state;
    bytes file = {0};
    small_file(&file);
    int refused = 0;
    for (size_t i = 0; i < 400; i++) {
        size_t at = i < 200 ? i : next_random() % file.n;
        uint8_t bit = (uint8_t)(1u << next_random() % 8);
        file.p[at] ^= bit;
        answer a = walk(&file, NULL, 0, 1, 1 + (int)(i % 3));
        file.p[at] ^= bit;
        refused += a.status == -1;
        if (a.status == -1 ? !strstr(a.err.text, "x.bam: file is ") : !is_right(&a)) /* time and OS may change */
            fail_msg("bit at %zu: status %d, %zu of %zu right: %s", at, a.status, a.n_right, a.n, a.err.text);
    }
    assert_true(refused > 380);
    free(file.p);
}

static void test_which_damage(void **state) {
    (void)state;
    static const struct {
        size_t place; /* in the second block of two, counted from its end when negative */
        int from_end;
        uint8_t value;
        const char *said;
    } damages[] = {
        {0, 0, 0x20, "a BGZF block was expected"},
        {3, 0, 12, "a BGZF block was expected"},
        {10, 0, 2, "a BGZF block was expected"},
        {8, 1, 0x77, "does not fit its CRC32"},
        {2, 1, 9, "states a size of more than 65536 bytes"},
        {4, 1, 1, "cannot be inflated"},
        {18, 0, 0x07, "cannot be inflated"},
    };
    bytes one = {0};
    for (int i = 0; i < 20; i++)
        put_record(&one, &(spec){1, i, 0, {bam_cigar_gen(9, BAM_CMATCH)}, 1, 9, 0}, "name");
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        bytes file = {0};
        put_block(&file, one.p, one.n, 6);
        size_t second = file.n;
        put_block(&file, one.p, one.n, 6);
        size_t end = file.n;
        put_end(&file);
        file.p[damages[i].from_end ? end - damages[i].place : second + damages[i].place] = damages[i].value;
        answer a = walk(&file, NULL, 0, 0, 1 + (int)(i % 2));
        char *place = ps_format("at byte %zu", second);
        assert_int_equal(a.status, -1);
        if (!strstr(a.err.text, damages[i].said) || !strstr(a.err.text, place))
            fail_msg("damage %zu: %s", i, a.err.text);
        free(place);
        free(file.p);
    }
    free(one.p);
}

static void test_records_that_cannot_be(void **state) {
    (void)state;
    static const struct {
        size_t at; /* in a record */
        uint32_t value;
    } damages[] = {{0, 0xffffffff},  {0, 0},          {0, 31},         {0, 0x7fffffff},
                   {4, N_CONTIGS},   {4, 0xfffffffe}, {24, N_CONTIGS}, {20, 0x7fffffff},
                   {20, 0xffffffff}, {16, 0xffff},    {12, 0x3c00},    {12, 0xff}};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        for (int sorted = 0; sorted < 2; sorted++)
            for (size_t split = 0; split < 3; split++) {
                bytes b = {0}, file = {0};
                size_t at[4] = {0};
                for (int k = 0; k < 4; k++) {
                    at[k] = b.n;
                    put_record(&b, &(spec){1, k, 0, {bam_cigar_gen(9, BAM_CMATCH)}, 1, 9, 0}, "name");
                }
                for (int k = 0; k < 4; k++)
                    b.p[at[2] + damages[i].at + (size_t)k] = (uint8_t)(damages[i].value >> 8 * k);
                size_t before = split == 0 ? 0 : split == 1 ? at[2] : at[2] + 7; /* the cut between two runs */
                put_block(&file, b.p + before, b.n - before, 1);
                put_end(&file);
                answer a = walk(&file, b.p, before, sorted, 2);
                assert_int_equal(a.status, -1);
                if (!strstr(a.err.text, "x.bam: file is damaged: the record after 2 good ones"))
                    fail_msg("damage %zu: %s", i, a.err.text);
                free(b.p);
                free(file.p);
            }
}

static void test_order(void **state) {
    (void)state;
    /* record 3 of 4 is out of order: within a run, at the start of one, or over the end of one */
    static const int32_t places[4][2] = {{1, 5}, {1, 9}, {1, 8}, {2, 1}};
    for (int cut_at = 0; cut_at < 4; cut_at++) {
        bytes b = {0}, file = {0};
        size_t at[4];
        for (int k = 0; k < 4; k++) {
            char name[3] = {'n', (char)('1' + k), 0};
            at[k] = b.n;
            put_record(&b, &(spec){places[k][0], places[k][1], 0, {bam_cigar_gen(9, BAM_CMATCH)}, 1, 9, 0}, name);
        }
        size_t before = cut_at == 0 ? 0 : cut_at == 1 ? at[2] : cut_at == 2 ? at[2] + 20 : at[3];
        put_block(&file, b.p + before, b.n - before, 1);
        put_end(&file);
        answer a = walk(&file, b.p, before, 1, 2);
        assert_int_equal(a.status, -1);
        if (!strstr(a.err.text, "x.bam: record 3 (n3) is out of order, but the header says SO:coordinate"))
            fail_msg("cut %d: %s", cut_at, a.err.text);
        a = walk(&file, b.p, before, 0, 2);
        assert_int_equal(a.status, 0);
        assert_int_equal(a.passed, 4);
        free(b.p);
        free(file.p);
    }
}

static void test_cigar_that_does_not_fit(void **state) {
    (void)state;
    bytes b = {0}, file = {0};
    put_record(&b, &(spec){2, 10, 0, {bam_cigar_gen(8, BAM_CMATCH)}, 1, 9, 0}, "odd");
    put_block(&file, b.p, b.n, 1);
    put_end(&file);
    answer a = walk(&file, NULL, 0, 1, 1);
    assert_int_equal(a.status, -1);
    assert_non_null(strstr(a.err.text, "record odd has a CIGAR that does not fit its bases"));
    free(b.p);
    free(file.p);
}

/* ---- the same records as htslib -------------------------------------------------------------------------------- */

static void write_odd_records(const char *path) { /* names of every length; more operations than the field holds */
    enum { OPERATIONS = 70001 };
    BGZF *out = bgzf_open(path, "w");
    bam1_t *b = bam_init1();
    uint32_t *cigar = ps_alloc(OPERATIONS, sizeof *cigar);
    char *bases = ps_alloc(OPERATIONS, 1);
    memset(bases, 'C', OPERATIONS);
    for (int i = 0; i < OPERATIONS; i++)
        cigar[i] = bam_cigar_gen(1, i % 2 ? BAM_CINS : BAM_CMATCH);
    for (size_t l = 1; l < 10; l++) {
        assert_true(bam_set1(b, l, "abcdefghij", 0, 2, 3, 60, l == 5 ? OPERATIONS : 1, cigar, 1, 77, -5,
                             l == 5 ? OPERATIONS : 1, bases, NULL, 64) >= 0);
        int32_t value = 17;
        assert_int_equal(bam_aux_append(b, "XA", 'i', 4, (uint8_t *)&value), 0);
        assert_true(bam_write1(out, b) > 0);
    }
    free(cigar);
    free(bases);
    bam_destroy1(b);
    assert_int_equal(bgzf_close(out), 0);
}

static void test_as_htslib(void **state) {
    (void)state;
    char path[] = "/tmp/test_bgzf_walk.XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    write_odd_records(path);
    BGZF *theirs = bgzf_open(path, "r");
    hFILE *f = hopen(path, "r");
    ps_walk_rules rules = make_rules(1);
    ps_walk *ours = ps_walk_open(&(ps_walk_input){.name = "x.bam", .read = read_file, .source = f}, &rules, 2);
    bam1_t *a = bam_init1(), *b = bam_init1();
    ps_error err = {0};
    int n = 0;
    while (bam_read1(theirs, a) >= 0) {
        n++;
        if (ps_walk_next(ours, b, &err) != 1)
            fail_msg("%s", err.text);
        assert_int_equal(a->l_data, b->l_data);
        assert_memory_equal(a->data, b->data, (size_t)a->l_data);
        assert_int_equal(a->core.n_cigar, b->core.n_cigar);
        a->core.bin = b->core.bin = 0; /* htslib works it out again; nobody asks */
        assert_memory_equal(&a->core, &b->core, sizeof a->core);
    }
    assert_int_equal(n, 9);
    assert_int_equal(ps_walk_next(ours, b, &err), 0);
    bam_destroy1(a);
    bam_destroy1(b);
    ps_walk_close(ours);
    ps_walk_rules_free(&rules);
    assert_int_equal(hclose(f), 0);
    bgzf_close(theirs);
    unlink(path);
}

static void test_guess(void **state) {
    (void)state;
    ps_walk_rules rules = make_rules(1);
    size_t second = ps_record_bytes(stream.p);
    assert_int_equal(ps_guess_record(&rules, stream.p, 100000), 0);
    for (size_t from = 1; from < second; from++)
        assert_int_equal(ps_guess_record(&rules, stream.p + from, 100000), second - from);
    assert_int_equal(ps_guess_record(&rules, stream.p, 0), 0);
    static const uint8_t zeros[1000];
    assert_int_equal(ps_guess_record(&rules, zeros, sizeof zeros), sizeof zeros);
    ps_walk_rules_free(&rules);
}

static int setup(void **state) {
    (void)state;
    make_records();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    for (size_t i = 0; i < n_expected; i++)
        free(expected[i]);
    free(stream.p);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_cut),
        cmocka_unit_test(test_tiny_blocks),
        cmocka_unit_test(test_no_records),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_which_damage),
        cmocka_unit_test(test_records_that_cannot_be),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_cigar_that_does_not_fit),
        cmocka_unit_test(test_as_htslib),
        cmocka_unit_test(test_guess),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
