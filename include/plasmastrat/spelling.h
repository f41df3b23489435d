/* spelling.h - the name that was meant by one that is unknown; the plural of a counted noun. */
#ifndef PLASMASTRAT_SPELLING_H
#define PLASMASTRAT_SPELLING_H

#include <stddef.h>

/* The nearest of `n` known names, or NULL when none is near: letters' case aside, at most one typing error in three
 * letters of the known name. The first of equals. */
const char *ps_meant(const char *name, const char *const *known, size_t n);

/* The ending of a noun behind the number `n`: "" for one, "s" else: printf("%zu fragment%s", n, ps_s(n)). Every
 * message with a count uses it (tests/layers.sh), without a verb that would change too. What is printed as 1 counts
 * as one. */
const char *ps_s(double n);

#endif
