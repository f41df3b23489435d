/* print.h - a JSON document as text that people read too. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_JSON_PRINT_H
#define PLASMASTRAT_REPORT_JSON_PRINT_H

#include <jansson.h>
#include <stdio.h>

enum { JSON_NUMBERS = JSON_REAL_PRECISION(6) }; /* how every document of this program writes reals */

/* Two spaces a level; an object or array that fits a line stands on one, members of the top on their own. Returns 0,
 * or -1 when jansson cannot write it; whether the bytes arrived is for the caller to ask. */
int json_print(const json_t *value, FILE *out);

#endif
