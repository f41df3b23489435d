/* Other programs' results from typed numbers: what a list of joins and a table of counts may say, alone and beside reads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "plasmastrat/calls.h"

static ps_panel panel;

static char pass[] = "PASS", weak[] = "MinSomaticScore", chr14[] = "chr14", manta[] = "Manta", htseq[] = "HTSeq",
            none[] = "";

static ps_sv_row join(int passes) {
    return (ps_sv_row){.pos_a0 = 69499999,
                       .pos_b0 = 105862999,
                       .right_a = 1,
                       .contig_b = chr14,
                       .split = 12,
                       .discordant = 9,
                       .filter = passes ? pass : weak,
                       .passes = passes};
}

static int has_reason(const ps_reasons *reasons, ps_reason_code code) {
    for (size_t i = 0; i < reasons->n; i++)
        if (reasons->at[i].code == code)
            return 1;
    return 0;
}

/* A list never makes a negative, refuses nothing that reads show, and is not believed against reads that would have shown it. */
static void a_list_beside_reads(void **state) {
    (void)state;
    static const struct {
        ps_junction_state by_reads;
        int rows, passes;
        ps_junction_state after;
        ps_reason_code reason;
        int from_list;
    } cases[] = {
        {PS_JUNCTION_NOT_ASSESSABLE, 0, 0, PS_JUNCTION_NOT_ASSESSABLE, PS_REASON_SV_LIST, 0},
        {PS_JUNCTION_NOT_ASSESSABLE, 1, 0, PS_JUNCTION_NOT_ASSESSABLE, PS_REASON_SV_REFUSED, 0},
        {PS_JUNCTION_NOT_ASSESSABLE, 1, 1, PS_JUNCTION_DETECTED, PS_REASON_SV_FOUND, 1},
        {PS_JUNCTION_NOT_DETECTED, 0, 0, PS_JUNCTION_NOT_DETECTED, PS_REASON_NONE, 0},
        {PS_JUNCTION_NOT_DETECTED, 1, 0, PS_JUNCTION_NOT_DETECTED, PS_REASON_SV_REFUSED, 0},
        {PS_JUNCTION_NOT_DETECTED, 1, 1, PS_JUNCTION_NOT_ASSESSABLE, PS_REASON_SV_VS_READS, 0},
        {PS_JUNCTION_DETECTED, 0, 0, PS_JUNCTION_DETECTED, PS_REASON_NONE, 0},
        {PS_JUNCTION_DETECTED, 1, 1, PS_JUNCTION_DETECTED, PS_REASON_NONE, 1},
        {PS_JUNCTION_DETECTED, 1, 0, PS_JUNCTION_DETECTED, PS_REASON_NONE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ps_sv_row row = join(cases[i].passes);
        ps_sv_evidence sv = {.caller = manta, .row = &row, .n = (size_t)cases[i].rows};
        ps_case c = {.panel = &panel, .sv = &sv, .purity = NAN};
        ps_junction_call call = {.state = cases[i].by_reads, .split = -1, .discordant = -1};
        ps_junction_add_sv(&c, &call);
        assert_int_equal(call.state, cases[i].after);
        assert_int_equal(call.reasons.n, cases[i].reason != PS_REASON_NONE);
        if (cases[i].reason != PS_REASON_NONE)
            assert_true(has_reason(&call.reasons, cases[i].reason));
        assert_int_equal(call.sources >> PS_INPUT_SV & 1, cases[i].from_list);
        if (cases[i].reason == PS_REASON_SV_FOUND) {
            assert_int_equal(call.n_breakpoints, 1);
            assert_int_equal(call.breakpoint[0].pos_a1, 69500000);
            assert_int_equal(call.breakpoint[0].pos_b1, 105863000);
            assert_int_equal(call.split, 12);
        }
        free(call.breakpoint);
    }
}

/* Levels of a plasma-cell sample, fragments per kb; CCND1 at `ccnd1`. */
static double level(int gene, double ccnd1) {
    static const double per_kb[PS_N_ROLES] = {
        [PS_ROLE_CYCLIN] = 10, [PS_ROLE_REFERENCE] = 400, [PS_ROLE_PLASMA_CELL] = 1600, [PS_ROLE_OTHER_CELL] = 4};
    return gene == panel.ccnd1 ? ccnd1 : per_kb[panel.genes[gene].role];
}

static ps_expression_call call_of_counts(double ccnd1, ps_counts_unit unit, double *value) {
    for (int i = 0; i < panel.n_genes; i++)
        value[i] = unit == PS_COUNTS_PER_KB ? level(i, ccnd1) / 20 : level(i, ccnd1) * panel.genes[i].length / 1000;
    ps_count_evidence counts = {
        .program = htseq, .sample_name = none, .unit = unit, .value = value, .n = (size_t)panel.n_genes};
    ps_case c = {.panel = &panel, .counts = &counts, .purity = NAN};
    ps_expression_call call;
    ps_call_expression(&c, &call);
    ps_expression_add_counts(&c, &call);
    return call;
}

static void counts_make_the_call(void **state) {
    (void)state;
    double *value = calloc((size_t)panel.n_genes, sizeof *value);
    for (int unit = PS_COUNTS_FRAGMENTS; unit <= PS_COUNTS_PER_KB; unit++) {
        ps_expression_call over = call_of_counts(6400, (ps_counts_unit)unit, value);
        assert_int_equal(over.state, PS_EXPRESSION_OVER);
        assert_true(fabs(over.log2_ratio - 4) < 0.02);
        assert_int_equal(isnan(over.low), unit == PS_COUNTS_PER_KB);
        assert_int_equal(over.fragments < 0, unit == PS_COUNTS_PER_KB);
        assert_true(has_reason(&over.reasons, PS_REASON_COUNTS));
        ps_calls calls = {.expression = over};
        ps_calls_free(&calls);
    }
    free(value);
}

static int set_up(void **state) {
    (void)state;
    ps_error err = {0};
    return ps_panel_load("grch38", &panel, &err);
}

static int tear_down(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_beside_reads),
        cmocka_unit_test(counts_make_the_call),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
