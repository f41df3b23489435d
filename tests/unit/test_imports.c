/* Other programs' results from typed numbers: what a list of joins and a table of counts may say, alone and beside
 * reads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"
#include "unit_random.h"

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

/* A list never makes a negative, refuses nothing that reads show, and is not believed against reads that would have
 * shown it. */
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

/* ---- segments -------------------------------------------------------------------------------------------------- */

static char cnvkit[] = "CNVkit";

/* One segment an arm, 11q13 by itself; values by arm id. */
static size_t segments_of(const double *arm, double q13, ps_cnv_row *row) {
    size_t n = 0;
    for (int i = 0; i < panel.n_bins; i++) {
        const ps_bin *bin = &panel.bins[i];
        double value = bin->role == PS_BIN_ARM ? arm[bin->arm] : q13;
        ps_cnv_row *last = n ? &row[n - 1] : NULL;
        if (last && last->contig == bin->span.contig && last->value == value)
            last->end0 = bin->span.end0;
        else
            row[n++] = (ps_cnv_row){bin->span.contig, bin->span.beg0, bin->span.end0, value, 0, 1000};
    }
    return n;
}

static ps_copynumber_call call_of_segments(const ps_cnv_evidence *cnv, double purity) {
    ps_case c = {.panel = &panel, .cnv = cnv, .purity = purity};
    ps_copynumber_call call;
    ps_call_copynumber(&c, &call);
    ps_copynumber_add_segments(&c, &call);
    return call;
}

static void free_copies(ps_copynumber_call *call) {
    ps_calls all = {.copynumber = *call};
    ps_calls_free(&all);
}

/* What each unit may say: arms at two copies (1q at three, 13q at one), 11q13 and all of chromosome 11 as given. */
static void segments_prove_what_they_can(void **state) {
    (void)state;
    static const struct {
        ps_cnv_unit unit;
        int changes_only;
        double eleven, q13, purity, shift; /* copies; log2 that the program's centre is off */
        ps_cn_state state;
        ps_scope scope;
        ps_reason_code reason;
    } cases[] = {
        {PS_CNV_LOG2, 0, 2, 2, NAN, 0, PS_CN_NEUTRAL, PS_SCOPE_NONE, PS_REASON_PURITY_ASSUMED},
        {PS_CNV_LOG2, 0, 3, 3, NAN, -0.2, PS_CN_GAIN, PS_SCOPE_CHROMOSOME, PS_REASON_PURITY_ASSUMED},
        {PS_CNV_LOG2, 0, 2, 8, 1, 0.1, PS_CN_AMPLIFIED, PS_SCOPE_FOCAL, PS_REASON_CNV},
        {PS_CNV_LOG2, 0, 1, 1, 1, 0, PS_CN_LOSS, PS_SCOPE_CHROMOSOME, PS_REASON_CNV},
        {PS_CNV_LOG2, 0, 2.3, 2.3, NAN, 0, PS_CN_NOT_ASSESSABLE, PS_SCOPE_NONE, PS_REASON_PURITY_ASSUMED},
        {PS_CNV_COPIES, 0, 3, 3, 0.3, 0, PS_CN_GAIN, PS_SCOPE_CHROMOSOME, PS_REASON_CNV_FITTED},
        {PS_CNV_COPIES, 0, 2, 2, NAN, 0, PS_CN_NEUTRAL, PS_SCOPE_NONE, PS_REASON_CNV_FITTED},
        {PS_CNV_COPIES, 0, 2.4, 2.4, NAN, 0, PS_CN_NOT_ASSESSABLE, PS_SCOPE_NONE, PS_REASON_PART_OF_CELLS},
        {PS_CNV_ROUNDED, 0, 2, 2, 1, 0, PS_CN_NEUTRAL, PS_SCOPE_NONE, PS_REASON_CNV_BASELINE},
        {PS_CNV_ROUNDED, 0, 2, 2, 0.4, 0, PS_CN_NOT_ASSESSABLE, PS_SCOPE_NONE, PS_REASON_WIDE_INTERVAL},
        {PS_CNV_ROUNDED, 1, 2, 2, 1, 0, PS_CN_NOT_ASSESSABLE, PS_SCOPE_NONE, PS_REASON_CNV_LIST},
        {PS_CNV_ROUNDED, 1, 3, 3, 1, 0, PS_CN_GAIN, PS_SCOPE_CHROMOSOME, PS_REASON_CNV_LIST},
    };
    ps_cnv_row *row = ps_alloc((size_t)panel.n_bins, sizeof *row);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double arm[64];
        int log = cases[i].unit == PS_CNV_LOG2;
        for (int a = 0; a < panel.n_arms; a++) {
            const char *name = panel.arms[a].name;
            double copies = !strncmp(name, "11", 2) ? cases[i].eleven
                            : !strcmp(name, "1q")   ? 3
                            : !strcmp(name, "13q")  ? 1
                                                    : 2;
            arm[a] = log ? log2(copies / 2) + cases[i].shift : copies;
        }
        double q13 = log ? log2(cases[i].q13 / 2) + cases[i].shift : cases[i].q13;
        ps_cnv_evidence cnv = {.program = cnvkit,
                               .sample_name = none,
                               .unit = cases[i].unit,
                               .changes_only = cases[i].changes_only,
                               .row = row,
                               .n = segments_of(arm, q13, row)};
        ps_copynumber_call call = call_of_segments(&cnv, cases[i].purity);
        assert_int_equal(call.state, cases[i].state);
        assert_int_equal(call.scope, cases[i].scope);
        assert_true(has_reason(&call.reasons, cases[i].reason));
        assert_int_equal(call.hyperdiploid, cases[i].changes_only ? -1 : 0);
        assert_int_equal(call.sources, 1u << PS_INPUT_CNV);
        free_copies(&call);
    }
    free(row);
}

