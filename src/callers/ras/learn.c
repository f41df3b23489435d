/* learn.c - an error reference from a laboratory's normals. */
#include "errors.h"
#include "constants.h"

#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* A haplotype above background in so many normals, and in this share of them, is a habit of the place: mutations of
 * normals are rare (assumption). Germline variants are above `germline_vaf`. */
enum { HABIT_SAMPLES = 3 };
static const double habit_share = 0.25, germline_vaf = 0.3;

typedef struct learner {
    const ps_panel *panel;
    ps_error_site *site, *high; /* background; above it, but too low for a germline variant */
} learner;

static ps_error_site *site_for(const learner *l, size_t at, const ras_counts *p, double n) {
    if (n < ras_background_fragments || n <= ras_background_vaf * (double)p->depth)
        return &l->site[at];
    l->site[at].left_out++;
    if (n > germline_vaf * (double)p->depth)
        return NULL;
    l->high[at].left_out++;
    return &l->high[at];
}

static void add_site(const learner *l, const ras_errors *errors, const ras_counts *p, int base, int letter) {
    int shift = 4 - 2 * base, hap = (p->codon->ref & ~(3 << shift)) | letter << shift;
    size_t at = ps_error_site_at((int)(p->codon - l->panel->codons), base, letter);
    if (hap == p->codon->ref)
        return;
    ps_error_site *s = site_for(l, at, p, (double)p->carriers[hap]);
    if (!s)
        return;
    ras_expected x = {.what = ras_change_between(l->panel, p->codon, p->codon->ref, hap)};
    s->fragments += p->depth;
    s->errors += p->carriers[hap];
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < RAS_QUALITIES; q++)
            if (p->by_quality[base][side][q]) {
                s->expected += p->by_quality[base][side][q] * ras_error_rate(errors, &x.what, side, q);
                s->varying += p->by_quality[base][side][q] * ras_varying_rate(errors, &x, side, q);
            }
}

static void add_sample(const learner *l, const ps_read_evidence *sample) {
    ras_errors errors;
    ras_counts p;
    ras_measure_errors(l->panel, sample, NULL, &errors);
    for (ras_cursor at = {0}; ras_next_counts(l->panel, sample, &at, &p);)
        for (int base = 0; base < 3; base++)
            for (int letter = 0; letter < 4; letter++)
                add_site(l, &errors, &p, base, letter);
}

static void finish_site(ps_error_site *s, const ps_error_site *high, size_t n) {
    if (high->left_out >= HABIT_SAMPLES && (double)high->left_out >= habit_share * (double)n) {
        s->fragments += high->fragments;
        s->errors += high->errors;
        s->expected += high->expected;
        s->varying += high->varying;
        s->left_out -= high->left_out;
    }
    s->expected = ps_round6(s->expected);
    s->varying = ps_round6(s->varying);
}

int ps_errors_learn(const ps_panel *panel, const ps_read_evidence *const *samples, size_t n, ps_error_reference *r,
                    ps_error *err) {
    if (n < PS_MIN_ERROR_SAMPLES)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "%zu sample%s, expected at least %d for an error reference", n,
                       ps_s(n), PS_MIN_ERROR_SAMPLES);
    r->n_samples = n;
    r->n_sites = 12 * (size_t)panel->n_codons;
    r->site = ps_alloc(r->n_sites, sizeof *r->site);
    learner l = {panel, r->site, ps_alloc(r->n_sites, sizeof *l.high)};
    for (size_t i = 0; i < n; i++)
        add_sample(&l, samples[i]);
    for (size_t i = 0; i < r->n_sites; i++)
        finish_site(&r->site[i], &l.high[i], n);
    free(l.high);
    return 0;
}
