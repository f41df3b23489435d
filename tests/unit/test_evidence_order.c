/* Guards against: test_evidence_order.c - one set of seeded random records gives one evidence: indexed or streamed,
 * one thread or four, coordinate-sorted, name-sorted, shuffled, BAM or SAM. The records are as odd as the format
 * allows. */
#define _DEFAULT_SOURCE /* mkstemps */
#include "unit_random.h"
#include "unit_sam.h"

static ps_panel panel;

typedef struct oddity { /* what the random records may hold besides */
    int two_indels;     /* both mates of a pair with indels */
    int families;       /* MI tags: several fragments of one molecule */
} oddity;

/* ---- random fragments ------------------------------------------------------------------------------------------ */

static const char *const cigars[] = {
    "100M",   "100M",          "100M",       "100M",     "75M",         "10S90M",        "90M10S",
    "5H95M",  "40M2D60M",      "50M3D50M",   "50M3I47M", "30M1I69M",    "20M1D80M",      "60M40S",
    "40S60M", "30M1460N70M",   "50M500N50M", "1M",       "2M1I2M1D2M",  "50=1X49=",      "3I97M",
    "97M3I",  "10M5N10M5N10M", "50M2D3I50M", "3S1M3S",   "20M1000D20M", "1I1M1I1M1I1M",  "100I",
    "50S50H", "1D50M",         "10M2P10M",   "*",        "100M5D",      "33M100000N33M",
};

typedef struct place {
    const char *contig;
    int32_t beg1, end1;
} place;

static const place places[] = {
    {"chr12", 25245150, 25245450},   {"chr12", 25245150, 25245450},  {"chr12", 25227150, 25227450},
    {"chr12", 25225550, 25225850},   {"chr12", 25209750, 25215600},  {"chr1", 114713700, 114716200},
    {"chr11", 533400, 534400},       {"chr7", 140753200, 140753450}, {"chr11", 69641000, 69643300},
    {"chr11", 69651100, 69654500},   {"chr12", 6534300, 6538400},    {"chr11", 68732400, 68733500},
    {"chr11", 69290000, 69310000},   {"chr11", 69684900, 69685300},  {"chr1", 5419900, 5430100},
    {"chr14", 105999900, 106001100},                             /* IGH */
    {"chr22", 50818268, 50818468},                               /* the contig's end */
    {"chr1", 2513800, 2514000},      {"chr1", 6149150, 6149350}, /* common SNPs */
};

static int32_t somewhere(uint64_t *seed, const place *p) {
    return p->beg1 + (int32_t)unit_below(seed, (uint64_t)(p->end1 - p->beg1));
}

static void random_edits(uint64_t *seed, unit_read *r) {
    for (int k = 0; k < 4; k++) {
        r->edit_pos1[k] = r->pos1 + (int32_t)unit_below(seed, 100);
        r->edit[k] = "ACGTNNR\0\0\0\0\0"[unit_below(seed, 12)];
    }
    static const char *const inserted[] = {"G", "C", "A", "T", "ACG", "N"};
    r->inserted = inserted[unit_below(seed, 6)];
    r->weak_pos1 = r->pos1 + (int32_t)unit_below(seed, 100);
    r->weak_quality = (int)unit_below(seed, 45);
    if (unit_below(seed, 10) == 0)
        r->quality1 = (int)unit_below(seed, 60) - 1;
}

static const char *random_tag(uint64_t *seed) {
    static const char *const tags[] = {
        "SA:Z:chr14,106000000,+,60S40M,60,0;",
        "SA:Z:chr14,106000010,-,40M60S,60,0;chr3,5,+,50M,0,0;",
        "SA:Z:chr14,1060",
        "NM:i:3",
        "SA:Z:chr14,106200000,+,50M50S,60,0;",
        "SA:Z:chr11,69300000,-,50M50S,60,0;",
    };
    return unit_below(seed, 3) ? NULL : tags[unit_below(seed, 6)];
}

