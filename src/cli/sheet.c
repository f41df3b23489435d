#include "sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "progress.h"

enum { SAMPLE_ID, RNA, DNA, NORMAL, VCF, PURITY, SPECIMEN, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"sample_id", "rna", "dna", "normal", "vcf", "purity", "specimen"};
static const ps_input_role role_of[N_COLUMNS] = {
    [RNA] = PS_INPUT_RNA, [DNA] = PS_INPUT_DNA, [NORMAL] = PS_INPUT_NORMAL, [VCF] = PS_INPUT_VCF};

static char *keep(sheet *s, char *text) {
    PS_GROW(s->text, s->n_text, s->text_capacity);
    return s->text[s->n_text++] = text;
}

/* Spreadsheets leave blanks around values. */
static void trim_cells(ps_table *t) {
    for (size_t i = 0; i < t->n_rows * t->n_columns; i++) {
        char *text = t->cell[i] + strspn(t->cell[i], " ");
        size_t n = strlen(text);
        while (n && text[n - 1] == ' ')
            n--;
        text[n] = '\0';
        t->cell[i] = text;
    }
}

/* NULL when the column is missing or the cell is empty or ".". */
static const char *cell(sheet *s, const ps_table *t, size_t row, int column) {
    const char *text = column < 0 ? "" : ps_table_cell(t, row, column);
    return *text && strcmp(text, ".") != 0 ? keep(s, ps_strdup(text)) : NULL;
}

/* A path from the root, or a URL ("https://..."). */
static int is_absolute(const char *path) {
    size_t scheme = strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789+");
    return path[0] == '/' || (scheme > 0 && !strncmp(path + scheme, "://", 3));
}

static const char *resolve(sheet *s, const char *folder, const char *path) {
    if (!path || !folder[0])
        return path;
    const char *mark = strstr(path, "##idx##"), *index = mark ? mark + 7 : NULL;
    size_t length = mark ? (size_t)(mark - path) : strlen(path);
    if (!mark)
        return is_absolute(path) ? path : keep(s, ps_format("%s%s", folder, path));
    /* both names of "file##idx##index" may be relative */
    return keep(s, ps_format("%s%.*s##idx##%s%s", is_absolute(path) ? "" : folder, (int)length, path,
                             is_absolute(index) ? "" : folder, index));
}

static int read_row(sheet *s, const ps_table *t, size_t row, const int *column, const char *folder, ps_job *job,
                    ps_error *err) {
    job->sample_id = cell(s, t, row, column[SAMPLE_ID]);
    if (!job->sample_id)
        return ps_fail(err, PS_ERR_USAGE, t->path, t->line[row], "column sample_id is empty, expected a sample id");
    if (cli_check_id(job->sample_id, t->path, t->line[row], err) < 0)
        return -1;
    int inputs = 0;
    for (int i = RNA; i <= VCF; i++) {
        const char *path = cell(s, t, row, column[i]);
        if (path && !strcmp(path, "-"))
            return ps_table_fail(t, row, column[i], err, "expected a file: a batch cannot read standard input");
        job->path[role_of[i]] = resolve(s, folder, path);
        inputs += path && i != NORMAL;
    }
    if (!inputs)
        return ps_fail(err, PS_ERR_USAGE, t->path, t->line[row],
                       "sample %s has no input, expected a file in at least one of rna, dna and vcf", job->sample_id);
    if (cell(s, t, row, column[PURITY]) &&
        (ps_table_double(t, row, column[PURITY], 0, 1, &job->purity, err) < 0 ||
         (job->purity <= 0 && ps_table_fail(t, row, column[PURITY], err, "expected a number above 0") < 0)))
        return -1;
    int specimen = 0;
    if (cell(s, t, row, column[SPECIMEN])) {
        if (ps_table_enum(t, row, column[SPECIMEN], ps_specimen_names, PS_N_SPECIMENS, &specimen, err) < 0)
            return -1;
        job->specimen = (ps_specimen)specimen;
    }
    return 0;
}

static int refuse_clashes(const sheet *s, const ps_table *t, ps_error *err) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < i; j++)
            if (!strcmp(s->job[i].sample_id, s->job[j].sample_id))
                return ps_fail(err, PS_ERR_USAGE, t->path, t->line[i],
                               "sample id '%s' stands on line %ld too; each must be unique", s->job[i].sample_id,
                               t->line[j]);
    return 0;
}

/* Columns that look misspelt are all named, of the others as many as fit on a few lines. A name in another case is hinted
 * at and not taken: "Specimen" or "RNA" may hold something else, and such a sheet works today. */
