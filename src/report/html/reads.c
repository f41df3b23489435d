/* reads.c - what the fragments over each called or likely codon show, a block for each codon and input. Every
 * haplotype but the reference's has its row, however few its fragments are; below, fragments are drawn with the
 * coding bases around the codon. The picture of a codon where no variant passed is folded away. */
#include <ctype.h>
#include <string.h>

#include "pieces.h"
#include "plasmastrat/result.h"
#include "plasmastrat/spelling.h"

typedef struct haplotype {
    uint64_t n[2]; /* by PS_F1R2, PS_F2R1 */
} haplotype;

/* The haplotypes over a codon; their fragments. */
static uint64_t count_haplotypes(const ps_read_evidence *e, int codon, haplotype hap[PS_N_HAPS]) {
    uint64_t all = 0;
    memset(hap, 0, PS_N_HAPS * sizeof *hap);
    for (size_t i = 0; i < e->codons.n_codon; i++)
        if (e->codons.codon[i].codon == codon) {
            hap[e->codons.codon[i].hap].n[e->codons.codon[i].side] += e->codons.codon[i].n;
            all += e->codons.codon[i].n;
        }
    return all;
}

static uint64_t fragments_of(const haplotype hap[PS_N_HAPS], int which) {
    return hap[which].n[0] + hap[which].n[1];
}

