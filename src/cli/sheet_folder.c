#include "sheet_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"
#include "sheet_layouts.h"
#include "sheet_notes.h"

/* ---- files ----------------------------------------------------------------------------------------------------- */

enum { DEEPEST_FOLDER = 12 };
static const char pair_mark[] = "_vs_";

static int is_index(const char *name) {
    static const char *const endings[] = {".bai", ".csi", ".crai", ".tbi", ".md5", ".fai"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (cli_ends_in(name, endings[i]))
            return 1;
    return 0;
}

/* The sample of "T_vs_N/..." is T, and N its normal. */
static void name_sample(folder_file *file, const char *name, size_t n) {
    file->sample = ps_strndup(name, n);
    char *mark = strstr(file->sample, pair_mark);
    if (mark) {
        *mark = '\0';
        file->normal = ps_strdup(mark + strlen(pair_mark));
    }
}

static void add_file(folder_sheet *s, const char *path) {
    const char *name = NULL, *slash = strrchr(path, '/');
    size_t n = 0;
    folder_file file = {.path = ps_strdup(path), .layout = sheet_layout_of(path, &name, &n)};
    if (n)
        name_sample(&file, name, n);
    else if (file.layout < sheet_n_layouts) /* the GDC's: the name of the file up to its first dot */
        file.sample = ps_strndup(slash ? slash + 1 : path, strcspn(slash ? slash + 1 : path, "."));
    PS_GROW(s->file, s->n_files, s->files_capacity);
    s->file[s->n_files++] = file;
}

static int walk(const char *folder, const char *below, int depth, folder_sheet *s, ps_error *err);

static int see_entry(const char *folder, const char *below, const char *name, int depth, folder_sheet *s,
                     ps_error *err) {
    char *path = ps_format("%s%s%s", below, *below ? "/" : "", name), *whole = ps_format("%s/%s", folder, path);
    struct stat link, file;
    int status = 0;
    if (lstat(whole, &link) == 0 && S_ISDIR(link.st_mode)) { /* links to folders may lead round in a circle */
        int is_work = !*below && !strcmp(name, "work");
        status = is_work || depth == DEEPEST_FOLDER ? 0 : walk(folder, path, depth + 1, s, err);
    } else if (stat(whole, &file) == 0 && S_ISREG(file.st_mode) && !is_index(name)) {
        add_file(s, path);
        status = sheet_notes_read(folder, path, s, err);
    }
    free(whole);
    free(path);
    return status;
}

static int walk(const char *folder, const char *below, int depth, folder_sheet *s, ps_error *err) {
    struct dirent **entry = NULL;
    char *path = ps_format("%s%s%s", folder, *below ? "/" : "", below);
    int n = scandir(path, &entry, NULL, NULL), status = 0;
    if (n < 0)
        status = ps_fail_system(err, path, errno, "cannot be read");
    for (int i = 0; i < n; i++) {
        if (status == 0 && entry[i]->d_name[0] != '.')
            status = see_entry(folder, below, entry[i]->d_name, depth, s, err);
        free(entry[i]);
    }
    free(entry);
    free(path);
    return status;
}

static int by_layout_and_path(const void *a, const void *b) {
    const folder_file *x = a, *y = b;
    return x->layout != y->layout ? (x->layout > y->layout) - (x->layout < y->layout) : strcmp(x->path, y->path);
}

/* ---- samples --------------------------------------------------------------------------------------------------- */

static void apply_notes(folder_sheet *s) {
    for (size_t i = 0; i < s->n_files; i++) {
        folder_file *file = &s->file[i];
        const folder_note *note = file->sample ? sheet_note_of_file(s, file->path) : NULL;
        if (note) {
            free(file->sample);
            file->sample = ps_strdup(note->sample);
        }
        s->status_known |= file->normal != NULL;
    }
}

static int is_normal(const folder_sheet *s, const folder_file *file) {
    const folder_note *note = sheet_note_of_file(s, file->path);
    if (!note)
        note = sheet_note_of_sample(s, file->sample);
    if (note && note->normal)
        return 1;
    for (size_t i = 0; i < s->n_files; i++)
        if (s->file[i].normal && !strcmp(s->file[i].normal, file->sample))
            return 1;
    return 0;
}

/* Is it the normal of this tumour: by a folder T_vs_N, or, where no such folder names it, of the same person? */
static int is_normal_of(const folder_sheet *s, const folder_file *file, const char *tumour) {
    int paired = 0;
    for (size_t i = 0; i < s->n_files; i++) {
        const folder_file *pair = &s->file[i];
        if (!pair->normal || strcmp(pair->normal, file->sample) != 0)
            continue;
        if (!strcmp(pair->sample, tumour))
            return 1;
        paired = 1;
    }
    const folder_note *a = sheet_note_of_sample(s, file->sample), *b = sheet_note_of_sample(s, tumour);
    return !paired && a && b && !strcmp(a->person, b->person);
}

static folder_row *row_of(folder_sheet *s, const char *id) {
    for (size_t i = 0; i < s->n_rows; i++)
        if (!strcmp(s->row[i].id, id))
            return &s->row[i];
    PS_GROW(s->row, s->n_rows, s->rows_capacity);
    s->row[s->n_rows] = (folder_row){.id = ps_strdup(id)};
    return &s->row[s->n_rows++];
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const folder_row *)a)->id, ((const folder_row *)b)->id);
}

