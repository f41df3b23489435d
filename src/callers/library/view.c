/* view.c - which fragments count (library.h): each molecule once, none that ends in a primer over the codon, and no
 * more than there were.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"
#include "private.h"

typedef enum { COUNT_AS_THEY_ARE, COUNT_FRAGMENTS, COUNT_MOLECULES } counting;

typedef struct tally {        /* of one codon */
    double fragments, hidden; /* kept in the sketch; of them under a primer */
    double reference[2];      /* by side */
    double side[2];           /* without indels */
} tally;

typedef struct viewer {
    const ps_scan *s;
    const ps_library *library;
    const ps_codon_evidence *from;
    tally *tally;         /* by codon */
    double *quality;      /* by codon: mean of its bases' */
    double (*plain)[2];   /* by codon and side: fragments without an indel */
    ps_map allele_at;     /* hash -> row of from->allele + 1 */
    double *carriers;     /* [allele][side] */
    double (*flagged)[2]; /* by allele */
    uint8_t *as_it_is;    /* by codon */
    ps_codon_evidence *out;
    size_t capacity, base_capacity;
} viewer;

/* Fragments are counted from the sketch only where some are under a primer, and all were kept. */
static counting counting_of(const ps_library *library, const ps_library_window *w, int is_amplicon) {
    if (library->kind == PS_LIBRARY_UMI || (library->has_copies && !is_amplicon && w->share >= 1))
        return COUNT_MOLECULES;
    return w->n_primers && !w->is_full ? COUNT_FRAGMENTS : COUNT_AS_THEY_ARE;
}

/* Does the molecule end in the primer? A read that was trimmed begins inside it. */
static int ends_in(const ps_primer *p, int right, int32_t end0) {
    return end0 >= p->beg0 - (right ? 0 : PRIMER_SLACK) && end0 < p->end0 + (right ? PRIMER_SLACK : 0);
}

/* Of an end that is not known (the far one of a single or merged read): do most of the fragments that show the codon
 * show one beyond the primer? Then they only pass it. A few may, of a product of two amplicons. */
static int shows_beyond(const ps_panel *panel, const ps_molecule *m, const ps_primer *p, int right, double shown) {
    for (int32_t codon = m->codon_beg; codon < m->codon_end; codon++)
        for (int k = 0; k < 3; k++) {
            int32_t pos0 = panel->codons[codon].pos0[k];
            if ((right ? pos0 >= p->end0 : pos0 < p->beg0) && 2 * ps_shown_of(m, codon) > shown)
                return 1;
        }
    return 0;
}

static int covers(const ps_primer *p, const ps_codon *codon) {
    for (int k = 0; k < 3; k++)
        if (codon->pos0[k] >= p->beg0 && codon->pos0[k] < p->end0)
            return 1;
    return 0;
}

/* Does the molecule end in the window's i-th primer, or may it? */
static int may_end_in(const ps_panel *panel, const ps_library_window *w, size_t i, const ps_molecule *m, int right,
                      int32_t id) {
    const int32_t *end0 = m->key.end0;
    if (end0[right] != PS_END_UNKNOWN)
        return ends_in(&w->primer[i], right, end0[right]);
    int is_passed = w->passed[right][i] && end0[!right] != PS_END_UNKNOWN;
    return !is_passed && !shows_beyond(panel, m, &w->primer[i], right, ps_shown_of(m, id));
}

/* Is a base of the codon the primer's in this molecule? */
static int is_hidden(const ps_panel *panel, const ps_library_window *w, const ps_molecule *m, int32_t id) {
    for (size_t i = 0; i < w->n_primers; i++) {
        if (!covers(&w->primer[i], &panel->codons[id]))
            continue;
        for (int right = 0; right < 2; right++)
            if (w->primer[i].strand != (right ? '+' : '-') && may_end_in(panel, w, i, m, right, id))
                return 1;
    }
    return 0;
}

static const ps_molecule_word *first_word(const ps_molecule *m, int32_t codon) {
    for (size_t i = 0; i < m->n_word; i++)
        if (m->word[i].codon == codon)
            return &m->word[i];
    return NULL;
}

