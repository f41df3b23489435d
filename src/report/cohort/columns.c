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

/* ---- by the kind of the row's member --------------------------------------------------------------------------- */

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

/* ---- those that need more than a member ------------------------------------------------------------------------ */

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

static void carry_over(column c, const ps_row *row, FILE *out) {
    (void)c;
    ps_cohort_put_carry_over(out, row, PS_COHORT_EMPTY);
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

/* ---- the table, in the contract's order ------------------------------------------------------------------------ */

static const char *const answers[PS_N_ANSWERS] = {PS_COHORT_EMPTY, "false", "true"};

#define OF(name) .offset = offsetof(ps_row, name)
#define WORDS(name, table) .write = word, OF(name), .words = (table)
#define REAL(name) .write = real, OF(name)
#define TEXT(name) .write = text, OF(name)
#define COUNT(name) .write = count, OF(name)

const ps_cohort_column ps_cohort_columns[] = {
    {"sample_id", .write = sample, .also_failed = 1},
    {"status", .write = status, .also_failed = 1,
     .multiqc = {.place = 1,
                 .name = "status",
                 .title = "Status",
                 .description = "ok, or failed: then nothing was assessed"}},
    {"label", WORDS(label, ps_label_names),
     .multiqc = {.place = 2, .name = "sample_label", .title = "Label", .description = "Answer of the chosen model"}},
    {"probability", REAL(probability),
     .multiqc = {.place = 4,
                 .name = "probability",
                 .title = "P(plasmacytoma)",
                 .description = "Probability of plasmacytoma-like under the chosen model",
                 .format = "{:,.2f}",
                 .suffix = NULL,
                 .scale = "RdBu-rev",
                 .max = 1}},
    {"ras", WORDS(ras, ps_ras_state_names),
     .multiqc = {.place = 7, .name = "ras", .title = "RAS", .description = "KRAS and NRAS"}},
    {"ras_variants", .write = ps_cohort_mutations,
     .multiqc = {.place = 8,
                 .name = "ras_variants",
                 .title = "RAS variants",
                 .description = "Variants that make RAS mutated: gene, change, VAF"}},
    {"ccnd1", WORDS(ccnd1, ps_ccnd1_state_names),
     .multiqc = {.place = 12,
                 .name = "ccnd1",
                 .title = "CCND1",
                 .description = "One state from expression, copies and junction"}},
    {"ccnd1_cause", WORDS(cause, ps_cause_names),
     .multiqc =
         {.place = 13, .name = "ccnd1_cause", .title = "CCND1 cause", .description = "Why CCND1 is dysregulated"}},
    {"ccnd1_expression", WORDS(expression, ps_expression_state_names),
     .multiqc = {.place = 14,
                 .name = "ccnd1_expression",
                 .title = "CCND1 expression",
                 .description = "Against the cut-offs or the reference",
                 .hidden = 1}},
    {"ccnd1_copy_number", WORDS(copy_number, ps_cn_state_names),
     .multiqc = {.place = 16,
                 .name = "ccnd1_copy_number",
                 .title = "CCND1 copy number",
                 .description = "State of the copies of CCND1",
                 .hidden = 1}},
    {"igh_ccnd1", WORDS(junction, ps_junction_state_names),
     .multiqc = {.place = 18, .name = "igh_ccnd1", .title = "t(11;14)", .description = "IGH::CCND1 junction"}},
    {"hyperdiploid", WORDS(hyperdiploid, answers),
     .multiqc = {.place = 19,
                 .name = "hyperdiploid",
                 .title = "Hyperdiploid",
                 .description = "At least two of the eight odd chromosomes gained whole",
                 .hidden = 1}},
    {"message", .write = message, .also_failed = 1,
     .multiqc = {.place = 24,
                 .name = "message",
                 .title = "Message",
                 .description = "Why the sample failed, or why it has no definite label",
                 .hidden = 1}},
    {"leaning", .write = leaning},
    {"probability_low", REAL(low)},
    {"probability_high", REAL(high)},
    {"model", TEXT(model)},
    {"basis", .write = basis},
    {"specimen", WORDS(specimen, ps_specimen_names),
     .multiqc = {.place = 20, .name = "specimen", .title = "Specimen", .description = "As given", .hidden = 1}},
    {"ras_other_variants", .write = other_variants},
    {"ras_lod95_worst", REAL(lod95),
     .multiqc = {.place = 10,
                 .name = "ras_lod95_worst",
                 .title = "RAS lod95",
                 .description = "Smallest VAF that the least covered deciding codon would have shown with 95 % power",
                 .format = "{:,.2f}",
                 .suffix = " %",
                 .scale = "Purples",
                 .factor = 100}},
    {"ras_worst_codon", TEXT(lod95_codon)},
    {"ccnd1_log2_ratio", REAL(log2_ratio),
     .multiqc = {.place = 15,
                 .name = "ccnd1_log2_ratio",
                 .title = "CCND1 log2",
                 .description = "log2 of CCND1 over the median reference gene",
                 .format = "{:,.2f}",
                 .suffix = NULL,
                 .scale = "Greens"}},
    {"ccnd1_copies", REAL(copies),
     .multiqc = {.place = 17,
                 .name = "ccnd1_copies",
                 .title = "CCND1 copies",
                 .description = "As if the sample were pure unless a purity was given",
                 .format = "{:,.2f}",
                 .suffix = NULL,
                 .scale = "Blues"}},
    {"ccnd1_copies_low", REAL(copies_low)},
    {"ccnd1_copies_high", REAL(copies_high)},
    {"ccnd1_scope", WORDS(scope, ps_scope_names)},
    {"igh_split_fragments", COUNT(split)},
    {"igh_discordant_fragments", COUNT(discordant)},
    {"purity", REAL(purity)},
    {"qc_warnings", .write = warnings,
     .multiqc = {.place = 22,
                 .name = "qc_warnings",
                 .title = "QC warnings",
                 .description = "Checks that warn",
                 .format = "{:,.0f}",
                 .suffix = NULL,
                 .scale = "Oranges"}},
    {"qc_failures", .write = failures,
     .multiqc = {.place = 23,
                 .name = "qc_failures",
                 .title = "QC failures",
                 .description = "Checks that failed",
                 .format = "{:,.0f}",
                 .suffix = NULL,
                 .scale = "Reds"}},
    {"identity", WORDS(identity, ps_identity_state_names)},
    {"contamination", REAL(contamination)},
    {"same_person_as", .write = same_person,
     .multiqc = {.place = 21,
                 .name = "same_person_as",
                 .title = "Same person",
                 .description = "Other samples that carry this person's common SNPs",
                 .hidden = 1}},
    {"contradicted_by", .write = contradicting,
     .multiqc = {.place = 5,
                 .name = "contradicted_by",
                 .title = "Contradicted by",
                 .description = "Models from counts that say the opposite label"}},
    {"borderline", .write = borderline,
     .multiqc = {.place = 3,
                 .name = "borderline",
                 .title = "Borderline",
                 .description = "A definite label whose 95 % interval crosses its threshold",
                 .hidden = 1}},
    {"ordinary_rate", .write = ordinary_rate,
     .multiqc =
         {6, "ordinary_rate", "In ordinary myeloma",
          "Of 100 ordinary marrow myelomas so many get this label by the chosen model; not validated on patients",
          "{:,.0f}", " %", "Greys", .max = 100, .factor = 100}},
    {"label_rationale", .write = model_label},
    {"label_emd_lesion", .write = model_label},
    {"label_marrow_compartment", .write = model_label},
    {"label_primary_solitary", .write = model_label},
    {"ccnd1_log2_per_plasma_cell", REAL(per_cell)},
    {"possible_carry_over", .write = carry_over,
     .multiqc = {.place = 11,
                 .name = "possible_carry_over",
                 .title = "Carry-over",
                 .description = "RAS calls that may come from another sample of the run, which is named",
                 .hidden = 1}},
    {NULL, .write = highest_vaf,
     .multiqc = {.place = 9,
                 .name = "ras_vaf",
                 .title = "RAS VAF",
                 .description = "Highest VAF of those variants",
                 .format = "{:,.1f}",
                 .suffix = " %",
                 .scale = "Oranges",
                 .max = 100,
                 .factor = 100,
                 .hidden = 1}},
};
const size_t ps_n_cohort_columns = sizeof ps_cohort_columns / sizeof *ps_cohort_columns;
