/* strands.h - families that are both strands of one molecule.
 *
 * What is sheared is sequenced from both strands: as two families of the same ends whose first and second reads have
 * changed places. Where the first or the second read was trimmed more, all partners are moved by as many bases. How
 * many partners chance makes is seen at other distances and, with UMIs, in how often two UMIs agree. Where each
 * strand has a UMI of its own, or a read shows one end only, partners are not known, but about how many there are.
 */
#ifndef PLASMASTRAT_STRANDS_H
#define PLASMASTRAT_STRANDS_H

#include "plasmastrat/molecules.h"

typedef struct ps_strands {
    int is_of_both; /* partners were found: both rows have the hash of one of them */
    double
        *second; /* by window: share of the rows that are another one's other strand, though not known which; owned */
    int32_t n_windows;
} ps_strands;

/* Of rows by window; not in windows that `apart` (by window; NULL: none) marks. */
ps_strands ps_strands_of(ps_molecule *row, size_t n, int uses_umis, const uint8_t *apart);

#endif
