/* cis.c - records of one VCF that are one change: parts in cis, and changes that a file lists twice.
 *
 * The unit of an answer is the codon. Callers write a double change as one MNV, as two SNVs of one phase set, as two
 * unphased SNVs, or (consensus files) as the MNV and its SNVs. Rules, in order:
 *
 *   - A passing MNV whose changes are listed singly too, with no more reads than the MNV (a few more are
 * allowed: reads that end inside it): the single rows are left out.
 *   - Passing rows that change one codon, or neighbouring codons of one exon, and are in cis become one change. Its
 * counts and VAF are those of its least supported part: no more molecules than that can carry it whole. A part with
 * more than twice as many reads is reported alone as well: most of its molecules lack the rest (so twice is no limit
 * of a panel, nor is more than half below).
 *   - In cis: where the tumour's DNA alignments show at least ras_min_alt fragments with each change, more than half
 * of the rarer change's fragments carry both (and in trans otherwise). Else, by the file: one phase set, same
 * haplotypes. Reads are not asked about indels.
 *   - What stays open in one codon is reported separately, with a sentence.
 */
#include "cis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fraction of reads: more that a part of an MNV may have (assumption: reads that end inside an MNV show its single
 * changes) */
static const double ras_cis_excess = 0.05;

enum { MAX_CHANGES = 24 }; /* bases of one row; a longer one is left as it is */

typedef struct base_change {
    int32_t pos0;
    char base; /* plus strand */
} base_change;

typedef struct changes { /* of a substitution: the bases that differ; n = 0 for an indel */
    base_change at[MAX_CHANGES];
    int n;
} changes;

typedef enum { UNKNOWN, CIS, TRANS } relation;

/* ---- where a row lies ------------------------------------------------------------------------------------------ */

static int is_substitution(const ps_variant *v) {
    return (int32_t)strlen(v->alt) == v->end0 - v->beg0;
}

static changes changes_of(const ps_panel *panel, const ps_variant *v) {
    changes c = {.n = 0};
    if (!is_substitution(v))
        return c;
    for (int32_t i = 0; i < v->end0 - v->beg0; i++) {
        if (ps_panel_base(panel, v->contig, v->beg0 + i) == v->alt[i])
            continue;
        if (c.n == MAX_CHANGES)
            return (changes){.n = 0};
        c.at[c.n++] = (base_change){v->beg0 + i, v->alt[i]};
    }
    return c;
}

/* Codons of the first and last base that a row touches, -1 outside the coding sequence. An insertion touches the base
 * before it. */
static void codons_of(const ps_panel *panel, const ps_variant *v, int *first, int *last) {
    int insertion = v->beg0 == v->end0;
    int32_t beg = insertion ? v->beg0 - 1 : v->beg0, end = insertion ? v->beg0 : v->end0;
    *first = ras_codon_over(panel, v->contig, beg, beg + 1);
    *last = ras_codon_over(panel, v->contig, end - 1, end);
}

/* No intron lies between the two places. */
static int in_one_exon(const ps_panel *panel, const ps_variant *a, const ps_variant *b) {
    for (int t = 0; t < panel->n_transcripts; t++)
        for (int i = 0; i < panel->transcripts[t].n_cds; i++) {
            const ps_span *s = &panel->transcripts[t].cds[i];
            if (s->contig == a->contig && s->beg0 <= a->beg0 && b->end0 <= s->end0)
                return 1;
        }
    return 0;
}

/* `b` follows `a` in the same codon (1) or a neighbouring one (2); 0 farther, or overlapping. */
static int nearness(const ps_panel *panel, const ps_variant *a, const ps_variant *b) {
    int first, last, unused;
    if (a->contig != b->contig || a->end0 > b->beg0 || a->beg0 == b->beg0) /* two insertions at one place: either */
        return 0;
    codons_of(panel, a, &unused, &last);
    codons_of(panel, b, &first, &unused);
    if (first < 0 || last < 0 || panel->codons[first].gene != panel->codons[last].gene)
        return 0;
    if (first == last)
        return 1;
    /* Codons of one gene are numbered along it; those of another isoform lie in an exon of their own. */
    return abs(panel->codons[first].number - panel->codons[last].number) == 1 && b->beg0 - a->end0 < 5 ? 2 : 0;
}

