/* outputs.c - the files of one sample. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence_file.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/report.h"
#include "progress.h"

/* STALE: evidence of an earlier run, where this one writes none or another file: it is removed, not left beside
 * another's results. */
enum { JSON, HTML, VCF, TBI, EVIDENCE = CLI_EVIDENCE, N_FILES = CLI_N_OUTPUTS, STALE = N_FILES, N_PATHS };
static const char *const suffix[N_FILES] = {".json", ".html", ".ras.vcf.gz", ".ras.vcf.gz.tbi", ".evidence.gz"};

char *cli_output_path(const char *outdir, const char *sample_id, int output) {
    return ps_format("%s/%s%s", outdir, sample_id, suffix[output]);
}

/* ---- what may not be overwritten ------------------------------------------------------------------------------- */

typedef struct known_file {
    dev_t device;
    ino_t inode;
    char *path;
} known_file;

typedef struct known_files {
    known_file *file;
    size_t n, capacity;
} known_files;

static int add_known(known_files *known, const char *path, size_t length) { /* 1: there is such a file */
    char *name = ps_strndup(path, length);
    struct stat st;
    if (stat(name, &st) != 0 || !S_ISREG(st.st_mode)) {
        free(name);
        return 0;
    }
    PS_GROW(known->file, known->n, known->capacity);
    known->file[known->n++] = (known_file){st.st_dev, st.st_ino, name};
    return 1;
}

/* With an ID.json the evidence beside it is read. */
static void add_beside(known_files *known, const char *path) {
    char *file = NULL, digest[17];
    ps_error unread = {0};
    if (ps_json_evidence(path, &file, digest, &unread) == 0)
        add_known(known, file, strlen(file));
    free(file);
}

static void add_input(known_files *known, const char *path) {
    const char *mark = strstr(path, CLI_INDEX_MARK);
    if (add_known(known, path, mark ? (size_t)(mark - path) : strlen(path)) && cli_ends_in(path, ".json"))
        add_beside(known, path);
    if (mark)
        add_known(known, mark + strlen(CLI_INDEX_MARK), strlen(mark + strlen(CLI_INDEX_MARK)));
}

static void add_inputs(known_files *known, const ps_job *job) {
    const char *const shared[] = {job->reference,       job->model,
                                  job->force_sites,     job->copynumber_reference,
                                  job->error_reference, job->expression_reference,
                                  job->primers};
    for (int role = 0; role < PS_N_INPUTS; role++)
        for (size_t i = 0; ps_job_file(job, (ps_input_role)role, i); i++)
            add_input(known, ps_job_file(job, (ps_input_role)role, i));
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (shared[i])
            add_known(known, shared[i], strlen(shared[i]));
}

