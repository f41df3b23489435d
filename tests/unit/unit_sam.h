/* unit_sam.h - small alignment files made inside a test, and what ps_collect says about them. */
#ifndef UNIT_SAM_H
#define UNIT_SAM_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <htslib/sam.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/collect.h"
#include "plasmastrat/panel.h"
#include "plasmastrat/setup.h"

typedef struct unit_sam {
    const ps_panel *panel;
    char *text;
    size_t n, capacity;
} unit_sam;

static inline void sam_text(unit_sam *s, const char *text) {
    size_t n = strlen(text);
    while (s->n + n + 1 > s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 4096;
        s->text = ps_resize(s->text, s->capacity, 1);
    }
    memcpy(s->text + s->n, text, n + 1);
    s->n += n;
}

static inline void sam_begin(unit_sam *s, const ps_panel *panel, const char *order) {
    *s = (unit_sam){.panel = panel};
    char *line = ps_format("@HD\tVN:1.6\tSO:%s\n", order);
    sam_text(s, line);
    free(line);
    for (int i = 0; i < panel->n_contigs; i++) {
        line = ps_format("@SQ\tSN:%s\tLN:%lld\n", panel->contigs[i].name[0], (long long)panel->contigs[i].length);
        sam_text(s, line);
        free(line);
    }
}

static inline void sam_free(unit_sam *s) {
    free(s->text);
    *s = (unit_sam){0};
}

typedef struct unit_read { /* zero means: a plain unpaired read of quality 40 and MAPQ 60 */
    const char *name;      /* NULL: a new one */
    int flag;
    const char *contig;
    int32_t pos1;
    const char *cigar;
    int mapq1;               /* MAPQ + 1 */
    const char *mate_contig; /* NULL: "=" when paired, else "*" */
    int32_t mate_pos1, isize;
    int quality1;         /* + 1; -1: none */
    int32_t edit_pos1[4]; /* bases that differ from the reference */
    char edit[4];
    int32_t weak_pos1; /* base there has weak_quality */
    int weak_quality;
    const char *tags;
    const char *clipped;  /* bases of soft clips, cycled; "=": the reference's; NULL: "A" */
    const char *inserted; /* bases of insertions, cycled; NULL: "G" */
    int inserted_quality; /* 0: as the rest */
} unit_read;

static inline void sam_add(unit_sam *s, unit_read r) {
    char seq[2000], qual[2000], name[32];
    size_t n = 0, used = 0;
    int contig = ps_panel_contig(s->panel, r.contig);
    int32_t at = r.pos1 - 1;
    int base_quality = r.quality1 > 0 ? r.quality1 - 1 : 40;
    for (const char *p = r.cigar; *p && *p != '*';) {
        char *end = NULL;
        long length = strtol(p, &end, 10);
        char op = *end;
        p = end + 1;
        for (long i = 0; i < length && strchr("MIS=X", op); i++, n++) {
            seq[n] = op == 'I'                ? (r.inserted ? r.inserted[used++ % strlen(r.inserted)] : 'G')
                     : op == 'S' && r.clipped ? r.clipped[i % (long)strlen(r.clipped)]
                                              : 'A';
            if (seq[n] == '=')
                seq[n] = ps_panel_base(s->panel, contig, at + (int32_t)(n < (size_t)length ? i - length : i));
            qual[n] = (char)(base_quality + 33);
            if (op == 'I' && r.inserted_quality)
                qual[n] = (char)(r.inserted_quality + 33);
            if (op == 'I' || op == 'S')
                continue;
            int32_t place = at + (int32_t)i;
            char base = ps_panel_base(s->panel, contig, place);
            seq[n] = base == 'N' ? 'A' : base;
            for (int k = 0; k < 4; k++)
                if (r.edit[k] && r.edit_pos1[k] == place + 1)
                    seq[n] = r.edit[k];
            if (r.weak_pos1 == place + 1)
                qual[n] = (char)(r.weak_quality + 33);
        }
        if (strchr("MDN=X", op))
            at += (int32_t)length;
    }
    seq[n] = qual[n] = '\0';
    if (n == 0)
        strcpy(seq, "*");
    if (n == 0 || r.quality1 < 0)
        strcpy(qual, "*");
    snprintf(name, sizeof name, "r%zu", s->n);
    char *line = ps_format("%s\t%d\t%s\t%d\t%d\t%s\t%s\t%d\t%d\t%s\t%s%s%s\n", r.name ? r.name : name, r.flag,
                           r.contig, r.pos1, r.mapq1 ? r.mapq1 - 1 : 60, r.cigar,
                           r.mate_contig ? r.mate_contig
                           : r.flag & 1  ? "="
                                         : "*",
                           r.mate_pos1, r.isize, seq, qual, r.tags ? "\t" : "", r.tags ? r.tags : "");
    sam_text(s, line);
    free(line);
}

