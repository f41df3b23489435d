#!/usr/bin/env bash
# ID.evidence.gz: its schema, lanes, joining, re-calling, and files that are not what was written.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
own_data
dna=data/PCL01.dna.bam rna=data/PCL01.rna.bam
without_inputs() { # FILE.json: all but what names and describes the inputs
    python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
del d["inputs"], d["digest"]
for q in d["qc"]: q.pop("path", None)
print(json.dumps(d, indent=1))' "$1"
}

# ---- the file -------------------------------------------------------------------------------------------------------
run 0 "one run" sample --id S --rna $rna --dna $dna -o one -q
want "the schema fits" python3 -c '
import gzip, json, jsonschema
text = gzip.open("one/S.evidence.gz", "rt").read()
jsonschema.validate(json.loads(text), json.load(open("'"$root"'/src/evidence/evidence.schema.json")))
names = set(l.split("\t")[0] for l in open("names.txt"))
assert names and not any(name in text for name in names), "a read name is in it"
digest = json.load(open("one/S.json"))["evidence"]["digest"]
assert json.loads(text)["digest"] == digest, digest' < <(samtools view $dna | head -50 | cut -f1 >names.txt)
run 0 "one run again, by four threads" sample --id S --rna $rna --dna $dna -o four -@4 -q
want "the same bytes" cmp one/S.evidence.gz four/S.evidence.gz
run 0 "without it" sample --id S --dna $dna -o none --no-evidence -q
want "without it: it is not there" test ! -e none/S.evidence.gz
refused 1 "without it: stratify" 'none/S.json.*--no-evidence' stratify none/S.json -o x
run 0 "another sample under the name" sample --id S --dna data/IMM01.dna.bam -o stale -q
rm stale/S.json stale/S.html stale/S.ras.vcf.gz*
refused 1 "evidence of an earlier run beside results without" 'S.evidence.gz: exists; use --force to remove' sample --id S --dna $dna -o stale --no-evidence
run 0 "evidence of an earlier run, with --force" sample --id S --dna $dna -o stale --no-evidence --force -q
want "evidence of an earlier run: it is gone" test ! -e stale/S.evidence.gz -a -e stale/S.json
run 0 "another sample under the name again" sample --id S --dna data/IMM01.dna.bam -o stale -q --force
run 0 "evidence to another folder" sample --id S --dna $dna -o stale --evidence stale3/S.evidence.gz --force -q
want "evidence to another folder: none of the earlier run" test ! -e stale/S.evidence.gz -a -e stale3/S.evidence.gz
run 0 "the same folder by another name" sample --id S --dna $dna -o stale --evidence ./stale/S.evidence.gz --force -q
want "the same folder by another name: it is there" cmp stale/S.evidence.gz stale3/S.evidence.gz
printf 'sample_id\tdna\nS\t%s\n' $dna >stale.tsv
run 0 "a batch with evidence" batch stale.tsv -o stale2 -q
want "a batch with evidence: it is there" test -e stale2/S.evidence.gz
run 0 "the batch again, without" batch stale.tsv -o stale2 --resume --no-evidence -q
want "the batch again, without: it is gone" test ! -e stale2/S.evidence.gz -a -e stale2/S.json
cp -r one read
refused 1 "evidence that is read is never removed" 'S.evidence.gz: is there already' stratify read/S.json --no-evidence --force -o read
want "evidence that is read is never removed: it is there" cmp one/S.evidence.gz read/S.evidence.gz
names_evidence() { # FILE.json VALUE
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert json.dumps(d["evidence"]["file"]) == sys.argv[2], d["evidence"]' "$@"
}
run 0 "the JSON alone" sample --id S --dna $dna --json alone/S.json -q
want "the JSON alone: names no evidence" names_evidence alone/S.json null
run 0 "the JSON on stdout" sample --id S --dna $dna -o -
want "the JSON on stdout: names no evidence" names_evidence out.txt null
run 0 "the JSON on stdout, joined" stratify one/S.json -o -
want "the JSON on stdout, joined: names no evidence" names_evidence out.txt null
want "the JSON in a folder: names it" names_evidence one/S.json '"S.evidence.gz"'

run 0 "a name of its own" sample --id S --rna $rna --dna $dna --json j/S.json --evidence e/S.evidence.gz -q
want "a name of its own: the same bytes" cmp one/S.evidence.gz e/S.evidence.gz
refused 2 "a name that is not the sample's" 'expected the file name S.evidence.gz' sample --id S --dna $dna --evidence x/T.evidence.gz
refused 2 "a name for what is left out" 'not together with --no-evidence' sample --id S --dna $dna --evidence x/S.evidence.gz --no-evidence
refused 2 "a name beside -o -" 'goes with none of .*--evidence' sample --id S --dna $dna -o - --evidence x/S.evidence.gz

