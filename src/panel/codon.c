/* Codons and the standard genetic code (NCBI translation table 1). */
#include <string.h>

#include "plasmastrat/panel.h"

static int base_code(char base) {
    switch (base) {
    case 'A':
        return 0;
    case 'C':
        return 1;
    case 'G':
        return 2;
    case 'T':
        return 3;
    default:
        return -1;
    }
}

int ps_codon_code(const char *bases) {
    int code = 0;
    for (int i = 0; i < 3; i++) {
        int b = base_code(bases[i]);
        if (b < 0)
            return -1;
        code = 4 * code + b;
    }
    return code;
}

void ps_codon_bases(int code, char bases[4]) {
    for (int i = 0; i < 3; i++)
        bases[i] = "ACGT"[(code >> (4 - 2 * i)) & 3];
    bases[3] = '\0';
}

char ps_amino_acid(int code) {
    /* AAA AAC AAG AAT, ACA ..., first base slowest, in the order A C G T */
    static const char table[] = "KNKNTTTTRSRSIIMI"
                                "QHQHPPPPRRRRLLLL"
                                "EDEDAAAAGGGGVVVV"
                                "*Y*YSSSS*CWCLFLF";
    return code >= 0 && code < 64 ? table[code] : 'X';
}

const char *ps_amino_acid_three(char aa) {
    static const struct {
        char one;
        const char *three;
    } names[] = {{'A', "Ala"}, {'R', "Arg"}, {'N', "Asn"}, {'D', "Asp"}, {'C', "Cys"}, {'Q', "Gln"}, {'E', "Glu"},
                 {'G', "Gly"}, {'H', "His"}, {'I', "Ile"}, {'L', "Leu"}, {'K', "Lys"}, {'M', "Met"}, {'F', "Phe"},
                 {'P', "Pro"}, {'S', "Ser"}, {'T', "Thr"}, {'W', "Trp"}, {'Y', "Tyr"}, {'V', "Val"}, {'*', "Ter"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].one == aa)
            return names[i].three;
    return "Xaa";
}

char ps_complement(char base) {
    switch (base) {
    case 'A':
        return 'T';
    case 'C':
        return 'G';
    case 'G':
        return 'C';
    case 'T':
        return 'A';
    default:
        return 'N';
    }
}
