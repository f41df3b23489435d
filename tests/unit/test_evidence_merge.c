/* Guards against: evidence of two files that does not add up to that of both; a file read back as something else. */
#include "unit_case.h"

#include <unistd.h>

#include "plasmastrat/evidence_file.h"

static void add_allele(ps_read_evidence *e, int codon, int n) {
    ps_codon_evidence *c = &e->codons;
    c->allele = ps_resize(c->allele, c->n_allele + 1, sizeof *c->allele);
    c->allele[c->n_allele++] = (ps_allele_count){.locus = panel.codons[codon].locus,
                                                 .beg0 = panel.codons[codon].pos0[2],
                                                 .end0 = panel.codons[codon].pos0[2] + 3,
                                                 .alt = ps_strdup(""),
                                                 .n = {(uint32_t)n, 0}};
}

static void add_reach(ps_read_evidence *e, int codon, int left, int right, int n) {
    ps_codon_evidence *c = &e->codons;
    c->reach = ps_resize(c->reach, c->n_reach + 1, sizeof *c->reach);
    c->reach[c->n_reach++] = (ps_reach_count){codon, (uint8_t)left, (uint8_t)right, (uint32_t)n};
}

static void add_pictures(ps_read_evidence *e, int codon, int hap, uint64_t first_order, int n) {
    ps_codon_evidence *c = &e->codons;
    int32_t beg, end;
    ps_picture_span(&panel.loci[panel.codons[codon].locus], &panel.codons[codon], &beg, &end);
    c->picture = ps_resize(c->picture, c->n_picture + (size_t)n, sizeof *c->picture);
    for (int i = 0; i < n; i++) {
        char *text = ps_alloc((size_t)(end - beg) + 1, 1);
        memset(text, 'A', (size_t)(end - beg));
        c->picture[c->n_picture++] = (ps_picture_row){codon, (uint8_t)hap, 0, first_order + 2 * (uint64_t)i, text};
    }
}

static void add_far_end(ps_read_evidence *e, int32_t end0, int n, int length, int n_longest) {
    ps_codon_evidence *c = &e->codons;
    c->far_end = ps_resize(c->far_end, c->n_far_end + 1, sizeof *c->far_end);
    c->far_end[c->n_far_end++] = (ps_far_end){2, 1, end0, (uint32_t)n, length, (uint32_t)n_longest};
}

static void add_family(ps_read_evidence *e, int32_t codon, uint64_t umi) {
    ps_molecules *m = &e->codons.molecules;
    m->row = ps_resize(m->row, m->n + 1, sizeof *m->row);
    m->row[m->n++] =
        (ps_molecule){.window = ps_window_of(&panel, codon),
                      .key = {.hash = 77, .end0 = {100, 300}, .umi = PS_UMI_FAMILY, .letters = 5, .family_umi = umi},
                      .copies = {1, 0}};
}

/* One lane: `share` of each count; the two lanes' names interleave. */
static ps_evidence lane(int first) {
    ps_evidence s = {.sample_id = ps_strdup("S")};
    int k12 = codon_of("KRAS", 12), ref = panel.codons[k12].ref;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_init(&panel, (ps_input_role)role, &s.reads[role]);
    ps_read_evidence *e = &s.reads[PS_INPUT_DNA];
    ps_input_info *in =
        ps_evidence_input(&s, PS_INPUT_DNA, first ? "1.bam" : "2.bam", "BAM", "GRCh38", "S", first ? 70 : 50, 0);
    e->given = 1;
    e->records = first ? 70 : 50;
    e->missing_contigs = first ? 3 : 6;
    add_rows(e, k12, ref, 0, 0, 37, first ? 300 : 200);
    if (first)
        add_rows(e, k12, 35, 0, 1, 37, 11);
    add_allele(e, k12, first ? 4 : 5);
    add_reach(e, k12, 11, 29, first ? 250 : 150);
    add_reach(e, k12, 1, 29, 9); /* too near an end to have shown the allele */
    add_far_end(e, 900, first ? 30 : 20, 120, first ? 10 : 5);
    add_far_end(e, 901, 7, first ? 120 : 130, first ? 7 : 2);
    add_family(e, k12, first ? 300 : 200);
    add_pictures(e, k12, ref, first ? 10 : 11, 8);
    e->bins.bin[7] = first ? 1000 : 900;
    e->snps.snp[3] = (ps_snp_count){first ? 10 : 9, first ? 0 : 8, 1};
    e->junctions.cell_bases[2] = first ? 5000 : 4000;
    e->junctions.chimeric[1][1] = first ? 2 : 3;
    ps_input_digest(e, in->digest);
    return s;
}

