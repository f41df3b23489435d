#!/usr/bin/env bash
# What reads ID.json again: report, stratify, explain, reference model. Answers, same bytes, refusals.
# Prints a line per failed case and `ok N, failed N, skipped N`. $PLASMASTRAT: the program (default ./plasmastrat).
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${PLASMASTRAT:-$root/plasmastrat}")
[ -x "$program" ] || { echo "results: $program is not there: run make, or set PLASMASTRAT" >&2; exit 2; }
T=$(mktemp -d) || exit 2
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 2
ln -s "$root/testdata" data
ok=0 failed=0 skipped=0

pass() { ok=$((ok + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
# want NAME COMMAND...: the command succeeds; its output is shown when not
want() {
    local name=$1; shift
    if "$@" >want.out 2>&1; then pass; else fail "$name: $(head -c 600 want.out)"; fi
}
# run STATUS NAME ARGS...: the program's exit status; leaves out.txt and err.txt
run() {
    local status=$1 name=$2; shift 2
    "$program" "$@" >out.txt 2>err.txt </dev/null
    local got=$?
    if [ $got -eq "$status" ]; then pass; else fail "$name: exit status $got, expected $status: $(head -c 400 err.txt)"; fi
}
# refused STATUS NAME PATTERN ARGS...: this status, one error that matches, nothing on stdout, nothing in the folder x
refused() {
    local status=$1 name=$2 pattern=$3; shift 3
    rm -rf x
    run "$status" "$name" "$@"
    grep -q '^plasmastrat: error: ' err.txt || fail "$name: no error on stderr: $(head -c 300 err.txt)"
    grep -qiE -- "$pattern" err.txt || fail "$name: message does not say '$pattern': $(head -c 500 err.txt)"
    [ ! -s out.txt ] || fail "$name: wrote to stdout"
    [ -z "$(find x -type f 2>/dev/null)" ] || fail "$name: left files"
}
cohort=(cohort.tsv cohort.html plasmastrat_mqc.json)
same_cohort() { for f in "${cohort[@]}"; do cmp "$1/$f" "$2/$f" || return 1; done; }

run 0 "batch" batch data/sheet.tsv -o all -q

# ---- report ---------------------------------------------------------------------------------------------------------
run 0 "report of a folder, with the sheet" report all --sheet data/sheet.tsv -o rep
want "report: the bytes of batch" same_cohort all rep
for threads in 1 3; do
    run 0 "report of files -@$threads" report all/PCL01.json all/B3701.json all/IMM01.json -o "rep$threads" -@$threads
done
want "report: same bytes for any threads" same_cohort rep1 rep3
want "report: sorted by sample" test "$(cut -f1 rep1/cohort.tsv | tail -n +2 | tr '\n' ' ')" = "B3701 IMM01 PCL01 "
run 1 "report into a folder that has one, without --force" report all -o rep
mkdir part && cp all/PCL01.json part/ && head -c 9000 all/IMM01.json >part/IMM01.json && echo '[]' >part/NAS01.json
run 1 "report with a missing and broken results" report part --sheet data/sheet.tsv -o part.out
want "report: a row for every sample of the sheet" test "$(cut -f1,2 part.out/cohort.tsv | tail -n +2 | tr '\t\n' ': ')" = \
    "PCL01:ok IMM01:failed IND01:failed NAS01:failed VCF01:failed B3701:failed "
grep -q "^IND01.*no result: IND01.json is not there" part.out/cohort.tsv && pass || fail "report: why IND01 failed"
mkdir logs && printf 'plasmastrat: warning: old index\nplasmastrat: error: a.bam: is cut short\n' >logs/IND01.log && echo killed >logs/VCF01.log
run 1 "report with logs" report part --sheet data/sheet.tsv --logs logs -o logged.out
want "report: the log's error is the message" test "$(awk -F '\t' '$1 == "IND01" { print $13 }' logged.out/cohort.tsv)" = "a.bam: is cut short"
want "report: a log without an error tells nothing" test "$(grep ^VCF01 logged.out/cohort.tsv)" = "$(grep ^VCF01 part.out/cohort.tsv)"
grep -q "^IMM01.*IMM01.json:[0-9]*:.*JSON" part.out/cohort.tsv && pass || fail "report: why IMM01 failed"
want "report: the others are whole" test "$(grep ^PCL01 part.out/cohort.tsv)" = "$(grep ^PCL01 all/cohort.tsv)"
run 1 "report of broken results without a sheet" report part -o part.out2
want "report: rows without a sheet" test "$(cut -f1,2 part.out2/cohort.tsv | tail -n +2 | tr '\t\n' ': ')" = \
    "IMM01:failed NAS01:failed PCL01:ok "
cp all/PCL01.json again.json
refused 2 "report with a sample twice" 'again.json.*PCL01|PCL01.*again.json' report all again.json -o x
refused 2 "report of nothing" 'no results' report -o x
refused 2 "report without -o" '-o' report all
mkdir empty; refused 2 "report of an empty folder" 'empty' report empty -o x

echo "ok $ok, failed $failed, skipped $skipped"
[ $failed -eq 0 ]
