/* pictures.h - a few fragments of each codon haplotype as text, for the page. Private to src/evidence.
 *
 * Rows are the lowest of all by (hash of the name, text, side), so any order of the records leaves the same ones.
 * One of these belongs to one unit: not for threads.
 */
#ifndef PLASMASTRAT_PICTURES_H
#define PLASMASTRAT_PICTURES_H

#include "slice.h"

typedef struct ps_picture_pile { /* of one codon and haplotype, ascending */
    int n;
    ps_picture_row row[PS_PICTURE_ROWS];
} ps_picture_pile;

typedef struct ps_pictures {
    const ps_panel *panel;
    const ps_locus *locus;
    uint32_t *pile_of; /* [codon of the locus][haplotype] -> row of pile + 1 */
    ps_picture_pile *pile;
    size_t n, capacity;
} ps_pictures;

void ps_pictures_init(const ps_panel *panel, const ps_locus *locus, ps_pictures *pictures);
/* A fragment that counts for `hap` at `codon`; `order` is the hash of its name. */
void ps_pictures_add(ps_pictures *pictures, int32_t codon, int hap, uint64_t order, const ps_slice *slice);
/* Moves the rows of every codon into part->picture and frees the rest. */
void ps_pictures_finish(ps_pictures *pictures, ps_read_evidence *part);

#endif
