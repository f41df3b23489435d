/* result.h - one sample's whole answer, in memory. Writers format it and compute nothing. */
#ifndef PLASMASTRAT_RESULT_H
#define PLASMASTRAT_RESULT_H

#include "plasmastrat/calls.h"
#include "plasmastrat/evidence.h"
#include "plasmastrat/label.h"

#define PS_VERSION "1.0.0-rc1"

/* What a user asked for: one row of a sheet, or the command line. Strings are not owned. */
typedef struct ps_job {
    const char *sample_id;
    const char *path[PS_N_INPUTS];             /* by ps_input_role; NULL: not given */
    const char *const *more[PS_N_READ_INPUTS]; /* further files of a role (lanes), NULL behind the last; NULL: none */
    const char *vcf_sample;                    /* NULL: found */
    const char *counts_sample;                 /* NULL: the only one */
    const char *cnv_sample;                    /* the same of --cnv */
    const char *force_sites;                   /* VCF of alleles to count whatever the evidence, or NULL */
    const char *reference;                     /* FASTA, or NULL */
    const char *panel;                         /* name, folder, or NULL: from the inputs */
    const char *copynumber_reference;          /* panel of normals for depth, or NULL */
    const char *error_reference;               /* file of `reference errors`, or NULL */
    const char *expression_reference;          /* file of `reference expression`, or NULL: built-in assumption */
    const char *model;                         /* file or built-in name, or NULL: "rationale" */
    double purity;                             /* NaN: unknown */
    double molecules, input_ng; /* what the DNA library began with: haploid genomes, or ng of DNA; NaN: not said */
    const char *primers;        /* BED or BEDPE, or NULL */
    double prior_odds;          /* NaN: the model's */
    ps_specimen specimen;
    int specimen_given;      /* 1: also where it is unknown */
    const char *expect_name; /* of the sample in the files' headers; NULL: the sample id */
    int n_threads;
    int no_evidence; /* 1: ID.evidence.gz is not written */
} ps_job;

/* File number i of a role, or NULL. */
static inline const char *ps_job_file(const ps_job *job, ps_input_role role, size_t i) {
    if (i == 0)
        return job->path[role];
    if (role >= PS_N_READ_INPUTS || !job->more[role])
        return NULL;
    for (size_t k = 0; k + 1 < i; k++)
        if (!job->more[role][k])
            return NULL;
    return job->more[role][i - 1];
}

typedef enum { PS_QC_PASS, PS_QC_WARN, PS_QC_FAIL, PS_N_QC_STATES } ps_qc_state;
extern const char *const ps_qc_state_names[PS_N_QC_STATES];

typedef struct ps_qc {
    const char *check; /* from the table in src/report/qc.c */
    const char *input; /* "rna", "dna", ... or "sample" */
    ps_qc_state state;
    double value, limit; /* NaN: none */
    char message[320];
} ps_qc;

typedef struct ps_result {
    char *sample_id;
    char *failure; /* NULL: done; else why the sample failed (then only sample_id is meaningful besides) */
    const ps_panel *panel;
    ps_specimen specimen;
    ps_evidence evidence;
    int no_evidence; /* 1: it is not saved */
    ps_calls calls;
    ps_label label;
    ps_qc *qc;
    size_t n_qc;
    double purity, prior_odds;  /* as the user gave them; NaN: not given */
    ps_model *model;            /* of the evidence's own model file; NULL: the chosen one lives elsewhere */
    const ps_normals *normals;  /* of --copynumber-reference; not owned; NULL: none, or read from a file */
    char *expression_reference; /* name of the --expression-reference in use, NULL: built-in; owned */
    char expression_reference_checksum[17];
} ps_result;

void ps_result_free(ps_result *result);
/* The version of the program that gathered it, where that is not this one; else NULL. */
const char *ps_other_version(const ps_evidence *evidence);

/* Every check of the table in src/report/qc.c, from what the result holds. */
void ps_result_checks(ps_result *result);

/* Adds a QC row (check and input are not owned: constants). */
void ps_result_qc(ps_result *result, const char *check, const char *input, ps_qc_state state, double value,
                  double limit, const char *format, ...) __attribute__((format(printf, 7, 8)));

#endif
