/* Guards against: test_base.c - tables, errors, threads, the map and the reasons, against hand-made truth. */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/error.h"
#include "plasmastrat/file.h"
#include "plasmastrat/map.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/reasons.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"

#include "unit_random.h"

/* ---- errors ---------------------------------------------------------------------------------------------------- */

static void first_error_wins(void **state) {
    (void)state;
    ps_error err = {0};
    assert_int_equal(ps_fail(&err, PS_ERR_RUN, "a.bam", 7, "what %d", 3), -1);
    assert_string_equal(err.text, "a.bam:7: what 3");
    assert_int_equal(ps_fail(&err, PS_ERR_USAGE, "b.bam", 0, "later"), -1);
    assert_int_equal(err.kind, PS_ERR_RUN);
    assert_string_equal(err.text, "a.bam:7: what 3");
    ps_error plain = {0};
    ps_fail(&plain, PS_ERR_USAGE, NULL, 9, "no file");
    assert_string_equal(plain.text, "no file");
    ps_error path = {0};
    ps_fail(&path, PS_ERR_USAGE, "x", 0, "no line");
    assert_string_equal(path.text, "x: no line");
    assert_int_equal(ps_fail(NULL, PS_ERR_RUN, "x", 1, "nobody listens"), -1);
}

static void errors_of_the_system(void **state) {
    (void)state;
    ps_error err = {0};
    assert_int_equal(ps_fail_system(&err, "a.json", ENOSPC, "cannot be written"), -1);
    assert_string_equal(err.text, "a.json: cannot be written: No space left on device");
    assert_true(err.kind == PS_ERR_RUN && err.no_space);
    ps_error quota = {0}, other = {0}, unknown = {0};
    ps_fail_system(&quota, "a", EDQUOT, "x");
    assert_true(quota.no_space);
    ps_fail_system(&other, "a", EIO, "x");
    ps_fail_system(&other, "a", ENOSPC, "the first error wins");
    assert_false(other.no_space);
    ps_fail_system(&unknown, "a", 0, "x");
    assert_string_equal(unknown.text, "a: x");
    assert_int_equal(ps_fail_system(NULL, "x", ENOSPC, "nobody listens"), -1);
}

