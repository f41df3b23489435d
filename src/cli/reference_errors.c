/* reference_errors.c - `plasmastrat reference errors`: how often each coding base errs, from the laboratory's
 * normals. */
#include <inttypes.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/error_reference.h"
#include "reference.h"

static int learn(const reference_cohort *cohort, ps_input_role role, ps_error_reference *errors, ps_error *err) {
    size_t n = cohort->sheet.n;
    const ps_read_evidence **sample = ps_alloc(n, sizeof *sample);
    for (size_t i = 0; i < n; i++)
        sample[i] = &cohort->sample[i].evidence.reads[role];
    int status = reference_refuse_twice(cohort, role, err);
    if (status == 0)
        status = ps_errors_learn(cohort->panel, sample, n, errors, err);
    free(sample);
    return status;
}

static uint64_t fragments_of(const ps_error_reference *errors) {
    uint64_t sum = 0;
    for (size_t i = 0; i < errors->n_sites; i++)
        sum += errors->site[i].fragments;
    return sum / 9; /* each codon has nine alternatives */
}

int reference_errors(const cli_settings *s, FILE *out, ps_error *err) {
    reference_cohort cohort = {0};
    ps_error_reference errors = {0};
    ps_input_role role = PS_INPUT_DNA;
    int status = -1;
    if (reference_normal_role(s, &role, err) < 0)
        return -1;
    if (reference_collect(s, role, PS_MIN_ERROR_SAMPLES, &cohort, err) < 0 || learn(&cohort, role, &errors, err) < 0)
        goto out;
    if (!fragments_of(&errors)) {
        ps_fail(err, PS_ERR_RUN, s->rest[1], 0, "no sample shows a coding base of the panel");
        goto out;
    }
    ps_error_reference_write(&errors, cohort.panel, "plasmastrat " PS_VERSION, out);
    if (!s->quiet)
        fprintf(stderr, "plasmastrat: %" PRIu64 " samples (column %s), %" PRIu64 " fragments over codons\n",
                errors.n_samples, ps_input_names[role], fragments_of(&errors));
    status = 0;
out:
    ps_error_reference_free(&errors);
    reference_free(&cohort);
    return status;
}
