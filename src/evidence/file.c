/* file.c - the evidence file: one JSON document in gzip. */
#include "plasmastrat/evidence_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/map.h"
#include "private.h"

enum {
    MOST_FILE = 64 << 20,  /* bytes; the deepest amplicon has a few million */
    MOST_TEXT = 256 << 20, /* the same, inflated */
    LEVEL = 6,
    GZIP = 15 + 16, /* zlib's window bits for a gzip header, in which it writes no time */
    MOST_INPUTS = 1000,
};
static const char schema_family[] = "plasmastrat/evidence/";

static const ps_column primer_columns[] = {
    PS_COLUMN(ps_primer, contig, INT, 0, PS_ID_CONTIG),
    PS_COLUMN(ps_primer, beg0, I32, 0, INT32_MAX - 1),
    PS_COLUMN(ps_primer, end0, I32, 1, INT32_MAX),
    PS_COLUMN(ps_primer, strand, LETTER, 0, 0),
};
static const ps_columns_of primer_kind = PS_ROWS_OF("primers", ps_primer, primer_columns);

/* Limits that decide what is counted: evidence gathered with others cannot be called anew. */
static const struct gathering {
    const char *name;
    size_t offset;
} gathering[] = {
#define ROW(name)                                                                                                    \
    { #name, offsetof(ps_limits, name) }
    ROW(min_mapq),
    ROW(min_base_quality),
    ROW(max_base_quality),
    ROW(max_consensus_quality),
    ROW(ras_end_bases),
    ROW(ras_clutter_codons),
    ROW(ras_clutter_clip),
    ROW(ras_complex_reach),
    ROW(ras_longest_gap),
    ROW(expression_edge_bases),
    ROW(junction_min_clip),
    ROW(junction_min_aligned),
    ROW(junction_max_insert),
#undef ROW
};
enum { N_GATHERING = sizeof gathering / sizeof *gathering };

static double limit_of(const ps_panel *panel, const struct gathering *row) {
    return *(const double *)(const void *)((const char *)&panel->limits + row->offset);
}

static void hex_of(uint64_t hash, char out[17]) {
    snprintf(out, 17, "%016" PRIx64, hash);
}

/* ---- writing the content --------------------------------------------------------------------------------------- */

static void put_tallies(const ps_read_evidence *e, ps_pen *pen) {
    ps_put_integer_of(pen, "records", e->records);
    ps_put_integer_of(pen, "digested_primers", (uint64_t)e->digested_primers);
    if (e->cut_at_introns)
        ps_put_integer_of(pen, "cut_at_introns", 1);
    ps_put_integer_of(pen, "missing_contigs", e->missing_contigs & UINT32_MAX); /* bits 0 to 31, and the others */
    ps_put_integer_of(pen, "missing_contigs_32", e->missing_contigs >> 32);
    ps_put_array_of(pen, "seen", e->seen, PS_N_COLLECTORS);
    ps_put_array_of(pen, "spliced", e->spliced, PS_N_COLLECTORS);
    ps_put_array_of(pen, "left_out", &e->left_out[0][0], (size_t)PS_N_COLLECTORS * PS_N_LEFT);
}

static void put_reads(const ps_read_evidence *e, const char *name, ps_pen *pen) {
    ps_put_name(pen, name);
    if (!e->given) {
        ps_put(pen, "null");
        return;
    }
    ps_put(pen, "{");
    put_tallies(e, pen);
    ps_codons_write(&e->codons, pen);
    ps_genes_write(&e->genes, pen);
    ps_bins_write(&e->bins, pen);
    ps_snps_write(&e->snps, pen);
    ps_junctions_write(&e->junctions, pen);
    ps_put(pen, "}\n");
}

static void put_variants(const ps_variants *variants, int given, const char *name, ps_pen *pen) {
    if (given) {
        ps_variants_put(variants, name, pen);
        return;
    }
    ps_put_name(pen, name);
    ps_put(pen, "null");
}

static void put_content(const ps_evidence *e, ps_pen *pen) {
    ps_put(pen, "{");
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        put_reads(&e->reads[role], ps_input_names[role], pen);
    put_variants(&e->vcf, e->has_vcf, "vcf", pen);
    put_variants(&e->sites, e->has_sites, "sites", pen);
    ps_put_integer_of(pen, "primers_listed", e->primers.listed);
    ps_put_rows(pen, &primer_kind, e->primers.row, e->primers.n);
    if (e->has_sv)
        ps_sv_put(&e->sv, "sv", pen);
    if (e->has_cnv)
        ps_cnv_put(&e->cnv, "cnv", pen);
    if (e->has_counts)
        ps_counts_put(&e->counts, "counts", pen);
    ps_put(pen, "}");
}

static void digest_of(ps_pen *pen, char digest[17]) {
    hex_of(ps_hash_long(pen->text, pen->n), digest);
    free(pen->text);
}

void ps_input_digest(const ps_read_evidence *reads, char digest[17]) {
    ps_pen pen = {0};
    put_reads(reads, "reads", &pen);
    digest_of(&pen, digest);
}

void ps_variants_digest(const ps_variants *variants, char digest[17]) {
    ps_pen pen = {0};
    ps_variants_put(variants, "vcf", &pen);
    digest_of(&pen, digest);
}

void ps_sv_digest(const ps_sv_evidence *sv, char digest[17]) {
    ps_pen pen = {0};
    ps_sv_put(sv, "sv", &pen);
    digest_of(&pen, digest);
}

void ps_cnv_digest(const ps_cnv_evidence *cnv, char digest[17]) {
    ps_pen pen = {0};
    ps_cnv_put(cnv, "cnv", &pen);
    digest_of(&pen, digest);
}

void ps_counts_digest(const ps_count_evidence *counts, char digest[17]) {
    ps_pen pen = {0};
    ps_counts_put(counts, "counts", &pen);
    digest_of(&pen, digest);
}

void ps_evidence_digest(ps_evidence *evidence) {
    ps_pen pen = {0};
    put_content(evidence, &pen);
    digest_of(&pen, evidence->digest);
}

/* ---- writing the document -------------------------------------------------------------------------------------- */

static void put_panel(const ps_panel *panel, const ps_evidence *e, ps_pen *pen) {
    ps_put_name(pen, "panel");
    ps_put(pen, "{");
    ps_put_string_of(pen, "name", panel->name);
    ps_put_string_of(pen, "build", panel->build);
    ps_put_string_of(pen, "version", panel->version);
    ps_put_string_of(pen, "places", panel->places);
    ps_put_name(pen, "gathered_with");
    ps_put(pen, "{");
    for (int i = 0; i < N_GATHERING; i++) {
        ps_put_name(pen, gathering[i].name);
        ps_put_real(pen, limit_of(panel, &gathering[i]));
    }
    ps_put(pen, "}");
    ps_read_with_put(panel, e, pen);
    ps_put(pen, "}\n");
}

static void put_stated(const ps_stated *s, ps_pen *pen) {
    ps_put_name(pen, "stated");
    ps_put(pen, "{");
    ps_put_name(pen, "purity");
    ps_put_real(pen, s->purity > 0 ? s->purity : NAN);
    ps_put_name(pen, "prior_odds");
    ps_put_real(pen, s->prior_odds > 0 ? s->prior_odds : NAN);
    ps_put_name(pen, "molecules");
    ps_put_real(pen, s->molecules > 0 ? s->molecules : NAN);
    ps_put_name(pen, "input_ng");
    ps_put_real(pen, s->input_ng > 0 ? s->input_ng : NAN);
    ps_put_string_of(pen, "specimen", ps_specimen_names[s->specimen]);
    ps_put_string_of(pen, "model", s->model);
    ps_put_string_of(pen, "model_table", s->model_table);
    ps_put_string_of(pen, "copynumber_reference", s->copynumber_reference);
    ps_put_string_of(pen, "expression_reference", s->expression_reference);
    if (s->error_reference)
        ps_put_string_of(pen, "error_reference", s->error_reference);
    if (s->expect_name)
        ps_put_string_of(pen, "expect_name", s->expect_name);
    ps_put(pen, "}\n");
}

static void put_input(const ps_input_info *in, ps_pen *pen) {
    ps_put(pen, "{");
    ps_put_string_of(pen, "role", ps_input_names[in->role]);
    ps_put_string_of(pen, "path", in->path);
    ps_put_string_of(pen, "format", in->format);
    ps_put_string_of(pen, "build", in->build);
    ps_put_string_of(pen, "sample_name", in->sample_name);
    ps_put_integer_of(pen, "records", in->records);
    ps_put_string_of(pen, "contig_names", ps_style_names[in->style]);
    ps_put_string_of(pen, "digest", in->digest);
    if (in->mark[0])
        ps_put_string_of(pen, "mark", in->mark);
    ps_put(pen, "}");
}

static void put_document(const ps_panel *panel, const ps_evidence *e, const char *version, ps_pen *pen) {
    char hex[17];
    ps_put(pen, "{");
    ps_put_string_of(pen, "schema", PS_EVIDENCE_SCHEMA);
    ps_put_string_of(pen, "version", e->written_by ? e->written_by : version);
    ps_put_string_of(pen, "sample_id", e->sample_id);
    put_panel(panel, e, pen);
    put_stated(&e->stated, pen);
    ps_put_name(pen, "inputs");
    if (e->n_inputs > MOST_INPUTS)
        snprintf(pen->refused, sizeof pen->refused, "%zu inputs, at most %d can be kept", e->n_inputs, MOST_INPUTS);
    ps_put(pen, "[");
    for (size_t i = 0; i < e->n_inputs; i++) {
        ps_put(pen, i ? "," : "");
        put_input(&e->input[i], pen);
    }
    ps_put(pen, "]\n");
    ps_pen content = {0};
    put_content(e, &content);
    hex_of(ps_hash_long(content.text, content.n), hex);
    ps_put_string_of(pen, "digest", hex);
    ps_put_name(pen, "content");
    ps_put_bytes(pen, content.text, content.n);
    if (!pen->refused[0])
        memcpy(pen->refused, content.refused, sizeof pen->refused);
    free(content.text);
    ps_put(pen, "\n");
    hex_of(ps_hash_long(pen->text, pen->n), hex);
    ps_put_string_of(pen, "checksum", hex);
    ps_put(pen, "}\n");
}

static int deflate_all(const ps_pen *pen, unsigned char **bytes, size_t *n) {
    z_stream z = {0};
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return -1;
    size_t most = deflateBound(&z, (uLong)pen->n);
    *bytes = ps_alloc(most, 1);
    z.next_in = (unsigned char *)pen->text;
    z.avail_in = (uInt)pen->n;
    z.next_out = *bytes;
    z.avail_out = (uInt)most;
    int status = deflate(&z, Z_FINISH);
    *n = most - z.avail_out;
    deflateEnd(&z);
    return status == Z_STREAM_END ? 0 : -1;
}

int ps_evidence_write(const ps_panel *panel, const ps_evidence *e, const char *version, FILE *out, ps_error *err) {
    ps_pen pen = {0};
    unsigned char *bytes = NULL;
    size_t n = 0;
    put_document(panel, e, version, &pen);
    int bad = 0;
    if (pen.refused[0])
        bad = ps_fail(err, PS_ERR_RUN, NULL, 0,
                      "the evidence of %s cannot be kept: %s; give --no-evidence to do without it", e->sample_id,
                      pen.refused);
    else if (pen.n > MOST_TEXT || deflate_all(&pen, &bytes, &n) < 0 || n > MOST_FILE)
        bad = ps_fail(err, PS_ERR_RUN, NULL, 0, "%zu bytes of evidence are more than a file of it may hold", pen.n);
    else if (fwrite(bytes, 1, n, out) != n)
        bad = ps_fail(err, PS_ERR_RUN, NULL, 0, "cannot be written");
    free(bytes);
    free(pen.text);
    return bad ? -1 : 0;
}

/* ---- reading the document -------------------------------------------------------------------------------------- */

static void scan_schema(ps_scan *scan) {
    ps_scan_text(scan, "{");
    char *found = ps_scan_string_of(scan, "schema");
    size_t n = strlen(schema_family);
    if (!scan->failed && (!found || strcmp(found, PS_EVIDENCE_SCHEMA) != 0)) {
        long number = found && !strncmp(found, schema_family, n) ? strtol(found + n, NULL, 10) : 0;
        ps_scan_fail(
            scan, number > 1 ? "'%.60s' was written by a newer program; this one reads %s" : "'%.60s', expected %s",
            found ? found : "", PS_EVIDENCE_SCHEMA);
    }
    free(found);
}

/* The last member: ,"checksum":"<16 digits>"} and a line end. */
static void check_checksum(ps_scan *scan) {
    static const char before[] = ",\"checksum\":\"";
    size_t tail = strlen(before) + 16 + strlen("\"}\n"), n = (size_t)(scan->end - scan->at);
    char now[17];
    const char *start = scan->at;
    scan->member = "checksum";
    if (n < tail || memcmp(scan->end - tail, before, strlen(before)) != 0) {
        ps_scan_fail(scan, "is not there: the file was cut short or edited; run `sample` again");
        return;
    }
    hex_of(ps_hash_long(start, n - tail), now);
    if (memcmp(now, scan->end - tail + strlen(before), 16) != 0)
        ps_scan_fail(scan, "does not fit what the file holds: it was edited or damaged; run `sample` again");
    scan->end -= tail;
}

static void scan_gathering(ps_scan *scan) {
    ps_scan_name(scan, "gathered_with");
    ps_scan_text(scan, "{");
    for (int i = 0; i < N_GATHERING; i++) {
        ps_scan_name(scan, gathering[i].name);
        double then = ps_scan_real(scan), now = limit_of(scan->panel, &gathering[i]);
        if (!scan->failed && then != now)
            ps_scan_fail(scan, "was made with %g, the panel %s has %g: run `sample` again", then, scan->panel->name,
                         now);
    }
    ps_scan_text(scan, "}");
}

static const ps_panel *find_panel(ps_scan *scan, const ps_panel *panels, int n_panels, const char *build,
                                  const char *places, const char *name) {
    const ps_panel *same_build = NULL;
    if (scan->failed)
        return NULL;
    for (int i = 0; i < n_panels; i++) {
        if (!build || strcmp(panels[i].build, build) != 0)
            continue;
        same_build = &panels[i];
        if (places && !strcmp(panels[i].places, places))
            return &panels[i];
    }
    if (same_build)
        ps_scan_fail(
            scan,
            "was made with the positions %.16s of panel %.60s, but the panel %s has %s: give that panel with "
            "--panel, or run `sample` again",
            places ? places : "", name ? name : "", same_build->name, same_build->places);
    else
        ps_scan_fail(scan, "the file was made on %.60s with the panel %.60s, but %s%s%s%s; give --panel %.60s",
                     build ? build : "no build", name ? name : "",
                     n_panels > 1 ? "no built-in panel is on that build" : "--panel names ",
                     n_panels > 1 ? "" : panels[0].name, n_panels > 1 ? "" : ", on ",
                     n_panels > 1 ? "" : panels[0].build, name ? name : "");
    return NULL;
}

/* 1: it says with which tables other programs' results were read. */
static int scan_panel(ps_scan *scan, const ps_panel *panels, int n_panels) {
    int known = 0;
    ps_scan_name(scan, "panel");
    ps_scan_text(scan, "{");
    char *name = ps_scan_string_of(scan, "name"), *build = ps_scan_string_of(scan, "build"),
         *version = ps_scan_string_of(scan, "version"), *places = ps_scan_string_of(scan, "places");
    scan->member = "panel";
    scan->panel = find_panel(scan, panels, n_panels, build, places, name);
    free(name);
    free(build);
    free(version);
    free(places);
    if (!scan->failed)
        scan_gathering(scan);
    if (!scan->failed)
        known = ps_read_with_scan(scan);
    ps_scan_text(scan, "}\n");
    return known;
}

static int scan_enum(ps_scan *scan, const char *name, const char *const *names, int n) {
    char *text = ps_scan_string_of(scan, name);
    int found = 0;
    while (text && found < n && strcmp(names[found], text) != 0)
        found++;
    if (!scan->failed && (!text || found == n))
        ps_scan_fail(scan, "'%.40s', expected %s ... %s", text ? text : "null", names[0], names[n - 1]);
    free(text);
    return scan->failed ? 0 : found;
}

static double scan_real_of(ps_scan *scan, const char *name, double high) {
    ps_scan_name(scan, name);
    double value = ps_scan_real(scan);
    if (value <= 0 || value > high)
        ps_scan_fail(scan, "%g, expected a number above 0 and at most %g", value, high);
    return value;
}

static void scan_stated(ps_scan *scan, ps_stated *s) {
    ps_scan_name(scan, "stated");
    ps_scan_text(scan, "{");
    s->purity = scan_real_of(scan, "purity", 1);
    s->prior_odds = scan_real_of(scan, "prior_odds", 1e9);
    s->molecules = scan_real_of(scan, "molecules", 1e9);
    s->input_ng = scan_real_of(scan, "input_ng", 1e9);
    s->specimen = (ps_specimen)scan_enum(scan, "specimen", ps_specimen_names, PS_N_SPECIMENS);
    s->model = ps_scan_string_of(scan, "model");
    s->model_table = ps_scan_string_of(scan, "model_table");
    s->copynumber_reference = ps_scan_string_of(scan, "copynumber_reference");
    s->expression_reference = ps_scan_string_of(scan, "expression_reference");
    if (ps_scan_has(scan, "error_reference"))
        s->error_reference = ps_scan_string_of(scan, "error_reference");
    if (ps_scan_has(scan, "expect_name"))
        s->expect_name = ps_scan_string_of(scan, "expect_name");
    ps_scan_text(scan, "}\n");
}

static const char *scan_kept(ps_scan *scan, const char *name, ps_evidence *e) {
    char *text = ps_scan_string_of(scan, name);
    const char *kept = ps_evidence_keep(e, text ? text : "");
    free(text);
    return kept;
}

static void scan_input(ps_scan *scan, ps_evidence *e) {
    ps_scan_text(scan, "{");
    ps_input_role role = (ps_input_role)scan_enum(scan, "role", ps_input_names, PS_N_INPUTS);
    char *path = ps_scan_string_of(scan, "path");
    const char *format = scan_kept(scan, "format", e), *build = scan_kept(scan, "build", e);
    char *sample_name = ps_scan_string_of(scan, "sample_name");
    uint64_t records = ps_scan_integer_of(scan, "records", PS_MOST_RECORDS);
    int style = scan_enum(scan, "contig_names", ps_style_names, PS_N_STYLES);
    char *digest = ps_scan_string_of(scan, "digest");
    char *mark = ps_scan_has(scan, "mark") ? ps_scan_string_of(scan, "mark") : NULL;
    if (!scan->failed && path) {
        ps_input_info *in = ps_evidence_input(e, role, path, format, build, sample_name, records, style);
        snprintf(in->digest, sizeof in->digest, "%s", digest ? digest : "");
        snprintf(in->mark, sizeof in->mark, "%s", mark ? mark : "");
    } else {
        ps_scan_fail(scan, "an input has no path");
    }
    free(path);
    free(sample_name);
    free(mark);
    free(digest);
    ps_scan_text(scan, "}");
}

static void scan_inputs(ps_scan *scan, ps_evidence *e) {
    ps_scan_name(scan, "inputs");
    ps_scan_text(scan, "[");
    for (int n = 0; !scan->failed && *scan->at != ']'; n++) {
        if (n)
            ps_scan_text(scan, ",");
        if (n == MOST_INPUTS)
            ps_scan_fail(scan, "more than %d", MOST_INPUTS);
        scan_input(scan, e);
    }
    ps_scan_text(scan, "]\n");
}

static void scan_tallies(ps_scan *scan, ps_read_evidence *e) {
    e->records = ps_scan_integer_of(scan, "records", PS_MOST_RECORDS);
    e->digested_primers = (int)ps_scan_integer_of(scan, "digested_primers", 1);
    e->cut_at_introns = ps_scan_has(scan, "cut_at_introns") && ps_scan_integer_of(scan, "cut_at_introns", 1);
    e->missing_contigs = ps_scan_integer_of(scan, "missing_contigs", UINT32_MAX);
    e->missing_contigs |= ps_scan_integer_of(scan, "missing_contigs_32", UINT32_MAX) << 32;
    ps_scan_array_of(scan, "seen", e->seen, PS_N_COLLECTORS);
    ps_scan_array_of(scan, "spliced", e->spliced, PS_N_COLLECTORS);
    ps_scan_array_of(scan, "left_out", &e->left_out[0][0], (size_t)PS_N_COLLECTORS * PS_N_LEFT);
}

static void scan_reads(ps_scan *scan, ps_input_role role, ps_read_evidence *e) {
    ps_read_evidence_init(scan->panel, role, e);
    ps_scan_name(scan, ps_input_names[role]);
    if (ps_scan_is(scan, "null"))
        return;
    e->given = 1;
    ps_scan_text(scan, "{");
    scan_tallies(scan, e);
    ps_codons_scan(scan, &e->codons);
    ps_genes_scan(scan, &e->genes);
    ps_bins_scan(scan, &e->bins);
    ps_snps_scan(scan, &e->snps);
    ps_junctions_scan(scan, &e->junctions);
    ps_scan_text(scan, "}\n");
}

static int scan_variants(ps_scan *scan, const char *name, ps_variants *variants) {
    const char *start = scan->at;
    ps_scan_name(scan, name);
    if (ps_scan_is(scan, "null"))
        return 0;
    scan->at = scan->failed ? scan->at : start;
    ps_variants_scan(scan, name, variants);
    return 1;
}

static void scan_content(ps_scan *scan, ps_evidence *e) {
    char now[17];
    char *digest = ps_scan_string_of(scan, "digest");
    ps_scan_name(scan, "content");
    const char *start = scan->at;
    ps_scan_text(scan, "{");
    for (int role = 0; role < PS_N_READ_INPUTS && !scan->failed; role++)
        scan_reads(scan, (ps_input_role)role, &e->reads[role]);
    e->has_vcf = scan_variants(scan, "vcf", &e->vcf);
    e->has_sites = scan_variants(scan, "sites", &e->sites);
    e->primers.listed = (size_t)ps_scan_integer_of(scan, "primers_listed", PS_MOST_COUNT);
    e->primers.row = ps_scan_rows(scan, &primer_kind, &e->primers.n);
    e->has_sv = ps_scan_has(scan, "sv");
    if (e->has_sv)
        ps_sv_scan(scan, "sv", &e->sv);
    e->has_cnv = ps_scan_has(scan, "cnv");
    if (e->has_cnv)
        ps_cnv_scan(scan, "cnv", &e->cnv);
    e->has_counts = ps_scan_has(scan, "counts");
    if (e->has_counts)
        ps_counts_scan(scan, "counts", &e->counts);
    ps_scan_text(scan, "}");
    hex_of(ps_hash_long(start, (size_t)(scan->at - start)), now);
    if (!scan->failed && (!digest || strcmp(now, digest) != 0))
        ps_scan_fail(scan, "the digest does not fit the content");
    snprintf(e->digest, sizeof e->digest, "%s", now);
    free(digest);
    ps_scan_text(scan, "\n");
}

/* Evidence of a role and its inputs' entries go together. */
static void check_inputs(ps_scan *scan, const ps_evidence *e) {
    int has[PS_N_INPUTS] = {0};
    scan->member = "inputs";
    for (size_t i = 0; i < e->n_inputs; i++)
        has[e->input[i].role]++;
    for (int role = 0; role < PS_N_READ_INPUTS && !scan->failed; role++)
        if ((has[role] > 0) != e->reads[role].given)
            ps_scan_fail(scan, "do not agree with the content on %s", ps_input_names[role]);
    if (has[PS_INPUT_VCF] != e->has_vcf)
        ps_scan_fail(scan, "do not agree with the content on the VCF");
    if (has[PS_INPUT_SV] > e->has_sv || has[PS_INPUT_CNV] > e->has_cnv || /* a VCF may hold these too */
        has[PS_INPUT_COUNTS] != e->has_counts)
        ps_scan_fail(scan, "do not agree with the content on other programs' results");
}

int ps_evidence_parse_text(const char *path, const char *text, size_t n, const ps_panel *panels, int n_panels,
                           ps_evidence *e, const ps_panel **panel, ps_error *err) {
    ps_scan whole = {.path = path, .at = text, .end = text + n, .err = err}, scan = whole;
    *e = (ps_evidence){0};
    scan_schema(&scan);
    if (!scan.failed) {
        check_checksum(&whole);
        scan.failed = whole.failed;
        scan.end = whole.end;
    }
    e->written_by = ps_scan_string_of(&scan, "version");
    e->sample_id = ps_scan_string_of(&scan, "sample_id");
    if (!scan.failed && (!e->sample_id || !e->written_by))
        ps_scan_fail(&scan, "null, expected a text");
    int known = scan_panel(&scan, panels, n_panels);
    scan_stated(&scan, &e->stated);
    scan_inputs(&scan, e);
    if (!scan.failed)
        scan_content(&scan, e);
    ps_read_with_check(e, known);
    if (!scan.failed)
        check_inputs(&scan, e);
    if (!scan.failed && scan.at != scan.end)
        ps_scan_fail(&scan, "more follows than expected");
    if (scan.failed) {
        ps_evidence_free(e);
        return -1;
    }
    *panel = scan.panel;
    ps_evidence_tidy(*panel, e);
    return 0;
}

/* ---- gzip ------------------------------------------------------------------------------------------------------ */

/* The trailer's last four bytes say how long the text is (RFC 1952); it is only where to start. */
static size_t first_guess(const unsigned char *bytes, size_t n) {
    size_t guess = 0;
    for (int i = 0; i < 4 && n >= 18; i++)
        guess |= (size_t)bytes[n - 4 + (size_t)i] << (8 * i);
    size_t most = n < MOST_TEXT / 1032 ? 1032 * n : MOST_TEXT; /* deflate packs no tighter */
    return (guess < most ? guess : most) + 64;
}

/* Other gzip (a BAM, a VCF), and evidence that another program wrote anew. */
static int refuse_other(const char *path, const char *text, ps_error *err) {
    static const char begin[] = "{\"schema\":\"";
    if (!*text || !strncmp(text, begin, strlen(begin)))
        return 0;
    return ps_fail(err, PS_ERR_RUN, path, 0,
                   strstr(text, schema_family)
                       ? "was edited, or written anew by another program: run `sample` again"
                       : "is no evidence file: expected an ID.evidence.gz, as `sample -o` writes it");
}

static int inflate_all(const char *path, const char *bytes, size_t n, char **text, size_t *n_text, ps_error *err) {
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)n};
    size_t room = first_guess((const unsigned char *)bytes, n), used = 0;
    int status = inflateInit2(&z, GZIP);
    *text = ps_alloc(room + 1, 1);
    while (status == Z_OK) {
        if (used == room && room < MOST_TEXT)
            *text = ps_resize(*text, (room = 2 * room) + 1, 1);
        if (used == room)
            break;
        z.next_out = (unsigned char *)*text + used;
        z.avail_out = (uInt)(room - used);
        status = inflate(&z, Z_NO_FLUSH);
        used = room - z.avail_out;
        if (status == Z_OK && !z.avail_in && z.avail_out)
            status = Z_BUF_ERROR;
    }
    inflateEnd(&z);
    (*text)[used] = '\0';
    *n_text = used;
    if (refuse_other(path, *text, err) < 0) {
        free(*text);
        *text = NULL;
        return -1;
    }
    if (status == Z_STREAM_END && !z.avail_in)
        return 0;
    free(*text);
    *text = NULL;
    ps_fail(err, PS_ERR_RUN, path, 0, "%s: run `sample` again",
            status == Z_OK           ? "is no evidence file: its text is too long"
            : status == Z_BUF_ERROR  ? "was cut short"
            : status == Z_STREAM_END ? "has bytes behind its end"
                                     : "is damaged");
    return -1;
}

