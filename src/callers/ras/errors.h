/* errors.h - what errors do in one read input, measured in it: by quality, by substitution, and from site to site.
 *
 * Private to src/callers. A site is one coding base and one alternative. Its expected errors are what the qualities
 * of its bases say (times how far this sample's mismatches exceed what qualities say), plus the excess of its
 * substitution in its orientation (oxidation, deamination). Around that expectation sites differ: by a log-normal
 * factor, whose spread is measured over all coding sites that are not hotspots, and by damage: where many sites of
 * one substitution hold far more than that, as in DNA of few, deaminated molecules, their VAFs are what any other
 * site of that substitution may hold by damage too. One or two such sites are variants, not errors.
 */
#ifndef PLASMASTRAT_RAS_ERRORS_H
#define PLASMASTRAT_RAS_ERRORS_H

#include "counts.h"
#include "score.h"

enum { RAS_PAIRS = 6 }; /* substitutions, a strand's and the other's together: C>A C>G C>T T>A T>C T>G */

typedef struct ras_errors {
    const ps_limits *limits;
    const ps_error_reference *reference;
    double states[RAS_QUALITIES]; /* error probability that a quality states */
    double worse[RAS_QUALITIES];  /* errors seen at this quality, in those that it states; at least 1 */
    double excess[2][4][4];       /* [side][from][to] per fragment, beyond qualities */
    double site_error;            /* errors by quality of the better half of the bases */
    double spread;                /* sd of ln(rate) over sites */
    struct {
        int sites, n;   /* sites looked at; those that hold damage */
        double highest; /* VAF among these */
    } damage[RAS_PAIRS];
    score_law law[RAS_PAIRS];
    double stated, seen;           /* mismatches of the quiet substitutions: stated by qualities, and seen */
    double stated_rate, seen_rate; /* errors per base, of all substitutions; NaN without a base */
} ras_errors;

/* `reference`: of normals, kept by `errors`; NULL: none. */
void ras_measure_errors(const ps_panel *panel, const ps_read_evidence *reads, const ps_error_reference *reference,
                        ras_errors *errors);

int ras_pair_of(int from, int to);
const char *ras_pair_name(int pair); /* "C>T/G>A" */

/* Probability that a fragment with this quality shows one base changed (n = 1) or several, by error. */
double ras_error_rate(const ras_errors *errors, const ras_change *what, int side, int quality);

/* Fragments of a codon that carry haplotype `hap` by error, at a quality: from the reference, and from every other
 * haplotype that lies one base away (a passenger SNP or a clonal mutation: its carriers times the rate of the one
 * change more). */
typedef struct ras_expected {
    ras_change what;
    double from_others[2]; /* by side, per fragment of the codon */
} ras_expected;

ras_expected ras_expect(const ps_panel *panel, const ras_errors *errors, const ras_counts *counts, int hap);
double ras_expected_rate(const ras_errors *errors, const ras_expected *expected, int side, int quality);
/* What of it differs from site to site: no more by quality than bases of good quality show. */
double ras_varying_rate(const ras_errors *errors, const ras_expected *expected, int side, int quality);
/* All fragments of the codon as bins; the law of what the haplotype changes. */
score_bins ras_bins(const ras_errors *errors, const ras_counts *counts, const ras_expected *expected);
score_law ras_law(const ras_errors *errors, const ps_panel *panel, const ps_codon *codon, int hap);

#endif
