#!/usr/bin/env bash
# End to end on testdata: answers, contract, same bytes whatever the way of reading, exit codes, bad inputs.
# Prints a line per failed case and `ok N, failed N, skipped N`.
# shellcheck source=tests/golden/lib.sh
. "$(dirname "$0")/lib.sh"
shared=$root/../shared
check=$root/tests/golden/check.py
command -v samtools >/dev/null || { echo "golden: samtools is needed" >&2; exit 2; }
own_data

# ---- answers --------------------------------------------------------------------------------------------------------
run 0 "batch of testdata" batch data/sheet.tsv -o all -@2
want "labels" python3 "$check" labels data/expected.tsv all
ids="PCL01 IMM01 IND01 NAS01 VCF01 B3701"
want "cohort table" python3 "$check" cohort all $ids
for id in $ids; do
    for ending in json html ras.vcf.gz ras.vcf.gz.tbi; do
        want "$id.$ending is there" test -s "all/$id.$ending"
    done
    # pages must not reach for the network
    want "$id.html is self-contained" bash -c "! grep -qiE '(src|href)=\"?(https?:)?//' all/$id.html"
done
want "cohort page" test -s all/cohort.html
want "MultiQC file" python3 -c 'import json; d = json.load(open("all/plasmastrat_mqc.json")); assert d["id"]'
# the batch remembers what each sample was made from, for --resume
want "no other files" test "$(find all -type f -not -path "*/.plasmastrat/*" | wc -l)" -eq $((6 * 5 + 5))
if [ -f "$shared/acceptance/contract_check.py" ]; then
    want "contract" python3 "$shared/acceptance/contract_check.py" $(ls all/*.json | grep -v mqc)
else
    skip "contract: no ../shared/acceptance/contract_check.py"
fi
python=python3
"$python" -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3
"$python" "$check" schema "$root/src/report/sample.schema.json" $(ls all/*.json | grep -v mqc) >schema.out 2>&1
case $? in 0) pass ;; 77) skip "schema: python3-jsonschema is not installed" ;; *) fail "schema: $(head -5 schema.out)" ;; esac
for id in PCL01 NAS01 VCF01; do
    grep -qi "$id" "all/$id.html" && pass || fail "$id.html does not name its sample"
done
if command -v bcftools >/dev/null; then
    for id in $ids; do
        want "bcftools view $id" bash -c "bcftools view all/$id.ras.vcf.gz 2>&1 >/dev/null | { ! grep . ; }"
        cp all/$id.ras.vcf.gz copy.vcf.gz
        want "bcftools index $id" bash -c "bcftools index -f copy.vcf.gz 2>&1 | { ! grep . ; }"
        build=GRCh38; [ $id = B3701 ] && build=GRCh37
        if [ -f "$shared/reference/$build.nmask.fa.gz" ] && [ $id != B3701 ]; then
            want "bcftools norm $id" bash -c "bcftools norm -c x -f '$shared/reference/$build.nmask.fa.gz' \
                all/$id.ras.vcf.gz 2>&1 >/dev/null | grep -v '^Lines' | { ! grep . ; }"
        else
            skip "bcftools norm $id: no reference with these contig names"
        fi
    done
    want "junction is a pair of BND" test "$(bcftools view -H all/PCL01.ras.vcf.gz | grep -c 'SVTYPE=BND')" -eq 2
    want "KRAS G12D record" bash -c "bcftools view -H all/PCL01.ras.vcf.gz | grep -q '^chr12.25245350.*C.T.*PASS'"
    want "contig names as the input's" bash -c "bcftools view -H all/B3701.ras.vcf.gz | grep -q '^12.25380275.*PASS'"
else
    skip "bcftools: not installed"
fi

# ---- same bytes -----------------------------------------------------------------------------------------------------
# Every way lies in a folder of its own under the same two names, so that `inputs` name the same paths.
mkdir base && cp data/PCL01.dna.bam base/dna && cp data/PCL01.rna.bam base/rna
cp data/PCL01.dna.bam.bai base/dna.bai && cp data/PCL01.rna.bam.csi base/rna.csi
answer() { # FOLDER ARGS...: labels dna and rna of the folder
    local folder=$1; shift
    (cd "$folder" && "$program" sample --id S --dna dna --rna rna -o out --force "$@" >out.txt 2>err.txt </dev/null) ||
        fail "$folder $*: $(head -c 400 "$folder/err.txt")"
}
identical() { # NAME FOLDER: against base
    want "$1: JSON" python3 "$check" same base/out/S.json "$2/out/S.json"
    want "$1: VCF" cmp base/out/S.ras.vcf.gz "$2/out/S.ras.vcf.gz"
    want "$1: index" cmp base/out/S.ras.vcf.gz.tbi "$2/out/S.ras.vcf.gz.tbi"
    want "$1: HTML" cmp <(sed 's/\bCRAM\b/BAM/g; s/\bSAM\b/BAM/g' base/out/S.html) \
        <(sed 's/\bCRAM\b/BAM/g; s/\bSAM\b/BAM/g' "$2/out/S.html")
}
answer base -@1
cp base/out/S.json first.json
for threads in 1 2 4; do
    mkdir "t$threads" && cp base/dna* base/rna* "t$threads/"
    answer "t$threads" -@$threads
    identical "-@$threads" "t$threads"
    want "-@$threads: whole JSON" cmp first.json "t$threads/out/S.json"
done
way() { # NAME COMMAND: makes $to from $from
    local name=$1; shift
    mkdir "$name"
    for kind in dna rna; do
        from=base/$kind to=$name/$kind
        eval "$*" >/dev/null 2>make.err || fail "$name: could not be made: $(head -c 300 make.err)"
    done
    for threads in 1 3; do answer "$name" -@$threads; identical "$name -@$threads" "$name"; done
}
shuffle() { # whole records in a fixed random order
    { samtools view -H "$1" | sed 's/SO:coordinate/SO:unsorted/'
      samtools view "$1" | awk 'BEGIN { srand(7) } { printf "%.9f\t%s\n", rand(), $0 }' | sort -k1,1 | cut -f 2-; } |
        samtools view --no-PG -b -o "$2" -
}
way streamed 'cp $from $to'
way cram 'samtools view --no-PG -O cram,no_ref=1 -o $to $from && samtools index $to'
way cram-streamed 'samtools view --no-PG -O cram,no_ref=1 -o $to $from'
way cram31 'samtools view --no-PG -O cram,no_ref=1,version=3.1 -o $to $from'
way name-sorted 'samtools sort --no-PG -n -o $to.bam $from && mv $to.bam $to'
way shuffled 'shuffle $from $to'
way sam 'samtools view --no-PG -h -o $to.sam $from && mv $to.sam $to'
way sam-gz 'samtools view --no-PG -h $from | bgzip -c >$to'
way csi 'cp $from $to && samtools index -c $to'
reblock="python3 $root/tests/golden/reblock.py"
for cuts in cuts tiny stored; do way "reblocked-$cuts" "$reblock \$from \$to $cuts"; done
way uncompressed 'bgzip -dc $from >$to'
way gzip 'bgzip -dc $from | gzip -c >$to'
way small-blocks 'samtools view --no-PG -O bam,level=1 -o $to $from && samtools index $to'

for kind in dna rna; do
    other=rna; [ $kind = rna ] && other=dna
    for from in base cram sam name-sorted; do
        mkdir -p stdin && rm -rf stdin/*
        "$program" sample --id S --$kind - --$other base/$other -o stdin <$from/$kind >out.txt 2>err.txt ||
            fail "stdin $kind $from: $(head -c 400 err.txt)"
        want "stdin $kind $from: JSON" python3 "$check" same base/out/S.json stdin/S.json
        want "stdin $kind $from: VCF" cmp base/out/S.ras.vcf.gz stdin/S.ras.vcf.gz
    done
    rm -rf piped
    cat base/$kind | "$program" sample --id S --$kind - --$other base/$other -o piped >out.txt 2>err.txt
    want "a pipe as $kind" python3 "$check" same base/out/S.json piped/S.json
done
mkdir away && cp base/dna away/d.bam && cp base/dna.bai away/elsewhere.bai
run 0 "file##idx##index" sample --id S --dna "away/d.bam##idx##away/elsewhere.bai" --rna base/rna -o away/out
want "file##idx##index: JSON" python3 "$check" same base/out/S.json away/out/S.json

if command -v bcftools >/dev/null; then
    mkdir v && cp data/VCF01.mutect2.vcf v/plain.vcf
    bcftools view --no-version -Oz -o v/z.vcf.gz v/plain.vcf && bcftools view --no-version -Ob -o v/b.bcf v/plain.vcf
    gzip -c v/plain.vcf >v/gzip.vcf.gz
    sed 's/$/\r/' v/plain.vcf >v/crlf.vcf
    run 0 "VCF" sample --id S --vcf v/plain.vcf -o v/plain
    for way in z.vcf.gz b.bcf gzip.vcf.gz crlf.vcf; do
        run 0 "VCF as $way" sample --id S --vcf v/$way -o v/out.$way
        want "VCF as $way: JSON" python3 "$check" same v/plain/S.json v/out.$way/S.json
        want "VCF as $way: VCF" cmp v/plain/S.ras.vcf.gz v/out.$way/S.ras.vcf.gz
    done
    "$program" sample --id S --vcf - -o v/stdin <v/plain.vcf >/dev/null 2>&1
    want "VCF from stdin" python3 "$check" same v/plain/S.json v/stdin/S.json
fi

"$program" sample --id S --dna base/dna --rna base/rna -o - >dash.json 2>err.txt
"$program" sample --id S --dna base/dna --rna base/rna -o base/without --no-evidence -q
want "-o -: exactly the JSON of a run that writes no evidence" cmp base/without/S.json dash.json
mkdir nothing && (cd nothing && "$program" sample --id S --dna ../base/dna >../summary.txt 2>/dev/null)
want "without -o: a summary" test -s summary.txt
want "without -o: no files" test -z "$(ls nothing)"
for threads in 1 4; do
    run 0 "batch -@$threads" batch data/sheet.tsv -o "batch$threads" -@$threads
    want "batch -@$threads: same files" diff -r -x .plasmastrat all "batch$threads"
done
run 0 "sample as in batch" sample --id PCL01 --rna data/PCL01.rna.bam --dna data/PCL01.dna.bam --specimen lesion -o one
want "sample as in batch: JSON" python3 "$check" same all/PCL01.json one/PCL01.json
want "sample as in batch: VCF" cmp all/PCL01.ras.vcf.gz one/PCL01.ras.vcf.gz

# ---- sheets ---------------------------------------------------------------------------------------------------------
sheet() { # NAME: data/NAME is a sheet of the same samples
    run 0 "sheet $1" batch "data/$1" -o "sheets/$1"
    want "sheet $1: cohort" cmp all/cohort.tsv "sheets/$1/cohort.tsv"
    want "sheet $1: JSON" cmp all/PCL01.json "sheets/$1/PCL01.json"
}
sed 's/$/\r/' data/sheet.tsv >data/crlf.tsv; sheet crlf.tsv
{ printf '\xef\xbb\xbf'; cat data/sheet.tsv; } >data/bom.tsv; sheet bom.tsv
tr '\t' ',' <data/sheet.tsv >data/comma.csv; sheet comma.csv
sed 's/\([^,]*\)/"\1"/g' data/comma.csv >data/quoted.csv; sheet quoted.csv
awk -F'\t' -v OFS='\t' '{ print $5, "note", $4, $1, $3, $2 }' data/sheet.tsv >data/order.tsv; sheet order.tsv
grep -qi "note" err.txt && pass || fail "sheet order.tsv: the ignored column is not named in a notice"
printf '%s' "$(cat data/sheet.tsv)" >data/no-newline.tsv; sheet no-newline.tsv
(mkdir -p elsewhere && cd elsewhere && "$program" batch ../data/sheet.tsv -o out >/dev/null 2>&1)
want "sheet paths are relative to the sheet" cmp all/cohort.tsv elsewhere/out/cohort.tsv

bad_sheet() { # NAME PATTERN TEXT
    printf "$3" >data/bad.tsv
    refused 2 "$1" "$2" batch data/bad.tsv -o x
}
bad_sheet "sheet without sample_id" 'sample_id' 'sample\trna\nA\tPCL01.rna.bam\n'
bad_sheet "sheet with a name twice" 'bad.tsv:3.*A' 'sample_id\trna\nA\tPCL01.rna.bam\nA\tIMM01.rna.bam\n'
bad_sheet "sheet with a short row" 'bad.tsv:2' 'sample_id\trna\nA\n'
bad_sheet "sheet row without inputs" 'bad.tsv:2' 'sample_id\trna\tdna\nA\t.\t.\n'
bad_sheet "empty sheet" 'bad.tsv' ''
bad_sheet "sheet with a header only" 'bad.tsv' 'sample_id\trna\n'
bad_sheet "purity of 2" 'bad.tsv:2.*purity' 'sample_id\trna\tpurity\nA\tPCL01.rna.bam\t2\n'
bad_sheet "unknown specimen" 'bad.tsv:2.*specimen' 'sample_id\trna\tspecimen\nA\tPCL01.rna.bam\tblood\n'
bad_sheet "sample name with a path" 'bad.tsv:2' 'sample_id\trna\n../A\tPCL01.rna.bam\n'
bad_sheet "column twice" 'rna' 'sample_id\trna\trna\nA\tPCL01.rna.bam\tPCL01.rna.bam\n'
refused 2 "sheet that is not there" 'nowhere.tsv' batch nowhere.tsv -o x

printf 'sample_id\tdna\nPCL\tPCL01.dna.bam\nGONE\tgone.bam\nNAS\tNAS01.dna.bam\n' >data/one-bad.tsv
run 1 "batch with a bad sample" batch data/one-bad.tsv -o partly
want "batch with a bad sample: rows" python3 "$check" cohort partly PCL GONE:failed NAS
grep -q "gone.bam" err.txt && pass || fail "batch with a bad sample: stderr does not name gone.bam"
want "batch with a bad sample: others are whole" test -s partly/NAS.html -a -s partly/PCL.ras.vcf.gz

# ---- bad inputs -----------------------------------------------------------------------------------------------------
bam=data/PCL01.dna.bam size=$(stat -c %s data/PCL01.dna.bam)
refused 1 "missing file" 'gone.bam' sample --id S --dna gone.bam -o x
: >empty.bam; refused 1 "empty file" 'empty.bam' sample --id S --dna empty.bam -o x
: >empty.vcf; refused 1 "empty VCF" 'empty.vcf' sample --id S --vcf empty.vcf -o x
seq 1 2000 >text.bam; refused 1 "text named .bam" 'text.bam' sample --id S --dna text.bam -o x
head -c 5000 /dev/urandom >noise.cram; refused 1 "noise named .cram" 'noise.cram' sample --id S --dna noise.cram -o x
refused 1 "BAM given as VCF" 'PCL01.dna.bam' sample --id S --vcf $bam -o x
refused 1 "VCF given as BAM" 'VCF01' sample --id S --dna data/VCF01.mutect2.vcf -o x
refused 1 "folder as input" 'data' sample --id S --dna data -o x
for mode in indexed streamed; do
    for cut in 50 95; do
        mkdir -p cut && rm -f cut/*
        head -c $((size * cut / 100)) $bam >cut/short.bam
        [ $mode = indexed ] && cp $bam.bai cut/short.bam.bai
        refused 1 "BAM cut at $cut % ($mode)" 'short.bam' sample --id S --dna cut/short.bam -o x
    done
    head -c $((size - 28)) $bam >cut/noeof.bam
    [ $mode = indexed ] && cp $bam.bai cut/noeof.bam.bai
    refused 1 "BAM without its last block ($mode)" 'noeof.bam.*(EOF|end|truncat)' sample --id S --dna cut/noeof.bam -o x
    for place in 0.3 0.6; do
        python3 "$check" flip $bam cut/flipped.bam $place
        [ $mode = indexed ] && cp $bam.bai cut/flipped.bam.bai
        refused 1 "one bit changed at $place ($mode)" 'flipped.bam' sample --id S --dna cut/flipped.bam -o x
    done
    cram=data/PCL01.dna.cram
    head -c $(($(stat -c %s $cram) / 2)) $cram >cut/short.cram
    [ $mode = indexed ] && cp $cram.crai cut/short.cram.crai
    refused 1 "CRAM cut at 50 % ($mode)" 'short.cram' sample --id S --dna cut/short.cram -o x
done
head -c $((size / 2)) $bam >cut/pipe.bam
rm -rf x; "$program" sample --id S --dna - -o x <cut/pipe.bam >out.txt 2>err.txt
want "BAM cut on stdin" test $? -eq 1 -a -z "$(find x -type f 2>/dev/null)"

mkdir stale && cp $bam stale/d.bam && cp $bam.bai stale/d.bam.bai && touch -d '2001-01-01' stale/d.bam.bai
run 0 "index older than its file" sample --id PCL01 --dna stale/d.bam -o stale/out
grep -qiE 'index|d.bam.bai' err.txt stale/out/PCL01.json && pass || fail "index older than its file: no warning"
run 0 "DNA alone" sample --id PCL01 --dna $bam -o stale/good
want "index older than its file: same answer" python3 "$check" same stale/good/PCL01.json stale/out/PCL01.json qc
mkdir wrong && cp $bam wrong/d.bam && samtools view --no-PG -b -o wrong/other.bam $bam chr1 &&
    samtools reheader <(samtools view -H $bam | grep -v 'SN:chr2\b') wrong/other.bam >wrong/fewer.bam 2>/dev/null
samtools index wrong/fewer.bam 2>/dev/null; mv wrong/fewer.bam.bai wrong/d.bam.bai
"$program" sample --id PCL01 --dna wrong/d.bam -o wrong/out >out.txt 2>err.txt
case $? in
1) grep -q 'd.bam' err.txt && pass || fail "index of another file: message does not name it" ;;
0) want "index of another file: same answer" python3 "$check" same stale/good/PCL01.json wrong/out/PCL01.json qc ;;
*) fail "index of another file: exit status" ;;
esac

# the index of another sample's file with the same contigs
for kind in b c; do
    cp data/B3701.dna.bam wrong/b3701.bam && samtools index -$kind -o wrong/b3701.idx wrong/b3701.bam
    run 0 "index of another sample ($kind)" sample --id PCL01 --dna "$bam##idx##wrong/b3701.idx" -o wrong/out.$kind
    grep -q 'wrong/b3701.idx.*index' err.txt && pass || fail "index of another sample ($kind): no warning"
    want "index of another sample ($kind): same answer" python3 "$check" same stale/good/PCL01.json \
        wrong/out.$kind/PCL01.json qc
done

sam_of() { # NAME LENGTH...: a SAM with these contigs and one read
    printf '@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:%s\n@SQ\tSN:chr12\tLN:%s\n' "$2" "$3" >"$1"
    printf 'r\t0\tchr1\t1000\t60\t10M\t*\t0\t0\tACGTACGTAC\tIIIIIIIIII\n' >>"$1"
}
sam_of mouse.sam 195471971 120129022
refused 1 "unknown build" 'mouse.sam' sample --id S --dna mouse.sam -o x
sam_of t2t.sam 248387328 133324548
refused 1 "T2T" 't2t.sam: is on T2T-CHM13v2, .*: align its reads to GRCh38' sample --id S --dna t2t.sam -o x
refused 1 "two builds" 'B3701.dna.bam' sample --id S --rna data/PCL01.rna.bam --dna data/B3701.dna.bam -o x
grep -q 'PCL01.rna.bam' err.txt && pass || fail "two builds: message does not name both files: $(head -c 300 err.txt)"
refused 1 "two builds, VCF" 'VCF01' sample --id S --vcf data/VCF01.mutect2.vcf --dna data/B3701.dna.bam -o x
rm -rf x; "$program" sample --id S --dna $bam -p grch37 -o x >out.txt 2>err.txt
want "panel of another build" test $? -ne 0 -a -z "$(find x -type f 2>/dev/null)"
grep -q 'PCL01.dna.bam' err.txt && pass || fail "panel of another build: does not name the file"
samtools sort --no-PG -n -o byname.cram -O cram,no_ref $bam
refused 1 "the tumour as its own normal, sorted by name" 'byname.cram: is given as normal, but has the same reads as .*PCL01.dna.bam' \
    sample --id S --dna $bam --normal byname.cram -o x
samtools view --no-PG -h $bam | sed '/^@RG/d; s/\tRG:Z:[^\t]*//' >norg.sam
samtools view --no-PG -h $bam | awk -F'\t' -v OFS='\t' '!/^@/ { $11 = "*" } { print }' >noqual.sam
run 0 "no base qualities" sample --id S --dna noqual.sam -o noqual
want "no base qualities: a warning" grep -q '"base-qualities"' noqual/S.json
samtools view --no-PG -h $bam | awk -F'\t' '/^@SQ/ && $2 == "SN:chr14" { next } /^@/ || ($3 != "chr14" && $7 != "chr14" && !/SA:Z:/)' >no14.sam
run 0 "no chromosome 14" sample --id S --dna no14.sam -o no14
want "no chromosome 14: no junction can be excluded" grep -q 'contig-absent: .*chr14, where IGH lies' no14/S.json
run 0 "no read groups" sample --id S --dna norg.sam -o norg

