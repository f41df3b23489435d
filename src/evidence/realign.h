/* realign.h - soft clips at coding exons that are really indels. Private to src/evidence.
 *
 * Aligners clip a read's end where an insertion or a long deletion lies close to it. The clipped bases then read: the
 * insertion, then the reference again; or the reference some way on. Both are recognised here, base by base, against
 * the panel's own sequence, and the alignment is rewritten with the gap in it. A clip at a read's 5' end that is
 * neither may be a tag.
 */
#ifndef PLASMASTRAT_REALIGN_H
#define PLASMASTRAT_REALIGN_H

#include <htslib/sam.h>

#include "plasmastrat/panel.h"

typedef struct ps_alignment { /* a record's alignment, rewritten where a clip was resolved */
    uint32_t *op;             /* CIGAR operations as in BAM; owned */
    uint32_t n;
    int32_t pos0, end0;
} ps_alignment;

void ps_alignment_of(const ps_limits *limits, const ps_locus *locus, const bam1_t *bam, int32_t end0,
                     ps_alignment *alignment);
/* Clipped bases at the 5' end that are no template: a UMI, a spacer or an adapter that was read before it. */
int32_t ps_tag_bases(const ps_limits *limits, const ps_locus *locus, const bam1_t *bam,
                     const ps_alignment *alignment);
void ps_alignment_free(ps_alignment *alignment);

#endif
