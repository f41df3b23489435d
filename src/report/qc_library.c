#include "qc_library.h"

#include <math.h>

#include "plasmastrat/stats.h"
#include "plasmastrat/spelling.h"

/* Assumptions: in any library some mates are left out; fewer reads tell nothing; a UMI is in all reads or in none.
 * They warn, they decide nothing. */
static const double mates_share = 0.8, few_mates = 100, most_umis = 0.95, few_umis = 0.05, many_copies = 0.9;

static void check_copies(ps_result *r, const char *input, const ps_library *b) {
    double limit = ps_round6(b->chance + r->panel->limits.library_copies_excess);
    if (!isnan(b->copies) && b->kind != PS_LIBRARY_UMI)
        ps_result_qc(
            r, "unmarked-copies", input, b->has_copies ? PS_QC_WARN : PS_QC_PASS, ps_round6(b->copies), limit,
            b->has_copies
                ? "share of fragments with the same ends as another (%.2g by chance): duplicates are not marked; "
                  "molecules counted: %.0f (fragments: %.0f)%s"
                : "share of fragments with the same ends as another (%.2g by chance)",
            b->chance, b->molecules, b->fragments * (1 - b->stacked),
            b->copies < many_copies
                ? ""
                : ". Many overlapping amplicons or restriction fragments look the same: give their primers, or their "
                  "first and last bases, with --primers");
}

static void check_umis(ps_result *r, const char *input, const ps_library *b) {
    if (b->umi <= few_umis)
        return;
    ps_result_qc(
        r, "umi", input, b->umi < most_umis ? PS_QC_WARN : PS_QC_PASS, ps_round6(b->umi), most_umis,
        b->kind == PS_LIBRARY_UMI && b->umi < most_umis
            ? "share of fragments with a UMI; those without count where no other has their ends; molecules counted: "
              "%.0f (fragments: %.0f)"
        : b->kind == PS_LIBRARY_UMI
            ? "share of fragments with a UMI; molecules counted: %.0f (fragments: %.0f)"
            : "share of fragments with a UMI: too few, so UMIs are not used; molecules counted: %.0f (fragments: "
              "%.0f)",
        b->molecules, b->fragments);
}

static void check_amplicon(ps_result *r, const char *input, const ps_library *b) {
    if (!(b->stacked > 0))
        return;
    ps_result_qc(r, "amplicon", input, PS_QC_WARN, ps_round6(b->stacked), library_amplicon_share,
                 "share of fragments in amplicons, where copies of a molecule cannot be recognised");
    ps_result_qc(
        r, "molecules-assumed", input, b->stated ? PS_QC_PASS : PS_QC_WARN, b->assumed, NAN,
        b->stated
            ? "molecules in the library, as given with --molecules or --input-ng"
            : "most molecules that the depth of an amplicon counts as, which is an assumption: give --molecules or "
              "--input-ng");
}

static void check_pairing(ps_result *r, const char *input, const ps_library *b) {
    if (b->mates_expected < few_mates)
        return;
    double share = fmin(1, b->mates_met / b->mates_expected);
    ps_result_qc(
        r, "pairing", input, share < mates_share ? PS_QC_WARN : PS_QC_PASS, ps_round6(share), mates_share,
        "share of reads over RAS codons whose mate was found: %.0f of %.0f; the others are counted as single reads",
        b->mates_met, b->mates_expected);
}

/* A file of another build, or of another panel, names no primer here. */
static void check_primers(ps_result *r, const char *input, const ps_library *b) {
    double recognised = b->primers - b->primers_listed;
    if (r->evidence.primers.listed)
        ps_result_qc(r, "primers", input, b->primers_listed > 0 ? PS_QC_PASS : PS_QC_WARN, b->primers_listed, 1,
                     "%s: %zu primer%s listed; the value is how many lie over coding exons of the RAS and RAF genes",
                     b->primers_listed > 0 ? "--primers" : "--primers has none there (another build or panel?)",
                     r->evidence.primers.listed, ps_s(r->evidence.primers.listed));
    if (recognised > 0)
        ps_result_qc(r, r->evidence.primers.listed ? "primers-not-listed" : "primers", input, PS_QC_WARN, recognised,
                     0, "positions where many fragments begin or end: %g bases from there count as primer",
                     r->panel->limits.library_primer_bases);
}

void ps_qc_library(ps_result *r, const ps_read_evidence *reads) {
    const ps_library *b = &r->calls.library[reads->role];
    const char *input = ps_input_names[reads->role];
    if (b->kind == PS_LIBRARY_UNKNOWN)
        return;
    check_copies(r, input, b);
    check_umis(r, input, b);
    check_amplicon(r, input, b);
    check_primers(r, input, b);
    check_pairing(r, input, b);
}
