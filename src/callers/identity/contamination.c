/* contamination.c - another person's fragments, seen as minor alleles at homozygous SNPs.
 *
 * With a share A of foreign fragments, a SNP whose owner is homozygous and whose intruder has c copies of the other
 * allele shows that allele in A c / 2 of its fragments. Neither genotype is known: both are summed out, the owner's
 * at Hardy-Weinberg, the intruder's given the owner's: a relative shares alleles, so fewer of its fragments show. Who
 * the intruder is to the owner is not known either: a stranger, a parent or child, a sibling are each fitted. A
 * heterozygous owner shows anything between even and nearly homozygous (a tumour's lost and gained copies, unequal
 * expression): how the shares are spread is fitted with A, as weights of a grid, by expectation-maximisation. Lost
 * copies make a few SNPs look foreign, an intruder three quarters of the homozygous ones, and how many SNPs are
 * homozygous is known. Errors are known from third alleles; damage that turns C into T and G into A in one direction
 * only is fitted too. The estimate is the maximum of the profile likelihood over kinships, the interval where it
 * falls by contamination_drop under each of them.
 */
#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/identity.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fragments (assumption: one allele missing by chance from fewer than 1 in 100 heterozygous sites) */
static const double contamination_min_depth = 8;
/* fragments at those SNPs together (derived: 2 % of them foreign show about 7 foreign alleles at homozygous sites) */
static const double contamination_min_fragments = 1000;
/* errors per base and alternative: at SNPs, at least (assumption: no sample is trusted below) */
static const double contamination_min_error = 5e-4;
/* errors per base and alternative: from here up nothing is said (derived: a base by chance shows each of three others
 * as often as its own) */
static const double contamination_max_error = 0.25;
/* ln likelihood: below its maximum at which the interval ends (derived: half of chi-squared's 3.84, and more since
 * fitted shares take some foreign alleles for lost ones; 95 % of simulated intervals hold the truth or more) */
static const double contamination_drop = 2.5;
/* fragments at SNPs together: from which on the interval ends there; fewer leave the fitted shares more room
 * (derived: with the cube root of how many times fewer, simulated intervals of 60 SNPs, of 15x and 30x, and of RNA
 * hold a sibling's share in 95 %) */
static const double contamination_many_fragments = 30000;

const char *const ps_contamination_state_names[PS_N_CONTAMINATION_STATES] = {"not-assessable", "below-limit",
                                                                             "contaminated"};

static const double MOST = 0.5; /* beyond it, owner and intruder change places */
/* Grids, no thresholds: of damage, errors a base; and of the rarer allele's share at an owner's heterozygous SNPs. */
static const double damages[] = {0, 0.004, 0.015, 0.05};
static const double shares[] = {0.015, 0.035, 0.06, 0.09, 0.13, 0.18, 0.25, 0.33, 0.42, 0.5};
enum { N_DAMAGES = sizeof damages / sizeof *damages, N_SHARES = sizeof shares / sizeof *shares, ROUNDS = 20 };

/* In RNA the intruder's genes are expressed in other shares than the owner's: four points for a spread of about
 * twofold, an assumption. */
static const struct node {
    double factor, weight;
} rna_nodes[] = {{0.25, 0.2}, {0.7, 0.3}, {1.2, 0.3}, {2, 0.2}}, dna_nodes[] = {{1, 1}};

/* Probabilities that owner and intruder share none, one or both alleles by descent. */
static const struct kinship {
    double shared[3];
    double ln_prior; /* for the estimate, not for the interval: one intruder in eight or so is a close relative, an
                        assumption */
} kinships[] = {{{1, 0, 0}, 0}, {{0, 1, 0}, -2}, {{0.25, 0.5, 0.25}, -2}};
enum { N_KINSHIPS = sizeof kinships / sizeof *kinships };

typedef struct site {
    double ref, alt, prior[3];
    double intruder[3][3]; /* by the owner's copies of the alternative: probability of the intruder's */
    double scale;          /* ln likelihood if every share of alleles were as likely: never far below the best */
    int snp;               /* of the panel */
    int damage[2];         /* 1: damage makes the reference the alternative, the alternative the reference */
} site;

typedef struct fit {
    const site *at;
    size_t n;
    double error;
    const struct node *node;
    size_t n_nodes;
    double (*het)[N_SHARES]; /* n: likelihood of a heterozygous owner of that share, over scale */
    double *hom;             /* n: of a homozygous owner, over scale, with its prior */
} fit;

/* ln of an allele's chance and of the other's, by the intruder's copies of it. */
typedef struct chances {
    double this[3], other[3];
} chances;

