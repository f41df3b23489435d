/* recognise.c - what a file of results is, by its first lines, so that one given in the wrong place finds its option.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats.h"
#include "plasmastrat/imports.h"

static int has_column(const table_lines *lines, const char *name) {
    for (int i = 0; i < lines->n; i++)
        if (!strcasecmp(lines->field[i], name))
            return 1;
    return 0;
}

static const char *maf(const table_lines *lines) {
    return has_column(lines, "Hugo_Symbol") && has_column(lines, "Variant_Classification") ? "" : NULL;
}

/* Who reads tables, in the order in which they are asked; a matrix of counts is recognised by little. */
static const struct {
    const char *what, *option;
    const char *(*program)(
        const table_lines *lines); /* the program that wrote it, "" none is named; NULL: not this one's */
} readers[] = {
    {"a MAF of small variants", "--vcf", maf},
    {"segments", "--cnv", table_segments_program},
    {"gene counts", "--counts", table_counts_program},
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
    *option = "--vcf (small variants), --sv (structural variants) or --cnv (copy number)";
    return is_vcf;
}

int ps_recognise_result(const char *path, const char **what, const char **option) {
    table_lines lines;
    ps_error err = {0};
    int result = -1;
    if (recognise_vcf(path, what, option))
        return 0;
    if (table_lines_open(path, &lines, &err) == 0 && table_lines_next(&lines, &err) == 1) {
        for (size_t i = 0; i < sizeof readers / sizeof *readers && result != 0; i++)
            if (readers[i].program(&lines)) {
                *what = readers[i].what;
                *option = readers[i].option;
                result = 0;
            }
    }
    table_lines_close(&lines);
    return result;
}
