/* Alignment files: what is read, and what is refused. All files are written here with htslib into a temporary folder;
 * the truth is the list of records that were written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/faidx.h>
#include <htslib/sam.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/io/bam/private.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/reads.h"

enum { N_RECORDS = 3000, READ_LENGTH = 50, N_CONTIGS = 3 };

static const char *const contig_names[N_CONTIGS] = {"chr1", "chr2", "decoy"};
static const int64_t contig_lengths[N_CONTIGS] = {30000, 20000, 5000};

typedef struct truth { /* a record as written */
    int tid;
    int64_t beg0, end0;
    uint64_t key; /* of name, place and bases */
} truth;

/* What htslib 1.16 loses when a file is damaged, and nothing here can free: the container of a CRAM it was decoding,
 * and now and then one result of its thread pool (a static function, known by the library's name only). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:cram_\nleak:libhts.so\n";
}

static char folder[64];
static truth written[N_RECORDS];
static char *genome[N_CONTIGS];

static uint64_t seed = 12345;
static uint32_t next_random(void) { /* Knuth's MMIX generator */
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33);
}

static char *in_folder(const char *name) {
    return ps_format("%s/%s", folder, name);
}

/* ---- a hand-made panel: chr2 first, so that ids differ from file numbers --------------------------------------- */

static char name_chr2[] = "chr2", name_2[] = "2", name_chr1[] = "chr1", name_1[] = "1", panel_name[] = "toy",
            panel_build[] = "Toy1", gene_name[] = "GENE";
static ps_contig panel_contigs[2] = {{{name_chr2, name_2, NULL, NULL}, 20000},
                                     {{name_chr1, name_1, NULL, NULL}, 30000}};
static ps_gene panel_gene = {.name = gene_name, .contig = 1};
/* One locus whose bases the panel does not know, so that only checksums can tell a wrong reference. */
static ps_span panel_window = {1, 14990, 15010};
static char unknown_bases[] = "NNNNNNNNNNNNNNNNNNNN";
static char *panel_window_bases[] = {unknown_bases};
static ps_locus panel_locus = {
    .gene = 0, .contig = 1, .windows = &panel_window, .window_base = panel_window_bases, .n_windows = 1};
static const ps_panel panel = {.loci = &panel_locus,
                               .n_loci = 1,
                               .name = panel_name,
                               .build = panel_build,
                               .contigs = panel_contigs,
                               .n_contigs = 2,
                               .genes = &panel_gene,
                               .n_genes = 1};

/* ---- writing --------------------------------------------------------------------------------------------------- */

