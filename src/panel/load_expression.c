/* What expression is measured against: gene centres, levels of CCND1, other cells, and the ordinary disease. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

static const double MAX_LOG2 = 30, MAX_SD = 10;

static int read_centre(const ps_table *t, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    int id = ps_panel_gene(panel, ps_table_cell(t, row, column[0]));
    if (id < 0)
        return ps_table_fail(t, row, column[0], err, "not a gene of genes.tsv");
    ps_gene *gene = &panel->genes[id];
    if (isfinite(gene->centre))
        return ps_table_fail(t, row, column[0], err, "is listed a second time");
    if (!strcmp(ps_table_cell(t, row, column[1]), ".")) /* measured, and not to be used */
        return 0;
    if (ps_table_double(t, row, column[1], -MAX_LOG2, MAX_LOG2, &gene->centre, err) < 0)
        return -1;
    return ps_table_double(t, row, column[2], 0, MAX_SD, &gene->spread, err);
}

static int check_centres(const ps_panel *panel, const char *path, ps_error *err) {
    int n[PS_N_ROLES] = {0};
    for (int i = 0; i < panel->n_genes; i++)
        n[panel->genes[i].role] += isfinite(panel->genes[i].centre);
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].role == PS_ROLE_REFERENCE && !isfinite(panel->genes[i].centre))
            return ps_fail(err, PS_ERR_USAGE, path, 0, "reference gene %s has no centre", panel->genes[i].name);
    if (!n[PS_ROLE_PLASMA_CELL])
        return ps_fail(err, PS_ERR_USAGE, path, 0, "no plasma-cell marker has a centre, expected at least one");
    return 0;
}

static int read_level(const ps_table *t, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    int level = 0;
    if (ps_table_enum(t, row, column[0], ps_level_names, PS_N_LEVELS, &level, err) < 0)
        return -1;
    ps_level_of_ccnd1 *l = &panel->level[level];
    if (l->sd > 0)
        return ps_table_fail(t, row, column[0], err, "is listed a second time");
    if (ps_table_double(t, row, column[1], -MAX_LOG2, MAX_LOG2, &l->log2, err) < 0)
        return -1;
    return ps_table_double(t, row, column[2], 0.1, MAX_SD, &l->sd, err);
}

static int check_levels(const ps_panel *panel, const char *path, ps_error *err) {
    for (int i = 0; i < PS_N_LEVELS; i++) {
        if (!(panel->level[i].sd > 0))
            return ps_fail(err, PS_ERR_USAGE, path, 0, "level '%s' is missing", ps_level_names[i]);
        if (i && panel->level[i - 1].log2 >= panel->level[i].log2)
            return ps_fail(err, PS_ERR_USAGE, path, 0, "level '%s' (%g) is not above '%s' (%g)", ps_level_names[i],
                           panel->level[i].log2, ps_level_names[i - 1], panel->level[i - 1].log2);
    }
    return 0;
}

static int has_marker(const ps_panel *panel, const char *cell) {
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].role == PS_ROLE_OTHER_CELL && !strcmp(panel->genes[i].cell, cell))
            return 1;
    return 0;
}

static int read_cell(const ps_table *t, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *name = ps_table_cell(t, row, column[0]);
    if (!has_marker(panel, name))
        return ps_table_fail(t, row, column[0], err, "no gene of genes.tsv is a marker of this cell");
    for (int i = 0; i < panel->n_cells; i++)
        if (!strcmp(panel->cells[i].cell, name))
            return ps_table_fail(t, row, column[0], err, "is listed a second time");
    panel->cells = ps_resize(panel->cells, (size_t)panel->n_cells + 1, sizeof *panel->cells);
    ps_cell_ccnd1 *c = &panel->cells[panel->n_cells++];
    *c = (ps_cell_ccnd1){.cell = ps_strdup(name)};
    if (ps_table_double(t, row, column[1], -MAX_LOG2, MAX_LOG2, &c->marker_log2, err) < 0)
        return -1;
    return ps_table_double(t, row, column[2], -MAX_LOG2, MAX_LOG2, &c->ccnd1_log2, err);
}