# ---- outputs that cannot be written ---------------------------------------------------------------------------------
: >file
refused 1 "outdir under a file" 'file' sample --id S --dna data/NAS01.dna.bam -o file/x
refused 1 "outdir is a file" 'file' sample --id S --dna data/NAS01.dna.bam -o file
want "outdir is a file: the file is as it was" test -f file -a ! -s file
refused 1 "outdir under /proc" '/proc' sample --id S --dna data/NAS01.dna.bam -o /proc/plasmastrat
refused 1 "batch: outdir is a file" 'file' batch data/one-bad.tsv -o file
if [ -e /dev/full ]; then
    for command in "sample --id S --dna data/NAS01.dna.bam -o -" "sample --id S --dna data/NAS01.dna.bam" \
        "--version" "help" "panel list"; do
        # shellcheck disable=SC2086
        "$program" $command >/dev/full 2>err.txt </dev/null
        want "full disk: $command" test $? -eq 1
    done
else
    skip "full disk: no /dev/full"
fi
mkdir taken && run 0 "first time" sample --id S --dna data/NAS01.dna.bam -o taken
cp taken/S.json before.json
run 1 "existing output without --force" sample --id S --dna $bam -o taken
want "existing output is untouched" cmp before.json taken/S.json
run 0 "existing output with --force" sample --id S --dna $bam -o taken --force
want "--force replaces" bash -c '! cmp -s before.json taken/S.json'
want "no temporaries" test "$(find taken -type f | wc -l)" -eq 5

