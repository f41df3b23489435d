/* ranges.h - parts of a remote BAM by exact byte ranges. Private to src/io.
 *
 * htslib's remote file asks for everything from a place to the end of the file and hangs up when it has enough: on a
 * fast line megabytes are sent for each place. Here the index's chunks are joined where they are near, each is asked
 * for by its own bytes (the HTTP header Range), and its records are walked as when streaming (bgzf_walk.h).
 */
#ifndef PLASMASTRAT_IO_RANGES_H
#define PLASMASTRAT_IO_RANGES_H

#include <htslib/hts.h>

#include "bgzf_walk.h"
#include "../source.h"

typedef struct ps_ranges ps_ranges;

/* 1: a URL whose server takes byte ranges (http, https). */
int ps_ranges_can(const char *url);
/* 1: the remote file is there, 0: it is not, -1: the server does not tell, with errno. Reads a few bytes of it. */
int ps_ranges_find(const char *url);

/* The records of the iterator's chunks that overlap the spans of `rules`, which must stay until ps_ranges_close. */
ps_ranges *ps_ranges_open(const ps_source *source, const hts_itr_t *region, const ps_walk_rules *rules);
/* As ps_walk_next. */
int ps_ranges_next(ps_ranges *ranges, bam1_t *record, ps_error *err);
void ps_ranges_close(ps_ranges *ranges); /* NULL is fine */

#endif
