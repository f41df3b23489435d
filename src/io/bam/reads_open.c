/* reads_open.c - an alignment file: opened, its header, its contigs and the panel's, shared between threads, closed.
 */
#include "private.h"

#include <errno.h>
#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/interrupt.h"
#include "plasmastrat/spelling.h"

enum { BGZF_BLOCKS = 256 }; /* that a thread has at hand, as htslib has it for BAM */

/* What evidence looks at; MD and NM are not computed. */
enum {
    FIELDS_BY_PLACE = SAM_FLAG | SAM_RNAME | SAM_POS | SAM_MAPQ | SAM_CIGAR | SAM_RGAUX,
    ALL_FIELDS = SAM_QNAME | SAM_FLAG | SAM_RNAME | SAM_POS | SAM_MAPQ | SAM_CIGAR | SAM_RNEXT | SAM_PNEXT |
                 SAM_TLEN | SAM_SEQ | SAM_QUAL | SAM_AUX
};

static int is_alignment(const htsFormat *format) {
    return format->format == bam || format->format == cram || format->format == sam;
}

static const char *format_name(const htsFormat *format) {
    return format->format == bam ? "BAM" : format->format == cram ? "CRAM" : "SAM";
}

static int use_reference(ps_reads *reads, ps_error *err) {
    const char *fasta = reads->reference;
    if (!fasta)
        return 0;
    if (!ps_path_is_remote(fasta)) { /* htslib would write a missing .fai beside the FASTA */
        if (access(fasta, R_OK) != 0)
            return ps_fail(err, PS_ERR_RUN, fasta, 0, "reference cannot be opened: %s", strerror(errno));
        char *fai = ps_format("%s.fai", fasta);
        int missing = access(fai, R_OK) != 0;
        if (missing)
            ps_fail(err, PS_ERR_RUN, fai, 0, "reference index cannot be opened: %s (make it with 'samtools faidx')",
                    strerror(errno));
        free(fai);
        if (missing)
            return -1;
    }
    if (hts_set_opt(reads->file, CRAM_OPT_REFERENCE, fasta) != 0)
        return ps_fail(err, PS_ERR_RUN, fasta, 0, "cannot be used as the reference of %s", reads->source.name);
    return 0;
}

int ps_reads_set_fields(ps_reads *reads, int all, ps_error *err) {
    if (hts_set_opt(reads->file, CRAM_OPT_REQUIRED_FIELDS, (int)(all ? ALL_FIELDS : FIELDS_BY_PLACE)) != 0 ||
        hts_set_opt(reads->file, CRAM_OPT_DECODE_MD, 0) != 0)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "CRAM options cannot be set");
    return 0;
}

int ps_reads_truncated(const ps_reads *reads, ps_error *err) {
    return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "file is truncated: no end-of-file marker");
}

/* Only BGZF and CRAM have an end marker. */
static int check_end_marker(ps_reads *reads, ps_error *err) {
    const htsFormat *format = hts_get_format(reads->file);
    if (format->format != cram && format->compression != bgzf)
        return 0;
    switch (hts_check_EOF(reads->file)) {
    case 0:
        return ps_reads_truncated(reads, err);
    case 2:
        reads->eof_unchecked = 1;
        return 0;
    case -1:
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "cannot be read: %s", strerror(errno ? errno : EIO));
    default:
        return 0;
    }
}

static int open_file(ps_reads *reads, ps_error *err) {
    hFILE *file;
    htsFormat format;
    if (ps_source_open(&reads->source, &file, &format, err) != 0)
        return -1;
    if (!is_alignment(&format) && format.format != htsget) {
        ps_source_refuse(&reads->source, &format, "an alignment file (BAM, CRAM or SAM)", err);
        hclose_abruptly(file);
        return -1;
    }
    reads->file = hts_hopen(file, reads->source.path, "r");
    if (!reads->file) {
        ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "cannot be read as %s: the file is damaged",
                format_name(&format));
        hclose_abruptly(file);
        return -1;
    }
    const htsFormat *found = hts_get_format(reads->file);
    if (!is_alignment(found))
        return ps_source_refuse(&reads->source, found, "an alignment file (BAM, CRAM or SAM)", err);
    reads->info.format = format_name(found);
    if (found->format == cram && ps_reads_set_fields(reads, 1, err) != 0)
        return -1;
    return check_end_marker(reads, err);
}

static void read_platform(ps_reads *reads) {
    kstring_t platform = KS_INITIALIZE;
    int n = sam_hdr_count_lines(reads->header, "RG"), of_ion = 0;
    for (int i = 0; i < n; i++)
        if (sam_hdr_find_tag_pos(reads->header, "RG", i, "PL", &platform) == 0 && platform.s)
            of_ion += !strcmp(platform.s, "IONTORRENT");
    reads->info.is_ion_torrent = n > 0 && of_ion == n;
    ks_free(&platform);
}

