/* segments.c - copies of CCND1 from another program's segments.
 *
 * The segments are spread over the panel's bins, and answered by the same rules as depth (copynumber.c). What differs
 * is what the file can prove:
 *
 *   unit           two-copy level            tumour share          neutral, not hyperdiploid
 *   log2           found as from depth       the user's, or none   where the genome is covered
 *   copies         the program's             in the copies         as far as its fit goes
 *   whole copies   the program's             the user's, or none   within half a copy
 *   changes only   the program's             the user's, or none   never: what is not listed is not told
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* log2 ratio: waves and GC that a program's own correction leaves of a long segment (assumption) */
static const double cn_segment_error = 0.03;
/* log2 ratio: sd of one bin or probe of a segment (assumption: those of genomes, exomes and arrays vary by 0.15 to
 * 0.4) */
static const double cn_segment_point = 0.3;
/* copies: sd of fitted ones (assumption: a fit of purity that is off by a twentieth moves three copies by as much) */
static const double cn_segment_copies = 0.15;
/* copies: sd of whole ones of a sample (derived: rounding, 95 % within half a copy) */
static const double cn_segment_rounding = 0.25;
/* fraction of arm bins: that segments must cover to tell the two-copy level (assumption: more is missing only where a
 * file lists changes alone) */
static const double cn_segment_cover = 0.7;
/* copies: by which segments and reads of one sample disagree (assumption: half a copy of a subclone, and the errors
 * of both) */
static const double cn_segments_apart = 0.7;

enum { UNIT_COUNT = 1000000 }; /* of a bin at two copies: far beyond rounding */

typedef struct spread {     /* the segments over the panel's bins */
    const ps_cnv_row **row; /* by bin: the segment there, NULL none */
    uint64_t *count;
    double cover; /* share of arm bins with a value */
    int unclear;  /* records at CCND1 contradict each other */
    int change;   /* at CCND1, of records without a number */
} spread;

/* ---- over the bins --------------------------------------------------------------------------------------------- */

static int32_t middle_of(const ps_span *s) {
    return s->beg0 + (s->end0 - s->beg0) / 2;
}

static int agree(const ps_cnv_row *a, const ps_cnv_row *b) {
    enum { HUNDREDTHS = 10 }; /* log2 or copies: nearer values are one */
    if (isnan(a->value) || isnan(b->value))
        return isnan(a->value) == isnan(b->value) && a->change == b->change;
    return fabs(a->value - b->value) * 100 < HUNDREDTHS;
}

/* The segment over a bin, or, in a short gap between two that agree, the one before it. */
static const ps_cnv_row *find_row(const ps_cnv_evidence *cnv, const ps_bin *bin, int *unclear) {
    enum { LONGEST_GAP = 1000000 }; /* bases between segments: SNPs and probes leave such gaps */
    const ps_cnv_row *found = NULL, *before = NULL, *after = NULL;
    int32_t middle = middle_of(&bin->span);
    for (size_t i = 0; i < cnv->n; i++) {
        const ps_cnv_row *row = &cnv->row[i];
        if (row->contig != bin->span.contig)
            continue;
        if (row->end0 <= middle)
            before = row;
        else if (row->beg0 > middle)
            after = after ? after : row;
        else if (found && !agree(found, row))
            *unclear = 1;
        else
            found = row;
    }
    int near = !cnv->changes_only && before && after && after->beg0 - before->end0 <= LONGEST_GAP;
    return found || !near || !agree(before, after) ? found : before;
}

static double ratio_of(const ps_cnv_evidence *cnv, const ps_cnv_row *row) {
    return cnv->unit == PS_CNV_LOG2 ? exp2(row->value) : row->value / 2;
}

static void spread_out(const ps_case *c, spread *s) {
    const ps_panel *p = c->panel;
    double arm = 0, covered = 0;
    *s = (spread){.row = ps_alloc((size_t)p->n_bins + 1, sizeof *s->row),
                  .count = ps_alloc((size_t)p->n_bins + 1, sizeof *s->count)};
    for (int i = 0; i < p->n_bins; i++) {
        const ps_bin *bin = &p->bins[i];
        int unclear = 0, has;
        s->row[i] = find_row(c->cnv, bin, &unclear);
        has = s->row[i] && !isnan(s->row[i]->value) && !unclear;
        arm += bin->role == PS_BIN_ARM;
        covered += bin->role == PS_BIN_ARM && has;
        if (bin->role == PS_BIN_CCND1) {
            s->unclear |= unclear;
            s->change = s->row[i] && isnan(s->row[i]->value) ? s->row[i]->change : s->change;
        }
        if (has)
            s->count[i] = (uint64_t)(fmin(ratio_of(c->cnv, s->row[i]), 1e6) * UNIT_COUNT * bin->mappability + 0.5);
        else
            s->row[i] = s->row[i] && isnan(s->row[i]->value) ? s->row[i] : NULL;
    }
    s->cover = arm > 0 ? covered / arm : 0;
}

