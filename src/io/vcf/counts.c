/* counts.c - depth and reads of one allele in one column, from whatever fields a caller writes.
 *
 * A list belongs to the record's alleles when its length says so. Programs that split a record leave lists of the
 * whole record behind: those are read at the allele's old place where the file tells it (split.c), or where only one
 * value can be meant; else the count is unknown. A number that cannot be one is unknown too, and said.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"
#include "private.h"

/* ---- the numbers of one record --------------------------------------------------------------------------------- */

/* Every key that may tell depth or counts. X(name, kind, common): common ones mean the same to every caller, so a bad
 * value is said; others may mean something else elsewhere and are then not there. */
#define VCF_KEYS(X)                                                                                                  \
    X(AD, COUNT, 1)                                                                                                  \
    X(DP, COUNT, 1)                                                                                                  \
    X(AF, FRACTION, 1)                                                                                               \
    X(VAF, FRACTION, 1)                                                                                              \
    X(FREQ, PERCENT, 1)                                                                                              \
    X(FAO, COUNT, 1)                                                                                                 \
    X(FRO, COUNT, 1)                                                                                                 \
    X(FDP, COUNT, 1)                                                                                                 \
    X(AU, COUNT, 0)                                                                                                  \
    X(CU, COUNT, 0)                                                                                                  \
    X(GU, COUNT, 0)                                                                                                  \
    X(TU, COUNT, 0)                                                                                                  \
    X(AA, COUNT, 0)                                                                                                  \
    X(CA, COUNT, 0)                                                                                                  \
    X(GA, COUNT, 0)                                                                                                  \
    X(TA, COUNT, 0)                                                                                                  \
    X(FAZ, COUNT, 0)                                                                                                 \
    X(FCZ, COUNT, 0)                                                                                                 \
    X(FGZ, COUNT, 0)                                                                                                 \
    X(FTZ, COUNT, 0)                                                                                                 \
    X(RAZ, COUNT, 0)                                                                                                 \
    X(RCZ, COUNT, 0)                                                                                                 \
    X(RGZ, COUNT, 0)                                                                                                 \
    X(RTZ, COUNT, 0)                                                                                                 \
    X(PM, FRACTION, 0)                                                                                               \
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
#define X(name, kind, common) K_##name,
    VCF_KEYS(X)
#undef X
        N_KEYS
};
static const struct {
    const char *name;
    key_kind kind;
    int common;
} keys[N_KEYS] = {
#define X(name, kind, common) {#name, kind, common},
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
    int carried;    /* the genotype has this allele */
    unsigned notes; /* VCF_NOTE_... */
    numbers key[N_KEYS];
} fields;

static const double max_count = 1e9;
const double vcf_above_one = 1.001; /* a fraction of 1 may be rounded up */

/* A whole number, also as "1000.0". */
static int read_count(const char *text, double *value) {
    if (ps_parse_double(text, 0, max_count, value) == 0 && *value == floor(*value))
        return 0;
    *value = NAN;
    return -1;
}

/* One value; 0 fine, -1 bad. Fractions come up to 100: whether they are percentages is the file's habit. */
static int read_value(const char *text, size_t length, key_kind kind, double *value) {
    char copy[40];
    *value = NAN;
    if ((length == 1 && *text == '.') || length == 0)
        return 0;
    if (length >= sizeof copy)
        return -1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    int is_percent = kind == PERCENT || (kind == FRACTION && copy[length - 1] == '%');
    if (is_percent && copy[length - 1] == '%')
        copy[length - 1] = '\0';
    for (char *p = copy; *p && kind == PERCENT; p++) /* VarScan writes the locale's decimal comma as it is */
        if (*p == ',')
            *p = '.';
    if (strcasecmp(copy, "nan") == 0 || strcasecmp(copy, "-nan") == 0) /* 0/0 at depth 0 */
        return 0;
    if (kind == COUNT)
        return read_count(copy, value);
    if (ps_parse_double(copy, 0, 100, value) != 0) {
        *value = NAN;
        return -1;
    }
    if (is_percent)
        *value /= 100;
    return 0;
}

/* "0,05" of one ALT: a fraction with the decimal comma of a locale. Lists of fractions have no part above 1, no
 * leading zeros. 1 it is, -1 it may be a list ("0,1"), 0 it is a list. */
