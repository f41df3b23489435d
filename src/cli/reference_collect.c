/* reference_collect.c - the samples of a sheet as evidence on one panel. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/expression.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/spelling.h"
#include "progress.h"

typedef struct collection {
    const cli_settings *settings;
    ps_input_role role;
    reference_cohort *cohort;
    ps_error *failure; /* of each sample */
} collection;

static void say(void *context, const char *sample_id, const char *message) {
    if (!((const cli_settings *)context)->quiet)
        progress_message("warning: %s: %s", sample_id, message);
}

/* A cohort's RNA may be another program's gene counts. */
static ps_input_role file_of(const ps_job *job, ps_input_role role) {
    return role == PS_INPUT_RNA && !job->path[role] ? PS_INPUT_COUNTS : role;
}

static const char *path_of(const reference_cohort *cohort, size_t sample, ps_input_role role) {
    const ps_job *job = &cohort->sheet.job[sample];
    return job->path[file_of(job, role)];
}

static int collect_sample(void *context, size_t item, int worker, ps_error *err) {
    collection *c = context;
    ps_job job = c->cohort->sheet.job[item];
    (void)worker;
    ps_result *sample = &c->cohort->sample[item];
    int kept = (int)file_of(&job, c->role);
    job.n_threads = 1;
    for (int role = 0; role < PS_N_INPUTS; role++)
        if (role != kept)
            job.path[role] = NULL;
    if (cli_gather_any(&job, &c->cohort->knowledge, say, (void *)(uintptr_t)c->settings, sample, &c->failure[item]) <
        0)
        return ps_check_interrupt(err);
    cli_note_version(job.sample_id, &sample->evidence, c->settings->quiet);
    if (sample->evidence.has_counts) {
        ps_read_evidence_free(&sample->evidence.reads[c->role]);
        ps_counts_as_rna(sample->panel, &sample->evidence.counts, &sample->evidence.reads[c->role]);
    }
    return ps_check_interrupt(err);
}

/* All that is wrong at once: a sheet of hundreds is not mended one run a row. */
static int refuse_failed(const collection *c, ps_error *err) {
    const sheet *sh = &c->cohort->sheet;
    size_t failed = 0, last = 0;
    for (size_t i = 0; i < sh->n; i++)
        if (c->failure[i].kind != PS_ERR_NONE) {
            failed++;
            last = i;
        }
    if (!failed)
        return 0;
    for (size_t i = 0; i < sh->n && failed > 1; i++)
        if (c->failure[i].kind != PS_ERR_NONE)
            progress_message("error: %s: %s", sh->job[i].sample_id, c->failure[i].text);
    if (failed > 1)
        return ps_fail(err, c->failure[last].kind, c->settings->rest[1], 0,
                       "%zu of %zu sample%s cannot be used and nothing was made: correct or remove their rows",
                       failed, sh->n, ps_s(sh->n));
    return ps_fail(err, c->failure[last].kind, NULL, 0, "%s: %s", sh->job[last].sample_id, c->failure[last].text);
}

/* Samples without the input are left out, in place. */
static void keep_given(sheet *sh, ps_input_role role) {
    size_t kept = 0;
    for (size_t i = 0; i < sh->n; i++)
        if (sh->job[i].path[file_of(&sh->job[i], role)])
            sh->job[kept++] = sh->job[i];
    sh->n = kept;
}

/* Other programs count other exons and reads: such samples do not share a unit with alignments. */
static int refuse_mixed(const reference_cohort *cohort, const char *path, ps_input_role role, ps_error *err) {
    const ps_job *job = cohort->sheet.job;
    for (size_t i = 1; i < cohort->sheet.n; i++)
        if (file_of(&job[i], role) != file_of(&job[0], role))
            return ps_fail(
                err, PS_ERR_USAGE, path, 0,
                "sample %s has %s, but %s has %s: a reference is made of one kind, alignments or gene counts",
                job[i].sample_id, ps_input_names[file_of(&job[i], role)], job[0].sample_id,
                ps_input_names[file_of(&job[0], role)]);
    return 0;
}

