# What script/build brings onto the machine; sourced by it.

# Everything the project needs from Debian 12, whatever is there already left out.
missing_packages() {
    local package
    for package in clang-19 lld-19 llvm-19 libclang-rt-19-dev clang-format-19 clang-tidy-19 clang-tools-19 cmake \
        ninja-build nlohmann-json3-dev libcli11-dev libfmt-dev libsqlite3-dev libssl-dev libcurl4-openssl-dev libkainjow-mustache-dev \
        libgtest-dev libgmock-dev \
        libonnx-dev libprotobuf-dev bubblewrap qemu-user $(cross_packages) python3 python3-venv python3-pip git \
        ca-certificates; do
        # Not every image has the pip of Debian, but then one of its own.
        if [[ $package == python3-pip || $package == python3-venv ]] && python3 -c 'import pip, venv' 2>/dev/null; then
            continue
        fi
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
    # Debian's own cargo 1.65 cannot read today's registry; cargo-web, also of Debian, can.
    new_enough cargo 1.68 || echo cargo-web
    new_enough go 1.19 || echo golang-go
    command -v npm >/dev/null || echo npm
}

# What the tests put mkb to work with, and mkb itself never needs.
missing_test_packages() {
    local package
    for package in openssh-client openssh-server slurmctld slurmd slurm-client munge; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

# For the tests only: no service of theirs is started, now or with the machine.
install_test_packages() {
    local policy=/usr/sbin/policy-rc.d own='' service
    if [[ ! -e $policy ]]; then
        own=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    install_packages "$@" || say "not installed: $*; the tests that need them are skipped"
    [[ -z $own ]] || as_root rm -f "$policy"
    for service in ssh slurmctld slurmd munge; do
        as_root systemctl --quiet disable "$service" >/dev/null 2>&1 || true
    done
}

# Where this machine gets Debian from, as a source of these suites: no host is named here.
debian_source() {
    local suites=$1 file uri
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ ! -e $file ]] || awk -v suites="$suites" 'BEGIN { RS = ""; ORS = "\n\n" }
            /(^|\n)Suites:[^\n]* ?bookworm( |\n)/ && !found {
                found = 1; gsub(/(^|\n)#[^\n]*/, ""); sub(/Suites:[^\n]*/, "Suites: " suites); print
            }' "$file"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        uri=$([[ ! -e $file ]] || awk '$1 == "deb" { for (i = 2; i < NF; i++) if ($(i + 1) == "bookworm") { print $i; exit } }' "$file")
        [[ -z $uri ]] || printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n\n' "$uri" "$suites"
    done
}

# adb and adbd of one version, for the tests: Debian 12 has no adbd, its backports have. Unpacked, not installed: an adbd
# that is a service would listen to everybody.
make_adb() {
    local to=$1 work=$1/work apt program
    mkdir -p "$work"/{parts,debs,lists/partial,cache/archives/partial} "$to/bin"
    debian_source "bookworm bookworm-backports" >"$work/parts/debian.sources"
    apt=(-qq -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$work/parts" -o "Dir::State::Lists=$work/lists"
        -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=" -o Acquire::Retries=3 -t bookworm-backports)
    apt-get "${apt[@]}" update >&2
    (cd "$work/debs" && apt-get "${apt[@]}" download adb adbd android-libbase android-libboringssl android-libcutils \
        android-liblog android-libziparchive libusb-1.0-0 libprotobuf32 libbrotli1 liblz4-1 libzstd1 >&2)
    for program in "$work"/debs/*.deb; do
        dpkg-deb -x "$program" "$to"
    done
    for program in adb adbd; do
        cat >"$to/bin/$program" <<'END'
#!/bin/sh
here=$(dirname "$(dirname "$(readlink -f "$0")")")
LD_LIBRARY_PATH=$(echo "$here"/usr/lib/*-linux-gnu/android):$(echo "$here"/usr/lib/*-linux-gnu) \
    exec "$here/usr/lib/android-sdk/platform-tools/${0##*/}" "$@"
END
        chmod 755 "$to/bin/$program"
    done
    rm -rf "$work"
}

