/* head.h - is this the JSON of a sample, whole and unedited? Private to src/report. */
#ifndef PLASMASTRAT_REPORT_JSON_HEAD_H
#define PLASMASTRAT_REPORT_JSON_HEAD_H

#include "node.h"

/* The schema's number, or -1 with a complaint: another or a newer schema, a digest that is missing or does not fit.
 */
int json_check_head(json_reader *r, const json_t *root);
int json_check_schema(json_reader *r, const json_t *root); /* the same without the digest */

#endif
