#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"
#include "private.h"

/* ---- the numbers of one record ----------------------------------------------------------------------------------
 */

/* Every key that may tell depth or counts. X(name, kind, strict): strict ones mean the same to every caller, so a bad
 * value is an error even when another key would be used; others may mean something else elsewhere and are then not
 * there. */
#define VCF_KEYS(X)                                                                                                  \
    X(AD, COUNT, 1)                                                                                                  \
    X(DP, COUNT, 1)                                                                                                  \
    X(AF, FRACTION, 1)                                                                                               \
    X(FREQ, PERCENT, 1)                                                                                              \
    X(FAO, COUNT, 1)                                                                                                 \
    X(FRO, COUNT, 1)                                                                                                 \
    X(FDP, COUNT, 1)                                                                                                 \
    X(AU, COUNT, 0)                                                                                                  \
    X(CU, COUNT, 0)                                                                                                  \
    X(GU, COUNT, 0)                                                                                                  \
    X(TU, COUNT, 0)                                                                                                  \
    X(TAR, COUNT, 0)                                                                                                 \
    X(TIR, COUNT, 0)                                                                                                 \
    X(RD, COUNT, 0)                                                                                                  \
    X(AO, COUNT, 0)                                                                                                  \
    X(RO, COUNT, 0)                                                                                                  \
    X(NV, COUNT, 0)                                                                                                  \
    X(NR, COUNT, 0)                                                                                                  \
    X(VD, COUNT, 0)                                                                                                  \
    X(VF, FRACTION, 0)                                                                                               \
    X(DP4, COUNT, 0)                                                                                                 \
    X(MIN_DP, COUNT, 1)

typedef enum { COUNT, FRACTION, PERCENT } key_kind;
enum key {
#define X(name, kind, strict) K_##name,
    VCF_KEYS(X)
#undef X
        N_KEYS
};
static const struct {
    const char *name;
    key_kind kind;
    int strict;
} keys[N_KEYS] = {
#define X(name, kind, strict) {#name, kind, strict},
    VCF_KEYS(X)
#undef X
};

typedef struct numbers {
    double *value; /* NaN: missing ('.') */
    int n;         /* 0: the key is not there, or nothing but '.' */
} numbers;

typedef struct fields {
    const vcf_record *record;
    int allele, n_alt;
    numbers key[N_KEYS];
} fields;

static const double max_count = 1e9;

/* One value; 0 fine, -1 bad. */
static int read_value(const char *text, size_t length, key_kind kind, double *value) {
    char copy[40];
    *value = NAN;
    if ((length == 1 && *text == '.') || length == 0)
        return 0;
    if (length >= sizeof copy)
        return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (kind == PERCENT) {
        if (copy[length - 1] == '%')
            copy[length - 1] = '\0';
        for (char *p = copy; *p; p++) /* VarScan writes the locale's decimal comma as it is */
            if (*p == ',')
                *p = '.';
    }
    if (strcasecmp(copy, "nan") == 0 || strcasecmp(copy, "-nan") == 0) /* 0/0 at depth 0 */
        return 0;
    int64_t whole;
    if (kind == COUNT) {
        if (ps_parse_int(copy, 0, (int64_t)max_count, &whole) != 0)
            return -1;
        *value = (double)whole;
        return 0;
    }
    if (ps_parse_double(copy, 0, kind == PERCENT ? 100 : 1, value) != 0) {
        *value = NAN;
        return -1;
    }
    if (kind == PERCENT)
        *value /= 100;
    return 0;
}

static int bad_value(const fields *f, int key, const char *text, size_t length, ps_error *err) {
    static const char *const wanted[] = {"a count from 0 up", "a fraction from 0 to 1", "a percentage from 0 to 100"};
    return vcf_fail(f->record, err, "%s is '%.*s', expected %s", keys[key].name, length < 60 ? (int)length : 60, text,
                    wanted[keys[key].kind]);
}

static int read_key(fields *f, int key, const char *text, size_t length, ps_error *err) {
    numbers *out = &f->key[key];
    int is_list = keys[key].kind != PERCENT, n = 1, known = 0;
    for (size_t i = 0; i < length && is_list; i++)
        n += text[i] == ',';
    out->value = ps_alloc((size_t)n, sizeof *out->value);
    const char *p = text;
    for (int i = 0; i < n; i++) {
        size_t left = length - (size_t)(p - text);
        const char *comma = is_list ? memchr(p, ',', left) : NULL;
        size_t one = comma ? (size_t)(comma - p) : left;
        if (read_value(p, one, keys[key].kind, &out->value[i]) != 0) {
            if (keys[key].strict)
                return bad_value(f, key, text, length, err);
            return 0; /* another caller's key of the same name: n stays 0 */
        }
        known += !isnan(out->value[i]);
        p += one + 1;
    }
    out->n = known ? n : 0;
    return 0;
}

