/* codon_rows.c - what codons.c counted, of one file or of several: rows in order, one of each key. */
#include <stdlib.h>

#include "plasmastrat/evidence.h"
#include "rows.h"

void ps_codons_free(ps_codon_evidence *codons) {
    for (size_t i = 0; i < codons->n_allele; i++)
        free(codons->allele[i].alt);
    for (size_t i = 0; i < codons->n_picture; i++)
        free(codons->picture[i].text);
    free(codons->allele);
    free(codons->picture);
    free(codons->codon);
    free(codons->base);
    *codons = (ps_codon_evidence){0};
}

void ps_codons_add(ps_codon_evidence *whole, ps_codon_evidence *part) {
    whole->mate_conflicts += part->mate_conflicts;
    whole->no_quality += part->no_quality;
    PS_MOVE_ROWS(whole, part, codon, n_codon);
    PS_MOVE_ROWS(whole, part, base, n_base);
    PS_MOVE_ROWS(whole, part, allele, n_allele);
    PS_MOVE_ROWS(whole, part, picture, n_picture);
}

/* ---- order ------------------------------------------------------------------------------------------------------
 */

static int by_haplotype(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(hap)
    PS_COMPARE(doubt)
    PS_COMPARE(side)
    PS_COMPARE(quality)
    return 0;
}

static int by_base(const void *a, const void *b) {
    const ps_base_count *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(base)
    PS_COMPARE(side)
    PS_COMPARE(quality)
    return 0;
}

static int by_change(const void *a, const void *b) {
    const ps_allele_count *x = a, *y = b;
    PS_COMPARE(locus)
    PS_COMPARE(beg0)
    PS_COMPARE(end0)
    return strcmp(x->alt, y->alt);
}

static int by_picture(const void *a, const void *b) {
    const ps_picture_row *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(hap)
    PS_COMPARE(order)
    int texts = strcmp(x->text, y->text);
    return texts ? texts : x->side - y->side;
}

/* ---- one row of each key ----------------------------------------------------------------------------------------
 */

static void join_haplotypes(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_codon; i++)
        if (n && by_haplotype(&c->codon[n - 1], &c->codon[i]) == 0)
            c->codon[n - 1].n += c->codon[i].n;
        else
            c->codon[n++] = c->codon[i];
    c->n_codon = n;
}

static void join_bases(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_base; i++)
        if (n && by_base(&c->base[n - 1], &c->base[i]) == 0)
            c->base[n - 1].n += c->base[i].n;
        else
            c->base[n++] = c->base[i];
    c->n_base = n;
}

static void join_alleles(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_allele; i++) {
        ps_allele_count *row = &c->allele[i], *last = n ? &c->allele[n - 1] : NULL;
        if (!last || by_change(last, row) != 0) {
            c->allele[n++] = *row;
            continue;
        }
        for (int k = 0; k < 2; k++) {
            last->n[k] += row->n[k];
            last->doubtful[k] += row->doubtful[k];
        }
        last->depth += row->depth;
        free(row->alt);
    }
    c->n_allele = n;
}

void ps_codons_tidy(ps_codon_evidence *c) {
    PS_SORT_ROWS(c->codon, c->n_codon, by_haplotype);
    PS_SORT_ROWS(c->base, c->n_base, by_base);
    PS_SORT_ROWS(c->allele, c->n_allele, by_change);
    PS_SORT_ROWS(c->picture, c->n_picture, by_picture);
    join_haplotypes(c);
    join_bases(c);
    join_alleles(c);
}
