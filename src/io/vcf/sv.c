/* sv.c - structural variants as callers write them: the joins between the 11q13 window and IGH.
 *
 *   who                                              where the other end is     which sides are kept
 *   Manta, GRIDSS, SvABA, Lumpy, Sniffles2, cuteSV,  ALT "C[chr14:105863000["   the brackets (VCF 4.2, section 5.4)
 *   Severus, PURPLE, ESVEE, Delly since 0.8 (BCF)
 *   Delly <BND> or <TRA>, Sniffles 1 <TRA>           INFO CHR2, POS2 or END     INFO CT ("3to5"), STRANDS ("+-")
 *
 * A pair of mates is one join. The file's filter decides; what it refused is kept and told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/imports.h"
#include "plasmastrat/table.h"
#include "private.h"

typedef struct sv_join { /* a record's two ends; sides as in ps_sv_row */
    const char *contig[2];
    int64_t pos1[2];
    uint8_t right[2];
    char mate[80]; /* storage of contig[1] */
} sv_join;

typedef struct kept_join { /* until the tumour's column is known */
    vcf_record record;
    char *text;
    ps_sv_row row;
} kept_join;

typedef struct sv_reader {
    const ps_panel *panel;
    vcf_lines lines;
    vcf_sample_hint hint;
    kept_join *kept;
    size_t n_kept, capacity;
    uint64_t structural, small, copies; /* records of each kind; of copy number with a number */
    ps_sv_evidence *out;
} sv_reader;

/* ---- the two ends ---------------------------------------------------------------------------------------------- */

/* "C[chr14:1000[", "]chr14:1000]C": a bracket opens towards the side that is kept, and stands behind the base that
 * is. */
static int read_brackets(const char *alt, sv_join *join) {
    const char *open = strpbrk(alt, "[]");
    const char *end = open ? strchr(open + 1, *open) : NULL, *colon = end;
    while (colon && colon > open && *colon != ':')
        colon--;
    if (!end || colon == open || (size_t)(colon - open) > sizeof join->mate)
        return 0;
    char number[24];
    snprintf(join->mate, sizeof join->mate, "%.*s", (int)(colon - open - 1), open + 1);
    snprintf(number, sizeof number, "%.*s", (int)(end - colon - 1), colon + 1);
    join->contig[1] = join->mate;
    join->right[0] = open > alt;   /* bases before the bracket: what lies left of POS is kept */
    join->right[1] = *open == ']'; /* ']': the mate's part reaches up to its place */
    return ps_parse_int(number, 0, INT32_MAX - 1, &join->pos1[1]) == 0;
}

static int info_number(const vcf_record *record, const char *key, int64_t *value) {
    size_t length;
    char text[24];
    const char *found = vcf_info(record, key, &length);
    snprintf(text, sizeof text, "%.*s", (int)(found && length < sizeof text ? length : 0), found ? found : "");
    return ps_parse_int(text, 1, INT32_MAX - 1, value) == 0;
}

/* CT 3to5: the first side ends (3'), the second begins (5'). STRANDS +-: the same. */
static int read_sides(const vcf_record *record, sv_join *join) {
    size_t length;
    const char *text = vcf_info(record, "CT", &length);
    if (text && length == 4) {
        join->right[0] = text[0] == '3';
        join->right[1] = text[3] == '3';
        return 1;
    }
    text = vcf_info(record, "STRANDS", &length);
    if (!text || length < 2)
        text = vcf_info(record, "STRAND", &length);
    if (text && length >= 2) {
        join->right[0] = text[0] == '+';
        join->right[1] = text[1] == '+';
    }
    return text != NULL;
}

static int read_chr2(const vcf_record *record, sv_join *join) {
    size_t length;
    const char *chr2 = vcf_info(record, "CHR2", &length);
    if (!chr2 || length == 0 || length >= sizeof join->mate)
        return 0;
    snprintf(join->mate, sizeof join->mate, "%.*s", (int)length, chr2);
    join->contig[1] = join->mate;
    read_sides(record, join);
    return info_number(record, "POS2", &join->pos1[1]) || info_number(record, "END", &join->pos1[1]);
}

