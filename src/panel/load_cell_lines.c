/* cell_lines.tsv: what is published of cell lines, for validations. Its words are checked where they are used. */
#include <ctype.h>
#include <stdlib.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

/* "KMS-12-BM", "KMS12BM" and "kms 12 bm" are one line. */
static int same_line(const char *a, const char *b) {
    for (;; a++, b++) {
        while (*a && !isalnum((unsigned char)*a))
            a++;
        while (*b && !isalnum((unsigned char)*b))
            b++;
        if (!*a || !*b || toupper((unsigned char)*a) != toupper((unsigned char)*b))
            return !*a && !*b;
    }
}

int ps_panel_cell_line(const ps_panel *panel, const char *name) {
    for (int i = 0; i < panel->n_cell_lines; i++)
        if (same_line(panel->cell_lines[i].name, name))
            return i;
    return -1;
}

int ps_load_cell_lines(const ps_panel_files *files, ps_panel *panel, ps_error *err) {
    static const char *const names[] = {"line", "ras", "igh_ccnd1"};
    ps_table table;
    int column[3], rc = 0;
    if (ps_panel_table(files, "cell_lines.tsv", names, 3, 1, &table, column, err) < 0)
        return -1;
    panel->cell_lines = ps_alloc(table.n_rows, sizeof *panel->cell_lines);
    for (size_t row = 0; row < table.n_rows && rc == 0; row++) {
        for (int c = 0; c < 3 && rc == 0; c++)
            if (!ps_table_cell(&table, row, column[c])[0])
                rc = ps_table_fail(&table, row, column[c], err, "expected a text; '?' where it is not known");
        const char *name = ps_table_cell(&table, row, column[0]);
        if (rc == 0 && ps_panel_cell_line(panel, name) >= 0)
            rc = ps_table_fail(&table, row, column[0], err, "this line is listed a second time");
        if (rc == 0)
            panel->cell_lines[panel->n_cell_lines++] =
                (ps_cell_line){ps_strdup(name), ps_strdup(ps_table_cell(&table, row, column[1])),
                               ps_strdup(ps_table_cell(&table, row, column[2]))};
    }
    ps_table_free(&table);
    return rc;
}
