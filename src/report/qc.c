/* qc.c - the checks: one row each, from what the result holds. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "format.h"
#include "origin.h"
#include "qc_library.h"
#include "plasmastrat/stats.h"
#include "plasmastrat/report.h"
#include "plasmastrat/spelling.h"

/* Shares of records left out that a user should know about. Assumptions: half of the records is far outside a usable
 * library; they warn, they decide nothing. */
static const double left_out_warning = 0.5, conflict_warning = 0.02;

static void check_records(ps_result *r, const ps_read_evidence *e) {
    ps_result_qc(r, "records", ps_input_names[e->role], e->records ? PS_QC_PASS : PS_QC_WARN, (double)e->records, 1,
                 "%llu record%s overlap the panel", (unsigned long long)e->records, ps_s(e->records));
}

static void check_left_out(ps_result *r, const ps_read_evidence *e) {
    uint64_t seen = e->seen[PS_COLLECT_CODONS], left = 0;
    char causes[200] = "";
    for (int i = 0; i < PS_N_LEFT; i++) {
        uint64_t n = e->left_out[PS_COLLECT_CODONS][i];
        size_t used = strlen(causes);
        left += n;
        snprintf(causes + used, sizeof causes - used, "%s%s %llu", i ? ", " : "", ps_left_out_names[i],
                 (unsigned long long)n);
    }
    if (!seen)
        return;
    double share = (double)left / (double)seen;
    ps_result_qc(r, "left-out", ps_input_names[e->role], share > left_out_warning ? PS_QC_WARN : PS_QC_PASS,
                 ps_round6(share), left_out_warning, "share left out of %llu record%s at RAS codons: %s",
                 (unsigned long long)seen, ps_s(seen), causes);
}

/* Without qualities a base counts as just good enough, and what errors there are is not known. */
static void check_qualities(ps_result *r, const ps_read_evidence *e) {
    if (e->codons.no_quality)
        ps_result_qc(r, "base-qualities", ps_input_names[e->role], PS_QC_WARN, (double)e->codons.no_quality, 0,
                     "reads at RAS codons without base qualities: quality %g is assumed",
                     r->panel->limits.min_base_quality);
    double share = ps_poor_share(&e->codons);
    if (share > 0)
        ps_result_qc(r, "poor-bases", ps_input_names[e->role], share > ps_ras_poor_share ? PS_QC_WARN : PS_QC_PASS,
                     ps_round6(share), ps_ras_poor_share,
                     "share of codons read with a base quality under %g, which are not counted: %llu",
                     ps_ras_min_quality, (unsigned long long)e->codons.poor);
}

static void check_conflicts(ps_result *r, const ps_read_evidence *e) {
    uint64_t codons = e->codons.mate_conflicts;
    for (size_t i = 0; i < e->codons.n_codon; i++)
        codons += e->codons.codon[i].n;
    if (!codons)
        return;
    double share = (double)e->codons.mate_conflicts / (double)codons;
    ps_result_qc(r, "mate-conflicts", ps_input_names[e->role], share > conflict_warning ? PS_QC_WARN : PS_QC_PASS,
                 ps_round6(share), conflict_warning, "%llu codon%s not counted because the two mates disagree there",
                 (unsigned long long)e->codons.mate_conflicts, ps_s(e->codons.mate_conflicts));
}

/* Between even and one-stranded lies a mixture of libraries, or a wrong setting of the aligner. */
static const double even_strands = 0.1;