static void errors_hold_no_control_bytes(void **state) {
    (void)state;
    ps_error err = {0};
    ps_fail(&err, PS_ERR_RUN, "a\033[2J\n.bam", 1, "bell %c tab %c del %c utf8 \xc3\xa4", '\a', '\t', 0x7f);
    assert_string_equal(err.text, "a?[2J?.bam:1: bell ? tab ? del ? utf8 \xc3\xa4");
    /* C1 as UTF-8 and as a byte, a mark that turns the text around; a name in Latin-1 stays */
    ps_error more = {0};
    ps_fail(&more, PS_ERR_RUN, NULL, 0,
            "a\xc2\x9b"
            "31mb\x9b"
            "c\xe2\x80\xae"
            "d\xfc\xe2\x82\xac");
    assert_string_equal(more.text, "a?31mb?c?d\xfc\xe2\x82\xac");
    char path[5000];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    ps_error longer = {0};
    ps_fail(&longer, PS_ERR_RUN, path, 12, "%s", path);
    assert_int_equal(strlen(longer.text), sizeof longer.text - 1);
    assert_non_null(strstr(longer.text, ":12: "));
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static int parse(const char *bytes, size_t n, ps_table *t, ps_error *err) {
    *err = (ps_error){0};
    return ps_table_parse("t.tsv", bytes, n, PS_ERR_USAGE, t, err);
}
#define PARSE(text, t, err) parse(text, sizeof(text) - 1, t, err)

static void refused(const char *bytes, size_t n, const char *what) {
    ps_table t;
    ps_error err;
    assert_int_equal(parse(bytes, n, &t, &err), -1);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    if (!strstr(err.text, what))
        fail_msg("'%s' does not say '%s'", err.text, what);
    assert_null(t.text);
    ps_table_free(&t);
}
#define REFUSED(text, what) refused(text, sizeof(text) - 1, what)

static void cell_is(const ps_table *t, size_t row, int column, const char *expected) {
    assert_true(row < t->n_rows);
    assert_string_equal(ps_table_cell(t, row, column), expected);
}

static void tsv_lines_and_comments(void **state) {
    (void)state;
    ps_table t;
    ps_error err;
    assert_int_equal(PARSE("\xef\xbb\xbf## comment\r\n\r\n#a\tb\tc\r\n1\t2\t3\r\n\n## more\n \t \n4\t\t6", &t, &err),
                     0);
    assert_int_equal(t.n_columns, 3);
    assert_int_equal(t.n_rows, 2);
    assert_string_equal(t.name[0], "a");
    assert_string_equal(t.name[2], "c");
    cell_is(&t, 0, 2, "3");
    cell_is(&t, 1, 1, "");
    cell_is(&t, 1, 2, "6");
    assert_int_equal(t.line[0], 4);
    assert_int_equal(t.line[1], 8);
    assert_int_equal(ps_table_find(&t, "b"), 1);
    assert_int_equal(ps_table_find(&t, "B"), -1);
    ps_table_free(&t);
    ps_table_free(&t);
    assert_int_equal(PARSE("a,b\tc\n1,2\t3\n", &t, &err), 0); /* a tab in the header: commas are text */
    assert_int_equal(t.n_columns, 2);
    cell_is(&t, 0, 0, "1,2");
    ps_table_free(&t);
    assert_int_equal(PARSE("only\nx,y\n", &t, &err), 0);
    cell_is(&t, 0, 0, "x,y");
    ps_table_free(&t);
}

static void csv_quotes(void **state) {
    (void)state;
    ps_table t;
    ps_error err;
    assert_int_equal(PARSE("id,\"a, b\",c\n\"x \"\"y\"\"\",\"1,2\",\n\"\",\"\"\"\",z\n", &t, &err), 0);
    assert_int_equal(t.n_columns, 3);
    assert_string_equal(t.name[1], "a, b");
    cell_is(&t, 0, 0, "x \"y\"");
    cell_is(&t, 0, 1, "1,2");
    cell_is(&t, 0, 2, "");
    cell_is(&t, 1, 0, "");
    cell_is(&t, 1, 1, "\"");
    cell_is(&t, 1, 2, "z");
    ps_table_free(&t);
    assert_int_equal(PARSE("a\tb\n\"1\t2\"\n", &t, &err), 0); /* quotes mean nothing in a TSV */
    cell_is(&t, 0, 0, "\"1");
    ps_table_free(&t);
    REFUSED("a,b\n\"1,2\n", "t.tsv:2: ");
    REFUSED("a,b\n1,\"2\n", "t.tsv:2: ");
}

/* Guards against: table.c count_fields() toggles on any '"', cut_field() only on a leading one: a quote in the middle
 * of a field lets a row with a field too many through, and its last field is lost without a word */
static void csv_quote_inside_a_field(void **state) {
    (void)state;
    REFUSED("a,b\nx\"1,y\"2,lost\n", "t.tsv:2: ");
}

static void bad_tables(void **state) {
    (void)state;
    REFUSED("", "is empty");
    REFUSED("\n\n## x\n", "is empty");
    REFUSED("a\tb\n1\t2\n3\n", "t.tsv:3: 1 fields, expected 2");
    REFUSED("a\tb\n1\t2\t3\n", "t.tsv:2: 3 fields, expected 2");
    REFUSED("a\tb\ta\n", "column 'a' stands twice");
    REFUSED("a\tb\n1\t2\n3\t\0\n", "t.tsv:3: holds a NUL byte");
    REFUSED("PK\3\4rest", "t.tsv: is a spreadsheet (.xlsx, .ods) or zip archive: save it as CSV");
    REFUSED("\xD0\xCF\x11\xE0rest", "t.tsv: is a spreadsheet (.xls)");
    REFUSED("\x1F\x8B\x08", "t.tsv: is compressed: unpack it with gunzip");
    REFUSED("\xFD"
            "7zXZ\1\2\3",
            "t.tsv: is compressed with xz: unpack it with unxz");
    REFUSED("\xff\xfe"
            "a\0",
            "NUL");
    ps_table t;
    ps_error err = {0};
    assert_int_equal(ps_table_read("/nonexistent/x.tsv", PS_ERR_RUN, &t, &err), -1);
    assert_int_equal(err.kind, PS_ERR_RUN);
    assert_non_null(strstr(err.text, "/nonexistent/x.tsv: cannot be opened"));
    err = (ps_error){0};
    assert_int_equal(ps_table_read("/", PS_ERR_RUN, &t, &err), -1);
    /* every prefix of a table parses or is refused, and nothing is read past its end */
    static const char text[] = "\xef\xbb\xbf#a,\"b\",c\r\n\"1\"\"\",2,\"3\"\r\n,,x\n\"\n";
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = malloc(n ? n : 1);
        memcpy(copy, text, n);
        err = (ps_error){0};
        if (ps_table_parse("t", copy, n, PS_ERR_USAGE, &t, &err) == 0)
            ps_table_free(&t);
        else
            assert_int_equal(err.kind, PS_ERR_USAGE);
        free(copy);
    }
}

