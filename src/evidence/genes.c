/* genes.c - fragments per gene over the union of its exons.
 *
 * The definition is that of featureCounts -p --countReadPairs --primary: a fragment counts once for the gene when an
 * aligned base of either mate lies in an exon; a read with other hits (NH above 1) is left out, mapping quality does
 * not matter; duplicates count (RNA duplicates are mostly real copies of short, abundant transcripts).
 */
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "unit.h"

enum { SENSE = 1, ANTISENSE = 2 };

static int touches_exon(const ps_unit *unit, const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t at = b->core.pos;
    size_t exon = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int op = bam_cigar_op(cigar[i]), type = bam_cigar_type(op);
        int64_t length = bam_cigar_oplen(cigar[i]);
        if (type == 3) { /* M, =, X: bases on both the read and the reference */
            while (exon < unit->n_spans && unit->spans[exon].end0 <= at)
                exon++;
            if (exon < unit->n_spans && unit->spans[exon].beg0 < at + length)
                return 1;
        }
        at += type & 2 ? length : 0;
    }
    return 0;
}

static int is_spliced(const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    for (uint32_t i = 0; i < b->core.n_cigar; i++)
        if (bam_cigar_op(cigar[i]) == BAM_CREF_SKIP)
            return 1;
    return 0;
}

/* The strand of the fragment's first read against the gene's. */
static int strand_of(const bam1_t *b, char gene_strand) {
    int second = (b->core.flag & BAM_FPAIRED) && (b->core.flag & BAM_FREAD2);
    int reverse = bam_is_rev(b) != second;
    return reverse == (gene_strand == '-') ? SENSE : ANTISENSE;
}

static void count_strands(ps_gene_count *count, int strands) {
    count->sense += strands & SENSE ? 1 : 0;
    count->antisense += strands & ANTISENSE ? 1 : 0;
}

static void forget(void *context, void *what) {
    (void)context;
    free(what);
}

static void begin(ps_unit *unit) {
    unit->state = ps_alloc(1, sizeof(ps_waitlist));
}

static void add(ps_unit *unit, const ps_record *r) {
    const bam1_t *b = r->bam;
    if (!touches_exon(unit, b))
        return;
    ps_waitlist *waiting = unit->state;
    ps_gene_count *count = &unit->part.gene[unit->id];
    int strand = strand_of(b, unit->panel->genes[unit->id].strand);
    count->reads++;
    count->spliced += (uint64_t)is_spliced(b);
    int *seen = ps_mate_expected(b) ? ps_waitlist_take(waiting, r->name) : NULL;
    if (seen) { /* the mate has counted the fragment already; an improper pair may show the other strand too */
        count_strands(count, strand & ~*seen);
        free(seen);
        return;
    }
    count->fragments++;
    count_strands(count, strand);
    if (!ps_mate_expected(b) || (unit->sorted && b->core.mpos < b->core.pos))
        return;
    seen = ps_alloc(1, sizeof *seen);
    *seen = strand;
    ps_waitlist_put(waiting, r->name, (int32_t)b->core.mpos, seen);
    if (unit->sorted)
        ps_waitlist_sweep(waiting, r->pos0, forget, NULL);
}

static void finish(ps_unit *unit) {
    ps_waitlist_drain(unit->state, forget, NULL);
    free(unit->state);
    unit->state = NULL;
}

const ps_unit_kind ps_gene_unit = {
    .collector = PS_COLLECT_GENES,
    .left_out = 1u << PS_LEFT_UNMAPPED | 1u << PS_LEFT_SECONDARY | 1u << PS_LEFT_SUPPLEMENTARY |
                1u << PS_LEFT_QC_FAIL | 1u << PS_LEFT_MULTIMAPPED,
    .begin = begin,
    .add = add,
    .finish = finish,
};