# As tests/conformance/adbd.h looks for it.
fetch_adb() { cached adb debian-12-backports make_adb >/dev/null; }

# C and C++ library of the target aarch64. Debian has them for every machine but that one itself.
cross_packages() {
    [[ $(dpkg --print-architecture) == arm64 ]] || echo libc6-dev-arm64-cross libstdc++-12-dev-arm64-cross
}

# new_enough PROGRAM VERSION: it is in PATH and at least that old.
new_enough() {
    local version
    command -v "$1" >/dev/null || return 1
    version=$("$1" "$([[ $1 == go ]] && echo version || echo --version)" | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
    [[ $(printf '%s\n%s\n' "$2" "$version" | sort -V | head -n 1) == "$2" ]]
}

install_packages() {
    local options=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -qq)
    as_root apt-get "${options[@]}" update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@" >&2
}

# ONNX Runtime: the library out of a wheel, the headers out of a Go module; both pinned by hash in third_party/.
make_onnxruntime() {
    local to=$1 pinned=$root/third_party/onnxruntime machine work=$1/work
    machine=$(uname -m)
    mkdir -p "$work/go" "$to/lib" "$to/include"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        --implementation cp --python-version 3.11 --abi cp311 --platform "manylinux_2_27_$machine" \
        --platform "manylinux_2_28_$machine" --dest "$work" -r "$pinned/requirements.txt" >&2
    python3 -m zipfile -e "$work"/onnxruntime-*.whl "$work/wheel"
    cp "$work"/wheel/onnxruntime/capi/libonnxruntime.so.1.* "$to/lib/libonnxruntime.so.1"
    cp "$pinned/go.mod" "$pinned/go.sum" "$work/go/"
    (
        cd "$work/go"
        export GOMODCACHE=$work/modules GOFLAGS=-modcacherw GOTOOLCHAIN=local
        go mod download >&2
        cp "$(go list -m -f '{{.Dir}}' github.com/yalue/onnxruntime_go)"/onnxruntime{,_ep}_c_api.h "$to/include/"
    )
    rm -rf "$work"
}

onnxruntime_folder() {
    local key
    key=$(cat "$root"/third_party/onnxruntime/{requirements.txt,go.sum} <(uname -m) | sha256sum | cut -c1-16)
    cached onnxruntime "$key" make_onnxruntime
}

# tree-sitter and its C++ grammar: C sources, out of the crates that carry them.
make_tree_sitter() {
    local to=$1 pinned=$root/third_party/tree-sitter work=$1/work
    mkdir -p "$work" "$to/cpp" "$to/lib"
    cp -r "$pinned"/. "$work/"
    (
        cd "$work"
        cargo vendor --locked --quiet vendor >/dev/null
    )
    mv "$work"/vendor/tree-sitter/{src,include} "$to/lib/"
    mv "$work"/vendor/tree-sitter-cpp/src/{parser.c,scanner.c,tree_sitter} "$to/cpp/"
    rm -rf "$work"
}

tree_sitter_folder() {
    local key
    key=$(sha256sum <"$root/third_party/tree-sitter/Cargo.lock" | cut -c1-16)
    cached tree-sitter "$key" make_tree_sitter
}

# The libraries that the HTML report carries; the stamp is written last, so that an interrupted run is done again.
fetch_web() {
    local web=$root/src/report/web stamp
    stamp=$web/node_modules/.complete-$(sha256sum "$web/package-lock.json" | cut -c1-16)
    [[ ! -e $stamp ]] || return 0
    (
        flock 9
        [[ ! -e $stamp ]] || exit 0
        cd "$web"
        npm ci --ignore-scripts --no-audit --no-fund >&2
        touch "$stamp"
    ) 9>"$root/build/web.lock"
}