/* A gap at CCND1, records that contradict each other there, and DUP without a number. */
static void segments_at_ccnd1(void **state) {
    (void)state;
    int c11 = panel.ccnd1_window.contig;
    int32_t end = (int32_t)panel.contigs[c11].length;
    static const struct {
        ps_cn_state state;
        ps_reason_code reason;
    } cases[] = {{PS_CN_NOT_ASSESSABLE, PS_REASON_CNV_LIST},
                 {PS_CN_NOT_ASSESSABLE, PS_REASON_CNV_UNCLEAR},
                 {PS_CN_GAIN, PS_REASON_CNV_BASELINE},
                 {PS_CN_GAIN, PS_REASON_CNV_FITTED}};
    const ps_cnv_row rows[][2] = {
        {{c11, 0, 68000000, 2, 0, 9}, {c11, 75000000, end, 2, 0, 9}},         /* far apart */
        {{c11, 0, end, 2, 0, 9}, {c11, 69000000, 70000000, 5, 0, 9}},         /* two records over it */
        {{c11, 68000000, 70000000, NAN, 1, -1}, {c11, 0, 1000, NAN, -1, -1}}, /* no number */
        {{c11, 0, 69600000, 3, 0, 9}, {c11, 69700000, end, 3, 0, 9}},         /* a gap between SNPs */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ps_cnv_row row[2] = {rows[i][0], rows[i][1]};
        ps_cnv_evidence cnv = {.program = cnvkit,
                               .sample_name = none,
                               .unit = PS_CNV_COPIES,
                               .changes_only = i == 2,
                               .row = row,
                               .n = 2};
        ps_copynumber_call call = call_of_segments(&cnv, NAN);
        assert_int_equal(call.state, cases[i].state);
        assert_true(has_reason(&call.reasons, cases[i].reason));
        assert_true(i != 2 || (isnan(call.copies) && call.scope == PS_SCOPE_FOCAL));
        assert_int_equal(call.hyperdiploid, -1);
        free_copies(&call);
    }
}

