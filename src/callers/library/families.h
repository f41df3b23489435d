/* families.h - of the molecules that a sketch keeps, those that are molecules.
 *
 * Where only a part of the fragments has a UMI, one molecule may be there with and without: where most have one, the
 * others count if none has their ends; else UMIs are not used. A UMI that was read with an error is a family of its
 * own: a small family whose UMI differs by one letter, or by missing letters at one end, from a larger one of the
 * same ends is that family's (directional rule of UMI-tools, Smith 2017). Where families were numbered over all read
 * groups, one number is one family in all of them; where each group begins anew, it is not; where ends cannot tell,
 * it is taken for one. Families of the same ends that name the same UMI are one, whatever their numbers. A base that
 * is inserted or lost near a read's 5' end moves that end of one copy: small families a base or two beside a larger
 * one are its copies, where there are more of them than a little further off. A long UMI is of one molecule whatever
 * its ends where libraries were cut after they were copied; but not where two UMIs of a list are joined, which many
 * molecules share. That, too, the sample shows. Both strands of a molecule are two families (strands.h).
 */
#ifndef PLASMASTRAT_FAMILIES_H
#define PLASMASTRAT_FAMILIES_H

#include "plasmastrat/molecules.h"

#include "strands.h"

typedef struct ps_families {
    ps_molecule *row;    /* as in the sketch, in its order; what they point to is the sketch's or in `joined` */
    ps_molecules joined; /* of several rows */
    size_t n;
    double umi;    /* share of all fragments that have a UMI; NaN: no fragment */
    int uses_umis; /* 0: UMIs are not used */
    ps_strands strands;
} ps_families;

double ps_copies_of(const ps_molecule *molecule); /* its fragments */
ps_families ps_families_of(const ps_molecules *molecules);
/* Joins both strands, but in windows that `apart` (by window; NULL: none) marks. 1: it did, and the rows are others.
 */
int ps_families_join_strands(ps_families *families, const uint8_t *apart);
/* Molecules per row of the window: less than 1 where some are the other strand of others, not known of which. */
double ps_families_once(const ps_families *families, int32_t window);
void ps_families_free(ps_families *families);

#endif