static int random_left_out(uint64_t *seed) {
    static const int bits[] = {256, 512, 1024, 2048, 4};
    return unit_below(seed, 8) ? 0 : bits[unit_below(seed, 5)];
}

/* One fragment: unpaired, a pair near, a pair apart or with its mate on another contig, a mate unmapped. */
static void random_fragment(uint64_t *seed, unit_sam *s, int number, oddity odd) {
    static const int mapqs[] = {60, 60, 60, 60, 20, 19, 0, 255};
    const place *p = &places[unit_below(seed, sizeof places / sizeof *places)], *other = p;
    char name[20];
    snprintf(name, sizeof name, "f%d", number);
    unit_read a = {
        .name = name, .contig = p->contig, .pos1 = somewhere(seed, p), .mapq1 = mapqs[unit_below(seed, 8)] + 1};
    a.cigar = cigars[unit_below(seed, sizeof cigars / sizeof *cigars)];
    a.tags = random_tag(seed);
    char family[48];
    if (odd.families && !a.tags && unit_below(seed, 2)) {
        snprintf(family, sizeof family, "MI:Z:%d/%c\tRX:Z:ACGT%c", number / 3, number % 2 ? 'A' : 'B',
                 "ACGT"[unit_below(seed, 4)]);
        a.tags = family;
    }
    random_edits(seed, &a);
    a.flag = random_left_out(seed) | (unit_below(seed, 2) ? 16 : 0);
    uint64_t kind = unit_below(seed, 10);
    if (kind < 2) {
        sam_add(s, a);
        return;
    }
    if (kind == 9)
        other = &places[unit_below(seed, sizeof places / sizeof *places)];
    unit_read b = a;
    b.contig = other->contig;
    b.pos1 = kind < 7 ? a.pos1 + (int32_t)unit_below(seed, 90) : somewhere(seed, other);
    do
        b.cigar = cigars[unit_below(seed, sizeof cigars / sizeof *cigars)];
    while (!odd.two_indels && strpbrk(a.cigar, "ID") && strpbrk(b.cigar, "ID"));
    b.flag = random_left_out(seed) | (unit_below(seed, 2) ? 16 : 0);
    b.mapq1 = mapqs[unit_below(seed, 8)] + 1;
    random_edits(seed, &b);
    if (a.edit[0] && unit_below(seed, 2)) { /* both mates show the same base */
        memcpy(b.edit, a.edit, sizeof b.edit);
        memcpy(b.edit_pos1, a.edit_pos1, sizeof b.edit_pos1);
    }
    a.flag |= 1 | (b.flag & 16 ? 32 : 0) | (b.flag & 4 ? 8 : 0);
    b.flag |= 1 | (a.flag & 16 ? 32 : 0) | (a.flag & 4 ? 8 : 0);
    a.flag |= number % 3 ? 64 : 128;
    b.flag |= number % 3 ? 128 : 64;
    int same = !strcmp(a.contig, b.contig);
    if (same && kind < 6) {
        a.flag |= 2;
        b.flag |= 2;
    }
    a.mate_contig = same ? "=" : b.contig;
    b.mate_contig = same ? "=" : a.contig;
    if (kind == 8 && (a.flag & 64)) { /* a junction's pair: the mate's record is not in the file */
        a.mate_contig = "chr14";
        a.mate_pos1 = 106000000 + (int32_t)unit_below(seed, 1000);
        sam_add(s, a);
        return;
    }
    a.mate_pos1 = b.pos1;
    b.mate_pos1 = a.pos1;
    a.isize = same ? b.pos1 - a.pos1 + 100 : 0;
    b.isize = -a.isize;
    sam_add(s, a);
    sam_add(s, b);
}

/* ---- the same records in many files ---------------------------------------------------------------------------- */

typedef struct records {
    sam_hdr_t *header;
    bam1_t **at;
    size_t n;
} records;

