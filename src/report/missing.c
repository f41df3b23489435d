/* missing.c - what a sample still needs: how much more of which data would let a marker be assessed, and what to do
 * next. */
#include "missing.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/stats.h"

enum { MOST_CODONS = 4 };

static void add(ps_explanation *e, ps_topic topic, const char *format, va_list arguments) {
    char text[1200];
    vsnprintf(text, sizeof text, format, arguments);
    PS_GROW(e->sentence, e->n, e->capacity);
    e->sentence[e->n++] = (ps_sentence){topic, ps_strdup(text)};
}

void ps_add_sentence(ps_explanation *e, ps_topic topic, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(e, topic, format, arguments);
    va_end(arguments);
}

static void say(ps_explanation *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(ps_explanation *e, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(e, PS_TOPIC_MISSING, format, arguments);
    va_end(arguments);
}

/* A result of another panel does not tell its limits; the built-in one's are then the best guess. */
static double limit_or(double limit, double usual) {
    return limit > 0 ? limit : usual;
}

/* The largest k with P(at least k of n) >= ps_detection_power at this VAF. */
static int64_t fragments_shown(int64_t depth, double vaf) {
    int64_t k = 0;
    while (k < depth && ps_binomial_upper((uint64_t)k + 1, (uint64_t)depth, vaf) >= ps_detection_power)
        k++;
    return k;
}

int64_t ps_depth_for(double vaf, int64_t depth, double lod95, int least) {
    enum { MOST = 1 << 24 };
    int64_t k = depth > 0 && lod95 < 1 ? fragments_shown(depth, lod95) : 0, low = 1, high = MOST;
    k = k < least ? least : k;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (ps_binomial_upper((uint64_t)k, (uint64_t)middle, vaf) >= ps_detection_power)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* What helps, by reason. */
static const struct {
    ps_reason_code code;
    const char *advice;
} advice[] = {
    {PS_REASON_NO_INPUT, "give alignments of the tumour (--rna, --dna) or its variants (--vcf)."},
    {PS_REASON_NO_RNA, "give RNA alignments (--rna)."},
    {PS_REASON_NO_DNA, "give DNA alignments (--dna)."},
    {PS_REASON_VCF_ONLY, "a plain VCF never proves a wild type: give the alignments (--dna) or a gVCF."},
    {PS_REASON_CONTIG_ABSENT,
     "the file was cut down to other chromosomes: give it whole, or with chromosomes 11 and 14."},
    {PS_REASON_VCF_REFUTED, "find out which of the two files is this sample's."},
    {PS_REASON_VCF_UNCLEAR, "look at the record that is named, or give the alignments (--dna)."},
    {PS_REASON_READS_LEFT_OUT, "align the reads over CCND1 again, each to one place."},
    {PS_REASON_CANDIDATE_REFUSED,
     "look at the refused change in the alignments, or repeat the test with another method."},
    {PS_REASON_BELOW_FLOOR,
     "repeat from another library or run, or look whether a neighbour on the run has the change."},
    {PS_REASON_DAMAGED, "use more or better preserved DNA, or repair deaminated bases."},
    {PS_REASON_BORDERLINE_EXPRESSION, "more reads do not help; make an expression reference from your own samples "
                                      "(plasmastrat reference expression)."},
    {PS_REASON_NOT_RNA, "RNA without genomic DNA is needed: check the library, and whether the file is RNA."},
    {PS_REASON_LOW_PLASMA_CELLS, "enrich plasma cells (CD138), or take the biopsy where they are."},
    {PS_REASON_TARGETED, "sequence the whole genome (0.1-fold is enough), or give normals of the same kit "
                         "(plasmastrat reference copynumber)."},
    {PS_REASON_AMBIGUOUS_BASELINE,
     "give the tumour share (--purity) or deeper whole-genome data; only FISH or flow cytometry can tell a genome "
     "from the same genome doubled."},
    {PS_REASON_WIDE_INTERVAL, "sequence the whole genome deeper: four times the reads halve the interval."},
    {PS_REASON_OTHER_CELLS, "enrich plasma cells (CD138): the CCND1 may be that of other cells."},
    {PS_REASON_GAIN_ONLY, "give RNA that can be assessed (--rna): it shows whether the gained copies are expressed."},
    {PS_REASON_CCND1_OPEN, "give RNA that can be assessed, or DNA that covers 11q13 well."},
};

static void say_advice(ps_explanation *e, const char *what, const ps_reasons *reasons) {
    for (size_t i = 0; i < reasons->n; i++)
        for (size_t k = 0; k < sizeof advice / sizeof *advice; k++)
            if (advice[k].code == reasons->at[i].code)
                say(e, "%s: %s", what, advice[k].advice);
}

int ps_has_reason(const ps_reasons *reasons, ps_reason_code code) {
    for (size_t i = 0; i < reasons->n; i++)
        if (reasons->at[i].code == code)
            return 1;
    return 0;
}

/* Hotspot codons that may hide a mutation. */
typedef struct open_codons {
    int shallow, hidden, weakest; /* how many; the shallow one of least depth */
    int64_t depth, most;          /* its depth; the fragments that are enough at each shallow one */
    double limit;
    int64_t *needed; /* of each codon: the fragments that would show the limit; 0: it is not open */
} open_codons;

static int64_t needed_at(const ps_result *r, int codon, double limit) {
    ps_ras_codon seen = ps_codon_seen(r, codon);
    int least = r->panel->limits.ras_min_alt > 0 ? (int)r->panel->limits.ras_min_alt : 3;
    if (!r->panel->codons[codon].required || seen.lod95 <= limit || seen.state == PS_RAS_MUTATED)
        return 0;
    return ps_depth_for(limit, seen.depth > 0 ? seen.depth : 0, seen.lod95, least);
}

static int64_t depth_at(const ps_result *r, int codon) {
    int64_t depth = ps_codon_seen(r, codon).depth;
    return depth > 0 ? depth : 0;
}

static open_codons count_open(const ps_result *r) {
    double of_panel = r->panel->limits.ras_lod95_limit;
    open_codons o = {.limit = isnan(r->purity) ? of_panel : fmin(of_panel, r->purity / 2), .weakest = -1};
    o.needed = ps_alloc((size_t)r->panel->n_codons, sizeof *o.needed);
    for (int i = 0; i < r->panel->n_codons; i++) {
        int64_t needed = o.needed[i] = needed_at(r, i, o.limit), depth = depth_at(r, i);
        o.hidden += needed && needed <= depth;
        if (needed <= depth)
            continue;
        if (o.weakest < 0 || depth < o.depth) {
            o.weakest = i;
            o.depth = depth;
        }
        o.shallow++;
        o.most = needed > o.most ? needed : o.most;
    }
    return o;
}

static void say_codon(const ps_result *r, int codon, const open_codons *o, ps_explanation *e) {
    const ps_panel *p = r->panel;
    const char *gene = p->genes[p->codons[codon].gene].name;
    int64_t needed = o->needed[codon], depth = depth_at(r, codon);
    if (needed > depth && o->shallow <= MOST_CODONS)
        say(e, "Sequence %s codon %d deeper: about %lld fragment%s would show a VAF of %g %%; it has %lld.", gene,
            p->codons[codon].number, (long long)needed, ps_s(needed), 100 * o->limit, (long long)depth);
    if (needed && needed <= depth && o->hidden <= MOST_CODONS)
        say(e,
            "%s codon %d has enough fragments (%lld), but a refused change or poor base qualities hide a mutation of "
            "%g %%: look at its reads.",
            gene, p->codons[codon].number, (long long)depth, 100 * o->limit);
}

static void say_codons(const ps_result *r, ps_explanation *e) {
    const ps_panel *p = r->panel;
    open_codons o = count_open(r);
    if (o.shallow > MOST_CODONS)
        say(e,
            "Sequence KRAS and NRAS deeper: %d hotspot codons have too few fragments. About %lld at each would show a VAF "
            "of %g %%; %s codon %d has %lld.",
            o.shallow, (long long)o.most, 100 * o.limit, p->genes[p->codons[o.weakest].gene].name,
            p->codons[o.weakest].number, (long long)o.depth);
    for (int i = 0; i < p->n_codons; i++)
        say_codon(r, i, &o, e);
    if (o.hidden > MOST_CODONS)
        say(e,
            "%d hotspot codons have enough fragments, but refused changes or poor base qualities hide a mutation of %g %%: "
            "look at their reads.",
            o.hidden, 100 * o.limit);
    free(o.needed);
}

/* Two digits, of which the last is rounded up: so much is enough. */
static double rounded_up(double x) {
    double unit = pow(10, floor(log10(x)) - 1);
    return ceil(x / unit - 1e-9) * unit;
}

/* More reads of the same ratio, tried: on which side of which cut-off they would put it. */
static void say_deciding_depth(const ps_result *r, ps_explanation *e) {
    const ps_expression_call *x = &r->calls.expression;
    static const double most = 1000; /* times the reads: no library has more */
    double depth = 1;
    uint64_t fragments = 0;
    ps_expression_state then = PS_EXPRESSION_NOT_ASSESSABLE;
    while (then == PS_EXPRESSION_NOT_ASSESSABLE && depth < most) {
        depth = rounded_up(1.01 * depth);
        fragments = (uint64_t)llround((double)x->fragments * depth);
        then = ps_expression_as_if(r->panel, x, fragments, depth);
    }
    if (then == PS_EXPRESSION_NOT_ASSESSABLE)
        say(e,
            "CCND1 expression: %lld fragment%s: too few to know its level, and at this ratio (2^%.2f) more reads "
            "alone do not help.",
            (long long)x->fragments, ps_s(x->fragments), x->log2_ratio);
    else
        say(e,
            "CCND1 expression: sequence the RNA deeper. It has %lld fragment%s, too few to know its level; at this "
            "ratio (2^%.2f) about %g times the reads (%llu fragment%s) would show it %s.",
            (long long)x->fragments, ps_s(x->fragments), x->log2_ratio, depth, (unsigned long long)fragments,
            ps_s(fragments), ps_expression_state_names[then]);
}

static void say_missing_expression(const ps_result *r, ps_explanation *e) {
    const ps_expression_call *x = &r->calls.expression;
    double needed = r->panel->limits.expression_min_reference_fragments;
    if (x->state != PS_EXPRESSION_NOT_ASSESSABLE)
        return;
    if (ps_has_reason(&x->reasons, PS_REASON_FEW_REFERENCE_FRAGMENTS) && needed > 0 && x->reference_fragments > 0)
        say(e,
            "CCND1 expression: sequence the RNA deeper. The reference genes have %llu fragment%s and need %g: about "
            "%g times the reads.",
            (unsigned long long)x->reference_fragments, ps_s(x->reference_fragments), needed,
            fmax(1, rounded_up(needed / (double)x->reference_fragments)));
    if (ps_has_reason(&x->reasons, PS_REASON_DEPTH_BELOW_THRESHOLD))
        say_deciding_depth(r, e);
    say_advice(e, "CCND1 expression", &x->reasons);
}

/* Whole counts of one or two a bin have a robust spread of one count or none: what goes beyond counting is not
 * measured. */
static void say_noise(const ps_copynumber_call *cn, ps_explanation *e) {
    static const double measured_from = 2; /* fragments per bin; simulated even bins pass from 1.4 */
    if (cn->fragments_per_bin > 0 && cn->fragments_per_bin < measured_from)
        say(e,
            "CCND1 copy number: sequence the genome deeper. It has %.3g fragment%s per bin, too few to measure the "
            "noise; about %g times the reads are enough.",
            cn->fragments_per_bin, ps_s(cn->fragments_per_bin), rounded_up(measured_from / cn->fragments_per_bin));
    else
        say(e,
            "CCND1 copy number: the depth scatters more than counting explains: a new library helps more than more "
            "reads.");
}

static void say_missing_copies(const ps_result *r, ps_explanation *e) {
    const ps_copynumber_call *cn = &r->calls.copynumber;
    double needed = limit_or(r->panel->limits.cn_min_fragments_per_bin, 0.5);
    if (cn->state != PS_CN_NOT_ASSESSABLE)
        return;
    if (ps_has_reason(&cn->reasons, PS_REASON_LOW_COVERAGE) && cn->fragments_per_bin > 0 &&
        cn->fragments_per_bin < needed)
        say(e,
            "CCND1 copy number: sequence the genome deeper. It has %.3g fragment%s per bin and needs %g: about %g "
            "times the reads.",
            cn->fragments_per_bin, ps_s(cn->fragments_per_bin), needed, rounded_up(needed / cn->fragments_per_bin));
    else if (ps_has_reason(&cn->reasons, PS_REASON_LOW_COVERAGE))
        say(e, "CCND1 copy number: this DNA covers almost nothing outside its targets; shallow whole-genome data "
               "(0.1-fold or more) would show the copies.");
    if (ps_has_reason(&cn->reasons, PS_REASON_NOISY))
        say_noise(cn, e);
    say_advice(e, "CCND1 copy number", &cn->reasons);
}

/* As many fragments over every base as let the caller say "not detected". Infinity: none do. Where no fragment tells
 * how long they are, they are as long as usual libraries have them. */
static double fold_that_shows(const ps_result *r) {
    const ps_junction_call *j = &r->calls.junction;
    const ps_limits *l = &r->panel->limits;
    double usual = 1 - 2 * junction_anchor / cn_fragment_reach;
    double shown = isnan(j->shown) ? usual : j->shown, purity = isnan(r->purity) ? 1 : r->purity;
    uint64_t needed = j->needed > 0 ? j->needed : (uint64_t)limit_or(l->junction_min_fragments, 3);
    double mean = ps_poisson_mean(needed, limit_or(l->junction_power, 0.95));
    return ceil(fmax(l->junction_min_coverage, mean / (0.5 * purity * shown)));
}

static void say_missing_junction(const ps_result *r, ps_explanation *e) {
    const ps_junction_call *j = &r->calls.junction;
    double fold = fold_that_shows(r), now = isnan(j->physical_coverage) ? 0 : j->physical_coverage;
    if (j->state != PS_JUNCTION_NOT_ASSESSABLE)
        return;
    if (ps_has_reason(&j->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE) && isfinite(fold))
        say(e,
            "IGH::CCND1: sequence 11q13 deeper. About %.0f fragment%s over every base of the window would show a "
            "junction that every tumour cell has; it has %.3g.",
            fold, ps_s(fold), now);
    else if (ps_has_reason(&j->reasons, PS_REASON_LOW_PHYSICAL_COVERAGE))
        say(e,
            "IGH::CCND1: use longer reads, or pairs. It has %.3g fragment%s over each base of the 11q13 window, but "
            "they are too short to show a junction.",
            now, ps_s(now));
    say_advice(e, "IGH::CCND1", &j->reasons);
}

static void say_missing_ras(const ps_result *r, ps_explanation *e) {
    const ps_ras_call *ras = &r->calls.ras;
    if (ras->state == PS_RAS_NOT_ASSESSABLE) {
        say_advice(e, "RAS", &ras->reasons);
        if (!ps_has_reason(&ras->reasons, PS_REASON_NO_INPUT))
            say_codons(r, e);
    } else if (ps_has_reason(&ras->reasons, PS_REASON_VCF_BLOCKS)) {
        say(e, "RAS: give the alignments (--dna). The wild type rests on hom-ref blocks of the VCF, and callers of "
               "germline variants miss mutations of few cells.");
    } else if (ps_has_reason(&ras->reasons, PS_REASON_RNA_ONLY)) {
        say(e, "RAS: give DNA (--dna). The wild type rests on RNA, which shows only part of the mutated alleles.");
    }
}

static void say_missing_ccnd1(const ps_result *r, ps_explanation *e) {
    if (r->calls.ccnd1.state == PS_CCND1_NOT_ASSESSABLE)
        say_advice(e, "CCND1", &r->calls.ccnd1.reasons);
    else if (ps_has_reason(&r->calls.ccnd1.reasons, PS_REASON_DNA_ONLY))
        say(e, "CCND1: give RNA (--rna). DNA cannot show expression whose cause is not in the DNA.");
}

void ps_say_missing(const ps_result *r, ps_explanation *e) {
    say_missing_ras(r, e);
    say_missing_ccnd1(r, e);
    say_missing_expression(r, e);
    say_missing_copies(r, e);
    say_missing_junction(r, e);
}

/* ---- what to do next ------------------------------------------------------------------------------------------- */

static void say_specimen(const ps_result *r, ps_explanation *e) {
    if (!r->label.chosen.applies)
        say(e, "State the specimen (--specimen %s) if this is right: the chosen model is made for it.",
            ps_model_specimen(r->label.chosen.model));
    else if (r->specimen == PS_SPECIMEN_UNKNOWN && r->label.n_contradicting)
        say(e,
            "State the specimen (--specimen lesion or marrow): a model that is made for one of them contradicts the "
            "label.");
}

static void say_purity(const ps_result *r, ps_explanation *e) {
    int worst = ps_worst_codon(r);
    if (r->calls.ras.state != PS_RAS_WILD_TYPE || !isnan(r->purity) || worst < 0)
        return;
    char least[PS_NUMBER_SIZE];
    double lod95 =
        ps_codon_seen(r, worst).lod95; /* a mutation of one allele in every tumour cell has half their share */
    if (isfinite(lod95))
        say(e, "State the tumour share (--purity): the RAS wild type needs at least %s tumour cells.",
            ps_percent(least, 2 * lod95, ""));
}

static void say_failed_checks(const ps_result *r, ps_explanation *e) {
    char names[300] = "";
    size_t used = 0;
    for (size_t i = 0; i < r->n_qc; i++)
        if (r->qc[i].state == PS_QC_FAIL) {
            char one[80];
            snprintf(one, sizeof one, "%s%s (%s)", used ? ", " : "", r->qc[i].check, r->qc[i].input);
            used = ps_append(names, sizeof names, used, one);
        }
    if (used)
        say(e, "Look at the failed checks: %s.", names);
}

void ps_next_steps(const ps_result *r, ps_explanation *e) {
    *e = (ps_explanation){0};
    if (r->calls.identity.state == PS_IDENTITY_DIFFERENT) {
        say(e, "Find the swapped file: the inputs are of different persons.");
        return;
    }
    say_failed_checks(r, e);
    say_missing_ras(r, e);
    say_missing_ccnd1(r, e);
    if (r->calls.ccnd1.state == PS_CCND1_NOT_ASSESSABLE) {
        say_missing_expression(r, e);
        say_missing_copies(r, e);
        say_missing_junction(r, e);
    }
    say_specimen(r, e);
    say_purity(r, e);
    if (e->n)
        return;
    if (ps_is_definite(ps_chosen_label(r)))
        say(e, "Nothing: both markers were assessed, and the model gives a label.");
    else
        say(e,
            "Both markers were assessed and do not agree clearly: more reads will hardly change that. Judge by other "
            "findings.");
}
