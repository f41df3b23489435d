#include "head.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"

enum { NEWEST_SCHEMA = 2 };
static const char family[] = "plasmastrat/sample/";

int json_check_schema(json_reader *r, const json_t *root) {
    const char *found = node_text(r, root, "schema", 0);
    size_t n = strlen(family);
    long number = strncmp(found, family, n) ? 0 : strtol(found + n, NULL, 10);
    if (number > NEWEST_SCHEMA)
        node_fail(r, "schema", "'%.60s' was written by a newer program; this one reads up to %s%d", found, family,
                  NEWEST_SCHEMA);
    else if (number < 1)
        node_fail(r, "schema", "'%.60s', expected %s%d", found, family, NEWEST_SCHEMA);
    return r->failed ? -1 : (int)number;
}

static void check_digest(json_reader *r, const json_t *root) {
    const char *digest = node_text(r, root, "digest", 0);
    if (!r->failed && !json_digest_fits(root, digest))
        node_fail(r, "digest", "does not fit what the file says: it was edited or damaged, run `sample` again");
}

int json_check_head(json_reader *r, const json_t *root) {
    int schema = json_check_schema(r, root);
    if (schema >= 0)
        check_digest(r, root);
    return r->failed ? -1 : schema;
}