static void check_library(ps_result *r) {
    const ps_expression_call *x = &r->calls.expression;
    const ps_limits *l = &r->panel->limits;
    if (isfinite(x->sense_share)) {
        int mixed = x->strand == PS_STRAND_NONE && fabs(x->sense_share - 0.5) > even_strands;
        ps_result_qc(r, "strandedness", "rna", mixed ? PS_QC_WARN : PS_QC_PASS, x->sense_share,
                     l->expression_stranded_fraction, "share of sense fragments on the reference genes: %s%s",
                     mixed ? "between stranded and unstranded (mixed libraries?); counted as " : "counted as ",
                     ps_strandedness_names[x->strand]);
    }
    if (isfinite(x->unspliced_share))
        ps_result_qc(r, "unspliced", "rna",
                     x->unspliced_share > l->expression_max_unspliced       ? PS_QC_FAIL
                     : x->unspliced_share > l->expression_max_unspliced / 2 ? PS_QC_WARN
                                                                            : PS_QC_PASS,
                     x->unspliced_share, l->expression_max_unspliced,
                     "share of reads at exon edges that run on into the intron (DNA, precursor RNA)");
    if (isfinite(x->late_share)) {
        int unlike = 0;
        for (size_t i = 0; i < x->reasons.n; i++)
            unlike |= x->reasons.at[i].code == PS_REASON_LATE_READS;
        ps_result_qc(r, "three-prime", "rna", unlike ? PS_QC_FAIL : PS_QC_PASS, x->late_share,
                     l->expression_max_late_share, "share of reads in the last third of transcripts");
    }
}

static void check_expression(ps_result *r) {
    const ps_expression_call *x = &r->calls.expression;
    const ps_limits *l = &r->panel->limits;
    if (!ps_expression_counted(x))
        return;
    ps_result_qc(r, "reference-fragments", "rna",
                 (double)x->reference_fragments >= l->expression_min_reference_fragments ? PS_QC_PASS : PS_QC_FAIL,
                 (double)x->reference_fragments, l->expression_min_reference_fragments,
                 "fragments on %d reference gene%s", x->reference_genes, ps_s(x->reference_genes));
    if (!isnan(x->spliced_fraction))
        ps_result_qc(r, "spliced", "rna", x->spliced_fraction >= l->expression_min_spliced ? PS_QC_PASS : PS_QC_FAIL,
                     x->spliced_fraction, l->expression_min_spliced, "share of spliced reads; library is %s",
                     ps_strandedness_names[x->strand]);
    if (!isnan(x->plasma_log2))
        ps_result_qc(r, "plasma-cells", "rna",
                     x->plasma_log2 < l->expression_warn_plasma_log2 ? PS_QC_WARN : PS_QC_PASS, x->plasma_log2,
                     l->expression_warn_plasma_log2,
                     "log2 of plasma-cell marker genes over those of the strongest other kind of cell, %s",
                     x->high_cell ? x->high_cell : "unknown");
    const ps_plasma_share *share = &x->plasma_share;
    if (!isnan(share->value))
        ps_result_qc(r, "plasma-share", "rna",
                     share->value < l->expression_min_share    ? PS_QC_FAIL
                     : share->value < l->expression_warn_share ? PS_QC_WARN
                                                               : PS_QC_PASS,
                     share->value, l->expression_warn_share,
                     "share of plasma cells in the RNA, by %d marker gene%s (95 %% %.2g to %.2g)", share->markers,
                     ps_s(share->markers), share->low, share->high);
    check_library(r);
}

static void check_error_reference(ps_result *r) {
    const ps_ras_call *x = &r->calls.ras;
    if (x->errors_checksum[0])
        ps_result_qc(r, "error-reference", "dna", PS_QC_PASS, (double)x->errors_samples, PS_MIN_ERROR_SAMPLES,
                     "samples behind the error reference (checksum %s)", x->errors_checksum);
}

/* Errors that one read input shows: of its bases' qualities, and of its molecules. */
static void check_errors(ps_result *r, ps_input_role role) {
    const ps_ras_library *x = &r->calls.ras.library[role];
    const ps_limits *l = &r->panel->limits;
    if (!x->given)
        return;
    if (isfinite(x->quality_ratio))
        ps_result_qc(
            r, "qualities-optimistic", ps_input_names[role],
            x->quality_ratio > l->ras_optimistic_ratio ? PS_QC_WARN : PS_QC_PASS, x->quality_ratio,
            l->ras_optimistic_ratio,
            "times as many mismatches at RAS codons as base qualities predict; RAS calls use the rate that was seen");
    ps_result_qc(
        r, "damaged", ps_input_names[role], x->damaged ? PS_QC_WARN : PS_QC_PASS, x->damaged,
        l->ras_damage_haplotypes,
        x->damaged
            ? "different %s changes outside hotspots, VAF up to %.2g: damaged DNA. Such changes are not called "
              "below twice that VAF, and wild type holds only above it"
            : "no kind of change is frequent outside hotspots",
        x->damaged_pair, x->damaged_vaf);
}

