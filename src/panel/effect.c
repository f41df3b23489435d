/* Names and weighs one change: trim, shift 3', choose the transcript, name it, give it a tier. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "hgvs.h"
#include "internal.h"

const char *const ps_tier_names[PS_N_TIERS] = {"uncertain", "synonymous", "likely-activating", "hotspot"};

/* ---- the change ------------------------------------------------------------------------------------------------ */

static const ps_locus *locus_touched(const ps_panel *panel, int contig, int32_t beg0, int32_t end0) {
    for (int l = 0; l < panel->n_loci; l++) {
        const ps_locus *locus = &panel->loci[l];
        for (int w = 0; locus->contig == contig && w < locus->n_windows; w++) {
            const ps_span *s = &locus->windows[w];
            if (beg0 == end0 ? beg0 >= s->beg0 && beg0 <= s->end0 : beg0 < s->end0 && end0 > s->beg0)
                return locus;
        }
    }
    return NULL;
}

static int same_base(const ps_change *c, int32_t o, char base) {
    return base != 'N' && ps_change_base(c, o) == base;
}

static void drop_first(ps_change *c) {
    memmove(c->alt, c->alt + 1, (size_t)c->n_alt);
    c->n_alt--;
    c->beg++;
}

static void trim(ps_change *c) {
    while (c->n_alt && c->end > c->beg && same_base(c, c->end - 1, c->alt[c->n_alt - 1])) {
        c->alt[--c->n_alt] = '\0';
        c->end--;
    }
    while (c->n_alt && c->end > c->beg && same_base(c, c->beg, c->alt[0]))
        drop_first(c);
}

/* HGVS 3' rule. It stops where the panel's sequence ends; a base outside the windows is N and equals nothing. */
static void shift_3prime(ps_change *c) {
    while (!c->n_alt && c->end > c->beg && same_base(c, c->end, ps_change_base(c, c->beg))) {
        c->beg++;
        c->end++;
    }
    while (c->n_alt && c->end == c->beg && same_base(c, c->beg, c->alt[0])) {
        char first = c->alt[0];
        memmove(c->alt, c->alt + 1, (size_t)c->n_alt - 1);
        c->alt[c->n_alt - 1] = first;
        c->beg++;
        c->end++;
    }
}

static char *oriented_alt(const char *alt, int minus) {
    size_t n = strlen(alt);
    char *out = ps_strdup(alt);
    for (size_t i = 0; minus && i < n; i++)
        out[i] = ps_complement(alt[n - 1 - i]);
    return out;
}

/* Bases between the change and the nearest coding base of the transcript; 0: touches it. */
static int32_t distance_to_cds(const ps_change *c) {
    int32_t nearest = INT32_MAX;
    for (int i = 0; i < c->transcript->n_cds; i++) {
        int32_t beg, end, distance = 0;
        ps_change_part(c, i, &beg, &end);
        if (c->end <= beg)
            distance = beg - c->end + 1;
        else if (c->beg >= end)
            distance = c->beg - end + 1;
        nearest = distance < nearest ? distance : nearest;
    }
    return nearest;
}

/* The first transcript in table order whose coding sequence holds the change; else the nearest, first in order. */
static int choose_transcript(ps_change *c, int gene) {
    int chosen = -1;
    int32_t best = INT32_MAX, ignored;
    for (int i = 0; i < c->panel->n_transcripts; i++) {
        if (c->panel->transcripts[i].gene != gene)
            continue;
        c->transcript = &c->panel->transcripts[i];
        if (ps_change_in_cds(c, &ignored, &ignored))
            return i;
        int32_t distance = distance_to_cds(c);
        if (chosen < 0 || distance < best) {
            best = distance;
            chosen = i;
        }
    }
    c->transcript = &c->panel->transcripts[chosen]; /* a locus always has a transcript */
    return chosen;
}

/* ---- the tier -------------------------------------------------------------------------------------------------- */

static int is_hotspot(const ps_panel *panel, int transcript, int residue) {
    int id = ps_codon_of_transcript(panel, transcript, residue + 1);
    return id >= 0 && panel->codons[id].hotspot;
}

