/* private.h - the parts of ps_validation_measure. Private to src/validate. */
#ifndef PLASMASTRAT_VALIDATE_PRIVATE_H
#define PLASMASTRAT_VALIDATE_PRIVATE_H

#include "plasmastrat/validate.h"

void validate_agreements(ps_validation *v);
void validate_replicates(ps_validation *v);
void validate_pairs(ps_validation *v);
void validate_limits(ps_validation *v);

/* Appends a measure; its name is formatted, and its unit is a constant. */
ps_measure *validate_add(ps_validation *v, const char *unit, double value, double low, double high, uint64_t n,
                         const char *format, ...) __attribute__((format(printf, 7, 8)));
/* A share k of n with its exact interval; NaN for n = 0. */
void validate_add_share(ps_validation *v, uint64_t k, uint64_t n, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
