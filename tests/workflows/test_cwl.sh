#!/bin/bash
# pipelines/cwl with cwltool and with Toil.
set -u
. "$(dirname "$0")/lib.sh"
begin
cwl=$pipelines/cwl
direct_batch || bad "direct batch"
cd "$scratch" || exit 2
export TMPDIR=$scratch/tmp HOME=$scratch
mkdir -p "$TMPDIR"
exits 2 "job.py names files that are not there" "$cwl/job.py" data/failing.tsv
grep -q 'GONE1: dna: data/dna/GONE1.dna.bam' "$scratch/check.log" && ok || bad "job.py's message" "$scratch/check.log"
"$cwl/job.py" data/sheet.tsv >job.json
sed '/^GONE1/d' data/failing.tsv >data/cut.tsv
"$cwl/job.py" data/cut.tsv >cut.json
(cd data && plasmastrat batch cut.tsv -o "$scratch/direct_cut" -q 2>/dev/null)

wide_sheet || bad "direct batch of every column"
"$cwl/job.py" data/wide.csv >wide.json
sed 's/\tunknown/\t80 %,/' data/sheet.tsv | sed '1s/specimen/purity/' >data/purity.tsv
exits 2 "job.py names cells that are no number" "$cwl/job.py" data/purity.tsv
grep -q "PCL01: purity: 'lesion', expected a number" "$scratch/check.log" && ok || bad "job.py's message on a number" "$scratch/check.log"

if have cwltool; then
    for file in plasmastrat-sample plasmastrat-report plasmastrat; do
        check "cwltool --validate $file.cwl" cwltool --validate "$cwl/$file.cwl"
    done
    check "cwltool" cwltool --no-container --outdir one "$cwl/plasmastrat.cwl" job.json
    same_results cwltool one direct
    multiqc_sees cwltool one
    check "cwltool, a failed sample" cwltool --no-container --outdir two "$cwl/plasmastrat.cwl" cut.json
    same_results "cwltool, a failed sample" two direct_cut
    check "cwltool, one sample" cwltool --no-container --outdir three "$cwl/plasmastrat-sample.cwl" --sample_id PCL01 --specimen lesion --rna data/rna/PCL01.rna.bam --dna data/dna/PCL01.dna.bam
    cmp -s three/PCL01.json direct/PCL01.json && ok || bad "one sample with cwltool"
    check "cwltool, every column" cwltool --no-container --outdir wide "$cwl/plasmastrat.cwl" wide.json
    same_results "cwltool, every column" wide direct_wide
    mkdir -p other && cp data/dna/PCL01.lane2.bam other/PCL01.lane1.bam
    check "cwltool, two lanes of one name" cwltool --no-container --outdir lanes "$cwl/plasmastrat-sample.cwl" --sample_id LAN01 --purity 0.8 \
        --specimen lesion --molecules 3000 --rna data/rna/PCL01.rna.bam --dna data/dna/PCL01.lane1.bam --dna other/PCL01.lane1.bam
    cmp -s <(sed 's#dna2/PCL01.lane1.bam#dna/PCL01.lane2.bam#' lanes/LAN01.json) direct_wide/LAN01.json && ok || bad "two lanes of one name with cwltool"
    exits 1 "cwltool, a wrong command line" cwltool --no-container --outdir four "$cwl/plasmastrat-sample.cwl" --sample_id PCL01 --specimen nowhere --dna data/dna/PCL01.dna.bam
else
    skip cwltool "not installed"
fi
if have toil-cwl-runner; then
    check "Toil" toil-cwl-runner --no-container --outdir five "$cwl/plasmastrat.cwl" cut.json
    same_results Toil five direct_cut
    multiqc_sees Toil five
else
    skip Toil "not installed"
fi
finish
