#!/usr/bin/env bash
# `reference expression` and --expression-reference end to end on a simulated cohort, and RNA and DNA given as each other.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
value() { # FILE KEY: of ccnd1_expression
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["ccnd1_expression"][sys.argv[2]])' "$1" "$2"
}

# ---- a cohort: eight samples of each state, one of DNA-like reads, one too small ------------------------------------
python3 - "$root" <<'P' || { echo "ok 0, failed 1, skipped 0"; exit 1; }
import os, sys
sys.path[:0] = [os.path.join(sys.argv[1], "tests", "bench", "ccnd1")]
from bench_expression import Cohort, Panel
cohort = Cohort(".", 4, Panel("grch38"))
names = []
for i in range(24):
    names.append("S%02d" % i)
    cohort.write(names[-1], (-6.5, -0.5, 3.5)[i % 3] + cohort.rng.gauss(0, 0.4))
cohort.write("SMALL", 0, depth=0.002)
names.append("SMALL")
for name, level in (("HIGH", 3.5), ("LOW", -7), ("MIDDLE", -0.5)):
    cohort.write(name, level)
def sheet(path, some):
    with open(path, "w") as out:
        out.write("sample_id\trna\n" + "".join("%s\t%s.sam\n" % (n, n) for n in some))
sheet("sheet.tsv", names)
sheet("two.tsv", names[:2])
sheet("ten.tsv", names[:9] + ["SMALL"])
sheet("twelve.tsv", names[:12])
sheet("new.tsv", ["HIGH", "LOW", "MIDDLE"])
grch37 = Cohort(".", 5, Panel("grch37"))
grch37.write("B37", 0)
sheet("builds.tsv", names[:11] + ["B37"])
sheet("b37.tsv", ["B37", "HIGH"])
P
run 0 "reference" reference expression sheet.tsv -o ref.tsv -@2
grep -q 'SMALL: left out: few-reference-fragments' err.txt && pass || fail "reference: the left out sample is not named: $(cat err.txt)"
grep -q '24 of 25 samples used' err.txt && pass || fail "reference: $(cat err.txt)"
want "states found" test "$(grep -c '^##component' ref.tsv)" -eq 3
want "counts are kept" test "$(grep -vc '^##' ref.tsv)" -eq 26
run 0 "one thread" reference expression sheet.tsv -o one.tsv -@1
want "same bytes for any thread count" cmp ref.tsv one.tsv
run 0 "the cohort's evidence" batch sheet.tsv -o kept -q
awk -F '\t' -v OFS='\t' 'NR > 1 { $2 = "kept/" $1 (NR % 2 ? ".json" : ".evidence.gz") } { print }' sheet.tsv >kept.tsv
run 0 "reference from evidence" reference expression kept.tsv -o kept.ref
want "reference from evidence: the same but for the sheet's name" cmp <(sed 's/kept.tsv/sheet.tsv/' kept.ref) ref.tsv
"$program" reference expression sheet.tsv -q >stdout.tsv 2>err.txt
want "standard output holds the same" cmp ref.tsv stdout.tsv
want "--quiet is quiet" test ! -s err.txt
run 1 "an existing file is kept" reference expression twelve.tsv -o ref.tsv
want "an existing file is untouched" cmp ref.tsv one.tsv
run 0 "without mixture" reference expression sheet.tsv -o plain.tsv --model none
want "without mixture: no components" test "$(grep -c '^##component' plain.tsv)" -eq 0
run 0 "few samples: no mixture" reference expression twelve.tsv -o twelve.ref
grep -q 'no cut-offs: fewer samples than a mixture needs' err.txt && pass || fail "few samples: $(cat err.txt)"