static chances chances_of(double owner_share, double fraction, double error, double damage) {
    chances c;
    for (int copies = 0; copies < 3; copies++) {
        double shown = (1 - fraction) * owner_share + fraction * copies / 2;
        double p = shown * (1 - error) + (1 - shown) * (error + damage);
        c.this[copies] = log(p);
        c.other[copies] = log1p(-p);
    }
    return c;
}

/* Likelihood over `scale` of an allele's fragments, the intruder's genotype summed out. alt: is it the alternative?
 * `owner`: the owner's copies of the alternative. */
static double likelihood(const site *s, const chances *c, int alt, int owner) {
    double this = alt ? s->alt : s->ref, other = alt ? s->ref : s->alt, sum = 0;
    for (int copies = 0; copies < 3; copies++)
        sum += s->intruder[owner][alt ? copies : 2 - copies] *
               exp(this * c->this[copies] + other * c->other[copies] - s->scale);
    return sum;
}

/* The intruder's genotype given the owner's: one allele or both the owner's own, the rest as in the population. */
static void set_kinship(const struct kinship *k, double q, site *s) {
    double allele[2] = {1 - q, q};
    for (int owner = 0; owner < 3; owner++)
        for (int copies = 0; copies < 3; copies++) {
            double one = 0; /* the shared allele is the reference (0) or the alternative (1) */
            for (int shared = 0; shared < 2; shared++) {
                double chance = shared ? owner / 2.0 : 1 - owner / 2.0;
                int rest = copies - shared;
                one += rest == 0 || rest == 1 ? chance * allele[rest] : 0;
            }
            s->intruder[owner][copies] =
                k->shared[0] * s->prior[copies] + k->shared[1] * one + k->shared[2] * (copies == owner);
        }
}

static void fill_heterozygous(const fit *f, double fraction) {
    for (int j = 0; j < N_SHARES; j++) {
        chances c = chances_of(shares[j], fraction, f->error, 0);
        for (size_t i = 0; i < f->n; i++)
            f->het[i][j] =
                f->at[i].prior[1] * (likelihood(&f->at[i], &c, 0, 1) + likelihood(&f->at[i], &c, 1, 1)) / 2;
    }
}

static void fill_homozygous(const fit *f, double fraction, double damage) {
    for (size_t i = 0; i < f->n; i++)
        f->hom[i] = 0;
    for (size_t k = 0; k < f->n_nodes; k++) {
        double here = fmin(fraction * f->node[k].factor, 0.95);
        chances c[2] = {chances_of(0, here, f->error, 0), chances_of(0, here, f->error, damage)};
        for (size_t i = 0; i < f->n; i++) {
            const site *s = &f->at[i];
            f->hom[i] += f->node[k].weight * (s->prior[0] * likelihood(s, &c[s->damage[0]], 1, 0) +
                                              s->prior[2] * likelihood(s, &c[s->damage[1]], 0, 2));
        }
    }
}

/* Expectation-maximisation over the weights of the shares. Half a SNP more for each keeps them from zero. */
static double best_weights(const fit *f) {
    double weight[N_SHARES], sum = 0;
    for (int j = 0; j < N_SHARES; j++)
        weight[j] = 1.0 / N_SHARES;
    for (int round = 0; round <= ROUNDS; round++) {
        double next[N_SHARES], total = 0;
        for (int j = 0; j < N_SHARES; j++)
            next[j] = 0.5 / N_SHARES;
        sum = 0;
        for (size_t i = 0; i < f->n; i++) {
            double all = f->hom[i];
            for (int j = 0; j < N_SHARES; j++)
                all += weight[j] * f->het[i][j];
            all = fmax(all, 1e-300);
            for (int j = 0; j < N_SHARES; j++)
                next[j] += weight[j] * f->het[i][j] / all;
            if (round == ROUNDS)
                sum += log(all);
        }
        for (int j = 0; j < N_SHARES; j++)
            total += next[j];
        for (int j = 0; j < N_SHARES; j++)
            weight[j] = next[j] / total;
    }
    return sum;
}

/* ln likelihood of a fraction at the best spread of shares and the best damage, which has one peak. */
static double profile(const fit *f, double fraction) {
    double best = -INFINITY;
    fill_heterozygous(f, fraction);
    for (int d = 0; d < N_DAMAGES; d++) {
        fill_homozygous(f, fraction, damages[d]);
        double here = best_weights(f);
        if (here < best)
            break;
        best = here;
    }
    return best;
}

/* ---- maximum and interval -------------------------------------------------------------------------------------- */

enum { GRID = 18, GOLDEN_STEPS = 18, BISECTIONS = 14 }; /* to a thousandth of the grid's steps */

