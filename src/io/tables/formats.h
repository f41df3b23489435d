/* formats.h - what tables of other programs look like: counts and segments. Private to src/io/tables. */
#ifndef PLASMASTRAT_IO_TABLES_FORMATS_H
#define PLASMASTRAT_IO_TABLES_FORMATS_H

#include "lines.h"
#include "plasmastrat/imports.h"

/* ---- gene counts ----------------------------------------------------------------------------------------------- */

typedef struct counts_layout { /* how to read the rows */
    const char *program;
    int id, name;    /* columns; name -1: none */
    int value;       /* column, -1: not chosen yet */
    int first_value; /* of a matrix: its first sample's column */
    ps_counts_unit unit;
    int has_header;
    int by_transcript; /* ids may be transcripts' */
} counts_layout;

/* 1: these lines are gene counts. */
int table_counts_layout(const table_lines *lines, counts_layout *how);
/* The program that wrote counts that begin so, or NULL. */
const char *table_counts_program(const table_lines *lines);

/* ---- segments -------------------------------------------------------------------------------------------------- */

enum {                 /* flags of a segment_format */
       CHANGES = 1,    /* it lists changes alone */
       BINS = 2,       /* bins with their segment's value */
       ZERO_BASED = 4, /* starts */
       SUBCLONES = 8,  /* Battenberg's two clones */
       MATRIX = 16     /* a column for each sample */
};

/* The names in segment_format.columns, in order. PLUS is added to the value. */
enum {
    SEGMENT_SAMPLE,
    SEGMENT_CHROM,
    SEGMENT_START,
    SEGMENT_END,
    SEGMENT_VALUE,
    SEGMENT_PLUS,
    SEGMENT_POINTS,
    N_SEGMENT_COLUMNS
};

typedef struct segment_format {
    const char *program;
    const char *needs;   /* names of columns that no other format has together; "" there is no header */
    const char *columns; /* names (or numbers, without a header) of the above, "-" none */
    ps_cnv_unit unit;
    unsigned flags;
    const char *refused; /* why a file of this kind is of no use, or NULL */
} segment_format;

/* By the header's columns; NULL: none of ours. */
const segment_format *table_segments_format(const table_lines *lines);
/* The file's columns, -1 none; -1: one that is needed is not there. */
int table_segments_columns(const table_lines *lines, const segment_format *f, int column[N_SEGMENT_COLUMNS]);
/* A file without a header. */
const segment_format *table_segments_without_header(const table_lines *lines);
const char *table_segments_program(const table_lines *lines);
/* The column of that name, by its letters and digits; -1 none. */
int table_column(const table_lines *lines, const char *name);

#endif
