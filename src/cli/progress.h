/* progress.h - how far a long run is, on stderr: a bar on a terminal, now and then a line elsewhere. Private to
 * src/cli.
 *
 * Messages of the run go through progress_say, so that they never land in the middle of the bar. Any thread may call.
 */
#ifndef PLASMASTRAT_CLI_PROGRESS_H
#define PLASMASTRAT_CLI_PROGRESS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
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

/* How far the reading of one sample is: a line on a terminal that is redrawn a few times a second, nothing elsewhere,
 * and nothing in the first second. Any thread may call. */
typedef struct meter {
    pthread_mutex_t lock;
    FILE *out;
    size_t columns; /* of the terminal; 0: shows nothing */
    int drawn;
    double (*seconds)(void);
    double next;      /* when to draw again */
    const char *name; /* of the input, as it was given to meter_see */
    double since;     /* it was first seen, at this many bytes */
    uint64_t from;
} meter;

/* `seconds` is the clock (a parameter for the tests; NULL: the system's). */
void meter_start(meter *m, FILE *out, size_t columns, double (*seconds)(void));
/* As `see` of a ps_watch (reads.h); `meter_` is a meter. */
void meter_see(void *meter_, const char *name, uint64_t done, uint64_t of, uint64_t records);
void meter_clear(meter *m); /* takes the line away, for a message; it comes again */
void meter_end(meter *m);   /* takes it away for good */

/* A line on stderr, "plasmastrat: " before it, where no bar is shown. What a file says may be part of it: control
 * bytes, which a terminal would obey, become '?', here and in progress_say. */
void progress_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line at the program's end: processor time and memory. */
void progress_costs_at_end(void);

/* Columns of the terminal that a file descriptor is; 80 where that is not known or it is none. */
size_t progress_columns(int fd);
int progress_terminal(int fd); /* is it a terminal that understands more than plain lines? */

#endif
