/* What a coding change does to the protein, and its "p." name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "hgvs.h"

/* The coding sequence with the change, followed by what is known of the 3' UTR (a lost stop, or a frameshift, reads
 * on into it). *n_coding: its length without the UTR. */
static char *changed_sequence(const ps_change *c, int32_t beg, int32_t end, int32_t *n_coding) {
    enum { MAX_TAIL = 300 };
    const ps_transcript *t = c->transcript;
    int32_t tail_beg = 0, ignored = 0, n = 0;
    char *out = ps_alloc((size_t)t->length + (size_t)c->n_alt + MAX_TAIL + 1, 1);
    memcpy(out, t->sequence, (size_t)beg);
    memcpy(out + beg, c->alt, (size_t)c->n_alt);
    memcpy(out + beg + c->n_alt, t->sequence + end, (size_t)(t->length - end));
    *n_coding = t->length - (end - beg) + c->n_alt;
    ps_change_part(c, t->n_cds - 1, &ignored, &tail_beg);
    for (int i = 0; i < c->gene->n_exons; i++) {
        int32_t exon_beg = c->minus ? -c->gene->exons[i].end0 : c->gene->exons[i].beg0;
        int32_t exon_end = c->minus ? -c->gene->exons[i].beg0 : c->gene->exons[i].end0;
        if (tail_beg - 1 < exon_beg || tail_beg - 1 >= exon_end)
            continue;
        for (int32_t o = tail_beg; o < exon_end && n < MAX_TAIL; o++) {
            char base = ps_change_base(c, o);
            if (base == 'N')
                break;
            out[*n_coding + n++] = base;
        }
    }
    return out;
}

/* Whole codons only; not stopped by a stop. */
static char *translate(const char *bases, size_t n) {
    char *out = ps_alloc(n / 3 + 1, 1);
    for (size_t i = 0; i + 3 <= n; i += 3)
        out[i / 3] = ps_amino_acid(ps_codon_code(bases + i));
    return out;
}

/* In frame: residues that differ, placed as far 3' as they go (the shared beginning is trimmed first). */
static void compare_in_frame(const char *after, ps_protein *p) {
    const char *before = p->before;
    size_t n = strlen(before), m = strlen(after), head = 0, tail = 0;
    while (before[head] && before[head] == after[head])
        head++;
    while (tail < n - head && tail < m - head && before[n - 1 - tail] == after[m - 1 - tail])
        tail++;
    p->kind = PS_PROTEIN_REPLACED;
    p->first = (int)head;
    p->n_gone = (int)(n - tail - head);
    p->come = ps_strndup(after + head, m - tail - head);
    char *stop = strchr(p->come, '*');
    if (stop) {
        stop[1] = '\0';
        p->kind = PS_PROTEIN_STOP;
    } else if (!p->n_gone) {
        size_t k = strlen(p->come);
        p->duplicated = k <= head && !strncmp(before + head - k, p->come, k);
    }
}

/* Out of frame, or through the stop: only the first changed residue and the way to the next stop are told. */
static void compare_reading_on(const char *after, ps_protein *p) {
    const char *before = p->before;
    size_t head = 0;
    while (before[head] && before[head] == after[head])
        head++;
    if (!before[head]) { /* the same protein up to its stop */
        p->kind = PS_PROTEIN_SAME;
        p->first = (int)head - 1;
        p->n_gone = 1;
        return;
    }
    if (!after[head])
        return; /* the known sequence ended first: p.? */
    const char *stop = strchr(after + head, '*');
    p->first = (int)head;
    p->n_gone = 1;
    p->come = ps_strndup(after + head, 1);
    p->stop = stop ? (int)(stop - (after + head)) : 0;
    if (before[head] == '*') {
        p->kind = PS_PROTEIN_EXTENDED; /* the first residue behind the old stop counts 1 */
    } else if (after[head] == '*') {
        p->kind = PS_PROTEIN_STOP;
    } else {
        p->kind = PS_PROTEIN_FRAMESHIFT;
        p->stop += stop != NULL; /* the first changed residue counts 1 */
    }
}

static int only_bases(const char *s) {
    return s[strspn(s, "ACGT")] == '\0';
}

static int start_is_touched(const ps_change *c) {
    for (int32_t o = c->beg; o < c->end; o++) {
        int32_t offset = ps_change_offset(c, o);
        if (offset >= 0 && offset < 3)
            return 1;
    }
    return 0;
}

/* `sequence`: the changed coding sequence, n_coding bases, and what is known behind it. */
static void compare(const ps_change *c, const char *sequence, int32_t n_coding, int32_t beg, int32_t end,
                    ps_protein *p) {
    int in_frame = (c->n_alt - (end - beg)) % 3 == 0;
    /* In frame and the stop codon untouched: nothing behind the coding sequence can matter. */
    int reads_on = !in_frame || end > c->transcript->length - 3;
    char *after = translate(sequence, reads_on ? strlen(sequence) : (size_t)n_coding);
    if (reads_on)
        compare_reading_on(after, p);
    else if (strcmp(p->before, after))
        compare_in_frame(after, p);
    else
        p->kind = PS_PROTEIN_SAME;
    if (in_frame && p->kind == PS_PROTEIN_SAME) {
        p->first = beg / 3;
        p->n_gone = (end > beg ? end - 1 : end) / 3 - beg / 3 + 1;
    } else if (in_frame && p->kind == PS_PROTEIN_FRAMESHIFT) {
        p->kind = PS_PROTEIN_UNKNOWN; /* residues before the stop and the stop too: no one name says both */
    }
    free(after);
}

