#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "plasmastrat/alloc.h"

static const char indel_name[] = "indel";
static const char *const side_names[2] = {[PS_F1R2] = "f1r2", [PS_F2R1] = "f2r1"};

/* ---- writing ----------------------------------------------------------------------------------------------------
 */

/* Rows from `i` on that share its codon (and haplotype). */
static size_t run_end(const ps_read_evidence *e, size_t i, int by_haplotype) {
    size_t end = i + 1;
    while (end < e->codons.n_picture && e->codons.picture[end].codon == e->codons.picture[i].codon &&
           (!by_haplotype || e->codons.picture[end].hap == e->codons.picture[i].hap))
        end++;
    return end;
}

static json_t *haplotype_object(const ps_read_evidence *e, size_t from, size_t to, int *bad) {
    char bases[4] = "";
    json_t *o = json_object(), *side[2] = {json_array(), json_array()};
    if (e->codons.picture[from].hap != PS_HAP_INDEL)
        ps_codon_bases(e->codons.picture[from].hap, bases);
    for (size_t i = from; i < to; i++)
        *bad |= json_array_append_new(side[e->codons.picture[i].side], json_string(e->codons.picture[i].text));
    *bad |= json_object_set_new(o, "shows", json_string(bases[0] ? bases : indel_name));
    for (int k = 0; k < 2; k++)
        *bad |= json_object_set_new(o, side_names[k], side[k]);
    return o;
}

json_t *json_pictures(const ps_result *result, ps_input_role role) {
    const ps_read_evidence *e = &result->evidence.reads[role];
    json_t *array = json_array();
    int bad = 0;
    for (size_t i = 0, end; i < e->codons.n_picture; i = end) {
        const ps_codon *codon = &result->panel->codons[e->codons.picture[i].codon];
        end = run_end(e, i, 0);
        if (!ps_is_drawn(result, role, e->codons.picture[i].codon))
            continue;
        json_t *o = json_object(), *haplotypes = json_array();
        for (size_t from = i, to; from < end; from = to) {
            to = run_end(e, from, 1);
            if (!ps_picture_is_drawn(result->panel, &e->codons, e->codons.picture[from].codon,
                                     e->codons.picture[from].hap))
                continue;
            json_t *haplotype = haplotype_object(e, from, to, &bad);
            bad |= json_array_append_new(haplotypes, haplotype);
        }
        bad |=
            json_object_set_new(o, "transcript", json_string(result->panel->transcripts[codon->transcript].refseq)) |
            json_object_set_new(o, "codon", json_integer(codon->number)) |
            json_object_set_new(o, "haplotypes", haplotypes) | json_array_append_new(array, o);
    }
    if (!bad)
        return array;
    json_decref(array);
    return NULL;
}

/* ---- reading ----------------------------------------------------------------------------------------------------
 */

/* One character a coding base, insertions in brackets between them. */
static int is_picture(const char *text, int32_t bases) {
    int32_t n = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '(') {
            at += 1 + strspn(at + 1, "ACGTN");
            at += *at == '+';
            if (*at != ')')
                return 0;
        } else if (strchr("ACGTacgtN-.?", *at)) {
            n++;
        } else {
            return 0;
        }
    }
    return n == bases;
}

static void read_side(json_reader *r, const json_t *o, int side, const ps_panel *panel, ps_picture_row row,
                      ps_read_evidence *e, size_t *capacity) {
    const json_t *array = node_array(r, o, side_names[side], PS_PICTURE_ROWS);
    const ps_codon *codon = &panel->codons[row.codon];
    int32_t beg, end;
    ps_picture_span(&panel->loci[codon->locus], codon, &beg, &end);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (!text || !is_picture(text, end - beg)) {
            node_fail(r, side_names[side], "'%.80s', expected what a fragment shows of %d coding bases",
                      text ? text : "", (int)(end - beg));
            return;
        }
        row.side = (uint8_t)side;
        row.text = ps_strdup(text);
        PS_GROW(e->codons.picture, e->codons.n_picture, *capacity);
        e->codons.picture[e->codons.n_picture++] = row;
    }
}

static int find_codon(const ps_panel *panel, const char *refseq, int64_t number) {
    for (int i = 0; i < panel->n_codons; i++)
        if (panel->codons[i].number == number &&
            !strcmp(panel->transcripts[panel->codons[i].transcript].refseq, refseq))
            return i;
    return -1;
}

static void read_codon(json_reader *r, const json_t *o, const ps_panel *panel, ps_read_evidence *e,
                       size_t *capacity) {
    const char *refseq = node_text(r, o, "transcript", 0);
    int codon = find_codon(panel, refseq, node_integer(r, o, "codon", 1, 1000000));
    const json_t *haplotypes = node_array(r, o, "haplotypes", PS_N_HAPS);
    if (codon < 0) {
        node_fail(r, "codon", "is none of transcript '%.40s' in panel %s", refseq, panel->name);
        return;
    }
    for (size_t i = 0; i < json_array_size(haplotypes) && !r->failed; i++) {
        size_t outside = node_enter(r, "haplotypes", (long)i);
        const json_t *row = node_row(r, haplotypes, i);
        const char *shows = node_text(r, row, "shows", 0);
        int hap = !strcmp(shows, indel_name) ? PS_HAP_INDEL : strlen(shows) == 3 ? ps_codon_code(shows) : -1;
        if (hap < 0)
            node_fail(r, "shows", "'%.40s', expected three bases or %s", shows, indel_name);
        for (int side = 0; side < 2 && !r->failed; side++)
            read_side(r, row, side, panel, (ps_picture_row){.codon = codon, .hap = (uint8_t)hap}, e, capacity);
        node_leave(r, outside);
    }
}

void json_read_pictures(json_reader *r, const json_t *entry, const ps_panel *panel, ps_read_evidence *e) {
    size_t capacity = 0;
    if (!node_has(entry, "pictures"))
        return;
    const json_t *array = node_array(r, entry, "pictures", (size_t)panel->n_codons);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "pictures", (long)i);
        read_codon(r, node_row(r, array, i), panel, e, &capacity);
        node_leave(r, outside);
    }
}
