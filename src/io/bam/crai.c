#include "crai.h"

#include <htslib/hts_endian.h>
#include <libdeflate.h>
#include <stdio.h>

typedef struct cursor {
    const uint8_t *at, *end;
} cursor;

/* ITF8 and LTF8 (CRAM specification, 2.3): the first byte's leading ones tell how many bytes follow. */
static int take(cursor *c, int most, int64_t *value) {
    if (c->at == c->end)
        return 0;
    int follow = 0, first = *c->at++;
    while (follow < most && first & 0x80 >> follow)
        follow++;
    if (c->end - c->at < follow)
        return 0;
    *value = follow == 4 && most == 4 ? first & 0x0f : first & (follow < 7 ? 0x7f >> follow : 0);
    for (int i = 0; i < follow; i++)
        *value = i == 3 && most == 4 ? (int64_t)((uint64_t)*value << 4) | (*c->at++ & 0x0f)
                                     : (int64_t)((uint64_t)*value << 8) | *c->at++;
    if (most == 4)
        *value = (int32_t)*value;
    return 1;
}

/* Contig, start and span of the container whose head this is (8.2); its CRC32 says whether it is one. */
static int take_head(const uint8_t *head, size_t n, ps_crai_line *container, int64_t *n_slices) {
    cursor c = {head + 4, head + n};
    int64_t skipped;
    if (n < 4 || !take(&c, 4, &container->contig) || !take(&c, 4, &container->beg1) ||
        !take(&c, 4, &container->span) || !take(&c, 4, &skipped) || !take(&c, 8, &skipped) ||
        !take(&c, 8, &skipped) || !take(&c, 4, &skipped) || !take(&c, 4, n_slices))
        return 0;
    for (int64_t i = 0; i < *n_slices; i++)
        if (!take(&c, 4, &skipped))
            return 0;
    return c.end - c.at >= 4 && le_to_u32(c.at) == libdeflate_crc32(0, head, (size_t)(c.at - head));
}

int ps_crai_line_is_true(hFILE *cram, const ps_crai_line *line) {
    uint8_t head[4096]; /* room for hundreds of slices */
    ps_crai_line container;
    int64_t n_slices;
    if (hseek(cram, (off_t)line->container, SEEK_SET) < 0)
        return 0;
    ssize_t got = hread(cram, head, sizeof head);
    if (got <= 0 || !take_head(head, (size_t)got, &container, &n_slices))
        return 0;
    if (n_slices == 1 && container.contig >= 0)
        return container.contig == line->contig && container.beg1 == line->beg1 && container.span == line->span;
    return container.contig == -2 ||
           (container.contig == line->contig &&
            (line->contig < 0 ||
             (line->beg1 >= container.beg1 && line->beg1 + line->span <= container.beg1 + container.span)));
}
