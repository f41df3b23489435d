/* report.c - `plasmastrat report`: the cohort's files from results that exist. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "progress.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/map.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "sheet.h"

static void help(FILE *out) {
    fputs(
        "plasmastrat report - cohort table, page and MultiQC file from results that exist\n\n"
        "usage: plasmastrat report DIR|FILE.json... [--sheet SHEET] -o DIR\n\n"
        "Reads ID.json files (in a folder: every *.json but plasmastrat_mqc.json) and writes into DIR:\n"
        "  cohort.tsv             a row for every sample, also the failed ones\n"
        "  cohort.html            the same as a page, with links to each ID.html\n"
        "  plasmastrat_mqc.json   for MultiQC\n"
        "  cohort.maf             every called variant, in the columns of GDC's MAF\n"
        "  cbioportal_samples.txt cBioPortal's clinical sample file\n"
        "They are the files that `batch` writes. Rows are in the order of the sheet, without a sheet sorted by sample id.\n"
        "A file that cannot be read, or a sample of the sheet without a result, becomes a failed row that says why (with\n"
        "--logs in the words of its run), and the exit status is 1. Results that are not in the sheet are left out.\n\n",
        out);
    cli_print_options(CLI_REPORT, out);
}

/* ---- which files ----------------------------------------------------------------------------------------------- */

typedef struct collection {
    char **path;
    ps_row *row; /* of each path */
    size_t n, capacity;
    ps_table *older; /* cohort.tsv of the folders that have one */
    size_t n_older;
} collection;

