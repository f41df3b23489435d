/* Model files: what is read, and what is refused with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plasmastrat/model.h"

static const char good[] = "key\tvalue\tsd\tnote\n"         /* 1 */
                           "name\tmine\t.\t.\n"             /* 2 */
                           "basis\tcohort\t.\t.\n"          /* 3 */
                           "question\tWhich one?\t.\t.\n"   /* 4 */
                           "specimen\tmarrow\t.\t.\n"       /* 5 */
                           "prior_odds\t0.5\t.\t.\n"        /* 6 */
                           "plasmacytoma_at\t0.8\t.\t.\n"   /* 7 */
                           "intramedullary_at\t0.1\t.\t.\n" /* 8 */
                           "required\tras\t.\t.\n"          /* 9 */
                           "ccnd1+\t1.25\t0.5\t.\n"         /* 10 */
                           "ccnd1-\t-0.75\t0.25\t.\n"       /* 11 */
                           "ras+\t-2\t1\t.\n"               /* 12 */
                           "ras-\t0\t0.125\t.\n";           /* 13 */

static int parse(const char *text, ps_model *model, ps_error *err) {
    *err = (ps_error){0};
    return ps_model_parse("m.tsv", text, strlen(text), model, err);
}

static void reads_every_key(void **state) {
    (void)state;
    ps_model m;
    ps_error err;
    assert_int_equal(parse(good, &m, &err), 0);
    assert_string_equal(m.name, "mine");
    assert_string_equal(m.question, "Which one?");
    assert_int_equal(m.basis, PS_BASIS_COHORT);
    assert_int_equal(m.specimen, PS_SPECIMEN_MARROW);
    assert_true(m.prior_odds == 0.5 && m.plasmacytoma_at == 0.8 && m.intramedullary_at == 0.1);
    assert_int_equal(m.required[PS_MARKER_CCND1], 0);
    assert_int_equal(m.required[PS_MARKER_RAS], 1);
    const ps_weight *c = &m.weight[PS_MARKER_CCND1], *r = &m.weight[PS_MARKER_RAS];
    assert_true(c->positive == 1.25 && c->positive_sd == 0.5 && c->negative == -0.75 && c->negative_sd == 0.25);
    assert_true(r->positive == -2 && r->positive_sd == 1 && r->negative == 0 && r->negative_sd == 0.125);
    ps_model_free(&m);
    ps_model_free(&m); /* zeroed by the first */
}

/* `good` with its first `from` replaced by `to`. */
static char *edited(const char *from, const char *to) {
    const char *at = strstr(good, from);
    assert_non_null(at);
    char *out = calloc(1, sizeof good + strlen(to));
    memcpy(out, good, (size_t)(at - good));
    strcat(out, to);
    strcat(out, at + strlen(from));
    return out;
}

static void any_and_no_required_marker(void **state) {
    (void)state;
    static const char *const none[] = {"required\t\t.\t.", "required\t.\t.\t."};
    ps_model m;
    ps_error err;
    for (int i = 0; i < 2; i++) {
        char *text = edited("required\tras\t.\t.", none[i]);
        assert_int_equal(parse(text, &m, &err), 0);
        assert_int_equal(m.required[0] + m.required[1], 0);
        ps_model_free(&m);
        free(text);
    }
    char *text = edited("specimen\tmarrow", "specimen\tany");
    assert_int_equal(parse(text, &m, &err), 0);
    assert_int_equal(m.specimen, PS_SPECIMEN_UNKNOWN);
    ps_model_free(&m);
    free(text);
}

static void refuses_with_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *place, *about;
    } cases[] = {
        {"prior_odds\t0.5", "prior_odd\t0.5", "m.tsv:6:", "prior_odd"},
        {"prior_odds\t0.5", "prior_odds\t0", "m.tsv:6:", "'0'"},
        {"prior_odds\t0.5", "prior_odds\t-1", "m.tsv:6:", "'-1'"},
        {"prior_odds\t0.5", "prior_odds\tnan", "m.tsv:6:", "'nan'"},
        {"basis\tcohort", "basis\tguess", "m.tsv:3:", "premise, published, cohort"},
        {"specimen\tmarrow", "specimen\tblood", "m.tsv:5:", "any, lesion, marrow"},
        {"required\tras", "required\tras,tp53", "m.tsv:9:", "tp53"},
        {"required\tras", "required\tras,", "m.tsv:9:", "comma"},
        {"ccnd1+\t1.25\t0.5", "ccnd1+\t1.25\t.", "m.tsv:10:", "column sd"},
        {"ccnd1+\t1.25\t0.5", "ccnd1+\t1.25\t0", "m.tsv:10:", "column sd"},
        {"ccnd1-\t-0.75\t0.25", "ccnd1-\t-0.75\t-0.25", "m.tsv:11:", "column sd"},
        {"ras+\t-2", "ras+\tx", "m.tsv:12:", "'x'"},
        {"ras-\t0\t", "ras+\t0\t", "m.tsv:13:", "second time"},
        {"plasmacytoma_at\t0.8", "plasmacytoma_at\t0.1", "m.tsv:7:", "not above"},
        {"plasmacytoma_at\t0.8", "plasmacytoma_at\t1", "m.tsv:7:", "below 1"},
        {"intramedullary_at\t0.1", "intramedullary_at\t0", "m.tsv:8:", "above 0"},
        {"name\tmine\t.", "name\t\t.", "m.tsv:2:", "expected a text"},
        {"name\tmine\t.", "name\tmine\t1", "m.tsv:2:", "sd"},
        {"question\tWhich one?\t.\t.\n", "", "m.tsv:", "'question' is missing"},
        {"ras-\t0\t0.125\t.\n", "", "m.tsv:", "'ras-' is missing"},
        {"value", "number", "m.tsv:", "'value'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ps_model m;
        ps_error err;
        char *text = edited(cases[i].from, cases[i].to);
        assert_int_equal(parse(text, &m, &err), -1);
        assert_int_equal(err.kind, PS_ERR_USAGE);
        if (strncmp(err.text, cases[i].place, strlen(cases[i].place)) || !strstr(err.text, cases[i].about))
            fail_msg("'%s' -> '%s': %s", cases[i].from, cases[i].to, err.text);
        assert_null(m.name);
        free(text);
    }
}

