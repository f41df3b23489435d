#include "plasmastrat/explain.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "missing.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

const char *const ps_topic_titles[PS_N_TOPICS] = {"The label", "The markers", "What would help",
                                                  "What would change the label", "The other models"};
static const char *const marker_titles[PS_N_MARKERS] = {"CCND1", "RAS"};

enum { MOST_VARIANTS = 3 };

/* ---- the label ------------------------------------------------------------------------------------------------- */

/* How often the ordinary disease gets this label, and who contradicts it. */
static void say_rate(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    char words[300], rates[120];
    ps_rates_text(&v->rates, rates, sizeof rates);
    if (!isnan(v->probability) && ps_rate_words(r, words, sizeof words)) {
        ps_add_sentence(e, PS_TOPIC_LABEL, "%c%s.", toupper((unsigned char)words[0]), words + 1);
        ps_add_sentence(e, PS_TOPIC_LABEL,
                        "In ordinary myeloma the model answers: %s. This follows from how often CCND1 levels and RAS "
                        "mutations occur there, taken as independent.",
                        rates);
    } else
        ps_add_sentence(e, PS_TOPIC_LABEL, "No model is validated on patients.");
    if (ps_contradiction_words(r, words, sizeof words))
        ps_add_sentence(e, PS_TOPIC_LABEL, "Contradicted: %s.", words);
}

static void say_label(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    const ps_model *m = v->model;
    char probability[PS_PROBABILITY_SIZE];
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT)
        ps_add_sentence(
            e, PS_TOPIC_LABEL,
            "The inputs are of different persons, so no label is given: what they show together is true of neither "
            "person.");
    else if (v->label == PS_LABEL_NOT_APPLICABLE)
        ps_add_sentence(e, PS_TOPIC_LABEL,
                        "Model %s is for a %s, but this sample's specimen is %s: the model does not apply.", m->name,
                        ps_model_specimen(m), ps_specimen_names[r->specimen]);
    else if (isnan(v->probability))
        ps_add_sentence(e, PS_TOPIC_LABEL,
                        "The sample is not assessable by model %s: none of its markers could be assessed.", m->name);
    else
        ps_add_sentence(
            e, PS_TOPIC_LABEL,
            "By model %s the sample is %s: the probability of plasmacytoma-like is %s (95 %% interval %.3g to %.3g).",
            m->name, ps_label_names[v->label], ps_probability_text(probability, m, v->probability, 3), v->low,
            v->high);
    if (!isnan(v->probability))
        ps_add_sentence(
            e, PS_TOPIC_LABEL,
            "The model labels plasmacytoma-like from %g up and intramedullary from %g down; between them the answer "
            "is indeterminate.",
            m->plasmacytoma_at, m->intramedullary_at);
    say_rate(r, e);
    if (v->label == PS_LABEL_INDETERMINATE && ps_is_definite(v->leaning))
        ps_add_sentence(e, PS_TOPIC_LABEL, "It leans towards %s.", ps_label_names[v->leaning]);
    for (size_t i = 0; i < v->reasons.n; i++)
        if (v->reasons.at[i].code == PS_REASON_MARKER_MISSING)
            ps_add_sentence(e, PS_TOPIC_LABEL,
                            "The model gives no definite label without %s, which could not be assessed.",
                            v->reasons.at[i].detail);
    ps_add_sentence(e, PS_TOPIC_LABEL, "The model asks: %s Basis %s: %s.", m->question, ps_basis_names[m->basis],
                    ps_basis_sentence(m->basis));
    double odds = isnan(r->prior_odds) ? m->prior_odds : r->prior_odds;
    if (odds != 1)
        ps_add_sentence(e, PS_TOPIC_LABEL,
                        "Before the markers count, the odds of plasmacytoma against intramedullary are set to %g.",
                        odds);
}

