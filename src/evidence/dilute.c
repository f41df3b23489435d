#include "plasmastrat/dilute.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"
#include "slice.h"

/* ---- random draws ---------------------------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): one word of state, passes BigCrush. */
static uint64_t next_word(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(uint64_t *state) { /* in (0, 1) */
    return ((double)(next_word(state) >> 11) + 0.5) / 9007199254740992.0;
}

uint64_t ps_dilution_seed(uint64_t seed, double fraction, uint64_t repeat) {
    uint64_t words[3] = {seed, 0, repeat};
    memcpy(&words[1], &fraction, sizeof fraction);
    return ps_hash(words, sizeof words);
}

/* ln n!: Stirling's series with three terms, below 1e-12 off from n = 10 on. */
static double log_factorial(double n) {
    double product = 1;
    if (n < 10) {
        for (int i = 2; i <= (int)n; i++)
            product *= i;
        return log(product);
    }
    double r = 1 / n;
    return n * log(n) - n + 0.91893853320467274178 + 0.5 * log(n) +
           r * (1 / 12.0 - r * r * (1 / 360.0 - r * r * (1 / 1260.0 - r * r / 1680)));
}

static double log_choose(double n, double k) {
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/* Both distributions as: smallest and largest value, the mode and its probability, and P(k + 1) / P(k) =
 * (a - k)(b - k) / ((k + 1)(c + k)) * odds. */
typedef struct shape {
    double low, high, mode, p_mode;
    double a, b, c, odds;
} shape;

static double ratio(const shape *s, double k) {
    return (s->a - k) / (k + 1) * (isinf(s->b) ? s->odds : (s->b - k) / (s->c + k));
}

/* Inversion from the mode outwards: exact, in time that grows with the standard deviation only. */
static uint64_t draw(const shape *s, uint64_t *state) {
    double up = s->mode, p_up = s->p_mode, down = up, p_down = p_up, left = uniform(state) - p_up;
    while (left >= 0 && (up < s->high || down > s->low)) {
        if (up < s->high) {
            p_up *= ratio(s, up++);
            left -= p_up;
            if (left < 0)
                return (uint64_t)up;
        }
        if (down > s->low) {
            p_down /= ratio(s, --down);
            left -= p_down;
            if (left < 0)
                return (uint64_t)down;
        }
    }
    return (uint64_t)s->mode;
}

static uint64_t draw_binomial(uint64_t n, double p, uint64_t *state) {
    if (n == 0 || p <= 0)
        return 0;
    if (p >= 1)
        return n;
    double size = (double)n, mode = fmin(size, floor((size + 1) * p));
    shape s = {.low = 0, .high = size, .mode = mode, .a = size, .b = INFINITY, .odds = p / (1 - p)};
    s.p_mode = exp(log_choose(size, mode) + mode * log(p) + (size - mode) * log1p(-p));
    return draw(&s, state);
}

/* Marked ones among `draws` out of `total` of which `marked` are. */
static uint64_t draw_marked(uint64_t total, uint64_t marked, uint64_t draws, uint64_t *state) {
    if (marked == 0 || draws == 0)
        return 0;
    if (draws >= total)
        return marked;
    double n = (double)total, k = (double)marked, m = (double)draws;
    double mode = floor((m + 1) * (k + 1) / (n + 2));
    shape s = {.low = fmax(0, m + k - n), .high = fmin(m, k), .a = k, .b = m, .c = n - k - m + 1};
    s.mode = fmin(fmax(mode, s.low), s.high);
    s.p_mode = exp(log_choose(k, s.mode) + log_choose(n - k, m - s.mode) - log_choose(n, m));
    return draw(&s, state);
}

/* Below this many draws, one fragment at a time is faster than a distribution per row. */
enum { FEW_DRAWS = 64 };

static void take_one_by_one(const uint32_t *n, size_t rows, uint64_t total, uint64_t draws, uint32_t *taken,
                            uint64_t *state) {
    for (; draws; draws--, total--) {
        uint64_t at = (uint64_t)(uniform(state) * (double)total);
        size_t i = 0;
        while (i + 1 < rows && at >= n[i] - taken[i]) {
            at -= n[i] - taken[i];
            i++;
        }
        if (taken[i] < n[i])
            taken[i]++;
    }
}

static void take_by_row(const uint32_t *n, size_t rows, uint64_t total, uint64_t draws, uint32_t *taken,
                        uint64_t *state) {
    for (size_t i = 0; i < rows && draws; i++) {
        taken[i] = (uint32_t)draw_marked(total, n[i], draws, state);
        total -= n[i];
        draws -= taken[i];
    }
}

/* Draws out of an urn with n[i] fragments of kind i, without replacement; all of them when there are not enough.
 * Drawing the smaller of the two parts is the same and faster. */
static void draw_urn(const uint32_t *n, size_t rows, uint64_t draws, uint32_t *kept, uint64_t *state) {
    uint64_t total = 0;
    for (size_t i = 0; i < rows; i++) {
        total += n[i];
        kept[i] = 0;
    }
    draws = draws < total ? draws : total;
    int reversed = draws > total / 2;
    uint64_t fewer = reversed ? total - draws : draws;
    (fewer <= FEW_DRAWS ? take_one_by_one : take_by_row)(n, rows, total, fewer, kept, state);
    for (size_t i = 0; i < rows && reversed; i++)
        kept[i] = n[i] - kept[i];
}

/* ---- one file's part of a mixture ------------------------------------------------------------------------------ */

typedef struct part {
    const ps_panel *panel;
    const ps_read_evidence *from;
    size_t *first;           /* [n_codons + 1] first codon row of each codon */
    uint64_t *depth, *drawn; /* [n_codons] */
    uint32_t *codon, *base;  /* kept of each row */
    uint32_t (*allele)[2];   /* kept of each row, by side */
    uint32_t (*flagged)[2];
    uint32_t *n, *more; /* scratch: rows of one urn */
    size_t base_row;
    uint64_t *state;
} part;

static part start_part(const ps_panel *panel, const ps_read_evidence *from, uint64_t *state) {
    size_t n_codons = (size_t)panel->n_codons, row = 0;
    size_t most = from->codons.n_codon > from->codons.n_base ? from->codons.n_codon : from->codons.n_base;
    part p = {.panel = panel, .from = from, .state = state};
    p.first = ps_alloc(n_codons + 1, sizeof *p.first);
    p.depth = ps_alloc(n_codons, sizeof *p.depth);
    p.drawn = ps_alloc(n_codons, sizeof *p.drawn);
    p.codon = ps_alloc(from->codons.n_codon, sizeof *p.codon);
    p.base = ps_alloc(from->codons.n_base, sizeof *p.base);
    p.allele = ps_alloc(from->codons.n_allele, sizeof *p.allele);
    p.flagged = ps_alloc(from->codons.n_allele, sizeof *p.flagged);
    p.n = ps_alloc(most, sizeof *p.n);
    p.more = ps_alloc(most, sizeof *p.more);
    for (size_t id = 0; id <= n_codons; id++) {
        p.first[id] = row;
        for (; id < n_codons && row < from->codons.n_codon && from->codons.codon[row].codon == (int32_t)id; row++)
            p.depth[id] += from->codons.codon[row].n;
    }
    return p;
}

static void free_part(part *p) {
    free(p->first);
    free(p->depth);
    free(p->drawn);
    free(p->codon);
    free(p->base);
    free(p->allele);
    free(p->flagged);
    free(p->n);
    free(p->more);
}

/* The one base in which a haplotype differs from the reference; -1 for none, several, or an indel. */
static int changed_base(int ref, int hap) {
    int which = -1;
    if (hap == PS_HAP_INDEL)
        return -1;
    for (int base = 0; base < 3; base++) {
        if (!((ref ^ hap) >> (4 - 2 * base) & 3))
            continue;
        if (which >= 0)
            return -1;
        which = base;
    }
    return which;
}

/* Base rows [beg, end) are of one base and side: their fragments are those kept of the codon on that side. */
static void draw_base(part *p, size_t id, size_t beg, size_t end) {
    const ps_base_count *base = p->from->codons.base;
    size_t rows = end - beg;
    uint64_t draws = 0;
    for (size_t i = 0; i < rows; i++) {
        p->n[i] = base[beg + i].n;
        p->more[i] = 0;
    }
    for (size_t r = p->first[id]; r < p->first[id + 1]; r++) {
        const ps_codon_count *row = &p->from->codons.codon[r];
        if (row->side != base[beg].side || row->hap == PS_HAP_INDEL)
            continue;
        draws += p->codon[r];
        if (changed_base(p->panel->codons[id].ref, row->hap) != base[beg].base)
            continue;
        size_t i = 0;
        while (i < rows && base[beg + i].quality != row->quality)
            i++;
        if (i == rows || p->n[i] < row->n)
            continue;
        p->n[i] -= row->n; /* the quality of these is known: they are not drawn again */
        p->more[i] += p->codon[r];
        draws -= p->codon[r];
    }
    draw_urn(p->n, rows, draws, p->base + beg, p->state);
    for (size_t i = 0; i < rows; i++)
        p->base[beg + i] += p->more[i];
}

static void draw_codon(part *p, size_t id, uint64_t draws) {
    const ps_read_evidence *e = p->from;
    size_t beg = p->first[id], rows = p->first[id + 1] - beg;
    for (size_t i = 0; i < rows; i++)
        p->n[i] = e->codons.codon[beg + i].n;
    p->drawn[id] = draws;
    draw_urn(p->n, rows, draws, p->codon + beg, p->state);
    while (p->base_row < e->codons.n_base && e->codons.base[p->base_row].codon <= (int32_t)id) {
        size_t from = p->base_row, to = from;
        while (to < e->codons.n_base && e->codons.base[to].codon == e->codons.base[from].codon &&
               e->codons.base[to].base == e->codons.base[from].base &&
               e->codons.base[to].side == e->codons.base[from].side)
            to++;
        if (e->codons.base[from].codon == (int32_t)id)
            draw_base(p, id, from, to);
        p->base_row = to;
    }
}

/* ---- alleles --------------------------------------------------------------------------------------------------- */

/* The codon an allele begins in; as where its depth was measured (codons.c). */
static int32_t codon_of_allele(const ps_panel *panel, const ps_allele_count *allele) {
    const ps_locus *locus = &panel->loci[allele->locus];
    int32_t t = ps_target_at(locus, allele->beg0 == allele->end0 ? allele->beg0 - 1 : allele->beg0), found = -1;
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            if (panel->codons[id].target[k] == t)
                found = id;
    return found;
}

/* What the codon rows say of a fragment with this allele: an indel, or for a change across codons the haplotype. */
static int haplotype_of_allele(const ps_panel *panel, const ps_allele_count *allele, int32_t id) {
    const ps_codon *codon = &panel->codons[id];
    int32_t length = (int32_t)strlen(allele->alt);
    char bases[4];
    if (length != allele->end0 - allele->beg0)
        return PS_HAP_INDEL;
    ps_codon_bases(codon->ref, bases);
    for (int k = 0; k < 3; k++) {
        int32_t at = codon->pos0[k] - allele->beg0;
        if (at >= 0 && at < length)
            bases[k] = panel->genes[codon->gene].strand == '-' ? ps_complement(allele->alt[at]) : allele->alt[at];
    }
    int hap = ps_codon_code(bases);
    return hap < 0 || hap == codon->ref ? PS_HAP_INDEL : hap;
}

static void sum_haplotype(const part *p, int32_t id, int hap, int side, uint64_t *n, uint64_t *kept) {
    *n = *kept = 0;
    for (size_t r = p->first[id]; r < p->first[id + 1]; r++)
        if (p->from->codons.codon[r].hap == hap && p->from->codons.codon[r].side == side) {
            *n += p->from->codons.codon[r].n;
            *kept += p->codon[r];
        }
}

/* Carriers are among the codon's fragments with that haplotype and were kept as those were; carriers that end inside
 * the codon are not, and stay with the share of the codon that was kept. */
static void draw_allele(part *p, size_t row, double share) {
    const ps_allele_count *allele = &p->from->codons.allele[row];
    int32_t id = codon_of_allele(p->panel, allele);
    uint64_t kept = 0, all = (uint64_t)allele->n[0] + allele->n[1];
    if (id >= 0 && p->depth[id])
        share = (double)p->drawn[id] / (double)p->depth[id];
    for (int side = 0; side < 2; side++) {
        uint64_t pool = 0, pool_kept = 0, n = allele->n[side];
        if (id >= 0) {
            sum_haplotype(p, id, haplotype_of_allele(p->panel, allele, id), side, &pool, &pool_kept);
            if (pool < n)
                sum_haplotype(p, id, PS_HAP_INDEL, side, &pool, &pool_kept);
        }
        uint64_t inside = n < pool ? n : pool;
        p->allele[row][side] =
            (uint32_t)(draw_marked(pool, inside, pool_kept, p->state) + draw_binomial(n - inside, share, p->state));
        kept += p->allele[row][side];
    }
    for (int k = 0; k < 2; k++)
        p->flagged[row][k] = (uint32_t)draw_marked(all, allele->flagged[k], kept, p->state);
}

/* ---- putting the two parts together ---------------------------------------------------------------------------- */

static uint64_t codon_key(const ps_codon_count *c) {
    return (uint64_t)c->codon << 32 | (uint64_t)c->hap << 24 | (uint64_t)c->flags << 16 | (uint64_t)c->side << 8 |
           c->quality;
}

static uint64_t base_key(const ps_base_count *b) {
    return (uint64_t)b->codon << 32 | (uint64_t)b->base << 16 | (uint64_t)b->side << 8 | b->quality;
}

static void join_codons(const part p[2], ps_read_evidence *out) {
    const ps_read_evidence *a = p[0].from, *b = p[1].from;
    out->codons.codon = ps_alloc(a->codons.n_codon + b->codons.n_codon, sizeof *out->codons.codon);
    for (size_t i = 0, j = 0; i < a->codons.n_codon || j < b->codons.n_codon;) {
        uint64_t x = i < a->codons.n_codon ? codon_key(&a->codons.codon[i]) : UINT64_MAX;
        uint64_t y = j < b->codons.n_codon ? codon_key(&b->codons.codon[j]) : UINT64_MAX;
        ps_codon_count row = x <= y ? a->codons.codon[i] : b->codons.codon[j];
        row.n = 0;
        if (x <= y)
            row.n += p[0].codon[i++];
        if (y <= x)
            row.n += p[1].codon[j++];
        if (row.n)
            out->codons.codon[out->codons.n_codon++] = row;
    }
}

static void join_bases(const part p[2], ps_read_evidence *out) {
    const ps_read_evidence *a = p[0].from, *b = p[1].from;
    out->codons.base = ps_alloc(a->codons.n_base + b->codons.n_base, sizeof *out->codons.base);
    for (size_t i = 0, j = 0; i < a->codons.n_base || j < b->codons.n_base;) {
        uint64_t x = i < a->codons.n_base ? base_key(&a->codons.base[i]) : UINT64_MAX;
        uint64_t y = j < b->codons.n_base ? base_key(&b->codons.base[j]) : UINT64_MAX;
        ps_base_count row = x <= y ? a->codons.base[i] : b->codons.base[j];
        row.n = 0;
        if (x <= y)
            row.n += p[0].base[i++];
        if (y <= x)
            row.n += p[1].base[j++];
        if (row.n)
            out->codons.base[out->codons.n_base++] = row;
    }
}

static int compare_alleles(const ps_allele_count *x, const ps_allele_count *y) {
    if (x->locus != y->locus)
        return x->locus < y->locus ? -1 : 1;
    if (x->beg0 != y->beg0)
        return x->beg0 < y->beg0 ? -1 : 1;
    if (x->end0 != y->end0)
        return x->end0 < y->end0 ? -1 : 1;
    return strcmp(x->alt, y->alt);
}

static void add_allele(const part *p, size_t row, ps_allele_count *to) {
    for (int k = 0; k < 2; k++) {
        to->n[k] += p->allele[row][k];
        to->flagged[k] += p->flagged[row][k];
    }
}

static void join_alleles(const part p[2], ps_read_evidence *out) {
    const ps_read_evidence *a = p[0].from, *b = p[1].from;
    out->codons.allele = ps_alloc(a->codons.n_allele + b->codons.n_allele, sizeof *out->codons.allele);
    for (size_t i = 0, j = 0; i < a->codons.n_allele || j < b->codons.n_allele;) {
        int order = i == a->codons.n_allele   ? 1
                    : j == b->codons.n_allele ? -1
                                              : compare_alleles(&a->codons.allele[i], &b->codons.allele[j]);
        const ps_allele_count *from = order <= 0 ? &a->codons.allele[i] : &b->codons.allele[j];
        ps_allele_count row = {.locus = from->locus, .beg0 = from->beg0, .end0 = from->end0};
        if (order <= 0)
            add_allele(&p[0], i++, &row);
        if (order >= 0)
            add_allele(&p[1], j++, &row);
        uint32_t carriers = row.n[0] + row.n[1];
        if (!carriers)
            continue;
        int32_t id = codon_of_allele(p[0].panel, from);
        row.depth = id < 0 ? 0 : (uint32_t)(p[0].drawn[id] + p[1].drawn[id]);
        row.depth = row.depth < carriers ? carriers : row.depth; /* as codons.c */
        row.alt = ps_strdup(from->alt);
        out->codons.allele[out->codons.n_allele++] = row;
    }
}

void ps_dilute(const ps_panel *panel, const ps_read_evidence *wild, const ps_read_evidence *mutated, double fraction,
               uint64_t seed, ps_read_evidence *mixture) {
    uint64_t state = seed;
    part p[2] = {start_part(panel, wild, &state), start_part(panel, mutated, &state)};
    ps_read_evidence_init(panel, wild->role, mixture);
    mixture->given = wild->given;
    for (size_t id = 0; id < (size_t)panel->n_codons; id++) {
        uint64_t from_mutated = draw_binomial(p[0].depth[id], fraction, &state);
        if (from_mutated > p[1].depth[id])
            from_mutated = p[1].depth[id];
        draw_codon(&p[0], id, p[0].depth[id] - from_mutated);
        draw_codon(&p[1], id, from_mutated);
    }
    for (size_t i = 0; i < wild->codons.n_allele; i++)
        draw_allele(&p[0], i, 1 - fraction);
    for (size_t i = 0; i < mutated->codons.n_allele; i++)
        draw_allele(&p[1], i, 0); /* a codon the mutated file does not show gives nothing */
    join_codons(p, mixture);
    join_bases(p, mixture);
    join_alleles(p, mixture);
    free_part(&p[0]);
    free_part(&p[1]);
}
