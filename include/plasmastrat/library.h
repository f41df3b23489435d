/* library.h - how many molecules a library's fragments are, and what its primers hide.
 *
 * From the sketches of molecules.h. Fragments that share both outer ends are copies of one molecule, or chance: how
 * often chance does it follows from the spread of starts and lengths in this sample. A library with more shared ends
 * than that has unmarked copies, and its molecules are counted instead of its fragments; so are those that a UMI
 * tells apart. An amplicon's molecules all share their ends and cannot be counted: their number is stated by the
 * user, or a cautious one is assumed. Bases of a primer are the primer's, not the patient's.
 *
 * Zero-initialised means unknown: fragments count as they are.
 */
#ifndef PLASMASTRAT_LIBRARY_H
#define PLASMASTRAT_LIBRARY_H

#include "plasmastrat/evidence.h"

/* molecules per ng: haploid genomes that a nanogram of DNA holds (derived: 3.3 pg a haploid genome) */
static const double library_ng_molecules = 330;
/* fraction of fragments: in three places from which a window is an amplicon (assumption: one or two amplicons and a
 * little of a third hold nearly all) */
static const double library_amplicon_share = 0.8;

/* share of a codon's fragments: from which on it is told that a primer covers it (assumption: most of them) */
#define PS_MOSTLY_HIDDEN 0.5

typedef enum {
    PS_LIBRARY_UNKNOWN,
    PS_LIBRARY_UNIQUE,
    PS_LIBRARY_COPIES,
    PS_LIBRARY_UMI,
    PS_LIBRARY_AMPLICON,
    PS_N_LIBRARY_KINDS
} ps_library_kind;
extern const char
    *const ps_library_names[PS_N_LIBRARY_KINDS]; /* "unknown", "unique", "unmarked-copies", "umi", "amplicon" */

typedef struct ps_library { /* of one read input; doubles that do not exist are NaN */
    ps_library_kind kind;
    double fragments, molecules; /* over the RAS and RAF exons, of those that were kept */
    double copies;               /* share of the fragments that share UMI and ends with another */
    double chance;               /* share that would by chance, all of them different molecules */
    int has_copies;              /* 1: more than chance makes, outside amplicons */
    double share;                /* molecules per fragment, outside amplicons; 1: fragments count as they are */
    double umi;                  /* share of the fragments that have a UMI */
    double stacked;              /* share of the fragments that lie in amplicons */
    double primers;        /* of the user's file, and places where fragments stack up that it does not explain */
    double primers_listed; /* of these, the file's */
    double assumed;        /* molecules that no codon of an amplicon has more of */
    int stated;            /* 1: the user said so */
    double insert_median, insert_low, insert_high; /* bases between outer ends; 5 and 95 % */
    double first_forward;                          /* share of the fragments whose first read is forward */
    double mates_expected, mates_met;
} ps_library;

struct ps_case;
void ps_call_library(const struct ps_case *c, ps_input_role role, ps_library *library);
/* The case's library of that input, or, where the case has none, the one that is worked out into `own`. */
const ps_library *ps_library_of(const struct ps_case *c, ps_input_role role, ps_library *own);

/* By what the fragments at a place that `depth` of them cover are to be multiplied to be molecules. NULL or
 * unknown: 1. */
double ps_library_share(const ps_library *library, double depth);

/* By the same rules, of molecules that lie along one place: by what a number of fragments there is to be multiplied.
 */
double ps_molecules_per_fragment(const ps_panel *panel, const ps_molecules *molecules);

/* Codon evidence with molecules for fragments, under no primer. `shown`: as it was counted. `counted`: no more of it
 * than there are molecules; what decides. Free both with ps_codons_free; they hold no pictures and no molecules.
 * `hidden` (n_codons): share of a codon's fragments that show a primer there. All are empty for a library whose
 * fragments count as they are: 0 is returned. */
int ps_library_view(const struct ps_case *c, ps_input_role role, const ps_library *library, ps_codon_evidence *shown,
                    ps_codon_evidence *counted, double *hidden);

#endif
