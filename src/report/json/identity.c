/* identity.c - persons, out of one ID.json. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read.h"
#include "plasmastrat/alloc.h"

static const double ANY = 1e300;

static void read_contamination(json_reader *r, const json_t *object, ps_result *result, ps_contamination *c) {
    const json_t *o = node_object(r, object, "contamination");
    size_t outside = node_enter(r, "contamination", -1);
    c->state =
        (ps_contamination_state)node_enum(r, o, "state", ps_contamination_state_names, PS_N_CONTAMINATION_STATES);
    json_reasons(r, o, result, &c->reasons);
    c->fraction = node_real(r, o, "fraction", 0, 1);
    c->low = node_real(r, o, "low", 0, 1);
    c->high = node_real(r, o, "high", 0, 1);
    c->error_rate = node_real(r, o, "error_rate", 0, 1);
    c->sites = (int)node_integer(r, o, "sites", 0, JSON_MOST_ROWS);
    c->fragments = node_integer(r, o, "fragments", 0, INT64_C(1) << 53);
    if (c->state != PS_CONTAMINATION_NOT_ASSESSABLE && !(c->low <= c->fraction && c->fraction <= c->high))
        node_fail(r, "fraction", "%g does not lie in its interval %g to %g", c->fraction, c->low, c->high);
    node_leave(r, outside);
}

static void read_input(json_reader *r, const json_t *o, ps_result *result, ps_identity_input *in) {
    in->role = (ps_input_role)node_enum(r, o, "input", ps_input_names, PS_N_READ_INPUTS);
    in->sites = (int)node_integer(r, o, "sites", 0, result->panel->n_snps);
    in->fragments = node_integer(r, o, "fragments", 0, INT64_C(1) << 53);
    in->genotypes = ps_strdup(node_text(r, o, "genotypes", 0));
    in->counts = ps_strdup(node_text(r, o, "counts", 0));
    if (!ps_identity_is_counts(result->panel, in->counts))
        node_fail(r, "counts", "expected two digits of base 64 for each of %d SNPs, at most %d together",
                  result->panel->n_snps, PS_SNP_MAX);
    if (strlen(in->genotypes) != (size_t)result->panel->n_snps ||
        strspn(in->genotypes, "012.") != strlen(in->genotypes))
        node_fail(r, "genotypes", "expected one of 0, 1, 2 and . for each of %d SNPs", result->panel->n_snps);
    read_contamination(r, o, result, &in->contamination);
}

static void read_pair(json_reader *r, const json_t *o, ps_result *result, ps_identity_comparison *p) {
    p->a = (ps_input_role)node_enum(r, o, "a", ps_input_names, PS_N_READ_INPUTS);
    p->b = (ps_input_role)node_enum(r, o, "b", ps_input_names, PS_N_READ_INPUTS);
    p->state = (ps_identity_state)node_enum(r, o, "state", ps_identity_state_names, PS_N_IDENTITY_STATES);
    json_reasons(r, o, result, &p->reasons);
    p->sites = (int)node_integer(r, o, "sites", 0, JSON_MOST_ROWS);
    p->concordance = node_real(r, o, "concordance", 0, 1);
    p->log_odds = node_real(r, o, "log_odds", -ANY, ANY);
    p->log_odds_relative = node_real(r, o, "log_odds_relative", -ANY, ANY);
}

void json_identity(json_reader *r, const json_t *root, ps_result *result) {
    ps_identity_call *call = &result->calls.identity;
    if (!node_has(root, "identity")) /* written before there was one */
        return;
    const json_t *o = node_object(r, root, "identity");
    size_t outside = node_enter(r, "identity", -1);
    ps_identity_state follows = PS_IDENTITY_NOT_ASSESSABLE;
    call->state = (ps_identity_state)node_enum(r, o, "state", ps_identity_state_names, PS_N_IDENTITY_STATES);
    if (node_integer(r, o, "snps", 0, JSON_MOST_ROWS) != result->panel->n_snps ||
        strcmp(node_text(r, o, "snp_set", 0), result->panel->snp_set) != 0)
        node_fail(r, "snp_set", "is not that of panel %s", result->panel->name);
    const json_t *inputs = node_array(r, o, "inputs", PS_N_READ_INPUTS);
    for (size_t i = 0; i < json_array_size(inputs) && !r->failed; i++) {
        size_t here = node_enter(r, "inputs", (long)i);
        read_input(r, node_row(r, inputs, i), result, &call->input[call->n_inputs++]);
        if (i && call->input[i].role <= call->input[i - 1].role)
            node_fail(r, "input", "'%s' after '%s', expected each once, in the order rna, dna, normal",
                      ps_input_names[call->input[i].role], ps_input_names[call->input[i - 1].role]);
        node_leave(r, here);
    }
    const json_t *pairs = node_array(r, o, "pairs", PS_MAX_IDENTITY_PAIRS);
    for (size_t i = 0; i < json_array_size(pairs) && !r->failed; i++) {
        size_t here = node_enter(r, "pairs", (long)i);
        ps_identity_comparison *p = &call->pair[call->n_pairs++];
        read_pair(r, node_row(r, pairs, i), result, p);
        follows = p->state > follows ? p->state : follows;
        node_leave(r, here);
    }
    if (!r->failed && follows != call->state)
        node_fail(r, "state", "'%s', but '%s' follows from the pairs", ps_identity_state_names[call->state],
                  ps_identity_state_names[follows]);
    node_leave(r, outside);
}
