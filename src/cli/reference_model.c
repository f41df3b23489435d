/* reference_model.c - `plasmastrat reference model`: a joint CCND1 x RAS table from labelled results. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/fit.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/parallel.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"
#include "plasmastrat/table.h"
#include "progress.h"
#include "reference.h"

/* Fewer samples of a class leave every interval wider than the models from published counts. */
enum { LEAST = 10 };
static const double dirichlet = 0.5; /* Jeffreys' prior of the four shares */

typedef struct cohort {
    ps_labelled *sample;
    ps_row *row; /* of each: its id, and what its person is known by */
    char **path;
    long *line;
    ps_error *failure;
    const cli_knowledge *knowledge;
    int quiet;
    cli_unused unused; /* references that evidence names */
    size_t n, left_out, persons;
    ps_specimen specimen;
    int mixed; /* specimens differ */
} cohort;

static int read_label(const ps_table *t, size_t row, int column, ps_class *label, ps_error *err) {
    static const char *const names[] = {"plasmacytoma", "plasmacytoma-like", "intramedullary"};
    int at = 0;
    if (ps_table_enum(t, row, column, names, 3, &at, err) < 0)
        return -1;
    *label = at == 2 ? PS_CLASS_INTRAMEDULLARY : PS_CLASS_PLASMACYTOMA;
    return 0;
}

static void take_calls(const ps_result *r, ps_labelled *sample) {
    sample->calls.ccnd1.state = r->calls.ccnd1.state;
    memcpy(sample->calls.ccnd1.log_level, r->calls.ccnd1.log_level, sizeof sample->calls.ccnd1.log_level);
    sample->calls.ras.state = r->calls.ras.state;
    sample->calls.ras.log_odds = r->calls.ras.log_odds;
    sample->calls.identity.state = r->calls.identity.state;
}

static int call_sample(void *context, size_t item, int worker, ps_error *err) {
    cohort *c = context;
    ps_result r = {0};
    (void)worker;
    if (cli_call_evidence(c->path[item], c->knowledge, &r, &c->failure[item]) == 0) {
        cli_note_version(r.sample_id, &r.evidence, c->quiet);
        take_calls(&r, &c->sample[item]);
        cli_unused_note(&c->unused, item, c->path[item], &r.evidence.stated, c->knowledge);
        ps_row_of(&r, &c->row[item]);
    }
    ps_result_free(&r);
    return ps_check_interrupt(err);
}

/* One sample of a sheet's row; it must be there, and only once. */
static int check_sample(const char *path, cohort *c, size_t i, ps_error *err) {
    if (c->failure[i].kind != PS_ERR_NONE) {
        *err = c->failure[i];
        return -1;
    }
    for (size_t j = 0; j < i; j++)
        if (!strcmp(c->row[j].sample_id, c->row[i].sample_id))
            return ps_fail(err, PS_ERR_USAGE, path, c->line[i],
                           "sample '%s' stands on line %ld too; each must be counted once", c->row[i].sample_id,
                           c->line[j]);
    c->mixed |= i && c->row[i].specimen != c->row[0].specimen;
    c->specimen = c->row[i].specimen;
    c->left_out += !ps_labelled_assessable(&c->sample[i]);
    return 0;
}

static int call_samples(const cli_settings *s, cohort *c, ps_error *err) {
    c->failure = ps_alloc(c->n, sizeof *c->failure);
    c->row = ps_alloc(c->n, sizeof *c->row);
    int status = ps_parallel(s->job.n_threads, c->n, call_sample, c, err);
    cli_unused_say(&c->unused, s->quiet);
    for (size_t i = 0; i < c->n && status == 0; i++)
        status = check_sample(s->rest[1], c, i, err);
    return status;
}

static int read_row(const ps_table *t, size_t row, const int column[2], const char *folder, cohort *c,
                    ps_error *err) {
    const char *name = ps_table_cell(t, row, column[1]);
    if (read_label(t, row, column[0], &c->sample[c->n].label, err) < 0)
        return -1;
    if (!*name || !strcmp(name, "."))
        return ps_table_fail(t, row, column[1], err, "expected the path of an ID.json or ID.evidence.gz");
    c->path[c->n] = name[0] == '/' ? ps_strdup(name) : ps_format("%s%s", folder, name);
    c->line[c->n++] = t->line[row];
    return 0;
}

