/* absent.h - is a chromosome missing from a file? Private to src/callers. */
#ifndef PLASMASTRAT_CALLERS_ABSENT_H
#define PLASMASTRAT_CALLERS_ABSENT_H

#include "plasmastrat/evidence.h"
#include "plasmastrat/reasons.h"

/* probability: of no fragment on a chromosome by chance, below which it is missing (assumption: a chromosome of which
 * nothing is seen, where this is the chance, is not in the file) */
static const double absent_p = 1e-6;

/* The header does not name the contig, or nothing is seen of it where so little would be chance with less than
 * absent_p: adds PS_REASON_CONTIG_ABSENT, which says what is thereby not known ("CCND1"), and returns 1. */
int contig_is_absent(const ps_panel *panel, const ps_read_evidence *e, int contig, const char *what,
                     ps_reasons *reasons);

#endif
