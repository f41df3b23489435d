/* evidence.c - which evidence file an ID.json was called from. */
#include <stdlib.h>
#include <string.h>

#include "head.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/report.h"
#include "plasmastrat/row.h"

enum { PS_SCHEMA_OF_EVIDENCE = 2 }; /* the first with evidence beside it */

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static int find_evidence(const char *path, const json_t *root, char **file, char digest[17], ps_error *err) {
    json_reader r = {.path = path, .err = err};
    const json_t *evidence = json_object_get(root, "evidence");
    const char *status = text_of(root, "status"), *message = text_of(root, "message");
    const char *name = text_of(evidence, "file"), *its = text_of(evidence, "digest");
    int schema = json_check_head(&r, root);
    if (schema < 0)
        return -1;
    if (schema < PS_SCHEMA_OF_EVIDENCE)
        return ps_fail(err, PS_ERR_RUN, path, 0,
                       "schema: plasmastrat/sample/%d was written by an earlier version, which kept no evidence: run "
                       "`sample` again (`report` still reads it)",
                       schema);
    if (status && !strcmp(status, "failed"))
        return ps_fail(err, PS_ERR_RUN, path, 0, "is of a sample that failed: %s", message ? message : "");
    if (!its)
        return ps_fail(err, PS_ERR_RUN, path, 0,
                       "was written by an earlier version, which kept no evidence: run `sample` again");
    if (!name)
        return ps_fail(err, PS_ERR_RUN, path, 0, "its evidence was not kept (--no-evidence): run `sample` again");
    if (strchr(name, '/') || strlen(its) >= 17)
        return ps_fail(err, PS_ERR_RUN, path, 0, "evidence: '%.100s', expected a file beside it and a digest", name);
    const char *slash = strrchr(path, '/');
    *file = ps_format("%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, name);
    snprintf(digest, 17, "%s", its);
    return 0;
}

int ps_json_evidence(const char *path, char **file, char digest[17], ps_error *err) {
    char *bytes = NULL;
    size_t n = 0;
    json_error_t wrong;
    *file = NULL;
    if (ps_file_read(path, PS_ROW_BYTES, PS_ERR_RUN, &bytes, &n, err) < 0)
        return -1;
    json_t *root = json_loadb(bytes, n, 0, &wrong);
    free(bytes);
    if (!root)
        return ps_fail(err, PS_ERR_RUN, path, wrong.line > 0 ? wrong.line : 0,
                       "is neither evidence nor the JSON of a sample: %s", wrong.text);
    int status = find_evidence(path, root, file, digest, err);
    json_decref(root);
    return status;
}
