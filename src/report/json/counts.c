#include "counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "pictures.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/report.h"

enum { MOST = 10000000 }; /* rows of one kind */

/* ---- codons: "12:250+248,GAT=12+9 13:..." per transcript --------------------------------------------------------
 *
 * The reference haplotype comes first, then the others; counts are F1R2+F2R1 fragments.
 */

static void print_codon(FILE *out, const ps_codon *codon, uint64_t n[PS_N_HAPS][2], const char *join) {
    fprintf(out, "%s%d:%llu+%llu", join, codon->number, (unsigned long long)n[codon->ref][0],
            (unsigned long long)n[codon->ref][1]);
    for (int hap = 0; hap < PS_N_HAPS; hap++) {
        char bases[4] = "";
        if (hap == codon->ref || !(n[hap][0] + n[hap][1]))
            continue;
        if (hap != PS_HAP_INDEL)
            ps_codon_bases(hap, bases);
        fprintf(out, ",%s=%llu+%llu", hap == PS_HAP_INDEL ? "indel" : bases, (unsigned long long)n[hap][0],
                (unsigned long long)n[hap][1]);
    }
}

/* The codons of one transcript; rows of evidence are sorted by codon. */
static char *codons_text(const ps_panel *panel, const ps_read_evidence *e, int transcript) {
    char *text = NULL;
    size_t size = 0, i = 0;
    FILE *out = open_memstream(&text, &size);
    const char *join = "";
    while (out && i < e->codons.n_codon) {
        int id = e->codons.codon[i].codon;
        uint64_t n[PS_N_HAPS][2] = {{0}};
        for (; i < e->codons.n_codon && e->codons.codon[i].codon == id; i++)
            n[e->codons.codon[i].hap][e->codons.codon[i].side] += e->codons.codon[i].n;
        if (panel->codons[id].transcript != transcript)
            continue;
        print_codon(out, &panel->codons[id], n, join);
        join = " ";
    }
    if (out)
        fclose(out);
    return text;
}

static int put(json_t *object, const char *key, json_t *value) {
    return json_object_set_new(object, key, value);
}

static json_t *codons_object(const ps_panel *panel, const ps_read_evidence *e, int *bad) {
    json_t *o = json_object();
    for (int t = 0; t < panel->n_transcripts; t++) {
        char *text = codons_text(panel, e, t);
        if (text && *text)
            *bad |= put(o, panel->transcripts[t].refseq, json_string(text));
        free(text);
    }
    return o;
}

static json_t *alleles_array(const ps_panel *panel, const ps_read_evidence *e, int *bad) {
    json_t *array = json_array();
    for (size_t i = 0; i < e->codons.n_allele; i++) {
        const ps_allele_count *a = &e->codons.allele[i];
        json_t *o = json_object();
        *bad |= put(o, "gene", json_string(panel->genes[panel->loci[a->locus].gene].name)) |
                put(o, "beg", json_integer(a->beg0)) | put(o, "end", json_integer(a->end0)) |
                put(o, "alt", json_string(a->alt)) | put(o, "f1r2", json_integer(a->n[PS_F1R2])) |
                put(o, "f2r1", json_integer(a->n[PS_F2R1])) | put(o, "depth", json_integer(a->depth)) |
                json_array_append_new(array, o);
    }
    return array;
}

json_t *json_counts(const ps_result *result) {
    json_t *array = json_array();
    int bad = 0;
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        const ps_read_evidence *e = &result->evidence.reads[role];
        if (!e->given)
            continue;
        json_t *o = json_object(), *codons = codons_object(result->panel, e, &bad);
        json_t *alleles = alleles_array(result->panel, e, &bad);
        bad |= put(o, "input", json_string(ps_input_names[role])) |
               put(o, "mate_conflicts", json_integer((json_int_t)e->codons.mate_conflicts)) |
               put(o, "without_qualities", json_integer((json_int_t)e->codons.no_quality)) |
               put(o, "codons", codons) | put(o, "alleles", alleles) |
               put(o, "pictures", json_pictures(result, (ps_input_role)role)) | json_array_append_new(array, o);
    }
    if (!bad)
        return array;
    json_decref(array);
    return NULL;
}

