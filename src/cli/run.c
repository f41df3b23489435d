/* run.c - one sample: inputs to evidence to calls to label. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/collect.h"
#include "plasmastrat/evidence_file.h"
#include "plasmastrat/file.h"
#include "plasmastrat/remote.h"
#include "plasmastrat/report.h"
#include "plasmastrat/scratch.h"
#include "plasmastrat/spelling.h"

const char cli_default_model[] = "rationale";
enum { MOST_MODEL = 1 << 20 }; /* bytes of a model file */

/* A list of sites is for all samples: what can be told before a sample is run is told then. */
static int check_sites(const ps_job *job, const cli_knowledge *k, ps_error *err) {
    const char *build = NULL;
    char why[256] = "";
    if (!job->force_sites)
        return 0;
    if (!strcmp(job->force_sites, "-"))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--force-sites: '-', expected a file: it is read more than once");
    if (ps_variants_build(job->force_sites, &build, why, sizeof why, err) < 0) {
        err->kind = PS_ERR_USAGE;
        return -1;
    }
    for (int i = 0; build && i < k->n_panels; i++)
        if (!strcmp(k->panel[i].build, build))
            return 0;
    if (!build)
        return 0; /* REF bases are checked against the panel of each sample */
    return ps_fail(err, PS_ERR_USAGE, job->force_sites, 0, "--force-sites: is on %s (%s), but %s%s", build, why,
                   k->chosen ? "the panel is " : "there is no panel for it", k->chosen ? k->panel[0].name : "");
}

/* The panel it was made with must be there; a sample on another build is told so when its build is known. */
static int load_expression_reference(const ps_job *job, cli_knowledge *k, ps_error *err) {
    const char *path = job->expression_reference;
    if (!path)
        return 0;
    if (ps_expression_reference_read(path, &k->expression, err) < 0)
        return -1;
    for (int i = 0; i < k->n_panels; i++)
        if (!strcmp(k->panel[i].build, k->expression.build))
            return ps_expression_reference_fits(path, &k->expression, &k->panel[i], err);
    return ps_expression_reference_fits(path, &k->expression, &k->panel[0], err);
}