static double grid_at(int i) { /* 0, then 0.001 to 0.5 in equal ratios */
    return i == 0 ? 0 : 0.001 * pow(MOST / 0.001, (double)(i - 1) / (GRID - 2));
}

/* Between two grid points; the profile has one peak there. */
static double peak(const fit *f, double low, double high, double *height) {
    const double golden = (sqrt(5) - 1) / 2;
    double x = high - golden * (high - low), y = low + golden * (high - low);
    double at_x = profile(f, x), at_y = profile(f, y);
    for (int i = 0; i < GOLDEN_STEPS; i++) {
        if (at_x >= at_y) {
            high = y;
            y = x;
            at_y = at_x;
            x = high - golden * (high - low);
            at_x = profile(f, x);
        } else {
            low = x;
            x = y;
            at_x = at_y;
            y = low + golden * (high - low);
            at_y = profile(f, y);
        }
    }
    *height = fmax(at_x, at_y);
    return at_x >= at_y ? x : y;
}

/* The profile at the grid's points and at its peaks, by fraction. A sibling's fifth and lost copies alone are two
 * peaks; the higher one may fall between grid points, and the lower one belongs to the interval where it is nearly as
 * likely. */
typedef struct curve {
    double at[2 * GRID], height[2 * GRID];
    int n;
} curve;

static void add_point(curve *c, double at, double height) {
    int i = c->n++;
    for (; i > 0 && c->at[i - 1] > at; i--) {
        c->at[i] = c->at[i - 1];
        c->height[i] = c->height[i - 1];
    }
    c->at[i] = at;
    c->height[i] = height;
}

static curve trace(const fit *f) {
    curve c = {.n = 0};
    double value[GRID];
    for (int i = 0; i < GRID; i++)
        add_point(&c, grid_at(i), value[i] = profile(f, grid_at(i)));
    for (int i = 0; i < GRID; i++) {
        int below = i > 0 ? i - 1 : i, above = i < GRID - 1 ? i + 1 : i;
        double top, at;
        if (value[i] < value[below] || value[i] < value[above])
            continue;
        at = peak(f, grid_at(below), grid_at(above), &top);
        if (top > value[i])
            add_point(&c, at, top);
    }
    return c;
}

static int highest(const curve *c) {
    int best = 0;
    for (int i = 1; i < c->n; i++)
        best = c->height[i] > c->height[best] ? i : best;
    return best;
}

/* Where the profile crosses `level` between `inside` (above it) and `outside`. */
static double crossing(const fit *f, double inside, double outside, double level) {
    if (profile(f, outside) >= level)
        return outside;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = (inside + outside) / 2;
        if (profile(f, middle) >= level)
            inside = middle;
        else
            outside = middle;
    }
    return (inside + outside) / 2;
}

/* From the first to the last fraction at which the curve reaches `level`. */
static void ends_of(const fit *f, const curve *c, double level, double *low, double *high) {
    int first = 0, last = c->n - 1;
    while (c->height[first] < level)
        first++;
    while (c->height[last] < level)
        last--;
    *low = first > 0 ? crossing(f, c->at[first], c->at[first - 1], level) : c->at[0];
    *high = last < c->n - 1 ? crossing(f, c->at[last], c->at[last + 1], level) : c->at[last];
}

/* ---- the call -------------------------------------------------------------------------------------------------- */

static int is_damage(char from, char to) {
    return (from == 'C' && to == 'T') || (from == 'G' && to == 'A');
}

static site site_of(const ps_snp *snp, const ps_snp_count *c, double share) {
    double q = snp->alt_frequency;
    site s = {.ref = share * c->ref, .alt = share * c->alt, .prior = {(1 - q) * (1 - q), 2 * q * (1 - q), q * q}};
    s.scale = ps_log_beta(s.alt + 1, s.ref + 1);
    s.damage[0] = is_damage(snp->ref, snp->alt);
    s.damage[1] = is_damage(snp->alt, snp->ref);
    return s;
}

/* Copies of a molecule say one thing once. */
static size_t take_sites(const ps_panel *panel, const ps_read_evidence *e, const ps_library *library, site *all,
                         ps_contamination *call) {
    double others = 0, fragments = 0;
    size_t n = 0;
    for (int i = 0; i < panel->n_snps; i++) {
        const ps_snp_count *c = &e->snps.snp[i];
        double depth = (double)c->ref + c->alt, share = ps_library_share(library, depth);
        if (depth * share < contamination_min_depth)
            continue;
        all[n] = site_of(&panel->snps[i], c, share);
        all[n++].snp = i;
        fragments += depth * share;
        others += c->other * share;
    }
    call->sites = (int)n;
    call->fragments = (int64_t)fragments;
    /* two of the four bases are neither allele */
    double rate = n ? others / 2 / fragments : 0;
    call->error_rate = ps_round6(rate);
    return n;
}