# What was stated is kept: the name in the headers too.
run 0 "a stated name" sample --id PATIENT7 --rna $rna --dna $dna --expect-name PCL01 -o named -q
run 0 "a stated name: RNA" sample --id PATIENT7 --rna $rna --expect-name PCL01 -o named_rna -q
run 0 "a stated name: DNA" sample --id PATIENT7 --dna $dna --expect-name PCL01 -o named_dna -q
run 0 "a stated name: joined" stratify named_rna/PATIENT7.json named_dna/PATIENT7.json -o named_both -q
want "a stated name: the same bytes" cmp named/PATIENT7.json named_both/PATIENT7.json
want "a stated name: the same evidence" cmp named/PATIENT7.evidence.gz named_both/PATIENT7.evidence.gz
want "a stated name: no warning" test "$(grep -c '"sample-name"' named_both/PATIENT7.json)" = 0
run 0 "a stated name: another" sample --id PATIENT7 --dna $dna --expect-name PCL02 -o named_dna -q --force
refused 1 "two stated names" "expect-name 'PCL02', but .*'PCL01': choose with --expect-name" stratify named_rna/PATIENT7.json named_dna/PATIENT7.json -o x
run 0 "a name stated again" stratify named_rna/PATIENT7.json named_dna/PATIENT7.json --expect-name PCL01 -o x -q

# References are files of their own: what was called with one and is called without it now is warned of.
printf 'sample_id\tdna\n' >errors.tsv
for i in $(seq 1 12); do
    samtools view -b -s "$i.6" data/IMM01.dna.bam -o normal$i.bam
    printf 'normal%s\tnormal%s.bam\n' "$i" "$i" >>errors.tsv
done
run 0 "an error reference" reference errors errors.tsv -o errors.ref -q
run 0 "called with it" sample --id S --dna $dna --error-reference errors.ref -o erred -q
want "called with it: the schema fits" python3 -c '
import gzip, json, jsonschema
d = json.load(gzip.open("erred/S.evidence.gz", "rt"))
jsonschema.validate(d, json.load(open("'"$root"'/src/evidence/evidence.schema.json")))
assert d["stated"]["error_reference"].startswith("errors.ref, checksum ")'
for command in "stratify erred/S.json -o unerred" "explain erred/S.json"; do
    run 0 "$command, without it" $command
    want "$command, without it: a warning" grep -q 'warning: .*error reference errors.ref, .* give it with --error-reference' err.txt
done
run 0 "lod, without it" lod --dna erred/S.evidence.gz -o lod.without
want "lod, without it: a warning" grep -q 'warning: .*error reference errors.ref, .* give it with --error-reference' err.txt
run 0 "lod, with it" lod --dna erred/S.evidence.gz --error-reference errors.ref -o lod.with
want "lod, with it: no warning" test ! -s err.txt
want "lod, with it: what the result says" python3 -c '
import json
codons = {(c["gene"], str(c["codon"])): c for c in json.load(open("erred/S.json"))["ras"]["codons"]}
rows = [l.rstrip("\n").split("\t") for l in open("lod.with")][2:]
same = [(r, codons[r[0], r[1]]) for r in rows if (r[0], r[1]) in codons and r[5] != "."]
assert len(same) > 20 and all(abs(float(r[5]) - c["lod95"]) < 1e-6 for r, c in same)'
want "lod, with it: another answer than without" test "$(cmp lod.with lod.without >/dev/null 2>&1; echo $?)" = 1
run 0 "called with it again" stratify erred/S.json --error-reference errors.ref -o erred2
want "called with it again: no warning" test ! -s err.txt
want "called with it again: the same bytes" cmp erred/S.evidence.gz erred2/S.evidence.gz

run 0 "a VCF" sample --id S --vcf data/VCF01.mutect2.vcf -o vcf -q
want "a VCF: the schema fits" python3 -c '
import gzip, json, jsonschema
d = json.load(gzip.open("vcf/S.evidence.gz", "rt"))
jsonschema.validate(d, json.load(open("'"$root"'/src/evidence/evidence.schema.json")))
assert d["content"]["vcf"]["variants"]["alt"] and d["content"]["dna"] is None'

# ---- the library ----------------------------------------------------------------------------------------------------
refused 2 "no molecules" "molecules: '0', expected a number from 1" sample --id S --dna $dna --molecules 0 -o x
printf 'chr12\t25398200\t25398222\tKRAS_LEFT\t1\t+\n' >grch37.bed
run 0 "primers of another build" sample --id S --dna $dna --primers grch37.bed -o primers -q
want "primers of another build: a warning" python3 -c '
import json
q = [x for x in json.load(open("primers/S.json"))["qc"] if x["check"] == "primers"]
assert [x["state"] for x in q] == ["warn"] and "another build" in q[0]["message"], q'
printf 'chr12\t25245300\t25245320\tKRAS_1\t1\t+\nchr12\t25245380\t25245400\tKRAS_1\t1\t-\n' >strands.bed
printf 'chr12\t25245300\t25245320\tKRAS_1_LEFT\nchr12\t25245380\t25245400\tKRAS_1_RIGHT\n' >names.bed
printf 'chr12\t25245300\t25245320\tchr12\t25245380\t25245400\tKRAS_1\n' >pairs.bedpe
for list in strands.bed names.bed pairs.bedpe; do
    run 0 "primers with strands, $list" sample --id S --dna $dna --primers $list -o $list.1 -q
    run 0 "primers with strands, $list: joined" stratify $list.1/S.json -o $list.2 -q
    for end in json html evidence.gz; do
        want "primers with strands, $list: $end" cmp $list.1/S.$end $list.2/S.$end
    done
    run 0 "primers with strands, $list: explain" explain $list.1/S.json
    run 0 "primers with strands, $list: lod" lod --dna $list.1/S.json
