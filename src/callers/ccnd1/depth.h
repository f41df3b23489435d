/* depth.h - fragments per bin as a model: level of an arm x what the bin usually gets x a GC curve. Private to
 * src/callers.
 *
 * count_i ~ mean m_i = level(group of i) x base_i x exp(b . z_i), variance m_i + m_i^2 (s_i^2 + tau^2)
 *
 * base_i is the bin's mappability, or its level in a panel of normals; s_i is what that panel knows of the bin's
 * spread; tau, the noise that is left, is fitted robustly. z_i: GC, GC^2, and whether a bait lies in the bin (the
 * share of fragments that a capture catches differs between libraries). Groups are the arms, 11q13, and the bins at
 * CCND1; the levels are profiled out of the fit of b, which 11q13 enters only where all of it stands at one level: a
 * part that is amplified is what is looked for. Quasi-likelihood: a bin counts by m / (1 + m (s^2 + tau^2)), so one
 * deep bait does not outvote many bins (McCullagh and Nelder, ch. 9).
 */
#ifndef PLASMASTRAT_CALLERS_DEPTH_H
#define PLASMASTRAT_CALLERS_DEPTH_H

#include "plasmastrat/calls.h"

/* fraction of the step of 11q: 11p moves with 11q from here (assumption: 11p that moves half as far moves with it) */
static const double cn_whole_share = 0.5;
/* log2 ratio: of any level that the model leaves (assumption: what the model leaves wrong of any level, waves apart)
 * */
static const double cn_remaining_error = 0.02;
/* standard errors: by which 11q13 leaves the rest of 11q to be focal (assumption: 1 in 2,000 by chance) */
static const double cn_focal_sds = 3.5;
/* sds: by which a part of 11q13 stands at a level of its own (assumption: 1 in 2,000 by chance) */
static const double cn_part_sds = 3.5;

enum { PS_DEPTH_TERMS = 3 };

typedef struct ps_depth_group {
    double count, expected;   /* sums over bins by weight; expected at level 1 */
    double info;              /* 1 / variance of ln level */
    double z[PS_DEPTH_TERMS]; /* mean of the covariates as the level sees them */
    double level;             /* log2 against the median arm; NaN without bins */
    double se;                /* of the level: counting, bins, GC curve; not the wave */
    int bins;
} ps_depth_group;

typedef struct ps_depth {
    const ps_panel *panel;
    const uint64_t *count;
    const ps_normals *normals; /* or NULL */
    int *group_of;             /* bin -> arm id, or n_arms for 11q13 */
    uint8_t *left_out;         /* bin -> 0, or why it counts nowhere */
    double b[PS_DEPTH_TERMS], cov[PS_DEPTH_TERMS][PS_DEPTH_TERMS];
    ps_depth_group *group; /* n_arms arms, 11q13, the gene, own, beside, around */
    int q13, gene, n_groups;
    int own, beside, around; /* groups for kits: CCND1's own bins, the gene's others, all others of 11q13 */
    int q13_is_one;          /* 1: all of 11q13 stands at one level, and takes part in the fit of b */
    double mean;             /* fragments per arm bin */
    double tau2[2];          /* variance of ln depth beyond counting and the normals' spread: without, with baits */
    double wave;             /* sd of the part of it that neighbouring bins share, log2 */
    double q13_spread;       /* sd, log2: by which the panel's normals vary at 11q13 as a whole */
    double sure_wave;        /* CV: what two standard errors leave of it */
    double outliers;         /* share of arm bins, with or without baits, that are far from their arm */
    double middle;           /* log2 of the median arm's level */
} ps_depth;

enum { PS_BIN_OUTLIER = 1, PS_BIN_UNUSABLE = 2 };

void ps_depth_init(ps_depth *f, const ps_panel *panel, const uint64_t *count, const ps_normals *normals);
void ps_depth_fit(ps_depth *f);
/* Levels of counts that need no fit: no curve, no noise, no wave; the caller sets the errors. */
void ps_depth_settle(ps_depth *f);
void ps_depth_free(ps_depth *f);
double ps_depth_weight(const ps_depth *f, int bin); /* expected at level 1 */

/* What the coverage of the bins looks like, before any model. */
typedef struct ps_coverage {
    ps_assay assay;
    double mean;       /* fragments per arm bin */
    double empty;      /* share of empty arm bins beyond what even coverage leaves */
    double tall;       /* share of arm bins several times above the median bin */
    double enrichment; /* RAS hotspot depth over what the bins' depth predicts; 0 when too shallow to say */
} ps_coverage;
ps_coverage ps_coverage_of(const ps_panel *panel, const ps_read_evidence *dna);

#endif