/* A pair of given CIGARs at two places of one contig; flags as for a proper FR pair whose first read is the left one,
 * or, with second_left, the right one. */
static inline void sam_pair(unit_sam *s, const char *name, int second_left, unit_read left, unit_read right) {
    int32_t span = right.pos1 + 100 - left.pos1;
    left.name = right.name = name;
    left.flag |= second_left ? 163 : 99;
    right.flag |= second_left ? 83 : 147;
    left.mate_pos1 = right.pos1;
    right.mate_pos1 = left.pos1;
    left.isize = span;
    right.isize = -span;
    sam_add(s, left);
    sam_add(s, right);
}

static inline char *unit_temporary(const char *ending) {
    char *path = ps_format("/tmp/plasmastrat_unit_%ld_XXXXXX%s", (long)getpid(), ending);
    int fd = mkstemps(path, (int)strlen(ending));
    assert_true(fd >= 0);
    close(fd);
    return path;
}

static inline char *sam_write(const unit_sam *s) {
    char *path = unit_temporary(".sam");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(s->text, 1, s->n, f), s->n);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* Evidence of one file in one role; -1 with the error's text on stderr when it cannot be collected. */
static inline int collect_file(const ps_panel *panel, ps_input_role role, const char *path, int want_index,
                               int n_threads, ps_read_evidence evidence[PS_N_READ_INPUTS], ps_error *err) {
    ps_read_source source = {.role = role, .path = path};
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        ps_read_evidence_init(panel, (ps_input_role)i, &evidence[i]);
    ps_read_evidence_free(&evidence[role]);
    if (ps_reads_open(path, NULL, want_index, 1, &source.reads, err) < 0)
        return -1;
    int status = ps_reads_bind(source.reads, panel, err);
    if (status == 0)
        status = ps_collect(panel, &source, 1, n_threads, &evidence[role], err);
    ps_reads_close(source.reads);
    return status;
}

/* Evidence of the text in one role. The other roles are freed. */
static inline ps_read_evidence collect_text(const unit_sam *s, ps_input_role role) {
    ps_read_evidence e[PS_N_READ_INPUTS];
    ps_error err = {0};
    char *path = sam_write(s);
    if (collect_file(s->panel, role, path, 0, 1, e, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < PS_N_READ_INPUTS; i++) {
        assert_int_equal(e[i].given, i == (int)role);
        if (i != (int)role)
            ps_read_evidence_free(&e[i]);
    }
    unlink(path);
    free(path);
    return e[role];
}

/* Bases of a codon with a quality on a side (-1: both): the most of its three. */
static inline int base_count(const ps_read_evidence *e, int codon, int side, int quality) {
    int n[3] = {0}, most = 0;
    for (size_t i = 0; i < e->codons.n_base; i++)
        if (e->codons.base[i].codon == codon && e->codons.base[i].quality == quality &&
            (side < 0 || e->codons.base[i].side == side))
            n[e->codons.base[i].base] += (int)e->codons.base[i].n;
    for (int k = 0; k < 3; k++)
        most = n[k] > most ? n[k] : most;
    return most;
}

/* Fragments of a codon with a haplotype (-1: any) of a side and quality (-1: any; the reference's is that of its
 * bases). */
static inline int codon_count(const ps_read_evidence *e, int codon, int hap, int side, int quality) {
    int n = 0;
    for (size_t i = 0; i < e->codons.n_codon; i++) {
        const ps_codon_count *c = &e->codons.codon[i];
        if (c->codon != codon || (hap >= 0 && c->hap != hap) || (side >= 0 && c->side != side))
            continue;
        if (quality < 0 || c->quality == quality)
            n += (int)c->n;
        else if (c->quality == 0 && base_count(e, codon, c->side, quality) >= (int)c->n)
            n += (int)c->n;
    }
    return n;
}

#endif
