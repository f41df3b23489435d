/* cli.h - what the commands share: options as rows, jobs, and the run of one sample. Private to src/cli. */
#ifndef PLASMASTRAT_CLI_H
#define PLASMASTRAT_CLI_H

#include <pthread.h>
#include <stdio.h>

#include "plasmastrat/cohort.h"
#include "plasmastrat/reads.h"
#include "plasmastrat/result.h"

/* ---- options --------------------------------------------------------------------------------------------------- */

typedef struct cli_settings { /* values of every option; zero-initialised but for the NaNs (cli_defaults) */
    ps_job job;
    const char **lane[PS_N_READ_INPUTS]; /* what job.more points to; freed by cli_free_settings */
    const char *outdir;
    const char *json, *html, *ras_vcf, *evidence; /* sample: these files elsewhere, or only these */
    const char *output, *mutated, *fractions, *repeats, *seed, *variant; /* lod */
    const char *mixture;                                                 /* reference expression: "none" */
    int timeout;                                                         /* seconds; 0: not given */
    int quiet, verbose, force, fail_fast, resume, reproducible, help;
    const char *cell_line, *protocol, *title; /* validate */
    const char *sheet;                        /* report */
    const char *logs;                         /* report */
    int pages_beside;                         /* report */
    int example;                              /* sheet */
    char **rest;                              /* arguments that are no options: argv's own, moved to its front */
    int n_rest;
} cli_settings;

enum {
    CLI_SAMPLE = 1,
    CLI_BATCH = 2,
    CLI_LOD = 4,
    CLI_REFERENCE = 8,
    CLI_REPORT = 16,
    CLI_STRATIFY = 32,
    CLI_EXPLAIN = 64,
    CLI_VALIDATE = 128,
    CLI_SHEET = 256
}; /* which commands take an option */

cli_settings cli_defaults(void);
/* Reads argv[1..] of a command; `max_rest` further arguments are taken. Usage errors name the option and the value.
 */
int cli_parse(int command, int argc, char **argv, int max_rest, cli_settings *settings, ps_error *err);
void cli_free_settings(cli_settings *settings);
/* "plasmastrat" and these arguments, quoted as a shell needs them. Owned by the caller. */
char *cli_command_line(int argc, char *const *argv);
/* Every option of `sample` and `batch` on which a result depends, whether an option or a sheet gave it, but for
 * inputs and the panel; "": not given. */
typedef void (*cli_job_option)(void *context, const char *name, const char *value, int is_file);
void cli_each_job_option(const ps_job *job, cli_job_option each, void *context);
/* The option rows of a command, for its help. */
void cli_print_options(int command, FILE *out);

/* ---- running --------------------------------------------------------------------------------------------------- */

typedef struct cli_knowledge { /* loaded once, before anything runs */
    ps_panel panel[4];
    int n_panels;
    int chosen;         /* 1: --panel named the only one */
    ps_model model;     /* --model FILE */
    int model_given;    /* 1: `model` is loaded */
    char *model_table;  /* the same as text */
    ps_normals normals; /* --copynumber-reference FILE */
    int normals_given;
    ps_error_reference errors;          /* --error-reference FILE; no build: not given */
    ps_expression_reference expression; /* --expression-reference FILE; no build: not given */
} cli_knowledge;

int cli_load_knowledge(const ps_job *job, cli_knowledge *knowledge, ps_error *err);
void cli_free_knowledge(cli_knowledge *knowledge);

#define CLI_INDEX_MARK "##idx##" /* FILE##idx##INDEX, as in samtools */
/* Haploid genomes of a library, in options and sheets alike: at most 3 mg of DNA. */
#define CLI_LEAST_MOLECULES 1.0
#define CLI_MOST_MOLECULES 1e9

typedef void (*cli_say)(void *context, const char *sample_id, const char *message);

/* One sample from files to answer. `say` gets warnings that are about the run, not about the result; `watch` (may be
 * NULL) sees how far reading is. */
int cli_run_sample(const ps_job *job, const cli_knowledge *knowledge, cli_say say, void *context,
                   const ps_watch *watch, ps_result *result, ps_error *err);
