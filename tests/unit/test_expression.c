/* Guards against: test_expression.c - CCND1 expression on typed gene counts: 100 fragments per kb on every reference
 * gene but for what a test changes (the median of their centres is 0), plasma-cell markers at their centres, so a
 * gene's log2 ratio is log2(its fragments per kb / 100) and the plasma share is 1. */
#include "unit_case.h"
#include "unit_random.h"

enum { UNIT_RATE = 100 };

static void set_gene(ps_read_evidence *e, int gene, double per_kb) {
    uint64_t n = (uint64_t)floor(per_kb * panel.genes[gene].length / 1000 + 0.5);
    e->genes.gene[gene] =
        (ps_gene_count){.fragments = n, .sense = n / 2, .antisense = n - n / 2, .reads = 2 * n, .spliced = n / 2};
}

static double centre_of(int gene) {
    return isfinite(panel.genes[gene].centre) ? panel.genes[gene].centre : 3; /* XBP1 has none */
}

static void set_share(ps_read_evidence *e, double rate, double share) {
    for (int i = 0; i < panel.n_genes; i++)
        if (panel.genes[i].role == PS_ROLE_PLASMA_CELL)
            set_gene(e, i, rate * share * exp2(centre_of(i)));
}

static ps_read_evidence plain(double rate, double ccnd1_log2) {
    ps_read_evidence e = case_evidence(PS_INPUT_RNA);
    for (int i = 0; i < panel.n_genes; i++)
        if (panel.genes[i].role == PS_ROLE_REFERENCE)
            set_gene(&e, i, rate);
        else if (panel.genes[i].role == PS_ROLE_OTHER_CELL)
            set_gene(&e, i, rate / 128);
    set_share(&e, rate, 1);
    set_gene(&e, panel.ccnd1, rate * exp2(ccnd1_log2));
    return e;
}

static ps_expression_call call_of(const ps_read_evidence *rna) {
    ps_case c = case_of(rna, NULL, NULL);
    ps_expression_call call;
    ps_call_expression(&c, &call);
    return call;
}

static void free_call(ps_expression_call *call) {
    ps_calls all = {.expression = *call};
    ps_calls_free(&all);
}

/* `n` molecules over one exon, each in `copies` copies. */
static void put_molecules(ps_read_evidence *e, int n, int copies) {
    uint64_t seed = 5;
    ps_pile pile = {0};
    for (int i = 0; i < n; i++) {
        int32_t left = 25245000 + (int32_t)unit_below(&seed, 300), length = 150 + (int32_t)unit_below(&seed, 200);
        ps_molecule_key key = {.hash = unit_next(&seed) >> 1, .end0 = {left, left + length}};
        for (int k = 0; k < copies; k++)
            ps_pile_add(&pile, 0, &key);
    }
    ps_pile_finish(&pile, &e->codons.molecules);
}

/* Guards against: a counting interval, and posteriors, from copies of few molecules. */
static void copies_are_no_counts(void **state) {
    (void)state;
    ps_read_evidence once = plain(25, -3.2), copied = plain(100, -3.2);
    put_molecules(&once, 300, 1);
    put_molecules(&copied, 300, 4);
    ps_expression_call a = call_of(&once), b = call_of(&copied);
    assert_near(b.molecules, 0.25, 0.005);
    assert_near(a.molecules, 1, 0);
    assert_near(b.low, a.low, 0.05);
    assert_near(b.high, a.high, 0.05);
    assert_near(b.posterior[PS_LEVEL_LOW], a.posterior[PS_LEVEL_LOW], 0.02);
    free_call(&a);
    free_call(&b);
    ps_molecules_free(&copied.codons.molecules);
    a = call_of(&copied);
    assert_true(a.high - a.low < 0.6 * (b.high - b.low) + 0.2);
    free_call(&a);
    ps_read_evidence_free(&once);
    ps_read_evidence_free(&copied);
}

