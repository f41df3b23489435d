/* validate.c - `plasmastrat validate`: expected against found, as a page to sign. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "validate.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/map.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "plasmastrat/validation.h"
#include "progress.h"

enum { DEFAULT_REPEATS = 15, MOST_REPEATS = 10000, MOST_SHEET_BYTES = 256 << 20 };

static void help(FILE *out) {
    fputs(
        "plasmastrat validate - expected against found: a laboratory's own validation\n\n"
        "usage: plasmastrat validate SHEET -o DIR [--protocol FILE] [--cell-line NAME]\n\n"
        "A row of the sheet is a sample: the columns of `batch`, where a file may also be the evidence of an earlier run,\n"
        "or column `evidence` with an ID.evidence.gz or an ID.json beside one. What is known of it:\n"
        "  expect_ras        wild-type; mutated; changes, as KRAS G12D + NRAS Q61R (then the genes not named are wild\n"
        "                    type; 'NRAS ?': not known); '?'\n"
        "  expect_vaf        the VAF of each change, in their order, with + between them\n"
        "  expect_igh_ccnd1  detected, not-detected; '?'\n"
        "  expect_ccnd1      dysregulated, intermediate, not-dysregulated; '?'\n"
        "  expect_copies     copies of CCND1\n"
        "  expect_label      plasmacytoma-like, intramedullary, indeterminate; '?'\n"
        "  cell_line         a line of the panel's cell_lines.tsv: fills expect_ras and expect_igh_ccnd1\n"
        "  replicate_of      the sample that this one repeats; `run` tells repeatability from reproducibility\n"
        "  dilution_of, fraction   the undiluted sample, and its share in this one\n\n"
        "Writes DIR/validation.html (to print and sign), validation.tsv (a row for every comparison), validation.json\n"
        "and validation_measures.tsv. A protocol is a table of acceptance criteria with the columns measure, relation,\n"
        "limit, and if wanted at (value, low or high end of the interval), min_n and note:\n"
        "  ppa.ras <TAB> >= <TAB> 0.95\n"
        "The exit status is 1 when a criterion or a sample fails, or when nothing could be compared.\n\n",
        out);
    cli_print_options(CLI_VALIDATE, out);
}

/* ---- samples --------------------------------------------------------------------------------------------------- */

typedef struct run {
    const cli_settings *settings;
    const cli_knowledge *knowledge;
    const validate_sheet *rows;
    ps_validation *v;
    ps_comparison **comparison; /* of each row */
    size_t *n;
    uint8_t *is_replicated;   /* of each row: it is a replicate or has one */
    ps_identity_call *person; /* of these */
    validate_kept kept;       /* for dilution in silico */
    cli_unused unused;        /* references that evidence names */
    progress progress;
} run;

static void note_replicated(run *r) {
    for (size_t i = 0; i < r->v->n; i++)
        if (r->v->row[i].replicate_of != PS_NO_ROW)
            r->is_replicated[i] = r->is_replicated[r->v->row[i].replicate_of] = 1;
}

static void note_result(run *r, size_t item, ps_result *result) {
    ps_validation_row *row = &r->v->row[item];
    cli_unused_note(&r->unused, item, row->source, &result->evidence.stated, r->knowledge);
    ps_compare(row, item, result->panel, &result->calls, &result->label, &r->comparison[item], &r->n[item]);
    ps_found_of(result->panel, &result->calls, &result->label, &row->found);
    snprintf(row->digest, sizeof row->digest, "%s", result->evidence.digest);
    row->written_by = ps_strdup(ps_other_version(&result->evidence));
    row->build = result->panel->build;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        row->reads |= result->evidence.reads[role].given ? 1u << role : 0;
    if (r->is_replicated[item]) {
        r->person[item] = result->calls.identity;
        result->calls.identity = (ps_identity_call){0};
    }
    if (r->v->repeats)
        validate_keep(&r->kept, row, item, r->comparison[item], r->n[item], result);
}

