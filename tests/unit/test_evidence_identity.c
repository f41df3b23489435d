/* Guards against: alleles of common SNPs counted by reads instead of fragments, or from bases nobody should trust. */
#define _DEFAULT_SOURCE /* mkstemps */
#include "unit_sam.h"

static ps_panel panel;
enum { SNP = 2513967, NEXT = 6149303 }; /* chr1, A>G and T>C: the panel's first two */

static void expect(const ps_read_evidence *e, int snp, unsigned ref, unsigned alt, unsigned other) {
    const ps_snp_count *c = &e->snps.snp[snp];
    if (c->ref != ref || c->alt != alt || c->other != other)
        fail_msg("SNP %d: %u %u %u, expected %u %u %u", snp, c->ref, c->alt, c->other, ref, alt, other);
}

static ps_read_evidence of(unit_read a, ps_input_role role) {
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    a.contig = "chr1";
    sam_add(&s, a);
    ps_read_evidence e = collect_text(&s, role);
    sam_free(&s);
    return e;
}

static void single_reads(void **state) {
    (void)state;
    static const struct {
        unit_read read;
        unsigned ref, alt, other;
    } rows[] = {
        {{.pos1 = SNP - 50, .cigar = "100M"}, 1, 0, 0},
        {{.pos1 = SNP, .cigar = "100M"}, 1, 0, 0},
        {{.pos1 = SNP + 1, .cigar = "100M"}, 0, 0, 0},
        {{.pos1 = SNP - 99, .cigar = "100M"}, 1, 0, 0},
        {{.pos1 = SNP - 100, .cigar = "100M"}, 0, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .edit_pos1 = {SNP}, .edit = "G"}, 0, 1, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .edit_pos1 = {SNP}, .edit = "C"}, 0, 0, 1},
        {{.pos1 = SNP - 50, .cigar = "100M", .edit_pos1 = {SNP}, .edit = "N"}, 0, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .edit_pos1 = {SNP}, .edit = "="}, 1, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .weak_pos1 = SNP, .weak_quality = 19}, 0, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .weak_pos1 = SNP, .weak_quality = 20}, 1, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .quality1 = -1}, 0, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .mapq1 = 20}, 0, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", .mapq1 = 256}, 1, 0, 0}, /* not available */
        {{.pos1 = SNP - 50, .cigar = "100M", .flag = 1024}, 0, 0, 0},
        {{.pos1 = SNP - 50, .cigar = "40M20D60M"}, 0, 0, 0},   /* deletes it */
        {{.pos1 = SNP - 50, .cigar = "40M2000N60M"}, 0, 0, 0}, /* an intron over it */
        {{.pos1 = SNP - 2040, .cigar = "40M2000N60M", .edit_pos1 = {SNP}, .edit = "G"}, 0, 1, 0}, /* spliced to it */
        {{.pos1 = SNP - 50, .cigar = "20S30M3I47M20S"}, 1, 0, 0},
        {{.pos1 = SNP + 5, .cigar = "20S80M"}, 0, 0, 0}, /* reaches in with a clip */
    };
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            ps_read_evidence e = of(rows[i].read, (ps_input_role)role);
            expect(&e, 0, rows[i].ref, rows[i].alt, rows[i].other);
            expect(&e, 1, 0, 0, 0);
            ps_read_evidence_free(&e);
        }
}

static ps_read_evidence pair(const char *order, int swap, unit_read left, unit_read right) {
    unit_sam s;
    sam_begin(&s, &panel, order);
    left.contig = right.contig = "chr1";
    left.name = right.name = "f";
    left.flag = 99;
    right.flag = 147;
    left.mate_pos1 = right.pos1;
    right.mate_pos1 = left.pos1;
    sam_add(&s, swap ? right : left);
    sam_add(&s, swap ? left : right);
    ps_read_evidence e = collect_text(&s, PS_INPUT_DNA);
    sam_free(&s);
    return e;
}

#define G_AT(place) .edit_pos1 = {place}, .edit = "G"
static void mates(void **state) {
    (void)state;
    static const struct {
        unit_read left, right;
        unsigned ref, alt;
    } rows[] = {
        {{.pos1 = SNP - 50, .cigar = "100M"}, {.pos1 = SNP - 20, .cigar = "100M"}, 1, 0},
        {{.pos1 = SNP - 50, .cigar = "100M", G_AT(SNP)}, {.pos1 = SNP - 20, .cigar = "100M", G_AT(SNP)}, 0, 1},
        {{.pos1 = SNP - 50, .cigar = "100M", G_AT(SNP)}, {.pos1 = SNP - 20, .cigar = "100M"}, 0, 0}, /* disagree */
        {{.pos1 = SNP - 50, .cigar = "100M", G_AT(SNP)}, {.pos1 = SNP + 20, .cigar = "100M"}, 0, 1},
        {{.pos1 = SNP - 150, .cigar = "100M"}, {.pos1 = SNP - 20, .cigar = "100M", G_AT(SNP)}, 0, 1},
        {{.pos1 = SNP - 50, .cigar = "100M", G_AT(SNP)}, {.pos1 = SNP - 20, .cigar = "10M30D90M"}, 0, 1},
        {{.pos1 = SNP - 50, .cigar = "100M", G_AT(SNP)},
         {.pos1 = SNP - 20, .cigar = "100M", .weak_pos1 = SNP, .weak_quality = 2},
         0,
         1},
        {{.pos1 = SNP - 50, .cigar = "100M"}, {.pos1 = SNP - 50, .cigar = "100M"}, 1, 0},
    };
    static const char *const orders[] = {"coordinate", "queryname", "unsorted"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int way = 0; way < 4; way++) { /* the last: the right mate first, in a file without order */
            ps_read_evidence e = pair(orders[way < 3 ? way : 2], way == 3, rows[i].left, rows[i].right);
            expect(&e, 0, rows[i].ref, rows[i].alt, 0);
            ps_read_evidence_free(&e);
        }
}

static void one_fragment_two_snps(void **state) {
    (void)state;
    for (int way = 0; way < 2; way++) {
        ps_read_evidence e =
            pair(way ? "unsorted" : "coordinate", way, (unit_read){.pos1 = SNP - 50, .cigar = "100M", G_AT(SNP)},
                 (unit_read){.pos1 = NEXT - 50, .cigar = "100M", .edit_pos1 = {NEXT}, .edit = "T"});
        expect(&e, 0, 0, 1, 0);
        expect(&e, 1, 1, 0, 0);
        assert_int_equal(e.seen[PS_COLLECT_SNPS], 2);
        ps_read_evidence_free(&e);
    }
}

static int load(void **state) {
    (void)state;
    ps_error err = {0};
    ps_setup();
    if (ps_panel_load("grch38", &panel, &err) < 0)
        return -1;
    return panel.snps[0].pos0 == SNP - 1 && panel.snps[1].pos0 == NEXT - 1 ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_reads),
        cmocka_unit_test(mates),
        cmocka_unit_test(one_fragment_two_snps),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
