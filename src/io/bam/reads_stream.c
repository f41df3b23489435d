/* Streaming an input for some places: a BAM by the block walker, anything else by htslib's threads. */
#include <errno.h>
#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <htslib/hfile.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"
#include "private.h"

/* BAM in BGZF that htslib has read up to its header, without threads of its own (they would have read on).
 * Uncompressed BAM and BAM in plain gzip are rare enough to leave to htslib. */
static int can_walk(const ps_reads *reads) {
    const htsFormat *format = hts_get_format(reads->file);
    if (format->format != bam || !reads->file->is_bgzf)
        return 0;
    const BGZF *file = reads->file->fp.bgzf;
    return file->is_compressed && !file->is_gzip && !file->is_be && !file->mt && reads->records == 0;
}

void ps_reads_set_rules(ps_reads *reads, const ps_span *spans, size_t n) {
    ps_walk_rules *rules = &reads->rules;
    ps_walk_rules_free(rules);
    *rules = (ps_walk_rules){.n_contigs = reads->info.n_contigs, .sorted = reads->info.coordinate_sorted};
    rules->contig = ps_alloc((size_t)rules->n_contigs, sizeof *rules->contig);
    tid_span *span = ps_alloc(n, sizeof *span);
    size_t m = ps_reads_file_spans(reads, spans, NULL, n, span);
    for (size_t i = 0; i < m; i++)
        ps_walk_add_span(rules, span[i].tid, (int32_t)span[i].beg0, (int32_t)span[i].end0);
    free(span);
}

void ps_reads_watch(ps_reads *reads, const ps_watch *watch) {
    struct stat st;
    reads->watch = watch;
    reads->n_bytes = 0;
    if (!reads->source.is_stdin && !reads->source.is_remote && stat(reads->source.path, &st) == 0 &&
        S_ISREG(st.st_mode))
        reads->n_bytes = (uint64_t)st.st_size;
}

/* Of a CRAM the calling thread reads the file itself. Of the others a thread of htslib's may, whose place is not ours
 * to look at: only records are told. */
void ps_reads_tell_place(const ps_reads *reads) {
    uint64_t place = reads->file->is_cram ? (uint64_t)htell(cram_fd_get_fp(reads->file->fp.cram)) : 0;
    reads->watch->see(reads->watch->context, reads->source.name, place, reads->n_bytes, reads->records);
}

/* Waits until a pipe has something, so that a signal, which may reach another thread, ends the wait. */
static int wait_for_stdin(void) {
    enum { MILLISECONDS = 100 };
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!ps_interrupted()) {
        int n = poll(&in, 1, MILLISECONDS);
        if (n > 0 || (n < 0 && errno != EINTR))
            return 0;
    }
    errno = EINTR;
    return -1;
}

/* What is there: hread would wait until it has all of `n`. */
static ssize_t read_stdin(hFILE *file, char *buffer, size_t n) {
    if (file->begin == file->end && wait_for_stdin() < 0)
        return -1;
    ssize_t got = hread(file, buffer, 1);
    size_t held = (size_t)(file->end - file->begin);
    if (got <= 0 || held == 0 || n == 1)
        return got;
    ssize_t more = hread(file, buffer + 1, held < n - 1 ? held : n - 1);
    return more < 0 ? -1 : more + 1;
}

static ssize_t read_file(void *source, void *buffer, size_t n) {
    ps_reads *reads = source;
    hFILE *file = reads->file->fp.bgzf->fp;
    ssize_t got = reads->source.is_stdin ? read_stdin(file, buffer, n) : hread(file, buffer, n);
    if (reads->watch && got > 0) {
        reads->walked += (uint64_t)got;
        reads->watch->see(reads->watch->context, reads->source.name, reads->walked, reads->n_bytes, 0);
    }
    return got;
}

int ps_reads_stream(ps_reads *reads, const ps_span *spans, size_t n, int n_threads, ps_error *err) {
    if (!can_walk(reads))
        return ps_reads_threads(reads, n_threads, err);
    BGZF *file = reads->file->fp.bgzf;
    ps_reads_set_rules(reads, spans, n);
    ps_walk_input input = {
        .name = reads->source.name, .read = read_file, .source = reads, .offset = (uint64_t)htell(file->fp)};
    reads->walked = input.offset;
    if (file->block_length > file->block_offset) { /* of the block that held the header's end */
        input.before = (const uint8_t *)file->uncompressed_block + file->block_offset;
        input.n_before = (size_t)(file->block_length - file->block_offset);
    }
    reads->walk = ps_walk_open(&input, &reads->rules, n_threads);
    return 0;
}

static int handed_on(ps_reads *reads, int got, const bam1_t **record, int *contig) {
    reads->ended = got == 0;
    *record = reads->record;
    *contig = got > 0 ? ps_reads_contig(reads, reads->record->core.tid) : -1;
    return got;
}

int ps_reads_next_walked(ps_reads *reads, const bam1_t **record, int *contig, ps_error *err) {
    int got = ps_walk_next(reads->walk, reads->record, err);
    reads->records = ps_walk_count(reads->walk);
    return handed_on(reads, got, record, contig);
}

int ps_reads_next_ranged(ps_reads *reads, const bam1_t **record, int *contig, ps_error *err) {
    int got = ps_ranges_next(reads->ranges, reads->record, err);
    reads->records += got > 0;
    if (got < 0 && reads->source.is_remote) { /* such a server sends the file's beginning for any part of it */
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, "; or its server does not send byte ranges");
    }
    return handed_on(reads, got, record, contig);
}
