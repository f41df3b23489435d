/* copynumber.c - copies of CCND1 from fragments per bin, with a baseline that survives hyperdiploidy.
 *
 * 1. Is this a whole genome (assay.c)?  A capture is measured against normals of the same kit only: a panel of
 *    normals, or the matched normal.
 * 2. Levels of the arms and of 11q13 with their errors (depth.c): each bin against what it usually gets, GC corrected
 *    between bins of one arm so that an arm's copies are never taken for GC. 11q13 is richer in GC than any arm bin:
 *    what the curve does not know there, and waves that move neighbouring bins together, widen the interval.
 * 3. The two-copy level is not the median arm: eight trisomies would move it. Every arm's level is explained by whole
 *    copies, with how often myeloma gains and loses that arm as prior; the baseline is what explains all arms
 *    together. Two baselines that explain them about as well are an ambiguity, and it is reported.
 * 4. 11q13 is compared with that baseline (copies) and with the rest of chromosome 11 (scope). A small amplicon may
 *    cover CCND1 and little else: where the bins at the gene differ from the rest of 11q13, the gene's own bins
 *    decide.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../absent.h"
#include "copies.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* odds: under which the next is printed as a warning (assumption: up to here the other explanation is printed beside
 * the answer: chromosomes of one genome are not independent) */
static const double cn_baseline_sure = 1000;
/* share of arm bins that do not fit their arm: above it nothing is said (assumption: chromosomal events inside arms
 * reach a few percent) */
static const double cn_max_outliers = 0.2;
/* coefficient of variation: CV that neighbouring bins share: above it nothing is said (assumption: half of a one-copy
 * step on two copies would be 0.25) */
static const double cn_max_wave = 0.15;
/* fraction of arms: that may lie between whole copies of a given purity (assumption: subclones move a few arms, a
 * wrong purity moves most) */
static const double cn_part_arms = 0.25;
/* chromosomes: of the odd ones gained whole for hyperdiploid (assumption: of the eight odd chromosomes gained whole)
 * */
static const double cn_hyperdiploid_chromosomes = 2;
/* copies: the interval stays away from the copies that a state denies (assumption: how far the interval stays from
 * what the state denies) */
static const double cn_state_margin = 0.2;
/* copies: an interval further off two is not neutral (assumption: chance puts the interval further off two in fewer
 * than 1 of 100 simulated genomes) */
static const double cn_two_margin = 0.01;
/* copies: from which cn_max_interval grows in proportion (assumption: from here up the interval may be wider in
 * proportion) */
static const double cn_interval_copies = 4;
/* standard errors: by which the bins at CCND1 leave the rest of 11q13 (assumption: a small amplicon is told from
 * chance) */
static const double cn_gene_sds = 4;

/* A step of log2 that is focal: cn_focal_log2 in the tumour's cells, which the others flatten. */
static double focal_step(const ps_depth *f, double purity) {
    return log2(1 + (isnan(purity) ? 1 : purity) * (exp2(f->panel->limits.cn_focal_log2) - 1));
}

/* The group that speaks for CCND1. */
static const ps_depth_group *ccnd1_group(const ps_depth *f, double purity) {
    const ps_depth_group *all = &f->group[f->q13], *gene = &f->group[f->gene];
    double step = fabs(gene->level - all->level);
    return gene->bins && step > focal_step(f, purity) && step > cn_gene_sds * gene->se ? gene : all;
}

/* In a capture, does the kit differ from the normals' at CCND1?  Its few bins have baits of their own: where they
 * stand off the rest of 11q13, an amplicon moves the bins beside them too, other baits or none do not. */
static int kit_differs(const ps_depth *f, double purity, ps_reasons *reasons) {
    const ps_depth_group *own = &f->group[f->own], *beside = &f->group[f->beside], *around = &f->group[f->around];
    double step = own->level - around->level, moved = beside->level - around->level;
    if (!f->normals || f->normals->assay == PS_ASSAY_GENOME || !own->bins || !around->bins ||
        fabs(step) <= focal_step(f, purity) || fabs(step) <= cn_gene_sds * hypot(own->se, around->se))
        return 0;
    double sds = fabs(moved) / hypot(beside->se, around->se);
    if (beside->bins && moved * step > 0 && fabs(moved) > fabs(step) / 2 && sds > 2)
        return 0;
    ps_reason_add(
        reasons, PS_REASON_REFERENCE_MISMATCH,
        "dna: CCND1's own bins differ by %.2f (log2) from the rest of 11q13, the bins beside them by %.2f: the "
        "kit's baits there are not those of the normals",
        step, beside->bins ? moved : 0);
    return 1;
}

