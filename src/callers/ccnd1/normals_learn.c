/* normals_learn.c - a panel of normals from normal samples (see normals.h).
 *
 * Each normal is fitted with the depth model against the levels so far, which gives its depth, its GC curve and the
 * efficiency of its capture relative to the others; each bin's level is then its fragments over what those predict,
 * normals that stand far off at the bin (a germline deletion) left out. Three rounds settle it. So levels come after
 * each normal's own GC correction, and a tumour's GC curve is fitted against them in the same way.
 *
 * Even coverage says much of a bin before it is counted: where normals are few or shallow a level is shrunk towards
 * mappability and the GC curve, by as much as bins really differ from those (gamma prior). Captures have no such
 * curve.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "depth.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* sd of ln level: a bin whose level in normals is less certain is not used (assumption) */
static const double cn_max_normal_spread = 0.5;
/* sd of ln depth of a bait between two samples, where one normal is all there is (assumption: a panel of normals
 * measures it) */
static const double cn_bait_spread = 0.15;
/* log2 ratio: an arm of a normal further off is refused (assumption: half of a one-copy gain is 0.32) */
static const double cn_normal_arm_log2 = 0.3;
/* standard errors: by which an arm of a normal must be off to be refused (assumption: counting explains no such arm
 * among thousands) */
static const double cn_normal_arm_sds = 6;
/* sds: by which a normal is left out at a bin (a germline deletion) (assumption: a normal is this far off by chance
 * once in ten thousand times) */
static const double cn_normal_outlier_sds = 4;
/* sds: beyond which a normal adds no more to a bin's spread (assumption: a germline deletion is not spread) */
static const double cn_normal_cap_sds = 5;
/* variance of ln depth: of a bin between normals, before it is measured (assumption: normals differ by a fifth (sd))
 * */
static const double cn_normal_usual_variance = 0.04;
/* normals: that the spread of all bins counts for in that of one (assumption: form of Smyth, Stat Appl Genet Mol Biol
 * 2004;3:3) */
static const double cn_prior_normals = 10;
/* fold: over the background from which a bin may have a bait (assumption: the background of a capture varies less
 * from bin to bin) */
static const double cn_bait_ratio = 1.5;
/* sds: of counting by which a bin with a bait stands above (assumption: counting explains no such bin) */
static const double cn_bait_sds = 4;
/* fraction of the mean bin: of a bin in normals (assumption: a bin that normals hardly show is not used) */
static const double cn_min_level = 0.01;

enum { LEARNING_ROUNDS = 3 }; /* after which levels stand still */

typedef struct lesson {
    const ps_panel *panel;
    const ps_read_evidence *const *sample;
    const char *const *name;
    size_t n;
    ps_normals *normals;
    double *exposure; /* [sample][bin]: fragments expected at level 1 */
    uint64_t *pooled; /* fragments by bin */
    double *total;    /* exposure by bin */
    struct at_q13 {
        double level[2], se[2]; /* of 11q13, of CCND1's own bins: log2 against the arms; NaN without bins */
    } * q13;                    /* by sample */
} lesson;

static double *exposure_of(lesson *s, size_t sample) {
    return s->exposure + sample * (size_t)s->panel->n_bins;
}

/* An arm that is not at two copies: a tumour among the normals. */
static int refuse_tumour(const lesson *s, size_t sample, const ps_depth *f, ps_error *err) {
    for (int a = 0; a < s->panel->n_arms; a++) {
        const ps_depth_group *g = &f->group[a];
        if (g->bins && fabs(g->level) > cn_normal_arm_log2 &&
            fabs(g->level) > cn_normal_arm_sds * hypot(g->se, cn_remaining_error))
            return ps_fail(
                err, PS_ERR_RUN, s->name[sample], 0,
                "chromosome arm %s differs by %.2g (log2) from the other arms, in a normal by at most %g: is it a "
                "tumour?",
                s->panel->arms[a].name, g->level, cn_normal_arm_log2);
    }
    return 0;
}

static void note_q13(lesson *s, size_t sample, const ps_depth *f) {
    const ps_depth_group *group[2] = {&f->group[f->q13], &f->group[f->own]};
    for (int k = 0; k < 2; k++) {
        s->q13[sample].level[k] = group[k]->bins ? group[k]->level : NAN;
        s->q13[sample].se[k] = hypot(hypot(group[k]->se, cn_remaining_error), f->wave);
    }
}

/* A normal whose 11q13 is gained or lost, or whose kit has other baits at CCND1, would become the usual level there.
 */
