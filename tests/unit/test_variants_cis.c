/* Phase as callers write it, lists of sites, and rows joined to one change. KRAS c.35 is chr12:25245350 (C), c.34 one
 * further (C), c.38 is 25245347 (C); codon 97 (c.289-291) is split by an intron: c.290 is 25227234 (A), c.291
 * 25225773. */
#include "unit_case.h"

#include <unistd.h>

#include "plasmastrat/variants.h"

#define HEAD                                                                                                         \
    "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n##contig=<ID=chr12,length=133275309>\n"              \
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n"

static int read_text(const char *text, int sites, ps_variants *v, ps_error *err) {
    char path[] = "/tmp/test_variants_cis.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    int status = sites ? ps_variants_read_sites(path, &panel, v, err) : ps_variants_read(path, &panel, NULL, v, err);
    unlink(path);
    return status;
}

/* ---- phase of one record --------------------------------------------------------------------------------------- */

static const struct {
    const char *note, *alt, *info, *keys, *values, *set; /* set NULL: not phased */
    unsigned side;
} one_record[] = {
    {"not phased", "T", ".", "GT", "0/1", NULL, 0},
    {"PS without |", "T", ".", "GT:PS", "0/1:77", NULL, 0},
    {"PS", "T", ".", "GT:PS", "0|1:77", "PS 77", 2},
    {"PS, other side", "T", ".", "GT:PS", "1|0:77", "PS 77", 1},
    {"PS missing", "T", ".", "GT:PS", "0|1:.", NULL, 0},
    {"| alone", "T", ".", "GT", "0|1", NULL, 0}, /* CaVEMan writes it for every call */
    {"three haplotypes", "T", ".", "GT:PS", "0|0|1:9", "PS 9", 4},
    {"partly phased", "T", ".", "GT:PS", "0|0/1:9", NULL, 0},
    {"phase first (VCF 4.4)", "T", ".", "GT:PS", "|0|1:9", "PS 9", 2},
    {"haploid", "T", ".", "GT:PS", "1:9", NULL, 0},
    {"half call", "T", ".", "GT:PS", ".|1:9", "PS 9", 2},
    {"GATK", "T", ".", "GT:PGT:PID", "0/1:0|1:25245350_C_T", "PID 25245350_C_T", 2},
    {"GATK 4: PID goes first", "T", ".", "GT:PGT:PID:PS", "0|1:1|0:5_C_T:5", "PID 5_C_T", 1},
    {"PID without PGT", "T", ".", "GT:PID", "0/1:5_C_T", NULL, 0},
    {"PGT missing", "T", ".", "GT:PGT:PID", "0/1:.:.", NULL, 0},
    {"second allele", "G,T", ".", "GT:PS", "1|2:8", "PS 8", 1}, /* the row of G; T is looked at below */
    {"SAGE", "T", "LPS=4", "GT", "0/1", "LPS 4", 1},
    {"SAGE, none", "T", "LPS=.", "GT", "0/1", NULL, 0},
};

static void phase_as_written(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof one_record / sizeof *one_record; i++) {
        char *text = ps_format(HEAD "chr12\t25245350\t.\tC\t%s\t.\tPASS\t%s\t%s\t%s\n", one_record[i].alt,
                               one_record[i].info, one_record[i].keys, one_record[i].values);
        ps_variants v;
        ps_error err = {0};
        if (read_text(text, 0, &v, &err) != 0)
            fail_msg("%s: %s", one_record[i].note, err.text);
        const char *set = v.variant[0].phase_set;
        if (v.variant[0].phase_side != one_record[i].side || !set != !one_record[i].set ||
            (set && strcmp(set, one_record[i].set) != 0))
            fail_msg("%s: set %s side %u", one_record[i].note, set ? set : "none", v.variant[0].phase_side);
        if (strchr(one_record[i].alt, ',')) {
            assert_int_equal(v.n_variants, 2);
            assert_int_equal(v.variant[1].phase_side, 2);
        }
        ps_variants_free(&v);
        free(text);
    }
}

