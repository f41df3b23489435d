/* collect.c - cuts the panel into units, feeds them from every source, and adds their evidence up (see collect.h). */
#include "plasmastrat/collect.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/parallel.h"
#include "atlas.h"

/* Of all genes that are read at a time, for the reads that wait for their mates in RAS and RAF genes: 100,000 or so,
 * where an exome has some hundred (see ps_read_source.waiting_memory). */
enum { WAITING_MEMORY = 8 << 20 };
enum { BINS_PER_UNIT = 64, SNPS_PER_UNIT = 64, WINDOW_PIECE = 12 * PS_WINDOW_CELL };

/* bases: bins and SNPs so far apart are of different units, which may be read at a time */
enum { UNIT_GAP = 1000000 };

typedef struct batch { /* the units of one source, by place */
    const ps_read_source *source;
    int streamed;
    ps_unit *unit;
    size_t n, capacity;
    ps_piece *piece;
    size_t n_pieces;
    ps_atlas atlas;
} batch;

/* ---- the panel as units ---------------------------------------------------------------------------------------- */

static ps_unit *new_unit(batch *b, const ps_panel *panel, const ps_unit_kind *kind, int id, size_t n_spans) {
    PS_GROW(b->unit, b->n, b->capacity);
    ps_unit *u = &b->unit[b->n++];
    *u = (ps_unit){.kind = kind, .panel = panel, .id = id, .made = b->n, .n_spans = n_spans, .last = UINT64_MAX};
    u->spans = ps_alloc(n_spans, sizeof *u->spans);
    return u;
}

static void codon_units(batch *b, const ps_panel *panel) {
    for (int i = 0; i < panel->n_loci; i++) {
        const ps_locus *locus = &panel->loci[i];
        ps_unit *u = new_unit(b, panel, &ps_codon_unit, i, (size_t)locus->n_windows);
        memcpy(u->spans, locus->windows, (size_t)locus->n_windows * sizeof *u->spans);
    }
}

static void gene_units(batch *b, const ps_panel *panel) {
    for (int i = 0; i < panel->n_genes; i++) {
        const ps_gene *gene = &panel->genes[i];
        ps_unit *u = new_unit(b, panel, &ps_gene_unit, i, (size_t)gene->n_exons);
        memcpy(u->spans, gene->exons, (size_t)gene->n_exons * sizeof *u->spans);
    }
}

static int are_near(ps_span one, ps_span two) {
    return one.contig == two.contig && two.beg0 - one.end0 <= UNIT_GAP;
}

static void bin_units(batch *b, const ps_panel *panel) {
    for (int i = 0; i < panel->n_bins;) {
        int end = i + 1;
        while (end < panel->n_bins && end - i < BINS_PER_UNIT &&
               are_near(panel->bins[end - 1].span, panel->bins[end].span))
            end++;
        ps_unit *u = new_unit(b, panel, &ps_bin_unit, i, (size_t)(end - i));
        for (int j = i; j < end; j++)
            u->spans[j - i] = panel->bins[j].span;
        i = end;
    }
}

static void junction_pieces(batch *b, const ps_panel *panel, const ps_unit_kind *kind, ps_span span) {
    int id = 0;
    for (int32_t beg0 = span.beg0; beg0 < span.end0; beg0 += WINDOW_PIECE) {
        int32_t end0 = span.end0 - beg0 < WINDOW_PIECE ? span.end0 : beg0 + WINDOW_PIECE;
        ps_unit *u = new_unit(b, panel, kind, id++, 1);
        u->spans[0] = (ps_span){span.contig, beg0, end0};
    }
}

static void junction_units(batch *b, const ps_panel *panel) {
    junction_pieces(b, panel, &ps_junction_unit, panel->ccnd1_window);
}

/* Not in RNA, where IGH may be a third of the reads. */
static void igh_units(batch *b, const ps_panel *panel) {
    junction_pieces(b, panel, &ps_junction_igh_unit, panel->igh);
}

static ps_span span_of(const ps_snp *snp) {
    return (ps_span){snp->contig, snp->pos0, snp->pos0 + 1};
}

