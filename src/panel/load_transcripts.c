/* Coding transcripts, their sequences, and the reference around their exons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

enum { MAX_CODONS = 40000 };

static int find_transcript(const ps_panel *panel, const char *refseq) {
    for (int i = 0; i < panel->n_transcripts; i++)
        if (!strcmp(panel->transcripts[i].refseq, refseq))
            return i;
    return -1;
}

/* ---- transcripts.tsv ------------------------------------------------------------------------------------------- */

static int load_transcript(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    const char *refseq = ps_table_cell(table, row, column[1]);
    int gene = ps_panel_gene(panel, ps_table_cell(table, row, column[0]));
    if (gene < 0)
        return ps_table_fail(table, row, column[0], err, "not a gene of genes.tsv");
    if (panel->genes[gene].role != PS_ROLE_RAS && panel->genes[gene].role != PS_ROLE_RAF)
        return ps_table_fail(table, row, column[0], err, "expected a gene with role ras or raf");
    if (!refseq[0] || find_transcript(panel, refseq) >= 0)
        return ps_table_fail(table, row, column[1], err, "expected a transcript that no other row has");
    panel->transcripts[panel->n_transcripts++] = (ps_transcript){.gene = gene, .refseq = ps_strdup(refseq)};
    return 0;
}

static int load_names(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"gene", "refseq"};
    ps_table table;
    int column[2], rc = 0;
    if (ps_panel_table(files, "transcripts.tsv", names, 2, 0, &table, column, err) < 0)
        return -1;
    panel->transcripts = ps_alloc(table.n_rows, sizeof *panel->transcripts);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_transcript(&table, row, column, panel, err);
    for (int gene = 0; gene < panel->n_genes && rc == 0; gene++) {
        int n = panel->genes[gene].role != PS_ROLE_RAS && panel->genes[gene].role != PS_ROLE_RAF;
        for (int t = 0; t < panel->n_transcripts; t++)
            n += panel->transcripts[t].gene == gene;
        if (!n)
            rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "gene '%s' (role %s) has no transcript here",
                         panel->genes[gene].name, ps_role_names[panel->genes[gene].role]);
    }
    ps_table_free(&table);
    return rc;
}

/* ---- cds.bed --------------------------------------------------------------------------------------------------- */

enum { CDS_REFSEQ = 3, CDS_PART, CDS_STRAND, CDS_COLUMNS };

static int inside_an_exon(const ps_gene *gene, const ps_span *span) {
    for (int i = 0; i < gene->n_exons; i++)
        if (gene->exons[i].beg0 <= span->beg0 && span->end0 <= gene->exons[i].end0)
            return 1;
    return 0;
}

static int load_part(const ps_table *table, size_t row, const int *column, ps_panel *panel, ps_error *err) {
    ps_span span;
    int64_t part = 0;
    if (ps_load_span(table, row, column, panel, &span, err) < 0)
        return -1;
    int id = find_transcript(panel, ps_table_cell(table, row, column[CDS_REFSEQ]));
    if (id < 0)
        return ps_table_fail(table, row, column[CDS_REFSEQ], err, "not a transcript of transcripts.tsv");
    ps_transcript *t = &panel->transcripts[id];
    const ps_gene *gene = &panel->genes[t->gene];
    if (ps_table_int(table, row, column[CDS_PART], t->n_cds + 1, t->n_cds + 1, &part, err) < 0)
        return -1;
    const char strand[2] = {gene->strand, '\0'};
    if (strcmp(ps_table_cell(table, row, column[CDS_STRAND]), strand))
        return ps_table_fail(table, row, column[CDS_STRAND], err, "expected %s, the strand of %s", strand,
                             gene->name);
    if (span.contig != gene->contig || !inside_an_exon(gene, &span))
        return ps_table_fail(table, row, column[1], err, "this part of %s lies in no exon of %s", t->refseq,
                             gene->name);
    if (t->n_cds) {
        const ps_span *before = &t->cds[t->n_cds - 1];
        if (gene->strand == '-' ? before->beg0 < span.end0 : before->end0 > span.beg0)
            return ps_table_fail(table, row, column[1], err, "expected parts in transcript order and disjoint");
    }
    t->cds = ps_resize(t->cds, (size_t)t->n_cds + 1, sizeof *t->cds);
    t->cds[t->n_cds++] = span;
    return 0;
}

