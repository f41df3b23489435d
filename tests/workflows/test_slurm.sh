#!/bin/bash
# The Snakemake workflow over 50 samples on Slurm (a one-node cluster on loopback): a node drained and a job killed midway,
# and the rerun completes. Then the Nextflow workflow on the same cluster, where Nextflow is there.
set -u
. "$(dirname "$0")/lib.sh"
begin
cleanup() { "$here/slurm_cluster.sh" stop "$scratch/slurm" >/dev/null 2>&1; }
if ! have slurmctld || ! have slurmd || ! have munged || ! have snakemake; then
    skip Slurm "slurm-wlm, munge or snakemake is not installed"
    finish
fi
if [ "$(id -u)" -ne 0 ]; then
    skip Slurm "the test cluster needs root"
    finish
fi
chmod 755 "$scratch" # munged refuses a socket below a folder that others cannot enter
if ! "$here/slurm_cluster.sh" start "$scratch/slurm" >"$scratch/log" 2>&1; then
    tail -n 5 "$scratch"/slurm/*log "$scratch/slurm/munge/log" 2>/dev/null >>"$scratch/log"
    bad "the cluster does not start" "$scratch/log"
    finish
fi
export SLURM_CONF=$scratch/slurm/slurm.conf XDG_CACHE_HOME=$scratch/cache
cd "$data" || exit 2
awk -F '\t' 'NR == 1 { print; next } { row[NR - 2] = $0; n++ } END { for (i = 0; i < 50; i++) { line = row[i % n]; sub(/^[^\t]*/, sprintf("S%02d", i + 1), line); print line } }' sheet.tsv >fifty.tsv
plasmastrat batch fifty.tsv -o "$scratch/direct" -q
# every sample takes a second more, so that there is a midway
printf '#!/bin/sh\n[ "$1" = sample ] && sleep 1\nexec plasmastrat "$@"\n' >slow && chmod +x slow
echo "plasmastrat: {sheet: fifty.tsv, outdir: ../results, logs: ../logs, program: ./slow, threads: 1, mem_mb: 200}" >my.yaml
flow() { # LOG OPTIONS...
    local log=$1
    shift
    timeout 900 snakemake -s "$pipelines/snakemake/Snakefile" --profile "$pipelines/snakemake/profiles/slurm" --configfile my.yaml \
        --latency-wait 5 "$@" >"$log" 2>&1
}
done_samples() { ls "$scratch/results" 2>/dev/null | grep -c 'S.*\.json$'; }
running() { squeue -h -t R -o '%A %j' | grep plasmastrat_sample | sort -n | tail -n 1 | cut -d ' ' -f 1; } # the newest one

node=$(sinfo -h -o %n)
flow "$scratch/first.log" --restart-times 0 &
first=$!
for _ in $(seq 900); do
    [ "$(done_samples)" -ge 8 ] && break
    sleep 0.2
done
[ "$(done_samples)" -ge 8 ] && ok || bad "jobs run" "$scratch/first.log"
job=""
for _ in $(seq 300); do
    job=$(running)
    [ -n "$job" ] && scancel --signal=KILL --full "$job" 2>/dev/null && break # else it has just ended
    job=""
    sleep 0.1
done
[ -n "$job" ] && ok || bad "no job to kill"
scontrol update nodename="$node" state=drain reason=test
for _ in $(seq 300); do
    [ -z "$(running)" ] && break
    sleep 0.2
done
[ -z "$(running)" ] && [ "$(squeue -h -t PD | wc -l)" -gt 0 ] && ok || bad "the drained node runs no further job, and they wait"
drained=$(done_samples)
[ "$drained" -lt 50 ] && ok || bad "all was done before the node was drained"
scontrol update nodename="$node" state=resume
wait $first
[ $? -eq 1 ] && ok || bad "the first run ends with 1" "$scratch/first.log"
[ "$(done_samples)" = 49 ] && ok || bad "one of 50 is missing after the first run ($(done_samples) done)" "$scratch/first.log"
[ "$(cut -f 2 "$scratch/results/cohort.tsv" | sort | uniq -c | xargs)" = "1 failed 49 ok 1 status" ] && ok || bad "the cohort shows the killed job's sample as failed"
(cd "$scratch/results" && stat -c '%n %Y' S*.json) >"$scratch/before"
flow "$scratch/second.log" && ok || bad "the rerun" "$scratch/second.log"
[ "$(grep -cE '^rule plasmastrat_sample:' "$scratch/second.log")" = 1 ] && ok || bad "the rerun runs one sample" "$scratch/second.log"
(cd "$scratch/results" && stat -c '%n %Y' S*.json) | comm -13 - "$scratch/before" | grep -q . && bad "finished samples were run again" || ok
same_results "Snakemake on Slurm" "$scratch/results" "$scratch/direct"

if have mvn && have java && "$here/nextflow/nextflow" -version >/dev/null 2>&1; then
    export NXF_HOME=$scratch/home NXF_OFFLINE=true NXF_ANSI_LOG=false NXF_DISABLE_CHECK_LATEST=true
    (cd "$data" && plasmastrat batch sheet.tsv -o "$scratch/direct6" -q)
    cd "$scratch" || exit 2
    check "Nextflow on Slurm" timeout 600 "$here/nextflow/nextflow" -log nextflow.log run "$pipelines/nextflow" -profile slurm --input data/sheet.tsv --outdir nf
    same_results "Nextflow on Slurm" nf direct6
else
    skip "Nextflow on Slurm" "Nextflow is not there"
fi
"$here/slurm_cluster.sh" stop "$scratch/slurm" >"$scratch/log" 2>&1 && ok || bad "the daemons end" "$scratch/log"
finish
