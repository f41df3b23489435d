#include <ctype.h>
#include <errno.h>
#include <htslib/bgzf.h>
#include <htslib/faidx.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "reads_private.h"

/* ---- index ------------------------------------------------------------------------------------------------------
 */

/* Names an index may have, in the order samtools tries them; "%s" is the file, with or without its extension. */
static const struct {
    int is_cram;
    int keep_extension;
    const char *suffix;
} index_names[] = {
    {0, 1, ".csi"}, {0, 1, ".bai"}, {0, 0, ".csi"}, {0, 0, ".bai"}, {1, 1, ".crai"}, {1, 0, ".crai"},
};

/* A usable index beside the file (owned), or NULL; *stale is set when the only ones there are older than the file. */
static char *find_index(const ps_reads *reads, int *stale) {
    const char *path = reads->source.path;
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(path, '.');
    int stem = dot && (!slash || dot > slash) ? (int)(dot - path) : (int)strlen(path);
    int is_cram = hts_get_format(reads->file)->format == cram;
    *stale = 0;
    for (size_t i = 0; i < sizeof index_names / sizeof *index_names; i++) {
        if (index_names[i].is_cram != is_cram)
            continue;
        char *name = index_names[i].keep_extension ? ps_format("%s%s", path, index_names[i].suffix)
                                                   : ps_format("%.*s%s", stem, path, index_names[i].suffix);
        if (access(name, F_OK) == 0) {
            if (!ps_source_index_is_stale(path, name)) {
                *stale = 0;
                return name;
            }
            *stale = 1;
        }
        free(name);
    }
    return NULL;
}

/* A .crai is lines of: contig, start, span, container offset, slice offset, size. */
static int check_crai(const ps_reads *reads, const char *index, ps_error *err) {
    struct stat st;
    int64_t size = stat(reads->source.path, &st) == 0 ? (int64_t)st.st_size : INT64_MAX;
    BGZF *file = bgzf_open(index, "r");
    if (!file)
        return ps_fail(err, PS_ERR_RUN, index, 0, "index cannot be opened: %s", strerror(errno));
    kstring_t line = KS_INITIALIZE;
    int result = 0, got;
    while (result == 0 && (got = bgzf_getline(file, '\n', &line)) >= 0) {
        long contig;
        int64_t offset;
        if (sscanf(line.s, "%ld %*d %*d %" SCNd64, &contig, &offset) != 2)
            result = ps_fail(err, PS_ERR_RUN, index, 0, "is not a CRAM index");
        else if (contig >= reads->info.n_contigs || offset >= size)
            result = ps_fail(err, PS_ERR_RUN, index, 0, "is the index of another file than %s", reads->source.path);
    }
    if (result == 0 && got < -1)
        result = ps_fail(err, PS_ERR_RUN, index, 0, "index is damaged or truncated");
    ks_free(&line);
    bgzf_close(file);
    return result;
}

static int check_contig_count(const ps_reads *reads, const char *index, ps_error *err) {
    int n = hts_idx_nseq(reads->index);
    if (n <= reads->info.n_contigs)
        return 0;
    return ps_fail(err, PS_ERR_RUN, index, 0,
                   "is the index of another file than %s: it has %d contigs, the file's header %d",
                   reads->source.path, n, reads->info.n_contigs);
}

static int load_named_index(ps_reads *reads, const char *index, ps_error *err) {
    int is_cram = hts_get_format(reads->file)->format == cram;
    if (is_cram && !reads->source.is_remote && check_crai(reads, index, err) != 0)
        return -1;
    reads->index = sam_index_load3(reads->file, reads->source.path, index, HTS_IDX_SILENT_FAIL);
    if (!reads->index)
        return ps_fail(err, PS_ERR_RUN, index, 0,
                       "cannot be read as an index of %s: it is damaged or of another kind", reads->source.path);
    if (!is_cram && check_contig_count(reads, index, err) != 0)
        return -1;
    reads->info.index = PS_INDEX_USED;
    return 0;
}

int ps_reads_load_index(ps_reads *reads, ps_error *err) {
    const htsFormat *format = hts_get_format(reads->file);
    if (reads->source.is_stdin || (format->format == sam && format->compression != bgzf))
        return 0;
    if (reads->source.index) {
        const char *index = reads->source.index;
        if (!reads->source.is_remote && !strstr(index, "://")) {
            if (access(index, R_OK) != 0)
                return ps_fail(err, PS_ERR_RUN, index, 0, "index cannot be opened: %s", strerror(errno));
            if (ps_source_index_is_stale(reads->source.path, index)) {
                reads->info.index = PS_INDEX_STALE;
                return 0;
            }
        }
        return load_named_index(reads, index, err);
    }
    if (reads->source.is_remote) { /* read through, never saved beside the user's files */
        reads->index = sam_index_load3(reads->file, reads->source.path, NULL, HTS_IDX_SILENT_FAIL);
        if (!reads->index)
            return 0;
        reads->info.index = PS_INDEX_USED;
        return format->format == cram ? 0 : check_contig_count(reads, "its index", err);
    }
    int stale;
    char *index = find_index(reads, &stale);
    if (!index) {
        reads->info.index = stale ? PS_INDEX_STALE : PS_INDEX_NONE;
        return 0;
    }
    int result = load_named_index(reads, index, err);
    free(index);
    return result;
}

/* ---- reference of a CRAM ----------------------------------------------------------------------------------------
 */

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

int ps_reads_check_reference(const ps_reads *reads, const ps_panel *panel, ps_error *err) {
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
    return result;
}
