/* dilution.h - a mutated file's fragments mixed into another file, and called (dilute.h): in-silico dilution.
 *
 * Molecules are drawn where copies are recognised, and fragments elsewhere.
 */
#ifndef PLASMASTRAT_DILUTION_H
#define PLASMASTRAT_DILUTION_H

#include "plasmastrat/ras.h"

/* The codons of a file as its library lets them count: molecules in the place of their copies. */
typedef struct ps_molecule_view {
    ps_read_evidence reads; /* its codons alone are owned, and only where `is_view` */
    int is_view;
} ps_molecule_view;

ps_molecule_view ps_molecule_view_of(const ps_case *c, ps_input_role role); /* refers to the case's evidence */
void ps_molecule_view_free(ps_molecule_view *view);

typedef struct ps_dilution {
    const ps_panel *panel;
    const ps_error_reference *errors; /* NULL: none */
    ps_input_role role;               /* of both files */
    const ps_read_evidence *into, *mutated;
} ps_dilution;

/* Variants of the mutated file, counted in both: as a normal, the file that is mixed into tells how often it shows
 * each variant (source_depth and source_alt of PS_INPUT_NORMAL), and that a variant is its own (PS_FILTER_GERMLINE).
 */
void ps_call_both(const ps_dilution *m, ps_ras_call *call);
/* The VAF that a share of the mutated file's fragments makes on average; of a variant of ps_call_both. */
double ps_dilution_vaf(const ps_ras_variant *counted, double fraction);
/* Draws one mixture and calls it. The same seed gives the same call; safe from many threads. */
void ps_call_diluted(const ps_dilution *m, double fraction, uint64_t seed, ps_ras_call *call);
void ps_ras_call_free(ps_ras_call *call);

#endif
