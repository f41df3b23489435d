/* cnv.c - copy number as VCFs hold it: DEL, DUP and CNV, and stretches at two copies where a file lists them.
 *
 *   who                                              copies
 *   DRAGEN, Canvas, GATK gCNV, Delly cnv, CNVkit     FORMAT CN, CNF, RDCN; INFO CN
 *   FACETS (cnv_facets)                              INFO TCN_EM, after its fit of purity
 *   CNVkit export, QDNAseq                           INFO FOLD_CHANGE_LOG, LOG2CNT: log2
 *   CNVnator                                         INFO natorRD: a ratio
 *   Manta, Delly, Lumpy ...                          DEL and DUP without a number
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tables/segments.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "private.h"

typedef enum { IS_FITTED, IS_COPIES, IS_LOG2, IS_RATIO } meaning;

/* The first that a record has counts. */
static const struct {
    const char *key;
    int in_format;
    meaning is;
} keys[] = {
    {"TCN_EM", 0, IS_FITTED}, {"CNF", 1, IS_COPIES},           {"RDCN", 1, IS_COPIES},       {"CN", 1, IS_COPIES},
    {"CN", 0, IS_COPIES},     {"FOLD_CHANGE_LOG", 0, IS_LOG2}, {"LOG2CNT", 1, IS_LOG2},      {"LOG2CNT", 0, IS_LOG2},
    {"LOG2", 0, IS_LOG2},     {"natorRD", 0, IS_RATIO},        {"FOLD_CHANGE", 0, IS_RATIO},
};

typedef struct reader {
    segment_list *list;
    vcf_lines lines;
    int column;                       /* the tumour's; -1 none */
    int unit_known;                   /* the first record with a number gave the unit */
    int fitted;                       /* the header states the tumour's share */
    uint64_t small, joins, reference; /* records of other kinds; stretches at two copies */
    uint64_t refused;                 /* by the file's filter */
} reader;

/* Copies as `unit` has them. */
static double as_unit(ps_cnv_unit unit, meaning is, double value) {
    double copies = is == IS_LOG2 ? 2 * exp2(value) : is == IS_RATIO ? 2 * value : value;
    if (unit != PS_CNV_LOG2)
        return copies;
    return is == IS_LOG2 ? value : log2(fmax(copies, 1e-9) / 2);
}

static int read_number(const reader *r, const vcf_record *record, size_t k, double *value) {
    size_t length;
    const char *text = !keys[k].in_format ? vcf_info(record, keys[k].key, &length)
                       : r->column >= 0   ? vcf_format_value(record, r->column, keys[k].key, &length)
                                          : NULL;
    char copy[40];
    if (!text || length == 0 || length >= sizeof copy)
        return 0;
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    double least = keys[k].is == IS_LOG2 ? -100 : 0;
    return ps_parse_double(copy, least, 1e6, value) == 0;
}

static int read_value(reader *r, const vcf_record *record, double *value) {
    ps_cnv_evidence *out = r->list->out;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        if (!read_number(r, record, k, value))
            continue;
        meaning is = keys[k].is;
        if (!r->unit_known)
            out->unit = is == IS_FITTED || (is == IS_COPIES && r->fitted) ? PS_CNV_COPIES
                        : is == IS_COPIES                                 ? PS_CNV_ROUNDED
                                                                          : PS_CNV_LOG2;
        r->unit_known = 1;
        *value = as_unit(out->unit, is, *value);
        return 1;
    }
    return 0;
}

static int64_t end_of(const vcf_record *record) {
    int64_t end0 = vcf_end0(record), bases;
    size_t length;
    char copy[24];
    const char *text = vcf_info(record, "SVLEN", &length);
    if (end0 > record->pos1 || !text || length >= sizeof copy)
        return end0;
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    return ps_parse_int(copy, INT32_MIN, INT32_MAX / 2, &bases) == 0 ? record->pos1 + llabs(bases) : end0;
}

static int passes(const reader *r, const vcf_record *record) {
    size_t length = 0;
    const char *own = r->column >= 0 ? vcf_format_value(record, r->column, "FT", &length) : NULL;
    char text[100];
    snprintf(text, sizeof text, "%.*s", (int)(own && length < sizeof text ? length : 0), own ? own : "");
    return ps_panel_filter_passes(r->list->panel, record->filter) &&
           (!*text || ps_panel_filter_passes(r->list->panel, text));
}

