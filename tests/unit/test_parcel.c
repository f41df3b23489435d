/* Guards against: parcel.c - a slice that is not what it was after it waited: packed in memory or in the scratch
 * file, with room used again, with the file full, missing or unreadable; and counts that depend on where it waited.
 */
#define _DEFAULT_SOURCE /* mkstemps */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "../../src/evidence/parcel.h"
#include "unit_random.h"
#include "unit_sam.h"

static ps_panel panel;

/* In the place of the C library's: a disk that breaks. */
static int broken;
ssize_t pread(int fd, void *to, size_t n, off_t at) {
    if (broken) {
        errno = EIO;
        return -1;
    }
    return lseek(fd, at, SEEK_SET) < 0 ? -1 : read(fd, to, n);
}

static const ps_locus *locus_of(const char *gene) {
    for (int i = 0; i < panel.n_loci; i++)
        if (panel.codons[panel.loci[i].codon_beg].gene == ps_panel_gene(&panel, gene))
            return &panel.loci[i];
    fail_msg("no locus %s", gene);
    return NULL;
}

/* ---- random slices --------------------------------------------------------------------------------------------- */

static uint8_t random_code(uint64_t *seed, const ps_locus *locus, int32_t target, const uint8_t *quality, size_t n) {
    static const uint8_t special[] = {PS_ABSENT, PS_UNUSABLE, PS_CONFLICT, PS_DELETED};
    static const char letters[] = "ACGT";
    uint64_t kind = unit_below(seed, 30);
    if (kind < 2)
        return special[unit_below(seed, 4)];
    int base = (int)(strchr(letters, locus->base[target]) - letters);
    if (kind == 2)
        base = (int)unit_below(seed, 4);
    return (uint8_t)(base << 6 | quality[unit_below(seed, n)]);
}

static void random_stretch(uint64_t *seed, int32_t most, int32_t stretch[2]) {
    stretch[0] = unit_below(seed, 4) ? (int32_t)unit_below(seed, (uint64_t)most) : 0;
    stretch[1] = unit_below(seed, 4) ? stretch[0] + (int32_t)unit_below(seed, 400) : stretch[0];
}

static void random_indels(uint64_t *seed, ps_slice *s) {
    s->n_indel = s->indel_capacity = unit_below(seed, 4) ? 0 : 1 + (size_t)unit_below(seed, 4);
    if (s->n_indel)
        s->indel = ps_alloc(s->n_indel, sizeof *s->indel);
    for (size_t i = 0; i < s->n_indel; i++) {
        ps_slice_indel *indel = &s->indel[i];
        int32_t replaced[2], targets[2];
        random_stretch(seed, INT32_MAX - 400, replaced);
        random_stretch(seed, 2000, targets);
        size_t n = unit_below(seed, 50) ? (size_t)unit_below(seed, 12) : 3000 + (size_t)unit_below(seed, 80000);
        *indel = (ps_slice_indel){replaced[0],
                                  replaced[1],
                                  targets[0],
                                  targets[1],
                                  (uint8_t)unit_below(seed, 64),
                                  (uint8_t)unit_below(seed, 2),
                                  ps_alloc(n + 1, 1)};
        for (size_t k = 0; k < n; k++)
            indel->alt[k] = "ACGTN"[unit_below(seed, 5)];
    }
}

/* Of any length, with one to 63 different qualities. */
static ps_slice *random_slice(uint64_t *seed, const ps_locus *locus) {
    static const int32_t lengths[] = {0, 1, 2, 75, 111, 150, 5000};
    ps_slice *s = ps_alloc(1, sizeof *s);
    uint8_t quality[63];
    size_t n = 1 + (size_t)unit_below(seed, unit_below(seed, 2) ? 9 : 63);
    for (size_t i = 0; i < n; i++)
        quality[i] = (uint8_t)unit_below(seed, 63);
    int32_t length = lengths[unit_below(seed, 40) ? unit_below(seed, 6) : 6];
    s->beg = (int32_t)unit_below(seed, (uint64_t)locus->n_targets);
    s->end = length < locus->n_targets - s->beg ? s->beg + length : locus->n_targets;
    s->code = ps_alloc((size_t)(s->end - s->beg), 1);
    for (int32_t t = s->beg; t < s->end; t++)
        s->code[t - s->beg] = random_code(seed, locus, t, quality, n);
    for (int mate = 0; mate < 2; mate++) {
        random_stretch(seed, locus->n_targets, s->inner[mate]);
        random_stretch(seed, INT32_MAX - 400, s->span[mate]);
    }
    s->side = (uint8_t)unit_below(seed, 2);
    s->read = (uint8_t)unit_below(seed, 4);
    s->side_rank = (uint8_t)unit_below(seed, 3);
    s->clipped = (uint8_t)unit_below(seed, 2);
    s->numbered = (uint8_t)unit_below(seed, 2);
    s->pos0 = (int32_t)unit_below(seed, INT32_MAX);
    s->mate_pos0 = (int32_t)unit_below(seed, INT32_MAX) - 1;
    for (int k = 0; k < 2; k++) {
        s->ends.rank[k] = (uint8_t)unit_below(seed, 3);
        s->ends.reverse[k] = (uint8_t)unit_below(seed, 2);
        if (s->ends.rank[k])
            s->ends.five0[k] = (int32_t)unit_below(seed, UINT32_MAX);
    }
    s->ends.umi_kind = (uint8_t)unit_below(seed, 4);
    s->ends.umi = s->ends.umi_kind ? unit_below(seed, UINT64_MAX) : 0;
    s->ends.family_umi = s->ends.umi_kind == PS_UMI_FAMILY ? unit_below(seed, UINT64_MAX) : 0;
    random_indels(seed, s);
    return s;
}

