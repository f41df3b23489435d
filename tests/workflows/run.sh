#!/bin/bash
# Usage: tests/workflows/run.sh      runs the workflow tests; WORKFLOWS names which (default: all)
# Each closes with its counts; they are added up. $PLASMASTRAT is the program under test.
set -u
cd "$(dirname "$0")" || exit 2
: "${WORKFLOWS:=step snakemake cwl nextflow slurm install wrappers validate packages}"
passed=0 failed=0 skipped=0
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
for name in $WORKFLOWS; do
    start=$SECONDS
    "./test_$name.sh" >"$log" 2>&1
    status=$?
    read -r p f s < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -n 1)
    [ -n "${p:-}" ] || { p=0 f=1 s=0; echo "$name: no closing counts"; }
    [ $status -ne 0 ] && [ "$f" -eq 0 ] && f=1
    if [ "$f" -ne 0 ]; then
        echo "---- $name failed (exit status $status) ----"
        tail -n 80 "$log"
    else
        grep '^skipped' "$log"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "workflows/$name: $p passed, $f failed, $s skipped ($((SECONDS - start)) s)"
    p="" f="" s=""
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