int vcf_is_decimal_comma(const char *text, size_t length, int n_alt) {
    int parts = 1, certain = n_alt > 1;
    for (size_t i = 0; i < length; i++)
        parts += text[i] == ',';
    if (parts != 2 * n_alt)
        return 0;
    for (size_t i = 0, part = 0; i < length; part++) {
        size_t n = 0;
        while (i + n < length && isdigit((unsigned char)text[i + n]))
            n++;
        if (n == 0 || (i + n < length && text[i + n] != ',') || (part % 2 == 0 && (n > 1 || text[i] > '1')))
            return 0;
        certain |= part % 2 == 1 && (n > 1 || text[i] > '1');
        i += n + 1;
    }
    return certain ? 1 : -1;
}

static int read_decimal_commas(fields *f, int key, const char *text, size_t length) {
    numbers *out = &f->key[key];
    int is = vcf_is_decimal_comma(text, length, f->n_alt);
    if (keys[key].kind != FRACTION || is == 0)
        return 0;
    if (length == 3 && text[0] == '0' && text[2] == '0') /* "0,0" is 0 either way */
        return 0;
    f->notes |= VCF_NOTE_DECIMAL_COMMA;
    if (is < 0 && !f->record->habits->decimal_comma)
        return 1; /* may be either: unknown */
    out->value = ps_alloc((size_t)f->n_alt, sizeof *out->value);
    out->n = f->n_alt;
    for (int i = 0; i < f->n_alt; i++) {
        char copy[40];
        size_t whole = 1, tenth = strcspn(text + 2, ",:\t;");
        snprintf(copy, sizeof copy, "%c.%.*s", text[0], (int)(tenth < 30 ? tenth : 30), text + 2);
        if (ps_parse_double(copy, 0, 1, &out->value[i]) != 0)
            out->value[i] = NAN;
        text += whole + 1 + tenth + 1;
    }
    return 1;
}

/* Fractions above 1 anywhere in the file: they are percentages everywhere. */
static void scale_percentages(fields *f, int key) {
    numbers *n = &f->key[key];
    if (keys[key].kind != FRACTION || n->n == 0)
        return;
    int percent = f->record->habits->percent;
    for (int i = 0; i < n->n; i++)
        percent |= n->value[i] > vcf_above_one;
    for (int i = 0; i < n->n && percent; i++)
        n->value[i] /= 100;
    f->notes |= percent ? VCF_NOTE_PERCENT : 0u;
}

static void read_key(fields *f, int key, const char *text, size_t length) {
    numbers *out = &f->key[key];
    int is_list = keys[key].kind != PERCENT, n = 1, known = 0, bad = 0;
    if (read_decimal_commas(f, key, text, length))
        return;
    for (size_t i = 0; i < length && is_list; i++)
        n += text[i] == ',';
    out->value = ps_alloc((size_t)n, sizeof *out->value);
    const char *p = text;
    for (int i = 0; i < n; i++) {
        size_t left = length - (size_t)(p - text);
        const char *comma = is_list ? memchr(p, ',', left) : NULL;
        size_t one = comma ? (size_t)(comma - p) : left;
        bad |= read_value(p, one, keys[key].kind, &out->value[i]) != 0;
        known += !isnan(out->value[i]);
        p += one + 1;
    }
    if (bad && keys[key].common)
        f->notes |= VCF_NOTE_BAD_NUMBER;
    out->n = bad || !known ? 0 : n; /* bad: another caller's key of the same name, or no number at all */
    scale_percentages(f, key);
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
    if (keys[key].kind == FRACTION)
        return !vcf_info(f->record, "AN", &length) && !vcf_info(f->record, "AC", &length) &&
               vcf_info(f->record, "DP", &length);
    return key != K_AA; /* the ancestral allele */
}

static void read_fields(const vcf_record *record, int sample, int allele, fields *f) {
    memset(f, 0, sizeof *f);
    f->record = record;
    f->allele = allele;
    f->n_alt = record->n_alt;
    f->carried = vcf_read_genotype(record, sample, allele + 1, NULL) == 1;
    for (int k = 0; k < N_KEYS; k++) {
        size_t length;
        const char *text = sample >= 0 ? vcf_format_value(record, sample, keys[k].name, &length) : NULL;
        if (!text && info_stands_in(f, k))
            text = vcf_info(record, keys[k].name, &length);
        if (text)
            read_key(f, k, text, length);
    }
}

/* ---- one rule per caller --------------------------------------------------------------------------------------- */

/* Value `i` of a key, NaN when it is not there. */
static double value_of(const fields *f, int key, int i) {
    return i >= 0 && i < f->key[key].n ? f->key[key].value[i] : NAN;
}

