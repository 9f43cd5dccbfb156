#!/bin/sh
# rocksdb.sh builds a release librocksdb.a from Debian's own source package and prints the settings to build weir with it:
#
#   eval "$(scripts/rocksdb.sh)" && go build -tags 'rocksdb grocksdb_clean_link' ./cmd/weir
#
# Debian's librocksdb has asserts and sync points compiled in and answers at about half the speed, so its figures say nothing about RocksDB.
# The first run takes about six minutes on two cores and 11 MB of download; later ones print the settings at once. Nothing of the system is changed: apt
# reads a list of its own, from a temporary folder. The result is kept in ${XDG_CACHE_HOME:-$HOME/.cache}/weir.
#
#   WEIR_DEBIAN_MIRROR   where the source package comes from (default http://deb.debian.org/debian)
#   WEIR_ROCKSDB_FRESH=1 builds again
set -eu

version=7.8.3
package=$version-2
mirror=${WEIR_DEBIAN_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
home=${XDG_CACHE_HOME:-$HOME/.cache}/weir/rocksdb-$version

say() { printf '%s\n' "rocksdb: $*" >&2; }
die() { say "$*"; exit 1; }

settings() {
	printf 'export CGO_ENABLED=1\n'
	printf 'export CGO_CFLAGS="-O2 -g -I%s/include"\n' "$home"
	printf 'export CGO_CXXFLAGS="-O2 -g -I%s/include"\n' "$home"
	printf 'export CGO_LDFLAGS="-L%s/lib -lrocksdb -lstdc++ -lm -lz -lsnappy -llz4 -lzstd -ldl -lpthread"\n' "$home"
}

if [ -e "$home/lib/librocksdb.a" ] && [ -z "${WEIR_ROCKSDB_FRESH:-}" ]; then
	say "release build $version is in $home"
	settings
	exit 0
fi

missing=
for tool in apt-get dpkg-source cmake ninja g++; do
	command -v $tool >/dev/null || missing="$missing $tool"
done
for header in lz4.h snappy.h zstd.h zlib.h; do
	[ -e /usr/include/$header ] || missing="$missing $header"
done
[ -z "$missing" ] || die "missing:$missing
rocksdb: remedy: apt-get install dpkg-dev cmake ninja-build g++ liblz4-dev libsnappy-dev libzstd-dev zlib1g-dev"
[ -e $keyring ] || die "missing: $keyring
rocksdb: remedy: apt-get install debian-archive-keyring"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/source"
echo "deb-src [signed-by=$keyring] $mirror bookworm main" >"$work/sources.list"
# The sandbox user of apt cannot read a folder of ours, so apt stays who we are.
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists" \
		-o Dir::Cache::archives="$work/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User="$(id -un)" \
		-o Debug::NoLocking=1 "$@" >&2
}
say "fetching the source package $package from $mirror"
apt update || die "apt could not read $mirror"
(cd "$work/source" && apt source rocksdb=$package) || die "apt could not fetch rocksdb $package"
source=$(find "$work/source" -mindepth 1 -maxdepth 1 -type d | head -n 1)
[ -n "$source" ] || die "the source package did not unpack"

crc=
[ "$(uname -m)" != x86_64 ] || crc="-msse4.2 -mpclmul" # checksums by the processor; every x86 since 2010 has it
say "building with $(nproc) cores; about ten minutes of processor time"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=24 \
	-DCMAKE_CXX_FLAGS="$crc" -DPORTABLE=ON -DROCKSDB_BUILD_SHARED=OFF -DFAIL_ON_WARNINGS=OFF -DWITH_GFLAGS=OFF \
	-DWITH_TESTS=OFF -DWITH_TOOLS=OFF -DWITH_BENCHMARK_TOOLS=OFF -DWITH_CORE_TOOLS=OFF -DWITH_LZ4=ON -DWITH_SNAPPY=ON -DWITH_ZSTD=ON \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; die "cmake failed"; }
nice ninja -C "$work/build" rocksdb >"$work/log" 2>&1 || { tail -n 50 "$work/log" >&2; die "the build failed"; }

# Put together beside its place, then moved: a build that was interrupted is never found.
mkdir -p "$(dirname "$home")"
new=$(mktemp -d "$home.XXXXXX")
mkdir "$new/lib"
cp "$work/build/librocksdb.a" "$new/lib/"
cp -R "$source/include" "$new/include"
rm -rf "$home"
mv "$new" "$home"
say "release build $version is in $home"
settings