static void same_slice(const ps_slice *a, const ps_slice *b) {
    assert_true(a->beg == b->beg && a->end == b->end && a->side == b->side && a->read == b->read &&
                a->side_rank == b->side_rank && a->clipped == b->clipped && a->numbered == b->numbered &&
                a->pos0 == b->pos0 && a->mate_pos0 == b->mate_pos0);
    assert_true(memcmp(a->ends.five0, b->ends.five0, sizeof a->ends.five0) == 0 &&
                memcmp(a->ends.rank, b->ends.rank, 2) == 0 && memcmp(a->ends.reverse, b->ends.reverse, 2) == 0 &&
                a->ends.umi_kind == b->ends.umi_kind && a->ends.umi == b->ends.umi &&
                a->ends.family_umi == b->ends.family_umi);
    assert_memory_equal(a->inner, b->inner, sizeof a->inner);
    assert_memory_equal(a->span, b->span, sizeof a->span);
    if (a->end > a->beg)
        assert_memory_equal(a->code, b->code, (size_t)(a->end - a->beg));
    assert_int_equal(a->n_indel, b->n_indel);
    for (size_t i = 0; i < a->n_indel; i++) {
        const ps_slice_indel *x = &a->indel[i], *y = &b->indel[i];
        assert_true(x->beg0 == y->beg0 && x->end0 == y->end0 && x->target_beg == y->target_beg &&
                    x->target_end == y->target_end && x->quality == y->quality && x->in_place == y->in_place);
        assert_string_equal(x->alt, y->alt);
    }
}

/* ---- pools ----------------------------------------------------------------------------------------------------- */

typedef struct held { /* a parcel, and the seed that makes its slice again */
    uint32_t parcel;
    uint64_t seed;
} held;

static void open_one(ps_parcels *pool, held *all, size_t *n, size_t i) {
    uint64_t seed = all[i].seed;
    ps_slice *want = random_slice(&seed, pool->locus), *have = ps_parcel_open(pool, all[i].parcel);
    assert_non_null(have);
    same_slice(want, have);
    ps_slice_free(want);
    ps_slice_free(have);
    all[i] = all[--*n];
}

/* Packs and opens in random order, in waves that grow and empty the pool. `between` is called after each wave's
 * packing.
 */
static void use_pool(ps_parcels *pool, uint64_t seed, void (*between)(const ps_parcels *pool)) {
    enum { MOST = 4000, WAVES = 3 };
    held *all = ps_alloc(MOST, sizeof *all);
    size_t n = 0;
    for (int wave = 0; wave < WAVES; wave++) {
        while (n < MOST) {
            if (n && unit_below(&seed, 3) == 0) {
                open_one(pool, all, &n, (size_t)unit_below(&seed, n));
                continue;
            }
            all[n].seed = unit_next(&seed);
            uint64_t again = all[n].seed;
            all[n].parcel = ps_parcel_pack(pool, random_slice(&again, pool->locus));
            assert_int_not_equal(all[n].parcel, 0);
            n++;
        }
        if (between)
            between(pool);
        while (n > (wave == 1 ? MOST / 20 : 0)) /* some outlive a wave */
            open_one(pool, all, &n, wave == 0 ? n - 1 : (size_t)unit_below(&seed, n));
    }
    free(all);
    assert_int_equal(pool->unread, 0);
}

