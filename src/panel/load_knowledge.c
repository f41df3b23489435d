/* Hotspot codons, activating changes, limits, FILTER tokens and models. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

/* ---- hotspots.tsv -----------------------------------------------------------------------------------------------
 */

static int load_hotspot(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    int gene = ps_panel_gene(panel, ps_table_cell(table, row, column[0]));
    int64_t number = 0, required = 0;
    if (gene < 0 || !ps_locus_of_gene(panel, gene))
        return ps_table_fail(table, row, column[0], err, "expected a ras or raf gene of genes.tsv");
    if (ps_table_int(table, row, column[1], 1, INT32_MAX, &number, err) < 0 ||
        ps_table_int(table, row, column[2], 0, 1, &required, err) < 0)
        return -1;
    int id = ps_panel_codon(panel, gene, (int)number);
    if (id < 0 || ps_amino_acid(panel->codons[id].ref) == '*')
        return ps_table_fail(table, row, column[1], err, "this codon is beyond the protein of %s",
                             panel->genes[gene].name);
    if (panel->codons[id].hotspot)
        return ps_table_fail(table, row, column[1], err, "this codon stands here a second time");
    panel->codons[id].hotspot = 1;
    panel->codons[id].required = (uint8_t)required;
    return 0;
}

/* A RAS gene without hotspots would make every sample's RAS wild type without being looked at. */
static int check_genes_have_hotspots(const ps_panel *panel, const char *path, ps_error *err) {
    for (int i = 0; i < panel->n_loci; i++) {
        const ps_gene *gene = &panel->genes[panel->loci[i].gene];
        int hotspots = 0, required = 0, decides = !strcmp(gene->name, "KRAS") || !strcmp(gene->name, "NRAS");
        for (int c = 0; c < panel->n_codons; c++)
            if (panel->codons[c].gene == panel->loci[i].gene) {
                hotspots += panel->codons[c].hotspot > 0;
                required += panel->codons[c].required;
            }
        if (gene->role == PS_ROLE_RAS && (!hotspots || (decides && !required)))
            return ps_fail(err, PS_ERR_USAGE, path, 0, "%s has no codon here%s, expected one at least", gene->name,
                           hotspots ? " with required = 1" : "");
    }
    return 0;
}

int ps_load_hotspots(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"gene", "codon", "required"};
    ps_table table;
    int column[3], rc = 0, required = 0;
    if (ps_panel_table(files, "hotspots.tsv", names, 3, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_hotspot(&table, row, column, panel, err);
    for (int i = 0; i < panel->n_codons; i++)
        required += panel->codons[i].required;
    if (rc == 0 && !required) /* else every sample would be wild type */
        rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "no codon has required = 1, expected at least one");
    if (rc == 0)
        rc = check_genes_have_hotspots(panel, table.path, err);
    ps_table_free(&table);
    return rc;
}

/* ---- activating.tsv ---------------------------------------------------------------------------------------------
 */

/* Checks one residue ("G12") at *text against the transcripts; *text moves behind it. */
static int check_residue(const ps_panel *panel, int gene, const char **text, char *expected) {
    char aa = **text;
    char digits[12] = "";
    size_t n = strspn(*text + (aa != '\0'), "0123456789");
    int64_t number = 0;
    *expected = '\0';
    if (!aa || n == 0 || n >= sizeof digits)
        return -1;
    memcpy(digits, *text + 1, n);
    if (ps_parse_int(digits, 1, INT32_MAX, &number) < 0)
        return -1;
    int id = ps_panel_codon(panel, gene, (int)number);
    if (id < 0)
        return -1;
    *expected = ps_amino_acid(panel->codons[id].ref);
    *text += 1 + n;
    return *expected == aa ? 0 : -1;
}