static int refuse_at_q13(const lesson *s, ps_error *err) {
    static const char *const what[2] = {"11q13", "CCND1"};
    double *level = ps_alloc(s->n, sizeof *level);
    int status = 0;
    for (int k = 0; k < 2 && status == 0; k++) {
        size_t n = 0;
        for (size_t i = 0; i < s->n; i++)
            if (!isnan(s->q13[i].level[k]))
                level[n++] = s->q13[i].level[k];
        double median = n ? ps_median(level, n) : 0;
        for (size_t i = 0; i < s->n && status == 0; i++) {
            double off = s->q13[i].level[k] - median;
            if (fabs(off) > cn_normal_arm_log2 && fabs(off) > cn_focal_sds * s->q13[i].se[k])
                status = ps_fail(
                    err, PS_ERR_RUN, s->name[i], 0,
                    "%s differs by %.2g (log2) from that of the other normals, at most %g is allowed: is it gained "
                    "or lost there, or of another kit?",
                    what[k], off, cn_normal_arm_log2);
        }
    }
    free(level);
    return status;
}

static int fit_sample(lesson *s, size_t sample, int last, ps_error *err) {
    ps_depth f;
    int status = 0;
    ps_depth_init(&f, s->panel, s->sample[sample]->bins.bin, s->normals);
    ps_depth_fit(&f);
    for (int i = 0; i < s->panel->n_bins; i++) {
        double level = s->normals->bin[i].level;
        exposure_of(s, sample)[i] = level > 0 ? exp2(f.middle) * ps_depth_weight(&f, i) / level : 0;
    }
    s->normals->sample[sample].noise = ps_round6(sqrt(fmax(f.tau2[0], f.tau2[1])));
    if (last && s->n >= PS_MIN_NORMALS)
        status = refuse_tumour(s, sample, &f, err);
    note_q13(s, sample, &f);
    ps_depth_free(&f);
    return status;
}

/* The bin's ratio of counts to exposure in the median normal. */
static double median_ratio(lesson *s, int bin, double *ratio) {
    size_t n = 0;
    for (size_t k = 0; k < s->n; k++)
        if (exposure_of(s, k)[bin] > 0)
            ratio[n++] = (double)s->sample[k]->bins.bin[bin] / exposure_of(s, k)[bin];
    return n ? ps_median(ratio, n) : 0;
}

/* Of a normal's fragments in a bin, as long as nothing is known of the bin. */
static double usual_sd(double mean) {
    return sqrt(mean + cn_normal_usual_variance * mean * mean + 1);
}

static void set_level(lesson *s, int bin, double *ratio) {
    double middle = median_ratio(s, bin, ratio);
    s->pooled[bin] = 0;
    s->total[bin] = 0;
    for (size_t k = 0; k < s->n; k++) {
        double exposure = exposure_of(s, k)[bin], mean = exposure * middle,
               count = (double)s->sample[k]->bins.bin[bin];
        if (s->n >= PS_MIN_NORMALS && fabs(count - mean) > cn_normal_outlier_sds * usual_sd(mean))
            continue;
        s->pooled[bin] += s->sample[k]->bins.bin[bin];
        s->total[bin] += exposure;
    }
    s->normals->bin[bin].level = s->total[bin] > 0 ? (double)s->pooled[bin] / s->total[bin] : 0;
    s->normals->bin[bin].fragments = s->pooled[bin];
}

/* Most bins of a capture have no bait: the median is the background, which itself varies from bin to bin. */
static double caught_share(double level, double background, double fragments) {
    if (level <= cn_bait_ratio * background)
        return 0;
    double expected = fragments * background / level; /* what the background alone would have given */
    return fragments - expected > cn_bait_sds * sqrt(expected + 1) ? 1 - background / level : 0;
}

/* Levels are shares of the mean arm bin. */
static void scale_levels(lesson *s) {
    ps_normals *n = s->normals;
    double sum = 0, bins = 0, *levels = ps_alloc((size_t)n->n_bins, sizeof *levels);
    size_t n_levels = 0;
    for (int i = 0; i < n->n_bins; i++)
        if (s->panel->bins[i].role == PS_BIN_ARM) {
            sum += n->bin[i].level;
            levels[n_levels++] = n->bin[i].level;
            bins++;
        }
    double scale = sum > 0 ? bins / sum : 1, median = ps_median(levels, n_levels) * scale;
    for (int i = 0; i < n->n_bins; i++) {
        n->bin[i].level *= scale;
        s->total[i] /= scale;
        for (size_t k = 0; k < s->n; k++)
            exposure_of(s, k)[i] /= scale;
        n->bin[i].captured =
            n->assay == PS_ASSAY_GENOME ? 0 : caught_share(n->bin[i].level, median, (double)s->pooled[i]);
    }
    free(levels);
}

