/* Guards against: unmarked copies that pass for depth, an amplicon's copies that pass for molecules, bases of primers
 * that pass for the patient's; mates that are not met because of their names or flags.
 *
 * KRAS codon 12 (GRCh38, minus strand) lies at chr12:25245349-25245351; G12D is T at 25245350.
 */
#define _DEFAULT_SOURCE /* mkstemps */
#include "unit_random.h"
#include "unit_sam.h"

#include "plasmastrat/calls.h"

static ps_panel panel;
static int k12;
enum { P50 = 25245350, GAT = 35 };

#define READ(...) ((unit_read){.contig = "chr12", .cigar = "100M", __VA_ARGS__})
#define G12D .edit_pos1 = {P50}, .edit = {'T'}

static ps_read_evidence run(unit_sam *s) {
    ps_read_evidence e = collect_text(s, PS_INPUT_DNA);
    sam_free(s);
    return e;
}

/* A pair of 100 bases each at `left` with this distance between starts. */
static void add_pair(unit_sam *s, int number, int32_t left, int32_t apart, int second_left, unit_read like) {
    char name[40];
    snprintf(name, sizeof name, "p%d", number);
    unit_read a = like, b = like;
    b.cigar = "100M"; /* a tag is at the left end */
    a.pos1 = left;
    b.pos1 = left + apart;
    sam_pair(s, name, second_left, a, b);
}

static ps_library library_of(const ps_read_evidence *e, ps_codon_evidence *shown, ps_codon_evidence *counted,
                             double *hidden, double molecules, const ps_primers *primers) {
    ps_case c = {.panel = &panel, .purity = NAN, .molecules = molecules, .primers = primers};
    ps_library b;
    c.reads[PS_INPUT_DNA] = e;
    ps_call_library(&c, PS_INPUT_DNA, &b);
    *shown = *counted = (ps_codon_evidence){0};
    for (int i = 0; i < panel.n_codons; i++)
        hidden[i] = 0;
    ps_library_view(&c, PS_INPUT_DNA, &b, shown, counted, hidden);
    return b;
}

static uint32_t at_codon(const ps_codon_evidence *e, int codon, int hap) {
    uint32_t n = 0;
    for (size_t i = 0; i < e->n_codon; i++)
        n += e->codon[i].codon == codon && (hap < 0 || e->codon[i].hap == hap) ? e->codon[i].n : 0;
    return n;
}

typedef struct outcome {
    ps_library library;
    uint32_t shown, counted, mutated; /* at KRAS 12; mutated: G12D of those that count */
    uint32_t of_side[2];              /* G12D, shown */
    double hidden;
} outcome;

static outcome outcome_of(unit_sam *s, double molecules, const ps_primers *primers) {
    ps_read_evidence e = run(s);
    ps_codon_evidence shown, counted;
    double *hidden = ps_alloc((size_t)panel.n_codons, sizeof *hidden);
    outcome o = {.library = library_of(&e, &shown, &counted, hidden, molecules, primers)};
    o.shown = at_codon(&shown, k12, -1);
    o.counted = at_codon(&counted, k12, -1);
    o.mutated = at_codon(&counted, k12, GAT);
    for (size_t i = 0; i < shown.n_codon; i++)
        if (shown.codon[i].codon == k12 && shown.codon[i].hap == GAT)
            o.of_side[shown.codon[i].side] += shown.codon[i].n;
    o.hidden = hidden[k12];
    free(hidden);
    ps_codons_free(&shown);
    ps_codons_free(&counted);
    ps_read_evidence_free(&e);
    return o;
}

/* `n` molecules over the codon at places of chance, in `copies` copies each. The first one is mutated in all of its
 * copies, and one copy of the second. */
static void shear(unit_sam *s, uint64_t seed, int n, int copies) {
    sam_begin(s, &panel, "unsorted");
    for (int i = 0; i < n; i++) {
        int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
        for (int k = 0; k < copies; k++) {
            int mutated = i == 0 || (i == 1 && k == 0);
            add_pair(s, i * copies + k, left, apart, i & 1, mutated ? READ(G12D) : READ(.flag = 0));
        }
    }
}

static void copies_count_once(void **state) {
    (void)state;
    unit_sam s;
    shear(&s, 1, 40, 10);
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_COPIES);
    assert_int_equal(o.counted, 40);
    assert_int_equal(o.mutated, 1); /* the error in one copy is outvoted */
}

/* Guards against: copies of a molecule's two strands counted as two molecules, which made lod95 too good by half; and
 * molecules of one strand that are joined because others, near by, are of the other one. */
static void both_strands_are_one_molecule(void **state) {
    (void)state;
    enum { SHEARED, SECOND_TRIMMED, UMIS_OF_ENDS, ONE_PLACE, UMIS_OF_STRANDS, ONE_STRAND, N_WAYS };
    static const uint32_t counted[] = {40, 40, 40, 40, 400, 400};
    for (int how = 0; how < N_WAYS; how++) {
        unit_sam s;
        uint64_t seed = 47;
        int n = (int)counted[how];
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < n; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
            char umi[2][20] = {"RX:Z:ACGT-ACGT", "RX:Z:ACGT-ACGT"};
            for (int k = 0; k < 8; k++)
                umi[0][5 + k + (k > 3)] = umi[1][5 + (k + 4) % 8 + (k < 4)] = "ACGT"[unit_below(&seed, 4)];
            umi[1][5] = how == UMIS_OF_STRANDS ? 'N' : umi[1][5];
            for (int k = 0; k < 4; k++) {
                int second_left = how == ONE_STRAND ? i & 1 : k & 1;
                unit_read like = i == 0 ? READ(G12D) : READ(.flag = 0);
                like.tags = how >= UMIS_OF_ENDS && how <= UMIS_OF_STRANDS ? umi[second_left] : NULL;
                int32_t lost = how == SECOND_TRIMMED ? 3 : 0;
                add_pair(&s, 4 * i + k, how == ONE_PLACE ? P50 - 60 : left + (second_left ? lost : 0),
                         how == ONE_PLACE ? 60 : apart - lost, second_left, like);
            }
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_true(o.counted <= counted[how] && o.counted + counted[how] / 50 >= counted[how]);
        assert_int_equal(o.mutated, 1);
    }
}

/* 125 molecules; each strand has a UMI of its own of two letters, so that some agree by chance: which does not make
 * strands that can be joined. At NRAS 12 one strand alone is there, three times as many: that is no other's share. */
static void strands_by_chance(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 59;
    int n12 = ps_panel_codon(&panel, ps_panel_gene(&panel, "NRAS"), 12), number = 0;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 500; i++) {
        int is_deep = i >= 125;
        int32_t place = is_deep ? panel.codons[n12].pos0[1] : P50;
        int32_t left = place - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
        for (int strand = 0; strand < (is_deep ? 1 : 2); strand++) {
            char umi[12] = "RX:Z:";
            for (int k = 0; k < 2; k++)
                umi[5 + k] = "ACGT"[unit_below(&seed, 4)];
            for (int k = 0; k < 3; k++)
                add_pair(&s, number++, left, apart, is_deep ? i & 1 : strand,
                         (unit_read){.contig = is_deep ? "chr1" : "chr12", .cigar = "100M", .tags = umi});
        }
    }
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_UMI);
    assert_true(o.counted > 110 && o.counted < 140);
}

/* Reads without mates show one end: those of one orientation may be the other strand of those of the other. */
static void single_reads_of_both_strands(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 61;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 60; i++) {
        int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80);
        char cigar[8], name[16];
        snprintf(cigar, sizeof cigar, "%dM", 90 + (int)unit_below(&seed, 60));
        for (int k = 0; k < 12; k++) {
            snprintf(name, sizeof name, "s%d", 12 * i + k);
            sam_add(&s, (unit_read){
                            .contig = "chr12", .name = name, .pos1 = left, .flag = k & 1 ? 16 : 0, .cigar = cigar});
        }
    }
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_COPIES);
    assert_true(o.counted >= 50 && o.counted <= 65);
}

/* Copies of a UMI count once, and are not taken off again because many have the same ends. */
static void copies_of_umis(void **state) {
    (void)state;
    for (int copies = 1; copies <= 10; copies += 9) {
        unit_sam s;
        uint64_t seed = 67;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 200; i++) {
            char umi[20] = "RX:Z:";
            for (int k = 0; k < 12; k++)
                umi[5 + k] = "ACGT"[unit_below(&seed, 4)];
            for (int k = 0; k < copies; k++)
                add_pair(&s, copies * i + k, P50 - 60, 15, 0, READ(.tags = umi));
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.counted, 200);
        assert_int_equal(o.library.molecules, 200);
    }
}

/* Two single reads of one family, one of each orientation: the same evidence in either order. */
static void families_in_any_order(void **state) {
    (void)state;
    int32_t end0[2][2];
    for (int order = 0; order < 2; order++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 2; k++)
            sam_add(&s, READ(.name = k == order ? "f" : "r", .flag = k == order ? 0 : 16, .tags = "MI:i:7",
                             .pos1 = k == order ? P50 - 20 : P50 - 119));
        ps_read_evidence e = run(&s);
        assert_int_equal(e.codons.molecules.n, 1);
        memcpy(end0[order], e.codons.molecules.row->key.end0, sizeof end0[order]);
        ps_read_evidence_free(&e);
    }
    assert_memory_equal(end0[0], end0[1], sizeof end0[0]);
}

