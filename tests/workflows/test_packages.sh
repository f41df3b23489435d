#!/bin/bash
# The Debian package, built, checked, installed and run in a fresh Debian; the container's steps in another.
set -u
. "$(dirname "$0")/lib.sh"
begin
cleanup() {
    local root
    for root in "$scratch"/roots/*; do
        mountpoint -q "$root/proc" 2>/dev/null && umount "$root/proc"
    done
}
cd "$top" || exit 2
if ! have dpkg-buildpackage || ! have dh; then
    skip "Debian package" "no dpkg-buildpackage or debhelper"
    finish
fi
check "make_deb.sh" "$pipelines/packaging/make_deb.sh" "$scratch/deb"
[ "$(ls "$scratch"/deb/*.deb 2>/dev/null | grep -vc dbgsym)" = 2 ] && ok || bad "two binary packages"
if have lintian; then
    lintian --allow-root --fail-on error "$scratch"/deb/*.changes >"$scratch/lintian" 2>&1 && ok || bad "lintian" "$scratch/lintian"
    grep -c '^W:' "$scratch/lintian" | sed 's/^/lintian warnings: /'
else
    skip lintian "not installed"
fi

if ! have debootstrap || [ "$(id -u)" -ne 0 ]; then
    skip "a fresh Debian" "debootstrap and root are needed"
    finish
fi
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | awk '$2 == "bookworm" { print $1; exit }')
mkdir "$scratch/roots"
fresh=$scratch/roots/fresh built=$scratch/roots/built
if ! debootstrap --variant=minbase bookworm "$fresh" "${mirror:-http://deb.debian.org/debian}" >"$scratch/log" 2>&1; then
    tail -n 3 "$scratch/log"
    skip "a fresh Debian" "debootstrap cannot make one here"
    finish
fi
cp /etc/resolv.conf "$fresh/etc/resolv.conf" 2>/dev/null
cp -a "$fresh" "$built"
in_root() { # ROOT COMMAND...
    local root=$1
    shift
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root chroot "$root" "$@"
}
works_in() { # WHAT ROOT: the program labels the test samples as it does here
    cp -r "$data" "$2/root/data"
    check "$1: batch" in_root "$2" sh -c 'cd /root/data && plasmastrat batch sheet.tsv -o /root/out -q'
    # another release of htslib may stand in provenance
    diff <(cut -f 1-13 "$scratch/direct/cohort.tsv") <(cut -f 1-13 "$2/root/out/cohort.tsv") >"$scratch/log" 2>&1 && ok || bad "$1: cohort.tsv" "$scratch/log"
    [ -z "$(in_root "$2" sh -c 'ldd "$(command -v plasmastrat)" | grep "not found"')" ] && ok || bad "$1: libraries"
}
direct_batch || bad "direct batch"

for root in "$fresh" "$built"; do mount -t proc proc "$root/proc" 2>/dev/null; done
cp "$scratch"/deb/plasmastrat_*.deb "$fresh/root/plasmastrat.deb"
check "the package installs" in_root "$fresh" sh -c 'apt-get update && apt-get install -y --no-install-recommends /root/plasmastrat.deb'
works_in "Debian package" "$fresh"
check "the package can be removed" in_root "$fresh" apt-get purge -y plasmastrat
[ -z "$(find "$fresh/usr" -path '*plasmastrat*' -print -quit)" ] && ok || bad "the package leaves files behind"

for file in Containerfile apptainer.def; do
    grep -q '^ *\(RUN \)\?/usr/src/plasmastrat/pipelines/packaging/container_steps.sh /usr/src/plasmastrat' "$pipelines/packaging/$file" && ok || bad "$file does not run the tested steps"
done
mkdir -p "$built/usr/src/plasmastrat"
tar -cf - include LICENSE Makefile panels pipelines src | tar -xf - -C "$built/usr/src/plasmastrat"
check "the container's steps" in_root "$built" /usr/src/plasmastrat/pipelines/packaging/container_steps.sh /usr/src/plasmastrat
rm -rf "$built/usr/src/plasmastrat"
works_in "container" "$built"
in_root "$built" sh -c 'command -v gcc || command -v make' >/dev/null && bad "the container keeps its compiler" || ok
skip "podman and apptainer themselves" "no container engine is used; their steps are the ones run above"
finish
