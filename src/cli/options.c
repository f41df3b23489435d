#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"

typedef enum { FLAG, TEXT, COUNT, FRACTION, POSITIVE, SPECIMEN } option_kind;

typedef struct option_row {
    const char *name;
    char letter;
    option_kind kind;
    size_t offset; /* in cli_settings */
    int commands;
    const char *value, *help;
} option_row;

#define IN(field) offsetof(cli_settings, field)
#define JOB(field) offsetof(cli_settings, job.field)
#define INPUT(role) (offsetof(cli_settings, job.path) + (role) * sizeof(const char *))
#define BOTH (CLI_SAMPLE | CLI_BATCH)
#define READS (CLI_SAMPLE | CLI_LOD)
#define EVERY (ALL | CLI_REPORT | CLI_STRATIFY | CLI_EXPLAIN)
#define RELABEL (BOTH | CLI_STRATIFY)
#define ALL (CLI_SAMPLE | CLI_BATCH | CLI_LOD | CLI_REFERENCE)

static const option_row rows[] = {
    {"id", 0, TEXT, JOB(sample_id), CLI_SAMPLE, "ID", "sample id (default: from the first input's name)"},
    {"rna", 0, TEXT, INPUT(PS_INPUT_RNA), READS, "BAM", "RNA alignments of the tumour (BAM, CRAM, SAM; - is stdin)"},
    {"dna", 0, TEXT, INPUT(PS_INPUT_DNA), READS, "BAM", "DNA alignments of the tumour"},
    {"normal", 0, TEXT, INPUT(PS_INPUT_NORMAL), CLI_SAMPLE, "BAM", "DNA alignments of the matched normal"},
    {"vcf", 0, TEXT, INPUT(PS_INPUT_VCF), CLI_SAMPLE, "VCF", "variants already called for this tumour (VCF or BCF)"},
    {"vcf-sample", 0, TEXT, JOB(vcf_sample), CLI_SAMPLE, "NAME", "the tumour's column in the VCF (default: found)"},
    {"force-sites", 0, TEXT, JOB(force_sites), BOTH, "VCF",
     "count these alleles in every alignment file and report them whatever the evidence"},
    {"sheet", 0, TEXT, IN(sheet), CLI_REPORT, "SHEET",
     "the sheet of the batch: its order, and a row for every sample of it"},
    {"pages-beside", 0, FLAG, IN(pages_beside), CLI_REPORT, NULL,
     "link to ID.html beside the cohort page, for a workflow that puts the pages there later"},
    {"logs", 0, TEXT, IN(logs), CLI_REPORT, "DIR", "DIR/ID.log is what each run wrote to stderr: why it failed"},
    {"outdir", 'o', TEXT, IN(outdir), BOTH | CLI_REPORT | CLI_STRATIFY, "DIR",
     "write the result files here; - prints the JSON on stdout (sample)"},
    {"json", 0, TEXT, IN(json), CLI_SAMPLE, "FILE", "write the JSON here instead of DIR/ID.json"},
    {"html", 0, TEXT, IN(html), CLI_SAMPLE, "FILE", "write the page here instead of DIR/ID.html"},
    {"ras-vcf", 0, TEXT, IN(ras_vcf), CLI_SAMPLE, "FILE",
     "write the VCF here (and FILE.tbi) instead of DIR/ID.ras.vcf.gz"},
    {"output", 'o', TEXT, IN(output), CLI_LOD | CLI_REFERENCE, "FILE",
     "write the table here (default: standard output)"},
    {"mutated", 0, TEXT, IN(mutated), CLI_LOD, "BAM", "alignments of a mutated sample to mix into the file"},
    {"fractions", 0, TEXT, IN(fractions), CLI_LOD, "X,X,...", "shares of its fragments (default: 0.01,0.02,0.05)"},
    {"repeats", 0, TEXT, IN(repeats), CLI_LOD, "N", "mixtures drawn for each share (default: 200)"},
    {"seed", 0, TEXT, IN(seed), CLI_LOD, "N", "seed of the draws (default: 1)"},
    {"variant", 0, TEXT, IN(variant), CLI_LOD, "GENE:CHANGE", "only this variant, as KRAS:G12D or KRAS:c.35G>A"},
    {"threads", '@', COUNT, JOB(n_threads), ALL | CLI_REPORT, "N", "threads (default: the processors there are)"},
    {"reference", 'T', TEXT, JOB(reference), ALL, "FASTA", "reference sequence, for CRAM"},
    {"panel", 'p', TEXT, JOB(panel), ALL | CLI_STRATIFY | CLI_EXPLAIN, "NAME|DIR",
     "grch38, grch37 or a folder (default: from the inputs)"},
    {"copynumber-reference", 0, TEXT, JOB(copynumber_reference), BOTH, "FILE",
     "panel of normals for depth, made by reference copynumber"},
    {"model", 0, TEXT, JOB(model), RELABEL, "FILE",
     "stratifier model: a file or a built-in name (default: rationale)"},
    {"model", 0, TEXT, IN(mixture), CLI_REFERENCE, "none", "expression: only median and MAD, no mixture of states"},
    {"expression-reference", 0, TEXT, JOB(expression_reference), BOTH, "FILE",
     "CCND1 expression of your own samples (default: built-in assumption)"},
    {"purity", 0, FRACTION, JOB(purity), RELABEL, "X", "tumour share of the cells, above 0, at most 1"},
    {"specimen", 0, SPECIMEN, JOB(specimen), RELABEL, "SITE", "lesion, marrow or unknown (default: unknown)"},
    {"prior", 0, POSITIVE, JOB(prior_odds), RELABEL, "ODDS",
     "prior odds plasmacytoma : intramedullary (default: the model's)"},
    {"force", 0, FLAG, IN(force), ALL | CLI_REPORT | CLI_STRATIFY, NULL, "overwrite result files"},
    {"reproducible", 0, FLAG, IN(reproducible), BOTH, NULL,
     "no time, host or command line in any result: as always, so this changes nothing"},
    {"fail-fast", 0, FLAG, IN(fail_fast), CLI_BATCH, NULL, "start no further sample once one has failed"},
    {"resume", 0, FLAG, IN(resume), CLI_BATCH, NULL,
     "go on with a stopped batch: only what is missing, changed or broken is done again"},
    {"quiet", 'q', FLAG, IN(quiet), ALL | CLI_REPORT | CLI_STRATIFY, NULL, "no messages but errors"},
    {"verbose", 'v', FLAG, IN(verbose), ALL | CLI_REPORT | CLI_STRATIFY, NULL, "say what is being done"},
    {"help", 'h', FLAG, IN(help), EVERY, NULL, "this text"},
};

