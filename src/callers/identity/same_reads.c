/* same_reads.c - one set of reads given twice, under another name, in another order or format. */
#include <string.h>

#include "plasmastrat/calls.h"

/* Rows enough that two libraries cannot agree in all of them: a row holds a fragment's name and bases. */
enum { FEWEST_ROWS = 50 };

int ps_same_reads(const ps_evidence *a, const ps_evidence *b) {
    if (a->n_picture < FEWEST_ROWS || a->n_picture != b->n_picture)
        return 0;
    for (size_t i = 0; i < a->n_picture; i++) {
        const ps_picture_row *x = &a->picture[i], *y = &b->picture[i];
        if (x->codon != y->codon || x->hap != y->hap || x->side != y->side || x->order != y->order ||
            strcmp(x->text, y->text) != 0)
            return 0;
    }
    return 1;
}