/* Of more molecules than are kept, both strands are kept or neither; but for the last. */
static void strands_are_kept_together(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 53;
    size_t alone = 0;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 3000; i++) {
        int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 90), apart = 20 + (int32_t)unit_below(&seed, 400);
        for (int k = 0; k < 2; k++)
            add_pair(&s, 2 * i + k, left, apart, k, READ(.flag = 0));
    }
    ps_read_evidence e = run(&s);
    const ps_molecules *kept = &e.codons.molecules;
    assert_int_equal(kept->n, PS_MOLECULES_KEPT);
    for (size_t i = 0, n; i < kept->n; i += n) {
        n = i + 1 < kept->n &&
                    memcmp(kept->row[i].key.end0, kept->row[i + 1].key.end0, sizeof kept->row[i].key.end0) == 0
                ? 2
                : 1;
        alone += n == 1;
    }
    assert_true(alone <= 1);
    ps_read_evidence_free(&e);
}

static const struct {
    const char *gene;
    int codon;
} hotspots[] = {{"KRAS", 12}, {"KRAS", 61}, {"KRAS", 117}, {"KRAS", 146},
                {"NRAS", 12}, {"NRAS", 61}, {"NRAS", 117}, {"NRAS", 146}};
enum { N_HOTSPOTS = sizeof hotspots / sizeof *hotspots };

static const ps_codon *hotspot(int k) {
    return &panel.codons[ps_panel_codon(&panel, ps_panel_gene(&panel, hotspots[k].gene), hotspots[k].codon)];
}

static const char *contig_at(const ps_codon *codon) {
    return panel.contigs[panel.loci[codon->locus].contig].name[PS_STYLE_UCSC];
}

/* So many copies that chance alone would fill all pairs of ends: but few are filled. */
static void copies_at_great_depth(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 23;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 150; i++) {
        int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 60 + (int32_t)unit_below(&seed, 40);
        for (int k = 0; k < 200; k++)
            add_pair(&s, 200 * i + k, left, apart, i & 1, READ(.flag = 0));
    }
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_COPIES);
    assert_true(o.library.chance > 0.67);
    assert_true(o.counted > 130 && o.counted <= 150);
}

/* An amplicon whose primers follow none to three spacers: sixteen pairs of ends. What one orientation
 * shows stays of that one, though both have the same ends. */
static void phased_primers(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 37;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 300; i++)
        add_pair(&s, i, P50 - 60 - (int32_t)unit_below(&seed, 4), 40 + (int32_t)unit_below(&seed, 4), i & 1,
                 i % 20 == 0 ? READ(G12D) : READ(.flag = 0));
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_AMPLICON);
    assert_int_equal(o.counted, 300);
    assert_int_equal(o.of_side[PS_F1R2], 15);
    assert_int_equal(o.of_side[PS_F2R1], 0);
}

/* One fragment a family, of poor quality: nothing speaks against it, so it counts with its own error. */
static void poor_families_of_one(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 41;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 40; i++) {
        char tag[16] = "RX:Z:";
        for (int k = 5; k < 15; k++)
            tag[k] = "ACGT"[unit_below(&seed, 4)];
        add_pair(&s, i, P50 - 20 - i, 160, 0,
                 i % 10 ? READ(.tags = tag, .quality1 = 16) : READ(.tags = tag, .quality1 = 16, G12D));
    }
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_UMI);
    assert_int_equal(o.counted, 40);
    assert_int_equal(o.mutated, 4);
}

/* RNA of anchored primers: nearly all molecules begin at one place. Some that do are usual. */
static void primers_of_rna(void **state) {
    (void)state;
    for (int anchored = 0; anchored < 2; anchored++) {
        unit_sam s;
        uint64_t seed = 43;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 300; i++) {
            int32_t left = anchored || i % 3 == 0 ? P50 - 12 : P50 - 5 - (int32_t)unit_below(&seed, 80);
            add_pair(&s, i, left, 40 + i, 0, READ(.flag = 0));
        }
        ps_read_evidence e = collect_text(&s, PS_INPUT_RNA);
        sam_free(&s);
        ps_case c = {.panel = &panel, .purity = NAN, .reads[PS_INPUT_RNA] = &e};
        ps_library b;
        ps_call_library(&c, PS_INPUT_RNA, &b);
        assert_int_equal(b.primers, anchored);
        ps_read_evidence_free(&e);
    }
}

/* Single reads that fill all places, each another molecule. */
static void deep_single_reads_are_unique(void **state) {
    (void)state;
    unit_sam s;
    uint64_t seed = 29;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 7500; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        sam_add(&s, READ(.name = name, .pos1 = P50 - 5 - (int32_t)unit_below(&seed, 80), .flag = i & 1 ? 16 : 0));
    }
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_UNIQUE);
    assert_true(o.library.chance > 0.9);
}

static void different_molecules_are_not_merged(void **state) {
    (void)state;
    unit_sam s;
    shear(&s, 2, 1000, 1);
    outcome o = outcome_of(&s, 0, NULL);
    assert_int_equal(o.library.kind, PS_LIBRARY_UNIQUE);
    assert_true(o.library.copies < o.library.chance + 0.03 && o.library.chance < o.library.copies + 0.03);
    assert_int_equal(o.counted, 0); /* no view: fragments count as they are */
}

static void amplicons_cannot_be_counted(void **state) {
    (void)state;
    static const struct {
        double molecules;
        uint32_t counted, mutated;
    } rows[] = {{0, 330, 33}, {100, 100, 10}, {5000, 1000, 100}};
    for (size_t i = 0; i < 3; i++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 1000; k++)
            add_pair(&s, k, P50 - 60, 60, 0, k % 10 == 0 ? READ(G12D) : READ(.flag = 0));
        outcome o = outcome_of(&s, rows[i].molecules, NULL);
        assert_int_equal(o.library.kind, PS_LIBRARY_AMPLICON);
        assert_int_equal(o.library.stated, rows[i].molecules > 0);
        assert_int_equal(o.shown, 1000);
        assert_int_equal(o.counted, rows[i].counted);
        assert_int_equal(o.mutated, rows[i].mutated);
    }
}

static ps_ras_codon codon_called(unit_sam *s) {
    ps_read_evidence e = run(s);
    ps_case c = {.panel = &panel, .purity = NAN};
    ps_calls calls = {0};
    c.reads[PS_INPUT_DNA] = &e;
    ps_call_ras(&c, &calls.ras);
    ps_ras_codon codon = calls.ras.codon[k12];
    ps_calls_free(&calls);
    ps_read_evidence_free(&e);
    return codon;
}

/* Guards against: indels left out of lod95 where molecules are counted, so that a wild type rested on substitutions
 * alone. */
static void indels_rest_on_molecules(void **state) {
    (void)state;
    unit_sam s;
    ps_ras_codon few, copied, stacked;
    shear(&s, 1, 40, 1);
    few = codon_called(&s);
    shear(&s, 1, 40, 10);
    copied = codon_called(&s);
    sam_begin(&s, &panel, "unsorted");
    for (int k = 0; k < 1000; k++)
        add_pair(&s, k, P50 - 60, 60, 0, READ(.flag = 0));
    stacked = codon_called(&s);
    assert_true(few.lod95_of[PS_CHANGE_INDEL] > 0.1);
    assert_true(fabs(copied.lod95_of[PS_CHANGE_INDEL] / few.lod95_of[PS_CHANGE_INDEL] - 1) < 0.1);
    assert_true(copied.lod95 >= copied.lod95_of[PS_CHANGE_INDEL]);
    /* 330 of its 1,000 fragments: 3 or more of them in 19 of 20 at 6.3 / 330, or a few more than three are needed */
    assert_true(stacked.lod95_of[PS_CHANGE_INDEL] > 0.019 && stacked.lod95_of[PS_CHANGE_INDEL] < 0.04);
}

/* Guards against: intervals from copies of few molecules. */
static void share_of_copies(void **state) {
    (void)state;
    unit_sam s;
    shear(&s, 3, 100, 4);
    outcome o = outcome_of(&s, 0, NULL);
    assert_true(fabs(o.library.share - 0.25) < 0.01);
    assert_true(fabs(ps_library_share(&o.library, 1e6) - o.library.share) < 1e-9);
    shear(&s, 2, 1000, 1);
    o = outcome_of(&s, 0, NULL);
    assert_true(o.library.share == 1 && ps_library_share(&o.library, 1000) == 1);
    sam_begin(&s, &panel, "unsorted");
    for (int k = 0; k < 1000; k++)
        add_pair(&s, k, P50 - 60, 60, 0, READ(.flag = 0));
    o = outcome_of(&s, 50, NULL);
    assert_true(ps_library_share(&o.library, 1000) == 0.05 && ps_library_share(&o.library, 20) == 1);
    assert_true(ps_library_share(NULL, 1000) == 1);
}

/* 100 fragments (at KRAS 12: `first`) of each of `pairs[i]` molecules (or amplicons, in both orientations) over the
 * places that decide. */
static outcome outcome_of_pairs(const int pairs[8], int first, int both, int designed, ps_ras_state *state) {
    static const struct {
        const char *gene;
        int codon;
    } at[] = {{"KRAS", 12}, {"KRAS", 61}, {"KRAS", 117}, {"KRAS", 146},
              {"NRAS", 12}, {"NRAS", 61}, {"NRAS", 117}, {"NRAS", 146}};
    uint64_t seed = 11;
    unit_sam s;
    int number = 0;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 8; i++) {
        const ps_codon *codon = &panel.codons[ps_panel_codon(&panel, ps_panel_gene(&panel, at[i].gene), at[i].codon)];
        const char *contig = panel.contigs[panel.loci[codon->locus].contig].name[PS_STYLE_UCSC];
        for (int m = 0; m < pairs[i]; m++) {
            int32_t left = codon->pos0[1] - (designed ? 50 + 5 * m : 20 + (int32_t)unit_below(&seed, 60));
            for (int k = 0; k < (i ? 100 : first); k++, number++)
                add_pair(&s, number, left, (designed ? 30 : 70) + m, both ? k & 1 : m & 1,
                         (unit_read){.contig = contig, .cigar = "100M"});
        }
    }
    ps_read_evidence e = run(&s);
    ps_case c = {.panel = &panel, .purity = NAN};
    ps_calls calls = {0};
    c.reads[PS_INPUT_DNA] = &e;
    ps_call_ras(&c, &calls.ras);
    *state = calls.ras.state;
    ps_codon_evidence shown, counted;
    double *hidden = ps_alloc((size_t)panel.n_codons, sizeof *hidden);
    outcome o = {.library = library_of(&e, &shown, &counted, hidden, 0, NULL)};
    o.counted = at_codon(&counted, k12, -1);
    free(hidden);
    ps_codons_free(&shown);
    ps_codons_free(&counted);
    ps_calls_free(&calls);
    ps_read_evidence_free(&e);
    return o;
}

