/* dilute.h - reads of a mutated file mixed into another one, on evidence instead of on reads.
 *
 * What happens when a share f of the fragments of one file is replaced by fragments of another?  At every codon the
 * number that comes from the mutated file is Binomial(depth, f); that many of its fragments are drawn without
 * replacement (haplotype, flags, orientation and quality stay together), and as many of the first file's own are
 * taken away in the same manner, so each codon keeps the first file's depth. Base qualities follow their fragments:
 * those of single-base changes exactly, the others as a draw of the same size. Indels and changes across codons
 * follow the fragments of the codon they begin in. The errors of both files are kept as they are: none are modelled
 * or added.
 *
 * Assumptions: fragments are independent of each other, and so are codons (in a real mixture a fragment brings its
 * neighbouring codons along). Where the mutated file is shallower than the draw asks for, all of its fragments are
 * taken and the share is smaller there: the cap.
 */
#ifndef PLASMASTRAT_DILUTE_H
#define PLASMASTRAT_DILUTE_H

#include "plasmastrat/evidence.h"

/* One mixture with a share `fraction` (0..1) of fragments from `mutated`, for ps_call_ras(): codon, base and allele
 * rows are drawn, everything else is empty. The same arguments give the same mixture; safe from many threads. Caller
 * frees `mixture` with ps_read_evidence_free(). */
void ps_dilute(const ps_panel *panel, const ps_read_evidence *wild, const ps_read_evidence *mutated, double fraction,
               uint64_t seed, ps_read_evidence *mixture);

/* The seed of one repeat: depends on its arguments only, so that another list of fractions changes no other draw. */
uint64_t ps_dilution_seed(uint64_t seed, double fraction, uint64_t repeat);

#endif