static void read_records(const char *path, records *all) {
    samFile *in = sam_open(path, "r");
    assert_non_null(in);
    all->header = sam_hdr_read(in);
    size_t capacity = 0;
    bam1_t *b = bam_init1();
    int status = 0;
    while ((status = sam_read1(in, all->header, b)) >= 0) {
        PS_GROW(all->at, all->n, capacity);
        all->at[all->n++] = b;
        b = bam_init1();
    }
    assert_int_equal(status, -1);
    bam_destroy1(b);
    sam_close(in);
}

static void free_records(records *all) {
    for (size_t i = 0; i < all->n; i++)
        bam_destroy1(all->at[i]);
    free(all->at);
    sam_hdr_destroy(all->header);
}

static int by_place(const void *a, const void *b) {
    const bam1_t *x = *(bam1_t *const *)a, *y = *(bam1_t *const *)b;
    uint64_t px = (uint64_t)(uint32_t)x->core.tid << 32 | (uint32_t)(x->core.pos + 1);
    uint64_t py = (uint64_t)(uint32_t)y->core.tid << 32 | (uint32_t)(y->core.pos + 1);
    if (px != py)
        return px < py ? -1 : 1;
    int d = strcmp(bam_get_qname(x), bam_get_qname(y));
    return d ? d : x->core.flag - y->core.flag;
}

static int by_name(const void *a, const void *b) {
    const bam1_t *x = *(bam1_t *const *)a, *y = *(bam1_t *const *)b;
    int d = strcmp(bam_get_qname(x), bam_get_qname(y));
    return d ? d : x->core.flag - y->core.flag;
}

static char *write_bam(const records *all, const char *order, const char *mode) {
    char *path = unit_temporary(mode[1] == 'b' ? ".bam" : ".sam");
    assert_int_equal(sam_hdr_update_hd(all->header, "SO", order), 0);
    samFile *out = sam_open(path, mode);
    assert_int_equal(sam_hdr_write(out, all->header), 0);
    for (size_t i = 0; i < all->n; i++)
        assert_true(sam_write1(out, all->header, all->at[i]) >= 0);
    assert_int_equal(sam_close(out), 0);
    return path;
}

