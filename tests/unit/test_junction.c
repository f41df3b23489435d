/* Guards against: test_junction.c - IGH::CCND1 from typed fragments: clusters, background, power, breakpoints. */
#include "unit_case.h"
#include "unit_random.h"

enum { A = 69300000, B = 106000000 }; /* places in the window and in IGH, 0-based */

static void add(ps_read_evidence *e, uint64_t fragment, int32_t pos_a0, int32_t pos_b0, int split, int right_a,
                int right_b) {
    e->junctions.junction =
        ps_resize(e->junctions.junction, e->junctions.n_junction + 1, sizeof *e->junctions.junction);
    e->junctions.junction[e->junctions.n_junction++] = (ps_junction_read){.fragment = fragment * 1000 + 7,
                                                                          .pos_a0 = pos_a0,
                                                                          .pos_b0 = pos_b0,
                                                                          .split = (uint8_t)split,
                                                                          .right_a = (uint8_t)right_a,
                                                                          .right_b = (uint8_t)right_b};
}

static ps_read_evidence dna_of(double coverage) {
    ps_read_evidence e = case_evidence(PS_INPUT_DNA);
    for (size_t i = 0; i < e.junctions.n_cells; i++)
        e.junctions.cell_bases[i] = (uint64_t)(coverage * PS_WINDOW_CELL);
    return e;
}

static ps_junction_call call_with(const ps_read_evidence *rna, const ps_read_evidence *dna, double purity) {
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
    ps_read_evidence rna = case_evidence(PS_INPUT_RNA);
    call = call_with(&rna, NULL, NAN);
    assert_int_equal(call.state, PS_JUNCTION_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_RNA_CANNOT_EXCLUDE) && call.split == -1 &&
                call.rna_fragments == 0);
    free_call(&call);
    ps_read_evidence_free(&rna);
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
        ps_read_evidence dna = dna_of(rows[i].coverage);
        dna.junctions.cell_bases[95] = 0; /* 2,701 bases only */
        ps_junction_call call = call_with(NULL, &dna, rows[i].purity);
        assert_int_equal(call.state, rows[i].negative ? PS_JUNCTION_NOT_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_LOW_PHYSICAL_COVERAGE), !rows[i].negative);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_WINDOW_ONLY), rows[i].negative);
        assert_near(call.physical_coverage, rows[i].coverage, 0.01);
        assert_int_equal(call.needed, 3);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    for (int gaps = 8; gaps <= 10; gaps += 2) { /* 96 cells, nine tenths must have power */
        ps_read_evidence dna = dna_of(30);
        for (int i = 0; i < gaps; i++)
            dna.junctions.cell_bases[i * 9] = 0;
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state, gaps == 8 ? PS_JUNCTION_NOT_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
        assert_near(call.powered, (96 - gaps) / 96.0, 1e-6);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

static void fragments_make_a_cluster(void **state) {
    (void)state;
    for (int n = 2; n <= 3; n++) {
        ps_read_evidence dna = dna_of(30);
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
        ps_read_evidence_free(&dna);
    }
    static const struct {
        int32_t step;
        int mixed, detected;
    } rows[] = {{800, 0, 1}, {801, 0, 0}, {100, 1, 0}};
    for (size_t i = 0; i < 3; i++) { /* too far apart, or of both directions */
        ps_read_evidence dna = dna_of(30);
        for (int k = 0; k < 3; k++)
            add(&dna, (uint64_t)k, A + rows[i].step * k, B, 0, rows[i].mixed ? k % 2 : 1, 0);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state == PS_JUNCTION_DETECTED, rows[i].detected);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

static void a_fragment_counts_once(void **state) {
    (void)state;
    ps_read_evidence dna = dna_of(30); /* two fragments, each as a pair, as a split read and as the supplementary */
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            add(&dna, (uint64_t)i, A + i, B, k > 0, 1, 0);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.state, PS_JUNCTION_NOT_DETECTED);
    assert_int_equal(call.split, 2);
    assert_int_equal(call.discordant, 0);
    free_call(&call);
    ps_read_evidence rna = case_evidence(PS_INPUT_RNA); /* one more from RNA supports, but does not make it three */
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
    ps_read_evidence_free(&dna);
    ps_read_evidence_free(&rna);
}

static void exact_breakpoint(void **state) {
    (void)state;
    for (int right = 0; right < 2; right++) {
        ps_read_evidence dna = dna_of(30);
        for (int i = 0; i < 5; i++)
            add(&dna, (uint64_t)i, A - 100 + 40 * i, B + 30 * i, 0, right, 1);
        add(&dna, 10, A + 3, B + 9, 1, right, 1);
        add(&dna, 11, A + 3, B + 9, 1, right, 1);
        add(&dna, 12, A + 90, B + 1, 1, right, 1); /* one that the aligner placed otherwise */
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
        ps_read_evidence_free(&dna);
    }
    ps_read_evidence dna =
        dna_of(30); /* without a split read and with the right part kept: the first read comes closest */
    for (int i = 0; i < 4; i++)
        add(&dna, (uint64_t)i, A + 40 * i, B, 0, 0, 0);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.breakpoint[0].pos_a1, A + 1);
    free_call(&call);
    ps_read_evidence_free(&dna);
    dna = dna_of(30); /* the reciprocal product is a second breakpoint */
    for (int i = 0; i < 4; i++) {
        add(&dna, (uint64_t)i, A - 40 * i, B, 0, 1, 0);
        add(&dna, (uint64_t)i + 50, A + 40 * i, B + 10, 0, 0, 1);
    }
    call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.n_breakpoints, 2);
    assert_int_equal(call.discordant, 8);
    assert_true(call.breakpoint[0].event == 1 && call.breakpoint[1].event == 1);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

