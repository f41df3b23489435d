/* identity.c - one person or two, from counts of common SNPs.
 *
 * For each SNP an input's counts have a likelihood L(g) under each genotype g (0, 1, 2 alternative alleles), P(g) is
 * Hardy-Weinberg at the panel's frequency, and l(g) = L(g) / sum_g P(g) L(g). Over what unrelated persons would show,
 * the two inputs' counts are then likelier by
 *   one person         s = sum_g P(g) la(g) lb(g)
 *   parent and child   x = sum_t P(t) Aa(t) Ab(t),  A(t) = sum_u P(u) l(t + u)   (one allele t is shared)
 *   siblings           1/4 + x/2 + s/4                                           (none, one or both are shared)
 * (Thompson, Ann Hum Genet 1975;39:173). SNPs lie 3 Mb apart and count as independent. A share identity_outliers of
 * SNPs is allowed to say nothing, so that no single misaligned SNP decides.
 *
 * L of a homozygote is beta-binomial with a mean of 1 % of the other allele (errors, some contamination). A
 * heterozygote is even, or out of balance (copy number, unequal expression), or has lost one allele; how often
 * depends on the input, and the share of lost ones is fitted where much of the genome has lost a haplotype.
 */
#include "plasmastrat/calls.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fraction of SNPs: that say nothing (assumption: no single misaligned SNP decides) */
static const double identity_outliers = 0.005;
/* beta shape: of the other allele at homozygous SNPs (assumption: 1 % of the other allele: errors, some
 * contamination) */
static const double identity_hom_minor = 0.2;
static const double identity_hom_major = 19.8; /* beta shape: of the own allele (assumption: the same) */
/* probability: from which a genotype is printed (assumption: surer genotypes are printed) */
static const double identity_clear = 0.99;
/* errors per base: of the printed genotypes (assumption: genotypes in print) */
static const double identity_clear_error = 0.01;
/* fraction: heterozygous SNPs of RNA that look even (assumption: one in five expressed SNPs is skewed, some are not
 * seen) */
static const double identity_rna_even = 0.60;
static const double identity_rna_even_shape = 8; /* beta shape: of those (assumption: spread of expressed alleles) */
/* fraction: out of balance; the rest have lost an allele (assumption: one in five expressed SNPs is skewed) */
static const double identity_rna_skewed = 0.22;
static const double identity_rna_skewed_shape = 1.5; /* beta shape: of those (assumption: next to any share) */
/* fraction: the same in tumour DNA (assumption: a myeloma has lost about a tenth of its genome and gained more) */
static const double identity_dna_even = 0.55;
static const double identity_dna_even_shape = 20;  /* beta shape (assumption: spread of alleles at two copies) */
static const double identity_dna_skewed = 0.28;    /* fraction (assumption: gained parts of the genome) */
static const double identity_dna_skewed_shape = 2; /* beta shape (assumption: shares of gained parts) */
/* fraction: the same in the normal (assumption: a normal has next to no changes) */
static const double identity_normal_even = 0.95;
static const double identity_normal_even_shape = 30;  /* beta shape (assumption: spread of alleles at two copies) */
static const double identity_normal_skewed = 0.03;    /* fraction (assumption: a normal has next to no changes) */
static const double identity_normal_skewed_shape = 2; /* beta shape (assumption: as in tumour DNA) */

const char *const ps_identity_state_names[PS_N_IDENTITY_STATES] = {"not-assessable", "same", "different"};
const char ps_identity_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/* Shares of heterozygous SNPs that look even or out of balance (the rest look homozygous), and the beta shapes of the
 * first two. */
typedef struct het {
    double even, even_shape, skewed, skewed_shape;
} het;

static het het_of(ps_input_role role) {
    switch (role) {
    case PS_INPUT_RNA:
        return (het){identity_rna_even, identity_rna_even_shape, identity_rna_skewed, identity_rna_skewed_shape};
    case PS_INPUT_NORMAL:
        return (het){identity_normal_even, identity_normal_even_shape, identity_normal_skewed,
                     identity_normal_skewed_shape};
    default:
        return (het){identity_dna_even, identity_dna_even_shape, identity_dna_skewed, identity_dna_skewed_shape};
    }
}

