#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "private.h"

enum { NOT_FOUND = -1, AMBIGUOUS = -2 };

void vcf_sample_hint_add(vcf_sample_hint *hint, const vcf_record *record) {
    size_t length;
    const char *name = vcf_info(record, "SAMPLE", &length);
    if (!name || length == 0)
        return;
    if (!hint->name)
        hint->name = ps_strndup(name, length);
    else if (strlen(hint->name) != length || strncmp(hint->name, name, length) != 0)
        hint->several = 1;
}

/* Column by name. A name that several columns have is AMBIGUOUS. */
static int find_column(const vcf_lines *lines, const char *name, size_t length) {
    int found = NOT_FOUND;
    for (int i = 0; i < lines->n_samples; i++) {
        const char *column = lines->sample[i];
        if (strncmp(column, name, length) == 0 && column[length] == '\0')
            found = i;
    }
    for (int i = 0; i < lines->n_samples && found >= 0; i++)
        if (strncmp(lines->sample[i], name, length) == 0 && lines->sample[i][length] == '#')
            found = AMBIGUOUS;
    return found;
}

/* ---- what the header says ---------------------------------------------------------------------------------------
 */

/* Where callers write a name: the start of a header line (or a word in one), and what ends the name. */
static const struct {
    const char *line; /* the line begins so ("" for any) */
    const char *word; /* the name follows this */
    const char *end;
    int is_tumour;
} header_names[] = {
    {"##tumor_sample=", "##tumor_sample=", "", 1},                 /* Mutect2 */
    {"##normal_sample=", "##normal_sample=", "", 0},               /* Mutect2 */
    {"##TUMOR=", "Sample=", ",\">", 1},                            /* MuSE */
    {"##NORMAL=", "Sample=", ",\">", 0},                           /* MuSE */
    {"##SAMPLE=<ID=TUMOR,", "SampleName=", ",>", 1},               /* Mutect2 of GATK 3, TCGA */
    {"##SAMPLE=<ID=NORMAL,", "SampleName=", ",>", 0},              /* Mutect2 of GATK 3, TCGA */
    {"##MuTect=", "tumor_sample_name=", " \t\"", 1},               /* MuTect 1 */
    {"##MuTect=", "normal_sample_name=", " \t\"", 0},              /* MuTect 1 */
    {"##GATKCommandLine.MuTect", "tumor_sample_name=", " \"", 1},  /* MuTect 1.1.7 */
    {"##GATKCommandLine.MuTect", "normal_sample_name=", " \"", 0}, /* MuTect 1.1.7 */
    {"##inputs=", "tumor=", " ,;\">", 1},                          /* pipelines that list their inputs */
    {"##inputs=", "normal=", " ,;\">", 0},
};

/* Column that one header line names, NOT_FOUND if it names none that exists. */
static int named_by(const vcf_lines *lines, const char *meta, size_t rule) {
    if (strncmp(meta, header_names[rule].line, strlen(header_names[rule].line)) != 0)
        return NOT_FOUND;
    const char *name = strstr(meta, header_names[rule].word);
    if (!name)
        return NOT_FOUND;
    name += strlen(header_names[rule].word);
    size_t length = strcspn(name, header_names[rule].end);
    return length ? find_column(lines, name, length) : NOT_FOUND;
}

/* is[i]: what the header says of column i: 'T', 'N' or 0. */
static void read_header_names(const vcf_lines *lines, char *is) {
    for (size_t m = 0; m < lines->n_meta; m++)
        for (size_t rule = 0; rule < sizeof header_names / sizeof *header_names; rule++) {
            int column = named_by(lines, lines->meta[m], rule);
            if (column >= 0)
                is[column] = header_names[rule].is_tumour ? 'T' : 'N';
        }
}

/* ---- what the names say -----------------------------------------------------------------------------------------
 */

static const char *const tumour_words[] = {"tumor", "tumour", "t", "tp", "primary", "cancer", NULL};
static const char *const normal_words[] = {"normal",  "n",    "germline", "blood", "ctrl",
                                           "control", "pbmc", "saliva",   "nb",    NULL};
static const char *const rna_words[] = {"rna", "rnaseq", NULL};

static int is_word(const char *text, size_t length, const char *const *words) {
    for (; *words; words++)
        if (strlen(*words) == length && strncasecmp(text, *words, length) == 0)
            return 1;
    return 0;
}

/* One of the name's words (parts between other characters than letters and digits) is in the list. */
static int has_word(const char *name, const char *const *words) {
    while (*name) {
        size_t length = 0;
        while (isalnum((unsigned char)name[length]))
            length++;
        if (length && is_word(name, length, words))
            return 1;
        name += length + (name[length] != '\0');
    }
    return 0;
}

