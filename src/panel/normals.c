/* normals.c - the file of a panel of normals (see normals.h). */
#include "plasmastrat/normals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"

#include "checked_table.h"

const char *const ps_assay_names[PS_N_ASSAYS] = {"unknown", "whole-genome", "exome", "targeted"};

enum { CONTIG, BEG0, END0, LEVEL, SPREAD, LEVEL_SE, FRAGMENTS, USABLE, CAPTURED, CHECK, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"contig",   "beg0",      "end0",   "level",    "spread",
                                               "level_se", "fragments", "usable", "captured", "check"};

static const checked_kind kind = {"a panel of normals", "plasmastrat/copynumber-reference/1", "reference copynumber",
                                  columns, N_COLUMNS};

void ps_bins_checksum(const ps_panel *panel, char hex[17]) {
    uint64_t hash = PS_FNV_START;
    for (int i = 0; i < panel->n_bins; i++) {
        const ps_bin *b = &panel->bins[i];
        char line[200];
        snprintf(line, sizeof line, "%s\t%" PRId32 "\t%" PRId32 "\t%s\t%d\t%.6g\t%.6g\n",
                 panel->contigs[b->span.contig].name[PS_STYLE_UCSC], b->span.beg0, b->span.end0,
                 panel->arms[b->arm].name, (int)b->role, b->gc, b->mappability);
        hash = ps_fnv1a(hash, line, strlen(line));
    }
    snprintf(hex, 17, "%016" PRIx64, hash);
}

