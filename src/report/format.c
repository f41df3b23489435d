/* format.c - safe text and numbers for the writers. */
#include "format.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Length of the valid UTF-8 sequence at `s` with its code point, or 0. Overlong forms, surrogates and values past
 * U+10FFFF are not valid (RFC 3629 section 4). */
static int utf8_step(const unsigned char *s, uint32_t *point) {
    static const struct {
        unsigned char low, high; /* of the first byte */
        unsigned char second_low, second_high;
        int length;
        unsigned char mask;
    } rows[] = {
        {0x01, 0x7F, 0, 0, 1, 0x7F},       {0xC2, 0xDF, 0x80, 0xBF, 2, 0x1F}, {0xE0, 0xE0, 0xA0, 0xBF, 3, 0x0F},
        {0xE1, 0xEC, 0x80, 0xBF, 3, 0x0F}, {0xED, 0xED, 0x80, 0x9F, 3, 0x0F}, {0xEE, 0xEF, 0x80, 0xBF, 3, 0x0F},
        {0xF0, 0xF0, 0x90, 0xBF, 4, 0x07}, {0xF1, 0xF3, 0x80, 0xBF, 4, 0x07}, {0xF4, 0xF4, 0x80, 0x8F, 4, 0x07},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (s[0] < rows[r].low || s[0] > rows[r].high)
            continue;
        *point = s[0] & rows[r].mask;
        for (int i = 1; i < rows[r].length; i++) {
            unsigned char low = i == 1 ? rows[r].second_low : 0x80;
            unsigned char high = i == 1 ? rows[r].second_high : 0xBF;
            if (s[i] < low || s[i] > high)
                return 0;
            *point = *point << 6 | (s[i] & 0x3F);
        }
        return rows[r].length;
    }
    return 0;
}

/* C0, DEL and C1 controls (a terminal obeys them), and the marks that reorder the text around them. */
static int is_control(uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0x2028 || point == 0x2029 || point == 0xFFFE ||
           point == 0xFFFF;
}

static char *clean(const char *text, int one_line) {
    if (!text)
        return NULL;
    const unsigned char *s = (const unsigned char *)text;
    char *out = ps_alloc(3 * strlen(text) + 1, 1);
    size_t n = 0;
    while (*s) {
        uint32_t point = 0;
        int length = utf8_step(s, &point);
        if (!length) {
            memcpy(out + n, REPLACEMENT, 3);
            n += 3;
            s++;
        } else if (one_line && is_control(point)) {
            out[n++] = point == '\t' || point == '\n' || point == '\r' ? ' ' : '?';
            s += length;
        } else {
            memcpy(out + n, s, (size_t)length);
            n += (size_t)length;
            s += length;
        }
    }
    out[n] = '\0';
    return out;
}

char *ps_utf8_clean(const char *text) {
    return clean(text, 0);
}

char *ps_plain(const char *text) {
    return clean(text, 1);
}

