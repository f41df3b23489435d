/* maf.c - cohort.maf: the called variants as GDC writes them.
 * https://docs.gdc.cancer.gov/Data/File_Formats/MAF_Format/ (columns 1 to 34; then those that readers want, by name).
 * What this program does not know is empty. */
#include <stdlib.h>
#include <string.h>

#include "../format.h"
#include "plasmastrat/alloc.h"
#include "private.h"

/* A variant with its alleles as MAF has them: without the bases that both share. */
typedef struct record {
    const ps_row *row;
    const ps_row_variant *v;
    const char *ref, *alt; /* not ended by NUL */
    int n_ref, n_alt;
    int32_t beg1, end1;
} record;

static record record_of(const ps_row *row, const ps_row_variant *v) {
    record m = {row, v, v->ref ? v->ref : "", v->alt ? v->alt : "", 0, 0, v->pos1, v->pos1};
    m.n_ref = (int)strlen(m.ref);
    m.n_alt = (int)strlen(m.alt);
    while (m.n_ref && m.n_alt && m.ref[0] == m.alt[0]) {
        m.ref++;
        m.alt++;
        m.n_ref--;
        m.n_alt--;
        m.beg1++;
    }
    while (m.n_ref && m.n_alt && m.ref[m.n_ref - 1] == m.alt[m.n_alt - 1]) {
        m.n_ref--;
        m.n_alt--;
    }
    m.end1 = m.beg1 + m.n_ref - 1;
    if (!m.n_ref) { /* an insertion is between its neighbours */
        m.beg1--;
        m.end1 = m.beg1 + 1;
    }
    return m;
}

static const char *type_of(const record *m) {
    static const char *const same_length[] = {"", "SNP", "DNP", "TNP"};
    if (m->n_ref != m->n_alt)
        return m->n_ref < m->n_alt ? "INS" : "DEL";
    return m->n_ref <= 3 ? same_length[m->n_ref] : "ONP";
}

/* By what stands in the protein change; the first row that fits. `by_length`: with _Ins or _Del behind. */
static const struct {
    const char *part, *name;
    int by_length;
} classes[] = {
    {"Met1?", "Translation_Start_Site", 0},
    {"ext", "Nonstop_Mutation", 0},
    {"fs", "Frame_Shift", 1},
    {"Ter", "Nonsense_Mutation", 0},
    {"=", "Silent", 0},
};

static void put_class(FILE *out, const record *m) {
    const char *p = m->v->hgvs_p ? m->v->hgvs_p : "", *length = m->n_ref < m->n_alt ? "Ins" : "Del";
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strstr(p, classes[i].part)) {
            fprintf(out, classes[i].by_length ? "%s_%s" : "%s", classes[i].name, length);
            return;
        }
    if (m->n_ref == m->n_alt)
        fputs("Missense_Mutation", out);
    else
        fprintf(out, "In_Frame_%s", length);
}

static void put_plain(FILE *out, const char *text) {
    char *plain = ps_plain(text);
    fputs(plain ? plain : "", out);
    free(plain);
}

static void put_count(FILE *out, int64_t n) {
    if (n >= 0)
        fprintf(out, "%lld", (long long)n);
}

static void put_allele(FILE *out, const char *bases, int n) {
    fprintf(out, "%.*s", n ? n : 1, n ? bases : "-");
}

/* NCBI Gene, 2024 */
static void put_entrez(const record *m, FILE *out) {
    static const struct {
        const char *gene;
        int id;
    } genes[] = {{"KRAS", 3845}, {"NRAS", 4893}, {"HRAS", 3265}, {"BRAF", 673}};
    int id = 0; /* GDC's "none" */
    for (size_t i = 0; i < sizeof genes / sizeof *genes; i++)
        if (!strcmp(m->v->gene, genes[i].gene))
            id = genes[i].id;
    fprintf(out, "%d", id);
}

