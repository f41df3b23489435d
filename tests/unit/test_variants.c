/* Variant files as callers write them. Places are typed from public annotation: KRAS c.35 is chr12:25245350 (C) on
 * GRCh38 and 12:25398284 on GRCh37; c.34 is one further (C); NRAS c.181 is chr1:114713909 (G) and 1:115256530. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <htslib/bgzf.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/variants.h"

static char folder[64];
static ps_panel grch38, grch37;

#define LENGTHS38 "##contig=<ID=chr1,length=248956422>\n##contig=<ID=chr12,length=133275309>\n"
#define LENGTHS37 "##contig=<ID=1,length=249250621>\n##contig=<ID=12,length=133851895>\n"
#define HEAD "##fileformat=VCFv4.2\n" LENGTHS38
#define COLUMNS "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
#define G12D "chr12\t25245350\t.\tC\tT\t.\tPASS\t"

static char *in_folder(const char *name) {
    return ps_format("%s/%s", folder, name);
}

static char *put(const char *name, const char *text) {
    char *path = in_folder(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return path;
}

static int read_text(const char *text, const ps_panel *panel, const char *sample, ps_variants *v, ps_error *err) {
    char *path = put("v.vcf", text);
    memset(err, 0, sizeof *err);
    int result = ps_variants_read(path, panel, sample, v, err);
    free(path);
    return result;
}

static void must_read(const char *text, const ps_panel *panel, const char *sample, ps_variants *v) {
    ps_error err;
    if (read_text(text, panel, sample, v, &err) != 0)
        fail_msg("%s\n%s", err.text, text);
}

static void must_refuse(const char *text, const ps_panel *panel, const char *sample, const char *said) {
    ps_variants v;
    ps_error err;
    if (read_text(text, panel, sample, &v, &err) == 0)
        fail_msg("was read, expected '%s':\n%s", said, text);
    if (!strstr(err.text, said))
        fail_msg("'%s' does not say '%s'", err.text, said);
    assert_int_equal(err.kind, PS_ERR_RUN);
    assert_null(v.variant);
}

/* ---- counts: one record, one sample (or none) ------------------------------------------------------------------ */

