/* Guards against: test_ras.c - the RAS caller on typed fragment counts.
 *
 * With one quality the score is a count. Counts and limits of detection were computed apart (negative binomial of
 * shape 10, and the Poisson log-normal mixture of a sample that hardly measures its spread; the worse of both), from
 * the panel's limits: false-call probability 1e-5 at hotspots and 1e-7 elsewhere, at least 3 fragments, errors
 * 10^(-q/10)/3 + 1e-5 per fragment and alternative, limit VAF 0.05.
 */
#include "../../src/callers/ras/score.h"

#include "unit_case.h"
#include "unit_random.h"

static const score_law usual_law = {.shape = 10};

static int code(const char *bases) {
    return ps_codon_code(bases);
}

static ps_ras_call call_of(const ps_read_evidence *rna, const ps_read_evidence *dna, const ps_read_evidence *normal,
                           const ps_variants *vcf) {
    ps_case c = case_of(rna, dna, normal);
    ps_ras_call call;
    c.vcf = vcf;
    ps_call_ras(&c, &call);
    return call;
}

static void free_call(ps_ras_call *call) {
    ps_calls all = {.ras = *call};
    ps_calls_free(&all);
    *call = (ps_ras_call){0};
}

static const ps_ras_variant *variant_of(const ps_ras_call *call, const char *gene, const char *protein) {
    for (size_t i = 0; i < call->n_variants; i++)
        if (!strcmp(panel.genes[call->variant[i].effect.gene].name, gene) &&
            !strcmp(call->variant[i].effect.protein, protein))
            return &call->variant[i];
    return NULL;
}

/* A panel may let bases of any quality count. Of quality 0 they are guesses: no odds, but a number. */
static void odds_of_guesses(void **state) {
    (void)state;
    double usual = panel.limits.min_base_quality;
    panel.limits.min_base_quality = 0;
    for (int quality = 0; quality <= 2; quality++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        int k12 = codon_of("KRAS", 12);
        put_everywhere(&dna, 40, 1000);
        put(&dna, k12, code("GAT"), PS_F1R2, 40, 30);
        put(&dna, k12, code("GAT"), PS_F2R1, 40, 30);
        put(&dna, k12, panel.codons[k12].ref, PS_F1R2, quality, 500);
        put(&dna, k12, code("GAT"), PS_F2R1, quality, 1);
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        const ps_ras_variant *v = variant_of(&call, "KRAS", "G12D");
        assert_true(v && v->best.lod > 20 && v->best.filter == PS_FILTER_PASS);
        assert_near(call.log_odds, 12, 1e-9);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    panel.limits.min_base_quality = usual;
}

/* ---- thresholds ------------------------------------------------------------------------------------------------ */

/* Fragments that a threshold asks for when all have one quality. */
static int fragments_at(const score_bins *bins, double error, int threshold) {
    int w = score_weight(bins, error);
    return (threshold + w - 1) / w;
}

static void fragments_needed(void **state) {
    (void)state;
    static const struct {
        double errors;
        int hotspot, other;
    } rows[] = {{0.001, 3, 3}, {0.01, 3, 4}, {0.033333333, 3, 4}, {0.1, 4, 6}, {1, 9, 12}, {10 / 3.0, 18, 22}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int depth = 500; depth <= 5000; depth *= 10) {
            score_bins bins = score_start((uint64_t)depth);
            double e = rows[i].errors / depth;
            score_add(&bins, e, e, depth);
            assert_int_equal(fragments_at(&bins, e, score_threshold(&bins, 1e-5, &usual_law, 3)), rows[i].hotspot);
            assert_int_equal(fragments_at(&bins, e, score_threshold(&bins, 1e-7, &usual_law, 3)), rows[i].other);
        }
    /* far beyond the grid the scaled sum stays within 3 % */
    static const int far[][3] = {{50, 158, 192}, {300, 896, 1088}};
    for (size_t i = 0; i < 2; i++) {
        score_bins bins = score_start(100000);
        double e = far[i][0] / 100000.0;
        score_add(&bins, e, e, 100000);
        assert_near(fragments_at(&bins, e, score_threshold(&bins, 1e-5, &usual_law, 3)), far[i][1], 0.03 * far[i][1]);
        assert_near(fragments_at(&bins, e, score_threshold(&bins, 1e-7, &usual_law, 3)), far[i][2], 0.03 * far[i][2]);
    }
}

static double binomial_mass(int k, int n, double p) {
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p));
}

static double nb_mass(int k, double r, double q) {
    return exp(lgamma(k + r) - lgamma(r) - lgamma(k + 1) + r * log1p(-q) + k * log(q));
}

/* Three qualities: the tails by summing over every combination of counts. */
static void scores_by_enumeration(void **state) {
    (void)state;
    static const double e[3] = {1e-4, 1e-3, 4e-3};
    static const int n[3] = {60, 40, 25};
    score_bins bins = score_start(125);
    double total = 0;
    int w[3];
    for (int b = 0; b < 3; b++) {
        score_add(&bins, e[b], e[b], n[b]);
        w[b] = score_weight(&bins, e[b]);
        total += e[b] * n[b];
    }
    assert_true(w[0] > w[1] && w[1] > w[2]);
    double q = total / (total + 10), f = 0.06;
    for (int threshold = 5; threshold < 90; threshold += 7) {
        double by_error = 0, by_variant = 0;
        for (int i = 0; i < 25; i++)
            for (int j = 0; j < 25; j++)
                for (int k = 0; k < 25; k++) {
                    if (i * w[0] + j * w[1] + k * w[2] >= threshold)
                        continue;
                    int count[3] = {i, j, k};
                    /* one gamma factor for all: the total is a negative binomial, the qualities share it out */
                    double null = nb_mass(i + j + k, 10, q) * exp(lgamma(i + j + k + 1)), variant = 1;
                    for (int b = 0; b < 3; b++) {
                        null *= exp(count[b] * log(e[b] * n[b] / total) - lgamma(count[b] + 1));
                        variant *= binomial_mass(count[b], n[b], f + (1 - f) * e[b]);
                    }
                    by_error += null;
                    by_variant += variant;
                }
        assert_near(score_tail(&bins, &usual_law, threshold), 1 - by_error, 1e-12);
        assert_near(score_power(&bins, f, threshold), 1 - by_variant, 1e-10);
    }
    int threshold = score_threshold(&bins, 1e-5, &usual_law, 1);
    assert_true(score_tail(&bins, &usual_law, threshold) < 1e-5 &&
                score_tail(&bins, &usual_law, threshold - 1) >= 1e-5);
    assert_true(score_threshold(&bins, 1e-5, &usual_law, 3) > 2 * w[0]); /* never by two fragments */
    double lod = score_lod95(&bins, threshold);
    assert_near(score_power(&bins, lod, threshold), 0.95, 1e-4);
}

