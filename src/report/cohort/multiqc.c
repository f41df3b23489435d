/* multiqc.c - plasmastrat_mqc.json: MultiQC custom content (plot_type "table") with a row for every sample.
 *
 * MultiQC recognises the file by its "_mqc.json" ending and takes sample names from the keys of "data". It puts names
 * and values into its page as they are, so angle brackets and quotes are written as entities here.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "private.h"
#include "../format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"

static char *safe(const char *text) {
    static const char *const entity[256] = {['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
    char *plain = ps_plain(text ? text : ""), *out = NULL;
    size_t size = 6 * strlen(plain) + 1, used = 0; /* the longest entity has six bytes */
    out = ps_alloc(size, 1);
    for (const char *s = plain; *s; s++) {
        const char *e = entity[(unsigned char)*s];
        if (e)
            used = ps_append(out, size, used, e);
        else
            out[used++] = *s;
    }
    free(plain);
    return out;
}

static json_t *number_of(const ps_multiqc_column *c, const char *text) {
    double x = strtod(text, NULL) * (c->factor > 0 ? c->factor : 1);
    return strstr(c->format, ".0f") && !(c->factor > 0) ? json_integer((json_int_t)x) : json_real(x);
}

static json_t *text_of(const char *text) {
    char *plain = safe(text);
    json_t *value = json_string(plain);
    free(plain);
    return value;
}

/* What the table's column says, as MultiQC's value; NULL: nothing. */
static json_t *value_of(const ps_cohort_column *c, const ps_row *row) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    c->write(c, row, out);
    fclose(out);
    for (char *s = text; c->write == ps_cohort_mutations && *s; s++) /* a place for the table to break the line */
        *s = *s == ',' ? ' ' : *s;
    json_t *value = !strcmp(text, PS_COHORT_EMPTY) ? NULL
                    : c->multiqc.format            ? number_of(&c->multiqc, text)
                                                   : text_of(text);
    free(text);
    return value;
}

static const ps_cohort_column *column_at(int place) {
    for (size_t c = 0; c < ps_n_cohort_columns; c++)
        if (ps_cohort_columns[c].multiqc.place == place)
            return &ps_cohort_columns[c];
    return NULL;
}

static void put(json_t *object, const char *key, json_t *value) {
    if (value)
        json_object_set_new(object, key, value);
}

/* A failed sample stands out; a label is neither good nor bad. */
static json_t *status_colours(void) {
    return json_pack("{s:[{s:s}], s:[{s:s}]}", "pass", "s_eq", "ok", "fail", "s_eq", "failed");
}

static json_t *header_of(const ps_multiqc_column *c) {
    json_t *o = json_object();
    put(o, "title", json_string(c->title));
    put(o, "description", json_string(c->description));
    put(o, "scale", c->scale ? json_string(c->scale) : json_false());
    if (c->format) {
        put(o, "format", json_string(c->format));
        put(o, "min", strcmp(c->name, "ccnd1_log2_ratio") ? json_integer(0) : NULL); /* logarithms go below 0 */
        put(o, "max", c->max > 0 ? json_real(c->max) : NULL);
        put(o, "suffix", c->suffix ? json_string(c->suffix) : NULL);
    }
    if (!strcmp(c->name, "status"))
        put(o, "cond_formatting_rules", status_colours());
    put(o, "hidden", c->hidden ? json_true() : NULL);
    return o;
}

static json_t *headers(void) {
    json_t *all = json_object();
    const ps_cohort_column *c;
    for (int place = 1; (c = column_at(place)) != NULL; place++)
        put(all, c->multiqc.name, header_of(&c->multiqc));
    return all;
}

static json_t *row_of(const ps_row *row) {
    json_t *o = json_object();
    const ps_cohort_column *c;
    for (int place = 1; (c = column_at(place)) != NULL; place++)
        if (!row->failure || c->also_failed)
            put(o, c->multiqc.name, value_of(c, row));
    return o;
}

