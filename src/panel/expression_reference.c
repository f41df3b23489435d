#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "plasmastrat/expression_reference.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/map.h"
#include "plasmastrat/stats.h"
#include "plasmastrat/table.h"

const char *const ps_cyclin_names[PS_N_CYCLINS] = {"CCND1", "CCND2", "CCND3"};

static const char magic[] = "plasmastrat-expression-reference";
enum { FORMAT = 1, MAX_FIELDS = 6, MAX_BYTES = 256 << 20 };

/* The columns before those of the genes. */
enum { ID, USED, REASON, LOG2_1, LOG2_2, LOG2_3, LATE_SHARE, N_FIXED };
static const char *const fixed[N_FIXED] = {"sample_id",  "used",       "reason",    "CCND1_log2",
                                           "CCND2_log2", "CCND3_log2", "late_share"};

static void hex_of(uint64_t hash, char out[17]) {
    snprintf(out, 17, "%016" PRIx64, hash);
}

void ps_genes_checksum(const ps_panel *panel, char out[17]) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    for (int i = 0; f && i < panel->n_genes; i++) {
        const ps_gene *g = &panel->genes[i];
        fprintf(f, "%s %d %s %c\n", g->name, (int)g->role, g->cell, g->strand);
        for (int k = 0; k < g->n_exons; k++)
            fprintf(f, "%d %" PRId32 " %" PRId32 "\n", g->exons[k].contig, g->exons[k].beg0, g->exons[k].end0);
    }
    if (f)
        fclose(f);
    hex_of(ps_hash(text, n), out);
    free(text);
}

void ps_expression_reference_free(ps_expression_reference *r) {
    for (size_t i = 0; i < r->n_samples; i++) {
        free(r->sample[i].id);
        free(r->sample[i].reason);
        free(r->sample[i].fragments);
    }
    for (int i = 0; r->gene && i < r->n_genes; i++)
        free(r->gene[i]);
    free(r->sample);
    free(r->gene);
    free(r->centre);
    free(r->sorted);
    free(r->name);
    free(r->program);
    free(r->panel);
    free(r->build);
    free(r->panel_version);
    *r = (ps_expression_reference){0};
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void put_number(FILE *f, double x) {
    if (isfinite(x))
        fprintf(f, "\t%.6g", x);
    else
        fputs("\t.", f);
}

static void put_fit(const ps_expression_reference *r, FILE *f) {
    fprintf(f, "##samples\t%zu\t%zu\n##median", r->n_samples, r->n_used);
    put_number(f, r->median);
    fputs("\n##mad", f);
    put_number(f, r->mad);
    fputs("\n##late_share", f);
    put_number(f, r->late_share);
    fputs("\n##cut_offs", f);
    put_number(f, r->has_cut_offs ? r->not_at : NAN);
    put_number(f, r->has_cut_offs ? r->over_at : NAN);
    fputc('\n', f);
    for (int i = 0; i < r->n_components; i++) {
        const ps_component *c = &r->component[i];
        fputs("##component", f);
        put_number(f, c->weight);
        put_number(f, c->mean);
        put_number(f, c->sd);
        fprintf(f, "\t%s\n", ps_level_names[c->level]);
    }
    for (int i = 0; i < r->n_genes; i++)
        if (isfinite(r->centre[i])) {
            fprintf(f, "##centre\t%s", r->gene[i]);
            put_number(f, r->centre[i]);
            fputc('\n', f);
        }
}

/* A reason is free text: what would break the table becomes a blank. */
static void put_text(FILE *f, const char *text) {
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, f);
}

static void put_samples(const ps_expression_reference *r, FILE *f) {
    for (int i = 0; i < N_FIXED; i++)
        fprintf(f, "%s%s", i ? "\t" : "", fixed[i]);
    for (int i = 0; i < r->n_genes; i++)
        fprintf(f, "\t%s", r->gene[i]);
    fputc('\n', f);
    for (size_t i = 0; i < r->n_samples; i++) {
        const ps_reference_sample *s = &r->sample[i];
        put_text(f, s->id);
        fprintf(f, "\t%s\t", s->used ? "yes" : "no");
        put_text(f, s->reason[0] ? s->reason : ".");
        for (int k = 0; k < PS_N_CYCLINS; k++)
            put_number(f, s->log2[k]);
        put_number(f, s->late_share);
        for (int k = 0; k < r->n_genes; k++)
            fprintf(f, "\t%" PRIu64, s->fragments[k]);
        fputc('\n', f);
    }
}

