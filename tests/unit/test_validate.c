/* Guards against: src/validate - an expectation misread, a comparison counted on the wrong side, measures and
 * criteria from typed comparisons. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/validate.h"

static ps_panel panel;

static int load(void **state) {
    ps_error err = {0};
    (void)state;
    return ps_panel_load("grch38", &panel, &err);
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

static ps_expectation expect(ps_expect_column column, const char *text) {
    ps_expectation e;
    char why[400];
    ps_expectation_init(&e);
    if (ps_expect(&panel, column, text, 1, &e, why, sizeof why) < 0)
        fail_msg("%s: %s", text, why);
    return e;
}

static void refuses(ps_expect_column column, const char *text, const char *reason) {
    ps_expectation e;
    char why[400] = "";
    ps_expectation_init(&e);
    if (ps_expect(&panel, column, text, 1, &e, why, sizeof why) == 0 || !strstr(why, reason))
        fail_msg("'%s': '%s', expected to be refused for '%s'", text, why, reason);
    ps_expectation_free(&e);
}

static void ras_words(void **state) {
    (void)state;
    const struct {
        const char *text;
        ps_ras_state ras;
        size_t n_variants, n_open;
    } rows[] = {
        {"wild-type", PS_RAS_WILD_TYPE, 0, 0},        {"WT", PS_RAS_WILD_TYPE, 0, 0},
        {"?", PS_RAS_NOT_ASSESSABLE, 0, 0},           {"mutated", PS_RAS_MUTATED, 0, 0},
        {"KRAS G12D", PS_RAS_MUTATED, 1, 0},          {"kras:p.Gly12Asp + NRAS Q61R", PS_RAS_MUTATED, 2, 0},
        {"KRAS G12D + NRAS ?", PS_RAS_MUTATED, 1, 1}, {"KRAS ? + NRAS wild-type", PS_RAS_NOT_ASSESSABLE, 0, 1},
        {"BRAF V600E", PS_RAS_WILD_TYPE, 1, 0}, /* outside the RAS state */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_expectation e = expect(PS_EXPECT_RAS, rows[i].text);
        if (e.ras != rows[i].ras || e.n_variants != rows[i].n_variants || e.n_open != rows[i].n_open)
            fail_msg("%s: state %d, %zu variants, %zu open", rows[i].text, (int)e.ras, e.n_variants, e.n_open);
        ps_expectation_free(&e);
    }
}

