#include "plasmastrat/table.h"

#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

/* ---- UTF-16 ---------------------------------------------------------------------------------------------------- */

typedef enum { NOT_UTF16, LITTLE_ENDIAN_FIRST, BIG_ENDIAN_FIRST } utf16_order;

/* By the byte order mark; without one by the zero bytes beside the first two ASCII letters. */
static utf16_order order_of(const unsigned char *b, size_t n) {
    if (n < 4)
        return NOT_UTF16;
    if ((b[0] == 0xff && b[1] == 0xfe) || (b[0] && !b[1] && b[2] && !b[3]))
        return LITTLE_ENDIAN_FIRST;
    if ((b[0] == 0xfe && b[1] == 0xff) || (!b[0] && b[1] && !b[2] && b[3]))
        return BIG_ENDIAN_FIRST;
    return NOT_UTF16;
}

static char *put_utf8(char *out, uint32_t c) {
    static const struct {
        uint32_t below;
        unsigned char first;
        int more;
    } rows[] = {{0x80, 0, 0}, {0x800, 0xc0, 1}, {0x10000, 0xe0, 2}, {0x110000, 0xf0, 3}};
    size_t k = 0;
    while (c >= rows[k].below)
        k++;
    *out++ = (char)(rows[k].first | c >> 6 * rows[k].more);
    for (int i = rows[k].more - 1; i >= 0; i--)
        *out++ = (char)(0x80 | (c >> 6 * i & 0x3f));
    return out;
}

/* A half pair of surrogates becomes U+FFFD. */
static char *from_utf16(const unsigned char *b, size_t n, utf16_order order, size_t *n_out) {
    enum { MOST_UTF8_BYTES_PER_UNIT = 3 };
    char *text = ps_alloc(n / 2 * MOST_UTF8_BYTES_PER_UNIT + 1, 1), *out = text;
    int low = order == LITTLE_ENDIAN_FIRST ? 0 : 1;
    for (size_t i = 0; i + 1 < n; i += 2) {
        uint32_t c = (uint32_t)b[i + (size_t)low] | (uint32_t)b[i + 1 - (size_t)low] << 8;
        if ((c & 0xfc00) == 0xd800 && i + 3 < n) {
            uint32_t second = (uint32_t)b[i + 2 + (size_t)low] | (uint32_t)b[i + 3 - (size_t)low] << 8;
            if ((second & 0xfc00) == 0xdc00) {
                out = put_utf8(out, 0x10000 + ((c & 0x3ff) << 10) + (second & 0x3ff));
                i += 2;
                continue;
            }
        }
        out = put_utf8(out, (c & 0xf800) == 0xd800 ? 0xfffd : c);
    }
    *n_out = (size_t)(out - text);
    return text;
}

/* ---- blanks and line ends -------------------------------------------------------------------------------------- */

/* Bytes of the no-break or invisible character at `s`; 0 when there is none. A lone 0xA0 is a no-break space of
 * Latin-1. */
static size_t odd_blank(const char *s, const char *end, int after_ascii, int *visible) {
    static const struct {
        const char *bytes;
        int visible;
    } rows[] = {{"\xc2\xa0", 1}, {"\xe2\x80\xaf", 1}, {"\xe2\x80\x87", 1}, {"\xe2\x80\x8b", 0}, {"\xef\xbb\xbf", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].bytes);
        if ((size_t)(end - s) >= length && !memcmp(s, rows[i].bytes, length)) {
            *visible = rows[i].visible;
            return length;
        }
    }
    *visible = 1;
    return after_ascii && (unsigned char)*s == 0xa0;
}

/* In place; returns the new length. */
static size_t plain_text(char *text, size_t n) {
    char *out = text;
    int old_mac = !memchr(text, '\n', n), visible = 0, after_ascii = 1;
    for (const char *s = text, *end = text + n; s < end;) {
        size_t blank = odd_blank(s, end, after_ascii, &visible);
        after_ascii = (unsigned char)*s < 0x80 || blank;
        if (blank && visible)
            *out++ = ' ';
        else if (!blank)
            *out++ = *s == '\r' && old_mac ? '\n' : *s;
        s += blank ? blank : 1;
    }
    return (size_t)(out - text);
}

void ps_spreadsheet_text(char **bytes, size_t *n) {
    utf16_order order = order_of((const unsigned char *)*bytes, *n);
    if (order != NOT_UTF16) {
        char *text = from_utf16((const unsigned char *)*bytes, *n, order, n);
        free(*bytes);
        *bytes = text;
    }
    *n = plain_text(*bytes, *n);
}
