#include "errors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

#include "constants.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* errors per base and alternative below which no sample is trusted (assumption) */
static const double ras_background_floor = 1e-5;
/* fraction of one error: errors of two or three bases of a codon, of one base's (assumption: errors come in runs:
 * cautious share of neighbouring bases wrong in one fragment) */
static const double ras_neighbour_errors = 0.02;
/* twice the ln likelihood: that an excess over the qualities adds, from which it is no chance (derived: 5 % of a
 * chi-square law, one-sided) */
static const double excess_likelihood = 2.706;
/* fragments: that may have been there where none was seen (derived: with 95 % probability no more) */
static const double excess_unseen = 3;
enum { excess_rounds = 60 }; /* of EM; it settles in a few, and slowly only where the rate is next to none */
/* VAF: up to which a haplotype may be damage (assumption: a haplotype above it is a germline variant or a clonal
 * mutation, no damage) */
static const double ras_damage_max_vaf = 0.3;

/* Spread of ln(rate) between sites and how usual it is: real libraries show 0.5 to 1 (for example the site-wise
 * models of deepSNV and shearwater, Bioinformatics 2014;30:1198); a sample with enough errors overrules it. */
static const struct {
    double sigma, prior;
} spreads[] = {{0.2, 0.45}, {0.4, 0.3}, {0.6, 0.15}, {0.8, 0.07}, {1.0, 0.02}, {1.2, 0.007}, {1.4, 0.003}};
enum { N_SPREADS = sizeof spreads / sizeof *spreads };

/* The factor of a site on a grid of ln: from 1/20 to 300 times the mean in steps about the smallest spread. */
enum { N_FACTORS = 32 };
static const double lowest_ln = -3, step_ln = 0.28;

/* One site in a thousand holds something else than errors: a variant, or damage. */
static const double other_share = 1e-3;
static const double under_any_alpha = 1e-9; /* nodes of a law that no test can tell */
/* Sites count as many errors as expected until so many were expected: a measured rate is no surer than its counts. */
static const double rate_counts = 20, quality_counts = 5;
static const double quiet_fold = 1.5; /* substitutions within this of the median are the sequencer's errors */

typedef struct site {
    int pair;
    double n, depth, expected;
} site;

typedef struct tally { /* single-base haplotypes at codons that are no hotspots, and the bases that could have shown
                          them */
    double seen[2][4][4][RAS_QUALITIES], bases[2][4][RAS_QUALITIES];
} tally;

int ras_pair_of(int from, int to) {
    static const int rows[2][4] = {{0, -1, 1, 2}, {3, 4, 5, -1}}; /* [C or T][to] */
    if (from == 0 || from == 2) {
        from = 3 - from;
        to = 3 - to;
    }
    return rows[from == 3][to];
}

const char *ras_pair_name(int pair) {
    static const char *const names[RAS_PAIRS] = {"C>A/G>T", "C>G/G>C", "C>T/G>A", "T>A/A>T", "T>C/A>G", "T>G/A>C"};
    return names[pair];
}

/* ---- rates ----------------------------------------------------------------------------------------------------- */

static double by_quality(const ras_errors *m, int quality) {
    return m->worse[quality] * m->states[quality] / 3;
}

double ras_error_rate(const ras_errors *m, const ras_change *what, int side, int quality) {
    double e = by_quality(m, quality) + ras_background_floor;
    if (what->n > 1) /* errors come in runs, so not the product of the rates */
        return e * ras_neighbour_errors;
    return e + m->excess[side][what->from][what->to];
}

static double mean_rate(const ras_errors *m, const ras_counts *p, const ras_change *what, int side) {
    double sum = 0, n = 0;
    for (int q = 0; q < RAS_QUALITIES; q++)
        if (p->by_quality[what->base][side][q]) {
            n += p->by_quality[what->base][side][q];
            sum += p->by_quality[what->base][side][q] * ras_error_rate(m, what, side, q);
        }
    return n > 0 ? sum / n : 0;
}

ras_expected ras_expect(const ps_panel *panel, const ras_errors *m, const ras_counts *p, int hap) {
    ras_expected x = {.what = ras_change_between(panel, p->codon, p->codon->ref, hap)};
    for (int other = 0; other < PS_HAP_INDEL; other++) {
        if (!p->carriers[other] || other == hap || other == p->codon->ref)
            continue;
        ras_change step = ras_change_between(panel, p->codon, other, hap);
        for (int side = 0; side < 2 && step.n == 1; side++)
            x.from_others[side] += (double)p->carriers[other] / (double)p->depth * mean_rate(m, p, &step, side);
    }
    return x;
}

