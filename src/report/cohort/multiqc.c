/* multiqc.c - plasmastrat_mqc.json: MultiQC custom content (plot_type "table") with a row for every sample.
 *
 * MultiQC recognises the file by its "_mqc.json" ending and takes sample names from the keys of "data". It puts names
 * and values into its page as they are, so angle brackets and quotes are written as entities here.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static json_t *text_of(const char *text) {
    char *plain = safe(text);
    json_t *value = json_string(plain);
    free(plain);
    return value;
}

static json_t *real_of(double x) {
    return isfinite(x) ? json_real(x == 0 ? 0 : x) : NULL;
}

static json_t *val_status(const ps_row *r) {
    return text_of(ps_cohort_status(r));
}

static json_t *val_label(const ps_row *r) {
    return text_of(ps_label_names[r->label]);
}

static json_t *val_probability(const ps_row *r) {
    return real_of(r->probability);
}

static json_t *val_ras(const ps_row *r) {
    return text_of(ps_ras_state_names[r->ras]);
}

static json_t *val_variants(const ps_row *r) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    ps_cohort_put_variants(out, r, 1, "");
    fclose(out);
    for (char *s = text; *s; s++) /* a place for the table to break the line */
        if (*s == ',')
            *s = ' ';
    json_t *value = *text ? text_of(text) : NULL;
    free(text);
    return value;
}

static json_t *val_same_person(const ps_row *r) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = r->n_matches ? open_memstream(&text, &size) : NULL;
    if (!out)
        return NULL;
    ps_cohort_put_matches(out, r, "");
    fclose(out);
    json_t *value = text_of(text);
    free(text);
    return value;
}

static json_t *val_vaf(const ps_row *r) {
    return real_of(100 * ps_cohort_ras_vaf(r));
}

static json_t *val_lod(const ps_row *r) {
    return real_of(100 * r->lod95);
}

static json_t *val_ccnd1(const ps_row *r) {
    return text_of(ps_ccnd1_state_names[r->ccnd1]);
}

static json_t *val_cause(const ps_row *r) {
    return text_of(ps_cause_names[r->cause]);
}

static json_t *val_expression(const ps_row *r) {
    return text_of(ps_expression_state_names[r->expression]);
}

static json_t *val_log2(const ps_row *r) {
    return real_of(r->log2_ratio);
}

static json_t *val_copy_number(const ps_row *r) {
    return text_of(ps_cn_state_names[r->copy_number]);
}

static json_t *val_copies(const ps_row *r) {
    return real_of(r->copies);
}

static json_t *val_junction(const ps_row *r) {
    return text_of(ps_junction_state_names[r->junction]);
}

static json_t *val_hyperdiploid(const ps_row *r) {
    static const char *const words[PS_N_ANSWERS] = {NULL, "no", "yes"};
    return words[r->hyperdiploid] ? text_of(words[r->hyperdiploid]) : NULL;
}

static json_t *val_specimen(const ps_row *r) {
    return text_of(ps_specimen_names[r->specimen]);
}

static json_t *val_warnings(const ps_row *r) {
    return json_integer(ps_cohort_n_checks(r, PS_QC_WARN));
}

static json_t *val_failures(const ps_row *r) {
    return json_integer(ps_cohort_n_checks(r, PS_QC_FAIL));
}

static json_t *val_contradicted(const ps_row *r) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    ps_row_put_contradicting(out, r, "");
    fclose(out);
    json_t *value = *text ? text_of(text) : NULL;
    free(text);
    return value;
}

static json_t *val_rate(const ps_row *r) {
    return r->population && r->label != PS_LABEL_NOT_ASSESSABLE ? real_of(100 * r->rates.of[r->label]) : NULL;
}

static json_t *val_message(const ps_row *r) {
    const char *message = r->failure ? r->failure : r->message;
    return message ? text_of(message) : NULL;
}

/* Names become class names of MultiQC's cells; "label" is one that its style sheet draws white on white.
 * `format` NULL: a word. `suffix`, `max` (NaN: none) and `scale` (NULL: no bar) are for numbers. */