done
sed 's/30,12:28,9/30,12:28,2000000000/' data/IMP01.manta.vcf >deep.vcf
refused 1 "a count that evidence cannot hold" 'cannot be kept.*split: 2000000000' sample --id S --sv deep.vcf -o x
printf 'chr12\t25245300\t25245500\tKRAS exon 2\n' >amplicons.bed
refused 2 "amplicons for primers" "at most 100 bases" sample --id S --dna $dna --primers amplicons.bed -o x
: >empty.bed
refused 2 "no primers" "no primer is listed" sample --id S --dna $dna --primers empty.bed -o x

samtools view -h $dna | awk -F'\t' -v OFS='\t' '/^@/ { print; next } { n = $1; for (i = 0; i < 3; i++) { $1 = n "." i; print } }' |
    samtools sort -o thrice.bam -
run 0 "every fragment three times" sample --id S --dna thrice.bam -o thrice -q
want "every fragment three times: copies of as many molecules" python3 -c '
import json, jsonschema
one, thrice = (json.load(open(f"{name}/S.json")) for name in ("one", "thrice"))
jsonschema.validate(thrice, json.load(open("'"$root"'/src/report/sample.schema.json")))
a, b = next(x for x in one["library"] if x["input"] == "dna"), thrice["library"][0]
assert (a["kind"], b["kind"]) == ("unique", "unmarked-copies"), (a, b)
assert a["fragments"] > 3000 and b["fragments"] == 3 * a["fragments"] and b["molecules"] == a["molecules"]
assert abs(b["copies"] - (1 - b["molecules"] / b["fragments"])) < 1e-5 and b["copies_by_chance"] < 0.01
assert a["insert_size"] == b["insert_size"] and 240 < a["insert_size"]["median"] < 260  # as the data were made
assert all(abs(b["error_rate"][k] / a["error_rate"][k] - 1) < 0.05 for k in ("stated", "seen"))
assert [x["input"] for x in one["library"]] == ["rna", "dna"] and b["damage"] is None and not b["primers"]'

# ---- lanes ----------------------------------------------------------------------------------------------------------
for kind in dna rna; do # fragments go to one lane or the other by their name
    samtools view -h data/PCL01.$kind.bam | awk -F'\t' -v k=0 -v OFS='\t' \
        '/^@/ { print; next } { s = 0; for (i = length($1); i > length($1) - 3 && i > 0; i--) s += index("0123456789", substr($1, i, 1)) } s % 2 == k' |
        samtools view -b -o $kind.1.bam -
    samtools view -h data/PCL01.$kind.bam | awk -F'\t' -v k=1 -v OFS='\t' \
        '/^@/ { print; next } { s = 0; for (i = length($1); i > length($1) - 3 && i > 0; i--) s += index("0123456789", substr($1, i, 1)) } s % 2 == k' |
        samtools view -b -o $kind.2.bam -
    want "two lanes of $kind" test "$(samtools view -c $kind.1.bam)" -gt 100 -a "$(samtools view -c $kind.2.bam)" -gt 100
done
run 0 "lanes in one run" sample --id S --rna rna.1.bam --rna rna.2.bam --dna dna.2.bam --dna dna.1.bam -o lanes -q
want "lanes: the answer of the whole files" cmp <(without_inputs one/S.json) <(without_inputs lanes/S.json)
want "lanes: the VCF of the whole files" cmp one/S.ras.vcf.gz lanes/S.ras.vcf.gz
printf 'sample_id\trna\tdna\nS\trna.1.bam|rna.2.bam\tdna.1.bam | dna.2.bam\n' >lanes.tsv
run 0 "lanes in a sheet" batch lanes.tsv -o sheet -q
want "lanes in a sheet: as in one run" cmp <(without_inputs lanes/S.json) <(without_inputs sheet/S.json)
printf 'sample_id\tdna\nS\tdna.1.bam|\n' >bad.tsv
refused 2 "a lane without a name" 'bad.tsv:2.*dna' batch bad.tsv -o x
n=0
for file in rna.1 rna.2 dna.1 dna.2; do
    n=$((n + 1))
    run 0 "lane $file alone" sample --id S --${file%.*} $file.bam -o lane$n -q
