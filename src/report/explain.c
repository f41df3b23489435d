#include "plasmastrat/explain.h"

#include <ctype.h>
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

/* How often the ordinary disease gets this label, and who contradicts it. */
static void say_rate(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    char words[300], rates[120];
    ps_rates_text(&v->rates, rates, sizeof rates);
    if (!isnan(v->probability) && ps_rate_words(r, words, sizeof words))
        say(e, PS_TOPIC_LABEL,
            "%c%s: %s, from the shares of CCND1 levels and RAS mutations there, taken as independent.",
            toupper((unsigned char)words[0]), words + 1, rates);
    else
        say(e, PS_TOPIC_LABEL, "No model is validated on patients.");
    if (ps_contradiction_words(r, words, sizeof words))
        say(e, PS_TOPIC_LABEL, "Contradicted: %s.", words);
}

static void say_label(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    const ps_model *m = v->model;
    char probability[PS_PROBABILITY_SIZE];
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
            "By model %s the sample is %s: the probability of plasmacytoma-like is %s (95 %% interval %.3g to %.3g).",
            m->name, ps_label_names[v->label], ps_probability_text(probability, m, v->probability, 3), v->low,
            v->high);
    if (!isnan(v->probability))
        say(e, PS_TOPIC_LABEL,
            "The model labels plasmacytoma-like from %g up and intramedullary from %g down; between them the answer is "
            "indeterminate.",
            m->plasmacytoma_at, m->intramedullary_at);
    say_rate(r, e);
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

static const char *const ccnd1_words[PS_N_CCND1_STATES] = {"not assessable", "not dysregulated",
                                                           "at an intermediate level", "dysregulated"};

