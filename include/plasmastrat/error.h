/* error.h - how a function says what went wrong.
 *
 * Every function that can fail returns 0 or -1 and takes a `ps_error *` as its last argument. The error is filled
 * where the path, the line and the offending value are known, travels up unchanged, and is printed once, in main.
 * The first error wins: a later one never hides the cause.
 * The program's own allocations end it when memory runs out (alloc.h); a library that tells so is PS_ERR_MEMORY.
 */
#ifndef PLASMASTRAT_ERROR_H
#define PLASMASTRAT_ERROR_H

typedef enum {
    PS_ERR_NONE = 0,
    PS_ERR_RUN = 1,   /* an input, a sample or an output failed: exit status 1 */
    PS_ERR_USAGE = 2, /* the command line, the sheet, the panel or a model is wrong, nothing was run: exit status 2 */
    PS_ERR_INTERRUPTED = 3, /* by a signal (interrupt.h): exit status 1 */
    PS_ERR_MEMORY = 4,      /* a library could not have the memory it needs: exit status 1 */
} ps_error_kind;

typedef struct ps_error {
    ps_error_kind kind;
    int no_space;    /* 1: an output met a full disk or quota, as the next one will (ps_fail_system) */
    char text[1024]; /* "FILE:LINE: what, value, what was expected"; no trailing newline */
} ps_error;

/* Fills `err` (unless already set) and returns -1, so that `return ps_fail(...)` reads as one thought.
 * path NULL: no file is named; line 0: no line is named. Control bytes in the text are replaced by '?'. */
int ps_fail(ps_error *err, ps_error_kind kind, const char *path, long line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The same for a call of the system that failed, as "what: its reason"; `number` is its errno, or 0 when that is not
 * known. The error notes whether the disk or the quota is full. */
int ps_fail_system(ps_error *err, const char *path, int number, const char *what);

#endif
