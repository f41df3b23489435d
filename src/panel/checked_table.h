/* checked_table.h - the form of a reference file: lines "##key=value", a header line, rows whose last cell is a
 * checksum.
 *
 * The checksum (FNV-1a, 64 bits, in hex) is over all bytes of the file up to that cell but for the earlier checksums,
 * so a row that was changed, removed or moved is named by its line. The first key is the format, then the program
 * that wrote it.
 */
#ifndef PLASMASTRAT_CHECKED_TABLE_H
#define PLASMASTRAT_CHECKED_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include "plasmastrat/error.h"
#include "plasmastrat/table.h"

/* A kind of reference file. */
typedef struct checked_kind {
    const char *noun;    /* "panel of normals", in messages */
    const char *format;  /* "plasmastrat/copynumber-reference/1" */
    const char *command; /* that makes it: "reference copynumber" */
    const char *const *columns;
    int n_columns; /* with the last, "check" */
} checked_kind;

typedef struct checked_writer {
    FILE *out;
    uint64_t hash;
} checked_writer;

checked_writer checked_begin(const checked_kind *kind, const char *program, FILE *out); /* the first two keys */
void checked_put(checked_writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void checked_columns(checked_writer *w, const checked_kind *kind);
void checked_end_row(checked_writer *w, char checksum[17]); /* ends the row with the checksum of all so far */

typedef struct checked_reader {
    const char *path;
    const checked_kind *kind;
    uint64_t hash;
    long line; /* of the key that is read */
    /* Takes one key: `found` is 0 when it is not known. */
    int (*key)(struct checked_reader *r, const char *key, const char *value, int *found, ps_error *err);
    void *into;
} checked_reader;

int checked_read_head(checked_reader *r, ps_error *err); /* the keys; ps_table_read() reads the rows */
int checked_fail(const checked_reader *r, ps_error *err, const char *what);
int checked_keep(const checked_reader *r, char **slot, const char *value,
                 ps_error *err); /* a text that stands once */
int checked_count(const checked_reader *r, const char *value, int64_t *n, ps_error *err);
/* Compares the checksum of a row and keeps it. */
int checked_row(checked_reader *r, const ps_table *t, size_t row, const int *column, char checksum[17],
                ps_error *err);

#endif
