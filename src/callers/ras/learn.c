/* learn.c - an error reference from a laboratory's normals. */
#include "errors.h"
#include "constants.h"

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* One sample's counts at one site, unless it holds a variant there. */
static void add_site(const ps_panel *panel, const ras_errors *errors, const ras_counts *p, int base, int letter,
                     ps_error_reference *r) {
    int shift = 4 - 2 * base, hap = (p->codon->ref & ~(3 << shift)) | letter << shift;
    ps_error_site *s = &r->site[ps_error_site_at((int)(p->codon - panel->codons), base, letter)];
    if (hap == p->codon->ref)
        return;
    double n = (double)p->carriers[hap];
    if (n >= ras_background_fragments && n > ras_background_vaf * (double)p->depth) {
        s->left_out++;
        return;
    }
    ras_change what = ras_change_between(panel, p->codon, p->codon->ref, hap);
    s->fragments += p->depth;
    s->errors += p->carriers[hap];
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < RAS_QUALITIES; q++)
            s->expected += p->by_quality[base][side][q] * ras_error_rate(errors, &what, side, q);
}

int ps_errors_learn(const ps_panel *panel, const ps_read_evidence *const *samples, size_t n, ps_error_reference *r,
                    ps_error *err) {
    if (n < PS_MIN_ERROR_SAMPLES)
        return ps_fail(err, PS_ERR_USAGE, NULL, 0, "%zu sample%s, expected at least %d for an error reference", n,
                       ps_s(n), PS_MIN_ERROR_SAMPLES);
    r->n_samples = n;
    r->n_sites = 12 * (size_t)panel->n_codons;
    r->site = ps_alloc(r->n_sites, sizeof *r->site);
    for (size_t i = 0; i < n; i++) {
        ras_errors errors;
        ras_counts p;
        ras_measure_errors(panel, samples[i], NULL, &errors);
        for (ras_cursor at = {0}; ras_next_counts(panel, samples[i], &at, &p);)
            for (int base = 0; base < 3; base++)
                for (int letter = 0; letter < 4; letter++)
                    add_site(panel, &errors, &p, base, letter, r);
    }
    for (size_t i = 0; i < r->n_sites; i++)
        r->site[i].expected = ps_round6(r->site[i].expected);
    return 0;
}
