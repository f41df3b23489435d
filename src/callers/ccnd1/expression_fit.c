/* expression_fit.c - a cohort's RNA to an expression reference.
 *
 * Median of ratios: each reference gene's centre is the median over the samples of its log2 rate per kb less the
 * sample's unit, and a sample's unit is the median over the genes of log2 rate less centre; a few rounds settle both.
 * Medians both ways, so neither a gene that is off in some samples nor a sample that is off in some genes moves the
 * rest.
 *
 * The mixture is of one to three normals with their own spreads, by EM (Dempster, Laird, Rubin, J R Stat Soc B
 * 1977;39:1) from every start of a fixed grid of cuts, so the same counts give the same fit; BIC (Schwarz, Ann Stat
 * 1978;6:461) chooses how many, among fits whose neighbours are apart (Ashman's D, Astron J 1994;108:2348) and
 * that leave each component some samples.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fragments: median over a cohort from which a reference gene is used (assumption: a gene that a cohort hardly shows
 * has no centre) */
static const double expression_min_median_fragments = 10;
/* log2 ratio: of a component of the mixture, at least (assumption: closer together than replicates of one sample are)
 * */
static const double expression_min_sd = 0.3;
/* Ashman's D: above which neighbouring components are apart (Astron J 1994;108:2348: two components are apart above
 * 2) */
static const double expression_separation = 2;
/* samples: that a component holds (assumption: fewer are no state of a cohort) */
static const double expression_component_samples = 4;
/* log2 ratio: below the low level from which absence is one value (assumption: further below the low level absence
 * differs by depth only) */
static const double expression_absence_log2 = 3;

/* Rounds after which medians both ways stand still; steps of EM at most, which mostly ends long before. */
enum { ROUNDS = 8, STEPS = 500 };

/* ---- the mixture ----------------------------------------------------------------------------------------------- */

static double log_density(const ps_component *c, double x) {
    double z = (x - c->mean) / c->sd;
    return log(c->weight) - log(c->sd) - 0.5 * log(2 * acos(-1)) - z * z / 2;
}

/* One step; returns the log likelihood before it. */
static double em_step(const double *x, size_t n, ps_component *c, int k) {
    double weight[PS_MAX_COMPONENTS] = {0}, sum[PS_MAX_COMPONENTS] = {0}, square[PS_MAX_COMPONENTS] = {0}, total = 0;
    for (size_t i = 0; i < n; i++) {
        double term[PS_MAX_COMPONENTS] = {0};
        for (int j = 0; j < k; j++)
            term[j] = log_density(&c[j], x[i]);
        double all = ps_log_sum(term, NULL, k);
        total += all;
        for (int j = 0; j < k; j++) {
            double share = exp(term[j] - all);
            weight[j] += share;
            sum[j] += share * x[i];
            square[j] += share * x[i] * x[i];
        }
    }
    for (int j = 0; j < k; j++) {
        double w = fmax(weight[j], 1e-9), mean = sum[j] / w;
        c[j] = (ps_component){.weight = w / (double)n, .mean = mean};
        c[j].sd = fmax(expression_min_sd, sqrt(fmax(0, square[j] / w - mean * mean)));
    }
    return total;
}

/* Starts from the sorted values, component j holding those from bound[j] to bound[j + 1]. */
static double em_from(const double *x, size_t n, const size_t *bound, ps_component *c, int k) {
    for (int j = 0; j < k; j++) {
        size_t beg = bound[j], end = bound[j + 1];
        double mean = 0, square = 0, size = (double)(end - beg);
        for (size_t i = beg; i < end; i++)
            mean += x[i] / size;
        for (size_t i = beg; i < end; i++)
            square += (x[i] - mean) * (x[i] - mean) / size;
        c[j] = (ps_component){.weight = size / (double)n, .mean = mean, .sd = fmax(expression_min_sd, sqrt(square))};
    }
    double last = -INFINITY, now = em_step(x, n, c, k);
    for (int i = 0; i < STEPS && now - last > 1e-9 * fabs(now); i++) {
        last = now;
        now = em_step(x, n, c, k);
    }
    return now;
}

static int by_mean(const void *a, const void *b) {
    const ps_component *x = a, *y = b;
    return (x->mean > y->mean) - (x->mean < y->mean);
}