# `reference model` calls the results again: with the reference that they were called with, or a warning that names it.
awk -F '\t' -v OFS='\t' -v vcf="$root/testdata/VCF01.mutect2.vcf" 'NR == 1 { print $0, "vcf" } NR > 1 && NR < 26 { print $0, vcf }' sheet.tsv >called.tsv
run 0 "results with a reference" batch called.tsv --expression-reference ref.tsv -o called -q
(printf 'label\tjson\n'; awk -F '\t' 'NR > 1 { print (NR % 2 ? "plasmacytoma" : "intramedullary") "\tcalled/" $1 ".json" }' called.tsv) >labels.tsv
run 0 "a model of results, with their reference" reference model labels.tsv --expression-reference ref.tsv -o with.model
want "a model of results, with their reference: no warning" test "$(grep -c 'not used now' err.txt)" = 0
want "a model of results, with their reference: their levels" python3 -c '
import glob, json
states = [json.load(open(f))["ccnd1"]["state"] for f in glob.glob("called/S*.json")]
sums = {}
for line in open("with.model"):
    key = line.split("\t")[0]
    if ":ccnd1" in key:
        sums[key[-5]] = sums.get(key[-5], 0) + float(line.split("\t")[1])
for level, state in (("+", "dysregulated"), ("~", "intermediate"), ("-", "not-dysregulated")):
    assert abs(sums[level] - states.count(state)) < 0.02 and states.count(state) > 4, (sums, state, states.count(state))'
run 0 "a model of results, without" reference model labels.tsv -o without.model
want "a model of results, without: one warning" test "$(grep -c 'warning: called/.*json (and 23 others): .* expression reference ref.tsv.*--expression-reference' err.txt)" = 1
cp ref.tsv ref.before
for own in ref.tsv labels.tsv called/S00.json called/S00.evidence.gz; do
    run 1 "a model over its own input: $own" reference model labels.tsv --expression-reference ref.tsv -o $own --force
    want "a model over its own input: $own: said" grep -q "$own: is the input .*, and would be overwritten" err.txt
done
want "a model over its own input: as it was" cmp ref.tsv ref.before
cp sheet.tsv own.sheet.tsv
run 1 "a reference over its sheet" reference expression own.sheet.tsv -o own.sheet.tsv --force
want "a reference over its sheet: as it was" cmp sheet.tsv own.sheet.tsv
refused 2 "references of another reference" 'are for reference model' reference expression sheet.tsv --expression-reference ref.tsv -o x.tsv
printf 'sample_id\tevidence\texpect_ccnd1\n' >named.tsv
awk -F '\t' 'NR > 1 && NR < 6 { print $1 "\tcalled/" $1 ".json\tdysregulated" }' called.tsv >>named.tsv
run 0 "a validation without their reference" validate named.tsv -o named
want "a validation without their reference: one warning" test "$(grep -c 'warning: called/.*json (and 3 others): .* expression reference ref.tsv' err.txt)" = 1
run 0 "a validation with their reference" validate named.tsv --expression-reference ref.tsv -o named --force
want "a validation with their reference: none" test "$(grep -c 'not used now' err.txt)" = 0

# The same counts as a matrix of another program: the same samples, levels and cut-offs.
python3 - <<'P'
rows = [l.rstrip("\n").split("\t") for l in open("ref.tsv") if not l.startswith("##")]
first = rows[0].index("late_share") + 1
with open("counts.txt", "w") as out:
    out.write("gene_name\t" + "\t".join(r[0] for r in rows[1:]) + "\n")
    for i in range(first, len(rows[0])):
        out.write(rows[0][i] + "\t" + "\t".join(r[i] for r in rows[1:]) + "\n")
with open("counts.tsv", "w") as out:
    out.write("sample_id\tcounts\n" + "".join(r[0] + "\tcounts.txt\n" for r in rows[1:]))
P
run 0 "reference from gene counts" reference expression counts.tsv -o counts.ref
grep -q '24 of 25 samples used' err.txt && pass || fail "reference from gene counts: $(cat err.txt)"
want "gene counts: the components of the reads" cmp <(grep -E '^##(component|cut_offs|centre)' counts.ref) <(grep -E '^##(component|cut_offs|centre)' ref.tsv)
run 0 "evidence of gene counts" batch counts.tsv -o counted -q
awk -F'\t' -v OFS='\t' 'NR > 1 { $2 = "counted/" $1 ".evidence.gz" } 1' counts.tsv >counted.tsv
run 0 "reference from evidence of gene counts" reference expression counted.tsv -o counted.ref -q
want "reference from evidence of gene counts: the same bytes" cmp counts.ref counted.ref
sed '1s/counts/rna/' counted.tsv >counted.rna.tsv
refused 1 "evidence of gene counts as rna" 'holds no evidence of rna, but gene counts: give it as counts' reference expression counted.rna.tsv -o x.tsv
printf 'sample_id\tcounts\nHIGH\tevidence.json\n' | cat - <(sed 1d counted.tsv) >no.counts.tsv
run 0 "evidence without gene counts" sample --id HIGH --rna HIGH.sam -o without -q
sed -i 's/evidence.json/without\/HIGH.json/' no.counts.tsv
refused 1 "evidence without gene counts as counts" 'HIGH: .*holds no evidence of counts' reference expression no.counts.tsv -o x.tsv
{ head -n 12 counts.tsv | sed 's/$/\t/; 1s/$/rna/'; printf 'HIGH\t\tHIGH.sam\n'; } >mixed.tsv
refused 2 "alignments beside gene counts" 'sample HIGH has rna, but S00 has counts: a reference is made of one kind' reference expression mixed.tsv -o x.tsv

