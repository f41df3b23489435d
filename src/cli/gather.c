/* gather.c - a job's evidence from whatever its files are: alignments, or evidence that was gathered before. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"

/* ID.evidence.gz, or an ID.json beside one */
static int cli_is_evidence(const char *path) {
    return cli_ends_in(path, ".evidence.gz") || cli_ends_in(path, ".json");
}

/* Takes what the file tells of one role. */
static int take_role(const char *path, ps_input_role role, const cli_knowledge *k, ps_result *result, ps_error *err) {
    ps_evidence from;
    const ps_panel *panel = NULL;
    if (cli_read_evidence(path, k, &from, &panel, err) < 0)
        return -1;
    int status = 0;
    if (!from.reads[role].given)
        status = ps_fail(err, PS_ERR_RUN, path, 0, "holds no evidence of %s", ps_input_names[role]);
    else if (result->panel && panel != result->panel)
        status = ps_fail(err, PS_ERR_RUN, path, 0, "is on %s, but another file of the sample is on %s", panel->build,
                         result->panel->build);
    if (status == 0) {
        if (!result->panel || role == PS_INPUT_DNA)
            result->evidence.style = from.style;
        result->panel = panel;
        ps_read_evidence_free(&result->evidence.reads[role]);
        result->evidence.reads[role] = from.reads[role];
        from.reads[role] = (ps_read_evidence){0};
    }
    ps_evidence_free(&from);
    return status;
}

int cli_gather_any(const ps_job *job, const cli_knowledge *k, cli_say say, void *context, ps_result *result,
                   ps_error *err) {
    ps_job reads = *job;
    int n_files = 0;
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        if (reads.path[role] && cli_is_evidence(reads.path[role]))
            reads.path[role] = NULL;
        n_files += reads.path[role] != NULL;
    }
    for (int role = PS_N_READ_INPUTS; role < PS_N_INPUTS; role++)
        n_files += reads.path[role] != NULL;
    *result = (ps_result){0};
    if (n_files && cli_gather_sample(&reads, k, say, context, NULL, result, err) < 0)
        return -1;
    if (!n_files)
        *result = (ps_result){.sample_id = ps_strdup(job->sample_id),
                              .specimen = job->specimen,
                              .purity = job->purity,
                              .prior_odds = job->prior_odds};
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if (job->path[role] && !reads.path[role] &&
            take_role(job->path[role], (ps_input_role)role, k, result, err) < 0)
            return -1;
    return 0;
}

int cli_call_evidence(const char *path, const cli_knowledge *k, ps_result *result, ps_error *err) {
    ps_evidence evidence;
    const ps_panel *panel = NULL;
    *result = (ps_result){0};
    if (cli_read_evidence(path, k, &evidence, &panel, err) < 0)
        return -1;
    *result = (ps_result){.sample_id = ps_strdup(evidence.sample_id),
                          .panel = panel,
                          .specimen = evidence.stated.specimen,
                          .purity = evidence.stated.purity,
                          .prior_odds = evidence.stated.prior_odds,
                          .evidence = evidence};
    return cli_answer(cli_chosen_model(&(ps_job){0}, k, panel), k, result, err);
}
