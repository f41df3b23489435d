/* error_reference.c - the file of an error reference (see error_reference.h). */
#include "plasmastrat/error_reference.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"

#include "checked_table.h"

enum { GENE, CODON, BASE, ALT, FRAGMENTS, ERRORS, EXPECTED, VARYING, LEFT_OUT, CHECK, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"gene",   "codon",    "base",    "alt",      "fragments",
                                               "errors", "expected", "varying", "left_out", "check"};

static const checked_kind kind = {"an error reference", "plasmastrat/error-reference/2", "reference errors", columns,
                                  N_COLUMNS};

static void places_checksum(const ps_panel *panel, char hex[17]) {
    uint64_t hash = PS_FNV_START;
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *c = &panel->codons[i];
        char line[160];
        snprintf(line, sizeof line, "%s\t%d\t%d\t%" PRId32 "\t%" PRId32 "\t%" PRId32 "\n", panel->genes[c->gene].name,
                 c->number, (int)c->ref, c->pos0[0], c->pos0[1], c->pos0[2]);
        hash = ps_fnv1a(hash, line, strlen(line));
    }
    snprintf(hex, 17, "%016" PRIx64, hash);
}

void ps_error_reference_free(ps_error_reference *r) {
    free(r->path);
    free(r->panel);
    free(r->build);
    free(r->site);
    *r = (ps_error_reference){0};
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static int reference_letter(const ps_codon *codon, int base) {
    return codon->ref >> (4 - 2 * base) & 3;
}

void ps_error_reference_write(ps_error_reference *r, const ps_panel *panel, const char *program, FILE *out) {
    checked_writer w = checked_begin(&kind, program, out);
    places_checksum(panel, r->places);
    checked_put(&w, "##panel=%s\n##build=%s\n##places=%s\n##samples=%" PRIu64 "\n", panel->name, panel->build,
                r->places, r->n_samples);
    checked_columns(&w, &kind);
    for (int id = 0; id < panel->n_codons; id++)
        for (int base = 0; base < 3; base++)
            for (int letter = 0; letter < 4; letter++) {
                const ps_error_site *s = &r->site[ps_error_site_at(id, base, letter)];
                if (letter == reference_letter(&panel->codons[id], base))
                    continue;
                checked_put(&w, "%s\t%d\t%d\t%c\t%" PRIu64 "\t%" PRIu64 "\t%.6g\t%.6g\t%" PRIu64,
                            panel->genes[panel->codons[id].gene].name, panel->codons[id].number, base + 1,
                            "ACGT"[letter], s -> fragments, s -> errors, s -> expected, s -> varying, s -> left_out);
                checked_end_row(&w, r->checksum);
            }
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int read_key(checked_reader *r, const char *key, const char *value, int *found, ps_error *err) {
    ps_error_reference *x = r->into;
    int is_panel = !strcmp(key, "panel");
    int64_t n = 0;
    *found = 1;
    if (is_panel || !strcmp(key, "build"))
        return checked_keep(r, is_panel ? &x->panel : &x->build, value, err);
    if (!strcmp(key, "places")) {
        snprintf(x->places, sizeof x->places, "%s", value);
        return 0;
    }
    *found = !strcmp(key, "samples");
    if (*found && checked_count(r, value, &n, err) < 0)
        return -1;
    x->n_samples = *found ? (uint64_t)n : x->n_samples;
    return 0;
}

static const ps_panel *match_panel(const checked_reader *r, const ps_panel *panels, int n_panels, ps_error *err) {
    const ps_error_reference *x = r->into;
    char places[17];
    if (!x->panel || !x->build || !x->places[0]) {
        ps_fail(err, PS_ERR_USAGE, r->path, 0,
                "header is not whole, expected the keys panel, build, places, samples");
        return NULL;
    }
    if (x->n_samples < PS_MIN_ERROR_SAMPLES) {
        ps_fail(err, PS_ERR_USAGE, r->path, 0, "made from %" PRIu64 " samples, expected at least %d", x->n_samples,
                PS_MIN_ERROR_SAMPLES);
        return NULL;
    }
    for (int i = 0; i < n_panels; i++) {
        places_checksum(&panels[i], places);
        if (!strcmp(panels[i].build, x->build) && !strcmp(panels[i].name, x->panel) && !strcmp(places, x->places))
            return &panels[i];
    }
    ps_fail(err, PS_ERR_USAGE, r->path, 0,
            "was made with other codons (panel %s, build %s, places %s) than this panel's: make it again with "
            "plasmastrat reference errors",
            x->panel, x->build, x->places);
    return NULL;
}

static int read_row(checked_reader *r, const ps_panel *panel, const ps_table *t, size_t row, const int *column,
                    int id, int base, int letter, ps_error *err) {
    ps_error_reference *reference = r->into;
    ps_error_site *s = &reference->site[ps_error_site_at(id, base, letter)];
    int64_t codon = 0, place = 0, fragments = 0, errors = 0, left_out = 0;
    if (ps_table_int(t, row, column[CODON], 1, INT32_MAX, &codon, err) < 0 ||
        ps_table_int(t, row, column[BASE], 1, 3, &place, err) < 0 ||
        ps_table_int(t, row, column[FRAGMENTS], 0, INT64_MAX, &fragments, err) < 0 ||
        ps_table_int(t, row, column[ERRORS], 0, fragments, &errors, err) < 0 ||
        ps_table_double(t, row, column[EXPECTED], 0, 1e15, &s->expected, err) < 0 ||
        ps_table_double(t, row, column[VARYING], 0, 1e15, &s->varying, err) < 0 ||
        ps_table_int(t, row, column[LEFT_OUT], 0, 1000000, &left_out, err) < 0)
        return -1;
    const char *alt = ps_table_cell(t, row, column[ALT]), *gene = panel->genes[panel->codons[id].gene].name;
    if (strcmp(ps_table_cell(t, row, column[GENE]), gene) != 0 || codon != panel->codons[id].number ||
        place != base + 1 || alt[0] != "ACGT"[letter] || alt[1])
        return ps_fail(err, PS_ERR_USAGE, r->path, t->line[row], "expected %s codon %d, base %d, alternative %c",
                       gene, panel->codons[id].number, base + 1, "ACGT"[letter]);
    s->fragments = (uint64_t)fragments;
    s->errors = (uint64_t)errors;
    s->left_out = (uint64_t)left_out;
    return checked_row(r, t, row, column, reference->checksum, err);
}

static int read_rows(checked_reader *r, const ps_panel *panel, const ps_table *t, ps_error *err) {
    ps_error_reference *reference = r->into;
    int column[N_COLUMNS];
    size_t row = 0, wanted = 9 * (size_t)panel->n_codons;
    if (ps_table_require(t, columns, N_COLUMNS, column, err) < 0)
        return -1;
    if (t->n_rows != wanted)
        return ps_fail(err, PS_ERR_USAGE, r->path, 0, "has %zu rows, expected %zu for the panel's codons", t->n_rows,
                       wanted);
    reference->n_sites = 12 * (size_t)panel->n_codons;
    reference->site = ps_alloc(reference->n_sites, sizeof *reference->site);
    for (int id = 0; id < panel->n_codons; id++)
        for (int base = 0; base < 3; base++)
            for (int letter = 0; letter < 4; letter++)
                if (letter != reference_letter(&panel->codons[id], base) &&
                    read_row(r, panel, t, row++, column, id, base, letter, err) < 0)
                    return -1;
    return 0;
}

int ps_error_reference_read(const char *path, const ps_panel *panels, int n_panels, ps_error_reference *reference,
                            ps_error *err) {
    checked_reader r = {.path = path, .kind = &kind, .key = read_key, .into = reference};
    ps_table table = {0};
    const ps_panel *panel = NULL;
    int status = -1;
    *reference = (ps_error_reference){.path = ps_strdup(path)};
    if (checked_read_head(&r, err) == 0 && (panel = match_panel(&r, panels, n_panels, err)) != NULL &&
        ps_table_read(path, PS_ERR_USAGE, &table, err) == 0)
        status = read_rows(&r, panel, &table, err);
    ps_table_free(&table);
    if (status < 0)
        ps_error_reference_free(reference);
    return status;
}
