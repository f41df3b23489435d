/* identity.c - which samples of a cohort are one person's, from what each sample publishes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"
#include "plasmastrat/parallel.h"

/* Profiles are made for a block of inputs at a time: of all inputs they would take 9 kB each. */
enum { BLOCK = 256 };

/* Inputs that say the same (one file under several names) are one entry. */
typedef struct entry {
    const ps_panel *panel;
    const ps_row_person *person;
    ps_identity_profile bits;
    size_t *member, n_members, capacity; /* inputs, by number */
    size_t *same, n_same, same_capacity; /* entries of the same person, by number */
} entry;

typedef struct input {
    size_t row;
    size_t entry;
} input;

typedef struct pair {
    size_t a, b;
} pair;

typedef struct pair_list { /* by one block against another */
    pair *pair;
    size_t n, capacity;
} pair_list;

typedef struct comparison {
    entry *entry;
    size_t n_entries, entry_capacity;
    input *input;
    size_t n_inputs, input_capacity;
    ps_map known; /* digest of what an input says -> its first entry + 1 */
    double ln_trials;
    size_t n_blocks;
    pair_list *found; /* of each pair of blocks */
} comparison;

static const ps_panel *panel_of(const ps_panel *panels, int n_panels, const ps_row *row) {
    for (int i = 0; row->snp_set && i < n_panels; i++)
        if (!strcmp(panels[i].snp_set, row->snp_set))
            return &panels[i];
    return NULL;
}

/* A file may claim the set's name and hold something else. */
static int is_usable(const ps_panel *panel, const ps_row_person *p) {
    return p->sites >= panel->limits.identity_min_sites && ps_identity_is_counts(panel, p->counts) &&
           strlen(p->genotypes) == (size_t)panel->n_snps;
}

static size_t entry_of(comparison *c, const ps_panel *panel, const ps_row_person *person) {
    uint64_t *at = ps_map_at(&c->known, ps_hash(person->counts, strlen(person->counts)) + (uint64_t)person->role);
    const ps_row_person *first = *at ? c->entry[*at - 1].person : NULL;
    if (first && c->entry[*at - 1].panel == panel && first->role == person->role &&
        !strcmp(first->counts, person->counts) && !strcmp(first->genotypes, person->genotypes))
        return *at - 1;
    PS_GROW(c->entry, c->n_entries, c->entry_capacity);
    c->entry[c->n_entries] = (entry){.panel = panel, .person = person};
    ps_identity_bits_of(panel, person->genotypes, person->sites, &c->entry[c->n_entries].bits);
    *at = ++c->n_entries;
    return c->n_entries - 1;
}

static void list_inputs(const ps_panel *panels, int n_panels, const ps_row *rows, size_t n, comparison *c) {
    for (size_t i = 0; i < n; i++) {
        const ps_panel *panel = panel_of(panels, n_panels, &rows[i]);
        for (size_t k = 0; panel && !rows[i].failure && k < rows[i].n_persons; k++) {
            if (!is_usable(panel, &rows[i].person[k]))
                continue;
            size_t number = entry_of(c, panel, &rows[i].person[k]);
            entry *e = &c->entry[number];
            PS_GROW(e->member, e->n_members, e->capacity);
            e->member[e->n_members++] = c->n_inputs;
            PS_GROW(c->input, c->n_inputs, c->input_capacity);
            c->input[c->n_inputs++] = (input){.row = i, .entry = number};
        }
    }
}

/* ---- entries against each other -------------------------------------------------------------------------------- */

static const ps_identity_profile *profile_in(const comparison *c, size_t number, ps_identity_profile *block) {
    const entry *e = &c->entry[number];
    ps_identity_profile *p = &block[number % BLOCK];
    if (!p->likelihood)
        ps_identity_profile_of(e->panel, e->person->role, e->person->counts, e->person->genotypes, e->person->sites,
                               p);
    return p;
}