/* lod95 is the VAF at which P(X >= needed) is 0.95: summed term by term. */
static void lod95_by_summing(void **state) {
    (void)state;
    static const int rows[][2] = {{3, 3}, {3, 10}, {3, 60}, {3, 124}, {4, 500}, {9, 400}, {12, 1000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int needed = rows[i][0], n = rows[i][1];
        score_bins bins = score_start((uint64_t)n);
        score_add(&bins, 1e-7, 0, n);
        double f = score_lod95(&bins, needed * score_weight(&bins, 1e-7)), below = 0;
        for (int k = 0; k < needed; k++)
            below += binomial_mass(k, n, f);
        assert_near(below, 0.05, 3e-4);
    }
    score_bins few = score_start(3);
    score_add(&few, 1e-4, 0, 3);
    assert_true(isnan(score_lod95(&few, 4 * score_weight(&few, 1e-4))));
    few = score_start(0);
    assert_true(isnan(score_lod95(&few, 3)));
}

/* Bins of up to five qualities over 1 to about 20,000 fragments. */
static score_bins any_bins(uint64_t *seed) {
    double depth = floor(exp(10 * unit_uniform(seed))), left = depth;
    score_bins bins = score_start((uint64_t)depth);
    for (int k = 0; k < 5 && left > 0; k++) {
        double n = k == 4 ? left : floor(left * unit_uniform(seed)), e = pow(10, -1 - 5 * unit_uniform(seed));
        if (n > 0)
            score_add(&bins, e, e * unit_uniform(seed), n);
        left -= n;
    }
    return bins;
}

/* Where most points of a bisection are known without looking, it ends where looking at each one ends. */
static void lod95_is_the_bisections(void **state) {
    (void)state;
    uint64_t seed = 31;
    int found = 0;
    for (int i = 0; i < 300; i++) {
        score_bins bins = any_bins(&seed);
        int threshold = score_threshold(&bins, 1e-5, &usual_law, 3);
        double low = 0, high = 1, lod = score_lod95(&bins, threshold);
        if (isnan(lod))
            continue;
        for (int k = 0; k < 40 && high - low > 1e-4 * high; k++) {
            double middle = (low + high) / 2;
            *(score_power(&bins, middle, threshold) < 0.95 ? &low : &high) = middle;
        }
        assert_true(lod == high);
        found++;
    }
    assert_true(found > 200);
}

/* A law of many nodes is the sum of its nodes, whichever are worked out side by side. */
static void many_nodes_are_summed(void **state) {
    (void)state;
    uint64_t seed = 32;
    for (int n = 1; n <= SCORE_MAX_NODES; n += 3) {
        score_bins bins = any_bins(&seed);
        score_law law = {.shape = 1e9, .n = n};
        for (int k = 0; k < n; k++) {
            law.node[k].weight = 1.0 / n;
            law.node[k].times = 1.01 + 3 * unit_uniform(&seed);
            law.node[k].extra = k % 5 ? 0 : 0.001;
        }
        for (int score = 1; score < 200; score += 40) {
            double sum = 0;
            for (int k = 0; k < n; k++) {
                score_law one = {.shape = 1e9, .n = 1, .node = {law.node[k]}};
                one.node[0].weight = 1;
                sum += score_tail(&bins, &one, score) / n;
            }
            assert_near(score_tail(&bins, &law, score), sum, 1e-12);
        }
    }
}

static void limits_of_codons(void **state) {
    (void)state;
    static const struct {
        int depth, quality;
        double hotspot, other;
    } rows[] = {
        {1000, 40, 0.007692245, 0.011765}, {1000, 30, 0.012768766, 0.0355632},   {500, 35, 0.015320094, 0.026022},
        {200, 40, 0.031100614, 0.038268},  {5000, 40, 0.002323863, 0.005527802}, {50, 40, 0.120576047, 0.120576},
    };
    int hotspot = codon_of("KRAS", 12), other = codon_of("KRAS", 100);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_reference(&dna, hotspot, rows[i].quality, rows[i].depth);
        put_reference(&dna, other, rows[i].quality, rows[i].depth);
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        assert_int_equal(call.codon[hotspot].depth, rows[i].depth);
        assert_near(call.codon[hotspot].lod95, rows[i].hotspot, 0.03 * rows[i].hotspot);
        assert_near(call.codon[other].lod95, rows[i].other, 0.03 * rows[i].other);
        assert_int_equal(call.codon[codon_of("NRAS", 12)].depth, 0);
        assert_true(isnan(call.codon[codon_of("NRAS", 12)].lod95));
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Fragments of poor quality add what they can tell and never take any away. */
static void poor_qualities(void **state) {
    (void)state;
    int k12 = codon_of("KRAS", 12);
    double before = 0;
    for (int poor = 0; poor <= 2000; poor += 500) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_reference(&dna, k12, 40, 1000);
        put_both(&dna, k12, code("GGT"), 20, poor);
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        assert_int_equal(call.codon[k12].depth, 1000 + poor);
        assert_true(poor == 0 || call.codon[k12].lod95 <= 1.1 * before);
        before = call.codon[k12].lod95;
        free_call(&call);
        if (poor == 1000) { /* six poor fragments are what a thousand poor ones err: 3.3 expected */
            put_both(&dna, k12, code("GAT"), 20, 6);
            call = call_of(NULL, &dna, NULL, NULL);
            const ps_ras_variant *v = variant_of(&call, "KRAS", "G12D");
            assert_true(!v || v->best.filter == PS_FILTER_LOW_EVIDENCE);
            free_call(&call);
            put_both(&dna, k12, code("GTT"), 40, 8); /* eight good ones are not */
            call = call_of(NULL, &dna, NULL, NULL);
            assert_int_equal(variant_of(&call, "KRAS", "G12V")->best.filter, PS_FILTER_PASS);
            free_call(&call);
        }
        ps_read_evidence_free(&dna);
    }
}

/* Planted at lod95, found 95 times in 100: 800 draws have a standard error of 0.8 %. */
static void lod95_is_honest(void **state) {
    (void)state;
    static const int rows[][2] = {{200, 40}, {1000, 30}};
    uint64_t seed = 17;
    int k12 = codon_of("KRAS", 12);
    for (size_t i = 0; i < 2; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_reference(&dna, k12, rows[i][1], rows[i][0]);
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        double f = call.codon[k12].lod95;
        int found = 0;
        free_call(&call);
        ps_read_evidence_free(&dna);
        for (int draw = 0; draw < 800; draw++) {
            int side[2] = {0, 0};
            for (int k = 0; k < rows[i][0]; k++)
                if (unit_uniform(&seed) < f)
                    side[unit_below(&seed, 2)]++;
            dna = case_evidence(PS_INPUT_DNA);
            put_reference(&dna, k12, rows[i][1], rows[i][0] - side[0] - side[1]);
            put(&dna, k12, code("GAT"), PS_F1R2, rows[i][1], side[0]);
            put(&dna, k12, code("GAT"), PS_F2R1, rows[i][1], side[1]);
            call = call_of(NULL, &dna, NULL, NULL);
            found += call.state == PS_RAS_MUTATED;
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
        if (!(found > 0.925 * 800 && found < 0.975 * 800))
            fail_msg("depth %d quality %d: found %d of 800", rows[i][0], rows[i][1], found);
    }
}

/* ---- calls ----------------------------------------------------------------------------------------------------- */

static void four_of_a_thousand(void **state) {
    (void)state;
    double floor = panel.limits.ras_floor_vaf;
    panel.limits.ras_floor_vaf = 0.002;
    int k12 = codon_of("KRAS", 12);
    for (int n = 3; n <= 4; n++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(&dna, 40, 1000);
        put(&dna, k12, code("GAT"), PS_F1R2, 40, 1);
        put(&dna, k12, code("GAT"), PS_F2R1, 40, n - 1);
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        const ps_ras_variant *v = variant_of(&call, "KRAS", "G12D");
        /* errors make three in one of 70,000 codons: no call, and no wild type either */
        assert_int_equal(call.state, n == 4 ? PS_RAS_MUTATED : PS_RAS_NOT_ASSESSABLE);
        assert_int_equal(call.codon[k12].state, n == 4 ? PS_RAS_MUTATED : PS_RAS_NOT_ASSESSABLE);
        if (n == 4) {
            assert_int_equal(v->best.filter, PS_FILTER_PASS);
            assert_string_equal(v->effect.hgvs_c, "c.35G>A");
            assert_string_equal(v->effect.hgvs_p, "p.Gly12Asp");
            assert_int_equal(v->effect.tier, PS_TIER_HOTSPOT);
            assert_int_equal(v->pos1, 25245350);
            assert_string_equal(v->ref, "C");
            assert_string_equal(v->alt, "T");
            assert_int_equal(v->best.depth, 1004);
            assert_int_equal(v->best.alt_depth, 4);
            assert_near(v->best.vaf, 4 / 1004.0, 1e-8);
            assert_true(v->best.vaf_low < v->best.vaf && v->best.vaf < v->best.vaf_high && v->best.lod > 3);
            assert_int_equal(v->best.alt_side[PS_F2R1], 3);
            assert_int_equal(v->best.ref_side[PS_F2R1], 500);
            assert_int_equal(v->sources, 1 << PS_INPUT_DNA);
            assert_int_equal(v->source_alt[PS_INPUT_DNA], 4);
            assert_int_equal(v->source_depth[PS_INPUT_RNA], -1);
            assert_true(call.log_odds > 3 && call.log_odds <= 12);
        } else {
            assert_int_equal(v->best.filter, PS_FILTER_LOW_EVIDENCE);
            assert_true(v->best.p_errors < 1e-4 && has_reason(&call.reasons, PS_REASON_CANDIDATE_REFUSED));
        }
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    panel.limits.ras_floor_vaf = floor;
}

static void several_bases_are_one_variant(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&dna, 40, 500);
    put_both(&dna, codon_of("KRAS", 12), code("TTT"), 40, 40);  /* c.34_35delinsTT */
    put_both(&dna, codon_of("NRAS", 61), code("CGA"), 40, 100); /* CAA > CGA */
    put_both(&dna, codon_of("KRAS", 13), code("GAA"), 40, 50);  /* GGC > GAA: c.38_39 */
    ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
    assert_int_equal(call.n_variants, 3);
    const ps_ras_variant *v = variant_of(&call, "KRAS", "G12F");
    assert_non_null(v);
    assert_string_equal(v->effect.hgvs_c, "c.34_35delinsTT");
    assert_string_equal(v->ref, "CC");
    assert_string_equal(v->alt, "AA");
    assert_int_equal(v->pos1, 25245350);
    assert_int_equal(v->best.alt_depth, 40);
    v = variant_of(&call, "KRAS", "G13E");
    assert_non_null(v);
    assert_int_equal(v->best.alt_depth, 50);
    v = variant_of(&call, "NRAS", "Q61R");
    assert_non_null(v);
    assert_int_equal(v->best.depth, 600);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

static void quiet_changes_do_not_mutate(void **state) {
    (void)state;
    static const struct {
        const char *gene;
        int number;
        const char *bases;
        ps_tier tier;
        int context;
    } rows[] = {
        {"KRAS", 12, "GGC", PS_TIER_SYNONYMOUS, 0},
        {"KRAS", 100, NULL, PS_TIER_UNCERTAIN, 0},
        {"HRAS", 12, "GTC", PS_TIER_HOTSPOT, 1},
        {"BRAF", 600, "GAG", PS_TIER_HOTSPOT, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        int id = codon_of(rows[i].gene, rows[i].number),
            hap = rows[i].bases ? code(rows[i].bases) : panel.codons[id].ref ^ 16;
        put_everywhere(&dna, 40, 500);
        put_both(&dna, id, hap, 40, 200);
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        assert_int_equal(call.state, PS_RAS_WILD_TYPE);
        assert_int_equal(call.n_variants, 1);
        assert_int_equal(call.variant[0].best.filter, PS_FILTER_PASS);
        assert_int_equal(call.variant[0].effect.tier, rows[i].tier);
        assert_int_equal(call.variant[0].context, rows[i].context);
        assert_near(call.log_odds, log(0.05), 1e-5);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Guards against: ras.c list_open_codons() counts a required codon with a PASS change that does not activate as "too
 * shallow": not-assessable "1 hotspot codon, limit VAF 0.05: KRAS 61: 700 fragments, lod95 0.009" */
static void a_stop_at_codon_61(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&dna, 40, 500);
    put_both(&dna, codon_of("KRAS", 61), code("TAA"), 40, 200);
    ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
    assert_int_equal(call.variant[0].best.filter, PS_FILTER_PASS);
    assert_false(has_reason(&call.reasons, PS_REASON_CODONS_SHALLOW));
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* Guards against: ras_reads.c call_haplotype() drops a change of two bases that lie on both sides of an intron
 * without a word */
static void a_change_on_both_sides_of_an_intron(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_RNA);
    int id = codon_of("KRAS", 97);
    put_everywhere(&dna, 40, 500);
    put_both(&dna, id, panel.codons[id].ref ^ 17, 40, 200);
    ps_ras_call call = call_of(&dna, NULL, NULL, NULL);
    assert_int_not_equal(call.codon[id].state, PS_RAS_WILD_TYPE);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

static void background_raises_its_own_bar(void **state) {
    (void)state;
    /* plus-strand C>A at 0.3 % of every base that is not a hotspot's */
    static const struct {
        const char *bases, *protein;
        int n, passes;
    } rows[] = {
        {"GAT", "G12D", 6, 1},  /* plus C>T */
        {"TGT", "G12C", 6, 0},  /* plus C>A */
        {"TGT", "G12C", 12, 0}, /* rare enough to be listed */
        {"TGT", "G12C", 30, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int noisy = 0; noisy < 2; noisy++) {
            ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
            put_everywhere(&dna, 40, 1000);
            for (int id = 0; id < panel.n_codons && noisy; id++) {
                if (panel.codons[id].hotspot)
                    continue;
                int minus = panel.genes[panel.codons[id].gene].strand == '-';
                for (int shift = 0; shift <= 4; shift += 2)
                    if ((panel.codons[id].ref >> shift & 3) == (minus ? 2 : 1)) /* G of the transcript is C of plus */
                        put_both(&dna, id, (panel.codons[id].ref & ~(3 << shift)) | (minus ? 3 : 0) << shift, 40, 3);
            }
            put_both(&dna, codon_of("KRAS", 12), code(rows[i].bases), 40, rows[i].n);
            ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
            const ps_ras_variant *v = variant_of(&call, "KRAS", rows[i].protein);
            int passes = v && v->best.filter == PS_FILTER_PASS;
            assert_int_equal(passes, !noisy || rows[i].passes);
            assert_int_equal(call.state == PS_RAS_MUTATED, passes);
            if (noisy && rows[i].n == 12)
                assert_int_equal(v->best.filter, PS_FILTER_LOW_EVIDENCE);
            if (noisy) /* the limit says so too */
                assert_in_range((long)(1e6 * call.codon[codon_of("KRAS", 12)].lod95), 10000, 40000);
            for (size_t k = 0; k < call.n_variants; k++) /* and the noise itself is not called */
                assert_true(&call.variant[k] == v || call.variant[k].best.filter != PS_FILTER_PASS);
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
}

static void orientation(void **state) {
    (void)state;
    static const struct {
        int ref[2], alt[2], filtered;
    } rows[] = {
        {{500, 500}, {20, 0}, 1}, {{500, 500}, {0, 20}, 1}, {{500, 500}, {10, 10}, 0}, {{1000, 0}, {20, 0}, 0},
        {{500, 500}, {8, 0}, 0},  {{50, 950}, {0, 30}, 0},  {{950, 50}, {0, 12}, 1},   {{500, 500}, {30, 4}, 0},
    };
    int k12 = codon_of("KRAS", 12);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        for (int side = 0; side < 2; side++) {
            put(&dna, k12, code("GGT"), side, 40, rows[i].ref[side]);
            put(&dna, k12, code("GAT"), side, 40, rows[i].alt[side]);
        }
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        const ps_ras_variant *v = variant_of(&call, "KRAS", "G12D");
        assert_non_null(v);
        if (v->best.filter != (rows[i].filtered ? PS_FILTER_ORIENTATION : PS_FILTER_PASS))
            fail_msg("row %zu: %s", i, ps_filters[v->best.filter].name);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Fragments that show a change only at the ends of reads, or in reads that are clipped or full of changes. */
static void flagged_fragments(void **state) {
    (void)state;
    static const struct {
        int flags, alt_flagged, ref_flagged;
        ps_filter filter;
    } rows[] = {
        {PS_FLAG_READ_END, 20, 50, PS_FILTER_READ_END},
        {PS_FLAG_CLUTTER, 20, 50, PS_FILTER_CLUTTER},
        {PS_FLAG_READ_END, 20, 1000, PS_FILTER_PASS},
        {PS_FLAG_CLUTTER, 20, 1000, PS_FILTER_PASS},
        {PS_FLAG_READ_END, 10, 50, PS_FILTER_PASS},
        {PS_FLAG_CLUTTER, 10, 0, PS_FILTER_PASS},
        {PS_FLAG_READ_END | PS_FLAG_CLUTTER, 20, 0, PS_FILTER_READ_END},
    };
    int k12 = codon_of("KRAS", 12);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        for (int side = 0; side < 2; side++) {
            put_flagged(&dna, k12, code("GGT"), rows[i].flags, side, 40, rows[i].ref_flagged / 2);
            put(&dna, k12, code("GGT"), side, 40, 500 - rows[i].ref_flagged / 2);
            put_flagged(&dna, k12, code("GAT"), rows[i].flags, side, 40, rows[i].alt_flagged / 2);
            put(&dna, k12, code("GAT"), side, 40, 10 - rows[i].alt_flagged / 2);
        }
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        const ps_ras_variant *v = variant_of(&call, "KRAS", "G12D");
        assert_non_null(v);
        if (v->best.filter != rows[i].filter)
            fail_msg("row %zu: %s", i, ps_filters[v->best.filter].name);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* KRAS c.38_40: codons 13 and 14 changed in the same fragments are one variant, whose parts are none of their own. */
static void changes_in_cis(void **state) {
    (void)state;
    int k13 = codon_of("KRAS", 13), k14 = codon_of("KRAS", 14);
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&dna, 40, 500);
    put_both(&dna, k13, code("GGT"), 40, 60); /* GGC GTA > GGT TTA: c.39_40delinsTT, plus-strand AA at 25245345-46 */
    put_both(&dna, k14, code("TTA"), 40, 60);
    dna.codons.allele = ps_alloc(1, sizeof *dna.codons.allele);
    dna.codons.n_allele = 1;
    dna.codons.allele[0] = (ps_allele_count){.locus = panel.codons[k13].locus,
                                             .beg0 = 25245344,
                                             .end0 = 25245346,
                                             .alt = ps_strdup("AA"),
                                             .n = {30, 30},
                                             .depth = 560};
    ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
    assert_int_equal(call.n_variants, 1);
    assert_string_equal(call.variant[0].effect.hgvs_c, "c.39_40delinsTT");
    assert_int_equal(call.variant[0].best.filter, PS_FILTER_PASS);
    assert_int_equal(call.variant[0].best.alt_depth, 60);
    free_call(&call);
    put_both(&dna, k14, code("TTA"), 40,
             80); /* more of one part than of the whole: that part is there by itself too */
    call = call_of(NULL, &dna, NULL, NULL);
    assert_int_equal(call.n_variants, 2);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

static void matched_normal(void **state) {
    (void)state;
    static const struct {
        int depth, alt; /* of the normal */
        int tumour;     /* G12D of 650 */
        ps_filter filter;
        int is_shallow;
    } rows[] = {
        {100, 48, 150, PS_FILTER_GERMLINE, 0},
        {100, 20, 150, PS_FILTER_GERMLINE, 0}, /* as often as in the tumour */
        {100, 19, 150, PS_FILTER_GERMLINE, 0},
        {100, 3, 150, PS_FILTER_PASS, 0},
        {1000, 0, 150, PS_FILTER_PASS, 0},
        {0, 0, 150, PS_FILTER_PASS, 1},
        {100, 2, 260, PS_FILTER_PASS, 0},
        {500, 10, 260, PS_FILTER_PASS, 0},
        {200, 40, 520, PS_FILTER_PASS, 0}, /* a leukaemic normal: a quarter of its cells are the tumour's */
        {200, 40, 130, PS_FILTER_GERMLINE, 0},
        {200, 95, 600, PS_FILTER_GERMLINE, 0}, /* the tumour lost the other allele */
        {10, 3, 260, PS_FILTER_GERMLINE, 0},
        {18, 0, 260, PS_FILTER_PASS, 1},
        {19, 0, 260, PS_FILTER_PASS, 0},
        {25, 1, 260, PS_FILTER_PASS, 0},
        {8, 2, 260, PS_FILTER_PASS, 1},
    };
    int k12 = codon_of("KRAS", 12);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA), normal = case_evidence(PS_INPUT_NORMAL);
        put_everywhere(&dna, 40, 650 - rows[i].tumour);
        put_both(&dna, k12, code("GAT"), 40, rows[i].tumour);
        put_both(&normal, k12, code("GGT"), 40, rows[i].depth - rows[i].alt);
        put_both(&normal, k12, code("GAT"), 40, rows[i].alt);
        ps_ras_call call = call_of(NULL, &dna, &normal, NULL);
        const ps_ras_variant *v = variant_of(&call, "KRAS", "G12D");
        assert_int_equal(v->best.filter, rows[i].filter);
        /* an activating change that was seen is no wild type, whatever refused it */
        assert_int_equal(call.state, rows[i].filter == PS_FILTER_PASS ? PS_RAS_MUTATED : PS_RAS_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_CANDIDATE_REFUSED), rows[i].filter != PS_FILTER_PASS);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_NORMAL_SHALLOW), rows[i].is_shallow);
        assert_int_equal(v->source_alt[PS_INPUT_NORMAL], rows[i].alt);
        assert_int_equal(v->source_depth[PS_INPUT_NORMAL], rows[i].depth);
        assert_int_equal(v->sources, 1 << PS_INPUT_DNA);
        free_call(&call);
        ps_read_evidence_free(&dna);
        ps_read_evidence_free(&normal);
    }
}

/* Guards against: a one-base deletion taken for a substitution because its VCF allele is one base (the anchor). */
static void one_base_deletion(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA), normal = case_evidence(PS_INPUT_NORMAL);
    const ps_codon *k12 = &panel.codons[codon_of("KRAS", 12)];
    int32_t beg0 = k12->pos0[2], end0 = beg0 + 1;
    char nothing[] = "";
    ps_left_align(&panel, panel.loci[k12->locus].contig, &beg0, &end0, nothing);
    put_everywhere(&dna, 40, 500);
    put_everywhere(&normal, 40, 500);
    ps_read_evidence *both[] = {&dna, &normal};
    for (int i = 0; i < 2; i++) {
        both[i]->codons.allele = ps_alloc(1, sizeof *both[i]->codons.allele);
        both[i]->codons.n_allele = 1;
        both[i]->codons.allele[0] = (ps_allele_count){
            .locus = k12->locus, .beg0 = beg0, .end0 = end0, .alt = ps_strdup(""), .n = {80, 80}, .depth = 500};
    }
    ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
    assert_int_equal(call.n_variants, 1);
    assert_int_equal(call.variant[0].best.alt_depth, 160);
    assert_int_equal(call.variant[0].best.depth, 500);
    assert_int_equal(call.variant[0].best.filter, PS_FILTER_PASS);
    double low, high; /* the interval allows for misplaced reads, as for every change of more than a base */
    ps_proportion_interval(160, 500, &low, &high);
    assert_true(call.variant[0].best.vaf_low < low && call.variant[0].best.vaf_high > high);
    free_call(&call);
    call = call_of(NULL, &dna, &normal, NULL);
    assert_int_equal(call.variant[0].best.filter, PS_FILTER_GERMLINE);
    free_call(&call);
    ps_read_evidence_free(&dna);
    ps_read_evidence_free(&normal);
}

static void indels(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    int locus = panel.codons[codon_of("KRAS", 12)].locus;
    put_everywhere(&dna, 40, 500);
    put_both(&dna, codon_of("KRAS", 12), PS_HAP_INDEL, 40, 60);
    dna.codons.allele = ps_alloc(2, sizeof *dna.codons.allele);
    dna.codons.n_allele = 2;
    dna.codons.allele[0] = (ps_allele_count){
        .locus = locus, .beg0 = 25245350, .end0 = 25245350, .alt = ps_strdup("GAG"), .n = {30, 30}, .depth = 560};
    dna.codons.allele[1] = (ps_allele_count){
        .locus = locus, .beg0 = 25245360, .end0 = 25245361, .alt = ps_strdup(""), .n = {1, 0}, .depth = 500};
    ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
    assert_int_equal(call.n_variants, 1);
    const ps_ras_variant *v = &call.variant[0];
    assert_int_equal(v->best.filter, PS_FILTER_PASS);
    assert_string_equal(v->ref, "C");
    assert_string_equal(v->alt, "CGAG");
    assert_int_equal(v->pos1, 25245350);
    assert_int_equal(v->best.depth, 560);
    assert_int_equal(v->best.alt_depth, 60);
    assert_near(v->best.vaf, 60 / 560.0, 1e-6);
    assert_true(v->best.lod > 50);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* ---- wild type is earned --------------------------------------------------------------------------------------- */

static void every_required_codon_counts(void **state) {
    (void)state;
    int required = 0;
    for (int id = 0; id < panel.n_codons; id++) {
        if (!panel.codons[id].required && id % 40)
            continue;
        for (int depth = 123; depth <= 124; depth++) { /* lod95 0.0503 and 0.0499 */
            ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
            for (int k = 0; k < panel.n_codons; k++)
                if (panel.codons[k].required || k == id)
                    put_reference(&dna, k, 40, k == id ? depth : 500);
            ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
            int enough = depth == 124 || !panel.codons[id].required;
            assert_int_equal(call.state, enough ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE);
            assert_int_equal(has_reason(&call.reasons, PS_REASON_CODONS_SHALLOW), !enough);
            if (!enough) {
                char *name = ps_format("%s %d: 123 fragments, lod95 0.0503", panel.genes[panel.codons[id].gene].name,
                                       panel.codons[id].number);
                assert_non_null(strstr(detail_of(&call.reasons, PS_REASON_CODONS_SHALLOW), name));
                assert_true(call.log_odds == 0);
                free(name);
            }
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
        required += panel.codons[id].required;
    }
    assert_int_equal(required, 12); /* KRAS and NRAS 12 13 59 61 117 146 */
}

static void nothing_given(void **state) {
    (void)state;
    ps_ras_call call = call_of(NULL, NULL, NULL, NULL);
    assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_NO_INPUT));
    free_call(&call);
    ps_read_evidence absent, empty = case_evidence(PS_INPUT_DNA), normal = case_evidence(PS_INPUT_NORMAL);
    ps_read_evidence_init(&panel, PS_INPUT_RNA, &absent);
    put_everywhere(&normal, 40, 1000);
    call = call_of(&absent, NULL, &normal, NULL); /* the normal says nothing of the tumour */
    assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_NO_INPUT));
    free_call(&call);
    call = call_of(&absent, &empty, NULL, NULL);
    assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_CODONS_SHALLOW));
    free_call(&call);
    ps_read_evidence_free(&absent);
    ps_read_evidence_free(&empty);
    ps_read_evidence_free(&normal);
}

