/* Guards against: two persons taken for one, one for two, relatives for the same; contamination imagined from a
 * tumour's lost alleles, from too few SNPs, or overlooked; an answer that differs when read back from its JSON. */
#include "plasmastrat/label.h"
#include "unit_case.h"
#include "unit_persons.h"

static const assay tumour = {
    .role = PS_INPUT_DNA, .depth = 8, .error = 0.002, .purity = 0.9, .lost = 0.15, .gained = 0.3};
static const assay normal = {.role = PS_INPUT_NORMAL, .depth = 8, .error = 0.002};
static const assay rna = {.role = PS_INPUT_RNA,
                          .depth = 8,
                          .error = 0.004,
                          .spread = 0.5,
                          .skew = 0.7,
                          .purity = 0.9,
                          .lost = 0.15,
                          .gained = 0.3};

/* Both inputs cover the same SNPs: those that `keep` leaves. */
static void keep_snps(uint64_t *seed, ps_read_evidence *a, ps_read_evidence *b, int keep) {
    for (int i = 0; i < panel.n_snps; i++) {
        int kept = unit_below(seed, (uint64_t)(panel.n_snps - i)) < (uint64_t)keep;
        keep -= kept;
        if (!kept)
            a->snps.snp[i] = b->snps.snp[i] = (ps_snp_count){0};
    }
}

static ps_identity_comparison compare(uint64_t seed, assay x, assay y, const person *a, const person *b, int keep) {
    uint64_t genome = a == b ? seed : seed + 1;
    ps_read_evidence ea = unit_observe(&seed, &panel, a, x, genome ^ 0xabc),
                     eb = unit_observe(&seed, &panel, b, y, seed ^ 0xdef);
    keep_snps(&seed, &ea, &eb, keep);
    ps_case c = {.panel = &panel, .purity = NAN};
    c.reads[x.role] = &ea;
    c.reads[y.role] = &eb;
    ps_identity_call call;
    ps_call_identity(&c, &call);
    assert_int_equal(call.n_pairs, 1);
    assert_int_equal(call.n_inputs, 2);
    assert_int_equal(call.state, call.pair[0].state);
    ps_identity_comparison pair = call.pair[0];
    assert_true(pair.a < pair.b);
    ps_identity_free(&call);
    ps_read_evidence_free(&ea);
    ps_read_evidence_free(&eb);
    return pair;
}

static void told_apart(void **state) {
    (void)state;
    const struct { assay a, b; } kinds[] = {{tumour, normal}, {rna, tumour}, {rna, normal}};
    int open = 0;
    double equal = 0;
    for (uint64_t seed = 1; seed <= 40; seed++)
        for (size_t k = 0; k < 3; k++) {
            uint64_t s = seed * 1000 + k;
            person one = unit_stranger(&s, &panel), two = unit_stranger(&s, &panel);
            ps_identity_comparison same = compare(s, kinds[k].a, kinds[k].b, &one, &one, 40);
            ps_identity_comparison other = compare(s, kinds[k].a, kinds[k].b, &one, &two, 40);
            open += other.state == PS_IDENTITY_NOT_ASSESSABLE;
            if (same.state != PS_IDENTITY_SAME || other.state == PS_IDENTITY_SAME)
                fail_msg("seed %d kind %zu: %s %.1f %.1f at %d, %s %.1f %.1f", (int)seed, k,
                         ps_identity_state_names[same.state], same.log_odds, same.log_odds_relative, same.sites,
                         ps_identity_state_names[other.state], other.log_odds, other.log_odds_relative);
            equal += same.concordance - other.concordance;
        }
    assert_true(equal / 120 > 0.25);
    assert_true(open <= 1); /* of 120 strangers, one who is much alike by chance at 40 SNPs of skewed RNA */
}

