#include "plasmastrat/setup.h"

#include <htslib/hts_log.h>
#include <libdeflate.h>
#include <stdlib.h>

void ps_setup(void) {
    hts_set_log_level(HTS_LOG_OFF);
    setenv("REF_PATH", "/dev/null",
           0); /* htslib's default is a web server; any path that holds no sequences will do */
}

const char *ps_libdeflate_version(void) {
    return LIBDEFLATE_VERSION_STRING;
}
