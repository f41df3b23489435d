/* Guards against: test_cohort.c - the cohort's table, page and MultiQC file from rows typed by hand.
 *
 * With an argument (a folder) it leaves the three files of 2,000 made-up samples there, to be looked at and timed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/cohort.h"

#include "../../src/report/cohort/private.h"
#include "unit_persons.h"

typedef int writer(const ps_row *, size_t, FILE *, ps_error *);

static char *written(writer *write, const ps_row *rows, size_t n) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ps_error err = {0};
    assert_non_null(out);
    assert_int_equal(write(rows, n, out, &err), 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strlen(text), size); /* no NUL inside */
    return text;
}

static size_t count_of(const char *text, const char *what) {
    size_t n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

static int begins(const char *text, const char *with) {
    return !strncmp(text, with, strlen(with));
}

static ps_row named(const char *id) {
    ps_row row;
    ps_row_init(&row);
    row.sample_id = ps_strdup(id);
    return row;
}

static ps_row failed(const char *id, const char *why) {
    ps_row row = named(id);
    row.failure = ps_strdup(why);
    return row;
}

static ps_row positive(const char *id) {
    ps_row row = named(id);
    row.page = ps_format("%s.html", id);
    row.label = row.leaning = PS_LABEL_PLASMACYTOMA;
    row.probability = 0.916138;
    row.low = 0.784165;
    row.high = 0.970456;
    row.model = ps_strdup("rationale");
    row.question = ps_strdup("Which?");
    row.population = ps_strdup("ordinary marrow myelomas");
    row.rates.of[PS_LABEL_PLASMACYTOMA] = 0.0836;
    row.rates.of[PS_LABEL_INTRAMEDULLARY] = 0.4836;
    row.rates.of[PS_LABEL_INDETERMINATE] = 0.4328;
    ps_row_add_answer(&row, "rationale", PS_LABEL_PLASMACYTOMA, 0);
    ps_row_add_answer(&row, "primary-solitary", PS_LABEL_INTRAMEDULLARY, 1);
    row.per_cell = 2.83;
    row.specimen = PS_SPECIMEN_LESION;
    row.purity = 0.8;
    row.ras = PS_RAS_MUTATED;
    ps_row_add_variant(&row, "KRAS", "c.35G>A", "p.Gly12Asp", 0.299492, 1);
    ps_row_add_variant(&row, "NRAS", "c.181C>A", "p.Gln61Lys", NAN, 1);
    ps_row_add_variant(&row, "BRAF", "c.1799T>A", "p.Val600Glu", 0.5, 0);
    row.lod95 = 0.0341863;
    row.lod95_codon = ps_strdup("KRAS:146");
    row.ccnd1 = PS_CCND1_DYSREGULATED;
    row.cause = PS_CAUSE_T1114;
    row.expression = PS_EXPRESSION_OVER;
    row.log2_ratio = 2.51856;
    row.over_at = -1.5;
    row.not_at = -3.5;
    row.copy_number = PS_CN_GAIN;
    row.copies = 3.02;
    row.copies_low = 2.9;
    row.copies_high = 3.14;
    row.scope = PS_SCOPE_CHROMOSOME;
    row.hyperdiploid = PS_ANSWER_YES;
    row.junction = PS_JUNCTION_DETECTED;
    row.split = 14;
    row.discordant = 8;
    row.identity = PS_IDENTITY_SAME;
    row.contamination = 0.0312;
    row.match = ps_alloc(2, sizeof *row.match);
    row.match[row.n_matches++] = (ps_row_match){.sample_id = "P2", .own = 1, .theirs = 2};
    row.match[row.n_matches++] = (ps_row_match){.sample_id = "P\t3", .first = 1, .own = 3, .theirs = 4};
    ps_row_add_check(&row, "records", "rna", PS_QC_PASS, "38484 records");
    ps_row_add_check(&row, "spliced", "rna", PS_QC_FAIL, "share of <spliced> reads");
    ps_row_add_check(&row, "ras-lod95", "sample", PS_QC_WARN, "smallest VAF");
    return row;
}

static ps_row unassessable(const char *id) {
    ps_row row = named(id);
    row.page = ps_format("%s.html", id);
    row.message = ps_strdup("no-assessable-marker: nothing\tcould\nbe assessed");
    return row;
}

static void release(ps_row *rows, size_t n) {
    for (size_t i = 0; i < n; i++)
        ps_row_free(&rows[i]);
}

#define HEADER                                                                                                        \
    "sample_id\tstatus\tlabel\tprobability\tras\tras_variants\tccnd1\tccnd1_cause\tccnd1_expression\t"                \
    "ccnd1_copy_number\tigh_ccnd1\thyperdiploid\tmessage\tleaning\tprobability_low\tprobability_high\tmodel\tbasis"   \
    "\tspecimen\tras_other_variants\tras_lod95_worst\tras_worst_codon\tccnd1_log2_ratio\tccnd1_copies\t"              \
    "ccnd1_copies_low\tccnd1_copies_high\tccnd1_scope\tigh_split_fragments\tigh_discordant_fragments\tpurity\t"       \
    "qc_warnings\tqc_failures\tidentity\tcontamination\tsame_person_as\tcontradicted_by\tborderline\tordinary_rate\t" \
    "label_rationale\tlabel_emd_lesion\tlabel_marrow_compartment\tlabel_primary_solitary\t"                           \
    "ccnd1_log2_per_plasma_cell\tpossible_carry_over\n"

static void table_bytes(void **state) {
    (void)state;
    ps_row rows[] = {positive("P1"), failed("F\t1", "f1.bam:\n truncated"), unassessable("U1")};
    char *text = written(ps_write_cohort_tsv, rows, 3);
    assert_string_equal(
        text, HEADER
        "P1\tok\tplasmacytoma-like\t0.916138\tmutated\tKRAS:p.Gly12Asp:0.299492,NRAS:p.Gln61Lys:.\tdysregulated\t"
        "t(11;14)\toverexpressed\tgain\tdetected\ttrue\t.\tplasmacytoma-like\t0.784165\t0."
        "970456\trationale\tpremise\t"
        "lesion\tBRAF:p.Val600Glu:0.5\t0.0341863\tKRAS:146\t2.51856\t3.02\t2.9\t3.14\tchromosome\t14\t8\t0."
        "8\t1\t1\tsame"
        "\t0.0312\tP2,P 3\tprimary-solitary\tno\t0.0836\tplasmacytoma-like\t.\t.\tintramedullary\t2.83\t.\n"
        "F 1\tfailed\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\tf1.bam:  truncated"
        "\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\n"
        "U1\tok\tnot-assessable\t.\tnot-assessable\t.\tnot-assessable\tnot-assessable\tnot-assessable\tnot-assessable"
        "\tnot-assessable\t.\tno-assessable-marker: nothing could be "
        "assessed\tnone\t.\t.\t.\t.\tunknown\t.\t.\t.\t.\t."
        "\t.\t.\tnone\t.\t.\t.\t0\t0\tnot-assessable\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\n");
    free(text);
    release(rows, 3);
    text = written(ps_write_cohort_tsv, NULL, 0);
    assert_string_equal(text, HEADER);
    free(text);
}

/* Readers of tables refuse a cell of more than 131,072 bytes. */
static void thousands_of_variants(void **state) {
    (void)state;
    ps_row row = named("S");
    for (int i = 0; i < 3000; i++)
        ps_row_add_variant(&row, "KRAS", "c.35del", "p.Gly12AspfsTer1234", 0.25, 0);
    char *text = written(ps_write_cohort_tsv, &row, 1);
    assert_true(strlen(text) < 5000);
    assert_int_equal(count_of(text, "KRAS:p.Gly12AspfsTer1234:0.25"), 50);
    assert_non_null(strstr(text, ",and 2950 more\t"));
    free(text);
    ps_row_free(&row);
}

/* A row that somebody forgot to fill says nothing about the sample, least of all something negative. */
static void zeroed_row(void **state) {
    (void)state;
    ps_row row;
    memset(&row, 0, sizeof row);
    char *text = written(ps_write_cohort_tsv, &row, 1);
    assert_null(strstr(text, "wild-type"));
    assert_null(strstr(text, "neutral"));
    assert_null(strstr(text, "not-detected"));
    assert_null(strstr(text, "not-overexpressed"));
    assert_null(strstr(text, "false"));
    free(text);
    ps_row_free(&row);
    ps_row_free(&row);
}

/* ---- names that break things ----------------------------------------------------------------------------------- */

static char *long_id(void) {
    char *id = ps_alloc(5001, 1);
    memset(id, 'L', 5000);
    return id;
}

enum { N_NASTY = 12 };
static const char *const nasty[N_NASTY - 1] = {
    "<script>alert('x')</script>",
    "\"quoted\" 'name' & more",
    "tab\there",
    "line\nend\r\n",
    "bad \xff\xfe utf-8 \xc3",
    "</tbody></table><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{table}} %s%n",
    "\xe2\x80\xaelaer ton",
    "../../etc/passwd",
    "//host/a?b#c",
};

/* Every text of a row is `id`; every second sample failed. */
static void nasty_rows(ps_row rows[N_NASTY]) {
    char *longest = long_id();
    for (int i = 0; i < N_NASTY; i++) {
        const char *id = i < N_NASTY - 1 ? nasty[i] : longest;
        rows[i] = i % 2 ? failed(id, id) : named(id);
        if (i % 2)
            continue;
        rows[i].page = ps_format("%s.html", id);
        rows[i].ras = PS_RAS_MUTATED;
        rows[i].message = ps_strdup(id);
        rows[i].model = ps_strdup(id);
        rows[i].question = ps_strdup(id);
        rows[i].lod95_codon = ps_strdup(id);
        ps_row_add_variant(&rows[i], id, id, id, 0.1 * i, 1);
        ps_row_add_variant(&rows[i], id, id, id, NAN, 0);
        ps_row_add_check(&rows[i], id, id, PS_QC_FAIL, id);
    }
    free(longest);
}

static int is_utf8(const char *text) {
    json_t *o = json_stringn(text, strlen(text));
    int valid = o != NULL;
    json_decref(o);
    return valid;
}

static void nasty_table(void **state) {
    (void)state;
    ps_row rows[N_NASTY];
    nasty_rows(rows);
    char *text = written(ps_write_cohort_tsv, rows, N_NASTY);
    assert_true(is_utf8(text));
    assert_int_equal(count_of(text, "\n"), N_NASTY + 1);
    assert_int_equal(count_of(text, "\t"), 43 * (N_NASTY + 1));
    assert_int_equal(count_of(text, "\r"), 0);
    free(text);
    release(rows, N_NASTY);
}

/* The page's own tags are counted with harmless rows; nasty text must not add one, nor an attribute. */
static void nasty_page(void **state) {
    (void)state;
    ps_row rows[N_NASTY];
    nasty_rows(rows);
    char *page = written(ps_write_cohort_html, rows, N_NASTY);
    assert_true(is_utf8(page));
    assert_int_equal(count_of(page, "<script>"), 1);
    assert_int_equal(count_of(page, "</script>"), 1);
    assert_int_equal(count_of(page, "<img"), 0);
    assert_int_equal(count_of(page, "</tbody></table><img"), 0);
    assert_int_equal(count_of(page, "<tr role=\"row\" id=\"s"), N_NASTY);
    assert_int_equal(count_of(page, "<table role=\"table\">"), 1); /* {{table}} in a name is not a placeholder */
    assert_int_equal(count_of(page, "{{table}} %s%n"), 0 + count_of(page, "{{"));
    assert_int_equal(count_of(page, "alert('x')"), 0);
    assert_int_equal(count_of(page, "href=\"javascript:"), 0);
    assert_int_equal(count_of(page, "href=\"//"), 0);
    assert_int_equal(count_of(page, "\xe2\x80\xae"), 0); /* right-to-left override */
    assert_non_null(strstr(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
    assert_non_null(strstr(page, "href=\"./%3Cscript%3Ealert%28%27x%27%29%3C/script%3E.html\""));
    assert_non_null(strstr(page, "href=\"./javascript%3Aalert%281%29.html\""));
    assert_non_null(strstr(page, "href=\"./bad%20%FF%FE%20utf-8%20%C3.html\"")); /* the file's real bytes */
    /* What a browser would fetch: nothing. */
    assert_null(strstr(page, "src=\"http"));
    assert_null(strstr(page, "<link"));
    assert_null(strstr(page, "@import"));
    assert_null(strstr(page, "url("));
    /* Every href is a relative page or a place in this page. */
    for (const char *at = page; (at = strstr(at, "href=\""));) {
        at += strlen("href=\"");
        assert_true(!strncmp(at, "./", 2) || *at == '#');
    }
    free(page);
    release(rows, N_NASTY);
}

static void nasty_multiqc(void **state) {
    (void)state;
    ps_row rows[N_NASTY];
    nasty_rows(rows);
    char *text = written(ps_write_multiqc, rows, N_NASTY);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    json_t *data = json_object_get(root, "data");
    assert_int_equal(json_object_size(data), N_NASTY);
    const char *key;
    json_t *row;
    json_object_foreach(data, key, row) {
        assert_null(strpbrk(key, "<>\"\t\n\r"));
        const char *column;
        json_t *value;
        json_object_foreach(row, column, value) if (json_is_string(value))
            assert_null(strpbrk(json_string_value(value), "<>\"\t\n\r"));
    }
    assert_non_null(json_object_get(data, "tab here"));
    assert_non_null(json_object_get(data, "&lt;script&gt;alert('x')&lt;/script&gt;"));
    json_decref(root);
    free(text);
    release(rows, N_NASTY);
}

/* ---- the page -------------------------------------------------------------------------------------------------- */

static void page_holds(void **state) {
    (void)state;
    ps_row rows[] = {positive("P1"), unassessable("U1"), failed("F1", "f1.bam: truncated"), positive("P2")};
    char *page = written(ps_write_cohort_html, rows, 4);
    const char *first = strstr(page, "<tr role=\"row\" id=\"s");
    assert_non_null(first);
    assert_true(begins(first, "<tr role=\"row\" id=\"s3\" data-label=\"failed\">")); /* failed ones first */
    assert_true(strstr(page, "<tr role=\"row\" id=\"s1\"") < strstr(page, "<tr role=\"row\" id=\"s2\""));
    assert_non_null(strstr(page, "<h1>Cohort of 4 samples, 1 failed</h1>"));
    assert_non_null(strstr(page, "<dt>plasmacytoma-like</dt><dd>2 <i>50 %</i></dd>"));
    assert_non_null(strstr(page, "<dt>failed</dt><dd>1 <i>25 %</i></dd>"));
    assert_non_null(strstr(page, "<dt>intramedullary</dt><dd>0 <i>0 %</i></dd>"));
    assert_non_null(strstr(page, "<th role=\"rowheader\" scope=\"row\"><a href=\"./P1.html\">P1</a></th>"));
    assert_non_null(strstr(page, "<th role=\"rowheader\" scope=\"row\">F1</th>")); /* has no page */
    assert_non_null(strstr(page, "f1.bam: truncated"));
    assert_int_equal(count_of(page, "data-row=\""), 3);
    assert_non_null(strstr(page, "<title>P1: plasmacytoma-like; CCND1 dysregulated, log2 2.83; RAS mutated, VAF 30 %"
                                 "</title>"));
    assert_non_null(strstr(page,
                           "<td></td><th scope=\"col\" class=\"n\">RAS mutated</th><th scope=\"col\" "
                           "class=\"n\">RAS wild-type</th><th scope=\"col\" class=\"n\">RAS not-assessable</th>"));
    assert_non_null(strstr(page,
                           "<th scope=\"row\">CCND1 dysregulated</th><td class=\"n\">2</td><td class=\"n\">0</td>"
                           "<td class=\"n\">0</td>"));
    assert_non_null(strstr(page, "<th scope=\"row\">CCND1 not-assessable</th><td class=\"n\">0</td><td class=\"n\">0"
                                 "</td><td class=\"n\">1</td>"));
    /* fail, warn, pass, not made of one check: P1 and P2 fail it, U1 and F1 have none */
    const char *strip = strstr(page, "<tr><th scope=\"row\">spliced <i>rna</i></th>");
    assert_non_null(strip);
    assert_true(begins(strstr(strip, "</svg></td>"), "</svg></td><td class=\"n\">2</td><td class=\"n\">0</td><td "
                                                     "class=\"n\">0</td><td class=\"n\">2</td>"));
    assert_non_null(strstr(strip, "d=\"M1 16V0H2V16zM3 16V0H4V16z\"")); /* shown order: F1 P1 U1 P2 */
    assert_non_null(strstr(page, "share of &lt;spliced&gt; reads"));
    assert_non_null(strstr(page, "<i>QC fail: <span title=\"share of &lt;spliced&gt; reads"));
    assert_non_null(strstr(page, "its weights are an assumption, not measured"));
    assert_int_equal(count_of(page, "Model <b>rationale</b>"), 1);
    assert_int_equal(count_of(page, "aria-sort=\"none\""), 12);
    assert_int_equal(count_of(page, "{{"), 0);
    assert_null(strstr(page, "nan"));
    free(page);
    release(rows, 4);
}

/* Warnings and failures of a sample, each in its own column. */
static void checks_in_the_table(void **state) {
    (void)state;
    ps_row rows[] = {positive("P1")};
    ps_row_add_check(&rows[0], "spliced", "dna", PS_QC_FAIL, "share of spliced reads");
    char *table = written(ps_write_cohort_tsv, rows, 1), *line = strchr(table, '\n') + 1;
    int column = 0, warnings = -1, failures = -1;
    for (char *at = table; at < line; at += strcspn(at, "\t\n") + 1, column++) {
        warnings = begins(at, "qc_warnings\t") ? column : warnings;
        failures = begins(at, "qc_failures\t") ? column : failures;
    }
    column = 0;
    for (char *at = line; *at; at += strcspn(at, "\t\n") + 1, column++) {
        assert_true(column != warnings || begins(at, "1\t"));
        assert_true(column != failures || begins(at, "2\t"));
    }
    assert_true(warnings >= 0 && failures >= 0 && column > failures);
    free(table);
    release(rows, 1);
}

static void page_of_nobody(void **state) {
    (void)state;
    char *page = written(ps_write_cohort_html, NULL, 0);
    assert_non_null(strstr(page, "Cohort of 0 samples"));
    assert_null(strstr(page, "nan"));
    free(page);
    ps_row rows[] = {failed("F1", "gone")};
    page = written(ps_write_cohort_html, rows, 1);
    assert_non_null(strstr(page, "Cohort of 1 sample, 1 failed"));
    assert_null(strstr(page, "nan"));
    free(page);
    release(rows, 1);
}

/* Numbers that no sample has must not bend the picture, nor reach it as words. */
static void wild_numbers(void **state) {
    (void)state;
    static const double wild[] = {NAN, INFINITY, -INFINITY, 1e300, -1e300, 0};
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        ps_row rows[] = {positive("W"), positive("P")};
        rows[0].log2_ratio = rows[0].over_at = rows[0].probability = rows[0].copies = rows[0].lod95 = wild[i];
        rows[0].variant[0].vaf = wild[i];
        static writer *const writers[] = {ps_write_cohort_tsv, ps_write_cohort_html, ps_write_multiqc};
        for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
            char *text = written(writers[w], rows, 2);
            static const char *const never[] = {"\"nan", " nan", "\tnan", "-nan", "\tinf", "\"inf", "-inf"};
            for (size_t k = 0; k < sizeof never / sizeof *never; k++)
                assert_null(strstr(text, never[k]));
            free(text);
        }
        release(rows, 2);
    }
}

/* A model's rates are told where one of its rows has them: the others are of schema 1. Labels it withheld do not
 * count. */
static void rates_of_the_models(void **state) {
    (void)state;
    ps_row rows[] = {positive("old"), failed("F1", "x"), positive("P1"), positive("other")};
    const ps_row *model[4];
    free(rows[0].population);
    rows[0].population = NULL;
    rows[3].label = PS_LABEL_NOT_APPLICABLE;
    assert_int_equal(ps_cohort_models(rows, 4, model), 1);
    assert_ptr_equal(model[0], &rows[2]);
    char *text = ps_cohort_rates(rows, 4, model[0]), *none = ps_cohort_rates(rows, 4, &rows[0]);
    assert_non_null(strstr(text, "of the 2 samples here that it could assess 2, 0 and 0."));
    assert_string_equal(none, "");
    free(text);
    free(none);
    release(rows, 4);
}

/* ---- MultiQC --------------------------------------------------------------------------------------------------- */

static void multiqc_holds(void **state) {
    (void)state;
    ps_row rows[] = {positive("P1"), failed("F1", "f1.bam: truncated"), unassessable("U1"), positive("P1")};
    char *text = written(ps_write_multiqc, rows, 4);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "id")), "plasmastrat");
    assert_string_equal(json_string_value(json_object_get(root, "plot_type")), "table");
    static const char *const due[] = {"section_name", "description", "pconfig", "headers", "data"};
    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        assert_non_null(json_object_get(root, due[i]));
    const char *description = json_string_value(json_object_get(root, "description"));
    assert_non_null(strstr(description,
                           "Of 100 ordinary marrow myelomas it labels 8 plasmacytoma-like, 48 intramedullary and "
                           "43 indeterminate; of the 2 samples here that it could assess 2, 0 and 0."));
    assert_non_null(strstr(description, "Not validated on patients."));
    json_t *data = json_object_get(root, "data");
    assert_int_equal(json_object_size(data), 4);
    assert_non_null(json_object_get(data, "P1 (2)")); /* a second one of the name is not lost */
    json_t *p = json_object_get(data, "P1"), *f = json_object_get(data, "F1"), *u = json_object_get(data, "U1");
    assert_string_equal(json_string_value(json_object_get(p, "sample_label")), "plasmacytoma-like");
    assert_string_equal(json_string_value(json_object_get(p, "ras_variants")),
                        "KRAS:p.Gly12Asp:0.299492 NRAS:p.Gln61Lys:.");
    assert_true(fabs(json_real_value(json_object_get(p, "ras_vaf")) - 29.9492) < 1e-9);
    assert_int_equal(json_integer_value(json_object_get(p, "qc_failures")), 1);
    assert_int_equal(json_object_size(f), 2);
    assert_string_equal(json_string_value(json_object_get(f, "status")), "failed");
    assert_string_equal(json_string_value(json_object_get(f, "message")), "f1.bam: truncated");
    assert_string_equal(json_string_value(json_object_get(u, "status")), "ok");
    assert_null(json_object_get(u, "probability"));
    assert_null(json_object_get(u, "hyperdiploid"));
    /* every column of the data is declared */
    json_t *headers = json_object_get(root, "headers");
    const char *column;
    json_t *value;
    json_object_foreach(p, column, value) assert_non_null(json_object_get(headers, column));
    assert_non_null(json_object_get(headers, "possible_carry_over"));
    assert_string_equal(json_string_value(json_object_get(p, "borderline")), "no");
    assert_int_equal(json_object_size(headers), 24); /* no two columns have one place */
    json_decref(root);
    free(text);
    release(rows, 4);
}

