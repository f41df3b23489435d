#!/usr/bin/env bash
# `plasmastrat reference copynumber` and --copynumber-reference on a small simulated cohort: the file, its use, refusals.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
check=$root/tests/golden/check.py
says() { # NAME FILE EXPRESSION: a Python expression over `cn` and `d` of a result
    want "$1" python3 -c "
import json, sys
d = json.load(open(sys.argv[1])); cn = d['ccnd1_copy_number']
sys.exit(0 if ($3) else repr({k: v for k, v in cn.items() if k not in ('arms', 'chromosome11')}))" "$2"
}

# ---- a cohort: SAM text of single reads that start in the bins --------------------------------------------------------
# make_reads OUT BUILD SEED DEPTH KIT FOCAL: fragments per bin from a fixed generator; kit: every fifth bin has baits
make_reads() {
    awk -v seed="$3" -v depth="$4" -v kit="$5" -v focal="$6" -v name="$1" '
    function uniform() { state = (state * 16807) % 2147483647; return state / 2147483647 }
    function poisson(mean,   n, p, limit) {
        n = 0
        while (mean > 0) { limit = exp(-(mean > 30 ? 30 : mean)); p = uniform()
            while (p > limit) { n++; p *= uniform() }; mean -= 30 }
        return n
    }
    BEGIN { state = seed * 7919 + 1; for (i = 0; i < 20; i++) uniform(); OFS = "\t" }
    FILENAME ~ /contigs/ { if (FNR > 1) print "@SQ\tSN:" $1, "LN:" $NF > (name ".sam"); next }
    /^#/ { next }
    { bin++
      mean = depth * $7 * (kit && bin % 5 == 0 ? 10 : 1) * ($5 == "arm" ? 1 : focal)
      n = poisson(mean)
      for (i = 0; i < n; i++) place[i] = $2 + int(uniform() * 9900) + 1
      for (i = 1; i < n; i++) { at = place[i]; for (j = i - 1; j >= 0 && place[j] > at; j--) place[j + 1] = place[j]; place[j + 1] = at }
      for (i = 0; i < n; i++) print "r" (++read), 0, $1, place[i], 60, "50M", "*", 0, 0, "*", "*" > (name ".sam") }
    ' "$root/panels/$2/contigs.tsv" "$root/panels/$2/bins.bed"
    samtools view --no-PG -b -o "$1.bam" "$1.sam" && rm "$1.sam"
}
command -v samtools >/dev/null || { echo "skipped: samtools is not installed"; echo "ok 0, failed 0, skipped 1"; exit 0; }
for i in 1 2 3 4 5 6; do make_reads N$i grch38 $i 12 0 1; make_reads K$i grch38 $((i + 50)) 8 1 1; done
make_reads T1 grch38 21 12 0 2
make_reads X1 grch38 22 8 1 2
make_reads B1 grch37 23 12 0 1
sheet() { printf 'sample_id\tdna\n'; for s in "$@"; do printf '%s\t%s.bam\n' "$s" "$s"; done; }
sheet N1 N2 N3 N4 N5 N6 >genomes.tsv
sheet K1 K2 K3 K4 K5 K6 >kit.tsv

