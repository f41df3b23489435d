#!/bin/bash
set -euo pipefail
make -j"${CPU_COUNT}" CC="${CC}" CFLAGS="${CFLAGS} -O2" CPPFLAGS="${CPPFLAGS}" LDFLAGS="${LDFLAGS}" PREFIX="${PREFIX}" install
