/* panel.h - what the program knows before it sees a sample: places, sequences, limits, models.
 *
 * A panel is a folder of plain tables (panels/README.md describes each file and column). Built-in panels are
 * panels/common + panels/<build>, embedded in the program; `panel export` writes the union into one folder, which
 * --panel reads back. A loaded panel is const, shared by all threads, and everything refers to its rows by index
 * ("gene id", "codon id", "bin id", ...).
 *
 * Inside: 0-based half-open (beg0, end0). Tables named *.bed are 0-based half-open too; columns named pos1 are
 * 1-based.
 */
#ifndef PLASMASTRAT_PANEL_H
#define PLASMASTRAT_PANEL_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"
#include "plasmastrat/model.h"

/* Naming styles of a contig: chr12, 12, NC_000012.12, CM000674.2. */
enum { PS_STYLE_UCSC, PS_STYLE_ENSEMBL, PS_STYLE_REFSEQ, PS_STYLE_GENBANK, PS_N_STYLES };
extern const char *const ps_style_names[PS_N_STYLES]; /* "ucsc", "ensembl", "refseq", "genbank" */

typedef struct ps_contig {
    char *name[PS_N_STYLES]; /* NULL where a style has no name */
    int64_t length;
} ps_contig;

typedef struct ps_span {
    int contig; /* contig id */
    int32_t beg0, end0;
} ps_span;

typedef enum {
    PS_ROLE_CYCLIN,
    PS_ROLE_RAS,
    PS_ROLE_RAF,
    PS_ROLE_REFERENCE,
    PS_ROLE_PLASMA_CELL,
    PS_ROLE_OTHER_CELL,
    PS_N_ROLES
} ps_role;
extern const char
    *const ps_role_names[PS_N_ROLES]; /* "cyclin", "ras", "raf", "reference", "plasma-cell", "other-cell" */

typedef struct ps_gene {
    char *name;
    ps_role role;
    char *cell;  /* for other-cell: "stroma", "t-cell", ...; else "" */
    char strand; /* '+' or '-' */
    int contig;
    ps_span *exons; /* union over transcripts, genomic order, disjoint */
    int n_exons;
    int32_t length;        /* bases in the union */
    char *ids;             /* "|CCND1|ENSG00000110092|NM_053056|595|": its name and ids, between bars */
    double centre, spread; /* log2 over the median reference gene in plasma cells, and its sd; NaN: not known */
} ps_gene;

/* CCND1 per plasma cell at one level, log2 over the median reference gene. */
typedef struct ps_level_of_ccnd1 {
    double log2, sd;
} ps_level_of_ccnd1;

/* Other cells that express CCND1 themselves: their markers' median and CCND1 in such cells alone, log2. */
typedef struct ps_cell_ccnd1 {
    char *cell;
    double marker_log2, ccnd1_log2;
} ps_cell_ccnd1;

/* A coding transcript of a RAS or RAF gene. */
typedef struct ps_transcript {
    int gene;
    char *refseq; /* NM_004985.5 */
    ps_span *cds; /* coding part of each exon, in transcript order */
    int n_cds;
    char *sequence; /* coding sequence of this build, transcript strand, ACGT, stop codon included */
    int32_t length; /* = 3 * n_codons */
    int n_codons;   /* stop codon included */
} ps_transcript;

/* Which of a locus's codons: each genomic triple is one codon, listed under the first transcript (in table order)
 * that has it, so KRAS 1-150 appear once and 151-189 appear for both isoforms. */
typedef struct ps_codon {
    int gene, transcript, locus;
    int number;       /* 1-based codon number in the transcript */
    int32_t pos0[3];  /* genomic places of bases 1, 2, 3 (transcript order; descending on the minus strand) */
    int target[3];    /* the same as target numbers of the locus */
    uint8_t ref;      /* codon code 0..63 of the reference, transcript strand (see ps_codon_code) */
    uint8_t hotspot;  /* 1: a hotspot codon: lower bar for calls, activating if changed */
    uint8_t required; /* 1: must be shown wild type before RAS is wild type (KRAS/NRAS 12 13 59 61 117 146) */
} ps_codon;

