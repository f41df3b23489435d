#!/usr/bin/env bash
# `plasmastrat lod` on testdata: the limits are those of `sample`, the dilution finds what real mixtures find, exit codes.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
check=$root/tests/golden/lod_check.py
own_data
first=lod
wild=data/IMM01.dna.bam mutated=data/PCL01.dna.bam

# ---- limits ---------------------------------------------------------------------------------------------------------
for id in IMM01 PCL01 NAS01 B3701; do
    run 0 "limits of $id" --dna data/$id.dna.bam
    cp out.txt $id.tsv
    "$program" sample --id $id --dna data/$id.dna.bam -o - >$id.json 2>/dev/null </dev/null
    want "limits of $id: those of sample" python3 "$check" limits $id.tsv $id.json
done
run 0 "limits of DNA and RNA" --dna data/PCL01.dna.bam --rna data/PCL01.rna.bam
cp out.txt both.tsv
"$program" sample --id S --dna data/PCL01.dna.bam --rna data/PCL01.rna.bam -o - >both.json 2>/dev/null </dev/null
want "limits of DNA and RNA: those of sample" python3 "$check" limits both.tsv both.json
run 0 "limits of RNA" --rna data/IMM01.rna.bam
cp out.txt rna.tsv
"$program" sample --id S --rna data/IMM01.rna.bam -o - >rna.json 2>/dev/null </dev/null
want "limits of RNA: those of sample" python3 "$check" limits rna.tsv rna.json
run 0 "limits from CRAM" --dna data/PCL01.dna.cram
want "limits from CRAM: same" cmp out.txt PCL01.tsv
"$program" lod --dna - <data/PCL01.dna.bam >stdin.tsv 2>err.txt
want "limits from standard input: same" cmp stdin.tsv PCL01.tsv
for threads in 1 4; do
    run 0 "limits -@$threads" --dna $wild -@$threads
    want "limits -@$threads: same" cmp out.txt IMM01.tsv
done
want "first line names program, panel and build" \
    grep -qE '^##plasmastrat [^ ;]+ lod; panel grch38 version .*; build GRCh38$' <(head -1 IMM01.tsv)
want "G12 of PCL01 is mutated" grep -qE $'^KRAS\t12\tchr12\t25245349\t[0-9]+\t[0-9.]+\tmutated\t0.05\tdna$' PCL01.tsv
want "contig names as the file's" grep -qE $'^KRAS\t61\t12\t25380275\t' B3701.tsv # codon 61 is 25380275-25380277 on GRCh37

# ---- output files ---------------------------------------------------------------------------------------------------
run 0 "-o FILE" --dna $wild -o limits.tsv
want "-o FILE: the same table" cmp limits.tsv IMM01.tsv
want "-o FILE: nothing on stdout" test ! -s out.txt
run 1 "-o FILE that exists" --dna data/NAS01.dna.bam -o limits.tsv
want "-o FILE that exists: as it was" cmp limits.tsv IMM01.tsv
run 0 "-o FILE with --force" --dna data/NAS01.dna.bam -o limits.tsv --force
want "-o FILE with --force: replaced" cmp limits.tsv NAS01.tsv
cp $wild own.bam
run 1 "-o its own input" --dna own.bam -o own.bam --force
want "-o its own input: said" grep -q 'own.bam: is the input own.bam, and would be overwritten' err.txt
want "-o its own input: as it was" cmp own.bam $wild
refused 1 "-o under a file" 'limits.tsv' --dna $wild -o limits.tsv/x
if [ -e /dev/full ]; then
    "$program" lod --dna $wild >/dev/full 2>err.txt </dev/null
    want "full disk" test $? -eq 1
fi

