/* read_with.c - what the panel decided when other programs' results became evidence: which filters pass, what counts
 * as germline, what a hom-ref stretch vouches for, which name is which gene. With another panel these would have to
 * be read again, so such evidence is refused by the name of what differs. */
#include <stdlib.h>
#include <string.h>

#include "private.h"

enum { OF_VCF = 1, OF_SV = 2, OF_CNV = 4, OF_COUNTS = 8 };

static const struct reading_limit {
    const char *name;
    size_t offset;
} limits[] = {
#define ROW(name)                                                                                                    \
    { #name, offsetof(ps_limits, name) }
    ROW(ras_block_min_gq),
    ROW(ras_min_alt),
    ROW(ras_germline_normal_vaf),
    ROW(ras_germline_min_alt),
#undef ROW
};

static const struct reading_table {
    const char *name;
    size_t offset; /* of its checksum in the panel */
    int of;
} tables[] = {
    {"vcf_filters", offsetof(ps_panel, vcf_filters_sum), OF_VCF | OF_SV | OF_CNV},
    {"vcf_callers", offsetof(ps_panel, vcf_callers_sum), OF_VCF},
    {"gene_ids", offsetof(ps_panel, gene_ids_sum), OF_COUNTS},
};
enum { N_LIMITS = sizeof limits / sizeof *limits, N_TABLES = sizeof tables / sizeof *tables };

static double limit_of(const ps_panel *panel, int i) {
    return *(const double *)(const void *)((const char *)&panel->limits + limits[i].offset);
}

static const char *sum_of(const ps_panel *panel, int i) {
    return (const char *)panel + tables[i].offset;
}

static int inputs_of(const ps_evidence *e) {
    return (e->has_vcf ? OF_VCF : 0) | (e->has_sv ? OF_SV : 0) | (e->has_cnv ? OF_CNV : 0) |
           (e->has_counts ? OF_COUNTS : 0);
}

void ps_read_with_put(const ps_panel *panel, const ps_evidence *e, ps_pen *pen) {
    int of = inputs_of(e);
    if (!of || e->reading_unknown)
        return;
    ps_put_name(pen, "read_with");
    ps_put(pen, "{");
    for (int i = 0; i < N_LIMITS && (of & OF_VCF); i++) {
        ps_put_name(pen, limits[i].name);
        ps_put_real(pen, limit_of(panel, i));
    }
    for (int i = 0; i < N_TABLES; i++)
        if (of & tables[i].of)
            ps_put_string_of(pen, tables[i].name, sum_of(panel, i));
    ps_put(pen, "}");
}

static void scan_limit(ps_scan *scan, int i) {
    ps_scan_name(scan, limits[i].name);
    double then = ps_scan_real(scan), now = limit_of(scan->panel, i);
    if (!scan->failed && then != now)
        ps_scan_fail(scan, "its VCF was read with %g, the panel %s has %g: run `sample` again", then,
                     scan->panel->name, now);
}

static void scan_table(ps_scan *scan, int i) {
    char *then = ps_scan_string_of(scan, tables[i].name);
    if (!scan->failed && (!then || strcmp(then, sum_of(scan->panel, i)) != 0))
        ps_scan_fail(scan, "%s was read with another %s.tsv than that of the panel %s: run `sample` again",
                     tables[i].of == OF_COUNTS ? "its table of counts" : "its VCF", tables[i].name,
                     scan->panel->name);
    free(then);
}

int ps_read_with_scan(ps_scan *scan) {
    if (!ps_scan_has(scan, "read_with"))
        return 0;
    ps_scan_name(scan, "read_with");
    ps_scan_text(scan, "{");
    for (int i = 0; i < N_LIMITS; i++)
        if (ps_scan_has(scan, limits[i].name))
            scan_limit(scan, i);
    for (int i = 0; i < N_TABLES; i++)
        if (ps_scan_has(scan, tables[i].name))
            scan_table(scan, i);
    ps_scan_text(scan, "}");
    return 1;
}

void ps_read_with_check(ps_evidence *e, int known) {
    e->reading_unknown = !known && inputs_of(e);
}