int ps_expression_reference_write(const ps_expression_reference *r, FILE *out, ps_error *err) {
    char *text = NULL, hash[17];
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "the expression reference cannot be built: %s", strerror(errno));
    fprintf(f, "##%s\t%d\n##program\tplasmastrat\t%s\n##panel\t%s\n##build\t%s\n##panel_version\t%s\n##genes\t%s\n",
            magic, FORMAT, r->program, r->panel, r->build, r->panel_version, r->genes_checksum);
    put_fit(r, f);
    put_samples(r, f);
    int bad = ferror(f) | fclose(f);
    hex_of(ps_hash(text, n), hash);
    bad |= fwrite(text, 1, n, out) != n || fprintf(out, "##end\t%s\n", hash) < 0;
    free(text);
    return bad ? ps_fail(err, PS_ERR_RUN, NULL, 0, "the expression reference could not be written") : 0;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef struct reading {
    const char *path;
    ps_expression_reference *r;
    size_t n_samples, n_used; /* as the header says */
    unsigned seen;            /* bit per row of `keys` */
    char **centre_gene;
    double *centre;
    long *centre_line;
    size_t n_centres, capacity;
    ps_error *err;
} reading;

static int wrong(const reading *in, long line, const char *value, const char *expected) {
    return ps_fail(in->err, PS_ERR_USAGE, in->path, line, "'%s', expected %s", value, expected);
}

static int number(const reading *in, long line, const char *text, double low, double high, int may_miss, double *x) {
    char expected[96];
    if (may_miss && !strcmp(text, ".")) {
        *x = NAN;
        return 0;
    }
    if (ps_parse_double(text, low, high, x) == 0)
        return 0;
    snprintf(expected, sizeof expected, "a number from %g to %g", low, high);
    return wrong(in, line, text, expected);
}

static int take_text(char **slot, const char *value) {
    free(*slot);
    *slot = ps_strdup(value);
    return 0;
}

