#include "families.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* of all fragments: from here on UMIs are used */
static const double umi_share_used = 0.5;

double ps_copies_of(const ps_molecule *m) {
    return (double)m->copies[0] + m->copies[1];
}

static double umi_share(const ps_molecules *all) {
    double umi = 0, n = 0;
    for (size_t i = 0; i < all->n; i++) {
        n += ps_copies_of(&all->row[i]);
        umi += all->row[i].key.umi != PS_UMI_NONE ? ps_copies_of(&all->row[i]) : 0;
    }
    return n > 0 ? umi / n : NAN;
}

/* By window and ends, whatever the orientation. */
static int by_place(const void *a, const void *b) {
    const ps_molecule *x = *(ps_molecule *const *)a, *y = *(ps_molecule *const *)b;
    if (x->window != y->window)
        return x->window < y->window ? -1 : 1;
    for (int k = 0; k < 2; k++)
        if (x->key.end0[k] != y->key.end0[k])
            return x->key.end0[k] < y->key.end0[k] ? -1 : 1;
    return 0;
}

/* By window, ends and orientation; the largest family first. */
static int by_ends(const void *a, const void *b) {
    const ps_molecule *x = *(ps_molecule *const *)a, *y = *(ps_molecule *const *)b;
    int order = by_place(a, b);
    if (order)
        return order;
    if (x->key.side != y->key.side)
        return x->key.side - y->key.side;
    if (ps_copies_of(x) != ps_copies_of(y))
        return ps_copies_of(x) > ps_copies_of(y) ? -1 : 1;
    return (x->key.hash > y->key.hash) - (x->key.hash < y->key.hash);
}

static int same_ends(const ps_molecule *x, const ps_molecule *y) {
    return x->window == y->window && x->key.end0[0] == y->key.end0[0] && x->key.end0[1] == y->key.end0[1] &&
           x->key.side == y->key.side;
}

/* No library has UMIs of different lengths, so those were cut, however many they are. */
static int is_misread(const ps_molecule *small, const ps_molecule *large) {
    int differ = ps_umi_length(small->key.letters) != ps_umi_length(large->key.letters);
    int is_small = ps_copies_of(large) > ps_copies_of(small) && ps_copies_of(large) >= 2 * ps_copies_of(small) - 1;
    return (differ || is_small) && ps_umi_is_near(small->key.letters, large->key.letters);
}

/* Rows whose UMI has letters, or those of families. */
static ps_molecule **list_rows(ps_molecule *row, size_t n, int of_families, size_t *n_listed) {
    ps_molecule **at = ps_alloc(n + 1, sizeof *at);
    *n_listed = 0;
    for (size_t i = 0; i < n; i++)
        if (row[i].key.letters && (row[i].key.umi == PS_UMI_FAMILY) == of_families)
            at[(*n_listed)++] = &row[i];
    return at;
}

/* Marks with window -1, and frees the list. */
static void mark(ps_molecule **at, char *is_copy, size_t n) {
    for (size_t i = 0; i < n; i++)
        at[i]->window = is_copy[i] ? -1 : at[i]->window;
    free(is_copy);
    free(at);
}

/* Marks what is a misread copy of a larger family. */
static void mark_misread(ps_molecule *row, size_t n) {
    size_t n_at;
    ps_molecule **at = list_rows(row, n, 0, &n_at);
    qsort(at, n_at, sizeof *at, by_ends);
    char *is_copy = ps_alloc(n_at + 1, 1);
    for (size_t i = 1, first = 0; i < n_at; i++) {
        first = same_ends(at[i], at[first]) ? first : i;
        for (size_t k = first; k < i && !is_copy[i]; k++)
            is_copy[i] = (char)is_misread(at[i], at[k]);
    }
    mark(at, is_copy, n_at);
}

/* ---- families of several read groups --------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) {
    const ps_molecule *x = *(ps_molecule *const *)a, *y = *(ps_molecule *const *)b;
    if (x->window != y->window)
        return x->window < y->window ? -1 : 1;
    if (x->key.letters != y->key.letters)
        return x->key.letters < y->key.letters ? -1 : 1;
    return by_ends(a, b);
}

static int same_name(const ps_molecule *x, const ps_molecule *y) {
    return x->window == y->window && x->key.letters == y->key.letters;
}

/* So many pairs of ends tell whether one number has the same ends by chance (assumption: one in ten then does); fewer
 * where they are half as many as the families, and no fewer than three. */
static const double MANY_ENDS = 10, FEWEST_ENDS = 3;

