/* value.h - the values and the nesting of the JSON documents that are written. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_JSON_VALUE_H
#define PLASMASTRAT_REPORT_JSON_VALUE_H

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../format.h"
#include "plasmastrat/stats.h"

/* One document being built, of a result or of a validation: the other is NULL. jansson fails only for want of memory
 * (all text is clean UTF-8): remembered here, told once. */
typedef struct document {
    const struct ps_result *result;
    const struct ps_validation *v;
    int failed;
} document;

static inline void put(document *d, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value)) /* also when there is no value */
        d->failed = 1;
}

static inline void push(document *d, json_t *array, json_t *value) {
    if (json_array_append_new(array, value))
        d->failed = 1;
}

static inline json_t *text(const char *s) { /* NULL: null */
    char *clean = ps_utf8_clean(s);
    json_t *value = clean ? json_string(clean) : json_null();
    free(clean);
    return value;
}

static inline json_t *real(double x) {
    return isfinite(x) ? json_real(ps_round6(x)) : json_null(); /* the value that is written: the digest is of it */
}

/* Three figures, for columns of estimates that are no surer. */
static inline json_t *rough(double x) {
    char text[32];
    snprintf(text, sizeof text, "%.3g", x);
    return isfinite(x) ? json_real(strtod(text, NULL)) : json_null();
}

static inline json_t *count(int64_t n) { /* -1: unknown */
    return n >= 0 ? json_integer(n) : json_null();
}

#endif
