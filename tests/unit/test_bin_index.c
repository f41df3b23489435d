/* A BAI, a CSI and a TBI typed by hand: three leaf bins and one above them; and what a flipped bit makes of each
 * part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/io/bam/bin_index.h"

enum { MOST = 1024 };

typedef struct index_words { /* the file as 32-bit words after the magic */
    uint32_t word[MOST];
    int n;
} index_words;

static void put(index_words *w, uint32_t value) {
    assert_true(w->n < MOST);
    w->word[w->n++] = value;
}

static void put_offset(index_words *w, uint32_t block, uint32_t within) { /* virtual offset below 4 GB of file */
    put(w, block << 16 | within);
    put(w, block >> 16);
}

static void put_bin(index_words *w, uint32_t bin, uint32_t block, uint32_t beg, uint32_t end) {
    put(w, bin);
    put(w, 1);
    put_offset(w, block, beg);
    put_offset(w, block, end);
}

enum {
    CONTIGS,
    BINS,
    BIN_4681,
    N_4681,
    BEG_4681,
    END_4681 = BEG_4681 + 2,
    BIN_585 = END_4681 + 2,
    BIN_4682 = BIN_585 + 6,
    BEG_4682 = BIN_4682 + 2,
    BIN_4684 = BIN_4682 + 6,
    INTERVALS = BIN_4684 + 6,
    LINEAR = INTERVALS + 1
};

/* Records: bin 4681 (window 0), one over the border of windows 0 and 1 (bin 585), bin 4682, none, bin 4684. */
static index_words sound_one(void) {
    index_words w = {{0}, 0};
    put(&w, 1);
    put(&w, 4);
    put_bin(&w, 4681, 7, 100, 200);
    put_bin(&w, 585, 7, 200, 300);
    put_bin(&w, 4682, 7, 300, 400);
    put_bin(&w, 4684, 7, 400, 500);
    put(&w, 4);
    put_offset(&w, 7, 100);
    put_offset(&w, 7, 200);
    put_offset(&w, 7, 400); /* empty: filled from the next */
    put_offset(&w, 7, 400);
    put(&w, 0); /* reads without a place */
    put(&w, 0);
    return w;
}

static int is_sound(const char *path, uint64_t n_file) {
    ps_bin_index index;
    int sound = ps_bin_index_read(path, n_file, &index);
    ps_bin_index_free(&index);
    return sound;
}

