/* Guards against: a panel of normals that is read as something else than was written, that is taken for another
 * panel, or whose levels and spreads are not those of the normals; captures called without one. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <unistd.h>

#include "unit_case.h"
#include "unit_random.h"

enum { N = 12 };
static char folder[] = "/tmp/plasmastrat-normals-XXXXXX", path[100], text[1 << 20];

/* A kit: every fifth bin has baits, ten times the background. */
static double bin_mean(int bin, double depth) {
    return depth * panel.bins[bin].mappability * (bin % 5 ? 1 : 10);
}

static void fill(ps_read_evidence *e, double depth, double spread, int genome, uint64_t *seed) {
    for (int i = 0; i < panel.n_bins; i++) {
        double mean = genome ? depth * panel.bins[i].mappability : bin_mean(i, depth);
        e->bins.bin[i] = unit_poisson(seed, mean * exp(spread * unit_normal(seed)));
    }
}

typedef struct cohort {
    ps_read_evidence e[N];
    const ps_read_evidence *at[N];
    const char *name[N];
} cohort;

static void make_cohort(cohort *c, double depth, double spread, int genome) {
    static const char *const names[N] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10", "n11"};
    uint64_t seed = 77;
    for (int k = 0; k < N; k++) {
        c->e[k] = case_evidence(PS_INPUT_DNA);
        fill(&c->e[k], depth * (1 + 0.1 * k), spread, genome, &seed);
        c->at[k] = &c->e[k];
        c->name[k] = names[k];
    }
}

static void free_cohort(cohort *c) {
    for (int k = 0; k < N; k++)
        ps_read_evidence_free(&c->e[k]);
}

static ps_normals learnt(int genome, double depth, double spread) {
    cohort c;
    ps_normals n;
    ps_error err = {0};
    make_cohort(&c, depth, spread, genome);
    if (ps_normals_learn(&panel, c.at, c.name, N, &n, &err) < 0)
        fail_msg("%s", err.text);
    free_cohort(&c);
    return n;
}

