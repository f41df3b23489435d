#include <errno.h>
#include <htslib/bgzf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bin_index.h"
#include "crai.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/remote.h"
#include "plasmastrat/spelling.h"
#include "private.h"

/* ---- index ----------------------------------------------------------------------------------------------------- */

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

/* Is this a line to compare with its container? The first of an index are, and each PS_MOST_PROBES-th of those after.
 */
static int is_probed(size_t line) {
    return line < PS_MOST_PROBES || line % PS_MOST_PROBES == 0;
}

/* What is open while a CRAM's index is read, and where the line before pointed. */
typedef struct crai_reader {
    ps_reads *reads;
    const char *index;
    int64_t size; /* bytes of the CRAM */
    hFILE *cram;  /* NULL: of another version than 3, whose containers are not probed */
    int64_t contig_before, offset_before, slice_before;
    size_t n_lines;
} crai_reader;

/* Two contigs that share a slice: either one's query also meets the other's records. */
static void note_shared(crai_reader *r, const ps_crai_line *one, int64_t slice) {
    if (one->container == r->offset_before && slice == r->slice_before && one->contig != r->contig_before) {
        if (one->contig >= 0)
            r->reads->shares_slice[one->contig] = 1;
        if (r->contig_before >= 0)
            r->reads->shares_slice[r->contig_before] = 1;
    }
    r->contig_before = one->contig;
    r->offset_before = one->container;
    r->slice_before = slice;
}

/* 1: taken, 0: the line points to what is no container of this file, else PS_ERR_*. */
static int take_crai_line(crai_reader *r, const kstring_t *line, ps_error *err) {
    ps_reads *reads = r->reads;
    ps_crai_line one;
    int64_t slice;
    int end = -1;
    if (sscanf(line->s, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %*d%n", &one.contig, &one.beg1,
               &one.span, &one.container, &slice, &end) != 5 ||
        (size_t)end != line->l)
        return ps_fail(err, PS_ERR_RUN, r->index, 0, "is not a CRAM index");
    if (one.contig >= reads->info.n_contigs || one.container >= r->size)
        return ps_fail(err, PS_ERR_RUN, r->index, 0, "is the index of another file than %s", reads->source.path);
    if (r->cram && is_probed(r->n_lines++) && !ps_crai_line_is_true(r->cram, &one))
        return 0;
    note_shared(r, &one, slice);
    if (one.contig >= 0 && one.beg1 > 0)
        ps_slices_add(&reads->slices, (int)one.contig, one.beg1 - 1, one.beg1 - 1 + one.span);
    return 1;
}

/* A .crai is lines of: contig, start, span, container offset, slice offset, size. A slice with several contigs has
 * several lines. 1: they are those of the file; 0: not. */
static int read_crai(ps_reads *reads, const char *index, ps_error *err) {
    struct stat st;
    crai_reader r = {.reads = reads, .index = index, .contig_before = -1, .offset_before = -1, .slice_before = -1};
    r.size = stat(reads->source.path, &st) == 0 ? (int64_t)st.st_size : INT64_MAX;
    BGZF *file = bgzf_open(index, "r");
    if (!file)
        return ps_fail(err, PS_ERR_RUN, index, 0, "index cannot be opened: %s", strerror(errno));
    kstring_t line = KS_INITIALIZE;
    int result = 1, got = -1;
    r.cram = hts_get_format(reads->file)->version.major == 3 ? hopen(reads->source.path, "r") : NULL;
    reads->shares_slice = ps_alloc((size_t)reads->info.n_contigs, 1);
    while (result == 1 && (got = bgzf_getline(file, '\n', &line)) >= 0)
        result = take_crai_line(&r, &line, err);
    if (result == 1 && got < -1)
        result = ps_fail(err, PS_ERR_RUN, index, 0, "index is damaged or truncated");
    ps_slices_sort(&reads->slices);
    ks_free(&line);
    bgzf_close(file);
    if (r.cram)
        hclose_abruptly(r.cram);
    return result;
}

static int cannot_be_read(const ps_reads *reads, const char *index, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, index, 0, "cannot be read as an index of %s: it is damaged or of another kind",
                   reads->source.path);
}