static void required_columns(void **state) {
    (void)state;
    static const char *const names[] = {"b", "missing"};
    ps_table t;
    ps_error err;
    int column[2];
    assert_int_equal(PARSE("a\tb\n1\t2\n", &t, &err), 0);
    assert_int_equal(ps_table_require(&t, names, 1, column, &err), 0);
    assert_int_equal(column[0], 1);
    assert_int_equal(ps_table_require(&t, names, 2, column, &err), -1);
    assert_string_equal(err.text, "t.tsv: column 'missing' is missing (columns are: a, b)");
    ps_table_free(&t);
}

static void conversions(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int is_int, is_double;
        double value;
    } rows[] = {
        {"0", 1, 1, 0},
        {"-7", 1, 1, -7},
        {"+7", 1, 1, 7},
        {"100", 1, 1, 100},
        {"101", 0, 0, 0},
        {"-101", 0, 0, 0},
        {"1.5", 0, 1, 1.5},
        {"1e2", 0, 1, 100},
        {".5", 0, 1, 0.5},
        {"", 0, 0, 0},
        {"-", 0, 0, 0},
        {".", 0, 0, 0},
        {"0x10", 0, 0, 0},
        {"0x1p3", 0, 0, 0},
        {"nan", 0, 0, 0},
        {"inf", 0, 0, 0},
        {"-inf", 0, 0, 0},
        {"1e999", 0, 0, 0},
        {"5 ", 0, 0, 0},
        {"5x", 0, 0, 0},
        {"1,5", 0, 0, 0},
        {"1e-400", 0, 1, 0},
        {"99999999999999999999", 0, 0, 0},
        {"-99999999999999999999", 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t whole = 12345;
        double number = 12345;
        if ((ps_parse_int(rows[i].text, -100, 100, &whole) == 0) != rows[i].is_int)
            fail_msg("int '%s'", rows[i].text);
        if (rows[i].is_int)
            assert_int_equal(whole, (int64_t)rows[i].value);
        else
            assert_int_equal(whole, 12345); /* untouched */
        if ((ps_parse_double(rows[i].text, -100, 100, &number) == 0) != rows[i].is_double)
            fail_msg("double '%s'", rows[i].text);
        assert_true(number == (rows[i].is_double ? rows[i].value : 12345));
    }
    int64_t v = 0;
    assert_int_equal(ps_parse_int("9223372036854775807", INT64_MIN, INT64_MAX, &v), 0);
    assert_true(v == INT64_MAX);
    assert_int_equal(ps_parse_int("9223372036854775808", INT64_MIN, INT64_MAX, &v), -1);
    double d = 0;
    assert_int_equal(ps_parse_double(" 1", 0, 5, &d), -1);
    assert_int_equal(ps_parse_int(" 5", -100, 100, &v), -1);
    assert_int_equal(ps_parse_int("\t5", -100, 100, &v), -1);
}

