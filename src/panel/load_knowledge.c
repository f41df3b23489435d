/* Hotspot codons, activating changes, limits, FILTER tokens and models. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

/* ---- hotspots.tsv ---------------------------------------------------------------------------------------------- */

static int load_hotspot(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    int gene = ps_panel_gene(panel, ps_table_cell(table, row, column[0]));
    int64_t number = 0, required = 0;
    if (gene < 0 || !ps_locus_of_gene(panel, gene))
        return ps_table_fail(table, row, column[0], err, "expected a ras or raf gene of genes.tsv");
    if (ps_table_int(table, row, column[1], 1, INT32_MAX, &number, err) < 0 ||
        ps_table_int(table, row, column[2], 0, 1, &required, err) < 0)
        return -1;
    int id = ps_panel_codon(panel, gene, (int)number);
    if (id < 0 || ps_amino_acid(panel->codons[id].ref) == '*')
        return ps_table_fail(table, row, column[1], err, "this codon is beyond the protein of %s",
                             panel->genes[gene].name);
    if (panel->codons[id].hotspot)
        return ps_table_fail(table, row, column[1], err, "this codon is listed a second time");
    panel->codons[id].hotspot = 1;
    panel->codons[id].required = (uint8_t)required;
    return 0;
}

static void count_hotspots(const ps_panel *panel, const char *gene, int *hotspots, int *required) {
    *hotspots = *required = 0;
    for (int c = 0; c < panel->n_codons; c++)
        if (!strcmp(panel->genes[panel->codons[c].gene].name, gene)) {
            *hotspots += panel->codons[c].hotspot > 0;
            *required += panel->codons[c].required;
        }
}

/* A RAS gene without hotspots, or that the panel does not have at all, would make every sample's RAS wild type
 * without being looked at. */
static int check_genes_have_hotspots(const ps_panel *panel, const char *path, ps_error *err) {
    static const char *const deciding[] = {"KRAS", "NRAS"};
    int hotspots, required;
    for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++) {
        count_hotspots(panel, deciding[i], &hotspots, &required);
        if (!required)
            return ps_fail(err, PS_ERR_USAGE, path, 0, "%s has no codon here%s, expected one at least", deciding[i],
                           hotspots ? " with required = 1" : "");
    }
    for (int i = 0; i < panel->n_loci; i++) {
        const ps_gene *gene = &panel->genes[panel->loci[i].gene];
        count_hotspots(panel, gene->name, &hotspots, &required);
        if (gene->role == PS_ROLE_RAS && !hotspots)
            return ps_fail(err, PS_ERR_USAGE, path, 0, "%s has no codon here, expected one at least", gene->name);
    }
    return 0;
}

int ps_load_hotspots(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"gene", "codon", "required"};
    ps_table table;
    int column[3], rc = 0, required = 0;
    if (ps_panel_table(files, "hotspots.tsv", names, 3, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_hotspot(&table, row, column, panel, err);
    for (int i = 0; i < panel->n_codons; i++)
        required += panel->codons[i].required;
    if (rc == 0 && !required) /* else every sample would be wild type */
        rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "no codon has required = 1, expected at least one");
    if (rc == 0)
        rc = check_genes_have_hotspots(panel, table.path, err);
    ps_table_free(&table);
    return rc;
}

/* ---- activating.tsv -------------------------------------------------------------------------------------------- */

/* Checks one residue ("G12") at *text against the transcripts; *text moves behind it. */
static int check_residue(const ps_panel *panel, int gene, const char **text, char *expected) {
    char aa = **text;
    char digits[12] = "";
    size_t n = strspn(*text + (aa != '\0'), "0123456789");
    int64_t number = 0;
    *expected = '\0';
    if (!aa || n == 0 || n >= sizeof digits)
        return -1;
    memcpy(digits, *text + 1, n);
    if (ps_parse_int(digits, 1, INT32_MAX, &number) < 0)
        return -1;
    int id = ps_panel_codon(panel, gene, (int)number);
    if (id < 0)
        return -1;
    *expected = ps_amino_acid(panel->codons[id].ref);
    *text += 1 + n;
    return *expected == aa ? 0 : -1;
}

