/* private.h - what each collector's rows are written as, and read from. Private to src/evidence. */
#ifndef PLASMASTRAT_EVIDENCE_PRIVATE_H
#define PLASMASTRAT_EVIDENCE_PRIVATE_H

#include "columns.h"
#include "plasmastrat/evidence.h"

/* ps_X_scan fills what ps_X_init made; what a failed scan leaves is freed as ever. Rows are in order only after
 * ps_X_tidy. */
/* Members of the object that is open: molecules, and what they show. */
void ps_molecules_write(const ps_molecules *molecules, ps_pen *pen);
void ps_molecules_scan(ps_scan *scan, ps_molecules *molecules);
void ps_codons_write(const ps_codon_evidence *codons, ps_pen *pen);
void ps_codons_scan(ps_scan *scan, ps_codon_evidence *codons);
void ps_genes_write(const ps_gene_evidence *genes, ps_pen *pen);
void ps_genes_scan(ps_scan *scan, ps_gene_evidence *genes);
void ps_bins_write(const ps_bin_evidence *bins, ps_pen *pen);
void ps_bins_scan(ps_scan *scan, ps_bin_evidence *bins);
void ps_snps_write(const ps_snp_evidence *snps, ps_pen *pen);
void ps_snps_scan(ps_scan *scan, ps_snp_evidence *snps);
void ps_junctions_write(const ps_junction_evidence *junctions, ps_pen *pen);
void ps_junctions_scan(ps_scan *scan, ps_junction_evidence *junctions);
/* "name":{...} of a VCF's rows, or of a list of sites; `variants` is zeroed. */
void ps_variants_put(const ps_variants *variants, const char *name, ps_pen *pen);
void ps_variants_scan(ps_scan *scan, const char *name, ps_variants *variants);
/* The same of other programs' results. */
void ps_sv_put(const ps_sv_evidence *sv, const char *name, ps_pen *pen);
void ps_sv_scan(ps_scan *scan, const char *name, ps_sv_evidence *sv);
void ps_cnv_put(const ps_cnv_evidence *cnv, const char *name, ps_pen *pen);
void ps_cnv_scan(ps_scan *scan, const char *name, ps_cnv_evidence *cnv);
void ps_counts_put(const ps_count_evidence *counts, const char *name, ps_pen *pen);
void ps_counts_scan(ps_scan *scan, const char *name, ps_count_evidence *counts);
/* Member of the object that is open: what the panel decided when other programs' results were read (read_with.c).
 * Scanning gives 1 when it is there; old files have none. */
void ps_read_with_put(const ps_panel *panel, const ps_evidence *e, ps_pen *pen);
int ps_read_with_scan(ps_scan *scan);
void ps_read_with_check(ps_evidence *e, int known);

#endif
