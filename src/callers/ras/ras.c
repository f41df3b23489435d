/* ras.c - one RAS answer from DNA, RNA and a VCF: the union of variants, the best-seen codons, one state. */
#include "ras.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* chance that a mutation would have kept a VCF's caller from a hom-ref block (assumption: a germline caller writes a
 * hom-ref block over a mutation of few cells, and half of them are) */
static const double ras_blocks_sensitivity = 0.5;
/* chance that RNA shows a mutated allele that exists (Blood 2014;124:3110: RNA shows about 27 % (11-47 %) of mutated
 * alleles) */
static const double ras_rna_sensitivity = 0.27;
/* probability: of errors alone, below which a refused candidate denies a wild type (assumption: with some 200
 * activating alleles a sample, errors make such a candidate in one of 50) */
static const double ras_blocking_p = 1e-4;
/* probability: of so few fragments of a VCF's mutation in the DNA, below which it is refuted (assumption: beyond what
 * two libraries of one sample differ by, the low end of the VCF's VAF interval given) */
static const double ras_refuted_p = 1e-6;
/* ln odds: another program's PASS says for a mutation (assumption: odds of 400: about an error in 400 PASS calls) */
static const double ras_vcf_log_odds = 6;

/* ---- joining inputs -------------------------------------------------------------------------------------------- */

/* The numbers of a variant come from the first input that passes it; else from the first that lists it. */
static void join_list(const ps_panel *panel, ras_list *all, const ras_list *from, ps_input_role role) {
    for (size_t i = 0; i < from->n; i++) {
        const ps_ras_variant *listed = &from->row[i];
        size_t before = all->n;
        ps_ras_variant *v =
            ras_variant_at(panel, all, listed->contig, listed->beg0, listed->end0, ras_change_text(listed));
        if (!v)
            continue;
        v->by_input[role] = listed->best;
        v->by_input[role].given = 1;
        if (all->n > before || (v->best.filter != PS_FILTER_PASS && listed->best.filter == PS_FILTER_PASS))
            v->best = v->by_input[role];
        if (listed->vcf_filter && !v->vcf_filter)
            v->vcf_filter = ps_strdup(listed->vcf_filter);
        v->sources |= 1u << role;
        if (role == PS_INPUT_VCF) {
            v->source_depth[role] = listed->best.depth;
            v->source_alt[role] = listed->best.alt_depth;
        }
    }
}

/* Every variant is counted in every read input, whatever found it. */
static void count_everywhere(const ps_case *c, ras_list *all) {
    for (size_t i = 0; i < all->n; i++)
        for (int role = 0; role < PS_N_READ_INPUTS; role++) {
            ps_ras_variant *v = &all->row[i];
            int64_t alt_side[2], ref_side[2], depth = 0, alt = 0;
            if (!c->reads[role] || !c->reads[role]->given ||
                !ras_count(c->panel, c->reads[role], v, &depth, &alt, alt_side, ref_side))
                continue;
            v->source_depth[role] = depth;
            v->source_alt[role] = alt;
        }
}

static int by_place(const void *a, const void *b) {
    const ps_ras_variant *x = a, *y = b;
    if (x->context != y->context)
        return x->context - y->context;
    if (x->effect.gene != y->effect.gene)
        return x->effect.gene - y->effect.gene;
    if (x->pos1 != y->pos1)
        return x->pos1 < y->pos1 ? -1 : 1;
    int d = strcmp(x->ref, y->ref);
    return d ? d : strcmp(x->alt, y->alt);
}

static void round_seen(ps_ras_seen *s) {
    s->vaf = ps_round6(s->vaf);
    s->vaf_low = ps_round6(s->vaf_low);
    s->vaf_high = ps_round6(s->vaf_high);
    s->lod = ps_round6(s->lod);
}

static void round_variant(ps_ras_variant *v) {
    round_seen(&v->best);
    for (int role = 0; role < PS_N_INPUTS; role++)
        round_seen(&v->by_input[role]);
}

/* ---- the state ------------------------------------------------------------------------------------------------- */

static int would_activate(const ps_ras_variant *v) {
    return !v->context && ras_activates(&v->effect);
}

