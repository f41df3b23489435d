#include "counts.h"

#include <math.h>
#include <string.h>

int ras_next_counts(const ps_panel *panel, const ps_read_evidence *e, ras_cursor *at, ras_counts *p) {
    memset(p, 0, sizeof *p);
    if (at->codon_row == e->codons.n_codon)
        return 0;
    int id = e->codons.codon[at->codon_row].codon;
    p->codon = &panel->codons[id];
    p->row = &e->codons.codon[at->codon_row];
    for (; at->codon_row < e->codons.n_codon && e->codons.codon[at->codon_row].codon == id; at->codon_row++) {
        const ps_codon_count *c = &e->codons.codon[at->codon_row];
        p->n_rows++;
        p->depth += c->n;
        p->carriers[c->hap] += c->n;
    }
    for (; at->base_row < e->codons.n_base && e->codons.base[at->base_row].codon <= id; at->base_row++) {
        const ps_base_count *b = &e->codons.base[at->base_row];
        if (b->codon == id)
            p->by_quality[b->base][b->side][b->quality] += b->n;
    }
    return 1;
}

/* First row of a codon (or after it) by bisection. */
static size_t first_codon_row(const ps_read_evidence *e, int32_t codon) {
    size_t low = 0, high = e->codons.n_codon;
    while (low < high) {
        size_t middle = (low + high) / 2;
        *(e->codons.codon[middle].codon < codon ? &low : &high) =
            e->codons.codon[middle].codon < codon ? middle + 1 : middle;
    }
    return low;
}

int ras_counts_of(const ps_panel *panel, const ps_read_evidence *e, int32_t codon, ras_counts *p) {
    ras_cursor at = {.codon_row = first_codon_row(e, codon)};
    return at.codon_row < e->codons.n_codon && e->codons.codon[at.codon_row].codon == codon &&
           ras_next_counts(panel, e, &at, p);
}

ras_change ras_change_between(const ps_panel *panel, const ps_codon *codon, int from_hap, int to_hap) {
    ras_change c = {0};
    int minus = panel->genes[codon->gene].strand == '-';
    for (int base = 2; base >= 0; base--) {
        int r = from_hap >> (4 - 2 * base) & 3, a = to_hap >> (4 - 2 * base) & 3;
        if (r != a)
            c = (ras_change){c.n + 1, base, minus ? 3 - r : r, minus ? 3 - a : a};
    }
    return c;
}

double ras_error(int quality) {
    return pow(10, -quality / 10.0);
}
