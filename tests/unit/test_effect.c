/* Names of changes: public variants on both builds, and HGVS cases worked out by hand on the transcripts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plasmastrat/panel.h"
#include "plasmastrat/table.h"

typedef struct panels {
    ps_panel p38, p37;
} panels;

static int load_both(void **state) {
    panels *p = calloc(1, sizeof *p);
    ps_error err = {0};
    if (ps_panel_load("grch38", &p->p38, &err) < 0 || ps_panel_load("grch37", &p->p37, &err) < 0) {
        print_error("%s\n", err.text);
        return -1;
    }
    *state = p;
    return 0;
}

static int free_both(void **state) {
    panels *p = *state;
    ps_panel_free(&p->p38);
    ps_panel_free(&p->p37);
    free(p);
    return 0;
}

/* pos1: of the first replaced base; of the base before it for an insertion (ref "-"). */
static int effect_at(const ps_panel *panel, const char *contig, long pos1, const char *ref, const char *alt,
                     ps_effect *effect) {
    int insertion = !strcmp(ref, "-");
    int32_t beg0 = (int32_t)pos1 - !insertion;
    return ps_effect_of(panel, ps_panel_contig(panel, contig), beg0, insertion ? beg0 : beg0 + (int32_t)strlen(ref),
                        strcmp(alt, "-") ? alt : "", effect);
}

/* ---- the public table ------------------------------------------------------------------------------------------ */

static int is_listed(const ps_panel *panel, int gene, const char *protein) {
    for (int i = 0; i < panel->n_activating; i++)
        if (panel->activating[i].gene == gene && !strcmp(panel->activating[i].protein, protein))
            return 1;
    return 0;
}

static void check_public(const ps_panel *panel, const char *pos_column) {
    const char *const names[] = {"gene", "contig", pos_column, "ref", "alt", "listed", "protein"};
    ps_table t;
    ps_error err = {0};
    int c[7], n_hotspot = 0;
    assert_int_equal(ps_table_read("tests/unit/data/hotspot_variants.tsv", PS_ERR_USAGE, &t, &err), 0);
    assert_int_equal(ps_table_require(&t, names, 7, c, &err), 0);
    assert_int_equal(t.n_rows, 136);
    for (size_t row = 0; row < t.n_rows; row++) {
        ps_effect e;
        int64_t pos1 = 0;
        const char *protein = ps_table_cell(&t, row, c[6]);
        assert_int_equal(ps_table_int(&t, row, c[2], 1, INT32_MAX, &pos1, &err), 0);
        assert_int_equal(effect_at(panel, ps_table_cell(&t, row, c[1]), (long)pos1, ps_table_cell(&t, row, c[3]),
                                   ps_table_cell(&t, row, c[4]), &e),
                         0);
        assert_string_equal(panel->genes[e.gene].name, ps_table_cell(&t, row, c[0]));
        assert_string_equal(e.protein, protein);
        assert_int_equal(e.tier == PS_TIER_HOTSPOT, is_listed(panel, e.gene, protein));
        if (strchr(protein, '*'))
            assert_int_equal(e.tier, PS_TIER_UNCERTAIN);
        assert_true(e.codon > 0 && panel->codons[e.codon_id].number == e.codon);
        n_hotspot += e.tier == PS_TIER_HOTSPOT;
    }
    assert_int_equal(n_hotspot, 124); /* 136 less 3 stops, less 9 listed under another change's name */
    ps_table_free(&t);
}

static void public_variants(void **state) {
    panels *p = *state;
    check_public(&p->p38, "pos1_grch38");
    check_public(&p->p37, "pos1_grch37");
}

/* ---- by hand --------------------------------------------------------------------------------------------------- */

/* KRAS, GRCh38, minus strand. Codons 11 GCT 12 GGT 13 GGC 14 GTA: c.31 is at 25245354, c.37 at 25245348. Exon 2 ends
 * with c.111 (25245274), exon 3 is c.112 (25227412) to c.290 (25227234), exon 4 c.291 (25225773) to c.450 (25225614).
 */
