/* cohort_files.c - the files about all samples of a batch, or of results that exist. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/outfile.h"
#include "plasmastrat/spelling.h"
#include "progress.h"

/* The table comes last: whoever waits for it finds the rest in place. */
static const struct {
    const char *name;
    int (*write)(const ps_row *rows, size_t n, FILE *out, ps_error *err);
} cohort_files[CLI_N_COHORT_FILES] = {
    {"plasmastrat_mqc.json", ps_write_multiqc},
    {"cohort.html", ps_write_cohort_html},
    {"cohort.maf", ps_write_maf},
    {"cbioportal_samples.txt", ps_write_cbioportal},
    {"cohort.tsv", ps_write_cohort_tsv},
};
enum { SHOWN_PERSONS = 20 };
enum { N_FILES = CLI_N_COHORT_FILES };

char *cli_cohort_path(const char *outdir, int file) {
    return ps_format("%s/%s", outdir, cohort_files[file].name);
}

int cli_check_cohort(const char *outdir, int force, ps_error *err) {
    int status = 0;
    for (int f = 0; f < N_FILES && status == 0; f++) {
        ps_outfile file = {0};
        char *path = cli_cohort_path(outdir, f);
        status = ps_outfile_reserve(path, force, &file, err);
        ps_outfile_discard(&file);
        free(path);
    }
    return status;
}

typedef struct cohort {
    const ps_row *rows;
    size_t n;
} cohort;

static int write_one(const void *context, size_t file, FILE *out, ps_error *err) {
    const cohort *c = context;
    return cohort_files[file].write(c->rows, c->n, out, err);
}

int cli_write_cohort(const char *outdir, int force, const ps_row *rows, size_t n, ps_error *err) {
    char *path[N_FILES];
    for (int f = 0; f < N_FILES; f++)
        path[f] = cli_cohort_path(outdir, f);
    int status = ps_outfile_write_all(path, N_FILES, force, write_one, &(cohort){rows, n}, err);
    for (int f = 0; f < N_FILES; f++)
        free(path[f]);
    return status;
}

static int is_leftover(const char *name, const ps_job *jobs, size_t n) {
    int leftover = 0;
    for (int f = 0; f < N_FILES && !leftover; f++)
        leftover = ps_outfile_is_leftover(name, cohort_files[f].name);
    for (size_t i = 0; i < n * CLI_N_OUTPUTS && !leftover; i++) {
        char *path = cli_output_path("", jobs[i / CLI_N_OUTPUTS].sample_id, (int)(i % CLI_N_OUTPUTS));
        leftover = ps_outfile_is_leftover(name, path + 1);
        free(path);
    }
    return leftover;
}

static int is_ledgers(const char *name, const ps_job *jobs, size_t n) {
    int leftover = 0;
    for (size_t i = 0; i < n && !leftover; i++)
        leftover = ps_outfile_is_leftover(name, jobs[i].sample_id);
    return leftover;
}

static void clear_folder(const char *path, const ps_job *jobs, size_t n,
                         int (*is_left)(const char *, const ps_job *, size_t)) {
    DIR *folder = opendir(path);
    for (struct dirent *e; folder && (e = readdir(folder));)
        if (e->d_name[0] == '.' && is_left(e->d_name, jobs, n))
            unlinkat(dirfd(folder), e->d_name, 0);
    if (folder)
        closedir(folder);
}

void cli_clear_leftovers(const char *outdir, const char *ledger, const ps_job *jobs, size_t n) {
    clear_folder(outdir, jobs, n, is_leftover);
    clear_folder(ledger, jobs, n, is_ledgers);
}

static void say_person(const ps_row *rows, const size_t *member, size_t n) {
    enum { SHOWN_SAMPLES = 8 };
    char *names = ps_strdup("");
    for (size_t m = 0; m < n && m < SHOWN_SAMPLES; m++) {
        char *longer = ps_format("%s%s%s", names,
                                 m == 0       ? ""
                                 : m + 1 == n ? " and "
                                              : ", ",
                                 rows[member[m]].sample_id);
        free(names);
        names = longer;
    }
    if (n > SHOWN_SAMPLES)
        progress_message("warning: %s and %zu more are samples of the same person, by common SNPs", names,
                         n - SHOWN_SAMPLES);
    else
        progress_message("warning: %s are samples of the same person, by common SNPs", names);
    free(names);
}

static void say_carried(const ps_row *rows, size_t n) {
    enum { SHOWN = 20 };
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rows[i].n_variants; k++) {
            char *words = ps_cohort_carry_over_words(&rows[i], k);
            if (words && found++ < SHOWN)
                progress_message("warning: %s: %s", rows[i].sample_id, words);
            free(words);
        }
    if (found > SHOWN)
        progress_message("warning: %zu more call%s may be carry-over, see column possible_carry_over of cohort.tsv",
                         found - SHOWN, ps_s(found - SHOWN));
}

int cli_compare_samples(const cli_settings *s, const ps_panel *panels, int n_panels, ps_row *rows, size_t n,
                        ps_error *err) {
    if (ps_cohort_compare(panels, n_panels, rows, n, s->job.n_threads, err) < 0)
        return -1;
    char *listed = ps_alloc(n, 1);
    size_t *member = ps_alloc(n, sizeof *member), persons = 0;
    for (size_t i = 0; i < n && !s->quiet; i++) {
        size_t m = ps_cohort_person(rows, n, i, listed, member);
        if (m && persons++ < SHOWN_PERSONS)
            say_person(rows, member, m);
    }
    if (persons > SHOWN_PERSONS)
        progress_message("warning: %zu more person%s with several samples, see column same_person_as of cohort.tsv",
                         persons - SHOWN_PERSONS, ps_s(persons - SHOWN_PERSONS));
    free(member);
    free(listed);
    ps_cohort_carry_over(&panels[0].limits, rows, n);
    if (!s->quiet)
        say_carried(rows, n);
    return 0;
}

int cli_check_cohort_names(const char *path, const ps_job *jobs, size_t n, ps_error *err) {
    static const char *const endings[] = {".json", ".html"};
    for (size_t i = 0; i < n; i++) {
        for (int f = 0; f < N_FILES; f++) {
            const char *id = jobs[i].sample_id, *name = cohort_files[f].name;
            size_t length = strlen(id);
            for (size_t e = 0; e < sizeof endings / sizeof *endings; e++)
                if (!strncasecmp(name, id, length) && !strcmp(name + length, endings[e]))
                    return ps_fail(err, PS_ERR_USAGE, path, 0,
                                   "sample id '%s': its %s would be the batch's own %s, expected another id", id,
                                   endings[e], name);
        }
    }
    return 0;
}
