/* Guards against: a row that differs between a result in memory and its ID.json; a damaged or edited file that is
 * believed. */
#include "plasmastrat/row.h"

#include <jansson.h>

#include "../../src/report/json/digest.h"
#include "plasmastrat/cohort.h"
#include "plasmastrat/report.h"
#include "unit_case.h"

enum { MUTATED, WILD_TYPE, SHALLOW, NOTHING, N_KINDS };

static ps_result make(int kind) {
    ps_result r = {.sample_id = ps_strdup("S <1>"),
                   .panel = &panel,
                   .evidence.style = PS_STYLE_ENSEMBL,
                   .specimen = PS_SPECIMEN_LESION,
                   .purity = kind == MUTATED ? 0.8 : NAN,
                   .prior_odds = NAN};
    if (kind != NOTHING) {
        ps_read_evidence *dna = &r.evidence.reads[PS_INPUT_DNA];
        *dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(dna, 30, kind == SHALLOW ? 20 : 600);
        if (kind == MUTATED) {
            put_both(dna, codon_of("KRAS", 12), ps_codon_code("GAT"), 35, 150);
            put_both(dna, codon_of("BRAF", 600), ps_codon_code("GAG"), 35, 90);
            put(dna, codon_of("NRAS", 61), ps_codon_code("CGA"), PS_F1R2, 35, 60); /* one-sided: refused */
        }
        for (int i = 0; i < panel.n_snps; i++)
            dna->snps.snp[i].ref = 30;
        dna->codons.mate_conflicts = 7;
        dna->records = 12345;
    }
    ps_case c = {.panel = &panel, .purity = r.purity};
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &r.evidence.reads[role];
    ps_call(&c, &r.calls);
    ps_stratify(&panel, &panel.models[ps_panel_model(&panel, "rationale")], &r.calls, r.specimen, r.prior_odds,
                &r.label);
    ps_result_checks(&r);
    return r;
}

static char *written(const ps_result *r, size_t *n) {
    char *text = NULL;
    ps_error err = {0};
    FILE *out = open_memstream(&text, n);
    assert_int_equal(ps_write_json(r, out, &err), 0);
    fclose(out);
    return text;
}

typedef int writer(const ps_row *, size_t, FILE *, ps_error *);

static char *as_cohort(writer *write, const ps_row *row) {
    char *text = NULL;
    size_t n = 0;
    ps_error err = {0};
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(write(row, 1, out, &err), 0);
    fclose(out);
    return text;
}

/* Whatever the cohort's files show of a sample, they show the same of its file. */
static void same_as_in_memory(void **state) {
    (void)state;
    static writer *const writers[] = {ps_write_cohort_tsv, ps_write_cohort_html, ps_write_multiqc};
    for (int kind = 0; kind < N_KINDS; kind++) {
        ps_result made = make(kind);
        ps_row row[2];
        ps_error err = {0};
        size_t n = 0;
        char *text = written(&made, &n);
        ps_row_of(&made, &row[0]);
        if (ps_row_parse("S.json", text, n, &row[1], &err) < 0)
            fail_msg("kind %d: %s", kind, err.text);
        for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
            char *a = as_cohort(writers[w], &row[0]), *b = as_cohort(writers[w], &row[1]);
            assert_string_equal(a, b);
            free(a);
            free(b);
        }
        assert_int_equal(row[1].n_persons, kind != NOTHING);
        for (size_t i = 0; i < row[1].n_persons; i++) {
            assert_string_equal(row[0].person[i].counts, row[1].person[i].counts);
            assert_string_equal(row[0].person[i].genotypes, row[1].person[i].genotypes);
            assert_int_equal(row[1].person[i].sites, panel.n_snps);
        }
        ps_row_free(&row[0]);
        ps_row_free(&row[1]);
        ps_result_free(&made);
        free(text);
    }
}

static void typed_values(void **state) {
    (void)state;
    ps_result made = make(MUTATED);
    ps_row row;
    ps_error err = {0};
    size_t n = 0;
    char *text = written(&made, &n);
    assert_int_equal(ps_row_parse("S.json", text, n, &row, &err), 0);
    assert_string_equal(row.sample_id, "S <1>");
    assert_string_equal(row.page, "S <1>.html");
    assert_int_equal(row.ras, PS_RAS_MUTATED);
    assert_int_equal(row.n_variants, 2); /* the one-sided one is no answer */
    assert_string_equal(row.variant[0].gene, "KRAS");
    assert_string_equal(row.variant[0].hgvs_p, "p.Gly12Asp");
    assert_true(row.variant[0].mutates);
    assert_string_equal(row.variant[1].gene, "BRAF");
    assert_false(row.variant[1].mutates);
    assert_int_equal(row.specimen, PS_SPECIMEN_LESION);
    assert_true(row.purity == 0.8);
    assert_true(row.lod95 > 0 && row.lod95 < 0.05);
    assert_int_equal(row.expression, PS_EXPRESSION_NOT_ASSESSABLE);
    assert_true(isnan(row.log2_ratio));
    ps_row_free(&row);
    ps_result_free(&made);
    free(text);
}

