/* Any bytes as an expression reference. */
#include "fuzz.h"
#include "plasmastrat/expression_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ps_expression_reference reference = {0};
    ps_error err = {0};
    ps_expression_reference_parse("reference.tsv", (const char *)data, size, &reference, &err);
    ps_expression_reference_free(&reference);
    return 0;
}