static const struct column {
    const char *name, *title, *description, *format, *suffix, *scale;
    double max;
    int hidden, also_failed;
    json_t *(*value)(const ps_row *);
} columns[] = {
    {"status", "Status", "ok, or failed: then nothing was assessed", NULL, NULL, NULL, NAN, 0, 1, val_status},
    {"sample_label", "Label", "Answer of the chosen model", NULL, NULL, NULL, NAN, 0, 0, val_label},
    {"probability", "P(plasmacytoma)", "Probability of plasmacytoma-like under the chosen model", "{:,.2f}", NULL,
     "RdBu-rev", 1, 0, 0, val_probability},
    {"contradicted_by", "Contradicted by", "Models from counts that say the opposite label", NULL, NULL, NULL, NAN, 0,
     0, val_contradicted},
    {"ordinary_rate", "In ordinary myeloma",
     "Of 100 ordinary marrow myelomas so many get this label by the chosen model; not validated on patients",
     "{:,.0f}", " %", "Greys", 100, 0, 0, val_rate},
    {"ras", "RAS", "KRAS and NRAS", NULL, NULL, NULL, NAN, 0, 0, val_ras},
    {"ras_variants", "RAS variants", "Variants that make RAS mutated: gene, change, VAF", NULL, NULL, NULL, NAN, 0, 0,
     val_variants},
    {"ras_vaf", "RAS VAF", "Highest VAF of those variants", "{:,.1f}", " %", "Oranges", 100, 1, 0, val_vaf},
    {"ras_lod95_worst", "RAS lod95",
     "Smallest VAF that the least covered deciding codon would have shown with 95 % power", "{:,.2f}", " %",
     "Purples", NAN, 0, 0, val_lod},
    {"ccnd1", "CCND1", "One state from expression, copies and junction", NULL, NULL, NULL, NAN, 0, 0, val_ccnd1},
    {"ccnd1_cause", "CCND1 cause", "Why CCND1 is dysregulated", NULL, NULL, NULL, NAN, 0, 0, val_cause},
    {"ccnd1_expression", "CCND1 expression", "Against the cut-offs or the reference", NULL, NULL, NULL, NAN, 1, 0,
     val_expression},
    {"ccnd1_log2_ratio", "CCND1 log2", "log2 of CCND1 over the median reference gene", "{:,.2f}", NULL, "Greens", NAN,
     0, 0, val_log2},
    {"ccnd1_copy_number", "CCND1 copy number", "State of the copies of CCND1", NULL, NULL, NULL, NAN, 1, 0,
     val_copy_number},
    {"ccnd1_copies", "CCND1 copies", "As if the sample were pure unless a purity was given", "{:,.2f}", NULL, "Blues",
     NAN, 0, 0, val_copies},
    {"igh_ccnd1", "t(11;14)", "IGH::CCND1 junction", NULL, NULL, NULL, NAN, 0, 0, val_junction},
    {"hyperdiploid", "Hyperdiploid", "At least two of the eight odd chromosomes gained whole", NULL, NULL, NULL, NAN,
     1, 0, val_hyperdiploid},
    {"specimen", "Specimen", "As given", NULL, NULL, NULL, NAN, 1, 0, val_specimen},
    {"same_person_as", "Same person", "Other samples that carry this person's common SNPs", NULL, NULL, NULL, NAN, 1,
     0, val_same_person},
    {"qc_warnings", "QC warnings", "Checks that warn", "{:,.0f}", NULL, "Oranges", NAN, 0, 0, val_warnings},
    {"qc_failures", "QC failures", "Checks that failed", "{:,.0f}", NULL, "Reds", NAN, 0, 0, val_failures},
    {"message", "Message", "Why the sample failed, or why it has no definite label", NULL, NULL, NULL, NAN, 1, 1,
     val_message},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void put(json_t *object, const char *key, json_t *value) {
    if (value)
        json_object_set_new(object, key, value);
}

/* A failed sample stands out; a label is neither good nor bad. */
static json_t *status_colours(void) {
    return json_pack("{s:[{s:s}], s:[{s:s}]}", "pass", "s_eq", "ok", "fail", "s_eq", "failed");
}

static json_t *header_of(const struct column *c) {
    json_t *o = json_object();
    put(o, "title", json_string(c->title));
    put(o, "description", json_string(c->description));
    put(o, "scale", c->scale ? json_string(c->scale) : json_false());
    if (c->format) {
        put(o, "format", json_string(c->format));
        put(o, "min", strcmp(c->name, "ccnd1_log2_ratio") ? json_integer(0) : NULL); /* logarithms go below 0 */
        put(o, "max", real_of(c->max));
        put(o, "suffix", c->suffix ? json_string(c->suffix) : NULL);
    }
    if (!strcmp(c->name, "status"))
        put(o, "cond_formatting_rules", status_colours());
    put(o, "hidden", c->hidden ? json_true() : NULL);
    return o;
}

static json_t *headers(void) {
    json_t *all = json_object();
    for (int c = 0; c < N_COLUMNS; c++)
        put(all, columns[c].name, header_of(&columns[c]));
    return all;
}

static json_t *row_of(const ps_row *row) {
    json_t *o = json_object();
    for (int c = 0; c < N_COLUMNS; c++)
        if (!row->failure || columns[c].also_failed)
            put(o, columns[c].name, columns[c].value(row));
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

int ps_write_multiqc(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    const struct {
        const char *name;
        json_t *value;
    } head[] = {
        {"id", json_string("plasmastrat")},
        {"section_name", json_string("plasmastrat")},
        {"description",
         json_string("labels each sample plasmacytoma-like or intramedullary from CCND1 and RAS. Research use only, "
                     "not a diagnosis. Written by plasmastrat " PS_VERSION ".")},
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
