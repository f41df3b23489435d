/* spelling.h - the name that was meant by one that is unknown. */
#ifndef PLASMASTRAT_SPELLING_H
#define PLASMASTRAT_SPELLING_H

#include <stddef.h>

/* The nearest of `n` known names, or NULL when none is near: letters' case aside, at most one typing error in three letters
 * of the known name. The first of equals. */
const char *ps_meant(const char *name, const char *const *known, size_t n);

#endif
