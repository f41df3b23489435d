/* same_reads.c - one set of reads given twice, under another name, in another order or format. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/map.h"

/* Rows enough that two libraries cannot agree in all of them: a row holds a fragment's name and bases. */
enum { FEWEST_ROWS = 50 };

void ps_reads_mark(const ps_read_evidence *reads, char mark[17]) {
    uint64_t hash = 0;
    mark[0] = '\0';
    if (reads->codons.n_picture < FEWEST_ROWS)
        return;
    for (size_t i = 0; i < reads->codons.n_picture; i++) {
        const ps_picture_row *row = &reads->codons.picture[i];
        char *text = ps_format("%016" PRIx64 " %d %d %d %016" PRIx64 " %s", hash, (int)row->codon, row->hap,
                               row->side, row->order, row->text);
        hash = ps_hash(text, strlen(text));
        free(text);
    }
    snprintf(mark, 17, "%016" PRIx64, hash);
}

int ps_same_reads(const char *a, const char *b) {
    return a[0] && !strcmp(a, b);
}
