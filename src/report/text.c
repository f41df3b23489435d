/* text.c - the one-screen summary: lines of at most 80 columns. Answers and their numbers are wrapped, never cut; only
 * what has no bound of its own (reasons, messages) ends after MOST_LINES with a mark. */
#include "plasmastrat/report.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "plasmastrat/alloc.h"

enum { NAME_COLUMNS = 11, LINE_COLUMNS = 80, SHOWN_REASONS = 2, SHOWN_VARIANTS = 3, SHOWN_QC = 2, MOST_LINES = 6 };

typedef enum { PLAIN, STRONG, GOOD, CAUTION, BAD, N_COLOURS } colour;
static const char *const escape[N_COLOURS] = {"", "\033[1m", "\033[1;36m", "\033[1;33m", "\033[1;31m"};

typedef struct screen {
    FILE *out;
    int colour;
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
    size_t room = LINE_COLUMNS - NAME_COLUMNS;
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

/* The first reasons as "; why", for the end of a line. */
static void reasons_text(const ps_reasons *reasons, size_t from, size_t most, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = from; i < reasons->n && i < from + most; i++) {
        char sentence[640];
        ps_reason_text(&reasons->at[i], sentence, sizeof sentence);
        used = ps_append(out, size, used, i > from ? "; " : "");
        used = ps_append(out, size, used, sentence);
    }
}

static void put_label(const screen *s, const ps_result *r) {
    static const colour colours[PS_N_LABELS] = {
        [PS_LABEL_NOT_ASSESSABLE] = STRONG, [PS_LABEL_INDETERMINATE] = CAUTION, [PS_LABEL_PLASMACYTOMA] = BAD,
        [PS_LABEL_INTRAMEDULLARY] = GOOD,   [PS_LABEL_NOT_APPLICABLE] = STRONG,
    };
    static const char *const basis_words[PS_N_BASES] = {
        "weights are assumed, not measured", "weights from published counts", "weights fitted to labelled samples"};
    const ps_verdict *v = &r->label.chosen;
    ps_label_state state = ps_chosen_label(r);
    const char *label = ps_label_names[state];
    char leaning[64] = "";
    if (state == PS_LABEL_INDETERMINATE)
        snprintf(leaning, sizeof leaning, ", leaning %s", ps_leaning_name(v->leaning));
    if (isfinite(v->probability))
        put(s, "Label", colours[state], strlen(label), "%s%s; probability of plasmacytoma-like %s, 95 %% %s to %s",
            label, leaning, NUM(v->probability, 2), NUM(v->low, 2), NUM(v->high, 2));
    else
        put(s, "Label", colours[state], strlen(label), "%s%s", label, leaning);
    if (v->model)
        put(s, "Model", PLAIN, 0, "%s, specimen %s, basis %s: %s", v->model->name, ps_specimen_names[r->specimen],
            ps_basis_names[v->model->basis], basis_words[v->model->basis]);
    for (size_t i = 0; !ps_is_definite(state) && i < v->reasons.n && i < SHOWN_REASONS; i++) {
        char sentence[640];
        ps_reason_text(&v->reasons.at[i], sentence, sizeof sentence);
        put(s, i ? "" : "Why", PLAIN, 0, "%s", sentence);
    }
}

/* State, cause and the marker's weight in the chosen model. */
static void put_marker(const screen *s, const char *name, const ps_marker_verdict *m, const char *state) {
    static const colour colours[PS_N_MARKER_STATES] = {STRONG, GOOD, BAD};
    size_t highlight = strcspn(state, ",");
    if (m->state == PS_MARKER_NOT_ASSESSABLE)
        put(s, name, colours[m->state], highlight, "%s; no weight", state);
    else
        put(s, name, colours[m->state], highlight, "%s; weight (ln LR) %+.2f, 95 %% %+.2f to %+.2f", state, m->llr,
            m->low, m->high);
}

