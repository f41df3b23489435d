/* Guards against: test_evidence_codons.c - ps_collect on typed SAM text: codon haplotypes and indels of KRAS (GRCh38,
 * minus strand).
 *
 * KRAS codon 12 is GGT on the transcript; on the plus strand its bases are A C C at chr12:25245349-25245351.
 */
#define _DEFAULT_SOURCE /* mkstemps */
#include "unit_sam.h"

static ps_panel panel;
static int k12, k13;
enum { GGT = 43, GAT = 35, GGC = 41, P49 = 25245349, P50 = 25245350, P51 = 25245351 };

#define READ(...) ((unit_read){.contig = "chr12", __VA_ARGS__})
#define G12D .edit_pos1 = {P50}, .edit = {'T'}

static ps_read_evidence run(unit_sam *s) {
    ps_read_evidence e = collect_text(s, PS_INPUT_DNA);
    sam_free(s);
    return e;
}

static ps_read_evidence one(unit_read r) {
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    sam_add(&s, r);
    return run(&s);
}

static void places(void **state) {
    (void)state;
    const ps_codon *c = &panel.codons[k12];
    assert_int_equal(c->number, 12);
    assert_int_equal(c->ref, GGT);
    assert_int_equal(c->pos0[0], P51 - 1);
    assert_int_equal(c->pos0[1], P50 - 1);
    assert_int_equal(c->pos0[2], P49 - 1);
    assert_int_equal(panel.codons[k13].ref, GGC);
}

static void single_reads(void **state) {
    (void)state;
    ps_read_evidence e = one(READ(.pos1 = P50 - 50, .cigar = "100M", G12D));
    assert_int_equal(codon_count(&e, k12, GAT, PS_F1R2, 40), 1);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 1);
    assert_int_equal(codon_count(&e, k13, GGC, PS_F1R2, 40), 1);
    assert_int_equal(e.seen[PS_COLLECT_CODONS], 1);
    assert_int_equal(e.codons.n_allele, 0);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 50, .cigar = "100M", .flag = 16, .quality1 = 61)); /* capped at 40 */
    assert_int_equal(codon_count(&e, k12, GGT, PS_F2R1, 40), 1);
    ps_read_evidence_free(&e);
    e = one(
        READ(.pos1 = P50 - 50, .cigar = "100M", .edit_pos1 = {P51, P49}, .edit = {'A', 'G'})); /* c.34G>T c.36T>C */
    assert_int_equal(codon_count(&e, k12, 16 * 3 + 4 * 2 + 1, PS_F1R2, 40), 1);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 50, .cigar = "100M", .edit_pos1 = {P50}, .edit = {'N'}));
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    assert_int_equal(codon_count(&e, k13, -1, -1, -1), 1);
    ps_read_evidence_free(&e);
}

/* Bases that equal the reference may be written as "=" (samtools calmd -e). */
static void bases_that_equal_the_reference(void **state) {
    (void)state;
    ps_read_evidence e =
        one(READ(.pos1 = P50 - 50, .cigar = "100M", .edit_pos1 = {P49, P50, P51}, .edit = {'=', '=', '='}));
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 40), 1);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 50, .cigar = "100M", .edit_pos1 = {P49, P50, P51}, .edit = {'=', 'T', '='}));
    assert_int_equal(codon_count(&e, k12, GAT, PS_F1R2, 40), 1);
    ps_read_evidence_free(&e);
}

static void base_quality(void **state) {
    (void)state;
    static const struct { int quality, counted; } rows[] = {{0, 0}, {9, 0}, {10, 1}, {35, 1}};
    for (size_t i = 0; i < 4; i++) {
        ps_read_evidence e =
            one(READ(.pos1 = P50 - 50, .cigar = "100M", .weak_pos1 = P49, .weak_quality = rows[i].quality));
        assert_int_equal(codon_count(&e, k12, GGT, -1, rows[i].quality), rows[i].counted);
        assert_int_equal(codon_count(&e, k12, -1, -1, -1), rows[i].counted);
        ps_read_evidence_free(&e);
    }
    ps_read_evidence e =
        one(READ(.pos1 = P50 - 50, .cigar = "100M", .quality1 = -1)); /* no qualities: just good enough */
    assert_int_equal(codon_count(&e, k12, GGT, -1, 20), 1);
    ps_read_evidence_free(&e);
}