static void relatives_are_not_the_same(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t s = seed;
        person mother = unit_stranger(&s, &panel), father = unit_stranger(&s, &panel);
        person one = unit_child(&s, &panel, &mother, &father), two = unit_child(&s, &panel, &mother, &father);
        ps_identity_comparison parent = compare(s, rna, tumour, &one, &mother, 200);
        ps_identity_comparison sibling = compare(s, rna, tumour, &one, &two, 200);
        assert_int_equal(parent.state, PS_IDENTITY_DIFFERENT);
        assert_int_equal(sibling.state, PS_IDENTITY_DIFFERENT);
    }
}

static void too_few_snps(void **state) {
    (void)state;
    uint64_t s = 3;
    person one = unit_stranger(&s, &panel), two = unit_stranger(&s, &panel);
    assay deep = normal, deeper = tumour;
    deep.depth = deeper.depth = 200;
    ps_identity_comparison c = compare(s, deeper, deep, &one, &two, 14);
    assert_int_equal(c.sites, 14);
    assert_int_equal(c.state, PS_IDENTITY_NOT_ASSESSABLE);
    assert_true(has_reason(&c.reasons, PS_REASON_FEW_SNPS));
    c = compare(s, deeper, deep, &one, &two, 15);
    assert_int_equal(c.state, PS_IDENTITY_DIFFERENT);
    c = compare(s, deeper, deep, &one, &two, 0);
    assert_int_equal(c.sites, 0);
    assert_true(isnan(c.log_odds) && isnan(c.concordance));
    deep.depth = deeper.depth = 0.7; /* many SNPs that say little */
    c = compare(s, deeper, deep, &one, &one, 60);
    assert_true(c.sites >= 15);
    assert_int_equal(c.state, PS_IDENTITY_NOT_ASSESSABLE);
    assert_true(has_reason(&c.reasons, PS_REASON_IDENTITY_UNCLEAR));
}

/* What is published is what is compared: deep sites are scaled, and the same comparison follows from the text alone.
 */
static void from_the_published_form(void **state) {
    (void)state;
    ps_read_evidence e = case_evidence(PS_INPUT_DNA);
    e.snps.snp[0] = (ps_snp_count){63, 0, 9};
    e.snps.snp[1] = (ps_snp_count){100000, 100000, 0};
    e.snps.snp[2] = (ps_snp_count){3, 5, 0};
    e.snps.snp[3] = (ps_snp_count){0, 1000000, 0};
    e.snps.snp[4] = (ps_snp_count){999, 1, 0};
    ps_identity_input in;
    ps_identity_publish(&panel, &e, &in);
    assert_memory_equal(in.counts, "_0WV350__0", 10);
    assert_memory_equal(in.genotypes, "01", 2);
    assert_int_equal(in.genotypes[2], '1');
    assert_int_equal(in.genotypes[3], '2');
    assert_int_equal(in.genotypes[4], '0');
    assert_int_equal(in.genotypes[5], '.');
    assert_int_equal(in.sites, 5);
    assert_int_equal(in.fragments, 63 + 200000 + 8 + 1000000 + 1000);
    assert_true(ps_identity_is_counts(&panel, in.counts));
    static const char *const bad[] = {"", "00", "_1", "?0", "0\xc3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *text = ps_strdup(in.counts);
        if (i < 2)
            text[strlen(bad[i])] = '\0';
        else
            memcpy(text, bad[i], 2);
        assert_false(ps_identity_is_counts(&panel, text));
        free(text);
    }
    assert_false(ps_identity_is_counts(&panel, NULL));
    free(in.counts);
    free(in.genotypes);
    ps_read_evidence_free(&e);
}