static void put_expression(const screen *s, const ps_expression_call *e) {
    char why[1024], place[256] = "";
    reasons_text(&e->reasons, 0, 1, why, sizeof why);
    if (!ps_expression_counted(e) || !isfinite(e->log2_ratio)) {
        put(s, "  RNA", PLAIN, 0, "%s: %s", ps_expression_state_names[e->state], why);
        return;
    }
    if (isfinite(e->percentile))
        snprintf(place, sizeof place, ", z %s, percentile %s of %s", NUM(e->z, 2), NUM(e->percentile, 0),
                 e->reference);
    put(s, "  RNA", PLAIN, 0, "%s: log2 %s (%s to %s), over from %s up, not over from %s down%s, %s fragments%s%s%s",
        ps_expression_state_names[e->state], NUM(e->log2_ratio, 2), NUM(e->low, 2), NUM(e->high, 2),
        NUM(e->over_at, 2), NUM(e->not_at, 2), e->cohort_cut_offs ? "" : " (cut-offs are an assumption)",
        COUNT(e->fragments), place, e->state == PS_EXPRESSION_NOT_ASSESSABLE ? "; " : "",
        e->state == PS_EXPRESSION_NOT_ASSESSABLE ? why : "");
}

static void put_copies(const screen *s, const ps_copynumber_call *c) {
    char why[1024];
    reasons_text(&c->reasons, 0, 1, why, sizeof why);
    if (!ps_copies_counted(c) || !isfinite(c->copies)) {
        put(s, "  copies", PLAIN, 0, "%s: %s", ps_cn_state_names[c->state], why);
        return;
    }
    char against[64] = "";
    if (c->reference != PS_CN_REFERENCE_NONE)
        snprintf(against, sizeof against, ", against %s",
                 c->reference == PS_CN_REFERENCE_PANEL ? "a panel of normals" : "the matched normal");
    const char *hyperdiploid = c->hyperdiploid < 0 ? "unknown" : c->hyperdiploid ? "yes" : "no";
    put(s, "  copies", PLAIN, 0, "%s: %s copies (%s to %s)%s, scope %s, hyperdiploid %s%s%s%s",
        ps_cn_state_names[c->state], NUM(c->copies, 2), NUM(c->copies_low, 2), NUM(c->copies_high, 2),
        isfinite(c->purity) ? "" : " as if pure", ps_scope_names[c->scope], hyperdiploid, against,
        c->state == PS_CN_NOT_ASSESSABLE ? "; " : "", c->state == PS_CN_NOT_ASSESSABLE ? why : "");
}

static void put_junction(const screen *s, const ps_result *r) {
    const ps_junction_call *j = &r->calls.junction;
    const char *state = ps_junction_state_names[j->state];
    char why[1024];
    reasons_text(&j->reasons, 0, 1, why, sizeof why);
    if (j->state == PS_JUNCTION_DETECTED && j->n_breakpoints) {
        const ps_breakpoint *b = &j->breakpoint[0];
        put(s, "  junction", PLAIN, 0, "%s: %s split + %s discordant fragments, %s:%d to %s:%d%s%s", state,
            COUNT(j->split), COUNT(j->discordant), ps_output_contig(r, b->contig_a), (int)b->pos_a1,
            ps_output_contig(r, b->contig_b), (int)b->pos_b1, b->exact ? "" : " (imprecise)",
            j->n_breakpoints > 1 ? " and more" : "");
    } else if (j->state == PS_JUNCTION_NOT_ASSESSABLE) {
        put(s, "  junction", PLAIN, 0, "%s: %s", state, why);
    } else {
        put(s, "  junction", PLAIN, 0,
            "%s: %s split + %s discordant fragments in the window, no %llu of them at one place; physical coverage %s; "
            "would have shown from %s of the cells",
            state, COUNT(j->split), COUNT(j->discordant), (unsigned long long)j->needed, NUM(j->physical_coverage, 1),
            PERCENT(j->limit_cells));
    }
}

