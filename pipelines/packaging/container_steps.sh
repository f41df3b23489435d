#!/bin/sh
# Usage: container_steps.sh SOURCE     as root in a bare Debian 12 or later
# What Containerfile and apptainer.def do: build plasmastrat from SOURCE, install it, leave only what it needs to run.
set -eu
export DEBIAN_FRONTEND=noninteractive
build="gcc libc6-dev make pkg-config libhts-dev libjansson-dev libdeflate-dev zlib1g-dev"
apt-get update
# ca-certificates: for inputs read from https and object storage; procps: engines ask ps for the memory of a task
apt-get install -y --no-install-recommends libhts3 libjansson4 libdeflate0 ca-certificates procps
apt-mark showmanual >/tmp/manual
# shellcheck disable=SC2086
apt-get install -y --no-install-recommends $build
make -C "$1" B=/tmp/plasmastrat-build PROGRAM=/tmp/plasmastrat-build/plasmastrat PREFIX=/usr/local install
apt-mark auto '.*' >/dev/null
xargs apt-mark manual </tmp/manual >/dev/null
apt-get purge -y --auto-remove
rm -rf /tmp/plasmastrat-build /tmp/manual /var/lib/apt/lists/*
plasmastrat --version
