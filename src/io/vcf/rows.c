/* rows.c - what records say: alleles of the tumour's column, hom-ref stretches, and rows that are neither. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "reader.h"

void vcf_free_variant(ps_variant *v) {
    free(v->alt);
    free(v->filter);
    free(v->depth_field);
    free(v->phase_set);
}

void vcf_note(reader *r, int kind, const vcf_record *record) {
    record_note *note = &r->note[kind];
    if (note->n++ == 0)
        snprintf(note->first, sizeof note->first, "%.50s:%" PRId64, record->chrom, record->pos1);
}

/* An allele of a list of sites that cannot be counted. */
void vcf_note_outside(reader *r, const vcf_record *record, int allele) {
    size_t used = strlen(r->outside);
    if (r->out->outside++ < MAX_OUTSIDE_NAMED && used + 40 < sizeof r->outside)
        snprintf(r->outside + used, sizeof r->outside - used, "%s%.20s:%" PRId64 " %.8s>%.8s", used ? ", " : "",
                 record->chrom, record->pos1, record->ref, record->alt[allele]);
    else if (used + 5 < sizeof r->outside && (used < 4 || strcmp(r->outside + used - 4, " ...") != 0))
        snprintf(r->outside + used, sizeof r->outside - used, " ...");
}

/* ---- one allele ------------------------------------------------------------------------------------------------ */

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
            vcf_note(r, NOTE_NO_READS, record);
        v->alt_depth = 0;
        v->genotype = 0;
    }
}

static int has_value(const vcf_record *record, int column, const char *key) {
    size_t length;
    const char *text = column >= 0 ? vcf_format_value(record, column, key, &length) : NULL;
    return text && length > 0 && !(length == 1 && *text == '.');
}

/* Likelihoods, dosages or local alleles without a genotype: nobody has called anything. */
static int is_uncalled(const reader *r, const vcf_record *record) {
    static const char *const keys[] = {"PL", "GL", "GP", "DS", "LGT", "LAA", "LPL"};
    int uncalled = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        uncalled |= has_value(record, r->column, keys[i]);
    return uncalled && !has_value(record, r->column, "GT");
}

/* No genotype ("./.", or none at all) and no counts either: the caller could not tell, so this is no variant and no
 * absence. A file without columns tells by its rows alone. */
static int is_no_call(const reader *r, const vcf_record *record, const ps_variant *v) {
    if (r->column < 0)
        return 0;
    return (v->genotype == -1 && v->alt_depth < 0 && isnan(v->vaf)) || is_uncalled(r, record);
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

/* A flag of INFO that calls the change germline, of which the user should know. */
static int looks_germline(const vcf_record *record) {
    static const struct {
        const char *key, *value; /* the value begins so; "" a flag, or anything that is not no */
    } flags[] = {
        {"GERMLINE", ""},        {"Germline", ""},   {"germline", ""}, {"GermlineStatus", "Germline"}, /* TSO 500 */
        {"STATUS", "LikelyLOH"},                                                                       /* VarDict */
        {"STATUS", "StrongLOH"}, {"SS", "Germline"},
    };
    static const char *const no[] = {"0", "false", "False", "FALSE", "no", "No", "."};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        size_t length;
        const char *text = vcf_info(record, flags[i].key, &length);
        int denied = 0;
        for (size_t k = 0; k < sizeof no / sizeof *no && text; k++)
            denied |= strlen(no[k]) == length && !strncmp(text, no[k], length);
        if (text && !denied && length >= strlen(flags[i].value) &&
            !strncmp(text, flags[i].value, strlen(flags[i].value)))
            return 1;
    }
    return 0;
}

/* The tumour's own filter (FORMAT FT), NULL when it passes or there is none. Owned. */
static char *failed_sample_filter(const reader *r, const vcf_record *record) {
    size_t length;
    const char *text = has_value(record, r->column, "FT") ? vcf_format_value(record, r->column, "FT", &length) : NULL;
    if (!text)
        return NULL;
    char *filter = ps_strndup(text, length);
    for (char *p = filter; *p; p++)
        if (*p == ',') /* the specification says ';' */
            *p = ';';
    if (filter_passes(r->panel, filter)) {
        free(filter);
        return NULL;
    }
    return filter;
}