static const struct {
    const char *note, *alt, *info, *keys, *values; /* keys NULL: no sample column */
    int64_t depth, alt_depth;
    double vaf;
    int genotype;
    const char *field;
} one_record[] = {
    {"Mutect2", "T", ".", "GT:AD:AF:DP", "0/1:90,10:0.11:105", 100, 10, 0.1, 1, "AD"},
    {"AD declared G", "T", ".", "GT:AD:DP", "0/1:183,45:.", 228, 45, 45.0 / 228, 1, "AD"},
    {"trailing values left out", "T", ".", "GT:AD:DP", "0/1:30,10", 40, 10, 0.25, 1, "AD"},
    {"GT only", "T", ".", "GT", "0/1", -1, -1, NAN, 1, ""},
    {"GT absent", "T", ".", "AD", "5,5", 10, 5, 0.5, -1, "AD"},
    {"GT half call of it", "T", ".", "GT:AD", "./1:5,5", 10, 5, 0.5, 1, "AD"},
    {"GT half call of the other", "T", ".", "GT", "0/.", -1, -1, NAN, -1, NULL},
    {"haploid", "T", ".", "GT", "1", -1, -1, NAN, 1, ""},
    {"phased, phase first", "T", ".", "GT", "|0|1", -1, -1, NAN, 1, ""},
    {"wild type with noise", "T", ".", "GT:AD", "0/0:398,2", 400, 2, 0.005, 0, "AD"},
    {"AF and DP", "T", ".", "GT:DP:AF", "0/1:200:0.05", 200, 10, 0.05, 1, "AF"},
    {"AF and INFO DP", "T", "DP=200", "GT:AF", "0/1:0.05", 200, 10, 0.05, 1, "AF"},
    {"AF alone", "T", ".", "GT:AF", "0/1:0.05", -1, -1, 0.05, 1, "AF"},
    {"DP alone", "T", ".", "GT:DP", "0/1:31", 31, -1, NAN, 1, "DP"},
    {"VarScan", "T", ".", "GT:GQ:DP:RD:AD:FREQ", "0/1:.:120:113:4:3.42%", 117, 4, 4.0 / 117, 1, "AD"},
    {"VarScan percent only", "T", ".", "GT:DP:FREQ", "0/1:1000:3.4%", 1000, 34, 0.034, 1, "FREQ"},
    {"VarScan decimal comma", "T", ".", "GT:DP:FREQ", "0/1:1000:3,4%", 1000, 34, 0.034, 1, "FREQ"},
    {"Strelka2 SNV", "T", ".", "DP:FDP:AU:CU:GU:TU", "105:2:0,0:90,92:0,1:10,12", 100, 10, 0.1, -1, "AU"},
    {"Strelka2 indel", "CAGT", ".", "DP:TAR:TIR:TOR", "99:70,75:20,22:9,9", 90, 20, 2.0 / 9, -1, "TIR"},
    {"VarDict", "T", ".", "GT:DP:VD:RD", "0/1:496:219:183,94", 496, 219, 219.0 / 496, 1, "VD"},
    {"VarDict with AD", "T", ".", "GT:DP:VD:ALD:RD:AD:AF", "0/1:500:219:145,74:183,94:277,219:0.4", 496, 219,
     219.0 / 496, 1, "AD"},
    {"freebayes", "T", "AO=77;DP=99", "GT:DP:RO:AO", "0/1:50:38:12", 50, 12, 0.24, 1, "AO"},
    {"Pisces", "T", ".", "GT:DP:VF", "0/1:1000:0.009", 1000, 9, 0.009, 1, "VF"},
    {"Platypus", "T", ".", "GT:NR:NV", "1/0:60:15", 60, 15, 0.25, 1, "NV"},
    {"Ion Torrent", "T", ".", "GT:DP:FDP:RO:FRO:AO:FAO:AF", "0/1:900:1000:850:900:40:100:0.1", 1000, 100, 0.1, 1,
     "FAO"},
    {"Ion Torrent hotspot absent", "T", "AF=0;FAO=0", "GT:DP:FDP:FRO:FAO:AF", "./.:900:1000:1000:0:0", 1000, 0, 0, 0,
     "FAO"},
    {"Ion Torrent AF 0 against GT", "T", ".", "GT:FDP:FRO:FAO:AF", "0/1:1000:1000:0:0", 1000, 0, 0, 0, "FAO"},
    {"AF 0 alone", "T", ".", "GT:AF", "0/0:0", -1, 0, 0, 0, "AF"},
    {"Ion Torrent without reads", "T", ".", "GT:FDP:FRO:FAO:AF", "0/0:0:0:0:0", 0, 0, NAN, -1, "FAO"},
    {"no reads against GT", "T", ".", "GT:AD:DP", "0/1:0,0:0", -1, -1, NAN, 1, "AD"},
    {"no reads in AD, but AO", "T", ".", "GT:AD:RO:AO", "0/1:0,0:6:4", 10, 4, 0.4, 1, "AO"},
    {"AF nan at no depth", "T", ".", "GT:DP:AF", "0/0:0:nan", 0, 0, NAN, -1, "DP"},
    {"bcftools", "T", "DP=44;DP4=10,10,3,2", "GT:PL", "0/1:9,0,9", 25, 5, 0.2, 1, "DP4"},
    {"LoFreq", "T", "DP=1000;AF=0.034;SB=0;DP4=483,483,17,17", NULL, NULL, 1000, 34, 0.034, -1, "DP4"},
    {"LoFreq without DP4", "T", "DP=1000;AF=0.034", NULL, NULL, 1000, 34, 0.034, -1, "AF"},
    {"population AF", "T", "AC=3;AN=1000;AF=0.003;DP=20", NULL, NULL, 20, -1, NAN, -1, "DP"},
    {"population AF without DP", "T", "AF=0.003", NULL, NULL, -1, -1, NAN, -1, ""},
    {"nothing", "T", ".", NULL, NULL, -1, -1, NAN, -1, ""},
    {"another caller's RO", "T", ".", "GT:RO:AO:AD", "0/1:x:-1.5:6,4", 10, 4, 0.4, 1, "AD"},
    {"AO over DP", "T", ".", "GT:DP:RO:AO", "0/1:5:3:9", 12, 9, 0.75, 1, "AO"},
    /* numbers that are none, or of another spelling */
    {"AF above 100", "T", ".", "GT:AF", "0/1:101", -1, -1, NAN, 1, ""},
    {"AF below 0", "T", ".", "GT:AF:DP", "0/1:-0.1:50", 50, -1, NAN, 1, "DP"},
    {"AD below 0", "T", ".", "GT:AD", "0/1:5,-3", -1, -1, NAN, 1, ""},
    {"AD a word", "T", ".", "GT:AD:DP", "0/1:5,x:50", 50, -1, NAN, 1, "DP"},
    {"AD without bounds", "T", ".", "GT:AD", "0/1:5,99999999999999999999", -1, -1, NAN, 1, ""},
    {"FREQ above 100", "T", ".", "GT:FREQ", "0/1:134%", -1, -1, NAN, 1, ""},
    {"DP a decimal", "T", ".", "GT:AD:DP", "0/1:90,10:100.0", 100, 10, 0.1, 1, "AD"},
    {"AF in percent", "T", ".", "GT:DP:AF", "0/1:200:5.0", 200, 10, 0.05, 1, "AF"},
    {"AF with a sign of percent", "T", ".", "GT:DP:AF", "0/1:200:0.5%", 200, 1, 0.005, 1, "AF"},
    {"decimal comma", "T", ".", "GT:DP:AF", "0/1:200:0,05", 200, 10, 0.05, 1, "AF"},
    {"decimal comma, two alleles", "T,*", ".", "GT:DP:AF", "0/1:200:0,05,0,1", 200, 10, 0.05, 1, "AF"},
    {"a decimal comma or a list", "T", ".", "GT:DP:AF", "0/1:200:0,1", 200, -1, NAN, 1, "DP"},
    {"REF first", "T", ".", "GT:DP:AF", "0/1:200:0.95,0.05", 200, 10, 0.05, 1, "AF"},
    {"VAF of DeepVariant", "T", ".", "GT:DP:VAF", "0/1:200:0.05", 200, 10, 0.05, 1, "VAF"},
    {"CaVEMan", "T", ".", "GT:FAZ:FCZ:FGZ:FTZ:RAZ:RCZ:RGZ:RTZ:PM", "0|1:0:48:1:12:0:47:0:12:0.2", 120, 24, 0.2, 1,
     "FAZ"},
    {"CaVEMan, older", "T", ".", "GT:AA:CA:GA:TA:PM", "0|1:0:96:0:24:0.2", 120, 24, 0.2, 1, "AA"},
    {"ancestral allele", "T", "AA=1;DP=30;CA=1;GA=1;TA=1", NULL, NULL, 30, -1, NAN, -1, "DP"},
    {"AD of REF alone", "T", ".", "GT:AD:DP:AF", "0/1:90:100:0.1", 100, 10, 0.1, 1, "AF"},
    /* lists of more alleles than the record has */
    {"one counted, carried", "T", ".", "GT:DP:AD:AF", "0/1:1000:880,120,0:0.12,0", 1000, 120, 0.12, 1, "AD"},
    {"two counted", "T", ".", "GT:DP:AD:AF", "0/1:1000:880,90,30:0.09,0.03", 1000, -1, NAN, 1, "DP"},
    {"one counted, not carried", "T", ".", "GT:DP:AD", "0/0:1000:880,120,0", 1000, -1, NAN, 0, "DP"},
    {"vt's old alleles", "T", "OLD_MULTIALLELIC=chr12:25245350:C/A/T", "GT:DP:AD", "0/1:1000:880,90,30", 1000, 30,
     0.03, 1, "AD"},
    {"vt's old alleles without this one", "T", "OLD_MULTIALLELIC=chr12:25245350:C/A/G", "GT:DP:AD",
     "0/1:1000:880,90,30", 1000, -1, NAN, 1, "DP"},
    {"bcftools' old record", "T", "OLD_REC=chr12|25245350|C|A,T|2", "GT:DP:AD", "0/1:1000:880,90,30", 1000, 30, 0.03,
     1, "AD"},
    {"vt, Ion Torrent", "T", "OLD_MULTIALLELIC=chr12:25245350:C/T/A", "GT:DP:FDP:FAO:FRO:AO:RO:AF",
     "0/1:2000:1990:200,0:1790:201,0:1799:0.1005,0", 1990, 200, 200.0 / 1990, 1, "FAO"},
    /* nobody has called anything */
    {"likelihoods only", "T", ".", "PL:AD", "0,255,255:300,2", 0, 0, NAN, 0, NULL},
    {"dosage only", "T", ".", "DS:GP", "0.00:1,0,0", 0, 0, NAN, 0, NULL},
    {"local alleles", "T", ".", "LGT:LAA:DP", "0/0:.:30", 0, 0, NAN, 0, NULL},
    {"nothing at all", "T", ".", ".", ".", 0, 0, NAN, 0, NULL},
    {"depth and no genotype", "T", ".", "DP", "1000", 0, 0, NAN, 0, NULL},
};