static int refuse_model(const ps_panel *panel, const char *name, ps_error *err) {
    const char **names = ps_alloc((size_t)panel->n_models, sizeof *names);
    char known[400] = "";
    for (int i = 0; i < panel->n_models; i++) {
        size_t used = strlen(known);
        names[i] = panel->models[i].name;
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *meant = ps_meant(name, names, (size_t)panel->n_models);
    free(names);
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--model: '%s' is no file and no model of panel %s (%s)%s%s%s", name,
                   panel->name, known, meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

/* Models are told apart by their names: another's file under a panel's name would pass for the panel's. */
static int read_model(const char *path, cli_knowledge *k, ps_error *err) {
    size_t n = 0;
    k->model_given = 1;
    if (ps_model_read(path, &k->model, err) < 0 ||
        ps_file_read(path, MOST_MODEL, PS_ERR_USAGE, &k->model_table, &n, err) < 0)
        return -1;
    for (int i = 0; i < k->n_panels; i++) {
        int same = ps_panel_model(&k->panel[i], k->model.name);
        if (same >= 0 && !ps_model_equal(&k->panel[i].models[same], &k->model))
            return ps_fail(err, PS_ERR_USAGE, path, 0,
                           "name '%s' is that of a model of panel %s, which differs: expected a name of its own",
                           k->model.name, k->panel[i].name);
    }
    return 0;
}

/* A FASTA begins with '>'; a packed one is looked at when it is used. */
static int check_fasta(const char *path, ps_error *err) {
    struct stat about;
    if (!path || ps_path_is_remote(path))
        return 0;
    FILE *f = fopen(path, "rb");
    if (!f)
        return ps_fail(err, PS_ERR_USAGE, path, 0, "reference cannot be read: %s", strerror(errno));
    int is_folder = fstat(fileno(f), &about) == 0 && S_ISDIR(about.st_mode), first = getc(f);
    fclose(f);
    if (!is_folder && (first == '>' || first == 0x1f))
        return 0;
    return ps_fail(err, PS_ERR_USAGE, path, 0, "--reference: %s, expected a FASTA file",
                   is_folder ? "is a folder" : "does not begin with '>'");
}

int cli_load_knowledge(const ps_job *job, cli_knowledge *k, ps_error *err) {
    *k = (cli_knowledge){.chosen = job->panel != NULL};
    for (int i = 0; job->panel ? i < 1 : ps_panel_builtin[i] != NULL; i++)
        if (ps_panel_load(job->panel ? job->panel : ps_panel_builtin[i], &k->panel[k->n_panels++], err) < 0)
            return -1;
    if (check_sites(job, k, err) < 0 || load_expression_reference(job, k, err) < 0)
        return -1;
    if (check_fasta(job->reference, err) < 0)
        return -1;
    if (job->copynumber_reference &&
        ps_normals_read(job->copynumber_reference, k->panel, k->n_panels, &k->normals, err) < 0)
        return -1;
    k->normals_given = job->copynumber_reference != NULL;
    if (job->error_reference &&
        ps_error_reference_read(job->error_reference, k->panel, k->n_panels, &k->errors, err) < 0)
        return -1;
    const char *name = job->model ? job->model : cli_default_model;
    if (ps_panel_model(&k->panel[0], name) >= 0)
        return 0;
    if (!job->model)
        return ps_fail(err, PS_ERR_USAGE, job->panel, 0, "has no model '%s': choose one of its own with --model",
                       cli_default_model);
    if (access(job->model, F_OK) != 0)
        return refuse_model(&k->panel[0], job->model, err);
    return read_model(job->model, k, err);
}

void cli_free_knowledge(cli_knowledge *k) {
    for (int i = 0; i < k->n_panels; i++)
        ps_panel_free(&k->panel[i]);
    ps_model_free(&k->model);
    free(k->model_table);
    ps_normals_free(&k->normals);
    ps_error_reference_free(&k->errors);
    ps_expression_reference_free(&k->expression);
    *k = (cli_knowledge){0};
}

typedef struct run { /* what a sample has open */
    const ps_job *job;
    const cli_knowledge *knowledge;
    const ps_watch *watch;
    ps_read_source *source; /* by role, each role's files together */
    ps_read_evidence *told; /* by source: what each file told */
    size_t n_sources;
    const char *build;      /* agreed so far */
    const char *build_path; /* the input it came from */
    char *vcf;              /* path to read the VCF from: the job's, or a copy of standard input */
    FILE *vcf_copy;
    const ps_panel *panel;
} run;

typedef struct job_file {
    ps_input_role role;
    const char *path;
} job_file;

static size_t files_of(const ps_job *job, job_file **files) {
    size_t n = 0;
    *files = NULL;
    for (int role = 0; role < PS_N_INPUTS; role++)
        for (size_t i = 0; ps_job_file(job, (ps_input_role)role, i); i++) {
            *files = ps_resize(*files, n + 1, sizeof **files);
            (*files)[n++] = (job_file){(ps_input_role)role, ps_job_file(job, (ps_input_role)role, i)};
        }
    return n;
}

static int is_same_file(const char *x, const char *y) {
    struct stat a, b;
    return !strcmp(x, y) || (stat(x, &a) == 0 && stat(y, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

/* One file in two roles is a slip: a tumour as its own normal would make every mutation germline. Twice in one role
 * it would count every fragment twice. */
static int refuse_same_file(const ps_job *job, ps_error *err) {
    job_file *file = NULL;
    size_t n = files_of(job, &file);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++)
        for (size_t j = 0; j < i && status == 0; j++)
            if (is_same_file(file[i].path, file[j].path))
                status = file[i].role == file[j].role
                             ? ps_fail(err, PS_ERR_RUN, file[i].path, 0, "is given twice as %s",
                                       ps_input_names[file[i].role])
                             : ps_fail(err, PS_ERR_RUN, file[i].path, 0, "is given both as %s and as %s",
                                       ps_input_names[file[j].role], ps_input_names[file[i].role]);
    free(file);
    return status;
}

static int open_source(run *r, ps_input_role role, const char *path, cli_say say, void *context, ps_error *err) {
    r->source = ps_resize(r->source, r->n_sources + 1, sizeof *r->source);
    ps_read_source *s = &r->source[r->n_sources];
    *s = (ps_read_source){.role = role, .path = path, .reference = r->job->reference, .watch = r->watch};
    if (ps_reads_open(path, r->job->reference, 1, 1, &s->reads, err) < 0)
        return -1;
    r->n_sources++;
    ps_index_state index = ps_reads_about(s->reads)->index;
    if (index == PS_INDEX_STALE || index == PS_INDEX_UNSOUND) {
        char *text =
            ps_format("%s: its index %s and is not used: the whole file is read (make a new one with samtools index)",
                      path, index == PS_INDEX_STALE ? "is older than the file" : "is damaged");
        say(context, r->job->sample_id, text);
        free(text);
    }
    return 0;
}

static int open_sources(run *r, cli_say say, void *context, ps_error *err) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        for (size_t i = 0; ps_job_file(r->job, (ps_input_role)role, i); i++)
            if (open_source(r, (ps_input_role)role, ps_job_file(r->job, (ps_input_role)role, i), say, context, err) <
                0)
                return -1;
    return 0;
}

/* A VCF is read twice (once for its build), so standard input is copied to an unnamed temporary file first. */
static int open_vcf(run *r, ps_error *err) {
    const char *path = r->job->path[PS_INPUT_VCF];
    if (!path || strcmp(path, "-") != 0) {
        r->vcf = ps_strdup(path);
        return 0;
    }
    r->vcf_copy = ps_scratch_open();
    if (!r->vcf_copy)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "standard input: no temporary file can be made: %s",
                       strerror(errno));
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, stdin)) > 0)
        if (fwrite(block, 1, n, r->vcf_copy) != n)
            break;
    if (ferror(stdin) || ferror(r->vcf_copy) || fflush(r->vcf_copy) != 0)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "standard input: cannot be copied to a temporary file: %s",
                       strerror(errno));
    r->vcf = ps_format("/dev/fd/%d", fileno(r->vcf_copy));
    return 0;
}