static ps_evidence merged(int first) {
    ps_evidence part[2] = {lane(first), lane(!first)}, whole = {0};
    ps_evidence_merge(&panel, part, 2, &whole);
    ps_evidence_free(&part[0]);
    ps_evidence_free(&part[1]);
    ps_evidence_digest(&whole);
    return whole;
}

static void lanes_add_up(void **state) {
    (void)state;
    ps_evidence both = merged(1), backward = merged(0);
    const ps_read_evidence *e = &both.reads[PS_INPUT_DNA];
    const ps_codon_evidence *c = &e->codons;
    assert_true(e->given && !both.reads[PS_INPUT_RNA].given);
    assert_int_equal(e->records, 120);
    assert_int_equal(e->missing_contigs, 2); /* what neither header names */
    assert_int_equal(c->n_codon, 2);
    assert_int_equal(c->codon[0].n + c->codon[1].n, 511);
    assert_int_equal(c->n_allele, 1);
    assert_int_equal(c->allele[0].n[0], 9);
    assert_int_equal(c->allele[0].depth, 409); /* carriers, and the 400 that reach far enough, of both lanes */
    assert_int_equal(c->n_reach, 2);
    assert_int_equal(c->n_far_end, 2);
    assert_true(c->far_end[0].n == 50 && c->far_end[0].length == 120 && c->far_end[0].n_longest == 15);
    assert_true(c->far_end[1].n == 14 && c->far_end[1].length == 130 && c->far_end[1].n_longest == 2);
    assert_int_equal(c->molecules.n, 1);
    assert_int_equal(c->molecules.row[0].copies[0], 2);
    assert_int_equal(c->molecules.row[0].key.family_umi, 200); /* the lowest */
    assert_int_equal(c->n_picture, PS_PICTURE_ROWS);
    for (size_t i = 0; i < c->n_picture; i++)
        assert_int_equal(c->picture[i].order, 10 + i); /* the lowest of both lanes, in turn */
    assert_int_equal(e->bins.bin[7], 1900);
    assert_true(e->snps.snp[3].ref == 19 && e->snps.snp[3].alt == 8 && e->snps.snp[3].other == 2);
    assert_int_equal(e->junctions.cell_bases[2], 9000);
    assert_int_equal(e->junctions.chimeric[1][1], 5);
    assert_int_equal(both.n_inputs, 2);
    assert_string_equal(both.input[0].path, "1.bam");
    assert_string_equal(backward.input[0].path, "1.bam");
    assert_string_equal(both.digest, backward.digest);
    ps_evidence_free(&both);
    ps_evidence_free(&backward);
}

static char *written(const ps_evidence *e, size_t *n) {
    char *bytes = NULL;
    ps_error err = {0};
    FILE *out = open_memstream(&bytes, n);
    assert_int_equal(ps_evidence_write(&panel, e, "9.9.9", out, &err), 0);
    fclose(out);
    return bytes;
}

