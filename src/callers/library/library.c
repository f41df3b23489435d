/* library.c - how many molecules the fragments are (library.h). */
#include <math.h>

#include "plasmastrat/stats.h"
#include "private.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. WIDE_PLACES: ends that lie closer
 * than chance looks at (chance.c) can look like twice as many. */
static const double STACKED_SHARE = 0.5, CHANCE_FOLD = 1.5, WIDE_PLACES = 100;

const char *const ps_library_names[PS_N_LIBRARY_KINDS] = {"unknown", "unique", "unmarked-copies", "umi", "amplicon"};

static void add_up(const ps_scan *s, ps_library *out) {
    double stacked = 0, forward = 0, chance = 0;
    for (int32_t id = 0; id < s->n; id++) {
        const ps_library_window *w = &s->window[id];
        if (!w->n)
            continue;
        double kept = (double)w->n / w->molecules;
        out->fragments += w->fragments;
        out->primers += (double)w->n_primers;
        out->primers_listed += (double)w->n_listed;
        stacked += w->n_amplicon ? w->fragments : 0;
        if (!w->n_amplicon) {
            out->molecules += (double)w->n;
            chance += ps_chance_copies(w->fragments / kept, w->places) * kept;
            out->copies += w->fragments - (double)w->n;
        }
        for (size_t i = 0; i < w->n; i++) {
            forward += w->row[i].copies[PS_F1R2];
        }
    }
    double counted = out->fragments - stacked;
    out->copies = counted > 0 ? out->copies / counted : NAN;
    out->chance = counted > 0 ? chance / counted : NAN;
    out->umi = s->families.umi;
    out->stacked = out->fragments > 0 ? stacked / out->fragments : NAN;
    out->first_forward = out->fragments > 0 ? forward / out->fragments : NAN;
}

/* More fragments share their ends than by chance; or, where so many must that it tells nothing, fewer places hold
 * any: if `places` are so many that their number is known well. */
static int has_copies(const ps_limits *l, double copies, double chance, double places) {
    return (copies - chance > l->library_copies_excess && copies > CHANCE_FOLD * chance) ||
           (places >= WIDE_PLACES && 1 - chance > CHANCE_FOLD * (1 - copies));
}

/* Places of a window, averaged over the fragments. */
static double mean_places(const ps_scan *s) {
    double sum = 0, n = 0;
    for (int32_t id = 0; id < s->n; id++)
        if (s->window[id].n && !s->window[id].n_amplicon) {
            sum += s->window[id].fragments * s->window[id].places;
            n += s->window[id].fragments;
        }
    return n > 0 ? sum / n : 0;
}

/* Molecules per row where all are kept: of both strands that are not next to each other in the order of hashes, the
 * other one is kept as seldom as any row. */
static double once_of_all(double once, double kept) {
    return fmax(0.5, 1 - (1 - once) / kept);
}

/* Where copies, or UMIs, tell how many molecules there are: those of the windows without amplicons. */
static void count_molecules(const ps_scan *s, ps_library *b) {
    double fragments = 0, merged = 0;
    b->molecules = 0;
    for (int32_t id = 0; id < s->n; id++) {
        const ps_library_window *w = &s->window[id];
        if (!w->n || w->n_amplicon)
            continue;
        double once = ps_families_once(&s->families, id), kept = (double)w->n / w->molecules;
        fragments += w->fragments;
        b->molecules += once * (double)w->n;
        merged += once_of_all(once, kept) * (w->share < 1 ? w->share * w->fragments : (double)w->n);
    }
    b->share = fragments > 0 ? merged / fragments : 1;
}

static void judge(const ps_scan *s, ps_library *b) {
    const ps_limits *l = &s->c->panel->limits;
    int is_stated = s->c->molecules > 0 && s->reads->role == PS_INPUT_DNA;
    b->has_copies = s->is_few || has_copies(l, b->copies, b->chance, mean_places(s));
    b->kind = !(b->fragments > 0)           ? PS_LIBRARY_UNKNOWN
              : s->families.uses_umis       ? PS_LIBRARY_UMI
              : b->stacked >= STACKED_SHARE ? PS_LIBRARY_AMPLICON
              : b->has_copies               ? PS_LIBRARY_COPIES
                                            : PS_LIBRARY_UNIQUE;
    b->share = 1;
    if (b->kind == PS_LIBRARY_UMI || b->has_copies)
        count_molecules(s, b);
    b->stated = is_stated;
    b->assumed = is_stated ? s->c->molecules : b->stacked > 0 ? l->library_amplicon_ng * library_ng_molecules : NAN;
    b->mates_expected = (double)s->reads->codons.mates_expected;
    b->mates_met = (double)s->reads->codons.mates_met;
}

static void round_library(ps_library *b) {
    double *const published[] = {&b->molecules,     &b->share,       &b->copies,       &b->chance,
                                 &b->umi,           &b->stacked,     &b->assumed,      &b->insert_low,
                                 &b->insert_median, &b->insert_high, &b->first_forward};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        *published[i] = ps_round6(*published[i]);
}

void ps_call_library(const ps_case *c, ps_input_role role, ps_library *library) {
    *library = (ps_library){0};
    if (!c->reads[role] || !c->reads[role]->given)
        return;
    ps_scan s = ps_scan_library(c, role);
    library->insert_median = s.length[1];
    library->insert_low = s.length[0];
    library->insert_high = s.length[2];
    add_up(&s, library);
    judge(&s, library);
    round_library(library);
    ps_scan_free(&s);
}

double ps_library_share(const ps_library *b, double depth) {
    if (!b || b->kind == PS_LIBRARY_UNKNOWN || depth <= 0)
        return 1;
    int is_capped = b->stated || b->kind == PS_LIBRARY_AMPLICON;
    return is_capped ? fmin(b->share, b->assumed / depth) : b->share;
}

static double molecules_per_fragment(const ps_panel *panel, ps_library_window *w, const ps_families *families) {
    double length[3];
    ps_window_estimate(w);
    w->places = ps_places_of(w, ps_same_length(families, length), families->strands.is_of_both);
    double kept = (double)w->n / w->molecules, copies = 1 - (double)w->n / w->fragments;
    double chance = ps_chance_copies(w->fragments / kept, w->places) * kept / w->fragments;
    if (!families->uses_umis && !has_copies(&panel->limits, copies, chance, w->places))
        return 1;
    double merged = families->uses_umis ? 1 : ps_share_of_places(w);
    return once_of_all(ps_families_once(families, w->row->window), kept) *
           (merged < 1 ? merged : (double)w->n / w->fragments);
}

double ps_molecules_per_fragment(const ps_panel *panel, const ps_molecules *molecules) {
    ps_library_window w = {0};
    ps_families families = ps_families_of(molecules);
    ps_families_join_strands(&families, NULL);
    for (size_t i = 0; i < molecules->n; i++)
        ps_window_keep(&w, &molecules->row[i]);
    for (size_t i = 0; i < families.n; i++)
        ps_window_add(&w, &families.row[i]);
    double share = w.n ? molecules_per_fragment(panel, &w, &families) : 1;
    ps_families_free(&families);
    return share;
}

const ps_library *ps_library_of(const ps_case *c, ps_input_role role, ps_library *own) {
    if (c->library)
        return &c->library[role];
    ps_call_library(c, role, own);
    return own;
}