static void states(void **state) {
    (void)state;
    static const struct {
        double log2;
        ps_expression_state state;
        ps_reason_code reason;
    } rows[] = {
        {8, PS_EXPRESSION_OVER, PS_REASON_NONE},
        {4, PS_EXPRESSION_OVER, PS_REASON_NONE},
        {2.7, PS_EXPRESSION_NOT_ASSESSABLE, PS_REASON_BORDERLINE_EXPRESSION},
        {1.5, PS_EXPRESSION_INTERMEDIATE, PS_REASON_NONE},
        {0, PS_EXPRESSION_INTERMEDIATE, PS_REASON_NONE},
        {-1.5, PS_EXPRESSION_INTERMEDIATE, PS_REASON_NONE},
        {-2.8, PS_EXPRESSION_NOT_ASSESSABLE, PS_REASON_BORDERLINE_EXPRESSION},
        {-4, PS_EXPRESSION_NOT_OVER, PS_REASON_NONE},
        {-6, PS_EXPRESSION_NOT_OVER, PS_REASON_NONE},
        {-30, PS_EXPRESSION_NOT_OVER, PS_REASON_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, rows[i].log2);
        ps_expression_call call = call_of(&e);
        double sum = call.posterior[0] + call.posterior[1] + call.posterior[2];
        if (call.state != rows[i].state)
            fail_msg("log2 %g: %s", rows[i].log2, ps_expression_state_names[call.state]);
        if (rows[i].log2 > -10)
            assert_near(call.log2_ratio, rows[i].log2, rows[i].log2 < -5 ? 0.2 : 0.06);
        else
            assert_int_equal(call.fragments, 0);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_BORDERLINE_EXPRESSION),
                         rows[i].reason == PS_REASON_BORDERLINE_EXPRESSION);
        assert_true(has_reason(&call.reasons, PS_REASON_REFERENCE_ASSUMED));
        assert_near(call.reference_median, UNIT_RATE, 0.5);
        assert_near(sum, 1, 3e-6);
        if (call.state != PS_EXPRESSION_NOT_ASSESSABLE)
            assert_true(call.posterior[call.state - PS_EXPRESSION_NOT_OVER] >= 0.9);
        for (int l = 0; l < PS_N_LEVELS; l++) /* ln P(data | level) / P(data | low), not surer than 6 */
            assert_true(fabs(call.log_level[l]) <= 6 + 1e-9 &&
                        (call.state != PS_EXPRESSION_NOT_ASSESSABLE || call.log_level[l] == 0));
        assert_true(call.log_level[PS_LEVEL_LOW] == 0);
        assert_near(call.plasma_share.value, 1, 0.01);
        assert_true(call.plasma_share.low > 0.4 && call.plasma_share.high == 1 && call.plasma_share.markers == 10);
        assert_true(call.strand == PS_STRAND_NONE && isnan(call.z) && isnan(call.percentile));
        if (call.fragments > 0)
            assert_true(call.low < call.log2_ratio && call.log2_ratio < call.high);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* Ten ordinary marrow myelomas (CD138-selected, public FPKM): two very high, four intermediate, four low. One cut-off
 * had lumped the first two. */