done
run 0 "lanes joined" stratify lane1/S.evidence.gz lane3/S.json lane4/S.evidence.gz lane2/S.json -o joint -q
run 0 "lanes joined backward" stratify lane2/S.json lane4/S.json lane3/S.json lane1/S.json -o back -q
for end in json html ras.vcf.gz evidence.gz; do
    want "lanes joined: $end" cmp lanes/S.$end joint/S.$end
    want "lanes joined backward: $end" cmp lanes/S.$end back/S.$end
done
run 0 "two lanes joined" stratify lane1/S.json lane2/S.json -o pair -q
run 0 "and the others" stratify pair/S.evidence.gz lane3/S.json lane4/S.json -o grouped -q
want "any grouping" cmp lanes/S.evidence.gz grouped/S.evidence.gz

# What was stated when the evidence was gathered holds in every command that takes it for an alignment.
printf 'chr12\t25245300\t25245400\tKRAS\n' >kras.bed
run 0 "stated then" sample --id S --dna data/IMM01.dna.bam --molecules 20 --primers kras.bed -o stated -q
run 0 "stated then: lod" lod --dna stated/S.evidence.gz -o stated.tsv
want "stated then: lod is what the result says" python3 -c '
import json
codons = {(c["gene"], str(c["codon"])): c for c in json.load(open("stated/S.json"))["ras"]["codons"]}
rows = [l.rstrip("\n").split("\t") for l in open("stated.tsv")][2:]
same = [(r, codons[r[0], r[1]]) for r in rows if (r[0], r[1]) in codons and r[5] != "."]
assert len(same) > 20 and all(int(r[4]) == c["depth"] and abs(float(r[5]) - c["lod95"]) < 1e-6 and r[6] == c["state"] for r, c in same), same[0]
assert codons["KRAS", "12"]["state"] == "not-assessable" and codons["KRAS", "12"]["lod95"] > 0.2'

# A codon under the primer at the far end of reads without a mate; reads that end by their length.
merged_is() { # FOLDER STATE
    python3 -c '
import json, sys
ras = json.load(open(sys.argv[1] + "/S.json"))["ras"]
assert ras["state"] == sys.argv[2] and (sys.argv[2] == "wild-type" or "KRAS 12" in str(ras["reasons"]) and "under-primer" in str(ras["reasons"])), ras["reasons"]' "$@"
}
for forward in 1 0; do
    for kind in merged:not-assessable trimmed:not-assessable merged-middle:wild-type fixed:wild-type fixed-middle:wild-type; do
        reads=${kind%:*} folder=${kind%:*}$forward
        want "$folder: made" python3 "$root/tests/golden/merged_reads.py" "$reads" $forward
        run 0 "$folder" sample --id S --dna want.out --molecules 2000 -o "$folder" -q
        want "$folder: ${kind#*:}" merged_is "$folder" "${kind#*:}"
    done
    run 0 "merged reads: evidence" stratify merged$forward/S.evidence.gz -o merged.again$forward -q
    want "merged reads: evidence tells the same" cmp merged$forward/S.json merged.again$forward/S.json
done
lane_sheet() { # FILE DNA
    printf 'sample_id\tdna\texpect_ras\tmolecules\nS\t%s\twild-type\t%s\n' "$2" "${3:-.}" >"$1"
}
lane_sheet whole.tsv "dna.1.bam|dna.2.bam"
lane_sheet both.tsv "lane3/S.evidence.gz|lane4/S.json"
lane_sheet mixed.tsv "lane3/S.evidence.gz|dna.2.bam"
for sheet in whole both mixed; do
    run 0 "lanes of a cell, $sheet" validate $sheet.tsv -o $sheet.v -q
    want "lanes of a cell, $sheet: as alignments" cmp whole.v/validation.tsv $sheet.v/validation.tsv
done
run 0 "a lesion then" sample --id S --dna $dna --specimen lesion -o lesion -q
run 0 "a lesion then, not known now" stratify lesion/S.json --specimen unknown -o unknown -q
run 0 "not known" sample --id S --dna $dna -o nolesion -q
want "a lesion then, not known now: what is given now" cmp nolesion/S.evidence.gz unknown/S.evidence.gz
want "a lesion then, not known now: the answer" cmp nolesion/S.json unknown/S.json
run 0 "a lesion then, nothing now" stratify lesion/S.json -o lesion.2 -q
want "a lesion then, nothing now: the answer" cmp lesion/S.json lesion.2/S.json
# The model of then: rationale calls this sample intramedullary, the others do not.
sed 's/^name\trationale/name\tmine/; s/^intramedullary_at\t[0-9.]*/intramedullary_at\t0.001/' "$root/panels/common/model.rationale.tsv" >mine.tsv
label() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["label"])' "$1"; }
printf 'sample_id\tevidence\trna\tdna\texpect_label\n' >models.tsv
for model in rationale primary-solitary mine.tsv; do
    run 0 "model $model" sample --id $model --rna data/IMM01.rna.bam --dna data/IMM01.dna.bam --specimen lesion --model $model -o models -q
    e=models/$model.evidence.gz
    printf "$model.1\t$e\t.\t.\tintramedullary\n$model.2\t.\t$e\t$e\tintramedullary\n" >>models.tsv
    for k in 1 2; do printf "$model.$k\t%s\n" "$(label models/$model.json)"; done >>models.want
