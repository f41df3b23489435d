/* Guards against: test_expression_reference.c - a cohort's reference: fit, file, and the call against it. Counts are
 * typed: 100 fragments per kb on the median reference gene, each gene with a level of its own. */
#define _DEFAULT_SOURCE /* mkstemps */
#include "unit_case.h"
#include "unit_random.h"

#include <unistd.h>

enum { COHORT = 60, RATE = 100 };

static void set_gene(ps_read_evidence *e, int gene, double per_kb) {
    uint64_t n = (uint64_t)floor(per_kb * panel.genes[gene].length / 1000 + 0.5);
    e->genes.gene[gene] = (ps_gene_count){
        .fragments = n, .sense = n / 2, .antisense = n - n / 2, .reads = 2 * n, .spliced = n / 2, .third = {n, n, n}};
}

/* Levels of the reference genes beside the panel's centres by up to 0.4: a cohort has its own. Markers are pure
 * plasma cells'. */
static double level_of(int gene) {
    double centre = panel.genes[gene].centre;
    return panel.genes[gene].role == PS_ROLE_REFERENCE ? centre + (double)(gene % 9 - 4) / 10
           : isfinite(centre)                          ? centre
                                                       : 3;
}

static ps_read_evidence sample_at(double ccnd1_log2, double depth, uint64_t *seed) {
    ps_read_evidence e = case_evidence(PS_INPUT_RNA);
    for (int i = 0; i < panel.n_genes; i++) {
        ps_role role = panel.genes[i].role;
        double level = role == PS_ROLE_OTHER_CELL ? -7 : level_of(i);
        set_gene(&e, i, depth * RATE * exp2(level + (seed ? 0.3 * unit_normal(seed) : 0)));
    }
    set_gene(&e, panel.ccnd1, depth * RATE * exp2(ccnd1_log2));
    return e;
}

typedef struct cohort {
    ps_read_evidence sample[COHORT];
    const ps_read_evidence *rna[COHORT];
    const char *id[COHORT];
    char name[COHORT][16];
} cohort;

/* `states` of the three components -6, -0.5, 4 in turn. */
static void make_cohort(cohort *c, int states, uint64_t seed) {
    static const double mean[] = {-6, -0.5, 4};
    for (int i = 0; i < COHORT; i++) {
        c->sample[i] = sample_at(mean[i % states] + 0.5 * unit_normal(&seed), 1 + i % 3, &seed);
        c->rna[i] = &c->sample[i];
        snprintf(c->name[i], sizeof c->name[i], "S%02d", i);
        c->id[i] = c->name[i];
    }
}

static void free_cohort(cohort *c) {
    for (int i = 0; i < COHORT; i++)
        ps_read_evidence_free(&c->sample[i]);
}

static ps_expression_reference fitted(cohort *c, size_t n, int mixture) {
    ps_expression_reference r;
    ps_error err = {0};
    if (ps_fit_expression(&panel, c->rna, c->id, n, mixture, "sheet.tsv", &r, &err) < 0)
        fail_msg("%s", err.text);
    r.program = ps_strdup("0");
    return r;
}

static ps_expression_call call_with(const ps_read_evidence *rna, const ps_expression_reference *r) {
    ps_case c = case_of(rna, NULL, NULL);
    ps_expression_call call;
    c.expression_reference = r;
    ps_call_expression(&c, &call);
    return call;
}

static void free_call(ps_expression_call *call) {
    ps_calls all = {.expression = *call};
    ps_calls_free(&all);
}

/* ---- the fit --------------------------------------------------------------------------------------------------- */

