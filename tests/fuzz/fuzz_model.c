/* Any bytes as a model file. */
#include "fuzz.h"
#include "plasmastrat/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ps_model model = {0};
    ps_error err = {0};
    ps_model_parse("model.tsv", (const char *)data, size, &model, &err);
    ps_model_free(&model);
    return 0;
}
