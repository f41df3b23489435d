#!/bin/bash
# Usage: slurm_cluster.sh start|stop FOLDER
# A one-node Slurm cluster on the loopback address, with munge, all of its files in FOLDER. After start, set
# SLURM_CONF=FOLDER/slurm.conf. stop ends only the daemons whose process ids lie in FOLDER. Needs root.
set -u
folder=$(realpath -m "$2") || exit 2

wait_for() { # SECONDS COMMAND...
    local tries=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.2
    done
}

# A daemon whose parent does not collect it stays as a zombie: that is an end too.
ended() { # PROCESS
    local state
    state=$(sed -E 's/.*\) (.).*/\1/' "/proc/$1/stat" 2>/dev/null)
    [ -z "$state" ] || [ "$state" = Z ]
}

start() {
    mkdir -p "$folder"/{state,spool,munge} && chmod 755 "$folder" "$folder/munge"
    dd if=/dev/urandom of="$folder/munge/key" bs=1 count=1024 2>/dev/null && chmod 400 "$folder/munge/key"
    munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/munged.pid" \
        --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" || return 1
    local host
    host=$(hostname -s)
    cat >"$folder/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=0,sched_min_interval=100000
ReturnToService=2
MinJobAge=300
KillWait=2
JobRequeue=0
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF=$folder/slurm.conf
    slurmctld && slurmd || return 1
    wait_for 30 sh -c 'sinfo -h -o %t | grep -q idle'
}

stop() {
    export SLURM_CONF=$folder/slurm.conf
    if scancel --user="$(id -un)" 2>/dev/null; then
        wait_for 20 sh -c '[ -z "$(squeue -h)" ]'
    fi
    local file pid pids=""
    for file in slurmd slurmctld munge/munged; do
        pid=$(cat "$folder/$file.pid" 2>/dev/null) && [ -n "$pid" ] && pids="$pids $pid" && kill "$pid" 2>/dev/null
    done
    for pid in $pids; do
        wait_for 20 ended "$pid" || { echo "process $pid does not end" >&2; return 1; }
    done
    rm -f "$folder"/{slurmd,slurmctld,munge/munged}.pid
    return 0
}

"$1"
