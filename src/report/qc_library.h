/* qc_library.h - the checks of one input's library. Private to src/report. */
#ifndef PLASMASTRAT_QC_LIBRARY_H
#define PLASMASTRAT_QC_LIBRARY_H

#include "plasmastrat/result.h"

void ps_qc_library(ps_result *result, const ps_read_evidence *reads);

#endif
