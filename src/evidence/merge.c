/* merge.c - evidence of one sample's files into one. */
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/evidence.h"
#include "rows.h"

static void move_inputs(ps_evidence *whole, ps_evidence *part) {
    for (size_t i = 0; i < part->n_inputs; i++) {
        const ps_input_info *in = &part->input[i];
        ps_input_info *to =
            ps_evidence_input(whole, in->role, in->path, ps_evidence_keep(whole, in->format),
                              ps_evidence_keep(whole, in->build), in->sample_name, in->records, in->style);
        memcpy(to->digest, in->digest, sizeof to->digest);
        memcpy(to->mark, in->mark, sizeof to->mark);
    }
}

static void move_vcf(ps_evidence *whole, ps_evidence *part) {
    if (!part->has_vcf)
        return;
    whole->has_vcf = 1;
    whole->vcf = part->vcf;
    part->vcf = (ps_variants){0};
}

static void move_imports(ps_evidence *whole, ps_evidence *part) {
    if (part->has_sv) {
        whole->has_sv = 1;
        whole->sv = part->sv;
        part->sv = (ps_sv_evidence){0};
    }
    if (part->has_cnv) {
        whole->has_cnv = 1;
        whole->cnv = part->cnv;
        part->cnv = (ps_cnv_evidence){0};
    }
    if (part->has_counts) {
        whole->has_counts = 1;
        whole->counts = part->counts;
        part->counts = (ps_count_evidence){0};
    }
}

/* ---- lists of the user ----------------------------------------------------------------------------------------- */

/* Lists that differ are joined: what is said of a list as a whole is said of the first by this order, whatever came
 * first. */
static int by_words(const ps_variants *x, const ps_variants *y) {
    PS_COMPARE(outside)
    int notices = strcmp(x->notice, y->notice),
        callers = strcmp(x->caller ? x->caller : "", y->caller ? y->caller : "");
    return notices ? notices : callers;
}

static void move_sites(ps_evidence *whole, ps_evidence *part) {
    ps_variants *all = &whole->sites, *its = &part->sites;
    if (!part->has_sites)
        return;
    if (!whole->has_sites || by_words(its, all) < 0) {
        ps_variants first = *its;
        *its = *all;
        *all = first;
    }
    PS_MOVE_ROWS(all, its, variant, n_variants);
    whole->has_sites = 1;
}

/* Those off the panel's contigs are only counted: at least as many as in the longest list. */
static void move_primers(ps_evidence *whole, ps_evidence *part) {
    ps_primers *all = &whole->primers, *its = &part->primers;
    PS_MOVE_ROWS(all, its, row, n);
    all->listed = its->listed > all->listed ? its->listed : all->listed;
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

void ps_evidence_merge(const ps_panel *panel, ps_evidence *parts, size_t n, ps_evidence *whole) {
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        ps_read_evidence_init(panel, (ps_input_role)role, &whole->reads[role]);
    for (size_t i = 0; i < n; i++) {
        for (int role = 0; role < PS_N_READ_INPUTS; role++)
            ps_read_evidence_add(&whole->reads[role], &parts[i].reads[role]);
        move_inputs(whole, &parts[i]);
        move_vcf(whole, &parts[i]);
        move_imports(whole, &parts[i]);
        move_sites(whole, &parts[i]);
        whole->reading_unknown |= parts[i].reading_unknown;
        move_primers(whole, &parts[i]);
        if (!whole->written_by || (parts[i].written_by && strcmp(parts[i].written_by, whole->written_by) < 0)) {
            free(whole->written_by);
            whole->written_by = ps_strdup(parts[i].written_by);
        }
    }
    whole->sample_id = ps_strdup(n ? parts[0].sample_id : NULL);
    ps_evidence_tidy(panel, whole);
}
