#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/imports.h"
#include "plasmastrat/map.h"
#include "private.h"

enum { BUFFER_BYTES = 1 << 16, MAX_LINE = 1 << 28 };

static int fail(const vcf_lines *lines, long line, const char *what, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, lines->source.name, line, "%s", what);
}

/* Of the line that is being read; 0 when reading by index. */
static long next_number(const vcf_lines *lines) {
    return lines->place ? 0 : lines->number + 1;
}

/* ---- one line -------------------------------------------------------------------------------------------------- */

static int fill_buffer(vcf_lines *lines, ps_error *err) {
    ssize_t got = bgzf_read(lines->text, lines->buffer, BUFFER_BYTES);
    if (got < 0)
        return fail(lines, next_number(lines), "cannot be read further: the file is damaged or truncated", err);
    lines->n_buffer = (size_t)got;
    lines->at_buffer = 0;
    if (got == 0 && lines->text->is_compressed && !lines->text->is_gzip && lines->text->no_eof_block)
        return fail(lines, 0, "file is truncated: no end-of-file marker", err);
    return got > 0;
}

static int next_text_line(vcf_lines *lines, ps_error *err) {
    lines->line.l = 0;
    for (;;) {
        if (lines->at_buffer == lines->n_buffer) {
            int more = fill_buffer(lines, err);
            if (more < 0)
                return -1;
            if (more == 0) {
                lines->no_newline_end |= lines->line.l > 0;
                if (lines->line.l > 0)
                    lines->number = next_number(lines);
                return lines->line.l > 0;
            }
        }
        char *start = lines->buffer + lines->at_buffer;
        size_t left = lines->n_buffer - lines->at_buffer;
        char *newline = memchr(start, '\n', left);
        size_t take = newline ? (size_t)(newline - start) : left;
        if (lines->line.l + take > MAX_LINE)
            return fail(lines, next_number(lines), "line is longer than 256 MiB", err);
        if (lines->number == 0 && lines->line.l == 0 && take > 1 && !memcmp(start, "\x1f\x8b", 2))
            return fail(lines, 0, "is compressed twice: unpack it once with gunzip", err);
        if (memchr(start, '\0', take))
            return fail(lines, next_number(lines), "has a NUL byte: not a text file", err);
        kputsn(start, (int)take, &lines->line);
        lines->at_buffer += take + (newline != NULL);
        if (newline) {
            lines->number = next_number(lines);
            return 1;
        }
    }
}

static int format_binary(vcf_lines *lines, ps_error *err) {
    lines->line.l = 0;
    if (vcf_format(lines->binary_header, lines->binary_record, &lines->line) != 0)
        return fail(lines, lines->number, "BCF record cannot be read: the file is damaged", err);
    while (lines->line.l > 0 && lines->line.s[lines->line.l - 1] == '\n')
        lines->line.s[--lines->line.l] = '\0';
    return 1;
}

/* The next record, left in lines->binary_record. */
static int next_binary(vcf_lines *lines, ps_error *err) {
    int got = bcf_read(lines->binary, lines->binary_header, lines->binary_record);
    if (got == -1 && lines->binary->fp.bgzf->is_compressed && lines->binary->fp.bgzf->no_eof_block)
        return fail(lines, 0, "file is truncated: no end-of-file marker", err);
    if (got == -1)
        return 0;
    lines->number = next_number(lines);
    if (got < -1 || lines->binary_record->errcode)
        return fail(lines, lines->number, "BCF record cannot be read: the file is damaged or truncated", err);
    return 1;
}

static int next_text(vcf_lines *lines, ps_error *err) {
    for (;;) {
        int got = next_text_line(lines, err);
        if (got <= 0)
            return got;
        if (lines->line.l > 0 && lines->line.s[lines->line.l - 1] == '\r')
            lines->line.s[--lines->line.l] = '\0';
        if (lines->line.l > 0)
            return 1;
    }
}

/* Goes to the first record that may overlap the place: 1, or 0 when there is none. */
static int open_place(vcf_lines *lines, ps_error *err) {
    const vcf_place *place = &lines->place[lines->at_place];
    int tid = lines->tabix ? tbx_name2id(lines->tabix, place->contig)
                           : bcf_hdr_name2id(lines->binary_header, place->contig);
    if (tid < 0)
        return 0;
    hts_itr_t *region = lines->tabix ? tbx_itr_queryi(lines->tabix, tid, place->beg0, place->end0)
                                     : bcf_itr_queryi(lines->csi, tid, place->beg0, place->end0);
    if (!region)
        return fail(lines, 0, "its index cannot be used: it is damaged", err);
    uint64_t first = UINT64_MAX;
    for (int i = 0; i < region->n_off; i++)
        if (region->off[i].u < first)
            first = region->off[i].u;
    hts_itr_destroy(region);
    if (first == UINT64_MAX)
        return 0;
    lines->n_buffer = lines->at_buffer = 0;
    BGZF *file = lines->text ? lines->text : lines->binary->fp.bgzf;
    if (bgzf_seek(file, (int64_t)first, SEEK_SET) != 0)
        return fail(lines, 0, "cannot be read further: the file or its index is damaged", err);
    lines->in_place = 1;
    return 1;
}

