/* identity.c - which samples of a cohort are one person's, from what each sample publishes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "../format.h"
#include "plasmastrat/alloc.h"

typedef struct entry { /* one input of one sample */
    size_t row;
    const ps_panel *panel;
    ps_input_role role;
    ps_identity_profile profile;
} entry;

static const ps_panel *panel_of(const ps_panel *panels, int n_panels, const ps_cohort_row *row) {
    for (int i = 0; row->snp_set && i < n_panels; i++)
        if (!strcmp(panels[i].snp_set, row->snp_set))
            return &panels[i];
    return NULL;
}

static size_t list_inputs(const ps_panel *panels, int n_panels, const ps_cohort_row *rows, size_t n, entry **list) {
    size_t used = 0, capacity = 0;
    for (size_t i = 0; i < n; i++) {
        const ps_panel *panel = panel_of(panels, n_panels, &rows[i]);
        for (size_t k = 0; panel && !rows[i].failure && k < rows[i].n_persons; k++) {
            const ps_identity_input *in = &rows[i].person[k];
            /* a file may claim the set's name and hold something else */
            if (in->sites < panel->limits.identity_min_sites || !ps_identity_is_counts(panel, in->counts) ||
                strlen(in->genotypes) != (size_t)panel->n_snps)
                continue;
            PS_GROW(*list, used, capacity);
            (*list)[used] = (entry){.row = i, .panel = panel, .role = in->role};
            ps_identity_profile_of(panel, in, &(*list)[used].profile);
            used++;
        }
    }
    return used;
}

static void note_match(ps_cohort_row *row, const ps_cohort_row *other, int first, unsigned own, unsigned theirs) {
    row->match = ps_resize(row->match, row->n_matches + 1, sizeof *row->match);
    row->match[row->n_matches++] =
        (ps_cohort_match){.sample_id = ps_strdup(other->sample_id), .first = first, .own = own, .theirs = theirs};
}

static size_t end_of_row(const entry *list, size_t n, size_t beg) {
    size_t end = beg;
    while (end < n && list[end].row == list[beg].row)
        end++;
    return end;
}

/* Every input of one sample against every input of another. */
static void compare_rows(ps_cohort_row *rows, const entry *a, size_t n_a, const entry *b, size_t n_b, double trials) {
    unsigned in_a = 0, in_b = 0;
    for (size_t i = 0; i < n_a; i++)
        for (size_t j = 0; j < n_b; j++)
            if (!strcmp(a[i].panel->snp_set, b[j].panel->snp_set) &&
                ps_identity_same(a[i].panel, &a[i].profile, &b[j].profile, trials)) {
                in_a |= 1u << a[i].role;
                in_b |= 1u << b[j].role;
            }
    if (!in_a)
        return;
    note_match(&rows[a->row], &rows[b->row], 1, in_a, in_b);
    note_match(&rows[b->row], &rows[a->row], 0, in_b, in_a);
}

void ps_cohort_compare(const ps_panel *panels, int n_panels, ps_cohort_row *rows, size_t n) {
    entry *list = NULL;
    size_t used = list_inputs(panels, n_panels, rows, n, &list);
    double trials = used > 2 ? log((double)used * (double)(used - 1) / 2) : 0;
    for (size_t i = 0, i_end; i < used; i = i_end) {
        i_end = end_of_row(list, used, i);
        for (size_t j = i_end, j_end; j < used; j = j_end) {
            j_end = end_of_row(list, used, j);
            compare_rows(rows, &list[i], i_end - i, &list[j], j_end - j, trials);
        }
    }
    for (size_t i = 0; i < used; i++)
        ps_identity_profile_free(&list[i].profile);
    free(list);
}

void ps_cohort_put_matches(FILE *out, const ps_cohort_row *row, const char *missing) {
    for (size_t i = 0; i < row->n_matches; i++) {
        char *id = ps_plain(row->match[i].sample_id);
        fprintf(out, "%s%s", i ? "," : "", id ? id : "");
        free(id);
    }
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

size_t ps_cohort_person(const ps_cohort_row *rows, size_t n, size_t own, char *told, size_t *member) {
    const ps_cohort_row *row = &rows[own];
    size_t found = 0, k = 0;
    if (told[own] || !row->n_matches)
        return 0;
    for (size_t j = 0; j < n; j++) { /* matches stand in the order of the rows */
        int matches = k < row->n_matches && !strcmp(row->match[k].sample_id, rows[j].sample_id);
        k += (size_t)matches;
        if (j == own || matches) {
            told[j] = 1;
            member[found++] = j;
        }
    }
    return found;
}

static void put_person(FILE *out, const ps_cohort_row *rows, size_t own, const size_t *member, size_t n) {
    enum { SHOWN_SAMPLES = 8 };
    const ps_cohort_match *match = rows[own].match;
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
    char *told = ps_alloc(view->n, 1);
    size_t *member = ps_alloc(view->n, sizeof *member), persons = 0;
    for (size_t i = 0; i < view->n; i++) {
        size_t n = ps_cohort_person(view->rows, view->n, i, told, member);
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
    free(told);
}
