/* crai.h - do the lines of a CRAM's index tell what its containers tell? Private to src/io. */
#ifndef PLASMASTRAT_IO_CRAI_H
#define PLASMASTRAT_IO_CRAI_H

#include <htslib/hfile.h>
#include <stdint.h>

typedef struct ps_crai_line { /* of one slice; `beg1` and `span` as written */
    int64_t contig, beg1, span, container;
} ps_crai_line;

/* 1: at the line's offset a CRAM 3 container begins, on that contig, and the slice lies in it (one with several
 * contigs does not tell); 0: not so. */
int ps_crai_line_is_true(hFILE *cram, const ps_crai_line *line);

#endif