static int is_beyond(const ps_panel *panel, const ps_variant *a, const ps_variant *b) {
    int first, last, unused;
    if (a->contig != b->contig)
        return 1;
    codons_of(panel, a, &unused, &last);
    codons_of(panel, b, &first, &unused);
    return first >= 0 && last >= 0 && b->beg0 >= a->end0 &&
           (panel->codons[first].gene != panel->codons[last].gene ||
            abs(panel->codons[first].number - panel->codons[last].number) > 1);
}

/* ---- what reads show ------------------------------------------------------------------------------------------- */

static int haplotype_has(const ps_panel *panel, int codon_id, int hap, const changes *c) {
    const ps_codon *codon = &panel->codons[codon_id];
    char bases[4];
    int minus = panel->genes[codon->gene].strand == '-', found = 0;
    ps_codon_bases(hap, bases);
    for (int i = 0; i < c->n; i++)
        for (int k = 0; k < 3; k++)
            if (codon->pos0[k] == c->at[i].pos0)
                found += bases[k] == (minus ? ps_complement(c->at[i].base) : c->at[i].base);
    return found == c->n;
}

static int allele_has(const ps_allele_count *allele, const changes *c) {
    if (!ras_is_chain(allele))
        return 0;
    for (int i = 0; i < c->n; i++)
        if (c->at[i].pos0 < allele->beg0 || c->at[i].pos0 >= allele->end0 ||
            allele->alt[c->at[i].pos0 - allele->beg0] != c->at[i].base)
            return 0;
    return 1;
}

/* Fragments that carry all these changes, whatever else they carry. */
static uint64_t carriers(const ps_panel *panel, const ps_read_evidence *reads, int contig, const changes *c) {
    uint64_t n = 0;
    int codon = ras_codon_over(panel, contig, c->at[0].pos0, c->at[c->n - 1].pos0 + 1);
    for (size_t i = 0; codon >= 0 && i < reads->codons.n_codon; i++)
        if (reads->codons.codon[i].codon == codon && reads->codons.codon[i].hap < PS_HAP_INDEL &&
            haplotype_has(panel, codon, reads->codons.codon[i].hap, c))
            n += reads->codons.codon[i].n;
    for (size_t i = 0; codon < 0 && i < reads->codons.n_allele; i++)
        if (panel->loci[reads->codons.allele[i].locus].contig == contig && allele_has(&reads->codons.allele[i], c))
            n += reads->codons.allele[i].n[0] + reads->codons.allele[i].n[1];
    return n;
}

static relation by_reads(const ps_case *c, const ps_variant *a, const ps_variant *b) {
    const ps_read_evidence *reads = c->reads[PS_INPUT_DNA];
    changes of_a = changes_of(c->panel, a), of_b = changes_of(c->panel, b), both = of_a;
    if (!reads || !reads->given || !of_a.n || !of_b.n || of_a.n + of_b.n > MAX_CHANGES)
        return UNKNOWN;
    for (int i = 0; i < of_b.n; i++)
        both.at[both.n++] = of_b.at[i];
    uint64_t n_a = carriers(c->panel, reads, a->contig, &of_a), n_b = carriers(c->panel, reads, a->contig, &of_b);
    uint64_t rarer = n_a < n_b ? n_a : n_b;
    if ((double)rarer < c->panel->limits.ras_min_alt)
        return UNKNOWN;
    return 2 * carriers(c->panel, reads, a->contig, &both) > rarer ? CIS : TRANS;
}

static relation by_phase(const ps_variant *a, const ps_variant *b) {
    if (!a->phase_set || !b->phase_set || strcmp(a->phase_set, b->phase_set) != 0)
        return UNKNOWN;
    if (a->phase_side == b->phase_side)
        return CIS;
    return a->phase_side & b->phase_side ? UNKNOWN : TRANS; /* 1|1 with 0|1: on one of two haplotypes */
}

/* ---- rows that say the same ------------------------------------------------------------------------------------ */

static int is_part_of(const ps_panel *panel, const ps_variant *part, const ps_variant *whole) {
    changes p = changes_of(panel, part), w = changes_of(panel, whole);
    if (part->contig != whole->contig || !p.n || p.n >= w.n)
        return 0;
    int found = 0;
    for (int i = 0; i < p.n; i++)
        for (int k = 0; k < w.n; k++)
            found += p.at[i].pos0 == w.at[k].pos0 && p.at[i].base == w.at[k].base;
    return found == p.n;
}

