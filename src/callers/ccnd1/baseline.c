/* baseline.c - the level of two copies, from all arms together.
 *
 * Every arm's level is explained by whole copies. How often a chromosome's arms have how many depends on the kind of
 * genome: in most, on what 870 myelomas of its group (hyperdiploid or not) show, both arms together (karyotypes.tsv);
 * in hypodiploid ones many of the even chromosomes have one copy; in near-triploid ones all mostly have three; in
 * hyperhaploid ones the odd chromosomes have two and the others one, or, doubled, four and two. Depth shows ratios of
 * levels only, so one file may be two of these: what is compared between baselines is the sum over kinds and over
 * shares of cells.
 *
 * A purity that is given is the share of cells: arms sit on whole copies of it, or cost the price of a subclone.
 * Another share is tried only where that explains nothing (a wrong purity), and the caller warns of it.
 */
#include "baseline.h"

#include <math.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* probability: gain and loss prior of an arm, at least (assumption: no arm is never gained or lost) */
static const double cn_prior_least = 0.005;
/* probability: of no copy of an arm (assumption: both copies of an arm are rarely lost) */
static const double cn_prior_none = 1e-4;
/* genomes: added to every pair of states of a chromosome's arms (assumption: no pair of states is impossible) */
static const double cn_prior_genomes = 0.25;
/* fraction of gains: of gained arms with three copies (assumption: rounded from what karyotypes show) */
static const double cn_prior_three = 0.85;
/* fraction of gains: with four (assumption: rounded from what karyotypes show) */
static const double cn_prior_four = 0.13;
/* fraction of gains: with five, and with six (assumption: rounded from what karyotypes show) */
static const double cn_prior_more = 0.01;
/* probability: both arms of a chromosome have what their kind of genome mostly has (derived: in 510 hyperdiploid
 * genomes chromosomes 3, 5, 7, 9, 11 and 19 are gained whole in 2,115 of 3,060; those of the rarer kinds are not
 * tabulated) */
static const double cn_prior_pattern = 0.69;
/* probability: many of the even chromosomes have one copy (derived: even chromosomes are lost whole in 112 of 8,700
 * of 870 genomes, 1.29 %, which with cn_prior_monosomy makes 3.2 %) */
static const double cn_prior_hypodiploid = 0.032;
/* probability: all chromosomes mostly have three copies (assumption: a few percent of myelomas have so many
 * trisomies) */
static const double cn_prior_near_triploid = 0.02;
/* probability: the odd two, the others one; the same of that doubled (assumption: under one percent of myelomas; as
 * many stand doubled) */
static const double cn_prior_hyperhaploid = 0.005;
/* probability: one copy of both arms of an even chromosome in hypodiploid ones (assumption: 40 to 44 chromosomes are
 * left of 46, some of the losses odd ones) */
static const double cn_prior_monosomy = 0.4;
/* probability: of a purity that is not that of the events, all shares together (assumption: arms sit on whole copies
 * of a given purity unless nothing else explains them) */
static const double cn_prior_partial = 1e-6;
/* probability per log2: of an arm at no whole number of copies (assumption: price of an arm that is at no whole
 * number of copies) */
static const double cn_subclone_density = 1e-4;
/* log2 ratio: from which two baselines are two answers (assumption: baselines a fifth of a copy apart are different
 * answers) */
static const double cn_baseline_apart = 0.15;

enum { MAX_COPIES = 6 }; /* of an arm; one with more is as a subclone: at no copies that are listed */

/* The groups of karyotypes.tsv come first. */
typedef enum { HYPERDIPLOID, NOT_HYPERDIPLOID, HYPODIPLOID, NEAR_TRIPLOID, HYPERHAPLOID, DOUBLED, N_KINDS } kind;

/* ---- how often ------------------------------------------------------------------------------------------------- */