static void add_path(collection *c, char *path) {
    PS_GROW(c->path, c->n, c->capacity);
    c->path[c->n++] = path;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_folder(collection *c, const char *folder, ps_error *err) {
    DIR *dir = opendir(folder);
    size_t first = c->n;
    if (!dir)
        return ps_fail(err, PS_ERR_USAGE, folder, 0, "folder cannot be read: %s", strerror(errno));
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (cli_ends_in(entry->d_name, ".json") && entry->d_name[0] != '.' &&
            strcmp(entry->d_name, "plasmastrat_mqc.json") != 0)
            add_path(c, ps_format("%s/%s", folder, entry->d_name));
    closedir(dir);
    if (c->n > first)
        qsort(c->path + first, c->n - first, sizeof *c->path, by_text);
    return 0;
}

/* What `batch` said of its failed samples, who have no result. */
static void take_older(collection *c, const char *folder) {
    char *path = ps_format("%s/cohort.tsv", folder);
    ps_error ignored = {0};
    c->older = ps_resize(c->older, c->n_older + 1, sizeof *c->older);
    if (ps_table_read(path, PS_ERR_RUN, &c->older[c->n_older], &ignored) == 0)
        c->n_older++;
    free(path);
}

static int find_files(const cli_settings *s, collection *c, ps_error *err) {
    for (int i = 0; i < s->n_rest; i++) {
        struct stat about;
        if (stat(s->rest[i], &about) == 0 && S_ISDIR(about.st_mode)) {
            if (add_folder(c, s->rest[i], err) < 0)
                return -1;
            take_older(c, s->rest[i]);
        } else if (stat(s->rest[i], &about) != 0 && !cli_ends_in(s->rest[i], ".json")) {
            return ps_fail(err, PS_ERR_USAGE, s->rest[i], 0,
                           "is not there: expected a folder of results, or ID.json");
        } else {
            add_path(c, ps_strdup(s->rest[i]));
        }
    }
    if (!c->n && !s->sheet)
        return ps_fail(err, PS_ERR_USAGE, s->rest[0], 0,
                       "has no *.json, expected the results of `sample` or `batch`");
    return 0;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* "runs/S1.json" -> "S1" */
static char *id_from_path(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return ps_strndup(name, strlen(name) - (cli_ends_in(name, ".json") ? 5 : 0));
}

static int read_row(void *context, size_t item, int worker, ps_error *err) {
    collection *c = context;
    ps_row *row = &c->row[item];
    ps_error failure = {0};
    (void)worker;
    (void)err;
    int status = ps_row_read(c->path[item], row, &failure);
    if (status == 0)
        status = cli_check_id(row->sample_id, c->path[item], 0, &failure);
    if (status == 0)
        return 0;
    ps_row_free(row);
    ps_row_init(row);
    row->sample_id = id_from_path(c->path[item]);
    row->failure = ps_strdup(failure.text);
    return 0;
}

/* Row of each sample by the digest of its id: id -> row + 1. */
static ps_row *find_row(const collection *c, const ps_map *rows, const char *id) {
    const uint64_t *at = ps_map_find(rows, ps_hash(id, strlen(id)));
    return at ? &c->row[*at - 1] : NULL;
}

static int index_rows(const collection *c, ps_map *rows, ps_error *err) {
    for (size_t i = 0; i < c->n; i++) {
        const char *id = c->row[i].sample_id;
        uint64_t *at = ps_map_at(rows, ps_hash(id, strlen(id)));
        if (*at)
            return ps_fail(err, PS_ERR_USAGE, c->path[i], 0,
                           "is of sample '%s', and so is %s: expected one result of each sample", id,
                           c->path[*at - 1]);
        *at = i + 1;
    }
    return 0;
}

static int by_sample(const void *a, const void *b) {
    return strcmp(((const ps_row *)a)->sample_id, ((const ps_row *)b)->sample_id);
}

/* The last error in DIR/ID.log, what that sample's run wrote to stderr: the message that `batch` would have given. */
static char *error_in_log(const char *folder, const char *id) {
    static const char start[] = "plasmastrat: error: ";
    char *path = ps_format("%s/%s.log", folder, id), *line = NULL, *error = NULL;
    FILE *file = fopen(path, "r");
    size_t room = 0;
    while (file && getline(&line, &room, file) > 0) {
        if (strncmp(line, start, strlen(start)) != 0)
            continue;
        line[strcspn(line, "\r\n")] = '\0';
        free(error);
        error = ps_strdup(line + strlen(start));
    }
    if (file)
        fclose(file);
    free(line);
    free(path);
    return error;
}

static char *error_in_table(const ps_table *table, const char *id) {
    int sample = ps_table_find(table, "sample_id"), status = ps_table_find(table, "status"),
        message = ps_table_find(table, "message");
    for (size_t i = 0; sample >= 0 && status >= 0 && message >= 0 && i < table->n_rows; i++)
        if (!strcmp(ps_table_cell(table, i, sample), id) && !strcmp(ps_table_cell(table, i, status), "failed"))
            return ps_strdup(ps_table_cell(table, i, message));
    return NULL;
}

/* Why a sample of the sheet has no result. */
static char *why_absent(const cli_settings *s, const collection *c, const char *id) {
    char *error = s->logs ? error_in_log(s->logs, id) : NULL;
    for (size_t i = 0; i < c->n_older && !error; i++)
        error = error_in_table(&c->older[i], id);
    return error ? error : ps_format("no result: %s.json is not there", id);
}

/* Those results that no row of the sheet took. */
static void say_left_out(const cli_settings *s, const collection *c) {
    enum { MOST = 8 }; /* names */
    char *names = ps_strdup("");
    size_t n = 0;
    for (size_t j = 0; j < c->n; j++) {
        if (!c->row[j].sample_id)
            continue;
        if (n++ < MOST) {
            char *longer = ps_format("%s%s%s", names, n > 1 ? ", " : "", c->path[j]);
            free(names);
            names = longer;
        }
    }
    if (n && !s->quiet)
        progress_message("notice: %zu %s not in the sheet and left out: %s%s", n,
                         n == 1 ? "result is" : "results are", names, n > MOST ? ", ..." : "");
    free(names);
}

/* The rows in the sheet's order; what is not there is said, what is not asked for is left out. */
static void order_by_sheet(const cli_settings *s, const sheet *sh, const ps_map *rows, collection *c) {
    ps_row *row = ps_alloc(sh->n, sizeof *row);
    for (size_t i = 0; i < sh->n; i++) {
        const char *id = sh->job[i].sample_id;
        ps_row *found = find_row(c, rows, id);
        if (found) {
            row[i] = *found;
            *found = (ps_row){0};
            continue;
        }
        ps_row_init(&row[i]);
        row[i].sample_id = ps_strdup(id);
        row[i].failure = why_absent(s, c, id);
    }
    say_left_out(s, c);
    for (size_t j = 0; j < c->n; j++) {
        ps_row_free(&c->row[j]);
        free(c->path[j]);
    }
    free(c->row);
    c->row = row;
    c->n = sh->n;
    c->path = ps_resize(c->path, c->n, sizeof *c->path);
    memset(c->path, 0, c->n * sizeof *c->path);
}

/* ---- pages ----------------------------------------------------------------------------------------------------- */

/* From one folder to another, both as realpath gives them: "../../runs/", or "" when they are one. */
static char *way_to(const char *to, const char *from) {
    size_t same = 0, at = 0; /* bytes of whole names that both begin with */
    while (from[at] && from[at] == to[at]) {
        at++;
        if ((!from[at] || from[at] == '/') && (!to[at] || to[at] == '/'))
            same = at;
    }
    char *way = ps_strdup("");
    for (const char *s = from + same; *s; s++)
        if (*s == '/' && s[1]) {
            char *longer = ps_format("../%s", way);
            free(way);
            way = longer;
        }
    const char *rest = to + same + strspn(to + same, "/");
    char *whole = ps_format("%s%s%s", way, rest, *rest ? "/" : "");
    free(way);
    return whole;
}

/* Where the sample's page is, seen from the cohort page; NULL when there is none. `home` is that page's folder. */
static char *find_page(const char *json, const char *sample_id, const char *home) {
    const char *slash = strrchr(json, '/');
    char *folder = slash ? ps_strndup(json, (size_t)(slash - json) + 1) : ps_strdup("./");
    char *page = ps_format("%s%s.html", folder, sample_id), *there = realpath(folder, NULL), *link = NULL;
    struct stat about;
    if (there && stat(page, &about) == 0 && S_ISREG(about.st_mode)) {
        char *way = way_to(there, home);
        link = ps_format("%s%s.html", way, sample_id);
        free(way);
    }
    free(there);
    free(page);
    free(folder);
    return link;
}

static int link_pages(const cli_settings *s, collection *c, ps_error *err) {
    if (s->pages_beside)
        return 0;
    char *home = realpath(s->outdir, NULL);
    if (!home)
        return ps_fail_system(err, s->outdir, errno, "folder cannot be found");
    for (size_t i = 0; i < c->n; i++) {
        if (c->row[i].failure)
            continue;
        free(c->row[i].page);
        c->row[i].page = find_page(c->path[i], c->row[i].sample_id, home);
    }
    free(home);
    return 0;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int write_report(const cli_settings *s, const collection *c, ps_error *err) {
    size_t failed = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->row[i].failure) {
            failed++;
            progress_message("error: %s: %s", c->row[i].sample_id, c->row[i].failure);
        }
    if (cli_write_cohort(s->outdir, s->force, c->row, c->n, err) < 0)
        return -1;
    if (failed)
        return ps_fail(err, PS_ERR_RUN, NULL, 0, "%zu of %zu sample%s failed; see %s/cohort.tsv", failed, c->n,
                       ps_s(c->n), s->outdir);
    if (!s->quiet)
        progress_message("%zu sample%s: %s/cohort.tsv", c->n, ps_s(c->n), s->outdir);
    return 0;
}

/* What a person is compared by is the same in every built-in panel. */
static int compare_persons(const cli_settings *s, collection *c, ps_error *err) {
    ps_panel panel;
    if (ps_panel_load(ps_panel_builtin[0], &panel, err) < 0)
        return -1;
    int status = cli_compare_samples(s, &panel, 1, c->row, c->n, err);
    ps_panel_free(&panel);
    return status;
}

static int run_report(const cli_settings *s, ps_error *err) {
    collection c = {0};
    ps_map rows = {0};
    sheet sh = {0};
    int status = -1;
    if ((s->sheet &&
         (sheet_read(s->sheet, &s->job, &sh, err) < 0 || cli_check_cohort_names(s->sheet, sh.job, sh.n, err) < 0)) ||
        find_files(s, &c, err) < 0)
        goto out;
    c.row = ps_alloc(c.n, sizeof *c.row);
    if (ps_parallel(s->job.n_threads, c.n, read_row, &c, err) < 0 || index_rows(&c, &rows, err) < 0 ||
        ps_make_folder(s->outdir, err) < 0 || cli_check_cohort(s->outdir, s->force, err) < 0 ||
        link_pages(s, &c, err) < 0)
        goto out;
    if (s->sheet)
        order_by_sheet(s, &sh, &rows, &c);
    else if (c.n)
        qsort(c.row, c.n, sizeof *c.row, by_sample);
    if (compare_persons(s, &c, err) == 0)
        status = write_report(s, &c, err);
out:
    for (size_t i = 0; i < c.n; i++) {
        free(c.path[i]);
        if (c.row)
            ps_row_free(&c.row[i]);
    }
    for (size_t i = 0; i < c.n_older; i++)
        ps_table_free(&c.older[i]);
    free(c.older);
    free(c.path);
    free(c.row);
    ps_map_free(&rows);
    sheet_free(&sh);
    return status;
}

int ps_cmd_report(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    if (cli_parse(CLI_REPORT, argc, argv, argc, &s, err) < 0)
        return -1;
    if (s.help) {
        help(stdout);
        return cli_flush_stdout(err);
    }
    if (!s.n_rest)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "report: no results: plasmastrat report DIR|FILE.json... -o DIR");
    if (!s.outdir || !strcmp(s.outdir, "-"))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "report: no output folder: give -o DIR");
    return run_report(&s, err);
}
