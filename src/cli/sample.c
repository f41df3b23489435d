/* sample.c - `plasmastrat sample`: label one sample. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "progress.h"
#include "plasmastrat/alloc.h"

static void cli_help_sample(FILE *out) {
    fputs(
        "plasmastrat sample - label one sample\n\n"
        "usage: plasmastrat sample [--id ID] [--rna BAM] [--dna BAM] [--normal BAM] [--vcf VCF] [-o DIR]\n\n"
        "Give at least one of --rna, --dna, --vcf, --sv, --cnv and --counts (--normal alone only makes evidence, which\n"
        "stratify joins with the others'). What a missing input would have shown is reported as not-assessable, never as\n"
        "negative.\n"
        "With -o, writes DIR/ID.html (the page to read), DIR/ID.json, DIR/ID.evidence.gz and DIR/ID.ras.vcf.gz with its\n"
        "index. --json, --html, --ras-vcf and --evidence name single files. A one-screen summary is printed in any case.\n\n",
        out);
    cli_print_options(CLI_SAMPLE, out);
}

typedef struct listener {
    const cli_settings *settings;
    meter meter;
} listener;

static void say(void *context, const char *sample_id, const char *message) {
    listener *l = context;
    (void)sample_id;
    if (l->settings->quiet)
        return;
    meter_clear(&l->meter);
    progress_message("warning: %s", message);
}

static int run_sample(const cli_settings *s, const cli_knowledge *knowledge, ps_result *result, ps_error *err) {
    listener l = {.settings = s};
    meter_start(&l.meter, stderr, progress_terminal(STDERR_FILENO) && !s->quiet ? progress_columns(STDERR_FILENO) : 0,
                NULL);
    const ps_watch watch = {.see = meter_see, .context = &l.meter};
    int status = cli_run_sample(&s->job, knowledge, say, &l, l.meter.columns ? &watch : NULL, result, err);
    meter_end(&l.meter);
    return status;
}

/* "runs/S1.tumour.bam" -> "S1.tumour" */
static char *id_from_path(const char *path) {
    static const char *const endings[] = {".gz", ".bgz", ".bam", ".cram", ".sam", ".vcf", ".bcf"};
    const char *slash = strrchr(path, '/'), *hashes = strstr(path, "##idx##");
    const char *name = slash && (!hashes || slash < hashes) ? slash + 1 : path;
    char *id = hashes && hashes > name ? ps_strndup(name, (size_t)(hashes - name)) : ps_strdup(name);
    for (int again = 1; again;) {
        again = 0;
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
            size_t n = strlen(id), m = strlen(endings[i]);
            if (n > m && !strcmp(id + n - m, endings[i])) {
                id[n - m] = '\0';
                again = 1;
            }
        }
    }
    return id;
}

/* A normal by itself says nothing of the tumour; its evidence can be joined with that of the other files. */
static int is_for_evidence(const cli_settings *s) {
    return !s->job.no_evidence && (s->evidence || (s->outdir && strcmp(s->outdir, "-") != 0));
}

static int check_inputs(const cli_settings *s, ps_error *err) {
    const ps_job *job = &s->job;
    int given = 0, streams = 0;
    for (int i = 0; i < PS_N_INPUTS; i++) {
        given += job->path[i] != NULL && (i != PS_INPUT_NORMAL || is_for_evidence(s));
        for (size_t k = 0; ps_job_file(job, (ps_input_role)i, k); k++)
            streams += !strcmp(ps_job_file(job, (ps_input_role)i, k), "-");
    }
    if (!given)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "sample: no input: give at least one of --rna, --dna, --vcf, --sv, --cnv and --counts%s",
                       job->path[PS_INPUT_NORMAL] ? " (a normal alone: only with -o DIR, for its evidence)" : "");
    if (streams > 1)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "sample: only one input can come from standard input (-)");
    return 0;
}

static int default_id(ps_job *job, char **id, ps_error *err) {
    static const ps_input_role order[] = {PS_INPUT_DNA, PS_INPUT_RNA,    PS_INPUT_VCF,   PS_INPUT_SV,
                                          PS_INPUT_CNV, PS_INPUT_COUNTS, PS_INPUT_NORMAL};
    for (size_t i = 0; i < sizeof order / sizeof *order && !job->sample_id; i++)
        if (job->path[order[i]] && strcmp(job->path[order[i]], "-") != 0)
            job->sample_id = *id = id_from_path(job->path[order[i]]);
    if (!job->sample_id)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "sample: --id is needed when the input is standard input");
    return cli_check_id(job->sample_id, NULL, 0, err);
}

/* -o - prints the JSON and writes nothing: files asked for by name would be lost in silence. */
/* The JSON names its evidence ID.evidence.gz, so that `stratify ID.json` finds it: the file may lie elsewhere, not be
 * named otherwise. */
static int check_evidence_name(const cli_settings *s, ps_error *err) {
    const char *slash = strrchr(s->evidence, '/'), *base = slash ? slash + 1 : s->evidence;
    size_t n = strlen(s->job.sample_id);
    if (s->job.no_evidence)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--evidence: not together with --no-evidence");
    if (strncmp(base, s->job.sample_id, n) == 0 && strcmp(base + n, ".evidence.gz") == 0)
        return 0;
    return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--evidence: '%s': expected the file name %s.evidence.gz", s->evidence,
                   s->job.sample_id);
}

static int check_files(const cli_settings *s, ps_error *err) {
    if (s->outdir && !strcmp(s->outdir, "-"))
        return s->json || s->html || s->ras_vcf || s->evidence
                   ? ps_fail(err, PS_ERR_USAGE, NULL, 0,
                             "sample: -o - goes with none of --json, --html, --ras-vcf and --evidence")
                   : 0;
    if ((s->json && !strcmp(s->json, "-")) || (s->html && !strcmp(s->html, "-")))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "sample: --json and --html take a file's name, not -; -o - prints the JSON");
    if (cli_writes_files(s) && cli_check_named(&s->job, s, err) < 0)
        return -1;
    if (s->ras_vcf && !cli_ends_in(s->ras_vcf, ".gz"))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "--ras-vcf: '%s': the VCF is written compressed, expected a name that ends in .vcf.gz",
                       s->ras_vcf);
    return s->evidence ? check_evidence_name(s, err) : 0;
}

int ps_cmd_sample(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge knowledge = {0};
    ps_result result = {0};
    char *id = NULL;
    int status = -1;
    if (cli_parse(CLI_SAMPLE, argc, argv, 0, &s, err) < 0)
        goto out;
    if (s.help) {
        cli_help_sample(stdout);
        status = cli_flush_stdout(err);
        goto out;
    }
    if (check_inputs(&s, err) < 0 || default_id(&s.job, &id, err) < 0 ||
        cli_load_knowledge(&s.job, &knowledge, err) < 0)
        goto out;
    if (check_files(&s, err) < 0)
        goto out;
    if (run_sample(&s, &knowledge, &result, err) < 0 || cli_deliver(&result, &s, err) < 0 ||
        cli_flush_stdout(err) < 0)
        goto out;
    status = 0;
out:
    ps_result_free(&result);
    cli_free_knowledge(&knowledge);
    cli_free_settings(&s);
    free(id);
    return status;
}
