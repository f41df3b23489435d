/* maf.c - a MAF (GDC, cBioPortal, vcf2maf) as the VCF that it came from: a column for each Tumor_Sample_Barcode, a
 * record for each row. A sample that a row is not of reads 0/0 without counts there, which says nothing. There are no
 * hom-ref stretches: a MAF lists mutations and proves no wild type.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../tables/lines.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "private.h"

/* Columns by name; those of the second half may be missing. */
enum {
    SYMBOL,
    CHROM,
    START,
    REF,
    ALT1,
    ALT2,
    BARCODE,
    N_NEEDED,
    DEPTH = N_NEEDED,
    REF_COUNT,
    ALT_COUNT,
    FILTER,
    STATUS,
    BUILD,
    N_COLUMNS
};
static const char *const names[N_COLUMNS] = {
    [SYMBOL] = "Hugo_Symbol",
    [CHROM] = "Chromosome",
    [START] = "Start_Position",
    [REF] = "Reference_Allele",
    [ALT1] = "Tumor_Seq_Allele1",
    [ALT2] = "Tumor_Seq_Allele2",
    [BARCODE] = "Tumor_Sample_Barcode",
    [DEPTH] = "t_depth",
    [REF_COUNT] = "t_ref_count",
    [ALT_COUNT] = "t_alt_count",
    [FILTER] = "FILTER",
    [STATUS] = "Mutation_Status",
    [BUILD] = "NCBI_Build",
};

struct vcf_maf {
    char **row; /* "CHROM POS . REF ALT . FILTER INFO FORMAT values", by tabs */
    int *sample;
    long *line;
    size_t n, at, capacity, sample_capacity, line_capacity;
};

static const char *cell(const table_lines *lines, const int *column, int which) {
    const char *text = column[which] >= 0 && column[which] < lines->n ? lines->field[column[which]] : "";
    return strcasecmp(text, "NA") && strcmp(text, ".") ? text : "";
}

static int find_columns(const table_lines *lines, int *column, ps_error *err) {
    for (int i = 0; i < N_COLUMNS; i++) {
        column[i] = -1;
        for (int k = 0; k < lines->n; k++)
            if (!strcasecmp(lines->field[k], names[i]))
                column[i] = k;
        if (i < N_NEEDED && i != ALT1 && column[i] < 0)
            return table_fail(lines, err, "is a MAF without the column %s", names[i]);
    }
    return 0;
}

static int64_t number(const table_lines *lines, const int *column, int which) {
    int64_t value;
    return ps_parse_int(cell(lines, column, which), 0, INT32_MAX, &value) == 0 ? value : -1;
}

/* "0/1:890,110"; GT alone where the counts are not there. */
static void write_counts(const table_lines *lines, const int *column, char *text, size_t size) {
    int64_t depth = number(lines, column, DEPTH), ref = number(lines, column, REF_COUNT),
            alt = number(lines, column, ALT_COUNT);
    if (ref < 0 && depth >= alt && alt >= 0)
        ref = depth - alt;
    if (alt < 0 || ref < 0)
        snprintf(text, size, "GT\t0/1");
    else
        snprintf(text, size, "GT:AD\t0/1:%" PRId64 ",%" PRId64, ref, alt);
}

/* The base before an indel is not in a MAF: N stands for it. */
static char *write_row(const table_lines *lines, const int *column, int64_t start) {
    const char *ref = cell(lines, column, REF), *alt = cell(lines, column, ALT2);
    const char *filter = cell(lines, column, FILTER);
    int insertion = !strcmp(ref, "-"), deletion = !strcmp(alt, "-");
    char counts[80];
    if (!strcmp(alt, ref) && *cell(lines, column, ALT1))
        alt = cell(lines, column, ALT1);
    write_counts(lines, column, counts, sizeof counts);
    return ps_format("%s\t%" PRId64 "\t.\t%s%s\t%s%s\t.\t%s\t%s\t%s", cell(lines, column, CHROM), start - deletion,
                     insertion || deletion ? "N" : "", insertion ? "" : ref, insertion || deletion ? "N" : "",
                     deletion ? "" : alt, *filter ? filter : "PASS",
                     !strcasecmp(cell(lines, column, STATUS), "Germline") ? "STATUS=Germline" : ".", counts);
}