static void mixed_persons_have_no_label(void **state) {
    (void)state;
    ps_calls calls = {0};
    ps_label label;
    calls.ras.state = PS_RAS_MUTATED;
    calls.ras.log_odds = 50;
    calls.ccnd1.state = PS_CCND1_DYSREGULATED;
    calls.ccnd1.log_level[PS_LEVEL_VERY_HIGH] = 50;
    const ps_model *model = &panel.models[ps_panel_model(&panel, "rationale")];
    for (int s = 0; s < PS_N_IDENTITY_STATES; s++) {
        calls.identity = (ps_identity_call){.state = (ps_identity_state)s, .n_pairs = 1};
        calls.identity.pair[0] = (ps_identity_comparison){
            .a = PS_INPUT_RNA, .b = PS_INPUT_DNA, .state = (ps_identity_state)s, .sites = 20, .log_odds = -40};
        ps_stratify(&panel, model, &calls, PS_SPECIMEN_LESION, NAN, &label);
        int mixed = s == PS_IDENTITY_DIFFERENT;
        assert_int_equal(label.chosen.label, mixed ? PS_LABEL_NOT_ASSESSABLE : PS_LABEL_PLASMACYTOMA);
        assert_int_equal(isnan(label.chosen.probability), mixed);
        assert_int_equal(has_reason(&label.chosen.reasons, PS_REASON_MIXED_PERSONS), mixed);
        for (size_t i = 0; i < label.n_verdicts && mixed; i++) {
            assert_int_equal(label.verdict[i].label, PS_LABEL_NOT_ASSESSABLE);
            assert_non_null(strstr(detail_of(&label.verdict[i].reasons, PS_REASON_MIXED_PERSONS), "rna and dna"));
        }
        ps_label_free(&label);
    }
}

/* ---- contamination --------------------------------------------------------------------------------------------- */

static ps_contamination contaminate(uint64_t seed, assay a) {
    uint64_t s = seed * 7919;
    person who = unit_stranger(&s, &panel), foreign = unit_stranger(&s, &panel);
    a.foreign = a.fraction > 0 ? &foreign : NULL;
    ps_read_evidence e = unit_observe(&s, &panel, &who, a, s ^ 0x5555);
    ps_contamination call;
    ps_call_contamination(&panel, &e, NULL, &call);
    ps_read_evidence_free(&e);
    return call;
}

/* Guards against: a sibling's twentieth in a tumour that lost copies, "below the limit" as often as not. */
static void a_siblings_twentieth_is_never_below(void **state) {
    (void)state;
    int open = 0;
    for (uint64_t seed = 1; seed <= 15; seed++) {
        uint64_t draw = seed * 7919;
        person mother = unit_stranger(&draw, &panel), father = unit_stranger(&draw, &panel);
        person one = unit_child(&draw, &panel, &mother, &father), two = unit_child(&draw, &panel, &mother, &father);
        assay a = {.role = PS_INPUT_DNA, .depth = 30, .error = 0.001, .foreign = &two, .fraction = 0.05};
        a.purity = 0.9, a.lost = 0.15, a.gained = 0.3;
        ps_read_evidence e = unit_observe(&draw, &panel, &one, a, draw ^ 0x5555);
        ps_contamination c;
        ps_call_contamination(&panel, &e, NULL, &c);
        assert_int_not_equal(c.state, PS_CONTAMINATION_BELOW);
        open += has_reason(&c.reasons, PS_REASON_RELATIVES_OPEN);
        assert_int_equal(c.state == PS_CONTAMINATION_NOT_ASSESSABLE,
                         has_reason(&c.reasons, PS_REASON_RELATIVES_OPEN));
        ps_read_evidence_free(&e);
    }
    assert_true(open > 0); /* some of these were below the limit */
}

/* Guards against: an interval as narrow where few SNPs are covered as where many are: fitted shares then explain a
 * sibling's fifth as lost copies. */
static void a_siblings_share_at_few_snps_is_never_below(void **state) {
    (void)state;
    int held = 0;
    enum { REPEATS = 40 };
    for (uint64_t r = 1; r <= REPEATS; r++) {
        uint64_t s = r * 7919;
        assay a = {.role = PS_INPUT_DNA,
                   .depth = 40,
                   .sites = 60,
                   .error = 0.001,
                   .purity = 0.5,
                   .lost = 0.15,
                   .gained = 0.3};
        person mother = unit_stranger(&s, &panel), father = unit_stranger(&s, &panel);
        person who = unit_child(&s, &panel, &mother, &father), sibling = unit_child(&s, &panel, &mother, &father);
        a.fraction = r % 2 ? 0.05 : 0.2;
        a.foreign = &sibling;
        ps_read_evidence e = unit_observe(&s, &panel, &who, a, s ^ 0x5555);
        ps_contamination call;
        ps_call_contamination(&panel, &e, NULL, &call);
        if (call.state == PS_CONTAMINATION_BELOW)
            fail_msg("seed %d, %g: %g (%g to %g)", (int)r, a.fraction, call.fraction, call.low, call.high);
        held += call.low <= a.fraction && a.fraction <= call.high;
        ps_read_evidence_free(&e);
    }
    assert_true(held >= 0.93 * REPEATS);
}

