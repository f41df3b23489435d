/* missing.h - what explain.c and missing.c share. Private to src/report. */
#ifndef PLASMASTRAT_REPORT_MISSING_H
#define PLASMASTRAT_REPORT_MISSING_H

#include "plasmastrat/explain.h"

void ps_add_sentence(ps_explanation *explanation, ps_topic topic, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Topic PS_TOPIC_MISSING: every part that was not assessable. */
void ps_say_missing(const ps_result *result, ps_explanation *explanation);

int ps_has_reason(const ps_reasons *reasons, ps_reason_code code);

#endif