static void table_conversions(void **state) {
    (void)state;
    static const char *const names[] = {"red", "green"};
    ps_table t;
    ps_error err;
    int64_t whole = 0;
    double number = 0;
    int which = -1;
    assert_int_equal(PARSE("\na\tb\n12\tgreen\nx\tblue\n", &t, &err), 0);
    assert_int_equal(ps_table_int(&t, 0, 0, 0, 12, &whole, &err), 0);
    assert_int_equal(whole, 12);
    assert_int_equal(ps_table_double(&t, 0, 0, 0, 12, &number, &err), 0);
    assert_true(number == 12);
    assert_int_equal(ps_table_enum(&t, 0, 1, names, 2, &which, &err), 0);
    assert_int_equal(which, 1);
    assert_int_equal(ps_table_int(&t, 0, 0, 13, 20, &whole, &err), -1);
    assert_string_equal(err.text, "t.tsv:3: column a: '12': expected a whole number from 13 to 20");
    err = (ps_error){0};
    assert_int_equal(ps_table_double(&t, 1, 0, 0, 0.5, &number, &err), -1);
    assert_string_equal(err.text, "t.tsv:4: column a: 'x': expected a number from 0 to 0.5");
    err = (ps_error){0};
    assert_int_equal(ps_table_enum(&t, 1, 1, names, 2, &which, &err), -1);
    assert_string_equal(err.text, "t.tsv:4: column b: 'blue': expected one of: red, green");
    ps_table_free(&t);
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

enum { ITEMS = 1000 };
typedef struct tally {
    int times[ITEMS], worker[ITEMS];
    size_t fail_from, slow_item;
    int n_threads;
} tally;

static int visit(void *context, size_t item, int worker, ps_error *err) {
    tally *t = context;
    t->times[item]++;
    t->worker[item] = worker;
    if (item == t->slow_item)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    return item >= t->fail_from ? ps_fail(err, PS_ERR_RUN, "item", (long)item + 1, "failed") : 0;
}

static void every_item_once(void **state) {
    (void)state;
    static const int threads[] = {-3, 0, 1, 2, 8, 5000};
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        tally *t = calloc(1, sizeof *t);
        t->fail_from = t->slow_item = ITEMS;
        ps_error err = {0};
        assert_int_equal(ps_parallel(threads[k], threads[k] > 1000 ? 40 : ITEMS, visit, t, &err), 0);
        for (int i = 0; i < ITEMS; i++) {
            assert_int_equal(t->times[i], threads[k] <= 1000 || i < 40);
            assert_in_range(t->worker[i], 0, threads[k] > 1 ? threads[k] - 1 : 0);
        }
        assert_int_equal(ps_parallel(threads[k], 0, visit, t, &err), 0);
        assert_int_equal(err.kind, PS_ERR_NONE);
        free(t);
    }
    assert_true(ps_processors() >= 1);
}

static void lowest_failure_is_told(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 8};
    for (int repeat = 0; repeat < 10; repeat++)
        for (size_t k = 0; k < 3; k++) {
            tally *t = calloc(1, sizeof *t);
            t->fail_from = 100;
            t->slow_item = 100; /* the lowest failing item ends last */
            ps_error err = {0};
            assert_int_equal(ps_parallel(threads[k], ITEMS, visit, t, &err), -1);
            assert_string_equal(err.text, "item:101: failed");
            for (int i = 0; i < ITEMS; i++)
                assert_int_equal(t->times[i], i <= 100 ? 1 : t->times[i] ? 1 : 0);
            assert_int_equal(t->times[ITEMS - 1], 0);
            ps_error before = {0};
            ps_fail(&before, PS_ERR_USAGE, NULL, 0, "earlier");
            assert_int_equal(ps_parallel(threads[k], 200, visit, t, &before), -1);
            assert_string_equal(before.text, "earlier");
            free(t);
        }
}

/* ---- the map --------------------------------------------------------------------------------------------------- */

static void map_against_an_array(void **state) {
    (void)state;
    enum { KEYS = 700 };
    uint64_t seed = 11, key[KEYS], value[KEYS];
    int there[KEYS];
    ps_map map = {0};
    size_t used = 0;
    memset(there, 0, sizeof there);
    for (int i = 0; i < KEYS; i++)
        key[i] = i < 300 ? (uint64_t)i + 2 : i < 500 ? unit_next(&seed) | 2 : (uint64_t)i << 54 | 3;
    key[0] = 0; /* stored as 1; 1 is not used */
    key[1] = UINT64_MAX;
    assert_null(ps_map_find(&map, 5));
    for (int step = 0; step < 200000; step++) {
        int i = (int)unit_below(&seed, KEYS);
        if (unit_below(&seed, 100) == 0) {
            uint64_t *at = ps_map_at(&map, key[i]);
            assert_true(*at == (there[i] ? value[i] : 0));
            used += !there[i];
            there[i] = 1;
            value[i] = *at = unit_next(&seed);
        } else {
            uint64_t *at = ps_map_find(&map, key[i]);
            assert_int_equal(at != NULL, there[i]);
            if (at)
                assert_true(*at == value[i]);
        }
        assert_int_equal(map.used, used);
    }
    ps_map_free(&map);
    ps_map_free(&map);
    assert_true(ps_hash("ab", 2) != ps_hash("ba", 2));
    assert_true(ps_hash("a", 1) == ps_hash("a", 1));
}