double ras_expected_rate(const ras_errors *m, const ras_expected *x, int side, int quality) {
    return ras_error_rate(m, &x->what, side, quality) + x->from_others[side];
}

double ras_varying_rate(const ras_errors *m, const ras_expected *x, int side, int quality) {
    double rate = ras_expected_rate(m, x, side, quality), sequencer = by_quality(m, quality);
    return sequencer > m->site_error ? fmax(0, rate - (sequencer - m->site_error)) : rate;
}

score_bins ras_bins(const ras_errors *m, const ras_counts *p, const ras_expected *x) {
    score_bins bins = score_start(p->depth);
    for (int side = 0; side < 2; side++)
        for (int q = 0; q < RAS_QUALITIES; q++)
            if (p->by_quality[x->what.base][side][q])
                score_add(&bins, ras_expected_rate(m, x, side, q), ras_varying_rate(m, x, side, q),
                          p->by_quality[x->what.base][side][q]);
    return bins;
}

static double fixed_part(const ps_error_site *seen) {
    return fmax(0, seen->expected - seen->varying);
}

/* A place may err more than any factor of the law: as the normals show it, and one and two standard errors more. */
static void add_habit(const ps_error_site *seen, double weight, score_law *law) {
    double top = 0, errors = (double)seen->errors;
    for (int k = 0; k < law->n; k++)
        top = law->node[k].extra > 0 ? top : fmax(top, law->node[k].times);
    for (int z = 0; z <= 2; z++) {
        double times = (errors + z * sqrt(errors) - fixed_part(seen)) / seen->varying;
        if (times <= top || law->n == SCORE_MAX_NODES)
            continue;
        law->node[law->n].weight = weight;
        law->node[law->n].extra = 0;
        law->node[law->n++].times = times;
    }
}

/* What normals leave of the factors of one site: each as likely as it makes the errors that they showed there. */
static void narrow_by_normals(const ps_error_site *seen, score_law *law) {
    double ln[SCORE_MAX_NODES], most = -INFINITY, sum = 0, rest = 1 - score_law_extra(law);
    double any = other_share / law->n; /* a place in a thousand is like no other */
    add_habit(seen, any, law);
    for (int k = 0; k < law->n; k++) {
        double expected = fixed_part(seen) + seen->varying * law->node[k].times;
        ln[k] = (double)seen->errors * log(expected) - expected;
        most = law->node[k].extra > 0 ? most : fmax(most, ln[k] + log(law->node[k].weight + any));
    }
    for (int k = 0; k < law->n; k++)
        if (!(law->node[k].extra > 0))
            sum += law->node[k].weight = exp(ln[k] + log(law->node[k].weight + any) - most);
    for (int k = 0; k < law->n; k++)
        law->node[k].weight *= law->node[k].extra > 0 ? 1 : rest / sum;
}

/* Several bases changed by damage at once: the rarest of their laws, as often as the others are damaged too. */
score_law ras_law(const ras_errors *m, const ps_panel *panel, const ps_codon *codon, int hap) {
    const score_law *rarest = NULL;
    const ps_error_site *normals = NULL;
    double others = 1, share = 1;
    for (int base = 0; base < 3; base++) {
        int mask = 3 << (4 - 2 * base);
        if (!((hap ^ codon->ref) & mask))
            continue;
        ras_change one = ras_change_between(panel, codon, codon->ref, (codon->ref & ~mask) | (hap & mask));
        int pair = ras_pair_of(one.from, one.to);
        if (m->reference)
            normals =
                &m->reference->site[ps_error_site_at((int)(codon - panel->codons), base, hap >> (4 - 2 * base) & 3)];
        double damaged = m->damage[pair].n ? (double)m->damage[pair].n / m->damage[pair].sites : 0;
        if (!rarest || damaged < share) {
            others *= rarest ? share : 1;
            share = damaged;
            rarest = &m->law[pair];
        } else {
            others *= damaged;
        }
    }
    if (!rarest) /* the reference haplotype is no error */
        return (score_law){0};
    score_law law = *rarest;
    if (normals && normals->varying > 0)
        narrow_by_normals(normals, &law);
    score_law_thin(&law, others);
    return law;
}

/* ---- the sites of a sample ------------------------------------------------------------------------------------- */

