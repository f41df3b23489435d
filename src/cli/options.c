#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "meant.h"
#include "progress.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/remote.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"

/* FROM_FILE: a text that names a file to be read */
typedef enum { FLAG, TEXT, FROM_FILE, OUTPUT, PANEL, COUNT, FRACTION, POSITIVE, MOLECULES, SPECIMEN } option_kind;

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
#define EVERY (ALL | CLI_REPORT | CLI_STRATIFY | CLI_EXPLAIN | CLI_VALIDATE | CLI_SHEET)
#define AGAIN (CLI_STRATIFY | CLI_EXPLAIN)
#define RELABEL (BOTH | AGAIN)
#define ALL (CLI_SAMPLE | CLI_BATCH | CLI_LOD | CLI_REFERENCE)

static const option_row rows[] = {
    {"id", 0, TEXT, JOB(sample_id), CLI_SAMPLE, "ID", "sample id (default: from the first input's name)"},
    {"rna", 0, TEXT, INPUT(PS_INPUT_RNA), READS, "BAM",
     "RNA alignments of the tumour (BAM, CRAM, SAM; - is stdin); repeat the option for further lanes"},
    {"dna", 0, TEXT, INPUT(PS_INPUT_DNA), READS, "BAM", "DNA alignments of the tumour; repeat for further lanes"},
    {"normal", 0, TEXT, INPUT(PS_INPUT_NORMAL), CLI_SAMPLE, "BAM",
     "DNA alignments of the matched normal; repeat for further lanes"},
    {"vcf", 0, TEXT, INPUT(PS_INPUT_VCF), CLI_SAMPLE, "VCF",
     "variants already called for this tumour (VCF, BCF or MAF)"},
    {"vcf-sample", 0, TEXT, JOB(vcf_sample), CLI_SAMPLE, "NAME",
     "the tumour's column in the VCF (default: recognised by its name)"},
    {"sv", 0, TEXT, INPUT(PS_INPUT_SV), CLI_SAMPLE, "VCF",
     "structural variants already called (Manta, GRIDSS, Delly ...)"},
    {"cnv", 0, TEXT, INPUT(PS_INPUT_CNV), CLI_SAMPLE, "FILE",
     "copy number already called: segments (CNVkit, GATK, FACETS, ASCAT, PURPLE, SEG ...) or a VCF"},
    {"cnv-sample", 0, TEXT, JOB(cnv_sample), CLI_SAMPLE, "NAME", "the sample in a file of several samples' segments"},
    {"counts", 0, TEXT, INPUT(PS_INPUT_COUNTS), CLI_SAMPLE, "FILE",
     "gene counts of the RNA (featureCounts, HTSeq, STAR, Salmon, RSEM, Kallisto or a matrix)"},
    {"counts-sample", 0, TEXT, JOB(counts_sample), CLI_SAMPLE, "NAME", "the sample's column in a matrix of counts"},
    {"force-sites", 0, FROM_FILE, JOB(force_sites), BOTH, "VCF",
     "count and report these alleles, however few reads show them"},
    {"sheet", 0, TEXT, IN(sheet), CLI_REPORT, "SHEET",
     "the sheet of the batch: its order, and a row for every sample of it"},
    {"pages-beside", 0, FLAG, IN(pages_beside), CLI_REPORT, NULL,
     "link to ID.html beside the cohort page, even if the pages are put there later"},
    {"logs", 0, TEXT, IN(logs), CLI_REPORT, "DIR",
     "folder with each run's messages as ID.log, to say why a sample failed"},
    {"outdir", 'o', OUTPUT, IN(outdir), CLI_SAMPLE | CLI_STRATIFY, "DIR",
     "write the result files here; - prints the JSON on stdout"},
    {"outdir", 'o', OUTPUT, IN(outdir), CLI_BATCH | CLI_REPORT | CLI_VALIDATE, "DIR", "write the result files here"},
    {"json", 0, OUTPUT, IN(json), CLI_SAMPLE, "FILE", "write the JSON here instead of DIR/ID.json"},
    {"html", 0, OUTPUT, IN(html), CLI_SAMPLE, "FILE", "write the page here instead of DIR/ID.html"},
    {"ras-vcf", 0, OUTPUT, IN(ras_vcf), CLI_SAMPLE, "FILE",
     "write the VCF here (and FILE.tbi) instead of DIR/ID.ras.vcf.gz"},
    {"evidence", 0, OUTPUT, IN(evidence), CLI_SAMPLE, "FILE",
     "write the evidence here instead of DIR/ID.evidence.gz"},
    {"output", 'o', OUTPUT, IN(output), CLI_LOD | CLI_REFERENCE | CLI_SHEET, "FILE",
     "write the table here (default: standard output)"},
    {"example", 0, FLAG, IN(example), CLI_SHEET, NULL, "an example to fill in"},
    {"mutated", 0, TEXT, IN(mutated), CLI_LOD, "BAM", "alignments of a mutated sample to mix into the file"},
    {"fractions", 0, TEXT, IN(fractions), CLI_LOD, "X,X,...", "shares of its fragments (default: 0.01,0.02,0.05)"},
    {"repeats", 0, TEXT, IN(repeats), CLI_LOD | CLI_VALIDATE, "N",
     "mixtures drawn for each share (default: 200; validate: 15, 0 for none)"},
    {"seed", 0, TEXT, IN(seed), CLI_LOD | CLI_VALIDATE, "N", "seed of the draws (default: 1)"},
    {"variant", 0, TEXT, IN(variant), CLI_LOD, "GENE:CHANGE", "only this variant, as KRAS:G12D or KRAS:c.35G>A"},
    {"protocol", 0, TEXT, IN(protocol), CLI_VALIDATE, "FILE", "acceptance criteria: each passes or fails"},
    {"cell-line", 0, TEXT, IN(cell_line), CLI_VALIDATE, "NAME",
     "every sample without a cell_line is this one: what is published of it is expected"},
    {"title", 0, TEXT, IN(title), CLI_VALIDATE, "TEXT", "heading of the page (default: the sheet's name)"},
    {"threads", '@', COUNT, JOB(n_threads), ALL | AGAIN | CLI_REPORT | CLI_VALIDATE, "N",
     "threads (default: one per processor)"},
    {"timeout", 0, COUNT, IN(timeout), CLI_SAMPLE | CLI_BATCH | CLI_LOD | CLI_REFERENCE, "SECONDS",
     "a server that sends nothing for so long is given up (default: 60)"},
    {"reference", 'T', FROM_FILE, JOB(reference), ALL | CLI_VALIDATE, "FASTA", "reference sequence, for CRAM"},
    {"panel", 'p', PANEL, JOB(panel), ALL | CLI_STRATIFY | CLI_EXPLAIN | CLI_VALIDATE, "NAME|DIR",
     "grch38, grch37 or a folder (default: from the inputs)"},
    {"copynumber-reference", 0, FROM_FILE, JOB(copynumber_reference), RELABEL | CLI_VALIDATE | CLI_REFERENCE, "FILE",
     "panel of normals for depth, made by reference copynumber"},
    {"error-reference", 0, FROM_FILE, JOB(error_reference), RELABEL | CLI_VALIDATE | CLI_REFERENCE | CLI_LOD, "FILE",
     "errors of each coding base in your own normals, made by reference errors"},
    {"model", 0, TEXT, JOB(model), RELABEL | CLI_VALIDATE, "FILE",
     "stratifier model: a file or a built-in name (default: rationale)"},
    {"model", 0, TEXT, IN(mixture), CLI_REFERENCE, "none", "expression: only median and MAD, no mixture of states"},
    {"expression-reference", 0, FROM_FILE, JOB(expression_reference), RELABEL | CLI_VALIDATE | CLI_REFERENCE, "FILE",
     "CCND1 expression of your own samples (default: built-in assumption)"},
    {"purity", 0, FRACTION, JOB(purity), RELABEL, "X", "tumour share of the cells, above 0, at most 1"},
    {"molecules", 0, MOLECULES, JOB(molecules), RELABEL, "N",
     "haploid genomes the DNA library was made from; an amplicon's depth counts as no more"},
    {"input-ng", 0, POSITIVE, JOB(input_ng), RELABEL, "X", "the same in ng of DNA (330 haploid genomes each)"},
    {"primers", 0, FROM_FILE, JOB(primers), BOTH, "BED",
     "primers of an amplicon panel (BED or BEDPE); bases under a primer are not counted"},
    {"specimen", 0, SPECIMEN, JOB(specimen), RELABEL, "SITE", "lesion, marrow or unknown (default: unknown)"},
    {"expect-name", 0, TEXT, JOB(expect_name), RELABEL, "NAME",
     "sample name in the files' headers, where it differs from the sample id"},
    {"prior", 0, POSITIVE, JOB(prior_odds), RELABEL, "ODDS",
     "prior odds plasmacytoma : intramedullary (default: the model's)"},
    {"force", 0, FLAG, IN(force), ALL | CLI_REPORT | CLI_STRATIFY | CLI_VALIDATE | CLI_SHEET, NULL,
     "overwrite result files"},
    {"reproducible", 0, FLAG, IN(reproducible), BOTH, NULL,
     "changes nothing: no result ever holds a time, host or command line"},
    {"no-evidence", 0, FLAG, JOB(no_evidence), BOTH | CLI_STRATIFY, NULL,
     "do not write DIR/ID.evidence.gz (stratify, explain and reference model need it)"},
    {"fail-fast", 0, FLAG, IN(fail_fast), CLI_BATCH, NULL, "start no further sample once one has failed"},
    {"resume", 0, FLAG, IN(resume), CLI_BATCH, NULL,
     "continue a stopped batch: do only what is missing, changed or broken"},
    {"quiet", 'q', FLAG, IN(quiet), EVERY, NULL, "show errors only"},
    {"verbose", 'v', FLAG, IN(verbose), ALL | CLI_REPORT | CLI_STRATIFY | CLI_VALIDATE | CLI_SHEET, NULL,
     "report each step, and at the end the processor time and memory used"},
    {"help", 'h', FLAG, IN(help), EVERY, NULL, "this text"},
};

