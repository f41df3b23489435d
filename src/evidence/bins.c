/* bins.c - fragments per depth bin: first reads (or unpaired ones; of pairs without numbers the
 * forward ones) whose alignment starts in the bin.
 *
 * One read stands for its fragment, so no mate is needed and a bin's count does not depend on its neighbours.
 */
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "columns.h"
#include "private.h"
#include "unit.h"

static void add(ps_unit *unit, const ps_record *r) {
    int known;
    if (ps_read_number(r->bam, &known) == 2)
        return;
    int low = unit->id, high = unit->id + (int)unit->n_spans; /* bins of a unit are consecutive */
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (unit->panel->bins[middle].span.beg0 <= r->pos0)
            low = middle;
        else
            high = middle;
    }
    unit->part.bins.bin[low]++;
}

static void finish(ps_unit *unit) {
    (void)unit;
}

const ps_unit_kind ps_bin_unit = {
    .collector = PS_COLLECT_BINS,
    .left_out = 1u << PS_LEFT_UNMAPPED | 1u << PS_LEFT_SECONDARY | 1u << PS_LEFT_SUPPLEMENTARY |
                1u << PS_LEFT_QC_FAIL | 1u << PS_LEFT_DUPLICATE | 1u << PS_LEFT_LOW_MAPQ,
    .starts_inside = 1,
    .by_place = 1,
    .add = add,
    .finish = finish,
};

/* ---- the counts ------------------------------------------------------------------------------------------------ */

void ps_bins_init(const ps_panel *panel, ps_bin_evidence *bins) {
    bins->n = (size_t)panel->n_bins;
    bins->bin = ps_alloc(bins->n, sizeof *bins->bin);
}

void ps_bins_free(ps_bin_evidence *bins) {
    free(bins->bin);
    *bins = (ps_bin_evidence){0};
}

void ps_bins_add(ps_bin_evidence *whole, const ps_bin_evidence *part) {
    for (size_t i = 0; i < part->n; i++)
        whole->bin[i] += part->bin[i];
}

void ps_bins_write(const ps_bin_evidence *bins, ps_pen *pen) {
    ps_put_array_of(pen, "bins", bins->bin, bins->n);
}

void ps_bins_scan(ps_scan *scan, ps_bin_evidence *bins) {
    ps_scan_array_of(scan, "bins", bins->bin, bins->n);
}