/* TCGA barcode TCGA-B5-A0JV-01A-...: the fourth part is 01-09 for a tumour, 10-19 for a normal. */
static char barcode_kind(const char *name) {
    if (strncmp(name, "TCGA-", 5) != 0)
        return 0;
    for (int part = 0; part < 3 && name; part++) {
        name = strchr(name, '-');
        name = name ? name + 1 : NULL;
    }
    if (!name || !isdigit((unsigned char)name[0]) || !isdigit((unsigned char)name[1]))
        return 0;
    return name[0] == '0' ? 'T' : name[0] == '1' ? 'N' : 0;
}

static char name_kind(const char *name) {
    char kind = barcode_kind(name);
    if (kind)
        return kind;
    if (has_word(name, normal_words))
        return 'N';
    if (has_word(name, rna_words))
        return 'R';
    return has_word(name, tumour_words) ? 'T' : 0;
}

static int only_column_of(const vcf_lines *lines, const char *is, int (*fits)(char)) {
    int found = NOT_FOUND;
    for (int i = 0; i < lines->n_samples; i++)
        if (fits(is[i]))
            found = found == NOT_FOUND ? i : AMBIGUOUS;
    return found;
}

static int fits_tumour(char kind) {
    return kind == 'T';
}
static int fits_dna_not_normal(char kind) {
    return kind != 'N' && kind != 'R';
}
static int fits_not_normal(char kind) {
    return kind != 'N';
}

/* The first question with exactly one answer decides. */
static int decide(const vcf_lines *lines, const char *is) {
    int (*const questions[])(char) = {fits_tumour, fits_dna_not_normal, fits_not_normal};
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        int column = only_column_of(lines, is, questions[q]);
        if (column >= 0)
            return column;
    }
    return NOT_FOUND;
}

/* ---- the choice -------------------------------------------------------------------------------------------------
 */

static int refuse(const vcf_lines *lines, const char *why, ps_error *err) {
    char list[400];
    size_t used = 0;
    list[0] = '\0';
    for (int i = 0; i < lines->n_samples && used + 60 < sizeof list; i++) {
        int n = snprintf(list + used, sizeof list - used, "%s%.50s", i ? ", " : "", lines->sample[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    ps_fail(err, PS_ERR_RUN, lines->source.name, 0, "%s; its columns are: %s; name one with --vcf-sample", why, list);
    return -2;
}

static int wanted_column(const vcf_lines *lines, const char *wanted, ps_error *err) {
    if (lines->n_samples == 0) {
        ps_fail(err, PS_ERR_RUN, lines->source.name, 0,
                "has no sample columns, so --vcf-sample %.100s cannot be found", wanted);
        return -2;
    }
    char why[256];
    int column = find_column(lines, wanted, strlen(wanted));
    if (column >= 0)
        return column;
    /* The first of several columns with one name can be asked for as NAME#1. */
    size_t length = strlen(wanted);
    if (length > 2 && strcmp(wanted + length - 2, "#1") == 0 && find_column(lines, wanted, length - 2) == AMBIGUOUS) {
        for (int i = 0; i < lines->n_samples; i++)
            if (strlen(lines->sample[i]) == length - 2 && strncmp(lines->sample[i], wanted, length - 2) == 0)
                return i;
    }
    if (column == AMBIGUOUS)
        snprintf(why, sizeof why, "several columns are named %.80s: say %.40s#1 or %.40s#2", wanted, wanted, wanted);
    else
        snprintf(why, sizeof why, "has no column named %.100s", wanted);
    return refuse(lines, why, err);
}

int vcf_normal_column(const vcf_lines *lines, int tumour) {
    char *is = ps_alloc((size_t)lines->n_samples + 1, 1);
    int found = NOT_FOUND, n = 0;
    read_header_names(lines, is);
    for (int i = 0; i < lines->n_samples; i++) {
        char kind = is[i] ? is[i] : name_kind(lines->sample[i]);
        if (i == tumour || kind != 'N')
            continue;
        found = i;
        n++;
    }
    free(is);
    return n == 1 ? found : NOT_FOUND;
}

int vcf_tumour_column(const vcf_lines *lines, const vcf_sample_hint *hint, const char *wanted, ps_error *err) {
    if (wanted)
        return wanted_column(lines, wanted, err);
    if (lines->n_samples == 0)
        return NOT_FOUND;
    char *is = ps_alloc((size_t)lines->n_samples, 1);
    read_header_names(lines, is);
    int column;
    if (lines->n_samples == 1) {
        column = is[0] == 'N' || strcasecmp(lines->sample[0], "NORMAL") == 0 ? NOT_FOUND : 0;
        free(is);
        return column == 0 ? 0 : refuse(lines, "its only column is that of a normal sample", err);
    }
    column = only_column_of(lines, is, fits_tumour);
    if (column == NOT_FOUND && hint->name && !hint->several) /* VarDict */
        column = find_column(lines, hint->name, strlen(hint->name));
    if (column < 0) {
        for (int i = 0; i < lines->n_samples; i++)
            if (!is[i])
                is[i] = name_kind(lines->sample[i]);
        column = decide(lines, is);
    }
    free(is);
    return column >= 0 ? column : refuse(lines, "cannot tell which column is the tumour", err);
}