static const option_row ambiguous; /* stands for several options that begin alike */

cli_settings cli_defaults(void) {
    cli_settings s = {0};
    s.job.purity = s.job.prior_odds = s.job.molecules = s.job.input_ng = NAN;
    s.job.n_threads = ps_processors();
    return s;
}

/* The row of a command with this long name of `n` letters, or the only one that begins so. */
static const option_row *find_long(int command, const char *name, size_t n) {
    const option_row *begins = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(rows[i].commands & command) || strncmp(rows[i].name, name, n) != 0)
            continue;
        if (!rows[i].name[n])
            return &rows[i];
        begins = begins || !n ? &ambiguous : &rows[i];
    }
    return begins;
}

static const option_row *find_letter(int command, char letter) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].commands & command && rows[i].letter && rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

/* "-outdir=x", "-rna": a long option with one dash, which would pass for -o with the value "utdir=x". */
static int is_long_after_one_dash(int command, const char *argument) {
    enum { LETTERS_OF_A_WORD = 3 };
    size_t n = strcspn(argument + 1, "=");
    return argument[1] != '-' && n >= LETTERS_OF_A_WORD && find_long(command, argument + 1, n) != NULL;
}

/* The row that `argument` names; `value` is set to what follows '=' or a letter, or NULL. */
static const option_row *find_option(int command, const char *argument, const char **value) {
    *value = NULL;
    if (is_long_after_one_dash(command, argument))
        return NULL;
    if (argument[1] != '-') {
        *value = argument[2] ? argument + 2 : NULL;
        return find_letter(command, argument[1]);
    }
    size_t n = strcspn(argument + 2, "=");
    *value = argument[2 + n] ? argument + 3 + n : NULL;
    return find_long(command, argument + 2, n);
}