/* By the program's id or name, as GATK 3 and 4 write them. */
static void read_programs(ps_reads *reads) {
    static const char *const tags[] = {"ID", "PN"};
    kstring_t text = KS_INITIALIZE;
    for (int i = 0; i < sam_hdr_count_lines(reads->header, "PG"); i++)
        for (size_t t = 0; t < sizeof tags / sizeof *tags; t++)
            if (sam_hdr_find_tag_pos(reads->header, "PG", i, tags[t], &text) == 0 && text.s)
                reads->info.is_cut_at_introns |= strstr(text.s, "SplitNCigarReads") != NULL;
    ks_free(&text);
}

/* The different SM of the read groups, joined by ", ". */
static void read_sample_names(ps_reads *reads) {
    enum { MOST_NAMES = 10 };
    int n_groups = sam_hdr_count_lines(reads->header, "RG"), n = 0;
    char *seen[MOST_NAMES], *joined = ps_strdup("");
    kstring_t name = KS_INITIALIZE;
    for (int i = 0; i < n_groups && n < MOST_NAMES; i++) {
        if (sam_hdr_find_tag_pos(reads->header, "RG", i, "SM", &name) != 0 || name.l == 0)
            continue;
        int k = 0;
        while (k < n && strcmp(seen[k], name.s) != 0)
            k++;
        if (k < n)
            continue;
        seen[n++] = ps_strdup(name.s);
        char *longer = ps_format("%s%s%s", joined, n > 1 ? ", " : "", name.s);
        free(joined);
        joined = longer;
    }
    ks_free(&name);
    reads->sample_name = joined;
    reads->info.sample_name = joined;
    for (int i = 0; i < n; i++)
        free(seen[i]);
}

int ps_reads_use_header(ps_reads *reads, ps_error *err) {
    int n = sam_hdr_nref(reads->header);
    if (n <= 0)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                       "header has no @SQ lines: expected reads aligned to a genome, this file is unaligned or has "
                       "lost its header");
    reads->contig_names = ps_alloc((size_t)n, sizeof *reads->contig_names);
    reads->contig_lengths = ps_alloc((size_t)n, sizeof *reads->contig_lengths);
    reads->contig = ps_alloc((size_t)n, sizeof *reads->contig);
    for (int i = 0; i < n; i++) {
        reads->contig_names[i] = sam_hdr_tid2name(reads->header, i);
        reads->contig_lengths[i] = sam_hdr_tid2len(reads->header, i);
        reads->contig[i] = -1;
    }
    ps_reads_info *info = &reads->info;
    info->n_contigs = n;
    info->contig_names = reads->contig_names;
    info->contig_lengths = reads->contig_lengths;
    info->style = ps_contig_style(reads->contig_names, n);
    info->build = ps_recognise_build(reads->contig_names, reads->contig_lengths, n, info->build_reason,
                                     sizeof info->build_reason);
    kstring_t order = KS_INITIALIZE;
    info->coordinate_sorted =
        sam_hdr_find_tag_hd(reads->header, "SO", &order) == 0 && order.s && strcmp(order.s, "coordinate") == 0;
    ks_free(&order);
    read_sample_names(reads);
    read_platform(reads);
    read_programs(reads);
    return 0;
}

/* A CRAM's header may name a file or a URL of each contig's sequence (UR), which htslib would read, fetch and index:
 * only what the user names is touched. The header is the one that htslib's decoder looks into. */
static void forget_named_references(ps_reads *reads) {
    for (int tid = 0; tid < reads->info.n_contigs; tid++)
        sam_hdr_remove_tag_id(cram_fd_get_header(reads->file->fp.cram), "SQ", "SN", reads->contig_names[tid], "UR");
}

/* The reference comes after the header has been read: htslib gives the header's contigs the lengths that they have in
 * the FASTA, whatever the file was aligned to. */
static int read_header(ps_reads *reads, ps_error *err) {
    reads->header = sam_hdr_read(reads->file);
    if (!reads->header)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "%s header cannot be read: the file is damaged",
                       reads->info.format);
    if (ps_reads_use_header(reads, err) != 0)
        return -1;
    if (hts_get_format(reads->file)->format != cram)
        return 0;
    forget_named_references(reads);
    return use_reference(reads, err);
}