# ---- the file ---------------------------------------------------------------------------------------------------------
run 0 "panel of normals" reference copynumber genomes.tsv -o pon.tsv
want "header" grep -qx '##normals=6' pon.tsv
want "header: assay" grep -qx '##assay=whole-genome' pon.tsv
want "header: audit" test "$(grep -c '^##normal=' pon.tsv)" -eq 6
want "rows" test "$(grep -vc '^#' pon.tsv)" -eq "$(grep -vc '^#' "$root/panels/grch38/bins.bed")"
run 0 "the same on stdout, other threads" reference copynumber genomes.tsv -@1 -q
want "same bytes" cmp out.txt pon.tsv
run 0 "their evidence" batch genomes.tsv -o kept -q
printf 'sample_id\tdna\n' >kept.tsv
for i in 1 2 3; do printf 'N%s\tkept/N%s.evidence.gz\n' $i $i; done >>kept.tsv
for i in 4 5 6; do printf 'N%s\tkept/N%s.json\n' $i $i; done >>kept.tsv
run 0 "panel of normals from evidence" reference copynumber kept.tsv -o -
want "panel of normals from evidence: same bytes" cmp out.txt pon.tsv
# What it reads is not overwritten: by another name too.
ln kept/N2.evidence.gz other.name
for own in kept/N1.evidence.gz kept/N5.json kept/N5.evidence.gz other.name kept.tsv; do
    cp $own before
    run 1 "over its own input: $own" reference copynumber kept.tsv -o $own --force
    want "over its own input: $own: said" grep -q "$own: is the input .*, and would be overwritten" err.txt
    want "over its own input: $own: as it was" cmp before $own
    run 1 "errors over their own input: $own" reference errors kept.tsv -o $own --force
    want "errors over their own input: $own: said" grep -q "$own: is the input .*, and would be overwritten" err.txt
    want "errors over their own input: $own: as it was" cmp before $own
done
run 0 "kit" reference copynumber kit.tsv -o kit.pon
want "kit: assay" grep -qx '##assay=exome' kit.pon
printf 'sample_id\tdna\tnormal\n' >pairs.tsv
for i in 1 2 3 4 5 6; do printf 'P%s\tT1.bam\tN%s.bam\n' $i $i >>pairs.tsv; done
run 0 "column normal where there is one" reference copynumber pairs.tsv -o pairs.pon
want "the tumours are not in it" bash -c "diff <(grep -v '^#' pairs.pon | cut -f 1-9) <(grep -v '^#' pon.tsv | cut -f 1-9)"
printf 'sample_id\tnormal\n' >alone.tsv
for i in 1 2 3 4 5 6; do printf 'N%s\tN%s.bam\n' $i $i >>alone.tsv; done
run 0 "column normal alone" reference copynumber alone.tsv -o alone.pon
want "column normal alone: as of column dna" cmp alone.pon pon.tsv
printf 'sample_id\trna\n' >rna.tsv && printf 'N1\tN1.bam\n' >>rna.tsv
refused 2 "neither normal nor dna" 'rna.tsv: 0 samples with a value in column dna' reference copynumber rna.tsv -o x.tsv
run 1 "existing file without --force" reference copynumber genomes.tsv -o kit.pon
run 0 "existing file with --force" reference copynumber kit.tsv -o kit.pon --force

# ---- its use ----------------------------------------------------------------------------------------------------------
run 0 "genome" sample --id T1 --dna T1.bam --purity 1 --copynumber-reference pon.tsv -o out
says "genome: called against the panel" out/T1.json "cn['state'] == 'gain' and cn['scope'] == 'focal' and abs(cn['copies'] - 4) < 0.5"
says "genome: which reference" out/T1.json "cn['reference'] == {'kind': 'panel-of-normals', 'normals': 6} and cn['assay'] == 'whole-genome'"
says "genome: provenance" out/T1.json "d['provenance']['copynumber_reference'] == {'name': 'pon.tsv', 'checksum': '$(tail -n 1 pon.tsv | cut -f 10)'}"
run 0 "capture without reference" sample --id X1 --dna X1.bam -o bare
says "capture without reference: says so" bare/X1.json "cn['state'] == 'not-assessable' and cn['reasons'][0].startswith('targeted:') and cn['copies'] is None"
run 0 "capture against its kit" sample --id X1 --dna X1.bam --purity 1 --copynumber-reference kit.pon -o out
says "capture against its kit: called" out/X1.json "cn['state'] == 'gain' and abs(cn['copies'] - 4) < 0.6 and cn['assay'] == 'exome'"
run 0 "capture against genomes" sample --id X2 --dna X1.bam --copynumber-reference pon.tsv -o out
says "capture against genomes: says so" out/X2.json "cn['state'] == 'not-assessable' and cn['reasons'][0].startswith('reference-mismatch:')"
run 0 "capture against its normal" sample --id X3 --dna X1.bam --normal K1.bam --purity 1 -o out
says "capture against its normal: called" out/X3.json "cn['state'] == 'gain' and cn['reference'] == {'kind': 'matched-normal', 'normals': 1}"
run 0 "stratify with it" stratify out/T1.json --copynumber-reference pon.tsv -o again
says "stratify with it: same" again/T1.json "cn['reference']['normals'] == 6 and d['provenance']['copynumber_reference']['name'] == 'pon.tsv'"
run 0 "batch" batch genomes.tsv --copynumber-reference pon.tsv -o batch
says "batch: used" batch/N1.json "cn['state'] == 'neutral' and cn['reference']['kind'] == 'panel-of-normals'"
python=python3
"$python" -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3
"$python" "$check" schema "$root/src/report/sample.schema.json" out/T1.json out/X1.json out/X2.json out/X3.json bare/X1.json >schema.out 2>&1
case $? in 0) pass ;; 77) skip "schema: python3-jsonschema is not installed" ;; *) fail "schema: $(head -5 schema.out)" ;; esac

