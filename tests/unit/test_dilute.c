/* Guards against: test_dilute.c - mixtures of typed evidence against the distributions that they must follow.
 *
 * Seeds are fixed, so a test that passes once always passes; the bounds are 3 to 4 standard deviations of the exact
 * distributions.
 */
#include "unit_case.h"

#include "plasmastrat/dilute.h"

enum { KRAS12_G12D = 16 * 2 + 4 * 0 + 3 }; /* GGT to GAT: G A T are 2 0 3 */

static int kras12, kras61, nras61;

static int load(void **state) {
    if (case_load(state) < 0)
        return -1;
    kras12 = codon_of("KRAS", 12);
    kras61 = codon_of("KRAS", 61);
    nras61 = codon_of("NRAS", 61);
    return 0;
}

static void add_allele(ps_read_evidence *e, int codon, int32_t beg0, int32_t end0, const char *alt, uint32_t f1r2,
                       uint32_t f2r1, uint32_t flagged, uint32_t depth) {
    e->codons.allele = ps_resize(e->codons.allele, e->codons.n_allele + 1, sizeof *e->codons.allele);
    e->codons.allele[e->codons.n_allele++] =
        (ps_allele_count){panel.codons[codon].locus, beg0, end0, ps_strdup(alt), {f1r2, f2r1}, {flagged, 0}, depth};
}

/* A file with a bit of everything: qualities, orientations, flags, errors, an indel. */
static ps_read_evidence varied(int depth, int carriers) {
    ps_read_evidence e = case_evidence(PS_INPUT_DNA);
    static const int qualities[] = {11, 22, 33, 40};
    const int codons[] = {kras12, kras61, nras61};
    for (size_t c = 0; c < 3; c++)
        for (int side = 0; side < 2; side++) {
            for (int q = 0; q < 4; q++)
                put(&e, codons[c], panel.codons[codons[c]].ref, side, qualities[q], depth / 10 + q);
            put_flagged(&e, codons[c], panel.codons[codons[c]].ref, PS_FLAG_READ_END, side, 37, depth / 20);
            put(&e, codons[c], (panel.codons[codons[c]].ref + 1) % 64, side, 22, 2); /* errors */
        }
    put(&e, kras12, KRAS12_G12D, PS_F1R2, 40, carriers / 2);
    put_flagged(&e, kras12, KRAS12_G12D, PS_FLAG_READ_END, PS_F2R1, 33, carriers - carriers / 2);
    put(&e, nras61, PS_HAP_INDEL, PS_F1R2, 30, carriers / 2 + 3);
    put(&e, nras61, PS_HAP_INDEL, PS_F2R1, 30, carriers / 2);
    int32_t at = panel.codons[nras61].pos0[1];
    add_allele(&e, nras61, at, at + 1, "", (uint32_t)carriers / 2 + 1, (uint32_t)carriers / 2, 3, 0);
    add_allele(&e, nras61, at, at + 2, "", 2, 0, 0, 0);
    uint32_t deep = 0;
    for (size_t i = 0; i < e.codons.n_codon; i++)
        deep += e.codons.codon[i].codon == nras61 ? e.codons.codon[i].n : 0;
    e.codons.allele[0].depth = e.codons.allele[1].depth = deep;
    return e;
}

static uint64_t depth_of(const ps_read_evidence *e, int codon) {
    uint64_t n = 0;
    for (size_t i = 0; i < e->codons.n_codon; i++)
        n += e->codons.codon[i].codon == codon ? e->codons.codon[i].n : 0;
    return n;
}

static uint64_t carriers_of(const ps_read_evidence *e, int codon, int hap) {
    uint64_t n = 0;
    for (size_t i = 0; i < e->codons.n_codon; i++)
        n += e->codons.codon[i].codon == codon && e->codons.codon[i].hap == hap ? e->codons.codon[i].n : 0;
    return n;
}