/* Guards against: a likelihood of two peaks of which the higher one, a sibling's fifth, lies between points of the
 * grid. */
static void the_higher_peak_is_found(void **state) {
    (void)state;
    uint64_t draw = 9 * 7919;
    person mother = unit_stranger(&draw, &panel), father = unit_stranger(&draw, &panel);
    person one = unit_child(&draw, &panel, &mother, &father), two = unit_child(&draw, &panel, &mother, &father);
    assay a = {.role = PS_INPUT_DNA, .depth = 60, .error = 0.001, .foreign = &two, .fraction = 0.2};
    ps_read_evidence e = unit_observe(&draw, &panel, &one, a, draw ^ 0x5555);
    ps_contamination c;
    ps_call_contamination(&panel, &e, NULL, &c);
    assert_int_equal(c.state, PS_CONTAMINATION_FOUND);
    assert_true(c.low <= 0.2 && 0.2 <= c.high);
    ps_read_evidence_free(&e);
}

/* Guards against: copies that make an interval narrow: four of each molecule say what one says. */
static void copies_say_one_thing_once(void **state) {
    (void)state;
    uint64_t s = 77;
    person who = unit_stranger(&s, &panel), foreign = unit_stranger(&s, &panel);
    assay a = {.role = PS_INPUT_DNA, .depth = 30, .error = 0.001, .foreign = &foreign, .fraction = 0.04};
    ps_read_evidence e = unit_observe(&s, &panel, &who, a, 1);
    ps_library library = {.kind = PS_LIBRARY_COPIES, .has_copies = 1, .share = 0.25};
    ps_contamination once, copied, taken;
    ps_call_contamination(&panel, &e, NULL, &once);
    for (int i = 0; i < panel.n_snps; i++) {
        e.snps.snp[i].ref *= 4;
        e.snps.snp[i].alt *= 4;
        e.snps.snp[i].other *= 4;
    }
    ps_call_contamination(&panel, &e, &library, &copied);
    ps_call_contamination(&panel, &e, NULL, &taken);
    assert_near(copied.fraction, once.fraction, 1e-4);
    assert_near(copied.low, once.low, 1e-4);
    assert_near(copied.high, once.high, 1e-4);
    assert_int_equal(copied.fragments, once.fragments);
    assert_true(once.low <= 0.04 && 0.04 <= once.high &&
                taken.low > 0.05); /* as if they were molecules: too sure of what is wrong */
    ps_read_evidence_free(&e);
}

/* Guards against: contamination.c knowing strangers only: a sibling's fragments at twice the usual share of shared
 * alleles were taken for the owner's own lost copies. */
static void relatives_as_intruders(void **state) {
    (void)state;
    int held = 0, n = 0;
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int kin = 0; kin < 3; kin++)
            for (double fraction = 0.05; fraction < 0.5; fraction *= 2) {
                uint64_t draw = seed * 7907 + (uint64_t)kin;
                person mother = unit_stranger(&draw, &panel), father = unit_stranger(&draw, &panel);
                person one = unit_child(&draw, &panel, &mother, &father);
                person two = unit_child(&draw, &panel, &mother, &father);
                const person *owner = kin == 1 ? &mother : &one, *foreign = kin == 2   ? &mother
                                                                            : kin == 1 ? &one
                                                                                       : &two;
                assay a = {
                    .role = PS_INPUT_DNA, .depth = 60, .error = 0.001, .foreign = foreign, .fraction = fraction};
                ps_read_evidence e = unit_observe(&draw, &panel, owner, a, 1);
                ps_contamination c;
                ps_call_contamination(&panel, &e, NULL, &c);
                assert_int_equal(c.state, PS_CONTAMINATION_FOUND);
                held += c.low <= fraction && fraction <= c.high;
                n++;
                ps_read_evidence_free(&e);
            }
    assert_true(held >= n - 6);
}