# ---- refusals ---------------------------------------------------------------------------------------------------------
sheet N1 N2 >two.tsv
refused 2 "two samples" 'two.tsv: 2 samples .*at least 5' reference copynumber two.tsv -o x
sheet >none.tsv
refused 2 "no samples" 'none.tsv' reference copynumber none.tsv -o x
sheet N1 N2 N3 N4 N5 gone >missing.tsv
refused 1 "missing file" 'gone.bam' reference copynumber missing.tsv -o x
sheet N1 N2 N3 N4 N5 K1 >mixed.tsv
refused 1 "two assays" 'K1.*exome' reference copynumber mixed.tsv -o x
sheet N1 N2 N3 N4 N5 B1 >builds.tsv
refused 1 "two builds" 'B1.bam.*GRCh37' reference copynumber builds.tsv -o x
cp N1.bam again.bam; sheet N1 N2 N3 N4 N5 again >twice.tsv
refused 1 "a sample twice" 'again.bam.*N1.bam' reference copynumber twice.tsv -o x
sed '100s/\t0\.9/\t0.8/; 100s/\t1\./\t0./; 100s/\t0\.8/\t0.7/' pon.tsv >edited.tsv
cmp -s pon.tsv edited.tsv && sed '100s/\([0-9]\)\t1\t0\t/9\t1\t0\t/' pon.tsv >edited.tsv
refused 2 "edited" 'edited.tsv:100: ' sample --id S --dna T1.bam --copynumber-reference edited.tsv -o x
sed 50d pon.tsv >short.tsv
refused 2 "a line removed" 'short.tsv' sample --id S --dna T1.bam --copynumber-reference short.tsv -o x
head -c 40000 pon.tsv >cut.tsv
refused 2 "cut" 'cut.tsv' sample --id S --dna T1.bam --copynumber-reference cut.tsv -o x
refused 2 "a sheet" 'genomes.tsv:1: is no panel of normals' sample --id S --dna T1.bam --copynumber-reference genomes.tsv -o x
refused 2 "a BAM" 'N1.bam' sample --id S --dna T1.bam --copynumber-reference N1.bam -o x
refused 2 "a folder" 'batch' sample --id S --dna T1.bam --copynumber-reference batch -o x
refused 2 "not there" 'nowhere.tsv' batch genomes.tsv --copynumber-reference nowhere.tsv -o x
refused 2 "another panel" 'pon.tsv:4: is for build GRCh38' sample --id S --dna B1.bam -p grch37 --copynumber-reference pon.tsv -o x
refused 1 "another build" 'B1.bam.*GRCh37.*pon.tsv' sample --id S --dna B1.bam --copynumber-reference pon.tsv -o x
sed 's/^##panel_version=.*/##panel_version=99/' pon.tsv >old.tsv
refused 2 "another panel version" 'old.tsv:5: .*version 99' sample --id S --dna T1.bam --copynumber-reference old.tsv -o x

echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
