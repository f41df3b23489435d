/* molecule_rows.c - molecules as rows of the evidence file: one a molecule, one a change that its fragments show. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence.h"
#include "plasmastrat/spelling.h"
#include "columns.h"
#include "private.h"

typedef struct flat_molecule {
    int32_t window, left0, right0, codon_beg, codon_end;
    uint64_t hash;
    uint64_t umi; /* PS_UMI_*, and the letters times four */
    uint32_t f1r2, f2r1;
    char *reference; /* fragments with the reference, codon after codon: "12x1,0,3x2"; NULL: no codon */
} flat_molecule;

typedef struct flat_change {
    int32_t molecule, codon;
    uint8_t hap;
    uint64_t allele, quality;
    uint32_t n, at_end, clutter;
} flat_change;

typedef struct flat_family { /* of one that names its UMI */
    int32_t molecule;
    uint64_t umi;
} flat_family;

enum { MOST_PLACE = INT32_MAX - 1, MOST_WINDOW = 1 << 20, MOST_CODON = 1 << 20 };

static const ps_column molecule_columns[] = {
    PS_COLUMN_STEPS(flat_molecule, window, I32, 0, MOST_WINDOW),
    PS_COLUMN(flat_molecule, hash, HEX, 0, 0),
    PS_COLUMN(flat_molecule, left0, I32, -1, MOST_PLACE),
    PS_COLUMN(flat_molecule, right0, I32, -1, MOST_PLACE),
    PS_COLUMN(flat_molecule, umi, U64, 0, (INT64_C(1) << (3 * PS_UMI_LETTERS + 2)) - 1),
    PS_COLUMN(flat_molecule, f1r2, U32, 0, PS_MOST_COUNT),
    PS_COLUMN(flat_molecule, f2r1, U32, 0, PS_MOST_COUNT),
    PS_COLUMN(flat_molecule, codon_beg, I32, 0, MOST_CODON),
    PS_COLUMN(flat_molecule, codon_end, I32, 0, MOST_CODON),
    PS_COLUMN(flat_molecule, reference, TEXT, 0, 0),
};
static const ps_column change_columns[] = {
    PS_COLUMN_STEPS(flat_change, molecule, I32, 0, MOST_PLACE),
    PS_COLUMN(flat_change, codon, I32, 0, PS_ID_CODON),
    PS_COLUMN(flat_change, hap, U8, 0, PS_N_HAPS - 1),
    PS_COLUMN(flat_change, allele, HEX, 0, 0),
    PS_COLUMN(flat_change, n, U32, 1, PS_MOST_COUNT),
    PS_COLUMN(flat_change, quality, U64, 0, PS_MOST_RECORDS),
    PS_COLUMN(flat_change, at_end, U32, 0, PS_MOST_COUNT),
    PS_COLUMN(flat_change, clutter, U32, 0, PS_MOST_COUNT),
};
static const ps_column family_columns[] = {
    PS_COLUMN_STEPS(flat_family, molecule, I32, 0, MOST_PLACE),
    PS_COLUMN(flat_family, umi, U64, 1, (INT64_C(1) << 3 * PS_UMI_LETTERS) - 1),
};
static const ps_columns_of molecule_kind = PS_ROWS_OF("molecules", flat_molecule, molecule_columns),
                           change_kind = PS_ROWS_OF("changes", flat_change, change_columns),
                           family_kind = PS_ROWS_OF("family_umis", flat_family, family_columns);

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* Runs of one number are written once. */
static char *text_of(const ps_molecule *m) {
    int32_t n = m->codon_end - m->codon_beg;
    ps_pen pen = {0};
    for (int32_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && m->reference[to] == m->reference[i]; to++)
            ;
        if (i)
            ps_put(&pen, ",");
        if (to - i > 1) {
            ps_put_integer(&pen, to - i);
            ps_put(&pen, "x");
        }
        ps_put_integer(&pen, m->reference[i]);
    }
    char *text = pen.n ? ps_strndup(pen.text, pen.n) : NULL;
    free(pen.text);
    return text;
}

static int32_t place_of(int32_t end0) {
    return end0 == PS_END_UNKNOWN ? -1 : end0;
}

static void flatten_changes(const ps_molecules *molecules, size_t i, flat_change *change, size_t *n) {
    const ps_molecule *m = &molecules->row[i];
    for (size_t k = 0; k < m->n_word; k++) {
        const ps_molecule_word *w = &m->word[k];
        change[(*n)++] = (flat_change){.molecule = (int32_t)i,
                                       .codon = w->codon,
                                       .hap = w->hap,
                                       .allele = w->allele,
                                       .quality = w->quality,
                                       .n = w->n,
                                       .at_end = w->flagged[0],
                                       .clutter = w->flagged[1]};
    }
}

static void write_families(const ps_molecules *molecules, ps_pen *pen) {
    flat_family *family = ps_alloc(molecules->n + 1, sizeof *family);
    size_t n = 0;
    for (size_t i = 0; i < molecules->n; i++)
        if (molecules->row[i].key.family_umi)
            family[n++] = (flat_family){(int32_t)i, molecules->row[i].key.family_umi};
    if (n)
        ps_put_rows(pen, &family_kind, family, n);
    free(family);
}

