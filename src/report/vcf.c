/* vcf.c - ID.ras.vcf.gz: VCF 4.3, bgzipped, with its tabix index. The only writer that knows htslib.
 *
 * Nothing in the file depends on when, where or how the program ran: no dates, no paths, no command line, and BGZF
 * blocks of one fixed compression level carry no time.
 */
#include "plasmastrat/report.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>

#include "format.h"
#include "plasmastrat/alloc.h"

const char *ps_htslib_version(void) {
    return hts_version();
}

/* ---- header ---------------------------------------------------------------------------------------------------- */

static const char *const field_lines[] = {
    "##INFO=<ID=GENE,Number=1,Type=String,Description=\"Gene\">",
    "##INFO=<ID=HGVSC,Number=1,Type=String,Description=\"Change of the coding sequence, HGVS\">",
    "##INFO=<ID=HGVSP,Number=1,Type=String,Description=\"Predicted change of the protein, HGVS\">",
    "##INFO=<ID=TRANSCRIPT,Number=1,Type=String,Description=\"Transcript that HGVSC and HGVSP are written on\">",
    "##INFO=<ID=TIER,Number=1,Type=String,Description=\"hotspot, likely-activating, uncertain or synonymous\">",
    "##INFO=<ID=LOD,Number=1,Type=Float,Description=\"log10 likelihood odds of the variant against sequencing "
    "error\">",
    "##INFO=<ID=SOURCES,Number=.,Type=String,Description=\"Inputs that show the variant: rna, dna, normal, vcf\">",
    "##INFO=<ID=CONTEXT,Number=0,Type=Flag,Description=\"Reported as context (HRAS, BRAF), outside the RAS state\">",
    "##INFO=<ID=FORCED,Number=0,Type=Flag,Description=\"Asked for with --force-sites: reported whatever the "
    "evidence\">",
    "##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Type of structural variant\">",
    "##INFO=<ID=MATEID,Number=1,Type=String,Description=\"ID of the mate breakend\">",
    "##INFO=<ID=EVENT,Number=1,Type=String,Description=\"Rearrangement: the products of one exchange share it\">",
    "##INFO=<ID=CIPOS,Number=2,Type=Integer,Description=\"Where the break may lie, relative to POS\">",
    "##INFO=<ID=SPLIT,Number=1,Type=Integer,Description=\"Fragments with a read split at the junction\">",
    "##INFO=<ID=DISC,Number=1,Type=Integer,Description=\"Discordant fragments over the junction\">",
    "##INFO=<ID=IMPRECISE,Number=0,Type=Flag,Description=\"No split or clipped read places both ends of the "
    "breakpoint\">",
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"0/1 where the allele is called, ./. where a filter refused "
    "it\">",
    "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Fragments (a read pair counts once)\">",
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Fragments by allele\">",
    "##FORMAT=<ID=AF,Number=A,Type=Float,Description=\"Allele fraction\">",
    "##FORMAT=<ID=ADF,Number=R,Type=Integer,Description=\"Fragments by allele, read 1 on the forward strand\">",
    "##FORMAT=<ID=ADR,Number=R,Type=Integer,Description=\"Fragments by allele, read 1 on the reverse strand\">",
};

typedef struct writer {
    const ps_result *result;
    bcf_hdr_t *header;
    bcf1_t *record;
    htsFile *file;
} writer;

