#include "progress.h"

#include "plasmastrat/spelling.h"
#include "plasmastrat/utf8.h"

#include <sys/resource.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_COLUMNS = 30, LINES = 10, NAME_BYTES = 30 };
static const double first_second = 1, redraw_seconds = 0.25;

int progress_terminal(int fd) {
    const char *kind = getenv("TERM");
    return isatty(fd) && kind && *kind && strcmp(kind, "dumb") != 0;
}

size_t progress_columns(int fd) {
    struct winsize size = {0};
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static void put_line(FILE *out, const char *format, va_list arguments) {
    char *text = NULL;
    size_t size = 0;
    FILE *line = open_memstream(&text, &size);
    if (!line)
        return;
    vfprintf(line, format, arguments);
    fclose(line);
    ps_blank_controls(text);
    fprintf(out, "plasmastrat: %s\n", text);
    free(text);
}

void progress_message(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    put_line(stderr, format, arguments);
    va_end(arguments);
}

void progress_start(progress *p, FILE *out, size_t n, int terminal, int quiet) {
    *p = (progress){.out = out, .n = n, .bar = terminal && !quiet, .quiet = quiet};
    pthread_mutex_init(&p->lock, NULL);
}

static void put_count(const progress *p) {
    fprintf(p->out, "%zu/%zu sample%s", p->done, p->n, ps_s(p->n));
    if (p->failed)
        fprintf(p->out, ", %zu failed", p->failed);
}

static void clear(const progress *p) {
    if (p->bar)
        fputs("\r\033[K", p->out);
}

static void draw(const progress *p) {
    if (!p->bar)
        return;
    int filled = p->n ? (int)(p->done * BAR_COLUMNS / p->n) : 0;
    fputs("\r\033[K[", p->out);
    for (int i = 0; i < BAR_COLUMNS; i++)
        fputc(i < filled ? '#' : '.', p->out);
    fputs("] ", p->out);
    put_count(p);
    fflush(p->out);
}

void progress_step(progress *p, int failed) {
    pthread_mutex_lock(&p->lock);
    size_t tenth = p->done * LINES / p->n;
    p->done++;
    p->failed += failed != 0;
    draw(p);
    if (!p->bar && !p->quiet && p->done * LINES / p->n != tenth) {
        fputs("plasmastrat: ", p->out);
        put_count(p);
        fputc('\n', p->out);
    }
    pthread_mutex_unlock(&p->lock);
}

void progress_say(progress *p, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&p->lock);
    clear(p);
    put_line(p->out, format, arguments);
    if (p->done < p->n)
        draw(p);
    pthread_mutex_unlock(&p->lock);
    va_end(arguments);
}

void progress_end(progress *p) {
    clear(p);
    fflush(p->out);
    pthread_mutex_destroy(&p->lock);
}

/* ---- one sample ------------------------------------------------------------------------------------------------ */

static double system_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void meter_start(meter *m, FILE *out, size_t columns, double (*seconds)(void)) {
    *m = (meter){.out = out, .columns = columns, .seconds = seconds ? seconds : system_seconds};
    m->next = m->seconds() + first_second;
    pthread_mutex_init(&m->lock, NULL);
}

/* "1:02:03", "2:03" */
static void put_time(FILE *line, double seconds) {
    unsigned long left = (unsigned long)seconds;
    if (left >= 3600)
        fprintf(line, "%lu:%02lu:%02lu", left / 3600, left / 60 % 60, left % 60);
    else
        fprintf(line, "%lu:%02lu", left / 60, left % 60);
}

/* The last bytes of a name without its folder. */
static const char *short_name(const char *name) {
    const char *slash = strrchr(name, '/');
    name = slash && slash[1] ? slash + 1 : name;
    size_t n = strlen(name);
    name += n > NAME_BYTES ? n - NAME_BYTES : 0;
    while (((unsigned char)*name & 0xC0) == 0x80) /* not in the middle of a character */
        name++;
    return name;
}

static void put_bytes(const meter *m, FILE *line, uint64_t done, uint64_t of) {
    double took = m->seconds() - m->since, speed = took > 0 ? (double)(done - m->from) / took : 0;
    if (of)
        fprintf(line, "%.0f %% of %.0f MB read", done < of ? 100.0 * (double)done / (double)of : 100.0,
                (double)of / 1e6);
    else
        fprintf(line, "%.0f MB read", (double)done / 1e6);
    if (speed > 0)
        fprintf(line, ", %.*f MB/s", speed < 10e6, speed / 1e6);
    if (of && speed > 0 && done <= of) {
        fputs(", ", line);
        put_time(line, (double)(of - done) / speed + 0.5);
        fputs(" left", line);
    }
}

static void put_meter(meter *m, const char *name, uint64_t done, uint64_t of, uint64_t records) {
    char *text = NULL;
    size_t size = 0, columns = 0, n = 0;
    FILE *line = open_memstream(&text, &size);
    if (!line)
        return;
    if (!name) {
        fprintf(line, "%llu of %llu part%s read", (unsigned long long)done, (unsigned long long)of, ps_s(of));
    } else {
        fprintf(line, "%s: ", short_name(name));
        if (done)
            put_bytes(m, line, done, of);
        else
            fprintf(line, "%.1f million records read", (double)records / 1e6);
    }
    fclose(line);
    ps_blank_controls(text);
    while (text[n] && (columns += ((unsigned char)text[n] & 0xC0) != 0x80) < m->columns) /* a longer one would wrap */
        n++;
    fprintf(m->out, "\r\033[K%.*s", (int)n, text);
    fflush(m->out);
    m->drawn = 1;
    free(text);
}

void meter_see(void *meter_, const char *name, uint64_t done, uint64_t of, uint64_t records) {
    meter *m = meter_;
    if (!m->columns || pthread_mutex_trylock(&m->lock) != 0) /* another thread draws: nobody waits */
        return;
    double now = m->seconds();
    if (name != m->name) {
        m->name = name;
        m->since = now;
        m->from = done;
    }
    if (now >= m->next) {
        put_meter(m, name, done, of, records);
        m->next = now + redraw_seconds;
    }
    pthread_mutex_unlock(&m->lock);
}

void meter_clear(meter *m) {
    pthread_mutex_lock(&m->lock);
    if (m->drawn) {
        fputs("\r\033[K", m->out);
        fflush(m->out);
    }
    m->drawn = 0;
    pthread_mutex_unlock(&m->lock);
}

void meter_end(meter *m) {
    meter_clear(m);
    pthread_mutex_destroy(&m->lock);
}

static void say_costs(void) {
    struct rusage used;
    if (getrusage(RUSAGE_SELF, &used) != 0)
        return;
    double user = (double)used.ru_utime.tv_sec + 1e-6 * (double)used.ru_utime.tv_usec;
    double system = (double)used.ru_stime.tv_sec + 1e-6 * (double)used.ru_stime.tv_usec;
    progress_message("took %.2f s of processor and %.0f MB of memory", user + system, (double)used.ru_maxrss / 1024);
}

void progress_costs_at_end(void) {
    atexit(say_costs);
}
