/* Guards against: test_junction.c - IGH::CCND1 from typed fragments: clusters, background, power, breakpoints. */
#include "unit_case.h"
#include "unit_random.h"

enum { A = 69300000, B = 106000000 }; /* places in the window and in IGH, 0-based */

static void add(ps_evidence *e, uint64_t fragment, int32_t pos_a0, int32_t pos_b0, int split, int right_a,
                int right_b) {
    e->junction = ps_resize(e->junction, e->n_junction + 1, sizeof *e->junction);
    e->junction[e->n_junction++] = (ps_junction_read){.fragment = fragment * 1000 + 7,
                                                      .pos_a0 = pos_a0,
                                                      .pos_b0 = pos_b0,
                                                      .split = (uint8_t)split,
                                                      .right_a = (uint8_t)right_a,
                                                      .right_b = (uint8_t)right_b};
}

static ps_evidence dna_of(double coverage) {
    ps_evidence e = case_evidence(PS_INPUT_DNA);
    for (size_t i = 0; i < e.n_cells; i++)
        e.cell_bases[i] = (uint64_t)(coverage * PS_WINDOW_CELL);
    return e;
}

static ps_junction_call call_with(const ps_evidence *rna, const ps_evidence *dna, double purity) {
    ps_case c = case_of(rna, dna, NULL);
    ps_junction_call call;
    c.purity = purity;
    ps_call_junction(&c, &call);
    return call;
}

static void free_call(ps_junction_call *call) {
    ps_calls all = {.junction = *call};
    ps_calls_free(&all);
}

static void nothing_given(void **state) {
    (void)state;
    ps_junction_call call = call_with(NULL, NULL, NAN);
    assert_int_equal(call.state, PS_JUNCTION_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_NO_DNA) && call.split == -1 && isnan(call.physical_coverage));
    free_call(&call);
    ps_evidence rna = case_evidence(PS_INPUT_RNA);
    call = call_with(&rna, NULL, NAN);
    assert_int_equal(call.state, PS_JUNCTION_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_RNA_CANNOT_EXCLUDE) && call.split == -1 &&
                call.rna_fragments == 0);
    free_call(&call);
    ps_evidence_free(&rna);
}

/* 3 of Poisson(c/2): 0.95 from a mean of 6.2958, so from 12.6-fold; the panel asks for 15. */
static void power(void **state) {
    (void)state;
    static const struct {
        double coverage, purity;
        int negative;
    } rows[] = {{40, NAN, 1},  {15, NAN, 1},  {14.9, NAN, 0}, {0, NAN, 0}, {20, 1, 1},
                {20, 0.62, 0}, {20, 0.64, 1}, {60, 0.2, 0},   {64, 0.2, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_evidence dna = dna_of(rows[i].coverage);
        dna.cell_bases[95] = 0; /* 2,701 bases only */
        ps_junction_call call = call_with(NULL, &dna, rows[i].purity);
        assert_int_equal(call.state, rows[i].negative ? PS_JUNCTION_NOT_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_LOW_PHYSICAL_COVERAGE), !rows[i].negative);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_WINDOW_ONLY), rows[i].negative);
        assert_near(call.physical_coverage, rows[i].coverage, 0.01);
        assert_int_equal(call.needed, 3);
        free_call(&call);
        ps_evidence_free(&dna);
    }
    for (int gaps = 8; gaps <= 10; gaps += 2) { /* 96 cells, nine tenths must have power */
        ps_evidence dna = dna_of(30);
        for (int i = 0; i < gaps; i++)
            dna.cell_bases[i * 9] = 0;
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state, gaps == 8 ? PS_JUNCTION_NOT_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
        assert_near(call.powered, (96 - gaps) / 96.0, 1e-6);
        free_call(&call);
        ps_evidence_free(&dna);
    }
}

static void fragments_make_a_cluster(void **state) {
    (void)state;
    for (int n = 2; n <= 3; n++) {
        ps_evidence dna = dna_of(30);
        for (int i = 0; i < n; i++)
            add(&dna, (uint64_t)i, A + 300 * i, B + 50 * i, 0, 1, 0);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state, n == 3 ? PS_JUNCTION_DETECTED : PS_JUNCTION_NOT_DETECTED);
        assert_int_equal(call.discordant, n);
        assert_int_equal(call.split, 0);
        assert_int_equal(call.n_breakpoints, n == 3);
        if (n == 3) {
            assert_int_equal(call.breakpoint[0].pos_a1, A + 600 + 1); /* the read that comes closest */
            assert_int_equal(call.breakpoint[0].exact, 0);
            assert_int_equal(call.breakpoint[0].discordant, 3);
            assert_int_equal(call.sources, 1 << PS_INPUT_DNA);
        }
        free_call(&call);
        ps_evidence_free(&dna);
    }
    static const struct {
        int32_t step;
        int mixed, detected;
    } rows[] = {{800, 0, 1}, {801, 0, 0}, {100, 1, 0}};
    for (size_t i = 0; i < 3; i++) { /* too far apart, or of both directions */
        ps_evidence dna = dna_of(30);
        for (int k = 0; k < 3; k++)
            add(&dna, (uint64_t)k, A + rows[i].step * k, B, 0, rows[i].mixed ? k % 2 : 1, 0);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state == PS_JUNCTION_DETECTED, rows[i].detected);
        free_call(&call);
        ps_evidence_free(&dna);
    }
}