/* Its first half: from files to evidence, without any call. */
int cli_gather_sample(const ps_job *job, const cli_knowledge *knowledge, cli_say say, void *context,
                      const ps_watch *watch, ps_result *result, ps_error *err);
/* Its second half, which `sample` and `stratify` share: from evidence to calls, label and checks. Purity, prior and
 * specimen are the result's. */
int cli_answer(const ps_model *model, const cli_knowledge *knowledge, ps_result *result, ps_error *err);
/* What the callers look at there; it points into both. */
ps_case cli_case_of(const ps_result *result, const cli_knowledge *knowledge);
extern const char cli_default_model[];
/* What was stated, for a later `stratify` to repeat. */
void cli_note_stated(const ps_job *job, const cli_knowledge *knowledge, ps_stated *stated);
/* Says on stderr, unless quiet, that evidence is of an earlier version; `what`: its file or sample. */
void cli_note_version(const char *what, const ps_evidence *evidence, int quiet);
/* Evidence from an ID.evidence.gz, or from the one beside an ID.json, which must be its own. *panel says which of the
 * panels it was gathered on. */
int cli_read_evidence(const char *path, const cli_knowledge *knowledge, ps_evidence *evidence, const ps_panel **panel,
                      ps_error *err);
const ps_model *cli_chosen_model(const ps_job *job, const cli_knowledge *knowledge, const ps_panel *panel);
/* The evidence files `settings->rest` of one sample, joined and called again with what was stated then or is given
 * now. The result refers to the knowledge. */
int cli_stratify(const cli_settings *settings, cli_knowledge *knowledge, ps_result *result, ps_error *err);
/* References that files of evidence name and that are not given now: one warning a kind, with the first file. Threads
 * may note at once. */
enum { CLI_N_REFERENCES = 3 };
typedef struct cli_unused {
    pthread_mutex_t lock;
    struct cli_unused_reference {
        size_t n, item; /* files, and the first of them */
        char *path, *then;
    } of[CLI_N_REFERENCES];
} cli_unused;
#define CLI_UNUSED                                                                                                   \
    { .lock = PTHREAD_MUTEX_INITIALIZER }
void cli_unused_note(cli_unused *unused, size_t item, const char *path, const ps_stated *then,
                     const cli_knowledge *knowledge);
void cli_unused_say(cli_unused *unused, int quiet); /* and forgets them */

/* Evidence of one sample from several files. */
typedef struct cli_parts {
    ps_evidence *at;
    char **path; /* of each, for messages */
    size_t n;
    const ps_panel *panel;
    const char *joined_by; /* "stratify ": what to choose with where the command has no such options; NULL: itself */
} cli_parts;
int cli_check_parts(const cli_parts *parts, ps_error *err); /* the same file twice, two persons, two VCFs ... */
/* What was stated then goes into the job where it says nothing; what two files state differently is refused. */
int cli_agree_parts(const cli_parts *parts, ps_job *job, ps_error *err);
/* Of parts that agree: the model they were called with, where the job names none. */
void cli_take_model(const cli_parts *parts, const ps_job *job, ps_stated *stated);
/* cli_answer with the model that the job names, else with the one that the result's evidence states: a built-in one
 * by its name, a file by its text. `path` is for messages. */
int cli_answer_again(const ps_job *job, const cli_knowledge *knowledge, const char *path, ps_result *result,
                     ps_error *err);
/* cli_gather_sample where files may also be evidence that was gathered before (`cli_is_evidence`, by the name): of
 * such a file the role that it is given as, with the primers and all else that was stated then. References of then
 * are named in what is stated, for cli_unused_note: such a result is not for writing. */
int cli_gather_any(const ps_job *job, const cli_knowledge *knowledge, cli_say say, void *context, ps_result *result,
                   ps_error *err);
