/* find.c - looking things up in a panel. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

int ps_panel_contig(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_contigs; i++)
        for (int style = 0; style < PS_N_STYLES; style++)
            if (panel->contigs[i].name[style] && !strcmp(panel->contigs[i].name[style], name))
                return i;
    return -1;
}

int ps_panel_gene(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_genes; i++)
        if (!strcmp(panel->genes[i].name, name))
            return i;
    return -1;
}

int ps_panel_codon(const ps_panel *panel, int gene, int number) {
    const ps_locus *locus = gene < 0 ? NULL : ps_locus_of_gene(panel, gene);
    for (int i = locus ? locus->codon_beg : 0; locus && i < locus->codon_end; i++)
        if (panel->codons[i].number == number)
            return i;
    return -1;
}

int ps_panel_model(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_models; i++)
        if (!strcmp(panel->models[i].name, name))
            return i;
    return -1;
}

int ps_panel_gene_by_id(const ps_panel *panel, const char *id, size_t length) {
    char key[64];
    if (length == 0 || length + 3 > sizeof key || memchr(id, '|', length))
        return -1;
    snprintf(key, sizeof key, "|%.*s|", (int)length, id);
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].ids && strstr(panel->genes[i].ids, key))
            return i;
    return -1;
}

int ps_panel_filter_passes(const ps_panel *panel, const char *token) {
    if (!strcmp(token, "PASS") || !strcmp(token, "."))
        return 1;
    for (int i = 0; i < panel->n_passing_filters; i++)
        if (!strcmp(panel->passing_filters[i], token))
            return 1;
    return 0;
}
