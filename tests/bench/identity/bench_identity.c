/* bench_identity.c - how often persons are told apart and contamination is found, on seeded simulated counts.
 *
 * Usage: bench_identity [--quick | REPEATS [persons|strangers|relatives|siblings|cohorts [WORDS]]]
 * Default 200 repeats (--quick: 20) of all parts. Prints one line a figure, with WORDS only those whose name holds
 * them.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <time.h>

#include "../../unit/unit_persons.h"
#include "plasmastrat/identity.h"

static ps_panel panel;
static const char *words = ""; /* rows to run */

typedef struct kind {
    const char *name;
    assay a, b;
} kind;

static ps_identity_comparison compare(uint64_t *seed, const kind *k, const person *a, const person *b,
                                      uint64_t tumour_a, uint64_t tumour_b) {
    ps_read_evidence ea = unit_observe(seed, &panel, a, k->a, tumour_a),
                     eb = unit_observe(seed, &panel, b, k->b, tumour_b);
    ps_identity_input ia, ib;
    ps_identity_comparison call;
    ps_identity_publish(&panel, &ea, &ia);
    ps_identity_publish(&panel, &eb, &ib);
    ps_identity_pair(&panel, &ia, &ib, &call);
    free(ia.counts);
    free(ia.genotypes);
    free(ib.counts);
    free(ib.genotypes);
    ps_read_evidence_free(&ea);
    ps_read_evidence_free(&eb);
    return call;
}

/* The covered SNPs of both inputs must be the same 40: choose them by a panel cut to 40. */
static void persons(const kind *k, int repeats, int shared) {
    if (!strstr(k->name, words))
        return;
    static const char *const who[] = {"same", "unrelated", "parent", "siblings"};
    enum { SAME, UNRELATED, PARENT, SIBLINGS, N_WHO };
    ps_panel whole = panel;
    ps_snp *cut = ps_alloc((size_t)panel.n_snps, sizeof *cut);
    printf("%-40s", k->name);
    for (int w = 0; w < N_WHO; w++) {
        int n[PS_N_IDENTITY_STATES] = {0};
        double least = 1e9, most = -1e9;
        for (int r = 0; r < repeats; r++) {
            uint64_t seed = (uint64_t)(w * 100000 + r + 1), tumour = seed ^ 0xabcdef, other = seed ^ 0x123456;
            int left = shared ? shared : whole.n_snps, kept = 0;
            for (int i = 0; i < whole.n_snps; i++)
                if (unit_below(&seed, (uint64_t)(whole.n_snps - i)) < (uint64_t)(left - kept))
                    cut[kept++] = whole.snps[i];
            panel.snps = cut;
            panel.n_snps = kept;
            person mother = unit_stranger(&seed, &panel), father = unit_stranger(&seed, &panel);
            person a = unit_child(&seed, &panel, &mother, &father), b = unit_stranger(&seed, &panel);
            if (w == SIBLINGS)
                b = unit_child(&seed, &panel, &mother, &father);
            const person *second = w == SAME ? &a : w == PARENT ? &mother : &b;
            ps_identity_comparison call = compare(&seed, k, &a, second, tumour, w == SAME ? tumour : other);
            double odds = call.log_odds < call.log_odds_relative ? call.log_odds : call.log_odds_relative;
            n[call.state]++;
            least = odds < least ? odds : least;
            most = odds > most ? odds : most;
            panel = whole;
        }
        printf("  %s: same %d different %d open %d (%.1f to %.1f)", who[w], n[PS_IDENTITY_SAME],
               n[PS_IDENTITY_DIFFERENT], n[PS_IDENTITY_NOT_ASSESSABLE], least, most);
    }
    printf("\n");
    free(cut);
}

