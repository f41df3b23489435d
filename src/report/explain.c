#include "plasmastrat/explain.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

const char *const ps_topic_titles[PS_N_TOPICS] = {"The label", "The markers", "What was not assessable",
                                                  "What would change the label", "The other models"};
static const char *const marker_titles[PS_N_MARKERS] = {"CCND1", "RAS"};

enum { MOST_CODONS = 4, MOST_VARIANTS = 3 };

static void say(ps_explanation *e, ps_topic topic, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void say(ps_explanation *e, ps_topic topic, const char *format, ...) {
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    PS_GROW(e->sentence, e->n, e->capacity);
    e->sentence[e->n++] = (ps_sentence){topic, ps_strdup(text)};
}

/* ---- the label --------------------------------------------------------------------------------------------------
 */

static void say_label(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    const ps_model *m = v->model;
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT)
        say(e, PS_TOPIC_LABEL,
            "The inputs are of different persons, so no label is given: what they show together holds for neither.");
    else if (v->label == PS_LABEL_NOT_APPLICABLE)
        say(e, PS_TOPIC_LABEL, "Model %s is for a %s, and this sample's specimen is %s: it says nothing about it.",
            m->name, ps_model_specimen(m), ps_specimen_names[r->specimen]);
    else if (isnan(v->probability))
        say(e, PS_TOPIC_LABEL, "The sample is not assessable by model %s: none of its markers could be assessed.",
            m->name);
    else
        say(e, PS_TOPIC_LABEL,
            "By model %s the sample is %s: the probability of plasmacytoma-like is %.3g (95 %% interval %.3g to %.3g).",
            m->name, ps_label_names[v->label], v->probability, v->low, v->high);
    if (!isnan(v->probability))
        say(e, PS_TOPIC_LABEL,
            "The model labels plasmacytoma-like from %g up and intramedullary from %g down; between them the answer is "
            "indeterminate.",
            m->plasmacytoma_at, m->intramedullary_at);
    if (v->label == PS_LABEL_INDETERMINATE && ps_is_definite(v->leaning))
        say(e, PS_TOPIC_LABEL, "It leans towards %s.", ps_label_names[v->leaning]);
    for (size_t i = 0; i < v->reasons.n; i++)
        if (v->reasons.at[i].code == PS_REASON_MARKER_MISSING)
            say(e, PS_TOPIC_LABEL, "The model gives no definite label without %s, which could not be assessed.",
                v->reasons.at[i].detail);
    say(e, PS_TOPIC_LABEL, "The model asks: %s Basis %s: %s.", m->question, ps_basis_names[m->basis],
        ps_basis_sentence(m->basis));
    double odds = isnan(r->prior_odds) ? m->prior_odds : r->prior_odds;
    if (odds != 1)
        say(e, PS_TOPIC_LABEL, "Before any marker the odds plasmacytoma : intramedullary are taken as %g.", odds);
}

/* ---- the markers ------------------------------------------------------------------------------------------------
 */

static void list_variants(const ps_result *r, char *text, size_t size) {
    const ps_ras_call *ras = &r->calls.ras;
    int n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < ras->n_variants; i++) {
        const ps_ras_variant *v = &ras->variant[i];
        size_t used = strlen(text);
        if (!ps_makes_mutated(v))
            continue;
        if (n++ == MOST_VARIANTS) {
            ps_append(text, size, used, ", and more");
            return;
        }
        snprintf(text + used, size - used, "%s%s %s", n > 1 ? ", " : "", r->panel->genes[v->effect.gene].name,
                 v->effect.protein);
        used = strlen(text);
        if (v->alt_depth >= 0 && v->depth > 0)
            snprintf(text + used, size - used, " in %lld of %lld fragments", (long long)v->alt_depth,
                     (long long)v->depth);
    }
}

