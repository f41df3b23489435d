/* batch.c - `plasmastrat batch SHEET`: label every sample of a sheet on this machine. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/report.h"
#include "sheet.h"

void cli_help_batch(FILE *out) {
    fputs(
        "plasmastrat batch - label every sample of a sheet\n\n"
        "usage: plasmastrat batch SHEET -o DIR\n\n"
        "SHEET is a TSV or CSV file with a header line and the columns sample_id, rna, dna, normal, vcf, purity and\n"
        "specimen in any order (sample_id and one of rna, dna, vcf are needed); paths are relative to the sheet, "
        "empty\n"
        "or . means none. Writes the files of `sample` for each sample, and DIR/cohort.tsv with a row for every "
        "sample,\n"
        "also the failed ones. Exit status 1 when any sample failed.\n\n",
        out);
    cli_print_options(CLI_BATCH, out);
}

typedef struct batch_state {
    const cli_settings *settings;
    const cli_knowledge *knowledge;
    const sheet *sheet;
    int threads_each;
    char **row; /* cohort.tsv line of each sample; NULL: not run */
    int *failed;
} batch_state;

static void say(void *context, const char *sample_id, const char *message) {
    if (!((const cli_settings *)context)->quiet)
        fprintf(stderr, "plasmastrat: warning: %s: %s\n", sample_id, message);
}

static int keep_row(batch_state *st, size_t item, const ps_result *result, ps_error *err) {
    size_t size = 0;
    FILE *out = open_memstream(&st->row[item], &size);
    if (!out)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "out of memory");
    int status = ps_write_cohort_row(result, out, err);
    if (fclose(out) != 0)
        status = -1;
    return status;
}

static int do_sample(void *context, size_t item, int worker, ps_error *err) {
    batch_state *st = context;
    const cli_settings *s = st->settings;
    ps_job job = st->sheet->job[item];
    ps_result result = {0};
    ps_error failure = {0};
    (void)worker;
    job.n_threads = st->threads_each;
    if (cli_check_outputs(&job, s->outdir, s->force, &failure) < 0) {
        result.sample_id = ps_strdup(job.sample_id);
    } else if (cli_run_sample(&job, st->knowledge, say, (void *)(uintptr_t)s, &result, &failure) == 0) {
        cli_write_outputs(&result, s->outdir, s->force, &failure);
    }
    if (failure.kind != PS_ERR_NONE && !result.failure)
        result.failure = ps_strdup(failure.text);
    st->failed[item] = result.failure != NULL;
    int status = keep_row(st, item, &result, err);
    if (result.failure)
        fprintf(stderr, "plasmastrat: error: %s: %s\n", job.sample_id, result.failure);
    else if (s->verbose)
        fprintf(stderr, "plasmastrat: %s: %s\n", job.sample_id, ps_label_names[result.label.chosen.label]);
    if (status == 0 && result.failure && s->fail_fast)
        status = ps_fail(err, PS_ERR_RUN, NULL, 0, "%s failed and --fail-fast was given", job.sample_id);
    ps_result_free(&result);
    return status;
}

/* A sample that --fail-fast kept from running still has its row. */
static int fill_rows(batch_state *st, ps_error *err) {
    for (size_t i = 0; i < st->sheet->n; i++) {
        if (st->row[i])
            continue;
        char id_failure[] = "not run: an earlier sample failed and --fail-fast was given";
        ps_result result = {.sample_id = ps_strdup(st->sheet->job[i].sample_id), .failure = ps_strdup(id_failure)};
        st->failed[i] = 1;
        int status = keep_row(st, i, &result, err);
        ps_result_free(&result);
        if (status < 0)
            return -1;
    }
    return 0;
}

static int write_cohort(const batch_state *st, ps_error *err) {
    ps_outfile file = {0};
    char *path = ps_format("%s/cohort.tsv", st->settings->outdir);
    int status = ps_outfile_open(path, st->settings->force, &file, err);
    if (status == 0)
        status = ps_write_cohort_header(file.stream, err);
    for (size_t i = 0; i < st->sheet->n && status == 0; i++)
        fputs(st->row[i], file.stream);
    if (status == 0)
        status = ps_outfile_commit(&file, err);
    ps_outfile_discard(&file);
    free(path);
    return status;
}

static int run_batch(const cli_settings *s, const cli_knowledge *knowledge, const sheet *samples, ps_error *err) {
    batch_state st = {.settings = s, .knowledge = knowledge, .sheet = samples};
    int n = s->job.n_threads;
    st.threads_each = (size_t)n > samples->n ? n / (int)samples->n : 1;
    st.row = ps_alloc(samples->n, sizeof *st.row);
    st.failed = ps_alloc(samples->n, sizeof *st.failed);
    ps_error stopped = {0};
    int status = ps_make_folder(s->outdir, err);
    if (status == 0)
        ps_parallel(n, samples->n, do_sample, &st, &stopped);
    if (status == 0)
        status = fill_rows(&st, err);
    if (status == 0)
        status = write_cohort(&st, err);
    size_t failed = 0;
    for (size_t i = 0; i < samples->n; i++) {
        failed += (size_t)st.failed[i];
        free(st.row[i]);
    }
    if (status == 0 && (failed || stopped.kind != PS_ERR_NONE))
        status = ps_fail(err, PS_ERR_RUN, NULL, 0, "%zu of %zu samples failed; see %s/cohort.tsv", failed, samples->n,
                         s->outdir);
    else if (status == 0 && !s->quiet)
        fprintf(stderr, "plasmastrat: %zu samples done: %s/cohort.tsv\n", samples->n, s->outdir);
    free(st.row);
    free(st.failed);
    return status;
}

int ps_cmd_batch(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    sheet sh = {0};
    int status = -1;
    if (cli_parse(CLI_BATCH, argc, argv, 1, &s, err) < 0)
        return -1;
    if (s.help) {
        cli_help_batch(stdout);
        return cli_flush_stdout(err);
    }
    if (s.n_rest != 1)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "batch: no sheet: plasmastrat batch SHEET -o DIR");
    if (!s.outdir || !strcmp(s.outdir, "-"))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "batch: no output folder: give -o DIR");
    if (sheet_read(s.rest[0], &s.job, &sh, err) < 0 || cli_load_knowledge(&s.job, &knowledge, err) < 0)
        goto out;
    if (sh.notice[0] && !s.quiet)
        fprintf(stderr, "plasmastrat: notice: %s: columns ignored: %s\n", s.rest[0], sh.notice);
    status = run_batch(&s, &knowledge, &sh, err);
out:
    cli_free_knowledge(&knowledge);
    sheet_free(&sh);
    return status;
}
