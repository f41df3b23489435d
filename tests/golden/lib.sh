# lib.sh - what the golden suites share. Source it first: it goes into an empty folder that is removed at the end.
# $PLASMASTRAT: the program (default ./plasmastrat); `first` names a command that `run` puts before its arguments.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${PLASMASTRAT:-$root/plasmastrat}")
[ -x "$program" ] || { echo "$(basename "$0"): $program is not there: run make, or set PLASMASTRAT" >&2; exit 2; }
T=$(mktemp -d) || exit 2
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 2
export PYTHONDONTWRITEBYTECODE=1
ok=0 failed=0 skipped=0 first=

pass() { ok=$((ok + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }
want() { # NAME COMMAND...: the command succeeds; its output is shown when not
    local name=$1; shift
    if "$@" >want.out 2>&1; then pass; else fail "$name: $(head -c 600 want.out)"; fi
}
run() { # STATUS NAME ARGS...: the program's exit status; leaves out.txt and err.txt
    local status=$1 name=$2; shift 2
    "$program" ${first:+"$first"} "$@" >out.txt 2>err.txt </dev/null
    local got=$?
    if [ $got -eq "$status" ]; then pass; else fail "$name: exit status $got, expected $status: $(head -c 400 err.txt)"; fi
}
refused() { # STATUS NAME PATTERN ARGS...: this status, one error that matches, nothing on stdout, no file x, x.tsv or in x
    local status=$1 name=$2 pattern=$3; shift 3
    rm -rf x x.tsv
    run "$status" "$name" "$@"
    grep -q '^plasmastrat: error: ' err.txt || fail "$name: no 'plasmastrat: error:' on stderr: $(head -c 300 err.txt)"
    grep -qiE -- "$pattern" err.txt || fail "$name: message does not say '$pattern': $(head -c 500 err.txt)"
    [ ! -s out.txt ] || fail "$name: wrote to stdout: $(head -c 200 out.txt)"
    [ -z "$(find x x.tsv .x.* -type f 2>/dev/null)" ] || fail "$name: left $(find x x.tsv .x.* -type f 2>/dev/null)"
}
own_data() { # a copy of testdata: a checkout gives files any order of times
    cp -r "$root/testdata" data
    sleep 1.1 && touch data/*.bai data/*.csi data/*.crai
}
