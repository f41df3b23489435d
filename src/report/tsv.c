/* tsv.c - cohort.tsv: one row per sample, the contract's columns first. */
#include "plasmastrat/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define EMPTY "."

/* A field of free text: '.' when empty, and nothing in it that would end the field. */
static void put_text(FILE *out, const char *text) {
    char *plain = ps_plain(text);
    fputs(plain && *plain ? plain : EMPTY, out);
    free(plain);
}

static void put_real(FILE *out, double x) {
    if (isfinite(x))
        fprintf(out, "%.6g", x == 0 ? 0.0 : x);
    else
        fputs(EMPTY, out);
}

static void put_count(FILE *out, int64_t n) {
    fputs(ps_count(PS_NUMBER_BUFFER, n, EMPTY), out);
}

static void col_label(const ps_result *r, FILE *out) {
    fputs(ps_label_names[ps_chosen_label(r)], out);
}

static void col_probability(const ps_result *r, FILE *out) {
    put_real(out, r->label.chosen.probability);
}

static void col_ras(const ps_result *r, FILE *out) {
    fputs(ps_ras_state_names[r->calls.ras.state], out);
}

/* GENE:p.Change:VAF of the variants that pass `wanted`, joined by ','. */
static void put_variants(const ps_result *r, FILE *out, int (*wanted)(const ps_ras_variant *)) {
    const char *join = "";
    for (size_t i = 0; i < r->calls.ras.n_variants; i++) {
        const ps_ras_variant *v = &r->calls.ras.variant[i];
        if (!wanted(v))
            continue;
        fprintf(out, "%s%s:%s:", join, r->panel->genes[v->effect.gene].name, v->effect.hgvs_p);
        put_real(out, v->vaf);
        join = ",";
    }
    if (!*join)
        fputs(EMPTY, out);
}

static int is_other(const ps_ras_variant *v) {
    return v->filter == PS_FILTER_PASS && !ps_makes_mutated(v) && v->effect.tier != PS_TIER_SYNONYMOUS;
}

static void col_ras_variants(const ps_result *r, FILE *out) {
    put_variants(r, out, ps_makes_mutated);
}

static void col_other_variants(const ps_result *r, FILE *out) {
    put_variants(r, out, is_other);
}

static void col_ccnd1(const ps_result *r, FILE *out) {
    fputs(ps_ccnd1_state_names[r->calls.ccnd1.state], out);
}

static void col_cause(const ps_result *r, FILE *out) {
    fputs(ps_cause_names[r->calls.ccnd1.cause], out);
}

static void col_expression(const ps_result *r, FILE *out) {
    fputs(ps_expression_state_names[r->calls.expression.state], out);
}

static void col_copynumber(const ps_result *r, FILE *out) {
    fputs(ps_cn_state_names[r->calls.copynumber.state], out);
}

static void col_junction(const ps_result *r, FILE *out) {
    fputs(ps_junction_state_names[r->calls.junction.state], out);
}

static void col_hyperdiploid(const ps_result *r, FILE *out) {
    int known = ps_copies_counted(&r->calls.copynumber) && r->calls.copynumber.hyperdiploid >= 0;
    fputs(!known ? EMPTY : r->calls.copynumber.hyperdiploid ? "true" : "false", out);
}

/* Why there is no definite label; '.' when there is one. */
static void col_message(const ps_result *r, FILE *out) {
    const ps_verdict *chosen = &r->label.chosen;
    if (ps_is_definite(chosen->label) || !chosen->reasons.n) {
        fputs(EMPTY, out);
        return;
    }
    for (size_t i = 0; i < chosen->reasons.n; i++) {
        char sentence[640];
        ps_reason_text(&chosen->reasons.at[i], sentence, sizeof sentence);
        fputs(i ? "; " : "", out);
        put_text(out, sentence);
    }
}

static void col_leaning(const ps_result *r, FILE *out) {
    fputs(ps_leaning_name(r->label.chosen.leaning), out);
}

static void col_low(const ps_result *r, FILE *out) {
    put_real(out, r->label.chosen.low);
}

static void col_high(const ps_result *r, FILE *out) {
    put_real(out, r->label.chosen.high);
}

static void col_model(const ps_result *r, FILE *out) {
    put_text(out, r->label.chosen.model ? r->label.chosen.model->name : NULL);
}

static void col_basis(const ps_result *r, FILE *out) {
    fputs(r->label.chosen.model ? ps_basis_names[r->label.chosen.model->basis] : EMPTY, out);
}

