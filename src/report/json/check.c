/* check.c - do the answers of one ID.json follow from each other? A file that was edited by hand, or whose states
 * were given by other rules, is refused rather than believed. */
#include <math.h>
#include <string.h>

#include "../format.h"
#include "read.h"
#include "plasmastrat/stats.h"

static const char why[] = "edited by hand, or written by a version with other rules";

/* ---- the label, from its own probability, thresholds and markers ------------------------------------------------
 */

/* Files of the first versions tell no weights. */
int json_has_weights(const ps_model *m) {
    double all = m->joint.dirichlet;
    for (int k = 0; k < PS_N_MARKERS; k++)
        all += m->weight[k].positive_sd + m->weight[k].negative_sd;
    return all > 0;
}

/* ---- RAS --------------------------------------------------------------------------------------------------------
 */

static void check_ras(json_reader *r, const ps_result *result) {
    const ps_ras_call *ras = &result->calls.ras;
    size_t activating = 0;
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *v = &ras->variant[i];
        activating += (size_t)ps_makes_mutated(v);
        int by_reads = !(v->sources >> PS_INPUT_VCF & 1) && v->depth > 0;
        if (by_reads && !(fabs(v->vaf - (double)v->alt_depth / (double)v->depth) <= 2e-6))
            node_fail(r, "ras", "variant %s: its VAF is %g, but %lld of %lld fragments have it: %s",
                      v->effect.protein, v->vaf, (long long)v->alt_depth, (long long)v->depth, why);
        if (v->vaf < v->vaf_low || v->vaf > v->vaf_high)
            node_fail(r, "ras", "variant %s: its VAF %g lies outside its interval %g to %g: %s", v->effect.protein,
                      v->vaf, v->vaf_low, v->vaf_high, why);
    }
    if ((ras->state == PS_RAS_MUTATED) != (activating > 0))
        node_fail(r, "ras", "state '%s' with %zu activating variants that pass: %s", ps_ras_state_names[ras->state],
                  activating, why);
    for (int i = 0; ras->state == PS_RAS_WILD_TYPE && i < result->panel->n_codons; i++) {
        const ps_codon *codon = &result->panel->codons[i];
        if (codon->required && ras->codon[i].state == PS_RAS_NOT_ASSESSABLE) /* "mutated": by none that activates */
            node_fail(r, "ras", "state 'wild-type', but %s codon %d is '%s': %s",
                      result->panel->genes[codon->gene].name, codon->number, ps_ras_state_names[ras->codon[i].state],
                      why);
    }
    for (int i = 0; i < result->panel->n_codons; i++)
        if (ras->codon[i].state == PS_RAS_WILD_TYPE &&
            !(ras->codon[i].lod95 <= result->panel->limits.ras_lod95_limit))
            node_fail(r, "ras", "%s codon %d is 'wild-type' with a lod95 of %g: %s",
                      result->panel->genes[result->panel->codons[i].gene].name, result->panel->codons[i].number,
                      ras->codon[i].lod95, why);
}

/* ---- CCND1 expression -------------------------------------------------------------------------------------------
 */

/* ---- inputs -----------------------------------------------------------------------------------------------------
 */

/* What was read of an input stands in `reads`: an input of another role would have been called otherwise. */
static void check_inputs(json_reader *r, const ps_result *result) {
    unsigned listed = 0;
    for (size_t i = 0; i < result->evidence.n_inputs; i++)
        listed |= 1u << result->evidence.input[i].role;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if ((int)(listed >> role & 1) != result->evidence.reads[role].given)
            node_fail(r, "inputs", "%s is %s, but its reads are %s: %s", ps_input_names[role],
                      listed >> role & 1 ? "there" : "missing",
                      result->evidence.reads[role].given ? "there" : "not there", why);
}

void json_check(json_reader *r, const ps_result *result) {
    check_ras(r, result);
    check_inputs(r, result);
}