const char *ps_ras_change(const ps_ras_variant *v) {
    return v->effect.protein[0] ? v->effect.protein : v->effect.hgvs_c;
}

int ps_makes_mutated(const ps_ras_variant *v) {
    return v->best.filter == PS_FILTER_PASS && would_activate(v) && !v->minor;
}

/* The VCF alone lists the variant, and so few of the DNA's fragments carry it that the VCF's VAF (the low end of its
 * interval) would give them with less than ras_refuted_p. RNA that shows it stands up for it. */
static int is_refuted(const ps_ras_variant *v) {
    const ps_ras_seen *vcf = &v->by_input[PS_INPUT_VCF];
    int64_t depth = v->source_depth[PS_INPUT_DNA], alt = v->source_alt[PS_INPUT_DNA];
    if (strlen(v->ref) != strlen(v->alt)) /* an indel that an aligner clipped away is not absent from the reads */
        return 0;
    if (v->best.filter != PS_FILTER_PASS || v->sources != 1u << PS_INPUT_VCF || !(vcf->vaf_low > 0) || depth <= 0 ||
        v->source_alt[PS_INPUT_RNA] > 0)
        return 0;
    return 1 - ps_binomial_upper((uint64_t)(alt < 0 ? 0 : alt) + 1, (uint64_t)depth, vcf->vaf_low) < ras_refuted_p;
}

/* Inputs are tried in order (DNA, VCF, RNA): a later one takes a codon over only where the earlier ones fell short of
 * the limit and it saw better, so that a wild type rests on RNA only where it has to. */
static void take_codons(const ps_panel *panel, double limit, ps_ras_codon *best, const ps_ras_codon *from) {
    for (int i = 0; i < panel->n_codons; i++) {
        int enough = best[i].lod95 <= limit;
        int sees_better =
            best[i].depth < 0 || (isnan(best[i].lod95) && !isnan(from[i].lod95)) || from[i].lod95 < best[i].lod95;
        if (from[i].depth >= 0 && !enough && sees_better)
            best[i] = from[i];
    }
}

/* Refused although its fragments are more than errors: something is there, so the codon is not wild type either. */
static int is_refused_candidate(const ps_limits *l, const ps_ras_variant *v) {
    int unexplained = v->best.filter == PS_FILTER_LOW_EVIDENCE && v->best.p_errors < ras_blocking_p &&
                      v->best.vaf_high >= l->ras_floor_vaf;
    return (unexplained || ps_filters[v->best.filter].denies_wild_type) && would_activate(v);
}

static void set_codon_states(const ps_panel *panel, double limit, ps_ras_call *call) {
    for (int i = 0; i < panel->n_codons; i++) {
        ps_ras_codon *codon = &call->codon[i];
        codon->state = codon->lod95 <= limit ? PS_RAS_WILD_TYPE : PS_RAS_NOT_ASSESSABLE;
    }
    for (size_t i = 0; i < call->n_variants; i++) {
        const ps_ras_variant *v = &call->variant[i];
        if (v->best.filter == PS_FILTER_PASS && v->effect.codon_id >= 0 && v->effect.tier != PS_TIER_SYNONYMOUS)
            call->codon[v->effect.codon_id].state = PS_RAS_MUTATED;
        if (v->effect.codon_id >= 0 && v->best.filter == PS_FILTER_REFUTED && would_activate(v))
            call->codon[v->effect.codon_id].state = PS_RAS_NOT_ASSESSABLE;
        if (v->best.filter == PS_FILTER_PASS && v->minor && would_activate(v)) {
            if (v->effect.codon_id >= 0)
                call->codon[v->effect.codon_id].state = PS_RAS_NOT_ASSESSABLE;
            ps_reason_add(&call->reasons, PS_REASON_BELOW_FLOOR, "%s %s: VAF %.2g, limit %g",
                          panel->genes[v->effect.gene].name, v->effect.protein, v->best.vaf,
                          panel->limits.ras_floor_vaf);
        }
        if (is_refused_candidate(&panel->limits, v) && v->effect.codon_id >= 0) {
            call->codon[v->effect.codon_id].state = PS_RAS_NOT_ASSESSABLE;
            ps_reason_add(&call->reasons, PS_REASON_CANDIDATE_REFUSED, "%s %s, filter %s, %lld of %lld fragment%s",
                          panel->genes[v->effect.gene].name, v->effect.protein, ps_filters[v->best.filter].name,
                          (long long)v->best.alt_depth, (long long)v->best.depth, ps_s(v->best.depth));
        }
    }
}

