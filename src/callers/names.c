/* names.c - the contract's words for every state. */
#include "plasmastrat/calls.h"

const char *const ps_ras_state_names[PS_N_RAS_STATES] = {"not-assessable", "wild-type", "mutated"};
const char *const ps_change_names[PS_N_CHANGES] = {"substitution", "multi_base", "indel"};
const ps_filter_row ps_filters[PS_N_FILTERS] = {
    [PS_FILTER_PASS] = {"PASS", "All filters passed", 0},
    [PS_FILTER_LOW_EVIDENCE] =
        {"low_evidence", "Too few supporting fragments: sequencing errors and this sample's background explain them",
         0},
    [PS_FILTER_ORIENTATION] =
        {"orientation_bias",
         "Supporting fragments have one read orientation, fragments of the reference both (oxidation, deamination)",
         1},
    [PS_FILTER_READ_END] =
        {"read_end",
         "Supporting fragments show the change only near the ends of their alignments, fragments of the reference "
         "anywhere",
         1},
    [PS_FILTER_CLUTTER] = {"clutter",
                           "Supporting fragments are clipped or differ at many other positions: likely mismapped", 1},
    [PS_FILTER_NEAR_INDEL] =
        {"near_indel",
         "Few supporting fragments beside a called indel: probably the indel's own reads, which end there", 1},
    [PS_FILTER_GERMLINE] = {"germline", "Present in the matched normal", 1},
    [PS_FILTER_VCF] = {"vcf_filter", "The input VCF's own FILTER is not PASS", 0},
    [PS_FILTER_REFUTED] =
        {"refuted",
         "Called in the input VCF only: the DNA alignments show it in fewer fragments than its VAF in the VCF "
         "predicts",
         0},
    [PS_FILTER_DAMAGE] = {"damage",
                          "Many other positions have the same substitution at such VAFs: damaged DNA explains it", 1},
};
const char *const ps_expression_state_names[PS_N_EXPRESSION_STATES] = {"not-assessable", "not-overexpressed",
                                                                       "intermediate", "overexpressed"};
const char *const ps_strandedness_names[PS_N_STRANDS] = {"unstranded", "forward", "reverse"};
const char *const ps_cn_state_names[PS_N_CN_STATES] = {"not-assessable", "loss", "neutral", "gain", "amplified"};
const char *const ps_scope_names[PS_N_SCOPES] = {"none", "focal", "arm", "chromosome"};
const char *const ps_cn_reference_names[PS_N_CN_REFERENCES] = {"none", "panel-of-normals", "matched-normal"};
const char *const ps_junction_state_names[PS_N_JUNCTION_STATES] = {"not-assessable", "not-detected", "detected"};
const char *const ps_ccnd1_state_names[PS_N_CCND1_STATES] = {"not-assessable", "not-dysregulated", "intermediate",
                                                             "dysregulated"};
const char *const ps_cause_names[PS_N_CAUSES] = {"not-assessable",  "none",      "t(11;14)",    "focal-gain",
                                                 "chromosome-gain", "biallelic", "unexplained", "conflict"};
