/* stratify.c - `plasmastrat stratify`: join the results of one sample's files, and label again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/result_read.h"

static void help(FILE *out) {
    fputs("plasmastrat stratify - join per-assay results of one sample, and label again\n\n"
          "usage: plasmastrat stratify FILE.json... [--model FILE] [--specimen SITE] [--prior ODDS] [-o DIR]\n\n"
          "Each file is the ID.json of one run of `sample` on some of the sample's inputs (RNA in one, DNA and its "
          "normal\n"
          "in another, a VCF in a third). The answer is that of one run on all of them, byte for byte. Different "
          "sample\n"
          "ids, builds, panels or program versions are refused, and the same kind of input in two files. With one "
          "file,\n"
          "labels it again. Without --model, --specimen, --prior and --purity those of the files hold.\n\n"
          "What needs the files themselves cannot be done anew: with --purity, a copy number that was computed for "
          "another\n"
          "purity is refused.\n\n",
          out);
    cli_print_options(CLI_STRATIFY, out);
}

typedef struct parts {
    ps_result *at;
    char **path;
    size_t n;
} parts;

/* ---- may these be joined? ---------------------------------------------------------------------------------------
 */

static int read_parts(const cli_settings *s, const cli_knowledge *k, parts *p, ps_error *err) {
    p->path = s->rest;
    p->at = ps_alloc((size_t)s->n_rest, sizeof *p->at);
    for (int i = 0; i < s->n_rest; i++) {
        ps_result *r = &p->at[p->n++];
        if (ps_result_read(s->rest[i], k->panel, k->n_panels, r, err) < 0)
            return -1;
        if (r->failure)
            return ps_fail(err, PS_ERR_RUN, s->rest[i], 0, "is of a sample that failed: %s", r->failure);
        if (cli_check_id(r->sample_id, s->rest[i], 0, err) < 0)
            return -1;
    }
    return 0;
}

static int differ(const parts *p, size_t i, const char *what, const char *a, const char *b, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "%s '%s', but %s has '%s': expected results of one sample", what,
                   b, p->path[0], a);
}

static int check_same(const parts *p, ps_error *err) {
    const ps_result *first = &p->at[0];
    for (size_t i = 1; i < p->n; i++) {
        const ps_result *r = &p->at[i];
        if (strcmp(first->sample_id, r->sample_id) != 0)
            return differ(p, i, "sample", first->sample_id, r->sample_id, err);
        if (strcmp(first->panel->build, r->panel->build) != 0)
            return differ(p, i, "build", first->panel->build, r->panel->build, err);
        if (strcmp(first->panel->checksum, r->panel->checksum) != 0)
            return differ(p, i, "panel checksum", first->panel->checksum, r->panel->checksum, err);
        if (strcmp(first->written_by, r->written_by) != 0)
            return differ(p, i, "program version", first->written_by, r->written_by, err);
    }
    for (size_t i = 0; i < p->n; i++) {
        const ps_result *r = &p->at[i];
        if (strcmp(r->written_by, PS_VERSION) != 0)
            return ps_fail(
                err, PS_ERR_RUN, p->path[i], 0,
                "was written by version %s, and its calls follow that version's rules; this is " PS_VERSION,
                r->written_by);
        if (!ps_result_has_panel(r))
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                           "was made with panel %s, checksum %s, which is not built in: give it with --panel",
                           r->panel->name, r->panel->checksum);
    }
    return 0;
}

/* Which inputs does a result rest on?  Bits by role. */
static unsigned inputs_of(const ps_result *r) {
    unsigned bits = 0;
    for (size_t i = 0; i < r->evidence.n_inputs; i++)
        bits |= 1u << r->evidence.input[i].role;
    return bits;
}

