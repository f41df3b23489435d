/* counts.h - `counts` of ID.json: the fragments behind the answer, so that results of one sample's files can be joined
 * as if they had been read together. Private to src/report.
 *
 * Per alignment input: the fragments of every codon by haplotype and orientation (base qualities are gone: what an input
 * alone calls is in the variants' evidence), alleles that are no codon haplotype, and pictures (json_pictures.h).
 */
#ifndef PLASMASTRAT_REPORT_JSON_COUNTS_H
#define PLASMASTRAT_REPORT_JSON_COUNTS_H

#include "node.h"
#include "plasmastrat/result.h"

/* NULL: out of memory. */
json_t *json_counts(const ps_result *result);
/* `ras.vcf_listed`: every row of the VCF that touches the panel's genes. */
json_t *json_listed(const ps_result *result);
/* Into result->evidence and result->vcf; needs the panel that the file names. */
void json_read_counts(json_reader *r, const json_t *root, ps_result *result);
void json_read_listed(json_reader *r, const json_t *ras, ps_result *result);

#endif
