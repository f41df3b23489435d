/* constants.h - constants that several files of this folder use; what a laboratory may decide stands in limits.tsv.
 */
#ifndef CALLERS_RAS_CONSTANTS_H
#define CALLERS_RAS_CONSTANTS_H

/* gamma shape of how error rates vary between places (CV = 1/sqrt(shape)) (assumption: error rates of places vary
 * with CV 0.32 = 1/sqrt(shape)) */
static const double ras_background_shape = 10;
/* VAF: up to which a haplotype is background (assumption: a haplotype above it is a variant, no background) */
static const double ras_background_vaf = 0.02;
/* fragments: from which a haplotype may be more than background (assumption: fewer are background whatever their VAF)
 * */
static const double ras_background_fragments = 3;
/* probability: of errors alone, below which a refused candidate is listed (assumption: a refused candidate is worth a
 * line when errors rarely make it) */
static const double ras_refused_p = 1e-3;

#endif