static void same_evidence(const ps_read_evidence *a, const ps_read_evidence *b, const char *what) {
    if (a->records != b->records || a->codons.mate_conflicts != b->codons.mate_conflicts ||
        a->codons.n_codon != b->codons.n_codon || a->codons.n_allele != b->codons.n_allele ||
        a->junctions.n_junction != b->junctions.n_junction ||
        a->junctions.window_fragments != b->junctions.window_fragments ||
        a->junctions.window_chimeric != b->junctions.window_chimeric || a->role != b->role || a->given != b->given)
        fail_msg("%s: records %d/%d conflicts %d/%d codons %zu/%zu indels %zu/%zu junctions %zu/%zu", what,
                 (int)a->records, (int)b->records, (int)a->codons.mate_conflicts, (int)b->codons.mate_conflicts,
                 a->codons.n_codon, b->codons.n_codon, a->codons.n_allele, b->codons.n_allele,
                 a->junctions.n_junction, b->junctions.n_junction);
    assert_memory_equal(a->seen, b->seen, sizeof a->seen);
    assert_memory_equal(a->left_out, b->left_out, sizeof a->left_out);
    for (size_t i = 0; i < a->codons.n_codon; i++) {
        const ps_codon_count *x = &a->codons.codon[i], *y = &b->codons.codon[i];
        if (x->codon != y->codon || x->hap != y->hap || x->flags != y->flags || x->side != y->side ||
            x->quality != y->quality || x->n != y->n)
            fail_msg("%s: codon row %zu: %d %d %d %d %d / %d %d %d %d %d", what, i, x->codon, x->hap, x->side,
                     x->quality, (int)x->n, y->codon, y->hap, y->side, y->quality, (int)y->n);
        if (i) /* sorted, no row twice */
            assert_true(x[-1].codon < x->codon || (x[-1].codon == x->codon && x[-1].hap <= x->hap));
    }
    assert_int_equal(a->codons.n_base, b->codons.n_base);
    for (size_t i = 0; i < a->codons.n_base; i++) {
        const ps_base_count *x = &a->codons.base[i], *y = &b->codons.base[i];
        if (x->codon != y->codon || x->base != y->base || x->side != y->side || x->quality != y->quality ||
            x->n != y->n)
            fail_msg("%s: base row %zu", what, i);
    }
    for (size_t i = 0; i < a->codons.n_allele; i++) {
        const ps_allele_count *x = &a->codons.allele[i], *y = &b->codons.allele[i];
        assert_string_equal(x->alt, y->alt);
        assert_true(x->locus == y->locus && x->beg0 == y->beg0 && x->end0 == y->end0 && x->n[0] == y->n[0] &&
                    x->n[1] == y->n[1] && x->depth == y->depth && x->flagged[0] == y->flagged[0] &&
                    x->flagged[1] == y->flagged[1] && x->depth >= x->n[0] + x->n[1]);
    }
    for (int i = 0; i < panel.n_genes; i++)
        assert_memory_equal(&a->genes.gene[i], &b->genes.gene[i], sizeof a->genes.gene[i]);
    assert_memory_equal(a->bins.bin, b->bins.bin, (size_t)panel.n_bins * sizeof *a->bins.bin);
    assert_memory_equal(a->snps.snp, b->snps.snp, (size_t)panel.n_snps * sizeof *a->snps.snp);
    assert_memory_equal(a->junctions.cell_bases, b->junctions.cell_bases,
                        a->junctions.n_cells * sizeof *a->junctions.cell_bases);
    for (size_t i = 0; i < a->junctions.n_junction; i++) {
        const ps_junction_read *x = &a->junctions.junction[i], *y = &b->junctions.junction[i];
        assert_true(x->fragment == y->fragment && x->pos_a0 == y->pos_a0 && x->pos_b0 == y->pos_b0 &&
                    x->split == y->split && x->right_a == y->right_a && x->right_b == y->right_b);
        assert_true(x->molecule == y->molecule && x->from_b == y->from_b && x->low_b == y->low_b &&
                    x->base_a == y->base_a && x->base_b == y->base_b);
    }
    assert_int_equal(a->junctions.n_clip, b->junctions.n_clip);
    assert_int_equal(a->junctions.thinned, b->junctions.thinned);
    for (size_t i = 0; i < a->junctions.n_clip; i++) {
        const ps_junction_clip *x = &a->junctions.clip[i], *y = &b->junctions.clip[i];
        assert_true(x->fragment == y->fragment && x->molecule == y->molecule && x->beyond == y->beyond &&
                    x->within == y->within && x->pos0 == y->pos0 && x->in_b == y->in_b && x->right == y->right &&
                    x->n_beyond == y->n_beyond && x->n_within == y->n_within && x->low == y->low &&
                    x->base == y->base);
    }
    for (int side = 0; side < 2; side++)
        assert_memory_equal(a->junctions.chimeric[side], b->junctions.chimeric[side],
                            a->junctions.n_chimeric[side] * sizeof *a->junctions.chimeric[side]);
}

static void same_molecules(const ps_molecules *a, const ps_molecules *b, const char *what) {
    if (a->n != b->n)
        fail_msg("%s: %zu and %zu molecules", what, a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        const ps_molecule *x = &a->row[i], *y = &b->row[i];
        assert_true(x->window == y->window && x->key.hash == y->key.hash && x->key.side == y->key.side &&
                    x->key.umi == y->key.umi && x->key.family_umi == y->key.family_umi &&
                    x->copies[0] == y->copies[0] && x->copies[1] == y->copies[1]);
        assert_memory_equal(x->key.end0, y->key.end0, sizeof x->key.end0);
        assert_true(x->codon_beg == y->codon_beg && x->codon_end == y->codon_end && x->n_word == y->n_word);
        assert_memory_equal(x->reference, y->reference, (size_t)(x->codon_end - x->codon_beg) * sizeof *x->reference);
        for (size_t k = 0; k < x->n_word; k++)
            assert_true(x->word[k].codon == y->word[k].codon && x->word[k].hap == y->word[k].hap &&
                        x->word[k].allele == y->word[k].allele && x->word[k].n == y->word[k].n &&
                        x->word[k].quality == y->word[k].quality && x->word[k].flagged[0] == y->word[k].flagged[0] &&
                        x->word[k].flagged[1] == y->word[k].flagged[1]);
        assert_true(i == 0 || x[-1].window < x->window || x[-1].key.hash < x->key.hash);
    }
}