static void free_fields(fields *f) {
    for (int k = 0; k < N_KEYS; k++)
        free(f->key[k].value);
}

/* Keys that INFO may stand in for when there is one sample or none. INFO AF is only a read fraction when there is no
 * sample column, and no AN or AC, which would make it an allele frequency of genotypes or of a population. */
static int info_stands_in(const fields *f, int key) {
    size_t length;
    int n = f->record->n_samples;
    if (n > 1)
        return 0;
    if (n == 1)
        return key == K_DP4 || key == K_MIN_DP || key == K_DP;
    if (key == K_AF || key == K_VF)
        return !vcf_info(f->record, "AN", &length) && !vcf_info(f->record, "AC", &length) &&
               vcf_info(f->record, "DP", &length);
    return 1;
}

static int read_fields(const vcf_record *record, int sample, int allele, fields *f, ps_error *err) {
    memset(f, 0, sizeof *f);
    f->record = record;
    f->allele = allele;
    f->n_alt = record->n_alt;
    for (int k = 0; k < N_KEYS; k++) {
        size_t length;
        const char *text = sample >= 0 ? vcf_format_value(record, sample, keys[k].name, &length) : NULL;
        if (!text && info_stands_in(f, k))
            text = vcf_info(record, keys[k].name, &length);
        if (text && read_key(f, k, text, length, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- one rule per caller ----------------------------------------------------------------------------------------
 */

/* Value `i` of a key, NaN when it is not there. */
static double value_of(const fields *f, int key, int i) {
    return i >= 0 && i < f->key[key].n ? f->key[key].value[i] : NAN;
}

/* Of a list with one value per ALT. */
static double per_alt(const fields *f, int key) {
    return f->key[key].n == f->n_alt ? value_of(f, key, f->allele) : NAN;
}

static double sum(const fields *f, int key) {
    double total = 0;
    for (int i = 0; i < f->key[key].n; i++)
        total += isnan(f->key[key].value[i]) ? 0 : f->key[key].value[i];
    return total;
}

/* A depth that is missing or smaller than what was counted gives way to the count. */
static double at_least(double depth, double counted) {
    return depth >= counted ? depth : counted;
}

/* Ion Torrent: flow-space evaluated counts, which its own AF comes from; AO and DP are of the raw pileup. */
static int rule_fao(const fields *f, double *depth, double *alt) {
    *alt = per_alt(f, K_FAO);
    *depth = at_least(value_of(f, K_FDP, 0), sum(f, K_FAO) + (f->key[K_FRO].n ? value_of(f, K_FRO, 0) : 0));
    return f->key[K_FDP].n == 1 || f->key[K_FRO].n == 1;
}

/* Strelka2 SNV: tier-1 counts of each base. */
static int rule_base_counts(const fields *f, double *depth, double *alt) {
    static const int base_keys[] = {K_AU, K_CU, K_GU, K_TU};
    static const char bases[] = "ACGT";
    const char *allele = f->record->alt[f->allele];
    const char *base = allele[0] ? strchr(bases, allele[0]) : NULL;
    if (!base || allele[1] || f->record->ref[1])
        return 0;
    *depth = 0;
    for (int b = 0; b < 4; b++)
        *depth += value_of(f, base_keys[b], 0);
    *alt = value_of(f, base_keys[base - bases], 0);
    return 1;
}

/* Strelka2 indel: tier-1 reads for the reference and for the indel. */
static int rule_tir(const fields *f, double *depth, double *alt) {
    *alt = value_of(f, K_TIR, 0);
    *depth = value_of(f, K_TAR, 0) + *alt;
    return f->n_alt == 1;
}

/* VarScan: RD and AD are single numbers, AD of the ALT alone. */
static int rule_varscan(const fields *f, double *depth, double *alt) {
    *alt = value_of(f, K_AD, 0);
    *depth = value_of(f, K_RD, 0) + *alt;
    return f->n_alt == 1 && f->key[K_RD].n == 1 && f->key[K_AD].n == 1;
}

/* The usual AD: REF, then each ALT. Reads that fit no allele are in DP but not here. */
static int rule_ad(const fields *f, double *depth, double *alt) {
    *alt = value_of(f, K_AD, f->allele + 1);
    *depth = sum(f, K_AD);
    return f->key[K_AD].n == f->n_alt + 1;
}

/* AD of the ALTs alone, with a DP. */
static int rule_ad_alone(const fields *f, double *depth, double *alt) {
    *alt = per_alt(f, K_AD);
    *depth = value_of(f, K_DP, 0);
    return f->key[K_AD].n == f->n_alt && *depth >= sum(f, K_AD);
}

static int rule_vd(const fields *f, double *depth, double *alt) { /* VarDict */
    *alt = per_alt(f, K_VD);
    *depth = value_of(f, K_DP, 0);
    return *depth >= *alt;
}

static int rule_ao(const fields *f, double *depth, double *alt) { /* freebayes */
    *alt = per_alt(f, K_AO);
    *depth = at_least(value_of(f, K_DP, 0), sum(f, K_AO) + (f->key[K_RO].n ? value_of(f, K_RO, 0) : 0));
    return f->key[K_RO].n == 1 || f->key[K_DP].n == 1;
}

static int rule_nv(const fields *f, double *depth, double *alt) { /* Platypus: depth per ALT too */
    *alt = per_alt(f, K_NV);
    *depth = f->key[K_NR].n == 1 ? value_of(f, K_NR, 0) : per_alt(f, K_NR);
    return *depth >= *alt;
}

static int rule_dp4(const fields *f, double *depth, double *alt) { /* bcftools, LoFreq: ref +, -, alt +, - */
    *alt = value_of(f, K_DP4, 2) + value_of(f, K_DP4, 3);
    *depth = sum(f, K_DP4);
    return f->n_alt == 1 && f->key[K_DP4].n == 4;
}

static int rule_fraction(const fields *f, int key, double *depth, double *alt) {
    double fraction = per_alt(f, key);
    if (f->key[key].n == f->n_alt + 1 && f->n_alt > 0 && key != K_FREQ) /* some list REF first */
        fraction = value_of(f, key, f->allele + 1);
    *depth = value_of(f, K_DP, 0);
    *alt = round(fraction * *depth);
    return 1;
}
static int rule_af(const fields *f, double *depth, double *alt) {
    return rule_fraction(f, K_AF, depth, alt);
}
static int rule_vf(const fields *f, double *depth, double *alt) { /* Pisces */
    return rule_fraction(f, K_VF, depth, alt);
}
static int rule_freq(const fields *f, double *depth, double *alt) {
    return rule_fraction(f, K_FREQ, depth, alt);
}

/* In order: what the caller itself counted for this allele before what must be derived. */
static const struct {
    const char *name;
    int needs; /* the key that must be there */
    int (*read)(const fields *f, double *depth, double *alt);
} rules[] = {
    {"FAO", K_FAO, rule_fao},    {"AU", K_AU, rule_base_counts}, {"TIR", K_TIR, rule_tir}, {"AD", K_RD, rule_varscan},
    {"AD", K_AD, rule_ad},       {"VD", K_VD, rule_vd},          {"AO", K_AO, rule_ao},    {"NV", K_NV, rule_nv},
    {"AD", K_AD, rule_ad_alone}, {"DP4", K_DP4, rule_dp4},       {"AF", K_AF, rule_af},    {"VF", K_VF, rule_vf},
    {"FREQ", K_FREQ, rule_freq},
};

static void apply_rules(const fields *f, vcf_counts *counts) {
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        double depth = NAN, alt = NAN;
        if (!f->key[rules[r].needs].n || !rules[r].read(f, &depth, &alt))
            continue;
        if (isnan(depth) || isnan(alt) || alt > depth)
            continue;
        if (depth == 0 && counts->depth >= 0) /* an earlier rule said so already */
            continue;
        counts->depth = (int64_t)depth;
        counts->alt_depth = (int64_t)alt;
        counts->vaf = depth > 0 ? alt / depth : NAN;
        counts->field = rules[r].name;
        if (depth > 0)
            return;
    }
}

/* Only a depth, or only a fraction. */
static void apply_leftovers(const fields *f, vcf_counts *counts) {
    double fraction = per_alt(f, K_AF), depth = value_of(f, K_DP, 0);
    if (isnan(fraction))
        fraction = per_alt(f, K_VF);
    if (isnan(fraction))
        fraction = per_alt(f, K_FREQ);
    if (!isnan(depth)) {
        counts->depth = (int64_t)depth;
        counts->field = "DP";
    }
    if (!isnan(fraction) && depth != 0) {
        counts->vaf = fraction;
        counts->field = !isnan(per_alt(f, K_AF)) ? "AF" : !isnan(per_alt(f, K_VF)) ? "VF" : "FREQ";
    }
}

int vcf_read_counts(const vcf_record *record, int sample, int allele, vcf_counts *counts, ps_error *err) {
    *counts = (vcf_counts){.depth = -1, .alt_depth = -1, .vaf = NAN, .field = ""};
    fields f;
    int result = read_fields(record, sample, allele, &f, err);
    if (result == 0) {
        apply_rules(&f, counts);
        if (counts->depth < 0)
            apply_leftovers(&f, counts);
    }
    free_fields(&f);
    return result;
}

/* INFO DP of a single-sample file is that sample's. bcftools writes MinDP (before 1.8) or MIN_DP into INFO. */
int vcf_read_block_depth(const vcf_record *record, int sample, int64_t *depth, ps_error *err) {
    fields f;
    *depth = -1;
    int result = read_fields(record, sample, 0, &f, err);
    double least = value_of(&f, K_MIN_DP, 0);
    size_t length;
    if (result == 0 && isnan(least) && record->n_samples <= 1) {
        const char *text = vcf_info(record, "MinDP", &length);
        if (text && read_value(text, length, COUNT, &least) != 0)
            result = vcf_fail(record, err, "MinDP is not a count");
    }
    if (result == 0 && isnan(least))
        least = value_of(&f, K_DP, 0);
    if (result == 0 && isnan(least) && f.key[K_AD].n > 0)
        least = value_of(&f, K_AD, 0);
    if (result == 0 && !isnan(least))
        *depth = (int64_t)least;
    free_fields(&f);
    return result;
}

int vcf_read_other_reads(const vcf_record *record, int sample, int64_t *depth, int64_t *other, ps_error *err) {
    fields f;
    *depth = *other = -1;
    int result = read_fields(record, sample, 0, &f, err);
    int key = f.key[K_AD].n > 1 ? K_AD : f.key[K_DP4].n == 4 ? K_DP4 : -1, n_ref = key == K_DP4 ? 2 : 1;
    if (result == 0 && key >= 0) {
        double of_ref = 0;
        for (int i = 0; i < n_ref; i++)
            of_ref += isnan(value_of(&f, key, i)) ? 0 : value_of(&f, key, i);
        *depth = (int64_t)sum(&f, key);
        *other = *depth - (int64_t)of_ref;
    }
    free_fields(&f);
    return result;
}

int vcf_read_genotype_quality(const vcf_record *record, int sample, int64_t *quality, ps_error *err) {
    static const char *const names[] = {"GQ", "RGQ"}; /* RGQ: of GATK's reference rows */
    *quality = -1;
    for (size_t i = 0; i < sizeof names / sizeof *names && *quality < 0 && sample >= 0; i++) {
        size_t length;
        const char *text = vcf_format_value(record, sample, names[i], &length);
        char copy[40];
        double value;
        if (!text || length == 0 || (length == 1 && *text == '.'))
            continue;
        snprintf(copy, sizeof copy, "%.*s", (int)length, text);
        if (length >= sizeof copy || ps_parse_double(copy, 0, 1e9, &value) != 0) /* Strelka writes decimals */
            return vcf_fail(record, err, "%s is '%.60s', expected a quality from 0 up", names[i], copy);
        *quality = (int64_t)value;
    }
    return 0;
}

int vcf_read_genotype(const vcf_record *record, int sample, int allele, ps_error *err) {
    size_t length;
    const char *text = sample >= 0 ? vcf_format_value(record, sample, "GT", &length) : NULL;
    if (!text || length == 0)
        return -1;
    int carried = 0, missing = 0, n = 0;
    for (size_t i = text[0] == '/' || text[0] == '|'; i < length; n++) { /* VCF 4.4 may begin with the phase */
        long number = 0;
        size_t digits = 0;
        for (; i + digits < length && digits < 9 && isdigit((unsigned char)text[i + digits]); digits++)
            number = 10 * number + (text[i + digits] - '0');
        if (digits == 0 && text[i] == '.') {
            missing++;
            digits = 1;
        } else if (digits == 0 || number > record->n_alt) {
            vcf_fail(record, err, "GT is '%.*s', expected allele numbers up to %d", length < 40 ? (int)length : 40,
                     text, record->n_alt);
            return -2;
        } else {
            carried += allele > 0 ? number == allele : number != 0;
        }
        i += digits;
        if (i < length && text[i] != '/' && text[i] != '|') {
            vcf_fail(record, err, "GT is '%.*s', expected allele numbers separated by / or |",
                     length < 40 ? (int)length : 40, text);
            return -2;
        }
        i++;
    }
    if (allele == 0)
        return missing ? -1 : carried == 0;
    return carried ? 1 : missing ? -1 : 0;
}