/* Both strands of a family may be apart in two read groups. */
static int same_pair(const ps_molecule *x, const ps_molecule *y) {
    return x->key.end0[0] == y->key.end0[0] && x->key.end0[1] == y->key.end0[1];
}

/* Ends of the window's families, each pair by its share: an amplicon's are all alike, and tell nothing. */
static double count_ends(ps_molecule **at, size_t n) {
    ps_molecule **sorted = ps_alloc(n, sizeof *sorted);
    double squares = 0;
    memcpy(sorted, at, n * sizeof(ps_molecule *));
    qsort(sorted, n, sizeof *sorted, by_ends);
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i + 1; to < n && same_pair(sorted[to], sorted[i]); to++)
            ;
        squares += (double)(to - i) * (double)(to - i);
    }
    free(sorted);
    return (double)n * (double)n / squares;
}

/* Adds the window's rows of one name that have the same ends, less those that have not. */
static void weigh_window(ps_molecule **at, size_t n, double *over_groups) {
    double names = 1, same = 0, ends = count_ends(at, n);
    for (size_t i = 1; i < n; i++) {
        names += !same_name(at[i], at[i - 1]);
        if (same_name(at[i], at[i - 1]))
            same += same_pair(at[i], at[i - 1]) ? 1 : -1;
    }
    *over_groups += ends >= MANY_ENDS || (ends >= FEWEST_ENDS && 2 * ends >= names) ? same : 0;
}

/* Rows of families, by window and name. */
static ps_molecule **list_families(ps_molecule *row, size_t n, size_t *n_at) {
    ps_molecule **at = list_rows(row, n, 1, n_at);
    qsort(at, *n_at, sizeof *at, by_name);
    return at;
}

/* Are families numbered over all read groups? Above 0: yes, below: anew in each; 0: no window tells (an amplicon). */
static double weigh_groups(const ps_molecules *all) {
    size_t n_at;
    double over_groups = 0;
    ps_molecule **at = list_families(all->row, all->n, &n_at);
    for (size_t i = 0, to; i < n_at; i = to) {
        for (to = i + 1; to < n_at && at[to]->window == at[i]->window; to++)
            ;
        weigh_window(&at[i], to - i, &over_groups);
    }
    free(at);
    return over_groups;
}

/* Where no window tells, one number counts once: all rows but one are marked. They are not joined, since they
 * may be different molecules, of which one would be outvoted. */
static void mark_groups(ps_molecule *row, size_t n) {
    size_t n_at;
    ps_molecule **at = list_families(row, n, &n_at);
    char *is_copy = ps_alloc(n_at + 1, 1);
    for (size_t i = 1; i < n_at; i++)
        is_copy[i] = same_name(at[i], at[i - 1]) && same_pair(at[i], at[i - 1]);
    mark(at, is_copy, n_at);
}

/* ---- moved ends ------------------------------------------------------------------------------------------------ */

/* Bases beside a larger family: NEAR ones are moved ends or chance, those from FAR_BEG to FAR_END chance alone, at
 * twice as many places. So many more must be near than chance makes. The end of a mate that was not read here is
 * known by TLEN, which leaves its clips out: it lies inside the family's, CLIP_END at most (an assumption: the poor
 * end of a read), where chance makes as many that lie outside. */
enum { NEAR = 2, FAR_BEG = 4, FAR_END = 7, MORE_NEAR = 3, CLIP_END = 60 };
enum { IS_NEAR = 1, IS_INSIDE = 2 };

typedef struct moved {
    ps_molecule **at;
    char *how; /* IS_* bits */
    size_t n;
    int is_of_both; /* rows are of both strands, not each of one */
    double near, far, inside, outside;
} moved;

/* By window, one end and UMI, then by the other. */
static int by_end(const ps_molecule *x, const ps_molecule *y, int first) {
    const int32_t a[] = {x->window, x->key.end0[first]}, b[] = {y->window, y->key.end0[first]};
    for (int k = 0; k < 2; k++)
        if (a[k] != b[k])
            return a[k] < b[k] ? -1 : 1;
    return (x->key.letters > y->key.letters) - (x->key.letters < y->key.letters);
}

static int by_both_ends(const void *a, const void *b, int first) {
    const ps_molecule *x = *(ps_molecule *const *)a, *y = *(ps_molecule *const *)b;
    int order = by_end(x, y, first);
    return order ? order : (x->key.end0[!first] > y->key.end0[!first]) - (x->key.end0[!first] < y->key.end0[!first]);
}