cli_settings cli_defaults(void) {
    cli_settings s = {0};
    s.job.purity = s.job.prior_odds = NAN;
    s.job.n_threads = ps_processors();
    return s;
}

/* The row that `argument` names; `value` is set to what follows '=' or a letter, or NULL. */
static const option_row *find_option(int command, const char *argument, const char **value) {
    *value = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const option_row *r = &rows[i];
        size_t length = strlen(r->name);
        if (!(r->commands & command))
            continue;
        if (!strncmp(argument, "--", 2) && !strncmp(argument + 2, r->name, length) &&
            (argument[2 + length] == '\0' || argument[2 + length] == '=')) {
            *value = argument[2 + length] ? argument + 3 + length : NULL;
            return r;
        }
        if (argument[0] == '-' && r->letter && argument[1] == r->letter) {
            *value = argument[2] ? argument + 2 : NULL;
            return r;
        }
    }
    return NULL;
}

static int set_value(const option_row *r, const char *value, cli_settings *s, ps_error *err) {
    void *slot = (char *)s + r->offset;
    int64_t count = 0;
    switch (r->kind) {
    case FLAG:
        *(int *)slot = 1;
        return 0;
    case TEXT:
        if (!*value)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: empty value, expected %s", r->name, r->value);
        *(const char **)slot = value;
        return 0;
    case COUNT:
        if (ps_parse_int(value, 1, 1024, &count) < 0)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected a whole number from 1 to 1024", r->name,
                           value);
        *(int *)slot = (int)count;
        return 0;
    case FRACTION:
        if (ps_parse_double(value, 0, 1, slot) < 0 || !(*(double *)slot > 0))
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected a number above 0, at most 1", r->name,
                           value);
        return 0;
    case POSITIVE:
        if (ps_parse_double(value, 1e-6, 1e6, slot) < 0)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected a number from 1e-6 to 1e6", r->name,
                           value);
        return 0;
    case SPECIMEN:
        for (int i = 0; i < PS_N_SPECIMENS; i++)
            if (!strcmp(value, ps_specimen_names[i])) {
                *(ps_specimen *)slot = (ps_specimen)i;
                return 0;
            }
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected lesion, marrow or unknown", r->name, value);
    }
    return 0;
}

