#include "plasmastrat/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

enum { STEP = 65536 };

int ps_file_read(const char *path, size_t most, ps_error_kind kind, char **bytes, size_t *n, ps_error *err) {
    FILE *file = fopen(path, "rb");
    return file ? ps_stream_read(file, path, most, kind, bytes, n, err)
                : ps_fail(err, kind, path, 0, "cannot be opened: %s", strerror(errno));
}

int ps_stream_read(FILE *file, const char *path, size_t most, ps_error_kind kind, char **bytes, size_t *n,
                   ps_error *err) {
    char *text = NULL;
    size_t used = 0, capacity = 0, got = 0;
    do {
        if (capacity - used <= STEP) {
            capacity = capacity ? 2 * capacity : 2 * STEP;
            text = ps_resize(text, capacity, 1);
        }
        got = fread(text + used, 1, capacity - used - 1, file);
        used += got;
    } while (got > 0 && used <= most);
    int bad = ferror(file), why = errno;
    fclose(file);
    if (!bad && used <= most) {
        text[used] = '\0';
        *bytes = text;
        *n = used;
        return 0;
    }
    free(text);
    if (bad)
        return ps_fail(err, kind, path, 0, "cannot be read: %s", strerror(why));
    return ps_fail(err, kind, path, 0, "is larger than %zu MiB", most >> 20);
}

int ps_path_is_remote(const char *path) {
    return strstr(path, "://") != NULL;
}

const char *ps_foreign_container(const void *head, size_t n) {
    static const struct {
        const char *bytes;
        size_t n;
        const char *what;
    } rows[] = {
        {"PK\3\4", 4,
         "a spreadsheet (.xlsx, .ods) or zip archive: save it as CSV or as tab-separated text, or unpack it with unzip"},
        {"\xD0\xCF\x11\xE0", 4, "a spreadsheet (.xls): save it as CSV or as tab-separated text"},
        {"BZh", 3, "compressed with bzip2: unpack it with bunzip2"},
        {"\xFD"
         "7zXZ",
         5, "compressed with xz: unpack it with unxz"},
        {"\x28\xB5\x2F\xFD", 4, "compressed with zstd: unpack it with unzstd"},
        {"7z\xBC\xAF", 4, "a 7z archive: unpack it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (n >= rows[i].n && memcmp(head, rows[i].bytes, rows[i].n) == 0)
            return rows[i].what;
    return NULL;
}
