/* phase.c - which alleles a file says lie on one molecule.
 *
 *   who writes it                 set       side
 *   GATK, Mutect2                 PID       PGT 0|1
 *   VCF 4.x: WhatsHap, GATK 4,    PS        GT 0|1
 *   DeepVariant, Octopus, ...
 *   without PS                    "|"       GT 0|1: one set (VCF 4.3, section 1.6.2), but only in a file that tells
 *                                           the two haplotypes apart elsewhere: CaVEMan and others write 0|1 for
 *                                           every call
 *   SAGE                          INFO LPS  every member is on the same molecule
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "private.h"

static const char *given(const char *text, size_t *length) {
    return text && *length > 0 && !(*length == 1 && *text == '.') ? text : NULL;
}

static const char *format_value(const vcf_record *record, int sample, const char *key, size_t *length) {
    return sample >= 0 ? given(vcf_format_value(record, sample, key, length), length) : NULL;
}

/* Bit h: haplotype h of "0|1" carries the allele. 0 when the text is not phased throughout, or none does. */
static unsigned sides_of(const char *text, size_t length, int allele) {
    unsigned sides = 0, h = 0;
    size_t i = length && text[0] == '|'; /* VCF 4.4 may begin with the phase */
    for (; i < length && h < 31; h++) {
        char number[10];
        size_t digits = 0;
        while (i + digits < length && digits < sizeof number - 1 && isdigit((unsigned char)text[i + digits])) {
            number[digits] = text[i + digits];
            digits++;
        }
        number[digits] = '\0';
        if (digits == 0 && text[i] != '.')
            return 0;
        if (digits && strtol(number, NULL, 10) == allele)
            sides |= 1u << h;
        i += digits ? digits : 1;
        if (i < length && text[i++] != '|')
            return 0;
    }
    return h > 1 ? sides : 0;
}

static char *set_name(const char *kind, const char *value, size_t length) {
    return ps_format("%s %.*s", kind, (int)(length < 80 ? length : 80), value);
}

void vcf_read_phase(const vcf_record *record, int sample, int allele, char **set, unsigned *side) {
    size_t n_set, n_side;
    const char *name = format_value(record, sample, "PID", &n_set);
    const char *sides = format_value(record, sample, "PGT", &n_side);
    *set = NULL;
    *side = name && sides ? sides_of(sides, n_side, allele) : 0;
    if (*side) {
        *set = set_name("PID", name, n_set);
        return;
    }
    sides = format_value(record, sample, "GT", &n_side);
    *side = sides ? sides_of(sides, n_side, allele) : 0;
    if (*side) {
        name = format_value(record, sample, "PS", &n_set);
        *set = name ? set_name("PS", name, n_set) : record->habits->both_sides ? ps_strdup("|") : NULL;
        *side = *set ? *side : 0;
        if (*set)
            return;
    }
    name = given(vcf_info(record, "LPS", &n_set), &n_set);
    if (name) {
        *set = set_name("LPS", name, n_set);
        *side = 1;
    }
}