static void rna_and_dna(void **state) {
    (void)state;
    int k61 = codon_of("KRAS", 61);
    ps_read_evidence rna = case_evidence(PS_INPUT_RNA), dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&rna, 40, 5000);
    put_everywhere(&dna, 40, 200);
    ps_ras_call call = call_of(&rna, NULL, NULL, NULL);
    assert_int_equal(call.state, PS_RAS_WILD_TYPE);
    assert_true(has_reason(&call.reasons, PS_REASON_RNA_ONLY));
    assert_near(call.log_odds, log(1 - 0.27), 1e-5);
    free_call(&call);
    call = call_of(&rna, &dna, NULL, NULL); /* DNA is enough: the wild type rests on it */
    assert_int_equal(call.state, PS_RAS_WILD_TYPE);
    assert_int_equal(call.reasons.n, 1);
    assert_true(has_reason(&call.reasons, PS_REASON_PURITY_ASSUMED));
    assert_int_equal(call.codon[k61].source, PS_INPUT_DNA);
    assert_int_equal(call.codon[k61].depth, 200);
    assert_near(call.log_odds, log(0.05), 1e-5);
    free_call(&call);
    put_reference(&dna, k61, 40, 50); /* not at codon 61: RNA helps out there, and that is said */
    call = call_of(&rna, &dna, NULL, NULL);
    assert_int_equal(call.state, PS_RAS_WILD_TYPE);
    assert_int_equal(call.codon[k61].source, PS_INPUT_RNA);
    assert_true(has_reason(&call.reasons, PS_REASON_RNA_ONLY));
    assert_near(call.log_odds, log(1 - 0.27), 1e-5);
    free_call(&call);
    put_reference(&rna, k61, 40, 60); /* neither is enough: the better of both is told */
    call = call_of(&rna, &dna, NULL, NULL);
    assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
    assert_int_equal(call.codon[k61].depth, 60);
    free_call(&call);
    put_both(&rna, k61, code("CGA"), 40, 900); /* seen in RNA only */
    call = call_of(&rna, &dna, NULL, NULL);
    assert_int_equal(call.state, PS_RAS_MUTATED);
    assert_int_equal(call.variant[0].sources, 1 << PS_INPUT_RNA);
    assert_int_equal(call.variant[0].source_alt[PS_INPUT_DNA], 0);
    assert_int_equal(call.variant[0].source_depth[PS_INPUT_DNA], 50);
    free_call(&call);
    ps_read_evidence_free(&rna);
    ps_read_evidence_free(&dna);
}