static int check_activating(const ps_table *table, size_t row, int column, const ps_panel *panel, int gene,
                            ps_error *err) {
    const char *text = ps_table_cell(table, row, column);
    for (int residue = 0; residue < 2; residue++) {
        const char *at = text;
        char expected = '\0';
        if (check_residue(panel, gene, &text, &expected) < 0)
            return expected ? ps_table_fail(table, row, column, err, "the transcript of %s has %c where this says %c",
                                            panel->genes[gene].name, expected, *at)
                            : ps_table_fail(table, row, column, err,
                                            "expected a change within the protein of %s such as G12D or N486_P490del",
                                            panel->genes[gene].name);
        if (*text != '_')
            break;
        text++;
    }
    static const char *const endings[] = {"del", "dup", "ins", "delins"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (!strncmp(text, endings[i], strlen(endings[i])))
            return 0;
    if (strlen(text) == 1 && strchr("ACDEFGHIKLMNPQRSTVWY", *text))
        return 0;
    return ps_table_fail(table, row, column, err,
                         "expected an amino acid, del, dup, ins or delins after the place (a stop or a frameshift "
                         "cannot activate)");
}

static int load_activating(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *protein = ps_table_cell(table, row, column[1]);
    int gene = ps_panel_gene(panel, ps_table_cell(table, row, column[0]));
    if (gene < 0 || !ps_locus_of_gene(panel, gene))
        return ps_table_fail(table, row, column[0], err, "expected a ras or raf gene of genes.tsv");
    if (check_activating(table, row, column[1], panel, gene, err) < 0)
        return -1;
    for (int i = 0; i < panel->n_activating; i++)
        if (panel->activating[i].gene == gene && !strcmp(panel->activating[i].protein, protein))
            return ps_table_fail(table, row, column[1], err, "this change stands here a second time");
    panel->activating[panel->n_activating++] = (ps_activating){gene, ps_strdup(protein)};
    return 0;
}

int ps_load_activating(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"gene", "protein"};
    ps_table table;
    int column[2], rc = 0;
    if (ps_panel_table(files, "activating.tsv", names, 2, 0, &table, column, err) < 0)
        return -1;
    panel->activating = ps_alloc(table.n_rows, sizeof *panel->activating);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_activating(&table, row, column, panel, err);
    ps_table_free(&table);
    return rc;
}

/* ---- limits.tsv -------------------------------------------------------------------------------------------------
 */