done
want "models of then: they differ" test "$(cut -f2 models.want | sort -u | wc -l)" = 2
run 0 "models of then: validate" validate models.tsv -o models.v -q
want "models of then: each sample by its own" diff models.want <(awk -F'\t' '$3 == "label" { print $1 "\t" $6 }' models.v/validation.tsv)
run 0 "a model now: validate" validate models.tsv --model rationale -o models.now -q
want "a model now: all by it" test "$(awk -F'\t' '$3 == "label" { print $6 }' models.now/validation.tsv | sort -u)" = intramedullary
run 0 "molecules then" sample --id S --dna data/IMM01.dna.bam --molecules 20 -o m20 -q
run 0 "ng then" sample --id S --dna data/IMM01.dna.bam --input-ng 100 -o ng100 -q
run 0 "ng now, molecules then" stratify m20/S.json --input-ng 100 -o m20.ng100 -q
want "ng now, molecules then: what is given now" cmp ng100/S.evidence.gz m20.ng100/S.evidence.gz
want "ng now, molecules then: the answer" cmp ng100/S.json m20.ng100/S.json
run 0 "molecules now, ng then" stratify ng100/S.json --molecules 20 -o ng100.m20 -q
want "molecules now, ng then: what is given now" cmp m20/S.evidence.gz ng100.m20/S.evidence.gz
run 0 "ng of a lane" sample --id S --dna dna.2.bam --input-ng 100 -o laneng -q
run 0 "another number of molecules" sample --id S --dna dna.2.bam --molecules 30 -o lane30 -q
run 0 "a number of molecules" sample --id S --dna dna.1.bam --molecules 20 -o lane20 -q
refused 1 "molecules in one, ng in another" 'library of 33000 molecules, but lane20/S.json has 20.*choose with --molecules' stratify lane20/S.json laneng/S.json -o x
run 0 "molecules in one, ng in another, given now" stratify lane20/S.json laneng/S.json --input-ng 50 -o both50 -q
lane_sheet x.tsv "lane20/S.json|lane30/S.json"
run 1 "lanes that state two numbers" validate x.tsv -o x.v -q
want "lanes that state two numbers: which" grep -q 'molecules 30, but .*lane20/S.json has 20: choose with stratify --molecules' err.txt
lane_sheet y.tsv "lane20/S.json|lane30/S.json" 25
run 0 "lanes that state two numbers, one given now" validate y.tsv -o y.v -q
lane_sheet z.tsv "lane3/S.json|lane3/S.evidence.gz"
run 1 "a lane twice in a cell" validate z.tsv -o z.v -q
want "a lane twice in a cell: which" grep -q 'lane3/S.json: give each file once' err.txt

# ---- lists: in any order, with repeats, and another list for each lane ------------------------------------------------
printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n' >sorted.vcf
cp sorted.vcf mixed.vcf
printf 'chr1\t114713908\t.\tT\tC\t.\t.\t.\nchr12\t25245347\t.\tC\tG,T\t.\t.\t.\nchr12\t25245350\t.\tC\tA,T\t.\t.\t.\n' >>sorted.vcf
printf 'chr12\t25245350\t.\tC\tT\t.\t.\t.\nchr1\t114713908\t.\tT\tC\t.\t.\t.\nchr12\t25245347\t.\tC\tG,T\t.\t.\t.\nchr12\t25245350\t.\tC\tA\t.\t.\t.\nchr12\t25245350\t.\tC\tT\t.\t.\t.\n' >>mixed.vcf
printf 'chr12\t25245250\t25245270\nchr12\t25245380\t25245400\n' >one.bed
printf 'chr1\t114713800\t114713820\n' >two.bed
cat two.bed one.bed one.bed >both.bed
run 0 "a list in order" sample --id S --dna dna.1.bam --dna dna.2.bam --force-sites sorted.vcf --primers both.bed -o listed -q
run 0 "a list in any order, with repeats" sample --id S --dna dna.1.bam --dna dna.2.bam --force-sites mixed.vcf --primers both.bed -o mixed -q
run 0 "a lane with one list" sample --id S --dna dna.1.bam --force-sites mixed.vcf --primers one.bed -o listed1 -q
run 0 "a lane with another" sample --id S --dna dna.2.bam --primers two.bed -o listed2 -q
run 0 "both lists" stratify listed1/S.json listed2/S.json -o listed12 -q
run 0 "both lists, backward" stratify listed2/S.json listed1/S.json -o listed21 -q
run 0 "a union of primers" sample --id S --dna dna.1.bam --dna dna.2.bam --force-sites sorted.vcf --primers <(sort -u both.bed) -o union -q
for end in json html evidence.gz; do
    want "a list in any order, with repeats: $end" cmp listed/S.$end mixed/S.$end
    want "both lists: as one list of all, $end" cmp union/S.$end listed12/S.$end
    want "both lists, backward: $end" cmp listed12/S.$end listed21/S.$end
