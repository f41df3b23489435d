/* indels.h - how often indels are errors in one read input, by kind, length and context. Private to src/callers.
 *
 * Slips of one base in a run of one letter are common, in-frame events of three bases are rare: each class has its
 * own rate, errors per fragment and place, from all indels of the sample over coding bases. Indels that stand out
 * from the rest are true ones and no background, unless a class has many of them (long reads in runs of a letter).
 */
#ifndef PLASMASTRAT_RAS_INDELS_H
#define PLASMASTRAT_RAS_INDELS_H

#include "ras.h"

enum { RAS_INDEL_LENGTHS = 5, RAS_INDEL_COPIES = 8, RAS_INDEL_CLASSES = 2 * RAS_INDEL_LENGTHS * RAS_INDEL_COPIES };

typedef struct ras_indel_class {
    double exposure;  /* fragments x places */
    double n, true_n; /* fragments with such an indel: in all, and by indels that stand out */
    double small;     /* the same, of each indel as many as errors alone make */
    int true_alleles;
} ras_indel_class;

typedef struct ras_indels {
    const ps_panel *panel;
    ras_indel_class class[RAS_INDEL_CLASSES];
    double base_error;    /* of a base, on average */
    double bases, errors; /* fragments x coding bases, and the indels there that do not stand out */
} ras_indels;

/* `base_error`: mean errors per base and alternative, for indels that differ in an inserted base. */
void ras_measure_indels(const ps_panel *panel, const ps_read_evidence *reads, double base_error, ras_indels *indels);
/* Probability that a fragment shows this indel by error (the allele itself is left out of its own background). */
double ras_indel_error(const ras_indels *indels, const ps_read_evidence *reads, const ps_allele_count *allele);
/* The same for an in-frame duplication of three bases at a codon that nothing was seen of. */
double ras_inframe_error(const ras_indels *indels);

/* Share of the fragments with an indel that are read with just this indel: the others have an indel error of the read
 * beside it. */
double ras_indel_recognised(const ras_indels *indels);
/* The same of fragments with a substitution, which an indel error beside it moves or covers. */
double ras_substitution_recognised(const ras_indels *indels);

#endif
