/* stratify.c - `plasmastrat stratify`: add up the evidence of one sample's files, and call it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence_file.h"
#include "plasmastrat/library.h"
#include "progress.h"

static void help(FILE *out) {
    fputs(
        "plasmastrat stratify - join the evidence of one sample's files, and call it again\n\n"
        "usage: plasmastrat stratify FILE... [--purity X] [--model FILE] [--specimen SITE] [--prior ODDS] [-o DIR]\n\n"
        "Each FILE is the ID.evidence.gz of a run of `sample` (or the ID.json beside it) on some of one sample's inputs:\n"
        "RNA in one, DNA in another, a lane, a VCF. The result is the same, byte for byte, as that of one run on all of\n"
        "them. --purity, --molecules, --input-ng, --model, --specimen, --prior and --expect-name are remembered unless you\n"
        "give them again; references (copy number, expression, errors) have to be given again.\n"
        "Files of different samples, builds or panels, lanes of different persons, and the same file twice are errors.\n\n",
        out);
    cli_print_options(CLI_STRATIFY, out);
}

typedef cli_parts parts;

/* ---- may these be joined? -------------------------------------------------------------------------------------- */

static int check_same(const parts *p, size_t i, const ps_panel *panel, const ps_panel *first, ps_error *err) {
    if (strcmp(p->at[0].sample_id, p->at[i].sample_id) != 0)
        return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                       "sample '%s', but %s has '%s': expected evidence of one sample", p->at[i].sample_id,
                       p->path[0], p->at[0].sample_id);
    if (panel != first)
        return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "build '%s', but %s has '%s': expected evidence of one sample",
                       panel->build, p->path[0], first->build);
    return 0;
}

/* Each input's own mark, where an older version wrote none and the role has no other. */
static void mark_inputs(ps_evidence *e) {
    for (size_t i = 0; i < e->n_inputs; i++) {
        ps_input_info *in = &e->input[i];
        size_t same = 0;
        for (size_t j = 0; j < e->n_inputs; j++)
            same += e->input[j].role == in->role;
        if (in->role < PS_N_READ_INPUTS && same == 1 && !in->mark[0])
            ps_reads_mark(&e->reads[in->role], in->mark);
    }
}

/* Gene counts have no build: alone they were read onto the first panel, and follow the other files. */
static int has_no_build(const ps_evidence *e) {
    size_t n = 0;
    while (n < e->n_inputs && e->input[n].role == PS_INPUT_COUNTS)
        n++;
    return n && n == e->n_inputs;
}

static int has_genes_of(const ps_panel *a, const ps_panel *b) {
    int same = a->n_genes == b->n_genes;
    for (int i = 0; same && i < a->n_genes; i++)
        same = !strcmp(a->genes[i].name, b->genes[i].name);
    return same;
}

static void follow_build(ps_evidence *e, const ps_panel **panel, const ps_panel *other) {
    if (!has_no_build(e) || !has_genes_of(*panel, other))
        return;
    *panel = other;
    for (size_t i = 0; i < e->n_inputs; i++)
        e->input[i].build = other->build;
}

static int agree_panel(parts *p, const ps_panel **panel, ps_error *err) {
    size_t first = 0;
    while (first + 1 < p->n && has_no_build(&p->at[first]))
        first++;
    p->panel = panel[first];
    for (size_t i = 0; i < p->n; i++) {
        follow_build(&p->at[i], &panel[i], p->panel);
        if (check_same(p, i, panel[i], panel[0], err) < 0)
            return -1;
    }
    return 0;
}

static int read_parts(const cli_settings *s, const cli_knowledge *k, parts *p, ps_error *err) {
    const ps_panel **panel = ps_alloc((size_t)s->n_rest, sizeof *panel);
    int status = 0;
    p->path = s->rest;
    p->at = ps_alloc((size_t)s->n_rest, sizeof *p->at);
    for (int i = 0; i < s->n_rest && status == 0; i++) {
        status = cli_read_evidence(s->rest[i], k, &p->at[i], &panel[i], err);
        if (status < 0)
            break;
        p->n++;
        mark_inputs(&p->at[i]);
        cli_note_version(s->rest[i], &p->at[i], s->quiet);
    }
    if (status == 0)
        status = agree_panel(p, panel, err);
    free(panel);
    return status;
}