/* ---- the markers ----------------------------------------------------------------------------------------------- */

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
        if (v->best.alt_depth >= 0 && v->best.depth > 0)
            snprintf(text + used, size - used, " in %lld of %lld fragment%s", (long long)v->best.alt_depth,
                     (long long)v->best.depth, ps_s(v->best.depth));
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
                 "RAS is wild type: a mutation of %s VAF or more would have been found at every hotspot codon",
                 ps_percent(PS_NUMBER_BUFFER, ps_codon_seen(r, worst).lod95, "unknown"));
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
                 "; expression log2 %.2f against the median reference gene, %.2f per plasma cell",
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
        ps_add_sentence(e, PS_TOPIC_MARKERS, "%s, so it has no weight.", found);
    else if (fabs(m->llr) < 0.005)
        ps_add_sentence(e, PS_TOPIC_MARKERS,
                        "%s. In this model it does not change the odds (ln LR %.2g, 95 %% interval %.2g to %.2g).",
                        found, m->llr, m->low, m->high);
    else
        ps_add_sentence(e, PS_TOPIC_MARKERS,
                        "%s. That makes %s %.2g times as likely (odds; ln LR %+.2g, 95 %% interval %+.2g to %+.2g).",
                        found, towards(m->llr), exp(fabs(m->llr)), m->llr, m->low, m->high);
}

static void say_markers(const ps_result *r, ps_explanation *e) {
    const ps_model *m = r->label.chosen.model;
    for (int k = 0; k < PS_N_MARKERS; k++)
        say_marker(r, (ps_marker)k, e);
    if (m->joint.dirichlet > 0)
        ps_add_sentence(
            e, PS_TOPIC_MARKERS,
            "This model weighs both markers together, from a table of labelled samples: the two weights cannot be "
            "added up.");
    if (r->calls.ccnd1.cause == PS_CAUSE_CONFLICT)
        ps_add_sentence(
            e, PS_TOPIC_MARKERS,
            "There is an IGH::CCND1 junction, but the RNA does not show the expression it would cause: one of the "
            "two is wrong, or they are of different samples.");
    for (size_t i = 0; i < r->calls.ccnd1.reasons.n; i++)
        if (r->calls.ccnd1.reasons.at[i].code == PS_REASON_Q_GAIN)
            ps_add_sentence(e, PS_TOPIC_MARKERS, "Weak evidence for this: %s (%s).",
                            ps_reason_sentence(PS_REASON_Q_GAIN), r->calls.ccnd1.reasons.at[i].detail);
}

/* ---- what would change the label ------------------------------------------------------------------------------- */

/* Soft evidence of the clearest call that the callers make: of CCND1 by RNA or a junction, of RAS by a mutation in
 * plain sight or a wild type, which is said where the power of lod95 is reached. */