static void check_in_memory(const ps_parcels *pool) {
    assert_null(pool->file);
    assert_int_equal(pool->n_in_file, 0);
    assert_true(pool->n_in_blocks > 1000 && pool->n_alone > 10);
}

static void check_in_file(const ps_parcels *pool) {
    assert_non_null(pool->file);
    assert_int_equal(pool->file_failed, 0);
    assert_true(pool->written > 0 && pool->n_in_file > 1000);
}

static void check_both(const ps_parcels *pool) {
    check_in_file(pool);
    assert_true(pool->n_in_blocks > 100 && pool->n_blocks * 65536 <= pool->budget);
}

static void check_fallen_back(const ps_parcels *pool) {
    assert_int_equal(pool->file_failed, 1);
    assert_true(pool->n_in_blocks > 1000);
}

static void in_memory_a_slice_is_what_it_was(void **state) {
    (void)state;
    static const char *const genes[] = {"KRAS", "NRAS", "HRAS", "BRAF"};
    for (uint64_t i = 0; i < 4; i++) {
        ps_parcels pool = {.locus = locus_of(genes[i]), .budget = (size_t)1 << 30};
        use_pool(&pool, 10 + i, check_in_memory);
        assert_true(pool.n_blocks == 1 && pool.alone_bytes == 0); /* the rest was given back */
        ps_parcels_free(&pool);
    }
}

static void in_the_file_too(void **state) {
    (void)state;
    ps_parcels pool = {.locus = locus_of("KRAS")};
    use_pool(&pool, 20, check_in_file);
    assert_true(pool.written == 0 && pool.n_in_file == 0); /* begins anew when empty */
    ps_parcels_free(&pool);
    pool = (ps_parcels){.locus = locus_of("BRAF"), .budget = 200000};
    use_pool(&pool, 21, check_both);
    ps_parcels_free(&pool);
}

static void without_a_folder_for_the_file_memory_is_used(void **state) {
    (void)state;
    char *before = ps_strdup(getenv("TMPDIR"));
    setenv("TMPDIR", "/nonexistent/folder", 1);
    ps_parcels pool = {.locus = locus_of("KRAS")};
    use_pool(&pool, 30, check_fallen_back);
    assert_null(pool.file);
    ps_parcels_free(&pool);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
}

/* A limit of the file's size stands for a full disk: a write that ends in the middle, and no further ones. */
static void with_a_full_disk_memory_is_used(void **state) {
    (void)state;
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 3 * 65536 + 1000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    ps_parcels pool = {.locus = locus_of("KRAS")};
    use_pool(&pool, 40, check_fallen_back);
    assert_non_null(pool.file);
    ps_parcels_free(&pool);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
}

