#include "barcode.h"

#include <stdlib.h>

#include "families.h"
#include "plasmastrat/alloc.h"

/* Share of a gene's fragments with a UMI that have one and the same: the rest was misread (an assumption; a tenth is
 * more than sequencers misread in eight letters). Fewer fragments tell nothing. */
static const double SAME_SHARE = 0.9, FEWEST_FRAGMENTS = 10;
enum { FEWEST_GENES = 2 };

static int has_letters(const ps_molecule *m) {
    return m->key.umi == PS_UMI_WITHIN_ENDS && m->key.letters;
}

static int is_of(const ps_molecule *m, uint64_t letters) {
    return has_letters(m) && m->key.letters == letters;
}

/* Windows of a locus are numbered one after another. */
static size_t end_of_locus(const ps_panel *panel, const ps_molecules *all, size_t from) {
    int32_t end = 0;
    size_t to = from;
    for (int i = 0; i < panel->n_loci && end <= all->row[from].window; i++)
        end += panel->loci[i].n_windows;
    while (to < all->n && all->row[to].window < end)
        to++;
    return to;
}

/* If more than half of the fragments with a UMI have the same letters, these: others outvote each other (Boyer,
 * Moore). */
static uint64_t leading_letters(const ps_molecules *all) {
    uint64_t letters = 0;
    double votes = 0;
    for (size_t i = 0; i < all->n; i++) {
        double n = has_letters(&all->row[i]) ? ps_copies_of(&all->row[i]) : 0;
        if (all->row[i].key.letters == letters) {
            votes += n;
        } else if ((votes -= n) < 0) {
            letters = all->row[i].key.letters;
            votes = -votes;
        }
    }
    return letters;
}

/* Do nearly all fragments of each gene that have a UMI have this one, in two genes or more? */
static int is_barcode(const ps_panel *panel, const ps_molecules *all, uint64_t letters) {
    int genes = 0;
    double fragments = 0, of_barcode = 0;
    for (size_t i = 0, to; i < all->n; i = to) {
        double with = 0, same = 0;
        to = end_of_locus(panel, all, i);
        for (size_t k = i; k < to; k++) {
            double n = ps_copies_of(&all->row[k]);
            fragments += n;
            with += has_letters(&all->row[k]) ? n : 0;
            same += is_of(&all->row[k], letters) ? n : 0;
        }
        if (same < SAME_SHARE * with)
            return 0;
        genes += with >= FEWEST_FRAGMENTS;
        of_barcode += same;
    }
    return genes >= FEWEST_GENES && 2 * of_barcode > fragments;
}

/* Hashes of one long UMI begin alike: their low bits are what chance spread, and come first now. The order stays, and
 * the highest hash tells how many molecules there are. */
static uint64_t spread_hash(const ps_molecule *m) {
    uint64_t low = m->key.hash & ((UINT64_C(1) << PS_OWN_BITS) - 1);
    return low << (63 - PS_OWN_BITS) | ps_hash(&m->key.hash, sizeof m->key.hash) >> (1 + PS_OWN_BITS);
}

/* One window's rows. Those of a long barcode are next to each other: where others follow, all of them were kept, and
 * the others would only make the window look full. */
static void strip_window(const ps_molecule *row, size_t n, uint64_t letters, ps_molecules *plain) {
    int is_long = ps_umi_length(letters) >= PS_UMI_LONG, are_all = is_long && !is_of(&row[n - 1], letters);
    for (size_t i = 0; i < n; i++) {
        int is_used = is_of(&row[i], letters);
        if (!is_used && are_all)
            continue;
        ps_molecule *m = &plain->row[plain->n++];
        *m = row[i];
        m->key.umi = is_used ? PS_UMI_NONE : PS_UMI_WITHIN_ENDS;
        m->key.letters = 0;
        m->key.hash = is_long && is_used ? spread_hash(&row[i]) : row[i].key.hash;
    }
}

ps_molecules ps_without_barcode(const ps_panel *panel, const ps_molecules *molecules) {
    ps_molecules plain = {0};
    uint64_t letters = leading_letters(molecules);
    if (!letters || !is_barcode(panel, molecules, letters))
        return plain;
    plain.row = ps_alloc(molecules->n, sizeof *plain.row);
    for (size_t i = 0, to; i < molecules->n; i = to) {
        for (to = i; to < molecules->n && molecules->row[to].window == molecules->row[i].window; to++)
            ;
        strip_window(&molecules->row[i], to - i, letters, &plain);
    }
    return plain;
}
