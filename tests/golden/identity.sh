#!/usr/bin/env bash
# Persons: a swapped sample gets no label, samples that are one person's are named, by batch and by report alike.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
ln -s "$root/testdata" data
column() { awk -F'\t' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { printf "%s=%s ", $1, $c }' "$1"; }
cohort=(cohort.tsv cohort.html cohort.maf cbioportal_samples.txt plasmastrat_mqc.json)
same_cohort() { for f in "${cohort[@]}"; do cmp "$1/$f" "$2/$f" || return 1; done; }

cat >sheet.tsv <<END
sample_id	rna	dna
A	data/PCL01.rna.bam	data/PCL01.dna.bam
B	.	data/PCL01.dna.cram
SWAP	data/PCL01.rna.cram	data/IMM01.dna.bam
IMM	data/IMM01.rna.bam	data/IMM01.dna.bam
B37	data/B3701.rna.cram	data/B3701.dna.bam
BAD	data/missing.bam	.
END
run 1 "batch with a swap" batch sheet.tsv -o all
want "no label for the swapped, not-assessable" test "$(column all/cohort.tsv label)" = \
    "A=plasmacytoma-like B=plasmacytoma-like SWAP=not-assessable IMM=intramedullary B37=plasmacytoma-like BAD=. "
want "identity" test "$(column all/cohort.tsv identity)" = "A=same B=not-assessable SWAP=different IMM=same B37=same BAD=. "
want "one person under several names" test "$(column all/cohort.tsv same_person_as)" = \
    "A=B,SWAP B=A,SWAP SWAP=A,B,IMM IMM=SWAP B37=. BAD=. "
want "said on stderr" grep -q "warning: A, B and SWAP are samples of the same person" err.txt
want "said on stderr, of the swap's other person" grep -q "warning: SWAP and IMM are samples of the same person" err.txt
want "said on the page" grep -q "SWAP (dna) and IMM (rna, dna)" all/cohort.html
want "said to MultiQC" grep -q '"same_person_as": "A,B,IMM"' all/plasmastrat_mqc.json
run 1 "the same in three threads" batch sheet.tsv -o threads -@3 -q
want "threads: same bytes" same_cohort all threads
run 1 "report" report all --sheet sheet.tsv -o rep -q
want "report: the bytes of batch" test "$(sed 's/^BAD.*//' all/cohort.tsv)" = "$(sed 's/^BAD.*//' rep/cohort.tsv)"
want "report: the person's sentence" test "$(grep 'One person' all/cohort.html)" = "$(grep 'One person' rep/cohort.html)"

cat >check.py <<'END'
import json, sys
swap, same = (json.load(open("all/%s.json" % x)) for x in ("SWAP", "A"))
assert swap["status"] == "ok" and swap["label"] == "not-assessable" and swap["leaning"] == "none"
assert swap["probability"] == {"plasmacytoma_like": None, "low": None, "high": None}
assert [r.split(":")[0] for r in swap["reasons"]] == ["mixed-persons"], swap["reasons"]
assert all(m["label"] == "not-assessable" and m["probability"] is None for m in swap["models"])
qc = [q for q in swap["qc"] if q["check"] == "identity"]
assert [q["state"] for q in qc] == ["fail"] and qc[0]["value"] < -4.6, qc
assert [q["state"] for q in same["qc"] if q["check"] == "identity"] == ["pass"]
assert [(q["state"], q["value"]) for q in same["qc"] if q["check"] == "contamination"] == []
one, two = same["identity"]["inputs"], swap["identity"]["inputs"]
assert one[0] == two[0]  # the same reads from BAM and from CRAM
assert json.load(open("all/B.json"))["identity"]["inputs"][0] == one[1]
assert json.load(open("all/B37.json"))["identity"]["snp_set"] == same["identity"]["snp_set"]
for i in one:
    assert len(i["counts"]) == 2 * len(i["genotypes"]) == 2 * same["identity"]["snps"]
    assert 30 <= i["sites"] < 40 and 0 < i["genotypes"].count("1") < 30
# damage
for name, change in {"counts": lambda d: d["identity"]["inputs"][0].update(counts="1" * 3),
                     "genotypes": lambda d: d["identity"]["inputs"][0].update(genotypes="3" * 442),
                     "state": lambda d: d["identity"].update(state="same"),
                     "input": lambda d: d["identity"]["inputs"].append(d["identity"]["inputs"][0]),
                     "label": lambda d: d.update(label="plasmacytoma-like"),
                     "pair": lambda d: d["identity"]["pairs"][0].update(log_odds="many"),
                     "fraction": lambda d: d["identity"]["inputs"][0]["contamination"].update(fraction=2)}.items():
    d = json.load(open("all/SWAP.json"))
    change(d)
    json.dump(d, open("bad.%s.json" % name, "w"))
bare = json.load(open("all/A.json"))
bare.pop("digest")
json.dump(bare, open("bad.bare.json", "w"))
END
want "JSON" python3 check.py
for f in bad.*.json; do
    run 1 "$f" report "$f" -o "$f.out" -q
    want "$f: says digest" grep -q "$f.*digest" "$f.out/cohort.tsv"
done
run 0 "summary" sample --id SWAP --rna data/PCL01.rna.bam --dna data/IMM01.dna.bam
want "summary: says why" grep -q "mixed-persons" out.txt
want "summary: the failed check" grep -q "fail identity" out.txt
run 0 "a panel of one's own without SNPs" panel export grch38 own
sed -i '2,$d' own/identity_snps.tsv
run 0 "panel check" panel check own
run 0 "no SNPs" sample --id X --rna data/PCL01.rna.bam --dna data/PCL01.dna.bam -p ./own -o nosnps
want "no SNPs: nothing told" grep -q "not assessable: rna and dna share 0 common SNPs" nosnps/X.json
sed -i '$a chr1\t10\tA\tA\t0.5' own/identity_snps.tsv
run 2 "panel check of a damaged table" panel check own
want "damaged table: file and line" grep -q "identity_snps.tsv:2: column alt" err.txt

# joined from per-assay results, as if run together
for dna in PCL01 IMM01; do
    "$program" sample --id J --rna data/PCL01.rna.bam -o "j$dna.rna" >/dev/null
    "$program" sample --id J --dna "data/$dna.dna.bam" -o "j$dna.dna" >/dev/null
    "$program" sample --id J --rna data/PCL01.rna.bam --dna "data/$dna.dna.bam" -o "j$dna" >/dev/null
    run 0 "stratify RNA.json DNA.json of $dna" stratify "j$dna.rna/J.json" "j$dna.dna/J.json" -o "j$dna.joint"
    want "joint: the bytes of one run" cmp "j$dna/J.json" "j$dna.joint/J.json"
done

# reads of two persons in one file
for share in 0 0.1; do
    cat >spec.json <<END
{"sample": "MIX$share", "seed": 5, "dna": {"read_length": 100, "quality": "high",
 "person": {"name": "one", "snps": 120, "depth": 30, "foreign": {"name": "two", "fraction": $share}}}}
END
    want "simulated mixture" python3 "$root/tests/sim/simulate.py" --spec spec.json --out "mix$share"
    run 0 "contamination of $share" sample --id "MIX$share" --dna "mix$share.dna.bam" -o mix
done
cat >mix.py <<'END'
import json
clean, mixed = (json.load(open("mix/MIX%s.json" % x)) for x in ("0", "0.1"))
for d, state, truth, qc in ((clean, "below-limit", 0, "pass"), (mixed, "contaminated", 0.1, "warn")):
    c = d["identity"]["inputs"][0]["contamination"]
    assert c["state"] == state and c["low"] <= truth <= c["high"] and c["sites"] == 120, c
    assert c["low"] > 0.02 if truth else c["high"] < 0.025, c
    assert [(q["state"], q["value"]) for q in d["qc"] if q["check"] == "contamination"] == [(qc, c["fraction"])]
END
want "contamination" python3 mix.py

echo "ok $ok, failed $failed, skipped 0"
[ $failed -eq 0 ]
