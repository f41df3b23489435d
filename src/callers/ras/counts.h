/* counts.h - one codon's fragments out of the evidence, and what a haplotype changes. Private to src/callers. */
#ifndef PLASMASTRAT_RAS_COUNTS_H
#define PLASMASTRAT_RAS_COUNTS_H

#include "ras.h"

enum { RAS_QUALITIES = 64 }; /* phred, as the evidence stores them */

typedef struct ras_counts { /* one codon's fragments */
    const ps_codon *codon;
    const ps_codon_count *row;
    size_t n_rows;
    uint64_t depth, carriers[PS_N_HAPS];
    uint32_t by_quality[3][2][RAS_QUALITIES]; /* [base][side] */
} ras_counts;

typedef struct ras_cursor { /* zeroed: before the first codon */
    size_t codon_row, base_row;
} ras_cursor;

/* Rows of codons and bases are sorted by codon: the cursor moves on to the next codon that has any. 0 at the end. */
int ras_next_counts(const ps_panel *panel, const ps_read_evidence *reads, ras_cursor *cursor, ras_counts *counts);

/* The same of one codon; 0 where it has no rows. */
int ras_counts_of(const ps_panel *panel, const ps_read_evidence *reads, int32_t codon, ras_counts *counts);

typedef struct ras_change { /* what a haplotype changes, against the reference or another haplotype */
    int n;                  /* bases */
    int base;               /* first changed one, transcript order */
    int from, to;           /* of that base, plus strand: A C G T are 0 1 2 3 */
} ras_change;

ras_change ras_change_between(const ps_panel *panel, const ps_codon *codon, int from_hap, int to_hap);

/* Phred quality to error probability. */
double ras_error(int quality);

#endif
