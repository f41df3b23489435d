/* segments.c - reads segments of copy number from tables, whose formats are rows of segments_formats.c. */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"
#include "formats.h"
#include "segments.h"

/* ---- rows ------------------------------------------------------------------------------------------------------ */

typedef struct reader {
    segment_list *list;
    table_lines lines;
    const segment_format *f;
    int sample, chrom, start, end, value, plus, points; /* columns, -1 none */
    int subclone[6];                                    /* nMaj1, nMin1, frac1, nMaj2, nMin2, frac2 */
    const char *path, *wanted, *id;
    char *first, *found; /* names of samples: the first in the file, the one asked for */
    char names[300];     /* for a message */
    int n_names;
    char last_name[80];
    char last[80]; /* of a file that gives starts only: the row before and its contig, "" none */
    ps_cnv_row pending;
    double least, most;
    uint64_t upper; /* values that are ratios rather than logs: of 0.5 and more */
} reader;

static int find_columns(reader *r) {
    static const char *const of_subclones[] = {"nMaj1_A", "nMin1_A", "frac1_A", "nMaj2_A", "nMin2_A", "frac2_A"};
    int column[N_SEGMENT_COLUMNS];
    if (table_segments_columns(&r->lines, r->f, column) < 0)
        return -1;
    r->sample = column[SEGMENT_SAMPLE];
    r->chrom = column[SEGMENT_CHROM];
    r->start = column[SEGMENT_START];
    r->end = column[SEGMENT_END];
    r->value = column[SEGMENT_VALUE];
    r->plus = column[SEGMENT_PLUS];
    r->points = column[SEGMENT_POINTS];
    for (int i = 0; i < 6; i++)
        r->subclone[i] = table_column(&r->lines, of_subclones[i]);
    return 0;
}

/* 1: a number, 0: none is given, -1: a word. */
static int number_at(const reader *r, int column, double *value) {
    static const char *const nothing[] = {"", "NA", "NaN", "nan", ".", "-", "N/A"};
    const char *text = column < r->lines.n ? r->lines.field[column] : "";
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (!strcmp(text, nothing[i]))
            return 0;
    if (!strcasecmp(text, "-inf")) { /* no reads at all: a billionth of the usual */
        *value = -30;
        return 1;
    }
    return ps_parse_double(text, -1e12, 1e12, value) == 0 ? 1 : -1;
}

/* The mean copies of Battenberg's one or two clones. */
static int value_of_subclones(const reader *r, double *value) {
    double sum = 0;
    for (int clone = 0; clone < 2; clone++) {
        double major, minor, share;
        const int *c = &r->subclone[3 * clone];
        int told =
            number_at(r, c[0], &major) == 1 && number_at(r, c[1], &minor) == 1 && number_at(r, c[2], &share) == 1;
        if (!told && clone == 0)
            return 0;
        sum += told ? share * (major + minor) : 0;
    }
    *value = sum;
    return 1;
}

static int read_value(const reader *r, double *value) {
    double plus = 0;
    if (r->f->flags & SUBCLONES)
        return value_of_subclones(r, value);
    int got = number_at(r, r->value, value);
    if (got == 1 && r->plus >= 0)
        got = number_at(r, r->plus, &plus);
    *value += got == 1 ? plus : 0;
    return got == 1 && r->f->unit != PS_CNV_LOG2 && *value < 0 ? 0 : got; /* FREEC: -1 is unknown */
}

static void note_name(reader *r, const char *name) {
    size_t used = strlen(r->names);
    r->n_names++;
    if (used + 70 < sizeof r->names)
        snprintf(r->names + used, sizeof r->names - used, "%s%.60s", used ? ", " : "", name);
}

