/* genes.c - fragments per gene over the union of its exons.
 *
 * The definition is that of featureCounts -p --countReadPairs --primary: a fragment counts once for the gene when an
 * aligned base of either mate lies in an exon; a read with other hits (NH above 1) is left out, mapping quality does
 * not matter; duplicates count (RNA duplicates are mostly real copies of short, abundant transcripts).
 */
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "columns.h"
#include "private.h"
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

/* Does an aligned stretch run across an edge of an exon that is not an end of the gene? RNA is spliced or clipped
 * there; DNA and unspliced RNA go on. */
static int crosses_edge(const ps_unit *unit, const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t at = b->core.pos, beyond = (int64_t)unit->panel->limits.expression_edge_bases;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int type = bam_cigar_type(bam_cigar_op(cigar[i]));
        int64_t end = at + (type & 2 ? bam_cigar_oplen(cigar[i]) : 0);
        for (size_t k = 0; type == 3 && k + 1 < unit->n_spans && unit->spans[k].end0 < end; k++) {
            int64_t out = unit->spans[k].end0, in = unit->spans[k + 1].beg0;
            if ((at + beyond <= out && out + beyond <= end) || (at + beyond <= in && in + beyond <= end))
                return 1;
        }
        at = end;
    }
    return 0;
}

/* Cut at its introns, a spliced read ends in a clip where an exon ends, and goes on in a record of its own. */
static int is_cut_at_edge(const ps_unit *unit, const bam1_t *b) {
    enum { SLACK = 2 }; /* bases that both exons share move the cut */
    const uint32_t *cigar = bam_get_cigar(b);
    uint32_t n = b->core.n_cigar;
    int64_t beg = b->core.pos, end = bam_endpos(b);
    if (n < 2)
        return 0;
    int left = bam_cigar_op(cigar[0]) == BAM_CSOFT_CLIP || bam_cigar_op(cigar[0]) == BAM_CHARD_CLIP;
    int right = bam_cigar_op(cigar[n - 1]) == BAM_CSOFT_CLIP || bam_cigar_op(cigar[n - 1]) == BAM_CHARD_CLIP;
    for (size_t k = 0; k + 1 < unit->n_spans; k++)
        if ((right && llabs(end - unit->spans[k].end0) <= SLACK) ||
            (left && llabs(beg - unit->spans[k + 1].beg0) <= SLACK))
            return 1;
    return 0;
}

/* Place of the middle one of the read's aligned bases: fair to long reads of either strand. */
static int64_t middle_of(const bam1_t *b) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t aligned = 0, at = b->core.pos;
    for (uint32_t i = 0; i < b->core.n_cigar; i++)
        aligned += bam_cigar_type(bam_cigar_op(cigar[i])) == 3 ? bam_cigar_oplen(cigar[i]) : 0;
    int64_t left = aligned / 2;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int type = bam_cigar_type(bam_cigar_op(cigar[i]));
        int64_t length = bam_cigar_oplen(cigar[i]);
        if (type == 3 && left < length)
            return at + left;
        left -= type == 3 ? length : 0;
        at += type & 2 ? length : 0;
    }
    return at;
}

/* The strand of the fragment's first read against the gene's. */
static int strand_of(const bam1_t *b, char gene_strand) {
    int known, reverse = bam_is_rev(b) != (ps_read_number(b, &known) == 2);
    return reverse == (gene_strand == '-') ? SENSE : ANTISENSE;
}

static void count_strands(ps_gene_count *count, int strands) {
    count->sense += strands & SENSE ? 1 : 0;
    count->antisense += strands & ANTISENSE ? 1 : 0;
}

typedef struct gene_state {
    ps_waitlist waiting;
    int64_t cut[2]; /* places at which a third and two thirds of the exons' bases are passed */
} gene_state;

static void find_cuts(const ps_unit *unit, int64_t cut[2]) {
    int64_t length = unit->panel->genes[unit->id].length, passed = 0;
    for (size_t i = 0, k = 0; i < unit->n_spans && k < 2; i++) {
        int64_t size = unit->spans[i].end0 - unit->spans[i].beg0;
        while (k < 2 && passed + size >= (int64_t)(k + 1) * length / 3) {
            cut[k] = unit->spans[i].beg0 + (int64_t)(k + 1) * length / 3 - passed;
            k++;
        }
        passed += size;
    }
}

