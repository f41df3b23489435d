#!/bin/sh
# Usage: tests/fuzz/run.sh replay CHANGES PROGRAM...   seeds and CHANGES seeded changes of each
#        tests/fuzz/run.sh fuzz SECONDS PROGRAM...     libFuzzer from the seeds; what it finds stays in build-fuzz/found
set -u
cd "$(dirname "$0")/../.." || exit 2
mode=$1 amount=$2
shift 2
passed=0 failed=0
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

seeds() { # the files a target begins from
    case $1 in
    fuzz_sheet) echo testdata/sheet.tsv ;;
    fuzz_vcf) echo tests/vcf/*.vcf ;;
    fuzz_model) echo panels/common/model.*.tsv ;;
    fuzz_panel) echo panels/common/*.tsv panels/grch38/*.tsv panels/grch38/*.bed ;;
    esac
    [ -d "tests/fuzz/corpus/$1" ] && echo "tests/fuzz/corpus/$1"
}
for program in "$@"; do
    name=$(basename "$program")
    if [ "$mode" = replay ]; then
        # shellcheck disable=SC2046
        timeout 300 "$program" "$amount" $(seeds "$name") >"$log" 2>&1
    else
        rm -rf "build-fuzz/seeds/$name"
        mkdir -p "build-fuzz/found/$name" "build-fuzz/seeds/$name"
        # shellcheck disable=SC2046
        cp -r $(seeds "$name") "build-fuzz/seeds/$name/" 2>/dev/null
        "$program" -max_total_time="$amount" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
            -artifact_prefix="build-fuzz/found/$name." "build-fuzz/found/$name" "build-fuzz/seeds/$name" >"$log" 2>&1
    fi
    status=$?
    if [ $status -eq 0 ]; then
        n=$(sed -nE 's/^([0-9]+) passed.*/\1/p; s/^stat::number_of_executed_units: *([0-9]+)/\1/p' "$log" | tail -n 1)
        passed=$((passed + ${n:-0}))
        echo "$name: ${n:-0} inputs"
    else
        failed=$((failed + 1))
        echo "---- $name failed (exit status $status) ----"
        tail -n 40 "$log"
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