/* Guards against: three molecules a place, in many copies, taken for an amplicon of 330; and an amplicon in both
 * orientations beside another, taken for molecules by the hundred. */
static void few_molecules_are_no_amplicons(void **state) {
    (void)state;
    static const struct {
        int pairs[8], first, both, is_amplicon;
    } rows[] = {
        {{2, 1, 3, 1, 3, 2, 1, 3}, 100, 0, 0}, {{3, 1, 1, 2, 3, 1, 2, 2}, 100, 1, 0},
        {{1, 1, 1, 1, 1, 1, 1, 1}, 100, 0, 1}, {{1, 1, 1, 1, 1, 1, 1, 1}, 100, 1, 1},
        {{2, 1, 1, 1, 1, 2, 1, 1}, 100, 1, 1}, {{2, 2, 2, 2, 2, 2, 2, 2}, 100, 1, 1},
        {{1, 1, 1, 1, 1, 1, 1, 1}, 15, 0, 1}, /* a shallow amplicon of a design counts as one too */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_ras_state ras;
        outcome o = outcome_of_pairs(rows[i].pairs, rows[i].first, rows[i].both, rows[i].is_amplicon, &ras);
        assert_int_equal(o.library.kind, rows[i].is_amplicon ? PS_LIBRARY_AMPLICON : PS_LIBRARY_COPIES);
        if (rows[i].is_amplicon)
            assert_int_equal(o.counted, rows[i].first * rows[i].pairs[0]); /* at most 330 */
        else
            assert_int_equal(o.counted, rows[i].pairs[0]);
        assert_true(rows[i].is_amplicon || ras == PS_RAS_NOT_ASSESSABLE);
    }
}

/* Guards against: fifteen molecules a place, unevenly copied, of which about three hold more than chance leaves at
 * every place, taken for a design of three amplicons. */
static void uneven_copies_are_no_amplicons(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        unit_sam s;
        uint64_t chance = seed;
        int number = 0;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 45 * N_HOTSPOTS; i++) {
            const ps_codon *c = hotspot(i % N_HOTSPOTS);
            unit_read r = {.flag = unit_below(&chance, 2) ? 16 : 0, .contig = contig_at(c), .cigar = "50M"};
            r.pos1 = c->pos0[1] + 50 - (int32_t)unit_below(&chance, 150);
            int copies = 1 + (int)(-40 * log((1 + (double)unit_below(&chance, 1000)) / 1001));
            for (int k = 0; k < copies; k++, number++) {
                char name[16];
                snprintf(name, sizeof name, "u%d", number);
                r.name = name;
                sam_add(&s, r);
            }
        }
        assert_int_equal(outcome_of(&s, 0, NULL).library.kind, PS_LIBRARY_COPIES);
    }
}

/* Many overlapping fragments of a design (a restriction digest, tiles) over each place that decides, or few sheared
 * molecules in many copies: alike, but for the primers that the user names. */
static void listed_tiles(void **state) {
    (void)state;
    enum { TILES = 8, DEPTH = 100 };
    static const struct {
        int n_listed;   /* of the places; negative: the same ones of another contig */
        int moved, cut; /* by so many bases; primers that were cut off */
        double molecules;
        int is_amplicon;
        uint32_t counted;
    } rows[] = {{0, 0, 0, 0, 0, TILES},          {N_HOTSPOTS, 0, 0, 0, 1, 330},      {N_HOTSPOTS, 0, 0, 500, 1, 500},
                {N_HOTSPOTS, 0, 1, 0, 1, 330},   {N_HOTSPOTS, 40, 0, 500, 0, TILES}, {3, 0, 0, 500, 0, TILES},
                {0, 0, 0, 500, 0, TILES},        {N_HOTSPOTS, 3, 1, 500, 1, 500},    {N_HOTSPOTS, -3, 1, 500, 1, 500},
                {N_HOTSPOTS, 3, 0, 500, 1, 500}, {-N_HOTSPOTS, 0, 0, 500, 0, TILES}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        uint64_t seed = 19;
        int number = 0;
        ps_primer listed[2 * N_HOTSPOTS * TILES];
        ps_primers primers = {listed, 0, 0};
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < N_HOTSPOTS * TILES; k++) {
            const ps_codon *c = hotspot(k / TILES);
            int32_t left = c->pos0[1] - 30 - (int32_t)unit_below(&seed, 50),
                    apart = 30 + (int32_t)unit_below(&seed, 60);
            int32_t right = left + apart + 100 + rows[i].moved, bases = rows[i].cut ? 20 : 0;
            ps_primer pair[] = {{.strand = '+', .beg0 = left + rows[i].moved - bases},
                                {.strand = '-', .end0 = right + bases}};
            pair[0].end0 = pair[0].beg0 + 20;
            pair[1].beg0 = pair[1].end0 - 20;
            for (int j = 0; j < 2 && k / TILES < abs(rows[i].n_listed); j++) {
                listed[primers.n] = pair[j];
                listed[primers.n++].contig =
                    rows[i].n_listed < 0 ? ps_panel_contig(&panel, "chr7") : panel.loci[c->locus].contig;
            }
            for (int j = 0; j < DEPTH; j++)
                add_pair(&s, number++, left + 1, apart, j & 1, (unit_read){.contig = contig_at(c), .cigar = "100M"});
        }
        outcome o = outcome_of(&s, rows[i].molecules, rows[i].n_listed ? &primers : NULL);
        assert_int_equal(o.library.kind, rows[i].is_amplicon ? PS_LIBRARY_AMPLICON : PS_LIBRARY_COPIES);
        assert_int_equal(o.counted, rows[i].counted);
    }
}

/* Reads without mates over the places that decide: forward ones from `left` places, reverse ones from `right` places,
 * 100 each. An amplicon is read from either side or both; few molecules lie where chance has them. */
static void single_reads(void **state) {
    (void)state;
    static const struct {
        int left[8], right[8], is_amplicon;
    } rows[] = {{{1, 1, 1, 0, 1, 1, 1, 1}, {1, 1, 0, 1, 1, 1, 0, 1}, 1},
                {{1, 1, 1, 1, 1, 1, 1, 1}, {0}, 1},
                {{2, 2, 2, 1, 2, 2, 2, 2}, {2, 2, 1, 2, 2, 2, 1, 2}, 1},
                {{2, 1, 3, 1, 3, 2, 1, 3}, {0}, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        int number = 0;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 8; k++) {
            const ps_codon *c = hotspot(k);
            for (int m = 0; m < 100 * (rows[i].left[k] + rows[i].right[k]); m++) {
                int is_right = m >= 100 * rows[i].left[k], step = 7 * (m / 100 - (is_right ? rows[i].left[k] : 0));
                char name[16];
                snprintf(name, sizeof name, "r%d", number++);
                sam_add(&s, (unit_read){.name = name,
                                        .flag = is_right ? 16 : 0,
                                        .contig = contig_at(c),
                                        .pos1 = c->pos0[1] - (is_right ? 30 : 60) + step,
                                        .cigar = "100M"});
            }
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.library.kind, rows[i].is_amplicon ? PS_LIBRARY_AMPLICON : PS_LIBRARY_COPIES);
        assert_true(o.counted ==
                    (rows[i].is_amplicon ? fmin(330, 100 * (rows[i].left[0] + rows[i].right[0])) : rows[i].left[0]));
    }
}

static void primers_hide(void **state) {
    (void)state;
    ps_primer listed[] = {{0},
                          {.beg0 = P50 - 13, .end0 = P50 + 9, .strand = '+'},
                          {.beg0 = 100, .end0 = 120},                          /* of another build */
                          {.beg0 = P50 - 35, .end0 = P50 - 13, .strand = '+'}, /* cut off before the alignment */
                          {.beg0 = P50 + 9, .end0 = P50 + 31, .strand = '-'}}; /* of another amplicon */
    static const struct {
        int32_t from_codon; /* the amplicon's start */
        int given;          /* of `listed`; 0: recognised */
        int is_hidden, n_listed;
        int tag; /* a UMI before it, clipped */
    } rows[] = {{-20, 0, 1, 0, 1}, {-12, 0, 1, 0, 0}, {-60, 0, 0, 0, 0}, {-12, 1, 1, 1, 0},
                {-12, 2, 1, 0, 0}, {-60, 1, 0, 1, 0}, {-12, 3, 0, 1, 0}, {-12, 4, 1, 1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        ps_primers primers = {&listed[rows[i].given], 1, 1};
        listed[rows[i].given].contig = ps_panel_contig(&panel, "chr12");
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 200; k++)
            add_pair(&s, k, P50 + rows[i].from_codon, 60, 0,
                     (unit_read){.contig = "chr12",
                                 .cigar = rows[i].tag ? "12S88M" : "100M",
                                 .clipped = rows[i].tag ? "CATGGACTGATC" : NULL});
        outcome o = outcome_of(&s, 0, rows[i].given ? &primers : NULL);
        assert_int_equal(o.hidden > 0.99, rows[i].is_hidden);
        assert_int_equal(o.shown, rows[i].is_hidden ? 0 : 200);
        assert_int_equal(o.library.primers_listed, rows[i].n_listed);
    }
}

