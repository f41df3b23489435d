#include "sheet_layouts.h"

#include <string.h>

#include "plasmastrat/evidence.h"

#define SAREK "nf-core/sarek, "
#define RNASEQ "nf-core/rnaseq, "

/* Sources: docs/output.md of nf-core/sarek 3 and of nf-core/rnaseq 3 (and 1.4, for featureCounts by gene); the GDC's
 * file names (docs.gdc.cancer.gov, "File Formats" and the pipelines' pages). */
const sheet_layout sheet_layouts[] = {
    {"*.rna_seq.genomic.gdc_realign.bam", PS_INPUT_RNA, "GDC, RNA alignments"},
    {"*.rna_seq.transcriptome.gdc_realign.bam", SHEET_UNUSED, "aligned to transcripts, not to the genome"},
    {"*.rna_seq.chimeric.gdc_realign.bam", SHEET_UNUSED, "chimeric reads only"},
    {"@.umi_dedup.sorted.bam", PS_INPUT_RNA, RNASEQ "deduplicated by UMI"},
    {"@.markdup.sorted.bam", PS_INPUT_RNA, RNASEQ "duplicates marked"},
    {"star_salmon/@.sorted.bam", PS_INPUT_RNA, RNASEQ "duplicates not marked"},
    {"star_rsem/@.sorted.bam", PS_INPUT_RNA, RNASEQ "duplicates not marked"},
    {"hisat2/@.sorted.bam", PS_INPUT_RNA, RNASEQ "duplicates not marked"},
    {"*_mirna_gdc_realn.bam", SHEET_UNUSED, "micro-RNA"},
    {"*_wgs_gdc_realn.bam", PS_INPUT_DNA, "GDC, genome"},
    {"*_wxs_gdc_realn.bam", PS_INPUT_DNA, "GDC, exome"},
    {"*_targeted_sequencing_gdc_realn.bam", PS_INPUT_DNA, "GDC, targeted"},
    {"*_gdc_realn.bam", PS_INPUT_DNA, "GDC, DNA alignments"},
    {"preprocessing/recalibrated/@/*.cram", PS_INPUT_DNA, SAREK "recalibrated"},
    {"preprocessing/recalibrated/@/*.bam", PS_INPUT_DNA, SAREK "recalibrated"},
    {"preprocessing/sentieon_dedup/@/*.cram", PS_INPUT_DNA, SAREK "duplicates marked by Sentieon"},
    {"preprocessing/sentieon_dedup/@/*.bam", PS_INPUT_DNA, SAREK "duplicates marked by Sentieon"},
    {"preprocessing/markduplicates/@/*.cram", PS_INPUT_DNA, SAREK "duplicates marked"},
    {"preprocessing/markduplicates/@/*.bam", PS_INPUT_DNA, SAREK "duplicates marked"},
    {"preprocessing/mapped/@/*.cram", PS_INPUT_DNA, SAREK "duplicates not marked"},
    {"preprocessing/mapped/@/*.bam", PS_INPUT_DNA, SAREK "duplicates not marked"},
    {"mutect2/@/*.mutect2.filtered.vcf.gz", PS_INPUT_VCF, SAREK "Mutect2"},
    {"sentieon_tnscope/@/*.tnscope.filtered.vcf.gz", PS_INPUT_VCF, SAREK "TNscope"},
    {"strelka/@/*.somatic_snvs.vcf.gz", PS_INPUT_VCF, SAREK "Strelka2, substitutions"},
    {"strelka/@/*.somatic_indels.vcf.gz", SHEET_UNUSED,
     "indels only; a cell takes one VCF (bcftools concat joins them)"},
    {"mutect2/@/*.mutect2.vcf.gz", SHEET_UNUSED, "not filtered yet"},
    {"freebayes/@/*.freebayes.vcf.gz", PS_INPUT_VCF, SAREK "FreeBayes"},
    {"*.MuTect2.somatic_annotation.vcf.gz", PS_INPUT_VCF, "GDC, MuTect2"},
    {"*.mutect2.raw_somatic_mutation.vcf.gz", PS_INPUT_VCF, "GDC, MuTect2"},
    {"*.CaVEMan.raw_somatic_mutation.vcf.gz", PS_INPUT_VCF, "GDC, CaVEMan"},
    {"*.aliquot_ensemble_masked.maf.gz", PS_INPUT_VCF, "GDC, MAF of several callers"},
    {"*.aliquot_ensemble_raw.maf.gz", PS_INPUT_VCF, "GDC, MAF of several callers"},
    {"*.aliquot.maf.gz", PS_INPUT_VCF, "GDC, MAF of one caller"},
    {"manta/@/*.manta.somatic_sv.vcf.gz", PS_INPUT_SV, SAREK "Manta"},
    {"manta/@/*.manta.tumor_sv.vcf.gz", PS_INPUT_SV, SAREK "Manta"},
    {"manta/@/*.manta.diploid_sv.vcf.gz", SHEET_UNUSED, "of the normal"},
    {"tiddit/@/*.tiddit.tumor.vcf.gz", PS_INPUT_SV, SAREK "TIDDIT"},
    {"tiddit/@/*.tiddit.normal.vcf.gz", SHEET_UNUSED, "of the normal"},
    {"tiddit/@/*_sv_merge.tiddit.vcf.gz", SHEET_UNUSED, "joins of tumour and normal in one"},
    {"tiddit/@/*.tiddit.vcf.gz", PS_INPUT_SV, SAREK "TIDDIT"},
    {"*.BRASS.rerun_structural_variation.vcf.gz", PS_INPUT_SV, "GDC, BRASS"},
    {"*.BRASS.raw_structural_variation.vcf.gz", PS_INPUT_SV, "GDC, BRASS"},
    {"ascat/@/*.segments.txt", PS_INPUT_CNV, SAREK "ASCAT"},
    {"cnvkit/@/*.bintest.cns", SHEET_UNUSED, "single bins, not segments"},
    {"cnvkit/@/*.germline.call.cns", SHEET_UNUSED, "germline"},
    {"cnvkit/@/*.call.cns", PS_INPUT_CNV, SAREK "CNVkit"},
    {"cnvkit/@/*.cns", PS_INPUT_CNV, SAREK "CNVkit"},
    {"controlfreec/@/*_ratio.txt", PS_INPUT_CNV, SAREK "Control-FREEC"},
    {"*.ASCAT.copy_number_variation.seg.txt", PS_INPUT_CNV, "GDC, ASCAT"},
    {"*.allelic_specific.seg.txt", PS_INPUT_CNV, "GDC, ASCAT"},
    {"*.cr.igv.reheader.seg.txt", PS_INPUT_CNV, "GDC, GATK"},
    {"*.nocnv_grch38.seg.v2.txt", PS_INPUT_CNV, "GDC, DNAcopy"},
    {"*.grch38.seg.v2.txt", PS_INPUT_CNV, "GDC, DNAcopy"},
    {"*.rna_seq.augmented_star_gene_counts.tsv", PS_INPUT_COUNTS, "GDC, STAR"},
    {"*.htseq.counts.gz", PS_INPUT_COUNTS, "GDC, HTSeq"},
    {"*/featurecounts/*.featureCounts.txt", SHEET_UNUSED, "counts of biotypes, not of genes"},
    {"featureCounts/gene_counts/@_gene.featureCounts.txt", PS_INPUT_COUNTS, RNASEQ "featureCounts"},
    {"star_salmon/salmon.merged.gene_counts.tsv", SHEET_MATRIX, RNASEQ "Salmon"},
    {"star_rsem/rsem.merged.gene_counts.tsv", SHEET_MATRIX, RNASEQ "RSEM"},
    {"salmon/salmon.merged.gene_counts.tsv", SHEET_MATRIX, RNASEQ "Salmon"},
    {"featureCounts/merged_gene_counts.txt", SHEET_MATRIX, RNASEQ "featureCounts"},
};
const size_t sheet_n_layouts = sizeof sheet_layouts / sizeof *sheet_layouts;

static int fits_here(const char *pattern, const char *path, const char **name, size_t *n) {
    if (!*pattern)
        return !*path;
    if (*pattern != '*' && *pattern != '@')
        return *pattern == *path && fits_here(pattern + 1, path + 1, name, n);
    if (*pattern == '*' && fits_here(pattern + 1, path, name, n))
        return 1;
    for (size_t k = 1; path[k - 1] && path[k - 1] != '/'; k++)
        if (fits_here(pattern + 1, path + k, name, n)) {
            if (*pattern == '@') {
                *name = path;
                *n = k;
            }
            return 1;
        }
    return 0;
}

int sheet_layout_fits(const char *pattern, const char *path, const char **name, size_t *n) {
    *n = 0;
    for (const char *at = path; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
        if (fits_here(pattern, at, name, n))
            return 1;
    return 0;
}

size_t sheet_layout_of(const char *path, const char **name, size_t *n) {
    size_t i = 0;
    while (i < sheet_n_layouts && !sheet_layout_fits(sheet_layouts[i].pattern, path, name, n))
        i++;
    return i;
}
