/* text.c - the one-screen summary. Text is wrapped on words, never cut: when a summary would not fit on the screen,
 * less is said (`telling`), and the line Details names where the rest is. Only what has no bound of its own (an id, a
 * path, why a sample failed) ends after MOST_LINES with a mark. */
#include "plasmastrat/report.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"

enum { NAME_COLUMNS = 11, LEAST_COLUMNS = 40, SHOWN_REASONS = 2, SHOWN_VARIANTS = 3, SHOWN_QC = 2, MOST_LINES = 6 };
enum { SCREEN_LINES = 23 }; /* of 24 one is the prompt's */

/* What is left out, in this order, each with all before it, until the summary fits. */
typedef enum {
    TELL_ALL,
    TELL_NO_NUMBERS_OF_REASONS, /* why a marker's part is not assessable: the sentence only */
    TELL_NO_MESSAGES, /* checks by name, models that do not apply by their number, a label's reasons without numbers
                       */
    TELL_NO_OTHERS,   /* no other model but those that contradict */
    TELL_STATES,      /* reasons by name, one variant, no cut-offs, no intervals of weights */
    N_TELLINGS
} telling;

typedef enum { PLAIN, STRONG, GOOD, CAUTION, BAD, N_COLOURS } colour;
static const char *const escape[N_COLOURS] = {"", "\033[1m", "\033[1;36m", "\033[1;33m", "\033[1;31m"};

typedef struct screen {
    FILE *out;
    int colour;
    size_t columns;
    telling telling;
} screen;

/* Bytes of `text` that fit into `room` columns, cut at a space where there is one. */
static size_t fitting(const char *text, size_t room) {
    size_t bytes = 0, at_space = 0, column = 0;
    while (text[bytes] && column < room) {
        if (text[bytes] == ' ')
            at_space = bytes;
        bytes++;
        while (((unsigned char)text[bytes] & 0xC0) == 0x80)
            bytes++;
        column++;
    }
    if (!text[bytes] || text[bytes] == ' ')
        return bytes;
    return at_space ? at_space : bytes;
}

/* A name and its text, wrapped under itself; what does not fit into MOST_LINES is marked as cut. The first
 * `highlight` bytes of the text, when they stand on the first line, get the colour. */
static void put_wrapped(const screen *s, const char *name, colour c, size_t highlight, const char *text) {
    char *plain = ps_plain(text);
    const char *rest = plain;
    size_t room = s->columns - NAME_COLUMNS;
    for (int l = 0; l < MOST_LINES && (*rest || l == 0); l++) {
        fprintf(s->out, "%-*s", NAME_COLUMNS, l ? "" : name);
        size_t n = fitting(rest, room);
        int cut = l == MOST_LINES - 1 && rest[n];
        if (cut)
            n = fitting(rest, room - 4);
        size_t marked = s->colour && c != PLAIN && l == 0 && highlight <= n ? highlight : 0;
        if (marked)
            fprintf(s->out, "%s%.*s\033[0m", escape[c], (int)marked, rest);
        fprintf(s->out, "%.*s%s\n", (int)(n - marked), rest + marked, cut ? " ..." : "");
        rest += n;
        while (*rest == ' ')
            rest++;
    }
    free(plain);
}

