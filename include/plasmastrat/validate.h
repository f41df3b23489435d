/* validate.h - a laboratory's validation: what samples are known to hold against what the program found in them.
 *
 * Expectations are read from a sheet's words; each sample's calls are compared with them while they exist, and leave
 * a few flat rows (ps_comparison, ps_found); measures are worked out from those rows alone. Zero-initialised means
 * not known, not assessed. Doubles that do not exist are NaN.
 */
#ifndef PLASMASTRAT_VALIDATE_H
#define PLASMASTRAT_VALIDATE_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/calls.h"
#include "plasmastrat/label.h"
#include "plasmastrat/regression.h"

/* ---- what is expected ------------------------------------------------------------------------------------------ */

enum { PS_GENE_NAME = 16, PS_MOST_GENES = 8 };

typedef struct ps_expected_variant {
    char gene[PS_GENE_NAME];
    char change[64];     /* "G12D" (one-letter) or "c.35G>A" */
    int codon;           /* the first that it changes; 0: not known */
    ps_change_kind kind; /* of the fewest bases that make it */
    double vaf;
} ps_expected_variant;

typedef struct ps_expectation { /* not-assessable: not known */
    ps_ras_state ras;
    ps_expected_variant *variant;
    size_t n_variants;
    char open[PS_MOST_GENES][PS_GENE_NAME]; /* genes of which nothing is known: what is found there is no error */
    size_t n_open;
    int all_open; /* mutated, but not by which change */
    ps_junction_state junction;
    ps_ccnd1_state ccnd1;
    ps_label_state label;
    double copies; /* of CCND1 */
} ps_expectation;

/* The columns that hold expectations, in this order. */
typedef enum {
    PS_EXPECT_RAS,
    PS_EXPECT_VAF,
    PS_EXPECT_CCND1,
    PS_EXPECT_IGH_CCND1,
    PS_EXPECT_COPIES,
    PS_EXPECT_LABEL,
    PS_N_EXPECTED
} ps_expect_column;
extern const char *const ps_expect_columns[PS_N_EXPECTED]; /* "expect_ras", ... */

/* Starts with nothing known. */
void ps_expectation_init(ps_expectation *e);
void ps_expectation_free(ps_expectation *e);
/* One cell; NULL and "?" are not known. Returns 0, or -1 and what was expected in `why`. RAS must be read before VAF.
 * `comma` is 1 where a comma may be a decimal one. */
int ps_expect(const ps_panel *panel, ps_expect_column column, const char *text, int comma, ps_expectation *e,
              char *why, size_t why_size);
/* 1: something is known that a result can be compared with. */
int ps_expects_anything(const ps_expectation *e);

/* ---- what was found -------------------------------------------------------------------------------------------- */

typedef enum {
    PS_COMPARED_RAS,     /* the state of the sample */
    PS_COMPARED_VARIANT, /* one change, or that no change of a kind is there */
    PS_COMPARED_JUNCTION,
    PS_COMPARED_CCND1,
    PS_COMPARED_COPIES,
    PS_COMPARED_LABEL,
    PS_N_COMPARED
} ps_compared;
extern const char *const ps_compared_names[PS_N_COMPARED];  /* "ras", "ras_variant", ... */
extern const char *const ps_compared_titles[PS_N_COMPARED]; /* "RAS state", ... */

typedef enum { PS_OUTCOME_NOT_ASSESSABLE, PS_OUTCOME_AGREES, PS_OUTCOME_DIFFERS, PS_N_OUTCOMES } ps_outcome;
extern const char *const ps_outcome_names[PS_N_OUTCOMES]; /* "not-assessable", "agrees", "differs" */

typedef struct ps_comparison {
    size_t row; /* of ps_validation */
    ps_compared what;
    ps_change_kind kind; /* of a variant */
    int positive; /* 1: the thing looked for is expected (a mutation, a junction, dysregulation, a gain, the label) */
    ps_outcome outcome;
    char *expected, *found, *why; /* owned; why: the program's own reasons, NULL where it agrees */
    size_t variant;               /* of the expectation, for a positive PS_COMPARED_VARIANT */
    double expected_value;        /* VAF, or copies */
    double value, low, high;      /* found: VAF, or copies, with its interval */
    double lod95;                 /* printed for the codon, of this kind of change */
    int64_t depth;                /* there; -1 unknown */
    int wild_type;                /* 1: the codon was called wild type */
} ps_comparison;

