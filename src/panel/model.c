/* Stratifier models: model.NAME.tsv. */
#include "plasmastrat/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"
#include "plasmastrat/table.h"

const char *const ps_marker_names[PS_N_MARKERS] = {"ccnd1", "ras"};
const char *const ps_marker_state_names[PS_N_MARKER_STATES] = {"not-assessable", "negative", "intermediate",
                                                               "positive"};
const char *const ps_level_names[PS_N_LEVELS] = {"low", "intermediate", "very_high"};
const char *const ps_basis_names[PS_N_BASES] = {"premise", "published", "cohort"};
const char *const ps_class_names[PS_N_CLASSES] = {"plasmacytoma", "intramedullary"};
const char *const ps_specimen_names[PS_N_SPECIMENS] = {"unknown", "lesion", "marrow"};

/* A ln likelihood ratio beyond this would settle a label alone: e^20 is half a billion. */
static const double MAX_WEIGHT = 20, MIN_SD = 1e-6, MAX_ODDS = 1e9;

enum { KEY, VALUE, SD, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = {"key", "value", "sd"};

typedef struct reader {
    const ps_table *table;
    const int *column;
    ps_model *model;
} reader;

typedef int (*read_key)(const reader *r, size_t row, ps_error *err);

static const char *value_of(const reader *r, size_t row) {
    return ps_table_cell(r->table, row, r->column[VALUE]);
}

static int read_text(const reader *r, size_t row, char **out, ps_error *err) {
    if (!value_of(r, row)[0])
        return ps_table_fail(r->table, row, r->column[VALUE], err, "expected a text");
    *out = ps_strdup(value_of(r, row));
    return 0;
}

static int read_name(const reader *r, size_t row, ps_error *err) {
    return read_text(r, row, &r->model->name, err);
}

static int read_question(const reader *r, size_t row, ps_error *err) {
    return read_text(r, row, &r->model->question, err);
}

static int read_basis(const reader *r, size_t row, ps_error *err) {
    int basis = 0;
    if (ps_table_enum(r->table, row, r->column[VALUE], ps_basis_names, PS_N_BASES, &basis, err) < 0)
        return -1;
    r->model->basis = (ps_basis)basis;
    return 0;
}

static int read_specimen(const reader *r, size_t row, ps_error *err) {
    static const char *const names[PS_N_SPECIMENS] = {"any", "lesion", "marrow"};
    int specimen = 0;
    if (ps_table_enum(r->table, row, r->column[VALUE], names, PS_N_SPECIMENS, &specimen, err) < 0)
        return -1;
    r->model->specimen = (ps_specimen)specimen;
    return 0;
}

static int read_prior(const reader *r, size_t row, ps_error *err) {
    return ps_table_double(r->table, row, r->column[VALUE], 1 / MAX_ODDS, MAX_ODDS, &r->model->prior_odds, err);
}

static int read_threshold(const reader *r, size_t row, double *out, ps_error *err) {
    if (ps_table_double(r->table, row, r->column[VALUE], 0, 1, out, err) < 0)
        return -1;
    if (*out <= 0 || *out >= 1)
        return ps_table_fail(r->table, row, r->column[VALUE], err, "expected a probability above 0 and below 1");
    return 0;
}

static int read_upper(const reader *r, size_t row, ps_error *err) {
    return read_threshold(r, row, &r->model->plasmacytoma_at, err);
}

static int read_lower(const reader *r, size_t row, ps_error *err) {
    return read_threshold(r, row, &r->model->intramedullary_at, err);
}

static int read_required(const reader *r, size_t row, ps_error *err) {
    const char *at = value_of(r, row);
    if (!strcmp(at, "."))
        return 0;
    while (*at) {
        size_t n = strcspn(at, ",");
        int marker = 0;
        while (marker < PS_N_MARKERS &&
               (strlen(ps_marker_names[marker]) != n || strncmp(at, ps_marker_names[marker], n)))
            marker++;
        if (marker == PS_N_MARKERS)
            return ps_table_fail(r->table, row, r->column[VALUE], err,
                                 "'%.*s' is not a marker, expected ccnd1 or ras, separated by commas", (int)n, at);
        r->model->required[marker] = 1;
        at += n;
        if (*at == ',' && !*++at)
            return ps_table_fail(r->table, row, r->column[VALUE], err, "expected a marker after the last comma");
    }
    return 0;
}

static int read_weight(const reader *r, size_t row, double *weight, double *sd, ps_error *err) {
    if (ps_table_double(r->table, row, r->column[VALUE], -MAX_WEIGHT, MAX_WEIGHT, weight, err) < 0)
        return -1;
    return ps_table_double(r->table, row, r->column[SD], MIN_SD, MAX_WEIGHT, sd, err);
}

#define WEIGHT_READER(function, marker, sign)                                                                        \
    static int function(const reader *r, size_t row, ps_error *err) {                                                \
        ps_weight *w = &r->model->weight[marker];                                                                    \
        return read_weight(r, row, &w->sign, &w->sign##_sd, err);                                                    \
    }
WEIGHT_READER(read_ccnd1_positive, PS_MARKER_CCND1, positive)
WEIGHT_READER(read_ccnd1_negative, PS_MARKER_CCND1, negative)
WEIGHT_READER(read_ccnd1_intermediate, PS_MARKER_CCND1, intermediate)
WEIGHT_READER(read_ras_positive, PS_MARKER_RAS, positive)
WEIGHT_READER(read_ras_negative, PS_MARKER_RAS, negative)

/* "plasmacytoma:ccnd1+ras-" and the like: which count? NULL: this key is none. */
static double *count_at(const char *key, ps_joint *joint) {
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int i = 0; i < 2 * PS_N_LEVELS; i++) {
            char name[60];
            snprintf(name, sizeof name, "%s:ccnd1%cras%c", ps_class_names[k], "-~+"[i / 2], i % 2 ? '+' : '-');
            if (!strcmp(key, name))
                return &joint->count[k][i / 2][i % 2];
        }
    return NULL;
}

static int read_count(const reader *r, size_t row, ps_error *err) {
    double *count = count_at(ps_table_cell(r->table, row, r->column[KEY]), &r->model->joint);
    return ps_table_double(r->table, row, r->column[VALUE], 0, 1e6, count, err);
}

static int read_dirichlet(const reader *r, size_t row, ps_error *err) {
    return ps_table_double(r->table, row, r->column[VALUE], 1e-3, 100, &r->model->joint.dirichlet, err);
}

/* A model has the keys for all, and those of one kind; of the intermediate level all of its kind, or none. */
enum { FOR_ALL, OF_WEIGHTS, OF_JOINT };
static const struct {
    const char *name;
    read_key read;
    int kind, intermediate;
} keys[] = {
    {"name", read_name, FOR_ALL, 0},
    {"basis", read_basis, FOR_ALL, 0},
    {"question", read_question, FOR_ALL, 0},
    {"specimen", read_specimen, FOR_ALL, 0},
    {"prior_odds", read_prior, FOR_ALL, 0},
    {"plasmacytoma_at", read_upper, FOR_ALL, 0},
    {"intramedullary_at", read_lower, FOR_ALL, 0},
    {"required", read_required, FOR_ALL, 0},
    {"ccnd1+", read_ccnd1_positive, OF_WEIGHTS, 0},
    {"ccnd1~", read_ccnd1_intermediate, OF_WEIGHTS, 1},
    {"ccnd1-", read_ccnd1_negative, OF_WEIGHTS, 0},
    {"ras+", read_ras_positive, OF_WEIGHTS, 0},
    {"ras-", read_ras_negative, OF_WEIGHTS, 0},
    {"dirichlet", read_dirichlet, OF_JOINT, 0},
    {"plasmacytoma:ccnd1+ras+", read_count, OF_JOINT, 0},
    {"plasmacytoma:ccnd1+ras-", read_count, OF_JOINT, 0},
    {"plasmacytoma:ccnd1~ras+", read_count, OF_JOINT, 1},
    {"plasmacytoma:ccnd1~ras-", read_count, OF_JOINT, 1},
    {"plasmacytoma:ccnd1-ras+", read_count, OF_JOINT, 0},
    {"plasmacytoma:ccnd1-ras-", read_count, OF_JOINT, 0},
    {"intramedullary:ccnd1+ras+", read_count, OF_JOINT, 0},
    {"intramedullary:ccnd1+ras-", read_count, OF_JOINT, 0},
    {"intramedullary:ccnd1~ras+", read_count, OF_JOINT, 1},
    {"intramedullary:ccnd1~ras-", read_count, OF_JOINT, 1},
    {"intramedullary:ccnd1-ras+", read_count, OF_JOINT, 0},
    {"intramedullary:ccnd1-ras-", read_count, OF_JOINT, 0},
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static int read_row(const reader *r, size_t row, long *seen, ps_error *err) {
    const char *key = ps_table_cell(r->table, row, r->column[KEY]);
    int k = 0;
    while (k < N_KEYS && strcmp(key, keys[k].name))
        k++;
    if (k == N_KEYS)
        return ps_table_fail(
            r->table, row, r->column[KEY], err,
            "not a key of a model, expected name, basis, question, specimen, prior_odds, "
            "plasmacytoma_at, intramedullary_at, required, ccnd1+, ccnd1~, ccnd1-, ras+, ras-, or dirichlet and the "
            "counts of a joint table, as plasmacytoma:ccnd1+ras-");
    if (seen[k])
        return ps_table_fail(r->table, row, r->column[KEY], err, "is listed a second time (first on line %ld)",
                             seen[k]);
    seen[k] = r->table->line[row];
    const char *sd = ps_table_cell(r->table, row, r->column[SD]);
    if (keys[k].kind != OF_WEIGHTS && sd[0] && strcmp(sd, "."))
        return ps_table_fail(r->table, row, r->column[SD], err, "expected '.': only a weight has an sd");
    return keys[k].read(r, row, err);
}

static int key_of(read_key read) {
    int k = 0;
    while (keys[k].read != read)
        k++;
    return k;
}

static int check_keys(const ps_table *table, const long *seen, int *two_levels, ps_error *err) {
    int wanted = OF_WEIGHTS;
    *two_levels = 1;
    for (int k = 0; k < N_KEYS; k++) {
        if (seen[k] && keys[k].kind == OF_JOINT)
            wanted = OF_JOINT;
        if (seen[k] && keys[k].intermediate)
            *two_levels = 0;
    }
    for (int k = 0; k < N_KEYS; k++) {
        if (wanted == OF_JOINT && seen[k] && keys[k].kind == OF_WEIGHTS)
            return ps_fail(err, table->kind, table->path, seen[k],
                           "key '%s' is a weight, but there are counts of a joint table: expected one or the other",
                           keys[k].name);
        int needed = (keys[k].kind == FOR_ALL || keys[k].kind == wanted) && !(keys[k].intermediate && *two_levels);
        if (!seen[k] && needed)
            return ps_fail(err, table->kind, table->path, 0, "key '%s' is missing", keys[k].name);
    }
    return 0;
}

static int read_table(const ps_table *table, ps_model *model, ps_error *err) {
    int column[N_COLUMNS];
    long seen[N_KEYS] = {0};
    if (ps_table_require(table, column_names, N_COLUMNS, column, err) < 0)
        return -1;
    reader r = {table, column, model};
    for (size_t row = 0; row < table->n_rows; row++)
        if (read_row(&r, row, seen, err) < 0)
            return -1;
    if (check_keys(table, seen, &model->two_levels, err) < 0)
        return -1;
    if (model->intramedullary_at >= model->plasmacytoma_at)
        return ps_fail(err, table->kind, table->path, seen[key_of(read_upper)],
                       "plasmacytoma_at %g is not above intramedullary_at %g, expected the thresholds apart",
                       model->plasmacytoma_at, model->intramedullary_at);
    return 0;
}

static int finish(ps_table *table, ps_model *model, ps_error *err) {
    *model = (ps_model){0};
    int rc = read_table(table, model, err);
    if (rc < 0)
        ps_model_free(model);
    ps_table_free(table);
    return rc;
}

int ps_model_read(const char *path, ps_model *model, ps_error *err) {
    ps_table table;
    *model = (ps_model){0};
    return ps_table_read(path, PS_ERR_USAGE, &table, err) < 0 ? -1 : finish(&table, model, err);
}

int ps_model_parse(const char *path, const char *bytes, size_t n_bytes, ps_model *model, ps_error *err) {
    ps_table table;
    *model = (ps_model){0};
    return ps_table_parse(path, bytes, n_bytes, PS_ERR_USAGE, &table, err) < 0 ? -1 : finish(&table, model, err);
}

/* As a result tells them. */
static int same(double x, double y) {
    return ps_round6(x) == ps_round6(y);
}

static int same_weights(const ps_model *a, const ps_model *b) {
    for (int m = 0; m < PS_N_MARKERS; m++) {
        const ps_weight *x = &a->weight[m], *y = &b->weight[m];
        if (!same(x->positive, y->positive) || !same(x->positive_sd, y->positive_sd) ||
            !same(x->negative, y->negative) || !same(x->negative_sd, y->negative_sd) ||
            !same(x->intermediate, y->intermediate) || !same(x->intermediate_sd, y->intermediate_sd) ||
            a->required[m] != b->required[m])
            return 0;
    }
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int i = 0; i < 2 * PS_N_LEVELS; i++)
            if (!same(a->joint.count[k][i / 2][i % 2], b->joint.count[k][i / 2][i % 2]))
                return 0;
    return a->two_levels == b->two_levels && same(a->joint.dirichlet, b->joint.dirichlet);
}

int ps_model_equal(const ps_model *a, const ps_model *b) {
    return !strcmp(a->name, b->name) && !strcmp(a->question, b->question) && a->basis == b->basis &&
           a->specimen == b->specimen && same(a->prior_odds, b->prior_odds) &&
           same(a->plasmacytoma_at, b->plasmacytoma_at) && same(a->intramedullary_at, b->intramedullary_at) &&
           same_weights(a, b);
}

void ps_model_free(ps_model *model) {
    free(model->name);
    free(model->question);
    *model = (ps_model){0};
}
