/* Any bytes as a BAI, CSI or TBI: what is taken for sound, htslib loads, asks and frees. */
#include <htslib/hts.h>
#include <htslib/tbx.h>

#include "../../src/io/bam/bin_index.h"
#include "fuzz.h"
#include "plasmastrat/setup.h"

static void ask(const hts_idx_t *idx, int n_contigs) {
    for (int tid = 0; tid < n_contigs && tid < 100; tid++)
        for (int64_t beg0 = 0; beg0 < (int64_t)1 << 31; beg0 = 2 * beg0 + 10000)
            hts_itr_destroy(hts_itr_query(idx, tid, beg0, beg0 + 100000, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ps_bin_index index;
    ps_setup();
    const char *path = fuzz_file(data, size);
    if (ps_bin_index_read(path, UINT64_MAX, &index) == 1) {
        hts_idx_t *idx = hts_idx_load3("none", path, HTS_FMT_BAI, HTS_IDX_SILENT_FAIL);
        if (idx)
            ask(idx, index.n_contigs);
        hts_idx_destroy(idx);
        if (index.bytes[0] == 'T')
            tbx_destroy(tbx_index_load3("none", path, HTS_IDX_SILENT_FAIL));
    }
    ps_bin_index_free(&index);
    return 0;
}
