/* Guards against: test_ras_errors.c - libraries whose errors are not even: places that err more than others, damaged
 * molecules, errors on molecules that carry a passenger, qualities that promise too much, indels of several kinds.
 * Counts are drawn from a stated distribution (SplitMix64, so the same at every run) or typed. */
#include "../../src/callers/ras/errors.h"
#include "../../src/callers/ras/indels.h"

#include <unistd.h>

#include "unit_case.h"
#include "unit_random.h"

static ps_ras_call call_of(const ps_read_evidence *dna) {
    ps_case c = case_of(NULL, dna, NULL);
    ps_ras_call call;
    ps_call_ras(&c, &call);
    return call;
}

static void free_call(ps_ras_call *call) {
    ps_calls all = {.ras = *call};
    ps_calls_free(&all);
}

static const ps_ras_variant *variant_of(const ps_ras_call *call, const char *protein) {
    for (size_t i = 0; i < call->n_variants; i++)
        if (!strcmp(call->variant[i].effect.protein, protein))
            return &call->variant[i];
    return NULL;
}

static int passing(const ps_ras_call *call) {
    int n = 0;
    for (size_t i = 0; i < call->n_variants; i++)
        n += call->variant[i].best.filter == PS_FILTER_PASS;
    return n;
}

/* Haplotype of a codon with one base replaced: transcript base 0..2, to the x-th other letter. */
static int changed(int codon, int base, int x) {
    int shift = 4 - 2 * base, old = panel.codons[codon].ref >> shift & 3;
    return (panel.codons[codon].ref & ~(3 << shift)) | ((old + x) & 3) << shift;
}

static int plus_base(int codon, int letter) {
    return panel.genes[panel.codons[codon].gene].strand == '-' ? 3 - letter : letter;
}

/* Every site with Poisson errors: the rate that its quality states, and `rate` times a log-normal factor of mean
 * exp(s * s / 2). */
static ps_read_evidence uneven(uint64_t *seed, int depth, double rate, double sigma) {
    ps_read_evidence e = case_evidence(PS_INPUT_DNA);
    put_everywhere(&e, 37, depth);
    for (int id = 0; id < panel.n_codons; id++)
        for (int base = 0; base < 3; base++)
            for (int x = 1; x < 4; x++) {
                double mean = depth * (pow(10, -3.7) / 3 + rate * exp(sigma * unit_normal(seed)));
                for (uint64_t n = unit_poisson(seed, mean); n > 0; n--)
                    add_rows(&e, id, changed(id, base, x), 0, (int)unit_below(seed, 2), 37, 1);
            }
    order_rows(&e);
    return e;
}

static void places_differ(void **state) {
    (void)state;
    uint64_t seed = 5;
    static const struct { double sigma, low, high; } rows[] = {{0, 0.1, 0.45}, {0.7, 0.5, 0.9}, {1.0, 0.65, 1.2}};
    for (size_t i = 0; i < 3; i++)
        for (int draw = 0; draw < 4; draw++) {
            ps_read_evidence dna = uneven(&seed, 5000, 1.5e-4, rows[i].sigma);
            ras_errors errors;
            ras_measure_errors(&panel, &dna, NULL, &errors);
            if (!(errors.spread > rows[i].low && errors.spread < rows[i].high))
                fail_msg("sigma %g: measured %g", rows[i].sigma, errors.spread);
            ps_ras_call call = call_of(&dna);
            assert_int_equal(passing(&call), 0);
            assert_true(call.state != PS_RAS_MUTATED);
            /* what it can show depends on the spread */
            double lod = call.codon[codon_of("KRAS", 12)].lod95;
            assert_true(rows[i].sigma == 0 ? lod < 0.005 : lod > 0.004 && lod < 0.05);
            free_call(&call);
            ps_read_evidence_free(&dna);
        }
}

/* A few molecules with many C>T and G>A: none is a call, a mutation of that kind must stand far above, another kind
 * need not. */
