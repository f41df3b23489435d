/* Where a panel's bytes come from: embedded in the program, or a folder that holds the same files. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"
#include "plasmastrat/file.h"

#include "embed.h"
#include "internal.h"

const char *const ps_panel_builtin[] = {"grch38", "grch37", NULL};

enum { MAX_FILE_BYTES = 64 << 20, MAX_FILES = 1000 };

static int is_builtin(const char *name) {
    for (int i = 0; ps_panel_builtin[i]; i++)
        if (!strcmp(name, ps_panel_builtin[i]))
            return 1;
    return 0;
}

static int belongs_to(const ps_embedded *file, const char *panel) {
    return !strcmp(file->panel, "common") || !strcmp(file->panel, panel);
}

static ps_panel_file *append(ps_panel_files *files, const char *name, char *path) {
    files->at = ps_resize(files->at, files->n + 1, sizeof *files->at);
    files->at[files->n] = (ps_panel_file){.name = ps_strdup(name), .path = path};
    return &files->at[files->n++];
}

static void open_builtin(const char *name, ps_panel_files *files) {
    files->source = ps_strdup("built-in");
    for (size_t i = 0; i < ps_n_embedded_files; i++) {
        const ps_embedded *e = &ps_embedded_files[i];
        if (!belongs_to(e, name))
            continue;
        ps_panel_file *file = append(files, e->name, ps_format("built-in %s/%s", name, e->name));
        file->bytes = e->begin;
        file->n_bytes = (size_t)(e->end - e->begin);
    }
}

static int read_whole(ps_panel_file *file, ps_error *err) {
    if (access(file->path, F_OK) != 0 && errno == ENOENT)
        return ps_fail(err, PS_ERR_USAGE, file->path, 0,
                       "this file of the panel is missing, expected every file that `panel export` writes");
    if (ps_file_read(file->path, MAX_FILE_BYTES, PS_ERR_USAGE, &file->owned, &file->n_bytes, err) < 0)
        return -1;
    file->bytes = file->owned;
    return 0;
}

static int is_model_name(const char *name) {
    size_t n = strlen(name);
    return n > strlen("model..tsv") && !strncmp(name, "model.", 6) && !strcmp(name + n - 4, ".tsv");
}

/* A folder may bring models of its own besides the built-in ones. */
static int add_more_models(const char *folder, ps_panel_files *files, ps_error *err) {
    DIR *dir = opendir(folder);
    if (!dir)
        return ps_fail(err, PS_ERR_USAGE, folder, 0, "cannot be read as a panel folder: %s", strerror(errno));
    size_t n_known = files->n;
    for (const struct dirent *entry; (entry = readdir(dir)) && files->n < MAX_FILES;) {
        int known = 0;
        for (size_t i = 0; i < n_known; i++)
            known |= !strcmp(entry->d_name, files->at[i].name);
        if (!known && is_model_name(entry->d_name))
            append(files, entry->d_name, ps_format("%s/%s", folder, entry->d_name));
    }
    closedir(dir);
    return 0;
}

static int open_folder(const char *folder, ps_panel_files *files, ps_error *err) {
    files->source = ps_strdup(folder);
    for (size_t i = 0; i < ps_n_embedded_files; i++)
        if (belongs_to(&ps_embedded_files[i], ps_panel_builtin[0])) /* every build has the same file names */
            append(files, ps_embedded_files[i].name, ps_format("%s/%s", folder, ps_embedded_files[i].name));
    if (add_more_models(folder, files, err) < 0)
        return -1;
    for (size_t i = 0; i < files->n; i++)
        if (read_whole(&files->at[i], err) < 0)
            return -1;
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const ps_panel_file *)a)->name, ((const ps_panel_file *)b)->name);
}

int ps_panel_files_open(const char *name, ps_panel_files *files, ps_error *err) {
    *files = (ps_panel_files){0};
    struct stat status;
    int folder = strchr(name, '/') || (stat(name, &status) == 0 && S_ISDIR(status.st_mode));
    if (is_builtin(name)) { /* a folder of that name is reached as ./grch38 */
        open_builtin(name, files);
    } else if (!folder) {
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "panel '%s' is neither built in nor a folder, expected one of: grch38, grch37, or a folder "
                       "written by `panel export`",
                       name);
    } else if (open_folder(name, files, err) < 0) {
        ps_panel_files_free(files);
        return -1;
    }
    qsort(files->at, files->n, sizeof *files->at, by_name);
    return 0;
}

const ps_panel_file *ps_panel_files_find(const ps_panel_files *files, const char *name) {
    for (size_t i = 0; i < files->n; i++)
        if (!strcmp(files->at[i].name, name))
            return &files->at[i];
    return NULL;
}

