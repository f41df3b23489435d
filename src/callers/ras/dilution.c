#include "plasmastrat/dilution.h"

#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/dilute.h"

ps_molecule_view ps_molecule_view_of(const ps_case *c, ps_input_role role) {
    ps_molecule_view out = {.reads = *c->reads[role]};
    ps_library library;
    ps_codon_evidence shown, codons;
    double *hidden = ps_alloc((size_t)c->panel->n_codons, sizeof *hidden);
    ps_call_library(c, role, &library);
    out.is_view = ps_library_view(c, role, &library, &shown, &codons, hidden);
    if (out.is_view)
        out.reads.codons = codons;
    ps_codons_free(&shown);
    free(hidden);
    return out;
}

void ps_molecule_view_free(ps_molecule_view *view) {
    if (view->is_view)
        ps_codons_free(&view->reads.codons);
    view->is_view = 0;
}

void ps_ras_call_free(ps_ras_call *call) {
    ps_calls all = {.ras = *call};
    ps_calls_free(&all);
    *call = (ps_ras_call){0};
}

void ps_call_both(const ps_dilution *m, ps_ras_call *call) {
    ps_case c = {.panel = m->panel, .purity = NAN, .errors = m->errors};
    c.reads[m->role] = m->mutated;
    c.reads[PS_INPUT_NORMAL] = m->into;
    ps_call_ras(&c, call);
}

double ps_dilution_vaf(const ps_ras_variant *counted, double fraction) {
    double depth = (double)counted->source_depth[PS_INPUT_NORMAL], own = (double)counted->best.depth;
    double from = fmin(fraction * depth, own);
    if (depth <= 0)
        return NAN;
    double alt = (depth - from) * (double)counted->source_alt[PS_INPUT_NORMAL] / depth;
    return (alt + (own > 0 ? from * (double)counted->best.alt_depth / own : 0)) / depth;
}

void ps_call_diluted(const ps_dilution *m, double fraction, uint64_t seed, ps_ras_call *call) {
    ps_read_evidence mixture;
    ps_dilute(m->panel, m->into, m->mutated, fraction, seed, &mixture);
    ps_case c = {.panel = m->panel, .purity = NAN, .errors = m->errors};
    c.reads[m->role] = &mixture;
    ps_call_ras(&c, call);
    ps_read_evidence_free(&mixture);
}
