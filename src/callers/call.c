#include <stdlib.h>

#include "plasmastrat/calls.h"

void ps_call(const ps_case *given, ps_calls *calls) {
    ps_case own = *given;
    const ps_case *c = &own;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_call_library(given, (ps_input_role)role, &calls->library[role]);
    own.library = calls->library;
    ps_call_ras(c, &calls->ras);
    ps_call_expression(c, &calls->expression);
    ps_expression_add_counts(c, &calls->expression);
    ps_call_copynumber(c, &calls->copynumber);
    ps_copynumber_add_segments(c, &calls->copynumber);
    ps_call_junction(c, &calls->junction);
    ps_junction_add_sv(c, &calls->junction);
    ps_call_ccnd1(c, &calls->expression, &calls->copynumber, &calls->junction, &calls->ccnd1);
    ps_call_identity(c, &calls->identity);
}

void ps_calls_free(ps_calls *calls) {
    for (size_t i = 0; i < calls->ras.n_variants; i++) {
        free(calls->ras.variant[i].ref);
        free(calls->ras.variant[i].alt);
        free(calls->ras.variant[i].vcf_filter);
    }
    for (size_t i = 0; i < calls->ras.n_notes; i++)
        free(calls->ras.note[i].text);
    free(calls->ras.note);
    free(calls->ras.variant);
    free(calls->ras.codon);
    free(calls->expression.gene);
    free(calls->expression.cell);
    free(calls->expression.cohort);
    free(calls->copynumber.arm);
    free(calls->copynumber.bin);
    free(calls->junction.breakpoint);
    ps_identity_free(&calls->identity);
    *calls = (ps_calls){0};
}
