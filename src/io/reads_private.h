/* reads_private.h - what reads.c and reads_open.c share. */
#ifndef PLASMASTRAT_IO_READS_PRIVATE_H
#define PLASMASTRAT_IO_READS_PRIVATE_H

#include "plasmastrat/reads.h"
#include "source.h"

struct ps_reads {
    ps_source source;
    char *reference; /* FASTA for CRAM, NULL if none was given */
    samFile *file;
    sam_hdr_t *header;
    hts_idx_t *index;
    hts_itr_t *region; /* NULL while streaming */
    bam1_t *record;
    ps_reads_info info;
    char *sample_name;
    const char **contig_names;
    int64_t *contig_lengths;
    int *contig; /* panel contig by file contig, -1 */
    int *tid;    /* file contig by panel contig, -1 */
    int n_panel_contigs;
    uint64_t records;
    int eof_unchecked; /* the end marker could not be looked at when opening (a pipe): look after the last record */
    int ended;
    uint64_t last_place; /* place of the previous record, to hold a file to its SO:coordinate */
};

/* Finds and loads the index; sets info.index. */
int ps_reads_load_index(ps_reads *reads, ps_error *err);
/* Is this FASTA the one the CRAM was made with?  htslib compares checksums per slice, but a slice with records of
 * several contigs has none: lengths and the panel's known bases are compared here. */
int ps_reads_check_reference(const ps_reads *reads, const ps_panel *panel, ps_error *err);

#endif