/* The allele's place in a list that was left whole when its record was split: the only count that is not 0, where the
 * genotype has the allele. -1 not known. */
static int only_counted(const fields *f, int key, int with_ref) {
    int found = -1, n = 0;
    for (int i = with_ref; i < f->key[key].n; i++)
        if (value_of(f, key, i) > 0) {
            found = i;
            n++;
        }
    return n == 1 && f->carried ? found : -1;
}

/* This allele's value of a list with one value per ALT, behind REF's where `with_ref`. */
static double of_allele(const fields *f, int key, int with_ref) {
    int n = f->key[key].n;
    const vcf_split *split = &f->record->split;
    if (n == f->n_alt + with_ref)
        return value_of(f, key, f->allele + with_ref);
    if (f->n_alt != 1 || n <= 1 + with_ref)
        return NAN;
    if (split->n > 0)
        return n == split->n + with_ref ? value_of(f, key, split->allele + with_ref) : NAN;
    return value_of(f, key, only_counted(f, key, with_ref));
}

static double per_alt(const fields *f, int key) {
    return of_allele(f, key, 0);
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

/* Reads with each base, of CaVEMan and Strelka2 (SNVs). */
static int rule_bases(const fields *f, const int *forward, const int *reverse, double *depth, double *alt) {
    static const char bases[] = "ACGT";
    const char *allele = f->record->alt[f->allele];
    const char *base = allele[0] ? strchr(bases, allele[0]) : NULL;
    if (!base || allele[1] || f->record->ref[1])
        return 0;
    *depth = 0;
    for (int b = 0; b < 4; b++) {
        double n = value_of(f, forward[b], 0) + (reverse ? value_of(f, reverse[b], 0) : 0);
        *depth += n;
        if (bases + b == base)
            *alt = n;
    }
    return 1;
}
static int rule_caveman(const fields *f, double *depth, double *alt) {
    static const int forward[] = {K_FAZ, K_FCZ, K_FGZ, K_FTZ}, reverse[] = {K_RAZ, K_RCZ, K_RGZ, K_RTZ};
    return rule_bases(f, forward, reverse, depth, alt);
}
static int rule_strelka(const fields *f, double *depth, double *alt) { /* tier-1 counts of each base */
    static const int tier1[] = {K_AU, K_CU, K_GU, K_TU};
    return rule_bases(f, tier1, NULL, depth, alt);
}
static int rule_caveman_old(const fields *f, double *depth, double *alt) {
    static const int both[] = {K_AA, K_CA, K_GA, K_TA};
    return rule_bases(f, both, NULL, depth, alt);
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
    *alt = of_allele(f, K_AD, 1);
    *depth = sum(f, K_AD);
    return f->key[K_AD].n > f->n_alt;
}

/* AD of the ALTs alone, with a DP. A lone AD that does not go with AF is REF's. */
static int rule_ad_alone(const fields *f, double *depth, double *alt) {
    double fraction = per_alt(f, K_AF);
    *alt = per_alt(f, K_AD);
    *depth = value_of(f, K_DP, 0);
    int agrees = isnan(fraction) || fabs(*alt - fraction * *depth) <= fabs(*depth - *alt - fraction * *depth);
    return f->key[K_AD].n == f->n_alt && *depth >= sum(f, K_AD) && agrees;
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
    int ref_first = f->key[key].n == f->n_alt + 1 && !f->record->split.is_part && fabs(sum(f, key) - 1) < 0.01;
    if (isnan(fraction) && ref_first && key != K_FREQ) /* some list REF first: all alleles together are all reads */
        fraction = value_of(f, key, f->allele + 1);
    *depth = value_of(f, K_DP, 0);
    *alt = round(fraction * *depth);
    return 1;
}
static int rule_af(const fields *f, double *depth, double *alt) {
    return rule_fraction(f, K_AF, depth, alt);
}
static int rule_vaf(const fields *f, double *depth, double *alt) { /* DeepVariant, Clair */
    return rule_fraction(f, K_VAF, depth, alt);
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
    {"FAO", K_FAO, rule_fao},       {"AU", K_AU, rule_strelka},  {"FAZ", K_FAZ, rule_caveman},
    {"AA", K_AA, rule_caveman_old}, {"TIR", K_TIR, rule_tir},    {"AD", K_RD, rule_varscan},
    {"AD", K_AD, rule_ad},          {"VD", K_VD, rule_vd},       {"AO", K_AO, rule_ao},
    {"NV", K_NV, rule_nv},          {"AD", K_AD, rule_ad_alone}, {"DP4", K_DP4, rule_dp4},
    {"AF", K_AF, rule_af},          {"VAF", K_VAF, rule_vaf},    {"VF", K_VF, rule_vf},
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
    static const int fractions[] = {K_AF, K_VAF, K_VF, K_FREQ, K_PM};
    double depth = value_of(f, K_DP, 0);
    if (!isnan(depth)) {
        counts->depth = (int64_t)depth;
        counts->field = "DP";
    }
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions && depth != 0; i++) {
        double fraction = per_alt(f, fractions[i]);
        if (isnan(fraction))
            continue;
        counts->vaf = fraction;
        counts->field = keys[fractions[i]].name;
        return;
    }
}

