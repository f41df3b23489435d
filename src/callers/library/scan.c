/* scan.c - one input's windows: their molecules, with both strands joined, their amplicons and primers. */
#include <math.h>
#include <stdlib.h>

#include "barcode.h"
#include "plasmastrat/alloc.h"
#include "private.h"

/* Constant of the algorithm: when so much more or less of the fragments is kept than of the molecules, few molecules
 * have most of the fragments. */
static const double HEAVY = 1.5;

/* Fragments over the codon that shows most of them. */
static double deepest_codon(const ps_scan *s, int32_t w) {
    const ps_codon_evidence *e = &s->reads->codons;
    double deepest = 0, here = 0;
    for (size_t i = 0; i < e->n_codon; i++) {
        here = i && e->codon[i].codon == e->codon[i - 1].codon ? here + e->codon[i].n : e->codon[i].n;
        if (here > deepest && ps_window_of(s->c->panel, e->codon[i].codon) == w)
            deepest = here;
    }
    return deepest;
}

void ps_window_add(ps_library_window *w, const ps_molecule *m) {
    w->row = w->n++ ? w->row : m;
    w->fragments += ps_copies_of(m);
}

void ps_window_keep(ps_library_window *w, const ps_molecule *m) {
    w->n_kept++;
    w->highest = m->key.hash;
}

void ps_window_estimate(ps_library_window *w) {
    w->is_full = w->n_kept == PS_MOLECULES_KEPT;
    double all = w->is_full ? ldexp((double)(w->n_kept - 1), 63) / (double)w->highest : (double)w->n_kept;
    w->molecules = w->n_kept ? all * (double)w->n / (double)w->n_kept : 0;
}

static void fill_windows(ps_scan *s) {
    for (int32_t id = 0; id < s->n; id++) {
        s->window[id].n = 0;
        s->window[id].fragments = 0;
    }
    for (size_t i = 0; i < s->families.n; i++)
        ps_window_add(&s->window[s->families.row[i].window], &s->families.row[i]);
    for (int32_t id = 0; id < s->n; id++)
        ps_window_estimate(&s->window[id]);
}

/* Of an amplicon both strands are counted as they are: its molecules cannot be told. */
static void join_strands(ps_scan *s) {
    uint8_t *apart = ps_alloc((size_t)s->n, 1);
    for (int32_t id = 0; id < s->n; id++)
        apart[id] = s->window[id].n_amplicon > 0;
    if (ps_families_join_strands(&s->families, apart))
        fill_windows(s);
    free(apart);
}

ps_scan ps_scan_library(const ps_case *c, ps_input_role role) {
    ps_scan s = {.c = c, .reads = c->reads[role], .n = ps_n_windows(c->panel)};
    const ps_molecules *all = &s.reads->codons.molecules;
    s.plain = ps_without_barcode(c->panel, all);
    all = s.plain.n ? &s.plain : all;
    s.window = ps_alloc((size_t)s.n, sizeof *s.window);
    s.amplicon = ps_alloc((size_t)c->panel->n_codons, 1);
    s.families = ps_families_of(all);
    for (size_t i = 0; i < all->n; i++)
        ps_window_keep(&s.window[all->row[i].window], &all->row[i]);
    fill_windows(&s);
    for (int32_t id = 0; id < s.n; id++) {
        ps_library_window *w = &s.window[id];
        double all_fragments = w->is_full ? deepest_codon(&s, id) : 0;
        double kept = w->molecules > 0 ? w->fragments * w->molecules / fmax(1, (double)w->n) : 0;
        w->is_heavy = w->is_full && (all_fragments > HEAVY * kept || kept > HEAVY * HEAVY * all_fragments);
    }
    ps_find_amplicons(&s);
    ps_find_primers(&s);
    join_strands(&s);
    double same_length = ps_same_length(&s.families, s.length);
    for (int32_t id = 0; id < s.n; id++)
        if (s.window[id].n) {
            s.window[id].places = ps_places_of(&s.window[id], same_length, s.families.strands.is_of_both);
            s.window[id].share = s.families.uses_umis ? 1 : ps_share_of_places(&s.window[id]);
        }
    return s;
}

void ps_scan_free(ps_scan *s) {
    ps_families_free(&s->families);
    free(s->plain.row);
    for (int32_t id = 0; id < s->n; id++)
        free(s->window[id].between);
    free(s->window);
    free(s->amplicon);
}