int ps_evidence_parse(const char *path, const char *bytes, size_t n_bytes, const ps_panel *panels, int n_panels,
                      ps_evidence *evidence, const ps_panel **panel, ps_error *err) {
    char *text = NULL;
    size_t n = 0;
    *evidence = (ps_evidence){0};
    if (n_bytes < 2 || memcmp(bytes, "\x1f\x8b", 2) != 0)
        return ps_fail(err, PS_ERR_RUN, path, 0, "is no evidence file: expected gzip, as `sample -o` writes it");
    if (inflate_all(path, bytes, n_bytes, &text, &n, err) < 0)
        return -1;
    int status = ps_evidence_parse_text(path, text, n, panels, n_panels, evidence, panel, err);
    free(text);
    return status;
}

int ps_evidence_read(const char *path, const ps_panel *panels, int n_panels, ps_evidence *evidence,
                     const ps_panel **panel, ps_error *err) {
    char *bytes = NULL;
    size_t n = 0;
    *evidence = (ps_evidence){0};
    if (ps_file_read(path, MOST_FILE, PS_ERR_RUN, &bytes, &n, err) < 0)
        return -1;
    int status = ps_evidence_parse(path, bytes, n, panels, n_panels, evidence, panel, err);
    free(bytes);
    return status;
}