/* Every component holds samples and stands apart from its neighbours. */
static int is_sound(const ps_component *c, int k, size_t n) {
    for (int j = 0; j < k; j++) {
        if (k > 1 && c[j].weight * (double)n < expression_component_samples)
            return 0;
        if (j && (c[j].mean - c[j - 1].mean) * sqrt(2) <= expression_separation * hypot(c[j].sd, c[j - 1].sd))
            return 0;
    }
    return 1;
}

/* Best sound fit of k components over all starts; -infinity if there is none. */
static double fit_k(const double *x, size_t n, int k, ps_component *best) {
    enum { CUTS = 12 }; /* the grid of starts: twelfths of the sorted samples */
    double top = -INFINITY;
    for (int a = 1; a < (k > 1 ? CUTS : 2); a++)
        for (int b = k > 2 ? a + 1 : CUTS - 1; b < CUTS; b++) {
            size_t bound[PS_MAX_COMPONENTS + 1] = {0, n * (size_t)a / CUTS, n * (size_t)b / CUTS, n};
            bound[k] = n;
            ps_component c[PS_MAX_COMPONENTS] = {{0}};
            double likelihood = em_from(x, n, bound, c, k);
            qsort(c, (size_t)k, sizeof *c, by_mean);
            if (likelihood > top && is_sound(c, k, n)) {
                top = likelihood;
                memcpy(best, c, sizeof c);
            }
        }
    return top;
}

/* Levels are named by the panel's mixture, so no cut-off of a cohort lies where the panel has another level; a level
 * that the cohort does not show stays the panel's. */
static void name_components(const ps_panel *panel, ps_expression_reference *r) {
    ps_mixture m;
    ps_cut_offs c;
    ps_mixture_of(panel, NULL, &m);
    for (int j = 0; j < r->n_components; j++)
        r->component[j].level = ps_mixture_level(&m, r->component[j].mean);
    if (!ps_mixture_of(panel, r, &m))
        return;
    c = ps_mixture_cut_offs(&m, panel->limits.expression_posterior);
    r->not_at = c.low_to;
    r->over_at = c.high_from;
    r->has_cut_offs = isfinite(c.low_to) && isfinite(c.high_from) && c.low_to < c.high_from;
}

static void fit_mixture(const ps_panel *panel, ps_expression_reference *r) {
    double *x = ps_alloc(r->n_used, sizeof *x), best = INFINITY;
    for (size_t i = 0; i < r->n_used; i++)
        x[i] = fmax(r->sorted[i], panel->level[PS_LEVEL_LOW].log2 - expression_absence_log2);
    for (int k = 1; k <= PS_MAX_COMPONENTS; k++) {
        ps_component c[PS_MAX_COMPONENTS] = {{0}};
        double bic = (3 * k - 1) * log((double)r->n_used) - 2 * fit_k(x, r->n_used, k, c);
        if (bic < best) {
            best = bic;
            r->n_components = k;
            memcpy(r->component, c, sizeof c);
        }
    }
    free(x);
    for (int j = 0; j < r->n_components; j++) {
        ps_component *c = &r->component[j];
        *c = (ps_component){ps_round6(c->weight), ps_round6(c->mean), ps_round6(c->sd), PS_LEVEL_LOW};
    }
    name_components(panel, r);
}

/* ---- samples and genes ----------------------------------------------------------------------------------------- */

/* The first reason that keeps a sample out, or NULL. What only the built-in cut-offs make doubtful does not. */
static const ps_reason *refusal(const ps_expression_call *call) {
    for (size_t i = 0; i < call->reasons.n; i++)
        switch (call->reasons.at[i].code) {
        case PS_REASON_BORDERLINE_EXPRESSION:
        case PS_REASON_REFERENCE_ASSUMED:
        case PS_REASON_LATE_READS:
        case PS_REASON_CUT_READS:
            break;
        default:
            return &call->reasons.at[i];
        }
    return NULL;
}

static void take_sample(const ps_panel *panel, const ps_read_evidence *rna, const char *id, ps_reference_sample *s) {
    ps_case c = {.panel = panel, .reads = {rna, NULL, NULL}, .purity = NAN};
    ps_expression_call call;
    char text[512] = "";
    ps_call_expression(&c, &call);
    const ps_reason *why = refusal(&call);
    if (why)
        ps_reason_text(why, text, sizeof text);
    *s = (ps_reference_sample){.id = ps_strdup(id), .used = !why, .reason = ps_strdup(text)};
    s->log2[0] = s->log2[1] = s->log2[2] = NAN;
    s->late_share = call.late_share;
    s->fragments = ps_alloc((size_t)panel->n_genes, sizeof *s->fragments);
    for (size_t i = 0; i < call.n_genes; i++)
        s->fragments[i] = call.gene[i].fragments;
    ps_calls all = {.expression = call};
    ps_calls_free(&all);
}