static void put_ccnd1(const screen *s, const ps_result *r) {
    const ps_ccnd1_call *c = &r->calls.ccnd1;
    char state[128];
    snprintf(state, sizeof state, "%s, cause %s", ps_ccnd1_state_names[c->state], ps_cause_names[c->cause]);
    put_marker(s, "CCND1", &r->label.chosen.marker[PS_MARKER_CCND1], state);
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

static void put_variant(const screen *s, const ps_result *r, const ps_ras_variant *v) {
    char sources[64];
    sources_text(v->sources, sources, sizeof sources);
    const char *gene = r->panel->genes[v->effect.gene].name;
    if (v->depth < 0 && !isfinite(v->vaf))
        put(s, "", PLAIN, 0, "%s %s, no counts given, %s, %s", gene, v->effect.hgvs_p, sources,
            ps_tier_names[v->effect.tier]);
    else
        put(s, "", PLAIN, 0, "%s %s VAF %s (%s to %s), %s of %s fragments, %s, %s", gene, v->effect.hgvs_p,
            PERCENT(v->vaf), PERCENT(v->vaf_low), PERCENT(v->vaf_high), COUNT(v->alt_depth), COUNT(v->depth), sources,
            ps_tier_names[v->effect.tier]);
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
        put(s, "", PLAIN, 0, "nothing could tell at hotspot codon %s %d", gene, c->number);
    else
        put(s, "", PLAIN, 0, "%s to %s at the shallowest hotspot codon (%s %d, %s fragments)",
            r->calls.ras.state == PS_RAS_WILD_TYPE ? "wild type" : "hotspots seen down", PERCENT(seen.lod95), gene,
            c->number, COUNT(seen.depth));
}

static void put_ras(const screen *s, const ps_result *r) {
    const ps_ras_call *ras = &r->calls.ras;
    put_marker(s, "RAS", &r->label.chosen.marker[PS_MARKER_RAS], ps_ras_state_names[ras->state]);
    int shown = 0, more = 0;
    for (size_t i = 0; i < ras->n_variants; i++) {
        if (!ps_makes_mutated(&ras->variant[i]))
            continue;
        if (shown < SHOWN_VARIANTS) {
            put_variant(s, r, &ras->variant[i]);
            shown++;
        } else {
            more++;
        }
    }
    if (more)
        put(s, "", PLAIN, 0, "and %d more, see the report", more);
    if (ras->state != PS_RAS_MUTATED)
        put_ras_limit(s, r);
    if (ras->state != PS_RAS_MUTATED && ras->reasons.n) {
        char why[1024];
        reasons_text(&ras->reasons, 0, 1, why, sizeof why);
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
        strlen(word), "%s: %d failed, %d warning%s, %d passed", word, fails, warns, warns == 1 ? "" : "s",
        ps_n_qc(r, PS_QC_PASS));
    static const ps_qc_state order[] = {PS_QC_FAIL, PS_QC_WARN};
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < r->n_qc && shown < SHOWN_QC; i++) {
            const ps_qc *q = &r->qc[i];
            if (q->state != order[o])
                continue;
            put(s, "", order[o] == PS_QC_FAIL ? BAD : CAUTION, 4, "%s %s (%s): %s", ps_qc_state_names[q->state],
                q->check, q->input, q->message);
            shown++;
        }
}

static void put_models(const screen *s, const ps_result *r) {
    char text[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        if (r->label.chosen.model && !strcmp(v->model->name, r->label.chosen.model->name))
            continue;
        char *one = isfinite(v->probability)
                        ? ps_format("%s%s %s %.2f", used ? "; " : "", v->model->name, ps_label_names[v->label],
                                    v->probability)
                        : ps_format("%s%s %s", used ? "; " : "", v->model->name, ps_label_names[v->label]);
        used = ps_append(text, sizeof text, used, one);
        free(one);
    }
    if (used)
        put_wrapped(s, "Others", PLAIN, 0, text);
}

int ps_write_text(const ps_result *result, int colour_wanted, FILE *out, ps_error *err) {
    screen s = {.out = out, .colour = colour_wanted};
    char *id = ps_plain(result->sample_id);
    put(&s, "Sample", STRONG, strlen(id ? id : ""), "%s", id ? id : "");
    free(id);
    if (result->failure) {
        put(&s, "FAILED", BAD, strlen(result->failure), "%s", result->failure);
        return ps_finish(out, "the summary", err);
    }
    put_label(&s, result);
    put_ccnd1(&s, result);
    put_ras(&s, result);
    put_qc(&s, result);
    put_models(&s, result);
    put(&s, "", PLAIN, 0, "plasmastrat %s: for research use only, not a diagnosis", PS_VERSION);
    return ps_finish(out, "the summary", err);
}
