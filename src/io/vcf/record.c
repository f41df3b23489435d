#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "private.h"

int vcf_fail(const vcf_record *record, ps_error *err, const char *format, ...) {
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return ps_fail(err, PS_ERR_RUN, record->path, record->line, "%.80s:%lld: %s", record->chrom ? record->chrom : "?",
                   (long long)record->pos1, text);
}

/* IUPAC codes are let through: VCF allows only ACGTN, but assemblies have a few others. */
static int is_bases(const char *text) {
    return *text && text[strspn(text, "ACGTNacgtnRYSWKMBDHVryswkmbdhv")] == '\0';
}

int vcf_is_sequence(const char *allele) {
    return is_bases(allele);
}

int vcf_is_reference(const char *allele) {
    static const char *const names[] = {".", "<NON_REF>", "<*>", "<X>"}; /* <X>: samtools mpileup before 1.0 */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(allele, names[i]) == 0)
            return 1;
    return 0;
}

/* '*', <SYMBOLIC>, breakends (with brackets, or a '.' at one end). */
static int is_allele(const char *text) {
    size_t length = strlen(text);
    if (is_bases(text) || strcmp(text, "*") == 0 || strcmp(text, ".") == 0)
        return 1;
    if (length > 2 && text[0] == '<' && text[length - 1] == '>')
        return 1;
    if (strpbrk(text, "[]"))
        return 1;
    return length > 1 && (text[0] == '.' || text[length - 1] == '.') && text[strspn(text, "ACGTNacgtn.")] == '\0';
}

static void uppercase(char *text) {
    for (; *text; text++)
        *text = (char)toupper((unsigned char)*text);
}

static int count_fields(const char *text, char separator) {
    int n = 1;
    for (; *text; text++)
        n += *text == separator;
    return n;
}

/* Cuts at each separator; out has room for all. */
static void cut_fields(char *text, char separator, char **out) {
    for (int n = 0;; text++) {
        out[n++] = text;
        text = strchr(text, separator);
        if (!text)
            return;
        *text = '\0';
    }
}

static int check_record(vcf_record *record, const char *pos, ps_error *err) {
    if (!*record->chrom || strchr(record->chrom, ' '))
        return vcf_fail(record, err, "CHROM is '%.60s', expected a contig name", record->chrom);
    if (ps_parse_int(pos, 0, INT32_MAX - 1, &record->pos1) != 0)
        return ps_fail(err, PS_ERR_RUN, record->path, record->line,
                       "%.80s: POS is '%.60s', expected a number from 1 to %d", record->chrom, pos, INT32_MAX - 1);
    if (!is_bases(record->ref))
        return vcf_fail(record, err, "REF is '%.60s', expected bases", record->ref);
    uppercase(record->ref);
    int only_symbols = 1;
    for (int i = 0; i < record->n_alt; i++) {
        if (!is_allele(record->alt[i]))
            return vcf_fail(record, err, "ALT is '%.60s', expected bases, '*', '.' or <SYMBOL>", record->alt[i]);
        if (is_bases(record->alt[i])) {
            uppercase(record->alt[i]);
            only_symbols = 0;
        }
    }
    if (record->pos1 == 0 && !only_symbols) /* 0 is the telomere, which only a breakend can name */
        return vcf_fail(record, err, "POS is 0, expected a number from 1 up");
    if (!*record->filter || !*record->info)
        return vcf_fail(record, err, "FILTER or INFO is empty, expected '.' for none");
    return 0;
}

enum { MOST_ALLELES = 65535 }; /* of a record; more do not fit a BCF (VCF specification, 6.3.1: 16 bits) */

int vcf_record_parse(const vcf_lines *lines, char *text, long line, vcf_record *record, ps_error *err) {
    memset(record, 0, sizeof *record);
    record->path = lines->source.name;
    record->line = line;
    int n = count_fields(text, '\t');
    if (n != lines->n_columns)
        return ps_fail(err, PS_ERR_RUN, record->path, line, "has %d tab-separated fields, expected the header's %d",
                       n, lines->n_columns);
    char **cut = ps_alloc((size_t)n, sizeof *cut);
    cut_fields(text, '\t', cut);
    record->n_alt = count_fields(cut[4], ',');
    if (record->n_alt >= MOST_ALLELES) {
        free(cut);
        return ps_fail(err, PS_ERR_RUN, record->path, line, "has %d allele%s, more than the %d of a BCF",
                       record->n_alt + 1, ps_s(record->n_alt + 1), MOST_ALLELES);
    }
    record->field = ps_alloc((size_t)n + (size_t)record->n_alt, sizeof *record->field);
    memcpy(record->field, cut, (size_t)n * sizeof *cut);
    free(cut);
    char **field = record->field;
    record->alt = field + n;
    cut_fields(field[4], ',', record->alt);
    record->chrom = field[0];
    record->ref = field[3];
    record->filter = field[6];
    record->info = field[7];
    record->keys = n > 8 ? field[8] : field[7] + strlen(field[7]);
    record->sample = field + 9;
    record->n_samples = n > 9 ? n - 9 : 0;
    return check_record(record, field[1], err);
}

void vcf_record_free(vcf_record *record) {
    free(record->field);
    memset(record, 0, sizeof *record);
}

const char *vcf_info(const vcf_record *record, const char *key, size_t *length) {
    size_t n_key = strlen(key);
    for (const char *p = record->info; *p;) {
        size_t n = strcspn(p, ";");
        if (n >= n_key && strncmp(p, key, n_key) == 0 && (n == n_key || p[n_key] == '=')) {
            *length = n == n_key ? 0 : n - n_key - 1;
            return n == n_key ? "" : p + n_key + 1;
        }
        p += n + (p[n] == ';');
    }
    *length = 0;
    return NULL;
}

const char *vcf_format_value(const vcf_record *record, int sample, const char *key, size_t *length) {
    size_t n_key = strlen(key);
    const char *k = record->keys, *v = record->sample[sample];
    *length = 0;
    for (;;) {
        size_t nk = strcspn(k, ":"), nv = strcspn(v, ":");
        if (nk == n_key && strncmp(k, key, n_key) == 0) {
            *length = nv;
            return v;
        }
        if (!k[nk] || !v[nv]) /* trailing values may be left out */
            return NULL;
        k += nk + 1;
        v += nv + 1;
    }
}

int64_t vcf_end0(const vcf_record *record) {
    int64_t end0 = record->pos1 - 1 + (int64_t)strlen(record->ref), end1;
    size_t length;
    const char *value = vcf_info(record, "END", &length);
    if (!value)
        return end0;
    char text[24];
    if (length == 0 || length >= sizeof text)
        return -1;
    memcpy(text, value, length);
    text[length] = '\0';
    if (strcmp(text, ".") == 0)
        return end0;
    if (ps_parse_int(text, 0, INT32_MAX - 1, &end1) != 0)
        return -1;
    return end1;
}