static uint64_t hash(uint64_t h, const void *bytes, size_t n) { /* FNV-1a */
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static uint64_t record_key(const bam1_t *b) {
    char bases[READ_LENGTH];
    for (int i = 0; i < b->core.l_qseq && i < READ_LENGTH; i++)
        bases[i] = seq_nt16_str[bam_seqi(bam_get_seq(b), i)];
    uint64_t h = hash(14695981039346656037u, bam_get_qname(b), strlen(bam_get_qname(b)));
    h = hash(h, bases, READ_LENGTH);
    h = hash(h, bam_get_qual(b), READ_LENGTH);
    h = hash(h, bam_get_cigar(b), b->core.n_cigar * sizeof(uint32_t));
    int64_t place[2] = {b->core.tid, b->core.pos};
    return hash(h, place, sizeof place);
}

static void make_genome(void) {
    char *fasta = in_folder("ref.fa");
    FILE *f = fopen(fasta, "w");
    assert_non_null(f);
    for (int c = 0; c < N_CONTIGS; c++) {
        genome[c] = ps_alloc((size_t)contig_lengths[c] + 1, 1);
        for (int64_t i = 0; i < contig_lengths[c]; i++)
            genome[c][i] = "ACGT"[next_random() % 4];
        fprintf(f, ">%s\n%s\n", contig_names[c], genome[c]);
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(fai_build(fasta), 0);
    free(fasta);
}

static sam_hdr_t *make_header(const char *order) {
    sam_hdr_t *header = sam_hdr_init();
    char *text = ps_format("@HD\tVN:1.6\tSO:%s\n", order);
    sam_hdr_add_lines(header, text, 0);
    free(text);
    for (int c = 0; c < N_CONTIGS; c++) {
        char length[24];
        snprintf(length, sizeof length, "%lld", (long long)contig_lengths[c]);
        sam_hdr_add_line(header, "SQ", "SN", contig_names[c], "LN", length, NULL);
    }
    sam_hdr_add_line(header, "RG", "ID", "a", "PL", "ILLUMINA", "SM", "tumour one", NULL);
    sam_hdr_add_line(header, "RG", "ID", "b", "SM", "tumour one", NULL);
    sam_hdr_add_line(header, "RG", "ID", "c", "SM", "other", NULL);
    sam_hdr_add_line(header, "CO", "not a SM:read group", NULL);
    return header;
}

/* Record i of the sorted list: 50 bases, one in three with an intron, one in four with a base that differs. */
static void make_record(bam1_t *b, int i, int tid, int64_t pos) {
    char name[32], bases[READ_LENGTH + 1], quality[READ_LENGTH];
    snprintf(name, sizeof name, "r%05d", i);
    int intron = i % 3 == 0 ? 400 : 0;
    uint32_t cigar[3] = {bam_cigar_gen(20, BAM_CMATCH), bam_cigar_gen(400, BAM_CREF_SKIP),
                         bam_cigar_gen(30, BAM_CMATCH)};
    uint32_t whole = bam_cigar_gen(READ_LENGTH, BAM_CMATCH);
    for (int k = 0; k < READ_LENGTH; k++) {
        bases[k] = genome[tid][pos + k + (k >= 20 ? intron : 0)];
        quality[k] = (char)(2 + (i + k) % 39);
    }
    if (i % 4 == 0)
        bases[i % READ_LENGTH] = bases[i % READ_LENGTH] == 'A' ? 'C' : 'A';
    bases[READ_LENGTH] = '\0';
    assert_true(bam_set1(b, strlen(name), name, i % 2 ? 16 : 0, tid, pos, (uint8_t)(i % 61), intron ? 3 : 1,
                         intron ? cigar : &whole, -1, -1, 0, READ_LENGTH, bases, quality, 32) >= 0);
}

static int by_place(const void *a, const void *b) {
    const truth *x = a, *y = b;
    if (x->tid != y->tid)
        return x->tid - y->tid;
    return (x->beg0 > y->beg0) - (x->beg0 < y->beg0);
}

static void make_truth(void) {
    for (int i = 0; i < N_RECORDS; i++) {
        written[i].tid = (int)(next_random() % N_CONTIGS);
        written[i].beg0 = (int64_t)(next_random() % (uint64_t)(contig_lengths[written[i].tid] - 460));
    }
    qsort(written, N_RECORDS, sizeof *written, by_place);
    bam1_t *b = bam_init1();
    for (int i = 0; i < N_RECORDS; i++) {
        make_record(b, i, written[i].tid, written[i].beg0);
        written[i].end0 = bam_endpos(b);
        written[i].key = record_key(b);
    }
    bam_destroy1(b);
}

typedef struct writing {
    const char *mode;  /* of hts_open */
    const char *order; /* SO: */
    int multi_ref;     /* CRAM: records of several contigs share slices */
    int swap;          /* writes record 100 before record 50 */
    int spanning;      /* also one that lies on both sides of a long gap of chr1 */
    const char *reference;
} writing;

enum { GAP_BEG = 1000, GAP = 24900 };

static void write_spanning(samFile *out, sam_hdr_t *header, bam1_t *b) {
    char bases[READ_LENGTH + 1] = "", quality[READ_LENGTH];
    uint32_t cigar[3] = {bam_cigar_gen(20, BAM_CMATCH), bam_cigar_gen(GAP, BAM_CREF_SKIP),
                         bam_cigar_gen(30, BAM_CMATCH)};
    for (int k = 0; k < READ_LENGTH; k++) {
        bases[k] = genome[0][GAP_BEG + k + (k >= 20 ? GAP : 0)];
        quality[k] = 30;
    }
    assert_true(bam_set1(b, 8, "spanning", 0, 0, GAP_BEG, 60, 3, cigar, -1, -1, 0, READ_LENGTH, bases, quality, 32) >=
                0);
    assert_true(sam_write1(out, header, b) >= 0);
}

static void write_file(const char *path, const writing *how) {
    samFile *out = sam_open(path, how->mode);
    assert_non_null(out);
    if (strchr(how->mode, 'c')) {
        char *fasta = in_folder(how->reference ? how->reference : "ref.fa");
        assert_int_equal(hts_set_opt(out, CRAM_OPT_REFERENCE, fasta), 0);
        if (how->multi_ref)
            assert_int_equal(hts_set_opt(out, CRAM_OPT_MULTI_SEQ_PER_SLICE, 1), 0);
        else
            assert_int_equal(hts_set_opt(out, CRAM_OPT_SEQS_PER_SLICE, 250), 0);
        free(fasta);
    }
    sam_hdr_t *header = make_header(how->order ? how->order : "coordinate");
    assert_int_equal(sam_hdr_write(out, header), 0);
    bam1_t *b = bam_init1();
    for (int i = 0; i < N_RECORDS; i++) {
        int k = how->swap && i == 50 ? 100 : how->swap && i == 100 ? 50 : i;
        if (how->spanning && written[i].beg0 >= GAP_BEG && (i == 0 || written[i - 1].beg0 < GAP_BEG) &&
            written[i].tid == 0)
            write_spanning(out, header, b);
        make_record(b, k, written[k].tid, written[k].beg0);
        assert_true(sam_write1(out, header, b) >= 0);
    }
    bam_destroy1(b);
    sam_hdr_destroy(header);
    assert_int_equal(sam_close(out), 0);
}

static char *make_file(const char *name, const char *mode) {
    char *path = in_folder(name);
    write_file(path, &(writing){.mode = mode});
    return path;
}

static void write_bytes(const char *path, const void *bytes, size_t n) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static char *read_bytes(const char *path, size_t *n) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    *n = (size_t)st.st_size;
    char *bytes = ps_alloc(*n, 1);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static ps_reads *must_open_with(const char *path, const char *reference, int index, int threads) {
    ps_reads *reads;
    ps_error err = {0};
    if (ps_reads_open(path, reference, index, threads, &reads, &err) != 0)
        fail_msg("%s", err.text);
    return reads;
}

static void must_refuse(const char *path, const char *reference, int index, const char *said) {
    ps_reads *reads = NULL;
    ps_error err = {0};
    assert_int_equal(ps_reads_open(path, reference, index, 1, &reads, &err), -1);
    assert_null(reads);
    if (!strstr(err.text, said))
        fail_msg("'%s' does not say '%s'", err.text, said);
    assert_int_equal(err.kind, PS_ERR_RUN);
}

/* Reads on to the end: the number of records, or -1 with the error. */
static int64_t read_on(ps_reads *reads, ps_error *err) {
    const bam1_t *b;
    int contig, got;
    int64_t n = 0;
    while ((got = ps_reads_next(reads, &b, &contig, err)) == 1)
        n++;
    return got < 0 ? -1 : n;
}

static void check_stream(const char *path, int threads) {
    char *fasta = in_folder("ref.fa");
    ps_reads *reads = must_open_with(path, fasta, 0, threads);
    ps_error err = {0};
    const bam1_t *b;
    int contig;
    assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
    for (int i = 0; i < N_RECORDS; i++) {
        assert_int_equal(ps_reads_next(reads, &b, &contig, &err), 1);
        assert_true(record_key(b) == written[i].key);
        assert_int_equal(contig, written[i].tid == 0 ? 1 : written[i].tid == 1 ? 0 : -1);
    }
    assert_int_equal(ps_reads_next(reads, &b, &contig, &err), 0);
    assert_int_equal(ps_reads_next(reads, &b, &contig, &err), 0);
    assert_int_equal(ps_reads_records(reads), N_RECORDS);
    ps_reads_close(reads);
    free(fasta);
}

static void test_stream_formats(void **state) {
    (void)state;
    static const char *const kinds[][2] = {{"s.bam", "wb"}, {"s.cram", "wc"}, {"s.sam", "w"}, {"s.sam.gz", "wz"}};
    for (int k = 0; k < 4; k++)
        for (int threads = 1; threads <= 2; threads++) {
            char *path = make_file(kinds[k][0], kinds[k][1]);
            check_stream(path, threads);
            free(path);
        }
    /* blocks cut anywhere, as other writers do: the header's last block holds the first records */
    char *path = make_file("whole.bam", "wb"), *straddled = in_folder("straddled.bam"), *bytes = ps_alloc(1, 1 << 20);
    BGZF *in = bgzf_open(path, "r"), *out = bgzf_open(straddled, "w");
    ssize_t n = bgzf_read(in, bytes, 1 << 20);
    assert_true(n > 100000 && n < 1 << 20);
    assert_int_equal(bgzf_write(out, bytes, (size_t)n), n);
    assert_int_equal(bgzf_close(in), 0);
    assert_int_equal(bgzf_close(out), 0);
    check_stream(straddled, 1);
    check_stream(straddled, 2);
    free(path);
    free(straddled);
    free(bytes);
    char *multi = in_folder("multi.cram");
    write_file(multi, &(writing){.mode = "wc", .multi_ref = 1});
    check_stream(multi, 1);
    free(multi);
}

static void test_about(void **state) {
    (void)state;
    char *path = make_file("about.bam", "wb");
    ps_reads *reads = must_open_with(path, NULL, 1, 1);
    const ps_reads_info *info = ps_reads_about(reads);
    assert_string_equal(info->format, "BAM");
    assert_string_equal(info->sample_name, "tumour one, other");
    assert_int_equal(info->coordinate_sorted, 1);
    assert_int_equal(info->style, PS_STYLE_UCSC);
    assert_int_equal(info->index, PS_INDEX_NONE);
    assert_int_equal(info->n_contigs, 3);
    assert_string_equal(info->contig_names[1], "chr2");
    assert_int_equal(info->contig_lengths[1], 20000);
    assert_null(info->build);
    assert_int_equal(ps_reads_contig_by_name(reads, "chr1"), -1); /* not bound yet */
    ps_error err = {0};
    assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
    assert_int_equal(ps_reads_contig_by_name(reads, "chr1"), 1);
    assert_int_equal(ps_reads_contig_by_name(reads, "chr2"), 0);
    assert_int_equal(ps_reads_contig_by_name(reads, "decoy"), -1);
    assert_int_equal(ps_reads_contig_by_name(reads, "nowhere"), -1);
    assert_int_equal(ps_reads_contig(reads, 0), 1);
    assert_int_equal(ps_reads_contig(reads, -1), -1);
    assert_int_equal(ps_reads_contig(reads, 99), -1);
    ps_span span = {0, 0, 100};
    assert_int_equal(ps_reads_query(reads, &span, NULL, 1, &err), -1);
    assert_non_null(strstr(err.text, "no usable index"));
    ps_reads_close(reads);
    free(path);
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

static int overlaps(const truth *t, const ps_span *spans, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int tid = spans[i].contig == 0 ? 1 : spans[i].contig == 1 ? 0 : -2;
        if (t->tid == tid && t->beg0 < spans[i].end0 && t->end0 > spans[i].beg0)
            return 1;
    }
    return 0;
}

static void check_queries(const char *path, int threads) {
    char *fasta = in_folder("ref.fa");
    ps_reads *reads = must_open_with(path, fasta, 1, threads);
    ps_error err = {0};
    assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
    assert_int_equal(ps_reads_about(reads)->index, PS_INDEX_USED);
    uint64_t total = 0;
    for (int round = 0; round < 60; round++) {
        ps_span spans[8];
        size_t n = next_random() % 9; /* 0: no spans, no records */
        for (size_t i = 0; i < n; i++) {
            int contig = (int)(next_random() % 2);
            int32_t beg0 = (int32_t)(next_random() % (contig ? 29000 : 19000));
            spans[i] = (ps_span){contig, beg0, beg0 + 1 + (int32_t)(next_random() % 900)};
        }
        const bam1_t *b;
        int contig, got;
        assert_int_equal(ps_reads_query(reads, spans, NULL, n, &err), 0);
        for (int i = 0; i < N_RECORDS; i++) {
            if (!overlaps(&written[i], spans, n))
                continue;
            assert_int_equal(ps_reads_next(reads, &b, &contig, &err), 1);
            assert_true(record_key(b) == written[i].key);
            total++;
        }
        got = ps_reads_next(reads, &b, &contig, &err);
        assert_int_equal(got, 0);
        assert_true(ps_reads_records(reads) == total);
    }
    assert_true(total > 1000);
    /* contigs of the panel that the file does not have, and empty spans, are skipped */
    ps_span odd[3] = {{7, 0, 100}, {0, 50, 50}, {-1, 0, 10}};
    assert_int_equal(ps_reads_query(reads, odd, NULL, 3, &err), 0);
    assert_int_equal(read_on(reads, &err), 0);
    ps_reads_close(reads);
    free(fasta);
}

static void test_queries(void **state) {
    (void)state;
    char *bai = make_file("q.bam", "wb"), *csi = make_file("c.bam", "wb"), *cram = make_file("q.cram", "wc"),
         *gz = make_file("q.sam.gz", "wz"), *multi = in_folder("qm.cram");
    write_file(multi, &(writing){.mode = "wc", .multi_ref = 1});
    assert_int_equal(sam_index_build(bai, 0), 0);
    assert_int_equal(sam_index_build(csi, 12), 0);
    assert_int_equal(sam_index_build(cram, 0), 0);
    assert_int_equal(sam_index_build(multi, 0), 0);
    assert_int_equal(sam_index_build(gz, 0), 0);
    check_queries(bai, 1);
    check_queries(bai, 2);
    check_queries(csi, 1);
    check_queries(cram, 1);
    check_queries(multi, 1);
    check_queries(gz, 1);
    free(bai);
    free(csi);
    free(cram);
    free(multi);
    free(gz);
}

/* A CRAM's spans that lie far apart are read one after the other; a record over two of them comes once. */
static void test_record_over_two_spans(void **state) {
    (void)state;
    static const char *const modes[] = {"wc", "wb"};
    char *fasta = in_folder("ref.fa");
    const ps_span spans[2] = {{1, GAP_BEG, GAP_BEG + 20}, {1, GAP_BEG + GAP + 20, GAP_BEG + GAP + 50}};
    int64_t due = 1;
    for (int i = 0; i < N_RECORDS; i++)
        due += overlaps(&written[i], spans, 2);
    for (int m = 0; m < 2; m++) {
        char *path = in_folder(m ? "spanning.bam" : "spanning.cram");
        write_file(path, &(writing){.mode = modes[m], .spanning = 1});
        assert_int_equal(sam_index_build(path, 0), 0);
        ps_reads *reads = must_open_with(path, fasta, 1, 1);
        ps_error err = {0};
        assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
        assert_int_equal(ps_reads_query(reads, spans, NULL, 2, &err), 0);
        const bam1_t *b;
        int contig;
        int64_t n = 0, n_spanning = 0;
        while (ps_reads_next(reads, &b, &contig, &err) == 1) {
            n++;
            n_spanning += strcmp(bam_get_qname(b), "spanning") == 0;
        }
        assert_int_equal(n_spanning, 1);
        assert_int_equal(n, due);
        ps_reads_close(reads);
        free(path);
    }
    free(fasta);
}

/* ---- by place -------------------------------------------------------------------------------------------------- */

enum {
    N_PAIRED = 1200,
    UNNUMBERED = 700
}; /* from that record on, reads of chr1 every ten bases lack their numbers */

/* 50 bases each, in slices of 250; the first with an insertion and a read group. */
static char *write_paired(const char *name, const char *mode) {
    char *path = in_folder(name), *fasta = in_folder("ref.fa");
    samFile *out = sam_open(path, mode);
    assert_non_null(out);
    if (strchr(mode, 'c')) {
        assert_int_equal(hts_set_opt(out, CRAM_OPT_REFERENCE, fasta), 0);
        assert_int_equal(hts_set_opt(out, CRAM_OPT_SEQS_PER_SLICE, 250), 0);
    }
    sam_hdr_t *header = make_header("coordinate");
    assert_int_equal(sam_hdr_write(out, header), 0);
    bam1_t *b = bam_init1();
    char bases[51] = "", quality[50], read[24];
    memset(quality, 30, sizeof quality);
    const uint32_t with_insertion[3] = {20 << 4 | BAM_CMATCH, 5 << 4 | BAM_CINS, 25 << 4 | BAM_CMATCH};
    const uint32_t plain[1] = {50 << 4 | BAM_CMATCH};
    for (int i = 0; i < N_PAIRED; i++) {
        int pos = 100 + 10 * i, flag = i < UNNUMBERED ? (i % 2 ? 99 : 147) : i % 3 ? 1 : 16;
        int n = snprintf(read, sizeof read, "p%d/%d", i, 1 + i % 2);
        memcpy(bases, genome[0] + pos, 50);
        assert_true(bam_set1(b, (size_t)n, read, (uint16_t)flag, 0, pos, (uint8_t)(i % 60), i ? 1 : 3,
                             i ? plain : with_insertion, 0, pos, 0, 50, bases, quality, 32) >= 0);
        if (i % 5 == 0)
            assert_int_equal(bam_aux_append(b, "RG", 'Z', 2, (const uint8_t *)"a"), 0);
        assert_true(sam_write1(out, header, b) >= 0);
    }
    bam_destroy1(b);
    sam_hdr_destroy(header);
    assert_int_equal(sam_close(out), 0);
    assert_int_equal(sam_index_build(path, 0), 0);
    free(fasta);
    return path;
}

static void same_by_place(const bam1_t *b, int i) {
    const uint8_t *group = bam_aux_get(b, "RG");
    assert_int_equal(b->core.pos, 100 + 10 * i);
    assert_int_equal(b->core.qual, i % 60);
    assert_int_equal(b->core.flag & (3 | 16 | 64 | 128), (i < UNNUMBERED ? (i % 2 ? 99 : 147)
                                                          : i % 3        ? 1
                                                                         : 16) &
                                                             (3 | 16 | 64 | 128));
    assert_int_equal(b->core.n_cigar, i ? 1 : 3);
    assert_int_equal(group != NULL, i % 5 == 0);
    if (i >= UNNUMBERED && b->core.flag & BAM_FPAIRED) {
        char *name = ps_format("p%d/%d", i, 1 + i % 2);
        assert_string_equal(bam_get_qname(b), name);
        free(name);
    }
}

/* Guards against: reads.c read_with_names(): a record is lost or comes twice where reading by place turns to names */
static void test_queries_by_place(void **state) {
    (void)state;
    static const struct { const char *name, *mode; } files[] = {{"paired.cram", "wc"}, {"paired.bam", "wb"}};
    const ps_span spans[] = {{1, 90, 210}, {1, 4000, 4001}, {1, 6500, 7505}, {1, 11000, 11400}};
    const char by_place[4] = {0}, mixed[4] = {0, 1, 0, 0};
    char *fasta = in_folder("ref.fa");
    for (int k = 0; k < 4; k++) {
        int is_cram = k < 2;
        char *path = write_paired(files[k / 2].name, files[k / 2].mode);
        ps_reads *reads = must_open_with(path, fasta, 1, 1);
        ps_error err = {0};
        assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
        assert_int_equal(ps_reads_query(reads, spans, k % 2 ? mixed : by_place, 4, &err), 0);
        const bam1_t *b;
        int contig;
        for (int i = 0; i < N_PAIRED; i++) {
            int pos = 100 + 10 * i, end = pos + (i ? 50 : 45), due = 0;
            for (int s = 0; s < 4; s++)
                due |= pos < spans[s].end0 && end > spans[s].beg0;
            if (!due)
                continue;
            assert_int_equal(ps_reads_next(reads, &b, &contig, &err), 1);
            same_by_place(b, i);
            /* bases are decoded where they are wanted, and names where they are needed */
            int whole = !is_cram || (k % 2 && i > 380 && i < 410) || i > 1000;
            assert_true(b->core.l_qseq == (whole || i >= UNNUMBERED ? 50 : 0));
        }
        assert_int_equal(ps_reads_next(reads, &b, &contig, &err), 0);
        ps_reads_close(reads);
        free(path);
    }
    free(fasta);
}

/* Guards against: reads.c is_wanted(): where the index does not tell slices, a spliced read over two groups of spans
 * comes twice */
static void test_a_record_over_two_groups(void **state) {
    (void)state;
    char *path = in_folder("spliced.cram"), *fasta = in_folder("ref.fa"), bases[101] = "", quality[100];
    const uint32_t spliced[3] = {50 << 4 | BAM_CMATCH, 24000 << 4 | BAM_CREF_SKIP, 50 << 4 | BAM_CMATCH};
    const ps_span spans[] = {{1, 1000, 1100}, {1, 25000, 25100}};
    samFile *out = sam_open(path, "wc");
    assert_int_equal(hts_set_opt(out, CRAM_OPT_REFERENCE, fasta), 0);
    sam_hdr_t *header = make_header("coordinate");
    assert_int_equal(sam_hdr_write(out, header), 0);
    bam1_t *b = bam_init1();
    memset(quality, 30, sizeof quality);
    memcpy(bases, genome[0] + 1000, 50);
    memcpy(bases + 50, genome[0] + 25050, 50);
    assert_true(bam_set1(b, 1, "s", 0, 0, 1000, 60, 3, spliced, -1, -1, 0, 100, bases, quality, 0) >= 0);
    assert_true(sam_write1(out, header, b) >= 0);
    bam_destroy1(b);
    sam_hdr_destroy(header);
    assert_int_equal(sam_close(out), 0);
    assert_int_equal(sam_index_build(path, 0), 0);
    for (int known = 0; known < 2; known++) {
        ps_reads *reads = must_open_with(path, fasta, 1, 1);
        ps_error err = {0};
        const bam1_t *record;
        int contig;
        assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
        if (!known)
            ps_slices_free(&reads->slices);
        assert_int_equal(ps_reads_query(reads, spans, (const char[2]){1, 1}, 2, &err), 0);
        assert_int_equal(ps_reads_next(reads, &record, &contig, &err), 1);
        assert_int_equal(record->core.pos, 1000);
        assert_int_equal(ps_reads_next(reads, &record, &contig, &err), 0);
        ps_reads_close(reads);
    }
    free(path);
    free(fasta);
}

/* ---- slices ---------------------------------------------------------------------------------------------------- */

static void test_slices(void **state) {
    (void)state;
    ps_slices s = {0};
    /* on contig 3: 100-200, one spliced 190-900, 300-400, 950-990; on contig 4: 0-5000 */
    static const int64_t places[][3] = {{4, 0, 5000}, {3, 950, 990}, {3, 190, 900}, {3, 100, 200}, {3, 300, 400}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        ps_slices_add(&s, (int)places[i][0], places[i][1], places[i][2]);
    ps_slices_sort(&s);
    assert_int_equal(ps_slices_between(&s, 3, 0, 1000), 4);
    assert_int_equal(ps_slices_between(&s, 3, 100, 300), 2);
    assert_int_equal(ps_slices_between(&s, 3, 101, 190), 0);
    assert_int_equal(ps_slices_between(&s, 5, 0, 1000), 0);
    assert_true(ps_slices_are_shared(&s, 3, 150, 180));  /* both in the first */
    assert_false(ps_slices_are_shared(&s, 3, 150, 250)); /* the first ends at 200 */
    assert_true(ps_slices_are_shared(&s, 3, 191, 899));  /* the spliced one reaches that far */
    assert_true(ps_slices_are_shared(&s, 3, 350, 899));  /* and hides behind the shorter one after it */
    assert_false(ps_slices_are_shared(&s, 3, 350, 900));
    assert_false(ps_slices_are_shared(&s, 3, 100, 101)); /* what ends at 100 lies in none */
    assert_false(ps_slices_are_shared(&s, 2, 100, 101));
    ps_slices_free(&s);
}

/* ---- not alignment files --------------------------------------------------------------------------------------- */

static void test_refused_by_content(void **state) {
    (void)state;
    static const struct {
        const char *name, *text, *said;
    } files[] = {
        {"text.bam", "hello, this is not a BAM file\nat all\n", "is not an alignment file"},
        {"empty.bam", "", "is empty"},
        {"vcf.bam", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", "VCF"},
        {"fastq.bam", "@r1\nACGT\n+\nIIII\n", "FASTQ"},
        {"fasta.bam", ">r1\nACGT\n", "FASTA"},
        {"headerless.sam", "r1\t0\tchr1\t10\t60\t4M\t*\t0\t0\tACGT\tIIII\n", "no @SQ lines"},
        {"unaligned.sam", "@HD\tVN:1.6\tSO:unsorted\nr1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n", "no @SQ lines"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = in_folder(files[i].name);
        write_bytes(path, files[i].text, strlen(files[i].text));
        must_refuse(path, NULL, 1, files[i].said);
        must_refuse(path, NULL, 1, path);
        free(path);
    }
    char *gz = in_folder("text.bam.gz");
    BGZF *f = bgzf_open(gz, "w");
    assert_true(bgzf_write(f, "plain words\n", 12) == 12);
    assert_int_equal(bgzf_close(f), 0);
    must_refuse(gz, NULL, 0, "is not an alignment file");
    free(gz);
    char *missing = in_folder("missing.bam");
    must_refuse(missing, NULL, 1, strerror(ENOENT));
    free(missing);
    must_refuse(folder, NULL, 1, "is a folder");
}

static void test_no_permission(void **state) {
    (void)state;
    if (geteuid() == 0) /* root may read anything */
        skip();
    char *path = make_file("secret.bam", "wb");
    assert_int_equal(chmod(path, 0), 0);
    must_refuse(path, NULL, 0, strerror(EACCES));
    free(path);
}

/* ---- damaged files --------------------------------------------------------------------------------------------- */

static void test_truncated(void **state) {
    (void)state;
    static const char *const kinds[][2] = {{"t.bam", "wb"}, {"t.cram", "wc"}, {"t.sam.gz", "wz"}};
    for (int k = 0; k < 3; k++) {
        char *path = make_file(kinds[k][0], kinds[k][1]);
        size_t n;
        char *bytes = read_bytes(path, &n);
        write_bytes(path, bytes, n - 28); /* 28: a BGZF end block; a CRAM's end container is 38 */
        must_refuse(path, NULL, 0, "file is truncated: no end-of-file marker");
        write_bytes(path, bytes, n / 2);
        must_refuse(path, NULL, 0, "file is truncated: no end-of-file marker");
        free(bytes);
        free(path);
    }
}

/* Runs `path` through a pipe into standard input. */
static void read_from_pipe(const char *bytes, size_t n, int threads, int64_t *records, ps_error *err) {
    int ends[2], kept = dup(0);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        size_t done = 0;
        while (done < n) {
            ssize_t wrote = write(ends[1], bytes + done, n - done);
            if (wrote <= 0)
                break;
            done += (size_t)wrote;
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], 0);
    close(ends[0]);
    char *fasta = in_folder("ref.fa");
    ps_reads *reads;
    *records = -1;
    if (ps_reads_open("-", fasta, 1, threads, &reads, err) == 0) {
        assert_int_equal(ps_reads_about(reads)->index, PS_INDEX_NONE);
        *records = read_on(reads, err);
        ps_reads_close(reads);
    }
    free(fasta);
    dup2(kept, 0);
    close(kept);
    waitpid(child, NULL, 0);
}

static void test_stdin(void **state) {
    (void)state;
    static const char *const kinds[][2] = {{"i.bam", "wb"}, {"i.cram", "wc"}, {"i.sam.gz", "wz"}, {"i.sam", "w"}};
    for (int k = 0; k < 4; k++)
        for (int threads = 1; threads <= 2; threads++) {
            char *path = make_file(kinds[k][0], kinds[k][1]);
            size_t n;
            int64_t records;
            char *bytes = read_bytes(path, &n);
            ps_error err = {0};
            read_from_pipe(bytes, n, threads, &records, &err);
            if (records < 0)
                fail_msg("%s", err.text);
            assert_int_equal(records, N_RECORDS);
            int end_marker = k == 1 ? 38 : 28;
            read_from_pipe(bytes, k < 3 ? n - (size_t)end_marker : n / 2 + 3, threads, &records, &err);
            assert_int_equal(records, -1);
            if (!strstr(err.text, "standard input") || !strstr(err.text, "truncated"))
                fail_msg("%s: %s", kinds[k][0], err.text);
            memset(&err, 0, sizeof err);
            read_from_pipe(bytes, n / 2, threads, &records, &err);
            assert_int_equal(records, -1);
            free(bytes);
            free(path);
        }
}

/* 1: the error names the file and the good records before the damage. */
static int says_damage(const char *path, int threads) {
    char *fasta = in_folder("ref.fa");
    ps_reads *reads = NULL;
    ps_error err = {0};
    if (ps_reads_open(path, fasta, 0, threads, &reads, &err) != 0 || read_on(reads, &err) != -1)
        return 0;
    uint64_t n = ps_reads_records(reads);
    char *said = ps_format("after %llu good ones", (unsigned long long)n);
    /* with threads the damage may be found before earlier records are handed out */
    int fine = strstr(err.text, said) && strstr(err.text, path) && (n > 0 || threads > 1) && n < N_RECORDS;
    free(said);
    free(fasta);
    ps_reads_close(reads);
    return fine;
}

/* The thread sanitizer cannot follow threads that a forked child starts. */
#ifdef __SANITIZE_THREAD__
enum { MOST_THREADS = 1 };
#else
enum { MOST_THREADS = 2 };
#endif

static void test_bad_block(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++)
        for (int threads = 1; threads <= MOST_THREADS; threads++) {
            char *path = make_file(k ? "crc.cram" : "crc.bam", k ? "wc" : "wb");
            size_t n;
            char *bytes = read_bytes(path, &n);
            bytes[n / 2] ^= 0x10;
            write_bytes(path, bytes, n);
            /* in a child: htslib's thread pool loses a result then, which the leak checker would see */
            pid_t child = fork();
            if (child == 0) {
                int bad = !says_damage(path, threads);
                free(bytes);
                free(path);
                _exit(bad);
            }
            int status = -1;
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_int_equal(status, 0);
            free(bytes);
            free(path);
        }
}

static void test_bad_sam_line(void **state) {
    (void)state;
    static const char head[] = "@HD\tVN:1.6\tSO:unsorted\n@SQ\tSN:chr1\tLN:30000\n"
                               "r1\t0\tchr1\t10\t60\t4M\t*\t0\t0\tACGT\tIIII\n";
    static const char *const bad[] = {"r2\t0\tchr1\t10\t60\t5M\t*\t0\t0\tACGT\tIIII\n", "r2\t0\tchr1\t10\n",
                                      "r2\t0\tchr1\tx\t60\t4M\t*\t0\t0\tACGT\tIIII\n"};
    for (size_t i = 0; i < 3; i++) {
        char *path = in_folder("line.sam"), *text = ps_format("%s%s", head, bad[i]);
        write_bytes(path, text, strlen(text));
        ps_reads *reads = must_open_with(path, NULL, 0, 1);
        ps_error err = {0};
        assert_int_equal(read_on(reads, &err), -1);
        assert_non_null(strstr(err.text, "after 1 good ones"));
        ps_reads_close(reads);
        free(path);
        free(text);
    }
}

/* A SAM whose last line has no end: htslib (1.16) looks for that end among what an earlier block left in its buffer.
 */
static void test_last_line_without_end(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        char *path = make_file("whole.sam", "w"), *cut = in_folder("last.sam");
        size_t n;
        char *bytes = read_bytes(path, &n);
        BGZF *out = bgzf_open(cut, k ? "w" : "wu");
        assert_non_null(out);
        assert_int_equal(bgzf_write(out, bytes, n - 1), n - 1);
        assert_int_equal(bgzf_close(out), 0);
        for (int threads = 1; threads <= 4; threads++)
            for (int again = 0; again < 5; again++)
                check_stream(cut, threads);
        free(bytes);
        free(cut);
        free(path);
    }
}

static void test_no_records(void **state) {
    (void)state;
    static const char *const modes[] = {"w", "wb", "wc"};
    for (int m = 0; m < 3; m++) {
        char *path = in_folder("none"), *fasta = in_folder("ref.fa");
        samFile *out = sam_open(path, modes[m]);
        hts_set_opt(out, CRAM_OPT_REFERENCE, fasta);
        sam_hdr_t *header = make_header("coordinate");
        assert_int_equal(sam_hdr_write(out, header), 0);
        assert_int_equal(sam_close(out), 0);
        sam_hdr_destroy(header);
        ps_reads *reads = must_open_with(path, fasta, 1, 1);
        ps_error err = {0};
        assert_int_equal(read_on(reads, &err), 0);
        ps_reads_close(reads);
        free(path);
        free(fasta);
    }
}

static void test_out_of_order(void **state) {
    (void)state;
    char *path = in_folder("order.bam");
    write_file(path, &(writing){.mode = "wb", .swap = 1});
    ps_reads *reads = must_open_with(path, NULL, 0, 1);
    ps_error err = {0};
    assert_int_equal(read_on(reads, &err), -1);
    assert_non_null(strstr(err.text, "record 52 (r00051) is out of order"));
    ps_reads_close(reads);
    write_file(path, &(writing){.mode = "wb", .swap = 1, .order = "unsorted"});
    reads = must_open_with(path, NULL, 0, 1);
    memset(&err, 0, sizeof err);
    assert_int_equal(read_on(reads, &err), N_RECORDS);
    assert_int_equal(ps_reads_about(reads)->coordinate_sorted, 0);
    ps_reads_close(reads);
    free(path);
}

/* ---- index ----------------------------------------------------------------------------------------------------- */

static void set_time(const char *path, time_t when) {
    struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static ps_index_state index_state(const char *path) {
    ps_reads *reads = must_open_with(path, NULL, 1, 1);
    ps_index_state state = ps_reads_about(reads)->index;
    ps_reads_close(reads);
    return state;
}

static void test_index_age(void **state) {
    (void)state;
    char *path = make_file("age.bam", "wb"), *bai = in_folder("age.bam.bai"), *short_bai = in_folder("age.bai"),
         *far = in_folder("far.idx");
    assert_int_equal(index_state(path), PS_INDEX_NONE);
    assert_int_equal(sam_index_build(path, 0), 0);
    assert_int_equal(index_state(path), PS_INDEX_USED);
    set_time(path, 1000000);
    set_time(bai, 1000000); /* the same second: a writer of both */
    assert_int_equal(index_state(path), PS_INDEX_USED);
    set_time(bai, 999999);
    assert_int_equal(index_state(path), PS_INDEX_STALE);
    ps_reads *reads = must_open_with(path, NULL, 0, 1);
    assert_int_equal(ps_reads_about(reads)->index, PS_INDEX_NONE); /* not asked for */
    ps_reads_close(reads);
    assert_int_equal(rename(bai, short_bai), 0);
    set_time(short_bai, 1000001);
    assert_int_equal(index_state(path), PS_INDEX_USED);
    assert_int_equal(rename(short_bai, far), 0);
    assert_int_equal(index_state(path), PS_INDEX_NONE);
    char *named = ps_format("%s##idx##%s", path, far);
    assert_int_equal(index_state(named), PS_INDEX_USED);
    set_time(far, 1);
    assert_int_equal(index_state(named), PS_INDEX_STALE);
    unlink(far);
    must_refuse(named, NULL, 1, "far.idx: index cannot be opened");
    free(named);
    free(path);
    free(bai);
    free(short_bai);
    free(far);
}

static void test_wrong_index(void **state) {
    (void)state;
    char *path = make_file("w.bam", "wb"), *bai = in_folder("w.bam.bai"), *other = in_folder("big.bam"),
         *other_bai = in_folder("big.bam.bai"), *cram = make_file("w.cram", "wc"), *crai = in_folder("w.cram.crai"),
         *fasta = in_folder("ref.fa");
    write_bytes(bai, "garbage that is no index", 24);
    must_refuse(path, NULL, 1, "cannot be read as an index");
    /* an index of a file with 5 contigs */
    samFile *out = sam_open(other, "wb");
    sam_hdr_t *header = make_header("coordinate");
    sam_hdr_add_line(header, "SQ", "SN", "x", "LN", "100", NULL);
    sam_hdr_add_line(header, "SQ", "SN", "y", "LN", "100", NULL);
    bam1_t *b = bam_init1();
    assert_int_equal(sam_hdr_write(out, header), 0);
    make_record(b, 1, 0, 100);
    b->core.tid = 4;
    assert_true(sam_write1(out, header, b) >= 0);
    bam_destroy1(b);
    sam_hdr_destroy(header);
    assert_int_equal(sam_close(out), 0);
    assert_int_equal(sam_index_build(other, 0), 0);
    assert_int_equal(rename(other_bai, bai), 0);
    must_refuse(path, NULL, 1, "is the index of another file");
    must_refuse(path, NULL, 1, "w.bam.bai");
    /* an index that points past the end of this file: made for one of the same header, but longer */
    assert_int_equal(sam_index_build(path, 0), 0);
    size_t n;
    char *short_file = in_folder("short.bam"), *short_bai = in_folder("short.bam.bai");
    out = sam_open(short_file, "wb");
    header = make_header("coordinate");
    assert_int_equal(sam_hdr_write(out, header), 0);
    assert_int_equal(sam_close(out), 0);
    sam_hdr_destroy(header);
    char *bytes = read_bytes(bai, &n);
    write_bytes(short_bai, bytes, n);
    ps_reads *reads = must_open_with(short_file, NULL, 1, 1);
    ps_error err = {0};
    ps_span span = {1, 20000, 30000};
    assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
    int failed = ps_reads_query(reads, &span, NULL, 1, &err) != 0 || read_on(reads, &err) < 0;
    assert_int_equal(failed, 1);
    ps_reads_close(reads);
    /* CRAM */
    write_bytes(crai, "7\t1\t2\t3\t4\t5\n", 12);
    must_refuse(cram, fasta, 1, "is the index of another file");
    write_bytes(crai, "0\t1\t2\t99999999\t4\t5\n", 19);
    must_refuse(cram, fasta, 1, "is the index of another file");
    write_bytes(crai, "words\n", 6);
    must_refuse(cram, fasta, 1, "is not a CRAM index");
    free(bytes);
    free(short_file);
    free(short_bai);
    free(path);
    free(bai);
    free(other);
    free(other_bai);
    free(cram);
    free(crai);
    free(fasta);
}

/* ---- CRAM reference -------------------------------------------------------------------------------------------- */

/* The genome with one base changed on chr1, where every tenth read lies over it. */
static void write_other_reference(const char *path, int at) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int c = 0; c < N_CONTIGS; c++) {
        char kept = genome[0][at];
        if (c == 0)
            genome[0][at] = kept == 'A' ? 'C' : 'A';
        fprintf(f, ">%s\n%s\n", contig_names[c], genome[c]);
        genome[0][at] = kept;
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(fai_build(path), 0);
}

static void test_cram_reference(void **state) {
    (void)state;
    char *own = in_folder("own.fa"), *own_fai = in_folder("own.fa.fai"), *fasta = in_folder("ref.fa"),
         *other = in_folder("other.fa"), *path = in_folder("ref.cram"), *missing = in_folder("nothing.fa"),
         *bare = in_folder("bare.fa");
    size_t n;
    char *bytes = read_bytes(fasta, &n);
    write_bytes(own, bytes, n);
    write_bytes(bare, bytes, n);
    assert_int_equal(fai_build(own), 0);
    write_file(path, &(writing){.mode = "wc", .reference = "own.fa"});
    unlink(own); /* the header's UR names it */
    unlink(own_fai);
    ps_error err = {0};
    ps_reads *reads = must_open_with(path, NULL, 0, 1);
    assert_int_equal(read_on(reads, &err), -1);
    assert_non_null(strstr(err.text, "give it with -T/--reference"));
    assert_non_null(strstr(err.text, path));
    ps_reads_close(reads);
    must_refuse(path, missing, 0, "nothing.fa: reference cannot be opened");
    must_refuse(path, bare, 0, "bare.fa.fai: reference index cannot be opened");
    write_other_reference(other, 15000);
    memset(&err, 0, sizeof err);
    reads = must_open_with(path, other, 0, 1);
    assert_int_equal(read_on(reads, &err), -1);
    assert_non_null(strstr(err.text, "other.fa is not the reference"));
    ps_reads_close(reads);
    free(bytes);
    free(own);
    free(own_fai);
    free(fasta);
    free(other);
    free(path);
    free(missing);
    free(bare);
}

static void refuse_when_read(const char *path, const char *fasta, const char *said) {
    ps_error err = {0};
    ps_reads *reads = must_open_with(path, fasta, 0, 1);
    assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
    assert_int_equal(read_on(reads, &err), -1);
    if (!strstr(err.text, said))
        fail_msg("expected '%s' in '%s'", said, err.text);
    ps_reads_close(reads);
}

/* A reference of which a part is there: what is missing is named. */
static void test_cram_reference_half(void **state) {
    (void)state;
    char *fasta = in_folder("ref.fa"), *fai = in_folder("ref.fa.fai"), *half = in_folder("half.fa"),
         *cut = in_folder("cut.fa"), *cut_fai = in_folder("cut.fa.fai"), *path = make_file("halves.cram", "wc");
    size_t n, n_fai;
    char *bytes = read_bytes(fasta, &n), *index = read_bytes(fai, &n_fai);
    const char *second = strchr(bytes + 1, '>');
    write_bytes(half, bytes, (size_t)(second - bytes));
    assert_int_equal(fai_build(half), 0);
    refuse_when_read(path, half, "half.fa lacks 1 of the CRAM's contigs (chr2 first)");
    write_bytes(cut, bytes, (size_t)(second - bytes) + 5000);
    write_bytes(cut_fai, index, n_fai);
    refuse_when_read(path, cut, "cut.fa ends before its index says, within or before chr2");
    free(bytes);
    free(index);
    free(fasta);
    free(fai);
    free(half);
    free(cut);
    free(cut_fai);
    free(path);
}

/* Guards against: reads.c read_header(): htslib gives the header's contigs the lengths of the FASTA (GRCh38 read with
 * GRCh37 as its reference passed for GRCh37); and a file that only the header names is read and indexed. */
static void test_cram_own_header(void **state) {
    (void)state;
    char *path = in_folder("head.cram"), *longer = in_folder("longer.fa"), *fasta = in_folder("ref.fa"),
         *named = in_folder("named.fa"), *named_fai = in_folder("named.fa.fai");
    size_t n;
    char *bytes = read_bytes(fasta, &n);
    write_bytes(named, bytes, n);
    assert_int_equal(fai_build(named), 0);
    write_file(path, &(writing){.mode = "wc", .reference = "named.fa"});
    unlink(named_fai);
    ps_error err = {0};
    ps_reads *reads = must_open_with(path, NULL, 0, 1);
    assert_int_equal(read_on(reads, &err), -1);
    assert_non_null(strstr(err.text, "give it with -T/--reference"));
    ps_reads_close(reads);
    assert_int_not_equal(access(named_fai, F_OK), 0);
    FILE *f = fopen(longer, "w");
    for (int c = 0; c < N_CONTIGS; c++)
        fprintf(f, ">%s\n%sACGT\n", contig_names[c], genome[c]);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(fai_build(longer), 0);
    reads = must_open_with(path, longer, 0, 1);
    for (int c = 0; c < N_CONTIGS; c++)
        assert_int_equal(ps_reads_about(reads)->contig_lengths[c], contig_lengths[c]);
    ps_reads_close(reads);
    free(bytes);
    free(path);
    free(longer);
    free(fasta);
    free(named);
    free(named_fai);
}

/* Slices with records of several contigs carry no checksum: the header's M5 has to be compared. */
static void check_multi(const char *path, const char *other, int index) {
    ps_error err = {0};
    ps_reads *reads = must_open_with(path, other, index, 1);
    ps_span span = {1, 14000, 16000};
    assert_int_equal(ps_reads_bind(reads, &panel, &err), 0);
    if (index)
        assert_int_equal(ps_reads_query(reads, &span, NULL, 1, &err), 0);
    assert_int_equal(read_on(reads, &err), -1);
    if (!strstr(err.text, "other2.fa is not the reference"))
        fail_msg("%s", err.text);
    ps_reads_close(reads);
}

static void test_cram_reference_multi(void **state) {
    (void)state;
    char *other = in_folder("other2.fa"), *path = in_folder("refm.cram");
    write_file(path, &(writing){.mode = "wc", .multi_ref = 1});
    write_other_reference(other, 15000);
    check_multi(path, other, 0);
    assert_int_equal(sam_index_build(path, 0), 0);
    check_multi(path, other, 1);
    free(other);
    free(path);
}

/* ---- binding --------------------------------------------------------------------------------------------------- */

static int try_bind(const char *header, ps_error *err) {
    char *path = in_folder("bind.sam");
    write_bytes(path, header, strlen(header));
    ps_reads *reads = must_open_with(path, NULL, 0, 1);
    int result = ps_reads_bind(reads, &panel, err);
    if (result == 0)
        result = ps_reads_about(reads)->style;
    ps_reads_close(reads);
    free(path);
    return result;
}

static void test_bind(void **state) {
    (void)state;
    ps_error err = {0};
    assert_int_equal(try_bind("@SQ\tSN:1\tLN:30000\n@SQ\tSN:2\tLN:20000\n", &err), PS_STYLE_ENSEMBL);
    assert_int_equal(try_bind("@SQ\tSN:chr2\tLN:20000\n@SQ\tSN:other\tLN:7\n", &err), PS_STYLE_UCSC);
    assert_int_equal(try_bind("@SQ\tSN:1\tLN:30000\n@SQ\tSN:2\tLN:20001\n", &err), -1);
    if (!strstr(err.text, "contig 2 has length 20001") || !strstr(err.text, "20000") || !strstr(err.text, "Toy1"))
        fail_msg("%s", err.text);
    memset(&err, 0, sizeof err);
    assert_int_equal(try_bind("@SQ\tSN:x\tLN:30000\n", &err), -1);
    assert_non_null(strstr(err.text, "none of its 1 contig "));
    memset(&err, 0, sizeof err);
    assert_int_equal(try_bind("@SQ\tSN:1\tLN:30000\n@SQ\tSN:chr1\tLN:30000\n", &err), -1);
    assert_non_null(strstr(err.text, "are the same one"));
    memset(&err, 0, sizeof err);
    /* a real build is named on a length mismatch */
    assert_int_equal(try_bind("@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr2\tLN:242193529\n", &err), -1);
    assert_non_null(strstr(err.text, "GRCh38"));
}

static int setup(void **state) {
    (void)state;
    strcpy(folder, "/tmp/test_reads.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    make_genome();
    make_truth();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    char *command = ps_format("rm -rf %s", folder);
    int failed = system(command);
    free(command);
    for (int c = 0; c < N_CONTIGS; c++)
        free(genome[c]);
    return failed;
}

int main(void) {
    hts_set_log_level(HTS_LOG_OFF);
    setenv("REF_PATH", "/nonexistent", 1); /* no download */
    setenv("REF_CACHE", "/nonexistent", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_formats),
        cmocka_unit_test(test_about),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_record_over_two_spans),
        cmocka_unit_test(test_queries_by_place),
        cmocka_unit_test(test_a_record_over_two_groups),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_refused_by_content),
        cmocka_unit_test(test_no_permission),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_stdin),
        cmocka_unit_test(test_bad_block),
        cmocka_unit_test(test_bad_sam_line),
        cmocka_unit_test(test_last_line_without_end),
        cmocka_unit_test(test_no_records),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_index_age),
        cmocka_unit_test(test_wrong_index),
        cmocka_unit_test(test_cram_reference),
        cmocka_unit_test(test_cram_reference_half),
        cmocka_unit_test(test_cram_own_header),
        cmocka_unit_test(test_cram_reference_multi),
        cmocka_unit_test(test_bind),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
