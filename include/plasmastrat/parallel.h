/* parallel.h - the one place that starts threads (besides the streaming reader, src/io/bam/bgzf_walk.h, and htslib).
 *
 * ps_parallel runs `work(context, item, worker, err)` for item = 0 .. n_items-1 on up to n_threads threads. Items are
 * handed out in order; `worker` (0 .. n_threads-1) is stable within a thread, so per-worker state (an open file, a
 * buffer) needs no lock. With n_threads <= 1 everything runs in the calling thread.
 * When an item fails, no new items start; the error reported is that of the lowest failed item, whatever the timing.
 * After an interrupt (interrupt.h) no new items start either: that is the next item's failure.
 */
#ifndef PLASMASTRAT_PARALLEL_H
#define PLASMASTRAT_PARALLEL_H

#include <stddef.h>

#include "plasmastrat/error.h"

typedef int (*ps_work)(void *context, size_t item, int worker, ps_error *err);

int ps_parallel(int n_threads, size_t n_items, ps_work work, void *context, ps_error *err);

/* Calls `look` each second from a thread of its own, to the program's end. Without a thread nothing is called. */
void ps_each_second(void (*look)(void *context), void *context);

int ps_processors(void); /* processors this process may run on (affinity and cgroup quota honoured), at least 1 */

#endif