/* Not the limits themselves, which are data, but what could not be meant: units mixed up, signs lost. */
#define RANGES(R)                                                                                                    \
    R(min_mapq, 0, 254)                                                                                              \
    R(min_base_quality, 0, 60)                                                                                       \
    R(max_base_quality, 10, 62)                                                                                      \
    R(max_consensus_quality, 10, 62)                                                                                 \
    R(absent_p, 0, 0.05)                                                                                             \
    R(library_ng_molecules, 1, 1e4)                                                                                  \
    R(library_amplicon_ng, 1e-3, 1e6)                                                                                \
    R(library_amplicon_share, 0.1, 1)                                                                                \
    R(library_amplicon_fragments, 4, 1e6)                                                                            \
    R(library_copies_excess, 0, 1)                                                                                   \
    R(library_stack_share, 0.01, 1)                                                                                  \
    R(library_primer_bases, 0, 200)                                                                                  \
    R(library_primer_slack, 0, 50)                                                                                   \
    R(ras_min_alt, 1, 1000)                                                                                          \
    R(ras_alpha_hotspot, 1e-15, 0.05)                                                                                \
    R(ras_alpha_other, 1e-15, 0.05)                                                                                  \
    R(ras_lod95_limit, 1e-4, 0.5)                                                                                    \
    R(ras_background_floor, 1e-9, 0.01)                                                                              \
    R(ras_background_shape, 0.1, 1e6)                                                                                \
    R(ras_indel_background, 1e-9, 0.05)                                                                              \
    R(ras_inframe_background, 1e-9, 0.05)                                                                            \
    R(ras_strand_p, 0, 0.05)                                                                                         \
    R(ras_germline_normal_vaf, 0.01, 0.5)                                                                            \
    R(ras_blocks_sensitivity, 0.01, 1)                                                                               \
    R(ras_germline_blocks_vaf, 0.01, 0.5)                                                                            \
    R(ras_block_min_gq, 0, 1000)                                                                                     \
    R(ras_rna_sensitivity, 0.01, 1)                                                                                  \
    R(ras_germline_min_alt, 1, 1000)                                                                                 \
    R(ras_design_fragments, 1, 1000)                                                                                 \
    R(ras_design_min_vaf, 1e-6, 0.5)                                                                                 \
    R(ras_design_max_vaf, 1e-6, 1)                                                                                   \
    R(ras_neighbour_errors, 1e-6, 1)                                                                                 \
    R(ras_chain_error, 1e-12, 0.01)                                                                                  \
    R(ras_misplaced, 0, 0.5)                                                                                         \
    R(ras_background_vaf, 1e-4, 0.5)                                                                                 \
    R(ras_background_fragments, 1, 1000)                                                                             \
    R(ras_background_p, 1e-9, 0.5)                                                                                   \
    R(ras_avoid_share, 0, 1)                                                                                         \
    R(ras_end_bases, 0, 100)                                                                                         \
    R(ras_clutter_codons, 1, 1000)                                                                                   \
    R(ras_clutter_clip, 0.01, 1)                                                                                     \
    R(ras_complex_reach, 0, 30)                                                                                      \
    R(ras_longest_gap, 1, 60)                                                                                        \
    R(ras_near_indel_ratio, 1, 1000)                                                                                 \
    R(ras_part_share, 0, 1)                                                                                          \
    R(ras_refused_p, 1e-9, 1)                                                                                        \
    R(ras_blocking_p, 1e-9, 1)                                                                                       \
    R(ras_carry_over_vaf, 0, 0.5)                                                                                    \
    R(ras_carry_over_fold, 1, 1000)                                                                                  \
    R(ras_floor_vaf, 0, 0.5)                                                                                         \
    R(ras_min_quality, 0, 40)                                                                                        \
    R(ras_damage_haplotypes, 1, 1000)                                                                                \
    R(ras_damage_max_vaf, 0.01, 1)                                                                                   \
    R(ras_optimistic_ratio, 1, 1000)                                                                                 \
    R(ras_indel_fold, 1, 1000)                                                                                       \
    R(ras_true_indels, 0, 1000)                                                                                      \
    R(ras_run_bases, 1, 30)                                                                                          \
    R(ras_run_fold, 1, 10)                                                                                           \
    R(ras_max_indel_error, 1e-4, 0.5)                                                                                \
    R(ras_block_error, 1e-6, 0.1)                                                                                    \
    R(ras_refuted_p, 0, 0.05)                                                                                        \
    R(ras_quiet_vaf, 1e-4, 1)                                                                                        \
    R(ras_cis_excess, 0, 1)                                                                                          \
    R(ras_max_log_odds, 1, 50)                                                                                       \
    R(ras_vcf_log_odds, 1, 50)                                                                                       \
    R(assay_min_reads, 1, 1e6)                                                                                       \
    R(assay_dna_max_spliced, 0.001, 1)                                                                               \
    R(assay_rna_max_unspliced, 0.5, 1)                                                                               \
    R(expression_library_sd, 0, 5)                                                                                   \
    R(expression_share_sd, 0.01, 5)                                                                                  \
    R(expression_min_share, 0.001, 1)                                                                                \
    R(expression_warn_share, 0.001, 1)                                                                               \
    R(expression_rest_log2, -20, 5)                                                                                  \
    R(expression_posterior, 0.5, 0.9999)                                                                             \
    R(expression_panel_weight, 0.001, 1)                                                                             \
    R(expression_min_expected, 1, 1e6)                                                                               \
    R(expression_min_reference_fragments, 1, 1e9)                                                                    \
    R(expression_min_reference_genes, 1, 10000)                                                                      \
    R(expression_min_spliced, 0, 1)                                                                                  \
    R(expression_warn_plasma_log2, -20, 20)                                                                          \
    R(expression_max_unspliced, 0.01, 1)                                                                             \
    R(expression_max_late_share, 0.34, 1)                                                                            \
    R(expression_late_shift, 0.01, 1)                                                                                \
    R(expression_stranded_fraction, 0.5, 1)                                                                          \
    R(expression_edge_bases, 1, 100)                                                                                 \
    R(expression_few_genes, 1, 10000)                                                                                \
    R(expression_edge_reads, 1, 1e6)                                                                                 \
    R(expression_late_reads, 1, 1e6)                                                                                 \
    R(expression_long_gene, 1, 1e6)                                                                                  \
    R(expression_background_log2, 0, 10)                                                                             \
    R(expression_max_log_odds, 1, 50)                                                                                \
    R(expression_min_median_fragments, 0, 1e9)                                                                       \
    R(expression_min_sd, 0.01, 5)                                                                                    \
    R(expression_separation, 0, 20)                                                                                  \
    R(expression_component_samples, 1, 10000)                                                                        \
    R(expression_neighbour_log2, -20, 15)                                                                            \
    R(expression_counts_apart, 0.1, 10)                                                                              \
    R(expression_absence_log2, 0, 20)                                                                                \
    R(ccnd1_no_junction, 0.001, 1)                                                                                   \
    R(ccnd1_no_gain, 0.01, 1)                                                                                        \
    R(ccnd1_q_gain_odds, 1, 1000)                                                                                    \
    R(ccnd1_clear_share, 0.01, 1)                                                                                    \
    R(ccnd1_clear_posterior, 1e-6, 0.5)                                                                              \
    R(ccnd1_conflict_log_odds, 0, 10)                                                                                \
    R(ccnd1_junction_log_odds, 1, 50)                                                                                \
    R(cn_min_fragments_per_bin, 0.01, 1e6)                                                                           \
    R(cn_max_empty_bins, 0, 1)                                                                                       \
    R(cn_max_bin_cv, 0.01, 10)                                                                                       \
    R(cn_max_interval, 0.1, 20)                                                                                      \
    R(cn_baseline_odds, 1, 1e9)                                                                                      \
    R(cn_baseline_sure, 1, 1e9)                                                                                      \
    R(cn_gain_copies, 2, 4)                                                                                          \
    R(cn_amplified_copies, 2.5, 100)                                                                                 \
    R(cn_loss_copies, 0, 2)                                                                                          \
    R(cn_focal_log2, 0.01, 5)                                                                                        \
    R(cn_captured_ratio, 1.5, 1000)                                                                                  \
    R(cn_max_captured_bins, 0, 1)                                                                                    \
    R(cn_exome_bins, 0, 1)                                                                                           \
    R(cn_max_enrichment, 1.5, 1e6)                                                                                   \
    R(cn_max_copies, 10, 1e6)                                                                                        \
    R(cn_max_outliers, 0, 1)                                                                                         \
    R(cn_usual_wave, 0.001, 1)                                                                                       \
    R(cn_max_wave, 0.001, 10)                                                                                        \
    R(cn_max_normal_spread, 0.01, 10)                                                                                \
    R(cn_bait_spread, 0, 2)                                                                                          \
    R(cn_normal_arm_log2, 0.05, 5)                                                                                   \
    R(cn_remaining_error, 0, 1)                                                                                      \
    R(cn_prior_least, 1e-6, 0.25)                                                                                    \
    R(cn_prior_none, 1e-9, 0.1)                                                                                      \
    R(cn_prior_genomes, 1e-4, 100)                                                                                   \
    R(cn_prior_three, 0.01, 1)                                                                                       \
    R(cn_prior_four, 0.001, 1)                                                                                       \
    R(cn_prior_more, 1e-6, 0.5)                                                                                      \
    R(cn_prior_pattern, 0.01, 0.99)                                                                                  \
    R(cn_prior_hypodiploid, 0, 0.1)                                                                                  \
    R(cn_prior_near_triploid, 1e-9, 0.05)                                                                            \
    R(cn_prior_hyperhaploid, 1e-9, 0.02)                                                                             \
    R(cn_prior_monosomy, 0.01, 0.9)                                                                                  \
    R(cn_prior_partial, 0, 0.5)                                                                                      \
    R(cn_subclone_density, 1e-9, 1)                                                                                  \
    R(cn_baseline_apart, 0.01, 1)                                                                                    \
    R(cn_part_arms, 0, 1)                                                                                            \
    R(cn_hyperdiploid_chromosomes, 1, 8)                                                                             \
    R(cn_state_margin, 0, 0.5)                                                                                       \
    R(cn_two_margin, 0, 0.5)                                                                                         \
    R(cn_interval_copies, 1, 1000)                                                                                   \
    R(cn_gene_sds, 1, 20)                                                                                            \
    R(cn_gene_reach, 0, 1e7)                                                                                         \
    R(cn_focal_sds, 1, 20)                                                                                           \
    R(cn_whole_share, 0.01, 1)                                                                                       \
    R(cn_part_sds, 1, 20)                                                                                            \
    R(cn_outlier_sds, 2, 50)                                                                                         \
    R(cn_min_baits, 1, 100000)                                                                                       \
    R(cn_wave_share, 0, 1)                                                                                           \
    R(cn_wave_clear, 0.1, 20)                                                                                        \
    R(cn_wave_bases, 1, 1e9)                                                                                         \
    R(cn_fragment_reach, 10, 1e6)                                                                                    \
    R(cn_min_hotspot_depth, 1, 1e6)                                                                                  \
    R(cn_captured_sds, 1, 50)                                                                                        \
    R(cn_spike_ratio, 1, 100)                                                                                        \
    R(cn_shortest_amplicon, 1, 1000)                                                                                 \
    R(cn_normal_arm_sds, 1, 50)                                                                                      \
    R(cn_normal_outlier_sds, 1, 50)                                                                                  \
    R(cn_normal_cap_sds, 1, 50)                                                                                      \
    R(cn_normal_usual_variance, 0, 4)                                                                                \
    R(cn_prior_normals, 0, 10000)                                                                                    \
    R(cn_bait_ratio, 1, 100)                                                                                         \
    R(cn_bait_sds, 1, 50)                                                                                            \
    R(cn_min_level, 0, 1)                                                                                            \
    R(cn_segment_error, 0, 1)                                                                                        \
    R(cn_segment_point, 0, 10)                                                                                       \
    R(cn_segment_copies, 0, 2)                                                                                       \
    R(cn_segment_rounding, 0, 1)                                                                                     \
    R(cn_segment_cover, 0, 1)                                                                                        \
    R(cn_segments_apart, 0, 10)                                                                                      \
    R(junction_min_fragments, 1, 1000)                                                                               \
    R(junction_cluster_bases, 10, 100000)                                                                            \
    R(junction_min_coverage, 1, 1e6)                                                                                 \
    R(junction_alpha, 1e-15, 0.05)                                                                                   \
    R(junction_max_insert, 100, 1e6)                                                                                 \
    R(junction_igh_excess, 1, 1000)                                                                                  \
    R(junction_direction_share, 0.25, 1)                                                                             \
    R(junction_even_pairs, 0, 1e6)                                                                                   \
    R(junction_power, 0.5, 0.9999)                                                                                   \
    R(junction_min_share, 0, 1)                                                                                      \
    R(junction_pairs_insert, 50, 100000)                                                                             \
    R(junction_unpaired_splits, 1, 100000)                                                                           \
    R(junction_window_share, 0.01, 1)                                                                                \
    R(junction_anchor, 1, 1000)                                                                                      \
    R(junction_overreach, 0, 1000)                                                                                   \
    R(junction_reciprocal_bases, 1, 1e7)                                                                             \
    R(junction_min_aligned, 1, 1000)                                                                                 \
    R(junction_min_clip, 1, 32)                                                                                      \
    R(junction_clip_overlap, 1, 32)                                                                                  \
    R(junction_clip_bases, 1, 64)                                                                                    \
    R(junction_clip_complex, 0, 64)                                                                                  \
    R(junction_clip_mismatch_every, 2, 64)                                                                           \
    R(junction_clip_shift, 0, 24)                                                                                    \
    R(identity_min_sites, 5, 1e6)                                                                                    \
    R(identity_min_log_odds, 1, 100)                                                                                 \
    R(identity_min_log_odds_relative, 0, 100)                                                                        \
    R(identity_outliers, 1e-3, 0.2)                                                                                  \
    R(identity_hom_minor, 1e-3, 1000)                                                                                \
    R(identity_hom_major, 1e-3, 1e6)                                                                                 \
    R(identity_clear, 0.5, 1)                                                                                        \
    R(identity_clear_error, 1e-6, 0.4)                                                                               \
    R(identity_rna_even, 0, 1)                                                                                       \
    R(identity_rna_even_shape, 0.1, 1e6)                                                                             \
    R(identity_rna_skewed, 0, 1)                                                                                     \
    R(identity_rna_skewed_shape, 0.1, 1e6)                                                                           \
    R(identity_dna_even, 0, 1)                                                                                       \
    R(identity_dna_even_shape, 0.1, 1e6)                                                                             \
    R(identity_dna_skewed, 0, 1)                                                                                     \
    R(identity_dna_skewed_shape, 0.1, 1e6)                                                                           \
    R(identity_normal_even, 0, 1)                                                                                    \
    R(identity_normal_even_shape, 0.1, 1e6)                                                                          \
    R(identity_normal_skewed, 0, 1)                                                                                  \
    R(identity_normal_skewed_shape, 0.1, 1e6)                                                                        \
    R(contamination_warn, 1e-3, 0.5)                                                                                 \
    R(contamination_min_sites, 10, 1e6)                                                                              \
    R(contamination_min_depth, 2, 1e6)                                                                               \
    R(contamination_min_fragments, 100, 1e9)                                                                         \
    R(contamination_min_error, 1e-6, 0.05)                                                                           \
    R(contamination_max_error, 0.01, 0.25)                                                                           \
    R(contamination_drop, 0.1, 100)                                                                                  \
    R(contamination_drop_rna, 0.1, 100)

