/* A BAI typed by hand: three leaf bins and one above them; and what a flipped bit makes of each part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/io/bai.h"

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

static int soundness(const index_words *w, int cut) {
    char path[] = "/tmp/test_bai.XXXXXX";
    uint8_t bytes[4 + 4 * MOST] = "BAI\1";
    for (int i = 0; i < w->n; i++)
        for (int k = 0; k < 4; k++)
            bytes[4 + 4 * i + k] = (uint8_t)(w->word[i] >> 8 * k);
    int fd = mkstemp(path);
    size_t n = 4 + 4 * (size_t)w->n - (size_t)cut;
    assert_true(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
    int sound = ps_bai_is_sound(path);
    unlink(path);
    return sound;
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

static void others_are_left_alone(void **state) {
    (void)state;
    assert_true(ps_bai_is_sound("/nowhere/x.bai"));
    assert_true(ps_bai_is_sound("/dev/null"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_ones_are_sound),
        cmocka_unit_test(damaged_ones_are_not),
        cmocka_unit_test(chunks_that_began_long_before),
        cmocka_unit_test(others_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
