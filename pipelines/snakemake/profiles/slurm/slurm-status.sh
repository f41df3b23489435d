#!/bin/sh
# Usage: slurm-status.sh JOBID     prints running, success or failed, as Snakemake 7 asks.
# Accounting (sacct) knows finished jobs longest; without it the controller is asked (scontrol). A controller that does not
# answer just now is no failed job.
for try in 1 2 3 4 5; do
    state=$(sacct -X -n -P -o State -j "$1" 2>/dev/null | head -n 1)
    [ -n "$state" ] || state=$(scontrol -o show job "$1" 2>/dev/null | sed -nE 's/.* JobState=([A-Z_]+).*/\1/p')
    [ -n "$state" ] && break
    sleep "$try"
done
case $state in
COMPLETED) echo success ;;
PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED | RESIZING | REQUEUED | REQUEUE_HOLD | SIGNALING | STAGE_OUT) echo running ;;
*) echo failed ;;
esac
