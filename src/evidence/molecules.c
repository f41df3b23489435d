/* molecules.c - the molecules of an exon window with the lowest hashes, and what their fragments show (molecules.h).
 */
#include "plasmastrat/molecules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence.h"
#include "plasmastrat/map.h"

int32_t ps_n_windows(const ps_panel *panel) {
    int32_t n = 0;
    for (int i = 0; i < panel->n_loci; i++)
        n += panel->loci[i].n_windows;
    return n;
}

int32_t ps_window_of(const ps_panel *panel, int32_t codon) {
    const ps_codon *c = &panel->codons[codon];
    int32_t low = c->pos0[0] < c->pos0[2] ? c->pos0[0] : c->pos0[2], before = 0;
    for (int i = 0; i < c->locus; i++)
        before += panel->loci[i].n_windows;
    const ps_locus *locus = &panel->loci[c->locus];
    int w = 0;
    while (w + 1 < locus->n_windows && locus->windows[w].end0 <= low)
        w++;
    return before + w;
}

const ps_span *ps_window_span(const ps_panel *panel, int32_t window) {
    int i = 0;
    for (; window >= panel->loci[i].n_windows; i++)
        window -= panel->loci[i].n_windows;
    return &panel->loci[i].windows[window];
}

uint64_t ps_allele_hash(int32_t beg0, int32_t end0, const char *alt) {
    char *name = ps_format("%d %d %s", beg0, end0, alt);
    uint64_t hash = ps_hash(name, strlen(name));
    free(name);
    return hash | 1; /* 0 is a haplotype */
}

/* ---- UMIs ------------------------------------------------------------------------------------------------------ */

uint64_t ps_umi_letters(const char *text, size_t n) {
    static const char letters[] = "ACGTN";
    uint64_t packed = 0;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const char *at = text[i] ? strchr(letters, text[i]) : NULL;
        if (strchr("-+_", text[i]))
            continue;
        if (!at || used++ == PS_UMI_LETTERS)
            return 0;
        packed = packed << 3 | (uint64_t)(at - letters + 1);
    }
    return packed;
}

int ps_umi_length(uint64_t packed) {
    int n = 0;
    for (; packed; packed >>= 3)
        n++;
    return n;
}

uint64_t ps_umi_exchanged(uint64_t packed) {
    int n = ps_umi_length(packed), half = 3 * (n / 2);
    return n % 2 ? packed : (packed & ((UINT64_C(1) << half) - 1)) << half | packed >> half;
}

uint64_t ps_hash_beside(uint64_t common, uint64_t own) {
    uint64_t mask = (UINT64_C(1) << PS_OWN_BITS) - 1;
    return (common >> 1 & ~mask) | (own & mask);
}

uint64_t ps_umi_of_both(uint64_t letters) {
    uint64_t other = ps_umi_exchanged(letters);
    return letters < other ? letters : other;
}

uint64_t ps_umi_lower(uint64_t a, uint64_t b) {
    return !a || (b && b < a) ? b : a;
}

uint64_t ps_hash_umi(uint64_t letters) {
    uint64_t umi = ps_umi_of_both(letters);
    return ps_hash(&umi, sizeof umi);
}

int ps_key_is_whole(const ps_molecule_key *key) {
    return key->end0[0] != PS_END_UNKNOWN && key->end0[1] != PS_END_UNKNOWN &&
           (key->umi == PS_UMI_NONE || (key->umi == PS_UMI_WITHIN_ENDS && key->letters));
}

uint64_t ps_key_hash(const ps_molecule_key *key) {
    const uint64_t ends = (uint64_t)(uint32_t)key->end0[0] << 32 | (uint32_t)key->end0[1];
    const uint64_t both[] = {ends, ps_umi_of_both(key->letters)}, own[] = {ends, key->letters, key->side};
    int is_long = ps_umi_length(key->letters) >= PS_UMI_LONG;
    return ps_hash_beside(is_long ? ps_hash_umi(key->letters) : ps_hash(both, sizeof both), ps_hash(own, sizeof own));
}

int ps_umi_is_near(uint64_t a, uint64_t b) {
    int n_a = ps_umi_length(a), n_b = ps_umi_length(b), missing = abs(n_a - n_b), other = 0;
    uint64_t longer = n_a > n_b ? a : b, shorter = n_a > n_b ? b : a;
    if (!a || !b || missing > 2)
        return 0;
    if (missing)
        return longer >> 3 * missing == shorter ||
               (longer & ((UINT64_C(1) << 3 * (n_a < n_b ? n_a : n_b)) - 1)) == shorter;
    for (uint64_t x = a ^ b; x; x >>= 3)
        other += (x & 7) != 0;
    return other <= 1;
}

/* ---- one molecule ---------------------------------------------------------------------------------------------- */

static void free_molecule(ps_molecule *m) {
    free(m->reference);
    free(m->word);
}

