/* lines.h - text files of other programs, line by line, cut at tabs (or commas); private to src/io/tables. */
#ifndef PLASMASTRAT_IO_TABLES_LINES_H
#define PLASMASTRAT_IO_TABLES_LINES_H

#include <htslib/bgzf.h>
#include <htslib/kstring.h>

#include "plasmastrat/error.h"
#include "../source.h"

typedef struct table_lines {
    ps_source source;
    BGZF *file;
    kstring_t line;
    char **field; /* n fields of the line, quotes taken off */
    int n, capacity;
    long number;
    int sam_header; /* 1: header lines of SAM were passed */
    char separator; /* '\t' or ','; 0 before the first line */
} table_lines;

/* Plain, gzip or BGZF. */
int table_lines_open(const char *path, table_lines *lines, ps_error *err);
/* 1: the next line that is neither empty nor a comment ('#' before a blank, "##", "@SQ" and a tab) is in `field`, 0
 * the end, -1. */
int table_lines_next(table_lines *lines, ps_error *err);
/* A file's name as a sample's: no folder, no ".bam", ".sorted". */
int table_same_sample(const char *column, const char *wanted);
int table_is_number(const char *text); /* "-1.5e3"; not "NA" */
void table_lines_close(table_lines *lines);
int table_fail(const table_lines *lines, ps_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

typedef struct table_map { /* transcript to gene, sorted by transcript */
    char **from, **to;
    size_t n;
} table_map;

/* Two columns (a third is a name and may stand for the second) in place of what `map` held; a file that is not there
 * is an empty map. */
void table_map_read(const char *path, table_map *map);
const char *table_map_find(const table_map *map, const char *from); /* "" when it is not there */
void table_map_free(table_map *map);

#endif
