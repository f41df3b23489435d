#!/bin/bash
# The validation as a target of each engine: the same files as the command's own, delivered also when a criterion fails.
set -u
. "$(dirname "$0")/lib.sh"
cleanup() { :; }
begin
cd "$scratch" || exit 2
export NXF_HOME=$scratch/home NXF_OFFLINE=true NXF_ANSI_LOG=false NXF_DISABLE_CHECK_LATEST=true
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

nextflow() { "$here/nextflow/nextflow" -log nextflow.log run validate.nf "$@"; }
if ! have mvn || ! have java || ! "$here/nextflow/nextflow" -version >version.log 2>&1; then
    skip nextflow "Nextflow cannot be had here"
    finish
fi
cat >validate.nf <<NF
nextflow.preview.topic = true
include { PLASMASTRAT_VALIDATE } from '$pipelines/nextflow/modules/local/plasmastrat/validate/main'
workflow {
    PLASMASTRAT_VALIDATE([[id: 'truth'], file(params.sheet), params.protocol ? file(params.protocol) : []], files('*.evidence.gz'))
}
NF
cat >nextflow.config <<'NF'
params { sheet = 'truth.tsv'; protocol = null; to = null }
process.publishDir = [path: { params.to }, mode: 'copy', saveAs: { name -> name.tokenize('/').last() }]
NF
check nextflow nextflow --protocol protocol.tsv --to nf
same nextflow nf
check "nextflow: without a protocol" nextflow --to nf_free
check "nextflow: the same measures" cmp direct/validation_measures.tsv nf_free/validation_measures.tsv
check "nextflow: stub" nextflow --protocol protocol.tsv --to nf_stub -stub
[ -e nf_stub/validation.html ] && [ ! -s nf_stub/validation.html ] && ok || bad "nextflow: stub files"
printf 'sample_id\tevidence\texpect_ras\nP\tPCL01.evidence.gz\tKRAS G12\n' >wrong.tsv
exits 1 "nextflow: a sheet that cannot be read" nextflow --sheet wrong.tsv --to nf_wrong
grep -q "error exit status (2)" check.log && grep -q "wrong.tsv:2: column expect_ras: 'KRAS G12'" check.log && [ ! -e nf_wrong/validation.html ] && ok || bad "nextflow: says why" check.log
finish
