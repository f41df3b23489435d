/* collect.c - cuts the panel into units, feeds them from every source, and adds their evidence up (see collect.h). */
#include "plasmastrat/collect.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/parallel.h"
#include "unit.h"

/* Of all genes that are read at a time, for the reads that wait for their mates in RAS and RAF genes: 100,000 or so, where an exome
 * has some hundred (see ps_read_source.waiting_memory). */
enum { WAITING_MEMORY = 8 << 20 };
enum { BINS_PER_UNIT = 64, SNPS_PER_UNIT = 64, WINDOW_PIECE = 12 * PS_WINDOW_CELL };

typedef struct batch { /* the units of one source */
    const ps_read_source *source;
    int streamed;
    ps_unit *unit;
    size_t n, capacity;
} batch;

/* ---- the panel as units -----------------------------------------------------------------------------------------
 */

static ps_unit *new_unit(batch *b, const ps_panel *panel, const ps_unit_kind *kind, int id, size_t n_spans) {
    PS_GROW(b->unit, b->n, b->capacity);
    ps_unit *u = &b->unit[b->n++];
    *u = (ps_unit){.kind = kind, .panel = panel, .id = id, .n_spans = n_spans, .last = UINT64_MAX};
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

static void bin_units(batch *b, const ps_panel *panel) {
    for (int i = 0; i < panel->n_bins;) {
        int end = i + 1;
        while (end < panel->n_bins && end - i < BINS_PER_UNIT &&
               panel->bins[end].span.contig == panel->bins[i].span.contig)
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

static void snp_units(batch *b, const ps_panel *panel) {
    for (int i = 0; i < panel->n_snps;) {
        int end = i + 1;
        while (end < panel->n_snps && end - i < SNPS_PER_UNIT && panel->snps[end].contig == panel->snps[i].contig)
            end++;
        ps_unit *u = new_unit(b, panel, &ps_snp_unit, i, (size_t)(end - i));
        for (int j = i; j < end; j++)
            u->spans[j - i] = (ps_span){panel->snps[j].contig, panel->snps[j].pos0, panel->snps[j].pos0 + 1};
        i = end;
    }
}

/* Dense counts go straight into the whole's: no two units share a place. n stays 0, so that nothing is added twice. */
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
}

static void free_batch(batch *b) {
    for (size_t i = 0; i < b->n; i++) {
        return_counts(&b->unit[i].part);
        ps_read_evidence_free(&b->unit[i].part);
        free(b->unit[i].spans);
    }
    free(b->unit);
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

static ps_record record_of(const ps_reads *reads, const bam1_t *bam, int contig) {
    return (ps_record){.bam = bam,
                       .reads = reads,
                       .contig = contig,
                       .pos0 = (int32_t)bam->core.pos,
                       .end0 = (int32_t)bam_endpos(bam),
                       .name = ps_hash(bam_get_qname(bam), strlen(bam_get_qname(bam)))};
}

/* ---- streamed: which units does a record overlap? ---------------------------------------------------------------
 */

/* Each contig is cut at every span's ends; a segment lists the units that cover it. */
typedef struct segment {
    int32_t beg0, end0;
    uint32_t first, n; /* rows of atlas.unit */
} segment;
typedef struct atlas {
    segment **segment; /* by contig */
    size_t *n;
    uint32_t *unit;
    int n_contigs;
} atlas;

static int ascending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static size_t segment_at(const segment *segments, size_t n, int32_t pos0) {
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

static void cut_contigs(atlas *a, const batch *b) {
    int32_t **cut = ps_alloc((size_t)a->n_contigs, sizeof *cut);
    size_t *n_cut = ps_alloc((size_t)a->n_contigs, sizeof *n_cut),
           *capacity = ps_alloc((size_t)a->n_contigs, sizeof *n_cut);
    for (size_t i = 0; i < b->n; i++)
        for (size_t j = 0; j < b->unit[i].n_spans; j++) {
            const ps_span *s = &b->unit[i].spans[j];
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
                a->segment[c][a->n[c]++] = (segment){.beg0 = cut[c][i], .end0 = cut[c][i + 1]};
        free(cut[c]);
    }
    free(cut);
    free(n_cut);
    free(capacity);
}

/* Calls for every (segment, unit) pair: first to count, then to fill. */
static void list_units(atlas *a, const batch *b, int fill) {
    for (size_t i = 0; i < b->n; i++)
        for (size_t j = 0; j < b->unit[i].n_spans; j++) {
            const ps_span *s = &b->unit[i].spans[j];
            segment *all = a->segment[s->contig];
            for (size_t k = segment_at(all, a->n[s->contig], s->beg0); k < a->n[s->contig] && all[k].beg0 < s->end0;
                 k++) {
                if (fill)
                    a->unit[all[k].first + all[k].n] = (uint32_t)i;
                all[k].n++;
            }
        }
}

static void make_atlas(atlas *a, const batch *b, const ps_panel *panel) {
    *a = (atlas){.n_contigs = panel->n_contigs};
    a->segment = ps_alloc((size_t)a->n_contigs, sizeof *a->segment);
    a->n = ps_alloc((size_t)a->n_contigs, sizeof *a->n);
    cut_contigs(a, b);
    list_units(a, b, 0);
    uint32_t total = 0;
    for (int c = 0; c < a->n_contigs; c++)
        for (size_t i = 0; i < a->n[c]; i++) {
            a->segment[c][i].first = total;
            total += a->segment[c][i].n;
            a->segment[c][i].n = 0;
        }
    a->unit = ps_alloc(total, sizeof *a->unit);
    list_units(a, b, 1);
}

static void free_atlas(atlas *a) {
    for (int c = 0; c < a->n_contigs; c++)
        free(a->segment[c]);
    free(a->segment);
    free(a->n);
    free(a->unit);
}

static void give_record(const atlas *a, batch *b, const bam1_t *bam, int contig, uint64_t number) {
    int32_t pos0 = (int32_t)bam->core.pos;
    size_t i = segment_at(a->segment[contig], a->n[contig], pos0), n = a->n[contig];
    if (i == n)
        return;
    ps_record r = {0};
    for (; i < n; i++) {
        const segment *s = &a->segment[contig][i];
        if (!r.bam) { /* most records of a whole file end here, before their CIGAR or name is looked at */
            if (s->beg0 >= (int32_t)bam_endpos(bam))
                return;
            r = record_of(b->source->reads, bam, contig);
        }
        if (s->beg0 >= r.end0)
            return;
        for (uint32_t k = 0; k < s->n; k++) {
            ps_unit *u = &b->unit[a->unit[s->first + k]];
            if (u->last != number)
                ps_unit_add(u, &r);
            u->last = number;
        }
    }
}

/* The loops over records are where the time goes: an interrupt ends them. */
static int next_record(ps_reads *reads, const bam1_t **bam, int *contig, ps_error *err) {
    return ps_check_interrupt(err) < 0 ? -1 : ps_reads_next(reads, bam, contig, err);
}

static int start_stream(const batch *b, int n_threads, ps_error *err) {
    ps_span *spans = NULL;
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        const ps_unit *u = &b->unit[i];
        spans = ps_resize(spans, n + u->n_spans, sizeof *spans);
        memcpy(spans + n, u->spans, u->n_spans * sizeof *spans);
        n += u->n_spans;
    }
    ps_reads_watch(b->source->reads, b->source->watch);
    int status = ps_reads_stream(b->source->reads, spans, n, n_threads, err);
    free(spans);
    return status;
}

static int stream_batch(batch *b, const ps_panel *panel, int n_threads, ps_error *err) {
    atlas a;
    if (start_stream(b, n_threads, err) < 0)
        return -1;
    make_atlas(&a, b, panel);
    for (size_t i = 0; i < b->n; i++)
        begin_unit(&b->unit[i]);
    const bam1_t *bam = NULL;
    int contig = -1, status = 0;
    for (uint64_t number = 0; (status = next_record(b->source->reads, &bam, &contig, err)) > 0; number++)
        if (contig >= 0 && bam->core.pos >= 0)
            give_record(&a, b, bam, contig, number);
    for (size_t i = 0; i < b->n; i++)
        if (finish_unit(&b->unit[i], err) < 0)
            status = -1;
    free_atlas(&a);
    return status;
}

/* ---- indexed ----------------------------------------------------------------------------------------------------
 */

static int fetch_unit(ps_unit *u, ps_reads *reads, ps_error *err) {
    if (ps_reads_query(reads, u->spans, u->n_spans, err) < 0)
        return -1;
    begin_unit(u);
    const bam1_t *bam = NULL;
    int contig = -1, status = 0;
    while ((status = next_record(reads, &bam, &contig, err)) > 0) {
        ps_record r = record_of(reads, bam, contig);
        ps_unit_add(u, &r);
    }
    return finish_unit(u, err) < 0 ? -1 : status;
}

/* ---- both -------------------------------------------------------------------------------------------------------
 */

typedef struct crew_state {
    const ps_panel *panel;
    batch *batch;
    size_t n_batches;
    int n_threads;
    const ps_watch *watch;
    size_t n_items;
    atomic_size_t done; /* items of them */
    ps_reads **handle;  /* [worker][batch]; worker 0 of each batch is the source's own */
} crew_state;

static int open_handle(crew_state *st, int worker, size_t b, ps_reads **reads, ps_error *err) {
    ps_reads **slot = &st->handle[(size_t)worker * st->n_batches + b];
    if (!*slot && ps_reads_share(st->batch[b].source->reads, slot, err) < 0)
        return -1;
    *reads = *slot;
    return 0;
}

/* Items: each unit of each indexed source. */
static int do_item(void *context, size_t item, int worker, ps_error *err) {
    crew_state *st = context;
    for (size_t b = 0; b < st->n_batches; b++) {
        if (st->batch[b].streamed)
            continue;
        if (item >= st->batch[b].n) {
            item -= st->batch[b].n;
            continue;
        }
        ps_reads *reads = NULL;
        if (open_handle(st, worker, b, &reads, err) < 0)
            return -1;
        if (fetch_unit(&st->batch[b].unit[item], reads, err) < 0)
            return -1;
        if (st->watch)
            st->watch->see(st->watch->context, NULL, atomic_fetch_add(&st->done, 1) + 1, st->n_items, 0);
        return 0;
    }
    return 0;
}

/* Streamed sources one after another, each by all threads; then the indexed ones together. */
static int run_crew(crew_state *st, ps_error *err) {
    size_t workers = st->n_threads > 1 ? (size_t)st->n_threads : 1;
    st->handle = ps_alloc(workers * st->n_batches, sizeof *st->handle);
    for (size_t b = 0; b < st->n_batches; b++) {
        st->handle[b] = st->batch[b].source->reads;
        if (!st->batch[b].streamed)
            st->n_items += st->batch[b].n;
        else if (stream_batch(&st->batch[b], st->panel, (int)workers, err) < 0)
            return -1;
    }
    int status = ps_parallel((int)workers, st->n_items, do_item, st, err);
    for (size_t i = st->n_batches; i < workers * st->n_batches; i++)
        ps_reads_close(st->handle[i]);
    return status;
}

/* ---- adding up --------------------------------------------------------------------------------------------------
 */

static void note_gene(ps_read_evidence *whole, const ps_unit *u) {
    for (int l = 0; l < PS_N_LEFT; l++)
        if (l != PS_LEFT_UNMAPPED && l != PS_LEFT_SUPPLEMENTARY) /* those are of fragments that are counted */
            whole->genes.gene[u->id].left_out += u->part.left_out[PS_COLLECT_GENES][l];
}

static void gather(const batch *b, const ps_panel *panel, ps_read_evidence *whole) {
    whole->given = 1;
    whole->digested_primers |= ps_reads_about(b->source->reads)->is_ion_torrent;
    whole->cut_at_introns |= ps_reads_about(b->source->reads)->is_cut_at_introns;
    for (int c = 0; c < panel->n_contigs && c < 64; c++)
        whole->missing_contigs |= (uint64_t)!ps_reads_has_contig(b->source->reads, c) << c;
    for (size_t i = 0; i < b->n; i++) {
        ps_unit *u = &b->unit[i];
        if (u->kind == &ps_gene_unit)
            note_gene(whole, u);
        u->part.given = 1;
        u->part.missing_contigs = whole->missing_contigs;
        ps_read_evidence_add(whole, &u->part);
    }
    ps_read_evidence_tidy(panel, whole);
}

int ps_collect(const ps_panel *panel, const ps_read_source *sources, size_t n, int n_threads,
               ps_read_evidence *evidence, ps_error *err) {
    crew_state st = {.panel = panel, .n_batches = n, .n_threads = n_threads, .watch = n ? sources[0].watch : NULL};
    st.batch = ps_alloc(n, sizeof *st.batch);
    for (size_t b = 0; b < n; b++) {
        ps_read_evidence_init(panel, sources[b].role, &evidence[b]);
        make_units(&st.batch[b], panel, &sources[b], n_threads, &evidence[b]);
    }
    int status = run_crew(&st, err);
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
