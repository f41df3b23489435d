/* primers.h - primers of an amplicon panel, as the user names them. */
#ifndef PLASMASTRAT_PRIMERS_H
#define PLASMASTRAT_PRIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

typedef struct ps_primer {
    int contig;
    int32_t beg0, end0;
    char strand; /* '+', '-' or '.': not said */
} ps_primer;

typedef struct ps_primers {
    ps_primer *row; /* on contigs that the panel knows */
    size_t n, listed;
} ps_primers;

int ps_primers_read(const char *path, const ps_panel *panel, ps_primers *primers, ps_error *err);
void ps_primers_free(ps_primers *primers);

#endif
