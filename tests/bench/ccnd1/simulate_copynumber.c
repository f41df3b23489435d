/* simulate_copynumber.c - copy number on simulated counts of the depth bins, for bench_copynumber.py.
 *
 * What is simulated: the integers that counting leaves of a file, fragments per bin of the panel, not reads. A bin's
 * mean is depth x copies x what the bin catches x the sample's GC curve x noise x waves; the count is Poisson. A
 * capture kit has baits in some bins (exome: a fifth, gene panel: one in a hundred, and CCND1), each with its own
 * efficiency, a background that differs between bins, and samples that differ in how much they catch and, bait by
 * bait, by 10 %.
 *
 * Reads scenarios from stdin, a line of key=value words each, and prints a line for each draw:
 * name draw state copies low high scope hyperdiploid noise wave assay reference reason truth odd-chromosomes-gained
 * With dump=FOLDER, each draw's counts, those of its normals, and the bins are written there for other programs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "../../unit/unit_random.h"

enum { WGS, EXOME, TARGETED, RNA };
enum { MAX_ARMS = 64 };

typedef struct scenario {
    char name[64], reference[16], dump[256];
    int assay, draws, dumped, n_normals, background, hyperdiploid, karyotype;
    double depth, focal, copies11, purity, tell, gc, gc2, noise, wave, normal_depth;
    uint64_t seed;
} scenario;

typedef struct kit { /* fixed for a scenario */
    double *background, *baits;
} kit;

static ps_panel panel;

static double lognormal(uint64_t *seed, double sd) {
    return exp(sd * unit_normal(seed) - sd * sd / 2);
}

static void make_kit(const scenario *s, kit *k) {
    uint64_t seed = s->seed * 7919 + 17;
    size_t n = (size_t)panel.n_bins;
    k->background = ps_alloc(n, sizeof *k->background);
    k->baits = ps_alloc(n, sizeof *k->baits);
    for (size_t i = 0; i < n; i++) {
        const ps_bin *b = &panel.bins[i];
        int near = b->role != PS_BIN_ARM;
        k->background[i] = b->mappability * lognormal(&seed, s->assay == WGS ? 0.03 : 0.3);
        double chance = s->assay == EXOME ? (near ? 0.35 : 0.2) : s->assay == TARGETED ? 0.01 : 0;
        int baits = unit_uniform(&seed) < chance || (s->assay == TARGETED && b->role == PS_BIN_CCND1);
        if (baits)
            do
                k->baits[i] += (s->assay == EXOME ? 2 : 60) * lognormal(&seed, 0.6);
            while (unit_uniform(&seed) < 0.67);
    }
}

static double copies_of(const scenario *s, const double *arm, int bin) {
    const ps_bin *b = &panel.bins[bin];
    double copies = b->role != PS_BIN_ARM && !isnan(s->focal) ? s->focal : arm[b->arm];
    return s->purity * copies + 2 * (1 - s->purity);
}

static void plant_arms(const scenario *s, uint64_t *seed, double *arm) {
    for (int a = 0; a < panel.n_arms; a++) {
        const ps_arm *p = &panel.arms[a];
        double u = unit_uniform(seed);
        arm[a] = 2;
        if (s->background && u < p->loss_prior / 2)
            arm[a] = 1;
        else if (s->background && u > 1 - p->gain_prior / 2)
            arm[a] = 3;
        if (s->hyperdiploid && p->odd_trisomy)
            arm[a] = 3;
        if (!strcmp(p->name, "11p") || !strcmp(p->name, "11q"))
            arm[a] = s->copies11;
    }
}

/* Copies by the states of karyotypes.tsv: four or more are four in four of five. */
static double copies_of_state(int state, uint64_t *seed) {
    static const double copies[PS_N_ARM_STATES] = {1, 2, 3, 4};
    return copies[state] + (state == PS_ARM_MORE && unit_uniform(seed) < 0.2);
}

/* A genome of the panel's table of myelomas: its group, then each chromosome. One changed arm in twenty is a
 * subclone's, in a third to two thirds of the cells; CCND1's chromosome is clonal, as its truth is a whole number. */
static void draw_karyotype(uint64_t *seed, double *arm) {
    const double *all = panel.chromosomes[0].all;
    int group = unit_uniform(seed) * (all[0] + all[1]) >= all[0];
    for (int i = 0; i < panel.n_chromosomes; i++) {
        const ps_chromosome *c = &panel.chromosomes[i];
        double u = unit_uniform(seed) * c->all[group];
        int at = 0, last = PS_N_ARM_STATES * PS_N_ARM_STATES - 1;
        while (at < last && (u -= c->genomes[group][at / PS_N_ARM_STATES][at % PS_N_ARM_STATES]) >= 0)
            at++;
        int p = at / PS_N_ARM_STATES, q = at % PS_N_ARM_STATES;
        arm[c->q] = copies_of_state(q, seed);
        if (c->p >= 0)
            arm[c->p] = p == q ? arm[c->q] : copies_of_state(p, seed);
        int ids[2] = {c->q, c->p};
        for (int k = 0; k < 2; k++)
            if (ids[k] >= 0 && strncmp(panel.arms[ids[k]].name, "11", 2) && unit_uniform(seed) < 0.05)
                arm[ids[k]] = 2 + (arm[ids[k]] - 2) * (1 + unit_uniform(seed)) / 3;
    }
}