/* A gained arm mostly has three copies; more, and none at all, are rare. */
static double copy_prior(const ps_arm *arm, int copies) {
    double gain = fmax(arm->gain_prior, cn_prior_least), loss = fmax(arm->loss_prior, cn_prior_least);
    switch (copies) {
    case 0:
        return cn_prior_none;
    case 1:
        return loss;
    case 2:
        return 1 - gain - loss;
    case 3:
        return cn_prior_three * gain;
    case 4:
        return cn_prior_four * gain;
    default:
        return cn_prior_more * gain;
    }
}

/* Copies that both arms of a chromosome mostly have in the kinds without a table; with what probability, else 0: then
 * its arms are as in most genomes. */
static int usual_copies(int odd, kind k, double *share) {
    *share = cn_prior_pattern;
    switch (k) {
    case HYPODIPLOID:
        *share = odd ? 0 : cn_prior_monosomy;
        return 1;
    case NEAR_TRIPLOID:
        return 3;
    default: /* HYPERHAPLOID */
        return odd ? 2 : 1;
    }
}

/* Of a chromosome's copies of p and q (`p` is NULL, copies_p 0, where it has no such arm). */
static double prior_of(const ps_arm *p, const ps_arm *q, kind k, int copies_p, int copies_q) {
    if (k == DOUBLED)
        return copies_p % 2 || copies_q % 2 ? 0 : prior_of(p, q, HYPERHAPLOID, copies_p / 2, copies_q / 2);
    double share;
    int usual = usual_copies(q->odd_trisomy, k, &share);
    double any = (p ? copy_prior(p, copies_p) : 1) * copy_prior(q, copies_q);
    double any_usual = (p ? copy_prior(p, usual) : 1) * copy_prior(q, usual);
    if (!(share > 0))
        return any;
    return copies_q == usual && (!p || copies_p == usual) ? share : (1 - share) * any / (1 - any_usual);
}

static double kind_prior(const ps_panel *panel, kind k) {
    const double *all = panel->chromosomes[0].all;
    double usual = 1 - cn_prior_hypodiploid - cn_prior_near_triploid - 2 * cn_prior_hyperhaploid;
    switch (k) {
    case HYPODIPLOID:
        return cn_prior_hypodiploid;
    case NEAR_TRIPLOID:
        return cn_prior_near_triploid;
    case HYPERHAPLOID:
    case DOUBLED:
        return cn_prior_hyperhaploid;
    default:
        return usual * all[k] / (all[HYPERDIPLOID] + all[NOT_HYPERDIPLOID]);
    }
}

/* The table's state of so many copies, and how often that state has them. */
static double state_of(int copies, int *state) {
    double more = cn_prior_four + 2 * cn_prior_more;
    *state = copies < 2 ? PS_ARM_LOSS : copies == 2 ? PS_ARM_TWO : copies == 3 ? PS_ARM_GAIN : PS_ARM_MORE;
    switch (copies) {
    case 0:
        return cn_prior_none;
    case 1:
        return 1 - cn_prior_none;
    case 4:
        return cn_prior_four / more;
    case 5:
    case 6:
        return cn_prior_more / more;
    default:
        return 1;
    }
}

/* ---- what is explained ----------------------------------------------------------------------------------------- */

typedef struct arm_fit {
    double level, sd;               /* NaN: the file does not show it */
    double density[MAX_COPIES + 1]; /* at the baseline and share of cells that are looked at, a subclone's in it */
} arm_fit;

typedef struct pair_fit { /* a chromosome: the arms' priors together, by the copies of p and q */
    int p, q;
    double prior[N_KINDS][MAX_COPIES + 1][MAX_COPIES + 1];
} pair_fit;

typedef struct genome_fit {
    const ps_limits *limits;
    arm_fit *arm;
    pair_fit *pair;
    int n_arms, n_pairs;
    double of_kind[N_KINDS];
} genome_fit;

