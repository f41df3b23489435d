#include "strands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence.h"

/* MOST_MOVED: bases by which kits ask to trim one read more than the other are ten at most. Pairs of rows are taken
 * for partners where there are MORE_BOTH times as many as chance makes, and MORE_SAME more; at another distance
 * MORE_MOVED more, since many distances are tried (assumptions). */
enum { MOST_MOVED = 12, N_MOVES = 2 * MOST_MOVED + 1, MORE_SAME = 3, MORE_MOVED = 6 };
static const double MORE_BOTH = 2;

typedef struct strand {
    ps_molecule *row;
    int32_t length;
    uint64_t umi; /* of both strands, + 1; 0: none that another row can agree with */
} strand;

typedef struct group { /* rows of the same ends and orientation, by UMI */
    const strand *at;
    size_t n;
} group;

typedef struct meeting { /* two groups of two orientations that may be both strands */
    const group *a, *b;
    int move; /* MOST_MOVED, and the bases from the left end of the F1R2 rows to that of the others */
} meeting;

typedef struct partners {
    group *group;
    meeting *meeting;
    size_t n, n_meeting;
    double cross[N_MOVES], agree[N_MOVES]; /* pairs of rows of two orientations, by how far apart; of one UMI */
} partners;

static int by_group(const strand *x, const strand *y) {
    const ps_molecule *p = x->row, *q = y->row;
    const int32_t first[] = {p->window, x->length, p->key.end0[0], p->key.side},
                  second[] = {q->window, y->length, q->key.end0[0], q->key.side};
    for (size_t k = 0; k < sizeof first / sizeof *first; k++)
        if (first[k] != second[k])
            return first[k] < second[k] ? -1 : 1;
    return 0;
}

static int by_strand(const void *a, const void *b) {
    const strand *x = a, *y = b;
    int order = by_group(x, y);
    return order ? order : (x->umi > y->umi) - (x->umi < y->umi);
}

/* Rows of which both ends are known. */
static strand *list_strands(ps_molecule *row, size_t n, const uint8_t *apart, size_t *n_listed) {
    strand *at = ps_alloc(n + 1, sizeof *at);
    *n_listed = 0;
    for (size_t i = 0; i < n; i++) {
        const ps_molecule_key *key = &row[i].key;
        if (key->end0[0] == PS_END_UNKNOWN || key->end0[1] == PS_END_UNKNOWN || (apart && apart[row[i].window]))
            continue;
        at[(*n_listed)++] = (strand){&row[i], (int32_t)((int64_t)key->end0[1] - key->end0[0]),
                                     ps_key_is_whole(key) ? ps_umi_of_both(key->letters) + 1 : 0};
    }
    qsort(at, *n_listed, sizeof *at, by_strand);
    return at;
}

static group *list_groups(const strand *at, size_t n, size_t *n_groups) {
    group *g = ps_alloc(n + 1, sizeof *g);
    *n_groups = 0;
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i + 1; to < n && by_group(&at[to], &at[i]) == 0; to++)
            ;
        g[(*n_groups)++] = (group){&at[i], to - i};
    }
    return g;
}

/* ---- partners ---- */

/* Pairs of rows of one UMI; `do_join` gives both the hash of the first. */
static double match(const group *a, const group *b, int do_join) {
    double n = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        if (a->at[i].umi < b->at[k].umi) {
            i++;
        } else if (a->at[i].umi > b->at[k].umi) {
            k++;
        } else {
            n += a->at[i].umi > 0;
            if (do_join && a->at[i].umi)
                b->at[k].row->key.hash = a->at[i].row->key.hash;
            i++;
            k++;
        }
    }
    return n;
}

static int may_be_of_both(const group *a, const group *b) {
    return a->at->row->window == b->at->row->window && a->at->length == b->at->length &&
           abs(a->at->row->key.end0[0] - b->at->row->key.end0[0]) <= MOST_MOVED;
}

static void list_meetings(partners *p) {
    size_t capacity = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = i + 1; k < p->n && may_be_of_both(&p->group[i], &p->group[k]); k++) {
            const ps_molecule_key *x = &p->group[i].at->row->key, *y = &p->group[k].at->row->key;
            int32_t apart = y->end0[0] - x->end0[0];
            if (x->side == y->side)
                continue;
            PS_GROW(p->meeting, p->n_meeting, capacity);
            p->meeting[p->n_meeting++] =
                (meeting){&p->group[i], &p->group[k], MOST_MOVED + (x->side == PS_F1R2 ? apart : -apart)};
        }
}

static void count_partners(partners *p) {
    for (size_t i = 0; i < p->n_meeting; i++) {
        const meeting *m = &p->meeting[i];
        p->cross[m->move] += (double)m->a->n * (double)m->b->n;
        p->agree[m->move] += match(m->a, m->b, 0);
    }
}

/* No move, where that has as many. */
static int most_frequent(const double pairs[N_MOVES]) {
    int best = MOST_MOVED;
    for (int move = 0; move < N_MOVES; move++)
        best = pairs[move] > pairs[best] ? move : best;
    return best;
}

