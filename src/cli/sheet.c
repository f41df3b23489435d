#include "sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "progress.h"

enum { SAMPLE_ID, RNA, DNA, NORMAL, VCF, SV, CNV, COUNTS, PURITY, SPECIMEN, MOLECULES, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"sample_id", "rna",    "dna",    "normal",   "vcf",      "sv",
                                               "cnv",       "counts", "purity", "specimen", "molecules"};
static const ps_input_role role_of[N_COLUMNS] = {
    [RNA] = PS_INPUT_RNA, [DNA] = PS_INPUT_DNA, [NORMAL] = PS_INPUT_NORMAL, [VCF] = PS_INPUT_VCF,
    [SV] = PS_INPUT_SV,   [CNV] = PS_INPUT_CNV, [COUNTS] = PS_INPUT_COUNTS};

static char *keep(sheet *s, char *text) {
    PS_GROW(s->text, s->n_text, s->text_capacity);
    return s->text[s->n_text++] = text;
}

/* ---- all errors in one run ------------------------------------------------------------------------------------- */

enum { MOST_ERRORS_SHOWN = 20 };

typedef struct complaints {
    ps_error *error;
    size_t n, capacity;
} complaints;

/* Room for one more error; it counts once `note` has been told that it is one. */
static ps_error *next_error(complaints *c) {
    PS_GROW(c->error, c->n, c->capacity);
    c->error[c->n] = (ps_error){0};
    return &c->error[c->n];
}

static void note(complaints *c, int status) {
    c->n += status < 0;
}

/* One error is the error; of several each is shown, and their number is the error. */
static int refuse_all(complaints *c, const char *path, ps_error *err) {
    int status = c->n ? -1 : 0;
    if (c->n == 1)
        *err = c->error[0];
    for (size_t i = 0; i < c->n && i < MOST_ERRORS_SHOWN && c->n > 1; i++)
        progress_message("error: %s", c->error[i].text);
    if (c->n > 1)
        ps_fail(err, PS_ERR_USAGE, path, 0, "%zu error%s; nothing was run", c->n, ps_s(c->n));
    free(c->error);
    return status;
}

/* ---- columns --------------------------------------------------------------------------------------------------- */

/* Words of other names for a column. A name of these words alone means that column: the first row that fits. */
static const struct {
    const char *word;
    int column; /* N_COLUMNS: the word says only that it is an input */
} words[] = {
    {"purity", PURITY},   {"cellularity", PURITY},
    {"content", PURITY},  {"specimen", SPECIMEN},
    {"rna", RNA},         {"rnaseq", RNA},
    {"normal", NORMAL},   {"germline", NORMAL},
    {"control", NORMAL},  {"vcf", VCF},
    {"sv", SV},           {"cnv", CNV},
    {"segments", CNV},    {"seg", CNV},
    {"cns", CNV},         {"breakends", SV},
    {"counts", COUNTS},   {"genecounts", COUNTS},
    {"maf", VCF},         {"variants", VCF},
    {"mutations", VCF},   {"dna", DNA},
    {"wgs", DNA},         {"wes", DNA},
    {"exome", DNA},       {"tumour", DNA},
    {"tumor", DNA},       {"bam", N_COLUMNS},
    {"cram", N_COLUMNS},  {"sam", N_COLUMNS},
    {"file", N_COLUMNS},  {"path", N_COLUMNS},
    {"input", N_COLUMNS}, {"reads", N_COLUMNS},
};
enum { N_WORDS = sizeof words / sizeof *words };

static size_t word_of(const char *text, size_t n) {
    size_t k = 0;
    while (k < N_WORDS && (strlen(words[k].word) != n || strncasecmp(words[k].word, text, n) != 0))
        k++;
    return k;
}

/* What a name made of such words alone means, as "dna" or "dna or rna"; NULL: it is something else. */
static const char *meant_by_words(const char *name) {
    static const char separators[] = " _-.";
    size_t best = N_WORDS;
    for (const char *at = name + strspn(name, separators); *at; at += strspn(at, separators)) {
        size_t n = strcspn(at, separators), k = word_of(at, n);
        if (k == N_WORDS)
            return NULL;
        if (best == N_WORDS || (words[k].column < N_COLUMNS && (words[best].column == N_COLUMNS || k < best)))
            best = k;
        at += n;
    }
    if (best == N_WORDS)
        return NULL;
    return words[best].column < N_COLUMNS ? columns[words[best].column] : "dna, rna or normal";
}

/* The columns of a batch, and behind them those of another command. */
typedef struct header {
    const char *const *name;
    size_t n;
    const sheet_extra *extra;
    int normals; /* 1: a row may have a normal alone */
} header;