/* Reads that were trimmed begin inside the primer; the far end of a merged or single read, which is not known, lies
 * in the other primer where it shows nothing beyond. Also where more pairs of ends are seen than are kept. */
static void primers_hide_from_trimmed_and_merged_reads(void **state) {
    (void)state;
    static const struct {
        int single, n, trimmed; /* of ten */
    } rows[] = {{0, 200, 4}, {1, 200, 0}, {1, 400, 1}, {0, 40000, 6}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        uint64_t seed = 31;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < rows[i].n; k++) {
            int is_trimmed = k % 10 < rows[i].trimmed;
            int32_t cut[2] = {is_trimmed ? (int32_t)unit_below(&seed, 60) : 0,
                              is_trimmed ? (int32_t)unit_below(&seed, 60) : 0};
            char name[16], cigar[2][16];
            snprintf(name, sizeof name, "t%d", k);
            snprintf(cigar[0], sizeof cigar[0], "%dM", (rows[i].single ? 160 : 100) - cut[0]);
            snprintf(cigar[1], sizeof cigar[1], "%dM", 100 - cut[1]);
            unit_read a = READ(.pos1 = P50 - 12 + cut[0]), b = READ(.pos1 = P50 + 48);
            a.cigar = cigar[0];
            b.cigar = cigar[1];
            a.name = name;
            if (rows[i].single && k % 2) { /* the other strand: the same bases */
                a.flag = 16;
                a.pos1 = P50 - 12;
            }
            if (rows[i].single)
                sam_add(&s, a);
            else
                sam_pair(&s, name, 0, a, b);
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_true(o.hidden > 0.95);
        assert_int_equal(o.counted, 0);
    }
}

/* Reads without a mate of eight amplicons, each of another length and with its hotspot in the middle, but for the
 * first, whose reads end 11 bases beyond KRAS 12. */
typedef struct far_design {
    const char *what;
    int is_reverse; /* 1: all; 2: every other one */
    int fixed;      /* all reads are of so many bases; 0: of the amplicon's */
    int windows;    /* of eight */
    int trimmed;    /* of ten reads: at their far ends, by up to 60 bases */
    int longer;     /* of twenty reads of the first amplicon: they go on to another one's end */
    int adapter;    /* of the first amplicon: bases at the far end that are an adapter's, clipped */
    int beside;  /* reads of the next amplicon, which begins in the far primer of the first, for each read of that */
    int blurred; /* of the first amplicon: bases by which far ends lie before and beyond the primer's */
    int spread;  /* 1: reads begin at places of chance */
    int middle;  /* 1: KRAS 12 is in the middle, too */
    int umi;
    int is_hidden;
} far_design;

static void add_far_read(unit_sam *s, const far_design *d, int k, int number, uint64_t *seed) {
    const ps_codon *c = hotspot(k);
    int32_t beyond = k == 0 && !d->middle ? 11 : 65 + 3 * k, length = d->fixed ? d->fixed : 2 * beyond + 10 * (8 - k);
    int32_t far0 = c->pos0[1] + beyond, clip = k == 0 ? d->adapter : 0;
    int reverse = d->is_reverse == 1 || (d->is_reverse == 2 && number % 2);
    length = d->is_reverse == 2 || d->fixed || k || d->middle ? length : 120;
    if (d->spread)
        length -= (int32_t)unit_below(seed, 70);
    if (d->longer && k == 0 && number % 20 < d->longer) {
        far0 += 60;
        length += 60;
    }
    if (k == 0 && d->blurred) {
        int32_t off = (int32_t)unit_below(seed, 2 * (uint64_t)d->blurred + 1) - d->blurred;
        far0 += off;
        length += off;
    }
    int32_t cut = number % 10 < d->trimmed ? (int32_t)unit_below(seed, 60) : 0;
    int32_t beg0 = far0 - length + 1 + clip, end0 = far0 - cut; /* of a forward read */
    char name[16], cigar[24], tags[40] = "RX:Z:ACGTACGT";
    for (int i = 5; i < 13; i++)
        tags[i] = "ACGT"[unit_below(seed, 4)];
    snprintf(name, sizeof name, "f%d", number);
    snprintf(cigar, sizeof cigar, clip ? "%dM%dS" : "%dM", (int)(end0 - beg0 + 1), (int)clip);
    if (reverse && d->is_reverse == 1) { /* the mirror image of the forward one */
        beg0 = 2 * c->pos0[1] - end0;
        snprintf(cigar, sizeof cigar, clip ? "%2$dS%1$dM" : "%dM",
                 (int)(2 * c->pos0[1] - far0 + length - clip - beg0), (int)clip);
    }
    sam_add(s, (unit_read){.name = name,
                           .flag = reverse ? 16 : 0,
                           .contig = contig_at(c),
                           .pos1 = beg0 + 1,
                           .cigar = cigar,
                           .clipped = "CATGGACTGATC",
                           .tags = d->umi ? tags : NULL});
}

/* Reads of the amplicon beyond the first one's far primer. They end where that one's `longer` reads do. */
static void add_beside_read(unit_sam *s, const far_design *d, int number) {
    const ps_codon *c = hotspot(0);
    int32_t beg0 = c->pos0[1] + 11 - 3, end0 = c->pos0[1] + 11 + 60;
    char name[16], cigar[16];
    snprintf(name, sizeof name, "b%d", number);
    snprintf(cigar, sizeof cigar, "%dM", (int)(end0 - beg0 + 1));
    sam_add(s, (unit_read){.name = name,
                           .flag = d->is_reverse ? 16 : 0,
                           .contig = contig_at(c),
                           .pos1 = (d->is_reverse ? 2 * c->pos0[1] - end0 : beg0) + 1,
                           .cigar = cigar});
}

/* Guards against: a codon under the far primer of merged reads of one orientation called wild type; and a plain
 * amplicon of reads of fixed length that loses it. */
static void far_primers(void **state) {
    (void)state;
    static const far_design rows[] = {
        {.what = "merged", .windows = 8, .is_hidden = 1},
        {.what = "merged, reverse", .is_reverse = 1, .windows = 8, .is_hidden = 1},
        {.what = "merged, both", .is_reverse = 2, .windows = 8, .is_hidden = 1},
        {.what = "merged, in the middle", .windows = 8, .middle = 1},
        {.what = "merged, reverse, in the middle", .is_reverse = 1, .windows = 8, .middle = 1},
        {.what = "merged, with UMIs", .windows = 8, .umi = 1, .is_hidden = 1},
        {.what = "trimmed", .windows = 8, .trimmed = 6, .is_hidden = 1},
        {.what = "all trimmed", .windows = 8, .trimmed = 10, .is_hidden = 1},
        {.what = "some go on", .windows = 8, .longer = 1, .is_hidden = 1},
        {.what = "half go on", .windows = 8, .longer = 11},
        {.what = "fixed length", .fixed = 100, .windows = 8},
        {.what = "fixed length, reverse", .is_reverse = 1, .fixed = 100, .windows = 8},
        {.what = "fixed length, trimmed", .fixed = 100, .windows = 8, .trimmed = 4},
        {.what = "fixed length, in the middle", .fixed = 100, .windows = 8, .middle = 1},
        {.what = "adapter clipped", .fixed = 100, .windows = 8, .adapter = 12, .is_hidden = 1},
        {.what = "fixed length, one window", .fixed = 100, .windows = 1, .is_hidden = 1}, /* nothing tells */
        {.what = "fixed length, one window, in the middle", .fixed = 100, .windows = 1, .middle = 1},
        {.what = "beside a deep one", .windows = 8, .beside = 10, .is_hidden = 1},
        {.what = "reverse, beside a deep one", .is_reverse = 1, .windows = 8, .beside = 10, .is_hidden = 1},
        {.what = "beside a deep one, some go on", .windows = 8, .beside = 10, .longer = 1, .is_hidden = 1},
        {.what = "beside a deep one, half go on", .windows = 8, .beside = 10, .longer = 11},
        {.what = "in the middle, beside a deep one", .windows = 8, .middle = 1, .beside = 10},
        {.what = "blurred", .windows = 8, .blurred = 2, .is_hidden = 1},
        {.what = "blurred, beside one", .windows = 8, .blurred = 2, .beside = 1, .is_hidden = 1},
        {.what = "blurred, reverse, beside a deep one",
         .is_reverse = 1,
         .windows = 8,
         .blurred = 2,
         .beside = 10,
         .is_hidden = 1},
        {.what = "one primer, beside a deep one", .windows = 8, .spread = 1, .beside = 10, .is_hidden = 1},
        {.what = "one primer", .windows = 8, .spread = 1, .is_hidden = 1},
        {.what = "sheared, fixed length", .fixed = 100, .windows = 8, .spread = 1, .middle = 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        uint64_t seed = 5;
        sam_begin(&s, &panel, "unsorted");
        for (int number = 0; number < 300 * rows[i].windows; number++)
            add_far_read(&s, &rows[i], number % rows[i].windows, number / rows[i].windows, &seed);
        for (int number = 0; number < 300 * rows[i].beside; number++)
            add_beside_read(&s, &rows[i], number);
        outcome o = outcome_of(&s, 0, NULL);
        if ((o.hidden > 0.5) != rows[i].is_hidden)
            fail_msg("%s: %g of the fragments are hidden", rows[i].what, o.hidden);
    }
}

/* A primer over KRAS 12 and all codons beyond it, up to the start codon: reads of another amplicon that pass it end
 * in the 5' region, where no codon shows it. */
static void reads_that_pass_a_primer(void **state) {
    (void)state;
    static const struct {
        int ends_within; /* of a hundred reads of the other amplicon: end in the primer */
        int begins_at;   /* bases beyond KRAS 12 where the next amplicon's reads begin; 0: none */
        double hidden;   /* of all fragments */
    } rows[] = {{0, 0, 0.5}, {4, 0, 0.5}, {6, 0, 1}, {100, 0, 1}, {100, 20, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const ps_codon *c = hotspot(0);
        ps_primer listed = {ps_panel_contig(&panel, "chr12"), c->pos0[1] - 1, c->pos0[1] + 40, '-'};
        ps_primers primers = {&listed, 1, 1};
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 900; k++) {
            int beyond = k % 3 == 1 && k / 3 % 100 < rows[i].ends_within ? 30 : 79;
            int32_t from = k % 3 == 2 ? rows[i].begins_at : -50;
            char name[16], cigar[16];
            if (k % 3 == 2 && !rows[i].begins_at)
                continue;
            snprintf(name, sizeof name, "p%d", k);
            snprintf(cigar, sizeof cigar, "%dM", (int)((k % 3 ? beyond : 39) - from + 1));
            sam_add(&s, (unit_read){.name = name,
                                    .flag = k % 3 ? 0 : 16,
                                    .contig = contig_at(c),
                                    .pos1 = c->pos0[1] + from + 1,
                                    .cigar = cigar});
        }
        double hidden = outcome_of(&s, 0, &primers).hidden;
        if (fabs(hidden - rows[i].hidden) > 1e-9)
            fail_msg("%d end within: %g of the fragments are hidden", rows[i].ends_within, hidden);
    }
}

static void umis_tell_molecules(void **state) {
    (void)state;
    static const struct {
        const char *format;
        uint32_t molecules; /* of 100 fragments at one place, ten numbers; every other fragment is of lane L1, which
                               one place does not tell apart */
    } rows[] = {
        {"RX:Z:ACGTAC%c%c", 10}, {"MI:Z:%d", 10}, {"MI:i:%d", 10}, {"BX:Z:ACG%c%c", 10}, {"UB:Z:ACGTACGTAC%c%c", 10},
    };
    for (size_t i = 0; i < 5; i++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 100; k++) {
            int number = k / 2 % 10;
            char tag[40], tags[60];
            if (strchr(rows[i].format, 'd'))
                snprintf(tag, sizeof tag, rows[i].format, number);
            else
                snprintf(tag, sizeof tag, rows[i].format, "ACGT"[number / 4], "ACGT"[number % 4]);
            snprintf(tags, sizeof tags, "RG:Z:L%d\t%s", k % 2, tag);
            add_pair(&s, k, P50 - 60, 60, 0, READ(.tags = tags));
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.library.kind, PS_LIBRARY_UMI);
        assert_int_equal(o.counted, rows[i].molecules);
    }
}

