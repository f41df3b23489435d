/* wrong_assay.c - RNA given as DNA, and DNA given as RNA. */
#include <stdio.h>

#include "plasmastrat/calls.h"
#include "plasmastrat/spelling.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
static const double assay_min_reads = 50; /* reads from which RNA and DNA are told apart (assumption) */
/* fraction of reads: spliced share of the reads: from here up the file is RNA (assumption: aligners of DNA write no
 * introns) */
static const double assay_dna_max_spliced = 0.05;
/* fraction of reads at exon edges: unspliced share of the reads at exon edges: from here up the file is DNA
 * (assumption: precursor RNA is far below) */
static const double assay_rna_max_unspliced = 0.9;

/* Aligners of DNA write no introns, so a twentieth of spliced reads is RNA. All collectors of a DNA input count them.
 */
static int is_rna(const ps_read_evidence *e, char *why, size_t size) {
    double kept = 0, spliced = 0;
    for (int c = 0; c < PS_N_COLLECTORS; c++) {
        kept += (double)e->seen[c];
        for (int k = 0; k < PS_N_LEFT; k++)
            kept -= (double)e->left_out[c][k];
        spliced += (double)e->spliced[c];
    }
    if (kept < assay_min_reads || spliced < assay_dna_max_spliced * kept)
        return 0;
    snprintf(why, size, "spliced are %.0f of %.0f read%s (%.2g, DNA stays under %g): is this RNA? give it with --rna",
             spliced, kept, ps_s(kept), spliced / kept, assay_dna_max_spliced);
    return 1;
}

/* Where an exon ends RNA is spliced, DNA goes on. */
static int is_dna(const ps_panel *panel, const ps_read_evidence *e, char *why, size_t size) {
    double unspliced = 0, edge = 0;
    for (int i = 0; i < panel->n_genes; i++) {
        if (panel->genes[i].n_exons < 2)
            continue;
        unspliced += (double)e->genes.gene[i].unspliced;
        edge += (double)(e->genes.gene[i].unspliced + e->genes.gene[i].spliced);
    }
    if (edge < assay_min_reads || unspliced < assay_rna_max_unspliced * edge)
        return 0;
    snprintf(
        why, size,
        "%.0f of %.0f read%s at exon edges run on into the intron (%.2g, RNA stays under %g): is this DNA? give it "
        "with --dna",
        unspliced, edge, ps_s(edge), unspliced / edge, assay_rna_max_unspliced);
    return 1;
}

int ps_wrong_assay(const ps_panel *panel, const ps_read_evidence *e, char *why, size_t why_size) {
    if (!e || !e->given)
        return 0;
    if (e->role != PS_INPUT_RNA && e->cut_at_introns) {
        snprintf(why, why_size,
                 "GATK SplitNCigarReads made it, which cuts RNA reads at their introns: give it with --rna");
        return 1;
    }
    return e->role == PS_INPUT_RNA ? is_dna(panel, e, why, why_size) : is_rna(e, why, why_size);
}