static int changes_a_hotspot(const ps_panel *panel, int transcript, const ps_protein *p) {
    int n_come = (int)strlen(p->come);
    if (!p->n_gone) { /* an insertion pushes its neighbours apart, a duplication repeats its own residues */
        for (int r = p->first - (p->duplicated ? n_come : 1); r <= p->first; r++)
            if (is_hotspot(panel, transcript, r))
                return 1;
        return 0;
    }
    for (int i = 0; i < p->n_gone; i++) {
        int unchanged = p->n_gone == n_come && p->before[p->first + i] == p->come[i];
        if (!unchanged && is_hotspot(panel, transcript, p->first + i))
            return 1;
    }
    return 0;
}

static ps_tier tier_of(const ps_panel *panel, const ps_effect *e, const ps_protein *p) {
    if (p->kind == PS_PROTEIN_SAME)
        return PS_TIER_SYNONYMOUS;
    if (p->kind !=
        PS_PROTEIN_REPLACED) /* a truncated protein cannot signal; what is not predictable is not counted */
        return PS_TIER_UNCERTAIN;
    for (int i = 0; i < panel->n_activating; i++)
        if (panel->activating[i].gene == e->gene && !strcmp(panel->activating[i].protein, e->protein))
            return PS_TIER_HOTSPOT;
    return changes_a_hotspot(panel, e->transcript, p) ? PS_TIER_LIKELY : PS_TIER_UNCERTAIN;
}

/* ---- the effect ------------------------------------------------------------------------------------------------ */

/* 1-based number of the first changed codon; 0 when no coding base is touched. */
static int first_codon(const ps_change *c, const ps_protein *p) {
    switch (p->kind) {
    case PS_PROTEIN_START_LOST:
        return 1;
    case PS_PROTEIN_UNKNOWN:
        for (int32_t o = c->beg; o < c->end; o++)
            if (ps_change_offset(c, o) >= 0)
                return ps_change_offset(c, o) / 3 + 1;
        return 0;
    case PS_PROTEIN_REPLACED:
    case PS_PROTEIN_STOP:
        if (p->n_gone || p->come[0] == '*')
            return p->first + 1;
        return p->duplicated ? p->first - (int)strlen(p->come) + 1 : p->first;
    default:
        return p->first + 1;
    }
}

static void name_change(ps_change *c, ps_effect *effect) {
    ps_protein protein;
    ps_hgvs_coding(c, effect->hgvs_c, sizeof effect->hgvs_c);
    if (!c->n_alt && c->beg == c->end) { /* replaced by itself */
        strcpy(effect->hgvs_p, "p.=");
        strcpy(effect->protein, "=");
        effect->tier = PS_TIER_SYNONYMOUS;
        return;
    }
    ps_protein_of(c, &protein);
    ps_hgvs_protein(&protein, 3, effect->hgvs_p, sizeof effect->hgvs_p);
    ps_hgvs_protein(&protein, 1, effect->protein, sizeof effect->protein);
    effect->codon = first_codon(c, &protein);
    effect->codon_id = ps_codon_of_transcript(c->panel, effect->transcript, effect->codon);
    effect->tier = tier_of(c->panel, effect, &protein);
    ps_protein_free(&protein);
}

int ps_effect_of(const ps_panel *panel, int contig, int32_t beg0, int32_t end0, const char *alt, ps_effect *effect) {
    *effect = (ps_effect){.gene = -1, .transcript = -1, .codon_id = -1};
    const ps_locus *locus = locus_touched(panel, contig, beg0, end0);
    if (!locus)
        return 1;
    const ps_gene *gene = &panel->genes[locus->gene];
    int minus = gene->strand == '-';
    ps_change c = {.panel = panel,
                   .gene = gene,
                   .minus = minus,
                   .beg = minus ? -end0 : beg0,
                   .end = minus ? -beg0 : end0,
                   .alt = oriented_alt(alt, minus),
                   .n_alt = (int32_t)strlen(alt)};
    trim(&c);
    shift_3prime(&c);
    effect->gene = locus->gene;
    effect->transcript = choose_transcript(&c, locus->gene);
    name_change(&c, effect);
    free(c.alt);
    return 0;
}