static void the_file_is_the_evidence(void **state) {
    (void)state;
    ps_evidence both = merged(1), read;
    const ps_panel *found = NULL;
    ps_error err = {0};
    size_t n = 0, m = 0;
    both.stated =
        (ps_stated){.purity = 0.3, .prior_odds = NAN, .specimen = PS_SPECIMEN_LESION, .model = ps_strdup("x\"\n\\")};
    char *bytes = written(&both, &n);
    assert_int_equal(ps_evidence_parse("e.gz", bytes, n, &panel, 1, &read, &found, &err), 0);
    assert_ptr_equal(found, &panel);
    assert_string_equal(read.digest, both.digest);
    assert_string_equal(read.written_by, "9.9.9");
    assert_string_equal(read.stated.model, "x\"\n\\");
    assert_true(read.stated.purity == 0.3 && isnan(read.stated.prior_odds));
    assert_int_equal(read.reads[PS_INPUT_DNA].codons.allele[0].depth, 409);
    char *again = written(&read, &m);
    assert_int_equal(n, m);
    assert_memory_equal(bytes, again, n);
    ps_panel other = panel;
    other.limits.ras_min_alt++; /* decides, counts nothing */
    ps_evidence_free(&read);
    assert_int_equal(ps_evidence_parse("e.gz", bytes, n, &other, 1, &read, &found, &err), 0);
    ps_evidence_free(&read);
    other.limits.min_mapq++;
    assert_int_equal(ps_evidence_parse("e.gz", bytes, n, &other, 1, &read, &found, &err), -1);
    assert_non_null(strstr(err.text, "e.gz: min_mapq: was made with 20"));
    free(bytes);
    free(again);
    ps_evidence_free(&both);
}

/* What was written is read: every kind of text and number that inputs may hold. */
static void what_is_written_is_read(void **state) {
    (void)state;
    static ps_primer listed[] = {{0, 10, 30, '+'}, {0, 90, 110, '-'}, {1, 10, 30, '.'}};
    const ps_panel *found = NULL;
    ps_error err = {0};
    ps_evidence whole = merged(1), read;
    size_t n = 0;
    whole.primers = (ps_primers){listed, 3, 4};
    whole.stated.model_table = ps_alloc((1 << 20) + 1, 1);
    memset(whole.stated.model_table, '"', 1 << 20);
    ps_evidence_digest(&whole);
    char *bytes = written(&whole, &n);
    assert_int_equal(ps_evidence_parse("e.gz", bytes, n, &panel, 1, &read, &found, &err), 0);
    assert_string_equal(read.digest, whole.digest);
    assert_int_equal(read.primers.listed, 4);
    assert_int_equal(read.primers.n, 3);
    assert_int_equal(read.primers.row[0].strand, '+');
    assert_int_equal(read.primers.row[1].strand, '-');
    assert_string_equal(read.stated.model_table, whole.stated.model_table);
    free(bytes);
    ps_evidence_free(&read);
    whole.primers = (ps_primers){0};
    ps_evidence_free(&whole);
}

