#!/bin/bash
# Usage: tests/run.sh UNIT_PROGRAM...
# Runs every test: the unit programs given, then the suites below, JOBS (default: the processors, at most 4) at a time, each
# in a scratch folder of its own. What a suite printed is shown when it failed; the results come in the order of the list.
# Each suite's closing counts are added up; a suite that fails, or that closes without counts, counts as a failure.
# $PLASMASTRAT is the program under test. SUITES: which suites to run (default: all; the longest come first).
set -u
cd "$(dirname "$0")/.." || exit 2
: "${SUITES=cases real pages batch carry_over flips oracle vcf imports golden results evidence sheet normals remote terminal validate sim_ras hostile lod bnd identity expression fuzz layers}"
: "${JOBS:=$(n=$(nproc 2>/dev/null || echo 2); echo $((n < 4 ? n : 4)))}"
passed=0 failed=0 skipped=0 shown=0 failures= units=
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
# Jobs of their own groups: Ctrl-C is for this shell, which ends them; they themselves do not ignore it.
set -m
trap 'for job in $(jobs -rp); do kill -- "-$job"; done; exit 130' INT TERM HUP

run_suite() { # NAME
    case $1 in
    unit/*) "$units/${1#unit/}" ;;
    layers) tests/layers.sh ;;
    fuzz) tests/fuzz/run.sh replay "${FUZZ_CHANGES:-60}" ${FUZZ:-} ;;
    batch) python3 tests/batch/run_batch.py ;;
    carry_over) python3 tests/batch/run_carry_over.py ;;
    terminal) python3 tests/terminal/run_terminal.py ;;
    golden) tests/golden/run.sh ;;
    expression | normals | results | sheet | evidence | identity | lod) "tests/golden/$1.sh" ;;
    remote) python3 tests/remote/run_remote.py ;;
    vcf | imports | validate) python3 "tests/$1/run_$1.py" ;;
    pages) python3 tests/pages/run_pages.py ;;
    oracle) tests/oracle/run_oracles.sh ;;
    bnd) python3 tests/oracle/check_bnd.py ;;
    sim_ras) python3 tests/oracle/sim_ras.py ;;
    cases) python3 tests/cases/run_cases.py ;;
    real) python3 tests/real/run_real.py ;;
    flips) python3 tests/robust/run_flips.py ;;
    hostile) LIMITED="${LIMITED-1}" python3 tests/robust/run_hostile.py ;;
    *) echo "unknown suite $1"; return 2 ;;
    esac
}
# In the background: leaves NUMBER.log, NUMBER.time (real, user and system seconds) and, at the end, NUMBER.status.
start() { # NUMBER NAME
    local TIMEFORMAT='%R %U %S' TMPDIR=$work/$1
    export TMPDIR
    mkdir "$TMPDIR"
    { time run_suite "$2" >"$work/$1.log" 2>&1 </dev/null; echo $? >"$work/$1.exit"; } 2>"$work/$1.time"
    rm -rf "$TMPDIR"
    mv "$work/$1.exit" "$work/$1.status"
}
# The last count of these words: "ok 3, failed 0, skipped 1", "3 passed, 0 failed, 1 skipped"; a unit's "[  PASSED  ] 12 test(s)."
number() { # LOG NAME WORDS
    case $2 in
    unit/*) sed -nE "s/^\[ +(${3^^}) +\] [^0-9]*([0-9]+) test.*/\2/p" "$1" ;;
    *) sed -nE "s/.*(^|[^[:alnum:]])($3) ([0-9]+).*/\3/p; s/.*(^|[^[:alnum:]])([0-9]+) ($3)([^[:alnum:]].*|$)/\2/p" "$1" ;;
    esac | tail -n 1
}
show() { # NUMBER NAME
    local log=$work/$1.log status p f s times
    status=$(cat "$work/$1.status")
    p=$(number "$log" "$2" "ok|passed") f=$(number "$log" "$2" failed) s=$(number "$log" "$2" skipped)
    if [ -z "$p$f" ]; then
        f=1
        echo "$2: no closing counts"
    fi
    [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ] && f=1
    if [ "${f:-0}" -ne 0 ]; then
        failures="$failures $2"
        echo "---- $2 failed (exit status $status) ----"
        grep -vE '^\[ +(RUN|OK) ' "$log" | tail -n 60
    fi
    grep '^skipped' "$log" >>"$work/skips"
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
    times=$(awk 'NF == 3 { printf "%.0f s, %.0f s of processor", $1, $2 + $3 }' "$work/$1.time")
    echo "$2: ${p:-0} passed, ${f:-0} failed, ${s:-0} skipped ($times)"
}

names=()
for program in "$@"; do names+=("unit/$(basename "$program")") units=$(dirname "$program"); done
for name in $SUITES; do names+=("$name"); done
show_ended() { # what has ended, in order
    while [ -e "$work/$shown.status" ]; do
        show $shown "${names[shown]}"
        shown=$((shown + 1))
    done
}
for i in "${!names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n; done
    start "$i" "${names[i]}" &
    show_ended
done
while [ $shown -lt ${#names[@]} ]; do
    wait -n || [ -e "$work/$shown.status" ] || [ -n "$(jobs -rp)" ] || echo 99 >"$work/$shown.status" # its shell was killed
    show_ended
done
# Data that are not part of the repository are nobody's fault: their checks are only counted.
[ -s "$work/skips" ] && grep -v '/shared' "$work/skips" | sort -u
[ "$skipped" -gt 0 ] && grep -q '/shared' "$work/skips" && echo "skipped: checks with data that are not part of this repository"
echo "$passed passed, $failed failed, $skipped skipped"
[ -n "$failures" ] && echo "failed:$failures"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