static double ccnd1_copies(const double *arm) {
    for (int i = 0; i < panel.n_bins; i++)
        if (panel.bins[i].role == PS_BIN_CCND1)
            return arm[panel.bins[i].arm];
    return NAN;
}

/* Of the eight odd chromosomes, those gained whole. */
static int odd_gained(const double *arm) {
    int n = 0;
    for (int i = 0; i < panel.n_chromosomes; i++) {
        const ps_chromosome *c = &panel.chromosomes[i];
        n += panel.arms[c->q].odd_trisomy && arm[c->q] >= 2.5 && (c->p < 0 || arm[c->p] >= 2.5);
    }
    return n;
}

/* Three sine waves of 3 to 12 megabases along each contig. */
static double wave_at(double amplitude, uint64_t seed, const ps_span *span) {
    double sum = 0;
    uint64_t own = seed + 1000003 * (uint64_t)span->contig;
    for (int k = 0; k < 3; k++) {
        double length = 3e6 + 9e6 * unit_uniform(&own), phase = 6.283185307 * unit_uniform(&own);
        sum += sin(6.283185307 * span->beg0 / length + phase);
    }
    return exp(amplitude * sum * sqrt(2.0 / 3));
}

static void draw(const scenario *s, const kit *k, const double *arm, double depth, int tumour, uint64_t *seed,
                 uint64_t *count) {
    uint64_t wave_seed = unit_next(seed);
    double catches = lognormal(seed, 0.2),
           gc = s->gc + (s->assay == WGS && s->gc == 0 ? 0 : 0.15 * unit_normal(seed));
    for (int i = 0; i < panel.n_bins; i++) {
        double x = (panel.bins[i].gc - 0.43) / 0.1, mean = k->background[i];
        if (k->baits[i] > 0)
            mean += k->baits[i] * catches * lognormal(seed, 0.1);
        if (s->assay == RNA)
            mean = unit_uniform(seed) < 0.15 ? 20 * lognormal(seed, 1.5) : 0.05;
        mean *= depth * exp2(gc * x + s->gc2 * x * x) * wave_at(s->wave, wave_seed, &panel.bins[i].span);
        if (s->noise > 0)
            mean *= lognormal(seed, s->noise);
        if (tumour)
            mean *= copies_of(s, arm, i) / 2;
        count[i] = unit_poisson(seed, mean);
    }
}

static int dump(const scenario *s, const kit *k, const char *what, int number, const uint64_t *count) {
    if (!s->dump[0] || number >= s->dumped)
        return 0;
    char *path = ps_format("%s/%s.%s.%d.tsv", s->dump, s->name, what, number);
    FILE *out = fopen(path, "w");
    free(path);
    if (!out)
        return -1;
    for (int i = 0; i < panel.n_bins; i++)
        fprintf(out, "%s\t%d\t%d\t%s\t%g\t%d\t%llu\n", panel.contigs[panel.bins[i].span.contig].name[PS_STYLE_UCSC],
                (int)panel.bins[i].span.beg0, (int)panel.bins[i].span.end0,
                panel.bins[i].role == PS_BIN_ARM ? panel.arms[panel.bins[i].arm].name : "11q13", panel.bins[i].gc,
                k->baits[i] > 0, (unsigned long long)count[i]);
    return fclose(out);
}

static int learn_panel(const scenario *s, const kit *k, ps_normals *normals) {
    uint64_t seed = s->seed * 104729 + 5;
    size_t n = (size_t)s->n_normals;
    ps_read_evidence *e = ps_alloc(n, sizeof *e);
    const ps_read_evidence **all = ps_alloc(n, sizeof *all);
    const char **names = ps_alloc(n, sizeof *names);
    ps_error err = {0};
    int status = 0;
    for (size_t i = 0; i < n; i++) {
        ps_read_evidence_init(&panel, PS_INPUT_DNA, &e[i]);
        e[i].given = 1;
        draw(s, k, NULL, s->normal_depth * lognormal(&seed, 0.2), 0, &seed, e[i].bins.bin);
        all[i] = &e[i];
        names[i] = "normal";
        status |= dump(s, k, "panel", (int)i, e[i].bins.bin);
    }
    if (ps_normals_learn(&panel, all, names, n, normals, &err) < 0) {
        fprintf(stderr, "simulate_copynumber: %s: %s\n", s->name, err.text);
        status = -1;
    }
    for (size_t i = 0; i < n; i++)
        ps_read_evidence_free(&e[i]);
    free(e);
    free(all);
    free(names);
    return status;
}