/* The coding places of one RAS/RAF gene, in genomic order. "Target" t is the t-th coding base. */
typedef struct ps_locus {
    int gene, contig;
    int n_targets;
    int32_t *pos0;      /* n_targets, ascending */
    char *base;         /* n_targets reference bases, plus strand */
    ps_span *windows;   /* coding exons with flanks, genomic order, disjoint */
    char **window_base; /* reference of each window, plus strand; 'N' where the panel does not know it */
    int n_windows;
    int codon_beg, codon_end; /* this locus's codon ids */
} ps_locus;

typedef struct ps_activating { /* a known activating protein change */
    int gene;
    char *protein; /* "G12D", "N486_P490del" */
} ps_activating;

typedef enum { PS_BIN_ARM, PS_BIN_11Q13, PS_BIN_CCND1 } ps_bin_role;
typedef struct ps_bin {
    ps_span span;
    int arm;
    ps_bin_role role;
    double gc, mappability;
} ps_bin;

/* A common SNP of the genome, to tell persons apart. Row i is the same SNP in every build's panel. */
typedef struct ps_snp {
    int contig;
    int32_t pos0;
    char ref, alt;        /* ACGT, plus strand */
    double alt_frequency; /* in the general population */
} ps_snp;

typedef struct ps_arm {
    char *name;                    /* "11q" */
    double gain_prior, loss_prior; /* how often gained / lost in newly diagnosed myeloma */
    int odd_trisomy;               /* on a chromosome of the hyperdiploid pattern: 3 5 7 9 11 15 19 21 */
} ps_arm;

/* Copies of an arm in the table of genomes: one, two, three, four or more. Groups: hyperdiploid, not. */
enum { PS_ARM_LOSS, PS_ARM_TWO, PS_ARM_GAIN, PS_ARM_MORE, PS_N_ARM_STATES };
enum { PS_N_KARYOTYPE_GROUPS = 2 };

typedef struct ps_chromosome {
    int p, q; /* arm ids; p is -1 where the panel has no such arm */
    double genomes[PS_N_KARYOTYPE_GROUPS][PS_N_ARM_STATES]
                  [PS_N_ARM_STATES];   /* by group, state of p (0 without p), of q */
    double all[PS_N_KARYOTYPE_GROUPS]; /* their sum */
} ps_chromosome;

/* What is published of a cell line, as the columns of a validation's sheet say it. */
typedef struct ps_cell_line {
    char *name, *ras, *igh_ccnd1; /* "KMS-12BM"; expect_ras, expect_igh_ccnd1 */
} ps_cell_line;

/* Limits: one double each, from limits.tsv (name, value, unit, source). X(name, unit, lowest, highest): one list for
 * the struct, the loader and `panel show`; the range is what could be meant. What only an algorithm needs stands in
 * its file. */