/* A haplotype in more is likely a variant, not background. */
static int is_background(uint64_t n, uint64_t depth) {
    return (double)n < ras_background_fragments || (double)n <= ras_background_vaf * (double)depth;
}

static void tally_codon(const ps_panel *panel, const ras_counts *p, tally *t) {
    int minus = panel->genes[p->codon->gene].strand == '-';
    for (int base = 0; base < 3; base++) {
        int r = p->codon->ref >> (4 - 2 * base) & 3, ref = minus ? 3 - r : r;
        for (int side = 0; side < 2; side++)
            for (int q = 0; q < RAS_QUALITIES; q++)
                t->bases[side][ref][q] += p->by_quality[base][side][q];
    }
    for (size_t i = 0; i < p->n_rows; i++) {
        const ps_codon_count *row = &p->row[i];
        if (row->hap == PS_HAP_INDEL || row->hap == p->codon->ref || !is_background(p->carriers[row->hap], p->depth))
            continue;
        ras_change what = ras_change_between(panel, p->codon, p->codon->ref, row->hap);
        if (what.n == 1)
            t->seen[row->side][what.from][what.to][row->quality] += row->n;
    }
}

/* ---- by quality and substitution: seen = bases x (worse x stated / 3 + excess) --------------------------------- */

static double expected_of(const ras_errors *m, const tally *t, int side, int from) {
    double sum = 0;
    for (int q = 0; q < RAS_QUALITIES; q++)
        sum += t->bases[side][from][q] * by_quality(m, q);
    return sum;
}

static double sum_of(const double *x) {
    double sum = 0;
    for (int q = 0; q < RAS_QUALITIES; q++)
        sum += x[q];
    return sum;
}

typedef struct excess { /* errors beside those of the qualities, of one kind */
    double seen[RAS_QUALITIES], bases[RAS_QUALITIES];
    double rate, all; /* likeliest errors per base; bases */
    int is_sure;      /* no chance */
} excess;

/* By expectation and maximisation. A few damaged bases stand out among good bases and drown among poor ones, so each
 * quality is weighed by itself. */
static void fit_excess(const ras_errors *m, excess *x) {
    double seen = sum_of(x->seen), gain = 0;
    x->all = sum_of(x->bases);
    x->rate = x->all > 0 ? seen / x->all : 0;
    for (int round = 0; round < excess_rounds && seen > 0; round++) {
        double n = 0;
        for (int q = 0; q < RAS_QUALITIES; q++)
            n += x->seen[q] > 0 ? x->seen[q] * x->rate / (by_quality(m, q) + x->rate) : 0;
        x->rate = n / x->all;
    }
    for (int q = 0; q < RAS_QUALITIES; q++)
        gain += x->seen[q] > 0 ? x->seen[q] * log1p(x->rate / by_quality(m, q)) : 0;
    x->is_sure = seen >= 2 && 2 * (gain - x->rate * x->all) > excess_likelihood;
}

static void add_kind(const tally *t, int side, int from, int to, excess *x) {
    for (int q = 0; q < RAS_QUALITIES; q++) {
        x->seen[q] += t->seen[side][from][to][q];
        x->bases[q] += t->bases[side][from][q];
    }
}

/* The excess of one substitution in one orientation. Where too few errors were seen to tell, that of both
 * orientations and strands together, but no more than those few allow. */
static double excess_of(const ras_errors *m, const tally *t, int side, int from, int to) {
    excess own = {.rate = 0}, both = {.rate = 0};
    add_kind(t, side, from, to, &own);
    fit_excess(m, &own);
    if (own.is_sure || !(own.all > 0))
        return own.is_sure ? own.rate : 0;
    for (int k = 0; k < 2; k++) {
        add_kind(t, k, from, to, &both);
        add_kind(t, k, 3 - from, 3 - to, &both);
    }
    fit_excess(m, &both);
    return fmin(both.rate, own.rate + excess_unseen / own.all);
}

/* What one substitution shows of what qualities state, both orientations. */
static double ratio_of(const ras_errors *m, const tally *t, int from, int to) {
    double seen = quality_counts, stated = quality_counts;
    for (int side = 0; side < 2; side++) {
        seen += sum_of(t->seen[side][from][to]);
        stated += expected_of(m, t, side, from);
    }
    return seen / stated;
}

/* The half of the substitutions with the fewest errors, and those near it: what they show more than qualities state
 * is the sequencer's, not chemistry's. Returns the median ratio. */
