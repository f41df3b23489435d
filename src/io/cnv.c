/* cnv.c - copy number of other programs: a table of segments or a VCF, by content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/variants.h"
#include "tables/segments.h"

/* 1 a VCF or BCF, 0 not, -1 */
static int is_vcf(const char *path, ps_error *err) {
    ps_source source;
    hFILE *file;
    htsFormat format = {0};
    ps_source_init(path, &source);
    int result = source.is_stdin ? 0 : ps_source_open(&source, &file, &format, err);
    if (result == 0 && !source.is_stdin)
        hclose_abruptly(file);
    ps_source_free(&source);
    return result < 0 ? -1 : format.format == vcf || format.format == bcf;
}

int ps_cnv_read(const char *path, const ps_panel *panel, const char *sample_name, const char *id,
                ps_cnv_evidence *cnv, ps_error *err) {
    memset(cnv, 0, sizeof *cnv);
    segment_list list = {.panel = panel, .name = strcmp(path, "-") ? path : "standard input", .out = cnv};
    int vcf = is_vcf(path, err), result = -1;
    cnv->path = ps_strdup(path);
    if (vcf >= 0)
        result = vcf ? vcf_segments_read(&list, path, sample_name, err)
                     : table_segments_read(&list, path, sample_name, id, err);
    free(list.at);
    if (result != 0)
        ps_cnv_free(cnv);
    return result;
}

/* Tables name no build; their last segments mostly end where the chromosomes do. */
static int build_of_table(const char *path, const ps_panel *panels, int n, const char **build, char *why,
                          size_t why_size, ps_error *err) {
    int room = 0, first = -1;
    for (int i = 0; i < n; i++) {
        ps_cnv_evidence cnv = {0};
        segment_list list = {.panel = &panels[i], .name = path, .out = &cnv, .only_place = 1};
        int result = table_segments_read(&list, path, NULL, NULL, err);
        ps_cnv_free(&cnv);
        if (result != 0)
            return -1;
        if (list.beyond)
            continue;
        first = i;
        room++;
    }
    *build = room == 1 ? panels[first].build : NULL;
    snprintf(why, why_size, "%s",
             room == 1 ? "its segments lie beyond the ends of the chromosomes of every other build"
             : room    ? "its segments fit several builds: give --panel"
                       : "its segments lie beyond the ends of the chromosomes of every build");
    return 0;
}

int ps_cnv_build(const char *path, const ps_panel *panels, int n, const char **build, char *why, size_t why_size,
                 ps_error *err) {
    *build = NULL;
    snprintf(why, why_size, "it is a stream, which cannot be read twice: give --panel");
    if (!strcmp(path, "-"))
        return 0;
    int vcf = is_vcf(path, err);
    if (vcf < 0)
        return -1;
    return vcf ? ps_variants_build(path, build, why, why_size, err)
               : build_of_table(path, panels, n, build, why, why_size, err);
}

void ps_cnv_free(ps_cnv_evidence *cnv) {
    free(cnv->row);
    free(cnv->path);
    free(cnv->program);
    free(cnv->sample_name);
    memset(cnv, 0, sizeof *cnv);
}
