#include "plasmastrat/spelling.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { LONGEST = 64, LETTERS_PER_TYPO = 3 };

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static int same_letter(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Typing errors between two names, letters' case aside: insertions, deletions, replacements and swaps of neighbours
 * (optimal string alignment). */
static size_t typos(const char *a, const char *b) {
    size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *row = rows[2];
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        before[j] = last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + !same_letter(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[m];
}

const char *ps_meant(const char *name, const char *const *known, size_t n) {
    const char *nearest = NULL;
    size_t fewest = LONGEST;
    for (size_t i = 0; i < n; i++) {
        size_t k = typos(name, known[i]);
        if (k < fewest && k * LETTERS_PER_TYPO <= strlen(known[i])) {
            fewest = k;
            nearest = known[i];
        }
    }
    return nearest;
}

const char *ps_s(double n) {
    return fabs(n - 1) < 0.001 ? "" : "s";
}
