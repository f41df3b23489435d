/* progress.h - how far a long run is, on stderr: a bar on a terminal, now and then a line elsewhere. Private to src/cli.
 *
 * Messages of the run go through progress_say, so that they never land in the middle of the bar. Any thread may call.
 */
#ifndef PLASMASTRAT_CLI_PROGRESS_H
#define PLASMASTRAT_CLI_PROGRESS_H

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

typedef struct progress {
    pthread_mutex_t lock;
    FILE *out;
    size_t n, done, failed;
    int bar;   /* 1: `out` is a terminal that can redraw a line */
    int quiet; /* 1: shows nothing by itself */
} progress;

/* `terminal`: is `out` one? (a parameter for the tests; see progress_terminal) */
void progress_start(progress *p, FILE *out, size_t n, int terminal, int quiet);
/* One sample more is done. Without a bar a line is written at each tenth of the samples. */
void progress_step(progress *p, int failed);
/* A line of its own, "plasmastrat: " before it; also when quiet. */
void progress_say(progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void progress_end(progress *p); /* takes the bar away */

/* A line on stderr, "plasmastrat: " before it, where no bar is shown. What a file says may be part of it: control bytes, which
 * a terminal would obey, become '?', here and in progress_say. */
void progress_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

int progress_terminal(void); /* is stderr a terminal that understands more than plain lines? */

#endif