static void mapping_quality(void **state) {
    (void)state;
    static const struct { int mapq, counted; } rows[] = {{0, 0}, {19, 0}, {20, 1}, {255, 1}};
    for (size_t i = 0; i < 4; i++) {
        ps_read_evidence e = one(READ(.pos1 = P50 - 50, .cigar = "100M", .mapq1 = rows[i].mapq + 1));
        assert_int_equal(codon_count(&e, k12, GGT, -1, -1), rows[i].counted);
        assert_int_equal(e.left_out[PS_COLLECT_CODONS][PS_LEFT_LOW_MAPQ], !rows[i].counted);
        assert_int_equal(e.seen[PS_COLLECT_CODONS], 1);
        ps_read_evidence_free(&e);
    }
}

static void flags_left_out(void **state) {
    (void)state;
    static const struct {
        int flag, cause;
    } rows[] = {
        {4, PS_LEFT_UNMAPPED},           {256, PS_LEFT_SECONDARY},      {2048, PS_LEFT_SUPPLEMENTARY},
        {512, PS_LEFT_QC_FAIL},          {1024, PS_LEFT_DUPLICATE},     {4 | 256 | 512, PS_LEFT_UNMAPPED},
        {256 | 2048, PS_LEFT_SECONDARY}, {512 | 1024, PS_LEFT_QC_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = one(READ(.pos1 = P50 - 50, .cigar = "100M", .flag = rows[i].flag, .mapq1 = 1));
        assert_int_equal(e.codons.n_codon, 0);
        for (int cause = 0; cause < PS_N_LEFT; cause++)
            assert_int_equal(e.left_out[PS_COLLECT_CODONS][cause], cause == rows[i].cause);
        ps_read_evidence_free(&e);
    }
}

static ps_read_evidence pair(unit_read left, unit_read right, int second_left) {
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    sam_pair(&s, "p", second_left, left, right);
    return run(&s);
}

/* A fragment of 80 bases in reads of 100, aligned end to end: what lies beyond the mate's 5' end is adapter. */
static void read_through(void **state) {
    (void)state;
    static const struct {
        int32_t forward, reverse, isize; /* starts, from P50 */
        int counted;
    } rows[] = {{-85, -105, 80, 0},
                {5, -15, 80, 0},
                {-85, -105, 120, 0},
                {5, -15, 120, 0}}; /* TLEN to the outermost bases: the mate's own record tells */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t forward = P50 + rows[i].forward, reverse = P50 + rows[i].reverse, isize = rows[i].isize;
        unit_sam s;
        sam_begin(&s, &panel, "coordinate");
        sam_add(&s, READ(.name = "p", .flag = 147, .pos1 = reverse, .cigar = "100M", .mate_pos1 = forward,
                         .isize = -isize, G12D));
        sam_add(&s, READ(.name = "p", .flag = 99, .pos1 = forward, .cigar = "100M", .mate_pos1 = reverse,
                         .isize = isize, G12D));
        ps_read_evidence e = run(&s);
        assert_int_equal(codon_count(&e, k12, -1, -1, -1), rows[i].counted);
        assert_true(e.codons.n_codon > 0); /* others are within */
        ps_read_evidence_free(&e);
    }
}

static void overlapping_mates(void **state) {
    (void)state;
    ps_read_evidence e =
        pair(READ(.pos1 = P50 - 60, .cigar = "100M", G12D), READ(.pos1 = P50 - 40, .cigar = "100M", G12D), 0);
    assert_int_equal(codon_count(&e, k12, GAT, PS_F1R2, 45), 1);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 1);
    assert_int_equal(e.codons.mate_conflicts, 0);
    ps_read_evidence_free(&e);
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M"), READ(.pos1 = P50 - 40, .cigar = "100M"), 1);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F2R1, 45), 1);
    ps_read_evidence_free(&e);
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M", G12D), READ(.pos1 = P50 - 40, .cigar = "100M"), 0);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    assert_int_equal(codon_count(&e, k13, GGC, PS_F1R2, 45), 1);
    assert_int_equal(e.codons.mate_conflicts, 1);
    ps_read_evidence_free(&e);
    /* a third word, N, leaves the other mate's standing */
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M", .edit_pos1 = {P50}, .edit = {'N'}),
             READ(.pos1 = P50 - 40, .cigar = "100M", G12D), 0);
    assert_int_equal(codon_count(&e, k12, GAT, PS_F1R2, 40), 1);
    assert_int_equal(e.codons.mate_conflicts, 0);
    ps_read_evidence_free(&e);
    /* two agreeing bases of quality 15 are as good as one of 30 */
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M", .weak_pos1 = P50, .weak_quality = 15),
             READ(.pos1 = P50 - 40, .cigar = "100M", .weak_pos1 = P50, .weak_quality = 15), 0);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 30), 1);
    ps_read_evidence_free(&e);
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M", .quality1 = -1),
             READ(.pos1 = P50 - 40, .cigar = "100M", .quality1 = -1), 0);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 40), 1);
    ps_read_evidence_free(&e);
    /* same start */
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M"), READ(.pos1 = P50 - 60, .cigar = "100M"), 0);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 45), 1);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 1);
    ps_read_evidence_free(&e);
    /* the mate is a duplicate (left out): the other counts alone */
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M"), READ(.pos1 = P50 - 40, .cigar = "100M", .flag = 1024), 0);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 40), 1);
    ps_read_evidence_free(&e);
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M", .flag = 1024), READ(.pos1 = P50 - 40, .cigar = "100M"), 0);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 40), 1);
    ps_read_evidence_free(&e);
}