/* Variance of ln level between normals beyond counting, by moments, shrunk towards that of all bins of its kind, as
 * one bin's few normals tell little of a variance (Smyth, Stat Appl Genet Mol Biol 2004;3:3, in its simplest form).
 */
static void set_spreads(lesson *s) {
    ps_normals *n = s->normals;
    double *excess = ps_alloc((size_t)n->n_bins, sizeof *excess),
           *square = ps_alloc((size_t)n->n_bins, sizeof *square);
    double all_excess[2] = {0}, all_square[2] = {0};
    for (int i = 0; i < n->n_bins; i++) {
        for (size_t k = 0; k < s->n; k++) {
            double mean = exposure_of(s, k)[i] * n->bin[i].level, d = (double)s->sample[k]->bins.bin[i] - mean;
            double most = cn_normal_cap_sds * usual_sd(mean); /* a germline deletion is not spread */
            excess[i] += fmin(d * d, most * most) * (double)s->n / (double)(s->n - 1) - mean;
            square[i] += mean * mean;
        }
        all_excess[n->bin[i].captured > 0.5] += excess[i];
        all_square[n->bin[i].captured > 0.5] += square[i];
    }
    for (int i = 0; i < n->n_bins; i++) {
        ps_normal_bin *b = &n->bin[i];
        int kind = b->captured > 0.5;
        double usual = all_square[kind] > 0 ? fmax(0, all_excess[kind] / all_square[kind]) : 0;
        double own = square[i] > 0 ? fmax(0, excess[i] / square[i]) : usual, df = (double)s->n - 1;
        double variance = (cn_prior_normals * usual + df * own) / (cn_prior_normals + df);
        b->spread = sqrt(variance);
        b->level_se = sqrt(b->level_se * b->level_se + variance / (double)s->n);
    }
    free(excess);
    free(square);
}

static void shrink_levels(lesson *s) {
    ps_normals *n = s->normals;
    ps_depth f;
    double shape = 0;
    ps_depth_init(&f, s->panel, s->pooled, NULL);
    if (n->assay == PS_ASSAY_GENOME) {
        ps_depth_fit(&f);
        shape = fmin(1 / fmax(f.tau2[0], 1e-6), 1e6);
    }
    for (int i = 0; i < n->n_bins; i++) {
        ps_normal_bin *b = &n->bin[i];
        double smooth = shape > 0 ? exp2(f.middle) * ps_depth_weight(&f, i) : 0;
        if (shape > 0 && smooth > 0 && s->total[i] > 0)
            b->level = smooth / s->total[i] * (shape + (double)s->pooled[i]) / (shape + smooth);
        b->level_se = 1 / sqrt(shape + (double)s->pooled[i] + 0.5);
    }
    ps_depth_free(&f);
}

/* One normal does not tell how much baits differ between samples. */
static void assume_spreads(lesson *s) {
    for (int i = 0; i < s->normals->n_bins; i++)
        s->normals->bin[i].spread = s->normals->bin[i].captured * cn_bait_spread;
}

static void mark_usable(lesson *s) {
    ps_normals *n = s->normals;
    for (int i = 0; i < n->n_bins; i++) {
        ps_normal_bin *b = &n->bin[i];
        b->level = ps_round6(b->level);
        b->spread = ps_round6(b->spread);
        b->level_se = ps_round6(b->level_se);
        b->captured = ps_round6(b->captured);
        b->usable =
            b->level > cn_min_level && b->spread <= cn_max_normal_spread && b->level_se <= cn_max_normal_spread;
        n->usable += b->usable;
    }
}

/* A gain that all share would become the usual level: each genome is looked at alone, before any is learnt from. */
static int check_alone(const lesson *s, size_t sample, ps_error *err) {
    ps_depth f;
    ps_depth_init(&f, s->panel, s->sample[sample]->bins.bin, NULL);
    ps_depth_fit(&f);
    int status = refuse_tumour(s, sample, &f, err);
    const ps_depth_group *g = &f.group[f.q13];
    double se = hypot(hypot(g->se, cn_remaining_error), f.wave);
    if (status == 0 && g->bins && fabs(g->level) > cn_normal_arm_log2 && fabs(g->level) > cn_normal_arm_sds * se)
        status = ps_fail(
            err, PS_ERR_RUN, s->name[sample], 0,
            "11q13 differs by %.2g (log2) from the arms, in a normal by at most %g: is it gained or lost there?",
            g->level, cn_normal_arm_log2);
    ps_depth_free(&f);
    return status;
}

