#!/bin/sh
# Usage: make_deb.sh FOLDER     builds plasmastrat_VERSION.orig.tar.gz, the source and the binary packages there.
# debian/ lives beside this script, not at the top of the tree; it is put in place in the copy that is built.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
version=$(sed -nE 's/^.define PS_VERSION "(.*)"/\1/p' "$top/include/plasmastrat/result.h")
# a candidate is before its release: 1.0.0~rc1
version=$(echo "$version" | sed 's/-/~/')
name=plasmastrat-$version
rm -rf "$1"
mkdir -p "$1/$name"
cd "$1"
(cd "$top" && tar -cf - --sort=name --owner=0 --group=0 --mtime="@${SOURCE_DATE_EPOCH:-1767225600}" \
    include LICENSE Makefile README.md panels pipelines src testdata tests) | tar -xf - -C "$name"
tar -cf - --sort=name --owner=0 --group=0 --mtime="@${SOURCE_DATE_EPOCH:-1767225600}" "$name" | gzip -n9 >"plasmastrat_$version.orig.tar.gz"
cp -r "$here/debian" "$name/debian"
sed -i "s/@VERSION@/$version/" "$name/debian/changelog"
chmod +x "$name/debian/rules"
cd "$name"
dpkg-buildpackage -us -uc
