/* evidence.h - what the data of one sample say, as integers indexed by panel ids; no statistics here.
 *
 * One ps_evidence per sample; in it one ps_read_evidence per role of alignments, and in that one struct per
 * collector, each with its own init, add and free. Counts are of fragments (a read pair counts once; overlapping
 * mates are reconciled base by base, and where they disagree neither counts). Everything adds up: evidence of two
 * disjoint sets of records merges by addition, so any number of threads, indexed or streamed, in any order, gives the
 * same evidence. All arrays are sorted by their keys.
 */
#ifndef PLASMASTRAT_EVIDENCE_H
#define PLASMASTRAT_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"
#include "plasmastrat/imports.h"
#include "plasmastrat/lanes.h"
#include "plasmastrat/molecules.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/primers.h"
#include "plasmastrat/variants.h"

typedef enum {
    PS_INPUT_RNA,
    PS_INPUT_DNA,
    PS_INPUT_NORMAL,
    PS_N_READ_INPUTS,
    PS_INPUT_VCF = PS_N_READ_INPUTS,
    PS_INPUT_SV,
    PS_INPUT_CNV,
    PS_INPUT_COUNTS,
    PS_N_INPUTS
} ps_input_role;
extern const char *const ps_input_names[PS_N_INPUTS]; /* "rna", "dna", "normal", "vcf", "sv", "cnv", "counts" */

/* Why a record that overlaps the panel was left out; the first cause that applies counts. */
typedef enum {
    PS_LEFT_UNMAPPED,
    PS_LEFT_SECONDARY,
    PS_LEFT_SUPPLEMENTARY,
    PS_LEFT_QC_FAIL,
    PS_LEFT_DUPLICATE,
    PS_LEFT_LOW_MAPQ,
    PS_LEFT_MULTIMAPPED,
    PS_LEFT_ASSEMBLED,
    PS_N_LEFT
} ps_left_out;
extern const char *const ps_left_out_names[PS_N_LEFT];

/* Who looks at records; each has its own rules for what is left out (src/evidence/README in collect.c). */
typedef enum {
    PS_COLLECT_CODONS,
    PS_COLLECT_GENES,
    PS_COLLECT_BINS,
    PS_COLLECT_JUNCTIONS,
    PS_COLLECT_SNPS,
    PS_N_COLLECTORS
} ps_collector;
extern const char *const ps_collector_names[PS_N_COLLECTORS];

/* Fragment orientation on the reference: read 1 forward (F1R2; for unpaired reads: forward), or reverse (F2R1). */
enum { PS_F1R2, PS_F2R1 };

/* Why a fragment is a weaker witness of a place; bits of ps_codon_count.flags and ps_allele_count.flagged. */
enum {
    PS_FLAG_READ_END =
        1, /* every read that shows the place shows it within ras_end_bases of an end of its alignment */
    PS_FLAG_CLUTTER =
        2, /* much of a read is clipped (ras_clutter_clip), or ras_clutter_codons others differ too: mismapped */
    PS_N_FLAGS = 4,
};

/* Fragments over one codon that carry one haplotype at one quality. hap 0..63: codon code, transcript strand. A
 * fragment counts when it shows the three bases, each of at least ps_ras_min_quality: poor ones count with their own
 * error. */
enum { PS_HAP_INDEL = 64, PS_N_HAPS = 65 };
typedef struct ps_codon_count {
    int32_t codon;   /* panel codon id */
    uint8_t hap;     /* 0..63, or PS_HAP_INDEL: an insertion or deletion touches the codon */
    uint8_t flags;   /* PS_FLAG_* bits */
    uint8_t side;    /* PS_F1R2 or PS_F2R1 */
    uint8_t quality; /* phred: the lowest of the changed bases; 0 for the reference haplotype */
    uint32_t n;
} ps_codon_count;

/* The same fragments by the quality of each of the codon's bases, whatever the haplotype: what errors to expect. */
typedef struct ps_base_count {
    int32_t codon;
    uint8_t base; /* 0..2, transcript order */
    uint8_t side;
    uint8_t quality; /* phred */
    uint32_t n;
} ps_base_count;

