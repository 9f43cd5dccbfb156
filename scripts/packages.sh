#!/usr/bin/env bash
# packages.sh installs the Debian packages that weir is built with and that are missing: a C++ compiler (cgo, and the race
# detector) and RocksDB with the libraries it needs. On a machine that has them it does nothing and needs no rights.
#
#   scripts/packages.sh            what `make demo` and `make test` need
#   scripts/packages.sh NAME…      other packages, for other scripts
set -euo pipefail

# librocksdb-dev brings the compression libraries (snappy, lz4, zstd, bzip2, zlib) and gflags by itself.
wanted=("$@")
if [ ${#wanted[@]} -eq 0 ]; then
	wanted=(gcc g++ libc6-dev librocksdb-dev)
fi

if ! command -v dpkg-query >/dev/null; then
	# Not a Debian: what counts is that the parts are there.
	if command -v g++ >/dev/null && echo '#include <rocksdb/c.h>' | gcc -E - >/dev/null 2>&1; then
		exit 0
	fi
	echo "weir: this is no Debian; install a C++ compiler and RocksDB's headers and library by hand (on Debian: ${wanted[*]})" >&2
	exit 1
fi

missing=()
for p in "${wanted[@]}"; do
	if [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)" != installed ]; then
		missing+=("$p")
	fi
done
if [ ${#missing[@]} -eq 0 ]; then
	exit 0
fi

root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "weir: ${missing[*]} missing, and neither root nor sudo to install with; as root: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	root=(sudo env DEBIAN_FRONTEND=noninteractive)
fi

echo "weir: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -q >/dev/null || echo "weir: apt-get update ended with an error; trying with the package lists there are" >&2
"${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null || {
	echo "weir: apt-get install ${missing[*]} failed; its messages stand above" >&2
	exit 1
}
