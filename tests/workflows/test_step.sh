#!/bin/bash
# `plasmastrat sample` as a step of a workflow: where it writes, what it reads, how it ends.
set -u
. "$(dirname "$0")/lib.sh"
begin
cd "$data" || exit 2

# every output path can be set, and nothing else is written: the working folder is read-only, as are the inputs
mkdir -p "$scratch/links" "$scratch/out" "$scratch/tmp" "$scratch/cwd"
ln -s "$data/rna/PCL01.rna.cram" "$scratch/links/tumour.cram"
ln -s "$data/rna/PCL01.rna.cram.crai" "$scratch/links/tumour.cram.crai"
find "$data" -type f -exec touch -d 2024-01-01 {} + # any change would show
find "$data" "$scratch/links" | sort >"$scratch/before"
export TMPDIR=$scratch/tmp
cd "$scratch/cwd" || exit 2
if have strace; then
    strace -f -qq -e trace=openat,open,creat,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,socket,connect -o "$scratch/trace" \
        plasmastrat sample --id S1 --rna "$scratch/links/tumour.cram" --dna "$data/dna/PCL01.dna.bam" -@ 2 \
        --json "$scratch/out/a.json" --html "$scratch/out/b/page.html" --ras-vcf "$scratch/out/c.vcf.gz" --evidence "$scratch/out/d/S1.evidence.gz" -q >"$scratch/log" 2>&1
    [ $? -eq 0 ] && ok || bad "sample with named outputs" "$scratch/log"
    grep -E 'O_WRONLY|O_RDWR|O_CREAT|creat\(|rename|mkdir|unlink' "$scratch/trace" | grep -vE "ENOENT|EEXIST|/dev/(null|tty)" |
        grep -v "\"$scratch/out" >"$scratch/writes"
    [ -s "$scratch/writes" ] && bad "writes outside its outputs" "$scratch/writes" || ok
    grep -E 'socket\(AF_INET|connect\(' "$scratch/trace" >"$scratch/network"
    [ -s "$scratch/network" ] && bad "uses the network" "$scratch/network" || ok
    for threads in 1 3; do # threads started: never more than asked for besides the main one
        strace -f -qq -e trace=clone,clone3 -o "$scratch/clones" plasmastrat sample --id S1 --dna "$data/dna/PCL01.dna.bam" -@ $threads -o - >/dev/null 2>&1
        n=$(grep -cE 'clone3?\(' "$scratch/clones")
        [ "$n" -le $((threads + 1)) ] && ok || bad "-@ $threads started $n threads" "$scratch/clones"
    done
else
    skip "writes and network" "no strace"
fi
[ "$(cd "$scratch/out" && find . -type f | sort | tr '\n' ' ')" = "./a.json ./b/page.html ./c.vcf.gz ./c.vcf.gz.tbi ./d/S1.evidence.gz " ] && ok || bad "files written: $(find "$scratch/out" -type f | tr '\n' ' ')"
[ -z "$(ls -A "$scratch/cwd")$(ls -A "$scratch/tmp")" ] && ok || bad "left something in the working folder or TMPDIR"
find "$data" "$scratch/links" | sort | cmp -s - "$scratch/before" && ok || bad "files appeared beside the inputs"
[ -z "$(find "$data" -type f -newermt 2024-01-02)" ] && ok || bad "an input was changed"

# named and unnamed outputs are the same bytes
plasmastrat sample --id S1 --rna "$scratch/links/tumour.cram" --dna "$data/dna/PCL01.dna.bam" -o "$scratch/plain" -q
cmp -s "$scratch/plain/S1.json" "$scratch/out/a.json" && cmp -s "$scratch/plain/S1.html" "$scratch/out/b/page.html" &&
    cmp -s "$scratch/plain/S1.ras.vcf.gz" "$scratch/out/c.vcf.gz" && cmp -s "$scratch/plain/S1.evidence.gz" "$scratch/out/d/S1.evidence.gz" && ok || bad "named outputs differ from DIR/ID.*"
check "--html with -o" plasmastrat sample --id S2 --dna "$data/dna/PCL01.dna.bam" -o "$scratch/mixed" --html "$scratch/mixed/p.html" -q
[ "$(ls "$scratch/mixed" | tr '\n' ' ')" = "S2.evidence.gz S2.json S2.ras.vcf.gz S2.ras.vcf.gz.tbi p.html " ] && ok || bad "-o with --html: $(ls "$scratch/mixed")"
exits 2 "two files of one name" plasmastrat sample --dna "$data/dna/PCL01.dna.bam" --json "$scratch/x" --html "$scratch/x"
exits 2 "-o - with a named file" plasmastrat sample --dna "$data/dna/PCL01.dna.bam" -o - --html "$scratch/x"
exits 1 "an output that exists" plasmastrat sample --dna "$data/dna/PCL01.dna.bam" --json "$scratch/out/a.json"
cp "$data/dna/PCL01.dna.bam" "$scratch/own.bam"
exits 1 "an output that is the input" plasmastrat sample --dna "$scratch/own.bam" --ras-vcf "$scratch/own.bam" --force
cmp -s "$scratch/own.bam" "$data/dna/PCL01.dna.bam" && ok || bad "the input was overwritten"

