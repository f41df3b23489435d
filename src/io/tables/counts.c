/* counts.c - gene counts as other programs write them.
 *
 * The formats are rows of counts_formats.c. The counts of a
 * transcript go to its gene; ids are Ensembl's, RefSeq's or NCBI's, or symbols.
 */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/imports.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"

typedef struct counts_reader {
    const ps_panel *panel;
    table_lines lines;
    const char *path, *wanted, *id;
    counts_layout how;
    ps_count_evidence *out;
    double total, largest, least;
    uint64_t whole; /* values that are whole numbers */
    uint64_t mouse; /* rows of mouse genes */
    double star[3]; /* totals of STAR's three columns */
    char first_id[80];
    table_map map; /* transcript to gene, from a file beside; empty none */
} counts_reader;

/* ---- the sample's column --------------------------------------------------------------------------------------- */

static int refuse_sample(const counts_reader *r, const char *why, ps_error *err) {
    char list[400] = "";
    size_t used = 0;
    int i = r->how.first_value;
    for (; i < r->lines.n && used + 90 < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.60s", used ? ", " : "", r->lines.field[i]);
    if (i < r->lines.n)
        snprintf(list + used, sizeof list - used, " and %d more", r->lines.n - i);
    return ps_fail(err, PS_ERR_RUN, r->path, 0, "%s; its samples are: %s; name one with --counts-sample", why, list);
}

/* The column of that very name, else of a file that is called after it; -1 none. */
static int sample_column(const counts_reader *r, const char *name) {
    int found = -1;
    for (int i = r->how.first_value; i < r->lines.n && name; i++)
        if (!strcmp(r->lines.field[i], name) || (found < 0 && table_same_sample(r->lines.field[i], name)))
            found = i;
    return found;
}

static int choose_sample(counts_reader *r, ps_error *err) {
    int n = r->lines.n - r->how.first_value, found = sample_column(r, r->wanted ? r->wanted : n > 1 ? r->id : NULL);
    char why[200];
    if (r->wanted && found < 0) {
        snprintf(why, sizeof why, "has no sample named %.100s", r->wanted);
        return refuse_sample(r, why, err);
    }
    if (found < 0 && n > 1) {
        snprintf(why, sizeof why, "holds %d sample%s", n, ps_s(n));
        return refuse_sample(r, why, err);
    }
    r->how.value = found >= 0 ? found : r->how.first_value;
    r->out->sample_name = ps_strdup(r->lines.field[r->how.value]);
    return 0;
}

/* The words of a column or a file that say what its numbers are. */
static void unit_by_name(counts_reader *r) {
    static const char *const words[] = {"tpm", "fpkm", "rpkm"};
    const char *base = strrchr(r->path, '/') ? strrchr(r->path, '/') + 1 : r->path;
    const char *texts[] = {r->out->sample_name ? r->out->sample_name : "", base};
    for (size_t t = 0; t < 2; t++)
        for (size_t w = 0; w < 3; w++)
            for (const char *p = texts[t]; *p; p++)
                if (!strncasecmp(p, words[w], strlen(words[w])))
                    r->how.unit = PS_COUNTS_PER_KB;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* Without its version (ENSG00000110092.13) and a prefix ("gene:", "gene-"). */
static int gene_of_word(const ps_panel *panel, const char *word, size_t length) {
    if (length > 5 && (!strncmp(word, "gene:", 5) || !strncmp(word, "gene-", 5))) {
        word += 5;
        length -= 5;
    }
    int id = ps_panel_gene_by_id(panel, word, length);
    const char *dot = memchr(word, '.', length);
    return id < 0 && dot ? ps_panel_gene_by_id(panel, word, (size_t)(dot - word)) : id;
}

/* "ENST...|ENSG...|...|CCND1|" (GENCODE), "CCND1|595" (TCGA): the first part that is one of ours. */
static int gene_of(const ps_panel *panel, const char *id) {
    int gene = -1;
    for (size_t n; gene < 0; id += n + 1) {
        n = strcspn(id, "|");
        gene = gene_of_word(panel, id, n);
        if (!id[n])
            break;
    }
    return gene;
}

static int is_summary_row(const char *id) {
    return !strncmp(id, "__", 2) || !strncmp(id, "N_", 2) || !*id;
}

static int is_mouse(const char *id) {
    static const char *const symbols[] = {"Ccnd1", "Gapdh", "Xbp1", "Kras"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (!strcmp(id, symbols[i]))
            return 1;
    return !strncmp(id, "ENSMUS", 6);
}

static double star_value(counts_reader *r, double value[3]) {
    for (int i = 0; i < 3; i++)
        if (ps_parse_double(r->lines.field[i + 1], 0, 1e12, &value[i]) != 0)
            return NAN;
    return value[0];
}

static int add_row(counts_reader *r, double *star_of_gene, ps_error *err) {
    const char *id = r->lines.field[r->how.id];
    double value = NAN, star[3] = {0};
    if (is_summary_row(id))
        return 0;
    int is_star = r->how.value < 0;
    if (r->lines.n <= r->how.value || r->lines.n <= r->how.name)
        return table_fail(&r->lines, err, "has %d field%s, expected at least %d", r->lines.n, ps_s(r->lines.n),
                          r->how.value + 1);
    if (is_star && r->lines.n == 4)
        value = star_value(r, star);
    else if (!is_star && ps_parse_double(r->lines.field[r->how.value], -1e12, 1e12, &value) != 0 &&
             strcasecmp(r->lines.field[r->how.value], "NA"))
        value = NAN;
    else if (!is_star && isnan(value))
        return 0; /* NA */
    if (isnan(value))
        return table_fail(&r->lines, err, "gene %.60s: '%.40s' is no count", id,
                          r->lines.field[is_star ? 1 : r->how.value]);
    if (r->out->rows++ == 0)
        snprintf(r->first_id, sizeof r->first_id, "%s", id);
    r->mouse += (uint64_t)is_mouse(id);
    r->total += value;
    r->whole += value == floor(value);
    r->largest = fmax(r->largest, value);
    r->least = fmin(r->least, value);
    for (int i = 0; i < 3; i++)
        r->star[i] += star[i];
    int gene = gene_of(r->panel, id);
    if (gene < 0 && r->map.n)
        gene = gene_of(r->panel, table_map_find(&r->map, id));
    if (gene < 0 && r->how.name >= 0)
        gene = gene_of(r->panel, r->lines.field[r->how.name]);
    if (gene < 0)
        return 0;
    double *sum = &r->out->value[gene];
    *sum = (isnan(*sum) ? 0 : *sum) + value;
    for (int i = 0; i < 3; i++)
        star_of_gene[3 * gene + i] += star[i];
    return 0;
}

/* STAR counts unstranded, by the first read's strand, and by the second's: a stranded library has nearly all in one.
 */
static void choose_strand(counts_reader *r, const double *star_of_gene) {
    static const char *const names[] = {"unstranded", "first strand", "second strand"};
    enum { MOST = 5 }; /* times the other strand's */
    int column = r->star[1] > MOST * r->star[2] ? 1 : r->star[2] > MOST * r->star[1] ? 2 : 0;
    for (int i = 0; i < r->panel->n_genes; i++)
        if (!isnan(r->out->value[i]))
            r->out->value[i] = star_of_gene[3 * i + column];
    snprintf(r->out->notice, sizeof r->out->notice, "STAR's column %d (%s) is taken", column + 2, names[column]);
}

/* ---- is it fit to be used? ------------------------------------------------------------------------------------- */

static int check_values(counts_reader *r, ps_error *err) {
    int known = 0, per_million = r->total > 0.99e6 && r->total < 1.01e6 && r->whole < r->out->rows;
    for (int i = 0; i < r->panel->n_genes; i++)
        known += !isnan(r->out->value[i]);
    if (r->out->rows == 0)
        return ps_fail(err, PS_ERR_RUN, r->path, 0, "holds no gene, expected a line for each");
    if (r->mouse > 0 && isnan(r->out->value[r->panel->ccnd1]))
        return ps_fail(err, PS_ERR_RUN, r->path, 0, "holds genes of the mouse (%.60s ...), expected human ones",
                       r->first_id);
    if (known == 0)
        return ps_fail(err, PS_ERR_RUN, r->path, 0,
                       "names its genes like '%.60s', and none of the panel's is among %" PRIu64
                       " rows: expected symbols, Ensembl, RefSeq or NCBI ids%s",
                       r->first_id, r->out->rows,
                       r->how.by_transcript
                           ? "; for transcripts put a map (tx2gene.tsv) beside the file, or give gene counts"
                           : "");
    if (r->least < 0 || (r->whole < r->out->rows && r->largest < 30 && r->how.unit == PS_COUNTS_FRAGMENTS))
        return ps_fail(err, PS_ERR_RUN, r->path, 0,
                       "holds normalised values on a log scale (%g to %g), expected counts, TPM or FPKM", r->least,
                       r->largest);
    if (isnan(r->out->value[r->panel->ccnd1]))
        return ps_fail(err, PS_ERR_RUN, r->path, 0, "does not hold CCND1, but %d others of the panel's genes", known);
    if (r->how.unit == PS_COUNTS_PER_KB || per_million)
        r->out->unit = PS_COUNTS_PER_KB;
    return 0;
}

static void read_map_beside(counts_reader *r) {
    static const char *const names[] = {"tx2gene.tsv", "salmon_tx2gene.tsv",      "tx2gene.csv", "t2g.tsv",
                                        "t2g.txt",     "transcripts_to_genes.txt"};
    const char *slash = strrchr(r->path, '/');
    for (size_t i = 0; i < sizeof names / sizeof *names && r->how.by_transcript && !r->map.n; i++) {
        char *beside = ps_format("%.*s%s", (int)(slash ? slash + 1 - r->path : 0), r->path, names[i]);
        table_map_read(beside, &r->map);
        free(beside);
    }
}

static int read_rows(counts_reader *r, ps_error *err) {
    double *star_of_gene = ps_alloc(3 * (size_t)r->panel->n_genes, sizeof *star_of_gene);
    int got = r->how.has_header ? table_lines_next(&r->lines, err) : 1, result = 0;
    while (got == 1 && result == 0) {
        result = add_row(r, star_of_gene, err);
        if (result == 0)
            got = table_lines_next(&r->lines, err);
    }
    if (result == 0 && got == 0 && !strcmp(r->how.program, "STAR"))
        choose_strand(r, star_of_gene);
    free(star_of_gene);
    return got < 0 || result != 0 ? -1 : check_values(r, err);
}

static int read_all(counts_reader *r, ps_error *err) {
    const char *what, *option;
    int got = table_lines_open(r->path, &r->lines, err) != 0 ? -1 : table_lines_next(&r->lines, err);
    if (got < 0)
        return -1;
    int known = strcmp(r->path, "-") && ps_recognise_result(r->path, &what, &option) == 0;
    if (known && strcmp(option, "--counts"))
        return ps_fail(err, PS_ERR_RUN, r->path, 0, "is %s: give it with %s", what, option);
    if (got == 0 || !table_counts_layout(&r->lines, &r->how))
        return ps_fail(
            err, PS_ERR_RUN, r->path, 0,
            "is not recognised as gene counts: expected featureCounts, HTSeq, STAR, Salmon, RSEM, Kallisto or a "
            "matrix");
    r->out->path = ps_strdup(r->path);
    r->out->program = ps_strdup(r->how.program);
    r->out->n = (size_t)r->panel->n_genes;
    r->out->value = ps_alloc(r->out->n, sizeof *r->out->value);
    for (size_t i = 0; i < r->out->n; i++)
        r->out->value[i] = NAN;
    if (r->how.first_value > 0 && choose_sample(r, err) != 0)
        return -1;
    if (!r->out->sample_name)
        r->out->sample_name = ps_strdup("");
    if (r->how.first_value > 0)
        unit_by_name(r);
    read_map_beside(r);
    return read_rows(r, err);
}

int ps_counts_read(const char *path, const ps_panel *panel, const char *sample_name, const char *id,
                   ps_count_evidence *counts, ps_error *err) {
    memset(counts, 0, sizeof *counts);
    counts_reader r = {.panel = panel, .path = path, .wanted = sample_name, .id = id, .out = counts};
    int result = read_all(&r, err);
    table_lines_close(&r.lines);
    table_map_free(&r.map);
    if (result != 0)
        ps_counts_free(counts);
    return result;
}

void ps_counts_free(ps_count_evidence *counts) {
    free(counts->path);
    free(counts->program);
    free(counts->sample_name);
    free(counts->value);
    memset(counts, 0, sizeof *counts);
}