/* `kinship`: 0 a stranger's fragments, 1 a parent's, 2 a child's, 3 a sibling's. */
static void contamination(const char *name, assay a, int kinship, int repeats) {
    char row[160];
    snprintf(row, sizeof row, "%-50s planted %4.1f %%", name, 100 * a.fraction);
    if (!strstr(row, words))
        return;
    int found = 0, covered = 0, assessed = 0, below = 0;
    double sum = 0, width = 0;
    for (int r = 0; r < repeats; r++) {
        uint64_t seed = (uint64_t)(r + 1) * 7919;
        person mother = unit_stranger(&seed, &panel), father = unit_stranger(&seed, &panel), foreign = father;
        person who = unit_child(&seed, &panel, &mother, &father);
        if (kinship == 0)
            foreign = unit_stranger(&seed, &panel);
        else if (kinship == 2)
            foreign = who, who = mother;
        else if (kinship == 3)
            foreign = unit_child(&seed, &panel, &mother, &father);
        a.foreign = a.fraction > 0 ? &foreign : NULL;
        ps_read_evidence e = unit_observe(&seed, &panel, &who, a, seed ^ 0x5555);
        ps_contamination call;
        ps_call_contamination(&panel, &e, NULL, &call);
        ps_read_evidence_free(&e);
        if (isnan(call.fraction))
            continue;
        assessed++;
        below += call.state == PS_CONTAMINATION_BELOW;
        found += call.state == PS_CONTAMINATION_FOUND;
        covered += call.low <= a.fraction && a.fraction <= call.high;
        sum += call.fraction;
        width += call.high - call.low;
    }
    printf("%s  assessed %d  warned %d  below the limit %d  mean %.2f %%  interval holds the truth %.1f %% "
           "(width %.2f %%)\n",
           row, assessed, found, below, 100 * sum / (assessed ? assessed : 1),
           100.0 * covered / (assessed ? assessed : 1), 100 * width / (assessed ? assessed : 1));
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Every pair of a cohort in which each tenth person stands twice. */
static void cohort(int n, double depth) {
    ps_identity_profile *all = ps_alloc((size_t)n, sizeof *all);
    uint64_t seed = 5;
    person who = {{{0}}};
    for (int i = 0; i < n; i++) {
        if (i % 10 != 9)
            who = unit_stranger(&seed, &panel);
        ps_read_evidence e =
            unit_observe(&seed, &panel, &who, (assay){.role = PS_INPUT_DNA, .depth = depth, .error = 0.002}, 1);
        ps_identity_input in;
        ps_identity_publish(&panel, &e, &in);
        ps_identity_profile_of(&panel, in.role, in.counts, in.genotypes, in.sites, &all[i]);
        free(in.counts);
        free(in.genotypes);
        ps_read_evidence_free(&e);
    }
    double start = seconds();
    int right = 0, wrong = 0;
    double trials = log((double)n * (n - 1) / 2);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (ps_identity_same(&panel, &all[i], &all[j], trials)) {
                if (j == i + 1 && j % 10 == 9)
                    right++;
                else
                    wrong++;
            }
    printf("cohort of %d at %gx: %d of %d doubled persons found, %d wrong pairs, %.2f s\n", n, depth, right, n / 10,
           wrong, seconds() - start);
    for (int i = 0; i < n; i++)
        ps_identity_profile_free(&all[i]);
    free(all);
}

static void all_persons(int repeats) {
    assay normal = {.role = PS_INPUT_NORMAL, .depth = 8, .error = 0.002};
    assay dna = {.role = PS_INPUT_DNA, .depth = 8, .error = 0.002, .purity = 0.9, .lost = 0.15, .gained = 0.3};
    assay wild = {.role = PS_INPUT_DNA, .depth = 8, .error = 0.002, .purity = 0.95, .lost = 0.4, .gained = 0.3};
    assay rna = {.role = PS_INPUT_RNA,
                 .depth = 8,
                 .error = 0.004,
                 .spread = 0.5,
                 .skew = 0.7,
                 .purity = 0.9,
                 .lost = 0.15,
                 .gained = 0.3};
    assay plain = {.role = PS_INPUT_DNA, .depth = 8, .error = 0.002};
    assay thin = {.role = PS_INPUT_DNA, .depth = 1, .error = 0.002};
    const kind kinds[] = {{"40 SNPs of 8x: plain DNA, normal", plain, normal},
                          {"40 SNPs of 8x: tumour, normal", dna, normal},
                          {"40 SNPs of 8x: tumour, RNA", dna, rna},
                          {"40 SNPs of 8x: RNA, normal", rna, normal},
                          {"40 SNPs of 8x: 40 % lost, normal", wild, normal}};
    printf("ln odds for one person over the likeliest alternative in brackets\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        persons(&kinds[i], repeats, 40);
    persons(&(kind){"15 SNPs of 8x: tumour, RNA", dna, rna}, repeats, 15);
    assay half = {.role = PS_INPUT_DNA, .depth = 30, .error = 0.002, .purity = 0.97, .lost = 0.5, .gained = 0.2};
    assay haploid = {.role = PS_INPUT_DNA, .depth = 30, .error = 0.002, .purity = 0.97, .lost = 0.88};
    assay deep = {.role = PS_INPUT_NORMAL, .depth = 30, .error = 0.002};
    persons(&(kind){"442 SNPs of 30x: half lost, normal", half, deep}, repeats, 0);
    persons(&(kind){"442 SNPs of 30x: haploid, normal", haploid, deep}, repeats, 0);
    static const double purities[] = {0.6, 0.8, 1};
    for (size_t i = 0; i < sizeof purities / sizeof *purities; i++) {
        char name[80];
        assay whole = haploid, half_lost = half, its_rna = rna;
        whole.purity = half_lost.purity = purities[i];
        whole.lost = 0.97;
        its_rna.purity = purities[i], its_rna.lost = 0.97, its_rna.gained = 0, its_rna.depth = 30;
        snprintf(name, sizeof name, "442 SNPs of 30x: haploid %g, normal", purities[i]);
        persons(&(kind){name, whole, deep}, repeats, 0);
        snprintf(name, sizeof name, "442 SNPs of 30x: half lost %g, normal", purities[i]);
        persons(&(kind){name, half_lost, deep}, repeats, 0);
        snprintf(name, sizeof name, "442 SNPs of 30x: haploid %g, its RNA", purities[i]);
        persons(&(kind){name, whole, its_rna}, repeats, 0);
        snprintf(name, sizeof name, "250 SNPs of 30x: haploid RNA %g, normal", purities[i]);
        persons(&(kind){name, its_rna, deep}, repeats, 250);
    }
    haploid.depth = 8;
    persons(&(kind){"40 SNPs of 8x: haploid, normal", haploid, normal}, repeats, 40);
    persons(&(kind){"442 SNPs of 1x: DNA, DNA", thin, thin}, repeats, 0);
}

static void strangers(int repeats) {
    static const double planted[] = {0, 0.005, 0.02, 0.05, 0.10};
    for (size_t f = 0; f < sizeof planted / sizeof *planted; f++) {
        assay a = {.role = PS_INPUT_NORMAL, .depth = 30, .error = 0.001, .fraction = planted[f]};
        contamination("normal, 442 SNPs of 30x", a, 0, repeats);
        a.role = PS_INPUT_DNA, a.purity = 0.9, a.lost = 0.15, a.gained = 0.3;
        contamination("tumour 90 % pure, 15 % lost, 30 % gained, 30x", a, 0, repeats);
        a.lost = 0.4;
        contamination("tumour 90 % pure, 40 % lost, 30 % gained, 30x", a, 0, repeats);
        a.purity = 0.5, a.lost = 0.15;
        contamination("tumour 50 % pure, 15 % lost, 30 % gained, 30x", a, 0, repeats);
        a.damage = 0.02;
        contamination("the same with 2 % deamination", a, 0, repeats);
        a.damage = 0, a.sites = 60, a.depth = 20;
        contamination("the same, 60 SNPs of 20x", a, 0, repeats);
        assay r = {.role = PS_INPUT_RNA,
                   .depth = 40,
                   .sites = 250,
                   .error = 0.002,
                   .spread = 1.2,
                   .skew = 0.7,
                   .fraction = planted[f]};
        contamination("RNA, 250 SNPs of 40x, uneven", r, 0, repeats);
    }
}

static void relatives(int repeats) {
    static const char *const kin[] = {"", "a parent's", "a child's", "a sibling's"};
    static const double planted[] = {0.05, 0.10, 0.20, 0.30};
    for (int k = 1; k < 4; k++)
        for (size_t f = 0; f < sizeof planted / sizeof *planted; f++) {
            char name[80];
            assay a = {.role = PS_INPUT_DNA, .depth = 60, .error = 0.001, .fraction = planted[f]};
            snprintf(name, sizeof name, "%s, 442 SNPs of 60x", kin[k]);
            contamination(name, a, k, repeats);
            a.depth = 30, a.purity = 0.9, a.lost = 0.15, a.gained = 0.3;
            snprintf(name, sizeof name, "%s, tumour of 15 %% lost, 30x", kin[k]);
            contamination(name, a, k, repeats);
        }
}

/* A sibling's fragments in other libraries: never below the limit. */
static void siblings(int repeats) {
    static const double planted[] = {0.05, 0.10, 0.20};
    static const struct {
        const char *name;
        assay a;
    } rows[] = {
        {"a sibling's, normal, 442 SNPs of 30x", {.role = PS_INPUT_NORMAL, .depth = 30, .error = 0.001}},
        {"a sibling's, DNA, 442 SNPs of 15x", {.role = PS_INPUT_DNA, .depth = 15, .error = 0.001}},
        {"a sibling's, tumour of 40 % lost, 30x",
         {.role = PS_INPUT_DNA, .depth = 30, .error = 0.001, .purity = 0.9, .lost = 0.4, .gained = 0.3}},
        {"a sibling's, tumour of 97 % lost, 30x",
         {.role = PS_INPUT_DNA, .depth = 30, .error = 0.001, .purity = 0.9, .lost = 0.97}},
        {"a sibling's, half pure tumour, 60 SNPs of 40x",
         {.role = PS_INPUT_DNA,
          .depth = 40,
          .sites = 60,
          .error = 0.001,
          .purity = 0.5,
          .lost = 0.15,
          .gained = 0.3}},
        {"a sibling's, 100x with 2 % deamination",
         {.role = PS_INPUT_DNA, .depth = 100, .error = 0.001, .damage = 0.02, .purity = 0.5, .lost = 0.15}},
        {"a sibling's, RNA, 250 SNPs of 40x, uneven",
         {.role = PS_INPUT_RNA, .depth = 40, .sites = 250, .error = 0.002, .spread = 1.2, .skew = 0.7}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t f = 0; f < sizeof planted / sizeof *planted; f++) {
            assay a = rows[i].a;
            a.fraction = planted[f];
            contamination(rows[i].name, a, 3, repeats);
        }
}

static void cohorts(int repeats) {
    (void)repeats;
    printf("\n");
    cohort(2000, 30);
    cohort(2000, 1);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(int repeats);
    } parts[] = {{"persons", all_persons},
                 {"strangers", strangers},
                 {"relatives", relatives},
                 {"siblings", siblings},
                 {"cohorts", cohorts}};
    int repeats = argc < 2 ? 200 : !strcmp(argv[1], "--quick") ? 20 : atoi(argv[1]);
    words = argc > 3 ? argv[3] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    ps_error err = {0};
    if (ps_panel_load("grch38", &panel, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (argc < 3 || !strcmp(argv[2], parts[i].name))
            parts[i].run(repeats);
    ps_panel_free(&panel);
    return 0;
}