/* ---- reasons, text --------------------------------------------------------------------------------------------- */

static void every_reason_has_words(void **state) {
    (void)state;
    for (int i = 0; i < PS_N_REASONS; i++) {
        const char *name = ps_reason_name((ps_reason_code)i);
        assert_non_null(name);
        assert_non_null(ps_reason_sentence((ps_reason_code)i));
        assert_true(strlen(name) > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name));
        assert_true(i == 0 || strlen(ps_reason_sentence((ps_reason_code)i)) > 10);
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(name, ps_reason_name((ps_reason_code)j));
            assert_string_not_equal(ps_reason_sentence((ps_reason_code)i), ps_reason_sentence((ps_reason_code)j));
        }
    }
}

static void reasons_add_up(void **state) {
    (void)state;
    ps_reasons r = {0};
    ps_reason_add(&r, PS_REASON_NO_RNA, "first %d", 1);
    ps_reason_add(&r, PS_REASON_NO_RNA, "second");
    assert_int_equal(r.n, 1);
    assert_string_equal(r.at[0].detail, "first 1");
    char text[600], tiny[8];
    ps_reason_text(&r.at[0], text, sizeof text);
    assert_string_equal(text, "no-rna: no RNA alignments were given (first 1)");
    ps_reason_text(&r.at[0], tiny, sizeof tiny);
    assert_string_equal(tiny, "no-rna:");
    for (int i = 1; i < PS_N_REASONS; i++)
        ps_reason_add(&r, (ps_reason_code)i, "%s", "");
    assert_int_equal(r.n, PS_MAX_REASONS);
    ps_reason_text(&r.at[1], text, sizeof text);
    assert_null(strchr(text, '('));
}

static void memory(void **state) {
    (void)state;
    char *a = ps_alloc(0, 8), *b = ps_resize(NULL, 0, 4), *c = ps_format("%s-%d", "x", 7), *d = ps_strndup("abc", 2);
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(c, "x-7");
    assert_string_equal(d, "ab");
    assert_null(ps_strdup(NULL));
    free(a);
    free(b);
    free(c);
    free(d);
    int *list = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < 1000; i++) {
        PS_GROW(list, i, capacity);
        list[i] = (int)i;
    }
    assert_int_equal(list[999], 999);
    free(list);
}

static void plurals(void **state) {
    (void)state;
    static const struct {
        double n;
        const char *ending;
    } row[] = {{0, "s"}, {1, ""}, {2, "s"}, {0.5, "s"}, {0.9999, ""}, {1.1, "s"}, {21, "s"}, {-1, "s"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_string_equal(ps_s(row[i].n), row[i].ending);
}

/* A file of just the most bytes is read whole, one byte more is refused by name. */
static void whole_files(void **state) {
    (void)state;
    static char text[(1 << 20) + 1];
    memset(text, 'x', sizeof text);
    for (size_t more = 0; more < 2; more++) {
        ps_error err = {0};
        char *bytes = NULL;
        size_t n = 0;
        FILE *file = tmpfile();
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, (1 << 20) + more, file), (1 << 20) + more);
        rewind(file);
        int status = ps_stream_read(file, "f.tsv", 1 << 20, PS_ERR_USAGE, &bytes, &n, &err);
        assert_int_equal(status, more ? -1 : 0);
        if (more)
            assert_string_equal(err.text, "f.tsv: is larger than 1 MiB");
        else
            assert_true(n == 1 << 20 && bytes[n] == '\0' && !memcmp(bytes, text, n));
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_error_wins),
        cmocka_unit_test(plurals),
        cmocka_unit_test(whole_files),
        cmocka_unit_test(errors_of_the_system),
        cmocka_unit_test(errors_hold_no_control_bytes),
        cmocka_unit_test(tsv_lines_and_comments),
        cmocka_unit_test(csv_quotes),
        cmocka_unit_test(bad_tables),
        cmocka_unit_test(required_columns),
        cmocka_unit_test(conversions),
        cmocka_unit_test(table_conversions),
        cmocka_unit_test(every_item_once),
        cmocka_unit_test(lowest_failure_is_told),
        cmocka_unit_test(map_against_an_array),
        cmocka_unit_test(every_reason_has_words),
        cmocka_unit_test(reasons_add_up),
        cmocka_unit_test(memory),
        cmocka_unit_test(csv_quote_inside_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
