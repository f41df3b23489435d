/* reference_expression.c - `plasmastrat reference expression`: a cohort's RNA to an expression reference. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "reference.h"

/* A name that begins with ## would be a comment of the table. */
static int check_ids(const reference_cohort *c, const char *path, ps_error *err) {
    for (size_t i = 0; i < c->sheet.n; i++)
        if (!strncmp(c->sheet.job[i].sample_id, "##", 2))
            return ps_fail(err, PS_ERR_USAGE, path, 0, "sample id '%s', expected no ## at its beginning",
                           c->sheet.job[i].sample_id);
    return 0;
}

static int fit(const cli_settings *s, const reference_cohort *c, ps_expression_reference *r, ps_error *err) {
    size_t n = c->sheet.n;
    const ps_read_evidence **rna = ps_alloc(n, sizeof *rna);
    const char **id = ps_alloc(n, sizeof *id);
    for (size_t i = 0; i < n; i++) {
        rna[i] = &c->sample[i].evidence.reads[PS_INPUT_RNA];
        id[i] = c->sheet.job[i].sample_id;
    }
    int status = ps_fit_expression(c->panel, rna, id, n, !s->mixture, s->rest[1], r, err);
    free(rna);
    free(id);
    return status;
}

static void say(const cli_settings *s, const ps_expression_reference *r) {
    for (size_t i = 0; i < r->n_samples && !s->quiet; i++)
        if (!r->sample[i].used)
            fprintf(stderr, "plasmastrat: warning: %s: left out: %s\n", r->sample[i].id, r->sample[i].reason);
    if (s->quiet)
        return;
    fprintf(stderr, "plasmastrat: %zu of %zu sample%s used, CCND1 log2 median %.2f, MAD %.2f", r->n_used,
            r->n_samples, ps_s(r->n_samples), r->median, r->mad);
    for (int j = 0; j < r->n_components; j++)
        fprintf(stderr, "%s %.2f (%.0f %%, %s)", j ? "," : "; per plasma cell at log2", r->component[j].mean,
                100 * r->component[j].weight, ps_level_names[r->component[j].level]);
    if (r->has_cut_offs)
        fprintf(stderr, "; very high from %.2f up, low from %.2f down\n", r->over_at, r->not_at);
    else
        fprintf(stderr, "; no cut-offs: %s\n",
                s->mixture                           ? "no mixture was asked for"
                : r->n_used < PS_MIXTURE_MIN_SAMPLES ? "fewer samples than a mixture needs (20)"
                                                     : "no two levels could be told apart");
}

int reference_expression(const cli_settings *s, FILE *out, ps_error *err) {
    reference_cohort cohort = {0};
    ps_expression_reference r = {0};
    int status = -1;
    if (s->mixture && strcmp(s->mixture, "none") != 0)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "--model: '%s', expected none", s->mixture);
    if (reference_collect(s, PS_INPUT_RNA, PS_REFERENCE_MIN_SAMPLES, &cohort, err) < 0 ||
        check_ids(&cohort, s->rest[1], err) < 0 || reference_refuse_twice(&cohort, PS_INPUT_RNA, err) < 0 ||
        fit(s, &cohort, &r, err) < 0)
        goto out;
    r.program = ps_strdup(PS_VERSION);
    status = ps_expression_reference_write(&r, out, err);
    if (status == 0)
        say(s, &r);
out:
    ps_expression_reference_free(&r);
    reference_free(&cohort);
    return status;
}
