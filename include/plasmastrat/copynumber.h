/* copynumber.h - CCND1 copy number from DNA depth.
 *
 * Zero-initialised means not assessed. Doubles that do not exist are NaN. Every published double has passed
 * ps_round6(), so what a file says is exactly what later steps compute with.
 */
#ifndef PLASMASTRAT_COPYNUMBER_H
#define PLASMASTRAT_COPYNUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/case.h"
#include "plasmastrat/reasons.h"

/* bases: of the genome that one fragment shows (assumption: bases of the genome that a fragment of usual libraries
 * shows) */
static const double cn_fragment_reach = 300;

typedef enum {
    PS_CN_NOT_ASSESSABLE,
    PS_CN_LOSS,
    PS_CN_NEUTRAL,
    PS_CN_GAIN,
    PS_CN_AMPLIFIED,
    PS_N_CN_STATES
} ps_cn_state;
extern const char *const ps_cn_state_names[PS_N_CN_STATES];
typedef enum { PS_SCOPE_NONE, PS_SCOPE_FOCAL, PS_SCOPE_ARM, PS_SCOPE_CHROMOSOME, PS_N_SCOPES } ps_scope;
extern const char *const ps_scope_names[PS_N_SCOPES];

typedef struct ps_arm_copies {
    int arm; /* panel arm id */
    double log2_ratio, copies;
} ps_arm_copies;

typedef struct ps_bin_level { /* for the picture: one corrected bin of chromosome 11 */
    int bin;
    double log2_ratio;
} ps_bin_level;

/* What the bins were measured against. */
typedef enum {
    PS_CN_REFERENCE_NONE,
    PS_CN_REFERENCE_PANEL,
    PS_CN_REFERENCE_MATCHED,
    PS_N_CN_REFERENCES
} ps_cn_reference;
extern const char *const ps_cn_reference_names[PS_N_CN_REFERENCES]; /* "none", "panel-of-normals", "matched-normal" */

typedef struct ps_copynumber_call {
    ps_cn_state state;
    ps_reasons reasons;
    unsigned sources; /* bit per ps_input_role that the answer rests on: dna, cnv */
    double log2_ratio, copies, copies_low, copies_high;
    ps_scope scope;
    int hyperdiploid;                /* -1 unknown, 0, 1 */
    double purity;                   /* used; NaN when assumed 1 */
    double fragments_per_bin, noise; /* mean per arm bin; robust CV beyond Poisson and the reference's spread */
    double wave;                     /* log2: what moves neighbouring bins together */
    ps_assay assay;                  /* as recognised; that of the panel of normals where one was used */
    ps_cn_reference reference;
    size_t reference_normals;                    /* samples behind it */
    char normals_name[80], normals_checksum[17]; /* of the panel of normals given, used or not; "": none */
    ps_arm_copies *arm;
    size_t n_arms;
    ps_bin_level *bin; /* chromosome 11 bins */
    size_t n_bins;
} ps_copynumber_call;

void ps_call_copynumber(const ps_case *c, ps_copynumber_call *call);
/* Adds another program's segments: where the reads are not assessable these decide, else they are compared. */
void ps_copynumber_add_segments(const ps_case *c, ps_copynumber_call *call);
/* A panel of normals from the depth bins of `n` normals on one panel (see normals.h). `names` are for messages and
 * audit: a normal that is too shallow, of another assay than the first, or not at two copies is an error naming it.
 * The caller asks for at least PS_MIN_NORMALS; one is a matched normal. The caller frees `normals`. */
int ps_normals_learn(const ps_panel *panel, const ps_read_evidence *const *samples, const char *const *names,
                     size_t n, ps_normals *normals, ps_error *err);

#endif
