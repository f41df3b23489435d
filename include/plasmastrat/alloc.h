/* alloc.h - memory that is always there.
 *
 * Out of memory ends the program in one place (message on stderr, exit status 1): no caller can do better, and a
 * check at each call would hide the real work. Sizes that come from files are range-checked before they get here.
 */
#ifndef PLASMASTRAT_ALLOC_H
#define PLASMASTRAT_ALLOC_H

#include <stddef.h>

void *ps_alloc(size_t n, size_t size); /* zeroed; never NULL (also for 0 bytes); free() it */
void *ps_resize(void *p, size_t n, size_t size);
char *ps_strdup(const char *s); /* NULL gives NULL */
char *ps_strndup(const char *s, size_t n);
char *ps_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Grows `array` so that element `count` exists. `array` and `capacity` are lvalues; new elements are not zeroed. */
#define PS_GROW(array, count, capacity)                                                                              \
    do {                                                                                                             \
        if ((size_t)(count) >= (size_t)(capacity)) {                                                                 \
            (capacity) = (capacity) ? 2 * (capacity) : 16;                                                           \
            (array) = ps_resize((array), (size_t)(capacity), sizeof *(array));                                       \
        }                                                                                                            \
    } while (0)

#endif