static double quiet_substitutions(const ras_errors *m, const tally *t, int quiet[4][4]) {
    double ratio[12];
    int n = 0;
    for (int from = 0; from < 4; from++)
        for (int to = 0; to < 4; to++)
            if (from != to)
                ratio[n++] = ratio_of(m, t, from, to);
    double median = ps_median(ratio, (size_t)n);
    for (int from = 0; from < 4; from++)
        for (int to = 0; to < 4; to++)
            quiet[from][to] = from != to && ratio_of(m, t, from, to) <= quiet_fold * median;
    return median;
}

/* Errors seen at a quality in the quiet substitutions, in those that it states. */
static void fit_quality(ras_errors *m, const tally *t, int q, double usual, int quiet[4][4]) {
    double seen = 0, stated = 0;
    for (int side = 0; side < 2; side++)
        for (int from = 0; from < 4; from++)
            for (int to = 0; to < 4; to++)
                if (quiet[from][to]) {
                    seen += t->seen[side][from][to][q];
                    stated += t->bases[side][from][q] * m->states[q] / 3;
                }
    m->seen += seen;
    m->stated += stated;
    m->worse[q] = fmax(1, (seen + quality_counts * fmax(1, usual)) / (stated + quality_counts));
    m->worse[q] = fmin(m->worse[q], fmax(1, 0.75 / m->states[q])); /* a base by chance is wrong three times in four */
}

/* Errors per base: by the qualities of all bases, and by the mismatches that are no variants. */
static void measure_rates(ras_errors *m, const tally *t) {
    double bases = 0, stated = 0, seen = 0;
    for (int side = 0; side < 2; side++)
        for (int from = 0; from < 4; from++) {
            bases += sum_of(t->bases[side][from]);
            for (int q = 0; q < RAS_QUALITIES; q++)
                stated += t->bases[side][from][q] * m->states[q];
            for (int to = 0; to < 4; to++)
                seen += sum_of(t->seen[side][from][to]);
        }
    m->stated_rate = bases > 0 ? stated / bases : NAN;
    m->seen_rate = bases > 0 ? seen / bases : NAN;
}

static void fit_rates(ras_errors *m, const tally *t) {
    int quiet[4][4];
    for (int q = 0; q < RAS_QUALITIES; q++)
        m->worse[q] = 1;
    double usual = quiet_substitutions(m, t, quiet);
    for (int q = 0; q < RAS_QUALITIES; q++)
        fit_quality(m, t, q, usual, quiet);
    for (int side = 0; side < 2; side++)
        for (int from = 0; from < 4; from++)
            for (int to = 0; to < 4; to++)
                m->excess[side][from][to] = from == to ? 0 : excess_of(m, t, side, from, to);
}

/* ---- from site to site ----------------------------------------------------------------------------------------- */

/* Errors of places show on bases of good quality; among poor ones they drown in the sequencer's, which places share.
 */
static int better_half(ras_errors *m, const tally *t) {
    double n[RAS_QUALITIES] = {0}, all = 0, below = 0;
    int q = 0;
    for (int side = 0; side < 2; side++)
        for (int from = 0; from < 4; from++)
            for (int k = 0; k < RAS_QUALITIES; k++) {
                n[k] += t->bases[side][from][k];
                all += t->bases[side][from][k];
            }
    while (q < RAS_QUALITIES - 1 && below + n[q] < all / 2)
        below += n[q++];
    double good = 0, errors = 0;
    for (int k = q; k < RAS_QUALITIES; k++) {
        good += n[k];
        errors += n[k] * by_quality(m, k);
    }
    m->site_error = good > 0 ? errors / good : 0;
    return q;
}

static site site_of(const ras_errors *m, const ras_counts *p, int hap, const ras_change *what, int best) {
    site s = {.pair = ras_pair_of(what->from, what->to)};
    for (int side = 0; side < 2; side++)
        for (int q = best; q < RAS_QUALITIES; q++) {
            double n = p->by_quality[what->base][side][q];
            s.depth += n;
            s.expected += n > 0 ? n * ras_error_rate(m, what, side, q) : 0;
        }
    for (size_t i = 0; i < p->n_rows; i++)
        s.n += p->row[i].hap == hap && p->row[i].quality >= best ? p->row[i].n : 0;
    return s;
}

