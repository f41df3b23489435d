#!/usr/bin/env bash
# `plasmastrat sheet`: folders as nf-core/sarek, nf-core/rnaseq and the GDC document them become the right rows; nothing else does.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
first=sheet

files() { # FOLDER PATH...: empty files
    local folder=$1 path
    shift
    for path; do mkdir -p "$folder/$(dirname "$path")" && : >"$folder/$path"; done
}
row() { # NAME COLUMN=VALUE...: the row of out.txt has these cells, and "." in every other
    python3 - "$@" <<'PY'
import csv, sys
rows = list(csv.DictReader(open("out.txt"), delimiter="\t"))
row = next(r for r in rows if r["sample_id"] == sys.argv[1])
want = dict(x.split("=", 1) for x in sys.argv[2:])
got = {k: v for k, v in row.items() if k != "sample_id" and v != "."}
assert got == want, (got, want)
PY
}
samples() { # ID...: the samples of out.txt are these, in this order
    [ "$(cut -f 1 out.txt | tail -n +2 | xargs)" = "$*" ] || { cut -f 1 out.txt; return 1; }
}

# ---- nf-core/sarek and nf-core/rnaseq -------------------------------------------------------------------------------
files res preprocessing/{recalibrated,markduplicates}/{MM1_T,MM1_N}/x.cram preprocessing/markduplicates/MM1_T/x.cram.crai \
    preprocessing/markduplicates/MM2/MM2.md.bam preprocessing/markduplicates/OTHER_N/OTHER_N.md.cram \
    variant_calling/mutect2/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.mutect2{.filtered,}.vcf.gz{,.tbi} \
    variant_calling/strelka/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.strelka.somatic_{snvs,indels}.vcf.gz \
    variant_calling/strelka/MM2_vs_MM2_N/MM2_vs_MM2_N.strelka.somatic_snvs.vcf.gz \
    variant_calling/strelka/MM1_N/MM1_N.strelka.variants.vcf.gz \
    variant_calling/manta/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.manta.{somatic,diploid}_sv.vcf.gz \
    variant_calling/manta/MM1_N/MM1_N.manta.tumor_sv.vcf.gz \
    variant_calling/cnvkit/MM1_T_vs_MM1_N/MM1_T{,.call,.bintest,.germline.call}.cns variant_calling/cnvkit/MM2/MM2.cns \
    variant_calling/ascat/MM2_vs_MM2_N/MM2_vs_MM2_N.{segments,cnvs}.txt \
    variant_calling/controlfreec/MM2_vs_MM2_N/MM2.tumor.mpileup.gz_ratio.txt \
    star_salmon/{MM1_T,MM3}.markdup.sorted.bam{,.bai} star_salmon/MM4.sorted.bam \
    star_salmon/featurecounts/MM1_T.featureCounts.txt multiqc/report.html work/aa/preprocessing/recalibrated/W/W.cram \
    .nextflow/preprocessing/recalibrated/H/H.cram annotation/mutect2/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.mutect2.filtered_VEP.ann.vcf.gz
printf 'gene_id\tgene_name\tMM1_T\tMM5\nENSG1\tX\t1\t2\n' >res/star_salmon/salmon.merged.gene_counts.tsv
mkdir res/csv && printf 'patient,sex,status,sample,cram,crai\nP1,XX,1,MM1_T,a,b\nP1,XX,0,MM1_N,a,b\nP2,XX,1,MM2,a,b\nP9,XY,0,OTHER_N,a,b\n' \
    >res/csv/markduplicates.csv
run 0 "a folder of sarek and rnaseq" res
v=res/variant_calling
want "its samples" samples MM1_T MM2 MM3 MM4 MM5
want "MM1_T" row MM1_T rna=res/star_salmon/MM1_T.markdup.sorted.bam dna=res/preprocessing/recalibrated/MM1_T/x.cram \
    normal=res/preprocessing/recalibrated/MM1_N/x.cram vcf=$v/mutect2/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.mutect2.filtered.vcf.gz \
    sv=$v/manta/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.manta.somatic_sv.vcf.gz cnv=$v/cnvkit/MM1_T_vs_MM1_N/MM1_T.call.cns
want "MM2: duplicates marked only, ASCAT before CNVkit" row MM2 dna=res/preprocessing/markduplicates/MM2/MM2.md.bam \
    vcf=$v/strelka/MM2_vs_MM2_N/MM2_vs_MM2_N.strelka.somatic_snvs.vcf.gz cnv=$v/ascat/MM2_vs_MM2_N/MM2_vs_MM2_N.segments.txt