/* The required codons that may hide a mutation: the first are named, "KRAS 146: 0 fragments, lod95 none". */
static int list_open_codons(const ps_panel *panel, double limit, const ps_ras_call *call, char *text, size_t size) {
    enum { NAMED = 4 };
    int open = 0;
    text[0] = '\0';
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *codon = &panel->codons[i];
        const ps_ras_codon *seen = &call->codon[i];
        char lod[32] = "none";
        int64_t depth = seen->depth < 0 ? 0 : seen->depth;
        if (!codon->required || seen->lod95 <= limit || open++ >= NAMED)
            continue;
        if (!isnan(seen->lod95))
            snprintf(lod, sizeof lod, "%.3g", seen->lod95);
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s %d: %lld fragment%s, lod95 %s", used ? "; " : "",
                 panel->genes[codon->gene].name, codon->number, (long long)depth, ps_s(depth), lod);
    }
    if (open > NAMED)
        snprintf(text + strlen(text), size - strlen(text), "; and %d more", open - NAMED);
    return open;
}

/* Required codons whose depth is this input's; a codon that nothing saw has no input. */
static int rests_on(const ps_panel *panel, const ps_ras_call *call, ps_input_role role) {
    int n = 0;
    for (int i = 0; i < panel->n_codons; i++)
        n += panel->codons[i].required && call->codon[i].depth >= 0 && call->codon[i].source == role;
    return n;
}

static int has_refused(const ps_ras_call *call) {
    for (size_t i = 0; i < call->reasons.n; i++)
        if (call->reasons.at[i].code == PS_REASON_CANDIDATE_REFUSED ||
            call->reasons.at[i].code == PS_REASON_BELOW_FLOOR)
            return 1;
    return 0;
}

/* The first open codon over which the VCF contradicts its own hom-ref blocks. */
static void tell_unclear(const ps_case *c, ps_ras_call *call) {
    char text[200];
    for (int i = 0; i < c->panel->n_codons && c->vcf; i++) {
        const ps_codon *codon = &c->panel->codons[i];
        if (!codon->required || call->codon[i].lod95 <= ras_limit(c) || !ras_unclear(c, i, text, sizeof text))
            continue;
        ps_reason_add(&call->reasons, PS_REASON_VCF_UNCLEAR, "vcf: %s %d: %s", c->panel->genes[codon->gene].name,
                      codon->number, text);
    }
}

static void tell_damaged(ps_ras_call *call) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if (call->library[role].damaged)
            ps_reason_add(&call->reasons, PS_REASON_DAMAGED, "%s: %s, %d haplotype%s with a VAF of up to %.2g",
                          ps_input_names[role], call->library[role].damaged_pair, call->library[role].damaged,
                          ps_s(call->library[role].damaged), call->library[role].damaged_vaf);
}

/* Fraction of codons. Assumption: usual libraries lose a few percent of them to base quality. */
const double ps_ras_poor_share = 0.2;

static void tell_poor(const ps_case *c, ps_ras_call *call) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        double share = c->reads[role] && c->reads[role]->given ? ps_poor_share(&c->reads[role]->codons) : 0;
        if (role != PS_INPUT_NORMAL && share > ps_ras_poor_share)
            ps_reason_add(&call->reasons, PS_REASON_POOR_BASES,
                          "%s: in %.0f %% of the codons that were read, a base has a quality under %g",
                          ps_input_names[role], 100 * share, ps_ras_min_quality);
    }
}

/* The tumour share that a wild type needs: half of it is mutated alleles. */
static void tell_purity(const ps_case *c, ps_ras_call *call) {
    double worst = 0;
    int at = -1;
    for (int i = 0; i < c->panel->n_codons; i++)
        if (c->panel->codons[i].required && call->codon[i].lod95 > worst) {
            worst = call->codon[i].lod95;
            at = i;
        }
    if (at >= 0 && isnan(c->purity))
        ps_reason_add(&call->reasons, PS_REASON_PURITY_ASSUMED,
                      "wild type holds if %.2g of the cells or more are tumour cells: twice the lod95 of %s codon %d",
                      fmin(1, 2 * worst), c->panel->genes[c->panel->codons[at].gene].name,
                      c->panel->codons[at].number);
}

