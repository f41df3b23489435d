/* Guards against: test_report.c - the writers on four typed results: rich positive, negative, nothing assessable,
 * failed.
 *
 * `test_report FOLDER` also leaves every output there, to look at. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <zlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/cohort.h"
#include "plasmastrat/report.h"
#include "plasmastrat/stats.h"

#define NASTY "<script>alert('x')</script>\t\"q\" & \xff\xc3(\033[31m\n\xe2\x80\xae"

/* ---- a small panel: the places are made up, the shape is the real one's ---------------------------------------- */

enum { CHR1, CHR7, CHR11, CHR12, CHR14, N_CONTIGS };
enum { CCND1, CCND2, CCND3, KRAS, NRAS, HRAS, BRAF, REFERENCE_GENE, N_GENES };
enum { KRAS_4B, KRAS_4A, NRAS_T, HRAS_T, BRAF_T, N_TRANSCRIPTS };
enum { N_ARMS = 41, N_BINS = 340, N_MODELS = 4 };

typedef struct fixture {
    ps_panel panel;
    ps_result result;
} fixture;

static void fill_contigs(ps_panel *p) {
    static const struct {
        const char *name;
        int64_t length;
    } rows[N_CONTIGS] = {
        {"chr1", 248956422}, {"chr7", 159345973}, {"chr11", 135086622}, {"chr12", 133275309}, {"chr14", 107043718}};
    p->contigs = ps_alloc(N_CONTIGS, sizeof *p->contigs);
    p->n_contigs = N_CONTIGS;
    for (int c = 0; c < N_CONTIGS; c++) {
        p->contigs[c].name[PS_STYLE_UCSC] = ps_strdup(rows[c].name);
        p->contigs[c].name[PS_STYLE_ENSEMBL] = ps_strdup(rows[c].name + 3);
        p->contigs[c].length = rows[c].length;
    }
}

static void fill_genes(ps_panel *p) {
    static const struct {
        const char *name;
        ps_role role;
        int contig;
        int32_t beg0, end0;
    } rows[N_GENES] = {
        {"CCND1", PS_ROLE_CYCLIN, CHR11, 69641104, 69654474}, {"CCND2", PS_ROLE_CYCLIN, CHR12, 4273735, 4305356},
        {"CCND3", PS_ROLE_CYCLIN, CHR1, 41934933, 42050035},  {"KRAS", PS_ROLE_RAS, CHR12, 25205245, 25250929},
        {"NRAS", PS_ROLE_RAS, CHR1, 114704463, 114716894},    {"HRAS", PS_ROLE_RAS, CHR11, 532241, 535576},
        {"BRAF", PS_ROLE_RAF, CHR7, 140719326, 140924929},    {"TBP", PS_ROLE_REFERENCE, CHR1, 1000, 9000},
    };
    p->genes = ps_alloc(N_GENES, sizeof *p->genes);
    p->n_genes = N_GENES;
    for (int g = 0; g < N_GENES; g++) {
        ps_gene *gene = &p->genes[g];
        gene->name = ps_strdup(rows[g].name);
        gene->role = rows[g].role;
        gene->contig = rows[g].contig;
        gene->exons = ps_alloc(1, sizeof *gene->exons);
        gene->exons[0] = (ps_span){rows[g].contig, rows[g].beg0, rows[g].end0};
        gene->n_exons = 1;
    }
    p->ccnd1 = CCND1;
}

static void add_codons(ps_panel *p, int transcript, int from, int *capacity) {
    static const int hotspots[] = {12, 13, 59, 61, 117, 146};
    const ps_transcript *t = &p->transcripts[transcript];
    for (int n = from; n <= t->n_codons; n++) {
        PS_GROW(p->codons, p->n_codons, *capacity);
        ps_codon *c = &p->codons[p->n_codons++];
        *c = (ps_codon){.gene = t->gene, .transcript = transcript, .number = n};
        for (size_t h = 0; h < sizeof hotspots / sizeof *hotspots; h++)
            if (n == hotspots[h]) {
                c->hotspot = 1;
                c->required = t->gene == KRAS || t->gene == NRAS;
            }
        if (t->gene == BRAF)
            c->hotspot = n == 600;
    }
}

static void fill_codons(ps_panel *p) {
    static const struct {
        int gene;
        const char *refseq;
        int n_codons, from;
    } rows[N_TRANSCRIPTS] = {{KRAS, "NM_004985.5", 189, 1},
                             {KRAS, "NM_033360.4", 190, 151},
                             {NRAS, "NM_002524.5", 190, 1},
                             {HRAS, "NM_005343.4", 190, 1},
                             {BRAF, "NM_004333.6", 767, 1}};
    int capacity = 0;
    p->transcripts = ps_alloc(N_TRANSCRIPTS, sizeof *p->transcripts);
    p->n_transcripts = N_TRANSCRIPTS;
    for (int t = 0; t < N_TRANSCRIPTS; t++) {
        p->transcripts[t].gene = rows[t].gene;
        p->transcripts[t].refseq = ps_strdup(rows[t].refseq);
        p->transcripts[t].n_codons = rows[t].n_codons;
        add_codons(p, t, rows[t].from, &capacity);
    }
}

static void fill_bins(ps_panel *p) {
    p->arms = ps_alloc(N_ARMS, sizeof *p->arms);
    p->n_arms = N_ARMS;
    int a = 0;
    for (int chromosome = 1; chromosome <= 22; chromosome++) {
        int acrocentric = (chromosome >= 13 && chromosome <= 15) || chromosome >= 21;
        if (!acrocentric)
            p->arms[a++].name = ps_format("%dp", chromosome);
        p->arms[a++].name = ps_format("%dq", chromosome);
    }
    p->arms[a++].name = ps_strdup("Xp");
    p->arms[a].name = ps_strdup("Xq");
    p->bins = ps_alloc(N_BINS, sizeof *p->bins);
    p->n_bins = N_BINS;
    for (int b = 0; b < N_BINS; b++) { /* 240 along the chromosome, then 100 near CCND1 */
        int32_t beg0 = b < 240 ? 200000 + b * 560000 : 69140000 + (b - 240) * 10000;
        p->bins[b] = (ps_bin){.span = {CHR11, beg0, beg0 + 10000},
                              .arm = b < 96 ? 20 : 21,
                              .role = b < 240              ? PS_BIN_ARM
                                      : b < 285 || b > 295 ? PS_BIN_11Q13
                                                           : PS_BIN_CCND1};
    }
}

static void fill_models(ps_panel *p) {
    static const ps_model rows[N_MODELS] = {
        {.name = "rationale", .question = "Do CCND1 and RAS look like plasmacytoma?", .basis = PS_BASIS_PREMISE},
        {.name = "emd-lesion",
         .question = "A lesion of a patient with myeloma, or marrow myeloma?",
         .basis = PS_BASIS_PUBLISHED,
         .specimen = PS_SPECIMEN_LESION},
        {.name = "marrow-compartment",
         .question = "Marrow with an extramedullary tumour, or without?",
         .basis = PS_BASIS_PUBLISHED,
         .specimen = PS_SPECIMEN_MARROW},
        {.name = "primary-solitary",
         .question = "A solitary plasmacytoma, or myeloma?",
         .basis = PS_BASIS_PUBLISHED,
         .specimen = PS_SPECIMEN_LESION},
    };
    p->models = ps_alloc(N_MODELS, sizeof *p->models);
    p->n_models = N_MODELS;
    for (int m = 0; m < N_MODELS; m++) {
        p->models[m] = rows[m];
        p->models[m].name = ps_strdup(rows[m].name);
        p->models[m].question = ps_strdup(rows[m].question);
        p->models[m].prior_odds = 1;
        p->models[m].plasmacytoma_at = 0.75;
        p->models[m].intramedullary_at = 0.25;
    }
}

