/* sheet_layouts.h - which file of a results folder goes into which column of a sheet. Private to src/cli. */
#ifndef PLASMASTRAT_SHEET_LAYOUTS_H
#define PLASMASTRAT_SHEET_LAYOUTS_H

#include <stddef.h>

typedef struct sheet_layout {
    const char *pattern; /* of the path's end: '*' is any text without '/', '@' the same and the sample's name */
    int column;          /* a ps_input_role, or one of these */
    const char *what;    /* what it is, or why it is not used */
} sheet_layout;
enum { SHEET_UNUSED = -1, SHEET_MATRIX = -2 }; /* a matrix of gene counts: its header names the samples */

/* In order of preference: of two files for one cell the one of the earlier row is taken. */
extern const sheet_layout sheet_layouts[];
extern const size_t sheet_n_layouts;

/* The first row that a path fits, or sheet_n_layouts. *name and *n: the sample's name in the path; *n is 0 where the
 * row has no '@'. */
size_t sheet_layout_of(const char *path, const char **name, size_t *n);
int sheet_layout_fits(const char *pattern, const char *path, const char **name, size_t *n);

#endif