/* Fragments that carry one change that is no codon haplotype: an insertion or deletion touching coding bases, or
 * neighbouring codons changed together (in cis). Left-aligned. */
typedef struct ps_allele_count {
    int32_t locus;
    int32_t beg0, end0;  /* replaced reference */
    char *alt;           /* plus strand; owned */
    uint32_t n[2];       /* by side */
    uint32_t flagged[2]; /* of them, with PS_FLAG_READ_END, with PS_FLAG_CLUTTER */
    uint32_t depth;      /* fragments that would have shown it: carriers, and others that reach far enough beyond it;
                          * worked out from codon and reach when the rows are put in order */
} ps_allele_count;

/* Fragments without an insertion or deletion at a codon by how far their read reaches beyond it
 * (src/evidence/reach.h). */
typedef struct ps_reach_count {
    int32_t codon;
    uint8_t left, right; /* steps */
    uint32_t n;
} ps_reach_count;

/* Reads without a mate by the place where their alignment ends, at the read's 3' end: a merged read ends where its
 * molecule does, any other where sequencing or trimming stopped. Of reads that end further than PS_FAR_FLANK bases
 * beyond the window that place is kept. */
enum { PS_FAR_FLANK = 64 }; /* more than any primer */
typedef struct ps_far_end {
    int32_t window;     /* ps_window_of */
    uint8_t reverse;    /* 1: the reads are; they end on the left */
    int32_t end0;       /* last aligned base */
    uint32_t n;         /* reads */
    int32_t length;     /* bases that the longest of them has up to there */
    uint32_t n_longest; /* of this length */
} ps_far_end;

/* What one fragment shows around a codon, for people to look at; no caller does. A file may hold a million fragments
 * there: of each haplotype those PS_PICTURE_ROWS are kept whose names have the lowest hashes (the same rows in any
 * order of the records). Those of the reference and of the PS_PICTURE_HAPS others with the most fragments are drawn.
 */
enum {
    PS_PICTURE_ROWS = 10,
    PS_PICTURE_HAPS = 6,
    PS_PICTURE_FLANK = 18, /* coding bases on each side */
    PS_PICTURE_COLUMNS = 2 * PS_PICTURE_FLANK + 3
};
typedef struct ps_picture_row {
    int32_t codon;
    uint8_t hap, side; /* as in ps_codon_count */
    uint64_t order;    /* hash of the fragment's name; 0 when read from a result */
    char *text; /* owned. A character for each target of ps_picture_span(), on the coding strand: A C G T, lower case
                 * below min_base_quality, '-' deleted, '.' not shown, '?' the mates disagree, 'N' unreadable; between
                 * two of them "(ACG)": inserted there, "(ACG+)" when it goes on */
} ps_picture_row;

typedef struct ps_gene_count {
    uint64_t fragments, sense, antisense; /* sense: the fragment's first read lies on the gene's strand */
    uint64_t reads, spliced;              /* reads counted, and those with an N in the CIGAR */
    uint64_t unspliced; /* reads without an N that run across an inner edge of an exon by expression_edge_bases */
    uint64_t left_out;  /* aligned records over the exons that were left out: secondary, failed or multi-mapped */
    uint64_t third[3];  /* reads by the third of the exons' union, 5' to 3', in which the middle aligned base lies */
} ps_gene_count;

/* Fragments that show a common SNP. */
typedef struct ps_snp_count {
    uint32_t ref, alt, other;
} ps_snp_count;

/* A record whose fragment joins the 11q13 window ("a") to IGH ("b"). Breakpoint ends: where the aligned part stops;
 * where both parts of a split read claim the same bases (microhomology), side a keeps them. DNA is read on both
 * sides, so one fragment may give several rows; the caller joins them. Zero in the last four fields: not known,
 * nothing held against it. */
enum { PS_CONTIG_B = 32 };