static int has_value(const spread *s, int bin) {
    return s->row[bin] && !isnan(s->row[bin]->value);
}

static void free_spread(spread *s) {
    free(s->row);
    free(s->count);
}

/* ---- errors ---------------------------------------------------------------------------------------------------- */

/* sd of the level at CCND1, log2. */
static double error_of(const ps_case *c, const spread *s) {
    double error = 0;
    for (int i = 0; i < c->panel->n_bins; i++) {
        if (c->panel->bins[i].role != PS_BIN_CCND1 || !has_value(s, i))
            continue;
        const ps_cnv_row *row = s->row[i];
        double copies = fmax(1, 2 * ratio_of(c->cnv, row)), one;
        if (c->cnv->unit == PS_CNV_LOG2)
            one = hypot(cn_segment_error, row->points > 0 ? cn_segment_point / sqrt((double)row->points) : 0);
        else
            one = (c->cnv->unit == PS_CNV_COPIES ? cn_segment_copies : cn_segment_rounding) / copies / log(2);
        error = fmax(error, one);
    }
    return error;
}

/* Segments end where the program saw a step: their levels differ for sure, and all share what its correction left. */
static void set_errors(ps_depth *f, const ps_case *c, const spread *s) {
    double shared = c->cnv->unit == PS_CNV_LOG2 ? cn_segment_error : 0;
    for (int g = 0; g < f->n_groups; g++)
        f->group[g].se = f->group[g].bins ? shared : 0;
    f->q13_spread = error_of(c, s);
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* A list of changes, or a file that covers too little to tell the two-copy level. */
static int is_list(const ps_case *c, const spread *s) {
    return c->cnv->changes_only || (c->cnv->unit == PS_CNV_LOG2 && s->cover < cn_segment_cover);
}

/* The program's own two-copy level. */
static ps_baseline given_baseline(const ps_depth *f) {
    return (ps_baseline){.level = -f->middle + log2(UNIT_COUNT), .se = 0, .odds = INFINITY, .rival = 0};
}

/* Odd chromosomes that are not listed may be gained. */
static int all_odd_are_there(const ps_panel *p, const ps_depth *f) {
    for (int a = 0; a < p->n_arms; a++)
        if (p->arms[a].odd_trisomy && !f->group[a].bins)
            return 0;
    return 1;
}

static void limit_by_list(const ps_case *c, const spread *s, int list, const ps_depth *f, ps_copynumber_call *call) {
    if ((list || !all_odd_are_there(c->panel, f)) && call->hyperdiploid == 0)
        call->hyperdiploid = -1;
    if (!list)
        return;
    if (call->state == PS_CN_NEUTRAL)
        call->state = PS_CN_NOT_ASSESSABLE;
    ps_reason_add(&call->reasons, PS_REASON_CNV_LIST, "cnv: %.60s; %.0f %% of the genome is listed", c->cnv->program,
                  100 * s->cover);
}

static void answer_by_level(const ps_case *c, const spread *s, ps_copynumber_call *call) {
    ps_case own = *c;
    ps_depth f;
    int list = is_list(c, s), given = list || c->cnv->unit != PS_CNV_LOG2;
    if (c->cnv->unit == PS_CNV_COPIES)
        own.purity = call->purity = 1;
    ps_depth_init(&f, c->panel, s->count, NULL);
    for (int i = 0; i < c->panel->n_bins; i++)
        if (!has_value(s, i))
            f.left_out[i] = PS_BIN_UNUSABLE;
    ps_depth_settle(&f);
    set_errors(&f, c, s);
    ps_baseline fitted = given ? given_baseline(&f) : ps_baseline_of(&f, own.purity);
    ps_copies_decide(&own, &f, &fitted, call);
    if (c->cnv->unit == PS_CNV_COPIES)
        ps_reason_add(&call->reasons, PS_REASON_CNV_FITTED, "cnv: %.60s", c->cnv->program);
    else if (given)
        ps_reason_add(&call->reasons, PS_REASON_CNV_BASELINE, "cnv: %.60s", c->cnv->program);
    limit_by_list(c, s, list, &f, call);
    if (c->cnv->unit == PS_CNV_COPIES)
        call->purity = NAN;
    ps_depth_free(&f);
}

/* Share of an arm's bins, 11q13 with 11q, that lie under a record of this change. */
static double share_changed(const ps_panel *p, const spread *s, const char *name, int change) {
    int arm = ps_copies_arm(p, name);
    double all = 0, changed = 0;
    for (int i = 0; i < p->n_bins && arm >= 0; i++)
        if (p->bins[i].arm == arm) {
            all++;
            changed += s->row[i] && isnan(s->row[i]->value) && s->row[i]->change == change;
        }
    return all > 0 ? changed / all : 0;
}

/* DEL or DUP without a number: more or fewer than two, no more is known. */
static void answer_by_change(const ps_case *c, const spread *s, ps_copynumber_call *call) {
    double whole = cn_whole_share;
    int q = share_changed(c->panel, s, "11q", s->change) > whole,
        p = share_changed(c->panel, s, "11p", s->change) > whole;
    call->state = s->change > 0 ? PS_CN_GAIN : PS_CN_LOSS;
    call->scope = !q ? PS_SCOPE_FOCAL : p ? PS_SCOPE_CHROMOSOME : PS_SCOPE_ARM;
    ps_reason_add(&call->reasons, PS_REASON_CNV_BASELINE, "cnv: %.60s gives no number of copies", c->cnv->program);
}

static int is_listed(const ps_panel *p, const spread *s) {
    for (int i = 0; i < p->n_bins; i++)
        if (p->bins[i].role == PS_BIN_CCND1 && has_value(s, i))
            return 1;
    return 0;
}

static void call_segments(const ps_case *c, ps_copynumber_call *call) {
    spread s;
    *call = ps_copies_unknown(c->purity);
    call->sources = 1u << PS_INPUT_CNV;
    spread_out(c, &s);
    ps_reason_add(&call->reasons, PS_REASON_CNV, "cnv: %.60s%s%.100s", c->cnv->program,
                  c->cnv->sample_name[0] ? ", sample " : "", c->cnv->sample_name);
    if (s.unclear)
        ps_reason_add(&call->reasons, PS_REASON_CNV_UNCLEAR, "cnv: %.60s", c->cnv->program);
    else if (s.change)
        answer_by_change(c, &s, call);
    else if (is_listed(c->panel, &s))
        answer_by_level(c, &s, call);
    else
        ps_reason_add(&call->reasons, PS_REASON_CNV_LIST, "cnv: %.60s has no segment at CCND1", c->cnv->program);
    if (call->state == PS_CN_NOT_ASSESSABLE)
        call->scope = PS_SCOPE_NONE;
    free_spread(&s);
}

/* ---- beside the reads ------------------------------------------------------------------------------------------ */

static void compare(const ps_case *c, const ps_copynumber_call *imported, ps_copynumber_call *call) {
    const char *a = ps_cn_state_names[imported->state], *b = ps_cn_state_names[call->state];
    if (imported->state == PS_CN_NOT_ASSESSABLE)
        return;
    double apart = fabs(imported->copies - call->copies);
    if (imported->state == call->state && !(apart > cn_segments_apart * fmax(1, call->copies / 4))) {
        call->sources |= 1u << PS_INPUT_CNV;
        return;
    }
    if (isnan(imported->copies))
        ps_reason_add(&call->reasons, PS_REASON_CNV_VS_READS, "cnv: %.60s gives %s, the reads give %s",
                      c->cnv->program, a, b);
    else
        ps_reason_add(&call->reasons, PS_REASON_CNV_VS_READS,
                      "cnv: %.60s gives %s (%.2f copies), the reads give %s (%.2f)", c->cnv->program, a,
                      imported->copies, b, call->copies);
}

/* What the reads could not tell stays a reason, but that there were none. */
static void take(ps_copynumber_call *imported, ps_copynumber_call *call) {
    for (size_t i = 0; i < call->reasons.n; i++)
        if (call->reasons.at[i].code != PS_REASON_NO_DNA)
            ps_reason_add(&imported->reasons, call->reasons.at[i].code, "%s", call->reasons.at[i].detail);
    free(call->arm);
    free(call->bin);
    *call = *imported;
}

void ps_copynumber_add_segments(const ps_case *c, ps_copynumber_call *call) {
    ps_copynumber_call imported;
    if (!c->cnv)
        return;
    call_segments(c, &imported);
    if (call->state == PS_CN_NOT_ASSESSABLE) {
        take(&imported, call);
        return;
    }
    compare(c, &imported, call);
    free(imported.arm);
    free(imported.bin);
}
