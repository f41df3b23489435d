/* outfile.h - a file is there whole or not at all.
 *
 * Writing goes to a temporary name in the target's folder; ps_outfile_commit flushes, fsyncs, checks every error and
 * gives it its name: of two processes that write one file without `force`, one wins and the other gets an error.
 * Anything else removes the temporary.
 */
#ifndef PLASMASTRAT_OUTFILE_H
#define PLASMASTRAT_OUTFILE_H

#include <stddef.h>
#include <stdio.h>

#include "plasmastrat/error.h"

typedef struct ps_outfile {
    char *path, *temporary;
    int force;    /* 1: what has the name meanwhile is replaced */
    FILE *stream; /* write here; NULL when another writer owns the temporary (see ps_outfile_reserve) */
} ps_outfile;

/* Refuses an existing target unless `force`. */
int ps_outfile_open(const char *path, int force, ps_outfile *out, ps_error *err);
/* Only makes the temporary (for writers that open by name, such as htslib); commit then fsyncs by name. */
int ps_outfile_reserve(const char *path, int force, ps_outfile *out, ps_error *err);
int ps_outfile_commit(ps_outfile *out, ps_error *err);
void ps_outfile_discard(ps_outfile *out); /* safe on a zeroed or committed one */

/* Files that belong together: all are complete before the first takes its name, in their order. `write` fills number
 * `file`. */
typedef int ps_outfile_writer(const void *context, size_t file, FILE *out, ps_error *err);
int ps_outfile_write_all(char *const *path, size_t n, int force, ps_outfile_writer *write, const void *context,
                         ps_error *err);

/* Is `name` (without folder) a temporary of a file called `base`? One is left behind only by a process that was
 * killed. */
int ps_outfile_is_leftover(const char *name, const char *base);

/* Creates the folder and its parents; says which one could not be made or written. */
int ps_make_folder(const char *path, ps_error *err);

#endif
