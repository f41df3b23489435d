/* format.c - safe text and numbers for the writers. */
#include "format.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

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

/* Above a tenth whole percents, below two digits; near all or nothing never "100 %" or "0 %" of what is not. */
const char *ps_percent(char out[PS_NUMBER_SIZE], double x, const char *missing) {
    if (!isfinite(x))
        snprintf(out, PS_NUMBER_SIZE, "%s", missing);
    else if (fabs(x) < 0.0995)
        snprintf(out, PS_NUMBER_SIZE, "%.2g %%", 100 * x);
    else if (x > 0.99 && x < 1)
        snprintf(out, PS_NUMBER_SIZE, "%.1f %%", floor(1000 * x) / 10);
    else
        snprintf(out, PS_NUMBER_SIZE, "%.0f %%", 100 * x);
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

const char *ps_if_it_were(const ps_model *model) {
    static const char *const words[PS_N_SPECIMENS] = {[PS_SPECIMEN_UNKNOWN] = "if this were any specimen",
                                                      [PS_SPECIMEN_LESION] = "if this were a lesion",
                                                      [PS_SPECIMEN_MARROW] = "if this were marrow"};
    return words[model->specimen];
}

const char *ps_basis_sentence(ps_basis basis) {
    static const char *const sentence[PS_N_BASES] = {
        [PS_BASIS_PREMISE] = "its weights are an assumption, not measured",
        [PS_BASIS_PUBLISHED] = "its weights come from published counts",
        [PS_BASIS_COHORT] = "its weights were fitted to labelled samples",
    };
    return sentence[basis];
}

void ps_rates_text(const ps_rates *rates, char *out, size_t size) {
    snprintf(out, size, "%.0f plasmacytoma-like, %.0f intramedullary, %.0f indeterminate of 100",
             100 * rates->of[PS_LABEL_PLASMACYTOMA], 100 * rates->of[PS_LABEL_INTRAMEDULLARY],
             100 * rates->of[PS_LABEL_INDETERMINATE]);
}

int ps_rate_words(const ps_result *r, char *out, size_t size) {
    const ps_verdict *v = &r->label.chosen;
    ps_label_state label = ps_chosen_label(r);
    out[0] = '\0';
    if (!v->model || !r->panel || !r->panel->population.name)
        return 0;
    if (label == PS_LABEL_NOT_ASSESSABLE)
        snprintf(out, size, "not validated on patients");
    else
        snprintf(out, size, "%s%.0f of 100 %s get this label; not validated on patients",
                 v->borderline ? "borderline: the interval crosses the threshold; " : "", 100 * v->rates.of[label],
                 r->panel->population.name);
    return 1;
}

int ps_contradiction_words(const ps_result *r, char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->label.n_verdicts; i++) {
        const ps_verdict *v = &r->label.verdict[i];
        char one[200];
        if (!v->contradicts)
            continue;
        snprintf(one, sizeof one, "%s%s (%s) says %s", used ? "; " : "", v->model->name,
                 ps_basis_names[v->model->basis], ps_label_names[v->label]);
        used = ps_append(out, size, used, one);
        if (!v->applies) {
            snprintf(one, sizeof one, ", %s", ps_if_it_were(v->model));
            used = ps_append(out, size, used, one);
        }
    }
    return used > 0;
}

const char *ps_filter_name_of(const ps_ras_variant *variant) {
    return ps_filters[variant->best.filter].name;
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
    ps_ras_codon nothing = {.state = PS_RAS_NOT_ASSESSABLE, .depth = -1, .lod95 = NAN, .lod95_of = {NAN, NAN, NAN}};
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

int ps_n_qc(const ps_result *result, ps_qc_state state) {
    int n = 0;
    for (size_t i = 0; i < result->n_qc; i++)
        n += result->qc[i].state == state;
    return n;
}

int ps_expression_counted(const ps_expression_call *call) {
    return call->n_genes > 0; /* TPM and FPKM have a level and no fragments */
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
