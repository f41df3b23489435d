/* bin_index.h - does a binning index (BAI, CSI, TBI) hold together?
 *
 * htslib (1.16) trusts what it loads: a bin named twice ends the process, a depth that cannot be has it look through
 * bins for hours. And a BAI has no checksum: a flipped bit makes reads vanish without a word. But an index says the
 * same thing several ways, and these are compared (SAM specification, section 5; CSIv1; tabix): the chunks of a
 * contig follow each other without a gap, and so do the contigs; bins of one level begin in the order of their
 * places; the counts' bin tells where the contig's chunks begin and end; the linear index (of a CSI: each bin's
 * offset) rises, and each of its steps lies in a chunk of a bin over that window. Private to src/io.
 */
#ifndef PLASMASTRAT_IO_BIN_INDEX_H
#define PLASMASTRAT_IO_BIN_INDEX_H

#include <stddef.h>
#include <stdint.h>

typedef struct ps_stretch { /* virtual offsets: of a contig's first record, and after its last; both 0: it has none */
    uint64_t beg, end;
} ps_stretch;

/* The first record of a bin: it is on this contig and starts in the bin, or the index lies. */
typedef struct ps_index_probe {
    uint64_t offset;
    int64_t beg0, end0;
    int contig;
} ps_index_probe;

enum { PS_MOST_PROBES = 256 }; /* a block is inflated for each: some hundredths of a second */

typedef struct ps_bin_index {
    uint8_t *bytes; /* inflated */
    size_t n_bytes;
    int min_shift, depth;
    int n_contigs;
    ps_stretch *contig, all;
    ps_index_probe probe[PS_MOST_PROBES]; /* all bins, or each k-th; by offset */
    size_t n_probes;
    size_t aux, n_aux; /* in `bytes`: columns and names of a tabix index; nothing in one of alignments */
} ps_bin_index;

/* 1: sound, 0: not, or it cannot be read; -1: it cannot be opened or is of another kind, about which htslib's loader
 * says no. No chunk of a sound one lies beyond the file's n_file bytes (UINT64_MAX: not known). Free it in any case.
 */
int ps_bin_index_read(const char *path, uint64_t n_file, ps_bin_index *index);
/* The bytes as a URL that htslib's loaders take for a file's name. */
char *ps_bin_index_url(const ps_bin_index *index);
void ps_bin_index_free(ps_bin_index *index);

#endif