static int by_umi(const void *a, const void *b) {
    const strand *x = a, *y = b;
    return x->umi != y->umi ? (x->umi > y->umi) - (x->umi < y->umi) : x->row->key.side - y->row->key.side;
}

/* How often two rows of one orientation, and so two molecules, have one UMI. */
static double chance_of_umi(const strand *at, size_t n) {
    strand *sorted = ps_alloc(n + 1, sizeof *sorted);
    double of[2] = {0}, pairs = 0;
    memcpy(sorted, at, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_umi);
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i + 1; to < n && by_umi(&sorted[to], &sorted[i]) == 0; to++)
            ;
        of[sorted[i].row->key.side] += (double)(to - i);
        pairs += (double)(to - i) * (double)(to - i - 1);
    }
    free(sorted);
    double all = of[0] * (of[0] - 1) + of[1] * (of[1] - 1);
    return all > 0 ? pairs / all : 0;
}

static int find_partners(partners *p, const strand *at, size_t n, int uses_umis) {
    int best = most_frequent(p->agree);
    double others = 0, chance = uses_umis ? p->cross[best] * chance_of_umi(at, n) : 0;
    for (int move = 0; move < N_MOVES; move++)
        others += move != best ? p->agree[move] / (N_MOVES - 1) : 0;
    double least = MORE_BOTH * fmax(chance, others) + (best == MOST_MOVED ? MORE_SAME : MORE_MOVED);
    if (p->agree[best] <= least)
        return 0;
    for (size_t i = 0; i < p->n_meeting; i++)
        if (p->meeting[i].move == best)
            match(p->meeting[i].a, p->meeting[i].b, 1);
    return 1;
}

/* ---- how many, where partners are not known ---- */

typedef struct pairs {
    double both, same; /* pairs of rows of the same ends: of two orientations; of one */
    double second;     /* of the rows, where that is more than chance */
} pairs;

static int is_excess(const pairs *p) {
    return p->both - p->same > MORE_SAME + 3 * sqrt(p->both + p->same);
}

/* Each strand has a UMI of its own: chance makes as many pairs of one orientation as of two, or more. What one window
 * cannot tell is taken from the one that has most. */
static void count_second(const partners *p, const double *rows, ps_strands *s) {
    pairs all = {0}, *of = ps_alloc((size_t)s->n_windows, sizeof *of);
    int best = most_frequent(p->cross);
    double most = 0, n = 0;
    for (size_t i = 0; i < p->n; i++)
        of[p->group[i].at->row->window].same += (double)p->group[i].n * (double)(p->group[i].n - 1) / 2;
    for (size_t i = 0; i < p->n_meeting; i++)
        if (p->meeting[i].move == best)
            of[p->meeting[i].a->at->row->window].both += (double)p->meeting[i].a->n * (double)p->meeting[i].b->n;
    for (int32_t w = 0; w < s->n_windows; w++) {
        all.both += of[w].both;
        all.same += of[w].same;
        n += rows[w];
        of[w].second = is_excess(&of[w]) ? (of[w].both - of[w].same) / rows[w] : 0;
        most = fmax(most, of[w].second);
    }
    if (most == 0 && is_excess(&all))
        most = (all.both - all.same) / n;
    for (int32_t w = 0; w < s->n_windows && is_excess(&all); w++)
        s->second[w] = of[w].second > 0 ? of[w].second : most;
    free(of);
}

/* Where most reads show one end only: each row of the rarer orientation may be the other strand of another row. */
static void count_one_ended(const ps_molecule *row, size_t n, const uint8_t *apart, const double *rows,
                            ps_strands *s) {
    double(*of)[2] = ps_alloc((size_t)s->n_windows, sizeof *of);
    for (size_t i = 0; i < n; i++)
        if ((row[i].key.end0[0] == PS_END_UNKNOWN) != (row[i].key.end0[1] == PS_END_UNKNOWN))
            of[row[i].window][row[i].key.side]++;
    for (int32_t w = 0; w < s->n_windows; w++)
        if (2 * (of[w][0] + of[w][1]) > rows[w] && !(apart && apart[w]))
            s->second[w] = fmin(of[w][0], of[w][1]) / rows[w];
    free(of);
}

ps_strands ps_strands_of(ps_molecule *row, size_t n, int uses_umis, const uint8_t *apart) {
    ps_strands s = {.n_windows = n ? row[n - 1].window + 1 : 0};
    size_t n_listed;
    strand *at = list_strands(row, n, apart, &n_listed);
    partners p = {.group = NULL};
    double *rows = ps_alloc((size_t)s.n_windows + 1, sizeof *rows);
    s.second = ps_alloc((size_t)s.n_windows + 1, sizeof *s.second);
    for (size_t i = 0; i < n; i++)
        rows[row[i].window]++;
    p.group = list_groups(at, n_listed, &p.n);
    list_meetings(&p);
    count_partners(&p);
    s.is_of_both = find_partners(&p, at, n_listed, uses_umis);
    if (uses_umis && !s.is_of_both)
        count_second(&p, rows, &s);
    if (!uses_umis)
        count_one_ended(row, n, apart, rows, &s);
    free(p.group);
    free(p.meeting);
    free(at);
    free(rows);
    return s;
}
