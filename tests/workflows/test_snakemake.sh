#!/bin/bash
# pipelines/snakemake on one machine: the results of a direct batch, failed samples, what is run again, use by others.
set -u
. "$(dirname "$0")/lib.sh"
begin
if ! have snakemake; then
    skip snakemake "not installed"
    finish
fi
export XDG_CACHE_HOME=$scratch/cache
direct_batch || bad "direct batch"
cd "$data" || exit 2

flow() { # LOG OPTIONS...
    local log=$1
    shift
    snakemake -s "$pipelines/snakemake/Snakefile" --profile "$pipelines/snakemake/profiles/local" --configfile my.yaml "$@" >"$log" 2>&1
}
jobs_of() { grep -cE "^(local)?rule plasmastrat_$1:" "$2"; }
settings() { echo "plasmastrat: {sheet: $1, outdir: ../$2, logs: ../$2.logs}" >my.yaml; }

settings sheet.tsv snake
exits 0 "first run" flow "$scratch/log"
same_results snakemake "$scratch/snake" "$scratch/direct"
multiqc_sees snakemake "$scratch/snake"
grep -q 'PCL01' "$scratch/snake.logs/PCL01.log" && ok || bad "log file" "$scratch/snake.logs/PCL01.log"

flow "$scratch/log"
grep -q 'Nothing to be done' "$scratch/log" && ok || bad "second run" "$scratch/log"
cp dna/PCL01.dna.bam dna/NAS01.dna.bam && cp dna/PCL01.dna.bam.bai dna/NAS01.dna.bam.bai
rm -f dna/NAS01.dna.bam.csi && touch dna/NAS01.dna.bam.bai
flow "$scratch/log"
[ "$(jobs_of sample "$scratch/log")" = 1 ] && [ "$(jobs_of cohort "$scratch/log")" = 1 ] && ok || bad "only the changed sample runs again" "$scratch/log"
rm "$scratch/snake/IMM01.html"
flow "$scratch/log"
[ "$(jobs_of sample "$scratch/log")" = 1 ] && ok || bad "only the sample with a lost file runs again" "$scratch/log"
sed 's/\tmarrow$/\tlesion/' sheet.tsv >sheet.new && mv sheet.new sheet.tsv
flow "$scratch/log"
[ "$(jobs_of sample "$scratch/log")" = 1 ] && grep -q 'specimen lesion' "$scratch/log" && ok || bad "only the sample with another row runs again" "$scratch/log"
sed -i '/^IMM01/d' sheet.tsv
flow "$scratch/log"
[ "$(jobs_of sample "$scratch/log")" = 0 ] && ! grep -q IMM01 "$scratch/snake/cohort.tsv" && ok || bad "a sample taken out of the sheet leaves the cohort" "$scratch/log"

# failed samples: the others are done, the cohort shows why, and a repaired file is all that runs again
cp "$top"/testdata/NAS01.dna.bam* dna && rm -f dna/NAS01.dna.bam.bai
settings failing.tsv failing
exits 1 "two of eight samples fail" flow "$scratch/log"
same_results "snakemake, failed samples" "$scratch/failing" "$scratch/direct_failing"
cp dna/PCL01.dna.bam dna/CUT01.dna.bam && cp dna/PCL01.dna.bam dna/GONE1.dna.bam
exits 0 "repaired" flow "$scratch/log"
[ "$(jobs_of sample "$scratch/log")" = 2 ] && [ "$(cut -f 2 "$scratch/failing/cohort.tsv" | grep -c ok)" = 8 ] && ok || bad "only the failed samples run again" "$scratch/log"

# every column of the sheet, and lanes
cd "$data" && wide_sheet || bad "direct batch of every column"
settings wide.csv wide
exits 0 "every column" flow "$scratch/log"
same_results "snakemake, every column" "$scratch/wide" "$scratch/direct_wide"
flow "$scratch/log" -n
grep -q 'Nothing to be done' "$scratch/log" && ok || bad "every column, second run" "$scratch/log"
touch dna/PCL01.lane2.bam.bai
flow "$scratch/log" -n
[ "$(jobs_of sample "$scratch/log")" = 1 ] && grep -q 'wildcards: sample=LAN01' "$scratch/log" && ok || bad "a second lane's index is watched" "$scratch/log"

# the rules in a workflow of others
mkdir "$scratch/theirs" && cd "$scratch/theirs" || exit 2
cat >Snakefile <<SNAKE
module plasmastrat:
    snakefile: "$pipelines/snakemake/rules/plasmastrat.smk"
    config: {"plasmastrat": {"outdir": "labels", "threads": 1}}

use rule * from plasmastrat

use rule plasmastrat_sample from plasmastrat with:
    input: dna="aligned/{sample}.bam", index="aligned/{sample}.bam.bai"

rule align:
    output: bam="aligned/{sample}.bam", index="aligned/{sample}.bam.bai"
    shell: "cp -p $top/testdata/{wildcards.sample}.dna.bam {output.bam}; cp -p $top/testdata/{wildcards.sample}.dna.bam.bai {output.index}"

rule all:
    default_target: True
    input: "labels/PCL01.json"
SNAKE
exits 0 "the rules in another workflow" snakemake -c 2
[ -s labels/PCL01.json ] && [ -s labels/PCL01.ras.vcf.gz.tbi ] && ok || bad "results of another workflow"

# the rules without a config, as the defaults are, and without a sheet
mkdir "$scratch/plain" && cd "$scratch/plain" || exit 2
cat >Snakefile <<SNAKE
module plasmastrat:
    snakefile: "$pipelines/snakemake/rules/plasmastrat.smk"

use rule plasmastrat_sample from plasmastrat with:
    input: dna=["$data/dna/PCL01.lane1.bam", "$data/dna/PCL01.lane2.bam"]

rule all:
    default_target: True
    input: "results/LANES.json"
SNAKE
exits 0 "the rule without a config" snakemake -c 2
[ -s results/LANES.evidence.gz ] && grep -q 'PCL01.lane2.bam' results/LANES.json && ok || bad "two lanes by the rule's own input"

# the current Snakemake, which most people have: from PyPI, where it can be had
venv=${SNAKEMAKE_VENV:-$top/build/snakemake}
if [ -x "$venv/bin/snakemake" ] || { python3 -m venv "$venv" && timeout 200 "$venv/bin/pip" install -q snakemake; } >"$scratch/log" 2>&1; then
    cd "$data" || exit 2
    cp "$top/testdata/sheet.tsv" again.tsv && cp -p "$top"/testdata/*.{bam,bai,csi,cram,crai,vcf} .
    plasmastrat batch again.tsv -o "$scratch/direct_again" -q
    settings again.tsv current
    exits 0 "Snakemake $("$venv/bin/snakemake" --version)" env PATH="$venv/bin:$PATH" bash -c "$(declare -f flow); pipelines=$pipelines; flow $scratch/current.log"
    same_results "the current Snakemake" "$scratch/current" "$scratch/direct_again"
else
    skip "the current Snakemake" "it cannot be installed from PyPI here"
fi
finish