static int by_inode(const void *a, const void *b) {
    const known_file *x = a, *y = b;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static int refuse_known(const known_files *known, const char *path, ps_error *err) {
    struct stat st;
    if (!known->n || stat(path, &st) != 0)
        return 0;
    known_file key = {st.st_dev, st.st_ino, NULL};
    const known_file *same = bsearch(&key, known->file, known->n, sizeof key, by_inode);
    return same ? ps_fail(err, PS_ERR_RUN, path, 0, "is the input %s, and would be overwritten by a result",
                          same->path)
                : 0;
}

int cli_refuse_overwriting(const ps_job *jobs, size_t n, const char *sheet, char *const *outputs, size_t n_outputs,
                           ps_error *err) {
    known_files known = {0};
    int status = 0;
    for (size_t i = 0; i < n; i++)
        add_inputs(&known, &jobs[i]);
    if (sheet)
        add_known(&known, sheet, strlen(sheet));
    if (known.n)
        qsort(known.file, known.n, sizeof *known.file, by_inode);
    for (size_t i = 0; i < n_outputs && status == 0; i++)
        if (outputs[i])
            status = refuse_known(&known, outputs[i], err);
    for (size_t i = 0; i < known.n; i++)
        free(known.file[i].path);
    free(known.file);
    return status;
}

int cli_refuse_own_input(const ps_job *jobs, size_t n, const char *sheet, const char *output, ps_error *err) {
    char *path = output && strcmp(output, "-") != 0 ? (char *)(uintptr_t)output : NULL;
    return cli_refuse_overwriting(jobs, n, sheet, &path, 1, err);
}

/* ---- names ----------------------------------------------------------------------------------------------------- */

/* Where each file goes; NULL: it is not written. The caller frees all with forget_paths. */
static void choose_paths(const char *id, const char *outdir, const cli_settings *s, int no_evidence,
                         char *path[N_PATHS]) {
    const char *const named[N_FILES] = {[JSON] = s ? s->json : NULL,
                                        [HTML] = s ? s->html : NULL,
                                        [VCF] = s ? s->ras_vcf : NULL,
                                        [EVIDENCE] = s ? s->evidence : NULL};
    for (int i = 0; i < N_FILES; i++)
        path[i] = named[i] ? ps_strdup(named[i]) : outdir ? cli_output_path(outdir, id, i) : NULL;
    if (named[VCF]) {
        free(path[TBI]);
        path[TBI] = ps_format("%s.tbi", named[VCF]);
    }
    if (no_evidence) {
        free(path[EVIDENCE]);
        path[EVIDENCE] = NULL;
    }
    path[STALE] = outdir && (no_evidence || named[EVIDENCE]) ? cli_output_path(outdir, id, EVIDENCE) : NULL;
    if (path[STALE] && path[EVIDENCE] && !strcmp(path[STALE], path[EVIDENCE])) {
        free(path[STALE]);
        path[STALE] = NULL;
    }
}

static void forget_paths(char *path[N_PATHS]) {
    for (int i = 0; i < N_PATHS; i++)
        free(path[i]);
}

static int refuse_same_path(char *const path[N_PATHS], ps_error *err) {
    for (int i = 0; i < N_FILES; i++)
        for (int j = 0; j < i; j++)
            if (path[i] && path[j] && !strcmp(path[i], path[j]))
                return ps_fail(err, PS_ERR_USAGE, path[i], 0, "is the name of two result files");
    return 0;
}

static int check_paths(const ps_job *job, char *const path[N_PATHS], int force, ps_error *err) {
    struct stat there;
    if (refuse_same_path(path, err) < 0 || cli_refuse_overwriting(job, 1, NULL, path, N_PATHS, err) < 0)
        return -1;
    for (int i = 0; i < N_PATHS; i++) {
        if (path[i] && lstat(path[i], &there) == 0 && !S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode) &&
            !S_ISDIR(there.st_mode))
            return ps_fail(err, PS_ERR_RUN, path[i], 0, "is not a regular file");
        if (path[i] && !force && lstat(path[i], &there) == 0)
            return ps_fail(err, PS_ERR_RUN, path[i], 0, "exists; use --force to %s it",
                           i == STALE ? "remove" : "overwrite");
    }
    return 0;
}

int cli_check_outputs(const ps_job *job, const char *outdir, int force, ps_error *err) {
    char *path[N_PATHS];
    choose_paths(job->sample_id, outdir, NULL, job->no_evidence, path);
    int status = check_paths(job, path, force, err);
    forget_paths(path);
    return status;
}

int cli_check_named(const ps_job *job, const cli_settings *s, ps_error *err) {
    char *path[N_PATHS];
    choose_paths(job->sample_id, s->outdir, s, job->no_evidence, path);
    int status = check_paths(job, path, s->force, err);
    forget_paths(path);
    return status;
}

/* A full disk is said with the file's name, whatever the writer made of it. */
static int write_stream(int (*write)(const ps_result *, FILE *, ps_error *), const ps_result *result,
                        ps_outfile *file, ps_error *err) {
    ps_error own = {0};
    errno = 0;
    if (!file->path || write(result, file->stream, &own) == 0)
        return 0;
    if (ferror(file->stream) && errno)
        return ps_fail_system(err, file->path, errno, "cannot be written");
    return ps_fail(err, own.kind, file->path, 0, "%s", own.text);
}

static int write_evidence(const ps_result *result, FILE *out, ps_error *err) {
    return ps_evidence_write(result->panel, &result->evidence, PS_VERSION, out, err);
}

static int remove_stale(const char *path, ps_error *err) {
    if (!path || unlink(path) == 0 || errno == ENOENT)
        return 0;
    return ps_fail_system(err, path, errno, "is of an earlier run and cannot be removed");
}

