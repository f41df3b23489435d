/* source.h - private to src/io: opening a file by what it is, not by what it is called. */
#ifndef PLASMASTRAT_IO_SOURCE_H
#define PLASMASTRAT_IO_SOURCE_H

#include <htslib/hfile.h>
#include <htslib/hts.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

/* A path as given, split at "##idx##". `name` is what messages show ("standard input" for "-"). */
typedef struct ps_source {
    char *path;
    char *index; /* NULL when none was named */
    char *name;
    int is_stdin;
    int is_url;
    int is_remote; /* no file-system facts (times, sizes) */
} ps_source;

void ps_source_init(const char *given, ps_source *source);
void ps_source_free(ps_source *source);

/* hopen of a URL, asked again with growing waits where the server may yet answer; `header`: a line of the request, or
 * NULL. NULL with errno as htslib tells replies, ETIMEDOUT after the time-out of remote.h. */
hFILE *ps_remote_open(const char *url, const char *header);
void ps_remote_wait(int attempt); /* 0.1 s, 0.2 s, 0.4 s ... */
/* What an errno means, of a server in its words ("the server has no such file (404)"). */
const char *ps_source_why(const ps_source *source, int number);

/* Opens and looks at the first bytes. A folder, an empty file and anything unreadable are refused here. */
int ps_source_open(const ps_source *source, hFILE **file, htsFormat *format, ps_error *err);
/* Refuses with what the file really is: "is not an alignment file but FASTQ sequence text". */
int ps_source_refuse(const ps_source *source, const htsFormat *format, const char *wanted, ps_error *err);

/* 1: `index` is older than `path` (whole seconds: a writer that makes both ends the index first, by milliseconds). */
int ps_source_index_is_stale(const char *path, const char *index);

/* Naming style of contigs, from the names of the primary ones. */
int ps_contig_style(const char *const *names, int n);

#endif