static void snp_units(batch *b, const ps_panel *panel) {
    for (int i = 0; i < panel->n_snps;) {
        int end = i + 1;
        while (end < panel->n_snps && end - i < SNPS_PER_UNIT &&
               are_near(span_of(&panel->snps[end - 1]), span_of(&panel->snps[end])))
            end++;
        ps_unit *u = new_unit(b, panel, &ps_snp_unit, i, (size_t)(end - i));
        for (int j = i; j < end; j++)
            u->spans[j - i] = span_of(&panel->snps[j]);
        i = end;
    }
}

/* Dense counts go straight into the whole's: no two units share a place. n stays 0, so that nothing is added twice.
 */
static void borrow_counts(ps_read_evidence *part, const ps_read_evidence *whole) {
    part->genes.gene = whole->genes.gene;
    part->bins.bin = whole->bins.bin;
    part->snps.snp = whole->snps.snp;
    part->junctions.cell_bases = whole->junctions.cell_bases;
    part->junctions.chimeric[0] = whole->junctions.chimeric[0];
    part->junctions.chimeric[1] = whole->junctions.chimeric[1];
}

static void return_counts(ps_read_evidence *part) {
    part->genes.gene = NULL;
    part->bins.bin = NULL;
    part->snps.snp = NULL;
    part->junctions.cell_bases = NULL;
    part->junctions.chimeric[0] = part->junctions.chimeric[1] = NULL;
}

static int by_place(const void *a, const void *b) {
    const ps_unit *x = a, *y = b;
    const ps_span *p = &x->spans[0], *q = &y->spans[0];
    if (p->contig != q->contig)
        return p->contig < q->contig ? -1 : 1;
    if (p->beg0 != q->beg0)
        return p->beg0 < q->beg0 ? -1 : 1;
    return x->made < y->made ? -1 : x->made > y->made;
}

/* Cuts between contigs; and for several threads between units that do not lie over each other, where reading in two
 * goes is no more work. A whole file is one piece. */
static void cut_pieces(batch *b, int n_threads) {
    int32_t reach = 0;
    b->piece = ps_alloc(b->n, sizeof *b->piece);
    for (size_t i = 0; i < b->n; i++) {
        const ps_unit *u = &b->unit[i];
        ps_span here = {u->spans[0].contig, u->spans[0].beg0, u->spans[u->n_spans - 1].end0};
        int is_first = !b->n_pieces;
        ps_piece *p = &b->piece[is_first ? 0 : b->n_pieces - 1];
        const ps_span *first = &b->unit[p->first].spans[0];
        int is_other = !b->streamed && first->contig != here.contig;
        if (is_first || is_other ||
            (!b->streamed && n_threads > 1 && here.beg0 >= reach &&
             ps_reads_may_part(b->source->reads, (ps_span){here.contig, first->beg0, reach}, here.beg0))) {
            b->piece[b->n_pieces++] = (ps_piece){i, 1};
            reach = here.end0;
            continue;
        }
        p->n++;
        reach = here.end0 > reach ? here.end0 : reach;
    }
}

static void make_units(batch *b, const ps_panel *panel, const ps_read_source *source, int n_threads,
                       ps_read_evidence *whole) {
    static const struct {
        void (*make)(batch *b, const ps_panel *panel);
        unsigned roles;
    } rows[] = {
        {codon_units, 1u << PS_INPUT_RNA | 1u << PS_INPUT_DNA | 1u << PS_INPUT_NORMAL},
        {gene_units, 1u << PS_INPUT_RNA},
        {bin_units, 1u << PS_INPUT_DNA | 1u << PS_INPUT_NORMAL},
        {junction_units, 1u << PS_INPUT_RNA | 1u << PS_INPUT_DNA},
        {igh_units, 1u << PS_INPUT_DNA},
        {snp_units, 1u << PS_INPUT_RNA | 1u << PS_INPUT_DNA | 1u << PS_INPUT_NORMAL},
    };
    const ps_reads_info *about = ps_reads_about(source->reads);
    b->source = source;
    b->streamed = about->index != PS_INDEX_USED;
    /* a streamed file feeds one thread; in a sorted one the genes are deep one after another, else all at a time */
    size_t sharers = b->streamed ? 1 : n_threads > 1 ? (size_t)n_threads : 1;
    if (b->streamed && !about->coordinate_sorted && panel->n_loci > 1)
        sharers = (size_t)panel->n_loci;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].roles >> source->role & 1)
            rows[i].make(b, panel);
    for (size_t i = 0; i < b->n; i++) {
        b->unit[i].sorted = about->coordinate_sorted;
        b->unit[i].cut_at_introns = about->is_cut_at_introns;
        b->unit[i].memory = source->waiting_memory ? source->waiting_memory : WAITING_MEMORY / sharers;
        borrow_counts(&b->unit[i].part, whole);
        b->unit[i].part.role = source->role;
    }
    qsort(b->unit, b->n, sizeof *b->unit, by_place);
    cut_pieces(b, n_threads);
    ps_atlas_make(&b->atlas, b->unit, b->n, panel->n_contigs);
}

