/* lanes.c - several files of one role: are they of one person? */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/calls.h"

static int check_names(const ps_input_info *a, const ps_input_info *b, ps_error *err) {
    if (!a->sample_name[0] || !b->sample_name[0] || !strcmp(a->sample_name, b->sample_name))
        return 0;
    return ps_fail(err, PS_ERR_RUN, b->path, 0,
                   "its header names sample '%s', but the header of %s names '%s': expected %s of one sample",
                   b->sample_name, a->path, a->sample_name, ps_input_names[a->role]);
}

static int check_persons(const ps_panel *panel, const ps_input_info *a, const ps_read_evidence *of_a,
                         const ps_input_info *b, const ps_read_evidence *of_b, ps_error *err) {
    ps_identity_call both = {.n_inputs = 2};
    ps_identity_publish(panel, of_a, &both.input[0]);
    ps_identity_publish(panel, of_b, &both.input[1]);
    ps_identity_pairs(panel, &both);
    int differ = both.state == PS_IDENTITY_DIFFERENT;
    double odds = both.pair[0].log_odds;
    ps_identity_free(&both);
    return differ
               ? ps_fail(
                     err, PS_ERR_RUN, b->path, 0,
                     "is of another person than %s by its common SNPs (ln odds for one person %.1f): expected %s of "
                     "one sample",
                     a->path, odds, ps_input_names[a->role])
               : 0;
}

/* A copy would count every fragment twice; in two roles, a tumour as its own normal would be germline. */
static int check_copies(const ps_input_info *a, const ps_input_info *b, ps_error *err) {
    if (a->role == b->role && a->digest[0] && a->records && !strcmp(a->digest, b->digest))
        return ps_fail(err, PS_ERR_RUN, b->path, 0, "has the same reads as %s: give each file once", a->path);
    if (!ps_same_reads(a->mark, b->mark))
        return 0;
    return ps_fail(err, PS_ERR_RUN, b->path, 0, "is given as %s, but has the same reads as %s (%s)",
                   ps_input_names[b->role], a->path, ps_input_names[a->role]);
}

int ps_check_inputs(const ps_input_info *input, size_t n, ps_error *err) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (check_copies(&input[j], &input[i], err) < 0 ||
                (input[i].role == input[j].role && input[i].role < PS_N_READ_INPUTS &&
                 check_names(&input[j], &input[i], err) < 0))
                return -1;
    return 0;
}

int ps_check_persons(const ps_panel *panel, const ps_input_info *input, const ps_read_evidence *evidence, size_t n,
                     ps_error *err) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (input[i].role == input[j].role &&
                check_persons(panel, &input[j], &evidence[j], &input[i], &evidence[i], err) < 0)
                return -1;
    return 0;
}