/* 1: of the sample asked for, 0: of the file's first, -1: of another. */
static int sample_of_row(reader *r) {
    const char *name = r->sample >= 0 && r->sample < r->lines.n ? r->lines.field[r->sample] : NULL;
    const char *wanted = r->wanted ? r->wanted : r->id;
    if (!name)
        return 0;
    if (!r->first)
        r->first = ps_strdup(name);
    if (!*r->last_name || strcmp(r->last_name, name)) { /* rows of one sample follow each other */
        note_name(r, name);
        snprintf(r->last_name, sizeof r->last_name, "%.79s", name);
    }
    if (wanted && table_same_sample(name, wanted)) {
        if (!r->found)
            r->found = ps_strdup(name);
        return 1;
    }
    return strcmp(name, r->first) ? -1 : 0;
}

static void end_pending(reader *r) {
    if (*r->last && !isnan(r->pending.value))
        segment_add(r->list, r->last, r->pending, r->lines.number, 0);
}

/* A row that gives its start only ends where the next one of its chromosome begins. */
static void add_pending(reader *r, const char *contig, ps_cnv_row row) {
    if (*r->last && !strcmp(r->last, contig) && row.beg0 > r->pending.beg0)
        r->pending.end0 = row.beg0;
    end_pending(r);
    r->pending = row;
    snprintf(r->last, sizeof r->last, "%.79s", contig);
}

static void note_value(reader *r, double value) {
    r->least = fmin(r->least, value);
    r->most = fmax(r->most, value);
    r->upper += value >= 0.5;
}

static int add_row(reader *r, ps_error *err) {
    double start, end = 0, value = NAN, points = -1;
    const table_lines *l = &r->lines;
    int of = sample_of_row(r);
    if (of < 0)
        return 0;
    if (l->n <= r->chrom || number_at(r, r->start, &start) != 1 || (r->end >= 0 && number_at(r, r->end, &end) != 1))
        return table_fail(l, err, "has no position: expected a chromosome, a start and an end");
    if (r->end < 0)
        end = start;
    double first = start - !(r->f->flags & ZERO_BASED);
    if (first < -1 || end > INT32_MAX - 1 || end < first)
        return table_fail(l, err, "%.40s:%.0f-%.0f is no interval", l->field[r->chrom], start, end);
    int got = read_value(r, &value);
    if (got < 0)
        return table_fail(l, err, "'%.40s' is no copy number and no log2 ratio", l->field[r->value]);
    r->list->out->rows++;
    if (got == 0)
        value = NAN;
    else
        note_value(r, value);
    if (r->points >= 0)
        number_at(r, r->points, &points);
    ps_cnv_row row = {.beg0 = (int32_t)fmax(0, first),
                      .end0 = (int32_t)end,
                      .value = value,
                      .points = points > 0 && points < 1e9 ? (int64_t)points : -1};
    if (r->end < 0)
        add_pending(r, l->field[r->chrom], row);
    else if (got == 1)
        segment_add(r->list, l->field[r->chrom], row, l->number, of);
    return 0;
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static int refuse_sample(const reader *r, ps_error *err) {
    const char *more = r->n_names > 4 ? " ..." : "";
    if (r->wanted)
        return ps_fail(err, PS_ERR_RUN, r->list->name, 0, "has no sample named %.100s; its samples are: %s%s",
                       r->wanted, r->names, more);
    return ps_fail(err, PS_ERR_RUN, r->list->name, 0, "holds several samples: %s%s; name one with --cnv-sample",
                   r->names, more);
}

/* Keeps the rows of one sample. */
static int choose_sample(reader *r, ps_error *err) {
    segment_list *list = r->list;
    size_t n = 0;
    int several = r->n_names > 1, use = r->found != NULL;
    if (!use && (several || (r->wanted && r->first)))
        return refuse_sample(r, err);
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].wanted == use)
            list->at[n++] = list->at[i];
    list->n = n;
    list->out->sample_name = ps_strdup(use ? r->found : r->first ? r->first : "");
    return 0;
}

enum { FIRST_SAMPLE = 4 }; /* QDNAseq's columns of samples stand behind the place's */

