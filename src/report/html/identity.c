/* identity.c - the section of ID.html about persons: are the inputs one person's, is another one's DNA in them? */
#include <math.h>

#include "pieces.h"
#include "plasmastrat/report.h"

void ps_html_identity_chip(const ps_result *r, FILE *out) {
    static const char *const kinds[PS_N_IDENTITY_STATES] = {"none", "green", "red"};
    static const char *const words[PS_N_IDENTITY_STATES] = {"not-assessable", "same person", "different persons"};
    ps_chip(out, kinds[r->calls.identity.state], words[r->calls.identity.state]);
}

static void put_pairs(const ps_identity_call *call, FILE *out) {
    static const char *const columns[] = {"Inputs",
                                          "Persons",
                                          "#Shared SNPs",
                                          "#Equal genotypes",
                                          "#ln odds against strangers",
                                          "#against close relatives",
                                          NULL};
    static const char *const kinds[PS_N_IDENTITY_STATES] = {"none", "green", "red"};
    ps_stack_head(out, "Inputs compared by common SNPs", columns);
    for (size_t i = 0; i < call->n_pairs; i++) {
        const ps_identity_comparison *p = &call->pair[i];
        fputs("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">", out);
        ps_say(out, "%s and %s", ps_input_names[p->a], ps_input_names[p->b]);
        fputs("</th><td role=\"cell\">", out);
        ps_chip(out, kinds[p->state], ps_identity_state_names[p->state]);
        fputs("</td>", out);
        ps_cell(out, "n", COUNT(p->sites));
        ps_cell(out, "n", PERCENT(p->concordance));
        ps_cell(out, "n", NUM(p->log_odds, 1));
        ps_cell(out, "n", NUM(p->log_odds_relative, 1));
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
    for (size_t i = 0; i < call->n_pairs; i++)
        ps_reasons_list(out, &call->pair[i].reasons);
}

static void put_contamination(const ps_identity_call *call, FILE *out) {
    static const char *const columns[] = {"Input",
                                          "Another person's DNA",
                                          "#Share, 95 % interval",
                                          "#SNPs deep enough",
                                          "#Fragments there",
                                          "#Error rate",
                                          "#SNPs seen",
                                          "#Fragments",
                                          NULL};
    static const char *const kinds[PS_N_CONTAMINATION_STATES] = {"none", "green", "red"};
    ps_stack_head(out, "Contamination", columns);
    for (size_t i = 0; i < call->n_inputs; i++) {
        const ps_identity_input *in = &call->input[i];
        const ps_contamination *c = &in->contamination;
        int known = c->state != PS_CONTAMINATION_NOT_ASSESSABLE;
        fprintf(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">%s</th><td role=\"cell\">",
                ps_input_names[in->role]);
        ps_chip(out, kinds[c->state], ps_contamination_state_names[c->state]);
        fputs("</td><td role=\"cell\" class=\"n\">", out);
        if (known && isfinite(c->fraction))
            ps_say(out, "%s (%s to %s)", PERCENT(c->fraction), PERCENT(c->low), PERCENT(c->high));
        else
            fputs(DASH, out);
        fputs("</td>", out);
        ps_cell(out, "n", COUNT(c->sites));
        ps_cell(out, "n", COUNT(c->fragments));
        ps_cell(out, "n", known ? PERCENT(c->error_rate) : DASH);
        ps_cell(out, "n", COUNT(in->sites));
        ps_cell(out, "n", COUNT(in->fragments));
        fputs("</tr>\n", out);
    }
    ps_table_end(out);
    for (size_t i = 0; i < call->n_inputs; i++)
        ps_reasons_list(out, &call->input[i].contamination.reasons);
}

void ps_html_identity(const ps_result *r, FILE *out) {
    const ps_identity_call *call = &r->calls.identity;
    if (!call->n_inputs) {
        fputs("<p class=\"note\">Persons cannot be compared: no alignments were given.</p>\n", out);
        return;
    }
    if (call->n_pairs)
        put_pairs(call, out);
    else
        fputs("<p class=\"note\">There is only one input, so there is nothing to compare it with.</p>\n", out);
    put_contamination(call, out);
    fputs("<p class=\"note\">", out);
    ps_say(out, "Out of %d common SNPs of the panel.", (int)r->panel->n_snps);
    fputs("</p>\n", out);
}
