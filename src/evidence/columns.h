/* columns.h - rows of structs as columns of JSON: {"name":{"codon":[12,0,1],"n":[5,9,7]}}. Private to src/evidence.
 *
 * A column is a row of a table: where the member lies, what it holds, which values are accepted. One function writes
 * all kinds of rows, one reads them. The text has one form only: members in their order, no white space; so a reader
 * is told what comes next, and anything else is an error that names the member.
 */
#ifndef PLASMASTRAT_COLUMNS_H
#define PLASMASTRAT_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

typedef enum {
    PS_COLUMN_U8,
    PS_COLUMN_INT,
    PS_COLUMN_I32,
    PS_COLUMN_U32,
    PS_COLUMN_I64,
    PS_COLUMN_U64,
    PS_COLUMN_REAL,   /* a double; null: NaN */
    PS_COLUMN_HEX,    /* a uint64_t; the column is one string of 16 digits a row */
    PS_COLUMN_LETTER, /* a char A-Z, + or -; the column is one string of a letter a row, '.' for 0 */
    PS_COLUMN_TEXT,   /* a char *, owned; null: NULL */
    PS_COLUMN_NAME,   /* a char [high], filled with zeros; null: empty */
} ps_column_kind;

/* Highest id of the panel's codons, loci or contigs, as ps_column.high. */
enum { PS_ID_CODON = -1, PS_ID_LOCUS = -2, PS_ID_CONTIG = -3 };

typedef struct ps_column {
    const char *name;
    ps_column_kind kind;
    size_t offset;
    int64_t low, high; /* of whole numbers; high < 0: PS_ID_* */
    int steps;         /* 1: written as differences from the row before, of whole numbers in order */
} ps_column;

#define PS_COLUMN(row, member, kind, low, high)                                                                      \
    { #member, PS_COLUMN_##kind, offsetof(row, member), low, high, 0 }
#define PS_COLUMN_STEPS(row, member, kind, low, high)                                                                \
    { #member, PS_COLUMN_##kind, offsetof(row, member), low, high, 1 }

enum {
    PS_MOST_COUNT = 1 << 30
}; /* fragments of one row: a thousand times the deepest amplicon; rows can be added up */
#define PS_MOST_RECORDS (INT64_C(1) << 53)

typedef struct ps_columns_of { /* one kind of row */
    const char *name;
    size_t size;
    const ps_column *column;
    int n;
} ps_columns_of;
#define PS_ROWS_OF(name, row, columns)                                                                               \
    { name, sizeof(row), columns, (int)(sizeof(columns) / sizeof *(columns)) }

/* An object of single members, then of rows: {"caller":"Manta","records":12,"joins":{...}}. */
typedef struct ps_rows_in { /* where the struct keeps them */
    const ps_columns_of *kind;
    size_t rows, n;
} ps_rows_in;
typedef struct ps_object_of {
    const ps_column *member; /* of kinds I64, U64, INT, REAL, NAME, and TEXT: low 1: not null */
    int n;
    const ps_rows_in *rows;
    int n_rows;
} ps_object_of;
#define PS_ROWS_IN(type, kind, rows, n)                                                                              \
    { &(kind), offsetof(type, rows), offsetof(type, n) }
#define PS_OBJECT_OF(members, rows)                                                                                  \
    { members, (int)(sizeof(members) / sizeof *(members)), rows, (int)(sizeof(rows) / sizeof *(rows)) }

/* ---- writing --------------------------------------------------------------------------------------------------- */

typedef struct ps_pen {
    char *text; /* owned by whoever made it; not terminated */
    size_t n, capacity;
    const char *member; /* what is written at the moment, for messages */
    char refused[200];  /* the first value that the reader would not take, and why; "": none */
} ps_pen;

void ps_put(ps_pen *pen, const char *text);
void ps_put_bytes(ps_pen *pen, const char *bytes, size_t n);
void ps_put_integer(ps_pen *pen, int64_t value);
void ps_put_real(ps_pen *pen, double value); /* NaN: null */
/* "name": and what follows, with a comma before it unless it opens an object. */
void ps_put_name(ps_pen *pen, const char *name);
void ps_put_integer_of(ps_pen *pen, const char *name, uint64_t value);
void ps_put_string_of(ps_pen *pen, const char *name, const char *text);
void ps_put_array_of(ps_pen *pen, const char *name, const uint64_t *values, size_t n);
void ps_put_rows(ps_pen *pen, const ps_columns_of *kind, const void *rows, size_t n);

void ps_put_object(ps_pen *pen, const ps_object_of *kind, const char *name, const void *object);

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef struct ps_scan {
    const char *path, *at, *end; /* of the text, which ends in a zero byte */
    const char *member;          /* what is read at the moment, for messages */
    const ps_panel *panel;
    ps_error *err;
    int failed;
} ps_scan;

/* Each does nothing once the scan has failed, and leaves zero or NULL. */
void ps_scan_fail(ps_scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));
int ps_scan_is(ps_scan *scan, const char *text);    /* 1: this comes next, and is passed */
void ps_scan_text(ps_scan *scan, const char *text); /* it must */
void ps_scan_name(ps_scan *scan, const char *name); /* as ps_put_name wrote it; `name` must last */
int ps_scan_has(ps_scan *scan, const char *name);   /* 1: this member comes next; nothing is passed */
double ps_scan_real(ps_scan *scan);
uint64_t ps_scan_integer_of(ps_scan *scan, const char *name, int64_t high);
char *ps_scan_string_of(ps_scan *scan, const char *name);
void ps_scan_array_of(ps_scan *scan, const char *name, uint64_t *values, size_t n);
/* Rows are owned by the caller, also those of a scan that failed. */
void *ps_scan_rows(ps_scan *scan, const ps_columns_of *kind, size_t *n);
/* Of a number of rows that the panel gives, into rows that are there. */
void ps_scan_rows_of(ps_scan *scan, const ps_columns_of *kind, void *rows, size_t n);
/* Texts and rows are owned by the caller, also those of a scan that failed. */
void ps_scan_object(ps_scan *scan, const ps_object_of *kind, const char *name, void *object);

#endif
