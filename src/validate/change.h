/* change.h - the name of one expected change. Private to src/validate. */
#ifndef PLASMASTRAT_VALIDATE_CHANGE_H
#define PLASMASTRAT_VALIDATE_CHANGE_H

#include "plasmastrat/validate.h"

/* "G12D", "p.Gly12Asp", "G12_G13insG", "c.35G>A": fills change (proteins in one-letter code), codon and kind.
 * Residues must be those of the gene. Returns 0, or -1 and why. */
int validate_read_change(const ps_panel *panel, int gene, const char *text, ps_expected_variant *v, char *why,
                         size_t why_size);

#endif