static int by_left(const void *a, const void *b) {
    return by_both_ends(a, b, 0);
}

static int by_right(const void *a, const void *b) {
    return by_both_ends(a, b, 1);
}

/* Looks at the larger families that share one end with row i, up to one side of its other end; `largest` is that of
 * them so far. */
static void weigh_row(moved *m, size_t i, int step, int first, const ps_molecule **largest) {
    const ps_molecule *small = m->at[i];
    for (size_t k = i + (size_t)step; k < m->n && !by_end(small, m->at[k], first); k += (size_t)step) {
        int64_t apart = llabs((int64_t)small->key.end0[!first] - m->at[k]->key.end0[!first]);
        if (apart > CLIP_END)
            return;
        if (ps_copies_of(m->at[k]) <= 2 * ps_copies_of(small) ||
            (!m->is_of_both && m->at[k]->key.side != small->key.side))
            continue;
        m->near += apart <= NEAR;
        m->far += apart >= FAR_BEG && apart <= FAR_END;
        m->how[i] |= (char)(apart <= NEAR ? IS_NEAR : 0);
        if (apart > NEAR && (!*largest || ps_copies_of(m->at[k]) > ps_copies_of(*largest)))
            *largest = m->at[k];
    }
}

/* Does the row's end lie inside the largest of them? Beside a smaller one it may lie outside, as copies of the same.
 */
static void weigh_inside(moved *m, size_t i, int first, const ps_molecule *largest) {
    if (!largest)
        return;
    int is_inside = (m->at[i]->key.end0[!first] < largest->key.end0[!first]) == !first;
    m->inside += is_inside;
    m->outside += !is_inside;
    m->how[i] |= (char)(is_inside ? IS_INSIDE : 0);
}

/* One end at a time. */
static void mark_moved(ps_molecule *row, size_t n, int first, int is_of_both) {
    moved m = {.at = ps_alloc(n + 1, sizeof *m.at), .how = ps_alloc(n + 1, 1), .is_of_both = is_of_both};
    for (size_t i = 0; i < n; i++)
        if (row[i].window >= 0 && row[i].key.umi <= PS_UMI_WITHIN_ENDS && row[i].key.end0[0] != PS_END_UNKNOWN &&
            row[i].key.end0[1] != PS_END_UNKNOWN)
            m.at[m.n++] = &row[i];
    qsort(m.at, m.n, sizeof *m.at, first ? by_right : by_left);
    for (size_t i = 0; i < m.n; i++) {
        const ps_molecule *largest = NULL;
        weigh_row(&m, i, 1, first, &largest);
        weigh_row(&m, i, -1, first, &largest);
        weigh_inside(&m, i, first, largest);
    }
    int counts = (m.near > m.far + MORE_NEAR ? IS_NEAR : 0) | (m.inside > 2 * m.outside + MORE_NEAR ? IS_INSIDE : 0);
    for (size_t i = 0; i < m.n; i++)
        m.how[i] = (char)(m.how[i] & counts);
    mark(m.at, m.how, m.n);
}

/* Leaves out the rows whose ends were moved, and those marked before. */
static void leave_out_moved(ps_families *f) {
    size_t n = f->n;
    for (int first = 0; first < 2; first++)
        mark_moved(f->row, n, first, f->strands.is_of_both);
    f->n = 0;
    for (size_t i = 0; i < n; i++)
        if (f->row[i].window >= 0)
            f->row[f->n++] = f->row[i];
}

/* ---- long UMIs ------------------------------------------------------------------------------------------------- */

/* How to tell UMIs of random letters from two UMIs of a list that were joined: by how many begin with the same half.
 * Of random ones one pair in 4,096 does (PS_UMI_LONG letters), or one in HALVES where letters are not evenly used; of
 * joined ones nearly all do, since lists in use have 24 to 120. One UMI in SAME_EVERY may be a copy read with two
 * errors. */
enum { HALVES = 4096 / 2, SAME_EVERY = 10, SAME_BY_CHANCE = 3 };

static int is_long_umi(const ps_molecule_key *key) {
    return key->umi == PS_UMI_WITHIN_ENDS && ps_umi_length(key->letters) >= PS_UMI_LONG;
}

static int by_letters(const void *a, const void *b) {
    const ps_molecule *x = *(ps_molecule *const *)a, *y = *(ps_molecule *const *)b;
    if (x->key.letters != y->key.letters)
        return x->key.letters < y->key.letters ? -1 : 1;
    return by_ends(a, b);
}

static uint64_t half_of(uint64_t letters) {
    return letters >> 3 * ((ps_umi_length(letters) + 1) / 2);
}