refused 1 "nine good samples" 'ten.tsv: 9 of 10 samples can be used for a reference, expected at least 10' \
    reference expression ten.tsv -o x.tsv
refused 2 "two samples" 'two.tsv: 2 samples .*at least 10' reference expression two.tsv -o x.tsv
{ cat sheet.tsv; tail -n 1 sheet.tsv | sed 's/^[^\t]*/AGAIN/'; } >again.tsv
refused 1 "a sample twice" 'has the same counts in every gene as' reference expression again.tsv -o x.tsv
refused 1 "two builds" 'B37.sam: is on GRCh37, but .* is on GRCh38' reference expression builds.tsv -o x.tsv
(cat twelve.tsv; printf 'GONE\tgone.sam\nDNA\t%s\n' "$root/testdata/PCL01.dna.bam") >mistakes.tsv
refused 1 "two mistakes: the first" '^plasmastrat: error: GONE: gone.sam: cannot be opened' reference expression mistakes.tsv -o x.tsv
refused 1 "two mistakes: the second" '^plasmastrat: error: DNA: .*is this DNA' reference expression mistakes.tsv -o x.tsv
refused 1 "two mistakes: both" 'mistakes.tsv: 2 of 14 samples cannot be used' reference expression mistakes.tsv -o x.tsv
refused 2 "another model" "'some', expected none" reference expression sheet.tsv -o x.tsv --model some

# ---- using it -------------------------------------------------------------------------------------------------------
run 0 "batch" batch new.tsv -o new --expression-reference ref.tsv
for row in HIGH:overexpressed MIDDLE:intermediate LOW:not-overexpressed; do
    want "${row%:*} is ${row#*:}" test "$(value new/${row%:*}.json state)" = "${row#*:}"
done
want "its name" test "$(value new/HIGH.json reference)" = ref.tsv
want "its basis" test "$(value new/HIGH.json reference_basis)" = cohort
want "percentile of the highest" python3 -c 'import json
e = json.load(open("new/HIGH.json")); x = e["ccnd1_expression"]; p = e["provenance"]
assert x["percentile"] > 60 and x["z"] > 0 and x["cohort"]["samples"] == 24 and len(x["cohort"]["components"]) == 6
assert p["expression_reference"] == "ref.tsv" and len(p["expression_reference_checksum"]) == 16
assert not any(r.startswith("reference-assumed") for r in x["reasons"])'
python=python3
"$python" -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/tests/golden/check.py" schema "$root/src/report/sample.schema.json" new/*[A-Z].json >schema.out 2>&1
case $? in 0) pass ;; 77) skipped=$((skipped + 1)) ;; *) fail "schema: $(head -5 schema.out)" ;; esac
run 0 "read back" stratify new/HIGH.json -o again --expression-reference ref.tsv
want "read back: the same bytes" cmp new/HIGH.json again/HIGH.json
want "read back: the same page" cmp new/HIGH.html again/HIGH.html
run 0 "sample" sample --id HIGH --rna HIGH.sam --expression-reference ref.tsv
grep -q 'percentile .* of ref.tsv' out.txt && pass || fail "summary: $(cat out.txt)"
tr -s '[:space:]' ' ' <out.txt | grep -q 'built-in limits' && fail "summary calls the cohort's cut-offs an assumption"
run 0 "built in" sample --id HIGH --rna HIGH.sam
tr -s '[:space:]' ' ' <out.txt | grep -q 'built-in limits' && pass || fail "summary does not say that the built-in cut-offs are an assumption"
run 0 "without cut-offs" sample --id HIGH --rna HIGH.sam --expression-reference twelve.ref -o twelve
want "without cut-offs: z" test "$(value twelve/HIGH.json z)" != None
want "without cut-offs: basis" test "$(value twelve/HIGH.json reference_basis)" = assumption

