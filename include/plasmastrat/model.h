/* model.h - a stratifier model is a file: its question, its specimen, its markers' weights and their spread.
 *
 * The file (model.NAME.tsv) is a table with columns `key value sd note`; keys: name, basis
 * (premise|published|cohort), question, specimen (lesion|marrow|any), prior_odds, plasmacytoma_at, intramedullary_at,
 * required (comma-separated markers, may be empty); and either the weights `ccnd1+ ccnd1~ ccnd1- ras+ ras-` (ln
 * likelihood ratio for plasmacytoma-like, sd needed), or a joint table: `dirichlet` and the counts
 * `plasmacytoma:ccnd1+ras+`, `plasmacytoma:ccnd1~ras+`, ... of all six cells of both classes. + is very high (or
 * mutated), ~ intermediate, - low (or wild type). A file without any `ccnd1~` knows two levels only: to it an
 * intermediate CCND1 says nothing, since it was counted with neither. The joint table knows how often the markers
 * come together; weights are added up as if independent. Text in the note column, and lines that start with "##", are
 * for people.
 */
#ifndef PLASMASTRAT_MODEL_H
#define PLASMASTRAT_MODEL_H

#include <stddef.h>

#include "plasmastrat/error.h"

typedef enum { PS_MARKER_CCND1, PS_MARKER_RAS, PS_N_MARKERS } ps_marker;
extern const char *const ps_marker_names[PS_N_MARKERS]; /* "ccnd1", "ras" */

/* RAS has no intermediate state. */
typedef enum {
    PS_MARKER_NOT_ASSESSABLE,
    PS_MARKER_NEGATIVE,
    PS_MARKER_INTERMEDIATE,
    PS_MARKER_POSITIVE,
    PS_N_MARKER_STATES
} ps_marker_state;
extern const char *const ps_marker_state_names[PS_N_MARKER_STATES]; /* "not-assessable", "negative", ... */

typedef enum { PS_BASIS_PREMISE, PS_BASIS_PUBLISHED, PS_BASIS_COHORT, PS_N_BASES } ps_basis;
extern const char *const ps_basis_names[PS_N_BASES];

typedef enum { PS_SPECIMEN_UNKNOWN, PS_SPECIMEN_LESION, PS_SPECIMEN_MARROW, PS_N_SPECIMENS } ps_specimen;
extern const char
    *const ps_specimen_names[PS_N_SPECIMENS]; /* "unknown" ("any" in a model file), "lesion", "marrow" */

typedef struct ps_weight {
    double positive, positive_sd;         /* ln LR when the marker is positive */
    double negative, negative_sd;         /* ln LR when it is negative */
    double intermediate, intermediate_sd; /* ln LR when it is neither; CCND1 alone */
} ps_weight;

/* CCND1's levels as an index; marker state less PS_MARKER_NEGATIVE. */
typedef enum { PS_LEVEL_LOW, PS_LEVEL_INTERMEDIATE, PS_LEVEL_VERY_HIGH, PS_N_LEVELS } ps_level;
extern const char *const ps_level_names[PS_N_LEVELS]; /* "low", "intermediate", "very_high" */

/* What labelled samples showed: how many had CCND1 at which level (first index) and RAS mutated (second index 1). */
typedef enum { PS_CLASS_PLASMACYTOMA, PS_CLASS_INTRAMEDULLARY, PS_N_CLASSES } ps_class;
extern const char *const ps_class_names[PS_N_CLASSES]; /* "plasmacytoma", "intramedullary" */
typedef struct ps_joint {
    double count[PS_N_CLASSES][PS_N_LEVELS][2];
    double dirichlet; /* added to each of a class's cells (0.5: Jeffreys); 0: no joint table */
} ps_joint;

typedef struct ps_model {
    char *name, *question;
    ps_basis basis;
    ps_specimen specimen;           /* UNKNOWN: fits any */
    ps_weight weight[PS_N_MARKERS]; /* unused with a joint table */
    ps_joint joint;
    int two_levels;                            /* 1: the file knows no intermediate CCND1 */
    int required[PS_N_MARKERS];                /* 1: no definite label without it */
    double prior_odds;                         /* plasmacytoma : intramedullary */
    double plasmacytoma_at, intramedullary_at; /* probabilities; 0 < intramedullary_at < plasmacytoma_at < 1 */
} ps_model;

/* Where a model's rates are worked out: shares of each marker's states, which add up to 1; markers are independent.
 */
typedef struct ps_population {
    char *name, *source;
    double share[PS_N_MARKERS][PS_N_MARKER_STATES]; /* 0 for not-assessable */
} ps_population;

int ps_model_read(const char *path, ps_model *model, ps_error *err);
int ps_model_parse(const char *path, const char *bytes, size_t n_bytes, ps_model *model, ps_error *err);
int ps_model_equal(const ps_model *a, const ps_model *b); /* the same in everything that decides or is shown */
void ps_model_free(ps_model *model);

#endif