static int read_program(reading *in, char **v, long line) {
    (void)line;
    return take_text(&in->r->program, v[1]);
}
static int read_panel(reading *in, char **v, long line) {
    (void)line;
    return take_text(&in->r->panel, v[0]);
}
static int read_build(reading *in, char **v, long line) {
    (void)line;
    return take_text(&in->r->build, v[0]);
}
static int read_version(reading *in, char **v, long line) {
    (void)line;
    return take_text(&in->r->panel_version, v[0]);
}
static int read_genes(reading *in, char **v, long line) {
    if (strlen(v[0]) != 16 || strspn(v[0], "0123456789abcdef") != 16)
        return wrong(in, line, v[0], "16 hexadecimal digits");
    memcpy(in->r->genes_checksum, v[0], 17);
    return 0;
}
static int read_samples(reading *in, char **v, long line) {
    int64_t all = 0, used = 0;
    if (ps_parse_int(v[0], 1, 1000000, &all) < 0)
        return wrong(in, line, v[0], "a number of samples from 1 to 1000000");
    if (ps_parse_int(v[1], 1, all, &used) < 0)
        return wrong(in, line, v[1], "a number of used samples from 1 to that of all");
    in->n_samples = (size_t)all;
    in->n_used = (size_t)used;
    return 0;
}
static int read_median(reading *in, char **v, long line) {
    return number(in, line, v[0], -60, 60, 0, &in->r->median);
}
static int read_mad(reading *in, char **v, long line) {
    return number(in, line, v[0], 0, 60, 0, &in->r->mad);
}
static int read_late(reading *in, char **v, long line) {
    return number(in, line, v[0], 0, 1, 1, &in->r->late_share);
}
static int read_cut_offs(reading *in, char **v, long line) {
    ps_expression_reference *r = in->r;
    if (number(in, line, v[0], -60, 60, 1, &r->not_at) < 0 || number(in, line, v[1], -60, 60, 1, &r->over_at) < 0)
        return -1;
    r->has_cut_offs = isfinite(r->not_at) && isfinite(r->over_at);
    if (isfinite(r->not_at) != isfinite(r->over_at) || (r->has_cut_offs && r->not_at >= r->over_at))
        return wrong(in, line, v[1], "an upper cut-off above the lower one, or . for both");
    return 0;
}
static int read_component(reading *in, char **v, long line) {
    ps_expression_reference *r = in->r;
    if (r->n_components == PS_MAX_COMPONENTS)
        return wrong(in, line, v[0], "at most three components");
    ps_component *c = &r->component[r->n_components++];
    if (number(in, line, v[0], 1e-6, 1, 0, &c->weight) < 0 || number(in, line, v[1], -60, 60, 0, &c->mean) < 0 ||
        number(in, line, v[2], 1e-3, 60, 0, &c->sd) < 0)
        return -1;
    if (r->n_components > 1 && c[-1].mean >= c->mean)
        return wrong(in, line, v[1], "means of components in ascending order");
    static const struct {
        const char *word;
        ps_level level;
    } words[] = {{"low", PS_LEVEL_LOW},
                 {"intermediate", PS_LEVEL_INTERMEDIATE},
                 {"very_high", PS_LEVEL_VERY_HIGH},
                 {"not", PS_LEVEL_LOW},
                 {"over", PS_LEVEL_INTERMEDIATE}}; /* files of version 0.2 knew two */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(v[3], words[i].word)) {
            c->level = words[i].level;
            return 0;
        }
    return wrong(in, line, v[3], "low, intermediate or very_high");
}
static int read_centre(reading *in, char **v, long line) {
    double x = 0;
    if (number(in, line, v[1], -60, 60, 0, &x) < 0)
        return -1;
    if (in->n_centres >= in->capacity) {
        in->capacity = in->capacity ? 2 * in->capacity : 32;
        in->centre_gene = ps_resize(in->centre_gene, in->capacity, sizeof *in->centre_gene);
        in->centre = ps_resize(in->centre, in->capacity, sizeof *in->centre);
        in->centre_line = ps_resize(in->centre_line, in->capacity, sizeof *in->centre_line);
    }
    in->centre_gene[in->n_centres] = ps_strdup(v[0]);
    in->centre_line[in->n_centres] = line;
    in->centre[in->n_centres++] = x;
    return 0;
}