static void put(const screen *s, const char *name, colour c, size_t highlight, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
static void put(const screen *s, const char *name, colour c, size_t highlight, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_wrapped(s, name, c, highlight, text);
}

#define NUM(x, decimals) ps_number(PS_NUMBER_BUFFER, x, decimals, "unknown")
#define COUNT(n) ps_count(PS_NUMBER_BUFFER, n, "unknown")
#define PERCENT(x) ps_percent(PS_NUMBER_BUFFER, x, "unknown")

/* A reason with the numbers behind it, without them, or only its name. */
static void reason_text(const ps_reason *reason, telling full_until, telling named_from, const screen *s, char *out,
                        size_t size) {
    if (s->telling <= full_until)
        ps_reason_text(reason, out, size);
    else if (s->telling < named_from)
        snprintf(out, size, "%s: %s", ps_reason_name(reason->code), ps_reason_sentence(reason->code));
    else
        snprintf(out, size, "%s", ps_reason_name(reason->code));
}

/* The first reason of a marker's part, or nothing. */
static void first_reason(const screen *s, const ps_reasons *reasons, char *out, size_t size) {
    out[0] = '\0';
    if (reasons->n)
        reason_text(&reasons->at[0], TELL_ALL, TELL_STATES, s, out, size);
}

static void put_label(const screen *s, const ps_result *r) {
    static const colour colours[PS_N_LABELS] = {
        [PS_LABEL_NOT_ASSESSABLE] = STRONG, [PS_LABEL_INDETERMINATE] = CAUTION, [PS_LABEL_PLASMACYTOMA] = BAD,
        [PS_LABEL_INTRAMEDULLARY] = GOOD,   [PS_LABEL_NOT_APPLICABLE] = STRONG,
    };
    static const char *const basis_words[PS_N_BASES] = {
        "assumed weights, not measured", "weights from published counts", "weights fitted to labelled samples"};
    const ps_verdict *v = &r->label.chosen;
    ps_label_state state = ps_chosen_label(r);
    const char *label = ps_label_names[state];
    char leaning[64] = "";
    if (state == PS_LABEL_INDETERMINATE)
        snprintf(leaning, sizeof leaning, ", leaning %s", ps_leaning_name(v->leaning));
    char rate[200], against[300];
    if (isfinite(v->probability))
        put(s, "Label", colours[state], strlen(label), "%s%s, probability %s%s (95 %% %s to %s)", label, leaning,
            state == PS_LABEL_PLASMACYTOMA ? "" : "of plasmacytoma-like ", NUM(v->probability, 2), NUM(v->low, 2),
            NUM(v->high, 2));
    else
        put(s, "Label", colours[state], strlen(label), "%s%s", label, leaning);
    if (ps_rate_words(r, rate, sizeof rate))
        put(s, "", PLAIN, 0, "%s", rate);
    if (ps_contradiction_words(r, against, sizeof against))
        put(s, "Against", CAUTION, 0, "%s", against);
    if (v->model)
        put(s, "Model", PLAIN, 0, "%s (%s); specimen: %s", v->model->name, basis_words[v->model->basis],
            ps_specimen_names[r->specimen]);
    size_t shown = s->telling < TELL_STATES ? SHOWN_REASONS : 1;
    for (size_t i = 0; !ps_is_definite(state) && i < v->reasons.n && i < shown; i++) {
        char sentence[640];
        reason_text(&v->reasons.at[i], TELL_NO_NUMBERS_OF_REASONS, N_TELLINGS, s, sentence, sizeof sentence);
        put(s, i ? "" : "Why", PLAIN, 0, "%s", sentence);
    }
}

/* State, cause and the marker's weight in the chosen model. */
static void put_marker(const screen *s, const char *name, const ps_marker_verdict *m, const char *state) {
    static const colour colours[PS_N_MARKER_STATES] = {STRONG, GOOD, CAUTION, BAD};
    size_t highlight = strcspn(state, ",");
    if (m->state == PS_MARKER_NOT_ASSESSABLE)
        put(s, name, colours[m->state], highlight, "%s; no weight", state);
    else if (s->telling >= TELL_STATES)
        put(s, name, colours[m->state], highlight, "%s; weight %+.2f", state, m->llr);
    else
        put(s, name, colours[m->state], highlight, "%s; weight %+.2f (95 %% %+.2f to %+.2f)", state, m->llr, m->low,
            m->high);
}

static void put_expression(const screen *s, const ps_expression_call *e) {
    char why[1024], place[256] = "", cut_offs[128] = "";
    first_reason(s, &e->reasons, why, sizeof why);
    if (!ps_expression_counted(e) || !isfinite(e->log2_ratio)) {
        put(s, "  RNA", PLAIN, 0, "%s: %s", ps_expression_state_names[e->state], why);
        return;
    }
    if (isfinite(e->percentile))
        snprintf(place, sizeof place, ", percentile %s of %s", NUM(e->percentile, 0), e->reference);
    if (s->telling < TELL_STATES)
        snprintf(cut_offs, sizeof cut_offs, "; very high from %s, low up to %s%s", NUM(e->cut_offs.high_from, 2),
                 NUM(e->cut_offs.low_to, 2), e->cohort_cut_offs ? "" : " (built-in limits)");
    put(s, "  RNA", PLAIN, 0, "%s: log2 %s per plasma cell%s; plasma cells %s of the RNA%s%s%s",
        ps_expression_state_names[e->state], NUM(e->per_cell, 2), cut_offs, PERCENT(e->plasma_share.value), place,
        e->state == PS_EXPRESSION_NOT_ASSESSABLE ? "; " : "", e->state == PS_EXPRESSION_NOT_ASSESSABLE ? why : "");
}

static void put_copies(const screen *s, const ps_copynumber_call *c) {
    char why[1024];
    first_reason(s, &c->reasons, why, sizeof why);
    if (!ps_copies_counted(c) || !isfinite(c->copies)) {
        put(s, "  copies", PLAIN, 0, "%s: %s", ps_cn_state_names[c->state], why);
        return;
    }
    char against[64] = "";
    if (c->reference != PS_CN_REFERENCE_NONE && s->telling < TELL_STATES)
        snprintf(against, sizeof against, ", against %s",
                 c->reference == PS_CN_REFERENCE_PANEL ? "a panel of normals" : "the matched normal");
    const char *hyperdiploid = c->hyperdiploid < 0 ? "unknown" : c->hyperdiploid ? "yes" : "no";
    const char *extent = c->scope == PS_SCOPE_NONE ? "" : ps_scope_names[c->scope];
    put(s, "  copies", PLAIN, 0, "%s: %s copies (%s to %s)%s%s%s; hyperdiploid: %s%s%s%s",
        ps_cn_state_names[c->state], NUM(c->copies, 2), NUM(c->copies_low, 2), NUM(c->copies_high, 2),
        isfinite(c->purity) ? "" : " if every cell is tumour", *extent ? "; extent: " : "", extent, hyperdiploid,
        against, c->state == PS_CN_NOT_ASSESSABLE ? "; " : "", c->state == PS_CN_NOT_ASSESSABLE ? why : "");
}

static void put_junction(const screen *s, const ps_result *r) {
    const ps_junction_call *j = &r->calls.junction;
    const char *state = ps_junction_state_names[j->state];
    char why[1024];
    first_reason(s, &j->reasons, why, sizeof why);
    if (j->state == PS_JUNCTION_DETECTED && j->n_breakpoints) {
        const ps_breakpoint *b = &j->breakpoint[0];
        put(s, "  junction", PLAIN, 0, "%s: %s split + %s discordant fragments, %s:%d to %s:%d%s%s", state,
            COUNT(j->split), COUNT(j->discordant), ps_output_contig(r, b->contig_a), (int)b->pos_a1,
            ps_output_contig(r, b->contig_b), (int)b->pos_b1, b->exact ? "" : " (imprecise)",
            j->n_breakpoints > 1 ? " and more" : "");
    } else if (j->state == PS_JUNCTION_NOT_ASSESSABLE) {
        put(s, "  junction", PLAIN, 0, "%s: %s", state, why);
    } else if (s->telling >= TELL_STATES) {
        put(s, "  junction", PLAIN, 0, "%s: a junction in %s of the cells or more would have been seen", state,
            PERCENT(j->limit_cells));
    } else {
        put(s, "  junction", PLAIN, 0,
            "%s: no position with %llu fragment%s (%s split, %s discordant in all); %s-fold coverage would have "
            "shown it in %s of the cells or more",
            state, (unsigned long long)j->needed, ps_s(j->needed), COUNT(j->split), COUNT(j->discordant),
            NUM(j->physical_coverage, 0), PERCENT(j->limit_cells));
    }
}

static void put_ccnd1(const screen *s, const ps_result *r) {
    const ps_ccnd1_call *c = &r->calls.ccnd1;
    char state[128];
    snprintf(state, sizeof state, "%s, cause %s", ps_ccnd1_state_names[c->state], ps_cause_names[c->cause]);
    put_marker(s, "CCND1", &r->label.chosen.marker[PS_MARKER_CCND1], state);
    for (size_t i = 0; i < c->reasons.n; i++) /* what the lines below do not show */
        if (c->reasons.at[i].code == PS_REASON_Q_GAIN) {
            char why[512];
            reason_text(&c->reasons.at[i], TELL_ALL, TELL_STATES, s, why, sizeof why);
            put(s, "", PLAIN, 0, "%s", why);
        }
    put_expression(s, &r->calls.expression);
    put_copies(s, &r->calls.copynumber);
    put_junction(s, r);
}

static void sources_text(unsigned sources, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < PS_N_INPUTS; i++) {
        if (!(sources >> i & 1))
            continue;
        used = ps_append(out, size, used, used ? "+" : "");
        used = ps_append(out, size, used, ps_input_names[i]);
    }
}

