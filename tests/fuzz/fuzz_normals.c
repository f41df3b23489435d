/* Any bytes as a panel of normals. */
#include <stdlib.h>

#include "fuzz.h"
#include "plasmastrat/normals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static ps_panel panel;
    ps_normals normals;
    ps_error err = {0};
    if (!panel.name && ps_panel_load("grch38", &panel, &err) < 0)
        abort();
    if (ps_normals_read(fuzz_file(data, size), &panel, 1, &normals, &err) == 0)
        ps_normals_free(&normals);
    else if (err.kind != PS_ERR_USAGE || !err.text[0])
        abort(); /* a refusal without a word */
    return 0;
}