/* The first input of a role in one part. */
static const ps_input_info *input_of(const ps_evidence *e, ps_input_role role) {
    for (size_t i = 0; i < e->n_inputs; i++)
        if (e->input[i].role == role)
            return &e->input[i];
    return NULL;
}

/* A VCF may hold joins or segments of its own: as in one run, --sv and --cnv of another file come before them. */
static void prefer_own_files(const parts *p) {
    int sv = 0, cnv = 0;
    for (size_t i = 0; i < p->n; i++) {
        sv |= input_of(&p->at[i], PS_INPUT_SV) != NULL;
        cnv |= input_of(&p->at[i], PS_INPUT_CNV) != NULL;
    }
    for (size_t i = 0; i < p->n; i++) {
        ps_evidence *e = &p->at[i];
        if (sv && e->has_sv && !input_of(e, PS_INPUT_SV)) {
            ps_sv_free(&e->sv);
            e->has_sv = 0;
        }
        if (cnv && e->has_cnv && !input_of(e, PS_INPUT_CNV)) {
            ps_cnv_free(&e->cnv);
            e->has_cnv = 0;
        }
    }
}

static int refuse_twice(const parts *p, size_t i, size_t j, ps_error *err) {
    const ps_evidence *a = &p->at[j], *b = &p->at[i];
    for (size_t x = 0; x < a->n_inputs; x++)
        for (size_t y = 0; y < b->n_inputs; y++)
            if (a->input[x].records && !strcmp(a->input[x].digest, b->input[y].digest))
                return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "holds %s (%s), and so does %s: give each file once",
                               b->input[y].path, ps_input_names[b->input[y].role], p->path[j]);
    if (a->has_vcf && b->has_vcf)
        return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "has a VCF, and so has %s: one VCF a sample", p->path[j]);
    const char *both = a->has_sv && b->has_sv           ? "structural variants"
                       : a->has_cnv && b->has_cnv       ? "segments of copy number"
                       : a->has_counts && b->has_counts ? "gene counts"
                                                        : NULL;
    if (both)
        return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "has %s, and so has %s: one file a sample", both, p->path[j]);
    return 0;
}

static int check_persons(const parts *p, ps_error *err) {
    ps_input_info *input = ps_alloc(p->n * PS_N_READ_INPUTS, sizeof *input);
    ps_read_evidence *reads = ps_alloc(p->n * PS_N_READ_INPUTS, sizeof *reads); /* borrowed from the parts */
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        for (int role = 0; role < PS_N_READ_INPUTS; role++)
            if (p->at[i].reads[role].given) {
                input[n] = *input_of(&p->at[i], (ps_input_role)role);
                reads[n++] = p->at[i].reads[role];
            }
    int status = ps_check_persons(p->panel, input, reads, n, err);
    free(input);
    free(reads);
    return status;
}

/* Names and copies are told apart as in one run on all files, whatever was merged before. */
static int check_files(const parts *p, ps_error *err) {
    ps_input_info *input = NULL; /* borrowed from the parts */
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->at[i].n_inputs; k++) {
            input = ps_resize(input, n + 1, sizeof *input);
            input[n++] = p->at[i].input[k];
        }
    int status = ps_check_inputs(input, n, err);
    free(input);
    return status;
}

int cli_check_parts(const cli_parts *p, ps_error *err) {
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < i; j++)
            if (refuse_twice(p, i, j, err) < 0)
                return -1;
    return check_files(p, err) < 0 ? -1 : check_persons(p, err);
}

/* ---- what the user stated, now or then ------------------------------------------------------------------------- */

static double purity_of(const ps_stated *s) {
    return s->purity;
}