static void note_numbers(reader *r, const vcf_record *record, unsigned notes) {
    static const struct {
        unsigned bit;
        int kind;
    } rows[] = {{VCF_NOTE_BAD_NUMBER, NOTE_BAD_NUMBER},
                {VCF_NOTE_DECIMAL_COMMA, NOTE_DECIMAL_COMMA},
                {VCF_NOTE_PERCENT, NOTE_PERCENT},
                {VCF_NOTE_LIST_LENGTH, NOTE_LIST_LENGTH}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (notes & rows[i].bit)
            vcf_note(r, rows[i].kind, record);
}

/* By the rule of a matched normal's alignments; a normal without counts is taken by its genotype. 1, 0 or -1. */
static int is_in_normal(const reader *r, const vcf_record *record, int allele, ps_error *err) {
    vcf_counts counts, tumour;
    if (caller_says_germline(r, record))
        return 1;
    if (r->normal < 0)
        return 0;
    int genotype = vcf_read_genotype(record, r->normal, allele + 1, err);
    if (genotype == -2)
        return -1;
    vcf_read_counts(record, r->normal, allele, &counts);
    vcf_read_counts(record, r->column, allele, &tumour);
    if (counts.alt_depth < 0)
        return genotype == 1;
    ps_allele_depth normal = {counts.depth, counts.alt_depth}, own = {tumour.depth, tumour.alt_depth};
    return ps_ask_normal(&r->panel->limits, normal, own) == PS_NORMAL_GERMLINE;
}

/* Everything that the tumour's column says of the allele. */
static int read_column(reader *r, const vcf_record *record, int allele, ps_variant *v, ps_error *err) {
    vcf_counts counts;
    v->in_normal = is_in_normal(r, record, allele, err);
    v->genotype = vcf_read_genotype(record, r->column, allele + 1, err);
    if (v->in_normal < 0 || v->genotype == -2)
        return -1;
    vcf_read_counts(record, r->column, allele, &counts);
    note_numbers(r, record, counts.notes);
    char *own_filter = failed_sample_filter(r, record);
    v->depth = counts.depth;
    v->alt_depth = counts.alt_depth;
    v->vaf = counts.vaf;
    v->depth_field = ps_strdup(counts.field);
    v->filter_pass = filter_passes(r->panel, record->filter) && !own_filter;
    v->filter = own_filter ? own_filter : ps_strdup(strcmp(record->filter, ".") == 0 ? "PASS" : record->filter);
    if (!v->in_normal && v->filter_pass && looks_germline(record))
        vcf_note(r, NOTE_GERMLINE, record);
    vcf_read_phase(record, r->column, allele + 1, &v->phase_set, &v->phase_side);
    reconcile_genotype(r, record, v);
    return 0;
}

static void add_unclear(reader *r, const kept_record *kept, int allele, const char *why, int64_t depth, int64_t alt) {
    const vcf_record *record = &kept->record;
    int64_t beg0 = record->pos1 - 1, end0 = beg0 + (int64_t)strlen(record->ref), to0 = vcf_end0(record);
    end0 = to0 > end0 ? to0 : end0;
    PS_GROW(r->out->unclear, r->out->n_unclear, r->unclear_capacity);
    r->out->unclear[r->out->n_unclear++] =
        (ps_vcf_unclear){.contig = kept->contig,
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
            vcf_note_outside(r, record, allele);
        vcf_free_variant(&v);
        return 0;
    }
    if (r->sites_only) {
        v.depth = v.alt_depth = v.genotype = -1;
        v.vaf = NAN;
        v.filter = ps_strdup("PASS");
        v.depth_field = ps_strdup("");
    } else if (read_column(r, record, allele, &v, err) != 0) {
        vcf_free_variant(&v);
        return -1;
    }
    if (!r->sites_only && is_no_call(r, record, &v)) {
        vcf_note(r, NOTE_NO_CALL, record);
        add_unclear(r, kept, allele, "no genotype call", -1, -1);
        vcf_free_variant(&v);
        return 0;
    }
    PS_GROW(r->out->variant, r->out->n_variants, r->variant_capacity);
    r->out->variant[r->out->n_variants++] = v;
    return 0;
}

/* ---- hom-ref stretches ----------------------------------------------------------------------------------------- */

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
        vcf_read_counts(record, r->column, i, &counts);
        if (counts.alt_depth < 0 || (double)counts.alt_depth >= r->panel->limits.ras_min_alt)
            return 0;
    }
    return 1;
}

/* A stretch that failed a filter, or that the genotype does not call reference, or not surely, claims nothing. */
static int is_clean_stretch(const reader *r, const vcf_record *record, int genotype) {
    int64_t quality = vcf_read_genotype_quality(record, r->column);
    int unsure = quality >= 0 && (double)quality < r->panel->limits.ras_block_min_gq;
    char *own_filter = failed_sample_filter(r, record);
    int clean = genotype == 1 && !unsure && !own_filter && filter_passes(r->panel, record->filter) &&
                !(vcf_read_tumour_lod(record, r->column) > 0); /* Mutect2: rather a mutation than none */
    free(own_filter);
    return clean;
}

static int add_block(reader *r, const kept_record *kept, ps_error *err) {
    const vcf_record *record = &kept->record;
    int64_t end0 = vcf_end0(record);
    if (end0 < record->pos1 || end0 > r->panel->contigs[kept->contig].length)
        return vcf_fail(record, err, "END is not a position from POS to the end of the contig");
    int genotype = vcf_read_genotype(record, r->column, 0, err);
    if (genotype == -2)
        return -1;
    if (!has_value(record, r->column, "GT")) /* a depth alone is no statement */
        return 0;
    int clean = is_clean_stretch(r, record, genotype);
    if (is_hom_ref_row(record) && !clean) {
        add_unclear(r, kept, 0, "no sure genotype 0/0", -1, -1);
    } else if (is_hom_ref_row(record)) {
        int64_t all, other;
        vcf_read_other_reads(record, r->column, &all, &other);
        if (other > 0)
            add_unclear(r, kept, 0, "reads that are not the reference's", all, other);
    }
    int64_t depth = vcf_read_block_depth(record, r->column);
    if (depth < 0 || !clean)
        return 0;
    PS_GROW(r->out->block, r->out->n_blocks, r->block_capacity);
    r->out->block[r->out->n_blocks++] = (ps_block){kept->contig, (int32_t)(record->pos1 - 1), (int32_t)end0, depth};
    return 0;
}

/* A spanning deletion, a symbolic allele or a breakend that the genotype does not rule out. */
static int symbol_is_unclear(reader *r, const kept_record *kept, int allele, ps_error *err) {
    int genotype = vcf_read_genotype(&kept->record, r->column, allele + 1, err);
    if (genotype != 0 && genotype != -2)
        add_unclear(r, kept, allele, "genotype not 0/0", -1, -1);
    return genotype == -2 ? -1 : 0;
}

int vcf_convert(reader *r, ps_error *err) {
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
                vcf_note(r, NOTE_SYMBOL, record);
            } else if (!r->sites_only && !vcf_is_reference(record->alt[i]) &&
                       symbol_is_unclear(r, &r->kept[k], i, err) != 0) {
                return -1;
            }
    }
    return 0;
}