# ---- names in the header ---------------------------------------------------------------------------------------------
warns_of_name() { "$program" sample --id "$1" --dna "${2:-$bam}" -o - -q | grep -E '"(sample-name|several-samples)"' >/dev/null; }
want "the header's PCL01 is not PCL0" warns_of_name PCL0
want "the header's PCL01 is not PCL013" warns_of_name PCL013
want "the header's PCL01 is PCL01_T" test -z "$(warns_of_name PCL01_T && echo warned)"
samtools view -H $bam | sed 's/^@RG.*/&\n@RG\tID:second\tSM:PCL02/' >two.sam && samtools view $bam >>two.sam
name_warnings() { "$program" sample "$@" -o - -q | grep -c '"check": "sample-name"'; }
want "two files of another name: one warning" test "$(name_warnings --id PATIENT7 --dna $bam --rna data/PCL01.rna.bam)" = 1
want "--expect-name" test "$(name_warnings --id PATIENT7 --dna $bam --expect-name PCL01)" = 0
want "--expect-name of another name" test "$(name_warnings --id PATIENT7 --dna $bam --expect-name PCL012)" = 1
want "two samples in one header" warns_of_name PCL01 two.sam

# ---- command line ---------------------------------------------------------------------------------------------------
refused 2 "unknown option" 'nonsense' sample --nonsense --id S --dna $bam -o x
refused 2 "no input" 'input|--rna|--dna' sample --id S -o x
refused 2 "unknown command" 'nonsense' nonsense
for words in "-v" "version -v" "--version -v" "help -v" "help sample -v" "panel list -v" "panel -v list" "explain -v x.json"; do
    # shellcheck disable=SC2086
    refused 2 "no use of -v: $words" "'-v'" $words