static void col_specimen(const ps_result *r, FILE *out) {
    fputs(ps_specimen_names[r->specimen], out);
}

static void col_worst_lod(const ps_result *r, FILE *out) {
    int worst = ps_worst_codon(r);
    put_real(out, worst < 0 ? NAN : ps_codon_seen(r, worst).lod95);
}

static void col_worst_codon(const ps_result *r, FILE *out) {
    int worst = ps_worst_codon(r);
    if (worst < 0)
        fputs(EMPTY, out);
    else
        fprintf(out, "%s:%d", r->panel->genes[r->panel->codons[worst].gene].name, r->panel->codons[worst].number);
}

static void col_expression_log2(const ps_result *r, FILE *out) {
    put_real(out, ps_expression_counted(&r->calls.expression) ? r->calls.expression.log2_ratio : NAN);
}

static void col_copies(const ps_result *r, FILE *out) {
    put_real(out, ps_copies_counted(&r->calls.copynumber) ? r->calls.copynumber.copies : NAN);
}

static void col_copies_low(const ps_result *r, FILE *out) {
    put_real(out, ps_copies_counted(&r->calls.copynumber) ? r->calls.copynumber.copies_low : NAN);
}

static void col_copies_high(const ps_result *r, FILE *out) {
    put_real(out, ps_copies_counted(&r->calls.copynumber) ? r->calls.copynumber.copies_high : NAN);
}

static void col_scope(const ps_result *r, FILE *out) {
    fputs(ps_scope_names[r->calls.copynumber.scope], out);
}

static void col_split(const ps_result *r, FILE *out) {
    put_count(out, ps_junction_counted(&r->calls.junction) ? r->calls.junction.split : -1);
}

static void col_discordant(const ps_result *r, FILE *out) {
    put_count(out, ps_junction_counted(&r->calls.junction) ? r->calls.junction.discordant : -1);
}

static void col_purity(const ps_result *r, FILE *out) {
    put_real(out, r->purity);
}

static void col_qc_warnings(const ps_result *r, FILE *out) {
    fprintf(out, "%d", ps_n_qc(r, PS_QC_WARN));
}

static void col_qc_failures(const ps_result *r, FILE *out) {
    fprintf(out, "%d", ps_n_qc(r, PS_QC_FAIL));
}

/* sample_id and status stand before these; `message` of a failed sample is its failure. */
static const struct {
    const char *name;
    void (*write)(const ps_result *, FILE *);
} columns[] = {
    {"label", col_label},
    {"probability", col_probability},
    {"ras", col_ras},
    {"ras_variants", col_ras_variants},
    {"ccnd1", col_ccnd1},
    {"ccnd1_cause", col_cause},
    {"ccnd1_expression", col_expression},
    {"ccnd1_copy_number", col_copynumber},
    {"igh_ccnd1", col_junction},
    {"hyperdiploid", col_hyperdiploid},
    {"message", col_message},
    {"leaning", col_leaning},
    {"probability_low", col_low},
    {"probability_high", col_high},
    {"model", col_model},
    {"basis", col_basis},
    {"specimen", col_specimen},
    {"ras_other_variants", col_other_variants},
    {"ras_lod95_worst", col_worst_lod},
    {"ras_worst_codon", col_worst_codon},
    {"ccnd1_log2_ratio", col_expression_log2},
    {"ccnd1_copies", col_copies},
    {"ccnd1_copies_low", col_copies_low},
    {"ccnd1_copies_high", col_copies_high},
    {"ccnd1_scope", col_scope},
    {"igh_split_fragments", col_split},
    {"igh_discordant_fragments", col_discordant},
    {"purity", col_purity},
    {"qc_warnings", col_qc_warnings},
    {"qc_failures", col_qc_failures},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

int ps_write_cohort_header(FILE *out, ps_error *err) {
    fputs("sample_id\tstatus", out);
    for (int c = 0; c < N_COLUMNS; c++)
        fprintf(out, "\t%s", columns[c].name);
    fputc('\n', out);
    return ps_finish(out, "the cohort table", err);
}

int ps_write_cohort_row(const ps_result *result, FILE *out, ps_error *err) {
    put_text(out, result->sample_id);
    fprintf(out, "\t%s", result->failure ? "failed" : "ok");
    for (int c = 0; c < N_COLUMNS; c++) {
        fputc('\t', out);
        if (!result->failure)
            columns[c].write(result, out);
        else if (columns[c].write == col_message)
            put_text(out, result->failure);
        else
            fputs(EMPTY, out);
    }
    fputc('\n', out);
    return ps_finish(out, "the cohort table", err);
}