static void decide_negative(const ps_case *c, ps_ras_call *call) {
    int rna = c->reads[PS_INPUT_RNA] && c->reads[PS_INPUT_RNA]->given;
    int dna = c->reads[PS_INPUT_DNA] && c->reads[PS_INPUT_DNA]->given;
    char open[300];
    int n = list_open_codons(c->panel, ras_limit(c), call, open, sizeof open);
    if (!rna && !dna && !c->vcf) {
        ps_reason_add(&call->reasons, PS_REASON_NO_INPUT, "RAS needs --dna, --rna or --vcf");
    } else if (n) {
        if (!rna && !dna)
            ps_reason_add(&call->reasons, PS_REASON_VCF_ONLY,
                          "vcf: %d of the hotspot codon%s that decide are not shown wild type by a hom-ref block; "
                          "give the BAM, or a gVCF of a caller of mutations",
                          n, ps_s(n));
        tell_unclear(c, call);
        tell_damaged(call);
        tell_poor(c, call);
        ps_reason_add(&call->reasons, PS_REASON_CODONS_SHALLOW, "%d hotspot codon%s, limit VAF %g: %s", n, ps_s(n),
                      ras_limit(c), open);
    } else if (!has_refused(call)) {
        call->state = PS_RAS_WILD_TYPE;
        /* lod95 at the limit leaves 1 in 20 mutations at the limit unseen. RNA shows a part of the mutated alleles,
         * and a block is its caller's word, not a count of bases: germline callers take a few percent for errors. */
        double missed = PS_LOD95_MISSED;
        int by_blocks = rests_on(c->panel, call, PS_INPUT_VCF), by_rna = rests_on(c->panel, call, PS_INPUT_RNA);
        if (by_blocks) {
            missed = fmax(missed, 1 - ras_blocks_sensitivity);
            ps_reason_add(&call->reasons, PS_REASON_VCF_BLOCKS, "vcf: %d of the hotspot codon%s that decide",
                          by_blocks, ps_s(by_blocks));
        }
        if (by_rna) {
            missed = fmax(missed, 1 - ras_rna_sensitivity);
            ps_reason_add(&call->reasons, PS_REASON_RNA_ONLY,
                          "rna: RNA shows about %g of the mutated alleles (range 0.11 to 0.47)", ras_rna_sensitivity);
        }
        call->log_odds = ps_round6(log(missed));
        tell_purity(c, call);
    }
}