static int check_inputs(const parts *p, ps_error *err) {
    for (size_t i = 0; i < p->n; i++) {
        const ps_result *r = &p->at[i];
        for (int role = 0; role < PS_N_READ_INPUTS; role++)
            if (r->evidence.reads[role].given && !r->evidence.reads[role].genes.gene)
                return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                               "has no counts of its %s: it was written by an earlier version; run `sample` again",
                               ps_input_names[role]);
        for (size_t j = 0; j < i; j++)
            for (int role = 0; role < PS_N_INPUTS; role++)
                if (inputs_of(r) & inputs_of(&p->at[j]) & 1u << role)
                    return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "has %s, and so has %s: each kind of input once",
                                   ps_input_names[role], p->path[j]);
        int normal = inputs_of(r) >> PS_INPUT_NORMAL & 1, dna = inputs_of(r) >> PS_INPUT_DNA & 1;
        for (size_t j = 0; j < p->n && normal && !dna; j++)
            if (inputs_of(&p->at[j]) >> PS_INPUT_DNA & 1)
                return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                               "has the normal, and %s the tumour's DNA: these two are read together", p->path[j]);
    }
    return 0;
}

/* ---- what the user said, now or then ----------------------------------------------------------------------------
 */

static double purity_of(const ps_result *r) {
    return r->purity;
}

static double prior_of(const ps_result *r) {
    return r->prior_odds;
}

/* One number that the files must agree on, where any of them has it; `now` wins. */
static int agree_number(const parts *p, const char *name, double now, double (*of)(const ps_result *), double *out,
                        ps_error *err) {
    size_t from = 0;
    *out = now;
    for (size_t i = 0; i < p->n && isnan(now); i++) {
        double then = of(&p->at[i]);
        if (!isnan(then) && !isnan(*out) && then != *out)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "%s %g, but %s has %g: say which with --%s", name, then,
                           p->path[from], *out, name);
        if (isnan(*out) && !isnan(then)) {
            *out = then;
            from = i;
        }
    }
    return 0;
}

static int agree_specimen(const parts *p, ps_specimen now, ps_specimen *out, ps_error *err) {
    size_t from = 0;
    *out = now;
    for (size_t i = 0; i < p->n && now == PS_SPECIMEN_UNKNOWN; i++) {
        ps_specimen then = p->at[i].specimen;
        if (then != PS_SPECIMEN_UNKNOWN && *out != PS_SPECIMEN_UNKNOWN && then != *out)
            return ps_fail(err, PS_ERR_RUN, p->path[i], 0, "specimen %s, but %s has %s: say which with --specimen",
                           ps_specimen_names[then], p->path[from], ps_specimen_names[*out]);
        if (then != PS_SPECIMEN_UNKNOWN) {
            *out = then;
            from = i;
        }
    }
    return 0;
}

/* Copies and the power to see a junction depend on the purity, and what they were computed from is not at hand any more. */
static int check_purity(const parts *p, double purity, ps_error *err) {
    for (size_t i = 0; i < p->n; i++) {
        double then = p->at[i].purity;
        int same = then == purity || (isnan(then) && isnan(purity));
        if (!(inputs_of(&p->at[i]) >> PS_INPUT_DNA & 1) || same)
            continue;
        char was[40] = "without a purity", is[40] = "without one";
        if (!isnan(then))
            snprintf(was, sizeof was, "for a purity of %g", then);
        if (!isnan(purity))
            snprintf(is, sizeof is, "for %g", purity);
        return ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                       "its copy number and junction were called %s and cannot be called anew %s: run `sample` again",
                       was, is);
    }
    return 0;
}

static const ps_model *agree_model(const parts *p, const cli_settings *s, const cli_knowledge *k, ps_error *err) {
    const ps_result *first = &p->at[0];
    if (k->model_given)
        return &k->model;
    if (s->job.model)
        return &first->panel->models[ps_panel_model(first->panel, s->job.model)];
    for (size_t i = 1; i < p->n; i++)
        if (!ps_model_equal(first->label.chosen.model, p->at[i].label.chosen.model)) {
            ps_fail(err, PS_ERR_RUN, p->path[i], 0,
                    "model '%s', but %s has '%s', with other weights or thresholds: say which with --model",
                    p->at[i].label.chosen.model->name, p->path[0], first->label.chosen.model->name);
            return NULL;
        }
    return first->label.chosen.model;
}

/* ---- joining ----------------------------------------------------------------------------------------------------
 */