#define PS_LIMITS(X)                                                                                                 \
    /* ---- reads ---- */                                                                                            \
    X(min_mapq, "phred", 0, 254) /* reads below are left out (RAS, copy number, junction); 255 is "unknown" */       \
    X(min_base_quality, "phred", 0, 60)       /* a codon counts when its three bases reach it */                     \
    X(max_base_quality, "phred", 10, 62)      /* cap on one base */                                                  \
    X(max_consensus_quality, "phred", 10, 62) /* cap on two agreeing mates (errors before sequencing are shared) */  \
    /* ---- RAS ---- */                                                                                              \
    X(library_amplicon_ng, "ng", 1e-3, 1e6) /* input that is assumed of an amplicon where the user does not say */   \
    X(library_copies_excess, "fraction of fragments", 0,                                                             \
      1)                                     /* shared ends above chance from which copies are unmarked */           \
    X(library_primer_bases, "bases", 0, 200) /* that a primer covers where the user does not say */                  \
    X(ras_min_alt, "fragments", 1, 1000)                                                                             \
    X(ras_alpha_hotspot, "probability", 1e-15, 0.05) /* of a false call per allele at a hotspot codon */             \
    X(ras_alpha_other, "probability", 1e-15, 0.05)   /* the same elsewhere */                                        \
    X(ras_lod95_limit, "VAF", 1e-4, 0.5)             /* a codon is wild type when its lod95 is at or under this */   \
    X(ras_germline_normal_vaf, "VAF", 0.01, 0.5) /* in the matched normal from which a variant counts as germline */ \
    X(ras_block_min_gq, "phred", 0, 1000)        /* a hom-ref block of a less sure genotype says nothing */          \
    X(ras_germline_min_alt, "fragments", 1, 1000) /* in the matched normal before a variant counts as germline */    \
    X(ras_end_bases, "bases", 0, 100)             /* from an end of a read's alignment: flagged */                   \
    X(ras_clutter_codons, "codons", 1, 1000)      /* changed besides: the fragment is mismapped */                   \
    X(ras_clutter_clip, "fraction of a read", 0.01, 1) /* clipped: the same */                                       \
    X(ras_complex_reach, "bases", 0, 30)               /* around an indel: mismatches there are part of it */        \
    X(ras_longest_gap, "bases", 1, 60)                 /* of an indel that is looked for in clipped bases */         \
    X(ras_carry_over_vaf, "VAF", 0, 0.5)               /* below which a call may be another sample's of the run */   \
    X(ras_carry_over_fold, "fold", 1, 1000)            /* that its VAF is higher there */                            \
    X(ras_floor_vaf, "VAF", 0, 0.5)                    /* below which a call does not decide alone */                \
    X(ras_damage_haplotypes, "haplotypes", 1, 1000)    /* of one substitution: more of them are damage */            \
    X(ras_optimistic_ratio, "fold", 1, 1000) /* mismatches over stated ones from which qualities are optimistic */   \
    /* ---- CCND1 expression ---- */                                                                                 \
    X(expression_min_share, "fraction of RNA", 0.001, 1) /* of plasma cells, below which nothing is said */          \
    X(expression_warn_share, "fraction of RNA", 0.001, 1)                                                            \
    X(expression_posterior, "probability", 0.5, 0.9999)        /* of a level from which it is the state */           \
    X(expression_min_reference_fragments, "fragments", 1, 1e9) /* over all reference genes */                        \
    X(expression_min_reference_genes, "genes", 1, 10000)       /* reference genes with fragments */                  \
    X(expression_min_spliced, "fraction of reads", 0, 1) /* spliced reads / reads on multi-exon reference genes */   \
    X(expression_warn_plasma_log2, "log2 ratio", -20, 20)                                                            \
    X(expression_max_unspliced, "fraction of reads at exon edges", 0.01,                                             \
      1) /* reads at inner exon edges that run on into the intron: above it nothing is said */                       \
    X(expression_max_late_share, "fraction of reads", 0.34,                                                          \
      1) /* share of reads in the last third of long reference genes' exons, without a cohort */                     \
    X(expression_stranded_fraction, "fraction of fragments", 0.5,                                                    \
      1) /* sense (or antisense) share from which a library counts as stranded */                                    \
    X(expression_edge_bases, "bases", 1, 100) /* on both sides of an exon edge from which a read runs across it */   \
    /* ---- copy number ---- */                                                                                      \
    X(cn_min_fragments_per_bin, "fragments", 0.01, 1e6) /* mean fragments per arm bin */                             \
    X(cn_max_bin_cv, "coefficient of variation", 0.01,                                                               \
      10)                                 /* robust CV beyond Poisson above which nothing is said */                 \
    X(cn_max_interval, "copies", 0.1, 20) /* a wider 95 % interval is not assessable */                              \
    X(cn_baseline_odds, "odds", 1, 1e9)   /* posterior odds the best baseline must have over the next */             \
    X(cn_gain_copies, "copies", 2, 4)     /* from which CCND1 is gained */                                           \
    X(cn_amplified_copies, "copies", 2.5, 100)                                                                       \
    X(cn_loss_copies, "copies", 0, 2)                                                                                \
    X(cn_focal_log2, "log2 ratio", 0.01, 5) /* log2 of 11q13 over the rest of 11q that counts as focal */            \
    /* ---- IGH::CCND1 ---- */                                                                                       \
    X(junction_min_fragments, "fragments", 1, 1000) /* supporting fragments for detected */                          \
    X(junction_min_coverage, "fragments over a base", 1,                                                             \
      1e6)                                        /* physical coverage (fragments over a base) for not-detected */   \
    X(junction_alpha, "probability", 1e-15, 0.05) /* false-detection probability allowed to the background */        \
    X(junction_max_insert, "bases", 100, 1e6)     /* pairs wider than this count as discordant */                    \
    X(junction_power, "probability", 0.5, 0.9999) /* of seeing a clonal junction */                                  \
    X(junction_min_share, "fraction of the tumour's cells", 0, 1) /* a junction in fewer does not decide alone */    \
    X(junction_min_aligned, "bases", 1, 1000)                     /* that a clipped read must align */               \
    X(junction_min_clip, "bases", 1, 32)                          /* clipped: fewer say nothing */                   \
    /* ---- identity ---- */                                                                                         \
    X(identity_min_sites, "SNPs", 5, 1e6) /* that two inputs must share before their persons are compared */         \
    X(identity_min_log_odds, "ln odds", 1,                                                                           \
      100) /* from which one person is the same as, or different from, another */                                    \
    X(identity_min_log_odds_relative, "ln odds", 0,                                                                  \
      100) /* over a close relative from which one person is the same as another */                                  \
    /* ---- contamination ---- */                                                                                    \
    X(contamination_warn, "fraction of fragments", 1e-3,                                                             \
      0.5) /* fraction of foreign fragments from which an input is contaminated */                                   \
    X(contamination_relative, "fraction of fragments", 1e-3,                                                         \
      0.5)                                      /* of a relative, that "below the limit" excludes */                 \
    X(contamination_min_sites, "SNPs", 10, 1e6) /* of at least contamination_min_depth before anything is said */