/* Mates in any order of the file, and in files that are not sorted. */
static void order_of_mates(void **state) {
    (void)state;
    static const char *const orders[] = {"unsorted", "queryname", "unknown"};
    for (size_t i = 0; i < 3; i++)
        for (int right_first = 0; right_first < 2; right_first++) {
            unit_sam s;
            sam_begin(&s, &panel, orders[i]);
            unit_read left =
                READ(.name = "p", .flag = 99, .pos1 = P50 - 60, .cigar = "100M", .mate_pos1 = P50 - 40, G12D);
            unit_read right =
                READ(.name = "p", .flag = 147, .pos1 = P50 - 40, .cigar = "100M", .mate_pos1 = P50 - 60, G12D);
            sam_add(&s, right_first ? right : left);
            sam_add(&s, READ(.pos1 = P50 + 5000, .cigar = "50M"));
            sam_add(&s, right_first ? left : right);
            ps_read_evidence e = run(&s);
            assert_int_equal(codon_count(&e, k12, GAT, PS_F1R2, 45), 1);
            assert_int_equal(codon_count(&e, k12, -1, -1, -1), 1);
            ps_read_evidence_free(&e);
        }
}

/* Mates that do not overlap: abutting ones show codon 12 together, an improper pair has one orientation, in any
 * order. */
static void mates_that_do_not_overlap(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        int n[2], f1r2[2];
        for (int right_first = 0; right_first < 2; right_first++) {
            unit_sam s;
            sam_begin(&s, &panel, "unsorted");
            /* kind 0: FR, the left mate ends and the right one begins inside codon 12; kind 1: both forward, apart */
            int32_t left_pos = kind ? P50 - 60 : P50 - 99, right_pos = kind ? P50 + 20 : P50 + 1;
            unit_read left = READ(.name = "p", .flag = kind ? 65 : 99, .pos1 = left_pos,
                                  .cigar = kind ? "70M" : "100M", .mate_pos1 = right_pos);
            unit_read right =
                READ(.name = "p", .flag = kind ? 129 : 147, .pos1 = right_pos, .cigar = "30M", .mate_pos1 = left_pos);
            sam_add(&s, right_first ? right : left);
            sam_add(&s, right_first ? left : right);
            ps_read_evidence e = run(&s);
            n[right_first] = codon_count(&e, k12, -1, -1, -1);
            f1r2[right_first] = 0;
            for (size_t i = 0; i < e.codons.n_codon; i++)
                f1r2[right_first] += e.codons.codon[i].side == PS_F1R2 ? (int)e.codons.codon[i].n : 0;
            ps_read_evidence_free(&e);
        }
        assert_int_equal(n[0], n[1]);
        assert_int_equal(f1r2[0], f1r2[1]);
    }
}

/* Guards against: slice.c merge_indels() keeps the indel quality of the mate that came last (ps_codon_count.quality
 * depends on order) */
static void indel_quality_does_not_depend_on_order(void **state) {
    (void)state;
    int quality[2] = {0};
    for (int right_first = 0; right_first < 2; right_first++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        unit_read left = READ(.name = "p", .flag = 99, .pos1 = P50 - 60, .cigar = "60M3I40M", .mate_pos1 = P50 - 40,
                              .quality1 = 31);
        unit_read right = READ(.name = "p", .flag = 147, .pos1 = P50 - 40, .cigar = "40M3I60M", .mate_pos1 = P50 - 60,
                               .quality1 = 36);
        sam_add(&s, right_first ? right : left);
        sam_add(&s, right_first ? left : right);
        ps_read_evidence e = run(&s);
        for (int q = 0; q < 64; q++)
            if (codon_count(&e, k12, PS_HAP_INDEL, -1, q))
                quality[right_first] = q;
        ps_read_evidence_free(&e);
    }
    assert_int_equal(quality[0], quality[1]);
}

