/* Any bytes as the ID.json of a sample: read as a row, as they are and with a digest that fits, and written in a
 * cohort. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/report/json/digest.h"
#include "fuzz.h"
#include "plasmastrat/cohort.h"

static void use(const ps_panel *panel, ps_row *row) {
    static int (*const writers[])(const ps_row *, size_t, FILE *,
                                  ps_error *) = {ps_write_cohort_tsv, ps_write_cohort_html, ps_write_multiqc};
    ps_error err = {0};
    if (ps_cohort_compare(panel, 1, row, 1, 1, &err) < 0)
        abort();
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);
        if (!out || writers[i](row, 1, out, &err) < 0 || fclose(out) != 0)
            abort();
        free(text);
    }
}

static void read_and_use(const ps_panel *panel, const char *bytes, size_t n) {
    ps_row row;
    ps_error err = {0};
    if (ps_row_parse("x.json", bytes, n, &row, &err) == 0)
        use(panel, &row);
    else if (!strstr(err.text, "x.json") || row.sample_id)
        abort();
    ps_row_free(&row);
}

/* Without this every changed document would be refused for its digest, and nothing behind it be tried. */
static char *with_digest(const uint8_t *data, size_t size) {
    char digest[JSON_DIGEST_SIZE], *text = NULL;
    json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(root) && json_digest(root, digest) == 0 &&
        json_object_set_new(root, "digest", json_string(digest)) == 0)
        text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static ps_panel panel;
    ps_error err = {0};
    if (!panel.name && ps_panel_load("grch38", &panel, &err) < 0)
        abort();
    read_and_use(&panel, (const char *)data, size);
    char *text = with_digest(data, size);
    if (text)
        read_and_use(&panel, text, strlen(text));
    free(text);
    return 0;
}