static const struct {
    const char *contig;
    long pos1;
    const char *ref, *alt, *refseq, *c, *p, *protein;
    int codon;
    ps_tier tier;
} by_hand[] = {
    {"chr12", 25245350, "C", "T", "NM_004985.5", "c.35G>A", "p.Gly12Asp", "G12D", 12, PS_TIER_HOTSPOT},
    {"12", 25245350, "C", "T", "NM_004985.5", "c.35G>A", "p.Gly12Asp", "G12D", 12, PS_TIER_HOTSPOT},
    /* two bases of one codon; the same written with a shared base on each side */
    {"chr12", 25245350, "CC", "AA", "NM_004985.5", "c.34_35delinsTT", "p.Gly12Phe", "G12F", 12, PS_TIER_HOTSPOT},
    {"chr12", 25245349, "ACCA", "AAAA", "NM_004985.5", "c.34_35delinsTT", "p.Gly12Phe", "G12F", 12, PS_TIER_HOTSPOT},
    /* last base of codon 12 (GGT>GGC, silent) and first of 13 (GGC>TGC): only codon 13 changes */
    {"chr12", 25245348, "CA", "AG", "NM_004985.5", "c.36_37delinsCT", "p.Gly13Cys", "G13C", 13, PS_TIER_HOTSPOT},
    /* both codons change: GGT GGC > GAT AGC */
    {"chr12", 25245348, "CAC", "TAT", "NM_004985.5", "c.35_37delinsATA", "p.Gly12_Gly13delinsAspSer",
     "G12_G13delinsDS", 12, PS_TIER_LIKELY},
    {"chr12", 25245349, "A", "G", "NM_004985.5", "c.36T>C", "p.Gly12=", "G12=", 12, PS_TIER_SYNONYMOUS},
    /* GGT GGC > GGC GGT: c.36 T>C and c.39 C>T */
    {"chr12", 25245346, "GCCA", "ACCG", "NM_004985.5", "c.36_39delinsCGGT", "p.Gly12_Gly13=", "G12_G13=", 12,
     PS_TIER_SYNONYMOUS},
    /* V14I: missense at a hotspot codon, not listed. Y4C: neither */
    {"chr12", 25245345, "C", "T", "NM_004985.5", "c.40G>A", "p.Val14Ile", "V14I", 14, PS_TIER_LIKELY},
    {"chr12", 25245374, "T", "C", "NM_004985.5", "c.11A>G", "p.Tyr4Cys", "Y4C", 4, PS_TIER_UNCERTAIN},
    {"chr12", 25227343, "G", "A", "NM_004985.5", "c.181C>T", "p.Gln61Ter", "Q61*", 61, PS_TIER_UNCERTAIN},
    /* GCT GGT GGC GTA: one G of c.34_35 or c.37_38 lost; GGT GGC loses its first G: G TGG CGT A > Val.. */
    {"chr12", 25245351, "C", "-", "NM_004985.5", "c.35del", "p.Gly12ValfsTer3", "G12fs", 12, PS_TIER_UNCERTAIN},
    {"chr12", 25245350, "C", "-", "NM_004985.5", "c.35del", "p.Gly12ValfsTer3", "G12fs", 12, PS_TIER_UNCERTAIN},
    /* GGT inserted before or behind codon 12 is the same sequence GCT GGT GGT GGC; c.37 and c.38 are GG too, so it
     * shifts to TGG behind c.38. The protein has one Gly more among 12 and 13: HGVS takes the last */
    {"chr12", 25245351, "-", "ACC", "NM_004985.5", "c.36_38dup", "p.Gly13dup", "G13dup", 13, PS_TIER_LIKELY},
    {"chr12", 25245348, "-", "ACC", "NM_004985.5", "c.36_38dup", "p.Gly13dup", "G13dup", 13, PS_TIER_LIKELY},
    /* CCC inserted between c.36 and c.37: no repeat, so an insertion of Pro */
    {"chr12", 25245348, "-", "GGG", "NM_004985.5", "c.36_37insCCC", "p.Gly12_Gly13insPro", "G12_G13insP", 12,
     PS_TIER_LIKELY},
    /* TAA inserted there: a stop, told as one; GCC TAA: an insertion that ends in a stop (its G moves on over c.37)
     */
    {"chr12", 25245348, "-", "TTA", "NM_004985.5", "c.36_37insTAA", "p.Gly13Ter", "G13*", 13, PS_TIER_UNCERTAIN},
    {"chr12", 25245348, "-", "TTAGGC", "NM_004985.5", "c.37_38insCCTAAG", "p.Gly12_Gly13insAlaTer", "G12_G13insA*",
     12, PS_TIER_UNCERTAIN},
    /* GGT (codon 12) lost: moves on over c.37 and c.38, which are G as c.34 and c.35 are */
    {"chr12", 25245349, "ACC", "-", "NM_004985.5", "c.36_38del", "p.Gly13del", "G13del", 13, PS_TIER_LIKELY},
    {"chr12", 25245384, "T", "C", "NM_004985.5", "c.1A>G", "p.Met1?", "M1?", 1, PS_TIER_UNCERTAIN},
    {"chr12", 25245383, "AT", "-", "NM_004985.5", "c.1_2del", "p.Met1?", "M1?", 1, PS_TIER_UNCERTAIN},
    {"chr12", 25245384, "TTT", "-", "NM_004985.5", "c.-2_1del", "p.Met1?", "M1?", 1, PS_TIER_UNCERTAIN},
    {"chr12", 25245385, "T", "A", "NM_004985.5", "c.-1A>T", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    {"chr12", 25245274, "C", "A", "NM_004985.5", "c.111G>T", "p.Glu37Asp", "E37D", 37, PS_TIER_UNCERTAIN},
    {"chr12", 25245273, "C", "T", "NM_004985.5", "c.111+1G>A", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    {"chr12", 25227413, "C", "T", "NM_004985.5", "c.112-1G>A", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    {"chr12", 25227414, "T", "C", "NM_004985.5", "c.112-2A>G", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    /* over the edge of exon 2: no one protein */
    {"chr12", 25245272, "ACC", "-", "NM_004985.5", "c.111_111+2del", "p.?", "?", 37, PS_TIER_UNCERTAIN},
    /* codon 97 AGA lies over two exons: c.289 c.290 in exon 3, c.291 in exon 4 */
    {"chr12", 25227234, "C", "A", "NM_004985.5", "c.290G>T", "p.Arg97Ile", "R97I", 97, PS_TIER_UNCERTAIN},
    {"chr12", 25225773, "T", "G", "NM_004985.5", "c.291A>C", "p.Arg97Ser", "R97S", 97, PS_TIER_UNCERTAIN},
    {"chr12", 25225773, "T", "C", "NM_004985.5", "c.291A>G", "p.Arg97=", "R97=", 97, PS_TIER_SYNONYMOUS},
    {"chr12", 25225628, "C", "T", "NM_004985.5", "c.436G>A", "p.Ala146Thr", "A146T", 146, PS_TIER_HOTSPOT},
    /* exon 4A belongs to NM_033360 only; c.451 is at 25215560, its stop ends at 25215441, the exon 4 bases later */
    {"chr12", 25215560, "T", "C", "NM_033360.4", "c.451A>G", "p.Arg151Gly", "R151G", 151, PS_TIER_UNCERTAIN},
    {"chr12", 25215561, "C", "T", "NM_033360.4", "c.451-1G>A", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    {"chr12", 25215440, "A", "G", "NM_033360.4", "c.*1T>C", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    {"chr12", 25215436, "C", "T", "NM_033360.4", "c.*4+1G>A", "p.?", "?", 0, PS_TIER_UNCERTAIN},
    /* 4B's stop TAA > TAC: reads on ATA CAA TTT GTA CTT TTT TCT TAA */
    {"chr12", 25209795, "T", "G", "NM_004985.5", "c.567A>C", "p.Ter189TyrextTer8", "*189Yext*8", 189,
     PS_TIER_UNCERTAIN},
    {"chr12", 25209795, "T", "C", "NM_004985.5", "c.567A>G", "p.Ter189=", "*189=", 189, PS_TIER_SYNONYMOUS},
    {"chr1", 114713909, "G", "T", "NM_002524.5", "c.181C>A", "p.Gln61Lys", "Q61K", 61, PS_TIER_HOTSPOT},
    {"chr1", 114713908, "T", "C", "NM_002524.5", "c.182A>G", "p.Gln61Arg", "Q61R", 61, PS_TIER_HOTSPOT},
    {"chr11", 533874, "T", "C", "NM_005343.4", "c.182A>G", "p.Gln61Arg", "Q61R", 61, PS_TIER_HOTSPOT},
    {"chr7", 140753336, "A", "T", "NM_004333.6", "c.1799T>A", "p.Val600Glu", "V600E", 600, PS_TIER_HOTSPOT},
    {"chr7", 140753335, "CA", "TT", "NM_004333.6", "c.1799_1800delinsAA", "p.Val600Glu", "V600E", 600,
     PS_TIER_HOTSPOT},
    /* the well-known V600_K601delinsE, listed nowhere */
    {"chr7", 140753334, "TCA", "-", "NM_004333.6", "c.1799_1801del", "p.Val600_Lys601delinsGlu", "V600_K601delinsE",
     600, PS_TIER_LIKELY},
    /* BRAF codon 581 AAT lies over two exons */
    {"chr7", 140754187, "T", "C", "NM_004333.6", "c.1741A>G", "p.Asn581Asp", "N581D", 581, PS_TIER_HOTSPOT},
    {"chr7", 140753393, "T", "A", "NM_004333.6", "c.1742A>T", "p.Asn581Ile", "N581I", 581, PS_TIER_HOTSPOT},
    /* an unknown base in the call: a place, no protein */
    {"chr12", 25245350, "C", "N", "NM_004985.5", "c.35G>N", "p.?", "?", 12, PS_TIER_UNCERTAIN},
    {"chr12", 25245350, "C", "C", "NM_004985.5", "c.=", "p.=", "=", 0, PS_TIER_SYNONYMOUS},
};

static void names_by_hand(void **state) {
    const ps_panel *panel = &((panels *)*state)->p38;
    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
        ps_effect e;
        char got[600], want[600];
        assert_int_equal(effect_at(panel, by_hand[i].contig, by_hand[i].pos1, by_hand[i].ref, by_hand[i].alt, &e), 0);
        snprintf(got, sizeof got, "%s:%s %s %s %d %s", panel->transcripts[e.transcript].refseq, e.hgvs_c, e.hgvs_p,
                 e.protein, e.codon, ps_tier_names[e.tier]);
        snprintf(want, sizeof want, "%s:%s %s %s %d %s", by_hand[i].refseq, by_hand[i].c, by_hand[i].p,
                 by_hand[i].protein, by_hand[i].codon, ps_tier_names[by_hand[i].tier]);
        assert_string_equal(got, want);
        assert_int_equal(e.codon_id >= 0, e.codon > 0);
    }
}

static void outside_and_edges(void **state) {
    const ps_panel *panel = &((panels *)*state)->p38;
    ps_effect e;
    assert_int_equal(effect_at(panel, "chr12", 25225000, "A", "T", &e), 1); /* intron of KRAS */
    assert_int_equal(effect_at(panel, "chr2", 25245350, "C", "T", &e), 1);
    assert_int_equal(effect_at(panel, "chr12", 25245415, "A", "T", &e), 1); /* 31 bases before the coding part */
    assert_int_equal(effect_at(panel, "chr12", 25245414, "A", "T", &e), 0);
    /* exon 2 begins 11 bases before ATG: 30 bases before it is intron */
    assert_string_equal(e.hgvs_c, "c.-11-19T>A");
    /* a deletion of exon 3 and all around it: places without sequence */
    int contig = ps_panel_contig(panel, "chr12");
    assert_int_equal(ps_effect_of(panel, contig, 25227100, 25227600, "", &e), 0);
    assert_string_equal(e.hgvs_c, "c.112-188_290+133del");
    assert_string_equal(e.hgvs_p, "p.?");
    assert_int_equal(e.codon, 38);
    assert_int_equal(e.tier, PS_TIER_UNCERTAIN);
}

static void long_names_end_in_a_question_mark(void **state) {
    const ps_panel *panel = &((panels *)*state)->p38;
    char alt[301];
    ps_effect e;
    for (int i = 0; i < 300; i++)
        alt[i] = "GCA"[i % 3]; /* TGC: cysteines on the minus strand */
    alt[300] = '\0';
    assert_int_equal(ps_effect_of(panel, ps_panel_contig(panel, "chr12"), 25245348, 25245348, alt, &e), 0);
    assert_string_equal(e.hgvs_c, "c.36_37ins?");
    assert_string_equal(e.hgvs_p, "p.Gly12_Gly13ins?");
    assert_string_equal(e.protein, "G12_G13ins?");
    assert_int_equal(e.tier, PS_TIER_LIKELY);
}

static void builds_differ_at_c483(void **state) {
    panels *p = *state;
    ps_effect e;
    /* KRAS 4A codon 161: AGA in GRCh38, AGG in GRCh37 */
    long pos38 = 25215560 - (483 - 451), pos37 = 25368494 - (483 - 451);
    assert_int_equal(ps_panel_base(&p->p38, ps_panel_contig(&p->p38, "chr12"), (int32_t)pos38 - 1), 'T');
    assert_int_equal(ps_panel_base(&p->p37, ps_panel_contig(&p->p37, "12"), (int32_t)pos37 - 1), 'C');
    assert_int_equal(effect_at(&p->p38, "chr12", pos38, "T", "C", &e), 0);
    assert_string_equal(e.hgvs_c, "c.483A>G");
    assert_string_equal(e.hgvs_p, "p.Arg161=");
    assert_int_equal(effect_at(&p->p37, "12", pos37, "C", "T", &e), 0);
    assert_string_equal(e.hgvs_c, "c.483G>A");
}

/* ---- left alignment and bases ---------------------------------------------------------------------------------- */

static void left_align(void **state) {
    const ps_panel *panel = &((panels *)*state)->p38;
    int contig = ps_panel_contig(panel, "chr12");
    /* plus strand 25245345..25245355: C GCC ACC AGC T, so CC stands at 25245350-1 and ACC may slide one C and no more
     */
    char known[12] = "";
    for (int i = 0; i < 11; i++)
        known[i] = ps_panel_base(panel, contig, 25245344 + i);
    assert_string_equal(known, "CGCCACCAGCT");
    static const struct {
        int32_t beg0, end0;
        const char *alt;
        int32_t want_beg0, want_end0;
        const char *want;
    } cases[] = {
        {25245350, 25245351, "", 25245349, 25245350, ""},       /* second C of CC lost = the first */
        {25245351, 25245351, "ACC", 25245346, 25245346, "CCA"}, /* behind GCC ACC: CCA before them */
        {25245349, 25245350, "T", 25245349, 25245350, "T"},     /* nothing to shift */
        {25245348, 25245351, "ATC", 25245349, 25245350, "T"},   /* trimmed on both sides */
        {25245348, 25245351, "AC", 25245349, 25245350, ""},     /* a deletion written with its anchor */
        {25245349, 25245349, "N", 25245349, 25245349, "N"},     /* N equals nothing */
        {25227100, 25227600, "", 25227100, 25227600, ""},       /* beyond what is known */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char alt[16];
        int32_t beg0 = cases[i].beg0, end0 = cases[i].end0;
        strcpy(alt, cases[i].alt);
        ps_left_align(panel, contig, &beg0, &end0, alt);
        assert_string_equal(alt, cases[i].want);
        assert_int_equal(beg0, cases[i].want_beg0);
        assert_int_equal(end0, cases[i].want_end0);
    }
    assert_int_equal(ps_panel_base(panel, contig, 100), 'N');
    assert_int_equal(ps_panel_base(panel, ps_panel_contig(panel, "chr11"), 534289),
                     'G'); /* c.33 of HRAS, GCC > C.. */
}

/* Every way of writing one change must get one name: shift each indel of KRAS exon 2 left first, then name it. */
static void left_aligned_has_the_same_name(void **state) {
    const ps_panel *panel = &((panels *)*state)->p38;
    int contig = ps_panel_contig(panel, "chr12");
    for (int32_t at = 25245276; at < 25245380; at++) {
        for (int n = 1; n <= 4; n++) {
            ps_effect direct, aligned;
            char alt[8] = "";
            int32_t beg0 = at, end0 = at + n;
            ps_effect_of(panel, contig, beg0, end0, alt, &direct);
            ps_left_align(panel, contig, &beg0, &end0, alt);
            ps_effect_of(panel, contig, beg0, end0, alt, &aligned);
            assert_string_equal(direct.hgvs_c, aligned.hgvs_c);
            for (int k = 0; k < n; k++)
                alt[k] = ps_panel_base(panel, contig, at + k);
            alt[n] = '\0';
            beg0 = end0 = at + n;
            ps_effect_of(panel, contig, beg0, end0, alt, &direct);
            assert_non_null(strstr(direct.hgvs_c, "dup"));
            ps_left_align(panel, contig, &beg0, &end0, alt);
            ps_effect_of(panel, contig, beg0, end0, alt, &aligned);
            assert_string_equal(direct.hgvs_c, aligned.hgvs_c);
            assert_string_equal(direct.hgvs_p, aligned.hgvs_p);
        }
    }
}

/* ---- codons ---------------------------------------------------------------------------------------------------- */

static void codon_helpers(void **state) {
    (void)state;
    static const struct {
        const char *bases;
        char aa;
        const char *three;
    } cases[] = {{"ATG", 'M', "Met"}, {"TGG", 'W', "Trp"}, {"GGT", 'G', "Gly"}, {"CAA", 'Q', "Gln"},
                 {"CAC", 'H', "His"}, {"TAA", '*', "Ter"}, {"TAG", '*', "Ter"}, {"TGA", '*', "Ter"},
                 {"AGA", 'R', "Arg"}, {"ATA", 'I', "Ile"}, {"AAC", 'N', "Asn"}, {"GAC", 'D', "Asp"},
                 {"TCG", 'S', "Ser"}, {"TTT", 'F', "Phe"}, {"CTG", 'L', "Leu"}, {"CCA", 'P', "Pro"},
                 {"ACC", 'T', "Thr"}, {"GCG", 'A', "Ala"}, {"GTT", 'V', "Val"}, {"TGT", 'C', "Cys"},
                 {"TAC", 'Y', "Tyr"}, {"AAG", 'K', "Lys"}, {"GAG", 'E', "Glu"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int code = ps_codon_code(cases[i].bases);
        char bases[4];
        assert_int_equal(ps_amino_acid(code), cases[i].aa);
        assert_string_equal(ps_amino_acid_three(cases[i].aa), cases[i].three);
        ps_codon_bases(code, bases);
        assert_string_equal(bases, cases[i].bases);
    }
    assert_int_equal(ps_codon_code("AAA"), 0);
    assert_int_equal(ps_codon_code("TTT"), 63);
    assert_int_equal(ps_codon_code("ANA"), -1);
    int n[128] = {0};
    for (int code = 0; code < 64; code++)
        n[(int)ps_amino_acid(code)]++;
    assert_int_equal(n['*'], 3);
    assert_int_equal(n['L'], 6);
    assert_int_equal(n['R'], 6);
    assert_int_equal(n['S'], 6);
    assert_int_equal(n['M'], 1);
    assert_int_equal(n['W'], 1);
    assert_int_equal(n['I'], 3);
    assert_int_equal(ps_complement('A'), 'T');
    assert_int_equal(ps_complement('N'), 'N');
    assert_int_equal(ps_complement('*'), 'N');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_variants),
        cmocka_unit_test(names_by_hand),
        cmocka_unit_test(outside_and_edges),
        cmocka_unit_test(long_names_end_in_a_question_mark),
        cmocka_unit_test(builds_differ_at_c483),
        cmocka_unit_test(left_align),
        cmocka_unit_test(left_aligned_has_the_same_name),
        cmocka_unit_test(codon_helpers),
    };
    return cmocka_run_group_tests(tests, load_both, free_both);
}