static void compare_entries(const comparison *c, size_t i, size_t j, ps_identity_profile *blocks, pair_list *out) {
    const entry *a = &c->entry[i], *b = &c->entry[j];
    if (a->panel != b->panel || (i == j && a->n_members < 2) ||
        !ps_identity_may_be_same(a->panel, &a->bits, &b->bits))
        return;
    const ps_identity_profile *pa = profile_in(c, i, blocks), *pb = profile_in(c, j, blocks + BLOCK);
    if (!ps_identity_same(a->panel, pa, pb, c->ln_trials))
        return;
    PS_GROW(out->pair, out->n, out->capacity);
    out->pair[out->n++] = (pair){i, j};
}

/* Item: one block against itself or a later one. */
static int compare_blocks(void *context, size_t item, int worker, ps_error *err) {
    comparison *c = context;
    ps_identity_profile blocks[2 * BLOCK] = {{0}};
    size_t a = item / c->n_blocks, b = item % c->n_blocks;
    (void)worker;
    (void)err;
    for (size_t i = a * BLOCK; b >= a && i < (a + 1) * BLOCK && i < c->n_entries; i++)
        for (size_t j = a == b ? i : b * BLOCK; j < (b + 1) * BLOCK && j < c->n_entries; j++)
            compare_entries(c, i, j, blocks, &c->found[item]);
    for (int k = 0; k < 2 * BLOCK; k++)
        ps_identity_profile_free(&blocks[k]);
    return 0;
}