/* ---- the published form ---------------------------------------------------------------------------------------- */

static int digit_of(char c) {
    const char *at = c ? strchr(ps_identity_digits, c) : NULL;
    return at ? (int)(at - ps_identity_digits) : -1;
}

int ps_identity_is_counts(const ps_panel *panel, const char *counts) {
    if (!counts || strlen(counts) != 2 * (size_t)panel->n_snps)
        return 0;
    for (int i = 0; i < panel->n_snps; i++) {
        int ref = digit_of(counts[2 * i]), alt = digit_of(counts[2 * i + 1]);
        if (ref < 0 || alt < 0 || ref + alt > PS_SNP_MAX)
            return 0;
    }
    return 1;
}

/* Posterior of the three genotypes without imbalance or loss: what the fragments look like. */
static char genotype_of(const ps_snp *snp, int ref, int alt) {
    double q = snp->alt_frequency, prior[3] = {(1 - q) * (1 - q), 2 * q * (1 - q), q * q}, sum = 0;
    double p[3] = {identity_clear_error, 0.5, 1 - identity_clear_error};
    for (int g = 0; g < 3; g++)
        sum += prior[g] *= pow(p[g], alt) * pow(1 - p[g], ref);
    for (int g = 0; g < 3; g++)
        if (prior[g] >= identity_clear * sum)
            return (char)('0' + g);
    return '.';
}

/* Sites and genotypes from `counts`. */
static void read_counts(const ps_panel *panel, ps_identity_input *input) {
    input->sites = 0;
    free(input->genotypes);
    input->genotypes = ps_alloc((size_t)panel->n_snps + 1, 1);
    for (int i = 0; i < panel->n_snps; i++) {
        int ref = digit_of(input->counts[2 * i]), alt = digit_of(input->counts[2 * i + 1]);
        input->genotypes[i] = genotype_of(&panel->snps[i], ref, alt);
        input->sites += ref + alt > 0;
    }
}

void ps_identity_publish(const ps_panel *panel, const ps_read_evidence *evidence, ps_identity_input *input) {
    *input = (ps_identity_input){.role = evidence->role};
    input->counts = ps_alloc(2 * (size_t)panel->n_snps + 1, 1);
    for (int i = 0; i < panel->n_snps; i++) {
        uint64_t ref = evidence->snps.snp[i].ref, alt = evidence->snps.snp[i].alt, n = ref + alt;
        input->fragments += (int64_t)n;
        if (n > PS_SNP_MAX) {
            ref = (ref * PS_SNP_MAX + n / 2) / n;
            alt = PS_SNP_MAX - ref;
        }
        input->counts[2 * i] = ps_identity_digits[ref];
        input->counts[2 * i + 1] = ps_identity_digits[alt];
    }
    read_counts(panel, input);
}

/* ---- likelihoods ----------------------------------------------------------------------------------------------- */

/* Beta-binomial without the binomial coefficient, which every genotype shares. */
static double beta_binomial(int k, int n, double a, double b) {
    double p = 1;
    for (int i = 0; i < k; i++)
        p *= (a + i) / (a + b + i);
    for (int i = 0; i < n - k; i++)
        p *= (b + i) / (a + b + k + i);
    return p;
}

static void genotype_likelihoods(het h, int ref, int alt, double likelihood[3]) {
    int n = ref + alt;
    likelihood[0] = beta_binomial(alt, n, identity_hom_minor, identity_hom_major);
    likelihood[2] = beta_binomial(ref, n, identity_hom_minor, identity_hom_major);
    likelihood[1] = h.even * beta_binomial(alt, n, h.even_shape, h.even_shape) +
                    h.skewed * beta_binomial(alt, n, h.skewed_shape, h.skewed_shape) +
                    (1 - h.even - h.skewed) * (likelihood[0] + likelihood[2]) / 2;
}