done

# ---- every input by itself --------------------------------------------------------------------------------------------
split() { # NAME, then the inputs as words of one argument each: one run on all, and stratify of each alone, both ways
    local name=$1 n=0 parts=() input; shift
    run 0 "$name: one run" sample --id S $* -o "$name.one" -q
    for input in "$@"; do
        n=$((n + 1))
        run 0 "$name: $input alone" sample --id S $input -o "$name.$n" -q
        parts+=("$name.$n/S.json")
    done
    run 0 "$name: joined" stratify "${parts[@]}" -o "$name.joined" -q
    run 0 "$name: joined backward" stratify $(printf '%s\n' "${parts[@]}" | tac) -o "$name.backward" -q
    for end in json html ras.vcf.gz evidence.gz; do
        want "$name: joined, $end" cmp "$name.one/S.$end" "$name.joined/S.$end"
        want "$name: joined backward, $end" cmp "$name.one/S.$end" "$name.backward/S.$end"
    done
}
(grep '^##' data/VCF01.mutect2.vcf; grep -E '^##(INFO=<ID=(SVTYPE|MATEID)|FORMAT=<ID=(PR|SR))' data/IMP01.manta.vcf
grep '^#CHROM' data/VCF01.mutect2.vcf; grep -hv '^#' data/VCF01.mutect2.vcf data/IMP01.manta.vcf) >joins.vcf
split normal "--normal data/IMM01.dna.bam" "--dna $dna" "--rna $rna"
split counts "--counts data/IMP01.counts.txt" "--dna data/B3701.dna.bam"
split joins "--vcf joins.vcf" "--sv data/IMP01.manta.vcf"
refused 2 "a normal alone, for nothing" 'a normal alone: only with -o DIR' sample --id S --normal data/IMM01.dna.bam
refused 2 "a normal alone, without evidence" 'a normal alone: only with -o DIR' sample --id S --normal data/IMM01.dna.bam --no-evidence -o x

# ---- lanes in lod -----------------------------------------------------------------------------------------------------
run 0 "lod of the whole" lod --dna $dna -o lod.whole
for lanes in "--dna dna.1.bam --dna dna.2.bam" "--dna lane3/S.json --dna dna.2.bam" "--dna lane4/S.evidence.gz --dna lane3/S.evidence.gz"; do
    run 0 "lod $lanes" lod $lanes -o lod.lanes --force
    want "lod $lanes: as of the whole" cmp lod.whole lod.lanes
done
run 0 "a dilution" lod --dna data/IMM01.dna.bam --mutated $dna --repeats 5 -o lod.mixed
samtools view -b -s 4.5 -o imm.1.bam -U imm.2.bam data/IMM01.dna.bam
run 0 "a dilution into lanes" lod --dna imm.1.bam --dna imm.2.bam --mutated $dna --repeats 5 -o lod.mixed2
want "a dilution into lanes: the same" cmp <(grep -v '^##' lod.mixed) <(grep -v '^##' lod.mixed2)
refused 2 "lanes from stdin twice" 'only one input' lod --dna - --dna -

# ---- refused --------------------------------------------------------------------------------------------------------
refused 1 "one file twice" 'dna.1.bam .dna.*once' stratify lane3/S.json pair/S.json lane3/S.evidence.gz -o x
cp dna.1.bam copy.bam
refused 1 "a copy of a lane" 'has the same reads as' sample --id S --dna dna.1.bam --dna copy.bam -o x
(samtools view -h dna.1.bam; samtools view dna.1.bam | head -1 | awk -v OFS='\t' '{ $2 += 512; print }') | samtools sort -o more.bam
run 0 "a lane with one more record" sample --id S --dna more.bam -o more -q
run 0 "two lanes of DNA" stratify lane3/S.json lane4/S.json -o dnas -q
run 0 "two lanes of DNA, and RNA" stratify lane1/S.json dnas/S.json -o three -q
refused 1 "a lane again, in one run" 'more.bam.*same reads as .*dna.1.bam' sample --id S --dna dna.1.bam --dna dna.2.bam --dna more.bam -o x
for merge in dnas three; do
    refused 1 "a lane again, beside $merge" 'same reads as .*(dna.1|more).bam' stratify $merge/S.json more/S.json -o x
    refused 1 "$merge beside a lane again" 'same reads as .*(dna.1|more).bam' stratify more/S.json $merge/S.json -o x