static int load_parts(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[CDS_COLUMNS] = {"contig", "beg0", "end0", "refseq", "part", "strand"};
    ps_table table;
    int column[CDS_COLUMNS], rc = 0;
    if (ps_panel_table(files, "cds.bed", names, CDS_COLUMNS, 0, &table, column, err) < 0)
        return -1;
    for (size_t row = 0; row < table.n_rows && rc == 0; row++)
        rc = load_part(&table, row, column, panel, err);
    for (int i = 0; i < panel->n_transcripts && rc == 0; i++)
        if (!panel->transcripts[i].n_cds)
            rc = ps_fail(err, PS_ERR_USAGE, table.path, 0, "transcript %s of transcripts.tsv has no part here",
                         panel->transcripts[i].refseq);
    ps_table_free(&table);
    return rc;
}

/* ---- cds.fa ---------------------------------------------------------------------------------------------------- */

static int check_frame(const char *path, const ps_fasta_record *r, ps_error *err) {
    int n = r->length / 3;
    if (r->length % 3)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s has %d bases, expected a multiple of 3", r->name,
                       (int)r->length);
    if (n < 2 || n > MAX_CODONS)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s has %d codons, expected 2 to %d", r->name, n,
                       MAX_CODONS);
    if (strncmp(r->sequence, "ATG", 3))
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s begins with %.3s, expected the start codon ATG", r->name,
                       r->sequence);
    for (int i = 0; i < n; i++) {
        int stop = ps_amino_acid(ps_codon_code(r->sequence + 3 * i)) == '*';
        if (stop && i < n - 1)
            return ps_fail(err, PS_ERR_USAGE, path, r->line,
                           "%s: codon %d is the stop %.3s, expected none before the end", r->name, i + 1,
                           r->sequence + 3 * i);
        if (!stop && i == n - 1)
            return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s ends with %.3s, expected a stop codon", r->name,
                           r->sequence + 3 * i);
    }
    return 0;
}

static int load_sequence(const char *path, const ps_fasta_record *r, ps_panel *panel, ps_error *err) {
    int id = find_transcript(panel, r->name);
    if (id < 0)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "'%s' is not a transcript of transcripts.tsv", r->name);
    ps_transcript *t = &panel->transcripts[id];
    int64_t length = 0;
    for (int i = 0; i < t->n_cds; i++)
        length += t->cds[i].end0 - t->cds[i].beg0;
    if (check_frame(path, r, err) < 0)
        return -1;
    if (length != r->length)
        return ps_fail(err, PS_ERR_USAGE, path, r->line,
                       "%s has %d bases, expected %lld, the sum of its parts in cds.bed", r->name, (int)r->length,
                       (long long)length);
    t->sequence = ps_strdup(r->sequence);
    t->length = r->length;
    t->n_codons = r->length / 3;
    return 0;
}

int ps_load_transcripts(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    const ps_panel_file *file = ps_panel_files_find(files, "cds.fa");
    ps_fasta fasta;
    if (load_names(files, panel, err) < 0 || load_parts(files, panel, err) < 0 ||
        ps_fasta_parse(file, "ACGT", &fasta, err) < 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < fasta.n && rc == 0; i++)
        rc = load_sequence(file->path, &fasta.at[i], panel, err);
    ps_fasta_free(&fasta);
    for (int i = 0; i < panel->n_transcripts && rc == 0; i++)
        if (!panel->transcripts[i].sequence)
            rc = ps_fail(err, PS_ERR_USAGE, file->path, 0, "transcript %s of transcripts.tsv has no sequence here",
                         panel->transcripts[i].refseq);
    return rc < 0 ? -1 : ps_build_loci(panel, file->path, err);
}

/* ---- windows.fa ------------------------------------------------------------------------------------------------ */

