#include "plasmastrat/variants.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/spelling.h"
#include "reader.h"

static const char *const note_texts[N_NOTES] = {
    [NOTE_NO_READS] = "GT carries the allele but no read does, taken as absent",
    [NOTE_NO_CALL] = "no genotype call and no counts, not used",
    [NOTE_SYMBOL] = "a symbolic allele spells no bases, not counted",
    [NOTE_GERMLINE] = "a flag in INFO calls it germline",
    [NOTE_BAD_NUMBER] = "a count or fraction is no number from 0 up, taken as unknown",
    [NOTE_DECIMAL_COMMA] = "a fraction has a decimal comma, or may have one",
    [NOTE_PERCENT] = "fractions above 1 are taken as percentages",
    [NOTE_LIST_LENGTH] = "a list has more values than the record has alleles: counts unknown",
};

static void add_notice(ps_variants *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_notice(ps_variants *out, const char *format, ...) {
    size_t used = strlen(out->notice);
    if (used + 8 > sizeof out->notice)
        return;
    if (used)
        used += (size_t)snprintf(out->notice + used, sizeof out->notice - used, "; ");
    va_list args;
    va_start(args, format);
    vsnprintf(out->notice + used, sizeof out->notice - used, format, args);
    va_end(args);
}

static void tell_notes(reader *r) {
    for (int i = 0; i < N_NOTES; i++)
        if (r->note[i].n == 1)
            add_notice(r->out, "%s: %s", r->note[i].first, note_texts[i]);
        else if (r->note[i].n > 1)
            add_notice(r->out, "%" PRIu64 " allele%s (the first at %s): %s", r->note[i].n, ps_s(r->note[i].n),
                       r->note[i].first, note_texts[i]);
    if (r->out->outside)
        add_notice(r->out, "%" PRIu64 " allele%s outside the coding exons of the panel, not counted: %s",
                   r->out->outside, ps_s(r->out->outside), r->outside);
}

/* ---- scanning -------------------------------------------------------------------------------------------------- */

/* Indels may be written this far from where they touch the coding sequence (shifted through a repeat). */
enum { INDEL_MARGIN = 100 };

static int is_near_coding(const ps_panel *panel, int contig, int64_t beg0, int64_t end0) {
    for (int l = 0; l < panel->n_loci; l++) {
        const ps_locus *locus = &panel->loci[l];
        for (int w = 0; w < locus->n_windows && locus->contig == contig; w++)
            if (beg0 < locus->windows[w].end0 + INDEL_MARGIN && end0 > locus->windows[w].beg0 - INDEL_MARGIN)
                return 1;
    }
    return 0;
}

static int is_breakend_only(const vcf_record *record) {
    for (int i = 0; i < record->n_alt; i++)
        if (vcf_is_sequence(record->alt[i]))
            return 0;
    return 1;
}

static int check_place(const reader *r, const vcf_record *record, int contig, ps_error *err) {
    int64_t length = r->panel->contigs[contig].length;
    int64_t last1 = record->pos1 + (int64_t)strlen(record->ref) - 1;
    if (length > 0 && last1 > length + is_breakend_only(record)) /* a breakend may name the telomere, one further */
        return vcf_fail(record, err,
                        "POS is beyond the end of %s, which has %" PRId64
                        " bases in %s: is this file on another build?",
                        record->chrom, length, r->panel->build);
    int32_t wrong0;
    int hotspot;
    if (vcf_compare_ref(r->panel, contig, record->pos1 - 1, record->ref, &wrong0, &hotspot) >= 0)
        return 0;
    return vcf_fail(record, err,
                    "REF has %c at %" PRId32 ", but %s has %c there: is this file on another build? (%s)",
                    record->ref[wrong0 - (record->pos1 - 1)], wrong0 + 1, r->panel->build,
                    ps_panel_base(r->panel, contig, wrong0),
                    r->header_build ? "its header says it is on this one" : "its header does not say which");
}

static void note_far_record(reader *r, const vcf_record *record) {
    for (int i = 0; i < record->n_alt && r->sites_only; i++)
        if (vcf_is_sequence(record->alt[i]))
            vcf_note_outside(r, record, i);
}

static void note_name(reader *r, const char *chrom) {
    if (r->n_names < MAX_NAMES && (r->n_names == 0 || strcmp(r->names[r->n_names - 1], chrom) != 0))
        r->names[r->n_names++] = ps_strdup(chrom);
}

static int has_join(const vcf_record *record) {
    for (int i = 0; i < record->n_alt; i++)
        if (strpbrk(record->alt[i], "[]") || !strcmp(record->alt[i], "<TRA>") || !strcmp(record->alt[i], "<BND>"))
            return 1;
    return 0;
}

/* Takes the line's memory when the record is kept. */
static int scan_record(reader *r, ps_error *err) {
    vcf_record record;
    int result = vcf_record_parse(&r->lines, r->lines.line.s, r->lines.number, &record, err), keep = 0;
    if (result == 0) {
        r->records++;
        note_name(r, record.chrom);
        vcf_sample_hint_add(&r->hint, &record);
        int contig = vcf_tally_contig(&r->own, record.chrom);
        vcf_habits_add(&r->habits, &record);
        r->out->has_structural |= has_join(&record);
        r->out->has_copy_number |= vcf_is_copy_number(&record);
        r->known += contig >= 0;
        if (contig >= 0)
            result = check_place(r, &record, contig, err);
        vcf_tally_add(&r->own, &record);
        for (int i = 0; i < r->others.n; i++)
            vcf_tally_add(&r->others.tally[i], &record);
        int64_t end0 = record.pos1 - 1 + (int64_t)strlen(record.ref), block_end0 = vcf_end0(&record);
        if (block_end0 > end0)
            end0 = block_end0;
        keep = result == 0 && contig >= 0 && is_near_coding(r->panel, contig, record.pos1 - 1, end0);
        if (result == 0 && !keep)
            note_far_record(r, &record);
        if (keep) {
            PS_GROW(r->kept, r->n_kept, r->kept_capacity);
            r->kept[r->n_kept++] = (kept_record){record, ks_release(&r->lines.line), contig};
        }
    }
    if (!keep)
        vcf_record_free(&record);
    return result;
}

static int scan(reader *r, ps_error *err) {
    int got;
    while ((got = vcf_lines_next(&r->lines, err)) == 1)
        if (scan_record(r, err) != 0)
            return -1;
    return got;
}

/* ---- the build ------------------------------------------------------------------------------------------------- */

static int check_header_build(reader *r, ps_error *err) {
    char why[256];
    r->header_build = vcf_header_build(&r->lines, why, sizeof why);
    if (!r->header_build || strcmp(r->header_build, r->panel->build) == 0)
        return 0;
    return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0, "is on %s (%s), but panel %s is %s", r->header_build,
                   why, r->panel->name, r->panel->build);
}