int reference_collect(const cli_settings *s, ps_input_role role, size_t minimum, reference_cohort *cohort,
                      ps_error *err) {
    const char *path = s->rest[1];
    *cohort = (reference_cohort){0};
    if (sheet_read_normals(path, &s->job, &cohort->sheet, err) < 0 ||
        cli_load_knowledge(&s->job, &cohort->knowledge, err) < 0)
        return -1;
    sheet_say_ignored(&cohort->sheet, path, s->quiet);
    if (cli_refuse_own_input(cohort->sheet.job, cohort->sheet.n, path, s->output, err) < 0)
        return -1;
    keep_given(&cohort->sheet, role);
    size_t n = cohort->sheet.n;
    if (n < minimum)
        return ps_fail(err, PS_ERR_USAGE, path, 0, "%zu sample%s with a value in column %s%s, expected at least %zu",
                       n, ps_s(n), ps_input_names[role], role == PS_INPUT_RNA ? " or counts" : "", minimum);
    if (refuse_mixed(cohort, path, role, err) < 0)
        return -1;
    cohort->sample = ps_alloc(n, sizeof *cohort->sample);
    collection c = {.settings = s, .role = role, .cohort = cohort, .failure = ps_alloc(n, sizeof *c.failure)};
    int status = ps_parallel(s->job.n_threads, n, collect_sample, &c, err);
    if (status == 0)
        status = refuse_failed(&c, err);
    free(c.failure);
    if (status < 0)
        return -1;
    cohort->panel = cohort->sample[0].panel;
    for (size_t i = 1; i < n; i++)
        if (cohort->sample[i].panel != cohort->panel)
            return ps_fail(err, PS_ERR_RUN, path_of(cohort, i, role), 0,
                           "is on %s, but %s is on %s: samples of one reference must share a build",
                           cohort->sample[i].panel->build, path_of(cohort, 0, role), cohort->panel->build);
    return 0;
}

static int same_counts(const ps_panel *panel, ps_input_role role, const ps_read_evidence *a,
                       const ps_read_evidence *b) {
    uint64_t any = 0;
    if (role == PS_INPUT_RNA) {
        for (int g = 0; g < panel->n_genes; g++)
            any += a->genes.gene[g].fragments;
        return any && !memcmp(a->genes.gene, b->genes.gene, (size_t)panel->n_genes * sizeof *a->genes.gene);
    }
    for (int i = 0; i < panel->n_bins; i++)
        any += a->bins.bin[i];
    return any && !memcmp(a->bins.bin, b->bins.bin, (size_t)panel->n_bins * sizeof *a->bins.bin);
}

int reference_refuse_twice(const reference_cohort *cohort, ps_input_role role, ps_error *err) {
    const ps_job *job = cohort->sheet.job;
    for (size_t i = 0; i < cohort->sheet.n; i++)
        for (size_t j = 0; j < i; j++)
            if (same_counts(cohort->panel, role, &cohort->sample[i].evidence.reads[role],
                            &cohort->sample[j].evidence.reads[role]))
                return ps_fail(err, PS_ERR_RUN, path_of(cohort, i, role), 0,
                               "has the same %s as %s (%s and %s), expected another sample",
                               role == PS_INPUT_RNA ? "counts in every gene" : "depth in every bin",
                               path_of(cohort, j, role), job[i].sample_id, job[j].sample_id);
    return 0;
}

int reference_normal_role(const cli_settings *s, ps_input_role *role, ps_error *err) {
    sheet sh = {0};
    if (sheet_read_normals(s->rest[1], &s->job, &sh, err) < 0)
        return -1;
    *role = PS_INPUT_DNA;
    for (size_t i = 0; i < sh.n; i++)
        if (sh.job[i].path[PS_INPUT_NORMAL])
            *role = PS_INPUT_NORMAL;
    sheet_free(&sh);
    return 0;
}

void reference_free(reference_cohort *cohort) {
    for (size_t i = 0; cohort->sample && i < cohort->sheet.n; i++)
        ps_result_free(&cohort->sample[i]);
    free(cohort->sample);
    sheet_free(&cohort->sheet);
    cli_free_knowledge(&cohort->knowledge);
    *cohort = (reference_cohort){0};
}
