#include "columns.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "private.h"

typedef const ps_cohort_column *column;

static const void *member(column c, const ps_row *row) {
    return (const char *)row + c->offset;
}

/* A field of free text: nothing in it that would end the field. */
static void put_text(FILE *out, const char *text) {
    char *plain = ps_plain(text);
    fputs(plain && *plain ? plain : PS_COHORT_EMPTY, out);
    free(plain);
}

/* ---- by the kind of the row's member ---------------------------------------------------------------------------- */

static void text(column c, const ps_row *row, FILE *out) {
    put_text(out, *(char *const *)member(c, row));
}

static void real(column c, const ps_row *row, FILE *out) {
    ps_cohort_put_real(out, *(const double *)member(c, row), PS_COHORT_EMPTY);
}

static void count(column c, const ps_row *row, FILE *out) {
    fputs(ps_count(PS_NUMBER_BUFFER, *(const int64_t *)member(c, row), PS_COHORT_EMPTY), out);
}

static void word(column c, const ps_row *row, FILE *out) {
    int value;
    memcpy(&value, member(c, row), sizeof value); /* every enum of a row is an int */
    fputs(c->words[value], out);
}

/* ---- those that need more than a member -------------------------------------------------------------------------- */

static void sample(column c, const ps_row *row, FILE *out) {
    (void)c;
    put_text(out, row->sample_id);
}

static void status(column c, const ps_row *row, FILE *out) {
    (void)c;
    fputs(ps_cohort_status(row), out);
}

static void message(column c, const ps_row *row, FILE *out) {
    (void)c;
    put_text(out, row->failure ? row->failure : row->message);
}

static void leaning(column c, const ps_row *row, FILE *out) {
    (void)c;
    fputs(ps_leaning_name(row->leaning), out);
}

static void basis(column c, const ps_row *row, FILE *out) {
    (void)c;
    fputs(row->model ? ps_basis_names[row->basis] : PS_COHORT_EMPTY, out);
}

void ps_cohort_mutations(column c, const ps_row *row, FILE *out) {
    (void)c;
    ps_cohort_put_variants(out, row, 1, PS_COHORT_EMPTY);
}

static void other_variants(column c, const ps_row *row, FILE *out) {
    (void)c;
    ps_cohort_put_variants(out, row, 0, PS_COHORT_EMPTY);
}

static void highest_vaf(column c, const ps_row *row, FILE *out) {
    (void)c;
    ps_cohort_put_real(out, ps_cohort_ras_vaf(row), PS_COHORT_EMPTY);
}

static void warnings(column c, const ps_row *row, FILE *out) {
    (void)c;
    fprintf(out, "%d", ps_cohort_n_checks(row, PS_QC_WARN));
}

static void failures(column c, const ps_row *row, FILE *out) {
    (void)c;
    fprintf(out, "%d", ps_cohort_n_checks(row, PS_QC_FAIL));
}

static void same_person(column c, const ps_row *row, FILE *out) {
    (void)c;
    ps_cohort_put_matches(out, row, PS_COHORT_EMPTY);
}

static void contradicting(column c, const ps_row *row, FILE *out) {
    (void)c;
    ps_row_put_contradicting(out, row, PS_COHORT_EMPTY);
}

static void borderline(column c, const ps_row *row, FILE *out) {
    (void)c;
    fputs(!row->population ? PS_COHORT_EMPTY : row->borderline ? "yes" : "no", out);
}

/* How often the ordinary disease gets this label. */
static void ordinary_rate(column c, const ps_row *row, FILE *out) {
    (void)c;
    int known = row->population && row->label != PS_LABEL_NOT_ASSESSABLE;
    ps_cohort_put_real(out, known ? row->rates.of[row->label] : NAN, PS_COHORT_EMPTY);
}

/* Of the column label_emd_lesion: does it tell of the model emd-lesion? */
static int is_column_of(const char *name, const char *model) {
    name += strlen("label_");
    while (*model && (*name == *model || (*name == '_' && *model == '-'))) {
        name++;
        model++;
    }
    return !*name && !*model;
}

static void model_label(column c, const ps_row *row, FILE *out) {
    size_t i = 0;
    while (i < row->n_answers && !is_column_of(c->name, row->answer[i].name))
        i++;
    fputs(i < row->n_answers ? ps_label_names[row->answer[i].label] : PS_COHORT_EMPTY, out);
}

/* ---- the table, in the contract's order -------------------------------------------------------------------------- */

static const char *const answers[PS_N_ANSWERS] = {PS_COHORT_EMPTY, "false", "true"};

#define OF(name) .offset = offsetof(ps_row, name)
#define WORDS(name, table) .write = word, OF(name), .words = (table)
#define REAL(name) .write = real, OF(name)
#define TEXT(name) .write = text, OF(name)
#define COUNT(name) .write = count, OF(name)