static void full_disk(void **state) {
    (void)state;
    ps_row rows[] = {positive("P1")};
    static writer *const writers[] = {ps_write_cohort_tsv, ps_write_cohort_html, ps_write_multiqc};
    for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
        FILE *out = fopen("/dev/full", "w");
        if (!out)
            break;
        ps_error err = {0};
        assert_int_equal(writers[w](rows, 1, out, &err), -1);
        assert_int_equal(err.kind, PS_ERR_RUN);
        fclose(out);
    }
    release(rows, 1);
}

static ps_row carrying(const char *id, double vaf, uint64_t lane) {
    ps_row row = named(id);
    row.ras = PS_RAS_MUTATED;
    row.ccnd1 = PS_CCND1_DYSREGULATED;
    row.label = row.leaning = PS_LABEL_PLASMACYTOMA;
    row.probability = 0.9;
    ps_row_add_variant(&row, "KRAS", "c.35G>A", "p.Gly12Asp", vaf, 1);
    if (lane)
        row.lanes = (ps_lanes){.lane = {lane}, .n = 1};
    return row;
}

/* Guards against: a neighbour's molecules that make a sample mutated. */
static void carry_over(void **state) {
    (void)state;
    static const struct {
        double vaf, other; /* of G12D in the sample, and in another one */
        uint64_t lane, lane_of_other;
        const char *change; /* of the other one */
        int marked;
    } rows[] = {
        {0.008, 0.45, 1, 1, "c.35G>A", 1},  {0.008, 0.45, 1, 2, "c.35G>A", 0},  {0.008, 0.45, 0, 2, "c.35G>A", 1},
        {0.008, 0.45, 1, 0, "c.35G>A", 1},  {0.008, 0.45, 1, 1, "c.35G>T", 0},  {0.008, 0.161, 1, 1, "c.35G>A", 1},
        {0.008, 0.159, 1, 1, "c.35G>A", 0}, {0.0199, 0.45, 1, 1, "c.35G>A", 1}, {0.021, 0.45, 1, 1, "c.35G>A", 0},
    };
    ps_limits limits = {.ras_carry_over_vaf = 0.02, .ras_carry_over_fold = 20};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_row r[] = {carrying("S", rows[i].vaf, rows[i].lane), carrying("N", rows[i].other, rows[i].lane_of_other)};
        free(r[1].variant[0].hgvs_c);
        r[1].variant[0].hgvs_c = ps_strdup(rows[i].change);
        ps_cohort_carry_over(&limits, r, 2);
        assert_int_equal(r[0].variant[0].carrier.sample_id != NULL, rows[i].marked);
        assert_int_equal(r[0].ras, rows[i].marked ? PS_RAS_NOT_ASSESSABLE : PS_RAS_MUTATED);
        assert_int_equal(r[0].label, rows[i].marked ? PS_LABEL_INDETERMINATE : PS_LABEL_PLASMACYTOMA);
        assert_int_equal(isnan(r[0].probability), rows[i].marked);
        assert_int_equal(r[1].ras, PS_RAS_MUTATED);
        assert_int_equal(r[0].n_checks, rows[i].marked);
        release(r, 2);
    }
    ps_row r[] = {carrying("S", 0.008, 1), carrying("N", 0.45, 1)}; /* another mutation decides */
    ps_row_add_variant(&r[0], "NRAS", "c.181C>A", "p.Gln61Lys", 0.3, 1);
    ps_cohort_carry_over(&limits, r, 2);
    assert_int_equal(r[0].ras, PS_RAS_MUTATED);
    assert_int_equal(r[0].label, PS_LABEL_PLASMACYTOMA);
    char *words = ps_cohort_carry_over_words(&r[0], 0);
    assert_string_equal(
        words, "KRAS p.Gly12Asp at VAF 0.008 may be carry-over from N (VAF 0.45, on the same lane of a run)");
    assert_null(ps_cohort_carry_over_words(&r[0], 1));
    free(words);
    release(r, 2);
}

