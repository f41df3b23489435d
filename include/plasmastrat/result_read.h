/* result_read.h - an ID.json back to the result it was written from.
 *
 * What is read can be written again: the same program writes the same bytes. A file is refused, with its name and the
 * place in it, when it is no JSON, of another or a newer schema, lacks something, holds a value out of range, or when its
 * answers contradict each other (a label that does not follow from its markers: edited by hand, or written by a version
 * with other rules). Its digest notices any edit; a file without one that this version wrote is computed anew from its own
 * counts. Keys that this version does not know are ignored.
 *
 * Everything refers to a panel. The one that the file names is used where it is among those given and has the same
 * checksum; else the result owns a panel made of what the file itself tells (names, codons, bins, models): enough for
 * every table and page, not enough to call anything anew. `ps_result_has_panel` tells which.
 */
#ifndef PLASMASTRAT_RESULT_READ_H
#define PLASMASTRAT_RESULT_READ_H

#include "plasmastrat/result.h"

enum { PS_RESULT_MOST_BYTES = 64 * 1024 * 1024 }; /* a larger file is refused */

int ps_result_read(const char *path, const ps_panel *panels, int n_panels, ps_result *result, ps_error *err);
/* The same from memory; `path` is only the name used in messages. `result` is zeroed on failure. */
int ps_result_parse(const char *path, const char *bytes, size_t n_bytes, const ps_panel *panels, int n_panels,
                    ps_result *result, ps_error *err);
int ps_result_has_panel(const ps_result *result); /* 1: one of the panels given */

#endif
