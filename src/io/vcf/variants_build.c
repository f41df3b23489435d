#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/spelling.h"
#include "plasmastrat/table.h"
#include "private.h"

/* ---- REF bases ------------------------------------------------------------------------------------------------- */

/* First target at or after a place. */
static int first_target(const ps_locus *locus, int64_t pos0) {
    int low = 0, high = locus->n_targets;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (locus->pos0[middle] < pos0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int is_hotspot(const ps_panel *panel, const ps_locus *locus, int target) {
    for (int c = locus->codon_beg; c < locus->codon_end; c++)
        for (int b = 0; b < 3; b++)
            if (panel->codons[c].target[b] == target)
                return panel->codons[c].hotspot;
    return 0;
}

int vcf_compare_ref(const ps_panel *panel, int contig, int64_t pos0, const char *ref, int32_t *wrong0, int *hotspot) {
    int64_t end0 = pos0 + (int64_t)strlen(ref);
    int agrees = 0;
    *hotspot = 0;
    for (int l = 0; l < panel->n_loci; l++) {
        const ps_locus *locus = &panel->loci[l];
        if (locus->contig != contig)
            continue;
        for (int t = first_target(locus, pos0); t < locus->n_targets && locus->pos0[t] < end0; t++) {
            char base = ref[locus->pos0[t] - pos0];
            if (!strchr("ACGT", base) || !strchr("ACGT", locus->base[t]))
                continue;
            if (base != locus->base[t]) {
                *wrong0 = locus->pos0[t];
                return -1;
            }
            agrees = 1;
            *hotspot = *hotspot || is_hotspot(panel, locus, t);
        }
    }
    return agrees;
}

int vcf_tally_contig(vcf_tally *tally, const char *chrom) {
    if (strcmp(tally->chrom, chrom) != 0) {
        tally->contig = ps_panel_contig(tally->panel, chrom);
        snprintf(tally->chrom, sizeof tally->chrom, "%s", chrom);
    }
    return tally->contig;
}

void vcf_tally_add(vcf_tally *tally, const vcf_record *record) {
    int32_t wrong0;
    int hotspot, contig = vcf_tally_contig(tally, record->chrom);
    /* one further is the telomere of a breakend */
    tally->beyond += contig >= 0 && record->pos1 > tally->panel->contigs[contig].length + 1;
    int compared =
        contig < 0 ? 0 : vcf_compare_ref(tally->panel, contig, record->pos1 - 1, record->ref, &wrong0, &hotspot);
    if (compared > 0) {
        tally->matches++;
        tally->hotspots += hotspot;
    } else if (compared < 0) {
        tally->mismatches++;
    }
}

/* ---- the header ------------------------------------------------------------------------------------------------ */

/* Value of KEY= inside "##contig=<...>"; quoted values hold commas. Copied, or NULL. */
static char *meta_value(const char *line, const char *key) {
    const char *p = strchr(line, '<');
    size_t n_key = strlen(key);
    while (p && (*p == '<' || *p == ',')) {
        p++;
        const char *start = p;
        int quoted = 0;
        for (; *p && (quoted || (*p != ',' && *p != '>')); p++)
            quoted ^= *p == '"';
        size_t length = (size_t)(p - start);
        if (length > n_key && strncmp(start, key, n_key) == 0 && start[n_key] == '=')
            return ps_strndup(start + n_key + 1, length - n_key - 1);
    }
    return NULL;
}

static int is_contig_line(const char *line) {
    return strncmp(line, "##contig=<", 10) == 0;
}

const char *vcf_header_build(const vcf_lines *lines, char *why, size_t why_size) {
    char **names = ps_alloc(lines->n_meta, sizeof *names);
    int64_t *lengths = ps_alloc(lines->n_meta, sizeof *lengths);
    int n = 0;
    for (size_t i = 0; i < lines->n_meta; i++) {
        char *name = is_contig_line(lines->meta[i]) ? meta_value(lines->meta[i], "ID") : NULL;
        if (!name)
            continue;
        char *length = meta_value(lines->meta[i], "length");
        if (!length || ps_parse_int(length, 0, INT32_MAX, &lengths[n]) != 0)
            lengths[n] = 0;
        free(length);
        names[n++] = name;
    }
    const char *build = NULL;
    if (why_size)
        why[0] = '\0';
    if (n > 0)
        build = ps_recognise_build((const char *const *)names, lengths, n, why, why_size);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    free(lengths);
    return build;
}

int vcf_header_style(const vcf_lines *lines, const char *const *seen, int n_seen) {
    if (n_seen > 0)
        return ps_contig_style(seen, n_seen);
    char **names = ps_alloc(lines->n_meta, sizeof *names);
    int n = 0;
    for (size_t i = 0; i < lines->n_meta; i++)
        if (is_contig_line(lines->meta[i]) && (names[n] = meta_value(lines->meta[i], "ID")) != NULL)
            n++;
    int style = ps_contig_style((const char *const *)names, n);
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return style;
}

static const struct {
    const char *word, *build;
} build_words[] = {
    {"hg19", "GRCh37"},   {"GRCh37", "GRCh37"}, {"b37", "GRCh37"},
    {"hs37d5", "GRCh37"}, {"hg38", "GRCh38"},   {"GRCh38", "GRCh38"},
};

const char *vcf_hinted_build(const vcf_lines *lines) {
    const char *build = NULL;
    for (size_t i = 0; i < lines->n_meta; i++) {
        const char *line = lines->meta[i];
        if (strncmp(line, "##reference=", 12) != 0 && !(is_contig_line(line) && strstr(line, "assembly=")))
            continue;
        for (size_t w = 0; w < sizeof build_words / sizeof *build_words; w++) {
            if (!strstr(line, build_words[w].word))
                continue;
            if (build && strcmp(build, build_words[w].build) != 0)
                return NULL; /* a lifted file names both */
            build = build_words[w].build;
        }
    }
    return build;
}

/* ---- which build ----------------------------------------------------------------------------------------------- */

/* The built-in panels are the same for every file: they are loaded once, for all threads, and stay. */
static struct {
    ps_panel panel[VCF_MAX_BUILDS];
    int n, result;
    ps_error err;
} builtin;

static void load_builtin(void) {
    for (; ps_panel_builtin[builtin.n] && builtin.n < VCF_MAX_BUILDS && builtin.result == 0; builtin.n++)
        builtin.result = ps_panel_load(ps_panel_builtin[builtin.n], &builtin.panel[builtin.n], &builtin.err);
}

int vcf_builds_begin(vcf_builds *all, const char *except, ps_error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_builtin);
    all->n = 0;
    if (builtin.result != 0)
        *err = builtin.err;
    for (int i = 0; i < builtin.n; i++)
        if (!except || strcmp(builtin.panel[i].build, except) != 0)
            all->tally[all->n++] = (vcf_tally){.panel = &builtin.panel[i], .contig = -1};
    return builtin.result;
}

typedef struct seen_names { /* contigs of the records */
    char first[64];
    int known;
} seen_names;

static void add_name(seen_names *seen, const vcf_builds *all, const char *chrom) {
    if (!seen->first[0])
        snprintf(seen->first, sizeof seen->first, "%s", chrom);
    for (int i = 0; i < all->n && !seen->known; i++)
        seen->known = ps_panel_contig(all->tally[i].panel, chrom) >= 0;
}

static int scan_bases(vcf_lines *lines, vcf_builds *all, seen_names *seen, ps_error *err) {
    int got;
    while ((got = vcf_lines_next(lines, err)) == 1) {
        vcf_record record;
        int bad = vcf_record_parse(lines, lines->line.s, lines->number, &record, err);
        for (int i = 0; i < all->n && !bad; i++)
            vcf_tally_add(&all->tally[i], &record);
        if (!bad)
            add_name(seen, all, record.chrom);
        vcf_record_free(&record);
        if (bad)
            return -1;
    }
    return got;
}

/* The one build whose coding bases some records match and none contradicts; NULL when none or several. */
static const vcf_tally *only_fit(const vcf_builds *all) {
    const vcf_tally *found = NULL;
    for (int i = 0; i < all->n; i++) {
        if (all->tally[i].matches == 0 || all->tally[i].mismatches > 0)
            continue;
        if (found)
            return NULL;
        found = &all->tally[i];
    }
    return found;
}

/* A panel's build name lives as long as the panel; this one lives as long as the program. */
static const char *constant_name(const char *build) {
    for (size_t w = 0; w < sizeof build_words / sizeof *build_words; w++)
        if (strcmp(build_words[w].build, build) == 0)
            return build_words[w].build;
    return NULL;
}

/* The one build whose contigs are long enough for every record, when another's are not. */
static const vcf_tally *only_room(const vcf_builds *all) {
    const vcf_tally *found = NULL;
    int n = 0;
    for (int i = 0; i < all->n; i++)
        if (all->tally[i].beyond == 0) {
            found = &all->tally[i];
            n++;
        }
    return n == 1 && all->n > 1 && found->mismatches == 0 ? found : NULL;
}

/* The build that the records tell; `why` is empty where they tell nothing. */
static int build_from_bases(vcf_lines *lines, const char **build, char *why, size_t why_size, ps_error *err) {
    vcf_builds all;
    seen_names seen = {0};
    int result = vcf_builds_begin(&all, NULL, err) != 0 ? -1 : scan_bases(lines, &all, &seen, err);
    const vcf_tally *fit = result == 0 ? only_fit(&all) : NULL;
    why[0] = '\0';
    if (fit) {
        *build = constant_name(fit->panel->build);
        snprintf(why, why_size, "REF bases of %d record%s at RAS coding positions fit %s only", fit->matches,
                 ps_s(fit->matches), fit->panel->build);
    } else if (result == 0 && (fit = only_room(&all)) != NULL) {
        *build = constant_name(fit->panel->build);
        snprintf(why, why_size, "positions lie beyond the ends of the contigs of every build but %s",
                 fit->panel->build);
    } else if (result == 0 && seen.first[0] && !seen.known) {
        snprintf(why, why_size,
                 "its contigs are named like '%s', expected names like chr12, 12, NC_000012.12 or CM000674.2",
                 seen.first);
    }
    return result;
}

/* Only a file that can be read twice is looked at here: 1. */
static int is_rereadable(const char *path) {
    struct stat st;
    return ps_path_is_remote(path) || (stat(path, &st) == 0 ? S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) : 1);
}

int ps_variants_build(const char *path, const char **build, char *why, size_t why_size, ps_error *err) {
    ps_source source;
    *build = NULL;
    ps_source_init(path, &source);
    int once = source.is_stdin || !is_rereadable(source.path);
    ps_source_free(&source);
    if (once) {
        snprintf(why, why_size, "it is a stream, which cannot be read twice");
        return 0;
    }
    vcf_lines lines;
    int result = vcf_lines_open(path, &lines, err);
    if (result == 0) {
        *build = vcf_header_build(&lines, why, why_size);
        if (!*build)
            result = build_from_bases(&lines, build, why, why_size, err);
        if (result == 0 && !*build) {
            const char *unknown =
                "the lengths of its contigs, if the header has any, are of no known build, and no record at a RAS "
                "coding position tells";
            *build = vcf_hinted_build(&lines);
            if (*build || !why[0])
                snprintf(why, why_size, "%s", *build ? "the header's ##reference or assembly= names it" : unknown);
        }
    }
    vcf_lines_close(&lines);
    return result;
}