static int has_more_reads(const ps_variant *part, const ps_variant *whole) {
    if (part->alt_depth >= 0 && whole->alt_depth >= 0)
        return (double)part->alt_depth > (1 + ras_cis_excess) * (double)whole->alt_depth;
    if (!isnan(part->vaf) && !isnan(whole->vaf))
        return part->vaf > (1 + ras_cis_excess) * whole->vaf;
    return 0;
}

static void leave_out_parts(const ps_panel *panel, const ps_variant **row, size_t *n) {
    size_t kept = 0;
    char *drop = ps_alloc(*n + 1, 1);
    for (size_t w = 0; w < *n; w++) {
        if (!row[w]->filter_pass || !row[w]->alt[0] || !row[w]->alt[1])
            continue;
        size_t p = w;
        while (p > 0 && row[p - 1]->contig == row[w]->contig && row[p - 1]->beg0 == row[w]->beg0)
            p--;
        for (; p < *n && row[p]->contig == row[w]->contig && row[p]->beg0 < row[w]->end0; p++)
            if (row[p]->end0 <= row[w]->end0 && is_part_of(panel, row[p], row[w]) && !has_more_reads(row[p], row[w]))
                drop[p] = 1;
    }
    for (size_t i = 0; i < *n; i++)
        if (!drop[i])
            row[kept++] = row[i];
    *n = kept;
    free(drop);
}

/* ---- joining --------------------------------------------------------------------------------------------------- */

/* Fewer reads, or, where one row does not say, the lower VAF. */
static int is_less_supported(const ps_variant *a, const ps_variant *b) {
    if (a->alt_depth >= 0 && b->alt_depth >= 0 && a->alt_depth != b->alt_depth)
        return a->alt_depth < b->alt_depth;
    if (!isnan(a->vaf) && !isnan(b->vaf))
        return a->vaf < b->vaf;
    return a->alt_depth < 0 && isnan(a->vaf) ? 0 : b->alt_depth < 0 && isnan(b->vaf);
}

static int is_more_than_twice(const ps_variant *v, const ps_variant *least) {
    if (v->alt_depth >= 0 && least->alt_depth >= 0)
        return v->alt_depth > 2 * least->alt_depth;
    return !isnan(v->vaf) && !isnan(least->vaf) && v->vaf > 2 * least->vaf;
}

static void name_of(const ps_panel *panel, const ps_variant *v, ps_effect *e) {
    if (ps_effect_of(panel, v->contig, v->beg0, v->end0, v->alt, e) != 0)
        strcpy(e->hgvs_c, "?");
}

static char *joined_alt(const ps_panel *panel, const ps_variant *const *part, size_t n) {
    char *alt = ps_strdup("");
    int32_t at0 = part[0]->beg0;
    for (size_t i = 0; i < n; i++) {
        size_t gap = (size_t)(part[i]->beg0 - at0), used = strlen(alt), add = strlen(part[i]->alt);
        alt = ps_resize(alt, used + gap + add + 1, 1);
        for (; at0 < part[i]->beg0; at0++)
            alt[used++] = ps_panel_base(panel, part[i]->contig, at0);
        memcpy(alt + used, part[i]->alt, add + 1);
        at0 = part[i]->end0;
    }
    return alt;
}

static void join(const ps_case *c, const ps_variant *const *part, size_t n, int reads_say_so, cis_rows *out,
                 ps_ras_call *call) {
    const ps_variant *least = part[0];
    for (size_t i = 1; i < n; i++)
        if (is_less_supported(part[i], least))
            least = part[i];
    ps_variant joined = *least; /* its strings stay the file's, but for the alleles */
    joined.beg0 = part[0]->beg0;
    joined.end0 = part[n - 1]->end0;
    for (size_t i = 0; i < n; i++) /* somatic where one part is */
        joined.in_normal &= part[i]->in_normal;
    joined.alt = joined_alt(c->panel, part, n);
    out->owned = ps_resize(out->owned, out->n_owned + 1, sizeof *out->owned);
    out->owned[out->n_owned++] = joined.alt;
    ps_effect first, last, whole;
    name_of(c->panel, part[0], &first);
    name_of(c->panel, part[n - 1], &last);
    name_of(c->panel, &joined, &whole);
    int swap = c->panel->genes[whole.gene].strand == '-'; /* in the transcript's order */
    ras_note(call, 0, "%s %.40s%s%.40s are on the same molecule (%s) and reported as one change, %.60s",
             c->panel->genes[whole.gene].name, swap ? last.hgvs_c : first.hgvs_c, n > 2 ? " to " : " and ",
             swap ? first.hgvs_c : last.hgvs_c,
             reads_say_so ? "seen together in the DNA alignments" : "phased in the VCF", whole.hgvs_c);
    out->row = ps_resize(out->row, out->n + 1 + n, sizeof *out->row);
    out->row[out->n++] = joined;
    for (size_t i = 0; i < n; i++) {
        if (!is_more_than_twice(part[i], least))
            continue;
        ps_effect alone;
        name_of(c->panel, part[i], &alone);
        ras_note(call, 1, "%s %.60s has more than twice the reads of %.60s, and is reported alone as well",
                 c->panel->genes[whole.gene].name, alone.hgvs_c, whole.hgvs_c);
        out->row[out->n++] = *part[i];
    }
}

