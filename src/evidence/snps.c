/* snps.c - alleles of the common SNPs, a fragment at a time.
 *
 * A fragment counts once for a SNP it shows with an aligned base of at least min_base_quality. Mates that both show
 * it and agree count once; where they disagree neither counts. Spliced reads are read like others.
 */
#include <stdlib.h>

#include "plasmastrat/alloc.h"
#include "columns.h"
#include "private.h"
#include "unit.h"

enum { REF, ALT, OTHER, NONE };

/* A fragment whose mate may show the same SNP, as the waitlist keeps it. */
static uint32_t pending_of(int snp, int allele) {
    return (uint32_t)snp * 4 + (uint32_t)allele + 1;
}

static int pending_snp(uint32_t what) {
    return (int)((what - 1) / 4);
}

static int pending_allele(uint32_t what) {
    return (int)((what - 1) % 4);
}

/* Base code (1 A, 2 C, 4 G, 8 T) of a read at a place, or 0: not aligned there, or below the quality. "=" is the
 * reference's base. */
static int base_at(const bam1_t *b, int32_t pos0, double min_quality, char reference) {
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t at = b->core.pos, in_read = 0;
    for (uint32_t i = 0; i < b->core.n_cigar && at <= pos0; i++) {
        int type = bam_cigar_type(bam_cigar_op(cigar[i]));
        int64_t length = bam_cigar_oplen(cigar[i]);
        if (type == 3 && pos0 < at + length) {
            int64_t k = in_read + pos0 - at;
            if (k >= b->core.l_qseq || bam_get_qual(b)[k] == 0xff || bam_get_qual(b)[k] < min_quality)
                return 0;
            int base = bam_seqi(bam_get_seq(b), k);
            return base ? base : seq_nt16_table[(uint8_t)reference];
        }
        at += type & 2 ? length : 0;
        in_read += type & 1 ? length : 0;
    }
    return 0;
}

static int allele_of(const ps_snp *snp, int base) {
    static const char letter[16] = {[1] = 'A', [2] = 'C', [4] = 'G', [8] = 'T'};
    if (!letter[base])
        return NONE;
    return letter[base] == snp->ref ? REF : letter[base] == snp->alt ? ALT : OTHER;
}

static void count(ps_unit *unit, int snp, int allele) {
    ps_snp_count *c = &unit->part.snps.snp[snp];
    c->ref += allele == REF;
    c->alt += allele == ALT;
    c->other += allele == OTHER;
}

/* no mate came: the read speaks alone */
static void give_up(void *context, uint64_t name, uint32_t what) {
    (void)name;
    count(context, pending_snp(what), pending_allele(what));
}

static void begin(ps_unit *unit) {
    unit->state = ps_alloc(1, sizeof(ps_waitlist));
}

static void see(ps_unit *unit, const ps_record *r, int id) {
    const ps_snp *snp = &unit->panel->snps[id];
    const bam1_t *b = r->bam;
    ps_waitlist *waiting = unit->state;
    int allele = allele_of(snp, base_at(b, snp->pos0, unit->panel->limits.min_base_quality, snp->ref));
    if (allele == NONE)
        return;
    /* the mates of a discordant pair may show two SNPs: those are two observations */
    uint64_t place = (uint64_t)(id + 1) * 0x9e3779b97f4a7c15u;
    ps_fragment fragment = ps_fragment_of(r);
    uint32_t seen = ps_mate_expected(b) ? ps_waitlist_take(waiting, fragment.id ^ place) : 0;
    if (!seen && fragment.sibling && ps_mate_expected(b))
        seen = ps_waitlist_take(waiting, fragment.sibling ^ place);
    if (seen) {
        if (pending_allele(seen) == allele)
            count(unit, id, allele);
        return;
    }
    int32_t mate = ps_mate_pos0(b);
    if (!ps_mate_expected(b) || mate > snp->pos0 || (unit->sorted && ps_mate_is_past(b))) {
        count(unit, id, allele);
        return;
    }
    ps_waitlist_put(waiting, fragment.id ^ place, mate < 0 ? snp->pos0 : mate, pending_of(id, allele));
    if (unit->sorted)
        ps_waitlist_sweep(waiting, r->pos0, give_up, unit);
}

static void add(ps_unit *unit, const ps_record *r) {
    int low = unit->id, high = unit->id + (int)unit->n_spans; /* SNPs of a unit are consecutive */
    while (low < high) {
        int middle = (low + high) / 2;
        if (unit->panel->snps[middle].pos0 < r->pos0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < unit->id + (int)unit->n_spans && unit->panel->snps[low].pos0 < r->end0; low++)
        see(unit, r, low);
}

static void finish(ps_unit *unit) {
    ps_waitlist_drain(unit->state, give_up, unit);
    free(unit->state);
    unit->state = NULL;
}

const ps_unit_kind ps_snp_unit = {
    .collector = PS_COLLECT_SNPS,
    .left_out = 1u << PS_LEFT_UNMAPPED | 1u << PS_LEFT_SECONDARY | 1u << PS_LEFT_SUPPLEMENTARY |
                1u << PS_LEFT_QC_FAIL | 1u << PS_LEFT_DUPLICATE | 1u << PS_LEFT_LOW_MAPQ,
    .begin = begin,
    .add = add,
    .finish = finish,
};

/* ---- the counts ------------------------------------------------------------------------------------------------ */

void ps_snps_init(const ps_panel *panel, ps_snp_evidence *snps) {
    snps->n = (size_t)panel->n_snps;
    snps->snp = ps_alloc(snps->n, sizeof *snps->snp);
}

void ps_snps_free(ps_snp_evidence *snps) {
    free(snps->snp);
    *snps = (ps_snp_evidence){0};
}

void ps_snps_add(ps_snp_evidence *whole, const ps_snp_evidence *part) {
    for (size_t i = 0; i < part->n; i++) {
        whole->snp[i].ref += part->snp[i].ref;
        whole->snp[i].alt += part->snp[i].alt;
        whole->snp[i].other += part->snp[i].other;
    }
}

static const ps_column columns[] = {
    PS_COLUMN(ps_snp_count, ref, U32, 0, PS_MOST_COUNT),
    PS_COLUMN(ps_snp_count, alt, U32, 0, PS_MOST_COUNT),
    PS_COLUMN(ps_snp_count, other, U32, 0, PS_MOST_COUNT),
};
static const ps_columns_of kind_of_rows = PS_ROWS_OF("snps", ps_snp_count, columns);

void ps_snps_write(const ps_snp_evidence *snps, ps_pen *pen) {
    ps_put_rows(pen, &kind_of_rows, snps->snp, snps->n);
}

void ps_snps_scan(ps_scan *scan, ps_snp_evidence *snps) {
    ps_scan_rows_of(scan, &kind_of_rows, snps->snp, snps->n);
}
