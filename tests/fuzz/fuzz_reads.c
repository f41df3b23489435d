/* Any bytes as the alignments of a sample, as RNA and as DNA: collected, and called. */
#include <math.h>
#include <stdlib.h>

#include "fuzz.h"
#include "plasmastrat/calls.h"
#include "plasmastrat/collect.h"
#include "plasmastrat/setup.h"

static ps_panel panel;

static void call(const ps_read_evidence *evidence) {
    ps_case c = {.panel = &panel, .purity = NAN};
    ps_calls calls = {0};
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        c.reads[role] = &evidence[role];
    ps_call(&c, &calls);
    ps_calls_free(&calls);
}

static void collect_and_call(const char *path, ps_input_role role) {
    ps_error err = {0};
    ps_read_source source = {.role = role, .path = path};
    ps_read_evidence evidence[PS_N_READ_INPUTS] = {{0}};
    if (ps_reads_open(path, NULL, 0, 1, &source.reads, &err) == 0 && ps_reads_bind(source.reads, &panel, &err) == 0 &&
        ps_collect(&panel, &source, 1, 1, &evidence[role], &err) == 0)
        call(evidence);
    for (int r = 0; r < PS_N_READ_INPUTS; r++)
        ps_read_evidence_free(&evidence[r]);
    ps_reads_close(source.reads);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!panel.name) {
        ps_error err = {0};
        ps_setup();
        if (ps_panel_load("grch38", &panel, &err) < 0)
            abort();
    }
    const char *path = fuzz_file(data, size);
    collect_and_call(path, PS_INPUT_RNA);
    collect_and_call(path, PS_INPUT_DNA);
    return 0;
}