typedef struct ps_found_variant {
    char *name; /* "KRAS G12D"; owned */
    double vaf;
} ps_found_variant;

typedef struct ps_found {
    ps_ras_state ras;
    ps_junction_state junction;
    ps_ccnd1_state ccnd1;
    ps_cn_state copy_number;
    ps_label_state label;
    ps_found_variant *variant; /* those that pass */
    size_t n_variants;
} ps_found;

#define PS_NO_ROW ((size_t)-1)

typedef struct ps_validation_row {
    const char *sample_id; /* not owned, as the other texts */
    long line;             /* of the sheet */
    const char *source;    /* the file that was read */
    ps_expectation expect;
    const char *cell_line, *run;      /* NULL: none */
    size_t replicate_of, dilution_of; /* rows, or PS_NO_ROW */
    double fraction;                  /* of the parent in a dilution; NaN: none */
    char *failure;                    /* owned; NULL: the sample was read and called */
    char digest[17];                  /* of its evidence */
    char *written_by;                 /* another version of the program, which gathered it; owned; NULL: this one */
    unsigned reads;                   /* bit per ps_input_role whose reads were there */
    const char *build;                /* of its panel */
    ps_found found;
} ps_validation_row;

/* ---- measures -------------------------------------------------------------------------------------------------- */

typedef struct ps_measure { /* one number that a protocol may ask for */
    char name[80];          /* "ppa.ras_variant.substitution" */
    double value, low, high;
    uint64_t n;       /* behind it */
    const char *unit; /* "fraction", "vaf", "copies", "count" */
} ps_measure;

/* Agreement with the expected positive (PPA) and negative (NPA) ones; not assessable ones apart. */
typedef struct ps_agreement {
    char name[64]; /* "ras", "ras_variant.indel", "ras_variant.vaf_0.02_0.05" */
    char title[80];
    uint64_t agrees[2], n[2], open[2]; /* by negative (0) and positive (1) */
} ps_agreement;

typedef struct ps_replicates { /* one group of replicates */
    size_t first;              /* row */
    size_t *row;               /* its members; owned */
    size_t n;
    int same_run;             /* 1: repeatability, of one run or of runs that are not stated; 0: reproducibility */
    const char *part;         /* the run, where the members are those of one run of another group; else NULL */
    int flips[PS_N_COMPARED]; /* members that differ from the most frequent answer, of those assessed */
    int assessed[PS_N_COMPARED];
} ps_replicates;

typedef struct ps_replicate_vaf { /* one variant in one group */
    size_t group;
    char *name; /* owned */
    size_t n;   /* members that show it */
    double mean, sd, cv;
} ps_replicate_vaf;

typedef enum { PS_LIMIT_DILUTION, PS_LIMIT_IN_SILICO, PS_N_LIMIT_SOURCES } ps_limit_source;
extern const char *const ps_limit_source_names[PS_N_LIMIT_SOURCES]; /* "dilution", "in_silico" */

typedef struct ps_detection { /* trials of one variant at one VAF */
    ps_limit_source source;
    size_t row;                   /* the undiluted sample */
    size_t into;                  /* the sample that it is mixed into in silico, or PS_NO_ROW */
    size_t variant;               /* of its expectation */
    double vaf, lod95;            /* expected; printed */
    uint64_t found, wild_type, n; /* wild_type: missed, and the codon was called wild type */
} ps_detection;

typedef struct ps_limit { /* by probit */
    ps_limit_source source;
    int kind;   /* ps_change_kind, or -1: all */
    size_t row; /* of one series; PS_NO_ROW: all series of the kind */
    size_t variant;
    ps_probit probit;
} ps_limit;

