/* normals.h - a panel of normals: what each depth bin looks like in DNA of two copies.
 *
 * Capture kits, mappability and habits of a laboratory make bins of equal copies unequal. A panel of normals says,
 * for every bin of the panel's bins.bed, what share of a normal sample's fragments it gets (`level`), how much that
 * differs between normals beyond counting (`spread`), and how well the level itself is known (`level_se`). It is
 * learnt from at least PS_MIN_NORMALS samples by ps_normals_learn() (calls.h) and kept in a file; a matched normal is
 * the same with one sample, learnt on the fly and never written.
 *
 * The file: lines "##key=value" (what it was made from, one line for each normal), a header line, one row for each
 * bin in the panel's order. Numbers have passed ps_round6(), so a file read back is the struct that was written. Each
 * row ends in a checksum over all lines up to it: a row that was changed, removed or moved is named by its line. Sex
 * chromosomes have no bins: the sex of the normals does not matter.
 */
#ifndef PLASMASTRAT_NORMALS_H
#define PLASMASTRAT_NORMALS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plasmastrat/error.h"
#include "plasmastrat/panel.h"

enum {
    PS_MIN_NORMALS = 5
}; /* fewer do not tell an odd one; no limit of a panel: a file is checked before its panel is known */

/* How a DNA library was made, as its coverage of the bins tells. */
typedef enum { PS_ASSAY_UNKNOWN, PS_ASSAY_GENOME, PS_ASSAY_EXOME, PS_ASSAY_TARGETED, PS_N_ASSAYS } ps_assay;
extern const char *const ps_assay_names[PS_N_ASSAYS]; /* "unknown", "whole-genome", "exome", "targeted" */

typedef struct ps_normal_bin {
    double level;       /* fragments over those of the mean arm bin, at the mean sample's GC curve */
    double spread;      /* sd of ln level between normals, beyond counting */
    double level_se;    /* standard error of ln level */
    uint64_t fragments; /* over all normals, for audit */
    uint8_t usable;
    double
        captured; /* share of its fragments that baits catch: what stands above the background; 0 in whole genomes */
} ps_normal_bin;

typedef struct ps_normal_sample { /* for audit */
    char *name;
    double fragments_per_bin; /* mean of the arm bins */
    double noise;             /* robust CV around the levels, beyond counting */
} ps_normal_sample;

typedef struct ps_normals {
    char *path; /* as named in messages; NULL: a matched normal */
    char *panel, *build, *panel_version;
    char bins_checksum[17]; /* of the bins' places, arms, roles, GC and mappability */
    char checksum[17];      /* of the file: that of its last row */
    ps_assay assay;
    ps_normal_sample *sample;
    size_t n_samples;
    ps_normal_bin *bin; /* n_bins, by panel bin id */
    int n_bins;
    int usable; /* usable bins */
} ps_normals;

/* 64-bit hash of a panel's bins in hex. */
void ps_bins_checksum(const ps_panel *panel, char hex[17]);

/* Reads a file made by ps_normals_write. It must be for one of the `n_panels` panels: same build, panel name, panel
 * version and bins. Usage errors name file and line. */
int ps_normals_read(const char *path, const ps_panel *panels, int n_panels, ps_normals *normals, ps_error *err);
/* Writes to a stream; the caller checks it. Fills `checksum`. `program` goes into the header ("plasmastrat 1.0"). */
void ps_normals_write(ps_normals *normals, const ps_panel *panel, const char *program, FILE *out);
void ps_normals_free(ps_normals *normals); /* safe on a zeroed one */

#endif