typedef struct ps_limits {
#define X(name, unit, low, high) double name;
    PS_LIMITS(X)
#undef X
} ps_limits;

typedef struct ps_region { /* a named region of regions.bed */
    char *name;
    ps_span span;
} ps_region;

typedef struct ps_vcf_caller { /* a row of vcf_callers.tsv, which says what each column means; texts are "" for '.' */
    char *name, *line, *word, *needs, *lacks, *vaf_option;
    int germline;
    double min_vaf; /* NaN: its hom-ref stretches vouch for nothing */
} ps_vcf_caller;

typedef struct ps_panel {
    char *name;         /* "grch38" */
    char *build;        /* "GRCh38" */
    char *version;      /* "1" */
    char *source;       /* "built-in" or the folder */
    char checksum[17];  /* 64-bit hash over every file (name and bytes), hex */
    char knowledge[17]; /* the same over the files that hold more than places */
    char places[17];    /* of all that evidence is indexed by: contigs, genes' exons, codons, bins, SNPs, windows */
    /* of the tables by which other programs' results are read into evidence: which filters pass, what a caller's
     * hom-ref stretches vouch for, the genes' other names */
    char vcf_filters_sum[17], vcf_callers_sum[17], gene_ids_sum[17];
    ps_contig *contigs;
    int n_contigs;
    ps_gene *genes;
    int n_genes;
    ps_transcript *transcripts;
    int n_transcripts;
    ps_codon *codons;
    int n_codons;
    ps_locus *loci;
    int n_loci;
    ps_activating *activating;
    int n_activating;
    ps_bin *bins; /* ordered by contig id, then beg0 */
    int n_bins;
    ps_snp *snps; /* ordered by contig id, then pos0 */
    int n_snps;
    char snp_set[17]; /* hash over the SNPs' contigs, alleles and frequencies: results with equal ones can be compared
                       */
    ps_arm *arms;
    int n_arms;
    ps_chromosome *chromosomes; /* of the arms, in their order */
    int n_chromosomes;
    ps_region *regions;
    int n_regions;
    ps_span ccnd1_window; /* t(11;14) breakpoints lie here (region "CCND1_t1114_window") */
    ps_span igh;          /* region "IGH_locus" */
    int ccnd1;            /* gene id of CCND1 */
    ps_limits limits;
    ps_model *models;
    int n_models;
    ps_population population;
    ps_level_of_ccnd1 level[PS_N_LEVELS];
    ps_cell_ccnd1 *cells;
    int n_cells;
    char **passing_filters; /* VCF FILTER tokens besides PASS and '.' that count as passing (vcf_filters.tsv) */
    int n_passing_filters;
    ps_vcf_caller *vcf_callers; /* in the file's order */
    int n_vcf_callers;
    ps_cell_line *cell_lines; /* in the file's order */
    int n_cell_lines;
} ps_panel;

/* Loads a built-in panel by name ("grch38", "grch37"), or a folder when `name` has a '/' or is a folder. */
int ps_panel_load(const char *name, ps_panel *panel, ps_error *err);
void ps_panel_free(ps_panel *panel); /* safe on a zeroed one */

/* Names of the built-in panels; NULL-terminated. */
extern const char *const ps_panel_builtin[];

/* Writes every table of a built-in panel into a new folder. */
int ps_panel_export(const char *name, const char *folder, int force, ps_error *err);

