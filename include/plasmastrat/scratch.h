/* scratch.h - a file for what does not fit into memory or must be read twice.
 *
 * It lies in $TMPDIR, which clusters point at a node's own disk (tmpfile() knows only /tmp), and has no name: it is
 * gone with the program, however that ends.
 */
#ifndef PLASMASTRAT_SCRATCH_H
#define PLASMASTRAT_SCRATCH_H

#include <stdio.h>

/* Open for reading and writing, fclose() it; NULL with errno when none can be made. */
FILE *ps_scratch_open(void);

#endif
