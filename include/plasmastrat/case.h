/* case.h - everything the callers may look at: the evidence of one sample, the panel, and what the user states.
 */
#ifndef PLASMASTRAT_CASE_H
#define PLASMASTRAT_CASE_H

#include "plasmastrat/error_reference.h"
#include "plasmastrat/evidence.h"
#include "plasmastrat/expression_reference.h"
#include "plasmastrat/library.h"
#include "plasmastrat/normals.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/variants.h"

/* Everything the callers may look at. Evidence of an input that was not given is NULL or has given = 0. */
typedef struct ps_case {
    const ps_panel *panel;
    const ps_read_evidence *reads[PS_N_READ_INPUTS];
    const ps_library *library;  /* by read input, as ps_call() worked them out; NULL: not yet (ps_library_of) */
    const ps_variants *vcf;     /* NULL: none */
    const ps_variants *sites;   /* alleles to report whatever the evidence (ps_variants_read_sites); NULL: none */
    const ps_sv_evidence *sv;   /* joins of 11q13 to IGH that another program lists; NULL: no list */
    const ps_cnv_evidence *cnv; /* segments of copy number of another program; NULL: none */
    const ps_count_evidence *counts; /* gene counts of another program; NULL: none */
    double purity;                   /* NaN: unknown */
    double
        molecules; /* haploid genomes that the DNA library began with (--molecules, --input-ng); 0 or NaN: unknown */
    const ps_primers *primers;        /* NULL: none were given */
    const ps_normals *normals;        /* panel of normals for depth (--copynumber-reference); NULL: none */
    const ps_error_reference *errors; /* --error-reference, made with this panel's codons; NULL: none */
    const ps_expression_reference *expression_reference; /* made with this panel's genes; NULL: built-in assumption */
} ps_case;

/* Are these reads of the other kind than they were given as? Writes a sentence with numbers and a hint into `why` and
 * returns 1; 0 when they are not, or too few to tell. RNA is known by spliced reads, DNA by reads that run across
 * exon edges; a file with neither (one amplicon, RNA aligned without splicing) is not refused. */
int ps_wrong_assay(const ps_panel *panel, const ps_read_evidence *evidence, char *why, size_t why_size);
/* Two inputs are the same reads, in whatever order or format, when their marks are equal: hashes of the fragments that
 * are kept for pictures, those with the lowest name hashes at every codon, by name and bases. "" where too few cover
 * the codons to tell. */
void ps_reads_mark(const ps_read_evidence *reads, char mark[17]);
int ps_same_reads(const char *mark_a, const char *mark_b);

#endif