static int agree_build(run *r, const char *path, const char *build, const char *why, ps_error *err) {
    if (!build)
        return ps_fail(err, PS_ERR_RUN, path, 0, "its genome build is not recognised: %s", why);
    if (r->build && strcmp(r->build, build) != 0)
        return ps_fail(err, PS_ERR_RUN, path, 0, "is on %s, but %s is on %s: inputs of one sample must share a build",
                       build, r->build_path, r->build);
    r->build = build;
    r->build_path = path;
    return 0;
}

/* Where neither alignments nor a VCF told. Counts have no build: they follow the others, or the first panel, whose
 * genes are those of every build. */
static int find_import_build(run *r, ps_error *err) {
    static const ps_input_role roles[] = {PS_INPUT_SV, PS_INPUT_CNV};
    const cli_knowledge *k = r->knowledge;
    for (size_t i = 0; i < sizeof roles / sizeof *roles && !r->build && !k->chosen; i++) {
        const char *path = r->job->path[roles[i]], *build = NULL;
        char why[256] = "";
        if (!path)
            continue;
        int got = roles[i] == PS_INPUT_SV ? ps_variants_build(path, &build, why, sizeof why, err)
                                          : ps_cnv_build(path, k->panel, k->n_panels, &build, why, sizeof why, err);
        if (got < 0 || agree_build(r, path, build, why, err) < 0)
            return -1;
    }
    return 0; /* with a chosen panel each is read against that, which tells */
}

static int find_build(run *r, ps_error *err) {
    for (size_t i = 0; i < r->n_sources; i++) {
        const ps_reads_info *about = ps_reads_about(r->source[i].reads);
        if (agree_build(r, r->source[i].path, about->build, about->build_reason, err) < 0)
            return -1;
    }
    if (!r->vcf)
        return find_import_build(r, err);
    const char *build = NULL;
    char why[256] = "";
    if (ps_variants_build(r->vcf, &build, why, sizeof why, err) < 0)
        return -1;
    /* A VCF that cannot tell follows the alignments, or --panel; its REF bases are checked against the panel anyway.
     */
    if (!build && (r->build || r->knowledge->chosen))
        return 0;
    return agree_build(r, r->job->path[PS_INPUT_VCF], build, why, err);
}

