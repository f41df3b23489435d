#include "embed.h"

#include <string.h>

/* One row a file: panel it belongs to, folder under panels/, symbol, name. The assembler reads the files relative to
 * the folder the compiler is started in, which is the top of the checkout. */
#define PER_BUILD(X, build)                                                                                          \
    X(#build, #build, build##_bins, "bins.bed")                                                                      \
    X(#build, #build, build##_cds_bed, "cds.bed")                                                                    \
    X(#build, #build, build##_cds_fa, "cds.fa")                                                                      \
    X(#build, #build, build##_contigs, "contigs.tsv")                                                                \
    X(#build, #build, build##_exons, "exons.bed")                                                                    \
    X(#build, #build, build##_genes, "genes.tsv")                                                                    \
    X(#build, #build, build##_identity_snps, "identity_snps.tsv")                                                    \
    X(#build, #build, build##_panel, "panel.tsv")                                                                    \
    X(#build, #build, build##_regions, "regions.bed")                                                                \
    X(#build, #build, build##_transcripts, "transcripts.tsv")                                                        \
    X(#build, #build, build##_windows, "windows.fa")

#define FILES(X)                                                                                                     \
    X("common", "common", activating, "activating.tsv")                                                              \
    X("common", "common", arms, "arms.tsv")                                                                          \
    X("common", "common", cell_lines, "cell_lines.tsv")                                                              \
    X("common", "common", expression_cells, "expression_cells.tsv")                                                  \
    X("common", "common", expression_centres, "expression_centres.tsv")                                              \
    X("common", "common", expression_levels, "expression_levels.tsv")                                                \
    X("common", "common", gene_ids, "gene_ids.tsv")                                                                  \
    X("common", "common", hotspots, "hotspots.tsv")                                                                  \
    X("common", "common", karyotypes, "karyotypes.tsv")                                                              \
    X("common", "common", limits, "limits.tsv")                                                                      \
    X("common", "common", emd_lesion, "model.emd-lesion.tsv")                                                        \
    X("common", "common", marrow_compartment, "model.marrow-compartment.tsv")                                        \
    X("common", "common", primary_solitary, "model.primary-solitary.tsv")                                            \
    X("common", "common", rationale, "model.rationale.tsv")                                                          \
    X("common", "common", population, "population.tsv")                                                              \
    X("common", "common", vcf_callers, "vcf_callers.tsv")                                                            \
    X("common", "common", vcf_filters, "vcf_filters.tsv")                                                            \
    X("program", "common", builds, "builds.tsv")                                                                     \
    PER_BUILD(X, grch38)                                                                                             \
    PER_BUILD(X, grch37)

/* Global but hidden symbols: visible to this file's C code, to nothing outside the program. */
#define EMBED(panel, folder, symbol, file)                                                                           \
    __asm__(".pushsection .rodata,\"a\"\n"                                                                           \
            ".globl ps_embed_" #symbol "\n.hidden ps_embed_" #symbol "\n"                                            \
            ".globl ps_embed_end_" #symbol "\n.hidden ps_embed_end_" #symbol "\n"                                    \
            "ps_embed_" #symbol ":\n"                                                                                \
            ".incbin \"panels/" folder "/" file "\"\n"                                                               \
            "ps_embed_end_" #symbol ":\n"                                                                            \
            ".byte 0\n"                                                                                              \
            ".popsection\n");                                                                                        \
    extern __attribute__((visibility("hidden"))) const char ps_embed_##symbol[], ps_embed_end_##symbol[];
#define EMBED_ROW(panel, folder, symbol, file) EMBED(panel, folder, symbol, file)
FILES(EMBED_ROW)

const ps_embedded ps_embedded_files[] = {
#define ROW(panel, folder, symbol, file) {panel, file, ps_embed_##symbol, ps_embed_end_##symbol},
    FILES(ROW)
#undef ROW
};
const size_t ps_n_embedded_files = sizeof ps_embedded_files / sizeof *ps_embedded_files;

const ps_embedded *ps_embedded_find(const char *panel, const char *name) {
    for (size_t i = 0; i < ps_n_embedded_files; i++)
        if (!strcmp(ps_embedded_files[i].panel, panel) && !strcmp(ps_embedded_files[i].name, name))
            return &ps_embedded_files[i];
    return NULL;
}
