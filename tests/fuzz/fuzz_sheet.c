/* Any bytes as the sample sheet of `batch`. */
#include <math.h>

#include "../../src/cli/sheet.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ps_job common = {.purity = NAN, .prior_odds = NAN, .n_threads = 1};
    ps_error err = {0};
    sheet s = {0};
    sheet_read(fuzz_file(data, size), &common, &s, &err);
    sheet_free(&s);
    return 0;
}
