/* ledger.h - what `batch --resume` knows of a finished sample: what its files were made from, and what they hold.
 *
 * One small file per sample, DIR/.plasmastrat/ID, written after the sample's own files took their names. A sample is
 * current when the request made today (version, panels, every option of a result, and every input and index by size,
 * modification time and a digest of its first bytes) equals the one written then and each file still has the size it
 * had, and the modification time or the digest. Killed anywhere, a sample is current or is done again.
 */
#ifndef PLASMASTRAT_LEDGER_H
#define PLASMASTRAT_LEDGER_H

#include "cli.h"

/* What the sample would be made from, as text. NULL when an input cannot be told apart from a changed one (remote,
 * standard input, not there). Owned by the caller. */
char *ledger_request(const ps_job *job, const cli_knowledge *knowledge);

/* Makes its folder, and takes it until the descriptor that is returned is closed: -1, an error, when another batch
 * has it. Where the file system has no locks, any number may. */
int ledger_open(const char *outdir, ps_error *err);
char *ledger_folder(const char *outdir); /* owned by the caller */

/* Was anything remembered of the sample? */
int ledger_knows(const char *outdir, const char *sample_id);

/* 1: the sample's files are whole and were made from this request. */
int ledger_is_current(const char *outdir, const char *sample_id, const char *request);

/* After a sample's files are written. `request` NULL: nothing is remembered, and nothing that was holds any longer.
 */
int ledger_note(const char *outdir, const char *sample_id, const char *request, ps_error *err);

/* A sample failed: its files of an earlier run would be taken for this run's, and are not lost either. Moves them to
 * DIR/.plasmastrat/.before, from where ledger_is_current takes them back when they fit again (a share that was not
 * mounted, say). Returns how many there were. */
int ledger_set_aside(const char *outdir, const char *sample_id);
void ledger_drop_aside(const char *outdir, const char *sample_id); /* a newer result is whole */

#endif