done
renamed() { # LANE NAME OUT: the header's sample name; empty: none
    samtools view -h $1.bam | sed "/^@RG/s/\tSM:[^\t]*/${2:+\tSM:$2}/" | samtools view -b -o $3.bam
    run 0 "a lane named '$2'" sample --id S --dna $3.bam -o $3 -q
}
samtools view -b -s 3.5 -o dna.3.bam -U dna.4.bam dna.2.bam
renamed dna.1 "" nobody; renamed dna.3 ANNA anna; renamed dna.4 BERTA berta
run 0 "a lane without a name, and ANNA's" stratify nobody/S.json anna/S.json -o unnamed -q
for order in "unnamed/S.json berta/S.json" "berta/S.json unnamed/S.json" "nobody/S.json anna/S.json berta/S.json"; do
    refused 1 "names: $order" "header names sample '(BERTA|ANNA)', but the header of .*(anna|berta).bam names" stratify $order -o x
done
samtools reheader <(samtools view -H data/IMM01.dna.bam | sed 's/SM:[^\t]*/SM:PCL01/') data/IMM01.dna.bam >other.bam
run 0 "another person under the name" sample --id S --dna other.bam -o other -q
run 0 "another build" sample --id S --dna data/B3701.dna.bam -o b37 -q
refused 1 "two builds" 'GRCh37.*GRCh38' stratify lane1/S.json b37/S.evidence.gz -o x
cp lane1/S.evidence.gz beside.gz && mkdir beside && cp lane3/S.json beside/ && cp lane1/S.evidence.gz beside/
refused 1 "evidence that is not the JSON's" 'beside/S.evidence.gz.*another run' stratify beside/S.json -o x
"$program" panel export grch38 own >/dev/null
sed -i 's/^min_base_quality\t20/min_base_quality\t25/' own/limits.tsv
refused 1 "gathered with another limit" 'min_base_quality.*20.*25' stratify lane3/S.json -p own -o x
sed -i 's/^min_base_quality\t25/min_base_quality\t20/; s/^ras_min_alt\t3/ras_min_alt\t4/' own/limits.tsv
run 0 "a limit of calling" stratify one/S.json -p own -o limit -q
run 0 "a limit of calling, in one run" sample --id S --rna $rna --dna $dna -p own -o limit.one -q
want "a limit of calling: as in one run" cmp limit/S.json limit.one/S.json
rm -r own && "$program" panel export grch38 own >/dev/null
sed -i 's/^ras_block_min_gq\t20/ras_block_min_gq\t60/' own/limits.tsv
refused 1 "a VCF, read with another limit" 'ras_block_min_gq: its VCF was read with 20.*60' stratify vcf/S.json -p own -o x
run 0 "that limit, without a VCF" stratify lane3/S.json -p own -o limit -q --force
rm -r own && "$program" panel export grch38 own >/dev/null
printf 'weak_evidence\tours\n' >>own/vcf_filters.tsv
refused 1 "a VCF, read with other filters" 'another vcf_filters.tsv' stratify vcf/S.json -p own -o x
sed -i '$d' own/bins.bed
refused 1 "other places" 'positions' stratify lane3/S.json -p own -o x
altered() { # NAME PATTERN SED: an edit of the text, gzipped again
    zcat lane3/S.evidence.gz | sed "$3" | gzip -n >altered.gz
    refused 1 "$1" "altered.gz: .*$2" stratify altered.gz -o x
}
altered "a newer schema" 'newer program' 's|plasmastrat/evidence/1|plasmastrat/evidence/2|'
altered "another schema" 'expected plasmastrat/evidence/1' 's|plasmastrat/evidence/1|other/1|'
altered "an edited count" 'checksum.*edited' 's/"window_fragments":/"window_fragments":1/'
altered "a missing end" 'checksum' '$d'
head -c 3000 lane3/S.evidence.gz >cut.gz
refused 1 "a file that was cut" 'cut.gz: was cut short' stratify cut.gz -o x
(cat lane3/S.evidence.gz; echo more) >more.gz
refused 1 "bytes behind the end" 'more.gz: has bytes behind' stratify more.gz -o x
refused 1 "alignments" 'dna.1.bam: is no evidence file' stratify dna.1.bam -o x
refused 1 "a VCF for evidence" 'S.ras.vcf.gz: is no evidence file' stratify one/S.ras.vcf.gz -o x
zcat lane3/S.evidence.gz >unpacked.json
refused 1 "evidence unpacked" 'unpacked.json: is evidence that was unpacked: expected gzip' stratify unpacked.json -o x
for style in "" ", sort_keys=True" ", indent=1"; do
    python3 -c "import gzip, json; d = json.load(gzip.open('lane3/S.evidence.gz')); gzip.open('anew.gz', 'wt').write(json.dumps(d$style))"
    refused 1 "evidence written anew$style" 'anew.gz: was edited, or written anew' stratify anew.gz -o x