static int check_samples(lesson *s, ps_error *err) {
    ps_normals *n = s->normals;
    size_t votes[PS_N_ASSAYS] = {0};
    for (size_t k = 0; k < s->n; k++) {
        ps_coverage c = ps_coverage_of(s->panel, s->sample[k]);
        n->sample[k].fragments_per_bin = ps_round6(c.mean);
        if (c.mean < s->panel->limits.cn_min_fragments_per_bin)
            return ps_fail(err, PS_ERR_RUN, s->name[k], 0, "%.3g fragment%s per 10 kb bin, a normal needs %g", c.mean,
                           ps_s(c.mean), s->panel->limits.cn_min_fragments_per_bin);
        int genome = c.assay == PS_ASSAY_GENOME;
        if (k && genome != (n->assay == PS_ASSAY_GENOME))
            return ps_fail(err, PS_ERR_RUN, s->name[k], 0,
                           "looks like %s, but %s like %s: normals of one panel must share the assay",
                           ps_assay_names[c.assay], s->name[0], ps_assay_names[n->assay]);
        if (!k)
            n->assay = c.assay;
        votes[c.assay]++;
        if (genome && check_alone(s, k, err) < 0)
            return -1;
    }
    if (votes[PS_ASSAY_EXOME] + votes[PS_ASSAY_TARGETED])
        n->assay = votes[PS_ASSAY_EXOME] >= votes[PS_ASSAY_TARGETED] ? PS_ASSAY_EXOME : PS_ASSAY_TARGETED;
    return 0;
}

static void name_panel(lesson *s) {
    ps_normals *n = s->normals;
    n->panel = ps_strdup(s->panel->name);
    n->build = ps_strdup(s->panel->build);
    n->panel_version = ps_strdup(s->panel->version);
    ps_bins_checksum(s->panel, n->bins_checksum);
    n->n_bins = s->panel->n_bins;
    n->bin = ps_alloc((size_t)n->n_bins, sizeof *n->bin);
    n->sample = ps_alloc(s->n, sizeof *n->sample);
    n->n_samples = s->n;
    for (size_t k = 0; k < s->n; k++)
        n->sample[k].name = ps_strdup(s->name[k]);
}

static int learn(lesson *s, ps_error *err) {
    ps_normals *n = s->normals;
    double *ratio = ps_alloc(s->n, sizeof *ratio);
    int status = check_samples(s, err);
    for (size_t k = 0; status == 0 && k < s->n; k++) /* to begin with: flat curves */
        for (int i = 0; i < n->n_bins; i++)
            exposure_of(s, k)[i] = n->sample[k].fragments_per_bin;
    for (int round = 0; status == 0 && round <= LEARNING_ROUNDS; round++) {
        for (int i = 0; i < n->n_bins; i++) {
            set_level(s, i, ratio);
            n->bin[i].usable = n->bin[i].level > 0;
        }
        scale_levels(s);
        for (int i = 0; i < n->n_bins; i++)
            n->bin[i].level_se = 1 / sqrt((double)s->pooled[i] + 0.5);
        if (round > 0 && s->n > 1)
            set_spreads(s); /* so that the next fit knows which bins to trust */
        for (size_t k = 0; s->n > 1 && round < LEARNING_ROUNDS && status == 0 && k < s->n; k++)
            status = fit_sample(s, k, round == LEARNING_ROUNDS - 1, err);
    }
    free(ratio);
    if (status == 0 && s->n >= PS_MIN_NORMALS)
        status = refuse_at_q13(s, err);
    if (status < 0)
        return -1;
    shrink_levels(s);
    if (s->n > 1)
        set_spreads(s);
    else
        assume_spreads(s);
    mark_usable(s);
    return 0;
}

int ps_normals_learn(const ps_panel *panel, const ps_read_evidence *const *samples, const char *const *names,
                     size_t n, ps_normals *normals, ps_error *err) {
    size_t bins = (size_t)panel->n_bins;
    lesson s = {.panel = panel, .sample = samples, .name = names, .n = n, .normals = normals};
    *normals = (ps_normals){0};
    s.exposure = ps_alloc(n * bins, sizeof *s.exposure);
    s.pooled = ps_alloc(bins, sizeof *s.pooled);
    s.total = ps_alloc(bins, sizeof *s.total);
    s.q13 = ps_alloc(n, sizeof *s.q13);
    name_panel(&s);
    int status = learn(&s, err);
    free(s.exposure);
    free(s.pooled);
    free(s.total);
    free(s.q13);
    if (status < 0)
        ps_normals_free(normals);
    return status;
}
