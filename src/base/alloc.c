#include "plasmastrat/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one place below cli that prints and ends the program (see alloc.h). */
static _Noreturn void out_of_memory(size_t n, size_t size) {
    fprintf(stderr, "plasmastrat: error: out of memory (%zu x %zu bytes wanted)\n", n, size);
    exit(1);
}

void *ps_alloc(size_t n, size_t size) {
    if (size && n > SIZE_MAX / size)
        out_of_memory(n, size);
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        out_of_memory(n, size);
    return p;
}

void *ps_resize(void *p, size_t n, size_t size) {
    if (size && n > SIZE_MAX / size)
        out_of_memory(n, size);
    size_t bytes = n * size;
    void *q = realloc(p, bytes > 0 ? bytes : 1);
    if (!q)
        out_of_memory(n, size);
    return q;
}

char *ps_strndup(const char *s, size_t n) {
    n = strnlen(s, n);
    char *copy = ps_alloc(n + 1, 1);
    memcpy(copy, s, n);
    return copy;
}

char *ps_strdup(const char *s) {
    return s ? ps_strndup(s, strlen(s)) : NULL;
}

char *ps_format(const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        n = 0;
    char *text = ps_alloc((size_t)n + 1, 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}