static void check_one(size_t i) {
    const char *keys = one_record[i].keys;
    char *text = ps_format("%s%s%s\nchr12\t25245350\t.\tC\t%s\t.\t.\t%s%s%s%s%s\n", HEAD, COLUMNS,
                           keys ? "\tFORMAT\tone" : "", one_record[i].alt, one_record[i].info, keys ? "\t" : "",
                           keys ? keys : "", keys ? "\t" : "", keys ? one_record[i].values : "");
    ps_variants v;
    must_read(text, &grch38, NULL, &v);
    if (!one_record[i].field) { /* a no-call without counts is not used, and said */
        assert_int_equal(v.n_variants, 0);
        assert_non_null(strstr(v.notice, "no genotype call"));
    } else if (v.n_variants != 1 || v.variant[0].depth != one_record[i].depth ||
               v.variant[0].alt_depth != one_record[i].alt_depth || v.variant[0].genotype != one_record[i].genotype ||
               strcmp(v.variant[0].depth_field, one_record[i].field) != 0 ||
               isnan(v.variant[0].vaf) != isnan(one_record[i].vaf) ||
               (!isnan(v.variant[0].vaf) && fabs(v.variant[0].vaf - one_record[i].vaf) > 1e-9)) {
        fail_msg("%s: n %zu depth %lld alt %lld vaf %g gt %d field %s", one_record[i].note, v.n_variants,
                 v.n_variants ? (long long)v.variant[0].depth : -9,
                 v.n_variants ? (long long)v.variant[0].alt_depth : -9, v.n_variants ? v.variant[0].vaf : -9,
                 v.n_variants ? v.variant[0].genotype : -9, v.n_variants ? v.variant[0].depth_field : "-");
    } else {
        assert_string_equal(v.variant[0].filter, "PASS");
        assert_int_equal(v.variant[0].filter_pass, 1);
    }
    assert_string_equal(v.sample_name, keys ? "one" : "");
    ps_variants_free(&v);
    free(text);
}

static void test_counts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof one_record / sizeof *one_record; i++)
        check_one(i);
}

/* ---- the tumour's column --------------------------------------------------------------------------------------- */

/* Every column has its own alt count: column i has 10 + i. */
static char *columns_text(const char *meta, const char *info, const char *names) {
    int n = 1;
    for (const char *p = names; *p; p++)
        n += *p == '\t';
    char *text = ps_format("%s%s%s\tFORMAT\t%s\n%s%s\tGT:AD", HEAD, meta, COLUMNS, names, G12D, info);
    for (int i = 0; i < n; i++) {
        char *longer = ps_format("%s\t0/1:100,%d", text, 10 + i);
        free(text);
        text = longer;
    }
    char *whole = ps_format("%s\n", text);
    free(text);
    return whole;
}