static void put_row(viewer *v, int32_t codon, const ps_molecule_word *word, int side, uint32_t n) {
    int flags =
        (word->flagged[0] == word->n ? PS_FLAG_READ_END : 0) | (word->flagged[1] == word->n ? PS_FLAG_CLUTTER : 0);
    PS_GROW(v->out->codon, v->out->n_codon, v->capacity);
    v->out->codon[v->out->n_codon++] =
        (ps_codon_count){codon, word->hap, (uint8_t)flags, (uint8_t)side, (uint8_t)(word->quality / word->n), n};
    v->tally[codon].side[side] += word->hap == PS_HAP_INDEL ? 0 : n;
}

static void put_reference(viewer *v, int32_t codon, int side, double n) {
    v->tally[codon].reference[side] += n;
    v->tally[codon].side[side] += n;
}

static void put_allele(viewer *v, const ps_molecule_word *word, int side, double n) {
    const uint64_t *row = ps_map_find(&v->allele_at, word->allele);
    if (!row)
        return;
    size_t at = (size_t)*row - 1;
    v->carriers[2 * at + (size_t)side] += n;
    for (int k = 0; k < 2; k++)
        v->flagged[at][k] += n * word->flagged[k] / word->n;
}

/* Copies vote with their qualities; where they differ, what has no clear majority is left out. */
static void vote(viewer *v, const ps_molecule *m, int32_t codon, double reference) {
    double enough = v->s->c->panel->limits.min_base_quality, best = reference * v->quality[codon], second = 0;
    const ps_molecule_word *winner = NULL, *w = first_word(m, codon);
    for (const ps_molecule_word *i = w; i && i < m->word + m->n_word && i->codon == codon; i++) {
        if (i->allele)
            continue;
        double votes = (double)i->quality;
        if (votes > best) {
            second = best;
            best = votes;
            winner = i;
        } else {
            second = fmax(second, votes);
        }
    }
    if (second > 0 && best - second < enough)
        return;
    if (!winner) {
        put_reference(v, codon, m->key.side, 1);
        return;
    }
    put_row(v, codon, winner, m->key.side, 1);
    for (const ps_molecule_word *i = w; i < m->word + m->n_word && i->codon == codon; i++)
        if (i->allele && 2 * i->quality > best)
            put_allele(v, i, m->key.side, 1);
}

/* Every fragment counts. Where a family has both sides, its changes are shared out as its fragments are. */
static void count_all(viewer *v, const ps_molecule *m, int32_t codon, double reference) {
    double all = ps_copies_of(m), given = 0;
    for (int side = 0; side < 2; side++)
        put_reference(v, codon, side, reference * m->copies[side] / all);
    for (const ps_molecule_word *i = first_word(m, codon); i && i < m->word + m->n_word && i->codon == codon; i++) {
        given = round(i->n * (double)m->copies[PS_F2R1] / all);
        for (int side = 0; side < 2; side++) {
            double n = side == PS_F2R1 ? given : i->n - given;
            if (n > 0 && i->allele)
                put_allele(v, i, side, n);
            else if (n > 0)
                put_row(v, codon, i, side, (uint32_t)n);
        }
    }
}

static void count_molecule(viewer *v, const ps_library_window *w, const ps_molecule *m) {
    for (int32_t codon = m->codon_beg; codon < m->codon_end; codon++) {
        counting how = counting_of(v->library, w, v->s->amplicon[codon]);
        if (how == COUNT_AS_THEY_ARE && !w->n_primers)
            continue;
        double reference = m->reference[codon - m->codon_beg], shown = reference;
        for (const ps_molecule_word *i = first_word(m, codon); i && i < m->word + m->n_word && i->codon == codon; i++)
            shown += i->allele ? 0 : i->n;
        if (shown <= 0)
            continue;
        v->tally[codon].fragments += shown;
        if (is_hidden(v->s->c->panel, w, m, codon))
            v->tally[codon].hidden += shown;
        else if (how == COUNT_MOLECULES)
            vote(v, m, codon, reference);
        else if (how == COUNT_FRAGMENTS)
            count_all(v, m, codon, reference);
    }
}

/* The codon that an allele begins in. */
static int32_t codon_of(const ps_panel *panel, const ps_allele_count *allele) {
    const ps_locus *locus = &panel->loci[allele->locus];
    int32_t at = allele->beg0 == allele->end0 ? allele->beg0 - 1 : allele->beg0, next = locus->codon_beg;
    int64_t least = INT64_MAX;
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++) {
            int64_t beyond = (int64_t)panel->codons[id].pos0[k] - at;
            if (beyond >= 0 && beyond < least) {
                least = beyond;
                next = id;
            }
        }
    return next;
}

