/* cis.h - rows of a VCF joined to the changes they make together. Private to src/callers. */
#ifndef PLASMASTRAT_RAS_CIS_H
#define PLASMASTRAT_RAS_CIS_H

#include "ras.h"

typedef struct cis_rows { /* copies of the file's rows whose strings are the file's, and new rows */
    ps_variant *row;
    size_t n;
    char **owned; /* alleles of the new rows */
    size_t n_owned;
} cis_rows;

/* `given`: carried rows of one file, ordered by contig, beg0, end0. What was joined, or could not be told, goes to
 * call->note. */
void ras_join_cis(const ps_case *c, const ps_variant *const *given, size_t n, cis_rows *out, ps_ras_call *call);
void ras_free_cis(cis_rows *rows);

#endif