static int read_join(const vcf_record *record, int allele, sv_join *join) {
    static const char *const symbols[] = {"<TRA>", "<BND>", "<CTX>", "<TRANSLOCATION>"};
    const char *alt = record->alt[allele];
    memset(join, 0, sizeof *join);
    join->contig[0] = record->chrom;
    join->pos1[0] = record->pos1;
    if (strpbrk(alt, "[]"))
        return read_brackets(alt, join);
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (!strcmp(alt, symbols[i]))
            return read_chr2(record, join);
    return 0;
}

/* ---- is it one of ours? ---------------------------------------------------------------------------------------- */

/* Alternative and unplaced sequences of chromosome 14 may hold IGH (chr14_KI270846v1_alt, HSCHR14_7_CTG1). */
static int is_other_14(const char *contig) {
    return !strncmp(contig, "chr14_", 6) || !strncmp(contig, "14_", 3) || strstr(contig, "HSCHR14") != NULL;
}

static int in_span(const ps_panel *panel, const char *contig, int64_t pos1, const ps_span *span) {
    return ps_panel_contig(panel, contig) == span->contig && pos1 > span->beg0 && pos1 <= span->end0;
}

/* Fills the row from the end that lies in the window and the one in IGH; 0 when they do not. */
static int is_ours(const ps_panel *panel, const sv_join *join, ps_sv_row *row) {
    for (int a = 0; a < 2; a++) {
        int b = 1 - a, other = is_other_14(join->contig[b]);
        if (!in_span(panel, join->contig[a], join->pos1[a], &panel->ccnd1_window) ||
            !(other || in_span(panel, join->contig[b], join->pos1[b], &panel->igh)))
            continue;
        *row = (ps_sv_row){.pos_a0 = (int32_t)(join->pos1[a] - 1),
                           .pos_b0 = (int32_t)(join->pos1[b] - 1),
                           .right_a = join->right[a],
                           .right_b = join->right[b],
                           .contig_b = ps_strdup(join->contig[b]),
                           .on_alt = other,
                           .split = -1,
                           .discordant = -1};
        return 1;
    }
    return 0;
}

static int is_structural(const vcf_record *record) {
    size_t length;
    int symbol = 0;
    for (int i = 0; i < record->n_alt; i++)
        symbol |=
            strpbrk(record->alt[i], "[]") != NULL || (record->alt[i][0] == '<' && !vcf_is_reference(record->alt[i]));
    return symbol || vcf_info(record, "SVTYPE", &length) != NULL;
}

static int has_copies(const vcf_record *record) {
    size_t length;
    return vcf_info(record, "CN", &length) || (record->n_samples > 0 && vcf_format_value(record, 0, "CN", &length));
}

static int check_join(const sv_reader *r, const vcf_record *record, const sv_join *join, ps_error *err) {
    for (int side = 0; side < 2; side++) {
        int contig = ps_panel_contig(r->panel, join->contig[side]);
        if (contig >= 0 && r->panel->contigs[contig].length > 0 &&
            join->pos1[side] > r->panel->contigs[contig].length + 1)
            return vcf_fail(record, err,
                            "%s:%" PRId64 " is beyond the end of that contig in %s: is this file on another build?",
                            join->contig[side], join->pos1[side], r->panel->build);
    }
    return 0;
}

/* Takes the line's memory when the record is kept. */
static int scan_record(sv_reader *r, ps_error *err) {
    vcf_record record;
    int result = vcf_record_parse(&r->lines, r->lines.line.s, r->lines.number, &record, err), keep = 0;
    sv_join join;
    for (int i = 0; i < record.n_alt && result == 0; i++) {
        ps_sv_row row;
        if (i == 0) {
            r->out->records++;
            vcf_sample_hint_add(&r->hint, &record);
            r->structural += is_structural(&record);
            r->small += !is_structural(&record);
            r->copies += vcf_is_copy_number(&record) && has_copies(&record);
        }
        if (!read_join(&record, i, &join))
            continue;
        r->out->joins++;
        result = check_join(r, &record, &join, err);
        if (result != 0 || keep || !is_ours(r->panel, &join, &row))
            continue;
        keep = 1;
        PS_GROW(r->kept, r->n_kept, r->capacity);
        r->kept[r->n_kept++] = (kept_join){.row = row};
    }
    if (keep) {
        r->kept[r->n_kept - 1].record = record;
        r->kept[r->n_kept - 1].text = ks_release(&r->lines.line);
    } else {
        vcf_record_free(&record);
    }
    return result;
}

/* ---- support --------------------------------------------------------------------------------------------------- */

