/* panel.h - what the program knows before it sees a sample: places, sequences, limits, models.
 *
 * A panel is a folder of plain tables (panels/README.md describes each file and column). Built-in panels are
 * panels/common + panels/<build>, embedded in the program; `panel export` writes the union into one folder, which
 * --panel reads back. A loaded panel is const, shared by all threads, and everything refers to its rows by index
 * ("gene id", "codon id", "bin id", ...).
 *
 * Inside: 0-based half-open (beg0, end0). Tables named *.bed are 0-based half-open too; columns named pos1 are 1-based.
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

/* Which of a locus's codons: each genomic triple is one codon, listed under the first transcript (in table order) that
 * has it, so KRAS 1-150 appear once and 151-189 appear for both isoforms. */
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

/* Limits: one double each, from limits.tsv (name, value, unit, source). X(name) list so that table and struct agree.
 * What a laboratory or a reviewer may question stands here; grids, buffers and numerical tolerances stay in code. */
#define PS_LIMITS(X)                                                                                                         \
    /* ---- reads ---- */                                                                                                    \
    X(min_mapq)              /* phred: reads below are left out (RAS, copy number, junction); 255 is "unknown" */            \
    X(min_base_quality)      /* phred: a codon counts when its three bases reach it */                                       \
    X(max_base_quality)      /* phred: cap on one base */                                                                    \
    X(max_consensus_quality) /* phred: cap on two agreeing mates (errors before sequencing are shared) */                    \
    X(absent_p)              /* probability: of no fragment on a chromosome by chance, below which it is missing */          \
    /* ---- RAS ---- */                                                                                                      \
    X(library_ng_molecules)       /* molecules per ng: haploid genomes that a nanogram of DNA holds */                       \
    X(library_amplicon_ng)        /* ng: input that is assumed of an amplicon where the user does not say */                 \
    X(library_amplicon_share)     /* fraction of fragments: in three places from which a window is an amplicon */            \
    X(library_amplicon_fragments) /* fragments: fewer do not tell an amplicon */                                             \
    X(library_copies_excess)    /* fraction of fragments: shared ends above chance from which copies are unmarked */         \
    X(library_stack_share)      /* fraction of molecules: that end at one place from which it is a primer's */               \
    X(library_primer_bases)     /* bases: that a primer covers where the user does not say */                                \
    X(library_primer_slack)     /* bases: between a primer's end and a read's */                                             \
    X(ras_min_alt)              /* fragments */                                                                              \
    X(ras_alpha_hotspot)        /* probability of a false call per allele at a hotspot codon */                              \
    X(ras_alpha_other)          /* the same elsewhere */                                                                     \
    X(ras_lod95_limit)          /* VAF: a codon is wild type when its lod95 is at or under this */                           \
    X(ras_background_floor)     /* errors per base and alternative below which no sample is trusted */                       \
    X(ras_background_shape)     /* gamma shape of how error rates vary between places (CV = 1/sqrt(shape)) */                \
    X(ras_indel_background)     /* expected false indel fragments per fragment at a site */                                  \
    X(ras_inframe_background)   /* the same of a three-base event */                                                         \
    X(ras_strand_p)             /* two-sided p of orientation bias below which a candidate is filtered */                    \
    X(ras_germline_normal_vaf)  /* VAF in the matched normal from which a variant counts as germline */                      \
    X(ras_blocks_sensitivity)   /* chance that a mutation would have kept a VCF's caller from a hom-ref block */             \
    X(ras_germline_blocks_vaf)  /* VAF: below which a caller of germline genotypes writes a hom-ref block over it */         \
    X(ras_block_min_gq)         /* phred: a hom-ref block of a less sure genotype says nothing */                            \
    X(ras_rna_sensitivity)      /* chance that RNA shows a mutated allele that exists */                                     \
    X(ras_germline_min_alt)     /* fragments: in the matched normal before a variant counts as germline */                   \
    X(ras_design_fragments)     /* fragments: that the VAF the score is made for would show */                               \
    X(ras_design_min_vaf)       /* VAF: the score is made for, at least */                                                   \
    X(ras_design_max_vaf)       /* VAF: and at most */                                                                       \
    X(ras_neighbour_errors)     /* fraction of one error: errors of two or three bases of a codon, of one base's */          \
    X(ras_chain_error)          /* errors per fragment: of a change across codons */                                         \
    X(ras_misplaced)            /* fraction of the VAF: the interval of a change of more than one base allows for */         \
    X(ras_background_vaf)       /* VAF: up to which a haplotype is background */                                             \
    X(ras_background_fragments) /* fragments: from which a haplotype may be more than background */                          \
    X(ras_background_p)         /* probability: of an excess over the qualities by chance, below which it counts */          \
    X(ras_avoid_share)          /* fraction of the reference's share below which a variant avoids a side */                  \
    X(ras_end_bases)            /* bases: from an end of a read's alignment: doubtful */                                     \
    X(ras_clutter_codons)       /* codons: changed besides: the fragment is mismapped */                                     \
    X(ras_clutter_clip)         /* fraction of a read: clipped: the same */                                                  \
    X(ras_complex_reach)        /* bases: around an indel: mismatches there are part of it */                                \
    X(ras_longest_gap)          /* bases: of an indel that is looked for in clipped bases */                                 \
    X(ras_near_indel_ratio)     /* fold: as many fragments with an indel beside a variant: refused */                        \
    X(ras_part_share)        /* fraction of fragments: of a called larger change that may show a part of it alone */         \
    X(ras_refused_p)         /* probability: of errors alone, below which a refused candidate is listed */                   \
    X(ras_blocking_p)        /* probability: of errors alone, below which a refused candidate denies a wild type */          \
    X(ras_carry_over_vaf)    /* VAF: below which a call may be another sample's of the run */                                \
    X(ras_carry_over_fold)   /* fold: that its VAF is higher there */                                                        \
    X(ras_floor_vaf)         /* VAF: below which a call does not decide alone */                                             \
    X(ras_min_quality)       /* phred: from which a base enters, with its own error */                                       \
    X(ras_damage_haplotypes) /* haplotypes of one substitution: more of them are damage */                                   \
    X(ras_damage_max_vaf)    /* VAF: up to which a haplotype may be damage */                                                \
    X(ras_optimistic_ratio)  /* fold: mismatches over stated ones from which qualities are optimistic */                     \
    X(ras_indel_fold)        /* fold: of this sample's own indel rate is allowed for */                                      \
    X(ras_true_indels)       /* alleles of one class: more of them are errors */                                             \
    X(ras_run_bases)         /* bases: of a run of one letter that do not raise its indel errors */                          \
    X(ras_run_fold)          /* fold per base: by each base beyond those */                                                  \
    X(ras_max_indel_error)   /* fragments per fragment: errors of an indel, at most */                                       \
    X(ras_block_error)       /* errors per base: of a hom-ref block of a VCF */                                              \
    X(ras_refuted_p) /* probability: of so few fragments of a VCF's mutation in the DNA, below which it is refuted */        \
    X(ras_quiet_vaf)    /* VAF: from which a 0/0 row of a VCF with reads is remarked */                                      \
    X(ras_cis_excess)   /* fraction of reads: more that a part of an MNV may have */                                         \
    X(ras_max_log_odds) /* ln odds: most that reads say for a mutation */                                                    \
    X(ras_vcf_log_odds) /* ln odds: another program's PASS says for a mutation */                                            \
    /* ---- RNA or DNA? ---- */                                                                                              \
    X(assay_min_reads)         /* reads from which RNA and DNA are told apart */                                             \
    X(assay_dna_max_spliced)   /* spliced share of the reads: from here up the file is RNA */                                \
    X(assay_rna_max_unspliced) /* unspliced share of the reads at exon edges: from here up the file is DNA */                \
    /* ---- CCND1 expression ---- */                                                                                         \
    X(expression_library_sd)   /* log2 ratio: between libraries, beside the spread of a level */                             \
    X(expression_share_sd)     /* log2 ratio: between the marker levels of pure plasma cells of two patients */              \
    X(expression_min_share)    /* fraction of RNA: of plasma cells, below which nothing is said */                           \
    X(expression_warn_share)   /* fraction of RNA */                                                                         \
    X(expression_rest_log2)    /* log2 ratio: CCND1 of marrow without plasma cells, at most */                               \
    X(expression_posterior)    /* probability: of a level from which it is the state */                                      \
    X(expression_panel_weight) /* probability: of the panel's level beside a cohort's components of it */                    \
    X(expression_min_expected) /* fragments: of CCND1 that an intermediate level would show; fewer are too shallow */        \
    X(expression_min_reference_fragments) /* fragments over all reference genes */                                           \
    X(expression_min_reference_genes)     /* reference genes with fragments */                                               \
    X(expression_min_spliced)             /* spliced reads / reads on multi-exon reference genes */                          \
    X(expression_warn_plasma_log2)                                                                                           \
    X(expression_max_unspliced) /* reads at inner exon edges that run on into the intron: above it nothing is said */        \
    X(expression_max_late_share) /* share of reads in the last third of long reference genes' exons, without a cohort */     \
    X(expression_late_shift)     /* the same share may differ by this from the cohort's */                                   \
    X(expression_stranded_fraction) /* sense (or antisense) share from which a library counts as stranded */                 \
    X(expression_edge_bases)        /* bases: on both sides of an exon edge from which a read runs across it */              \
    X(expression_few_genes)         /* genes: reference genes from which a share is their median */                          \
    X(expression_edge_reads)        /* reads: at the exon edges of a gene from which its unspliced share counts */           \
    X(expression_late_reads)        /* reads: of a gene from which its share in the last third counts */                     \
    X(expression_long_gene)         /* bases: exons of a gene from which its last third is looked at */                      \
    X(expression_background_log2)   /* log2 ratio: CCND1 over what unspliced reads lend it: less is no expression */         \
    X(expression_max_log_odds)      /* ln odds: most that expression says */                                                 \
    X(expression_min_median_fragments) /* fragments: median over a cohort from which a reference gene is used */             \
    X(expression_min_sd)               /* log2 ratio: of a component of the mixture, at least */                             \
    X(expression_separation)           /* Ashman's D: above which neighbouring components are apart */                       \
    X(expression_component_samples)    /* samples: that a component holds */                                                 \
    X(expression_counts_apart)         /* log2: imported counts that differ from the reads by more are told */               \
    X(expression_neighbour_log2) /* log2 ratio: the panel's other genes of CCND1's chromosome together have at least this */ \
    X(expression_absence_log2) /* log2 ratio: below the low level from which absence is one value */                         \
    /* ---- soft evidence of CCND1 from DNA ---- */                                                                          \
    X(ccnd1_no_junction)       /* probability: of no IGH::CCND1 in DNA where CCND1 is very high */                           \
    X(ccnd1_no_gain)           /* probability: of no gain in DNA where CCND1 is intermediate */                              \
    X(ccnd1_q_gain_odds)       /* odds: of 11q gained without 11p with an IGH::CCND1 against without */                      \
    X(ccnd1_clear_share)       /* fraction of RNA: of plasma cells that would have shown t(11;14)-like expression */         \
    X(ccnd1_clear_posterior)   /* probability: of very high expression, below which RNA has excluded it */                   \
    X(ccnd1_conflict_log_odds) /* ln odds: against dysregulated: a junction without expression */                            \
    X(ccnd1_junction_log_odds) /* ln odds: for dysregulated: a junction */                                                   \
    /* ---- copy number ---- */                                                                                              \
    X(cn_min_fragments_per_bin) /* mean fragments per arm bin */                                                             \
    X(cn_max_empty_bins)        /* share of empty arm bins beyond Poisson: above it not whole-genome */                      \
    X(cn_max_bin_cv)            /* robust CV beyond Poisson above which nothing is said */                                   \
    X(cn_max_interval)          /* copies: a wider 95 % interval is not assessable */                                        \
    X(cn_baseline_odds)         /* posterior odds the best baseline must have over the next */                               \
    X(cn_baseline_sure)         /* odds: under which the next is printed as a warning */                                     \
    X(cn_gain_copies)           /* copies from which CCND1 is gained */                                                      \
    X(cn_amplified_copies)                                                                                                   \
    X(cn_loss_copies)                                                                                                        \
    X(cn_focal_log2)          /* log2 of 11q13 over the rest of 11q that counts as focal */                                  \
    X(cn_captured_ratio)      /* bins this many times above the median bin count as captured */                              \
    X(cn_max_captured_bins)   /* share of captured arm bins above which it is not whole-genome */                            \
    X(cn_exome_bins)          /* share of captured arm bins from which a capture is an exome */                              \
    X(cn_max_enrichment)      /* RAS hotspot depth over what the bins predict: above it not whole-genome */                  \
    X(cn_max_copies)          /* more at 11q13 is a capture, not an amplification */                                         \
    X(cn_max_outliers)        /* share of arm bins that do not fit their arm: above it nothing is said */                    \
    X(cn_usual_wave)          /* CV that neighbouring bins share, expected before it is measured */                          \
    X(cn_max_wave)            /* CV that neighbouring bins share: above it nothing is said */                                \
    X(cn_max_normal_spread)   /* a bin whose level in normals is less certain is not used */                                 \
    X(cn_bait_spread)         /* sd of ln depth of a bait between two samples, where one normal is all there is */           \
    X(cn_normal_arm_log2)     /* an arm of a normal further off is refused */                                                \
    X(cn_remaining_error)     /* log2 ratio: of any level that the model leaves */                                           \
    X(cn_prior_least)         /* probability: gain and loss prior of an arm, at least */                                     \
    X(cn_prior_none)          /* probability: of no copy of an arm */                                                        \
    X(cn_prior_genomes)       /* genomes: added to every pair of states of a chromosome's arms */                            \
    X(cn_prior_three)         /* fraction of gains: of gained arms with three copies */                                      \
    X(cn_prior_four)          /* fraction of gains: with four */                                                             \
    X(cn_prior_more)          /* fraction of gains: with five, and with six */                                               \
    X(cn_prior_pattern)       /* probability: of an arm that has what its kind of genome mostly has */                       \
    X(cn_prior_hypodiploid)   /* probability: many of the even chromosomes have one copy */                                  \
    X(cn_prior_near_triploid) /* probability: all chromosomes mostly have three copies */                                    \
    X(cn_prior_hyperhaploid)  /* probability: the odd two, the others one; the same of that doubled */                       \
    X(cn_prior_monosomy)      /* probability: one copy of an arm of an even chromosome in hypodiploid ones */                \
    X(cn_prior_partial)       /* probability: of a purity that is not that of the events, all shares together */             \
    X(cn_subclone_density)    /* probability per log2: of an arm at no whole number of copies */                             \
    X(cn_baseline_apart)      /* log2 ratio: from which two baselines are two answers */                                     \
    X(cn_part_arms)           /* fraction of arms: that may lie between whole copies of a given purity */                    \
    X(cn_hyperdiploid_chromosomes) /* chromosomes: of the odd ones gained whole for hyperdiploid */                          \
    X(cn_state_margin)             /* copies: the interval stays away from the copies that a state denies */                 \
    X(cn_two_margin)               /* copies: an interval further off two is not neutral */                                  \
    X(cn_interval_copies)          /* copies: from which cn_max_interval grows in proportion */                              \
    X(cn_gene_sds)                 /* standard errors: by which the bins at CCND1 leave the rest of 11q13 */                 \
    X(cn_gene_reach)               /* bases: on each side of CCND1 that count as its own bins */                             \
    X(cn_focal_sds)                /* standard errors: by which 11q13 leaves the rest of 11q to be focal */                  \
    X(cn_whole_share)              /* fraction of the step of 11q: 11p moves with 11q from here */                           \
    X(cn_part_sds)                 /* sds: by which a part of 11q13 stands at a level of its own */                          \
    X(cn_outlier_sds)              /* sds: by which a bin leaves its arm to be left out */                                   \
    X(cn_min_baits)                /* bins: with baits on the arms that tell a capture's efficiency */                       \
    X(cn_wave_share)            /* fraction of the bins' CV: of the noise expected as wave, before it is measured */         \
    X(cn_wave_clear)            /* standard errors: of its variance from which a wave is seen clearly */                     \
    X(cn_wave_bases)            /* bases: between neighbouring bins that share a wave */                                     \
    X(cn_fragment_reach)        /* bases: of the genome that one fragment shows */                                           \
    X(cn_min_hotspot_depth)     /* fragments: at RAS hotspots from which their enrichment counts */                          \
    X(cn_captured_sds)          /* sds: of counting by which a captured bin stands above */                                  \
    X(cn_spike_ratio)           /* fold: over the usual bin at 11q13: part of a spike or amplicon */                         \
    X(cn_shortest_amplicon)     /* bins: fewer in a row are baits, not an amplicon */                                        \
    X(cn_normal_arm_sds)        /* standard errors: by which an arm of a normal must be off to be refused */                 \
    X(cn_normal_outlier_sds)    /* sds: by which a normal is left out at a bin (a germline deletion) */                      \
    X(cn_normal_cap_sds)        /* sds: beyond which a normal adds no more to a bin's spread */                              \
    X(cn_normal_usual_variance) /* variance of ln depth: of a bin between normals, before it is measured */                  \
    X(cn_prior_normals)         /* normals: that the spread of all bins counts for in that of one */                         \
    X(cn_bait_ratio)            /* fold: over the background from which a bin may have a bait */                             \
    X(cn_bait_sds)              /* sds: of counting by which a bin with a bait stands above */                               \
    X(cn_min_level)             /* fraction of the mean bin: of a bin in normals */                                          \
    X(cn_segment_error)         /* log2 ratio: what a program's correction leaves wrong of a segment */                      \
    X(cn_segment_point)         /* log2 ratio: sd of one bin or probe of a segment */                                        \
    X(cn_segment_copies)        /* copies: by which fitted copies of a segment may be off (sd) */                            \
    X(cn_segment_rounding)      /* copies: by which whole copies of a sample may be off (sd) */                              \
    X(cn_segment_cover)         /* fraction of arm bins: that segments must cover to tell the two-copy level */              \
    X(cn_segments_apart)        /* copies: by which segments and reads of one sample disagree */                             \
    /* ---- IGH::CCND1 ---- */                                                                                               \
    X(junction_min_fragments)   /* supporting fragments for detected */                                                      \
    X(junction_cluster_bases)   /* breakpoint cluster width */                                                               \
    X(junction_min_coverage)    /* physical coverage (fragments over a base) for not-detected */                             \
    X(junction_alpha)           /* false-detection probability allowed to the background */                                  \
    X(junction_max_insert)      /* bases: pairs wider than this count as discordant */                                       \
    X(junction_igh_excess)      /* fold: how many more chance pairs IGH takes than its length says */                        \
    X(junction_direction_share) /* fraction of pairs: share of the chance pairs that one direction is allowed */             \
    X(junction_even_pairs)      /* pairs: pairs that an even spread counts for in the local background */                    \
    X(junction_power)           /* probability: of seeing a clonal junction */                                               \
    X(junction_min_share)       /* fraction of the tumour's cells: a junction in fewer does not decide alone */              \
    X(junction_pairs_insert)    /* bases: mean fragment, from which split reads come with pairs */                           \
    X(junction_unpaired_splits) /* fragments: so many split ones without a pair are no junction */                           \
    X(junction_window_share) /* fraction of the window: share of the 11q13 window with that power for not-detected */        \
    X(junction_anchor)       /* bases: of a fragment that must lie beyond a junction */                                      \
    X(junction_overreach)    /* bases: that an aligner may carry a read past the break */                                    \
    X(junction_reciprocal_bases)    /* bases: between the two products of one exchange on chromosome 11 */                   \
    X(junction_min_aligned)         /* bases: that a clipped read must align */                                              \
    X(junction_min_clip)            /* bases: clipped: fewer say nothing */                                                  \
    X(junction_clip_overlap)        /* bases: compared each way before two clipped ends are joined */                        \
    X(junction_clip_bases)          /* bases: compared both ways together */                                                 \
    X(junction_clip_complex)        /* bases: of both clips together that no repeat explains */                              \
    X(junction_clip_mismatch_every) /* bases: one mismatch is allowed in so many */                                          \
    X(junction_clip_shift)          /* bases: shared by both sides, or inserted between them, at most */                     \
    /* ---- identity ---- */                                                                                                 \
    X(identity_min_sites)             /* SNPs that two inputs must share before their persons are compared */                \
    X(identity_min_log_odds)          /* ln odds from which one person is the same as, or different from, another */         \
    X(identity_min_log_odds_relative) /* ln odds over a close relative from which one person is the same as another */       \
    X(identity_outliers)              /* fraction of SNPs: that say nothing */                                               \
    X(identity_hom_minor)             /* beta shape: of the other allele at homozygous SNPs */                               \
    X(identity_hom_major)             /* beta shape: of the own allele */                                                    \
    X(identity_clear)                 /* probability: from which a genotype is printed */                                    \
    X(identity_clear_error)           /* errors per base: of the printed genotypes */                                        \
    X(identity_rna_even)              /* fraction: heterozygous SNPs of RNA that look even */                                \
    X(identity_rna_even_shape)        /* beta shape: of those */                                                             \
    X(identity_rna_skewed)            /* fraction: out of balance; the rest have lost an allele */                           \
    X(identity_rna_skewed_shape)      /* beta shape: of those */                                                             \
    X(identity_dna_even)              /* fraction: the same in tumour DNA */                                                 \
    X(identity_dna_even_shape)        /* beta shape */                                                                       \
    X(identity_dna_skewed)            /* fraction */                                                                         \
    X(identity_dna_skewed_shape)      /* beta shape */                                                                       \
    X(identity_normal_even)           /* fraction: the same in the normal */                                                 \
    X(identity_normal_even_shape)     /* beta shape */                                                                       \
    X(identity_normal_skewed)         /* fraction */                                                                         \
    X(identity_normal_skewed_shape)   /* beta shape */                                                                       \
    /* ---- contamination ---- */                                                                                            \
    X(contamination_warn)          /* fraction of foreign fragments from which an input is contaminated */                   \
    X(contamination_min_sites)     /* SNPs of at least contamination_min_depth before anything is said */                    \
    X(contamination_min_depth)     /* fragments */                                                                           \
    X(contamination_min_fragments) /* fragments at those SNPs together */                                                    \
    X(contamination_min_error)     /* errors per base and alternative: at SNPs, at least */                                  \
    X(contamination_max_error)     /* errors per base and alternative: from here up nothing is said */                       \
    X(contamination_drop)          /* ln likelihood: below its maximum at which the interval ends */                         \
    X(contamination_drop_rna)      /* ln likelihood: the same in RNA */

