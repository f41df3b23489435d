/* codon_rows.c - what codons.c counted, of one file or of several: rows in order, one of each key. */
#include <stdlib.h>

#include "plasmastrat/evidence.h"
#include "plasmastrat/spelling.h"
#include "columns.h"
#include "private.h"
#include "reach.h"
#include "rows.h"
#include "slice.h"

void ps_codons_free(ps_codon_evidence *codons) {
    for (size_t i = 0; i < codons->n_allele; i++)
        free(codons->allele[i].alt);
    for (size_t i = 0; i < codons->n_picture; i++)
        free(codons->picture[i].text);
    free(codons->allele);
    free(codons->picture);
    free(codons->codon);
    free(codons->base);
    free(codons->reach);
    free(codons->far_end);
    ps_molecules_free(&codons->molecules);
    *codons = (ps_codon_evidence){0};
}

double ps_poor_share(const ps_codon_evidence *codons) {
    double all = (double)codons->poor;
    for (size_t i = 0; i < codons->n_codon; i++)
        all += codons->codon[i].n;
    return codons->poor ? (double)codons->poor / all : 0;
}

void ps_codons_add(ps_codon_evidence *whole, ps_codon_evidence *part) {
    whole->mate_conflicts += part->mate_conflicts;
    whole->mates_expected += part->mates_expected;
    whole->mates_met += part->mates_met;
    whole->poor += part->poor;
    whole->no_quality += part->no_quality;
    ps_molecules_add(&whole->molecules, &part->molecules);
    PS_MOVE_ROWS(whole, part, codon, n_codon);
    PS_MOVE_ROWS(whole, part, base, n_base);
    PS_MOVE_ROWS(whole, part, allele, n_allele);
    PS_MOVE_ROWS(whole, part, reach, n_reach);
    PS_MOVE_ROWS(whole, part, far_end, n_far_end);
    PS_MOVE_ROWS(whole, part, picture, n_picture);
    ps_lanes_add(&whole->lanes, &part->lanes);
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

static int by_haplotype(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(hap)
    PS_COMPARE(flags)
    PS_COMPARE(side)
    PS_COMPARE(quality)
    return 0;
}

static int by_base(const void *a, const void *b) {
    const ps_base_count *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(base)
    PS_COMPARE(side)
    PS_COMPARE(quality)
    return 0;
}

static int by_change(const void *a, const void *b) {
    const ps_allele_count *x = a, *y = b;
    PS_COMPARE(locus)
    PS_COMPARE(beg0)
    PS_COMPARE(end0)
    return strcmp(x->alt, y->alt);
}

static int by_reach(const void *a, const void *b) {
    const ps_reach_count *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(left)
    PS_COMPARE(right)
    return 0;
}

static int by_far_end(const void *a, const void *b) {
    const ps_far_end *x = a, *y = b;
    PS_COMPARE(window)
    PS_COMPARE(reverse)
    PS_COMPARE(end0)
    return 0;
}

static int by_picture(const void *a, const void *b) {
    const ps_picture_row *x = a, *y = b;
    PS_COMPARE(codon)
    PS_COMPARE(hap)
    PS_COMPARE(order)
    int texts = strcmp(x->text, y->text);
    return texts ? texts : x->side - y->side;
}

/* ---- one row of each key --------------------------------------------------------------------------------------- */

static void join_haplotypes(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_codon; i++)
        if (n && by_haplotype(&c->codon[n - 1], &c->codon[i]) == 0)
            c->codon[n - 1].n += c->codon[i].n;
        else
            c->codon[n++] = c->codon[i];
    c->n_codon = n;
}

static void join_bases(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_base; i++)
        if (n && by_base(&c->base[n - 1], &c->base[i]) == 0)
            c->base[n - 1].n += c->base[i].n;
        else
            c->base[n++] = c->base[i];
    c->n_base = n;
}

static void join_alleles(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_allele; i++) {
        ps_allele_count *row = &c->allele[i], *last = n ? &c->allele[n - 1] : NULL;
        if (!last || by_change(last, row) != 0) {
            c->allele[n++] = *row;
            continue;
        }
        for (int k = 0; k < 2; k++) {
            last->n[k] += row->n[k];
            last->flagged[k] += row->flagged[k];
        }
        free(row->alt);
    }
    c->n_allele = n;
}