static void half_the_reads_with_a_umi(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    for (int k = 0; k < 200; k++)
        add_pair(&s, k, P50 - 20 - k % 60, 40 + k % 7, 0, k % 3 ? READ(.flag = 0) : READ(.tags = "RX:Z:ACGT"));
    outcome o = outcome_of(&s, 0, NULL);
    assert_true(o.library.umi > 0.3 && o.library.umi < 0.4);
    assert_int_not_equal(o.library.kind, PS_LIBRARY_UMI);
}

/* Guards against: fixed UMIs joined without a dash (16 letters of 1,024 that there are) taken for molecules, so that
 * ten molecules of other ends outvote a mutation. A cell's UMI is of one molecule wherever its copies were cut. */
static void ends_matter_to_long_umis(void **state) {
    (void)state;
    static const struct {
        const char *tags;
        int molecules; /* of 20 fragments, two at a place */
    } rows[] = {{"CB:Z:AAAC\tUB:Z:ACGTACGTAC", 1},
                {"RX:Z:ACGTACGTACGT", 10},
                {"BX:Z:ACGTACGTACGTACGT", 10},
                {"MI:Z:ACGTACGTACGT", 10},
                {"UB:Z:ACGTACGTACGTACGT", 10}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 20; k++) {
            char tags[80];
            snprintf(tags, sizeof tags, "RG:Z:L%d\t%s", k % 2, rows[i].tags);
            sam_add(&s, READ(.pos1 = P50 - 20 - k / 2, .tags = tags));
        }
        ps_read_evidence e = run(&s);
        assert_int_equal(e.codons.molecules.n, rows[i].molecules);
        assert_int_equal(e.codons.molecules.row[0].copies[0], 20 / rows[i].molecules);
        ps_read_evidence_free(&e);
    }
}

/* One molecule: clips are undone, and the mate's end is known from its record, its CIGAR or TLEN. */
static void ends_with_clips(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    unit_read rows[][2] = {
        {READ(.pos1 = P50 - 60), READ(.pos1 = P50 - 20)},
        {{.contig = "chr12", .pos1 = P50 - 55, .cigar = "5S95M", .clipped = "="}, READ(.pos1 = P50 - 20)},
        {READ(.pos1 = P50 - 60), {.contig = "chr12", .pos1 = P50 - 20, .cigar = "93M7S", .clipped = "="}},
    };
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        sam_pair(&s, name, 0, rows[i][0], rows[i][1]);
    }
    ps_read_evidence e = run(&s);
    assert_int_equal(e.codons.molecules.n, 1);
    assert_int_equal(e.codons.molecules.row[0].copies[0], 3);
    assert_int_equal(e.codons.molecules.row[0].key.end0[0], P50 - 61);
    assert_int_equal(e.codons.molecules.row[0].key.end0[1], P50 - 20 - 1 + 99);
    ps_read_evidence_free(&e);
}

/* Guards against: a UMI or a spacer before the primer, which the aligner clips, taken for the molecule's end, so that
 * the primer's own bases count as the patient's. What fits the reference is template, as are clips too short to tell.
 */
static void tags_are_no_template(void **state) {
    (void)state;
    static const struct {
        int is_reverse;
        const char *cigar, *clipped;
        int32_t end0; /* from P50 */
        int poor;
    } rows[] = {
        {0, "12S88M", "CATGGACTGATC", -21, 0},
        {0, "12S88M", "CATGGACTGATC", -33, 1}, /* errors of poor bases are no tag */
        {0, "12S88M", "=", -33, 0},
        {0, "4S96M", "GTCC", -25, 0},
        {0, "4S96M", "TAAC", -21, 0},
        {0, "3S97M", "TCG", -24, 0},
        {0, "2S98M", "GG", -21, 0},
        {0, "1S99M", "G", -22, 0},
        {0, "22S78M", "CATGGACTGATGTGTATCGTCA", -31, 0},
        {0, "5H95M", NULL, -26, 0},
        {0, "4S96M", "NNNN", -25, 0},
        {0, "2H12S88M", "CATGGACTGATC", -21, 0},
        {1, "88M12S", "GTCCATAACTGG", 26, 0},
        {1, "88M12S", "=", 38, 0},
        {1, "88M12S2H", "GTCCATAACTGG", 26, 0},
        {1, "12S88M", "CATGGACTGATC", 26, 0}, /* its 3' end */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        sam_add(&s, (unit_read){.contig = "chr12",
                                .flag = rows[i].is_reverse ? 16 : 0,
                                .pos1 = P50 - (rows[i].is_reverse ? 60 : 20),
                                .cigar = rows[i].cigar,
                                .quality1 = rows[i].poor ? 12 : 0,
                                .clipped = rows[i].clipped});
        ps_read_evidence e = run(&s);
        assert_int_equal(e.codons.molecules.n, 1);
        assert_int_equal(e.codons.molecules.row[0].key.end0[rows[i].is_reverse] - P50, rows[i].end0);
        ps_read_evidence_free(&e);
    }
}

/* The mate's own record is surer than what its CIGAR says, whichever comes first. */
static void tags_of_mates(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        unit_read r[2] = {{.name = "t",
                           .flag = 99,
                           .contig = "chr12",
                           .pos1 = P50 - 20,
                           .cigar = "12S88M",
                           .clipped = "CATGGACTGATC",
                           .mate_pos1 = P50 - 10,
                           .tags = "MC:Z:100M"},
                          {.name = "t",
                           .flag = 147,
                           .contig = "chr12",
                           .pos1 = P50 - 10,
                           .cigar = "100M",
                           .mate_pos1 = P50 - 20,
                           .tags = "MC:Z:12S88M"}};
        sam_add(&s, r[order]);
        sam_add(&s, r[!order]);
        ps_read_evidence e = run(&s);
        assert_int_equal(e.codons.molecules.n, 1);
        assert_int_equal(e.codons.molecules.row[0].key.end0[0], P50 - 21);
        assert_int_equal(e.codons.molecules.row[0].key.end0[1], P50 + 88);
        ps_read_evidence_free(&e);
    }
}

/* Guards against: a primer cut off at the 5' ends alone (cutadapt -g), of which the mate's 3' end still shows the
 * bases, with TLEN from outermost to outermost base or without TLEN. */