/* Guards against: identity.c calling a tumour that lost a haplotype whole its owner's parent or child. */
static void a_haploid_tumour_is_the_same_person(void **state) {
    (void)state;
    static const double lost[] = {0.5, 0.9};
    for (size_t l = 0; l < 2; l++)
        for (uint64_t seed = 1; seed <= 4; seed++)
            for (int who = 0; who < 3; who++) {
                uint64_t draw = seed * 104729;
                person mother = unit_stranger(&draw, &panel), father = unit_stranger(&draw, &panel);
                person one = unit_child(&draw, &panel, &mother, &father);
                person two = unit_child(&draw, &panel, &mother, &father);
                const person *other = who == 0 ? &one : who == 1 ? &mother : &two;
                assay a = {.role = PS_INPUT_DNA, .depth = 30, .error = 0.001, .purity = 0.98, .lost = lost[l]};
                assay b = {.role = PS_INPUT_NORMAL, .depth = 30, .error = 0.001};
                ps_read_evidence lesion = unit_observe(&draw, &panel, &one, a, seed),
                                 blood = unit_observe(&draw, &panel, other, b, 0);
                ps_case c = case_of(NULL, &lesion, &blood);
                ps_identity_call call;
                ps_call_identity(&c, &call);
                assert_int_equal(call.state, who == 0 ? PS_IDENTITY_SAME : PS_IDENTITY_DIFFERENT);
                ps_identity_free(&call);
                ps_read_evidence_free(&lesion);
                ps_read_evidence_free(&blood);
            }
}

static void contamination_is_measured(void **state) {
    (void)state;
    static const double highest[] = {0.01, 0.02, 0.04}; /* of clean ones: normal, tumour, RNA */
    int held = 0, n = 0;
    for (uint64_t seed = 1; seed <= 12; seed++)
        for (int kind = 0; kind < 3; kind++) {
            assay a = kind == 0 ? normal : tumour;
            a.depth = 30;
            if (kind == 2)
                a = (assay){
                    .role = PS_INPUT_RNA, .depth = 40, .sites = 250, .error = 0.002, .spread = 1, .skew = 0.7};
            a.fraction = 0;
            ps_contamination c = contaminate(seed, a);
            assert_int_equal(c.state, PS_CONTAMINATION_BELOW);
            if (c.low > c.fraction || c.fraction >= 0.01 || c.high >= highest[kind])
                fail_msg("seed %d, kind %d: %g (%g to %g)", (int)seed, kind, c.fraction, c.low, c.high);
            a.fraction = 0.05;
            c = contaminate(seed, a);
            assert_int_equal(c.state, PS_CONTAMINATION_FOUND);
            held += c.low <= 0.05 && c.high >= 0.05;
            n++;
        }
    assert_true(held >= n - 4); /* 95 % of 36, and what chance leaves */
}

static void too_little_for_contamination(void **state) {
    (void)state;
    assay a = {.role = PS_INPUT_DNA, .depth = 500, .sites = 39, .error = 0.001, .fraction = 0.3};
    ps_contamination c = contaminate(1, a);
    assert_int_equal(c.sites, 39);
    assert_int_equal(c.state, PS_CONTAMINATION_NOT_ASSESSABLE);
    assert_true(isnan(c.fraction) && isnan(c.low) && isnan(c.high));
    assert_true(has_reason(&c.reasons, PS_REASON_FEW_SNPS));
    a.depth = 20, a.sites = 40; /* about 800 fragments */
    assert_int_equal(contaminate(1, a).state, PS_CONTAMINATION_NOT_ASSESSABLE);
    a.depth = 60;
    assert_int_equal(contaminate(1, a).state, PS_CONTAMINATION_FOUND);
    a.depth = 4, a.sites = 0; /* many SNPs, none deep */
    assert_int_equal(contaminate(1, a).state, PS_CONTAMINATION_NOT_ASSESSABLE);
    ps_read_evidence e = case_evidence(PS_INPUT_DNA);
    e.given = 0;
    ps_call_contamination(&panel, &e, NULL, &c);
    assert_int_equal(c.state, PS_CONTAMINATION_NOT_ASSESSABLE);
    ps_read_evidence_free(&e);
}