static double median_late_share(const ps_expression_reference *r) {
    double *share = ps_alloc(r->n_samples, sizeof *share);
    size_t n = 0;
    for (size_t i = 0; i < r->n_samples; i++)
        if (r->sample[i].used && isfinite(r->sample[i].late_share))
            share[n++] = r->sample[i].late_share;
    double median = ps_round6(ps_median(share, n));
    free(share);
    return median;
}

/* Libraries of transcript ends and of whole transcripts cannot share a unit per kb. */
static void drop_unlike(ps_expression_reference *r) {
    double usual = median_late_share(r);
    for (size_t i = 0; i < r->n_samples; i++) {
        ps_reference_sample *s = &r->sample[i];
        if (!s->used || !isfinite(s->late_share) || fabs(s->late_share - usual) <= expression_late_shift)
            continue;
        s->used = 0;
        free(s->reason);
        s->reason = ps_format("%s: %s (rna: %.2f of reads in the last third of transcripts, %.2f in the cohort)",
                              ps_reason_name(PS_REASON_LATE_READS), ps_reason_sentence(PS_REASON_LATE_READS),
                              s->late_share, usual);
    }
    r->late_share = median_late_share(r);
}

static double log_rate(const ps_panel *panel, const ps_reference_sample *s, int gene) {
    return log2(1000 * ((double)s->fragments[gene] + 0.5) / panel->genes[gene].length);
}

static double median_count(const ps_expression_reference *r, int gene) {
    double *n = ps_alloc(r->n_samples, sizeof *n);
    size_t used = 0;
    for (size_t i = 0; i < r->n_samples; i++)
        if (r->sample[i].used)
            n[used++] = (double)r->sample[i].fragments[gene];
    double median = ps_median(n, used);
    free(n);
    return median;
}

/* log2 of the sample's fragments per kb of the median reference gene. `work` holds n_genes. */
static double unit_of(const ps_panel *panel, const ps_expression_reference *r, const ps_reference_sample *s,
                      double *work) {
    size_t n = 0;
    for (int g = 0; g < r->n_genes; g++)
        if (isfinite(r->centre[g]))
            work[n++] = log_rate(panel, s, g) - r->centre[g];
    return ps_median(work, n);
}

static void centre_genes(const ps_panel *panel, ps_expression_reference *r, double *unit, double *work) {
    double *centres = ps_alloc((size_t)r->n_genes, sizeof *centres);
    size_t n = 0;
    for (int g = 0; g < r->n_genes; g++) {
        size_t used = 0;
        if (!isfinite(r->centre[g]))
            continue;
        for (size_t i = 0; i < r->n_samples; i++)
            if (r->sample[i].used)
                work[used++] = log_rate(panel, &r->sample[i], g) - unit[i];
        r->centre[g] = ps_median(work, used);
        centres[n++] = r->centre[g];
    }
    double middle = ps_median(centres, n);
    for (int g = 0; g < r->n_genes; g++)
        r->centre[g] = ps_round6(r->centre[g] - middle);
    free(centres);
}

/* log2 of the sample's plasma share, as the caller's. `work` holds n_genes. */
static double share_log2(const ps_panel *panel, const ps_reference_sample *s, double unit, double *work) {
    size_t n = 0;
    for (int g = 0; g < panel->n_genes; g++)
        if (panel->genes[g].role == PS_ROLE_PLASMA_CELL && isfinite(panel->genes[g].centre))
            work[n++] = log_rate(panel, s, g) - unit - panel->genes[g].centre;
    return fmin(0, ps_median(work, n));
}

