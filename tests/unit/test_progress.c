/* Guards against: a bar in a log file, a count that is wrong or missing, a message in the middle of the bar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/cli/progress.h"
#include "plasmastrat/parallel.h"

enum { N = 25 };

/* What a run of N samples of which the 3rd fails leaves on its stream. Caller frees. */
static char *run_of(int terminal, int quiet) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    progress p;
    progress_start(&p, out, N, terminal, quiet);
    for (int i = 0; i < N; i++) {
        if (i == 2)
            progress_say(&p, "error: S%d: %s", i, "gone\033[31m");
        progress_step(&p, i == 2);
    }
    progress_end(&p);
    fclose(out);
    return text;
}

static int count_of(const char *text, const char *what) {
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void lines_elsewhere(void **state) {
    (void)state;
    char *text = run_of(0, 0);
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, '\033'));
    assert_int_equal(count_of(text, "\n"), 10 + 1);
    assert_non_null(strstr(text, "plasmastrat: error: S2: gone?[31m\n"));
    assert_non_null(strstr(text, "\nplasmastrat: 15/25 samples, 1 failed\n"));
    assert_non_null(strstr(text, "\nplasmastrat: 25/25 samples, 1 failed\n"));
    free(text);
}

static void a_bar_on_a_terminal(void **state) {
    (void)state;
    char *text = run_of(1, 0);
    assert_int_equal(count_of(text, "\n"), 1); /* the message */
    assert_non_null(strstr(text, "\r\033[Kplasmastrat: error: S2: gone?[31m\n\r\033[K[##"));
    assert_non_null(strstr(text, "[##############################] 25/25 samples, 1 failed"));
    assert_string_equal(text + strlen(text) - 4, "\r\033[K"); /* and it is gone at the end */
    free(text);
}

static void quiet_says_messages_only(void **state) {
    (void)state;
    for (int terminal = 0; terminal < 2; terminal++) {
        char *text = run_of(terminal, 1);
        assert_string_equal(text, "plasmastrat: error: S2: gone?[31m\n");
        free(text);
    }
}

static int step(void *context, size_t item, int worker, ps_error *err) {
    (void)worker;
    (void)err;
    progress_step(context, item % 10 == 0);
    return 0;
}

static void any_thread(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    progress p;
    ps_error err = {0};
    progress_start(&p, out, 500, 0, 0);
    assert_int_equal(ps_parallel(4, 500, step, &p, &err), 0);
    progress_end(&p);
    fclose(out);
    assert_int_equal(count_of(text, "\n"), 10);
    assert_non_null(strstr(text, "plasmastrat: 500/500 samples, 50 failed\n"));
    free(text);
}

/* ---- the line of one sample ------------------------------------------------------------------------------------ */

static double now; /* the meter's clock */

static double seconds(void) {
    return now;
}

/* Guards against: a line for a run of a moment, one for each look, a share above 100 %, a name that a terminal obeys,
 * a line that wraps, a line that stays */
static void a_line_of_one_file(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    meter m;
    now = 100;
    meter_start(&m, out, 80, seconds);
    const char *name = "/data/a\033[31m.bam";
    meter_see(&m, name, 1000000, 401000000, 0);
    now = 100.9;
    meter_see(&m, name, 50000000, 401000000, 0);
    fflush(out);
    assert_int_equal(size, 0);
    now = 102;
    meter_see(&m, name, 101000000, 401000000, 0);
    fflush(out);
    assert_string_equal(text, "\r\033[Ka?[31m.bam: 25 % of 401 MB read, 50 MB/s, 0:06 left");
    size_t shown = size;
    for (int i = 0; i < 100; i++)
        meter_see(&m, name, 101000000, 401000000, 0);
    fflush(out);
    assert_int_equal(size, shown);
    meter_clear(&m);
    meter_clear(&m);
    fflush(out);
    assert_string_equal(text + shown, "\r\033[K");
    now = 103;
    meter_see(&m, name, 402000000, 401000000, 0); /* it grows */
    fflush(out);
    assert_non_null(strstr(text + shown, "a?[31m.bam: 100 % of 401 MB read, 134 MB/s"));
    assert_null(strstr(text + shown, "left"));
    now = 104;
    meter_see(&m, "standard input", 5000000, 0, 0); /* the next one has its own speed */
    now = 106;
    meter_see(&m, "standard input", 8000000, 0, 0);
    now = 107;
    meter_see(&m, "b.sam", 0, 0, 1234567);
    now = 108;
    meter_see(&m, NULL, 17, 320, 0);
    now = 109;
    meter_see(&m, name, 1, 1000000000000, 0);
    now = 110;
    meter_see(&m, name, 10000001, 1000000000000, 0);
    meter_end(&m);
    fclose(out);
    assert_non_null(strstr(text, "\r\033[Kstandard input: 8 MB read, 1.5 MB/s\r"));
    assert_non_null(strstr(text, "\r\033[Kb.sam: 1.2 million records read\r"));
    assert_non_null(strstr(text, "\r\033[K17 of 320 parts read\r"));
    assert_non_null(strstr(text, "0 % of 1000000 MB read, 10 MB/s, 27:46:39 left\r"));
    assert_string_equal(text + strlen(text) - 4, "\r\033[K");
    assert_null(strchr(text, '\n'));
    free(text);
}

static void a_line_that_fits(void **state) {
    (void)state;
    for (size_t columns = 0; columns <= 30; columns += 10) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        meter m;
        now = 0;
        meter_start(&m, out, columns, seconds);
        now = 2;
        meter_see(
            &m,
            "a_name_of_a_file_that_is_longer_than_the_\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4.bam",
            1, 2, 0);
        meter_end(&m);
        fclose(out);
        size_t shown = 0;
        for (const char *s = text; *s; s++)
            shown += ((unsigned char)*s & 0xC0) != 0x80;
        assert_int_equal(shown, columns ? 8 + columns - 1 : 0);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_elsewhere),          cmocka_unit_test(a_bar_on_a_terminal),
        cmocka_unit_test(quiet_says_messages_only), cmocka_unit_test(any_thread),
        cmocka_unit_test(a_line_of_one_file),       cmocka_unit_test(a_line_that_fits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
