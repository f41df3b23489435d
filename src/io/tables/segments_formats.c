/* segments_formats.c - formats of segments of copy number.
 *
 * Each format is a row of `formats`: columns that no other has together, where place and value stand, what the value
 * is. Names of columns are compared by their letters and digits alone, as R and Excel rewrite the rest (loc.start).
 *
 * Programs that fit purity and ploidy (ASCAT, Battenberg, FACETS, PURPLE, Sequenza, TitanCNA, ichorCNA, PureCN) give
 * copies in the tumour's cells. CNVkit, GATK, DNAcopy and QDNAseq give log2 ratios; the `cn` that `cnvkit call` adds
 * comes from thresholds or from a purity that the file does not state, so its log2 is read.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"
#include "plasmastrat/table.h"

#define LOG2 PS_CNV_LOG2
#define COPIES PS_CNV_COPIES
#define ROUNDED PS_CNV_ROUNDED
static const segment_format formats[] = {
    {"CNVkit", "chromosome log2 probes", "- chromosome start end log2 - probes", LOG2, ZERO_BASED, NULL},
    {"CNVkit", "chromosome log2 depth", "", LOG2, 0, "holds bins (.cnr), not segments: give the .cns"},
    {"GATK ModelSegments", "CONTIG MEAN_LOG2_COPY_RATIO",
     "- CONTIG START END MEAN_LOG2_COPY_RATIO - NUM_POINTS_COPY_RATIO", LOG2, 0, NULL},
    {"GATK ModelSegments", "CONTIG LOG2_COPY_RATIO_POSTERIOR_50",
     "- CONTIG START END LOG2_COPY_RATIO_POSTERIOR_50 - NUM_POINTS_COPY_RATIO", LOG2, 0, NULL},
    {"GATK", "CONTIG LOG2_COPY_RATIO", "", LOG2, 0,
     "holds bins, not segments: give the .called.seg of CallCopyRatioSegments"},
    {"FACETS", "chrom tcn.em loc.start", "ID chrom loc.start loc.end tcn.em - num.mark", COPIES, 0, NULL},
    {"FACETS", "chrom tcn.em start", "- chrom start end tcn.em - num.mark", COPIES, 0, NULL},
    {"Battenberg", "startpos endpos nMaj1_A frac1_A", "- chr startpos endpos nMaj1_A - -", COPIES, SUBCLONES, NULL},
    {"ASCAT", "sample startpos nMajor nMinor", "sample chr startpos endpos nMajor nMinor -", COPIES, 0, NULL},
    {"ASCAT", "chr startpos nMajor nMinor", "- chr startpos endpos nMajor nMinor -", COPIES, CHANGES, NULL},
    {"PURPLE", "chromosome copyNumber bafCount", "- chromosome start end copyNumber - depthWindowCount", COPIES, 0,
     NULL},
    {"PURPLE", "gene minCopyNumber maxCopyNumber", "", COPIES, 0,
     "holds genes, not segments: give the purple.cnv.somatic.tsv"},
    {"Sequenza", "chromosome start.pos CNt depth.ratio", "- chromosome start.pos end.pos CNt - N.ratio", COPIES, 0,
     NULL},
    {"ichorCNA", "seg.median.logR Corrected_Copy_Number", "ID chrom start end Corrected_Copy_Number - num.mark",
     COPIES, 0, NULL},
    {"ichorCNA", "event copy.number bins median", "sample chr start end copy.number - bins", COPIES, 0, NULL},
    {"TitanCNA", "TITAN_call Start_Position.bp. Corrected_Copy_Number",
     "Sample Chromosome Start_Position.bp. End_Position.bp. Corrected_Copy_Number - Length.snp.", COPIES, 0, NULL},
    {"TitanCNA", "TITAN_call Start_Position.bp. Copy_Number",
     "Sample Chromosome Start_Position.bp. End_Position.bp. Copy_Number - Length.snp.", COPIES, 0, NULL},
    {"Control-FREEC", "chr start copynumber status", "- chr start end copynumber - -", ROUNDED, CHANGES, NULL},
    {"Control-FREEC", "Chromosome Start MedianRatio CopyNumber", "- Chromosome Start - CopyNumber - -", ROUNDED, BINS,
     NULL},
    {"ABSOLUTE", "Chromosome Start.bp modal_total_cn", "sample Chromosome Start.bp End.bp modal_total_cn - n_probes",
     COPIES, 0, NULL},
    {"PureCN", "chrom loc.start seg.mean C", "ID chrom loc.start loc.end C - num.mark", COPIES, 0, NULL},
    {"DRAGEN", "Segment_Mean Segment_Call Copy_Number", "Sample Chromosome Start End Copy_Number - Num_Targets",
     ROUNDED, ZERO_BASED, NULL},
    {"ASCAT (GDC)", "GDC_Aliquot Chromosome Copy_Number", "GDC_Aliquot Chromosome Start End Copy_Number - -", COPIES,
     0, NULL},
    {"DNAcopy (GDC)", "GDC_Aliquot Chromosome Segment_Mean",
     "GDC_Aliquot Chromosome Start End Segment_Mean - Num_Probes", LOG2, 0, NULL},
    {"a SEG file", "Chromosome Start End Segment_Mean", "Sample Chromosome Start End Segment_Mean - Num_Probes", LOG2,
     0, NULL},
    {"DNAcopy", "chrom loc.start seg.mean", "ID chrom loc.start loc.end seg.mean - num.mark", LOG2, 0, NULL},
    {"QDNAseq", "SAMPLE_NAME CHROMOSOME STOP LOG2_RATIO_MEAN",
     "SAMPLE_NAME CHROMOSOME START STOP LOG2_RATIO_MEAN - DATAPOINTS", LOG2, 0, NULL},
    {"QDNAseq", "chromosome start end feature", "- chromosome start end - - -", LOG2, MATRIX | BINS, NULL},
    {"GISTIC", "Hugo_Symbol Cytoband", "", LOG2, 0, "holds levels of genes, not segments"},
    {"GISTIC", "GeneSymbol Cytoband", "", LOG2, 0, "holds levels of genes, not segments"},
};
#undef LOG2
#undef COPIES
#undef ROUNDED

/* By letters and digits alone. */
static int same_name(const char *a, const char *b) {
    for (;; a++, b++) {
        while (*a && !isalnum((unsigned char)*a))
            a++;
        while (*b && !isalnum((unsigned char)*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return 0;
        if (!*a)
            return 1;
    }
}

int table_column(const table_lines *lines, const char *name) {
    for (int i = 0; i < lines->n; i++)
        if (same_name(lines->field[i], name))
            return i;
    return -1;
}

/* The words of `words` one by one; 0 at the end. */
static int next_word(const char **words, char *word, size_t size) {
    size_t n = strcspn(*words, " ");
    snprintf(word, size, "%.*s", (int)n, *words);
    *words += n + ((*words)[n] == ' ');
    return n > 0;
}

const segment_format *table_segments_format(const table_lines *lines) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const char *needs = formats[i].needs;
        char word[40];
        int all = 1;
        while (next_word(&needs, word, sizeof word))
            all &= table_column(lines, word) >= 0;
        if (all)
            return &formats[i];
    }
    return NULL;
}

