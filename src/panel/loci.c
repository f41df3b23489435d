/* Loci and codons: derived from genes and transcripts, in no file of their own. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

typedef struct place {
    int32_t pos0;
    char base; /* plus strand */
} place;

static int by_pos(const void *a, const void *b) {
    int32_t x = ((const place *)a)->pos0, y = ((const place *)b)->pos0;
    return (x > y) - (x < y);
}

/* Genomic places of a transcript's bases in transcript order, with the plus-strand base. */
static place *coding_places(const ps_panel *panel, const ps_transcript *t) {
    place *out = ps_alloc((size_t)t->length, sizeof *out);
    int minus = panel->genes[t->gene].strand == '-';
    int32_t n = 0;
    for (int i = 0; i < t->n_cds; i++)
        for (int32_t k = 0; k < t->cds[i].end0 - t->cds[i].beg0; k++, n++) {
            out[n].pos0 = minus ? t->cds[i].end0 - 1 - k : t->cds[i].beg0 + k;
            out[n].base = minus ? ps_complement(t->sequence[n]) : t->sequence[n];
        }
    return out;
}

/* target number, or -1 */
static int ps_locus_target(const ps_locus *locus, int32_t pos0) {
    int low = 0, high = locus->n_targets;
    while (low < high) {
        int mid = low + (high - low) / 2;
        if (locus->pos0[mid] < pos0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < locus->n_targets && locus->pos0[low] == pos0 ? low : -1;
}

const ps_locus *ps_locus_of_gene(const ps_panel *panel, int gene) {
    for (int i = 0; i < panel->n_loci; i++)
        if (panel->loci[i].gene == gene)
            return &panel->loci[i];
    return NULL;
}

static int add_targets(ps_panel *panel, ps_locus *locus, const char *path, ps_error *err) {
    place *all = NULL;
    size_t n = 0;
    for (int i = 0; i < panel->n_transcripts; i++) {
        const ps_transcript *t = &panel->transcripts[i];
        if (t->gene != locus->gene)
            continue;
        place *mine = coding_places(panel, t);
        all = ps_resize(all, n + (size_t)t->length, sizeof *all);
        memcpy(all + n, mine, (size_t)t->length * sizeof *all);
        n += (size_t)t->length;
        free(mine);
    }
    if (n)
        qsort(all, n, sizeof *all, by_pos);
    locus->pos0 = ps_alloc(n, sizeof *locus->pos0);
    locus->base = ps_alloc(n + 1, 1);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        int k = locus->n_targets;
        if (k && locus->pos0[k - 1] == all[i].pos0) {
            if (locus->base[k - 1] != all[i].base)
                rc = ps_fail(err, PS_ERR_USAGE, path, 0, "transcripts of %s disagree on the base at %s:%ld",
                             panel->genes[locus->gene].name, panel->contigs[locus->contig].name[PS_STYLE_UCSC],
                             (long)all[i].pos0 + 1);
            continue;
        }
        locus->pos0[k] = all[i].pos0;
        locus->base[k] = all[i].base;
        locus->n_targets++;
    }
    free(all);
    return rc;
}

static int codon_with_places(const ps_panel *panel, const ps_locus *locus, const int32_t pos0[3]) {
    for (int i = locus->codon_beg; i < locus->codon_end; i++)
        if (!memcmp(panel->codons[i].pos0, pos0, sizeof panel->codons[i].pos0))
            return i;
    return -1;
}

static void add_codons(ps_panel *panel, int locus_id, int transcript) {
    ps_locus *locus = &panel->loci[locus_id];
    const ps_transcript *t = &panel->transcripts[transcript];
    place *places = coding_places(panel, t);
    panel->codons = ps_resize(panel->codons, (size_t)panel->n_codons + (size_t)t->n_codons, sizeof *panel->codons);
    for (int i = 0; i < t->n_codons; i++) {
        ps_codon c = {.gene = t->gene, .transcript = transcript, .locus = locus_id, .number = i + 1};
        for (int k = 0; k < 3; k++) {
            c.pos0[k] = places[3 * i + k].pos0;
            c.target[k] = ps_locus_target(locus, c.pos0[k]);
        }
        c.ref = (uint8_t)ps_codon_code(t->sequence + 3 * i);
        if (codon_with_places(panel, locus, c.pos0) < 0) {
            panel->codons[panel->n_codons++] = c;
            locus->codon_end = panel->n_codons;
        }
    }
    free(places);
}

/* Genomic places of the three bases of a transcript's codon. */
static void ps_codon_places(const ps_panel *panel, const ps_transcript *t, int number, int32_t pos0[3]) {
    int minus = panel->genes[t->gene].strand == '-';
    int32_t first = 3 * (number - 1), at = 0;
    for (int i = 0; i < t->n_cds; i++) {
        int32_t n = t->cds[i].end0 - t->cds[i].beg0;
        for (int k = 0; k < 3; k++)
            if (first + k >= at && first + k < at + n)
                pos0[k] = minus ? t->cds[i].end0 - 1 - (first + k - at) : t->cds[i].beg0 + (first + k - at);
        at += n;
    }
}

int ps_codon_of_transcript(const ps_panel *panel, int transcript, int number) {
    const ps_transcript *t = &panel->transcripts[transcript];
    const ps_locus *locus = ps_locus_of_gene(panel, t->gene);
    int32_t pos0[3] = {0};
    if (number < 1 || number > t->n_codons)
        return -1;
    ps_codon_places(panel, t, number, pos0);
    return codon_with_places(panel, locus, pos0);
}

/* A fragment shows one codon at a base. Isoforms that read a base in two codons (an exon that is put in between the
 * bases of a codon) would lose one of them without a word. */
static int refuse_shared_bases(const ps_panel *panel, const ps_locus *locus, const char *path, ps_error *err) {
    int *owner = ps_alloc((size_t)locus->n_targets, sizeof *owner), rc = 0;
    for (int i = locus->codon_beg; i < locus->codon_end && rc == 0; i++)
        for (int k = 0; k < 3 && rc == 0; k++) {
            int *mine = &owner[panel->codons[i].target[k]];
            const ps_codon *a = &panel->codons[*mine - (*mine > 0)], *b = &panel->codons[i];
            if (*mine)
                rc = ps_fail(
                    err, PS_ERR_USAGE, path, 0,
                    "codon %d of %s and codon %d of %s share the base at %s:%ld: expected transcripts whose codons "
                    "are the same or apart",
                    a->number, panel->transcripts[a->transcript].refseq, b->number,
                    panel->transcripts[b->transcript].refseq, panel->contigs[locus->contig].name[PS_STYLE_UCSC],
                    (long)b->pos0[k] + 1);
            *mine = i + 1;
        }
    free(owner);
    return rc;
}

int ps_build_loci(ps_panel *panel, const char *path, ps_error *err) {
    panel->loci = ps_alloc((size_t)panel->n_genes, sizeof *panel->loci);
    for (int gene = 0; gene < panel->n_genes; gene++) {
        if (panel->genes[gene].role != PS_ROLE_RAS && panel->genes[gene].role != PS_ROLE_RAF)
            continue;
        int id = panel->n_loci++;
        panel->loci[id] = (ps_locus){.gene = gene,
                                     .contig = panel->genes[gene].contig,
                                     .codon_beg = panel->n_codons,
                                     .codon_end = panel->n_codons};
        if (add_targets(panel, &panel->loci[id], path, err) < 0)
            return -1;
        for (int t = 0; t < panel->n_transcripts; t++)
            if (panel->transcripts[t].gene == gene)
                add_codons(panel, id, t);
        if (refuse_shared_bases(panel, &panel->loci[id], path, err) < 0)
            return -1;
    }
    return 0;
}