static int choose_panel(run *r, ps_error *err) {
    const cli_knowledge *k = r->knowledge;
    for (int i = 0; i < k->n_panels && !r->panel; i++)
        if (r->build ? !strcmp(k->panel[i].build, r->build) : k->chosen || r->job->path[PS_INPUT_COUNTS])
            r->panel = &k->panel[i];
    if (r->panel)
        return 0;
    if (k->chosen)
        ps_fail(err, PS_ERR_RUN, r->build_path, 0, "is on %s, but the panel %s is for %s", r->build, k->panel[0].name,
                k->panel[0].build);
    else
        ps_fail(
            err, PS_ERR_RUN, r->build_path, 0,
            "is on %s, for which there is no panel: align its reads to GRCh38 (or GRCh37); positions are not lifted over",
            r->build);
    return -1;
}

/* RNA given as DNA would read as gains and losses, DNA given as RNA as even expression. */
static int check_assays(const run *r, ps_error *err) {
    char why[256];
    for (size_t i = 0; i < r->n_sources; i++)
        if (ps_wrong_assay(r->panel, &r->told[i], why, sizeof why))
            return ps_fail(err, PS_ERR_RUN, r->source[i].path, 0, "is given as %s, but %s",
                           ps_input_names[r->source[i].role], why);
    return 0;
}

static void note_reads(const run *r, size_t i, ps_evidence *evidence) {
    const ps_reads_info *about = ps_reads_about(r->source[i].reads);
    ps_input_info *in = ps_evidence_input(evidence, r->source[i].role, r->source[i].path, about->format,
                                          r->panel->build, about->sample_name, r->told[i].records, about->style);
    ps_input_digest(&r->told[i], in->digest);
    ps_reads_mark(&r->told[i], in->mark);
}

static int collect_reads(run *r, ps_error *err) {
    r->told = ps_alloc(r->n_sources, sizeof *r->told);
    for (size_t i = 0; i < r->n_sources; i++)
        if (ps_reads_bind(r->source[i].reads, r->panel, err) < 0)
            return -1;
    return ps_collect(r->panel, r->source, r->n_sources, r->job->n_threads, r->told, err);
}

static int gather_reads(run *r, ps_result *result, ps_error *err) {
    ps_evidence *evidence = &result->evidence;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_init(r->panel, (ps_input_role)role, &evidence->reads[role]);
    if (collect_reads(r, err) < 0 || check_assays(r, err) < 0)
        return -1;
    for (size_t i = 0; i < r->n_sources; i++)
        note_reads(r, i, evidence);
    if (ps_check_inputs(evidence->input, evidence->n_inputs, err) < 0 ||
        ps_check_persons(r->panel, evidence->input, r->told, r->n_sources, err) < 0)
        return -1;
    for (size_t i = 0; i < r->n_sources; i++)
        ps_read_evidence_add(&evidence->reads[r->source[i].role], &r->told[i]);
    return 0;
}

static int gather_variants(run *r, ps_result *result, ps_error *err) {
    const char *path = r->job->path[PS_INPUT_VCF];
    if (!path)
        return 0;
    if (ps_variants_read(r->vcf, r->panel, r->job->vcf_sample, &result->evidence.vcf, err) < 0)
        return -1;
    const ps_variants *vcf = &result->evidence.vcf;
    result->evidence.has_vcf = 1;
    ps_variants_digest(vcf, ps_evidence_input(&result->evidence, PS_INPUT_VCF, path, vcf->format, r->panel->build,
                                              vcf->sample_name, vcf->records, vcf->style)
                                ->digest);
    return 0;
}

/* A file given as --vcf may hold what --sv and --cnv take too: it is used, and the user is told. */
static const char *vcf_sample(const ps_result *result) {
    return result->evidence.vcf.sample_name[0] ? result->evidence.vcf.sample_name : NULL;
}

static int refuse_part_of_vcf(const run *r, const char *what, const ps_error *why, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, r->job->path[PS_INPUT_VCF], 0, "holds %s that cannot be read: %.600s", what,
                   why->text);
}

static void note_part_of_vcf(const run *r, char **path, char *notice, size_t size, const char *words) {
    size_t used = strlen(notice);
    free(*path);
    *path = ps_strdup(r->job->path[PS_INPUT_VCF]);
    snprintf(notice + used, size - used, "%s%s", used ? "; " : "", words);
}