/* ---- cells ----------------------------------------------------------------------------------------------------- */

/* 1: it stands in the row now; otherwise *why says why not (owned by the caller). */
static int put(folder_row *row, int column, const char *path, char **why) {
    const char *there = row->file[column];
    if (column == PS_INPUT_COUNTS && row->file[PS_INPUT_RNA])
        there = row->file[PS_INPUT_RNA];
    if (!there) {
        row->file[column] = path;
        return 1;
    }
    free(*why);
    *why = ps_format("%s has %s", row->id, there);
    return 0;
}

static int put_normal(folder_sheet *s, const folder_file *file, char **why) {
    int used = 0;
    *why = ps_format("%s is a normal without its tumour", file->sample);
    for (size_t i = 0; i < s->n_rows; i++)
        if (is_normal_of(s, file, s->row[i].id))
            used |= put(&s->row[i], PS_INPUT_NORMAL, file->path, why);
    return used;
}

/* The header of a matrix names its samples behind the columns that name the gene. */
static int put_matrix(const char *folder, folder_sheet *s, const folder_file *file, char **why) {
    static const char *const gene[] = {"gene_id", "gene_name", "Geneid"};
    char *path = ps_format("%s/%s", folder, file->path);
    ps_table t;
    ps_error err = {0};
    int used = 0, read = ps_table_read(path, PS_ERR_RUN, &t, &err);
    free(path);
    if (read < 0) {
        *why = ps_strdup(err.text);
        return 0;
    }
    for (size_t i = 0; i < t.n_columns; i++) {
        int names_gene = 0;
        for (size_t k = 0; k < sizeof gene / sizeof *gene; k++)
            names_gene |= !strcmp(t.name[i], gene[k]);
        if (!names_gene)
            used |= put(row_of(s, t.name[i]), PS_INPUT_COUNTS, file->path, why);
    }
    ps_table_free(&t);
    if (!used && !*why)
        *why = ps_strdup("names no sample");
    return used;
}

static int can_stand_in_a_cell(const char *path) {
    return !strpbrk(path, "\t\r\n|\"") && !strstr(path, CLI_INDEX_MARK);
}

/* 1: used; otherwise *why says why not (owned by the caller). */
static int put_file(const char *folder, folder_sheet *s, const folder_file *file, char **why) {
    int column = sheet_layouts[file->layout].column;
    if (column == SHEET_UNUSED)
        *why = ps_strdup(sheet_layouts[file->layout].what);
    else if (!can_stand_in_a_cell(file->path))
        *why = ps_strdup("its name holds a character that a sheet cannot take");
    else if (column == SHEET_MATRIX)
        return put_matrix(folder, s, file, why);
    else if (!is_normal(s, file))
        return put(row_of(s, file->sample), column, file->path, why);
    else if (column == PS_INPUT_DNA)
        return put_normal(s, file, why);
    else
        *why = ps_strdup("of a normal sample");
    return 0;
}

/* Rows are made by the tumours' files, before a normal looks for its tumours. */
static void put_all(const char *folder, folder_sheet *s) {
    for (int normals = 0; normals < 2; normals++)
        for (size_t i = 0; i < s->n_files; i++) {
            folder_file *file = &s->file[i];
            if (!file->sample || is_normal(s, file) != normals)
                continue;
            char *why = NULL;
            if (put_file(folder, s, file, &why))
                free(why);
            else
                file->why_unused = why;
        }
}

int folder_sheet_read(const char *folder, folder_sheet *s, ps_error *err) {
    *s = (folder_sheet){0};
    if (walk(folder, "", 0, s, err) < 0)
        return -1;
    if (s->n_files)
        qsort(s->file, s->n_files, sizeof *s->file, by_layout_and_path);
    apply_notes(s);
    put_all(folder, s);
    if (s->n_rows)
        qsort(s->row, s->n_rows, sizeof *s->row, by_id);
    return 0;
}

void folder_sheet_free(folder_sheet *s) {
    for (size_t i = 0; i < s->n_files; i++) {
        free(s->file[i].path);
        free(s->file[i].sample);
        free(s->file[i].normal);
        free(s->file[i].why_unused);
    }
    for (size_t i = 0; i < s->n_notes; i++) {
        free(s->note[i].file);
        free(s->note[i].sample);
        free(s->note[i].person);
    }
    for (size_t i = 0; i < s->n_rows; i++)
        free(s->row[i].id);
    free(s->file);
    free(s->note);
    free(s->row);
    *s = (folder_sheet){0};
}
