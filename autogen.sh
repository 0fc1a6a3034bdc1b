#!/bin/sh
# Makes ./configure. With --deps: installs what is missing on Debian, then
# generates, configures and builds, so that `make demo` and `make check` work.
set -eu
cd "$(dirname "$0")"

packages="autoconf automake gcc make pkg-config python3 python3-tap perl
	ca-certificates openssl mandoc libc-ares-dev libcmocka-dev libconfuse-dev
	libcurl4-openssl-dev libev-dev libjansson-dev libmicrohttpd-dev
	libpcre2-dev libseccomp-dev libsqlite3-dev libssl-dev libsystemd-dev
	libutf8proc-dev libxml2-dev libxxhash-dev zlib1g-dev"
# for those who change the code: a second compiler with its fuzzer, and what the
# benchmarks run side by side with
dev_packages="clang clang-format libclang-rt-dev libhyperscan-dev nginx-light
	valgrind"

usage() {
	cat <<-EOF
	usage: autogen.sh [--deps | --dev-deps] [CONFIGURE-OPTION...]
	  (no option)  generate ./configure, nothing else
	  --deps       install the Debian packages that are missing (as root or by
	               sudo), generate, configure and make
	  --dev-deps   the same with what developers need on top: a second compiler,
	               clang-format, valgrind, libFuzzer for \`make fuzz\`, nginx and
	               Hyperscan for \`make bench\` and \`make bench-match\`
	NOCONFIGURE=1 stops after the generation in any case.
	EOF
}

generate() {
	mkdir -p m4 build-aux
	autoreconf --install --force
}

missing_packages() {
	for package in $packages; do
		status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" \
		    2>/dev/null || true)
		case $status in
		"ii "*) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		echo "autogen.sh: need root or sudo to run: $*" >&2
		exit 1
	fi
}

install_deps() {
	if ! command -v dpkg-query >/dev/null 2>&1; then
		echo "autogen.sh: --deps knows Debian's packages only; README.md" \
		    "lists the libraries" >&2
		exit 1
	fi
	missing=$(missing_packages)
	if [ -z "$missing" ]; then
		echo "autogen.sh: all packages are installed"
		return
	fi
	echo "autogen.sh: installing with apt-get: $missing"
	as_root apt-get update -q
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
	    --no-install-recommends $missing
}

deps=no
case ${1-} in
--deps) deps=yes; shift ;;
--dev-deps) deps=yes; packages="$packages $dev_packages"; shift ;;
-h|--help) usage; exit 0 ;;
esac

if [ $deps = no ]; then
	generate
	[ -n "${NOCONFIGURE-}" ] || echo "autogen.sh: now run ./configure && make"
	exit 0
fi
install_deps
generate
[ -z "${NOCONFIGURE-}" ] || exit 0
./configure "$@"
make -j"$(nproc)"