/* ---- VCF ------------------------------------------------------------------------------------------------------- */

static ps_variant row(const char *contig, int32_t beg0, int32_t end0, char *alt) {
    return (ps_variant){.contig = ps_panel_contig(&panel, contig),
                        .beg0 = beg0,
                        .end0 = end0,
                        .alt = alt,
                        .depth = 400,
                        .alt_depth = 80,
                        .vaf = NAN,
                        .genotype = 1,
                        .filter = (char *)"PASS",
                        .filter_pass = 1,
                        .depth_field = (char *)"AD"};
}

static void vcf_alone(void **state) {
    (void)state;
    char t[] = "T";
    ps_variant v = row("chr12", 25245349, 25245350, t);
    ps_variants vcf = {0};
    ps_ras_call call = call_of(NULL, NULL, NULL, &vcf);
    assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_VCF_ONLY));
    free_call(&call);
    vcf.variant = &v;
    vcf.n_variants = 1;
    call = call_of(NULL, NULL, NULL, &vcf);
    assert_int_equal(call.state, PS_RAS_MUTATED);
    assert_near(call.variant[0].best.vaf, 0.2, 1e-9);
    assert_true(isnan(call.variant[0].best.lod));
    assert_int_equal(call.variant[0].sources, 1 << PS_INPUT_VCF);
    assert_near(call.log_odds, 6, 1e-9);
    free_call(&call);
    static const struct {
        int64_t depth, alt_depth;
        double vaf;
        int genotype, pass, n;
        ps_ras_state state;
    } rows[] = {
        {400, 0, NAN, -1, 1, 0, PS_RAS_NOT_ASSESSABLE}, {400, -1, 0, -1, 1, 0, PS_RAS_NOT_ASSESSABLE},
        {400, 80, 0.2, 0, 1, 0, PS_RAS_NOT_ASSESSABLE}, {-1, -1, NAN, 1, 1, 1, PS_RAS_MUTATED},
        {-1, -1, NAN, -1, 1, 1, PS_RAS_MUTATED},        {400, 80, NAN, 1, 0, 1, PS_RAS_NOT_ASSESSABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        v.depth = rows[i].depth;
        v.alt_depth = rows[i].alt_depth;
        v.vaf = rows[i].vaf;
        v.genotype = rows[i].genotype;
        v.filter_pass = rows[i].pass;
        v.filter = (char *)(rows[i].pass ? "PASS" : "weak");
        call = call_of(NULL, NULL, NULL, &vcf);
        assert_int_equal(call.n_variants, rows[i].n);
        assert_int_equal(call.state, rows[i].state);
        if (rows[i].n && !rows[i].pass) {
            assert_int_equal(call.variant[0].best.filter, PS_FILTER_VCF);
            assert_string_equal(call.variant[0].vcf_filter, "weak");
        }
        free_call(&call);
    }
}