static void fragments_end_at_mates(void **state) {
    (void)state;
    static const struct {
        int32_t pos1; /* of the mate, from P50 */
        const char *cigar, *clipped;
        int is_forward;
        int32_t isize;
        int shown; /* KRAS 12 */
    } rows[] = {
        {5, "100M", NULL, 1, -125, 0}, {5, "100M", NULL, 1, 0, 0},
        {-10, "100M", NULL, 1, 0, 1},  {5, "25S75M", "=", 1, -125, 1}, /* a primer clipper's */
        {5, "100M", NULL, 0, -125, 1}, {90, "100M", NULL, 1, -125, 1}, /* no pair that faces each other */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int order = 0; order < 2; order++) {
            unit_sam s;
            int32_t left = P50 - 20, mate = P50 + rows[i].pos1;
            sam_begin(&s, &panel, "unsorted");
            unit_read r[2] = {{.name = "t",
                               .flag = rows[i].is_forward ? 99 : 115,
                               .contig = "chr12",
                               .pos1 = mate,
                               .cigar = rows[i].cigar,
                               .clipped = rows[i].clipped,
                               .mate_pos1 = left,
                               .isize = -rows[i].isize},
                              READ(.name = "t", .flag = rows[i].is_forward ? 147 : 179, .pos1 = left,
                                   .mate_pos1 = mate, .isize = rows[i].isize)};
            sam_add(&s, r[order]);
            sam_add(&s, r[!order]);
            ps_read_evidence e = run(&s);
            assert_int_equal(at_codon(&e.codons, k12, -1), rows[i].shown);
            ps_read_evidence_free(&e);
        }
}

/* Two lanes of one library add up to what one file of both gives. */
static void lanes_add_up(void **state) {
    (void)state;
    enum { COPIES = 3000 };
    uint64_t seed = 7;
    unit_sam s[3];
    ps_read_evidence e[3];
    for (int i = 0; i < 3; i++)
        sam_begin(&s[i], &panel, "unsorted");
    for (int k = 0; k < COPIES; k++) {
        int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 90), apart = 20 + (int32_t)unit_below(&seed, 40);
        for (int i = 0; i < 3; i += 2)
            add_pair(&s[i ? 2 : k & 1], k, left, apart, k % 3 == 0, k % 50 == 0 ? READ(G12D) : READ(.flag = 0));
    }
    for (int i = 0; i < 3; i++)
        e[i] = run(&s[i]);
    ps_read_evidence_add(&e[0], &e[1]);
    ps_read_evidence_tidy(&panel, &e[0]);
    const ps_molecules *a = &e[0].codons.molecules, *b = &e[2].codons.molecules;
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->n, PS_MOLECULES_KEPT); /* there are more */
    for (size_t i = 0; i < a->n; i++) {
        assert_true(a->row[i].key.hash == b->row[i].key.hash && a->row[i].n_word == b->row[i].n_word);
        assert_memory_equal(a->row[i].copies, b->row[i].copies, sizeof a->row[i].copies);
    }
    for (int i = 0; i < 3; i++)
        ps_read_evidence_free(&e[i]);
}

static void mates_are_met(void **state) {
    (void)state;
    static const struct {
        const char *left, *right;
        int clear, set; /* flag bits of both */
        int lost;       /* RNEXT and PNEXT */
        uint32_t fragments;
    } rows[] = {
        {"x", "x", 0, 0, 0, 1},        {"x/1", "x/2", 0, 0, 0, 1},         {"x.1", "x.2", 0, 0, 0, 1},
        {"x_1", "x_2", 0, 0, 0, 1},    {"x_1:N:0", "x_2:N:0", 0, 0, 0, 1}, {"x", "x", 0, 0, 1, 1},
        {"x", "x", 64 | 128, 0, 0, 1}, {"x", "x", 0, 64 | 128, 0, 1},      {"x", "y", 0, 0, 0, 2},
        {"x/1", "y/2", 0, 0, 0, 2},    {"SRR1.1", "SRR1.1", 0, 0, 0, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        unit_read left = READ(.name = rows[i].left, .flag = (99 & ~rows[i].clear) | rows[i].set, .pos1 = P50 - 60,
                              .mate_pos1 = P50 - 40);
        unit_read right = READ(.name = rows[i].right, .flag = (147 & ~rows[i].clear) | rows[i].set, .pos1 = P50 - 40,
                               .mate_pos1 = P50 - 60);
        if (rows[i].lost) {
            left.mate_contig = right.mate_contig = "*";
            left.mate_pos1 = right.mate_pos1 = 0;
        }
        sam_begin(&s, &panel, "coordinate");
        sam_add(&s, left);
        sam_add(&s, right);
        ps_read_evidence e = run(&s);
        assert_int_equal(at_codon(&e.codons, k12, -1), rows[i].fragments);
        assert_int_equal(e.codons.mates_met, rows[i].fragments == 1 && !rows[i].lost ? 2 : 0);
        ps_read_evidence_free(&e);
    }
}

/* Thirty molecules at places of chance, eight copies each. */
static void umis_as_they_are_read(void **state) {
    (void)state;
    enum { RIGHT, HALF, THIRD, MISREAD, CUT, NUMBER, DARK, VOID, N_READ };
    for (int how = 0; how < N_READ; how++) {
        unit_sam s;
        uint64_t seed = 7;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 30; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
            for (int k = 0; k < 8; k++) {
                char tag[40], umi[9] = "ACGTAC";
                umi[6] = "ACGT"[i % 4];
                umi[7] = "ACGT"[i / 4 % 4];
                umi[3] = how == MISREAD && k == 3 ? 'A' : umi[3];
                umi[how == CUT ? 6 + k % 3 : 8] = '\0';
                snprintf(tag, sizeof tag, "RX:Z:%s",
                         how == VOID                 ? "NNNN-NNNN"
                         : how == DARK && k % 4 == 1 ? "GGGGGGGG"
                                                     : umi);
                if (how == NUMBER)
                    snprintf(tag, sizeof tag, "UG:i:%d", i);
                int has_none = (how == HALF && k % 2) || (how == THIRD && k % 3);
                add_pair(&s, 8 * i + k, left, apart, i & 1, has_none ? READ(.flag = 0) : READ(.tags = tag));
            }
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.library.kind, how == VOID || how == THIRD ? PS_LIBRARY_COPIES : PS_LIBRARY_UMI);
        assert_int_equal(o.counted, 30);
    }
}

/* One copy in ten begins or ends a base further: by an error near the end of a read. */
static void moved_ends(void **state) {
    (void)state;
    for (int right = 0; right < 2; right++) {
        unit_sam s;
        uint64_t seed = 13;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 40; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
            for (int k = 0; k < 10; k++)
                add_pair(&s, 10 * i + k, left + (k == 7 && !right), apart + (k == 7 ? 2 * right - 1 : 0), i & 1,
                         i == 0 ? READ(G12D) : READ(.flag = 0));
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.counted, 40);
        assert_int_equal(o.mutated, 1);
    }
}

/* The mate of a copy lies where no read is collected: its record says where, and by TLEN how far it reaches, which is
 * short of the end where that was clipped. Half of the copies are: of one strand too many to tell which end is right,
 * of both together not. */
static void clipped_mates_elsewhere(void **state) {
    (void)state;
    enum { NONE, SOME, OF_BOTH_STRANDS, N_WAYS };
    for (int how = 0; how < N_WAYS; how++) {
        unit_sam s;
        uint64_t seed = 17;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 40; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), length = 250 + (int32_t)unit_below(&seed, 150);
            for (int k = 0; k < (how == OF_BOTH_STRANDS ? 8 : 12); k++) {
                int is_clipped = how == SOME ? k % 4 == 1 : how == OF_BOTH_STRANDS && k % 4 > 1;
                int32_t lost = is_clipped ? 5 + 3 * k + (int32_t)unit_below(&seed, 3) : 0;
                char name[16];
                snprintf(name, sizeof name, "c%d", 12 * i + k);
                sam_add(&s, READ(.name = name, .flag = (how == OF_BOTH_STRANDS ? k : i) & 1 ? 163 : 99, .pos1 = left,
                                 .mate_contig = "=", .mate_pos1 = left + length - 100, .isize = length - lost,
                                 .edit_pos1 = {i ? 0 : P50}, .edit = {'T'}));
            }
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.counted, 40);
        assert_int_equal(o.mutated, 1);
    }
}

/* Forty families over two read groups: numbered over both, each in both; anew in each; and one amplicon's, whose ends
 * cannot tell which of the two, so that each number counts once. */
static void families_over_read_groups(void **state) {
    (void)state;
    enum { OVER_BOTH, ANEW, AMPLICON, AMPLICON_OVER_BOTH, N_WAYS };
    static const uint32_t counted[] = {40, 40, 20, 40};
    for (int how = 0; how < N_WAYS; how++) {
        unit_sam s;
        uint64_t seed = 9;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 40; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
            for (int k = 0; k < 4; k++) {
                char tags[40];
                int over = how == OVER_BOTH || how == AMPLICON_OVER_BOTH, lane = over ? k % 2 : i % 2;
                snprintf(tags, sizeof tags, "RG:Z:L%d\tMI:Z:%d", lane, over ? i : i / 2);
                add_pair(&s, 4 * i + k, how >= AMPLICON ? P50 - 60 : left, how >= AMPLICON ? 60 : apart, 0,
                         READ(.tags = tags));
            }
        }
        assert_int_equal(outcome_of(&s, 0, NULL).counted, counted[how]);
    }
}

/* Guards against: one molecule counted in each lane that was grouped apart, so that its error was a mutation. Forty
 * families of four copies over two lanes whose numbers begin anew and whose UMIs are the same; without read groups;
 * and one amplicon's, where the tag is the sample's barcode and the numbers decide. */