/* Moves what each part alone holds. Texts stay the parts': they must outlive the joint result. */
static void take_inputs(parts *p, ps_result *joint) {
    for (int role = 0; role < PS_N_INPUTS; role++) /* reads before the VCF, as `sample` lists them */
        for (size_t i = 0; i < p->n; i++) {
            ps_result *r = &p->at[i];
            for (size_t k = 0; k < r->evidence.n_inputs; k++) {
                if (r->evidence.input[k].role != (ps_input_role)role)
                    continue;
                joint->evidence.input =
                    ps_resize(joint->evidence.input, joint->evidence.n_inputs + 1, sizeof *joint->evidence.input);
                ps_input_info *in = &joint->evidence.input[joint->evidence.n_inputs++];
                *in = r->evidence.input[k];
                in->path = ps_strdup(in->path);
                in->sample_name = ps_strdup(in->sample_name);
            }
        }
    for (size_t i = 0; i < p->n; i++) {
        ps_result *r = &p->at[i];
        for (int role = 0; role < PS_N_READ_INPUTS; role++)
            if (r->evidence.reads[role].given) {
                joint->evidence.reads[role] = r->evidence.reads[role];
                r->evidence.reads[role] = (ps_read_evidence){0};
            }
        if (r->evidence.has_vcf) {
            joint->evidence.has_vcf = 1;
            joint->evidence.vcf = r->evidence.vcf;
            r->evidence.vcf = (ps_variants){0};
        }
    }
}

/* Contigs are named as the tumour's DNA names them, else the RNA, the normal, the VCF. */
static void take_style(const parts *p, ps_result *joint) {
    static const ps_input_role order[] = {PS_INPUT_VCF, PS_INPUT_NORMAL, PS_INPUT_RNA, PS_INPUT_DNA};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < p->n; i++)
            if (inputs_of(&p->at[i]) >> order[k] & 1)
                joint->evidence.style = p->at[i].evidence.style;
}

static void take_sites(parts *p, ps_result *joint) {
    ps_variants *all = &joint->evidence.sites;
    for (size_t i = 0; i < p->n; i++) {
        ps_variants *sites = &p->at[i].evidence.sites;
        joint->evidence.has_sites |= p->at[i].evidence.has_sites;
        all->variant = ps_resize(all->variant, all->n_variants + sites->n_variants, sizeof *all->variant);
        for (size_t k = 0; k < sites->n_variants; k++) {
            all->variant[all->n_variants++] = sites->variant[k];
            sites->variant[k] = (ps_variant){0};
        }
        if (!all->notice[0])
            memcpy(all->notice, sites->notice, sizeof all->notice);
    }
}

/* The part whose call rests on this input; the first where none does (its call says that nothing was given). */
static ps_result *part_with(const parts *p, ps_input_role role) {
    for (size_t i = 0; i < p->n; i++)
        if (inputs_of(&p->at[i]) >> role & 1)
            return &p->at[i];
    return &p->at[0];
}

/* What each part publishes of its inputs is all that their persons are compared by. */
static void join_identity(const parts *p, const ps_panel *panel, ps_identity_call *joint) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        for (size_t i = 0; i < p->n; i++) {
            ps_identity_call *part = &p->at[i].calls.identity;
            for (size_t k = 0; k < part->n_inputs && inputs_of(&p->at[i]) >> role & 1; k++)
                if (part->input[k].role == (ps_input_role)role) {
                    joint->input[joint->n_inputs++] = part->input[k];
                    part->input[k].counts = part->input[k].genotypes = NULL;
                }
        }
    ps_identity_pairs(panel, joint);
}

