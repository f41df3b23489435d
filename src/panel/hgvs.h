/* hgvs.h - inside src/panel: a change told along one transcript, and the two ways to name it.
 *
 * "Oriented" places make both strands look alike: on the plus strand o = pos0, on the minus strand o = -1 - pos0, so
 * o grows 5' to 3' along the transcript and [beg0, end0) becomes [-end0, -beg0).
 */
#ifndef PLASMASTRAT_PANEL_HGVS_H
#define PLASMASTRAT_PANEL_HGVS_H

#include "plasmastrat/panel.h"

typedef struct ps_change {
    const ps_panel *panel;
    const ps_gene *gene;
    const ps_transcript *transcript;
    int minus;
    int32_t beg, end; /* oriented, half-open; beg == end is an insertion before beg */
    char *alt;        /* transcript strand */
    int32_t n_alt;
} ps_change;

/* Oriented base, transcript strand; 'N' where unknown. */
char ps_change_base(const ps_change *c, int32_t o);
/* Part i of the coding sequence, oriented. */
void ps_change_part(const ps_change *c, int i, int32_t *beg, int32_t *end);
/* Offset in the coding sequence of oriented place o, or -1 when o is not coding. */
int32_t ps_change_offset(const ps_change *c, int32_t o);
/* 1 when the whole change lies within one coding part; fills the replaced stretch [beg, end) of the sequence. */
int ps_change_in_cds(const ps_change *c, int32_t *beg, int32_t *end);

/* A text that grows in a field of fixed size; a piece that does not fit is replaced by '?'. */
typedef struct ps_field {
    char *out;
    size_t size, used;
} ps_field;
void ps_field_add(ps_field *field, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The "c." name. */
void ps_hgvs_coding(const ps_change *c, char *out, size_t size);

typedef enum {
    PS_PROTEIN_UNKNOWN,    /* p.?: splice site, flank, more than one part touched */
    PS_PROTEIN_START_LOST, /* p.Met1? */
    PS_PROTEIN_SAME,
    PS_PROTEIN_REPLACED, /* missense, deletion, insertion, duplication, deletion-insertion: in frame, no stop */
    PS_PROTEIN_STOP,     /* a premature stop, also behind inserted residues */
    PS_PROTEIN_FRAMESHIFT,
    PS_PROTEIN_EXTENDED, /* the stop is lost */
} ps_protein_kind;

/* What becomes of the protein: residues [first, first + n_gone) of `before` are replaced by `come`. */
typedef struct ps_protein {
    ps_protein_kind kind;
    char *before;   /* the whole protein, stop included */
    int first;      /* 0-based residue; for PS_PROTEIN_SAME the first touched codon */
    int n_gone;     /* for PS_PROTEIN_SAME the number of touched codons */
    char *come;     /* NULL: nothing */
    int duplicated; /* 1: `come` repeats the residues before `first` */
    int stop;       /* frameshift, extension: residues to the new stop as HGVS counts them; 0: none seen */
} ps_protein;

void ps_protein_of(const ps_change *c, ps_protein *protein);
void ps_protein_free(ps_protein *protein);
/* "p.Gly12Asp" (letters = 3) or "G12D" (letters = 1). */
void ps_hgvs_protein(const ps_protein *protein, int letters, char *out, size_t size);

#endif
