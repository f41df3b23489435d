#include "plasmastrat/utf8.h"

#include <stdint.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Length of the valid UTF-8 sequence at `s` with its code point, or 0. Overlong forms, surrogates and values past
 * U+10FFFF are not valid (RFC 3629 section 4). */
static int utf8_step(const unsigned char *s, uint32_t *point) {
    static const struct {
        unsigned char low, high; /* of the first byte */
        unsigned char second_low, second_high;
        int length;
        unsigned char mask;
    } rows[] = {
        {0x01, 0x7F, 0, 0, 1, 0x7F},       {0xC2, 0xDF, 0x80, 0xBF, 2, 0x1F}, {0xE0, 0xE0, 0xA0, 0xBF, 3, 0x0F},
        {0xE1, 0xEC, 0x80, 0xBF, 3, 0x0F}, {0xED, 0xED, 0x80, 0x9F, 3, 0x0F}, {0xEE, 0xEF, 0x80, 0xBF, 3, 0x0F},
        {0xF0, 0xF0, 0x90, 0xBF, 4, 0x07}, {0xF1, 0xF3, 0x80, 0xBF, 4, 0x07}, {0xF4, 0xF4, 0x80, 0x8F, 4, 0x07},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (s[0] < rows[r].low || s[0] > rows[r].high)
            continue;
        *point = s[0] & rows[r].mask;
        for (int i = 1; i < rows[r].length; i++) {
            unsigned char low = i == 1 ? rows[r].second_low : 0x80;
            unsigned char high = i == 1 ? rows[r].second_high : 0xBF;
            if (s[i] < low || s[i] > high)
                return 0;
            *point = *point << 6 | (s[i] & 0x3F);
        }
        return rows[r].length;
    }
    return 0;
}

/* C0, DEL and C1 controls (a terminal obeys them), and the marks that reorder the text around them. */
static int is_control(uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0x2028 || point == 0x2029 || point == 0xFFFE ||
           point == 0xFFFF;
}

static char *clean(const char *text, int one_line) {
    if (!text)
        return NULL;
    const unsigned char *s = (const unsigned char *)text;
    char *out = ps_alloc(3 * strlen(text) + 1, 1);
    size_t n = 0;
    while (*s) {
        uint32_t point = 0;
        int length = utf8_step(s, &point);
        if (!length) {
            memcpy(out + n, REPLACEMENT, 3);
            n += 3;
            s++;
        } else if (one_line && is_control(point)) {
            out[n++] = point == '\t' || point == '\n' || point == '\r' ? ' ' : '?';
            s += length;
        } else {
            memcpy(out + n, s, (size_t)length);
            n += (size_t)length;
            s += length;
        }
    }
    out[n] = '\0';
    return out;
}

void ps_blank_controls(char *text) {
    char *out = text;
    while (*text) {
        uint32_t point = 0;
        int length = utf8_step((const unsigned char *)text, &point);
        if (is_control(length ? point : (unsigned char)*text)) /* a byte that is no UTF-8 too: a terminal of one byte
                                                                  a letter obeys those */
            *out++ = '?';
        else
            for (int i = 0; i < (length ? length : 1); i++)
                *out++ = text[i];
        text += length ? length : 1;
    }
    *out = '\0';
}

char *ps_utf8_clean(const char *text) {
    return clean(text, 0);
}

char *ps_plain(const char *text) {
    return clean(text, 1);
}