int table_segments_columns(const table_lines *lines, const segment_format *f, int column[N_SEGMENT_COLUMNS]) {
    const char *words = f->columns;
    char word[40];
    for (int i = 0; i < N_SEGMENT_COLUMNS; i++) {
        int named = next_word(&words, word, sizeof word) && strcmp(word, "-") != 0;
        column[i] = !named ? -1 : *f->needs ? table_column(lines, word) : atoi(word);
        if (named && column[i] < 0 && i != SEGMENT_SAMPLE && i != SEGMENT_POINTS)
            return -1;
    }
    return 0;
}

/* Files without a header: columns by number. */
static const segment_format no_header[] = {
    {"Control-FREEC", "", "- 0 1 2 3 - -", PS_CNV_ROUNDED, CHANGES, NULL},
    {"ASCAT (ascatNgs)", "", "- 1 2 3 6 - -", PS_CNV_COPIES, 0, NULL},
};

const segment_format *table_segments_without_header(const table_lines *lines) {
    static const char *const status[] = {"gain", "loss", "normal", "neutral"};
    int numbers = 0;
    for (int i = 0; i < lines->n; i++)
        numbers += i != 1 && table_is_number(lines->field[i]);
    if (lines->n == 8 && lines->separator == ',' && numbers == 7)
        return &no_header[1];
    for (size_t i = 0; i < sizeof status / sizeof *status && lines->n >= 5; i++)
        if (!strcmp(lines->field[4], status[i]) && table_is_number(lines->field[1]) &&
            table_is_number(lines->field[3]))
            return &no_header[0];
    return NULL;
}

const char *table_segments_program(const table_lines *lines) {
    const segment_format *f = table_segments_format(lines);
    f = f ? f : table_segments_without_header(lines);
    return f ? f->program : NULL;
}
