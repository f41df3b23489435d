/* ras.h - the parts of the RAS caller. Private to src/callers. */
#ifndef PLASMASTRAT_CALLERS_RAS_H
#define PLASMASTRAT_CALLERS_RAS_H

#include "plasmastrat/calls.h"

typedef struct ras_list {
    ps_ras_variant *row;
    size_t n, capacity;
} ras_list;

/* A new row for the replacement of [beg0, end0) by `alt`, named and in VCF form, everything else unknown; an existing
 * row for the same change is returned instead. NULL when the change touches no coding exon. */
ps_ras_variant *ras_variant_at(const ps_panel *panel, ras_list *list, int contig, int32_t beg0, int32_t end0,
                               const char *alt);

void ras_free_list(ras_list *list);

/* Candidates of one read input, with their filter; and what each codon could have shown (n_codons). */
void ras_from_reads(const ps_panel *panel, const ps_read_evidence *reads, const ps_read_evidence *normal,
                    const ps_error_reference *normal_errors, ras_list *list, ps_ras_codon *codons,
                    ps_ras_library *library);
/* Variants of the VCF, those in cis joined, and codons covered by hom-ref blocks. What was joined or left open goes
 * to call->note. */
void ras_from_vcf(const ps_case *c, ras_list *list, ps_ras_codon *codons, ps_ras_call *call);

/* Does the VCF hold a record over the codon that contradicts a hom-ref block of its own there?  `text` names it. */
int ras_unclear(const ps_case *c, int codon_id, char *text, size_t size);
/* A codon of which an input tells nothing yet. */
ps_ras_codon ras_unseen(int64_t depth, ps_input_role source);
/* The lod95 that a wild type needs. */
double ras_limit(const ps_case *c);
int ras_activates(const ps_effect *effect);

/* --force-sites: a row for every allele of c->sites, marked; then, when all rows are counted, numbers for those that
 * nothing else had found. */
void ras_force_sites(const ps_case *c, ras_list *all, ps_ras_call *call);
void ras_number_forced(const ps_case *c, ras_list *all);

void ras_note(ps_ras_call *call, int warns, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Fragments at a variant's place in one read input: depth, with the variant, and by side (alt then ref). Returns 0
 * when this kind of change cannot be counted. */
int ras_count(const ps_panel *panel, const ps_read_evidence *reads, const ps_ras_variant *v, int64_t *depth,
              int64_t *alt, int64_t alt_side[2], int64_t ref_side[2]);

/* Depth, VAF and its interval of the fragments; 0: this kind of change cannot be counted. */
int ras_number(const ps_panel *panel, const ps_read_evidence *reads, ps_ras_variant *v);

/* What replaces [beg0, end0): the VCF allele without its anchor base. */
const char *ras_change_text(const ps_ras_variant *v);
/* A change across codons, as against an indel. */
int ras_is_chain(const ps_allele_count *allele);
/* What the matched normal tells of the variant, whose own counts are known; and: is it germline? */
ps_normal_answer ras_ask_normal(const ps_panel *panel, const ps_read_evidence *normal, const ps_ras_variant *v);
int ras_in_normal(const ps_panel *panel, const ps_read_evidence *normal, const ps_ras_variant *v);
/* The codon that holds every base of [beg0, end0), or -1. */
int ras_codon_over(const ps_panel *panel, int contig, int32_t beg0, int32_t end0);

#endif