static double poisson_upper(uint64_t k, double mean) { /* by summing */
    double term = exp(-mean), tail = 0;
    for (uint64_t j = 0; j < k; j++)
        term *= mean / (double)(j + 1);
    for (uint64_t j = k; j < k + 80; j++) {
        tail += term;
        term *= mean / (double)(j + 1);
    }
    return tail;
}

/* Even chance pairs, `each` in every kilobase of both sides, no fragment to IGH. In the last, short cell of 10 kb the
 * strips are as wide as elsewhere; nine tenths of a kilobase more or less do not matter to the limit of 1e-6. */
static void background(void **state) {
    (void)state;
    static const uint64_t each[] = {0, 1, 30, 1000, 100000};
    uint64_t before = 0;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        ps_read_evidence dna = dna_of(30);
        double total[2] = {0, 0};
        for (int side = 0; side < 2; side++)
            for (size_t k = 0; k < dna.junctions.n_chimeric[side]; k++)
                total[side] += (double)(dna.junctions.chimeric[side][k] = each[i]);
        double window = panel.ccnd1_window.end0 - panel.ccnd1_window.beg0, igh = panel.igh.end0 - panel.igh.beg0;
        double even = fmax(1600 / window, 0.16 / 96);
        double share_a = (1.6 * (double)each[i] + 1 + 20 * even) / (total[0] + 20);
        double share_b = (1.6 * (double)each[i] + 1 + 20 * 1600 / igh) / (total[1] + 20);
        double mean = (1 + 5 * 1.35e6 / 3.1e9 * total[0]) * share_a * share_b / 2;
        uint64_t k = 3;
        while (poisson_upper(k - 1, mean) > 1e-3)
            k++;
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_near(call.background, mean, 1e-5 * mean);
        assert_int_equal(call.needed, k);
        assert_true(call.needed >= before);
        before = call.needed;
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    assert_true(before > 3);
}

/* Guards against: a background spread evenly over the window. Chance pairs in 20 kb of the window (a capture's
 * target), a tenth of them to IGH: four fragments of one place there are chance, and the same four are a junction
 * elsewhere. */
