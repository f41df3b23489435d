/* The common SNPs that tell persons apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/map.h"

#include "internal.h"

enum { SNP_CONTIG, SNP_POS, SNP_REF, SNP_ALT, SNP_FREQUENCY, SNP_COLUMNS };

static int load_base(const ps_table *table, size_t row, int column, char *base, ps_error *err) {
    const char *text = ps_table_cell(table, row, column);
    if (strlen(text) != 1 || !strchr("ACGT", text[0]))
        return ps_table_fail(table, row, column, err, "expected one base, A, C, G or T");
    *base = text[0];
    return 0;
}

static int load_snp(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    ps_snp *snp = &panel->snps[panel->n_snps];
    int64_t pos1 = 0;
    snp->contig = ps_panel_contig(panel, ps_table_cell(table, row, column[SNP_CONTIG]));
    if (snp->contig < 0)
        return ps_table_fail(table, row, column[SNP_CONTIG], err, "not a contig of contigs.tsv");
    if (ps_table_int(table, row, column[SNP_POS], 1, panel->contigs[snp->contig].length, &pos1, err) < 0 ||
        load_base(table, row, column[SNP_REF], &snp->ref, err) < 0 ||
        load_base(table, row, column[SNP_ALT], &snp->alt, err) < 0 ||
        ps_table_double(table, row, column[SNP_FREQUENCY], 0.01, 0.99, &snp->alt_frequency, err) < 0)
        return -1;
    snp->pos0 = (int32_t)pos1 - 1;
    if (snp->ref == snp->alt)
        return ps_table_fail(table, row, column[SNP_ALT], err, "is the reference base too");
    if (panel->n_snps > 0 &&
        (snp[-1].contig > snp->contig || (snp[-1].contig == snp->contig && snp[-1].pos0 >= snp->pos0)))
        return ps_table_fail(table, row, column[SNP_POS], err, "out of order, expected SNPs by contig and position");
    panel->n_snps++;
    return 0;
}

/* What results on other builds must share to be compared: which SNPs, with which alleles, in which order. */
static void name_set(ps_panel *panel) {
    uint64_t all = 0;
    for (int i = 0; i < panel->n_snps; i++) {
        const ps_snp *snp = &panel->snps[i];
        char *line =
            ps_format("%016llx %s %c %c %.6g", (unsigned long long)all,
                      panel->contigs[snp->contig].name[PS_STYLE_UCSC], snp->ref, snp->alt, snp->alt_frequency);
        all = ps_hash(line, strlen(line));
        free(line);
    }
    snprintf(panel->snp_set, sizeof panel->snp_set, "%016llx", (unsigned long long)all);
}

int ps_load_snps(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[SNP_COLUMNS] = {"contig", "pos1", "ref", "alt", "alt_frequency"};
    ps_table table;
    int column[SNP_COLUMNS], rc = 0;
    if (ps_panel_table(files, "identity_snps.tsv", names, SNP_COLUMNS, 1, &table, column, err) < 0)
        return -1;
    panel->snps = ps_alloc(table.n_rows, sizeof *panel->snps);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_snp(&table, row, column, panel, err);
    if (rc == 0)
        name_set(panel);
    ps_table_free(&table);
    return rc;
}