static void decide(const ps_case *c, ps_ras_call *call) {
    const ps_ras_variant *refuted = NULL;
    double best = 0;
    for (size_t i = 0; i < call->n_variants; i++) {
        const ps_ras_variant *v = &call->variant[i];
        if (!refuted && v->best.filter == PS_FILTER_REFUTED && would_activate(v))
            refuted = v;
        if (!ps_makes_mutated(v))
            continue;
        call->state = PS_RAS_MUTATED;
        /* no lod: another program's PASS, without reads to check it */
        double odds = isnan(v->best.lod) ? ras_vcf_log_odds : fmin(ras_max_log_odds, v->best.lod * log(10));
        best = fmax(best, odds);
    }
    call->log_odds = ps_round6(best);
    if (call->state != PS_RAS_MUTATED && refuted)
        ps_reason_add(&call->reasons, PS_REASON_VCF_REFUTED,
                      "vcf: %s %.60s has a VAF of %.3g (at least %.3g), but in the DNA only %lld of %lld fragment%s",
                      c->panel->genes[refuted->effect.gene].name, refuted->effect.hgvs_c,
                      refuted->by_input[PS_INPUT_VCF].vaf, refuted->by_input[PS_INPUT_VCF].vaf_low,
                      (long long)refuted->source_alt[PS_INPUT_DNA], (long long)refuted->source_depth[PS_INPUT_DNA],
                      ps_s(refuted->source_depth[PS_INPUT_DNA]));
    else if (call->state != PS_RAS_MUTATED)
        decide_negative(c, call);
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

/* The order of preference: a wild type rests on RNA only where it has to. */
static const ps_input_role order[] = {PS_INPUT_DNA, PS_INPUT_VCF, PS_INPUT_RNA};
enum { N_ORDER = sizeof order / sizeof *order };

static ps_ras_codon *start_call(const ps_panel *panel, ps_ras_call *call) {
    *call = (ps_ras_call){0};
    call->codon = ps_alloc((size_t)panel->n_codons, sizeof *call->codon);
    for (int i = 0; i < panel->n_codons; i++)
        call->codon[i] = ras_unseen(-1, 0);
    return ps_alloc((size_t)panel->n_codons, sizeof *call->codon);
}

/* From what the inputs say, one after another, to one answer. */
static void finish_call(const ps_case *c, ras_list *all, ps_ras_call *call) {
    ras_force_sites(c, all, call);
    count_everywhere(c, all);
    ras_number_forced(c, all);
    if (all->n)
        qsort(all->row, all->n, sizeof *all->row, by_place);
    for (size_t i = 0; i < all->n; i++) {
        round_variant(&all->row[i]);
        all->row[i].minor = all->row[i].best.vaf < c->panel->limits.ras_floor_vaf;
        if (is_refuted(&all->row[i]))
            all->row[i].best.filter = PS_FILTER_REFUTED;
    }
    call->variant = all->row;
    call->n_variants = all->n;
    set_codon_states(c->panel, ras_limit(c), call);
    decide(c, call);
}

/* ---- molecules for fragments ----------------------------------------------------------------------------------- */

typedef struct views { /* the reads as their libraries let them count; `shown` points into `reads` or to the case's
                          own */
    ps_case shown;
    ps_library library[PS_N_READ_INPUTS];
    ps_read_evidence reads[PS_N_READ_INPUTS], counted[PS_N_READ_INPUTS];
    double *hidden[PS_N_READ_INPUTS]; /* by codon; NULL: the reads count as they are */
} views;

static void make_views(const ps_case *c, views *v) {
    *v = (views){.shown = *c};
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        ps_library own;
        ps_codon_evidence shown, counted;
        double *hidden = ps_alloc((size_t)c->panel->n_codons, sizeof *hidden);
        v->library[role] = *ps_library_of(c, (ps_input_role)role, &own);
        if (!ps_library_view(c, (ps_input_role)role, &v->library[role], &shown, &counted, hidden)) {
            free(hidden);
            continue;
        }
        v->hidden[role] = hidden;
        v->reads[role] = v->counted[role] = *c->reads[role];
        v->reads[role].codons = shown;
        v->counted[role].codons = counted;
        v->shown.reads[role] = &v->reads[role];
    }
}

static void free_views(views *v) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        if (!v->hidden[role])
            continue;
        free(v->hidden[role]);
        ps_codons_free(&v->reads[role].codons);
        ps_codons_free(&v->counted[role].codons);
    }
}

/* What counts decides, with its interval; what was seen is told. */
static void from_view(const views *v, ps_input_role role, ras_list *list, ps_ras_codon *codons,
                      ps_ras_library *errors) {
    const ps_case *c = &v->shown;
    const ps_read_evidence *normal = c->reads[PS_INPUT_NORMAL];
    const ps_error_reference *reference = role == PS_INPUT_DNA ? c->errors : NULL;
    if (!v->hidden[role]) {
        ras_from_reads(c->panel, c->reads[role], normal, reference, list, codons, errors);
        return;
    }
    ras_from_reads(c->panel, &v->counted[role], normal, reference, list, codons, errors);
    for (size_t i = 0; i < list->n; i++) {
        ps_ras_variant *row = &list->row[i];
        double low = row->best.vaf_low, high = row->best.vaf_high;
        ras_number(c->panel, c->reads[role], row);
        row->best.vaf_low = fmin(low, row->best.vaf);
        row->best.vaf_high = fmax(high, row->best.vaf);
    }
    for (int i = 0; i < c->panel->n_codons; i++)
        codons[i].depth = 0;
    for (size_t i = 0; i < c->reads[role]->codons.n_codon; i++)
        codons[c->reads[role]->codons.codon[i].codon].depth += c->reads[role]->codons.codon[i].n;
}

