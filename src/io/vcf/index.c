#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../bam/bin_index.h"
#include "plasmastrat/alloc.h"
#include "private.h"

/* Below this a plain scan is quicker than it is worth to trust an index. */
static const int64_t index_from_bytes = 50 * 1000 * 1000;

/* ---- can the index be trusted? --------------------------------------------------------------------------------- */

/* What `tabix -p vcf` writes before the names: VCF, columns 1 and 2, no end column, '#', no lines skipped. */
static const int32_t vcf_columns[] = {TBX_VCF, 1, 2, 0, '#', 0};

static int32_t i32(const uint8_t *p) {
    return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

/* The names of a tabix index of a VCF, one after the other with their NULs, or NULL. */
static const char *tabix_names(const ps_bin_index *index) {
    size_t n_fixed = sizeof vcf_columns + 4, n_names = 0;
    const uint8_t *aux = index->bytes + index->aux;
    if (index->n_aux < n_fixed)
        return NULL;
    for (size_t i = 0; i < sizeof vcf_columns / sizeof *vcf_columns; i++)
        if (i32(aux + 4 * i) != vcf_columns[i])
            return NULL;
    size_t n = index->n_aux - n_fixed;
    const char *names = (const char *)aux + n_fixed;
    for (size_t i = 0; i < n; i++)
        n_names += names[i] == '\0';
    int whole = n == 0 || names[n - 1] == '\0';
    return whole && n_names == (size_t)index->n_contigs ? names : NULL;
}

static int begins_in(int64_t pos0, const ps_index_probe *p) {
    return pos0 < 0 || (pos0 >= p->beg0 && pos0 < p->end0); /* POS 0 is the telomere */
}

/* Does a line of this contig begin there, with a place in the bin? */
static int text_begins(BGZF *file, const ps_index_probe *p, const char *name) {
    enum { POS = 24 }; /* bytes that hold a POS */
    size_t n = strlen(name) + 1;
    char *found = ps_alloc(n + POS + 1, 1);
    ssize_t got = bgzf_seek(file, (int64_t)p->offset, SEEK_SET) == 0 ? bgzf_read(file, found, n + POS) : -1;
    int same = got > (ssize_t)n && memcmp(found, name, n - 1) == 0 && found[n - 1] == '\t' &&
               begins_in(strtoll(found + n, NULL, 10) - 1, p);
    free(found);
    return same;
}

/* The same of a BCF record: after two lengths come contig and place. */
static int binary_begins(BGZF *file, const ps_index_probe *p) {
    uint8_t head[16];
    return bgzf_seek(file, (int64_t)p->offset, SEEK_SET) == 0 &&
           bgzf_read(file, head, sizeof head) == (ssize_t)sizeof head && i32(head + 8) == p->contig &&
           begins_in(i32(head + 12), p);
}

static int nothing_from(BGZF *file, uint64_t offset) {
    char byte;
    return bgzf_seek(file, (int64_t)offset, SEEK_SET) == 0 && bgzf_read(file, &byte, 1) == 0;
}

/* Where each name begins; NULL when there are none that fit. */
static const char **name_contigs(const ps_bin_index *index) {
    const char *names = tabix_names(index);
    if (!names)
        return NULL;
    const char **name = ps_alloc((size_t)index->n_contigs, sizeof *name);
    for (int i = 0; i < index->n_contigs; i++, names += strlen(names) + 1)
        name[i] = names;
    return name;
}

/* An index of another file mostly holds together. But each bin's first record is where this one says, and nothing
 * comes after the last; a file without its end marker is left to the scan, which says so. */
static int is_index_of(const vcf_lines *lines, const ps_bin_index *index) {
    const char **name = lines->text ? name_contigs(index) : NULL;
    if (lines->text ? !name : index->bytes[0] != 'C' || index->n_aux > 0)
        return 0;
    BGZF *file = bgzf_open(lines->source.path, "r");
    int fits = file && bgzf_check_EOF(file) == 1 && (index->all.end == 0 || nothing_from(file, index->all.end));
    if (file)
        bgzf_set_cache_size(file, 2 * BGZF_MAX_BLOCK_SIZE); /* bins may begin in one block */
    for (size_t i = 0; fits && i < index->n_probes; i++) {
        const ps_index_probe *p = &index->probe[i];
        fits = name ? text_begins(file, p, name[p->contig]) : binary_begins(file, p);
    }
    if (file)
        bgzf_close(file);
    free(name);
    return fits;
}

static void load(vcf_lines *lines, const char *path, const ps_bin_index *index) {
    int n = 0;
    if (lines->text)
        lines->tabix = tbx_index_load3(lines->source.path, path, HTS_IDX_SILENT_FAIL);
    else
        lines->csi = bcf_index_load3(lines->source.path, path, HTS_IDX_SILENT_FAIL);
    if (lines->tabix) { /* a name that comes twice has one number: the others would be wrong */
        free(tbx_seqnames(lines->tabix, &n));
        if (n != index->n_contigs) {
            tbx_destroy(lines->tabix);
            lines->tabix = NULL;
        }
    }
}

/* ---- places ---------------------------------------------------------------------------------------------------- */

/* A deletion or a shifted indel may start outside the window and still reach into it. */
enum { PLACE_MARGIN = 200 };

static int by_place(const void *a, const void *b) {
    const vcf_place *x = a, *y = b;
    int order = strcmp(x->contig, y->contig);
    return order ? order : x->beg0 < y->beg0 ? -1 : x->beg0 > y->beg0;
}

static void add_places(vcf_lines *lines, const ps_panel *panel, int style, size_t *capacity) {
    for (int l = 0; l < panel->n_loci; l++) {
        const ps_locus *locus = &panel->loci[l];
        const char *contig = panel->contigs[locus->contig].name[style];
        for (int w = 0; contig && w < locus->n_windows; w++) {
            int64_t beg0 = locus->windows[w].beg0 > PLACE_MARGIN ? locus->windows[w].beg0 - PLACE_MARGIN : 0;
            PS_GROW(lines->place, lines->n_places, *capacity);
            lines->place[lines->n_places++] =
                (vcf_place){ps_strdup(contig), beg0, locus->windows[w].end0 + PLACE_MARGIN};
        }
    }
}

static void join_places(vcf_lines *lines) {
    size_t kept = 0;
    if (lines->n_places == 0)
        return;
    qsort(lines->place, lines->n_places, sizeof *lines->place, by_place);
    for (size_t i = 1; i < lines->n_places; i++) {
        vcf_place *last = &lines->place[kept], *one = &lines->place[i];
        if (strcmp(last->contig, one->contig) != 0 || one->beg0 > last->end0) {
            lines->place[++kept] = *one;
            continue;
        }
        if (one->end0 > last->end0)
            last->end0 = one->end0;
        free(one->contig);
    }
    lines->n_places = kept + 1;
}

/* The index that was named, or one beside the file; owned, NULL when there is none. */
static char *find_index(const ps_source *source) {
    static const char *const suffixes[] = {".csi", ".tbi"};
    char *index = ps_strdup(source->index);
    for (int i = 0; i < 2 && !index; i++) {
        index = ps_format("%s%s", source->path, suffixes[i]);
        if (access(index, R_OK) != 0) {
            free(index);
            index = NULL;
        }
    }
    return index;
}

int vcf_lines_restrict(vcf_lines *lines, const ps_panel *panel, ps_error *err) {
    struct stat st;
    if (lines->maf || lines->source.is_stdin || lines->source.is_remote || stat(lines->source.path, &st) != 0 ||
        st.st_size < index_from_bytes || (lines->text && (!lines->text->is_compressed || lines->text->is_gzip)))
        return 0;
    char *path = find_index(&lines->source);
    if (!path || ps_source_index_is_stale(lines->source.path, path)) {
        free(path);
        return 0;
    }
    ps_bin_index index;
    int sound = ps_bin_index_read(path, (uint64_t)st.st_size, &index);
    if (sound > 0 && is_index_of(lines, &index))
        load(lines, path, &index);
    ps_bin_index_free(&index);
    int result = sound < 0 ? ps_fail(err, PS_ERR_RUN, path, 0, "cannot be read as an index") : 0;
    free(path);
    if (!lines->tabix && !lines->csi)
        return result;
    size_t capacity = 0;
    for (int style = 0; style < PS_N_STYLES; style++)
        add_places(lines, panel, style, &capacity);
    join_places(lines);
    lines->number = 0;
    return 0;
}