typedef struct ps_junction_read {
    uint64_t fragment; /* hash of the read name */
    uint64_t molecule; /* hash of the outer ends of record and mate: copies of one molecule share it; 0 unknown */
    int32_t pos_a0;    /* in the window */
    int32_t pos_b0;    /* in IGH */
    uint8_t split;     /* 1: breakpoint seen in a read (SA tag); 0: discordant pair */
    uint8_t
        right_a; /* 1: sequence left of pos_a0 is kept (the junction is on the right end), 0: right of it is kept */
    uint8_t right_b;
    uint8_t from_b;      /* 1: told by the record in IGH: its pos_b0 is the better one */
    uint8_t low_b;       /* 1: the IGH side's mapping quality is known and under min_mapq */
    char base_a, base_b; /* read base at pos_a0 and pos_b0, plus strand, of at least min_base_quality; 0 unknown */
    uint8_t paired;      /* of a row per molecule: 1: a pair joins the two sides, beside a split read or alone */
    char contig_b[PS_CONTIG_B]; /* empty: IGH. Else the mate's contig, which is not the panel's and may hold IGH (an
                                 * alternative or unplaced one); pos_b0 is there. Zero-filled, cut to fit */
} ps_junction_read;

/* An end of a read that its aligner clipped and placed nowhere (no SA tag), or on the other side (then also a split
 * row), in the window or in IGH; DNA only. Two bits a base (A C G T), first base lowest. `beyond` walks from the
 * break into the clipped bases, `within` from the break into the aligned ones, each on the strand that makes it read
 * away from the break: what one side clips, the other side aligns. */
typedef struct ps_junction_clip {
    uint64_t fragment, molecule;
    uint64_t beyond, within;
    int32_t pos0;               /* last aligned base */
    uint8_t in_b, right;        /* 1: in IGH; 1: sequence left of pos0 is kept */
    uint8_t n_beyond, n_within; /* bases, at most 32 */
    uint8_t low;                /* 1: mapping quality under min_mapq */
    char base;                  /* at pos0, as base_a */
} ps_junction_clip;

enum {
    PS_WINDOW_CELL = 10000,
    PS_CHIMERIC_CELL = 1000,
    PS_MAX_JUNCTION_ROWS =
        1 << 16,          /* kept of a sample: beyond it, a share of the fragments by hash (any order, same rows) */
    PS_MAX_THINNING = 32, /* halvings; a file that needs more has one name on all its reads: nothing is kept */
};

/* ---- one struct per collector -----------------------------------------------------------------------------------
 *
 * ps_X_add adds what `part` counted to `whole`; rows move with their texts, `part` keeps none. ps_X_tidy then puts
 * the rows in order and joins those of one key: once after any number of additions. Parts may be added in any order
 * and any grouping.
 */

typedef struct ps_codon_evidence {      /* codons.c */
    uint64_t mate_conflicts;            /* codons not counted because overlapping mates disagree */
    uint64_t mates_expected, mates_met; /* reads whose mate starts in a coding exon too, and those that met it */
    uint64_t poor,                      /* codons of fragments not counted for a base under ps_ras_min_quality */
        no_quality; /* reads that show coding bases and have no base qualities: these count as min_base_quality */
    ps_codon_count *codon;
    size_t n_codon;
    ps_base_count *base;
    size_t n_base;
    ps_allele_count *allele;
    size_t n_allele;
    ps_reach_count *reach;
    size_t n_reach;
    ps_molecules molecules;
    ps_far_end *far_end; /* by window, orientation, place */
    size_t n_far_end;
    ps_picture_row *picture; /* by codon, haplotype, order, text, side */
    size_t n_picture;
    ps_lanes lanes; /* that these reads come from */
} ps_codon_evidence;

typedef struct ps_gene_evidence { /* genes.c; RNA */
    ps_gene_count *gene;
    size_t n;     /* the panel's n_genes, or 0: none were counted */
    int imported; /* 1: fragments are another program's counts, and nothing else is known */
} ps_gene_evidence;

typedef struct ps_bin_evidence { /* bins.c; DNA, normal */
    uint64_t *bin;               /* fragments whose first read starts in the bin */
    size_t n;                    /* the panel's n_bins, or 0 */
} ps_bin_evidence;