/* Guards against: slice.c merge_indels(): an indel of one mate that is contradicted makes a conflict, which an
   uncontradicted one of the other mate beside it overwrites, or not, by which mate came first */
static void conflict_does_not_depend_on_order(void **state) {
    (void)state;
    int n[2];
    for (int right_first = 0; right_first < 2; right_first++) {
        unit_sam s;
        int32_t at = P49 - 80;
        sam_begin(&s, &panel, "unsorted");
        unit_read left =
            READ(.name = "p", .flag = 99, .pos1 = at, .cigar = "80M3I6M", .mate_pos1 = at + 40, .inserted = "GAG");
        unit_read right =
            READ(.name = "p", .flag = 147, .pos1 = at + 40, .cigar = "41M3I57M", .mate_pos1 = at, .inserted = "GAG");
        sam_add(&s, right_first ? right : left);
        sam_add(&s, right_first ? left : right);
        ps_read_evidence e = run(&s);
        n[right_first] = codon_count(&e, k12, -1, -1, -1);
        ps_read_evidence_free(&e);
    }
    assert_int_equal(n[0], n[1]);
}

/* Guards against: ends.c ps_ends_key(): the two strands of a duplex family ("7/A", "7/B") count as two molecules;
   their orientation depends on the order of the file */
static void strands_of_a_family_are_one_molecule(void **state) {
    (void)state;
    for (int order = 0; order < 2; order++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        unit_read r[4] = {
            READ(.name = "a", .flag = 99, .pos1 = P50 - 60, .cigar = "100M", .mate_pos1 = P50 - 40,
                 .tags = "MI:Z:7/A"),
            READ(.name = "a", .flag = 147, .pos1 = P50 - 40, .cigar = "100M", .mate_pos1 = P50 - 60,
                 .tags = "MI:Z:7/A"),
            READ(.name = "b", .flag = 163, .pos1 = P50 - 60, .cigar = "100M", .mate_pos1 = P50 - 40,
                 .tags = "MI:Z:7/B"),
            READ(.name = "b", .flag = 83, .pos1 = P50 - 40, .cigar = "100M", .mate_pos1 = P50 - 60,
                 .tags = "MI:Z:7/B"),
        };
        for (int i = 0; i < 4; i++)
            sam_add(&s, r[(i + 2 * order) % 4]);
        ps_read_evidence e = run(&s);
        assert_int_equal(codon_count(&e, k12, GGT, -1, -1), 2); /* fragments */
        assert_int_equal(e.codons.molecules.n, 1);
        assert_int_equal(e.codons.molecules.row[0].copies[0], 1);
        assert_int_equal(e.codons.molecules.row[0].copies[1], 1);
        assert_int_equal(e.codons.molecules.row[0].key.side, PS_F1R2);
        ps_read_evidence_free(&e);
    }
}

static void names_that_repeat(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    for (int i = 0; i < 3; i++) /* unpaired reads of one name are three fragments */
        sam_add(&s, READ(.name = "same", .pos1 = P50 - 50, .cigar = "100M"));
    ps_read_evidence e = run(&s);
    assert_int_equal(codon_count(&e, k12, GGT, -1, -1), 3);
    ps_read_evidence_free(&e);
    sam_begin(&s, &panel, "coordinate");
    for (int i = 0; i < 2; i++) /* two first reads of one name are not mates */
        sam_add(&s, READ(.name = "same", .flag = 65, .pos1 = P50 - 50, .cigar = "100M", .mate_pos1 = P50 - 50));
    e = run(&s);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 40), 2);
    ps_read_evidence_free(&e);
    sam_begin(&s, &panel, "coordinate"); /* an improper pair, both forward: the first read gives the orientation */
    sam_add(&s, READ(.name = "p", .flag = 129, .pos1 = P50 - 60, .cigar = "100M", .mate_pos1 = P50 - 50));
    sam_add(&s, READ(.name = "p", .flag = 65, .pos1 = P50 - 50, .cigar = "100M", .mate_pos1 = P50 - 60));
    e = run(&s);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 45), 1);
    ps_read_evidence_free(&e);
}

/* ---- indels ---------------------------------------------------------------------------------------------------- */

