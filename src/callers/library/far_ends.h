/* far_ends.h - primers at the far ends of reads without a mate.
 *
 * A merged read runs through the whole amplicon: it begins in one primer and ends in the other. So where many such
 * reads end at one place, the bases before it are taken for a primer's. Reads of one fixed length from one start end
 * at one place too, with no primer there: they end by the sequencer's read length. That is told by the sample: the
 * longest reads are as long in many exons, where amplicons are of many lengths. Where it cannot be told, the bases
 * count as a primer's.
 */
#ifndef PLASMASTRAT_FAR_ENDS_H
#define PLASMASTRAT_FAR_ENDS_H

#include "plasmastrat/evidence.h"
#include "plasmastrat/primers.h"

typedef struct ps_far_rule {
    double fewest;   /* reads that tell */
    int32_t slack;   /* bases between a primer's end and a read's */
    double share;    /* of the reads that end within a primer's length: that end at one place */
    int32_t bases;   /* of a primer */
    int has_primers; /* 1: reads of the window begin at primers */
    int is_amplicon; /* 1: nearly all of them do */
} ps_far_rule;

enum { PS_MOST_FAR_ENDS = 16 };
/* Places of the window at which reads end in a primer that covers a part of it, the outermost first: on the right of
 * forward reads, on the left of reverse ones. Returns their number. */
size_t ps_far_primers(const ps_panel *panel, const ps_codon_evidence *e, int32_t window, int right,
                      const ps_far_rule *rule, int32_t end0[PS_MOST_FAR_ENDS]);
/* Of each primer: do nearly all reads of the orientation that begin before it go on beyond it? Its bases are theirs
 * then, also where no codon beyond shows it. */
void ps_far_passed(const ps_panel *panel, const ps_codon_evidence *e, int32_t window, int right,
                   const ps_far_rule *rule, const ps_primer *primer, size_t n, uint8_t *passed);

#endif