static void join_calls(const parts *p, const ps_case *c, ps_calls *calls) {
    const ps_ras_call **ras = ps_alloc(p->n, sizeof *ras);
    for (size_t i = 0; i < p->n; i++)
        ras[i] = &p->at[i].calls.ras;
    ps_join_ras(c, ras, p->n, &calls->ras);
    free(ras);
    ps_result *rna = part_with(p, PS_INPUT_RNA), *dna = part_with(p, PS_INPUT_DNA);
    calls->expression = rna->calls.expression;
    rna->calls.expression = (ps_expression_call){0};
    calls->copynumber = dna->calls.copynumber;
    dna->calls.copynumber = (ps_copynumber_call){0};
    ps_result *junction = inputs_of(dna) >> PS_INPUT_DNA & 1 ? dna : rna;
    calls->junction = junction->calls.junction;
    junction->calls.junction = (ps_junction_call){0};
    if (junction != rna && inputs_of(rna) >> PS_INPUT_RNA & 1)
        ps_junction_add_rna(rna->calls.junction.rna_fragments, &calls->junction);
    ps_call_ccnd1(c, &calls->expression, &calls->copynumber, &calls->junction, &calls->ccnd1);
    join_identity(p, c->panel, &calls->identity);
}

/* Checks that only the run on the files could make. */
static void keep_checks(const parts *p, ps_result *joint) {
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->at[i].n_qc; k++) {
            const ps_qc *was = &p->at[i].qc[k];
            int again = !strcmp(was->check, "vcf-vs-reads") || !strcmp(was->check, "rna-vs-dna");
            for (size_t n = 0; n < joint->n_qc; n++)
                again |= !strcmp(joint->qc[n].check, was->check) && !strcmp(joint->qc[n].input, was->input);
            if (!again)
                ps_result_qc(joint, was->check, was->input, was->state, was->value, was->limit, "%s", was->message);
        }
}

static int join(const cli_settings *s, const cli_knowledge *k, parts *p, ps_result *joint, ps_error *err) {
    const ps_result *first = &p->at[0];
    *joint = (ps_result){.sample_id = ps_strdup(first->sample_id), .panel = first->panel};
    const ps_model *model = agree_model(p, s, k, err);
    if (!model || agree_number(p, "purity", s->job.purity, purity_of, &joint->purity, err) < 0 ||
        agree_number(p, "prior", s->job.prior_odds, prior_of, &joint->prior_odds, err) < 0 ||
        agree_specimen(p, s->job.specimen, &joint->specimen, err) < 0 || check_purity(p, joint->purity, err) < 0)
        return -1;
    take_style(p, joint);
    take_inputs(p, joint);
    take_sites(p, joint);
    ps_case c = {.panel = joint->panel, .purity = joint->purity};
    c.vcf = joint->evidence.has_vcf ? &joint->evidence.vcf : NULL;
    c.sites = joint->evidence.has_sites ? &joint->evidence.sites : NULL;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &joint->evidence.reads[role];
    join_calls(p, &c, &joint->calls);
    ps_result *rna = part_with(p, PS_INPUT_RNA);
    joint->expression_reference = rna->expression_reference;
    rna->expression_reference = NULL;
    memcpy(joint->expression_reference_checksum, rna->expression_reference_checksum,
           sizeof joint->expression_reference_checksum);
    ps_stratify(joint->panel, model, &joint->calls, joint->specimen, joint->prior_odds, &joint->label);
    ps_result_checks(joint);
    keep_checks(p, joint);
    return 0;
}

/* ---- the command ------------------------------------------------------------------------------------------------
 */

int ps_cmd_stratify(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    parts p = {0};
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
                       "stratify: no results: plasmastrat stratify FILE.json... [-o DIR]");
    if (cli_load_knowledge(&s.job, &knowledge, err) < 0 || read_parts(&s, &knowledge, &p, err) < 0 ||
        check_same(&p, err) < 0 || check_inputs(&p, err) < 0 || join(&s, &knowledge, &p, &joint, err) < 0)
        goto out;
    s.job.sample_id = joint.sample_id;
    if (s.outdir && strcmp(s.outdir, "-") != 0 && cli_check_outputs(&s.job, s.outdir, s.force, err) < 0)
        goto out;
    if (cli_deliver(&joint, &s, err) < 0 || cli_flush_stdout(err) < 0)
        goto out;
    status = 0;
out:
    ps_result_free(&joint);
    for (size_t i = 0; i < p.n; i++)
        ps_result_free(&p.at[i]);
    free(p.at);
    cli_free_knowledge(&knowledge);
    return status;
}
