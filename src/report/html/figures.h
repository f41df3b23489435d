/* figures.h - the report page's drawings, as inline SVG.
 *
 * Horizontal places are percentages and vertical ones pixels, so a drawing fills any width while its text keeps its
 * size. Each drawing carries a title and a description for those who cannot see it.
 */
#ifndef PLASMASTRAT_REPORT_FIGURES_H
#define PLASMASTRAT_REPORT_FIGURES_H

#include <stdio.h>

#include "plasmastrat/result.h"

void ps_figure_probability(FILE *out, const ps_verdict *verdict);       /* with the model's thresholds */
void ps_figure_probability_small(FILE *out, const ps_verdict *verdict); /* a table cell's */
void ps_figure_weight(FILE *out, const char *name, const ps_marker_verdict *marker, double reach);
double ps_figure_weight_reach(const ps_verdict *verdict); /* ln LR at the ends of the weight drawings */
void ps_figure_vaf(FILE *out, const ps_ras_variant *variant);
void ps_figure_codons(FILE *out, const ps_result *result, int gene);
void ps_figure_codon_legend(FILE *out); /* what its marks mean */
void ps_figure_expression(FILE *out, const ps_expression_call *call);
/* whole_chromosome 0: the enlarged 11q13 */
void ps_figure_chromosome11(FILE *out, const ps_result *result, int whole_chromosome);
void ps_figure_arm(FILE *out, const ps_arm_copies *arm);
void ps_figure_junction(FILE *out, const ps_result *result);

#endif
