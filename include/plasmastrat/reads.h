/* reads.h - alignment files (BAM, CRAM, SAM) as records on panel contigs, indexed or streamed.
 *
 * A `ps_reads` is opened once per thread that reads it. Two ways to the same records:
 *   indexed:  ps_reads_query() on some spans, then ps_reads_next() until 0
 *   streamed: ps_reads_stream() for some spans, then ps_reads_next() from the first record to the last, no index
 *             needed (also standard input)
 * ps_reads_next leaves contig ids translated: `contig` is a panel contig id or -1.
 *
 * What is checked here, and said as an error that names the file: it is an alignment file at all (by content); its
 * header can be read; its end is there (BGZF EOF block, CRAM EOF container); every block's CRC (htslib); an index
 * that belongs to another file (number of references differs); a CRAM whose reference is missing (name of the FASTA
 * wanted).
 */
#ifndef PLASMASTRAT_READS_H
#define PLASMASTRAT_READS_H

#include <htslib/sam.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

typedef struct ps_reads ps_reads;

typedef enum { PS_INDEX_NONE, PS_INDEX_USED, PS_INDEX_STALE, PS_INDEX_UNSOUND } ps_index_state;

/* How far reading is, for whoever waits. `see` is called a few thousand times a second at most, by whichever thread
 * reads (of an indexed input by several at once), so it must be quick and safe for threads. */
typedef struct ps_watch {
    /* `name` is the input that is read from its first byte to its last: `done` bytes of `of` (0: nobody knows, as of
     * a pipe; `done` 0: nor that, only `records`). NULL: parts of the panel that were fetched by index, `done` of
     * `of`. */
    void (*see)(void *context, const char *name, uint64_t done, uint64_t of, uint64_t records);
    void *context;
} ps_watch;

typedef struct ps_reads_info { /* what the header and the file system say; owned by the ps_reads */
    const char *format;        /* "BAM", "CRAM", "SAM" */
    const char *build;         /* "GRCh38", ...; NULL when not recognised */
    char build_reason[256];
    const char *sample_name; /* the different SM of the read groups, joined by ", "; "" if none */
    int is_ion_torrent;      /* PL of all read groups */
    int is_cut_at_introns;   /* a @PG is GATK's SplitNCigarReads */
    int coordinate_sorted;   /* the header says SO:coordinate */
    int style;               /* PS_STYLE_* of the contig names */
    ps_index_state index;    /* STALE: older than the file, UNSOUND: damaged; not used */
    int n_contigs;
    const char *const *contig_names;
    const int64_t *contig_lengths;
} ps_reads_info;

/* Opens `path` ("-" is standard input; "file##idx##index" as in samtools). `reference` may be NULL. `want_index` = 0
 * never looks for an index. `n_threads` > 1 adds decompression threads. */
int ps_reads_open(const char *path, const char *reference, int want_index, int n_threads, ps_reads **reads,
                  ps_error *err);
/* One more handle on the same input, for another thread: bound, and with the first one's index, which must stay open
 * as long. */
int ps_reads_share(const ps_reads *first, ps_reads **reads, ps_error *err);
const ps_reads_info *ps_reads_about(const ps_reads *reads);
/* Binds contig names to panel contigs; a contig whose length differs from the panel's is an error. */
int ps_reads_bind(ps_reads *reads, const ps_panel *panel, ps_error *err);

/* Adds decompression threads to a file that will be read to its end by ps_reads_next. */
int ps_reads_threads(ps_reads *reads, int n_threads, ps_error *err);

/* The whole file is to be read, but only for some places: from here on ps_reads_next gives every record that overlaps
 * one of the spans, in file order (and of CRAM and SAM the others too). A BAM is then inflated and searched by
 * n_threads threads (src/io/bam/bgzf_walk.h). The reads must be bound; no record may have been read before. */
int ps_reads_stream(ps_reads *reads, const ps_span *spans, size_t n, int n_threads, ps_error *err);

/* Tells `watch` from now on how far ps_reads_next is, while the file is streamed; before ps_reads_stream. `watch`
 * must stay as long as the reads; NULL: nobody watches. */
void ps_reads_watch(ps_reads *reads, const ps_watch *watch);

/* Starts over on `n` spans (any order; merged inside): every record that overlaps one comes once, by place. Where
 * whole[i] is 0 for all spans around, a record may lack its name, bases, qualities, mate and tags but RG (of a CRAM,
 * where they cost time); but not the name of a paired read whose flags do not tell its number. `whole` NULL: no
 * record lacks anything. */
int ps_reads_query(ps_reads *reads, const ps_span *spans, const char *whole, size_t n, ps_error *err);
/* May what is wanted be parted into two queries, up to so_far.end0 and from beg0 on, without decoding much twice? All
 * on one contig; so_far.beg0 is where the first begins. */
int ps_reads_may_part(const ps_reads *reads, ps_span so_far, int32_t beg0);
/* 1: a record, 0: the end (checked to be a real end), -1: error. `record` belongs to the reader until the next call.
 */
int ps_reads_next(ps_reads *reads, const bam1_t **record, int *contig, ps_error *err);
/* 1: the file's header names this panel contig. The reads must be bound. */
int ps_reads_has_contig(const ps_reads *reads, int contig);
/* Panel contig id of a file contig number (or -1), and by name (SA tags). */
int ps_reads_contig(const ps_reads *reads, int tid);
/* The file's own name of it; NULL when there is none. */
const char *ps_reads_contig_name(const ps_reads *reads, int tid);
int ps_reads_contig_by_name(const ps_reads *reads, const char *name);
uint64_t ps_reads_records(const ps_reads *reads); /* good records so far: returned, or passed by when streaming */
void ps_reads_close(ps_reads *reads);             /* NULL is fine */

#endif