static void a_fragment_counts_once(void **state) {
    (void)state;
    ps_evidence dna = dna_of(30); /* two fragments, each as a pair, as a split read and as the supplementary */
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            add(&dna, (uint64_t)i, A + i, B, k > 0, 1, 0);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.state, PS_JUNCTION_NOT_DETECTED);
    assert_int_equal(call.split, 2);
    assert_int_equal(call.discordant, 0);
    free_call(&call);
    ps_evidence rna = case_evidence(PS_INPUT_RNA); /* one more from RNA supports, but does not make it three */
    add(&rna, 0, A, B, 0, 1, 0);
    call = call_with(&rna, &dna, NAN);
    assert_int_equal(call.state, PS_JUNCTION_NOT_DETECTED);
    assert_int_equal(call.rna_fragments, 1);
    free_call(&call);
    add(&dna, 2, A + 2, B, 0, 1, 0);
    call = call_with(&rna, &dna, NAN);
    assert_int_equal(call.state, PS_JUNCTION_DETECTED);
    assert_int_equal(call.sources, 1 << PS_INPUT_DNA | 1 << PS_INPUT_RNA);
    free_call(&call);
    ps_evidence_free(&dna);
    ps_evidence_free(&rna);
}

static void exact_breakpoint(void **state) {
    (void)state;
    for (int right = 0; right < 2; right++) {
        ps_evidence dna = dna_of(30);
        for (int i = 0; i < 5; i++)
            add(&dna, (uint64_t)i, A - 100 + 40 * i, B + 30 * i, 0, right, 0);
        add(&dna, 10, A + 3, B + 9, 1, right, 1);
        add(&dna, 11, A + 3, B + 9, 1, right, 1);
        add(&dna, 12, A + 90, B + 1, 1, right, 0); /* one that the aligner placed otherwise */
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.n_breakpoints, 1);
        const ps_breakpoint *k = &call.breakpoint[0];
        assert_int_equal(k->pos_a1, A + 4);
        assert_int_equal(k->pos_b1, B + 10);
        assert_true(k->exact && k->right_a == right && k->right_b == 1);
        assert_int_equal(k->split, 3);
        assert_int_equal(k->discordant, 5);
        assert_int_equal(k->contig_a, panel.ccnd1_window.contig);
        assert_int_equal(k->contig_b, panel.igh.contig);
        free_call(&call);
        ps_evidence_free(&dna);
    }
    ps_evidence dna =
        dna_of(30); /* without a split read and with the right part kept: the first read comes closest */
    for (int i = 0; i < 4; i++)
        add(&dna, (uint64_t)i, A + 40 * i, B, 0, 0, 0);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.breakpoint[0].pos_a1, A + 1);
    free_call(&call);
    ps_evidence_free(&dna);
    dna = dna_of(30); /* the reciprocal product is a second breakpoint */
    for (int i = 0; i < 4; i++) {
        add(&dna, (uint64_t)i, A - 40 * i, B, 0, 1, 0);
        add(&dna, (uint64_t)i + 50, A + 40 * i, B + 10, 0, 0, 1);
    }
    call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.n_breakpoints, 2);
    assert_int_equal(call.discordant, 8);
    free_call(&call);
    ps_evidence_free(&dna);
}

/* chimeric pairs x 5 x 1.35 Mb / 3.1 Gb over 1,190.9 places of 800 bases; the smallest k with places x P(X >= k) <=
 * 1e-3 */