/* The document with a member changed, and its digest made to fit, or not. */
static char *altered(const char *text, const char *key, json_t *value, int fits) {
    json_t *root = json_loads(text, 0, NULL);
    char digest[JSON_DIGEST_SIZE];
    assert_non_null(root);
    if (value)
        json_object_set_new(root, key, value);
    else
        json_object_del(root, key);
    if (fits) {
        assert_int_equal(json_digest(root, digest), 0);
        json_object_set_new(root, "digest", json_string(digest));
    }
    char *out = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    return out;
}

static void refused(void **state) {
    (void)state;
    ps_result made = make(WILD_TYPE);
    size_t n = 0;
    char *text = written(&made, &n);
    const struct {
        const char *key;
        json_t *value;
        int fits;
        const char *about;
    } cases[] = {
        {"label", json_string("plasmacytoma-like"), 0, "digest: does not fit"},
        {"digest", NULL, 0, "digest: is missing"},
        {"schema", json_string("plasmastrat/sample/99"), 1, "schema: 'plasmastrat/sample/99' was written by a newer"},
        {"schema", json_string("plasmastrat/cohort/1"), 1, "expected plasmastrat/sample/"},
        {"schema", json_integer(1), 1, "schema: 1, expected a text"},
        {"status", json_string("well"), 1, "status: 'well', expected ok or failed"},
        {"sample_id", json_string(""), 1, "sample_id: is empty"},
        {"sample_id", json_null(), 1, "sample_id: null, expected a text"},
        {"label", json_string("benign"), 1, "label: 'benign', expected"},
        {"ras", NULL, 1, "ras: is missing, expected an object"},
        {"qc", json_integer(3), 1, "qc: 3, expected an array"},
        {"purity", json_real(7), 1, "purity: 7, expected a number from 0 to 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ps_row row;
        ps_error err = {0};
        char *bad = altered(text, cases[i].key, cases[i].value, cases[i].fits);
        assert_int_equal(ps_row_parse("S.json", bad, strlen(bad), &row, &err), -1);
        if (strncmp(err.text, "S.json: ", 8) != 0 || !strstr(err.text, cases[i].about))
            fail_msg("'%s', expected '%s'", err.text, cases[i].about);
        assert_null(row.sample_id);
        assert_true(isnan(row.probability));
        free(bad);
    }
    for (size_t cut = 0; cut < n - 2; cut += 1 + n / 50) { /* cut short */
        ps_row row;
        ps_error err = {0};
        assert_int_equal(ps_row_parse("S.json", text, cut, &row, &err), -1);
        assert_non_null(strstr(err.text, "is no JSON"));
    }
    free(text);
    ps_result_free(&made);
}

static void of_a_failed_sample(void **state) {
    (void)state;
    ps_result failed = {.sample_id = ps_strdup("F"), .failure = ps_strdup("a.bam: is cut short")};
    ps_row row;
    ps_error err = {0};
    size_t n = 0;
    char *text = written(&failed, &n);
    assert_int_equal(ps_row_parse("F.json", text, n, &row, &err), 0);
    assert_string_equal(row.failure, "a.bam: is cut short");
    assert_string_equal(row.sample_id, "F");
    ps_row_free(&row);
    ps_result_free(&failed);
    free(text);
}

/* Other programs write the same numbers and members in another way; that is no edit. */
static void written_anew(void **state) {
    (void)state;
    ps_result made = make(MUTATED);
    ps_row row;
    ps_error err = {0};
    size_t n = 0;
    char *text = written(&made, &n);
    json_t *root = json_loads(text, 0, NULL);
    char *anew = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    assert_int_equal(ps_row_parse("S.json", anew, strlen(anew), &row, &err), 0);
    ps_row_free(&row);
    json_decref(root);
    free(anew);
    free(text);
    ps_result_free(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_in_memory),  cmocka_unit_test(typed_values), cmocka_unit_test(refused),
        cmocka_unit_test(of_a_failed_sample), cmocka_unit_test(written_anew),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
