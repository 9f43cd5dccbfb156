#!/usr/bin/env bash
# fresh-debian.sh tries weir on a machine that has nothing of ours: a new Debian 12 root in a temporary folder, made by debootstrap,
# with Go (a copy of this machine's), make and git. It clones the last commit of this checkout into it, runs commands there by chroot,
# each in a shell of its own, and prints how long each took and how it ended. It needs root, and installs debootstrap when missing.
#
#   scripts/fresh-debian.sh                      make demo, then make test
#   scripts/fresh-debian.sh 'make help' true     these instead
#
#   WEIR_DEBIAN_MIRROR   where Debian comes from (default http://deb.debian.org/debian)
#   WEIR_FRESH_KEEP=1    leave the root where it is, and say where
#
# Proxies and registries are those of this machine: its resolv.conf, certificates, and the variables named in `carried` below.
set -euo pipefail
cd "$(dirname "$0")/.."

commands=("$@")
if [ ${#commands[@]} -eq 0 ]; then
	commands=('make demo' 'make test')
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "fresh-debian: chroot needs root; run it as: sudo $0 $*" >&2
	exit 1
fi
scripts/packages.sh debootstrap
if ! git diff --quiet HEAD --; then
	echo "fresh-debian: changes that are not committed are left out" >&2
fi

mirror=${WEIR_DEBIAN_MIRROR:-http://deb.debian.org/debian}
root=$(mktemp -d "${TMPDIR:-/tmp}/weir-debian.XXXXXX")

chmod 755 "$root" # apt reads it as a user of its own

# Nothing outside of the root's own file system is ever removed, whatever is still mounted in it.
clear_away() {
	for m in dev/pts proc; do
		if mountpoint -q "$root/$m"; then
			umount -l "$root/$m"
		fi
	done
	if [ -n "${WEIR_FRESH_KEEP:-}" ]; then
		echo "fresh-debian: the root is left in $root" >&2
	else
		rm -rf --one-file-system "$root"
	fi
}
trap clear_away EXIT
trap 'exit 130' INT TERM

echo "fresh-debian: Debian 12 into $root" >&2
debootstrap --variant=minbase --include=ca-certificates,make,git bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
	tail -n 20 "$root.log" >&2
	rm -f "$root.log"
	echo "fresh-debian: debootstrap failed" >&2
	exit 1
}
rm -f "$root.log"

# The registries of this machine, and its way to them.
for f in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
	if [ -e "$f" ]; then
		cp -L "$f" "$root$f"
	fi
done
for f in /etc/apt/apt.conf.d/*proxy*; do
	if [ -e "$f" ]; then
		cp -L "$f" "$root$f"
	fi
done
cp -a "$(go env GOROOT)" "$root/usr/local/go"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts" && ln -sf pts/ptmx "$root/dev/ptmx"

# Commands meet these variables and no others.
carried=(http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY)
clean=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
clean+=("GOPROXY=$(go env GOPROXY)" "GOSUMDB=$(go env GOSUMDB)" "GONOSUMDB=$(go env GONOSUMDB)")
for v in "${carried[@]}"; do
	if [ -n "${!v:-}" ]; then
		clean+=("$v=${!v}")
	fi
done

git clone -q --no-hardlinks "file://$PWD" "$root/weir"
echo "fresh-debian: $(git -C "$root/weir" log -1 --format='%h %s')" >&2

code=0
summary=()
for c in "${commands[@]}"; do
	echo "fresh-debian: $c" >&2
	began=$SECONDS
	ended=0
	chroot "$root" env -i "${clean[@]}" bash -c "cd /weir && $c" || ended=$?
	took=$((SECONDS - began))
	summary+=("$(printf '%-40s %3d min %02d s   exit code %d' "$c" $((took / 60)) $((took % 60)) "$ended")")
	if [ "$ended" -ne 0 ]; then
		code=1
	fi
done
printf '%s\n' '' "On a fresh Debian 12 with $(nproc) cores:" "${summary[@]/#/  }"
exit $code
