#include "plasmastrat/evidence.h"

#include <stdlib.h>

#include "plasmastrat/alloc.h"

const char *const ps_input_names[PS_N_INPUTS] = {"rna", "dna", "normal", "vcf"};
const char *const ps_left_out_names[PS_N_LEFT] = {"unmapped",  "secondary", "supplementary", "qc-fail",
                                                  "duplicate", "low-mapq",  "multi-mapped"};
const char *const ps_collector_names[PS_N_COLLECTORS] = {"codons", "genes", "bins", "junctions", "snps"};

void ps_read_evidence_init(const ps_panel *panel, ps_input_role role, ps_read_evidence *evidence) {
    *evidence = (ps_read_evidence){.role = role};
    ps_genes_init(panel, &evidence->genes);
    ps_bins_init(panel, &evidence->bins);
    ps_snps_init(panel, &evidence->snps);
    ps_junctions_init(panel, &evidence->junctions);
}

void ps_read_evidence_free(ps_read_evidence *evidence) {
    ps_codons_free(&evidence->codons);
    ps_genes_free(&evidence->genes);
    ps_bins_free(&evidence->bins);
    ps_snps_free(&evidence->snps);
    ps_junctions_free(&evidence->junctions);
    *evidence = (ps_read_evidence){0};
}

static void add_tallies(ps_read_evidence *whole, const ps_read_evidence *part) {
    for (int c = 0; c < PS_N_COLLECTORS; c++) {
        whole->seen[c] += part->seen[c];
        whole->spliced[c] += part->spliced[c];
        for (int l = 0; l < PS_N_LEFT; l++)
            whole->left_out[c][l] += part->left_out[c][l];
    }
    whole->records += part->records;
}

void ps_read_evidence_add(ps_read_evidence *whole, ps_read_evidence *part) {
    if (!part->given)
        return;
    /* a contig that one file names is one that could be aligned to */
    whole->missing_contigs = whole->given ? whole->missing_contigs & part->missing_contigs : part->missing_contigs;
    whole->given = 1;
    add_tallies(whole, part);
    ps_codons_add(&whole->codons, &part->codons);
    ps_genes_add(&whole->genes, &part->genes);
    ps_bins_add(&whole->bins, &part->bins);
    ps_snps_add(&whole->snps, &part->snps);
    ps_junctions_add(&whole->junctions, &part->junctions);
}

void ps_read_evidence_tidy(const ps_panel *panel, ps_read_evidence *evidence) {
    ps_codons_tidy(panel, &evidence->codons);
    ps_junctions_tidy(&evidence->junctions);
}

void ps_evidence_free(ps_evidence *evidence) {
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        ps_read_evidence_free(&evidence->reads[i]);
    ps_variants_free(&evidence->vcf);
    ps_variants_free(&evidence->sites);
    for (size_t i = 0; i < evidence->n_inputs; i++) {
        free(evidence->input[i].path);
        free(evidence->input[i].sample_name);
    }
    free(evidence->input);
    *evidence = (ps_evidence){0};
}