json_t *json_listed(const ps_result *result) {
    json_t *array = json_array();
    int bad = 0;
    for (size_t i = 0; i < result->evidence.vcf.n_variants; i++) {
        const ps_variant *v = &result->evidence.vcf.variant[i];
        json_t *o = json_object();
        bad |= put(o, "chrom", json_string(ps_output_contig(result, v->contig))) |
               put(o, "beg", json_integer(v->beg0)) | put(o, "end", json_integer(v->end0)) |
               put(o, "alt", json_string(v->alt)) | json_array_append_new(array, o);
    }
    if (!bad)
        return array;
    json_decref(array);
    return NULL;
}

/* ---- reading ----------------------------------------------------------------------------------------------------
 */

/* Digits, at most `most`; *text moves on. -1 when there are none. */
static int64_t take_number(const char **text, int64_t most) {
    int64_t n = 0;
    if (**text < '0' || **text > '9')
        return -1;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        n = 10 * n + (**text - '0');
        if (n > most)
            return -1;
    }
    return n;
}

static void add_counts(ps_read_evidence *e, size_t *capacity, int codon, int hap, const int64_t n[2]) {
    for (int side = 0; side < 2; side++)
        if (n[side] > 0) {
            PS_GROW(e->codons.codon, e->codons.n_codon, *capacity);
            e->codons.codon[e->codons.n_codon++] =
                (ps_codon_count){.codon = codon, .hap = (uint8_t)hap, .side = (uint8_t)side, .n = (uint32_t)n[side]};
        }
}

/* "250+248" */
static int take_sides(const char **text, int64_t n[2]) {
    n[PS_F1R2] = take_number(text, UINT32_MAX);
    if (n[PS_F1R2] < 0 || *(*text)++ != '+')
        return -1;
    n[PS_F2R1] = take_number(text, UINT32_MAX);
    return n[PS_F2R1] < 0 ? -1 : 0;
}

/* "GAT=" or "indel=" */
static int take_haplotype(const char **text) {
    int hap = -1;
    if (!strncmp(*text, "indel=", 6)) {
        *text += 6;
        return PS_HAP_INDEL;
    }
    if (strspn(*text, "ACGT") == 3 && (*text)[3] == '=') {
        hap = ps_codon_code(*text);
        *text += 4;
    }
    return hap;
}

static int take_codon(const char **text, const ps_panel *panel, int transcript, int *from, ps_read_evidence *e,
                      size_t *capacity) {
    int64_t number = take_number(text, 1000000), n[2];
    int id = *from;
    while (id < panel->n_codons && (panel->codons[id].transcript != transcript || panel->codons[id].number != number))
        id++;
    if (number < 0 || id == panel->n_codons || *(*text)++ != ':' || take_sides(text, n) < 0)
        return -1;
    *from = id + 1;
    add_counts(e, capacity, id, panel->codons[id].ref, n);
    while (**text == ',') {
        ++*text;
        int hap = take_haplotype(text);
        if (hap < 0 || take_sides(text, n) < 0)
            return -1;
        add_counts(e, capacity, id, hap, n);
    }
    if (**text != ' ')
        return **text ? -1 : 0;
    ++*text;
    return **text ? 0 : -1;
}

static int by_codon(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    if (x->codon != y->codon)
        return x->codon < y->codon ? -1 : 1;
    return x->hap != y->hap ? x->hap - y->hap : x->side - y->side;
}

static void read_codons(json_reader *r, const json_t *o, const ps_panel *panel, ps_read_evidence *e) {
    const json_t *codons = node_object(r, o, "codons");
    size_t capacity = 0;
    const char *refseq;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)codons, refseq, value) {
        int transcript = 0, from = 0;
        while (transcript < panel->n_transcripts && strcmp(panel->transcripts[transcript].refseq, refseq) != 0)
            transcript++;
        const char *text = json_string_value(value), *start = text;
        if (!text || transcript == panel->n_transcripts) {
            node_fail(r, "codons", "'%.40s': expected a transcript of panel %s, and a text", refseq, panel->name);
            return;
        }
        while (*text)
            if (take_codon(&text, panel, transcript, &from, e, &capacity) < 0) {
                node_fail(r, "codons", "%.40s: byte %ld: expected codons as 12:250+248,GAT=12+9", refseq,
                          (long)(text - start));
                return;
            }
    }
    if (e->codons.n_codon)
        qsort(e->codons.codon, e->codons.n_codon, sizeof *e->codons.codon, by_codon);
}