void ps_identity_bits_of(const ps_panel *panel, const char *genotypes, int sites, ps_identity_profile *profile) {
    size_t n = (size_t)panel->n_snps, words = (n + 63) / 64;
    *profile = (ps_identity_profile){.sites = sites};
    profile->hom[0] = ps_alloc(words, sizeof *profile->hom[0]);
    profile->hom[1] = ps_alloc(words, sizeof *profile->hom[1]);
    for (size_t i = 0; i < n; i++)
        if (genotypes[i] == '0' || genotypes[i] == '2') {
            profile->hom[genotypes[i] == '2'][i / 64] |= (uint64_t)1 << i % 64;
            profile->n_hom++;
        }
}

/* Of one SNP, with its Hardy-Weinberg mean. */
static double mean_likelihood(const ps_panel *panel, int snp, het h, const char *counts, double like[3]) {
    double q = panel->snps[snp].alt_frequency;
    genotype_likelihoods(h, digit_of(counts[2 * snp]), digit_of(counts[2 * snp + 1]), like);
    return (1 - q) * (1 - q) * like[0] + 2 * q * (1 - q) * like[1] + q * q * like[2];
}

/* Shares of heterozygous SNPs that look homozygous: the usual one, or, where the input's own counts make it clearly
 * likelier, one of a tumour that lost a haplotype over much or all of its genome. Such a tumour shares an allele with
 * its own normal everywhere, as a parent does; that it shows next to no heterozygous SNP tells the two apart. */
static het fitted_het(const ps_panel *panel, ps_input_role role, const char *counts) {
    static const double losses[] = {0.35, 0.55, 0.75, 0.9, 0.97};
    static const double clear = 3; /* ln likelihood: a factor of twenty */
    het usual = het_of(role), best = usual;
    double kept = usual.even + usual.skewed, most = 0;
    if (role == PS_INPUT_NORMAL)
        return usual;
    for (size_t k = 0; k < sizeof losses / sizeof *losses; k++) {
        het h = usual;
        double sum = 0, like[3];
        h.even *= (1 - losses[k]) / kept;
        h.skewed *= (1 - losses[k]) / kept;
        if (losses[k] <= 1 - kept)
            continue;
        for (int i = 0; i < panel->n_snps; i++)
            sum += log(mean_likelihood(panel, i, h, counts, like) / mean_likelihood(panel, i, usual, counts, like));
        if (sum > clear && sum > most) {
            most = sum;
            best = h;
        }
    }
    return best;
}

void ps_identity_profile_of(const ps_panel *panel, ps_input_role role, const char *counts, const char *genotypes,
                            int sites, ps_identity_profile *profile) {
    size_t n = (size_t)panel->n_snps;
    ps_identity_bits_of(panel, genotypes, sites, profile);
    profile->likelihood = ps_alloc(3 * n, sizeof *profile->likelihood);
    profile->allele = ps_alloc(2 * n, sizeof *profile->allele);
    het h = fitted_het(panel, role, counts);
    for (size_t i = 0; i < n; i++) {
        double q = panel->snps[i].alt_frequency, like[3], mean = mean_likelihood(panel, (int)i, h, counts, like);
        for (int g = 0; g < 3; g++)
            profile->likelihood[3 * i + (size_t)g] = (float)(like[g] / mean);
        for (size_t t = 0; t < 2; t++)
            profile->allele[2 * i + t] = (float)(((1 - q) * like[t] + q * like[t + 1]) / mean);
    }
}

void ps_identity_profile_free(ps_identity_profile *profile) {
    free(profile->likelihood);
    free(profile->allele);
    free(profile->hom[0]);
    free(profile->hom[1]);
    *profile = (ps_identity_profile){0};
}

/* ---- pairs ----------------------------------------------------------------------------------------------------- */

typedef struct odds { /* ln, over unrelated persons */
    double same, parent, sibling;
} odds;