static void lanes_of_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t length; /* of what names the lane */
    } rows[] = {{"A00123:77:HABC:1:1101:1:2", 16},
                {"A00123:77:HABC:12:1101:1:2:ACGT+ACGT", 17},
                {"A00123:77:HABC:x:1101:1:2", 0},
                {"HWUSI-EAS100R:6:73:941:1973", 0},
                {"V300012345L1C001R0010000001", 12},
                {"read1", 0},
                {"", 0},
                {"SRR1.1", 0},
                {"::::::", 0}};
    ps_lanes all = {.n = 0}, other = {.n = 0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(ps_lane_length(rows[i].name), rows[i].length);
        ps_lanes_note(&all, rows[i].name);
        ps_lanes_note(&all, rows[i].name);
    }
    assert_int_equal(all.n, 3);
    ps_lanes_note(&other, "A00123:77:HABC:2:1101:1:2");
    assert_false(ps_lanes_shared(&all, &other));
    ps_lanes_note(&other, "A00123:77:HABC:12:9:1:2");
    assert_true(ps_lanes_shared(&all, &other));
    ps_lanes forward = {.n = 0}, backward = {.n = 0};
    for (int k = 0; k < 100; k++)
        for (int back = 0; back < 2; back++) {
            char name[40];
            snprintf(name, sizeof name, "A:%d:F:1:1:1:1", back ? 99 - k : k);
            ps_lanes_note(back ? &backward : &forward, name);
        }
    assert_int_equal(forward.n, PS_LANES);
    assert_memory_equal(forward.lane, backward.lane, sizeof forward.lane);
}

