/* identity.h - are two inputs one person's, and is an input in part another person's?
 *
 * Counts of common SNPs are first brought into the form that is published: two characters a SNP (reference and
 * alternative fragments, at most 63 together; deeper sites are scaled down). Persons are compared from that form
 * only, so a result read back from its JSON gives the same answer as the run that wrote it, and any two results whose
 * panels share `snp_set` can be compared, also across builds. Contamination needs the full counts and is decided
 * once.
 *
 * Not told apart: identical twins. A tumour's copy-number imbalance, loss of heterozygosity and unequal expression of
 * alleles are part of the model; so are parent and child, and siblings, who are not called the same person.
 */
#ifndef PLASMASTRAT_IDENTITY_H
#define PLASMASTRAT_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/evidence.h"
#include "plasmastrat/library.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/reasons.h"

typedef enum {
    PS_IDENTITY_NOT_ASSESSABLE,
    PS_IDENTITY_SAME,
    PS_IDENTITY_DIFFERENT,
    PS_N_IDENTITY_STATES
} ps_identity_state;
extern const char *const ps_identity_state_names[PS_N_IDENTITY_STATES]; /* "not-assessable", "same", "different" */

typedef enum {
    PS_CONTAMINATION_NOT_ASSESSABLE,
    PS_CONTAMINATION_BELOW,
    PS_CONTAMINATION_FOUND,
    PS_N_CONTAMINATION_STATES
} ps_contamination_state;
extern const char *const
    ps_contamination_state_names[PS_N_CONTAMINATION_STATES]; /* "not-assessable", "below-limit", "contaminated" */

enum { PS_SNP_MAX = 63 }; /* fragments of one SNP in the published form */

typedef struct ps_contamination {
    ps_contamination_state state;
    double fraction, low, high; /* of fragments that are another person's, with its 95 % interval; NaN not assessed */
    double error_rate;          /* of one base for one other, from third alleles; NaN not assessed */
    int sites;                  /* SNPs of at least contamination_min_depth */
    int64_t fragments;          /* at them */
    ps_reasons reasons;
} ps_contamination;

typedef struct ps_identity_input {
    ps_input_role role;
    int sites;         /* SNPs with a reference or alternative fragment */
    int64_t fragments; /* at them */
    char *counts;      /* 2 x n_snps characters: see ps_identity_digits; owned */
    char *genotypes;   /* n_snps characters: '0', '1', '2' alternative alleles, '.' not clear; owned */
    ps_contamination contamination;
} ps_identity_input;

typedef struct ps_identity_comparison {
    ps_input_role a, b;
    ps_identity_state state;
    int sites;                /* SNPs that both show */
    double concordance;       /* share of equal genotypes where both are clear; NaN: nowhere */
    double log_odds;          /* ln P(both | one person) / P(both | unrelated persons); NaN without sites */
    double log_odds_relative; /* ln P(both | one person) / P(both | the likelier of parent and child, or siblings) */
    ps_reasons reasons;
} ps_identity_comparison;

enum { PS_MAX_IDENTITY_PAIRS = PS_N_READ_INPUTS * (PS_N_READ_INPUTS - 1) / 2 };

typedef struct ps_identity_call {
    ps_identity_state state;                   /* different: some pair is; same: some pair is and none is different */
    ps_identity_input input[PS_N_READ_INPUTS]; /* those given, in role order */
    size_t n_inputs;
    ps_identity_comparison pair[PS_MAX_IDENTITY_PAIRS];
    size_t n_pairs;
} ps_identity_call;

/* The 64 characters that stand for counts 0 to 63. */
extern const char ps_identity_digits[];
/* Is this text counts of this panel's SNPs: the length, the characters, at most PS_SNP_MAX a SNP?  1 or 0. */
int ps_identity_is_counts(const ps_panel *panel, const char *counts);

/* Published form of an input's counts. Sets everything but the contamination. */
void ps_identity_publish(const ps_panel *panel, const ps_read_evidence *evidence, ps_identity_input *input);

/* One pair, from role and counts of each. */
void ps_identity_pair(const ps_panel *panel, const ps_identity_input *a, const ps_identity_input *b,
                      ps_identity_comparison *call);
/* Every pair of call->input, and the state: for the inputs of one run, or of several joined. */
void ps_identity_pairs(const ps_panel *panel, ps_identity_call *call);

/* All files of one sample's alignments, however often they were merged. An error names two of one role whose headers
 * name different samples, or two of any roles that hold the same reads. */
int ps_check_inputs(const ps_input_info *input, size_t n, ps_error *err);
/* `evidence[i]` is what input[i] told, or it and others that were merged with it. An error names the two of one role
 * that are of different persons by their SNPs. */
int ps_check_persons(const ps_panel *panel, const ps_input_info *input, const ps_read_evidence *evidence, size_t n,
                     ps_error *err);

/* `library`: by what its fragments are molecules, which then are counted; NULL: fragments count as they are. */
void ps_call_contamination(const ps_panel *panel, const ps_read_evidence *evidence, const ps_library *library,
                           ps_contamination *call);
void ps_identity_free(ps_identity_call *call);

/* ---- many inputs against each other ---------------------------------------------------------------------------- */

/* One input prepared for many comparisons: 6 floats a SNP, or only its bits, 2 a SNP. */
typedef struct ps_identity_profile {
    float *likelihood; /* n_snps x 3, by alternative alleles, over their HWE mean; 1 1 1 where nothing was seen */
    float *allele;     /* n_snps x 2: the same by one of the two alleles, the other one random */
    uint64_t *hom[2];  /* bits: clear homozygote for reference, for alternative */
    int sites, n_hom;
} ps_identity_profile;

/* From what is published of an input. Counts are such as ps_identity_is_counts accepts, genotypes are n_snps
 * characters. */
void ps_identity_profile_of(const ps_panel *panel, ps_input_role role, const char *counts, const char *genotypes,
                            int sites, ps_identity_profile *profile);
void ps_identity_bits_of(const ps_panel *panel, const char *genotypes, int sites, ps_identity_profile *profile);
void ps_identity_profile_free(ps_identity_profile *profile);
/* From the bits alone: 0 for inputs of few SNPs, and for a pair with so many opposite homozygotes that it is two
 * persons. */
int ps_identity_may_be_same(const ps_panel *panel, const ps_identity_profile *a, const ps_identity_profile *b);
/* Are these the same person, at ln odds over unrelated raised by `ln_trials` for the number of pairs that are tried?
 * 1 or 0. */
int ps_identity_same(const ps_panel *panel, const ps_identity_profile *a, const ps_identity_profile *b,
                     double ln_trials);

#endif