/* Of two inputs the last would win, and a lane of the sample, say, be lost without a word. Other options may be given again:
 * wrappers append what a user wants otherwise. */
static int refuse_second_input(const option_row *r, const cli_settings *s, ps_error *err) {
    int is_input = r->offset >= INPUT(0) && r->offset < INPUT(PS_N_INPUTS);
    if (!is_input || !*(const char *const *)((const char *)s + r->offset))
        return 0;
    return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                   "--%s is given twice; expected one file (%s joins those of one sample)", r->name,
                   strcmp(r->name, "vcf") ? "samtools merge" : "bcftools concat");
}

static int refuse_unknown(int command, const char *name, const char *argument, ps_error *err) {
    const char *known[sizeof rows / sizeof *rows], *meant = NULL;
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].commands & command)
            known[n++] = rows[i].name;
    if (!strncmp(argument, "--", 2)) {
        char *word = ps_strndup(argument + 2, strcspn(argument + 2, "="));
        meant = ps_meant(word, known, n);
        free(word);
    }
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "'%s' is no option of '%s'%s%s%s; see plasmastrat %s --help", argument,
                   name, meant ? "; did you mean --" : "", meant ? meant : "", meant ? "?" : "", name);
}

int cli_parse(int command, int argc, char **argv, int max_rest, cli_settings *s, ps_error *err) {
    s->rest = argv + 1;
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        const option_row *r = argv[i][0] == '-' && argv[i][1] ? find_option(command, argv[i], &value) : NULL;
        if (!r && argv[i][0] == '-' && argv[i][1])
            return refuse_unknown(command, argv[0], argv[i], err);
        if (!r) {
            if (s->n_rest == max_rest)
                return ps_fail(err, PS_ERR_USAGE, NULL, 0, "'%s' is one argument too many; see plasmastrat %s --help",
                               argv[i], argv[0]);
            argv[1 + s->n_rest++] = argv[i]; /* never past i */
            continue;
        }
        if (refuse_second_input(r, s, err) < 0)
            return -1;
        if (r->kind == FLAG && value)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s takes no value ('%s')", r->name, value);
        if (r->kind != FLAG && !value) {
            if (i + 1 == argc)
                return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s needs a value (%s)", r->name, r->value);
            value = argv[++i];
        }
        if (set_value(r, value, s, err) < 0)
            return -1;
    }
    return 0;
}

/* A word of plain characters as it is; any other in single quotes, of which those within stand in double ones. */
static char *add_word(char *end, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    *end++ = ' ';
    if (*word && strspn(word, plain) == strlen(word))
        return stpcpy(end, word);
    *end++ = '\'';
    for (; *word; word++)
        if (*word == '\'')
            end = stpcpy(end, "'\"'\"'");
        else
            *end++ = *word;
    return stpcpy(end, "'");
}

char *cli_command_line(int argc, char *const *argv) {
    enum { LONGEST_CHARACTER = 5 };
    static const char program[] = "plasmastrat";
    size_t size = sizeof program;
    for (int i = 0; i < argc; i++)
        size += LONGEST_CHARACTER * strlen(argv[i]) + strlen(" ''");
    char *line = ps_alloc(size, 1), *end = stpcpy(line, program);
    for (int i = 0; i < argc; i++)
        end = add_word(end, argv[i]);
    return line;
}

void cli_print_options(int command, FILE *out) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const option_row *r = &rows[i];
        if (!(r->commands & command))
            continue;
        char letter[8] = "   ";
        if (r->letter)
            snprintf(letter, sizeof letter, "-%c,", r->letter);
        fprintf(out, "  %s --%s%s%-*s %s\n", letter, r->name, r->value ? " " : "",
                21 - (int)strlen(r->name) - (r->value ? 1 : 0), r->value ? r->value : "", r->help);
    }
}