typedef struct ps_limits {
#define X(name) double name;
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
    char snp_set
        [17]; /* hash over the SNPs' contigs, alleles and frequencies: results with equal ones can be compared */
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
int ps_panel_filter_passes(const ps_panel *panel,
                           const char *token); /* one FILTER token: 1 for PASS, '.' and the listed */

/* Which build do these contigs come from?  Compares names and lengths with every known build. The panels need not be
 * loaded. Returns the build's name ("GRCh38", "GRCh37", "T2T-CHM13v2") or NULL, and fills `why` with a sentence naming
 * the deciding contig. Lengths of 0 are unknown and are ignored; contigs of no build are ignored. */
const char *ps_recognise_build(const char *const *names, const int64_t *lengths, int n, char *why, size_t why_size);
/* Built-in panel for a build name, or NULL. */
const char *ps_panel_for_build(const char *build);

/* ---- codons ---------------------------------------------------------------------------------------------------- */

/* A=0 C=1 G=2 T=3; code = 16*b1 + 4*b2 + b3. -1 when a base is not ACGT. */
int ps_codon_code(const char *bases);
void ps_codon_bases(int code, char bases[4]);
char ps_amino_acid(int code);             /* one letter, '*' for stop (standard code) */
const char *ps_amino_acid_three(char aa); /* "Gly"; "Ter" for '*' */
char ps_complement(char base);            /* ACGTN; others give N */

/* ---- naming a change -------------------------------------------------------------------------------------------- */

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
 * insertion before beg0; "" is a deletion). The change is trimmed and shifted 3' on the transcript first (HGVS 3' rule).
 * Fails softly: returns 0 and fills `effect` when the change touches the coding sequence or its flanks, 1 when it lies
 * outside every coding exon of the panel's RAS and RAF genes. */
int ps_effect_of(const ps_panel *panel, int contig, int32_t beg0, int32_t end0, const char *alt, ps_effect *effect);

/* Reference base of the panel at a place (plus strand), 'N' where unknown. */
char ps_panel_base(const ps_panel *panel, int contig, int32_t pos0);
/* Shifts an indel as far left as the panel's known sequence allows (VCF normal form). `alt` is rewritten in place. */
void ps_left_align(const ps_panel *panel, int contig, int32_t *beg0, int32_t *end0, char *alt);

#endif