static void check_ras(ps_result *r) {
    int worst = ps_worst_codon(r);
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        check_errors(r, (ps_input_role)role);
    check_error_reference(r);
    if (worst < 0)
        return;
    const ps_codon *codon = &r->panel->codons[worst];
    double lod = r->calls.ras.codon[worst].lod95, limit = r->panel->limits.ras_lod95_limit;
    ps_result_qc(r, "ras-lod95", "sample", lod <= limit ? PS_QC_PASS : PS_QC_WARN, lod, limit,
                 isnan(lod)
                     ? "no VAF would have been found at the hotspot codon %s %d"
                     : "smallest VAF that would have been found at the hotspot codon with the least power (%s %d)",
                 r->panel->genes[codon->gene].name, codon->number);
}

/* Sentences that "; " separates, a row each. */
static void tell_notice(ps_result *r, const char *check, const char *input, const char *notice) {
    while (*notice) {
        const char *end = strstr(notice, "; ");
        int length = (int)(end ? (size_t)(end - notice) : strlen(notice));
        ps_result_qc(r, check, input, PS_QC_WARN, NAN, NAN, "%.*s", length, notice);
        notice += length + (end ? 2 : 0);
    }
}

/* Does the VCF list the change as one that it does not call? */
static int is_listed_absent(const ps_result *r, const ps_ras_variant *v) {
    for (size_t i = 0; i < r->evidence.vcf.n_variants; i++) {
        const ps_variant *in = &r->evidence.vcf.variant[i];
        if (in->contig == v->contig && in->beg0 == v->beg0 && in->end0 == v->end0 &&
            !strcmp(in->alt, v->alt + (v->pos1 == v->beg0)))
            return 1;
    }
    return 0;
}

/* What the VCF says of a change, and what the DNA alignments say of that. */
static void vcf_says(const ps_result *r, const ps_ras_variant *v, int in_vcf, char *says, size_t size) {
    int in_dna = v->sources >> PS_INPUT_DNA & 1;
    ps_filter by_vcf = in_vcf ? v->by_input[PS_INPUT_VCF].filter : PS_N_FILTERS;
    if (by_vcf == PS_FILTER_PASS && in_dna)
        snprintf(says, size, "is called in the VCF but refused in the reads (%s)",
                 ps_filters[v->by_input[PS_INPUT_DNA].filter].name);
    else if (by_vcf == PS_FILTER_PASS)
        snprintf(says, size, "is called in the VCF");
    else if (by_vcf == PS_FILTER_VCF)
        snprintf(says, size, "is refused by the VCF (%.80s)", v->vcf_filter ? v->vcf_filter : ".");
    else if (in_vcf)
        snprintf(says, size, "is in the VCF and in the normal");
    else
        snprintf(says, size, is_listed_absent(r, v) ? "is listed as absent in the VCF" : "is absent from the VCF");
}

