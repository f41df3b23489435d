/* outputs.c - the files of one sample. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/report.h"

enum { JSON, HTML, VCF, TBI, N_FILES };
static const char *const suffix[N_FILES] = {".json", ".html", ".ras.vcf.gz", ".ras.vcf.gz.tbi"};

/* An input that lies where an output goes would be replaced by it. */
static int refuse_input(const ps_job *job, const char *path, ps_error *err) {
    struct stat out, in;
    if (stat(path, &out) != 0)
        return 0;
    for (int role = 0; role < PS_N_INPUTS; role++)
        if (job->path[role] && stat(job->path[role], &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
            return ps_fail(err, PS_ERR_RUN, path, 0,
                           "is this sample's %s input and would be overwritten by the result", ps_input_names[role]);
    return 0;
}

int cli_check_outputs(const ps_job *job, const char *outdir, int force, ps_error *err) {
    int status = 0;
    for (int i = 0; i < N_FILES && status == 0; i++) {
        struct stat there;
        char *path = ps_format("%s/%s%s", outdir, job->sample_id, suffix[i]);
        status = refuse_input(job, path, err);
        if (status == 0 && !force && lstat(path, &there) == 0)
            status = ps_fail(err, PS_ERR_RUN, path, 0, "exists; use --force to overwrite it");
        free(path);
    }
    return status;
}

static int write_files(const ps_result *result, ps_outfile file[N_FILES], ps_error *err) {
    if (ps_write_json(result, file[JSON].stream, err) < 0 || ps_write_html(result, file[HTML].stream, err) < 0 ||
        ps_write_vcf(result, file[VCF].temporary, file[TBI].temporary, err) < 0)
        return -1;
    /* The index last but one and the JSON last: whoever waits for the JSON finds the rest in place. */
    static const int order[N_FILES] = {VCF, TBI, HTML, JSON};
    for (int i = 0; i < N_FILES; i++)
        if (ps_outfile_commit(&file[order[i]], err) < 0)
            return -1;
    return 0;
}

int cli_write_outputs(const ps_result *result, const char *outdir, int force, ps_error *err) {
    ps_outfile file[N_FILES] = {{0}};
    int status = ps_make_folder(outdir, err);
    for (int i = 0; i < N_FILES && status == 0; i++) {
        char *path = ps_format("%s/%s%s", outdir, result->sample_id, suffix[i]);
        status = i == VCF || i == TBI ? ps_outfile_reserve(path, force, &file[i], err)
                                      : ps_outfile_open(path, force, &file[i], err);
        free(path);
    }
    if (status == 0)
        status = write_files(result, file, err);
    for (int i = 0; i < N_FILES; i++)
        ps_outfile_discard(&file[i]);
    return status;
}

int cli_flush_stdout(ps_error *err) {
    if (fflush(stdout) != 0 || ferror(stdout))
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "standard output cannot be written: %s", strerror(errno));
    return 0;
}