static void put_variant(const screen *s, const ps_result *r, const ps_ras_variant *v, int more) {
    char sources[64], others[64] = "";
    if (more)
        snprintf(others, sizeof others, "; and %d more", more);
    sources_text(v->sources, sources, sizeof sources);
    const char *gene = r->panel->genes[v->effect.gene].name;
    if (v->best.depth < 0 && !isfinite(v->best.vaf))
        put(s, "", PLAIN, 0, "%s %s, no counts given, %s, %s%s", gene, v->effect.hgvs_p, sources,
            ps_tier_names[v->effect.tier], others);
    else
        put(s, "", PLAIN, 0, "%s %s VAF %s (%s to %s), %s of %s fragments, %s, %s%s", gene, v->effect.hgvs_p,
            PERCENT(v->best.vaf), PERCENT(v->best.vaf_low), PERCENT(v->best.vaf_high), COUNT(v->best.alt_depth),
            COUNT(v->best.depth), sources, ps_tier_names[v->effect.tier], others);
}

/* What the hotspots could have shown; the worst of them is the limit of a negative. */
static void put_ras_limit(const screen *s, const ps_result *r) {
    int worst = ps_worst_codon(r);
    if (worst < 0)
        return;
    const ps_codon *c = &r->panel->codons[worst];
    ps_ras_codon seen = ps_codon_seen(r, worst);
    const char *gene = r->panel->genes[c->gene].name;
    if (isnan(seen.lod95))
        put(s, "", PLAIN, 0, "no VAF would have been found at hotspot codon %s %d", gene, c->number);
    else
        put(s, "", PLAIN, 0,
            "a mutation of %s VAF or more would have been found at every hotspot codon (weakest: %s %d, "
            "%s fragments of %s)",
            PERCENT(seen.lod95), gene, c->number, COUNT(seen.depth), ps_input_names[seen.source]);
}