static void use_kinship(const ps_panel *panel, int kinship, site *all, size_t n) {
    for (size_t i = 0; i < n; i++)
        set_kinship(&kinships[kinship], panel->snps[all[i].snp].alt_frequency, &all[i]);
}

/* The most likely share over kinships, and all shares that some kinship explains nearly as well. */
static void fit_kinships(const ps_panel *panel, const fit *f, site *all, ps_contamination *call) {
    double drop = contamination_drop * cbrt(fmax(1, contamination_many_fragments / (double)call->fragments));
    curve curves[N_KINSHIPS];
    double top[N_KINSHIPS], low = MOST, high = 0, level = -INFINITY;
    int best = 0;
    for (int k = 0; k < N_KINSHIPS; k++) {
        use_kinship(panel, k, all, f->n);
        curves[k] = trace(f);
        top[k] = curves[k].height[highest(&curves[k])];
        best = top[k] + kinships[k].ln_prior > top[best] + kinships[best].ln_prior ? k : best;
        level = fmax(level, top[k] - drop);
    }
    for (int k = 0; k < N_KINSHIPS; k++) {
        double from, to;
        if (top[k] < level)
            continue;
        use_kinship(panel, k, all, f->n);
        ends_of(f, &curves[k], level, &from, &to);
        low = fmin(low, from);
        high = fmax(high, to);
    }
    call->fraction = ps_round6(curves[best].at[highest(&curves[best])]);
    call->low = ps_round6(low);
    call->high = ps_round6(high);
}

/* A relative's fragments, who shares alleles, and lost copies look alike where SNPs are few or shallow: below the
 * limit is only what the whole interval leaves no relative for. */
static void judge(const ps_limits *l, ps_input_role role, ps_contamination *call) {
    call->state = call->fraction >= l->contamination_warn  ? PS_CONTAMINATION_FOUND
                  : call->high < l->contamination_relative ? PS_CONTAMINATION_BELOW
                                                           : PS_CONTAMINATION_NOT_ASSESSABLE;
    if (call->state == PS_CONTAMINATION_NOT_ASSESSABLE)
        ps_reason_add(&call->reasons, PS_REASON_RELATIVES_OPEN,
                      "%s: share of another person's DNA %.2g, up to %.2g if it is a close relative's; limit %g",
                      ps_input_names[role], call->fraction, call->high, l->contamination_relative);
}

void ps_call_contamination(const ps_panel *panel, const ps_read_evidence *evidence, const ps_library *library,
                           ps_contamination *call) {
    const ps_limits *l = &panel->limits;
    *call = (ps_contamination){.fraction = NAN, .low = NAN, .high = NAN, .error_rate = NAN};
    if (!evidence->given)
        return;
    site *all = ps_alloc((size_t)panel->n_snps, sizeof *all);
    fit f = {.at = all, .n = take_sites(panel, evidence, library, all, call)};
    if (call->sites < l->contamination_min_sites || (double)call->fragments < contamination_min_fragments) {
        ps_reason_add(&call->reasons, PS_REASON_FEW_SNPS,
                      "%s: %d common SNP%s of %g fragment%s with %lld together, %g with %g are needed",
                      ps_input_names[evidence->role], call->sites, ps_s(call->sites), contamination_min_depth,
                      ps_s(contamination_min_depth), (long long)call->fragments, l->contamination_min_sites,
                      contamination_min_fragments);
        call->error_rate = NAN;
        free(all);
        return;
    }
    if (call->error_rate >= contamination_max_error) {
        ps_reason_add(
            &call->reasons, PS_REASON_NOISY_SNPS,
            "%s: %.2g error%s a base and alternative at common SNPs, less than %g needed: are the reads aligned to "
            "the right positions?",
            ps_input_names[evidence->role], call->error_rate, ps_s(call->error_rate), contamination_max_error);
        call->error_rate = NAN;
        free(all);
        return;
    }
    f.error = call->error_rate > contamination_min_error ? call->error_rate : contamination_min_error;
    f.node = evidence->role == PS_INPUT_RNA ? rna_nodes : dna_nodes;
    f.n_nodes = evidence->role == PS_INPUT_RNA ? sizeof rna_nodes / sizeof *rna_nodes : 1;
    f.het = ps_alloc(f.n, sizeof *f.het);
    f.hom = ps_alloc(f.n, sizeof *f.hom);
    fit_kinships(panel, &f, all, call);
    judge(l, evidence->role, call);
    free(f.het);
    free(f.hom);
    free(all);
}
