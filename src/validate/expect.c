/* expect.c - the words of a sheet's expectations. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "change.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"
#include "plasmastrat/validate.h"
#include "plasmastrat/spelling.h"

const char *const ps_expect_columns[PS_N_EXPECTED] = {"expect_ras",       "expect_vaf",    "expect_ccnd1",
                                                      "expect_igh_ccnd1", "expect_copies", "expect_label"};

void ps_expectation_init(ps_expectation *e) {
    *e = (ps_expectation){.copies = NAN};
}

void ps_expectation_free(ps_expectation *e) {
    free(e->variant);
    *e = (ps_expectation){.copies = NAN};
}

int ps_expects_anything(const ps_expectation *e) {
    return e->ras || e->n_variants || e->junction || e->ccnd1 || e->label || isfinite(e->copies);
}

typedef struct complaint {
    char *text;
    size_t size;
} complaint;

static int expected(const complaint *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int expected(const complaint *why, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, why->size, format, arguments);
    va_end(arguments);
    return -1;
}

static int is_word(const char *text, size_t n, const char *word) {
    return strlen(word) == n && !strncasecmp(text, word, n);
}

static void trim(const char **text, size_t *n) {
    while (*n && **text == ' ')
        (*text)++, (*n)--;
    while (*n && (*text)[*n - 1] == ' ')
        (*n)--;
}

/* ---- RAS ------------------------------------------------------------------------------------------------------- */

static int is_state_gene(const ps_panel *panel, int gene) {
    for (int c = 0; c < panel->n_codons; c++)
        if (panel->codons[c].gene == gene && panel->codons[c].required)
            return 1;
    return 0;
}

static int read_gene(const ps_panel *panel, const char *text, size_t n, int *gene, const complaint *why) {
    char list[200] = "";
    for (int g = 0; g < panel->n_genes; g++) {
        if (panel->genes[g].role != PS_ROLE_RAS && panel->genes[g].role != PS_ROLE_RAF)
            continue;
        if (is_word(text, n, panel->genes[g].name)) {
            *gene = g;
            return 0;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", panel->genes[g].name);
    }
    return expected(why, "gene %.*s is not one in which panel %s looks for mutations, expected one of %s", (int)n,
                    text, panel->name, list);
}

static int add_open(const char *gene, ps_expectation *e, const complaint *why) {
    if (e->n_open == PS_MOST_GENES)
        return expected(why, "more than %d genes with '?'", PS_MOST_GENES);
    snprintf(e->open[e->n_open++], PS_GENE_NAME, "%s", gene);
    return 0;
}

static int add_variant(const ps_panel *panel, int gene, const char *text, size_t n, ps_expectation *e,
                       const complaint *why) {
    ps_expected_variant v = {.vaf = NAN};
    char *change = ps_strndup(text, n);
    int status = validate_read_change(panel, gene, change, &v, why->text, why->size);
    free(change);
    if (status < 0)
        return -1;
    snprintf(v.gene, sizeof v.gene, "%s", panel->genes[gene].name);
    for (size_t i = 0; i < e->n_variants; i++)
        if (!strcmp(e->variant[i].gene, v.gene) && !strcmp(e->variant[i].change, v.change))
            return expected(why, "%s %s is named twice", v.gene, v.change);
    e->variant = ps_resize(e->variant, e->n_variants + 1, sizeof *e->variant);
    e->variant[e->n_variants++] = v;
    return 0;
}

/* "KRAS G12D", "KRAS:G12D", "KRAS wild-type", "KRAS ?" */
static int read_term(const ps_panel *panel, const char *text, size_t n, ps_expectation *e, int *wild_genes,
                     const complaint *why) {
    size_t name = 0;
    int gene = -1;
    while (name < n && text[name] != ' ' && text[name] != ':')
        name++;
    if (read_gene(panel, text, name, &gene, why) < 0)
        return -1;
    const char *rest = text + name;
    size_t left = n - name;
    while (left && (*rest == ' ' || *rest == ':'))
        rest++, left--;
    if (!left)
        return expected(why, "expected a change behind %.*s, as KRAS G12D, or '%.*s wild-type', '%.*s ?'", (int)name,
                        text, (int)name, text, (int)name, text);
    if (is_word(rest, left, "?"))
        return add_open(panel->genes[gene].name, e, why);
    if (is_word(rest, left, "wild-type") || is_word(rest, left, "wt")) {
        ++*wild_genes;
        return 0;
    }
    return add_variant(panel, gene, rest, left, e, why);
}

/* Mutated by a known change of a gene that makes the state; wild type when no such gene is open. */
static void work_out_state(const ps_panel *panel, ps_expectation *e) {
    int open = 0;
    for (size_t i = 0; i < e->n_variants; i++)
        if (is_state_gene(panel, ps_panel_gene(panel, e->variant[i].gene)))
            e->ras = PS_RAS_MUTATED;
    for (size_t i = 0; i < e->n_open; i++)
        open |= is_state_gene(panel, ps_panel_gene(panel, e->open[i]));
    if (e->ras != PS_RAS_MUTATED && !open)
        e->ras = PS_RAS_WILD_TYPE;
}

static int read_ras(const ps_panel *panel, const char *text, ps_expectation *e, const complaint *why) {
    size_t n = strlen(text);
    int wild_genes = 0;
    trim(&text, &n);
    if (is_word(text, n, "wild-type") || is_word(text, n, "wild type") || is_word(text, n, "wildtype") ||
        is_word(text, n, "wt")) {
        e->ras = PS_RAS_WILD_TYPE;
        return 0;
    }
    if (is_word(text, n, "mutated")) {
        e->ras = PS_RAS_MUTATED;
        e->all_open = 1;
        return 0;
    }
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, "+");
        const char *term = at;
        size_t letters = length;
        trim(&term, &letters);
        if (!letters)
            return expected(why, "expected wild-type, mutated, '?' or changes such as KRAS G12D with + between them");
        if (read_term(panel, term, letters, e, &wild_genes, why) < 0)
            return -1;
        at += length;
        if (!*at)
            break;
    }
    work_out_state(panel, e);
    return 0;
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

