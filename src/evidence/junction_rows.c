/* junction_rows.c - what junctions.c counted, of one file or of several. */
#include <stdlib.h>

#include "plasmastrat/evidence.h"
#include "rows.h"
#include "unit.h"

static size_t cells(ps_span span, int32_t size) {
    return (size_t)((span.end0 - span.beg0 + size - 1) / size);
}

void ps_junctions_init(const ps_panel *panel, ps_junction_evidence *j) {
    j->n_cells = cells(panel->ccnd1_window, PS_WINDOW_CELL);
    j->cell_bases = ps_alloc(j->n_cells, sizeof *j->cell_bases);
    for (int side = 0; side < 2; side++) {
        j->n_chimeric[side] = cells(side ? panel->igh : panel->ccnd1_window, PS_CHIMERIC_CELL);
        j->chimeric[side] = ps_alloc(j->n_chimeric[side], sizeof *j->chimeric[side]);
    }
}

void ps_junctions_free(ps_junction_evidence *j) {
    free(j->cell_bases);
    free(j->chimeric[0]);
    free(j->chimeric[1]);
    free(j->junction);
    free(j->clip);
    *j = (ps_junction_evidence){0};
}

void ps_junctions_add(ps_junction_evidence *whole, ps_junction_evidence *part) {
    whole->window_fragments += part->window_fragments;
    whole->window_chimeric += part->window_chimeric;
    whole->thinned = part->thinned > whole->thinned ? part->thinned : whole->thinned;
    for (size_t i = 0; i < part->n_cells; i++)
        whole->cell_bases[i] += part->cell_bases[i];
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < part->n_chimeric[side]; i++)
            whole->chimeric[side][i] += part->chimeric[side][i];
    PS_MOVE_ROWS(whole, part, junction, n_junction);
    PS_MOVE_ROWS(whole, part, clip, n_clip);
}

/* ---- order ------------------------------------------------------------------------------------------------------
 */

static int by_junction(const void *a, const void *b) {
    const ps_junction_read *x = a, *y = b;
    PS_COMPARE(pos_a0)
    PS_COMPARE(pos_b0)
    PS_COMPARE(fragment)
    PS_COMPARE(split)
    PS_COMPARE(right_a)
    PS_COMPARE(right_b)
    PS_COMPARE(from_b)
    PS_COMPARE(molecule)
    PS_COMPARE(low_b)
    PS_COMPARE(base_a)
    PS_COMPARE(base_b)
    return 0;
}

static int by_clip(const void *a, const void *b) {
    const ps_junction_clip *x = a, *y = b;
    PS_COMPARE(in_b)
    PS_COMPARE(pos0)
    PS_COMPARE(right)
    PS_COMPARE(fragment)
    PS_COMPARE(molecule)
    PS_COMPARE(n_beyond)
    PS_COMPARE(beyond)
    PS_COMPARE(n_within)
    PS_COMPARE(within)
    PS_COMPARE(low)
    PS_COMPARE(base)
    return 0;
}

/* ---- thinning ---------------------------------------------------------------------------------------------------
 */

int ps_junction_kept(uint64_t fragment, int thinned) {
    return thinned <= PS_MAX_THINNING && (thinned == 0 || fragment >> (64 - thinned) == 0);
}

void ps_junctions_thin(ps_junction_evidence *j) {
    size_t n = 0;
    for (size_t i = 0; i < j->n_junction; i++)
        if (ps_junction_kept(j->junction[i].fragment, j->thinned))
            j->junction[n++] = j->junction[i];
    j->n_junction = n;
    n = 0;
    for (size_t i = 0; i < j->n_clip; i++)
        if (ps_junction_kept(j->clip[i].fragment, j->thinned))
            j->clip[n++] = j->clip[i];
    j->n_clip = n;
}

void ps_junctions_tidy(ps_junction_evidence *j) {
    ps_junctions_thin(j);
    while (j->n_junction > PS_MAX_JUNCTION_ROWS || j->n_clip > PS_MAX_JUNCTION_ROWS) {
        j->thinned++;
        ps_junctions_thin(j);
    }
    PS_SORT_ROWS(j->junction, j->n_junction, by_junction);
    PS_SORT_ROWS(j->clip, j->n_clip, by_clip);
}