static int look_for_joins(const run *r, ps_result *result, ps_error *err) {
    ps_sv_evidence *sv = &result->evidence.sv;
    ps_error why = {0};
    if (!r->vcf || !result->evidence.vcf.has_structural)
        return 0;
    if (ps_sv_read(r->vcf, r->panel, vcf_sample(result), sv, &why) < 0)
        return refuse_part_of_vcf(r, "structural variants", &why, err);
    result->evidence.has_sv = 1;
    note_part_of_vcf(r, &sv->path, sv->notice, sizeof sv->notice,
                     "the structural variants in --vcf are used; better give them with --sv");
    return 0;
}

static int gather_sv(const run *r, ps_result *result, ps_error *err) {
    const char *path = r->job->path[PS_INPUT_SV];
    ps_sv_evidence *sv = &result->evidence.sv;
    if (!path)
        return look_for_joins(r, result, err);
    if (ps_sv_read(path, r->panel, NULL, sv, err) < 0)
        return -1;
    result->evidence.has_sv = 1;
    ps_sv_digest(sv, ps_evidence_input(&result->evidence, PS_INPUT_SV, path, sv->format, r->panel->build,
                                       sv->sample_name, sv->records, PS_STYLE_UCSC)
                         ->digest);
    return 0;
}

static int look_for_segments(const run *r, ps_result *result, ps_error *err) {
    ps_cnv_evidence *cnv = &result->evidence.cnv;
    ps_error why = {0};
    if (!r->vcf || !result->evidence.vcf.has_copy_number)
        return 0;
    if (ps_cnv_read(r->vcf, r->panel, vcf_sample(result), NULL, cnv, &why) < 0)
        return refuse_part_of_vcf(r, "copy number", &why, err);
    if (cnv->n == 0) {
        ps_cnv_free(cnv);
        return 0;
    }
    result->evidence.has_cnv = 1;
    note_part_of_vcf(r, &cnv->path, cnv->notice, sizeof cnv->notice,
                     "the copy-number records in --vcf are used; better give them with --cnv");
    return 0;
}

static int gather_cnv(const run *r, ps_result *result, ps_error *err) {
    const char *path = r->job->path[PS_INPUT_CNV];
    ps_cnv_evidence *cnv = &result->evidence.cnv;
    if (!path)
        return look_for_segments(r, result, err);
    if (ps_cnv_read(path, r->panel, r->job->cnv_sample, r->job->sample_id, cnv, err) < 0)
        return -1;
    result->evidence.has_cnv = 1;
    ps_cnv_digest(cnv, ps_evidence_input(&result->evidence, PS_INPUT_CNV, path, cnv->format, r->panel->build,
                                         cnv->sample_name, cnv->rows, PS_STYLE_UCSC)
                           ->digest);
    return 0;
}

static int gather_counts(const run *r, ps_result *result, ps_error *err) {
    const char *path = r->job->path[PS_INPUT_COUNTS];
    ps_count_evidence *counts = &result->evidence.counts;
    if (!path)
        return 0;
    if (ps_counts_read(path, r->panel, r->job->counts_sample, r->job->sample_id, counts, err) < 0)
        return -1;
    result->evidence.has_counts = 1;
    ps_counts_digest(counts, ps_evidence_input(&result->evidence, PS_INPUT_COUNTS, path, "table", r->panel->build,
                                               counts->sample_name, counts->rows, PS_STYLE_UCSC)
                                 ->digest);
    return 0;
}

static int gather_sites(const run *r, ps_result *result, cli_say say, void *context, ps_error *err) {
    if (!r->job->force_sites)
        return 0;
    if (ps_variants_read_sites(r->job->force_sites, r->panel, &result->evidence.sites, err) < 0)
        return -1;
    result->evidence.has_sites = 1;
    if (result->evidence.sites.notice[0]) {
        char *text = ps_format("--force-sites: %s", result->evidence.sites.notice);
        say(context, r->job->sample_id, text);
        free(text);
    }
    return 0;
}

/* ---- from evidence to the answer ------------------------------------------------------------------------------- */

