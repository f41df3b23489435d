#include "plasmastrat/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "rows.h"

const char *const ps_input_names[PS_N_INPUTS] = {"rna", "dna", "normal", "vcf", "sv", "cnv", "counts"};
const char *const ps_left_out_names[PS_N_LEFT] = {"unmapped",  "secondary", "supplementary", "qc-fail",
                                                  "duplicate", "low-mapq",  "multi-mapped",  "assembled"};
const char *const ps_collector_names[PS_N_COLLECTORS] = {"codons", "genes", "bins", "junctions", "snps"};

void ps_read_evidence_init(const ps_panel *panel, ps_input_role role, ps_read_evidence *evidence) {
    *evidence = (ps_read_evidence){.role = role};
    ps_genes_init(panel, &evidence->genes);
    ps_bins_init(panel, &evidence->bins);
    ps_snps_init(panel, &evidence->snps);
    ps_junctions_init(panel, &evidence->junctions);
}

void ps_read_evidence_free(ps_read_evidence *evidence) {
    ps_codons_free(&evidence->codons);
    ps_genes_free(&evidence->genes);
    ps_bins_free(&evidence->bins);
    ps_snps_free(&evidence->snps);
    ps_junctions_free(&evidence->junctions);
    *evidence = (ps_read_evidence){0};
}

static void add_tallies(ps_read_evidence *whole, const ps_read_evidence *part) {
    for (int c = 0; c < PS_N_COLLECTORS; c++) {
        whole->seen[c] += part->seen[c];
        whole->spliced[c] += part->spliced[c];
        for (int l = 0; l < PS_N_LEFT; l++)
            whole->left_out[c][l] += part->left_out[c][l];
    }
    whole->records += part->records;
}

/* Where all say so that hold reads over the panel's codons; without any, where one does. */
static int are_digested(const ps_read_evidence *a, const ps_read_evidence *b) {
    int of_a = a->codons.n_codon > 0, of_b = b->codons.n_codon > 0;
    if (of_a != of_b)
        return of_a ? a->digested_primers : b->digested_primers;
    return of_a ? a->digested_primers && b->digested_primers : a->digested_primers || b->digested_primers;
}

void ps_read_evidence_add(ps_read_evidence *whole, ps_read_evidence *part) {
    if (!part->given)
        return;
    /* a contig that one file names is one that could be aligned to */
    whole->missing_contigs = whole->given ? whole->missing_contigs & part->missing_contigs : part->missing_contigs;
    whole->given = 1;
    whole->digested_primers = are_digested(whole, part);
    whole->cut_at_introns |= part->cut_at_introns;
    add_tallies(whole, part);
    ps_codons_add(&whole->codons, &part->codons);
    ps_genes_add(&whole->genes, &part->genes);
    ps_bins_add(&whole->bins, &part->bins);
    ps_snps_add(&whole->snps, &part->snps);
    ps_junctions_add(&whole->junctions, &part->junctions);
}

void ps_read_evidence_tidy(const ps_panel *panel, ps_read_evidence *evidence) {
    ps_codons_tidy(panel, &evidence->codons);
    ps_junctions_tidy(&evidence->junctions);
}

/* ---- one sample ------------------------------------------------------------------------------------------------ */

static void free_stated(ps_stated *stated) {
    free(stated->expect_name);
    free(stated->model);
    free(stated->model_table);
    free(stated->copynumber_reference);
    free(stated->expression_reference);
    free(stated->error_reference);
}

void ps_evidence_free(ps_evidence *evidence) {
    for (int i = 0; i < PS_N_READ_INPUTS; i++)
        ps_read_evidence_free(&evidence->reads[i]);
    ps_variants_free(&evidence->vcf);
    ps_variants_free(&evidence->sites);
    ps_sv_free(&evidence->sv);
    ps_cnv_free(&evidence->cnv);
    ps_counts_free(&evidence->counts);
    for (size_t i = 0; i < evidence->n_inputs; i++) {
        free(evidence->input[i].path);
        free(evidence->input[i].sample_name);
    }
    free(evidence->input);
    free_stated(&evidence->stated);
    ps_primers_free(&evidence->primers);
    free(evidence->sample_id);
    free(evidence->written_by);
    for (size_t i = 0; i < evidence->n_kept; i++)
        free(evidence->kept[i]);
    free(evidence->kept);
    *evidence = (ps_evidence){0};
}