/* Reads on the wrong places show third alleles. Where these are most of what is seen, no chance of an error is left
 * to reckon with, and nothing is below any limit. */
static void third_alleles_for_contamination(void **state) {
    (void)state;
    static const uint32_t others[] = {2, 15, 30, 200};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ps_read_evidence e = case_evidence(PS_INPUT_DNA);
        ps_contamination c;
        for (int k = 0; k < panel.n_snps; k++)
            e.snps.snp[k] = (ps_snp_count){.ref = 20, .other = others[i]};
        ps_call_contamination(&panel, &e, NULL, &c);
        if (i == 0) {
            assert_int_equal(c.state, PS_CONTAMINATION_BELOW);
            assert_true(c.fraction >= 0 && c.low >= 0 && c.high > c.fraction);
        } else {
            assert_int_equal(c.state, PS_CONTAMINATION_NOT_ASSESSABLE);
            assert_true(has_reason(&c.reasons, PS_REASON_NOISY_SNPS));
            assert_true(isnan(c.fraction) && isnan(c.low) && isnan(c.high) && isnan(c.error_rate));
        }
        ps_read_evidence_free(&e);
    }
}

/* Lost alleles of an impure tumour leave minor alleles at heterozygous SNPs; damage makes them at homozygous ones. */
static void imitations_of_contamination(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        assay a = {.role = PS_INPUT_DNA, .depth = 40, .error = 0.001, .purity = 0.9, .lost = 0.5, .gained = 0.3};
        assert_int_equal(contaminate(seed, a).state, PS_CONTAMINATION_BELOW);
        a = (assay){.role = PS_INPUT_DNA, .depth = 40, .error = 0.001, .damage = 0.03};
        assert_int_equal(contaminate(seed, a).state, PS_CONTAMINATION_BELOW);
        a = (assay){.role = PS_INPUT_DNA, .depth = 40, .error = 0.02};
        assert_int_equal(contaminate(seed, a).state, PS_CONTAMINATION_BELOW);
        a = (assay){.role = PS_INPUT_DNA, .depth = 5000, .sites = 50, .error = 0.001};
        assert_int_equal(contaminate(seed, a).state, PS_CONTAMINATION_BELOW);
    }
}

/* ---- many ------------------------------------------------------------------------------------------------------ */

static void found_among_many(void **state) {
    (void)state;
    enum { N = 60 };
    static const double depths[] = {30, 8, 2};
    for (size_t d = 0; d < 3; d++) {
        ps_identity_profile all[N];
        uint64_t s = 11 + d;
        person who = {{{0}}}, mother = who, father = who;
        for (int i = 0; i < N; i++) { /* two of each person, then the person's sibling */
            if (i % 3 == 0) {
                mother = unit_stranger(&s, &panel);
                father = unit_stranger(&s, &panel);
            }
            if (i % 3 != 1)
                who = unit_child(&s, &panel, &mother, &father);
            assay a = i % 2 ? tumour : normal;
            a.depth = depths[d];
            ps_read_evidence e = unit_observe(&s, &panel, &who, a, s);
            ps_identity_input in;
            ps_identity_publish(&panel, &e, &in);
            ps_identity_profile_of(&panel, in.role, in.counts, in.genotypes, in.sites, &all[i]);
            free(in.counts);
            free(in.genotypes);
            ps_read_evidence_free(&e);
        }
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                if (i != j)
                    assert_int_equal(ps_identity_same(&panel, &all[i], &all[j], log(N * (N - 1) / 2.0)),
                                     i / 3 == j / 3 && i % 3 != 2 && j % 3 != 2);
        for (int i = 0; i < N; i++)
            ps_identity_profile_free(&all[i]);
    }
}

