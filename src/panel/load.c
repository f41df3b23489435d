/* Loading a panel: the order of the steps, panel.tsv, and the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

/* ---- panel.tsv ------------------------------------------------------------------------------------------------- */

static int load_about(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"key", "value"};
    struct {
        const char *key;
        char **to;
    } keys[] = {{"name", &panel->name}, {"build", &panel->build}, {"version", &panel->version}};
    enum { N_KEYS = sizeof keys / sizeof *keys };
    ps_table table;
    int column[2], rc = 0;
    if (ps_panel_table(files, "panel.tsv", names, 2, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++) {
        const char *value = ps_table_cell(&table, row, column[1]);
        int k = 0;
        while (k < N_KEYS && strcmp(keys[k].key, ps_table_cell(&table, row, column[0])))
            k++;
        if (k == N_KEYS)
            rc = ps_table_fail(&table, row, column[0], err, "expected name, build or version");
        else if (*keys[k].to)
            rc = ps_table_fail(&table, row, column[0], err, "is listed a second time");
        else if (!value[0])
            rc = ps_table_fail(&table, row, column[1], err, "expected a text");
        else
            *keys[k].to = ps_strdup(value);
    }
    for (int k = 0; k < N_KEYS && rc == 0; k++)
        if (!*keys[k].to)
            rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "key '%s' is missing", keys[k].key);
    ps_table_free(&table);
    return rc;
}

/* ---- steps ----------------------------------------------------------------------------------------------------- */

typedef int (*load_step)(const ps_panel_files *files, ps_panel *panel, ps_error *err);

/* Each step leans on those before it: places on contigs, transcripts on genes, hotspots on codons. */
static const load_step steps[] = {
    load_about,          ps_load_contigs,  ps_load_arms,        ps_load_karyotypes, ps_load_bins,
    ps_load_regions,     ps_load_genes,    ps_load_transcripts, ps_load_windows,    ps_load_hotspots,
    ps_load_activating,  ps_load_limits,   ps_load_filters,     ps_load_models,     ps_load_snps,
    ps_load_vcf_callers, ps_load_gene_ids, ps_load_expression,  ps_load_population, ps_load_cell_lines,
};

int ps_panel_load(const char *name, ps_panel *panel, ps_error *err) {
    ps_panel_files files;
    *panel = (ps_panel){0};
    if (ps_panel_files_open(name, &files, err) < 0)
        return -1;
    panel->source = ps_strdup(files.source);
    ps_panel_files_checksum(&files, 0, panel->checksum);
    ps_panel_files_checksum(&files, 1, panel->knowledge);
    int rc = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && rc == 0; i++)
        rc = steps[i](&files, panel, err);
    ps_panel_files_free(&files);
    if (rc < 0)
        ps_panel_free(panel);
    else
        ps_panel_places(panel);
    return rc;
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

static void free_vcf_callers(ps_panel *panel) {
    for (int i = 0; i < panel->n_vcf_callers; i++) {
        ps_vcf_caller *c = &panel->vcf_callers[i];
        char *const texts[] = {c->name, c->line, c->word, c->needs, c->lacks, c->vaf_option};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            free(texts[t]);
    }
    free(panel->vcf_callers);
}

static void free_cell_lines(ps_panel *panel) {
    for (int i = 0; i < panel->n_cell_lines; i++) {
        free(panel->cell_lines[i].name);
        free(panel->cell_lines[i].ras);
        free(panel->cell_lines[i].igh_ccnd1);
    }
    free(panel->cell_lines);
}

static void free_loci(ps_panel *panel) {
    for (int i = 0; i < panel->n_loci; i++) {
        ps_locus *l = &panel->loci[i];
        for (int w = 0; w < l->n_windows; w++)
            free(l->window_base[w]);
        free(l->window_base);
        free(l->windows);
        free(l->pos0);
        free(l->base);
    }
    free(panel->loci);
}

static void free_genes(ps_panel *panel) {
    for (int i = 0; i < panel->n_genes; i++) {
        free(panel->genes[i].name);
        free(panel->genes[i].cell);
        free(panel->genes[i].ids);
        free(panel->genes[i].exons);
    }
    free(panel->genes);
    for (int i = 0; i < panel->n_transcripts; i++) {
        free(panel->transcripts[i].refseq);
        free(panel->transcripts[i].cds);
        free(panel->transcripts[i].sequence);
    }
    free(panel->transcripts);
}

void ps_panel_free(ps_panel *panel) {
    for (int i = 0; i < panel->n_contigs; i++)
        for (int style = 0; style < PS_N_STYLES; style++)
            free(panel->contigs[i].name[style]);
    free(panel->contigs);
    free_genes(panel);
    free_loci(panel);
    free(panel->codons);
    for (int i = 0; i < panel->n_activating; i++)
        free(panel->activating[i].protein);
    free(panel->activating);
    free(panel->bins);
    free(panel->snps);
    for (int i = 0; i < panel->n_arms; i++)
        free(panel->arms[i].name);
    free(panel->arms);
    free(panel->chromosomes);
    for (int i = 0; i < panel->n_regions; i++)
        free(panel->regions[i].name);
    free(panel->regions);
    for (int i = 0; i < panel->n_models; i++)
        ps_model_free(&panel->models[i]);
    free(panel->models);
    for (int i = 0; i < panel->n_cells; i++)
        free(panel->cells[i].cell);
    free(panel->cells);
    free(panel->population.name);
    free(panel->population.source);
    for (int i = 0; i < panel->n_passing_filters; i++)
        free(panel->passing_filters[i]);
    free(panel->passing_filters);
    free_vcf_callers(panel);
    free_cell_lines(panel);
    free(panel->name);
    free(panel->build);
    free(panel->version);
    free(panel->source);
    *panel = (ps_panel){0};
}
