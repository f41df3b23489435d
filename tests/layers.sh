#!/bin/sh
# Keeps the layers of the source tree: a folder may include the headers of folders to its left only, htslib is used in
# io, evidence and report/vcf.c only, and threads are started in base/parallel.c and io/bam/bgzf_walk.c only. A new edge is a visible diff here.
# Files do not call each other in circles either (tests/circles.py), and functions and lines fit a screen (tests/lengths.py).
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0 checked=0
nouns="(fragments|reads|molecules|samples|records|persons|checks|warnings|mutations|variants|errors|SNPs|mates)"

# header -> layer that owns it
layer_of() {
    case $1 in
    error | alloc | parallel | table | stats | regression | reasons | map | interrupt | spelling | scratch | file | utf8) echo base ;;
    panel | model | normals | primers | error_reference | expression_reference) echo panel ;;
    reads | variants | imports | outfile | remote | setup) echo io ;;
    evidence | evidence_file | collect | dilute | lanes | molecules) echo evidence ;;
    calls | case | dilution | library | ras | expression | copynumber | junction | ccnd1 | identity) echo callers ;;
    label | fit) echo stratify ;;
    validate) echo validate ;;
    result | row | report | explain | cohort | validation) echo report ;;
    *) echo unknown ;;
    esac
}
# layer -> layers it may include
may() {
    case $1 in
    base) echo "base" ;;
    panel) echo "base panel" ;;
    io) echo "base panel io" ;;
    evidence) echo "base panel io evidence" ;;
    # callers take the variants of a VCF as evidence: the struct, not the reader
    callers) echo "base panel io evidence callers" ;;
    stratify) echo "base panel callers stratify" ;;
    # a validation compares calls and labels with what is known; its page is one of the reports
    validate) echo "base panel evidence callers stratify validate" ;;
    report) echo "base panel evidence callers stratify validate report" ;;
    cli) echo "base panel io evidence callers stratify validate report cli" ;;
    esac
}
complain() {
    echo "layers: $*"
    failed=$((failed + 1))
}

for file in src/*/*.[ch] src/*/*/*.[ch] src/main.c; do
    checked=$((checked + 1))
    case $file in
    src/main.c) layer=cli ;;
    *) layer=${file#src/} layer=${layer%%/*} ;;
    esac
    for header in $(sed -n 's|^#include "plasmastrat/\(.*\)\.h".*|\1|p' "$file"); do
        owner=$(layer_of "$header")
        case " $(may "$layer") " in
        *" $owner "*) ;;
        *) complain "$file ($layer) includes plasmastrat/$header.h ($owner)" ;;
        esac
    done
    grep -qE '\blgamma\(' "$file" && ! grep -q 'lgamma() writes' "$file" && complain "$file: lgamma() is not for threads; use ps_log_gamma()"
    if grep -q '#include [<"]htslib/' "$file"; then
        case $file in
        src/io/* | src/evidence/* | src/report/vcf.c) ;;
        *) complain "$file includes htslib" ;;
        esac
    fi
    # "1 fragments": a noun behind a count takes its ending from ps_s(); the panel's own tables and fixed numbers are many
    case $file in
    src/panel/*) ;;
    *) many=$(grep -nE '%(zu|l{0,2}[du]|[.]0f) ([A-Za-z0-9]+ )?'"$nouns"'\b' "$file" | grep -vE '(Up to|Out of) %d|%d persons of each|%d identity SNPs')
        [ -z "$many" ] || complain "$file: a count with a fixed plural, use ps_s(): $many" ;;
    esac
    case $file in
    src/base/parallel.c | src/io/bam/bgzf_walk.c) ;;
    *) grep -qE '\b(pthread_create|thrd_create)\b' "$file" && complain "$file starts threads" ;;
    esac
    case $layer in
    cli | base) ;; # base/alloc.c ends the program when memory is out
    *) if grep -qE '\b(exit|abort|printf|puts|perror)\(' "$file"; then
        complain "$file prints or exits: $(grep -nE '\b(exit|abort|printf|puts|perror)\(' "$file" | head -n 1)"
    fi ;;
    esac
done
checked=$((checked + 1))
tests/versions.sh || failed=$((failed + 1))
# The same for files: who calls whom, by their symbols.
if [ -d "${BUILD:-build}/src" ]; then
    checked=$((checked + 1))
    python3 tests/circles.py "${BUILD:-build}" || failed=$((failed + 1))
fi
checked=$((checked + 1))
python3 tests/lengths.py || failed=$((failed + 1))
echo "$((checked - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
