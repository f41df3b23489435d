/* unit_persons.h - simulated persons at the panel's common SNPs, and what their RNA, tumour and normal would show. */
#ifndef UNIT_PERSONS_H
#define UNIT_PERSONS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence.h"
#include "plasmastrat/panel.h"
#include "unit_random.h"

enum { MAX_SNPS = 512 };

typedef struct person {
    uint8_t allele[2][MAX_SNPS]; /* from the mother, from the father; 1: alternative */
} person;

static inline person unit_stranger(uint64_t *seed, const ps_panel *snps_of) {
    person one = {{{0}}};
    for (int i = 0; i < snps_of->n_snps; i++)
        for (int side = 0; side < 2; side++)
            one.allele[side][i] = unit_uniform(seed) < snps_of->snps[i].alt_frequency;
    return one;
}

/* Neighbouring SNPs are linked as over a map of 1 cM a Mb (Haldane). */
static inline person unit_child(uint64_t *seed, const ps_panel *snps_of, const person *mother, const person *father) {
    person one = {{{0}}};
    const person *parent[2] = {mother, father};
    for (int side = 0; side < 2; side++) {
        int from = (int)unit_below(seed, 2);
        for (int i = 0; i < snps_of->n_snps; i++) {
            const ps_snp *snp = &snps_of->snps[i];
            double morgan = i && snp->contig == snp[-1].contig ? (snp->pos0 - snp[-1].pos0) / 1e8 : 100;
            if (unit_uniform(seed) < (1 - exp(-2 * morgan)) / 2)
                from = !from;
            one.allele[side][i] = parent[side]->allele[from][i];
        }
    }
    return one;
}

typedef struct assay { /* zero: clean diploid DNA */
    ps_input_role role;
    double depth;        /* mean fragments a SNP */
    int sites;           /* how many SNPs are covered, chosen by chance; 0: all */
    double spread;       /* ln sd of the depth between SNPs */
    double error;        /* a base and alternative */
    double damage;       /* C to T and G to A besides */
    double purity;       /* of the tumour; 0: no tumour */
    double lost, gained; /* shares of the genome's stretches with one copy (or two alike), and with three */
    double skew;         /* RNA: sd of the logit of an allele's share; one in twenty genes uses one allele alone */
    const person *foreign;
    double fraction; /* of fragments that are the foreign person's */
} assay;

static inline uint32_t unit_binomial(uint64_t *seed, int n, double p) {
    uint32_t k = 0;
    for (int i = 0; i < n; i++)
        k += unit_uniform(seed) < p;
    return k;
}

/* Evidence with nothing but SNP counts. `tumour_seed` fixes the tumour's genome, so RNA and DNA of one can agree. */
static inline ps_read_evidence unit_observe(uint64_t *seed, const ps_panel *snps_of, const person *who, assay a,
                                            uint64_t tumour_seed) {
    ps_read_evidence e;
    ps_read_evidence_init(snps_of, a.role, &e);
    e.given = 1;
    int left = a.sites ? a.sites : snps_of->n_snps, copies[2] = {1, 1};
    for (int i = 0; i < snps_of->n_snps; i++) {
        const ps_snp *snp = &snps_of->snps[i];
        if (a.purity > 0 &&
            (i == 0 || snp->contig != snps_of->snps[i - 1].contig || unit_uniform(&tumour_seed) < 0.05)) {
            double u = unit_uniform(&tumour_seed);
            int which = (int)unit_below(&tumour_seed, 2), neutral = (int)unit_below(&tumour_seed, 2);
            copies[0] = copies[1] = 1;
            if (u < a.lost) {
                copies[which] = 0;
                copies[!which] = neutral ? 2 : 1;
            } else if (u < a.lost + a.gained) {
                copies[which] = 2;
            }
        }
        int wanted = unit_below(seed, (uint64_t)(snps_of->n_snps - i)) < (uint64_t)left;
        left -= wanted;
        if (!wanted)
            continue;
        double weight[2];
        for (int side = 0; side < 2; side++)
            weight[side] = (1 - a.purity) + a.purity * copies[side];
        if (a.skew > 0) {
            double odds = exp(a.skew * unit_normal(seed));
            weight[0] *= odds;
            if (unit_below(seed, 20) == 0)
                weight[unit_below(seed, 2)] *= 0.01;
        }
        double alt = (weight[0] * who->allele[0][i] + weight[1] * who->allele[1][i]) / (weight[0] + weight[1]);
        double fraction = a.fraction;
        if (a.foreign && a.role == PS_INPUT_RNA) { /* the other's genes are expressed in other shares */
            double odds = fraction / (1 - fraction) * exp(0.7 * unit_normal(seed) - 0.245);
            fraction = odds / (1 + odds);
        }
        if (a.foreign)
            alt = (1 - fraction) * alt + fraction * (a.foreign->allele[0][i] + a.foreign->allele[1][i]) / 2;
        int refs_decay = (snp->ref == 'C' && snp->alt == 'T') || (snp->ref == 'G' && snp->alt == 'A');
        int alts_decay = (snp->alt == 'C' && snp->ref == 'T') || (snp->alt == 'G' && snp->ref == 'A');
        double to_alt = a.error + (refs_decay ? a.damage : 0), to_ref = a.error + (alts_decay ? a.damage : 0);
        double shown = alt * (1 - to_ref) + (1 - alt) * to_alt;
        int n = (int)unit_poisson(seed, a.depth * exp(a.spread * unit_normal(seed) - a.spread * a.spread / 2));
        e.snps.snp[i].other = unit_binomial(seed, n, 2 * a.error);
        e.snps.snp[i].alt = unit_binomial(seed, n - (int)e.snps.snp[i].other, shown);
        e.snps.snp[i].ref = (uint32_t)n - e.snps.snp[i].other - e.snps.snp[i].alt;
    }
    return e;
}

#endif