want "MM4: duplicates not marked" row MM4 rna=res/star_salmon/MM4.sorted.bam
want "MM5: counts where there are no alignments" row MM5 counts=res/star_salmon/salmon.merged.gene_counts.tsv
says() { grep -qF -- "plasmastrat: $1" err.txt || { cat err.txt; return 1; }; }
want "what is used" says "MM1_T: sv: variant_calling/manta/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.manta.somatic_sv.vcf.gz (nf-core/sarek, Manta)"
want "the worse file" says "not used: preprocessing/markduplicates/MM1_T/x.cram: MM1_T has preprocessing/recalibrated/MM1_T/x.cram"
want "indels" says "not used: variant_calling/strelka/MM1_T_vs_MM1_N/MM1_T_vs_MM1_N.strelka.somatic_indels.vcf.gz: indels only"
want "the normal's results" says "not used: variant_calling/manta/MM1_N/MM1_N.manta.tumor_sv.vcf.gz: of a normal sample"
want "a normal alone" says "not used: preprocessing/markduplicates/OTHER_N/OTHER_N.md.cram: OTHER_N is a normal without its tumour"
want "counts of biotypes" says "not used: star_salmon/featurecounts/MM1_T.featureCounts.txt: counts of biotypes"
want "what fits nothing" says "not used: multiqc/report.html: fits no known layout"
want "no index, no work folder, no hidden one, no warning" sh -c '! grep -E "crai|tbi|work|nextflow/|warning" err.txt'
want "every file is listed once" [ "$(wc -l <err.txt)" = "$(find res -type f -not -name '*.tbi' -not -name '*.bai' -not -name '*.crai' \
    -not -path 'res/work/*' -not -path 'res/.*' | wc -l)" ]
cp out.txt again.txt && run 0 "again" res/ && want "same bytes, with a slash too" cmp out.txt again.txt
run 0 "-q" res -q
want "-q: no messages" [ ! -s err.txt ]
mkdir away && run 0 "-o into another folder" res -o away/sheet.tsv -q
want "paths from the root" grep -qF "$PWD/res/star_salmon/MM4.sorted.bam" away/sheet.tsv
run 1 "-o over a sheet that is there" res -o away/sheet.tsv
"$program" batch again.txt -o x -q >out.txt 2>err.txt </dev/null
want "batch takes the sheet: only the empty files are wrong" sh -c 'cat err.txt; [ "$(grep -c "is empty" err.txt)" = 4 ] && [ "$(wc -l <x/cohort.tsv)" = 6 ]'

# ---- a folder that states no normal ---------------------------------------------------------------------------------
files plain preprocessing/recalibrated/{A,B}/x.bam
run 0 "no word of normals" plain
want "no word of normals: a warning" says "warning: nothing in plain says which sample is a normal"
want "no word of normals: both are rows" samples A B
for i in $(seq 30); do files plain "reports/$i.txt"; done
run 0 "many files that fit nothing" plain
want "twenty of them are shown" [ "$(grep -c 'fits no known layout$' err.txt)" = 20 ]
want "and that there are more" says "not used: further files that fit no known layout; --verbose lists them"
run 0 "all of them" plain -v
want "-v: all of them" [ "$(grep -c 'fits no known layout$' err.txt)" = 30 ]
files plain 'preprocessing/recalibrated/C/a|b.bam' && ln -s ../preprocessing plain/preprocessing/loop
run 0 "a name that no cell takes" plain
want "a name that no cell takes: said" says "not used: preprocessing/recalibrated/C/a|b.bam: its name holds a character"