static void repeatable(void **state) {
    (void)state;
    static writer *const writers[] = {ps_write_cohort_tsv, ps_write_cohort_html, ps_write_multiqc};
    for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
        ps_row rows[] = {positive("P1"), unassessable("U1"), positive("P2")};
        char *once = written(writers[w], rows, 3), *twice = written(writers[w], rows, 3);
        assert_string_equal(once, twice);
        free(once);
        free(twice);
        release(rows, 3);
    }
}

/* ---- a big cohort, by hand ------------------------------------------------------------------------------------- */

static double uniform(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static const char *const reason =
    "markers-disagree: the markers point in different directions (ccnd1 negative, ras positive); "
    "probability-between: the probability lies between the model's thresholds (0.6 lies between 0.25 and 0.75)";

static ps_row made_up(size_t number, uint64_t *seed) {
    char *id = ps_format("MM-%04zu-%s", number + 1, number % 2 ? "BM" : "PC");
    double u = uniform(seed);
    ps_row row =
        u < 0.02 ? failed(id, "/data/mm/rna/sample.bam: truncated: the end-of-file block is missing") : positive(id);
    if (!row.failure) {
        static const char *const checks[] = {"left-out",     "mate-conflicts", "reference-fragments",
                                             "plasma-cells", "identity",       "contamination",
                                             "bin-noise"};
        for (size_t c = 0; c < sizeof checks / sizeof *checks; c++) {
            double q = uniform(seed);
            ps_row_add_check(&row, checks[c], c < 2 ? "dna" : "rna",
                             q < 0.9    ? PS_QC_PASS
                             : q < 0.97 ? PS_QC_WARN
                                        : PS_QC_FAIL,
                             "a message of the usual length that says what was counted, and the limit");
        }
        row.check[1].state = u < 0.1 ? PS_QC_FAIL : PS_QC_PASS;
        row.check[2].state = u > 0.85 ? PS_QC_WARN : PS_QC_PASS;
        int over = uniform(seed) < 0.35, mutated = uniform(seed) < 0.4, known = uniform(seed) < 0.9;
        row.log2_ratio = known ? (over ? 1.5 : -5.5) + 3 * (uniform(seed) + uniform(seed) - 1) : NAN;
        row.expression = !known ? PS_EXPRESSION_NOT_ASSESSABLE : over ? PS_EXPRESSION_OVER : PS_EXPRESSION_NOT_OVER;
        row.ccnd1 = !known ? PS_CCND1_NOT_ASSESSABLE : over ? PS_CCND1_DYSREGULATED : PS_CCND1_NOT_DYSREGULATED;
        row.cause = over ? (ps_cause)(PS_CAUSE_T1114 + (int)(3 * uniform(seed))) : PS_CAUSE_NONE;
        row.ras = mutated ? PS_RAS_MUTATED : uniform(seed) < 0.9 ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE;
        row.variant[0].vaf = uniform(seed) * 0.6;
        for (int i = 0; i < 3 && (i || !mutated); i++)
            row.variant[i].mutates = 0;
        row.variant[1].mutates = 0;
        row.label = !known            ? PS_LABEL_NOT_ASSESSABLE
                    : over && mutated ? PS_LABEL_PLASMACYTOMA
                    : over || mutated ? PS_LABEL_INDETERMINATE
                                      : PS_LABEL_INTRAMEDULLARY;
        row.probability = known ? uniform(seed) : NAN;
        if (row.label < PS_LABEL_PLASMACYTOMA)
            row.message = ps_strdup(reason);
    }
    free(id);
    return row;
}

/* ---- persons --------------------------------------------------------------------------------------------------- */

static void add_person(const ps_panel *snps_of, ps_row *row, ps_input_role role, const person *who, uint64_t seed) {
    ps_read_evidence e =
        unit_observe(&seed, snps_of, who, (assay){.role = role, .depth = 10, .sites = 200, .error = 0.002}, 1);
    row->person = ps_resize(row->person, row->n_persons + 1, sizeof *row->person);
    ps_identity_input in;
    ps_identity_publish(snps_of, &e, &in);
    row->person[row->n_persons++] =
        (ps_row_person){.role = role, .sites = in.sites, .counts = in.counts, .genotypes = in.genotypes};
    if (!row->snp_set)
        row->snp_set = ps_strdup(snps_of->snp_set);
    ps_read_evidence_free(&e);
}

static void persons_compared(void **state) {
    (void)state;
    ps_panel panels[2];
    ps_error err = {0};
    uint64_t seed = 4;
    assert_int_equal(ps_panel_load("grch38", &panels[0], &err), 0);
    assert_int_equal(ps_panel_load("grch37", &panels[1], &err), 0);
    assert_string_equal(panels[0].snp_set, panels[1].snp_set); /* so builds can be compared */
    person one = unit_stranger(&seed, &panels[0]), two = unit_stranger(&seed, &panels[0]);
    ps_row rows[] = {named("A"), named("<b>"), named("C"), failed("D", "cut short"), named("E"), named("F")};
    enum { N = sizeof rows / sizeof *rows };
    add_person(&panels[0], &rows[0], PS_INPUT_DNA, &one, 1);
    add_person(&panels[1], &rows[1], PS_INPUT_RNA, &one, 2);
    add_person(&panels[1], &rows[1], PS_INPUT_DNA, &two, 3);
    add_person(&panels[0], &rows[2], PS_INPUT_RNA, &two, 4);
    add_person(&panels[0], &rows[2], PS_INPUT_DNA, &two, 5);
    add_person(&panels[0], &rows[3], PS_INPUT_DNA, &one, 6); /* failed: says nothing */
    add_person(&panels[0], &rows[4], PS_INPUT_DNA, &one, 7);
    rows[4].snp_set[0] = 'x'; /* of another panel: not compared */
    add_person(&panels[0], &rows[5], PS_INPUT_DNA, &one, 8);
    rows[5].person[0].counts[40] = '\0'; /* claims the set's name, and holds something else */
    assert_int_equal(ps_cohort_compare(panels, 2, rows, N, 2, &err), 0);
    assert_int_equal(rows[0].n_matches, 1);
    assert_string_equal(rows[0].match[0].sample_id, "<b>");
    assert_int_equal(rows[0].match[0].theirs, 1u << PS_INPUT_RNA);
    assert_int_equal(rows[1].n_matches, 2);
    assert_string_equal(rows[1].match[1].sample_id, "C");
    assert_int_equal(rows[1].match[1].own, 1u << PS_INPUT_DNA);
    assert_int_equal(rows[1].match[1].theirs, 1u << PS_INPUT_DNA | 1u << PS_INPUT_RNA);
    for (int i = 2; i < N; i++)
        assert_int_equal(rows[i].n_matches, i == 2);
    char *page = written(ps_write_cohort_html, rows, N);
    assert_non_null(strstr(page, "One person under several names</b>, by common SNPs: A (dna) and "));
    assert_non_null(strstr(page, "A (dna) and &lt;b&gt; (rna); &lt;b&gt; (dna) and C (rna, dna)</p>"));
    free(page);
    release(rows, N);
    ps_panel_free(&panels[0]);
    ps_panel_free(&panels[1]);
}

/* Of N_NASTY samples: the nasty ones. */
static int leave(const char *folder, size_t n) {
    static const struct {
        const char *name;
        writer *write;
    } files[] = {{"cohort.tsv", ps_write_cohort_tsv},
                 {"cohort.html", ps_write_cohort_html},
                 {"plasmastrat_mqc.json", ps_write_multiqc}};
    ps_row *rows = ps_alloc(n, sizeof *rows);
    uint64_t seed = 1;
    int status = 0;
    for (size_t i = 0; i < n; i++)
        if (n != N_NASTY)
            rows[i] = made_up(i, &seed);
    if (n == N_NASTY)
        nasty_rows(rows);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = ps_format("%s/%s", folder, files[i].name);
        FILE *out = fopen(path, "w");
        ps_error err = {0};
        if (!out || files[i].write(rows, n, out, &err) || fclose(out))
            status = fprintf(stderr, "%s: %s\n", path, err.text);
        free(path);
    }
    release(rows, n);
    free(rows);
    return status != 0;
}

