/* replay.c - runs a fuzz target over seed files, and over seeded changes of each: bytes flipped, cut out, doubled,
 * the end cut off. Usage: fuzz_X CHANGES FILE|FOLDER...  A failure is a crash: then the closing counts are missing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static uint64_t state = 88172645463325252u;

static size_t draw(size_t n) { /* xorshift64 (Marsaglia 2003) */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return n ? (size_t)(state % n) : 0;
}

static size_t change(uint8_t *bytes, size_t n, size_t capacity) {
    for (size_t times = 1 + draw(4); times > 0 && n > 0; times--) {
        size_t at = draw(n), length = 1 + draw(n - at < 64 ? n - at : 64);
        switch (draw(6)) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << draw(8));
            break;
        case 1:
            bytes[at] = (uint8_t)draw(256);
            break;
        case 2:
            bytes[at] = (uint8_t) "\t\n,:;/|.-+09*<>\"\0\xff"[draw(18)];
            break;
        case 3: /* cut out */
            memmove(bytes + at, bytes + at + length, n - at - length);
            n -= length;
            break;
        case 4: /* double */
            if (n + length > capacity)
                break;
            memmove(bytes + at + length, bytes + at, n - at);
            n += length;
            break;
        default:
            n = draw(8) ? n : at;
        }
    }
    return n;
}

static long replay_file(const char *path, long changes) {
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (!f || fstat(fileno(f), &st) != 0)
        return -1;
    size_t n = (size_t)st.st_size, capacity = 2 * n + 64;
    uint8_t *seed = malloc(n + 1), *bytes = malloc(capacity);
    long done = 0;
    if (seed && bytes && fread(seed, 1, n, f) == n) {
        LLVMFuzzerTestOneInput(seed, n);
        for (done = 1; done <= changes; done++) {
            memcpy(bytes, seed, n);
            size_t size = change(bytes, n, capacity);
            LLVMFuzzerTestOneInput(bytes, size);
        }
    }
    free(bytes);
    free(seed);
    fclose(f);
    return done ? done : -1;
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static long replay(const char *path, long changes) {
    struct stat st;
    if (stat(path, &st) != 0)
        return -1;
    if (!S_ISDIR(st.st_mode))
        return replay_file(path, changes);
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, is_visible, alphasort);
    long sum = n < 0 ? -1 : 0;
    for (int i = 0; i < n; i++) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, entry[i]->d_name);
        long done = sum < 0 ? -1 : replay(inner, changes);
        sum = done < 0 ? -1 : sum + done;
        free(entry[i]);
    }
    free(entry);
    return sum;
}

int main(int argc, char **argv) {
    long sum = 0, changes = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    for (int i = 2; i < argc; i++) {
        long done = replay(argv[i], changes);
        if (done < 0) {
            printf("%s cannot be read\n0 passed, 1 failed\n", argv[i]);
            return 1;
        }
        sum += done;
    }
    printf("%ld passed, 0 failed\n", sum);
    return 0;
}