static void put_ras(const screen *s, const ps_result *r) {
    const ps_ras_call *ras = &r->calls.ras;
    put_marker(s, "RAS", &r->label.chosen.marker[PS_MARKER_RAS], ps_ras_state_names[ras->state]);
    int most = s->telling < TELL_STATES ? SHOWN_VARIANTS : 1, left = 0, shown = 0;
    for (size_t i = 0; i < ras->n_variants; i++)
        left += ps_makes_mutated(&ras->variant[i]);
    for (size_t i = 0; i < ras->n_variants && shown < most; i++)
        if (ps_makes_mutated(&ras->variant[i])) {
            left--;
            shown++;
            put_variant(s, r, &ras->variant[i], shown == most ? left : 0);
        }
    if (ras->state != PS_RAS_MUTATED)
        put_ras_limit(s, r);
    if (ras->state != PS_RAS_MUTATED && ras->reasons.n) {
        char why[1024];
        first_reason(s, &ras->reasons, why, sizeof why);
        put(s, "", PLAIN, 0, "%s", why);
    }
}

static void put_qc(const screen *s, const ps_result *r) {
    int fails = ps_n_qc(r, PS_QC_FAIL), warns = ps_n_qc(r, PS_QC_WARN), shown = 0;
    if (!r->n_qc) {
        put(s, "QC", PLAIN, 0, "no check was made");
        return;
    }
    const char *word = fails ? "failed" : warns > 1 ? "warnings" : warns ? "warning" : "passed";
    put(s, "QC",
        fails   ? BAD
        : warns ? CAUTION
                : GOOD,
        strlen(word), "%s: %d failed, %d warning%s, %d passed", word, fails, warns, ps_s(warns),
        ps_n_qc(r, PS_QC_PASS));
    static const ps_qc_state order[] = {PS_QC_FAIL, PS_QC_WARN};
    char names[1024] = "";
    size_t used = 0;
    int most = s->telling == TELL_NO_MESSAGES ? INT_MAX : SHOWN_QC;
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < r->n_qc && shown < most; i++) {
            const ps_qc *q = &r->qc[i];
            if (q->state != order[o])
                continue;
            if (s->telling >= TELL_NO_MESSAGES) {
                char name[100];
                snprintf(name, sizeof name, "%s%s %s (%s)", used ? ", " : "", ps_qc_state_names[q->state], q->check,
                         q->input);
                used = ps_append(names, sizeof names, used, name);
                shown++;
                continue;
            }
            put(s, "", order[o] == PS_QC_FAIL ? BAD : CAUTION, 4, "%s %s (%s): %s", ps_qc_state_names[q->state],
                q->check, q->input, q->message);
            shown++;
        }
    if (used)
        put(s, "", fails ? BAD : CAUTION, 4, "%s%s", names, fails + warns > shown ? ", and more" : "");
}

