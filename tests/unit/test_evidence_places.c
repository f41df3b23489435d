/* Guards against: test_evidence_places.c - ps_collect on typed SAM text: gene counts, depth bins, junction reads
 * (GRCh38). */
#define _DEFAULT_SOURCE /* mkstemps */
#include "plasmastrat/calls.h"
#include "unit_sam.h"

static ps_panel panel;
static int ccnd1, gapdh;

#define AT(place, ...) ((unit_read){.contig = place, __VA_ARGS__})

static ps_read_evidence run(unit_sam *s, ps_input_role role) {
    ps_read_evidence e = collect_text(s, role);
    sam_free(s);
    return e;
}

static ps_read_evidence one(unit_read r, ps_input_role role) {
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    sam_add(&s, r);
    return run(&s, role);
}

static ps_read_evidence two(unit_read a, unit_read b, ps_input_role role) {
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    a.name = b.name = "pair";
    sam_add(&s, a);
    sam_add(&s, b);
    return run(&s, role);
}

/* ---- genes: CCND1 is on the plus strand, exons (1-based) 69641105-69641511, 69643031-69643246, ... ------------- */

static void gene_is(const ps_read_evidence *e, int gene, uint64_t fragments, uint64_t sense, uint64_t antisense,
                    uint64_t reads, uint64_t spliced) {
    const ps_gene_count *g = &e->genes.gene[gene];
    if (g->fragments != fragments || g->sense != sense || g->antisense != antisense || g->reads != reads ||
        g->spliced != spliced)
        fail_msg("%s: %d fragments, %d sense, %d antisense, %d reads, %d spliced", panel.genes[gene].name,
                 (int)g->fragments, (int)g->sense, (int)g->antisense, (int)g->reads, (int)g->spliced);
}

static void single_gene_reads(void **state) {
    (void)state;
    static const struct {
        unit_read read;
        uint64_t fragments, sense, spliced;
    } rows[] = {
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "100M"}, 1, 1, 0},
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "100M", .flag = 16}, 1, 0, 0},
        {{.contig = "chr11", .pos1 = 69641511, .cigar = "100M"}, 1, 1, 0}, /* one base of the exon */
        {{.contig = "chr11", .pos1 = 69641512, .cigar = "100M"}, 0, 0, 0}, /* intron */
        {{.contig = "chr11", .pos1 = 69641005, .cigar = "100M"}, 0, 0, 0}, /* ends one base before */
        {{.contig = "chr11", .pos1 = 69641006, .cigar = "100M"}, 1, 1, 0},
        {{.contig = "chr11", .pos1 = 69641462, .cigar = "50M1519N50M"}, 1, 1, 1}, /* exon 1 to exon 2 */
        {{.contig = "chr11", .pos1 = 69641050, .cigar = "50M500N50M"}, 0, 0, 0},  /* skips the whole exon */
        {{.contig = "chr11", .pos1 = 69641050, .cigar = "50M461D50M"}, 0, 0, 0},  /* deletes it */
        {{.contig = "chr11", .pos1 = 69641055, .cigar = "50M60S"}, 0, 0, 0},      /* reaches in with a clip */
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "100M", .mapq1 = 1}, 1, 1, 0},
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "100M", .tags = "NH:i:1"}, 1, 1, 0},
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "100M", .mapq1 = 2, .tags = "NH:i:5"}, 0, 0, 0},
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "100M", .flag = 1024}, 1, 1, 0},
        {{.contig = "chr11", .pos1 = 69641200, .cigar = "*"}, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = one(rows[i].read, PS_INPUT_RNA);
        gene_is(&e, ccnd1, rows[i].fragments, rows[i].sense, rows[i].fragments - rows[i].sense, rows[i].fragments,
                rows[i].spliced);
        ps_read_evidence_free(&e);
    }
    static const int left_out[] = {4, 256, 2048, 512};
    static const int cause[] = {PS_LEFT_UNMAPPED, PS_LEFT_SECONDARY, PS_LEFT_SUPPLEMENTARY, PS_LEFT_QC_FAIL};
    for (size_t i = 0; i < 4; i++) {
        ps_read_evidence e = one(AT("chr11", .pos1 = 69641200, .cigar = "100M", .flag = left_out[i]), PS_INPUT_RNA);
        gene_is(&e, ccnd1, 0, 0, 0, 0, 0);
        assert_int_equal(e.left_out[PS_COLLECT_GENES][cause[i]], 1);
        ps_read_evidence_free(&e);
    }
    ps_read_evidence e = one(AT("chr11", .pos1 = 69641200, .cigar = "100M", .tags = "NH:i:2"), PS_INPUT_RNA);
    assert_int_equal(e.left_out[PS_COLLECT_GENES][PS_LEFT_MULTIMAPPED], 1);
    assert_int_equal(e.left_out[PS_COLLECT_CODONS][PS_LEFT_MULTIMAPPED], 0);
    ps_read_evidence_free(&e);
    e = one(AT("chr11", .pos1 = 69641200, .cigar = "100M"), PS_INPUT_DNA);
    gene_is(&e, ccnd1, 0, 0, 0, 0, 0); /* genes are counted in RNA only */
    ps_read_evidence_free(&e);
}