/* A list that belongs to more or fewer alleles than the record has, and that nothing resolves. */
static int has_foreign_list(const fields *f) {
    static const struct { int key, with_ref; } lists[] = {{K_AD, 1}, {K_AF, 0}, {K_VAF, 0}, {K_FAO, 0}, {K_AO, 0}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (f->key[lists[i].key].n > f->n_alt + 1 && isnan(of_allele(f, lists[i].key, lists[i].with_ref)))
            return 1;
    return 0;
}

void vcf_read_counts(const vcf_record *record, int sample, int allele, vcf_counts *counts) {
    *counts = (vcf_counts){.depth = -1, .alt_depth = -1, .vaf = NAN, .field = ""};
    fields f;
    read_fields(record, sample, allele, &f);
    apply_rules(&f, counts);
    if (counts->depth < 0)
        apply_leftovers(&f, counts);
    counts->notes = f.notes | (counts->alt_depth < 0 && has_foreign_list(&f) ? VCF_NOTE_LIST_LENGTH : 0u);
    free_fields(&f);
}

/* INFO DP of a single-sample file is that sample's. bcftools writes MinDP (before 1.8) or MIN_DP into INFO. */
int64_t vcf_read_block_depth(const vcf_record *record, int sample) {
    fields f;
    read_fields(record, sample, 0, &f);
    double least = value_of(&f, K_MIN_DP, 0);
    size_t length;
    const char *text = isnan(least) && record->n_samples <= 1 ? vcf_info(record, "MinDP", &length) : NULL;
    if (text)
        (void)read_value(text, length, COUNT, &least); /* no number: unknown */
    if (isnan(least))
        least = value_of(&f, K_DP, 0);
    if (isnan(least) && f.key[K_AD].n > 0)
        least = value_of(&f, K_AD, 0);
    free_fields(&f);
    return isnan(least) ? -1 : (int64_t)least;
}

void vcf_read_other_reads(const vcf_record *record, int sample, int64_t *depth, int64_t *other) {
    fields f;
    *depth = *other = -1;
    read_fields(record, sample, 0, &f);
    int key = f.key[K_AD].n > 0 ? K_AD : f.key[K_DP4].n == 4 ? K_DP4 : -1, n_ref = key == K_DP4 ? 2 : 1;
    double all = key < 0 ? NAN : sum(&f, key), of_ref = 0;
    if (key == K_AD && f.key[K_AD].n == 1) /* Pisces: REF's alone */
        all = fmax(all, value_of(&f, K_DP, 0));
    for (int i = 0; i < n_ref && key >= 0; i++)
        of_ref += isnan(value_of(&f, key, i)) ? 0 : value_of(&f, key, i);
    if (!isnan(all)) {
        *depth = (int64_t)all;
        *other = (int64_t)(all - of_ref);
    }
    free_fields(&f);
}

/* First number of a FORMAT key; NaN when it is not there. */
static double format_number(const vcf_record *record, int sample, const char *key) {
    size_t length;
    char copy[40];
    double value;
    const char *text = sample >= 0 ? vcf_format_value(record, sample, key, &length) : NULL;
    if (!text || length == 0 || length >= sizeof copy)
        return NAN;
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    return ps_parse_double(copy, -1e9, 1e9, &value) == 0 ? value : NAN;
}

int64_t vcf_read_genotype_quality(const vcf_record *record, int sample) {
    static const char *const names[] = {"GQ", "RGQ"}; /* RGQ: of GATK's reference rows */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double value = format_number(record, sample, names[i]); /* Strelka writes decimals */
        if (!isnan(value))
            return value < 0 ? 0 : (int64_t)value;
    }
    return -1;
}

double vcf_read_tumour_lod(const vcf_record *record, int sample) {
    return format_number(record, sample, "TLOD");
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
