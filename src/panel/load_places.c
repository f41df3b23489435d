/* Contigs, arms, bins and regions. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

const char *const ps_style_names[PS_N_STYLES] = {"ucsc", "ensembl", "refseq", "genbank"};

int ps_load_span(const ps_table *table, size_t row, const int *column, const ps_panel *panel, ps_span *span,
                 ps_error *err) {
    const char *name = ps_table_cell(table, row, column[0]);
    span->contig = ps_panel_contig(panel, name);
    if (span->contig < 0)
        return ps_table_fail(table, row, column[0], err, "not a contig of contigs.tsv");
    int64_t length = panel->contigs[span->contig].length, beg0 = 0, end0 = 0;
    if (ps_table_int(table, row, column[1], 0, length - 1, &beg0, err) < 0 ||
        ps_table_int(table, row, column[2], 1, length, &end0, err) < 0)
        return -1;
    if (beg0 >= end0)
        return ps_table_fail(table, row, column[2], err, "expected an end above the beginning, %lld",
                             (long long)beg0);
    span->beg0 = (int32_t)beg0;
    span->end0 = (int32_t)end0;
    return 0;
}

/* ---- contigs.tsv ----------------------------------------------------------------------------------------------- */

static int load_contig(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    ps_contig *c = &panel->contigs[panel->n_contigs++];
    for (int style = 0; style < PS_N_STYLES; style++) {
        const char *name = ps_table_cell(table, row, column[style]);
        int none = !name[0] || !strcmp(name, ".") || !strcmp(name, "na");
        if (none && style == PS_STYLE_UCSC)
            return ps_table_fail(table, row, column[style], err, "expected a name: outputs use it");
        if (none)
            continue;
        panel->n_contigs--; /* this row's own names may be equal ("1" twice), other rows' may not */
        int taken = ps_panel_contig(panel, name) >= 0;
        panel->n_contigs++;
        if (taken)
            return ps_table_fail(table, row, column[style], err, "another contig has this name");
        c->name[style] = ps_strdup(name);
    }
    return ps_table_int(table, row, column[PS_N_STYLES], 1, INT32_MAX, &c->length, err);
}

int ps_load_contigs(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[PS_N_STYLES + 1] = {"ucsc", "ensembl", "refseq", "genbank", "length"};
    ps_table table;
    int column[PS_N_STYLES + 1], rc = 0;
    if (ps_panel_table(files, "contigs.tsv", names, PS_N_STYLES + 1, 0, &table, column, err) < 0)
        return -1;
    panel->contigs = ps_alloc(table.n_rows, sizeof *panel->contigs);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_contig(&table, row, column, panel, err);
    ps_table_free(&table);
    return rc;
}

/* ---- arms.tsv -------------------------------------------------------------------------------------------------- */

static int find_arm(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_arms; i++)
        if (!strcmp(panel->arms[i].name, name))
            return i;
    return -1;
}

static int load_arm(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *name = ps_table_cell(table, row, column[0]);
    size_t n = strlen(name);
    if (n < 2 || (name[n - 1] != 'p' && name[n - 1] != 'q'))
        return ps_table_fail(table, row, column[0], err, "expected an arm such as 11q");
    if (find_arm(panel, name) >= 0)
        return ps_table_fail(table, row, column[0], err, "this arm is listed a second time");
    ps_arm *arm = &panel->arms[panel->n_arms++];
    arm->name = ps_strdup(name);
    int64_t odd = 0;
    if (ps_table_double(table, row, column[1], 0, 1, &arm->gain_prior, err) < 0 ||
        ps_table_double(table, row, column[2], 0, 1, &arm->loss_prior, err) < 0 ||
        ps_table_int(table, row, column[3], 0, 1, &odd, err) < 0)
        return -1;
    arm->odd_trisomy = (int)odd;
    if (arm->gain_prior + arm->loss_prior > 1)
        return ps_table_fail(table, row, column[2], err, "gain and loss together exceed 1");
    return 0;
}

int ps_load_arms(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"arm", "gain_prior", "loss_prior", "odd_trisomy"};
    ps_table table;
    int column[4], rc = 0;
    if (ps_panel_table(files, "arms.tsv", names, 4, 0, &table, column, err) < 0)
        return -1;
    panel->arms = ps_alloc(table.n_rows, sizeof *panel->arms);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_arm(&table, row, column, panel, err);
    ps_table_free(&table);
    return rc;
}

/* ---- karyotypes.tsv -------------------------------------------------------------------------------------------- */