/* Neighbours move together, and with few bins an arm moves as one. */
static double sd_of_arm(const ps_depth *f, const ps_depth_group *g) {
    double shared = fmin(f->wave * sqrt(3.0 / g->bins), f->wave);
    return hypot(hypot(g->se, cn_remaining_error), shared);
}

static double table_prior(const ps_chromosome *c, int group, int p, int q) {
    int state_p = 0, state_q = 0, states = (c->p < 0 ? 1 : PS_N_ARM_STATES) * PS_N_ARM_STATES;
    double share = (c->p < 0 ? 1 : state_of(p, &state_p)) * state_of(q, &state_q);
    return share * (c->genomes[group][state_p][state_q] + cn_prior_genomes) /
           (c->all[group] + cn_prior_genomes * states);
}

static void set_pair(const ps_panel *panel, const ps_chromosome *c, pair_fit *pair) {
    const ps_arm *arm_p = c->p < 0 ? NULL : &panel->arms[c->p], *arm_q = &panel->arms[c->q];
    pair->p = c->p;
    pair->q = c->q;
    for (int k = 0; k < N_KINDS; k++)
        for (int p = 0; p <= (c->p < 0 ? 0 : MAX_COPIES); p++)
            for (int q = 0; q <= MAX_COPIES; q++)
                pair->prior[k][p][q] =
                    k < PS_N_KARYOTYPE_GROUPS ? table_prior(c, k, p, q) : prior_of(arm_p, arm_q, (kind)k, p, q);
}

static genome_fit set_genome(const ps_depth *f) {
    const ps_panel *panel = f->panel;
    genome_fit g = {.limits = &panel->limits, .n_arms = panel->n_arms, .n_pairs = panel->n_chromosomes};
    g.arm = ps_alloc((size_t)g.n_arms, sizeof *g.arm);
    g.pair = ps_alloc((size_t)g.n_pairs, sizeof *g.pair);
    for (int a = 0; a < g.n_arms; a++) {
        int seen = f->group[a].bins > 0;
        g.arm[a].level = seen ? f->group[a].level : NAN;
        g.arm[a].sd = seen ? sd_of_arm(f, &f->group[a]) : NAN;
    }
    for (int i = 0; i < g.n_pairs; i++)
        set_pair(panel, &panel->chromosomes[i], &g.pair[i]);
    for (int k = 0; k < N_KINDS; k++)
        g.of_kind[k] = kind_prior(panel, (kind)k);
    return g;
}

static void free_genome(genome_fit *g) {
    free(g->arm);
    free(g->pair);
}

/* A fiftieth of a copy keeps the level of none finite. */
static double level_of_copies(double copies, double share) {
    return log2(fmax(share * copies + 2 * (1 - share), 0.02) / 2);
}

/* Densities of an arm's level by its copies; an arm at no whole number (a subclone) costs a fixed price. An arm that
 * is not seen says nothing. */
static void set_density(const double *level, arm_fit *arm) {
    enum { FAR = 10 }; /* sds: no density to speak of */
    for (int copies = 0; copies <= MAX_COPIES; copies++) {
        double z = (arm->level - level[copies]) / arm->sd;
        arm->density[copies] = isnan(z) ? 1 : cn_subclone_density;
        if (fabs(z) < FAR)
            arm->density[copies] += exp(-z * z / 2) / arm->sd;
    }
}

static double explain_pair(const genome_fit *g, const pair_fit *pair, int k) {
    const double *q = g->arm[pair->q].density;
    int has_p = pair->p >= 0;
    double sum = 0;
    for (int i = 0; i <= (has_p ? MAX_COPIES : 0); i++) {
        double row = 0;
        for (int j = 0; j <= MAX_COPIES; j++)
            row += pair->prior[k][i][j] * q[j];
        sum += (has_p ? g->arm[pair->p].density[i] : 1) * row;
    }
    return sum;
}