static void families_of_one_umi(void **state) {
    (void)state;
    enum { GROUPS, NO_GROUPS, BARCODE, N_WAYS };
    for (int how = 0; how < N_WAYS; how++) {
        unit_sam s;
        uint64_t seed = 21;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 40; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
            char umi[9] = "ACGTACGT";
            for (int k = 0; k < 8 && how != BARCODE; k++)
                umi[k] = "ACGT"[unit_below(&seed, 4)];
            for (int k = 0; k < 4; k++) {
                char tags[60];
                int lane = how == BARCODE ? 0 : k % 2;
                snprintf(tags, sizeof tags, "%s%d\tMI:Z:%d\tRX:Z:%s", how == NO_GROUPS ? "XX:Z:" : "RG:Z:L", lane,
                         lane ? 100 - i : i, umi);
                add_pair(&s, 4 * i + k, how == BARCODE ? P50 - 60 : left, how == BARCODE ? 60 : apart, 0,
                         i ? READ(.tags = tags) : READ(G12D, .tags = tags));
            }
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.counted, 40);
        assert_int_equal(o.mutated, 1);
    }
}

/* Guards against: a lane without UMIs left out because another has them, or the other way round, with the mutation
 * that it alone shows. Thirty molecules of eight copies, and ten of four of the other kind, of which one is mutated.
 */
static void lanes_with_and_without_umis(void **state) {
    (void)state;
    for (int more_umis = 0; more_umis < 2; more_umis++) {
        unit_sam s;
        uint64_t seed = 23;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 40; i++) {
            int32_t left = P50 - 5 - (int32_t)unit_below(&seed, 80), apart = 20 + (int32_t)unit_below(&seed, 150);
            char tag[20] = "RX:Z:";
            for (int k = 5; k < 13; k++)
                tag[k] = "ACGT"[unit_below(&seed, 4)];
            unit_read like = i == 30 ? READ(G12D) : READ(.flag = 0);
            like.tags = (i < 30) == more_umis ? tag : NULL;
            for (int k = 0; k < (i < 30 ? 8 : 4); k++)
                add_pair(&s, 8 * i + k, left, apart, 0, like);
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.library.kind, more_umis ? PS_LIBRARY_UMI : PS_LIBRARY_COPIES);
        assert_int_equal(o.counted, 40);
        assert_int_equal(o.mutated, 1);
    }
}

/* Guards against: copies that were cut apart (no cell is named) taken for molecules, and molecules with one UMI of a
 * list for copies; and primers that no end tells of. 60 molecules, 8 fragments each; the first one is mutated. */
static void long_umis_of_the_sample(void **state) {
    (void)state;
    enum { CUT_APART, OF_A_LIST, AT_A_PRIMER, N_WAYS };
    static const uint32_t counted[] = {60, 480, 0}, mutated[] = {1, 8, 0};
    for (int how = 0; how < N_WAYS; how++) {
        unit_sam s;
        uint64_t seed = 17;
        sam_begin(&s, &panel, "unsorted");
        for (int i = 0; i < 60; i++) {
            char umi[40] = "RX:Z:";
            for (int k = 0; k < 14; k++) /* of a list: 5 times 12 words */
                umi[5 + k] = how != OF_A_LIST ? "ACGT"[unit_below(&seed, 4)]
                             : k < 7          ? "ACGTCAT"[(k * (1 + i % 5) + i % 5) % 7]
                                              : "GATCTGA"[(k * (1 + i / 5 % 6) + i / 30) % 7];
            for (int k = 0; k < 8; k++) {
                int32_t left = P50 - 10 - (int32_t)unit_below(&seed, 85),
                        apart = 20 + (int32_t)unit_below(&seed, 150);
                left = how == AT_A_PRIMER ? P50 - 12 : left;
                add_pair(&s, 8 * i + k, left, how == AT_A_PRIMER ? 60 + i : apart, 0,
                         i == 0 ? READ(.tags = umi, G12D) : READ(.tags = umi));
            }
        }
        outcome o = outcome_of(&s, 0, NULL);
        assert_int_equal(o.library.kind, PS_LIBRARY_UMI);
        assert_int_equal(o.counted, counted[how]);
        assert_int_equal(o.mutated, mutated[how]);
    }
}

/* Twenty fragments of one place: ten UMIs, or names that hold none. */
static void umis_in_names(void **state) {
    (void)state;
    static const struct {
        const char *format; /* number of the fragment, two letters of its UMI */
        const char *tags;
        int is_umi;
    } rows[] = {
        {"A0:1:H:1:1101:%d:7:AC%c%c+TTGA", NULL, 1},
        {"A0:1:H:1:1101:%d:7:AC%c%c-TTGA", NULL, 1},
        {"A0:1:H:1:1101:%d:7:AC%c%c_TTGA", NULL, 1},
        {"A0:1:H:1:1101:%d:7:AC%c%cTTGA", NULL, 1},
        {"A0:1:H:1:1101:%d:7_AC%c%cTTGA", NULL, 1},
        {"SRR1.%d_AC%c%c", NULL, 1},
        {"r%d_CATG_AC%c%c", NULL, 1},
        {"SRR1.%d_C%c%c", NULL, 0},
        {"SRR1.%d:AC%c%cTTGA", NULL, 0},
        {"A0:1:H:1:1101:%d:7_1:N:0:AC%c%cTTGA", NULL, 0},
        {"A0:1:H:1:1101:%d:7+AC%c%c", NULL, 0},
        {"A0:1:H:1:1101:%d:7:rAC%c%c", NULL, 0},
        {"A0:1:H:1:1101:%d:7:AC%c%c+TT+GA", NULL, 0},
        {"A0:1:H:1:1101:%d:7:AC%c%c+TTGA", "RX:Z:ACGT", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < 20; k++) {
            char name[80];
            snprintf(name, sizeof name, rows[i].format, k, "ACGT"[k / 2 / 4], "ACGT"[k / 2 % 4]);
            sam_pair(&s, name, 0, READ(.pos1 = P50 - 60, .tags = rows[i].tags),
                     READ(.pos1 = P50, .tags = rows[i].tags));
        }
        ps_read_evidence e = run(&s);
        assert_int_equal(e.codons.molecules.n, rows[i].is_umi && !rows[i].tags ? 10 : 1);
        assert_int_equal(e.codons.molecules.row[0].key.umi, rows[i].is_umi ? PS_UMI_WITHIN_ENDS : PS_UMI_NONE);
        ps_read_evidence_free(&e);
    }
}

/* Guards against: the index of the sample, behind the reads' names or in a tag, taken for a UMI, so that an amplicon
 * is one molecule. 300 molecules at each place: an amplicon's or sheared; or 3,000, of which not all are kept. */
static void barcodes_are_no_umis(void **state) {
    (void)state;
    static const struct {
        const char *format, *tags; /* number of the fragment, a letter */
        int misread;               /* of 40 */
        int is_sheared, deep, genes, kind;
    } rows[] = {
        {"SRR1.%d_ACGTACGT", NULL, 0, 0, 0, 2, PS_LIBRARY_AMPLICON},
        {"SRR1.%d_ACGTACGT%c", NULL, 1, 0, 0, 2, PS_LIBRARY_AMPLICON},
        {"SRR1.%d_ACGTACGT+TTGACATT", NULL, 0, 0, 0, 2, PS_LIBRARY_AMPLICON},
        {"SRR1.%d", "RX:Z:ACGTACGT", 0, 0, 0, 2, PS_LIBRARY_AMPLICON},
        {"SRR1.%d_ACGTACGT", NULL, 0, 1, 0, 2, PS_LIBRARY_UNIQUE},
        {"SRR1.%d_ACGTACGT", NULL, 0, 1, 1, 2, PS_LIBRARY_UNIQUE},
        {"SRR1.%d_ACGTACGT%c+TTGACATT", NULL, 1, 1, 1, 2, PS_LIBRARY_UNIQUE},
        {"SRR1.%d_ACGTACGT+TTGACATT", NULL, 0, 1, 1, 2, PS_LIBRARY_UNIQUE},
        {"SRR1.%d_ACGTACGT", NULL, 0, 0, 0, 1, PS_LIBRARY_UMI}, /* one molecule's, for all that is seen */
        {"SRR1.%d_ACGTACGT%c", NULL, 10, 0, 0, 2, PS_LIBRARY_UMI},
        {"SRR1.%d", NULL, 0, 1, 1, 2, PS_LIBRARY_UNIQUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_sam s;
        uint64_t seed = 3;
        int places = rows[i].genes == 2 ? N_HOTSPOTS : N_HOTSPOTS / 2, depth = rows[i].deep ? 3000 : 300;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < places * depth; k++) {
            const ps_codon *c = hotspot(k % places);
            char name[60];
            snprintf(name, sizeof name, rows[i].format, k, "TC"[k / places % 40 < rows[i].misread]);
            int32_t back = rows[i].is_sheared ? (int32_t)unit_below(&seed, 80) : 50,
                    apart = 30 + (rows[i].is_sheared ? (int32_t)unit_below(&seed, 150) : 0);
            unit_read a = {.contig = contig_at(c), .cigar = "100M", .pos1 = c->pos0[1] - back, .tags = rows[i].tags};
            unit_read b = a;
            b.pos1 += apart;
            sam_pair(&s, name, k / places & 1, a, b);
        }
        outcome o = outcome_of(&s, 0, NULL);
        if ((int)o.library.kind != rows[i].kind)
            fail_msg("row %zu: %s, expected %s", i, ps_library_names[o.library.kind], ps_library_names[rows[i].kind]);
        assert_true(o.library.kind != PS_LIBRARY_AMPLICON || o.counted > 290);
        assert_int_equal(o.library.umi > 0.5, rows[i].kind == PS_LIBRARY_UMI);
        assert_true(!rows[i].deep || fabs(o.library.chance - 0.031) < 0.0015); /* as of the last row */
    }
}

