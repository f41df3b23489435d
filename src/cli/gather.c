/* gather.c - a job's evidence from whatever its files are: alignments, or evidence that was gathered before. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"

/* ID.evidence.gz, or an ID.json beside one */
static int cli_is_evidence(const char *path) {
    return cli_ends_in(path, ".evidence.gz") || cli_ends_in(path, ".json");
}

/* ---- parts of a sample ----------------------------------------------------------------------------------------- */

typedef struct gathering {
    const cli_knowledge *knowledge;
    cli_parts parts;
    ps_input_role *role; /* of each part; PS_N_INPUTS: of alignments */
} gathering;

static void add_part(gathering *g, const char *path, ps_input_role role, const ps_evidence *evidence,
                     const ps_panel *panel) {
    cli_parts *p = &g->parts;
    p->at = ps_resize(p->at, p->n + 1, sizeof *p->at);
    p->path = ps_resize(p->path, p->n + 1, sizeof *p->path);
    g->role = ps_resize(g->role, p->n + 1, sizeof *g->role);
    p->at[p->n] = *evidence;
    p->path[p->n] = ps_strdup(path);
    g->role[p->n++] = role;
    p->panel = panel;
}

static void free_parts(gathering *g) {
    for (size_t i = 0; i < g->parts.n; i++) {
        ps_evidence_free(&g->parts.at[i]);
        free(g->parts.path[i]);
    }
    free(g->parts.at);
    free(g->parts.path);
    free(g->role);
}

/* What a file tells of one role, and what was stated; the rest is dropped. */
static void keep_role(ps_evidence *e, ps_input_role role) {
    size_t n = 0;
    e->has_vcf &= role == PS_INPUT_VCF;
    e->has_sv &= role == PS_INPUT_SV;
    e->has_cnv &= role == PS_INPUT_CNV;
    e->has_counts &= role == PS_INPUT_COUNTS;
    e->reading_unknown &= e->has_vcf || e->has_sv || e->has_cnv || e->has_counts;
    for (int r = 0; r < PS_N_READ_INPUTS; r++)
        if (r != (int)role)
            ps_read_evidence_free(&e->reads[r]);
    for (size_t i = 0; i < e->n_inputs; i++)
        if (e->input[i].role == role) {
            e->input[n++] = e->input[i];
        } else {
            free(e->input[i].path);
            free(e->input[i].sample_name);
        }
    e->n_inputs = n;
    if (!e->has_vcf)
        ps_variants_free(&e->vcf);
    if (!e->has_sv)
        ps_sv_free(&e->sv);
    if (!e->has_cnv)
        ps_cnv_free(&e->cnv);
    if (!e->has_counts)
        ps_counts_free(&e->counts);
}

static int holds(const ps_evidence *e, ps_input_role role) {
    return role < PS_N_READ_INPUTS ? e->reads[role].given
           : role == PS_INPUT_VCF  ? e->has_vcf
           : role == PS_INPUT_SV   ? e->has_sv
           : role == PS_INPUT_CNV  ? e->has_cnv
                                   : e->has_counts;
}

static int check_part(const gathering *g, const char *path, ps_input_role role, const ps_evidence *e,
                      const ps_panel *panel, ps_error *err) {
    const cli_parts *p = &g->parts;
    if (!holds(e, role))
        return ps_fail(err, PS_ERR_RUN, path, 0, "holds no evidence of %s%s", ps_input_names[role],
                       role == PS_INPUT_RNA && e->has_counts ? ", but gene counts: give it as counts" : "");
    if (p->n && panel != p->panel)
        return ps_fail(err, PS_ERR_RUN, path, 0, "is on %s, but another file of the sample is on %s", panel->build,
                       p->panel->build);
    for (size_t i = 0; i < p->n; i++)
        if (g->role[i] == role && strcmp(p->at[i].sample_id, e->sample_id) != 0)
            return ps_fail(err, PS_ERR_RUN, path, 0, "sample '%s', but %s has '%s': expected evidence of one sample",
                           e->sample_id, p->path[i], p->at[i].sample_id);
    return 0;
}

static int read_part(gathering *g, const char *path, ps_input_role role, ps_error *err) {
    ps_evidence e;
    const ps_panel *panel = NULL;
    if (cli_read_evidence(path, g->knowledge, &e, &panel, err) < 0)
        return -1;
    int status = check_part(g, path, role, &e, panel, err);
    if (status == 0) {
        keep_role(&e, role);
        add_part(g, path, role, &e, panel);
    } else {
        ps_evidence_free(&e);
    }
    return status;
}

/* ---- alignments and evidence apart ----------------------------------------------------------------------------- */

