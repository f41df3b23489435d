/* Any bytes as the ID.json of a sample: read with its panel and without, written, explained, joined. What was read and
 * written reads again to the same bytes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "plasmastrat/cohort.h"
#include "plasmastrat/explain.h"
#include "plasmastrat/report.h"
#include "plasmastrat/result_read.h"

static char *written(const ps_result *r, size_t *n) {
    char *text = NULL;
    ps_error err = {0};
    FILE *out = open_memstream(&text, n);
    if (!out || ps_write_json(r, out, &err) < 0 || fclose(out) != 0)
        abort();
    return text;
}

static void use(ps_result *r, int has_panel) {
    ps_explanation e;
    ps_row row;
    ps_row_of(r, &row);
    ps_row_free(&row);
    if (r->failure)
        return;
    ps_explain(r, &e);
    ps_explanation_free(&e);
    if (!has_panel)
        return;
    ps_case c = {.panel = r->panel, .purity = r->purity, .vcf = r->evidence.has_vcf ? &r->evidence.vcf : NULL};
    c.sites = r->evidence.has_sites ? &r->evidence.sites : NULL;
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &r->evidence.reads[role];
    const ps_ras_call *part = &r->calls.ras;
    ps_calls joint = {0};
    ps_join_ras(&c, &part, 1, &joint.ras);
    ps_calls_free(&joint);
}

static void read_and_use(const uint8_t *data, size_t size, const ps_panel *panel) {
    ps_result first, second;
    ps_error err = {0};
    size_t n = 0, m = 0;
    if (ps_result_parse("x.json", (const char *)data, size, panel, panel != NULL, &first, &err) < 0) {
        if (!strstr(err.text, "x.json"))
            abort();
        return;
    }
    use(&first, ps_result_has_panel(&first));
    char *text = written(&first, &n);
    if (!first.failure) { /* a failed result names no panel */
        if (ps_result_parse("y.json", text, n, panel, panel != NULL, &second, &err) < 0) {
            fprintf(stderr, "written but not read: %s\n", err.text);
            abort();
        }
        char *again = written(&second, &m);
        if (n != m || memcmp(text, again, n) != 0)
            abort();
        free(again);
        ps_result_free(&second);
    }
    free(text);
    ps_result_free(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static ps_panel panel;
    ps_error err = {0};
    if (!panel.name) {
        if (ps_panel_load("grch38", &panel, &err) < 0)
            abort();
        snprintf(panel.checksum, sizeof panel.checksum, "0000000000000000"); /* the seeds', whatever the panel's */
    }
    read_and_use(data, size, &panel);
    read_and_use(data, size, NULL);
    return 0;
}
