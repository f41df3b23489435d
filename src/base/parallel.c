#define _GNU_SOURCE /* sched_getaffinity */
#include "plasmastrat/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/interrupt.h"

typedef struct job {
    pthread_mutex_t lock;
    size_t next, n_items;
    size_t failed_item; /* lowest failed item; n_items when none */
    ps_error failure;
    ps_work work;
    void *context;
} job;

typedef struct worker {
    job *job;
    int number;
} worker;

static int take_item(job *c, size_t *item) {
    pthread_mutex_lock(&c->lock);
    int more = c->next < c->n_items && c->failed_item == c->n_items;
    if (more)
        *item = c->next++;
    pthread_mutex_unlock(&c->lock);
    return more;
}

static void *do_items(void *argument) {
    worker *w = argument;
    job *c = w->job;
    size_t item = 0;
    while (take_item(c, &item)) {
        ps_error err = {0};
        if (ps_check_interrupt(&err) == 0 && c->work(c->context, item, w->number, &err) == 0)
            continue;
        pthread_mutex_lock(&c->lock);
        if (item < c->failed_item) {
            c->failed_item = item;
            c->failure = err;
        }
        pthread_mutex_unlock(&c->lock);
    }
    return NULL;
}

int ps_parallel(int n_threads, size_t n_items, ps_work work, void *context, ps_error *err) {
    job c = {.n_items = n_items, .failed_item = n_items, .work = work, .context = context};
    pthread_mutex_init(&c.lock, NULL);
    if ((size_t)(n_threads > 0 ? n_threads : 1) > n_items)
        n_threads = (int)n_items;
    int n = n_threads > 1 ? n_threads : 1, started = 0;
    worker *workers = ps_alloc((size_t)n, sizeof *workers);
    pthread_t *threads = ps_alloc((size_t)n, sizeof *threads);
    for (int i = 0; i < n; i++)
        workers[i] = (worker){&c, i};
    /* Worker 0 is the caller: when no thread can be had, the work is still done. */
    for (int i = 1; i < n && pthread_create(&threads[i], NULL, do_items, &workers[i]) == 0; i++)
        started = i;
    do_items(&workers[0]);
    for (int i = 1; i <= started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    free(workers);
    pthread_mutex_destroy(&c.lock);
    if (c.failed_item == n_items)
        return 0;
    if (err && err->kind == PS_ERR_NONE)
        *err = c.failure;
    return -1;
}

typedef struct ticker {
    void (*look)(void *context);
    void *context;
} ticker;

static void *tick(void *argument) {
    ticker t = *(ticker *)argument;
    free(argument);
    for (;;) {
        struct timespec left = {.tv_sec = 1};
        nanosleep(&left, NULL);
        t.look(t.context);
    }
    return NULL;
}

void ps_each_second(void (*look)(void *context), void *context) {
    sigset_t all, before;
    pthread_t thread;
    ticker *t = ps_alloc(1, sizeof *t);
    *t = (ticker){look, context};
    sigfillset(&all); /* signals are for the others */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, tick, t) == 0)
        pthread_detach(thread);
    else
        free(t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* cgroup v2: "max 100000" or "QUOTA PERIOD" in microseconds. */
static int quota_processors(void) {
    FILE *f = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (!f)
        return 0;
    long quota = 0, period = 0;
    int fields = fscanf(f, "%ld %ld", &quota, &period);
    fclose(f);
    if (fields != 2 || quota <= 0 || period <= 0)
        return 0;
    long n = (quota + period - 1) / period;
    return n > 1024 ? 0 : (int)n;
}

int ps_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    int quota = quota_processors();
    if (quota > 0 && quota < n)
        n = quota;
    return n > 0 ? n : 1;
}
