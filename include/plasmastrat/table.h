/* table.h - plain tables with a header line, read so that every complaint names file and line.
 *
 * A table is text: optional blank lines and lines starting with "##" (comments), then one header line (a leading '#'
 * on it is dropped), then rows. Fields are separated by tabs; a table whose header has no tab but commas is read as
 * CSV (RFC 4180 quoting). CRLF line ends and a UTF-8 byte order mark are accepted. A NUL byte, a row with a wrong
 * number of fields, a duplicate column name and a missing required column are refused.
 */
#ifndef PLASMASTRAT_TABLE_H
#define PLASMASTRAT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"

typedef struct ps_table {
    char *path;  /* as named in messages */
    char *text;  /* the file's bytes, cut into fields in place */
    char **name; /* n_columns column names */
    char **cell; /* n_rows x n_columns, row-major; each points into text */
    long *line;  /* n_rows line numbers, 1-based */
    size_t n_columns, n_rows;
    const char *key;    /* a sheet's column that the header must have; NULL: no sheet (ps_table_read_sheet) */
    char separator;     /* '\t', ',' or, of a sheet, ';' */
    ps_error_kind kind; /* what a bad value in it counts as (PS_ERR_USAGE for panels, sheets and models) */
} ps_table;

/* Reads a whole file of at most 256 MiB. */
int ps_table_read(const char *path, ps_error_kind kind, ps_table *table, ps_error *err);
/* The same from memory (copied); `path` is only the name used in messages. */
int ps_table_parse(const char *path, const char *bytes, size_t n_bytes, ps_error_kind kind, ps_table *table,
                   ps_error *err);
/* A sheet that a person made, most often in a spreadsheet program. Besides the above: UTF-16, old Mac line ends,
 * no-break spaces, semicolons between fields, a first line "sep=;", quotes in every kind, and comments that begin
 * with one '#'. A line that begins with '#' is the header when it names the column `key` (in any case). "-" is
 * standard input. Blanks around fields are dropped. */
int ps_table_read_sheet(const char *path, const char *key, ps_table *table, ps_error *err);
void ps_table_free(ps_table *table);

/* Text as spreadsheets write it, to UTF-8 with plain blanks and '\n' at the line ends. Replaces *bytes (from malloc).
 */
void ps_spreadsheet_text(char **bytes, size_t *n);

/* Column number by name, or -1. */
int ps_table_find(const ps_table *table, const char *name);
/* Finds all `n` columns; a missing one is an error that names the file and the columns there are. */
int ps_table_require(const ps_table *table, const char *const *names, int n, int *columns, ps_error *err);

const char *ps_table_cell(const ps_table *table, size_t row, int column);
/* Checked conversions: the error names file, line, column, the value and the accepted range. */
int ps_table_int(const ps_table *table, size_t row, int column, int64_t low, int64_t high, int64_t *value,
                 ps_error *err);
int ps_table_double(const ps_table *table, size_t row, int column, double low, double high, double *value,
                    ps_error *err);
/* Index of the cell's text in `names` (n of them). */
int ps_table_enum(const ps_table *table, size_t row, int column, const char *const *names, int n, int *value,
                  ps_error *err);
/* An error about one cell: "PATH:LINE: column NAME: 'value': <format>". */
int ps_table_fail(const ps_table *table, size_t row, int column, ps_error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same checked conversions for text that is not in a table (options). Whole text must convert; 0 or -1. */
int ps_parse_int(const char *text, int64_t low, int64_t high, int64_t *value);
int ps_parse_double(const char *text, double low, double high, double *value);

#endif