/* ---- decisions ------------------------------------------------------------------------------------------------- */

static double copies_of_level(double level, double purity) {
    double p = isnan(purity) ? 1 : purity;
    return fmax(0, (2 * exp2(level) - 2 * (1 - p)) / p);
}

int ps_copies_arm(const ps_panel *panel, const char *name) {
    for (int a = 0; a < panel->n_arms; a++)
        if (!strcmp(panel->arms[a].name, name))
            return a;
    return -1;
}

static const char *input_of(const ps_copynumber_call *call) {
    return ps_input_names[call->sources == 1u << PS_INPUT_CNV ? PS_INPUT_CNV : PS_INPUT_DNA];
}

static int is_gained(const ps_limits *l, double copies) {
    return copies >= l->cn_gain_copies;
}

/* Copies of an arm, so many standard errors up. */
static double arm_reaches(const ps_depth *f, const ps_copynumber_call *call, const ps_arm_copies *arm, double sds) {
    const ps_depth_group *g = &f->group[arm->arm];
    return copies_of_level(arm->log2_ratio + sds * hypot(g->se, cn_remaining_error), call->purity);
}

/* The eight odd chromosomes (3 5 7 9 11 15 19 21) whose arms all reach `copies`. */
static int odd_chromosomes(const ps_depth *f, const ps_copynumber_call *call, double copies, double sds) {
    int chromosomes = 0;
    for (size_t i = 0; i < call->n_arms; i++) {
        const ps_arm *arm = &f->panel->arms[call->arm[i].arm];
        size_t length = strlen(arm->name);
        if (!arm->odd_trisomy || arm->name[length - 1] != 'q' || arm_reaches(f, call, &call->arm[i], sds) < copies)
            continue;
        int whole = 1;
        for (size_t j = 0; j < call->n_arms; j++) {
            const char *other = f->panel->arms[call->arm[j].arm].name;
            if (j != i && strlen(other) == length && !strncmp(other, arm->name, length - 1))
                whole = arm_reaches(f, call, &call->arm[j], sds) >= copies;
        }
        chromosomes += whole;
    }
    return chromosomes;
}

/* 1, 0, or -1: not known. Without a purity, arms a little above two may be gained in a part of the cells. */
static int hyperdiploid(const ps_depth *f, const ps_copynumber_call *call) {
    const ps_limits *l = &f->panel->limits;
    if (odd_chromosomes(f, call, l->cn_gain_copies, 0) >= cn_hyperdiploid_chromosomes)
        return 1;
    double least = isnan(call->purity) ? 2 + cn_state_margin : l->cn_gain_copies;
    return odd_chromosomes(f, call, least, ps_normal_95) >= cn_hyperdiploid_chromosomes ? -1 : 0;
}

/* With a known purity arms sit on whole copies; a few subclones are usual, many are another purity or a part of the
 * cells. */
static void check_whole_copies(const ps_depth *f, ps_copynumber_call *call) {
    size_t between = 0;
    if (isnan(call->purity))
        return;
    for (size_t i = 0; i < call->n_arms; i++) {
        const ps_arm_copies *a = &call->arm[i];
        double copies = round(a->copies), sd = (arm_reaches(f, call, a, 1) - arm_reaches(f, call, a, -1)) / 2;
        between += fabs(a->copies - copies) > fmax(cn_state_margin, cn_part_sds * sd);
    }
    if ((double)between > cn_part_arms * (double)call->n_arms)
        ps_reason_add(
            &call->reasons, PS_REASON_PART_OF_CELLS,
            "%s: %zu of %zu chromosome arm%s between whole copies at purity %.3g: another purity, or changes in "
            "part of the cells",
            input_of(call), between, call->n_arms, ps_s(call->n_arms), call->purity);
}

/* The interval excludes two copies, and the copies lie closer to two than to one or three. */
static void say_not_two(ps_copynumber_call *call) {
    if (isnan(call->purity))
        ps_reason_add(
            &call->reasons, PS_REASON_PURITY_ASSUMED,
            "%s: %.2f copies (%.2f to %.2f) are not two: a change in part of the cells looks like this; give --purity",
            input_of(call), call->copies, call->copies_low, call->copies_high);
    else
        ps_reason_add(&call->reasons, PS_REASON_PART_OF_CELLS, "%s: %.2f copies (%.2f to %.2f) at purity %.3g",
                      input_of(call), call->copies, call->copies_low, call->copies_high, call->purity);
}