static void make_panel(ps_panel *p) {
    p->name = ps_strdup("grch38");
    p->build = ps_strdup("GRCh38");
    p->version = ps_strdup("1");
    p->source = ps_strdup("built-in");
    strcpy(p->checksum, "0123456789abcdef");
    p->ccnd1_window = (ps_span){CHR11, 68732531, 69685232};
    p->igh = (ps_span){CHR14, 105533662, 106881350};
    p->limits.ras_lod95_limit = 0.05;
    p->population = (ps_population){.name = ps_strdup("ordinary marrow myelomas"), .source = ps_strdup("typed")};
    fill_contigs(p);
    fill_genes(p);
    fill_codons(p);
    fill_bins(p);
    fill_models(p);
}

/* ---- results --------------------------------------------------------------------------------------------------- */

static void make_label(fixture *f, ps_label_state state, double probability, double low, double high) {
    ps_label *l = &f->result.label;
    ps_verdict nothing = {
        .model = &f->panel.models[0], .label = PS_LABEL_NOT_ASSESSABLE, .probability = NAN, .low = NAN, .high = NAN};
    l->chosen = nothing;
    l->chosen.label = state;
    l->chosen.probability = probability;
    l->chosen.low = low;
    l->chosen.high = high;
    l->chosen.applies = 1;
    l->chosen.rates = (ps_rates){
        .of = {[PS_LABEL_PLASMACYTOMA] = 0.08, [PS_LABEL_INTRAMEDULLARY] = 0.48, [PS_LABEL_INDETERMINATE] = 0.44}};
    l->verdict = ps_alloc(N_MODELS, sizeof *l->verdict);
    l->n_verdicts = N_MODELS;
    for (int m = 0; m < N_MODELS; m++) {
        ps_specimen made_for = f->panel.models[m].specimen;
        l->verdict[m] = nothing;
        l->verdict[m].model = &f->panel.models[m];
        l->verdict[m].applies = made_for == PS_SPECIMEN_UNKNOWN || made_for == f->result.specimen;
    }
    l->verdict[0] = l->chosen;
    if (state == PS_LABEL_NOT_ASSESSABLE)
        return;
    l->verdict[1].label = PS_LABEL_INDETERMINATE;
    l->verdict[1].probability = 0.629;
    l->verdict[1].low = 0.46;
    l->verdict[1].high = 0.771;
    ps_reason_add(&l->verdict[1].reasons, PS_REASON_PROBABILITY_BETWEEN, "0.629 is between 0.25 and 0.75");
    ps_verdict *other = &l->verdict[N_MODELS - 1];
    int opposite = state == PS_LABEL_INTRAMEDULLARY;
    other->label = opposite ? PS_LABEL_PLASMACYTOMA : PS_LABEL_INTRAMEDULLARY;
    other->probability = opposite ? 0.86 : 0.14;
    other->low = opposite ? 0.55 : 0.02;
    other->high = opposite ? 0.97 : 0.6;
    other->contradicts = 1;
    l->n_contradicting = 1;
}

static void make_codons(fixture *f, ps_ras_state state, int64_t depth, double lod) {
    ps_ras_call *ras = &f->result.calls.ras;
    ras->codon = ps_alloc((size_t)f->panel.n_codons, sizeof *ras->codon);
    for (int c = 0; c < f->panel.n_codons; c++)
        ras->codon[c] = (ps_ras_codon){.state = state,
                                       .depth = depth < 0 ? -1 : depth + (c * 37) % 240,
                                       .lod95 = ps_round6(lod * (1 + (c * 37) % 17 / 40.0)),
                                       .source = PS_INPUT_DNA};
}

static ps_ras_variant *add_variant(fixture *f, int gene, int transcript, const char *c, const char *p,
                                   const char *protein, int codon, ps_tier tier) {
    ps_ras_call *ras = &f->result.calls.ras;
    ras->variant = ps_resize(ras->variant, ras->n_variants + 1, sizeof *ras->variant);
    ps_ras_variant *v = &ras->variant[ras->n_variants++];
    *v = (ps_ras_variant){
        .effect = {.gene = gene, .transcript = transcript, .codon_id = -1, .codon = codon, .tier = tier},
        .best.depth = -1,
        .best.alt_depth = -1,
        .best.vaf = NAN,
        .best.vaf_low = NAN,
        .best.vaf_high = NAN,
        .best.lod = NAN,
        .best.ref_side = {-1, -1},
        .best.alt_side = {-1, -1}};
    for (int s = 0; s < PS_N_INPUTS; s++)
        v->source_depth[s] = v->source_alt[s] = -1;
    snprintf(v->effect.hgvs_c, sizeof v->effect.hgvs_c, "%s", c);
    snprintf(v->effect.hgvs_p, sizeof v->effect.hgvs_p, "%s", p);
    snprintf(v->effect.protein, sizeof v->effect.protein, "%s", protein);
    return v;
}

static void place(ps_ras_variant *v, int contig, int32_t pos1, const char *ref, const char *alt) {
    v->contig = contig;
    v->pos1 = pos1;
    v->ref = ps_strdup(ref);
    v->alt = ps_strdup(alt);
}

static void make_variants(fixture *f) {
    ps_ras_variant *v = add_variant(f, KRAS, KRAS_4B, "c.35G>A", "p.Gly12Asp", "G12D", 12, PS_TIER_HOTSPOT);
    place(v, CHR12, 25245350, "C", "T");
    v->best.vaf = 0.132;
    v->best.vaf_low = 0.101;
    v->best.vaf_high = 0.169;
    v->best.depth = 410;
    v->best.alt_depth = 54;
    v->best.ref_side[0] = 180;
    v->best.ref_side[1] = 175;
    v->best.alt_side[0] = 29;
    v->best.alt_side[1] = 25;
    v->best.lod = 98.2;
    v->sources = 1u << PS_INPUT_RNA | 1u << PS_INPUT_DNA;
    v->source_depth[PS_INPUT_DNA] = 410;
    v->source_alt[PS_INPUT_DNA] = 54;
    v->source_depth[PS_INPUT_RNA] = 33;
    v->source_alt[PS_INPUT_RNA] = 4;
    v = add_variant(f, KRAS, KRAS_4B, "c.36_38delinsTAA", "p.Gly12_Gly13=", "G12_G13=", 12, PS_TIER_SYNONYMOUS);
    place(v, CHR12, 25245347, "CCA", "TTA");
    v->best.filter = PS_FILTER_LOW_EVIDENCE;
    v->vcf_filter = ps_strdup("weak;" NASTY);
    v->best.depth = 200;
    v->best.alt_depth = 1;
    v->best.vaf = 0.005;
    v->best.vaf_low = 0.0005;
    v->best.vaf_high = 0.02;
    v->sources = 1u << PS_INPUT_VCF;
    v = add_variant(f, NRAS, NRAS_T, "c.181C>A", "p.Gln61Lys", "Q61K", 61, PS_TIER_HOTSPOT);
    place(v, CHR1, 114713909, "G", "T");
    v->sources = 1u << PS_INPUT_VCF;
    v = add_variant(f, BRAF, BRAF_T, "c.1799T>A", "p.Val600Glu", "V600E", 600, PS_TIER_HOTSPOT);
    place(v, CHR7, 140753336, "A", "T");
    v->context = 1;
    v->sources = 1u << PS_INPUT_DNA;
    v->best.vaf = 0.5;
    v->best.vaf_low = 0.4;
    v->best.vaf_high = 0.6;
}