static char mutect[] = "Mutect2";

/* What stretches of 3,000 reads earn rests on who wrote them. */
static void blocks_are_worth_their_caller(void **state) {
    (void)state;
    static const struct {
        ps_blocks_trust blocks;
        double min_vaf, lod95; /* NaN: none */
        ps_ras_state state;
    } rows[] = {
        {PS_BLOCKS_UNKNOWN, 0, NAN, PS_RAS_NOT_ASSESSABLE},
        {PS_BLOCKS_GERMLINE, NAN, 0.2, PS_RAS_NOT_ASSESSABLE},
        {PS_BLOCKS_SOMATIC, 0.03, 0.03, PS_RAS_WILD_TYPE},
        {PS_BLOCKS_SOMATIC, 0.05, 0.05, PS_RAS_WILD_TYPE},
        {PS_BLOCKS_SOMATIC, 0.051, 0.051, PS_RAS_NOT_ASSESSABLE},
    };
    ps_block block[64];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_variants vcf = {
            .block = block, .blocks = rows[i].blocks, .blocks_min_vaf = rows[i].min_vaf, .caller = mutect};
        for (int id = 0; id < panel.n_codons; id++) {
            const ps_codon *c = &panel.codons[id];
            if (c->required)
                block[vcf.n_blocks++] = (ps_block){panel.loci[c->locus].contig, c->pos0[2], c->pos0[0] + 1, 3000};
        }
        ps_ras_call call = call_of(NULL, NULL, NULL, &vcf);
        assert_int_equal(call.state, rows[i].state);
        double lod95 = call.codon[codon_of("KRAS", 12)].lod95;
        assert_int_equal(isnan(lod95), isnan(rows[i].lod95));
        assert_true(isnan(lod95) || fabs(lod95 - rows[i].lod95) < 1e-6);
        free_call(&call);
    }
}