void ps_protein_of(const ps_change *c, ps_protein *p) {
    const ps_transcript *t = c->transcript;
    int32_t beg = 0, end = 0, n_coding = 0;
    *p = (ps_protein){.kind = PS_PROTEIN_UNKNOWN, .before = translate(t->sequence, (size_t)t->length)};
    if (!only_bases(c->alt))
        return;
    if (!ps_change_in_cds(c, &beg, &end)) {
        if (start_is_touched(c))
            p->kind = PS_PROTEIN_START_LOST;
        return;
    }
    char *sequence = changed_sequence(c, beg, end, &n_coding);
    if (beg < 3 && strncmp(sequence, "ATG", 3))
        p->kind = PS_PROTEIN_START_LOST;
    else
        compare(c, sequence, n_coding, beg, end, p);
    free(sequence);
}

void ps_protein_free(ps_protein *p) {
    free(p->before);
    free(p->come);
    *p = (ps_protein){0};
}

/* ---- names ----------------------------------------------------------------------------------------------------- */

static void add_residue(ps_field *f, int letters, char aa) {
    if (letters == 3)
        ps_field_add(f, "%s", ps_amino_acid_three(aa));
    else
        ps_field_add(f, "%c", aa);
}

/* As one piece: a half-written sequence would name another protein. */
static void add_residues(ps_field *f, int letters, const char *residues) {
    size_t n = strlen(residues), used = 0;
    char *text = ps_alloc(3 * n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        if (letters == 3)
            memcpy(text + used, ps_amino_acid_three(residues[i]), 3);
        else
            text[used] = residues[i];
        used += (size_t)letters;
    }
    ps_field_add(f, "%s", text);
    free(text);
}

/* Residues `from` to `to`, 0-based: "Gly12", "Gly12_Gly13". */
static void add_place(ps_field *f, int letters, const ps_protein *p, int from, int to) {
    add_residue(f, letters, p->before[from]);
    ps_field_add(f, "%d", from + 1);
    if (to <= from)
        return;
    ps_field_add(f, "_");
    add_residue(f, letters, p->before[to]);
    ps_field_add(f, "%d", to + 1);
}

static void add_count(ps_field *f, int n) {
    if (n)
        ps_field_add(f, "%d", n);
    else
        ps_field_add(f, "?");
}

static void add_replacement(ps_field *f, int letters, const ps_protein *p) {
    int n_come = (int)strlen(p->come), last = p->first + p->n_gone - 1;
    if (p->come[0] == '*' || (p->n_gone == 1 && n_come == 1)) { /* nonsense is named so, however the bases made it */
        add_place(f, letters, p, p->first, p->first);
        add_residue(f, letters, p->come[0]);
    } else if (p->duplicated) {
        add_place(f, letters, p, p->first - n_come, p->first - 1);
        ps_field_add(f, "dup");
    } else if (!p->n_gone) {
        add_place(f, letters, p, p->first - 1, p->first);
        ps_field_add(f, "ins");
        add_residues(f, letters, p->come);
    } else {
        add_place(f, letters, p, p->first, last);
        ps_field_add(f, n_come ? "delins" : "del");
        add_residues(f, letters, p->come);
    }
}

void ps_hgvs_protein(const ps_protein *p, int letters, char *out, size_t size) {
    ps_field f = {out, size, 0};
    out[0] = '\0';
    if (letters == 3)
        ps_field_add(&f, "p.");
    switch (p->kind) {
    case PS_PROTEIN_UNKNOWN:
        ps_field_add(&f, "?");
        break;
    case PS_PROTEIN_START_LOST:
        add_place(&f, letters, p, 0, 0);
        ps_field_add(&f, "?");
        break;
    case PS_PROTEIN_SAME:
        add_place(&f, letters, p, p->first, p->first + p->n_gone - 1);
        ps_field_add(&f, "=");
        break;
    case PS_PROTEIN_REPLACED:
    case PS_PROTEIN_STOP:
        add_replacement(&f, letters, p);
        break;
    case PS_PROTEIN_FRAMESHIFT:
        add_place(&f, letters, p, p->first, p->first);
        if (letters == 1) {
            ps_field_add(&f, "fs");
            break;
        }
        add_residue(&f, letters, p->come[0]);
        ps_field_add(&f, "fsTer");
        add_count(&f, p->stop);
        break;
    case PS_PROTEIN_EXTENDED:
        add_place(&f, letters, p, p->first, p->first);
        add_residue(&f, letters, p->come[0]);
        ps_field_add(&f, letters == 3 ? "extTer" : "ext*");
        add_count(&f, p->stop);
        break;
    }
}