static void make_expression(fixture *f, ps_expression_state state, double log2_ratio) {
    ps_expression_call *e = &f->result.calls.expression;
    *e = (ps_expression_call){.state = state,
                              .fragments = 8214,
                              .log2_ratio = log2_ratio,
                              .low = ps_round6(log2_ratio - 0.21),
                              .high = ps_round6(log2_ratio + 0.2),
                              .z = NAN,
                              .percentile = NAN,
                              .reference = "built-in assumption",
                              .cut_offs = {-3.23, -1.7, 2.14, 3.34},
                              .posterior = {0.01, 0.95, 0.04},
                              .plasma_share = {.value = 0.8, .low = 0.6, .high = 1, .markers = 10},
                              .per_cell = ps_round6(log2_ratio + 0.32),
                              .other_log2 = -7,
                              .mixture = {.component = {{1, -5.5, 1.58, PS_LEVEL_LOW}}, .n = 1},
                              .strand = PS_STRAND_ANTISENSE,
                              .reference_median = 311.25,
                              .reference_fragments = 129034,
                              .reference_genes = 21,
                              .spliced_fraction = 0.412,
                              .plasma_log2 = 3.7,
                              .log_level = {0, 4.1, 1}};
    e->gene = ps_alloc(N_GENES, sizeof *e->gene);
    e->n_genes = N_GENES;
    for (int g = 0; g < N_GENES; g++)
        e->gene[g] = (ps_gene_expression){g, g == CCND1 ? 8214 : 12, g == CCND1 ? log2_ratio : -5.25};
    ps_reason_add(&e->reasons, PS_REASON_REFERENCE_ASSUMED, "over from -1.5, not from -3.5");
}

static void make_copies(fixture *f, ps_cn_state state, double copies) {
    ps_copynumber_call *c = &f->result.calls.copynumber;
    *c = (ps_copynumber_call){.state = state,
                              .log2_ratio = ps_round6(log2(copies / 2)),
                              .copies = copies,
                              .copies_low = ps_round6(copies - 0.1),
                              .copies_high = ps_round6(copies + 0.1),
                              .scope = state == PS_CN_GAIN ? PS_SCOPE_CHROMOSOME : PS_SCOPE_NONE,
                              .hyperdiploid = state == PS_CN_GAIN,
                              .purity = NAN,
                              .fragments_per_bin = 912.4,
                              .noise = 0.021};
    c->arm = ps_alloc(N_ARMS, sizeof *c->arm);
    c->n_arms = N_ARMS;
    for (int a = 0; a < N_ARMS; a++)
        c->arm[a] = (ps_arm_copies){a,
                                    a % 5 == 0   ? 0.585
                                    : a % 7 == 0 ? -0.8
                                                 : 0,
                                    a % 5 == 0   ? 3
                                    : a % 7 == 0 ? 1.15
                                                 : 2};
    c->bin = ps_alloc(N_BINS, sizeof *c->bin);
    c->n_bins = N_BINS;
    for (int b = 0; b < N_BINS; b++)
        c->bin[b] = (ps_bin_level){b, ps_round6(log2(copies / 2) + ((b * 7919) % 101 - 50) / 250.0)};
    ps_reason_add(&c->reasons, PS_REASON_PURITY_ASSUMED, "%s", "");
}

static void make_junction(fixture *f) {
    ps_junction_call *j = &f->result.calls.junction;
    *j = (ps_junction_call){.state = PS_JUNCTION_DETECTED,
                            .split = 12,
                            .discordant = 9,
                            .physical_coverage = 71.3,
                            .background = 0.021,
                            .needed = 4,
                            .sources = 1u << PS_INPUT_DNA,
                            .n_breakpoints = 2};
    j->breakpoint = ps_alloc(2, sizeof *j->breakpoint);
    j->breakpoint[0] =
        (ps_breakpoint){CHR11, CHR14, 69200001, 105860500, 1, 0, 12, 9, 1, 'G', 'A', {0, 0}, {0, 0}, 1};
    j->breakpoint[1] = (ps_breakpoint){CHR11, CHR14, 69200010, 105860400, 0, 1, 0, 7, 0, 0, 0, {0, 0}, {0, 800}, 1};
}

static void make_inputs(fixture *f, const char *path) {
    ps_result *r = &f->result;
    r->evidence.n_inputs = 1;
    r->evidence.input = ps_alloc(1, sizeof *r->evidence.input);
    r->evidence.input[0] = (ps_input_info){
        PS_INPUT_DNA, ps_strdup(path), "BAM", "GRCh38", ps_strdup("tumour " NASTY), 812344, 0, "", ""};
    r->evidence.reads[PS_INPUT_DNA].role = PS_INPUT_DNA;
    r->evidence.reads[PS_INPUT_DNA].given = 1;
    r->evidence.reads[PS_INPUT_DNA].seen[PS_COLLECT_CODONS] = 9120;
    r->evidence.reads[PS_INPUT_DNA].left_out[PS_COLLECT_CODONS][PS_LEFT_DUPLICATE] = 311;
    ps_result_qc(r, "reads-left-out", "dna", PS_QC_PASS, 0.034, 0.5, "3.4 %% of reads left out");
    ps_result_qc(r, "contamination", "dna", PS_QC_WARN, 0.031, 0.02, "foreign DNA about %s", NASTY);
    ps_result_qc(r, "identity", "sample", PS_QC_PASS, NAN, NAN, "one input: nothing to compare");
}

static int codon_id(const ps_panel *p, int gene, int number) {
    int c = 0;
    while (p->codons[c].gene != gene || p->codons[c].number != number)
        c++;
    return c;
}

static fixture *start(const char *id) {
    fixture *f = ps_alloc(1, sizeof *f);
    make_panel(&f->panel);
    f->result.panel = &f->panel;
    f->result.sample_id = ps_strdup(id);
    f->result.purity = NAN;
    return f;
}

static fixture *positive(void) {
    fixture *f = start("P1 " NASTY);
    make_label(f, PS_LABEL_PLASMACYTOMA, 0.917, 0.742, 0.977);
    ps_verdict *v = &f->result.label.chosen;
    v->leaning = PS_LABEL_PLASMACYTOMA;
    v->marker[PS_MARKER_CCND1] = (ps_marker_verdict){PS_MARKER_POSITIVE, 1.2, 0.416, 1.984, 0.4};
    v->marker[PS_MARKER_RAS] = (ps_marker_verdict){PS_MARKER_POSITIVE, 1.2, 0.416, 1.984, 0.4};
    ps_reason_add(&v->reasons, PS_REASON_MARKERS_DISAGREE, "%s", "");
    f->result.calls.ras.state = PS_RAS_MUTATED;
    f->result.calls.ras.log_odds = 120.5;
    make_codons(f, PS_RAS_WILD_TYPE, 300, 0.011);
    make_variants(f);
    make_expression(f, PS_EXPRESSION_OVER, 2.31);
    make_copies(f, PS_CN_GAIN, 3.02);
    make_junction(f);
    f->result.calls.ccnd1 =
        (ps_ccnd1_call){.state = PS_CCND1_DYSREGULATED, .cause = PS_CAUSE_T1114, .log_level = {0, 0, 9.9}, .rule = 1};
    make_inputs(f, "/data/" NASTY "/p1.bam");
    return f;
}

