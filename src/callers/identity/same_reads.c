/* same_reads.c - one set of reads given twice, under another name, in another order or format. */
#include <string.h>

#include "plasmastrat/calls.h"

/* Rows enough that two libraries cannot agree in all of them: a row holds a fragment's name and bases. */
enum { FEWEST_ROWS = 50 };

int ps_same_reads(const ps_read_evidence *a, const ps_read_evidence *b) {
    if (a->codons.n_picture < FEWEST_ROWS || a->codons.n_picture != b->codons.n_picture)
        return 0;
    for (size_t i = 0; i < a->codons.n_picture; i++) {
        const ps_picture_row *x = &a->codons.picture[i], *y = &b->codons.picture[i];
        if (x->codon != y->codon || x->hap != y->hap || x->side != y->side || x->order != y->order ||
            strcmp(x->text, y->text) != 0)
            return 0;
    }
    return 1;
}
