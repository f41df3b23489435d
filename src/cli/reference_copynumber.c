/* reference_copynumber.c - `plasmastrat reference copynumber`: a panel of normals for depth. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/normals.h"
#include "plasmastrat/spelling.h"
#include "reference.h"

static int learn(const reference_cohort *cohort, ps_input_role role, ps_normals *normals, ps_error *err) {
    size_t n = cohort->sheet.n;
    const ps_read_evidence **sample = ps_alloc(n, sizeof *sample);
    const char **name = ps_alloc(n, sizeof *name);
    for (size_t i = 0; i < n; i++) {
        sample[i] = &cohort->sample[i].evidence.reads[role];
        name[i] = cohort->sheet.job[i].sample_id;
    }
    int status = reference_refuse_twice(cohort, role, err);
    if (status == 0)
        status = ps_normals_learn(cohort->panel, sample, name, n, normals, err);
    free(sample);
    free(name);
    return status;
}

int reference_copynumber(const cli_settings *s, FILE *out, ps_error *err) {
    reference_cohort cohort = {0};
    ps_normals normals = {0};
    ps_input_role role = PS_INPUT_DNA;
    int status = -1;
    if (reference_normal_role(s, &role, err) < 0)
        return -1;
    if (reference_collect(s, role, PS_MIN_NORMALS, &cohort, err) < 0 || learn(&cohort, role, &normals, err) < 0)
        goto out;
    ps_normals_write(&normals, cohort.panel, "plasmastrat " PS_VERSION, out);
    if (!s->quiet)
        fprintf(stderr, "plasmastrat: %zu normal%s (%s, column %s): %d of %d bin%s usable\n", normals.n_samples,
                ps_s(normals.n_samples), ps_assay_names[normals.assay], ps_input_names[role], normals.usable,
                normals.n_bins, ps_s(normals.n_bins));
    status = 0;
out:
    ps_normals_free(&normals);
    reference_free(&cohort);
    return status;
}