static int run_row(void *context, size_t item, int worker, ps_error *err) {
    run *r = context;
    ps_result result = {0};
    ps_error own = {0};
    (void)worker;
    int status = validate_call(r->settings, r->knowledge, r->rows, item, &result, &own);
    if (status == 0)
        note_result(r, item, &result);
    else
        r->v->row[item].failure = ps_strdup(own.text);
    ps_result_free(&result);
    progress_step(&r->progress, status < 0);
    return ps_check_interrupt(err);
}

static void join_comparisons(run *r) {
    for (size_t i = 0; i < r->v->n; i++)
        for (size_t k = 0; k < r->n[i]; k++) {
            PS_GROW(r->v->comparison, r->v->n_comparisons, r->v->comparisons_capacity);
            r->v->comparison[r->v->n_comparisons++] = r->comparison[i][k];
        }
}

/* ---- replicates are one person's ------------------------------------------------------------------------------- */

static const ps_panel *panel_of(const run *r, size_t row) {
    for (int p = 0; p < r->knowledge->n_panels; p++)
        if (r->v->row[row].build && !strcmp(r->knowledge->panel[p].build, r->v->row[row].build))
            return &r->knowledge->panel[p];
    return NULL;
}

static int refuse_person(const run *r, size_t row, size_t first, ps_error *err) {
    const ps_panel *panel = panel_of(r, row), *other = panel_of(r, first);
    if (!panel || !other || strcmp(panel->snp_set, other->snp_set) != 0)
        return 0;
    const ps_identity_call *a = &r->person[row], *b = &r->person[first];
    for (size_t i = 0; i < a->n_inputs; i++)
        for (size_t j = 0; j < b->n_inputs; j++) {
            ps_identity_comparison both;
            ps_identity_pair(panel, &a->input[i], &b->input[j], &both);
            if (both.state == PS_IDENTITY_DIFFERENT)
                return ps_fail(
                    err, PS_ERR_RUN, r->settings->rest[0], r->v->row[row].line,
                    "sample %s is of another person than %s by its common SNPs (ln odds for one person %.1f over %d "
                    "SNP%s): replicates must be of one sample",
                    r->v->row[row].sample_id, r->v->row[first].sample_id, both.log_odds, both.sites,
                    ps_s(both.sites));
        }
    return 0;
}

static int check_persons(const run *r, ps_error *err) {
    for (size_t i = 0; i < r->v->n; i++)
        if (r->v->row[i].replicate_of != PS_NO_ROW && refuse_person(r, i, r->v->row[i].replicate_of, err) < 0)
            return -1;
    return 0;
}