static uint64_t indels_of(const ps_read_evidence *e) {
    return e->codons.n_allele ? (uint64_t)e->codons.allele[0].n[0] + e->codons.allele[0].n[1] : 0;
}

static void assert_same(const ps_read_evidence *a, const ps_read_evidence *b) {
    assert_int_equal(a->codons.n_codon, b->codons.n_codon);
    assert_int_equal(a->codons.n_base, b->codons.n_base);
    assert_int_equal(a->codons.n_allele, b->codons.n_allele);
    assert_memory_equal(a->codons.codon, b->codons.codon, a->codons.n_codon * sizeof *a->codons.codon);
    for (size_t i = 0; i < a->codons.n_base; i++) {
        assert_int_equal(a->codons.base[i].codon, b->codons.base[i].codon);
        assert_int_equal(a->codons.base[i].base, b->codons.base[i].base);
        assert_int_equal(a->codons.base[i].side, b->codons.base[i].side);
        assert_int_equal(a->codons.base[i].quality, b->codons.base[i].quality);
        assert_int_equal(a->codons.base[i].n, b->codons.base[i].n);
    }
    for (size_t i = 0; i < a->codons.n_allele; i++) {
        const ps_allele_count *x = &a->codons.allele[i], *y = &b->codons.allele[i];
        assert_int_equal(x->locus, y->locus);
        assert_int_equal(x->beg0, y->beg0);
        assert_int_equal(x->end0, y->end0);
        assert_string_equal(x->alt, y->alt);
        assert_memory_equal(x->n, y->n, sizeof x->n);
        assert_memory_equal(x->flagged, y->flagged, sizeof x->flagged);
        assert_int_equal(x->depth, y->depth);
    }
}

/* ---- nothing and all ------------------------------------------------------------------------------------------- */