static int check_activating(const ps_table *table, size_t row, int column, const ps_panel *panel, int gene,
                            ps_error *err) {
    const char *text = ps_table_cell(table, row, column);
    for (int residue = 0; residue < 2; residue++) {
        const char *at = text;
        char expected = '\0';
        if (check_residue(panel, gene, &text, &expected) < 0)
            return expected ? ps_table_fail(table, row, column, err, "the transcript of %s has %c where this says %c",
                                            panel->genes[gene].name, expected, *at)
                            : ps_table_fail(table, row, column, err,
                                            "expected a change within the protein of %s such as G12D or N486_P490del",
                                            panel->genes[gene].name);
        if (*text != '_')
            break;
        text++;
    }
    static const char *const endings[] = {"del", "dup", "ins", "delins"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (!strncmp(text, endings[i], strlen(endings[i])))
            return 0;
    if (strlen(text) == 1 && strchr("ACDEFGHIKLMNPQRSTVWY", *text))
        return 0;
    return ps_table_fail(
        table, row, column, err,
        "expected an amino acid, del, dup, ins or delins after the position (a stop or a frameshift cannot activate)");
}

static int load_activating(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *protein = ps_table_cell(table, row, column[1]);
    int gene = ps_panel_gene(panel, ps_table_cell(table, row, column[0]));
    if (gene < 0 || !ps_locus_of_gene(panel, gene))
        return ps_table_fail(table, row, column[0], err, "expected a ras or raf gene of genes.tsv");
    if (check_activating(table, row, column[1], panel, gene, err) < 0)
        return -1;
    for (int i = 0; i < panel->n_activating; i++)
        if (panel->activating[i].gene == gene && !strcmp(panel->activating[i].protein, protein))
            return ps_table_fail(table, row, column[1], err, "this change is listed a second time");
    panel->activating[panel->n_activating++] = (ps_activating){gene, ps_strdup(protein)};
    return 0;
}

int ps_load_activating(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"gene", "protein"};
    ps_table table;
    int column[2], rc = 0;
    if (ps_panel_table(files, "activating.tsv", names, 2, 0, &table, column, err) < 0)
        return -1;
    panel->activating = ps_alloc(table.n_rows, sizeof *panel->activating);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_activating(&table, row, column, panel, err);
    ps_table_free(&table);
    return rc;
}

/* ---- limits.tsv ------------------------------------------------------------------------------------------------ */

enum {
#define X(name, unit, low, high) LIMIT_##name,
    PS_LIMITS(X)
#undef X
        N_LIMITS
};

static const struct {
    const char *name, *unit;
    size_t offset;
    double low, high; /* what could be meant: units mixed up and signs lost are beyond */
} limits[N_LIMITS] = {
#define X(name, unit, low, high) {#name, unit, offsetof(ps_limits, name), low, high},
    PS_LIMITS(X)
#undef X
};

/* Pairs where the first must stay below the second, or the states between them could not exist. */
#define ORDERED(X)                                                                                                   \
    X(min_base_quality, max_base_quality)                                                                            \
    X(max_base_quality, max_consensus_quality)                                                                       \
    X(expression_min_share, expression_warn_share)                                                                   \
    X(cn_loss_copies, cn_gain_copies)                                                                                \
    X(cn_gain_copies, cn_amplified_copies)

static int load_limit(const ps_table *table, size_t row, const int *column, ps_panel *panel, long *seen,
                      ps_error *err) {
    const char *name = ps_table_cell(table, row, column[0]);
    int id = 0;
    while (id < N_LIMITS && strcmp(limits[id].name, name))
        id++;
    if (id == N_LIMITS)
        return ps_table_fail(table, row, column[0], err, "not a limit that this program knows");
    if (seen[id])
        return ps_table_fail(table, row, column[0], err, "is listed a second time (first on line %ld)", seen[id]);
    seen[id] = table->line[row];
    if (strcmp(ps_table_cell(table, row, column[2]), limits[id].unit) != 0)
        return ps_table_fail(table, row, column[2], err, "expected the unit %s", limits[id].unit);
    void *limit = (char *)&panel->limits + limits[id].offset;
    return ps_table_double(table, row, column[1], limits[id].low, limits[id].high, limit, err);
}

int ps_load_limits(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"name", "value", "unit", "source"};
    ps_table table;
    int column[4], rc = 0;
    long seen[N_LIMITS] = {0};
    if (ps_panel_table(files, "limits.tsv", names, 4, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_limit(&table, row, column, panel, seen, err);
    for (int i = 0; i < N_LIMITS && rc == 0; i++)
        if (!seen[i])
            rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "limit '%s' is missing", limits[i].name);
#define X(low, high)                                                                                                 \
    if (rc == 0 && panel->limits.low >= panel->limits.high)                                                          \
        rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, #low " (%g) is not below " #high " (%g)", panel->limits.low,  \
                     panel->limits.high);
    ORDERED(X)