/* Products of up to RUN ratios, each between identity_outliers and 16 or so, keep within a double. */
enum { RUN = 64 };

/* With `same_only` the relatives' odds are left at 0. */
static odds compare(const ps_panel *panel, const ps_identity_profile *a, const ps_identity_profile *b,
                    int same_only) {
    odds sum = {0};
    double outlier = identity_outliers;
    for (int beg = 0; beg < panel->n_snps; beg += RUN) {
        double same = 1, parent = 1, sibling = 1;
        for (int i = beg; i < panel->n_snps && i < beg + RUN; i++) {
            const float *la = a->likelihood + 3 * (size_t)i, *lb = b->likelihood + 3 * (size_t)i;
            const float *ta = a->allele + 2 * (size_t)i, *tb = b->allele + 2 * (size_t)i;
            double q = panel->snps[i].alt_frequency, p = 1 - q;
            double s = p * p * (la[0] * lb[0]) + 2 * p * q * (la[1] * lb[1]) + q * q * (la[2] * lb[2]);
            same *= outlier + (1 - outlier) * s;
            if (same_only)
                continue;
            double x = p * (ta[0] * tb[0]) + q * (ta[1] * tb[1]);
            parent *= outlier + (1 - outlier) * x;
            sibling *= outlier + (1 - outlier) * (0.25 + 0.5 * x + 0.25 * s);
        }
        sum.same += log(same);
        sum.parent += log(parent);
        sum.sibling += log(sibling);
    }
    return sum;
}

static double over_relative(odds o) {
    return o.same - (o.parent > o.sibling ? o.parent : o.sibling);
}

static void compare_genotypes(const ps_panel *panel, const ps_identity_input *a, const ps_identity_input *b,
                              ps_identity_comparison *call) {
    int clear = 0, equal = 0;
    for (int i = 0; i < panel->n_snps; i++) {
        int seen_a = a->counts[2 * i] != '0' || a->counts[2 * i + 1] != '0';
        int seen_b = b->counts[2 * i] != '0' || b->counts[2 * i + 1] != '0';
        int both = a->genotypes[i] != '.' && b->genotypes[i] != '.';
        call->sites += seen_a && seen_b;
        clear += both;
        equal += both && a->genotypes[i] == b->genotypes[i];
    }
    call->concordance = clear ? ps_round6((double)equal / clear) : NAN;
}

static void decide(const ps_limits *l, ps_identity_comparison *call) {
    if (call->sites < l->identity_min_sites)
        ps_reason_add(&call->reasons, PS_REASON_FEW_SNPS, "%s and %s share %d common SNP%s, at least %g needed",
                      ps_input_names[call->a], ps_input_names[call->b], call->sites, ps_s(call->sites),
                      l->identity_min_sites);
    else if (call->log_odds >= l->identity_min_log_odds &&
             call->log_odds_relative >= l->identity_min_log_odds_relative)
        call->state = PS_IDENTITY_SAME;
    else if (call->log_odds <= -l->identity_min_log_odds || call->log_odds_relative <= -l->identity_min_log_odds)
        call->state = PS_IDENTITY_DIFFERENT;
    else
        ps_reason_add(
            &call->reasons, PS_REASON_IDENTITY_UNCLEAR,
            "%s and %s: ln odds for one person %.1f against strangers, %.1f against close relatives; %g and %g needed",
            ps_input_names[call->a], ps_input_names[call->b], call->log_odds, call->log_odds_relative,
            l->identity_min_log_odds, l->identity_min_log_odds_relative);
}

void ps_identity_pair(const ps_panel *panel, const ps_identity_input *a, const ps_identity_input *b,
                      ps_identity_comparison *call) {
    *call = (ps_identity_comparison){.a = a->role, .b = b->role, .log_odds = NAN, .log_odds_relative = NAN};
    compare_genotypes(panel, a, b, call);
    if (call->sites) {
        ps_identity_profile pa, pb;
        ps_identity_profile_of(panel, a->role, a->counts, a->genotypes, a->sites, &pa);
        ps_identity_profile_of(panel, b->role, b->counts, b->genotypes, b->sites, &pb);
        odds o = compare(panel, &pa, &pb, 0);
        call->log_odds = ps_round6(o.same);
        call->log_odds_relative = ps_round6(over_relative(o));
        ps_identity_profile_free(&pa);
        ps_identity_profile_free(&pb);
    }
    decide(&panel->limits, call);
}

