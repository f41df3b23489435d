/* Usage: bare_inflate N_THREADS FILE
 * The floor under every reader of a whole BAM: inflates and CRC-checks each BGZF block with libdeflate, and does
 * nothing else. The file is mapped, blocks are found by their size fields, and N_THREADS threads take 8 at a time. */
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAKE = 8, HEADER = 18, FOOTER = 8 };

static const uint8_t *file;
static size_t *block, n_blocks;
static atomic_size_t next_block, bad, bytes;

static uint32_t u32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void *work(void *unused) {
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    uint8_t *out = malloc(65536);
    size_t first;
    while ((first = atomic_fetch_add(&next_block, TAKE)) < n_blocks)
        for (size_t i = first; i < first + TAKE && i < n_blocks; i++) {
            const uint8_t *p = file + block[i], *end = file + block[i + 1];
            uint32_t size = u32(end - 4);
            if (size > 65536 ||
                libdeflate_deflate_decompress(d, p + HEADER, (size_t)(end - p) - HEADER - FOOTER, out, size, NULL) !=
                    LIBDEFLATE_SUCCESS ||
                libdeflate_crc32(0, out, size) != u32(end - 8))
                bad++;
            bytes += size;
        }
    free(out);
    libdeflate_free_decompressor(d);
    return unused;
}

int main(int argc, char **argv) {
    int n = argc == 3 ? atoi(argv[1]) : 0, f = argc == 3 ? open(argv[2], O_RDONLY) : -1;
    struct stat st;
    if (n < 1 || n > 64 || f < 0 || fstat(f, &st) != 0) {
        fprintf(stderr, "usage: bare_inflate N_THREADS FILE\n");
        return 2;
    }
    size_t size = (size_t)st.st_size, at = 0, capacity = 1 << 20;
    file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, f, 0);
    block = malloc((capacity + 1) * sizeof *block);
    while (file != MAP_FAILED && at + HEADER < size) {
        if (n_blocks == capacity)
            block = realloc(block, ((capacity *= 2) + 1) * sizeof *block);
        block[n_blocks++] = at;
        at += (size_t)(file[at + 16] | file[at + 17] << 8) + 1;
    }
    if (at != size) {
        fprintf(stderr, "bare_inflate: %s is not whole BGZF\n", argv[2]);
        return 1;
    }
    block[n_blocks] = size;
    pthread_t thread[64];
    for (int i = 1; i < n; i++)
        pthread_create(&thread[i], NULL, work, NULL);
    work(NULL);
    for (int i = 1; i < n; i++)
        pthread_join(thread[i], NULL);
    printf("%zu blocks, %zu bytes, %zu bad\n", n_blocks, (size_t)bytes, (size_t)bad);
    return bad != 0;
}