int cli_parse_share(const char *given, double *value) {
    char *text = ps_strdup(given), *mark = strchr(text, ','), *percent = strchr(text, '%');
    if (mark && !strchr(text, '.'))
        *mark = '.';
    if (percent) {
        *percent = '\0';
        while (percent > text && percent[-1] == ' ')
            *--percent = '\0';
    }
    int bad = ps_parse_double(text, 0, percent ? 100 : 1, value) < 0 || !(*value > 0) ||
              (percent && strchr(given, '%')[1] != '\0');
    if (percent)
        *value /= 100;
    free(text);
    return bad ? -1 : 0;
}

static int set_between(const option_row *r, const char *value, double low, double high, double *slot, ps_error *err) {
    if (ps_parse_double(value, low, high, slot) < 0)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected a number from %g to %g", r->name, value, low,
                       high);
    return 0;
}

static int set_value(const option_row *r, const char *value, cli_settings *s, ps_error *err) {
    void *slot = (char *)s + r->offset;
    int64_t count = 0;
    switch (r->kind) {
    case FLAG:
        *(int *)slot = 1;
        return 0;
    case OUTPUT: /* htslib would take what follows the mark for the name of an index, and what precedes it for the
                    file */
        if (strstr(value, CLI_INDEX_MARK))
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected a name without '" CLI_INDEX_MARK "'",
                           r->name, value);
        /* fall through */
    case TEXT:
    case FROM_FILE:
        if (!*value)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: empty value, expected %s", r->name, r->value);
        *(const char **)slot = value;
        return 0;
    case PANEL:
        *(const char **)slot = meant_panel(value);
        return 0;
    case COUNT:
        if (ps_parse_int(value, 1, 1024, &count) < 0)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected a whole number from 1 to 1024", r->name,
                           value);
        *(int *)slot = (int)count;
        return 0;
    case FRACTION:
        if (cli_parse_share(value, slot) < 0)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                           "--%s: '%s', expected a number above 0, at most 1 (as 0.8 or 80%%)", r->name, value);
        return 0;
    case POSITIVE:
        return set_between(r, value, 1e-6, 1e6, slot, err);
    case MOLECULES:
        return set_between(r, value, CLI_LEAST_MOLECULES, CLI_MOST_MOLECULES, slot, err);
    case SPECIMEN:
        for (int i = 0; i < PS_N_SPECIMENS; i++)
            if (!strcasecmp(value, ps_specimen_names[i])) {
                *(ps_specimen *)slot = (ps_specimen)i;
                s->job.specimen_given = 1;
                return 0;
            }
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s: '%s', expected lesion, marrow or unknown", r->name, value);
    }
    return 0;
}

