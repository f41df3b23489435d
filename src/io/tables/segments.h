/* segments.h - segments of copy number while they are read, from a table or a VCF. Private to src/io. */
#ifndef PLASMASTRAT_IO_TABLES_SEGMENTS_H
#define PLASMASTRAT_IO_TABLES_SEGMENTS_H

#include "lines.h"
#include "plasmastrat/imports.h"

typedef struct segment {
    ps_cnv_row row;
    long line;
    int wanted; /* 1: of the sample that is asked for, 0: of the first one in the file */
} segment;

typedef struct segment_list {
    const ps_panel *panel;
    const char *name; /* for messages */
    ps_cnv_evidence *out;
    segment *at;
    size_t n, capacity;
    int only_place;        /* 1: only `beyond` is asked for */
    uint64_t beyond;       /* segments past the end of their chromosome */
    char first_beyond[80]; /* "chr9:141153431" */
    char first_unknown[80];
} segment_list;

/* A segment of a contig that the panel does not know is only counted. */
void segment_add(segment_list *list, const char *contig, ps_cnv_row row, long line, int wanted);
/* Equal neighbours, as a file of bins repeats them, become one. */
void segment_join_bins(segment_list *list);
/* Checks what was added, and moves what lies over the panel's bins to the evidence. */
int segment_finish(segment_list *list, int may_overlap, ps_error *err);

/* Reads a table; the list's panel, name and out are set. */
int table_segments_read(segment_list *list, const char *path, const char *sample_name, const char *id, ps_error *err);
/* The same of a VCF (io/vcf/cnv.c). */
int vcf_segments_read(segment_list *list, const char *path, const char *sample_name, ps_error *err);

#endif