const ps_cohort_column ps_cohort_columns[] = {
    {"sample_id", .write = sample, .also_failed = 1},
    {"status", .write = status, .also_failed = 1,
     .multiqc = {1, "status", "Status", "ok, or failed: then nothing was assessed"}},
    {"label", WORDS(label, ps_label_names), .multiqc = {2, "sample_label", "Label", "Answer of the chosen model"}},
    {"probability", REAL(probability),
     .multiqc = {3, "probability", "P(plasmacytoma)", "Probability of plasmacytoma-like under the chosen model",
                 "{:,.2f}", NULL, "RdBu-rev", .max = 1}},
    {"ras", WORDS(ras, ps_ras_state_names), .multiqc = {6, "ras", "RAS", "KRAS and NRAS"}},
    {"ras_variants", .write = ps_cohort_mutations,
     .multiqc = {7, "ras_variants", "RAS variants", "Variants that make RAS mutated: gene, change, VAF"}},
    {"ccnd1", WORDS(ccnd1, ps_ccnd1_state_names),
     .multiqc = {10, "ccnd1", "CCND1", "One state from expression, copies and junction"}},
    {"ccnd1_cause", WORDS(cause, ps_cause_names),
     .multiqc = {11, "ccnd1_cause", "CCND1 cause", "Why CCND1 is dysregulated"}},
    {"ccnd1_expression", WORDS(expression, ps_expression_state_names),
     .multiqc = {12, "ccnd1_expression", "CCND1 expression", "Against the cut-offs or the reference", .hidden = 1}},
    {"ccnd1_copy_number", WORDS(copy_number, ps_cn_state_names),
     .multiqc = {14, "ccnd1_copy_number", "CCND1 copy number", "State of the copies of CCND1", .hidden = 1}},
    {"igh_ccnd1", WORDS(junction, ps_junction_state_names),
     .multiqc = {16, "igh_ccnd1", "t(11;14)", "IGH::CCND1 junction"}},
    {"hyperdiploid", WORDS(hyperdiploid, answers),
     .multiqc = {17, "hyperdiploid", "Hyperdiploid", "At least two of the eight odd chromosomes gained whole",
                 .hidden = 1}},
    {"message", .write = message, .also_failed = 1,
     .multiqc = {22, "message", "Message", "Why the sample failed, or why it has no definite label", .hidden = 1}},
    {"leaning", .write = leaning},
    {"probability_low", REAL(low)},
    {"probability_high", REAL(high)},
    {"model", TEXT(model)},
    {"basis", .write = basis},
    {"specimen", WORDS(specimen, ps_specimen_names),
     .multiqc = {18, "specimen", "Specimen", "As given", .hidden = 1}},
    {"ras_other_variants", .write = other_variants},
    {"ras_lod95_worst", REAL(lod95),
     .multiqc = {9, "ras_lod95_worst", "RAS lod95",
                 "Smallest VAF that the least covered deciding codon would have shown with 95 % power", "{:,.2f}",
                 " %", "Purples", .factor = 100}},
    {"ras_worst_codon", TEXT(lod95_codon)},
    {"ccnd1_log2_ratio", REAL(log2_ratio),
     .multiqc = {13, "ccnd1_log2_ratio", "CCND1 log2", "log2 of CCND1 over the median reference gene", "{:,.2f}",
                 NULL, "Greens"}},
    {"ccnd1_copies", REAL(copies),
     .multiqc = {15, "ccnd1_copies", "CCND1 copies", "As if the sample were pure unless a purity was given",
                 "{:,.2f}", NULL, "Blues"}},
    {"ccnd1_copies_low", REAL(copies_low)},
    {"ccnd1_copies_high", REAL(copies_high)},
    {"ccnd1_scope", WORDS(scope, ps_scope_names)},
    {"igh_split_fragments", COUNT(split)},
    {"igh_discordant_fragments", COUNT(discordant)},
    {"purity", REAL(purity)},
    {"qc_warnings", .write = warnings,
     .multiqc = {20, "qc_warnings", "QC warnings", "Checks that warn", "{:,.0f}", NULL, "Oranges"}},
    {"qc_failures", .write = failures,
     .multiqc = {21, "qc_failures", "QC failures", "Checks that failed", "{:,.0f}", NULL, "Reds"}},
    {"identity", WORDS(identity, ps_identity_state_names)},
    {"contamination", REAL(contamination)},
    {"same_person_as", .write = same_person,
     .multiqc = {19, "same_person_as", "Same person", "Other samples that carry this person's common SNPs",
                 .hidden = 1}},
    {"contradicted_by", .write = contradicting,
     .multiqc = {4, "contradicted_by", "Contradicted by", "Models from counts that say the opposite label"}},
    {"borderline", .write = borderline},
    {"ordinary_rate", .write = ordinary_rate,
     .multiqc = {5, "ordinary_rate", "In ordinary myeloma",
                 "Of 100 ordinary marrow myelomas so many get this label by the chosen model; not validated on patients",
                 "{:,.0f}", " %", "Greys", .max = 100, .factor = 100}},
    {"label_rationale", .write = model_label},
    {"label_emd_lesion", .write = model_label},
    {"label_marrow_compartment", .write = model_label},
    {"label_primary_solitary", .write = model_label},
    {"ccnd1_log2_per_plasma_cell", REAL(per_cell)},
    {NULL, .write = highest_vaf,
     .multiqc = {8, "ras_vaf", "RAS VAF", "Highest VAF of those variants", "{:,.1f}", " %", "Oranges", .max = 100,
                 .factor = 100, .hidden = 1}},
};
const size_t ps_n_cohort_columns = sizeof ps_cohort_columns / sizeof *ps_cohort_columns;