/* A cohort of another build is not left out in silence: which input, which file. */
static int check_references(const ps_result *result, const cli_knowledge *k, ps_error *err) {
    const ps_evidence *e = &result->evidence;
    const char *build = result->panel->build, *cohort = k->expression.build;
    for (size_t i = 0; i < e->n_inputs; i++) {
        if (e->input[i].role == PS_INPUT_RNA && cohort && strcmp(cohort, build) != 0)
            return ps_fail(err, PS_ERR_RUN, e->input[i].path, 0,
                           "is on %s, but the expression reference %s was made on %s", build, k->expression.name,
                           cohort);
        if (e->input[i].role == PS_INPUT_DNA && k->normals_given && strcmp(k->normals.build, build) != 0)
            return ps_fail(err, PS_ERR_RUN, e->input[i].path, 0, "is on %s, but the panel of normals %s is for %s",
                           build, k->normals.path, k->normals.build);
        if (e->input[i].role == PS_INPUT_DNA && k->errors.build && strcmp(k->errors.build, build) != 0)
            return ps_fail(err, PS_ERR_RUN, e->input[i].path, 0, "is on %s, but the error reference %s is for %s",
                           build, k->errors.path, k->errors.build);
    }
    return 0;
}

ps_case cli_case_of(const ps_result *result, const cli_knowledge *k) {
    const ps_evidence *e = &result->evidence;
    ps_case c = {.panel = result->panel,
                 .vcf = e->has_vcf ? &e->vcf : NULL,
                 .sites = e->has_sites ? &e->sites : NULL,
                 .sv = e->has_sv ? &e->sv : NULL,
                 .cnv = e->has_cnv ? &e->cnv : NULL,
                 .counts = e->has_counts ? &e->counts : NULL,
                 .purity = result->purity,
                 .molecules =
                     e->stated.molecules > 0 ? e->stated.molecules : e->stated.input_ng * library_ng_molecules,
                 .primers = e->primers.listed ? &e->primers : NULL,
                 .normals = result->normals,
                 .errors = k->errors.build ? &k->errors : NULL};
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &e->reads[role];
    if (k->expression.build && !strcmp(k->expression.build, result->panel->build))
        c.expression_reference = &k->expression;
    return c;
}

int cli_answer(const ps_model *model, const cli_knowledge *k, ps_result *result, ps_error *err) {
    if (check_references(result, k, err) < 0)
        return -1;
    result->normals = k->normals_given && result->evidence.reads[PS_INPUT_DNA].given ? &k->normals : NULL;
    ps_case c = cli_case_of(result, k);
    if (c.expression_reference) {
        result->expression_reference = ps_strdup(k->expression.name);
        memcpy(result->expression_reference_checksum, k->expression.checksum, sizeof k->expression.checksum);
    }
    if (!result->evidence.digest[0]) /* not as it was read */
        ps_evidence_digest(&result->evidence);
    ps_call(&c, &result->calls);
    ps_stratify(result->panel, model, &result->calls, result->specimen, result->prior_odds, &result->label);
    ps_result_checks(result);
    return 0;
}

const ps_model *cli_chosen_model(const ps_job *job, const cli_knowledge *k, const ps_panel *panel) {
    return k->model_given ? &k->model
                          : &panel->models[ps_panel_model(panel, job->model ? job->model : cli_default_model)];
}

int cli_answer_again(const ps_job *job, const cli_knowledge *k, const char *path, ps_result *result, ps_error *err) {
    const ps_stated *then = &result->evidence.stated;
    ps_job named = {.model = then->model};
    if (job->model)
        return cli_answer(cli_chosen_model(job, k, result->panel), k, result, err);
    if (then->model_table) {
        result->model = ps_alloc(1, sizeof *result->model);
        if (ps_model_parse(path, then->model_table, strlen(then->model_table), result->model, err) < 0)
            return -1;
        return cli_answer(result->model, k, result, err);
    }
    if (then->model && ps_panel_model(result->panel, then->model) < 0)
        return ps_fail(err, PS_ERR_RUN, path, 0, "model '%s' is none of panel %s: choose with --model", then->model,
                       result->panel->name);
    return cli_answer(cli_chosen_model(&named, k, result->panel), k, result, err);
}

void cli_note_stated(const ps_job *job, const cli_knowledge *k, ps_stated *stated) {
    *stated = (ps_stated){.purity = job->purity,
                          .prior_odds = job->prior_odds,
                          .molecules = job->molecules,
                          .input_ng = job->input_ng,
                          .specimen = job->specimen,
                          .expect_name = ps_strdup(job->expect_name),
                          .model = ps_strdup(k->model_given ? k->model.name : job->model),
                          .model_table = ps_strdup(k->model_table)};
    if (k->normals_given)
        stated->copynumber_reference = ps_format("%s, checksum %s", k->normals.path, k->normals.checksum);
    if (k->errors.build)
        stated->error_reference = ps_format("%s, checksum %s", k->errors.path, k->errors.checksum);
    if (k->expression.build)
        stated->expression_reference = ps_format("%s, checksum %s", k->expression.name, k->expression.checksum);
}