/* The same fragments by name and bases are one file twice; one other name, or too few of them, are not. */
static int same(const ps_read_evidence *a, const ps_read_evidence *b) {
    char mark[2][17];
    ps_reads_mark(a, mark[0]);
    ps_reads_mark(b, mark[1]);
    return ps_same_reads(mark[0], mark[1]);
}

static void same_reads(void **state) {
    (void)state;
    enum { N = 60 };
    ps_picture_row row[2][N];
    for (int i = 0; i < N; i++)
        row[0][i] = row[1][i] =
            (ps_picture_row){.codon = i / 10, .hap = 43, .order = (uint64_t)i * 977, .text = "ACG"};
    ps_read_evidence a = {.codons.picture = row[0], .codons.n_picture = N},
                     b = {.codons.picture = row[1], .codons.n_picture = N}, none = {0};
    assert_true(same(&a, &b));
    assert_false(same(&a, &none));
    assert_false(same(&none, &none));
    row[1][N - 1].order++;
    assert_false(same(&a, &b));
    row[1][N - 1] = row[0][N - 1];
    row[1][7].text = "ATG";
    assert_false(same(&a, &b));
    a.codons.n_picture = b.codons.n_picture = 7;
    assert_false(same(&a, &b)); /* the seven agree, but say little */
}

/* Files that were merged before are still files: names and copies are told apart as in one run on all of them. */
static void files_of_a_merge(void **state) {
    (void)state;
    static const struct {
        ps_input_role role;
        const char *name, *mark;
        const char *error;
    } rows[] = {
        {PS_INPUT_DNA, "", "1", NULL},
        {PS_INPUT_DNA, "ANNA", "2", NULL},
        {PS_INPUT_DNA, "BERTA", "3", "'BERTA', but the header of 1.bam names 'ANNA'"},
        {PS_INPUT_RNA, "BERTA", "3", NULL},
        {PS_INPUT_DNA, "", "1", "is given as dna, but has the same reads as 0.bam (dna)"},
        {PS_INPUT_NORMAL, "ANNA", "2", "is given as normal, but has the same reads as 1.bam (dna)"},
        {PS_INPUT_DNA, "ANNA", "", NULL},
        {PS_INPUT_VCF, "CARLA", "", NULL},
    };
    static char *const paths[] = {"0.bam", "1.bam", "new.bam"};
    for (size_t i = 2; i < sizeof rows / sizeof *rows; i++) {
        ps_input_info input[3];
        ps_error err = {0};
        for (size_t k = 0; k < 3; k++) {
            size_t from = k < 2 ? k : i;
            input[k] = (ps_input_info){
                .role = rows[from].role, .path = paths[k], .sample_name = (char *)(uintptr_t)rows[from].name};
            snprintf(input[k].mark, sizeof input[k].mark, "%s", rows[from].mark);
        }
        assert_int_equal(ps_check_inputs(input, 3, &err), rows[i].error ? -1 : 0);
        assert_true(!rows[i].error || strstr(err.text, rows[i].error));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_reads),
        cmocka_unit_test(files_of_a_merge),
        cmocka_unit_test(told_apart),
        cmocka_unit_test(relatives_are_not_the_same),
        cmocka_unit_test(too_few_snps),
        cmocka_unit_test(from_the_published_form),
        cmocka_unit_test(mixed_persons_have_no_label),
        cmocka_unit_test(contamination_is_measured),
        cmocka_unit_test(relatives_as_intruders),
        cmocka_unit_test(copies_say_one_thing_once),
        cmocka_unit_test(a_siblings_twentieth_is_never_below),
        cmocka_unit_test(a_siblings_share_at_few_snps_is_never_below),
        cmocka_unit_test(the_higher_peak_is_found),
        cmocka_unit_test(a_haploid_tumour_is_the_same_person),
        cmocka_unit_test(too_little_for_contamination),
        cmocka_unit_test(third_alleles_for_contamination),
        cmocka_unit_test(imitations_of_contamination),
        cmocka_unit_test(found_among_many),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