/* Takes the evidence files out of the job; `lane` are the alignments that remain, which the job points into. */
static size_t take_alignments(ps_job *job, const char **lane[PS_N_READ_INPUTS]) {
    const ps_job given = *job;
    size_t n_files = 0;
    for (int role = 0; role < PS_N_INPUTS; role++) {
        size_t n = 0, kept = 0;
        while (ps_job_file(&given, (ps_input_role)role, n))
            n++;
        if (role < PS_N_READ_INPUTS) {
            lane[role] = ps_alloc(n + 1, sizeof *lane[role]);
            for (size_t i = 0; i < n; i++) {
                const char *path = ps_job_file(&given, (ps_input_role)role, i);
                if (!cli_is_evidence(path))
                    lane[role][kept++] = path;
            }
            job->path[role] = lane[role][0];
            job->more[role] = kept > 1 ? lane[role] + 1 : NULL;
        } else if (n && !cli_is_evidence(job->path[role])) {
            kept = n;
        } else {
            job->path[role] = NULL;
        }
        n_files += kept;
    }
    return n_files;
}

static int gather_alignments(gathering *g, const ps_job *job, cli_say say, void *context, ps_error *err) {
    ps_result one = {0};
    const char *path = NULL;
    for (int role = 0; role < PS_N_INPUTS && !path; role++)
        path = job->path[role];
    int status = cli_gather_sample(job, g->knowledge, say, context, NULL, &one, err);
    if (status == 0 && one.panel != g->parts.panel)
        status = ps_fail(err, PS_ERR_RUN, path, 0, "is on %s, but another file of the sample is on %s",
                         one.panel->build, g->parts.panel->build);
    if (status == 0) {
        add_part(g, path, PS_N_INPUTS, &one.evidence, one.panel);
        one.evidence = (ps_evidence){0};
    }
    ps_result_free(&one);
    return status;
}

static int read_evidence(gathering *g, const ps_job *job, ps_error *err) {
    const char *path;
    for (int role = 0; role < PS_N_INPUTS; role++)
        for (size_t i = 0; (path = ps_job_file(job, (ps_input_role)role, i)); i++)
            if (cli_is_evidence(path) && read_part(g, path, (ps_input_role)role, err) < 0)
                return -1;
    return 0;
}

static void name_reference(char **to, const char *then) {
    if (!*to)
        *to = ps_strdup(then);
}

/* Of the roles that were taken: depth and errors are of DNA, expression of RNA. */
static void name_references(const gathering *g, ps_stated *stated) {
    for (size_t i = 0; i < g->parts.n; i++) {
        const ps_stated *then = &g->parts.at[i].stated;
        if (g->role[i] == PS_INPUT_DNA) {
            name_reference(&stated->copynumber_reference, then->copynumber_reference);
            name_reference(&stated->error_reference, then->error_reference);
        } else if (g->role[i] == PS_INPUT_RNA) {
            name_reference(&stated->expression_reference, then->expression_reference);
        }
    }
}

static int join(gathering *g, const ps_job *given, ps_result *result, ps_error *err) {
    ps_job job = *given;
    cli_parts then = g->parts;
    then.n -= g->role[then.n - 1] == PS_N_INPUTS; /* alignments state no more than the job does */
    if (cli_check_parts(&g->parts, err) < 0 || cli_agree_parts(&then, &job, err) < 0)
        return -1;
    *result = (ps_result){.sample_id = ps_strdup(job.sample_id),
                          .panel = g->parts.panel,
                          .specimen = job.specimen,
                          .purity = job.purity,
                          .prior_odds = job.prior_odds};
    cli_note_stated(&job, g->knowledge, &result->evidence.stated);
    cli_take_model(&then, &job, &result->evidence.stated);
    name_references(g, &result->evidence.stated);
    ps_evidence_merge(g->parts.panel, g->parts.at, g->parts.n, &result->evidence);
    return 0;
}

int cli_gather_any(const ps_job *job, const cli_knowledge *k, cli_say say, void *context, ps_result *result,
                   ps_error *err) {
    ps_job reads = *job;
    const char **lane[PS_N_READ_INPUTS];
    gathering g = {.knowledge = k, .parts.joined_by = "stratify "};
    *result = (ps_result){0};
    size_t n_files = take_alignments(&reads, lane);
    int status = read_evidence(&g, job, err);
    if (status == 0 && !g.parts.n) {
        status = cli_gather_sample(&reads, k, say, context, NULL, result, err);
    } else if (status == 0) {
        status = n_files ? gather_alignments(&g, &reads, say, context, err) : 0;
        if (status == 0)
            status = join(&g, job, result, err);
    }
    free_parts(&g);
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        free(lane[role]);
    return status;
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
