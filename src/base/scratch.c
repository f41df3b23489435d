#include "plasmastrat/scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"

FILE *ps_scratch_open(void) {
    const char *folder = getenv("TMPDIR");
    char *path = ps_format("%s/plasmastrat.XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path), cause = errno;
    FILE *file = NULL;
    if (fd >= 0) {
        unlink(path);
        file = fdopen(fd, "w+b");
        cause = errno;
    }
    if (fd >= 0 && !file)
        close(fd);
    free(path);
    errno = cause;
    return file;
}
