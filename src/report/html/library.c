/* library.c - the section of ID.html about libraries: how many molecules the fragments are, and what errors they
 * hold. */
#include <math.h>

#include "pieces.h"

#include "plasmastrat/spelling.h"

static void molecule_facts(const ps_library *b, FILE *out) {
    ps_fact(out, "Kind", "%s", ps_library_names[b->kind]);
    ps_fact(out, "Fragments", "%s", NUM(b->fragments, 0));
    ps_fact(out, "Molecules", "%s", NUM(b->molecules, 0));
    ps_fact(out, "Duplicates (expected by chance)", "%s (%s)", PERCENT(b->copies), PERCENT(b->chance));
    ps_fact(out, "Molecules per fragment", "%s", NUM(b->kind == PS_LIBRARY_UNKNOWN ? NAN : b->share, 3));
    if (b->umi > 0)
        ps_fact(out, "Fragments with a UMI", "%s", PERCENT(b->umi));
    if (b->stacked > 0)
        ps_fact(out, "Fragments in amplicons", "%s", PERCENT(b->stacked));
    if (isfinite(b->assumed))
        ps_fact(out, "Molecules, at most", "%s, %s", NUM(b->assumed, 0), b->stated ? "as stated" : "assumed");
    ps_fact(out, "Insert size, 5 to 95 %", "%s (%s to %s)", NUM(b->insert_median, 0), NUM(b->insert_low, 0),
            NUM(b->insert_high, 0));
    ps_fact(out, "Read 1 forward", "%s", PERCENT(b->first_forward));
    ps_fact(out, "Primers", "%s", NUM(b->primers, 0));
}

static void lane_facts(const ps_lanes *lanes, FILE *out) {
    if (lanes->n)
        ps_fact(out, "Lanes of sequencing runs", "%zu", lanes->n);
    else
        ps_fact(out, "Lanes of sequencing runs", "not known from the reads' names");
}

static void error_facts(const ps_ras_library *e, FILE *out) {
    if (!e->given)
        return;
    if (e->damaged)
        ps_fact(out, "Damage", "%d change%s of %s, VAF up to %s", e->damaged, ps_s(e->damaged), e->damaged_pair,
                PERCENT(e->damaged_vaf));
    else
        ps_fact(out, "Damage", "none seen");
    ps_fact(out, "Error rate by base qualities", "%s", PERCENT(e->error_stated));
    ps_fact(out, "Error rate that was seen", "%s", PERCENT(e->error_seen));
    ps_fact(out, "Scatter of errors between positions (ln sd)", "%s", NUM(e->spread, 2));
}

void ps_html_library(const ps_result *r, FILE *out) {
    int n = 0;
    for (int i = 0; i < PS_N_READ_INPUTS; i++) {
        if (!r->evidence.reads[i].given)
            continue;
        ps_element(out, "h3", "", ps_input_names[i]);
        fputs("<dl class=\"facts\">\n", out);
        molecule_facts(&r->calls.library[i], out);
        error_facts(&r->calls.ras.library[i], out);
        lane_facts(&r->evidence.reads[i].codons.lanes, out);
        fputs("</dl>\n", out);
        n++;
    }
    fputs(n ? "<p class=\"note\">Measured over the coding exons of the RAS and RAF genes.</p>\n"
            : "<p class=\"note\">No reads were given.</p>\n",
          out);
}