/* n of `all` so far, as whole numbers whose sum is the share's. */
static uint32_t whole_share(double *passed, double n, double share) {
    double before = round(*passed * share);
    *passed += n;
    return (uint32_t)(round(*passed * share) - before);
}

static double hidden_share(const tally *t) {
    return t->fragments > 0 ? t->hidden / t->fragments : 0;
}

static void copy_codons(viewer *v) {
    size_t capacity = 0;
    for (size_t i = 0; i < v->from->n_codon; i++) {
        const ps_codon_count *row = &v->from->codon[i];
        if (!v->as_it_is[row->codon])
            continue;
        PS_GROW(v->out->codon, v->out->n_codon, v->capacity);
        v->out->codon[v->out->n_codon++] = *row;
    }
    for (size_t i = 0; i < v->from->n_base; i++) {
        if (!v->as_it_is[v->from->base[i].codon])
            continue;
        PS_GROW(v->out->base, v->out->n_base, capacity);
        v->out->base[v->out->n_base++] = v->from->base[i];
    }
    v->base_capacity = capacity;
}

/* The reference's rows and the bases by quality keep the proportions that the fragments have. */
static void share_out(viewer *v) {
    const ps_panel *panel = v->s->c->panel;
    int32_t last = -1;
    double total[2] = {0}, passed[2] = {0}, base_passed[3][2] = {{0}};
    for (size_t i = 0; i < v->from->n_codon; i++) {
        const ps_codon_count *row = &v->from->codon[i];
        if (row->hap != panel->codons[row->codon].ref || v->as_it_is[row->codon])
            continue;
        if (row->codon != last) {
            memset(passed, 0, sizeof passed);
            memset(total, 0, sizeof total);
            for (size_t k = i; k < v->from->n_codon && v->from->codon[k].codon == row->codon; k++)
                total[v->from->codon[k].side] += v->from->codon[k].hap == row->hap ? v->from->codon[k].n : 0;
        }
        last = row->codon;
        uint32_t n =
            whole_share(&passed[row->side], row->n, v->tally[row->codon].reference[row->side] / total[row->side]);
        if (!n)
            continue;
        PS_GROW(v->out->codon, v->out->n_codon, v->capacity);
        v->out->codon[v->out->n_codon] = *row;
        v->out->codon[v->out->n_codon++].n = n;
    }
    last = -1;
    for (size_t i = 0; i < v->from->n_base; i++) {
        const ps_base_count *row = &v->from->base[i];
        if (v->as_it_is[row->codon])
            continue;
        if (row->codon != last)
            memset(base_passed, 0, sizeof base_passed);
        last = row->codon;
        double share = v->tally[row->codon].side[row->side] / fmax(1, v->plain[row->codon][row->side]);
        uint32_t n = whole_share(&base_passed[row->base][row->side], row->n, share);
        if (!n)
            continue;
        PS_GROW(v->out->base, v->out->n_base, v->base_capacity);
        v->out->base[v->out->n_base] = *row;
        v->out->base[v->out->n_base++].n = n;
    }
}

/* How far reads reach beyond a codon: in the proportions of the fragments. */
static void share_reach(viewer *v) {
    const ps_codon_evidence *from = v->from;
    double passed = 0;
    v->out->reach = ps_alloc(from->n_reach + 1, sizeof *v->out->reach);
    for (size_t i = 0; i < from->n_reach; i++) {
        ps_reach_count row = from->reach[i];
        double plain = v->plain[row.codon][0] + v->plain[row.codon][1];
        double share = (v->tally[row.codon].side[0] + v->tally[row.codon].side[1]) / fmax(1, plain);
        if (!i || row.codon != from->reach[i - 1].codon)
            passed = 0;
        if (!v->as_it_is[row.codon])
            row.n = whole_share(&passed, row.n, share);
        if (row.n)
            v->out->reach[v->out->n_reach++] = row;
    }
}

