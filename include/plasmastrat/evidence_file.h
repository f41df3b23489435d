/* evidence_file.h - ID.evidence.gz: a sample's evidence as gzipped JSON, the only way back into the program.
 *
 * The text has one form (src/evidence/evidence.schema.json describes it): `digest` is of the member `content`, which
 * is the same however the inputs were stored; `checksum`, the last member, is of all the bytes before it. Read back,
 * it gives the callers what they had when it was written. It fits any panel with the same places, the same limits
 * of gathering and, where it holds other programs' results, the same tables by which these were read; all other
 * limits, models and texts may differ. It holds hashes of read names and no names, and no
 * bases outside the panel.
 */
#ifndef PLASMASTRAT_EVIDENCE_FILE_H
#define PLASMASTRAT_EVIDENCE_FILE_H

#include <stdio.h>

#include "plasmastrat/evidence.h"

#define PS_EVIDENCE_SCHEMA "plasmastrat/evidence/1"

/* Works out the digest of what one input told, or of a whole sample. */
void ps_input_digest(const ps_read_evidence *reads, char digest[17]);
void ps_variants_digest(const ps_variants *variants, char digest[17]);
void ps_sv_digest(const ps_sv_evidence *sv, char digest[17]);
void ps_cnv_digest(const ps_cnv_evidence *cnv, char digest[17]);
void ps_counts_digest(const ps_count_evidence *counts, char digest[17]);
void ps_evidence_digest(ps_evidence *evidence);

/* Writes the file; `version` is the program's. */
int ps_evidence_write(const ps_panel *panel, const ps_evidence *evidence, const char *version, FILE *out,
                      ps_error *err);

/* Reads one onto that of `panels` which has its build and places; *panel says which. Refused, with an error that
 * names the file and what is wrong with it: a damaged or edited file, a newer schema, other places, numbers that
 * cannot be. */
int ps_evidence_read(const char *path, const ps_panel *panels, int n_panels, ps_evidence *evidence,
                     const ps_panel **panel, ps_error *err);
/* The same from memory; `path` is only the name used in messages. */
int ps_evidence_parse(const char *path, const char *bytes, size_t n_bytes, const ps_panel *panels, int n_panels,
                      ps_evidence *evidence, const ps_panel **panel, ps_error *err);
/* Its uncompressed text. For tests of the reader itself. */
int ps_evidence_parse_text(const char *path, const char *text, size_t n, const ps_panel *panels, int n_panels,
                           ps_evidence *evidence, const ps_panel **panel, ps_error *err);

#endif
