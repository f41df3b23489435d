#!/usr/bin/env bash
# Counts against independent tools on simulated reads (see oracle.py). $PLASMASTRAT: the program (default ./plasmastrat).
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${PLASMASTRAT:-$root/plasmastrat}")
[ -x "$program" ] || { echo "oracle: $program is not there: run make, or set PLASMASTRAT" >&2; exit 2; }
T=$(mktemp -d) || exit 2
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 2
export PYTHONDONTWRITEBYTECODE=1
ok=0 failed=0 skipped=0
simulate() { python3 "$root/tests/sim/simulate.py" --spec - --out "$1" >/dev/null || { echo "FAILED: simulate $1"; exit 1; }; }
compare() {
    if python3 "$root/tests/oracle/oracle.py" "$@" >compare.out 2>&1; then
        ok=$((ok + 1)); tail -n 1 compare.out
    else
        failed=$((failed + 1)); echo "FAILED: $*"; head -n 12 compare.out
    fi
}
answer() { # PREFIX ROLE
    "$program" sample --id "$1" --"$2" "$1.$2.bam" -o out --force >/dev/null 2>err.txt ||
        { echo "FAILED: $1 $2: $(head -c 300 err.txt)"; failed=$((failed + 1)); }
}

i=0
for build in grch38 grch37; do
    for strand in none forward reverse; do
        i=$((i + 1)) name=rna.$build.$strand style=chr
        [ $build.$strand = grch37.none ] && style=plain
        simulate $name <<SPEC
{"build": "$build", "style": "$style", "sample": "R$i", "seed": $i, "rna": {"per_kb": 60, "strand": "$strand", "quality": "mix",
 "ccnd1_log2": 1, "log2": {"KRAS": 2, "NRAS": 2}, "immunoglobulin": 0.2, "multimapped": 0.05, "duplicates": 0.1, "secondary": 0.02, "soft_clips": 0.1,
 "dna_contamination": 0.03, "variants": [{"gene": "KRAS", "protein": "G12V", "vaf": 0.4},
 {"gene": "NRAS", "codon": 37, "to": "AAA", "vaf": 0.3}]}}
SPEC
        answer $name rna
        if command -v featureCounts >/dev/null; then
            compare genes $name.rna.bam out/$name.json $strand $build
        else
            skipped=$((skipped + 1)); echo "skipped: featureCounts is not installed"
        fi
        compare codons $name.rna.bam out/$name.json $build
    done
done
# the same reads as other libraries and orders give them
if command -v featureCounts >/dev/null; then
    bam=rna.grch38.reverse.rna.bam
    samtools sort --no-PG -n -o byname.rna.bam $bam 2>/dev/null
    samtools collate --no-PG -o shuffled.rna.bam $bam 2>/dev/null
    # first reads alone: the flags of a pair removed, strand and duplicate kept
    samtools view --no-PG -h -f 64 $bam | awk -v OFS='\t' '/^@/ { print; next }
        { $2 = ($2 - $2 % 16) % 32 + ($2 - $2 % 256) % 2048; $7 = "*"; $8 = $9 = 0; print }' | samtools view --no-PG -b -o single.rna.bam
    samtools index single.rna.bam
    for name in byname shuffled single; do
        library=paired
        [ $name = single ] && library=single
        answer $name rna
        compare genes $name.rna.bam out/$name.json reverse grch38 $library
    done
    if command -v minimap2 >/dev/null; then
        if python3 "$root/tests/oracle/sim_long.py" long.rna.bam 2>long.err; then
            answer long rna
            samtools view --no-PG -b -F 2048 -o primary.rna.bam long.rna.bam # featureCounts counts supplementary ones
            samtools index primary.rna.bam
            compare genes primary.rna.bam out/long.json none grch38 long
        else
            failed=$((failed + 1)); echo "FAILED: sim_long.py: $(tail -c 300 long.err)"
        fi
    else
        skipped=$((skipped + 1)); echo "skipped: minimap2 is not installed"
    fi
else
    skipped=$((skipped + 4)); echo "skipped: featureCounts is not installed"
fi
unwanted='"duplicates": 0.1, "low_mapq": 0.05, "qcfail": 0.03, "secondary": 0.03, "supplementary": 0.03, "soft_clips": 0.1'
for build in grch38 grch37; do
    # every insert from shorter than a read to no overlap; low qualities; indels beside the hotspots
    for insert in 70,15 140,30 260,60; do
        i=$((i + 1)) name=dna.$build.${insert%,*}
        simulate $name <<SPEC
{"build": "$build", "sample": "D$i", "seed": $i, "dna": {"targeted": {"genes": ["KRAS", "NRAS", "HRAS", "BRAF"], "depth": 250},
 "quality": "low", "insert": [$insert], $unwanted, "ffpe": 0.002, "oxidation": 0.002,
 "variants": [{"gene": "KRAS", "codon": 12, "to": "TTT", "vaf": 0.1}, {"gene": "NRAS", "protein": "Q61R", "vaf": 0.2},
 {"gene": "KRAS", "protein": "A146T", "vaf": 0.05}, {"gene": "NRAS", "protein": "G13D", "vaf": 0.08},
 {"gene": "BRAF", "protein": "V600E", "vaf": 0.3}]}}
SPEC
        answer $name dna
        compare codons $name.dna.bam out/$name.json $build
    done
done
for build in grch38 grch37; do
    i=$((i + 1)) name=snps.$build
    simulate $name <<SPEC
{"build": "$build", "sample": "S$i", "seed": $i, "dna": {"person": {"name": "one", "snps": 100, "depth": 40}, "quality": "low",
 "insert": [130, 40], $unwanted}}
SPEC
    answer $name dna
    compare snps $name.dna.bam out/$name.json $build dna
done
echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
