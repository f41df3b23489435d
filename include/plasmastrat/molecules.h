/* molecules.h - which fragments over the RAS and RAF genes are copies of one molecule.
 *
 * Copies that were made before sequencing share their outer ends (clips undone), their orientation and, where a
 * library has them, their UMI. Marked duplicates never come here; unmarked ones do, and a caller that counts them as
 * molecules is too sure. So for every exon window the molecules with the lowest hashes are kept, PS_MOLECULES_KEPT at
 * most, each with what its fragments show at every codon. Such a sketch adds up: the molecules that are kept are the
 * same for any order of the records, any split into lanes and any thread, and each of them is whole, since what the
 * whole keeps every part has kept. While a window has no more molecules than are kept they are all there; else they
 * are a random share, and the highest kept hash tells how many there are. No statistics here: see callers/library.h.
 */
#ifndef PLASMASTRAT_MOLECULES_H
#define PLASMASTRAT_MOLECULES_H

#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/map.h"
#include "plasmastrat/panel.h"

/* Molecules of a window: a mutation in 0.4 % of 2,048 is found with 95 % power, which is below what decides. */
enum { PS_MOLECULES_KEPT = 2048 };

/* Of ps_molecule.end0. */
#define PS_END_UNKNOWN INT32_MIN

/* What a UMI adds: it tells molecules of the same ends apart; a family's name does, for both strands; or it needs no
 * ends. */
enum { PS_UMI_NONE, PS_UMI_WITHIN_ENDS, PS_UMI_FAMILY, PS_UMI_ALONE };

/* What a fragment is a copy of. */
typedef struct ps_molecule_key {
    uint64_t hash;       /* 63 bits */
    int32_t end0[2];     /* outer ends, first and last base; PS_END_UNKNOWN where none was seen or it does not tell
                            molecules apart */
    uint8_t side;        /* PS_F1R2 or PS_F2R1; of a molecule: of more of its fragments */
    uint8_t umi;         /* PS_UMI_* */
    uint64_t letters;    /* of the UMI, three bits each; of a family: a hash of its name; 0: not known */
    uint64_t family_umi; /* letters of the UMI that a family's fragments have, of both strands; the lowest of several;
                            0: not known */
} ps_molecule_key;

/* Fragments of one molecule that show one thing at a codon that is not the reference: a haplotype (`allele` 0), or an
 * insertion, deletion or change across codons that begins there (`allele`: its ps_allele_hash). */
typedef struct ps_molecule_word {
    int32_t codon;
    uint8_t hap;
    uint64_t allele;
    uint32_t n;
    uint64_t quality;    /* sum of the fragments' */
    uint32_t flagged[2]; /* of the fragments, with PS_FLAG_READ_END, with PS_FLAG_CLUTTER */
} ps_molecule_word;

typedef struct ps_molecule {
    int32_t window; /* of all loci, one after another: ps_window_of */
    ps_molecule_key key;
    uint32_t copies[2];           /* fragments, by side: both strands of a duplex family are one molecule */
    int32_t codon_beg, codon_end; /* panel ids; the codons that its fragments show */
    uint32_t *reference;          /* codon_end - codon_beg: fragments with the reference haplotype; owned */
    ps_molecule_word *word;       /* by codon, haplotype, allele; owned */
    size_t n_word;
} ps_molecule;

typedef struct ps_molecules { /* by window and hash */
    ps_molecule *row;
    size_t n;
} ps_molecules;

/* Window that holds the codon's first base. */
int32_t ps_window_of(const ps_panel *panel, int32_t codon);
int32_t ps_n_windows(const ps_panel *panel);
const ps_span *ps_window_span(const ps_panel *panel, int32_t window);
uint64_t ps_allele_hash(int32_t beg0, int32_t end0, const char *alt);

/* ACGTN as ps_molecule_key.letters; what joins two UMIs ('-', '+', '_') is left out. */
enum { PS_UMI_LETTERS = 20 };
/* Letters of a UMI that two molecules of one gene hardly ever draw (16 million), unless it is of a list. Keys of such
 * a UMI are next to each other in the order of hashes, whatever their ends. */
enum { PS_UMI_LONG = 12 };
uint64_t ps_umi_letters(const char *text, size_t n);
int ps_umi_length(uint64_t letters);
/* Of 63 bits of a hash, the lowest are of the row alone; the others it has in common with rows that may be the same
 * molecule: both strands, one long UMI, a family in several read groups. So a sketch keeps all of them or none. */
enum { PS_OWN_BITS = 23 };
uint64_t ps_hash_beside(uint64_t common, uint64_t own);
uint64_t ps_hash_umi(uint64_t letters); /* of a long UMI, and of the other strand's */
/* Do the key's ends, orientation and UMI tell all that is known? Then they give the hash. */
int ps_key_is_whole(const ps_molecule_key *key);
uint64_t ps_key_hash(const ps_molecule_key *key);
/* The UMI of the other strand, where each end of a molecule has one of its own: its halves change places. */
uint64_t ps_umi_exchanged(uint64_t letters);
uint64_t ps_umi_of_both(uint64_t letters);     /* the lesser of the two */
uint64_t ps_umi_lower(uint64_t a, uint64_t b); /* 0 is none */
/* The same but for one letter, or for one or two missing letters at the beginning or end. 0 is near nothing. */
int ps_umi_is_near(uint64_t a, uint64_t b);

/* Owns what it points to. */
ps_molecule ps_molecule_copy(const ps_molecule *molecule);
void ps_molecules_free(ps_molecules *molecules);
/* Takes part's rows over. ps_molecules_tidy once after any number of additions; before it rows of one molecule may
 * stand apart, and more than are kept. */
void ps_molecules_add(ps_molecules *whole, ps_molecules *part);
void ps_molecules_tidy(ps_molecules *molecules);

/* ---- molecules that come a fragment at a time, of one place ---------------------------------------------------- */

typedef struct ps_pile {
    ps_molecules all;
    size_t capacity;
    uint64_t limit; /* hashes from here up are not kept any more; 0: all are */
    ps_map at;      /* hash -> row of `all` + 1 */
} ps_pile;          /* zeroed: empty */

/* One more fragment of the molecule; NULL when that is not kept. The pointer holds until the next call. */
ps_molecule *ps_pile_add(ps_pile *pile, int32_t window, const ps_molecule_key *key);
/* Moves what is kept behind `out` and empties the pile. */
void ps_pile_finish(ps_pile *pile, ps_molecules *out);

/* ---- the piles of one locus's windows; for one thread ------------------------------------------------ */

typedef struct ps_sketch ps_sketch;

ps_sketch *ps_sketch_new(const ps_panel *panel, int locus);
int32_t ps_sketch_window(const ps_sketch *sketch, int32_t codon);
/* One more fragment of the molecule in the window of `codon`; NULL when that molecule is not kept. Its pointer holds
 * until the next call. */
ps_molecule *ps_sketch_add(ps_sketch *sketch, int32_t codon, const ps_molecule_key *key);
/* The same molecule again, without a fragment more; or NULL. */
ps_molecule *ps_sketch_find(ps_sketch *sketch, int32_t codon, const ps_molecule_key *key);
void ps_molecule_reference(ps_molecule *molecule, int32_t codon);
void ps_molecule_change(ps_molecule *molecule, int32_t codon, int hap, uint64_t allele, int quality, int flags);
/* Moves what is kept into `out` (tidy) and frees the sketch. */
void ps_sketch_finish(ps_sketch *sketch, ps_molecules *out);

#endif