static void count_read(ps_gene_count *count, const ps_unit *unit, const bam1_t *b) {
    const int64_t *cut = ((const gene_state *)unit->state)->cut;
    int64_t middle = middle_of(b);
    int third = (middle >= cut[0]) + (middle >= cut[1]);
    int spliced = ps_is_spliced(b) || (unit->cut_at_introns && is_cut_at_edge(unit, b));
    count->reads++;
    count->spliced += (uint64_t)spliced;
    count->unspliced += (uint64_t)(!spliced && crosses_edge(unit, b));
    count->third[unit->panel->genes[unit->id].strand == '-' ? 2 - third : third]++;
}

static void forget(void *context, uint64_t name, uint32_t what) {
    (void)context;
    (void)name;
    (void)what;
}

static void begin(ps_unit *unit) {
    gene_state *state = ps_alloc(1, sizeof *state);
    find_cuts(unit, state->cut);
    unit->state = state;
}

static void add(ps_unit *unit, const ps_record *r) {
    const bam1_t *b = r->bam;
    if (!touches_exon(unit, b))
        return;
    ps_waitlist *waiting = &((gene_state *)unit->state)->waiting;
    ps_gene_count *count = &unit->part.genes.gene[unit->id];
    int strand = strand_of(b, unit->panel->genes[unit->id].strand);
    count_read(count, unit, b);
    ps_fragment fragment = ps_fragment_of(r);
    uint32_t seen = ps_mate_expected(b) ? ps_waitlist_take(waiting, fragment.id) : 0;
    if (!seen && fragment.sibling && ps_mate_expected(b))
        seen = ps_waitlist_take(waiting, fragment.sibling);
    if (seen) { /* the mate has counted the fragment already; an improper pair may show the other strand too */
        count_strands(count, strand & ~(int)seen);
        return;
    }
    count->fragments++;
    count_strands(count, strand);
    if (!ps_mate_expected(b) || (unit->sorted && ps_mate_is_past(b)))
        return;
    int32_t mate = ps_mate_pos0(b);
    ps_waitlist_put(waiting, fragment.id, mate < 0 ? unit->spans[unit->n_spans - 1].end0 : mate, (uint32_t)strand);
    if (unit->sorted)
        ps_waitlist_sweep(waiting, r->pos0, forget, NULL);
}

static void finish(ps_unit *unit) {
    ps_waitlist_drain(&((gene_state *)unit->state)->waiting, forget, NULL);
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

/* ---- the counts ------------------------------------------------------------------------------------------------ */

void ps_genes_init(const ps_panel *panel, ps_gene_evidence *genes) {
    genes->n = (size_t)panel->n_genes;
    genes->gene = ps_alloc(genes->n, sizeof *genes->gene);
}

void ps_genes_free(ps_gene_evidence *genes) {
    free(genes->gene);
    *genes = (ps_gene_evidence){0};
}

static void add_gene(ps_gene_count *a, const ps_gene_count *b) {
    a->fragments += b->fragments;
    a->sense += b->sense;
    a->antisense += b->antisense;
    a->reads += b->reads;
    a->spliced += b->spliced;
    a->unspliced += b->unspliced;
    a->left_out += b->left_out;
    for (int k = 0; k < 3; k++)
        a->third[k] += b->third[k];
}

void ps_genes_add(ps_gene_evidence *whole, const ps_gene_evidence *part) {
    for (size_t i = 0; i < part->n; i++)
        add_gene(&whole->gene[i], &part->gene[i]);
}

static const ps_column columns[] = {
    PS_COLUMN(ps_gene_count, fragments, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_gene_count, sense, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_gene_count, antisense, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_gene_count, reads, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_gene_count, spliced, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_gene_count, unspliced, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(ps_gene_count, left_out, U64, 0, PS_MOST_RECORDS),
    {"first_third", PS_COLUMN_U64, offsetof(ps_gene_count, third[0]), 0, PS_MOST_RECORDS, 0},
    {"middle_third", PS_COLUMN_U64, offsetof(ps_gene_count, third[1]), 0, PS_MOST_RECORDS, 0},
    {"last_third", PS_COLUMN_U64, offsetof(ps_gene_count, third[2]), 0, PS_MOST_RECORDS, 0},
};
static const ps_columns_of kind_of_rows = PS_ROWS_OF("genes", ps_gene_count, columns);

void ps_genes_write(const ps_gene_evidence *genes, ps_pen *pen) {
    ps_put_rows(pen, &kind_of_rows, genes->gene, genes->n);
}

void ps_genes_scan(ps_scan *scan, ps_gene_evidence *genes) {
    ps_scan_rows_of(scan, &kind_of_rows, genes->gene, genes->n);
}