static const struct {
    const char *meta, *info, *names, *wanted;
    int column; /* -1: refused */
    const char *said;
} columns[] = {
    {"", ".", "only", NULL, 0, NULL},
    {"", ".", "an odd name", NULL, 0, NULL},
    {"##normal_sample=A\n##tumor_sample=B\n", ".", "A\tB", NULL, 1, NULL},
    {"##normal_sample=A\n##tumor_sample=B\n", ".", "B\tA", NULL, 0, NULL},
    {"##normal_sample=A\n", ".", "A\tB", NULL, 1, NULL},
    {"##TUMOR=\"Sample=x-01,File=/t.bam\"\n##NORMAL=\"Sample=x-11,File=/n.bam\"\n", ".", "TUMOR\tNORMAL", NULL, 0,
     NULL},
    {"##TUMOR=\"Sample=zz,File=/t.bam\"\n##NORMAL=\"Sample=yy,File=/n.bam\"\n", ".", "yy\tzz", NULL, 1, NULL},
    {"##SAMPLE=<ID=TUMOR,SampleName=zz,File=f>\n", ".", "yy\tzz", NULL, 1, NULL},
    {"##MuTect=\"analysis_type=MuTect tumor_sample_name=zz normal_sample_name=yy x=1\"\n", ".", "yy\tzz", NULL, 1,
     NULL},
    {"", ".", "NORMAL\tTUMOR", NULL, 1, NULL},
    {"", ".", "TUMOR\tNORMAL", NULL, 0, NULL},
    {"", "STATUS=x;SAMPLE=aa;TYPE=SNV", "aa\tbb", NULL, 0, NULL},
    {"", "SAMPLE=bb", "aa\tbb", NULL, 1, NULL},
    {"", ".", "LTS_1_N\t1_rna\tLTS_1_T", NULL, 2, NULL},
    {"", ".", "P1-normal\tP1-lesion", NULL, 1, NULL},
    {"", ".", "P1_germline\tP1", NULL, 1, NULL},
    {"", ".", "P1\tP1-Blood", NULL, 0, NULL},
    {"", ".", "P1_rna\tP1_N", NULL, 0, NULL}, /* the RNA is all there is of the tumour */
    {"", ".", "TCGA-B5-A0JV-01A-11D\tTCGA-B5-A0JV-10A-01W", NULL, 0, NULL},
    {"", ".", "TCGA-B5-A0JV-11A-11D\tTCGA-B5-A0JV-06A-01W", NULL, 1, NULL},
    {"##PEDIGREE=<Derived=S1,Original=S2>\n", ".", "S2\tS1", NULL, 1, NULL},
    {"##PEDIGREE=<ID=S1,Original=S2>\n", ".", "S1\tS2", NULL, 0, NULL},
    {"##PEDIGREE=<ID=kid,Father=pa,Mother=ma>\n", ".", "kid\tpa\tma", NULL, -1, "cannot tell"},
    {"##SAMPLE=<ID=a1,NAME=TCGA-AA-0001-01A,TYPE=Tumor>\n", ".", "c3\ta1", NULL, 1, NULL},
    {"##SAMPLE=<ID=c3,Description=\"Wild type\",Accession=.>\n", ".", "c3\ta1", NULL, 1, NULL},
    {"##cmdline=configure.py --tumor /data/DX7_01.bam --normal /data/DX7_02.bam\n", ".", "DX7_02\tDX7_01", NULL, 1,
     NULL},
    {"##cmdline=configure.py --tumorBam=/data/DX7_1.sorted.cram\n", ".", "DX7\tDX7_1", NULL, 1, NULL},
    {"##cmdline=configure.py --tumor /data/DX70.bam\n", ".", "DX7\tDX8", NULL, -1, "cannot tell"},
    {"##SentieonCommandLine.TNscope=<ID=TNscope,CommandLine=\"--algo TNscope --tumor_sample x1 --normal_sample x2 "
     "o\">\n",
     ".", "x2\tx1", NULL, 1, NULL},
    {"##GATKCommandLine=<ID=Mutect2,CommandLine=\"Mutect2 --normal-sample x2 --panel-of-normals n.vcf\">\n", ".",
     "x2\tx1", NULL, 1, NULL},
    {"##a=--tumor x1\n##b=--normal x1\n", ".", "x1\tx2", NULL, -1, "cannot tell"},
    {"", ".", "MM01_CD138pos\tMM01_CD3_T", NULL, 0, NULL},
    {"", ".", "MM01_CD138\tMM01_T-cells", NULL, 0, NULL},
    {"", ".", "MM01_CD138+\tMM01_CD138-", NULL, 0, NULL},
    {"", ".", "MM01_CD138neg\tMM01_CD138pos", NULL, 1, NULL},
    {"", ".", "MMRF_1_1_PB_Whole_C1\tMMRF_1_1_BM_CD138pos_T1", NULL, 1, NULL},
    {"", ".", "P1_PB\tP1_BM", NULL, 1, NULL},
    {"", ".", "P1_BM\tP1_other", NULL, 0, NULL},
    {"", ".", "P1_PB_CD138pos\tP1_skin", NULL, 0, NULL},
    {"", ".", "P1_remission\tP1_relapse", NULL, 1, NULL},
    {"", ".", "P1_CD138pos_RNA\tP1_CD138pos\tP1_CD3", NULL, 1, NULL},
    {"", ".", "P1_primary\tP1_relapse", NULL, -1,
     "P1_primary and P1_relapse both look like one; its columns are: P1_primary, "},
    {"", ".", "P1_diagnosis\tP1_CD138pos\tN", NULL, -1, "P1_diagnosis and P1_CD138pos both look like one"},
    {"", ".", "P1_CD3", NULL, -1, "only column is that of a normal"},
    {"", ".", "P1_blood", NULL, 0, NULL},
    {"", ".", "aa\tbb", NULL, -1, "its columns are: aa, bb; name one with --vcf-sample"},
    {"", ".", "a_T\tb_T", NULL, -1, "cannot tell which column is the tumour"},
    {"##tumor_sample=aa\n##tumor_sample=bb\n", ".", "aa\tbb", NULL, -1, "cannot tell"},
    {"", ".", "NORMAL", NULL, -1, "only column is that of a normal"},
    {"##normal_sample=q\n", ".", "q", NULL, -1, "only column is that of a normal"},
    {"", ".", "NORMAL", "NORMAL", 0, NULL},
    {"", ".", "aa\tbb", "bb", 1, NULL},
    {"##tumor_sample=aa\n", ".", "aa\tbb", "bb", 1, NULL}, /* what the user says wins */
    {"", ".", "a b\tcc", "a b", 0, NULL},
    {"", ".", "aa\tbb", "cc", -1, "has no column named cc"},
    {"", ".", "dup\tdup", NULL, -1, "its columns are: dup, dup#2"},
    {"", ".", "dup\tdup", "dup", -1, "several columns are named dup"},
    {"", ".", "dup\tdup", "dup#2", 1, NULL},
    {"", ".", "dup\tdup", "dup#1", 0, NULL},
    {"", ".", "dup\tdup\tN", NULL, -1, "cannot tell"},
    {"", ".", "dup#2\tdup\tdup", NULL, -1, "its columns are: dup#2, dup, dup#3"},
    {"", ".", "dup#2\tdup\tdup", "dup#2", 0, NULL},
};

static void test_columns(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char *text = columns_text(columns[i].meta, columns[i].info, columns[i].names);
        if (columns[i].column < 0) {
            must_refuse(text, &grch38, columns[i].wanted, columns[i].said);
        } else {
            ps_variants v;
            must_read(text, &grch38, columns[i].wanted, &v);
            assert_int_equal(v.n_variants, 1);
            if (v.variant[0].alt_depth != 10 + columns[i].column)
                fail_msg("%s: column %lld", columns[i].names, (long long)v.variant[0].alt_depth - 10);
            ps_variants_free(&v);
        }
        free(text);
    }
    char *none = ps_format("%s%s\n%s.\n", HEAD, COLUMNS, G12D);
    must_refuse(none, &grch38, "x", "has no sample columns");
    free(none);
}

/* Each name was compared with all before it: 100,000 took a minute, a million would take hours. */
static void test_many_columns(void **state) {
    (void)state;
    enum { MANY = 1000000 };
    char *names = ps_alloc((size_t)MANY * 2 + 1, 1);
    for (size_t i = 0; i < MANY; i++)
        memcpy(names + 2 * i, "\ts", 2);
    char *text = ps_format("%s%s\tFORMAT%s\n", HEAD, COLUMNS, names);
    must_refuse(text, &grch38, NULL, "cannot tell which column is the tumour");
    free(text);
    free(names);
}

/* ---- alleles --------------------------------------------------------------------------------------------------- */