void ps_normals_free(ps_normals *n) {
    for (size_t i = 0; i < n->n_samples; i++)
        free(n->sample[i].name);
    free(n->path);
    free(n->panel);
    free(n->build);
    free(n->panel_version);
    free(n->sample);
    free(n->bin);
    *n = (ps_normals){0};
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

void ps_normals_write(ps_normals *n, const ps_panel *panel, const char *program, FILE *out) {
    checked_writer w = checked_begin(&kind, program, out);
    checked_put(&w, "##panel=%s\n##build=%s\n##panel_version=%s\n##bins=%s\n", n->panel, n->build, n->panel_version,
                n->bins_checksum);
    checked_put(&w, "##assay=%s\n##normals=%zu\n##usable=%d\n", ps_assay_names[n->assay], n->n_samples, n->usable);
    for (size_t i = 0; i < n->n_samples; i++)
        checked_put(&w, "##normal=%.6g %.6g %s\n", n->sample[i].fragments_per_bin, n->sample[i].noise,
                    n->sample[i].name);
    checked_columns(&w, &kind);
    for (int i = 0; i < n->n_bins; i++) {
        const ps_normal_bin *b = &n->bin[i];
        const ps_span *s = &panel->bins[i].span;
        checked_put(&w, "%s\t%" PRId32 "\t%" PRId32 "\t%.6g\t%.6g\t%.6g\t%" PRIu64 "\t%d\t%.6g",
                    panel->contigs[s->contig].name[PS_STYLE_UCSC], s->beg0, s->end0, b->level, b->spread, b->level_se,
                    b->fragments, b->usable, b->captured);
        checked_end_row(&w, n->checksum);
    }
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef struct reader {
    checked_reader file; /* first: what read_key is given */
    ps_normals *normals;
    int n_declared, usable_declared;
    long build_line, version_line, bins_line, normals_line;
} reader;

static int read_sample(reader *r, const char *value, ps_error *err) {
    ps_normals *n = r->normals;
    char first[32] = "", second[32] = "";
    int used = 0;
    ps_normal_sample s = {0};
    if (sscanf(value, "%31s %31s %n", first, second, &used) != 2 || used <= 0 || !value[used] ||
        ps_parse_double(first, 0, 1e12, &s.fragments_per_bin) < 0 || ps_parse_double(second, 0, 1e6, &s.noise) < 0)
        return checked_fail(&r->file, err, "expected ##normal=FRAGMENTS_PER_BIN NOISE NAME");
    s.name = ps_strdup(value + used);
    n->sample = ps_resize(n->sample, n->n_samples + 1, sizeof *n->sample);
    n->sample[n->n_samples++] = s;
    return 0;
}

static int read_assay(const checked_reader *file, ps_normals *n, const char *value, ps_error *err) {
    for (int a = PS_ASSAY_GENOME; a < PS_N_ASSAYS; a++)
        if (!strcmp(value, ps_assay_names[a]))
            n->assay = (ps_assay)a;
    return n->assay ? 0 : checked_fail(file, err, "unknown assay, expected whole-genome, exome or targeted");
}

static int read_count(reader *r, const char *value, int *declared, ps_error *err) {
    int64_t n = 0;
    if (checked_count(&r->file, value, &n, err) < 0)
        return -1;
    *declared = (int)n;
    return 0;
}

static int read_key(checked_reader *file, const char *key, const char *value, int *found, ps_error *err) {
    reader *r = (reader *)file;
    ps_normals *n = r->normals;
    const struct {
        const char *key;
        char **slot;
        long *line;
    } texts[] = {{"panel", &n->panel, NULL},
                 {"build", &n->build, &r->build_line},
                 {"panel_version", &n->panel_version, &r->version_line}};
    *found = 1;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strcmp(key, texts[i].key)) {
            if (texts[i].line)
                *texts[i].line = file->line;
            return checked_keep(file, texts[i].slot, value, err);
        }
    if (!strcmp(key, "bins")) {
        r->bins_line = file->line;
        snprintf(n->bins_checksum, sizeof n->bins_checksum, "%s", value);
        return 0;
    }
    if (!strcmp(key, "assay"))
        return read_assay(file, n, value, err);
    if (!strcmp(key, "normals")) {
        r->normals_line = file->line;
        return read_count(r, value, &r->n_declared, err);
    }
    if (!strcmp(key, "usable"))
        return read_count(r, value, &r->usable_declared, err);
    *found = !strcmp(key, "normal");
    return *found ? read_sample(r, value, err) : 0;
}

static int check_head(const reader *r, ps_error *err) {
    const ps_normals *n = r->normals;
    if (!n->panel || !n->build || !n->panel_version || !n->bins_checksum[0] || !n->assay)
        return ps_fail(err, PS_ERR_USAGE, r->file.path, 0,
                       "header is not whole, expected the keys panel, build, panel_version, bins, assay");
    if (n->n_samples != (size_t)r->n_declared)
        return ps_fail(err, PS_ERR_USAGE, r->file.path, r->normals_line, "%d normals declared but %zu listed",
                       r->n_declared, n->n_samples);
    if (n->n_samples < PS_MIN_NORMALS)
        return ps_fail(err, PS_ERR_USAGE, r->file.path, r->normals_line,
                       "made from %zu normals, expected at least %d", n->n_samples, PS_MIN_NORMALS);
    return 0;
}

static const ps_panel *match_panel(const reader *r, const ps_panel *panels, int n_panels, ps_error *err) {
    const ps_normals *n = r->normals;
    const ps_panel *found = NULL;
    char checksum[17];
    for (int i = 0; i < n_panels && !found; i++)
        if (!strcmp(panels[i].build, n->build))
            found = &panels[i];
    if (!found) {
        ps_fail(err, PS_ERR_USAGE, r->file.path, r->build_line, "is for build %s, but the panel is for %s", n->build,
                n_panels == 1 ? panels[0].build : "others");
        return NULL;
    }
    ps_bins_checksum(found, checksum);
    if (strcmp(n->panel, found->name) != 0 || strcmp(n->panel_version, found->version) != 0) {
        ps_fail(err, PS_ERR_USAGE, r->file.path, r->version_line,
                "was made with panel %s version %s, but this is %s version %s: make it again", n->panel,
                n->panel_version, found->name, found->version);
        return NULL;
    }
    if (strcmp(n->bins_checksum, checksum) != 0) {
        ps_fail(err, PS_ERR_USAGE, r->file.path, r->bins_line,
                "was made with other bins (checksum %s, the panel's is %s): make it again", n->bins_checksum,
                checksum);
        return NULL;
    }
    return found;
}

static int read_row(reader *r, const ps_panel *panel, const ps_table *t, size_t row, const int *column,
                    ps_error *err) {
    const ps_span *s = &panel->bins[row].span;
    ps_normal_bin *b = &r->normals->bin[row];
    int64_t beg0 = 0, end0 = 0, fragments = 0, usable = 0;
    if (ps_table_int(t, row, column[BEG0], 0, INT32_MAX, &beg0, err) < 0 ||
        ps_table_int(t, row, column[END0], 0, INT32_MAX, &end0, err) < 0 ||
        ps_table_double(t, row, column[LEVEL], 0, 1e9, &b->level, err) < 0 ||
        ps_table_double(t, row, column[SPREAD], 0, 100, &b->spread, err) < 0 ||
        ps_table_double(t, row, column[LEVEL_SE], 0, 100, &b->level_se, err) < 0 ||
        ps_table_int(t, row, column[FRAGMENTS], 0, INT64_MAX, &fragments, err) < 0 ||
        ps_table_int(t, row, column[USABLE], 0, 1, &usable, err) < 0 ||
        ps_table_double(t, row, column[CAPTURED], 0, 1, &b->captured, err) < 0)
        return -1;
    if (ps_panel_contig(panel, ps_table_cell(t, row, column[CONTIG])) != s->contig || beg0 != s->beg0 ||
        end0 != s->end0)
        return ps_fail(err, PS_ERR_USAGE, r->file.path, t->line[row], "expected bin %s:%d-%d of the panel",
                       panel->contigs[s->contig].name[PS_STYLE_UCSC], (int)s->beg0, (int)s->end0);
    if (usable && !(b->level > 0))
        return ps_table_fail(t, row, column[LEVEL], err, "expected a level above 0 of a usable bin");
    b->fragments = (uint64_t)fragments;
    b->usable = (uint8_t)usable;
    r->normals->usable += b->usable;
    return checked_row(&r->file, t, row, column, r->normals->checksum, err);
}

static int read_rows(reader *r, const ps_panel *panel, const ps_table *t, ps_error *err) {
    int column[N_COLUMNS];
    if (ps_table_require(t, columns, N_COLUMNS, column, err) < 0)
        return -1;
    if (t->n_rows != (size_t)panel->n_bins)
        return ps_fail(err, PS_ERR_USAGE, r->file.path, 0, "has %zu bins, expected the panel's %d", t->n_rows,
                       panel->n_bins);
    r->normals->n_bins = panel->n_bins;
    r->normals->bin = ps_alloc(t->n_rows, sizeof *r->normals->bin);
    for (size_t row = 0; row < t->n_rows; row++)
        if (read_row(r, panel, t, row, column, err) < 0)
            return -1;
    if (r->normals->usable != r->usable_declared)
        return ps_fail(err, PS_ERR_USAGE, r->file.path, 0, "%d usable bins declared but %d marked",
                       r->usable_declared, r->normals->usable);
    return 0;
}

int ps_normals_read(const char *path, const ps_panel *panels, int n_panels, ps_normals *normals, ps_error *err) {
    reader r = {.file = {.path = path, .kind = &kind, .key = read_key}, .normals = normals};
    ps_table table = {0};
    const ps_panel *panel = NULL;
    int status = -1;
    *normals = (ps_normals){.path = ps_strdup(path)};
    if (checked_read_head(&r.file, err) == 0 && check_head(&r, err) == 0 &&
        (panel = match_panel(&r, panels, n_panels, err)) != NULL &&
        ps_table_read(path, PS_ERR_USAGE, &table, err) == 0)
        status = read_rows(&r, panel, &table, err);
    ps_table_free(&table);
    if (status < 0)
        ps_normals_free(normals);
    return status;
}
