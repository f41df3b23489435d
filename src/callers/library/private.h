/* private.h - what the files of this folder share: the windows of one input, with their molecules and primers. */
#ifndef PLASMASTRAT_CALLERS_LIBRARY_PRIVATE_H
#define PLASMASTRAT_CALLERS_LIBRARY_PRIVATE_H

#include "families.h"
#include "plasmastrat/case.h"
#include "plasmastrat/library.h"

/* PRIMER_SLACK: bases between a primer's end and a read's (assumption: as far as clips and indels move an end).
 * MOST_PRIMERS: of a window. */
enum { PRIMER_SLACK = 3, MOST_PRIMERS = 256 };

typedef struct ps_library_window { /* rows of one exon window */
    const ps_molecule *row;
    size_t n;
    size_t n_kept;    /* rows of the sketch, also those that are no molecules (families.h) */
    uint64_t highest; /* hash of these */
    double fragments; /* of the rows */
    double molecules; /* estimated, where not all are kept */
    int is_full;      /* not all are kept */
    int is_heavy;     /* few molecules have most of the fragments */
    int n_amplicon;   /* codons */
    uint8_t *between; /* by row: from one listed primer to another; NULL: none are listed */
    double places;    /* pairs of ends and orientation that chance has to choose from */
    double share;     /* molecules per fragment, where different ones are often taken for copies; else 1 */
    ps_primer primer[MOST_PRIMERS]; /* those of the user's file first */
    size_t n_primers, n_listed;
    uint8_t passed[2][MOST_PRIMERS]; /* by side: reads without a mate that end there go on beyond the primer */
} ps_library_window;

typedef struct ps_scan { /* of one read input */
    const ps_case *c;
    const ps_read_evidence *reads;
    ps_molecules plain; /* where UMIs are the sample's barcode: without it; its rows alone are owned */
    ps_families families;
    int is_few;                /* few molecules, in many copies, that are no amplicons */
    ps_library_window *window; /* of the panel */
    uint8_t *amplicon;         /* by codon */
    int32_t n;
    double length[3]; /* bases between outer ends: 5, 50 and 95 % */
} ps_scan;

/* scan.c: the input's windows, with everything found. */
ps_scan ps_scan_library(const ps_case *c, ps_input_role role);
void ps_scan_free(ps_scan *s);
/* Another row of the window: one that counts; one of the sketch. */
void ps_window_add(ps_library_window *w, const ps_molecule *m);
void ps_window_keep(ps_library_window *w, const ps_molecule *m);
void ps_window_estimate(ps_library_window *w);

/* amplicons.c: codons that lie in amplicons (`amplicon`, `is_few`); then each window's number of them (`n_amplicon`)
 * and its primers. */
void ps_find_amplicons(ps_scan *s);
void ps_find_primers(ps_scan *s);
/* Fragments of the molecule that show the codon. */
double ps_shown_of(const ps_molecule *m, int32_t codon);

/* chance.c: how often different molecules have the same ends. */
/* Probability that two molecules have one length; length[3]: 5, 50 and 95 % of them. */
double ps_same_length(const ps_families *molecules, double length[3]);
/* Pairs of ends, and orientation where strands were not joined, that random fragments of a window spread over, as if
 * all were as likely. */
double ps_places_of(const ps_library_window *w, double same_length, int is_of_both);
/* Fragments that would share their ends with another, were all n different molecules. */
double ps_chance_copies(double n, double places);
/* Molecules per fragment of a window whose chance copies are counted in. */
double ps_share_of_places(const ps_library_window *w);
/* Known ends of one side, ascending; the caller frees them. */
int32_t *ps_sorted_ends(const ps_library_window *w, int right, size_t *n);

#endif
