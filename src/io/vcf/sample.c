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

/* ---- what the header says -------------------------------------------------------------------------------------- */

/* Where callers write a name: the start of a header line (or a word in one), and what ends the name. */
static const struct {
    const char *line; /* the line begins so */
    const char *with; /* and holds this ("" anything) */
    const char *word; /* the name follows this */
    const char *end;
    int is_tumour;
} header_names[] = {
    {"##tumor_sample=", "", "##tumor_sample=", "", 1},                 /* Mutect2 */
    {"##normal_sample=", "", "##normal_sample=", "", 0},               /* Mutect2 */
    {"##TUMOR=", "", "Sample=", ",\">", 1},                            /* MuSE */
    {"##NORMAL=", "", "Sample=", ",\">", 0},                           /* MuSE */
    {"##SAMPLE=<ID=TUMOR,", "", "SampleName=", ",>", 1},               /* Mutect2 of GATK 3, TCGA */
    {"##SAMPLE=<ID=NORMAL,", "", "SampleName=", ",>", 0},              /* Mutect2 of GATK 3, TCGA */
    {"##PEDIGREE=", "Original=", "Derived=", ",>", 1},                 /* VCF 4.2 */
    {"##PEDIGREE=", "Original=", "<ID=", ",>", 1},                     /* VCF 4.3 */
    {"##PEDIGREE=", "", "Original=", ",>", 0},                         /* both */
    {"##MuTect=", "", "tumor_sample_name=", " \t\"", 1},               /* MuTect 1 */
    {"##MuTect=", "", "normal_sample_name=", " \t\"", 0},              /* MuTect 1 */
    {"##GATKCommandLine.MuTect", "", "tumor_sample_name=", " \"", 1},  /* MuTect 1.1.7 */
    {"##GATKCommandLine.MuTect", "", "normal_sample_name=", " \"", 0}, /* MuTect 1.1.7 */
    {"##inputs=", "", "tumor=", " ,;\">", 1},                          /* pipelines that list their inputs */
    {"##inputs=", "", "normal=", " ,;\">", 0},
};

/* Options that name a sample, or its alignments, on the command lines that callers copy into the header. */
static const struct {
    const char *option;
    int is_tumour;
} header_options[] = {
    {"tumor-sample", 1},   {"tumor-sample-name", 1},
    {"tumor-name", 1},     {"sample-name-tumor", 1},
    {"tumor-id", 1},       {"tumor", 1},
    {"tumour", 1},         {"tumorBam", 1},
    {"tumor-bam", 1},      {"tumour-bam", 1},
    {"tumor-bam-fn", 1},   {"reads-tumor", 1},
    {"bam-tumor", 1},      {"normal-sample", 0},
    {"normal-samples", 0}, {"normal-sample-name", 0},
    {"normal-name", 0},    {"sample-name-normal", 0},
    {"normal-id", 0},      {"normal", 0},
    {"normalBam", 0},      {"normal-bam", 0},
    {"normal-bam-fn", 0},  {"reads-normal", 0},
    {"bam-normal", 0},
};

/* Two lines that contradict each other say nothing. */
static void mark(char *is, int column, char kind) {
    if (column >= 0)
        is[column] = is[column] && is[column] != kind ? '?' : kind;
}

/* Column that one header line names, NOT_FOUND if it names none that exists. */
static int named_by(const vcf_lines *lines, const char *meta, size_t rule) {
    if (strncmp(meta, header_names[rule].line, strlen(header_names[rule].line)) != 0 ||
        !strstr(meta, header_names[rule].with))
        return NOT_FOUND;
    const char *name = strstr(meta, header_names[rule].word);
    if (!name)
        return NOT_FOUND;
    name += strlen(header_names[rule].word);
    size_t length = strcspn(name, header_names[rule].end);
    return length ? find_column(lines, name, length) : NOT_FOUND;
}

/* Column of a name, or of the file that is called after it: "/data/DX7_01.bam", "DX7_01.sorted.cram". */
static int column_of_value(const vcf_lines *lines, const char *value, size_t length) {
    int found = find_column(lines, value, length);
    size_t best = 0;
    for (size_t i = length; i > 0 && found == NOT_FOUND; i--)
        if (value[i - 1] == '/') {
            value += i;
            length -= i;
            break;
        }
    for (int c = 0; c < lines->n_samples && found < 0; c++) {
        size_t n = strlen(lines->sample[c]);
        if (n > best && n <= length && !strncmp(value, lines->sample[c], n) &&
            (n == length || strchr("._-", value[n])))
            best = n;
    }
    return found == NOT_FOUND && best ? find_column(lines, value, best) : found;
}