static void read_alleles(json_reader *r, const json_t *o, const ps_panel *panel, ps_read_evidence *e) {
    const json_t *array = node_array(r, o, "alleles", MOST);
    e->codons.allele = ps_alloc(json_array_size(array), sizeof *e->codons.allele);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "alleles", (long)i);
        const json_t *row = node_row(r, array, i);
        const char *gene = node_text(r, row, "gene", 0), *alt = node_text(r, row, "alt", 0);
        int locus = 0;
        while (locus < panel->n_loci && strcmp(panel->genes[panel->loci[locus].gene].name, gene) != 0)
            locus++;
        if (locus == panel->n_loci)
            node_fail(r, "gene", "'%.40s' has no coding sequence in panel %s", gene, panel->name);
        if (alt[strspn(alt, "ACGTN")])
            node_fail(r, "alt", "'%.40s', expected bases", alt);
        ps_allele_count *a = &e->codons.allele[e->codons.n_allele++];
        a->locus = locus;
        a->beg0 = (int32_t)node_integer(r, row, "beg", 0, INT32_MAX);
        a->end0 = (int32_t)node_integer(r, row, "end", a->beg0, INT32_MAX);
        a->alt = ps_strdup(alt);
        a->n[PS_F1R2] = (uint32_t)node_integer(r, row, "f1r2", 0, UINT32_MAX);
        a->n[PS_F2R1] = (uint32_t)node_integer(r, row, "f2r1", 0, UINT32_MAX);
        a->depth = (uint32_t)node_integer(r, row, "depth", 0, UINT32_MAX);
        node_leave(r, outside);
    }
}

void json_read_counts(json_reader *r, const json_t *root, ps_result *result) {
    const json_t *array = node_array(r, root, "counts", PS_N_READ_INPUTS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "counts", (long)i);
        const json_t *o = node_row(r, array, i);
        ps_read_evidence *e = &result->evidence.reads[node_enum(r, o, "input", ps_input_names, PS_N_READ_INPUTS)];
        if (e->genes.gene || !e->given) {
            node_fail(r, "input", "stands here twice, or not among `reads`");
        } else {
            ps_read_evidence was = *e;
            ps_read_evidence_init(result->panel, was.role, e);
            e->given = 1;
            e->records = was.records;
            memcpy(e->seen, was.seen, sizeof e->seen);
            memcpy(e->left_out, was.left_out, sizeof e->left_out);
            e->codons.mate_conflicts = (uint64_t)node_integer(r, o, "mate_conflicts", 0, INT64_C(1) << 53);
            if (node_has(o, "without_qualities"))
                e->codons.no_quality = (uint64_t)node_integer(r, o, "without_qualities", 0, INT64_C(1) << 53);
            read_codons(r, o, result->panel, e);
            read_alleles(r, o, result->panel, e);
            json_read_pictures(r, o, result->panel, e);
        }
        node_leave(r, outside);
    }
}

void json_read_listed(json_reader *r, const json_t *ras, ps_result *result) {
    const json_t *array = node_array(r, ras, "vcf_listed", MOST);
    ps_variants *vcf = &result->evidence.vcf;
    vcf->variant = ps_alloc(json_array_size(array), sizeof *vcf->variant);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "vcf_listed", (long)i);
        const json_t *o = node_row(r, array, i);
        int contig = ps_panel_contig(result->panel, node_text(r, o, "chrom", 0));
        if (contig < 0)
            node_fail(r, "chrom", "'%.40s' is no contig of panel %s", node_text(r, o, "chrom", 0),
                      result->panel->name);
        vcf->variant[vcf->n_variants++] = (ps_variant){.contig = contig,
                                                       .beg0 = (int32_t)node_integer(r, o, "beg", 0, INT32_MAX),
                                                       .end0 = (int32_t)node_integer(r, o, "end", 0, INT32_MAX),
                                                       .alt = ps_strdup(node_text(r, o, "alt", 0))};
        node_leave(r, outside);
    }
}