static void normalise(const ps_panel *panel, ps_expression_reference *r) {
    size_t most = r->n_samples > (size_t)r->n_genes ? r->n_samples : (size_t)r->n_genes;
    double *unit = ps_alloc(r->n_samples, sizeof *unit), *work = ps_alloc(most, sizeof *work);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < r->n_samples; i++)
            unit[i] = unit_of(panel, r, &r->sample[i], work);
        centre_genes(panel, r, unit, work);
    }
    for (size_t i = 0; i < r->n_samples; i++) {
        ps_reference_sample *s = &r->sample[i];
        double own = unit_of(panel, r, s, work), share = share_log2(panel, s, own, work);
        for (int k = 0; k < PS_N_CYCLINS && s->used; k++) {
            int gene = ps_panel_gene(panel, ps_cyclin_names[k]);
            if (gene >= 0)
                s->log2[k] = ps_round6(log_rate(panel, s, gene) - own - (gene == panel->ccnd1 ? share : 0));
        }
    }
    free(unit);
    free(work);
}

static void summarise(ps_expression_reference *r) {
    double *x = ps_alloc(r->n_samples, sizeof *x);
    r->sorted = ps_alloc(r->n_samples, sizeof *r->sorted);
    r->n_used = 0;
    for (size_t i = 0; i < r->n_samples; i++)
        if (r->sample[i].used)
            r->sorted[r->n_used++] = r->sample[i].log2[0];
    ps_sort(r->sorted, r->n_used);
    memcpy(x, r->sorted, r->n_used * sizeof *x);
    r->median = ps_round6(ps_median(x, r->n_used));
    r->mad = ps_round6(ps_mad(x, r->n_used, r->median));
    free(x);
}

static int check_size(const ps_expression_reference *r, const char *path, ps_error *err) {
    size_t used = 0;
    const char *why = NULL;
    for (size_t i = 0; i < r->n_samples; i++) {
        used += (size_t)r->sample[i].used;
        why = why || r->sample[i].used ? why : r->sample[i].reason;
    }
    if (used >= PS_REFERENCE_MIN_SAMPLES)
        return 0;
    return ps_fail(err, PS_ERR_RUN, path, 0,
                   "%zu of %zu sample%s can be used for a reference, expected at least %d%s%s", used, r->n_samples,
                   ps_s(r->n_samples), PS_REFERENCE_MIN_SAMPLES, why ? "; the first that is not: " : "",
                   why ? why : "");
}

static void describe(const ps_panel *panel, ps_expression_reference *r) {
    r->panel = ps_strdup(panel->name);
    r->build = ps_strdup(panel->build);
    r->panel_version = ps_strdup(panel->version);
    ps_genes_checksum(panel, r->genes_checksum);
    r->n_genes = panel->n_genes;
    r->gene = ps_alloc((size_t)r->n_genes, sizeof *r->gene);
    r->centre = ps_alloc((size_t)r->n_genes, sizeof *r->centre);
    r->not_at = r->over_at = NAN;
    for (int g = 0; g < r->n_genes; g++)
        r->gene[g] = ps_strdup(panel->genes[g].name);
}

/* A gene that the cohort hardly shows (a panel that does not cover it) has no centre. */
static int choose_genes(const ps_panel *panel, ps_expression_reference *r, const char *path, ps_error *err) {
    int n = 0;
    for (int g = 0; g < r->n_genes; g++) {
        int use = panel->genes[g].role == PS_ROLE_REFERENCE && median_count(r, g) >= expression_min_median_fragments;
        r->centre[g] = use ? 0 : NAN;
        n += use;
    }
    if (n >= panel->limits.expression_min_reference_genes)
        return 0;
    return ps_fail(err, PS_ERR_RUN, path, 0,
                   "%d reference gene%s with a median of %g fragments over the samples, expected at least %g", n,
                   ps_s(n), expression_min_median_fragments, panel->limits.expression_min_reference_genes);
}

int ps_fit_expression(const ps_panel *panel, const ps_read_evidence *const *rna, const char *const *sample_id,
                      size_t n, int mixture, const char *path, ps_expression_reference *r, ps_error *err) {
    *r = (ps_expression_reference){0};
    describe(panel, r);
    r->n_samples = n;
    r->sample = ps_alloc(n, sizeof *r->sample);
    for (size_t i = 0; i < n; i++)
        take_sample(panel, rna[i], sample_id[i], &r->sample[i]);
    drop_unlike(r);
    if (check_size(r, path, err) < 0 || choose_genes(panel, r, path, err) < 0) {
        ps_expression_reference_free(r);
        return -1;
    }
    normalise(panel, r);
    summarise(r);
    if (mixture && r->n_used >= PS_MIXTURE_MIN_SAMPLES)
        fit_mixture(panel, r);
    return 0;
}