/* One row for each variant on which the VCF and the DNA alignments disagree. */
static void compare_with_vcf(ps_result *r, const ps_ras_variant *v) {
    int in_vcf = v->sources >> PS_INPUT_VCF & 1, in_dna = v->sources >> PS_INPUT_DNA & 1;
    int vcf_passes = in_vcf && v->by_input[PS_INPUT_VCF].filter == PS_FILTER_PASS;
    int dna_passes = in_dna && v->by_input[PS_INPUT_DNA].filter == PS_FILTER_PASS;
    int64_t depth = v->source_depth[PS_INPUT_DNA], alt = v->source_alt[PS_INPUT_DNA];
    const ps_ras_codon *codon = v->effect.codon_id >= 0 ? &r->calls.ras.codon[v->effect.codon_id] : NULL;
    char says[160], limit[80] = "";
    if (depth < 0 || vcf_passes == dna_passes)
        return;
    vcf_says(r, v, in_vcf, says, sizeof says);
    if (vcf_passes && codon && codon->source == PS_INPUT_DNA && !isnan(codon->lod95))
        snprintf(limit, sizeof limit, ", which would have shown a VAF of %.2g", codon->lod95);
    ps_result_qc(r, "vcf-vs-reads", "vcf", v->best.filter == PS_FILTER_REFUTED ? PS_QC_FAIL : PS_QC_WARN,
                 depth ? ps_round6((double)alt / (double)depth) : NAN, NAN,
                 "%s %s (%s) %s; %lld of %lld fragment%s of the DNA alignments show it%s",
                 r->panel->genes[v->effect.gene].name, v->effect.protein, v->effect.hgvs_c, says, (long long)alt,
                 (long long)depth, ps_s(depth), limit);
}

/* A change that RNA alone shows, at a codon where the DNA would have: of another sample, or of cells that the DNA has
 * not. */
static void compare_with_rna(ps_result *r, const ps_ras_variant *v) {
    const ps_ras_codon *codon = v->effect.codon_id >= 0 ? &r->calls.ras.codon[v->effect.codon_id] : NULL;
    int64_t depth = v->source_depth[PS_INPUT_DNA], alt = v->source_alt[PS_INPUT_DNA];
    int by_dna = codon && codon->source == PS_INPUT_DNA && codon->lod95 <= r->panel->limits.ras_lod95_limit;
    if (v->best.filter != PS_FILTER_PASS || v->sources != 1u << PS_INPUT_RNA || depth <= 0 || !by_dna)
        return;
    ps_result_qc(
        r, "rna-vs-dna", "rna", PS_QC_WARN, ps_round6((double)alt / (double)depth), codon->lod95,
        "%s %s (%s) is called in the RNA, but in the DNA only %lld of %lld fragment%s; the DNA would have shown a "
        "VAF of %.2g",
        r->panel->genes[v->effect.gene].name, v->effect.protein, v->effect.hgvs_c, (long long)alt, (long long)depth,
        ps_s(depth), codon->lod95);
}

static void check_vcf(ps_result *r) {
    for (size_t i = 0; i < r->calls.ras.n_notes; i++)
        ps_result_qc(r, "vcf-alleles", "vcf", r->calls.ras.note[i].warns ? PS_QC_WARN : PS_QC_PASS, NAN, NAN, "%s",
                     r->calls.ras.note[i].text);
    if (!r->evidence.has_vcf)
        return;
    tell_notice(r, "vcf", "vcf", r->evidence.vcf.notice);
    for (size_t i = 0; i < r->calls.ras.n_variants; i++)
        compare_with_vcf(r, &r->calls.ras.variant[i]);
}

static void check_import(ps_result *r, ps_marked marker, ps_input_role role, double value, const char *notice) {
    ps_origin origin = ps_origin_of(r, marker, role);
    const char *name = ps_input_names[role];
    ps_result_qc(r, name, name, PS_QC_PASS, value, NAN, "%s: cannot show %s", origin.what, origin.cannot);
    tell_notice(r, name, name, notice);
}