static int header_line(bcf_hdr_t *header, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int header_line(bcf_hdr_t *header, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return n < 0 || (size_t)n >= sizeof line ? -1 : bcf_hdr_append(header, line);
}

static int add_contigs(writer *w) {
    const ps_panel *panel = w->result->panel;
    for (int c = 0; c < panel->n_contigs; c++) {
        const char *name = ps_output_contig(w->result, c);
        int bad = panel->contigs[c].length > 0 ? header_line(w->header, "##contig=<ID=%s,length=%lld>", name,
                                                             (long long)panel->contigs[c].length)
                                               : header_line(w->header, "##contig=<ID=%s>", name);
        if (bad)
            return -1;
    }
    return 0;
}

/* A header column of its own: no tab or line end, never empty. */
static int add_sample(writer *w) {
    char *name = ps_plain(w->result->sample_id);
    int bad = bcf_hdr_add_sample(w->header, name && *name ? name : "sample") || bcf_hdr_add_sample(w->header, NULL);
    free(name);
    return bad ? -1 : 0;
}

static int make_header(writer *w) {
    w->header = bcf_hdr_init("w");
    if (!w->header || bcf_hdr_set_version(w->header, "VCFv4.3"))
        return -1;
    if (header_line(w->header, "##source=plasmastrat %s", PS_VERSION) ||
        header_line(w->header, "##reference=%s", w->result->panel->build))
        return -1;
    for (int f = 0; f < PS_N_FILTERS; f++) /* htslib has written PASS itself */
        if (f != PS_FILTER_PASS && header_line(w->header, "##FILTER=<ID=%s,Description=\"%s\">", ps_filters[f].name,
                                               ps_filters[f].description))
            return -1;
    for (size_t i = 0; i < sizeof field_lines / sizeof *field_lines; i++)
        if (bcf_hdr_append(w->header, field_lines[i]))
            return -1;
    return add_contigs(w) || add_sample(w) || bcf_hdr_sync(w->header) ? -1 : 0;
}

/* ---- records --------------------------------------------------------------------------------------------------- */

/* INFO text with the characters that have a meaning there percent-encoded (VCF 4.3 section 1.2): "p.Gly12=" is real.
 */
static int put_info_text(writer *w, const char *key, const char *value) {
    if (!value || !*value)
        return 0;
    size_t n = strlen(value), used = 0;
    char *encoded = ps_alloc(3 * n + 1, 1);
    for (const char *s = value; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c <= ' ' || c == 0x7F || strchr(":;=%,", c))
            used += (size_t)sprintf(encoded + used, "%%%02X", c);
        else
            encoded[used++] = (char)c;
    }
    encoded[used] = '\0';
    int bad = bcf_update_info_string(w->header, w->record, key, encoded);
    free(encoded);
    return bad ? -1 : 0;
}

static int32_t info_count(int64_t n) {
    if (n < 0)
        return bcf_int32_missing;
    return n > INT32_MAX ? INT32_MAX : (int32_t)n;
}

static int put_sources(writer *w, unsigned sources) {
    char list[64] = "";
    size_t used = 0;
    for (int s = 0; s < PS_N_INPUTS; s++) {
        if (!(sources >> s & 1))
            continue;
        used = ps_append(list, sizeof list, used, used ? "," : "");
        used = ps_append(list, sizeof list, used, ps_input_names[s]);
    }
    return *list && bcf_update_info_string(w->header, w->record, "SOURCES", list) ? -1 : 0;
}

static int put_filter(writer *w, ps_filter filter) {
    int id = bcf_hdr_id2int(w->header, BCF_DT_ID, ps_filters[filter].name);
    return id < 0 || bcf_update_filter(w->header, w->record, &id, 1) ? -1 : 0;
}

/* GT:DP:AD:AF:ADF:ADR; -1 and NaN become '.'. */
static int put_format(writer *w, int called, int64_t depth, const int64_t allele[2], double vaf,
                      const int64_t forward[2], const int64_t reverse[2]) {
    int32_t genotype[2] = {called ? bcf_gt_unphased(0) : bcf_gt_missing,
                           called ? bcf_gt_unphased(1) : bcf_gt_missing};
    int32_t dp = info_count(depth);
    int32_t ad[2] = {info_count(allele[0]), info_count(allele[1])};
    int32_t adf[2] = {info_count(forward[0]), info_count(forward[1])};
    int32_t adr[2] = {info_count(reverse[0]), info_count(reverse[1])};
    float af = (float)vaf;
    if (!isfinite(vaf))
        bcf_float_set_missing(af);
    return bcf_update_genotypes(w->header, w->record, genotype, 2) ||
                   bcf_update_format_int32(w->header, w->record, "DP", &dp, 1) ||
                   bcf_update_format_int32(w->header, w->record, "AD", ad, 2) ||
                   bcf_update_format_float(w->header, w->record, "AF", &af, 1) ||
                   bcf_update_format_int32(w->header, w->record, "ADF", adf, 2) ||
                   bcf_update_format_int32(w->header, w->record, "ADR", adr, 2)
               ? -1
               : 0;
}

static int start_record(writer *w, int contig, int64_t pos0, const char *id, const char *ref, const char *alt) {
    bcf_clear(w->record);
    w->record->rid = bcf_hdr_name2id(w->header, ps_output_contig(w->result, contig));
    w->record->pos = pos0;
    bcf_float_set_missing(w->record->qual);
    const char *alleles[2] = {ref, alt};
    if (w->record->rid < 0 || pos0 < 0 || bcf_update_alleles(w->header, w->record, alleles, 2))
        return -1;
    return bcf_update_id(w->header, w->record, id ? id : ".") ? -1 : 0;
}

