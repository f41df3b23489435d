/* internal.h - what the files of src/panel share.
 *
 * Loading: files.c finds the bytes (embedded or a folder), load.c runs the steps below in order, each of which reads
 * its tables into the panel and refuses, with file and line, what does not fit what is already there.
 */
#ifndef PLASMASTRAT_PANEL_INTERNAL_H
#define PLASMASTRAT_PANEL_INTERNAL_H

#include "plasmastrat/panel.h"
#include "plasmastrat/table.h"

/* ---- files.c --------------------------------------------------------------------------------------------------- */

typedef struct ps_panel_file {
    char *name; /* "limits.tsv" */
    char *path; /* as named in messages */
    const char *bytes;
    size_t n_bytes;
    char *owned; /* bytes, when read from disk */
} ps_panel_file;

typedef struct ps_panel_files {
    ps_panel_file *at; /* in name order */
    size_t n;
    char *source; /* "built-in" or the folder */
} ps_panel_files;

int ps_panel_files_open(const char *name, ps_panel_files *files, ps_error *err);
const ps_panel_file *ps_panel_files_find(const ps_panel_files *files,
                                         const char *name); /* never NULL for a known name */
void ps_panel_files_checksum(const ps_panel_files *files, int knowledge_only, char hex[17]);
/* Sets panel->places, of a panel that is loaded. */
void ps_panel_places(ps_panel *panel);
void ps_panel_files_free(ps_panel_files *files);

/* Parses the table `name` and finds its columns; refuses a table without rows unless `may_be_empty`. */
int ps_panel_table(const ps_panel_files *files, const char *name, const char *const *columns, int n_columns,
                   int may_be_empty, ps_table *table, int *column, ps_error *err);

/* ---- fasta.c --------------------------------------------------------------------------------------------------- */

typedef struct ps_fasta_record {
    char *name, *rest; /* first word, and what follows it */
    char *sequence;    /* upper case */
    int32_t length;
    long line;
} ps_fasta_record;

typedef struct ps_fasta {
    ps_fasta_record *at;
    size_t n;
} ps_fasta;

/* Letters outside `alphabet` (upper case) are refused. */
int ps_fasta_parse(const ps_panel_file *file, const char *alphabet, ps_fasta *fasta, ps_error *err);
void ps_fasta_free(ps_fasta *fasta);

/* ---- steps of loading, in this order --------------------------------------------------------------------------- */

int ps_load_contigs(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_arms(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_karyotypes(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_bins(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_regions(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_snps(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_genes(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_transcripts(const ps_panel_files *files, ps_panel *panel, ps_error *err); /* and loci, codons */
int ps_load_windows(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_hotspots(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_activating(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_limits(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_filters(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_gene_ids(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_vcf_callers(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_expression(const ps_panel_files *files, ps_panel *panel,
                       ps_error *err); /* centres, levels, other cells */
int ps_load_population(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_cell_lines(const ps_panel_files *files, ps_panel *panel, ps_error *err);
int ps_load_models(const ps_panel_files *files, ps_panel *panel, ps_error *err);

/* One row's contig, beg0, end0 (columns column[0..2]): known contig, inside it, not empty. */
int ps_load_span(const ps_table *table, size_t row, const int *column, const ps_panel *panel, ps_span *span,
                 ps_error *err);

/* ---- loci.c ---------------------------------------------------------------------------------------------------- */

/* Loci and codons from genes and transcripts. `path` names the sequences' file should two transcripts disagree. */
int ps_build_loci(ps_panel *panel, const char *path, ps_error *err);
const ps_locus *ps_locus_of_gene(const ps_panel *panel, int gene); /* or NULL */
/* Panel codon id of a transcript's codon, also when the panel lists it under an earlier transcript. */
int ps_codon_of_transcript(const ps_panel *panel, int transcript, int number);

#endif