/* Rows of a long UMI in the window that has most, by letters. */
static ps_molecule **list_long(const ps_molecules *all, size_t *n) {
    ps_molecule **most = ps_alloc(all->n + 1, sizeof *most), **here = ps_alloc(all->n + 1, sizeof *here);
    *n = 0;
    for (size_t i = 0, n_here = 0; i < all->n; i++) {
        n_here = i && all->row[i].window != all->row[i - 1].window ? 0 : n_here;
        if (is_long_umi(&all->row[i].key))
            here[n_here++] = &all->row[i];
        if (n_here > *n)
            memcpy(most, here, (*n = n_here) * sizeof(ps_molecule *));
    }
    free(here);
    qsort(most, *n, sizeof *most, by_letters);
    return most;
}

/* Neither end is the other's, nor moved by a few bases. */
static int is_elsewhere(const ps_molecule *x, const ps_molecule *y) {
    for (int k = 0; k < 2; k++)
        if (llabs((int64_t)x->key.end0[k] - y->key.end0[k]) < FAR_BEG && x->key.end0[k] != PS_END_UNKNOWN)
            return 0;
    return 1;
}

/* Do they come again elsewhere, half as often as there are UMIs or more, though they are not of a list? */
static int need_no_ends(const ps_molecules *all) {
    size_t n;
    ps_molecule **at = list_long(all, &n), *half = NULL, *umi = NULL;
    double different = 0, same_half = 0, elsewhere = 0;
    for (size_t i = 0; i < n; i++) {
        if (umi && at[i]->key.letters == umi->key.letters) {
            elsewhere += is_elsewhere(at[i], umi);
            continue;
        }
        umi = at[i];
        different++;
        if (half && half_of(umi->key.letters) == half_of(half->key.letters))
            same_half += !ps_umi_is_near(umi->key.letters, half->key.letters);
        else
            half = umi;
    }
    free(at);
    return different > 0 && 2 * elsewhere >= different &&
           same_half <= SAME_BY_CHANCE + different / SAME_EVERY + different * different / 2 / HALVES;
}

/* ---- families that name their UMI ---- */

static int by_family_umi(const void *a, const void *b) {
    const ps_molecule *x = *(ps_molecule *const *)a, *y = *(ps_molecule *const *)b;
    return (x->key.family_umi > y->key.family_umi) - (x->key.family_umi < y->key.family_umi);
}

/* Do families have UMIs that tell them apart? Not where one is that of half of them: then it is the sample's barcode.
 */
static int umis_name_families(const ps_molecules *all) {
    const ps_molecule **at = ps_alloc(all->n + 1, sizeof *at);
    size_t n = 0, most = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->row[i].key.umi == PS_UMI_FAMILY && all->row[i].key.family_umi)
            at[n++] = &all->row[i];
    if (n)
        qsort(at, n, sizeof *at, by_family_umi);
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i + 1; to < n && by_family_umi(&at[to], &at[i]) == 0; to++)
            ;
        most = to - i > most ? to - i : most;
    }
    free(at);
    return n > 0 && 2 * most <= n;
}

/* ---- what is one molecule in several rows ---------------------------------------------------------------------- */

static void join_ends(ps_molecule_key *key) {
    *key = (ps_molecule_key){.hash = ps_hash(&key->letters, sizeof key->letters) >> 1,
                             .end0 = {PS_END_UNKNOWN, PS_END_UNKNOWN},
                             .side = key->side,
                             .umi = PS_UMI_ALONE,
                             .letters = key->letters};
}

static void join_groups(ps_molecule_key *key) {
    const int64_t known[3] = {(int64_t)key->letters, key->end0[0], key->end0[1]};
    key->hash = ps_hash(known, sizeof known) >> 1;
}

static void join_families(ps_molecule_key *key) {
    const int64_t known[4] = {(int64_t)key->family_umi, key->end0[0], key->end0[1], PS_UMI_FAMILY};
    key->hash = ps_hash(known, sizeof known) >> 1;
}

/* Where an end is not known, the hash of fragments without a UMI is not either. */
static void leave_out_umi(ps_molecule_key *key) {
    ps_molecule_key plain = {.end0 = {key->end0[0], key->end0[1]}, .side = key->side};
    if (!ps_key_is_whole(&plain))
        return;
    *key = plain;
    key->hash = ps_key_hash(&plain);
}

