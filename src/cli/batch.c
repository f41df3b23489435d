/* batch.c - `plasmastrat batch SHEET`: label every sample of a sheet on this machine. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "ledger.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/spelling.h"
#include "progress.h"
#include "sheet.h"

static void cli_help_batch(FILE *out) {
    fputs(
        "plasmastrat batch - label every sample of a sheet\n\n"
        "usage: plasmastrat batch SHEET -o DIR\n\n"
        "SHEET is a TSV or CSV file (as spreadsheet programs save it) with a header line and the columns sample_id, rna,\n"
        "dna, normal, vcf, sv, cnv, counts, purity, specimen and molecules in any order; sample_id and one input are\n"
        "needed. Paths are relative to the sheet; empty, . or NA means none; | separates the lanes of one cell.\n"
        "Writes the files of `sample` for each sample and those of `report` for all: cohort.tsv (a row for every sample,\n"
        "also the failed ones), cohort.html, cohort.maf, cbioportal_samples.txt and plasmastrat_mqc.json for MultiQC.\n"
        "Exit status 1 when any sample failed. A batch that was stopped (Ctrl-C, a full disk, a crash) goes on with\n"
        "--resume: DIR/.plasmastrat remembers what each finished sample was made from.\n\n",
        out);
    cli_print_options(CLI_BATCH, out);
}

typedef struct batch_state {
    const cli_settings *settings;
    const cli_knowledge *knowledge;
    const sheet *sheet;
    progress *progress;
    const char *again;           /* the command that goes on with this batch */
    atomic_size_t kept, changed; /* --resume: samples that are left as they are; that were made from something else */
    ps_row *row;                 /* of each sample, in the sheet's order; no sample_id: not run */
} batch_state;

static void say(void *context, const char *sample_id, const char *message) {
    const batch_state *st = context;
    if (!st->settings->quiet)
        progress_say(st->progress, "warning: %s: %s", sample_id, message);
}

/* Threads of a sample: one while there are samples for all; the last ones share what the finished ones leave. */
static int threads_of(const batch_state *st, size_t item) {
    size_t left = st->sheet->n - item, n = (size_t)st->settings->job.n_threads;
    return n > left ? (int)(n / left) : 1;
}

/* A sample that is done already: its row comes from its result. */
static int take_up(const batch_state *st, const ps_job *job, const char *request, ps_row *row) {
    const char *outdir = st->settings->outdir;
    ps_error err = {0};
    if (!st->settings->resume || !ledger_is_current(outdir, job->sample_id, request))
        return 0;
    char *path = cli_output_path(outdir, job->sample_id, 0);
    int status = ps_row_read_known(path, row, &err);
    free(path);
    if (status < 0 || !strcmp(row->sample_id, job->sample_id))
        return status == 0;
    ps_row_free(row); /* another sample's file */
    return 0;
}

static int run_and_write(const batch_state *st, const ps_job *job, const char *request, ps_result *result,
                         ps_error *err) {
    const cli_settings *s = st->settings;
    int replace = s->force || s->resume;
    if (cli_check_outputs(job, s->outdir, replace, err) < 0) {
        result->sample_id = ps_strdup(job->sample_id);
        return -1;
    }
    if (cli_run_sample(job, st->knowledge, say, (void *)(uintptr_t)st, NULL, result, err) == 0 &&
        cli_write_outputs(result, s->outdir, replace, err) == 0 &&
        ledger_note(s->outdir, job->sample_id, request, err) == 0) {
        ledger_drop_aside(s->outdir, job->sample_id);
        return 0;
    }
    if (replace && !ps_interrupted() && !err->no_space && ledger_set_aside(s->outdir, job->sample_id))
        progress_say(st->progress, "notice: %s: its files of an earlier run are kept in %s/.plasmastrat/.before",
                     job->sample_id, s->outdir);
    return -1;
}

static int do_sample(void *context, size_t item, int worker, ps_error *err) {
    batch_state *st = context;
    const cli_settings *s = st->settings;
    ps_job job = st->sheet->job[item];
    ps_result result = {0};
    ps_error failure = {0};
    int status = 0;
    (void)worker;
    job.n_threads = threads_of(st, item);
    char *request = ledger_request(&job, st->knowledge); /* before the run: an input may change under it */
    if (take_up(st, &job, request, &st->row[item])) {
        atomic_fetch_add(&st->kept, 1);
        progress_step(st->progress, 0);
        goto out;
    }
    if (s->resume && ledger_knows(s->outdir, job.sample_id))
        atomic_fetch_add(&st->changed, 1);
    run_and_write(st, &job, request, &result, &failure);
    if (failure.kind != PS_ERR_NONE && ps_interrupted()) { /* abandoned, not failed */
        status = ps_check_interrupt(err);
        goto out;
    }
    if (failure.no_space) { /* so would be every further sample, and all its work for nothing */
        *err = failure;
        status = -1;
        goto out;
    }
    if (failure.kind != PS_ERR_NONE && !result.failure)
        result.failure = ps_strdup(failure.text);
    ps_row_of(&result, &st->row[item]);
    if (result.failure)
        progress_say(st->progress, "error: %s: %s", job.sample_id, result.failure);
    else if (s->verbose)
        progress_say(st->progress, "%s: %s", job.sample_id, ps_label_names[result.label.chosen.label]);
    progress_step(st->progress, result.failure != NULL);
    if (result.failure && s->fail_fast)
        status = ps_fail(err, PS_ERR_RUN, NULL, 0, "%s failed and --fail-fast was given", job.sample_id);
out:
    ps_result_free(&result);
    free(request);
    return status;
}