static void decide_state(const ps_panel *panel, ps_copynumber_call *call) {
    const ps_limits *l = &panel->limits;
    double margin = cn_state_margin;
    if (call->copies_high - call->copies_low > l->cn_max_interval * fmax(1, call->copies / cn_interval_copies))
        goto wide;
    if (call->copies >= l->cn_amplified_copies) {
        call->state = PS_CN_AMPLIFIED;
    } else if (is_gained(l, call->copies)) {
        if (call->copies_low <= 2 + margin)
            goto wide;
        call->state = PS_CN_GAIN;
    } else if (call->copies <= l->cn_loss_copies) {
        if (call->copies_high >= 2 - margin)
            goto wide;
        call->state = PS_CN_LOSS;
    } else if (call->copies_low > 2 + cn_two_margin || call->copies_high < 2 - cn_two_margin) {
        say_not_two(call);
        return;
    } else if (call->copies_low > 1 + margin && call->copies_high < 3 - margin) {
        /* one copy more or less would have shown */
        call->state = PS_CN_NEUTRAL;
    } else {
        goto wide;
    }
    return;
wide:
    ps_reason_add(&call->reasons, PS_REASON_WIDE_INTERVAL, "%s: %.2f copies, 95 %% interval %.2f to %.2f",
                  input_of(call), call->copies, call->copies_low, call->copies_high);
}

static void decide_scope(const ps_depth *f, double baseline, ps_copynumber_call *call) {
    const ps_panel *p = f->panel;
    int q = ps_copies_arm(p, "11q"), s = ps_copies_arm(p, "11p");
    call->scope = PS_SCOPE_NONE;
    if (call->state == PS_CN_NOT_ASSESSABLE || call->state == PS_CN_NEUTRAL || q < 0 || s < 0)
        return;
    const ps_depth_group *here = ccnd1_group(f, call->purity), *rest = &f->group[q], *other = &f->group[s];
    double step = fabs(here->level - rest->level), se = hypot(hypot(here->se, rest->se), f->wave);
    double q_level = rest->level - baseline, p_level = other->level - baseline;
    if (step > focal_step(f, call->purity) && step > cn_focal_sds * se) {
        call->scope = PS_SCOPE_FOCAL;
        return;
    }
    int together = q_level * p_level > 0 && fabs(p_level) > cn_whole_share * fabs(q_level);
    call->scope = together ? PS_SCOPE_CHROMOSOME : PS_SCOPE_ARM;
}

static void list_arms(const ps_depth *f, double baseline, ps_copynumber_call *call) {
    const ps_panel *p = f->panel;
    call->arm = ps_alloc((size_t)p->n_arms, sizeof *call->arm);
    for (int a = 0; a < p->n_arms; a++) {
        if (!f->group[a].bins)
            continue;
        double level = f->group[a].level - baseline;
        call->arm[call->n_arms++] =
            (ps_arm_copies){a, ps_round6(level), ps_round6(copies_of_level(level, call->purity))};
    }
}

static void list_bins(const ps_depth *f, double baseline, ps_copynumber_call *call) {
    const ps_panel *p = f->panel;
    size_t capacity = 0;
    for (int i = 0; i < p->n_bins; i++) {
        double weight = ps_depth_weight(f, i);
        if (p->bins[i].span.contig != p->ccnd1_window.contig || f->left_out[i] == PS_BIN_UNUSABLE || !(weight > 0))
            continue;
        double level = log2(((double)f->count[i] + 0.5) / weight) - f->middle - baseline;
        PS_GROW(call->bin, call->n_bins, capacity);
        call->bin[call->n_bins++] = (ps_bin_level){i, ps_round6(level)};
    }
}

/* ---- against what ---------------------------------------------------------------------------------------------- */

static int is_genome(ps_assay assay) {
    return assay == PS_ASSAY_GENOME;
}

