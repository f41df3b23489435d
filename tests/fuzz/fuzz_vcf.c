/* Any bytes as the variants of a sample, and as a list of sites: read, and called. */
#include <stdlib.h>

#include "fuzz.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/setup.h"

static ps_panel panel;

static void call(const ps_variants *variants) {
    ps_case c = {.panel = &panel, .vcf = variants, .purity = 1};
    ps_calls calls = {0};
    ps_call(&c, &calls);
    ps_calls_free(&calls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ps_error err = {0};
    ps_variants variants = {0};
    const char *build = NULL;
    char why[256];
    if (!panel.name) {
        ps_setup();
        if (ps_panel_load("grch38", &panel, &err) < 0)
            abort();
    }
    const char *path = fuzz_file(data, size);
    ps_variants_build(path, &build, why, sizeof why, &err);
    err = (ps_error){0};
    if (ps_variants_read(path, &panel, NULL, &variants, &err) == 0)
        call(&variants);
    ps_variants_free(&variants);
    err = (ps_error){0};
    variants = (ps_variants){0};
    ps_variants_read_sites(path, &panel, &variants, &err);
    ps_variants_free(&variants);
    return 0;
}