static void umis_near_each_other(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int length, is_near;
    } rows[] = {{"ACGT", "ACGT", 4, 1},
                {"ACGT", "ACTT", 4, 1},
                {"ACGT", "AGTT", 4, 0},
                {"ACGT", "ACGN", 4, 1},
                {"ACGT", "ACG", 4, 1},
                {"ACGT", "GT", 4, 1},
                {"ACGT", "CA", 4, 0},
                {"ACGT", "A", 4, 0},
                {"AC-GT", "ACGT", 4, 1},
                {"AC*T", "ACGT", 0, 0},
                {"", "", 0, 0},
                {"ACGTACGTACGTACGTACGT", "ACGTACGTACGTACGTACGA", 20, 1},
                {"ACGTACGTACGTACGTACGTA", "ACGTACGTACGTACGTACGA", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t a = ps_umi_letters(rows[i].a, strlen(rows[i].a)), b = ps_umi_letters(rows[i].b, strlen(rows[i].b));
        assert_int_equal(ps_umi_length(a), rows[i].length);
        assert_int_equal(ps_umi_is_near(a, b), rows[i].is_near);
        assert_int_equal(ps_umi_is_near(b, a), rows[i].is_near);
    }
}

/* Names that begin anew in each lane, with read groups or without: four fragments, none of them mixed. */
static void names_restart(void **state) {
    (void)state;
    for (int groups = 0; groups < 2; groups++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int second = 0; second < 2; second++)
            for (int lane = 0; lane < 4; lane++) {
                char tags[16];
                int32_t left = P50 - 80 + 20 * lane * !groups, at[2] = {left, left + 300};
                snprintf(tags, sizeof tags, "RG:Z:L%d", lane);
                at[1] = left + 10 + 30 * lane;
                sam_add(&s,
                        READ(.name = "same", .flag = second ? 147 : 99, .pos1 = at[second], .mate_pos1 = at[!second],
                             .tags = groups ? tags : NULL, .edit_pos1 = {lane ? 0 : P50}, .edit = {'T'}));
            }
        ps_read_evidence e = run(&s);
        assert_int_equal(at_codon(&e.codons, k12, GAT), 1);
        assert_int_equal(at_codon(&e.codons, k12, -1), 4);
        ps_read_evidence_free(&e);
    }
}

/* Evidence of a file: with reads of this platform over the codon, or of another gene alone. */
static ps_read_evidence of_platform(const char *groups, int is_over) {
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    sam_text(&s, groups);
    sam_add(&s,
            (unit_read){.contig = is_over ? "chr12" : "chr2", .pos1 = P50 - 50, .cigar = "100M", .tags = "RG:Z:a"});
    return run(&s);
}

/* Guards against: a small lane of Ion Torrent, whose kits digest the primers, that turns off the primers of a whole
 * Illumina amplicon. Any order and any split give the same. */
static void primers_are_digested_in_all(void **state) {
    (void)state;
    static const char ion[] = "@RG\tID:a\tPL:IONTORRENT\n", illumina[] = "@RG\tID:b\tPL:ILLUMINA\n",
                      both[] = "@RG\tID:a\tPL:IONTORRENT\n@RG\tID:b\tPL:ILLUMINA\n";
    static const struct {
        const char *groups[3];
        int is_over[3], digested;
    } rows[] = {{{ion, ion, ion}, {1, 1, 0}, 1},      {{ion, ion, illumina}, {1, 1, 0}, 1},
                {{ion, ion, illumina}, {1, 0, 1}, 0}, {{ion, ion, illumina}, {0, 0, 1}, 0},
                {{ion, illumina, ion}, {0, 0, 1}, 1}, {{both, ion, ion}, {1, 1, 1}, 0},
                {{ion, "", ion}, {1, 1, 1}, 0},       {{ion, ion, ion}, {0, 0, 0}, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int way = 0; way < 6; way++) {
            ps_read_evidence e[3];
            for (int k = 0; k < 3; k++)
                e[k] = of_platform(rows[i].groups[(k + way) % 3], rows[i].is_over[(k + way) % 3]);
            ps_read_evidence *first = way < 3 ? &e[0] : &e[1], *second = way < 3 ? &e[1] : &e[2];
            ps_read_evidence_add(first, second);
            ps_read_evidence_add(&e[0], way < 3 ? &e[2] : &e[1]);
            assert_int_equal(e[0].digested_primers, rows[i].digested);
            for (int k = 0; k < 3; k++)
                ps_read_evidence_free(&e[k]);
        }
}

static void assembled_haplotypes_are_left_out(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    sam_add(&s, READ(.name = "HC1", .pos1 = P50 - 50, .tags = "HC:i:1\tRG:Z:ArtificialHaplotypeRG", G12D));
    sam_add(&s, READ(.pos1 = P50 - 50, .tags = "HC:i:1\tRG:Z:rg1"));
    ps_read_evidence e = run(&s);
    assert_int_equal(at_codon(&e.codons, k12, -1), 1);
    assert_int_equal(e.left_out[PS_COLLECT_CODONS][PS_LEFT_ASSEMBLED], 1);
    ps_read_evidence_free(&e);
}

static void primer_files(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int status;
        size_t n, listed;
        const char *strands;
    } rows[] = {
        {"chr12\t100\t120\tKRAS_LEFT\t1\t+\nchr12\t300\t320\tKRAS_RIGHT\t1\t-\n", 0, 2, 2, "+-"},
        {"chr12\t100\t120\tKRAS_1_LEFT\tpool_1\nchr12\t300\t320\tKRAS_1_RIGHT_alt2\tpool_1\n", 0, 2, 2, "+-"},
        {"chr12\t100\t120\tKRAS ex 2 F\t60\t.\nchr12\t300\t320\tKRAS ex 2 R\t60\t+\n", 0, 2, 2, "++"},
        {"chr12\t100\t120\tPRIMER_RIGHT_0_SEQUENCE\n", 0, 1, 1, "-"},
        {"chr12\t100\t120\tARF6\n", 0, 1, 1, "."},
        {"chr12\t100\t250\tamplicon\n", -1, 0, 0, ""},
        {"#head\ntrack name=x\n12 100 120\r\n", 0, 1, 1, "."},
        {"chr12\t100\t120\tchr12\t300\t320\tamplicon\t0\t+\t-\n", 0, 2, 2, "+-"},
        {"MN908947.3\t30\t54\tnCoV_LEFT\t1\t+\n", 0, 0, 1, ""},
        {"chr12\t120\t100\n", -1, 0, 0, ""},
        {"chr12\n", -1, 0, 0, ""},
        {"#chrom\tbegin\tend\n", -1, 0, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *path = unit_temporary(".bed");
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(rows[i].text, f);
        fclose(f);
        ps_primers primers;
        ps_error err = {0};
        assert_int_equal(ps_primers_read(path, &panel, &primers, &err), rows[i].status);
        assert_int_equal(primers.n, rows[i].n);
        assert_int_equal(primers.listed, rows[i].listed);
        for (size_t k = 0; k < primers.n; k++)
            assert_int_equal(primers.row[k].strand, rows[i].strands[k]);
        ps_primers_free(&primers);
        unlink(path);
        free(path);
    }
}

static int load(void **state) {
    (void)state;
    ps_error err = {0};
    ps_setup();
    if (ps_panel_load("grch38", &panel, &err) < 0)
        return -1;
    k12 = ps_panel_codon(&panel, ps_panel_gene(&panel, "KRAS"), 12);
    return k12 < 0;
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_count_once),
        cmocka_unit_test(both_strands_are_one_molecule),
        cmocka_unit_test(strands_by_chance),
        cmocka_unit_test(single_reads_of_both_strands),
        cmocka_unit_test(copies_of_umis),
        cmocka_unit_test(families_in_any_order),
        cmocka_unit_test(strands_are_kept_together),
        cmocka_unit_test(copies_at_great_depth),
        cmocka_unit_test(poor_families_of_one),
        cmocka_unit_test(primers_of_rna),
        cmocka_unit_test(phased_primers),
        cmocka_unit_test(deep_single_reads_are_unique),
        cmocka_unit_test(different_molecules_are_not_merged),
        cmocka_unit_test(amplicons_cannot_be_counted),
        cmocka_unit_test(indels_rest_on_molecules),
        cmocka_unit_test(share_of_copies),
        cmocka_unit_test(few_molecules_are_no_amplicons),
        cmocka_unit_test(uneven_copies_are_no_amplicons),
        cmocka_unit_test(listed_tiles),
        cmocka_unit_test(single_reads),
        cmocka_unit_test(primers_hide),
        cmocka_unit_test(primers_hide_from_trimmed_and_merged_reads),
        cmocka_unit_test(far_primers),
        cmocka_unit_test(reads_that_pass_a_primer),
        cmocka_unit_test(umis_tell_molecules),
        cmocka_unit_test(half_the_reads_with_a_umi),
        cmocka_unit_test(umis_as_they_are_read),
        cmocka_unit_test(families_over_read_groups),
        cmocka_unit_test(moved_ends),
        cmocka_unit_test(clipped_mates_elsewhere),
        cmocka_unit_test(families_of_one_umi),
        cmocka_unit_test(lanes_with_and_without_umis),
        cmocka_unit_test(long_umis_of_the_sample),
        cmocka_unit_test(umis_in_names),
        cmocka_unit_test(barcodes_are_no_umis),
        cmocka_unit_test(umis_near_each_other),
        cmocka_unit_test(ends_matter_to_long_umis),
        cmocka_unit_test(ends_with_clips),
        cmocka_unit_test(tags_are_no_template),
        cmocka_unit_test(tags_of_mates),
        cmocka_unit_test(fragments_end_at_mates),
        cmocka_unit_test(lanes_add_up),
        cmocka_unit_test(mates_are_met),
        cmocka_unit_test(names_restart),
        cmocka_unit_test(primers_are_digested_in_all),
        cmocka_unit_test(assembled_haplotypes_are_left_out),
        cmocka_unit_test(primer_files),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
