/* caller.c - who wrote the file, and what its hom-ref stretches vouch for, by the panel's vcf_callers.tsv. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/table.h"
#include "private.h"

int vcf_has_meta(const vcf_lines *lines, const char *beginning) {
    for (size_t m = 0; m < lines->n_meta; m++)
        if (!strncmp(lines->meta[m], beginning, strlen(beginning)))
            return 1;
    return 0;
}

/* ---- options in command lines ---------------------------------------------------------------------------------- */

static int is_name_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* One letter in its own case; longer names in any, with - for _. */
static int same_name(const char *text, const char *name, size_t n) {
    if (n == 1)
        return *text == *name;
    for (size_t i = 0; i < n; i++) {
        int a = tolower((unsigned char)text[i]), b = tolower((unsigned char)name[i]);
        if ((a == '_' ? '-' : a) != (b == '_' ? '-' : b))
            return 0;
    }
    return 1;
}

/* The text behind the option's name in a header line from `from` on, or NULL. A name ends where it must ("-minvf",
 * not
 * "-minvfx"), or anywhere when `open`. */
static const char *find_option(const char *from, const char *line, const char *name, size_t n, int open) {
    const char *end = from + strlen(from);
    for (const char *p = from; (size_t)(end - p) >= n; p++) {
        const char *before = p;
        if (!same_name(p, name, n) || (!open && is_name_char(p[n])))
            continue;
        while (before > line && before[-1] == '-')
            before--;
        int dashed = before < p;
        if ((dashed || n > 1) && (before == line || !is_name_char(before[-1])))
            return p + n;
    }
    return NULL;
}

const char *vcf_find_option(const char *from, const char *line, const char *option) {
    return find_option(from, line, option, strlen(option), 0);
}

static const char *value_behind(const char *text) {
    return text + strspn(text, " =:\"'\t");
}

/* "option", "option*", "option value" or "##line". */
static int header_has(const vcf_lines *lines, const char *want, size_t length) {
    char copy[200];
    snprintf(copy, sizeof copy, "%.*s", (int)length, want);
    if (!strncmp(copy, "##", 2))
        return vcf_has_meta(lines, copy);
    char *value = strchr(copy, ' ');
    if (value)
        *value++ = '\0';
    size_t n = strlen(copy);
    int open = n > 0 && copy[n - 1] == '*';
    n -= (size_t)open;
    for (size_t m = 0; m < lines->n_meta; m++) {
        const char *line = lines->meta[m], *at = line;
        while ((at = find_option(at, line, copy, n, open)) != NULL) {
            const char *found = value_behind(at);
            if (!value || (!strncasecmp(found, value, strlen(value)) && !is_name_char(found[strlen(value)])))
                return 1;
        }
    }
    return 0;
}

static int header_has_any(const vcf_lines *lines, const char *wants) {
    for (size_t n; *wants; wants += n + (wants[n] == '|')) {
        n = strcspn(wants, "|");
        if (header_has(lines, wants, n))
            return 1;
    }
    return 0;
}

/* ---- the row --------------------------------------------------------------------------------------------------- */

/* The word stands behind the line's beginning: "=<ID=HaplotypeCaller,", ".HaplotypeCaller=", and not in a path on the
 * command line. */
static int has_line(const vcf_lines *lines, const ps_vcf_caller *row) {
    size_t n_line = strlen(row->line), n_word = strlen(row->word);
    for (size_t m = 0; m < lines->n_meta; m++) {
        const char *meta = lines->meta[m];
        if (strncmp(meta, row->line, n_line))
            continue;
        const char *name = meta + n_line + strspn(meta + n_line, ".=<\" ");
        name += strncmp(name, "ID=", 3) ? 0 : 3;
        if (!n_word || (!strncmp(name, row->word, n_word) && !is_name_char(name[n_word])))
            return 1;
    }
    return 0;
}

static int fits(const vcf_lines *lines, const ps_vcf_caller *row) {
    return has_line(lines, row) && (!*row->needs || header_has_any(lines, row->needs)) &&
           !header_has_any(lines, row->lacks);
}

/* The largest number that the header gives for an option, NaN when it gives none. */
static double option_number(const vcf_lines *lines, const char *option, size_t length) {
    double largest = NAN;
    int is_line = !strncmp(option, "##", 2);
    for (size_t m = 0; m < lines->n_meta; m++) {
        const char *line = lines->meta[m], *at = line;
        for (int first = 1; at; first = 0) {
            if (is_line)
                at = first && !strncmp(line, option, length) ? line + length : NULL;
            else
                at = find_option(at, line, option, length, 0);
            if (!at)
                break;
            char number[24];
            const char *value = is_line ? at : value_behind(at);
            double x;
            snprintf(number, sizeof number, "%.*s", (int)strspn(value, "0123456789.eE"), value);
            if (ps_parse_double(number, 0, 1, &x) == 0 && x > 0)
                largest = isnan(largest) ? x : fmax(largest, x);
        }
    }
    return largest;
}

static double least_vaf(const vcf_lines *lines, const ps_vcf_caller *row) {
    double stated = NAN;
    size_t n;
    for (const char *p = row->vaf_option; *p; p += n + (p[n] == '|')) {
        n = strcspn(p, "|");
        stated = fmax(stated, option_number(lines, p, n)); /* fmax leaves a NaN out */
    }
    return isnan(stated) || isnan(row->min_vaf) ? row->min_vaf : stated;
}

const ps_vcf_caller *vcf_find_caller(const vcf_lines *lines, const ps_panel *panel, double *min_vaf) {
    const ps_vcf_caller *found = NULL;
    *min_vaf = NAN;
    for (int i = 0; i < panel->n_vcf_callers; i++) {
        const ps_vcf_caller *row = &panel->vcf_callers[i];
        if ((found && (found->germline || !row->germline)) || !fits(lines, row))
            continue;
        found = row;
    }
    if (found)
        *min_vaf = least_vaf(lines, found);
    return found;
}