/* One sample's evidence called anew, with the purity, prior and specimen that were stated, and the default model. */
int cli_call_evidence(const char *path, const cli_knowledge *knowledge, ps_result *result, ps_error *err);
/* Is this id usable as a file name?  */
int cli_check_id(const char *id, const char *path, long line, ps_error *err);
/* Refuses what is there already (unless force), before any work is done. */
int cli_check_outputs(const ps_job *job, const char *outdir, int force, ps_error *err);
/* The files of a sample by number: JSON, page, VCF, its index, evidence. */
enum { CLI_EVIDENCE = 4, CLI_N_OUTPUTS = 5 };
char *cli_output_path(const char *outdir, const char *sample_id, int output);
/* ID.json, ID.html, ID.ras.vcf.gz + .tbi: all are complete before the first one takes its name. */
int cli_write_outputs(const ps_result *result, const char *outdir, int force, ps_error *err);
/* The same two for files with names of their own (--json, --html, --ras-vcf, --evidence); the others are as in
 * `outdir`, or not written when that is NULL. */
int cli_check_named(const ps_job *job, const cli_settings *s, ps_error *err);

int cli_writes_files(const cli_settings *settings); /* -o, --json, --html, --ras-vcf or --evidence was given */
/* A labelled sample to where -o says (files, or - for the JSON on stdout), and the summary to stdout. */
int cli_deliver(ps_result *result, const cli_settings *settings, ps_error *err);
/* Refuses results that would take the place of what the jobs read: inputs, their indexes, evidence beside an ID.json,
 * references, models, primers, the sheet (may be NULL). Outputs may be NULL, and need not be there. */
int cli_refuse_overwriting(const ps_job *jobs, size_t n, const char *sheet, char *const *outputs, size_t n_outputs,
                           ps_error *err);
/* The same of a command's one file; NULL and "-": it has none. */
int cli_refuse_own_input(const ps_job *jobs, size_t n, const char *sheet, const char *output, ps_error *err);

/* cohort.tsv, cohort.html and plasmastrat_mqc.json, by number. */
enum { CLI_N_COHORT_FILES = 5 };
char *cli_cohort_path(const char *outdir, int file);
/* Could they be written? Asked before the work, which may take days. */
int cli_check_cohort(const char *outdir, int force, ps_error *err);
/* All are complete before the first one takes its name. */
int cli_write_cohort(const char *outdir, int force, const ps_row *rows, size_t n, ps_error *err);
/* Removes the temporaries of these samples' files and of the cohort's that a killed run left in the folder, and of
 * the ledger's in its own. */
void cli_clear_leftovers(const char *outdir, const char *ledger, const ps_job *jobs, size_t n);
/* ps_cohort_compare and ps_cohort_carry_over, and a notice on stderr for each person and each such call. */
int cli_compare_samples(const cli_settings *s, const ps_panel *panels, int n_panels, ps_row *rows, size_t n,
                        ps_error *err);
/* A sample called "cohort" would write its page over the cohort's. Case is ignored as some file systems do. */
int cli_check_cohort_names(const char *path, const ps_job *jobs, size_t n, ps_error *err);

/* ---- commands: argv[0] is the command's name ------------------------------------------------------------------- */

int ps_cmd_sample(int argc, char **argv, ps_error *err);
int ps_cmd_batch(int argc, char **argv, ps_error *err);
int ps_cmd_panel(int argc, char **argv, ps_error *err);
int ps_cmd_lod(int argc, char **argv, ps_error *err);
int ps_cmd_reference(int argc, char **argv, ps_error *err);
int ps_cmd_report(int argc, char **argv, ps_error *err);
int ps_cmd_stratify(int argc, char **argv, ps_error *err);
int ps_cmd_validate(int argc, char **argv, ps_error *err);
int ps_cmd_sheet(int argc, char **argv, ps_error *err);
int ps_cmd_explain(int argc, char **argv, ps_error *err);

/* A share above 0, at most 1, also as "80%" or "0,8" (in CSV between quotes). 0, or -1 when the text is none. */
int cli_parse_share(const char *given, double *value);

/* Does a name end so, and is it longer than that? */
int cli_ends_in(const char *name, const char *ending);

int cli_flush_stdout(ps_error *err); /* results went to stdout: did they arrive? */

#endif