static void components(void **state) {
    (void)state;
    static cohort c;
    for (int states = 1; states <= 3; states++) {
        make_cohort(&c, states, 7 + (uint64_t)states);
        ps_expression_reference r = fitted(&c, COHORT, 1);
        assert_int_equal(r.n_components, states);
        assert_int_equal(r.n_used, COHORT);
        assert_near(r.component[0].mean, -6, 0.35);
        assert_int_equal(r.component[0].level, PS_LEVEL_LOW);
        assert_int_equal(r.has_cut_offs, states > 1);
        if (states == 3) {
            assert_near(r.component[1].mean, -0.5, 0.35);
            assert_near(r.component[2].mean, 4, 0.35);
            assert_true(r.component[1].level == PS_LEVEL_INTERMEDIATE && r.component[2].level == PS_LEVEL_VERY_HIGH);
            assert_near(r.component[0].weight, 1.0 / 3, 0.01);
        }
        if (states > 1) {
            assert_true(-5.5 < r.not_at && r.not_at < -1 && r.over_at > 1 && r.over_at < 4);
            /* at a posterior of 0.9, in steps of 0.01; a level that the cohort lacks is the panel's */
            ps_mixture m;
            double at[PS_N_LEVELS], beyond[PS_N_LEVELS];
            assert_int_equal(ps_mixture_of(&panel, &r, &m), 1);
            assert_int_equal(m.n, states + 3);
            ps_mixture_posterior(&m, r.not_at, at);
            ps_mixture_posterior(&m, r.not_at + 0.01, beyond);
            assert_true(at[PS_LEVEL_LOW] >= 0.9 && beyond[PS_LEVEL_LOW] < 0.9);
            ps_mixture_posterior(&m, r.over_at, at);
            assert_true(at[PS_LEVEL_VERY_HIGH] >= 0.9);
            assert_near(m.component[4].mean, states == 3 ? r.component[2].mean : 5, 1e-9);
            for (double far = -40; far < 41; far += 80) {
                ps_mixture_posterior(&m, far, at);
                assert_true(at[far > 0 ? PS_LEVEL_VERY_HIGH : PS_LEVEL_LOW] > 0.99);
            }
        }
        ps_expression_reference_free(&r);
        r = fitted(&c, COHORT, 0);
        assert_true(r.n_components == 0 && !r.has_cut_offs && isfinite(r.median) && r.mad > 0);
        ps_expression_reference_free(&r);
        r = fitted(&c, PS_MIXTURE_MIN_SAMPLES - 1, 1);
        assert_int_equal(r.n_components, 0);
        ps_expression_reference_free(&r);
        free_cohort(&c);
    }
}

/* Guards against: name_components(): two modes at one level of the panel's are one level, and give no cut-offs; so no
 * cut-off of a cohort crosses the panel's without samples of that level. */
static void no_state_against_the_assumption(void **state) {
    (void)state;
    static cohort c;
    for (int high = 0; high < 2; high++) {
        uint64_t seed = 3;
        for (int i = 0; i < COHORT; i++) {
            double mean = high ? (i % 2 ? 6.4 : 4.3) : (i % 2 ? -4.3 : -6.4);
            c.sample[i] = sample_at(mean + 0.2 * unit_normal(&seed), 20, &seed);
            c.rna[i] = &c.sample[i];
            c.id[i] = "x";
        }
        ps_expression_reference r = fitted(&c, COHORT, 1);
        assert_int_equal(r.n_components, 2);
        ps_level level = high ? PS_LEVEL_VERY_HIGH : PS_LEVEL_LOW;
        assert_true(r.component[0].level == level && r.component[1].level == level && !r.has_cut_offs);
        r.name = ps_strdup("own");
        ps_expression_call call = call_with(&c.sample[0], &r);
        assert_int_equal(call.state, high ? PS_EXPRESSION_OVER : PS_EXPRESSION_NOT_OVER);
        assert_true(has_reason(&call.reasons, PS_REASON_REFERENCE_ASSUMED) && !call.cohort_cut_offs &&
                    isfinite(call.z));
        free_call(&call);
        ps_expression_reference_free(&r);
        free_cohort(&c);
    }
}

/* Genes keep their levels as centres, whatever a fifth of them does in a quarter of the samples. */
static void centres_survive_outliers(void **state) {
    (void)state;
    static cohort c;
    make_cohort(&c, 3, 5);
    for (int i = 0; i < COHORT; i += 4)
        for (int g = 0, k = 0; g < panel.n_genes; g++)
            if (panel.genes[g].role == PS_ROLE_REFERENCE && k++ % 5 == 0)
                set_gene(&c.sample[i], g, 4 * (1 + i % 3) * RATE * exp2(level_of(g)));
    ps_expression_reference r = fitted(&c, COHORT, 1);
    double middle[64];
    size_t n = 0;
    for (int g = 0; g < r.n_genes; g++)
        if (isfinite(r.centre[g]))
            middle[n++] = level_of(g);
    double centre = ps_median(middle, n);
    for (int g = 0; g < r.n_genes; g++) {
        assert_int_equal(isfinite(r.centre[g]) != 0, panel.genes[g].role == PS_ROLE_REFERENCE);
        if (isfinite(r.centre[g]))
            assert_near(r.centre[g], level_of(g) - centre, 0.4); /* a quarter of the values is off */
    }
    /* a new sample with a fifth of the genes 4-fold down is still placed */
    ps_read_evidence e = sample_at(2, 1, NULL);
    for (int g = 0, k = 0; g < panel.n_genes; g++)
        if (panel.genes[g].role == PS_ROLE_REFERENCE && k++ % 5 == 1)
            set_gene(&e, g, RATE * exp2(level_of(g)) / 4);
    ps_expression_call call = call_with(&e, &r);
    assert_near(call.log2_ratio, 2 - centre, 0.3);
    free_call(&call);
    ps_read_evidence_free(&e);
    ps_expression_reference_free(&r);
    free_cohort(&c);
}

