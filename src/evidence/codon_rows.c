/* codon_rows.c - what codons.c counted, of one file or of several: rows in order, one of each key. */
#include <stdlib.h>

#include "plasmastrat/evidence.h"
#include "reach.h"
#include "rows.h"
#include "slice.h"

void ps_codons_free(ps_codon_evidence *codons) {
    for (size_t i = 0; i < codons->n_allele; i++)
        free(codons->allele[i].alt);
    for (size_t i = 0; i < codons->n_picture; i++)
        free(codons->picture[i].text);
    free(codons->allele);
    free(codons->picture);
    free(codons->codon);
    free(codons->base);
    free(codons->reach);
    *codons = (ps_codon_evidence){0};
}

void ps_codons_add(ps_codon_evidence *whole, ps_codon_evidence *part) {
    whole->mate_conflicts += part->mate_conflicts;
    whole->no_quality += part->no_quality;
    PS_MOVE_ROWS(whole, part, codon, n_codon);
    PS_MOVE_ROWS(whole, part, base, n_base);
    PS_MOVE_ROWS(whole, part, allele, n_allele);
    PS_MOVE_ROWS(whole, part, reach, n_reach);
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

static int by_reach(const void *a, const void *b) {
    const ps_reach_count *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(left)
    PS_COMPARE(right)
    return 0;
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
        free(row->alt);
    }
    c->n_allele = n;
}

static void join_reach(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_reach; i++)
        if (n && by_reach(&c->reach[n - 1], &c->reach[i]) == 0)
            c->reach[n - 1].n += c->reach[i].n;
        else
            c->reach[n++] = c->reach[i];
    c->n_reach = n;
}

/* Of each haplotype the first few rows, as one file with all fragments would have kept. */
static void cut_pictures(ps_codon_evidence *c) {
    size_t n = 0, of_haplotype = 0;
    for (size_t i = 0; i < c->n_picture; i++) {
        ps_picture_row *row = &c->picture[i];
        int same = n && c->picture[n - 1].codon == row->codon && c->picture[n - 1].hap == row->hap;
        of_haplotype = same ? of_haplotype : 0;
        if (of_haplotype++ < PS_PICTURE_ROWS)
            c->picture[n++] = *row;
        else
            free(row->text);
    }
    c->n_picture = n;
}

/* ---- the depth of an allele -------------------------------------------------------------------------------------
 */

/* First of the rows of a codon: all counts begin with the codon's id. */
static size_t first_of(const void *rows, size_t n, size_t size, int32_t codon) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const int32_t *id = (const int32_t *)(const void *)((const char *)rows + middle * size);
        if (*id < codon)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t codon_over(const ps_panel *panel, const ps_locus *locus, int32_t target) {
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            if (panel->codons[id].target[k] == target)
                return id;
    return locus->codon_beg;
}

/* Fragments at a codon that would have shown an indel of these lengths. */
static uint32_t able_to_show(const ps_codon_evidence *c, int32_t codon, int32_t deleted, int32_t inserted) {
    int32_t anchor = ps_anchor_of(inserted > deleted ? inserted : deleted);
    int left = reach_left(anchor), right = reach_right(anchor + inserted);
    uint32_t n = 0;
    for (size_t i = first_of(c->reach, c->n_reach, sizeof *c->reach, codon);
         i < c->n_reach && c->reach[i].codon == codon; i++)
        n += c->reach[i].left >= left && c->reach[i].right >= right ? c->reach[i].n : 0;
    return n;
}

static uint32_t fragments_at(const ps_codon_evidence *c, int32_t codon) {
    uint32_t n = 0;
    for (size_t i = first_of(c->codon, c->n_codon, sizeof *c->codon, codon);
         i < c->n_codon && c->codon[i].codon == codon; i++)
        n += c->codon[i].n;
    return n;
}

/* An indel's depth: its carriers, and the fragments without one whose reads reach far enough to have shown it (inserted
 * bases take reach). A change across codons has its first codon's. */
static uint32_t allele_depth(const ps_panel *panel, const ps_codon_evidence *c, const ps_allele_count *allele) {
    const ps_locus *locus = &panel->loci[allele->locus];
    int32_t inserted = (int32_t)strlen(allele->alt), deleted = allele->end0 - allele->beg0;
    int32_t t = ps_target_at(locus, inserted && !deleted ? allele->beg0 - 1 : allele->beg0);
    int32_t id = codon_over(panel, locus, t);
    uint32_t carriers = allele->n[0] + allele->n[1];
    if (inserted == deleted) {
        uint32_t depth = fragments_at(c, id);
        return depth > carriers ? depth : carriers;
    }
    uint32_t here = able_to_show(c, id, deleted, inserted);
    if (here ==
        0) { /* a codon cut by an exon's end is never whole: its neighbour, which carriers show too, stands in */
        int32_t next = t + 1 < locus->n_targets ? codon_over(panel, locus, t + 1) : id;
        uint32_t there = able_to_show(c, next, deleted, inserted);
        here = there > carriers ? there - carriers : 0;
    }
    return here + carriers;
}

void ps_codons_tidy(const ps_panel *panel, ps_codon_evidence *c) {
    PS_SORT_ROWS(c->codon, c->n_codon, by_haplotype);
    PS_SORT_ROWS(c->base, c->n_base, by_base);
    PS_SORT_ROWS(c->allele, c->n_allele, by_change);
    PS_SORT_ROWS(c->reach, c->n_reach, by_reach);
    PS_SORT_ROWS(c->picture, c->n_picture, by_picture);
    join_haplotypes(c);
    join_bases(c);
    join_alleles(c);
    join_reach(c);
    cut_pictures(c);
    for (size_t i = 0; i < c->n_allele; i++)
        c->allele[i].depth = allele_depth(panel, c, &c->allele[i]);
}

/* ---- what is drawn ----------------------------------------------------------------------------------------------
 */

int ps_picture_is_drawn(const ps_panel *panel, const ps_codon_evidence *c, int32_t codon, int hap) {
    uint64_t n[PS_N_HAPS] = {0};
    int reference = panel->codons[codon].ref, rank = 0;
    for (size_t i = first_of(c->codon, c->n_codon, sizeof *c->codon, codon);
         i < c->n_codon && c->codon[i].codon == codon; i++)
        n[c->codon[i].hap] += c->codon[i].n;
    for (int other = 0; other < PS_N_HAPS; other++) /* of as many, the lower code leads */
        rank += other != reference && (n[other] > n[hap] || (n[other] == n[hap] && other < hap));
    return hap == reference || rank < PS_PICTURE_HAPS;
}
