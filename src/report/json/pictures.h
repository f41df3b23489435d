/* pictures.h - `pictures` of an entry of `counts`: what some fragments show around each codon that is drawn
 * (ps_is_drawn), by haplotype and orientation, so that a page made from a result shows them too. Private to src/report.
 */
#ifndef PLASMASTRAT_REPORT_JSON_PICTURES_H
#define PLASMASTRAT_REPORT_JSON_PICTURES_H

#include "node.h"
#include "plasmastrat/result.h"

/* NULL: out of memory. */
json_t *json_pictures(const ps_result *result, ps_input_role role);
/* Into e->picture; results of earlier versions have none. `entry` is the one of `counts`. */
void json_read_pictures(json_reader *r, const json_t *entry, const ps_panel *panel, ps_read_evidence *e);

#endif