# ---- the GDC --------------------------------------------------------------------------------------------------------
files gdc u1/r.rna_seq.genomic.gdc_realign.bam u1/r.rna_seq.genomic.gdc_realign.bam.bai u1/logs/u1.parcel u2/r.rna_seq.transcriptome.gdc_realign.bam \
    u3/d_wgs_gdc_realn.bam u4/e_wxs_gdc_realn.bam u5/n_wgs_gdc_realn.bam u6/m.wxs.aliquot_ensemble_masked.maf.gz \
    u7/s.wgs.BRASS.rerun_structural_variation.vcf.gz u8/c_wgs_gdc_realn.cr.igv.reheader.seg.txt u9/g.rna_seq.augmented_star_gene_counts.tsv \
    u10/h.rna_seq.augmented_star_gene_counts.tsv MANIFEST.txt
{
    printf 'File ID\tFile Name\tData Category\tData Type\tProject ID\tCase ID\tSample ID\tSample Type\n'
    line() { printf '%s\t%s\tx\tx\tMMRF-COMMPASS\t%s\t%s\t%s\n' "$@"; }
    bm="Primary Blood Derived Cancer - Bone Marrow" n="Blood Derived Normal"
    line u1 r.rna_seq.genomic.gdc_realign.bam MMRF_1 MMRF_1_BM "$bm"
    line u2 r.rna_seq.transcriptome.gdc_realign.bam MMRF_1 MMRF_1_BM "$bm"
    line u3 d_wgs_gdc_realn.bam MMRF_1 MMRF_1_BM "$bm"
    line u4 e_wxs_gdc_realn.bam MMRF_1 MMRF_1_BM "$bm"
    line u5 n_wgs_gdc_realn.bam MMRF_1 MMRF_1_PB "$n"
    line u6 m.wxs.aliquot_ensemble_masked.maf.gz "MMRF_1, MMRF_1" "MMRF_1_PB, MMRF_1_BM" "$n, $bm"
    line u7 s.wgs.BRASS.rerun_structural_variation.vcf.gz "MMRF_1, MMRF_1" "MMRF_1_BM, MMRF_1_PB" "$bm, $n"
    line u8 c_wgs_gdc_realn.cr.igv.reheader.seg.txt MMRF_1 MMRF_1_BM "$bm"
    line u9 g.rna_seq.augmented_star_gene_counts.tsv MMRF_1 MMRF_1_BM "$bm"
    line u10 h.rna_seq.augmented_star_gene_counts.tsv MMRF_2 MMRF_2_BM "$bm"
} >gdc/gdc_sample_sheet.2026-01-01.tsv
run 0 "a GDC download" gdc
want "GDC: samples" samples MMRF_1_BM MMRF_2_BM
want "GDC: a row" row MMRF_1_BM rna=gdc/u1/r.rna_seq.genomic.gdc_realign.bam dna=gdc/u3/d_wgs_gdc_realn.bam normal=gdc/u5/n_wgs_gdc_realn.bam \
    vcf=gdc/u6/m.wxs.aliquot_ensemble_masked.maf.gz sv=gdc/u7/s.wgs.BRASS.rerun_structural_variation.vcf.gz \
    cnv=gdc/u8/c_wgs_gdc_realn.cr.igv.reheader.seg.txt
want "GDC: counts" row MMRF_2_BM counts=gdc/u10/h.rna_seq.augmented_star_gene_counts.tsv
want "GDC: exome beside a genome" says "not used: u4/e_wxs_gdc_realn.bam: MMRF_1_BM has u3/d_wgs_gdc_realn.bam"
want "GDC: counts beside alignments" says "not used: u9/g.rna_seq.augmented_star_gene_counts.tsv: MMRF_1_BM has u1/r.rna_seq"
rm gdc/gdc_sample_sheet* && run 0 "a GDC download without its sample sheet" gdc
want "GDC without its sample sheet: each file is a sample" samples c_wgs_gdc_realn d_wgs_gdc_realn e_wxs_gdc_realn g h m n_wgs_gdc_realn r s

# ---- the example, and what is refused -------------------------------------------------------------------------------
run 0 "--example" --example
want "--example is read by batch: only its files are not there" sh -c '"$0" batch out.txt -o y -q 2>err.txt; [ $? = 1 ] && [ "$(wc -l <y/cohort.tsv)" = 4 ] && ! grep -i column err.txt' "$program"
want "--example names every column of the contract" grep -qxF "$(printf 'sample_id\trna\tdna\tnormal\tvcf\tsv\tcnv\tcounts\tpurity\tspecimen\tmolecules')" out.txt
mkdir empty
refused 1 "an empty folder" "holds no file that a sheet takes" empty
refused 1 "a folder that is not there" "nowhere.*No such file" nowhere
refused 1 "a file" "Not a directory" again.txt
refused 2 "nothing" "expected a folder of results, or --example"
refused 2 "both" "expected a folder of results, or --example" res --example
refused 2 "a URL" "is a URL" s3://bucket/results
refused 2 "two folders" "unexpected argument" res gdc
printf 'patient,sex,status,sample\nP1,XX\n' >res/csv/markduplicates.csv
refused 1 "a damaged csv of sarek: normals would pass for tumours" "markduplicates.csv:2" res

echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