static void one_draw(const scenario *s, const kit *k, const ps_normals *normals, int number, uint64_t *seed) {
    double arm[MAX_ARMS];
    ps_read_evidence dna, normal;
    ps_read_evidence_init(&panel, PS_INPUT_DNA, &dna);
    ps_read_evidence_init(&panel, PS_INPUT_NORMAL, &normal);
    if (s->karyotype)
        draw_karyotype(seed, arm);
    else
        plant_arms(s, seed, arm);
    dna.given = 1;
    draw(s, k, arm, s->depth, 1, seed, dna.bins.bin);
    normal.given = !strcmp(s->reference, "normal");
    if (normal.given)
        draw(s, k, NULL, s->normal_depth, 0, seed, normal.bins.bin);
    dump(s, k, "tumour", number, dna.bins.bin);
    ps_case c = {.panel = &panel, .purity = s->tell > 0 ? s->purity : NAN};
    c.normals = !strcmp(s->reference, "panel") ? normals : NULL;
    c.reads[PS_INPUT_DNA] = &dna;
    c.reads[PS_INPUT_NORMAL] = &normal;
    ps_calls calls = {0};
    ps_call_copynumber(&c, &calls.copynumber);
    const ps_copynumber_call *cn = &calls.copynumber;
    printf("%s\t%d\t%s\t%g\t%g\t%g\t%s\t%d\t%g\t%g\t%s\t%s\t%s\t%g\t%d\n", s->name, number,
           ps_cn_state_names[cn->state], cn->copies, cn->copies_low, cn->copies_high, ps_scope_names[cn->scope],
           cn->hyperdiploid, cn->noise, cn->wave, ps_assay_names[cn->assay], ps_cn_reference_names[cn->reference],
           cn->reasons.n ? ps_reason_name(cn->reasons.at[0].code) : "-",
           isnan(s->focal) ? ccnd1_copies(arm) : s->focal, odd_gained(arm));
    ps_calls_free(&calls);
    ps_read_evidence_free(&dna);
    ps_read_evidence_free(&normal);
}

static int run(const scenario *s) {
    kit k;
    ps_normals normals = {0};
    uint64_t seed = s->seed;
    int status = 0;
    make_kit(s, &k);
    if (!strcmp(s->reference, "panel"))
        status = learn_panel(s, &k, &normals);
    for (int i = 0; status == 0 && i < s->draws; i++)
        one_draw(s, &k, &normals, i, &seed);
    ps_normals_free(&normals);
    free(k.background);
    free(k.baits);
    return status;
}

static int set(scenario *s, const char *key, const char *value) {
    const struct {
        const char *key;
        double *slot;
    } reals[] = {{"depth", &s->depth},    {"focal", &s->focal},
                 {"chr11", &s->copies11}, {"purity", &s->purity},
                 {"tell", &s->tell},      {"gc", &s->gc},
                 {"gc2", &s->gc2},        {"noise", &s->noise},
                 {"wave", &s->wave},      {"normal_depth", &s->normal_depth}};
    const struct {
        const char *key;
        int *slot;
    } counts[] = {{"draws", &s->draws},
                  {"dumped", &s->dumped},
                  {"normals", &s->n_normals},
                  {"background", &s->background},
                  {"hyperdiploid", &s->hyperdiploid},
                  {"karyotype", &s->karyotype}};
    static const char *const assays[] = {"wgs", "exome", "targeted", "rna"};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (!strcmp(key, reals[i].key))
            return sscanf(value, "%lf", reals[i].slot) == 1 ? 0 : -1;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!strcmp(key, counts[i].key))
            return sscanf(value, "%d", counts[i].slot) == 1 ? 0 : -1;
    for (int a = 0; a < 4 && !strcmp(key, "assay"); a++)
        if (!strcmp(value, assays[a])) {
            s->assay = a;
            return 0;
        }
    if (!strcmp(key, "seed"))
        return sscanf(value, "%llu", (unsigned long long *)&s->seed) == 1 ? 0 : -1;
    if (!strcmp(key, "name"))
        return snprintf(s->name, sizeof s->name, "%s", value) > 0 ? 0 : -1;
    if (!strcmp(key, "reference"))
        return snprintf(s->reference, sizeof s->reference, "%s", value) > 0 ? 0 : -1;
    if (!strcmp(key, "dump"))
        return snprintf(s->dump, sizeof s->dump, "%s", value) > 0 ? 0 : -1;
    return -1;
}

int main(void) {
    ps_error err = {0};
    char line[2000];
    if (ps_panel_load("grch38", &panel, &err) < 0) {
        fprintf(stderr, "simulate_copynumber: %s\n", err.text);
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        scenario s = {.name = "scenario",
                      .reference = "none",
                      .draws = 1,
                      .dumped = 1000,
                      .n_normals = 20,
                      .depth = 1000,
                      .focal = NAN,
                      .copies11 = 2,
                      .purity = 1,
                      .tell = 1,
                      .normal_depth = NAN,
                      .seed = 1};
        for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
            char *equals = strchr(word, '=');
            if (equals)
                *equals = '\0';
            if (!equals || set(&s, word, equals + 1) < 0) {
                fprintf(stderr, "simulate_copynumber: '%s' is no key=value word that is known\n", word);
                return 2;
            }
        }
        if (isnan(s.normal_depth))
            s.normal_depth = s.depth;
        if (run(&s) < 0)
            return 1;
        fflush(stdout);
    }
    ps_panel_free(&panel);
    return 0;
}