int ps_reads_open(const char *path, const char *reference, int want_index, int n_threads, ps_reads **reads,
                  ps_error *err) {
    ps_reads *r = ps_alloc(1, sizeof *r);
    ps_source_init(path, &r->source);
    ps_interrupt_waits(r->source.is_remote);
    r->reference = ps_strdup(reference);
    r->record = bam_init1();
    *reads = NULL;
    /* Threads only after the header: htslib (1.16) asks the reading thread for the end block while it reads a BAM
     * header, and waits for ever when that thread has already stopped at a damaged block. */
    if (!r->record || open_file(r, err) != 0 || read_header(r, err) != 0 ||
        ps_reads_threads(r, n_threads, err) != 0 || (want_index && ps_reads_load_index(r, err) != 0)) {
        ps_fail(err, PS_ERR_RUN, r->source.name, 0, "cannot be opened");
        ps_reads_close(r);
        return -1;
    }
    *reads = r;
    return 0;
}

void ps_reads_close(ps_reads *reads) {
    if (!reads)
        return;
    ps_walk_close(reads->walk); /* before the file it reads from */
    ps_ranges_close(reads->ranges);
    ps_walk_rules_free(&reads->rules);
    if (reads->region)
        hts_itr_destroy(reads->region);
    if (reads->index && !reads->index_is_borrowed)
        hts_idx_destroy(reads->index);
    if (reads->header)
        sam_hdr_destroy(reads->header);
    if (reads->file)
        hts_close(reads->file); /* reading: nothing to lose; read errors were returned by ps_reads_next */
    if (reads->record)
        bam_destroy1(reads->record);
    free(reads->reference);
    free(reads->sample_name);
    free(reads->contig_names);
    free(reads->contig_lengths);
    free(reads->contig);
    free(reads->tid);
    free(reads->span);
    free(reads->shares_slice);
    ps_slices_free(&reads->slices);
    free(reads->unchecked);
    ps_interrupt_waits(-reads->source.is_remote);
    ps_source_free(&reads->source);
    free(reads);
}

const ps_reads_info *ps_reads_about(const ps_reads *reads) {
    return &reads->info;
}

uint64_t ps_reads_records(const ps_reads *reads) {
    return reads->records;
}

int ps_reads_contig(const ps_reads *reads, int tid) {
    return tid >= 0 && tid < reads->info.n_contigs ? reads->contig[tid] : -1;
}

const char *ps_reads_contig_name(const ps_reads *reads, int tid) {
    return sam_hdr_tid2name(reads->header, tid);
}

int ps_reads_contig_by_name(const ps_reads *reads, const char *name) {
    return ps_reads_contig(reads, sam_hdr_name2tid(reads->header, name));
}

/* ---- binding --------------------------------------------------------------------------------------------------- */

static int is_mitochondrion(const ps_contig *contig) {
    const char *name = contig->name[PS_STYLE_ENSEMBL] ? contig->name[PS_STYLE_ENSEMBL] : contig->name[PS_STYLE_UCSC];
    return name && (strcmp(name, "MT") == 0 || strcmp(name, "chrM") == 0 || strcmp(name, "M") == 0);
}

static int bind_contig(ps_reads *reads, const ps_panel *panel, int tid, ps_error *err) {
    const char *name = reads->contig_names[tid];
    int id = ps_panel_contig(panel, name);
    if (id < 0)
        return 0;
    int64_t length = reads->contig_lengths[tid], expected = panel->contigs[id].length;
    if (length != expected) {
        if (is_mitochondrion(&panel->contigs[id])) /* UCSC hg19 has another one (16571); nothing is counted there */
            return 0;
        const char *build = reads->info.build;
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                       "contig %s has length %" PRId64 " (%s), but %" PRId64 " in panel %s (%s)", name, length,
                       build ? build : "build not recognised", expected, panel->name, panel->build);
    }
    if (reads->tid[id] >= 0)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "contigs %s and %s are the same one of panel %s",
                       reads->contig_names[reads->tid[id]], name, panel->name);
    reads->tid[id] = tid;
    reads->contig[tid] = id;
    return 1;
}

/* The style of the panel's names that most bound contigs use. */
static int bound_style(const ps_reads *reads, const ps_panel *panel) {
    int votes[PS_N_STYLES] = {0}, best = reads->info.style;
    for (int tid = 0; tid < reads->info.n_contigs; tid++)
        for (int style = 0; style < PS_N_STYLES && reads->contig[tid] >= 0; style++) {
            const char *name = panel->contigs[reads->contig[tid]].name[style];
            votes[style] += name && strcmp(name, reads->contig_names[tid]) == 0;
        }
    for (int style = 0; style < PS_N_STYLES; style++)
        if (votes[style] > votes[best])
            best = style;
    return best;
}

