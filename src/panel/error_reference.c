/* error_reference.c - the file of an error reference (see error_reference.h). */
#include "plasmastrat/error_reference.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"

static const char format_name[] = "plasmastrat/error-reference/1";

enum { GENE, CODON, BASE, ALT, FRAGMENTS, ERRORS, EXPECTED, LEFT_OUT, CHECK, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"gene",   "codon",    "base",     "alt",  "fragments",
                                               "errors", "expected", "left_out", "check"};

/* FNV-1a, 64 bits. */
static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static void places_checksum(const ps_panel *panel, char hex[17]) {
    uint64_t hash = hash_start;
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *c = &panel->codons[i];
        char line[160];
        snprintf(line, sizeof line, "%s\t%d\t%d\t%" PRId32 "\t%" PRId32 "\t%" PRId32 "\n", panel->genes[c->gene].name,
                 c->number, (int)c->ref, c->pos0[0], c->pos0[1], c->pos0[2]);
        hash = hash_text(hash, line);
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

/* ---- writing ------------------------------------------------------------------------------------------------------ */

typedef struct writer {
    FILE *out;
    uint64_t hash;
} writer;

static void put(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(writer *w, const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    w->hash = hash_text(w->hash, line);
    fputs(line, w->out);
}

static int reference_letter(const ps_codon *codon, int base) {
    return codon->ref >> (4 - 2 * base) & 3;
}

void ps_error_reference_write(ps_error_reference *r, const ps_panel *panel, const char *program, FILE *out) {
    writer w = {out, hash_start};
    places_checksum(panel, r->places);
    put(&w, "##format=%s\n##program=%s\n##panel=%s\n##build=%s\n##places=%s\n##samples=%" PRIu64 "\n", format_name,
        program, panel->name, panel->build, r->places, r->n_samples);
    for (int c = 0; c < N_COLUMNS; c++)
        put(&w, "%s%s", c ? "\t" : "#", columns[c]);
    put(&w, "\n");
    for (int id = 0; id < panel->n_codons; id++)
        for (int base = 0; base < 3; base++)
            for (int letter = 0; letter < 4; letter++) {
                const ps_error_site *s = &r->site[ps_error_site_at(id, base, letter)];
                if (letter == reference_letter(&panel->codons[id], base))
                    continue;
                put(&w, "%s\t%d\t%d\t%c\t%" PRIu64 "\t%" PRIu64 "\t%.6g\t%" PRIu64,
                    panel->genes[panel->codons[id].gene].name, panel->codons[id].number, base + 1, "ACGT"[letter],
                    s -> fragments, s -> errors, s -> expected, s -> left_out);
                snprintf(r->checksum, sizeof r->checksum, "%016" PRIx64, w.hash);
                fprintf(out, "\t%s\n", r->checksum);
            }
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

typedef struct reader {
    const char *path;
    ps_error_reference *reference;
    uint64_t hash;
    long line;
    int has_format;
} reader;

static int read_key(reader *r, const char *key, const char *value, ps_error *err) {
    ps_error_reference *x = r->reference;
    char **slot = !strcmp(key, "panel") ? &x->panel : !strcmp(key, "build") ? &x->build : NULL;
    int64_t n = 0;
    if (slot && *slot)
        return ps_fail(err, PS_ERR_USAGE, r->path, r->line, "'%s' stands here a second time", key);
    if (slot) {
        *slot = ps_strdup(value);
        return 0;
    }
    if (!strcmp(key, "format")) {
        r->has_format = !strcmp(value, format_name);
        return r->has_format
                   ? 0
                   : ps_fail(err, PS_ERR_USAGE, r->path, r->line, "format '%.80s', expected %s", value, format_name);
    }
    if (!strcmp(key, "places")) {
        snprintf(x->places, sizeof x->places, "%s", value);
        return 0;
    }
    if (!strcmp(key, "samples")) {
        if (ps_parse_int(value, 0, 1000000, &n) < 0)
            return ps_fail(err, PS_ERR_USAGE, r->path, r->line, "'%.40s', expected a whole number of samples", value);
        x->n_samples = (uint64_t)n;
        return 0;
    }
    return strcmp(key, "program")
               ? ps_fail(err, PS_ERR_USAGE, r->path, r->line, "unknown key '%.40s' of an error reference", key)
               : 0;
}

/* The lines before the rows; everything enters the hash. ps_table_read reads the rows. */
static int read_head(reader *r, ps_error *err) {
    FILE *in = fopen(r->path, "r");
    char line[1024];
    int status = 0;
    if (!in)
        return ps_fail(err, PS_ERR_USAGE, r->path, 0, "error reference cannot be read: %s", strerror(errno));
    while (status == 0 && fgets(line, sizeof line, in)) {
        r->line++;
        r->hash = hash_text(r->hash, line);
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, "##", 2) != 0)
            break; /* the header line */
        char *equals = strchr(line, '=');
        if (!equals) {
            status = ps_fail(err, PS_ERR_USAGE, r->path, r->line, "expected ##key=value");
            break;
        }
        *equals = '\0';
        status = read_key(r, line + 2, equals + 1, err);
    }
    fclose(in);
    if (status == 0 && !r->has_format)
        return ps_fail(err, PS_ERR_USAGE, r->path, 1,
                       "is no error reference: expected ##format=%s (made by plasmastrat reference errors)",
                       format_name);
    return status;
}

static const ps_panel *match_panel(const reader *r, const ps_panel *panels, int n_panels, ps_error *err) {
    const ps_error_reference *x = r->reference;
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

static int read_row(reader *r, const ps_panel *panel, const ps_table *t, size_t row, const int *column, int id,
                    int base, int letter, ps_error *err) {
    ps_error_site *s = &r->reference->site[ps_error_site_at(id, base, letter)];
    int64_t codon = 0, place = 0, fragments = 0, errors = 0, left_out = 0;
    char hex[17];
    if (ps_table_int(t, row, column[CODON], 1, INT32_MAX, &codon, err) < 0 ||
        ps_table_int(t, row, column[BASE], 1, 3, &place, err) < 0 ||
        ps_table_int(t, row, column[FRAGMENTS], 0, INT64_MAX, &fragments, err) < 0 ||
        ps_table_int(t, row, column[ERRORS], 0, fragments, &errors, err) < 0 ||
        ps_table_double(t, row, column[EXPECTED], 0, 1e15, &s->expected, err) < 0 ||
        ps_table_int(t, row, column[LEFT_OUT], 0, 1000000, &left_out, err) < 0)
        return -1;
    const char *alt = ps_table_cell(t, row, column[ALT]), *gene = panel->genes[panel->codons[id].gene].name;
    if (strcmp(ps_table_cell(t, row, column[GENE]), gene) != 0 || codon != panel->codons[id].number ||
        place != base + 1 || alt[0] != "ACGT"[letter] || alt[1])
        return ps_fail(err, PS_ERR_USAGE, r->path, t->line[row], "expected %s codon %d, base %d, alternative %c",
                       gene, panel->codons[id].number, base + 1, "ACGT"[letter]);
    for (int c = 0; c < CHECK; c++) {
        r->hash = c ? hash_text(r->hash, "\t") : r->hash;
        r->hash = hash_text(r->hash, ps_table_cell(t, row, column[c]));
    }
    snprintf(hex, sizeof hex, "%016" PRIx64, r->hash);
    if (strcmp(hex, ps_table_cell(t, row, column[CHECK])) != 0)
        return ps_fail(err, PS_ERR_USAGE, r->path, t->line[row],
                       "checksum does not fit: this line or one above it was changed, removed or moved; make the "
                       "file again with plasmastrat reference errors");
    snprintf(r->reference->checksum, sizeof r->reference->checksum, "%s", hex);
    s->fragments = (uint64_t)fragments;
    s->errors = (uint64_t)errors;
    s->left_out = (uint64_t)left_out;
    return 0;
}

static int read_rows(reader *r, const ps_panel *panel, const ps_table *t, ps_error *err) {
    int column[N_COLUMNS];
    size_t row = 0, wanted = 9 * (size_t)panel->n_codons;
    if (ps_table_require(t, columns, N_COLUMNS, column, err) < 0)
        return -1;
    if (t->n_rows != wanted)
        return ps_fail(err, PS_ERR_USAGE, r->path, 0, "has %zu rows, expected %zu for the panel's codons", t->n_rows,
                       wanted);
    r->reference->n_sites = 12 * (size_t)panel->n_codons;
    r->reference->site = ps_alloc(r->reference->n_sites, sizeof *r->reference->site);
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
    reader r = {.path = path, .reference = reference, .hash = hash_start};
    ps_table table = {0};
    const ps_panel *panel = NULL;
    int status = -1;
    *reference = (ps_error_reference){.path = ps_strdup(path)};
    if (read_head(&r, err) == 0 && (panel = match_panel(&r, panels, n_panels, err)) != NULL &&
        ps_table_read(path, PS_ERR_USAGE, &table, err) == 0)
        status = read_rows(&r, panel, &table, err);
    ps_table_free(&table);
    if (status < 0)
        ps_error_reference_free(reference);
    return status;
}