done
refused 2 "option without value" 'dna' sample --id S --dna
refused 2 "threads that are no number" 'many' sample --id S --dna $bam -@ many -o x
refused 2 "purity above 1" '1.5' sample --id S --dna $bam --purity 1.5 -o x
refused 2 "unknown panel" 'nowhere' sample --id S --dna $bam -p nowhere -o x
refused 2 "a reference that is a folder" 'is a folder' sample --id S --dna $bam -T . -o x
refused 2 "a reference that is no FASTA" "does not begin with '>'" sample --id S --dna $bam -T two.sam -o x
refused 2 "unknown model" 'nowhere' sample --id S --dna $bam --model nowhere.tsv -o x
refused 2 "two inputs from stdin" 'standard input|-' sample --id S --dna - --rna - -o x
refused 1 "a file given twice" 'is given twice as dna' sample --id S --dna $bam --dna $bam -o x
refused 1 "lanes of two samples" "IMM01.*names sample 'IMM01', but the header of .*'PCL01'" sample --id S --dna data/PCL01.dna.bam --dna data/IMM01.dna.bam -o x
refused 2 "an id of the cohort's own files" 'taken by the cohort' sample --id cohort --dna $bam -o x
refused 2 "an id that is no UTF-8" 'UTF-8' sample --id $'S\xff' --dna $bam -o x
refused 2 "id with a path" '/' sample --id ../S --dna $bam -o x
"$program" >out.txt 2>err.txt; want "no command" test $? -eq 2
for words in "help" "--help" "--version" "help sample" "sample --help" "help batch" "batch --help" "panel --help"; do
    # shellcheck disable=SC2086
    run 0 "$words" $words
    [ -s out.txt ] && [ ! -s err.txt ] && pass || fail "$words: help belongs on stdout"
done

echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