typedef struct support_keys {
    const char *discordant, *split; /* NULL: this caller has no such count, or counts both in one */
} support_keys;

/* By caller; of a list the last value is the join's. The first row whose keys are all there counts. */
static const support_keys format_keys[] = {
    {"DV", "RV"},               /* Delly; its DR counts reference pairs */
    {"DF", "SF"},               /* ESVEE */
    {"RP", "SR"},               /* GRIDSS, PURPLE */
    {"PR", "SR"},               /* Manta */
    {"PE", "SR"},               /* Lumpy */
    {"DR", "SR"},               /* SvABA */
    {"PR", NULL},               /* Manta, no split read */
    {NULL, "DV"},               /* long reads: Sniffles2, cuteSV, Severus */
    {NULL, "SR"}, {NULL, "VF"}, /* fragments of both kinds: GRIDSS, ESVEE */
    {NULL, "AD"},               /* SvABA, pbsv, SVIM */
};
static const support_keys info_keys[] = {
    {"PE", "SR"}, {"RP", "SR"}, {NULL, "SUPPORT"}, {NULL, "RE"}, {"PE", NULL}, {NULL, "SR"}, {NULL, "SU"},
};

/* -1: not said. */
static int64_t last_number(const char *text, size_t length) {
    size_t from = length;
    while (text && from > 0 && text[from - 1] != ',')
        from--;
    char copy[24];
    int64_t value;
    if (!text || length == 0 || length - from >= sizeof copy)
        return -1;
    snprintf(copy, sizeof copy, "%.*s", (int)(length - from), text + from);
    return ps_parse_int(copy, 0, INT32_MAX, &value) == 0 ? value : -1;
}

static int64_t format_count(const vcf_record *record, int column, const char *key) {
    size_t length;
    const char *text = key ? vcf_format_value(record, column, key, &length) : NULL;
    return text ? last_number(text, length) : -1;
}

static int64_t info_count(const vcf_record *record, const char *key) {
    size_t length;
    const char *text = key ? vcf_info(record, key, &length) : NULL;
    return text ? last_number(text, length) : -1;
}

/* From the tumour's column, else, in a file of one sample, from INFO. */
static void read_support(const vcf_record *record, int column, int64_t *split, int64_t *discordant) {
    size_t n_format = column >= 0 ? sizeof format_keys / sizeof *format_keys : 0;
    size_t n_info = record->n_samples <= 1 ? sizeof info_keys / sizeof *info_keys : 0;
    for (size_t i = 0; i < n_format + n_info; i++) {
        const support_keys *k = i < n_format ? &format_keys[i] : &info_keys[i - n_format];
        *discordant = i < n_format ? format_count(record, column, k->discordant) : info_count(record, k->discordant);
        *split = i < n_format ? format_count(record, column, k->split) : info_count(record, k->split);
        if ((!k->discordant || *discordant >= 0) && (!k->split || *split >= 0))
            return;
    }
    *split = *discordant = -1;
}

static int genotype_is_absent(const vcf_record *record, int column) {
    return column >= 0 && vcf_read_genotype(record, column, 0, NULL) == 1;
}