static int read_sheet(const char *path, cohort *c, ps_error *err) {
    static const char *const names[] = {"label", "json"};
    ps_table t;
    int column[2], status = -1;
    if (ps_table_read(path, PS_ERR_USAGE, &t, err) < 0)
        return -1;
    const char *slash = strrchr(path, '/');
    char *folder = ps_strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
    if (ps_table_require(&t, names, 2, column, err) < 0)
        goto out;
    c->sample = ps_alloc(t.n_rows, sizeof *c->sample);
    c->path = ps_alloc(t.n_rows, sizeof *c->path);
    c->line = ps_alloc(t.n_rows, sizeof *c->line);
    for (size_t row = 0; row < t.n_rows; row++)
        if (read_row(&t, row, column, folder, c, err) < 0)
            goto out;
    status = 0;
out:
    free(folder);
    ps_table_free(&t);
    return status;
}

static int refuse_own_input(const cli_settings *s, const cohort *c, ps_error *err) {
    ps_job *job = ps_alloc(c->n + 1, sizeof *job);
    for (size_t i = 0; i < c->n; i++)
        job[i].path[PS_INPUT_DNA] = c->path[i];
    job[c->n] = s->job;
    int status = cli_refuse_own_input(job, c->n + 1, s->rest[1], s->output, err);
    free(job);
    return status;
}

/* Which samples are one person's, by their common SNPs: numbers persons in the order of the sheet. */
static int number_persons(const cli_settings *s, cohort *c, ps_error *err) {
    ps_panel panel; /* what a person is compared by is the same in every built-in panel */
    if (ps_panel_load(ps_panel_builtin[0], &panel, err) < 0)
        return -1;
    int status = cli_compare_samples(s, &panel, 1, c->row, c->n, err);
    ps_panel_free(&panel);
    if (status < 0)
        return -1;
    for (size_t i = 0; i < c->n; i++) {
        size_t person = c->persons;
        for (size_t j = 0; j < i && person == c->persons; j++)
            for (size_t k = 0; k < c->row[i].n_matches; k++)
                if (!strcmp(c->row[i].match[k].sample_id, c->row[j].sample_id))
                    person = c->sample[j].person;
        c->sample[i].person = person;
        c->persons += person == c->persons;
    }
    return 0;
}

/* Persons with samples of the class that can be used. */
static size_t persons_of(const cohort *c, ps_class class) {
    size_t n = 0;
    char *seen = ps_alloc(c->persons, 1);
    for (size_t i = 0; i < c->n; i++)
        if (c->sample[i].label == class && ps_labelled_assessable(&c->sample[i]) && !seen[c->sample[i].person]) {
            seen[c->sample[i].person] = 1;
            n++;
        }
    free(seen);
    return n;
}

static int check_enough(const char *path, const cohort *c, ps_error *err) {
    size_t n[PS_N_CLASSES] = {0}, usable[PS_N_CLASSES] = {0};
    for (size_t i = 0; i < c->n; i++) {
        n[c->sample[i].label]++;
        usable[c->sample[i].label] += (size_t)ps_labelled_assessable(&c->sample[i]);
    }
    for (int k = 0; k < PS_N_CLASSES; k++) {
        size_t persons = persons_of(c, (ps_class)k);
        if (persons < LEAST)
            return ps_fail(
                err, PS_ERR_USAGE, path, 0,
                "%zu of %zu %s samples have both CCND1 and RAS assessable, of %zu person%s, expected at least "
                "%d persons of each class",
                usable[k], n[k], ps_class_names[k], persons, ps_s(persons), LEAST);
    }
    return 0;
}