static int write_files(const ps_result *result, ps_outfile file[N_FILES], const char *stale, ps_error *err) {
    if (write_stream(ps_write_json, result, &file[JSON], err) < 0 ||
        write_stream(write_evidence, result, &file[EVIDENCE], err) < 0 ||
        write_stream(ps_write_html, result, &file[HTML], err) < 0 ||
        (file[VCF].path && ps_write_vcf(result, file[VCF].temporary, file[TBI].temporary, err) < 0) ||
        remove_stale(stale, err) < 0)
        return -1;
    /* The index last but one and the JSON last: whoever waits for the JSON finds the rest in place. */
    static const int order[N_FILES] = {EVIDENCE, VCF, TBI, HTML, JSON};
    for (int i = 0; i < N_FILES; i++)
        if (file[order[i]].path && ps_outfile_commit(&file[order[i]], err) < 0)
            return -1;
    return 0;
}

static int make_folder_of(const char *path, ps_error *err) {
    const char *slash = strrchr(path, '/');
    char *folder = ps_strndup(path, slash ? (size_t)(slash - path) : 0);
    int status = *folder ? ps_make_folder(folder, err) : 0;
    free(folder);
    return status;
}

static int write_paths(const ps_result *result, char *const path[N_PATHS], int force, ps_error *err) {
    ps_outfile file[N_FILES] = {{0}};
    int status = 0;
    for (int i = 0; i < N_FILES && status == 0; i++) {
        if (!path[i])
            continue;
        status = make_folder_of(path[i], err);
        if (status == 0)
            status = i == VCF || i == TBI ? ps_outfile_reserve(path[i], force, &file[i], err)
                                          : ps_outfile_open(path[i], force, &file[i], err);
    }
    if (status == 0)
        status = write_files(result, file, path[STALE], err);
    for (int i = 0; i < N_FILES; i++)
        ps_outfile_discard(&file[i]);
    return status;
}

int cli_write_outputs(const ps_result *result, const char *outdir, int force, ps_error *err) {
    char *path[N_PATHS];
    choose_paths(result->sample_id, outdir, NULL, result->no_evidence, path);
    int status = write_paths(result, path, force, err);
    forget_paths(path);
    return status;
}

static int cli_write_named(const ps_result *result, const cli_settings *s, ps_error *err) {
    char *path[N_PATHS];
    choose_paths(result->sample_id, s->outdir, s, result->no_evidence, path);
    int status = write_paths(result, path, s->force, err);
    forget_paths(path);
    return status;
}

int cli_writes_files(const cli_settings *s) {
    return s->outdir || s->json || s->html || s->ras_vcf || s->evidence;
}

static int write_summary(const ps_result *result, const cli_settings *s, ps_error *err) {
    char *path[N_PATHS];
    choose_paths(result->sample_id, s->outdir, s, result->no_evidence, path);
    const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org: not when it is empty */
    ps_text_look look = {.colour = progress_terminal(STDOUT_FILENO) && !(no_colour && *no_colour),
                         .columns = progress_columns(STDOUT_FILENO),
                         .details = path[HTML]   ? path[HTML]
                                    : path[JSON] ? path[JSON]
                                                 : "-o DIR writes a page and more, -o - prints the JSON"};
    int status = ps_write_text(result, &look, stdout, err);
    forget_paths(path);
    return status;
}

int cli_deliver(ps_result *result, const cli_settings *s, ps_error *err) {
    /* the JSON names no file that is not written */
    result->no_evidence |= !s->evidence && (!s->outdir || !strcmp(s->outdir, "-"));
    if (s->outdir && !strcmp(s->outdir, "-"))
        return ps_write_json(result, stdout, err);
    if (cli_writes_files(s) && cli_write_named(result, s, err) < 0)
        return -1;
    return s->quiet && cli_writes_files(s) ? 0 : write_summary(result, s, err);
}

int cli_ends_in(const char *name, const char *ending) {
    size_t n = strlen(name), m = strlen(ending);
    return n > m && !strcmp(name + n - m, ending);
}

int cli_flush_stdout(ps_error *err) {
    if (fflush(stdout) != 0 || ferror(stdout))
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "standard output cannot be written: %s", strerror(errno));
    return 0;
}