done
python3 -c "import gzip, json; d = json.load(gzip.open('lane3/S.evidence.gz')); gzip.open('anew.gz', 'wt').write(json.dumps(d, separators=(',', ':')))"
refused 1 "evidence written anew, as short" 'anew.gz: .*edited' stratify anew.gz -o x
python3 "$root/tests/golden/reseal.py" lane3/S.evidence.gz badid.gz '"sample_id":"S"' '"sample_id":"../S"'
refused 1 "a bad id inside" "badid.gz: .*sample id '../S'" stratify badid.gz -o x
python3 "$root/tests/golden/reseal.py" lane3/S.evidence.gz roles.gz '"role":"dna"' '"role":"rna"'
refused 1 "inputs that are not the content's" 'roles.gz: inputs: do not agree with the content on rna' stratify roles.gz -o x
refused 1 "the panel of another build" 'made on GRCh38 with the panel grch38, but --panel names grch37, on GRCh37; give --panel grch38' stratify lane3/S.json -p grch37 -o x

# Earlier versions gave molecules other hashes; their lanes still find the copies in those of this one.
read -r hash other < <(python3 -c '
import gzip, json
m = json.load(gzip.open("lane3/S.evidence.gz"))["content"]["dna"]["codons"]["molecules"]
k = next(k for k, umi in enumerate(m["umi"]) if umi == 0 and m["left0"][k] >= 0 and m["right0"][k] >= 0)
one = m["hash"][16 * k:16 * k + 16]
print(one, one[:-1] + ("0" if one[-1] != "0" else "1"))')
python3 "$root/tests/golden/reseal.py" lane3/S.evidence.gz hashed.evidence.gz $hash $other
run 0 "other hashes of molecules" stratify hashed.evidence.gz lane1/S.json lane2/S.json lane4/S.json -o hashed -q
want "other hashes of molecules: the same evidence" cmp lanes/S.evidence.gz hashed/S.evidence.gz

# An earlier version: the result says so, and every command that reads its evidence.
now=$(python3 -c 'import gzip, json; print(json.load(gzip.open("one/S.evidence.gz"))["version"])')
python3 "$root/tests/golden/reseal.py" one/S.evidence.gz old.evidence.gz "\"version\":\"$now\",\"sample" '"version":"0.9.0","sample'
printf 'sample_id\tevidence\texpect_ras\nS\told.evidence.gz\tmutated\n' >old.tsv
for command in "stratify old.evidence.gz -o old -q" "stratify old.evidence.gz -o old --force" "explain old.evidence.gz" "lod --dna old.evidence.gz" "validate old.tsv -o old.valid"; do
    run 0 "an earlier version: $command" $command
    [[ $command == *-q ]] || want "an earlier version: $command says so" grep -q 'notice: .*version 0.9.0' err.txt
done
for file in old/S.json old/S.html; do
    want "an earlier version: $file says so" grep -q 'gathered by version 0.9.0' $file
done
printf 'T\told.evidence.gz\tmutated\nN\tone/S.evidence.gz\tmutated\n' >>old.tsv
run 0 "a validation of two versions" validate old.tsv -o old.valid --force -q --repeats 0
want "a validation of two versions: its JSON" python3 -c '
import json
assert [s["evidence_version"] for s in json.load(open("old.valid/validation.json"))["samples"]] == ["0.9.0", "0.9.0", None]'
want "a validation of two versions: its page" \
    grep -q '<dt>Evidence of other versions</dt><dd>0.9.0 (2 samples)</dd>' old.valid/validation.html
printf 'sample_id\tevidence\texpect_ras\nN\tone/S.evidence.gz\tmutated\n' >now.tsv
run 0 "a validation of this version" validate now.tsv -o now.valid -q --repeats 0
want "a validation of this version: not a word of others" test "$(grep -c 'other versions' now.valid/validation.html)" = 0
want "this version: not a word of it" test "$(grep -c evidence-version one/S.json)" = 0

# ---- single bits ----------------------------------------------------------------------------
want "1000 flipped bits: refused, or the same answer" python3 - "$program" lane3/S.evidence.gz "${EVIDENCE_FLIPS:-60}" <<'CHECK'
import random, subprocess, sys
program, path, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
whole = open(path, "rb").read()
call = lambda p: subprocess.run([program, "stratify", p, "-o", "-"], capture_output=True)
wanted = call(path).stdout
draw = random.Random(7)
for i in range(n):
    data = bytearray(whole)
    at = draw.randrange(8 * len(data))
    data[at // 8] ^= 1 << at % 8
    open("flipped.gz", "wb").write(data)
    r = call("flipped.gz")
    ok = r.returncode == 0 and r.stdout == wanted or r.returncode == 1 and b"flipped.gz: " in r.stderr
    assert ok, (at, r.returncode, r.stderr[:200])
CHECK

echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