/* ln P(all arms | baseline, share of cells). */
static double explain_genome(genome_fit *g, double baseline, double share) {
    double ln[N_KINDS], level[MAX_COPIES + 1];
    for (int copies = 0; copies <= MAX_COPIES; copies++)
        level[copies] = baseline + level_of_copies(copies, share);
    for (int a = 0; a < g->n_arms; a++)
        set_density(level, &g->arm[a]);
    for (int k = 0; k < N_KINDS; k++) {
        double product = 1; /* two dozen factors of a subclone's price squared and more: a double holds them */
        for (int i = 0; i < g->n_pairs; i++)
            product *= explain_pair(g, &g->pair[i], k);
        ln[k] = log(product);
    }
    return ps_log_sum(ln, g->of_kind, N_KINDS);
}

/* Shares of cells that may hold the events. An unknown purity is any from 1 down, each as likely: under 0.3 a copy is
 * too little to tell arms apart. One that is given is right to a twentieth, but where nothing else explains the arms.
 */
enum { MAX_SHARES = 20 };
static const double least_share = 0.3, share_step = 0.05, purity_error = 0.05, purity_is_exact = 0.5;

/* From `most` down; each as likely, together `weight`. */
static int list_any_shares(double most, double weight, double *share, double *of_share) {
    int n = 0;
    for (; n < MAX_SHARES - 3 && most - n * share_step > least_share - share_step / 2; n++)
        share[n] = most - n * share_step;
    for (int i = 0; i < n; i++)
        of_share[i] = weight / n;
    return n;
}

static int list_shares(double purity, double *share, double *of_share) {
    if (isnan(purity))
        return list_any_shares(1, 1, share, of_share);
    int n = list_any_shares(purity - 2 * share_step, cn_prior_partial, share, of_share);
    for (int k = -1; k <= 1; k++, n++) {
        share[n] = fmin(1, purity * (1 + k * purity_error));
        of_share[n] = k ? (1 - purity_is_exact) / 2 : purity_is_exact;
    }
    return n;
}

/* The grid runs from a median arm of under one to one of over four copies. */
enum { STEPS = 241 }; /* of a hundredth of log2 */

static double step_level(int i) {
    return -1.2 + 0.01 * i;
}

static void fill_grid(genome_fit *g, double purity, double *value) {
    double share[MAX_SHARES], of_share[MAX_SHARES], each[MAX_SHARES];
    int shares = list_shares(purity, share, of_share);
    for (int i = 0; i < STEPS; i++) {
        for (int k = 0; k < shares; k++)
            each[k] = explain_genome(g, step_level(i), share[k]);
        value[i] = ps_log_sum(each, of_share, shares);
    }
}

static int is_apart(int i, int from, double apart) {
    return fabs(step_level(i) - step_level(from)) >= apart;
}

/* The most likely step, or that of those far from `from`. */
static int highest(const double *value, int from, double apart) {
    int best = -1;
    for (int i = 0; i < STEPS; i++)
        if ((from < 0 || is_apart(i, from, apart)) && (best < 0 || value[i] > value[best]))
            best = i;
    return best;
}

ps_baseline ps_baseline_of(const ps_depth *f, double purity) {
    genome_fit g = set_genome(f);
    double value[STEPS], near = 0, far = 0, first = 0, second = 0;
    fill_grid(&g, purity, value);
    free_genome(&g);
    int best = highest(value, -1, 0), rival = highest(value, best, cn_baseline_apart);
    for (int i = 0; i < STEPS; i++) {
        double b = step_level(i), p = exp(value[i] - value[best]);
        if (is_apart(i, best, cn_baseline_apart)) {
            far += p;
            continue;
        }
        near += p;
        first += p * b;
        second += p * b * b;
    }
    double mean = first / near, variance = second / near - mean * mean;
    return (ps_baseline){mean, sqrt(fmax(0, variance)), far > 0 ? near / far : INFINITY, step_level(rival)};
}
