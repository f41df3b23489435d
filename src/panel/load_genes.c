/* Genes and their exons. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

/* "|CCND1|ENSG00000110092|NM_053056|": every name of the gene between bars; ',' separates several. */
static void add_id(ps_gene *gene, const char *text) {
    if (!text[0] || !strcmp(text, "."))
        return;
    char *longer = ps_format("%s%s|", gene->ids ? gene->ids : "|", text);
    for (char *p = longer; *p; p++)
        if (*p == ',')
            *p = '|';
    free(gene->ids);
    gene->ids = longer;
}

const char *const ps_role_names[PS_N_ROLES] = {"cyclin", "ras", "raf", "reference", "plasma-cell", "other-cell"};

enum { GENE_NAME, GENE_ROLE, GENE_CELL, GENE_STRAND, GENE_CONTIG, GENE_COLUMNS };

static int load_gene(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *name = ps_table_cell(table, row, column[GENE_NAME]);
    const char *cell = ps_table_cell(table, row, column[GENE_CELL]);
    const char *strand = ps_table_cell(table, row, column[GENE_STRAND]);
    int role = 0;
    if (!name[0] || ps_panel_gene(panel, name) >= 0)
        return ps_table_fail(table, row, column[GENE_NAME], err, "expected a gene that no other row has");
    if (ps_table_enum(table, row, column[GENE_ROLE], ps_role_names, PS_N_ROLES, &role, err) < 0)
        return -1;
    int has_cell = cell[0] && strcmp(cell, ".");
    if (has_cell != (role == PS_ROLE_OTHER_CELL))
        return ps_table_fail(table, row, column[GENE_CELL], err,
                             "expected a cell type for role other-cell, '.' else");
    if (strcmp(strand, "+") && strcmp(strand, "-"))
        return ps_table_fail(table, row, column[GENE_STRAND], err, "expected + or -");
    int contig = ps_panel_contig(panel, ps_table_cell(table, row, column[GENE_CONTIG]));
    if (contig < 0)
        return ps_table_fail(table, row, column[GENE_CONTIG], err, "not a contig of contigs.tsv");
    panel->genes[panel->n_genes++] = (ps_gene){.name = ps_strdup(name),
                                               .role = (ps_role)role,
                                               .cell = ps_strdup(has_cell ? cell : ""),
                                               .strand = strand[0],
                                               .centre = NAN,
                                               .spread = NAN,
                                               .contig = contig};
    static const char *const ids[] = {"ensembl", "refseq"};
    ps_gene *gene = &panel->genes[panel->n_genes - 1];
    add_id(gene, name);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (ps_table_find(table, ids[i]) >= 0)
            add_id(gene, ps_table_cell(table, row, ps_table_find(table, ids[i])));
    return 0;
}

static int load_exon(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    ps_span span;
    if (ps_load_span(table, row, column, panel, &span, err) < 0)
        return -1;
    int id = ps_panel_gene(panel, ps_table_cell(table, row, column[3]));
    if (id < 0)
        return ps_table_fail(table, row, column[3], err, "not a gene of genes.tsv");
    ps_gene *gene = &panel->genes[id];
    if (span.contig != gene->contig)
        return ps_table_fail(table, row, column[0], err, "expected %s, where genes.tsv has %s",
                             panel->contigs[gene->contig].name[PS_STYLE_UCSC], gene->name);
    if (gene->n_exons && gene->exons[gene->n_exons - 1].end0 > span.beg0)
        return ps_table_fail(table, row, column[1], err,
                             "expected exons of %s in order and disjoint; the one before ends at %d", gene->name,
                             (int)gene->exons[gene->n_exons - 1].end0);
    gene->exons = ps_resize(gene->exons, (size_t)gene->n_exons + 1, sizeof *gene->exons);
    gene->exons[gene->n_exons++] = span;
    gene->length += span.end0 - span.beg0;
    return 0;
}

static int load_exons(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"contig", "beg0", "end0", "gene"};
    ps_table table;
    int column[4], rc = 0;
    if (ps_panel_table(files, "exons.bed", names, 4, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_exon(&table, row, column, panel, err);
    for (int i = 0; i < panel->n_genes && rc == 0; i++)
        if (!panel->genes[i].n_exons)
            rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "gene '%s' of genes.tsv has no exon here",
                         panel->genes[i].name);
    ps_table_free(&table);
    return rc;
}

int ps_load_genes(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[GENE_COLUMNS] = {"gene", "role", "cell", "strand", "contig"};
    ps_table table;
    int column[GENE_COLUMNS], rc = 0;
    if (ps_panel_table(files, "genes.tsv", names, GENE_COLUMNS, 0, &table, column, err) < 0)
        return -1;
    panel->genes = ps_alloc(table.n_rows, sizeof *panel->genes);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_gene(&table, row, column, panel, err);
    panel->ccnd1 = ps_panel_gene(panel, "CCND1");
    if (rc == 0 && (panel->ccnd1 < 0 || panel->genes[panel->ccnd1].role != PS_ROLE_CYCLIN))
        rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "gene 'CCND1' with role cyclin is missing");
    ps_table_free(&table);
    return rc < 0 ? -1 : load_exons(files, panel, err);
}

int ps_load_gene_ids(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"gene", "entrez", "aliases"};
    ps_table table;
    int column[3], rc = 0;
    if (ps_panel_table(files, "gene_ids.tsv", names, 3, 1, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++) {
        int id = ps_panel_gene(panel, ps_table_cell(&table, row, column[0]));
        int64_t entrez;
        rc = id < 0 ? ps_table_fail(&table, row, column[0], err, "not a gene of genes.tsv")
                    : ps_table_int(&table, row, column[1], 1, 1000000000, &entrez, err);
        for (int k = 1; k < 3 && rc == 0; k++)
            add_id(&panel->genes[id], ps_table_cell(&table, row, column[k]));
    }
    ps_table_free(&table);
    return rc;
}
