/* germline.c - is a variant of the tumour in the germline, by what the matched normal shows of it? */
#include "plasmastrat/panel.h"
#include "plasmastrat/stats.h"

/* VAF: that a heterozygous variant has at least, but for chance (assumption: alignment favours the reference, by less
 * than a fifth). Probability: of so few, below which it is no chance (assumption). Fraction of the tumour's VAF: a
 * normal with more holds the variant by itself, or tells nothing (assumption). */
static const double heterozygous_vaf = 0.4, heterozygous_p = 1e-4, tumour_share_most = 0.5;

/* May a normal that shows so few have it from one of its parents? */
static int may_be_heterozygous(int64_t depth, int64_t alt) {
    if (depth <= 0)
        return 1;
    return 1 - ps_binomial_upper((uint64_t)alt + 1, (uint64_t)depth, heterozygous_vaf) >= heterozygous_p;
}

/* Tumour cells in a normal (circulating plasma cells, a marrow as the normal) leave it less of the variant than the
 * tumour has. */
static int has_less(const ps_limits *l, const ps_allele_depth *normal, const ps_allele_depth *tumour) {
    double low, high, tumour_low, tumour_high;
    if (tumour->depth <= 0 || tumour->alt < 0)
        return (double)normal->alt < l->ras_germline_normal_vaf * (double)normal->depth;
    ps_proportion_interval((double)normal->alt, (double)normal->depth, &low, &high);
    ps_proportion_interval((double)tumour->alt, (double)tumour->depth, &tumour_low, &tumour_high);
    double share = (double)normal->alt / (double)normal->depth,
           tumour_share = (double)tumour->alt / (double)tumour->depth;
    return high < tumour_low || share < tumour_share_most * tumour_share;
}

ps_normal_answer ps_ask_normal(const ps_limits *l, ps_allele_depth normal, ps_allele_depth tumour) {
    int heterozygous = may_be_heterozygous(normal.depth, normal.alt);
    if ((double)normal.alt < l->ras_germline_min_alt)
        return heterozygous ? PS_NORMAL_TOO_SHALLOW : PS_NORMAL_WITHOUT;
    return heterozygous || !has_less(l, &normal, &tumour) ? PS_NORMAL_GERMLINE : PS_NORMAL_WITHOUT;
}
