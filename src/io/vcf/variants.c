#include "plasmastrat/variants.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "private.h"

typedef struct kept_record { /* a record near a coding exon, kept until the tumour's column is known */
    vcf_record record;
    char *text; /* what the record points into */
    int contig;
} kept_record;

enum { MAX_NAMES = 64, MAX_OUTSIDE_NAMED = 5 };

/* What happens to many records alike is told once. */
enum { NOTE_NO_READS, NOTE_NO_CALL, NOTE_SYMBOL, N_NOTES };
static const char *const note_texts[N_NOTES] = {
    [NOTE_NO_READS] = "GT carries the allele but no read does, taken as absent",
    [NOTE_NO_CALL] = "no genotype call and no counts, not used",
    [NOTE_SYMBOL] = "a symbolic allele spells no bases, not counted",
};
typedef struct record_note {
    uint64_t n;
    char first[80]; /* "chr12:25245350" */
} record_note;

typedef struct reader {
    const ps_panel *panel;
    vcf_lines lines;
    vcf_tally own;
    vcf_builds others;
    const char *header_build; /* from contig lengths, NULL: not said */
    kept_record *kept;
    size_t n_kept, kept_capacity;
    vcf_sample_hint hint;
    uint64_t records;
    char *names[MAX_NAMES]; /* contig names in the order the records come */
    int n_names;
    int sites_only; /* a list of alleles: columns, filters and counts are not looked at */
    char outside[200];
    int column, normal; /* the tumour's and its normal's; -1 none */
    record_note note[N_NOTES];
    ps_variants *out;
    size_t variant_capacity, block_capacity, doubt_capacity;
} reader;

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

static void note_record(reader *r, int kind, const vcf_record *record) {
    record_note *note = &r->note[kind];
    if (note->n++ == 0)
        snprintf(note->first, sizeof note->first, "%.50s:%" PRId64, record->chrom, record->pos1);
}

static void tell_notes(reader *r) {
    for (int i = 0; i < N_NOTES; i++)
        if (r->note[i].n == 1)
            add_notice(r->out, "%s: %s", r->note[i].first, note_texts[i]);
        else if (r->note[i].n > 1)
            add_notice(r->out, "%" PRIu64 " alleles (the first at %s): %s", r->note[i].n, r->note[i].first,
                       note_texts[i]);
    if (r->out->outside)
        add_notice(r->out, "%" PRIu64 " alleles lie outside the coding exons of the panel and are not counted: %s",
                   r->out->outside, r->outside);
}

/* ---- scanning ---------------------------------------------------------------------------------------------------
 */

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

/* An allele of a list of sites that cannot be counted. */
static void note_outside(reader *r, const vcf_record *record, int allele) {
    size_t used = strlen(r->outside);
    if (r->out->outside++ < MAX_OUTSIDE_NAMED && used + 40 < sizeof r->outside)
        snprintf(r->outside + used, sizeof r->outside - used, "%s%.20s:%" PRId64 " %.8s>%.8s", used ? ", " : "",
                 record->chrom, record->pos1, record->ref, record->alt[allele]);
    else if (used + 5 < sizeof r->outside && (used < 4 || strcmp(r->outside + used - 4, " ...") != 0))
        snprintf(r->outside + used, sizeof r->outside - used, " ...");
}

static void note_far_record(reader *r, const vcf_record *record) {
    for (int i = 0; i < record->n_alt && r->sites_only; i++)
        if (vcf_is_sequence(record->alt[i]))
            note_outside(r, record, i);
}