static void deletion(void **state) {
    (void)state;
    /* ACC of codon 12 in ..GCC ACC..: shifts two to the left (CCA), so it touches codon 13 as well */
    unit_read r = READ(.pos1 = P49 - 50, .cigar = "50M3D50M");
    for (int paired = 0; paired < 2; paired++) {
        unit_read mate = READ(.pos1 = P49 - 30, .cigar = "30M3D70M");
        ps_read_evidence e = paired ? pair(r, mate, 0) : one(r);
        assert_int_equal(e.codons.n_allele, 1);
        assert_int_equal(e.codons.allele[0].beg0, P49 - 3);
        assert_int_equal(e.codons.allele[0].end0, P49);
        assert_string_equal(e.codons.allele[0].alt, "");
        assert_int_equal(e.codons.allele[0].n[PS_F1R2], 1);
        assert_int_equal(e.codons.allele[0].n[PS_F2R1], 0);
        assert_int_equal(e.codons.allele[0].depth, 1);
        assert_int_equal(codon_count(&e, k12, PS_HAP_INDEL, -1, -1), 1);
        assert_int_equal(codon_count(&e, k13, PS_HAP_INDEL, -1, -1), 1);
        assert_int_equal(codon_count(&e, k12, -1, -1, -1), 1);
        assert_int_equal(codon_count(&e, k12 - 1, -1, -1, -1), 1);
        ps_read_evidence_free(&e);
    }
}

static void insertion(void **state) {
    (void)state;
    ps_read_evidence e = one(READ(.pos1 = P50 - 49, .cigar = "50M3I50M", .inserted = "GAG")); /* between 50 and 51 */
    assert_int_equal(e.codons.n_allele, 1);
    assert_int_equal(e.codons.allele[0].beg0, P50);
    assert_int_equal(e.codons.allele[0].end0, P50);
    assert_string_equal(e.codons.allele[0].alt, "GAG");
    assert_int_equal(codon_count(&e, k12, PS_HAP_INDEL, PS_F1R2, 40), 1);
    assert_int_equal(codon_count(&e, k13, GGC, -1, -1), 1);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P49 - 50, .cigar = "50M3I50M", .inserted = "GAG")); /* between the codons: touches both */
    assert_int_equal(codon_count(&e, k12, PS_HAP_INDEL, -1, -1), 1);
    assert_int_equal(codon_count(&e, k13, PS_HAP_INDEL, -1, -1), 1);
    ps_read_evidence_free(&e);
    /* NRAS ..TTC TTG.., TTG inserted between: poor bases are read as the copy that they fit whole, not as TTC's */
    e = one((unit_read){
        .contig = "chr1", .pos1 = 114713906 - 49, .cigar = "50M3I50M", .inserted = "TTG", .inserted_quality = 10});
    assert_int_equal(e.codons.n_allele, 1);
    assert_int_equal(e.codons.allele[0].beg0, 114713906);
    assert_string_equal(e.codons.allele[0].alt, "TTG");
    ps_read_evidence_free(&e);
    /* what is no base is unreadable: an allele of other letters could not be read back */
    e = one(READ(.pos1 = P50 - 49, .cigar = "50M3I50M", .inserted = "GYR"));
    assert_string_equal(e.codons.allele[0].alt, "GNN");
    ps_read_evidence_free(&e);
    /* an inserted G behind ..TTGGC.. style repeats moves to their left end, whichever of them the aligner chose */
    int32_t place[2];
    for (int i = 0; i < 2; i++) {
        ps_read_evidence a =
            one(READ(.pos1 = P51 - 50, .cigar = i ? "50M1I50M" : "51M1I49M", .inserted = "C")); /* in CC */
        assert_int_equal(a.codons.n_allele, 1);
        place[i] = a.codons.allele[0].beg0;
        ps_read_evidence_free(&a);
    }
    assert_int_equal(place[0], place[1]);
    assert_int_equal(place[0], P49); /* before base 50 */
}

static void indels_that_do_not_count(void **state) {
    (void)state;
    static const char *const cigars[] = {"3I97M", "5S3I92M", "97M3I", "92M3I5S"};
    for (size_t i = 0; i < 4; i++) {
        ps_read_evidence e = one(READ(.pos1 = i < 2 ? P50 : P50 - (i == 2 ? 96 : 91), .cigar = cigars[i]));
        assert_int_equal(e.codons.n_allele, 0);
        ps_read_evidence_free(&e);
    }
    ps_read_evidence e = one(READ(.pos1 = P50 - 50, .cigar = "50M3D50M", .quality1 = 20)); /* quality 19 */
    assert_int_equal(e.codons.n_allele, 0);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = 25245384 - 50, .cigar = "60M2I40M")); /* ten bases 5' of the start codon */
    assert_int_equal(e.codons.n_allele, 0);
    ps_read_evidence_free(&e);
}