/* How often variants were found by how their VAF compares with the lod95 that was printed. */
enum { PS_CALIBRATION_BINS = 6 };
extern const double ps_calibration_edges[PS_CALIBRATION_BINS + 1]; /* VAF / lod95; the last is infinity */
typedef struct ps_calibration {
    uint64_t found, wild_type, n;
} ps_calibration;

typedef struct ps_pairs { /* expected and found numbers, where both are known */
    size_t *comparison;
    double *expected, *found;
    size_t n, inside; /* those whose expectation is in the printed interval */
    ps_bland_altman bland_altman;
    ps_line line;
} ps_pairs;

/* A protocol's criterion. */
typedef enum { PS_AT_VALUE, PS_AT_LOW, PS_AT_HIGH, PS_N_AT } ps_criterion_at;
typedef struct ps_criterion {
    char *measure, *relation, *note; /* owned; relation: ">=", "<=", ">", "<", "=" */
    ps_criterion_at at;
    double limit;
    uint64_t min_n;
    long line;
    const ps_measure *found; /* NULL: nothing was measured */
    int passed;
} ps_criterion;

typedef struct ps_protocol {
    char *path, checksum[17]; /* path is owned */
    ps_criterion *criterion;
    size_t n, failed;
} ps_protocol;

typedef struct ps_validation {
    ps_validation_row *row;
    size_t n;
    ps_comparison *comparison;
    size_t n_comparisons, comparisons_capacity;
    ps_detection *detection; /* in silico ones are added before ps_validation_measure */
    size_t n_detections, detections_capacity;
    /* by ps_validation_measure */
    ps_agreement *agreement;
    size_t n_agreements, agreements_capacity;
    ps_replicates *group;
    size_t n_groups, groups_capacity;
    ps_replicate_vaf *group_vaf;
    size_t n_group_vafs, group_vafs_capacity;
    ps_limit *limit;
    size_t n_limits, limits_capacity;
    ps_calibration calibration[PS_CALIBRATION_BINS];
    ps_pairs vaf, copies;
    ps_measure *measure;
    size_t n_measures, measures_capacity;
    ps_protocol protocol;
    /* for the page */
    const ps_panel *panels; /* those of the rows' builds, not owned */
    int n_panels;
    const char *title, *sheet_path;
    char sheet_checksum[17];
    int64_t seed, repeats; /* of the mixtures in silico; 0 repeats: none */
} ps_validation;

/* Appends the comparisons of one row; texts are copied. `mutated` may be compared where nothing else is known. */
void ps_compare(const ps_validation_row *row, size_t number, const ps_panel *panel, const ps_calls *calls,
                const ps_label *label, ps_comparison **comparison, size_t *n);
void ps_found_of(const ps_panel *panel, const ps_calls *calls, const ps_label *label, ps_found *found);
void ps_found_free(ps_found *found);
/* The found variant that an expected one is, or NULL. */
const ps_ras_variant *ps_expected_in(const ps_panel *panel, const ps_expected_variant *expected,
                                     const ps_ras_call *call);
/* What was printed of the expected variant's codon: lod95 of its kind (NaN unknown), and whether it was wild type. */
double ps_printed_lod95(const ps_panel *panel, const ps_expected_variant *expected, const ps_ras_call *call,
                        int *wild_type);

/* The VAF that is expected of each variant: as stated, or the parent's (expected, or else found) times the fraction.
 */
void ps_validation_expect_vafs(ps_validation *v);
/* Every measure, from rows, comparisons and detections. Call once. */
void ps_validation_measure(ps_validation *v);
const ps_measure *ps_validation_find(const ps_validation *v, const char *name); /* or NULL */
uint64_t ps_validation_count(const ps_validation *v, ps_outcome outcome);
void ps_validation_free(ps_validation *v);

/* ---- protocol.c ------------------------------------------------------------------------------------------------ */

/* A table `measure relation limit`, and if wanted `at` (value, low, high), `min_n` and `note`. A measure that no
 * validation has is an error, with its line. */
int ps_protocol_read(const char *path, ps_protocol *protocol, ps_error *err);
/* Each criterion passed or failed; one without a number, or of fewer than min_n, has failed. */
void ps_protocol_judge(ps_validation *v);
void ps_protocol_free(ps_protocol *protocol);

#endif