static void say_pair(const ps_case *c, const ps_variant *a, const ps_variant *b, const char *what,
                     ps_ras_call *call) {
    ps_effect of_a, of_b;
    name_of(c->panel, a, &of_a);
    name_of(c->panel, b, &of_b);
    int swap = c->panel->genes[of_a.gene].strand == '-'; /* in the transcript's order */
    ras_note(call, 1, "%s %.50s and %.50s are both changed; %s: they are reported separately",
             c->panel->genes[of_a.gene].name, swap ? of_b.hgvs_c : of_a.hgvs_c, swap ? of_a.hgvs_c : of_b.hgvs_c,
             what);
}

static relation relation_of(const ps_case *c, const ps_variant *a, const ps_variant *b, int *reads_say_so) {
    relation by = by_reads(c, a, b);
    *reads_say_so = by != UNKNOWN;
    return by != UNKNOWN ? by : by_phase(a, b);
}

/* The rows in cis with row[from], in order, after it; rows taken are set to NULL. */
static void join_from(const ps_case *c, const ps_variant **row, size_t n, size_t from, cis_rows *out,
                      ps_ras_call *call) {
    const ps_variant **part = ps_alloc(n - from, sizeof *part);
    size_t n_parts = 0;
    int by_the_reads = 0;
    part[n_parts++] = row[from];
    for (size_t i = from + 1; i < n; i++) {
        const ps_variant *last = part[n_parts - 1];
        if (!row[i] || !row[i]->filter_pass || (row[i]->contig == last->contig && row[i]->beg0 < last->end0))
            continue;
        if (is_beyond(c->panel, last, row[i]))
            break; /* rows are in order */
        int near = nearness(c->panel, last, row[i]), reads_say_so = 0;
        if (!near)
            continue;
        relation r = relation_of(c, last, row[i], &reads_say_so);
        int one_exon = in_one_exon(c->panel, last, row[i]);
        if (near == 1 && r == UNKNOWN)
            say_pair(c, last, row[i], "the VCF does not say whether together", call);
        if (near == 1 && r == CIS && !one_exon)
            say_pair(c, last, row[i], "they are on one molecule, but an intron lies between", call);
        if (r == TRANS && by_phase(last, row[i]) == CIS)
            say_pair(c, last, row[i],
                     "the VCF phases them together, the DNA alignments show them on different molecules", call);
        if (r != CIS || !one_exon)
            continue;
        by_the_reads |= reads_say_so;
        part[n_parts++] = row[i];
        row[i] = NULL;
    }
    if (n_parts > 1) {
        join(c, part, n_parts, by_the_reads, out, call);
    } else {
        out->row = ps_resize(out->row, out->n + 1, sizeof *out->row);
        out->row[out->n++] = *part[0];
    }
    free(part);
}

void ras_join_cis(const ps_case *c, const ps_variant *const *given, size_t n, cis_rows *out, ps_ras_call *call) {
    *out = (cis_rows){0};
    const ps_variant **row = ps_alloc(n + 1, sizeof *row);
    memcpy(row, given, n * sizeof *row);
    leave_out_parts(c->panel, row, &n);
    for (size_t i = 0; i < n; i++) {
        if (!row[i])
            continue;
        if (row[i]->filter_pass) {
            join_from(c, row, n, i, out, call);
            continue;
        }
        out->row = ps_resize(out->row, out->n + 1, sizeof *out->row);
        out->row[out->n++] = *row[i];
    }
    free(row);
}

void ras_free_cis(cis_rows *rows) {
    for (size_t i = 0; i < rows->n_owned; i++)
        free(rows->owned[i]);
    free(rows->owned);
    free(rows->row);
    *rows = (cis_rows){0};
}
