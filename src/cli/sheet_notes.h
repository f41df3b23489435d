/* sheet_notes.h - tables of a results folder that name samples, persons and normals. Private to src/cli. */
#ifndef PLASMASTRAT_SHEET_NOTES_H
#define PLASMASTRAT_SHEET_NOTES_H

#include "sheet_folder.h"

/* Adds what such a table states; another file is left alone. */
int sheet_notes_read(const char *folder, const char *path, folder_sheet *sheet, ps_error *err);
const folder_note *sheet_note_of_file(const folder_sheet *sheet, const char *path);
const folder_note *sheet_note_of_sample(const folder_sheet *sheet, const char *sample);

#endif