static void test_alleles(void **state) {
    (void)state;
    ps_variants v;
    /* multi-allelic with '*' and <NON_REF>, padded alleles, lower case; 25245349..51 are A C C on GRCh38 */
    must_read(HEAD COLUMNS "\tFORMAT\ts\n"
                           "chr12\t25245349\t.\tACC\tAtC,*,AAC,<NON_REF>,A\t.\tPASS\t.\tGT:AD\t1/5:10,1,2,3,4,5\n",
              &grch38, NULL, &v);
    assert_int_equal(v.n_variants, 3);
    assert_int_equal(v.variant[0].beg0, 25245349); /* C>A */
    assert_int_equal(v.variant[0].end0, 25245350);
    assert_string_equal(v.variant[0].alt, "A");
    assert_int_equal(v.variant[0].alt_depth, 3);
    assert_int_equal(v.variant[0].genotype, 0);
    assert_string_equal(v.variant[1].alt, "T"); /* C>T */
    assert_int_equal(v.variant[1].alt_depth, 1);
    assert_int_equal(v.variant[1].depth, 25);
    assert_int_equal(v.variant[1].genotype, 1);
    assert_string_equal(v.variant[2].alt, ""); /* deletion of CC */
    assert_int_equal(v.variant[2].beg0, 25245349);
    assert_int_equal(v.variant[2].end0, 25245351);
    assert_int_equal(v.variant[2].alt_depth, 5);
    assert_int_equal(v.n_blocks, 0);
    ps_variants_free(&v);
    /* unsorted records come out sorted; MNV; insertion at its place; nothing of symbolic, breakend and intron records
     */
    must_read(HEAD COLUMNS "\n"
                           "chr12\t25245350\t.\tCC\tTA\t.\tPASS\t.\n"
                           "chr12\t25245350\t.\tC\tCGGG\t.\tPASS\t.\n"
                           "chr1\t114713909\t.\tG\tT\t.\tPASS\t.\n"
                           "chr12\t25245350\t.\tC\t<DEL>\t.\tPASS\tEND=25245380\n"
                           "chr12\t25245350\t.\tC\tC[chr1:5[\t.\tPASS\t.\n"
                           "chr12\t25220000\t.\tA\tT\t.\tPASS\t.\n"
                           "chrUn_1\t5\t.\tA\tT\t.\tPASS\t.\n",
              &grch38, NULL, &v);
    assert_int_equal(v.n_variants, 3);
    assert_int_equal(v.variant[0].contig, ps_panel_contig(&grch38, "chr1"));
    assert_int_equal(v.variant[1].beg0, 25245349);
    assert_int_equal(v.variant[1].end0, 25245351);
    assert_string_equal(v.variant[1].alt, "TA");
    assert_int_equal(v.variant[2].beg0, 25245350);
    assert_int_equal(v.variant[2].end0, 25245350);
    assert_string_equal(v.variant[2].alt, "GGG");
    assert_int_equal(v.records, 7);
    assert_int_equal(v.style, PS_STYLE_UCSC);
    ps_variants_free(&v);
}

static void test_filters(void **state) {
    (void)state;
    static const struct {
        const char *written, *kept;
        int pass;
    } filters[] = {{"PASS", "PASS", 1},   {".", "PASS", 1},          {"Tier2", "Tier2", 1},
                   {"Tier5", "Tier5", 0}, {"q10;s50", "q10;s50", 0}, {"Tier1;q10", "Tier1;q10", 0}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        char *text = ps_format("%s%s\nchr12\t25245350\t.\tC\tT\t.\t%s\t.\n", HEAD, COLUMNS, filters[i].written);
        ps_variants v;
        must_read(text, &grch38, NULL, &v);
        assert_string_equal(v.variant[0].filter, filters[i].kept);
        assert_int_equal(v.variant[0].filter_pass, filters[i].pass);
        ps_variants_free(&v);
        free(text);
    }
}

/* ---- gVCF ------------------------------------------------------------------------------------------------------ */

static void test_blocks(void **state) {
    (void)state;
    ps_variants v;
    must_read(HEAD COLUMNS "\tFORMAT\ts\n"
                           "chr12\t25245300\t.\tN\t<NON_REF>\t.\t.\tEND=25245340\tGT:DP:MIN_DP\t0/0:50:40\n"
                           "chr12\t25245341\t.\tN\t<*>\t.\t.\tEND=25245345;MinDP=33\tGT:DP\t0/0:50\n"
                           "chr12\t25245346\t.\tN\t.\t.\tPASS\tDP=22\tGT\t0/0\n"
                           "chr12\t25245347\t.\tN\t.\t.\tPASS\t.\tGT:DP\t0|0:21\n"
                           "chr12\t25245348\t.\tN\t.\t.\tLowQual\t.\tGT:DP\t0/0:99\n"
                           "chr12\t25245349\t.\tN\t.\t.\tPASS\t.\tGT:DP\t./.:99\n"
                           "chr12\t25245350\t.\tC\tT,<NON_REF>\t.\tPASS\t.\tGT:AD\t0/1:5,5,0\n"
                           "chr12\t25245351\t.\tC\t.\t.\tPASS\t.\tGT:DP\t0/1:99\n"
                           "chr12\t25245352\t.\tN\t.\t.\tPASS\t.\tGT\t0/0\n",
              &grch38, NULL, &v);
    assert_int_equal(v.n_variants, 1);
    assert_int_equal(v.n_blocks, 4);
    assert_int_equal(v.n_unclear, 3); /* refused, not called, another genotype */
    assert_int_equal(v.unclear[0].beg0, 25245347);
    assert_string_equal(v.unclear[1].text, "chr12:25245349 N>., no sure genotype 0/0");
    static const int32_t expected[4][3] = {
        {25245299, 25245340, 40}, {25245340, 25245345, 33}, {25245345, 25245346, 22}, {25245346, 25245347, 21}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(v.block[i].beg0, expected[i][0]);
        assert_int_equal(v.block[i].end0, expected[i][1]);
        assert_int_equal(v.block[i].depth, expected[i][2]);
    }
    ps_variants_free(&v);
    must_read(HEAD COLUMNS "\tFORMAT\ts\nchr12\t25245300\t.\tN\t<NON_REF>\t.\t.\tEND=25245400\tGT:DP\t0/0:-5\n",
              &grch38, NULL, &v);
    assert_int_equal(v.n_blocks, 0); /* of unknown depth */
    ps_variants_free(&v);
    must_read(HEAD COLUMNS
              "\tFORMAT\ts\nchr12\t25245300\t.\tN\t<NON_REF>\t.\t.\tEND=25245400\tGT:DP:FT\t0/0:50:LowGQX\n"
              "chr12\t25245300\t.\tN\t<NON_REF>\t.\t.\tEND=25245400\tGT:DP:TLOD\t0/0:50:0.5\n",
              &grch38, NULL, &v);
    assert_int_equal(v.n_blocks, 0); /* refused for the sample; rather a mutation than none */
    assert_int_equal(v.n_unclear, 2);
    ps_variants_free(&v);
    must_refuse(HEAD COLUMNS "\tFORMAT\ts\nchr12\t25245340\t.\tN\t<NON_REF>\t.\t.\tEND=7\tGT:DP\t0/0:5\n", &grch38,
                NULL, "END is not a position");
}

