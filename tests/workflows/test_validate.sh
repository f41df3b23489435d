#!/bin/bash
# The validation as a target of each engine: the same files as the command's own, delivered also when a criterion fails.
set -u
. "$(dirname "$0")/lib.sh"
cleanup() { :; }
begin
cd "$scratch" || exit 2
for id in PCL01 IMM01; do plasmastrat sample --id $id --dna "$data/dna/$id.dna.bam" -o . -q; done
printf 'sample_id\tevidence\texpect_ras\nP\tPCL01.evidence.gz\tKRAS G12D\nW\tIMM01.evidence.gz\twild-type\n' >truth.tsv
printf 'measure\trelation\tlimit\nppa.ras\t>=\t95%%\nppa.label\t>=\t95%%\n' >protocol.tsv # no label is expected: the second fails
exits 1 "the command" plasmastrat validate truth.tsv -o direct --protocol protocol.tsv -q
[ -s direct/validation.html ] && ok || bad "the command: page"
same() { # ENGINE FOLDER
    for name in validation.html validation.json validation.tsv validation_measures.tsv; do
        check "$1: $name" test -s "$2/$name"
    done
    for name in validation.tsv validation_measures.tsv; do check "$1: $name as the command's" cmp "direct/$name" "$2/$name"; done
}
if have snakemake; then
    echo 'plasmastrat_validate: {protocol: protocol.tsv, outdir: smk}' >config.yaml
    check snakemake snakemake plasmastrat_validate -s "$pipelines/snakemake/rules/validate.smk" -c1 --configfile config.yaml
    same snakemake smk
else
    skip snakemake "not installed"
fi
if have cwltool; then
    check cwltool cwltool --no-container --outdir cwl "$pipelines/cwl/plasmastrat-validate.cwl" --sheet truth.tsv \
        --files PCL01.evidence.gz --files IMM01.evidence.gz --protocol protocol.tsv
    same cwltool cwl
else
    skip cwltool "not installed"
fi
skip nextflow "the validate module has no test of its own yet"
finish
