/* embed.h - the built-in panel files, as they stand in panels/, inside the program. */
#ifndef PLASMASTRAT_PANEL_EMBED_H
#define PLASMASTRAT_PANEL_EMBED_H

#include <stddef.h>

typedef struct ps_embedded {
    const char *panel; /* "grch38", "grch37"; "common": part of every panel; "program": not part of a panel */
    const char *name;  /* file name */
    const char *begin, *end;
} ps_embedded;

extern const ps_embedded ps_embedded_files[];
extern const size_t ps_n_embedded_files;

/* The file, or NULL. */
const ps_embedded *ps_embedded_find(const char *panel, const char *name);

#endif
