/* read.h - the parts of the reader of ID.json. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_JSON_READ_H
#define PLASMASTRAT_REPORT_JSON_READ_H

#include "node.h"
#include "plasmastrat/result.h"

/* More elements than any panel or sample has: a bound for damaged and hostile files. */
enum { JSON_MOST_ROWS = 200000, JSON_MOST_MODELS = 1000 };

/* A panel made of what the document tells. */
ps_panel *json_panel(json_reader *r, const json_t *root);
/* The model that an object of `model` or `models` describes. */
void json_model(json_reader *r, const json_t *object, ps_model *model);
/* Also checks what is published of each input; a file without it is left as not assessed. */
void json_identity(json_reader *r, const json_t *root, ps_result *result);
void json_calls(json_reader *r, const json_t *root, ps_result *result);
void json_reasons(json_reader *r, const json_t *object, ps_result *result, ps_reasons *reasons);
/* Do the answers follow from each other, by what every version of the schema holds? */
void json_check(json_reader *r, const ps_result *result);
/* Do they follow exactly? For results that this version wrote. */
void json_check_again(json_reader *r, const ps_result *result);
int json_has_weights(const ps_model *model);

#endif