static int check_contig_count(const ps_reads *reads, const char *index, ps_error *err) {
    int n = hts_idx_nseq(reads->index);
    if (n <= reads->info.n_contigs)
        return 0;
    return ps_fail(err, PS_ERR_RUN, index, 0,
                   "is the index of another file than %s: it has %d contig%s, the file's header %d",
                   reads->source.path, n, ps_s(n), reads->info.n_contigs);
}

static uint64_t file_bytes(const ps_reads *reads) {
    struct stat st;
    return !reads->source.is_remote && stat(reads->source.path, &st) == 0 ? (uint64_t)st.st_size : UINT64_MAX;
}

/* Reads the record at a place: as bam_read1, or -2 when there is no such place. */
static int read_at(BGZF *file, uint64_t offset, bam1_t *record) {
    return bgzf_seek(file, (int64_t)offset, SEEK_SET) == 0 ? bam_read1(file, record) : -2;
}

/* Do the bins' first records lie in them? And nothing with a place after the last chunk? */
static int records_agree(const ps_reads *reads, const ps_bin_index *index, uint64_t end) {
    BGZF *file = bgzf_open(reads->source.path, "r");
    if (!file)
        return 0;
    bgzf_set_cache_size(file, 2 * BGZF_MAX_BLOCK_SIZE); /* bins may begin in one block */
    const bam1_core_t *core = &reads->record->core;
    int got = read_at(file, end, reads->record);
    int agree = got == -1 || (got >= 0 && core->tid < 0);
    for (size_t i = 0; agree && i < index->n_probes; i++) {
        const ps_index_probe *p = &index->probe[i];
        agree = read_at(file, p->offset, reads->record) >= 0 && core->tid == p->contig && core->pos >= p->beg0 &&
                core->pos < p->end0;
    }
    bgzf_close(file);
    return agree;
}

/* An index of another file mostly holds together. But that of a BAM begins with the record after the header, and ends
 * with the last that has a place; and its bins reach the end of every contig. */
static int is_index_of(const ps_reads *reads, const ps_bin_index *index) {
    for (int i = 0; i < reads->info.n_contigs; i++)
        if (reads->contig_lengths[i] > (int64_t)1 << (index->min_shift + 3 * index->depth))
            return 0;
    if (hts_get_format(reads->file)->format != bam)
        return 1;
    uint64_t first = (uint64_t)bgzf_tell(reads->file->fp.bgzf);
    ps_stretch all = index->all.end ? index->all : (ps_stretch){first, first};
    return all.beg == first && (reads->source.is_remote || records_agree(reads, index, all.end));
}

/* A remote one that is not sound may have been cut on its way: it is fetched again. -1 with an error: it cannot be
 * fetched. */
static int fetch_bin_index(const ps_reads *reads, const char *path, ps_bin_index *index, ps_error *err) {
    enum { MOST_ATTEMPTS = 4 };
    int before = ps_remote_timeouts(), remote = ps_path_is_remote(path);
    int sound = ps_bin_index_read(path, file_bytes(reads), index);
    for (int attempt = 0; attempt < MOST_ATTEMPTS && remote && sound <= 0 && !ps_interrupted(); attempt++) {
        int late = ps_remote_timeouts() != before;
        ps_bin_index_free(index);
        if (!late)
            ps_remote_wait(attempt);
        if (late || ps_ranges_find(path) < 0)
            return ps_fail(err, PS_ERR_RUN, path, 0, "index cannot be fetched: %s",
                           ps_source_why(&reads->source, late ? ETIMEDOUT : errno));
        sound = ps_bin_index_read(path, file_bytes(reads), index);
    }
    return sound;
}

/* Loads what has been looked at: 1, or 0 when it is not to be used, -1. */
static int load_bin_index(ps_reads *reads, const char *path, ps_error *err) {
    ps_bin_index index;
    int sound = fetch_bin_index(reads, path, &index, err);
    if (sound > 0 && index.n_contigs <= reads->info.n_contigs)
        sound = is_index_of(reads, &index);
    /* A remote one is not fetched again. A local one is: the URL costs htslib the loading of its plugins. */
    char *name = sound > 0 && ps_path_is_remote(path) ? ps_bin_index_url(&index) : ps_strdup(path);
    ps_bin_index_free(&index); /* of a genome it takes megabytes, and htslib's copy as many */
    if (sound > 0)
        reads->index = sam_index_load3(reads->file, reads->source.path, name, HTS_IDX_SILENT_FAIL);
    free(name);
    return sound == 0 ? 0 : reads->index ? 1 : cannot_be_read(reads, path, err);
}