/* A sample that was kept from running still has its row: from its result, where --resume finds it done. */
static void fill_rows(const batch_state *st, char *const *why, const char *otherwise) {
    for (size_t i = 0; i < st->sheet->n; i++) {
        if (st->row[i].sample_id)
            continue;
        const ps_job *job = &st->sheet->job[i];
        char *request = ledger_request(job, st->knowledge);
        if (!take_up(st, job, request, &st->row[i])) {
            ps_row_init(&st->row[i]);
            st->row[i].sample_id = ps_strdup(job->sample_id);
            st->row[i].failure = ps_strdup(why && why[i] ? why[i] : otherwise);
        }
        free(request);
    }
}

static size_t count_done(const batch_state *st) {
    size_t done = 0;
    for (size_t i = 0; i < st->sheet->n; i++)
        done += st->row[i].sample_id && !st->row[i].failure;
    return done;
}

static int write_cohort(const batch_state *st, ps_error *err) {
    const cli_settings *s = st->settings;
    if (cli_compare_samples(s, st->knowledge->panel, st->knowledge->n_panels, st->row, st->sheet->n, err) < 0)
        return -1;
    return cli_write_cohort(s->outdir, s->force || s->resume, st->row, st->sheet->n, err);
}

/* A batch that something from outside stopped: how far it came, and how to go on. */
static int fail_stopped(const batch_state *st, const ps_error *stopped, ps_error *err) {
    ps_error_kind kind = ps_interrupted() ? PS_ERR_INTERRUPTED : PS_ERR_RUN;
    return ps_fail(err, kind, NULL, 0, "%s: %zu of %zu sample%s finished; %scontinue with%s", stopped->text,
                   count_done(st), st->sheet->n, ps_s(st->sheet->n),
                   stopped->no_space ? "make room on the disk, then " : "", st->again);
}

static void say_kept(const batch_state *st) {
    size_t kept = st->kept, changed = st->changed;
    progress_message("--resume: %zu of %zu sample%s done before and kept", kept, st->sheet->n, ps_s(st->sheet->n));
    if (changed)
        progress_message(
            "--resume: %zu done again, as their inputs, options, panel, model, program version or result files "
            "changed",
            changed);
}

static int finish_batch(const batch_state *st, const ps_error *stopped, ps_error *err) {
    const cli_settings *s = st->settings;
    ps_error unwritten = {0};
    if (ps_interrupted() || stopped->no_space)
        return fail_stopped(st, stopped, err);
    fill_rows(st, NULL, "not run: an earlier sample failed and --fail-fast was given");
    if (write_cohort(st, &unwritten) < 0) {
        if (unwritten.no_space)
            return fail_stopped(st, &unwritten, err);
        *err = unwritten;
        return -1;
    }
    size_t n = st->sheet->n, done = count_done(st);
    if (s->resume && !s->quiet)
        say_kept(st);
    if (done < n)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "%zu of %zu sample%s failed; see %s/cohort.tsv", n - done, n,
                       ps_s(n), s->outdir);
    if (!s->quiet)
        progress_message("%zu %s done: %s/cohort.tsv", n, n == 1 ? "sample" : "samples", s->outdir);
    return 0;
}

/* Files that are not there are said before the work rather than when their sample's turn comes; with --fail-fast
 * nothing is run then. */
static int check_inputs(const batch_state *st, ps_error *err) {
    const cli_settings *s = st->settings;
    char **why = ps_alloc(st->sheet->n, sizeof *why), *list = NULL;
    size_t n = sheet_check_inputs(st->sheet, s->rest[0], why, &list);
    const char *files = n == 1 ? "input file" : "input files";
    int status = 0;
    if (n && s->fail_fast) {
        fill_rows(st, why, "not run: an input file of another sample cannot be read and --fail-fast was given");
        status = write_cohort(st, err);
        if (status == 0)
            status =
                ps_fail(err, PS_ERR_RUN, NULL, 0,
                        "no sample was run: --fail-fast was given and %zu %s cannot be read: %s", n, files, list);
    } else if (n && !s->quiet) {
        progress_message("warning: %zu %s cannot be read, and %s will fail: %s", n, files,
                         n == 1 ? "its sample" : "their samples", list);
    }
    for (size_t i = 0; i < st->sheet->n; i++)
        free(why[i]);
    free(why);
    free(list);
    return status;
}