/* Records on another build than the one claimed lie where nothing is looked for, and would read as "no variants". One
 * match at a hotspot codon is about a 1 in 100 chance even for a whole germline genome (36 bases, one record in 1,000
 * bases, 1 in 4 bases right); elsewhere three matches without a contradiction are asked for. */
static int check_other_builds(const reader *r, ps_error *err) {
    for (int i = 0; i < r->others.n && r->own.matches == 0; i++) {
        const vcf_tally *other = &r->others.tally[i];
        if (other->mismatches == 0 && (other->hotspots > 0 || other->matches >= 3))
            return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0,
                           "%d record%s with RAS coding bases of %s and none of %s, which %s: is this file on %s?",
                           other->matches, ps_s(other->matches), other->panel->build, r->panel->build,
                           r->header_build ? "its header says" : "was asked for", other->panel->build);
    }
    return 0;
}

static void name_build(reader *r) {
    ps_variants *out = r->out;
    const char *hint = vcf_hinted_build(&r->lines);
    const char *build = r->header_build;
    if (!build && r->own.matches > 0) {
        build = r->panel->build;
        add_notice(out, "contig lengths are missing in the header, REF bases fit %s", build);
    } else if (!build && hint) {
        build = hint;
        add_notice(out, "contig lengths are missing in the header and no REF base tells, the header names %s", hint);
    } else if (!build) {
        add_notice(out, "contig lengths are missing in the header and no REF base tells the build, taken as %s",
                   r->panel->build);
    }
    out->build = ps_strdup(build);
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

#define BY(a, b)                                                                                                     \
    do {                                                                                                             \
        if ((a) != (b))                                                                                              \
            return (a) < (b) ? -1 : 1;                                                                               \
    } while (0)

/* Pointers into one array: equal rows stay in the file's order. */
static int compare_variants(const void *a, const void *b) {
    const ps_variant *x = *(const ps_variant *const *)a, *y = *(const ps_variant *const *)b;
    BY(x->contig, y->contig);
    BY(x->beg0, y->beg0);
    BY(x->end0, y->end0);
    int by_alt = strcmp(x->alt, y->alt);
    BY(by_alt, 0);
    BY(x, y);
    return 0;
}

static int compare_blocks(const void *a, const void *b) {
    const ps_block *x = a, *y = b;
    BY(x->contig, y->contig);
    BY(x->beg0, y->beg0);
    BY(x->end0, y->end0);
    BY(x->depth, y->depth);
    return 0;
}

static void sort_rows(ps_variants *out) {
    size_t n = out->n_variants;
    ps_variant **order = ps_alloc(n, sizeof *order), *sorted = ps_alloc(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        order[i] = &out->variant[i];
    qsort(order, n, sizeof *order, compare_variants);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    free(order);
    free(out->variant);
    out->variant = sorted;
    if (out->n_blocks)
        qsort(out->block, out->n_blocks, sizeof *out->block, compare_blocks);
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

static void take_caller(reader *r) {
    ps_variants *out = r->out;
    const ps_vcf_caller *caller = vcf_find_caller(&r->lines, r->panel, &out->blocks_min_vaf);
    out->caller = caller ? ps_strdup(caller->name) : NULL;
    if (caller && caller->germline)
        out->blocks = PS_BLOCKS_GERMLINE;
    else if (caller && !isnan(out->blocks_min_vaf))
        out->blocks = PS_BLOCKS_SOMATIC;
}

static void find_splits(reader *r) {
    vcf_record **record = ps_alloc(r->n_kept + 1, sizeof *record);
    for (size_t k = 0; k < r->n_kept; k++) {
        record[k] = &r->kept[k].record;
        record[k]->habits = &r->habits;
    }
    vcf_find_splits(record, r->n_kept);
    free(record);
}

/* Alternates without any count, of one place or another: an activating change each. */
static int is_uncounted_hit(const ps_panel *panel, const ps_variant *v) {
    ps_effect e;
    return v->alt_depth < 0 && isnan(v->vaf) && v->genotype != 0 && v->filter_pass &&
           ps_effect_of(panel, v->contig, v->beg0, v->end0, v->alt, &e) == 0 && e.tier >= PS_TIER_LIKELY;
}

/* No tumour has this many activating RAS and RAF changes, or two alternates at each of several places. */
static int check_is_patient(const reader *r, ps_error *err) {
    enum { MOST_CHANGES = 9, MOST_PLACES = 1 };
    const ps_variants *out = r->out;
    int n = 0, places = 0, here = 0;
    for (size_t i = 0; i < out->n_variants; i++) {
        const ps_variant *v = &out->variant[i];
        int same = i > 0 && v->contig == v[-1].contig && v->beg0 == v[-1].beg0;
        here = same ? here : 0;
        if (!is_uncounted_hit(r->panel, v) || (same && v->end0 == v[-1].end0 && !strcmp(v->alt, v[-1].alt)))
            continue;
        n++;
        places += ++here == 2;
    }
    if (r->lines.n_samples > 1 || (n <= MOST_CHANGES && places <= MOST_PLACES))
        return 0;
    return ps_fail(
        err, PS_ERR_RUN, r->lines.source.name, 0,
        "lists %d activating changes of RAS and RAF genes, %d position%s with more than one, and no counts: this is "
        "a list of sites, not a patient; give it as --force-sites",
        n, places, ps_s(places));
}

static int read_all(reader *r, const char *path, const char *sample_name, ps_error *err) {
    if (vcf_lines_open(path, &r->lines, err) != 0 || check_header_build(r, err) != 0 ||
        vcf_builds_begin(&r->others, r->panel->build, err) != 0 ||
        (!r->sites_only && vcf_lines_restrict(&r->lines, r->panel, err) != 0) || scan(r, err) != 0 ||
        check_other_builds(r, err) != 0)
        return -1;
    r->column = r->sites_only ? -1 : vcf_tumour_column(&r->lines, &r->hint, sample_name, err);
    if (r->column == -2)
        return -1;
    r->normal = r->sites_only ? -1 : vcf_normal_column(&r->lines, r->column);
    ps_variants *out = r->out;
    out->path = ps_strdup(path);
    out->format = r->lines.format;
    take_caller(r);
    find_splits(r);
    out->records = r->records;
    out->sample_name = ps_strdup(r->column >= 0 ? r->lines.sample[r->column] : "");
    out->style = vcf_header_style(&r->lines, (const char *const *)r->names, r->n_names);
    name_build(r);
    if (r->lines.no_newline_end)
        add_notice(out, "the last line does not end in a newline: is the file whole?");
    if (r->records > 0 && r->known == 0)
        add_notice(out, "no record lies on a contig of the panel; the first is on '%.60s', expected names like %s",
                   r->names[0], r->panel->contigs[0].name[PS_STYLE_UCSC]);
    if (vcf_convert(r, err) != 0)
        return -1;
    tell_notes(r);
    sort_rows(out);
    return r->sites_only ? 0 : check_is_patient(r, err);
}

static int read_file(const char *path, const ps_panel *panel, const char *sample_name, int sites_only,
                     ps_variants *variants, ps_error *err) {
    memset(variants, 0, sizeof *variants);
    reader *r = ps_alloc(1, sizeof *r);
    r->sites_only = sites_only;
    r->panel = panel;
    r->out = variants;
    r->own = (vcf_tally){.panel = panel, .contig = -1};
    int result = read_all(r, path, sample_name, err);
    for (size_t k = 0; k < r->n_kept; k++) {
        vcf_record_free(&r->kept[k].record);
        free(r->kept[k].text);
    }
    free(r->kept);
    free(r->hint.name);
    for (int i = 0; i < r->n_names; i++)
        free(r->names[i]);
    vcf_lines_close(&r->lines);
    free(r);
    if (result != 0)
        ps_variants_free(variants);
    return result;
}

int ps_variants_read(const char *path, const ps_panel *panel, const char *sample_name, ps_variants *variants,
                     ps_error *err) {
    return read_file(path, panel, sample_name, 0, variants, err);
}

int ps_variants_read_sites(const char *path, const ps_panel *panel, ps_variants *sites, ps_error *err) {
    return read_file(path, panel, NULL, 1, sites, err);
}

void ps_variants_free(ps_variants *variants) {
    for (size_t i = 0; i < variants->n_variants; i++)
        vcf_free_variant(&variants->variant[i]);
    free(variants->variant);
    free(variants->block);
    for (size_t i = 0; i < variants->n_unclear; i++)
        free(variants->unclear[i].text);
    free(variants->unclear);
    free(variants->path);
    free(variants->build);
    free(variants->sample_name);
    free(variants->caller);
    memset(variants, 0, sizeof *variants);
}
