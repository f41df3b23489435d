/* split.c - how a file writes, over many records; and records that were split, one ALT each.
 *
 * bcftools norm -m-, vt decompose and others split only the lists that the header declares as lists: others stay
 * those of the whole record, and each part must find its own value there. Which ALT a part was is told by
 *   OLD_MULTIALLELIC=chr:pos:REF/ALT/ALT   vt decompose
 *   OLD_REC=chr|pos|REF|ALT,ALT|number     bcftools norm --old-rec-tag
 * or by the order of the parts, where that is not the order of the alphabet into which sorting would have put them,
 * or where the genotypes count along with it (1/2 becomes 1/0 and 0/1).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* ---- habits ---------------------------------------------------------------------------------------------------- */

static void add_fraction(vcf_habits *habits, const vcf_record *record, const char *text, size_t length) {
    if (length == 0 || *text == '.')
        return;
    habits->decimal_comma |= vcf_is_decimal_comma(text, length, record->n_alt) == 1;
    for (size_t i = 0; i < length; i++)
        if (i == 0 || text[i - 1] == ',')
            habits->percent |= strtod(text + i, NULL) > vcf_above_one;
}

static void add_phase(vcf_habits *habits, const char *genotype, size_t length) {
    if (length != 3 || genotype[1] != '|' || genotype[0] == genotype[2])
        return;
    habits->sides |= genotype[0] == '0' ? 1u : genotype[2] == '0' ? 2u : 0u;
    habits->both_sides = habits->sides == 3;
}

void vcf_habits_add(vcf_habits *habits, const vcf_record *record) {
    static const char *const fractions[] = {"AF", "VAF", "VF"};
    enum { SAMPLES = 4 }; /* more columns than this are a cohort's, which write like the first */
    size_t length;
    for (int s = 0; s < record->n_samples && s < SAMPLES; s++) {
        for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
            const char *text = vcf_format_value(record, s, fractions[i], &length);
            if (text)
                add_fraction(habits, record, text, length);
        }
        const char *genotype = vcf_format_value(record, s, "GT", &length);
        if (genotype)
            add_phase(habits, genotype, length);
    }
}

/* ---- splits ---------------------------------------------------------------------------------------------------- */

static int same_text(const char *text, size_t length, const char *other) {
    return strlen(other) == length && strncmp(text, other, length) == 0;
}

/* "chr:pos:REF/ALT/ALT" of vt: sets allele and n. */
static void read_vt(const vcf_record *record, const char *text, size_t length, vcf_split *split) {
    const char *end = text + length, *from = end;
    while (from > text && from[-1] != ':')
        from--;
    for (int i = 0; from <= end; i++) {
        size_t n = 0;
        while (from + n < end && from[n] != '/')
            n++;
        if (i > 0 && same_text(from, n, record->alt[0]))
            split->allele = i - 1;
        split->n = i;
        from += n + 1;
    }
    if (split->allele < 0)
        split->n = 0;
}

/* "chr|pos|REF|ALT,ALT|number" of bcftools. */
static void read_bcftools(const char *text, size_t length, vcf_split *split) {
    const char *part[5] = {text};
    int n = 1;
    for (size_t i = 0; i < length && n < 5; i++)
        if (text[i] == '|')
            part[n++] = text + i + 1;
    if (n < 5)
        return;
    int n_alt = 1;
    for (const char *p = part[3]; p < part[4]; p++)
        n_alt += *p == ',';
    long number = strtol(part[4], NULL, 10);
    if (number < 1 || number > n_alt)
        return;
    split->allele = (int)number - 1;
    split->n = n_alt;
}

static int read_old_record(vcf_record *record) {
    size_t length;
    record->split.allele = -1;
    const char *text = vcf_info(record, "OLD_MULTIALLELIC", &length);
    if (text)
        read_vt(record, text, length, &record->split);
    else if ((text = vcf_info(record, "OLD_REC", &length)) != NULL)
        read_bcftools(text, length, &record->split);
    record->split.is_part = text != NULL;
    return record->split.n > 0;
}

static int is_sibling(const vcf_record *a, const vcf_record *b) {
    return a->n_alt == 1 && b->n_alt == 1 && a->pos1 == b->pos1 && !strcmp(a->chrom, b->chrom) &&
           !strcmp(a->ref, b->ref) && strcmp(a->alt[0], b->alt[0]) != 0;
}

/* Place of the one allele number 1 in "1/0", counted from 0; -1 when there is none or several. */
static int place_of_one(const vcf_record *record) {
    size_t length;
    const char *text = record->n_samples > 0 ? vcf_format_value(record, 0, "GT", &length) : NULL;
    int place = -1, n = 0;
    for (size_t i = 0; text && i < length; i += 2)
        if (text[i] == '1') {
            place = (int)(i / 2);
            n++;
        }
    return n == 1 ? place : -1;
}

/* The genotypes count the parts: 1/2 became 1/0 and 0/1, in whatever order they stand now. */
static int genotypes_count(vcf_record *const *part, int n) {
    unsigned seen = 0;
    for (int i = 0; i < n; i++) {
        int place = place_of_one(part[i]);
        if (place < 0 || place >= n || place > 30 || (seen >> place & 1))
            return 0;
        seen |= 1u << place;
    }
    return 1;
}

/* Sorting would have put the parts into the order of the alphabet: another order is the old one. */
static int is_old_order(vcf_record *const *part, int n) {
    for (int i = 1; i < n; i++)
        if (strcmp(part[i - 1]->alt[0], part[i]->alt[0]) > 0)
            return 1;
    return 0;
}

void vcf_find_splits(vcf_record *const *record, size_t n) {
    for (size_t i = 0; i < n;) {
        size_t m = 1;
        while (i + m < n && is_sibling(record[i], record[i + m]))
            m++;
        int counted = m > 1 && genotypes_count(record + i, (int)m);
        int in_order = m > 1 && is_old_order(record + i, (int)m);
        for (size_t k = 0; k < m; k++) {
            vcf_record *part = record[i + k];
            if (read_old_record(part) || m == 1)
                continue;
            part->split = (vcf_split){
                .is_part = 1, .allele = counted ? place_of_one(part) : (int)k, .n = counted || in_order ? (int)m : 0};
        }
        i += m;
    }
}