/* Their depths follow from the reach. */
static void put_alleles(viewer *v) {
    size_t capacity = 0;
    for (size_t i = 0; i < v->from->n_allele; i++) {
        const ps_allele_count *row = &v->from->allele[i];
        int as_it_is = v->as_it_is[codon_of(v->s->c->panel, row)];
        if (v->carriers[2 * i] + v->carriers[2 * i + 1] < 0.5 && !as_it_is)
            continue;
        PS_GROW(v->out->allele, v->out->n_allele, capacity);
        ps_allele_count *out = &v->out->allele[v->out->n_allele++];
        *out = *row;
        out->alt = ps_strdup(row->alt);
        for (int k = 0; k < 2 && !as_it_is; k++) {
            out->n[k] = (uint32_t)(v->carriers[2 * i + (size_t)k] + 0.5);
            out->flagged[k] = (uint32_t)(v->flagged[i][k] + 0.5);
        }
    }
}

static void start_view(viewer *v) {
    size_t n = (size_t)v->s->c->panel->n_codons;
    double *bases = ps_alloc(n, sizeof *bases);
    v->tally = ps_alloc(n, sizeof *v->tally);
    v->as_it_is = ps_alloc(n, 1);
    for (int32_t id = 0; id < v->s->c->panel->n_codons; id++) {
        const ps_library_window *w = &v->s->window[ps_window_of(v->s->c->panel, id)];
        v->as_it_is[id] = counting_of(v->library, w, v->s->amplicon[id]) == COUNT_AS_THEY_ARE;
    }
    v->quality = ps_alloc(n, sizeof *v->quality);
    v->plain = ps_alloc(n, sizeof *v->plain);
    v->carriers = ps_alloc(2 * v->from->n_allele + 1, sizeof *v->carriers);
    v->flagged = ps_alloc(v->from->n_allele + 1, sizeof *v->flagged);
    for (size_t i = 0; i < v->from->n_codon; i++) {
        if (v->from->codon[i].hap != PS_HAP_INDEL)
            v->plain[v->from->codon[i].codon][v->from->codon[i].side] += v->from->codon[i].n;
    }
    for (size_t i = 0; i < v->from->n_base; i++) {
        v->quality[v->from->base[i].codon] += (double)v->from->base[i].n * v->from->base[i].quality;
        bases[v->from->base[i].codon] += v->from->base[i].n;
    }
    for (size_t i = 0; i < n; i++)
        v->quality[i] /= fmax(1, bases[i]);
    free(bases);
    for (size_t i = 0; i < v->from->n_allele; i++) {
        const ps_allele_count *a = &v->from->allele[i];
        *ps_map_at(&v->allele_at, ps_allele_hash(a->beg0, a->end0, a->alt)) = i + 1;
    }
}

static void end_view(viewer *v) {
    free(v->tally);
    free(v->as_it_is);
    free(v->quality);
    free(v->plain);
    free(v->carriers);
    free(v->flagged);
    ps_map_free(&v->allele_at);
}

/* ---- no more than there were ----------------------------------------------------------------------------------- */

/* Molecules that a codon can have at most; infinite where they are counted, which they are not in a window that has
 * an amplicon. */
static double most_of(const ps_scan *s, const ps_library *library, int32_t codon) {
    int is_beside = s->window[ps_window_of(s->c->panel, codon)].n_amplicon > 0;
    return library->stated || is_beside || library->kind == PS_LIBRARY_AMPLICON ? library->assumed : INFINITY;
}

/* What was counted and is then scaled: fragments of a library with copies, whose molecules chance merges; and
 * families of one strand. */
static double share_at(const ps_scan *s, const ps_library *library, int32_t codon) {
    const ps_library_window *w = &s->window[ps_window_of(s->c->panel, codon)];
    int is_counted = library->kind == PS_LIBRARY_UMI || (library->has_copies && !s->amplicon[codon] && w->n);
    return is_counted ? ps_families_once(&s->families, ps_window_of(s->c->panel, codon)) * w->share : 1;
}

