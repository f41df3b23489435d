/* error_reference.h - how often each coding base errs to each other letter in a laboratory's own normals.
 *
 * Kits, primers and chemistry make some places err more than others, the same ones in every sample. For every codon
 * base and alternative the file keeps counts: fragments that show the base, those that carry the alternative, how
 * many were expected there from qualities and substitution alone, and how many of these on bases so good that places
 * differ. Samples that hold a variant there are left out of that place and counted. The RAS caller multiplies its own
 * expectation of these by what the counts leave open.
 *
 * The file: lines "##key=value", a header line, a row for every codon base and alternative in the panel's order. Each
 * row ends in a checksum over all lines up to it. Learnt from at least PS_MIN_ERROR_SAMPLES samples.
 */
#ifndef PLASMASTRAT_ERROR_REFERENCE_H
#define PLASMASTRAT_ERROR_REFERENCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

enum { PS_MIN_ERROR_SAMPLES = 10 }; /* fewer do not tell a place's habit from one sample's accident */

typedef struct ps_error_site {
    uint64_t fragments, errors;
    double expected;   /* errors that qualities and substitution explain */
    double varying;    /* of these, what differs from place to place; poor bases err everywhere alike */
    uint64_t left_out; /* samples with a variant there */
} ps_error_site;

typedef struct ps_error_reference {
    char *path; /* as named in messages */
    char *panel, *build;
    char places[17];   /* checksum of the panel's codon places */
    char checksum[17]; /* of the file */
    uint64_t n_samples;
    ps_error_site
        *site;      /* [codon][base, transcript order][letter A C G T, transcript strand]; the reference's is zero */
    size_t n_sites; /* 12 n_codons */
} ps_error_reference;

static inline size_t ps_error_site_at(int codon, int base, int letter) {
    return ((size_t)codon * 3 + (size_t)base) * 4 + (size_t)letter;
}

/* Reads a file made by ps_error_reference_write. It must be for one of the panels: same build, name and codon places.
 */
int ps_error_reference_read(const char *path, const ps_panel *panels, int n_panels, ps_error_reference *reference,
                            ps_error *err);
void ps_error_reference_write(ps_error_reference *reference, const ps_panel *panel, const char *program, FILE *out);
void ps_error_reference_free(ps_error_reference *reference); /* safe on a zeroed one */

#endif