static int run_rows(run *r, ps_error *err) {
    size_t n = r->v->n;
    r->comparison = ps_alloc(n, sizeof *r->comparison);
    r->n = ps_alloc(n, sizeof *r->n);
    r->person = ps_alloc(n, sizeof *r->person);
    r->is_replicated = ps_alloc(n, sizeof *r->is_replicated);
    note_replicated(r);
    progress_start(&r->progress, stderr, n, progress_terminal(STDERR_FILENO), r->settings->quiet);
    int status = ps_parallel(r->settings->job.n_threads, n, run_row, r, err);
    progress_end(&r->progress);
    cli_unused_say(&r->unused, r->settings->quiet);
    join_comparisons(r);
    if (status == 0)
        status = check_persons(r, err);
    for (size_t i = 0; i < n; i++) {
        free(r->comparison[i]);
        ps_identity_free(&r->person[i]);
    }
    free(r->comparison);
    free(r->n);
    free(r->person);
    free(r->is_replicated);
    return status;
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

/* The page comes last: whoever sees it finds the rest in place. */
static const struct {
    const char *name;
    int (*write)(const ps_validation *v, FILE *out, ps_error *err);
} files[] = {
    {"validation.tsv", ps_write_validation_tsv},
    {"validation_measures.tsv", ps_write_validation_measures},
    {"validation.json", ps_write_validation_json},
    {"validation.html", ps_write_validation_html},
};
enum { N_FILES = sizeof files / sizeof *files };

static void name_files(const cli_settings *s, char *path[N_FILES]) {
    for (int f = 0; f < N_FILES; f++)
        path[f] = ps_format("%s/%s", s->outdir, files[f].name);
}

static void forget_names(char *path[N_FILES]) {
    for (int f = 0; f < N_FILES; f++)
        free(path[f]);
}

static int refuse_outputs(const cli_settings *s, const validate_sheet *rows, ps_error *err) {
    char *path[N_FILES];
    int status = 0;
    name_files(s, path);
    for (int f = 0; f < N_FILES && status == 0 && !s->force; f++)
        if (access(path[f], F_OK) == 0)
            status = ps_fail(err, PS_ERR_RUN, path[f], 0, "exists; use --force to overwrite it");
    if (status == 0)
        status = cli_refuse_overwriting(rows->sheet.job, rows->sheet.n, s->rest[0], path, N_FILES, err);
    forget_names(path);
    return status;
}

static int write_one(const void *context, size_t file, FILE *out, ps_error *err) {
    return files[file].write(context, out, err);
}

static int write_files(const cli_settings *s, const ps_validation *v, ps_error *err) {
    char *path[N_FILES];
    name_files(s, path);
    int status = ps_outfile_write_all(path, N_FILES, s->force, write_one, v, err);
    forget_names(path);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static int read_numbers(const cli_settings *s, ps_validation *v, ps_error *err) {
    v->repeats = DEFAULT_REPEATS;
    v->seed = 1;
    if (s->repeats && ps_parse_int(s->repeats, 0, MOST_REPEATS, &v->repeats) < 0)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--repeats: '%s', expected a whole number from 0 (none) to %d",
                       s->repeats, MOST_REPEATS);
    if (s->seed && ps_parse_int(s->seed, 0, INT64_MAX, &v->seed) < 0)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--seed: '%s', expected a whole number", s->seed);
    return 0;
}

static int note_sheet(const cli_settings *s, ps_validation *v, ps_error *err) {
    char *bytes = NULL;
    size_t n = 0;
    if (ps_file_read(s->rest[0], MOST_SHEET_BYTES, PS_ERR_USAGE, &bytes, &n, err) < 0)
        return -1;
    v->sheet_path = s->rest[0];
    v->title = s->title;
    snprintf(v->sheet_checksum, sizeof v->sheet_checksum, "%016" PRIx64, ps_hash(bytes, n));
    free(bytes);
    return 0;
}

static void print_measure(const ps_measure *m) {
    printf("%-44s %.4g", m->name, m->value);
    if (isfinite(m->low) && isfinite(m->high))
        printf(" (%.4g to %.4g)", m->low, m->high);
    printf(", n %" PRIu64 "\n", m->n);
}

static void print_summary(const ps_validation *v) {
    printf("%zu sample%s, %zu comparison%s: %" PRIu64 " agree, %" PRIu64 " differ, %" PRIu64 " not assessable\n",
           v->n, ps_s(v->n), v->n_comparisons, ps_s(v->n_comparisons), ps_validation_count(v, PS_OUTCOME_AGREES),
           ps_validation_count(v, PS_OUTCOME_DIFFERS), ps_validation_count(v, PS_OUTCOME_NOT_ASSESSABLE));
    for (size_t i = 0; i < v->n_measures; i++) {
        const ps_measure *m = &v->measure[i];
        if (m->n && isfinite(m->value) && strcmp(m->unit, "count") != 0 &&
            strncmp(m->name, "not_assessable.", 15) != 0)
            print_measure(m);
    }
    for (size_t i = 0; i < v->protocol.n; i++) {
        const ps_criterion *c = &v->protocol.criterion[i];
        printf("%-6s %s %s %.4g\n", c->passed ? "passed" : "FAILED", c->measure, c->relation, c->limit);
    }
}

/* The first failure, or else what makes the first comparison not assessable. */
static int refuse_nothing(const cli_settings *s, const ps_validation *v, size_t failed, size_t first, ps_error *err) {
    const char *why = failed ? v->row[first].failure : NULL;
    for (size_t i = 0; i < v->n_comparisons && !why; i++) {
        first = v->comparison[i].row;
        why = v->comparison[i].why;
    }
    return ps_fail(
        err, PS_ERR_RUN, s->rest[0], why ? v->row[first].line : 0,
        "nothing could be compared: of %zu sample%s %zu failed, and all others are not assessable%s%s%s%.500s", v->n,
        ps_s(v->n), failed, why ? ", first " : "", why ? v->row[first].sample_id : "", why ? ": " : "",
        why ? why : "");
}

static int refuse_failures(const cli_settings *s, const ps_validation *v, ps_error *err) {
    size_t failed = 0, first = 0;
    for (size_t r = v->n; r-- > 0;)
        if (v->row[r].failure) {
            failed++;
            first = r;
        }
    if (!ps_validation_count(v, PS_OUTCOME_AGREES) && !ps_validation_count(v, PS_OUTCOME_DIFFERS) && !v->n_groups)
        return refuse_nothing(s, v, failed, first, err);
    if (failed)
        return ps_fail(err, PS_ERR_RUN, s->rest[0], v->row[first].line,
                       "%zu of %zu sample%s failed, first %s: %.600s", failed, v->n, ps_s(v->n),
                       v->row[first].sample_id, v->row[first].failure);
    if (v->protocol.failed)
        return ps_fail(err, PS_ERR_RUN, v->protocol.path, 0, "%zu of %zu criteria failed", v->protocol.failed,
                       v->protocol.n);
    return 0;
}

static int run_all(const cli_settings *s, const cli_knowledge *k, const validate_sheet *rows, ps_validation *v,
                   ps_error *err) {
    run r = {.settings = s, .knowledge = k, .rows = rows, .v = v, .unused = CLI_UNUSED};
    validate_kept_init(&r.kept);
    int status = run_rows(&r, err);
    if (status == 0) {
        ps_validation_expect_vafs(v);
        status = validate_dilute(s, k, &r.kept, v, err);
    }
    validate_kept_free(&r.kept);
    return status;
}

static int validate(const cli_settings *s, const cli_knowledge *k, const validate_sheet *rows, ps_validation *v,
                    ps_error *err) {
    v->panels = k->panel;
    v->n_panels = k->n_panels;
    if (ps_make_folder(s->outdir, err) < 0 || run_all(s, k, rows, v, err) < 0)
        return -1;
    ps_validation_measure(v);
    ps_protocol_judge(v);
    if (write_files(s, v, err) < 0)
        return -1;
    if (!s->quiet)
        print_summary(v);
    return cli_flush_stdout(err) < 0 ? -1 : refuse_failures(s, v, err);
}

int ps_cmd_validate(int argc, char **argv, ps_error *err) {
    cli_settings s = cli_defaults();
    cli_knowledge k = {0};
    validate_sheet rows = {0};
    ps_validation v = {0};
    int status = -1;
    if (cli_parse(CLI_VALIDATE, argc, argv, 1, &s, err) < 0)
        return -1;
    if (s.help) {
        help(stdout);
        return cli_flush_stdout(err);
    }
    if (s.n_rest != 1 || !s.outdir || !strcmp(s.outdir, "-"))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "validate: no %s",
                       s.n_rest != 1 ? "sheet: plasmastrat validate SHEET -o DIR" : "output folder: give -o DIR");
    if (!strcmp(s.rest[0], "-"))
        return ps_fail(err, PS_ERR_USAGE, NULL, 0,
                       "validate: the sheet must be a file: the report holds its checksum");
    if (read_numbers(&s, &v, err) == 0 && cli_load_knowledge(&s.job, &k, err) == 0 &&
        validate_sheet_read(&s, &k, &rows, &v, err) == 0 && note_sheet(&s, &v, err) == 0 &&
        (!s.protocol || ps_protocol_read(s.protocol, &v.protocol, err) == 0) && refuse_outputs(&s, &rows, err) == 0) {
        sheet_say_ignored(&rows.sheet, s.rest[0], s.quiet);
        status = validate(&s, &k, &rows, &v, err);
    }
    ps_validation_free(&v);
    validate_sheet_free(&rows);
    cli_free_knowledge(&k);
    return status;
}
