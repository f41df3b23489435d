/* reasons.h - every reason this program gives, by name.
 *
 * A reason is why something is not assessable, undecided or limited. The enum is the only place a reason is made; its
 * name (stable, machine-readable) and its sentence come from one table in src/base/reasons.c, and JSON, report and
 * documentation print from those rows.
 */
#ifndef PLASMASTRAT_REASONS_H
#define PLASMASTRAT_REASONS_H

#include <stddef.h>

typedef enum {
    PS_REASON_NONE = 0,
    /* inputs */
    PS_REASON_NO_INPUT, /* nothing was given that could tell */
    PS_REASON_NO_RNA,
    PS_REASON_NO_DNA,
    PS_REASON_RNA_ONLY,   /* wild type rests on RNA, which shows only part of the mutated alleles */
    PS_REASON_VCF_BLOCKS, /* wild type rests on hom-ref blocks: it holds as far as their caller looks for mutations */
    PS_REASON_VCF_ONLY,   /* a position absent from a plain VCF is not wild type */
    PS_REASON_CONTIG_ABSENT, /* a chromosome that decides is not in the file */
    /* RAS */
    PS_REASON_VCF_REFUTED,       /* the VCF's mutation is not in DNA that would have shown it */
    PS_REASON_VCF_UNCLEAR,       /* a record of the VCF contradicts its hom-ref block over a hotspot codon */
    PS_REASON_CODONS_SHALLOW,    /* hotspot codons whose lod95 is above the limit; the detail names them */
    PS_REASON_CANDIDATE_REFUSED, /* an activating change was seen and refused by a filter */
    PS_REASON_BELOW_FLOOR,       /* an activating call lies under the VAF that decides alone */
    PS_REASON_NORMAL_SHALLOW,    /* the matched normal could not have shown whether a mutation is germline */
    PS_REASON_CARRY_OVER,        /* an activating call may be another sample's of the run */
    PS_REASON_POOR_BASES,        /* fragments over the codons are left out for base quality */
    PS_REASON_DAMAGED,           /* damaged molecules hide what a codon holds */
    PS_REASON_UNDER_PRIMER,      /* hotspot codons that reads show only where a primer lies */
    PS_REASON_MOLECULES_ASSUMED, /* an amplicon: nothing tells its molecules from copies, so a number is assumed */
    /* expression */
    PS_REASON_FEW_REFERENCE_FRAGMENTS,
    PS_REASON_DEPTH_BELOW_THRESHOLD, /* too shallow to have shown the threshold */
    PS_REASON_READS_LEFT_OUT,        /* reads over CCND1 were left out, so that few are no low expression */
    PS_REASON_BORDERLINE_EXPRESSION,
    PS_REASON_CUT_READS, /* RNA reads were cut at their introns */
    PS_REASON_NOT_RNA,   /* too few spliced reads: DNA, or DNA contamination */
    PS_REASON_LOW_PLASMA_CELLS,
    PS_REASON_OTHER_CELLS,       /* CCND1 that other cells may have lent */
    PS_REASON_LATE_READS,        /* reads pile up at the 3' end, so lengths mislead */
    PS_REASON_REFERENCE_ASSUMED, /* the built-in cut-offs are an assumption */
    /* copy number */
    PS_REASON_LOW_COVERAGE,
    PS_REASON_TARGETED,           /* not whole-genome: needs a panel of normals */
    PS_REASON_REFERENCE_MISMATCH, /* the panel of normals or the matched normal is of another assay */
    PS_REASON_AMBIGUOUS_BASELINE,
    PS_REASON_NOISY,
    PS_REASON_WIDE_INTERVAL,
    PS_REASON_PURITY_ASSUMED, /* no purity was given: the answer holds for a tumour share */
    PS_REASON_PART_OF_CELLS,  /* copies that the given purity leaves between whole numbers */
    /* junction */
    PS_REASON_LOW_PHYSICAL_COVERAGE,
    PS_REASON_IGH_ELSEWHERE,       /* mates lie on contigs beside the chromosomes, which may hold IGH */
    PS_REASON_IGH_LOW_MAPQ,        /* the IGH side of a junction is placed with low mapping quality */
    PS_REASON_JUNCTION_FEW_CELLS,  /* a junction in so few cells does not decide alone */
    PS_REASON_JUNCTION_UNRESOLVED, /* a cluster that may be chance or a junction */
    PS_REASON_RNA_CANNOT_EXCLUDE,  /* RNA can show a junction but not exclude one */
    PS_REASON_WINDOW_ONLY,         /* not detected holds for the panel's 11q13 window only */
    PS_REASON_SV_FOUND,            /* the junction is another program's */
    PS_REASON_SV_LIST,             /* a list of structural variants proves no absence */
    PS_REASON_SV_REFUSED,          /* a join that the list's own filter refuses */
    PS_REASON_SV_VS_READS,         /* listed, and not in reads that would have shown it */
    PS_REASON_CNV,                 /* copy number is of another program's segments */
    PS_REASON_CNV_FITTED,          /* its copies rest on its own fit of purity and ploidy */
    PS_REASON_CNV_BASELINE,        /* its two-copy level is taken: nothing in the file can check it */
    PS_REASON_CNV_LIST,            /* a list of changes proves no two copies */
    PS_REASON_CNV_UNCLEAR,         /* its records at CCND1 contradict each other */
    PS_REASON_CNV_VS_READS,        /* the segments disagree with the reads */
    PS_REASON_COUNTS,              /* expression is of another program's counts */
    PS_REASON_COUNTS_PER_KB,       /* TPM or FPKM: no counting interval */
    PS_REASON_COUNTS_VS_READS,     /* the counts disagree with the reads */
    /* CCND1 */
    PS_REASON_DNA_ONLY,        /* DNA cannot show biallelic expression: weak evidence */
    PS_REASON_GAIN_ONLY,       /* a copy gain alone is weak evidence of dysregulation */
    PS_REASON_JUNCTION_OPEN,   /* a gain is named as the cause, and a junction was not looked for with enough power */
    PS_REASON_JUNCTION_STANDS, /* a junction in DNA, in RNA that does not show it and need not */
    PS_REASON_Q_GAIN,          /* 11q gained without 11p: soft evidence for a junction not looked for */
    PS_REASON_CCND1_OPEN,      /* neither expression nor a junction could decide */
    PS_REASON_NO_ASSESSABLE_MARKER,
    /* persons */
    PS_REASON_FEW_SNPS,         /* too few common SNPs are covered */
    PS_REASON_NOISY_SNPS,       /* too many bases there are neither allele */
    PS_REASON_RELATIVES_OPEN,   /* a relative's fragments above the limit are not excluded */
    PS_REASON_IDENTITY_UNCLEAR, /* the SNPs do not tell one person from two */
    PS_REASON_MIXED_PERSONS,    /* the inputs are of different persons */
    /* label */
    PS_REASON_MARKER_MISSING, /* a marker that the model requires is not assessable */
    PS_REASON_MARKERS_DISAGREE,
    PS_REASON_PROBABILITY_BETWEEN,
    PS_REASON_SPECIMEN,   /* the model is for another specimen */
    PS_REASON_TWO_LEVELS, /* the model was made without an intermediate CCND1 */
    PS_N_REASONS
} ps_reason_code;

typedef struct ps_reason {
    ps_reason_code code;
    char detail[360]; /* input, place, value, limit; may be empty */
} ps_reason;

#define PS_MAX_REASONS 8
typedef struct ps_reasons {
    size_t n;
    ps_reason at[PS_MAX_REASONS];
} ps_reasons;

const char *ps_reason_name(ps_reason_code code);     /* "codons-shallow" */
const char *ps_reason_sentence(ps_reason_code code); /* "hotspot codons were too shallow for the limit" */

/* Appends (a code already there is not added twice; past PS_MAX_REASONS it is dropped). */
void ps_reason_add(ps_reasons *reasons, ps_reason_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "name: sentence (detail)" into `out`. */
void ps_reason_text(const ps_reason *reason, char *out, size_t size);

#endif