/* The role of an option that names alignments or a VCF, or -1. */
static int input_role(const option_row *r) {
    return r->offset >= INPUT(0) && r->offset < INPUT(PS_N_INPUTS)
               ? (int)((r->offset - INPUT(0)) / sizeof(const char *))
               : -1;
}

/* A further file of a role that has one; NULL stays behind the last. */
static void add_lane(cli_settings *s, int role, const char *path) {
    size_t n = 0;
    while (s->lane[role] && s->lane[role][n])
        n++;
    s->lane[role] = ps_resize(s->lane[role], n + 2, sizeof *s->lane[role]);
    s->lane[role][n] = path;
    s->lane[role][n + 1] = NULL;
    s->job.more[role] = s->lane[role];
}

/* Of two VCFs the last would win, and the other be lost without a word. Other options may be given again: wrappers
 * append what a user wants otherwise. */
static int refuse_second_input(int command, const option_row *r, const cli_settings *s, ps_error *err) {
    int role = input_role(r);
    if (role < 0 || !s->job.path[role] || (role < PS_N_READ_INPUTS && command & READS))
        return 0;
    return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                   "--%s is given twice; expected one file (%s joins those of one sample)", r->name,
                   role == PS_INPUT_VCF ? "bcftools concat" : "samtools merge");
}

static int refuse_ambiguous(int command, const char *argument, ps_error *err) {
    size_t n = strcspn(argument + 2, "=");
    char list[300] = "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t used = strlen(list);
        if (rows[i].commands & command && !strncmp(rows[i].name, argument + 2, n))
            snprintf(list + used, sizeof list - used, "%s--%s", used ? ", " : "", rows[i].name);
    }
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "'%s' may be any of %s", argument, list);
}

/* The option of this command that a word without its dashes stands for; NULL: none is near. */
static const char *nearest_option(int command, const char *word) {
    const char *known[sizeof rows / sizeof *rows];
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].commands & command)
            known[n++] = rows[i].name;
    const option_row *begins = find_long(command, word, strlen(word));
    if (begins && begins != &ambiguous)
        return begins->name;
    const char *meant = command & CLI_SAMPLE ? meant_option(word) : NULL;
    return meant ? meant : ps_meant(word, known, n);
}