static fixture *negative(void) {
    fixture *f = start("N1");
    f->result.evidence.style = PS_STYLE_ENSEMBL;
    f->result.purity = 0.8;
    f->result.specimen = PS_SPECIMEN_MARROW;
    make_label(f, PS_LABEL_INTRAMEDULLARY, 0.168, 0.0729, 0.341);
    ps_verdict *v = &f->result.label.chosen;
    v->leaning = PS_LABEL_INTRAMEDULLARY;
    v->marker[PS_MARKER_CCND1] = (ps_marker_verdict){PS_MARKER_NEGATIVE, -0.8, -1.388, -0.212, 0.3};
    v->marker[PS_MARKER_RAS] = (ps_marker_verdict){PS_MARKER_NEGATIVE, -0.8, -1.388, -0.212, 0.3};
    f->result.calls.ras.state = PS_RAS_WILD_TYPE;
    make_codons(f, PS_RAS_WILD_TYPE, 300, 0.011);
    int nras146 = codon_id(&f->panel, NRAS, 146);
    f->result.calls.ras.codon[nras146].lod95 = 0.041;
    f->result.calls.ras.codon[nras146].depth = 212;
    make_expression(f, PS_EXPRESSION_NOT_OVER, -5.02);
    make_copies(f, PS_CN_NEUTRAL, 2.01);
    f->result.calls.copynumber.purity = 0.8;
    f->result.calls.junction = (ps_junction_call){.state = PS_JUNCTION_NOT_DETECTED,
                                                  .physical_coverage = 68.2,
                                                  .background = 0.02,
                                                  .needed = 4,
                                                  .sources = 1u << PS_INPUT_DNA};
    f->result.calls.ccnd1 = (ps_ccnd1_call){.state = PS_CCND1_NOT_DYSREGULATED, .cause = PS_CAUSE_NONE};
    make_inputs(f, "n1.bam");
    return f;
}

static fixture *unassessable(void) {
    fixture *f = start("U1");
    make_label(f, PS_LABEL_NOT_ASSESSABLE, NAN, NAN, NAN);
    ps_reason_add(&f->result.label.chosen.reasons, PS_REASON_NO_ASSESSABLE_MARKER, "ccnd1, ras");
    ps_calls *c = &f->result.calls;
    make_codons(f, PS_RAS_NOT_ASSESSABLE, -1, NAN);
    ps_reason_add(&c->ras.reasons, PS_REASON_CODONS_SHALLOW, "KRAS 12 13 59 61 117 146, limit 0.05");
    c->expression.fragments = -1;
    c->expression.log2_ratio = c->expression.low = c->expression.high = NAN;
    ps_reason_add(&c->expression.reasons, PS_REASON_NO_RNA, "%s", "");
    ps_reason_add(&c->copynumber.reasons, PS_REASON_NO_DNA, "%s", "");
    c->copynumber.hyperdiploid = -1;
    c->junction.split = c->junction.discordant = -1;
    ps_reason_add(&c->junction.reasons, PS_REASON_NO_DNA, "%s", "");
    ps_reason_add(&c->ccnd1.reasons, PS_REASON_NO_INPUT, "%s", "");
    return f;
}

static fixture *failed(void) {
    fixture *f = ps_alloc(1, sizeof *f);
    f->result.sample_id = ps_strdup("F1");
    f->result.failure = ps_strdup("f1.bam: truncated\tat <block> 17");
    return f;
}

static void end(fixture *f) {
    ps_result_free(&f->result);
    ps_panel_free(&f->panel);
    free(f);
}

/* ---- reading back ---------------------------------------------------------------------------------------------- */

typedef int writer(const ps_result *, FILE *, ps_error *);

static char *written(writer *write, const ps_result *result) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ps_error err = {0};
    assert_int_equal(write(result, out, &err), 0);
    assert_int_equal(err.kind, PS_ERR_NONE);
    fclose(out);
    return text;
}

static int write_plain_text(const ps_result *r, FILE *out, ps_error *err) {
    return ps_write_text(r, &(ps_text_look){.columns = 80, .details = "out/X.html"}, out, err);
}

static int write_colour_text(const ps_result *r, FILE *out, ps_error *err) {
    return ps_write_text(r, &(ps_text_look){.colour = 1, .columns = 80}, out, err);
}

static int write_wide_text(const ps_result *r, FILE *out, ps_error *err) {
    return ps_write_text(r, &(ps_text_look){.columns = 300}, out, err);
}

static json_t *parsed(const fixture *f) {
    char *text = written(ps_write_json, &f->result);
    assert_int_equal(text[strlen(text) - 1], '\n');
    json_error_t error;
    json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!o)
        fail_msg("line %d: %s", error.line, error.text);
    free(text);
    return o;
}

/* "ras.codons.0.depth" */
static json_t *at(json_t *o, const char *path) {
    char *copy = ps_strdup(path), *save = NULL;
    for (char *key = strtok_r(copy, ".", &save); key; key = strtok_r(NULL, ".", &save)) {
        o = json_is_array(o) ? json_array_get(o, (size_t)atol(key)) : json_object_get(o, key);
        if (!o)
            fail_msg("%s: no %s", path, key);
    }
    free(copy);
    return o;
}

static void has_text(json_t *o, const char *path, const char *want) {
    assert_string_equal(json_string_value(at(o, path)), want);
}

static void has_number(json_t *o, const char *path, double want) {
    assert_true(json_is_number(at(o, path)));
    double have = json_number_value(at(o, path));
    if (have != want)
        fail_msg("%s is %.17g, not %.17g", path, have, want);
}

static void has_null(json_t *o, const char *path) {
    assert_true(json_is_null(at(o, path)));
}