int ps_reads_bind(ps_reads *reads, const ps_panel *panel, ps_error *err) {
    free(reads->tid);
    reads->tid = ps_alloc((size_t)panel->n_contigs, sizeof *reads->tid);
    reads->n_panel_contigs = panel->n_contigs;
    reads->panel = panel;
    for (int i = 0; i < panel->n_contigs; i++)
        reads->tid[i] = -1;
    int bound = 0;
    for (int tid = 0; tid < reads->info.n_contigs; tid++)
        reads->contig[tid] = -1;
    for (int tid = 0; tid < reads->info.n_contigs; tid++) {
        int one = bind_contig(reads, panel, tid, err);
        if (one < 0)
            return -1;
        bound += one;
    }
    if (bound == 0)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0,
                       "none of its %d contig%s (first: %s) is known to panel %s (%s)", reads->info.n_contigs,
                       ps_s(reads->info.n_contigs), reads->contig_names[0], panel->name, panel->build);
    reads->info.style = bound_style(reads, panel);
    return ps_reads_check_reference(reads, panel, err);
}

static int compare_spans(const void *a, const void *b) {
    const tid_span *x = a, *y = b;
    if (x->tid != y->tid)
        return x->tid < y->tid ? -1 : 1;
    return x->beg0 < y->beg0 ? -1 : x->beg0 > y->beg0;
}

size_t ps_reads_file_spans(const ps_reads *reads, const ps_span *spans, const char *whole, size_t n, tid_span *out) {
    size_t m = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        int id = spans[i].contig;
        int tid = id >= 0 && id < reads->n_panel_contigs ? reads->tid[id] : -1;
        if (tid >= 0 && spans[i].beg0 < spans[i].end0)
            out[m++] = (tid_span){tid, spans[i].beg0, spans[i].end0, !whole || whole[i]};
    }
    if (m == 0)
        return 0;
    qsort(out, m, sizeof *out, compare_spans);
    for (size_t i = 1; i < m; i++) {
        if (out[i].tid == out[kept].tid && out[i].beg0 <= out[kept].end0) {
            if (out[i].end0 > out[kept].end0)
                out[kept].end0 = out[i].end0;
            out[kept].whole |= out[i].whole;
        } else {
            out[++kept] = out[i];
        }
    }
    return kept + 1;
}

int ps_reads_threads(ps_reads *reads, int n_threads, ps_error *err) {
    htsFile *file = reads->file;
    if (n_threads <= 1)
        return 0;
    int failed = 0;
    if (file->format.format == sam) {
        /* Threads of htslib (1.16) look for the end of a last line that has none in what an earlier block left in its
         * buffer: they only inflate. */
        failed = file->format.compression == bgzf && bgzf_mt(file->fp.bgzf, n_threads, BGZF_BLOCKS) != 0;
    } else if (!(file->is_cram && reads->eof_unchecked)) {
        /* With threads it forgets whether a CRAM ended with its end container: a cut pipe would pass. */
        failed = hts_set_threads(file, n_threads) != 0;
    }
    if (failed)
        return ps_fail(err, PS_ERR_RUN, reads->source.name, 0, "decompression threads cannot be started");
    return 0;
}

int ps_reads_has_contig(const ps_reads *reads, int contig) {
    return contig >= 0 && contig < reads->n_panel_contigs && reads->tid[contig] >= 0;
}

/* ---- another handle of the same file --------------------------------------------------------------------------- */

/* htslib keeps a CRAM's index inside the open file: each handle loads its own. */
static int open_again(const ps_reads *first, int want_index, ps_reads **reads, ps_error *err) {
    char *path = want_index && first->source.index
                     ? ps_format("%s" HTS_IDX_DELIM "%s", first->source.path, first->source.index)
                     : ps_strdup(first->source.path);
    int result = ps_reads_open(path, first->reference, want_index, 1, reads, err);
    free(path);
    return result;
}

/* Byte ranges need no open file: the header is copied. */
static int share_ranges(const ps_reads *first, ps_reads **reads, ps_error *err) {
    ps_reads *r = ps_alloc(1, sizeof *r);
    ps_source_init(first->source.path, &r->source);
    ps_interrupt_waits(r->source.is_remote);
    r->record = bam_init1();
    r->header = sam_hdr_dup(first->header);
    r->by_ranges = 1;
    *reads = r;
    if (!r->record || !r->header)
        return ps_fail(err, PS_ERR_RUN, r->source.name, 0, "header cannot be copied");
    r->info.format = first->info.format;
    return ps_reads_use_header(r, err);
}

int ps_reads_share(const ps_reads *first, ps_reads **reads, ps_error *err) {
    int borrow = first->index && (first->by_ranges || !first->file->is_cram);
    int result = first->by_ranges ? share_ranges(first, reads, err) : open_again(first, !borrow, reads, err);
    if (result == 0 && borrow) {
        (*reads)->index = first->index; /* a query only looks things up in it */
        (*reads)->index_is_borrowed = 1;
        (*reads)->info.index = first->info.index;
    }
    if (result == 0 && first->panel)
        result = ps_reads_bind(*reads, first->panel, err);
    if (result != 0) {
        ps_reads_close(*reads);
        *reads = NULL;
    }
    return result;
}
