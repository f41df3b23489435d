/* reads.c - records of an alignment file, in one order or over spans. */
#include "private.h"

#include <errno.h>
#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/interrupt.h"

/* ---- records --------------------------------------------------------------------------------------------------- */

/* One hts_reglist_t per contig. htslib frees list and intervals with the iterator, so they come from malloc's family
 * (ps_alloc) and the names stay the header's. */
static hts_reglist_t *make_regions(const ps_reads *reads, const tid_span *span, size_t n, unsigned *n_lists) {
    hts_reglist_t *list = ps_alloc(n, sizeof *list);
    unsigned m = 0;
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && span[j].tid == span[i].tid)
            j++;
        hts_reglist_t *one = &list[m++];
        one->reg = reads->contig_names[span[i].tid];
        one->tid = span[i].tid;
        one->count = (uint32_t)(j - i);
        one->intervals = ps_alloc(j - i, sizeof *one->intervals);
        for (size_t k = i; k < j; k++)
            one->intervals[k - i] = (hts_pair_pos_t){span[k].beg0, span[k].end0};
        one->min_beg = span[i].beg0;
        one->max_end = span[j - 1].end0;
        i = j;
    }
    *n_lists = m;
    return list;
}

/* ---- CRAM queries: htslib's iterator over many regions (1.16, cram_index_query_last) reads uninitialised memory for
 * CRAM and then loses records, so spans are read by its single-region iterator, neighbours in one go.
 * -------------------- */

/* bases: closer spans mostly share a slice, where the index does not tell (of a remote file) */
enum { CRAM_JOIN = 20000 };

/* Spans that share a slice are read in one go: so each slice is decoded once. */
static int is_worth_joining(const ps_reads *reads, const tid_span *one, const tid_span *two) {
    if (one->tid != two->tid)
        return 0;
    return reads->slices.n ? ps_slices_are_shared(&reads->slices, one->tid, one->end0, two->beg0)
                           : two->beg0 - one->end0 <= CRAM_JOIN;
}

/* Starts on the spans of the group. */
static int begin_group(ps_reads *reads, ps_error *err) {
    const tid_span *first = &reads->span[reads->group_beg], *last = &reads->span[reads->group_end - 1];
    int whole = reads->needs_names;
    for (const tid_span *s = first; s <= last; s++)
        whole |= s->whole;
    if (reads->region)
        hts_itr_destroy(reads->region);
    reads->region = NULL;
    if (ps_reads_set_fields(reads, whole, err) < 0)
        return -1;
    reads->lacks_names = !whole;
    reads->n_of_group = 0;
    reads->region = sam_itr_queryi(reads->index, first->tid, first->beg0, last->end0);
    return reads->region ? 1
                         : ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "its index cannot be used: it is damaged");
}

/* Starts on the next group of spans; 0 when there is none left. */
static int next_group(ps_reads *reads, ps_error *err) {
    size_t i = reads->group_beg = reads->group_end;
    if (i == reads->n_span)
        return 0;
    while (++i < reads->n_span && is_worth_joining(reads, &reads->span[i - 1], &reads->span[i]))
        ;
    reads->group_end = i;
    return begin_group(reads, err);
}

/* The name may tell which of the two a paired read is, when its flags do not. */
static int lacks_name(const ps_reads *reads) {
    uint16_t flag = reads->record->core.flag;
    return reads->lacks_names && (flag & BAM_FPAIRED) && !(flag & BAM_FREAD1) == !(flag & BAM_FREAD2);
}

/* An errno of before is none of this call's: htslib does not always set it. */
static int note_errno(ps_reads *reads, int got) {
    reads->read_errno = got < -1 ? errno : 0;
    return got;
}

static int read_next(ps_reads *reads) {
    errno = 0;
    return note_errno(reads, sam_read1(reads->file, reads->header, reads->record));
}

static int query_next(ps_reads *reads) {
    errno = 0;
    return note_errno(reads, sam_itr_next(reads->file, reads->region, reads->record));
}