/* Two haplotypes told apart somewhere: then | phases, without PS too. */
static void pipe_in_a_phased_file(void **state) {
    (void)state;
    ps_variants v;
    ps_error err = {0};
    if (read_text(HEAD "chr1\t100\t.\tA\tC\t.\t.\t.\tGT\t1|0\n"
                       "chr12\t25245350\t.\tC\tT\t.\tPASS\t.\tGT\t0|1\n",
                  0, &v, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(v.variant[0].phase_set, "|");
    assert_int_equal(v.variant[0].phase_side, 2);
    ps_variants_free(&v);
}

/* ---- lists of sites -------------------------------------------------------------------------------------------- */

static void lists_of_sites(void **state) {
    (void)state;
    ps_variants v;
    ps_error err = {0};
    static const char text[] =
        HEAD "chr1\t100\t.\tA\tC,G\t.\t.\t.\tGT\t0/1\n"
             "chrX\t100\t.\tA\tC\t.\t.\t.\tGT\t0/1\n"
             "chr12\t25245350\t.\tC\tT,A,<DEL>,*\t.\tq10\t.\tGT:AD\t9/9:x,y\n"
             "chr12\t25245384\t.\tT\tG\t.\t.\t.\tGT\t0/1\n" /* the last base of the start codon is coding */
             "chr12\t25245390\t.\tN\tG\t.\t.\t.\tGT\t0/1\n" /* before the start codon */
             "chr12\t25245351\t.\tC\t<NON_REF>\t.\t.\tEND=25245352\tGT\t0/0\n";
    if (read_text(text, 1, &v, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(v.n_variants, 3);
    assert_int_equal(v.n_blocks, 0);
    for (size_t i = 0; i < v.n_variants; i++) {
        assert_int_equal(v.variant[i].genotype, -1);
        assert_int_equal(v.variant[i].depth, -1);
        assert_true(isnan(v.variant[i].vaf));
    }
    assert_int_equal(v.outside, 4);
    assert_non_null(strstr(v.notice, "4 alleles outside"));
    assert_non_null(strstr(v.notice, "chr1:100 A>C, chr1:100 A>G, chrX:100 A>C"));
    assert_non_null(strstr(v.notice, "a symbolic allele"));
    ps_variants_free(&v);
    assert_int_equal(read_text(HEAD "chr12\t25245350\t.\tG\tT\t.\t.\t.\tGT\t0/1\n", 1, &v, &err), -1);
    assert_non_null(strstr(err.text, "REF has G"));
}

/* ---- joining --------------------------------------------------------------------------------------------------- */

static char t_base[] = "T", a_base[] = "A", g_base[] = "G", pass[] = "PASS", set_1[] = "PS 1";

static ps_variant row(int32_t pos1, char *alt, int64_t alt_depth, unsigned side) {
    return (ps_variant){.contig = ps_panel_contig(&panel, "chr12"),
                        .beg0 = pos1 - 1,
                        .end0 = pos1,
                        .alt = alt,
                        .depth = 1000,
                        .alt_depth = alt_depth,
                        .vaf = alt_depth < 0 ? NAN : (double)alt_depth / 1000,
                        .genotype = 1,
                        .filter = pass,
                        .filter_pass = 1,
                        .depth_field = t_base,
                        .phase_set = side ? set_1 : NULL,
                        .phase_side = side};
}

static ps_ras_call call_rows(ps_variant *rows, size_t n, const ps_read_evidence *dna,
                             const ps_read_evidence *normal) {
    ps_variants vcf = {.variant = rows, .n_variants = n};
    ps_case c = case_of(NULL, dna, normal);
    ps_ras_call call;
    c.vcf = &vcf;
    ps_call_ras(&c, &call);
    return call;
}

static void free_call(ps_ras_call *call) {
    ps_calls all = {.ras = *call};
    ps_calls_free(&all);
}

static void three_in_cis(void **state) {
    (void)state;
    ps_variant rows[] = {row(25245347, t_base, 120, 2), row(25245350, a_base, 90, 2), row(25245351, a_base, 100, 2)};
    ps_ras_call call = call_rows(rows, 3, NULL, NULL);
    assert_int_equal(call.n_variants, 1); /* c.34-38 GGTGG > TTTGA */
    assert_string_equal(call.variant[0].effect.hgvs_c, "c.34_38delinsTTTGA");
    assert_string_equal(call.variant[0].effect.hgvs_p, "p.Gly12_Gly13delinsPheAsp");
    assert_int_equal(call.variant[0].best.alt_depth, 90);
    assert_near(call.variant[0].best.vaf, 0.09, 1e-9);
    assert_string_equal(call.variant[0].ref, "CCACC");
    free_call(&call);
    /* the middle one on the other haplotype: the outer two are one change all the same */
    rows[1].phase_side = 1;
    call = call_rows(rows, 3, NULL, NULL);
    assert_int_equal(call.n_variants, 2);
    free_call(&call);
    /* 1|1 with 0|1: on one of two haplotypes, left open */
    rows[1].phase_side = 3;
    call = call_rows(rows + 1, 2, NULL, NULL);
    assert_int_equal(call.n_variants, 2);
    assert_int_equal(call.n_notes, 1);
    assert_int_equal(call.note[0].warns, 1);
    free_call(&call);
}

static void an_intron_between(void **state) {
    (void)state;
    char base[] = {ps_complement(ps_panel_base(&panel, ps_panel_contig(&panel, "chr12"), 25225772)), '\0'};
    ps_variant rows[] = {row(25225773, base, 100, 2), row(25227234, g_base, 100, 2)};
    if (ps_panel_base(&panel, rows[1].contig, 25227233) == 'G')
        rows[1].alt = t_base;
    ps_ras_call call = call_rows(rows, 2, NULL, NULL);
    assert_int_equal(call.n_variants, 2);
    assert_int_equal(call.n_notes, 1);
    assert_non_null(strstr(call.note[0].text, "an intron lies between"));
    free_call(&call);
}

static void an_indel_in_cis(void **state) {
    (void)state;
    char insert[] = "CCA";
    ps_variant rows[] = {row(25245347, insert, 100, 2), row(25245350, t_base, 100, 2)};
    rows[0].end0 = rows[0].beg0; /* before c.38 on the plus strand: c.36_38dup */
    ps_ras_call call = call_rows(rows, 2, NULL, NULL);
    assert_int_equal(call.n_variants, 1); /* GCT GGT GGC with TGG behind c.38 and G>A at c.35: GCT GAT GGT GGC */
    assert_string_equal(call.variant[0].effect.hgvs_p, "p.Ala11_Gly12insAsp");
    free_call(&call);
}

static int has_change(const ps_ras_call *call, const char *hgvs_c) {
    for (size_t v = 0; v < call->n_variants; v++)
        if (!strcmp(call->variant[v].effect.hgvs_c, hgvs_c))
            return 1;
    return 0;
}

/* Two rows of neighbouring codons without phase: reads that carry both make them one change. Reads that have an
 * inserted base there beside both bases are of another change and do not. */
static void neighbours_by_reads(void **state) {
    (void)state;
    static const struct {
        const char *alt;
        int apart;
    } reads_with[] = {{"TCAT", 0}, {"TCATA", 1}};
    for (int i = 0; i < 2; i++) {
        ps_variant rows[] = {row(25245347, t_base, 100, 0), row(25245350, t_base, 100, 0)};
        ps_read_evidence dna = case_evidence(PS_INPUT_DNA);
        put_everywhere(&dna, 35, 900);
        put_both(&dna, codon_of("KRAS", 12), ps_codon_code("GAT"), 35, 100);
        put_both(&dna, codon_of("KRAS", 13), ps_codon_code("GAC"), 35, 100);
        dna.codons.n_allele = 1;
        dna.codons.allele = ps_alloc(1, sizeof *dna.codons.allele);
        *dna.codons.allele = (ps_allele_count){.locus = panel.codons[codon_of("KRAS", 12)].locus,
                                               .beg0 = 25245346,
                                               .end0 = 25245350,
                                               .alt = ps_strdup(reads_with[i].alt),
                                               .n = {50, 50},
                                               .depth = 1000};
        ps_ras_call call = call_rows(rows, 2, &dna, NULL);
        assert_int_equal(has_change(&call, "c.35_38delinsATGA"), !reads_with[i].apart);
        assert_int_equal(has_change(&call, "c.35G>A"), reads_with[i].apart);
        assert_int_equal(has_change(&call, "c.38G>A"), reads_with[i].apart);
        free_call(&call);
        ps_read_evidence_free(&dna);
    }
}

static void germline_by_the_normal(void **state) {
    (void)state;
    ps_variant v = row(25245350, t_base, 100, 0);
    ps_read_evidence normal = case_evidence(PS_INPUT_NORMAL);
    put_everywhere(&normal, 40, 100);
    put_both(&normal, codon_of("KRAS", 12), ps_codon_code("GAT"), 40, 40);
    ps_ras_call call = call_rows(&v, 1, NULL, &normal);
    assert_int_equal(call.variant[0].best.filter, PS_FILTER_GERMLINE);
    assert_int_equal(call.state, PS_RAS_NOT_ASSESSABLE);
    free_call(&call);
    ps_read_evidence_free(&normal);
    normal = case_evidence(PS_INPUT_NORMAL);
    put_everywhere(&normal, 40, 100);
    put_both(&normal, codon_of("KRAS", 12), ps_codon_code("GAT"), 40, 4);
    call = call_rows(&v, 1, NULL, &normal);
    assert_int_equal(call.variant[0].best.filter, PS_FILTER_PASS);
    free_call(&call);
    ps_read_evidence_free(&normal);
}

static void a_change_that_stands_twice(void **state) {
    (void)state;
    ps_variant rows[] = {row(25245350, t_base, 90, 0), row(25245350, t_base, 100, 0), row(25245350, t_base, 95, 0)};
    rows[1].filter_pass = 0;
    rows[1].filter = g_base;
    for (int first = 0; first < 2; first++) {
        ps_ras_call call = call_rows(rows + first, 2, NULL, NULL);
        assert_int_equal(call.n_variants, 1);
        assert_int_equal(call.state, PS_RAS_MUTATED);
        assert_int_equal(call.variant[0].best.alt_depth, first ? 95 : 90);
        assert_string_equal(call.variant[0].vcf_filter, "PASS");
        free_call(&call);
    }
}

static void many_rows(void **state) { /* a file of nothing but rows of one codon is still fast */
    (void)state;
    enum { N = 20000 };
    ps_variant *rows = ps_alloc(N, sizeof *rows);
    for (int i = 0; i < N; i++)
        rows[i] = row(25245350, i % 2 ? t_base : a_base, 90, 0);
    ps_ras_call call = call_rows(rows, N, NULL, NULL);
    assert_int_equal(call.n_variants, 2);
    free_call(&call);
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phase_as_written),
        cmocka_unit_test(pipe_in_a_phased_file),
        cmocka_unit_test(lists_of_sites),
        cmocka_unit_test(three_in_cis),
        cmocka_unit_test(an_intron_between),
        cmocka_unit_test(an_indel_in_cis),
        cmocka_unit_test(neighbours_by_reads),
        cmocka_unit_test(germline_by_the_normal),
        cmocka_unit_test(a_change_that_stands_twice),
        cmocka_unit_test(many_rows),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