/* Where a read lies on the exons (CCND1 on the plus strand, NRAS on the minus), and whether it runs on where an exon
 * ends. */
static void gene_shape(void **state) {
    (void)state;
    const ps_gene *g = &panel.genes[ccnd1];
    int nras = ps_panel_gene(&panel, "NRAS"); /* minus strand */
    const ps_gene *m = &panel.genes[nras];
    int32_t edge = g->exons[0].end0, in = g->exons[1].beg0;
    const struct {
        const char *contig;
        int32_t pos1;
        const char *cigar;
        int gene, third;
        uint64_t spliced, unspliced;
    } rows[] = {
        {"chr11", g->exons[0].beg0 + 1, "50M", ccnd1, 0, 0, 0},
        {"chr11", g->exons[g->n_exons - 1].end0 - 49, "50M", ccnd1, 2, 0, 0},
        {"chr11", edge - 95, "100M", ccnd1, 0, 0, 1}, /* 96 in the exon, 4 beyond */
        {"chr11", edge - 96, "100M", ccnd1, 0, 0, 0}, /* 97 and 3 */
        {"chr11", edge - 3, "100M", ccnd1, 0, 0, 1},  /* 4 in the exon */
        {"chr11", edge - 2, "100M", ccnd1, 0, 0, 0},  /* 3 in the exon */
        {"chr11", in - 3, "100M", ccnd1, 0, 0, 1},    /* 4 before the second exon */
        {"chr11", in - 2, "100M", ccnd1, 0, 0, 0},
        {"chr11", edge - 49, "50M50S", ccnd1, 0, 0, 0},           /* clipped where the exon ends */
        {"chr11", edge - 49, "50M10D50M", ccnd1, 0, 0, 0},        /* no stretch crosses the edge */
        {"chr11", g->exons[0].beg0 - 49, "100M", ccnd1, 0, 0, 0}, /* the gene's own end */
        {"chr1", m->exons[0].beg0 + 1, "50M", nras, 2, 0, 0},
        {"chr1", m->exons[m->n_exons - 1].end0 - 49, "50M", nras, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = one(AT(rows[i].contig, .pos1 = rows[i].pos1, .cigar = rows[i].cigar), PS_INPUT_RNA);
        const ps_gene_count *c = &e.genes.gene[rows[i].gene];
        if (c->spliced != rows[i].spliced || c->unspliced != rows[i].unspliced || c->third[rows[i].third] != 1 ||
            c->third[0] + c->third[1] + c->third[2] != 1)
            fail_msg("row %d: %d spliced, %d unspliced, thirds %d %d %d", (int)i, (int)c->spliced, (int)c->unspliced,
                     (int)c->third[0], (int)c->third[1], (int)c->third[2]);
        ps_read_evidence_free(&e);
    }
    /* a long read over the whole gene lies in its middle, on either strand */
    char cigar[256];
    snprintf(cigar, sizeof cigar, "%dM%dN%dM", edge - g->exons[0].beg0, in - edge, g->exons[1].end0 - in);
    ps_read_evidence e = one(AT("chr11", .pos1 = g->exons[0].beg0 + 1, .cigar = cigar, .flag = 16), PS_INPUT_RNA);
    gene_is(&e, ccnd1, 1, 0, 1, 1, 1);
    assert_int_equal(e.genes.gene[ccnd1].unspliced, 0);
    assert_int_equal(e.spliced[PS_COLLECT_GENES], 1);
    ps_read_evidence_free(&e);
}

/* Spliced reads of a DNA input are known to whoever looks at them. */
static void spliced_dna(void **state) {
    (void)state;
    ps_read_evidence e = one(AT("chr12", .pos1 = 25245300, .cigar = "50M100N50M"), PS_INPUT_DNA);
    assert_int_equal(e.spliced[PS_COLLECT_CODONS], 1);
    ps_read_evidence_free(&e);
    e = one(AT("chr12", .pos1 = 25245300, .cigar = "50M100N50M", .flag = 1024), PS_INPUT_DNA);
    assert_int_equal(e.spliced[PS_COLLECT_CODONS], 0); /* left out */
    ps_read_evidence_free(&e);
    e = one(AT("chr12", .pos1 = 25245300, .cigar = "50M2D50M"), PS_INPUT_DNA);
    assert_int_equal(e.spliced[PS_COLLECT_CODONS], 0);
    ps_read_evidence_free(&e);
}

static void gene_pairs(void **state) {
    (void)state;
    unit_read left = AT("chr11", .flag = 99, .pos1 = 69641200, .cigar = "100M", .mate_pos1 = 69643100);
    unit_read right = AT("chr11", .flag = 147, .pos1 = 69643100, .cigar = "100M", .mate_pos1 = 69641200);
    for (int swap = 0; swap < 2; swap++) { /* mates in two exons are one fragment */
        ps_read_evidence e = two(swap ? right : left, swap ? left : right, PS_INPUT_RNA);
        gene_is(&e, ccnd1, 1, 1, 0, 2, 0);
        ps_read_evidence_free(&e);
    }
    left.flag = 163;
    right.flag = 83;
    ps_read_evidence e = two(left, right, PS_INPUT_RNA);
    gene_is(&e, ccnd1, 1, 0, 1, 2, 0);
    ps_read_evidence_free(&e);
    for (int swap = 0; swap < 2; swap++) { /* one mate in an intron */
        unit_read in = right;
        in.pos1 = left.mate_pos1 = 69642000;
        e = two(swap ? in : left, swap ? left : in, PS_INPUT_RNA);
        gene_is(&e, ccnd1, 1, 0, 1, 1, 0);
        ps_read_evidence_free(&e);
    }
    left.mate_pos1 = 69643100;
    left.flag = 65; /* both forward: each strand is seen once, the fragment once */
    right.flag = 129;
    for (int swap = 0; swap < 2; swap++) {
        e = two(swap ? right : left, swap ? left : right, PS_INPUT_RNA);
        gene_is(&e, ccnd1, 1, 1, 1, 2, 0);
        ps_read_evidence_free(&e);
    }
    left.flag = 99 | 256; /* the first's secondary alignment does not stand for it */
    right.flag = 147;
    e = two(left, right, PS_INPUT_RNA);
    gene_is(&e, ccnd1, 1, 1, 0, 1, 0);
    ps_read_evidence_free(&e);
    left = AT("chr11", .flag = 1 | 8 | 64, .pos1 = 69641200, .cigar = "100M", .mate_pos1 = 69641200);
    e = one(left, PS_INPUT_RNA); /* mate unmapped */
    gene_is(&e, ccnd1, 1, 1, 0, 1, 0);
    ps_read_evidence_free(&e);
    left = AT("chr11", .flag = 97, .pos1 = 69641200, .cigar = "100M", .mate_contig = "chr12", .mate_pos1 = 6534500);
    right = AT("chr12", .flag = 145, .pos1 = 6534500, .cigar = "100M", .mate_contig = "chr11", .mate_pos1 = 69641200);
    e = two(left, right, PS_INPUT_RNA); /* counts once in each gene */
    gene_is(&e, ccnd1, 1, 1, 0, 1, 0);
    gene_is(&e, gapdh, 1, 1, 0, 1, 0);
    ps_read_evidence_free(&e);
}

/* Thousands of waiting mates: the sweep must not lose one that is still to come. */
static void gene_pairs_beyond_the_sweep(void **state) {
    (void)state;
    enum { PAIRS = 5000 };
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    for (int second = 0; second < 2; second++)
        for (int i = 0; i < PAIRS; i++) {
            char name[16];
            snprintf(name, sizeof name, "p%d", i);
            int32_t a = 69641110 + i * 300 / PAIRS, b = 69651200 + i * 3000 / PAIRS;
            sam_add(&s, AT("chr11", .name = name, .flag = second ? 147 : 99, .pos1 = second ? b : a, .cigar = "50M",
                           .mate_pos1 = second ? a : b));
        }
    ps_read_evidence e = run(&s, PS_INPUT_RNA);
    gene_is(&e, ccnd1, PAIRS, PAIRS, 0, 2 * PAIRS, 0);
    ps_read_evidence_free(&e);
}

/* Guards against: genes.c touches_exon() adds up the CIGAR in 32 bits: signed overflow on skips that sum to more than
 * 2^31 */
static void skips_longer_than_a_chromosome(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    sam_text(&s, "x\t0\tchr11\t69641000\t60\t");
    for (int i = 0; i < 16; i++)
        sam_text(&s, "10M268435455N");
    sam_text(&s, "10M\t*\t0\t0\t");
    for (int i = 0; i < 17; i++)
        sam_text(&s, "AAAAAAAAAA");
    sam_text(&s, "\t*\n");
    ps_read_evidence e = run(&s, PS_INPUT_RNA);
    gene_is(&e, ccnd1, 0, 0, 0, 0, 0);
    ps_read_evidence_free(&e);
}

/* ---- bins ------------------------------------------------------------------------------------------------------ */

static void bins(void **state) {
    (void)state;
    static const struct {
        int flag, offset; /* from the bin's first base */
        int counted;
    } rows[] = {
        {0, 0, 1},    {0, 9999, 1},   {0, -1, 0},     {0, 10000, 0}, {16, 500, 1},  {99, 500, 1}, {147, 500, 0},
        {83, 500, 1}, {1024, 500, 0}, {2048, 500, 0}, {256, 500, 0}, {512, 500, 0}, {73, 500, 1}, {129, 500, 0},
    };
    assert_string_equal(panel.contigs[panel.bins[0].span.contig].name[0], "chr1");
    assert_int_equal(panel.bins[0].span.beg0, 5420000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int role = PS_INPUT_RNA; role <= PS_INPUT_NORMAL; role++) {
            ps_read_evidence e =
                one(AT("chr1", .flag = rows[i].flag, .pos1 = 5420001 + rows[i].offset, .cigar = "100M"),
                    (ps_input_role)role);
            uint64_t sum = 0;
            for (int b = 0; b < panel.n_bins; b++)
                sum += e.bins.bin[b];
            assert_int_equal(e.bins.bin[0], role == PS_INPUT_RNA ? 0 : rows[i].counted);
            assert_int_equal(sum, role == PS_INPUT_RNA ? 0 : rows[i].counted);
            ps_read_evidence_free(&e);
        }
    ps_read_evidence e = one(AT("chr1", .pos1 = 5420100, .cigar = "100M", .mapq1 = 20), PS_INPUT_DNA);
    assert_int_equal(e.bins.bin[0], 0);
    assert_int_equal(e.left_out[PS_COLLECT_BINS][PS_LEFT_LOW_MAPQ], 1);
    ps_read_evidence_free(&e);
}

static void every_bin_is_found(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    for (int b = 0; b < panel.n_bins; b++)
        for (int edge = 0; edge < 2; edge++)
            sam_add(&s, (unit_read){.contig = panel.contigs[panel.bins[b].span.contig].name[0],
                                    .pos1 = edge ? panel.bins[b].span.end0 : panel.bins[b].span.beg0 + 1,
                                    .cigar = "10M"});
    ps_read_evidence e = run(&s, PS_INPUT_NORMAL);
    for (int b = 0; b < panel.n_bins; b++)
        assert_int_equal(e.bins.bin[b], 2);
    ps_read_evidence_free(&e);
}

/* ---- junctions: window chr11:68732532-69685232, IGH chr14:105533663-106881350 ---------------------------------- */

static void split_reads(void **state) {
    (void)state;
    static const struct {
        const char *cigar, *sa;
        int32_t pos_a0, pos_b0;
        int right_a, right_b;
    } rows[] = {
        {"60M40S", "chr14,106000000,+,60S40M,60,0;", 69300059, 105999999, 1, 0},
        {"60M40S", "chr14,106000000,-,40M60S,60,0;", 69300059, 106000038, 1, 1},
        {"40S60M", "chr14,106000000,+,40M60S,60,0;", 69300000, 106000038, 0, 1},
        {"40H60M", "chr14,106000000,-,60S20M5D20M,60,0;", 69300000, 105999999, 0, 0},
        {"5S55M40S", "chr14,106000000,+,60S40M,60,0;", 69300054, 105999999, 1, 0},
        /* two bases that both parts claim: chromosome 11 keeps them */
        {"50M100D10M40S", "chr14,106000000,+,58S40M2S,60,0;", 69300159, 106000001, 1, 0},
        {"60M40S", "chr14,106000000,-,43M57S,60,0;", 69300059, 106000038, 1, 1},
        {"40S60M", "chr14,106000000,+,43M57S,60,0;", 69300000, 106000038, 0, 1},
        {"60M40S", "chr14,106000000,+,70S30M,60,0;", 69300059, 105999999, 1, 0}, /* ten inserted bases */
        /* the junction is where the parts meet, not at the longer clip */
        {"45S45M10S", "chr14,106000000,+,90S10M,60,0;", 69300044, 105999999, 1, 0},
        {"60M40S", "chr3,5000,+,60S40M,60,0;chr14,106000000,-,40M60S,60,0", 69300059, 106000038, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int supplementary = 0; supplementary < 2; supplementary++) {
            char *tag = ps_format("SA:Z:%s", rows[i].sa);
            ps_read_evidence e = one(
                AT("chr11", .flag = supplementary ? 2048 : 0, .pos1 = 69300001, .cigar = rows[i].cigar, .tags = tag),
                PS_INPUT_DNA);
            assert_int_equal(e.junctions.n_junction, 1);
            const ps_junction_read *j = &e.junctions.junction[0];
            assert_int_equal(j->split, 1);
            assert_int_equal(j->pos_a0, rows[i].pos_a0);
            assert_int_equal(j->pos_b0, rows[i].pos_b0);
            assert_int_equal(j->right_a, rows[i].right_a);
            assert_int_equal(j->right_b, rows[i].right_b);
            assert_int_equal(e.junctions.window_fragments, !supplementary);
            ps_read_evidence_free(&e);
            free(tag);
        }
}

static void split_reads_that_do_not_parse(void **state) {
    (void)state;
    static const char *const tags[] = {
        "SA:Z:",
        "SA:Z:;",
        "SA:Z:chr14",
        "SA:Z:chr14,",
        "SA:Z:chr14,,,,,",
        "SA:Z:chr14,x,+,60S40M,60,0;",
        "SA:Z:chr14,106000000",
        "SA:Z:chr14,106000000,+",
        "SA:Z:chr14,106000000,+,",
        "SA:Z:chr14,106000000,+,*,60,0;",
        "SA:Z:chr14,106000000,+,60S,60,0;",
        "SA:Z:chr14,106000000,+,-5M,60,0;",
        "SA:Z:chr14,-106000000,+,60S40M,60,0;",
        "SA:Z:chr14,0,+,60S40M,60,0;",
        "SA:Z:chr14,2147483647,+,60S40M,60,0;",
        "SA:Z:chr14,99999999999999999999,+,60S40M,60,0;",
        "SA:Z:chr14,106000000,+,60S99999999999999999999M,60,0;",
        "SA:Z:chr14,106000000,+,2147483647M2147483647M,60,0;",
        "SA:Z:chr99,106000000,+,60S40M,60,0;",
        "SA:Z:chr14,106000000,+,60M40S,60,0;",    /* the same bases, placed twice */
        "SA:Z:chr14,106000000,+,25S60M15S,60,0;", /* most of the same bases */
        "SA:Z:chr14,105533000,+,60S40M,60,0;",    /* in front of IGH */
        "SA:Z:chr14,106881351,+,60S40M,60,0;",    /* behind it */
        "SA:Z:chr14;chr14,106000000;chr14",
        "SA:i:5",
        "SA:A:x",
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        ps_read_evidence e = one(AT("chr11", .pos1 = 69300001, .cigar = "60M40S", .tags = tags[i]), PS_INPUT_DNA);
        if (e.junctions.n_junction)
            fail_msg("%s gave a junction", tags[i]);
        ps_read_evidence_free(&e);
    }
}

static void junction_left_out(void **state) {
    (void)state;
    static const struct {
        unit_read read;
        size_t n;
    } rows[] = {
        {{.pos1 = 69300001}, 1},
        {{.pos1 = 68732532}, 1},
        {{.pos1 = 68732531}, 0}, /* starts in front of the window */
        {{.pos1 = 69685232}, 1},
        {{.pos1 = 69685233}, 0},
        {{.pos1 = 69300001, .flag = 256}, 0},
        {{.pos1 = 69300001, .flag = 512}, 0},
        {{.pos1 = 69300001, .flag = 1024}, 0},
        {{.pos1 = 69300001, .mapq1 = 20}, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_read r = rows[i].read;
        r.contig = "chr11";
        r.cigar = "60M40S";
        r.tags = "SA:Z:chr14,106000000,+,60S40M,60,0;";
        ps_read_evidence e = one(r, PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_junction, rows[i].n);
        ps_read_evidence_free(&e);
        e = one(r, PS_INPUT_RNA);
        assert_int_equal(e.junctions.n_junction, rows[i].n);
        ps_read_evidence_free(&e);
        e = one(r, PS_INPUT_NORMAL);
        assert_int_equal(e.junctions.n_junction, 0);
        ps_read_evidence_free(&e);
    }
}

static void discordant_pairs(void **state) {
    (void)state;
    static const struct {
        int flag;
        int32_t pos_a0;
        int right_a, right_b;
    } rows[] = {
        {1 | 64, 69300099, 1, 1},
        {1 | 64 | 32, 69300099, 1, 0},
        {1 | 128 | 16, 69300000, 0, 1},
        {1 | 128 | 16 | 32, 69300000, 0, 0},
    };
    for (size_t i = 0; i < 4; i++) {
        ps_read_evidence e = one(AT("chr11", .flag = rows[i].flag, .pos1 = 69300001, .cigar = "100M",
                                    .mate_contig = "chr14", .mate_pos1 = 106000000),
                                 PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_junction, 1);
        assert_int_equal(e.junctions.junction[0].split, 0);
        assert_int_equal(e.junctions.junction[0].pos_a0, rows[i].pos_a0);
        assert_int_equal(e.junctions.junction[0].pos_b0, 105999999);
        assert_int_equal(e.junctions.junction[0].right_a, rows[i].right_a);
        assert_int_equal(e.junctions.junction[0].right_b, rows[i].right_b);
        assert_int_equal(e.junctions.window_chimeric, 0);
        assert_int_equal(e.junctions.window_fragments, 0);
        ps_read_evidence_free(&e);
    }
    static const struct {
        const char *contig;
        int32_t pos1;
    } elsewhere[] = {{"chr3", 500000}, {"chr14", 105533662}, {"chr14", 106881351}, {"chrM", 5}};
    for (size_t i = 0; i < 4; i++) {
        ps_read_evidence e = one(AT("chr11", .flag = 65, .pos1 = 69300001, .cigar = "100M",
                                    .mate_contig = elsewhere[i].contig, .mate_pos1 = elsewhere[i].pos1),
                                 PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_junction, 0);
        assert_int_equal(e.junctions.window_chimeric, 1);
        ps_read_evidence_free(&e);
    }
    /* split and paired at once: two rows of one fragment, told apart by the caller */
    ps_read_evidence e =
        one(AT("chr11", .name = "both", .flag = 65, .pos1 = 69300001, .cigar = "60M40S", .mate_contig = "chr14",
               .mate_pos1 = 106000000, .tags = "SA:Z:chr14,106000000,+,60S40M,60,0;"),
            PS_INPUT_DNA);
    assert_int_equal(e.junctions.n_junction, 2);
    assert_true(e.junctions.junction[0].fragment == e.junctions.junction[1].fragment);
    ps_read_evidence_free(&e);
}

/* The record in IGH: its own end and base, low mapping quality noted; RNA is read in the window only. */
static void records_in_igh(void **state) {
    (void)state;
    static const struct {
        unit_read read;
        int n, split, low_b;
        int32_t pos_a0, pos_b0;
        int right_a, right_b;
    } rows[] = {
        {{.flag = 65, .cigar = "100M", .mate_contig = "chr11", .mate_pos1 = 69300001},
         1,
         0,
         0,
         69300000,
         106000098,
         1,
         1},
        {{.flag = 129 | 16, .cigar = "100M", .mate_contig = "chr11", .mate_pos1 = 69300001, .mapq1 = 1},
         1,
         0,
         1,
         69300000,
         105999999,
         1,
         0},
        {{.cigar = "60M40S", .tags = "SA:Z:chr11,69300001,+,60S40M,60,0;"}, 1, 1, 0, 69300000, 106000058, 0, 1},
        {{.cigar = "60M40S", .tags = "SA:Z:chr11,69300001,+,57S43M,60,0;", .mapq1 = 6},
         1,
         1,
         1,
         69300000,
         106000055,
         0,
         1},
        {{.cigar = "60M40S", .tags = "SA:Z:chr11,69300001,+,60S40M,19,0;"}, 0, 0, 0, 0, 0, 0, 0},
        {{.flag = 65, .cigar = "100M", .mate_contig = "chr11", .mate_pos1 = 69685233}, 0, 0, 0, 0, 0, 0, 0},
        {{.flag = 65 | 1024, .cigar = "100M", .mate_contig = "chr11", .mate_pos1 = 69300001}, 0, 0, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unit_read r = rows[i].read;
        r.contig = "chr14";
        r.pos1 = 106000000;
        ps_read_evidence e = one(r, PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_junction, rows[i].n);
        assert_int_equal(e.junctions.window_fragments, 0);
        if (e.junctions.n_junction) {
            const ps_junction_read *j = &e.junctions.junction[0];
            assert_true(j->from_b && j->molecule && j->fragment);
            assert_int_equal(j->split, rows[i].split);
            assert_int_equal(j->low_b, rows[i].low_b);
            assert_int_equal(j->pos_a0, rows[i].pos_a0);
            assert_int_equal(j->pos_b0, rows[i].pos_b0);
            assert_int_equal(j->right_a, rows[i].right_a);
            assert_int_equal(j->right_b, rows[i].right_b);
            assert_int_equal(j->base_b, 'A');
            assert_int_equal(j->base_a, rows[i].split ? 'A' : 0);
        }
        ps_read_evidence_free(&e);
        e = one(r, PS_INPUT_RNA);
        assert_int_equal(e.junctions.n_junction, 0);
        assert_int_equal(e.seen[PS_COLLECT_JUNCTIONS], 0);
        ps_read_evidence_free(&e);
    }
    static const struct {
        const char *tags;
        int low_b;
    } quality[] = {{"MQ:i:60", 0}, {"MQ:i:3", 1}, {NULL, 0}};
    for (size_t i = 0; i < 3; i++) { /* what the other record says of its mate */
        ps_read_evidence e = one(AT("chr11", .flag = 65, .pos1 = 69300001, .cigar = "100M", .mate_contig = "chr14",
                                    .mate_pos1 = 106000000, .tags = quality[i].tags),
                                 PS_INPUT_DNA);
        assert_int_equal(e.junctions.junction[0].low_b, quality[i].low_b);
        assert_int_equal(e.junctions.junction[0].base_a, 'A');
        ps_read_evidence_free(&e);
    }
}

static void chance_pairs_by_place(void **state) {
    (void)state;
    static const struct {
        const char *contig, *mate;
        int32_t pos1, mate_pos1;
        int side, cell; /* -1: none */
    } rows[] = {
        {"chr11", "chr3", 68732532, 5, 0, 0},
        {"chr11", "chr3", 68733531, 5, 0, 0},
        {"chr11", "chr3", 68733532, 5, 0, 1},
        {"chr11", "chr14", 69685232, 5, 0, 952},
        {"chr11", "chr14", 69300001, 106000000, -1, 0},
        {"chr14", "chr3", 105533663, 5, 1, 0},
        {"chr14", "chr11", 106881350, 5, 1, 1347},
        {"chr14", "chr11", 106000000, 69300001, -1, 0},
        {"chr14", "=", 106000000, 5, -1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e = one(AT(rows[i].contig, .flag = 65, .pos1 = rows[i].pos1, .cigar = "100M",
                                    .mate_contig = rows[i].mate, .mate_pos1 = rows[i].mate_pos1),
                                 PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_chimeric[0], 953);
        assert_int_equal(e.junctions.n_chimeric[1], 1348);
        for (int side = 0; side < 2; side++)
            for (size_t c = 0; c < e.junctions.n_chimeric[side]; c++)
                assert_int_equal(e.junctions.chimeric[side][c], side == rows[i].side && (int)c == rows[i].cell);
        ps_read_evidence_free(&e);
    }
}

static void soft_clips(void **state) {
    (void)state;
    static const struct {
        const char *contig, *cigar, *tags;
        int n, right;
        int32_t pos0;
        int n_beyond;
    } rows[] = {
        {"chr11", "60M40S", NULL, 1, 1, 69300059, 32},
        {"chr11", "8S92M", NULL, 1, 0, 69300000, 8},
        {"chr11", "7S93M", NULL, 0, 0, 0, 0},
        {"chr11", "5H10S85M", NULL, 1, 0, 69300000, 10},
        {"chr14", "20S60M2D20M", NULL, 1, 0, 69300000, 20},
        {"chr14", "85M15S", NULL, 1, 1, 69300084, 15},
        {"chr11", "29M71S", NULL, 0, 0, 0, 0},
        {"chr11", "40S60M", "SA:Z:chr3,5000,+,40M60S,60,0;", 0, 0, 0, 0},
        {"chr11", "60M40H", NULL, 0, 0, 0, 0},
        {"chr11", "30S40M30S", NULL, 2, 0, 69300000, 30},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t pos1 = 69300001 + (strcmp(rows[i].contig, "chr14") ? 0 : 36700000);
        unit_read r = {.contig = rows[i].contig, .pos1 = pos1, .cigar = rows[i].cigar, .tags = rows[i].tags};
        ps_read_evidence e = one(r, PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_clip, rows[i].n);
        if (e.junctions.n_clip) {
            const ps_junction_clip *c = &e.junctions.clip[0];
            assert_int_equal(c->in_b, pos1 > 100000000);
            assert_int_equal(c->right, rows[i].right);
            assert_int_equal(c->pos0, rows[i].pos0 + pos1 - 69300001);
            assert_int_equal(c->n_beyond, rows[i].n_beyond);
            assert_int_equal(c->n_within, 32);
            /* bases are all A: the left end is read on the other strand where it was clipped, the right end where
             * aligned */
            uint64_t t = c->n_beyond == 32 ? UINT64_MAX : ((uint64_t)1 << (2 * c->n_beyond)) - 1;
            assert_true(c->beyond == (c->right ? 0 : t));
            assert_true(c->within == (c->right ? UINT64_MAX : 0));
            assert_int_equal(c->base, 'A');
        }
        ps_read_evidence_free(&e);
        e = one(r, PS_INPUT_RNA);
        assert_int_equal(e.junctions.n_clip, 0);
        ps_read_evidence_free(&e);
    }
}

/* More rows than are kept: half of the fragments go, by their names, in this piece and in every other. */
static void too_many_rows(void **state) {
    (void)state;
    enum { MANY = PS_MAX_JUNCTION_ROWS + 1000 };
    unit_sam s;
    sam_begin(&s, &panel, "unsorted");
    for (int i = 0; i < MANY + 400; i++) {
        char name[24];
        snprintf(name, sizeof name, "m%d", i);
        sam_add(&s, (unit_read){.name = name,
                                .flag = 65,
                                .contig = "chr11",
                                .pos1 = i < MANY ? 69300001 : 69600001,
                                .cigar = "30M",
                                .mate_contig = "chr14",
                                .mate_pos1 = 106000000});
    }
    ps_read_evidence e = run(&s, PS_INPUT_DNA);
    assert_int_equal(e.junctions.thinned, 1);
    assert_true(e.junctions.n_junction > MANY / 2 - 2000 && e.junctions.n_junction < MANY / 2 + 2000);
    size_t far = 0;
    for (size_t i = 0; i < e.junctions.n_junction; i++) {
        assert_true(e.junctions.junction[i].fragment >> 63 == 0);
        far += e.junctions.junction[i].pos_a0 > 69500000;
    }
    assert_true(far > 120 && far < 280);
    ps_read_evidence_free(&e);
    sam_begin(&s, &panel, "unsorted"); /* one name on all reads: nothing can be kept, and that is said */
    for (int i = 0; i < MANY; i++)
        sam_add(&s, (unit_read){.name = "one",
                                .flag = 65,
                                .contig = "chr11",
                                .pos1 = 69300001,
                                .cigar = "30M",
                                .mate_contig = "chr14",
                                .mate_pos1 = 106000000});
    e = run(&s, PS_INPUT_DNA);
    assert_true(e.junctions.thinned > PS_MAX_THINNING || e.junctions.n_junction <= PS_MAX_JUNCTION_ROWS);
    ps_read_evidence_free(&e);
}

static void physical_coverage(void **state) {
    (void)state;
    static const struct {
        int flag;
        int32_t isize, bases;
    } rows[] = {
        {99, 400, 400}, {83, -400, 0}, {163, 350, 350}, {147, -350, 0}, {99, 2000, 2000},
        {99, 2001, 0},  {65, 400, 0},  {0, 0, 100},     {73, 0, 0},     {2048, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t pos1 = 68732531 + 3 * PS_WINDOW_CELL; /* the last base of the third cell */
        ps_read_evidence e = one(AT("chr11", .flag = rows[i].flag, .pos1 = pos1, .cigar = "100M",
                                    .mate_pos1 = pos1 + 100, .isize = rows[i].isize),
                                 PS_INPUT_DNA);
        assert_int_equal(e.junctions.n_cells, 96);
        for (size_t c = 0; c < e.junctions.n_cells; c++)
            assert_int_equal(e.junctions.cell_bases[c], c == 2 ? rows[i].bases : 0);
        assert_int_equal(e.junctions.window_fragments, rows[i].bases > 0);
        ps_read_evidence_free(&e);
    }
}

static void nothing_at_all(void **state) {
    (void)state;
    unit_sam s;
    sam_begin(&s, &panel, "coordinate");
    ps_read_evidence e = run(&s, PS_INPUT_DNA);
    assert_int_equal(e.records, 0);
    assert_int_equal(e.given, 1);
    ps_read_evidence_free(&e);
    ps_read_evidence_free(&e);
}

static int load(void **state) {
    (void)state;
    ps_error err = {0};
    ps_setup();
    if (ps_panel_load("grch38", &panel, &err) < 0)
        return -1;
    ccnd1 = ps_panel_gene(&panel, "CCND1");
    gapdh = ps_panel_gene(&panel, "GAPDH");
    return ccnd1 == panel.ccnd1 ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

/* GATK SplitNCigarReads: where the header names it, a clip at the edge of an exon is a splice; its pieces count as
 * before. */
static void reads_cut_at_introns(void **state) {
    (void)state;
    static const struct {
        unit_read read;
        uint64_t spliced;
    } rows[] = {
        {{.contig = "chr11", .pos1 = 69641462, .cigar = "50M50S"}, 1}, /* up to the end of exon 1 */
        {{.contig = "chr11", .pos1 = 69643031, .cigar = "40S60M"}, 1}, /* from the beginning of exon 2 */
        {{.contig = "chr11", .pos1 = 69641455, .cigar = "50M50S"}, 0}, /* a clip inside the exon */
        {{.contig = "chr11", .pos1 = 69641412, .cigar = "100M"}, 0},   /* ends there without a clip */
    };
    for (int cut = 0; cut < 2; cut++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            unit_sam s;
            sam_begin(&s, &panel, "coordinate");
            sam_text(&s,
                     cut ? "@PG\tID:GATK SplitNCigarReads\tPN:GATK SplitNCigarReads\n" : "@PG\tID:STAR\tPN:STAR\n");
            sam_add(&s, rows[i].read);
            ps_read_evidence e = run(&s, PS_INPUT_RNA);
            char why[256];
            assert_int_equal(e.cut_at_introns, cut);
            gene_is(&e, ccnd1, 1, 1, 0, 1, cut ? rows[i].spliced : 0);
            e.role = PS_INPUT_DNA;
            assert_int_equal(ps_wrong_assay(&panel, &e, why, sizeof why), cut);
            ps_read_evidence_free(&e);
        }
}

/* Fragments that show KRAS 12 with a base of quality 9, 10 and 0: counted, or counted as poor. */
static void poor_bases_are_counted(void **state) {
    (void)state;
    static const struct { int quality, counted; } rows[] = {{0, 0}, {9, 0}, {10, 1}, {40, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ps_read_evidence e =
            one(AT("chr12", .pos1 = 25245349, .cigar = "3M", .quality1 = rows[i].quality + 1), PS_INPUT_DNA);
        assert_int_equal(e.codons.poor, !rows[i].counted);
        assert_int_equal(e.codons.n_codon > 0, rows[i].counted);
        assert_true(ps_poor_share(&e.codons) == !rows[i].counted);
        ps_read_evidence_free(&e);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_gene_reads),
        cmocka_unit_test(reads_cut_at_introns),
        cmocka_unit_test(poor_bases_are_counted),
        cmocka_unit_test(gene_shape),
        cmocka_unit_test(spliced_dna),
        cmocka_unit_test(gene_pairs),
        cmocka_unit_test(gene_pairs_beyond_the_sweep),
        cmocka_unit_test(bins),
        cmocka_unit_test(every_bin_is_found),
        cmocka_unit_test(split_reads),
        cmocka_unit_test(split_reads_that_do_not_parse),
        cmocka_unit_test(junction_left_out),
        cmocka_unit_test(discordant_pairs),
        cmocka_unit_test(records_in_igh),
        cmocka_unit_test(chance_pairs_by_place),
        cmocka_unit_test(soft_clips),
        cmocka_unit_test(too_many_rows),
        cmocka_unit_test(physical_coverage),
        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(skips_longer_than_a_chromosome),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