ps_molecule ps_molecule_copy(const ps_molecule *m) {
    ps_molecule copy = *m;
    size_t n_codons = (size_t)(m->codon_end - m->codon_beg);
    copy.reference = n_codons ? ps_alloc(n_codons, sizeof *copy.reference) : NULL;
    copy.word = m->n_word ? ps_alloc(m->n_word, sizeof *copy.word) : NULL;
    if (n_codons)
        memcpy(copy.reference, m->reference, n_codons * sizeof *copy.reference);
    if (m->n_word)
        memcpy(copy.word, m->word, m->n_word * sizeof *copy.word);
    return copy;
}

/* Makes room for the codon. */
static void reach_codon(ps_molecule *m, int32_t beg, int32_t end) {
    int32_t old_n = m->codon_end - m->codon_beg;
    if (old_n == 0) {
        m->codon_beg = beg;
        m->codon_end = end;
        m->reference = ps_alloc((size_t)(end - beg), sizeof *m->reference);
        return;
    }
    beg = beg < m->codon_beg ? beg : m->codon_beg;
    end = end > m->codon_end ? end : m->codon_end;
    if (end - beg == old_n)
        return;
    uint32_t *wider = ps_alloc((size_t)(end - beg), sizeof *wider);
    memcpy(wider + (m->codon_beg - beg), m->reference, (size_t)old_n * sizeof *wider);
    free(m->reference);
    m->reference = wider;
    m->codon_beg = beg;
    m->codon_end = end;
}

void ps_molecule_reference(ps_molecule *m, int32_t codon) {
    if (codon < m->codon_beg || codon >= m->codon_end)
        reach_codon(m, codon, codon + 1);
    m->reference[codon - m->codon_beg]++;
}

static int by_word(const void *a, const void *b) {
    const ps_molecule_word *x = a, *y = b;
    if (x->codon != y->codon)
        return x->codon < y->codon ? -1 : 1;
    if (x->hap != y->hap)
        return x->hap - y->hap;
    return (x->allele > y->allele) - (x->allele < y->allele);
}

static void add_word(ps_molecule *m, const ps_molecule_word *word) {
    size_t i = 0;
    while (i < m->n_word && by_word(&m->word[i], word) < 0)
        i++;
    if (i == m->n_word || by_word(&m->word[i], word) != 0) {
        m->word = ps_resize(m->word, m->n_word + 1, sizeof *m->word);
        memmove(&m->word[i + 1], &m->word[i], (m->n_word - i) * sizeof *m->word);
        m->word[i] = *word;
        m->n_word++;
        return;
    }
    m->word[i].n += word->n;
    m->word[i].quality += word->quality;
    for (int k = 0; k < 2; k++)
        m->word[i].flagged[k] += word->flagged[k];
}

void ps_molecule_change(ps_molecule *m, int32_t codon, int hap, uint64_t allele, int quality, int flags) {
    if (codon < m->codon_beg || codon >= m->codon_end)
        reach_codon(m, codon, codon + 1);
    add_word(m, &(ps_molecule_word){.codon = codon,
                                    .hap = (uint8_t)hap,
                                    .allele = allele,
                                    .n = 1,
                                    .quality = (uint64_t)quality,
                                    .flagged = {flags & PS_FLAG_READ_END ? 1 : 0, flags & PS_FLAG_CLUTTER ? 1 : 0}});
}

/* A family's fragments may have several ends and UMIs; the lowest stay, whichever came first. */
static void lower_key(ps_molecule *m, const ps_molecule_key *key) {
    int is_lower = key->end0[0] != m->key.end0[0] ? key->end0[0] < m->key.end0[0] : key->end0[1] < m->key.end0[1];
    if (is_lower)
        memcpy(m->key.end0, key->end0, sizeof key->end0);
    m->key.family_umi = ps_umi_lower(m->key.family_umi, key->family_umi);
}

/* Takes `from` over. */
static void join(ps_molecule *m, ps_molecule *from) {
    lower_key(m, &from->key);
    for (int side = 0; side < 2; side++)
        m->copies[side] += from->copies[side];
    if (from->codon_end > from->codon_beg)
        reach_codon(m, from->codon_beg, from->codon_end);
    for (int32_t c = from->codon_beg; c < from->codon_end; c++)
        m->reference[c - m->codon_beg] += from->reference[c - from->codon_beg];
    for (size_t i = 0; i < from->n_word; i++)
        add_word(m, &from->word[i]);
    free_molecule(from);
}

/* ---- many ------------------------------------------------------------------------------------------------------ */

void ps_molecules_free(ps_molecules *molecules) {
    for (size_t i = 0; i < molecules->n; i++)
        free_molecule(&molecules->row[i]);
    free(molecules->row);
    *molecules = (ps_molecules){0};
}

void ps_molecules_add(ps_molecules *whole, ps_molecules *part) {
    if (part->n) {
        whole->row = ps_resize(whole->row, whole->n + part->n, sizeof *whole->row);
        memcpy(whole->row + whole->n, part->row, part->n * sizeof *whole->row);
        whole->n += part->n;
    }
    free(part->row);
    *part = (ps_molecules){0};
}

