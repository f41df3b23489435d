/* unit_case.h - evidence typed into a test, for callers. */
#ifndef UNIT_CASE_H
#define UNIT_CASE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/stats.h"

static ps_panel panel; /* grch38 */

static inline int case_load(void **state) {
    (void)state;
    ps_error err = {0};
    return ps_panel_load("grch38", &panel, &err);
}

static inline int case_unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

static inline ps_read_evidence case_evidence(ps_input_role role) {
    ps_read_evidence e;
    ps_read_evidence_init(&panel, role, &e);
    e.given = 1;
    return e;
}

static inline int codon_of(const char *gene, int number) {
    int id = ps_panel_codon(&panel, ps_panel_gene(&panel, gene), number);
    assert_true(id >= 0);
    return id;
}

static inline int case_by_key(const void *a, const void *b) {
    const ps_codon_count *x = a, *y = b;
    if (x->codon != y->codon)
        return x->codon - y->codon;
    if (x->hap != y->hap)
        return x->hap - y->hap;
    if (x->flags != y->flags)
        return x->flags - y->flags;
    return x->side != y->side ? x->side - y->side : x->quality - y->quality;
}

static inline int case_by_base(const void *a, const void *b) {
    const ps_base_count *x = a, *y = b;
    if (x->codon != y->codon)
        return x->codon - y->codon;
    if (x->base != y->base)
        return x->base - y->base;
    return x->side != y->side ? x->side - y->side : x->quality - y->quality;
}

/* Adds n fragments of one haplotype, side and flags whose bases are all of one quality; rows are not yet in order. */
static inline void add_rows(ps_read_evidence *e, int codon, int hap, int flags, int side, int quality, int n) {
    size_t i = 0;
    int q = hap == panel.codons[codon].ref ? 0 : quality; /* the reference has no changed base */
    for (i = 0; i < e->codons.n_codon; i++) {
        const ps_codon_count *c = &e->codons.codon[i];
        if (c->codon == codon && c->hap == hap && c->flags == flags && c->side == side && c->quality == q)
            break;
    }
    if (i == e->codons.n_codon) {
        e->codons.codon = ps_resize(e->codons.codon, ++e->codons.n_codon, sizeof *e->codons.codon);
        e->codons.codon[i] = (ps_codon_count){codon, (uint8_t)hap, (uint8_t)flags, (uint8_t)side, (uint8_t)q, 0};
    }
    e->codons.codon[i].n += (uint32_t)n;
    for (int base = 0; base < 3 && hap != PS_HAP_INDEL; base++) {
        for (i = 0; i < e->codons.n_base; i++) {
            const ps_base_count *b = &e->codons.base[i];
            if (b->codon == codon && b->base == base && b->side == side && b->quality == quality)
                break;
        }
        if (i == e->codons.n_base) {
            e->codons.base = ps_resize(e->codons.base, ++e->codons.n_base, sizeof *e->codons.base);
            e->codons.base[i] = (ps_base_count){codon, (uint8_t)base, (uint8_t)side, (uint8_t)quality, 0};
        }
        e->codons.base[i].n += (uint32_t)n;
    }
}

static inline void order_rows(ps_read_evidence *e) {
    if (e->codons.n_codon)
        qsort(e->codons.codon, e->codons.n_codon, sizeof *e->codons.codon, case_by_key);
    if (e->codons.n_base)
        qsort(e->codons.base, e->codons.n_base, sizeof *e->codons.base, case_by_base);
}

static inline void put_flagged(ps_read_evidence *e, int codon, int hap, int flags, int side, int quality, int n) {
    if (n == 0)
        return;
    add_rows(e, codon, hap, flags, side, quality, n);
    order_rows(e);
}

static inline void put(ps_read_evidence *e, int codon, int hap, int side, int quality, int n) {
    put_flagged(e, codon, hap, 0, side, quality, n);
}

/* n fragments, half of each side. */
static inline void put_both(ps_read_evidence *e, int codon, int hap, int quality, int n) {
    put(e, codon, hap, PS_F1R2, quality, n / 2);
    put(e, codon, hap, PS_F2R1, quality, n - n / 2);
}

/* Makes these reference fragments all that a codon has. */
static inline void put_reference(ps_read_evidence *e, int codon, int quality, int n) {
    size_t kept = 0;
    for (size_t i = 0; i < e->codons.n_codon; i++)
        if (e->codons.codon[i].codon != codon)
            e->codons.codon[kept++] = e->codons.codon[i];
    e->codons.n_codon = kept;
    kept = 0;
    for (size_t i = 0; i < e->codons.n_base; i++)
        if (e->codons.base[i].codon != codon)
            e->codons.base[kept++] = e->codons.base[i];
    e->codons.n_base = kept;
    put_both(e, codon, panel.codons[codon].ref, quality, n);
}

/* Every codon of the panel with so many reference fragments. */
static inline void put_everywhere(ps_read_evidence *e, int quality, int n) {
    e->codons.codon = ps_resize(e->codons.codon, 2 * (size_t)panel.n_codons, sizeof *e->codons.codon);
    e->codons.base = ps_resize(e->codons.base, 6 * (size_t)panel.n_codons, sizeof *e->codons.base);
    e->codons.n_codon = e->codons.n_base = 0;
    for (int id = 0; id < panel.n_codons; id++)
        for (int side = 0; side < 2; side++) {
            uint32_t half = (uint32_t)(side ? n - n / 2 : n / 2);
            e->codons.codon[e->codons.n_codon++] =
                (ps_codon_count){id, panel.codons[id].ref, 0, (uint8_t)side, 0, half};
            for (int base = 0; base < 3; base++)
                e->codons.base[e->codons.n_base++] =
                    (ps_base_count){id, (uint8_t)base, (uint8_t)side, (uint8_t)quality, half};
        }
    order_rows(e);
}

static inline ps_case case_of(const ps_read_evidence *rna, const ps_read_evidence *dna,
                              const ps_read_evidence *normal) {
    return (ps_case){.panel = &panel, .reads = {rna, dna, normal}, .purity = NAN};
}

static inline int has_reason(const ps_reasons *r, ps_reason_code code) {
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].code == code)
            return 1;
    return 0;
}

static inline const char *detail_of(const ps_reasons *r, ps_reason_code code) {
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].code == code)
            return r->at[i].detail;
    return "";
}

#define assert_near(have, want, by)                                                                                  \
    do {                                                                                                             \
        double have_ = (have), want_ = (want);                                                                       \
        if (!(fabs(have_ - want_) <= (by)))                                                                          \
            fail_msg("%s = %.10g, expected %.10g", #have, have_, want_);                                             \
    } while (0)

#endif
