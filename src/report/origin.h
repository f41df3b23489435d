/* origin.h - where each marker's answer came from, and what such an input cannot show. For JSON, page and QC. */
#ifndef PLASMASTRAT_REPORT_ORIGIN_H
#define PLASMASTRAT_REPORT_ORIGIN_H

#include "plasmastrat/result.h"

typedef enum { PS_MARKED_RAS, PS_MARKED_EXPRESSION, PS_MARKED_COPIES, PS_MARKED_JUNCTION, PS_N_MARKED } ps_marked;

typedef struct ps_origin {
    ps_input_role source;
    char what[120]; /* "segments of CNVkit" */
    const char
        *cannot; /* what the answer cannot show since it came from there; "" nothing that the reasons do not say */
} ps_origin;

/* Fills `out` by role; none where the marker is not assessable. Returns how many. */
int ps_origins(const ps_result *result, ps_marked marker, ps_origin out[PS_N_INPUTS]);
/* Of one input, whether its marker rests on it or not. */
ps_origin ps_origin_of(const ps_result *result, ps_marked marker, ps_input_role source);

#endif