static int count_of(const char *text, const char *what) {
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

/* The contract's keys lead, in the contract's order. */
static void leads_with(json_t *o, const char *path, const char *keys) {
    json_t *part = *path ? at(o, path) : o;
    const char *key;
    json_t *value;
    json_object_foreach(part, key, value) {
        size_t n = strcspn(keys, " ");
        if (!n)
            return;
        if (strlen(key) != n || strncmp(key, keys, n))
            fail_msg("%s: found %s where %s is due", path, key, keys);
        keys += n + (keys[n] == ' ');
    }
    if (*keys)
        fail_msg("%s lacks %s", path, keys);
}

static void keys_are_the_contracts(void **state) {
    (void)state;
    fixture *f = positive();
    json_t *o = parsed(f);
    leads_with(
        o, "",
        "schema digest sample_id status label probability leaning reasons model models population markers ccnd1 ras "
        "ccnd1_expression ccnd1_copy_number igh_ccnd1 qc inputs evidence provenance");
    leads_with(o, "evidence", "file digest");
    leads_with(o, "probability", "plasmacytoma_like low high");
    leads_with(o, "model", "name basis question specimen");
    leads_with(o, "models.0", "name basis specimen label probability low high applies contradicts");
    leads_with(o, "models.0.rates", "plasmacytoma_like intramedullary indeterminate");
    leads_with(o, "population", "name source");
    leads_with(o, "markers.1", "name state log_likelihood_ratio low high");
    leads_with(o, "ccnd1", "state cause");
    leads_with(o, "ras", "state reasons variants codons");
    leads_with(o, "ras.variants.0",
               "gene chrom pos ref alt hgvs_c hgvs_p protein codon tier filter vaf vaf_low vaf_high "
               "depth alt_depth lod sources");
    leads_with(o, "ras.codons.0", "gene codon state depth lod95");
    leads_with(o, "ccnd1_expression",
               "state reasons levels plasma_share fragments log2_ratio z percentile reference genes");
    leads_with(o, "ccnd1_expression.levels", "very_high intermediate low");
    leads_with(o, "ccnd1_expression.plasma_share", "value low high");
    leads_with(o, "ccnd1_expression.genes.0", "gene fragments log2_ratio");
    leads_with(o, "ccnd1_copy_number",
               "state reasons log2_ratio copies copies_low copies_high scope hyperdiploid arms");
    leads_with(o, "ccnd1_copy_number.arms.0", "arm log2_ratio copies");
    leads_with(o, "igh_ccnd1", "state reasons split_fragments discordant_fragments breakpoints");
    leads_with(o, "igh_ccnd1.breakpoints.0", "chrom_a pos_a chrom_b pos_b");
    leads_with(o, "qc.0", "check input state value limit message");
    leads_with(o, "inputs.0", "role path format build sample_name records");
    leads_with(o, "provenance", "program version htslib panel panel_checksum model");
    json_decref(o);
    end(f);
}

static void positive_json(void **state) {
    (void)state;
    fixture *f = positive();
    json_t *o = parsed(f);
    has_text(o, "schema", "plasmastrat/sample/2");
    has_text(o, "sample_id",
             "P1 <script>alert('x')</script>\t\"q\" & \xef\xbf\xbd\xef\xbf\xbd(\033[31m\n\xe2\x80\xae");
    has_text(o, "status", "ok");
    has_text(o, "label", "plasmacytoma-like");
    has_text(o, "leaning", "plasmacytoma-like");
    has_number(o, "probability.plasmacytoma_like", 0.917);
    has_number(o, "probability.low", 0.742);
    has_text(o, "model.specimen", "any");
    has_text(o, "model.note", "basis premise: its weights are an assumption, not measured");
    has_text(o, "models.1.specimen", "lesion");
    has_text(o, "models.2.label", "not-assessable");
    has_null(o, "models.2.probability");
    has_number(o, "markers.0.log_likelihood_ratio", 1.2);
    has_text(o, "ccnd1.cause", "t(11;14)");
    has_text(o, "ras.variants.0.chrom", "chr12");
    has_number(o, "ras.variants.0.pos", 25245350);
    has_number(o, "ras.variants.0.vaf", 0.132);
    has_number(o, "ras.variants.0.alt_f2r1", 25);
    has_text(o, "ras.variants.0.sources.0", "rna");
    has_text(o, "ras.variants.0.sources.1", "dna");
    assert_int_equal(json_array_size(at(o, "ras.variants.0.evidence")), 2);
    has_number(o, "ras.variants.0.evidence.0.alt_depth", 4);
    has_null(o, "ras.variants.2.vaf");
    has_null(o, "ras.variants.2.depth");
    /* BRAF is context: not among the variants that make the state */
    assert_int_equal(json_array_size(at(o, "ras.variants")), 3);
    has_text(o, "ras.context_variants.0.gene", "BRAF");
    /* hotspots and those that decide of KRAS and NRAS; HRAS 6 hotspots + BRAF 600 */
    assert_int_equal(json_array_size(at(o, "ras.codons")), 12);
    has_text(o, "ras.codons.0.gene", "KRAS");
    assert_int_equal(json_array_size(at(o, "ras.context_codons")), 7);
    assert_int_equal(json_array_size(at(o, "ras.coverage")), 3); /* every codon, stops left out */
    has_text(o, "ras.coverage.1.transcript", "NM_033360.4");
    has_text(o, "ras.coverage.1.codons", "151-189"); /* 4A where it differs */
    assert_int_equal(json_array_size(at(o, "ras.coverage.0.depth")), 188);
    assert_int_equal(strlen(json_string_value(at(o, "ras.coverage.2.state"))), 189);
    assert_int_equal(json_array_size(at(o, "ccnd1_expression.genes")), 3);
    has_text(o, "ccnd1_expression.reference_basis", "assumption");
    has_null(o, "ccnd1_expression.z");
    assert_true(json_is_true(at(o, "ccnd1_copy_number.hyperdiploid")));
    has_null(o, "ccnd1_copy_number.purity");
    assert_int_equal(json_array_size(at(o, "ccnd1_copy_number.chromosome11.beg")), N_BINS);
    has_text(o, "igh_ccnd1.breakpoints.0.kept_b", "right");
    has_number(o, "reads.0.left_out.duplicate", 311);
    json_decref(o);
    end(f);
}

/* What a later step reads back is what was computed: every ps_round6 value survives the file. */
static void reals_survive(void **state) {
    (void)state;
    const double raw[] = {M_PI, 1e-7 / 3, 123456.789, 0.1 + 0.2, -2.0 / 3, 1e15 / 7, 0.99999949, 5e-310};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
        fixture *f = negative();
        f->result.calls.ras.log_odds = ps_round6(raw[i]);
        json_t *o = parsed(f);
        has_number(o, "ras.log_odds", ps_round6(raw[i]));
        json_decref(o);
        end(f);
    }
}

static void negative_json(void **state) {
    (void)state;
    fixture *f = negative();
    json_t *o = parsed(f);
    has_text(o, "label", "intramedullary");
    has_text(o, "ras.state", "wild-type");
    has_text(o, "igh_ccnd1.state", "not-detected");
    has_number(o, "igh_ccnd1.split_fragments", 0);
    has_number(o, "ccnd1_copy_number.purity", 0.8);
    assert_true(json_is_false(at(o, "ccnd1_copy_number.hyperdiploid")));
    json_decref(o);
    end(f);
}

static void unassessable_json(void **state) {
    (void)state;
    fixture *f = unassessable();
    json_t *o = parsed(f);
    has_text(o, "label", "not-assessable");
    has_text(o, "leaning", "none");
    has_null(o, "probability.plasmacytoma_like");
    has_text(o, "ras.state", "not-assessable");
    has_null(o, "ras.codons.0.depth");
    has_null(o, "ras.codons.0.lod95");
    has_null(o, "ras.codons.0.source");
    has_null(o, "ccnd1_expression.fragments");
    has_null(o, "ccnd1_copy_number.copies"); /* a zeroed call is not a homozygous loss */
    has_null(o, "ccnd1_copy_number.hyperdiploid");
    has_null(o, "igh_ccnd1.split_fragments");
    assert_non_null(strstr(json_string_value(at(o, "ras.reasons.0")), "codons-shallow: "));
    json_decref(o);
    /* a chosen model for another specimen gives no label */
    f->result.label.chosen.label = PS_LABEL_NOT_APPLICABLE;
    o = parsed(f);
    has_text(o, "label", "not-assessable");
    json_decref(o);
    end(f);
}

static void failed_json(void **state) {
    (void)state;
    fixture *f = failed();
    json_t *o = parsed(f);
    has_text(o, "status", "failed");
    has_text(o, "message", "f1.bam: truncated\tat <block> 17");
    has_text(o, "label", "not-assessable");
    assert_null(json_object_get(o, "ras"));
    json_decref(o);
    end(f);
}

