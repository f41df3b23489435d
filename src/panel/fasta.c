/* Small FASTA files: ">NAME rest" and sequence lines. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

#include "internal.h"

static ps_fasta_record *begin_record(ps_fasta *fasta, const char *title, size_t n, long line) {
    size_t word = 0;
    while (word < n && !isspace((unsigned char)title[word]))
        word++;
    size_t rest = word;
    while (rest < n && isspace((unsigned char)title[rest]))
        rest++;
    fasta->at = ps_resize(fasta->at, fasta->n + 1, sizeof *fasta->at);
    ps_fasta_record *r = &fasta->at[fasta->n++];
    *r = (ps_fasta_record){.name = ps_strndup(title, word), .rest = ps_strndup(title + rest, n - rest), .line = line};
    return r;
}

static int add_bases(const ps_panel_file *file, ps_fasta_record *r, const char *text, size_t n, const char *alphabet,
                     long line, ps_error *err) {
    r->sequence = ps_resize(r->sequence, (size_t)r->length + n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        char base = (char)toupper((unsigned char)text[i]);
        if (!base || !strchr(alphabet, base))
            return ps_fail(err, PS_ERR_USAGE, file->path, line, "'%c' in the sequence of %s, expected one of %s",
                           base, r->name, alphabet);
        r->sequence[r->length++] = base;
    }
    r->sequence[r->length] = '\0';
    return 0;
}

static int parse_line(const ps_panel_file *file, const char *alphabet, ps_fasta *fasta, const char *text, size_t n,
                      long line, ps_error *err) {
    while (n && (text[n - 1] == '\r' || text[n - 1] == ' '))
        n--;
    if (!n)
        return 0;
    if (*text != '>' && !fasta->n)
        return ps_fail(err, PS_ERR_USAGE, file->path, line, "expected a line that begins with '>'");
    if (*text != '>')
        return add_bases(file, &fasta->at[fasta->n - 1], text, n, alphabet, line, err);
    const ps_fasta_record *r = begin_record(fasta, text + 1, n - 1, line);
    for (size_t i = 0; i + 1 < fasta->n; i++)
        if (!strcmp(fasta->at[i].name, r->name))
            return ps_fail(err, PS_ERR_USAGE, file->path, line, "'%s' is listed a second time", r->name);
    return 0;
}

int ps_fasta_parse(const ps_panel_file *file, const char *alphabet, ps_fasta *fasta, ps_error *err) {
    *fasta = (ps_fasta){0};
    const char *at = file->bytes, *end = file->bytes + file->n_bytes; /* at most 64 MiB: lengths fit 32 bits */
    for (long line = 1; at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        if (parse_line(file, alphabet, fasta, at, (size_t)(stop - at), line, err) < 0) {
            ps_fasta_free(fasta);
            return -1;
        }
        at = newline ? newline + 1 : end;
    }
    for (size_t i = 0; i < fasta->n; i++)
        if (!fasta->at[i].sequence)
            fasta->at[i].sequence = ps_strdup("");
    return 0;
}

void ps_fasta_free(ps_fasta *fasta) {
    for (size_t i = 0; i < fasta->n; i++) {
        free(fasta->at[i].name);
        free(fasta->at[i].rest);
        free(fasta->at[i].sequence);
    }
    free(fasta->at);
    *fasta = (ps_fasta){0};
}