enum { KARYOTYPE_CHROMOSOME, KARYOTYPE_GROUP, KARYOTYPE_P, KARYOTYPE_Q, KARYOTYPE_GENOMES, KARYOTYPE_COLUMNS };

/* The chromosome of the arm `name` + 'q'; NULL when the panel has no such arm. */
static ps_chromosome *find_chromosome(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_chromosomes; i++) {
        const char *q = panel->arms[panel->chromosomes[i].q].name;
        if (strlen(q) == strlen(name) + 1 && !strncmp(q, name, strlen(name)))
            return &panel->chromosomes[i];
    }
    return NULL;
}

/* Arms of one chromosome; one that has a short arm only is not counted in. */
static void list_chromosomes(ps_panel *panel) {
    panel->chromosomes = ps_alloc((size_t)panel->n_arms, sizeof *panel->chromosomes);
    for (int a = 0; a < panel->n_arms; a++) {
        size_t n = strlen(panel->arms[a].name) - 1;
        if (panel->arms[a].name[n] != 'q')
            continue;
        ps_chromosome *c = &panel->chromosomes[panel->n_chromosomes++];
        c->q = a;
        c->p = -1;
        for (int b = 0; b < panel->n_arms; b++)
            if (b != a && strlen(panel->arms[b].name) == n + 1 &&
                !strncmp(panel->arms[b].name, panel->arms[a].name, n))
                c->p = b;
    }
}

/* Index of a word; -1 and an error when it is none of them. */
static int one_of(const ps_table *table, size_t row, int column, const char *const *words, int n, ps_error *err) {
    const char *cell = ps_table_cell(table, row, column);
    for (int i = 0; i < n; i++)
        if (!strcmp(cell, words[i]))
            return i;
    return ps_table_fail(table, row, column, err, "expected %s, ..., or %s", words[0], words[n - 1]);
}

static int load_karyotype(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    static const char *const states[PS_N_ARM_STATES] = {"loss", "none", "gain", "more"};
    static const char *const groups[PS_N_KARYOTYPE_GROUPS] = {"hyperdiploid", "not-hyperdiploid"};
    ps_chromosome *c = find_chromosome(panel, ps_table_cell(table, row, column[KARYOTYPE_CHROMOSOME]));
    double genomes = 0;
    if (!c)
        return ps_table_fail(table, row, column[KARYOTYPE_CHROMOSOME], err, "no long arm of it is in arms.tsv");
    int group = one_of(table, row, column[KARYOTYPE_GROUP], groups, PS_N_KARYOTYPE_GROUPS, err), p = 0;
    int no_p = !strcmp(ps_table_cell(table, row, column[KARYOTYPE_P]), ".");
    if (group >= 0 && no_p != (c->p < 0))
        return ps_table_fail(table, row, column[KARYOTYPE_P], err, "expected '.' where arms.tsv has no short arm");
    if (group < 0 || (!no_p && (p = one_of(table, row, column[KARYOTYPE_P], states, PS_N_ARM_STATES, err)) < 0))
        return -1;
    int q = one_of(table, row, column[KARYOTYPE_Q], states, PS_N_ARM_STATES, err);
    if (q < 0 || ps_table_double(table, row, column[KARYOTYPE_GENOMES], 0, 1e9, &genomes, err) < 0)
        return -1;
    c->genomes[group][p][q] += genomes;
    c->all[group] += genomes;
    return 0;
}

int ps_load_karyotypes(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[KARYOTYPE_COLUMNS] = {"chromosome", "group", "p", "q", "genomes"};
    ps_table table;
    int column[KARYOTYPE_COLUMNS], rc = 0;
    if (ps_panel_table(files, "karyotypes.tsv", names, KARYOTYPE_COLUMNS, 0, &table, column, err) < 0)
        return -1;
    list_chromosomes(panel);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_karyotype(&table, row, column, panel, err);
    for (int i = 0; i < panel->n_chromosomes && rc == 0; i++)
        for (int group = 0; group < PS_N_KARYOTYPE_GROUPS && rc == 0; group++)
            if (!(panel->chromosomes[i].all[group] > 0))
                rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "no genome for arm %s in one of the groups",
                             panel->arms[panel->chromosomes[i].q].name);
    ps_table_free(&table);
    return rc;
}

/* ---- bins.bed -------------------------------------------------------------------------------------------------- */

enum { BIN_ARM = 3, BIN_ROLE, BIN_GC, BIN_MAPPABILITY, BIN_COLUMNS };

