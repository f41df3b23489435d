/* imported.c - what other programs' results add to expression and junction.
 *
 * A list of structural variants shows a junction, and never its absence. Counts are called like the program's own,
 * but for what they cannot tell (splicing, strand, reads left out, place along the transcript), and where reads are
 * there too the reads decide and a disagreement is told.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/stats.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* log2: imported counts that differ from the reads by more are told (assumption: counts of another program and the
 * reads of one library, twofold) */
static const double expression_counts_apart = 1;

/* ---- junction -------------------------------------------------------------------------------------------------- */

static void row_text(const ps_case *c, const ps_sv_row *row, char *text, size_t size) {
    char counts[80] = "";
    if (row->split >= 0 || row->discordant >= 0)
        snprintf(counts, sizeof counts, ", %lld split and %lld discordant",
                 (long long)(row->split > 0 ? row->split : 0),
                 (long long)(row->discordant > 0 ? row->discordant : 0));
    snprintf(text, size, "%.40s: %s:%d to %.40s:%d%s, filter %.60s%s", c->sv->caller,
             c->panel->contigs[c->panel->ccnd1_window.contig].name[PS_STYLE_UCSC], (int)row->pos_a0 + 1,
             row->contig_b, (int)row->pos_b0 + 1, counts, row->filter,
             row->on_alt ? ", on an alternative contig that may hold IGH" : "");
}

static void drop_reason(ps_reasons *reasons, ps_reason_code code) {
    size_t kept = 0;
    for (size_t i = 0; i < reasons->n; i++)
        if (reasons->at[i].code != code)
            reasons->at[kept++] = reasons->at[i];
    reasons->n = kept;
}

static void take_breakpoints(const ps_case *c, ps_junction_call *call) {
    const ps_sv_evidence *sv = c->sv;
    free(call->breakpoint);
    call->breakpoint = ps_alloc(sv->n, sizeof *call->breakpoint);
    call->n_breakpoints = 0;
    for (size_t i = 0; i < sv->n && sv->row[i].passes; i++) {
        const ps_sv_row *row = &sv->row[i];
        call->breakpoint[call->n_breakpoints++] = (ps_breakpoint){
            .contig_a = c->panel->ccnd1_window.contig,
            .contig_b = c->panel->igh.contig,
            .pos_a1 = row->pos_a0 + 1,
            .pos_b1 = row->pos_b0 + 1,
            .right_a = row->right_a,
            .right_b = row->right_b,
            .split = row->split > 0 ? (uint64_t)row->split : 0,
            .discordant = row->discordant > 0 ? (uint64_t)row->discordant : 0,
            .exact = row->split > 0,
            .event = (int)i + 1,
        };
    }
}

static void take_junction(const ps_case *c, const char *text, ps_junction_call *call) {
    call->state = PS_JUNCTION_DETECTED;
    call->split = c->sv->row[0].split;
    call->discordant = c->sv->row[0].discordant;
    call->sources |= 1u << PS_INPUT_SV;
    take_breakpoints(c, call);
    drop_reason(&call->reasons, PS_REASON_NO_DNA);
    drop_reason(&call->reasons, PS_REASON_RNA_CANNOT_EXCLUDE);
    ps_reason_add(&call->reasons, PS_REASON_SV_FOUND, "sv: %s", text);
}

void ps_junction_add_sv(const ps_case *c, ps_junction_call *call) {
    char text[320];
    if (!c->sv)
        return;
    if (c->sv->n == 0) {
        if (call->state == PS_JUNCTION_NOT_ASSESSABLE)
            ps_reason_add(&call->reasons, PS_REASON_SV_LIST, "sv: %s lists no junction of 11q13 and IGH",
                          c->sv->caller);
        return;
    }
    const ps_sv_row *best = &c->sv->row[0];
    row_text(c, best, text, sizeof text);
    if (call->state == PS_JUNCTION_DETECTED)
        call->sources |= best->passes ? 1u << PS_INPUT_SV : 0u;
    else if (!best->passes)
        ps_reason_add(&call->reasons, PS_REASON_SV_REFUSED, "sv: %s", text);
    else if (call->state == PS_JUNCTION_NOT_DETECTED) {
        call->state = PS_JUNCTION_NOT_ASSESSABLE;
        ps_reason_add(&call->reasons, PS_REASON_SV_VS_READS, "sv: %s", text);
    } else {
        take_junction(c, text, call);
    }
}

/* ---- expression ------------------------------------------------------------------------------------------------ */

/* TPM and FPKM as fragments of a library so deep that counting adds nothing: this many a kb for each unit. */
static const double fragments_per_unit = 1000;

static double as_fragments(const ps_panel *panel, const ps_count_evidence *counts, size_t gene) {
    double value = counts->value[gene];
    if (counts->unit == PS_COUNTS_PER_KB)
        value *= fragments_per_unit * panel->genes[gene].length / 1000;
    return round(value);
}

void ps_counts_as_rna(const ps_panel *panel, const ps_count_evidence *counts, ps_read_evidence *rna) {
    ps_read_evidence_init(panel, PS_INPUT_RNA, rna);
    rna->given = 1;
    rna->genes.imported = 1;
    for (size_t i = 0; i < rna->genes.n && i < counts->n; i++)
        if (!isnan(counts->value[i]))
            rna->genes.gene[i].fragments = (uint64_t)as_fragments(panel, counts, i);
}

static void say_source(const ps_case *c, ps_expression_call *call) {
    ps_reason_add(&call->reasons, PS_REASON_COUNTS, "counts: %.60s%s%.100s", c->counts->program,
                  c->counts->sample_name[0] ? ", sample " : "", c->counts->sample_name);
    if (c->counts->unit != PS_COUNTS_PER_KB)
        return;
    ps_reason_add(&call->reasons, PS_REASON_COUNTS_PER_KB, "counts: %.60s", c->counts->program);
    call->low = call->high = NAN;
    call->fragments = -1;
}

static void free_call(ps_expression_call *call) {
    free(call->gene);
    free(call->cell);
    free(call->cohort);
}

void ps_expression_add_counts(const ps_case *c, ps_expression_call *call) {
    const ps_read_evidence *rna = c->reads[PS_INPUT_RNA];
    if (!c->counts)
        return;
    ps_read_evidence counted;
    ps_case other = *c;
    ps_expression_call imported;
    ps_counts_as_rna(c->panel, c->counts, &counted);
    other.reads[PS_INPUT_RNA] = &counted;
    other.library = NULL; /* that of the reads */
    ps_call_expression(&other, &imported);
    ps_read_evidence_free(&counted);
    if (rna && rna->given) {
        double apart = fabs(imported.log2_ratio - call->log2_ratio);
        if (apart > expression_counts_apart)
            ps_reason_add(&call->reasons, PS_REASON_COUNTS_VS_READS, "counts: %.60s gives log2 %.2f, the reads %.2f",
                          c->counts->program, imported.log2_ratio, call->log2_ratio);
        free_call(&imported);
        return;
    }
    free_call(call);
    *call = imported;
    say_source(c, call);
}
