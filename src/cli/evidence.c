/* evidence.c - evidence files as arguments of commands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence_file.h"
#include "plasmastrat/report.h"
#include "plasmastrat/spelling.h"
#include "progress.h"

/* 1: by its first bytes; an alignment is gzip too */
static int cli_is_gzip(const char *path) {
    unsigned char magic[2] = {0};
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(magic, 1, sizeof magic, f) : 0;
    if (f)
        fclose(f);
    return n == sizeof magic && magic[0] == 0x1f && magic[1] == 0x8b;
}

/* The digest in the JSON ties the two files together: evidence of another sample, or of another run, is not taken for
 * it. */
static int read_beside(const char *path, const cli_knowledge *k, ps_evidence *e, const ps_panel **panel,
                       ps_error *err) {
    char *file = NULL, digest[17];
    int status = ps_json_evidence(path, &file, digest, err);
    if (status == 0 && access(file, R_OK) != 0)
        status = ps_fail(err, PS_ERR_RUN, path, 0, "its evidence %s cannot be read: %s", file, strerror(errno));
    if (status == 0)
        status = ps_evidence_read(file, k->panel, k->n_panels, e, panel, err);
    if (status == 0 && strcmp(digest, e->digest) != 0)
        status = ps_fail(err, PS_ERR_RUN, file, 0,
                         "has the digest %s, but %s was called from %s: it is the evidence of another run", e->digest,
                         path, digest);
    free(file);
    return status;
}

/* Evidence that was gunzipped would pass for a JSON of another program. */
static int refuse_unpacked(const char *path, ps_error *err) {
    static const char begin[] = "{\"schema\":\"plasmastrat/evidence/";
    char bytes[sizeof begin] = "";
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(bytes, 1, sizeof begin - 1, f) : 0;
    if (f)
        fclose(f);
    return n && !strcmp(bytes, begin) ? ps_fail(err, PS_ERR_RUN, path, 0,
                                                "is evidence that was unpacked: expected gzip, as `sample` wrote it")
                                      : 0;
}

int cli_read_evidence(const char *path, const cli_knowledge *k, ps_evidence *e, const ps_panel **panel,
                      ps_error *err) {
    *e = (ps_evidence){0};
    int is_gzip = cli_is_gzip(path), status = is_gzip ? 0 : refuse_unpacked(path, err);
    if (status == 0)
        status = is_gzip ? ps_evidence_read(path, k->panel, k->n_panels, e, panel, err)
                         : read_beside(path, k, e, panel, err);
    if (status == 0 && cli_check_id(e->sample_id, path, 0, err) < 0) {
        err->kind = PS_ERR_RUN; /* the file's fault, not the command line's */
        status = -1;
    }
    if (status < 0)
        ps_evidence_free(e);
    return status;
}

void cli_note_version(const char *what, const ps_evidence *evidence, int quiet) {
    const char *other = ps_other_version(evidence);
    if (other && !quiet)
        progress_message("notice: %s: was written by version %s, and is called by the rules of this one, " PS_VERSION,
                         what, other);
}

/* ---- references ------------------------------------------------------------------------------------------------ */

static const struct reference {
    const char *what, *option;
    size_t then; /* in ps_stated */
} references[CLI_N_REFERENCES] = {
    {"panel of normals", "copynumber", offsetof(ps_stated, copynumber_reference)},
    {"expression reference", "expression", offsetof(ps_stated, expression_reference)},
    {"error reference", "error", offsetof(ps_stated, error_reference)},
};

void cli_unused_note(cli_unused *unused, size_t item, const char *path, const ps_stated *then,
                     const cli_knowledge *k) {
    const int now[CLI_N_REFERENCES] = {k->normals_given, k->expression.build != NULL, k->errors.build != NULL};
    pthread_mutex_lock(&unused->lock);
    for (int i = 0; i < CLI_N_REFERENCES; i++) {
        struct cli_unused_reference *of = &unused->of[i];
        const char *name = *(char *const *)(const void *)((const char *)then + references[i].then);
        if (!name || now[i] || (of->n++ && item > of->item))
            continue;
        free(of->path);
        free(of->then);
        *of = (struct cli_unused_reference){of->n, item, ps_strdup(path), ps_strdup(name)};
    }
    pthread_mutex_unlock(&unused->lock);
}

void cli_unused_say(cli_unused *unused, int quiet) {
    for (int i = 0; i < CLI_N_REFERENCES; i++) {
        struct cli_unused_reference *of = &unused->of[i];
        char *others = of->n > 1 ? ps_format(" (and %zu other%s)", of->n - 1, ps_s(of->n - 1)) : ps_strdup("");
        if (of->n && !quiet)
            progress_message(
                "warning: %s%s: was called with the %s %s, which is not used now: give it with --%s-reference",
                of->path, others, references[i].what, of->then, references[i].option);
        free(others);
        free(of->path);
        free(of->then);
        *of = (struct cli_unused_reference){0};
    }
}
