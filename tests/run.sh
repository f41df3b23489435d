#!/bin/sh
# Usage: tests/run.sh UNIT_PROGRAM...
# Runs every test: the unit programs given, then the scripts below. Each suite's closing counts are added up; a suite that
# fails, or that closes without counts, counts as a failure. $PLASMASTRAT is the program under test.
# SUITES: which script suites to run (default: all).
set -u
cd "$(dirname "$0")/.." || exit 2
: "${SUITES:=layers fuzz batch terminal golden remote expression results normals identity vcf lod pages oracle bnd sim_ras real flips hostile}"
passed=0 failed=0 skipped=0
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

number() { # WORD-FIRST or COUNT-FIRST closing lines: "ok 3, failed 0, skipped 1" or "3 passed, 0 failed, 1 skipped"
    sed -nE "s/.*(^|[^[:alnum:]])($1) ([0-9]+).*/\3/p; s/.*(^|[^[:alnum:]])([0-9]+) ($1)([^[:alnum:]].*|$)/\2/p" "$log" | tail -n 1
}
suite() { # NAME COMMAND...
    name=$1
    shift
    start=$(date +%s)
    "$@" >"$log" 2>&1
    status=$?
    p=$(number "ok|passed") f=$(number failed) s=$(number skipped)
    if [ -z "$p" ]; then
        p=0 f=1
        echo "$name: no closing counts"
    fi
    [ $status -ne 0 ] && [ "${f:-0}" -eq 0 ] && f=1
    if [ "${f:-0}" -ne 0 ]; then
        echo "---- $name failed (exit status $status) ----"
        tail -n 60 "$log"
    elif grep -q '^skipped' "$log"; then
        grep '^skipped' "$log"
    fi
    passed=$((passed + p)) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
    echo "$name: $p passed, ${f:-0} failed, ${s:-0} skipped ($(($(date +%s) - start)) s)"
}
unit() { # cmocka says "[  PASSED  ] 12 test(s)."
    "$1" >"$log.unit" 2>&1
    status=$?
    p=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$log.unit" | tail -n 1)
    f=$(sed -nE 's/^\[  FAILED  \] [^0-9]*([0-9]+) test.*/\1/p' "$log.unit" | tail -n 1)
    s=$(sed -nE 's/^\[  SKIPPED \] [^0-9]*([0-9]+) test.*/\1/p' "$log.unit" | tail -n 1)
    [ $status -ne 0 ] && grep -vE '^\[ +(RUN|OK) ' "$log.unit" | tail -n 60
    rm -f "$log.unit"
    echo "${p:-0} passed, ${f:-0} failed, ${s:-0} skipped"
    return $status
}

for program in "$@"; do
    suite "unit/$(basename "$program")" unit "$program"
done
for name in $SUITES; do
    case $name in
    layers) suite layers tests/layers.sh ;;
    fuzz) suite fuzz tests/fuzz/run.sh replay "${FUZZ_CHANGES:-60}" ${FUZZ:-} ;;
    batch) suite batch python3 tests/batch/run_batch.py ;;
    terminal) suite terminal python3 tests/terminal/run_terminal.py ;;
    golden) suite golden tests/golden/run.sh ;;
    expression) suite expression tests/golden/expression.sh ;;
    remote) suite remote python3 tests/remote/run_remote.py ;;
    vcf) suite vcf python3 tests/vcf/run_vcf.py ;;
    normals) suite normals tests/golden/normals.sh ;;
    results) suite results tests/golden/results.sh ;;
    identity) suite identity tests/golden/identity.sh ;;
    lod) suite lod tests/golden/lod.sh ;;
    pages) suite pages python3 tests/pages/run_pages.py ;;
    oracle) suite oracle tests/oracle/run_oracles.sh ;;
    bnd) suite bnd python3 tests/oracle/check_bnd.py ;;
    sim_ras) suite sim_ras python3 tests/oracle/sim_ras.py ;;
    real) suite real python3 tests/real/run_real.py ;;
    flips) suite flips python3 tests/robust/run_flips.py ;;
    hostile) suite hostile env LIMITED="${LIMITED-1}" python3 tests/robust/run_hostile.py ;;
    *) echo "unknown suite $name" >&2; exit 2 ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