static void missing_file(void **state) {
    (void)state;
    ps_model m;
    ps_error err = {0};
    assert_int_equal(ps_model_read("no/such/model.tsv", &m, &err), -1);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    assert_non_null(strstr(err.text, "no/such/model.tsv"));
}

static const char table[] = "key\tvalue\tsd\tnote\n"              /* 1 */
                            "name\tcohort\t.\t.\n"                /* 2 */
                            "basis\tcohort\t.\t.\n"               /* 3 */
                            "question\tWhich one?\t.\t.\n"        /* 4 */
                            "specimen\tany\t.\t.\n"               /* 5 */
                            "prior_odds\t1\t.\t.\n"               /* 6 */
                            "plasmacytoma_at\t0.75\t.\t.\n"       /* 7 */
                            "intramedullary_at\t0.25\t.\t.\n"     /* 8 */
                            "required\t\t.\t.\n"                  /* 9 */
                            "dirichlet\t0.5\t.\t.\n"              /* 10 */
                            "plasmacytoma:ccnd1+ras+\t20\t.\t.\n" /* 11 */
                            "plasmacytoma:ccnd1+ras-\t5\t.\t.\n"
                            "plasmacytoma:ccnd1-ras+\t4\t.\t.\n"
                            "plasmacytoma:ccnd1-ras-\t3\t.\t.\n"
                            "intramedullary:ccnd1+ras+\t2\t.\t.\n" /* 15 */
                            "intramedullary:ccnd1+ras-\t10\t.\t.\n"
                            "intramedullary:ccnd1-ras+\t6\t.\t.\n"
                            "intramedullary:ccnd1-ras-\t30\t.\t.\n"; /* 18 */

static void joint_tables(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *place, *about;
    } cases[] = {
        {"dirichlet\t0.5", "dirichlet\t0", "m.tsv:10:", "'0'"},
        {"ras-\t5\t", "ras-\t-5\t", "m.tsv:12:", "'-5'"},
        {"ras+\t20\t.", "ras+\t20\t1", "m.tsv:11:", "only a weight has an sd"},
        {"intramedullary:ccnd1+ras+\t2", "plasmacytoma:ccnd1+ras+\t2", "m.tsv:15:", "second time"},
        {"intramedullary:ccnd1-ras-\t30\t.\t.\n", "", "m.tsv:", "'intramedullary:ccnd1-ras-' is missing"},
        {"intramedullary:ccnd1-ras-\t30\t.\t.\n", "ccnd1+\t1\t0.5\t.\n", "m.tsv:18:", "one or the other"},
        {"plasmacytoma:ccnd1+ras+", "plasmacytoma:ccnd1+tp53+", "m.tsv:11:", "not a key"},
    };
    ps_model m;
    ps_error err;
    assert_int_equal(parse(table, &m, &err), 0);
    assert_true(m.joint.dirichlet == 0.5);
    assert_true(m.joint.count[PS_CLASS_PLASMACYTOMA][2][1] == 20 && m.joint.count[PS_CLASS_PLASMACYTOMA][2][0] == 5);
    assert_true(m.joint.count[PS_CLASS_INTRAMEDULLARY][0][1] == 6 &&
                m.joint.count[PS_CLASS_INTRAMEDULLARY][0][0] == 30);
    assert_true(m.two_levels);
    ps_model_free(&m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = strstr(table, cases[i].from);
        char text[2000];
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - table), table, cases[i].to, at + strlen(cases[i].from));
        assert_int_equal(parse(text, &m, &err), -1);
        if (strncmp(err.text, cases[i].place, strlen(cases[i].place)) || !strstr(err.text, cases[i].about))
            fail_msg("'%s' -> '%s': %s", cases[i].from, cases[i].to, err.text);
    }
}

/* Guards against: check_keys(): a model of two levels is read as it was made; of the intermediate level all, or none.
 */
static void three_levels(void **state) {
    (void)state;
    static const char rows[] = "intramedullary:ccnd1~ras+\t7\t.\t.\nintramedullary:ccnd1~ras-\t8\t.\t.\n"
                               "plasmacytoma:ccnd1~ras+\t9\t.\t.\n";
    char text[3000];
    ps_model m;
    ps_error err;
    snprintf(text, sizeof text, "%s%s", table, rows);
    assert_int_equal(parse(text, &m, &err), -1);
    assert_non_null(strstr(err.text, "'plasmacytoma:ccnd1~ras-' is missing"));
    snprintf(text, sizeof text, "%s%splasmacytoma:ccnd1~ras-\t10\t.\t.\n", table, rows);
    assert_int_equal(parse(text, &m, &err), 0);
    assert_true(!m.two_levels && m.joint.count[PS_CLASS_INTRAMEDULLARY][PS_LEVEL_INTERMEDIATE][0] == 8);
    assert_true(m.joint.count[PS_CLASS_PLASMACYTOMA][PS_LEVEL_INTERMEDIATE][1] == 9);
    ps_model_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_key),
        cmocka_unit_test(any_and_no_required_marker),
        cmocka_unit_test(refuses_with_file_and_line),
        cmocka_unit_test(joint_tables),
        cmocka_unit_test(three_levels),
        cmocka_unit_test(missing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
