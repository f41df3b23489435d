#include "plasmastrat/reasons.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name, *sentence;
} rows[PS_N_REASONS] = {
    [PS_REASON_NONE] = {"none", ""},
    [PS_REASON_NO_INPUT] = {"no-input", "none of the inputs can show this"},
    [PS_REASON_NO_RNA] = {"no-rna", "no RNA alignments were given"},
    [PS_REASON_NO_DNA] = {"no-dna", "no DNA alignments were given"},
    [PS_REASON_VCF_BLOCKS] =
        {"vcf-blocks",
         "wild type rests on the VCF's hom-ref blocks: its caller may have missed a mutation of few cells"},
    [PS_REASON_RNA_ONLY] = {"rna-only", "wild type rests on RNA alone, which shows only part of the mutated alleles"},
    [PS_REASON_VCF_ONLY] = {"vcf-only", "a plain VCF does not prove wild type where it lists nothing"},
    [PS_REASON_CONTIG_ABSENT] = {"contig-absent", "a chromosome that is needed is not in the file"},
    [PS_REASON_VCF_REFUTED] =
        {"vcf-refuted",
         "the VCF has a mutation that the DNA alignments should show and do not: another sample's VCF, or a wrong "
         "call"},
    [PS_REASON_VCF_UNCLEAR] =
        {"vcf-unclear",
         "at a hotspot codon the VCF has a variant record inside a hom-ref block, which says that there is none"},
    [PS_REASON_READS_LEFT_OUT] = {"reads-left-out",
                                  "reads over CCND1 were left out, so a low count does not mean low expression"},
    [PS_REASON_CODONS_SHALLOW] = {"codons-shallow",
                                  "too few reads at hotspot codons: a mutation at the limit could have been missed"},
    [PS_REASON_CANDIDATE_REFUSED] = {"candidate-refused", "an activating change was seen, but a filter refused it"},
    [PS_REASON_BELOW_FLOOR] =
        {"below-vaf-floor",
         "an activating change was called, but at a VAF too low to decide alone: carry-over from another sample "
         "looks the same"},
    [PS_REASON_NORMAL_SHALLOW] = {"normal-shallow",
                                  "the matched normal is too shallow there to tell whether the mutation is "
                                  "germline"},
    [PS_REASON_CARRY_OVER] =
        {"possible-carry-over",
         "another sample of the run has the same mutation at a much higher VAF: it may be carry-over, so it does "
         "not decide alone"},
    [PS_REASON_POOR_BASES] = {"poor-bases", "fragments over the codons are left out for low base quality"},
    [PS_REASON_DAMAGED] = {"damaged",
                           "many different changes of one kind: the DNA is damaged, and damage looks like mutations"},
    [PS_REASON_UNDER_PRIMER] = {"under-primer", "primers cover hotspot codons and hide the patient's bases"},
    [PS_REASON_MOLECULES_ASSUMED] =
        {"molecules-assumed", "in amplicons copies look like molecules, so the number of molecules is assumed"},
    [PS_REASON_FEW_REFERENCE_FRAGMENTS] = {"few-reference-fragments",
                                           "too few fragments on the reference genes to normalise"},
    [PS_REASON_DEPTH_BELOW_THRESHOLD] = {"depth-below-threshold", "too few reads to know the level of expression"},
    [PS_REASON_BORDERLINE_EXPRESSION] = {"borderline-expression", "expression lies between two levels"},
    [PS_REASON_CUT_READS] =
        {"cut-reads",
         "GATK SplitNCigarReads cut the reads at their introns: a read clipped at an exon's edge counts as spliced"},
    [PS_REASON_NOT_RNA] =
        {"not-rna", "too few spliced reads: the file is DNA, or RNA with DNA in it, or RNA aligned without splicing"},
    [PS_REASON_LOW_PLASMA_CELLS] = {"low-plasma-cells", "too few plasma cells among the cells of this sample"},
    [PS_REASON_OTHER_CELLS] = {"other-cells", "CCND1 may come from cells that are not plasma cells"},
    [PS_REASON_LATE_READS] =
        {"three-prime-bias",
         "reads lie elsewhere along the transcripts (as only at the 3' end) than in the samples that the limits "
         "come from"},
    [PS_REASON_REFERENCE_ASSUMED] = {"reference-assumed",
                                     "the levels are those of published cohorts, not of this laboratory's samples"},
    [PS_REASON_LOW_COVERAGE] = {"low-coverage", "too few fragments per bin"},
    [PS_REASON_TARGETED] = {"targeted", "not whole-genome data: a panel of normals or a matched normal is needed"},
    [PS_REASON_REFERENCE_MISMATCH] = {"reference-mismatch", "the reference for depth is of another assay or kit"},
    [PS_REASON_AMBIGUOUS_BASELINE] = {"ambiguous-baseline", "more than one depth could be that of two copies"},
    [PS_REASON_NOISY] = {"noisy", "bin counts scatter too much"},
    [PS_REASON_WIDE_INTERVAL] = {"wide-interval", "the interval of the copies is too wide to decide"},
    [PS_REASON_PURITY_ASSUMED] = {"purity-assumed",
                                  "no tumour share (--purity) was given: every cell is taken as tumour"},
    [PS_REASON_PART_OF_CELLS] =
        {"part-of-cells", "the copies lie between whole numbers: perhaps a change in part of the tumour cells"},
    [PS_REASON_LOW_PHYSICAL_COVERAGE] = {"low-physical-coverage",
                                         "too few fragments over 11q13 to have shown a junction of all tumour cells"},
    [PS_REASON_IGH_ELSEWHERE] = {"igh-elsewhere", "mates lie on contigs beside the chromosomes, which may hold IGH"},
    [PS_REASON_IGH_LOW_MAPQ] = {"igh-low-mapq", "the IGH side of the junction is placed with low mapping quality"},
    [PS_REASON_JUNCTION_FEW_CELLS] = {"junction-few-cells",
                                      "a junction in so few of the cells does not decide alone"},
    [PS_REASON_JUNCTION_UNRESOLVED] = {"junction-unresolved",
                                       "fragments join 11q13 to IGH, too few to tell a junction from chance"},
    [PS_REASON_RNA_CANNOT_EXCLUDE] = {"rna-cannot-exclude",
                                      "RNA can show a junction but never prove that there is none"},
    [PS_REASON_WINDOW_ONLY] = {"window-only",
                               "the answer holds for breakpoints inside the panel's 11q13 window only"},
    [PS_REASON_SV_FOUND] = {"sv-found", "the junction is taken from another program's structural variants"},
    [PS_REASON_SV_LIST] = {"sv-list", "a list of structural variants cannot prove that a junction is absent"},
    [PS_REASON_SV_REFUSED] = {"sv-refused",
                              "the list of structural variants has a junction that its own filter refuses"},
    [PS_REASON_SV_VS_READS] =
        {"sv-vs-reads", "the list of structural variants has a junction that the DNA reads should show and do not"},
    [PS_REASON_CNV] = {"cnv", "copy number is taken from another program's segments"},
    [PS_REASON_CNV_FITTED] = {"cnv-fitted", "the copies rest on that program's own fit of purity and ploidy"},
    [PS_REASON_CNV_BASELINE] =
        {"cnv-baseline", "that program chose which level is two copies; in a hyperdiploid genome it may be wrong"},
    [PS_REASON_CNV_LIST] = {"cnv-list", "a list of changes cannot prove two copies where it lists none"},
    [PS_REASON_CNV_UNCLEAR] = {"cnv-unclear", "records of copy number at CCND1 contradict each other"},
    [PS_REASON_CNV_VS_READS] = {"cnv-vs-reads", "another program's segments disagree with the DNA reads"},
    [PS_REASON_COUNTS] = {"counts",
                          "expression is taken from another program's counts: splicing, strand and bias are unknown"},
    [PS_REASON_COUNTS_PER_KB] =
        {"counts-per-kb", "TPM and FPKM do not say how many fragments were counted, so no interval can be given"},
    [PS_REASON_COUNTS_VS_READS] = {"counts-vs-reads", "another program's counts disagree with the RNA reads"},
    [PS_REASON_DNA_ONLY] = {"dna-only", "DNA cannot show biallelic expression: weak evidence"},
    [PS_REASON_GAIN_ONLY] = {"gain-only", "a copy gain alone is weak evidence of dysregulation"},
    [PS_REASON_JUNCTION_OPEN] = {"junction-open", "a t(11;14) beside the gain is possible"},
    [PS_REASON_JUNCTION_STANDS] = {"junction-stands",
                                   "the junction seen in DNA counts, although the RNA does not show its effect"},
    [PS_REASON_Q_GAIN] = {"q-gain", "11q is gained without 11p, as beside t(11;14) more often than without"},
    [PS_REASON_CCND1_OPEN] = {"ccnd1-open", "neither expression nor a junction could decide"},
    [PS_REASON_NO_ASSESSABLE_MARKER] = {"no-assessable-marker", "no marker of the model could be assessed"},
    [PS_REASON_FEW_SNPS] = {"few-snps", "too few common SNPs are covered"},
    [PS_REASON_NOISY_SNPS] = {"noisy-snps", "too many bases at the common SNPs are neither allele"},
    [PS_REASON_RELATIVES_OPEN] =
        {"contamination-open",
         "another person's DNA above the limit cannot be excluded: a close relative shares alleles, and lost copies "
         "look the same"},
    [PS_REASON_IDENTITY_UNCLEAR] = {"identity-unclear", "the common SNPs cannot show whether it is one person"},
    [PS_REASON_MIXED_PERSONS] = {"mixed-persons", "the inputs are of different persons"},
    [PS_REASON_MARKER_MISSING] = {"marker-missing", "a marker that the model requires could not be assessed"},
    [PS_REASON_MARKERS_DISAGREE] = {"markers-disagree", "the markers point in different directions"},
    [PS_REASON_PROBABILITY_BETWEEN] = {"probability-between", "the probability lies between the model's thresholds"},
    [PS_REASON_SPECIMEN] = {"specimen", "the model is for another specimen"},
    [PS_REASON_TWO_LEVELS] = {"two-levels", "the model has no weight for an intermediate level of CCND1"},
};

const char *ps_reason_name(ps_reason_code code) {
    return rows[code].name;
}

const char *ps_reason_sentence(ps_reason_code code) {
    return rows[code].sentence;
}

void ps_reason_add(ps_reasons *reasons, ps_reason_code code, const char *format, ...) {
    for (size_t i = 0; i < reasons->n; i++)
        if (reasons->at[i].code == code)
            return;
    if (reasons->n == PS_MAX_REASONS)
        return;
    ps_reason *r = &reasons->at[reasons->n++];
    r->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(r->detail, sizeof r->detail, format, args);
    va_end(args);
}

void ps_reason_text(const ps_reason *reason, char *out, size_t size) {
    const char *name = ps_reason_name(reason->code), *sentence = ps_reason_sentence(reason->code);
    if (reason->detail[0])
        snprintf(out, size, "%s: %s (%s)", name, sentence, reason->detail);
    else
        snprintf(out, size, "%s: %s", name, sentence);
}
