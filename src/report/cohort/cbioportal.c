/* cbioportal.c - cbioportal_samples.txt: the clinical sample file of cBioPortal.
 * https://docs.cbioportal.org/file-formats/#clinical-data: four lines of comments (display name, description, type,
 * priority), the attributes' names, then a line for each sample. */
#include <stdlib.h>

#include "../format.h"
#include "plasmastrat/alloc.h"
#include "private.h"

typedef void writer(const ps_row *, FILE *);

static void put_id(const ps_row *row, FILE *out) {
    char *plain = ps_plain(row->sample_id);
    fputs(plain ? plain : "", out);
    free(plain);
}
static void put_label(const ps_row *row, FILE *out) {
    fputs(ps_label_names[row->label], out);
}
static void put_probability(const ps_row *row, FILE *out) {
    ps_cohort_put_real(out, row->probability, "");
}
static void put_ras(const ps_row *row, FILE *out) {
    fputs(ps_ras_state_names[row->ras], out);
}
static void put_ras_vaf(const ps_row *row, FILE *out) {
    ps_cohort_put_real(out, ps_cohort_ras_vaf(row), "");
}
static void put_ccnd1(const ps_row *row, FILE *out) {
    fputs(ps_ccnd1_state_names[row->ccnd1], out);
}
static void put_cause(const ps_row *row, FILE *out) {
    fputs(ps_cause_names[row->cause], out);
}
static void put_expression(const ps_row *row, FILE *out) {
    fputs(ps_expression_state_names[row->expression], out);
}
static void put_copies(const ps_row *row, FILE *out) {
    ps_cohort_put_real(out, row->copies, "");
}
static void put_junction(const ps_row *row, FILE *out) {
    fputs(ps_junction_state_names[row->junction], out);
}
static void put_specimen(const ps_row *row, FILE *out) {
    fputs(ps_specimen_names[row->specimen], out);
}
static void put_purity(const ps_row *row, FILE *out) {
    ps_cohort_put_real(out, row->purity, "");
}

static const struct {
    const char *name, *display, *description, *type;
    int priority;
    writer *put;
} attributes[] = {
    {"PATIENT_ID", "Patient Identifier", "Identifier of the patient: here that of the sample; put in your own",
     "STRING", 1, put_id},
    {"SAMPLE_ID", "Sample Identifier", "Identifier of the sample", "STRING", 1, put_id},
    {"PLASMASTRAT_LABEL", "plasmastrat label", "Label of the chosen model; not validated on patients", "STRING", 10,
     put_label},
    {"PLASMASTRAT_PROBABILITY", "Probability of plasmacytoma-like", "By the chosen model", "NUMBER", 9,
     put_probability},
    {"RAS_STATE", "RAS", "KRAS and NRAS: mutated, wild-type or not-assessable", "STRING", 8, put_ras},
    {"RAS_VAF", "RAS VAF", "Highest VAF of the mutations that count", "NUMBER", 7, put_ras_vaf},
    {"CCND1_STATE", "CCND1", "State of CCND1", "STRING", 8, put_ccnd1},
    {"CCND1_CAUSE", "CCND1 cause", "Cause of that state", "STRING", 7, put_cause},
    {"CCND1_EXPRESSION", "CCND1 expression", "Level per plasma cell", "STRING", 6, put_expression},
    {"CCND1_COPIES", "CCND1 copies", "Copies of CCND1", "NUMBER", 6, put_copies},
    {"IGH_CCND1", "t(11;14)", "IGH::CCND1 junction", "STRING", 6, put_junction},
    {"SPECIMEN", "Specimen", "Lesion, marrow or unknown, as stated", "STRING", 5, put_specimen},
    {"PURITY", "Tumour share", "As stated", "NUMBER", 5, put_purity},
};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

static const char *between(size_t i, const char *first) {
    return i ? "\t" : first;
}

static void put_head(FILE *out) {
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        fprintf(out, "%s%s", between(i, "#"), attributes[i].display);
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        fprintf(out, "%s%s", between(i, "\n#"), attributes[i].description);
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        fprintf(out, "%s%s", between(i, "\n#"), attributes[i].type);
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        fprintf(out, "%s%d", between(i, "\n#"), attributes[i].priority);
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        fprintf(out, "%s%s", between(i, "\n"), attributes[i].name);
    fputc('\n', out);
}

/* A sample that failed has no findings, and no line. */
int ps_write_cbioportal(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    put_head(out);
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < N_ATTRIBUTES && !rows[r].failure; i++) {
            fputs(between(i, ""), out);
            attributes[i].put(&rows[r], out);
        }
        if (!rows[r].failure)
            fputc('\n', out);
    }
    return ps_finish(out, "cbioportal_samples.txt", err);
}