/* The haplotypes that were seen, those with the most fragments first, the reference last; their number. */
static int in_order(const ps_codon *c, const haplotype hap[PS_N_HAPS], int order[PS_N_HAPS]) {
    int n = 0;
    for (int h = 0; h < PS_N_HAPS; h++) {
        if (h == c->ref || !fragments_of(hap, h))
            continue;
        int at = n++;
        for (; at && fragments_of(hap, h) > fragments_of(hap, order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = h;
    }
    if (fragments_of(hap, c->ref))
        order[n++] = c->ref;
    return n;
}

static void put_haplotype(FILE *out, const ps_codon *c, int hap, const haplotype *h) {
    char bases[4] = "";
    if (hap != PS_HAP_INDEL)
        ps_codon_bases(hap, bases);
    int is_reference = hap == c->ref;
    fprintf(out, "<tr role=\"row\"%s><th role=\"rowheader\" scope=\"row\">", is_reference ? " class=\"soft\"" : "");
    if (hap == PS_HAP_INDEL)
        fputs("insertion or deletion", out);
    else
        ps_say(out, "%s %s%s", bases, ps_amino_acid_three(ps_amino_acid(hap)), is_reference ? ", reference" : "");
    fputs("</th>", out);
    ps_cell(out, "n", COUNT((long long)(h->n[0] + h->n[1])));
    ps_cell(out, "n", COUNT((long long)h->n[PS_F1R2]));
    ps_cell(out, "n", COUNT((long long)h->n[PS_F2R1]));
    fputs("</tr>\n", out);
}

/* ---- the bases around it --------------------------------------------------------------------------------------- */

/* The columns of a picture, 5' to 3' on the coding strand. */
typedef struct ruler {
    const ps_panel *panel;
    const ps_locus *locus;
    int n, minus;
    int codon; /* the called one */
    int codon_of[PS_PICTURE_COLUMNS];
    char base[PS_PICTURE_COLUMNS];  /* reference */
    char space[PS_PICTURE_COLUMNS]; /* before the column: ' ' a new codon, '|' an intron, 0 none */
    int at[PS_PICTURE_COLUMNS];     /* where the column stands in the line */
} ruler;

static int codon_of_target(const ps_panel *panel, const ps_locus *locus, int32_t target) {
    for (int id = locus->codon_beg; id < locus->codon_end; id++)
        for (int k = 0; k < 3; k++)
            if (panel->codons[id].target[k] == target)
                return id;
    return -1;
}

static void make_ruler(const ps_panel *panel, int codon, ruler *r) {
    int32_t beg, end, before = 0;
    *r = (ruler){.panel = panel, .locus = &panel->loci[panel->codons[codon].locus], .codon = codon};
    r->minus = panel->genes[r->locus->gene].strand == '-';
    ps_picture_span(r->locus, &panel->codons[codon], &beg, &end);
    for (int32_t i = 0; i < end - beg; i++, r->n++) {
        int32_t t = r->minus ? end - 1 - i : beg + i;
        int32_t step = i ? r->locus->pos0[t] - before : 1;
        before = r->locus->pos0[t];
        r->codon_of[i] = codon_of_target(panel, r->locus, t);
        r->base[i] = r->minus ? ps_complement(r->locus->base[t]) : r->locus->base[t];
        if (step != 1 && step != -1)
            r->space[i] = '|';
        else if (i && r->codon_of[i] != r->codon_of[i - 1])
            r->space[i] = ' ';
        r->at[i] = i ? r->at[i - 1] + 1 + (r->space[i] != 0) : 0;
    }
}

/* What stands before column i: the space, and the ground of the called codon where it begins or ends. */
static void put_space(FILE *out, const ruler *r, int i) {
    int inside = i < r->n && r->codon_of[i] == r->codon, was_inside = i > 0 && r->codon_of[i - 1] == r->codon;
    if (was_inside && !inside)
        fputs("</span>", out);
    if (i < r->n && r->space[i])
        fputc(r->space[i], out);
    if (inside && !was_inside)
        fputs("<span class=\"at\">", out);
}

/* Over each whole codon its number, or its amino acid. */
static void put_head(FILE *out, const ruler *r, int numbers) {
    char line[2 * PS_PICTURE_COLUMNS + 1];
    int width = r->at[r->n - 1] + 1;
    memset(line, ' ', (size_t)width);
    for (int i = 0; i + 2 < r->n; i++) {
        int id = r->codon_of[i];
        if (id < 0 || r->codon_of[i + 2] != id)
            continue;
        char number[12];
        int digits = snprintf(number, sizeof number, "%d", r->panel->codons[id].number);
        if (!numbers)
            line[r->at[i + 1]] = ps_amino_acid(r->panel->codons[id].ref);
        else if (r->at[i] + digits <= width)
            memcpy(line + r->at[i], number, (size_t)digits);
    }
    fprintf(out, "<i>  %.*s</i>\n", width, line);
}

static void put_base(FILE *out, char shown, char reference) {
    if (shown == '.')
        fputc(' ', out);
    else if (shown == reference)
        fputs("\xC2\xB7", out); /* a dot */
    else if (shown == '?' || shown == 'N' || islower((unsigned char)shown))
        fprintf(out, toupper((unsigned char)shown) == reference ? "<i>\xC2\xB7</i>" : "<i>%c</i>", shown);
    else
        fprintf(out, "<b>%c</b>", shown);
}

/* Inserted bases have no column: a mark where they are, and the bases behind the row. */
static void put_fragment(FILE *out, const ruler *r, const ps_picture_row *row) {
    const char *at = row->text;
    fputs(row->side == PS_F1R2 ? "\xE2\x96\xB8 " : "\xE2\x97\x82 ", out);
    for (int i = 0; i <= r->n; i++) {
        int inserted = *at == '(';
        while (*at && *at == '(')
            at += strcspn(at, ")") + 1;
        put_space(out, r, i);
        if (inserted)
            fputs("<b class=\"ins\"></b>", out);
        if (i < r->n)
            put_base(out, *at++, r->base[i]);
    }
    for (at = strchr(row->text, '('); at; at = strchr(at + 1, '('))
        fprintf(out, " <b>+%.*s</b>", (int)strcspn(at + 1, ")"), at + 1);
    fputc('\n', out);
}

static void put_rows(FILE *out, const ruler *r, const ps_read_evidence *e, int hap, uint64_t all) {
    size_t from = 0, n = 0;
    char bases[4] = "";
    while (from < e->codons.n_picture &&
           (e->codons.picture[from].codon != r->codon || e->codons.picture[from].hap != hap))
        from++;
    while (from + n < e->codons.n_picture && e->codons.picture[from + n].codon == r->codon &&
           e->codons.picture[from + n].hap == hap)
        n++;
    if (!n || !ps_picture_is_drawn(r->panel, &e->codons, r->codon, hap))
        return;
    if (hap != PS_HAP_INDEL)
        ps_codon_bases(hap, bases);
    fprintf(out, "<i>%s%s: %zu of %llu fragment%s</i>\n", bases[0] ? bases : "insertion or deletion",
            hap == r->panel->codons[r->codon].ref ? ", reference" : "", n, (unsigned long long)all, ps_s(all));
    for (int side = 0; side < 2; side++)
        for (size_t i = from; i < from + n; i++)
            if (e->codons.picture[i].side == side)
                put_fragment(out, r, &e->codons.picture[i]);
}

/* Are this input's fragments drawn at this codon? Where it lists a variant there; a normal's beside its tumour's. */
static int is_drawn(const ps_result *r, ps_input_role role, int codon) {
    const ps_ras_call *call = &r->calls.ras;
    for (size_t i = 0; i < call->n_variants; i++)
        if (call->variant[i].effect.codon_id == codon &&
            call->variant[i].by_input[role == PS_INPUT_NORMAL ? PS_INPUT_DNA : role].given)
            return 1;
    return 0;
}

static void put_picture(const ps_result *result, FILE *out, int codon, ps_input_role role,
                        const haplotype hap[PS_N_HAPS], const char *refused) {
    const ps_read_evidence *e = &result->evidence.reads[role];
    const ps_codon *c = &result->panel->codons[codon];
    ruler r;
    int order[PS_N_HAPS], n = in_order(c, hap, order), any = 0;
    for (size_t i = 0; i < e->codons.n_picture; i++)
        any |= e->codons.picture[i].codon == codon;
    if (!any || !is_drawn(result, role, codon))
        return;
    make_ruler(result->panel, codon, &r);
    if (refused) {
        fputs("<details><summary>", out);
        ps_say(out, "Fragments drawn (%s)", refused);
        fputs("</summary>", out);
    }
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"img\" aria-label=\"", out);
    ps_say(out, "Bases around %s codon %d in %s; the table above has the counts", result->panel->genes[c->gene].name,
           c->number, ps_input_names[role]);
    fputs("\"><pre class=\"reads\">", out);
    put_head(out, &r, 1);
    put_head(out, &r, 0);
    fputs("  ", out);
    for (int i = 0; i <= r.n; i++) {
        put_space(out, &r, i);
        if (i < r.n)
            fputc(r.base[i], out);
    }
    fputc('\n', out);
    for (int i = 0; i < n; i++)
        put_rows(out, &r, e, order[i], fragments_of(hap, order[i]));
    fputs(refused ? "</pre></div></details>\n" : "</pre></div>\n", out);
}

static uint64_t fragments_over(const ps_result *r, int codon, ps_input_role role) {
    haplotype hap[PS_N_HAPS];
    return count_haplotypes(&r->evidence.reads[role], codon, hap);
}

static void put_codon(const ps_result *r, FILE *out, int codon, ps_input_role role, const char *refused) {
    static const char *const columns[] = {"Codon shows", "#Fragments", "#Read 1 forward", "#Read 1 reverse", NULL};
    const ps_codon *c = &r->panel->codons[codon];
    haplotype hap[PS_N_HAPS];
    int order[PS_N_HAPS];
    char caption[200];
    count_haplotypes(&r->evidence.reads[role], codon, hap);
    int n = in_order(c, hap, order);
    snprintf(caption, sizeof caption, "%s codon %d, %s", r->panel->genes[c->gene].name, c->number,
             ps_input_names[role]);
    fputs("<div>\n", out);
    ps_table_head(out, caption, columns);
    for (int i = 0; i < n; i++)
        put_haplotype(out, c, order[i], &hap[order[i]]);
    ps_table_end(out);
    put_picture(r, out, codon, role, hap, refused);
    fputs("</div>\n", out);
}

/* A candidate that was refused is shown where it could make RAS mutated. */
static int is_likely(const ps_ras_variant *v) {
    return v->best.filter == PS_FILTER_PASS || v->effect.tier == PS_TIER_HOTSPOT || v->effect.tier == PS_TIER_LIKELY;
}

/* The variant's codon stands in an earlier variant too. */
static int is_repeated(const ps_ras_call *call, size_t variant) {
    for (size_t i = 0; i < variant; i++)
        if (is_likely(&call->variant[i]) &&
            call->variant[i].effect.codon_id == call->variant[variant].effect.codon_id)
            return 1;
    return 0;
}

/* The filter that refused every variant of the variant's codon, or NULL when one of them passed. */
static const char *refusal(const ps_ras_call *call, size_t variant) {
    for (size_t i = 0; i < call->n_variants; i++)
        if (call->variant[i].effect.codon_id == call->variant[variant].effect.codon_id &&
            call->variant[i].best.filter == PS_FILTER_PASS)
            return NULL;
    return ps_filter_name_of(&call->variant[variant]);
}

/* A block for each codon; its inputs side by side where there is room. */
static void put_block(const ps_result *r, FILE *out, size_t variant) {
    int codon = r->calls.ras.variant[variant].effect.codon_id;
    fputs("<div class=\"codon\">\n", out);
    for (int role = 0; role < PS_N_READ_INPUTS; role++)
        if (fragments_over(r, codon, (ps_input_role)role))
            put_codon(r, out, codon, (ps_input_role)role, refusal(&r->calls.ras, variant));
    fputs("</div>\n", out);
}

static int is_shown(const ps_result *r, size_t variant) {
    int codon = r->calls.ras.variant[variant].effect.codon_id, any = 0;
    if (!is_likely(&r->calls.ras.variant[variant]))
        return 0;
    for (int role = 0; role < PS_N_READ_INPUTS && codon >= 0; role++)
        any |= fragments_over(r, codon, (ps_input_role)role) > 0;
    return any && !is_repeated(&r->calls.ras, variant);
}

void ps_html_fragments(const ps_result *r, FILE *out) {
    const ps_ras_call *call = &r->calls.ras;
    int any = 0;
    if (!call->n_variants)
        return;
    for (size_t i = 0; i < call->n_variants; i++)
        any |= is_shown(r, i);
    if (!any)
        return;
    fputs("<h3>Reads at the called codons</h3>\n<div class=\"blocks\">\n", out);
    for (size_t i = 0; i < call->n_variants; i++)
        if (is_shown(r, i))
            put_block(r, out, i);
    fprintf(
        out,
        "</div>\n<p class=\"note\">Up to %d fragments of each kind; \xE2\x96\xB8 read 1 forward, \xE2\x97\x82 "
        "read 1 reverse. A dot is the reference's base, a small letter one of low quality, - deleted, ? the mates "
        "disagree, | an intron, + inserted. A kind with few fragments may be errors only.</p>\n",
        PS_PICTURE_ROWS);
}