static void blocks_earn_wild_type(void **state) {
    (void)state;
    ps_block block[64];
    for (int missing = -1; missing < 12; missing++) {
        ps_variants vcf = {.block = block, .blocks = PS_BLOCKS_SOMATIC, .blocks_min_vaf = 0.01, .caller = mutect};
        int required = 0;
        for (int id = 0; id < panel.n_codons; id++) {
            const ps_codon *c = &panel.codons[id];
            if (!c->required || required++ == missing)
                continue;
            block[vcf.n_blocks++] = (ps_block){panel.loci[c->locus].contig, c->pos0[2], c->pos0[0] + 1, 300};
        }
        assert_int_equal(required, 12);
        ps_ras_call call = call_of(NULL, NULL, NULL, &vcf);
        assert_int_equal(call.state, missing < 0 ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE);
        if (missing < 0) {
            assert_int_equal(call.codon[codon_of("KRAS", 12)].source, PS_INPUT_VCF);
            assert_int_equal(call.codon[codon_of("KRAS", 12)].depth, 300);
            assert_true(has_reason(&call.reasons, PS_REASON_VCF_BLOCKS));
            assert_near(call.log_odds, log(0.5), 1e-5); /* the caller's word, not a count of bases */
        }
        free_call(&call);
    }
    /* two of a codon's three bases do not do */
    const ps_codon *c = &panel.codons[codon_of("KRAS", 12)];
    block[0] = (ps_block){panel.loci[c->locus].contig, c->pos0[1], c->pos0[0] + 1, 300};
    ps_variants vcf = {
        .block = block, .n_blocks = 1, .blocks = PS_BLOCKS_SOMATIC, .blocks_min_vaf = 0.01, .caller = mutect};
    ps_ras_call call = call_of(NULL, NULL, NULL, &vcf);
    assert_true(isnan(call.codon[codon_of("KRAS", 12)].lod95));
    free_call(&call);
}