static void join_reach(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_reach; i++)
        if (n && by_reach(&c->reach[n - 1], &c->reach[i]) == 0)
            c->reach[n - 1].n += c->reach[i].n;
        else
            c->reach[n++] = c->reach[i];
    c->n_reach = n;
}

void ps_far_end_add(ps_far_end *whole, const ps_far_end *part) {
    whole->n += part->n;
    whole->n_longest = part->length < whole->length   ? whole->n_longest
                       : part->length > whole->length ? part->n_longest
                                                      : whole->n_longest + part->n_longest;
    whole->length = part->length > whole->length ? part->length : whole->length;
}

static void join_far_ends(ps_codon_evidence *c) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_far_end; i++)
        if (n && by_far_end(&c->far_end[n - 1], &c->far_end[i]) == 0)
            ps_far_end_add(&c->far_end[n - 1], &c->far_end[i]);
        else
            c->far_end[n++] = c->far_end[i];
    c->n_far_end = n;
}

/* Of each haplotype the first few rows, as one file with all fragments would have kept. */
static void cut_pictures(ps_codon_evidence *c) {
    size_t n = 0, of_haplotype = 0;
    for (size_t i = 0; i < c->n_picture; i++) {
        ps_picture_row *row = &c->picture[i];
        int same = n && c->picture[n - 1].codon == row->codon && c->picture[n - 1].hap == row->hap;
        of_haplotype = same ? of_haplotype : 0;
        if (of_haplotype++ < PS_PICTURE_ROWS)
            c->picture[n++] = *row;
        else
            free(row->text);
    }
    c->n_picture = n;
}

/* ---- the depth of an allele ------------------------------------------------------------------------------------ */