/* "11q" lies on the contig whose UCSC name is "chr11" or "11". */
static int arm_is_on(const ps_contig *contig, const char *arm) {
    const char *name = contig->name[PS_STYLE_UCSC];
    name += strncmp(name, "chr", 3) ? 0 : 3;
    return strlen(name) + 1 == strlen(arm) && !strncmp(name, arm, strlen(name));
}

static int load_bin(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    static const char *const roles[] = {"arm", "11q13", "ccnd1"}; /* ps_bin_role */
    ps_bin *bin = &panel->bins[panel->n_bins];
    int role = 0;
    if (ps_load_span(table, row, column, panel, &bin->span, err) < 0)
        return -1;
    bin->arm = find_arm(panel, ps_table_cell(table, row, column[BIN_ARM]));
    if (bin->arm < 0)
        return ps_table_fail(table, row, column[BIN_ARM], err, "not an arm of arms.tsv");
    if (!arm_is_on(&panel->contigs[bin->span.contig], panel->arms[bin->arm].name))
        return ps_table_fail(table, row, column[BIN_ARM], err, "this arm is not on contig %s",
                             panel->contigs[bin->span.contig].name[PS_STYLE_UCSC]);
    if (ps_table_enum(table, row, column[BIN_ROLE], roles, 3, &role, err) < 0 ||
        ps_table_double(table, row, column[BIN_GC], 0, 1, &bin->gc, err) < 0 ||
        ps_table_double(table, row, column[BIN_MAPPABILITY], 0, 1, &bin->mappability, err) < 0)
        return -1;
    bin->role = (ps_bin_role)role;
    if (panel->n_bins > 0) {
        const ps_span *before = &bin[-1].span;
        if (before->contig > bin->span.contig ||
            (before->contig == bin->span.contig && before->beg0 > bin->span.beg0))
            return ps_table_fail(table, row, column[1], err, "out of order, expected bins by contig and position");
        if (before->contig == bin->span.contig && before->end0 > bin->span.beg0)
            return ps_table_fail(table, row, column[1], err, "overlaps the bin before it, which ends at %d",
                                 (int)before->end0);
    }
    panel->n_bins++;
    return 0;
}

int ps_load_bins(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[BIN_COLUMNS] = {"contig", "beg0", "end0", "arm", "role", "gc", "mappability"};
    ps_table table;
    int column[BIN_COLUMNS], rc = 0;
    if (ps_panel_table(files, "bins.bed", names, BIN_COLUMNS, 0, &table, column, err) < 0)
        return -1;
    panel->bins = ps_alloc(table.n_rows, sizeof *panel->bins);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_bin(&table, row, column, panel, err);
    ps_table_free(&table);
    return rc;
}

/* ---- regions.bed ----------------------------------------------------------------------------------------------- */

static const ps_span *find_region(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_regions; i++)
        if (!strcmp(panel->regions[i].name, name))
            return &panel->regions[i].span;
    return NULL;
}

static int load_region(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *name = ps_table_cell(table, row, column[3]);
    ps_span span;
    if (ps_load_span(table, row, column, panel, &span, err) < 0)
        return -1;
    if (!name[0] || find_region(panel, name))
        return ps_table_fail(table, row, column[3], err, "expected a name that no other region has");
    panel->regions[panel->n_regions++] = (ps_region){ps_strdup(name), span};
    return 0;
}

static int needed_region(const ps_panel_files *files, const ps_panel *panel, const char *name, ps_span *span,
                         ps_error *err) {
    const ps_span *found = find_region(panel, name);
    if (!found)
        return ps_fail(err, PS_ERR_USAGE, ps_panel_files_find(files, "regions.bed")->path, 0,
                       "region '%s' is missing", name);
    *span = *found;
    return 0;
}

int ps_load_regions(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"contig", "beg0", "end0", "name"};
    ps_table table;
    int column[4], rc = 0;
    if (ps_panel_table(files, "regions.bed", names, 4, 0, &table, column, err) < 0)
        return -1;
    panel->regions = ps_alloc(table.n_rows, sizeof *panel->regions);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_region(&table, row, column, panel, err);
    ps_table_free(&table);
    if (rc == 0)
        rc = needed_region(files, panel, "CCND1_t1114_window", &panel->ccnd1_window, err);
    if (rc == 0)
        rc = needed_region(files, panel, "IGH_locus", &panel->igh, err);
    return rc;
}
