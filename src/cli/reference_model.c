#include "reference.h"

int reference_model(const cli_settings *s, FILE *out, ps_error *err) {
    (void)out;
    return ps_fail(err, PS_ERR_USAGE, s->rest[1], 0, "reference model is not built yet");
}