/* Guards against: hom-ref blocks that win over another record of the same file. 40 other reads of 290 do not go with
 * a wild type, 2 of 300 do; alignments that show the codon decide. */
static void blocks_that_are_contradicted(void **state) {
    (void)state;
    static const struct {
        int64_t depth, alt;
        int dna, unclear;
    } rows[] = {{290, 40, 0, 1}, {-1, -1, 0, 1}, {300, 2, 0, 0}, {290, 40, 1, 0}};
    ps_block block[64];
    const ps_codon *k12 = &panel.codons[codon_of("KRAS", 12)];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[] = "chr12:25245350 C><NON_REF>";
        ps_vcf_unclear unclear = {
            panel.loci[k12->locus].contig, 25245349, 25245350, rows[i].depth, rows[i].alt, text};
        ps_variants vcf = {.block = block,
                           .unclear = &unclear,
                           .n_unclear = 1,
                           .blocks = PS_BLOCKS_SOMATIC,
                           .blocks_min_vaf = 0.01,
                           .caller = mutect};
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        for (int id = 0; id < panel.n_codons; id++) {
            const ps_codon *c = &panel.codons[id];
            if (c->required)
                block[vcf.n_blocks++] = (ps_block){panel.loci[c->locus].contig, c->pos0[2], c->pos0[0] + 1, 300};
        }
        put_everywhere(&dna, 40, 300);
        ps_ras_call call = call_of(NULL, rows[i].dna ? &dna : NULL, NULL, &vcf);
        assert_int_equal(call.state, rows[i].unclear ? PS_RAS_NOT_ASSESSABLE : PS_RAS_WILD_TYPE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_VCF_UNCLEAR), rows[i].unclear);
        if (rows[i].unclear)
            assert_string_equal(call.reasons.at[1].detail, "vcf: KRAS 12: chr12:25245350 C><NON_REF>");
        assert_false(has_reason(&call.reasons, PS_REASON_RNA_ONLY));
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

static void vcf_and_reads_join(void **state) {
    (void)state;
    char t[] = "T";
    ps_variant v = row("chr12", 25245349, 25245350, t);
    ps_variants vcf = {.variant = &v, .n_variants = 1};
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&dna, 40, 500);
    put_both(&dna, codon_of("KRAS", 12), code("GAT"), 40, 50);
    ps_ras_call call = call_of(NULL, &dna, NULL, &vcf);
    assert_int_equal(call.n_variants, 1);
    assert_int_equal(call.variant[0].sources, 1 << PS_INPUT_DNA | 1 << PS_INPUT_VCF);
    assert_int_equal(call.variant[0].best.depth, 550);
    assert_int_equal(call.variant[0].source_depth[PS_INPUT_VCF], 400);
    assert_int_equal(call.variant[0].source_alt[PS_INPUT_VCF], 80);
    assert_int_equal(call.variant[0].source_alt[PS_INPUT_DNA], 50);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

static void a_delins_with_one_base(void **state) {
    (void)state;
    char a[] = "A";
    ps_variant v = row("chr12", 25245349, 25245351, a);
    ps_variants vcf = {.variant = &v, .n_variants = 1};
    ps_ras_call call = call_of(NULL, NULL, NULL, &vcf);
    assert_int_equal(call.n_variants, 1);
    assert_string_equal(call.variant[0].effect.hgvs_c, "c.34_35delinsT");
    assert_string_equal(call.variant[0].ref, "CC");
    assert_string_equal(call.variant[0].alt, "A");
    free_call(&call);
}

