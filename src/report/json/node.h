/* node.h - a JSON document read so that every complaint names the file, the place and the value.
 *
 * The first complaint is kept and the rest of the reading goes on with harmless values (null, 0, the first name of an
 * enum, an empty array), so that a reader is a plain list of members; whoever reads asks `failed` at the end. Private
 * to src/report.
 */
#ifndef PLASMASTRAT_REPORT_JSON_NODE_H
#define PLASMASTRAT_REPORT_JSON_NODE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "plasmastrat/error.h"

typedef struct json_reader {
    const char *path;
    char where[160]; /* "ras.variants[3]"; "" at the top */
    ps_error *err;
    int failed;
} json_reader;

/* "PATH: WHERE.KEY: <format>"; key NULL: the place itself. */
void node_fail(json_reader *r, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Goes one level down (index -1: no index); node_leave takes what this returned. */
size_t node_enter(json_reader *r, const char *key, long index);
void node_leave(json_reader *r, size_t outside);

int node_has(const json_t *object, const char *key); /* there, and not null */
/* Members. Those with `null_ok`, and counts and reals, may be null; every one must be there. */
const char *node_text(json_reader *r, const json_t *object, const char *key, int null_ok); /* "" or NULL when not */
double node_real(json_reader *r, const json_t *object, const char *key, double low,
                 double high); /* null: NaN; rounded as all published numbers */
int64_t node_count(json_reader *r, const json_t *object, const char *key); /* null: -1 */
int64_t node_integer(json_reader *r, const json_t *object, const char *key, int64_t low, int64_t high);
int node_flag(json_reader *r, const json_t *object, const char *key, int null_ok); /* 0, 1; null: -1 */
int node_enum(json_reader *r, const json_t *object, const char *key, const char *const *names, int n);
const json_t *node_object(json_reader *r, const json_t *object, const char *key); /* NULL when not one */
const json_t *node_array(json_reader *r, const json_t *object, const char *key, size_t most);
/* Element i as an object; NULL with a complaint when it is none. */
const json_t *node_row(json_reader *r, const json_t *array, size_t i);

#endif
