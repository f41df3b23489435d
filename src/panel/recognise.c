/* Which build do these contigs come from? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/table.h"

#include "embed.h"

enum { MAX_BUILDS = 3, N_NAMES = 4, LENGTH = N_NAMES, N_COLUMNS };

static const struct {
    const char *build, *embedded, *file;
} builds[MAX_BUILDS] = {
    {"GRCh38", "grch38", "contigs.tsv"},
    {"GRCh37", "grch37", "contigs.tsv"},
    {"T2T-CHM13v2", "program", "builds.tsv"},
};

/* One build's contigs. The tables are embedded and hold no mitochondrion: its length tells no builds apart. */
typedef struct known_contigs {
    ps_table table;
    int column[N_COLUMNS];
    int64_t *length; /* by row */
} known_contigs;

static void free_contigs(known_contigs *k) {
    ps_table_free(&k->table);
    free(k->length);
}

static int open_contigs(int build, known_contigs *k) {
    static const char *const names[N_COLUMNS] = {"ucsc", "ensembl", "refseq", "genbank", "length"};
    ps_error err = {0};
    const ps_embedded *e = ps_embedded_find(builds[build].embedded, builds[build].file);
    if (ps_table_parse(e->name, e->begin, (size_t)(e->end - e->begin), PS_ERR_USAGE, &k->table, &err) < 0 ||
        ps_table_require(&k->table, names, N_COLUMNS, k->column, &err) < 0)
        return -1;
    k->length = ps_alloc(k->table.n_rows, sizeof *k->length);
    for (size_t row = 0; row < k->table.n_rows; row++)
        if (ps_table_int(&k->table, row, k->column[LENGTH], 1, INT32_MAX, &k->length[row], &err) < 0)
            return -1;
    return 0;
}

static int is_known(const known_contigs *k, const char *name, int64_t length) {
    for (size_t row = 0; row < k->table.n_rows; row++)
        for (int i = 0; i < N_NAMES && k->length[row] == length; i++)
            if (!strcmp(ps_table_cell(&k->table, row, k->column[i]), name))
                return 1;
    return 0;
}

/* How many contigs have a name and length of this build, and the first of them. */
static int count_matches(int build, const char *const *names, const int64_t *lengths, int n, int *first) {
    known_contigs k = {0};
    int matches = 0;
    *first = -1;
    if (open_contigs(build, &k) == 0) {
        for (int i = 0; i < n; i++) {
            if (lengths[i] <= 0 || !is_known(&k, names[i], lengths[i]))
                continue;
            if (!matches++)
                *first = i;
        }
    }
    free_contigs(&k);
    return matches;
}

/* Is there a contig of this name, or else of this length, in any build? Writes what that tells of the file. */
static void guess(const char *name, int64_t length, char *hint, size_t size) {
    static const char *const transcripts[] = {"ENST", "ENSMUST", "NM_", "NR_", "XM_", "XR_"};
    for (size_t i = 0; i < sizeof transcripts / sizeof *transcripts; i++)
        if (!strncmp(name, transcripts[i], strlen(transcripts[i]))) {
            snprintf(hint, size, "; that is a transcript: give alignments to the genome, not to a transcriptome");
            return;
        }
    for (int b = 0; b < MAX_BUILDS; b++) {
        known_contigs k = {0};
        int opened = open_contigs(b, &k) == 0;
        for (size_t row = 0; opened && row < k.table.n_rows; row++) {
            const char *ucsc = ps_table_cell(&k.table, row, k.column[0]);
            if (k.length[row] == length)
                snprintf(hint, size, "; that is the length of %s of %s: give the contigs their usual names", ucsc,
                         builds[b].build);
            for (int i = 0; i < N_NAMES && !*hint; i++)
                if (!strcasecmp(ps_table_cell(&k.table, row, k.column[i]), name))
                    snprintf(hint, size, "; %s has %lld bases in %s: the file is on another build", name,
                             (long long)k.length[row], builds[b].build);
        }
        free_contigs(&k);
        if (*hint)
            return;
    }
}

const char *ps_recognise_build(const char *const *names, const int64_t *lengths, int n, char *why, size_t why_size) {
    int matches[MAX_BUILDS] = {0}, first[MAX_BUILDS], found = -1, other = -1;
    for (int b = 0; b < MAX_BUILDS; b++) {
        matches[b] = count_matches(b, names, lengths, n, &first[b]);
        if (!matches[b])
            continue;
        if (found < 0)
            found = b;
        else
            other = b;
    }
    if (found < 0) {
        char hint[160] = "";
        if (n > 0)
            guess(names[0], lengths[0], hint, sizeof hint);
        snprintf(why, why_size,
                 "none of the %d contigs is of GRCh38, GRCh37 or T2T-CHM13v2; the first is '%.60s' (%lld bases)%s", n,
                 n > 0 ? names[0] : "", n > 0 ? (long long)lengths[0] : 0, hint);
        return NULL;
    }
    if (other >= 0) {
        snprintf(why, why_size, "contig %s (%lld bases) is of %s but contig %s (%lld bases) is of %s",
                 names[first[found]], (long long)lengths[first[found]], builds[found].build, names[first[other]],
                 (long long)lengths[first[other]], builds[other].build);
        return NULL;
    }
    snprintf(why, why_size, "contig %s has %lld bases as in %s (%d of %d contigs agree)", names[first[found]],
             (long long)lengths[first[found]], builds[found].build, matches[found], n);
    return builds[found].build;
}