static void found_ras(const ps_result *r, char *text, size_t size) {
    const ps_ras_call *ras = &r->calls.ras;
    char list[400];
    int worst = ps_worst_codon(r);
    list_variants(r, list, sizeof list);
    if (ras->state == PS_RAS_MUTATED)
        snprintf(text, size, "RAS is mutated (%s)", list);
    else if (ras->state == PS_RAS_WILD_TYPE && worst >= 0)
        snprintf(text, size,
                 "RAS is wild type: a mutation of %.2g VAF would have been called at every deciding codon",
                 ps_codon_seen(r, worst).lod95);
    else
        snprintf(text, size, "RAS is not assessable");
}

static void found_ccnd1(const ps_result *r, char *text, size_t size) {
    const ps_calls *c = &r->calls;
    char numbers[200] = "";
    if (c->ccnd1.state == PS_CCND1_NOT_ASSESSABLE) {
        snprintf(text, size, "CCND1 is not assessable");
        return;
    }
    if (ps_expression_counted(&c->expression) && isfinite(c->expression.log2_ratio))
        snprintf(numbers, sizeof numbers, "; its expression is 2^%.2f of the median reference gene",
                 c->expression.log2_ratio);
    snprintf(text, size, "CCND1 is %s (cause: %s%s)",
             c->ccnd1.state == PS_CCND1_DYSREGULATED ? "dysregulated" : "not dysregulated",
             ps_cause_names[c->ccnd1.cause], numbers);
}

static const char *towards(double llr) {
    return llr > 0 ? "plasmacytoma-like" : "intramedullary";
}

static void say_marker(const ps_result *r, ps_marker marker, ps_explanation *e) {
    const ps_marker_verdict *m = &r->label.chosen.marker[marker];
    char found[700];
    (marker == PS_MARKER_RAS ? found_ras : found_ccnd1)(r, found, sizeof found);
    if (m->state == PS_MARKER_NOT_ASSESSABLE)
        say(e, PS_TOPIC_MARKERS, "%s: it carries no weight.", found);
    else if (fabs(m->llr) < 0.005)
        say(e, PS_TOPIC_MARKERS,
            "%s. In this model it moves the odds neither way (ln LR %.3g, 95 %% interval %.3g to %.3g).", found,
            m->llr, m->low, m->high);
    else
        say(e, PS_TOPIC_MARKERS,
            "%s. That multiplies the odds of %s by %.3g (ln LR %+.3g, 95 %% interval %+.3g to %+.3g).", found,
            towards(m->llr), exp(fabs(m->llr)), m->llr, m->low, m->high);
}

static void say_markers(const ps_result *r, ps_explanation *e) {
    const ps_model *m = r->label.chosen.model;
    for (int k = 0; k < PS_N_MARKERS; k++)
        say_marker(r, (ps_marker)k, e);
    if (m->joint.dirichlet > 0)
        say(e, PS_TOPIC_MARKERS,
            "This model weighs both markers together, from a table of labelled samples: the two weights do not simply add "
            "up.");
    if (r->calls.ccnd1.cause == PS_CAUSE_CONFLICT)
        say(e, PS_TOPIC_MARKERS,
            "There is an IGH::CCND1 junction, but the RNA does not show the expression it would cause: one of the two is "
            "wrong, or they are of different samples.");
}

/* ---- what was not assessable ------------------------------------------------------------------------------------
 */

/* The largest k with P(at least k of n) >= 0.95 at this VAF. */
static int64_t fragments_shown(int64_t depth, double vaf) {
    int64_t k = 0;
    while (k < depth && ps_binomial_upper((uint64_t)k + 1, (uint64_t)depth, vaf) >= 0.95)
        k++;
    return k;
}