static int refuse_unknown(int command, const char *name, const char *argument, ps_error *err) {
    const char *begin = argument + strspn(argument, "-");
    char *word = ps_strndup(begin, strcspn(begin, "="));
    const char *meant = nearest_option(command, word);
    free(word);
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "'%s' is no option of '%s'%s%s%s; see plasmastrat %s --help", argument,
                   name, meant ? " (did you mean --" : "", meant ? meant : "", meant ? "?)" : "", name);
}

static int refuse_argument(const char *name, const char *argument, ps_error *err) {
    const char *meant = meant_file(argument);
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "unexpected argument '%s'%s%s; see plasmastrat %s --help", argument,
                   meant ? ": " : "", meant ? meant : "", name);
}

/* Sets one option from argv[*i], and from the word behind it where it takes a value; moves *i to the last word used.
 */
static int take_option(int command, int argc, char **argv, int *i, cli_settings *s, ps_error *err) {
    const char *value = NULL;
    const option_row *r = find_option(command, argv[*i], &value);
    if (!r)
        return refuse_unknown(command, argv[0], argv[*i], err);
    if (r == &ambiguous)
        return refuse_ambiguous(command, argv[*i], err);
    if (refuse_second_input(command, r, s, err) < 0)
        return -1;
    if (r->kind == FLAG && value)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s takes no value ('%s')", r->name, value);
    if (r->kind != FLAG && !value) {
        if (*i + 1 == argc)
            return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--%s needs a value (%s)", r->name, r->value);
        value = argv[++*i];
    }
    if (input_role(r) >= 0 && s->job.path[input_role(r)] && value && *value) {
        add_lane(s, input_role(r), value);
        return 0;
    }
    return set_value(r, value ? value : "", s, err);
}

void cli_free_settings(cli_settings *s) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        free(s->lane[role]);
}

int cli_parse(int command, int argc, char **argv, int max_rest, cli_settings *s, ps_error *err) {
    int only_arguments = 0; /* after "--" */
    s->rest = argv + 1;
    for (int i = 1; i < argc; i++) {
        if (!only_arguments && !strcmp(argv[i], "--")) {
            only_arguments = 1;
        } else if (!only_arguments && argv[i][0] == '-' && argv[i][1]) {
            if (take_option(command, argc, argv, &i, s, err) < 0)
                return -1;
        } else if (s->n_rest == max_rest) {
            return refuse_argument(argv[0], argv[i], err);
        } else {
            argv[1 + s->n_rest++] = argv[i]; /* never past i */
        }
    }
    if (s->quiet && s->verbose)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "--quiet and --verbose contradict each other; expected one of them");
    if (s->timeout)
        ps_remote_limit(s->timeout);
    if (s->verbose)
        progress_costs_at_end();
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

/* ---- options of a job ------------------------------------------------------------------------------------------ */

/* What the job has of an option, as text; "": nothing. Owned by the caller. */
static char *job_value(const option_row *r, const ps_job *job) {
    const void *slot = (const char *)job + (r->offset - offsetof(cli_settings, job));
    const char *text = NULL;
    switch (r->kind) {
    case FLAG:
        text = *(const int *)slot ? "1" : "";
        break;
    case SPECIMEN:
        text = ps_specimen_names[*(const ps_specimen *)slot];
        break;
    case FRACTION:
    case POSITIVE:
    case MOLECULES:
        return isnan(*(const double *)slot) ? ps_strdup("") : ps_format("%.17g", *(const double *)slot);
    default:
        text = *(const char *const *)slot;
    }
    return ps_strdup(text ? text : "");
}

/* All of `sample` and `batch` that are a job's, but for its inputs, the panel and the threads. */
static int changes_results(const option_row *r) {
    size_t job = offsetof(cli_settings, job);
    return r->commands & BOTH && r->offset >= job && r->offset < job + sizeof(ps_job) && r->kind != PANEL &&
           r->kind != COUNT && input_role(r) < 0;
}

void cli_each_job_option(const ps_job *job, cli_job_option each, void *context) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (changes_results(&rows[i])) {
            char *value = job_value(&rows[i], job);
            each(context, rows[i].name, value, rows[i].kind == FROM_FILE);
            free(value);
        }
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
