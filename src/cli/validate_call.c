/* validate_call.c - one row of a validation from its files to its calls. */
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "progress.h"
#include "validate.h"

static void say(void *context, const char *sample_id, const char *message) {
    if (((const cli_settings *)context)->verbose)
        progress_message("warning: %s: %s", sample_id, message);
}

/* Evidence is called again, with what was stated then where the sheet says nothing. */
static int call_evidence(const char *path, const ps_job *given, const cli_knowledge *k, ps_result *result,
                         ps_error *err) {
    ps_evidence evidence;
    const ps_panel *panel = NULL;
    if (cli_read_evidence(path, k, &evidence, &panel, err) < 0)
        return -1;
    ps_job job = *given;
    cli_parts one = {.at = &evidence, .path = (char **)(uintptr_t)&path, .n = 1, .panel = panel};
    if (cli_agree_parts(&one, &job, err) < 0) {
        ps_evidence_free(&evidence);
        return -1;
    }
    *result = (ps_result){.sample_id = ps_strdup(job.sample_id),
                          .panel = panel,
                          .specimen = job.specimen,
                          .purity = job.purity,
                          .prior_odds = job.prior_odds,
                          .evidence = evidence};
    result->evidence.stated.molecules = job.molecules;
    result->evidence.stated.input_ng = job.input_ng;
    return cli_answer_again(given, k, path, result, err);
}

int validate_call(const cli_settings *s, const cli_knowledge *k, const validate_sheet *rows, size_t row,
                  ps_result *result, ps_error *err) {
    ps_job job = rows->sheet.job[row];
    job.n_threads = 1;
    *result = (ps_result){0};
    int status = rows->evidence[row] ? call_evidence(rows->evidence[row], &job, k, result, err)
                                     : cli_gather_any(&job, k, say, (void *)(uintptr_t)s, result, err);
    if (status < 0)
        return -1;
    cli_note_version(job.sample_id, &result->evidence, s->quiet);
    return rows->evidence[row] ? 0 : cli_answer_again(&job, k, job.sample_id, result, err);
}
