/* primers.c - primers of an amplicon panel: BED (ARTIC, Primer3), or BEDPE with a pair a line. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/primers.h"
#include "plasmastrat/table.h"

/* MOST_BASES: of a primer with a tail (assumption); more is an amplicon. */
enum { MOST_BYTES = 16 << 20, MOST_FIELDS = 16, MOST_BASES = 100, BED_NAME = 3, BED_STRAND = 5, BEDPE_STRAND = 8 };

/* Names may hold blanks where tabs separate. */
static int split(char *line, char **field) {
    int n = 0;
    const char *apart = strchr(line, '\t') ? "\t\r" : "\t \r";
    char *rest = NULL;
    for (char *word = strtok_r(line, apart, &rest); word && n < MOST_FIELDS; word = strtok_r(NULL, apart, &rest))
        field[n++] = word;
    return n;
}

static char strand_of(const char *text) {
    return text && (*text == '+' || *text == '-') && !text[1] ? *text : '.';
}

/* The side that a primer's name states, as ARTIC's (X_1_LEFT, X_1_RIGHT_alt1) and Primer3's (PRIMER_LEFT_0_SEQUENCE)
 * do; '.': none. */
static char strand_of_name(const char *name) {
    static const struct {
        const char *word;
        char strand;
    } words[] = {{"left", '+'},    {"right", '-'}, {"fwd", '+'}, {"rev", '-'}, {"forward", '+'},
                 {"reverse", '-'}, {"f", '+'},     {"r", '-'},   {"lp", '+'},  {"rp", '-'}};
    char found = '.';
    while (name && *name) {
        size_t n = strcspn(name, "_-. :|");
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (n == strlen(words[i].word) && !strncasecmp(name, words[i].word, n))
                found = words[i].strand;
        name += n + (name[n] != '\0');
    }
    return found;
}

static char strand_of_bed(char **field) {
    char strand = strand_of(field[BED_STRAND]);
    return strand == '.' ? strand_of_name(field[BED_NAME]) : strand;
}

/* Contig, beginning and end in three fields; 1: added, 0: of a contig that the panel has not, -1: no such fields. */
static int add(const ps_panel *panel, char **field, char strand, ps_primers *primers) {
    int64_t beg0, end0;
    if (ps_parse_int(field[1], 0, INT32_MAX, &beg0) < 0 || ps_parse_int(field[2], 1, INT32_MAX, &end0) < 0 ||
        beg0 >= end0 || end0 - beg0 > MOST_BASES)
        return -1;
    int contig = ps_panel_contig(panel, field[0]);
    if (contig < 0)
        return 0;
    primers->row = ps_resize(primers->row, primers->n + 1, sizeof *primers->row);
    primers->row[primers->n++] = (ps_primer){contig, (int32_t)beg0, (int32_t)end0, strand};
    return 1;
}

/* Does the line go on with a second contig and its places? */
static int is_pair(char **field, int n) {
    int64_t beg0, end0;
    return n >= 6 && !ps_parse_int(field[4], 0, INT32_MAX, &beg0) && !ps_parse_int(field[5], 1, INT32_MAX, &end0) &&
           beg0 < end0;
}

static int read_line(const ps_panel *panel, char *line, ps_primers *primers) {
    char *field[MOST_FIELDS] = {0};
    int n = split(line, field);
    if (n == 0 || field[0][0] == '#' || !strcmp(field[0], "track") || !strcmp(field[0], "browser"))
        return 0;
    if (n < 3)
        return -1;
    if (is_pair(field, n)) {
        primers->listed += 2;
        char first = strand_of(field[BEDPE_STRAND]), second = strand_of(field[BEDPE_STRAND + 1]);
        return add(panel, field, first == '.' ? '+' : first, primers) < 0 ||
                       add(panel, field + 3, second == '.' ? '-' : second, primers) < 0
                   ? -1
                   : 0;
    }
    primers->listed++;
    return add(panel, field, strand_of_bed(field), primers) < 0 ? -1 : 0;
}

int ps_primers_read(const char *path, const ps_panel *panel, ps_primers *primers, ps_error *err) {
    char *text = NULL, *rest = NULL;
    size_t n = 0;
    long number = 1;
    *primers = (ps_primers){0};
    if (ps_file_read(path, MOST_BYTES, PS_ERR_USAGE, &text, &n, err) < 0)
        return -1;
    for (char *line = text; line; line = rest, number++) {
        rest = strchr(line, '\n');
        if (rest)
            *rest++ = '\0';
        if (read_line(panel, line, primers) < 0) {
            ps_primers_free(primers);
            free(text);
            return ps_fail(err, PS_ERR_USAGE, path, number,
                           "expected a contig, a beginning and an end (BED or BEDPE) of a primer, at most %d bases",
                           MOST_BASES);
        }
    }
    free(text);
    return primers->listed ? 0 : ps_fail(err, PS_ERR_USAGE, path, 0, "no primer is listed; expected BED or BEDPE");
}

void ps_primers_free(ps_primers *primers) {
    free(primers->row);
    *primers = (ps_primers){0};
}
