/* Panels: what is built in, the copy that export writes, each refusal with file and line, build recognition. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <math.h>
#include "plasmastrat/panel.h"

static char folder[64]; /* an export of grch38 for the tests to damage */

static int remove_folder(const char *path) {
    DIR *dir = opendir(path);
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        char file[512];
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
            unlink(file);
    }
    if (dir)
        closedir(dir);
    return rmdir(path);
}

static int make_folder(void **state) {
    (void)state;
    ps_error err = {0};
    strcpy(folder, "/tmp/plasmastrat-panel-XXXXXX");
    if (!mkdtemp(folder) || ps_panel_export("grch38", folder, 0, &err) < 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static int drop_folder(void **state) {
    (void)state;
    return remove_folder(folder);
}

/* ---- what is built in ------------------------------------------------------------------------------------------ */

static void check_builtin(const char *name, const char *build) {
    ps_panel p;
    ps_error err = {0};
    if (ps_panel_load(name, &p, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(p.name, name);
    assert_string_equal(p.build, build);
    assert_string_equal(p.source, "built-in");
    assert_int_equal(strlen(p.checksum), 16);
    assert_int_equal(p.n_contigs, 24);
    assert_int_equal(p.n_genes, 58);
    assert_int_equal(p.n_loci, 4);
    assert_int_equal(p.n_models, 4);
    assert_string_equal(p.genes[p.ccnd1].name, "CCND1");
    assert_true(ps_panel_model(&p, "rationale") >= 0 && ps_panel_model(&p, "nothing") < 0);
    int kras = ps_panel_gene(&p, "KRAS"), required = 0;
    const ps_locus *locus = &p.loci[0];
    assert_int_equal(locus->gene, kras);
    /* 4B: 188 residues and a stop; 4A has codons 151 to 189 and a stop of its own */
    assert_int_equal(locus->codon_end - locus->codon_beg, 189 + 40);
    assert_int_equal(locus->n_targets, 567 + 120);
    for (int i = 0; i < p.n_codons; i++) {
        const ps_codon *c = &p.codons[i];
        const ps_locus *l = &p.loci[c->locus];
        assert_true(i >= l->codon_beg && i < l->codon_end && l->gene == c->gene);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(l->pos0[c->target[k]], c->pos0[k]);
            char bases[4];
            ps_codon_bases(c->ref, bases);
            assert_int_equal(ps_panel_base(&p, l->contig, c->pos0[k]),
                             ps_complement(bases[k])); /* all minus strand */
        }
        required += c->required;
        assert_true(c->hotspot || !c->required);
    }
    assert_int_equal(required, 12);
    assert_int_equal(p.codons[ps_panel_codon(&p, kras, 151)].transcript, 0);
    assert_int_equal(ps_panel_codon(&p, kras, 190) >= 0, 1); /* the stop of 4A */
    assert_int_equal(ps_panel_codon(&p, kras, 191), -1);
    assert_int_equal(ps_panel_codon(&p, p.ccnd1, 12), -1);
    assert_int_equal(ps_panel_codon(&p, -1, 12), -1);
    ps_panel_free(&p);
    ps_panel_free(&p);
}

static void builtin_panels(void **state) {
    (void)state;
    assert_string_equal(ps_panel_builtin[0], "grch38");
    assert_string_equal(ps_panel_builtin[1], "grch37");
    assert_null(ps_panel_builtin[2]);
    check_builtin("grch38", "GRCh38");
    check_builtin("grch37", "GRCh37");
}

static void names_limits_and_filters(void **state) {
    (void)state;
    ps_panel p;
    ps_error err = {0};
    assert_int_equal(ps_panel_load("grch38", &p, &err), 0);
    int chr12 = ps_panel_contig(&p, "chr12");
    assert_true(chr12 >= 0 && chr12 == ps_panel_contig(&p, "12") && chr12 == ps_panel_contig(&p, "NC_000012.12") &&
                chr12 == ps_panel_contig(&p, "CM000674.2"));
    assert_int_equal(ps_panel_contig(&p, "NC_000012.11"), -1); /* GRCh37's */
    assert_int_equal(ps_panel_contig(&p, "chrM"), -1);
    assert_int_equal(ps_panel_contig(&p, ""), -1);
    assert_true(p.limits.min_mapq == 20 && p.limits.ras_alpha_hotspot == 1e-5 && p.limits.ras_lod95_limit == 0.05);
    assert_true(p.limits.expression_posterior == 0.9 && p.limits.expression_min_share == 0.1);
    assert_true(p.level[PS_LEVEL_LOW].log2 == -5.5 && p.level[PS_LEVEL_VERY_HIGH].sd == 1);
    assert_true(p.genes[ps_panel_gene(&p, "MZB1")].centre == 6.02 &&
                isnan(p.genes[ps_panel_gene(&p, "XBP1")].centre));
    assert_string_equal(p.population.name, "ordinary marrow myelomas");
    assert_true(p.population.share[PS_MARKER_CCND1][PS_MARKER_INTERMEDIATE] == 0.4 &&
                p.population.share[PS_MARKER_RAS][PS_MARKER_POSITIVE] == 0.38);
    assert_true(p.limits.junction_max_insert == 2000 && p.limits.cn_amplified_copies == 5.5);
    assert_true(ps_panel_filter_passes(&p, "PASS") && ps_panel_filter_passes(&p, ".") &&
                ps_panel_filter_passes(&p, "Tier4"));
    assert_false(ps_panel_filter_passes(&p, "Tier5"));
    assert_false(ps_panel_filter_passes(&p, "germline"));
    /* 68,732,532-69,685,232 and 105,533,663-106,881,350 */
    assert_int_equal(p.ccnd1_window.beg0, 68732531);
    assert_int_equal(p.ccnd1_window.end0, 69685232);
    assert_int_equal(p.igh.beg0, 105533662);
    assert_int_equal(p.igh.end0, 106881350);
    const ps_model *m = &p.models[ps_panel_model(&p, "marrow-compartment")];
    assert_true(m->weight[PS_MARKER_RAS].positive == -0.3 && m->weight[PS_MARKER_RAS].negative_sd == 0.3 &&
                m->weight[PS_MARKER_CCND1].intermediate_sd == 0.5 && !m->two_levels);
    assert_int_equal(m->specimen, PS_SPECIMEN_MARROW);
    /* KRT8 must not count its neighbour's reads */
    const ps_gene *krt8 = &p.genes[ps_panel_gene(&p, "KRT8")], *krt18 = &p.genes[ps_panel_gene(&p, "KRT18")];
    for (int i = 0; i < krt8->n_exons; i++)
        for (int k = 0; k < krt18->n_exons; k++)
            assert_true(krt8->exons[i].end0 <= krt18->exons[k].beg0 || krt8->exons[i].beg0 >= krt18->exons[k].end0);
    ps_panel_free(&p);
}

/* ---- export ---------------------------------------------------------------------------------------------------- */

static void export_and_load_again(void **state) {
    (void)state;
    ps_panel inside, outside;
    ps_error err = {0};
    assert_int_equal(ps_panel_load("grch38", &inside, &err), 0);
    if (ps_panel_load(folder, &outside, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(inside.checksum, outside.checksum);
    assert_string_equal(outside.source, folder);
    assert_int_equal(inside.n_codons, outside.n_codons);
    ps_panel_free(&inside);
    ps_panel_free(&outside);
    assert_int_equal(ps_panel_export("grch38", folder, 0, &err), -1); /* nothing is overwritten unasked */
    assert_non_null(strstr(err.text, "exists already"));
    err = (ps_error){0};
    assert_int_equal(ps_panel_export("grch38", folder, 1, &err), 0);
    assert_int_equal(ps_panel_export("grch99", folder, 1, &err), -1);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    err = (ps_error){0};
    assert_int_equal(ps_panel_export("grch38", "/dev/null/x", 0, &err), -1);
    assert_int_equal(err.kind, PS_ERR_RUN);
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

static char *slurp(const char *path) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = calloc(1, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    assert_true(n > 0);
    return text;
}

static void spill(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

/* First `from` of the file becomes `to`; line 0: the message names the file only. */
static const struct {
    const char *file, *from, *to;
    int line;
    const char *about;
} damages[] = {
    {"contigs.tsv", "chr2\t2", "chr1\t2", 3, "chr1"},
    {"contigs.tsv", "\t248956422", "\t0", 2, "'0'"},
    {"contigs.tsv", "genbank\t", "gb\t", 0, "'genbank' is missing"},
    {"arms.tsv", "1q\t0.22", "1q\t1.22", 4, "1.22"},
    {"arms.tsv", "1q\t", "1p\t", 4, "second time"},
    {"arms.tsv", "1p\t", "1x\t", 3, "1x"},
    {"karyotypes.tsv", "1\thyperdiploid\tloss\tnone", "13q\thyperdiploid\tloss\tnone", 4, "13q"},
    {"karyotypes.tsv", "1\thyperdiploid\tloss\tnone", "1\thyper\tloss\tnone", 4, "hyper"},
    {"karyotypes.tsv", "1\thyperdiploid\tloss\tnone", "1\thyperdiploid\t.\tnone", 4, "no short arm"},
    {"karyotypes.tsv", "1\thyperdiploid\tloss\tnone", "1\thyperdiploid\tloss\tfew", 4, "few"},
    {"bins.bed", "chr1\t5420000", "chrQ\t5420000", 2, "chrQ"},
    {"bins.bed", "chr1\t5420000\t5430000", "chr1\t5430000\t5430000", 2, "5430000"},
    {"bins.bed", "chr1\t5420000\t5430000", "chr1\t5420000\t248956423", 2, "248956423"},
    {"bins.bed", "chr1\t5420000\t5430000", "chr1\t15420000\t15430000", 3, "out of order"},
    {"bins.bed", "chr1\t5420000\t5430000", "chr1\t5420000\t14180001", 3, "overlaps"},
    {"bins.bed", "5430000\t1p\tarm", "5430000\t1r\tarm", 2, "1r"},
    {"bins.bed", "5430000\t1p\tarm", "5430000\t2p\tarm", 2, "not on contig"},
    {"bins.bed", "5430000\t1p\tarm", "5430000\t1p\tleg", 2, "leg"},
    {"bins.bed", "arm\t0.4942", "arm\t1.4942", 2, "column gc"},
    {"bins.bed", "arm\t0.4942", "arm\tnan", 2, "column gc"},
    {"identity_snps.tsv", "chr1\t2513967", "chrQ\t2513967", 2, "chrQ"},
    {"identity_snps.tsv", "chr1\t2513967", "chr1\t0", 2, "'0'"},
    {"identity_snps.tsv", "chr1\t2513967", "chr1\t248956423", 2, "248956423"},
    {"identity_snps.tsv", "chr1\t2513967", "chr1\t6149303", 3, "out of order"},
    {"identity_snps.tsv", "A\tG\t0.463", "A\tA\t0.463", 2, "reference base"},
    {"identity_snps.tsv", "A\tG\t0.463", "A\tGT\t0.463", 2, "'GT'"},
    {"identity_snps.tsv", "A\tG\t0.463", "A\tG\t1.463", 2, "1.463"},
    {"identity_snps.tsv", "alt_frequency", "frequency", 0, "'alt_frequency' is missing"},
    {"limits.tsv", "identity_min_sites\t15", "identity_min_sites\t0", -1, "column value"},
    {"regions.bed", "IGH_locus", "IGX_locus", 0, "'IGH_locus' is missing"},
    {"regions.bed", "CCND1_t1114_window", "window", 0, "'CCND1_t1114_window' is missing"},
    {"regions.bed", "MYEOV_gene", "IGK_locus", 6, "IGK_locus"},
    {"genes.tsv", "CCND2\tcyclin", "CCND1\tcyclin", 3, "CCND1"},
    {"genes.tsv", "CCND2\tcyclin", "CCND2\tcycline", 3, "cycline"},
    {"genes.tsv", "CCND1\tcyclin", "CCNDX\tcyclin", 0, "'CCND1'"},
    {"genes.tsv", "CCND2\tcyclin\t.\t+\tchr12", "CCND2\tcyclin\t.\t+\tchr99", 3, "chr99"},
    {"genes.tsv", "CCND2\tcyclin\t.\t+", "CCND2\tcyclin\t.\t.", 3, "column strand"},
    {"genes.tsv", "CCND2\tcyclin\t.", "CCND2\tcyclin\tstroma", 3, "column cell"},
    {"genes.tsv", "HRAS\tras", "HRAS\treference", 5, "HRAS"}, /* its transcript is refused: transcripts.tsv */
    {"exons.bed", "69641511\tCCND1", "69641511\tCCND9", 2, "CCND9"},
    {"exons.bed", "chr11\t69643030", "chr12\t69643030", 3, "chr12"},
    {"exons.bed", "chr11\t69643030", "chr11\t69641510", 3, "disjoint"},
    {"exons.bed", "chr11\t69641104\t69641511", "chr11\t69641104\t69641104", 2, "above the beginning"},
    {"transcripts.tsv", "KRAS\tNM_004985.5", "TP53\tNM_004985.5", 2, "TP53"},
    {"transcripts.tsv", "KRAS\tNM_033360.4", "KRAS\tNM_004985.5", 3, "NM_004985.5"},
    {"cds.bed", "NM_004985.5\t2", "NM_004985.5\t3", 3, "column part"},
    {"cds.bed", "NM_004985.5\t1\t-", "NM_004985.5\t1\t+", 2, "column strand"},
    {"cds.bed", "chr12\t25245273\t25245384", "chr12\t25245273\t25245484", 2, "no exon"},
    {"cds.bed", "NM_004985.5\t1", "NM_9.1\t1", 2, "NM_9.1"},
    {"cds.fa", "NM_004985.5 KRAS\nATG", "NM_004985.5 KRAS\nAT", 1, "multiple of 3"},
    {"cds.fa", "NM_004985.5 KRAS\nATG", "NM_004985.5 KRAS\nATGATG", 1, "570 bases, expected 567"},
    {"cds.fa", "NM_004985.5 KRAS\nATG", "NM_004985.5 KRAS\nACG", 1, "start codon"},
    {"cds.fa", "NM_004985.5 KRAS\nATGACT", "NM_004985.5 KRAS\nATGTAG", 1, "codon 2 is the stop TAG"},
    {"cds.fa", "ATTATGTAA", "ATTATGTAC", 1, "ends with TAC"},
    {"cds.fa", "NM_004985.5 KRAS\nATGACT", "NM_004985.5 KRAS\nATGANT", 2, "'N'"},
    {"cds.fa", ">NM_033360.4", ">NM_004985.5", 12, "second time"},
    {"cds.fa", "NM_004985.5 KRAS\nATGACT", "NM_004985.5 KRAS\nATGACA", 0, "disagree"}, /* 4A says ACT */
    {"windows.fa", "TAATGTATAG", "TAATGAATAG", 1, "expected"},
    {"windows.fa", "25209765-25209941", "25209765-25209942", 1, "expected 178"},
    {"windows.fa", "chr12:25209765-25209941 KRAS", "chr12:25209765-25209941 NRAS", 1, "NRAS"},
    {"windows.fa", "chr12:25209765-25209941", "chr12;25209765-25209941", 1, "BEGIN-END"},
    {"hotspots.tsv", "KRAS\t12", "KRAS\t1200", 3, "beyond the protein"},
    {"hotspots.tsv", "KRAS\t12", "KRAS\t189", 3, "beyond the protein"}, /* the stop of 4B */
    {"hotspots.tsv", "KRAS\t12", "KRAS\t5", 3, "second time"},
    {"hotspots.tsv", "KRAS\t12\t1", "KRAS\t12\t2", 3, "column required"},
    {"hotspots.tsv", "KRAS\t12\t1", "CCND1\t12\t1", 3, "CCND1"},
    {"activating.tsv", "G12D", "A12D", 7, "has G"},
    {"activating.tsv", "N486_P490del", "N486_Q490del", 91, "has P"},
    {"activating.tsv", "G12D", "G1200D", 7, "G1200D"},
    {"activating.tsv", "G12D", "G12*", 7, "cannot"},
    {"activating.tsv", "G12D", "G12fs", 7, "cannot"},
    {"activating.tsv", "G12D", "G12C", 7, "second time"},
    {"limits.tsv", "min_mapq\t20", "min_mapq\t2000", 2, "2000"},
    {"limits.tsv", "min_mapq\t20", "min_mapq\ttwenty", 2, "twenty"},
    {"limits.tsv", "min_mapq\t", "min_mapqs\t", 2, "min_mapqs"},
    {"limits.tsv", "min_base_quality\t20", "min_mapq\t20", 3, "second time"},
    {"limits.tsv", "ras_min_alt\t3\tfragments", "## \t3\tfragments", 0, "'ras_min_alt' is missing"},
    {"limits.tsv", "expression_min_share\t0.1", "expression_min_share\t0.5", 0, "expression_min_share"},
    {"population.tsv", "ccnd1+\t0.22", "ccnd1+\t0.32", 0, "add up to 1.1"},
    {"population.tsv", "ras+\t", "ras~\t", 7, "expected name, ccnd1+"},
    {"expression_levels.tsv", "very_high\t5", "very_high\t-1", 0, "is not above"},
    {"expression_centres.tsv", "CCT4\t0.78", "CCT4\t.", 0, "reference gene CCT4 has no centre"},
    {"expression_centres.tsv", "SDC1\t", "SDC9\t", 9, "not a gene"},
    {"expression_cells.tsv", "stroma\t3", "liver\t3", 3, "no gene"},
    {"limits.tsv", "min_mapq\t20\tphred", "min_mapq\t20\tbases", 2, "expected the unit phred"},
    {"vcf_filters.tsv", "Tier1\t", "Tier 1\t", 3, "Tier 1"},
    {"panel.tsv", "version\t2", "edition\t1", 4, "edition"},
    {"panel.tsv", "version\t2\n", "", 0, "'version' is missing"},
    {"model.rationale.tsv", "ras+\t1.20\t0.40", "ras+\t1.20\t0", 13, "column sd"},
    {"model.rationale.tsv", "ras+\t", "tp53+\t", 13, "tp53+"},
    {"model.rationale.tsv", "name\trationale", "name\temd-lesion", 0, "'emd-lesion'"},
};

/* The file with the first `from` made `to`; returns the text it had, for put_back. */
static char *edit(const char *file, const char *from, const char *to) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    char *text = slurp(path), *at = strstr(text, from);
    if (!at)
        fail_msg("%s has no '%s'", file, from);
    char *damaged = calloc(1, strlen(text) + strlen(to) + 1);
    memcpy(damaged, text, (size_t)(at - text));
    strcat(damaged, to);
    strcat(damaged, at + strlen(from));
    spill(path, damaged);
    free(damaged);
    return text;
}

static void put_back(const char *file, char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    spill(path, text);
    free(text);
}

static int line_of(const char *text, const char *part) {
    int line = 1;
    for (const char *end = strstr(text, part); end && text < end; text++)
        line += *text == '\n';
    return line;
}

static void refusals(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char place[160];
        ps_panel p;
        ps_error err = {0};
        char *text = edit(damages[i].file, damages[i].from, damages[i].to);
        char *before = strdup(text);
        int rc = ps_panel_load(folder, &p, &err);
        put_back(damages[i].file, text);
        const char *file = strstr(damages[i].from, "HRAS\tras") ? "transcripts.tsv" : damages[i].file;
        int line = damages[i].line < 0 ? line_of(before, damages[i].from) : damages[i].line;
        if (line)
            snprintf(place, sizeof place, "%s/%s:%d: ", folder, file, line);
        else
            snprintf(place, sizeof place, "%s/%s: ", folder, file);
        if (rc == 0 || err.kind != PS_ERR_USAGE || strncmp(err.text, place, strlen(place)) ||
            !strstr(err.text, damages[i].about))
            fail_msg("%s: '%s' -> '%s': %s", damages[i].file, damages[i].from, damages[i].to,
                     rc == 0 ? "was accepted" : err.text);
        free(before);
        assert_null(p.genes);
    }
    ps_panel p;
    ps_error err = {0};
    if (ps_panel_load(folder, &p, &err) < 0) /* all is as before */
        fail_msg("%s", err.text);
    ps_panel_free(&p);
}

#define FIRST_LINE "ATGACTGAATATAAACTTGTGGTAGTTGGAGCTGGTGGCGTAGGCAAGAGTGCCTTGACG\n"
#define START                                                                                                        \
    FIRST_LINE "ATACAGCTAATTCAGAATCATTTTGTGGACGAATATGATCCAACAATAGA"                                                  \
               "GGA"
#define START_WITHOUT FIRST_LINE "ATACAGCTAATTCAGAATCATTTTGTGGACGAATATGATCCAACAATAGA"

/* KRAS4A as if three bases were spliced away around its first junction: its codon 37 would share bases with 37 and 38
 * of 4B. */
static void isoforms_that_share_bases(void **state) {
    (void)state;
    ps_panel p;
    ps_error err = {0};
    char *part1 = edit("cds.bed", "25245273\t25245384\tNM_033360.4", "25245274\t25245384\tNM_033360.4");
    char *part2 = edit("cds.bed", "25227233\t25227412\tNM_033360.4", "25227233\t25227410\tNM_033360.4");
    char *head = edit("cds.fa", ">NM_033360.4 KRAS\n" START, ">NM_033360.4 KRAS\n" START_WITHOUT);
    int rc = ps_panel_load(folder, &p, &err);
    put_back("cds.fa", head);
    free(part2); /* the second edit's */
    put_back("cds.bed", part1);
    if (rc == 0 || err.kind != PS_ERR_USAGE ||
        !strstr(err.text, "codon 37 of NM_033360.4 share the base at chr12:2524527"))
        fail_msg("%s", rc == 0 ? "was accepted" : err.text);
}

/* Drops the file's lines that hold `word`, and the sequences of such names. Returns what stood there. */
static char *without(const char *file, const char *word) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    char *text = slurp(path), *kept = calloc(1, strlen(text) + 1);
    int sequence = 0;
    for (const char *line = text, *next; *line; line = next) {
        char one[4096];
        next = strchr(line, '\n') ? strchr(line, '\n') + 1 : line + strlen(line);
        snprintf(one, sizeof one, "%.*s", (int)(next - line), line);
        int found = strstr(one, word) != NULL;
        sequence = *line == '>' ? found : strstr(file, ".fa") && sequence;
        if (!found && !sequence)
            strncat(kept, line, (size_t)(next - line));
    }
    spill(path, kept);
    free(kept);
    return text;
}

static void expect_missing(const char *gene) {
    ps_panel p;
    ps_error err = {0};
    char about[64];
    snprintf(about, sizeof about, "hotspots.tsv: %s has no codon here", gene);
    if (ps_panel_load(folder, &p, &err) == 0 || err.kind != PS_ERR_USAGE || !strstr(err.text, about))
        fail_msg("%s: %s", gene, err.text[0] ? err.text : "was accepted");
}

/* Guards against: a panel without hotspots of KRAS or NRAS, or without the gene at all, by which RAS would be wild
 * type without being looked at. */
static void both_ras_genes_have_hotspots(void **state) {
    (void)state;
    static const char *const genes[] = {"KRAS", "NRAS", "HRAS"};
    static const char *const files[] = {"genes.tsv",      "gene_ids.tsv", "transcripts.tsv", "exons.bed",
                                        "activating.tsv", "windows.fa",   "hotspots.tsv",    "cds.fa"};
    for (size_t g = 0; g < sizeof genes / sizeof *genes; g++) {
        char *text = without("hotspots.tsv", genes[g]);
        expect_missing(genes[g]);
        put_back("hotspots.tsv", text);
    }
    enum { N = sizeof files / sizeof *files };
    char *old[N], *cds = without("cds.bed", "NM_002524.5");
    for (int i = 0; i < N; i++)
        old[i] = without(files[i], "NRAS");
    expect_missing("NRAS");
    for (int i = 0; i < N; i++)
        put_back(files[i], old[i]);
    put_back("cds.bed", cds);
    ps_panel p;
    ps_error err = {0};
    assert_int_equal(ps_panel_load(folder, &p, &err), 0);
    ps_panel_free(&p);
}

/* Each row of limits.tsv says its unit and its source, and no value is taken blindly. */
static void absurd_limits(void **state) {
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/limits.tsv", folder);
    char *text = slurp(path), *damaged = calloc(1, strlen(text) + 16);
    int line = 1;
    for (const char *row = strchr(text, '\n') + 1; *row; row = strchr(row, '\n') + 1) {
        char value[32], place[160], unit[64], source[400];
        size_t name = strcspn(row, "\t") + 1;
        if (sscanf(row, "%*s %31s %63[^\t] %399[^\n]", value, unit, source) != 3 || strchr(source, '\t'))
            fail_msg("%.*s: expected name, value, unit and source", (int)name, row);
        snprintf(place, sizeof place, "%s:%d: ", path, ++line);
        for (int low = 0; low < 2; low++) {
            ps_panel p;
            ps_error err = {0};
            sprintf(damaged, "%.*s%s%s", (int)(row - text + (ptrdiff_t)name), text, low ? "-1e30" : "1e30",
                    row + name + strlen(value));
            spill(path, damaged);
            if (ps_panel_load(folder, &p, &err) == 0 || strncmp(err.text, place, strlen(place)))
                fail_msg("%.*s %s: %s", (int)name, row, low ? "-1e30" : "1e30", err.text);
        }
    }
    spill(path, text);
    assert_true(line > 40 && line < 60);
    free(text);
    free(damaged);
}

static void missing_files_and_names(void **state) {
    (void)state;
    static const char *const files[] = {"windows.fa", "limits.tsv", "model.rationale.tsv", "panel.tsv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        ps_panel p;
        ps_error err = {0};
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        char *text = slurp(path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(ps_panel_load(folder, &p, &err), -1);
        spill(path, text);
        assert_non_null(strstr(err.text, path));
        assert_non_null(strstr(err.text, "missing"));
        free(text);
    }
    ps_panel p;
    ps_error err = {0};
    assert_int_equal(ps_panel_load("hg18", &p, &err), -1);
    assert_int_equal(err.kind, PS_ERR_USAGE);
    assert_non_null(strstr(err.text, "hg18"));
    err = (ps_error){0};
    assert_int_equal(ps_panel_load("./no/such/panel", &p, &err), -1);
    assert_non_null(strstr(err.text, "no/such/panel"));
}

/* One byte changes the checksum; a model of the user's own is loaded and changes it too. */
static void checksum_sees_everything(void **state) {
    (void)state;
    char path[128];
    ps_panel before, after;
    ps_error err = {0};
    assert_int_equal(ps_panel_load(folder, &before, &err), 0);
    snprintf(path, sizeof path, "%s/limits.tsv", folder);
    char *text = slurp(path), *edited = strdup(text);
    strstr(edited, "min_mapq\t20")[9] = '3';
    spill(path, edited);
    assert_int_equal(ps_panel_load(folder, &after, &err), 0);
    spill(path, text);
    assert_true(after.limits.min_mapq == 30);
    assert_string_not_equal(before.checksum, after.checksum);
    ps_panel_free(&after);
    free(text);
    free(edited);

    snprintf(path, sizeof path, "%s/model.rationale.tsv", folder);
    text = slurp(path);
    char *name = strstr(text, "name\trationale");
    memcpy(name, "name\tmy-centre", strlen("name\tmy-centre"));
    snprintf(path, sizeof path, "%s/model.my-centre.tsv", folder);
    spill(path, text);
    assert_int_equal(ps_panel_load(folder, &after, &err), 0);
    unlink(path);
    assert_int_equal(after.n_models, 5);
    assert_true(ps_panel_model(&after, "my-centre") >= 0);
    assert_string_not_equal(before.checksum, after.checksum);
    ps_panel_free(&after);
    ps_panel_free(&before);
    free(text);
}

/* ---- recognition ----------------------------------------------------------------------------------------------- */

static void recognition(void **state) {
    (void)state;
    static const struct {
        const char *name[3];
        int64_t length[3];
        int n;
        const char *build, *why, *why_too;
    } cases[] = {
        {{"chr12"}, {133275309}, 1, "GRCh38", "chr12", "1 of 1"},
        {{"12"}, {133851895}, 1, "GRCh37", "12", "GRCh37"},
        {{"NC_000012.12"}, {133275309}, 1, "GRCh38", "NC_000012.12", ""},
        {{"CM000663.1"}, {249250621}, 1, "GRCh37", "CM000663.1", ""},
        {{"chr1"}, {248387328}, 1, "T2T-CHM13v2", "chr1", ""},
        {{"CP068277.2"}, {248387328}, 1, "T2T-CHM13v2", "CP068277.2", ""},
        /* decoys, viruses and hg19's odd mitochondrion do not matter */
        {{"chrM", "chr1", "chrEBV"}, {16571, 249250621, 171823}, 3, "GRCh37", "chr1", ""},
        {{"chrM", "MT"}, {16569, 16569}, 2, NULL, "none", ""},
        {{"chr1", "chr2"}, {0, 242193529}, 2, "GRCh38", "chr2", ""}, /* unknown length */
        {{"chr1"}, {0}, 1, NULL, "none", ""},
        {{"chr1", "chr2"}, {1000, 242193529}, 2, "GRCh38", "chr2", ""},
        {{"12"}, {133275308}, 1, NULL, "none", "12 has 133275309 bases in GRCh38: the file is on another build"},
        {{"chr1"}, {247249719}, 1, NULL, "the first is 'chr1' (247249719 bases)", "another build"}, /* hg18 */
        {{"Chr12"},
         {133275309},
         1,
         NULL,
         "'Chr12'",
         "that is the length of chr12 of GRCh38: give the contigs their usual names"},
        {{"GRCh38_chr1", "mm10_chr1"},
         {248956422, 195471971},
         2,
         NULL,
         "'GRCh38_chr1'",
         "the length of chr1 of GRCh38"},
        {{"ENST00000456328.2"},
         {1657},
         1,
         NULL,
         "ENST00000456328.2",
         "alignments to the genome, not to a transcriptome"},
        /* a majority is not enough */
        {{"chr1", "chr2", "chr12"}, {248956422, 242193529, 133851895}, 3, NULL, "chr1", "chr12"},
        {{"chr1", "chrX"}, {249250621, 154259566}, 2, NULL, "chr1", "chrX"},
        /* a name of one build with a length of another is neither's */
        {{"NC_000012.12"}, {133851895}, 1, NULL, "none", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[256] = "";
        const char *build = ps_recognise_build(cases[i].name, cases[i].length, cases[i].n, why, sizeof why);
        if (!build != !cases[i].build || (build && strcmp(build, cases[i].build)) || !strstr(why, cases[i].why) ||
            !strstr(why, cases[i].why_too))
            fail_msg("case %zu: %s, %s", i, build ? build : "undecided", why);
    }
    char why[256] = "";
    assert_null(ps_recognise_build(NULL, NULL, 0, why, sizeof why));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_panels),
        cmocka_unit_test(names_limits_and_filters),
        cmocka_unit_test(export_and_load_again),
        cmocka_unit_test(refusals),
        cmocka_unit_test(isoforms_that_share_bases),
        cmocka_unit_test(both_ras_genes_have_hotspots),
        cmocka_unit_test(absurd_limits),
        cmocka_unit_test(missing_files_and_names),
        cmocka_unit_test(checksum_sees_everything),
        cmocka_unit_test(recognition),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