static void schema_parses(void **state) {
    (void)state;
    json_t *o = json_loads(ps_json_schema, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(o);
    has_text(o, "properties.schema.const", "plasmastrat/sample/2");
    json_decref(o);
}

/* ---- VCF ------------------------------------------------------------------------------------------------------- */

static char *read_gz(const char *path) {
    gzFile in = gzopen(path, "rb");
    assert_non_null(in);
    char *text = ps_alloc(1 << 20, 1);
    int n = gzread(in, text, (1 << 20) - 1);
    assert_true(n > 0 && n < (1 << 20) - 1);
    assert_int_equal(gzclose(in), Z_OK);
    return text;
}

static char *vcf_of(const fixture *f) {
    char folder[] = "/tmp/test_report.XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = ps_format("%s/a.vcf.gz.part", folder), *index = ps_format("%s/a.vcf.gz.tbi", folder);
    ps_error err = {0};
    assert_int_equal(ps_write_vcf(&f->result, path, index, &err), 0);
    char *text = read_gz(path), *tbi = read_gz(index);
    assert_memory_equal(tbi, "TBI\1", 4);
    free(tbi);
    unlink(path);
    unlink(index);
    rmdir(folder);
    free(path);
    free(index);
    return text;
}

static const char records[] =
    "chr1\t114713909\t.\tG\tT\t.\tPASS\tGENE=NRAS;HGVSC=c.181C>A;HGVSP=p.Gln61Lys;TIER=hotspot;TRANSCRIPT=NM_002524."
    "5;"
    "SOURCES=vcf\tGT:DP:AD:AF:ADF:ADR\t0/1:.:.,.:.:.,.:.,.\n"
    "chr7\t140753336\t.\tA\tT\t.\tPASS\tGENE=BRAF;HGVSC=c.1799T>A;HGVSP=p.Val600Glu;TIER=hotspot;"
    "TRANSCRIPT=NM_004333.6;SOURCES=dna;CONTEXT\tGT:DP:AD:AF:ADF:ADR\t0/1:.:.,.:0.5:.,.:.,.\n"
    "chr11\t69200001\tIGH_CCND1_1a\tG\tG[chr14:105860500[\t.\tPASS\tSVTYPE=BND;MATEID=IGH_CCND1_1b;EVENT=IGH_CCND1_1;"
    "SPLIT=12;DISC=9;"
    "SOURCES=dna\tGT:DP:AD:AF:ADF:ADR\t0/1:.:.,.:.:.,.:.,.\n"
    "chr11\t69200010\tIGH_CCND1_2a\tN\t]chr14:105860400]N\t.\tPASS\tSVTYPE=BND;MATEID=IGH_CCND1_2b;EVENT=IGH_CCND1_1;"
    "SPLIT=0;DISC=7;"
    "SOURCES=dna;IMPRECISE\tGT:DP:AD:AF:ADF:ADR\t0/1:.:.,.:.:.,.:.,.\n"
    "chr12\t25245347\t.\tCCA\tTTA\t.\tlow_evidence\tGENE=KRAS;HGVSC=c.36_38delinsTAA;HGVSP=p.Gly12_Gly13%3D;"
    "TIER=synonymous;TRANSCRIPT=NM_004985.5;SOURCES=vcf\tGT:DP:AD:AF:ADF:ADR\t./.:200:.,1:0.005:.,.:.,.\n"
    "chr12\t25245350\t.\tC\tT\t.\tPASS\tGENE=KRAS;HGVSC=c.35G>A;HGVSP=p.Gly12Asp;TIER=hotspot;TRANSCRIPT=NM_004985.5;"
    "LOD=98.2;SOURCES=rna,dna\tGT:DP:AD:AF:ADF:ADR\t0/1:410:355,54:0.132:180,29:175,25\n"
    "chr14\t105860400\tIGH_CCND1_2b\tN\tN[chr11:69200010[\t.\tPASS\tSVTYPE=BND;MATEID=IGH_CCND1_2a;EVENT=IGH_CCND1_1;"
    "CIPOS=0,800;SPLIT=0;DISC=7;"
    "SOURCES=dna;IMPRECISE\tGT:DP:AD:AF:ADF:ADR\t0/1:.:.,.:.:.,.:.,.\n"
    "chr14\t105860500\tIGH_CCND1_1b\tA\t]chr11:69200001]A\t.\tPASS\tSVTYPE=BND;MATEID=IGH_CCND1_1a;EVENT=IGH_CCND1_1;"
    "SPLIT=12;DISC=9;"
    "SOURCES=dna\tGT:DP:AD:AF:ADF:ADR\t0/1:.:.,.:.:.,.:.,.\n";

static void positive_vcf(void **state) {
    (void)state;
    fixture *f = positive();
    char *text = vcf_of(f), *again = vcf_of(f);
    assert_string_equal(text, again);
    assert_int_equal(strncmp(text, "##fileformat=VCFv4.3\n", 21), 0);
    assert_non_null(strstr(text, "\n##source=plasmastrat " PS_VERSION "\n"));
    assert_non_null(strstr(text, "\n##reference=GRCh38\n"));
    assert_non_null(strstr(text, "\n##contig=<ID=chr14,length=107043718>\n"));
    assert_int_equal(count_of(text, "##FILTER=<ID="), PS_N_FILTERS);
    assert_int_equal(count_of(text, "##contig="), N_CONTIGS);
    char *columns = strstr(text, "#CHROM");
    const char *head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
                       "P1 <script>alert('x')</script> \"q\" & \xef\xbf\xbd\xef\xbf\xbd(?[31m ?\n";
    assert_int_equal(strncmp(columns, head, strlen(head)), 0);
    assert_string_equal(columns + strlen(head), records);
    free(text);
    free(again);
    end(f);
}

static void negative_vcf(void **state) {
    (void)state;
    fixture *f = negative();
    char *text = vcf_of(f);
    assert_non_null(strstr(text, "\n##contig=<ID=14,length=107043718>\n"));
    assert_non_null(strstr(text, "FORMAT\tN1\n"));
    assert_string_equal(strstr(text, "\tN1\n"), "\tN1\n"); /* no record follows */
    free(text);
    ps_error err = {0};
    assert_int_equal(ps_write_vcf(&f->result, "/nonexistent/x.vcf.gz", "/nonexistent/x.tbi", &err), -1);
    assert_int_equal(err.kind, PS_ERR_RUN);
    assert_non_null(strstr(err.text, "/nonexistent/x.vcf.gz"));
    end(f);
}

/* ---- TSV ------------------------------------------------------------------------------------------------------- */

static char *field(const char *row, int number) {
    while (number--)
        row = strchr(row, '\t') + 1;
    return ps_strndup(row, strcspn(row, "\t\n"));
}

static void is_field(const char *row, int number, const char *want) {
    char *have = field(row, number);
    assert_string_equal(have, want);
    free(have);
}

static int header_of(const ps_result *r, FILE *out, ps_error *err) {
    (void)r;
    return ps_write_cohort_tsv(NULL, 0, out, err);
}

/* The table's line of one result, without the header. */
static int write_row(const ps_result *r, FILE *out, ps_error *err) {
    ps_row row;
    char *table = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&table, &size);
    ps_row_of(r, &row);
    int status = ps_write_cohort_tsv(&row, 1, stream, err);
    fclose(stream);
    if (fputs(strchr(table, '\n') + 1, out) < 0 || fflush(out) != 0)
        status = ps_fail(err, PS_ERR_RUN, NULL, 0, "the line could not be written");
    ps_row_free(&row);
    free(table);
    return status;
}

