/* Exact names of public hotspot variants: tests/unit/data/hotspot_hgvs.tsv was computed from coding sequences and
 * protein changes alone; here the names come from genome places, on both builds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "plasmastrat/panel.h"
#include "plasmastrat/table.h"

static void check_build(const char *name, const char *pos_column) {
    const char *const columns[] = {"gene", "contig", pos_column, "ref", "alt", "refseq", "hgvs_c", "hgvs_p"};
    ps_panel panel;
    ps_table t;
    ps_error err = {0};
    int c[8];
    assert_int_equal(ps_panel_load(name, &panel, &err), 0);
    assert_int_equal(ps_table_read("tests/unit/data/hotspot_hgvs.tsv", PS_ERR_USAGE, &t, &err), 0);
    assert_int_equal(ps_table_require(&t, columns, 8, c, &err), 0);
    assert_int_equal(t.n_rows, 82);
    for (size_t row = 0; row < t.n_rows; row++) {
        ps_effect e;
        int64_t pos1 = 0;
        const char *ref = ps_table_cell(&t, row, c[3]);
        assert_int_equal(ps_table_int(&t, row, c[2], 1, INT32_MAX, &pos1, &err), 0);
        assert_int_equal(ps_effect_of(&panel, ps_panel_contig(&panel, ps_table_cell(&t, row, c[1])),
                                      (int32_t)pos1 - 1, (int32_t)(pos1 - 1 + (int64_t)strlen(ref)),
                                      ps_table_cell(&t, row, c[4]), &e),
                         0);
        assert_string_equal(panel.genes[e.gene].name, ps_table_cell(&t, row, c[0]));
        assert_string_equal(panel.transcripts[e.transcript].refseq, ps_table_cell(&t, row, c[5]));
        assert_string_equal(e.hgvs_c, ps_table_cell(&t, row, c[6]));
        assert_string_equal(e.hgvs_p, ps_table_cell(&t, row, c[7]));
    }
    ps_table_free(&t);
    ps_panel_free(&panel);
}

static void names_on_grch38(void **state) {
    (void)state;
    check_build("grch38", "pos1_grch38");
}

static void names_on_grch37(void **state) {
    (void)state;
    check_build("grch37", "pos1_grch37");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_on_grch38), cmocka_unit_test(names_on_grch37)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