/* "chr12:25209765-25209941", 1-based inclusive as samtools writes it. */
static int parse_region(const ps_panel *panel, const char *text, ps_span *span) {
    const char *colon = strrchr(text, ':'), *dash = colon ? strchr(colon, '-') : NULL;
    if (!dash)
        return -1;
    char *contig = ps_strndup(text, (size_t)(colon - text));
    char *beg = ps_strndup(colon + 1, (size_t)(dash - colon - 1));
    int64_t beg1 = 0, end1 = 0;
    span->contig = ps_panel_contig(panel, contig);
    int64_t length = span->contig < 0 ? 0 : panel->contigs[span->contig].length;
    int rc = ps_parse_int(beg, 1, length, &beg1) < 0 || ps_parse_int(dash + 1, beg1, length, &end1) < 0 ? -1 : 0;
    free(contig);
    free(beg);
    span->beg0 = (int32_t)(beg1 - 1);
    span->end0 = (int32_t)end1;
    return rc;
}

/* Every coding base that the window covers must be the one of cds.fa. */
static int check_window(const char *path, const ps_fasta_record *r, const ps_panel *panel, const ps_locus *locus,
                        const ps_span *span, ps_error *err) {
    int covered = 0;
    for (int i = 0; i < locus->n_targets; i++) {
        if (locus->pos0[i] < span->beg0 || locus->pos0[i] >= span->end0)
            continue;
        covered++;
        char base = r->sequence[locus->pos0[i] - span->beg0];
        if (base != locus->base[i])
            return ps_fail(err, PS_ERR_USAGE, path, r->line,
                           "%s has '%c' at %ld, expected '%c' as in cds.fa (plus strand)", r->name, base,
                           (long)locus->pos0[i] + 1, locus->base[i]);
    }
    if (!covered)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s covers no coding base of %s", r->name,
                       panel->genes[locus->gene].name);
    return 0;
}

static int load_window(const char *path, const ps_fasta_record *r, ps_panel *panel, ps_error *err) {
    ps_span span = {0};
    if (parse_region(panel, r->name, &span) < 0)
        return ps_fail(err, PS_ERR_USAGE, path, r->line,
                       "'%s', expected CONTIG:BEGIN-END inside a contig of contigs.tsv", r->name);
    if (r->length != span.end0 - span.beg0)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s has %d bases, expected %d", r->name, (int)r->length,
                       (int)(span.end0 - span.beg0));
    int gene = ps_panel_gene(panel, r->rest);
    ps_locus *locus = NULL;
    for (int i = 0; i < panel->n_loci; i++)
        if (panel->loci[i].gene == gene)
            locus = &panel->loci[i];
    if (!locus || span.contig != locus->contig)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "'%s', expected the ras or raf gene that lies there",
                       r->rest);
    if (locus->n_windows && locus->windows[locus->n_windows - 1].end0 > span.beg0)
        return ps_fail(err, PS_ERR_USAGE, path, r->line, "%s: windows of %s are out of order or overlap", r->name,
                       r->rest);
    if (check_window(path, r, panel, locus, &span, err) < 0)
        return -1;
    size_t n = (size_t)locus->n_windows + 1;
    locus->windows = ps_resize(locus->windows, n, sizeof *locus->windows);
    locus->window_base = ps_resize(locus->window_base, n, sizeof *locus->window_base);
    locus->windows[locus->n_windows] = span;
    locus->window_base[locus->n_windows++] = ps_strdup(r->sequence);
    return 0;
}

static int check_all_covered(const char *path, const ps_panel *panel, ps_error *err) {
    for (int l = 0; l < panel->n_loci; l++) {
        const ps_locus *locus = &panel->loci[l];
        for (int i = 0; i < locus->n_targets; i++)
            if (ps_panel_base(panel, locus->contig, locus->pos0[i]) == 'N')
                return ps_fail(err, PS_ERR_USAGE, path, 0, "no window covers %s:%ld, a coding base of %s",
                               panel->contigs[locus->contig].name[PS_STYLE_UCSC], (long)locus->pos0[i] + 1,
                               panel->genes[locus->gene].name);
    }
    return 0;
}

int ps_load_windows(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    const ps_panel_file *file = ps_panel_files_find(files, "windows.fa");
    ps_fasta fasta;
    if (ps_fasta_parse(file, "ACGTN", &fasta, err) < 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < fasta.n && rc == 0; i++)
        rc = load_window(file->path, &fasta.at[i], panel, err);
    ps_fasta_free(&fasta);
    return rc < 0 ? -1 : check_all_covered(file->path, panel, err);
}
