/* tsv.c - cohort.tsv: one row per sample, the contract's columns first. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"

#define EMPTY "."

/* A field of free text: '.' when empty, and nothing in it that would end the field. */
static void put_text(FILE *out, const char *text) {
    char *plain = ps_plain(text);
    fputs(plain && *plain ? plain : EMPTY, out);
    free(plain);
}

static void put_real(FILE *out, double x) {
    ps_cohort_put_real(out, x, EMPTY);
}

static void put_count(FILE *out, int64_t n) {
    fputs(ps_count(PS_NUMBER_BUFFER, n, EMPTY), out);
}

static void col_label(const ps_row *r, FILE *out) {
    fputs(ps_label_names[r->label], out);
}

static void col_probability(const ps_row *r, FILE *out) {
    put_real(out, r->probability);
}

static void col_ras(const ps_row *r, FILE *out) {
    fputs(ps_ras_state_names[r->ras], out);
}

static void col_ras_variants(const ps_row *r, FILE *out) {
    ps_cohort_put_variants(out, r, 1, EMPTY);
}

static void col_other_variants(const ps_row *r, FILE *out) {
    ps_cohort_put_variants(out, r, 0, EMPTY);
}

static void col_ccnd1(const ps_row *r, FILE *out) {
    fputs(ps_ccnd1_state_names[r->ccnd1], out);
}

static void col_cause(const ps_row *r, FILE *out) {
    fputs(ps_cause_names[r->cause], out);
}

static void col_expression(const ps_row *r, FILE *out) {
    fputs(ps_expression_state_names[r->expression], out);
}

static void col_copynumber(const ps_row *r, FILE *out) {
    fputs(ps_cn_state_names[r->copy_number], out);
}

static void col_junction(const ps_row *r, FILE *out) {
    fputs(ps_junction_state_names[r->junction], out);
}

static void col_hyperdiploid(const ps_row *r, FILE *out) {
    static const char *const words[PS_N_ANSWERS] = {EMPTY, "false", "true"};
    fputs(words[r->hyperdiploid], out);
}

static void col_message(const ps_row *r, FILE *out) {
    put_text(out, r->failure ? r->failure : r->message);
}

static void col_leaning(const ps_row *r, FILE *out) {
    fputs(ps_leaning_name(r->leaning), out);
}

static void col_low(const ps_row *r, FILE *out) {
    put_real(out, r->low);
}

static void col_high(const ps_row *r, FILE *out) {
    put_real(out, r->high);
}

static void col_model(const ps_row *r, FILE *out) {
    put_text(out, r->model);
}

static void col_basis(const ps_row *r, FILE *out) {
    fputs(r->model ? ps_basis_names[r->basis] : EMPTY, out);
}

static void col_specimen(const ps_row *r, FILE *out) {
    fputs(ps_specimen_names[r->specimen], out);
}

static void col_worst_lod(const ps_row *r, FILE *out) {
    put_real(out, r->lod95);
}

static void col_worst_codon(const ps_row *r, FILE *out) {
    put_text(out, r->lod95_codon);
}

static void col_expression_log2(const ps_row *r, FILE *out) {
    put_real(out, r->log2_ratio);
}

static void col_copies(const ps_row *r, FILE *out) {
    put_real(out, r->copies);
}

static void col_copies_low(const ps_row *r, FILE *out) {
    put_real(out, r->copies_low);
}

static void col_copies_high(const ps_row *r, FILE *out) {
    put_real(out, r->copies_high);
}

static void col_scope(const ps_row *r, FILE *out) {
    fputs(ps_scope_names[r->scope], out);
}

static void col_split(const ps_row *r, FILE *out) {
    put_count(out, r->split);
}

static void col_discordant(const ps_row *r, FILE *out) {
    put_count(out, r->discordant);
}

static void col_purity(const ps_row *r, FILE *out) {
    put_real(out, r->purity);
}

static void col_qc_warnings(const ps_row *r, FILE *out) {
    fprintf(out, "%d", ps_cohort_n_checks(r, PS_QC_WARN));
}

static void col_qc_failures(const ps_row *r, FILE *out) {
    fprintf(out, "%d", ps_cohort_n_checks(r, PS_QC_FAIL));
}

static void col_identity(const ps_row *r, FILE *out) {
    fputs(ps_identity_state_names[r->identity], out);
}

static void col_contamination(const ps_row *r, FILE *out) {
    put_real(out, r->contamination);
}

static void col_same_person(const ps_row *r, FILE *out) {
    ps_cohort_put_matches(out, r, EMPTY);
}

static void put_answer(const ps_row *r, const char *model, FILE *out) {
    for (size_t i = 0; i < r->n_answers; i++)
        if (!strcmp(r->answer[i].name, model)) {
            fputs(ps_label_names[r->answer[i].label], out);
            return;
        }
    fputs(EMPTY, out);
}

static void col_rationale(const ps_row *r, FILE *out) {
    put_answer(r, "rationale", out);
}

static void col_emd_lesion(const ps_row *r, FILE *out) {
    put_answer(r, "emd-lesion", out);
}

static void col_marrow_compartment(const ps_row *r, FILE *out) {
    put_answer(r, "marrow-compartment", out);
}

static void col_primary_solitary(const ps_row *r, FILE *out) {
    put_answer(r, "primary-solitary", out);
}

static void col_contradicted(const ps_row *r, FILE *out) {
    ps_row_put_contradicting(out, r, EMPTY);
}

static void col_borderline(const ps_row *r, FILE *out) {
    fputs(!r->population ? EMPTY : r->borderline ? "yes" : "no", out);
}

/* How often the ordinary disease gets this label. */
static void col_rate(const ps_row *r, FILE *out) {
    put_real(out, r->population && r->label != PS_LABEL_NOT_ASSESSABLE ? r->rates.of[r->label] : NAN);
}

static void col_per_cell(const ps_row *r, FILE *out) {
    put_real(out, r->per_cell);
}

/* sample_id and status stand before these. */
static const struct {
    const char *name;
    void (*write)(const ps_row *, FILE *);
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
    {"identity", col_identity},
    {"contamination", col_contamination},
    {"same_person_as", col_same_person},
    {"contradicted_by", col_contradicted},
    {"borderline", col_borderline},
    {"ordinary_rate", col_rate},
    {"label_rationale", col_rationale},
    {"label_emd_lesion", col_emd_lesion},
    {"label_marrow_compartment", col_marrow_compartment},
    {"label_primary_solitary", col_primary_solitary},
    {"ccnd1_log2_per_plasma_cell", col_per_cell},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void put_header(FILE *out) {
    fputs("sample_id\tstatus", out);
    for (int c = 0; c < N_COLUMNS; c++)
        fprintf(out, "\t%s", columns[c].name);
    fputc('\n', out);
}

/* A failed sample has nothing but its failure, whatever else the row holds. */
static void put_row(const ps_row *row, FILE *out) {
    put_text(out, row->sample_id);
    fprintf(out, "\t%s", ps_cohort_status(row));
    for (int c = 0; c < N_COLUMNS; c++) {
        fputc('\t', out);
        if (!row->failure || columns[c].write == col_message)
            columns[c].write(row, out);
        else
            fputs(EMPTY, out);
    }
    fputc('\n', out);
}

int ps_write_cohort_tsv(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    put_header(out);
    for (size_t i = 0; i < n; i++)
        put_row(&rows[i], out);
    return ps_finish(out, "the cohort table", err);
}
