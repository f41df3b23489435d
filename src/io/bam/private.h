/* private.h - what reads.c and reads_open.c share. */
#ifndef PLASMASTRAT_IO_READS_PRIVATE_H
#define PLASMASTRAT_IO_READS_PRIVATE_H

#include "plasmastrat/reads.h"
#include "bgzf_walk.h"
#include "ranges.h"
#include "slices.h"
#include "../source.h"

typedef struct tid_span { /* of a file contig */
    int tid;
    int64_t beg0, end0;
    int whole; /* what all fields of its records are wanted for; 0: those by place (ps_reads_query) */
} tid_span;

struct ps_reads {
    ps_source source;
    char *reference; /* FASTA for CRAM, NULL if none was given */
    samFile *file;
    sam_hdr_t *header;
    hts_idx_t *index;
    int index_is_borrowed;               /* of the ps_reads this one was shared from */
    ps_walk_rules rules;                 /* of the walk or the ranges */
    int by_ranges;                       /* an indexed BAM over HTTP: queries fetch byte ranges (ranges.h) */
    ps_ranges *ranges;                   /* of the query, NULL otherwise */
    ps_walk *walk;                       /* streaming a BAM; NULL otherwise */
    hts_itr_t *region;                   /* NULL while streaming */
    tid_span *span;                      /* CRAM: the spans of the query, ascending and disjoint; NULL otherwise */
    size_t n_span, group_beg, group_end; /* CRAM: the spans that `region` reads in one go */
    uint64_t n_of_group;                 /* CRAM: records that `region` gave */
    int lacks_names;                     /* CRAM: names are not decoded for this group */
    int needs_names; /* CRAM: a read's number was not in its flags: from then on names always are */
    bam1_t *record;
    ps_reads_info info;
    char *sample_name;
    const char **contig_names;
    int64_t *contig_lengths;
    int *contig; /* panel contig by file contig, -1 */
    int *tid;    /* file contig by panel contig, -1 */
    int n_panel_contigs;
    const ps_panel *panel; /* bound */
    char *shares_slice;    /* CRAM, from its index: this file contig has records in slices with other contigs */
    ps_slices slices;      /* CRAM, from its index; none: not known */
    char *unchecked;       /* CRAM: the MD5 of this file contig's reference has still to be compared */
    uint64_t records;
    int eof_unchecked; /* the end marker could not be looked at when opening (a pipe): look after the last record */
    int ended;
    int read_errno;        /* of the last call of htslib that read a record and failed; 0: it told none */
    const ps_watch *watch; /* NULL: nobody watches */
    uint64_t n_bytes;      /* of the file; 0: not known */
    uint64_t walked;       /* bytes handed to the walk so far, the header's included; of the thread that reads */
    uint64_t last_place;   /* place of the previous record, to hold a file to its SO:coordinate */
};

int ps_reads_truncated(const ps_reads *reads, ps_error *err);
/* Spans in the file's contig numbers, sorted, overlapping and touching ones merged; `out` has room for n. */
size_t ps_reads_file_spans(const ps_reads *reads, const ps_span *spans, const char *whole, size_t n, tid_span *out);
/* Which fields a CRAM decodes from now on: all that evidence looks at, or those by place. */
int ps_reads_set_fields(ps_reads *reads, int all, ps_error *err);
/* Tells reads->watch where a file that htslib reads is. */
void ps_reads_tell_place(const ps_reads *reads);
/* ps_reads_next of a walked BAM. */
int ps_reads_next_walked(ps_reads *reads, const bam1_t **record, int *contig, ps_error *err);
/* Sets reads->rules. */
void ps_reads_set_rules(ps_reads *reads, const ps_span *spans, size_t n);
/* ps_reads_next of a query by ranges. */
int ps_reads_next_ranged(ps_reads *reads, const bam1_t **record, int *contig, ps_error *err);
/* Fills `info` from reads->header. */
int ps_reads_use_header(ps_reads *reads, ps_error *err);
/* Finds and loads the index; sets info.index. */
int ps_reads_load_index(ps_reads *reads, ps_error *err);
/* Compares the FASTA of a CRAM with the header's lengths and the panel's known bases. */
int ps_reads_check_reference(ps_reads *reads, const ps_panel *panel, ps_error *err);
/* What the FASTA lacks of the panel's contigs in the CRAM, in words; NULL: nothing. Caller frees. */
char *ps_reads_reference_gap(const ps_reads *reads);
/* Compares the MD5 of one contig with the header's, once. */
int ps_reads_check_md5(ps_reads *reads, int tid, ps_error *err);

#endif
