/* batch.c - `plasmastrat batch SHEET`: label every sample of a sheet on this machine. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/parallel.h"
#include "sheet.h"

void cli_help_batch(FILE *out) {
    fputs(
        "plasmastrat batch - label every sample of a sheet\n\n"
        "usage: plasmastrat batch SHEET -o DIR\n\n"
        "SHEET is a TSV or CSV file with a header line and the columns sample_id, rna, dna, normal, vcf, purity and\n"
        "specimen in any order (sample_id and one of rna, dna, vcf are needed); paths are relative to the sheet, "
        "empty\n"
        "or . means none. Writes the files of `sample` for each sample; DIR/cohort.tsv with a row for every sample,\n"
        "also the failed ones; DIR/cohort.html, the same as a page; and DIR/plasmastrat_mqc.json for MultiQC. Exit\n"
        "status 1 when any sample failed.\n\n",
        out);
    cli_print_options(CLI_BATCH, out);
}

typedef struct batch_state {
    const cli_settings *settings;
    const cli_knowledge *knowledge;
    const sheet *sheet;
    int threads_each;
    ps_cohort_row *row; /* of each sample, in the sheet's order; no sample_id: not run */
} batch_state;

static void say(void *context, const char *sample_id, const char *message) {
    if (!((const cli_settings *)context)->quiet)
        fprintf(stderr, "plasmastrat: warning: %s: %s\n", sample_id, message);
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
    int status = 0;
    ps_cohort_row_of(&result, &st->row[item]);
    if (result.failure)
        fprintf(stderr, "plasmastrat: error: %s: %s\n", job.sample_id, result.failure);
    else if (s->verbose)
        fprintf(stderr, "plasmastrat: %s: %s\n", job.sample_id, ps_label_names[result.label.chosen.label]);
    if (result.failure && s->fail_fast)
        status = ps_fail(err, PS_ERR_RUN, NULL, 0, "%s failed and --fail-fast was given", job.sample_id);
    ps_result_free(&result);
    return status;
}

/* A sample that --fail-fast kept from running still has its row. */
static void fill_rows(batch_state *st) {
    for (size_t i = 0; i < st->sheet->n; i++) {
        if (st->row[i].sample_id)
            continue;
        ps_cohort_row_init(&st->row[i]);
        st->row[i].sample_id = ps_strdup(st->sheet->job[i].sample_id);
        st->row[i].failure = ps_strdup("not run: an earlier sample failed and --fail-fast was given");
    }
}

static int run_batch(const cli_settings *s, const cli_knowledge *knowledge, const sheet *samples, ps_error *err) {
    batch_state st = {.settings = s, .knowledge = knowledge, .sheet = samples};
    int n = s->job.n_threads;
    if (ps_make_folder(s->outdir, err) < 0 || cli_check_cohort(s->outdir, s->force, err) < 0)
        return -1;
    st.threads_each = (size_t)n > samples->n ? n / (int)samples->n : 1;
    st.row = ps_alloc(samples->n, sizeof *st.row);
    ps_error stopped = {0};
    ps_parallel(n, samples->n, do_sample, &st, &stopped);
    fill_rows(&st);
    int status = cli_write_cohort(s->outdir, s->force, st.row, samples->n, err);
    size_t failed = 0;
    for (size_t i = 0; i < samples->n; i++) {
        failed += st.row[i].failure != NULL;
        ps_cohort_row_free(&st.row[i]);
    }
    if (status == 0 && (failed || stopped.kind != PS_ERR_NONE))
        status = ps_fail(err, PS_ERR_RUN, NULL, 0, "%zu of %zu samples failed; see %s/cohort.tsv", failed, samples->n,
                         s->outdir);
    else if (status == 0 && !s->quiet)
        fprintf(stderr, "plasmastrat: %zu samples done: %s/cohort.tsv\n", samples->n, s->outdir);
    free(st.row);
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
    if (sheet_read(s.rest[0], &s.job, &sh, err) < 0 ||
        cli_check_cohort_names(s.rest[0], sh.job, sh.n, err) < 0 || cli_load_knowledge(&s.job, &knowledge, err) < 0)
        goto out;
    if (sh.notice[0] && !s.quiet)
        fprintf(stderr, "plasmastrat: notice: %s: columns ignored: %s\n", s.rest[0], sh.notice);
    status = run_batch(&s, &knowledge, &sh, err);
out:
    cli_free_knowledge(&knowledge);
    sheet_free(&sh);
    return status;
}