/* Contig id by any of its names, or -1. */
int ps_panel_contig(const ps_panel *panel, const char *name);
int ps_panel_gene(const ps_panel *panel, const char *name); /* or -1 */
int ps_panel_gene_by_id(const ps_panel *panel, const char *id,
                        size_t length);                          /* by any of its ids, no version; or -1 */
int ps_panel_codon(const ps_panel *panel, int gene, int number); /* first transcript's, or -1 */
int ps_panel_model(const ps_panel *panel, const char *name);     /* or -1 */
int ps_panel_cell_line(const ps_panel *panel, const char *name); /* letters and digits count, no case; or -1 */
int ps_panel_filter_passes(const ps_panel *panel,
                           const char *token); /* one FILTER token: 1 for PASS, '.' and the listed */

/* Which build do these contigs come from?  Compares names and lengths with every known build. The panels need not be
 * loaded. Returns the build's name ("GRCh38", "GRCh37", "T2T-CHM13v2") or NULL, and fills `why` with a sentence
 * naming the deciding contig. Lengths of 0 are unknown and are ignored; contigs of no build are ignored. */
const char *ps_recognise_build(const char *const *names, const int64_t *lengths, int n, char *why, size_t why_size);

/* ---- codons ---------------------------------------------------------------------------------------------------- */

/* A=0 C=1 G=2 T=3; code = 16*b1 + 4*b2 + b3. -1 when a base is not ACGT. */
int ps_codon_code(const char *bases);
void ps_codon_bases(int code, char bases[4]);
char ps_amino_acid(int code);             /* one letter, '*' for stop (standard code) */
const char *ps_amino_acid_three(char aa); /* "Gly"; "Ter" for '*' */
char ps_complement(char base);            /* ACGTN; others give N */

/* ---- naming a change ------------------------------------------------------------------------------------------- */

typedef enum { PS_TIER_UNCERTAIN, PS_TIER_SYNONYMOUS, PS_TIER_LIKELY, PS_TIER_HOTSPOT, PS_N_TIERS } ps_tier;
extern const char *const ps_tier_names[PS_N_TIERS]; /* "uncertain", "synonymous", "likely-activating", "hotspot" */

typedef struct ps_effect {
    int gene, transcript;
    int codon_id;     /* first changed codon (panel codon id), -1 if none */
    int codon;        /* its number, 0 if none */
    char hgvs_c[128]; /* "c.35G>A", "c.34_35delinsTT", "c.179_180insGGG"; "?" inside when too long for the field */
    char hgvs_p[128]; /* "p.Gly12Asp"; "p.?" when not predictable */
    char protein[64]; /* "G12D" */
    ps_tier tier;
} ps_effect;

/* Names the replacement of the reference on [beg0, end0) of the plus strand by `alt` (plus strand; beg0 == end0 is an
 * insertion before beg0; "" is a deletion). The change is trimmed and shifted 3' on the transcript first (HGVS 3'
 * rule). Fails softly: returns 0 and fills `effect` when the change touches the coding sequence or its flanks, 1 when
 * it lies outside every coding exon of the panel's RAS and RAF genes. */
int ps_effect_of(const ps_panel *panel, int contig, int32_t beg0, int32_t end0, const char *alt, ps_effect *effect);

/* Reference base of the panel at a place (plus strand), 'N' where unknown. */
char ps_panel_base(const ps_panel *panel, int contig, int32_t pos0);
/* Shifts an indel as far left as the panel's known sequence allows (VCF normal form). `alt` is rewritten in place. */
void ps_left_align(const ps_panel *panel, int contig, int32_t *beg0, int32_t *end0, char *alt);

/* ---- matched normals ------------------------------------------------------------------------------------------- */

typedef struct ps_allele_depth { /* fragments or reads; -1: not known */
    int64_t depth, alt;
} ps_allele_depth;

typedef enum {
    PS_NORMAL_TOO_SHALLOW, /* so few fragments that a germline variant might not show */
    PS_NORMAL_WITHOUT,     /* not there, or so much less than in the tumour that it comes from tumour cells */
    PS_NORMAL_GERMLINE     /* as a germline variant shows, or as often as in the tumour */
} ps_normal_answer;
/* `normal` is known; of alignments, or of a VCF's own normal column. */
ps_normal_answer ps_ask_normal(const ps_limits *limits, ps_allele_depth normal, ps_allele_depth tumour);

#endif
