/* tsv.c - validation.tsv, a row for every comparison, and validation_measures.tsv, a row for every measure. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "../format.h"
#include "plasmastrat/stats.h"
#include "private.h"

static void put_real(FILE *out, double x) {
    if (isfinite(x))
        fprintf(out, "\t%.6g", ps_round6(x));
    else
        fputs("\t.", out);
}

/* Text without tabs and line ends. */
static void put_text(FILE *out, const char *before, const char *text) {
    char *plain = ps_plain(text ? text : ".");
    fputs(before, out);
    for (const char *at = plain; at && *at; at++)
        fputc(*at == '\t' || *at == '\n' || *at == '\r' ? ' ' : *at, out);
    free(plain);
}

static void put_comparison(FILE *out, const ps_validation *v, const ps_comparison *c) {
    const ps_validation_row *row = &v->row[c->row];
    put_text(out, "", row->sample_id);
    fprintf(out, "\t%ld\t%s\t%s", row->line, ps_compared_names[c->what],
            c->what == PS_COMPARED_VARIANT ? ps_change_names[c->kind] : ".");
    put_text(out, "\t", c->expected);
    put_text(out, "\t", c->found);
    fprintf(out, "\t%s\t%s", c->positive ? "positive" : "negative", ps_outcome_names[c->outcome]);
    put_real(out, c->expected_value);
    put_real(out, c->value);
    put_real(out, c->low);
    put_real(out, c->high);
    put_real(out, c->lod95);
    if (c->depth >= 0)
        fprintf(out, "\t%" PRId64, c->depth);
    else
        fputs("\t.", out);
    put_text(out, "\t", row->replicate_of == PS_NO_ROW ? NULL : v->row[row->replicate_of].sample_id);
    put_text(out, "\t", row->dilution_of == PS_NO_ROW ? NULL : v->row[row->dilution_of].sample_id);
    put_real(out, row->fraction);
    put_text(out, "\t", c->why);
    fputc('\n', out);
}

/* A failed sample has a row too. */
static void put_failed(FILE *out, const ps_validation_row *row) {
    put_text(out, "", row->sample_id);
    fprintf(out, "\t%ld\tsample\t.\t.\t.\t.\tfailed\t.\t.\t.\t.\t.\t.\t.\t.\t.", row->line);
    put_text(out, "\t", row->failure);
    fputc('\n', out);
}

int ps_write_validation_tsv(const ps_validation *v, FILE *out, ps_error *err) {
    fputs(
        "sample_id\tline\tmarker\tkind\texpected\tfound\tsign\toutcome\texpected_value\tfound_value\tlow\thigh\tlod95\t"
        "depth\treplicate_of\tdilution_of\tfraction\twhy\n",
        out);
    size_t next = 0;
    for (size_t r = 0; r < v->n; r++) {
        if (v->row[r].failure)
            put_failed(out, &v->row[r]);
        for (; next < v->n_comparisons && v->comparison[next].row == r; next++)
            put_comparison(out, v, &v->comparison[next]);
    }
    return ps_finish(out, "the table of comparisons", err);
}

int ps_write_validation_measures(const ps_validation *v, FILE *out, ps_error *err) {
    fputs("measure\tvalue\tlow\thigh\tn\tunit\n", out);
    for (size_t i = 0; i < v->n_measures; i++) {
        const ps_measure *m = &v->measure[i];
        fputs(m->name, out);
        put_real(out, m->value);
        put_real(out, m->low);
        put_real(out, m->high);
        fprintf(out, "\t%" PRIu64 "\t%s\n", m->n, m->unit);
    }
    return ps_finish(out, "the table of measures", err);
}