/* First of the rows of a codon: all counts begin with the codon's id. */
static size_t first_of(const void *rows, size_t n, size_t size, int32_t codon) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const int32_t *id = (const int32_t *)(const void *)((const char *)rows + middle * size);
        if (*id < codon)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t codon_over(const ps_panel *panel, const ps_locus *locus, int32_t target) {
    for (int32_t id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            if (panel->codons[id].target[k] == target)
                return id;
    return locus->codon_beg;
}

uint32_t ps_codons_indel_depth(const ps_codon_evidence *c, int32_t codon, int32_t deleted, int32_t inserted) {
    int32_t anchor = ps_anchor_of(inserted > deleted ? inserted : deleted);
    int left = reach_left(anchor), right = reach_right(anchor + inserted);
    uint32_t n = 0;
    for (size_t i = first_of(c->reach, c->n_reach, sizeof *c->reach, codon);
         i < c->n_reach && c->reach[i].codon == codon; i++)
        n += c->reach[i].left >= left && c->reach[i].right >= right ? c->reach[i].n : 0;
    return n;
}

static uint32_t fragments_at(const ps_codon_evidence *c, int32_t codon) {
    uint32_t n = 0;
    for (size_t i = first_of(c->codon, c->n_codon, sizeof *c->codon, codon);
         i < c->n_codon && c->codon[i].codon == codon; i++)
        n += c->codon[i].n;
    return n;
}

/* An indel's depth: its carriers, and the fragments without one whose reads reach far enough to have shown it
 * (inserted bases take reach). A change across codons has its first codon's. */
static uint32_t allele_depth(const ps_panel *panel, const ps_codon_evidence *c, const ps_allele_count *allele) {
    const ps_locus *locus = &panel->loci[allele->locus];
    int32_t inserted = (int32_t)strlen(allele->alt), deleted = allele->end0 - allele->beg0;
    int32_t t = ps_target_at(locus, inserted && !deleted ? allele->beg0 - 1 : allele->beg0);
    int32_t id = codon_over(panel, locus, t);
    uint32_t carriers = allele->n[0] + allele->n[1];
    if (inserted == deleted) {
        uint32_t depth = fragments_at(c, id);
        return depth > carriers ? depth : carriers;
    }
    uint32_t here = ps_codons_indel_depth(c, id, deleted, inserted);
    if (here ==
        0) { /* a codon cut by an exon's end is never whole: its neighbour, which carriers show too, stands in */
        int32_t next = t + 1 < locus->n_targets ? codon_over(panel, locus, t + 1) : id;
        uint32_t there = ps_codons_indel_depth(c, next, deleted, inserted);
        here = there > carriers ? there - carriers : 0;
    }
    return here + carriers;
}

void ps_codons_tidy(const ps_panel *panel, ps_codon_evidence *c) {
    PS_SORT_ROWS(c->codon, c->n_codon, by_haplotype);
    PS_SORT_ROWS(c->base, c->n_base, by_base);
    PS_SORT_ROWS(c->allele, c->n_allele, by_change);
    PS_SORT_ROWS(c->reach, c->n_reach, by_reach);
    PS_SORT_ROWS(c->far_end, c->n_far_end, by_far_end);
    PS_SORT_ROWS(c->picture, c->n_picture, by_picture);
    ps_molecules_tidy(&c->molecules);
    join_haplotypes(c);
    join_bases(c);
    join_alleles(c);
    join_reach(c);
    join_far_ends(c);
    cut_pictures(c);
    for (size_t i = 0; i < c->n_allele; i++)
        c->allele[i].depth = allele_depth(panel, c, &c->allele[i]);
}

/* ---- what is drawn --------------------------------------------------------------------------------------------- */

int ps_picture_is_drawn(const ps_panel *panel, const ps_codon_evidence *c, int32_t codon, int hap) {
    uint64_t n[PS_N_HAPS] = {0};
    int reference = panel->codons[codon].ref, rank = 0;
    for (size_t i = first_of(c->codon, c->n_codon, sizeof *c->codon, codon);
         i < c->n_codon && c->codon[i].codon == codon; i++)
        n[c->codon[i].hap] += c->codon[i].n;
    for (int other = 0; other < PS_N_HAPS; other++) /* of as many, the lower code leads */
        rank += other != reference && (n[other] > n[hap] || (other < hap && n[other] == n[hap]));
    return hap == reference || rank < PS_PICTURE_HAPS;
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

enum { MOST_QUALITY = 64, MOST_POS = INT32_MAX - 1 };

static const ps_column codon_columns[] = {
    PS_COLUMN_STEPS(ps_codon_count, codon, I32, 0, PS_ID_CODON),
    PS_COLUMN(ps_codon_count, hap, U8, 0, PS_N_HAPS - 1),
    {"doubt", PS_COLUMN_U8, offsetof(ps_codon_count, flags), 0, PS_N_FLAGS - 1, 0}, /* format 1's name of the flags */
    PS_COLUMN(ps_codon_count, side, U8, 0, 1),
    PS_COLUMN(ps_codon_count, quality, U8, 0, MOST_QUALITY),
    PS_COLUMN(ps_codon_count, n, U32, 1, PS_MOST_COUNT),
};
static const ps_column base_columns[] = {
    PS_COLUMN_STEPS(ps_base_count, codon, I32, 0, PS_ID_CODON),
    PS_COLUMN(ps_base_count, base, U8, 0, 2),
    PS_COLUMN(ps_base_count, side, U8, 0, 1),
    PS_COLUMN(ps_base_count, quality, U8, 0, MOST_QUALITY - 1),
    PS_COLUMN(ps_base_count, n, U32, 1, PS_MOST_COUNT),
};
static const ps_column allele_columns[] = {
    PS_COLUMN(ps_allele_count, locus, I32, 0, PS_ID_LOCUS),
    PS_COLUMN_STEPS(ps_allele_count, beg0, I32, 0, MOST_POS),
    PS_COLUMN_STEPS(ps_allele_count, end0, I32, 0, MOST_POS),
    PS_COLUMN(ps_allele_count, alt, TEXT, 0, 0),
    {"f1r2", PS_COLUMN_U32, offsetof(ps_allele_count, n[PS_F1R2]), 0, PS_MOST_COUNT, 0},
    {"f2r1", PS_COLUMN_U32, offsetof(ps_allele_count, n[PS_F2R1]), 0, PS_MOST_COUNT, 0},
    {"at_end", PS_COLUMN_U32, offsetof(ps_allele_count, flagged[0]), 0, PS_MOST_COUNT, 0},
    {"clutter", PS_COLUMN_U32, offsetof(ps_allele_count, flagged[1]), 0, PS_MOST_COUNT, 0},
};
static const ps_column reach_columns[] = {
    PS_COLUMN_STEPS(ps_reach_count, codon, I32, 0, PS_ID_CODON),
    PS_COLUMN(ps_reach_count, left, U8, 0, REACH_LEFTS - 1),
    PS_COLUMN(ps_reach_count, right, U8, 0, REACH_RIGHTS - 1),
    PS_COLUMN(ps_reach_count, n, U32, 1, PS_MOST_COUNT),
};
static const ps_column far_end_columns[] = {PS_COLUMN_STEPS(ps_far_end, window, I32, 0, MOST_POS),
                                            PS_COLUMN(ps_far_end, reverse, U8, 0, 1),
                                            PS_COLUMN(ps_far_end, end0, I32, -PS_FAR_FLANK, MOST_POS),
                                            PS_COLUMN(ps_far_end, n, U32, 1, PS_MOST_COUNT),
                                            PS_COLUMN(ps_far_end, length, I32, 1, INT32_MAX),
                                            PS_COLUMN(ps_far_end, n_longest, U32, 1, PS_MOST_COUNT)};
static const ps_column picture_columns[] = {
    PS_COLUMN_STEPS(ps_picture_row, codon, I32, 0, PS_ID_CODON),
    PS_COLUMN(ps_picture_row, hap, U8, 0, PS_N_HAPS - 1),
    PS_COLUMN(ps_picture_row, side, U8, 0, 1),
    PS_COLUMN(ps_picture_row, order, HEX, 0, 0),
    PS_COLUMN(ps_picture_row, text, TEXT, 0, 0),
};
typedef struct lane_row {
    uint64_t lane;
} lane_row;
static const ps_column lane_columns[] = {PS_COLUMN(lane_row, lane, HEX, 0, 0)};
static const ps_columns_of codon_kind = PS_ROWS_OF("haplotypes", ps_codon_count, codon_columns),
                           base_kind = PS_ROWS_OF("bases", ps_base_count, base_columns),
                           allele_kind = PS_ROWS_OF("alleles", ps_allele_count, allele_columns),
                           reach_kind = PS_ROWS_OF("reach", ps_reach_count, reach_columns),
                           far_end_kind = PS_ROWS_OF("far_ends", ps_far_end, far_end_columns),
                           picture_kind = PS_ROWS_OF("pictures", ps_picture_row, picture_columns),
                           lane_kind = PS_ROWS_OF("lanes", lane_row, lane_columns);

void ps_codons_write(const ps_codon_evidence *c, ps_pen *pen) {
    ps_put_name(pen, "codons");
    ps_put(pen, "{");
    ps_put_integer_of(pen, "mate_conflicts", c->mate_conflicts);
    ps_put_integer_of(pen, "mates_expected", c->mates_expected);
    ps_put_integer_of(pen, "mates_met", c->mates_met);
    ps_put_integer_of(pen, "no_quality", c->no_quality);
    if (c->poor)
        ps_put_integer_of(pen, "poor", c->poor);
    ps_molecules_write(&c->molecules, pen);
    ps_put_rows(pen, &codon_kind, c->codon, c->n_codon);
    ps_put_rows(pen, &base_kind, c->base, c->n_base);
    ps_put_rows(pen, &allele_kind, c->allele, c->n_allele);
    ps_put_rows(pen, &reach_kind, c->reach, c->n_reach);
    ps_put_rows(pen, &picture_kind, c->picture, c->n_picture);
    if (c->n_far_end)
        ps_put_rows(pen, &far_end_kind, c->far_end, c->n_far_end);
    if (c->lanes.n)
        ps_put_rows(pen, &lane_kind, c->lanes.lane, c->lanes.n);
    ps_put(pen, "}");
}

/* One character a coding base, insertions in brackets between them. */
static int is_picture(const char *text, int32_t bases) {
    static const char shown[256] = {['A'] = 1, ['C'] = 1, ['G'] = 1, ['T'] = 1, ['a'] = 1, ['c'] = 1,
                                    ['g'] = 1, ['t'] = 1, ['N'] = 1, ['-'] = 1, ['.'] = 1, ['?'] = 1};
    int32_t n = 0;
    for (const char *at = text; at && *at; at++) {
        if (*at == '(') {
            at += 1 + strspn(at + 1, "ACGTN");
            at += *at == '+';
            if (*at != ')')
                return 0;
        } else if (shown[(unsigned char)*at]) {
            n++;
        } else {
            return 0;
        }
    }
    return n == bases;
}

static void check_pictures(ps_scan *scan, const ps_codon_evidence *c) {
    for (size_t i = 0; i < c->n_picture && !scan->failed; i++) {
        const ps_codon *codon = &scan->panel->codons[c->picture[i].codon];
        int32_t beg, end;
        ps_picture_span(&scan->panel->loci[codon->locus], codon, &beg, &end);
        if (!is_picture(c->picture[i].text, end - beg))
            ps_scan_fail(scan, "'%.80s', expected what a fragment shows of %d coding base%s",
                         c->picture[i].text ? c->picture[i].text : "null", (int)(end - beg), ps_s(end - beg));
    }
}

static void check_alleles(ps_scan *scan, const ps_codon_evidence *c) {
    for (size_t i = 0; i < c->n_allele && !scan->failed; i++) {
        const ps_allele_count *a = &c->allele[i];
        const ps_span *window = &scan->panel->loci[a->locus].windows[0];
        const ps_span *last = window + scan->panel->loci[a->locus].n_windows - 1;
        if (a->beg0 < window->beg0 || a->end0 > last->end0 || a->beg0 > a->end0)
            ps_scan_fail(scan, "allele at %d to %d, expected a position in the gene", (int)a->beg0, (int)a->end0);
        else if (!a->alt || a->alt[strspn(a->alt, "ACGTN")])
            ps_scan_fail(scan, "'%.40s', expected bases", a->alt ? a->alt : "null");
    }
}

/* Files of pairs, and earlier ones, have none. */
static void scan_far_ends(ps_scan *scan, ps_codon_evidence *c) {
    int32_t windows = ps_n_windows(scan->panel);
    if (!ps_scan_has(scan, far_end_kind.name))
        return;
    c->far_end = ps_scan_rows(scan, &far_end_kind, &c->n_far_end);
    for (size_t i = 0; i < c->n_far_end && !scan->failed; i++)
        if (c->far_end[i].window >= windows)
            ps_scan_fail(scan, "window %d, expected one of the panel", (int)c->far_end[i].window);
}

/* Files of names that tell nothing, and earlier ones, have none. */
static void scan_lanes(ps_scan *scan, ps_lanes *lanes) {
    size_t n = 0;
    if (scan->failed || strncmp(scan->at, ",\"lanes\":", 9) != 0)
        return;
    lane_row *row = ps_scan_rows(scan, &lane_kind, &n);
    if (!scan->failed && n > PS_LANES)
        ps_scan_fail(scan, "%zu lane%s, at most %d are kept", n, ps_s(n), PS_LANES);
    for (size_t i = 0; i < n && !scan->failed; i++) {
        if (i && row[i].lane <= row[i - 1].lane)
            ps_scan_fail(scan, "are not in order");
        lanes->lane[lanes->n++] = row[i].lane;
    }
    free(row);
}

void ps_codons_scan(ps_scan *scan, ps_codon_evidence *c) {
    ps_scan_name(scan, "codons");
    ps_scan_text(scan, "{");
    c->mate_conflicts = ps_scan_integer_of(scan, "mate_conflicts", PS_MOST_RECORDS);
    c->mates_expected = ps_scan_integer_of(scan, "mates_expected", PS_MOST_RECORDS);
    c->mates_met = ps_scan_integer_of(scan, "mates_met", PS_MOST_RECORDS);
    c->no_quality = ps_scan_integer_of(scan, "no_quality", PS_MOST_RECORDS);
    c->poor = ps_scan_has(scan, "poor") ? ps_scan_integer_of(scan, "poor", PS_MOST_RECORDS) : 0;
    ps_molecules_scan(scan, &c->molecules);
    c->codon = ps_scan_rows(scan, &codon_kind, &c->n_codon);
    c->base = ps_scan_rows(scan, &base_kind, &c->n_base);
    c->allele = ps_scan_rows(scan, &allele_kind, &c->n_allele);
    check_alleles(scan, c);
    c->reach = ps_scan_rows(scan, &reach_kind, &c->n_reach);
    c->picture = ps_scan_rows(scan, &picture_kind, &c->n_picture);
    check_pictures(scan, c);
    scan_far_ends(scan, c);
    scan_lanes(scan, &c->lanes);
    ps_scan_text(scan, "}");
}