static void damaged_molecules(void **state) {
    (void)state;
    static const struct {
        const char *bases, *protein;
        int n;
        ps_filter filter;
    } rows[] = {{"GAT", "G12D", 100, PS_FILTER_DAMAGE},
                {"GAT", "G12D", 900, PS_FILTER_PASS},
                {"GTT", "G12V", 100, PS_FILTER_PASS}};
    for (size_t i = 0; i < 3; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        int k12 = codon_of("KRAS", 12), sites = 0;
        put_everywhere(&dna, 37, 1000);
        for (int id = 0; id < panel.n_codons && sites < 20; id += 13)
            for (int base = 0; base < 3 && !panel.codons[id].hotspot; base++) {
                int letter = plus_base(id, panel.codons[id].ref >> (4 - 2 * base) & 3);
                if (letter != 1 && letter != 2)
                    continue;
                /* C (1) to T (3), G (2) to A (0): two letters on, either strand */
                put_both(&dna, id, changed(id, base, 2), 37, 30 + 4 * sites);
                sites++;
                break;
            }
        put_both(&dna, k12, ps_codon_code(rows[i].bases), 37, rows[i].n);
        ps_ras_call call = call_of(&dna);
        const ps_ras_variant *v = variant_of(&call, rows[i].protein);
        assert_non_null(v);
        assert_int_equal(v->best.filter, rows[i].filter);
        assert_int_equal(passing(&call), rows[i].filter == PS_FILTER_PASS);
        assert_int_equal(call.library[PS_INPUT_DNA].damaged, 20);
        assert_string_equal(call.library[PS_INPUT_DNA].damaged_pair, "C>T/G>A");
        assert_true(call.codon[codon_of("KRAS", 13)].lod95 > 0.2);
        if (rows[i].filter != PS_FILTER_PASS) {
            assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
            assert_true(has_reason(&call.reasons, PS_REASON_DAMAGED));
        }
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Three of a kind may be variants: they are called. */
static void few_are_variants(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&dna, 37, 1000);
    for (int i = 0, id = 25; i < 3; i++, id += 7)
        put_both(&dna, id, changed(id, 0, 2), 37, 60);
    ps_ras_call call = call_of(&dna);
    assert_int_equal(passing(&call), 3);
    assert_int_equal(call.library[PS_INPUT_DNA].damaged, 0);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* G13= (GGC > GGT) in half of 20,000 fragments: four that carry one change more are errors; without it they are a
 * call. */
static void errors_on_a_passenger(void **state) {
    (void)state;
    for (int passenger = 0; passenger < 2; passenger++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        int k13 = codon_of("KRAS", 13);
        put_everywhere(&dna, 37, 10000);
        put_both(&dna, k13, passenger ? ps_codon_code("GGT") : panel.codons[k13].ref, 37, 10000);
        put_both(&dna, k13, ps_codon_code("GAT"), 37, 4); /* G13D on the passenger's molecules */
        ps_ras_call call = call_of(&dna);
        const ps_ras_variant *v = variant_of(&call, "G13D");
        assert_int_equal(v && v->best.filter == PS_FILTER_PASS, !passenger);
        assert_true(call.state != PS_RAS_MUTATED); /* under the floor in any case */
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* Mismatches three times as often as stated: measured, and used. */
static void optimistic_qualities(void **state) {
    (void)state;
    uint64_t seed = 11;
    for (int fold = 1; fold <= 3; fold += 2) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(&dna, 30, 2000);
        for (int id = 0; id < panel.n_codons; id++)
            for (int base = 0; base < 3; base++)
                for (int x = 1; x < 4; x++)
                    for (uint64_t n = unit_poisson(&seed, 2000 * fold * 1e-3 / 3); n > 0; n--)
                        add_rows(&dna, id, changed(id, base, x), 0, (int)unit_below(&seed, 2), 30, 1);
        order_rows(&dna);
        ras_errors errors;
        ras_measure_errors(&panel, &dna, NULL, &errors);
        assert_near(errors.worse[30], fold, 0.1 * fold);
        ps_ras_call call = call_of(&dna);
        assert_near(call.library[PS_INPUT_DNA].quality_ratio, fold, 0.1 * fold);
        assert_int_equal(passing(&call), 0);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

/* A call at 0.4 % is reported and decides nothing, neither way. */
static void under_the_floor(void **state) {
    (void)state;
    for (int n = 20; n <= 40; n += 20) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(&dna, 40, 5000);
        put_both(&dna, codon_of("KRAS", 12), ps_codon_code("GAT"), 40, n);
        ps_ras_call call = call_of(&dna);
        assert_int_equal(variant_of(&call, "G12D")->best.filter, PS_FILTER_PASS);
        assert_int_equal(call.state, n == 20 ? PS_RAS_NOT_ASSESSABLE : PS_RAS_MUTATED);
        assert_int_equal(has_reason(&call.reasons, PS_REASON_BELOW_FLOOR), n == 20);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

static void put_indel(ps_read_evidence *e, int32_t pos0, int deleted, const char *inserted, int n) {
    ps_codon_evidence *c = &e->codons;
    c->allele = ps_resize(c->allele, c->n_allele + 1, sizeof *c->allele);
    c->allele[c->n_allele++] = (ps_allele_count){.locus = panel.codons[codon_of("KRAS", 12)].locus,
                                                 .beg0 = pos0,
                                                 .end0 = pos0 + deleted,
                                                 .alt = ps_strdup(inserted),
                                                 .n = {(uint32_t)n / 2, (uint32_t)(n - n / 2)},
                                                 .depth = 1000};
}

/* In-frame events are judged apart from slips of one base, and true indels are no background. */
static void kinds_of_indels(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    put_everywhere(&dna, 37, 1000);
    ras_indels quiet, slips, four;
    ras_measure_indels(&panel, &dna, 1e-3, &quiet);
    assert_near(ras_inframe_error(&quiet), 5e-6, 1e-12);
    for (int i = 0; i < 30; i++) /* one-base deletions all over */
        put_indel(&dna, 25245280 + 3 * i, 1, "", 2);
    ras_measure_indels(&panel, &dna, 1e-3, &slips);
    assert_near(ras_inframe_error(&slips), 5e-6, 1e-12);
    assert_true(ras_indel_error(&slips, &dna, &dna.codons.allele[0]) > 3 * 2e-5);
    for (int i = 0; i < 4; i++) /* four true ones of one kind */
        put_indel(&dna, 25245300 + 12 * i, 0, "ACA", 5);
    ras_measure_indels(&panel, &dna, 1e-3, &four);
    assert_near(ras_inframe_error(&four), 5e-6, 1e-12);
    for (int i = 0; i < 20; i++) /* so many are the library's */
        put_indel(&dna, 25245290 + 4 * i, 0, "TCA", 5);
    ras_measure_indels(&panel, &dna, 1e-3, &four);
    assert_true(ras_inframe_error(&four) > 20 * 5e-6);
    /* 60 one-base slips in `bases` hide some indels, and fewer substitutions; true indels hide none */
    assert_near(ras_indel_recognised(&quiet), 1, 1e-12);
    assert_near(slips.errors, 60, 1e-12);
    double near = 60 / slips.bases;
    assert_near(ras_indel_recognised(&slips), exp(-46 * 46 * near * near), 1e-12);
    assert_near(ras_substitution_recognised(&slips), exp(-20 * 20 * near * near), 1e-12);
    ras_indels reads = {.bases = 1000, .errors = 20}; /* as in R9 */
    assert_near(ras_indel_recognised(&reads), 0.43, 0.01);
    assert_near(ras_substitution_recognised(&reads), 0.85, 0.01);
    assert_near(four.errors, 60 + 20 * 5 + 4 * 5, 1e-12);
    ps_read_evidence_free(&dna);
}

/* Where a run of four equal bases of KRAS begins. */
static int32_t run_of_four(char *letter) {
    int contig = panel.loci[panel.codons[codon_of("KRAS", 12)].locus].contig;
    for (int number = 2; number < 180; number++)
        for (int k = 0; k < 3; k++) {
            int32_t pos0 = panel.codons[codon_of("KRAS", number)].pos0[k];
            int n = 0;
            *letter = ps_panel_base(&panel, contig, pos0);
            while (*letter != 'N' && ps_panel_base(&panel, contig, pos0 + n) == *letter)
                n++;
            if (n == 4 && ps_panel_base(&panel, contig, pos0 - 1) != *letter)
                return pos0;
        }
    fail_msg("KRAS has no run of four");
    return -1;
}

/* Few places have a long run: what shorter runs show counts there too, and an insertion of three in sixty long reads
 * is none. */
static void long_runs_slip_no_less(void **state) {
    (void)state;
    int contig = panel.loci[panel.codons[codon_of("KRAS", 12)].locus].contig;
    for (int noisy = 0; noisy < 2; noisy++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        char letter[2] = "";
        put_everywhere(&dna, 30, 60);
        int32_t run = run_of_four(letter);
        put_indel(&dna, run, 0, letter, 3);
        for (int i = 0; noisy && i < 40; i++) { /* of a base that is not beside it */
            int32_t pos0 = 25245280 + 2 * i;
            char other[2] = "A";
            while (*other == ps_panel_base(&panel, contig, pos0) || *other == ps_panel_base(&panel, contig, pos0 - 1))
                *other = *other == 'A' ? 'C' : *other == 'C' ? 'G' : 'T';
            put_indel(&dna, pos0, 0, other, 2);
        }
        ras_indels indels;
        ras_measure_indels(&panel, &dna, 1e-3, &indels);
        double error = ras_indel_error(&indels, &dna, &dna.codons.allele[0]);
        assert_true(noisy ? error > 0.001 : error < 1e-4);
        ps_read_evidence_free(&dna);
    }
}

/* The worst kind is the limit: few fragments reach far enough to show an insertion. */
static void limits_by_kind(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    int k12 = codon_of("KRAS", 12);
    put_everywhere(&dna, 37, 1000);
    dna.codons.reach = ps_alloc(1, sizeof *dna.codons.reach);
    dna.codons.n_reach = 1;
    dna.codons.reach[0] = (ps_reach_count){.codon = k12, .left = 11, .right = 29, .n = 200};
    ps_ras_call call = call_of(&dna);
    const ps_ras_codon *seen = &call.codon[k12];
    assert_true(seen->lod95_of[PS_CHANGE_SUBSTITUTION] < 0.01 && seen->lod95_of[PS_CHANGE_MULTI_BASE] < 0.01);
    /* three of 200 with 95 % (0.0311006), and what aligners misplace */
    assert_near(seen->lod95_of[PS_CHANGE_INDEL], 0.0311006 * 1.03, 1e-4);
    assert_true(seen->lod95 == seen->lod95_of[PS_CHANGE_INDEL]);
    assert_true(isnan(call.codon[codon_of("KRAS", 13)].lod95));  /* no fragment reaches */
    assert_true(call.codon[codon_of("KRAS", 100)].lod95 < 0.02); /* no hotspot: substitutions */
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* So many fragments of quality 12 at every codon, with their errors. */
static void add_poor_bases(ps_read_evidence *e, uint64_t *seed, int n) {
    for (int id = 0; id < panel.n_codons; id++) {
        int left[2] = {n - n / 2, n / 2};
        for (int base = 0; base < 3; base++)
            for (int x = 1; x < 4; x++)
                for (uint64_t k = unit_poisson(seed, n * pow(10, -1.2) / 3); k > 0; k--) {
                    int side = (int)unit_below(seed, 2);
                    add_rows(e, id, changed(id, base, x), 0, side, 12, 1);
                    left[side]--;
                }
        for (int side = 0; side < 2; side++)
            add_rows(e, id, panel.codons[id].ref, 0, side, 12, left[side]);
    }
}

/* Damage of five in ten thousand, C>T and G>A on both sides, in a shallow library with many poor bases: seen among
 * the good ones, although the poor ones promise more errors than all that were seen. */
static void little_damage_among_poor_bases(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int draw = 0; draw < 5; draw++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(&dna, 37, 30);
        for (int id = 0; id < panel.n_codons; id++) {
            put_both(&dna, id, panel.codons[id].ref, 12, 20);
            for (int base = 0; base < 3; base++) {
                int letter = plus_base(id, panel.codons[id].ref >> (4 - 2 * base) & 3);
                for (uint64_t n = letter == 1 || letter == 2 ? unit_poisson(&seed, 50 * 5e-4) : 0; n > 0; n--)
                    add_rows(&dna, id, changed(id, base, 2), 0, (int)unit_below(&seed, 2),
                             unit_below(&seed, 50) < 30 ? 37 : 12, 1);
            }
        }
        order_rows(&dna);
        ras_errors errors;
        ras_measure_errors(&panel, &dna, NULL, &errors);
        for (int side = 0; side < 2; side++) {
            assert_true(errors.excess[side][1][3] > 1e-4 && errors.excess[side][1][3] < 2e-3);
            assert_true(errors.excess[side][2][0] > 1e-4 && errors.excess[side][2][0] < 2e-3);
            assert_true(errors.excess[side][1][0] < 3e-4);
        }
        ps_read_evidence_free(&dna);
    }
}

/* One place errs 30 times as often as the rest, in every sample. Without normals it is called; with them it is not,
 * its limit is higher, and other places' limits are lower, as they are known to be quiet. */
static ps_read_evidence with_bad_place(uint64_t *seed, int depth, double rate, int poor) {
    ps_read_evidence e = uneven(seed, depth, 1e-4, 0);
    int k12 = codon_of("KRAS", 12);
    if (poor)
        add_poor_bases(&e, seed, depth / 3);
    for (uint64_t n = unit_poisson(seed, depth * rate); n > 0; n--)
        add_rows(&e, k12, ps_codon_code("GAT"), 0, (int)unit_below(seed, 2), 37, 1);
    order_rows(&e);
    return e;
}

/* `poor`: the same where most errors are those of poor bases, which no place has more of than another. */
static void learn_and_call(double rate, int poor) {
    uint64_t seed = 23;
    enum { N = PS_MIN_ERROR_SAMPLES };
    ps_read_evidence normal[N];
    const ps_read_evidence *sample[N];
    ps_error_reference reference = {0}, again = {0}, few = {0};
    ps_error err = {0};
    for (int i = 0; i < N; i++) {
        normal[i] = with_bad_place(&seed, 1000, rate, poor);
        sample[i] = &normal[i];
    }
    assert_int_equal(ps_errors_learn(&panel, sample, N - 1, &few, &err), -1);
    assert_non_null(strstr(err.text, "expected at least 10"));
    err = (ps_error){0};
    assert_int_equal(ps_errors_learn(&panel, sample, N, &reference, &err), 0);
    int k12 = codon_of("KRAS", 12);
    const ps_error_site *bad = &reference.site[ps_error_site_at(k12, 1, 0)];
    assert_true(bad->fragments > 9900 && bad->varying <= bad->expected + 1e-9 && bad->left_out == 0);
    assert_true(poor ? bad->expected > 50 && bad->varying < 5 : bad->expected < 5);
    assert_true(poor || fabs((double)bad->errors - 1e4 * rate) < 4 * sqrt(1e4 * rate));

    char path[] = "/tmp/plasmastrat-errors-XXXXXX";
    FILE *out = fdopen(mkstemp(path), "w");
    ps_error_reference_write(&reference, &panel, "test", out);
    fclose(out);
    assert_int_equal(ps_error_reference_read(path, &panel, 1, &again, &err), 0);
    assert_int_equal(again.n_samples, N);
    assert_memory_equal(again.site, reference.site, reference.n_sites * sizeof *again.site);

    ps_read_evidence dna = with_bad_place(&seed, 2000, rate, poor);
    for (int known = 0; known < 2; known++) {
        ps_case c = case_of(NULL, &dna, NULL);
        ps_ras_call call;
        c.errors = known ? &again : NULL;
        ps_call_ras(&c, &call);
        const ps_ras_variant *v = variant_of(&call, "G12D");
        assert_int_equal(v && v->best.filter == PS_FILTER_PASS, !known);
        assert_true(poor || (known ? call.codon[k12].lod95 > 0.008 : call.codon[k12].lod95 < 0.008));
        assert_true(poor || call.codon[codon_of("KRAS", 13)].lod95 < 0.008);
        free_call(&call);
    }
    /* a changed count is named by its line */
    FILE *f = fopen(path, "r+");
    char text[400];
    for (int i = 0; i < 20; i++)
        assert_non_null(fgets(text, sizeof text, f));
    fseek(f, -2, SEEK_CUR);
    fputs("x", f);
    fclose(f);
    ps_error_reference_free(&again);
    assert_int_equal(ps_error_reference_read(path, &panel, 1, &again, &err), -1);
    assert_non_null(strstr(err.text, "checksum does not fit"));
    remove(path);
    ps_error_reference_free(&reference);
    ps_error_reference_free(&few);
    ps_read_evidence_free(&dna);
    for (int i = 0; i < N; i++)
        ps_read_evidence_free(&normal[i]);
}

static void errors_of_normals(void **state) {
    (void)state;
    learn_and_call(6e-3, 0);
    learn_and_call(2.2e-2, 0); /* above what is background in one sample */
}

static void errors_of_normals_among_poor_bases(void **state) {
    (void)state;
    learn_and_call(6e-3, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_differ),        cmocka_unit_test(damaged_molecules),
        cmocka_unit_test(few_are_variants),     cmocka_unit_test(errors_on_a_passenger),
        cmocka_unit_test(optimistic_qualities), cmocka_unit_test(under_the_floor),
        cmocka_unit_test(kinds_of_indels),      cmocka_unit_test(long_runs_slip_no_less),
        cmocka_unit_test(limits_by_kind),       cmocka_unit_test(little_damage_among_poor_bases),
        cmocka_unit_test(errors_of_normals),    cmocka_unit_test(errors_of_normals_among_poor_bases),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