static void begin_unit(ps_unit *u) {
    if (u->kind->begin)
        u->kind->begin(u);
}

/* -1 when a collector has lost what it had put aside: the unit's counts are short. */
static int finish_unit(ps_unit *u, ps_error *err) {
    u->kind->finish(u);
    if (!u->unread)
        return 0;
    return ps_fail_system(
        err, NULL, u->unread,
        "reads that waited for their mates in a temporary file (in $TMPDIR, or /tmp) cannot be read back");
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void free_batch(batch *b) {
    for (size_t i = 0; i < b->n; i++) {
        return_counts(&b->unit[i].part);
        ps_read_evidence_free(&b->unit[i].part);
        free(b->unit[i].spans);
    }
    ps_atlas_free(&b->atlas);
    free(b->unit);
    free(b->piece);
}

/* The spans of units, and for each whether its records are wanted whole. */
typedef struct wanted {
    ps_span *span;
    char *whole;
    size_t n;
} wanted;

static wanted spans_of(const ps_unit *unit, size_t n) {
    wanted w = {0};
    for (size_t i = 0; i < n; i++)
        w.n += unit[i].n_spans;
    w.span = ps_alloc(w.n, sizeof *w.span);
    w.whole = ps_alloc(w.n, 1);
    size_t at = 0;
    for (size_t i = 0; i < n; at += unit[i++].n_spans) {
        memcpy(w.span + at, unit[i].spans, unit[i].n_spans * sizeof *w.span);
        memset(w.whole + at, !unit[i].kind->by_place, unit[i].n_spans);
    }
    return w;
}

static int start_reading(const batch *b, const ps_piece *p, ps_reads *reads, int n_threads, ps_error *err) {
    wanted w = spans_of(b->unit + p->first, p->n);
    if (b->streamed)
        ps_reads_watch(reads, b->source->watch);
    int status = b->streamed ? ps_reads_stream(reads, w.span, w.n, n_threads, err)
                             : ps_reads_query(reads, w.span, w.whole, w.n, err);
    free(w.span);
    free(w.whole);
    return status;
}

/* The loops over records are where the time goes: an interrupt ends them. */
static int next_record(ps_reads *reads, const bam1_t **bam, int *contig, ps_error *err) {
    return ps_check_interrupt(err) < 0 ? -1 : ps_reads_next(reads, bam, contig, err);
}

/* Shows a piece's units their records: of a streamed source, the whole file's. */
static int read_piece(batch *b, const ps_piece *p, ps_reads *reads, int n_threads, ps_error *err) {
    if (start_reading(b, p, reads, n_threads, err) < 0)
        return -1;
    for (size_t i = 0; i < p->n; i++)
        begin_unit(&b->unit[p->first + i]);
    const bam1_t *bam = NULL;
    int contig = -1, status = 0;
    for (uint64_t number = 0; (status = next_record(reads, &bam, &contig, err)) > 0; number++)
        ps_atlas_give(&b->atlas, p, reads, bam, contig, number);
    for (size_t i = 0; i < p->n; i++)
        if (finish_unit(&b->unit[p->first + i], err) < 0)
            status = -1;
    return status;
}

typedef struct reading_job {
    const ps_panel *panel;
    batch *batch;
    size_t n_batches;
    int n_threads;
    const ps_watch *watch;
    size_t n_items;
    atomic_size_t done; /* items of them */
    ps_reads **handle;  /* [worker][batch]; worker 0 of each batch is the source's own */
} reading_job;

static int open_handle(reading_job *st, int worker, size_t b, ps_reads **reads, ps_error *err) {
    ps_reads **slot = &st->handle[(size_t)worker * st->n_batches + b];
    if (!*slot && ps_reads_share(st->batch[b].source->reads, slot, err) < 0)
        return -1;
    *reads = *slot;
    return 0;
}

/* Items: each piece of each indexed source. */
static int do_item(void *context, size_t item, int worker, ps_error *err) {
    reading_job *st = context;
    size_t b = 0;
    for (; st->batch[b].streamed || item >= st->batch[b].n_pieces; b++)
        item -= st->batch[b].streamed ? 0 : st->batch[b].n_pieces;
    ps_reads *reads = NULL;
    if (open_handle(st, worker, b, &reads, err) < 0 ||
        read_piece(&st->batch[b], &st->batch[b].piece[item], reads, 1, err) < 0)
        return -1;
    if (st->watch)
        st->watch->see(st->watch->context, NULL, atomic_fetch_add(&st->done, 1) + 1, st->n_items, 0);
    return 0;
}

/* Streamed sources one after another, each by all threads; then the indexed ones together. */
static int read_pieces(reading_job *st, ps_error *err) {
    size_t workers = st->n_threads > 1 ? (size_t)st->n_threads : 1;
    st->handle = ps_alloc(workers * st->n_batches, sizeof *st->handle);
    for (size_t i = 0; i < st->n_batches; i++) {
        batch *b = &st->batch[i];
        st->handle[i] = b->source->reads;
        if (!b->streamed)
            st->n_items += b->n_pieces;
        else if (read_piece(b, &b->piece[0], b->source->reads, (int)workers, err) < 0)
            return -1;
    }
    int status = ps_parallel((int)workers, st->n_items, do_item, st, err);
    for (size_t i = st->n_batches; i < workers * st->n_batches; i++)
        ps_reads_close(st->handle[i]);
    return status;
}

/* ---- adding up ------------------------------------------------------------------------------------------------- */

static void note_gene(ps_read_evidence *whole, const ps_unit *u) {
    for (int l = 0; l < PS_N_LEFT; l++)
        if (l != PS_LEFT_UNMAPPED && l != PS_LEFT_SUPPLEMENTARY) /* those are of fragments that are counted */
            whole->genes.gene[u->id].left_out += u->part.left_out[PS_COLLECT_GENES][l];
}

static void gather(const batch *b, const ps_panel *panel, ps_read_evidence *whole) {
    whole->given = 1;
    whole->digested_primers = ps_reads_about(b->source->reads)->is_ion_torrent;
    whole->cut_at_introns |= ps_reads_about(b->source->reads)->is_cut_at_introns;
    for (int c = 0; c < panel->n_contigs && c < 64; c++)
        whole->missing_contigs |= (uint64_t)!ps_reads_has_contig(b->source->reads, c) << c;
    for (size_t i = 0; i < b->n; i++) {
        ps_unit *u = &b->unit[i];
        if (u->kind == &ps_gene_unit)
            note_gene(whole, u);
        u->part.given = 1;
        u->part.digested_primers = whole->digested_primers;
        u->part.missing_contigs = whole->missing_contigs;
        ps_read_evidence_add(whole, &u->part);
    }
    ps_read_evidence_tidy(panel, whole);
}

int ps_collect(const ps_panel *panel, const ps_read_source *sources, size_t n, int n_threads,
               ps_read_evidence *evidence, ps_error *err) {
    reading_job st = {.panel = panel, .n_batches = n, .n_threads = n_threads, .watch = n ? sources[0].watch : NULL};
    st.batch = ps_alloc(n, sizeof *st.batch);
    for (size_t b = 0; b < n; b++) {
        ps_read_evidence_init(panel, sources[b].role, &evidence[b]);
        make_units(&st.batch[b], panel, &sources[b], n_threads, &evidence[b]);
    }
    int status = read_pieces(&st, err);
    for (size_t b = 0; b < n; b++) {
        if (status == 0)
            gather(&st.batch[b], panel, &evidence[b]);
        free_batch(&st.batch[b]);
        if (status < 0)
            ps_read_evidence_free(&evidence[b]);
    }
    free(st.batch);
    free(st.handle);
    return status;
}