/* The matched normal as a panel of one, into `own`. */
static int learn_matched(const ps_case *c, ps_assay assay, ps_normals *own, ps_copynumber_call *call) {
    const ps_read_evidence *normal = c->reads[PS_INPUT_NORMAL];
    const char *name = "normal";
    ps_error err = {0};
    if (!normal || !normal->given)
        return 0;
    ps_coverage shape = ps_coverage_of(c->panel, normal);
    if (shape.assay != PS_ASSAY_UNKNOWN && is_genome(shape.assay) != is_genome(assay)) {
        ps_reason_add(&call->reasons, PS_REASON_REFERENCE_MISMATCH,
                      "normal: looks like %s, but dna like %s: the normal is not used for depth",
                      ps_assay_names[shape.assay], ps_assay_names[assay]);
        return 0;
    }
    if (ps_normals_learn(c->panel, &normal, &name, 1, own, &err) == 0)
        return 1;
    ps_reason_add(&call->reasons, PS_REASON_REFERENCE_MISMATCH, "%s; it is not used for depth", err.text);
    return 0;
}

/* What the bins are measured against: a panel of normals, the matched normal, or (whole genomes) nothing. 0: none
 * that will do. */
static int choose_reference(const ps_case *c, const ps_coverage *shape, ps_normals *own, const ps_normals **normals,
                            ps_copynumber_call *call) {
    const ps_normals *given = c->normals;
    if (given && is_genome(given->assay) != is_genome(shape->assay)) {
        ps_reason_add(&call->reasons, PS_REASON_REFERENCE_MISMATCH, "dna: looks like %s, the panel of normals is %s",
                      ps_assay_names[shape->assay], ps_assay_names[given->assay]);
        return 0;
    }
    if (given) {
        *normals = given;
        call->reference = PS_CN_REFERENCE_PANEL;
        call->assay = given->assay;
    } else if (learn_matched(c, shape->assay, own, call)) {
        *normals = own;
        call->reference = PS_CN_REFERENCE_MATCHED;
    } else if (!is_genome(shape->assay)) {
        ps_reason_add(
            &call->reasons, PS_REASON_TARGETED,
            "dna: looks like %s (%.0f %% of the bins far above the rest, %.0f %% more empty ones than even coverage "
            "leaves, RAS hotspots %.3g times as deep as the bins); give --copynumber-reference or --normal of the "
            "same kit",
            ps_assay_names[shape->assay], 100 * shape->tall, 100 * fmax(0, shape->empty), shape->enrichment);
        return 0;
    }
    call->reference_normals = *normals ? (*normals)->n_samples : 0;
    return 1;
}

/* ---- the call -------------------------------------------------------------------------------------------------- */

static int enough_fragments(const ps_case *c, const ps_coverage *shape, ps_copynumber_call *call) {
    double needed = c->panel->limits.cn_min_fragments_per_bin;
    if (shape->mean >= needed)
        return 1;
    ps_reason_add(&call->reasons, PS_REASON_LOW_COVERAGE, "dna: %.3g fragment%s per 10 kb bin, %g needed",
                  shape->mean, ps_s(shape->mean), needed);
    return 0;
}

static int quiet_enough(const ps_depth *f, ps_copynumber_call *call) {
    const ps_limits *l = &f->panel->limits;
    double cv = sqrt(fmax(f->tau2[0], f->tau2[1]));
    if (cv > l->cn_max_bin_cv)
        ps_reason_add(&call->reasons, PS_REASON_NOISY,
                      "dna: depth of the bins varies by %.2g more than counting explains, at most %g allowed", cv,
                      l->cn_max_bin_cv);
    else if (f->outliers > cn_max_outliers)
        ps_reason_add(&call->reasons, PS_REASON_NOISY,
                      "dna: %.0f %% of the bins differ from their chromosome arm, at most %.0f %% allowed",
                      100 * f->outliers, 100 * cn_max_outliers);
    else if (f->sure_wave > cn_max_wave)
        ps_reason_add(&call->reasons, PS_REASON_NOISY,
                      "dna: waves along the genome move neighbouring bins together by %.2g, at most %g allowed",
                      f->sure_wave, cn_max_wave);
    else
        return 1;
    return 0;
}

/* 0 loss, 1 neutral, 2 gain, 3 amplified. */
static int step_of(const ps_limits *l, double copies) {
    return (copies > l->cn_loss_copies) + is_gained(l, copies) + (copies >= l->cn_amplified_copies);
}

