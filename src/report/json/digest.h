/* digest.h - the digest of an ID.json, by which an edited or damaged file is noticed. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_JSON_DIGEST_H
#define PLASMASTRAT_REPORT_JSON_DIGEST_H

#include <jansson.h>

enum { JSON_DIGEST_SIZE = 19 };

/* Digest of what a document says, whatever the order of its members, its spaces and its way of writing numbers. Left
 * out are the member `digest`, and of `inputs` what names the files and how they were read: the same answer from
 * files of other names or formats has the same digest. 0, or -1 when it cannot be written. */
int json_digest(const json_t *root, char out[JSON_DIGEST_SIZE]);
/* 1: `then` is the document's digest, by this recipe or, without its prefix, by the one of before. */
int json_digest_fits(const json_t *root, const char *then);

#endif