static void make_clear(ps_marker marker, ps_marker_state state, ps_calls *c) {
    double expression = expression_max_log_odds, junction = ccnd1_junction_log_odds;
    static const ps_ccnd1_state of_ccnd1[PS_N_MARKER_STATES] = {PS_CCND1_NOT_ASSESSABLE, PS_CCND1_NOT_DYSREGULATED,
                                                                PS_CCND1_INTERMEDIATE, PS_CCND1_DYSREGULATED};
    static const ps_ras_state of_ras[PS_N_MARKER_STATES] = {PS_RAS_NOT_ASSESSABLE, PS_RAS_WILD_TYPE,
                                                            PS_RAS_NOT_ASSESSABLE, PS_RAS_MUTATED};
    if (marker == PS_MARKER_RAS) {
        c->ras.state = of_ras[state];
        c->ras.log_odds = state == PS_MARKER_POSITIVE   ? ras_max_log_odds
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
        make_clear(marker, state, &c);
    ps_judge(r->label.chosen.model, r->panel ? &r->panel->population : &none, &c, r->specimen, prior, &v);
    return v;
}

typedef struct change {
    char text[300];
    double size; /* in ln odds; INFINITY: does not change the label */
} change;

static const char *state_words(ps_marker marker, ps_marker_state state) {
    static const char *const words[PS_N_MARKERS][PS_N_MARKER_STATES] = {
        {"not assessable", "not dysregulated", "intermediate", "dysregulated"},
        {"not assessable", "wild type", "", "mutated"}};
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
        snprintf(c.text, sizeof c.text, "if %s were %s%s, the sample would be %s", marker_titles[marker],
                 state_words(marker, state), firmly, ps_label_names[then.label]);
    else
        snprintf(c.text, sizeof c.text, "if %s were %s%s, the label would be %s (probability %s)",
                 marker_titles[marker], state_words(marker, state), firmly, ps_label_names[then.label],
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

/* The odds of two digits nearest to where this label begins, tried: the lowest that give plasmacytoma-like, the
 * highest that give intramedullary. NaN: none gives it. */
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
        ps_add_sentence(e, PS_TOPIC_CHANGE,
                        "The label stays the same for prior odds (--prior) of %g or more; they are %g.",
                        fmin(up, odds), odds);
        return;
    }
    if (v->label == PS_LABEL_INTRAMEDULLARY) {
        ps_add_sentence(e, PS_TOPIC_CHANGE,
                        "The label stays the same for prior odds (--prior) of %g or less; they are %g.",
                        fmax(down, odds), odds);
        return;
    }
    if (ps_has_reason(&v->reasons, PS_REASON_MARKER_MISSING))
        return;
    char high[80] = "No prior odds (--prior) make it plasmacytoma-like", low[60] = "none make it intramedullary";
    if (isfinite(up))
        snprintf(high, sizeof high, "Prior odds (--prior) of %g or more make it plasmacytoma-like", up);
    if (isfinite(down))
        snprintf(low, sizeof low, "of %g or less make it intramedullary", down);
    ps_add_sentence(e, PS_TOPIC_CHANGE, "%s, %s; they are %g.", high, low, odds);
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
    ps_add_sentence(
        e, PS_TOPIC_CHANGE,
        "If the RNA had %lld fragment%s of CCND1 instead of %lld (log2 %.2f instead of %.2f), CCND1 expression "
        "would be %s, and CCND1 %s.",
        (long long)turns, ps_s(turns), (long long)x->fragments, x->log2_ratio + step, x->log2_ratio,
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
    if (n == 1 && only->best.alt_depth >= 0 && only->best.depth > 0)
        ps_add_sentence(e, PS_TOPIC_CHANGE, "RAS rests on %s %s alone, in %lld of %lld fragment%s.",
                        r->panel->genes[only->effect.gene].name, only->effect.protein,
                        (long long)only->best.alt_depth, (long long)only->best.depth, ps_s(only->best.depth));
    else if (n > 1)
        ps_add_sentence(e, PS_TOPIC_CHANGE, "RAS rests on %d mutation%s: no single one of them decides.", n, ps_s(n));
    if (x->state != PS_EXPRESSION_NOT_ASSESSABLE)
        say_expression_hinge(r, e);
}

static void say_changes(const ps_result *r, ps_explanation *e) {
    const ps_verdict *v = &r->label.chosen;
    change all[PS_N_MARKERS * PS_N_MARKER_STATES];
    int n = 0, best = -1;
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT) {
        ps_add_sentence(e, PS_TOPIC_CHANGE,
                        "Inputs of one person would let the model answer: look for a swapped file.");
        return;
    }
    if (v->label == PS_LABEL_NOT_APPLICABLE) {
        ps_add_sentence(e, PS_TOPIC_CHANGE, "A specimen of '%s' (--specimen) would let the model answer.",
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
        ps_add_sentence(e, PS_TOPIC_CHANGE, "No change of one marker alone gives another label.");
    else
        ps_add_sentence(e, PS_TOPIC_CHANGE, "The smallest change that gives another label: %s.", all[best].text);
    for (int i = 0; i < n; i++)
        if (i != best && isfinite(all[i].size))
            ps_add_sentence(e, PS_TOPIC_CHANGE, "And %s.", all[i].text);
    if (!isnan(v->probability)) {
        say_hinges(r, e);
        say_prior(r, e);
    }
}

/* ---- the other models ------------------------------------------------------------------------------------------ */

/* The markers that this model reads the other way round than another (the chosen one, mostly), or not at all. */
static void say_difference(const ps_verdict *chosen, const ps_verdict *v, ps_explanation *e) {
    for (int k = 0; k < PS_N_MARKERS; k++) {
        double here = chosen->marker[k].llr, there = v->marker[k].llr;
        if (v->marker[k].state == PS_MARKER_NOT_ASSESSABLE)
            continue;
        if (here * there < 0)
            ps_add_sentence(e, PS_TOPIC_MODELS, "%s takes %s %s as a sign of %s (ln LR %+.2g), %s of %s (%+.2g).",
                            v->model->name, marker_titles[k], state_words((ps_marker)k, v->marker[k].state),
                            towards(there), there, chosen->model->name, towards(here), here);
        else if (fabs(there) < 0.005 && fabs(here) > 0.1)
            ps_add_sentence(e, PS_TOPIC_MODELS, "%s gives %s no weight: no counts were found for its question.",
                            v->model->name, marker_titles[k]);
    }
}

static const char different_questions[] =
    "because they ask different questions; which one fits depends on the specimen and on what is to be decided.";

/* Do the models contradict the chosen one, or each other? */
static void say_agreement(const ps_verdict *chosen, const ps_verdict *const answer[PS_N_LABELS], ps_explanation *e) {
    const ps_verdict *yes = answer[PS_LABEL_PLASMACYTOMA], *no = answer[PS_LABEL_INTRAMEDULLARY];
    if ((chosen->label == PS_LABEL_PLASMACYTOMA && no) || (chosen->label == PS_LABEL_INTRAMEDULLARY && yes)) {
        ps_add_sentence(e, PS_TOPIC_MODELS, "The models disagree %s", different_questions);
    } else if (yes && no) {
        ps_add_sentence(e, PS_TOPIC_MODELS, "The other models disagree among each other (%s: %s, %s: %s) %s",
                        yes->model->name, ps_label_names[yes->label], no->model->name, ps_label_names[no->label],
                        different_questions);
        say_difference(yes, no, e);
    } else {
        ps_add_sentence(e, PS_TOPIC_MODELS, "No other model gives the opposite label.");
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
            ps_add_sentence(e, PS_TOPIC_MODELS, "%s (%s) has no marker to judge by.", v->model->name,
                            ps_basis_names[v->model->basis]);
        else {
            char probability[PS_PROBABILITY_SIZE], rates[120], if_it_were[60] = "";
            if (!v->applies)
                snprintf(if_it_were, sizeof if_it_were, ", %s,", ps_if_it_were(v->model));
            ps_rates_text(&v->rates, rates, sizeof rates);
            ps_add_sentence(
                e, PS_TOPIC_MODELS,
                "%s (%s)%s answers %s: probability %s (95 %% interval %.3g to %.3g). In ordinary myeloma: %s. It "
                "asks: %s",
                v->model->name, ps_basis_names[v->model->basis], if_it_were, ps_label_names[v->label],
                ps_probability_text(probability, v->model, v->probability, 3), v->low, v->high, rates,
                v->model->question);
            say_difference(chosen, v, e);
        }
    }
    if (others)
        say_agreement(chosen, answer, e);
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

void ps_explain(const ps_result *result, ps_explanation *explanation) {
    *explanation = (ps_explanation){0};
    say_label(result, explanation);
    say_markers(result, explanation);
    ps_say_missing(result, explanation);
    say_changes(result, explanation);
    say_models(result, explanation);
}

void ps_explanation_free(ps_explanation *explanation) {
    for (size_t i = 0; i < explanation->n; i++)
        free(explanation->sentence[i].text);
    free(explanation->sentence);
    *explanation = (ps_explanation){0};
}