/* Two explanations of the arms that differ in CCND1's state are printed both. 0: neither is told from the other. */
static int one_baseline(const ps_case *c, const ps_baseline *fitted, double level, ps_copynumber_call *call) {
    const ps_limits *l = &c->panel->limits;
    double first = copies_of_level(level - fitted->level, c->purity);
    double second = copies_of_level(level - fitted->rival, c->purity);
    int one = fitted->odds >= l->cn_baseline_odds;
    if (!one || (fitted->odds < cn_baseline_sure && step_of(l, first) != step_of(l, second)))
        ps_reason_add(
            &call->reasons, PS_REASON_AMBIGUOUS_BASELINE,
            "%s: 11q13 at %.2g copies or, with another two-copy level, %.2g; odds %.3g for the first, %g needed",
            input_of(call), first, second, fitted->odds, l->cn_baseline_odds);
    return one;
}

void ps_copies_decide(const ps_case *c, const ps_depth *f, const ps_baseline *fitted, ps_copynumber_call *call) {
    double baseline = fitted->level;
    const ps_depth_group *here = ccnd1_group(f, c->purity);
    double level = here->level - baseline;
    if (!here->bins || !(here->expected > 0)) {
        ps_reason_add(&call->reasons, PS_REASON_LOW_COVERAGE, "%s: no usable bin at 11q13", input_of(call));
        return;
    }
    double se = hypot(hypot(hypot(here->se, fitted->se), hypot(cn_remaining_error, f->wave)), f->q13_spread);
    list_arms(f, baseline, call);
    list_bins(f, baseline, call);
    if (!one_baseline(c, fitted, here->level, call) || kit_differs(f, c->purity, &call->reasons))
        return;
    call->log2_ratio = ps_round6(level);
    call->copies = ps_round6(copies_of_level(level, c->purity));
    call->copies_low = ps_round6(copies_of_level(level - ps_normal_95 * se, c->purity));
    call->copies_high = ps_round6(copies_of_level(level + ps_normal_95 * se, c->purity));
    decide_state(c->panel, call);
    decide_scope(f, baseline, call);
    call->hyperdiploid = hyperdiploid(f, call);
    check_whole_copies(f, call);
    if (isnan(c->purity))
        ps_reason_add(&call->reasons, PS_REASON_PURITY_ASSUMED, "give --purity for absolute copies");
}

static void measure(ps_depth *f, const ps_case *c, ps_copynumber_call *call) {
    ps_depth_fit(f);
    call->noise = ps_round6(sqrt(fmax(f->tau2[0], f->tau2[1])));
    call->wave = ps_round6(f->wave);
    if (!quiet_enough(f, call))
        return;
    ps_baseline fitted = ps_baseline_of(f, c->purity);
    ps_copies_decide(c, f, &fitted, call);
}

ps_copynumber_call ps_copies_unknown(double purity) {
    return (ps_copynumber_call){.log2_ratio = NAN,
                                .copies = NAN,
                                .copies_low = NAN,
                                .copies_high = NAN,
                                .hyperdiploid = -1,
                                .purity = purity,
                                .fragments_per_bin = NAN,
                                .noise = NAN,
                                .wave = NAN};
}

static void note_given(const ps_normals *given, ps_copynumber_call *call) {
    if (!given)
        return;
    const char *path = given->path ? given->path : "", *slash = strrchr(path, '/');
    snprintf(call->normals_name, sizeof call->normals_name, "%s", slash ? slash + 1 : path);
    snprintf(call->normals_checksum, sizeof call->normals_checksum, "%s", given->checksum);
}

void ps_call_copynumber(const ps_case *c, ps_copynumber_call *call) {
    *call = ps_copies_unknown(c->purity);
    const ps_read_evidence *dna = c->reads[PS_INPUT_DNA];
    if (!dna || !dna->given) {
        ps_reason_add(&call->reasons, PS_REASON_NO_DNA, "copy number needs --dna");
        return;
    }
    note_given(c->normals, call);
    ps_coverage shape = ps_coverage_of(c->panel, dna);
    const ps_normals *normals = NULL;
    ps_normals own = {0};
    call->fragments_per_bin = ps_round6(shape.mean);
    call->assay = shape.assay;
    if (enough_fragments(c, &shape, call) &&
        !contig_is_absent(c->panel, dna, c->panel->ccnd1_window.contig, "CCND1", &call->reasons) &&
        choose_reference(c, &shape, &own, &normals, call)) {
        ps_depth f;
        ps_depth_init(&f, c->panel, dna->bins.bin, normals);
        measure(&f, c, call);
        ps_depth_free(&f);
    }
    ps_normals_free(&own);
    call->sources = call->state == PS_CN_NOT_ASSESSABLE ? 0 : 1u << PS_INPUT_DNA;
}