/* Hotspot codons that a primer keeps from being seen. */
static void tell_primers(const views *v, ps_ras_call *call) {
    const ps_panel *panel = v->shown.panel;
    char text[200] = "";
    int n = 0;
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *codon = &panel->codons[i];
        int role = call->codon[i].depth >= 0 ? call->codon[i].source : PS_INPUT_DNA;
        if (!codon->required || role >= PS_N_READ_INPUTS || !v->hidden[role] ||
            v->hidden[role][i] < PS_MOSTLY_HIDDEN || call->codon[i].lod95 <= ras_limit(&v->shown))
            continue;
        size_t used = strlen(text);
        if (used + 40 < sizeof text)
            snprintf(text + used, sizeof text - used, "%s%s %d", n ? ", " : "", panel->genes[codon->gene].name,
                     codon->number);
        n++;
    }
    if (n)
        ps_reason_add(&call->reasons, PS_REASON_UNDER_PRIMER, "%s: reads begin or end there at one position", text);
}

/* Codons that decide and rest on an amplicon's molecules. */
static void tell_molecules(const views *v, ps_ras_call *call) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++) {
        const ps_library *b = &v->library[role];
        if (b->stacked > 0 && !b->stated && rests_on(v->shown.panel, call, (ps_input_role)role))
            ps_reason_add(&call->reasons, PS_REASON_MOLECULES_ASSUMED,
                          "%s: counted as %g molecule%s at most; give --molecules or --input-ng",
                          ps_input_names[role], b->assumed, ps_s(b->assumed));
    }
}

static void tell_libraries(const views *v, ps_ras_call *call) {
    if (call->state == PS_RAS_MUTATED)
        return;
    tell_primers(v, call);
    tell_molecules(v, call);
}

/* A normal was given, and it could not have shown whether a mutation that decides is germline. */
static void tell_normal(const ps_case *c, ps_ras_call *call) {
    const ps_read_evidence *normal = c->reads[PS_INPUT_NORMAL];
    for (size_t i = 0; i < call->n_variants && normal && normal->given; i++) {
        const ps_ras_variant *v = &call->variant[i];
        if (ps_makes_mutated(v) && ras_ask_normal(c->panel, normal, v) == PS_NORMAL_TOO_SHALLOW)
            ps_reason_add(&call->reasons, PS_REASON_NORMAL_SHALLOW, "normal: %lld of %lld fragment%s show %s %s",
                          (long long)v->source_alt[PS_INPUT_NORMAL], (long long)v->source_depth[PS_INPUT_NORMAL],
                          ps_s(v->source_depth[PS_INPUT_NORMAL]), c->panel->genes[v->effect.gene].name,
                          v->effect.protein);
    }
}

void ps_call_ras(const ps_case *given, ps_ras_call *call) {
    views v;
    make_views(given, &v);
    const ps_case *c = &v.shown;
    const ps_panel *panel = c->panel;
    ras_list all = {0};
    ps_ras_codon *codons = start_call(panel, call);
    for (size_t k = 0; k < N_ORDER; k++) {
        ras_list list = {0};
        const ps_read_evidence *reads = order[k] == PS_INPUT_VCF ? NULL : c->reads[order[k]];
        if (reads && reads->given)
            from_view(&v, order[k], &list, codons, &call->library[order[k]]);
        else if (order[k] == PS_INPUT_VCF && c->vcf)
            ras_from_vcf(c, &list, codons, call);
        else
            continue;
        join_list(panel, &all, &list, order[k]);
        take_codons(panel, ras_limit(c), call->codon, codons);
        ras_free_list(&list);
    }
    if (c->errors && c->reads[PS_INPUT_DNA] && c->reads[PS_INPUT_DNA]->given) {
        memcpy(call->errors_checksum, c->errors->checksum, sizeof call->errors_checksum);
        call->errors_samples = (int64_t)c->errors->n_samples;
    }
    free(codons);
    finish_call(c, &all, call);
    tell_libraries(&v, call);
    tell_normal(c, call);
    free_views(&v);
}