static void cohort_rows(void **state) {
    (void)state;
    char *header = written(header_of, NULL);
    const char *due =
        "sample_id\tstatus\tlabel\tprobability\tras\tras_variants\tccnd1\tccnd1_cause\tccnd1_expression\t"
        "ccnd1_copy_number\tigh_ccnd1\thyperdiploid\tmessage\t";
    assert_int_equal(strncmp(header, due, strlen(due)), 0);
    int tabs = count_of(header, "\t");
    fixture *f[] = {positive(), negative(), unassessable(), failed()};
    static const char *const want[4][13] = {
        {"P1 <script>alert('x')</script> \"q\" & \xef\xbf\xbd\xef\xbf\xbd(?[31m ?", "ok", "plasmacytoma-like",
         "0.917", "mutated", "KRAS:p.Gly12Asp:0.132,NRAS:p.Gln61Lys:.", "dysregulated", "t(11;14)", "overexpressed",
         "gain", "detected", "true", "."},
        {"N1", "ok", "intramedullary", "0.168", "wild-type", ".", "not-dysregulated", "none", "not-overexpressed",
         "neutral", "not-detected", "false", "."},
        {"U1", "ok", "not-assessable", ".", "not-assessable", ".", "not-assessable", "not-assessable",
         "not-assessable", "not-assessable", "not-assessable", ".",
         "no-assessable-marker: no marker of the model could be assessed (ccnd1, ras)"},
        {"F1", "failed", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "f1.bam: truncated at <block> 17"},
    };
    for (int i = 0; i < 4; i++) {
        char *row = written(write_row, &f[i]->result);
        assert_int_equal(count_of(row, "\t"), tabs);
        assert_int_equal(count_of(row, "\n"), 1);
        for (int c = 0; c < 13; c++)
            is_field(row, c, want[i][c]);
        free(row);
    }
    char *row = written(write_row, &f[1]->result);
    assert_non_null(strstr(row, "\t0.041\tNRAS:146\t"));
    assert_non_null(strstr(row, "\tmarrow\t"));
    free(row);
    row = written(write_row, &f[0]->result);
    assert_non_null(strstr(row, "\tBRAF:p.Val600Glu:0.5\t"));
    free(row);
    for (int i = 0; i < 4; i++)
        end(f[i]);
    free(header);
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

static void fits_a_screen(const char *text, int most_lines) {
    assert_true(count_of(text, "\n") <= most_lines);
    int column = 0;
    for (; *text; text++) {
        assert_true(*text == '\n' || (unsigned char)*text >= ' ');
        column = *text == '\n' ? 0 : column + (((unsigned char)*text & 0xC0) != 0x80);
        assert_true(column <= 80);
    }
}

/* Continued lines joined to the line they continue. */
static char *unwrapped(const char *text) {
    const char indent[] = "\n           ";
    char *joined = ps_strdup(text);
    for (char *at; (at = strstr(joined, indent));) {
        *at = ' ';
        memmove(at + 1, at + sizeof indent - 1, strlen(at + sizeof indent - 1) + 1);
    }
    return joined;
}

static void summaries(void **state) {
    (void)state;
    fixture *f[] = {positive(), negative(), unassessable(), failed()};
    static const char *const due[4][6] = {
        {"plasmacytoma-like, probability 0.92 (95 % 0.74 to 0.98)",
         "rationale (assumed weights, not measured); specimen: unknown",
         "dysregulated, cause t(11;14); weight +1.20 (95 % +0.42 to +1.98)",
         "KRAS p.Gly12Asp VAF 13 % (10 % to 17 %), 54 of 410 fragments, rna+dna, hotspot",
         "detected: 12 split + 9 discordant fragments, chr11:69200001 to chr14:105860500",
         "primary-solitary (published) says intramedullary, if this were a lesion"},
        {"intramedullary, probability of plasmacytoma-like 0.17 (95 % 0.07 to 0.34)",
         "a mutation of 4.1 % VAF or more would have been found at every hotspot codon (weakest: NRAS 146, 212 "
         "fragments "
         "of dna)",
         "neutral: 2.01 copies (1.91 to 2.11); hyperdiploid: no", "not-detected: no position with 4 fragments",
         "rationale (assumed weights, not measured); specimen: marrow",
         "log2 -4.70 per plasma cell; very high from 3.34, low up to -3.23 (built-in limits)"},
        {"Label      not-assessable not validated on patients", "no-assessable-marker: ",
         "no VAF would have been found at hotspot codon KRAS 12", "no-rna: ", "no weight", "not a diagnosis"},
        {"FAILED     f1.bam: truncated at <block> 17", "F1", "F1", "F1", "F1", "F1"},
    };
    for (int i = 0; i < 4; i++) {
        char *text = written(write_plain_text, &f[i]->result), *joined = unwrapped(text);
        fits_a_screen(text, 23);
        assert_null(strstr(text, " ...\n")); /* nothing is cut */
        for (int d = 0; d < 6; d++)
            if (!strstr(joined, due[i][d]))
                fail_msg("no '%s' in\n%s", due[i][d], text);
        free(text);
        free(joined);
    }
    char *plain = written(write_plain_text, &f[0]->result), *colour = written(write_colour_text, &f[0]->result);
    assert_null(strchr(plain, '\033'));
    assert_null(strstr(colour, "\033[31m")); /* the sample id's own escape stays out */
    assert_non_null(strstr(colour, "\033[1;31mplasmacytoma-like\033[0m"));
    free(plain);
    free(colour);
    for (int i = 0; i < 4; i++)
        end(f[i]);
}

/* "and more" stands behind the first of several breakpoints, and never behind the only one. */
static void breakpoints_of_a_summary(void **state) {
    (void)state;
    fixture *f = positive();
    for (size_t n = 2; n > 0; n--) {
        f->result.calls.junction.n_breakpoints = n;
        char *text = written(write_plain_text, &f->result), *joined = unwrapped(text);
        assert_int_equal(strstr(joined, " and more") != NULL, n == 2);
        free(text);
        free(joined);
    }
    end(f);
}

/* Guards against: a summary that is longer than the screen when there is much to say about what cannot be said */
static void crowded_summary(void **state) {
    (void)state;
    fixture *f = unassessable();
    ps_calls *c = &f->result.calls;
    ps_reasons long_reasons = {.n = PS_MAX_REASONS};
    for (size_t i = 0; i < PS_MAX_REASONS; i++) {
        long_reasons.at[i].code = PS_REASON_CODONS_SHALLOW;
        memset(long_reasons.at[i].detail, 'x', sizeof long_reasons.at[i].detail - 1);
    }
    f->result.label.chosen.reasons = long_reasons;
    c->ras.reasons = c->expression.reasons = c->copynumber.reasons = c->junction.reasons = long_reasons;
    for (int i = 0; i < 9; i++)
        ps_result_qc(&f->result, "check", "dna", PS_QC_FAIL, 1, 2, "%0300d", i);
    char *text = written(write_plain_text, &f->result);
    fits_a_screen(text, 23);
    assert_null(strstr(text, " ...\n")); /* less is said, nothing is cut */
    assert_null(strstr(text, "xxx"));
    assert_null(strstr(text, "000"));
    assert_non_null(strstr(text, "codons-shallow"));
    assert_non_null(strstr(text, "fail check (dna), fail check (dna), and more"));
    assert_non_null(strstr(text, "\nDetails    out/X.html\n"));
    free(text);
    end(f);
}

/* The most that can be said: as many lines as the screen has, whatever is found. */
static void full_summaries(void **state) {
    (void)state;
    fixture *f = positive();
    ps_result *r = &f->result;
    ps_calls *c = &r->calls;
    char *text = written(write_plain_text, r);
    fits_a_screen(text, 23);
    assert_non_null(strstr(text, "very high from"));
    free(text);
    text = written(write_wide_text, r);
    assert_null(strstr(text, "Details"));
    assert_true(strlen(text) > 0 && count_of(text, "\n") < 20); /* fewer lines where the terminal is wide */
    free(text);
    r->label.chosen.label = PS_LABEL_INDETERMINATE;
    r->label.chosen.leaning = PS_LABEL_PLASMACYTOMA;
    for (int code = PS_REASON_MARKER_MISSING; code <= PS_REASON_PROBABILITY_BETWEEN; code++)
        ps_reason_add(&r->label.chosen.reasons, (ps_reason_code)code, "%0100d", code);
    c->copynumber.state = PS_CN_NOT_ASSESSABLE;
    c->expression.state = PS_EXPRESSION_NOT_ASSESSABLE;
    ps_reason_add(&c->copynumber.reasons, PS_REASON_AMBIGUOUS_BASELINE, "%0200d", 0);
    ps_reason_add(&c->expression.reasons, PS_REASON_LATE_READS, "%0200d", 0);
    for (int i = 0; i < 9; i++)
        ps_result_qc(r, "check-of-something", "normal", PS_QC_WARN, 1, 2, "%0300d", i);
    text = written(write_plain_text, r);
    fits_a_screen(text, 23);
    assert_null(strstr(text, " ...\n"));
    assert_non_null(strstr(text, "not a diagnosis"));
    free(text);
    end(f);
}

/* ---- HTML ------------------------------------------------------------------------------------------------------ */

static void pages(void **state) {
    (void)state;
    fixture *f[] = {positive(), negative(), unassessable(), failed()};
    for (int i = 0; i < 4; i++) {
        char *page = written(ps_write_html, &f[i]->result);
        assert_null(strstr(page, "<script"));
        assert_null(strstr(page, "{{"));
        assert_null(strstr(page, "http://"));
        assert_null(strstr(page, "https://"));
        assert_null(strstr(page, "nan%"));
        assert_null(strstr(page, "inf%"));
        assert_null(strchr(page, '\033'));
        assert_null(strchr(page, '\xff'));
        assert_null(strstr(page, "\xe2\x80\xae"));
        static const char *const balanced[] = {"svg", "table",  "tr", "td", "section",
                                               "div", "figure", "ul", "li", "dl"};
        for (size_t t = 0; t < sizeof balanced / sizeof *balanced; t++) {
            char open[16], open_attribute[16], close[16];
            snprintf(open, sizeof open, "<%s>", balanced[t]);
            snprintf(open_attribute, sizeof open_attribute, "<%s ", balanced[t]);
            snprintf(close, sizeof close, "</%s>", balanced[t]);
            assert_int_equal(count_of(page, open) + count_of(page, open_attribute), count_of(page, close));
        }
        free(page);
    }
    char *page = written(ps_write_html, &f[0]->result);
    assert_non_null(strstr(page, "P1 &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;q&quot; &amp; "));
    assert_non_null(strstr(page, "<p class=\"label\">plasmacytoma-like</p>"));
    assert_non_null(strstr(page, "KRAS p.Gly12Asp"));
    assert_non_null(strstr(page, "chr11:69200001, left kept"));
    assert_non_null(strstr(page, "not a diagnosis"));
    assert_int_equal(count_of(page, " decided</th>"), 1); /* of CCND1's rules */
    assert_non_null(strstr(page, "aria-current=\"true\"><th role=\"rowheader\" scope=\"row\" class=\"n\">1 "));
    free(page);
    page = written(ps_write_html, &f[1]->result);
    assert_non_null(strstr(page, "wild type (4.1\xc2\xa0%"));
    free(page);
    page = written(ps_write_html, &f[2]->result);
    assert_non_null(strstr(page, "<b>codons-shallow</b>: "));
    assert_non_null(strstr(page, "<b>no-rna</b>: "));
    assert_null(strstr(page, " decided</th>"));
    free(page);
    page = written(ps_write_html, &f[3]->result);
    assert_non_null(strstr(page, "f1.bam: truncated at &lt;block&gt; 17"));
    assert_null(strstr(page, "id=\"ras\""));
    free(page);
    for (int i = 0; i < 4; i++)
        end(f[i]);
}

/* Numbers that do not exist are absent in every writer, never "nan". */
static void missing_numbers(void **state) {
    (void)state;
    fixture *f = positive();
    ps_calls *c = &f->result.calls;
    for (size_t i = 0; i < c->ras.n_variants; i++)
        c->ras.variant[i].best.vaf_low = c->ras.variant[i].best.vaf_high = NAN;
    c->expression.low = c->expression.high = c->expression.plasma_log2 = c->expression.spliced_fraction = NAN;
    c->copynumber.copies = c->copynumber.copies_low = c->copynumber.copies_high = c->copynumber.noise = NAN;
    c->copynumber.hyperdiploid = -1;
    for (size_t i = 0; i < c->copynumber.n_bins; i += 2)
        c->copynumber.bin[i].log2_ratio = NAN;
    for (size_t i = 0; i < c->copynumber.n_arms; i += 2)
        c->copynumber.arm[i].log2_ratio = c->copynumber.arm[i].copies = NAN;
    c->junction.physical_coverage = c->junction.background = NAN;
    static writer *const writers[] = {ps_write_json, ps_write_html, write_plain_text, write_row};
    for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
        char *text = written(writers[w], &f->result);
        static const char *const never[] = {"nan%", "\"nan", " nan", "(nan", "\tnan", "-nan", " inf", "\"inf"};
        for (size_t n = 0; n < sizeof never / sizeof *never; n++)
            assert_null(strstr(text, never[n]));
        free(text);
    }
    json_t *o = parsed(f);
    has_null(o, "ccnd1_copy_number.copies");
    has_null(o, "ccnd1_copy_number.arms.0.copies");
    json_decref(o);
    end(f);
}