static void a_file_that_cannot_be_read_is_said(void **state) {
    (void)state;
    ps_parcels pool = {.locus = locus_of("KRAS")};
    uint64_t seed = 50;
    uint32_t first = ps_parcel_pack(&pool, random_slice(&seed, pool.locus)), last = first;
    while (pool.written == 0)
        last = ps_parcel_pack(&pool, random_slice(&seed, pool.locus));
    assert_int_equal(ftruncate(fileno(pool.file), 10), 0);
    assert_null(ps_parcel_open(&pool, first));
    assert_int_equal(pool.unread, EIO);
    ps_slice *s = ps_parcel_open(&pool, last); /* was still in memory */
    assert_non_null(s);
    ps_slice_free(s);
    ps_parcels_free(&pool); /* what was not opened goes too */
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

/* Pairs over KRAS codon 12, all of whose first reads come before the second ones. */
static char *deep_amplicon(int pairs) {
    unit_sam s;
    uint64_t seed = 60;
    sam_begin(&s, &panel, "coordinate");
    for (int mate = 0; mate < 2; mate++)
        for (int i = 0; i < pairs; i++) {
            char *name = ps_format("p%d", i);
            int32_t here = 25245250 + 50 * mate, there = 25245300 - 50 * mate;
            unit_read r = {
                .name = name, .flag = mate ? 147 : 99, .contig = "chr12", .pos1 = here, .mate_pos1 = there};
            r.cigar = unit_below(&seed, 20) ? "100M" : "60M2D40M";
            r.quality1 = 1 + (int)unit_below(&seed, 60);
            r.edit_pos1[0] = 25245345 + (int32_t)unit_below(&seed, 10);
            r.edit[0] = "ACGT"[unit_below(&seed, 4)];
            r.weak_pos1 = 25245300 + (int32_t)unit_below(&seed, 60);
            r.weak_quality = (int)unit_below(&seed, 60);
            sam_add(&s, r);
            free(name);
        }
    char *path = sam_write(&s);
    sam_free(&s);
    return path;
}

static void collect_with(const char *path, size_t memory, ps_read_evidence e[PS_N_READ_INPUTS], int want,
                         ps_error *err) {
    ps_read_source source = {.role = PS_INPUT_DNA, .path = path, .waiting_memory = memory};
    assert_true(ps_reads_open(path, NULL, 0, 1, &source.reads, err) == 0 &&
                ps_reads_bind(source.reads, &panel, err) == 0);
    memset(e, 0, PS_N_READ_INPUTS * sizeof *e);
    assert_int_equal(ps_collect(&panel, &source, 1, 1, &e[PS_INPUT_DNA], err), want);
    ps_reads_close(source.reads);
}

static void counts_do_not_depend_on_where_reads_waited(void **state) {
    (void)state;
    ps_read_evidence in_memory[PS_N_READ_INPUTS], in_file[PS_N_READ_INPUTS];
    ps_error err = {0};
    char *path = deep_amplicon(4000);
    collect_with(path, 0, in_memory, 0, &err);
    collect_with(path, 1, in_file, 0, &err);
    const ps_read_evidence *a = &in_memory[PS_INPUT_DNA], *b = &in_file[PS_INPUT_DNA];
    assert_true(a->codons.n_codon > 50 && a->codons.n_allele > 0 && a->codons.mate_conflicts > 0);
    assert_true(a->codons.n_codon == b->codons.n_codon && a->codons.n_base == b->codons.n_base &&
                a->codons.n_allele == b->codons.n_allele);
    assert_true(a->codons.mate_conflicts == b->codons.mate_conflicts);
    for (size_t i = 0; i < a->codons.n_codon; i++) {
        const ps_codon_count *x = &a->codons.codon[i], *y = &b->codons.codon[i];
        assert_true(x->codon == y->codon && x->hap == y->hap && x->flags == y->flags && x->side == y->side &&
                    x->quality == y->quality && x->n == y->n);
    }
    for (size_t i = 0; i < a->codons.n_base; i++) {
        const ps_base_count *x = &a->codons.base[i], *y = &b->codons.base[i];
        assert_true(x->codon == y->codon && x->base == y->base && x->side == y->side && x->quality == y->quality &&
                    x->n == y->n);
    }
    for (size_t i = 0; i < a->codons.n_allele; i++) {
        const ps_allele_count *x = &a->codons.allele[i], *y = &b->codons.allele[i];
        assert_string_equal(x->alt, y->alt);
        assert_true(x->beg0 == y->beg0 && x->end0 == y->end0 && x->n[0] == y->n[0] && x->n[1] == y->n[1] &&
                    x->depth == y->depth);
    }
    for (int i = 0; i < PS_N_READ_INPUTS; i++) {
        ps_read_evidence_free(&in_memory[i]);
        ps_read_evidence_free(&in_file[i]);
    }
    unlink(path);
    free(path);
}

static void a_broken_disk_is_an_error_and_no_smaller_count(void **state) {
    (void)state;
    ps_read_evidence e[PS_N_READ_INPUTS];
    ps_error err = {0};
    char *path = deep_amplicon(4000);
    broken = 1;
    collect_with(path, 0, e, 0, &err); /* in memory nothing is read */
    assert_true(e[PS_INPUT_DNA].codons.n_codon > 50);
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        ps_read_evidence_free(&e[i]);
    collect_with(path, 1, e, -1, &err);
    broken = 0;
    assert_int_equal(err.kind, PS_ERR_RUN);
    assert_non_null(strstr(err.text, "cannot be read back"));
    for (int i = 0; i < PS_N_READ_INPUTS; i++) {
        assert_int_equal(e[i].codons.n_codon, 0);
        ps_read_evidence_free(&e[i]);
    }
    unlink(path);
    free(path);
}

static int load(void **state) {
    (void)state;
    ps_error err = {0};
    ps_setup();
    return ps_panel_load("grch38", &panel, &err);
}

static int unload(void **state) {
    (void)state;
    ps_panel_free(&panel);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory_a_slice_is_what_it_was),
        cmocka_unit_test(in_the_file_too),
        cmocka_unit_test(without_a_folder_for_the_file_memory_is_used),
        cmocka_unit_test(with_a_full_disk_memory_is_used),
        cmocka_unit_test(a_file_that_cannot_be_read_is_said),
        cmocka_unit_test(counts_do_not_depend_on_where_reads_waited),
        cmocka_unit_test(a_broken_disk_is_an_error_and_no_smaller_count),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