/* ---- faults ---------------------------------------------------------------------------------------------------- */

static const struct {
    const char *record, *said;
} faults[] = {
    {"chr12\t25245350\t.\tC\tT\t.\tPASS\t.\tGT:DP\t0/2:5", "GT is '0/2'"},
    {"chr12\t25245350\t.\tC\tT\t.\tPASS\t.\tGT:DP\t0;1:5", "GT is '0;1'"},
    {"chr12\t0\t.\tC\tT\t.\tPASS\t.\tGT\t0/1", "POS is 0"},
    {"chr12\t-4\t.\tC\tT\t.\tPASS\t.\tGT\t0/1", "POS is '-4'"},
    {"chr12\t1e6\t.\tC\tT\t.\tPASS\t.\tGT\t0/1", "POS is '1e6'"},
    {"chr12\t99999999999\t.\tC\tT\t.\tPASS\t.\tGT\t0/1", "POS is"},
    {"chr12\t133275310\t.\tC\tT\t.\tPASS\t.\tGT\t0/1", "beyond the end of chr12"},
    {"chr12\t133275309\t.\tCC\tT\t.\tPASS\t.\tGT\t0/1", "beyond the end of chr12"},
    {"chr12\t25245350\t.\tC\tT\t.\tPASS\t.", "v.vcf:5: has 8 tab-separated fields, expected the header's 10"},
    {"chr12\t25245350\t.\tC\tT\t.\tPASS\t.\tGT\t0/1\t0/1", "has 11 tab-separated fields"},
    {"chr12 25245350 . C T . PASS . GT 0/1", "has 1 tab-separated fields"},
    {"chr12\t25245350\t.\t\tT\t.\tPASS\t.\tGT\t0/1", "REF is ''"},
    {"chr12\t25245350\t.\tC\tJ\t.\tPASS\t.\tGT\t0/1", "ALT is 'J'"},
    {"chr12\t25245350\t.\tC\tT,\t.\tPASS\t.\tGT\t0/1", "ALT is ''"},
    {"chr12\t25245350\t.\tG\tT\t.\tPASS\t.\tGT\t0/1", "REF has G at 25245350, but GRCh38 has C there"},
    {"chr12\t25245349\t.\tAG\tA\t.\tPASS\t.\tGT\t0/1", "REF has G at 25245350, but GRCh38 has C there"},
};

static void test_faults(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char *text = ps_format("%s%s\tFORMAT\ts\n%s\n", HEAD, COLUMNS, faults[i].record);
        must_refuse(text, &grch38, NULL, faults[i].said);
        free(text);
    }
    enum { MANY = 65535 };
    char *alts = ps_alloc((size_t)MANY * 2, 1);
    for (size_t i = 0; i < MANY; i++)
        memcpy(alts + 2 * i, i + 1 < MANY ? "T," : "T", 2);
    char *crowded = ps_format("%s%s\nchr12\t25245350\t.\tC\t%s\t.\t.\t.\n", HEAD, COLUMNS, alts);
    must_refuse(crowded, &grch38, NULL, "has 65536 alleles, more than the 65535 of a BCF");
    free(crowded);
    free(alts);
    must_refuse("##fileformat=VCFv4.2\nchr12\t5\t.\tC\tT\t.\t.\t.\n", &grch38, NULL, "the #CHROM line is missing");
    must_refuse("##fileformat=VCFv4.2\n", &grch38, NULL, "the #CHROM line is missing");
    must_refuse("##fileformat=VCFv4.2\n#CHROM\tPOS\tREF\n", &grch38, NULL, "column 3 is 'REF', expected 'ID'");
    must_refuse("##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n", &grch38, NULL, "separated by tabs");
    must_refuse(HEAD COLUMNS "\tFORMAT\ta\t\n", &grch38, NULL, "a sample column without a name");
    must_refuse("some words\nmore\n", &grch38, NULL, "is not a VCF or BCF file but");
    must_refuse(">chr1\nACGT\n", &grch38, NULL, "is not a VCF or BCF file but FASTA");
    must_refuse("@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:5\n", &grch38, NULL, "is not a VCF or BCF file but SAM");
    must_refuse("", &grch38, NULL, "is empty");
    ps_variants v;
    ps_error err = {0};
    assert_int_equal(ps_variants_read("/nonexistent/x.vcf", &grch38, NULL, &v, &err), -1);
    assert_non_null(strstr(err.text, "No such file"));
    memset(&err, 0, sizeof err);
    assert_int_equal(ps_variants_read(folder, &grch38, NULL, &v, &err), -1);
    assert_non_null(strstr(err.text, "is a folder"));
    ps_variants_free(&v);
}

/* ---- odd headers ----------------------------------------------------------------------------------------------- */