static int variant_info(writer *w, const ps_ras_variant *v) {
    const ps_panel *panel = w->result->panel;
    int transcript = v->effect.transcript;
    if (put_info_text(w, "GENE", panel->genes[v->effect.gene].name) || put_info_text(w, "HGVSC", v->effect.hgvs_c) ||
        put_info_text(w, "HGVSP", v->effect.hgvs_p) || put_info_text(w, "TIER", ps_tier_names[v->effect.tier]))
        return -1;
    if (transcript >= 0 && transcript < panel->n_transcripts &&
        put_info_text(w, "TRANSCRIPT", panel->transcripts[transcript].refseq))
        return -1;
    if (isfinite(v->best.lod)) {
        float lod = (float)v->best.lod;
        if (bcf_update_info_float(w->header, w->record, "LOD", &lod, 1))
            return -1;
    }
    if (put_sources(w, v->sources))
        return -1;
    if (v->forced && bcf_update_info_flag(w->header, w->record, "FORCED", NULL, 1))
        return -1;
    return v->context && bcf_update_info_flag(w->header, w->record, "CONTEXT", NULL, 1) ? -1 : 0;
}

static int write_variant(writer *w, const ps_ras_variant *v) {
    if (start_record(w, v->contig, (int64_t)v->pos1 - 1, NULL, v->ref, v->alt) || put_filter(w, v->best.filter) ||
        variant_info(w, v))
        return -1;
    /* The reference allele's own count; what is neither allele stays out of AD. */
    int64_t reference =
        v->best.ref_side[0] < 0 || v->best.ref_side[1] < 0 ? -1 : v->best.ref_side[0] + v->best.ref_side[1];
    int64_t allele[2] = {reference, v->best.alt_depth};
    int64_t forward[2] = {v->best.ref_side[PS_F1R2], v->best.alt_side[PS_F1R2]};
    int64_t reverse[2] = {v->best.ref_side[PS_F2R1], v->best.alt_side[PS_F2R1]};
    int called = v->best.filter == PS_FILTER_PASS || v->best.filter == PS_FILTER_GERMLINE;
    if (put_format(w, called, v->best.depth, allele, v->best.vaf, forward, reverse))
        return -1;
    return bcf_write(w->file, w->header, w->record) ? -1 : 0;
}

/* One end of a junction. Which side of its own base the junction keeps decides whether the base stands before or
 * after the bracket; which side of the mate's base it keeps decides the bracket (VCF 4.3 section 5.4):
 *   here left, mate right: N[mate[     here left, mate left: N]mate]
 *   here right, mate left: ]mate]N     here right, mate right: [mate[N */
static void breakend_allele(char *out, size_t size, char base, int kept_left, const char *mate, int32_t mate_pos1,
                            int mate_kept_left) {
    char bracket = mate_kept_left ? ']' : '[';
    if (kept_left)
        snprintf(out, size, "%c%c%s:%d%c", base, bracket, mate, (int)mate_pos1, bracket);
    else
        snprintf(out, size, "%c%s:%d%c%c", bracket, mate, (int)mate_pos1, bracket, base);
}

static int write_breakend(writer *w, size_t number, int end) {
    const ps_breakpoint *b = &w->result->calls.junction.breakpoint[number];
    int contig[2] = {b->contig_a, b->contig_b}, kept_left[2] = {b->right_a, b->right_b};
    int32_t pos1[2] = {b->pos_a1, b->pos_b1};
    char given[2] = {b->base_a, b->base_b};
    char base = given[end] ? given[end] : ps_panel_base(w->result->panel, contig[end], pos1[end] - 1);
    char ref[2] = {base && strchr("ACGT", base) ? base : 'N', '\0'};
    char alt[160], id[48], mate[48];
    breakend_allele(alt, sizeof alt, ref[0], kept_left[end], ps_output_contig(w->result, contig[!end]), pos1[!end],
                    kept_left[!end]);
    snprintf(id, sizeof id, "IGH_CCND1_%zu%c", number + 1, end ? 'b' : 'a');
    snprintf(mate, sizeof mate, "IGH_CCND1_%zu%c", number + 1, end ? 'a' : 'b');
    char event[48];
    snprintf(event, sizeof event, "IGH_CCND1_%d", b->event);
    const int32_t *range = end ? b->range_b : b->range_a;
    int32_t split = info_count((int64_t)b->split), discordant = info_count((int64_t)b->discordant);
    if (start_record(w, contig[end], (int64_t)pos1[end] - 1, id, ref, alt) || put_filter(w, PS_FILTER_PASS) ||
        put_info_text(w, "SVTYPE", "BND") || put_info_text(w, "MATEID", mate) || put_info_text(w, "EVENT", event) ||
        ((range[0] || range[1]) && bcf_update_info_int32(w->header, w->record, "CIPOS", range, 2)) ||
        bcf_update_info_int32(w->header, w->record, "SPLIT", &split, 1) ||
        bcf_update_info_int32(w->header, w->record, "DISC", &discordant, 1) ||
        put_sources(w, w->result->calls.junction.sources) ||
        (!b->exact && bcf_update_info_flag(w->header, w->record, "IMPRECISE", NULL, 1)))
        return -1;
    const int64_t unknown[2] = {-1, -1};
    if (put_format(w, 1, -1, unknown, NAN, unknown, unknown))
        return -1;
    return bcf_write(w->file, w->header, w->record) ? -1 : 0;
}