#undef X
    ps_table_free(&table);
    return rc;
}

/* ---- vcf_filters.tsv ------------------------------------------------------------------------------------------- */

int ps_load_filters(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"token", "source"};
    ps_table table;
    int column[2], rc = 0;
    if (ps_panel_table(files, "vcf_filters.tsv", names, 2, 1, &table, column, err) < 0)
        return -1;
    panel->passing_filters = ps_alloc(table.n_rows, sizeof *panel->passing_filters);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++) {
        const char *token = ps_table_cell(&table, row, column[0]);
        if (!token[0] || strpbrk(token, "; ,"))
            rc = ps_table_fail(&table, row, column[0], err, "expected one FILTER token, without ';', ',' or blanks");
        else
            panel->passing_filters[panel->n_passing_filters++] = ps_strdup(token);
    }
    ps_table_free(&table);
    return rc;
}

/* ---- vcf_callers.tsv ------------------------------------------------------------------------------------------- */

enum { CALLER_NAME, CALLER_LINE, CALLER_WORD, CALLER_NEEDS, CALLER_LACKS, CALLER_CALLS, CALLER_VAF, CALLER_OPTION };

/* A cell of its own; "" for '.'. */
static char *caller_cell(const ps_table *table, size_t row, int column) {
    const char *text = ps_table_cell(table, row, column);
    return ps_strdup(strcmp(text, ".") ? text : "");
}

static int load_vcf_caller(const ps_table *table, size_t row, const int *column, ps_vcf_caller *out, ps_error *err) {
    const char *line = ps_table_cell(table, row, column[CALLER_LINE]);
    const char *calls = ps_table_cell(table, row, column[CALLER_CALLS]);
    out->germline = strcmp(calls, "germline") == 0;
    out->min_vaf = NAN;
    if (strncmp(line, "##", 2) || !line[2])
        return ps_table_fail(table, row, column[CALLER_LINE], err, "expected the beginning of a ## line");
    if (!out->germline && strcmp(calls, "somatic"))
        return ps_table_fail(table, row, column[CALLER_CALLS], err, "expected germline or somatic");
    out->name = caller_cell(table, row, column[CALLER_NAME]);
    out->line = ps_strdup(line);
    out->word = caller_cell(table, row, column[CALLER_WORD]);
    out->needs = caller_cell(table, row, column[CALLER_NEEDS]);
    out->lacks = caller_cell(table, row, column[CALLER_LACKS]);
    out->vaf_option = caller_cell(table, row, column[CALLER_OPTION]);
    if (!strcmp(ps_table_cell(table, row, column[CALLER_VAF]), "."))
        return 0;
    return ps_table_double(table, row, column[CALLER_VAF], 1e-4, 1, &out->min_vaf, err);
}

int ps_load_vcf_callers(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"caller", "line",    "word",       "needs", "lacks",
                                        "calls",  "min_vaf", "vaf_option", "source"};
    ps_table table;
    int column[9], rc = 0;
    if (ps_panel_table(files, "vcf_callers.tsv", names, 9, 1, &table, column, err) < 0)
        return -1;
    panel->vcf_callers = ps_alloc(table.n_rows, sizeof *panel->vcf_callers);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_vcf_caller(&table, row, column, &panel->vcf_callers[panel->n_vcf_callers++], err);
    ps_table_free(&table);
    return rc;
}

/* ---- model.*.tsv ----------------------------------------------------------------------------------------------- */

int ps_load_models(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    panel->models = ps_alloc(files->n, sizeof *panel->models);
    for (size_t i = 0; i < files->n; i++) {
        const ps_panel_file *file = &files->at[i];
        if (strncmp(file->name, "model.", 6))
            continue;
        ps_model model;
        if (ps_model_parse(file->path, file->bytes, file->n_bytes, &model, err) < 0)
            return -1;
        if (ps_panel_model(panel, model.name) >= 0) {
            ps_fail(err, PS_ERR_USAGE, file->path, 0, "another file of this panel holds a model named '%s' too",
                    model.name);
            ps_model_free(&model);
            return -1;
        }
        panel->models[panel->n_models++] = model;
    }
    return 0;
}
