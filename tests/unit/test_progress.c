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

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_elsewhere), cmocka_unit_test(a_bar_on_a_terminal),
                                       cmocka_unit_test(quiet_says_messages_only), cmocka_unit_test(any_thread)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
