/* panel.c - a panel made of what one ID.json tells: for files of a panel that is not at hand. */
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "read.h"
#include "plasmastrat/alloc.h"

static int gene_of(ps_panel *p, const char *name, ps_role role) {
    int known = ps_panel_gene(p, name);
    if (known >= 0)
        return known;
    p->genes = ps_resize(p->genes, (size_t)p->n_genes + 1, sizeof *p->genes);
    p->genes[p->n_genes] = (ps_gene){.name = ps_strdup(name), .role = role, .cell = ps_strdup(""), .strand = '+'};
    return p->n_genes++;
}

static int transcript_of(ps_panel *p, int gene, const char *refseq) {
    for (int i = p->n_transcripts - 1; i >= 0; i--)
        if (p->transcripts[i].gene == gene && !strcmp(p->transcripts[i].refseq, refseq))
            return i;
    p->transcripts = ps_resize(p->transcripts, (size_t)p->n_transcripts + 1, sizeof *p->transcripts);
    p->transcripts[p->n_transcripts] = (ps_transcript){.gene = gene, .refseq = ps_strdup(refseq)};
    return p->n_transcripts++;
}

static void take_codons(json_reader *r, const json_t *ras, const char *key, ps_role role, ps_panel *p) {
    const json_t *array = node_array(r, ras, key, JSON_MOST_ROWS);
    size_t n = json_array_size(array);
    p->codons = ps_resize(p->codons, (size_t)p->n_codons + n, sizeof *p->codons);
    for (size_t i = 0; i < n && !r->failed; i++) {
        size_t outside = node_enter(r, key, (long)i);
        const json_t *o = node_row(r, array, i);
        const char *refseq = node_text(r, o, "transcript", 1);
        ps_codon *c = &p->codons[p->n_codons++];
        *c = (ps_codon){.gene = gene_of(p, node_text(r, o, "gene", 0), role)};
        c->transcript = transcript_of(p, c->gene, refseq ? refseq : "");
        c->number = (int)node_integer(r, o, "codon", 1, 1000000);
        c->hotspot = (uint8_t)node_flag(r, o, "hotspot", 0);
        c->required = (uint8_t)node_flag(r, o, "required", 0);
        node_leave(r, outside);
    }
}

static void take_contig(ps_panel *p, const char *name) {
    if (ps_panel_contig(p, name) >= 0)
        return;
    p->contigs = ps_resize(p->contigs, (size_t)p->n_contigs + 1, sizeof *p->contigs);
    p->contigs[p->n_contigs] = (ps_contig){0};
    for (int style = 0; style < PS_N_STYLES; style++)
        p->contigs[p->n_contigs].name[style] = ps_strdup(name);
    p->n_contigs++;
}

/* Every name that the rows of an array give: genes and contigs of variants, ends of breakpoints. */
static void take_names(json_reader *r, const json_t *object, const char *key, ps_role role, ps_panel *p) {
    static const char *const contigs[] = {"chrom", "chrom_a", "chrom_b"};
    const json_t *array = node_array(r, object, key, JSON_MOST_ROWS);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, key, (long)i);
        const json_t *o = node_row(r, array, i);
        for (size_t k = 0; k < 3; k++)
            if (node_has(o, contigs[k]))
                take_contig(p, node_text(r, o, contigs[k], 0));
        if (node_has(o, "gene")) {
            int in_panel = node_has(o, "role") ? node_enum(r, o, "role", ps_role_names, PS_N_ROLES) : (int)role;
            int gene = gene_of(p, node_text(r, o, "gene", 0), (ps_role)in_panel);
            if (node_has(o, "transcript"))
                transcript_of(p, gene, node_text(r, o, "transcript", 0));
        }
        node_leave(r, outside);
    }
}