static int column_of_sample(vcf_lines *lines, const char *name, ps_map *taken, size_t *capacity) {
    uint64_t *at = ps_map_at(taken, ps_hash(name, strlen(name)));
    if (*at == 0) {
        size_t n = (size_t)lines->n_samples;
        PS_GROW(lines->sample, n, *capacity);
        lines->sample[lines->n_samples++] = ps_strdup(name);
        *at = (uint64_t)lines->n_samples;
    }
    return (int)*at - 1;
}

static int add_row(vcf_lines *lines, const table_lines *table, const int *column, ps_map *taken, size_t *capacity,
                   ps_error *err) {
    struct vcf_maf *maf = lines->maf;
    int64_t start;
    if (table->n <= column[BARCODE] || table->n <= column[ALT2])
        return table_fail(table, err, "has %d field%s, fewer than the header", table->n, ps_s(table->n));
    if (ps_parse_int(cell(table, column, START), 1, INT32_MAX - 1, &start) != 0)
        return table_fail(table, err, "%s is '%.40s', expected a position", names[START], cell(table, column, START));
    PS_GROW(maf->row, maf->n, maf->capacity);
    PS_GROW(maf->sample, maf->n, maf->sample_capacity);
    PS_GROW(maf->line, maf->n, maf->line_capacity);
    const char *barcode = cell(table, column, BARCODE);
    maf->sample[maf->n] = column_of_sample(lines, *barcode ? barcode : "unnamed", taken, capacity);
    maf->line[maf->n] = table->number;
    maf->row[maf->n++] = write_row(table, column, start);
    return 0;
}

/* The header's build, as vcf_hinted_build reads it. */
static void note_build(vcf_lines *lines, const char *build) {
    if (lines->n_meta || !*build)
        return;
    lines->meta = ps_alloc(1, sizeof *lines->meta);
    lines->meta[lines->n_meta++] =
        ps_format("##reference=%s%s", strspn(build, "378") == strlen(build) ? "GRCh" : "", build);
}

int vcf_maf_read(vcf_lines *lines, ps_error *err) {
    table_lines table;
    ps_map taken = {0};
    int column[N_COLUMNS] = {0}, got = table_lines_open(lines->source.path, &table, err);
    size_t capacity = 0;
    lines->maf = ps_alloc(1, sizeof *lines->maf);
    lines->format = "MAF";
    lines->n_columns = 9;
    int result = got < 0 || table_lines_next(&table, err) < 1 ? -1 : find_columns(&table, column, err);
    while (result == 0 && (got = table_lines_next(&table, err)) == 1) {
        note_build(lines, cell(&table, column, BUILD));
        result = add_row(lines, &table, column, &taken, &capacity, err);
    }
    lines->n_columns += lines->n_samples;
    table_lines_close(&table);
    ps_map_free(&taken);
    return got < 0 ? -1 : result;
}

int vcf_maf_next(vcf_lines *lines) {
    struct vcf_maf *maf = lines->maf;
    if (maf->at == maf->n)
        return 0;
    const char *row = maf->row[maf->at], *value = strrchr(row, '\t');
    lines->line.l = 0;
    kputsn(row, (int)(value - row), &lines->line);
    for (int i = 0; i < lines->n_samples; i++)
        if (i == maf->sample[maf->at])
            kputs(value, &lines->line);
        else
            kputs("\t0/0", &lines->line);
    lines->number = maf->line[maf->at++];
    return 1;
}

void vcf_maf_free(struct vcf_maf *maf) {
    for (size_t i = 0; maf && i < maf->n; i++)
        free(maf->row[i]);
    if (maf) {
        free(maf->row);
        free(maf->sample);
        free(maf->line);
    }
    free(maf);
}