typedef struct ps_snp_evidence { /* snps.c */
    ps_snp_count *snp;
    size_t n; /* the panel's n_snps, or 0 */
} ps_snp_evidence;

typedef struct ps_junction_evidence { /* junctions.c; RNA, DNA */
    ps_junction_read *junction;
    size_t n_junction;
    ps_junction_clip *clip;
    size_t n_clip;
    int thinned;               /* halvings of the fragments in junction and clip; 0: all are there */
    uint64_t window_fragments; /* proper pairs and single reads in the t(11;14) window */
    ps_molecules molecules;    /* of these; window 0 */
    uint64_t *cell_bases;     /* n_cells: their insert (or read) lengths by the cell they start in: coverage x cell */
    size_t n_cells;           /* cells of PS_WINDOW_CELL bases over the window, the last may be shorter */
    uint64_t window_chimeric; /* pairs in the window whose mate maps to another contig, anywhere but IGH */
    uint64_t *chimeric[2]; /* n_chimeric[side]: pairs to other contigs (side b: any but the window's) by the cell of
                            * PS_CHIMERIC_CELL bases they start in: 0 the window, 1 IGH (DNA only) */
    size_t n_chimeric[2];
} ps_junction_evidence;

/* Fragments that show no indel at a codon and reach far enough beyond it to have shown one of these lengths. */
uint32_t ps_codons_indel_depth(const ps_codon_evidence *codons, int32_t codon, int32_t deleted, int32_t inserted);
/* Of the codons that fragments show, the share that is not counted for a base of low quality; 0 where none is shown.
 */
double ps_poor_share(const ps_codon_evidence *codons);
extern const double ps_ras_min_quality; /* phred */
/* Both of one window, orientation and place. */
void ps_far_end_add(ps_far_end *whole, const ps_far_end *part);
void ps_codons_free(ps_codon_evidence *codons);
void ps_codons_add(ps_codon_evidence *whole, ps_codon_evidence *part);
void ps_codons_tidy(const ps_panel *panel, ps_codon_evidence *codons);
/* Are the pictures of this haplotype among those that are drawn? */
int ps_picture_is_drawn(const ps_panel *panel, const ps_codon_evidence *codons, int32_t codon, int hap);

void ps_genes_init(const ps_panel *panel, ps_gene_evidence *genes);
void ps_genes_free(ps_gene_evidence *genes);
void ps_genes_add(ps_gene_evidence *whole, const ps_gene_evidence *part);

void ps_bins_init(const ps_panel *panel, ps_bin_evidence *bins);
void ps_bins_free(ps_bin_evidence *bins);
void ps_bins_add(ps_bin_evidence *whole, const ps_bin_evidence *part);

void ps_snps_init(const ps_panel *panel, ps_snp_evidence *snps);
void ps_snps_free(ps_snp_evidence *snps);
void ps_snps_add(ps_snp_evidence *whole, const ps_snp_evidence *part);

void ps_junctions_init(const ps_panel *panel, ps_junction_evidence *junctions);
void ps_junctions_free(ps_junction_evidence *junctions);
void ps_junctions_add(ps_junction_evidence *whole, ps_junction_evidence *part);
void ps_junctions_tidy(ps_junction_evidence *junctions);

/* ---- one role's alignments ------------------------------------------------------------------------------------- */

typedef struct ps_read_evidence {
    ps_input_role role;
    int given; /* 0: this input was not given; everything else is zero */
    uint64_t seen[PS_N_COLLECTORS];
    uint64_t left_out[PS_N_COLLECTORS][PS_N_LEFT];
    uint64_t spliced[PS_N_COLLECTORS]; /* of the records not left out, those with an N in the CIGAR */
    uint64_t records;                  /* records that overlap the panel, once per collector */
    int cut_at_introns;                /* 1: by GATK SplitNCigarReads: a spliced read is several records */
    int digested_primers;              /* 1: of Ion Torrent, whose kits digest the primers before sequencing */
    uint64_t missing_contigs;          /* bit per panel contig (id under 64) that the file's header does not name */
    ps_codon_evidence codons;
    ps_gene_evidence genes;
    ps_bin_evidence bins;
    ps_snp_evidence snps;
    ps_junction_evidence junctions;
} ps_read_evidence;