/* Refused before the work, which may take days, rather than sample by sample. */
static int refuse_existing(const cli_settings *s, const sheet *samples, ps_error *err) {
    struct stat there;
    int status = 0;
    for (size_t i = 0; i < samples->n * CLI_N_OUTPUTS && status == 0; i++) {
        char *path = cli_output_path(s->outdir, samples->job[i / CLI_N_OUTPUTS].sample_id, (int)(i % CLI_N_OUTPUTS));
        if (lstat(path, &there) == 0)
            status = ps_fail(err, PS_ERR_RUN, path, 0,
                             "exists: go on with --resume, or do all samples again with --force");
        free(path);
    }
    return status;
}

/* What one sample reads may not be what another, or the cohort, writes. */
static int refuse_overwriting(const cli_settings *s, const sheet *samples, ps_error *err) {
    size_t n_files = samples->n * CLI_N_OUTPUTS, n = n_files + CLI_N_COHORT_FILES;
    char **path = ps_alloc(n, sizeof *path);
    for (size_t i = 0; i < n; i++)
        path[i] = i < n_files ? cli_output_path(s->outdir, samples->job[i / CLI_N_OUTPUTS].sample_id,
                                                (int)(i % CLI_N_OUTPUTS))
                              : cli_cohort_path(s->outdir, (int)(i - n_files));
    int status = cli_refuse_overwriting(samples->job, samples->n, s->rest[0], path, n, err);
    for (size_t i = 0; i < n; i++)
        free(path[i]);
    free(path);
    return status;
}

static void clear_leftovers(const cli_settings *s, const sheet *samples) {
    char *ledger = ledger_folder(s->outdir);
    cli_clear_leftovers(s->outdir, ledger, samples->job, samples->n);
    free(ledger);
}

static int run_batch(const cli_settings *s, const cli_knowledge *knowledge, const sheet *samples, const char *again,
                     ps_error *err) {
    batch_state st = {.settings = s, .knowledge = knowledge, .sheet = samples, .again = again};
    if ((!s->force && !s->resume && refuse_existing(s, samples, err) < 0) ||
        refuse_overwriting(s, samples, err) < 0 || ps_make_folder(s->outdir, err) < 0 ||
        cli_check_cohort(s->outdir, s->force || s->resume, err) < 0)
        return -1;
    int ledger = ledger_open(s->outdir, err);
    if (ledger < 0)
        return -1;
    if (s->resume)
        clear_leftovers(s, samples);
    st.row = ps_alloc(samples->n, sizeof *st.row);
    int status = check_inputs(&st, err);
    if (status == 0) {
        ps_error stopped = {0};
        progress shown;
        progress_start(&shown, stderr, samples->n, progress_terminal(STDERR_FILENO), s->quiet);
        st.progress = &shown;
        ps_parallel(s->job.n_threads, samples->n, do_sample, &st, &stopped);
        progress_end(&shown);
        status = finish_batch(&st, &stopped, err);
    }
    for (size_t i = 0; i < samples->n; i++)
        ps_row_free(&st.row[i]);
    free(st.row);
    close(ledger);
    return status;
}

/* How to go on with the batch that this command line began. */
static char *command_to_resume(int argc, char *const *argv) {
    enum { LONGEST = 600 }; /* of a message */
    char *line = cli_command_line(argc, argv);
    char *again =
        strlen(line) > LONGEST ? ps_strdup(" the same command and --resume") : ps_format(": %s --resume", line);
    free(line);
    return again;
}

int ps_cmd_batch(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    sheet sh = {0};
    int status = -1;
    char *again = command_to_resume(argc, argv); /* before its words are moved */
    if (cli_parse(CLI_BATCH, argc, argv, 1, &s, err) < 0)
        goto out;
    if (s.help) {
        cli_help_batch(stdout);
        status = cli_flush_stdout(err);
        goto out;
    }
    if (s.n_rest != 1 || !s.outdir || !strcmp(s.outdir, "-")) {
        ps_fail(err, PS_ERR_USAGE, NULL, 0, "batch: no %s",
                s.n_rest != 1 ? "sheet: plasmastrat batch SHEET -o DIR" : "output folder: give -o DIR");
        goto out;
    }
    if (sheet_read(s.rest[0], &s.job, &sh, err) < 0 || cli_check_cohort_names(s.rest[0], sh.job, sh.n, err) < 0 ||
        cli_load_knowledge(&s.job, &knowledge, err) < 0)
        goto out;
    sheet_say_ignored(&sh, s.rest[0], s.quiet);
    status = run_batch(&s, &knowledge, &sh, again, err);
out:
    cli_free_knowledge(&knowledge);
    sheet_free(&sh);
    free(again);
    return status;
}