# ---- dilution -------------------------------------------------------------------------------------------------------
shares=0,0.003,0.01,0.03,0.3333333
run 0 "dilution" --dna $wild --mutated $mutated --fractions $shares --repeats 60 -@1
cp out.txt dilution.tsv
want "dilution: table" python3 "$check" dilution dilution.tsv KRAS G12D
run 0 "dilution -@4" --dna $wild --mutated $mutated --fractions $shares --repeats 60 -@4
want "dilution -@4: same" cmp out.txt dilution.tsv
run 0 "dilution from CRAM" --dna $wild --mutated data/PCL01.dna.cram --fractions 0.01 --repeats 60
want "dilution from CRAM: same" cmp <(grep -P '\t0.01\t' dilution.tsv) <(grep ^KRAS out.txt)
first=
run 0 "evidence of both" sample --id W --dna $wild -o kept -q
run 0 "evidence of the mutated one" sample --id M --dna $mutated -o kept -q
first=lod
run 0 "dilution from evidence" --dna kept/W.evidence.gz --mutated kept/M.json --fractions $shares --repeats 60
want "dilution from evidence: same" cmp out.txt dilution.tsv
refused 1 "evidence without the input" 'W.json: holds no evidence of rna' --rna kept/W.json
run 0 "dilution of one share" --dna $wild --mutated $mutated --fractions 0.01 --repeats 60
want "a share does not depend on the others" cmp <(grep -P '\t0.01\t' dilution.tsv) <(grep ^KRAS out.txt)
run 0 "dilution, another seed" --dna $wild --mutated $mutated --fractions 0.01 --repeats 60 --seed 2
want "another seed draws others" bash -c '! cmp -s <(grep -P "\t0.01\t" dilution.tsv) <(grep ^KRAS out.txt)'
run 0 "dilution of a named variant" --dna $wild --mutated $mutated --fractions 0.01 --repeats 60 --variant KRAS:G12D -o d.tsv
want "a named variant: same row" cmp <(grep -P '\t0.01\t' dilution.tsv) <(grep ^KRAS d.tsv)
for name in KRAS:c.35G\>A KRAS:p.Gly12Asp; do
    run 0 "dilution of $name" --dna $wild --mutated $mutated --fractions 0.01 --repeats 1 --variant "$name"
done
run 0 "defaults" --dna $wild --mutated $mutated --repeats 2
want "defaults: three shares" test "$(grep -c ^KRAS out.txt)" -eq 3
run 0 "a shallow mutated file" --dna $wild --mutated $mutated --fractions 1 --repeats 2
want "a shallow mutated file: warned" grep -q 'warning: KRAS G12D: the mutated file has' err.txt
want "a shallow mutated file: said in the table" grep -q '^##capped KRAS G12D' out.txt
run 0 "a shallow mutated file, quiet" --dna $wild --mutated $mutated --fractions 1 --repeats 2 -q
want "a shallow mutated file, quiet: no message" test ! -s err.txt

# Every fragment three times: as many molecules, so the same depth and the same shares found.
thrice() { # BAM: each record under three names
    samtools view -h "$1" | awk -F'\t' -v OFS='\t' '/^@/ { print; next } { n = $1; for (i = 0; i < 3; i++) { $1 = n "." i; print } }' |
        samtools sort -o thrice."$(basename "$1")" -
}
if command -v samtools >/dev/null; then
    thrice $wild && thrice $mutated
    run 0 "dilution of copies" --dna thrice.IMM01.dna.bam --mutated thrice.PCL01.dna.bam --fractions 0.01,0.03 --repeats 40
    cp out.txt copies.tsv
    run 0 "dilution without copies" --dna $wild --mutated $mutated --fractions 0.01,0.03 --repeats 40
    want "dilution of copies: molecules are drawn" python3 -c '
rows = [[line.split("\t") for line in open(name) if line.startswith("KRAS\tG12D")] for name in ("copies.tsv", "out.txt")]
assert len(rows[0]) == len(rows[1]) == 2
for a, b in zip(*rows):
    assert abs(int(a[10]) / int(b[10]) - 1) < 0.02, (a, b)  # depth
    assert abs(float(a[7]) - float(b[7])) < 0.45, (a, b)  # found: 4 sd of 40 draws'
else
    skip "dilution of copies: samtools is not installed"
fi