static void say_left_out(const cli_settings *s, const cohort *c) {
    for (size_t i = 0; i < c->n && !s->quiet; i++)
        if (!ps_labelled_assessable(&c->sample[i]))
            progress_message("notice: %s is left out: %s", c->row[i].sample_id,
                             c->sample[i].calls.identity.state == PS_IDENTITY_DIFFERENT
                                 ? "its inputs are of different persons"
                             : c->sample[i].calls.ccnd1.state == PS_CCND1_NOT_ASSESSABLE ? "CCND1 is not assessable"
                                                                                         : "RAS is not assessable");
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

/* "runs/model.mine.tsv" -> "mine" */
static char *model_name(const char *output) {
    const char *slash = output ? strrchr(output, '/') : NULL, *name = slash ? slash + 1 : output;
    if (!name || !strcmp(name, "-"))
        return ps_strdup("cohort");
    name += strncmp(name, "model.", 6) ? 0 : 6;
    size_t n = strcspn(name, "\t\r\n");
    const char *end = strstr(name, ".tsv");
    return ps_strndup(name, end && end > name ? (size_t)(end - name) : n);
}

/* Such a model could not be used: see run.c. Said before the work. */
static int check_name(const cli_settings *s, const ps_panel *panel, const char *name, ps_error *err) {
    return ps_panel_model(panel, name) >= 0
               ? ps_fail(err, PS_ERR_USAGE, s->output, 0,
                         "the model takes its name from this file, and '%s' is one of the panel's: expected "
                         "another name, as model.mine.tsv",
                         name)
               : 0;
}

static void print_validation(FILE *out, const ps_cross_validation *v) {
    double all = v->n[0] + v->n[1], low, high;
    ps_proportion_interval(v->right, all, &low, &high);
    fprintf(out, "## cross-validation: %s\n",
            v->folds > PS_FIT_FOLDS ? "each person left out once" : "10 folds, persons of the sheet in turn");
    fprintf(out,
            "## accuracy at p 0.5 and the cohort's own odds %.3g: %.3g of %.3g person%s (%.3g, 95 %% %.3g to %.3g)\n",
            v->odds, v->right, all, ps_s(all), v->right / all, low, high);
    fprintf(out, "## Brier score %.4g (knowing nothing: 0.25), log score %.4g (knowing nothing: 0.6931)\n", v->brier,
            v->log_score);
    fprintf(
        out,
        "## labels at prior odds 1 and the thresholds below: %.3g definite, %.3g of them right; %.3g indeterminate\n",
        v->definite, v->definite_right, all - v->definite);
    fputs("## calibration: probability given, persons, mean probability, share that is plasmacytoma (95 %)\n", out);
    for (int b = 0; b < PS_FIT_BINS; b++) {
        const ps_fit_bin *bin = &v->bin[b];
        if (!(bin->n > 0)) {
            fprintf(out, "##   %.1f-%.1f 0\n", 0.2 * b, 0.2 * (b + 1));
            continue;
        }
        ps_proportion_interval(bin->plasmacytoma, bin->n, &low, &high);
        fprintf(out, "##   %.1f-%.1f %.3g %.3g %.3g (%.3g to %.3g)\n", 0.2 * b, 0.2 * (b + 1), bin->n, bin->mean,
                bin->plasmacytoma / bin->n, low, high);
    }
}

static void print_model(FILE *out, const ps_model *m) {
    static const char *const specimens[PS_N_SPECIMENS] = {"any", "lesion", "marrow"};
    fputs("key\tvalue\tsd\tnote\n", out);
    fprintf(out, "name\t%s\t.\t.\nbasis\tcohort\t.\t.\nquestion\t%s\t.\t.\n", m->name, m->question);
    fprintf(out, "specimen\t%s\t.\tof every labelled sample\n", specimens[m->specimen]);
    fprintf(
        out,
        "prior_odds\t%g\t.\tplasmacytoma : intramedullary; the cohort's own is the laboratory's choice of samples\n",
        m->prior_odds);
    fprintf(out, "plasmacytoma_at\t%g\t.\tlabel plasmacytoma-like from this probability up\n", m->plasmacytoma_at);
    fprintf(out, "intramedullary_at\t%g\t.\tlabel intramedullary from this probability down\n", m->intramedullary_at);
    fputs("required\t\t.\tno definite label without these markers\n", out);
    fprintf(out, "dirichlet\t%g\t.\tadded to each cell (Jeffreys)\n", m->joint.dirichlet);
    for (int k = 0; k < PS_N_CLASSES; k++)
        for (int cell = 2 * PS_N_LEVELS - 1; cell >= 0; cell--)
            fprintf(out, "%s:ccnd1%cras%c\t%.6g\t.\tpersons\n", ps_class_names[k], "-~+"[cell / 2],
                    cell % 2 ? '+' : '-', ps_round6(fmax(0, m->joint.count[k][cell / 2][cell % 2])));
}

/* What its labels mean in the ordinary disease. */
static void print_rates(FILE *out, const ps_model *m, const ps_population *population) {
    ps_rates rates;
    ps_model_rates(m, population, NAN, &rates);
    fprintf(out,
            "## of 100 %s, CCND1 and RAS taken as independent: %.0f plasmacytoma-like, %.0f intramedullary, %.0f "
            "indeterminate\n",
            population->name, 100 * rates.of[PS_LABEL_PLASMACYTOMA], 100 * rates.of[PS_LABEL_INTRAMEDULLARY],
            100 * rates.of[PS_LABEL_INDETERMINATE]);
}

static void print_file(FILE *out, const char *path, const cohort *c, const ps_model *m, const ps_cross_validation *v,
                       const ps_population *population) {
    const char *slash = strrchr(path, '/');
    fprintf(out,
            "## fitted by plasmastrat " PS_VERSION
            " to %s: %.6g plasmacytoma, %.6g intramedullary, each person counted once\n",
            slash ? slash + 1 : path, v->n[PS_CLASS_PLASMACYTOMA], v->n[PS_CLASS_INTRAMEDULLARY]);
    fprintf(out, "## persons, by common SNPs where there are enough: %zu of %zu sample%s\n", c->persons, c->n,
            ps_s(c->n));
    fprintf(out, "## left out because CCND1 or RAS is not assessable, or inputs are of different persons: %zu\n",
            c->left_out);
    print_validation(out, v);
    print_rates(out, m, population);
    print_model(out, m);
}

int reference_model(const cli_settings *s, FILE *out, ps_error *err) {
    const char *path = s->rest[1];
    cli_knowledge knowledge = {0};
    cohort c = {.knowledge = &knowledge, .quiet = s->quiet, .unused = CLI_UNUSED};
    ps_model m = {.basis = PS_BASIS_COHORT, .prior_odds = 1, .plasmacytoma_at = 0.75, .intramedullary_at = 0.25};
    ps_cross_validation v;
    ps_panel panel;
    int status = -1;
    if (ps_panel_load(s->job.panel ? s->job.panel : ps_panel_builtin[0], &panel, err) < 0)
        return -1;
    m.name = model_name(s->output);
    if (check_name(s, &panel, m.name, err) < 0 || cli_load_knowledge(&s->job, &knowledge, err) < 0 ||
        read_sheet(path, &c, err) < 0 || refuse_own_input(s, &c, err) < 0 || call_samples(s, &c, err) < 0 ||
        number_persons(s, &c, err) < 0 || check_enough(path, &c, err) < 0)
        goto out;
    say_left_out(s, &c);
    m.question =
        ps_strdup("Is this sample like the laboratory's own plasmacytomas rather than its intramedullary samples?");
    m.specimen = c.mixed ? PS_SPECIMEN_UNKNOWN : c.specimen;
    ps_fit_joint(c.sample, c.n, dirichlet, 0, 0, &m.joint);
    ps_fit_validate(&m, c.sample, c.n, &v);
    print_file(out, path, &c, &m, &v, &panel.population);
    status = 0;
out:
    for (size_t i = 0; i < c.n; i++) {
        free(c.path[i]);
        if (c.row)
            ps_row_free(&c.row[i]);
    }
    cli_free_knowledge(&knowledge);
    free(c.failure);
    free(c.path);
    free(c.row);
    free(c.line);
    free(c.sample);
    ps_model_free(&m);
    ps_panel_free(&panel);
    return status;
}