static void read_options(const vcf_lines *lines, const char *meta, char *is) {
    for (size_t o = 0; o < sizeof header_options / sizeof *header_options; o++)
        for (const char *at = meta; (at = vcf_find_option(at, meta, header_options[o].option)) != NULL;) {
            const char *value = at + strspn(at, " =:\"'\t[");
            size_t length = strcspn(value, " ,\"'>;)]\t");
            mark(is, column_of_value(lines, value, length), header_options[o].is_tumour ? 'T' : 'N');
        }
}

static char name_kind(const char *name);

/* ##SAMPLE=<ID=column,...,TYPE=Tumor>, Description="Mutant" and the like. */
static void read_sample_line(const vcf_lines *lines, const char *meta, char *is) {
    static const char *const keys[] = {"TYPE=", "Type=", "type=", "Description="};
    static const char beginning[] = "##SAMPLE=<ID=";
    if (strncmp(meta, beginning, sizeof beginning - 1))
        return;
    const char *name = meta + sizeof beginning - 1;
    int column = find_column(lines, name, strcspn(name, ",>"));
    for (size_t k = 0; k < sizeof keys / sizeof *keys && column >= 0; k++) {
        char text[60];
        const char *value = strstr(name, keys[k]);
        if (!value)
            continue;
        value += strlen(keys[k]);
        snprintf(text, sizeof text, "%.*s", (int)strcspn(value, ",>"), value);
        char kind = name_kind(text);
        if (kind == 'T' || kind == 'N')
            mark(is, column, kind);
    }
}

/* is[i]: what the header says of column i: 'T', 'N' or 0. */
static void read_header_names(const vcf_lines *lines, char *is) {
    for (size_t m = 0; m < lines->n_meta; m++) {
        const char *meta = lines->meta[m];
        for (size_t rule = 0; rule < sizeof header_names / sizeof *header_names; rule++)
            mark(is, named_by(lines, meta, rule), header_names[rule].is_tumour ? 'T' : 'N');
        read_sample_line(lines, meta, is);
        read_options(lines, meta, is);
    }
    for (int i = 0; i < lines->n_samples; i++)
        if (is[i] == '?')
            is[i] = 0;
}

/* ---- what the names say ---------------------------------------------------------------------------------------- */

/* Words of the field, of which the first that a name holds decides. A blank stands for any separator; '+' reads
 * "pos", a '-' at the end of a word "neg". */
static const struct {
    char kind;         /* T tumour, N normal, R its RNA, M marrow: the tumour unless another column is */
    const char *words; /* '|' between them */
} name_words[] = {
    {'R', "cd138pos rna|cd138 rna|cd138 pos rna"},
    {'T', "cd138pos|cd138 pos|cd138 positive|cd138positive|cd138 enriched|cd138 sorted"},
    {'N', "cd138neg|cd138 neg|cd138 negative|cd138negative|cd138 depleted|non tumor|nontumor|non tumour|adjacent"},
    {'N',
     "cd3|cd3pos|cd4|cd8|cd14|cd19|cd34|t cell|t cells|tcell|tcells|t lymphocytes|granulocytes|monocytes|stem cells"},
    {'N', "normal|germline|control|ctrl|skin|buccal|saliva|fibroblasts|constitutional|remission|wildtype|wild type"},
    {'R', "rna|rnaseq"},
    {'T', "cd138|plasma cell|plasma cells|plasmacells|plasmacytoma"},
    {'N', "n|n1|blood|pbmc|pb|nb|wbc|buffy|lymphocytes"},
    {'T',
     "tumor|tumour|t|tp|primary|cancer|relapse|relapsed|rel|diagnosis|diag|dx|progression|refractory|mutant|lesion"},
    {'T', "t1|t2|t3|emd|pc|pcs|case"},
    {'M', "bm|bmma|marrow|bone marrow"},
};

/* " mm01 cd138 pos " for "MM01_CD138+". */
static void spread_words(const char *name, char *out, size_t size) {
    size_t n = 0;
    out[n++] = ' ';
    for (const char *p = name; *p && n + 6 < size; p++) {
        int ends_word = *p == '-' && p > name && isalnum((unsigned char)p[-1]) && !isalnum((unsigned char)p[1]);
        if (isalnum((unsigned char)*p))
            out[n++] = (char)tolower((unsigned char)*p);
        else if (out[n - 1] != ' ')
            out[n++] = ' ';
        if (*p == '+' || ends_word)
            n += (size_t)snprintf(out + n, size - n, "%s ", ends_word ? "neg" : "pos");
    }
    if (out[n - 1] != ' ')
        out[n++] = ' ';
    out[n] = '\0';
}