static void fraction_zero_is_the_file(void **state) {
    (void)state;
    ps_read_evidence wild = varied(300, 0), mutated = varied(500, 120), mixture;
    ps_dilute(&panel, &wild, &mutated, 0, 7, &mixture);
    assert_same(&mixture, &wild);
    assert_int_equal(mixture.role, PS_INPUT_DNA);
    assert_int_equal(mixture.given, 1);
    ps_read_evidence_free(&mixture);
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

static void fraction_one_of_equal_depth_is_the_other(void **state) {
    (void)state;
    ps_read_evidence wild = varied(300, 0), mutated = varied(300, 0), mixture;
    /* the same depths, but half of one row are carriers in the mutated file */
    for (size_t i = 0; i < mutated.codons.n_codon; i++)
        if (mutated.codons.codon[i].codon == kras12 &&
            mutated.codons.codon[i].hap == (panel.codons[kras12].ref + 1) % 64)
            mutated.codons.codon[i].hap = KRAS12_G12D;
    qsort(mutated.codons.codon, mutated.codons.n_codon, sizeof *mutated.codons.codon, case_by_key);
    ps_dilute(&panel, &wild, &mutated, 1, 7, &mixture);
    assert_same(&mixture, &mutated);
    ps_read_evidence_free(&mixture);
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* A deeper mutated file at fraction 1: the wild type's depth, the mutated file's rates. */
static void fraction_one_of_a_deeper_file(void **state) {
    (void)state;
    ps_read_evidence wild = varied(100, 0), mutated = varied(1000, 400), mixture;
    double depth = (double)depth_of(&wild, kras12), own = (double)depth_of(&mutated, kras12), sum = 0;
    double rate = (double)carriers_of(&mutated, kras12, KRAS12_G12D) / own;
    enum { N = 400 };
    for (uint64_t i = 0; i < N; i++) {
        ps_dilute(&panel, &wild, &mutated, 1, i, &mixture);
        assert_int_equal(depth_of(&mixture, kras12), (uint64_t)depth);
        sum += (double)carriers_of(&mixture, kras12, KRAS12_G12D);
        ps_read_evidence_free(&mixture);
    }
    double sd = sqrt(depth * rate * (1 - rate) * (own - depth) / (own - 1)); /* hypergeometric */
    assert_near(sum / N, depth * rate, 3 * sd / sqrt(N));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* ---- what stays together --------------------------------------------------------------------------------------- */

static uint64_t bases_of(const ps_read_evidence *e, int codon, int base, int side) {
    uint64_t n = 0;
    for (size_t i = 0; i < e->codons.n_base; i++)
        n += e->codons.base[i].codon == codon && e->codons.base[i].base == base && e->codons.base[i].side == side
                 ? e->codons.base[i].n
                 : 0;
    return n;
}

static void counts_are_conserved(void **state) {
    (void)state;
    ps_read_evidence wild = varied(200, 10), mutated = varied(400, 150), mixture;
    const int codons[] = {kras12, kras61, nras61};
    static const double fractions[] = {0.01, 0.3, 0.5, 0.9};
    for (size_t f = 0; f < 4; f++)
        for (uint64_t seed = 0; seed < 50; seed++) {
            ps_dilute(&panel, &wild, &mutated, fractions[f], seed, &mixture);
            for (size_t c = 0; c < 3; c++) {
                uint64_t side_n[2] = {0, 0};
                assert_int_equal(depth_of(&mixture, codons[c]), depth_of(&wild, codons[c]));
                for (size_t i = 0; i < mixture.codons.n_codon; i++)
                    if (mixture.codons.codon[i].codon == codons[c] && mixture.codons.codon[i].hap != PS_HAP_INDEL)
                        side_n[mixture.codons.codon[i].side] += mixture.codons.codon[i].n;
                for (int base = 0; base < 3; base++)
                    for (int side = 0; side < 2; side++)
                        assert_int_equal(bases_of(&mixture, codons[c], base, side), side_n[side]);
            }
            for (size_t i = 1; i < mixture.codons.n_codon; i++)
                assert_true(case_by_key(&mixture.codons.codon[i - 1], &mixture.codons.codon[i]) < 0);
            for (size_t i = 1; i < mixture.codons.n_base; i++)
                assert_true(case_by_base(&mixture.codons.base[i - 1], &mixture.codons.base[i]) < 0);
            for (size_t i = 0; i < mixture.codons.n_allele; i++) {
                const ps_allele_count *a = &mixture.codons.allele[i];
                assert_true(a->n[0] + a->n[1] <= carriers_of(&mixture, nras61, PS_HAP_INDEL));
                assert_true(a->flagged[0] <= a->n[0] + a->n[1]);
                assert_int_equal(a->depth, depth_of(&wild, nras61));
            }
            ps_read_evidence_free(&mixture);
        }
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* Carriers bring the quality of their changed base; the other two bases are a draw from all. */
static void qualities_follow_their_fragments(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA), mixture;
    put_both(&wild, kras12, panel.codons[kras12].ref, 40, 1000);
    put_both(&mutated, kras12, panel.codons[kras12].ref, 35, 600);
    put_both(&mutated, kras12, KRAS12_G12D, 25, 400);
    double at_25[3] = {0};
    enum { N = 200 };
    for (uint64_t seed = 0; seed < N; seed++) {
        ps_dilute(&panel, &wild, &mutated, 0.2, seed, &mixture);
        uint64_t carriers = carriers_of(&mixture, kras12, KRAS12_G12D), from_mutated = 0;
        assert_true(carriers > 40 && carriers < 120); /* 80 expected, sd 8.1 */
        for (int base = 0; base < 3; base++) {
            uint64_t n25 = 0;
            for (size_t i = 0; i < mixture.codons.n_base; i++) {
                const ps_base_count *b = &mixture.codons.base[i];
                n25 += b->base == base && b->quality == 25 ? b->n : 0;
                from_mutated += b->base == base && b->quality != 40 ? b->n : 0;
            }
            if (base == 1)
                assert_int_equal(n25, carriers);
            at_25[base] += (double)n25;
        }
        assert_int_equal(from_mutated % 3, 0); /* each fragment has three bases */
        ps_read_evidence_free(&mixture);
    }
    assert_near(at_25[0] / N, 80, 3 * 8.9 / sqrt(N));
    assert_near(at_25[2] / N, 80, 3 * 8.9 / sqrt(N));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* Codons 12 and 13 of KRAS changed in one fragment: such fragments are kept as their codon's carriers are. */
static void chains_follow_their_codon(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA), mixture;
    int kras13 = codon_of("KRAS", 13), contig = panel.loci[panel.codons[kras12].locus].contig;
    int hap13 = ps_codon_code("GAC"); /* reference GGC */
    int32_t beg0 = panel.codons[kras13].pos0[1], end0 = panel.codons[kras12].pos0[1] + 1;
    assert_int_equal(end0 - beg0, 4); /* minus strand: codon 13 lies left of codon 12 */
    char alt[5] = {0};
    for (int32_t p = beg0; p < end0; p++)
        alt[p - beg0] = ps_panel_base(&panel, contig, p);
    assert_true(alt[0] == 'C' && alt[3] == 'C');
    alt[0] = alt[3] = 'T'; /* G>A on the coding strand */
    put_both(&wild, kras12, panel.codons[kras12].ref, 40, 500);
    put_both(&wild, kras13, panel.codons[kras13].ref, 40, 500);
    put_both(&mutated, kras12, panel.codons[kras12].ref, 40, 700);
    put_both(&mutated, kras12, KRAS12_G12D, 40, 300);
    put_both(&mutated, kras13, panel.codons[kras13].ref, 40, 800);
    put_both(&mutated, kras13, hap13, 40, 200); /* all of them in the chain */
    add_allele(&mutated, kras12, beg0, end0, alt, 100, 100, 40, 1000);
    enum { N = 400 };
    double sum = 0, flagged = 0;
    for (uint64_t seed = 0; seed < N; seed++) {
        ps_dilute(&panel, &wild, &mutated, 0.2, seed, &mixture);
        assert_int_equal(mixture.codons.n_allele, 1);
        assert_string_equal(mixture.codons.allele[0].alt, alt);
        assert_int_equal(indels_of(&mixture), carriers_of(&mixture, kras13, hap13));
        sum += (double)indels_of(&mixture);
        flagged += mixture.codons.allele[0].flagged[0];
        ps_read_evidence_free(&mixture);
    }
    /* 100 of 500 fragments, a fifth of them with the change: 20, sd below that of Binomial(500, 0.04) */
    assert_near(sum / N, 20, 3 * 4.4 / sqrt(N));
    assert_near(flagged / N, 4, 3 * 2 / sqrt(N));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* ---- distributions --------------------------------------------------------------------------------------------- */

/* Carriers of n mixtures: mean and variance. */
static void moments(const ps_read_evidence *wild, const ps_read_evidence *mutated, double fraction, int n, int indels,
                    double *mean, double *variance) {
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++) {
        ps_read_evidence mixture;
        ps_dilute(&panel, wild, mutated, fraction, ps_dilution_seed(3, fraction, (uint64_t)i), &mixture);
        double x = indels ? (double)indels_of(&mixture) : (double)carriers_of(&mixture, kras12, KRAS12_G12D);
        sum += x;
        squares += x * x;
        ps_read_evidence_free(&mixture);
    }
    *mean = sum / n;
    *variance = (squares - sum * sum / n) / (n - 1);
}

/* m ~ Binomial(D, f) fragments come from the mutated file, Hypergeometric(own, k, m) of them carriers; D - m stay,
 * and of its w carriers Hypergeometric(D, w, D - m). Law of total variance. */
static void expected_vaf_is_the_mean(void **state) {
    (void)state;
    static const struct {
        int wild_depth, mutated_depth, carriers;
        double fraction;
    } rows[] = {{100, 100, 30, 0.05},    {500, 800, 300, 0.01},         {500, 800, 300, 0.4},
                {2000, 3000, 900, 0.05}, {100000, 200000, 50000, 0.02}, {40, 4000, 2000, 0.5}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA);
        double own = rows[i].mutated_depth, k = rows[i].carriers, f = rows[i].fraction, w = 4;
        double depth = rows[i].wild_depth, mean, variance;
        put_both(&wild, kras12, panel.codons[kras12].ref, 40, rows[i].wild_depth - 4);
        put_both(&wild, kras12, KRAS12_G12D, 30, 4); /* errors that stay */
        put_both(&mutated, kras12, panel.codons[kras12].ref, 37, rows[i].mutated_depth - rows[i].carriers);
        put_both(&mutated, kras12, KRAS12_G12D, 37, rows[i].carriers);
        enum { N = 2000 };
        moments(&wild, &mutated, f, N, 0, &mean, &variance);
        double m = depth * f, m_variance = depth * f * (1 - f), m_squared = m_variance + m * m;
        double within = k / own * (1 - k / own) * (own * m - m_squared) / (own - 1) +
                        w / depth * (1 - w / depth) * (depth * m - m_squared) / (depth - 1);
        double between = m_variance * (k / own - w / depth) * (k / own - w / depth);
        double expected = m * k / own + (depth - m) * w / depth, sd = sqrt(within + between);
        assert_near(mean, expected, 3 * sd / sqrt(N));
        assert_near(variance, sd * sd, 4 * sd * sd * sqrt(2.0 / N)); /* 4 sd of a variance, about normal */
        ps_read_evidence_free(&mutated);
        ps_read_evidence_free(&wild);
    }
}

static void indels_at_their_share(void **state) {
    (void)state;
    ps_read_evidence wild = varied(300, 0), mutated = varied(600, 200);
    double mean, variance, own = (double)depth_of(&mutated, nras61), depth = (double)depth_of(&wild, nras61);
    moments(&wild, &mutated, 0.25, 500, 1, &mean, &variance);
    /* the wild type's own allele 0 has one carrier */
    double expected = 0.25 * depth * (double)indels_of(&mutated) / own + 0.75 * (double)indels_of(&wild);
    assert_near(mean, expected, 3 * sqrt(expected / 500));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* Carriers that end inside the codon are in no codon row: kept by the share of the file. */
static void alleles_outside_the_codon_rows(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA);
    int32_t at = panel.codons[kras61].pos0[1];
    double mean, variance;
    add_allele(&wild, kras61, at, at, "A", 100, 100, 0, 200);
    moments(&wild, &mutated, 0.3, 500, 1, &mean, &variance);
    assert_near(mean, 140, 3 * sqrt(200 * 0.3 * 0.7 / 500));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

static double log_choose(int n, int k) {
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Every probability, not only two moments: by distribution (400 of 800, 65 of 130) and one by one (40 of 800). */
static void draws_are_hypergeometric(void **state) {
    (void)state;
    static const struct { int depth, own, carriers; } rows[] = {{400, 800, 20}, {40, 800, 20}, {65, 130, 60}};
    for (size_t d = 0; d < 3; d++) {
        int depth = rows[d].depth, own = rows[d].own, k = rows[d].carriers, seen[61] = {0};
        double sum = 0, share = (double)k / own;
        ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA);
        put_both(&wild, kras12, panel.codons[kras12].ref, 40, depth);
        put(&mutated, kras12, panel.codons[kras12].ref, PS_F1R2, 40, own - k);
        put(&mutated, kras12, KRAS12_G12D, PS_F1R2, 40, k);
        enum { N = 8000 };
        for (uint64_t i = 0; i < N; i++) {
            ps_read_evidence mixture;
            ps_dilute(&panel, &wild, &mutated, 1, ps_dilution_seed(1, 1, i), &mixture);
            uint64_t carriers = carriers_of(&mixture, kras12, KRAS12_G12D);
            seen[carriers]++;
            sum += (double)carriers;
            ps_read_evidence_free(&mixture);
        }
        for (int x = 0; x <= k; x++) {
            double p = x > depth || depth - x > own - k
                           ? 0
                           : exp(log_choose(k, x) + log_choose(own - k, depth - x) - log_choose(own, depth));
            assert_near(seen[x], N * p, 4 * sqrt(N * p * (1 - p)) + 1);
        }
        double sd = sqrt(depth * share * (1 - share) * (own - depth) / (own - 1));
        assert_near(sum / N, depth * share, 3 * sd / sqrt(N));
        ps_read_evidence_free(&mutated);
        ps_read_evidence_free(&wild);
    }
}

/* ---- edges ----------------------------------------------------------------------------------------------------- */

static void a_shallow_file_is_used_up(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA), mixture;
    put_both(&wild, kras12, panel.codons[kras12].ref, 40, 1000);
    put_both(&wild, kras61, panel.codons[kras61].ref, 40, 1000);
    put_both(&mutated, kras12, KRAS12_G12D, 40, 30);
    ps_dilute(&panel, &wild, &mutated, 0.5, 1, &mixture);
    assert_int_equal(carriers_of(&mixture, kras12, KRAS12_G12D), 30);
    assert_int_equal(depth_of(&mixture, kras12), 1000);
    assert_int_equal(depth_of(&mixture, kras61), 1000); /* not in the mutated file: stays as it is */
    ps_read_evidence_free(&mixture);
    ps_dilute(&panel, &mutated, &wild, 1, 1, &mixture); /* where the first file has nothing, nothing is mixed in */
    assert_int_equal(depth_of(&mixture, kras12), 30);
    assert_int_equal(depth_of(&mixture, kras61), 0);
    ps_read_evidence_free(&mixture);
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

static void nothing_to_mix(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA), mixture;
    ps_dilute(&panel, &wild, &mutated, 0.5, 1, &mixture);
    assert_true(mixture.codons.n_codon == 0 && mixture.codons.n_base == 0 && mixture.codons.n_allele == 0);
    ps_read_evidence_free(&mixture);
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

static void same_seed_same_mixture(void **state) {
    (void)state;
    ps_read_evidence wild = varied(200, 4), mutated = varied(300, 90), a, b;
    ps_dilute(&panel, &wild, &mutated, 0.3, 42, &a);
    ps_dilute(&panel, &wild, &mutated, 0.3, 42, &b);
    assert_same(&a, &b);
    ps_read_evidence_free(&b);
    ps_dilute(&panel, &wild, &mutated, 0.3, 43, &b);
    assert_true(a.codons.n_codon != b.codons.n_codon ||
                memcmp(a.codons.codon, b.codons.codon, a.codons.n_codon * sizeof *a.codons.codon) != 0);
    ps_read_evidence_free(&b);
    ps_read_evidence_free(&a);
    uint64_t seed = ps_dilution_seed(1, 0.01, 5);
    assert_true(seed == ps_dilution_seed(1, 0.01, 5) && seed != ps_dilution_seed(2, 0.01, 5) &&
                seed != ps_dilution_seed(1, 0.02, 5) && seed != ps_dilution_seed(1, 0.01, 6));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* The purpose of it all: found as often as the score's own power says. lod95 is the VAF found in 95 %. */
static void found_at_its_limit(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA);
    put_everywhere(&wild, 37, 600);
    put_everywhere(&mutated, 37, 600);
    put_reference(&mutated, kras12, 37, 300);
    put_both(&mutated, kras12, KRAS12_G12D, 37, 300);
    ps_case c = case_of(NULL, &wild, NULL);
    ps_calls calls = {0};
    ps_call_ras(&c, &calls.ras);
    double lod95 = calls.ras.codon[kras12].lod95;
    assert_true(lod95 > 0.005 && lod95 < 0.02);
    ps_calls_free(&calls);
    int found = 0;
    enum { N = 150 };
    for (uint64_t i = 0; i < N; i++) {
        ps_read_evidence mixture;
        ps_dilute(&panel, &wild, &mutated, 2 * lod95, ps_dilution_seed(1, lod95, i), &mixture);
        c.reads[PS_INPUT_DNA] = &mixture;
        ps_call_ras(&c, &calls.ras);
        for (size_t v = 0; v < calls.ras.n_variants; v++)
            found += calls.ras.variant[v].best.filter == PS_FILTER_PASS;
        ps_calls_free(&calls);
        ps_read_evidence_free(&mixture);
    }
    assert_near(found, 0.95 * N, 4 * sqrt(N * 0.95 * 0.05));
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

/* A deletion goes all the way: called in the mutated file, found as the same variant in its mixtures. */
static void deletions_are_found(void **state) {
    (void)state;
    ps_read_evidence wild = case_evidence(PS_INPUT_DNA), mutated = case_evidence(PS_INPUT_DNA);
    int32_t beg0 = panel.codons[kras12].pos0[2], end0 = beg0 + 3;
    char nothing[] = "";
    ps_left_align(&panel, panel.loci[panel.codons[kras12].locus].contig, &beg0, &end0, nothing); /* as evidence is */
    put_everywhere(&wild, 37, 600);
    put_everywhere(&mutated, 37, 600);
    put_reference(&mutated, kras12, 37, 400);
    put_both(&mutated, kras12, PS_HAP_INDEL, 37, 200);
    add_allele(&mutated, kras12, beg0, beg0 + 3, "", 100, 100, 0, 600);
    ps_case c = case_of(NULL, &mutated, NULL);
    ps_calls own = {0}, calls = {0};
    ps_call_ras(&c, &own.ras);
    assert_int_equal(own.ras.n_variants, 1);
    assert_int_equal(own.ras.variant[0].best.filter, PS_FILTER_PASS);
    for (uint64_t i = 0; i < 5; i++) {
        ps_read_evidence mixture;
        ps_dilute(&panel, &wild, &mutated, 0.2, i, &mixture);
        c.reads[PS_INPUT_DNA] = &mixture;
        ps_call_ras(&c, &calls.ras);
        assert_int_equal(calls.ras.n_variants, 1);
        assert_int_equal(calls.ras.variant[0].best.filter, PS_FILTER_PASS);
        assert_int_equal(calls.ras.variant[0].pos1, own.ras.variant[0].pos1);
        assert_string_equal(calls.ras.variant[0].ref, own.ras.variant[0].ref);
        assert_int_equal(calls.ras.variant[0].best.depth, 600);
        ps_calls_free(&calls);
        ps_read_evidence_free(&mixture);
    }
    ps_calls_free(&own);
    ps_read_evidence_free(&mutated);
    ps_read_evidence_free(&wild);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fraction_zero_is_the_file),
        cmocka_unit_test(fraction_one_of_equal_depth_is_the_other),
        cmocka_unit_test(fraction_one_of_a_deeper_file),
        cmocka_unit_test(counts_are_conserved),
        cmocka_unit_test(qualities_follow_their_fragments),
        cmocka_unit_test(chains_follow_their_codon),
        cmocka_unit_test(expected_vaf_is_the_mean),
        cmocka_unit_test(indels_at_their_share),
        cmocka_unit_test(alleles_outside_the_codon_rows),
        cmocka_unit_test(draws_are_hypergeometric),
        cmocka_unit_test(a_shallow_file_is_used_up),
        cmocka_unit_test(nothing_to_mix),
        cmocka_unit_test(same_seed_same_mixture),
        cmocka_unit_test(found_at_its_limit),
        cmocka_unit_test(deletions_are_found),
    };
    return cmocka_run_group_tests(tests, load, case_unload);
}