# Real mixtures: reads of both files by name hash, merged, and labelled. Their mean VAF and how often the variant was found
# against the table's.
if command -v samtools >/dev/null; then
    for share in 0.02 0.2; do
        run 0 "table for mixtures of $share" --dna $wild --mutated $mutated --fractions $share --repeats 100
        cp out.txt mix.$share.tsv
        own=$(awk -F'\t' '$1 == "KRAS" && $2 == 12 { print $5 }' PCL01.tsv)
        scale=$(awk -F'\t' -v f=$share -v own="$own" '/^KRAS/ { print f * $11 / own }' mix.$share.tsv)
        rm -f mix.*.json
        for seed in $(seq 1 16); do
            a=$(awk -v s="$seed" -v f=$share 'BEGIN { printf "%.6f", s + 1 - f }')
            b=$(awk -v s="$seed" -v f="$scale" 'BEGIN { printf "%.6f", 100 + s + f }')
            { samtools view --no-PG -h -s "$a" $wild chr12 chr1 && samtools view -s "$b" $mutated chr12 chr1; } |
                sed 's/SO:coordinate/SO:unsorted/' >both.sam
            "$program" sample --id S --dna both.sam -o - >mix.$seed.json 2>/dev/null </dev/null ||
                fail "mixture $seed of $share could not be made"
        done
        want "mixtures of $share" python3 "$check" mixtures mix.$share.tsv mix.*.json
    done
else
    skip "real mixtures: samtools is not installed"
fi

# ---- refusals -------------------------------------------------------------------------------------------------------
run 0 "help" --help
want "help: on stdout" grep -q -- '--mutated BAM' out.txt
refused 2 "no input" '--dna' -o x
refused 2 "unknown option" 'nonsense' --nonsense
refused 2 "an option of sample" '--vcf' --dna $wild --vcf data/VCF01.mutect2.vcf
refused 2 "an argument too many" 'extra' --dna $wild extra
for option in --fractions=0.1 --repeats=5 --seed=5 --variant=KRAS:G12D; do
    refused 2 "$option without --mutated" 'needs --mutated' --dna $wild $option
done
refused 2 "mutated without a file to mix into" '--dna' --mutated $mutated
refused 2 "mutated with both inputs" 'not both' --dna $wild --rna data/IMM01.rna.bam --mutated $mutated
refused 2 "two streams" 'standard input' --dna - --mutated -
for bad in -0.1 1.5 x 0.1,,0.2 , 0.1,0.1 nan 1e400; do
    refused 2 "fractions $bad" '--fractions' --dna $wild --mutated $mutated --fractions=$bad -o x
done
for bad in 0 100001 1.5 many -1; do
    refused 2 "repeats $bad" '--repeats.*1 to 100000' --dna $wild --mutated $mutated --repeats=$bad -o x
done
for bad in -1 x 99999999999999999999; do
    refused 2 "seed $bad" '--seed' --dna $wild --mutated $mutated --seed=$bad -o x
done
for bad in G12D :G12D KRAS:; do
    refused 2 "variant $bad" '--variant.*GENE:CHANGE' --dna $wild --mutated $mutated --variant=$bad -o x
done
refused 2 "panel that is not there" 'nowhere' --dna $wild -p nowhere -o x
refused 1 "missing file" 'gone.bam' --dna gone.bam -o x
refused 1 "missing mutated file" 'gone.bam' --dna $wild --mutated gone.bam -o x
head -c 3000 $mutated >short.bam
refused 1 "truncated mutated file" 'short.bam' --dna $wild --mutated short.bam -o x
refused 1 "a mutated file without a mutation" 'IMM01.*no activating variant.*none' --dna data/PCL01.dna.bam --mutated $wild -o x
refused 1 "a variant that is not there" 'KRAS:G13D does not pass.*KRAS:G12D' --dna $wild --mutated $mutated --variant KRAS:G13D -o x
refused 1 "a file into itself" 'shows every variant.*KRAS:G12D' --dna $mutated --mutated $mutated -o x
refused 1 "two builds" 'B3701.*GRCh37.*IMM01.*GRCh38' --dna $wild --mutated data/B3701.dna.bam -o x
refused 1 "panel of another build" 'PCL01.dna.bam' --dna $mutated -p grch37 -o x

echo "ok $ok, failed $failed, skipped $skipped"
[ "$failed" -eq 0 ]