/* Segments as CNVkit makes them of simulated bins, centred on the median bin, have the state of those bins. */
static void segments_agree_with_bins(void **state) {
    (void)state;
    enum { GENOMES = 200, DEPTH = 300 };
    uint64_t seed = 11;
    int both = 0, open[2] = {0};
    ps_cnv_row *row = ps_alloc((size_t)panel.n_bins, sizeof *row);
    double *ratio = ps_alloc((size_t)panel.n_bins, sizeof *ratio);
    for (int g = 0; g < GENOMES; g++) {
        double copies[64], level[64] = {0}, n[64] = {0}, q13 = 0, n_q13 = 0;
        int odd = g % 2;
        for (int a = 0; a < panel.n_arms; a++) {
            int q = panel.arms[a].name[strlen(panel.arms[a].name) - 1] == 'q';
            double gain = odd && panel.arms[a].odd_trisomy ? 0.8 : 0.04, draw = unit_uniform(&seed);
            copies[a] = q && a && unit_uniform(&seed) < 0.9 ? copies[a - 1] : draw < gain ? 3 : draw > 0.95 ? 1 : 2;
        }
        double focal = g % 5 ? NAN : 2 + g % 4 * 2;
        ps_read_evidence dna = {0};
        ps_read_evidence_init(&panel, PS_INPUT_DNA, &dna);
        dna.given = 1;
        for (int i = 0; i < panel.n_bins; i++) {
            const ps_bin *bin = &panel.bins[i];
            double is = bin->role != PS_BIN_ARM && !isnan(focal) ? focal : copies[bin->arm];
            dna.bins.bin[i] = unit_poisson(&seed, DEPTH * is / 2 * bin->mappability);
            ratio[i] = (double)dna.bins.bin[i] / (DEPTH * bin->mappability);
            *(bin->role == PS_BIN_ARM ? &level[bin->arm] : &q13) += ratio[i];
            *(bin->role == PS_BIN_ARM ? &n[bin->arm] : &n_q13) += 1;
        }
        double middle = log2(ps_median(ratio, (size_t)panel.n_bins));
        for (int a = 0; a < panel.n_arms; a++)
            level[a] = log2(level[a] / n[a]) - middle;
        ps_case c = {.panel = &panel, .purity = 1};
        c.reads[PS_INPUT_DNA] = &dna;
        ps_copynumber_call bins;
        ps_call_copynumber(&c, &bins);
        ps_cnv_evidence cnv = {.program = cnvkit, .sample_name = none, .unit = PS_CNV_LOG2, .row = row};
        cnv.n = segments_of(level, log2(q13 / n_q13) - middle, row);
        ps_copynumber_call segments = call_of_segments(&cnv, 1);
        int known[2] = {bins.state != PS_CN_NOT_ASSESSABLE, segments.state != PS_CN_NOT_ASSESSABLE};
        open[0] += !known[0];
        open[1] += !known[1];
        if (known[0] && known[1]) {
            both++;
            assert_int_equal(segments.state, bins.state);
            assert_int_equal(segments.scope, bins.scope);
            assert_true(fabs(segments.copies - bins.copies) < 0.3);
        }
        free_copies(&bins);
        free_copies(&segments);
        ps_read_evidence_free(&dna);
    }
    if (getenv("UNIT_REPORT"))
        printf("segments and bins: %d agree, open %d and %d of %d\n", both, open[1], open[0], GENOMES);
    assert_true(both >= GENOMES * 9 / 10);
    free(row);
    free(ratio);
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
        cmocka_unit_test(a_list_beside_reads),          cmocka_unit_test(counts_make_the_call),
        cmocka_unit_test(segments_prove_what_they_can), cmocka_unit_test(segments_at_ccnd1),
        cmocka_unit_test(segments_agree_with_bins),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
