/* recognise.c - what a file of results is, by its first lines, so that one given in the wrong place finds its option. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lines.h"
#include "plasmastrat/imports.h"

static int has_column(const table_lines *lines, const char *name) {
    for (int i = 0; i < lines->n; i++)
        if (!strcasecmp(lines->field[i], name))
            return 1;
    return 0;
}

/* Tables by columns that no other has together. */
static const struct {
    const char *needs[4], *what, *option;
} tables[] = {
    {{"Hugo_Symbol", "Variant_Classification", NULL}, "a MAF of small variants", "--vcf"},
    {{"chromosome", "start", "log2", NULL}, "segments of CNVkit", "--cnv"},
    {{"chrom", "loc.start", "seg.mean", NULL}, "segments (SEG, DNAcopy)", "--cnv"},
    {{"chromosome", "start", "copyNumber", NULL}, "segments of PURPLE", "--cnv"},
    {{"chrom", "tcn.em", "lcn.em", NULL}, "segments of FACETS", "--cnv"},
    {{"startpos", "endpos", "nMajor", NULL}, "segments of ASCAT", "--cnv"},
    {{"startpos", "endpos", "nMaj1_A", NULL}, "segments of Battenberg", "--cnv"},
    {{"chrom", "start", "median", NULL}, "segments of ichorCNA", "--cnv"},
    {{"Chromosome", "Segment_Mean", "Num_Probes", NULL}, "segments (SEG, GDC)", "--cnv"},
};

/* "##fileformat=VCF" is a comment to the table reader: looked at by itself. */
static int recognise_vcf(const char *path, const char **what, const char **option) {
    ps_source source;
    hFILE *file;
    htsFormat format = {0};
    ps_error err = {0};
    ps_source_init(path, &source);
    int is_vcf = source.is_stdin || ps_source_open(&source, &file, &format, &err) != 0 ? 0 : 1;
    if (is_vcf)
        hclose_abruptly(file);
    is_vcf = is_vcf && (format.format == vcf || format.format == bcf);
    ps_source_free(&source);
    *what = "a VCF";
    *option = "--vcf (small variants) or --sv (structural variants)";
    return is_vcf;
}

int ps_recognise_result(const char *path, const char **what, const char **option) {
    table_lines lines;
    ps_error err = {0};
    int result = -1;
    if (recognise_vcf(path, what, option))
        return 0;
    if (table_lines_open(path, &lines, &err) == 0 && table_lines_next(&lines, &err) == 1) {
        for (size_t i = 0; i < sizeof tables / sizeof *tables && result != 0; i++) {
            int all = 1;
            for (int k = 0; tables[i].needs[k]; k++)
                all &= has_column(&lines, tables[i].needs[k]);
            if (!all)
                continue;
            *what = tables[i].what;
            *option = tables[i].option;
            result = 0;
        }
        const char *program = result == 0 ? NULL : table_counts_program(&lines);
        if (program) {
            *what = "gene counts";
            *option = "--counts";
            result = 0;
        }
    }
    table_lines_close(&lines);
    return result;
}
