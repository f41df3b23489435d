/* Guards against: a result that is not the same after it was written and read; a damaged file that is believed.
 *
 * Results are made by the callers from typed evidence, so that every part of the document is there.
 */
#include "plasmastrat/result_read.h"

#include <jansson.h>

#include "plasmastrat/cohort.h"
#include "plasmastrat/report.h"
#include "unit_case.h"
#include "unit_random.h"

enum { MUTATED, WILD_TYPE, SHALLOW, NOTHING, N_KINDS };

static void note_input(ps_result *r, ps_input_role role) {
    r->evidence.input = ps_resize(r->evidence.input, r->evidence.n_inputs + 1, sizeof *r->evidence.input);
    r->evidence.input[r->evidence.n_inputs++] = (ps_input_info){.role = role,
                                                                .path = ps_strdup("run \xc3\xa9/a.bam"),
                                                                .format = "BAM",
                                                                .build = "GRCh38",
                                                                .sample_name = ps_strdup("T"),
                                                                .records = 12345};
    r->evidence.reads[role].records = 12345;
}

/* As the collector leaves them: by codon and haplotype. */
static void draw(ps_read_evidence *e, int codon, int hap, int side, const char *text) {
    e->codons.picture = ps_resize(e->codons.picture, e->codons.n_picture + 1, sizeof *e->codons.picture);
    e->codons.picture[e->codons.n_picture++] = (ps_picture_row){
        .codon = codon, .hap = (uint8_t)hap, .side = (uint8_t)side, .order = 9, .text = ps_strdup(text)};
}