static int read_number(const char *text, size_t n, int comma, double most, double *value) {
    char number[64];
    trim(&text, &n);
    int percent = n && text[n - 1] == '%';
    n -= (size_t)percent;
    while (n && text[n - 1] == ' ')
        n--;
    if (!n || n >= sizeof number)
        return -1;
    memcpy(number, text, n);
    number[n] = '\0';
    char *decimal = strchr(number, ',');
    if (decimal && comma && !strchr(number, '.'))
        *decimal = '.';
    if (ps_parse_double(number, 0, percent ? 100 : most, value) < 0)
        return -1;
    *value /= percent ? 100 : 1;
    return 0;
}

/* As many numbers as expect_ras has changes, in their order. */
static int read_vaf(const char *text, int comma, ps_expectation *e, const complaint *why) {
    size_t k = 0;
    if (!e->n_variants)
        return expected(why, "expect_ras names no change that it could be the VAF of");
    for (const char *at = text;; at++, k++) {
        size_t length = strcspn(at, "+");
        double vaf = NAN;
        int open = strspn(at, " ?") >= length && memchr(at, '?', length);
        if (!open && (read_number(at, length, comma, 1, &vaf) < 0 || !(vaf > 0)))
            return expected(why, "expected a VAF above 0, at most 1 (as 0.12 or 12%%)");
        if (k < e->n_variants)
            e->variant[k].vaf = vaf;
        at += length;
        if (!*at)
            break;
    }
    if (k + 1 != e->n_variants)
        return expected(why, "%zu VAF%s for %zu change%s of expect_ras: expected one each, with + between them",
                        k + 1, ps_s(k + 1), e->n_variants, ps_s(e->n_variants));
    return 0;
}

static int read_copies(const char *text, int comma, ps_expectation *e, const complaint *why) {
    enum { MOST_COPIES = 100 };
    if (strchr(text, '%') || read_number(text, strlen(text), comma, MOST_COPIES, &e->copies) < 0)
        return expected(why, "expected copies of CCND1, from 0 to %d", MOST_COPIES);
    return 0;
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

/* One of `names` but the first, which is not known. */
static int read_state(const char *text, const char *const *names, int n, int *state, const complaint *why) {
    char list[300] = "";
    for (int i = 1; i < n; i++) {
        size_t used = strlen(list);
        if (!strcasecmp(text, names[i])) {
            *state = i;
            return 0;
        }
        snprintf(list + used, sizeof list - used, "%s, ", names[i]);
    }
    return expected(why, "expected %s'?' or nothing", list);
}

static int read_junction(const char *text, int *state, const complaint *why) {
    static const struct {
        const char *word;
        ps_junction_state state;
    } words[] = {{"t(11;14)", PS_JUNCTION_DETECTED},
                 {"positive", PS_JUNCTION_DETECTED},
                 {"yes", PS_JUNCTION_DETECTED},
                 {"negative", PS_JUNCTION_NOT_DETECTED},
                 {"no", PS_JUNCTION_NOT_DETECTED}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i].word)) {
            *state = words[i].state;
            return 0;
        }
    return read_state(text, ps_junction_state_names, PS_N_JUNCTION_STATES, state, why);
}

int ps_expect(const ps_panel *panel, ps_expect_column column, const char *text, int comma, ps_expectation *e,
              char *why, size_t why_size) {
    const complaint to = {why, why_size};
    int state = 0, status = 0;
    if (!text || !strcmp(text, "?"))
        return 0;
    switch (column) {
    case PS_EXPECT_RAS:
        return read_ras(panel, text, e, &to);
    case PS_EXPECT_VAF:
        return read_vaf(text, comma, e, &to);
    case PS_EXPECT_COPIES:
        return read_copies(text, comma, e, &to);
    case PS_EXPECT_CCND1:
        status = read_state(text, ps_ccnd1_state_names, PS_N_CCND1_STATES, &state, &to);
        e->ccnd1 = (ps_ccnd1_state)state;
        return status;
    case PS_EXPECT_IGH_CCND1:
        status = read_junction(text, &state, &to);
        e->junction = (ps_junction_state)state;
        return status;
    case PS_EXPECT_LABEL:
        status = read_state(text, ps_label_names, PS_LABEL_NOT_APPLICABLE, &state, &to);
        e->label = (ps_label_state)state;
        return status;
    default:
        return 0;
    }
}
