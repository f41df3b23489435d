#include "sheet_notes.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/table.h"
#include "sheet_layouts.h"

enum { FILE_NAME, SAMPLE, PERSON, TYPE, N_PARTS };
static const struct {
    const char *pattern;         /* of the table's path, as in sheet_layouts.h */
    const char *column[N_PARTS]; /* NULL: it has none */
    const char *other_type;      /* another name of the type's column */
    const char *normal;          /* a type that holds this word is a normal */
} tables[] = {
    {"gdc_sample_sheet*.tsv", {"File Name", "Sample ID", "Case ID", "Sample Type"}, "Tissue Type", "Normal"},
    {"csv/*.csv", {NULL, "sample", "patient", "status"}, NULL, "0"},
};
enum { N_TABLES = sizeof tables / sizeof *tables };

/* Item k of "A, B"; the last one where there are fewer. *found: whether there are so many. */
static char *item(const char *list, size_t k, int *found) {
    for (; k && strchr(list, ','); k--)
        list = strchr(list, ',') + 1;
    *found = k == 0;
    list += strspn(list, " ");
    return ps_strndup(list, strcspn(list, ","));
}

/* The tumour's place in "Primary Tumor, Blood Derived Normal"; 0 when all are normals. */
static size_t tumour_of(const char *types, const char *normal_word, int *normal) {
    int found = 1;
    for (size_t k = 0;; k++) {
        char *type = item(types, k, &found);
        *normal = found && strstr(type, normal_word) != NULL;
        free(type);
        if (!found) {
            *normal = 1;
            return 0;
        }
        if (!*normal)
            return k;
    }
}

static void add_note(const ps_table *t, size_t row, const int *column, const char *normal_word, folder_sheet *sheet) {
    folder_note note = {0};
    int found;
    size_t k = column[TYPE] < 0 ? 0 : tumour_of(ps_table_cell(t, row, column[TYPE]), normal_word, &note.normal);
    note.file = column[FILE_NAME] < 0 ? NULL : ps_strdup(ps_table_cell(t, row, column[FILE_NAME]));
    note.sample = item(ps_table_cell(t, row, column[SAMPLE]), k, &found);
    note.person = item(ps_table_cell(t, row, column[PERSON]), k, &found);
    PS_GROW(sheet->note, sheet->n_notes, sheet->notes_capacity);
    sheet->note[sheet->n_notes++] = note;
    sheet->status_known |= column[TYPE] >= 0;
}

static int read_notes(size_t kind, const char *path, folder_sheet *sheet, ps_error *err) {
    ps_table t;
    int column[N_PARTS], whole = 1;
    if (ps_table_read(path, PS_ERR_RUN, &t, err) < 0)
        return -1;
    for (int i = 0; i < N_PARTS; i++) {
        column[i] = tables[kind].column[i] ? ps_table_find(&t, tables[kind].column[i]) : -1;
        whole &= i == TYPE || !tables[kind].column[i] || column[i] >= 0;
    }
    if (column[TYPE] < 0 && tables[kind].other_type)
        column[TYPE] = ps_table_find(&t, tables[kind].other_type);
    for (size_t row = 0; row < t.n_rows && whole; row++)
        add_note(&t, row, column, tables[kind].normal, sheet);
    ps_table_free(&t);
    return 0;
}

int sheet_notes_read(const char *folder, const char *path, folder_sheet *sheet, ps_error *err) {
    for (size_t kind = 0; kind < N_TABLES; kind++) {
        const char *name;
        size_t n;
        if (!sheet_layout_fits(tables[kind].pattern, path, &name, &n))
            continue;
        char *whole = ps_format("%s/%s", folder, path);
        int status = read_notes(kind, whole, sheet, err);
        free(whole);
        return status;
    }
    return 0;
}

const folder_note *sheet_note_of_file(const folder_sheet *sheet, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    for (size_t i = 0; i < sheet->n_notes; i++)
        if (sheet->note[i].file && !strcmp(sheet->note[i].file, name))
            return &sheet->note[i];
    return NULL;
}

const folder_note *sheet_note_of_sample(const folder_sheet *sheet, const char *sample) {
    for (size_t i = 0; i < sheet->n_notes; i++)
        if (!strcmp(sheet->note[i].sample, sample))
            return &sheet->note[i];
    return NULL;
}