static void full_disk(void **state) {
    (void)state;
    fixture *f = positive();
    static writer *const writers[] = {ps_write_json, ps_write_html, write_plain_text, write_row};
    for (size_t w = 0; w < sizeof writers / sizeof *writers; w++) {
        FILE *out = fopen("/dev/full", "w");
        if (!out)
            break;
        ps_error err = {0};
        assert_int_equal(writers[w](&f->result, out, &err), -1);
        assert_int_equal(err.kind, PS_ERR_RUN);
        fclose(out);
    }
    end(f);
}

static void contig_names(void **state) {
    (void)state;
    fixture *f = negative();
    assert_string_equal(ps_output_contig(&f->result, CHR11), "11");
    f->result.evidence.style = PS_STYLE_GENBANK; /* no such name in this panel */
    assert_string_equal(ps_output_contig(&f->result, CHR11), "chr11");
    assert_string_equal(ps_output_contig(&f->result, -1), ".");
    assert_string_equal(ps_output_contig(&f->result, N_CONTIGS), ".");
    end(f);
}

/* ---- by hand --------------------------------------------------------------------------------------------------- */

static void leave(const char *folder, const char *name, fixture *f) {
    static const struct {
        const char *suffix;
        writer *write;
    } rows[] = {{"json", ps_write_json}, {"html", ps_write_html}, {"txt", write_colour_text}, {"tsv", write_row}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *path = ps_format("%s/%s.%s", folder, name, rows[i].suffix);
        FILE *out = fopen(path, "w");
        ps_error err = {0};
        if (!out || rows[i].write(&f->result, out, &err) || fclose(out))
            fprintf(stderr, "%s: %s\n", path, err.text);
        free(path);
    }
    char *path = ps_format("%s/%s.ras.vcf.gz", folder, name), *index = ps_format("%s.tbi", path);
    ps_error err = {0};
    if (!f->result.failure && ps_write_vcf(&f->result, path, index, &err))
        fprintf(stderr, "%s\n", err.text);
    free(path);
    free(index);
    end(f);
}

int main(int argc, char **argv) {
    if (argc == 2) {
        leave(argv[1], "positive", positive());
        leave(argv[1], "negative", negative());
        leave(argv[1], "unassessable", unassessable());
        leave(argv[1], "failed", failed());
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_the_contracts),
        cmocka_unit_test(positive_json),
        cmocka_unit_test(reals_survive),
        cmocka_unit_test(negative_json),
        cmocka_unit_test(unassessable_json),
        cmocka_unit_test(failed_json),
        cmocka_unit_test(schema_parses),
        cmocka_unit_test(positive_vcf),
        cmocka_unit_test(negative_vcf),
        cmocka_unit_test(cohort_rows),
        cmocka_unit_test(summaries),
        cmocka_unit_test(breakpoints_of_a_summary),
        cmocka_unit_test(crowded_summary),
        cmocka_unit_test(full_summaries),
        cmocka_unit_test(pages),
        cmocka_unit_test(missing_numbers),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(contig_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
