/* Is the FASTA the one a CRAM was written with?  htslib compares MD5 per slice, but a slice with records of several
 * contigs has no MD5, and another FASTA would give other bases in silence. */
#include <ctype.h>
#include <htslib/faidx.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "private.h"
/* ---- reference of a CRAM --------------------------------------------------------------------------------------- */

static int check_lengths(const ps_reads *reads, const faidx_t *fai, ps_error *err) {
    for (int tid = 0; tid < reads->info.n_contigs; tid++) {
        if (reads->contig[tid] < 0 || !faidx_has_seq(fai, reads->contig_names[tid]))
            continue;
        hts_pos_t length = faidx_seq_len(fai, reads->contig_names[tid]);
        if (length != reads->contig_lengths[tid])
            return ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                           "%s is not its reference: %s has length %" PRId64 " there, %" PRId64 " in the CRAM",
                           reads->reference, reads->contig_names[tid], (int64_t)length, reads->contig_lengths[tid]);
    }
    return 0;
}

static int check_window(const ps_reads *reads, const ps_panel *panel, const ps_locus *locus, int window,
                        const faidx_t *fai, ps_error *err) {
    const ps_span *span = &locus->windows[window];
    const char *known = locus->window_base[window];
    const char *name = reads->contig_names[reads->tid[span->contig]];
    hts_pos_t length;
    char *bases = faidx_fetch_seq64(fai, name, span->beg0, span->end0 - 1, &length);
    int result = 0;
    for (hts_pos_t i = 0; bases && known && i < length && i < span->end0 - span->beg0 && result == 0; i++) {
        char base = (char)toupper((unsigned char)bases[i]);
        if (base != known[i] && base != 'N' && known[i] != 'N')
            result = ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                             "%s is not %s: it has %c at %s:%" PRId64 ", expected %c (gene %s)", reads->reference,
                             panel->build, base, name, (int64_t)(span->beg0 + i + 1), known[i],
                             panel->genes[locus->gene].name);
    }
    free(bases);
    return result;
}

/* Contigs whose bases are looked at, and that may lie in slices without MD5: checked when their first record comes.
 */
static void mark_unchecked(ps_reads *reads, const ps_panel *panel) {
    free(reads->unchecked);
    reads->unchecked = ps_alloc((size_t)reads->info.n_contigs, 1);
    for (int l = 0; l < panel->n_loci; l++) {
        int tid = reads->tid[panel->loci[l].contig];
        if (tid >= 0)
            reads->unchecked[tid] = !reads->shares_slice || reads->shares_slice[tid];
    }
}

int ps_reads_check_reference(ps_reads *reads, const ps_panel *panel, ps_error *err) {
    if (!reads->reference || hts_get_format(reads->file)->format != cram)
        return 0;
    faidx_t *fai = fai_load3(reads->reference, NULL, NULL, 0);
    if (!fai)
        return ps_fail(err, PS_ERR_RUN, reads->reference, 0, "reference index cannot be read");
    int result = check_lengths(reads, fai, err);
    for (int l = 0; l < panel->n_loci && result == 0; l++) {
        const ps_locus *locus = &panel->loci[l];
        int tid = reads->tid[locus->contig];
        if (tid < 0 || !faidx_has_seq(fai, reads->contig_names[tid]))
            continue;
        for (int w = 0; w < locus->n_windows && result == 0; w++)
            result = check_window(reads, panel, locus, w, fai, err);
    }
    fai_destroy(fai);
    if (result == 0)
        mark_unchecked(reads, panel);
    return result;
}

/* Does the FASTA end before the contig does?  Its index may promise more. */
static int is_cut(const faidx_t *fai, const char *name) {
    hts_pos_t last0 = faidx_seq_len(fai, name) - 1, got = 0;
    char *base = last0 < 0 ? NULL : faidx_fetch_seq64(fai, name, last0, last0, &got);
    free(base);
    return got != 1;
}

char *ps_reads_reference_gap(const ps_reads *reads) {
    faidx_t *fai = fai_load3(reads->reference, NULL, NULL, 0);
    const char *missing = NULL, *cut = NULL;
    int n_missing = 0;
    for (int tid = 0; fai && tid < reads->info.n_contigs && reads->contig; tid++) {
        const char *name = reads->contig_names[tid];
        if (reads->contig[tid] < 0)
            continue;
        if (!faidx_has_seq(fai, name)) {
            missing = missing ? missing : name;
            n_missing++;
        } else if (!cut && is_cut(fai, name)) {
            cut = name;
        }
    }
    char *words =
        cut       ? ps_format("%s ends before its index says, within or before %s", reads->reference, cut)
        : missing ? ps_format("%s lacks %d of the CRAM's contigs (%s first)", reads->reference, n_missing, missing)
                  : NULL;
    if (fai)
        fai_destroy(fai);
    return words;
}

/* MD5 as in @SQ M5: of the sequence in upper case, without white space (SAM specification 1.3.2). */
static int sequence_md5(const faidx_t *fai, const char *name, char hex[33]) {
    enum { PIECE = 1 << 20 };
    hts_md5_context *context = hts_md5_init();
    hts_pos_t length = faidx_seq_len(fai, name), got = 0;
    for (hts_pos_t beg0 = 0; context && beg0 < length && got >= 0; beg0 += PIECE) {
        hts_pos_t last0 = beg0 + PIECE < length ? beg0 + PIECE - 1 : length - 1;
        char *bases = faidx_fetch_seq64(fai, name, beg0, last0, &got);
        for (hts_pos_t i = 0; i < got; i++)
            bases[i] = (char)toupper((unsigned char)bases[i]);
        if (got == last0 - beg0 + 1)
            hts_md5_update(context, bases, (unsigned long)got);
        else
            got = -1;
        free(bases);
    }
    unsigned char digest[16];
    int failed = !context || length < 0 || got < 0;
    if (!failed) {
        hts_md5_final(digest, context);
        hts_md5_hex(hex, digest);
    }
    if (context)
        hts_md5_destroy(context);
    return failed ? -1 : 0;
}

int ps_reads_check_md5(ps_reads *reads, int tid, ps_error *err) {
    kstring_t expected = KS_INITIALIZE;
    const char *name = reads->contig_names[tid];
    int result = 0;
    reads->unchecked[tid] = 0;
    if (sam_hdr_find_tag_id(reads->header, "SQ", "SN", name, "M5", &expected) == 0 && expected.l == 32) {
        char hex[33];
        faidx_t *fai = fai_load3(reads->reference, NULL, NULL, 0);
        if (!fai || !faidx_has_seq(fai, name) || sequence_md5(fai, name, hex) != 0)
            result = ps_fail(err, PS_ERR_RUN, reads->reference, 0, "contig %s cannot be read", name);
        else if (strcasecmp(hex, expected.s) != 0)
            result = ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                             "%s is not the reference it was written with: MD5 of %s is %s, expected %s",
                             reads->reference, name, hex, expected.s);
        if (fai)
            fai_destroy(fai);
    }
    ks_free(&expected);
    return result;
}