/* ---- order ----------------------------------------------------------------------------------------------------- */

typedef struct line {
    int contig;
    int32_t pos1;
    size_t order;  /* ties keep the callers' order */
    size_t number; /* of the variant or breakpoint */
    int end;       /* -1: a variant; 0, 1: end of a breakpoint */
} line;

static int by_place(const void *a, const void *b) {
    const line *x = a, *y = b;
    if (x->contig != y->contig)
        return x->contig < y->contig ? -1 : 1;
    if (x->pos1 != y->pos1)
        return x->pos1 < y->pos1 ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static line *ordered_lines(const ps_calls *calls, size_t *n) {
    size_t n_breakpoints = calls->junction.state == PS_JUNCTION_DETECTED ? calls->junction.n_breakpoints : 0;
    line *lines = ps_alloc(calls->ras.n_variants + 2 * n_breakpoints, sizeof *lines);
    *n = 0;
    for (size_t i = 0; i < calls->ras.n_variants; i++) {
        const ps_ras_variant *v = &calls->ras.variant[i];
        lines[*n] = (line){.contig = v->contig, .pos1 = v->pos1, .order = *n, .number = i, .end = -1};
        ++*n;
    }
    for (size_t i = 0; i < n_breakpoints; i++) {
        const ps_breakpoint *b = &calls->junction.breakpoint[i];
        for (int end = 0; end < 2; end++) {
            lines[*n] = (line){.contig = end ? b->contig_b : b->contig_a,
                               .pos1 = end ? b->pos_b1 : b->pos_a1,
                               .order = *n,
                               .number = i,
                               .end = end};
            ++*n;
        }
    }
    qsort(lines, *n, sizeof *lines, by_place);
    return lines;
}

static int write_lines(writer *w) {
    size_t n;
    line *lines = ordered_lines(&w->result->calls, &n);
    int bad = 0;
    for (size_t i = 0; i < n && !bad; i++)
        bad = lines[i].end < 0 ? write_variant(w, &w->result->calls.ras.variant[lines[i].number])
                               : write_breakend(w, lines[i].number, lines[i].end);
    free(lines);
    return bad;
}

int ps_write_vcf(const ps_result *result, const char *path, const char *index_path, ps_error *err) {
    if (result->failure || !result->panel)
        return ps_fail(err, PS_ERR_RUN, path, 0, "a failed sample has no variants to write");
    int status = -1;
    writer w = {.result = result};
    w.record = bcf_init();
    if (!w.record || make_header(&w)) {
        ps_fail(err, PS_ERR_RUN, path, 0, "the VCF header could not be made");
        goto out;
    }
    errno = 0;
    w.file = hts_open(path, "wz6"); /* the level is part of the bytes */
    if (!w.file || bcf_hdr_write(w.file, w.header) || write_lines(&w)) {
        ps_fail_system(err, path, errno, "could not be written");
        goto out;
    }
    status = 0;
    errno = 0;
out:
    if (w.file && hts_close(w.file) && !status)
        status = ps_fail_system(err, path, errno, "could not be written to its end");
    if (w.record)
        bcf_destroy(w.record);
    if (w.header)
        bcf_hdr_destroy(w.header);
    errno = 0;
    if (!status && tbx_index_build3(path, index_path, 0, 0, &tbx_conf_vcf))
        status = ps_fail_system(err, index_path, errno, "the tabix index could not be written");
    return status;
}