/* Guards against: slice.c note_indel(): an insertion of low quality is forgotten and its fragment counts as
 * reference, while a deletion of low quality leaves the codon uncounted */
static void weak_insertion_is_not_reference(void **state) {
    (void)state;
    ps_read_evidence e = one(READ(.pos1 = P50 - 49, .cigar = "50M3I50M", .inserted_quality = 19));
    assert_int_equal(codon_count(&e, k12, GGT, -1, -1), 0);
    ps_read_evidence_free(&e);
}

static void indel_in_one_mate(void **state) {
    (void)state;
    /* the other mate covers the place: a conflict, nothing counts there */
    ps_read_evidence e =
        pair(READ(.pos1 = P50 - 60, .cigar = "61M3I39M"), READ(.pos1 = P50 - 40, .cigar = "100M"), 0);
    assert_int_equal(e.codons.n_allele, 0);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    assert_int_equal(e.codons.mate_conflicts, 1);
    assert_int_equal(codon_count(&e, k13, GGC, -1, -1), 1);
    ps_read_evidence_free(&e);
    e = pair(READ(.pos1 = P50 - 60, .cigar = "100M"), READ(.pos1 = P50 - 40, .cigar = "39M3D61M"), 0);
    assert_int_equal(e.codons.n_allele, 0);
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    assert_true(e.codons.mate_conflicts >= 1);
    ps_read_evidence_free(&e);
    /* it ends before: the indel stands */
    e = pair(READ(.pos1 = P50 - 90, .cigar = "80M"), READ(.pos1 = P50 - 40, .cigar = "41M3I59M"), 0);
    assert_int_equal(e.codons.n_allele, 1);
    assert_int_equal(codon_count(&e, k12, PS_HAP_INDEL, -1, -1), 1);
    ps_read_evidence_free(&e);
}

/* ---- shapes of reads ------------------------------------------------------------------------------------------- */

static void read_ends_inside_a_codon(void **state) {
    (void)state;
    ps_read_evidence e = one(READ(.pos1 = P50 - 99, .cigar = "100M")); /* last base is P50 */
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    assert_int_equal(codon_count(&e, k13, GGC, -1, -1), 1);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 98, .cigar = "100M"));
    assert_int_equal(codon_count(&e, k12, GGT, -1, -1), 1);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50, .cigar = "50M"));
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    assert_int_equal(codon_count(&e, k12 - 1, -1, -1, -1), 1);
    ps_read_evidence_free(&e);
}

static void spliced(void **state) {
    (void)state;
    int k97 = ps_panel_codon(&panel, ps_panel_gene(&panel, "KRAS"), 97);
    const ps_codon *c = &panel.codons[k97];
    assert_int_equal(c->pos0[0] - c->pos0[1], 1);
    assert_int_equal(c->pos0[1] - c->pos0[2], 1461); /* the intron, 1460 bases */
    ps_read_evidence e = one(READ(.pos1 = 25225773 - 29, .cigar = "30M1460N30M"));
    assert_int_equal(codon_count(&e, k97, c->ref, -1, 40), 1);
    assert_int_equal(codon_count(&e, k97 - 1, -1, -1, -1), 1);
    assert_int_equal(codon_count(&e, k97 + 1, -1, -1, -1), 1);
    ps_read_evidence_free(&e);
    /* changed on each side of the intron: one haplotype */
    e = one(
        READ(.pos1 = 25225773 - 29, .cigar = "30M1460N30M", .edit_pos1 = {25225773, 25227235}, .edit = {'A', 'A'}));
    int hap = -1;
    for (int h = 0; h < 64; h++)
        if (codon_count(&e, k97, h, -1, -1))
            hap = h;
    char bases[4];
    ps_codon_bases(hap, bases);
    assert_int_equal(bases[0], 'T');
    assert_int_equal(bases[2], 'T');
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = 25225773 - 29, .cigar = "60M")); /* runs into the intron */
    assert_int_equal(codon_count(&e, k97, -1, -1, -1), 0);
    assert_int_equal(codon_count(&e, k97 + 1, -1, -1, -1), 1);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = 25225773 - 29, .cigar = "30M1463N30M")); /* skips the codon's other two bases and one more */
    assert_int_equal(codon_count(&e, k97, -1, -1, -1), 0);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 100, .cigar = "80M50N80M")); /* an N over codon 12 shows nothing of it */
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    ps_read_evidence_free(&e);
    e = pair(READ(.pos1 = P50 - 100, .cigar = "80M50N80M"), READ(.pos1 = P50 - 40, .cigar = "100M", G12D), 0);
    assert_int_equal(codon_count(&e, k12, GAT, PS_F1R2, 40), 1); /* nor does it contradict its mate */
    assert_int_equal(e.codons.mate_conflicts, 0);
    ps_read_evidence_free(&e);
}