static double molecules_of(const ps_stated *s) {
    return s->molecules;
}

static double input_ng_of(const ps_stated *s) {
    return s->input_ng;
}

static double prior_of(const ps_stated *s) {
    return s->prior_odds;
}

static const char *with(const parts *p) {
    return p->joined_by ? p->joined_by : "";
}

/* One number that the files must agree on, where any of them has it; `now` wins. */
static int agree_number(const parts *p, const char *name, double (*of)(const ps_stated *), double *now,
                        ps_error *err) {
    size_t from = 0;
    if (!isnan(*now))
        return 0;
    for (size_t i = 0; i < p->n; i++) {
        double then = of(&p->at[i].stated);
        if (!isnan(then) && !isnan(*now) && then != *now)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "%s %g, but %s has %g: choose with %s--%s", name, then,
                           p->path[from], *now, with(p), name);
        if (isnan(*now) && !isnan(then)) {
            *now = then;
            from = i;
        }
    }
    return 0;
}

static double library_of(const ps_stated *s) {
    return s->molecules > 0 ? s->molecules : s->input_ng * library_ng_molecules;
}

/* What the DNA library was made from, as molecules or as ng: what is given now, either way, takes the place of both.
 */
static int agree_library(const parts *p, ps_job *job, ps_error *err) {
    double library = NAN;
    size_t from = 0;
    if (!isnan(job->molecules) || !isnan(job->input_ng))
        return 0;
    if (agree_number(p, "molecules", molecules_of, &job->molecules, err) < 0 ||
        agree_number(p, "input-ng", input_ng_of, &job->input_ng, err) < 0)
        return -1;
    for (size_t i = 0; i < p->n; i++) {
        double then = library_of(&p->at[i].stated);
        if (!isnan(then) && !isnan(library) && then != library)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                           "a library of %g molecules, but %s has %g, as molecules or input-ng: choose with "
                           "%s--molecules",
                           then, p->path[from], library, with(p));
        from = isnan(library) ? i : from;
        library = isnan(library) ? then : library;
    }
    return 0;
}

static int agree_specimen(const parts *p, ps_job *job, ps_error *err) {
    ps_specimen *now = &job->specimen;
    size_t from = 0;
    if (job->specimen_given)
        return 0;
    for (size_t i = 0; i < p->n; i++) {
        ps_specimen then = p->at[i].stated.specimen;
        if (then != PS_SPECIMEN_UNKNOWN && *now != PS_SPECIMEN_UNKNOWN && then != *now)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "specimen %s, but %s has %s: choose with %s--specimen",
                           ps_specimen_names[then], p->path[from], ps_specimen_names[*now], with(p));
        if (then != PS_SPECIMEN_UNKNOWN) {
            *now = then;
            from = i;
        }
    }
    return 0;
}

/* The name in the files' headers: as agree_number(). */
static int agree_name(const parts *p, const char **now, ps_error *err) {
    size_t from = 0;
    if (*now)
        return 0;
    for (size_t i = 0; i < p->n; i++) {
        const char *then = p->at[i].stated.expect_name;
        if (then && *now && strcmp(then, *now) != 0)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                           "expect-name '%s', but %s has '%s': choose with %s--expect-name", then, p->path[from],
                           *now, with(p));
        if (then && !*now) {
            *now = then;
            from = i;
        }
    }
    return 0;
}

static const char *or_else(const char *text, const char *otherwise) {
    return text ? text : otherwise;
}

static int agree_models(const parts *p, ps_error *err) {
    const ps_stated *first = &p->at[0].stated;
    for (size_t i = 1; i < p->n; i++) {
        const ps_stated *s = &p->at[i].stated;
        const char *then = or_else(s->model, cli_default_model), *other = or_else(first->model, cli_default_model);
        if (strcmp(then, other) != 0 || strcmp(or_else(s->model_table, ""), or_else(first->model_table, "")) != 0)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                           "model '%s', but %s has '%s', or its file differs: choose with %s--model", then,
                           p->path[0], other, with(p));
    }
    return 0;
}