static void take_bins(json_reader *r, const json_t *cn, ps_panel *p) {
    const json_t *arms = node_array(r, cn, "arms", JSON_MOST_ROWS);
    const json_t *bins = node_array(r, cn, "chromosome11", JSON_MOST_ROWS);
    p->arms = ps_alloc(json_array_size(arms), sizeof *p->arms);
    for (size_t i = 0; i < json_array_size(arms) && !r->failed; i++)
        p->arms[p->n_arms++].name = ps_strdup(node_text(r, node_row(r, arms, i), "arm", 0));
    p->bins = ps_alloc(json_array_size(bins), sizeof *p->bins);
    for (size_t i = 0; i < json_array_size(bins) && !r->failed; i++) {
        const json_t *o = node_row(r, bins, i);
        p->bins[p->n_bins++].span = (ps_span){.beg0 = (int32_t)node_integer(r, o, "beg", 0, INT32_MAX),
                                              .end0 = (int32_t)node_integer(r, o, "end", 0, INT32_MAX)};
    }
}

static void take_models(json_reader *r, const json_t *root, ps_panel *p) {
    const json_t *array = node_array(r, root, "models", JSON_MOST_MODELS);
    p->models = ps_alloc(json_array_size(array), sizeof *p->models);
    for (size_t i = 0; i < json_array_size(array) && !r->failed; i++) {
        size_t outside = node_enter(r, "models", (long)i);
        json_model(r, node_row(r, array, i), &p->models[p->n_models++]);
        node_leave(r, outside);
    }
}

/* How many there are and what they are called, not where they lie: enough to check and compare what was published. */
static void take_snps(json_reader *r, const json_t *root, ps_panel *p) {
    if (!node_has(root, "identity"))
        return;
    const json_t *o = node_object(r, root, "identity");
    p->n_snps = (int)node_integer(r, o, "snps", 0, JSON_MOST_ROWS);
    ps_append(p->snp_set, sizeof p->snp_set, 0, node_text(r, o, "snp_set", 0));
}

static char *text_of(json_reader *r, const json_t *object, const char *key) {
    const char *text = node_has(object, key) ? node_text(r, object, key, 0) : "";
    return ps_strdup(text);
}

ps_panel *json_panel(json_reader *r, const json_t *root) {
    const json_t *provenance = node_object(r, root, "provenance"), *ras = node_object(r, root, "ras");
    const json_t *junction = node_object(r, root, "igh_ccnd1"), *rna = node_object(r, root, "ccnd1_expression");
    ps_panel *p = ps_alloc(1, sizeof *p);
    p->name = text_of(r, provenance, "panel");
    p->build = text_of(r, provenance, "build");
    p->version = text_of(r, provenance, "panel_version");
    p->source = ps_strdup(r->path);
    char *checksum = text_of(r, provenance, "panel_checksum");
    ps_append(p->checksum, sizeof p->checksum, 0, checksum);
    free(checksum);
    take_snps(r, root, p);
    size_t outside = node_enter(r, "ras", -1);
    take_codons(r, ras, "codons", PS_ROLE_RAS, p);
    take_codons(r, ras, "context_codons", PS_ROLE_RAF, p);
    take_names(r, ras, "variants", PS_ROLE_RAS, p);
    take_names(r, ras, "context_variants", PS_ROLE_RAF, p);
    if (node_has(ras, "vcf_listed"))
        take_names(r, ras, "vcf_listed", PS_ROLE_RAF, p);
    p->limits.ras_lod95_limit = node_real(r, ras, "lod95_limit", 0, 1);
    node_leave(r, outside);
    outside = node_enter(r, "igh_ccnd1", -1);
    take_names(r, junction, "breakpoints", PS_ROLE_CYCLIN, p);
    node_leave(r, outside);
    outside = node_enter(r, "ccnd1_expression", -1);
    take_names(r, rna, "all_genes", PS_ROLE_CYCLIN, p);
    node_leave(r, outside);
    p->ccnd1 = gene_of(p, "CCND1", PS_ROLE_CYCLIN);
    outside = node_enter(r, "ccnd1_copy_number", -1);
    take_bins(r, node_object(r, root, "ccnd1_copy_number"), p);
    node_leave(r, outside);
    take_models(r, root, p);
    return p;
}