enum {
#define X(name) LIMIT_##name,
    PS_LIMITS(X)
#undef X
        N_LIMITS
};

static const struct {
    const char *name;
    size_t offset;
    double low, high;
} limits[N_LIMITS] = {
#define R(name, low, high) [LIMIT_##name] = {#name, offsetof(ps_limits, name), low, high},
    RANGES(R)
#undef R
};
/* A name that is no limit, or stands twice, does not compile; so as many rows as limits are one row each. */
#define R(name, low, high) +1
_Static_assert(RANGES(R) == N_LIMITS, "a limit of PS_LIMITS has no range");
#undef R

/* Pairs where the first must stay below the second, or the states between them could not exist. */
#define ORDERED(X)                                                                                                   \
    X(min_base_quality, max_base_quality)                                                                            \
    X(max_base_quality, max_consensus_quality)                                                                       \
    X(expression_min_share, expression_warn_share)                                                                   \
    X(cn_loss_copies, cn_gain_copies)                                                                                \
    X(cn_gain_copies, cn_amplified_copies)                                                                           \
    X(contamination_min_error, contamination_max_error)                                                              \
    X(ras_design_min_vaf, ras_design_max_vaf)

/* The rest of an input's heterozygous SNPs look homozygous. */
static int check_shares(const ps_limits *l, const char *path, ps_error *err) {
    const struct {
        const char *input;
        double even, skewed;
    } rows[] = {
        {"rna", l->identity_rna_even, l->identity_rna_skewed},
        {"dna", l->identity_dna_even, l->identity_dna_skewed},
        {"normal", l->identity_normal_even, l->identity_normal_skewed},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].even + rows[i].skewed > 1)
            return ps_fail(err, PS_ERR_USAGE, path, 0,
                           "identity_%s_even (%g) and identity_%s_skewed (%g) are above 1", rows[i].input,
                           rows[i].even, rows[i].input, rows[i].skewed);
    return 0;
}

