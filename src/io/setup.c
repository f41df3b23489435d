#include "plasmastrat/setup.h"

#include "plasmastrat/file.h"

#include <htslib/hts_log.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

void ps_setup(void) {
    hts_set_log_level(HTS_LOG_OFF);
    const char *path = getenv("REF_PATH"); /* unset it means a web server; any path that holds no sequences will do */
    if (!path || ps_path_is_remote(path))
        setenv("REF_PATH", "/dev/null", 1);
}

const char *ps_libdeflate_version(void) {
    return LIBDEFLATE_VERSION_STRING;
}
