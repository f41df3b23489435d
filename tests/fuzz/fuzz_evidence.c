/* Any bytes as an evidence file, and any edits of a good one whose sums are made to fit again: refused with the
 * file's name, or called, and written to a text that reads again to the same digest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/evidence_file.h"
#include "plasmastrat/map.h"

static ps_panel panel;
static char *good; /* text of an evidence file */
static size_t n_good;

static char *text_of(const ps_evidence *e, size_t *n) {
    char *bytes = NULL;
    size_t n_bytes = 0;
    ps_error err = {0};
    FILE *out = open_memstream(&bytes, &n_bytes);
    if (!out || ps_evidence_write(&panel, e, "0", out, &err) < 0 || fclose(out) != 0)
        abort();
    size_t room = 1 << 22;
    char *text = ps_alloc(room + 1, 1);
    z_stream z = {.next_in = (unsigned char *)bytes, .avail_in = (uInt)n_bytes, .next_out = (unsigned char *)text};
    z.avail_out = (uInt)room;
    if (inflateInit2(&z, 31) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    *n = room - z.avail_out;
    inflateEnd(&z);
    free(bytes);
    return text;
}

static void make_good(void) {
    ps_error err = {0};
    ps_evidence e = {.sample_id = ps_strdup("S")};
    if (ps_panel_load("grch38", &panel, &err) < 0)
        abort();
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_init(&panel, (ps_input_role)role, &e.reads[role]);
    ps_read_evidence *dna = &e.reads[PS_INPUT_DNA];
    int codon = ps_panel_codon(&panel, ps_panel_gene(&panel, "KRAS"), 12);
    dna->given = 1;
    ps_evidence_input(&e, PS_INPUT_DNA, "d.bam", "BAM", "GRCh38", "S", 900, 0);
    dna->codons.codon = ps_alloc(dna->codons.n_codon = 2, sizeof *dna->codons.codon);
    dna->codons.codon[0] = (ps_codon_count){codon, panel.codons[codon].ref, 0, 0, 0, 300};
    dna->codons.codon[1] = (ps_codon_count){codon, 35, 0, 1, 37, 90};
    dna->codons.base = ps_alloc(dna->codons.n_base = 1, sizeof *dna->codons.base);
    dna->codons.base[0] = (ps_base_count){codon, 1, 0, 37, 390};
    dna->codons.reach = ps_alloc(dna->codons.n_reach = 1, sizeof *dna->codons.reach);
    dna->codons.reach[0] = (ps_reach_count){codon, 11, 29, 390};
    dna->codons.allele = ps_alloc(dna->codons.n_allele = 1, sizeof *dna->codons.allele);
    dna->codons.allele[0] = (ps_allele_count){.locus = panel.codons[codon].locus,
                                              .beg0 = panel.codons[codon].pos0[2],
                                              .end0 = panel.codons[codon].pos0[2] + 3,
                                              .alt = ps_strdup(""),
                                              .n = {20, 21}};
    dna->junctions.junction = ps_alloc(dna->junctions.n_junction = 1, sizeof *dna->junctions.junction);
    dna->junctions.junction[0] = (ps_junction_read){.fragment = 7,
                                                    .pos_a0 = panel.ccnd1_window.beg0 + 9,
                                                    .pos_b0 = panel.igh.beg0 + 9,
                                                    .split = 1,
                                                    .base_a = 'A'};
    dna->junctions.clip = ps_alloc(dna->junctions.n_clip = 1, sizeof *dna->junctions.clip);
    dna->junctions.clip[0] = (ps_junction_clip){.fragment = 8, .pos0 = panel.ccnd1_window.beg0 + 9, .n_beyond = 20};
    ps_evidence_tidy(&panel, &e);
    good = text_of(&e, &n_good);
    ps_evidence_free(&e);
}

static void call(const ps_evidence *e) {
    ps_case c = {.panel = &panel, .purity = NAN, .vcf = e->has_vcf ? &e->vcf : NULL};
    ps_calls calls = {0};
    c.sites = e->has_sites ? &e->sites : NULL;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &e->reads[role];
    ps_call(&c, &calls);
    ps_calls_free(&calls);
}

static void use(const char *text, size_t n) {
    ps_evidence e, again;
    const ps_panel *found = NULL;
    ps_error err = {0};
    if (ps_evidence_parse_text("x.gz", text, n, &panel, 1, &e, &found, &err) < 0) {
        if (!strstr(err.text, "x.gz"))
            abort();
        return;
    }
    call(&e);
    ps_evidence_digest(&e);
    size_t m = 0;
    char *written = text_of(&e, &m);
    if (ps_evidence_parse_text("y.gz", written, m, &panel, 1, &again, &found, &err) < 0 ||
        strcmp(again.digest, e.digest) != 0)
        abort();
    ps_evidence_free(&again);
    ps_evidence_free(&e);
    free(written);
}

static void put_hash(char *at, const char *from, size_t n) {
    char hex[17];
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)ps_hash_long(from, n));
    memcpy(at, hex, 16);
}

/* Digest and checksum of what the text holds now, so that what is behind them is reached. */
static void mend(char *text, size_t n) {
    char *content = strstr(text, "\",\"content\":{");
    char *end = n > 40 ? strstr(text + n - 40, ",\"checksum\":\"") : NULL;
    if (!content || !end || content - text < 16)
        return;
    char *start = content + strlen("\",\"content\":");
    put_hash(content - 16, start, (size_t)(end - 1 - start));
    put_hash(end + strlen(",\"checksum\":\""), text, (size_t)(end - text));
}

/* Four bytes an edit: a place in the middle of the text, and the byte that goes there. */
static void edit(const uint8_t *data, size_t size) {
    char *text = ps_alloc(n_good + 1, 1);
    memcpy(text, good, n_good);
    for (size_t i = 0; i + 4 <= size && i < 64; i += 4) {
        size_t at = ((size_t)data[i] | (size_t)data[i + 1] << 8 | (size_t)(data[i + 2] & 7) << 16) % n_good;
        text[at] = (char)(0x20 + data[i + 3] % 0x5f);
    }
    mend(text, n_good);
    use(text, n_good);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ps_evidence e;
    const ps_panel *found = NULL;
    ps_error err = {0};
    if (!good)
        make_good();
    if (ps_evidence_parse("x.gz", (const char *)data, size, &panel, 1, &e, &found, &err) == 0)
        ps_evidence_free(&e);
    edit(data, 0);
    edit(data, size);
    return 0;
}