/* Arrays of the panel's sizes, all zero. */
void ps_read_evidence_init(const ps_panel *panel, ps_input_role role, ps_read_evidence *evidence);
void ps_read_evidence_free(ps_read_evidence *evidence);
/* Both of one role and one panel; ps_read_evidence_tidy after the last. */
void ps_read_evidence_add(ps_read_evidence *whole, ps_read_evidence *part);
void ps_read_evidence_tidy(const ps_panel *panel, ps_read_evidence *evidence);

/* ---- one sample ------------------------------------------------------------------------------------------------ */

typedef struct ps_input_info { /* one file */
    ps_input_role role;
    char *path;
    const char *format, *build; /* constants, or kept by the evidence */
    char *sample_name;
    uint64_t records;
    int style;       /* contig naming style */
    char digest[17]; /* of what the file told: the same for BAM and CRAM, in any order, under any name; "" unknown */
    char mark[17];   /* ps_reads_mark(): equal ones are the same reads; "" unknown */
} ps_input_info;

typedef struct ps_stated { /* what the user stated when the evidence was gathered; zero or NaN: nothing */
    double purity, prior_odds;
    ps_specimen specimen;
    char *expect_name;          /* of the sample in the headers; NULL: the sample id */
    char *model;                /* name of the --model, NULL: the default */
    char *model_table;          /* the model file's text; NULL: a built-in model */
    char *copynumber_reference; /* name and checksum, for messages */
    char *expression_reference;
    char *error_reference;
    double molecules, input_ng; /* of the DNA library: haploid genomes, ng */
} ps_stated;

typedef struct ps_evidence {
    char *sample_id;
    char *written_by; /* version of the program that gathered it; NULL: this one */
    ps_stated stated;
    ps_primers primers; /* of --primers */
    ps_read_evidence reads[PS_N_READ_INPUTS];
    ps_variants vcf;
    int has_vcf;
    ps_variants sites; /* of --force-sites */
    int has_sites;
    ps_sv_evidence sv;
    int has_sv;
    ps_cnv_evidence cnv;
    int has_cnv;
    ps_count_evidence counts;
    int has_counts;
    int reading_unknown; /* 1: of a file that does not say with which tables other programs' results were read */
    int style; /* contig naming style for output: that of the tumour's DNA, else its RNA, the normal, the VCF */
    ps_input_info *input; /* by role, then path */
    size_t n_inputs;
    char digest[17]; /* of all but the inputs' entries and what was stated; "": not worked out */
    char **kept;     /* texts that others point to */
    size_t n_kept;
} ps_evidence;

void ps_evidence_free(ps_evidence *evidence);
/* Adds an input; texts are copied, format and build must last. */
ps_input_info *ps_evidence_input(ps_evidence *evidence, ps_input_role role, const char *path, const char *format,
                                 const char *build, const char *sample_name, uint64_t records, int style);
/* A copy of `text` that lives as long as the evidence; NULL gives NULL. */
const char *ps_evidence_keep(ps_evidence *evidence, const char *text);
/* Puts inputs and rows in order and sets the style: after the last addition. */
void ps_evidence_tidy(const ps_panel *panel, ps_evidence *evidence);

/* Adds up the evidence of n runs on one sample and one panel: rows and texts move, the parts keep their inputs'
 * entries and what was stated. `whole` is zeroed but for what was stated. At most one part has a VCF. */
void ps_evidence_merge(const ps_panel *panel, ps_evidence *parts, size_t n, ps_evidence *whole);

/* Targets [beg, end) around a codon that a picture shows: the codon and PS_PICTURE_FLANK coding bases on either side
 * of it, introns left out; cut at the ends of the gene's coding sequence, and to PS_PICTURE_COLUMNS where the codon
 * itself is torn. */
void ps_picture_span(const ps_locus *locus, const ps_codon *codon, int32_t *beg, int32_t *end);

#endif