static void samples_left_out(void **state) {
    (void)state;
    static cohort c;
    make_cohort(&c, 3, 9);
    for (int g = 0; g < panel.n_genes; g++) {
        c.sample[0].genes.gene[g].spliced = 0; /* DNA */
        if (panel.genes[g].role == PS_ROLE_PLASMA_CELL)
            set_gene(&c.sample[1], g, 0.01); /* no plasma cells */
        ps_gene_count *late = &c.sample[2].genes.gene[g];
        late->third[2] = 8 * late->reads;               /* transcript ends */
        c.sample[4].genes.gene[g] = (ps_gene_count){0}; /* nothing */
    }
    ps_read_evidence_free(&c.sample[3]);
    c.sample[3] = sample_at(-30, 0.02, NULL); /* too shallow to have shown CCND1 */
    for (int g = 0; g < panel.n_genes; g++)   /* the depth gate stays open */
        if (!strcmp(panel.genes[g].name, "GAPDH"))
            set_gene(&c.sample[3], g, 3000);
    ps_expression_reference r = fitted(&c, COHORT, 1);
    static const char *const why[] = {"not-rna: ", "low-plasma-cells: ", "three-prime-bias: ",
                                      "depth-below-threshold: ", "few-reference-fragments: "};
    for (int i = 0; i < 5; i++) {
        assert_false(r.sample[i].used);
        if (strncmp(r.sample[i].reason, why[i], strlen(why[i])) != 0)
            fail_msg("%d: %s", i, r.sample[i].reason);
    }
    assert_int_equal(r.n_used, COHORT - 5);
    assert_int_equal(r.n_samples, COHORT);
    ps_expression_reference_free(&r);
    ps_error err = {0};
    assert_int_equal(ps_fit_expression(&panel, c.rna, c.id, 14, 1, "sheet.tsv", &r, &err), -1);
    assert_non_null(strstr(err.text, "sheet.tsv: 9 of 14 samples"));
    assert_non_null(strstr(err.text, "at least 10"));
    assert_non_null(strstr(err.text, "not-rna"));
    free_cohort(&c);
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static char path[64];

static void put_file(const char *bytes, size_t n) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static char *written(const ps_expression_reference *r, size_t *n) {
    ps_error err = {0};
    FILE *f = fopen(path, "w+b");
    assert_non_null(f);
    assert_int_equal(ps_expression_reference_write(r, f, &err), 0);
    *n = (size_t)ftell(f);
    char *bytes = ps_alloc(*n + 1, 1);
    rewind(f);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

static void same(double a, double b) {
    assert_true(a == b || (isnan(a) && isnan(b)));
}

static void round_trip(void **state) {
    (void)state;
    static cohort c;
    make_cohort(&c, 3, 11);
    for (int g = 0; g < panel.n_genes; g++)
        c.sample[5].genes.gene[g].spliced = 0; /* one sample is left out */
    ps_expression_reference r = fitted(&c, COHORT, 1), back;
    ps_error err = {0};
    size_t n = 0, n2 = 0;
    char *bytes = written(&r, &n);
    if (ps_expression_reference_read(path, &back, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(ps_expression_reference_fits(path, &back, &panel, &err), 0);
    assert_string_equal(back.name, strrchr(path, '/') + 1);
    assert_string_equal(back.build, "GRCh38");
    assert_int_equal(back.n_genes, panel.n_genes);
    assert_true(back.n_samples == COHORT && back.n_used == COHORT - 1);
    same(back.median, r.median);
    same(back.mad, r.mad);
    same(back.late_share, r.late_share);
    same(back.not_at, r.not_at);
    same(back.over_at, r.over_at);
    assert_int_equal(back.n_components, 3);
    assert_memory_equal(back.component, r.component, sizeof r.component);
    for (int g = 0; g < r.n_genes; g++) {
        same(back.centre[g], r.centre[g]);
        assert_string_equal(back.gene[g], panel.genes[g].name);
    }
    for (size_t i = 0; i < COHORT; i++) {
        assert_string_equal(back.sample[i].reason, r.sample[i].reason);
        same(back.sample[i].log2[0], r.sample[i].log2[0]);
        assert_memory_equal(back.sample[i].fragments, r.sample[i].fragments, (size_t)r.n_genes * sizeof(uint64_t));
    }
    assert_memory_equal(back.sorted, r.sorted, r.n_used * sizeof(double));
    char *again = written(&back, &n2);
    assert_int_equal(n, n2);
    assert_memory_equal(bytes, again, n);

    /* every sample of the cohort is placed by the caller where the fit placed it */
    for (size_t i = 0; i < COHORT; i++) {
        ps_expression_call call = call_with(&c.sample[i], &back);
        if (back.sample[i].used)
            assert_near(call.per_cell, back.sample[i].log2[0], 2e-5 * fabs(call.per_cell) + 2e-5);
        free_call(&call);
    }
    free(bytes);
    free(again);
    ps_expression_reference_free(&r);
    ps_expression_reference_free(&back);
    free_cohort(&c);
}

/* Replaces the first `from` by `to` in a copy. */
static char *changed(const char *bytes, const char *from, const char *to) {
    const char *at = strstr(bytes, from);
    if (!at)
        fail_msg("no '%s' in the file", from);
    return ps_format("%.*s%s%s", (int)(at - bytes), bytes, to, at + strlen(from));
}

static void refused(const char *bytes, size_t n, const char *pattern) {
    ps_expression_reference r;
    ps_error err = {0};
    put_file(bytes, n);
    assert_int_equal(ps_expression_reference_read(path, &r, &err), -1);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    if (strncmp(err.text, path, strlen(path)) != 0 || !strstr(err.text, pattern))
        fail_msg("'%s' is not in: %s", pattern, err.text);
    assert_null(r.sample);
}

static void hostile_files(void **state) {
    (void)state;
    static cohort c;
    make_cohort(&c, 3, 13);
    ps_expression_reference r = fitted(&c, COHORT, 1);
    size_t n = 0;
    char *bytes = written(&r, &n);
    static const struct {
        const char *from, *to, *pattern;
    } rows[] = {
        {"##plasmastrat-expression-reference\t1", "##plasmastrat-expression-reference\t2",
         ":1: is of another format"},
        {"##plasmastrat-expression", "##something", ":1: is no expression reference"},
        {"##median\t", "##median\tx", ":8: 'x"},
        {"##median\t", "##medium\t", ":8: 'medium', expected a key"},
        {"##mad\t", "##median\t1\n##mad\t", ":9: 'median', expected this key once"},
        {"##mad\t", "##mad\t-", ":9: '-"},
        {"##genes\t", "##genes\tzz", ":6: 'zz"},
        {"##cut_offs\t", "##cut_offs\t50\t", ":11: ##cut_offs has 3 values, expected 2"},
        {"##cut_offs\t-", "##cut_offs\t", "expected an upper cut-off above"},
        {"##component\t", "##component\t7", ":12: '7"},
        {"\tvery_high\n", "\tperhaps\n", "'perhaps', expected low, intermediate or very_high"},
        {"##centre\tCCT4", "##centre\tNOGENE", "'NOGENE', expected a gene of the table's columns"},
        {"##samples\t60\t60", "##samples\t61\t60", "holds 60 samples (60 used), expected 61"},
        {"##samples\t60\t60", "##samples\t60\t99999", ":7: '99999'"},
        {"S03\tyes", "S03\tmaybe", "column used: 'maybe'"},
        {"S03\tyes\t.\t", "S03\tyes\t.\tnan", "column CCND1_log2: 'nan"},
        {"S03\tyes\t.\t", "S03\tyes\t.\t\t", "expected 67 as in the header line"},
        {"S05\tyes", "S06\tyes", "the file was changed after it was made"},
        {"##mad", "##late_share\t0.3\n##mad", "expected this key once"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = changed(bytes, rows[i].from, rows[i].to);
        const char *pattern = rows[i].pattern;
        refused(text, strlen(text), strstr(pattern, "67 as") ? "as in the header line" : pattern);
        free(text);
    }
    refused("", 0, ":1: is no expression reference");
    refused("\0\0\0", 3, ":1: is no expression reference");
    for (size_t cut = 1; cut < n; cut += n / 97 + 1) { /* cut short anywhere */
        refused(bytes, n - cut, "");
        refused(bytes, cut, "");
    }
    refused(bytes, n - 1, "cut short");
    char *flipped = ps_alloc(n, 1);
    for (size_t at = 0; at < n;
         at += n / 211 + 1) { /* one bit anywhere: refused, or at least never read as another */
        memcpy(flipped, bytes, n);
        flipped[at] ^= 4;
        refused(flipped, n, "");
    }
    free(flipped);
    free(bytes);
    ps_expression_reference_free(&r);
    free_cohort(&c);
}

static void other_panel(void **state) {
    (void)state;
    static cohort c;
    make_cohort(&c, 3, 17);
    ps_expression_reference r = fitted(&c, COHORT, 1);
    ps_panel other;
    ps_error err = {0};
    assert_int_equal(ps_panel_load("grch37", &other, &err), 0);
    assert_int_equal(ps_expression_reference_fits("f.tsv", &r, &other, &err), -1);
    assert_non_null(strstr(err.text, "was made on GRCh38, but the panel grch37 is for GRCh37"));
    ps_panel_free(&other);
    err = (ps_error){0};
    panel.genes[3].exons[0].end0++;
    assert_int_equal(ps_expression_reference_fits("f.tsv", &r, &panel, &err), -1);
    panel.genes[3].exons[0].end0--;
    assert_non_null(strstr(err.text, "other genes or exons"));
    ps_expression_reference_free(&r);
    free_cohort(&c);
}

/* ---- the call against it --------------------------------------------------------------------------------------- */

static void calls(void **state) {
    (void)state;
    static cohort c;
    make_cohort(&c, 3, 19);
    ps_expression_reference r = fitted(&c, COHORT, 1);
    r.name = ps_strdup("own.tsv");
    const ps_component *low = &r.component[0], *centre = &r.component[1];
    double between = (low->mean * centre->sd + centre->mean * low->sd) / (low->sd + centre->sd);
    const struct {
        double log2, depth;
        ps_expression_state state;
        ps_reason_code reason;
    } rows[] = {
        {4, 1, PS_EXPRESSION_OVER, PS_REASON_NONE},
        {9, 1, PS_EXPRESSION_OVER, PS_REASON_NONE},
        {r.over_at + 0.3, 50, PS_EXPRESSION_OVER, PS_REASON_NONE},
        {-0.5, 1, PS_EXPRESSION_INTERMEDIATE, PS_REASON_NONE},
        {r.not_at - 0.9, 50, PS_EXPRESSION_NOT_OVER, PS_REASON_NONE},
        {-6, 1, PS_EXPRESSION_NOT_OVER, PS_REASON_NONE},
        {-40, 1, PS_EXPRESSION_NOT_OVER, PS_REASON_NONE},
        {between, 50, PS_EXPRESSION_NOT_ASSESSABLE, PS_REASON_BORDERLINE_EXPRESSION},
        {-40, 0.01, PS_EXPRESSION_NOT_ASSESSABLE, PS_REASON_DEPTH_BELOW_THRESHOLD},
    };
    ps_read_evidence plain = sample_at(4, 1, NULL);
    ps_expression_call first = call_with(&plain, &r);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = sample_at(rows[i].log2, rows[i].depth, NULL);
        for (int g = 0; rows[i].depth < 0.1 && g < panel.n_genes; g++)
            if (!strcmp(panel.genes[g].name, "GAPDH"))
                set_gene(&e, g, 3000); /* the depth gate stays open */
        ps_expression_call call = call_with(&e, &r);
        if (rows[i].depth >= 1) /* as if of those counts, by the states that the first call holds */
            assert_int_equal(ps_expression_as_if(&panel, &first, (uint64_t)call.fragments, rows[i].depth),
                             call.state);
        if (call.state != rows[i].state)
            fail_msg("log2 %g: %s (%s)", rows[i].log2, ps_expression_state_names[call.state],
                     call.reasons.n ? call.reasons.at[0].detail : "");
        if (rows[i].reason)
            assert_true(has_reason(&call.reasons, rows[i].reason));
        assert_false(has_reason(&call.reasons, PS_REASON_REFERENCE_ASSUMED));
        assert_string_equal(call.reference, "own.tsv");
        assert_true(call.cohort_cut_offs && call.mixture.n == 6 && call.n_cohort == COHORT);
        const double *level = call.log_level;
        if (call.state != PS_EXPRESSION_NOT_ASSESSABLE)
            for (int l = 0; l < PS_N_LEVELS; l++)
                assert_true(level[l] <= level[call.state - PS_EXPRESSION_NOT_OVER] && fabs(level[l]) <= 6);
        if (rows[i].reason == PS_REASON_DEPTH_BELOW_THRESHOLD)
            assert_true(isnan(call.z) && isnan(call.percentile));
        else
            assert_near(call.z, (call.per_cell - r.median) / r.mad, 1e-4);
        if (rows[i].log2 >= 9)
            assert_near(call.percentile, 100, 1e-9);
        free_call(&call);
        ps_read_evidence_free(&e);
    }
    /* mid-rank of a member */
    ps_read_evidence e = sample_at(4, 1, NULL);
    ps_expression_call call = call_with(&e, &r);
    double below = 0;
    for (size_t i = 0; i < r.n_used; i++)
        below += r.sorted[i] < call.per_cell;
    assert_near(call.percentile, 100 * below / COHORT, 1e-4);
    free_call(&call);
    /* a library of transcript ends is unlike this cohort */
    for (int g = 0; g < panel.n_genes; g++)
        e.genes.gene[g].third[2] *= 8;
    call = call_with(&e, &r);
    assert_int_equal(call.state, PS_EXPRESSION_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_LATE_READS));
    free_call(&call);
    ps_read_evidence_free(&e);
    call = call_with(NULL, &r);
    assert_int_equal(call.state, PS_EXPRESSION_NOT_ASSESSABLE);
    free_call(&call);
    ps_expression_reference_free(&r);
    free_cohort(&c);
    free_call(&first);
    ps_read_evidence_free(&plain);
}

/* ---- RNA as DNA, DNA as RNA ------------------------------------------------------------------------------------ */

static void wrong_assay(void **state) {
    (void)state;
    const struct {
        ps_input_role role;
        uint64_t seen, left_out, spliced, unspliced;
        int wrong;
    } rows[] = {
        {PS_INPUT_DNA, 1000, 0, 49, 0, 0}, {PS_INPUT_DNA, 1000, 0, 50, 0, 1},   {PS_INPUT_NORMAL, 1000, 0, 500, 0, 1},
        {PS_INPUT_DNA, 49, 0, 49, 0, 0},   {PS_INPUT_DNA, 1000, 951, 49, 0, 0}, {PS_INPUT_DNA, 0, 0, 0, 0, 0},
        {PS_INPUT_RNA, 100, 0, 10, 90, 1}, {PS_INPUT_RNA, 100, 0, 11, 89, 0},   {PS_INPUT_RNA, 100, 0, 4, 45, 0},
        {PS_INPUT_RNA, 9000, 0, 0, 0, 0},  {PS_INPUT_RNA, 9000, 0, 0, 50, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = case_evidence(rows[i].role);
        char why[256] = "";
        e.seen[PS_COLLECT_CODONS] = rows[i].seen;
        e.left_out[PS_COLLECT_CODONS][PS_LEFT_DUPLICATE] = rows[i].left_out;
        e.spliced[PS_COLLECT_CODONS] = rows[i].spliced;
        e.genes.gene[panel.ccnd1].spliced = rows[i].spliced;
        e.genes.gene[panel.ccnd1].unspliced = rows[i].unspliced;
        if (ps_wrong_assay(&panel, &e, why, sizeof why) != rows[i].wrong)
            fail_msg("row %d: %s", (int)i, why);
        if (rows[i].wrong)
            assert_non_null(strstr(why, rows[i].role == PS_INPUT_RNA ? "give it with --dna" : "give it with --rna"));
        ps_read_evidence_free(&e);
    }
}

static int load(void **state) {
    snprintf(path, sizeof path, "/tmp/test_expression_reference.%ld.tsv", (long)getpid());
    return case_load(state);
}

static int unload(void **state) {
    unlink(path);
    return case_unload(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components),
        cmocka_unit_test(no_state_against_the_assumption),
        cmocka_unit_test(centres_survive_outliers),
        cmocka_unit_test(samples_left_out),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(other_panel),
        cmocka_unit_test(calls),
        cmocka_unit_test(wrong_assay),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