void ps_identity_pairs(const ps_panel *panel, ps_identity_call *call) {
    call->n_pairs = 0;
    call->state = PS_IDENTITY_NOT_ASSESSABLE;
    for (size_t i = 0; i < call->n_inputs; i++)
        for (size_t j = i + 1; j < call->n_inputs; j++) {
            ps_identity_comparison *pair = &call->pair[call->n_pairs++];
            ps_identity_pair(panel, &call->input[i], &call->input[j], pair);
            if (pair->state > call->state)
                call->state = pair->state;
        }
}

/* Set bits of a word (Warren, Hacker's Delight, section 5-1): without a processor's own instruction the compiler
 * calls a function. */
static int count_bits(uint64_t x) {
    x -= x >> 1 & 0x5555555555555555;
    x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F;
    return (int)(x * 0x0101010101010101 >> 56);
}

/* Bits of 64 SNPs at once. The same person has next to no opposite homozygotes, unrelated ones at an eighth of the
 * SNPs, half of those where both are homozygous. A short cut, no threshold: pairs between are compared in full. Both
 * are homozygous nowhere more often than either is: most pairs are decided by that before the last word. */
static int has_opposite_homozygotes(const ps_panel *panel, const ps_identity_profile *a,
                                    const ps_identity_profile *b) {
    const double most_share = 0.15;
    const int most = 2;
    int words = (panel->n_snps + 63) / 64, opposite = 0, hom = 0, fewer = a->n_hom < b->n_hom ? a->n_hom : b->n_hom;
    for (int w = 0; w < words; w++) {
        opposite += count_bits((a->hom[0][w] & b->hom[1][w]) | (a->hom[1][w] & b->hom[0][w]));
        if (opposite > most && opposite > most_share * fewer)
            return 1;
    }
    for (int w = 0; w < words; w++)
        hom += count_bits((a->hom[0][w] | a->hom[1][w]) & (b->hom[0][w] | b->hom[1][w]));
    return opposite > most && opposite > most_share * hom;
}

int ps_identity_may_be_same(const ps_panel *panel, const ps_identity_profile *a, const ps_identity_profile *b) {
    return a->sites >= panel->limits.identity_min_sites && b->sites >= panel->limits.identity_min_sites &&
           !has_opposite_homozygotes(panel, a, b);
}

int ps_identity_same(const ps_panel *panel, const ps_identity_profile *a, const ps_identity_profile *b,
                     double ln_trials) {
    if (!ps_identity_may_be_same(panel, a, b))
        return 0;
    if (compare(panel, a, b, 1).same < panel->limits.identity_min_log_odds + ln_trials)
        return 0;
    return over_relative(compare(panel, a, b, 0)) >= panel->limits.identity_min_log_odds_relative;
}

void ps_call_identity(const ps_case *c, ps_identity_call *call) {
    *call = (ps_identity_call){0};
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        if (!c->reads[role] || !c->reads[role]->given)
            continue;
        ps_identity_input *input = &call->input[call->n_inputs++];
        ps_identity_publish(c->panel, c->reads[role], input);
        ps_library own;
        ps_call_contamination(c->panel, c->reads[role], ps_library_of(c, (ps_input_role)role, &own),
                              &input->contamination);
    }
    ps_identity_pairs(c->panel, call);
}

void ps_identity_free(ps_identity_call *call) {
    for (size_t i = 0; i < call->n_inputs; i++) {
        free(call->input[i].counts);
        free(call->input[i].genotypes);
    }
    *call = (ps_identity_call){0};
}
