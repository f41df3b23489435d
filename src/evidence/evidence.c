#include "plasmastrat/evidence.h"

#include <stdlib.h>

#include "plasmastrat/alloc.h"

const char *const ps_input_names[PS_N_INPUTS] = {"rna", "dna", "normal", "vcf"};
const char *const ps_left_out_names[PS_N_LEFT] = {"unmapped",  "secondary", "supplementary", "qc-fail",
                                                  "duplicate", "low-mapq",  "multi-mapped"};
const char *const ps_collector_names[PS_N_COLLECTORS] = {"codons", "genes", "bins", "junctions", "snps"};

static size_t cells(ps_span span, int32_t size) {
    return (size_t)((span.end0 - span.beg0 + size - 1) / size);
}

void ps_evidence_init(const ps_panel *panel, ps_input_role role, ps_evidence *evidence) {
    *evidence = (ps_evidence){.role = role};
    evidence->gene = ps_alloc((size_t)panel->n_genes, sizeof *evidence->gene);
    evidence->bin = ps_alloc((size_t)panel->n_bins, sizeof *evidence->bin);
    evidence->n_cells = cells(panel->ccnd1_window, PS_WINDOW_CELL);
    evidence->snp = ps_alloc((size_t)panel->n_snps, sizeof *evidence->snp);
    evidence->cell_bases = ps_alloc(evidence->n_cells, sizeof *evidence->cell_bases);
    for (int side = 0; side < 2; side++) {
        evidence->n_chimeric[side] = cells(side ? panel->igh : panel->ccnd1_window, PS_CHIMERIC_CELL);
        evidence->chimeric[side] = ps_alloc(evidence->n_chimeric[side], sizeof *evidence->chimeric[side]);
    }
}

void ps_evidence_free(ps_evidence *evidence) {
    for (size_t i = 0; i < evidence->n_allele; i++)
        free(evidence->allele[i].alt);
    free(evidence->allele);
    for (size_t i = 0; i < evidence->n_picture; i++)
        free(evidence->picture[i].text);
    free(evidence->picture);
    free(evidence->codon);
    free(evidence->base);
    free(evidence->gene);
    free(evidence->bin);
    free(evidence->snp);
    free(evidence->cell_bases);
    free(evidence->chimeric[0]);
    free(evidence->chimeric[1]);
    free(evidence->junction);
    free(evidence->clip);
    *evidence = (ps_evidence){0};
}