/* What could not be read is not written: the error names it. */
static void what_cannot_be_read_is_not_written(void **state) {
    (void)state;
    static const struct {
        int64_t split;
        size_t text;
        char strand;
        const char *error;
    } rows[] = {
        {1 << 30, 10, '+', NULL},
        {(1 << 30) + 1, 10, '+', "split: 1073741825, expected -1 to 1073741824"},
        {-2, 10, '+', "split: -2, expected -1 to 1073741824"},
        {3, (1 << 20) + 1, '+', "model_table: 1048577 bytes of text, at most 1048576"},
        {3, 10, 'x', "strand: byte 120, expected a letter"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_sv_row join = {.contig_b = "chr14", .filter = "PASS", .split = rows[i].split, .discordant = -1};
        ps_primer primer = {0, 10, 30, rows[i].strand};
        ps_evidence whole = merged(1);
        ps_error err = {0};
        char *bytes = NULL;
        size_t n = 0;
        whole.has_sv = 1;
        whole.sv = (ps_sv_evidence){.caller = "Manta", .sample_name = "S", .row = &join, .n = 1};
        whole.primers = (ps_primers){&primer, 1, 1};
        whole.stated.model_table = ps_alloc(rows[i].text + 1, 1);
        memset(whole.stated.model_table, 'x', rows[i].text);
        FILE *out = open_memstream(&bytes, &n);
        assert_int_equal(ps_evidence_write(&panel, &whole, "9.9.9", out, &err), rows[i].error ? -1 : 0);
        fclose(out);
        assert_true(rows[i].error ? n == 0 && strstr(err.text, rows[i].error) != NULL : n > 0);
        free(bytes);
        whole.sv = (ps_sv_evidence){0};
        whole.primers = (ps_primers){0};
        ps_evidence_free(&whole);
    }
}

static void add_site(ps_evidence *e, int32_t beg0, const char *alt) {
    e->has_sites = 1;
    e->sites.variant = ps_resize(e->sites.variant, e->sites.n_variants + 1, sizeof *e->sites.variant);
    e->sites.variant[e->sites.n_variants++] = (ps_variant){.beg0 = beg0,
                                                           .end0 = beg0 + 1,
                                                           .alt = ps_strdup(alt),
                                                           .filter = ps_strdup("PASS"),
                                                           .depth_field = ps_strdup(""),
                                                           .vaf = NAN};
}

static void add_primer(ps_evidence *e, int32_t beg0, char strand) {
    ps_primers *p = &e->primers;
    p->row = ps_resize(p->row, p->n + 1, sizeof *p->row);
    p->row[p->n++] = (ps_primer){0, beg0, beg0 + 20, strand};
    p->listed = p->listed > p->n ? p->listed : p->n;
}

/* Sites and primers of each run, in any order and with repeats, are one list: all that any run was given. */
static void lists_of_the_user_are_joined(void **state) {
    (void)state;
    ps_evidence whole[2] = {{0}};
    for (int backward = 0; backward < 2; backward++) {
        ps_evidence part[3] = {lane(1), lane(0), lane(0)};
        const int first = backward ? 1 : 0, second = backward ? 0 : 1;
        add_site(&part[first], 30, "T");
        add_site(&part[first], 10, "A");
        add_site(&part[first], 30, "T");
        part[first].sites.outside = 4;
        snprintf(part[first].sites.notice, sizeof part[first].sites.notice, "four are outside");
        add_site(&part[second], 10, "C");
        add_site(&part[second], 10, "A");
        add_primer(&part[first], 500, '+');
        add_primer(&part[first], 100, '+');
        part[first].primers.listed = 7;
        add_primer(&part[second], 100, '+');
        add_primer(&part[second], 100, '-');
        ps_evidence_merge(&panel, part, 3, &whole[backward]);
        ps_evidence_digest(&whole[backward]);
        for (int i = 0; i < 3; i++)
            ps_evidence_free(&part[i]);
    }
    const ps_evidence *e = &whole[0];
    assert_int_equal(e->sites.n_variants, 3);
    assert_true(e->sites.variant[0].beg0 == 10 && !strcmp(e->sites.variant[0].alt, "A"));
    assert_true(e->sites.variant[1].beg0 == 10 && !strcmp(e->sites.variant[1].alt, "C"));
    assert_int_equal(e->sites.variant[2].beg0, 30);
    assert_int_equal(e->primers.n, 3);
    assert_int_equal(e->primers.listed, 7);
    assert_true(e->primers.row[0].beg0 == 100 && e->primers.row[0].strand == '+');
    assert_true(e->primers.row[1].beg0 == 100 && e->primers.row[1].strand == '-');
    assert_int_equal(e->primers.row[2].beg0, 500);
    assert_string_equal(whole[0].sites.notice, whole[1].sites.notice);
    assert_string_equal(whole[0].digest, whole[1].digest);
    ps_evidence_free(&whole[0]);
    ps_evidence_free(&whole[1]);
}

/* Whether `other` may read what `e` was written as; the message stays in `err`. */
static int reads_with(const ps_evidence *e, const ps_panel *other, ps_error *err) {
    size_t n = 0;
    ps_evidence read;
    const ps_panel *found = NULL;
    char *bytes = written(e, &n);
    int status = ps_evidence_parse("e.gz", bytes, n, other, 1, &read, &found, err);
    if (status == 0)
        assert_int_equal(read.reading_unknown, e->reading_unknown);
    ps_evidence_free(&read);
    free(bytes);
    return status == 0;
}

static ps_evidence imported(int vcf, int sv, int cnv, int counts) {
    ps_evidence e = {.sample_id = ps_strdup("s"), .has_vcf = vcf, .has_sv = sv, .has_cnv = cnv, .has_counts = counts};
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_init(&panel, (ps_input_role)role, &e.reads[role]);
    char **const texts[] = {&e.cnv.program,    &e.cnv.sample_name, &e.sv.caller,
                            &e.sv.sample_name, &e.counts.program,  &e.counts.sample_name};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = ps_strdup("x");
    e.counts.n = (size_t)panel.n_genes;
    e.counts.value = ps_alloc(e.counts.n, sizeof *e.counts.value);
    if (vcf)
        ps_evidence_input(&e, PS_INPUT_VCF, "v.vcf", "VCF", "GRCh38", "s", 1, 0);
    if (counts)
        ps_evidence_input(&e, PS_INPUT_COUNTS, "c.txt", "table", "GRCh38", "s", 1, 0);
    return e;
}

/* What the panel decided when another program's result was read cannot be decided anew: a panel that decides
 * otherwise is refused by the name of what differs, and only where it matters. */
static void other_programs_results_keep_to_their_tables(void **state) {
    (void)state;
    static const struct {
        size_t limit, sum; /* one of them changes */
        const char *name;
        int vcf, sv, cnv, counts; /* 1: refused */
    } rows[] = {
        {offsetof(ps_panel, limits.ras_block_min_gq), 0, "ras_block_min_gq: its VCF was read with 20", 1, 0, 0, 0},
        {offsetof(ps_panel, limits.ras_min_alt), 0, "ras_min_alt", 1, 0, 0, 0},
        {offsetof(ps_panel, limits.ras_germline_normal_vaf), 0, "ras_germline_normal_vaf", 1, 0, 0, 0},
        {offsetof(ps_panel, limits.ras_germline_min_alt), 0, "ras_germline_min_alt", 1, 0, 0, 0},
        {0, offsetof(ps_panel, vcf_filters_sum), "another vcf_filters.tsv", 1, 1, 1, 0},
        {0, offsetof(ps_panel, vcf_callers_sum), "another vcf_callers.tsv", 1, 0, 0, 0},
        {0, offsetof(ps_panel, gene_ids_sum), "another gene_ids.tsv", 0, 0, 0, 1},
        {offsetof(ps_panel, limits.ras_lod95_limit), 0, "", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int kind = 0; kind < 4; kind++) {
            int refused = (const int[]){rows[i].vcf, rows[i].sv, rows[i].cnv, rows[i].counts}[kind];
            ps_evidence e = imported(kind == 0, kind == 1, kind == 2, kind == 3);
            ps_panel other = panel;
            ps_error err = {0};
            if (rows[i].limit)
                *(double *)(void *)((char *)&other + rows[i].limit) += 0.5;
            else
                ((char *)&other)[rows[i].sum] ^= 1;
            if (!reads_with(&e, &panel, &err))
                fail_msg("%s", err.text);
            assert_int_equal(reads_with(&e, &other, &err), !refused);
            assert_true(!refused || strstr(err.text, rows[i].name));
            e.reading_unknown = 1; /* as an older version wrote it */
            assert_true(reads_with(&e, &other, &err));
            ps_evidence_free(&e);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_add_up),
        cmocka_unit_test(the_file_is_the_evidence),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_cannot_be_read_is_not_written),
        cmocka_unit_test(lists_of_the_user_are_joined),
        cmocka_unit_test(other_programs_results_keep_to_their_tables),
    };
    return cmocka_run_group_tests(tests, case_load, case_unload);
}
