/* atlas.c - contigs cut at the ends of the units' spans, and records handed to the units that they overlap. */
#include "atlas.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

struct ps_segment {
    int32_t beg0, end0;
    uint32_t first, n; /* rows of atlas.covered_by */
};

static int ascending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static size_t segment_at(const ps_segment *segments, size_t n, int32_t pos0) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (segments[middle].end0 <= pos0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void cut_contigs(ps_atlas *a) {
    int32_t **cut = ps_alloc((size_t)a->n_contigs, sizeof *cut);
    size_t *n_cut = ps_alloc((size_t)a->n_contigs, sizeof *n_cut),
           *capacity = ps_alloc((size_t)a->n_contigs, sizeof *n_cut);
    for (size_t i = 0; i < a->n_units; i++)
        for (size_t j = 0; j < a->unit[i].n_spans; j++) {
            const ps_span *s = &a->unit[i].spans[j];
            PS_GROW(cut[s->contig], n_cut[s->contig] + 1, capacity[s->contig]);
            cut[s->contig][n_cut[s->contig]++] = s->beg0;
            cut[s->contig][n_cut[s->contig]++] = s->end0;
        }
    for (int c = 0; c < a->n_contigs; c++) {
        if (!n_cut[c])
            continue;
        qsort(cut[c], n_cut[c], sizeof **cut, ascending);
        a->segment[c] = ps_alloc(n_cut[c], sizeof *a->segment[c]);
        for (size_t i = 0; i + 1 < n_cut[c]; i++)
            if (cut[c][i] < cut[c][i + 1])
                a->segment[c][a->n[c]++] = (ps_segment){.beg0 = cut[c][i], .end0 = cut[c][i + 1]};
        free(cut[c]);
    }
    free(cut);
    free(n_cut);
    free(capacity);
}

/* Calls for every (segment, unit) pair: first to count, then to fill. */
static void list_units(ps_atlas *a, int fill) {
    for (size_t i = 0; i < a->n_units; i++)
        for (size_t j = 0; j < a->unit[i].n_spans; j++) {
            const ps_span *s = &a->unit[i].spans[j];
            ps_segment *all = a->segment[s->contig];
            for (size_t k = segment_at(all, a->n[s->contig], s->beg0); k < a->n[s->contig] && all[k].beg0 < s->end0;
                 k++) {
                if (fill)
                    a->covered_by[all[k].first + all[k].n] = (uint32_t)i;
                all[k].n++;
            }
        }
}

void ps_atlas_make(ps_atlas *a, ps_unit *unit, size_t n, int n_contigs) {
    *a = (ps_atlas){.unit = unit, .n_units = n, .n_contigs = n_contigs};
    a->segment = ps_alloc((size_t)a->n_contigs, sizeof *a->segment);
    a->n = ps_alloc((size_t)a->n_contigs, sizeof *a->n);
    cut_contigs(a);
    list_units(a, 0);
    uint32_t total = 0;
    for (int c = 0; c < a->n_contigs; c++)
        for (size_t i = 0; i < a->n[c]; i++) {
            a->segment[c][i].first = total;
            total += a->segment[c][i].n;
            a->segment[c][i].n = 0;
        }
    a->covered_by = ps_alloc(total, sizeof *a->covered_by);
    list_units(a, 1);
}

void ps_atlas_free(ps_atlas *a) {
    for (int c = 0; c < a->n_contigs; c++)
        free(a->segment[c]);
    free(a->segment);
    free(a->n);
    free(a->covered_by);
}

static ps_record record_of(const ps_reads *reads, const bam1_t *bam, int contig) {
    return (ps_record){.bam = bam,
                       .reads = reads,
                       .contig = contig,
                       .pos0 = (int32_t)bam->core.pos,
                       .end0 = (int32_t)bam_endpos(bam)};
}

static void give_to(ps_unit *unit, ps_record *r, uint64_t number) {
    if (unit->last == number)
        return;
    unit->last = number;
    if (!unit->kind->by_place && !r->name)
        r->name = ps_hash(bam_get_qname(r->bam), strlen(bam_get_qname(r->bam)));
    ps_unit_add(unit, r);
}

void ps_atlas_give(const ps_atlas *a, const ps_piece *piece, const ps_reads *reads, const bam1_t *bam, int contig,
                   uint64_t number) {
    if (contig < 0 || bam->core.pos < 0)
        return;
    int32_t pos0 = (int32_t)bam->core.pos;
    size_t n = a->n[contig];
    ps_record r = {0};
    for (size_t i = segment_at(a->segment[contig], n, pos0); i < n; i++) {
        const ps_segment *s = &a->segment[contig][i];
        if (!r.bam) { /* most records of a whole file end here, before their CIGAR or name is looked at */
            if (s->beg0 >= (int32_t)bam_endpos(bam))
                return;
            r = record_of(reads, bam, contig);
        }
        if (s->beg0 >= r.end0)
            return;
        for (uint32_t k = 0; k < s->n; k++) {
            uint32_t unit = a->covered_by[s->first + k];
            if (unit >= piece->first && unit - piece->first < piece->n)
                give_to(&a->unit[unit], &r, number);
        }
    }
}