static int has_word(const char *spread, const char *words) {
    char word[40];
    for (size_t n; *words; words += n + (words[n] == '|')) {
        n = strcspn(words, "|");
        snprintf(word, sizeof word, " %.*s ", (int)n, words);
        if (strstr(spread, word))
            return 1;
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
    char kind = barcode_kind(name), spread[300];
    spread_words(name, spread, sizeof spread);
    for (size_t i = 0; i < sizeof name_words / sizeof *name_words && !kind; i++)
        if (has_word(spread, name_words[i].words))
            kind = name_words[i].kind;
    return kind;
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
static int fits_marrow(char kind) {
    return kind == 'M';
}
static int fits_dna_not_normal(char kind) {
    return kind != 'N' && kind != 'R';
}
static int fits_not_normal(char kind) {
    return kind != 'N';
}

/* The first question with exactly one answer decides. */
static int decide(const vcf_lines *lines, const char *is) {
    int (*const questions[])(char) = {fits_tumour, fits_marrow, fits_dna_not_normal, fits_not_normal};
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        int column = only_column_of(lines, is, questions[q]);
        if (column >= 0)
            return column;
    }
    return NOT_FOUND;
}

/* ---- the choice ------------------------------------------------------------------------------------------------ */

static int refuse(const vcf_lines *lines, const char *why, ps_error *err) {
    char list[400];
    size_t used = 0;
    int i = 0;
    list[0] = '\0';
    for (; i < lines->n_samples && used + 80 < sizeof list; i++) {
        int n = snprintf(list + used, sizeof list - used, "%s%.50s", i ? ", " : "", lines->sample[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (i < lines->n_samples)
        snprintf(list + used, sizeof list - used, " and %d more", lines->n_samples - i);
    ps_fail(err, PS_ERR_RUN, lines->source.name, 0, "%s; its columns are: %s; name one with --vcf-sample", why, list);
    return -2;
}

/* Two tumours of one patient are two samples: which one is meant, nobody but the user knows. */
static int refuse_unclear(const vcf_lines *lines, const char *is, ps_error *err) {
    char why[256];
    int first = NOT_FOUND, second = NOT_FOUND;
    for (int i = 0; i < lines->n_samples; i++) {
        if (is[i] == 'T' && first >= 0 && second < 0)
            second = i;
        if (is[i] == 'T' && first < 0)
            first = i;
    }
    if (second < 0)
        return refuse(lines, "cannot tell which column is the tumour", err);
    snprintf(why, sizeof why, "cannot tell which column is the tumour: %.80s and %.80s both look like one",
             lines->sample[first], lines->sample[second]);
    return refuse(lines, why, err);
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
        snprintf(why, sizeof why, "several columns are named %.80s: give %.40s#1 or %.40s#2", wanted, wanted, wanted);
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

/* A lone column is the tumour's, unless header or name say otherwise. */
static int lone_column(const vcf_lines *lines, char by_header, ps_error *err) {
    static const char sorted_normals[] = "cd138neg|cd138 neg|cd138 negative|cd3|t cell|t cells|tcell|tcells|germline";
    char spread[300];
    spread_words(lines->sample[0], spread, sizeof spread);
    int is_normal = by_header == 'N' || !strcmp(spread, " normal ") ||
                    (has_word(spread, sorted_normals) && name_kind(lines->sample[0]) == 'N');
    return is_normal && by_header != 'T' ? refuse(lines, "its only column is that of a normal sample", err) : 0;
}

int vcf_tumour_column(const vcf_lines *lines, const vcf_sample_hint *hint, const char *wanted, ps_error *err) {
    if (wanted)
        return wanted_column(lines, wanted, err);
    if (lines->n_samples == 0)
        return NOT_FOUND;
    char *is = ps_alloc((size_t)lines->n_samples, 1);
    read_header_names(lines, is);
    int column = only_column_of(lines, is, fits_tumour), by_header = column != NOT_FOUND;
    char lone = is[0];
    if (column == NOT_FOUND && hint->name && !hint->several) /* VarDict */
        column = find_column(lines, hint->name, strlen(hint->name));
    for (int i = 0; i < lines->n_samples && column < 0 && !by_header; i++)
        if (!is[i])
            is[i] = name_kind(lines->sample[i]);
    if (lines->n_samples == 1)
        column = lone_column(lines, lone, err);
    else if (column < 0 && only_column_of(lines, is, fits_tumour) != AMBIGUOUS)
        column = decide(lines, is);
    if (column == NOT_FOUND || column == AMBIGUOUS)
        column = lines->n_samples == 1 ? AMBIGUOUS : refuse_unclear(lines, is, err);
    free(is);
    return column;
}