/* Alleles without the bases they share, the place of what is left, type and class. */
static void maf_records(void **state) {
    (void)state;
    static const struct {
        const char *ref, *alt, *hgvs_p, *want;
    } rows[] = {
        {"C", "T", "p.Gly12Asp", "\t100\t100\t+\tMissense_Mutation\tSNP\tC\tC\tT\t"},
        {"CA", "TG", "p.Gly12Asp", "\t100\t101\t+\tMissense_Mutation\tDNP\tCA\tCA\tTG\t"},
        {"CAG", "CTG", "p.Gln61Leu", "\t101\t101\t+\tMissense_Mutation\tSNP\tA\tA\tT\t"},
        {"C", "CGGT", "p.Gly12dup", "\t100\t101\t+\tIn_Frame_Ins\tINS\t-\t-\tGGT\t"},
        {"CAAA", "C", "p.Lys5del", "\t101\t103\t+\tIn_Frame_Del\tDEL\tAAA\tAAA\t-\t"},
        {"CA", "C", "p.Lys5SerfsTer7", "\t101\t101\t+\tFrame_Shift_Del\tDEL\tA\tA\t-\t"},
        {"T", "C", "p.Met111Thr", "\t100\t100\t+\tMissense_Mutation\tSNP\tT\tT\tC\t"}, /* no start codon */
        {"A", "G", "p.Met1?", "\t100\t100\t+\tTranslation_Start_Site\tSNP\tA\tA\tG\t"},
        {"C", "T", "p.Gln131Ter", "\t100\t100\t+\tNonsense_Mutation\tSNP\tC\tC\tT\t"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_row row;
        ps_row_init(&row);
        row.sample_id = ps_strdup("S\t1");
        row.build = ps_strdup("GRCh38");
        ps_row_variant *v = ps_row_add_variant(&row, "KRAS", "c.1A>G", rows[i].hgvs_p, 0.25, 1);
        v->chrom = ps_strdup("chr12");
        v->ref = ps_strdup(rows[i].ref);
        v->alt = ps_strdup(rows[i].alt);
        v->protein = ps_strdup("X");
        v->pos1 = 100;
        v->depth = 200;
        v->alt_depth = 50;
        v->ref_depth = 149;
        char *maf = written(ps_write_maf, &row, 1), *line = strchr(strchr(maf, '\n') + 1, '\n') + 1;
        assert_int_equal(strncmp(maf, "#version gdc-1.0.0\nHugo_Symbol\t", 31), 0);
        if (!strstr(line, rows[i].want))
            fail_msg("no %s in %s", rows[i].want, line);
        assert_non_null(strstr(line, "\tp.X\t\t200\t149\t50\n"));
        assert_non_null(strstr(line, "KRAS\t3845\t\tGRCh38\tchr12\t"));
        free(maf);
        v->pos1 = 0; /* not known: of an early version */
        maf = written(ps_write_maf, &row, 1);
        assert_null(strstr(maf, "KRAS"));
        free(maf);
        ps_row_free(&row);
    }
}

/* Guards against: maf.c's own gene numbers, which a row does not hold, drifting from the panel's. */
static void maf_gene_numbers(void **state) {
    (void)state;
    ps_error err;
    ps_panel panel;
    assert_int_equal(ps_panel_load("grch38", &panel, &err), 0);
    for (int g = 0; g < panel.n_genes; g++) {
        if (panel.genes[g].role != PS_ROLE_RAS && panel.genes[g].role != PS_ROLE_RAF)
            continue;
        ps_row row;
        ps_row_init(&row);
        row.sample_id = ps_strdup("S1");
        ps_row_variant *v = ps_row_add_variant(&row, panel.genes[g].name, "c.1A>G", "p.Met1?", 0.25, 1);
        v->ref = ps_strdup("A");
        v->alt = ps_strdup("G");
        v->pos1 = 100;
        char *maf = written(ps_write_maf, &row, 1), *number = strchr(strchr(strchr(maf, '\n') + 1, '\n'), '\t') + 1;
        assert_int_equal(ps_panel_gene_by_id(&panel, number, strcspn(number, "\t")), g);
        free(maf);
        ps_row_free(&row);
    }
    ps_panel_free(&panel);
}

int main(int argc, char **argv) {
    if (argc >= 2)
        return leave(argv[1], argc > 2 ? strtoul(argv[2], NULL, 10) : 2000);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_bytes),         cmocka_unit_test(maf_records),
        cmocka_unit_test(maf_gene_numbers),    cmocka_unit_test(thousands_of_variants),
        cmocka_unit_test(zeroed_row),          cmocka_unit_test(nasty_table),
        cmocka_unit_test(nasty_page),          cmocka_unit_test(nasty_multiqc),
        cmocka_unit_test(page_holds),          cmocka_unit_test(checks_in_the_table),
        cmocka_unit_test(page_of_nobody),      cmocka_unit_test(wild_numbers),
        cmocka_unit_test(rates_of_the_models), cmocka_unit_test(multiqc_holds),
        cmocka_unit_test(full_disk),           cmocka_unit_test(repeatable),
        cmocka_unit_test(persons_compared),    cmocka_unit_test(carry_over),
        cmocka_unit_test(lanes_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