static int load_crai(ps_reads *reads, const char *index, ps_error *err) {
    int ours = reads->source.is_remote ? 1 : read_crai(reads, index, err);
    if (ours == 0) { /* what it says of slices is not to be believed either */
        free(reads->shares_slice);
        ps_slices_free(&reads->slices);
        reads->shares_slice = NULL;
    }
    if (ours <= 0)
        return ours;
    enum { MOST_ATTEMPTS = 4 };
    int remote = ps_path_is_remote(index);
    for (int attempt = 0; !reads->index && attempt < (remote ? MOST_ATTEMPTS : 1) && !ps_interrupted(); attempt++) {
        if (attempt)
            ps_remote_wait(attempt);
        if (remote && ps_ranges_find(index) < 0)
            return ps_fail(err, PS_ERR_RUN, index, 0, "index cannot be fetched: %s",
                           ps_source_why(&reads->source, errno));
        reads->index = sam_index_load3(reads->file, reads->source.path, index, HTS_IDX_SILENT_FAIL);
    }
    return reads->index ? 1 : cannot_be_read(reads, index, err);
}

static int load_named_index(ps_reads *reads, const char *index, ps_error *err) {
    int is_cram = hts_get_format(reads->file)->format == cram;
    int loaded = (is_cram ? load_crai : load_bin_index)(reads, index, err);
    reads->info.index = loaded == 0 ? PS_INDEX_UNSOUND : PS_INDEX_USED;
    if (loaded <= 0)
        return loaded;
    if (!is_cram && check_contig_count(reads, index, err) != 0)
        return -1;
    reads->by_ranges = !is_cram && reads->file->is_bgzf && hts_get_format(reads->file)->format == bam &&
                       ps_ranges_can(reads->source.path);
    return 0;
}

/* The index beside a remote file, by name: htslib would look for one of that name in the working directory first, and
 * save a CRAM's there. "?..." at the end of a URL stays at its end. */
static int load_remote_index(ps_reads *reads, ps_error *err) {
    static const struct {
        int is_cram, keep_extension;
        const char *suffix;
    } names[] = {{0, 1, ".bai"}, {0, 1, ".csi"}, {0, 0, ".bai"}, {1, 1, ".crai"}, {1, 0, ".crai"}};
    const char *path = reads->source.path;
    int length = (int)strcspn(path, "?"), stem = length;
    for (int i = length - 1; i > 0 && path[i] != '/'; i--)
        if (path[i] == '.') {
            stem = i;
            break;
        }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].is_cram != (hts_get_format(reads->file)->format == cram))
            continue;
        char *name =
            ps_format("%.*s%s%s", names[i].keep_extension ? length : stem, path, names[i].suffix, path + length);
        int there = ps_ranges_find(name);
        if (there < 0 && errno != EBUSY &&
            errno != ETIMEDOUT) /* replies that break off: the file is read as a whole */
            there = 0;
        int result = there > 0 ? load_named_index(reads, name, err) : there;
        if (there < 0)
            ps_fail(err, PS_ERR_RUN, name, 0, "index cannot be fetched: %s", ps_source_why(&reads->source, errno));
        free(name);
        if (there)
            return result;
    }
    return 0;
}

int ps_reads_load_index(ps_reads *reads, ps_error *err) {
    const htsFormat *format = hts_get_format(reads->file);
    if (reads->source.is_stdin || (format->format == sam && format->compression != bgzf))
        return 0;
    if (reads->source.index) {
        const char *index = reads->source.index;
        if (!reads->source.is_remote && !ps_path_is_remote(index)) {
            if (access(index, R_OK) != 0)
                return ps_fail(err, PS_ERR_RUN, index, 0, "index cannot be opened: %s", strerror(errno));
            if (ps_source_index_is_stale(reads->source.path, index)) {
                reads->info.index = PS_INDEX_STALE;
                return 0;
            }
        }
        return load_named_index(reads, index, err);
    }
    if (reads->source.is_remote)
        return load_remote_index(reads, err);
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