static int no_check(const ps_panel *panel, const char *path, ps_error *err) {
    (void)panel, (void)path, (void)err;
    return 0;
}

int ps_load_expression(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const struct {
        const char *file;
        const char *column[3];
        int may_be_empty;
        int (*read)(const ps_table *t, size_t row, const int *column, ps_panel *panel, ps_error *err);
        int (*check)(const ps_panel *panel, const char *path, ps_error *err);
    } tables[] = {
        {"expression_centres.tsv", {"gene", "log2", "sd"}, 0, read_centre, check_centres},
        {"expression_levels.tsv", {"level", "log2", "sd"}, 0, read_level, check_levels},
        {"expression_cells.tsv", {"cell", "marker_log2", "ccnd1_log2"}, 1, read_cell, no_check},
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && rc == 0; i++) {
        ps_table t;
        int column[3];
        if (ps_panel_table(files, tables[i].file, tables[i].column, 3, tables[i].may_be_empty, &t, column, err) < 0)
            return -1;
        for (size_t row = 0; row < t.n_rows && rc == 0; row++)
            rc = tables[i].read(&t, row, column, panel, err);
        rc = rc < 0 ? rc : tables[i].check(panel, t.path, err);
        ps_table_free(&t);
    }
    return rc;
}

/* ---- population.tsv -------------------------------------------------------------------------------------------- */

/* "ccnd1+" and the like: which share? NULL: none. */
static double *share_of(ps_population *p, const char *key) {
    static const char signs[PS_N_MARKER_STATES] = {0, '-', '~', '+'};
    for (int m = 0; m < PS_N_MARKERS; m++)
        for (int s = PS_MARKER_NEGATIVE; s < PS_N_MARKER_STATES; s++) {
            size_t n = strlen(ps_marker_names[m]);
            if (!strncmp(key, ps_marker_names[m], n) && key[n] == signs[s] && !key[n + 1] &&
                (m == PS_MARKER_CCND1 || s != PS_MARKER_INTERMEDIATE))
                return &p->share[m][s];
        }
    return NULL;
}

static void add_source(ps_population *p, const char *key, const char *source) {
    char *all = p->source ? ps_format("%s; %s: %s", p->source, key, source) : ps_format("%s: %s", key, source);
    free(p->source);
    p->source = all;
}

static int read_share(const ps_table *t, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    ps_population *p = &panel->population;
    const char *key = ps_table_cell(t, row, column[0]);
    if (!strcmp(key, "name")) {
        if (p->name || !ps_table_cell(t, row, column[1])[0])
            return ps_table_fail(t, row, column[1], err, "expected one name");
        p->name = ps_strdup(ps_table_cell(t, row, column[1]));
        return 0;
    }
    double *share = share_of(p, key);
    if (!share)
        return ps_table_fail(t, row, column[0], err, "expected name, ccnd1+, ccnd1~, ccnd1-, ras+ or ras-");
    if (*share > 0)
        return ps_table_fail(t, row, column[0], err, "is listed a second time");
    add_source(p, key, ps_table_cell(t, row, column[2]));
    return ps_table_double(t, row, column[1], 1e-3, 1, share, err);
}

int ps_load_population(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"key", "value", "source"};
    ps_table t;
    int column[3], rc = 0;
    if (ps_panel_table(files, "population.tsv", names, 3, 0, &t, column, err) < 0)
        return -1;
    for (size_t row = 0; row < t.n_rows && rc == 0; row++)
        rc = read_share(&t, row, column, panel, err);
    if (rc == 0 && !panel->population.name)
        rc = ps_fail(err, PS_ERR_USAGE, t.path, 0, "key 'name' is missing");
    for (int m = 0; m < PS_N_MARKERS && rc == 0; m++) {
        double sum = 0;
        for (int s = 0; s < PS_N_MARKER_STATES; s++)
            sum += panel->population.share[m][s];
        if (fabs(sum - 1) > 1e-6)
            rc = ps_fail(err, PS_ERR_USAGE, t.path, 0, "the shares of %s add up to %g, expected 1",
                         ps_marker_names[m], sum);
    }
    ps_table_free(&t);
    return rc;
}