/* Every haplotype keeps its share of the depth. */
static void cap_codons(const ps_scan *s, const ps_library *library, const ps_codon_evidence *from,
                       ps_codon_evidence *out, double *share) {
    double *depth = ps_alloc((size_t)s->c->panel->n_codons, sizeof *depth), passed = 0, base_passed[3] = {0};
    for (size_t i = 0; i < from->n_codon; i++)
        depth[from->codon[i].codon] += from->codon[i].n;
    for (int32_t id = 0; id < s->c->panel->n_codons; id++)
        share[id] = depth[id] > 0 ? fmin(share_at(s, library, id), most_of(s, library, id) / depth[id]) : 1;
    free(depth);
    out->codon = ps_alloc(from->n_codon + 1, sizeof *out->codon);
    out->base = ps_alloc(from->n_base + 1, sizeof *out->base);
    for (size_t i = 0; i < from->n_codon; i++) {
        ps_codon_count row = from->codon[i];
        if (!i || row.codon != from->codon[i - 1].codon || row.hap != from->codon[i - 1].hap)
            passed = 0;
        row.n = whole_share(&passed, row.n, share[row.codon]);
        if (row.n)
            out->codon[out->n_codon++] = row;
    }
    for (size_t i = 0; i < from->n_base; i++) {
        ps_base_count row = from->base[i];
        if (!i || row.codon != from->base[i - 1].codon)
            memset(base_passed, 0, sizeof base_passed);
        row.n = whole_share(&base_passed[row.base], row.n, share[row.codon]);
        if (row.n)
            out->base[out->n_base++] = row;
    }
}

static void cap_alleles(const ps_scan *s, const ps_codon_evidence *from, const double *share,
                        ps_codon_evidence *out) {
    const ps_panel *panel = s->c->panel;
    out->allele = ps_alloc(from->n_allele + 1, sizeof *out->allele);
    for (size_t i = 0; i < from->n_allele; i++) {
        ps_allele_count row = from->allele[i];
        double part = share[codon_of(panel, &row)], passed = 0;
        for (int side = 0; side < 2; side++) {
            row.n[side] = whole_share(&passed, row.n[side], part);
            row.flagged[side] = (uint32_t)round(row.flagged[side] * part);
        }
        row.depth = (uint32_t)round(row.depth * part);
        if (!(row.n[0] + row.n[1]))
            continue;
        row.alt = ps_strdup(row.alt);
        out->allele[out->n_allele++] = row;
    }
}

static void cap_reach(const ps_codon_evidence *from, const double *share, ps_codon_evidence *out) {
    double passed = 0;
    out->reach = ps_alloc(from->n_reach + 1, sizeof *out->reach);
    for (size_t i = 0; i < from->n_reach; i++) {
        ps_reach_count row = from->reach[i];
        if (!i || row.codon != from->reach[i - 1].codon)
            passed = 0;
        row.n = whole_share(&passed, row.n, share[row.codon]);
        if (row.n)
            out->reach[out->n_reach++] = row;
    }
}

static int view_is_needed(const ps_library *library) {
    return library->kind == PS_LIBRARY_UMI || library->has_copies || library->stacked > 0 || library->primers > 0 ||
           library->stated;
}

int ps_library_view(const ps_case *c, ps_input_role role, const ps_library *library, ps_codon_evidence *shown,
                    ps_codon_evidence *counted, double *hidden) {
    *shown = *counted = (ps_codon_evidence){0};
    if (library->kind == PS_LIBRARY_UNKNOWN || !view_is_needed(library))
        return 0;
    ps_scan s = ps_scan_library(c, role);
    viewer v = {.s = &s, .library = library, .from = &c->reads[role]->codons, .out = shown};
    start_view(&v);
    for (int32_t id = 0; id < s.n; id++)
        for (size_t i = 0; i < s.window[id].n; i++)
            count_molecule(&v, &s.window[id], &s.window[id].row[i]);
    for (int32_t id = 0; id < c->panel->n_codons; id++) {
        hidden[id] = hidden_share(&v.tally[id]);
        v.as_it_is[id] &= hidden[id] < PS_MOSTLY_HIDDEN; /* the molecules that are kept stand for all */
    }
    copy_codons(&v);
    share_out(&v);
    share_reach(&v);
    put_alleles(&v);
    end_view(&v);
    ps_codons_tidy(c->panel, shown);
    double *share = ps_alloc((size_t)c->panel->n_codons, sizeof *share);
    cap_codons(&s, library, shown, counted, share);
    cap_alleles(&s, shown, share, counted);
    cap_reach(shown, share, counted);
    free(share);
    ps_scan_free(&s);
    return 1;
}