static int load_limit(const ps_table *table, size_t row, const int *column, ps_panel *panel, long *seen,
                      ps_error *err) {
    const char *name = ps_table_cell(table, row, column[0]);
    int id = 0;
    while (id < N_LIMITS && strcmp(limits[id].name, name))
        id++;
    if (id == N_LIMITS)
        return ps_table_fail(table, row, column[0], err, "not a limit that this program knows");
    if (seen[id])
        return ps_table_fail(table, row, column[0], err, "stands here a second time (first on line %ld)", seen[id]);
    seen[id] = table->line[row];
    void *limit = (char *)&panel->limits + limits[id].offset;
    return ps_table_double(table, row, column[1], limits[id].low, limits[id].high, limit, err);
}

int ps_load_limits(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"name", "value", "unit", "source"};
    ps_table table;
    int column[4], rc = 0;
    long seen[N_LIMITS] = {0};
    if (ps_panel_table(files, "limits.tsv", names, 4, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_limit(&table, row, column, panel, seen, err);
    for (int i = 0; i < N_LIMITS && rc == 0; i++)
        if (!seen[i])
            rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "limit '%s' is missing", limits[i].name);
#define X(low, high)                                                                                                 \
    if (rc == 0 && panel->limits.low >= panel->limits.high)                                                          \
        rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, #low " (%g) is not below " #high " (%g)", panel->limits.low,  \
                     panel->limits.high);
    ORDERED(X)
