/* fuzz.h - what the fuzz targets share. A target is one LLVMFuzzerTestOneInput: any bytes in, never a crash, a hang
 * or memory lost. `make fuzz` runs each with libFuzzer; `make test` replays the seeds and seeded changes of them
 * (replay.c). */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file that can be opened by name any number of times, until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

#endif
