/* ends.h - outer ends and UMI of a fragment, which its copies share. Private to src/evidence. */
#ifndef PLASMASTRAT_ENDS_H
#define PLASMASTRAT_ENDS_H

#include <htslib/sam.h>

#include "plasmastrat/molecules.h"

/* How well the 5' end of a read is known. */
enum { PS_END_NONE, PS_END_ROUGH, PS_END_BY_MATE, PS_END_OWN };

typedef struct ps_ends {
    int32_t five0[2];    /* 5' ends, clips of template undone, of the first (or only) read and the second; below 0: on
                            another contig */
    uint8_t rank[2];     /* PS_END_* */
    uint8_t reverse[2];  /* 1: the read is */
    uint8_t umi_kind;    /* PS_UMI_* */
    uint64_t umi;        /* its letters and UMI_IS_LETTERS; of a family its name and its lane; else a hash */
    uint64_t family_umi; /* as in ps_molecule_key */
} ps_ends;

/* `read`: 0, 1 or 2; `tag`: clipped bases at its 5' end that are no template. What a read tells of its mate stands
 * until the mate comes. */
ps_ends ps_ends_of(const bam1_t *bam, int read, int32_t tag);
ps_ends ps_ends_join(const ps_ends *a, const ps_ends *b);
ps_molecule_key ps_ends_key(const ps_ends *ends, int side);

#endif