static const struct {
    const char *name;
    int n_values, required, many;
    int (*read)(reading *in, char **value, long line);
} keys[] = {
    {"program", 2, 1, 0, read_program},     {"panel", 1, 1, 0, read_panel},
    {"build", 1, 1, 0, read_build},         {"panel_version", 1, 1, 0, read_version},
    {"genes", 1, 1, 0, read_genes},         {"samples", 2, 1, 0, read_samples},
    {"median", 1, 1, 0, read_median},       {"mad", 1, 1, 0, read_mad},
    {"late_share", 1, 1, 0, read_late},     {"cut_offs", 2, 1, 0, read_cut_offs},
    {"component", 4, 0, 1, read_component}, {"centre", 2, 1, 1, read_centre},
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static int read_key(reading *in, char *text, long line) {
    char *field[MAX_FIELDS + 1] = {0};
    int n = 0, key = 0;
    char *at = text;
    do {
        field[n++] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    } while (at && n <= MAX_FIELDS);
    if (!strcmp(field[0], "end"))
        return ps_fail(in->err, PS_ERR_USAGE, in->path, line,
                       "the line ##end is not whole or not the last: the file was cut short or changed");
    while (key < N_KEYS && strcmp(keys[key].name, field[0]))
        key++;
    if (key == N_KEYS)
        return wrong(in, line, field[0], "a key of an expression reference after ##");
    if (n - 1 != keys[key].n_values)
        return ps_fail(in->err, PS_ERR_USAGE, in->path, line, "##%s has %d values, expected %d", field[0], n - 1,
                       keys[key].n_values);
    if ((in->seen >> key & 1) && !keys[key].many)
        return wrong(in, line, field[0], "this key once");
    in->seen |= 1u << key;
    return keys[key].read(in, field + 1, line);
}

/* The lines that begin with ##, but for the first and the last. */
static int read_keys(reading *in, const char *bytes, const char *end) {
    long line = 1;
    int status = 0;
    for (const char *at = bytes; at < end && status == 0; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if (line > 1 && stop - at > 2 && at[0] == '#' && at[1] == '#') {
            char *text = ps_strndup(at + 2, (size_t)(stop - at) - 2);
            status = read_key(in, text, line);
            free(text);
        }
        at = stop + 1;
    }
    for (int k = 0; k < N_KEYS && status == 0; k++)
        if (keys[k].required && !(in->seen >> k & 1))
            status = ps_fail(in->err, PS_ERR_USAGE, in->path, 0, "has no line ##%s: it was cut short or changed",
                             keys[k].name);
    return status;
}

static int read_sample(reading *in, const ps_table *t, size_t row, const int *column, ps_reference_sample *s) {
    static const char *const yes_no[] = {"no", "yes"};
    ps_error *err = in->err;
    s->id = ps_strdup(ps_table_cell(t, row, column[ID]));
    const char *reason = ps_table_cell(t, row, column[REASON]);
    s->reason = ps_strdup(strcmp(reason, ".") ? reason : "");
    s->fragments = ps_alloc((size_t)in->r->n_genes, sizeof *s->fragments);
    if (ps_table_enum(t, row, column[USED], yes_no, 2, &s->used, err) < 0)
        return -1;
    double *slot[] = {&s->log2[0], &s->log2[1], &s->log2[2], &s->late_share};
    for (int k = 0; k < 4; k++) {
        *slot[k] = NAN;
        if (strcmp(ps_table_cell(t, row, column[LOG2_1 + k]), ".") != 0 &&
            ps_table_double(t, row, column[LOG2_1 + k], k == 3 ? 0 : -60, k == 3 ? 1 : 60, slot[k], err) < 0)
            return -1;
    }
    if (s->used && !isfinite(s->log2[0]))
        return ps_table_fail(t, row, column[LOG2_1], err, "expected a number, as the sample is used");
    for (int g = 0; g < in->r->n_genes; g++) {
        int64_t n = 0;
        if (ps_table_int(t, row, N_FIXED + g, 0, INT64_MAX / 2, &n, err) < 0)
            return -1;
        s->fragments[g] = (uint64_t)n;
    }
    return 0;
}

static int read_rows(reading *in, const ps_table *t) {
    ps_expression_reference *r = in->r;
    int column[N_FIXED];
    if (ps_table_require(t, fixed, N_FIXED, column, in->err) < 0)
        return -1;
    for (int i = 0; i < N_FIXED; i++)
        if (column[i] != i)
            return ps_fail(in->err, PS_ERR_USAGE, in->path, 0, "column %s is number %d, expected %d", fixed[i],
                           column[i] + 1, i + 1);
    r->n_genes = (int)t->n_columns - N_FIXED;
    r->gene = ps_alloc((size_t)r->n_genes, sizeof *r->gene);
    r->centre = ps_alloc((size_t)r->n_genes, sizeof *r->centre);
    for (int g = 0; g < r->n_genes; g++) {
        r->gene[g] = ps_strdup(t->name[N_FIXED + g]);
        r->centre[g] = NAN;
    }
    for (size_t c = 0; c < in->n_centres; c++) {
        int g = ps_table_find(t, in->centre_gene[c]) - N_FIXED;
        if (g < 0)
            return wrong(in, in->centre_line[c], in->centre_gene[c], "a gene of the table's columns");
        r->centre[g] = in->centre[c];
    }
    r->sample = ps_alloc(t->n_rows, sizeof *r->sample);
    r->sorted = ps_alloc(t->n_rows, sizeof *r->sorted);
    for (size_t i = 0; i < t->n_rows; i++) {
        r->n_samples = i + 1; /* what is half read is freed too */
        if (read_sample(in, t, i, column, &r->sample[i]) < 0)
            return -1;
        if (r->sample[i].used)
            r->sorted[r->n_used++] = r->sample[i].log2[0];
    }
    if (r->n_samples != in->n_samples || r->n_used != in->n_used)
        return ps_fail(in->err, PS_ERR_USAGE, in->path, 0,
                       "holds %zu samples (%zu used), expected %zu (%zu used) as its line ##samples says",
                       r->n_samples, r->n_used, in->n_samples, in->n_used);
    ps_sort(r->sorted, r->n_used);
    return 0;
}

static int check_magic(const char *path, const char *bytes, size_t n, ps_error *err) {
    char first[64];
    int length = snprintf(first, sizeof first, "##%s\t", magic);
    if (!bytes || n <= (size_t)length || memcmp(bytes, first, (size_t)length) != 0)
        return ps_fail(err, PS_ERR_USAGE, path, 1,
                       "is no expression reference, expected a file of 'plasmastrat "
                       "reference expression'");
    if (bytes[length] == '0' + FORMAT && (size_t)length + 1 < n && bytes[length + 1] == '\n')
        return 0;
    return ps_fail(err, PS_ERR_USAGE, path, 1, "is of another format than this program reads, expected format %d",
                   FORMAT);
}

/* Where the last line begins, if it is "##end<TAB>checksum"; else `n`. */
static size_t end_line(const char *bytes, size_t n) {
    enum { LENGTH = 6 + 16 + 1 };
    return n > LENGTH && bytes[n - LENGTH - 1] == '\n' && !memcmp(bytes + n - LENGTH, "##end\t", 6) &&
                   bytes[n - 1] == '\n'
               ? n - LENGTH
               : n;
}

static int check_end(const char *path, const char *bytes, size_t n, size_t body, ps_error *err) {
    char hash[17];
    long line = 1;
    for (size_t i = 0; i < body; i++)
        line += bytes[i] == '\n';
    if (body == n)
        return ps_fail(err, PS_ERR_USAGE, path, line, "the last line ##end is missing: the file was cut short");
    hex_of(ps_hash(bytes, body), hash);
    if (!memcmp(bytes + body + 6, hash, 16))
        return 0;
    return ps_fail(err, PS_ERR_USAGE, path, line,
                   "checksum %.16s, expected %s: the file was changed after it was made (make it again with "
                   "'plasmastrat reference expression')",
                   bytes + body + 6, hash);
}

int ps_expression_reference_parse(const char *path, const char *bytes, size_t n, ps_expression_reference *r,
                                  ps_error *err) {
    reading in = {.path = path, .r = r, .err = err};
    ps_table t = {0};
    int status = -1;
    *r = (ps_expression_reference){0};
    if (check_magic(path, bytes, n, err) < 0)
        return -1;
    size_t body = end_line(bytes, n);
    if (read_keys(&in, bytes, bytes + body) < 0 || ps_table_parse(path, bytes, body, PS_ERR_USAGE, &t, err) < 0 ||
        read_rows(&in, &t) < 0 || check_end(path, bytes, n, body, err) < 0)
        goto out;
    const char *slash = strrchr(path, '/');
    r->name = ps_strdup(slash ? slash + 1 : path);
    hex_of(ps_hash(bytes, n), r->checksum);
    status = 0;
out:
    ps_table_free(&t);
    for (size_t i = 0; i < in.n_centres; i++)
        free(in.centre_gene[i]);
    free(in.centre_gene);
    free(in.centre);
    free(in.centre_line);
    if (status < 0)
        ps_expression_reference_free(r);
    return status;
}

int ps_expression_reference_read(const char *path, ps_expression_reference *r, ps_error *err) {
    char *bytes = NULL;
    size_t n = 0;
    *r = (ps_expression_reference){0};
    int status = ps_file_read(path, MAX_BYTES, PS_ERR_USAGE, &bytes, &n, err);
    if (status == 0)
        status = ps_expression_reference_parse(path, bytes, n, r, err);
    free(bytes);
    return status;
}

int ps_expression_reference_fits(const char *path, const ps_expression_reference *r, const ps_panel *panel,
                                 ps_error *err) {
    char genes[17];
    if (strcmp(r->build, panel->build) != 0)
        return ps_fail(err, PS_ERR_USAGE, path, 0, "was made on %s, but the panel %s is for %s", r->build,
                       panel->name, panel->build);
    ps_genes_checksum(panel, genes);
    if (strcmp(genes, r->genes_checksum) != 0 || r->n_genes != panel->n_genes)
        return ps_fail(err, PS_ERR_USAGE, path, 0,
                       "was made with other genes or exons (panel %s, version %s, genes %s) than those of panel %s "
                       "(version %s, genes %s): make it again with this panel",
                       r->panel, r->panel_version, r->genes_checksum, panel->name, panel->version, genes);
    return 0;
}