static void write_words(const char *magic, const index_words *w, int cut, char *path) {
    uint8_t bytes[4 + 4 * MOST];
    memcpy(bytes, magic, 4);
    for (int i = 0; i < w->n; i++)
        for (int k = 0; k < 4; k++)
            bytes[4 + 4 * i + k] = (uint8_t)(w->word[i] >> 8 * k);
    int fd = mkstemp(path);
    size_t n = 4 + 4 * (size_t)w->n - (size_t)cut;
    assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

static int soundness_of(const char *magic, const index_words *w, int cut) {
    char path[] = "/tmp/test_bin_index.XXXXXX";
    write_words(magic, w, cut, path);
    int sound = is_sound(path, 1000);
    unlink(path);
    return sound == 1;
}

static int soundness(const index_words *w, int cut) {
    return soundness_of("BAI\1", w, cut);
}

static void whole_ones_are_sound(void **state) {
    (void)state;
    index_words w = sound_one();
    assert_int_equal(w.word[BIN_585], 585);
    assert_int_equal(w.word[BIN_4684], 4684);
    assert_true(soundness(&w, 0));
    assert_true(soundness(&w, 8));      /* the last count is optional */
    w.word[LINEAR + 4] = 7 << 16 | 200; /* filled from the last */
    assert_true(soundness(&w, 0));
    w.word[LINEAR + 4] = w.word[LINEAR + 5] = 0; /* not filled */
    assert_true(soundness(&w, 0));
}

static void expect_unsound(int at, uint32_t value) {
    index_words w = sound_one();
    assert_int_not_equal(w.word[at], value);
    w.word[at] = value;
    if (soundness(&w, 0))
        fail_msg("word %d as %u is taken for sound", at, value);
}

static void damaged_ones_are_not(void **state) {
    (void)state;
    expect_unsound(CONTIGS, 3);
    expect_unsound(BINS, 3);
    expect_unsound(BIN_4681, 4682); /* twice */
    expect_unsound(BIN_4681, 4689); /* later bins would begin before it */
    expect_unsound(BIN_4684, 4685); /* its windows lose their reads */
    expect_unsound(N_4681, 2);
    expect_unsound(END_4681, 7 << 16 | 180); /* a gap of 20 bytes */
    expect_unsound(BEG_4682, 7 << 16 | 310);
    expect_unsound(BEG_4681, 7 << 16 | 201);   /* ends before it begins */
    expect_unsound(LINEAR + 2, 7 << 16 | 500); /* falls afterwards */
    expect_unsound(LINEAR, 6 << 16 | 100);     /* in no chunk */
    expect_unsound(INTERVALS, 6);
    index_words w = sound_one();
    for (int cut = 1; cut < 4 * w.n; cut++)
        if (cut != 8)
            assert_false(soundness(&w, cut));
}

/* htslib moves small bins into wide ones, whose chunks then begin long before the record that is looked for. */
static void chunks_that_began_long_before(void **state) {
    (void)state;
    enum { SMALL = 200 };
    index_words w = {{0}, 0};
    put(&w, 1);
    put(&w, 2);
    put(&w, 4681);
    put(&w, SMALL);
    for (uint32_t i = 0; i < SMALL; i++) {
        put_offset(&w, 7, 101 + i);
        put_offset(&w, 7, 102 + i);
    }
    put_bin(&w, 585, 7, 100, 9000);
    put(&w, 2);
    put_offset(&w, 7, 100);
    put_offset(&w, 7, 500); /* in the wide bin only */
    assert_true(soundness(&w, 0));
}

/* ---- CSI ------------------------------------------------------------------------------------------------------- */

enum {
    CSI_SHIFT,
    CSI_DEPTH,
    CSI_AUX,
    CSI_CONTIGS,
    CSI_BINS,
    CSI_4681,
    CSI_585 = CSI_4681 + 8,
    CSI_4682 = CSI_585 + 8,
    CSI_4684 = CSI_4682 + 8,
    CSI_COUNTS = CSI_4684 + 8,
    CSI_SECOND = CSI_COUNTS + 12, /* the bins of the second contig */
    LOFF = 1,
    CHUNKS = 3,
    CHUNK_BEG = 4,
    CHUNK_END = 6
};

static void put_csi_bin(index_words *w, uint32_t number, uint32_t loff, uint32_t beg, uint32_t end) {
    put(w, number);
    put_offset(w, 7, loff);
    put(w, 1);
    put_offset(w, 7, beg);
    put_offset(w, 7, end);
}

/* The records of sound_one, with their counts, and one on a second contig. */
static index_words sound_csi(void) {
    index_words w = {{0}, 0};
    put(&w, 14);
    put(&w, 5);
    put(&w, 0);
    put(&w, 2);
    put(&w, 5);
    put_csi_bin(&w, 4681, 100, 100, 200);
    put_csi_bin(&w, 585, 100, 200, 300);
    put_csi_bin(&w, 4682, 200, 300, 400);
    put_csi_bin(&w, 4684, 400, 400, 500);
    put(&w, 37450);
    put(&w, 0);
    put(&w, 0);
    put(&w, 2);
    put_offset(&w, 7, 100);
    put_offset(&w, 7, 500);
    put(&w, 4);
    put(&w, 0);
    put(&w, 0);
    put(&w, 0);
    put(&w, 1);
    put_csi_bin(&w, 4681, 500, 500, 600);
    return w;
}

static void expect_unsound_csi(int at, uint32_t value) {
    index_words w = sound_csi();
    assert_int_not_equal(w.word[at], value);
    w.word[at] = value;
    if (soundness_of("CSI\1", &w, 0))
        fail_msg("word %d as %u is taken for sound", at, value);
}

static void whole_csi_is_sound(void **state) {
    (void)state;
    index_words w = sound_csi();
    assert_int_equal(w.word[CSI_4684], 4684);
    assert_int_equal(w.word[CSI_COUNTS], 37450);
    assert_int_equal(w.word[CSI_SECOND], 1);
    assert_true(soundness_of("CSI\1", &w, 0));
    w.word[CSI_4684 + LOFF] = w.word[CSI_4684 + LOFF + 1] = 0; /* not said */
    assert_true(soundness_of("CSI\1", &w, 0));
    char path[] = "/tmp/test_bin_index.XXXXXX";
    write_words("CSI\1", &w, 0, path);
    ps_bin_index index;
    assert_int_equal(ps_bin_index_read(path, UINT64_MAX, &index), 1);
    assert_int_equal(index.n_contigs, 2);
    assert_int_equal(index.contig[1].beg, 7 << 16 | 500);
    assert_int_equal(index.all.beg, 7 << 16 | 100);
    assert_int_equal(index.all.end, 7 << 16 | 600);
    char *url = ps_bin_index_url(&index);
    assert_memory_equal(url, "data:;base64,Q1NJAQ4AAAAF", 25); /* "CSI\1", 14, 5 */
    free(url);
    ps_bin_index_free(&index);
    assert_int_equal(is_sound(path, 6), 0); /* all chunks lie beyond a file of 6 bytes */
    unlink(path);
}

static void damaged_csi_is_not(void **state) {
    (void)state;
    expect_unsound_csi(CSI_SHIFT, 0);
    expect_unsound_csi(CSI_SHIFT, 31);
    expect_unsound_csi(CSI_DEPTH, 10); /* bins would not fit 32 bits: htslib loops */
    expect_unsound_csi(CSI_DEPTH, 4);
    expect_unsound_csi(CSI_DEPTH, UINT32_MAX);
    expect_unsound_csi(CSI_AUX, 1u << 31);
    expect_unsound_csi(CSI_CONTIGS, 1);
    expect_unsound_csi(CSI_CONTIGS, UINT32_MAX);
    expect_unsound_csi(CSI_BINS, 4);
    expect_unsound_csi(CSI_4682, 4681);  /* twice: htslib frees memory twice */
    expect_unsound_csi(CSI_4682, 37449); /* of no level */
    expect_unsound_csi(CSI_4682, 4685);
    expect_unsound_csi(CSI_COUNTS, 37451);
    expect_unsound_csi(CSI_COUNTS + CHUNKS, 1);
    expect_unsound_csi(CSI_COUNTS + CHUNK_BEG, 7 << 16 | 101);
    expect_unsound_csi(CSI_COUNTS + CHUNK_END, 7 << 16 | 501);
    expect_unsound_csi(CSI_4681 + CHUNKS, UINT32_MAX);
    expect_unsound_csi(CSI_4682 + CHUNK_END, 7 << 16 | 399);       /* a gap */
    expect_unsound_csi(CSI_4684 + CHUNK_END + 1, 1);               /* beyond the file */
    expect_unsound_csi(CSI_SECOND + 1 + CHUNK_BEG, 7 << 16 | 501); /* a gap between contigs */
    expect_unsound_csi(CSI_4682 + LOFF, 7 << 16 | 301);            /* after its first record */
    expect_unsound_csi(CSI_585 + LOFF, 7 << 16 | 101);             /* not that of the same window's bin */
    expect_unsound_csi(CSI_4684 + LOFF, 7 << 16 | 150);            /* falls */
    expect_unsound_csi(CSI_4684 + LOFF, 7 << 16 | 350);            /* in no bin over the window */
    index_words w = sound_csi();
    for (int cut = 1; cut < 4 * w.n; cut++)
        assert_false(soundness_of("CSI\1", &w, cut));
}

/* ---- TBI ------------------------------------------------------------------------------------------------------- */

enum { TBI_NAME_BYTES = 7 };

static index_words sound_tbi(void) {
    static const uint32_t head[] = {1, 2, 1, 2, 0, '#', 0, 4, 'c' | '1' << 8 | '2' << 16};
    index_words w = {{0}, 0}, bai = sound_one();
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        put(&w, head[i]);
    for (int i = BINS; i < bai.n; i++)
        put(&w, bai.word[i]);
    return w;
}

static void tbi_is_a_bai_with_names(void **state) {
    (void)state;
    index_words w = sound_tbi();
    assert_true(soundness_of("TBI\1", &w, 0));
    assert_true(soundness_of("TBI\1", &w, 8));
    w.word[TBI_NAME_BYTES] = 3;
    assert_false(soundness_of("TBI\1", &w, 0));
    w.word[TBI_NAME_BYTES] = UINT32_MAX;
    assert_false(soundness_of("TBI\1", &w, 0));
    w = sound_tbi();
    for (int cut = 1; cut < 4 * w.n; cut++)
        if (cut != 8)
            assert_false(soundness_of("TBI\1", &w, cut));
}

static void others_are_left_alone(void **state) {
    (void)state;
    index_words w = sound_one();
    char path[] = "/tmp/test_bin_index.XXXXXX";
    write_words("BAI\2", &w, 0, path);
    assert_int_equal(is_sound(path, 1000), -1);
    unlink(path);
    assert_int_equal(is_sound("/nowhere/x.bai", 1000), -1);
    assert_int_equal(is_sound("/dev/null", 1000), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_ones_are_sound),
        cmocka_unit_test(damaged_ones_are_not),
        cmocka_unit_test(chunks_that_began_long_before),
        cmocka_unit_test(whole_csi_is_sound),
        cmocka_unit_test(damaged_csi_is_not),
        cmocka_unit_test(tbi_is_a_bai_with_names),
        cmocka_unit_test(others_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
