/* barcode.h - a sample's barcode where a UMI would be.
 *
 * Some pipelines write the index of the sample behind the reads' names or into a tag. All of its molecules have it,
 * so it tells none of them apart: taken for a UMI, it makes one molecule of each pair of ends. No single molecule
 * lies over two genes, so what nearly all fragments of two genes share is no UMI.
 */
#ifndef PLASMASTRAT_BARCODE_H
#define PLASMASTRAT_BARCODE_H

#include "plasmastrat/molecules.h"

/* The molecules of a sample whose UMIs are such a barcode, without it; rows of the few fragments that have another
 * (it was misread) or none keep a UMI of no letters. No rows: they are UMIs, or too few fragments have one. The rows
 * are in the sketch's order; what they point to stays the sketch's: free `row` alone. */
ps_molecules ps_without_barcode(const ps_panel *panel, const ps_molecules *molecules);

#endif