run 1 "sample of another build" batch b37.tsv -o b37 --expression-reference ref.tsv
grep -q 'B37.sam: is on GRCh37, but the expression reference ref.tsv was made on GRCh38' err.txt && pass || fail "sample of another build: $(cat err.txt)"
want "the other sample is done" test -s b37/HIGH.json
[ "$(grep -c 'class="rug"' new/HIGH.html)" -eq 24 ] || fail "the figure does not draw the cohort's 24 samples"
refused 2 "panel of another build" 'ref.tsv: was made on GRCh38, but the panel grch37' \
    sample --id S --rna B37.sam -p grch37 --expression-reference ref.tsv -o x
"$program" panel export grch38 mine >/dev/null 2>&1
sed -i 's/^\(chr11\t69641\)104/\1105/' mine/exons.bed
refused 2 "panel with other exons" 'ref.tsv: was made with other genes or exons' \
    sample --id S --rna HIGH.sam -p mine --expression-reference ref.tsv -o x
refused 2 "no such reference" 'nowhere.tsv: cannot be opened' sample --id S --rna HIGH.sam --expression-reference nowhere.tsv -o x
refused 2 "a sheet as reference" 'sheet.tsv:1: is no expression reference' \
    batch new.tsv --expression-reference sheet.tsv -o x
sed '20s/[0-9]/7/3' ref.tsv >changed.tsv
refused 2 "changed by hand" 'changed.tsv' sample --id S --rna HIGH.sam --expression-reference changed.tsv -o x
sed 's/^S03\tyes/S03\tno/' ref.tsv >changed.tsv
refused 2 "a sample struck out" 'changed.tsv: holds 25 samples \(23 used\)' \
    sample --id S --rna HIGH.sam --expression-reference changed.tsv -o x
head -n 50 ref.tsv >short.tsv
refused 2 "cut short" 'short.tsv' sample --id S --rna HIGH.sam --expression-reference short.tsv -o x

# ---- RNA as DNA, DNA as RNA -----------------------------------------------------------------------------------------
refused 1 "RNA as DNA" 'HIGH.sam: is given as dna, but .*is this RNA\? give it with --rna' sample --id S --dna HIGH.sam -o x
samtools view --no-PG -h "$root/testdata/PCL01.rna.bam" | awk '/^@/ || $3 != "chr11"' >no11.sam
run 0 "RNA without chromosome 11" sample --id S --rna no11.sam -o no11
want "RNA without chromosome 11: no low expression" grep -q 'contig-absent: .*no reads on chr11' no11/S.json
refused 1 "RNA as normal" 'HIGH.sam: is given as normal, but .*is this RNA' \
    sample --id S --dna "$root/testdata/NAS01.dna.bam" --normal HIGH.sam -o x
refused 1 "DNA as RNA" 'PCL01.dna.bam: is given as rna, but .*is this DNA\? give it with --dna' \
    sample --id S --rna "$root/testdata/PCL01.dna.bam" -o x
run 0 "too few reads to tell" sample --id S --rna "$root/testdata/NAS01.dna.bam"
real=${PLASMASTRAT_REALDATA:-$root/../shared/realdata}
if [ -d "$real/ctat_mutations" ]; then
    refused 1 "real RNA as DNA" 'is this RNA' sample --id S --dna "$real/ctat_mutations/test.star.GRCh38.bam" -o x
    refused 1 "real amplicons as RNA" 'is this DNA' sample --id S --rna "$real/plasma_ion/ctrl1-downsample-05.bam" -o x
    run 0 "real amplicons" sample --id S --dna "$real/plasma_ion/ctrl1-downsample-05.bam"
    run 0 "real capture" sample --id S --dna "$real/ctdnatools_igh/T1.bam"
    run 0 "real RNA" sample --id S --rna "$real/ctat_mutations/Aligned.hg19.bam"
else
    skipped=$((skipped + 5)); echo "skipped: no $real"
fi
echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