int64_t ps_depth_for(double vaf, int64_t depth, double lod95, int least) {
    enum { MOST = 1 << 24 };
    int64_t k = depth > 0 && lod95 < 1 ? fragments_shown(depth, lod95) : 0, low = 1, high = MOST;
    k = k < least ? least : k;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (ps_binomial_upper((uint64_t)k, (uint64_t)middle, vaf) >= 0.95)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* What helps, by reason. */
static const struct {
    ps_reason_code code;
    const char *advice;
} advice[] = {
    {PS_REASON_NO_INPUT, "Give alignments of the tumour (--rna, --dna) or its variants (--vcf)."},
    {PS_REASON_NO_RNA, "RNA alignments (--rna) would tell."},
    {PS_REASON_NO_DNA, "DNA alignments (--dna) would tell."},
    {PS_REASON_VCF_ONLY, "A plain VCF never shows a wild type: give the alignments (--dna) or a gVCF."},
    {PS_REASON_CONTIG_ABSENT,
     "The file was cut down to other chromosomes: give it whole, or with chromosomes 11 and 14."},
    {PS_REASON_VCF_REFUTED, "Find out which of the two files is this sample's."},
    {PS_REASON_VCF_UNCLEAR, "Look at the named record, or give the alignments (--dna)."},
    {PS_REASON_READS_LEFT_OUT, "The reads over CCND1 should be aligned again, each to one place."},
    {PS_REASON_CANDIDATE_REFUSED, "Look at the refused change in the alignments, or repeat with other chemistry."},
    {PS_REASON_BORDERLINE_EXPRESSION, "More reads do not help: an expression reference of the laboratory's own "
                                      "samples would (plasmastrat reference expression)."},
    {PS_REASON_NOT_RNA, "RNA without genomic DNA is needed: check the library and the input's role."},
    {PS_REASON_LOW_PLASMA_CELLS, "Plasma cells should be enriched (CD138), or the biopsy taken where they are."},
    {PS_REASON_TARGETED,
     "Whole-genome data (0.1-fold is enough), or a panel of normals of the same kit, would tell."},
    {PS_REASON_AMBIGUOUS_BASELINE,
     "A purity (--purity), or deeper whole-genome data, would tell the baselines apart."},
    {PS_REASON_NOISY, "The bins scatter more than their counts allow: a new library would help more than depth."},
    {PS_REASON_WIDE_INTERVAL, "Deeper whole-genome data narrow the interval (four times the reads halve it)."},
    {PS_REASON_GAIN_ONLY, "RNA (--rna) would show whether the gained copies are expressed."},
    {PS_REASON_CCND1_OPEN, "Assessable RNA, or DNA with enough coverage of 11q13, would decide."},
};

static void say_advice(ps_explanation *e, const char *what, const ps_reasons *reasons) {
    for (size_t i = 0; i < reasons->n; i++)
        for (size_t k = 0; k < sizeof advice / sizeof *advice; k++)
            if (advice[k].code == reasons->at[i].code)
                say(e, PS_TOPIC_MISSING, "%s: %s", what, advice[k].advice);
}

static int has(const ps_reasons *reasons, ps_reason_code code) {
    for (size_t i = 0; i < reasons->n; i++)
        if (reasons->at[i].code == code)
            return 1;
    return 0;
}

static void say_codons(const ps_result *r, ps_explanation *e) {
    const ps_panel *p = r->panel;
    double limit = isnan(r->purity) ? p->limits.ras_lod95_limit : fmin(p->limits.ras_lod95_limit, r->purity / 2);
    int least = p->limits.ras_min_alt > 0 ? (int)p->limits.ras_min_alt : 3, open = 0;
    int64_t most = 0;
    for (int i = 0; i < p->n_codons; i++) {
        ps_ras_codon seen = ps_codon_seen(r, i);
        if (!p->codons[i].required || seen.lod95 <= limit || seen.state == PS_RAS_MUTATED)
            continue;
        int64_t depth = seen.depth > 0 ? seen.depth : 0, needed = ps_depth_for(limit, depth, seen.lod95, least);
        most = needed > most ? needed : most;
        if (open++ >= MOST_CODONS)
            continue;
        if (needed > depth)
            say(e, PS_TOPIC_MISSING, "%s codon %d has %lld fragments: about %lld would show a VAF of %g %%.",
                p->genes[p->codons[i].gene].name, p->codons[i].number, (long long)depth, (long long)needed,
                100 * limit);
        else
            say(e, PS_TOPIC_MISSING,
                "%s codon %d has %lld fragments, enough, but something there hides a mutation of %g %%: a refused change or "
                "poor base qualities.",
                p->genes[p->codons[i].gene].name, p->codons[i].number, (long long)depth, 100 * limit);
    }
    if (open > MOST_CODONS)
        say(e, PS_TOPIC_MISSING,
            "%d more of the codons that decide are in the same state; %lld fragments at each would do.",
            open - MOST_CODONS, (long long)most);
}

static void say_missing_expression(const ps_result *r, ps_explanation *e) {
    const ps_expression_call *x = &r->calls.expression;
    double needed = r->panel->limits.expression_min_reference_fragments;
    if (x->state != PS_EXPRESSION_NOT_ASSESSABLE)
        return;
    if (has(&x->reasons, PS_REASON_FEW_REFERENCE_FRAGMENTS) && needed > 0 && x->reference_fragments > 0)
        say(e, PS_TOPIC_MISSING,
            "CCND1 expression: %llu fragments on the reference genes; %g are needed, about %.2g times the reads.",
            (unsigned long long)x->reference_fragments, needed, needed / (double)x->reference_fragments);
    if (has(&x->reasons, PS_REASON_DEPTH_BELOW_THRESHOLD) && x->high > x->log2_ratio && x->over_at > x->log2_ratio)
        say(e, PS_TOPIC_MISSING,
            "CCND1 expression: its interval reaches the cut-off %g; about %.2g times the reads would part them.",
            x->over_at, pow((x->high - x->log2_ratio) / (x->over_at - x->log2_ratio), 2));
    say_advice(e, "CCND1 expression", &x->reasons);
}

static void say_missing_dna(const ps_result *r, ps_explanation *e) {
    const ps_copynumber_call *cn = &r->calls.copynumber;
    const ps_junction_call *j = &r->calls.junction;
    double per_bin = r->panel->limits.cn_min_fragments_per_bin, carried = isnan(r->purity) ? 0.5 : 0.5 * r->purity;
    if (cn->state == PS_CN_NOT_ASSESSABLE) {
        if (has(&cn->reasons, PS_REASON_LOW_COVERAGE) && per_bin > 0 && cn->fragments_per_bin > 0)
            say(e, PS_TOPIC_MISSING,
                "CCND1 copy number: %.3g fragments per bin; %g are needed, about %.2g times the reads.",
                cn->fragments_per_bin, per_bin, per_bin / cn->fragments_per_bin);
        else if (has(&cn->reasons, PS_REASON_LOW_COVERAGE))
            say(e, PS_TOPIC_MISSING,
                "CCND1 copy number: the DNA covers next to none of the genome's bins; shallow whole-genome data (0.1-fold "
                "and more) would tell.");
        say_advice(e, "CCND1 copy number", &cn->reasons);
    }
    if (j->state != PS_JUNCTION_NOT_ASSESSABLE)
        return;
    if (has(&j->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE)) {
        double fold = fmax(1, r->panel->limits.junction_min_coverage);
        uint64_t needed = j->needed > 0 && j->needed < 10000 ? j->needed : 3;
        /* a result of another panel does not tell its limits */
        double power = r->panel->limits.junction_power > 0 ? r->panel->limits.junction_power : 0.95;
        while (ps_poisson_upper(needed, carried * fold) < power)
            fold++;
        say(e, PS_TOPIC_MISSING,
            "IGH::CCND1: %.3g fragments lie over a base of the 11q13 window; about %.3g, evenly, would have shown a "
            "junction in every tumour cell.",
            isnan(j->physical_coverage) ? 0 : j->physical_coverage, fold);
    }
    say_advice(e, "IGH::CCND1", &j->reasons);
}

static void say_missing(const ps_result *r, ps_explanation *e) {
    const ps_ras_call *ras = &r->calls.ras;
    if (ras->state == PS_RAS_NOT_ASSESSABLE) {
        say_advice(e, "RAS", &ras->reasons);
        if (!has(&ras->reasons, PS_REASON_NO_INPUT))
            say_codons(r, e);
    } else if (has(&ras->reasons, PS_REASON_VCF_BLOCKS)) {
        say(e, PS_TOPIC_MISSING,
            "RAS: the wild type rests on hom-ref blocks of the VCF, and callers of germline variants pass over mutations of "
            "few cells; the alignments would make it firm.");
    } else if (has(&ras->reasons, PS_REASON_RNA_ONLY)) {
        say(e, PS_TOPIC_MISSING,
            "RAS: the wild type rests on RNA, which shows only part of the mutated alleles; DNA would make it firm.");
    }
    if (r->calls.ccnd1.state == PS_CCND1_NOT_ASSESSABLE)
        say_advice(e, "CCND1", &r->calls.ccnd1.reasons);
    else if (has(&r->calls.ccnd1.reasons, PS_REASON_DNA_ONLY))
        say(e, PS_TOPIC_MISSING, "CCND1: DNA cannot show expression without a DNA cause; RNA would make this firm.");
    say_missing_expression(r, e);
    say_missing_dna(r, e);
}

/* ---- what would change the label --------------------------------------------------------------------------------
 */

/* Soft evidence of a clear call: what the callers give a mutation in plain sight, and a wild type at the limit. */
static const double clear_yes = 12, clear_no = -3;

static ps_verdict judged(const ps_result *r, ps_marker marker, ps_marker_state state, double log_odds, double prior) {
    ps_calls c = {0};
    ps_verdict v;
    c.ccnd1.state = r->calls.ccnd1.state;
    c.ccnd1.log_odds = r->calls.ccnd1.log_odds;
    c.ras.state = r->calls.ras.state;
    c.ras.log_odds = r->calls.ras.log_odds;
    if (marker == PS_MARKER_CCND1) {
        c.ccnd1.state = (ps_ccnd1_state)state; /* both enums: not assessable, negative, positive */
        c.ccnd1.log_odds = log_odds;
    } else if (marker == PS_MARKER_RAS) {
        c.ras.state = (ps_ras_state)state;
        c.ras.log_odds = log_odds;
    }
    ps_judge(r->label.chosen.model, &c, r->specimen, prior, &v);
    return v;
}

typedef struct change {
    char text[300];
    double size; /* in ln odds; INFINITY: does not change the label */
} change;

static const char *marker_words(ps_marker marker, ps_marker_state state) {
    static const char *const words[PS_N_MARKERS][PS_N_MARKER_STATES] = {
        {"CCND1 not assessable", "CCND1 not dysregulated", "CCND1 dysregulated"},
        {"RAS not assessable", "RAS wild type", "RAS mutated"}};
    return words[marker][state];
}

/* With another state of one marker, or the same one beyond doubt: the label then, and how far the odds move. */
static change try_state(const ps_result *r, ps_marker marker, ps_marker_state state) {
    const ps_verdict *now = &r->label.chosen;
    ps_verdict then = judged(r, marker, state,
                             state == PS_MARKER_POSITIVE ? clear_yes
                             : state                     ? clear_no
                                                         : 0,
                             r->prior_odds);
    change c = {.size = INFINITY};
    const char *firmly = state == now->marker[marker].state ? " beyond doubt" : "";
    if (then.label == now->label)
        return c;
    c.size = isnan(then.probability) || isnan(now->probability)
                 ? 100
                 : fabs(ps_logit(then.probability) - ps_logit(now->probability));
    if (isnan(then.probability))
        snprintf(c.text, sizeof c.text, "with %s%s the sample would be %s", marker_words(marker, state), firmly,
                 ps_label_names[then.label]);
    else
        snprintf(c.text, sizeof c.text, "with %s%s the label would be %s (probability %.2g)",
                 marker_words(marker, state), firmly, ps_label_names[then.label], then.probability);
    return c;
}

/* The prior odds from which the probability crosses the nearer threshold. */
static void say_prior(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    const ps_model *m = v->model;
    double odds = isnan(r->prior_odds) ? m->prior_odds : r->prior_odds;
    double rest = ps_logit(v->probability) - log(odds);
    double up = exp(ps_logit(m->plasmacytoma_at) - rest), down = exp(ps_logit(m->intramedullary_at) - rest);
    if (v->label == PS_LABEL_PLASMACYTOMA)
        say(e, PS_TOPIC_CHANGE, "The label holds for every prior odds from %.2g up (now %g).", up, odds);
    else if (v->label == PS_LABEL_INTRAMEDULLARY)
        say(e, PS_TOPIC_CHANGE, "The label holds for every prior odds up to %.2g (now %g).", down, odds);
    else if (!has(&v->reasons, PS_REASON_MARKER_MISSING))
        say(e, PS_TOPIC_CHANGE,
            "Prior odds of %.2g or more would make it plasmacytoma-like, of %.2g or less intramedullary (now %g).",
            up, down, odds);
}

/* What the deciding call itself hangs on. */
static void say_hinges(const ps_result *r, ps_explanation *e) {
    const ps_ras_call *ras = &r->calls.ras;
    const ps_expression_call *x = &r->calls.expression;
    const ps_ras_variant *only = NULL;
    int n = 0;
    for (size_t i = 0; i < ras->n_variants; i++)
        if (ps_makes_mutated(&ras->variant[i])) {
            only = &ras->variant[i];
            n++;
        }
    if (n == 1 && only->alt_depth >= 0 && only->depth > 0)
        say(e, PS_TOPIC_CHANGE, "RAS rests on %s %s alone, in %lld of %lld fragments.",
            r->panel->genes[only->effect.gene].name, only->effect.protein, (long long)only->alt_depth,
            (long long)only->depth);
    else if (n > 1)
        say(e, PS_TOPIC_CHANGE, "RAS rests on %d mutations: no single one of them decides.", n);
    if (x->state == PS_EXPRESSION_OVER && isfinite(x->over_at) && x->log2_ratio >= x->over_at)
        say(e, PS_TOPIC_CHANGE, "CCND1 expression would be borderline at %.3g times less (2^%.2f, cut-off 2^%g).",
            exp2(x->log2_ratio - x->over_at), x->log2_ratio, x->over_at);
    else if (x->state == PS_EXPRESSION_NOT_OVER && isfinite(x->not_at) && x->log2_ratio <= x->not_at)
        say(e, PS_TOPIC_CHANGE, "CCND1 expression would be borderline at %.3g times more (2^%.2f, cut-off 2^%g).",
            exp2(x->not_at - x->log2_ratio), x->log2_ratio, x->not_at);
}

static void say_changes(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    change all[PS_N_MARKERS * PS_N_MARKER_STATES];
    int n = 0, best = -1;
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT) {
        say(e, PS_TOPIC_CHANGE, "Inputs of one person would let the model answer: look for a swapped file.");
        return;
    }
    if (v->label == PS_LABEL_NOT_APPLICABLE) {
        say(e, PS_TOPIC_CHANGE, "A specimen of '%s' (--specimen) would let the model answer.",
            ps_model_specimen(v->model));
        return;
    }
    for (int k = 0; k < PS_N_MARKERS; k++)
        for (int state = 0; state < PS_N_MARKER_STATES; state++) {
            if (state == PS_MARKER_NOT_ASSESSABLE && v->marker[k].state == PS_MARKER_NOT_ASSESSABLE)
                continue;
            all[n] = try_state(r, (ps_marker)k, (ps_marker_state)state);
            if (isfinite(all[n].size) && (best < 0 || all[n].size < all[best].size))
                best = n;
            n++;
        }
    if (best < 0)
        say(e, PS_TOPIC_CHANGE, "No change of one marker alone gives another label.");
    else
        say(e, PS_TOPIC_CHANGE, "The smallest change of one marker: %s.", all[best].text);
    for (int i = 0; i < n; i++)
        if (i != best && isfinite(all[i].size))
            say(e, PS_TOPIC_CHANGE, "Also, %s.", all[i].text);
    if (!isnan(v->probability)) {
        say_hinges(r, e);
        say_prior(r, e);
    }
}

