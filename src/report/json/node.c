#include "node.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/stats.h"

void node_fail(json_reader *r, const char *key, const char *format, ...) {
    char what[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const char *dot = r->where[0] && key ? "." : "", *colon = r->where[0] || key ? ": " : "";
    if (!r->failed)
        ps_fail(r->err, PS_ERR_RUN, r->path, 0, "%s%s%s%s%s", r->where, dot, key ? key : "", colon, what);
    r->failed = 1;
}

size_t node_enter(json_reader *r, const char *key, long index) {
    size_t outside = strlen(r->where);
    if (index >= 0)
        snprintf(r->where + outside, sizeof r->where - outside, "%s%s[%ld]", outside ? "." : "", key, index);
    else
        snprintf(r->where + outside, sizeof r->where - outside, "%s%s", outside ? "." : "", key);
    return outside;
}

void node_leave(json_reader *r, size_t outside) {
    r->where[outside] = '\0';
}

int node_has(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

static void complain(json_reader *r, const char *key, const json_t *value, const char *expected) {
    if (!value)
        node_fail(r, key, "is missing, expected %s", expected);
    else if (json_is_string(value))
        node_fail(r, key, "'%.80s', expected %s", json_string_value(value), expected);
    else if (json_is_number(value))
        node_fail(r, key, "%g, expected %s", json_number_value(value), expected);
    else
        node_fail(r, key, "%s, expected %s",
                  json_is_null(value)      ? "null"
                  : json_is_boolean(value) ? "a truth value"
                  : json_is_array(value)   ? "an array"
                                           : "an object",
                  expected);
}

const char *node_text(json_reader *r, const json_t *object, const char *key, int null_ok) {
    const json_t *value = json_object_get(object, key);
    if (value && json_is_string(value))
        return json_string_value(value);
    if (!(null_ok && value && json_is_null(value)))
        complain(r, key, value, null_ok ? "a text or null" : "a text");
    return null_ok ? NULL : "";
}

double node_real(json_reader *r, const json_t *object, const char *key, double low, double high) {
    const json_t *value = json_object_get(object, key);
    double x = value && json_is_number(value) ? ps_round6(json_number_value(value)) : NAN;
    char expected[100];
    if ((value && json_is_null(value)) || (x >= low && x <= high))
        return x;
    snprintf(expected, sizeof expected, "a number from %g to %g, or null", low, high);
    complain(r, key, value, expected);
    return NAN;
}

/* 1: a whole number in this range, as other programs may write it too (1e5, 100000.0). */
static int whole(const json_t *value, int64_t low, int64_t high, int64_t *n) {
    double x = json_number_value(value);
    if (json_is_integer(value))
        *n = json_integer_value(value);
    else if (json_is_real(value) && x == trunc(x) && fabs(x) < 9e18)
        *n = (int64_t)x;
    else
        return 0;
    return *n >= low && *n <= high;
}

int64_t node_integer(json_reader *r, const json_t *object, const char *key, int64_t low, int64_t high) {
    const json_t *value = json_object_get(object, key);
    char expected[100];
    int64_t n = 0;
    if (whole(value, low, high, &n))
        return n;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)low, (long long)high);
    complain(r, key, value, expected);
    return low;
}

int64_t node_count(json_reader *r, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (value && json_is_null(value))
        return -1;
    return node_integer(r, object, key, 0, INT64_C(1) << 53);
}

int node_flag(json_reader *r, const json_t *object, const char *key, int null_ok) {
    const json_t *value = json_object_get(object, key);
    if (value && json_is_boolean(value))
        return json_is_true(value);
    if (null_ok && value && json_is_null(value))
        return -1;
    complain(r, key, value, null_ok ? "true, false or null" : "true or false");
    return 0;
}

/* Index of `text` in `names`, or -1. */
static int node_find(const char *text, const char *const *names, int n) {
    for (int i = 0; i < n; i++)
        if (!strcmp(text, names[i]))
            return i;
    return -1;
}

int node_enum(json_reader *r, const json_t *object, const char *key, const char *const *names, int n) {
    const json_t *value = json_object_get(object, key);
    int at = value && json_is_string(value) ? node_find(json_string_value(value), names, n) : -1;
    char expected[400] = "";
    if (at >= 0)
        return at;
    for (int i = 0; i < n; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s%s", !i ? "" : i + 1 < n ? ", " : " or ", names[i]);
    }
    complain(r, key, value, expected);
    return 0;
}

const json_t *node_object(json_reader *r, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (value && json_is_object(value))
        return value;
    complain(r, key, value, "an object");
    return NULL;
}

const json_t *node_array(json_reader *r, const json_t *object, const char *key, size_t most) {
    const json_t *value = json_object_get(object, key);
    if (!value || !json_is_array(value)) {
        complain(r, key, value, "an array");
        return NULL;
    }
    if (json_array_size(value) > most) {
        node_fail(r, key, "%zu elements, expected at most %zu", json_array_size(value), most);
        return NULL;
    }
    return value;
}

const json_t *node_row(json_reader *r, const json_t *array, size_t i) {
    const json_t *value = json_array_get(array, i);
    if (value && json_is_object(value))
        return value;
    complain(r, NULL, value, "an object");
    return NULL;
}