void ps_molecules_write(const ps_molecules *molecules, ps_pen *pen) {
    size_t n_changes = 0, n = 0;
    for (size_t i = 0; i < molecules->n; i++)
        n_changes += molecules->row[i].n_word;
    flat_molecule *row = ps_alloc(molecules->n + 1, sizeof *row);
    flat_change *change = ps_alloc(n_changes + 1, sizeof *change);
    for (size_t i = 0; i < molecules->n; i++) {
        const ps_molecule *m = &molecules->row[i];
        row[i] = (flat_molecule){.window = m->window,
                                 .left0 = place_of(m->key.end0[0]),
                                 .right0 = place_of(m->key.end0[1]),
                                 .codon_beg = m->codon_beg,
                                 .codon_end = m->codon_end,
                                 .hash = m->key.hash,
                                 .umi = m->key.umi | m->key.letters << 2,
                                 .f1r2 = m->copies[PS_F1R2],
                                 .f2r1 = m->copies[PS_F2R1],
                                 .reference = text_of(m)};
        flatten_changes(molecules, i, change, &n);
    }
    ps_put_rows(pen, &molecule_kind, row, molecules->n);
    ps_put_rows(pen, &change_kind, change, n_changes);
    write_families(molecules, pen);
    for (size_t i = 0; i < molecules->n; i++)
        free(row[i].reference);
    free(row);
    free(change);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* -1 when the text does not give a number for each of n codons. */
static int read_reference(const char *text, int32_t n, uint32_t *reference) {
    int32_t at = 0;
    for (const char *from = text ? text : ""; *from;) {
        char *end;
        long long times = 1, value = strtoll(from, &end, 10);
        if (end != from && *end == 'x') {
            times = value;
            from = end + 1;
            value = strtoll(from, &end, 10);
        }
        if (end == from || value < 0 || value > PS_MOST_COUNT || times < 1 || times > n - at || (*end && *end != ','))
            return -1;
        while (times--)
            reference[at++] = (uint32_t)value;
        from = *end ? end + 1 : end;
    }
    return at == n ? 0 : -1;
}

static void take_row(ps_scan *scan, const flat_molecule *row, ps_molecule *m) {
    int32_t n = row->codon_end - row->codon_beg, windows = ps_n_windows(scan->panel);
    if (row->window >= windows || n < 0 || row->codon_end > scan->panel->n_codons || !(row->hash >> 63 == 0)) {
        ps_scan_fail(scan, "codons %d to %d of window %d, expected codons and windows of the panel",
                     (int)row->codon_beg, (int)row->codon_end, (int)row->window);
        return;
    }
    *m = (ps_molecule){
        .window = row->window,
        .key = {.hash = row->hash, .end0 = {row->left0, row->right0}, .umi = row->umi & 3, .letters = row->umi >> 2},
        .copies = {row->f1r2, row->f2r1},
        .codon_beg = row->codon_beg,
        .codon_end = row->codon_end};
    for (int k = 0; k < 2; k++)
        m->key.end0[k] = m->key.end0[k] < 0 ? PS_END_UNKNOWN : m->key.end0[k];
    if (n)
        m->reference = ps_alloc((size_t)n, sizeof *m->reference);
    if (read_reference(row->reference, n, m->reference) < 0)
        ps_scan_fail(scan, "'%.40s', expected numbers for %d codon%s", row->reference ? row->reference : "null",
                     (int)n, ps_s(n));
}

static void take_change(ps_scan *scan, const flat_change *c, ps_molecules *out) {
    ps_molecule *m = (size_t)c->molecule < out->n ? &out->row[c->molecule] : NULL;
    if (!m || c->codon < m->codon_beg || c->codon >= m->codon_end) {
        ps_scan_fail(scan, "change of molecule %d at codon %d, which it does not show", (int)c->molecule,
                     (int)c->codon);
        return;
    }
    m->word = ps_resize(m->word, m->n_word + 1, sizeof *m->word);
    m->word[m->n_word++] = (ps_molecule_word){.codon = c->codon,
                                              .hap = c->hap,
                                              .allele = c->allele,
                                              .n = c->n,
                                              .quality = c->quality,
                                              .flagged = {c->at_end, c->clutter}};
}

/* Files of others, and earlier ones, have none. */
static void take_families(ps_scan *scan, ps_molecules *out) {
    size_t n = 0;
    if (scan->failed || !ps_scan_has(scan, family_kind.name))
        return;
    flat_family *family = ps_scan_rows(scan, &family_kind, &n);
    for (size_t i = 0; i < n && !scan->failed; i++) {
        if ((size_t)family[i].molecule < out->n)
            out->row[family[i].molecule].key.family_umi = family[i].umi;
        else
            ps_scan_fail(scan, "molecule %d of %zu", (int)family[i].molecule, out->n);
    }
    free(family);
}

/* Evidence of earlier versions has other hashes. A sketch that is full stays as it was drawn. */
static void hash_again(ps_molecules *m) {
    for (size_t i = 0, to; i < m->n; i = to) {
        for (to = i + 1; to < m->n && m->row[to].window == m->row[i].window; to++)
            ;
        for (size_t k = i; k < to && to - i < PS_MOLECULES_KEPT; k++) {
            m->row[k].key.side = m->row[k].copies[1] > m->row[k].copies[0];
            if (ps_key_is_whole(&m->row[k].key))
                m->row[k].key.hash = ps_key_hash(&m->row[k].key);
        }
    }
}

void ps_molecules_scan(ps_scan *scan, ps_molecules *out) {
    size_t n = 0, n_changes = 0;
    flat_molecule *row = ps_scan_rows(scan, &molecule_kind, &n);
    flat_change *change = ps_scan_rows(scan, &change_kind, &n_changes);
    out->row = ps_alloc(n + 1, sizeof *out->row);
    for (; out->n < n && !scan->failed; out->n++)
        take_row(scan, &row[out->n], &out->row[out->n]);
    for (size_t i = 0; i < n_changes && !scan->failed; i++)
        take_change(scan, &change[i], out);
    take_families(scan, out);
    hash_again(out);
    for (size_t i = 0; i < n; i++)
        free(row[i].reference);
    free(row);
    free(change);
}
