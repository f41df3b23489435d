# lib.sh - what the workflow tests share. Source it; set -u is on. Each script closes with "N passed, N failed, N skipped".
passed=0 failed=0 skipped=0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
pipelines=$top/pipelines

ok() { passed=$((passed + 1)); }
bad() { # WHAT [FILE WITH DETAILS]
    failed=$((failed + 1))
    echo "failed: $1"
    [ $# -gt 1 ] && [ -e "$2" ] && tail -n 25 "$2" | cut -c 1-240 | sed 's/^/    /'
    return 0
}
skip() { # WHAT WHY
    skipped=$((skipped + 1))
    echo "skipped: $1: $2"
}
# check WHAT COMMAND...: the command must succeed; its output is shown when it does not
check() {
    local what=$1 log=$scratch/check.log
    shift
    if "$@" >"$log" 2>&1; then ok; else bad "$what (exit status $?)" "$log"; fi
}
# exits STATUS WHAT COMMAND...: the command must end with that status
exits() {
    local want=$1 what=$2 log=$scratch/check.log got
    shift 2
    "$@" >"$log" 2>&1
    got=$?
    if [ $got -eq "$want" ]; then ok; else bad "$what (exit status $got, expected $want)" "$log"; fi
}
have() { command -v "$1" >/dev/null 2>&1; }
finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ]
    exit $?
}

# A folder for this script, with the program alone first on PATH, removed at the end.
begin() {
    scratch=$(mktemp -d) || exit 2
    trap 'cleanup; rm -rf "$scratch"' EXIT
    mkdir -p "$scratch/bin" "$scratch/data"/{rna,dna,vcf}
    ln -s "${PLASMASTRAT:-$top/plasmastrat}" "$scratch/bin/plasmastrat"
    export PATH=$scratch/bin:$PATH
    data=$scratch/data
    cp -p "$top"/testdata/*.rna.* "$data/rna"
    cp -p "$top"/testdata/*.dna.* "$data/dna"
    cp -p "$top"/testdata/*.vcf "$data/vcf"
    # the sheet of testdata, with inputs in folders by role, as the engines stage them
    sed -E 's#\t([A-Z0-9]+)\.(rna|dna)\.#\t\2/\1.\2.#g; s#\t([A-Z0-9]+\.mutect2)#\tvcf/\1#' "$top/testdata/sheet.tsv" >"$data/sheet.tsv"
    # two samples that fail: a file that is not there, a file cut short
    head -c 100000 "$data/dna/PCL01.dna.bam" >"$data/dna/CUT01.dna.bam"
    { cat "$data/sheet.tsv" && printf 'GONE1\t.\tdna/GONE1.dna.bam\t.\tunknown\nCUT01\t.\tdna/CUT01.dna.bam\t.\tunknown\n'; } >"$data/failing.tsv"
}
cleanup() { :; }

# $data/wide.csv: every column, lanes, results of other programs, written as a spreadsheet program saves it (UTF-16, semicolons,
# CRLF, "80%", a header in any case)
wide_sheet() {
    mkdir -p "$data"/{sv,counts,cnv}
    python3 - "$top/tests/imports" "$data" <<'PY' || return 1
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import count_files, sv_files
for path, text in (("counts/IMP01.txt", count_files.feature_counts(0)), ("sv/IMP01.vcf", sv_files.CALLERS[0][1])):
    with open(f"{sys.argv[2]}/{path}", "w") as out:
        out.write(text)
with open(sys.argv[2] + "/cnv/IMP01.cns", "w") as out:
    out.write("chromosome\tstart\tend\tgene\tlog2\tdepth\tprobes\tweight\n")
    for name in [*range(1, 23), "X"]:
        out.write(f"chr{name}\t10000\t40000000\t-\t0.01\t30\t5000\t900\n")
        if name == 11:
            out.write("chr11\t40000000\t135000000\t-\t0.58\t45\t8500\t1500\n")
PY
    local lane
    for lane in 1 2; do # halves of the fragments, by name
        samtools view -h "$data/dna/PCL01.dna.bam" | awk -v lane=$lane -F '\t' '
            BEGIN { for (i = 33; i < 127; i++) code[sprintf("%c", i)] = i }
            /^@/ || (code[substr($1, length($1))] + 1) % 2 + 1 == lane' | samtools view -b -o "$data/dna/PCL01.lane$lane.bam" -
        samtools index "$data/dna/PCL01.lane$lane.bam"
    done
    {
        printf '# from the tumour board;;;;;;;;;;\r\nSample_ID;RNA;dna;normal;vcf;sv;cnv;counts;Purity;specimen;molecules\r\n'
        printf 'LAN01;rna/PCL01.rna.bam;dna/PCL01.lane1.bam|dna/PCL01.lane2.bam;NA;;;;;80%%;lesion;3000\r\n'
        printf 'IMP01;;;;.;sv/IMP01.vcf;cnv/IMP01.cns;counts/IMP01.txt;0,6;;\r\n'
    } | iconv -f UTF-8 -t UTF-16 >"$data/wide.csv"
    (cd "$data" && plasmastrat batch wide.csv -o "$scratch/direct_wide" -q)
}

# What every engine must reproduce: $scratch/direct and $scratch/direct_failing
direct_batch() {
    (cd "$data" && plasmastrat batch sheet.tsv -o "$scratch/direct" -q)
    (cd "$data" && plasmastrat batch failing.tsv -o "$scratch/direct_failing" -q 2>/dev/null)
    [ -s "$scratch/direct/cohort.tsv" ] && [ -s "$scratch/direct_failing/cohort.tsv" ]
}
# same_results WHAT FOLDER DIRECT: every file of the direct batch is in the folder, the same byte for byte
same_results() {
    local file n=0
    for file in "$3"/*; do
        cmp "$file" "$2/$(basename "$file")" >>"$scratch/cmp.log" 2>&1 || n=$((n + 1))
    done
    if [ $n -eq 0 ]; then ok; else bad "$1: $n files differ from a direct batch" "$scratch/cmp.log"; fi
    rm -f "$scratch/cmp.log"
}
# multiqc_sees WHAT FOLDER: MultiQC shows every sample of the folder
multiqc_sees() {
    if ! have multiqc; then
        skip "$1" "no multiqc"
        return
    fi
    check "$1: multiqc" multiqc -f -q -o "$scratch/multiqc" "$2"
    local file id
    for file in "$2"/*.json; do
        id=$(basename "$file" .json)
        [ "$id" = plasmastrat_mqc ] && continue
        grep -rqs "$id" "$scratch"/multiqc/multiqc_data/*plasmastrat* || bad "$1: MultiQC does not show $id"
    done
    rm -rf "$scratch/multiqc"
}