static int column_of(const header *h, const char *name) {
    for (size_t i = 0; i < h->n; i++)
        if (!strcasecmp(name, h->name[i]))
            return (int)i;
    return -1;
}

/* A column that is left out by a slip changes the answers and stands in no result, so a name that is like one of ours
 * is an error. `column` gets the number of each of ours, or -1. */
static void find_columns(const header *h, const ps_table *t, int *column, complaints *c) {
    for (size_t i = 0; i < h->n; i++)
        column[i] = -1;
    for (size_t i = 0; i < t->n_columns; i++) {
        int known = column_of(h, t->name[i]);
        if (known >= 0 && column[known] >= 0)
            note(c, ps_fail(next_error(c), PS_ERR_USAGE, t->path, 0, "columns '%s' and '%s' are one and the same",
                            t->name[column[known]], t->name[i]));
        if (known >= 0)
            column[known] = (int)i;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        const char *meant = column_of(h, t->name[i]) < 0 ? meant_by_words(t->name[i]) : NULL;
        if (!meant && column_of(h, t->name[i]) < 0) {
            meant = ps_meant(t->name[i], h->name, h->n);
            if (meant && column[column_of(h, meant)] >= 0) /* that one is there: this is another */
                meant = NULL;
        }
        if (meant)
            note(c, ps_fail(next_error(c), PS_ERR_USAGE, t->path, 0,
                            "column '%s' is not one that is read; did you mean %s? Rename or remove it", t->name[i],
                            meant));
    }
}

/* The columns that are ignored, as many as fit on a few lines. */
static void note_ignored(const header *h, sheet *s, const ps_table *t) {
    enum { ROOM = 300 };
    char *list = ps_strdup("");
    size_t more = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        if (column_of(h, t->name[i]) >= 0)
            continue;
        if (strlen(list) + strlen(t->name[i]) > ROOM) {
            more++;
            continue;
        }
        char *longer = ps_format("%s%s%.100s", list, *list ? ", " : "", t->name[i]);
        free(list);
        list = longer;
    }
    s->notice = keep(s, more ? ps_format("%s%s%zu more", list, *list ? " and " : "", more) : ps_strdup(list));
    free(list);
}

