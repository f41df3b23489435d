/* sheet_folder.h - a results folder to the rows of a sheet. Private to src/cli. */
#ifndef PLASMASTRAT_SHEET_FOLDER_H
#define PLASMASTRAT_SHEET_FOLDER_H

#include <stddef.h>

#include "plasmastrat/result.h"

typedef struct folder_row {
    char *id;
    const char *file[PS_N_INPUTS]; /* relative to the folder; NULL: none */
} folder_row;

typedef struct folder_file {
    char *path;       /* relative to the folder */
    char *sample;     /* NULL: fits no layout */
    char *normal;     /* of a folder T_vs_N: N; NULL */
    size_t layout;    /* row of sheet_layouts; its number of rows: fits none */
    char *why_unused; /* NULL: used, or fits no layout */
} folder_file;

typedef struct folder_note { /* what a table of the folder states of a sample or a file */
    char *file;              /* its name; NULL: of every file of the sample */
    char *sample, *person;
    int normal;
} folder_note;

typedef struct folder_sheet {
    folder_file *file; /* by layout, then by path */
    size_t n_files, files_capacity;
    folder_row *row; /* by id */
    size_t n_rows, rows_capacity;
    folder_note *note;
    size_t n_notes, notes_capacity;
    int status_known; /* 1: something states which sample is a normal */
} folder_sheet;

/* Indexes, hidden files and Nextflow's work folder are left out. Reads the GDC's sample sheet, sarek's csv folder and
 * the headers of count matrices, no other file. */
int folder_sheet_read(const char *folder, folder_sheet *sheet, ps_error *err);
void folder_sheet_free(folder_sheet *sheet);

#endif