static void clips(void **state) {
    (void)state;
    static const char *const cigars[] = {"10S90M", "10H90M", "5H10S85M10S5H", "90M10S", "50=1X49="};
    for (size_t i = 0; i < 5; i++) {
        ps_read_evidence e = one(READ(.pos1 = P50 - 50, .cigar = cigars[i], G12D));
        assert_int_equal(codon_count(&e, k12, GAT, -1, -1), 1);
        assert_int_equal(codon_count(&e, k12, -1, -1, -1), 1);
        ps_read_evidence_free(&e);
    }
    ps_read_evidence e = one(READ(.pos1 = P50 + 10, .cigar = "60S40M")); /* clipped bases are no evidence */
    assert_int_equal(codon_count(&e, k12, -1, -1, -1), 0);
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50, .cigar = "*"));
    assert_int_equal(e.codons.n_codon, 0);
    ps_read_evidence_free(&e);
}

/* A lone base of every codon: nothing. Depth far beyond 8,000: everything. */
static const char *picture_at(const ps_read_evidence *e, int codon, int hap, size_t which) {
    for (size_t i = 0; i < e->codons.n_picture; i++)
        if (e->codons.picture[i].codon == codon && e->codons.picture[i].hap == hap && which-- == 0)
            return e->codons.picture[i].text;
    return "";
}

static size_t pictures_at(const ps_read_evidence *e, int codon, int hap) {
    size_t n = 0;
    for (size_t i = 0; i < e->codons.n_picture; i++)
        n += e->codons.picture[i].codon == codon && (hap < 0 || e->codons.picture[i].hap == hap);
    return n;
}

/* Codons 6 to 18 of KRAS, CTT GTG GTA GTT GGA GCT GGT GGC GTA GGC AAG AGT GCC; reads are cut and changed on the plus
 * strand. */
static void pictures(void **state) {
    (void)state;
    ps_read_evidence e = one(READ(.pos1 = P50 - 50, .cigar = "100M", G12D, .weak_pos1 = P51 + 2, .weak_quality = 19));
    assert_string_equal(picture_at(&e, k12, GAT, 0), "CTTGTGGTAGTTGGAGcTGATGGCGTAGGCAAGAGTGCC");
    assert_int_equal(pictures_at(&e, k12, -1), 1);
    assert_string_equal(picture_at(&e, k13, GGC, 0), "GTGGTAGTTGGAGcTGATGGCGTAGGCAAGAGTGCCTTG");
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P49, .cigar = "30M")); /* starts at the codon's last base: nothing behind it is shown */
    assert_string_equal(picture_at(&e, k12, GGT, 0), "CTTGTGGTAGTTGGAGCTGGT..................");
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 50, .cigar = "49M3D50M")); /* the three bases of codon 12 */
    assert_string_equal(picture_at(&e, k12, PS_HAP_INDEL, 0), "CTTGTGGTAGTTGGAGCT---GGCGTAGGCAAGAGTGCC");
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 50, .cigar = "52M3I48M",
                 .inserted = "ATC")); /* GAT between codons 11 and 12, 3'-shifted */
    assert_string_equal(picture_at(&e, k12, PS_HAP_INDEL, 0), "CTTGTGGTAGTTGGAGCTG(ATG)GTGGCGTAGGCAAGAGTGCC");
    ps_read_evidence_free(&e);
    e = one(READ(.pos1 = P50 - 50, .cigar = "52M24I48M", .inserted = "ATC"));
    assert_string_equal(picture_at(&e, k12, PS_HAP_INDEL, 0),
                        "CTTGTGGTAGTTGGAGCTG(ATGATGATGATGATGATGAT+)GTGGCGTAGGCAAGAGTGCC");
    ps_read_evidence_free(&e);
    unit_sam s;
    sam_begin(&s, &panel, "coordinate"); /* mates that disagree at the second base of codon 11 */
    sam_pair(&s, "p", 0, READ(.pos1 = P50 - 50, .cigar = "100M", G12D),
             READ(.pos1 = P50 - 20, .cigar = "100M", .edit_pos1 = {P50, P50 + 3}, .edit = {'T', 'T'}));
    e = run(&s);
    assert_string_equal(picture_at(&e, k12, GAT, 0), "CTTGTGGTAGTTGGAG?TGATGGCGTAGGCAAGAGTGCC");
    ps_read_evidence_free(&e);
}