static void test_odd_headers(void **state) {
    (void)state;
    static const char *const texts[] = {
        "##fileDate=20200101\n##fileformat=VCFv4.2\n" LENGTHS38 COLUMNS "\tFORMAT\ts\n" G12D "\tGT:AD\t0/1:9,1\n",
        "\xef\xbb\xbf" HEAD COLUMNS "\tFORMAT\ts\n" G12D ".\tGT:AD\t0/1:9,1\n",
        COLUMNS "\tFORMAT\ts\n" G12D ".\tGT:AD\t0/1:9,1\n",
        "##fileformat=VCFv4.2\r\n" COLUMNS "\tFORMAT\ts\r\n" G12D ".\tGT:AD\t0/1:9,1\r\n",
        HEAD "##FORMAT=<ID=AD,Number=1,Type=String,Description=\"wrong\">\n" COLUMNS "\tFORMAT\ts\n" G12D
             ".\tGT:AD\t0/1:9,1\n",
        HEAD COLUMNS "\tFORMAT\ts\n" G12D ".\tGT:AD\t0/1:9,1", /* no newline at the end */
        HEAD COLUMNS "\tFORMAT\ts\n\n" G12D ".\tGT:AD\t0/1:9,1\n\n",
        "##fileformat=VCFv4.2\n" COLUMNS "\tFORMAT\ts\n12\t25245350\t.\tc\tt\t.\tPASS\t.\tGT:AD\t0/1:9,1\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ps_variants v;
        char *text = ps_strdup(texts[i]);
        if (i == 0) { /* INFO is empty in the macro there */
            free(text);
            text = ps_format("%s", "##fileDate=20200101\n##fileformat=VCFv4.2\n" LENGTHS38 COLUMNS
                                   "\tFORMAT\ts\n" G12D ".\tGT:AD\t0/1:9,1\n");
        }
        must_read(text, &grch38, NULL, &v);
        assert_int_equal(v.n_variants, 1);
        assert_int_equal(v.variant[0].alt_depth, 1);
        assert_int_equal(v.variant[0].depth, 10);
        assert_string_equal(v.format, "VCF");
        assert_string_equal(v.build, "GRCh38");
        assert_int_equal(strstr(v.notice, "newline") != NULL, i == 5);
        assert_int_equal(strstr(v.notice, "contig lengths are missing") != NULL, i == 2 || i == 3 || i == 7);
        assert_int_equal(v.style, i == 7 ? PS_STYLE_ENSEMBL : PS_STYLE_UCSC);
        ps_variants_free(&v);
        free(text);
    }
}

/* ---- containers ------------------------------------------------------------------------------------------------ */

static const char two_records[] =
    HEAD "##FILTER=<ID=PASS,Description=\"x\">\n##INFO=<ID=DP,Number=1,Type=Integer,Description=\"x\">\n"
         "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
         "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">\n"
         "##FORMAT=<ID=AF,Number=A,Type=Float,Description=\"x\">\n" COLUMNS "\tFORMAT\tN\tT\n"
         "chr1\t114713909\t.\tG\tT\t.\tPASS\tDP=5\tGT:AD:AF\t0/0:50,0:0\t0/1:183,45:0.2\n" G12D
         "DP=7\tGT:AD:AF\t0/0:50,0:0\t0/1:90,10:0.1\n";

static void check_two(const char *path, const char *format) {
    ps_variants v;
    ps_error err = {0};
    if (ps_variants_read(path, &grch38, NULL, &v, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(v.format, format);
    assert_string_equal(v.sample_name, "T");
    assert_int_equal(v.n_variants, 2);
    assert_int_equal(v.variant[0].alt_depth, 45);
    assert_int_equal(v.variant[1].alt_depth, 10);
    assert_int_equal(v.records, 2);
    assert_string_equal(v.path, path);
    ps_variants_free(&v);
    const char *build;
    char why[200];
    assert_int_equal(ps_variants_build(path, &build, why, sizeof why, &err), 0);
    assert_string_equal(build, "GRCh38");
}

static void cut_file(const char *path, long less) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - less), 0);
}

static void must_be_cut(const char *path) {
    ps_variants v;
    ps_error err = {0};
    assert_int_equal(ps_variants_read(path, &grch38, NULL, &v, &err), -1);
    if (!strstr(err.text, "truncated") && !strstr(err.text, "damaged"))
        fail_msg("%s", err.text);
}

static void test_containers(void **state) {
    (void)state;
    char *plain = put("two.vcf", two_records), *gz = in_folder("two.vcf.gz"), *bgz = in_folder("two.b.gz"),
         *bcf = in_folder("two.bcf");
    check_two(plain, "VCF");
    gzFile g = gzopen(gz, "wb");
    assert_int_equal(gzwrite(g, two_records, sizeof two_records - 1), sizeof two_records - 1);
    assert_int_equal(gzclose(g), Z_OK);
    check_two(gz, "VCF");
    BGZF *b = bgzf_open(bgz, "w");
    assert_int_equal(bgzf_write(b, two_records, sizeof two_records - 1), sizeof two_records - 1);
    assert_int_equal(bgzf_close(b), 0);
    check_two(bgz, "VCF");
    htsFile *in = hts_open(plain, "r"), *out = hts_open(bcf, "wb");
    bcf_hdr_t *header = bcf_hdr_read(in);
    bcf1_t *record = bcf_init();
    assert_int_equal(bcf_hdr_write(out, header), 0);
    while (bcf_read(in, header, record) == 0)
        assert_int_equal(bcf_write(out, header, record), 0);
    bcf_destroy(record);
    bcf_hdr_destroy(header);
    hts_close(in);
    assert_int_equal(hts_close(out), 0);
    check_two(bcf, "BCF");
    cut_file(gz, 20);
    must_be_cut(gz);
    cut_file(bgz, 28); /* the end block */
    must_be_cut(bgz);
    cut_file(bgz, 20);
    must_be_cut(bgz);
    cut_file(bcf, 28);
    must_be_cut(bcf);
    cut_file(bcf, 20);
    must_be_cut(bcf);
    free(plain);
    free(gz);
    free(bgz);
    free(bcf);
}