/* Where the record at hand starts; -1: on another contig than the place. */
static int64_t start_in_place(const vcf_lines *lines, const vcf_place *place) {
    if (lines->binary) {
        const bcf1_t *record = lines->binary_record;
        return record->rid == bcf_hdr_name2id(lines->binary_header, place->contig) ? record->pos : -1;
    }
    size_t n = strlen(place->contig);
    const char *line = lines->line.s;
    if (strncmp(line, place->contig, n) != 0 || line[n] != '\t')
        return -1;
    int64_t pos1 = strtoll(line + n + 1, NULL, 10);
    return pos1 > 0 ? pos1 - 1 : 0; /* POS 0 is the telomere */
}

/* A record before the end of an earlier place on the contig came with that one. */
static int seen_before(const vcf_lines *lines, int64_t pos0) {
    if (lines->at_place == 0)
        return 0;
    const vcf_place *before = &lines->place[lines->at_place - 1], *now = before + 1;
    return strcmp(before->contig, now->contig) == 0 && pos0 < before->end0;
}

/* Records are in the order of their starts: from the first that the index names on, all up to the place's end are
 * read, whatever chunks it has them in. */
static int next_by_index(vcf_lines *lines, ps_error *err) {
    while (lines->at_place < lines->n_places) {
        int got = lines->in_place ? 1 : open_place(lines, err);
        if (got > 0)
            got = lines->binary ? next_binary(lines, err) : next_text(lines, err);
        if (got < 0)
            return -1;
        const vcf_place *place = &lines->place[lines->at_place];
        int64_t pos0 = got ? start_in_place(lines, place) : -1;
        if (pos0 < 0 || pos0 >= place->end0) {
            lines->in_place = 0;
            lines->at_place++;
        } else if (!seen_before(lines, pos0)) {
            return lines->binary ? format_binary(lines, err) : 1;
        }
    }
    return 0;
}