#undef X
    if (rc == 0)
        rc = check_shares(&panel->limits, table.path, err);
    ps_table_free(&table);
    return rc;
}

/* ---- vcf_filters.tsv --------------------------------------------------------------------------------------------
 */

int ps_load_filters(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"token", "source"};
    ps_table table;
    int column[2], rc = 0;
    if (ps_panel_table(files, "vcf_filters.tsv", names, 2, 1, &table, column, err) < 0)
        return -1;
    panel->passing_filters = ps_alloc(table.n_rows, sizeof *panel->passing_filters);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++) {
        const char *token = ps_table_cell(&table, row, column[0]);
        if (!token[0] || strpbrk(token, "; ,"))
            rc = ps_table_fail(&table, row, column[0], err, "expected one FILTER token, without ';', ',' or blanks");
        else
            panel->passing_filters[panel->n_passing_filters++] = ps_strdup(token);
    }
    ps_table_free(&table);
    return rc;
}

/* ---- vcf_callers.tsv --------------------------------------------------------------------------------------------
 */

enum { CALLER_NAME, CALLER_LINE, CALLER_WORD, CALLER_NEEDS, CALLER_LACKS, CALLER_CALLS, CALLER_VAF, CALLER_OPTION };

/* A cell of its own; "" for '.'. */
static char *caller_cell(const ps_table *table, size_t row, int column) {
    const char *text = ps_table_cell(table, row, column);
    return ps_strdup(strcmp(text, ".") ? text : "");
}