/* Any order of the records leaves the same rows, PS_PICTURE_ROWS a haplotype; of eight changed haplotypes the six
 * with the most fragments are drawn. */
static void pictures_of_many(void **state) {
    (void)state;
    enum { N = 200 };
    ps_read_evidence e[2];
    for (int turn = 0; turn < 2; turn++) {
        unit_sam s;
        sam_begin(&s, &panel, "unsorted");
        for (int k = 0; k < N; k++) {
            int i = turn ? N - 1 - k : k, kind = i % 16;
            char name[16];
            snprintf(name, sizeof name, "n%d", i);
            unit_read r = READ(.name = name, .pos1 = P50 - 40 + i % 7, .cigar = "80M", .flag = i % 3 ? 0 : 16);
            if (kind < 8 &&
                (kind < 6 || i < N / 2)) { /* ACC of the plus strand, a base changed; the last two are rarer */
                r.edit_pos1[0] = P49 + kind % 3;
                r.edit[0] = "TTTGGGCA"[kind];
            }
            sam_add(&s, r);
        }
        e[turn] = run(&s);
    }
    assert_int_equal(e[0].codons.n_picture, e[1].codons.n_picture);
    for (size_t i = 0; i < e[0].codons.n_picture; i++) {
        assert_int_equal(e[0].codons.picture[i].codon, e[1].codons.picture[i].codon);
        assert_int_equal(e[0].codons.picture[i].hap, e[1].codons.picture[i].hap);
        assert_int_equal(e[0].codons.picture[i].side, e[1].codons.picture[i].side);
        assert_string_equal(e[0].codons.picture[i].text, e[1].codons.picture[i].text);
    }
    int haplotypes = 0, drawn = 0;
    for (int hap = 0; hap < PS_N_HAPS; hap++) {
        size_t n = pictures_at(&e[0], k12, hap);
        int all = codon_count(&e[0], k12, hap, -1, -1);
        if (!all || hap == GGT)
            continue;
        haplotypes++;
        drawn += ps_picture_is_drawn(&panel, &e[0].codons, k12, hap);
        assert_int_equal(n, all < PS_PICTURE_ROWS ? all : PS_PICTURE_ROWS);
    }
    assert_true(haplotypes > PS_PICTURE_HAPS);
    assert_int_equal(drawn, PS_PICTURE_HAPS);
    assert_int_equal(pictures_at(&e[0], k12, GGT), PS_PICTURE_ROWS);
    ps_read_evidence_free(&e[0]);
    ps_read_evidence_free(&e[1]);
}

static void depth_is_not_capped(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    for (int i = 0; i < 20000; i++)
        sam_add(&s, READ(.pos1 = P50 - 10, .cigar = "20M"));
    ps_read_evidence e = run(&s);
    assert_int_equal(codon_count(&e, k12, GGT, PS_F1R2, 40), 20000);
    ps_read_evidence_free(&e);
}

static int load(void **state) {
    (void)state;
    ps_error err = {0};
    ps_setup();
    if (ps_panel_load("grch38", &panel, &err) < 0)
        return -1;
    k12 = ps_panel_codon(&panel, ps_panel_gene(&panel, "KRAS"), 12);
    k13 = ps_panel_codon(&panel, ps_panel_gene(&panel, "KRAS"), 13);
    return 0;
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),
        cmocka_unit_test(single_reads),
        cmocka_unit_test(bases_that_equal_the_reference),
        cmocka_unit_test(base_quality),
        cmocka_unit_test(mapping_quality),
        cmocka_unit_test(flags_left_out),
        cmocka_unit_test(overlapping_mates),
        cmocka_unit_test(read_through),
        cmocka_unit_test(order_of_mates),
        cmocka_unit_test(names_that_repeat),
        cmocka_unit_test(deletion),
        cmocka_unit_test(insertion),
        cmocka_unit_test(indels_that_do_not_count),
        cmocka_unit_test(indel_in_one_mate),
        cmocka_unit_test(read_ends_inside_a_codon),
        cmocka_unit_test(spliced),
        cmocka_unit_test(clips),
        cmocka_unit_test(pictures),
        cmocka_unit_test(pictures_of_many),
        cmocka_unit_test(depth_is_not_capped),
        cmocka_unit_test(mates_that_do_not_overlap),
        cmocka_unit_test(indel_quality_does_not_depend_on_order),
        cmocka_unit_test(conflict_does_not_depend_on_order),
        cmocka_unit_test(strands_of_a_family_are_one_molecule),
        cmocka_unit_test(weak_insertion_is_not_reference),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