void ps_put_html(FILE *out, const char *text) {
    static const struct {
        char c;
        const char *entity;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    char *plain = ps_plain(text);
    for (const char *s = plain; s && *s; s++) {
        const char *entity = NULL;
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            if (*s == rows[r].c)
                entity = rows[r].entity;
        if (entity)
            fputs(entity, out);
        else
            fputc(*s, out);
    }
    free(plain);
}

size_t ps_columns(const char *text) {
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

const char *ps_number(char out[PS_NUMBER_SIZE], double x, int decimals, const char *missing) {
    if (!isfinite(x)) {
        snprintf(out, PS_NUMBER_SIZE, "%s", missing);
        return out;
    }
    if (fabs(x) >= 1e15)
        snprintf(out, PS_NUMBER_SIZE, "%.6g", x);
    else
        snprintf(out, PS_NUMBER_SIZE, "%.*f", decimals, x);
    if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
        memmove(out, out + 1, strlen(out));
    return out;
}

const char *ps_percent(char out[PS_NUMBER_SIZE], double x, const char *missing) {
    if (isfinite(x))
        snprintf(out, PS_NUMBER_SIZE, "%.3g %%", 100 * x);
    else
        snprintf(out, PS_NUMBER_SIZE, "%s", missing);
    return out;
}

const char *ps_count(char out[PS_NUMBER_SIZE], long long n, const char *missing) {
    if (n >= 0)
        snprintf(out, PS_NUMBER_SIZE, "%lld", n);
    else
        snprintf(out, PS_NUMBER_SIZE, "%s", missing);
    return out;
}

size_t ps_append(char *out, size_t size, size_t used, const char *text) {
    size_t n = strlen(text);
    if (used >= size)
        return used;
    if (n > size - 1 - used) {
        n = size - 1 - used;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    }
    memcpy(out + used, text, n);
    out[used + n] = '\0';
    return used + n;
}

ps_label_state ps_chosen_label(const ps_result *result) {
    ps_label_state label = result->label.chosen.label;
    return label == PS_LABEL_NOT_APPLICABLE ? PS_LABEL_NOT_ASSESSABLE : label;
}

int ps_is_definite(ps_label_state label) {
    return label == PS_LABEL_PLASMACYTOMA || label == PS_LABEL_INTRAMEDULLARY;
}

const char *ps_leaning_name(ps_label_state leaning) {
    return ps_is_definite(leaning) ? ps_label_names[leaning] : "none";
}

const char *ps_model_specimen(const ps_model *model) {
    return model->specimen == PS_SPECIMEN_UNKNOWN ? "any" : ps_specimen_names[model->specimen];
}

const char *ps_basis_sentence(ps_basis basis) {
    static const char *const sentence[PS_N_BASES] = {
        [PS_BASIS_PREMISE] = "its weights are an assumption, not measured",
        [PS_BASIS_PUBLISHED] = "its weights come from published counts",
        [PS_BASIS_COHORT] = "its weights were fitted to labelled samples",
    };
    return sentence[basis];
}

const char *ps_filter_name_of(const ps_ras_variant *variant) {
    return ps_filter_names[variant->filter];
}

int ps_gene_in_state(const ps_panel *panel, int gene) {
    for (int c = 0; c < panel->n_codons; c++)
        if (panel->codons[c].gene == gene && panel->codons[c].required)
            return 1;
    return 0;
}

int ps_is_stop(const ps_panel *panel, int codon) {
    const ps_codon *c = &panel->codons[codon];
    return c->number == panel->transcripts[c->transcript].n_codons;
}

ps_ras_codon ps_codon_seen(const ps_result *result, int codon) {
    ps_ras_codon nothing = {.state = PS_RAS_NOT_ASSESSABLE, .depth = -1, .lod95 = NAN};
    return result->calls.ras.codon ? result->calls.ras.codon[codon] : nothing;
}

int ps_worst_codon(const ps_result *result) {
    int worst = -1;
    double worst_lod = -1;
    for (int c = 0; c < result->panel->n_codons; c++) {
        if (!result->panel->codons[c].required)
            continue;
        ps_ras_codon seen = ps_codon_seen(result, c);
        double lod = isnan(seen.lod95) ? INFINITY : seen.lod95;
        if (lod > worst_lod) {
            worst = c;
            worst_lod = lod;
        }
    }
    return worst;
}

int ps_is_drawn(const ps_result *r, ps_input_role role, int codon) {
    const ps_ras_call *call = &r->calls.ras;
    for (size_t i = 0; i < call->n_variants; i++)
        if (call->variant[i].effect.codon_id == codon &&
            call->variant[i].said[role == PS_INPUT_NORMAL ? PS_INPUT_DNA : role].given)
            return 1;
    return 0;
}

int ps_n_qc(const ps_result *result, ps_qc_state state) {
    int n = 0;
    for (size_t i = 0; i < result->n_qc; i++)
        n += result->qc[i].state == state;
    return n;
}

int ps_expression_counted(const ps_expression_call *call) {
    return call->fragments >= 0 && call->n_genes > 0;
}

int ps_copies_counted(const ps_copynumber_call *call) {
    return call->n_arms > 0 || call->state != PS_CN_NOT_ASSESSABLE || call->fragments_per_bin > 0;
}

int ps_junction_counted(const ps_junction_call *call) {
    return call->sources != 0 || call->state != PS_JUNCTION_NOT_ASSESSABLE || call->needed > 0;
}

int ps_finish(FILE *out, const char *what, ps_error *err) {
    char text[120];
    errno = 0; /* an earlier write may have failed, and its reason is gone then */
    int bad = fflush(out) != 0;
    if (!bad && !ferror(out))
        return 0;
    snprintf(text, sizeof text, "%s could not be written", what);
    return ps_fail_system(err, NULL, errno, text);
}
