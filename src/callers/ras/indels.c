#include "indels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/stats.h"

#include "constants.h"

/* Constants of the algorithm: what a laboratory may decide stands in limits.tsv. */
/* fragments per fragment: expected false indel fragments per fragment at a site (assumption) */
static const double ras_indel_background = 2e-5;
/* the same of a three-base event (assumption: slips of whole codons are rarer than those of one base) */
static const double ras_inframe_background = 5e-6;
/* fold: of this sample's own indel rate is allowed for (assumption: places differ in how easily they slip) */
static const double ras_indel_fold = 5;
/* alleles of one class: more of them are errors (assumption: indels of one class that a sample may hold; more are
 * errors of the library) */
static const double ras_true_indels = 4;
/* bases: of a run of one letter that do not raise its indel errors (assumption: from published indel profiles: longer
 * runs of one letter slip) */
static const double ras_run_bases = 4;
/* fold per base: by each base beyond those (assumption: from published indel profiles) */
static const double ras_run_fold = 3;
/* fragments per fragment: errors of an indel, at most (assumption: no run slips more often) */
static const double ras_max_indel_error = 0.2;
/* bases: times the indel errors per base, squared, the share of carriers that such errors hide (measured on
 * duplications and substitutions in long reads of three error rates, make bench-long: reads of more errors have poor
 * bases beside them too) */
static const double ras_indel_span = 46, ras_substitution_span = 20;

/* Lengths with errors of their own: slips of one and two bases, three, others out of frame, others in frame. */
static int length_class(int length) {
    return length <= 3 ? length - 1 : length % 3 ? 3 : 4;
}

static const int class_lengths[RAS_INDEL_LENGTHS] = {1, 2, 3, 4, 6};

/* Two copies of three bases are no repeat that slips: they would have next to no places of their own. */
static int class_at(int insertion, int length, int found) {
    int copies = length >= 3 && found > 1 ? found - 1 : found;
    int kept = copies < 1 ? 1 : copies > RAS_INDEL_COPIES ? RAS_INDEL_COPIES : copies;
    return (insertion * RAS_INDEL_LENGTHS + length_class(length)) * RAS_INDEL_COPIES + kept - 1;
}

/* Copies of `unit` one after another in the reference from a place on. */
static int copies_of(const ps_panel *panel, int contig, int32_t pos0, const char *unit, int length) {
    int n = 0;
    for (; n < RAS_INDEL_COPIES; n++)
        for (int i = 0; i < length; i++)
            if (ps_panel_base(panel, contig, pos0 + n * length + i) != unit[i])
                return n;
    return n;
}

static void reference_unit(const ps_panel *panel, int contig, int32_t pos0, int length, char *unit) {
    for (int i = 0; i < length; i++)
        unit[i] = ps_panel_base(panel, contig, pos0 + i);
    unit[length] = '\0';
}

static int class_of(const ps_panel *panel, const ps_allele_count *a) {
    enum { LONGEST = 12 }; /* of a unit whose copies are looked for */
    int contig = panel->loci[a->locus].contig, inserted = (int)strlen(a->alt), deleted = a->end0 - a->beg0;
    int length = abs(inserted - deleted), copies = 0;
    char unit[LONGEST + 1];
    if (inserted && deleted) /* a replacement */
        return class_at(inserted > deleted, length, 1);
    if (length <= LONGEST) {
        if (inserted)
            memcpy(unit, a->alt, (size_t)length + 1);
        else
            reference_unit(panel, contig, a->beg0, length, unit);
        copies = copies_of(panel, contig, a->beg0, unit, length);
    }
    return class_at(inserted > 0, length, copies);
}

/* A place counts in the class of what is repeated there, at the leftmost place that names it. */
static void expose_target(const ps_panel *panel, int contig, int32_t pos0, double depth, ras_indels *m) {
    for (int i = 0; i < RAS_INDEL_LENGTHS; i++) {
        int length = class_lengths[i], copies = 1;
        char unit[8];
        reference_unit(panel, contig, pos0, length, unit);
        if (length <= 3 && ps_panel_base(panel, contig, pos0 - 1) == unit[length - 1])
            continue;
        if (length <= 3)
            copies = copies_of(panel, contig, pos0, unit, length);
        for (int insertion = 0; insertion < 2; insertion++)
            m->class[class_at(insertion, length, copies)].exposure += depth;
    }
}

static void measure_exposure(const ps_panel *panel, const ps_read_evidence *reads, ras_indels *m) {
    for (size_t i = 0; i < reads->codons.n_codon;) {
        const ps_codon *codon = &panel->codons[reads->codons.codon[i].codon];
        double depth = 0;
        for (int32_t id = reads->codons.codon[i].codon;
             i < reads->codons.n_codon && reads->codons.codon[i].codon == id; i++)
            depth += reads->codons.codon[i].n;
        m->bases += 3 * depth;
        for (int k = 0; k < 3; k++)
            expose_target(panel, panel->loci[codon->locus].contig, codon->pos0[k], depth, m);
    }
}