/* Guards against: ras_vcf.c add_variant(): of two rows of one change the later one wins, also when it is filtered and
 * the first is not */
static void a_change_that_stands_twice(void **state) {
    (void)state;
    char t[] = "T";
    ps_variant v[2] = {row("chr12", 25245349, 25245350, t), row("chr12", 25245349, 25245350, t)};
    ps_variants vcf = {.variant = v, .n_variants = 2};
    v[1].filter_pass = 0;
    v[1].filter = (char *)"weak";
    ps_ras_call call = call_of(NULL, NULL, NULL, &vcf);
    assert_int_equal(call.state, PS_RAS_MUTATED);
    free_call(&call);
}

/* 500 wild-type hotspot codons of quality 30 at 1,000x with the errors that the qualities promise. */
static void false_calls(void **state) {
    (void)state;
    uint64_t seed = 23;
    int k12 = codon_of("KRAS", 12), calls = 0;
    for (int draw = 0; draw < 500; draw++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_reference(&dna, k12, 30, 997);
        for (int shift = 0; shift <= 4; shift += 2)
            for (int change = 1; change < 4; change++)
                put_both(&dna, k12, panel.codons[k12].ref ^ change << shift, 30, (int)unit_poisson(&seed, 1 / 3.0));
        ps_ras_call call = call_of(NULL, &dna, NULL, NULL);
        calls += call.state == PS_RAS_MUTATED;
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    assert_true(calls <= 1); /* at most 1 in 10,000 expected */
}

/* 80 of 400 in the VCF, and none of 300 fragments of the DNA: of another sample, or wrong. Shallow DNA, DNA that
 * shows some, and RNA that shows it do not refute it. */
static void a_refuted_vcf(void **state) {
    (void)state;
    char t[] = "T";
    ps_variant v = row("chr12", 25245349, 25245350, t);
    ps_variants vcf = {.variant = &v, .n_variants = 1};
    static const struct {
        int depth, in_dna, in_rna, refuted;
    } rows[] = {{300, 0, 0, 1}, {300, 12, 0, 1}, {300, 60, 0, 0}, {20, 0, 0, 0}, {300, 0, 30, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA), rna = case_evidence(PS_INPUT_RNA);
        int k12 = codon_of("KRAS", 12);
        put_everywhere(&dna, 40, (uint32_t)rows[i].depth);
        put_everywhere(&rna, 40, 300);
        if (rows[i].in_dna == 12) /* too few to be called among poor bases */
            put(&dna, k12, code("GAT"), PS_F1R2, 20, 1);
        else if (rows[i].in_dna)
            put_both(&dna, k12, code("GAT"), 40, (uint32_t)rows[i].in_dna);
        if (rows[i].in_rna)
            put_both(&rna, k12, code("GAT"), 40, (uint32_t)rows[i].in_rna);
        ps_ras_call call = call_of(&rna, &dna, NULL, &vcf);
        if ((call.state == PS_RAS_NOT_ASSESSABLE) != rows[i].refuted)
            fail_msg("row %zu: %s", i, ps_ras_state_names[call.state]);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_VCF_REFUTED), rows[i].refuted);
        if (rows[i].refuted) {
            assert_true(call.log_odds == 0 && call.variant[0].best.filter == PS_FILTER_REFUTED);
            assert_int_equal(call.codon[k12].state, PS_RAS_NOT_ASSESSABLE);
        } else {
            assert_int_equal(call.state, PS_RAS_MUTATED);
            assert_int_equal(call.variant[0].best.filter, PS_FILTER_PASS);
        }
        free_call(&call);
        ps_read_evidence_free(&dna);
        ps_read_evidence_free(&rna);
    }
}

/* A stop does not activate: RAS is wild type beside it, where the depth of its codon shows that, and only there. */
static void a_stop_in_a_codon_that_decides(void **state) {
    (void)state;
    char a[] = "A"; /* CAA to TAA, of a gene on the minus strand */
    int k61 = codon_of("KRAS", 61);
    for (int seen = 0; seen < 2; seen++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(&dna, 40, 300);
        put_reference(&dna, k61, 40, seen ? 220 : 0);
        put_both(&dna, k61, code("TAA"), 40, seen ? 80 : 0);
        ps_variant v = row("chr12", panel.codons[k61].pos0[0], panel.codons[k61].pos0[0] + 1, a);
        ps_variants vcf = {.variant = &v, .n_variants = 1};
        ps_ras_call call = call_of(NULL, &dna, NULL, seen ? NULL : &vcf);
        const ps_ras_variant *stop = variant_of(&call, "KRAS", "Q61*");
        assert_true(stop && stop->best.filter == PS_FILTER_PASS && !ps_makes_mutated(stop));
        assert_int_equal(call.codon[k61].state, PS_RAS_MUTATED);
        assert_int_equal(call.state, seen ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_CODONS_SHALLOW), !seen);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refuted_vcf),
        cmocka_unit_test(a_stop_in_a_codon_that_decides),
        cmocka_unit_test(fragments_needed),
        cmocka_unit_test(odds_of_guesses),
        cmocka_unit_test(lod95_by_summing),
        cmocka_unit_test(lod95_is_the_bisections),
        cmocka_unit_test(many_nodes_are_summed),
        cmocka_unit_test(limits_of_codons),
        cmocka_unit_test(scores_by_enumeration),
        cmocka_unit_test(poor_qualities),
        cmocka_unit_test(lod95_is_honest),
        cmocka_unit_test(four_of_a_thousand),
        cmocka_unit_test(several_bases_are_one_variant),
        cmocka_unit_test(quiet_changes_do_not_mutate),
        cmocka_unit_test(background_raises_its_own_bar),
        cmocka_unit_test(orientation),
        cmocka_unit_test(flagged_fragments),
        cmocka_unit_test(changes_in_cis),
        cmocka_unit_test(matched_normal),
        cmocka_unit_test(indels),
        cmocka_unit_test(one_base_deletion),
        cmocka_unit_test(every_required_codon_counts),
        cmocka_unit_test(nothing_given),
        cmocka_unit_test(rna_and_dna),
        cmocka_unit_test(vcf_alone),
        cmocka_unit_test(blocks_earn_wild_type),
        cmocka_unit_test(blocks_are_worth_their_caller),
        cmocka_unit_test(blocks_that_are_contradicted),
        cmocka_unit_test(vcf_and_reads_join),
        cmocka_unit_test(a_delins_with_one_base),
        cmocka_unit_test(false_calls),
        cmocka_unit_test(a_stop_at_codon_61),
        cmocka_unit_test(a_change_on_both_sides_of_an_intron),
        cmocka_unit_test(a_change_that_stands_twice),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