static int load_vcf_caller(const ps_table *table, size_t row, const int *column, ps_vcf_caller *out, ps_error *err) {
    const char *line = ps_table_cell(table, row, column[CALLER_LINE]);
    const char *calls = ps_table_cell(table, row, column[CALLER_CALLS]);
    out->germline = strcmp(calls, "germline") == 0;
    out->min_vaf = NAN;
    if (strncmp(line, "##", 2) || !line[2])
        return ps_table_fail(table, row, column[CALLER_LINE], err, "expected the beginning of a ## line");
    if (!out->germline && strcmp(calls, "somatic"))
        return ps_table_fail(table, row, column[CALLER_CALLS], err, "expected germline or somatic");
    out->name = caller_cell(table, row, column[CALLER_NAME]);
    out->line = ps_strdup(line);
    out->word = caller_cell(table, row, column[CALLER_WORD]);
    out->needs = caller_cell(table, row, column[CALLER_NEEDS]);
    out->lacks = caller_cell(table, row, column[CALLER_LACKS]);
    out->vaf_option = caller_cell(table, row, column[CALLER_OPTION]);
    if (!strcmp(ps_table_cell(table, row, column[CALLER_VAF]), "."))
        return 0;
    return ps_table_double(table, row, column[CALLER_VAF], 1e-4, 1, &out->min_vaf, err);
}

int ps_load_vcf_callers(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"caller", "line",    "word",       "needs", "lacks",
                                        "calls",  "min_vaf", "vaf_option", "source"};
    ps_table table;
    int column[9], rc = 0;
    if (ps_panel_table(files, "vcf_callers.tsv", names, 9, 1, &table, column, err) < 0)
        return -1;
    panel->vcf_callers = ps_alloc(table.n_rows, sizeof *panel->vcf_callers);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_vcf_caller(&table, row, column, &panel->vcf_callers[panel->n_vcf_callers++], err);
    ps_table_free(&table);
    return rc;
}

/* ---- model.*.tsv ------------------------------------------------------------------------------------------------
 */

int ps_load_models(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    panel->models = ps_alloc(files->n, sizeof *panel->models);
    for (size_t i = 0; i < files->n; i++) {
        const ps_panel_file *file = &files->at[i];
        if (strncmp(file->name, "model.", 6))
            continue;
        ps_model model;
        if (ps_model_parse(file->path, file->bytes, file->n_bytes, &model, err) < 0)
            return -1;
        if (ps_panel_model(panel, model.name) >= 0) {
            ps_fail(err, PS_ERR_USAGE, file->path, 0, "another file of this panel holds a model named '%s' too",
                    model.name);
            ps_model_free(&model);
            return -1;
        }
        panel->models[panel->n_models++] = model;
    }
    return 0;
}
