#include "source.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"

void ps_source_init(const char *given, ps_source *source) {
    const char *cut = strstr(given, HTS_IDX_DELIM);
    source->path = cut ? ps_strndup(given, (size_t)(cut - given)) : ps_strdup(given);
    source->index = cut ? ps_strdup(cut + strlen(HTS_IDX_DELIM)) : NULL;
    source->is_stdin = strcmp(source->path, "-") == 0;
    source->name = ps_strdup(source->is_stdin ? "standard input" : source->path);
    struct stat st;
    source->is_url = ps_path_is_remote(source->path);
    source->is_remote = !source->is_stdin && stat(source->path, &st) != 0;
}

void ps_source_free(ps_source *source) {
    free(source->path);
    free(source->index);
    free(source->name);
    memset(source, 0, sizeof *source);
}

/* What no tool of the field writes, by its first bytes; NULL: none of them. */
static const char *foreign_text(const void *head, size_t n) {
    static const char marks[][3] = {"\xff\xfe", "\xfe\xff", "#", "\0#"}; /* of UTF-16 */
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (n >= 2 && memcmp(head, marks[i], 2) == 0)
            return "UTF-16 text, as a spreadsheet or PowerShell writes it: save it as plain text (UTF-8)";
    return ps_foreign_container(head, n);
}

/* What went wrong at a server; htslib tells replies as numbers of the system (hfile_libcurl.c, http_status_errno). */
const char *ps_source_why(const ps_source *source, int number) {
    static const struct {
        int number;
        const char *text;
    } replies[] = {{EACCES, "the server refuses access (403)"},
                   {ENOENT, "the server has no such file (404)"},
                   {EPERM, "the server asks for a log-in (401)"},
                   {EBUSY, "the server is too busy (503)"},
                   {ETIMEDOUT, "the server did not answer in time"}};
    for (size_t i = 0; source->is_url && i < sizeof replies / sizeof *replies; i++)
        if (replies[i].number == number)
            return replies[i].text;
    return strerror(number);
}

int ps_source_open(const ps_source *source, hFILE **file, htsFormat *format, ps_error *err) {
    struct stat st;
    if (!source->is_stdin && !source->is_remote && stat(source->path, &st) == 0 && S_ISDIR(st.st_mode))
        return ps_fail(err, PS_ERR_RUN, source->name, 0, "is a folder, expected a file");
    errno = 0;
    hFILE *f = source->is_url ? ps_remote_open(source->path, NULL) : hopen(source->path, "r");
    if (!f)
        return ps_fail(err, PS_ERR_RUN, source->name, 0, "cannot be opened: %s",
                       ps_source_why(source, errno ? errno : ENOENT));
    unsigned char head[8];
    ssize_t got = hpeek(f, head, sizeof head);
    const char *foreign = got > 0 ? foreign_text(head, (size_t)got) : NULL;
    if (foreign) {
        hclose_abruptly(f);
        return ps_fail(err, PS_ERR_RUN, source->name, 0, "is %s", foreign);
    }
    memset(format, 0, sizeof *format);
    if (got <= 0 || hts_detect_format(f, format) != 0) {
        int reason = errno;
        hclose_abruptly(f);
        if (got == 0)
            return ps_fail(err, PS_ERR_RUN, source->name, 0, "is empty");
        return ps_fail(err, PS_ERR_RUN, source->name, 0, "cannot be read: %s", strerror(reason ? reason : EIO));
    }
    *file = f;
    return 0;
}

int ps_source_refuse(const ps_source *source, const htsFormat *format, const char *wanted, ps_error *err) {
    char *is = hts_format_description(format);
    ps_fail(err, PS_ERR_RUN, source->name, 0, "is not %s but %s", wanted, is ? is : "something else");
    free(is);
    return -1;
}

int ps_source_index_is_stale(const char *path, const char *index) {
    struct stat data, idx;
    return stat(path, &data) == 0 && stat(index, &idx) == 0 && idx.st_mtime < data.st_mtime;
}

/* Matches 1..22, X, Y, M or MT. */
static int is_primary(const char *name) {
    if (isdigit((unsigned char)name[0])) {
        char *end;
        long number = strtol(name, &end, 10);
        return *end == '\0' && number >= 1 && number <= 22;
    }
    return strcmp(name, "X") == 0 || strcmp(name, "Y") == 0 || strcmp(name, "M") == 0 || strcmp(name, "MT") == 0;
}

int ps_contig_style(const char *const *names, int n) {
    int votes[PS_N_STYLES] = {0};
    for (int i = 0; i < n; i++) {
        if (strncmp(names[i], "chr", 3) == 0 && is_primary(names[i] + 3))
            votes[PS_STYLE_UCSC]++;
        else if (is_primary(names[i]))
            votes[PS_STYLE_ENSEMBL]++;
        else if (strncmp(names[i], "NC_0000", 7) == 0) /* not NC_007605, the EBV decoy of hs37d5 */
            votes[PS_STYLE_REFSEQ]++;
        else if (strncmp(names[i], "CM000", 5) == 0)
            votes[PS_STYLE_GENBANK]++;
    }
    int best = PS_STYLE_UCSC;
    for (int style = 0; style < PS_N_STYLES; style++)
        if (votes[style] > votes[best])
            best = style;
    return best;
}