static void put_models(const screen *s, const ps_result *r) {
    char text[1024] = "";
    size_t used = 0, not_applicable = 0;
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        if (r->label.chosen.model && !strcmp(v->model->name, r->label.chosen.model->name))
            continue;
        if (v->label == PS_LABEL_NOT_APPLICABLE && s->telling >= TELL_NO_MESSAGES) {
            not_applicable++;
            continue;
        }
        char *one = isfinite(v->probability)
                        ? ps_format("%s%s %s %.2f", used ? "; " : "", v->model->name, ps_label_names[v->label],
                                    v->probability)
                        : ps_format("%s%s %s", used ? "; " : "", v->model->name, ps_label_names[v->label]);
        used = ps_append(text, sizeof text, used, one);
        free(one);
    }
    if (not_applicable) {
        char *rest = ps_format("%s%zu %s", used ? "; " : "", not_applicable,
                               not_applicable > 1 ? "models do not apply" : "model does not apply");
        used = ps_append(text, sizeof text, used, rest);
        free(rest);
    }
    if (used)
        put_wrapped(s, "Others", PLAIN, 0, text);
}

static void put_result(const screen *s, const ps_result *result, const char *details) {
    char *id = ps_plain(result->sample_id);
    put(s, "Sample", STRONG, strlen(id ? id : ""), "%s", id ? id : "");
    free(id);
    if (result->failure) {
        put(s, "FAILED", BAD, strlen(result->failure), "%s", result->failure);
        return;
    }
    put_label(s, result);
    put_ccnd1(s, result);
    put_ras(s, result);
    put_qc(s, result);
    if (s->telling < TELL_NO_OTHERS)
        put_models(s, result);
    if (details)
        put(s, "Details", PLAIN, 0, "%s", details);
    put(s, "", PLAIN, 0, "plasmastrat %s: for research use only, not a diagnosis", PS_VERSION);
}

static int fits_screen(const char *text) {
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines <= SCREEN_LINES;
}

int ps_write_text(const ps_result *result, const ps_text_look *look, FILE *out, ps_error *err) {
    screen s = {.colour = look->colour, .columns = look->columns > LEAST_COLUMNS ? look->columns : LEAST_COLUMNS};
    char *text = NULL;
    for (int fits = 0; !fits; s.telling++) {
        size_t size = 0;
        free(text);
        text = NULL;
        s.out = open_memstream(&text, &size);
        if (!s.out)
            return ps_fail(err, PS_ERR_RUN, NULL, 0, "the summary could not be written");
        put_result(&s, result, look->details);
        fclose(s.out);
        fits = s.telling + 1 == N_TELLINGS || fits_screen(text);
    }
    fputs(text, out);
    free(text);
    return ps_finish(out, "the summary", err);
}