static int choose_column(reader *r, ps_error *err) {
    int found = -1;
    const char *wanted = r->wanted ? r->wanted : r->id;
    for (int i = FIRST_SAMPLE; i < r->lines.n; i++) {
        note_name(r, r->lines.field[i]);
        if (found < 0 && wanted && table_same_sample(r->lines.field[i], wanted))
            found = i;
    }
    if (r->lines.n <= FIRST_SAMPLE || (found < 0 && (r->wanted || r->lines.n > FIRST_SAMPLE + 1)))
        return refuse_sample(r, err);
    r->value = found < 0 ? FIRST_SAMPLE : found;
    r->list->out->sample_name = ps_strdup(r->lines.field[r->value]);
    return 0;
}

static int check_values(const reader *r, size_t before, ps_error *err) {
    const segment_list *list = r->list;
    enum { FEW = 1000, SHARE = 4 }; /* bins: a file of segments repeats each value over many */
    if (r->f->unit == PS_CNV_LOG2 && r->least >= 0 && 2 * r->upper > before && before > 1)
        return ps_fail(err, PS_ERR_RUN, list->name, 0,
                       "its values run from %g to %g: ratios or copies, expected log2 ratios", r->least, r->most);
    if (r->f->flags & BINS && before > FEW && list->n > before / SHARE)
        return ps_fail(err, PS_ERR_RUN, list->name, 0, "holds bins, not segments: give those of the segmentation");
    return 0;
}

static int finish(reader *r, ps_error *err) {
    segment_list *list = r->list;
    end_pending(r);
    if (list->only_place)
        return 0;
    if (!list->out->sample_name && choose_sample(r, err) < 0)
        return -1;
    size_t before = list->n;
    if (r->f->flags & BINS)
        segment_join_bins(list);
    return check_values(r, before, err) < 0 ? -1 : segment_finish(list, 0, err);
}

static int begin(reader *r, int got, ps_error *err) {
    const char *what, *option;
    segment_list *list = r->list;
    r->f = got ? table_segments_format(&r->lines) : NULL;
    if (got && !r->f)
        r->f = table_segments_without_header(&r->lines);
    if (r->f && r->f->refused)
        return ps_fail(err, PS_ERR_RUN, list->name, 0, "is of %s and %s", r->f->program, r->f->refused);
    if (!r->f && strcmp(r->path, "-") && ps_recognise_result(r->path, &what, &option) == 0 && strcmp(option, "--cnv"))
        return ps_fail(err, PS_ERR_RUN, list->name, 0, "is %s: give it with %s", what, option);
    if (!r->f || find_columns(r) < 0)
        return ps_fail(err, PS_ERR_RUN, list->name, 0,
                       "is not recognised as segments: expected those of CNVkit, GATK, DNAcopy (SEG), FACETS, ASCAT, "
                       "Battenberg, PURPLE, Sequenza, ichorCNA, TitanCNA, Control-FREEC or QDNAseq, or a VCF");
    list->out->program = ps_strdup(r->f->program);
    list->out->format = "table";
    list->out->unit = r->f->unit;
    list->out->changes_only = (r->f->flags & CHANGES) != 0;
    if (!(r->f->flags & MATRIX))
        return 0;
    r->value = FIRST_SAMPLE;
    return list->only_place ? 0 : choose_column(r, err);
}

int table_segments_read(segment_list *list, const char *path, const char *sample_name, const char *id,
                        ps_error *err) {
    reader r = {.list = list, .path = path, .wanted = sample_name, .id = id, .least = INFINITY, .most = -INFINITY};
    int got = table_lines_open(path, &r.lines, err) != 0 ? -1 : table_lines_next(&r.lines, err);
    int result = got < 0 ? -1 : begin(&r, got, err);
    if (result < 0 || !r.f) {
        table_lines_close(&r.lines);
        return -1;
    }
    if (*r.f->needs)
        got = table_lines_next(&r.lines, err);
    while (result == 0 && got == 1) {
        result = add_row(&r, err);
        if (result == 0)
            got = table_lines_next(&r.lines, err);
    }
    if (result == 0 && got == 0)
        result = finish(&r, err);
    table_lines_close(&r.lines);
    free(r.first);
    free(r.found);
    return got < 0 ? -1 : result;
}