/* The group again, with names, up to the record at hand. */
static int read_with_names(ps_reads *reads, ps_error *err) {
    uint64_t passed = reads->n_of_group;
    reads->needs_names = 1;
    if (begin_group(reads, err) < 0)
        return -2;
    int got = 0;
    while (got >= 0 && reads->n_of_group <= passed) {
        got = query_next(reads);
        reads->n_of_group++;
    }
    return got;
}

/* The next record of the group, as sam_read1. */
static int read_in_group(ps_reads *reads, ps_error *err) {
    int got = query_next(reads);
    if (got >= 0 && lacks_name(reads))
        return read_with_names(reads, err);
    reads->n_of_group += got >= 0;
    return got;
}

int ps_reads_may_part(const ps_reads *reads, ps_span so_far, int32_t beg0) {
    enum { MANY_SLICES = 16 }; /* to decode one of them twice is little work then */
    if (reads->by_ranges || !reads->file->is_cram)
        return 1;
    int tid = so_far.contig >= 0 && so_far.contig < reads->n_panel_contigs ? reads->tid[so_far.contig] : -1;
    return tid < 0 ||
           (reads->slices.n && (!ps_slices_are_shared(&reads->slices, tid, so_far.end0, beg0) ||
                                ps_slices_between(&reads->slices, tid, so_far.beg0, so_far.end0) >= MANY_SLICES));
}

/* Does the record overlap a span of this group, and none of the group before (which returned it already)? */
static int is_wanted(const ps_reads *reads) {
    if (!reads->span)
        return 1;
    const bam1_core_t *core = &reads->record->core;
    hts_pos_t end0 = bam_endpos(reads->record);
    if (reads->group_beg > 0) {
        const tid_span *before = &reads->span[reads->group_beg - 1];
        if (before->tid == core->tid && core->pos < before->end0)
            return 0;
    }
    for (size_t i = reads->group_beg; i < reads->group_end && reads->span[i].beg0 < end0; i++)
        if (core->pos < reads->span[i].end0)
            return 1;
    return 0;
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

int ps_reads_query(ps_reads *reads, const ps_span *spans, const char *whole, size_t n, ps_error *err) {
    if (!reads->index || !reads->tid)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "has no usable index");
    if (reads->region)
        hts_itr_destroy(reads->region);
    reads->region = NULL;
    reads->ended = 0;
    free(reads->span);
    reads->span = NULL;
    ps_ranges_close(reads->ranges);
    reads->ranges = NULL;
    tid_span *span = ps_alloc(n, sizeof *span);
    size_t m = ps_reads_file_spans(reads, spans, whole, n, span);
    if (m == 0) {
        free(span);
        reads->ended = 1;
        return 0;
    }
    if (!reads->by_ranges && reads->file->is_cram) {
        reads->span = span;
        reads->n_span = m;
        reads->group_beg = reads->group_end = 0;
        return next_group(reads, err) < 0 ? -1 : 0;
    }
    unsigned n_lists;
    hts_reglist_t *list = make_regions(reads, span, m, &n_lists);
    reads->region = sam_itr_regions(reads->index, reads->header, list, n_lists);
    free(span);
    if (!reads->region)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "its index cannot be used: it is damaged");
    if (reads->by_ranges) {
        ps_reads_set_rules(reads, spans, n);
        reads->ranges = ps_ranges_open(&reads->source, reads->region, &reads->rules);
    }
    return 0;
}