static void ten_marrows(void **state) {
    (void)state;
    static const struct {
        double log2;
        ps_expression_state state;
    } rows[] = {
        {-7.68, PS_EXPRESSION_NOT_OVER},    {-5.72, PS_EXPRESSION_NOT_OVER},     {-4.54, PS_EXPRESSION_NOT_OVER},
        {-4.27, PS_EXPRESSION_NOT_OVER},    {-1.47, PS_EXPRESSION_INTERMEDIATE}, {-0.46, PS_EXPRESSION_INTERMEDIATE},
        {0.65, PS_EXPRESSION_INTERMEDIATE}, {0.92, PS_EXPRESSION_INTERMEDIATE},  {4.61, PS_EXPRESSION_OVER},
        {5.68, PS_EXPRESSION_OVER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, rows[i].log2);
        ps_expression_call call = call_of(&e);
        if (call.state != rows[i].state)
            fail_msg("log2 %g: %s", rows[i].log2, ps_expression_state_names[call.state]);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* The same cells diluted, CCND1 falling in step: never low. */
static void diluted_plasma_cells(void **state) {
    (void)state;
    static const struct {
        double share, log2;
    } rows[] = {{1, 0.5}, {0.5, -0.5}, {0.2, -1.8}, {0.06, -3.6}, {0.04, -4.1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, rows[i].log2);
        set_share(&e, UNIT_RATE, rows[i].share);
        ps_expression_call call = call_of(&e);
        assert_near(call.plasma_share.value, rows[i].share, 0.01);
        assert_near(call.per_cell, 0.5, 0.2);
        assert_int_equal(call.state,
                         rows[i].share >= 0.1 ? PS_EXPRESSION_INTERMEDIATE : PS_EXPRESSION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_LOW_PLASMA_CELLS), rows[i].share < 0.1);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* CCND1 that stroma may have lent decides nothing; as much of it beside far more CCND1 does not matter. */
static void other_cells_lend(void **state) {
    (void)state;
    static const struct {
        double stroma, log2;
        ps_expression_state state;
    } rows[] = {
        {-7, -1, PS_EXPRESSION_INTERMEDIATE},  {1, -1, PS_EXPRESSION_NOT_ASSESSABLE},
        {3, 0, PS_EXPRESSION_NOT_ASSESSABLE},  {1, 5, PS_EXPRESSION_OVER},
        {-3, -6, PS_EXPRESSION_NOT_OVER},      {3, -6, PS_EXPRESSION_NOT_OVER},
        {0, -2, PS_EXPRESSION_NOT_ASSESSABLE}, /* undecided as the plasma cells' own: not low as the stroma's */
        {3, -1, PS_EXPRESSION_NOT_ASSESSABLE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, rows[i].log2);
        for (int g = 0; g < panel.n_genes; g++)
            if (!strcmp(panel.genes[g].cell, "stroma"))
                set_gene(&e, g, UNIT_RATE * exp2(rows[i].stroma));
        ps_expression_call call = call_of(&e);
        if (call.state != rows[i].state)
            fail_msg("stroma %g, log2 %g: %s", rows[i].stroma, rows[i].log2, ps_expression_state_names[call.state]);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_OTHER_CELLS),
                         rows[i].state == PS_EXPRESSION_NOT_ASSESSABLE);
        assert_near(call.other_log2, rows[i].stroma - 2, rows[i].stroma > -5 ? 0.3 : 2);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* No single marker decides: each of them lost, or a thousand times as high, in turn. */
static void no_single_marker(void **state) {
    (void)state;
    for (int g = 0; g < panel.n_genes; g++)
        for (int high = 0; high < 2; high++) {
            if (panel.genes[g].role != PS_ROLE_PLASMA_CELL)
                continue;
            ps_read_evidence e = plain(UNIT_RATE, -6);
            set_share(&e, UNIT_RATE, 0.5);
            set_gene(&e, g, high ? 1000 * UNIT_RATE * exp2(centre_of(g)) : 0);
            ps_expression_call call = call_of(&e);
            assert_near(call.plasma_share.value, 0.5, 0.02);
            assert_int_equal(call.state, PS_EXPRESSION_NOT_OVER);
            free_call(&call);
            ps_read_evidence_free(&e);
        }
}

/* Samples drawn as the bench does (tests/bench/ccnd1/bench_expression.py), fewer: genes off by sd 0.5, a library by
 * 0.5, 30 % immunoglobulin. */
static void drawn_samples(void **state) {
    (void)state;
    enum { N = 300 };
    static const double shares[] = {1, 0.6, 0.3, 0.1, 0.06, 0.03};
    uint64_t seed = 3;
    int assessable[6] = {0}, right[6] = {0};
    for (int i = 0; i < N; i++) {
        int level = i % PS_N_LEVELS, at = i / PS_N_LEVELS % 6;
        double per_cell = panel.level[level].log2 + panel.level[level].sd * unit_normal(&seed);
        double rate = 0.7 * UNIT_RATE, library = 0.5 * unit_normal(&seed);
        ps_read_evidence e = plain(rate, -30);
        for (int g = 0; g < panel.n_genes; g++) {
            double off = 0.5 * unit_normal(&seed);
            if (panel.genes[g].role == PS_ROLE_REFERENCE)
                set_gene(&e, g, rate * exp2(panel.genes[g].centre + off));
            else if (panel.genes[g].role == PS_ROLE_PLASMA_CELL)
                set_gene(&e, g, rate * shares[at] * exp2(centre_of(g) + off));
        }
        set_gene(&e, panel.ccnd1, rate * shares[at] * exp2(per_cell + library));
        ps_expression_call call = call_of(&e);
        if (shares[at] < 0.1 && call.state == PS_EXPRESSION_NOT_OVER && call.plasma_share.value < 0.1)
            fail_msg("low at a share of %g", shares[at]);
        if (level > PS_LEVEL_LOW && call.state == PS_EXPRESSION_NOT_OVER && per_cell > -2)
            fail_msg("level %d, share %g, log2 %g: called low", level, shares[at], per_cell);
        assessable[at] += call.state != PS_EXPRESSION_NOT_ASSESSABLE;
        right[at] += call.state == (ps_expression_state)(PS_EXPRESSION_NOT_OVER + level);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
    int all = assessable[0] + assessable[1] + assessable[2], good = right[0] + right[1] + right[2];
    if (all < 110 || good < 0.97 * all)
        fail_msg("%d right of %d assessable of 150", good, all);
}

/* A call as if of other counts is the call of those counts. */
static void as_if(void **state) {
    (void)state;
    ps_read_evidence e = plain(UNIT_RATE, 0);
    ps_expression_call first = call_of(&e);
    ps_read_evidence_free(&e);
    for (double log2_ratio = -8; log2_ratio < 4; log2_ratio += 0.19)
        for (int rate = UNIT_RATE; rate <= 4 * UNIT_RATE; rate *= 2) {
            e = plain(rate, log2_ratio);
            ps_expression_call call = call_of(&e);
            assert_int_equal(ps_expression_as_if(&panel, &first, (uint64_t)call.fragments, rate / (double)UNIT_RATE),
                             call.state);
            free_call(&call);
            ps_read_evidence_free(&e);
        }
    free_call(&first);
}

/* Garwood's interval for 10 counts is 4.7954 to 18.3904; for 0, 0 to 3.6889. */
static void counting_interval(void **state) {
    (void)state;
    ps_read_evidence e = plain(UNIT_RATE, 0);
    double kb = panel.genes[panel.ccnd1].length / 1000.0;
    e.genes.gene[panel.ccnd1] = (ps_gene_count){.fragments = 10, .sense = 5, .antisense = 5};
    ps_expression_call call = call_of(&e);
    assert_near(call.low, log2(4.795389 / kb / call.reference_median), 1e-4);
    assert_near(call.high, log2(18.390356 / kb / call.reference_median), 1e-4);
    assert_near(call.log2_ratio, log2(10.5 / kb / call.reference_median), 1e-4);
    free_call(&call);
    e.genes.gene[panel.ccnd1] = (ps_gene_count){0};
    call = call_of(&e);
    assert_true(isnan(call.low));
    assert_near(call.high, log2(3.688879 / kb / call.reference_median), 1e-4);
    free_call(&call);
    ps_read_evidence_free(&e);
}

/* No CCND1 fragment: "not" only where an intermediate level would have shown some (8 of them at its centre are few).
 */
static void shallow_is_not_negative(void **state) {
    (void)state;
    double kb = panel.genes[panel.ccnd1].length / 1000.0, edge = 8 / kb; /* fragments per kb */
    for (int deep = 0; deep < 2; deep++) {
        ps_read_evidence e = plain(deep ? 6 * edge : 0.4 * edge, -30);
        for (int i = 0; i < panel.n_genes; i++) /* keep the gate on the total open */
            if (!strcmp(panel.genes[i].name, "GAPDH"))
                set_gene(&e, i, 3000);
        ps_expression_call call = call_of(&e);
        assert_true(call.reference_fragments >= 2000);
        assert_int_equal(call.state, deep ? PS_EXPRESSION_NOT_OVER : PS_EXPRESSION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_DEPTH_BELOW_THRESHOLD), !deep);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

static void gates(void **state) {
    (void)state;
    enum { FEW_FRAGMENTS, FEW_GENES, NOT_SPLICED, FEW_PLASMA, STROMA, NO_READS, UNSPLICED, LATE, N_GATES };
    static const ps_reason_code reason[N_GATES] = {PS_REASON_FEW_REFERENCE_FRAGMENTS,
                                                   PS_REASON_FEW_REFERENCE_FRAGMENTS,
                                                   PS_REASON_NOT_RNA,
                                                   PS_REASON_LOW_PLASMA_CELLS,
                                                   PS_REASON_LOW_PLASMA_CELLS,
                                                   PS_REASON_FEW_REFERENCE_FRAGMENTS,
                                                   PS_REASON_NOT_RNA,
                                                   PS_REASON_LATE_READS};
    for (int gate = 0; gate < N_GATES; gate++) {
        ps_read_evidence e = plain(gate == FEW_FRAGMENTS ? 10 : UNIT_RATE, 1);
        int kept = 0;
        for (int i = 0; i < panel.n_genes; i++) {
            ps_role role = panel.genes[i].role;
            if (gate == FEW_GENES && role == PS_ROLE_REFERENCE && kept++ >= 11)
                e.genes.gene[i] = (ps_gene_count){0};
            if (gate == NOT_SPLICED)
                e.genes.gene[i].spliced = e.genes.gene[i].reads / 40;
            if (gate == FEW_PLASMA && role == PS_ROLE_PLASMA_CELL)
                set_gene(&e, i, 0.1);
            if (gate == STROMA && role == PS_ROLE_PLASMA_CELL)
                set_gene(&e, i, UNIT_RATE * 0.05 * exp2(centre_of(i)));
            if (gate == STROMA && !strcmp(panel.genes[i].cell, "stroma"))
                set_gene(&e, i, 17 * UNIT_RATE);
            if (gate == UNSPLICED)
                e.genes.gene[i].unspliced = 2 * e.genes.gene[i].spliced;
            if (gate == LATE)
                memcpy(e.genes.gene[i].third, (uint64_t[]){10, 10, 90}, sizeof e.genes.gene[i].third);
            if (gate == NO_READS)
                e.genes.gene[i] = (ps_gene_count){0};
        }
        ps_expression_call call = call_of(&e);
        if (call.state != PS_EXPRESSION_NOT_ASSESSABLE || !has_reason(&call.reasons, reason[gate]))
            fail_msg("gate %d: %s", gate, ps_expression_state_names[call.state]);
        assert_true(call.log_level[PS_LEVEL_VERY_HIGH] == 0 && call.log_level[PS_LEVEL_INTERMEDIATE] == 0);
        if (gate == STROMA) {
            assert_string_equal(call.high_cell, "stroma");
            assert_non_null(strstr(detail_of(&call.reasons, reason[gate]), "stroma"));
        }
        assert_int_equal(call.n_cells, gate == NO_READS ? 0 : 8);
        assert_int_equal(call.n_genes, panel.n_genes);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
    ps_expression_call call = call_of(NULL);
    assert_int_equal(call.state, PS_EXPRESSION_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_NO_RNA) && call.fragments == -1 && isnan(call.log2_ratio));
    free_call(&call);
}

/* Tissue that has none of either kind of marker is not assessable, whatever its CCND1. */
static void no_plasma_cells_at_all(void **state) {
    (void)state;
    for (int high = 0; high < 2; high++) {
        ps_read_evidence e = plain(10 * UNIT_RATE, high ? 0 : -6);
        for (int g = 0; g < panel.n_genes; g++)
            if (panel.genes[g].role == PS_ROLE_PLASMA_CELL || panel.genes[g].role == PS_ROLE_OTHER_CELL)
                set_gene(&e, g, UNIT_RATE / 10);
        ps_expression_call call = call_of(&e);
        assert_true(has_reason(&call.reasons, PS_REASON_LOW_PLASMA_CELLS));
        assert_int_equal(call.state, PS_EXPRESSION_NOT_ASSESSABLE);
        assert_non_null(strstr(detail_of(&call.reasons, PS_REASON_LOW_PLASMA_CELLS), "0.1 needed"));
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* DNA among the RNA lends CCND1 the unspliced share of what a reference gene has: an expression must stand out from
 * it, while absence is absence all the more. */
static void unspliced_background(void **state) {
    (void)state;
    static const struct {
        double log2, share;
        ps_expression_state state;
    } rows[] = {
        {-1, 0.2, PS_EXPRESSION_INTERMEDIATE}, {-1, 0.3, PS_EXPRESSION_NOT_ASSESSABLE},
        {1, 0.5, PS_EXPRESSION_INTERMEDIATE},  {-1, 0, PS_EXPRESSION_INTERMEDIATE},
        {-6, 0.3, PS_EXPRESSION_NOT_OVER},     {-0.2, 0.45, PS_EXPRESSION_NOT_ASSESSABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, rows[i].log2);
        for (int g = 0; g < panel.n_genes; g++) {
            e.genes.gene[g].spliced = 1000;
            e.genes.gene[g].unspliced = (uint64_t)(1000 * rows[i].share / (1 - rows[i].share) + 0.5);
            e.genes.gene[g].reads = 2000;
        }
        ps_expression_call call = call_of(&e);
        assert_near(call.unspliced_share, rows[i].share, 0.002);
        if (call.state != rows[i].state)
            fail_msg("log2 %g, share %g: %s", rows[i].log2, rows[i].share, ps_expression_state_names[call.state]);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_NOT_RNA), call.state == PS_EXPRESSION_NOT_ASSESSABLE);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

static void strandedness(void **state) {
    (void)state;
    static const struct {
        double sense;
        ps_strandedness strand;
    } rows[] = {{0.5, PS_STRAND_NONE}, {0.84, PS_STRAND_NONE},      {0.86, PS_STRAND_SENSE},
                {1, PS_STRAND_SENSE},  {0.14, PS_STRAND_ANTISENSE}, {0, PS_STRAND_ANTISENSE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, 0);
        for (int g = 0; g < panel.n_genes; g++) {
            e.genes.gene[g].sense = (uint64_t)floor((double)e.genes.gene[g].fragments * rows[i].sense + 0.5);
            e.genes.gene[g].antisense = e.genes.gene[g].fragments - e.genes.gene[g].sense;
        }
        /* CCND1 is drowned by a neighbour on the other strand, which a stranded library leaves out */
        ps_gene_count *c = &e.genes.gene[panel.ccnd1];
        uint64_t own = c->fragments;
        c->fragments = 2 * own;
        c->sense = c->antisense = own;
        ps_expression_call call = call_of(&e);
        assert_int_equal(call.strand, rows[i].strand);
        assert_int_equal(call.fragments, rows[i].strand == PS_STRAND_NONE ? 2 * own : own);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* A fifth of the reference genes four times as high, or lost: the ratio moves by less than 0.5. */
static void outliers_among_the_reference(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (int repeat = 0; repeat < 60; repeat++) {
        ps_read_evidence e = plain(UNIT_RATE, -5.2);
        int reference = 0;
        for (int i = 0; i < panel.n_genes; i++)
            if (panel.genes[i].role == PS_ROLE_REFERENCE) {
                double spread = exp2(0.8 * unit_normal(&seed));
                double factor = repeat % 2 ? 4 : 0.1;
                set_gene(&e, i,
                         UNIT_RATE * exp2(panel.genes[i].centre) * (repeat < 4 ? 1 : spread) *
                             (reference++ % 5 == repeat % 5 ? factor : 1));
            }
        ps_expression_call call = call_of(&e);
        assert_near(call.log2_ratio, -5.2, repeat < 4 ? 0.12 : 0.9);
        assert_int_equal(call.state, PS_EXPRESSION_NOT_OVER);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* A file without the chromosome is not one without expression: by its header, or by common SNPs that are seen
 * elsewhere. */
static void without_chromosome_11(void **state) {
    (void)state;
    int contig = panel.genes[panel.ccnd1].contig;
    for (int kind = 0; kind < 4; kind++) {
        ps_read_evidence e = plain(UNIT_RATE, -30);
        if (kind == 1)
            e.missing_contigs = (uint64_t)1 << contig;
        for (int i = 0; i < panel.n_snps && kind > 1;
             i++) /* half of them are covered; on chromosome 11 none, or one */
            e.snps.snp[i].ref = panel.snps[i].contig != contig ? (uint32_t)(i % 2 ? 9 : 0) : 0;
        for (int i = 0; i < panel.n_snps && kind == 3; i++)
            if (panel.snps[i].contig == contig) {
                e.snps.snp[i].alt = 1;
                break;
            }
        ps_expression_call call = call_of(&e);
        assert_int_equal(call.state, kind == 0 || kind == 3 ? PS_EXPRESSION_NOT_OVER : PS_EXPRESSION_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_CONTIG_ABSENT), kind == 1 || kind == 2);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* RNA covers few of the SNPs, but genes of other cells lie on the chromosome too: nothing of any of them is not RNA.
 */
static void nothing_on_the_chromosome(void **state) {
    (void)state;
    int contig = panel.genes[panel.ccnd1].contig;
    for (int kind = 0; kind < 4; kind++) { /* all there but CCND1; none; none in a shallow file; one read left out */
        ps_read_evidence e = plain(kind == 2 ? UNIT_RATE / 20 : 4 * UNIT_RATE, -30);
        for (int i = 0; i < panel.n_genes; i++)
            if (panel.genes[i].contig == contig && kind > 0)
                e.genes.gene[i] = (ps_gene_count){.left_out = kind == 3 && i == panel.ccnd1};
        ps_expression_call call = call_of(&e);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_CONTIG_ABSENT), kind == 1);
        assert_int_equal(call.state == PS_EXPRESSION_NOT_OVER, kind == 0 || kind == 3);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

/* Reads that were left out might have been the expression; a few beside many that count are none. */
static void left_out_reads(void **state) {
    (void)state;
    static const struct {
        double log2;
        uint64_t left_out;
        ps_expression_state state;
    } rows[] = {{-30, 0, PS_EXPRESSION_NOT_OVER},         {-30, 10, PS_EXPRESSION_NOT_OVER},
                {-30, 400, PS_EXPRESSION_NOT_ASSESSABLE}, {-5, 400, PS_EXPRESSION_NOT_ASSESSABLE},
                {-5, 3, PS_EXPRESSION_NOT_OVER},          {5, 50000, PS_EXPRESSION_OVER}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = plain(UNIT_RATE, rows[i].log2);
        e.genes.gene[panel.ccnd1].left_out = rows[i].left_out;
        ps_expression_call call = call_of(&e);
        if (call.state != rows[i].state)
            fail_msg("log2 %g, %d left out: %s", rows[i].log2, (int)rows[i].left_out,
                     ps_expression_state_names[call.state]);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_READS_LEFT_OUT),
                         rows[i].state == PS_EXPRESSION_NOT_ASSESSABLE);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left_out_reads),
        cmocka_unit_test(nothing_on_the_chromosome),
        cmocka_unit_test(without_chromosome_11),
        cmocka_unit_test(states),
        cmocka_unit_test(copies_are_no_counts),
        cmocka_unit_test(ten_marrows),
        cmocka_unit_test(diluted_plasma_cells),
        cmocka_unit_test(other_cells_lend),
        cmocka_unit_test(no_single_marker),
        cmocka_unit_test(drawn_samples),
        cmocka_unit_test(as_if),
        cmocka_unit_test(counting_interval),
        cmocka_unit_test(shallow_is_not_negative),
        cmocka_unit_test(gates),
        cmocka_unit_test(no_plasma_cells_at_all),
        cmocka_unit_test(unspliced_background),
        cmocka_unit_test(strandedness),
        cmocka_unit_test(outliers_among_the_reference),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
