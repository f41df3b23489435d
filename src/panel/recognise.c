/* Which build do these contigs come from? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/panel.h"
#include "plasmastrat/table.h"

#include "embed.h"

enum { MAX_BUILDS = 3, N_NAMES = 4, LENGTH = N_NAMES, N_COLUMNS };

static const struct {
    const char *build, *panel; /* panel NULL: recognised, but there is none */
    const char *embedded, *file;
} builds[MAX_BUILDS] = {
    {"GRCh38", "grch38", "grch38", "contigs.tsv"},
    {"GRCh37", "grch37", "grch37", "contigs.tsv"},
    {"T2T-CHM13v2", NULL, "program", "builds.tsv"},
};

const char *ps_panel_for_build(const char *build) {
    for (int i = 0; i < MAX_BUILDS; i++)
        if (!strcmp(build, builds[i].build))
            return builds[i].panel;
    return NULL;
}

/* The tables are embedded and hold no mitochondrion: its length tells no builds apart. */
static int open_table(int build, ps_table *table, int *column) {
    static const char *const names[N_COLUMNS] = {"ucsc", "ensembl", "refseq", "genbank", "length"};
    ps_error err = {0};
    const ps_embedded *e = ps_embedded_find(builds[build].embedded, builds[build].file);
    return ps_table_parse(e->name, e->begin, (size_t)(e->end - e->begin), PS_ERR_USAGE, table, &err) < 0 ||
           ps_table_require(table, names, N_COLUMNS, column, &err) < 0;
}

/* First contig (index) whose name and length are those of the table, and how many there are. */
static int count_matches(const ps_table *table, const int *column, const char *const *names, const int64_t *lengths,
                         int n, int *first) {
    int matches = 0;
    *first = -1;
    for (int i = 0; i < n; i++) {
        for (size_t row = 0; row < table->n_rows && lengths[i] > 0; row++) {
            int64_t length = 0;
            int same = ps_parse_int(ps_table_cell(table, row, column[LENGTH]), 1, INT32_MAX, &length) == 0 &&
                       length == lengths[i];
            int named = 0;
            for (int k = 0; k < N_NAMES && same; k++)
                named |= !strcmp(ps_table_cell(table, row, column[k]), names[i]);
            if (!named)
                continue;
            if (*first < 0)
                *first = i;
            matches++;
            break;
        }
    }
    return matches;
}

const char *ps_recognise_build(const char *const *names, const int64_t *lengths, int n, char *why, size_t why_size) {
    int matches[MAX_BUILDS] = {0}, first[MAX_BUILDS], found = -1, other = -1;
    for (int b = 0; b < MAX_BUILDS; b++) {
        ps_table table = {0};
        int column[N_COLUMNS];
        first[b] = -1;
        if (open_table(b, &table, column) == 0)
            matches[b] = count_matches(&table, column, names, lengths, n, &first[b]);
        ps_table_free(&table);
        if (!matches[b])
            continue;
        if (found < 0)
            found = b;
        else
            other = b;
    }
    if (found < 0) {
        snprintf(why, why_size,
                 "none of the %d contigs has the name and length of a contig of GRCh38, GRCh37 or T2T-CHM13v2", n);
        return NULL;
    }
    if (other >= 0) {
        snprintf(why, why_size, "contig %s (%lld bases) is of %s but contig %s (%lld bases) is of %s",
                 names[first[found]], (long long)lengths[first[found]], builds[found].build, names[first[other]],
                 (long long)lengths[first[other]], builds[other].build);
        return NULL;
    }
    snprintf(why, why_size, "contig %s has %lld bases as in %s (%d contigs agree)", names[first[found]],
             (long long)lengths[first[found]], builds[found].build, matches[found]);
    return builds[found].build;
}
