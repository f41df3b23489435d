#include "plasmastrat/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plasmastrat/utf8.h"

int ps_fail(ps_error *err, ps_error_kind kind, const char *path, long line, const char *format, ...) {
    if (!err || err->kind != PS_ERR_NONE)
        return -1;
    err->kind = kind;
    size_t used = 0;
    if (path) {
        int n = line > 0 ? snprintf(err->text, sizeof err->text, "%.600s:%ld: ", path, line)
                         : snprintf(err->text, sizeof err->text, "%.600s: ", path);
        used = n < 0 ? 0 : (size_t)n;
    }
    va_list args;
    va_start(args, format);
    vsnprintf(err->text + used, sizeof err->text - used, format, args);
    va_end(args);
    ps_blank_controls(err->text); /* a name in a message may come from a file: no terminal is to obey it */
    return -1;
}

int ps_fail_system(ps_error *err, const char *path, int number, const char *what) {
    if (err && err->kind == PS_ERR_NONE)
        err->no_space = number == ENOSPC || number == EDQUOT;
    return ps_fail(err, PS_ERR_RUN, path, 0, "%s%s%s", what, number ? ": " : "", number ? strerror(number) : "");
}
