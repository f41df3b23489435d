/* result.c - a result's life, and its QC rows. */
#include "plasmastrat/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/report.h"

const char *const ps_qc_state_names[PS_N_QC_STATES] = {
    [PS_QC_PASS] = "pass",
    [PS_QC_WARN] = "warn",
    [PS_QC_FAIL] = "fail",
};

const char *ps_other_version(const ps_evidence *evidence) {
    const char *then = evidence->written_by;
    return then && strcmp(then, PS_VERSION) != 0 ? then : NULL;
}

void ps_result_free(ps_result *result) {
    ps_evidence_free(&result->evidence);
    ps_calls_free(&result->calls);
    ps_label_free(&result->label);
    if (result->model)
        ps_model_free(result->model);
    free(result->model);
    free(result->qc);
    free(result->sample_id);
    free(result->expression_reference);
    free(result->failure);
    memset(result, 0, sizeof *result);
}

void ps_result_qc(ps_result *result, const char *check, const char *input, ps_qc_state state, double value,
                  double limit, const char *format, ...) {
    result->qc = ps_resize(result->qc, result->n_qc + 1, sizeof *result->qc);
    ps_qc *row = &result->qc[result->n_qc++];
    *row = (ps_qc){.check = check, .input = input, .state = state, .value = value, .limit = limit};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->message, sizeof row->message, format, arguments);
    va_end(arguments);
}

const char *ps_output_contig(const ps_result *result, int contig) {
    if (!result->panel || contig < 0 || contig >= result->panel->n_contigs)
        return ".";
    const ps_contig *c = &result->panel->contigs[contig];
    const char *name =
        result->evidence.style >= 0 && result->evidence.style < PS_N_STYLES ? c->name[result->evidence.style] : NULL;
    if (!name)
        name = c->name[PS_STYLE_UCSC];
    return name ? name : ".";
}
