/* forced.c - alleles that the user asks for (--force-sites): counted and reported whatever the evidence.
 *
 * A row that a caller found keeps its filter and numbers and is only marked. Any other gets the counts of the DNA,
 * else of the RNA, and the filter low_evidence: an allele with no supporting fragment is a row with 0 of its depth.
 */
#include <math.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"
#include "ras.h"

void ras_force_sites(const ps_case *c, ras_list *all, ps_ras_call *call) {
    for (size_t i = 0; c->sites && i < c->sites->n_variants; i++) {
        const ps_variant *site = &c->sites->variant[i];
        size_t before = all->n;
        ps_ras_variant *v = ras_variant_at(c->panel, all, site->contig, site->beg0, site->end0, site->alt);
        if (!v) {
            ras_note(call, 1, "--force-sites: the allele at position %ld of %s touches no coding exon",
                     site->beg0 + 1L, c->panel->contigs[site->contig].name[PS_STYLE_UCSC]);
            continue;
        }
        v->forced = 1;
        if (all->n > before)
            v->best.filter = PS_FILTER_LOW_EVIDENCE;
    }
}

static void number(const ps_case *c, ps_ras_variant *v, ps_input_role role) {
    if (!ras_count(c->panel, c->reads[role], v, &v->best.depth, &v->best.alt_depth, v->best.alt_side,
                   v->best.ref_side) ||
        v->best.depth <= 0)
        return;
    v->best.vaf = (double)v->best.alt_depth / (double)v->best.depth;
    ps_proportion_interval((uint64_t)v->best.alt_depth, (uint64_t)v->best.depth, &v->best.vaf_low, &v->best.vaf_high);
}

void ras_number_forced(const ps_case *c, ras_list *all) {
    for (size_t i = 0; i < all->n; i++) {
        ps_ras_variant *v = &all->row[i];
        if (!v->forced || v->sources)
            continue;
        /* DNA where it shows the place, else RNA, else the DNA that was given and shows nothing */
        int rna = v->source_depth[PS_INPUT_DNA] <= 0 && v->source_depth[PS_INPUT_RNA] >= 0;
        if (rna || v->source_depth[PS_INPUT_DNA] >= 0)
            number(c, v, rna ? PS_INPUT_RNA : PS_INPUT_DNA);
        static const ps_input_role tumour[] = {PS_INPUT_DNA, PS_INPUT_RNA};
        for (size_t k = 0; k < sizeof tumour / sizeof *tumour; k++)
            if (v->source_alt[tumour[k]] > 0) {
                v->sources |= 1u << tumour[k];
                v->by_input[tumour[k]].filter = PS_FILTER_LOW_EVIDENCE;
            }
    }
}