void cli_take_model(const cli_parts *p, const ps_job *job, ps_stated *stated) {
    if (job->model)
        return;
    stated->model = ps_strdup(p->at[0].stated.model);
    stated->model_table = ps_strdup(p->at[0].stated.model_table);
}

int cli_agree_parts(const cli_parts *p, ps_job *job, ps_error *err) {
    if ((!job->model && agree_models(p, err) < 0) || agree_number(p, "purity", purity_of, &job->purity, err) < 0 ||
        agree_library(p, job, err) < 0 || agree_number(p, "prior", prior_of, &job->prior_odds, err) < 0 ||
        agree_specimen(p, job, err) < 0 || agree_name(p, &job->expect_name, err) < 0)
        return -1;
    return 0;
}

static int call(const cli_settings *s, parts *p, cli_knowledge *k, ps_result *joint, ps_error *err) {
    ps_job job = s->job;
    cli_unused unused = CLI_UNUSED;
    prefer_own_files(p);
    if (cli_check_parts(p, err) < 0 || cli_agree_parts(p, &job, err) < 0)
        return -1;
    for (size_t i = 0; i < p->n; i++)
        cli_unused_note(&unused, i, p->path[i], &p->at[i].stated, k);
    cli_unused_say(&unused, s->quiet);
    *joint = (ps_result){.sample_id = ps_strdup(p->at[0].sample_id),
                         .panel = p->panel,
                         .purity = job.purity,
                         .prior_odds = job.prior_odds,
                         .specimen = job.specimen,
                         .no_evidence = job.no_evidence};
    cli_note_stated(&job, k, &joint->evidence.stated);
    cli_take_model(p, &job, &joint->evidence.stated);
    ps_evidence_merge(p->panel, p->at, p->n, &joint->evidence);
    return cli_answer_again(&job, k, p->path[0], joint, err);
}

/* It may be what was read: it is never removed here. */
static int refuse_left_evidence(const cli_settings *s, const char *id, ps_error *err) {
    char *path = cli_output_path(s->outdir, id, CLI_EVIDENCE);
    int status =
        access(path, F_OK) == 0
            ? ps_fail(err, PS_ERR_RUN, path, 0,
                      "is there already, and would not be that of the new results: give another -o, or leave out "
                      "--no-evidence")
            : 0;
    free(path);
    return status;
}

int cli_stratify(const cli_settings *s, cli_knowledge *k, ps_result *joint, ps_error *err) {
    parts p = {0};
    int status = read_parts(s, k, &p, err);
    if (status == 0)
        status = call(s, &p, k, joint, err);
    for (size_t i = 0; i < p.n; i++)
        ps_evidence_free(&p.at[i]);
    free(p.at);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

int ps_cmd_stratify(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    ps_result joint = {0};
    int status = -1;
    if (cli_parse(CLI_STRATIFY, argc, argv, argc, &s, err) < 0)
        return -1;
    if (s.help) {
        help(stdout);
        return cli_flush_stdout(err);
    }
    if (!s.n_rest)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "stratify: no evidence: plasmastrat stratify FILE.evidence.gz... [-o DIR]");
    if (cli_load_knowledge(&s.job, &knowledge, err) < 0 || cli_stratify(&s, &knowledge, &joint, err) < 0)
        goto out;
    s.job.sample_id = joint.sample_id;
    if (s.outdir && strcmp(s.outdir, "-") != 0 &&
        ((s.job.no_evidence && refuse_left_evidence(&s, joint.sample_id, err) < 0) ||
         cli_check_outputs(&s.job, s.outdir, s.force, err) < 0))
        goto out;
    if (cli_deliver(&joint, &s, err) < 0 || cli_flush_stdout(err) < 0)
        goto out;
    status = 0;
out:
    ps_result_free(&joint);
    cli_free_knowledge(&knowledge);
    return status;
}