static void add_sites(const ps_panel *panel, const ras_errors *m, const ras_counts *p, int best, site *sites,
                      size_t *n) {
    for (int base = 0; base < 3; base++)
        for (int to = 0; to < 4; to++) {
            int shift = 4 - 2 * base, hap = (p->codon->ref & ~(3 << shift)) | to << shift;
            if (hap == p->codon->ref)
                continue;
            ras_change what = ras_change_between(panel, p->codon, p->codon->ref, hap);
            sites[*n] = site_of(m, p, hap, &what, best);
            *n += sites[*n].depth > 0;
        }
}

/* What was seen in all sites of a substitution, in what was expected: at most 1, since claims of quality stand. */
static void measured_means(const site *sites, size_t n, double mean[RAS_PAIRS]) {
    double seen[RAS_PAIRS] = {0}, expected[RAS_PAIRS] = {0}, all_seen = quality_counts, all = quality_counts;
    for (size_t i = 0; i < n; i++)
        if (is_background((uint64_t)sites[i].n, (uint64_t)sites[i].depth)) {
            seen[sites[i].pair] += sites[i].n;
            expected[sites[i].pair] += sites[i].expected;
            all_seen += sites[i].n;
            all += sites[i].expected;
        }
    double overall = fmin(1, all_seen / all);
    for (int pair = 0; pair < RAS_PAIRS; pair++)
        mean[pair] = fmin(1, (seen[pair] + rate_counts * overall) / (expected[pair] + rate_counts));
}

static double factor_at(int k) {
    return exp(lowest_ln + k * step_ln);
}

/* Weights of a log-normal factor of mean 1 on the grid. */
static void log_normal(double sigma, double *weight) {
    double sum = 0;
    for (int k = 0; k < N_FACTORS; k++) {
        double z = (lowest_ln + k * step_ln + sigma * sigma / 2) / sigma;
        sum += weight[k] = exp(-z * z / 2);
    }
    for (int k = 0; k < N_FACTORS; k++)
        weight[k] /= sum;
}

static void fill_factors(double *factor) {
    for (int k = 0; k < N_FACTORS; k++)
        factor[k] = factor_at(k);
}

/* P(n | site) at every factor. */
static void site_likelihood(const site *s, double mean, const double *factor, double *at) {
    double base = s->n * log(fmax(s->expected * mean, 1e-12)) - ps_log_gamma(s->n + 1);
    for (int k = 0; k < N_FACTORS; k++)
        at[k] = exp(base + s->n * (lowest_ln + k * step_ln) - s->expected * mean * factor[k]);
}

static double dot(const double *a, const double *b) {
    double sum = 0;
    for (int k = 0; k < N_FACTORS; k++)
        sum += a[k] * b[k];
    return sum;
}

/* The same of every spread side by side; shape[k][j] is the weight of factor k where the spread is j. */
static void dot_spreads(double shape[N_FACTORS][N_SPREADS], const double *at, double *sum) {
    for (int j = 0; j < N_SPREADS; j++)
        sum[j] = 0;
    for (int k = 0; k < N_FACTORS; k++)
        for (int j = 0; j < N_SPREADS; j++)
            sum[j] += shape[k][j] * at[k];
}

static void fill_shapes(double shape[N_FACTORS][N_SPREADS]) {
    for (int j = 0; j < N_SPREADS; j++) {
        double weight[N_FACTORS];
        log_normal(spreads[j].sigma, weight);
        for (int k = 0; k < N_FACTORS; k++)
            shape[k][j] = weight[k];
    }
}

/* How likely the sites and the prior make each spread, the likeliest 1; returns their sum. */
static double weigh_spreads(const site *sites, size_t n, const double *mean, const double *factor,
                            double shape[N_FACTORS][N_SPREADS], double *share) {
    double at[N_FACTORS], sum[N_SPREADS], most = -INFINITY, total = 0;
    for (int j = 0; j < N_SPREADS; j++)
        share[j] = log(spreads[j].prior);
    for (size_t i = 0; i < n; i++) {
        site_likelihood(&sites[i], mean[sites[i].pair], factor, at);
        dot_spreads(shape, at, sum);
        for (int j = 0; j < N_SPREADS; j++)
            share[j] += log((1 - other_share) * sum[j] + other_share / (sites[i].depth + 1));
    }
    for (int j = 0; j < N_SPREADS; j++)
        most = fmax(most, share[j]);
    for (int j = 0; j < N_SPREADS; j++)
        total += share[j] = exp(share[j] - most);
    return total;
}