static void put_gene(const record *m, FILE *out) {
    put_plain(out, m->v->gene);
}
static void put_build(const record *m, FILE *out) {
    put_plain(out, m->row->build);
}
static void put_chrom(const record *m, FILE *out) {
    put_plain(out, m->v->chrom);
}
static void put_beg(const record *m, FILE *out) {
    fprintf(out, "%d", (int)m->beg1);
}
static void put_end(const record *m, FILE *out) {
    fprintf(out, "%d", (int)m->end1);
}
static void put_plus(const record *m, FILE *out) {
    (void)m;
    fputc('+', out);
}
static void put_classification(const record *m, FILE *out) {
    put_class(out, m);
}
static void put_type(const record *m, FILE *out) {
    fputs(type_of(m), out);
}
static void put_ref(const record *m, FILE *out) {
    put_allele(out, m->ref, m->n_ref);
}
static void put_alt(const record *m, FILE *out) {
    put_allele(out, m->alt, m->n_alt);
}
static void put_sample(const record *m, FILE *out) {
    put_plain(out, m->row->sample_id);
}
static void put_hgvs_c(const record *m, FILE *out) {
    put_plain(out, m->v->hgvs_c);
}
static void put_hgvs_p(const record *m, FILE *out) {
    put_plain(out, m->v->hgvs_p);
}
static void put_short(const record *m, FILE *out) {
    fputs("p.", out);
    put_plain(out, m->v->protein);
}
static void put_transcript(const record *m, FILE *out) {
    put_plain(out, m->v->transcript);
}
static void put_depth(const record *m, FILE *out) {
    put_count(out, m->v->depth);
}
static void put_ref_count(const record *m, FILE *out) {
    put_count(out, m->v->ref_depth);
}
static void put_alt_count(const record *m, FILE *out) {
    put_count(out, m->v->alt_depth);
}
static void put_unknown(const record *m, FILE *out) {
    (void)m;
    fputs("Unknown", out); /* somatic or germline */
}

/* NULL: empty */
static const struct {
    const char *name;
    void (*put)(const record *, FILE *);
} columns[] = {
    {"Hugo_Symbol", put_gene},
    {"Entrez_Gene_Id", put_entrez},
    {"Center", NULL},
    {"NCBI_Build", put_build},
    {"Chromosome", put_chrom},
    {"Start_Position", put_beg},
    {"End_Position", put_end},
    {"Strand", put_plus},
    {"Variant_Classification", put_classification},
    {"Variant_Type", put_type},
    {"Reference_Allele", put_ref},
    {"Tumor_Seq_Allele1", put_ref},
    {"Tumor_Seq_Allele2", put_alt},
    {"dbSNP_RS", NULL},
    {"dbSNP_Val_Status", NULL},
    {"Tumor_Sample_Barcode", put_sample},
    {"Matched_Norm_Sample_Barcode", NULL},
    {"Match_Norm_Seq_Allele1", NULL},
    {"Match_Norm_Seq_Allele2", NULL},
    {"Tumor_Validation_Allele1", NULL},
    {"Tumor_Validation_Allele2", NULL},
    {"Match_Norm_Validation_Allele1", NULL},
    {"Match_Norm_Validation_Allele2", NULL},
    {"Verification_Status", NULL},
    {"Validation_Status", NULL},
    {"Mutation_Status", put_unknown},
    {"Sequencing_Phase", NULL},
    {"Sequence_Source", NULL},
    {"Validation_Method", NULL},
    {"Score", NULL},
    {"BAM_File", NULL},
    {"Sequencer", NULL},
    {"Tumor_Sample_UUID", NULL},
    {"Matched_Norm_Sample_UUID", NULL},
    {"HGVSc", put_hgvs_c},
    {"HGVSp", put_hgvs_p},
    {"HGVSp_Short", put_short},
    {"Transcript_ID", put_transcript},
    {"t_depth", put_depth},
    {"t_ref_count", put_ref_count},
    {"t_alt_count", put_alt_count},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void put_record(const record *m, FILE *out) {
    for (size_t c = 0; c < N_COLUMNS; c++) {
        if (c)
            fputc('\t', out);
        if (columns[c].put)
            columns[c].put(m, out);
    }
    fputc('\n', out);
}

int ps_write_maf(const ps_row *rows, size_t n, FILE *out, ps_error *err) {
    fputs("#version gdc-1.0.0\n", out);
    for (size_t c = 0; c < N_COLUMNS; c++)
        fprintf(out, "%s%s", c ? "\t" : "", columns[c].name);
    fputc('\n', out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rows[i].n_variants && !rows[i].failure; k++) {
            record m = record_of(&rows[i], &rows[i].variant[k]);
            if (m.v->pos1 > 0 && m.v->ref && m.v->alt) /* else the result of an early version */
                put_record(&m, out);
        }
    return ps_finish(out, "cohort.maf", err);
}
