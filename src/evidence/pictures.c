#include "pictures.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

enum { LONGEST_INSERT = 20 }; /* bases of an insertion that are written out */

void ps_picture_span(const ps_locus *locus, const ps_codon *codon, int32_t *beg, int32_t *end) {
    int32_t low = codon->target[0], high = codon->target[0];
    for (int k = 1; k < 3; k++) {
        low = codon->target[k] < low ? codon->target[k] : low;
        high = codon->target[k] > high ? codon->target[k] : high;
    }
    *beg = low > PS_PICTURE_FLANK ? low - PS_PICTURE_FLANK : 0;
    *end = high + 1 + PS_PICTURE_FLANK < locus->n_targets ? high + 1 + PS_PICTURE_FLANK : locus->n_targets;
    if (*end - *beg > PS_PICTURE_COLUMNS)
        *end = *beg + PS_PICTURE_COLUMNS;
}

/* ---- a fragment as text ---------------------------------------------------------------------------------------- */

static char letter_of(uint8_t code, int minus, int lowest_quality) {
    switch (code) {
    case PS_ABSENT:
        return '.';
    case PS_UNUSABLE:
        return 'N';
    case PS_CONFLICT:
        return '?';
    case PS_DELETED:
        return '-';
    default:
        break;
    }
    char base = "ACGT"[minus ? 3 - (code >> 6) : code >> 6];
    return (code & PS_SPECIAL) < lowest_quality ? (char)tolower(base) : base;
}

/* "(ACG)" on the coding strand. */
static size_t put_insert(char *to, const char *alt, int minus) {
    size_t length = strlen(alt), shown = length < LONGEST_INSERT ? length : LONGEST_INSERT, n = 0;
    to[n++] = '(';
    for (size_t i = 0; i < shown; i++) {
        char base = minus ? ps_complement(alt[length - 1 - i]) : alt[i];
        to[n++] = base && strchr("ACGT", base) ? base : 'N';
    }
    if (shown < length)
        to[n++] = '+';
    to[n++] = ')';
    return n;
}

/* Insertions before target t of the plus strand. */
static size_t put_inserts(char *to, const ps_pictures *p, const ps_slice *s, int32_t t, int minus) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_indel; i++)
        if (s->indel[i].beg0 == p->locus->pos0[t] && s->indel[i].alt[0])
            n += put_insert(to + n, s->indel[i].alt, minus);
    return n;
}

static char *text_of(const ps_pictures *p, const ps_codon *codon, const ps_slice *s) {
    int minus = p->panel->genes[p->locus->gene].strand == '-';
    int lowest = (int)p->panel->limits.min_base_quality;
    int32_t beg, end;
    ps_picture_span(p->locus, codon, &beg, &end);
    char *text = ps_alloc((size_t)(end - beg) + s->n_indel * (LONGEST_INSERT + 3) + 1, 1);
    size_t n = 0;
    for (int32_t i = 0; i < end - beg; i++) {
        int32_t t = minus ? end - 1 - i : beg + i;
        if (s->n_indel && !minus)
            n += put_inserts(text + n, p, s, t, 0);
        text[n++] = letter_of(ps_slice_at(s, t), minus, lowest);
        if (s->n_indel && minus)
            n += put_inserts(text + n, p, s, t, 1);
    }
    return text;
}

/* ---- piles ----------------------------------------------------------------------------------------------------- */

void ps_pictures_init(const ps_panel *panel, const ps_locus *locus, ps_pictures *p) {
    *p = (ps_pictures){.panel = panel, .locus = locus};
    p->pile_of = ps_alloc((size_t)(locus->codon_end - locus->codon_beg) * PS_N_HAPS, sizeof *p->pile_of);
}

static int compare(const ps_picture_row *a, const ps_picture_row *b) {
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    int texts = strcmp(a->text, b->text);
    return texts ? texts : a->side - b->side;
}

void ps_pictures_add(ps_pictures *p, int32_t codon, int hap, uint64_t order, const ps_slice *s) {
    uint32_t *at = &p->pile_of[(size_t)(codon - p->locus->codon_beg) * PS_N_HAPS + (size_t)hap];
    if (!*at) {
        PS_GROW(p->pile, p->n, p->capacity);
        p->pile[p->n] = (ps_picture_pile){0};
        *at = (uint32_t)++p->n;
    }
    ps_picture_pile *pile = &p->pile[*at - 1];
    if (pile->n == PS_PICTURE_ROWS && order > pile->row[pile->n - 1].order)
        return;
    ps_picture_row row = {.codon = codon, .hap = (uint8_t)hap, .side = s->side, .order = order};
    row.text = text_of(p, &p->panel->codons[codon], s);
    int i = pile->n;
    if (pile->n < PS_PICTURE_ROWS) {
        pile->n++;
    } else if (compare(&row, &pile->row[--i]) < 0) {
        free(pile->row[i].text);
    } else {
        free(row.text);
        return;
    }
    for (; i > 0 && compare(&row, &pile->row[i - 1]) < 0; i--)
        pile->row[i] = pile->row[i - 1];
    pile->row[i] = row;
}

static void move_pile(ps_picture_pile *pile, ps_read_evidence *part, size_t *capacity) {
    for (int i = 0; i < pile->n; i++) {
        PS_GROW(part->codons.picture, part->codons.n_picture, *capacity);
        part->codons.picture[part->codons.n_picture++] = pile->row[i];
    }
    pile->n = 0;
}

void ps_pictures_finish(ps_pictures *p, ps_read_evidence *part) {
    size_t capacity = 0;
    for (int32_t codon = p->locus->codon_beg; codon < p->locus->codon_end; codon++) {
        const uint32_t *at = &p->pile_of[(size_t)(codon - p->locus->codon_beg) * PS_N_HAPS];
        for (int hap = 0; hap < PS_N_HAPS; hap++)
            if (at[hap])
                move_pile(&p->pile[at[hap] - 1], part, &capacity);
    }
    for (size_t i = 0; i < p->n; i++)
        for (int k = 0; k < p->pile[i].n; k++)
            free(p->pile[i].row[k].text);
    free(p->pile);
    free(p->pile_of);
    *p = (ps_pictures){0};
}
