#include "reference.h"

int reference_expression(const cli_settings *s, FILE *out, ps_error *err) {
    (void)out;
    return ps_fail(err, PS_ERR_USAGE, s->rest[1], 0, "reference expression is not built yet");
}