# read-only folder and a user who may not write there
if [ "$(id -u)" -eq 0 ] && have setpriv; then
    chmod -R a-w "$data" && chmod 777 "$scratch/out" "$scratch/tmp" && chmod 755 "$scratch"
    if setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$(realpath "$scratch/bin/plasmastrat")"; then
        check "inputs in a read-only folder, as another user" setpriv --reuid=65534 --regid=65534 --clear-groups \
            plasmastrat sample --id RO --rna "$data/rna/PCL01.rna.bam" --dna "$data/dna/PCL01.dna.bam" -o "$scratch/out/ro" -q
    else
        skip "inputs in a read-only folder, as another user" "the program lies where other users cannot run it"
    fi
    chmod -R u+w "$data"
else
    skip "inputs in a read-only folder, as another user" "needs root"
fi

# streaming
if have samtools; then
    samtools view -u "$data/rna/PCL01.rna.bam" | plasmastrat sample --id S1 --rna - -o "$scratch/stream" -q
    [ $? -eq 0 ] && ok || bad "samtools view -u | plasmastrat sample --rna -"
    plasmastrat sample --id S1 --rna "$data/rna/PCL01.rna.bam" -o "$scratch/file" -q
    diff <(grep -vE '"(path|format|records)"' "$scratch/stream/S1.json") <(grep -vE '"(path|format|records)"' "$scratch/file/S1.json") >"$scratch/diff" &&
        ok || bad "streamed and read from a file differ" "$scratch/diff"
else
    skip "streaming" "no samtools"
fi
plasmastrat sample --id S1 --vcf - -o "$scratch/vcf" -q <"$data/vcf/VCF01.mutect2.vcf"
[ $? -eq 0 ] && [ -z "$(ls -A "$scratch/tmp")" ] && ok || bad "a VCF from standard input, copied in TMPDIR"
(ulimit -v 1000000 && exits 0 "1 GB of address space is enough" plasmastrat sample --id S1 --dna "$data/dna/PCL01.dna.bam" -@ 2 -o - && [ $failed -eq 0 ]) && ok || bad "1 GB of memory"

# remote reading, as from object storage: by index and byte ranges, leaving no copy behind
mkfifo "$scratch/keep" && mkdir "$scratch/remote"
"$here/range_server.py" "$data" "$scratch/served" <"$scratch/keep" >"$scratch/port" 2>/dev/null &
exec 9>"$scratch/keep"
for _ in $(seq 150); do
    [ -s "$scratch/port" ] && break
    sleep 0.2
done
url=http://127.0.0.1:$(cat "$scratch/port")/dna/PCL01.dna.bam
(cd "$scratch/remote" && plasmastrat sample --id S1 --dna "$url" -o - >"$scratch/remote.json" 2>"$scratch/log")
if grep -qi 'protocol not supported' "$scratch/log"; then
    skip "remote reading" "this htslib has no libcurl"
else
    plasmastrat sample --id S1 --dna "$data/dna/PCL01.dna.bam" -o - >"$scratch/local.json"
    [ -s "$scratch/remote.json" ] && diff <(grep -v '"path"' "$scratch/local.json") <(grep -v '"path"' "$scratch/remote.json") >"$scratch/diff" && ok || bad "read over HTTP" "$scratch/log"
    [ -z "$(ls -A "$scratch/remote")" ] && ok || bad "a remote index was left in the working folder"
    grep -q '^/dna/PCL01.dna.bam.bai [1-9]' "$scratch/served" && ok || bad "the remote index was not used" "$scratch/served"
    exits 1 "a remote file that is not there" timeout 60 plasmastrat sample --id S1 --dna "${url%/*}/none.bam"
fi
exec 9>&-

# how it ends: 0, 1 or 2
exits 1 "a file cut short" plasmastrat sample --dna "$data/dna/CUT01.dna.bam"
exits 1 "no such file" plasmastrat sample --dna "$data/dna/GONE1.dna.bam"
exits 2 "no input" plasmastrat sample
exits 2 "an unknown option" plasmastrat sample --dnaa x
exits 1 "an output folder that cannot be made" plasmastrat sample --dna "$data/dna/PCL01.dna.bam" -o /proc/nowhere
exits 1 "a full disk" sh -c "plasmastrat sample --dna '$data/dna/PCL01.dna.bam' > /dev/full"
(cd "$scratch" && sh -c 'plasmastrat sample --id P --dna data/dna/PCL01.dna.bam -o -; echo $? >status' | :)
[ "$(cat "$scratch/status")" -eq 1 ] && ok || bad "a reader that went away: exit status $(cat "$scratch/status")"
finish