static void add_copy_number(reader *r, const vcf_record *record) {
    enum { SHORTEST = 10000 }; /* bases: a deletion of less is no change of a bin's copies */
    double value = NAN;
    int64_t end0 = end_of(record);
    int has = read_value(r, record, &value), change = 0;
    double copies = has ? (r->list->out->unit == PS_CNV_LOG2 ? 2 * exp2(value) : value) : NAN;
    for (int i = 0; i < record->n_alt && !has && !change; i++)
        change = !strncmp(record->alt[i], "<DUP", 4) ? 1 : !strncmp(record->alt[i], "<DEL", 4) ? -1 : 0;
    int absent = !has && r->column >= 0 && vcf_read_genotype(record, r->column, 0, NULL) == 1;
    r->reference += (has && fabs(copies - 2) < 0.1) || absent;
    if ((!has && !change) || absent || end0 - record->pos1 + 1 < SHORTEST)
        return;
    ps_cnv_row row = {.beg0 = (int32_t)(record->pos1 - 1),
                      .end0 = (int32_t)end0,
                      .value = has ? value : NAN,
                      .change = change,
                      .points = -1};
    segment_add(r->list, record->chrom, row, record->line, 0);
}

static int scan_record(reader *r, ps_error *err) {
    vcf_record record;
    size_t length;
    int result = vcf_record_parse(&r->lines, r->lines.line.s, r->lines.number, &record, err);
    if (result == 0 && vcf_is_copy_number(&record)) {
        r->list->out->rows++;
        if (passes(r, &record))
            add_copy_number(r, &record);
        else
            r->refused++;
    } else if (result == 0) {
        int structural = vcf_info(&record, "SVTYPE", &length) != NULL || strpbrk(record.alt[0], "[]<");
        r->joins += structural && !vcf_is_reference(record.alt[0]);
        r->small += !structural;
    }
    vcf_record_free(&record);
    return result;
}

static int refuse_other(const reader *r, ps_error *err) {
    if (r->list->out->rows)
        return 0;
    if (r->joins)
        return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0,
                       "holds structural variants and no copy number (DEL, DUP, CNV): give it with --sv");
    if (r->small)
        return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0,
                       "holds small variants and no copy number (DEL, DUP, CNV): give it with --vcf");
    return 0;
}

static int read_all(reader *r, const char *path, const char *wanted, ps_error *err) {
    ps_cnv_evidence *out = r->list->out;
    vcf_sample_hint hint = {0};
    if (vcf_lines_open(path, &r->lines, err) != 0)
        return -1;
    if (r->lines.maf)
        return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0, "is a MAF of small variants: give it with --vcf");
    if (vcf_check_build(&r->lines, r->list->panel, out->notice, sizeof out->notice, err) != 0)
        return -1;
    r->column = vcf_tumour_column(&r->lines, &hint, wanted, err);
    if (r->column == -2)
        return -1;
    r->fitted = vcf_has_meta(&r->lines, "##EstimatedTumorPurity");
    out->format = r->lines.format;
    out->program = vcf_structural_caller(&r->lines);
    out->sample_name = ps_strdup(r->column >= 0 ? r->lines.sample[r->column] : "");
    int got;
    while ((got = vcf_lines_next(&r->lines, err)) == 1)
        if (scan_record(r, err) != 0)
            return -1;
    if (got < 0 || refuse_other(r, err) < 0)
        return -1;
    out->changes_only = r->reference == 0;
    size_t used = strlen(out->notice);
    if (r->refused)
        snprintf(out->notice + used, sizeof out->notice - used, "%s%llu of %llu record%s refused by their filter",
                 used ? "; " : "", (unsigned long long)r->refused, (unsigned long long)out->rows, ps_s(out->rows));
    return segment_finish(r->list, 1, err);
}

int vcf_segments_read(segment_list *list, const char *path, const char *sample_name, ps_error *err) {
    reader r = {.list = list};
    int result = read_all(&r, path, sample_name, err);
    vcf_lines_close(&r.lines);
    return result;
}