void ps_panel_files_free(ps_panel_files *files) {
    for (size_t i = 0; i < files->n; i++) {
        free(files->at[i].name);
        free(files->at[i].path);
        free(files->at[i].owned);
    }
    free(files->at);
    free(files->source);
    *files = (ps_panel_files){0};
}

/* Files that hold places and nothing else; genes.tsv and bins.bed also say what those are worth. */
static int is_places_only(const char *name) {
    static const char *const names[] = {"cds.bed",    "cds.fa",      "contigs.tsv",     "exons.bed",
                                        "windows.fa", "regions.bed", "transcripts.tsv", "identity_snps.tsv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return 1;
    return 0;
}

/* Not against forgery, but any edit of any file changes it. */
void ps_panel_files_checksum(const ps_panel_files *files, int knowledge_only, char hex[17]) {
    uint64_t hash = PS_FNV_START;
    for (size_t i = 0; i < files->n; i++) {
        const ps_panel_file *f = &files->at[i];
        if (knowledge_only && is_places_only(f->name))
            continue;
        char length[24];
        int n = snprintf(length, sizeof length, "%zu", f->n_bytes);
        hash = ps_fnv1a(hash, f->name, strlen(f->name) + 1);
        hash = ps_fnv1a(hash, length, (size_t)n + 1); /* so that bytes cannot move from one file to the next unseen */
        hash = ps_fnv1a(hash, f->bytes, f->n_bytes);
    }
    snprintf(hex, 17, "%016" PRIx64, hash);
}

int ps_panel_table(const ps_panel_files *files, const char *name, const char *const *columns, int n_columns,
                   int may_be_empty, ps_table *table, int *column, ps_error *err) {
    const ps_panel_file *file = ps_panel_files_find(files, name);
    *table = (ps_table){0};
    if (ps_table_parse(file->path, file->bytes, file->n_bytes, PS_ERR_USAGE, table, err) < 0)
        return -1;
    if (ps_table_require(table, columns, n_columns, column, err) == 0) {
        if (table->n_rows || may_be_empty)
            return 0;
        ps_fail(err, PS_ERR_USAGE, file->path, 0, "has no rows, expected at least one");
    }
    ps_table_free(table);
    return -1;
}

/* ---- export ---------------------------------------------------------------------------------------------------- */

static int write_whole(const char *path, const ps_embedded *file, int force, ps_error *err) {
    FILE *f = fopen(path, force ? "wb" : "wbx");
    if (!f && errno == EEXIST)
        return ps_fail(err, PS_ERR_RUN, path, 0, "exists already, expected a new folder or --force");
    if (!f)
        return ps_fail(err, PS_ERR_RUN, path, 0, "cannot be written: %s", strerror(errno));
    size_t n = (size_t)(file->end - file->begin);
    int bad = fwrite(file->begin, 1, n, f) != n || fflush(f) != 0;
    int why = errno;
    if (fclose(f) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    if (!bad)
        return 0;
    remove(path);
    return ps_fail(err, PS_ERR_RUN, path, 0, "cannot be written: %s", strerror(why));
}

/* Makes the folder and its parents. */
static int make_folders(const char *folder, ps_error *err) {
    char *path = ps_strdup(folder);
    int rc = 0;
    for (char *at = path + 1; rc == 0; at++) {
        if (*at && *at != '/')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            rc = ps_fail(err, PS_ERR_RUN, path, 0, "cannot be made: %s", strerror(errno));
        *at = kept;
        if (!kept)
            break;
    }
    free(path);
    return rc;
}

static char *join(const char *folder, const char *name) {
    size_t n = strlen(folder);
    return ps_format("%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
}

int ps_panel_export(const char *name, const char *folder, int force, ps_error *err) {
    if (!is_builtin(name))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "panel '%s' is not built in, expected one of: grch38, grch37",
                       name);
    if (!folder[0])
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "the folder's name is empty");
    if (make_folders(folder, err) < 0)
        return -1;
    /* Look before writing, so that a refused export leaves nothing half done. */
    for (int write = 0; write < 2; write++) {
        for (size_t i = 0; i < ps_n_embedded_files; i++) {
            const ps_embedded *e = &ps_embedded_files[i];
            if (!belongs_to(e, name))
                continue;
            char *path = join(folder, e->name);
            struct stat status;
            int rc = 0;
            if (write)
                rc = write_whole(path, e, force, err);
            else if (!force && lstat(path, &status) == 0)
                rc = ps_fail(err, PS_ERR_RUN, path, 0, "exists already, expected a new folder or --force");
            free(path);
            if (rc < 0)
                return -1;
        }
    }
    return 0;
}
