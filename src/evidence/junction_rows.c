/* junction_rows.c - what junctions.c counted, of one file or of several. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/evidence.h"
#include "columns.h"
#include "private.h"
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
    ps_molecules_free(&j->molecules);
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
    ps_molecules_add(&whole->molecules, &part->molecules);
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

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
    return memcmp(x->contig_b, y->contig_b, sizeof x->contig_b);
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

/* ---- thinning -------------------------------------------------------------------------------------------------- */

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
    ps_molecules_tidy(&j->molecules);
    ps_junctions_thin(j);
    while (j->n_junction > PS_MAX_JUNCTION_ROWS || j->n_clip > PS_MAX_JUNCTION_ROWS) {
        j->thinned++;
        ps_junctions_thin(j);
    }
    PS_SORT_ROWS(j->junction, j->n_junction, by_junction);
    PS_SORT_ROWS(j->clip, j->n_clip, by_clip);
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

enum { MOST_POS = INT32_MAX - 1, PACKED = 32 };

static const ps_column junction_columns[] = {
    PS_COLUMN_STEPS(ps_junction_read, pos_a0, I32, 0, MOST_POS),
    PS_COLUMN_STEPS(ps_junction_read, pos_b0, I32, 0, MOST_POS),
    PS_COLUMN(ps_junction_read, fragment, HEX, 0, 0),
    PS_COLUMN(ps_junction_read, molecule, HEX, 0, 0),
    PS_COLUMN(ps_junction_read, split, U8, 0, 1),
    PS_COLUMN(ps_junction_read, right_a, U8, 0, 1),
    PS_COLUMN(ps_junction_read, right_b, U8, 0, 1),
    PS_COLUMN(ps_junction_read, from_b, U8, 0, 1),
    PS_COLUMN(ps_junction_read, low_b, U8, 0, 1),
    PS_COLUMN(ps_junction_read, base_a, LETTER, 0, 0),
    PS_COLUMN(ps_junction_read, base_b, LETTER, 0, 0),
    PS_COLUMN(ps_junction_read, contig_b, NAME, 0, PS_CONTIG_B),
};
static const ps_column clip_columns[] = {
    PS_COLUMN_STEPS(ps_junction_clip, pos0, I32, 0, MOST_POS),
    PS_COLUMN(ps_junction_clip, fragment, HEX, 0, 0),
    PS_COLUMN(ps_junction_clip, molecule, HEX, 0, 0),
    PS_COLUMN(ps_junction_clip, beyond, HEX, 0, 0),
    PS_COLUMN(ps_junction_clip, within, HEX, 0, 0),
    PS_COLUMN(ps_junction_clip, n_beyond, U8, 0, PACKED),
    PS_COLUMN(ps_junction_clip, n_within, U8, 0, PACKED),
    PS_COLUMN(ps_junction_clip, in_b, U8, 0, 1),
    PS_COLUMN(ps_junction_clip, right, U8, 0, 1),
    PS_COLUMN(ps_junction_clip, low, U8, 0, 1),
    PS_COLUMN(ps_junction_clip, base, LETTER, 0, 0),
};
static const ps_columns_of junction_kind = PS_ROWS_OF("reads", ps_junction_read, junction_columns),
                           clip_kind = PS_ROWS_OF("clips", ps_junction_clip, clip_columns);
static const char *const chimeric_names[2] = {"window_chimeric_cells", "igh_chimeric_cells"};

void ps_junctions_write(const ps_junction_evidence *j, ps_pen *pen) {
    ps_put_name(pen, "junctions");
    ps_put(pen, "{");
    ps_put_integer_of(pen, "thinned", (uint64_t)j->thinned);
    ps_put_integer_of(pen, "window_fragments", j->window_fragments);
    ps_put_integer_of(pen, "window_chimeric", j->window_chimeric);
    ps_put_array_of(pen, "cell_bases", j->cell_bases, j->n_cells);
    for (int side = 0; side < 2; side++)
        ps_put_array_of(pen, chimeric_names[side], j->chimeric[side], j->n_chimeric[side]);
    ps_molecules_write(&j->molecules, pen);
    ps_put_rows(pen, &junction_kind, j->junction, j->n_junction);
    ps_put_rows(pen, &clip_kind, j->clip, j->n_clip);
    ps_put(pen, "}");
}

void ps_junctions_scan(ps_scan *scan, ps_junction_evidence *j) {
    ps_scan_name(scan, "junctions");
    ps_scan_text(scan, "{");
    j->thinned = (int)ps_scan_integer_of(scan, "thinned", PS_MAX_THINNING + 1);
    j->window_fragments = ps_scan_integer_of(scan, "window_fragments", PS_MOST_RECORDS);
    j->window_chimeric = ps_scan_integer_of(scan, "window_chimeric", PS_MOST_RECORDS);
    ps_scan_array_of(scan, "cell_bases", j->cell_bases, j->n_cells);
    for (int side = 0; side < 2; side++)
        ps_scan_array_of(scan, chimeric_names[side], j->chimeric[side], j->n_chimeric[side]);
    ps_molecules_scan(scan, &j->molecules);
    j->junction = ps_scan_rows(scan, &junction_kind, &j->n_junction);
    j->clip = ps_scan_rows(scan, &clip_kind, &j->n_clip);
    ps_scan_text(scan, "}");
}