/* Where each marker came from, and what such a file cannot prove. */
static void check_imports(ps_result *r) {
    const ps_sv_evidence *sv = &r->evidence.sv;
    size_t passing = 0, on_alt = 0;
    for (size_t i = 0; i < sv->n; i++) {
        passing += (size_t)sv->row[i].passes;
        on_alt += (size_t)(sv->row[i].passes && sv->row[i].on_alt);
    }
    if (r->evidence.has_sv && sv->caller)
        ps_result_qc(
            r, "sv", "sv", on_alt ? PS_QC_WARN : PS_QC_PASS, (double)passing, NAN,
            "%.60s lists %zu junction%s of 11q13 and IGH, %zu of them passed%s; an empty list would not prove that "
            "there is none",
            sv->caller, sv->n, ps_s(sv->n), passing,
            on_alt ? ", some to alternative contigs of chromosome 14 that may hold IGH" : "");
    tell_notice(r, "sv", "sv", sv->notice);
    if (r->evidence.has_cnv)
        check_import(r, PS_MARKED_COPIES, PS_INPUT_CNV, (double)r->evidence.cnv.rows, r->evidence.cnv.notice);
    if (r->evidence.has_counts)
        check_import(r, PS_MARKED_EXPRESSION, PS_INPUT_COUNTS, (double)r->evidence.counts.rows,
                     r->evidence.counts.notice);
}

static void check_rna(ps_result *r) {
    for (size_t i = 0; i < r->calls.ras.n_variants; i++)
        compare_with_rna(r, &r->calls.ras.variant[i]);
}

static void check_sites(ps_result *r) {
    size_t n = 0, called = 0, uncounted = 0;
    if (!r->evidence.has_sites)
        return;
    for (size_t i = 0; i < r->calls.ras.n_variants; i++) {
        const ps_ras_variant *v = &r->calls.ras.variant[i];
        int counted = 0;
        for (int role = 0; role < PS_N_READ_INPUTS; role++)
            counted |= v->source_depth[role] >= 0;
        n += (size_t)v->forced;
        called += v->forced && v->best.filter == PS_FILTER_PASS;
        uncounted += v->forced && !counted;
    }
    ps_result_qc(r, "force-sites", "sample", uncounted || !n ? PS_QC_WARN : PS_QC_PASS, (double)n, NAN,
                 "%zu allele%s of --force-sites reported: %zu passed, %zu could not be counted in any alignments", n,
                 ps_s(n), called, uncounted);
    tell_notice(r, "force-sites", "sample", r->evidence.sites.notice);
}

/* The inputs' persons, pair by pair. */
static void check_identity(ps_result *r) {
    static const ps_qc_state states[] = {PS_QC_WARN, PS_QC_PASS, PS_QC_FAIL};
    const ps_identity_call *call = &r->calls.identity;
    for (size_t i = 0; i < call->n_pairs; i++) {
        const ps_identity_comparison *p = &call->pair[i];
        if (p->state == PS_IDENTITY_NOT_ASSESSABLE)
            ps_result_qc(r, "identity", "sample", states[p->state], p->log_odds,
                         r->panel->limits.identity_min_log_odds, "not assessable: %s",
                         p->reasons.n ? p->reasons.at[0].detail : "");
        else
            ps_result_qc(
                r, "identity", "sample", states[p->state], p->log_odds, r->panel->limits.identity_min_log_odds,
                "%s and %s are %s by %d common SNP%s; ln odds for one person %.1f against strangers, %.1f against "
                "close relatives",
                ps_input_names[p->a], ps_input_names[p->b],
                p->state == PS_IDENTITY_SAME ? "of one person" : "of different persons", p->sites, ps_s(p->sites),
                p->log_odds, p->log_odds_relative);
    }
}

/* Where common SNPs are too few, as in most targeted panels, the check is not made: `identity` says why. */
static void check_contamination(ps_result *r) {
    static const ps_qc_state states[] = {PS_QC_WARN, PS_QC_PASS, PS_QC_WARN};
    const ps_identity_call *call = &r->calls.identity;
    for (size_t i = 0; i < call->n_inputs; i++) {
        const ps_contamination *c = &call->input[i].contamination;
        const char *input = ps_input_names[call->input[i].role];
        double limit = r->panel->limits.contamination_warn;
        if (c->state != PS_CONTAMINATION_NOT_ASSESSABLE)
            ps_result_qc(r, "contamination", input, states[c->state], c->fraction, limit,
                         "%.2g %% of the fragments (%.2g to %.2g %%) come from another person, by %d common SNP%s",
                         100 * c->fraction, 100 * c->low, 100 * c->high, c->sites, ps_s(c->sites));
        else if (isfinite(c->high))
            ps_result_qc(r, "contamination", input, PS_QC_WARN, c->high, r->panel->limits.contamination_relative,
                         "share of fragments that could be a close relative's, at most; from %d common SNP%s",
                         c->sites, ps_s(c->sites));
    }
}

