/* Any bytes as a table of a panel: the one whose header line they begin with, else the one their size picks. */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "plasmastrat/alloc.h"
#include "plasmastrat/panel.h"

typedef struct table_file {
    char *path, *bytes;
    size_t n;
} table_file;

static table_file table[64];
static size_t n_tables;
static char folder[] = "/tmp/fuzz_panel.XXXXXX";

static void put(const char *path, const void *bytes, size_t n) {
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
}

static void remove_folder(void) {
    for (size_t i = 0; i < n_tables; i++) {
        unlink(table[i].path);
        free(table[i].path);
        free(table[i].bytes);
    }
    rmdir(folder);
}

static void export_panel(void) {
    ps_error err = {0};
    if (!mkdtemp(folder) || ps_panel_export("grch38", folder, 1, &err) < 0)
        abort();
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d)) && n_tables < 64;) {
        if (e->d_name[0] == '.')
            continue;
        table_file *t = &table[n_tables++];
        t->path = ps_format("%s/%s", folder, e->d_name);
        FILE *f = fopen(t->path, "rb");
        if (!f || fseek(f, 0, SEEK_END) != 0)
            abort();
        t->n = (size_t)ftell(f);
        t->bytes = ps_alloc(t->n + 1, 1);
        rewind(f);
        if (fread(t->bytes, 1, t->n, f) != t->n)
            abort();
        fclose(f);
    }
    closedir(d);
    atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!n_tables)
        export_panel();
    const char *end = size ? memchr(data, '\n', size) : NULL;
    size_t header = end ? (size_t)(end - (const char *)data) : size, pick = size % n_tables;
    for (size_t i = 0; i < n_tables; i++)
        if (header && table[i].n >= header && !memcmp(table[i].bytes, data, header))
            pick = i;
    put(table[pick].path, data, size);
    ps_panel panel = {0};
    ps_error err = {0};
    ps_panel_load(folder, &panel, &err);
    ps_panel_free(&panel);
    put(table[pick].path, table[pick].bytes, table[pick].n);
    return 0;
}