static void note_name(reader *r, const char *chrom) {
    if (r->n_names < MAX_NAMES && (r->n_names == 0 || strcmp(r->names[r->n_names - 1], chrom) != 0))
        r->names[r->n_names++] = ps_strdup(chrom);
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

/* ---- the build --------------------------------------------------------------------------------------------------
 */

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
                           "%d records fit RAS coding bases of %s and none fits %s, which %s: is this file on %s?",
                           other->matches, other->panel->build, r->panel->build,
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

/* ---- one allele -------------------------------------------------------------------------------------------------
 */

static int touches_coding(const ps_panel *panel, int contig, int64_t beg0, int64_t end0, int is_insertion) {
    for (int t = 0; t < panel->n_transcripts; t++)
        for (int c = 0; c < panel->transcripts[t].n_cds; c++) {
            const ps_span *cds = &panel->transcripts[t].cds[c];
            if (cds->contig == contig && beg0 < cds->end0 + is_insertion && end0 > cds->beg0 - is_insertion)
                return 1;
        }
    return 0;
}

/* The same base, and a known one. */
static int same_base(char a, char b) {
    return a == b && strchr("ACGT", a) != NULL && a != '\0';
}

/* Every place an indel could be written at: callers put it left, HGVS right. */
static void indel_reach(const ps_panel *panel, const ps_variant *v, int64_t *beg0, int64_t *end0) {
    int64_t left = v->beg0, right = v->end0;
    size_t n_alt = strlen(v->alt);
    if (n_alt == 0) {
        for (int32_t b = v->beg0, e = v->end0;
             b > 0 && same_base(ps_panel_base(panel, v->contig, b - 1), ps_panel_base(panel, v->contig, e - 1));
             b--, e--)
            left = b - 1;
        for (int32_t b = v->beg0, e = v->end0;
             same_base(ps_panel_base(panel, v->contig, b), ps_panel_base(panel, v->contig, e)); b++, e++)
            right = e + 1;
    } else if (v->beg0 == v->end0) {
        size_t k = 0;
        for (int32_t b = v->beg0; b > 0 && same_base(ps_panel_base(panel, v->contig, b - 1), v->alt[n_alt - 1 - k]);
             b--, k = (k + 1) % n_alt)
            left = b - 1;
        k = 0;
        for (int32_t b = v->beg0; same_base(ps_panel_base(panel, v->contig, b), v->alt[k]); b++, k = (k + 1) % n_alt)
            right = b + 1;
    }
    *beg0 = left;
    *end0 = right;
}

/* Bases shared with REF go: from the end first, so that an indel keeps its left place. */
static void trim(const vcf_record *record, const char *alt, ps_variant *v) {
    size_t n_ref = strlen(record->ref), n_alt = strlen(alt), prefix = 0;
    while (n_ref && n_alt && record->ref[n_ref - 1] == alt[n_alt - 1]) {
        n_ref--;
        n_alt--;
    }
    while (prefix < n_ref && prefix < n_alt && record->ref[prefix] == alt[prefix])
        prefix++;
    v->beg0 = (int32_t)(record->pos1 - 1 + (int64_t)prefix);
    v->end0 = (int32_t)(record->pos1 - 1 + (int64_t)n_ref);
    v->alt = ps_strndup(alt + prefix, n_alt - prefix);
}

static int filter_passes(const ps_panel *panel, const char *filter) {
    char token[128];
    for (const char *p = filter;; p++) {
        size_t length = strcspn(p, ";");
        snprintf(token, sizeof token, "%.*s", length < sizeof token ? (int)length : (int)sizeof token - 1, p);
        if (!ps_panel_filter_passes(panel, token))
            return 0;
        p += length;
        if (!*p)
            return 1;
    }
}

/* What counts say about carrying the allele goes before GT: hotspot files list every hotspot, also the absent ones
 * (Ion Torrent: PASS with AF = 0). A depth of 0 is no evidence against a genotype, and none for its absence. */
static void reconcile_genotype(reader *r, const vcf_record *record, ps_variant *v) {
    if (v->depth == 0) {
        v->vaf = NAN;
        v->depth = v->genotype == 1 ? -1 : 0;
        v->alt_depth = v->depth;
        v->genotype = v->genotype == 1 ? 1 : -1;
    } else if (v->alt_depth == 0 || v->vaf == 0) {
        if (v->genotype == 1)
            note_record(r, NOTE_NO_READS, record);
        v->alt_depth = 0;
        v->genotype = 0;
    }
}

/* "./." with no counts either: the caller could not tell, so this is no variant and no absence. */
static int is_no_call(const reader *r, const vcf_record *record, const ps_variant *v) {
    size_t length;
    return v->genotype == -1 && v->alt_depth < 0 && isnan(v->vaf) && r->column >= 0 &&
           vcf_format_value(record, r->column, "GT", &length) && length > 0;
}

static void free_variant(ps_variant *v) {
    free(v->alt);
    free(v->filter);
    free(v->depth_field);
    free(v->phase_set);
}

/* VarDict's STATUS and VarScan's SS (beside its GPV) in INFO; SS of SomaticSniper and MuSE in the tumour's column. */
static int caller_says_germline(const reader *r, const vcf_record *record) {
    size_t length, other;
    const char *text = vcf_info(record, "STATUS", &length);
    if (text && length == strlen("Germline") && strncmp(text, "Germline", length) == 0)
        return 1;
    text = vcf_info(record, "SS", &length);
    if (text && length == 1 && *text == '1' && vcf_info(record, "GPV", &other))
        return 1;
    text = r->column >= 0 ? vcf_format_value(record, r->column, "SS", &length) : NULL;
    return text && length == 1 && *text == '1';
}

/* By the rule of a matched normal's alignments; a normal without counts is taken by its genotype. 1, 0 or -1. */
static int is_in_normal(const reader *r, const vcf_record *record, int allele, ps_error *err) {
    const ps_limits *l = &r->panel->limits;
    vcf_counts counts;
    if (caller_says_germline(r, record))
        return 1;
    if (r->normal < 0)
        return 0;
    int genotype = vcf_read_genotype(record, r->normal, allele + 1, err);
    if (genotype == -2 || vcf_read_counts(record, r->normal, allele, &counts, err) != 0)
        return -1;
    if (counts.alt_depth < 0)
        return genotype == 1;
    return (double)counts.alt_depth >= l->ras_germline_min_alt &&
           (double)counts.alt_depth >= l->ras_germline_normal_vaf * (double)counts.depth;
}

/* Everything that the tumour's column says of the allele. */
static int read_column(reader *r, const vcf_record *record, int allele, ps_variant *v, ps_error *err) {
    vcf_counts counts;
    v->in_normal = is_in_normal(r, record, allele, err);
    v->genotype = vcf_read_genotype(record, r->column, allele + 1, err);
    if (v->in_normal < 0 || v->genotype == -2 || vcf_read_counts(record, r->column, allele, &counts, err) != 0)
        return -1;
    v->depth = counts.depth;
    v->alt_depth = counts.alt_depth;
    v->vaf = counts.vaf;
    v->depth_field = ps_strdup(counts.field);
    v->filter = ps_strdup(strcmp(record->filter, ".") == 0 ? "PASS" : record->filter);
    v->filter_pass = filter_passes(r->panel, record->filter);
    vcf_read_phase(record, r->column, allele + 1, &v->phase_set, &v->phase_side);
    reconcile_genotype(r, record, v);
    return 0;
}

static void add_doubt(reader *r, const kept_record *kept, int allele, const char *why, int64_t depth, int64_t alt) {
    const vcf_record *record = &kept->record;
    int64_t beg0 = record->pos1 - 1, end0 = beg0 + (int64_t)strlen(record->ref), to0 = vcf_end0(record);
    end0 = to0 > end0 ? to0 : end0;
    PS_GROW(r->out->doubt, r->out->n_doubts, r->doubt_capacity);
    r->out->doubt[r->out->n_doubts++] =
        (ps_vcf_doubt){.contig = kept->contig,
                       .beg0 = (int32_t)beg0,
                       .end0 = (int32_t)(end0 > INT32_MAX ? INT32_MAX : end0),
                       .depth = depth,
                       .alt_depth = alt,
                       .text = ps_format("%.50s:%" PRId64 " %.20s>%.20s, %s", record->chrom, record->pos1,
                                         record->ref, record->alt[allele], why)};
}

static int add_variant(reader *r, const kept_record *kept, int allele, ps_error *err) {
    const vcf_record *record = &kept->record;
    ps_variant v = {.contig = kept->contig};
    trim(record, record->alt[allele], &v);
    int64_t beg0, end0;
    indel_reach(r->panel, &v, &beg0, &end0);
    int is_nothing = v.beg0 == v.end0 && !*v.alt; /* ALT is REF */
    if (is_nothing || !touches_coding(r->panel, v.contig, beg0, end0, v.beg0 == v.end0)) {
        if (r->sites_only)
            note_outside(r, record, allele);
        free_variant(&v);
        return 0;
    }
    if (r->sites_only) {
        v.depth = v.alt_depth = v.genotype = -1;
        v.vaf = NAN;
        v.filter = ps_strdup("PASS");
        v.depth_field = ps_strdup("");
    } else if (read_column(r, record, allele, &v, err) != 0) {
        free_variant(&v);
        return -1;
    }
    if (!r->sites_only && is_no_call(r, record, &v)) {
        note_record(r, NOTE_NO_CALL, record);
        add_doubt(r, kept, allele, "no genotype call", -1, -1);
        free_variant(&v);
        return 0;
    }
    PS_GROW(r->out->variant, r->out->n_variants, r->variant_capacity);
    r->out->variant[r->out->n_variants++] = v;
    return 0;
}

/* ---- hom-ref stretches ------------------------------------------------------------------------------------------
 */

static int is_hom_ref_row(const vcf_record *record) {
    for (int i = 0; i < record->n_alt; i++)
        if (!vcf_is_reference(record->alt[i]))
            return 0;
    return 1;
}

/* A gVCF's variant row whose genotype is 0/0, and whose reads say so too, is a hom-ref stretch of its own length. 1,
 * 0 or -1. */
static int is_refused_row(const reader *r, const vcf_record *record, ps_error *err) {
    int has_symbol = 0;
    for (int i = 0; i < record->n_alt; i++)
        has_symbol |= vcf_is_reference(record->alt[i]);
    int genotype = has_symbol ? vcf_read_genotype(record, r->column, 0, err) : 0;
    if (genotype != 1)
        return genotype == -2 ? -1 : 0;
    for (int i = 0; i < record->n_alt; i++) {
        vcf_counts counts;
        if (!vcf_is_sequence(record->alt[i]))
            continue;
        if (vcf_read_counts(record, r->column, i, &counts, err) != 0)
            return -1;
        if (counts.alt_depth < 0 || (double)counts.alt_depth >= r->panel->limits.ras_min_alt)
            return 0;
    }
    return 1;
}

/* A stretch that failed a filter, or that the genotype does not call reference, or not surely, claims nothing. */
static int add_block(reader *r, const kept_record *kept, ps_error *err) {
    const vcf_record *record = &kept->record;
    int64_t end0 = vcf_end0(record), depth, quality;
    if (end0 < record->pos1 || end0 > r->panel->contigs[kept->contig].length)
        return vcf_fail(record, err, "END is not a place from POS to the end of the contig");
    if (vcf_read_block_depth(record, r->column, &depth, err) != 0 ||
        vcf_read_genotype_quality(record, r->column, &quality, err) != 0)
        return -1;
    size_t length;
    int genotype = vcf_read_genotype(record, r->column, 0, err);
    int has_genotype = r->column >= 0 && vcf_format_value(record, r->column, "GT", &length) && length > 0;
    if (genotype == -2)
        return -1;
    if (!has_genotype) /* a depth alone is no statement */
        return 0;
    int unsure = quality >= 0 && (double)quality < r->panel->limits.ras_block_min_gq;
    int clean = genotype == 1 && !unsure && filter_passes(r->panel, record->filter);
    if (is_hom_ref_row(record) && !clean) {
        add_doubt(r, kept, 0, "no sure genotype 0/0", -1, -1);
    } else if (is_hom_ref_row(record)) {
        int64_t all, other;
        if (vcf_read_other_reads(record, r->column, &all, &other, err) != 0)
            return -1;
        if (other > 0)
            add_doubt(r, kept, 0, "reads that are not the reference's", all, other);
    }
    if (depth < 0 || !clean)
        return 0;
    PS_GROW(r->out->block, r->out->n_blocks, r->block_capacity);
    r->out->block[r->out->n_blocks++] = (ps_block){kept->contig, (int32_t)(record->pos1 - 1), (int32_t)end0, depth};
    return 0;
}

/* A spanning deletion, a symbolic allele or a breakend that the genotype does not rule out. */
static int doubt_symbol(reader *r, const kept_record *kept, int allele, ps_error *err) {
    int genotype = vcf_read_genotype(&kept->record, r->column, allele + 1, err);
    if (genotype != 0 && genotype != -2)
        add_doubt(r, kept, allele, "genotype not 0/0", -1, -1);
    return genotype == -2 ? -1 : 0;
}

static int convert(reader *r, ps_error *err) {
    for (size_t k = 0; k < r->n_kept; k++) {
        const vcf_record *record = &r->kept[k].record;
        int only_reference = is_hom_ref_row(record), is_block = only_reference;
        if (!r->sites_only && !only_reference)
            is_block = is_refused_row(r, record, err);
        if (is_block < 0 || (is_block && !r->sites_only && add_block(r, &r->kept[k], err) != 0))
            return -1;
        for (int i = 0; i < record->n_alt && !only_reference; i++)
            if (vcf_is_sequence(record->alt[i])) {
                if (add_variant(r, &r->kept[k], i, err) != 0)
                    return -1;
            } else if (r->sites_only && !vcf_is_reference(record->alt[i]) && strcmp(record->alt[i], "*") != 0) {
                note_record(r, NOTE_SYMBOL, record);
            } else if (!r->sites_only && !vcf_is_reference(record->alt[i]) &&
                       doubt_symbol(r, &r->kept[k], i, err) != 0) {
                return -1;
            }
    }
    tell_notes(r);
    return 0;
}

/* ---- order ------------------------------------------------------------------------------------------------------
 */

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

/* ---- all of it --------------------------------------------------------------------------------------------------
 */

/* Who calls genotypes of a diploid says 0/0 wherever half of the reads do not differ. A header may name several programs, of
 * which any may have written the blocks: one that calls genotypes is enough. */
static const char *find_germline_caller(const vcf_lines *lines) {
    static const struct {
        const char *line, *word, *caller; /* the word stands behind the line's beginning, whole */
    } rows[] = {
        {"##GATKCommandLine", "HaplotypeCaller", "HaplotypeCaller"},
        {"##GATKCommandLine", "GenotypeGVCFs", "GenotypeGVCFs"},
        {"##GATKCommandLine", "UnifiedGenotyper", "UnifiedGenotyper"},
        {"##SentieonCommandLine", "Haplotyper", "Sentieon Haplotyper"},
        {"##SentieonCommandLine", "DNAscope", "Sentieon DNAscope"},
        {"##DRAGENCommandLine", "HaplotypeCaller", "DRAGEN"},
        {"##DRAGENCommandLine", "dragen", "DRAGEN"},
        {"##source=", "HaplotypeCaller", "HaplotypeCaller"},
        {"##DeepVariant_version", "", "DeepVariant"},
        {"##GLnexusVersion", "", "GLnexus"},
        {"##bcftools_callCommand", "", "bcftools call"},
        {"##bcftoolsCommand=mpileup", "", "bcftools mpileup"},
        {"##source=freeBayes", "", "freebayes"},
        {"##source=Platypus", "", "Platypus"},
        {"##source=Clair3", "", "Clair3"},
        {"##content=germline", "", "a caller of germline variants"}, /* Strelka2 */
    };
    const char *found = NULL;
    int has_germline_filter = 0; /* DeepSomatic writes DeepVariant's version, and this */
    for (size_t m = 0; m < lines->n_meta; m++) {
        const char *meta = lines->meta[m];
        has_germline_filter |= !strncmp(meta, "##FILTER=<ID=GERMLINE", 21);
        for (size_t i = 0; i < sizeof rows / sizeof *rows && !found; i++) {
            size_t length = strlen(rows[i].line);
            if (strncmp(meta, rows[i].line, length) != 0 || strstr(meta, "--tumor-"))
                continue; /* DRAGEN's somatic mode is told by its arguments alone */
            /* "=<ID=HaplotypeCaller,", ".HaplotypeCaller=", and not a path on the command line */
            const char *name = meta + length + strspn(meta + length, ".=<");
            name += strncmp(name, "ID=", 3) ? 0 : 3;
            if (!strncmp(name, rows[i].word, strlen(rows[i].word)))
                found = rows[i].caller;
        }
    }
    return has_germline_filter && found && !strcmp(found, "DeepVariant") ? NULL : found;
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
    out->germline_caller = find_germline_caller(&r->lines);
    out->records = r->records;
    out->sample_name = ps_strdup(r->column >= 0 ? r->lines.sample[r->column] : "");
    out->style = vcf_header_style(&r->lines, (const char *const *)r->names, r->n_names);
    name_build(r);
    if (r->lines.no_newline_end)
        add_notice(out, "the last line does not end in a newline: is the file whole?");
    if (convert(r, err) != 0)
        return -1;
    sort_rows(out);
    return 0;
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
        free_variant(&variants->variant[i]);
    free(variants->variant);
    free(variants->block);
    for (size_t i = 0; i < variants->n_doubts; i++)
        free(variants->doubt[i].text);
    free(variants->doubt);
    free(variants->path);
    free(variants->build);
    free(variants->sample_name);
    memset(variants, 0, sizeof *variants);
}