void sheet_say_ignored(const sheet *s, const char *path, int quiet) {
    if (s->notice[0] && !quiet)
        progress_message("notice: %s: columns ignored: %s", path, s->notice);
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* NULL when the column is missing or the cell says that there is none. */
static const char *cell(sheet *s, const ps_table *t, size_t row, int column) {
    static const char *const none[] = {"", ".", "NA", "N/A", "#N/A"};
    const char *text = column < 0 ? "" : ps_table_cell(t, row, column);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (!strcasecmp(text, none[i]))
            return NULL;
    return keep(s, ps_strdup(text));
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

int sheet_share(const ps_table *t, size_t row, int column, const char *given, double *value, ps_error *err) {
    if (!given || cli_parse_share(given, value) == 0)
        return 0;
    return ps_table_fail(t, row, column, err, "expected a number above 0, at most 1 (as 0.8 or 80%%)");
}

static int read_specimen(sheet *s, const ps_table *t, size_t row, int column, ps_job *job, ps_error *err) {
    const char *text = cell(s, t, row, column);
    if (!text)
        return 0;
    for (int i = 0; i < PS_N_SPECIMENS; i++)
        if (!strcasecmp(text, ps_specimen_names[i])) {
            job->specimen = (ps_specimen)i;
            job->specimen_given = 1;
            return 0;
        }
    return ps_table_fail(t, row, column, err, "expected lesion, marrow or unknown");
}

static const char *trimmed(sheet *s, const char *text, size_t n) {
    while (n && *text == ' ')
        text++, n--;
    while (n && text[n - 1] == ' ')
        n--;
    return keep(s, ps_strndup(text, n));
}

/* "lane1.bam|lane2.bam": the first to *first, the others to a list with NULL behind them. -1 where a name is missing.
 */
static int split_lanes(sheet *s, const char *folder, const char *text, const char **first, const char *const **more) {
    const char **list = NULL;
    size_t n = 0;
    for (const char *end; text; text = *end ? end + 1 : NULL) {
        end = text + strcspn(text, "|");
        const char *name = trimmed(s, text, (size_t)(end - text)), *path = resolve(s, folder, name);
        if (!*name || !strcmp(name, "-")) {
            free(list);
            return -1;
        }
        if (n++ == 0) {
            *first = path;
            continue;
        }
        list = ps_resize(list, n, sizeof *list);
        list[n - 2] = path;
        list[n - 1] = NULL;
    }
    *more = list;
    keep(s, (char *)list);
    return 0;
}

/* `given`: another column has an input. */
static int read_inputs(sheet *s, const ps_table *t, size_t row, const int *column, const char *folder, int given,
                       ps_job *job, ps_error *err) {
    int inputs = given;
    for (int i = RNA; i <= COUNTS; i++) {
        const char *path = cell(s, t, row, column[i]);
        if (path && !strcmp(path, "-"))
            return ps_table_fail(t, row, column[i], err, "expected a file: a batch cannot read standard input");
        job->path[role_of[i]] = resolve(s, folder, path);
        if (path && role_of[i] < PS_N_READ_INPUTS && strchr(path, '|') &&
            split_lanes(s, folder, path, &job->path[role_of[i]], &job->more[role_of[i]]) < 0)
            return ps_table_fail(t, row, column[i], err, "expected files with | between them");
        inputs += path && i != NORMAL;
    }
    return inputs
               ? 0
               : ps_fail(
                     err, PS_ERR_USAGE, t->path, t->line[row],
                     "sample %s has no input, expected a file in at least one of rna, dna, vcf, sv, cnv and counts",
                     job->sample_id);
}

static int read_molecules(sheet *s, const ps_table *t, size_t row, int column, double *molecules, ps_error *err) {
    return cell(s, t, row, column)
               ? ps_table_double(t, row, column, CLI_LEAST_MOLECULES, CLI_MOST_MOLECULES, molecules, err)
               : 0;
}

/* The cells of the other command's columns. Returns 1 when the one that is an input is given. */
static int read_extra(sheet *s, const header *h, const ps_table *t, size_t row, const int *column, const char *folder,
                      complaints *c) {
    const sheet_extra *x = h->extra;
    if (!x)
        return 0;
    const char **given = ps_alloc(x->n, sizeof *given);
    for (size_t i = 0; i < x->n; i++)
        given[i] = cell(s, t, row, column[(size_t)N_COLUMNS + i]);
    if (given[x->input])
        given[x->input] = resolve(s, folder, given[x->input]);
    int input = given[x->input] != NULL;
    note(c, x->read(x->context, t, row, column + N_COLUMNS, given, next_error(c)));
    free(given);
    return input;
}

static void read_row(sheet *s, const header *h, const ps_table *t, size_t row, const int *column, const char *folder,
                     ps_job *job, complaints *c) {
    int given = read_extra(s, h, t, row, column, folder, c);
    given |= h->normals && cell(s, t, row, column[NORMAL]);
    job->sample_id = cell(s, t, row, column[SAMPLE_ID]);
    if (job->sample_id) {
        note(c, cli_check_id(job->sample_id, t->path, t->line[row], next_error(c)));
        note(c, read_inputs(s, t, row, column, folder, given, job, next_error(c)));
    } else {
        note(c, ps_fail(next_error(c), PS_ERR_USAGE, t->path, t->line[row],
                        "column sample_id is empty, expected a sample id"));
    }
    note(c, sheet_share(t, row, column[PURITY], cell(s, t, row, column[PURITY]), &job->purity, next_error(c)));
    note(c, read_molecules(s, t, row, column[MOLECULES], &job->molecules, next_error(c)));
    note(c, read_specimen(s, t, row, column[SPECIMEN], job, next_error(c)));
}

typedef struct id_line {
    const char *id;
    long line;
} id_line;

static int by_id_and_line(const void *a, const void *b) {
    const id_line *x = a, *y = b;
    int order = strcasecmp(x->id, y->id);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void refuse_clashes(const sheet *s, const ps_table *t, complaints *c) {
    id_line *ids = ps_alloc(s->n, sizeof *ids);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->job[i].sample_id)
            ids[n++] = (id_line){s->job[i].sample_id, t->line[i]};
    qsort(ids, n, sizeof *ids, by_id_and_line);
    for (size_t i = 1; i < n; i++)
        if (!strcasecmp(ids[i].id, ids[i - 1].id)) /* some file systems know no case */
            note(c, ps_fail(next_error(c), PS_ERR_USAGE, t->path, ids[i].line,
                            "sample id '%s' stands on line %ld too%s%s%s; each must be unique", ids[i].id,
                            ids[i - 1].line, strcmp(ids[i].id, ids[i - 1].id) ? " but for case ('" : "",
                            strcmp(ids[i].id, ids[i - 1].id) ? ids[i - 1].id : "",
                            strcmp(ids[i].id, ids[i - 1].id) ? "')" : ""));
    free(ids);
}

/* A column of inputs other than the normal's, which alone tells nothing. */
static int has_inputs(const header *h, const int *column) {
    int found = h->extra && column[N_COLUMNS + h->extra->input] >= 0;
    for (int i = RNA; i <= COUNTS; i++)
        found |= (i != NORMAL || h->normals) && column[i] >= 0;
    return found;
}

static int check_header(const header *h, const ps_table *t, const int *column, complaints *c) {
    int ignored;
    if (column[SAMPLE_ID] < 0 && !c->n) {
        note(c, ps_table_require(t, columns, 1, &ignored, next_error(c)));
    }
    if (!has_inputs(h, column) && !c->n)
        note(c, ps_fail(next_error(c), PS_ERR_USAGE, t->path, 0,
                        "none of the columns %s%srna, dna, vcf, sv, cnv and counts is there, expected at least one",
                        h->extra ? h->extra->name[h->extra->input] : "", h->extra ? ", " : ""));
    if (!t->n_rows && !c->n)
        note(c, ps_fail(next_error(c), PS_ERR_USAGE, t->path, 0,
                        "has no samples, expected at least one row below the header"));
    return column[SAMPLE_ID] < 0 || !has_inputs(h, column) ? -1 : 0;
}

static void read_rows(sheet *s, const header *h, const ps_table *t, const ps_job *common, const int *column,
                      const char *folder, complaints *c) {
    s->job = ps_alloc(t->n_rows, sizeof *s->job);
    s->line = ps_alloc(t->n_rows, sizeof *s->line);
    for (s->n = 0; s->n < t->n_rows; s->n++) {
        s->job[s->n] = *common;
        s->line[s->n] = t->line[s->n];
        read_row(s, h, t, s->n, column, folder, &s->job[s->n], c);
    }
    refuse_clashes(s, t, c);
    for (size_t row = 0; row < s->n && h->extra && !c->n; row++)
        note(c, h->extra->check(h->extra->context, s, row, t, column + N_COLUMNS, next_error(c)));
}

static int read_any(const char *path, const ps_job *common, const sheet_extra *extra, int normals, sheet *s,
                    ps_error *err) {
    ps_table t;
    complaints c = {0};
    *s = (sheet){0};
    if (ps_table_read_sheet(path, columns[SAMPLE_ID], &t, err) < 0)
        return -1;
    size_t n = N_COLUMNS + (extra ? extra->n : 0);
    const char **names = ps_alloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = i < N_COLUMNS ? columns[i] : extra->name[i - N_COLUMNS];
    const header h = {names, n, extra, normals};
    int *column = ps_alloc(n, sizeof *column);
    const char *slash = strrchr(path, '/');
    char *folder = ps_strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
    find_columns(&h, &t, column, &c);
    note_ignored(&h, s, &t);
    if (check_header(&h, &t, column, &c) == 0)
        read_rows(s, &h, &t, common, column, folder, &c);
    int status = refuse_all(&c, t.path, err);
    free(folder);
    free(column);
    free(names);
    ps_table_free(&t);
    if (status < 0)
        sheet_free(s);
    return status;
}

int sheet_read_with(const char *path, const ps_job *common, const sheet_extra *extra, sheet *s, ps_error *err) {
    return read_any(path, common, extra, 0, s, err);
}

int sheet_read(const char *path, const ps_job *common, sheet *s, ps_error *err) {
    return read_any(path, common, NULL, 0, s, err);
}

int sheet_read_normals(const char *path, const ps_job *common, sheet *s, ps_error *err) {
    return read_any(path, common, NULL, 1, s, err);
}

/* NULL when this file can be read, or is no file of this machine. */
static const char *unreadable(const char *path) {
    struct stat about;
    if (ps_path_is_remote(path))
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

static void check_input(const sheet *s, size_t i, ps_input_role role, const char *input, const char *path, char **why,
                        missing *m) {
    const char *mark = strstr(input, CLI_INDEX_MARK);
    char *file = mark ? ps_strndup(input, (size_t)(mark - input)) : ps_strdup(input);
    check_file(s, i, ps_input_names[role], file, path, why, m);
    free(file);
    if (mark && role != PS_INPUT_VCF) /* a VCF is read without its index when that is not there */
        check_file(s, i, ps_input_names[role], mark + strlen(CLI_INDEX_MARK), path, why, m);
}

size_t sheet_check_inputs(const sheet *s, const char *path, char **why, char **list) {
    missing m = {.list = ps_strdup("")};
    for (size_t i = 0; i < s->n; i++)
        for (int role = 0; role < PS_N_INPUTS; role++)
            for (size_t k = 0; ps_job_file(&s->job[i], (ps_input_role)role, k); k++)
                check_input(s, i, (ps_input_role)role, ps_job_file(&s->job[i], (ps_input_role)role, k), path, why,
                            &m);
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