static void background(void **state) {
    (void)state;
    static const uint64_t chimeric[] = {0, 1000, 100000, 3000000};
    uint64_t before = 0;
    for (size_t i = 0; i < 4; i++) {
        ps_evidence dna = dna_of(30);
        dna.window_chimeric = chimeric[i];
        double window = panel.ccnd1_window.end0 - panel.ccnd1_window.beg0, places = window / 800;
        double mean = (double)chimeric[i] * 5 * 1.35e6 / 3.1e9 / places;
        uint64_t k = 3;
        for (;; k++) { /* by summing */
            double term = exp(-mean);
            for (uint64_t j = 0; j < k; j++)
                term *= mean / (double)(j + 1);
            double tail = 0;
            for (uint64_t j = k; j < k + 60; j++) {
                tail += term;
                term *= mean / (double)(j + 1);
            }
            if (places * tail <= 1e-3)
                break;
        }
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.needed, k);
        assert_near(call.background, mean, 1e-5 * mean);
        assert_true(call.needed >= before);
        before = call.needed;
        free_call(&call);
        ps_evidence_free(&dna);
    }
    assert_true(before > 10);
}

/* 200 samples with chance pairs only: 3 % of a usual genome's chimeric pairs fall anywhere, IGH as often as allowed
 * for. */
static void chance_makes_no_junction(void **state) {
    (void)state;
    uint64_t seed = 31;
    double window = panel.ccnd1_window.end0 - panel.ccnd1_window.beg0;
    int detected = 0;
    for (int draw = 0; draw < 200; draw++) {
        ps_evidence dna = dna_of(30);
        dna.window_chimeric = 6000;
        uint64_t n = unit_poisson(&seed, 6000 * 5 * 1.35e6 / 3.1e9);
        for (uint64_t i = 0; i < n; i++)
            add(&dna, i, panel.ccnd1_window.beg0 + (int32_t)(unit_uniform(&seed) * window),
                panel.igh.beg0 + (int32_t)(unit_uniform(&seed) * 1.3e6), (int)unit_below(&seed, 2),
                (int)unit_below(&seed, 2), (int)unit_below(&seed, 2));
        ps_junction_call call = call_with(NULL, &dna, NAN);
        detected += call.state == PS_JUNCTION_DETECTED;
        free_call(&call);
        ps_evidence_free(&dna);
    }
    assert_int_equal(detected, 0);
}

/* Guards against: junction.c set_background(): IGH's share of chance pairs is taken from its length (0.2 %), but in
 * RNA of plasma cells a third of all fragments is IGH. A CCND1-positive library with 300 chimeric pairs, a third of
 * them to IGH, is "detected", and ccnd1 then says t(11;14) */
static void rna_chimeras_of_two_abundant_transcripts(void **state) {
    (void)state;
    uint64_t seed = 41;
    ps_evidence rna = case_evidence(PS_INPUT_RNA);
    rna.window_chimeric = 200;
    for (uint64_t i = 0; i < 100; i++) /* spread over the exons of CCND1, to anywhere in the constant genes */
        add(&rna, i, 69651117 + (int32_t)unit_below(&seed, 3300), 105600000 + (int32_t)unit_below(&seed, 140000), 0,
            (int)unit_below(&seed, 2), (int)unit_below(&seed, 2));
    ps_junction_call call = call_with(&rna, NULL, NAN);
    assert_int_not_equal(call.state, PS_JUNCTION_DETECTED);
    free_call(&call);
    ps_evidence_free(&rna);
}

/* Guards against: junction.c measure_power(): without --purity a pure sample is taken for granted, and no reason says
   so (copynumber.c gives purity-assumed) */
static void assumed_purity_is_said(void **state) {
    (void)state;
    ps_evidence dna = dna_of(15);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_true(call.state != PS_JUNCTION_NOT_DETECTED || has_reason(&call.reasons, PS_REASON_PURITY_ASSUMED));
    free_call(&call);
    ps_evidence_free(&dna);
}

/* Guards against: junction.c find_clusters() looks at the chromosome 11 side only: three fragments to three places of
   IGH a megabase apart, in both directions there, are one cluster with one breakpoint */
static void partners_must_agree(void **state) {
    (void)state;
    ps_evidence dna = dna_of(30);
    for (int i = 0; i < 3; i++)
        add(&dna, (uint64_t)i, A + 100 * i, B + 400000 * (i - 1), 0, 1, i % 2);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_not_equal(call.state, PS_JUNCTION_DETECTED);
    free_call(&call);
    ps_evidence_free(&dna);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given),
        cmocka_unit_test(power),
        cmocka_unit_test(fragments_make_a_cluster),
        cmocka_unit_test(a_fragment_counts_once),
        cmocka_unit_test(exact_breakpoint),
        cmocka_unit_test(background),
        cmocka_unit_test(chance_makes_no_junction),
        cmocka_unit_test(rna_chimeras_of_two_abundant_transcripts),
        cmocka_unit_test(assumed_purity_is_said),
        cmocka_unit_test(partners_must_agree),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