/* A file of more than 50 MB with an index: only the RAS windows are read, with the same answer as a scan. */
static void test_big_indexed(void **state) {
    (void)state;
    char *path = in_folder("big.vcf.gz");
    BGZF *b = bgzf_open(path, "w0"); /* stored, to be big quickly */
    char *filler = ps_alloc(20001, 1);
    memset(filler, 'x', 20000);
    char *head = ps_format("%s%s\tFORMAT\ts\n", HEAD, COLUMNS);
    assert_true(bgzf_write(b, head, strlen(head)) > 0);
    for (int contig = 0; contig < 2; contig++)
        for (int i = 0; i < 1400; i++) {
            const char *name = contig ? "chr12" : "chr1";
            long pos = 10000 + 1000L * i;
            char *line = ps_format("%s\t%ld\t.\tN\tT\t.\tPASS\tX=%s\tGT\t0/1\n", name, pos, filler);
            assert_true(bgzf_write(b, line, strlen(line)) > 0);
            free(line);
        }
    static const char tail[] =
        "chr12\t25240000\t.\tN\t<NON_REF>\t.\tPASS\tEND=25245340\tGT:DP\t0/0:70\n" G12D ".\tGT:AD\t0/1:9,1\n";
    assert_true(bgzf_write(b, tail, sizeof tail - 1) > 0);
    assert_int_equal(bgzf_close(b), 0);
    free(filler);
    free(head);
    for (int indexed = 0; indexed < 2; indexed++) {
        if (indexed)
            assert_int_equal(tbx_index_build(path, 0, &tbx_conf_vcf), 0);
        ps_variants v;
        ps_error err = {0};
        if (ps_variants_read(path, &grch38, NULL, &v, &err) != 0)
            fail_msg("%s", err.text);
        assert_int_equal(v.records, indexed ? 2 : 2802);
        assert_int_equal(v.n_variants, 1);
        assert_int_equal(v.n_blocks, 1);
        assert_int_equal(v.block[0].depth, 70);
        ps_variants_free(&v);
    }
    unlink(path);
    free(path);
}

/* ---- build ----------------------------------------------------------------------------------------------------- */

static void check_build(const char *text, const char *expected, const char *said) {
    char *path = put("build.vcf", text), why[256];
    const char *build = "?";
    ps_error err = {0};
    if (ps_variants_build(path, &build, why, sizeof why, &err) != 0)
        fail_msg("%s", err.text);
    if (expected)
        assert_string_equal(build, expected);
    else
        assert_null(build);
    if (!strstr(why, said))
        fail_msg("'%s' does not say '%s'", why, said);
    free(path);
}

static void test_build(void **state) {
    (void)state;
    check_build("##fileformat=VCFv4.2\n" LENGTHS38 COLUMNS "\n", "GRCh38", "248956422");
    check_build("##fileformat=VCFv4.2\n" LENGTHS37 COLUMNS "\n", "GRCh37", "249250621");
    /* REF bases; a header without lengths does not stop them */
    check_build("##fileformat=VCFv4.2\n##contig=<ID=chr12>\n" COLUMNS "\n" G12D ".\n", "GRCh38", "REF bases");
    check_build("##fileformat=VCFv4.2\n" COLUMNS "\n12\t25398284\t.\tC\tT\t.\t.\t.\n", "GRCh37", "REF bases");
    check_build("##fileformat=VCFv4.2\n" COLUMNS "\n12\t25398284\t.\tG\tT\t.\t.\t.\n", NULL, "of no known build");
    /* both fit: no answer */
    check_build("##fileformat=VCFv4.2\n" COLUMNS "\n12\t25398284\t.\tC\tT\t.\t.\t.\n" G12D ".\n", NULL,
                "of no known build");
    /* chr9 has 138394717 bases on GRCh38 and 141213431 on GRCh37 */
    check_build("##fileformat=VCFv4.2\n" COLUMNS "\n9\t139411714\t.\tC\tT\t.\t.\t.\n", "GRCh37", "beyond the ends");
    check_build("##fileformat=VCFv4.2\n##reference=file:///ref/hg19.fa\n" COLUMNS "\n", "GRCh37", "##reference");
    check_build("##fileformat=VCFv4.2\n##contig=<ID=1,assembly=GRCh38>\n" COLUMNS "\n", "GRCh38", "##reference");
    check_build("##fileformat=VCFv4.2\n##reference=hg19_to_hg38\n" COLUMNS "\n", NULL, "of no known build");
    check_build("##fileformat=VCFv4.2\n" COLUMNS "\n", NULL, "of no known build");
    const char *build;
    char why[200];
    ps_error err = {0};
    assert_int_equal(ps_variants_build("-", &build, why, sizeof why, &err), 0); /* would eat it */
    assert_null(build);
    assert_int_equal(ps_variants_build("/nonexistent", &build, why, sizeof why, &err), -1);
}

static void test_build_contradictions(void **state) {
    (void)state;
    /* header and panel */
    must_refuse("##fileformat=VCFv4.2\n" LENGTHS37 COLUMNS "\n", &grch38, NULL, "is on GRCh37");
    /* header says GRCh37, positions are those of GRCh38: they would lie outside every coding exon of GRCh37 */
    must_refuse("##fileformat=VCFv4.2\n" LENGTHS37 COLUMNS "\n12\t25245350\t.\tC\tT\t.\t.\t.\n", &grch37, NULL,
                "is this file on GRCh38?");
    must_refuse("##fileformat=VCFv4.2\n" COLUMNS "\n12\t25398284\t.\tC\tT\t.\t.\t.\n", &grch38, NULL,
                "is this file on GRCh37?");
    /* with a record that does fit, one elsewhere is chance */
    ps_variants v;
    must_read("##fileformat=VCFv4.2\n" COLUMNS "\n12\t25398284\t.\tC\tT\t.\t.\t.\n" G12D ".\n", &grch38, NULL, &v);
    assert_int_equal(v.n_variants, 1);
    ps_variants_free(&v);
    must_read("##fileformat=VCFv4.2\n" COLUMNS "\n", &grch38, NULL, &v);
    assert_null(v.build);
    assert_non_null(strstr(v.notice, "taken as GRCh38"));
    ps_variants_free(&v);
}

/* ---- */

static int setup(void **state) {
    (void)state;
    ps_error err = {0};
    strcpy(folder, "/tmp/test_variants.XXXXXX");
    if (!mkdtemp(folder) || ps_panel_load("grch38", &grch38, &err) != 0 ||
        ps_panel_load("grch37", &grch37, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static int teardown(void **state) {
    (void)state;
    char *command = ps_format("rm -rf %s", folder);
    int failed = system(command);
    free(command);
    ps_panel_free(&grch38);
    ps_panel_free(&grch37);
    return failed;
}

int main(void) {
    hts_set_log_level(HTS_LOG_OFF);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),       cmocka_unit_test(test_columns),
        cmocka_unit_test(test_many_columns), cmocka_unit_test(test_alleles),
        cmocka_unit_test(test_filters),      cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_odd_headers),
        cmocka_unit_test(test_containers),   cmocka_unit_test(test_big_indexed),
        cmocka_unit_test(test_build),        cmocka_unit_test(test_build_contradictions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