static void add_same(entry *e, size_t other) {
    PS_GROW(e->same, e->n_same, e->same_capacity);
    e->same[e->n_same++] = other;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static void note_match(ps_row *row, const ps_row *other, ps_row_match match) {
    if (row->n_matches == PS_ROW_MATCHES) {
        row->n_more++;
        return;
    }
    row->match = ps_resize(row->match, row->n_matches + 1, sizeof *row->match);
    match.sample_id = other->sample_id;
    row->match[row->n_matches++] = match;
}

/* The inputs of one row, from `beg`: which rows have an input of the same person? `bits` is zero for each row, and is
 * again. */
static size_t match_row(const comparison *c, size_t beg, ps_row *rows, size_t n, ps_row_match *bits) {
    size_t own = c->input[beg].row, at = beg, any = 0;
    for (; at < c->n_inputs && c->input[at].row == own; at++) {
        const entry *e = &c->entry[c->input[at].entry];
        for (size_t k = 0; k < e->n_same; k++) {
            const entry *other = &c->entry[e->same[k]];
            for (size_t m = 0; m < other->n_members; m++) {
                ps_row_match *match = &bits[c->input[other->member[m]].row];
                match->own |= (unsigned char)(1u << e->person->role);
                match->theirs |= (unsigned char)(1u << other->person->role);
                any = 1;
            }
        }
    }
    for (size_t j = 0; j < n && any; j++) {
        bits[j].first = own < j;
        if (bits[j].own && j != own)
            note_match(&rows[own], &rows[j], bits[j]);
        bits[j] = (ps_row_match){0};
    }
    return at;
}

static void match_rows(const comparison *c, ps_row *rows, size_t n) {
    ps_row_match *bits = ps_alloc(n, sizeof *bits);
    for (size_t beg = 0; beg < c->n_inputs;)
        beg = match_row(c, beg, rows, n, bits);
    free(bits);
}

static void free_comparison(comparison *c) {
    for (size_t i = 0; i < c->n_entries; i++) {
        ps_identity_profile_free(&c->entry[i].bits);
        free(c->entry[i].member);
        free(c->entry[i].same);
    }
    ps_map_free(&c->known);
    free(c->entry);
    free(c->input);
}

int ps_cohort_compare(const ps_panel *panels, int n_panels, ps_row *rows, size_t n, int n_threads, ps_error *err) {
    comparison c = {0};
    list_inputs(panels, n_panels, rows, n, &c);
    double inputs = (double)c.n_inputs;
    c.ln_trials = c.n_inputs > 2 ? log(inputs * (inputs - 1) / 2) : 0;
    c.n_blocks = (c.n_entries + BLOCK - 1) / BLOCK;
    c.found = ps_alloc(c.n_blocks * c.n_blocks, sizeof *c.found);
    int status = ps_parallel(n_threads, c.n_blocks * c.n_blocks, compare_blocks, &c, err);
    for (size_t item = 0; item < c.n_blocks * c.n_blocks; item++) {
        for (size_t k = 0; k < c.found[item].n; k++) {
            pair p = c.found[item].pair[k];
            add_same(&c.entry[p.a], p.b);
            if (p.a != p.b)
                add_same(&c.entry[p.b], p.a);
        }
        free(c.found[item].pair);
    }
    if (status == 0)
        match_rows(&c, rows, n);
    free(c.found);
    free_comparison(&c);
    return status;
}

void ps_cohort_put_matches(FILE *out, const ps_row *row, const char *missing) {
    for (size_t i = 0; i < row->n_matches; i++) {
        char *id = ps_plain(row->match[i].sample_id);
        fprintf(out, "%s%s", i ? "," : "", id ? id : "");
        free(id);
    }
    if (row->n_more)
        fprintf(out, ",and %zu more", row->n_more);
    if (!row->n_matches)
        fputs(missing, out);
}

static void put_roles(FILE *out, unsigned roles) {
    const char *join = " (";
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if (roles >> role & 1) {
            fprintf(out, "%s%s", join, ps_input_names[role]);
            join = ", ";
        }
    fputc(')', out);
}

size_t ps_cohort_person(const ps_row *rows, size_t n, size_t own, char *listed, size_t *member) {
    const ps_row *row = &rows[own];
    size_t found = 0, k = 0;
    if (listed[own] || !row->n_matches)
        return 0;
    for (size_t j = 0; j < n; j++) { /* matches stand in the order of the rows */
        int matches = k < row->n_matches && !strcmp(row->match[k].sample_id, rows[j].sample_id);
        k += (size_t)matches;
        if (j == own || matches) {
            listed[j] = 1;
            member[found++] = j;
        }
    }
    return found;
}

static void put_person(FILE *out, const ps_row *rows, size_t own, const size_t *member, size_t n) {
    enum { SHOWN_SAMPLES = 8 };
    const ps_row_match *match = rows[own].match;
    unsigned roles = 0;
    for (size_t k = 0; k < rows[own].n_matches; k++)
        roles |= match[k].own;
    for (size_t m = 0; m < n && m < SHOWN_SAMPLES; m++) {
        fputs(m == 0 ? "" : m + 1 == n ? " and " : ", ", out);
        ps_put_html(out, rows[member[m]].sample_id);
        put_roles(out, member[m] == own ? roles : (match++)->theirs);
    }
    if (n > SHOWN_SAMPLES)
        fprintf(out, " and %zu more", n - SHOWN_SAMPLES);
}

void ps_cohort_persons(FILE *out, const ps_cohort_view *view) {
    enum { SHOWN_PERSONS = 5 };
    char *listed = ps_alloc(view->n, 1);
    size_t *member = ps_alloc(view->n, sizeof *member), persons = 0;
    for (size_t i = 0; i < view->n; i++) {
        size_t n = ps_cohort_person(view->rows, view->n, i, listed, member);
        if (!n)
            continue;
        if (!persons)
            fputs("<p class=\"note\"><b>One person under several names</b>, by common SNPs: ", out);
        if (persons++ < SHOWN_PERSONS) {
            fputs(persons > 1 ? "; " : "", out);
            put_person(out, view->rows, i, member, n);
        }
    }
    if (persons)
        fputs(persons > SHOWN_PERSONS ? "; and more persons (column same_person_as of cohort.tsv)</p>\n" : "</p>\n",
              out);
    free(member);
    free(listed);
}
