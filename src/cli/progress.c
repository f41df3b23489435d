#include "progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_COLUMNS = 30, LINES = 10 };

int progress_terminal(void) {
    const char *kind = getenv("TERM");
    return isatty(STDERR_FILENO) && kind && *kind && strcmp(kind, "dumb") != 0;
}

static void put_line(FILE *out, const char *format, va_list arguments) {
    char *text = NULL;
    size_t size = 0;
    FILE *line = open_memstream(&text, &size);
    if (!line)
        return;
    vfprintf(line, format, arguments);
    fclose(line);
    for (char *s = text; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = '?';
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
    fprintf(p->out, "%zu/%zu samples", p->done, p->n);
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