/* ---- the other models -------------------------------------------------------------------------------------------
 */

/* The markers that this model reads the other way round than the chosen one, or not at all. */
static void say_difference(const ps_verdict *chosen, const ps_verdict *v, ps_explanation *e) {
    for (int k = 0; k < PS_N_MARKERS; k++) {
        double here = chosen->marker[k].llr, there = v->marker[k].llr;
        if (v->marker[k].state == PS_MARKER_NOT_ASSESSABLE)
            continue;
        if (here * there < 0)
            say(e, PS_TOPIC_MODELS, "%s takes %s as a sign of %s (ln LR %+.2g), %s of %s (%+.2g).", v->model->name,
                marker_words((ps_marker)k, v->marker[k].state), towards(there), there, chosen->model->name,
                towards(here), here);
        else if (fabs(there) < 0.005 && fabs(here) > 0.1)
            say(e, PS_TOPIC_MODELS, "%s gives %s no weight: no counts were found for its question.", v->model->name,
                marker_titles[k]);
    }
}

static void say_models(const ps_result *r, ps_explanation *e) {
    const ps_verdict *chosen = &r->label.chosen;
    int definite = 0, others = 0;
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT)
        return; /* the same holds for every model */
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        if (!strcmp(v->model->name, chosen->model->name))
            continue;
        others++;
        definite += ps_is_definite(v->label) && v->label != chosen->label;
        if (v->label == PS_LABEL_NOT_APPLICABLE)
            say(e, PS_TOPIC_MODELS, "%s (%s) is not applicable: it is for a %s, this sample's specimen is %s.",
                v->model->name, ps_basis_names[v->model->basis], ps_model_specimen(v->model),
                ps_specimen_names[r->specimen]);
        else if (isnan(v->probability))
            say(e, PS_TOPIC_MODELS, "%s (%s) has no marker to judge by.", v->model->name,
                ps_basis_names[v->model->basis]);
        else {
            say(e, PS_TOPIC_MODELS, "%s (%s) answers %s: probability %.3g (95 %% interval %.3g to %.3g). It asks: %s",
                v->model->name, ps_basis_names[v->model->basis], ps_label_names[v->label], v->probability, v->low,
                v->high, v->model->question);
            say_difference(chosen, v, e);
        }
    }
    if (definite && ps_is_definite(chosen->label))
        say(e, PS_TOPIC_MODELS,
            "The models disagree because they ask different questions; which one fits depends on the "
            "specimen and on what is to be decided.");
    else if (others)
        say(e, PS_TOPIC_MODELS, "No other model gives the opposite label.");
}

/* ---- all of it --------------------------------------------------------------------------------------------------
 */

void ps_explain(const ps_result *result, ps_explanation *explanation) {
    *explanation = (ps_explanation){0};
    say_label(result, explanation);
    say_markers(result, explanation);
    say_missing(result, explanation);
    say_changes(result, explanation);
    say_models(result, explanation);
}

void ps_explanation_free(ps_explanation *explanation) {
    for (size_t i = 0; i < explanation->n; i++)
        free(explanation->sentence[i].text);
    free(explanation->sentence);
    *explanation = (ps_explanation){0};
}
