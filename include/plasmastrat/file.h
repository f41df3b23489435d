/* file.h - whole files into memory, and what a path tells. */
#ifndef PLASMASTRAT_FILE_H
#define PLASMASTRAT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "plasmastrat/error.h"

/* All bytes of a file or pipe of at most `most` bytes, whole MiB, with a zero byte behind them that is not counted.
 * Owned by the caller. Fails, with an error of `kind`, when it cannot be opened or read, or is larger. */
int ps_file_read(const char *path, size_t most, ps_error_kind kind, char **bytes, size_t *n, ps_error *err);

/* The same of what is left of an open one, which is closed; `path` is only the name used in messages. */
int ps_stream_read(FILE *file, const char *path, size_t most, ps_error_kind kind, char **bytes, size_t *n,
                   ps_error *err);

/* What holds a text that this program does not unpack, by a file's first bytes, and what to do: "compressed with xz:
 * unpack it with unxz". NULL: none that is known. */
const char *ps_foreign_container(const void *head, size_t n);

int ps_path_is_remote(const char *path); /* 1: a URL such as "https://..." or "s3://..." */

#endif