/* Rows are written one by one: a tree of 10,000 samples would take as much memory as all else together. */
enum { INDENT = 1, FORMAT = JSON_INDENT(INDENT) | JSON_REAL_PRECISION(6) };

/* A value as it stands `depth` levels deep in a document that is indented by INDENT. Takes the value. */
static int put_value(FILE *out, json_t *value, int depth) {
    char *text = value ? json_dumps(value, FORMAT | JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (!text)
        return -1;
    for (const char *s = text; *s; s++) {
        fputc(*s, out);
        if (*s == '\n')
            fprintf(out, "%*s", depth * INDENT, "");
    }
    free(text);
    return 0;
}

static int put_member(FILE *out, const char *name, json_t *value, int depth, const char *before) {
    fprintf(out, "%s\n%*s", before, depth * INDENT, "");
    if (put_value(out, json_string(name), depth) < 0)
        return -1;
    fputs(": ", out);
    return put_value(out, value, depth);
}

static int is_new(ps_map *names, const char *name) {
    uint64_t *known = ps_map_at(names, ps_hash(name, strlen(name)));
    return (*known)++ == 0;
}

/* Two rows of one name (results of two folders, or names that differ in bytes that are no text) both stay. */
static char *own_name(ps_map *names, const ps_row *row) {
    char *base = safe(row->sample_id), *name = ps_strdup(base);
    for (int copy = 2; !is_new(names, name); copy++) {
        free(name);
        name = ps_format("%s (%d)", base, copy);
    }
    free(base);
    return name;
}

static int put_data(FILE *out, const ps_row *rows, size_t n) {
    ps_map names = {0};
    int bad = 0;
    fprintf(out, ",\n%*s\"data\": {", INDENT, "");
    for (size_t i = 0; i < n; i++) {
        char *name = own_name(&names, &rows[i]);
        bad |= put_member(out, name, row_of(&rows[i]), 2, i ? "," : "");
        free(name);
    }
    if (n)
        fprintf(out, "\n%*s", INDENT, "");
    fputc('}', out);
    ps_map_free(&names);
    return bad;
}

/* What is done, and what each model's answer is worth. */
static json_t *description(const ps_row *rows, size_t n) {
    char *text = ps_strdup("labels each sample plasmacytoma-like or intramedullary from CCND1 and RAS.");
    const ps_row **model = ps_alloc(n, sizeof *model);
    size_t n_models = ps_cohort_models(rows, n, model);
    for (size_t i = 0; i < n_models; i++) {
        char *before = text, *name = safe(model[i]->model), *rates = ps_cohort_rates(rows, n, model[i]);
        char *plain = safe(rates);
        text = ps_format("%s Model %s (%s).%s%s", before, name, ps_basis_sentence(model[i]->basis), *plain ? " " : "",
                         plain);
        free(plain);
        free(rates);
        free(name);
        free(before);
    }
    free(model);
    char *all =
        ps_format("%s Not validated on patients. Research use only, not a diagnosis. Written by plasmastrat %s.",
                  text, PS_VERSION);
    json_t *value = json_string(all);
    free(all);
    free(text);
    return value;
}

int ps_write_multiqc(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    const struct {
        const char *name;
        json_t *value;
    } head[] = {
        {"id", json_string("plasmastrat")},
        {"section_name", json_string("plasmastrat")},
        {"description", description(rows, n)},
        {"plot_type", json_string("table")},
        {"pconfig",
         json_pack("{s:s, s:s, s:s, s:s}", "id", "plasmastrat_table", "title", "plasmastrat: labels and markers",
                   "namespace", "plasmastrat", "col1_header", "Sample")},
        {"headers", headers()},
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        bad |= put_member(out, head[i].name, head[i].value, 1, i ? "," : "{");
    bad |= put_data(out, rows, n);
    fputs("\n}\n", out);
    if (ps_finish(out, "the MultiQC file", err) < 0)
        return -1;
    return bad ? ps_fail(err, PS_ERR_RUN, NULL, 0, "the MultiQC file could not be built") : 0;
}
