/* absent.c - a file that was cut down to some chromosomes says nothing of the others, and no "nothing there" either.
 *
 * Places all over the genome tell: common SNPs, and the depth bins of DNA. Where a share of them is covered
 * elsewhere, the chance that none is on one chromosome falls with how many lie there. A gene panel covers few, and
 * nothing is said.
 */
#include "absent.h"

#include "plasmastrat/spelling.h"

#include <math.h>

typedef struct tally { /* places by whether they lie on the contig, and whether a fragment shows them */
    double n[2], seen[2];
} tally;

static void add(tally *t, int here, int seen) {
    t->n[here]++;
    t->seen[here] += seen;
}

/* ln P(none of the contig's places is seen), from the share seen elsewhere. */
static double log_chance(const tally *t) {
    double share = t->n[0] > 0 ? t->seen[0] / t->n[0] : 0;
    return t->n[1] * log1p(-fmin(share, 1 - 1e-9));
}

int contig_is_absent(const ps_panel *panel, const ps_read_evidence *e, int contig, const char *what,
                     ps_reasons *reasons) {
    const char *name = panel->contigs[contig].name[PS_STYLE_UCSC], *input = ps_input_names[e->role];
    tally snps = {{0}, {0}}, bins = {{0}, {0}};
    if (contig < 64 && e->missing_contigs >> contig & 1) {
        ps_reason_add(reasons, PS_REASON_CONTIG_ABSENT, "%s: %s, where %s lies, is not in the file's header", input,
                      name, what);
        return 1;
    }
    for (int i = 0; i < panel->n_snps; i++)
        add(&snps, panel->snps[i].contig == contig,
            e->snps.snp[i].ref + e->snps.snp[i].alt + e->snps.snp[i].other > 0);
    for (int i = 0; i < panel->n_bins; i++)
        add(&bins, panel->bins[i].span.contig == contig, e->bins.bin[i] > 0);
    if (snps.seen[1] > 0 || bins.seen[1] > 0 || log_chance(&snps) + log_chance(&bins) > log(absent_p))
        return 0;
    ps_reason_add(
        reasons, PS_REASON_CONTIG_ABSENT,
        "%s: no reads on %s, where %s is: none at %.0f common SNP%s and %.0f depth bin%s; elsewhere at %.0f of %.0f",
        input, name, what, snps.n[1], ps_s(snps.n[1]), bins.n[1], ps_s(bins.n[1]), snps.seen[0] + bins.seen[0],
        snps.n[0] + bins.n[0]);
    return 1;
}
