/* html_reads.c - what the fragments over each called codon show. Every haplotype but the reference's is drawn, however
 * few its fragments are. */
#include <string.h>

#include "html_pieces.h"
#include "plasmastrat/result.h"

enum { MOST_MARKS = 120 }; /* in one row */

typedef struct haplotype {
    uint64_t n[2]; /* by PS_F1R2, PS_F2R1 */
} haplotype;

/* The haplotypes over a codon; their fragments. */
static uint64_t count_haplotypes(const ps_evidence *e, int codon, haplotype hap[PS_N_HAPS]) {
    uint64_t all = 0;
    memset(hap, 0, PS_N_HAPS * sizeof *hap);
    for (size_t i = 0; i < e->n_codon; i++)
        if (e->codon[i].codon == codon) {
            hap[e->codon[i].hap].n[e->codon[i].side] += e->codon[i].n;
            all += e->codon[i].n;
        }
    return all;
}

/* One mark for each `each` fragments; at least one where there are any. */
static void put_marks(FILE *out, const char *mark, uint64_t n, uint64_t each) {
    for (uint64_t i = 0; i < (n + each - 1) / each; i++)
        fprintf(out, "%s%s", mark, i % 10 == 9 ? "<wbr>" : "");
}

static void put_haplotype(FILE *out, const ps_codon *c, int hap, const haplotype *h, uint64_t each) {
    char bases[4] = "";
    if (hap != PS_HAP_INDEL)
        ps_codon_bases(hap, bases);
    int is_reference = hap == c->ref;
    fprintf(out, "<tr%s><th scope=\"row\" class=\"nw\">", is_reference ? " class=\"soft\"" : "");
    if (hap == PS_HAP_INDEL)
        fputs("insertion or deletion", out);
    else
        ps_say(out, "%s %s%s", bases, ps_amino_acid_three(ps_amino_acid(hap)), is_reference ? ", reference" : "");
    fputs("</th>", out);
    ps_cell(out, "n", COUNT((long long)(h->n[0] + h->n[1])));
    ps_cell(out, "n", COUNT((long long)h->n[PS_F1R2]));
    ps_cell(out, "n", COUNT((long long)h->n[PS_F2R1]));
    fprintf(out, "<td class=\"marks%s\" aria-hidden=\"true\">", is_reference ? "" : " alt");
    put_marks(out, "\xE2\x96\xB8", h->n[PS_F1R2], each); /* small triangles, right and left */
    put_marks(out, "\xE2\x97\x82", h->n[PS_F2R1], each);
    fputs("</td></tr>\n", out);
}

static int put_codon(const ps_result *r, FILE *out, int codon, ps_input_role role) {
    static const char *const columns[] = {"Codon shows",     "#Fragments",          "#Read 1 forward",
                                          "#Read 1 reverse", "By strand of read 1", NULL};
    const ps_codon *c = &r->panel->codons[codon];
    haplotype hap[PS_N_HAPS];
    uint64_t all = count_haplotypes(&r->evidence[role], codon, hap), most = 0;
    char caption[200];
    if (!all)
        return 0;
    for (int h = 0; h < PS_N_HAPS; h++)
        most = hap[h].n[0] + hap[h].n[1] > most ? hap[h].n[0] + hap[h].n[1] : most;
    uint64_t each = (most + MOST_MARKS - 1) / MOST_MARKS;
    if (each == 1)
        snprintf(caption, sizeof caption, "%s codon %d, %s: each mark is a fragment", r->panel->genes[c->gene].name,
                 c->number, ps_input_names[role]);
    else
        snprintf(caption, sizeof caption, "%s codon %d, %s: each mark is up to %llu fragments",
                 r->panel->genes[c->gene].name, c->number, ps_input_names[role], (unsigned long long)each);
    ps_table_head(out, caption, columns);
    for (int rest = 1; rest >= 0; rest--) /* the reference stands last */
        for (int h = 0; h < PS_N_HAPS; h++)
            if ((h != c->ref) == rest && hap[h].n[0] + hap[h].n[1])
                put_haplotype(out, c, h, &hap[h], each);
    ps_table_end(out);
    return 1;
}

/* The variant's codon stands in an earlier variant too. */
static int is_repeated(const ps_ras_call *call, size_t variant) {
    for (size_t i = 0; i < variant; i++)
        if (call->variant[i].effect.codon_id == call->variant[variant].effect.codon_id)
            return 1;
    return 0;
}

void ps_html_fragments(const ps_result *r, FILE *out) {
    const ps_ras_call *call = &r->calls.ras;
    int any = 0;
    if (!call->n_variants)
        return;
    fputs("<h3>Fragments at each called codon</h3>\n", out);
    for (size_t i = 0; i < call->n_variants; i++)
        for (int role = 0; role < PS_N_READ_INPUTS; role++)
            if (call->variant[i].effect.codon_id >= 0 && !is_repeated(call, i))
                any |= put_codon(r, out, call->variant[i].effect.codon_id, (ps_input_role)role);
    if (!any)
        fputs("<p class=\"note\">No alignments show these codons.</p>\n", out);
}