static void found_ccnd1(const ps_result *r, char *text, size_t size) {
    const ps_calls *c = &r->calls;
    char numbers[200] = "";
    if (c->ccnd1.state == PS_CCND1_NOT_ASSESSABLE) {
        snprintf(text, size, "CCND1 is not assessable");
        return;
    }
    if (ps_expression_counted(&c->expression) && isfinite(c->expression.log2_ratio))
        snprintf(numbers, sizeof numbers,
                 "; its expression is 2^%.2f of the median reference gene, 2^%.2f per plasma cell",
                 c->expression.log2_ratio, c->expression.per_cell);
    snprintf(text, size, "CCND1 is %s (cause: %s%s)", ccnd1_words[c->ccnd1.state], ps_cause_names[c->ccnd1.cause],
             numbers);
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

/* A result of another panel does not tell its limits; the built-in one's are then the best guess. */
static double limit_or(double limit, double usual) {
    return limit > 0 ? limit : usual;
}

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
    {PS_REASON_BELOW_FLOOR,
     "Repeat from another library or run, or look whether a neighbour on the run has the change."},
    {PS_REASON_DAMAGED, "More or better preserved DNA, or repair of deaminated bases, would tell."},
    {PS_REASON_BORDERLINE_EXPRESSION, "More reads do not help: an expression reference of the laboratory's own "
                                      "samples would (plasmastrat reference expression)."},
    {PS_REASON_NOT_RNA, "RNA without genomic DNA is needed: check the library and the input's role."},
    {PS_REASON_LOW_PLASMA_CELLS, "Plasma cells should be enriched (CD138), or the biopsy taken where they are."},
    {PS_REASON_TARGETED,
     "Whole-genome data (0.1-fold is enough), or a panel of normals of the same kit, would tell."},
    {PS_REASON_AMBIGUOUS_BASELINE,
     "A purity (--purity) or deeper whole-genome data may tell the baselines apart; a genome and the same doubled are "
     "told by their ploidy (FISH, flow cytometry)."},
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

/* Two digits, of which the last is rounded up: so much is enough. */
static double rounded_up(double x) {
    double unit = pow(10, floor(log10(x)) - 1);
    return ceil(x / unit - 1e-9) * unit;
}

/* More reads of the same ratio, tried: on which side of which cut-off they would put it. */
static void say_deciding_depth(const ps_result *r, ps_explanation *e) {
    const ps_expression_call *x = &r->calls.expression;
    static const double most = 1000; /* times the reads: no library has more */
    double depth = 1;
    uint64_t fragments = 0;
    ps_expression_state then = PS_EXPRESSION_NOT_ASSESSABLE;
    while (then == PS_EXPRESSION_NOT_ASSESSABLE && depth < most) {
        depth = rounded_up(1.01 * depth);
        fragments = (uint64_t)llround((double)x->fragments * depth);
        then = ps_expression_as_if(r->panel, x, fragments, depth);
    }
    if (then == PS_EXPRESSION_NOT_ASSESSABLE)
        say(e, PS_TOPIC_MISSING,
            "CCND1 expression: %lld fragments are too few to tell its level, and at this ratio (2^%.2f) more reads alone would "
            "not decide.",
            (long long)x->fragments, x->log2_ratio);
    else
        say(e, PS_TOPIC_MISSING,
            "CCND1 expression: %lld fragments are too few to tell its level; at this ratio (2^%.2f) about %g times the reads "
            "(%llu fragments) would show it %s.",
            (long long)x->fragments, x->log2_ratio, depth, (unsigned long long)fragments,
            ps_expression_state_names[then]);
}

static void say_missing_expression(const ps_result *r, ps_explanation *e) {
    const ps_expression_call *x = &r->calls.expression;
    double needed = r->panel->limits.expression_min_reference_fragments;
    if (x->state != PS_EXPRESSION_NOT_ASSESSABLE)
        return;
    if (has(&x->reasons, PS_REASON_FEW_REFERENCE_FRAGMENTS) && needed > 0 && x->reference_fragments > 0)
        say(e, PS_TOPIC_MISSING,
            "CCND1 expression: %llu fragments on the reference genes; %g are needed, about %g times the reads.",
            (unsigned long long)x->reference_fragments, needed,
            fmax(1, rounded_up(needed / (double)x->reference_fragments)));
    if (has(&x->reasons, PS_REASON_DEPTH_BELOW_THRESHOLD))
        say_deciding_depth(r, e);
    say_advice(e, "CCND1 expression", &x->reasons);
}

/* Whole counts of one or two a bin have a robust spread of one count or none: what goes beyond counting is not measured. */
static void say_noise(const ps_copynumber_call *cn, ps_explanation *e) {
    static const double measured_from = 2; /* fragments per bin; simulated even bins pass from 1.4 */
    if (cn->fragments_per_bin > 0 && cn->fragments_per_bin < measured_from)
        say(e, PS_TOPIC_MISSING,
            "CCND1 copy number: %.3g fragments per bin are too few to tell noise from counting: about %g times the reads "
            "would.",
            cn->fragments_per_bin, rounded_up(measured_from / cn->fragments_per_bin));
    else
        say(e, PS_TOPIC_MISSING,
            "CCND1 copy number: The bins scatter more than their counts allow: a new library would help more than "
            "depth.");
}

static void say_missing_copies(const ps_result *r, ps_explanation *e) {
    const ps_copynumber_call *cn = &r->calls.copynumber;
    double needed = limit_or(r->panel->limits.cn_min_fragments_per_bin, 0.5);
    if (cn->state != PS_CN_NOT_ASSESSABLE)
        return;
    if (has(&cn->reasons, PS_REASON_LOW_COVERAGE) && cn->fragments_per_bin > 0 && cn->fragments_per_bin < needed)
        say(e, PS_TOPIC_MISSING,
            "CCND1 copy number: %.3g fragments per bin; %g are needed at least, about %g times the reads.",
            cn->fragments_per_bin, needed, rounded_up(needed / cn->fragments_per_bin));
    else if (has(&cn->reasons, PS_REASON_LOW_COVERAGE))
        say(e, PS_TOPIC_MISSING,
            "CCND1 copy number: the DNA covers next to none of the genome's bins; shallow whole-genome data (0.1-fold "
            "and more) would tell.");
    if (has(&cn->reasons, PS_REASON_NOISY))
        say_noise(cn, e);
    say_advice(e, "CCND1 copy number", &cn->reasons);
}

/* As many fragments over every base as let the caller say "not detected". Infinity: none do. Where no fragment tells how long
 * they are, they are as long as usual libraries have them. */
static double fold_that_shows(const ps_result *r) {
    const ps_junction_call *j = &r->calls.junction;
    const ps_limits *l = &r->panel->limits;
    double usual = 1 - 2 * limit_or(l->junction_anchor, 30) / limit_or(l->cn_fragment_reach, 300);
    double shown = isnan(j->shown) ? usual : j->shown, purity = isnan(r->purity) ? 1 : r->purity;
    uint64_t needed = j->needed > 0 ? j->needed : (uint64_t)limit_or(l->junction_min_fragments, 3);
    double mean = ps_poisson_mean(needed, limit_or(l->junction_power, 0.95));
    return ceil(fmax(l->junction_min_coverage, mean / (0.5 * purity * shown)));
}

static void say_missing_junction(const ps_result *r, ps_explanation *e) {
    const ps_junction_call *j = &r->calls.junction;
    double fold = fold_that_shows(r), now = isnan(j->physical_coverage) ? 0 : j->physical_coverage;
    if (j->state != PS_JUNCTION_NOT_ASSESSABLE)
        return;
    if (has(&j->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE) && isfinite(fold))
        say(e, PS_TOPIC_MISSING,
            "IGH::CCND1: %.3g fragments lie over a base of the 11q13 window; about %.0f, evenly, would have shown a "
            "junction in every tumour cell.",
            now, fold);
    else if (has(&j->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE))
        say(e, PS_TOPIC_MISSING,
            "IGH::CCND1: %.3g fragments lie over a base of the 11q13 window, but they are too short to show a junction: "
            "longer reads, or pairs, would.",
            now);
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
    say_missing_copies(r, e);
    say_missing_junction(r, e);
}

/* ---- what would change the label --------------------------------------------------------------------------------
 */

/* Soft evidence of the clearest call that the callers make: of CCND1 by RNA or a junction, of RAS by a mutation in plain
 * sight or a wild type, which is said where the power of lod95 is reached. */
static void make_clear(const ps_result *r, ps_marker marker, ps_marker_state state, ps_calls *c) {
    const ps_limits *l = &r->panel->limits;
    double expression = limit_or(l->expression_max_log_odds, 6), junction = limit_or(l->ccnd1_junction_log_odds, 6);
    static const ps_ccnd1_state of_ccnd1[PS_N_MARKER_STATES] = {PS_CCND1_NOT_ASSESSABLE, PS_CCND1_NOT_DYSREGULATED,
                                                                PS_CCND1_INTERMEDIATE, PS_CCND1_DYSREGULATED};
    static const ps_ras_state of_ras[PS_N_MARKER_STATES] = {PS_RAS_NOT_ASSESSABLE, PS_RAS_WILD_TYPE,
                                                            PS_RAS_NOT_ASSESSABLE, PS_RAS_MUTATED};
    if (marker == PS_MARKER_RAS) {
        c->ras.state = of_ras[state];
        c->ras.log_odds = state == PS_MARKER_POSITIVE   ? limit_or(l->ras_max_log_odds, 12)
                          : state == PS_MARKER_NEGATIVE ? log(PS_LOD95_MISSED)
                                                        : 0;
        return;
    }
    c->ccnd1.state = of_ccnd1[state];
    for (int level = 0; level < PS_N_LEVELS; level++)
        c->ccnd1.log_level[level] = 0;
    if (state != PS_MARKER_NOT_ASSESSABLE)
        c->ccnd1.log_level[state - PS_MARKER_NEGATIVE] =
            state == PS_MARKER_POSITIVE ? fmax(expression, junction) : expression;
}

/* As if one marker (PS_N_MARKERS: none) were in another state. */
static ps_verdict judged(const ps_result *r, ps_marker marker, ps_marker_state state, double prior) {
    static const ps_population none = {0};
    ps_calls c = {0};
    ps_verdict v;
    c.ccnd1.state = r->calls.ccnd1.state;
    memcpy(c.ccnd1.log_level, r->calls.ccnd1.log_level, sizeof c.ccnd1.log_level);
    c.ras.state = r->calls.ras.state;
    c.ras.log_odds = r->calls.ras.log_odds;
    if (marker < PS_N_MARKERS)
        make_clear(r, marker, state, &c);
    ps_judge(r->label.chosen.model, r->panel ? &r->panel->population : &none, &c, r->specimen, prior, &v);
    return v;
}

typedef struct change {
    char text[300];
    double size; /* in ln odds; INFINITY: does not change the label */
} change;

static const char *marker_words(ps_marker marker, ps_marker_state state) {
    static const char *const words[PS_N_MARKERS][PS_N_MARKER_STATES] = {
        {"CCND1 not assessable", "CCND1 not dysregulated", "CCND1 intermediate", "CCND1 dysregulated"},
        {"RAS not assessable", "RAS wild type", "", "RAS mutated"}};
    return words[marker][state];
}

/* With another state of one marker, or the same one beyond doubt: the label then, and how far the odds move. */
static change try_state(const ps_result *r, ps_marker marker, ps_marker_state state) {
    const ps_verdict *now = &r->label.chosen;
    ps_verdict then = judged(r, marker, state, r->prior_odds);
    change c = {.size = INFINITY};
    char probability[PS_PROBABILITY_SIZE];
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
        snprintf(c.text, sizeof c.text, "with %s%s the label would be %s (probability %s)",
                 marker_words(marker, state), firmly, ps_label_names[then.label],
                 ps_probability_text(probability, then.model, then.probability, 2));
    return c;
}

/* The k-th of the odds that are written with two digits, from the least to the most that --prior takes. */
enum { PER_DECADE = 90, FIRST_DECADE = -6, DECADES = 12, MOST_ODDS = PER_DECADE * DECADES };
static double two_digits(int k) {
    int tens = k / PER_DECADE + FIRST_DECADE - 1;
    double digits = 10 + k % PER_DECADE;
    return tens < 0 ? digits / pow(10, -tens) : digits * pow(10, tens); /* the double nearest to what is written */
}

static int gives(const ps_result *r, int k, ps_label_state label) {
    return judged(r, PS_N_MARKERS, PS_MARKER_NOT_ASSESSABLE, two_digits(k)).label == label;
}

/* The odds of two digits nearest to where this label begins, tried: the lowest that give plasmacytoma-like, the highest
 * that give intramedullary. NaN: none gives it. */
static double odds_for(const ps_result *r, ps_label_state label) {
    int upwards = label == PS_LABEL_PLASMACYTOMA, yes = upwards ? MOST_ODDS : 0, no = upwards ? -1 : MOST_ODDS + 1;
    if (!gives(r, yes, label))
        return NAN;
    while (abs(yes - no) > 1) {
        int middle = (yes + no) / 2;
        *(gives(r, middle, label) ? &yes : &no) = middle;
    }
    return two_digits(yes);
}

/* The prior odds at which the label changes. */
static void say_prior(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    double odds = isnan(r->prior_odds) ? v->model->prior_odds : r->prior_odds;
    double up = odds_for(r, PS_LABEL_PLASMACYTOMA), down = odds_for(r, PS_LABEL_INTRAMEDULLARY);
    if (v->label == PS_LABEL_PLASMACYTOMA) { /* the odds of now hold it, too, and may lie nearer */
        say(e, PS_TOPIC_CHANGE, "The label holds for every prior odds from %g up (now %g).", fmin(up, odds), odds);
        return;
    }
    if (v->label == PS_LABEL_INTRAMEDULLARY) {
        say(e, PS_TOPIC_CHANGE, "The label holds for every prior odds up to %g (now %g).", fmax(down, odds), odds);
        return;
    }
    if (has(&v->reasons, PS_REASON_MARKER_MISSING))
        return;
    char high[80] = "No prior odds that --prior takes would make it plasmacytoma-like",
         low[40] = "none intramedullary";
    if (isfinite(up))
        snprintf(high, sizeof high, "Prior odds of %g or more would make it plasmacytoma-like", up);
    if (isfinite(down))
        snprintf(low, sizeof low, "of %g or less intramedullary", down);
    say(e, PS_TOPIC_CHANGE, "%s, %s (now %g).", high, low, odds);
}

/* The count of CCND1 nearest to the sample's with which the caller would no longer say this state of it; -1: none. */
static int64_t turning_count(const ps_panel *panel, const ps_expression_call *x) {
    static const int64_t most = INT64_C(1) << 40;
    int64_t keeps = x->fragments, turns = x->state == PS_EXPRESSION_OVER ? 0 : 2 * keeps + 1;
    if (keeps < 0 || ps_expression_as_if(panel, x, (uint64_t)keeps, 1) != x->state)
        return -1;
    while (x->state != PS_EXPRESSION_OVER && turns < most &&
           ps_expression_as_if(panel, x, (uint64_t)turns, 1) == x->state)
        turns *= 2;
    if (ps_expression_as_if(panel, x, (uint64_t)turns, 1) == x->state)
        return -1;
    while (llabs(keeps - turns) > 1) {
        int64_t middle = (keeps + turns) / 2;
        *(ps_expression_as_if(panel, x, (uint64_t)middle, 1) == x->state ? &keeps : &turns) = middle;
    }
    return turns;
}

/* Only where it changes CCND1: beside a junction, say, expression may be what it will. */
static void say_expression_hinge(const ps_result *r, ps_explanation *e) {
    const ps_expression_call *x = &r->calls.expression;
    int64_t turns = turning_count(r->panel, x);
    if (turns < 0)
        return;
    ps_case c = {.panel = r->panel, .purity = r->purity};
    ps_expression_call then = *x;
    ps_ccnd1_call ccnd1;
    then.state = ps_expression_as_if(r->panel, x, (uint64_t)turns, 1);
    ps_call_ccnd1(&c, &then, &r->calls.copynumber, &r->calls.junction, &ccnd1);
    if (ccnd1.state == r->calls.ccnd1.state)
        return;
    double step = log2(((double)turns + 0.5) / ((double)x->fragments + 0.5));
    say(e, PS_TOPIC_CHANGE,
        "With %lld fragments instead of %lld (2^%.2f instead of 2^%.2f of the median reference gene) CCND1 expression would "
        "be %s, and CCND1 %s.",
        (long long)turns, (long long)x->fragments, x->log2_ratio + step, x->log2_ratio,
        ps_expression_state_names[then.state], ps_ccnd1_state_names[ccnd1.state]);
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
    if (x->state != PS_EXPRESSION_NOT_ASSESSABLE)
        say_expression_hinge(r, e);
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
            if ((state == PS_MARKER_NOT_ASSESSABLE && v->marker[k].state == PS_MARKER_NOT_ASSESSABLE) ||
                (state == PS_MARKER_INTERMEDIATE && k != PS_MARKER_CCND1))
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

/* The markers that this model reads the other way round than another (the chosen one, mostly), or not at all. */
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

static const char different_questions[] =
    "because they ask different questions; which one fits depends on the specimen and on what is to be decided.";

/* Do the models contradict the chosen one, or each other? */
static void say_agreement(const ps_verdict *chosen, const ps_verdict *const answer[PS_N_LABELS], ps_explanation *e) {
    const ps_verdict *yes = answer[PS_LABEL_PLASMACYTOMA], *no = answer[PS_LABEL_INTRAMEDULLARY];
    if ((chosen->label == PS_LABEL_PLASMACYTOMA && no) || (chosen->label == PS_LABEL_INTRAMEDULLARY && yes)) {
        say(e, PS_TOPIC_MODELS, "The models disagree %s", different_questions);
    } else if (yes && no) {
        say(e, PS_TOPIC_MODELS, "The other models disagree among each other (%s: %s, %s: %s) %s", yes->model->name,
            ps_label_names[yes->label], no->model->name, ps_label_names[no->label], different_questions);
        say_difference(yes, no, e);
    } else {
        say(e, PS_TOPIC_MODELS, "No other model gives the opposite label.");
    }
}

static void say_models(const ps_result *r, ps_explanation *e) {
    const ps_verdict *chosen = &r->label.chosen;
    const ps_verdict *answer[PS_N_LABELS] = {NULL}; /* the first other model that gives it */
    int others = 0;
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT)
        return; /* the same holds for every model */
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        if (!strcmp(v->model->name, chosen->model->name))
            continue;
        others++;
        if (!answer[v->label])
            answer[v->label] = v;
        if (isnan(v->probability))
            say(e, PS_TOPIC_MODELS, "%s (%s) has no marker to judge by.", v->model->name,
                ps_basis_names[v->model->basis]);
        else {
            char probability[PS_PROBABILITY_SIZE], rates[120], if_it_were[60] = "";
            if (!v->applies)
                snprintf(if_it_were, sizeof if_it_were, ", if this were a %s,", ps_model_specimen(v->model));
            ps_rates_text(&v->rates, rates, sizeof rates);
            say(e, PS_TOPIC_MODELS,
                "%s (%s)%s answers %s: probability %s (95 %% interval %.3g to %.3g). In the ordinary disease: %s. It asks: %s",
                v->model->name, ps_basis_names[v->model->basis], if_it_were, ps_label_names[v->label],
                ps_probability_text(probability, v->model, v->probability, 3), v->low, v->high, rates,
                v->model->question);
            say_difference(chosen, v, e);
        }
    }
    if (others)
        say_agreement(chosen, answer, e);
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