int vcf_lines_next(vcf_lines *lines, ps_error *err) {
    if (lines->maf)
        return vcf_maf_next(lines);
    if (lines->place)
        return next_by_index(lines, err);
    if (!lines->binary)
        return next_text(lines, err);
    int got = next_binary(lines, err);
    return got > 0 ? format_binary(lines, err) : got;
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

static const char *const fixed_columns[] = {"CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"};

static uint64_t hash_of(const char *name) {
    return ps_hash(name, strlen(name));
}

/* `taken` has the names so far, each with the number of its last copy. */
static void name_sample(vcf_lines *lines, const char *name, ps_map *taken) {
    uint64_t copies = *ps_map_at(taken, hash_of(name));
    char *unique = ps_strdup(name);
    while (*ps_map_at(taken, hash_of(unique)) > 0) {
        free(unique);
        unique = ps_format("%s#%" PRIu64, name, ++copies);
    }
    *ps_map_at(taken, hash_of(unique)) = 1;
    *ps_map_at(taken, hash_of(name)) = copies ? copies : 1;
    lines->sample[lines->n_samples++] = unique;
}

/* "#CHROM POS ..." ; `text` is cut. */
static int take_columns(vcf_lines *lines, char *text, ps_map *taken, ps_error *err) {
    for (char *name = text + 1, *next; name; name = next, lines->n_columns++) {
        char *tab = strchr(name, '\t');
        if (tab)
            *tab = '\0';
        next = tab ? tab + 1 : NULL;
        if (lines->n_columns >= 9) {
            if (!*name)
                return fail(lines, lines->number, "has a sample column without a name", err);
            name_sample(lines, name, taken);
        } else if (strcmp(name, fixed_columns[lines->n_columns]) != 0) {
            return ps_fail(err, PS_ERR_RUN, lines->source.name, lines->number,
                           "column %d is '%.60s', expected '%s' (columns are separated by tabs)",
                           lines->n_columns + 1, name, fixed_columns[lines->n_columns]);
        }
    }
    if (lines->n_columns < 8)
        return fail(lines, lines->number, "the #CHROM line has fewer than 8 columns (they are separated by tabs)",
                    err);
    return 0;
}

static int read_columns(vcf_lines *lines, char *text, ps_error *err) {
    size_t n_tabs = 0;
    for (const char *p = text; *p; p++)
        n_tabs += *p == '\t';
    lines->sample = ps_alloc(n_tabs + 1, sizeof *lines->sample);
    ps_map taken = {0};
    int result = take_columns(lines, text, &taken, err);
    ps_map_free(&taken);
    return result;
}

/* Long lines are looked through for many words: of a value in which no word can begin, the beginning will do. */
static void add_meta(vcf_lines *lines, const char *text, size_t *capacity) {
    enum { LONG = 4096 };
    const char *value = strchr(text, '=');
    int words = !value || strpbrk(value + 1, " \t,;=<\"-") != NULL;
    PS_GROW(lines->meta, lines->n_meta, *capacity);
    lines->meta[lines->n_meta++] = words ? ps_strdup(text) : ps_strndup(text, LONG);
}

/* A MAF is read; another table of results, given here by mistake, is named with its option. */
static int take_other(vcf_lines *lines, const htsFormat *format, ps_error *err) {
    const char *what, *option;
    int is_table = !lines->source.is_stdin && !lines->source.is_remote &&
                   (format->format == text_format || format->format == unknown_format) &&
                   ps_recognise_result(lines->source.path, &what, &option) == 0;
    if (is_table && !strcmp(option, "--vcf"))
        return vcf_maf_read(lines, err);
    if (is_table)
        return ps_fail(err, PS_ERR_RUN, lines->source.name, 0, "is not a VCF or BCF file but %s: give it with %s",
                       what, option);
    return ps_source_refuse(&lines->source, format, "a VCF or BCF file", err);
}

static int read_text_header(vcf_lines *lines, const htsFormat *format, ps_error *err) {
    size_t capacity = 0;
    for (;;) {
        int got = vcf_lines_next(lines, err);
        if (got < 0)
            return -1;
        char *text = got ? lines->line.s : "";
        if (got && lines->n_meta == 0 && strncmp(text, "\xef\xbb\xbf", 3) == 0) /* byte order mark */
            text += 3;
        if (got && strncmp(text, "##", 2) == 0) {
            add_meta(lines, text, &capacity);
            continue;
        }
        if (got && strncmp(text, "#CHROM", 6) == 0)
            return read_columns(lines, text, err);
        if (format->format != vcf && lines->n_meta == 0)
            return take_other(lines, format, err);
        return fail(lines, lines->number, "the #CHROM line is missing after the ## lines", err);
    }
}

static int read_binary_header(vcf_lines *lines, ps_error *err) {
    lines->binary_header = bcf_hdr_read(lines->binary);
    lines->binary_record = bcf_init();
    kstring_t text = KS_INITIALIZE;
    if (!lines->binary_header || bcf_hdr_format(lines->binary_header, 0, &text) != 0) {
        ks_free(&text);
        return fail(lines, 0, "BCF header cannot be read: the file is damaged", err);
    }
    size_t capacity = 0;
    int result = -2;
    for (char *line = text.s, *next; line && *line && result == -2; line = next) {
        char *newline = strchr(line, '\n');
        if (newline)
            *newline = '\0';
        next = newline ? newline + 1 : NULL;
        lines->number++;
        if (strncmp(line, "##", 2) == 0)
            add_meta(lines, line, &capacity);
        else
            result = read_columns(lines, line, err);
    }
    ks_free(&text);
    return result == -2 ? fail(lines, 0, "the #CHROM line is missing", err) : result;
}

int vcf_lines_open(const char *path, vcf_lines *lines, ps_error *err) {
    memset(lines, 0, sizeof *lines);
    ps_source_init(path, &lines->source);
    hFILE *file;
    htsFormat format;
    if (ps_source_open(&lines->source, &file, &format, err) != 0)
        return -1;
    int is_text = format.format == vcf || format.format == text_format || format.format == unknown_format;
    if (!is_text && format.format != bcf) {
        ps_source_refuse(&lines->source, &format, "a VCF or BCF file", err);
        hclose_abruptly(file);
        return -1;
    }
    if (is_text)
        lines->text = bgzf_hopen(file, "r");
    else
        lines->binary = hts_hopen(file, lines->source.path, "r");
    if (!lines->text && !lines->binary) {
        hclose_abruptly(file);
        return fail(lines, 0, "cannot be opened: the file is damaged", err);
    }
    lines->format = is_text ? "VCF" : "BCF";
    lines->buffer = ps_alloc(BUFFER_BYTES, 1);
    return is_text ? read_text_header(lines, &format, err) : read_binary_header(lines, err);
}

void vcf_lines_close(vcf_lines *lines) {
    vcf_maf_free(lines->maf);
    if (lines->tabix)
        tbx_destroy(lines->tabix);
    if (lines->csi)
        hts_idx_destroy(lines->csi);
    if (lines->binary_record)
        bcf_destroy(lines->binary_record);
    if (lines->binary_header)
        bcf_hdr_destroy(lines->binary_header);
    if (lines->text)
        bgzf_close(lines->text);
    if (lines->binary)
        hts_close(lines->binary);
    for (size_t i = 0; i < lines->n_meta; i++)
        free(lines->meta[i]);
    for (int i = 0; i < lines->n_samples; i++)
        free(lines->sample[i]);
    for (size_t i = 0; i < lines->n_places; i++)
        free(lines->place[i].contig);
    free(lines->meta);
    free(lines->sample);
    free(lines->place);
    free(lines->buffer);
    ks_free(&lines->line);
    ps_source_free(&lines->source);
    memset(lines, 0, sizeof *lines);
}