static void note_ignored(sheet *s, const ps_table *t) {
    enum { ROOM = 300 };
    char *list = ps_strdup("");
    size_t more = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        const char *meant = ps_meant(t->name[i], columns, N_COLUMNS);
        int known = meant && !strcmp(t->name[i], meant);
        if (meant && ps_table_find(t, meant) >= 0) /* that one is there: this is another */
            meant = NULL;
        if (known || (!meant && strlen(list) + strlen(t->name[i]) > ROOM)) {
            more += !known;
            continue;
        }
        char *longer = ps_format("%s%s%.100s%s%s%s", list, *list ? ", " : "", t->name[i],
                                 meant ? " (did you mean " : "", meant ? meant : "", meant ? "?)" : "");
        free(list);
        list = longer;
        s->misspelt += meant != NULL;
    }
    s->notice = keep(s, more ? ps_format("%s%s%zu more", list, *list ? " and " : "", more) : ps_strdup(list));
    free(list);
}

void sheet_say_ignored(const sheet *s, const char *path, int quiet) {
    if (s->notice[0] && (!quiet || s->misspelt))
        progress_message("notice: %s: columns ignored: %s", path, s->notice);
}

int sheet_read(const char *path, const ps_job *common, sheet *s, ps_error *err) {
    ps_table t;
    int column[N_COLUMNS], status = -1;
    *s = (sheet){0};
    if (ps_table_read(path, PS_ERR_USAGE, &t, err) < 0)
        return -1;
    trim_cells(&t);
    const char *slash = strrchr(path, '/');
    char *folder = ps_strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
    if (ps_table_require(&t, columns, 1, column, err) < 0)
        goto out;
    for (int i = 1; i < N_COLUMNS; i++)
        column[i] = ps_table_find(&t, columns[i]);
    note_ignored(s, &t);
    if (column[RNA] < 0 && column[DNA] < 0 && column[VCF] < 0) {
        ps_fail(err, PS_ERR_USAGE, path, 0,
                "none of the columns rna, dna and vcf is there, expected at least one%s%s%s",
                s->misspelt ? " (columns ignored: " : "", s->misspelt ? s->notice : "", s->misspelt ? ")" : "");
        goto out;
    }
    if (!t.n_rows) {
        ps_fail(err, PS_ERR_USAGE, path, 0, "has no samples, expected at least one row below the header");
        goto out;
    }
    s->job = ps_alloc(t.n_rows, sizeof *s->job);
    s->line = ps_alloc(t.n_rows, sizeof *s->line);
    for (s->n = 0; s->n < t.n_rows; s->n++) {
        s->job[s->n] = *common;
        s->line[s->n] = t.line[s->n];
        if (read_row(s, &t, s->n, column, folder, &s->job[s->n], err) < 0)
            goto out;
    }
    status = refuse_clashes(s, &t, err);
out:
    free(folder);
    ps_table_free(&t);
    if (status < 0)
        sheet_free(s);
    return status;
}

/* NULL when this file can be read, or is no file of this machine. */
static const char *unreadable(const char *path) {
    struct stat about;
    if (strstr(path, "://"))
        return NULL;
    if (stat(path, &about) != 0 || access(path, R_OK) != 0)
        return strerror(errno);
    return S_ISDIR(about.st_mode) ? "is a folder" : NULL;
}

enum { SHOWN = 3 }; /* missing files */

typedef struct missing {
    size_t n;
    char *list;
} missing;

static void check_file(const sheet *s, size_t i, const char *role, const char *path, const char *sheet_path,
                       char **why, missing *m) {
    const char *reason = unreadable(path);
    if (!reason)
        return;
    if (!why[i])
        why[i] = ps_format("%s: cannot be read: %s", path, reason);
    if (m->n++ >= SHOWN)
        return;
    char *longer = ps_format("%s%s%s:%ld: %s: %s: %s: %s", m->list, *m->list ? "; " : "", sheet_path, s->line[i],
                             s->job[i].sample_id, role, path, reason);
    free(m->list);
    m->list = longer;
}

size_t sheet_check_inputs(const sheet *s, const char *path, char **why, char **list) {
    missing m = {.list = ps_strdup("")};
    for (size_t i = 0; i < s->n; i++)
        for (int role = 0; role < PS_N_INPUTS; role++) {
            const char *input = s->job[i].path[role], *mark = input ? strstr(input, CLI_INDEX_MARK) : NULL;
            if (!input)
                continue;
            char *file = mark ? ps_strndup(input, (size_t)(mark - input)) : ps_strdup(input);
            check_file(s, i, ps_input_names[role], file, path, why, &m);
            free(file);
            if (mark && role != PS_INPUT_VCF) /* a VCF is read without its index when that is not there */
                check_file(s, i, ps_input_names[role], mark + strlen(CLI_INDEX_MARK), path, why, &m);
        }
    *list = m.n > SHOWN ? ps_format("%s; and %zu more", m.list, m.n - SHOWN) : ps_strdup(m.list);
    free(m.list);
    return m.n;
}

void sheet_free(sheet *s) {
    for (size_t i = 0; i < s->n_text; i++)
        free(s->text[i]);
    free(s->text);
    free(s->job);
    free(s->line);
    *s = (sheet){0};
}
