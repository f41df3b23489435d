/* digest.c - the digest of an ID.json: what the document says, not how it is written down.
 *
 * Any program may write the document anew: in another order, with other spaces, 1 for 1.0, 1e-5 for 1e-05. So each
 * number stands in the digest as the text of its value, the same for integers and reals. The texts are made here and
 * not by the JSON library, whose versions write exponents differently.
 */
#include "digest.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/map.h"

/* Tells the two recipes apart; files of before have the bare hash. */
static const char recipe[] = "2:";

/* What of an input may differ between runs that give the same answer: its name and how it was read. An index reads
 * fewer of a VCF's records. */
static const char *const of_access[] = {"path", "format", "records"};

static json_t *canonical(const json_t *value);

/* A text where a number is due, or a number where a text is due, is refused when the member is read. */
static json_t *canonical_number(const json_t *value) {
    double x = json_number_value(value);
    if (json_is_integer(value))
        return json_sprintf("%lld", (long long)json_integer_value(value));
    if (x == trunc(x) && fabs(x) < 9e18)
        return json_sprintf("%lld", (long long)x);
    char text[40]; /* of 15 digits every one is kept by all that write JSON */
    snprintf(text, sizeof text, "%.15g", x);
    return json_string(text);
}

static json_t *canonical_object(const json_t *object) {
    json_t *out = json_object(), *value;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        if (json_object_set_new(out, key, canonical(value))) { /* also when there is no value */
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *canonical_array(const json_t *array) {
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_array_append_new(out, canonical(json_array_get(array, i)))) {
            json_decref(out);
            return NULL;
        }
    return out;
}

/* A copy of which the owner may change the objects; NULL without memory. */
static json_t *canonical(const json_t *value) {
    return json_is_object(value)   ? canonical_object(value)
           : json_is_array(value)  ? canonical_array(value)
           : json_is_number(value) ? canonical_number(value)
                                   : json_incref((json_t *)(uintptr_t)value);
}

/* Hash of a document's text; takes the document. */
static int hash(json_t *document, size_t flags, const char *prefix, char out[JSON_DIGEST_SIZE]) {
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS | flags) : NULL;
    json_decref(document);
    if (!text)
        return -1;
    snprintf(out, JSON_DIGEST_SIZE, "%s%016" PRIx64, prefix, ps_hash(text, strlen(text)));
    free(text);
    return 0;
}

int json_digest(const json_t *root, char out[JSON_DIGEST_SIZE]) {
    json_t *rest = canonical(root);
    json_object_del(rest, "digest");
    const json_t *inputs = json_object_get(rest, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++)
        for (size_t k = 0; k < sizeof of_access / sizeof *of_access; k++)
            json_object_del(json_array_get(inputs, i), of_access[k]);
    return hash(rest, 0, recipe, out);
}

/* As 0.1.0 and 0.2.0 wrote it first: of everything but `inputs`, and of the JSON library's text. */
static int digest_of_before(const json_t *root, char out[JSON_DIGEST_SIZE]) {
    json_t *rest = json_copy((json_t *)(uintptr_t)root); /* shallow: only two members go */
    json_object_del(rest, "digest");
    json_object_del(rest, "inputs");
    return hash(rest, JSON_REAL_PRECISION(6), "", out);
}

int json_digest_fits(const json_t *root, const char *then) {
    char now[JSON_DIGEST_SIZE];
    int bad = strncmp(then, recipe, strlen(recipe)) ? digest_of_before(root, now) : json_digest(root, now);
    return !bad && !strcmp(now, then);
}
