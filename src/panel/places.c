/* places.c - checksum of where a panel counts: evidence is indexed by these places, so it fits any panel that has
 * them. Names of roles, GC, priors, limits and models are knowledge, which may differ; but the tables by which other
 * programs' results are read have decided before evidence is written, and have checksums too. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "plasmastrat/map.h"

static void mix_bytes(uint64_t *hash, const char *bytes, size_t n) {
    char pair[40];
    int length = snprintf(pair, sizeof pair, "%016" PRIx64 "%016" PRIx64, *hash, ps_hash(bytes, n));
    *hash = ps_hash(pair, (size_t)length);
}

static void mix(uint64_t *hash, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void mix(uint64_t *hash, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mix_bytes(hash, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static void mix_span(uint64_t *hash, const ps_span *span) {
    mix(hash, "span %d %d %d", span->contig, (int)span->beg0, (int)span->end0);
}

static void mix_genes(uint64_t *hash, const ps_panel *panel) {
    for (int i = 0; i < panel->n_genes; i++) {
        const ps_gene *g = &panel->genes[i];
        mix(hash, "gene %.100s %c %d", g->name, g->strand, g->n_exons);
        for (int k = 0; k < g->n_exons; k++)
            mix_span(hash, &g->exons[k]);
    }
}

static void mix_loci(uint64_t *hash, const ps_panel *panel) {
    for (int i = 0; i < panel->n_loci; i++) {
        const ps_locus *l = &panel->loci[i];
        mix(hash, "locus %d %d %d %d %d", l->gene, l->n_targets, l->n_windows, l->codon_beg, l->codon_end);
        for (int k = 0; k < l->n_targets; k++)
            mix(hash, "target %d %c", (int)l->pos0[k], l->base[k]);
        for (int k = 0; k < l->n_windows; k++) {
            mix_span(hash, &l->windows[k]);
            mix_bytes(hash, l->window_base[k], strlen(l->window_base[k]));
        }
    }
    for (int i = 0; i < panel->n_codons; i++) {
        const ps_codon *c = &panel->codons[i];
        mix(hash, "codon %.60s %d %d %d %d %d", panel->transcripts[c->transcript].refseq, c->number, c->target[0],
            c->target[1], c->target[2], c->ref);
    }
}

static void end_sum(uint64_t hash, char sum[17]) {
    snprintf(sum, 17, "%016" PRIx64, hash);
}

static void sum_tables(ps_panel *panel) {
    uint64_t filters = 0, callers = 0, ids = 0;
    for (int i = 0; i < panel->n_passing_filters; i++)
        mix_bytes(&filters, panel->passing_filters[i], strlen(panel->passing_filters[i]));
    for (int i = 0; i < panel->n_vcf_callers; i++) {
        const ps_vcf_caller *c = &panel->vcf_callers[i];
        const char *const texts[] = {c->name, c->line, c->word, c->needs, c->lacks, c->vaf_option};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            mix_bytes(&callers, texts[k], strlen(texts[k]));
        mix(&callers, "%d %.17g", c->germline, isnan(c->min_vaf) ? 0 : c->min_vaf);
    }
    for (int i = 0; i < panel->n_genes; i++)
        if (panel->genes[i].ids)
            mix_bytes(&ids, panel->genes[i].ids, strlen(panel->genes[i].ids));
    end_sum(filters, panel->vcf_filters_sum);
    end_sum(callers, panel->vcf_callers_sum);
    end_sum(ids, panel->gene_ids_sum);
}

void ps_panel_places(ps_panel *panel) {
    uint64_t hash = 0;
    mix(&hash, "%.40s", panel->build);
    for (int i = 0; i < panel->n_contigs; i++)
        mix(&hash, "contig %.100s %" PRId64,
            panel->contigs[i].name[PS_STYLE_UCSC] ? panel->contigs[i].name[PS_STYLE_UCSC] : "",
            panel->contigs[i].length);
    mix_genes(&hash, panel);
    mix_loci(&hash, panel);
    for (int i = 0; i < panel->n_bins; i++)
        mix_span(&hash, &panel->bins[i].span);
    for (int i = 0; i < panel->n_snps; i++)
        mix(&hash, "snp %d %d %c %c", panel->snps[i].contig, (int)panel->snps[i].pos0, panel->snps[i].ref,
            panel->snps[i].alt);
    mix_span(&hash, &panel->ccnd1_window);
    mix_span(&hash, &panel->igh);
    end_sum(hash, panel->places);
    sum_tables(panel);
}