static double floor_of(int length, int copies) {
    double least = length % 3 ? ras_indel_background : ras_inframe_background;
    return least * pow(ras_run_fold, fmax(0, copies - ras_run_bases));
}

/* True ones are few: many alleles of a class that stand out are the library's errors. */
static double errors_of(const ras_indel_class *c) {
    return c->n - (c->true_alleles <= ras_true_indels ? c->true_n : 0);
}

static double small_of(const ras_indel_class *c) {
    return c->small;
}

/* A longer run slips no less often than a shorter one, of which there are more to measure. `own`: fragments of the
 * indel at hand, where they are among the background. */
static double measured_rate(const ras_indels *m, int class, double (*count)(const ras_indel_class *c), double own) {
    int copies = class % RAS_INDEL_COPIES + 1, length = class_lengths[class / RAS_INDEL_COPIES % RAS_INDEL_LENGTHS];
    double most = floor_of(length, copies);
    for (int k = class - copies + 1; k <= class; k++) {
        const ras_indel_class *c = &m->class[k];
        double n = fmax(0, count(c) - (k == class ? own : 0));
        most = c->exposure > 0 ? fmax(most, ras_indel_fold * n / c->exposure) : most;
    }
    return most;
}

static double class_rate(const ras_indels *m, int class, double own) {
    return fmin(ras_max_indel_error, measured_rate(m, class, errors_of, own));
}

static double count_of(const ps_allele_count *a) {
    return (double)a->n[0] + a->n[1];
}

/* What an indel that may be a true one counts of errors, at most. */
static double small_count(const ps_allele_count *a) {
    return fmin(count_of(a), ras_background_fragments - 1);
}

/* Does it stand out from an error rate that single fragments make? */
static int stands_out(const ras_indels *m, int class, const ps_allele_count *a) {
    double n = count_of(a), rate = measured_rate(m, class, small_of, small_count(a));
    return n >= ras_background_fragments &&
           ps_negative_binomial_upper((uint64_t)n, rate * a->depth, ras_background_shape) < ras_refused_p;
}

void ras_measure_indels(const ps_panel *panel, const ps_read_evidence *reads, double base_error, ras_indels *m) {
    *m = (ras_indels){.panel = panel, .base_error = base_error};
    measure_exposure(panel, reads, m);
    for (size_t i = 0; i < reads->codons.n_allele; i++) {
        const ps_allele_count *a = &reads->codons.allele[i];
        if (ras_is_chain(a))
            continue;
        m->class[class_of(panel, a)].n += count_of(a);
        m->class[class_of(panel, a)].small += small_count(a);
    }
    for (size_t i = 0; i < reads->codons.n_allele; i++) {
        const ps_allele_count *a = &reads->codons.allele[i];
        int class = ras_is_chain(a) ? -1 : class_of(panel, a);
        if (class < 0 || !stands_out(m, class, a))
            continue;
        m->class[class].true_alleles++;
        m->class[class].true_n += count_of(a);
    }
    for (int i = 0; i < RAS_INDEL_CLASSES; i++)
        m->errors += errors_of(&m->class[i]);
}

/* A base read wrong in a true insertion makes another insertion of it. */
static double from_others(const ras_indels *m, const ps_read_evidence *reads, const ps_allele_count *allele) {
    double n = 0;
    for (size_t i = 0; i < reads->codons.n_allele; i++) {
        const ps_allele_count *a = &reads->codons.allele[i];
        int differ = 0;
        if (a == allele || a->locus != allele->locus || a->beg0 != allele->beg0 || a->end0 != allele->end0 ||
            strlen(a->alt) != strlen(allele->alt))
            continue;
        for (size_t k = 0; a->alt[k]; k++)
            differ += a->alt[k] != allele->alt[k];
        n += differ == 1 ? count_of(a) : 0;
    }
    return allele->depth ? n * m->base_error / allele->depth : 0;
}

double ras_indel_error(const ras_indels *m, const ps_read_evidence *reads, const ps_allele_count *allele) {
    int class = class_of(m->panel, allele);
    int left_out = m->class[class].true_alleles <= ras_true_indels && stands_out(m, class, allele);
    return class_rate(m, class, left_out ? 0 : count_of(allele)) + from_others(m, reads, allele);
}

double ras_inframe_error(const ras_indels *m) {
    return class_rate(m, class_at(1, 3, 1), 0);
}

static double recognised(const ras_indels *m, double span) {
    double near = m->bases > 0 ? span * m->errors / m->bases : 0;
    return exp(-near * near);
}

double ras_indel_recognised(const ras_indels *m) {
    return recognised(m, ras_indel_span);
}

double ras_substitution_recognised(const ras_indels *m) {
    return recognised(m, ras_substitution_span);
}