static int damaged(const ps_reads *reads, ps_error *err) {
    const char *name = reads->source.name;
    if (reads->read_errno == ENOMEM)
        return ps_fail(err, PS_ERR_MEMORY, name, 0, "cannot be read further: out of memory");
    if (hts_get_format(reads->file)->format != cram)
        return ps_fail(err, PS_ERR_RUN, name, 0,
                       "file is damaged or truncated: the record after %" PRIu64 " good ones cannot be read",
                       reads->records);
    if (!reads->reference)
        return ps_fail(err, PS_ERR_RUN, name, 0,
                       "the record after %" PRIu64 " good ones cannot be decoded: the CRAM's reference sequence is "
                       "missing, give it with -T/--reference (or the file is damaged)",
                       reads->records);
    char *why = ps_reads_reference_gap(reads);
    if (!why)
        why = ps_format("%s is not the reference it was written with (MD5 differs)", reads->reference);
    ps_fail(err, PS_ERR_RUN, name, 0,
            "the record after %" PRIu64 " good ones cannot be decoded: %s, or the file is damaged", reads->records,
            why);
    free(why);
    return -1;
}

/* A pipe's end marker can only be looked at after the last record. */
static int lacks_end_marker(const ps_reads *reads) {
    if (!reads->eof_unchecked || reads->region)
        return 0;
    if (reads->file->is_cram)
        return cram_eof(reads->file->fp.cram) == 2; /* the end, but no end container */
    return reads->file->is_bgzf && reads->file->fp.bgzf->no_eof_block;
}

static int at_end(ps_reads *reads, ps_error *err) {
    reads->ended = 1;
    return lacks_end_marker(reads) ? ps_reads_truncated(reads, err) : 0;
}

/* Unmapped records without a place come last: tid -1 is the largest unsigned number. */
static int check_order(ps_reads *reads, ps_error *err) {
    const bam1_core_t *core = &reads->record->core;
    uint64_t place = (uint64_t)(uint32_t)core->tid << 32 | (uint32_t)(core->pos + 1);
    if (place < reads->last_place)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                       "record %" PRIu64 " (%s) is out of order, but the header says SO:coordinate; sort the file",
                       reads->records + 1, bam_get_qname(reads->record));
    reads->last_place = place;
    return 0;
}

/* Do the record's bases matter (it lies over a RAS or RAF window), and are they from an unchecked reference? */
static int needs_md5(const ps_reads *reads) {
    const bam1_core_t *core = &reads->record->core;
    if (!reads->unchecked || core->tid < 0 || !reads->unchecked[core->tid])
        return 0;
    int contig = reads->contig[core->tid];
    hts_pos_t end0 = bam_endpos(reads->record);
    for (int l = 0; l < reads->panel->n_loci; l++) {
        const ps_locus *locus = &reads->panel->loci[l];
        for (int w = 0; w < locus->n_windows && locus->contig == contig; w++)
            if (core->pos < locus->windows[w].end0 && end0 > locus->windows[w].beg0)
                return 1;
    }
    return 0;
}

/* As sam_read1: >= 0 a record, -1 the end, below an error. */
static int read_record(ps_reads *reads, ps_error *err) {
    if (!reads->region)
        return read_next(reads);
    for (;;) {
        int got = reads->span ? read_in_group(reads, err) : query_next(reads);
        if (got >= 0 && !is_wanted(reads))
            continue;
        if (got != -1 || !reads->span)
            return got;
        int more = next_group(reads, err);
        if (more <= 0)
            return more == 0 ? -1 : -2;
    }
}

enum { TELL_EVERY = 4096 }; /* records: some milliseconds */

int ps_reads_next(ps_reads *reads, const bam1_t **record, int *contig, ps_error *err) {
    if (reads->ended)
        return 0;
    if (reads->walk || reads->ranges)
        return (reads->walk ? ps_reads_next_walked : ps_reads_next_ranged)(reads, record, contig, err);
    int got = read_record(reads, err);
    if (got == -1)
        return at_end(reads, err);
    if (got < -1)
        return damaged(reads, err);
    if (!reads->region && reads->info.coordinate_sorted && check_order(reads, err) != 0)
        return -1;
    if (needs_md5(reads) && ps_reads_check_md5(reads, reads->record->core.tid, err) != 0)
        return -1;
    if (++reads->records % TELL_EVERY == 0 && reads->watch && !reads->region)
        ps_reads_tell_place(reads);
    *record = reads->record;
    *contig = ps_reads_contig(reads, reads->record->core.tid);
    return 1;
}