/* Does a name go on from `edge` to `next`? P1 goes on in P10, not in P1T or P1-2. */
static int goes_on(char edge, char next) {
    return isdigit((unsigned char)edge) ? isdigit((unsigned char)next)
                                        : isalpha((unsigned char)edge) && isalpha((unsigned char)next);
}

/* Does one name stand whole in the other, in any case? */
static int holds_name(const char *name, const char *part) {
    size_t n = strlen(part);
    for (const char *at = name; n && *at; at++)
        if (!strncasecmp(at, part, n) && !(at > name && goes_on(part[0], at[-1])) && !goes_on(part[n - 1], at[n]))
            return 1;
    return 0;
}

/* Lanes are of one name each time: once is enough. */
static int is_named_before(const ps_evidence *e, size_t input) {
    for (size_t i = 0; i < input; i++)
        if (e->input[i].role == e->input[input].role && !strcmp(e->input[i].sample_name, e->input[input].sample_name))
            return 1;
    return 0;
}

static int is_expected(const ps_result *r, const char *name) {
    const char *stated = r->evidence.stated.expect_name;
    return holds_name(name, r->sample_id) || holds_name(r->sample_id, name) ||
           (stated && (holds_name(name, stated) || holds_name(stated, name)));
}

/* One warning, whatever the number of files. */
static void check_sample_name(ps_result *r) {
    char names[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < r->evidence.n_inputs; i++) {
        if (is_named_before(&r->evidence, i))
            continue;
        const char *name = r->evidence.input[i].sample_name, *role = ps_input_names[r->evidence.input[i].role];
        if (strstr(name, ", "))
            ps_result_qc(r, "several-samples", role, PS_QC_WARN, NAN, NAN,
                         "the file holds reads of several samples: %.200s", name);
        else if (*name && !is_expected(r, name)) {
            char one[120];
            snprintf(one, sizeof one, "%s'%.80s' (%s)", used ? ", " : "", name, role);
            used = ps_append(names, sizeof names, used, one);
        }
    }
    if (used)
        ps_result_qc(r, "sample-name", "sample", PS_QC_WARN, NAN, NAN,
                     "the files' headers name the sample %s, not '%.80s'; if that is right, give --expect-name NAME",
                     names, r->sample_id);
}

static void check_version(ps_result *r) {
    const char *then = ps_other_version(&r->evidence);
    if (then)
        ps_result_qc(r, "evidence-version", "sample", PS_QC_WARN, NAN, NAN,
                     "the evidence was gathered by version %.40s and is called by the rules of " PS_VERSION
                     ": run sample again for what this version counts",
                     then);
}

void ps_result_checks(ps_result *result) {
    static void (*const of_reads[])(ps_result *, const ps_read_evidence *) = {check_records, check_left_out,
                                                                              check_qualities, check_conflicts};
    static void (*const of_sample[])(ps_result *) = {
        check_expression, check_ras,      check_vcf,           check_imports,     check_rna,
        check_sites,      check_identity, check_contamination, check_sample_name, check_version};
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        for (size_t i = 0; i < sizeof of_reads / sizeof *of_reads; i++)
            if (result->evidence.reads[role].given)
                of_reads[i](result, &result->evidence.reads[role]);
    for (size_t i = 0; i < sizeof of_sample / sizeof *of_sample; i++)
        of_sample[i](result);
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if (result->evidence.reads[role].given)
            ps_qc_library(result, &result->evidence.reads[role]);
}