static ps_result make(int kind) {
    ps_result r = {.sample_id = ps_strdup("S <1>"),
                   .panel = &panel,
                   .evidence.style = PS_STYLE_ENSEMBL,
                   .specimen = PS_SPECIMEN_LESION,
                   .purity = kind == MUTATED ? 0.8 : NAN,
                   .prior_odds = kind == SHALLOW ? 2.5 : NAN};
    if (kind != NOTHING) {
        ps_read_evidence *dna = &r.evidence.reads[PS_INPUT_DNA];
        *dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(dna, 30, kind == SHALLOW ? 20 : 600);
        if (kind == MUTATED) {
            put_both(dna, codon_of("KRAS", 12), ps_codon_code("GAT"), 35, 150);
            put_both(dna, codon_of("BRAF", 600), ps_codon_code("GAG"), 35, 90);
            put(dna, codon_of("NRAS", 61), ps_codon_code("CGA"), PS_F1R2, 35, 60); /* one-sided: refused */
            draw(dna, codon_of("KRAS", 12), ps_codon_code("GAT"), PS_F2R1, "CTTGTGGTAGTTGGAGcTGATGGCGTAGGC?AGAGTG..");
            draw(dna, codon_of("KRAS", 12), ps_codon_code("GAT"), PS_F1R2, "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCNAG---GCC");
            draw(dna, codon_of("KRAS", 12), ps_codon_code("GGT"), PS_F1R2,
                 "CTTGT(ACGT+)GGTAGTTGGAGCTGGTGGCGTAGGCAAGAGTGCC");
            draw(dna, codon_of("KRAS", 13), ps_codon_code("GGC"), PS_F1R2, "not written: nothing is called there");
        }
        dna->codons.mate_conflicts = 7;
        dna->seen[PS_COLLECT_CODONS] = 1000;
        dna->left_out[PS_COLLECT_CODONS][PS_LEFT_DUPLICATE] = 31;
        note_input(&r, PS_INPUT_DNA);
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

static void comes_back(void **state) {
    (void)state;
    for (int kind = 0; kind < N_KINDS; kind++) {
        ps_result made = make(kind), read;
        ps_error err = {0};
        size_t n = 0, m = 0;
        char *first = written(&made, &n);
        if (ps_result_parse("S.json", first, n, &panel, 1, &read, &err) < 0)
            fail_msg("kind %d: %s", kind, err.text);
        char *second = written(&read, &m);
        assert_true(ps_result_has_panel(&read));
        assert_int_equal(n, m);
        assert_memory_equal(first, second, n);
        free(first);
        free(second);
        ps_result_free(&made);
        ps_result_free(&read);
    }
}

static void calls_are_read(void **state) {
    (void)state;
    ps_result made = make(MUTATED), read;
    ps_error err = {0};
    size_t n = 0;
    char *text = written(&made, &n);
    assert_int_equal(ps_result_parse("S.json", text, n, &panel, 1, &read, &err), 0);
    assert_int_equal(read.calls.ras.state, PS_RAS_MUTATED);
    assert_int_equal(read.calls.ras.n_variants, made.calls.ras.n_variants);
    for (size_t i = 0; i < read.calls.ras.n_variants; i++) {
        const ps_ras_variant *a = &made.calls.ras.variant[i], *b = &read.calls.ras.variant[i];
        assert_int_equal(a->effect.codon_id, b->effect.codon_id);
        assert_true(a->beg0 == b->beg0 && a->end0 == b->end0 && a->context == b->context && a->filter == b->filter);
        assert_true(a->said[PS_INPUT_DNA].given == b->said[PS_INPUT_DNA].given);
        assert_true(a->source_alt[PS_INPUT_DNA] == b->source_alt[PS_INPUT_DNA]);
    }
    assert_int_equal(read.evidence.reads[PS_INPUT_DNA].codons.mate_conflicts, 7);
    const ps_read_evidence *dna = &read.evidence.reads[PS_INPUT_DNA];
    assert_int_equal(dna->codons.n_picture, 3);
    for (size_t i = 0; i < dna->codons.n_picture; i++) {
        static const size_t was[] = {1, 0, 2}; /* F1R2 is read first */
        const ps_picture_row *a = &made.evidence.reads[PS_INPUT_DNA].codons.picture[was[i]],
                             *b = &dna->codons.picture[i];
        assert_true(a->codon == b->codon && a->hap == b->hap && a->side == b->side);
        assert_string_equal(a->text, b->text);
    }
    assert_true(read.purity == 0.8 && isnan(read.prior_odds) && read.specimen == PS_SPECIMEN_LESION);
    free(text);
    ps_result_free(&made);
    ps_result_free(&read);
}

/* A text that does not fit the codon's place is refused before anything is drawn from it. */
static void pictures_are_checked(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGC",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGCCA",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGC<",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGCC(",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGCC(A",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGCC(<)",
        "CTTGTGGTAGTTGGAGCTGATGGCGTAGGCAAGAGTGCC)",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ps_result made = make(MUTATED), read;
        ps_error err = {0};
        size_t n = 0;
        draw(&made.evidence.reads[PS_INPUT_DNA], codon_of("KRAS", 12), ps_codon_code("GGT"), PS_F1R2, bad[i]);
        char *text = written(&made, &n);
        assert_int_equal(ps_result_parse("S.json", text, n, &panel, 1, &read, &err), -1);
        if (!strstr(err.text, "counts[0].pictures"))
            fail_msg("'%s': %s", bad[i], err.text);
        free(text);
        ps_result_free(&made);
    }
}

/* Cut short, or with a bit changed: an error that names the file, or the answer that was written. */
static void damage(void **state) {
    (void)state;
    ps_result made = make(MUTATED);
    uint64_t seed = 7;
    size_t n = 0;
    int refused = 0;
    char *text = written(&made, &n), *bad = malloc(n);
    for (int i = 0; i < 360; i++) {
        size_t length = n;
        ps_result read;
        ps_error err = {0};
        memcpy(bad, text, n);
        if (i < 60)
            length = unit_below(&seed, n - 2);
        else
            bad[unit_below(&seed, n)] ^= (char)(1 << unit_below(&seed, 8));
        if (ps_result_parse("S.json", bad, length, i % 2 ? &panel : NULL, i % 2, &read, &err) < 0) {
            assert_true(err.kind == PS_ERR_RUN && strstr(err.text, "S.json:"));
            refused++;
            continue;
        }
        assert_true(i >= 60);
        assert_int_equal(read.label.chosen.label, made.label.chosen.label);
        assert_int_equal(read.calls.ras.state, made.calls.ras.state);
        assert_int_equal(read.calls.ccnd1.state, made.calls.ccnd1.state);
        assert_true(read.label.chosen.probability == made.label.chosen.probability);
        ps_result_free(&read);
    }
    assert_true(refused >= 60);
    free(bad);
    free(text);
    ps_result_free(&made);
}

static void no_results(void **state) {
    (void)state;
    static const struct {
        const char *text, *about;
    } cases[] = {
        {"", "no JSON"},
        {"{", "no JSON"},
        {"[]", "no JSON object"},
        {"null", "JSON"},
        {"{}", "schema: is missing"},
        {"{\"schema\": 1}", "schema: 1, expected a text"},
        {"{\"schema\": \"plasmastrat/sample/3\"}", "newer program"},
        {"{\"schema\": \"plasmastrat/sample/1\"}", "two levels of CCND1"},
        {"{\"schema\": \"plasmastrat/cohort/1\"}", "expected plasmastrat/sample/2"},
        {"{\"schema\": \"plasmastrat/sample/2\", \"schema\": \"plasmastrat/sample/2\"}", "duplicate"},
        {"{\"schema\": \"plasmastrat/sample/2\", \"sample_id\": \"\"}", "sample_id: is empty"},
        {"{\"schema\": \"plasmastrat/sample/2\", \"sample_id\": \"S\", \"status\": \"well\"}",
         "'well', expected ok or failed"},
        {"{\"schema\": \"plasmastrat/sample/2\", \"sample_id\": \"S\", \"status\": \"ok\"}",
         "provenance: is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ps_result r;
        ps_error err = {0};
        assert_int_equal(ps_result_parse("x.json", cases[i].text, strlen(cases[i].text), &panel, 1, &r, &err), -1);
        if (strncmp(err.text, "x.json:", 7) != 0 || !strstr(err.text, cases[i].about))
            fail_msg("'%s': %s", cases[i].text, err.text);
    }
    enum { DEEP = 100000 };
    char *deep = malloc(DEEP); /* an array in an array in an array... */
    memset(deep, '[', DEEP);
    ps_result r;
    ps_error err = {0};
    assert_int_equal(ps_result_parse("x.json", deep, DEEP, &panel, 1, &r, &err), -1);
    free(deep);
    static const char failed[] =
        "{\"schema\": \"plasmastrat/sample/2\", \"sample_id\": \"S\", \"status\": \"failed\", \"message\": \"why\"}";
    assert_int_equal(ps_result_parse("x.json", failed, strlen(failed), &panel, 1, &r, &err), 0);
    assert_string_equal(r.failure, "why");
    ps_result_free(&r);
}

/* ---- the digest -------------------------------------------------------------------------------------------------
 */

static json_t *document(const ps_result *r) {
    size_t n = 0;
    char *text = written(r, &n);
    json_t *o = json_loads(text, 0, NULL);
    assert_non_null(o);
    free(text);
    return o;
}

/* As JavaScript does, which knows no integers: 1 for 1.0. Members come backwards. */
static json_t *rewritten(const json_t *value) {
    double x = json_number_value(value);
    if (json_is_real(value) && x == trunc(x))
        return json_integer((json_int_t)x);
    if (json_is_integer(value) && x > 1000) /* as R does */
        return json_real(x);
    if (json_is_array(value)) {
        json_t *out = json_array();
        for (size_t i = 0; i < json_array_size(value); i++)
            json_array_append_new(out, rewritten(json_array_get(value, i)));
        return out;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    json_t *out = json_object();
    const char *key[100], *name;
    json_t *member;
    size_t n = 0;
    json_object_foreach((json_t *)(uintptr_t)value, name, member) key[n++] = name;
    while (n--)
        json_object_set_new(out, key[n], rewritten(json_object_get(value, key[n])));
    return out;
}

/* Reads the document, which is freed; the error's text, "" when it is read. */
static const char *refusal(json_t *o, const ps_panel *panels) {
    static char said[2048];
    ps_result r;
    ps_error err = {0};
    char *text = json_dumps(o, JSON_INDENT(7));
    said[0] = '\0';
    if (ps_result_parse("S.json", text, strlen(text), panels, panels != NULL, &r, &err) < 0)
        snprintf(said, sizeof said, "%s", err.text);
    else
        ps_result_free(&r);
    free(text);
    json_decref(o);
    return said;
}

static void any_writer_may_write_it_anew(void **state) {
    (void)state;
    for (int kind = 0; kind < N_KINDS; kind++) {
        ps_result made = make(kind);
        json_t *o = document(&made);
        assert_string_equal(refusal(rewritten(o), &panel), "");
        assert_string_equal(refusal(rewritten(o), NULL), "");
        json_decref(o);
        ps_result_free(&made);
    }
}

/* "ras.variants.0.vaf": the place in the document, and a value for it as JSON. */
static void edit(json_t *o, const char *place, const char *value) {
    char key[80];
    size_t n = strcspn(place, ".");
    snprintf(key, sizeof key, "%.*s", (int)n, place);
    json_t *part = json_is_array(o) ? json_array_get(o, (size_t)atol(key)) : json_object_get(o, key);
    if (!part)
        fail_msg("no %s", place);
    if (place[n])
        edit(part, place + n + 1, value);
    else
        assert_int_equal(json_object_set_new(o, key, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
}

static void digest_of_inputs(void **state) {
    (void)state;
    static const char unfit[] = "digest: does not fit";
    static const struct {
        const char *member, *value, *about;
    } cases[] = {
        {"inputs.0.path", "\"elsewhere/b.cram\"", ""},
        {"inputs.0.format", "\"CRAM\"", ""},
        {"inputs.0.role", "\"normal\"", unfit},
        {"inputs.0.build", "\"GRCh37\"", unfit},
        {"inputs.0.sample_name", "\"U\"", unfit},
        {"purity", "0.81", unfit},
        {"purity", "\"0.8\"", "purity: '0.8', expected a number"},
    };
    ps_result made = make(MUTATED);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *o = document(&made);
        edit(o, cases[i].member, cases[i].value);
        const char *said = refusal(o, &panel);
        if (*cases[i].about ? !strstr(said, cases[i].about) : *said)
            fail_msg("%s %s: %s", cases[i].member, cases[i].value, said);
    }
    ps_result_free(&made);
}

/* ---- without the digest -----------------------------------------------------------------------------------------
 */

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(calls_are_read),
        cmocka_unit_test(pictures_are_checked),
        cmocka_unit_test(damage),
        cmocka_unit_test(no_results),
        cmocka_unit_test(any_writer_may_write_it_anew),
        cmocka_unit_test(digest_of_inputs),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
