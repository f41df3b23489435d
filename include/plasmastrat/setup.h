/* setup.h - process-wide settings of htslib, made once at the start of a program. */
#ifndef PLASMASTRAT_SETUP_H
#define PLASMASTRAT_SETUP_H

/* Silences htslib's own messages (errors are reported by this program, with the file's name), and keeps it from
 * fetching reference sequences over the network: a missing CRAM reference is an error, never a silent download.
 * A REF_PATH of folders stays, one that names servers does not. Call before any thread starts. */
void ps_setup(void);

/* Version of the libdeflate that this program was built with, such as "1.14". */
const char *ps_libdeflate_version(void);

#endif
