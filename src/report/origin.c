#include "origin.h"

#include <stdio.h>

#include "format.h"

/* ---- what an input is called ----------------------------------------------------------------------------------- */

static const char *const kinds[PS_N_INPUTS] = {
    [PS_INPUT_RNA] = "RNA alignments", [PS_INPUT_DNA] = "DNA alignments",     [PS_INPUT_NORMAL] = "normal alignments",
    [PS_INPUT_VCF] = "variants",       [PS_INPUT_SV] = "structural variants", [PS_INPUT_CNV] = "segments",
    [PS_INPUT_COUNTS] = "gene counts",
};

static const char *program_of(const ps_evidence *e, ps_input_role role) {
    switch (role) {
    case PS_INPUT_VCF:
        return e->vcf.caller ? e->vcf.caller : "an unnamed caller";
    case PS_INPUT_SV:
        return e->sv.caller;
    case PS_INPUT_CNV:
        return e->cnv.program;
    case PS_INPUT_COUNTS:
        return e->counts.program;
    default:
        return NULL;
    }
}

/* ---- what it cannot show --------------------------------------------------------------------------------------- */

static int vcf_lists(const ps_evidence *e) {
    return e->vcf.blocks != PS_BLOCKS_SOMATIC;
}

static int is_per_kb(const ps_evidence *e) {
    return e->counts.unit == PS_COUNTS_PER_KB;
}

static int lists_changes(const ps_evidence *e) {
    return e->cnv.changes_only;
}

static int is_log2(const ps_evidence *e) {
    return e->cnv.unit == PS_CNV_LOG2;
}

static int is_fitted(const ps_evidence *e) {
    return e->cnv.unit == PS_CNV_COPIES;
}

static int always(const ps_evidence *e) {
    (void)e;
    return 1;
}

/* The first row that fits. */
static const struct {
    ps_marked marker;
    ps_input_role source;
    int (*test)(const ps_evidence *);
    const char *cannot;
} limits[] = {
    {PS_MARKED_RAS, PS_INPUT_RNA, always, "a mutation of an allele that is not expressed"},
    {PS_MARKED_RAS, PS_INPUT_VCF, vcf_lists, "a wild type: what is not listed may not have been looked for"},
    {PS_MARKED_RAS, PS_INPUT_VCF, always, "mutations below the VAF that its caller looks for"},
    {PS_MARKED_EXPRESSION, PS_INPUT_COUNTS, is_per_kb,
     "a counting interval (TPM or FPKM), splicing, strand, place along the transcript"},
    {PS_MARKED_EXPRESSION, PS_INPUT_COUNTS, always, "splicing, strand, reads left out, place along the transcript"},
    {PS_MARKED_COPIES, PS_INPUT_CNV, lists_changes,
     "two copies, or that the genome is not hyperdiploid: changes alone are listed"},
    {PS_MARKED_COPIES, PS_INPUT_CNV, is_log2, "absolute copies without the tumour's share of the cells (--purity)"},
    {PS_MARKED_COPIES, PS_INPUT_CNV, is_fitted, "whether its fit of purity and ploidy is right"},
    {PS_MARKED_COPIES, PS_INPUT_CNV, always, "a change in a part of the cells: whole copies of the sample are given"},
    {PS_MARKED_JUNCTION, PS_INPUT_RNA, always, "that there is no junction"},
    {PS_MARKED_JUNCTION, PS_INPUT_SV, always,
     "that there is no junction: what is not listed may not have been looked for"},
};

ps_origin ps_origin_of(const ps_result *result, ps_marked marker, ps_input_role source) {
    const ps_evidence *e = &result->evidence;
    const char *program = program_of(e, source);
    ps_origin origin = {.source = source, .cannot = ""};
    snprintf(origin.what, sizeof origin.what, "%s%s%.80s", kinds[source], program ? " of " : "",
             program ? program : "");
    for (size_t i = 0; i < sizeof limits / sizeof *limits && !*origin.cannot; i++)
        if (limits[i].marker == marker && limits[i].source == source && limits[i].test(e))
            origin.cannot = limits[i].cannot;
    return origin;
}

/* ---- where an answer came from --------------------------------------------------------------------------------- */

/* A mutation's inputs, or those that showed the codons that had to be wild type. */
static unsigned ras_sources(const ps_result *r) {
    const ps_ras_call *ras = &r->calls.ras;
    unsigned sources = 0;
    for (size_t i = 0; i < ras->n_variants && ras->state == PS_RAS_MUTATED; i++)
        sources |= ps_makes_mutated(&ras->variant[i]) ? ras->variant[i].sources : 0;
    for (int c = 0; c < r->panel->n_codons && ras->state == PS_RAS_WILD_TYPE; c++)
        if (r->panel->codons[c].required)
            sources |= 1u << ps_codon_seen(r, c).source;
    return sources;
}

static unsigned expression_sources(const ps_result *r) {
    if (r->calls.expression.state == PS_EXPRESSION_NOT_ASSESSABLE)
        return 0;
    return 1u << (r->evidence.reads[PS_INPUT_RNA].given ? PS_INPUT_RNA : PS_INPUT_COUNTS);
}

static unsigned copies_sources(const ps_result *r) {
    return r->calls.copynumber.state == PS_CN_NOT_ASSESSABLE ? 0 : r->calls.copynumber.sources;
}

static unsigned junction_sources(const ps_result *r) {
    const ps_junction_call *j = &r->calls.junction;
    if (j->state == PS_JUNCTION_NOT_DETECTED)
        return 1u << PS_INPUT_DNA;
    return j->state == PS_JUNCTION_DETECTED ? j->sources : 0;
}

int ps_origins(const ps_result *result, ps_marked marker, ps_origin out[PS_N_INPUTS]) {
    static unsigned (*const sources_of[PS_N_MARKED])(const ps_result *) = {
        [PS_MARKED_RAS] = ras_sources,
        [PS_MARKED_EXPRESSION] = expression_sources,
        [PS_MARKED_COPIES] = copies_sources,
        [PS_MARKED_JUNCTION] = junction_sources,
    };
    unsigned sources = sources_of[marker](result);
    int n = 0;
    for (int role = 0; role < PS_N_INPUTS; role++)
        if (sources >> role & 1)
            out[n++] = ps_origin_of(result, marker, (ps_input_role)role);
    return n;
}