static int by_hash(const void *a, const void *b) {
    const ps_molecule *x = a, *y = b;
    if (x->window != y->window)
        return x->window < y->window ? -1 : 1;
    return (x->key.hash > y->key.hash) - (x->key.hash < y->key.hash);
}

void ps_molecules_tidy(ps_molecules *molecules) {
    size_t kept = 0, here = 0; /* here: rows of the window at hand */
    if (molecules->n)
        qsort(molecules->row, molecules->n, sizeof *molecules->row, by_hash);
    for (size_t i = 0; i < molecules->n; i++) {
        ps_molecule *m = &molecules->row[i], *last = kept ? &molecules->row[kept - 1] : NULL;
        if (last && by_hash(last, m) == 0) {
            join(last, m);
            continue;
        }
        here = last && last->window == m->window ? here + 1 : 1;
        if (here > PS_MOLECULES_KEPT) {
            here--;
            free_molecule(m);
            continue;
        }
        molecules->row[kept++] = *m;
    }
    molecules->n = kept;
    for (size_t i = 0; i < kept; i++)
        molecules->row[i].key.side = molecules->row[i].copies[1] > molecules->row[i].copies[0];
}

/* ---- piles ----------------------------------------------------------------------------------------------------- */

/* Half of the rows go at a time: a new one costs no more than finding its place in a map. */
static void drop_highest(ps_pile *p) {
    ps_molecules_tidy(&p->all);
    p->limit = p->all.row[p->all.n - 1].key.hash + 1;
    ps_map_free(&p->at);
    for (size_t i = 0; i < p->all.n; i++)
        *ps_map_at(&p->at, p->all.row[i].key.hash) = i + 1;
}

static int is_kept(const ps_pile *p, uint64_t hash) {
    return !p->limit || hash < p->limit;
}

/* The same molecule again, without a fragment more; or NULL. */
static ps_molecule *ps_pile_find(const ps_pile *p, const ps_molecule_key *key) {
    const uint64_t *row = is_kept(p, key->hash) ? ps_map_find(&p->at, key->hash) : NULL;
    return row ? &p->all.row[*row - 1] : NULL;
}

ps_molecule *ps_pile_add(ps_pile *p, int32_t window, const ps_molecule_key *key) {
    if (!is_kept(p, key->hash))
        return NULL;
    if (p->all.n == 2 * PS_MOLECULES_KEPT)
        drop_highest(p);
    if (!is_kept(p, key->hash))
        return NULL;
    uint64_t *row = ps_map_at(&p->at, key->hash);
    if (!*row) {
        PS_GROW(p->all.row, p->all.n, p->capacity);
        p->all.row[p->all.n] = (ps_molecule){.window = window, .key = *key};
        *row = ++p->all.n;
    }
    ps_molecule *m = &p->all.row[*row - 1];
    m->copies[key->side]++;
    lower_key(m, key);
    return m;
}

void ps_pile_finish(ps_pile *p, ps_molecules *out) {
    ps_map_free(&p->at);
    ps_molecules_tidy(&p->all);
    ps_molecules_add(out, &p->all);
    *p = (ps_pile){0};
}

/* ---- the sketch ------------------------------------------------------------------------------------------------ */

struct ps_sketch {
    int32_t codon_beg, first_window, n_windows;
    int32_t *window_of; /* by codon of the locus */
    ps_pile *pile;
};

ps_sketch *ps_sketch_new(const ps_panel *panel, int id) {
    const ps_locus *locus = &panel->loci[id];
    ps_sketch *s = ps_alloc(1, sizeof *s);
    s->codon_beg = locus->codon_beg;
    for (int i = 0; i < id; i++)
        s->first_window += panel->loci[i].n_windows;
    s->n_windows = locus->n_windows;
    s->window_of = ps_alloc((size_t)(locus->codon_end - locus->codon_beg), sizeof *s->window_of);
    for (int32_t c = locus->codon_beg; c < locus->codon_end; c++)
        s->window_of[c - locus->codon_beg] = ps_window_of(panel, c);
    s->pile = ps_alloc((size_t)s->n_windows, sizeof *s->pile);
    return s;
}

int32_t ps_sketch_window(const ps_sketch *s, int32_t codon) {
    return s->window_of[codon - s->codon_beg];
}

static ps_pile *pile_of(ps_sketch *s, int32_t codon) {
    return &s->pile[ps_sketch_window(s, codon) - s->first_window];
}

ps_molecule *ps_sketch_find(ps_sketch *s, int32_t codon, const ps_molecule_key *key) {
    return ps_pile_find(pile_of(s, codon), key);
}

ps_molecule *ps_sketch_add(ps_sketch *s, int32_t codon, const ps_molecule_key *key) {
    return ps_pile_add(pile_of(s, codon), ps_sketch_window(s, codon), key);
}

void ps_sketch_finish(ps_sketch *s, ps_molecules *out) {
    for (int32_t w = 0; w < s->n_windows; w++)
        ps_pile_finish(&s->pile[w], out);
    free(s->window_of);
    free(s->pile);
    free(s);
}