/* The file's filter, the tumour's own, and support in the tumour. */
static void judge(const sv_reader *r, const vcf_record *record, int column, ps_sv_row *row) {
    size_t length = 0;
    const char *own = column >= 0 ? vcf_format_value(record, column, "FT", &length) : NULL;
    char text[100];
    snprintf(text, sizeof text, "%.*s", (int)(own && length < sizeof text ? length : 0), own ? own : "");
    int own_passes = !*text || ps_panel_filter_passes(r->panel, text);
    int passes = ps_panel_filter_passes(r->panel, record->filter);
    int absent = row->split <= 0 && row->discordant <= 0 && (row->split == 0 || row->discordant == 0);
    absent |= genotype_is_absent(record, column) && row->split <= 0 && row->discordant <= 0;
    row->passes = passes && own_passes && !absent;
    row->filter = ps_strdup(!passes       ? record->filter
                            : !own_passes ? text
                            : absent      ? "no support in the tumour"
                                          : "PASS");
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static int64_t support_of(const ps_sv_row *row) {
    return (row->split > 0 ? row->split : 0) + (row->discordant > 0 ? row->discordant : 0);
}

static int by_worth(const void *a, const void *b) {
    const ps_sv_row *x = a, *y = b;
    if (x->passes != y->passes)
        return x->passes ? -1 : 1;
    if (support_of(x) != support_of(y))
        return support_of(x) > support_of(y) ? -1 : 1;
    if (x->pos_a0 != y->pos_a0)
        return x->pos_a0 < y->pos_a0 ? -1 : 1;
    return x->pos_b0 < y->pos_b0 ? -1 : x->pos_b0 > y->pos_b0;
}

/* Mates name one join from both ends, each with its own idea of a microhomology. */
static int is_same_join(const ps_sv_row *a, const ps_sv_row *b) {
    enum { SLACK = 30 }; /* bases of homology or imprecision between two mates */
    return a->right_a == b->right_a && a->right_b == b->right_b && abs(a->pos_a0 - b->pos_a0) <= SLACK &&
           abs(a->pos_b0 - b->pos_b0) <= SLACK && !strcmp(a->contig_b, b->contig_b);
}

static void free_row(ps_sv_row *row) {
    free(row->contig_b);
    free(row->filter);
}

static void take_rows(sv_reader *r, int column) {
    ps_sv_evidence *out = r->out;
    out->row = ps_alloc(r->n_kept + 1, sizeof *out->row);
    for (size_t i = 0; i < r->n_kept; i++) {
        ps_sv_row row = r->kept[i].row;
        r->kept[i].row = (ps_sv_row){0};
        read_support(&r->kept[i].record, column, &row.split, &row.discordant);
        judge(r, &r->kept[i].record, column, &row);
        out->row[out->n++] = row;
    }
    qsort(out->row, out->n, sizeof *out->row, by_worth);
    size_t kept = 0;
    for (size_t i = 0; i < out->n; i++) {
        int again = 0;
        for (size_t k = 0; k < kept && !again; k++)
            again = is_same_join(&out->row[k], &out->row[i]);
        if (again)
            free_row(&out->row[i]);
        else
            out->row[kept++] = out->row[i];
    }
    out->n = kept;
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static int read_all(sv_reader *r, const char *path, const char *wanted, ps_error *err) {
    if (vcf_lines_open(path, &r->lines, err) != 0 ||
        vcf_check_build(&r->lines, r->panel, r->out->notice, sizeof r->out->notice, err) != 0)
        return -1;
    if (r->lines.maf)
        return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0, "is a MAF of small variants: give it with --vcf");
    int got;
    while ((got = vcf_lines_next(&r->lines, err)) == 1)
        if (scan_record(r, err) != 0)
            return -1;
    if (got < 0)
        return -1;
    if (r->structural == 0 && r->small > 0)
        return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0,
                       "holds %" PRIu64 " small variants and no structural variant (BND, TRA): give it with --vcf",
                       r->small);
    if (r->out->joins == 0 && r->copies > 0)
        return ps_fail(err, PS_ERR_RUN, r->lines.source.name, 0,
                       "holds copy number and no structural variant (BND, TRA): give it with --cnv");
    int column = r->n_kept ? vcf_tumour_column(&r->lines, &r->hint, wanted, err) : -1;
    if (column == -2)
        return -1;
    ps_sv_evidence *out = r->out;
    out->path = ps_strdup(path);
    out->format = r->lines.format;
    out->caller = vcf_structural_caller(&r->lines);
    out->sample_name = ps_strdup(column >= 0 ? r->lines.sample[column] : "");
    take_rows(r, column);
    return 0;
}

int ps_sv_read(const char *path, const ps_panel *panel, const char *sample_name, ps_sv_evidence *sv, ps_error *err) {
    memset(sv, 0, sizeof *sv);
    sv_reader *r = ps_alloc(1, sizeof *r);
    r->panel = panel;
    r->out = sv;
    int result = read_all(r, path, sample_name, err);
    for (size_t i = 0; i < r->n_kept; i++) {
        free_row(&r->kept[i].row);
        vcf_record_free(&r->kept[i].record);
        free(r->kept[i].text);
    }
    free(r->kept);
    free(r->hint.name);
    vcf_lines_close(&r->lines);
    free(r);
    if (result != 0)
        ps_sv_free(sv);
    return result;
}

void ps_sv_free(ps_sv_evidence *sv) {
    for (size_t i = 0; i < sv->n; i++)
        free_row(&sv->row[i]);
    free(sv->row);
    free(sv->path);
    free(sv->caller);
    free(sv->sample_name);
    memset(sv, 0, sizeof *sv);
}