static void compare_with(const ps_read_evidence want[PS_N_READ_INPUTS], const char *path, int want_index,
                         int n_threads, const char *what) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        ps_read_evidence e[PS_N_READ_INPUTS];
        ps_error err = {0};
        if (collect_file(&panel, (ps_input_role)role, path, want_index, n_threads, e, &err) < 0)
            fail_msg("%s: %s", what, err.text);
        same_evidence(&want[role], &e[role], what);
        same_molecules(&want[role].codons.molecules, &e[role].codons.molecules, what);
        for (int i = 0; i < PS_N_READ_INPUTS; i++)
            ps_read_evidence_free(&e[i]);
    }
}

static void remove_file(char *path) {
    char *index = ps_format("%s.bai", path);
    unlink(index);
    unlink(path);
    free(index);
    free(path);
}

static void one_seed(uint64_t seed, int fragments, oddity odd) {
    unit_sam s;
    records all = {0};
    ps_read_evidence want[PS_N_READ_INPUTS];
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < fragments; i++)
        random_fragment(&seed, &s, i, odd);
    char *raw = sam_write(&s);
    read_records(raw, &all);
    assert_true(all.n > (size_t)fragments);
    for (int role = 0; role < PS_N_READ_INPUTS; role++) { /* the wanted answer: as generated, streamed SAM */
        ps_read_evidence e[PS_N_READ_INPUTS];
        ps_error err = {0};
        if (collect_file(&panel, (ps_input_role)role, raw, 0, 1, e, &err) < 0)
            fail_msg("%s", err.text);
        want[role] = e[role];
        for (int i = 0; i < PS_N_READ_INPUTS; i++)
            if (i != role)
                ps_read_evidence_free(&e[i]);
    }
    assert_true(want[PS_INPUT_DNA].codons.n_codon > 300 && want[PS_INPUT_DNA].codons.n_allele > 20 &&
                want[PS_INPUT_DNA].junctions.n_junction > 10);
    assert_true(want[PS_INPUT_RNA].genes.gene[panel.ccnd1].fragments > 80 &&
                want[PS_INPUT_DNA].codons.mate_conflicts > 10);

    qsort(all.at, all.n, sizeof *all.at, by_place);
    char *path = write_bam(&all, "coordinate", "wb");
    compare_with(want, path, 0, 1, "sorted, streamed");
    compare_with(want, path, 0, 4, "sorted, streamed, 4 threads");
    assert_int_equal(sam_index_build(path, 0), 0);
    compare_with(want, path, 1, 1, "indexed");
    compare_with(want, path, 1, 4, "indexed, 4 threads");
    remove_file(path);
    path = write_bam(&all, "coordinate", "w");
    compare_with(want, path, 1, 2, "sorted SAM");
    remove_file(path);
    qsort(all.at, all.n, sizeof *all.at, by_name);
    path = write_bam(&all, "queryname", "wb");
    compare_with(want, path, 1, 4, "by name");
    remove_file(path);
    for (size_t i = all.n; i > 1; i--) {
        size_t j = (size_t)unit_below(&seed, i);
        bam1_t *swap = all.at[i - 1];
        all.at[i - 1] = all.at[j];
        all.at[j] = swap;
    }
    path = write_bam(&all, "unsorted", "wb");
    compare_with(want, path, 1, 1, "shuffled");
    remove_file(path);
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_free(&want[role]);
    remove_file(raw);
    free_records(&all);
    sam_free(&s);
}