static void write_file(const char *bytes, size_t size) {
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

static size_t write_normals(ps_normals *n) {
    FILE *out = fopen(path, "w+");
    assert_non_null(out);
    ps_normals_write(n, &panel, "plasmastrat test", out);
    rewind(out);
    size_t size = fread(text, 1, sizeof text - 1, out);
    text[size] = '\0';
    assert_int_equal(fclose(out), 0);
    return size;
}

static void levels_are_those_of_the_kit(void **state) {
    (void)state;
    ps_normals n = learnt(0, 50, 0.1);
    double sum = 0;
    assert_int_equal(n.assay, PS_ASSAY_EXOME);
    assert_int_equal(n.n_samples, N);
    for (int i = 0; i < panel.n_bins; i++)
        if (panel.bins[i].role == PS_BIN_ARM)
            sum += bin_mean(i, 1);
    double mean = sum / 1124; /* arm bins of the panel: checked below */
    int arm_bins = 0, off = 0;
    double spread = 0;
    for (int i = 0; i < panel.n_bins; i++) {
        arm_bins += panel.bins[i].role == PS_BIN_ARM;
        spread += n.bin[i].spread / panel.n_bins;
        off += fabs(log(n.bin[i].level / (bin_mean(i, 1) / mean))) > 5 * n.bin[i].level_se;
        assert_int_equal(n.bin[i].usable, 1);
        if ((i % 5 == 0) != (n.bin[i].captured > 0.5))
            fail_msg("bin %d: captured %g", i, n.bin[i].captured);
    }
    mean = sum / arm_bins;
    assert_true(off < 20); /* more than counting and spread explain: hardly any */
    assert_near(spread, 0.1, 0.03);
    ps_normals_free(&n);
}

static void round_trip(void **state) {
    (void)state;
    static char before[sizeof text];
    ps_normals n = learnt(0, 20, 0.1), back;
    ps_error err = {0};
    size_t size = write_normals(&n);
    memcpy(before, text, size + 1);
    if (ps_normals_read(path, &panel, 1, &back, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(back.checksum, n.checksum);
    assert_int_equal(back.assay, n.assay);
    assert_int_equal(back.usable, n.usable);
    for (int i = 0; i < panel.n_bins; i++) {
        assert_true(back.bin[i].level == n.bin[i].level && back.bin[i].spread == n.bin[i].spread);
        assert_true(back.bin[i].level_se == n.bin[i].level_se && back.bin[i].captured == n.bin[i].captured);
        assert_true(back.bin[i].fragments == n.bin[i].fragments && back.bin[i].usable == n.bin[i].usable);
    }
    assert_int_equal(write_normals(&back), size);
    assert_string_equal(before, text);
    ps_normals_free(&n);
    ps_normals_free(&back);
}

static void refused(const char *what, const char *says) {
    ps_normals n;
    ps_error err = {0};
    write_file(text, strlen(text));
    if (ps_normals_read(path, &panel, 1, &n, &err) == 0)
        fail_msg("%s: accepted", what);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    if (!strstr(err.text, says) || !strstr(err.text, path))
        fail_msg("%s: '%s' does not say '%s'", what, err.text, says);
    assert_null(n.bin);
}

static void replace(const char *from, const char *to) {
    char *at = strstr(text, from);
    assert_non_null(at);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
}

static char *line_at(int number) {
    char *at = text;
    for (int i = 1; i < number; i++)
        at = strchr(at, '\n') + 1;
    return at;
}

static void hostile_files(void **state) {
    (void)state;
    static char whole[sizeof text];
    ps_normals n = learnt(1, 20, 0.05);
    write_normals(&n);
    ps_normals_free(&n);
    memcpy(whole, text, sizeof text);
#define AGAIN() memcpy(text, whole, sizeof text)
    char *digit = strchr(line_at(100), '.') + 1; /* one digit of a level */
    *digit = *digit == '5' ? '6' : '5';
    refused("changed level", ":100: checksum");
    AGAIN();
    replace("##normal=", "##normal=9");
    refused("changed header", ":23: checksum"); /* the first row: 9 keys, 12 normals, the header line */
    AGAIN();
    char *at = line_at(60), *next = strchr(at, '\n') + 1;
    memmove(at, next, strlen(next) + 1);
    refused("line removed", "bins, expected the panel's");
    AGAIN();
    text[strlen(text) / 2] = '\0';
    refused("cut", "10 as in the header line");
    AGAIN();
    replace("##build=GRCh38", "##build=GRCh37");
    refused("build", ":4: is for build GRCh37");
    AGAIN();
    replace("##panel_version=", "##panel_version=9");
    refused("version", ":5: was made with panel grch38 version 9");
    AGAIN();
    replace("##bins=", "##bins=0");
    refused("bins", "other bins");
    AGAIN();
    replace("##assay=whole-genome", "##assay=tea");
    refused("assay", "unknown assay");
    AGAIN();
    replace("##normals=12", "##normals=11");
    refused("count", "11 normals declared but 12 listed");
    AGAIN();
    replace("reference/1", "reference/2");
    refused("format", ":1: format");
    AGAIN();
    replace("##program", "##colour");
    refused("key", "unknown key 'colour'");
    text[0] = '\0';
    refused("empty", "is no panel of normals");
    strcpy(text, "sample_id\tdna\nS1\tx.bam\n");
    refused("a sheet", "is no panel of normals");
#undef AGAIN
    ps_error err = {0};
    assert_int_equal(ps_normals_read("/nowhere/pon.tsv", &panel, 1, &n, &err), -1);
    assert_non_null(strstr(err.text, "/nowhere/pon.tsv"));
}

static void normals_that_are_none(void **state) {
    (void)state;
    cohort c;
    ps_normals n;
    ps_error err = {0};
    make_cohort(&c, 50, 0.05, 1);
    for (int i = 0; i < panel.n_bins; i++) /* a myeloma: 1q has three copies */
        if (!strcmp(panel.arms[panel.bins[i].arm].name, "1q"))
            c.e[4].bins.bin[i] += c.e[4].bins.bin[i] / 2;
    assert_int_equal(ps_normals_learn(&panel, c.at, c.name, N, &n, &err), -1);
    assert_true(strstr(err.text, "n4") && strstr(err.text, "1q"));
    for (int i = 0; i < panel.n_bins; i++)
        c.e[4].bins.bin[i] = 0;
    err = (ps_error){0};
    assert_int_equal(ps_normals_learn(&panel, c.at, c.name, N, &n, &err), -1);
    assert_true(strstr(err.text, "n4") && strstr(err.text, "fragments per 10 kb bin"));
    uint64_t seed = 5;
    fill(&c.e[4], 50, 0.05, 0, &seed);
    err = (ps_error){0};
    assert_int_equal(ps_normals_learn(&panel, c.at, c.name, N, &n, &err), -1);
    assert_true(strstr(err.text, "n4") && strstr(err.text, "exome"));
    free_cohort(&c);
}

static ps_copynumber_call call_of(const ps_read_evidence *dna, const ps_read_evidence *normal, const ps_normals *n) {
    ps_copynumber_call call;
    ps_case c = case_of(NULL, dna, normal);
    c.normals = n;
    c.purity = 1;
    ps_call_copynumber(&c, &call);
    return call;
}

static void free_call(ps_copynumber_call *call) {
    ps_calls all = {.copynumber = *call};
    ps_calls_free(&all);
}

/* A capture is called with a panel of its kit or its own normal, and with nothing else. */
/* Trisomy 9, 11 and 15 in every normal: a shared gain must not become the usual level. */
static void tumours_as_normals(void **state) {
    (void)state;
    cohort c;
    ps_normals n;
    ps_error err = {0};
    make_cohort(&c, 400, 0.02, 1);
    for (int k = 0; k < N; k++)
        for (int i = 0; i < panel.n_bins; i++) {
            const char *arm = panel.arms[panel.bins[i].arm].name;
            if (!strncmp(arm, "9", 1) || !strncmp(arm, "11", 2) || !strncmp(arm, "15", 2))
                c.e[k].bins.bin[i] += c.e[k].bins.bin[i] / 2;
        }
    if (ps_normals_learn(&panel, c.at, c.name, N, &n, &err) == 0)
        fail_msg("a panel of tumours was accepted");
    assert_non_null(strstr(err.text, "is it a tumour?"));
    /* as the matched normal of another such sample it is not used, and the gain is seen */
    ps_case one = {.panel = &panel, .purity = 1};
    ps_copynumber_call call;
    one.reads[PS_INPUT_DNA] = &c.e[0];
    one.reads[PS_INPUT_NORMAL] = &c.e[1];
    ps_call_copynumber(&one, &call);
    assert_int_equal(call.state, PS_CN_GAIN);
    assert_int_equal(call.reference, PS_CN_REFERENCE_NONE);
    free_call(&call);
    free_cohort(&c);
}

static void scale_bins(ps_read_evidence *e, int near_gene, double factor) {
    const ps_span *gene = &panel.bins[0].span;
    for (int i = 0; i < panel.n_bins; i++)
        if (panel.bins[i].role == PS_BIN_CCND1)
            gene = &panel.bins[i].span;
    for (int i = 0; i < panel.n_bins; i++) {
        int here = near_gene
                       ? panel.bins[i].role != PS_BIN_ARM && labs((long)panel.bins[i].span.beg0 - gene->beg0) < 60000
                       : panel.bins[i].role == PS_BIN_CCND1;
        if (here)
            e->bins.bin[i] = (uint64_t)(factor * (double)e->bins.bin[i]);
    }
}

/* Guards against: normals_learn.c looking at whole arms only: two normals with 11q13 gained make diploid samples a
 * loss. */
static void normals_with_11q13_gained(void **state) {
    (void)state;
    for (int genome = 0; genome < 2; genome++) {
        cohort c;
        ps_normals n;
        ps_error err = {0};
        make_cohort(&c, 100, 0.05, genome);
        for (int k = 3; k < 6; k += 2)
            for (int i = 0; i < panel.n_bins; i++)
                if (panel.bins[i].role != PS_BIN_ARM)
                    c.e[k].bins.bin[i] += c.e[k].bins.bin[i] / 2;
        if (ps_normals_learn(&panel, c.at, c.name, 5, &n, &err) == 0)
            fail_msg("normals with 11q13 gained were accepted");
        if (!strstr(err.text, "n3") || !strstr(err.text, "11q13"))
            fail_msg("%s", err.text);
        free_cohort(&c);
    }
}

/* Guards against: copynumber.c taking two bins with other baits than the normals' for an amplicon. An amplicon moves
 * the bins beside the gene too. */
static void other_baits_at_ccnd1(void **state) {
    (void)state;
    ps_normals kit = learnt(0, 50, 0.05);
    static const struct {
        double factor;
        int near_gene, focal;
    } rows[] = {{4, 0, 0}, {0.15, 0, 0}, {4, 1, 1}, {1, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        uint64_t seed = 19 + i;
        fill(&dna, 50, 0.05, 0, &seed);
        scale_bins(&dna, rows[i].near_gene, rows[i].factor);
        ps_copynumber_call call = call_of(&dna, NULL, &kit);
        int mismatch = has_reason(&call.reasons, PS_REASON_REFERENCE_MISMATCH);
        if (mismatch != (rows[i].factor != 1 && !rows[i].focal) || (rows[i].focal && call.scope != PS_SCOPE_FOCAL) ||
            (call.state == PS_CN_NOT_ASSESSABLE) != mismatch)
            fail_msg("x %g: %s, %.2f copies", rows[i].factor, ps_cn_state_names[call.state], call.copies);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
    ps_normals_free(&kit);
}

/* Normals that vary at 11q13 together: the interval holds what they hide. */
static void normals_that_vary(void **state) {
    (void)state;
    ps_normals kit = learnt(0, 50, 0.1);
    for (int i = 0; i < panel.n_bins; i++)
        if (panel.bins[i].role != PS_BIN_ARM) {
            kit.bin[i].level *= 1.2;
            kit.bin[i].spread = 0.25;
        }
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    uint64_t seed = 23;
    fill(&dna, 50, 0.1, 0, &seed);
    ps_copynumber_call call = call_of(&dna, NULL, &kit);
    assert_int_not_equal(call.state, PS_CN_LOSS);
    assert_true(call.copies < 1.8 && call.copies_low < 1.5 && call.copies_high > 2);
    free_call(&call);
    ps_read_evidence_free(&dna);
    ps_normals_free(&kit);
}

/* A fifth of the cells with one copy more: without a purity that is neither two copies nor three, and another
 * two-copy level (a quarter of the cells, 2.5 copies) is not excluded by odds of 20. */
static void impure_gain(void **state) {
    (void)state;
    cohort c;
    make_cohort(&c, 2000, 0, 1);
    for (int i = 0; i < panel.n_bins; i++)
        if (!strncmp(panel.arms[panel.bins[i].arm].name, "11", 2))
            c.e[0].bins.bin[i] += c.e[0].bins.bin[i] / 10;
    ps_case one = {.panel = &panel, .purity = NAN};
    ps_copynumber_call call;
    one.reads[PS_INPUT_DNA] = &c.e[0];
    ps_call_copynumber(&one, &call);
    assert_int_equal(call.state, PS_CN_NOT_ASSESSABLE);
    assert_int_equal(call.reasons.at[0].code, PS_REASON_AMBIGUOUS_BASELINE);
    assert_non_null(strstr(call.reasons.at[0].detail, "11q13 at 2.2 copies or"));
    free_call(&call);
    one.purity = 0.2;
    ps_call_copynumber(&one, &call);
    assert_int_equal(call.state, PS_CN_GAIN);
    free_call(&call);
    one.reads[PS_INPUT_DNA] = &c.e[1];
    one.purity = NAN;
    ps_call_copynumber(&one, &call);
    assert_int_equal(call.state, PS_CN_NEUTRAL);
    free_call(&call);
    free_cohort(&c);
}

static void captures(void **state) {
    (void)state;
    ps_normals kit = learnt(0, 50, 0.05), genome = learnt(1, 50, 0.05);
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA), normal = case_evidence(PS_INPUT_NORMAL);
    uint64_t seed = 9;
    fill(&dna, 50, 0.05, 0, &seed);
    for (int i = 0; i < panel.n_bins; i++)
        if (panel.bins[i].role != PS_BIN_ARM)
            dna.bins.bin[i] *= 2;
    ps_copynumber_call call = call_of(&dna, NULL, NULL);
    assert_int_equal(call.state, PS_CN_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_TARGETED) && isnan(call.copies));
    free_call(&call);
    call = call_of(&dna, NULL, &genome);
    assert_int_equal(call.state, PS_CN_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_REFERENCE_MISMATCH) && isnan(call.copies));
    free_call(&call);
    call = call_of(&dna, NULL, &kit);
    assert_int_equal(call.state, PS_CN_GAIN);
    assert_near(call.copies, 4, 0.2);
    assert_int_equal(call.scope, PS_SCOPE_FOCAL);
    assert_int_equal(call.reference, PS_CN_REFERENCE_PANEL);
    assert_int_equal(call.reference_normals, N);
    free_call(&call);
    fill(&normal, 50, 0.05, 0, &seed);
    call = call_of(&dna, &normal, NULL);
    assert_int_equal(call.state, PS_CN_GAIN);
    assert_near(call.copies, 4, 0.3);
    assert_int_equal(call.reference, PS_CN_REFERENCE_MATCHED);
    free_call(&call);
    fill(&normal, 50, 0.05, 1, &seed); /* a genome is no normal for a capture */
    call = call_of(&dna, &normal, NULL);
    assert_int_equal(call.state, PS_CN_NOT_ASSESSABLE);
    assert_true(has_reason(&call.reasons, PS_REASON_REFERENCE_MISMATCH));
    free_call(&call);
    fill(&dna, 50, 0.05, 1, &seed); /* a genome needs none, and says that a normal of another kind is not used */
    fill(&normal, 50, 0.05, 0, &seed);
    call = call_of(&dna, &normal, NULL);
    assert_int_equal(call.state, PS_CN_NEUTRAL);
    assert_int_equal(call.reference, PS_CN_REFERENCE_NONE);
    assert_true(has_reason(&call.reasons, PS_REASON_REFERENCE_MISMATCH));
    free_call(&call);
    ps_read_evidence_free(&dna);
    ps_read_evidence_free(&normal);
    ps_normals_free(&kit);
    ps_normals_free(&genome);
}

/* A gene panel whose only baits on the bins lie at CCND1, or whose baits lie at RAS: what is caught beside them
 * covers the arms evenly, and is no whole genome. */
static void small_kits(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    uint64_t seed = 10;
    fill(&dna, 20, 0.05, 1, &seed);
    for (int i = 0; i < panel.n_bins; i++)
        if (panel.bins[i].role == PS_BIN_CCND1)
            dna.bins.bin[i] = 500;
    ps_copynumber_call call = call_of(&dna, NULL, NULL);
    assert_int_equal(call.state, PS_CN_NOT_ASSESSABLE);
    assert_int_equal(call.assay, PS_ASSAY_TARGETED);
    free_call(&call);
    fill(&dna, 20, 0.05, 1, &seed);
    put_everywhere(&dna, 35, 500);
    call = call_of(&dna, NULL, NULL);
    assert_int_equal(call.state, PS_CN_NOT_ASSESSABLE);
    assert_int_equal(call.assay, PS_ASSAY_TARGETED);
    free_call(&call);
    ps_read_evidence_free(&dna);
}

/* RNA given as DNA: some bins full, most empty, whatever it is measured against. */
static void rna_has_no_copies(void **state) {
    (void)state;
    static const double depths[] = {1, 20, 300};
    ps_normals kit = learnt(0, 50, 0.05), genome = learnt(1, 50, 0.05);
    const ps_normals *against[] = {NULL, &kit, &genome};
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA), normal = case_evidence(PS_INPUT_NORMAL);
    uint64_t seed = 12;
    fill(&normal, 50, 0.05, 0, &seed);
    for (int d = 0; d < 3; d++)
        for (int k = 0; k < 20; k++) {
            /* the genes lie where the baits are, or anywhere */
            for (int i = 0; i < panel.n_bins; i++) {
                int gene = k % 2 ? i % 5 == 0 : unit_uniform(&seed) < 0.2;
                dna.bins.bin[i] = unit_poisson(&seed, depths[d] * (gene ? 20 * exp(1.5 * unit_normal(&seed)) : 0.1));
            }
            for (int a = 0; a < 4; a++) {
                ps_copynumber_call call = call_of(&dna, a == 3 ? &normal : NULL, a < 3 ? against[a] : NULL);
                if (call.state != PS_CN_NOT_ASSESSABLE)
                    fail_msg("depth %g, against %d: %s, %.2f copies", depths[d], a, ps_cn_state_names[call.state],
                             call.copies);
                free_call(&call);
            }
        }
    ps_read_evidence_free(&dna);
    ps_read_evidence_free(&normal);
    ps_normals_free(&kit);
    ps_normals_free(&genome);
}

/* Sample-wide waves of a few megabases: 11q13 lies on one of them, and the interval must know. */
static void waves_widen(void **state) {
    (void)state;
    ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
    double width[2];
    for (int wavy = 0; wavy < 2; wavy++) {
        uint64_t seed = 11;
        for (int i = 0; i < panel.n_bins; i++) {
            const ps_span *s = &panel.bins[i].span;
            double wave = wavy ? 0.1 * sin(6.283 * s->beg0 / 7e6 + s->contig) : 0;
            dna.bins.bin[i] = unit_poisson(&seed, 500 * panel.bins[i].mappability * (1 + wave));
        }
        ps_copynumber_call call = call_of(&dna, NULL, NULL);
        width[wavy] = call.copies_high - call.copies_low;
        assert_true(call.state == PS_CN_NEUTRAL || (wavy && call.state == PS_CN_NOT_ASSESSABLE));
        assert_true(call.copies_low < 2 && call.copies_high > 2);
        free_call(&call);
    }
    assert_true(width[0] < 0.2 && width[1] > 0.4);
    ps_read_evidence_free(&dna);
}

static int begin(void **state) {
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/normals.tsv", folder);
    return case_load(state);
}

static int end(void **state) {
    unlink(path);
    rmdir(folder);
    return case_unload(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_those_of_the_kit),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(normals_that_are_none),
        cmocka_unit_test(captures),
        cmocka_unit_test(small_kits),
        cmocka_unit_test(tumours_as_normals),
        cmocka_unit_test(normals_with_11q13_gained),
        cmocka_unit_test(other_baits_at_ccnd1),
        cmocka_unit_test(normals_that_vary),
        cmocka_unit_test(impure_gain),
        cmocka_unit_test(rna_has_no_copies),
        cmocka_unit_test(waves_widen),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