/* Posterior of the spread: weights of the factor, averaged over what the spread may be. */
static void fit_spread(ras_errors *m, const site *sites, size_t n, const double *mean, const double *factor,
                       double *weight) {
    double shape[N_FACTORS][N_SPREADS], share[N_SPREADS];
    fill_shapes(shape);
    double total = weigh_spreads(sites, n, mean, factor, shape, share);
    memset(weight, 0, N_FACTORS * sizeof *weight);
    for (int j = 0; j < N_SPREADS; j++)
        for (int k = 0; k < N_FACTORS; k++)
            weight[k] += share[j] / total * shape[k][j];
    for (int j = 0; j < N_SPREADS; j++)
        m->spread += share[j] / total * spreads[j].sigma;
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

static int holds_other(const ps_limits *l, const site *s, double mean, const double *factor, const double *weight) {
    double at[N_FACTORS];
    if (s->n < l->ras_min_alt || s->n > ras_damage_max_vaf * s->depth)
        return 0;
    site_likelihood(s, mean, factor, at);
    return other_share / (s->depth + 1) > dot(weight, at);
}

/* Damaged sites as nodes of the law: each VAF as often as it was met, and a tenth as often twice the highest, since
 * other sites may hold more than those that were met. At most N_LEVELS nodes. */
enum { N_LEVELS = 7 };

static void add_damage(score_law *law, double *vaf, int n, int sites) {
    ps_sort(vaf, (size_t)n);
    int levels = n < N_LEVELS ? n : N_LEVELS;
    for (int k = 0; k < levels; k++) { /* the highest of each group */
        law->node[law->n].times = 1;
        law->node[law->n].extra = vaf[(k + 1) * n / levels - 1];
        law->node[law->n++].weight = (double)n / levels / sites;
    }
    law->node[law->n].times = 1;
    law->node[law->n].extra = 2 * vaf[n - 1];
    law->node[law->n++].weight = 0.1 / sites;
    score_law_thin(law, 1);
}

static void measure_damage(ras_errors *m, const site *sites, size_t n, const double *mean, const double *factor,
                           const double *weight) {
    double *vaf = ps_alloc(n + 1, sizeof *vaf);
    for (int pair = 0; pair < RAS_PAIRS; pair++) {
        int found = 0, all = 0;
        for (size_t i = 0; i < n; i++) {
            if (sites[i].pair != pair)
                continue;
            all++;
            if (holds_other(m->limits, &sites[i], mean[pair], factor, weight))
                vaf[found++] = sites[i].n / sites[i].depth;
        }
        if (found <= m->limits->ras_damage_haplotypes)
            continue;
        add_damage(&m->law[pair], vaf, found, all);
        m->damage[pair].n = found;
        m->damage[pair].sites = all;
        m->damage[pair].highest = vaf[found - 1];
    }
    free(vaf);
}

static void set_law(score_law *law, double shape, double mean, double least, const double *factor,
                    const double *weight) {
    law->shape = shape;
    law->n = 0;
    for (int k = 0; k < N_FACTORS; k++) {
        if (weight[k] < least)
            continue;
        law->node[law->n].weight = weight[k];
        law->node[law->n++].times = mean * factor[k];
    }
}

void ras_measure_errors(const ps_panel *panel, const ps_read_evidence *reads, const ps_error_reference *reference,
                        ras_errors *m) {
    *m = (ras_errors){.limits = &panel->limits, .reference = reference};
    tally *t = ps_alloc(1, sizeof *t);
    site *sites = ps_alloc((size_t)panel->n_codons * 9 + 1, sizeof *sites);
    double mean[RAS_PAIRS], factor[N_FACTORS], weight[N_FACTORS];
    size_t n = 0;
    ras_counts p;
    for (int q = 0; q < RAS_QUALITIES; q++)
        m->states[q] = ras_error(q);
    fill_factors(factor);
    for (ras_cursor at = {0}; ras_next_counts(panel, reads, &at, &p);)
        if (!p.codon->hotspot)
            tally_codon(panel, &p, t);
    fit_rates(m, t);
    measure_rates(m, t);
    int best = better_half(m, t);
    for (ras_cursor at = {0}; ras_next_counts(panel, reads, &at, &p);)
        if (!p.codon->hotspot)
            add_sites(panel, m, &p, best, sites, &n);
    measured_means(sites, n, mean);
    fit_spread(m, sites, n, mean, factor, weight);
    for (int pair = 0; pair < RAS_PAIRS; pair++)
        set_law(&m->law[pair], ras_background_shape, mean[pair], reference ? 0 : under_any_alpha, factor, weight);
    measure_damage(m, sites, n, mean, factor, weight);
    free(sites);
    free(t);
}