static void background_is_local(void **state) {
    (void)state;
    for (int far = 0; far < 2; far++) {
        uint64_t seed = 77;
        ps_read_evidence dna = dna_of(0);
        size_t hot = (size_t)(A - panel.ccnd1_window.beg0) / PS_CHIMERIC_CELL,
               hot_b = (size_t)(B - panel.igh.beg0) / PS_CHIMERIC_CELL;
        for (size_t i = 0; i < 20; i++)
            dna.junctions.chimeric[0][hot + i] = 450, dna.junctions.chimeric[1][hot_b + i] = 450;
        dna.junctions.window_chimeric = 9000;
        for (uint64_t i = 0; i < 1000; i++)
            add(&dna, i, A + (int32_t)unit_below(&seed, 19000), B + (int32_t)unit_below(&seed, 19000), 0,
                (int)unit_below(&seed, 2), (int)unit_below(&seed, 2));
        for (int i = 0; i < 7; i++)
            add(&dna, (uint64_t)i + 5000, A + 3000 - far * 200000 + 20 * i, B + 5000 + far * 300000 + 11 * i, 0, 1,
                0);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state == PS_JUNCTION_DETECTED, far);
        assert_int_equal(call.n_breakpoints, far);
        if (far) {
            assert_int_equal(call.breakpoint[0].discordant, 7);
            assert_true(call.needed <= 4 && call.background < 0.1);
        } else {
            assert_true(call.needed > 7);
        }
        free_call(&call);
        static const struct {
            double coverage, purity;
            int negative;
        } rows[] = {{20, NAN, 0}, {100, NAN, 1}, {100, 0.2, 0}}; /* 7 of 10, of 50, of 10 */
        for (size_t i = 0; i < 3 && !far; i++) { /* may the cluster be the junction that this depth would show? */
            for (size_t k = 0; k < dna.junctions.n_cells; k++)
                dna.junctions.cell_bases[k] = (uint64_t)(rows[i].coverage * PS_WINDOW_CELL);
            call = call_with(NULL, &dna, rows[i].purity);
            assert_int_equal(call.state, rows[i].negative ? PS_JUNCTION_NOT_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
            assert_int_equal(has_reason(&call.reasons, PS_REASON_JUNCTION_UNRESOLVED), !rows[i].negative);
            free_call(&call);
        }
        call = call_with(NULL, &dna, NAN);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Guards against: time that grows with the square of the fragments (this would take hours). */
static void a_hostile_pile(void **state) {
    (void)state;
    enum { MANY = 400000 };
    ps_read_evidence dna = dna_of(30);
    dna.junctions.junction = ps_alloc(MANY, sizeof *dna.junctions.junction);
    dna.junctions.n_junction = MANY;
    for (size_t i = 0; i < MANY; i++)
        dna.junctions.junction[i] = (ps_junction_read){.fragment = i * 0x9e3779b97f4a7c15ULL + 1,
                                                       .pos_a0 = A + (int32_t)(i % 700),
                                                       .pos_b0 = B + (int32_t)(i % 501),
                                                       .split = i % 3 == 0,
                                                       .right_a = 1};
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.n_breakpoints, 1);
    assert_int_equal(call.breakpoint[0].split + call.breakpoint[0].discordant, MANY);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* Copies that nobody marked: the same outer ends. Each fragment is a molecule once, whichever of its rows tell. */
static void copies_count_once(void **state) {
    (void)state;
    for (int molecules = 2; molecules <= 3; molecules++) {
        ps_read_evidence dna = dna_of(30);
        for (int i = 0; i < 12; i++) {
            add(&dna, (uint64_t)i, A + 10 * (i % molecules), B + 7 * (i % molecules), i % 5 == 0, 1, 0);
            dna.junctions.junction[dna.junctions.n_junction - 1].molecule = 500 + (uint64_t)(i % molecules);
        }
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.split + call.discordant, molecules);
        assert_int_equal(call.state, molecules == 3 ? PS_JUNCTION_DETECTED : PS_JUNCTION_NOT_DETECTED);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* IGH's records know their own end; alone they are no evidence, and low mapping quality there counts half. */
static void both_sides_of_a_pair(void **state) {
    (void)state;
    for (int alone = 0; alone < 2; alone++) {
        ps_read_evidence dna = dna_of(30);
        for (int i = 0; i < 3; i++) {
            if (!alone)
                add(&dna, (uint64_t)i, A + i, B, 0, 1, 1);
            add(&dna, (uint64_t)i, A - 99 + i, B + 99, 0, 1, 1);
            dna.junctions.junction[dna.junctions.n_junction - 1].from_b = 1;
            dna.junctions.junction[dna.junctions.n_junction - 1].base_b = 'T';
        }
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.discordant, alone ? 0 : 3);
        assert_int_equal(call.n_breakpoints, !alone);
        if (!alone) {
            assert_int_equal(call.breakpoint[0].pos_a1, A + 3);
            assert_int_equal(call.breakpoint[0].pos_b1, B + 100);
            assert_int_equal(call.breakpoint[0].base_b, 'T');
        }
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    static const struct { int sure, low, detected; } rows[] = {{3, 0, 1}, {2, 1, 0}, {2, 2, 1}, {0, 5, 0}, {0, 6, 1}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        ps_read_evidence dna = dna_of(30);
        for (int i = 0; i < rows[r].sure + rows[r].low; i++) {
            add(&dna, (uint64_t)i, A + 10 * i, B + 10 * i, 0, 1, 0);
            dna.junctions.junction[i].low_b = i >= rows[r].sure;
        }
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state == PS_JUNCTION_DETECTED, rows[r].detected);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* ---- clips: a derived sequence cut at the break, as reads of either side show it ------------------------------- */

static uint64_t packed(const char *bases, int n, int step, int complement) {
    uint64_t bits = 0;
    for (int i = 0; i < n; i++) {
        int code = (int)(strchr("ACGT", bases[i * step]) - "ACGT");
        bits |= (uint64_t)(complement ? 3 - code : code) << (2 * i);
    }
    return bits;
}

static void add_clip(ps_read_evidence *e, uint64_t fragment, int in_b, int32_t pos0, int right, const char *at,
                     int n) {
    /* `at`: side a: the first base beyond, walking right; side b: the last base beyond, walking left */
    e->junctions.clip = ps_resize(e->junctions.clip, e->junctions.n_clip + 1, sizeof *e->junctions.clip);
    e->junctions.clip[e->junctions.n_clip++] =
        (ps_junction_clip){.fragment = fragment,
                           .molecule = fragment,
                           .beyond = in_b ? packed(at, n, -1, 1) : packed(at, n, 1, 0),
                           .within = in_b ? packed(at + 1, 32, 1, 0) : packed(at - 1, 32, -1, 1),
                           .pos0 = pos0,
                           .in_b = (uint8_t)in_b,
                           .right = (uint8_t)right,
                           .n_beyond = (uint8_t)n,
                           .n_within = 32,
                           .base = 'A'};
}

static void clips_that_match(void **state) {
    (void)state;
    uint64_t seed = 5;
    char derived[201] = "";
    for (int i = 0; i < 200; i++)
        derived[i] = "ACGT"[unit_below(&seed, 4)];
    for (int direction = 0; direction < 4; direction++)
        for (int shift = -12; shift <= 12; shift += 4) { /* inserted bases, or bases that both sides align */
            int right_a = direction & 1, right_b = direction >> 1;
            ps_read_evidence dna = dna_of(30);
            for (int i = 0; i < 3; i++)
                add_clip(&dna, 10 + (uint64_t)i, 0, A, right_a, derived + 100, 32 - i);
            for (int i = 0; i < 2; i++) /* side b aligns from base 100 - shift of the derived sequence on */
                add_clip(&dna, 20 + (uint64_t)i, 1, B, right_b, derived + 99 - shift, 32 - i);
            ps_junction_call call = call_with(NULL, &dna, NAN);
            assert_int_equal(call.state, PS_JUNCTION_DETECTED);
            assert_int_equal(call.split, 5);
            const ps_breakpoint *k = &call.breakpoint[0];
            int32_t kept = shift > 0 ? shift : 0;
            assert_true(k->exact && k->right_a == right_a && k->right_b == right_b && k->pos_a1 == A + 1);
            assert_int_equal(k->pos_b1, right_b ? B - kept + 1 : B + kept + 1);
            free_call(&call);
            dna.junctions.clip[3].within ^= 0xfff; /* six bases differ */
            dna.junctions.clip[4].within ^= 0xfff;
            call = call_with(NULL, &dna, NAN);
            if (shift <= 0) /* else they lie before what is compared */
                assert_int_equal(call.split, 0);
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
}

/* Side a shows its break by clips of 9, 32 and 32 bases: the first is too short for a seed, the longest one is
 * compared. */
static void the_longest_clip_speaks(void **state) {
    (void)state;
    uint64_t seed = 7;
    char derived[201] = "";
    for (int i = 0; i < 200; i++)
        derived[i] = "ACGT"[unit_below(&seed, 4)];
    ps_read_evidence dna = dna_of(30);
    for (int i = 0; i < 3; i++)
        add_clip(&dna, 10 + (uint64_t)i, 0, A, 1, derived + 100, i ? 32 : 9);
    for (int i = 0; i < 3; i++)
        add_clip(&dna, 20 + (uint64_t)i, 1, B, 0, derived + 99, i ? 32 : 9);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_equal(call.state, PS_JUNCTION_DETECTED);
    assert_int_equal(call.split, 6);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* Guards against: junction_clips.c linking two microsatellites with a longer allele each: what is clipped is the
 * repeat over again, and agrees with any such repeat. */
static void longer_repeats_are_no_junction(void **state) {
    (void)state;
    static const char *const units[] = {"A", "AC", "GAA", "GAAA", "AAAAG", "GATTCA", "GCATTGACCTAGT"};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (int errors = 0; errors < 3; errors++) {
            char text[201] = "";
            for (size_t i = 0; i < 200; i++)
                text[i] = units[u][i % strlen(units[u])];
            for (int i = 0; i < errors; i++) /* of sequencing, in the clipped part */
                text[104 + 11 * i] = text[104 + 11 * i] == 'C' ? 'G' : 'C';
            ps_read_evidence dna = dna_of(30);
            for (int i = 0; i < 6; i++) {
                add_clip(&dna, 10 + (uint64_t)i, 0, A, 1, text + 100, 32 - i);
                add_clip(&dna, 20 + (uint64_t)i, 1, B, 0, text + 99, 32 - i);
            }
            ps_junctions_tidy(&dna.junctions);
            ps_junction_call call = call_with(NULL, &dna, NAN);
            if (call.state != PS_JUNCTION_NOT_DETECTED || call.split)
                fail_msg("unit %s, %d errors: %s, %d split", units[u], errors, ps_junction_state_names[call.state],
                         (int)call.split);
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
}

/* Guards against: junction_clips.c taking a longer repeat for a junction since the aligner places what it clips in a
 * repeat of IGH, as well as anywhere else. What it places surely there, and unique bases, count. */
static void repeats_that_are_placed_in_igh(void **state) {
    (void)state;
    static const struct { int repeat, low, detected; } rows[] = {{1, 1, 0}, {1, 0, 1}, {0, 1, 1}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        uint64_t seed = 11;
        char text[201] = "";
        for (int i = 0; i < 200; i++)
            text[i] = rows[k].repeat ? "GATA"[i % 4] : "ACGT"[unit_below(&seed, 4)];
        ps_read_evidence dna = dna_of(30);
        for (int i = 0; i < 7; i++) { /* one of them clips too little to be placed */
            add_clip(&dna, (uint64_t)(10 + i) * 1000 + 7, 0, A, 1, text + 100, 32 - 3 * i);
            if (i == 6)
                continue;
            add(&dna, 10 + (uint64_t)i, A, B + i, 1, 1, 0);
            dna.junctions.junction[dna.junctions.n_junction - 1].low_b = (uint8_t)rows[k].low;
        }
        ps_junctions_tidy(&dna.junctions);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        if ((call.state == PS_JUNCTION_DETECTED) != rows[k].detected || (call.split > 0) != rows[k].detected)
            fail_msg("row %zu: %s, %d split", k, ps_junction_state_names[call.state], (int)call.split);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Two fragments of each product of one exchange count together, also where IGH has lost some kilobases between them;
 * two of one, or four that turn otherwise, do not. */
static void reciprocal_products_count_together(void **state) {
    (void)state;
    static const struct {
        int others, right_a, right_b, lost, detected;
    } rows[] = {{2, 0, 1, 1, 1},    {1, 0, 1, 1, 0},     {0, 0, 1, 1, 0},     {2, 1, 1, 1, 0},   {2, 0, 0, 1, 0},
                {2, 0, 1, 9000, 1}, {2, 0, 1, -9000, 1}, {2, 0, 1, 11000, 0}, {1, 0, 1, 2000, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = dna_of(40);
        for (int k = 0; k < 2; k++)
            add(&dna, 1 + (uint64_t)k, A, B, 1, 1, 0);
        for (int k = 0; k < rows[i].others; k++)
            add(&dna, 11 + (uint64_t)k, A + 1, B - rows[i].lost, 1, rows[i].right_a, rows[i].right_b);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state == PS_JUNCTION_DETECTED, rows[i].detected);
        if (rows[i].detected) {
            assert_int_equal(call.n_breakpoints, 2);
            assert_int_equal(call.breakpoint[0].event, call.breakpoint[1].event);
        }
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Guards against: junction.c taking the pairs of another translocation of IGH for chance: more were needed then. */
static void igh_joined_to_another_place(void **state) {
    (void)state;
    ps_read_evidence quiet = dna_of(20), other = dna_of(20);
    for (int i = 0; i < 9; i++) {
        other.junctions.chimeric[1][500]++;
        other.junctions.chimeric[1][501]++;
    }
    for (size_t i = 0; i < quiet.junctions.n_chimeric[1]; i += 40) {
        quiet.junctions.chimeric[1][i]++;
        other.junctions.chimeric[1][i]++;
    }
    ps_junction_call one = call_with(NULL, &quiet, 1), two = call_with(NULL, &other, 1);
    assert_int_equal(one.state, PS_JUNCTION_NOT_DETECTED);
    assert_int_equal(two.state, PS_JUNCTION_NOT_DETECTED);
    assert_int_equal(one.needed, two.needed);
    free_call(&one);
    free_call(&two);
    ps_read_evidence_free(&quiet);
    ps_read_evidence_free(&other);
}

/* Mates on an alternative contig of IGH are no negative; two that go to one place are named beside it. */
static void mates_on_other_contigs(void **state) {
    (void)state;
    for (int n = 0; n < 5; n++) {
        ps_read_evidence dna = dna_of(30);
        for (int k = 0; k < n; k++) {
            add(&dna, 1 + (uint64_t)k, A + 7 * k, 274798, 0, 1, 0);
            strcpy(dna.junctions.junction[k].contig_b, "chr14_KI270846v1_alt");
        }
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state, n < 3 ? PS_JUNCTION_NOT_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_IGH_ELSEWHERE), n > 0);
        assert_true(!n || strstr(call.reasons.at[0].detail, "chr14_KI270846v1_alt"));
        assert_int_equal(call.discordant, 0);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Four fragments at 1,500-fold are a share, which does not decide alone; at 100-fold, or in a sample of few tumour
 * cells, they do. */
static void a_small_share(void **state) {
    (void)state;
    static const struct {
        double coverage, purity;
        int detected;
    } rows[] = {{1500, NAN, 0}, {1500, 0.1, 1}, {100, NAN, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = dna_of(rows[i].coverage);
        for (int k = 0; k < 4; k++)
            add(&dna, 1 + (uint64_t)k, A - 10 * k, B + 10 * k, 0, 1, 0);
        ps_junction_call call = call_with(NULL, &dna, rows[i].purity);
        assert_int_equal(call.state, rows[i].detected ? PS_JUNCTION_DETECTED : PS_JUNCTION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_JUNCTION_FEW_CELLS), !rows[i].detected);
        assert_int_equal(call.n_breakpoints, 1);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Many split reads without one pair, where pairs are expected, are no junction; nor said to be none. */
static void split_reads_without_pairs(void **state) {
    (void)state;
    for (int n = 4; n < 16; n += 6)
        for (int pairs = 0; pairs < 2; pairs++)
            for (int insert = 170; insert < 500; insert += 230) {
                ps_read_evidence dna = dna_of(40);
                double bases = 0;
                for (size_t i = 0; i < dna.junctions.n_cells; i++)
                    bases += (double)dna.junctions.cell_bases[i];
                dna.junctions.window_fragments = (uint64_t)(bases / insert);
                dna.junctions.chimeric[0][5] = 3;
                for (int k = 0; k < n; k++)
                    add(&dna, 1 + (uint64_t)k, A, B, 1, 1, 0);
                if (pairs)
                    add(&dna, 50, A - 30, B + 30, 0, 1, 0);
                ps_junction_call call = call_with(NULL, &dna, NAN);
                int unpaired = n > 8 && !pairs && insert > 300;
                assert_int_equal(call.state, unpaired ? PS_JUNCTION_NOT_ASSESSABLE : PS_JUNCTION_DETECTED);
                assert_int_equal(has_reason(&call.reasons, PS_REASON_JUNCTION_UNRESOLVED), unpaired);
                free_call(&call);
                ps_read_evidence_free(&dna);
            }
}

/* IGH's side placed with low quality counts half, and is said. */
static void low_mapping_quality_in_igh(void **state) {
    (void)state;
    for (int low = 0; low < 2; low++) {
        ps_read_evidence dna = dna_of(30);
        for (int k = 0; k < 8; k++) {
            add(&dna, 1 + (uint64_t)k, A - 10 * k, B + 10 * k, 0, 1, 0);
            dna.junctions.junction[k].low_b = (uint8_t)low;
        }
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state, PS_JUNCTION_DETECTED);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_IGH_LOW_MAPQ), low);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Reads that stop where a split read stops and go on with its bases are split reads too; others are not. */
static void clips_beside_a_split_read(void **state) {
    (void)state;
    uint64_t seed = 6;
    char derived[201] = "";
    for (int i = 0; i < 200; i++)
        derived[i] = "ACGT"[unit_below(&seed, 4)];
    for (int side = 0; side < 2; side++) {
        ps_read_evidence dna = dna_of(30);
        add(&dna, 1, A, B, 1, 1, 0);
        const char *at = side ? derived + 99 : derived + 100;
        int32_t pos0 = side ? B - 2 : A; /* in IGH, two bases before: chromosome 11 keeps what both claim */
        add_clip(&dna, dna.junctions.junction[0].fragment, side, pos0, !side, at, 30);
        add_clip(&dna, 2, side, pos0, !side, at, 9);
        add_clip(&dna, 3, side, pos0, !side, at, 12);
        add_clip(&dna, 4, side, pos0, !side, derived + 50, 12);
        ps_junction_call call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.split, 3);
        assert_int_equal(call.n_breakpoints, 1);
        assert_int_equal(call.breakpoint[0].pos_a1, A + 1);
        assert_int_equal(call.breakpoint[0].pos_b1, B + 1);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Clips of one side alone place that side of a cluster of pairs, and add nothing to its fragments. */
static void clips_of_one_side(void **state) {
    (void)state;
    for (int n = 1; n <= 2; n++)
        for (int right = 0; right < 2; right++) {
            ps_read_evidence dna = dna_of(30);
            char bases[65];
            memset(bases, 'C', sizeof bases);
            for (int i = 0; i < 5; i++)
                add(&dna, (uint64_t)i, A + 10 * i, B + 10 * i, 0, right, 0);
            int32_t last = right ? A + 40 : A, place = right ? last + 77 : last - 77;
            for (int i = 0; i < n; i++)
                add_clip(&dna, 100 + (uint64_t)i, 0, place, right, bases + 32, 20);
            ps_junction_call call = call_with(NULL, &dna, NAN);
            const ps_breakpoint *k = &call.breakpoint[0];
            assert_int_equal(k->discordant, 5);
            assert_int_equal(k->split, 0);
            assert_int_equal(k->exact, 0);
            assert_int_equal(k->pos_a1, (n == 2 ? place : last) + 1);
            assert_int_equal(k->range_a[right], n == 2 ? 0 : right ? 800 : -800);
            assert_int_equal(k->range_a[!right], n == 2 ? 0 : right ? -10 : 10);
            assert_int_equal(k->range_b[0], -800);
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
}

/* 6.2958 fragments have 95 % power for 3: on one of two alleles, 2 x 6.2958 / coverage of the cells. Fragments of 400
 * bases show a junction in 340 of them. */
static void limit_of_a_negative(void **state) {
    (void)state;
    for (int lengths = 0; lengths < 2; lengths++) {
        ps_read_evidence dna = dna_of(40);
        if (lengths)
            dna.junctions.window_fragments = (uint64_t)(96 * 40.0 * PS_WINDOW_CELL / 400);
        ps_junction_call call = call_with(NULL, &dna, 0.34);
        assert_near(call.limit_cells, 2 * 6.2958 / 40 * (lengths ? 400 / 340.0 : 1), 1e-4);
        assert_int_equal(call.state, lengths ? PS_JUNCTION_NOT_ASSESSABLE : PS_JUNCTION_NOT_DETECTED);
        free_call(&call);
        dna.junctions.thinned = 1; /* half of the fragments were set aside */
        call = call_with(NULL, &dna, NAN);
        assert_near(call.limit_cells, 2 * 2 * 6.2958 / 40 * (lengths ? 400 / 340.0 : 1), 1e-4);
        free_call(&call);
        dna.junctions.thinned = PS_MAX_THINNING + 1;
        call = call_with(NULL, &dna, NAN);
        assert_int_equal(call.state, PS_JUNCTION_NOT_ASSESSABLE);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* 200 samples with chance pairs only: 3 % of a usual genome's chimeric pairs fall anywhere, IGH as often as allowed
 * for. */
static void chance_makes_no_junction(void **state) {
    (void)state;
    uint64_t seed = 31;
    double window = panel.ccnd1_window.end0 - panel.ccnd1_window.beg0;
    int detected = 0;
    for (int draw = 0; draw < 200; draw++) {
        ps_read_evidence dna = dna_of(30);
        dna.junctions.window_chimeric = 6000;
        uint64_t n = unit_poisson(&seed, 6000 * 5 * 1.35e6 / 3.1e9);
        for (uint64_t i = 0; i < n; i++)
            add(&dna, i, panel.ccnd1_window.beg0 + (int32_t)(unit_uniform(&seed) * window),
                panel.igh.beg0 + (int32_t)(unit_uniform(&seed) * 1.3e6), (int)unit_below(&seed, 2),
                (int)unit_below(&seed, 2), (int)unit_below(&seed, 2));
        ps_junction_call call = call_with(NULL, &dna, NAN);
        detected += call.state == PS_JUNCTION_DETECTED;
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    assert_int_equal(detected, 0);
}

/* Guards against: junction.c set_background(): IGH's share of chance pairs is taken from its length (0.2 %), but in
 * RNA of plasma cells a third of all fragments is IGH. A CCND1-positive library with 300 chimeric pairs, a third of
 * them to IGH, is "detected", and ccnd1 then says t(11;14) */
static void rna_chimeras_of_two_abundant_transcripts(void **state) {
    (void)state;
    uint64_t seed = 41;
    ps_read_evidence rna = case_evidence(PS_INPUT_RNA);
    rna.junctions.window_chimeric = 200;
    for (uint64_t i = 0; i < 100; i++) /* spread over the exons of CCND1, to anywhere in the constant genes */
        add(&rna, i, 69651117 + (int32_t)unit_below(&seed, 3300), 105600000 + (int32_t)unit_below(&seed, 140000), 0,
            (int)unit_below(&seed, 2), (int)unit_below(&seed, 2));
    ps_junction_call call = call_with(&rna, NULL, NAN);
    assert_int_not_equal(call.state, PS_JUNCTION_DETECTED);
    free_call(&call);
    ps_read_evidence_free(&rna);
}

/* Guards against: junction.c measure_power(): without --purity a pure sample is taken for granted, and no reason says
   so (copynumber.c gives purity-assumed) */
static void assumed_purity_is_said(void **state) {
    (void)state;
    ps_read_evidence dna = dna_of(15);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_true(call.state != PS_JUNCTION_NOT_DETECTED || has_reason(&call.reasons, PS_REASON_PURITY_ASSUMED));
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* Guards against: junction.c find_clusters() looks at the chromosome 11 side only: three fragments to three places of
   IGH a megabase apart, in both directions there, are one cluster with one breakpoint */
static void partners_must_agree(void **state) {
    (void)state;
    ps_read_evidence dna = dna_of(30);
    for (int i = 0; i < 3; i++)
        add(&dna, (uint64_t)i, A + 100 * i, B + 400000 * (i - 1), 0, 1, i % 2);
    ps_junction_call call = call_with(NULL, &dna, NAN);
    assert_int_not_equal(call.state, PS_JUNCTION_DETECTED);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* Without either chromosome there is no junction to see, whatever the depth. */
static void without_a_chromosome(void **state) {
    (void)state;
    const int contigs[] = {panel.ccnd1_window.contig, panel.igh.contig};
    for (int k = 0; k < 2; k++)
        for (int by_bins = 0; by_bins < 2; by_bins++) {
            ps_read_evidence e = dna_of(60);
            if (!by_bins)
                e.missing_contigs = (uint64_t)1 << contigs[k];
            for (int i = 0; i < panel.n_bins && by_bins; i++)
                e.bins.bin[i] = panel.bins[i].span.contig == contigs[k] ? 0 : 30;
            ps_junction_call call = call_with(NULL, &e, NAN);
            assert_int_equal(call.state, PS_JUNCTION_NOT_ASSESSABLE);
            assert_true(has_reason(&call.reasons, PS_REASON_CONTIG_ABSENT));
            free_call(&call);
            ps_read_evidence_free(&e);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_chromosome),
        cmocka_unit_test(nothing_given),
        cmocka_unit_test(power),
        cmocka_unit_test(fragments_make_a_cluster),
        cmocka_unit_test(a_fragment_counts_once),
        cmocka_unit_test(exact_breakpoint),
        cmocka_unit_test(background),
        cmocka_unit_test(background_is_local),
        cmocka_unit_test(a_hostile_pile),
        cmocka_unit_test(copies_count_once),
        cmocka_unit_test(both_sides_of_a_pair),
        cmocka_unit_test(clips_that_match),
        cmocka_unit_test(the_longest_clip_speaks),
        cmocka_unit_test(longer_repeats_are_no_junction),
        cmocka_unit_test(repeats_that_are_placed_in_igh),
        cmocka_unit_test(reciprocal_products_count_together),
        cmocka_unit_test(igh_joined_to_another_place),
        cmocka_unit_test(mates_on_other_contigs),
        cmocka_unit_test(a_small_share),
        cmocka_unit_test(split_reads_without_pairs),
        cmocka_unit_test(low_mapping_quality_in_igh),
        cmocka_unit_test(clips_beside_a_split_read),
        cmocka_unit_test(clips_of_one_side),
        cmocka_unit_test(limit_of_a_negative),
        cmocka_unit_test(chance_makes_no_junction),
        cmocka_unit_test(rna_chimeras_of_two_abundant_transcripts),
        cmocka_unit_test(assumed_purity_is_said),
        cmocka_unit_test(partners_must_agree),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
