/* counts_formats.c - formats of gene counts: how the first lines of each are recognised, and which columns hold what.
 */
#include <string.h>
#include <strings.h>

#include "formats.h"
#include "plasmastrat/table.h"

static int column_named(const table_lines *lines, const char *name) {
    for (int i = 0; i < lines->n; i++)
        if (!strcasecmp(lines->field[i], name))
            return i;
    return -1;
}

static int all_columns(const table_lines *lines, const char *const *names) {
    for (; *names; names++)
        if (column_named(lines, *names) < 0)
            return 0;
    return 1;
}

/* Programs with a header of their own: columns that must be there, the id's, the gene name's and the count's. */
static const struct {
    const char *program, *needs[5], *id, *name, *value;
    ps_counts_unit unit;
    int by_transcript;
} formats[] = {
    {"Salmon", {"Name", "Length", "TPM", "NumReads", NULL}, "Name", NULL, "NumReads", PS_COUNTS_FRAGMENTS, 1},
    {"Kallisto",
     {"target_id", "eff_length", "est_counts", "tpm", NULL},
     "target_id",
     NULL,
     "est_counts",
     PS_COUNTS_FRAGMENTS,
     1},
    {"RSEM",
     {"gene_id", "transcript_id(s)", "expected_count", NULL},
     "gene_id",
     NULL,
     "expected_count",
     PS_COUNTS_FRAGMENTS,
     0},
    {"RSEM",
     {"transcript_id", "gene_id", "expected_count", NULL},
     "gene_id",
     NULL,
     "expected_count",
     PS_COUNTS_FRAGMENTS,
     0},
    {"STAR (GDC)",
     {"gene_id", "gene_name", "unstranded", "stranded_first", NULL},
     "gene_id",
     "gene_name",
     "unstranded",
     PS_COUNTS_FRAGMENTS,
     0},
    {"StringTie", {"Gene ID", "Gene Name", "FPKM", "TPM", NULL}, "Gene ID", "Gene Name", "TPM", PS_COUNTS_PER_KB, 0},
    {"Cufflinks",
     {"tracking_id", "gene_short_name", "FPKM", NULL},
     "tracking_id",
     "gene_short_name",
     "FPKM",
     PS_COUNTS_PER_KB,
     0},
};

static int recognise_program(const table_lines *lines, counts_layout *how) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (!all_columns(lines, formats[i].needs))
            continue;
        *how = (counts_layout){.program = formats[i].program,
                               .id = column_named(lines, formats[i].id),
                               .name = formats[i].name ? column_named(lines, formats[i].name) : -1,
                               .value = column_named(lines, formats[i].value),
                               .unit = formats[i].unit,
                               .has_header = 1,
                               .by_transcript = formats[i].by_transcript};
        return 1;
    }
    return 0;
}

/* featureCounts: Geneid, five columns of the annotation, then a column for each file. */
static int recognise_feature_counts(const table_lines *lines, counts_layout *how) {
    static const char *const needs[] = {"Geneid", "Chr", "Start", "End", "Strand", "Length", NULL};
    if (!all_columns(lines, needs))
        return 0;
    int length = column_named(lines, "Length"), name = column_named(lines, "gene_name");
    *how = (counts_layout){.program = "featureCounts",
                           .name = name,
                           .value = -1,
                           .first_value = (name > length ? name : length) + 1,
                           .has_header = 1};
    return 1;
}

static int recognise_star(const table_lines *lines, counts_layout *how) {
    if (lines->n != 4 || strncmp(lines->field[0], "N_", 2))
        return 0;
    *how = (counts_layout){.program = "STAR", .name = -1, .value = -1};
    return 1;
}

/* HTSeq, or a pair of columns: an id, perhaps a name, a number; no header. */
static int recognise_pairs(const table_lines *lines, counts_layout *how) {
    if ((lines->n != 2 && lines->n != 3) || !table_is_number(lines->field[lines->n - 1]) ||
        table_is_number(lines->field[0]))
        return 0;
    *how = (counts_layout){.program = "HTSeq", .name = lines->n == 3 ? 1 : -1, .value = lines->n - 1};
    return 1;
}

/* A header of names: ids first, perhaps names and other words, then samples. */
static int recognise_matrix(const table_lines *lines, counts_layout *how) {
    static const char *const words[] = {
        "gene_name", "gene_symbol", "symbol", "external_gene_name", "hgnc_symbol", "description",   "gene_type",
        "biotype",   "entrezgene",  "length", "gene_biotype",       "hugo_symbol", "entrez_gene_id"};
    if (lines->n < 2)
        return 0;
    for (int i = 1; i < lines->n; i++)
        if (table_is_number(lines->field[i]))
            return 0;
    *how = (counts_layout){
        .program = "a matrix", .name = -1, .value = -1, .first_value = 1, .has_header = 1, .by_transcript = 1};
    for (int known = 1; known && how->first_value < lines->n;) {
        known = 0;
        for (size_t w = 0; w < sizeof words / sizeof *words && !known; w++)
            known = !strcasecmp(lines->field[how->first_value], words[w]);
        if (known && how->name < 0)
            how->name = how->first_value;
        how->first_value += known;
    }
    return how->first_value < lines->n;
}

int table_counts_layout(const table_lines *lines, counts_layout *how) {
    static int (*const tests[])(const table_lines *, counts_layout *) = {
        recognise_program, recognise_feature_counts, recognise_star, recognise_pairs, recognise_matrix};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (tests[i](lines, how))
            return 1;
    return 0;
}

const char *table_counts_program(const table_lines *lines) {
    counts_layout how;
    return table_counts_layout(lines, &how) ? how.program : NULL;
}
