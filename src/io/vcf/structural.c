/* structural.c - who wrote a list of structural variants or copy numbers, and on which build: for sv.c and cnv.c. */
#include <stdio.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "private.h"

static const struct {
    const char *meta, *name; /* a header line begins so, or holds it behind "##source=" or "##cmdline" */
} callers[] = {
    {"##source=GenerateSVCandidates", "Manta"},
    {"##source=Manta", "Manta"},
    {"##gridssVersion", "GRIDSS"},
    {"##purpleVersion", "PURPLE"},
    {"##esveeVersion", "ESVEE"},
    {"##EsveeVersion", "ESVEE"},
    {"##source=DELLY", "Delly"},
    {"##source=LUMPY", "Lumpy"},
    {"##source=svaba", "SvABA"},
    {"##source=SvABA", "SvABA"},
    {"##source=Sniffles", "Sniffles"},
    {"##source=cuteSV", "cuteSV"},
    {"##source=Severus", "Severus"},
    {"##source=SVIM", "SVIM"},
    {"##source=pbsv", "pbsv"},
    {"##source=CNVkit", "CNVkit"},
    {"##source=DRAGEN", "DRAGEN"},
    {"##DRAGEN", "DRAGEN"},
    {"##source=Canvas", "Canvas"},
    {"##source=CNVnator", "CNVnator"},
    {"##source=CNVpytor", "CNVpytor"},
    {"##source=QDNAseq", "QDNAseq"},
    {"##source=FACETS", "FACETS"},
    {"##source=cnv_facets", "FACETS"},
    {"##source=cn.mops", "cn.mops"},
    {"##source=Spectre", "Spectre"},
    {"##GATKCommandLine=<ID=PostprocessGermlineCNVCalls", "GATK gCNV"},
    {"##source=PostprocessGermlineCNVCalls", "GATK gCNV"},
};

char *vcf_structural_caller(const vcf_lines *lines) {
    for (size_t i = 0; i < sizeof callers / sizeof *callers; i++)
        if (vcf_has_meta(lines, callers[i].meta))
            return ps_strdup(callers[i].name);
    for (size_t m = 0; m < lines->n_meta; m++)
        if (strstr(lines->meta[m], "svaba run"))
            return ps_strdup("SvABA");
        else if (strstr(lines->meta[m], "DELLY"))
            return ps_strdup("Delly");
    return ps_strdup("an unnamed caller");
}

/* Against the panel; where the header says nothing that is put into `notice`. */
int vcf_check_build(const vcf_lines *lines, const ps_panel *panel, char *notice, size_t size, ps_error *err) {
    char why[256];
    const char *build = vcf_header_build(lines, why, sizeof why), *hint = vcf_hinted_build(lines);
    if (build && strcmp(build, panel->build))
        return ps_fail(err, PS_ERR_RUN, lines->source.name, 0, "is on %s (%s), but panel %s is %s", build, why,
                       panel->name, panel->build);
    if (!build && hint && strcmp(hint, panel->build))
        return ps_fail(err, PS_ERR_RUN, lines->source.name, 0, "is on %s by its header, but panel %s is %s", hint,
                       panel->name, panel->build);
    if (!build && !hint)
        snprintf(notice, size, "its header names no build, taken as %s", panel->build);
    return 0;
}

int vcf_is_copy_number(const vcf_record *record) {
    static const char *const symbols[] = {"<DUP", "<DEL", "<CNV", "<LOH"};
    size_t length;
    for (int i = 0; i < record->n_alt; i++)
        for (size_t k = 0; k < sizeof symbols / sizeof *symbols; k++)
            if (!strncmp(record->alt[i], symbols[k], strlen(symbols[k])))
                return 1;
    int reference = record->n_alt > 0 && vcf_is_reference(record->alt[0]);
    return reference && record->n_samples > 0 && vcf_info(record, "END", &length) &&
           vcf_format_value(record, 0, "CN", &length);
}