static void say_timeout(ps_error *err) {
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, "; a server sent nothing for %d s (--timeout)",
             ps_remote_seconds());
}

int cli_gather_sample(const ps_job *job, const cli_knowledge *knowledge, cli_say say, void *context,
                      const ps_watch *watch, ps_result *result, ps_error *err) {
    run r = {.job = job, .knowledge = knowledge, .watch = watch};
    int status = -1, timeouts = ps_remote_timeouts();
    *result = (ps_result){.sample_id = ps_strdup(job->sample_id),
                          .no_evidence = job->no_evidence,
                          .specimen = job->specimen,
                          .purity = job->purity,
                          .prior_odds = job->prior_odds};
    result->evidence.sample_id = ps_strdup(job->sample_id);
    cli_note_stated(job, knowledge, &result->evidence.stated);
    if (refuse_same_file(job, err) < 0 || open_sources(&r, say, context, err) < 0 || open_vcf(&r, err) < 0 ||
        find_build(&r, err) < 0 || choose_panel(&r, err) < 0)
        goto out;
    result->panel = r.panel;
    if (gather_sites(&r, result, say, context, err) < 0 ||
        (job->primers && ps_primers_read(job->primers, r.panel, &result->evidence.primers, err) < 0) ||
        gather_reads(&r, result, err) < 0 || gather_variants(&r, result, err) < 0 || gather_sv(&r, result, err) < 0 ||
        gather_cnv(&r, result, err) < 0 || gather_counts(&r, result, err) < 0)
        goto out;
    ps_evidence_tidy(r.panel, &result->evidence);
    status = 0;
out:
    if (status < 0 && ps_remote_timeouts() > timeouts) /* what the reader met is a connection that was ended */
        say_timeout(err);
    for (size_t i = 0; i < r.n_sources; i++) {
        ps_reads_close(r.source[i].reads);
        if (r.told)
            ps_read_evidence_free(&r.told[i]);
    }
    free(r.source);
    free(r.told);
    if (r.vcf_copy)
        fclose(r.vcf_copy);
    free(r.vcf);
    if (status < 0)
        result->failure = ps_strdup(err->text);
    return status;
}

int cli_run_sample(const ps_job *job, const cli_knowledge *knowledge, cli_say say, void *context,
                   const ps_watch *watch, ps_result *result, ps_error *err) {
    if (cli_gather_sample(job, knowledge, say, context, watch, result, err) < 0)
        return -1;
    if (cli_answer(cli_chosen_model(job, knowledge, result->panel), knowledge, result, err) == 0)
        return 0;
    result->failure = ps_strdup(err->text);
    return -1;
}

int cli_check_id(const char *id, const char *path, long line, ps_error *err) {
    if (!strcmp(id, "cohort") || !strcmp(id, "plasmastrat_mqc"))
        return ps_fail(err, PS_ERR_USAGE, path, line, "sample id '%s': this name is taken by the cohort's own files",
                       id);
    char *clean = ps_utf8_clean(id);
    int is_utf8 = !strcmp(clean, id);
    free(clean);
    if (!is_utf8) /* two of them could look the same in every output */
        return ps_fail(err, PS_ERR_USAGE, path, line, "sample id '%s': expected UTF-8", id);
    int bad = id[0] == '\0' || id[0] == '.' || id[0] == '-' || strlen(id) > 200;
    for (const char *p = id; *p; p++)
        bad |= (unsigned char)*p < 0x20 || *p == 0x7f || *p == '/' ||
               (*p == '\xc2' && (unsigned char)p[1] < 0xa0);                   /* C1: control characters too */
    bad |= strstr(id, CLI_INDEX_MARK) != NULL || strchr("=+@", id[0]) != NULL; /* formulas in a spreadsheet */
    if (!bad)
        return 0;
    return ps_fail(
        err, PS_ERR_USAGE, path, line,
        "sample id '%s': expected a name for files: 1 to 200 bytes, no '/', no '##idx##', no control characters, not "
        "starting with one of . - = + @",
        id);
}
