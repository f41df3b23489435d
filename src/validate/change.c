#include "change.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

static const char residues[] = "ACDEFGHIKLMNPQRSTVWY*";

/* Three-letter residues to one-letter ones; all else as it is. */
static void one_letter(const char *text, char *out, size_t size) {
    size_t used = 0;
    while (*text && used + 1 < size) {
        const char *aa = residues;
        while (*aa && strncmp(ps_amino_acid_three(*aa), text, 3) != 0)
            aa++;
        out[used++] = *aa ? *aa : *text;
        text += *aa ? 3 : 1;
    }
    out[used] = '\0';
}

static int number_at(const char **text) {
    long n = strtol(*text, NULL, 10);
    *text += strspn(*text, "0123456789");
    return n > 0 && n < 100000 ? (int)n : 0;
}

/* Bases that must change for a residue to become another one. */
static int fewest_bases(int reference, char to) {
    int fewest = 4;
    for (int code = 0; code < 64; code++) {
        int bases = 0;
        for (int shift = 0; shift < 6; shift += 2)
            bases += (code >> shift & 3) != (reference >> shift & 3);
        if (ps_amino_acid(code) == to && bases < fewest)
            fewest = bases;
    }
    return fewest;
}

/* "G12" at *text: the residue must be the gene's. Returns the codon's id, or -1. */
static int read_residue(const ps_panel *panel, int gene, const char **text, int *number, char *why, size_t why_size) {
    const char *at = *text + 1;
    char aa = **text;
    if (!aa || !strchr(residues, aa) || !isdigit((unsigned char)*at)) {
        snprintf(why, why_size, "expected a change such as G12D, p.Gly12Asp, G12_G13insG or c.35G>A");
        return -1;
    }
    *number = number_at(&at);
    int id = ps_panel_codon(panel, gene, *number);
    *text = at;
    if (id >= 0 && ps_amino_acid(panel->codons[id].ref) == aa)
        return id;
    if (id < 0)
        snprintf(why, why_size, "%s has no residue %d", panel->genes[gene].name, *number);
    else
        snprintf(why, why_size, "residue %d of %s is %c, not %c", *number, panel->genes[gene].name,
                 ps_amino_acid(panel->codons[id].ref), aa);
    return -1;
}

static int all_residues(const char *text) {
    return *text && strspn(text, residues) == strlen(text);
}

/* What stands behind the residues `first` to `last`. */
static int read_ending(const ps_panel *panel, int id, int first, int last, const char *text, ps_change_kind *kind) {
    int single = first == last;
    *kind = PS_CHANGE_INDEL;
    if (!strcmp(text, "del") || !strcmp(text, "dup") || (single && !strncmp(text, "fs", 2)))
        return 0;
    if (!strncmp(text, "delins", 6) && all_residues(text + 6)) {
        if ((int)strlen(text + 6) == last - first + 1)
            *kind = PS_CHANGE_MULTI_BASE;
        return 0;
    }
    if (!strncmp(text, "ins", 3) && all_residues(text + 3))
        return last == first + 1 ? 0 : -1;
    if (!single || strlen(text) != 1 || !strchr(residues, *text))
        return -1;
    int bases = fewest_bases(panel->codons[id].ref, *text);
    *kind = bases == 1 ? PS_CHANGE_SUBSTITUTION : PS_CHANGE_MULTI_BASE;
    return bases ? 0 : -1;
}

static int read_protein(const ps_panel *panel, int gene, ps_expected_variant *v, char *why, size_t why_size) {
    const char *at = v->change;
    int first = 0, last = 0, id = read_residue(panel, gene, &at, &first, why, why_size);
    if (id < 0)
        return -1;
    last = first;
    if (*at == '_') {
        at++;
        if (read_residue(panel, gene, &at, &last, why, why_size) < 0)
            return -1;
    }
    v->codon = first;
    if (last >= first && read_ending(panel, id, first, last, at, &v->kind) == 0)
        return 0;
    snprintf(why, why_size,
             "expected another residue, del, dup, ins or delins behind the place, as in G12D or G12_G13insG");
    return -1;
}

/* "c.35G>A", "c.34_35delinsTT", "c.179_180insGGG" */
static int read_coding(ps_expected_variant *v, char *why, size_t why_size) {
    const char *at = v->change + 2;
    int first = number_at(&at), last = first;
    if (*at == '_') {
        at++;
        last = number_at(&at);
    }
    size_t bases = strspn(at, "ACGT");
    v->codon = (first + 2) / 3;
    v->kind = PS_CHANGE_INDEL;
    if (first && bases == 1 && at[1] == '>' && strspn(at + 2, "ACGT") == 1 && !at[3])
        v->kind = PS_CHANGE_SUBSTITUTION;
    else if (first && !strncmp(at, "delins", 6) && at[6] && strspn(at + 6, "ACGT") == strlen(at + 6))
        v->kind = (int)strlen(at + 6) == last - first + 1 ? PS_CHANGE_MULTI_BASE : PS_CHANGE_INDEL;
    else if (!first || last < first ||
             (strncmp(at, "del", 3) != 0 && strncmp(at, "dup", 3) != 0 && strncmp(at, "ins", 3) != 0)) {
        snprintf(why, why_size, "expected a change such as c.35G>A, c.34_35delinsTT or c.179_180insGGG");
        return -1;
    }
    return 0;
}

int validate_read_change(const ps_panel *panel, int gene, const char *text, ps_expected_variant *v, char *why,
                         size_t why_size) {
    if (strlen(text) >= sizeof v->change) {
        snprintf(why, why_size, "expected a change of at most %zu letters", sizeof v->change - 1);
        return -1;
    }
    if (!strncmp(text, "c.", 2)) {
        snprintf(v->change, sizeof v->change, "%s", text);
        return read_coding(v, why, why_size);
    }
    one_letter(!strncmp(text, "p.", 2) ? text + 2 : text, v->change, sizeof v->change);
    return read_protein(panel, gene, v, why, why_size);
}