/* What tells rows of one molecule; each gives those the same hash. */
enum { OF_STRANDS = 0, OVER_ENDS = 1, OVER_GROUPS = 2, OF_ONE_UMI = 4, BY_ENDS = 8 };

static void join_key(ps_molecule_key *key, int how) {
    if (how & OVER_ENDS && is_long_umi(key))
        join_ends(key);
    if (how & OVER_GROUPS && key->umi == PS_UMI_FAMILY && key->letters)
        join_groups(key);
    if (how & OF_ONE_UMI && key->umi == PS_UMI_FAMILY && key->family_umi)
        join_families(key);
    if (how & BY_ENDS && key->umi != PS_UMI_ALONE)
        leave_out_umi(key);
}

/* The sample's molecules, with those joined that several rows hold. */
static ps_molecules join_rows(const ps_molecules *all, int how) {
    ps_molecules joined = {.row = ps_alloc(all->n + 1, sizeof *joined.row), .n = all->n};
    for (size_t i = 0; i < all->n; i++) {
        joined.row[i] = ps_molecule_copy(&all->row[i]);
        join_key(&joined.row[i].key, how);
    }
    ps_molecules_tidy(&joined);
    return joined;
}

static void join_again(ps_families *f, const ps_molecules **molecules, int how) {
    ps_molecules joined = join_rows(*molecules, how);
    ps_molecules_free(&f->joined);
    f->joined = joined;
    *molecules = &f->joined;
}

int ps_families_join_strands(ps_families *f, const uint8_t *apart) {
    free(f->strands.second);
    f->strands = ps_strands_of(f->row, f->n, f->uses_umis, apart);
    if (!f->strands.is_of_both)
        return 0;
    const ps_molecules *rows = &(ps_molecules){f->row, f->n};
    join_again(f, &rows, OF_STRANDS);
    f->n = rows->n;
    memcpy(f->row, rows->row, rows->n * sizeof *f->row);
    leave_out_moved(f); /* again: beside both strands together, what is moved is small */
    return 1;
}

double ps_families_once(const ps_families *f, int32_t window) {
    return window < f->strands.n_windows ? 1 - f->strands.second[window] : 1;
}

/* ---- fragments with and without a UMI -------------------------------------------------------------------------- */

/* Takes the rows with a UMI, and those without one whose ends no other has: of another lane, or a molecule whose UMI
 * was not read. Where ends do not tell molecules apart, the rest is left out. */
static void take_with_umi(ps_families *f, const ps_molecules *all) {
    const ps_molecule **with = ps_alloc(all->n + 1, sizeof *with);
    size_t n = 0;
    int ends_tell = 1;
    for (size_t i = 0; i < all->n; i++) {
        if (all->row[i].key.umi != PS_UMI_NONE)
            with[n++] = &all->row[i];
        ends_tell &= all->row[i].key.umi != PS_UMI_ALONE;
    }
    qsort(with, n, sizeof *with, by_place);
    for (size_t i = 0; i < all->n; i++) {
        const ps_molecule *m = &all->row[i];
        if (m->key.umi != PS_UMI_NONE || (ends_tell && !bsearch(&m, with, n, sizeof *with, by_place)))
            f->row[f->n++] = *m;
    }
    free(with);
}

static void take_without_umi(ps_families *f, const ps_molecules *all) {
    for (size_t i = 0; i < all->n; i++)
        if (all->row[i].key.umi == PS_UMI_NONE)
            f->row[f->n++] = all->row[i];
}

/* ---- all of it ---- */

ps_families ps_families_of(const ps_molecules *molecules) {
    ps_families f = {.row = ps_alloc(molecules->n + 1, sizeof *f.row), .umi = umi_share(molecules)};
    f.uses_umis = f.umi >= umi_share_used;
    double over_groups = weigh_groups(molecules);
    int how = (need_no_ends(molecules) ? OVER_ENDS : 0) | (over_groups > 0 ? OVER_GROUPS : 0);
    if (how)
        join_again(&f, &molecules, how);
    if (umis_name_families(molecules))
        join_again(&f, &molecules, OF_ONE_UMI);
    if (!f.uses_umis && f.umi > 0)
        join_again(&f, &molecules, BY_ENDS);
    (f.uses_umis ? take_with_umi : take_without_umi)(&f, molecules);
    mark_misread(f.row, f.n);
    if (over_groups == 0)
        mark_groups(f.row, f.n);
    leave_out_moved(&f);
    return f;
}

void ps_families_free(ps_families *families) {
    free(families->row);
    free(families->strands.second);
    ps_molecules_free(&families->joined);
    *families = (ps_families){0};
}