static void changes(void **state) {
    (void)state;
    const struct {
        const char *text, *change;
        int codon;
        ps_change_kind kind;
    } rows[] = {
        {"KRAS G12D", "G12D", 12, PS_CHANGE_SUBSTITUTION},
        {"KRAS p.Gly12Asp", "G12D", 12, PS_CHANGE_SUBSTITUTION},
        {"KRAS G12F", "G12F", 12, PS_CHANGE_MULTI_BASE}, /* GGT to TTT or TTC */
        {"NRAS Q61H", "Q61H", 61, PS_CHANGE_SUBSTITUTION},
        {"KRAS G13dup", "G13dup", 13, PS_CHANGE_INDEL},
        {"KRAS Gly12_Gly13insGly", "G12_G13insG", 12, PS_CHANGE_INDEL},
        {"KRAS A59_G60delinsGV", "A59_G60delinsGV", 59, PS_CHANGE_MULTI_BASE},
        {"KRAS c.35G>A", "c.35G>A", 12, PS_CHANGE_SUBSTITUTION},
        {"KRAS c.34_35delinsTT", "c.34_35delinsTT", 12, PS_CHANGE_MULTI_BASE},
        {"KRAS c.36_37insGGT", "c.36_37insGGT", 12, PS_CHANGE_INDEL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_expectation e = expect(PS_EXPECT_RAS, rows[i].text);
        const ps_expected_variant *v = &e.variant[0];
        if (strcmp(v->change, rows[i].change) != 0 || v->codon != rows[i].codon || v->kind != rows[i].kind)
            fail_msg("%s: %s, codon %d, %s", rows[i].text, v->change, v->codon, ps_change_names[v->kind]);
        ps_expectation_free(&e);
    }
}

static void bad_words(void **state) {
    (void)state;
    const struct {
        ps_expect_column column;
        const char *text, *reason;
    } rows[] = {
        {PS_EXPECT_RAS, "TP53 R175H", "gene TP53 is not one in which panel grch38 looks for mutations"},
        {PS_EXPECT_RAS, "CCND1 K50R", "gene CCND1 is not one in which"},
        {PS_EXPECT_RAS, "KRAS", "expected a change behind KRAS"},
        {PS_EXPECT_RAS, "KRAS A12D", "residue 12 of KRAS is G, not A"},
        {PS_EXPECT_RAS, "KRAS G900D", "KRAS has no residue 900"},
        {PS_EXPECT_RAS, "KRAS G12G", "expected another residue"},
        {PS_EXPECT_RAS, "KRAS G12", "expected another residue"},
        {PS_EXPECT_RAS, "KRAS twelve", "expected a change such as"},
        {PS_EXPECT_RAS, "KRAS c.35G", "expected a change such as c.35G>A"},
        {PS_EXPECT_RAS, "KRAS G12D +", "with + between them"},
        {PS_EXPECT_RAS, "KRAS G12D + KRAS G12D", "is named twice"},
        {PS_EXPECT_VAF, "0.3", "expect_ras names no change"},
        {PS_EXPECT_CCND1, "high", "expected not-dysregulated, intermediate, dysregulated, '?'"},
        {PS_EXPECT_IGH_CCND1, "perhaps", "expected not-detected, detected, '?'"},
        {PS_EXPECT_COPIES, "-1", "expected copies of CCND1"},
        {PS_EXPECT_COPIES, "50%", "expected copies of CCND1"},
        {PS_EXPECT_LABEL, "plasmacytoma", "expected indeterminate, plasmacytoma-like, intramedullary"},
        {PS_EXPECT_LABEL, "not-assessable", "expected indeterminate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refuses(rows[i].column, rows[i].text, rows[i].reason);
}

static void numbers(void **state) {
    (void)state;
    const struct {
        const char *text;
        double first, second;
    } rows[] = {{"0.3 + 0.1", 0.3, 0.1}, {"30% + 10 %", 0.3, 0.1}, {"0,3+0,1", 0.3, 0.1}, {"? + 5%", NAN, 0.05}};
    char why[400];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_expectation e = expect(PS_EXPECT_RAS, "KRAS G12D + NRAS Q61R");
        assert_int_equal(ps_expect(&panel, PS_EXPECT_VAF, rows[i].text, 1, &e, why, sizeof why), 0);
        assert_true(isnan(rows[i].first) ? isnan(e.variant[0].vaf) : fabs(e.variant[0].vaf - rows[i].first) < 1e-12);
        assert_true(fabs(e.variant[1].vaf - rows[i].second) < 1e-12);
        ps_expectation_free(&e);
    }
    static const char *const bad[] = {"0.3", "0.3 + 0.1 + 0.2", "0 + 0.1", "1.2 + 0.1", "120% + 1%", "a + b", "+"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ps_expectation e = expect(PS_EXPECT_RAS, "KRAS G12D + NRAS Q61R");
        if (ps_expect(&panel, PS_EXPECT_VAF, bad[i], 1, &e, why, sizeof why) == 0)
            fail_msg("VAF '%s' was accepted", bad[i]);
        ps_expectation_free(&e);
    }
    ps_expectation e = expect(PS_EXPECT_COPIES, "3,5");
    assert_true(e.copies == 3.5 && ps_expects_anything(&e));
    e = expect(PS_EXPECT_IGH_CCND1, "t(11;14)");
    assert_int_equal(e.junction, PS_JUNCTION_DETECTED);
    e = expect(PS_EXPECT_LABEL, "?");
    assert_false(ps_expects_anything(&e));
}

/* What the panel's table says of every line can be expected. */
static void cell_lines(void **state) {
    (void)state;
    int mutated = 0, detected = 0;
    for (int i = 0; i < panel.n_cell_lines; i++) {
        ps_expectation e = expect(PS_EXPECT_RAS, panel.cell_lines[i].ras);
        mutated += e.ras == PS_RAS_MUTATED;
        ps_expectation_free(&e);
        e = expect(PS_EXPECT_IGH_CCND1, panel.cell_lines[i].igh_ccnd1);
        detected += e.junction == PS_JUNCTION_DETECTED;
    }
    assert_int_equal(panel.n_cell_lines, 92);
    assert_int_equal(mutated, 44);
    assert_int_equal(detected, 19);
    int line = ps_panel_cell_line(&panel, "kms 12-bm");
    assert_true(line >= 0 && !strcmp(panel.cell_lines[line].name, "KMS-12BM"));
    assert_int_equal(ps_panel_cell_line(&panel, "KMS-12"), -1);
}

/* ---- comparisons ----------------------------------------------------------------------------------------------- */

typedef struct fake { /* a sample whose calls are typed */
    ps_calls calls;
    ps_label label;
    ps_ras_variant variant[2];
    char bases[2][2];
} fake;

static void no_calls(fake *f, ps_ras_state ras) {
    *f = (fake){.calls.ras = {.state = ras, .variant = f->variant}};
    f->calls.ras.codon = ps_alloc((size_t)panel.n_codons, sizeof *f->calls.ras.codon);
    for (int id = 0; id < panel.n_codons; id++)
        f->calls.ras.codon[id] = (ps_ras_codon){.state = ras ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE,
                                                .depth = ras ? 500 : 3,
                                                .lod95 = ras ? 0.012 : NAN,
                                                .lod95_of = {ras ? 0.01 : NAN, NAN, NAN}};
}

static void add_call(fake *f, const char *gene, const char *protein, ps_filter filter, double vaf) {
    size_t n = f->calls.ras.n_variants++;
    static char ref[] = "C", alt[] = "T";
    ps_ras_variant *v = &f->variant[n];
    *v = (ps_ras_variant){.ref = ref,
                          .alt = alt,
                          .best.filter = filter,
                          .best.vaf = vaf,
                          .best.vaf_low = vaf / 2,
                          .best.vaf_high = 2 * vaf,
                          .best.depth = 500,
                          .best.alt_depth = (int64_t)(500 * vaf)};
    v->effect = (ps_effect){.gene = ps_panel_gene(&panel, gene), .tier = PS_TIER_HOTSPOT};
    snprintf(v->effect.protein, sizeof v->effect.protein, "%s", protein);
}

typedef struct outcome {
    ps_compared what;
    int kind, positive;
    ps_outcome outcome;
    const char *found, *why;
} outcome;

static void compares(fake *f, const char *ras, const outcome *want, size_t n_want) {
    ps_validation_row row = {.replicate_of = PS_NO_ROW, .dilution_of = PS_NO_ROW};
    ps_comparison *c = NULL;
    size_t n = 0;
    row.expect = expect(PS_EXPECT_RAS, ras);
    ps_compare(&row, 0, &panel, &f->calls, &f->label, &c, &n);
    if (n != n_want)
        fail_msg("%s: %zu comparisons, expected %zu", ras, n, n_want);
    for (size_t i = 0; i < n; i++) {
        if (c[i].what != want[i].what || (want[i].kind >= 0 && (int)c[i].kind != want[i].kind) ||
            c[i].positive != want[i].positive || c[i].outcome != want[i].outcome ||
            strcmp(c[i].found, want[i].found) != 0 || (want[i].why && (!c[i].why || !strstr(c[i].why, want[i].why))))
            fail_msg("%s, %zu: %s %d %d %s, found %s: %s", ras, i, ps_compared_names[c[i].what], (int)c[i].kind,
                     c[i].positive, ps_outcome_names[c[i].outcome], c[i].found, c[i].why ? c[i].why : "");
        free(c[i].expected);
        free(c[i].found);
        free(c[i].why);
    }
    free(c);
    ps_expectation_free(&row.expect);
    free(f->calls.ras.codon);
}

#define COMPARES(f, ras, ...)                                                                                        \
    do {                                                                                                             \
        const outcome want[] = {__VA_ARGS__};                                                                        \
        compares(&(f), ras, want, sizeof want / sizeof *want);                                                       \
    } while (0)

enum { SUB = PS_CHANGE_SUBSTITUTION, MULTI = PS_CHANGE_MULTI_BASE, INDEL = PS_CHANGE_INDEL };
#define RAS PS_COMPARED_RAS
#define VARIANT PS_COMPARED_VARIANT
#define AGREES PS_OUTCOME_AGREES
#define DIFFERS PS_OUTCOME_DIFFERS
#define OPEN PS_OUTCOME_NOT_ASSESSABLE

static void found_and_missed(void **state) {
    (void)state;
    fake f;
    no_calls(&f, PS_RAS_MUTATED);
    add_call(&f, "KRAS", "G12D", PS_FILTER_PASS, 0.3);
    COMPARES(f, "KRAS G12D", {RAS, -1, 1, AGREES, "mutated", NULL}, {VARIANT, SUB, 1, AGREES, "KRAS G12D", NULL},
             {VARIANT, MULTI, 0, AGREES, "none", NULL}, {VARIANT, INDEL, 0, AGREES, "none", NULL});
    no_calls(&f, PS_RAS_WILD_TYPE);
    COMPARES(f, "KRAS G12D", {RAS, -1, 1, DIFFERS, "wild-type", NULL},
             {VARIANT, SUB, 1, DIFFERS, "not found", "KRAS codon 12 wild-type, depth 500, lod95 1 %"},
             {VARIANT, MULTI, 0, AGREES, "none", NULL}, {VARIANT, INDEL, 0, AGREES, "none", NULL});
    no_calls(&f, PS_RAS_WILD_TYPE);
    add_call(&f, "KRAS", "G12D", PS_FILTER_ORIENTATION, 0.3);
    COMPARES(f, "KRAS G12D", {RAS, -1, 1, DIFFERS, "wild-type", NULL},
             {VARIANT, SUB, 1, DIFFERS, "orientation_bias", "VAF 30 %; 150 of 500 fragments"},
             {VARIANT, MULTI, 0, AGREES, "none", NULL}, {VARIANT, INDEL, 0, AGREES, "none", NULL});
    no_calls(&f, PS_RAS_NOT_ASSESSABLE);
    COMPARES(f, "KRAS G12D", {RAS, -1, 1, OPEN, "not-assessable", NULL},
             {VARIANT, SUB, 1, OPEN, "not-assessable", "KRAS codon 12 not-assessable, depth 3"},
             {VARIANT, MULTI, 0, OPEN, "not-assessable", NULL}, {VARIANT, INDEL, 0, OPEN, "not-assessable", NULL});
}

static void found_and_not_expected(void **state) {
    (void)state;
    fake f;
    no_calls(&f, PS_RAS_MUTATED);
    add_call(&f, "NRAS", "Q61R", PS_FILTER_PASS, 0.02);
    COMPARES(f, "wild-type", {RAS, -1, 0, DIFFERS, "mutated", "NRAS Q61R: passes, VAF 2 %"},
             {VARIANT, SUB, 0, DIFFERS, "NRAS Q61R", NULL}, {VARIANT, MULTI, 0, AGREES, "none", NULL},
             {VARIANT, INDEL, 0, AGREES, "none", NULL});
    no_calls(&f, PS_RAS_MUTATED); /* the right state by the wrong change */
    add_call(&f, "NRAS", "Q61R", PS_FILTER_PASS, 0.02);
    COMPARES(f, "KRAS G12D", {RAS, -1, 1, AGREES, "mutated", NULL}, {VARIANT, SUB, 1, DIFFERS, "not found", NULL},
             {VARIANT, SUB, 0, DIFFERS, "NRAS Q61R", NULL}, {VARIANT, MULTI, 0, AGREES, "none", NULL},
             {VARIANT, INDEL, 0, AGREES, "none", NULL});
    no_calls(
        &f,
        PS_RAS_MUTATED); /* nothing is known of NRAS: what is found there is no error, and nothing is a negative */
    add_call(&f, "NRAS", "Q61R", PS_FILTER_PASS, 0.02);
    COMPARES(f, "KRAS G12D + NRAS ?", {RAS, -1, 1, AGREES, "mutated", NULL},
             {VARIANT, SUB, 1, DIFFERS, "not found", NULL});
    no_calls(&f, PS_RAS_MUTATED);
    add_call(&f, "NRAS", "Q61R", PS_FILTER_PASS, 0.02);
    COMPARES(f, "mutated", {RAS, -1, 1, AGREES, "mutated", NULL});
}

/* A mutated sample leaves codons open: the absence of other changes is not shown. */
static void open_codons(void **state) {
    (void)state;
    fake f;
    no_calls(&f, PS_RAS_MUTATED);
    add_call(&f, "KRAS", "G12D", PS_FILTER_PASS, 0.3);
    f.calls.ras.codon[ps_panel_codon(&panel, ps_panel_gene(&panel, "NRAS"), 61)].state = PS_RAS_NOT_ASSESSABLE;
    COMPARES(f, "KRAS G12D", {RAS, -1, 1, AGREES, "mutated", NULL}, {VARIANT, SUB, 1, AGREES, "KRAS G12D", NULL},
             {VARIANT, MULTI, 0, OPEN, "not-assessable", NULL}, {VARIANT, INDEL, 0, OPEN, "not-assessable", NULL});
}

static void ccnd1_and_label(void **state) {
    (void)state;
    fake f;
    no_calls(&f, PS_RAS_NOT_ASSESSABLE);
    f.calls.junction =
        (ps_junction_call){.state = PS_JUNCTION_NOT_DETECTED, .split = 1, .discordant = 0, .limit_cells = 0.25};
    f.calls.ccnd1.state = PS_CCND1_INTERMEDIATE;
    f.calls.copynumber =
        (ps_copynumber_call){.state = PS_CN_AMPLIFIED, .copies = 6, .copies_low = 5, .copies_high = 7};
    f.label.chosen.label = PS_LABEL_NOT_APPLICABLE;
    ps_validation_row row = {.replicate_of = PS_NO_ROW, .dilution_of = PS_NO_ROW};
    ps_expectation_init(&row.expect);
    row.expect.junction = PS_JUNCTION_DETECTED;
    row.expect.ccnd1 = PS_CCND1_NOT_DYSREGULATED;
    row.expect.copies = 3;
    row.expect.label = PS_LABEL_PLASMACYTOMA;
    const outcome want[] = {
        {PS_COMPARED_JUNCTION, -1, 1, DIFFERS, "not-detected", "1 split and 0 discordant fragments; seen from 25 %"},
        {PS_COMPARED_CCND1, -1, 0, DIFFERS, "intermediate", NULL},
        {PS_COMPARED_COPIES, -1, 1, AGREES, "6 (amplified)", NULL}, /* gained, as expected; how far off is a number */
        {PS_COMPARED_LABEL, -1, 1, OPEN, "not-assessable", NULL}};
    ps_comparison *c = NULL;
    size_t n = 0;
    ps_compare(&row, 0, &panel, &f.calls, &f.label, &c, &n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        if (c[i].what != want[i].what || c[i].positive != want[i].positive || c[i].outcome != want[i].outcome ||
            strcmp(c[i].found, want[i].found) != 0 || (want[i].why && !strstr(c[i].why, want[i].why)))
            fail_msg("%zu: %s, %s: %s", i, c[i].found, ps_outcome_names[c[i].outcome], c[i].why);
        free(c[i].expected);
        free(c[i].found);
        free(c[i].why);
    }
    assert_true(c[2].expected_value == 3 && c[2].value == 6 && c[2].low == 5);
    free(c);
    free(f.calls.ras.codon);
}

/* ---- measures -------------------------------------------------------------------------------------------------- */

static const char *const ids[] = {"P", "D1", "D2", "R", "W", "V"};

/* P: KRAS G12D at 20 %; D1, D2: dilutions of it to 10 and 2 %; R: its replicate in another run; W: wild type, falsely
 * mutated; V: NRAS Q61R at 4 %, not assessable. */
static void typed(ps_validation *v) {
    *v = (ps_validation){.n = 6};
    v->row = ps_alloc(v->n, sizeof *v->row);
    for (size_t r = 0; r < v->n; r++) {
        v->row[r] = (ps_validation_row){
            .sample_id = ids[r], .replicate_of = PS_NO_ROW, .dilution_of = PS_NO_ROW, .fraction = NAN, .run = "A"};
        v->row[r].expect = expect(PS_EXPECT_RAS, r == 4 ? "wild-type" : r == 5 ? "NRAS Q61R" : "KRAS G12D");
    }
    v->row[0].expect.variant[0].vaf = 0.2;
    v->row[3].expect.variant[0].vaf = 0.2;
    v->row[5].expect.variant[0].vaf = 0.04;
    v->row[1].dilution_of = v->row[2].dilution_of = 0;
    v->row[1].fraction = 0.5;
    v->row[2].fraction = 0.1;
    v->row[3].replicate_of = 0;
    v->row[3].run = "B";
    const struct {
        size_t row;
        int positive;
        ps_outcome outcome;
        double vaf, lod95;
    } rows[] = {{0, 1, AGREES, 0.22, 0.01}, {1, 1, AGREES, 0.09, 0.01}, {2, 1, DIFFERS, NAN, 0.01},
                {3, 1, AGREES, 0.18, 0.01}, {4, 0, DIFFERS, 0.03, NAN}, {5, 1, OPEN, NAN, NAN}};
    v->n_comparisons = v->comparisons_capacity = 6;
    v->comparison = ps_alloc(6, sizeof *v->comparison);
    for (size_t i = 0; i < 6; i++)
        v->comparison[i] = (ps_comparison){.row = rows[i].row,
                                           .what = VARIANT,
                                           .positive = rows[i].positive,
                                           .outcome = rows[i].outcome,
                                           .value = rows[i].vaf,
                                           .low = rows[i].vaf / 1.05,
                                           .high = rows[i].vaf * 1.05,
                                           .lod95 = rows[i].lod95,
                                           .expected_value = NAN,
                                           .wild_type = i == 2};
    for (size_t r = 0; r < 4; r += 3) {
        v->row[r].found =
            (ps_found){.ras = PS_RAS_MUTATED, .label = r ? PS_LABEL_INDETERMINATE : PS_LABEL_PLASMACYTOMA};
        v->row[r].found.variant = ps_alloc(1, sizeof *v->row[r].found.variant);
        v->row[r].found.n_variants = 1;
        v->row[r].found.variant[0] = (ps_found_variant){ps_strdup("KRAS G12D"), r ? 0.18 : 0.22};
    }
    ps_validation_expect_vafs(v);
    ps_validation_measure(v);
}

static void is(const ps_validation *v, const char *name, double value, uint64_t n) {
    const ps_measure *m = ps_validation_find(v, name);
    if (!m)
        fail_msg("no measure %s", name);
    if (m->n != n || (isnan(value) ? !isnan(m->value) : !(fabs(m->value - value) < 1e-6)))
        fail_msg("%s: %g of %llu, expected %g of %llu", name, m->value, (unsigned long long)m->n, value,
                 (unsigned long long)n);
}

static void measures(void **state) {
    (void)state;
    ps_validation v;
    typed(&v);
    is(&v, "ppa.ras_variant", 1, 1); /* P alone: no replicate, no dilution, nothing that is not assessable */
    is(&v, "npa.ras_variant", 0, 1);
    is(&v, "not_assessable.ras_variant", 1.0 / 3, 3);
    is(&v, "ppa.ras_variant.vaf_0.1_0.25", 1, 2);  /* P at 20 %, D1 at 10 % */
    is(&v, "ppa.ras_variant.vaf_0.02_0.05", 0, 1); /* D2 at 2 %; V is open */
    is(&v, "ppa.ras_variant.vaf_0.05_0.1", NAN, 0);
    is(&v, "vaf.bias", (0.02 - 0.01 - 0.02) / 3, 3);
    is(&v, "vaf.in_interval", 0, 3);
    is(&v, "vaf_cv.reproducibility", sqrt(0.0008) / 0.2, 1);
    is(&v, "vaf_cv.repeatability", NAN, 0);
    is(&v, "flips.label", 0.5, 2);
    is(&v, "flips.ras_variant", 0, 2);
    is(&v, "lod95.dilution", 0.1, 3); /* a step: never at 2 %, always from 10 % */
    is(&v, "purity.dilution", 0.2, 3);
    is(&v, "lod95.in_silico", NAN, 0);
    is(&v, "calibration.found", 0.75, 4);
    is(&v, "calibration.false_wild_type", 0.25, 4);
    is(&v, "discordances", 2, 6);
    assert_int_equal(v.calibration[PS_CALIBRATION_BINS - 1].n, 4);
    const ps_measure *low = ps_validation_find(&v, "ppa.ras_variant.vaf_0.1_0.25");
    assert_true(fabs(low->low - 0.158114) < 1e-6 && low->high == 1); /* binom.test(2, 2) */
    ps_validation_free(&v);
}

/* S at 20 % and two of run A at 30 and 10 %, one of run B at 20 %: run A repeats itself, all of them reproduce. The
 * run of S is not stated. */
static void replicates_within_runs(void **state) {
    (void)state;
    static const struct {
        const char *id, *run;
        double vaf;
        ps_label_state label;
    } rows[] = {{"S", NULL, 0.2, PS_LABEL_PLASMACYTOMA},
                {"A1", "A", 0.3, PS_LABEL_PLASMACYTOMA},
                {"B1", "B", 0.2, PS_LABEL_PLASMACYTOMA},
                {"A2", "A", 0.1, PS_LABEL_INDETERMINATE}};
    ps_validation v = {.n = 4};
    v.row = ps_alloc(v.n, sizeof *v.row);
    for (size_t r = 0; r < v.n; r++) {
        ps_validation_row *row = &v.row[r];
        *row = (ps_validation_row){.sample_id = rows[r].id,
                                   .run = rows[r].run,
                                   .replicate_of = r ? 0 : PS_NO_ROW,
                                   .dilution_of = PS_NO_ROW,
                                   .fraction = NAN,
                                   .found = {.ras = PS_RAS_MUTATED, .label = rows[r].label, .n_variants = 1}};
        ps_expectation_init(&row->expect);
        row->found.variant = ps_alloc(1, sizeof *row->found.variant);
        row->found.variant[0] = (ps_found_variant){ps_strdup("KRAS G12D"), rows[r].vaf};
    }
    ps_validation_measure(&v);
    is(&v, "vaf_cv.repeatability", sqrt(0.02) / 0.2, 1);
    is(&v, "vaf_cv.reproducibility", sqrt(0.02 / 3) / 0.2, 1);
    is(&v, "flips.label", 0.25, 4); /* each once */
    assert_int_equal(v.n_groups, 2);
    assert_true(!v.group[0].same_run && !v.group[0].part && v.group[0].n == 4);
    assert_true(v.group[1].same_run && v.group[1].n == 2 && v.group[1].row[0] == 1 && v.group[1].row[1] == 3);
    assert_string_equal(v.group[1].part, "A");
    ps_validation_free(&v);
}

/* ---- protocol -------------------------------------------------------------------------------------------------- */

static char path[] = "/tmp/test_validate.XXXXXX";

static int read_protocol(const char *text, ps_protocol *p, ps_error *err) {
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    return ps_protocol_read(path, p, err);
}

static void criteria(void **state) {
    (void)state;
    ps_validation v;
    ps_error err = {0};
    typed(&v);
    close(mkstemp(path));
    static const char text[] = "## of a laboratory\n"
                               "measure\trelation\tlimit\tat\tmin_n\tnote\n"
                               "ppa.ras_variant\t>=\t95%\t.\t.\tas usual\n" /* passes: 1 */
                               "ppa.ras_variant\t>=\t0.95\tlow\t.\t.\n"     /* fails: 0.025 */
                               "ppa.ras_variant\t>=\t0.95\tvalue\t20\t.\n"  /* fails: n is 1 */
                               "npa.ras_variant\t>=\t0.95\t.\t.\t.\n"       /* fails: 0 */
                               "lod95.in_silico\t<=\t5%\t.\t.\t.\n"         /* fails: nothing was measured */
                               "lod95.dilution\t<=\t10%\t.\t.\t.\n"         /* passes */
                               "discordances\t=\t2\t.\t.\t.\n";
    if (read_protocol(text, &v.protocol, &err) < 0)
        fail_msg("%s", err.text);
    ps_protocol_judge(&v);
    static const int passed[] = {1, 0, 0, 0, 0, 1, 1};
    assert_int_equal(v.protocol.n, 7);
    for (size_t i = 0; i < 7; i++)
        if (v.protocol.criterion[i].passed != passed[i])
            fail_msg("criterion %zu: %d", i, v.protocol.criterion[i].passed);
    assert_int_equal(v.protocol.failed, 4);
    ps_validation_free(&v);
    unlink(path);
}

static void bad_criteria(void **state) {
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"measure\trelation\tlimit\nppa.rass\t>=\t0.95\n",
         ":2: column measure: 'ppa.rass': no measure has this name; did "
         "you mean ppa.ras?"},
        {"measure\trelation\tlimit\nppa.ras\tabove\t0.95\n", ":2: column relation: 'above'"},
        {"measure\trelation\tlimit\nppa.ras\t>=\tmuch\n", ":2: column limit: 'much': expected a number"},
        {"measure\trelation\tlimit\tat\nppa.ras\t>=\t1\tmiddle\n", ":2: column at: 'middle'"},
        {"measure\trelation\tlimit\tmin_n\nppa.ras\t>=\t1\tfew\n", ":2: column min_n: 'few'"},
        {"measure\trelation\tlimit\tminn\nppa.ras\t>=\t1\t3\n", "column 'minn' is none of a protocol"},
        {"measure\tlimit\nppa.ras\t1\n", "relation"},
        {"measure\trelation\tlimit\n", "has no criteria"},
    };
    snprintf(path, sizeof path, "/tmp/test_validate.XXXXXX");
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_protocol p;
        ps_error err = {0};
        if (read_protocol(rows[i].text, &p, &err) == 0 || !strstr(err.text, rows[i].reason) ||
            err.kind != PS_ERR_USAGE)
            fail_msg("row %zu: %s", i, err.text);
    }
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ras_words),
        cmocka_unit_test(changes),
        cmocka_unit_test(bad_words),
        cmocka_unit_test(numbers),
        cmocka_unit_test(cell_lines),
        cmocka_unit_test(found_and_missed),
        cmocka_unit_test(found_and_not_expected),
        cmocka_unit_test(open_codons),
        cmocka_unit_test(ccnd1_and_label),
        cmocka_unit_test(measures),
        cmocka_unit_test(replicates_within_runs),
        cmocka_unit_test(criteria),
        cmocka_unit_test(bad_criteria),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