static void any_order_gives_the_same(void **state) {
    (void)state;
    one_seed(1, 4000, (oddity){0});
    one_seed(20, 1500, (oddity){0});
    one_seed(300, 1500, (oddity){0});
}

static void any_order_with_indels_in_both_mates(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 6; seed++)
        one_seed(seed, 4000, (oddity){.two_indels = 1});
}

/* Guards against: slice.c ps_slice_merge(), codons.c add_to_family(): families (MI tags) depend on the order of their
 * reads */
static void any_order_with_families(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed < 4; seed++)
        one_seed(seed, 3000, (oddity){.families = 1});
}

static void a_lie_about_the_order_is_refused(void **state) {
    (void)state;
    unit_sam s;
    ps_read_evidence e[PS_N_READ_INPUTS];
    ps_error err = {0};
    sam_begin(&s, &panel, "coordinate");
    sam_add(&s, (unit_read){.contig = "chr12", .pos1 = 25245300, .cigar = "100M"});
    sam_add(&s, (unit_read){.contig = "chr12", .pos1 = 25245299, .cigar = "100M"});
    char *path = sam_write(&s);
    assert_int_equal(collect_file(&panel, PS_INPUT_DNA, path, 0, 1, e, &err), -1);
    assert_non_null(strstr(err.text, "out of order"));
    for (int i = 0; i < PS_N_READ_INPUTS; i++) { /* empty again, and free to be freed */
        assert_int_equal(e[i].given, 0);
        assert_int_equal(e[i].records, 0);
        assert_int_equal(e[i].codons.n_codon, 0);
        ps_read_evidence_free(&e[i]);
    }
    remove_file(path);
    sam_free(&s);
}

/* A whole case at once: three inputs of different kinds share the threads. */
static void three_inputs_at_once(void **state) {
    (void)state;
    uint64_t seed = 5;
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < 600; i++)
        random_fragment(&seed, &s, i, (oddity){0});
    records all = {0};
    char *raw = sam_write(&s);
    read_records(raw, &all);
    qsort(all.at, all.n, sizeof *all.at, by_place);
    char *indexed = write_bam(&all, "coordinate", "wb");
    assert_int_equal(sam_index_build(indexed, 0), 0);
    ps_read_evidence alone[PS_N_READ_INPUTS], together[PS_N_READ_INPUTS];
    for (int n_threads = 1; n_threads <= 4; n_threads += 3) {
        ps_error err = {0};
        ps_read_source source[3] = {{.role = PS_INPUT_NORMAL, .path = indexed},
                                    {.role = PS_INPUT_RNA, .path = raw},
                                    {.role = PS_INPUT_DNA, .path = indexed}};
        for (int i = 0; i < 3; i++)
            assert_true(ps_reads_open(source[i].path, NULL, i != 1, 1, &source[i].reads, &err) == 0 &&
                        ps_reads_bind(source[i].reads, &panel, &err) == 0);
        assert_int_equal(ps_collect(&panel, source, 3, n_threads, together, &err), 0);
        for (int i = 0; i < 3; i++) {
            ps_reads_close(source[i].reads);
            assert_int_equal(collect_file(&panel, source[i].role, source[i].path, 0, 1, alone, &err), 0);
            same_evidence(&alone[source[i].role], &together[i], "together");
            for (int k = 0; k < PS_N_READ_INPUTS; k++)
                ps_read_evidence_free(&alone[k]);
        }
        for (int k = 0; k < PS_N_READ_INPUTS; k++)
            ps_read_evidence_free(&together[k]);
    }
    remove_file(raw);
    remove_file(indexed);
    free_records(&all);
    sam_free(&s);
}

static int load(void **state) {
    (void)state;
    ps_error err = {0};
    ps_setup();
    return ps_panel_load("grch38", &panel, &err);
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_gives_the_same), cmocka_unit_test(a_lie_about_the_order_is_refused),
        cmocka_unit_test(three_inputs_at_once),     cmocka_unit_test(any_order_with_indels_in_both_mates),
        cmocka_unit_test(any_order_with_families),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