const char *ps_evidence_keep(ps_evidence *evidence, const char *text) {
    if (!text)
        return NULL;
    evidence->kept = ps_resize(evidence->kept, evidence->n_kept + 1, sizeof *evidence->kept);
    return evidence->kept[evidence->n_kept++] = ps_strdup(text);
}

ps_input_info *ps_evidence_input(ps_evidence *evidence, ps_input_role role, const char *path, const char *format,
                                 const char *build, const char *sample_name, uint64_t records, int style) {
    evidence->input = ps_resize(evidence->input, evidence->n_inputs + 1, sizeof *evidence->input);
    ps_input_info *input = &evidence->input[evidence->n_inputs++];
    *input = (ps_input_info){.role = role,
                             .path = ps_strdup(path),
                             .format = format,
                             .build = build,
                             .sample_name = ps_strdup(sample_name ? sample_name : ""),
                             .records = records,
                             .style = style};
    return input;
}

static int by_role_and_path(const void *a, const void *b) {
    const ps_input_info *x = a, *y = b;
    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    int paths = strcmp(x->path, y->path);
    return paths ? paths : strcmp(x->digest, y->digest);
}

/* Contigs are named as the tumour's DNA names them, else the RNA, the normal, the VCF. */
static int style_of(const ps_evidence *evidence) {
    static const ps_input_role order[] = {PS_INPUT_DNA, PS_INPUT_RNA, PS_INPUT_NORMAL, PS_INPUT_VCF};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < evidence->n_inputs; i++)
            if (evidence->input[i].role == order[k])
                return evidence->input[i].style;
    return 0;
}

/* ---- lists of the user: the same in any order of the lines or of the files that were given one ----------------- */

static int by_site(const void *a, const void *b) {
    const ps_variant *x = a, *y = b;
    PS_COMPARE(contig)
    PS_COMPARE(beg0)
    PS_COMPARE(end0)
    return strcmp(x->alt, y->alt);
}

static void free_site(ps_variant *site) {
    free(site->alt);
    free(site->filter);
    free(site->depth_field);
    free(site->phase_set);
}

static void tidy_sites(ps_variants *sites) {
    size_t n = 0;
    PS_SORT_ROWS(sites->variant, sites->n_variants, by_site);
    for (size_t i = 0; i < sites->n_variants; i++)
        if (n && by_site(&sites->variant[n - 1], &sites->variant[i]) == 0)
            free_site(&sites->variant[i]);
        else
            sites->variant[n++] = sites->variant[i];
    sites->n_variants = n;
}

static int by_primer(const void *a, const void *b) {
    const ps_primer *x = a, *y = b;
    PS_COMPARE(contig)
    PS_COMPARE(beg0)
    PS_COMPARE(end0)
    PS_COMPARE(strand)
    return 0;
}

static void tidy_primers(ps_primers *primers) {
    size_t n = 0;
    PS_SORT_ROWS(primers->row, primers->n, by_primer);
    for (size_t i = 0; i < primers->n; i++)
        if (!n || by_primer(&primers->row[n - 1], &primers->row[i]) != 0)
            primers->row[n++] = primers->row[i];
    primers->n = n;
    primers->listed = primers->listed < n ? n : primers->listed;
}

void ps_evidence_tidy(const ps_panel *panel, ps_evidence *evidence) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_tidy(panel, &evidence->reads[role]);
    tidy_sites(&evidence->sites);
    tidy_primers(&evidence->primers);
    if (evidence->n_inputs)
        qsort(evidence->input, evidence->n_inputs, sizeof *evidence->input, by_role_and_path);
    evidence->style = style_of(evidence);
}
